"""Whose data is meant: one's own, the mother's, a child's …, from the words of kin in a message. Called by flows/people/reading.py and the look-up.

Invariant: "con", "em" and "cô" are how somebody speaks of themselves too; alone they name nobody.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from flows.text.fold import fold

# In the order in which they are tried; the first that stands in the text counts. Of text in lower case with its marks.
_KINDS: tuple[tuple[str, str], ...] = (
    ("other", r"(?:ông|bà|ong|ba) (?:ngoại|nội|ngoai|noi)|(?:anh|chị|chi|em) (?:hai|ba|tư|năm|sáu|bảy|út|trai|gái|gai|rể|dâu|họ|hai)"
              r"|(?:em|anh|chi|chị) của|dì (?:tui|tôi|em|con|ba|tư|năm|út)|cậu (?:tui|tôi|em|con)|hàng xóm|hang xom|đồng nghiệp|bạn (?:tui|tôi|em|con)"
              r"|(?:nhỏ|nho) (?:em|ban|bạn)|(?:thằng|thang|đứa|dua) em"
              r"|(?:dì|cậu|mợ|thím|dượng|cho bác|của bác)(?! (?:tên|ơi|là|muốn|cần|hỏi|nè))|(?:cua|cho|voi) (?:di|cau|mo|thim|duong)(?= (?:truoc|trc|tui|toi|em|con|nua|luon|ba|tu|nam|sau|bay|tam|chin|muoi|ut)\b|$)|cháu (?:tôi|ngoại|nội)"),
    ("mother", r"má(?! số)|mẹ|bà già|bầm|(?:ma|me|bà|ba) (?:gia|già)|(?:ma|me) (?:chong|vo|chồng|vợ|ruot|ruột)|(?:của|cua|cho|cho|tên|ten|còn|con|voi|với|qua) (?:ma|me)(?= (?:tui|toi|tôi|em|con|minh|mình|t)\b|$)"
               r"|(?<!nha )(?:ma|me) (?:tui|toi|tôi|em|con|minh|mình|t)\b(?! so)"),
    ("father", r"tía|^ba (?:tên|ten|sinh|tui|em)|tia (?:tui|em|con|toi)|(?:cho |của |cua |còn |với |voi |qua )ba(?: (?:tui|toi|tôi|em|con|mình|minh|t))?(?= tên| ten| là|$|,|\.| sinh| nữa| nua| thì)|\bba (?:tui|tôi|toi|em|con|mình|minh|chồng|vợ|ruột|ruot|chong|vo|t)\b"
               r"|cha (?:tui|toi|tôi|em|con|mình|minh)|bố|\bbo (?:tui|toi|em|con|minh)|ông già|ong gia"),
    ("spouse", r"vợ|chồng|vk|ck|(?:ông|bà|ong|ba) (?:xã|xa\b|nhà|nha (?:tui|toi|em|con|minh))|\b(?:vo|chong) (?:tui|toi|em|minh|t|cua)\b|anh nhà|chị nhà"),
    ("child", r"(?:con|cháu|chau) (?:trai|gái|gai|tui|tôi|toi|mình|minh|nhỏ|nho|út|ut|ruột|nội|ngoại)|thằng (?:nhỏ|út|con|cu|cháu|lớn)|thang (?:nho|ut|con|cu|chau|lon)|nhỏ (?:út|con)|nho (?:ut|con)|con bé|bé (?:nhà|út|con|nhỏ)|đứa (?:con|nhỏ|út)|(?:con|cho con|của con) (?:em|chị|anh)\b(?! tên)|(?:cho|của) bé"),
    ("self", r"(?:em|e|t|tui|tôi|toi|mình|minh|con|cháu|chau) (?:tên|ten|là|la|họ)\b|(?:tên|ten) (?:em|tui|tôi|toi|mình|minh|con|cháu|chau|t)\b|(?:của|cua|cho|tra) (?:em|tui|tôi|toi|mình|minh)(?: trước| truoc| luôn| đi)?(?=$|[,.?!])|(?:chính|chinh) (?:tui|em|tôi|mình|chủ)"),
)  # fmt: skip  # reason: word lists
_PATTERNS = tuple(
    (kind, re.compile(rf"(?<!\w)(?:{words})(?!\w)" if kind != "self" else rf"(?<!\w)(?:{words})"))
    for kind, words in _KINDS
)
CALLED = {
    "self": "anh/chị",
    "mother": "má",
    "father": "ba",
    "child": "con",
    "spouse": "ông/bà nhà",
    "other": "người đó",
}


@lru_cache(maxsize=4)
def whose(text: str) -> str:
    """self, mother, father, child, spouse or other; "" when nobody is named."""
    lower = " ".join(unicodedata.normalize("NFC", text).lower().split())
    marked = lower != fold(lower)
    for kind, pattern in _PATTERNS:
        for hit in pattern.finditer(lower):
            if not (marked and hit.group() == fold(hit.group()) and hit.group() in ("ba", "ma", "me")):
                return kind
    return ""


_KIN = {
    "di": "dì", "cau": "cậu", "mo": "mợ", "thim": "thím", "duong": "dượng", "bac": "bác", "ba ngoai": "bà ngoại",
    "ba noi": "bà nội", "ong ngoai": "ông ngoại", "ong noi": "ông nội", "em trai": "em trai", "em gai": "em gái",
    "anh trai": "anh trai", "chi gai": "chị gái", "thang em": "em", "dua em": "em", "nho em": "em", "me": "mẹ",
    "cha": "cha", "tia": "tía", "bo": "bố", "vo": "vợ", "chong": "chồng", "con trai": "con trai", "con gai": "con gái",
}  # fmt: skip  # reason: a word list
_KIN_TYPED = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted(_KIN.values(), key=len, reverse=True))}|(?:thằng|đứa|nhỏ) em)(?!\w)"
)
_KIN_FOLDED = re.compile(
    rf"\b(?:cho|cua|voi|so|sdt|thang|qua|ten)\b(?: cua)? (?P<kin>{'|'.join(sorted(_KIN, key=len, reverse=True))})\b|\b(?P<young>(?:thang|dua|nho) em)\b"
)


def called(text: str) -> str:
    """How whoever a message is about is spoken of to the one who writes: "dì", "má", "anh/chị". Of two the later."""
    who = whose(text)
    if who in ("", "self"):
        return CALLED.get(who, "người đó")
    lower = " ".join(unicodedata.normalize("NFC", text).lower().split())
    if lower != fold(lower):
        typed = [hit.group() for hit in _KIN_TYPED.finditer(lower)]
        return ("em" if typed[-1].endswith(" em") else typed[-1]) if typed else CALLED[who]
    folded = [hit["kin"] or hit["young"] for hit in _KIN_FOLDED.finditer(lower)]
    return _KIN[folded[-1]] if folded else CALLED[who]
