"""After a password or code was typed: "nói có mình con biết", "giữ giùm mấy số đó", "đưa chú em thì có sao đâu". Called by the reader of passwords.

Invariant: nothing that was typed is kept, repeated or asked for.
"""

from __future__ import annotations

import re

_ONLY_YOU = re.compile(
    r"\b(?:noi|dua|cho|gui|doc|nhan|biet)(?: \w+){0,5}? (?:co sao|khong sao|hong sao|co gi dau|dau co sao|con biet|em biet|co minh|minh con|minh em|thoi ma)\b"
    r"|\b(?:sao ky|sao vay|co sao dau|ben bao hiem ma|la ben bao hiem|la can bo ma)\b|\b(?:khong|hong|ko|k) (?:dua|cho|noi|gui|doc)(?: \w+){0,2} (?:thi )?(?:sao|lam sao)\b(?: \w+){0,4}"
)
_KEEP = re.compile(r"\b(?:giu|ghi|nho|luu|cat|nhap|go|bam)(?: \w+)? (?:gium|giup|dum|ho)\b")
_NEW_ONE = re.compile(
    r"\b(?:lay|lam|dat|xin|doi)(?: \w+){0,2} (?:cai )?(?:moi|khac|lai)\b.*\b(?:cach nao|sao|the nao|di|gium)\b|\bbo (?:cai )?(?:do|nay)\b.*\b(?:lay|lam|doi)\b"
)
NOT_TO_US = (
    "Dạ, kể cả tôi cũng đừng gửi: tôi không cần mật khẩu hay mã OTP, và không giữ giùm được. Chữ đã gõ ra thì người khác cầm máy "
    "đọc được, kẻ gian lấy được là vào được tài khoản. BHXH không bao giờ hỏi; lo bị lộ thì đổi mật khẩu, hoặc gọi {hotline}."
)


def trusts_us(words: str) -> bool:
    """Whether folded words make light of having told us a secret, or want us to keep it."""
    return bool(_ONLY_YOU.search(words) or _KEEP.search(words))


def wants_new_one(words: str) -> bool:
    """Whether a new password is wanted in place of the one that was told."""
    return bool(_NEW_ONE.search(words))


_SEES_IT = re.compile(
    r"\b(?:thay|mo|bam|vo|vao|kiem|tim)(?: \w+){0,4}? (?:roi|r)(?: do| ne| nha)?$|\b(?:toi|lam|bam|roi) (?:dau|gi|sao) (?:nua|tiep)\b|\b(?:y chang|giong y|dung y)\b|\bcho (?:cai )?tin nhan\b"
)
_SOLVED = re.compile(r"\b(?:xong|vo duoc|vao duoc|doi duoc|lay duoc|giai quyet|thanh cong|cam on)\b")


def follows_along(words: str) -> bool:
    """Whether somebody is on the way through a recipe and has not come to its end: "mở lên rồi, thấy rồi đó"."""
    return bool(_SEES_IT.search(words)) and not _SOLVED.search(words)
