"""Which typed texts hold a password or a one-time code. Rule: nothing here keeps, logs or returns the secret itself.

A text is looked at in two ways. For codes its shape counts: words without marks, and each number as one `#` a digit,
however it was spelt ("4 8-2 1.9 3", "bốn tám hai …"); dates are taken out first. For passwords its folded text with
punctuation counts. Every repetition in a pattern is bounded: a text of 20,000 characters takes milliseconds.
"""

from __future__ import annotations

import re

from flows.answers import plain
from flows.content import Content
from flows.names import fold

# -- codes

_DATE = re.compile(
    r"(?<![0-9])[0-9]{1,2}(?:/(?:19|20)[0-9]{2}|/[0-9]{1,2}(?:/[0-9]{2,4})?|([.\- ])[0-9]{1,2}\1(?:19|20)[0-9]{2})(?![0-9])"
)
_NUMBER = re.compile(r"[0-9](?:[ .\-]?[0-9])*")
_DIGIT_WORD = "(?:khong|linh|mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin)"
_SPELT = re.compile(rf"\b{_DIGIT_WORD}(?: {_DIGIT_WORD}){{3,7}}\b")
_NOT_SHAPE = re.compile(r"[^a-z0-9#]+")
_POLITE = re.compile(
    r"\b(?:da|a|ah|ak|nha|nhe|nhen|ne|ni|nay|day|em|anh|chi|toi|minh|con|co|chu|bac|thua|gui|ban|oi|la)\b"
)

_C = r"#{4,8}(?!#)"  # a number of four to eight digits
# words that may stand between "mã" or "OTP" and the code; "mã hộ", "mã tỉnh", "mã số thuế" are other things
_BETWEEN = (
    r"(?: (?:otp|la|so|xac|thuc|nhan|minh|bao|mat|kich|hoat|dang|nhap|sms|tin|dien|thoai|may|cua|toi|em|con|chau|anh|"
    r"chi|minh|no|vua|moi|gui|bao|hien|ghi|den|ve|qua|duoc|cho|nay|ne|ni|day|ma|vssid|bhxh|bi|thi|da|a))"
)
_CODE = re.compile(
    rf"\b(?:otp|o t p|code|ma)\b{_BETWEEN}{{0,8}} {_C}"
    rf"|{_C} (?:(?:day |chinh |no )?la )?(?:ma )?(?:otp|code|xac thuc|xac nhan|ma xac|ma sms)\b"
    rf"|{_C} (?:day |chinh |no )?la ma (?:cua|vua|moi|gui|ben|do|no|bao mat|kich hoat|dang nhap|vssid)\b"
)
# what the text messages that carry a code say of themselves
_CODE_SMS = re.compile(
    r"ma xac thuc co hieu luc|xin cap lai mat khau dang nhap cong|khong (?:dua|cung cap|chia se) ma"
)

# -- passwords

_WORD = r"(?:mat ?khau|mat ?khu|mat ma|mk|mkhau|pass|passw|pasword|password|pw|pwd)"
_ABOUT = (
    r"(?:\s(?:cu|moi|cua|toi|em|anh|chi|minh|con|chau|tui|me|ba|vssid|app|ung|dung|hien|tai|nay|dang|nhap|dat|tam|thoi|"
    r"gui|ve|duoc|ne|ni|day|no))"
)
_SAID = re.compile(
    rf"\b{_WORD}{_ABOUT}{{0,8}}\s?(?::|=|-|\bla\b:?|\bthanh\b)\s?(?P<value>\S{{1,80}})(?P<rest>.{{0,40}})"
)
_NEXT = re.compile(rf"\b{_WORD}{_ABOUT}{{0,6}}\s(?P<value>\S{{4,80}})")
_CHANGED = re.compile(r"\b(?:doi|dat|sua|chuyen|dat lai)(?: lai)? (?:thanh|la)\s(?P<value>\S{6,80})")
_ACCOUNT_SMS = re.compile(
    r"\b(?:tai khoan|tk|user|username|ten dang nhap)\b.{0,60}\b(?:mat khau|mk|pass|password)\b\W{0,3}\S*[0-9]"
)
_SIGN = frozenset("@#$%^&*!?+=~_")
_MARKUP = frozenset("/<>{}();,'\"")  # a link, a tag, a piece of a program
_BRACKETS = ".,;:!?\"'()[]{}<>…“”"
# after "mật khẩu là", these ask; a password does not
_ASKING = (
    "a ah ai app bang bao bi cai chu chua cho co con cu cua dang dau dc de do doi duoc em gi gom ha hay he hoac hok hong "
    "k khac khi khong ko ky lai loi luon ma mat may minh moi mot nao nen neu ngay nha nhe nhieu nhu nhung nua o otp phai "
    "qua quen rat roi sai sao so tai the thi toi trong tu va vay vi viet voi vssid z can"
)
_ASKS = frozenset(_ASKING.split())


def secret_in(text: str, *, expected: bool) -> str:
    """ "otp" or "password" when the text holds one, else "".

    `expected`: the conversation is waiting for a code to be typed on the secure page, so that a bare number of four to
    eight digits is surely that code.
    """
    folded = " ".join(fold(text).split())
    if _holds_password(folded):
        return "password"
    return "otp" if _holds_code(_shape(folded), expected=expected) else ""


def _shape(folded: str) -> str:
    """Words and numbers, one space between: "mã OTP: 48-21 93" -> "ma otp ######"."""
    shaped = _DATE.sub(" ngay ", folded)
    shaped = _NUMBER.sub(lambda n: f" {'#' * sum(c.isdigit() for c in n.group())} ", shaped)
    shaped = " ".join(_NOT_SHAPE.sub(" ", shaped).split())
    return _SPELT.sub(lambda n: "#" * len(n.group().split()), shaped)


def _holds_code(shape: str, *, expected: bool) -> bool:
    if "####" not in shape:
        return False
    bare = "".join(_POLITE.sub(" ", shape).split())
    if bare == "######" or (expected and re.fullmatch(_C, bare)):
        return True
    return bool(_CODE.search(shape) or (_CODE_SMS.search(shape) and re.search(_C, shape)))


def _holds_password(folded: str) -> bool:
    if any(_mixes_signs(token) for token in folded.split()):
        return True
    if _ACCOUNT_SMS.search(folded):
        return True
    for found in _SAID.finditer(folded):
        words = plain(found["value"] + found["rest"]).split()[:6]
        if _mixed(found["value"]) or _digits(found["value"]) >= 4:
            return True
        if len(found["value"]) >= 4 and found["value"].isalpha() and not _ASKS & set(words):
            return True
    for found in _NEXT.finditer(folded):
        if _mixed(found["value"]) or 4 <= _digits(found["value"]) <= 8:
            return True
    return any(_mixed(found["value"]) for found in _CHANGED.finditer(folded))


def _mixes_signs(token: str) -> bool:
    """A word such as "abc@123": letters, digits and a sign inside; addresses and markup are none."""
    core = token.strip(_BRACKETS)
    if len(core) < 6 or _MARKUP & set(core) or _is_address(core):
        return False
    return bool(_SIGN & set(core)) and any(c.isdigit() for c in core) and any(c.isalpha() for c in core)


def _mixed(token: str) -> bool:
    """Letters with digits, or with a sign, four characters or more."""
    core = token.strip(_BRACKETS)
    letters, other = any(c.isalpha() for c in core), any(c.isdigit() or c in _SIGN for c in core)
    return len(core) >= 4 and letters and other and not _is_address(core)


def _is_address(core: str) -> bool:
    """lan1983@gmail.com is no password."""
    name, at, domain = core.partition("@")
    return bool(name and at) and "." in domain and all(c.isalpha() or c in ".-" for c in domain)


def _digits(token: str) -> int:
    """How many digits a word of nothing but digits has, else 0."""
    core = token.strip(_BRACKETS)
    return len(core) if core.isdigit() else 0


def is_known_phone(text: str, content: Content) -> bool:
    """Whether six digits alone are part of a telephone number of the directory, which is public anyway."""
    found = _NUMBER.fullmatch(text.strip())
    digits = re.sub(r"[^0-9]", "", text)
    return (
        found is not None and len(digits) == 6 and any(digits in c.phone for c in content.directory.contacts)
    )


def warning(secret: str, content: Content) -> str:
    """What the person is told after a secret was typed into the chat."""
    what = "mã OTP" if secret == "otp" else "mật khẩu"
    return (
        f"Tin vừa rồi có vẻ chứa {what}. Tôi không lưu và không đọc tin đó; nếu được, anh/chị xóa nó khỏi cuộc trò "
        f"chuyện. Xin đừng gõ {what} vào đây hay đưa cho bất kỳ ai, kể cả người xưng là cán bộ BHXH. "
        "Chỉ nhập trên ứng dụng VssID hoặc trang bảo mật mà tôi gửi đường dẫn. "
        f"Nghi bị lộ, anh/chị gọi {content.office.hotline}."
    )
