"""What is said beside the matter: thanks, "ok", "để mai", "ủa là sao", anger, going on, stopping. Called by the engine's readers.

Invariant: read whole. Words of courtesy at both ends are passed over; what asks or tells more than this scores low.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from flows.text.fold import tidy
from flows.text.normalise import plain

_ENDS = frozenset(
    "da a ah ak nha nhe nhen nghen hen he ha em e anh chi co chu bac con chau ong ba ad admin ban oi luon do ne nua hong "
    "cung thi ma dum gium giup voi cai ghe lam qua tui toi minh z v vay the day thui".split()
)
_KEPT_WHOLE = 24  # words: a longer message is about something


def _table(text: str) -> frozenset[str]:
    return frozenset(entry.strip() for entry in " ".join(text.split()).split(","))


# Whole messages, folded, without the courtesy at their ends.
_WHOLE: Mapping[str, frozenset[str]] = {
    "thanks": _table(
        "cam on, cam on nhieu, thank, thanks, tks, thank you, hay, hay du, hay lam, gioi, gioi du, tot, tot lam, tuyet, "
        "nghe duoc, u vay nghe duoc, vay nghe duoc, duoc roi, vay duoc roi, on roi, vay la duoc, vay la duoc roi, "
        "hay qua, gioi qua, tot qua, de thuong, u duoc roi, hieu roi cam on, roi cam on, vay tot roi, khoe re, mung qua, "
        "khong can gi, het roi, vay thoi, co vay thoi, the thoi, het cau hoi roi, xong roi cam on, ok cam on, ok thanks"
    ),
    "bye": _table(
        "bye, bye bye, bai, bai bai, tam biet, chao tam biet, hen gap lai, gap lai sau, thoi chao, chao nhe, thoi bye, "
        "di ngu day, thoi nghi, ngu ngon, thoi di day, bye em nha"
    ),
    "ack": _table(
        "u, uh, uhm, um, uk, uki, o, oh, ok, oke, okie, okela, okay, okla, k, vang, phai, hieu, hieu roi, da hieu, "
        "biet, biet roi, ra vay, ra la vay, the ha, vay ha, thi ra, nghe roi, thay roi, doc roi, coi roi, ua vay ha, "
        "de thu, de thu coi, de thu lai, de lam thu, lam thu coi, hen gi, oo, uu, vay a, u ha, nho roi"
    ),
    "later": _table(
        "de mai, mai, de toi mai, mai lam, mai tinh, de mai lam, de mai tinh, de lat, lat nua, lat lam, chut nua, ti nua, "
        "chut xiu nua, xiu nua, de sau, lam sau, bua khac, hom khac, khi khac, luc khac, de bua khac, tu tu, cho chut, "
        "cho xiu, cho ti, doi chut, doi xiu, doi ti, khoan, khoan da, khoan khoan, chut, "
        "de coi lai, thoi de coi lai, de suy nghi, de nghi da, de tinh, de hoi lai, lat quay lai, mai quay lai, toi lam, "
        "toi tinh, toi nay lam, dang lam, cho xong da"
    ),
    "repeat": _table(
        "ua, ha, hu, gi, gi vay, sao, la sao, ua la sao, nghia la sao, y la sao, noi gi vay, noi gi, noi lai, noi lai coi, "
        "noi lai di, nhac lai, nhac lai di, lap lai, doc lai, gui lai tin, khong hieu, ko hieu, k hieu, hong hieu, "
        "chua hieu, khong hieu gi, hong hieu gi het, kho hieu, kho hieu qua, roi qua, roi nao, huh, hem hieu, hok hieu, "
        "sao nua, noi cham, noi ro, noi ro hon, giai thich lai, cu the, cu the hon, ua sao, sao nghe la qua, gi di"
    ),
    "shorter": _table(
        "dai qua, dai dong, noi ngan, noi ngan thoi, ngan gon, ngan thoi, noi de hieu, noi lai de hieu, noi gon, "
        "doc khong noi, dai the, dai vay, tom lai, tom tat, noi ngan gon, nhieu chu qua, chu nhieu qua, noi don gian"
    ),
    "skip": _table(
        "bo qua, bo qua di, bo qua cai, qua cau khac, skip, de trong, khong biet bo qua, cho qua, next, bo cau, "
        "khoi muc, bo muc, bo qua buoc, bo qua muc, cau khac, khong tra loi"
    ),
    "back": _table(
        "quay lai, tro lai, lui lai, quay lui, back, buoc truoc, lam tiep, lam tiep di, tiep tuc, tiep di, tiep, "
        "lam tiep vu hoi nay, quay lai hoi nay, quay lai viec hoi nay, tro lai viec hoi nay, tiep viec hoi nay, "
        "lam tiep viec cu, lam tip, lam tip di, tiep nha, lam tiep cho cu, lam tiep vu hom qua, lam tiep cho hom qua, tiep vu hom qua, toi dau roi, "
        "dang toi dau, minh toi dau roi, lam tiep cho do, quay ve cho cu, ve cho cu, lam tiep cho nao, lam toi dau roi"
    ),
    "stop": _table(
        "thoi, thoi khoi, khoi, thoi bo, thoi bo di, bo di, thoi khong lam, thoi hong lam, khong lam, hong lam, "
        "khong lam nua, hong lam nua, thoi khong lam nua, khong muon lam nua, dung lai, dung, thoat, huy, huy di, huy bo, "
        "huy het, nghi, nghi di, nghi lam, thoi nghi di, khoi lam, khoi lam nua, khong dang ky, thoi khong dang ky, "
        "hong dang ky, thoi hong dang ky, thoi khoi dang ky, khong tra, thoi khong tra, khoi tra, thoi khoi tra, "
        "quay lai tu dau, thoi bo quay lai tu dau, bo quay lai tu dau, ve tu dau, bo het lam lai, "
        "khong doi, thoi khong doi, thoi khoi doi, khoi doi, khong them nua, dep di, dep, thoi met qua, thoi em khoi"
    ),
}
# Somewhere in a message that asks nothing.
_INSIDE: Mapping[str, tuple[str, ...]] = {
    "thanks": (r"\b(?:cam on|camon|thank|thanks|tks|cam on nhieu|biet on|doi on)\b",),
    "bye": (r"\b(?:bye|tam biet|bai bai|hen gap lai)\b",),
    "good_news": (
        r"\b(?:bao|hien|ra) thanh cong\b",
        r"\b(?:vo|vao|doi|lam|dang ky|dang nhap)(?: \w+)? duoc (?:roi|r)\b.*\b(?:mung|vui|khoe|gioi|hay|ghe)\b",
    ),
    "sorry": (r"\b(?:xin loi|sorry|thong cam)\b",),
    "later": (
        r"\b(?:mai|lat|sau|bua sau|hom sau)(?: \w+){0,4} (?:go|nhan|viet|bam) (?:gi|j|sao)\b",
        r"\b(?:mai|lat|toi|chieu|hom khac|bua khac)(?: \w+){0,2} (?:lam|lm|coi|tinh|nop|dk|dang ky)(?: \w+)? (?:tiep|tip|sau|lai)\b",
        r"\bthoi (?:em|e|tui|toi|minh|con|chi|anh) (?:vo ca|vao ca|di lam|di cho|di hoc|di ngu|ban|nghi)\b",
        r"\b(?:de|thoi de|thoi) (?:mai|moi|mot|lat|chut|toi|sang mai|chieu|bua khac|hom khac|khi khac|cuoi tuan|tuan sau)\b",
        r"\b(?:khoan|doi|cho|de)(?: da| chut| xiu| ti| cai)?,? ?(?:de )?(?:em|e|tui|toi|minh|con|chau|anh|chi|co|t)? ?(?:di )?(?:hoi|coi|kiem|tim|kiu|goi|ve|chay|lay|bac|suy nghi|tinh)\b",
        r"\b(?:doi|cho) (?:toi|em|e|tui|minh|con|anh|chi|co|chu|bac)? ?(?:mot |1 )?(?:lat|chut|xiu|ti|lac)\b",
        r"\b(?:mai mot|bua khac|hom khac|khi khac|luc khac|bua sau|hom sau)(?: \w+)?(?: nghen| nha| di| nhe| roi| han)*$",
        r"\bthoi (?:\w+ )?(?:don hang|don dep|nau com|dia|di dia|di chua|cho an|nghi tay|di tam)\b|\bnghi (?:khoe|mot lat|ty|ti|xiu|tay)\b",
        r"\b(?:co khach|phai hop|dang hop|ban hop|di hop|co viec|co cong chuyen)\b",
        r"\b(?:dang ban|ban viec|ban roi|gio di|di cong chuyen|lat (?:nua )?(?:em|tui|toi|minh|con|chi|anh)?)\b",
    ),
    "repeat": (
        r"\b(?:noi|nhac|giai thich|doc|lap) lai\b",
        r"\b(?:khong|ko|k|hong|hok|chua|hem|ko co|chang|dau co) hieu\b",
        r"\bkho hieu\b",
        r"\bla sao(?: vay| z| ta| nua)?$",
    ),
    "shorter": (
        r"\b(?:dai|nhieu chu|lung tung)(?: dong| qua| the| vay| ngoang| thoong| thong)+\b",
        r"\bdoc (?:khong|ko|k|hong|hok) (?:noi|het|kip)\b",
        r"\b(?:noi|tra loi|viet|nhan)(?: \w+)? (?:ngan|gon|don gian|de hieu)\b",
        r"\bkieu de hieu\b",
    ),
    "anger": (
        r"\b(?:buc|tuc|dien|chan|nan|ghet|met|ngan)(?: minh| qua| ghe| that| thiet| muon chet| tiet)+\b",
        r"\b(?:lam an kieu gi|lam an gi|vo dung|vo tich su|do to|te qua|do qua|ngu (?:qua|ngoc|vay|the|nhu)|dot|khung|xam|nham nhi|dien ha|phien qua|phien phuc)\b",
        r"\b(?:vcl|vl|dm|dmm|dkm|dcm|deo|clm|vai(?: l| ca|$)|dit (?:me|ma|cu|con)|me may|cha may|con me)\b",
        r"\bhoi (?:mot dang|mot dang)|hoi hoai|tra loi (?:lung tung|tao lao|gi dau|trat)\b",
    ),
    "anew": (r"\b(?:lam|bat dau|noi|hoi|quay) lai tu dau\b", r"\bcoi nhu (?:\w+ )?chua (?:hoi|noi|lam) gi\b"),
    "back": (
        r"\b(?:lam tiep|tiep tuc|quay lai|tro lai|quay ve|tiep)(?: \w+)? (?:vu|viec|cai|cho|hoi nay|hom qua|bua truoc|hom truoc|danh sach|dang do)\b",
        r"\b(?:toi|den|dang|lam)(?: toi| den)? (?:dau|buoc may|cho nao) (?:roi|r|vay|v|z)\b",
        r"\b(?:hom qua|hom wa|hoi nay|bua truoc|hom truoc)(?: \w+){0,3} (?:toi|den) (?:dau|buoc)\b",
        r"\b(?:lam tiep|tiep tuc)(?: lam)? (?:phan|muc|buoc)\b",
        r"\blam tiep (?:cho nao|di|luon|nha|thoi)\b",
        r"\b(?:gio|rồi|roi|thoi|vay) (?:tui|toi|em|minh|con|chi|anh|co)? ?lam tiep\b",
    ),
    "stop": (
        r"\b(?:thoi|khoi|khong|ko|hong|hok|hem)(?: \w+){0,2} (?:lam|dang ky|tra|doi|gui|them|can|muon)(?: \w+){0,3} nua\b",
    ),
}
_COMPILED = {act: tuple(re.compile(p) for p in patterns) for act, patterns in _INSIDE.items()}
_NEXT_ONE = re.compile(r"^(?:vay |the |roi |ma )?con \w+.* (?:thi )?sao\b")
_AGAIN = re.compile(r"\b(?:go|nhan|viet|bam) (?:gi|j|sao)\b.*\b(?:lam )?(?:tiep|tip)\b")
_PLACE = re.compile(r"\b(?:toi|den)(?: toi| den)? (?:dau|buoc may) (?:roi|r)\b")
# Last words that ask, and words that ask anywhere.
_ASKS_LAST = re.compile(
    r"(?:\?|\b(?:khong|ko|k|hong|hok|chua|ha|ta|nao|dau|gi|sao|may|ai|nhieu|lau|duoc khong|phai khong))$"
)
_ASKS = re.compile(
    r"\b(?:sao|tai sao|vi sao|lam sao|o dau|cho nao|bao nhieu|bao lau|khi nao|chung nao|may gio|the nao|ai|nao|gi)\b"
)


def asks_on(text: str) -> bool:
    """Whether the wording leans on what was asked before: "còn … thì sao"."""
    return bool(_NEXT_ONE.search(plain(text)))


def asks(text: str) -> bool:
    """Whether the wording asks: a question word, or a particle of asking at the end."""
    words = plain(text)
    return text.rstrip().endswith("?") or bool(_ASKS_LAST.search(words)) or bool(_ASKS.search(words))


@lru_cache(maxsize=4)
def everyday(text: str) -> Mapping[str, float]:
    """For each everyday act of which something is in the text, how surely it is that and nothing else, 0..1."""
    words = plain(text)
    if not words:
        return {"ack": 0.9} if text.strip(" .…!") == "" or not any(c.isalnum() for c in text) else {}
    count = len(words.split())
    if words in _WHOLE["repeat"]:
        return {"repeat": 0.93}
    found: dict[str, float] = {}
    cores = _cores(words)
    if not cores - {words} and all(word in _ENDS for word in words.split()):
        return (
            {"repeat": 0.9}
            if words.split()[-1] in ("ha", "hu", "hong") or text.rstrip().endswith("?")
            else {"ack": 0.9}
        )
    for act, wordings in _WHOLE.items():
        if cores & wordings:
            found[act] = 0.93
    if _NEXT_ONE.search(words):  # "còn ba tui thì sao" asks on
        found.pop("repeat", None)
    if "dung" in cores and tidy(text).startswith("đúng"):
        found.pop("stop", None)
    if count > _KEPT_WHOLE:
        return found
    asking = asks(text)
    for act, patterns in _COMPILED.items():
        if act in found or not any(p.search(words) for p in patterns):
            continue
        left = count - 4
        score = 0.88 - (0.05 if act == "anger" else 0.03) * min(max(left, 0), 6) - 0.01 * max(left - 6, 0)
        if act == "back" and _PLACE.search(words):
            score = max(score, 0.88)
        if asking and act not in ("repeat", "shorter", "anger", "back", "anew") and not _AGAIN.search(words):
            score -= 0.3
        if score >= 0.3:
            found[act] = score
    return found


def _cores(words: str) -> frozenset[str]:
    """The words with courtesy taken off at the ends, step by step: every stage of it."""
    parts = words.split()
    start, end = 0, len(parts)
    stages = {words}
    while start < end and parts[start] in _ENDS:
        start += 1
        stages.add(" ".join(parts[start:end]))
    for first in range(start + 1):
        last = len(parts)
        while last > first and parts[last - 1] in _ENDS:
            last -= 1
            stages.add(" ".join(parts[first:last]))
    return frozenset(stages - {""})
