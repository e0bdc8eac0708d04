"""Questions in words of the country that the finder does not know by their wordings: "anh toi da may mb", "bữa nào là hết hạn". Read by the flow questions.

Invariant: only items that exist, and only where the words can hardly ask for another; the answer stays the item's own.
"""

from __future__ import annotations

import re

# folded words -> the item that answers; the first that fits counts
_ASKED: tuple[tuple[str, str], ...] = (
    (
        "anh-qua-lon",
        r"\b(?:hinh|tam anh|anh (?:dk|dang ky|chan dung|chup|mat|do|nay|toi da))\b(?=.*\b(?:mb|nang|dung luong)\b)(?=.*\b(?:may|bao nhieu|toi da|co nao|qua|hon|che|gioi han)\b)(?!.*\b(?:the|giay to|cccd)\b)",
    ),
    (
        "gio-lam-viec",
        r"\b(?:nghi trua|(?<!lao )(?<!hoat )dong cua (?:roi|mat|het|som|tiem)|chua mo cua|het gio lam|khong co ai lam)\b(?!.*\b(?:link|duong dan)\b)",
    ),
    (
        "qua-han",
        r"\b(?:bua nao|ngay nao|chung nao|khi nao|bao gio)(?: la| thi)? (?:het han|qua han|toi han|het hieu luc)\b|\b(?:bao lau|may ngay|trong may ngay)(?: \w+){0,2} (?:phai )?(?:dem|mang|nop)(?: \w+)? (?:giay|to|len|lai)\b",
    ),
    (
        "dia-chi-bhxh",
        r"\b(?:ra|toi|den|len|dem(?: \w+)? (?:ra|toi|den|len)) (?:cho|noi) nao\b|\b(?:co|con) (?:cho|noi) nao(?: \w+){0,3} (?:toi|den|ra|gap)\b|\b(?:cho|noi) nao(?: \w+){0,2} gan\b",
    ),
    (
        "khong-cai-di-kham",
        r"\b(?:the|giay|so)\b.*\b(?:uot|rach|mat|rot|roi|nat|chuot|quen|khong dem|hong dem|khong mang)\b.*\b(?:kham|nha thuong|benh vien|bv|nhap vien|di benh)\b|\b(?:mat|rot|uot|rach)(?: \w+){0,2} (?:di )?kham (?:duoc|dc)\b",
    ),
    (
        "doi-sdt",
        r"\b(?:so|sim|sdt|so dien thoai)\b(?=.*\b(?:dang ky|dk)\b).*\b(?:mat|chon|chet|bo roi|khong xai|hong xai|het xai|bi khoa|cat|cua nguoi khac|so cu|hu)\b|\b(?:mat|rot|hu|bo)(?: \w+)? (?:sim|so cu)\b",
    ),
    (
        "tin-nhan-8079",
        r"\b(?:nhan tin|soan tin|tin nhan)\b.*\b(?:lay|coi|tra|xem|duoc)\b.*\b(?:khong|hong|hon|ko|k)\b(?!.*\b(?:link|duong dan|otp|lua)\b)",
    ),
    (
        "app-loi",
        r"\b(?:vong tron|quay quay|quay vong|quay hoai|xoay hoai|xoay xoay|cham ri|treo may|dung im|dung hinh|trang bach|trang tinh|load hoai|loading)\b",
    ),
    (
        "cach-dang-ky",
        r"\b(?:vssid|dang ky)\b.*\b(?:may buoc|bao nhieu buoc|cac buoc|tung buoc)\b|\bcai buoc dau\b",
    ),
    ("tai-o-dau", r"\biphone\b.*\b(?:khac|giong)\b.*\b(?:android|oppo|samsung|xiaomi)\b"),
    (
        "bot-that",
        r"\b(?:ai|nguoi|can bo)\b.*\bhay (?:la )?(?:may|bot|robot|tu dong)\b|\b(?:may|bot|robot) hay (?:la )?nguoi\b",
    ),
)
_COMPILED = tuple((item, re.compile(pattern)) for item, pattern in _ASKED)
_MAY_ASK = re.compile(
    r"\b(?:may|nao|mb|nang|nghi trua|dong cua|mo cua|gio|quay|xoay|treo|trang|load\w*|cham|dung|vong|uot|rach|mat|rot|roi|chon|sim|nhan tin|soan|buoc|iphone|bot|robot)\b"
)
LONG = 34  # words


def asked_plainly(words: str) -> str:
    """The id of the item that folded words ask for, "" for none that is sure."""
    if not _MAY_ASK.search(words) or words.count(" ") >= LONG:
        return ""
    return next((item for item, pattern in _COMPILED if pattern.search(words)), "")
