"""Counts what became of the rows of a file: by column, and by reason. Used by data/registry_import while rows go by.

Invariant: of a person nothing is kept but that a cell was filled; memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

PLACES = 3  # rows that are named for a reason
MOST_REASONS = 500  # different ones that are told apart; further ones are counted together
_MORE = ("", "các lý do khác")
_AT = {
    "code": 0,
    "name": 1,
    "sex": 3,
    "born": 4,
    "id_number": 6,
    "phone": 7,
    "province": 9,
    "household": 10,
    "commune": 11,
    "unit": 12,
}  # where a prepared row has a column, or the hash of it
_YEAR = 4  # letters of a birth date that is only a year


@dataclass(slots=True)
class ReasonCount:
    """How many cells of a column could not be taken for this reason, and the first rows of them as `BadRows` counts rows."""

    heading: str
    reason: str
    cells: int = 0
    first: list[int] = field(default_factory=list)


class ReasonCounts:
    """The reasons for which rows were not taken, the most frequent first."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], ReasonCount] = {}

    def add(self, bad: Iterable[tuple[int, str, str]]) -> None:
        """Count these (row, heading, reason)."""
        for row, heading, reason in bad:
            key = (heading, reason)
            one = self._found.get(key)
            if one is None:
                if len(self._found) >= MOST_REASONS:
                    key = _MORE
                one = self._found.setdefault(key, ReasonCount(*key))
            one.cells += 1
            if len(one.first) < PLACES and row not in one.first:
                one.first.append(row)

    def sorted(self) -> list[ReasonCount]:
        """All of them."""
        return sorted(self._found.values(), key=lambda one: (-one.cells, one.heading, one.reason))

    def of(self, heading: str) -> int:
        """How many cells under this heading were not taken."""
        return sum(one.cells for one in self._found.values() if one.heading == heading)


@dataclass(slots=True)
class ColumnCounts:
    """Of the rows that were taken: how many there are, how many have a value in a column, how many only a year of birth."""

    rows: int = 0
    filled: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_AT, 0))
    years: int = 0

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Count these prepared rows."""
        self.rows += len(rows)
        for column, at in _AT.items():
            self.filled[column] += sum(1 for row in rows if row[at])
        self.years += sum(1 for row in rows if len(row[4]) == _YEAR)
