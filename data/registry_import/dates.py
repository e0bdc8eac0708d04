"""Reads birth dates, each as its whole column asks for. Used by survey.py, which judges the column, and by prepare.py.

Invariant: nobody gets a date whose day and month may have changed places; what cannot be known is a bad row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from data.registry_import.values import SHORTENED, TYPED_YEAR, BadValue, optional

FIRST_YEAR = 1900
_SIGN = r"\s*[/.\-]\s*"
_MIDNIGHT = r"(?:[ T](?:00?|12):00(?::00(?:\.0+)?)?(?: ?(?:AM|SA))?)?"
_DATE = re.compile(rf"(\d{{1,2}}){_SIGN}(\d{{1,2}}){_SIGN}(\d{{4}}){_MIDNIGHT}")
_SHORT = re.compile(rf"(\d{{1,2}}){_SIGN}(\d{{1,2}}){_SIGN}\d{{2}}")  # refused, and tells about its column
_ISO = re.compile(rf"(\d{{4}}){_SIGN}(\d{{1,2}}){_SIGN}(\d{{1,2}})")
_STAMP = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
_UNKNOWN = r"(?:0{1,2}|[.?_x\-]{1,2})?"
_NO_DAY = re.compile(rf"{_UNKNOWN}[/.\-]{_UNKNOWN}[/.\-](\d{{4}})", re.IGNORECASE)
_MONTH = re.compile(r"(\d{1,2})[/.\-](\d{4})")
_SERIAL = re.compile(r"([1-9]\d{4})(?:\.0+)?")  # a day as spreadsheets count them: 13/05/1927 and later
_DAY_ZERO = date(1899, 12, 30)
_MAC = 1462  # days from there to 1904
_SOUTH_UNTIL = date(1975, 6, 13)  # until then clocks in the South were eight hours before UTC
_YEARS_AS_DAYS = (date(1905, 3, 14), date(1905, 7, 31))  # the days numbered 1900 to 2039
_RULE = 3  # dates with the month in front that make a rule of it where none says otherwise
_SLIPS = 1000  # dates with the day in front to one with the month in front, which is a slip then


@dataclass(frozen=True, slots=True)
class Dates:
    """What a whole column of birth dates says about each of them; rows are named for whoever mends the file.

    `months_first`: all typed dates are month, day, year. `month_row`: this row's is, others are not or do not tell. `typed_row`: dates
    are typed there, while the spreadsheet took all that it could for its own. `packed_row`: a date without separators stands there.
    """

    months_first: bool = False
    month_row: int = 0
    typed_row: int = 0
    packed_row: int = 0
    mac: bool = False  # numbers of days begin in 1904


def judged(counts: dict[str, int], first_rows: dict[str, int], mac: bool) -> Dates:
    """What these kinds of cells (see `kind_of_date`), and the first row of each, say about their column."""
    day, month, either = (counts.get(k, 0) for k in ("day", "month", "either"))
    cell, swapped = counts.get("cell", 0), counts.get("cell either", 0)
    rule = month >= _RULE and not day and month * 4 >= either and not cell and not swapped
    typed = "day" if day else "month" if month else ""
    doubtful = bool(swapped and typed and (not either or not cell))
    return Dates(
        months_first=rule,
        month_row=0 if rule or month * _SLIPS <= day else first_rows["month"],
        typed_row=first_rows[typed] if doubtful else 0,
        packed_row=first_rows.get("packed", 0),
        mac=mac,
    )


def birth_reader(today: date, column: Dates | None = None) -> Callable[[str], tuple[str, int]]:
    """A reader of birth dates: (dd/mm/yyyy or yyyy or "", the year or 0). Future dates are bad."""
    said = column or Dates()

    def known(born: date | None) -> tuple[str, int]:
        if born is None:
            raise BadValue("ngày sinh không có thật")
        if born > today:
            raise BadValue("ngày sinh ở tương lai")
        if _YEARS_AS_DAYS[0] <= born <= _YEARS_AS_DAYS[1]:
            raise BadValue("ngày của năm 1905 thường là năm sinh gõ vào ô kiểu ngày; hãy ghi lại")
        year_of(born.year)
        return f"{born.day:02d}/{born.month:02d}/{born.year:04d}", born.year

    def year_of(year: int) -> int:
        if year > today.year:
            raise BadValue("năm sinh ở tương lai")
        if year < FIRST_YEAR:
            raise BadValue(f"năm sinh trước {FIRST_YEAR}")
        return year

    def typed(first: int, second: int, year: int) -> tuple[str, int]:
        if said.months_first:
            return known(_day(year, first, second))
        if first <= 12 < second <= 31:
            raise BadValue("ngày sinh viết tháng trước ngày; hãy ghi dd/mm/yyyy")
        if said.month_row and first <= 12 and second <= 12 and first != second:
            raise BadValue(
                f"không rõ số nào là ngày, số nào là tháng: dòng {said.month_row} của cột này viết tháng trước ngày"
            )
        return known(_day(year, second, first))

    def automatic(born: date | None) -> tuple[str, int]:
        if said.typed_row and born is not None and born.day <= 12 and born.day != born.month:
            raise BadValue(
                "ô kiểu ngày có thể đã bị đổi chỗ ngày với tháng, vì bảng tính không hiểu"
                f" ngày viết bằng chữ ở dòng {said.typed_row} của cột này; hãy ghi cả cột một kiểu"
            )
        return known(born)

    def stamp(found: re.Match[str]) -> tuple[str, int]:
        year, month, day, hour, minute, second = (int(n or 0) for n in found.groups()[:6])
        born, zone = _day(year, month, day), found[7] or ""
        if hour == minute == second == 0:
            return automatic(born)
        utc = zone in ("Z", "UTC", "GMT") or zone[1:].replace(":", "") == "0000"
        whole_hour = born is not None and utc and minute == second == 0
        if whole_hour and born is not None and (hour == 17 or (hour == 16 and born < _SOUTH_UNTIL)):
            return automatic(born + timedelta(days=1))  # midnight in Việt Nam
        raise BadValue("ngày sinh kèm giờ nên không rõ là ngày nào; hãy bỏ phần giờ")

    def read(text: str) -> tuple[str, int]:
        text = optional(text).lstrip("'")
        if not text or text == "0":
            return "", 0
        if not text.isascii():
            raise BadValue("ngày sinh không đọc được")
        if found := _NO_DAY.fullmatch(text):
            return found[1], year_of(int(found[1]))
        if found := _DATE.fullmatch(text):
            return typed(int(found[1]), int(found[2]), int(found[3]))
        if found := _ISO.fullmatch(text):
            return automatic(_day(int(found[1]), int(found[2]), int(found[3])))
        if found := _STAMP.fullmatch(text):
            return stamp(found)
        if len(text) == 4 and text.isdigit():
            return text, year_of(int(text))
        if found := _MONTH.fullmatch(text):
            if not 1 <= int(found[1]) <= 12:
                raise BadValue("tháng sinh không có thật")
            return found[2], year_of(int(found[2]))  # the registry keeps a day or a year
        if found := _SERIAL.fullmatch(text):
            if said.packed_row:
                raise BadValue(
                    f"ngày sinh viết liền không có dấu (như dòng {said.packed_row}); hãy ghi dd/mm/yyyy"
                )
            return automatic(_of_serial(found, said.mac))
        if SHORTENED.fullmatch(text):
            raise BadValue("bảng tính đã rút gọn ngày sinh")
        raise BadValue("ngày sinh phải là dd/mm/yyyy, yyyy-mm-dd hoặc yyyy")

    return read


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of_serial(found: re.Match[str], mac: bool) -> date:
    return _DAY_ZERO + timedelta(days=int(found[1]) + (_MAC if mac else 0))


def kind_of_date(text: str, mac: bool = False) -> str:
    """What one cell tells about its column.

    "day" or "month" stands first, "either" may; "cell" and "cell either": a date of the spreadsheet itself; "packed": six to eight
    digits; "year": typed into a cell for dates; "" nothing.
    """
    if text.endswith(TYPED_YEAR):
        return "year"
    text = " ".join(text.split()).lstrip("'")
    if found := _DATE.fullmatch(text) or _SHORT.fullmatch(text):
        first, second = int(found[1]), int(found[2])
        if first > 12 or second > 12:
            return (
                "day" if 12 < first <= 31 and second <= 12 else "month" if first <= 12 < second <= 31 else ""
            )
        return "either" if first != second else ""
    if found := _ISO.fullmatch(text) or _STAMP.fullmatch(text):
        month, day = int(found[2]), int(found[3])
    elif found := _SERIAL.fullmatch(text):
        born = _of_serial(found, mac)
        month, day = born.month, born.day
    else:
        return "packed" if text.isascii() and text.isdigit() and 6 <= len(text) <= 8 else ""
    return "cell" if day > 12 else "cell either" if day != month else ""
