"""Number formats of a workbook: whether a number is shown as a date, and which digits of it. Used by sheets.py.

Invariant: what is given back is what the sheet shows; where a format is not understood, the number as it is stored.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from openpyxl.styles.numbers import BUILTIN_FORMATS

NUMBER, FULL, YEAR, NO_YEAR, TIME = "number", "full", "year", "no year", "time"
TYPED_YEAR = "\ufdd1"  # behind a year that was typed into a cell for dates; `clean` drops it
UNFINISHED_DATE = "\ufdd3date"  # a cell that shows a day or a time of no year
_FIRST, _LAST = 1900, 2100  # a day of 1905 by its number, a year to whoever typed it
_MAC = 1462  # days between the two beginnings of time that workbooks have
_MOST_DAYS = 2_958_465  # 31/12/9999
_DAY_ZERO = date(1899, 12, 30)
_EASTERN_DATES = (*range(27, 37), *range(50, 59))  # built-in formats of East Asian dates
# Quoted words, an escaped sign, a gap as wide as a sign, a filler, a colour or a condition: none of them a place for digits.
_PIECE = re.compile(r'"([^"]*)"|\\(.)|_(.)|\*(.)|\[([^\]]*)\]|(.)', re.DOTALL)


def code_of(number: int, own: dict[int, str]) -> str:
    """The format behind this number: the workbook's own, or one of the built-in ones."""
    return own.get(number) or BUILTIN_FORMATS.get(
        number, "yyyy/m/d" if number in _EASTERN_DATES else "General"
    )


@lru_cache(maxsize=1024)
def kind_of(code: str) -> str:
    """How a number in this format is shown."""
    signs = "".join(m[6] or "" for m in _PIECE.finditer(code) if m[6]).split(";")[0].lower()
    elapsed = any(m[5] and not m[5].lower().strip("hms") for m in _PIECE.finditer(code))
    if signs.startswith("general"):
        return NUMBER
    signs = signs.replace("am/pm", "h").replace("a/p", "h")
    if elapsed or (("h" in signs or "s" in signs) and not ("y" in signs or "d" in signs)):
        return TIME
    if "y" in signs:
        return FULL if "d" in signs else YEAR
    return NO_YEAR if "d" in signs or "m" in signs else NUMBER


@lru_cache(maxsize=1024)
def _places(code: str) -> tuple[tuple[str, bool], ...] | None:
    """The signs of the first section, each with whether it is a place for a digit; None where it is more than that."""
    out: list[tuple[str, bool]] = []
    for quoted, escaped, gap, _filler, bracket, sign in _PIECE.findall(code):
        if sign == ";":
            break
        if bracket and bracket[0] in "<>=":
            return None  # which section holds depends on the number
        if quoted or escaped:
            out.extend((c, False) for c in quoted or escaped)
        elif sign in ("0", "#", "?"):
            out.append((sign, True))
        elif sign in (" ", "-", "/", "(", ")", "+", "\u00a0"):
            out.append((sign, False))
        elif sign and sign != "," and not (gap or bracket):
            return None
    return tuple(out) if any(is_place for _, is_place in out) else None


def shown(code: str, number: int) -> str:
    """A whole number as this format shows it: ('"0"#', 900000001) -> "0900000001"."""
    places = _places(code)
    if places is None or number < 0:
        return str(number)
    digits = str(number)
    left = sum(1 for _, is_place in places if is_place)
    out: list[str] = []
    padded = began = False
    for sign, is_place in places:
        if not is_place:
            out.append(sign)
            continue
        if not began:
            out.append(digits[: max(len(digits) - left, 0)])
            began = True
        padded = padded or sign == "0"
        if left <= len(digits):
            out.append(digits[len(digits) - left])
        elif padded:
            out.append("0")
        left -= 1
    return "".join(out)


def dated(code: str, serial: float, mac: bool) -> str:
    """A number in a format of dates: yyyy-mm-dd (with T and a time where there is one), a year, or UNFINISHED_DATE."""
    kind = kind_of(code)
    if kind in (NO_YEAR, TIME):
        return UNFINISHED_DATE
    if serial == int(serial) and _FIRST <= serial <= _LAST:
        return f"{int(serial)}{TYPED_YEAR}"
    days, seconds = divmod(round((serial + (_MAC if mac else 0)) * 86400), 86400)
    if not 0 < days <= _MOST_DAYS:
        return UNFINISHED_DATE
    day = _DAY_ZERO + timedelta(days=days + (days < 60))  # there was a 29/02/1900 for spreadsheets
    if kind == YEAR:
        return f"{day.year:04d}"
    time = f"T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}" if seconds else ""
    return f"{day.isoformat()}{time}"
