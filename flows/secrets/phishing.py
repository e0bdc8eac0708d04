"""Whether words of staff ask somebody for a password or a one-time code. Called before a notice or an answer is sent.

Invariant: a warning not to hand one over does not count as asking.
"""

from __future__ import annotations

import re

from flows.text.fold import fold
from flows.text.normalise import plain

_WHAT = (
    r"(?:mat ?khau|mk|password|passwd|pass|o ?t ?p|pin|ma (?:so )?(?:xac (?:thuc|nhan|minh)|bao mat|dang nhap|kich hoat)|"
    r"ma (?:vua|moi|duoc|trong|tren) (?:gui|nhan|ve|tin|may|dien)[a-z ]{0,12}|(?:6|sau) (?:chu )?so(?! cuoi| dau| tren the| the))"
)
_SOME = r"(?: [a-z0-9]{1,12}){0,6}?"
_GIVE = (
    r"(?:gui|bao(?! hiem| gio| ve| mat| cao| dam)|cung cap|tra loi|phan hoi|doc|dien|chia se|dua|khai|soan(?! bh)|chup|chuyen tiep|"
    r"forward|bo sung|noi|cho muon|cho (?:toi|minh|em|chung toi|biet|xin|can bo|bhxh|bao hiem)|"
    r"nhan (?:tin )?(?:cho|ve|lai cho|den))"
)
_GIVEN_TO = r"(?:lai|cho|den|toi|qua|vao|tai|duoi|o|ve (?:day|cho|em|toi|minh|ben|so nay|dia chi nay))"
_HERE = r"(?:vao|tai|o|duoi|qua) (?:day|duoi day|tin|khung|o chat|cho nay|tro chuyen)"
_OWN = r"(?: (?:cua|hien|tai|cu|moi|vssid|anh|chi|co|chu|bac|minh|em|ban|nha|vay|dang|nhap|la|cac)){0,6}"
_ASKS = (
    re.compile(rf"\b{_GIVE}\b{_SOME} {_WHAT}\b"),  # "gửi mật khẩu", "cho biết mã OTP"
    re.compile(rf"\b{_WHAT}\b{_SOME} (?:gui|nhan|bao|cung cap|dua|doc|phan hoi|tra loi) {_GIVEN_TO}\b"),
    re.compile(rf"\b(?:nhap|go|dien|danh|ghi|viet|nhan)\b{_SOME} {_WHAT}\b{_SOME} {_HERE}\b"),
    re.compile(rf"\b(?:go|nhap|nhan|danh|dien|ghi) ma\b{_SOME} {_HERE}\b"),
    re.compile(rf"\b{_WHAT}{_OWN} (?:bao nhieu|may)\b"),  # "mã OTP của chị là mấy"
    re.compile(
        rf"\b{_WHAT} (?:cua|cu|hien)\b{_OWN} gi\b|\b(?:mk|mat khau|pass) la gi\b|\b{_WHAT} la gi (?:vay|de|nhi)\b"
    ),
    re.compile(rf"\bxin(?: (?:lai|anh|chi|em|cai|luon|giup)){{0,3}} (?:ma |so )?{_WHAT}\b"),
    re.compile(
        rf"\b(?:em|toi|minh|ben em|ben toi|can bo|bhxh|chung toi) (?:dang |se )?can(?: (?:co|biet|them|lay)){{0,2}} (?:ma |so )?{_WHAT}\b"
    ),
    re.compile(
        r"\bdoc(?: (?:giup|cho|em|toi|minh|lai|cai|dum|gium|anh|chi)){0,4} ma(?: (?:cho|giup|do|6|sau|vua|di|nha|nhe|a|otp)\b|$)"
    ),
)
# a warning ("không bao giờ hỏi mật khẩu", "đừng cho ai biết mã OTP") asks for nothing
_WARNS = re.compile(
    r"\b(?:khong|ko|dung|chang|cam|nghiem cam|tranh|chua|ke gian|ke xau|gia mao|gia danh|lua dao|ai)\b"
)
# the code that is sent to people ("hệ thống sẽ gửi mã OTP"), and changing one's password
_COMES = re.compile(r"\b(?:se|da|duoc|he thong|tong dai|vssid|bhxh|bao hiem xa hoi|ung dung|cong)$")
_CHANGES = re.compile(r"\b(?:doi|cap lai|quen|dat lai|khoi phuc|huong dan|cach|lay lai|khi nhan|se)\b")
_SPACED_OTP = re.compile(r"\bo[. _-]t[. _-]p\b")
_CLAUSE = re.compile(r"[.!?;:,\n]+")


def asks_for_secret(text: str) -> bool:
    """Whether the text asks people to hand over a password or a one-time code."""
    for clause in _CLAUSE.split(_SPACED_OTP.sub("otp", fold(text))):
        words = plain(clause)
        if any(_is_request(words, found) for ask in _ASKS for found in ask.finditer(words)):
            return True
    return False


def _is_request(words: str, found: re.Match[str]) -> bool:
    near = " ".join(words[: found.start()].split()[-8:])
    whole = found.group()
    return not (_WARNS.search(near) or _WARNS.search(whole) or _COMES.search(near) or _CHANGES.search(whole))
