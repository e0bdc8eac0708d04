"""Whether a text holds a one-time code of four to eight digits. Rule: each number is weighed by the words beside it; it is never kept or returned.

The text is made into words and numbers, each number one `#` a digit however it was spelt ("4 8-2 1.9 3", "bốn tám hai …").
Dates, times, sums of money, numbers of letters and laws are taken out first. What is left and stands beside words of a code
("otp", "mã … gửi về", "gõ … mà không được") is one; what stands beside "số nhà", "điều", "người" is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

SHORTEST_CODE, USUAL_CODE, LONGEST_CODE = 4, 6, 8  # digits
APART = " ~"  # the mark of a number spelt apart
MOST_NUMBERS = 300  # of one text that are weighed; a text of 2,000 characters has fewer

# -- what is surely something else, taken out; every repetition is bounded

_DATES = re.compile(
    r"(?<![0-9])(?=[0-9])(?:"
    r"[0-9]{1,2}(?:/(?:19|20)[0-9]{2}|/[0-9]{1,2}(?:/[0-9]{2,4})?|([.\- ])[0-9]{1,2}\1(?:19|20)[0-9]{2})(?![0-9])"
    r"|(?:19|20)[0-9]{2} ?[-–] ?(?:19|20)[0-9]{2}(?![0-9])"  # years from and to
    r"|[0-9]{1,2} ?(?:(?:h|g|gio)(?: ?[0-9]{2}(?![0-9]))?|: ?[0-9]{2}(?![0-9]))(?: ?p| ?phut)?(?![a-z0-9])"  # times
    r"|[0-9]{1,5}(?:[./][a-z0-9]{1,6})?/[0-9a-z][0-9a-z&\-/.]{0,30}"  # 416/BHXH, 41/2024/QH15, 12/5, 01841.GD/2021/087
    r")"
)
_MONEY_UNIT = r"(?:dong|vnd|trieu|nghin|ngan|ty|tr)"
_SUMS = re.compile(
    r"(?<![0-9.,])(?=[0-9+])(?:"
    rf"[0-9]{{1,3}}(?:[.,][0-9]{{3}}){{1,4}} ?(?:{_MONEY_UNIT}|d|k)\b"
    rf"|[0-9]{{1,9}}(?:[.,][0-9]{{1,2}})? ?{_MONEY_UNIT}\b"
    r"|(?:[0-9]{1,3}(?:[.,][0-9]{1,2})? ?|[0-9]{4,9})(?:d|k)\b"  # "4418 k" is "4418 không"
    r"|1[89]00[ .]?[0-9]{4}(?![0-9])|8[01]79(?![0-9])"  # hotlines, the numbers one texts to
    r"|\+?84[ .]?[0-9]{2,3}[ .]?[0-9]{3}[ .]?[0-9]{3,4}(?![0-9])"  # phones
    r")"
)
# letters and digits in one word: a card, a form, a plate, a class
_GLUED = re.compile(r"(?<![a-z0-9])(otp|code|ma|so|la|mk|pass|sms|gui)(?=[0-9]{4,8}(?![0-9a-z]))")
_GLUED_AFTER = re.compile(
    r"(?<![a-z0-9])([0-9]{4,8})(?=(?:nha|nhe|ne|nay|a|ak|la|day|do|roi|ma)(?![a-z0-9]))"
)
_MIXED = re.compile(
    r"(?<![a-z0-9])(?=[a-z0-9]{0,30}[a-z])(?=[a-z0-9]{0,30}[0-9])[a-z0-9]{1,40}(?:[.\-][0-9]{1,6}){0,3}"
)
_NUMBER = re.compile(r"[0-9](?:[ .\-()]{0,2}[0-9])*")
_NOT_SHAPE = re.compile(r"[^a-z0-9#$]+")
_DIGIT_WORD = "(?:khong|ko|linh|mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin|zero)"
_SPELT = re.compile(rf"\b{_DIGIT_WORD}(?: {_DIGIT_WORD}){{3,13}}\b")

# -- the words beside a number

_STRONG = re.compile(
    r"\b(?:otp|o t p|code|passcode|ma pin|ma sms|ma tin nhan|ma (?:so )?(?:xac (?:thuc|nhan|minh)|bao mat|bi mat|kich hoat|dang nhap)|"
    r"xac (?:thuc|nhan|minh))\b"
)
# words that may stand between "mã" and its number
_BETWEEN_WORDS = (
    "otp la so xac thuc nhan minh bao mat kich hoat dang nhap sms tin dien thoai may cua toi em con chau anh chi no vua moi gui hien "
    "ghi den ve qua duoc cho nay ne ni day ma vssid bi thi da a toi e mk tui ben nhu sau den gom roi r ad oi da voi do kia ay lay dau gi "
    "hong ko khong k het phai dung lai luc nua vay thu trong ba ong anh cu"
)
_BETWEEN = frozenset(_BETWEEN_WORDS.split())
_OTHER_CODE = re.compile(
    r"\b(?:kcb|kham|benh vien|don vi|buu dien|buu chinh|tinh|truong|co quan|loi|cong ty)(?: (?:ban|dau|benh|chua|noi|nay|cua|toi|bhxh|la|vssid)){0,4} ma(?: (?:so|la))?$"
    r"|\b(?:ma|so) (?:so )?(?:bhxh|bhyt|ho|tinh|thue|buu|don vi|dv|kcb|benh|vung|loi|the|qr|nganh|quan|huyen|xa|truong|khach hang|nhan vien|ho so)\b"
    r"(?: (?:la|cua|toi|em|minh|con|chau|anh|chi|cong|ty|gia|dinh|chinh|vien|so|moi|cu|nay)){0,5}$"
)
_LABEL = re.compile(
    r"\b(?:so nha|nha|duong|hem|ap|khom|to|dieu|khoan|luat|(?:nghi|quyet) dinh|cong van|thong tu|thong bao|to trinh|nghi quyet|van ban|"
    r"mau|bieu|to khai|tinh|phuong|don vi|loi|error|nam|thang|ngay|luc|phong|lop|android|ios|iphone|phien ban|doi|version|gia|phi|luong|dong|"
    r"nop|tien|muc|bien so|xe|stk|cach|tai khoan|dau moi|tang|ho so|trang|so so|so to|sinh|hon|khoang|gan|tong cong|"
    r"mst|(?<!ba )(?<!ong )xa|huyen|tuoi|khoi|doan|quan)(?: (?:la|so|cua|toi|em|cong|ty|thu|ma|minh|moi|khoang|hon|co))*$"
)
_PAPER = re.compile(
    r"\b(?:giay|phieu|bien (?:lai|nhan)|hoa don|quyen|seri|so ho khau|so kham|cua|thu|lo|toa|tuyen|ban an|hop dong|don)(?: [a-z]+){0,3} so$"
)
_UNIT = re.compile(
    r"^(?:nguoi|ho|dong|d|k|km|m|m2|met|kg|vnd|nghin|ngan|trieu|ty|phut|gio|tieng|ngay|thang|nam|tuan|lan|tuoi|cai(?! |$)|bo|ho so|giao vien|gv|"
    r"lao dong|ld|nhan vien|nv|cong nhan|hoc sinh|hs|sinh vien|ky tu|ki tu|chu|thanh vien|doanh nghiep|don vi|truong hop|the|suat|diem|dan|"
    r"cuoc|can bo|khau|phieu|to|tin|trang|xa|truong|hoi vien|em (?:hoc sinh|be)|ma so|usd)\b"
)
# where one of these stands near, a number that is nothing else is a code
_CONTEXT = re.compile(
    r"\b(?:otp|o t p|code|passcode|ma|tin|sms|tn|nhan|gui|nhap|go|bam|danh|dien|doc|dua|xac (?:thuc|nhan|minh)|het han|hieu luc|hop le|"
    r"khong (?:vo|vao|dung)|ko (?:vo|vao|dung)|bao sai|bi sai|hien)\b"
)
_IS_CODE = re.compile(
    r"^(?:(?:day|chinh|no|do|ne|nha|nhe|thi) )?(?:la )?(?:ma )?(?:otp|code|xac (?:thuc|nhan|minh)|ma xac|ma sms)\b"
    r"|^(?:(?:day|chinh|no|do|ne) )?la ma(?: (?:cua|vua|moi|gui|ben|do|no|bao mat|kich hoat|dang nhap|vssid|gi|nay)|$)"
    r"|^ma (?:do|nay|day|ne|cua|vua|moi|ay)\b|^(?:co )?(?:hieu luc|het han|con han)\b"
)
_CODE_SMS = re.compile(
    r"ma xac thuc co hieu luc|xin cap lai mat khau dang nhap|khong (?:dua|cung cap|chia se|tiet lo) ma|co hieu luc (?:trong )?(?:vong )?[0-9#]{1,2}\b"
)
_POLITE = re.compile(
    r"\b(?:da|a|ah|ak|nha|nhe|nhen|ne|ni|nay|day|em|anh|chi|toi|minh|con|co|chu|bac|thua|gui|ban|oi|la|ad|admin|e|roi|do|u|uh|ok|so|thi|nhan|duoc|di)\b"
)


@dataclass(frozen=True, slots=True)
class _Number:
    """A number among the words: how many digits, and whether it may as well be a year or a round sum."""

    digits: int
    soft: bool
    left: str
    right: str


def holds_code(shape: str, *, expected: bool, wary: bool) -> bool:
    """Whether a text, given as `shape_of` makes it, holds a one-time code.

    `expected`: a code is waited for, so that a bare number is surely it. `wary`: the message before held or announced one.
    """
    shape, apart = shape.removesuffix(APART), shape.endswith(APART)
    if "####" not in shape:
        return False
    bare = "".join(_POLITE.sub(" ", shape).split())
    first = next(_numbers(shape), None)
    named = first is not None and _LABEL.search(first.left) is not None  # "số nhà 4418", "lớp 4 …"
    if not named and not bare.strip("#$") and SHORTEST_CODE <= bare.count("#") <= LONGEST_CODE:
        return expected or wary or apart or "$" not in bare
    if _CODE_SMS.search(shape) and any(True for _ in _numbers(shape)):
        return True
    return any(_is_code(number, wary=wary or expected or apart) for number in _numbers(shape))


def shape_of(folded: str) -> str:
    """Words and numbers with one space between ("mã OTP: 48-21 93" -> "ma otp ######"; "$" behind one that may be a year or
    a sum); APART at the end when the digits of one were spelt apart or in words."""
    apart = False

    def number(found: re.Match[str]) -> str:
        nonlocal apart
        raw = found.group()
        parts = raw.split()
        sizes = [sum(map(str.isdigit, part)) for part in parts]
        if len(parts) > 1 and (max(sizes) > LONGEST_CODE or min(sizes) >= SHORTEST_CODE):
            return f" {' '.join(map(_token, parts))} "
        digits = sum(sizes)
        apart = apart or (digits >= SHORTEST_CODE and 2 * digits - 1 <= len(raw))
        return f" {_token(raw)} "

    text = _SUMS.sub(" _ ", _DATES.sub(" _ ", folded))
    text = _GLUED_AFTER.sub(r"\1 ", _GLUED.sub(r"\1 ", text))
    text = _NUMBER.sub(number, _MIXED.sub(" _ ", text))
    text = " ".join(_NOT_SHAPE.sub(" ", text).split())

    def spelt(found: re.Match[str]) -> str:
        nonlocal apart
        apart = True
        return "#" * len(found.group().split())

    return _SPELT.sub(spelt, text) + (APART if apart else "")


_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:[.,][0-9]{3}){1,2}")


def _token(raw: str) -> str:
    """A number as one `#` a digit, with "$" when it may as well be a year, a date or a round sum."""
    plain = "".join(c for c in raw if c.isdigit())
    n = len(plain)
    soft = (
        (n == 4 and plain[:2] in ("19", "20"))
        or (
            n == 8 and plain[4:6] in ("19", "20") and 1 <= int(plain[:2]) <= 31 and 1 <= int(plain[2:4]) <= 12
        )
        or (n >= 5 and plain.endswith("000"))
        or _THOUSANDS.fullmatch(raw) is not None
    )
    return "#" * n + "$" * soft


_RUN = re.compile(r"(?<![#$])#{4,8}(?!#)\$?")
_NEAR_LEFT, _NEAR_RIGHT = 90, 70  # characters beside a number that are looked at


def _numbers(shape: str) -> Iterator[_Number]:
    for found in islice(_RUN.finditer(shape), MOST_NUMBERS):
        left = shape[max(0, found.start() - _NEAR_LEFT) : found.start()].strip()
        right = shape[found.end() : found.end() + _NEAR_RIGHT].strip()
        yield _Number(found.group().count("#"), found.group().endswith("$"), left, right)


def _is_code(number: _Number, *, wary: bool) -> bool:
    left, right = number.left, number.right
    close = " ".join(left.split()[-4:])
    direct = _after_word_of_code(left) or _IS_CODE.search(right) is not None
    if _UNIT.search(right) or _OTHER_CODE.search(left) or _PAPER.search(left) or _is_of_something(left):
        return False
    labelled = _LABEL.search(left) is not None
    if direct and not labelled:
        return True
    if number.soft or labelled:
        return bool(_STRONG.search(close)) and not labelled
    return wary or number.digits == USUAL_CODE or bool(_CONTEXT.search(left) or _CONTEXT.search(right))


def _is_of_something(left: str) -> bool:
    """Whether "mã" or "số" stands before the number with what it is of: "mã cơ quan", "số thứ tự", "số biên lai"."""
    words = left.split()[-7:]
    at = max((n for n, word in enumerate(words) if word in ("ma", "so")), default=None)
    if at is None:
        return False
    thing = next((w for w in words[at + 1 :] if not w.startswith(("#", "_"))), "")
    return bool(thing) and thing not in _BETWEEN and _STRONG.search(" ".join(words[at + 1 :])) is None


def _after_word_of_code(left: str) -> bool:
    """Whether "mã", "otp" or "code" stands before the number with only small words between."""
    for word in reversed(left.split()[-9:]):
        if word in ("otp", "code", "ma"):
            return True
        if word not in _BETWEEN:
            return False
    return False
