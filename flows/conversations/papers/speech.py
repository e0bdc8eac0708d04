"""Asking for a paper in one's own words: "in ra giấy cho tui", "bản 1 trang in được", "cho tui cái lịch".

Read by the papers flow. Invariant: printing the declaration (form 01) or the office's leaflets is a question, not a wish for our page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.engine.proposals import Begin, Do, Proposal, Reading

_SURE = 0.93
_PAGE = re.compile(
    r"\b(?:in ra (?:thanh )?giay|in thanh giay|in giay ra|ban in|ban de in|in (?:duoc|dc|dk)\b|in ra (?:cho|giup|dum|gium|ho|mang|cam)"
    r"|(?:to|ban|cai)? ?(?:giay|to)(?: \w+){0,2} (?:de in|in duoc|in dc)|(?:mot|1) trang (?:in|giay|a4)"
    r"|in (?:cho|giup|dum|gium|ho) (?:toi|tui|em|minh|to|ban|cai|me|ma|ba)"
    r"|in (?:to|cai|ban)(?: \w+){0,3} (?:mang gi|can gi|dan do|nhac)|in danh sach(?: ra)?"
    r"|(?:ghi|viet) ra giay (?:cho|giup|dum|gium) (?:toi|tui|em|minh)(?! (?:r|roi)\b)|to giay mang di|giay de mang|giay dan tuong)\b"
)
_CALENDAR = re.compile(
    r"\b(?:(?:cho|gui|lay|tai|xuat|them|luu|tao|lam|muon|xin|can)(?: \w+){0,3} (?:lich|file ics|ics)(?! su\b)|file lich|tep lich|lich nhac(?: han)?"
    r"|(?:vao|vo|qua) (?:cai )?lich|lich (?:cua )?(?:dien thoai|google|iphone)|google calendar|ics)\b"
)
_NO_CALENDAR = re.compile(
    r"\blich (?:su|thi|lam viec|truc|nghi|hen|tiep|kham|hoc|am|duong|hop|mo cua|cua co quan|cua bhxh)\b|\b(?:am|duong|du|nhan|lai|kin) lich\b|\bso yeu\b"
)
_OTHER = re.compile(
    r"\b(?:to khai|mau (?:so )?(?:0?1|mot)|m01|the bhyt|so bhxh|the bao hiem|qua trinh|qtr|so bao hiem|huong dan|tai lieu|to roi|mat khau|mk|pass|otp|khong (?:mot|1))\b"
)
_DENIED = re.compile(
    r"\b(?:khoi|khong|ko|hong|dung|khoi can|khong can) (?:can |co )?in\b|\b(?:khong|ko|k|hong) (?:can|muon|lay)(?: \w+)? (?:lich|giay|ban in)\b"
)
_WHERE = re.compile(r"\bin (?:o|cho) (?:dau|nao)\b|\b(?:tiem|cho|quan) (?:nao |in|photo)\b")


def reads(reading: Reading) -> Iterator[Proposal]:
    """A page or a calendar, at any step but one where any words are an answer."""
    if reading.step is not None and reading.step.takes_any:
        return
    words = reading.input.plain
    if _DENIED.search(words):
        if reading.is_at("papers"):
            yield Proposal(_SURE, "wants no paper", Do("stop"))
        return
    if _WHERE.search(words):
        return
    if _CALENDAR.search(words) and not _NO_CALENDAR.search(words):
        yield Proposal(_SURE, "wants a calendar", Begin("papers", "", "calendar"))
    elif _PAGE.search(words) and not _OTHER.search(words):
        yield Proposal(_SURE, "wants a page to print", Begin("papers", "", "page"))
