"""Turns of a talk about a swindle: what is only demanded, what a neighbour gave, "bấm được hôn", "trang nào mới thiệt". Called by safety.py.

Invariant: pure, of folded words; what is demanded and not given yet is never taken as given.
"""

from __future__ import annotations

import re

_ACTS = r"(?:chuyen|dong|nop|nap|gui|goi|doc|dua|chup|bam|quet|cai|tai|dien|nhap|go|khai|cho|ck|mua|coc|an|vo|vao|mo)"
_DEMANDED = re.compile(
    rf"\b(?:phai|bieu|keu|doi|bao|bat|yeu cau|xin|du|noi la|noi)(?: \w+){{0,6}}? {_ACTS}\b|\b{_ACTS}\b(?: \w+){{0,5}}? (?:truoc|moi (?:lanh|nhan|lam|mo|duoc))\b"
)
_HANDED_OVER = re.compile(
    rf"\b(?:da|lo|trot|moi|vua|nghe loi)(?: \w+){{0,2}}? {_ACTS}\b|\b{_ACTS}\b(?: \w+){{0,6}}? (?:roi|r|mat roi|luon roi|mat tieu|het roi|mat tien)\b|\bbi (?:lua|hack|mat tien)\b|\b(?:chet|chit) cha\b|\bmat (?:tien|het)\b|\b(?:tui|toi|em|minh|con|bac|co|chu|c|e) {_ACTS} (?:cho|het)\b"
)
_NOT_YET = re.compile(r"\b(?:chua|khong|hong|ko|dau co)(?: \w+){0,2} " + _ACTS)
_PAID = re.compile(
    r"\b(?:chuyen|chuyen khoan|ck|dong|nop|nap|gui)(?: \w+){0,5}? (?:roi|r|mat|het|luon)\b|\b(?:lo|da|moi|vua|trot)(?: \w+)? (?:chuyen|dong|nop|nap|ck)\b"
)
_GAVE_CODE = re.compile(
    r"\b(?:doc|dua|bam|cai|nhap|go|dien|khai|chup)(?: \w+){0,5}? (?:roi|r|mat|het|luon)\b|\b(?:lo|da|moi|vua|trot)(?: \w+)? (?:doc|dua|bam|cai|nhap|go|dien|chup)\b"
)
_MAY_I = re.compile(
    r"\b(?:bam|mo|vo|vao|go|nhap|chuyen|doc|dua|lam|cai|gui|dong|nop|tra loi|nghe)(?: \w+){0,3}? (?:duoc |dc |nen |co sao )?(?:khong|ko|k|hong|hon|hok|hem|chua|ha)(?: con| em| vay| ta| chu| co| ad| a)*$"
    r"|\bco nen\b(?: \w+){0,5} (?:khong|hong|hon|ko|k)\b"
)
_WHICH_PLACE = re.compile(
    r"\b(?:trang|web|website|dia chi|link|cho|app)(?: \w+)? nao\b.*\b(?:that|thiet|bao hiem|bhxh|chinh|dung|moi la)\b|\b(?:that|thiet)(?: \w+)? (?:la )?(?:trang|web) nao\b"
)
MAY_NOT = (
    "Dạ không nên: đừng bấm, đừng mở đường dẫn, đừng gõ gì vào đó, đừng chuyển tiền, tuyệt đối không đọc mã cho ai; đây là dấu hiệu lừa đảo. "
    "Muốn chắc thì tự gọi {hotline}."
)


def only_demanded(words: str) -> bool:
    """Whether folded words tell of a demand, and of nothing that was given: "biểu tui phải chuyển 500 ngàn trước"."""
    return bool(_DEMANDED.search(words)) and (not _HANDED_OVER.search(words) or bool(_NOT_YET.search(words)))


def given_since(words: str) -> str:
    """After a warning, what somebody gave already, whoever it was: "paid", "gave" or ""."""
    if _NOT_YET.search(words) or _DEMANDED.search(words):
        return ""
    return "paid" if _PAID.search(words) else "gave" if _GAVE_CODE.search(words) else ""


def asks_leave(words: str) -> bool:
    """After a warning, whether it is asked if one may do it after all: "bấm vô được hôn"."""
    return bool(_MAY_I.search(words)) and not _HANDED_OVER.search(words)


def asks_the_place(words: str) -> bool:
    """After a warning, whether the true page is asked for."""
    return bool(_WHICH_PLACE.search(words))
