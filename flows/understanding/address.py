"""How a person wishes to be addressed: the kin word by which they speak of themselves. Called by the dialogue.

Invariant: only where the word surely speaks of the writer ("cho cô hỏi", "chú quên mật khẩu rồi"); else nobody is guessed.
"""

from __future__ import annotations

import re

from flows.text.fold import tidy

# as typed -> as said back
_KIN = {
    "cô": "cô", "co": "cô", "chú": "chú", "chu": "chú", "bác": "bác", "bac": "bác", "ông": "ông", "ong": "ông", "bà": "bà",
    "anh": "anh", "chị": "chị", "chi": "chị", "em": "em", "dì": "dì", "cậu": "cậu", "thím": "thím", "mợ": "mợ",
}  # fmt: skip  # reason: reads as the table it is
_WORD = "|".join(sorted(_KIN, key=len, reverse=True))
_VERBS = (
    r"muốn|muon|cần|can|nhờ|nho|quên|quen|bị|bi|không biết|khong biet|ko biết|hổng biết|hong biet|không rành|hổng rành|hong ranh|"
    r"đăng ký|dang ky|tải|tai|làm|lam|gửi|gui|nộp|nop|chưa|chua|già|gia|lớn tuổi|mới|moi|đang|dang"
)
_ASKS = re.compile(rf"\bcho (?P<who>{_WORD})(?: xin)? (?:hỏi|hoi|biết|biet|nhờ|nho|gặp|gap|xin)\b")
_SPEAKS = re.compile(rf"^(?:dạ |da |alo |ừ |u )?(?P<who>{_WORD}) (?:hỏi|hoi|{_VERBS})\b")
_TO_US = re.compile(
    r"^(?:alo |dạ |da )?(?P<who>cô|chú|bác|ông|bà|anh|chị|em|dì) (?:hỏi|nhờ|cần|muốn)(?: \w+)? (?:con|cháu|em)\b"
)


def address_of(text: str) -> str:
    """ "cô", "chú", "anh" …, "" when the text does not tell."""
    words = tidy(text)
    found = _ASKS.search(words) or _TO_US.search(words) or _SPEAKS.search(words)
    if found is None:
        return ""
    who = found.group("who")
    if who in ("co", "chi") and found.re is _SPEAKS:
        return ""  # "có", "chỉ" without marks
    return _KIN[who]


def addressed(text: str, address: str) -> str:
    """A sentence of ours said to that person."""
    if not address:
        return text
    return text.replace("anh/chị", address).replace("Anh/chị", address.capitalize())
