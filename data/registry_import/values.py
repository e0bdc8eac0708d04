"""Reads the cells of a file, a function for each kind; birth dates are in dates.py. Used by prepare.py.

Invariant: nothing is guessed; a cell that cannot be read raises `BadValue`, whose Vietnamese reason does not hold the value.

Each `read_…` takes the cell's text and gives the value as the registry keeps it ("" for an empty cell).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from data.registry.keys import name_key, phone_of
from data.registry_import.fonts import EITHER, FONTS, TWICE, alike, has_lost_letters, in_font, writing_of
from flows.text.fold import join_key

T = TypeVar("T")

TEXT_LIMIT = 80  # characters of a name, a commune, a unit, as data/tables.py has them
_MEMORY = 50_000  # cells of one kind that are remembered
_LONGEST = 400  # characters of a cell that are looked at
# What sheets.py puts in place of a value; none of them is in any file.
UNCALCULATED, COVERED, UNFINISHED_DATE = "\ufdd0formula", "\ufdd2covered", "\ufdd3date"
SHARED = "\ufdd4shared"
TYPED_YEAR = "\ufdd1"  # behind a year that was typed into a cell for dates; `clean` drops it
_MARKERS = {
    UNCALCULATED: "ô là công thức chưa có kết quả; hãy mở tệp bằng Excel, bấm lưu rồi nhập lại",
    COVERED: "ô bị gộp với cột bên trái; hãy bỏ gộp ô và ghi từng cột",
    SHARED: "ô bị gộp với dòng trên trong khi mỗi người phải có ô riêng; hãy bỏ gộp ô và ghi từng dòng",
    UNFINISHED_DATE: "ô kiểu ngày không hiện đủ ngày, tháng, năm",
}
MIXED = "mixed"  # for a font: some cells of the column are written in one of before, others are not
_ERRORS = re.compile(r"#(?:N/A|[A-Z0-9_/]+[!?])|#{4,}|Err:\d{3}")
_NOTHING = frozenset(
    "null|(null)|none|nil|nan|n/a|không|không có|khong|khong co|ko|ko có|k có|chưa có|chua co|trống"
    "|-|--|---|–|—|.|..|...|…|/|x|xx|xxx".split("|")
)  # what is written where there is nothing
_NO_NAME = _NOTHING | {"na", "test", "unknown", "noname", "0"}
NOT_HURRIED = frozenset(word for text in _NO_NAME for word in text.split())  # syllables of what is no name
_AUTOMATIC_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T[\d:]+)?")  # a cell for dates, as sheets.py gives it
_SIGNS = frozenset("?¿¡§¶%&*#@!\\<>=|~^{}[]_$+;\ufffd")  # in no name
_GAPS = re.compile(r"[\s.\-\u2010-\u2015_]+")
SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_KIND_OF_PROVINCE = re.compile(r"^(?:tinh|thanh pho|tp)\s+")
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

_SEX_SHOWN = {"M": "Nam", "F": "Nữ"}


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
    if text in _MARKERS:
        raise BadValue(_MARKERS[text])
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = " ".join(text.split())
    if not text.isprintable():
        text = "".join(c for c in text if c.isprintable())
    if text[:1] in ("#", "E") and _ERRORS.fullmatch(text):
        raise BadValue("ô báo lỗi của bảng tính")
    return text


def optional(text: str) -> str:
    """`clean`, and "" for what is written where there is nothing: "Không có", "-", NULL."""
    text = clean(text)
    return "" if text.lower() in _NOTHING else text


def _digits(text: str) -> str:
    """A number that is a name: without gaps, and without what spreadsheets put around it (="0123", '0123)."""
    text = clean(text)
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    text = text.lstrip("'")
    if SHORTENED.fullmatch(text):
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


def in_unicode(text: str, font: str = "") -> str:
    """A text with Vietnamese letters as Unicode has them; `font` is what its whole column is written in, "" or MIXED."""
    if font in FONTS and not text.isascii():
        read = in_font(text, font)
        if read is None:
            raise BadValue(f"chữ viết bằng phông cũ {font} không đọc được")
        return read
    if text.isascii() or len(text) > _LONGEST or text in _MARKERS:
        return text
    found = writing_of(text)
    if found in FONTS or (found == EITHER and font == MIXED):
        name = found if found in FONTS else " hoặc ".join(FONTS)
        raise BadValue(f"chữ viết bằng phông cũ {name}; hãy chuyển sang Unicode rồi nhập lại")
    if found == TWICE:
        raise BadValue("chữ bị mã hoá hai lần (UTF-8 đọc thành Windows-1252); hãy xuất lại tệp")
    return alike(unicodedata.normalize("NFC", text))


def read_name(text: str, font: str = "") -> str:
    """A name as entered, up to 80 characters, with a letter and without digits."""
    name = clean(in_unicode(text, font))
    if not name:
        raise BadValue("thiếu họ tên")
    if len(name) > TEXT_LIMIT:
        raise BadValue(f"họ tên dài quá {TEXT_LIMIT} ký tự")
    if name.lower() in _NO_NAME:
        raise BadValue("đây là chữ ghi tạm, không phải họ tên")
    if has_lost_letters(name):
        raise BadValue("họ tên bị mất chữ (dấu ? thay cho chữ có dấu); hãy xuất lại tệp bằng UTF-8")
    if any(c.isdigit() for c in name):
        raise BadValue("họ tên có chữ số")
    if not any(c.isalpha() for c in name):
        raise BadValue("họ tên không có chữ cái")
    for c in name:
        if c in _SIGNS or unicodedata.category(c) in ("So", "Sm", "Sc", "Sk", "Co", "Cn", "Cs"):
            raise BadValue("họ tên có ký tự lạ")
        if c.isalpha() and not c.isascii() and not unicodedata.name(c, "").startswith("LATIN"):
            raise BadValue("họ tên có chữ không thuộc bảng chữ cái La-tinh")
    if not 0 < len(name_key(name)) <= TEXT_LIMIT:
        raise BadValue("họ tên không đọc được")
    return name


def read_sex(text: str) -> str:
    """M, F or ""."""
    sex = clean(text).lower()
    if not sex or (sex in _NOTHING and not sex.startswith("x")):
        return ""
    if sex not in _SEXES:
        raise BadValue("giới tính phải là Nam hoặc Nữ (M/F, 1/0, 1/2)")
    return _SEXES[sex]


def read_sex_of_three_numbers(text: str) -> str:
    """`read_sex` of a column in which 0 and 2 stand both: neither is known to be a woman's."""
    if text.strip() in ("0", "2", "0.0", "2.0"):
        raise BadValue("cột giới tính có cả số 0 và số 2 nên không rõ số nào là nữ")
    return read_sex(text)


def read_id_number(text: str) -> str:
    """Nine or twelve digits, or ""."""
    number = _digits(optional(text))
    if number == "0":
        return ""
    if len(number) == 12 and number.startswith("000"):
        raise BadValue(
            "số giấy tờ 12 chữ số không bắt đầu bằng 000; có thể là 9 chữ số kèm số 0 do định dạng ô"
        )
    if not number or (len(number) in (9, 12) and _is_number(number)):
        return number
    if _is_number(number) and len(number) in (8, 11):
        raise BadValue(f"số giấy tờ có {len(number)} chữ số; có thể bảng tính đã bỏ số 0 ở đầu")
    raise BadValue("số giấy tờ phải gồm 9 hoặc 12 chữ số")


def read_phone(text: str) -> str:
    """A mobile number as ten digits, or "": +84, a lost 0 and the eleven digits of before 2018 are understood."""
    text = optional(text)
    if not text or text == "0":
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


@cache
def _provinces() -> dict[str, str]:
    from data.knowledge.content import CONTENT_DIR  # read where a file names provinces, and there only
    from data.knowledge.office import read_provinces

    return {
        join_key(name): p.code
        for p in read_provinces(CONTENT_DIR / "provinces.yaml")
        for name in (p.name, *p.aliases)
    }


def read_province(text: str) -> str:
    """Two digits, or ""; a province's name, alone or beside its code, is understood."""
    text = optional(alike(text))
    code = _digits(text)
    if not code or (len(code) == 2 and _is_number(code)):
        return code
    numbers: list[str] = re.findall(r"[0-9]+", text)
    if len(numbers) == 1 and len(numbers[0]) == 3 and numbers[0][0] == "0":
        numbers = [numbers[0][1:]]
    words = join_key(re.sub(r"[0-9]+", " ", text))
    if not words:
        if len(numbers) == 1 and len(numbers[0]) == 2:
            return numbers[0]
        if len(code) == 1:
            raise BadValue("mã tỉnh chỉ có 1 chữ số; có thể bảng tính đã bỏ số 0 ở đầu, hãy ghi tên tỉnh")
        raise BadValue("mã tỉnh phải gồm 2 chữ số")
    known = _provinces()
    named: str = known.get(words) or known.get(_KIND_OF_PROVINCE.sub("", words), "")
    if not named:
        raise BadValue("không có tỉnh tên như vậy; hãy ghi tên tỉnh hoặc mã 2 chữ số")
    if numbers and numbers != [named]:
        raise BadValue("tên tỉnh và mã tỉnh không khớp nhau")
    return named


def read_household(text: str) -> str:
    """Up to ten letters and digits, or ""."""
    household = _digits(optional(text))
    if household == "0":
        return ""
    if household and not (len(household) <= 10 and household.isascii() and household.isalnum()):
        raise BadValue("mã hộ phải gồm nhiều nhất 10 chữ số")
    return household


def read_text(text: str, font: str = "") -> str:
    """Up to 80 characters."""
    text = optional(in_unicode(text, font))
    if len(text) > TEXT_LIMIT:
        raise BadValue(f"dài quá {TEXT_LIMIT} ký tự")
    if has_lost_letters(text):
        raise BadValue("mất chữ (dấu ? thay cho chữ có dấu); hãy xuất lại tệp bằng UTF-8")
    if _AUTOMATIC_DATE.fullmatch(text):
        raise BadValue("ô là ngày tháng; có thể bảng tính đã tự đổi, hãy đặt cột là văn bản")
    return text


def masked(text: str) -> str:
    """A cell so that its shape shows and nobody is known by it: "Nguyễn Văn An" -> "N***** V** A*"."""
    try:
        shown = clean(text[:_LONGEST])
    except BadValue:
        shown = "…"  # an error of the spreadsheet, a formula without a value
    return re.sub(r"\S+", _masked_word, shown[:TEXT_LIMIT])


def shown_stored(column: str, value: str) -> str:
    """A value as it would be stored, masked; sex and province are many people's, and shown."""
    if column == "sex":
        return _SEX_SHOWN.get(value, "")
    return value if column == "province" else masked(value)


def _masked_word(word: re.Match[str]) -> str:
    """A word with its first letter or digit; what stands behind a sign begins no new one."""
    whole = word.group()
    first = next((i for i, c in enumerate(whole) if c.isalnum()), len(whole))
    return whole[: first + 1] + "".join("*" if c.isalnum() else c for c in whole[first + 1 :])


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


def reasons(cells: Mapping[str, str], readers: Mapping[str, Callable[[str], Any]]) -> list[tuple[str, str]]:
    """(column, reason) of every cell of a row that cannot be taken."""
    found: list[tuple[str, str]] = []
    for column, text in cells.items():
        try:
            readers[column](text)
        except BadValue as bad:
            found.append((column, str(bad)))
    return found


def is_blank(row: Sequence[str]) -> bool:
    """Whether nothing is written in this row."""
    return not any(cell.strip() for cell in row)
