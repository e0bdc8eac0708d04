"""Birth dates as people say them: "29 tháng 2 năm 2004", "sinh năm 83", "2k1", "bảy lăm". Read by flows/people.

Invariant: of two digits the century follows from the calendar alone: nobody is born after today; what is read is said back in four digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from flows.text.dates import FULL, MONTH, SHORT_YEAR, TIGHT, YEAR, calendar_day, written

OLDEST_YEAR = 1900
_UNITS = {
    "mot": 1,
    "hai": 2,
    "ba": 3,
    "bon": 4,
    "tu": 4,
    "nam": 5,
    "lam": 5,
    "sau": 6,
    "bay": 7,
    "tam": 8,
    "chin": 9,
}
_WORD = "(?:mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin|muoi|le|linh|khong)"
_UNIT = "(?:mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin)"
_DIGIT = "(?:khong|mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin)"
_TENS = rf"(?:(?:{_UNIT} )?muoi(?: {_UNIT})?|(?:le|linh) {_UNIT}|{_UNIT} {_UNIT})"
# "mot nghin chin tram tam muoi ba", "hai ngan le tam", "mot chin tam ba", "hai khong khong tam"
_FULL_YEAR = (
    rf"(?:(?:mot|hai) (?:nghin|ngan)(?: {_DIGIT} tram)?(?: {_TENS})?|chin tram {_TENS}"
    rf"|mot chin (?:{_DIGIT} {_DIGIT}|{_UNIT} muoi(?: {_UNIT})?)|hai khong {_DIGIT} {_DIGIT})"
)
_SAID = rf"(?:{_FULL_YEAR}|{_WORD}(?: {_WORD}){{1,2}})"
_DAY = rf"(?P<day>[0-9]{{1,2}}|(?:hai |ba )?muoi(?: {_WORD})?|hai {_WORD}|{_WORD})"
_MONTH = rf"(?P<month>[0-9]{{1,2}}|muoi mot|muoi hai|muoi|gieng|chap|{_WORD})"
_YEAR = rf"(?P<year>[0-9]{{4}}|2k[0-9]?|[0-9]{{2}}|{_SAID})"
_BORN = r"(?:nam sinh|(?:sinh|sanh) (?:vao )?nam|sinh|sanh|nam|sn|ns|nsinh)"
_HEAD, _TAIL = r"(?<![0-9a-z/.])", r"(?![0-9a-z])"
_NO_AGE = r"(?!\s*(?:tuoi|t|phut|ngay|thang|nam nay|nam roi|nam truoc|%|k)(?![a-z]))"
IN_WORDS = re.compile(
    rf"{_HEAD}(?:(?:ngay|mung|mong) )*{_DAY} ?(?:thang|thg|t) ?{_MONTH}[ ,]*(?:{_BORN} )?{_YEAR}{_TAIL}"
)
DAY_AND_MONTH = re.compile(
    rf"{_HEAD}(?:(?:ngay|mung|mong) )*{_DAY} ?(?:(?:thang|thg) ?{_MONTH}{_TAIL}|/ ?(?P<short>[0-9]{{1,2}})(?![0-9/]))"
)
MONTH_AND_YEAR = re.compile(
    rf"{_HEAD}(?:thang|thg) ?{_MONTH}[ ,]*(?:nam )?(?P<year>(?:19|20)[0-9]{{2}}){_TAIL}"
)
LABELLED = re.compile(
    rf"{_HEAD}{_BORN}[ :]*(?:(?:hoi|khoang|tam) nam |khoang |tam |hoi |la |cung )*(?P<year>2k[0-9]?|[0-9]{{2}}|{_SAID}){_TAIL}{_NO_AGE}"
)
TWO_THOUSAND = re.compile(r"(?<![0-9a-z])(?P<year>2k[0-9]?)(?![0-9a-z])")
BARE = re.compile(rf"(?<![0-9a-z/.,])(?P<year>[0-9]{{2}})(?![0-9a-z/]|[.,][0-9]){_NO_AGE}")
BARE_WORDS = re.compile(rf"(?<![a-z])(?P<year>{_SAID})(?![a-z]){_NO_AGE}")
WHOLE_YEAR = re.compile(
    rf"(?<![a-z])(?P<year>{_FULL_YEAR})(?![a-z]){_NO_AGE}(?! (?:dong|do|cay|met|nguoi|muoi|tram|trieu|{_UNIT})\b)"
)
_MONTHS = {"gieng": 1, "chap": 12}
_ONLY_A_YEAR = re.compile(
    rf"(?:(?:da|thua|bac|chu|co|toi|tui|em|con|chau|minh) )*(?:{_BORN} )*{_FULL_YEAR}(?: (?:a|nha|nghen|con|em|do|lan))*"
)
_IN_FULL = re.compile(_FULL_YEAR)
_NUMBERED = re.compile(
    "(?:thang|ngay|mung|mong|so|ap|khom|to|phuong|quan|xa|lop|thu|tinh|ma|nha|khoang|tuoi|cuoi|dau) ?$"
)
_WITHOUT_YEAR = re.compile("(?:khong|ko|k|hong|hok|chua) (?:nho|biet|ro)")


@dataclass(frozen=True, slots=True)
class Birth:
    """A birth date in a folded text, and where it stands. One of `born` ("17/01/1983", "1983"), day and month, or `trouble` is set."""

    start: int
    end: int
    born: str = ""
    day: int = 0
    month: int = 0
    trouble: str = ""


def number_said(words: str) -> int | None:
    """ "75", "bay lam", "bay muoi lam", "muoi hai", "le ba" as a number; None for other words."""
    if words.isdigit():
        return int(words)
    if words in _MONTHS:
        return _MONTHS[words]
    said = words.split()
    if said and said[0] in ("le", "linh", "khong"):
        said = said[1:]
        return _UNITS.get(said[0]) if len(said) == 1 else None
    tens = said.index("muoi") if "muoi" in said else -1
    if tens > 1 or said.count("muoi") > 1:
        return None
    if tens >= 0:
        first = _UNITS.get(said[0], 0) if tens else 1
        rest = said[tens + 1 :]
        unit = _UNITS.get(rest[0]) if len(rest) == 1 else 0 if not rest else None
        return first * 10 + unit if unit is not None else None
    digits = [_UNITS.get(word) for word in said]
    if None in digits or not 1 <= len(digits) <= 2:
        return None
    return int("".join(str(digit) for digit in digits))


def _year_in_full(words: str) -> int | None:
    """A year said with all its parts: "mot nghin chin tram tam muoi ba", "chin tram tam ba", "mot chin tam ba"."""
    thousands, _, rest = words.replace("ngan", "nghin").rpartition("nghin")
    hundreds, hundred, tens = rest.rpartition("tram")
    if thousands or hundred:
        above = _UNITS.get(thousands.strip(), 1) * 1000 + _UNITS.get(hundreds.strip(), 0) * 100
        below = number_said(tens.strip()) if tens.strip() else 0
        return above + below if below is not None else None
    first, second, *last = words.split()
    if first == "mot" and second == "chin" and "muoi" in last:
        below = number_said(" ".join(last))
        return 1900 + below if below is not None else None
    digits = [0 if word == "khong" else _UNITS.get(word, 0) for word in (first, second, *last)]
    return int("".join(str(digit) for digit in digits)) if len(digits) == 4 else None


def year_said(words: str, today: date) -> int | None:
    """A year as it is said, in four digits: "2k1" 2001, "83" 1983, "15" 2015; None for what is no year of birth."""
    if words.startswith("2k"):
        year: int | None = 2000 + int(words[2:] or 0)
    elif _IN_FULL.fullmatch(words):
        year = _year_in_full(words)
    else:
        year = number_said(words)
        if year is not None and year < 100:
            if len(words) < 2 or (not words.isdigit() and " " not in words):
                return None
            year += today.year // 100 * 100
            year -= 100 if year > today.year else 0
    return year if year is not None and OLDEST_YEAR <= year <= today.year else None


def _whole(day: int | None, month: int | None, year: int | None, today: date) -> str:
    """The date as it is kept, "" when there is no such day, or it lies ahead or too far back."""
    found = calendar_day(day or 0, month or 0, year or 0)
    if found is None or found > today or found.year < OLDEST_YEAR:
        return ""
    return written(found.day, found.month, found.year)


def births_in(folded: str, today: date, *, expected: str = "") -> list[Birth]:
    """The birth dates of a folded text in order. `expected`: "fact" when a date was asked for, so that two digits or two
    number words alone are a year; "name" when a name was, so that only two digits are."""
    found: list[Birth] = []
    text = folded
    for form, read in _forms(today, expected):
        for hit in form.finditer(text):
            birth = read(hit)
            if birth is not None:
                found.append(birth)
        for birth in found:
            text = text[: birth.start] + "|" * (birth.end - birth.start) + text[birth.end :]
    return sorted(found, key=lambda birth: birth.start)


_Read = Callable[[re.Match[str]], Birth | None]


def _forms(today: date, expected: str) -> Iterator[tuple[re.Pattern[str], _Read]]:
    def full(hit: re.Match[str]) -> Birth | None:
        parts = hit.groupdict()
        day, month = number_said(parts["day"]), number_said(parts["month"])
        year = year_said(parts["year"], today)
        if day is None or month is None or (year is None and not parts["year"].isdigit()):
            return None
        born = _whole(day, month, year, today)
        return Birth(*hit.span(), born=born, trouble="" if born else "date")

    def short(hit: re.Match[str]) -> Birth | None:
        signs = hit["first"].strip() and hit["second"].strip()
        return full(hit) if signs and 1 <= int(hit["month"]) <= 31 else None

    def day_and_month(hit: re.Match[str]) -> Birth | None:
        day, month = number_said(hit["day"]), number_said(hit["month"] or hit["short"])
        if calendar_day(day or 0, month or 0, 2000) is None:
            named = "thang" in hit.group() and hit["day"].isdigit()
            return Birth(*hit.span(), trouble="date") if named else None
        return Birth(*hit.span(), day=day or 0, month=month or 0)

    def year_only(hit: re.Match[str]) -> Birth | None:
        year = year_said(hit["year"], today)
        if year is None:
            return Birth(*hit.span(), trouble="date") if hit["year"].isdigit() else None
        return Birth(*hit.span(), born=str(year))

    def bare(hit: re.Match[str]) -> Birth | None:
        return None if _NUMBERED.search(hit.string[: hit.start()]) else year_only(hit)

    yield FULL, full
    yield TIGHT, full
    yield IN_WORDS, full
    yield SHORT_YEAR, short
    yield MONTH_AND_YEAR, year_only
    yield MONTH, year_only
    yield DAY_AND_MONTH, day_and_month
    yield YEAR, year_only
    yield WHOLE_YEAR, year_only
    yield LABELLED, year_only
    yield TWO_THOUSAND, year_only
    if expected:
        yield BARE, bare
    if expected == "fact":
        yield BARE_WORDS, bare


def is_said_year(folded: str) -> bool:
    """Whether a folded text is nothing but a year said in full: "nam mot chin bon lam", "sinh nam hai khong khong tam"."""
    return _ONLY_A_YEAR.fullmatch(" ".join(folded.split()).strip(" .,")) is not None


def no_date_known(folded: str) -> bool:
    """Whether it is said that a date is not known: "hổng nhớ ngày", "ko biết năm sinh"."""
    return _WITHOUT_YEAR.search(folded) is not None
