"""The terminal door: one line in, one answer out, as text or JSON. Run by `troly chat`.

Invariant: its JSON objects are those of the web page's socket.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime
from typing import Any

from data import conversations
from data.outbox import Outgoing
from data.people import dossiers
from data.people.due_reminders import remind
from data.people.unit_reminders import say_due
from flows.engine import trace
from flows.engine.events import TypedSecret
from flows.engine.state import State
from handlers.delivery.sms import CodeSender, Sms
from handlers.passwords import Passwords, Told
from handlers.passwords.wording import sentence
from handlers.turns.json_contract import (
    NEVER,
    BadInput,
    MoveClock,
    TypedPassword,
    place_object,
    read_json,
    read_object,
    read_text,
    shown,
)
from handlers.turns.queue import Turns
from handlers.turns.types import NotKept, Opens, at_once


def as_lines(reply: dict[str, Any], now: datetime) -> list[str]:
    """A reply as a transcript writes it: `<`, then indented lines, the options in brackets on the last."""
    lines = reply["text"].split("\n")
    if reply.get("contact"):
        lines.append(f"☎ {reply['contact']['name']} {reply['contact']['phone']}")
    if reply.get("file"):
        lines.append(f"📎 {reply['file']}")
    if reply.get("link"):
        lines.append("→ trang bảo mật" if "/secure/" in reply["link"] else f"→ {reply['link']}")
    if reply.get("until"):
        left = max(0, round((datetime.fromisoformat(reply["until"]) - now).total_seconds() / 10) * 10)
        lines.append(f"⏳ {left // 60}:{left % 60:02d}")
    if reply.get("options"):
        lines.append(" ".join(f"[{o}]" for o in reply["options"]))
    mark = "<<" if reply.get("proactive") else "<"
    return [f"{mark} {lines[0]}", *(f"  {line}" for line in lines[1:])]


@dataclass(frozen=True, slots=True)
class Terminal:
    """One person's conversation at the terminal."""

    turns: Turns
    person: str
    _: KW_ONLY
    text_limit: int
    code_sender: CodeSender | None
    sms: list[Sms] | None
    passwords: Passwords | None = None

    @property
    def address(self) -> str:
        """Where the conversation happens."""
        return f"terminal:{self.person}"

    async def answer(self, line: str) -> dict[str, Any]:
        """The contract's answer object for one line of input."""
        try:
            wish = self._read(line)
            if isinstance(wish, MoveClock):
                return await self._passed(wish)
            if isinstance(wish, TypedPassword) or is_secret(line):
                return await self._typed(wish)
            return await self._take(wish)
        except BadInput as bad:
            return {"error": str(bad)}
        except NotKept:
            return {"error": "Chưa ghi được vào cơ sở dữ liệu; xin thử lại."}

    def _read(self, line: str) -> Opens | MoveClock | TypedPassword:
        given = read_json(line)
        if given is not None:
            return read_object(given, self.text_limit)
        return at_once(read_text(line, self.text_limit))

    async def _take(self, event: Opens) -> dict[str, Any]:
        missed = await self.turns.missed(self.address)
        result = await self.turns.take(self.address, secrets.token_hex(16), event, pushed=True)
        self._sent([*missed, *result.rows])
        if self.code_sender is not None and result.codes_out:
            await self.code_sender.deliver(result.codes_out)
        await self.turns.settled()
        replies = [shown(m.body, proactive=True) for m in missed] + [shown(r.body) for r in result.rows]
        return self._object(replies, result.place)

    async def _typed(self, typed: Opens | TypedPassword) -> dict[str, Any]:
        """What the secure page would post: a new password, or a code."""
        passwords = self.passwords
        change = await passwords.page_open_at(self.address) if passwords is not None else ""
        if passwords is None or not change:
            if isinstance(typed, TypedPassword):
                raise BadInput("Không có trang bảo mật nào đang chờ mật khẩu.")
            return await self._take(typed)
        missed = await self.turns.missed(self.address)
        told = Told(pushed=True)
        if isinstance(typed, TypedPassword):
            answer = await passwords.submit(change, typed, told)
        else:
            event = typed(State(), NEVER)
            assert isinstance(event, TypedSecret), "a typed secret"
            answer = await passwords.confirm(change, event.value, told)
        result = answer.result
        rows = result.rows if result is not None else ()
        self._sent([*missed, *rows])
        if self.code_sender is not None and result is not None and result.codes_out:
            await self.code_sender.deliver(result.codes_out)
        await self.turns.settled()
        replies = [shown(m.body, proactive=True) for m in missed] + [shown(r.body) for r in rows]
        if not rows:
            replies.append({"text": sentence(answer.outcome, answer.facts, passwords.limits)})
        return self._object(replies, result.place if result is not None else await self._place())

    async def _place(self) -> tuple[str, str]:
        async with self.turns.db.reading() as connection:
            found = await conversations.load(connection, self.turns.seal, [self.address])
        state = found[self.address].state if self.address in found else State()
        return (state.flow, state.step)

    async def _passed(self, wish: MoveClock) -> dict[str, Any]:
        turns = self.turns
        async with turns.db.writing() as connection:
            await conversations.move_clock(
                turns.db, connection, turns.seal, self.address, wish.seconds, turns.clock()
            )
            found = await conversations.load(connection, turns.seal, [self.address])
            person = found[self.address].person
            mine = await dossiers.ids_of(connection, person) if person else []
        at = turns.clock() + found[self.address].clock
        if mine:  # nobody else's clock is moved
            await remind(turns.db, turns.seal, turns.content, at, of=mine)
        if person:
            await say_due(turns.db, turns.seal, turns.content, at, of=[person])
        missed = await turns.missed(self.address)
        self._sent(missed)
        await turns.settled()
        state = found[self.address].state
        return self._object([shown(m.body, proactive=True) for m in missed], (state.flow, state.step))

    def _sent(self, rows: Sequence[Outgoing]) -> None:
        for row in rows:
            self.turns.mark(row)

    def _object(self, replies: list[dict[str, Any]], place: tuple[str, str]) -> dict[str, Any]:
        out: dict[str, Any] = {"replies": replies, "at": place_object(place)}
        if self.sms is not None:
            out["sms"] = [{"to": s.to, "text": s.text} for s in self.sms]
            self.sms.clear()
        return out

    async def now(self) -> datetime:
        """This person's time."""
        async with self.turns.db.reading() as connection:
            found = await conversations.load(connection, self.turns.seal, [self.address])
        moved = found[self.address].clock if self.address in found else 0.0
        return datetime.fromtimestamp(self.turns.clock() + moved, UTC)


def is_secret(line: str) -> bool:
    """Whether a line says what the secure page would post."""
    return "secure" in (read_json(line) or ())


def printed(answer: dict[str, Any], now: datetime) -> str:
    """An answer object as the lines of a transcript."""
    if "error" in answer:
        return f"? {answer['error']}"
    lines = [line for reply in answer["replies"] for line in as_lines(reply, now)]
    lines += [f"! sms {s['to']}: {s['text']}" for s in answer.get("sms", ())]
    return "\n".join(lines)


async def answer_lines(
    terminal: Terminal,
    lines: Callable[[], str | None],
    say: Callable[[str], None],
    *,
    as_json: bool,
    why: bool = False,
) -> None:
    """Answer each line until there are no more; `why`: with the proposals of every turn, best first."""
    import asyncio

    while (line := await asyncio.to_thread(lines)) is not None:
        if not line.strip():
            continue
        if why:
            trace.start()
        answer = await terminal.answer(line.rstrip("\r\n"))
        reasons = trace.stop() if why else []
        if why and as_json:
            answer["why"] = reasons
        elif reasons:
            say("\n".join(f"? {reason}" for reason in reasons))
        say(json.dumps(answer, ensure_ascii=False) if as_json else printed(answer, await terminal.now()))
