"""What is handed out as a file: its words and dates, without a layout. Made by flows, drawn by handlers/papers.

Invariant: everything that a reader of the file sees stands in it, but for the address of the link back, which the door knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import msgspec

Kind = Literal["page", "calendar"]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the page and the lines under it; `ticks`: with a box before each line."""

    heading: str
    lines: tuple[str, ...]
    ticks: bool = False


@dataclass(frozen=True, slots=True)
class Date:
    """One entry of the calendar: a day (ISO), or a moment of it when `at` is a time ("07:30", in Vietnam)."""

    id: str
    day: str
    title: str
    text: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A page to print, or a calendar. `name` is the file's; `start` is what the link back begins (flows/entries.py)."""

    kind: Kind
    name: str
    title: str
    under: str = ""  # the line below the title
    deadline: str = ""  # the one thing that stands out
    sections: tuple[Section, ...] = ()
    dates: tuple[Date, ...] = ()
    foot: tuple[str, ...] = ()
    start: str = ""
    made: str = ""  # ISO time
    back: str = ""  # what is said beside the link back
    more: tuple[Paper, ...] = ()  # pages that follow in the same file

    def as_json(self) -> dict[str, Any]:
        """The paper as JSON values."""
        return asdict(self)


def paper_of(value: Mapping[str, Any]) -> Paper:
    """The paper that `as_json` gave. Raises ValueError for anything else."""
    return msgspec.convert(value, Paper)


@dataclass(frozen=True, slots=True)
class HandingIn:
    """Where one kind of person hands the papers in, and what they bring. `who` as in the checklist."""

    who: str
    called: str  # "người lao động của đơn vị"
    bring: tuple[str, ...]
    where: tuple[str, ...]
    after: tuple[str, ...] = field(default=())
