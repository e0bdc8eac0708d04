"""What may reach a conversation: the events. Made by the doors, the effect handlers and the desk; read by the engine.

Invariant: the text of an event was cleaned before (flows/text/normalise.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flows.effects import EffectResult
from flows.secrets.file_names import words_of_name


@dataclass(frozen=True, slots=True)
class Said:
    """The person typed this; cleaned."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pressed:
    """The person pressed a button with these words; "" when the button belongs to nothing valid now."""

    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SharedContact:
    """The person shared a phone number; `own` only when the channel vouches that it is the sender's."""

    phone: str = field(repr=False)
    own: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class SentFile:
    name: str
    size: int  # bytes
    type: str  # media type
    at: datetime


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture that was asked for, judged by the door and let go. `verdict`: good, too_big, heic, other_kind, not_a_picture,
    broken, too_wide, too_small, lying, slow. `width`, `height` in dots as it is shown, 0 unknown; `size` in bytes."""

    verdict: str
    size: int
    at: datetime
    kind: str = ""  # "JPG", "PNG", else Pillow's name
    width: int = 0
    height: int = 0
    words: str = field(default="", repr=False)  # that came with it; nobody but the shield looks at them


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something arrived that the assistant does not read: sticker, voice, photo, location, edited, long, empty, other.

    `words`: the text that came with it; nobody but the shield looks at it.
    """

    kind: str
    at: datetime
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TypedSecret:
    """A value typed on the secure page. It is handed to one effect and kept nowhere."""

    kind: str  # "otp"
    value: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class PageUsed:
    """The person did something on the secure page of a flow, away from the conversation; `facts` are kept as answers."""

    flow: str
    outcome: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """The result of the effect that the step was waiting for; `opening` is what began the flow, if anything."""

    answer: EffectResult
    at: datetime
    opening: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """An officer gave the conversation back to the bot. `reason` is why the ticket was closed; "" for handed back."""

    ticket: str
    officer: str
    reason: str
    at: datetime


Event = (
    Said
    | Pressed
    | SharedContact
    | SentFile
    | SentPicture
    | Unreadable
    | TypedSecret
    | PageUsed
    | Answered
    | Returned
)


def words_beside(event: Event) -> str:
    """The words that came with an event that is no text: an officer may read them, so the shield does."""
    match event:
        case (
            Unreadable(words=words)
            | SentPicture(words=words)
            | Pressed(label=words)
            | SharedContact(phone=words)
        ):
            return words
        case SentFile(name=name):
            return words_of_name(name)
    return ""
