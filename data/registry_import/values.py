"""Reads the cells of a file, a function for each kind. Used by prepare.py.

Invariant: nothing is guessed; a cell that cannot be read raises `BadValue`, whose Vietnamese reason does not hold the value.

Each `read_…` takes the cell's text and gives the value as the registry keeps it ("" for an empty cell).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from data.registry.keys import name_key, phone_of

T = TypeVar("T")

TEXT_LIMIT = 80  # characters of a name, a commune, a unit, as data/tables.py has them
FIRST_YEAR = 1900
_MEMORY = 50_000  # cells of one kind that are remembered
_LONGEST = 400  # characters of a cell that are looked at
_ERRORS = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "########")
)
_GAPS = re.compile(r"[\s.\-\u2010-\u2015_]+")
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ T][\d:.]+)?")
_ISO = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})(?:[ T][\d:.]+Z?)?")
_MONTH = re.compile(r"(\d{1,2})[/.\-](\d{4})")
_SERIAL = re.compile(r"([1-9]\d{4})(?:\.0+)?")  # a day as spreadsheets count them: 13/05/1927 and later
_DAY_ZERO = date(1899, 12, 30)
_PHONES = re.compile(r"0[35789]\d{8}")
_OLD_PHONES = {  # eleven digits until 2018: what the first four became
    **{f"01{n}": f"0{m}" for n, m in (("20", "70"), ("21", "79"), ("22", "77"), ("26", "76"), ("28", "78"))},
    **{f"01{n}": f"0{m}" for n, m in (("23", "83"), ("24", "84"), ("25", "85"), ("27", "81"), ("29", "82"))},
    **{f"016{n}": f"03{n}" for n in range(2, 10)},
    "0186": "056",
    "0188": "058",
    "0199": "059",
}
_SEXES = {
    **dict.fromkeys(("m", "male", "nam", "1", "1.0", "trai"), "M"),
    **dict.fromkeys(("f", "female", "nữ", "nu", "nư", "nử", "0", "0.0", "2", "2.0", "gái", "gai"), "F"),
}


class BadValue(ValueError):
    """A cell that cannot be taken; its message is the reason, in Vietnamese, without the value."""


class Memory(dict[str, T], Generic[T]):
    """What `read` said of a text, remembered, and all forgotten when there is too much of it."""

    def __init__(self, read: Callable[[str], T], limit: int = _MEMORY) -> None:
        super().__init__()
        self._read = read
        self._limit = limit

    def __missing__(self, text: str) -> T:
        value = self._read(text)
        if len(self) >= self._limit:
            self.clear()
        self[text] = value
        return value


def clean(text: str) -> str:
    """NFC, one space between words, no invisible signs."""
    if len(text) > _LONGEST:
        raise BadValue("ô quá dài")
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = " ".join(text.split())
    if not text.isprintable():
        text = "".join(c for c in text if c.isprintable())
    if text in _ERRORS:
        raise BadValue("ô báo lỗi của bảng tính")
    return text


def _digits(text: str) -> str:
    """A number that is a name: without gaps, and without what spreadsheets put around it (="0123", '0123)."""
    text = clean(text)
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    text = text.lstrip("'")
    if _SHORTENED.fullmatch(text):
        raise BadValue("bảng tính đã rút gọn số (dạng 8,8E+09); hãy đặt cột là văn bản")
    if text.endswith(".0") and text[:-2].isdecimal():
        text = text[:-2]
    return _GAPS.sub("", text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def read_code(text: str) -> str:
    """Ten digits. Nine are refused: which digit is missing, nobody here knows."""
    code = _digits(text)
    if not code:
        raise BadValue("thiếu mã số BHXH")
    if len(code) == 10 and _is_number(code):
        return code
    if len(code) == 15 and code[:2].isalpha() and _is_number(code[2:]):
        raise BadValue("đây là số thẻ BHYT 15 ký tự; cần mã số BHXH 10 chữ số")
    if not _is_number(code):
        raise BadValue("mã số BHXH phải gồm 10 chữ số")
    if len(code) == 9:
        raise BadValue(
            "mã số BHXH chỉ có 9 chữ số; có thể bảng tính đã bỏ số 0 ở đầu, hãy đặt cột là văn bản"
        )
    if len(code) == 12:
        raise BadValue("mã số BHXH có 12 chữ số; đây có thể là số định danh cá nhân")
    raise BadValue(f"mã số BHXH có {len(code)} chữ số, cần 10")


def read_name(text: str) -> str:
    """A name as entered, up to 80 characters, with a letter and without digits."""
    name = clean(text)
    if not name:
        raise BadValue("thiếu họ tên")
    if len(name) > TEXT_LIMIT:
        raise BadValue(f"họ tên dài quá {TEXT_LIMIT} ký tự")
    if any(c.isdigit() for c in name):
        raise BadValue("họ tên có chữ số")
    if not any(c.isalpha() for c in name):
        raise BadValue("họ tên không có chữ cái")
    if not 0 < len(name_key(name)) <= TEXT_LIMIT:
        raise BadValue("họ tên không đọc được")
    return name


def read_sex(text: str) -> str:
    """M, F or ""."""
    sex = clean(text).lower()
    if not sex:
        return ""
    if sex not in _SEXES:
        raise BadValue("giới tính phải là Nam hoặc Nữ (M/F, 1/0, 1/2)")
    return _SEXES[sex]


def birth_reader(today: date) -> Callable[[str], tuple[str, int]]:
    """A reader of birth dates: (dd/mm/yyyy or yyyy or "", the year or 0). Future dates are bad."""

    def day_of(year: str, month: str, day: str) -> tuple[str, int]:
        try:
            born = date(int(year), int(month), int(day))
        except ValueError:
            raise BadValue("ngày sinh không có thật") from None
        return known(born)

    def known(born: date) -> tuple[str, int]:
        if born > today:
            raise BadValue("ngày sinh ở tương lai")
        year_of(born.year)
        return f"{born.day:02d}/{born.month:02d}/{born.year:04d}", born.year

    def year_of(year: int) -> int:
        if year > today.year:
            raise BadValue("năm sinh ở tương lai")
        if year < FIRST_YEAR:
            raise BadValue(f"năm sinh trước {FIRST_YEAR}")
        return year

    def read(text: str) -> tuple[str, int]:
        text = clean(text).lstrip("'")
        if not text:
            return "", 0
        if not text.isascii():
            raise BadValue("ngày sinh không đọc được")
        if found := _DATE.fullmatch(text):
            return day_of(found[3], found[2], found[1])
        if found := _ISO.fullmatch(text):
            return day_of(found[1], found[2], found[3])
        if len(text) == 4 and text.isdigit():
            return text, year_of(int(text))
        if found := _MONTH.fullmatch(text):
            if not 1 <= int(found[1]) <= 12:
                raise BadValue("tháng sinh không có thật")
            return found[2], year_of(int(found[2]))  # the registry keeps a day or a year
        if found := _SERIAL.fullmatch(text):
            return known(_DAY_ZERO + timedelta(days=int(found[1])))
        if _SHORTENED.fullmatch(text):
            raise BadValue("bảng tính đã rút gọn ngày sinh")
        raise BadValue("ngày sinh phải là dd/mm/yyyy, yyyy-mm-dd hoặc yyyy")

    return read


def read_id_number(text: str) -> str:
    """Nine or twelve digits, or ""."""
    number = _digits(text)
    if not number or (len(number) in (9, 12) and _is_number(number)):
        return number
    if _is_number(number) and len(number) in (8, 11):
        raise BadValue(f"số giấy tờ có {len(number)} chữ số; có thể bảng tính đã bỏ số 0 ở đầu")
    raise BadValue("số giấy tờ phải gồm 9 hoặc 12 chữ số")


def read_phone(text: str) -> str:
    """A mobile number as ten digits, or "": +84, a lost 0 and the eleven digits of before 2018 are understood."""
    text = clean(text)
    if not text:
        return ""
    number = _digits(text)
    if _is_number(number):
        if len(number) == 10 and number[0] == "1":  # eleven digits that lost their 0
            number = f"0{number}"
        if len(number) == 11 and number[:4] in _OLD_PHONES:
            number = _OLD_PHONES[number[:4]] + number[4:]
        elif len(number) == 9 and number[0] != "0":
            number = f"0{number}"
        elif len(number) == 11 and number.startswith("84"):
            number = f"0{number[2:]}"
    if not _PHONES.fullmatch(number) or not number.isascii():
        number = phone_of(text) or ""
    if not _PHONES.fullmatch(number):
        raise BadValue("không phải một số điện thoại di động")
    return number


def read_province(text: str) -> str:
    """Two digits, or ""."""
    province = _digits(text)
    if province and not (len(province) == 2 and _is_number(province)):
        raise BadValue("mã tỉnh phải gồm 2 chữ số")
    return province


def read_household(text: str) -> str:
    """Up to ten letters and digits, or ""."""
    household = _digits(text)
    if household and not (len(household) <= 10 and household.isascii() and household.isalnum()):
        raise BadValue("mã hộ phải gồm nhiều nhất 10 chữ số")
    return household


def read_text(text: str) -> str:
    """Up to 80 characters."""
    text = clean(text)
    if len(text) > TEXT_LIMIT:
        raise BadValue(f"dài quá {TEXT_LIMIT} ký tự")
    return text


def masked(text: str) -> str:
    """A cell so that its shape shows and nobody is known by it: "Nguyễn Văn An" -> "N***** V** A*"."""
    try:
        shown = clean(text[:_LONGEST])
    except BadValue:
        shown = text.strip()  # an error of the spreadsheet: nobody is known by it
    return re.sub(r"[^\W_]+", lambda w: w.group()[0] + "*" * (len(w.group()) - 1), shown[:TEXT_LIMIT])


READERS: dict[str, Callable[[str], Any]] = {
    "code": read_code,
    "name": read_name,
    "sex": read_sex,
    "id_number": read_id_number,
    "province": read_province,
    "phone": read_phone,
    "household": read_household,
    "commune": read_text,
    "unit": read_text,
}


def reasons(cells: dict[str, str], read_born: Callable[[str], Any]) -> list[tuple[str, str]]:
    """(column, reason) of every cell of a row that cannot be taken."""
    found: list[tuple[str, str]] = []
    for column, text in cells.items():
        try:
            (READERS[column] if column != "born" else read_born)(text)
        except BadValue as bad:
            found.append((column, str(bad)))
    return found


def is_blank(row: Sequence[str]) -> bool:
    """Whether nothing is written in this row."""
    return not any(cell.strip() for cell in row)
