"""Dates as people type them, in every form that is read anywhere. Called by the steps that read a date, masking and the explanation of numbers.

Invariant: a form only says what is written; whether there is such a day `calendar_day` says. Nothing reads a clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_DAY, _MONTH = r"(?<![0-9])(?P<day>[0-9]{1,2})", r"(?P<month>[0-9]{1,2})"
_CENTURY = r"(?P<year>(?:19|20)[0-9]{2})"
_SIGNS = rf"{_DAY}(?P<first>\s*[-/. ]\s*){_MONTH}(?P<second>\s*[-/. ]\s*)"
# Of folded text. One form is looked for at a time: what a caller does not understand is no date for it.
FULL = re.compile(rf"{_SIGNS}(?P<year>[0-9]{{4}})(?![0-9])")  # 17/01/1983
SHORT_YEAR = re.compile(rf"{_SIGNS}(?P<year>[0-9]{{2}})(?![0-9])")  # 17/01/83
IN_WORDS = re.compile(
    rf"(?<![0-9])(?:ngay )?(?P<day>[0-9]{{1,2}}) thang {_MONTH}(?: nam)? (?P<year>[0-9]{{4}})(?![0-9])"
)
TIGHT = re.compile(r"(?<![0-9])(?P<day>[0-9]{2})(?P<month>[0-9]{2})(?P<year>[0-9]{4})(?![0-9])")  # 17011983
MONTH = re.compile(rf"(?<![0-9/])(?P<month>0?[1-9]|1[0-2])/{_CENTURY}(?![0-9/])")
YEAR = re.compile(rf"(?<![0-9]){_CENTURY}(?![0-9])")
DAY_AND_MONTH = re.compile(  # 19/4, "19 thang 4 nam 2021": the year may be left out
    rf"{_DAY}\s*(?:[-/.]|thang|\s)\s*{_MONTH}(?:\s*(?:[-/.]|nam|\s)\s*(?P<year>[0-9]{{4}}))?(?![0-9])"
)


@dataclass(frozen=True, slots=True)
class TypedDate:
    """A date and where it stands; a part that is not written is 0. `joints`: what stands between its numbers."""

    start: int
    end: int
    text: str
    day: int
    month: int
    year: int
    joints: tuple[str, str]

    def signs_only(self) -> bool:
        """Whether its numbers are joined by signs without blanks: 17/01/1983."""
        return all(joint in ("-", "/", ".") for joint in self.joints)


def dates_in(text: str, form: re.Pattern[str]) -> list[TypedDate]:
    """The dates of one form in a folded text, in order."""
    return [_typed(hit) for hit in form.finditer(text)]


def whole_date(text: str) -> TypedDate | None:
    """The date that a text is, joined by signs and with nothing around it."""
    hit = FULL.fullmatch(text)
    typed = _typed(hit) if hit else None
    return typed if typed and typed.signs_only() else None


def _typed(hit: re.Match[str]) -> TypedDate:
    found = hit.groupdict()
    day, month, year = (int(found.get(part) or 0) for part in ("day", "month", "year"))
    joints = (found.get("first") or "", found.get("second") or "")
    return TypedDate(hit.start(), hit.end(), hit.group(), day, month, year, joints)


def calendar_day(day: int, month: int, year: int) -> date | None:
    """The day of the calendar, None when there is none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def written(day: int, month: int, year: int) -> str:
    """The date as it is kept and said: 17/01/1983."""
    return f"{day:02}/{month:02}/{year:04}"
