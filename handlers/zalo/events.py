"""What both Zalo doors make of words and of what they cannot read. Pure. Rule: of a body that cannot be read no value is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flows.engine.events import Said, Unreadable
from flows.text.normalise import clean

WHENEVER = datetime.fromtimestamp(0, UTC)  # an event's time is set by the turn


class BadEvent(ValueError):
    """Nothing that Zalo sends; the message says what is missing."""


class Ignored(Exception):
    """Nothing that a person wrote to us alone; the message is its kind."""


def words_of(text: str, limit: int) -> Said | Unreadable:
    """A typed text as an event: cleaned; too long or empty ones are told so. `limit` is in characters."""
    tidy = clean(text)
    if len(tidy) > limit:
        return Unreadable("long", WHENEVER, tidy)
    return Said(tidy, WHENEVER) if tidy else Unreadable("empty", WHENEVER)


def shape_of(value: Any, depth: int = 3) -> Any:
    """Names of fields and kinds of values, never what was in them."""
    if isinstance(value, dict) and depth:
        names = ((str(k)[:30].encode("ascii", "replace").decode(), v) for k, v in list(value.items())[:20])
        return {name: shape_of(v, depth - 1) for name, v in names}
    return type(value).__name__
