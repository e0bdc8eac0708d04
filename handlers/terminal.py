"""The terminal door: one line in, one answer out, as text or as JSON. Rule: it speaks the objects of the chat socket to the letter."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data import conversations, outbox
from data.outbox import Outgoing
from flows.engine.events import Event, Pressed, Said, SentFile, SharedContact, TypedSecret, Unreadable
from flows.engine.state import State
from flows.text.normalise import clean
from handlers.sms import Courier, Sms
from handlers.turn import NotKept, Opens, Turns, at_once

NEVER = datetime.min.replace(tzinfo=UTC)  # events get their time from the turn
_WAIT = re.compile(r"([0-9]{1,5})\s*(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class BadInput(ValueError):
    """A line that is none of the contract's objects; the message is one clear sentence."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Time passes for this person, in seconds."""

    seconds: float


def read_object(given: dict[str, Any], text_limit: int) -> Opens | Pass:
    """One object of the contract as an event, or the passing of time.

    Raises BadInput when it is none of them.
    """
    known = [k for k in ("text", "press", "contact", "file", "secure", "wait") if k in given]
    if len(known) != 1:
        raise BadInput("Cần đúng một trong: text, press, contact, file, secure, wait.")
    value = given[known[0]]
    match known[0], value:
        case "text", str():
            return at_once(read_text(value, text_limit))
        case "press", bool():
            raise BadInput("press cần nhãn nút hoặc số thứ tự.")
        case "press", int() | str():
            return _press(value)
        case "contact", {"phone": str(phone), **rest}:
            return at_once(SharedContact(phone, rest.get("own") is True, NEVER))
        case "file", {"path": str(path)}:
            return at_once(_file_at(Path(path)))
        case "file", {"name": str(name), "bytes": int(size), "type": str(kind)}:
            return at_once(SentFile(name, size, kind, NEVER))
        case "secure", {"otp": str(code)}:
            return at_once(TypedSecret("otp", code.strip(), NEVER))
        case "secure", _:
            raise BadInput("Trang bảo mật lúc này chỉ nhận otp; mật khẩu chỉ nhập trong ứng dụng VssID.")
        case "wait", str() if found := _WAIT.fullmatch(value.strip()):
            return Pass(float(found.group(1)) * _SECONDS[found.group(2)])
    raise BadInput(f"Giá trị của {known[0]} không đúng dạng.")


def read_text(text: str, limit: int) -> Said | Unreadable:
    """A typed text as an event: cleaned; too long or empty ones are told so."""
    tidy = clean(text)
    if len(tidy) > limit:
        return Unreadable("long", NEVER, tidy)
    return Said(tidy, NEVER) if tidy else Unreadable("empty", NEVER)


def _press(which: int | str) -> Opens:
    def opens(state: State, at: datetime) -> Event:
        if isinstance(which, int):
            label = state.options[which - 1] if 1 <= which <= len(state.options) else ""
            return Pressed(label, at)
        return Pressed(clean(which), at)

    return opens


def _file_at(path: Path) -> SentFile:
    import mimetypes

    try:
        size = path.stat().st_size
    except OSError:
        raise BadInput(f"Không mở được tệp {path.name}.") from None
    return SentFile(path.name, size, mimetypes.guess_type(path.name)[0] or "application/octet-stream", NEVER)


def shown(body: dict[str, Any], *, proactive: bool = False) -> dict[str, Any]:
    """A reply of the ledger as the contract's object: what is empty is absent."""
    out = {k: body[k] for k in ("text", "options", "contact", "link", "file", "until") if body.get(k)}
    out.setdefault("text", "")
    if proactive:
        out["proactive"] = True
    return out


def place_object(place: tuple[str, str]) -> dict[str, str] | None:
    """`at` of the contract: null at the menu."""
    return {"flow": place[0], "step": place[1]} if place[0] else None


def as_lines(reply: dict[str, Any], now: datetime) -> list[str]:
    """A reply as a transcript writes it: `<`, then indented lines, the options in brackets on the last."""
    lines = reply["text"].split("\n")
    if reply.get("contact"):
        lines.append(f"☎ {reply['contact']['name']} {reply['contact']['phone']}")
    if reply.get("link"):
        lines.append("→ trang bảo mật" if "/secure/" in reply["link"] else f"→ {reply['link']}")
    if reply.get("file"):
        lines.append(f"⇩ {reply['file']}")
    if reply.get("until"):
        left = max(0, round((datetime.fromisoformat(reply["until"]) - now).total_seconds() / 10) * 10)
        lines.append(f"⏳ {left // 60}:{left % 60:02d}")
    if reply.get("options"):
        lines.append(" ".join(f"[{o}]" for o in reply["options"]))
    mark = "<<" if reply.get("proactive") else "<"
    return [f"{mark} {lines[0]}", *(f"  {line}" for line in lines[1:])]


class Terminal:
    """One person's talk at the terminal."""

    def __init__(
        self, turns: Turns, person: str, *, text_limit: int, courier: Courier | None, sms: list[Sms] | None
    ) -> None:
        self.address = f"terminal:{person}"
        self._turns = turns
        self._text_limit = text_limit
        self._courier = courier
        self._sms = sms

    async def answer(self, line: str) -> dict[str, Any]:
        """The contract's answer object for one line of input."""
        try:
            wish = self._read(line)
            return await (self._passed(wish) if isinstance(wish, Pass) else self._taken(wish))
        except BadInput as bad:
            return {"error": str(bad)}
        except NotKept:
            return {"error": "Chưa ghi được vào cơ sở dữ liệu; xin thử lại."}

    def _read(self, line: str) -> Opens | Pass:
        try:
            given = json.loads(line)
        except (ValueError, RecursionError):
            given = None
        if isinstance(given, dict):
            return read_object(given, self._text_limit)
        return at_once(read_text(line, self._text_limit))

    async def _taken(self, event: Opens) -> dict[str, Any]:
        missed = await self._missed()
        taken = await self._turns.take(self.address, secrets.token_hex(16), event, pushed=True)
        self._sent([*missed, *taken.rows])
        if self._courier is not None and taken.codes_out:
            await self._courier.deliver(taken.codes_out)
        await self._turns.settled()
        replies = [shown(m.body, proactive=True) for m in missed] + [shown(r.body) for r in taken.rows]
        return self._object(replies, taken.place)

    async def _passed(self, wish: Pass) -> dict[str, Any]:
        turns = self._turns
        async with turns.db.writing() as connection:
            await conversations.move_clock(
                turns.db, connection, turns.seal, self.address, wish.seconds, turns.clock()
            )
            found = await conversations.load(connection, turns.seal, [self.address])
        missed = await self._missed()
        self._sent(missed)
        await turns.settled()
        state = found[self.address].state
        return self._object([shown(m.body, proactive=True) for m in missed], (state.flow, state.step))

    async def _missed(self) -> list[Outgoing]:
        turns = self._turns
        async with turns.db.reading() as connection:
            missed = await outbox.unseen(connection, self.address, 0)
        if any(not row.proactive for row in missed):  # leased while they are shown: a claim waits for them
            async with turns.db.writing() as connection:
                until = turns.clock() + turns.lease
                missed = await outbox.lease_unseen(
                    turns.db, connection, self.address, 0, holder=turns.holder, until=until
                )
        return missed

    def _sent(self, rows: Sequence[Outgoing]) -> None:
        for row in rows:
            self._turns.mark(row)

    def _object(self, replies: list[dict[str, Any]], place: tuple[str, str]) -> dict[str, Any]:
        out: dict[str, Any] = {"replies": replies, "at": place_object(place)}
        if self._sms is not None:
            out["sms"] = [{"to": s.to, "text": s.text} for s in self._sms]
            self._sms.clear()
        return out

    async def now(self) -> datetime:
        """This person's time."""
        async with self._turns.db.reading() as connection:
            found = await conversations.load(connection, self._turns.seal, [self.address])
        moved = found[self.address].clock if self.address in found else 0.0
        return datetime.fromtimestamp(self._turns.clock() + moved, UTC)


def printed(answer: dict[str, Any], now: datetime) -> str:
    """An answer object as the lines of a transcript."""
    if "error" in answer:
        return f"? {answer['error']}"
    lines = [line for reply in answer["replies"] for line in as_lines(reply, now)]
    lines += [f"! sms {s['to']}: {s['text']}" for s in answer.get("sms", ())]
    return "\n".join(lines)


async def talk(
    terminal: Terminal, lines: Callable[[], str | None], say: Callable[[str], None], *, as_json: bool
) -> None:
    """Answer each line until there are no more."""
    import asyncio

    while (line := await asyncio.to_thread(lines)) is not None:
        if not line.strip():
            continue
        answer = await terminal.answer(line.rstrip("\r\n"))
        say(json.dumps(answer, ensure_ascii=False) if as_json else printed(answer, await terminal.now()))
