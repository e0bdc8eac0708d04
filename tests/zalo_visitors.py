"""A person at a Zalo door, for the transcripts: a pretend Zalo calls the door's webhook over HTTP, and hears its answers.

The person reads text alone: what can be chosen is a numbered list, and choosing is typing a number.
"""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import count
from typing import Any, Protocol

from handlers.terminal import as_lines
from handlers.zalo.oa.door import ZaloOaDoor
from handlers.zalo.rendering import CHOOSE, ONLY_ONE, WORDS
from tests.doors import VIETNAM, Stage, _Inside, _post
from tests.fake_zalo import FakeServer, FakeZaloBot
from tests.fake_zalo_oa import FakeZaloOa
from tests.transcripts import Move

_numbers = count(1)
_NUMBERED = re.compile(r"([0-9]+)\. (.+)")


class Line(Protocol):
    """How what a person does reaches the door: returns the HTTP status."""

    async def __call__(self, account: str, kind: str, text: str) -> int: ...


def bot_line(fake: FakeZaloBot) -> Line:
    """Through the Bot Platform's webhook, in both body shapes in turns."""

    async def tell(account: str, kind: str, text: str) -> int:
        words = {"text": text} if kind == "text" else {"photo": "https://127.0.0.1/a.jpg", "caption": text}
        update = fake.update(account, kind, **words)
        fake.wrapped = not fake.wrapped
        return await fake.deliver(update)

    return tell


def oa_line(fake: FakeZaloOa) -> Line:
    """Through the account's webhook, signed in all four ways in turns."""

    async def tell(account: str, kind: str, text: str) -> int:
        fake.prefixed = not fake.prefixed
        fake.by_header = fake.by_header != fake.prefixed
        if kind == "text":
            return await fake.deliver(fake.text(account, text))
        payload = {"url": "https://127.0.0.1/a", "name": text, "size": "21000000", "type": "pdf"}
        message = {"msg_id": f"f{next(_numbers)}", "attachments": [{"type": kind, "payload": payload}]}
        return await fake.deliver(fake.event(f"user_send_{kind}", account, message=message))

    return tell


def oa_door_of(stage: Stage) -> ZaloOaDoor:
    """The account's door of a stage."""
    door = stage.zalo["zalo"].door
    assert isinstance(door, ZaloOaDoor)
    return door


def oa_server_of(stage: Stage) -> FakeZaloOa:
    """The pretend account behind a stage."""
    server = stage.zalo["zalo"].server
    assert isinstance(server, FakeZaloOa)
    return server


def bot_server_of(stage: Stage) -> FakeZaloBot:
    """The pretend Bot Platform behind a stage."""
    server = stage.zalo["zalobot"].server
    assert isinstance(server, FakeZaloBot)
    return server


def line_to(fake: FakeServer) -> Line:
    """The line of this pretend Zalo."""
    if isinstance(fake, FakeZaloOa):
        return oa_line(fake)
    assert isinstance(fake, FakeZaloBot)
    return bot_line(fake)


class ZaloVisitor(_Inside):
    """Somebody on Zalo."""

    def __init__(self, stage: Stage, name: str, account: str, server: FakeServer, line: Line) -> None:
        super().__init__(stage, f"{name}:{account}")
        self.name, self.account = name, account
        self._server, self._line = server, line
        self._seen = len(server.calls)
        self._options: list[str] = []
        self._by_words = False
        self._link = ""

    async def act(self, move: Move) -> list[str]:
        if move.kind == "wait":
            self.house.clock.move(move.seconds)
            return []
        if move.kind in ("secure", "password"):
            await _post(self.stage.base, self._link, self.on_page(move))
        else:
            kind, text = self._typed(move)
            assert await self._line(self.account, kind, text) in (
                200,
                503,
            )  # 503: it is tried again from memory
        await self.stage.calm()
        return self._said() + self.sms()

    def _typed(self, move: Move) -> tuple[str, str]:
        match move.kind, move.given:
            case "text", (text,):
                return "text", text
            case "press", (label,):
                if label in self._options:
                    return "text", label if self._by_words else str(self._options.index(label) + 1)
                return "text", label
            case "file", (_, _, kind) if kind.startswith("image/"):
                return "image", ""
            case "file", (name, _, _) if self.name == "zalo":
                return "file", name
        raise AssertionError(f"Zalo has no {move.kind}")

    def _said(self) -> list[str]:
        new, self._seen = self._server.calls[self._seen :], len(self._server.calls)
        mine = [
            c for c in new if c.text and c.answer != "-216"
        ]  # months passed: the token was exchanged first
        assert {c.account for c in mine} <= {self.account}, "somebody else was written to"
        assert {c.answer for c in mine} <= {"ok"}
        return [line for call in mine for line in self._lines(self._reply(call.text))]

    def _reply(self, text: str) -> dict[str, Any]:
        """A message as the contract's object: what the door wrote into the text is taken out again."""
        reply: dict[str, Any] = {}
        for head in (CHOOSE, ONLY_ONE):
            text, found, menu = text.partition(f"\n\n{head}\n")
            if found:
                numbered = [_NUMBERED.fullmatch(line) for line in menu.split("\n")]
                assert [m and int(m[1]) for m in numbered] == list(range(1, len(numbered) + 1))
                reply["options"] = self._options = [m[2] for m in numbered if m]
                self._by_words = False
        text, found, menu = text.partition(f"\n\n{WORDS}\n")
        if found:
            assert all(line.startswith("• ") for line in menu.split("\n"))
            reply["options"] = self._options = [line[2:] for line in menu.split("\n")]
            self._by_words = True
        lines = text.split("\n")
        if found := re.fullmatch(r"☎ (.+) ([0-9+]{8,14})", lines[-1]):
            reply["contact"] = {"name": found[1], "phone": found[2]}
            lines.pop()
        if "/secure/" in lines[-1]:
            reply["link"] = self._link = lines.pop()
        elif "/unit/" in lines[-1]:
            reply["link"] = lines.pop()
        if "/papers/" in lines[-1]:
            assert lines.pop().startswith(self.stage.base)
        if found := re.fullmatch(r"📎 (.+)", lines[-1]):
            reply["file"] = found[1]
            lines.pop()
        if re.fullmatch(r"\(đến [0-9:]{5}\)", lines[-1]):
            reply["clock"] = lines.pop()
        reply["text"] = "\n".join(lines)
        return reply

    def _lines(self, reply: dict[str, Any]) -> list[str]:
        lines = as_lines(reply, self.now())
        if "clock" in reply:  # where the terminal writes ⏳: before the options
            lines.insert(len(lines) - bool(reply.get("options")), f"  {reply['clock']}")
        return lines

    def rewrite(self, line: str) -> str:
        """Zalo says the clock time in Vietnam instead of counting down."""
        found = re.fullmatch(r"  ⏳ ([0-9]+):([0-9]{2})", line)
        if found is None:
            return line
        until = self.now() + timedelta(minutes=int(found.group(1)), seconds=int(found.group(2)))
        return f"  (đến {until.astimezone(VIETNAM):%H:%M})"
