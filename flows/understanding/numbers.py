"""What a pasted number is: code, card, household, phone, ID, passport, dossier, date, money. Called by numbers_explained.py.

Invariant: what may be several things is several; it is never guessed. A text counts as a pasted number when all its other words are labels ("mã số BHXH"), politeness, or a question what it is; anything else is a sentence, and not read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import phonenumbers

from flows.text import politeness
from flows.text.dates import TIGHT, calendar_day, dates_in, written
from flows.text.fold import fold
from flows.understanding.number_shapes import (
    CARD_LENGTH,
    CCCD_DIGITS,
    CMND_DIGITS,
    CODE_DIGITS,
    LIKE,
    NumberShape,
    taken_apart,
)

MOST_NUMBERS = 3  # more numbers than this in one text are not explained
LONGEST_TEXT = 200  # characters; a longer text is no pasted number

# what a number can be -> how it is called where somebody is asked which it is
KINDS: Mapping[str, str] = {
    "code": "Mã số BHXH",
    "card": "Số thẻ BHYT",
    "household": "Mã hộ gia đình",
    "phone": "Số điện thoại",
    "landline": "Số điện thoại bàn",
    "hotline": "Số tổng đài",
    "cmnd": "Số CMND",
    "cccd": "Số CCCD",
    "passport": "Số hộ chiếu",
    "dossier": "Số hồ sơ",
    "date": "Ngày tháng",
    "year": "Năm sinh",
    "money": "Số tiền",
    "tax": "Mã số thuế",
    "bank": "Số tài khoản ngân hàng",
    "unknown": "Số khác",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing a number can be. `value` is the number as it should be written; `warnings` what to look at twice.

    Warnings: lookalike (a letter among the digits), spaces (blanks, dots or dashes in it), short:N and long:N (digits
    missing or too many), old (an 11-digit mobile number), no_zero (a phone without its 0), bad_phone (no such number),
    nine (a code with a digit missing would look the same), level, letters, province (a part that does not exist), future, year and sex (against what else was written), not:KIND
    (it was called something that it is not).
    """

    kind: str
    value: str = field(repr=False)
    warnings: tuple[str, ...] = ()
    born: int = 0  # the birth year in a CCCD, 0 unknown
    sex: str = ""  # "m", "f", "" unknown
    province: str = ""  # two digits


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a text: what it can be, the likeliest first."""

    meanings: tuple[Meaning, ...]

    @property
    def asks(self) -> bool:
        """Whether the person must say which it is."""
        return len(self.meanings) > 1


def read_numbers(text: str, today: date, provinces: frozenset[str], hotline: str) -> tuple[Number, ...]:
    """The numbers that `text` (cleaned) consists of, at most MOST_NUMBERS; () when it is not just numbers.

    `provinces`: the two-digit prefixes that were ever given out. `hotline`: its digits.
    """
    if len(text) > LONGEST_TEXT or not any(c.isdigit() for c in text):
        return ()
    pieces, rest = taken_apart(fold(text).replace("\n", " "))
    words = re.findall("[a-z]+", rest)
    if not 1 <= len(pieces) <= MOST_NUMBERS or not _FILLERS.issuperset(words):
        return ()
    meant = []
    for piece, before in pieces:
        label = _label_of(rest if len(pieces) == 1 else before)
        meant.append(_meanings(piece, _Known(label, today, provinces, hotline, sex=_sex_of(words))))
    if not all(meant) or ("tra" in words and any(m.kind in _LOOKED_UP_BY for ms in meant for m in ms)):
        return ()
    return tuple(Number(m) for m in _compared(meant))


@dataclass(frozen=True, slots=True)
class _Known:
    label: str
    today: date
    provinces: frozenset[str]
    hotline: str
    sex: str = ""


# -- labels

# the first that fits decides: "mã hồ sơ" begins as "mã hộ" does, a card's number is called a code too
_LABELS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"\b(?:{words})\b"))
    for kind, words in (
        ("passport", "ho chieu|passport|hc"),
        ("dossier", "ho so|bien nhan"),
        ("household", "ma ho|ma so ho|so ho|ho gia dinh|mhgd"),
        ("card", "the bhyt|bhyt|bao hiem y te|ma the|so the|the bao hiem"),
        ("tax", "ma so thue|mst|ma thue"),
        ("bank", "stk|so tai khoan|tai khoan ngan hang|so tk|the atm|the ngan hang"),
        ("code", "bhxh|bao hiem xa hoi|so so|ma so bao hiem|so bao hiem|ma bao hiem"),
        ("cccd", "cccd|can cuoc|dinh danh|cc gan chip"),
        ("cmnd", "cmnd|cmt|chung minh|cmtnd|chung minh nhan dan|so chung minh"),
        ("phone", "sdt|dt|dien thoai|so dien thoai|di dong|phone|zalo|so phone|dtdd|tel"),
    )
)
_filler_words = """
    tong dai la gi nay day do dung khong ko k phai cua me ba ma so ne ni ad xem va co duoc thay nao loai the
    anh chi ong mot hai biet hay sao vay z v hong hok ha bhxh bhyt bao hiem xa y te ho gia dinh mhgd thue
    mst stk tai khoan ngan hang tk atm cccd cuoc danh cc gan chip cmnd cmt cmtnd chung nhan dan chieu
    passport hc sdt dt dien thoai di dong phone zalo dtdd tel bien to khai ngay sinh nam nu gioi tinh cap cu
    moi ten vn viet kiem tra gio het han ghi in tren chu kia bac vo chong tien kieu
"""
_COURTESY = (politeness.SPEAKER, politeness.RESPECT, politeness.PARTICLES, politeness.SOUTHERN_PARTICLES)
_FILLERS = frozenset(_filler_words.split()) | politeness.plain_words(*_COURTESY, politeness.REQUESTS)
_LOOKED_UP_BY = (
    "cccd",
    "cmnd",
    "date",
    "year",
)  # "tra mã số 088183000001" wants a look-up, not an explanation


def _label_of(text: str) -> str:
    words = " ".join(re.findall("[a-z]+", text))
    if " hay " in words:  # "mã hộ hay mã số?" is the question, not a label
        return ""
    return next((kind for kind, pattern in _LABELS if pattern.search(words)), "")


def _sex_of(words: list[str]) -> str:
    """A sex that is told beside the number; "nam" before a year means the year."""
    text = " ".join(words)
    if re.search(r"\bnu\b", text):
        return "f"
    return "m" if re.search(r"\bgioi tinh nam\b|\bnam$", text) and "nam sinh" not in text else ""


# -- what it can be


def _meanings(piece: NumberShape, known: _Known) -> tuple[Meaning, ...]:
    match piece.shape:
        case "dossier":
            return (Meaning("dossier", piece.digits, piece.warnings),)
        case "date" | "month":
            return (_date(piece.digits, known.today),)
        case "money":
            return (Meaning("money", piece.digits),)
    if piece.letters:
        return _with_letters(piece, known)
    found = tuple(_digits(piece, known))
    if piece.grouped and not known.label:
        money = Meaning("money", piece.digits)
        return (*found, money) if len(piece.digits) in (CMND_DIGITS, CODE_DIGITS, CCCD_DIGITS) else (money,)
    return found


def _date(value: str, today: date) -> Meaning:
    parts = value.split("/")
    if len(parts[-1]) == 2:
        return Meaning("date", value, ("short_year",))
    day = calendar_day(int(parts[0]) if len(parts) == 3 else 1, int(parts[-2]), int(parts[-1]))
    return Meaning("date", value, ("no_day",) if day is None else ("future",) if day > today else ())


def _with_letters(piece: NumberShape, known: _Known) -> tuple[Meaning, ...]:
    letters, digits = piece.letters.upper(), piece.digits
    if len(letters) == 2:
        return (_card(letters, digits, piece.warnings, known),)
    mistyped: tuple[Meaning, ...] = ()
    if letters in ("O", "I", "L"):  # a 0 or a 1 that was typed as a letter
        plain = NumberShape("digits", letters.lower().translate(LIKE) + digits, warnings=("lookalike",))
        mistyped = tuple(_digits(plain, known)) if len(plain.digits) >= CMND_DIGITS else ()
    if len(digits) == 13:
        return (_card(letters, digits, (*piece.warnings, "letters"), known),)
    if len(digits) not in (7, 8):
        return mistyped or (Meaning("passport", letters + digits, (f"long:{len(digits) - 8}",)),)
    return (Meaning("passport", letters + digits), *(mistyped if known.label != "passport" else ()))


def _card(letters: str, digits: str, warnings: tuple[str, ...], known: _Known) -> Meaning:
    """The old card: two letters, the level 1 to 5, the province, the code."""
    off = _off(digits, CARD_LENGTH - 2)
    province = "" if off else digits[1:3]
    level = "" if off or digits[0] in "12345" else "level"
    unknown = "" if off or level or province in known.provinces else "province"
    wrong = off or level or unknown
    return Meaning("card", letters + digits, (*warnings, wrong) if wrong else warnings, province=province)


def _off(digits: str, length: int) -> str:
    """By how many digits a number is too short or too long, as a warning; "" when it has its length."""
    more = len(digits) - length
    return f"short:{-more}" if more < 0 else f"long:{more}" if more else ""


def _digits(piece: NumberShape, known: _Known) -> Iterator[Meaning]:
    digits, label = piece.digits, known.label
    if digits in (known.hotline, f"84{known.hotline}"):
        yield Meaning("hotline", known.hotline, piece.warnings)
        return
    if label in ("tax", "bank"):
        yield Meaning(label, digits)
        return
    phone = _phone(digits, plus=piece.plus)
    if piece.plus:
        yield phone or Meaning("phone", digits, ("bad_phone",))
        return
    found = _called(digits, label, phone, known) if label else _uncalled(digits, phone, known)
    yield from (_noted(meaning, piece) for meaning in found)


def _noted(meaning: Meaning, piece: NumberShape) -> Meaning:
    written = piece.warnings if meaning.kind not in ("phone", "landline", "date", "money", "year") else ()
    written = written or tuple(w for w in piece.warnings if w == "lookalike")
    return _also(meaning, *written)


def _also(meaning: Meaning, *warnings: str) -> Meaning:
    return replace(meaning, warnings=(*meaning.warnings, *warnings))


_LENGTH = {"code": CODE_DIGITS, "household": CODE_DIGITS, "cmnd": CMND_DIGITS, "cccd": CCCD_DIGITS}


def _called(digits: str, label: str, phone: Meaning | None, known: _Known) -> Iterator[Meaning]:
    """What a number is that was called something; if it cannot be that, what it looks like."""
    n = len(digits)
    other = _other(digits, label, phone, known)
    match label:
        case "card" if n == CODE_DIGITS:
            yield Meaning("card", digits, province=digits[:2])
        case "card" if n == CARD_LENGTH - 2:
            yield Meaning("card", digits, ("letters",))
        case "card" if n in (CMND_DIGITS, CODE_DIGITS + 1):
            yield Meaning("card", digits, (_off(digits, CODE_DIGITS),))
        case "card":
            yield from other
        case "phone" if phone is not None:
            yield phone
        case "phone" if n == CCCD_DIGITS or n < 7:
            yield from other
        case "phone":
            off = _off(digits, 10) if digits.startswith("0") else ""
            yield Meaning("phone", digits, (off or "bad_phone",))
        case "passport" | "dossier":
            letters = 7 <= n <= 8 and label == "passport"
            yield Meaning(label, digits, ("letters" if letters else "shape",))
        case _ if n == _LENGTH[label]:
            yield _cccd(digits, known) if label == "cccd" else Meaning(label, digits, province=digits[:2])
        case "cmnd" if n == CCCD_DIGITS:
            yield _also(_cccd(digits, known), "not:cmnd")
        case "cccd" if n == CMND_DIGITS:
            yield Meaning("cmnd", digits, ("not:cccd",))
        case _ if n in _LENGTH.values() or n == CARD_LENGTH:
            if abs(n - _LENGTH[label]) == 1:
                yield Meaning(label, digits, (_off(digits, _LENGTH[label]),))
            yield from other
        case _ if n >= 4:
            yield Meaning(label, digits, (_off(digits, _LENGTH[label]),))


def _other(digits: str, label: str, phone: Meaning | None, known: _Known) -> Iterator[Meaning]:
    for meaning in _uncalled(digits, phone, known):
        if meaning.kind != label:
            yield _also(meaning, f"not:{label}")


def _uncalled(digits: str, phone: Meaning | None, known: _Known) -> Iterator[Meaning]:
    """What bare digits can be."""
    n = len(digits)
    if n == 4 and 1900 <= int(digits) <= known.today.year:
        yield Meaning("year", digits, born=int(digits))
    elif n == 8:
        if digits[:4] in ("1900", "1800"):
            yield Meaning("hotline", digits)
        elif when := _tight_date(digits):
            yield _date(when, known.today)
    elif n == CMND_DIGITS:
        yield Meaning("cmnd", digits, () if phone is not None else ("nine",))
        if phone is not None:
            yield phone
    elif n == CODE_DIGITS:
        if phone is not None:
            yield phone
        pair = [
            Meaning("code", digits, province=digits[:2]),
            Meaning("household", digits, province=digits[:2]),
        ]
        yield from reversed(pair) if digits[2:4] == "99" else pair
    elif phone is not None and n in (11, CCCD_DIGITS, 13):
        yield phone
        if n == 11 and not digits.startswith("0"):
            yield Meaning("code", digits, ("long:1",))
    elif n == 11:
        yield Meaning("code", digits, ("long:1",))
        yield Meaning("cccd", digits, ("short:1",))
    elif n == CCCD_DIGITS:
        yield _cccd(digits, known)
    elif n in (13, CARD_LENGTH):
        yield Meaning("card", digits, ("letters",))
        if n == 13:
            yield Meaning("cccd", digits, ("long:1",))
    elif n > CCCD_DIGITS:
        yield Meaning("unknown", digits)


def _tight_date(digits: str) -> str:
    """Eight digits as a date, "" when they are none."""
    found = dates_in(digits, TIGHT)[0]
    if 1 <= found.day <= 31 and 1 <= found.month <= 12 and 1900 <= found.year <= 2099:
        return written(found.day, found.month, found.year)
    return ""


def _cccd(digits: str, known: _Known) -> Meaning:
    """Province of birth registration, century and sex, birth year, six more."""
    century = int(digits[3])
    born = 1900 + 100 * (century // 2) + int(digits[4:6])
    sex = "f" if century % 2 else "m"
    warnings = []
    if digits[0] != "0" or digits[1:3] not in known.provinces:
        warnings.append("province")
    if born > known.today.year:
        warnings.append("future")
        born, sex = 0, ""
    elif known.sex and known.sex != sex:
        warnings.append("sex")
    return Meaning("cccd", digits, tuple(warnings), born, sex, digits[1:3])


# the prefixes of the mobile numbers that had eleven digits until September 2018
_OLD_PREFIXES = (
    "0120-070 0121-079 0122-077 0126-076 0128-078 0123-083 0124-084 0125-085 0127-081 0129-082 0162-032 0163-033 0164-034 "
    "0165-035 0166-036 0167-037 0168-038 0169-039 0186-056 0188-058 0199-059"
)
_OLD_MOBILE = dict(pair.split("-") for pair in _OLD_PREFIXES.split())


def _phone(digits: str, *, plus: bool) -> Meaning | None:
    """The phone number that digits are, also with 84 or 0084 before them or without their 0; None for none."""
    national, warnings = digits, []
    if digits.startswith("0084"):
        national = "0" + digits[4:].removeprefix("0")
    elif digits.startswith("84") and len(digits) in (11, 12, 13):
        national = "0" + digits[2:].removeprefix("0")
    elif plus:
        return None
    if len(national) == 9 and national[0] != "0":
        national, warnings = f"0{national}", ["no_zero"]
    if len(national) == 11 and national[:4] in _OLD_MOBILE:
        national, warnings = _OLD_MOBILE[national[:4]] + national[4:], ["old"]
    if len(national) not in (10, 11) or national[0] != "0":
        return None
    number = phonenumbers.parse(national, "VN")
    if not phonenumbers.is_valid_number(number):
        return None
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    return Meaning("phone" if mobile else "landline", national, tuple(warnings))


# -- numbers beside each other


def _compared(meant: list[tuple[Meaning, ...]]) -> list[tuple[Meaning, ...]]:
    """A birth date or year beside an ID number is held against it, and is no number of its own then."""
    ids = [m[0] for m in meant if len(m) == 1 and m[0].kind in ("cccd", "cmnd")]
    ids = [one for one in ids if one.warnings[:1] != ("short:1",)]
    dates = [m[0] for m in meant if m[0].kind in ("date", "year")]
    if len(ids) != 1 or len(dates) != 1 or len(meant) != 2:
        return meant
    one, when = ids[0], dates[0]
    year = when.value.rpartition("/")[2]
    if one.born and len(year) == 4 and one.born != int(year):
        one = _also(one, "year")
    return [(one,)]
