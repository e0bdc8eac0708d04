"""Which typed texts hold a password or a one-time code. Rule: nothing here keeps, logs or returns the secret itself."""

from __future__ import annotations

import re

from flows.answers import plain
from flows.content import Content

_CODE = re.compile(r"(?<![0-9])[0-9](?:[ .\-]?[0-9]){3,7}(?![0-9])")
_SIX = re.compile(r"[0-9](?:[ .\-]?[0-9]){5}")
_OTP_WORDS = re.compile(
    r"\b(?:otp|ma xac (?:thuc|nhan|minh)|ma so xac (?:thuc|nhan)|ma (?:vua )?(?:gui|nhan)(?: duoc)?(?: ve)?|"
    r"(?:nhan|gui|duoc)(?: duoc)? ma|ma (?:bao mat|kich hoat|sms|dang nhap)|ma (?=[0-9]))"
)
_OTP_SMS = re.compile(r"ma xac thuc co hieu luc|xin cap lai mat khau dang nhap cong")
_PASSWORD_WORDS = r"(?:mat khau|mat khu|mk|mkhau|pass|password|pasword|pw)"
# "mat khau: X", "mk cua toi la X", "mat khau moi X1y2"; what is asked about a password is harmless
_PASSWORD_SAID = re.compile(
    rf"\b{_PASSWORD_WORDS}\b(?:\s+(?:cu|moi|cua|toi|em|minh|con|chau|tui|vssid|app|hien|tai|nay|dang|nhap|dung|dat|"
    r"tam|thoi|gui|ve|duoc))*\s*(?::|=|\bla\b|-)\s*(?P<value>\S+)",
)
_PASSWORD_BARE = re.compile(
    rf"\b{_PASSWORD_WORDS}\b(?:\s+(?:cu|moi|cua|toi|em|minh|tui|vssid|nay|dang|nhap))*\s+(?P<value>\S{{4,}})"
)
_SMS_ACCOUNT = re.compile(r"tai khoan\s*:?.{0,40}mat khau\s*:?\s*\S+")
_QUESTION_WORDS = frozenset(
    [
        "gi",
        "sao",
        "nao",
        "dau",
        "the",
        "vi",
        "thi",
        "o",
        "bi",
        "khong",
        "ko",
        "k",
        "hok",
        "hong",
        "duoc",
        "dc",
        "roi",
        "chua",
        "bao",
        "nhieu",
        "may",
        "ai",
        "cai",
        "so",
        "sai",
        "loi",
        "quen",
        "mat",
        "doi",
        "vssid",
        "otp",
        "va",
        "hay",
        "hoac",
        "voi",
        "lai",
        "nhu",
        "ma",
        "de",
        "cho",
        "vay",
        "z",
        "moi",
        "cu",
        "nua",
        "luon",
        "a",
        "ah",
        "nha",
        "nhe",
        "ha",
        "he",
        "tu",
        "do",
        "phai",
        "qua",
        "app",
    ]
)


def secret_in(text: str, *, expected: bool) -> str:
    """ "otp" or "password" when the text holds one, else "".

    `expected`: the conversation is waiting for a code to be typed on the secure page, so that a bare number of four to
    eight digits is surely that code.
    """
    folded = plain_keeping_marks(text)
    words = plain(text)
    bare = text.strip()
    if _OTP_SMS.search(words) and _CODE.search(bare):
        return "otp"
    if _SMS_ACCOUNT.search(words) or _holds_password(folded):
        return "password"
    code = _CODE.search(bare)
    if code is not None and _OTP_WORDS.search(words) and not _looks_harmless(words):
        return "otp"
    if _SIX.fullmatch(bare) or (expected and _CODE.fullmatch(bare)):
        return "otp"
    return ""


_HARMLESS = re.compile(r"\b(?:ma so bhxh|ma so thue|ma ho|ma tinh|ma the|ma buu chinh|ma don vi|ma ho so)\b")


def _looks_harmless(words: str) -> bool:
    return bool(_HARMLESS.search(words)) and "otp" not in words and "xac" not in words


def _holds_password(folded: str) -> bool:
    for found in _PASSWORD_SAID.finditer(folded):
        if plain(found.group("value")) not in _QUESTION_WORDS:
            return True
    for found in _PASSWORD_BARE.finditer(folded):
        value = found.group("value")
        if any(ch.isdigit() for ch in value) or any(not ch.isalnum() for ch in value.rstrip(".,?!")):
            return True
    return False


def is_known_phone(text: str, content: Content) -> bool:
    """Whether six digits alone are part of a telephone number of the directory, which is public anyway."""
    digits = re.sub(r"[ .\-]", "", text.strip())
    found = _SIX.fullmatch(text.strip())
    return found is not None and any(digits in c.phone for c in content.directory.contacts)


def plain_keeping_marks(text: str) -> str:
    """Folded text with its punctuation: passwords hold it."""
    from flows.names import fold

    return " ".join(fold(text).split())


def warning(secret: str, content: Content) -> str:
    """What the person is told after a secret was typed into the chat."""
    what = "mã OTP" if secret == "otp" else "mật khẩu"
    return (
        f"Tin vừa rồi có vẻ chứa {what}. Tôi không lưu và không đọc tin đó; nếu được, anh/chị xóa nó khỏi cuộc trò "
        f"chuyện. Xin đừng gõ {what} vào đây hay đưa cho bất kỳ ai, kể cả người xưng là cán bộ BHXH. "
        "Chỉ nhập trên ứng dụng VssID hoặc trang bảo mật mà tôi gửi đường dẫn. "
        f"Nghi bị lộ, anh/chị gọi {content.office.hotline}."
    )
