"""The JSON that terminal and web page share: one object in is one event, one reply is one object. The shapes are documented in docs/pages.md and printed by `troly chat --json`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.engine.events import Event, Pressed, Said, SentFile, SharedContact, TypedSecret, Unreadable
from flows.engine.state import State
from flows.text.normalise import clean
from handlers.turns.types import Opens, at_once

NEVER = datetime.min.replace(tzinfo=UTC)  # events get their time from the turn
_WAIT = re.compile(r"([0-9]{1,5})\s*(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class BadInput(ValueError):
    """A line that is none of the contract's objects; the message is one clear sentence."""


@dataclass(frozen=True, slots=True)
class MoveClock:
    """Time passes for this person, in seconds."""

    seconds: float


def read_object(given: dict[str, Any], text_limit: int) -> Opens | MoveClock:
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
            return MoveClock(float(found.group(1)) * _SECONDS[found.group(2)])
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
    """A reply of the outbox as the contract's object: what is empty is absent."""
    out = {k: body[k] for k in ("text", "options", "contact", "link", "until") if body.get(k)}
    out.setdefault("text", "")
    if proactive:
        out["proactive"] = True
    return out


def place_object(place: tuple[str, str]) -> dict[str, str] | None:
    """`at` of the contract: null at the menu."""
    return {"flow": place[0], "step": place[1]} if place[0] else None
