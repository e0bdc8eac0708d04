"""Whether words of staff ask somebody for a password or a one-time code. Rule: a warning not to give one asks for nothing."""

from __future__ import annotations

import re

from flows.names import fold

_WHAT = r"(?:mat ?khau|mk|password|passwd|pass|o ?t ?p|pin|ma (?:so )?(?:xac (?:thuc|nhan|minh)|bao mat))"
_SOME = r"(?: [a-z0-9]{1,12}){0,6}?"
_GIVE = (
    r"(?:gui|bao(?! hiem| gio| ve| mat| cao| dam)|cung cap|tra loi|phan hoi|doc|dien|chia se|dua|khai|soan|chup|"
    r"cho (?:toi|minh|em|chung toi|biet|xin|can bo|bhxh|bao hiem)|nhan (?:tin )?(?:cho|ve|lai cho|den))"
)
_GIVEN_TO = r"(?:ve|lai|cho|den|toi|qua|vao|tai|duoi|o)"
_ASKS = (
    re.compile(rf"\b{_GIVE}\b{_SOME} {_WHAT}\b"),  # "gửi mật khẩu", "cho biết mã OTP"
    re.compile(rf"\b{_WHAT}\b{_SOME} (?:gui|nhan|bao|cung cap|dua|doc|phan hoi|tra loi) {_GIVEN_TO}\b"),
    re.compile(rf"\bnhap\b{_SOME} {_WHAT}\b{_SOME} (?:vao|tai|o|duoi) (?:day|duoi day|tin|khung)\b"),
)
# a warning ("không bao giờ hỏi mật khẩu", "đừng cho ai biết mã OTP") is no wish
_WARNS = re.compile(
    r"\b(?:khong|ko|dung|chang|cam|nghiem cam|tranh|chua|ke gian|ke xau|gia mao|gia danh|lua dao)\b"
)
# the code that comes to people ("hệ thống sẽ gửi mã OTP"), and changing one's password
_COMES = re.compile(r"\b(?:se|da|duoc|he thong|tong dai|vssid|bhxh|bao hiem xa hoi|ung dung|cong)$")
_CHANGES = re.compile(r"\b(?:doi|cap lai|quen|dat lai|khoi phuc|huong dan|cach)\b")
_SPACED_OTP = re.compile(r"\bo[. _-]t[. _-]p\b")
_CLAUSE = re.compile(r"[.!?;:,\n]+")
_NOT_WORDS = re.compile(r"[^a-z0-9]+")


def asks_for_secret(text: str) -> bool:
    """Whether the text asks people to hand over a password or a one-time code; warnings not to are fine."""
    for clause in _CLAUSE.split(_SPACED_OTP.sub("otp", fold(text))):
        words = _NOT_WORDS.sub(" ", clause).strip()
        if any(_is_wish(words, found) for ask in _ASKS for found in ask.finditer(words)):
            return True
    return False


def _is_wish(words: str, found: re.Match[str]) -> bool:
    near = " ".join(words[: found.start()].split()[-8:])
    whole = found.group()
    return not (_WARNS.search(near) or _WARNS.search(whole) or _COMES.search(near) or _CHANGES.search(whole))
