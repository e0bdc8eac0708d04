"""What a person lives on, told as a story: "mần ruộng, bán hột vịt chớ có công ty gì đâu" is nobody's employee. Called by the registration.

Invariant: a work place that is denied ("có công ty nào đâu") is none; what tells of both says nothing.
"""

from __future__ import annotations

import re

from flows.understanding.answers import facts_told
from flows.understanding.input import Input

_NO_PLACE = re.compile(
    r"\b(?:co|lam|an luong|thuoc|vo|thuoc ve|khong|hong|ko|k|chua|dau co|dau)(?: \w+){0,3} (?:cong ty|cty|co quan|don vi|nha nuoc|xi nghiep|luong|luong bong)(?: (?!nop|gui|hoi|dua|goi|gap)\w+){0,4} (?:dau|gi|nao|het|ai)\b"
    r"|\b(?:khong|hong|ko|k|hok|chua|dau|dau co|chang)(?: co)?(?: \w+)? (?:lam|an luong|lanh luong|di lam|muon|thuoc|vo|ai muon|ai thue)(?: \w+){0,3} (?:cong ty|cty|co quan|don vi|nha nuoc|ai|dau|cho nao)\b"
    r"|\b(?:khong|hong|ko|k|hok|chua|dau|chang) (?:an|lanh|co|huong) (?:\w+ )?luong\b|\b(?:lam|ban|song|nghe) tu do\b|\btu do(?: thoi| ma| do)?$|\bkhong (?:nghe|viec lam)\b"
)
_OWN = re.compile(
    r"\b(?:lam|man|trong|cay)(?: \w+)? (?:ruong|ray|vuon|lua|muon|thue|nong|co|ho|moc|mia|khoai|rau|thue lam muon)\b"
    r"|\bban (?:ve so|hang|ca|rau|hot vit|trung|vit|ga|heo|banh|nuoc|che|xoi|chuoi|bun|hu tieu|com|trai cay|tap hoa|quan ao|dao|cho|ngoai|online|oi|cam|xoai|khoai|duong|gao|buon|cua|tom|muc|mam|bong)\b"
    r"|\bbuon (?:ban|ganh)\b|\b(?:chay|lai|dap) (?:xe om|xe loi|xe ba gac|do|ghe|vo lai|grab|xich lo|honda om)\b|\bxe om\b|\bve so\b|\bnoi tro\b"
    r"|\b(?:nuoi|giu|cham|chan) (?:vit|ga|heo|bo|trau|de|ca|tom|chau|con|em be|luon|ech)\b|\b(?:di bien|danh ca|gio luoi|cao luoi|lam dau|dan chieu|dan lat|boc vac)\b"
    r"|\btho (?:ho|moc|may|nhom|sat|han|dung|son|ngoa|tien|ren|sua|cat toc|uon toc|bac)\b|\bphu ho\b|\bo nha(?: \w+)? (?:nau|giu|cham|noi|lo|thoi|khong|choi)\b|\b(?:ve huu|huu tri|ve vuon)\b|\bho gia dinh\b|\btu nguyen\b|\bkhai tac\b"
)
_EMPLOYED = re.compile(
    r"\b(?:lam|di lam|dang lam|man|day|truc|dung)(?: \w+){0,3} (?:cong ty|cty|benh vien|bv|truong|nha may|xi nghiep|uy ban|ubnd|tram y te|khu cong nghiep|kcn|ngan hang|buu dien|co quan|nha nuoc|xuong)\b"
    r"|\b(?:nv|nhan vien|cong nhan|cn|vien chuc|cong chuc|bien che|dieu duong|y ta|bac si|bs|giao vien|co giao|thay giao|ke toan|bao ve|tap vu|ho ly|lao cong|thu ky|van thu|cong an|bo doi|can bo)(?: \w+)? (?:bv|benh vien|cty|cong ty|truong|tram|xa|phuong|nha nuoc|co quan|uy ban|khoa|phong|nha may|xi nghiep)\b"
    r"|\bbien che\b|\bvien chuc\b|\bcong chuc\b|\ban luong (?:nha nuoc|cong ty|cty|co quan)\b|\b(?:cong ty|cty|don vi|co quan|truong|benh vien|bv) (?:dong|mua|lo|tru luong)\b|\bhop dong lao dong\b"
)
_CHILD = re.compile(
    r"\b(?:cho|cua|lam) (?:thang|con|nho|dua|be|cu|nhoc|chau)(?: \w+)? (?:ti|teo|ut|nho|be|nhoc|chau|con nit|noi|ngoai|chau noi|chau ngoai)\b|\bchau (?:noi|ngoai)\b|\b(?:thang|con|dua) (?:ut|nho|be|cu)\b(?! \w+ lam)|\b(?:cho|cua) (?:nhoc|be|chau|em be)\b|\b[2-9] tuoi\b|\b1[0-3] tuoi\b|\b(?:hai|ba|bon|nam|sau|bay|tam|chin|muoi) tuoi\b"
)
_NOT_FOR = re.compile(
    r"\b(?:hong|khong|ko|k|hok|dau|chu k|cho hong|cho khong) (?:phai )?(?:lam )?(?:cho |cua )?(?:thang|con|nho|dua|be|cu|nhoc|chau)\b"
)


_TO_US = re.compile(
    r"^\W*con ơi\b|^\W*con oi\b|(?<!cho )(?<!của )(?<!cua )(?<!với )(?<!voi )(?<!là )\bcon(?: ơi| oi)?\W*$",
    re.IGNORECASE,
)
_BRANDS = {
    "ios": r"(?:iphone|ip|apple|tao khuyet|trai tao|qua tao|hinh tao|tao can do|ipon)",
    "android": r"(?:android|samsung|oppo|vivo|xiaomi|realme|redmi|nokia|huawei)",
}


def _device(words: str) -> str:
    """The telephone meant of the two kinds that are named: not the one that is denied or somebody else's."""
    left = []
    for kind, brand in _BRANDS.items():
        named = re.findall(rf"\b{brand}\b", words)
        ruled_out = re.findall(
            rf"\b(?:phai|khong xai|het xai|hu)(?: la)?(?: \w+)? {brand}\b|\b{brand}(?: \w+)? cua\b|\b{brand} (?:a|y|i|ua) (?:khong|hong|ko|lon|nham)\b",
            words,
        )
        if named and not ruled_out:
            left.append(kind)
    return left[0] if len(left) == 1 else ""


def livelihood(words: str) -> str:
    """ "employee", "individual" or "" for folded words."""
    if _NO_PLACE.search(words):
        return "individual"
    own, employed = _OWN.search(words), _EMPLOYED.search(words)
    if own and employed:
        return ""
    return "individual" if own else "employee" if employed else ""


def speaks_of_child(words: str) -> bool:
    """Whether folded words speak of a child."""
    return bool(_CHILD.search(words)) and not _NOT_FOR.search(words)


def told_in(said: Input) -> dict[str, str]:
    """What a message tells for a registration: who, device, code; only what it states."""
    spoken = _TO_US.sub(" ", said.text)
    facts = dict(facts_told(said if spoken == said.text else Input(spoken, said.content)))
    words = said.plain
    if "device" not in facts and (device := _device(words)):
        facts["device"] = device
    who = livelihood(words)
    child = speaks_of_child(words)
    if child and who in ("", "individual"):
        who = "child"
    if who:
        facts["who"] = who
    elif facts.get("who") == "child" and _NOT_FOR.search(words):
        del facts["who"]
    return facts
