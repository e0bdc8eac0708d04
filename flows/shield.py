"""Which typed texts hold a password or a one-time code. Rule: nothing here keeps, logs or returns the secret itself.

Codes are weighed by flows/shield_codes.py. For passwords the folded text with punctuation counts: what stands after the word
("mk cua toi la …"), an account with what follows it, a word that mixes letters, digits and signs. Every repetition in a pattern is bounded: a text of 20,000 characters takes milliseconds.
"""

from __future__ import annotations

import re
from itertools import islice

from flows.answers import plain
from flows.content import Content
from flows.names import fold
from flows.shield_codes import holds_code, shape_of
from flows.text_messages import read_received, which_secret

# -- passwords

_WORD = r"(?:mat ?khau|mat ?khu|mat ma|mk|mkhau|pass ?words?|passw|pasword|pass|pw|pwd)"
_ABOUT = (
    r"(?:\s(?:cu|moi|cua|toi|em|anh|chi|minh|con|chau|tui|me|ba|ma|vssid|app|ung|dung|hien|tai|nay|dang|nhap|dat|tam|thoi|e|ad|ai|"
    r"gui|ve|duoc|ne|ni|day|no|mac|dinh|ban|dau|tien|lan|xai|de|cap|bao|so|bhxh|bh|tin|nhan|o|co|phai|hoi|truoc|a|nha|lai|go|may|"
    r"tk|khoan|tai|tui|ho|bac|co|chu|dt|do|cho|chinh|xac|dung|thi|van|chong|vo|bo|cha|ong|xa|noi|ngoai|gia|di|cau|be|nho|lon|nguoi|theo|ten|lau|bi))"
)
_SAID = re.compile(
    rf"\b{_WORD}{_ABOUT}{{0,8}}\s?(?P<how>:|=|-|>|\bla\b:?|\bthanh\b|\bdat\b|\bde\b)\s?(?P<value>\S{{1,80}})(?P<rest>.{{0,60}})"
)
# whatever words stand between: what follows "là" counts when it mixes letters with digits, or is a number
_FAR = re.compile(rf"\b{_WORD}(?:[\s,]{{1,2}}[a-z]{{1,7}}){{0,10}}?\s?(?::|=|\bla\b)\s?(?P<value>\S{{4,80}})")
_FAR_IN_DIGITS = re.compile(rf"\b{_WORD}(?: [a-z]{{1,7}}){{0,10}}? la #{{4,8}}(?!#)")
_NEXT = re.compile(rf"\b{_WORD}(?P<about>{_ABOUT}{{0,6}})\s(?P<value>\S{{3,80}})")
_CHANGED = re.compile(
    r"\b(?:doi|dat|sua|chuyen|dat lai|lay|dung|xai|nhap|go)\b(?:\s\S{1,12}){0,5}?\s(?:thanh|sang|qua|la|bang|voi|lai)\s(?P<value>\S{6,80})"
)
_ACCOUNT = re.compile(
    r"\b(?:tai ?khoan|tk|user|username|ten dang nhap|account|acc)\b.{0,60}?\b(?:mat ?khau|mk|pass|password)\b\W{0,3}(?P<value>\S{0,80})"
)
_CODE_AND = re.compile(
    r"(?<![0-9])[0-9]{10}\s?[/|,;:\-]?\s?(?P<value>[a-z0-9@#$%^&*!?+=~_.]{6,40})(?![a-z0-9])"
)
_SPELT_OUT = re.compile(
    rf"\b{_WORD}{_ABOUT}{{0,8}}(?:\s?(?::|=|la))?\s(?:(?:hoa|thuong)\s)?[a-z0-9@#$!](?:[ \-.][a-z0-9@#$!]){{4,20}}(?![a-z0-9])"
)
_ALONE = re.compile(
    r"(?:[a-z]{3,20}[0-9]{2,10}|[0-9]{2,8}[a-z]{3,20}|[a-z]{2,12}[0-9]{1,6}[a-z]{2,12}[0-9]{0,6})"
)
# words with digits that are things: "iphone13", "thang12", a unit's code, a plate
_THINGS = re.compile(
    r"(?<![a-z0-9])(?:(?:iphone|ipad|samsung|galaxy|oppo|vivo|xiaomi|redmi|realme|nokia|android|ios|vssid|vneid|thang|nam|ngay|quy|lop|dieu|khoan|mau|form|"
    r"phong|tang|to|ap|khom|phuong|quan|so|sdt|tel|win|windows|covid|ten|bhxh|bhyt|cccd|cmnd|dong|trieu|gio|phut|lan|tuoi|bhtn|qh|nd|qd|tt)"
    r"[0-9]{1,3}(?![0-9])|nam(?:19|20)[0-9]{2}|[a-z]{1,3}[0-9]{4}[a-z]$|[0-9]{2}[a-z][0-9]|[0-9]{1,4}(?:gio|trieu|nghin|ngan|dong|phut|thang|nam|ngay|lan|tuoi|nguoi))"
)
_GROUP = re.compile(r"(?<![0-9])[0-9](?:[ .\-]{0,2}[0-9]){3,7}(?![0-9])")
_IN_DIGITS = re.compile(rf"\b{_WORD}{_ABOUT}{{0,8}}(?: la| thanh)? #{{4,8}}(?!#)")
_CAN_MIX = re.compile(r"[0-9@#$%^&*!?+=~_]")
_SIGN = frozenset("@#$%^&*!?+=~_")
_MARKUP = frozenset("/<>{}();,'\"")  # a link, a tag, a piece of a program
_BRACKETS = ".,;:!?\"'()[]{}<>…“”"
# after "mật khẩu là", these ask or tell; a password does not
_ASKING = (
    "a ah ai app bang bi cai chua co dang dau de do doi duoc dc gi gom ha he hoac hok khac khi khong kg ky ki lai "
    "loi luon nao nen neu nhieu nhu nhung otp phai quen rat roi sai tai the thi trong tu vay vi viet voi z hon so chu bat "
    "hay mat xong luc nhap gui tinh thong tin bao dat may cho ra"
)
_ASKS = frozenset(_ASKING.split())
_ASKS_LAST = frozenset(
    ("sao", "hong", "k", "ko", "ta", "nhi")
)  # elsewhere they may be words of a phrase: "hoa hồng vàng"
_SMALL_WORDS = (
    "cua toi em minh con chau anh chi a nha nhe ne ni day do roi ad oi e tui vssid app moi cu luon van"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_KNOWN_LONG_WORDS = "facebook messenger internet telegram vietnam tiengviet dangnhap baohiem"
_KNOWN_LONG = frozenset(_KNOWN_LONG_WORDS.split())


def secret_in(text: str, *, expected: bool, wary: str = "") -> str:
    """ "otp" or "password" when the text holds one, else "".

    `expected`: the conversation is waiting for a code to be typed on the secure page, so that a bare number of four to
    eight digits is surely that code. `wary`: what the messages before held or announced ("" nothing), see `wary_after`.
    """
    folded = " ".join(fold(text).split())
    whose = which_secret(text)
    if read_received(text) is not None and not re.search(rf"\b{_WORD}\b|\botp\b", folded):
        return ""  # its code and dossier number may stand close together
    if whose == "code" and _GROUP.search(folded):
        return "otp"
    shape = shape_of(folded)
    if _holds_password(folded, shape):
        return "password"
    if whose == "account" and re.search(r"matkhau\W*[a-z0-9]", re.sub(r"\s", "", folded)):
        return "password"
    if wary in (PASSWORD, ANNOUNCED) and _follows_password(folded, announced=wary == ANNOUNCED):
        return "password"
    return "otp" if holds_code(shape, expected=expected, wary=bool(wary)) else ""


OTP, PASSWORD, ANNOUNCED = "otp", "password", "announced"  # the last: a password is about to be typed
LONGEST_ALONE = 80  # characters; a longer text is no password standing alone
MOST_PLACES = 100  # of one text at which a password may stand
WARY_FOR = 3  # how many messages after a secret, or after the promise of one, are looked at more closely


def wary_after(text: str, found: str, before: tuple[str, int]) -> tuple[str, int]:
    """What to expect after a message, and for how many more: of what was found in it, or what it announced."""
    if found:
        return found, WARY_FOR
    if announced := announced_in(text):
        return announced, WARY_FOR
    kind, left = (
        (PASSWORD, before[1]) if before[0] == ANNOUNCED else before
    )  # a promise is for the next message
    return (kind, left - 1) if left > 1 else ("", 0)


def announced_in(text: str) -> str:
    """OTP or ANNOUNCED when the text says that a code or password follows ("mật khẩu của tôi là", "em nhận được otp rồi")."""
    words = plain(text)
    if len(words) > LONGEST_ANNOUNCEMENT:
        return ""
    if _LACKS.search(words):
        return ""
    opened = text.rstrip()[-1:] in (":", "=") and re.search(rf"\b{_WORD}{_ABOUT}{{0,8}}$", words) is not None
    if opened or _ANNOUNCES_PASSWORD.search(words):
        return ANNOUNCED
    return OTP if _ANNOUNCES_CODE.search(words) else ""


def is_promise(text: str) -> bool:
    """Whether a text breaks off where the secret would stand: "mật khẩu của tôi là", "otp nè:"."""
    broken_off = text.rstrip()[-1:] in (":", "=") or plain(text).split()[-1:] in (
        ["la"],
        ["day"],
        ["ne"],
        ["nay"],
    )
    return broken_off and bool(announced_in(text))


def forewarning(content: Content) -> str:
    """What is said to somebody who is about to type a secret."""
    return (
        "Xin đừng gõ mật khẩu hay mã OTP vào đây, tôi không cần và không ai ở BHXH hỏi. Chỉ nhập trên ứng dụng VssID. "
        f"Cần giúp, anh/chị gõ “quên mật khẩu” hoặc gọi {content.office.hotline}."
    )


LONGEST_ANNOUNCEMENT = 120  # characters
_ANNOUNCES_PASSWORD = re.compile(
    rf"\b{_WORD}{_ABOUT}{{0,8}} (?:la|day|ne|nay|ni)(?: (?:ad|a|nha|nhe|ne|day))*$"
    rf"|^(?:(?:da|a|day|ad|em|gui) )*{_WORD} (?:cua|moi|cu|toi|em|minh|tui|e|vssid)(?: (?:cua|toi|em|minh|tui|e|vssid|ad|a|con|me|ba))*$"
)
_ANNOUNCES_CODE = re.compile(
    r"\b(?:otp|ma (?:so )?(?:xac (?:thuc|nhan|minh)|sms|kich hoat|bao mat)|ma otp)\b(?: (?:cua|toi|em|minh|con|la|day|ne|nay|nha|nhe|ni|ad|gui|ve|roi|"
    r"moi|nhan|duoc|thi|a|so|no|tui|e|chi|anh))*$|\b(?:gui|doc|nhan duoc|co)\b.{0,30}\b(?:otp|ma xac (?:thuc|nhan))\b.{0,12}$"
)
_LACKS = re.compile(
    r"\b(?:khong|ko|k|hong|hok|chua|mat(?! khau)|het han|gi|sao|dau|nao|quen|lay lai|cap lai|sai)\b"
)


def _follows_password(folded: str, *, announced: bool) -> bool:
    """What is a password after one: a word with digits; if one was announced also a few words that ask and tell nothing."""
    tokens = folded.split()
    if any(_mixed(t) and not _is_thing(t) for t in tokens):
        return True
    every = plain(folded).split()
    words = [w for w in every if w not in _SMALL]
    if not announced or not 1 <= len(words) <= 4 or sum(map(len, every)) < 4:
        return False
    return not _asks(words) and 2 * sum(w in _TALK for w in words) < len(words)


_TALK_WORDS = (
    "menu huy quay lai thoi ok oke vang cam on tra cuu dang ky gap can bo tro giup khoa chao hello alo"
)
_TALK = frozenset(_TALK_WORDS.split())


def _holds_password(folded: str, shape: str) -> bool:
    if not _SIGN.isdisjoint(folded) and any(_mixes_signs(token) for token in folded.split()):
        return True
    if _SPELT_OUT.search(folded):
        return True
    if "####" in shape and (_IN_DIGITS.search(shape) or _FAR_IN_DIGITS.search(shape)):
        return True
    for found in islice(_SAID.finditer(folded), MOST_PLACES):
        if _is_said(found["how"], found["value"], found["rest"]):
            return True
    for found in islice(_NEXT.finditer(folded), MOST_PLACES):
        value = found["value"]
        if _mixed(value) or _is_joined(value):
            return True
    if any(
        _is_account(f.group(), f["value"].strip(_BRACKETS))
        for f in islice(_ACCOUNT.finditer(folded), MOST_PLACES)
    ):
        return True
    if _CAN_MIX.search(folded) and any(
        _mixed(f["value"]) and not _is_thing(f["value"])
        for pattern in (_FAR, _CHANGED, _CODE_AND)
        for f in islice(pattern.finditer(folded), MOST_PLACES)
    ):
        return True
    if len(folded) > LONGEST_ALONE:
        return False
    alone = [w.strip(_BRACKETS) for w in folded.split()]
    alone = [w for w in alone if w and w not in _SMALL]
    return (
        len(alone) == 1
        and len(alone[0]) >= 6
        and _ALONE.fullmatch(alone[0]) is not None
        and not _is_thing(alone[0])
    )


def _is_account(whole: str, value: str) -> bool:
    """Whether an account is told with its password: "tk 8800000001 mk hoasen"."""
    if any(c.isdigit() for c in value):
        return True
    word = len(value) >= 4 and value.isalpha() and value not in _ASKS | _ASKS_LAST | _SMALL
    return word and any(c.isdigit() for c in whole)


def _is_said(how: str, value: str, rest: str) -> bool:
    """Whether what stands after "mật khẩu là" is one, and not a question about it."""
    if _mixed(value) or _digits(value) >= 4:
        return True
    words = [w for w in plain(re.split(r"[.,;?!\n]", value + rest)[0]).split()[:6] if w not in _SMALL]
    if not words or how == "-" or _asks(words):
        return False
    return sum(map(len, words)) >= 4


def _asks(words: list[str]) -> bool:
    return bool(_ASKS & set(words)) or words[-1] in _ASKS_LAST


def _is_joined(token: str) -> bool:
    """Words run together, longer than any syllable: "hoahongvang"."""
    core = token.strip(_BRACKETS)
    return core.isalpha() and len(core) >= 8 and core not in _KNOWN_LONG


def _is_thing(token: str) -> bool:
    core = token.strip(_BRACKETS)
    return _THINGS.match(core) is not None or re.fullmatch(r"[a-z]{1,2}[0-9]{7,13}", core) is not None


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
    """How many digits a word of nothing but digits has, else 0; 0 for the numbers that one texts to."""
    core = token.strip(_BRACKETS)
    return len(core) if core.isdigit() and core not in ("8079", "8179") else 0


def bare_digits(text: str) -> int:
    """How many digits a text has that is nothing but a number, at most LONGEST_CODE; else 0."""
    whole = re.fullmatch(r"[0-9](?:[ .\-]?[0-9]){2,7}", text.strip()) is not None
    return sum(c.isdigit() for c in text) if whole else 0


def is_known_phone(text: str, content: Content) -> bool:
    """Whether a few digits alone are part of a telephone number of the directory, which is public anyway."""
    digits = "".join(c for c in text if c.isdigit())
    return bare_digits(text) > 0 and any(digits in c.phone for c in content.directory.contacts)


_MESSAGES = {
    "account": (
        "Đó có vẻ là tin cấp tài khoản VssID. Anh/chị tự nhập mật khẩu trong tin vào màn hình Đăng nhập của ứng dụng VssID, rồi "
        "đổi mật khẩu ngay. "
    ),
    "code": (
        "Đó có vẻ là tin mã xác thực của VssID: tin ghi “cấp lại mật khẩu” dù anh/chị đang đổi mật khẩu. Anh/chị nhập mã đó vào "
        "VssID trong 5 phút. "
    ),
}


def warning(secret: str, content: Content, *, text: str = "") -> str:
    """What the person is told after a secret was typed into the chat; `text` tells whether it was one of VssID's messages."""
    what = "mã OTP" if secret == "otp" else "mật khẩu"
    return (
        f"Tin vừa rồi có vẻ chứa {what}. Tôi không lưu và không đọc tin đó; nếu được, anh/chị xóa nó khỏi cuộc trò "
        f"chuyện. {_MESSAGES.get(which_secret(text), '')}Xin đừng gõ {what} vào đây hay đưa cho bất kỳ ai, kể cả người xưng là "
        "cán bộ BHXH. Chỉ nhập trên ứng dụng VssID hoặc trang bảo mật mà tôi gửi đường dẫn. "
        f"Nghi bị lộ, anh/chị gọi {content.office.hotline}."
    )
