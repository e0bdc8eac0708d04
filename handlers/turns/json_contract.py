"""The JSON that terminal and web page share: one object in is one event, one reply is one object. The shapes are documented in docs/pages.md and printed by `troly chat --json`.

Rule: every value from outside is converted to a declared type, strictly: neither true nor 1.0 is a whole number.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from flows.engine.events import (
    Event,
    Pressed,
    Said,
    SentFile,
    SentPicture,
    SharedContact,
    TypedSecret,
    Unreadable,
)
from flows.engine.state import State
from flows.text.normalise import clean
from handlers.turns.types import Opens, at_once

NEVER = datetime.min.replace(tzinfo=UTC)  # events get their time from the turn
PORTRAIT_BYTES = 3_000_000  # what the terminal looks at of a picture
MOST = 2**53  # of a whole number; what JavaScript can count to
_WAIT = re.compile(r"([0-9]{1,5})\s*(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_T = TypeVar("_T")


class GivenContact(msgspec.Struct):
    """`contact`: a phone number, and whether it is the sender's own."""

    phone: str
    own: bool = False


class GivenFile(msgspec.Struct):
    """`file`: what a file is called, how long and of which type it is."""

    name: str
    bytes: Annotated[int, Meta(ge=0, le=MOST)]
    type: str


class GivenPath(msgspec.Struct):
    """`file`, in the terminal: where it lies."""

    path: str


class GivenSecret(msgspec.Struct):
    """`secure`: what the secure page would post: a code, or an old password (none where it is forgotten) and a new one twice."""

    otp: str | None = None
    old: str = ""
    new: str | None = None
    repeat: str = ""


_SHAPES: dict[str, Any] = {
    "text": str,
    "press": str | Annotated[int, Meta(ge=-MOST, le=MOST)],
    "contact": GivenContact,
    "file": GivenFile,
    "secure": GivenSecret,
    "wait": str,
}


class BadInput(ValueError):
    """A line that is none of the contract's objects; the message is one clear sentence."""


@dataclass(frozen=True, slots=True)
class MoveClock:
    """Time passes for this person, in seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class TypedPassword:
    """A new password, as the secure page would post it."""

    old: str = field(repr=False)
    new: str = field(repr=False)
    repeat: str = field(repr=False)


def read_object(given: dict[str, Any], text_limit: int) -> Opens | MoveClock | TypedPassword:
    """One object of the contract as an event, a typed password, or the passing of time.

    Raises BadInput when it is none of them.
    """
    known = [k for k in ("text", "press", "contact", "file", "secure", "wait") if k in given]
    if len(known) != 1:
        raise BadInput("Cần đúng một trong: text, press, contact, file, secure, wait.")
    name, value = known[0], given[known[0]]
    if name == "file" and isinstance(value, dict) and "path" in value:
        return at_once(_file_at(Path(typed(name, value, GivenPath).path)))
    match typed(name, value, _SHAPES[name]):
        case str(words) if name == "text":
            return at_once(read_text(words, text_limit))
        case str(label) if name == "press" and len(label) > text_limit:
            return at_once(read_text(label, text_limit))
        case str() | int() as which if name == "press":
            return _press(which)
        case GivenContact(phone=phone, own=own):
            return at_once(SharedContact(phone, own, NEVER))
        case GivenFile(name=called, bytes=size, type=kind):
            return at_once(SentFile(called, size, kind, NEVER))
        case GivenSecret(otp=str() as code, new=None):
            return at_once(TypedSecret("otp", code.strip(), NEVER))
        case GivenSecret(otp=None, old=old, new=str() as new, repeat=again):
            return TypedPassword(old, new, again)
        case GivenSecret():
            raise BadInput(_WRONG_ONES["secure"])
        case str(span) if found := _WAIT.fullmatch(span.strip()):
            return MoveClock(float(found.group(1)) * _SECONDS[found.group(2)])
    raise BadInput(_WRONG.format(name))


_WRONG = "Giá trị của {} không đúng dạng."
_WRONG_ONES = {
    "press": "press cần nhãn nút hoặc số thứ tự.",
    "secure": "secure cần otp, hoặc old, new và repeat.",
}


def typed(name: str, value: Any, shape: type[_T]) -> _T:
    """The value of the key `name` as the declared type. Raises BadInput when it is of another one."""
    try:
        return msgspec.convert(value, shape)
    except (msgspec.ValidationError, RecursionError):
        raise BadInput(_WRONG_ONES.get(name, _WRONG.format(name))) from None


def read_json(text: str) -> dict[str, Any] | None:
    """The JSON object that a text is; None when it is anything else."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None


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


def _file_at(path: Path) -> SentFile | SentPicture:
    import mimetypes

    from handlers.pictures import verdict_of

    try:
        size = path.stat().st_size
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if kind.startswith("image/"):
            with path.open("rb") as file:
                data = file.read(PORTRAIT_BYTES + 1)
            return SentPicture(size=size, at=NEVER, **verdict_of(data, PORTRAIT_BYTES))
    except (OSError, ValueError):
        raise BadInput(f"Không mở được tệp {path.name}.") from None
    return SentFile(path.name, size, kind, NEVER)


def shown(body: dict[str, Any], *, proactive: bool = False) -> dict[str, Any]:
    """A reply of the outbox as the contract's object: what is empty is absent."""
    out = {k: body[k] for k in ("text", "options", "contact", "link", "until") if body.get(k)}
    if paper := body.get("paper"):
        out["file"] = paper["name"]
    out.setdefault("text", "")
    if proactive:
        out["proactive"] = True
    return out


def place_object(place: tuple[str, str]) -> dict[str, str] | None:
    """`at` of the contract: null at the menu."""
    return {"flow": place[0], "step": place[1]} if place[0] else None
