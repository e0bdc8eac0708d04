"""What people want done, said as they say it at home: "lam vssid di con", "tra giùm cái mã bảo hiểm", "đổi cái mật khẩu đi". Called by the flows that do it.

A wish is a verb, a few small words, and the thing; what stands right behind them tells a question or a thing done already.
Invariant: pure; a denial before the verb, a question of how or what, and what is done already are no wish.
"""

from __future__ import annotations

import re

from flows.text.normalise import plain
from flows.understanding.input import Input

SURE, LIKELY, PERHAPS = 0.88, 0.8, 0.68
_BETWEEN = r"(?: \w+){0,5}?"
_VSSID = r"(?:vssid|vss)"
_CODE = r"(?:ma so|ma (?:bao hiem|bhxh|bh|bhyt|xa hoi)|so so(?: bao hiem| bhxh)?|so bao hiem|so bhxh)"
_MK = r"(?:mat khau|mk|pass|password)"
_THINGS = {
    "registration": (
        rf"(?:lam|lm|man|dang ky|dk|dki|dky|tao|lap|(?<!co )cai|gan){_BETWEEN} {_VSSID}|(?:dang ky|dk|lam){_BETWEEN} tai khoan (?:{_VSSID}|bao hiem)"
        r"|bat dau (?:lam )?(?:dang ky|dk) cho \w+|(?:tinh|dinh|muon|mun) (?:\w+ )?(?:dang ky|dk|cai) (?:thu|luon)",
        ("vss", "bat dau "),
    ),
    "lookup": (
        rf"(?:tra|kiem|tim|do|coi|xem|lay|cho|xin|muon biet|can biet)(?: cuu)?{_BETWEEN} {_CODE}|(?:tra|kiem|tim)(?: cuu)?(?: (?:gium|giup|dum|ho|cho|luon|cai|lai|con|toi|tui|em|c|co|chu|bac|ba|ong))* ma",
        (" ma ", " so so ", " so bao hiem", " so bhxh"),
    ),
    "password": (
        rf"(?:doi|quen|thay|dat lai|lay lai|mat){_BETWEEN} {_MK}(?: {_VSSID})?|mat khau(?: {_VSSID})?(?: \w+){{0,4}}? quen(?: mat| tieu| luon| bieng| roi)",
        ("mat khau",),
    ),
}
WISHED_IN_WORDS = tuple(_THINGS)
_WANTED = {flow: re.compile(rf"\b(?:{thing})\b") for flow, (thing, _) in _THINGS.items()}
_NEAR = {flow: near for flow, (_, near) in _THINGS.items()}
_NOT_WANTED = re.compile(
    r"\b(?:khong|ko|k|hong|hok|hem|chua|dung|khoi|thoi khoi|het|dau co|dau|chang|so|bi|nghe|thay|tung|sao|tai sao|cach|hom qua|hoi truoc|luc truoc|bua truoc)(?: \w+){0,2}$"
)
_DECLINED = re.compile(
    r"\b(?:(?:khong|ko|hong|hok|chua|dau co) (?:muon|mun|can|tinh)|dung(?: co)?|khoi|thoi khoi)(?: \w+)?$"
)
_TROUBLE = re.compile(
    r"\b(?:quen|khong nho|het nho|otp|ma xac|khoa|sai|email|doi so|mat sim|con nho|nho mat khau)\b"
)
_OTHER_CODE = re.compile(r"^ (?:otp|xac|qr|vach|khau|ho\b|the|don vi|khac|pin|so ho so|thue|buu|giam)")
_ASKED = re.compile(
    r"\b(?:sao|the nao|cach nao|kieu gi|may buoc|may ngay|bao nhieu|bao lau|o dau|cho nao|khi nao|chung nao|bao gio|tai sao|la gi|giay gi|giay to gi|gi|j|nao|ai|ai lo|ai chi|"
    r"ton tien|mat tien|bat buoc|phai|co can|de lam|de chi|lam chi|kho|thi)\b|\b(?:chi|khong|ko|k|hong|hon|hok|chua|ha)$"
)
_MAY_WE = re.compile(r"\b(?:duoc|dc|dk) (?:khong|ko|k|hong|hon|hok|hem|chua)\b(?: \w+)?$")
_MAY_IT = re.compile(r"\b(?:duoc|dc|dk) (?:khong|ko|k|hong|hon|hok|hem|chua)\b(?! (?:gi|biet|nho))")
_PLEASE = re.compile(
    r"\b(?:gium|giup|dum|ho|di|nghen|nghe|luon|lien|voi|nhe|nha|muon|mun|can(?! cuoc)|nho (?:em|con|ad|anh|chi|minh|giup|gium|dum|tro ly)|phai lam|cho (?:tui|toi|c|em|e|minh|mk|co|chu|bac|ba|ong|ngoai|con|chi|anh|ck|vk|chong|vo|me|ma|thang|dua|be|nhoc|chau)|con oi|em oi|ad oi)\b"
)
_DONE = re.compile(r"^(?: \w+){0,2}? (?:roi|r|xong)\b")
_ANY_THING = re.compile(r"\bgi do\b|\bcoi sao\b")  # nothing is asked: "cài cái VssID gì đó", "thử coi sao"
_SHOW_ME = re.compile(
    r"\b(?:chi|bay|huong dan)(?: (?:gium|giup|dum|cho|tui|toi|em|minh|con|bac|chu|co))+ (?:lam|dang ky|cai|tu dau|tung buoc)\b"
)
_OF_A_CODE = re.compile(r"\bla (?:so )?(?:gi|may|bao nhieu)\b")
_LEFT_OUT = re.compile(
    r"^(?: \w+){0,5}? (?:khoi|thoi|cung khoi|khong can|hong can|dep|bo)(?: luon| di| lam)?\b"
)
_MEANS_TO = re.compile(r"(?:tinh|dinh|muon|mun) ")
_PIECES = re.compile(r"[.,;!?\n]+")
_FORGOTTEN = re.compile(r"\bquen\b|^mat (?!khau)")
_OF_PASSWORDS = re.compile(r"\bmat khau\b|\bpass")
_BEFORE_IT = re.compile(r"\b(?:muon|mun|can(?! cuoc)|nho|gium|giup|cho|toi|tui)(?: \w+){0,2}$")
_ANY_AT_ALL = re.compile(r"\b(?:nao|gi|ai|sao)(?: \w+){0,3} cung\b")
_HOW = re.compile(r"\b(?:doi|lam|lay)(?: lai)? (?:sao|cach nao|the nao)\b")
AFTER = 5  # words of a question that follows
BEHIND = 8  # words behind the thing that still belong to it
LONG = 22  # words; in a longer message the thing may be part of a story
# The thing alone, at the menu: "cái mã bảo hiểm á", "mã trước đi".
_ALONE = {
    "lookup": rf"(?:tra |kiem )?(?:ma|{_CODE})(?: (?:bao hiem|xa hoi|bhxh|so))*|tra(?: cuu)?|gio tra|tra ma",
    "registration": rf"(?:dang ky|lam|cai)?(?: vu)? ?{_VSSID}|dang ky|vu dang ky",
    "password": rf"(?:doi )?{_MK}|vu {_MK}",
}
_FIRST = r"(?: (?:truoc|trc|da|di|a|do|nha|nghen|gium|giup|dum|luon|con|em|kia|voi|ne|ha|tra|cai))*"
_THE_THING = {
    flow: re.compile(
        rf"^(?:(?:a|da|u|uh|o|thi|ma|y|roi|gio|thoi|vay|con) )*(?:(?:cai|vu|viec|chuyen) )?(?:{thing}){_FIRST}$"
    )
    for flow, thing in _ALONE.items()
}
SHORT = 7  # words
_VERB = re.compile(r"\b(?:truoc|trc|di|gium|giup|dum|tra|lam|dang ky|doi|luon|gio|a|do)\b")


def wished(flow: str, said: Input) -> float:
    """How surely a message wants this flow begun; 0 for no wish."""
    if not any(near in f" {said.plain} " for near in _NEAR[flow]):
        return 0.0
    pieces = [plain(piece) for piece in _PIECES.split(said.text)]
    for at, words in enumerate(pieces):
        if score := _wished_in(words, flow, len(said.words)):
            return _beside(pieces[at + 1 :], flow, score)
    return 0.0


def _beside(after: list[str], flow: str, score: float) -> float:
    """The score of a wish, less where a question stands behind it: "làm vssid, cần giấy gì"."""
    questions = [words for words in after if _ASKED.search(words) and not _ANY_AT_ALL.search(words)]
    if not questions:
        return score
    if flow == "password" and score >= LIKELY and _HOW.search(questions[0]):
        return LIKELY  # how it is done is what the guide shows
    return 0.0 if len(questions[0].split()) <= AFTER else min(score, PERHAPS)


def _wished_in(words: str, flow: str, length: int) -> float:
    found = _WANTED[flow].search(words)
    if found is None or _NOT_WANTED.search(words[: found.start()].rstrip()):
        return 0.0
    thing, behind = found.group(), words[found.end() :]
    forgotten = flow == "password" and bool(_FORGOTTEN.search(thing))
    if (_DONE.search(behind) and not forgotten) or _LEFT_OUT.search(behind):
        return 0.0
    if flow == "lookup" and _OTHER_CODE.search(behind):
        return 0.0
    if flow != "password" and _OF_PASSWORDS.search(thing):
        return 0.0
    begun = _ANY_THING.sub("", f"{thing} {' '.join(behind.split()[:BEHIND])}")
    begun = _OF_A_CODE.sub("", begun) if flow == "lookup" else begun
    if forgotten:
        return LIKELY if length <= SHORT or "vssid" in words else PERHAPS
    please = bool(_PLEASE.search(begun) or _BEFORE_IT.search(words[: found.start()].rstrip()))
    please = please or (flow == "registration" and bool(_SHOW_ME.search(behind) or _MEANS_TO.match(thing)))
    if _MAY_WE.search(begun) or _MAY_IT.search(begun):
        return LIKELY if please else 0.0
    if _ASKED.search(begun):
        return 0.0
    if please:
        return SURE if length <= LONG else LIKELY
    return PERHAPS if length <= LONG else 0.0


def tells_trouble(said: Input) -> bool:
    """Whether a wish says what went wrong, which its flow reads: a password forgotten, a code that does not come."""
    return bool(_TROUBLE.search(said.plain))


def declined(flow: str, said: Input) -> bool:
    """Whether a message says that this is not wanted: "đừng có đăng ký gì cho tui", "cái tra mã cũng khỏi"."""
    words = said.plain
    if not any(near in f" {words} " for near in _NEAR[flow]):
        return False
    found = _WANTED[flow].search(words)
    if found is None:
        return False
    before, behind = words[: found.start()].rstrip(), words[found.end() :]
    return bool(_DECLINED.search(before) or _LEFT_OUT.search(behind)) and not _ASKED.search(behind)


def names_the_thing(flow: str, said: Input) -> bool:
    """Whether a short message is the thing alone, as somebody names it who was asked what it is about."""
    count = len(said.words)
    return 0 < count <= SHORT and "?" not in said.text and bool(_THE_THING[flow].match(said.plain))
