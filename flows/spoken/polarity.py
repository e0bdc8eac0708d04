"""Whether an act is wanted, refused or only asked about: "ngưng giùm đi", "đừng có ngưng nha", "ngưng được không".

Read by the readers of rights: notices, erasing, a person, a ticket. Invariant: a text that says it both ways means what it
says last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from flows.spoken.wordings import Clause, clauses, heard

Stance = Literal["wanted", "refused", "asked", ""]

_NOT = frozenset("khong chua chang cha dung đừng khoi chu cho khoan".split())
_MARKED_NOT = {  # with marks these words say something else, so only these spellings refuse
    "dung": ("dung",),
    "đừng": ("đừng", "dung"),
    "khoi": ("khoi", "khỏi"),
    "cho": ("chớ",),
    "chu": (),
    "cha": ("chả",),
    "chang": ("chang", "chẳng"),
    "khoan": ("khoan",),
    "chua": ("chua", "chưa"),
}
# what may stand between "không" and the act: "không có cần ai phải …"
_BETWEEN = frozenset(
    "co can phai muon them ai gi cho ma mà minh toi em bac chi anh con co chu cac duoc cai thich dam nho den toi_phien voi hay"
    " het nua vo ra giup bi lam luon tu di la the".split()
)
REACH = 5  # words between a refusal and the act
_ASKING_ENDS = frozenset("khong chua ha sao gi dau nao ta vay_ha hen".split())
_PARTICLES = frozenset(
    "a nha nhe nghe nghen hen vay the z em anh chi bac co chu con oi ad ban do ne ta ha de luon toi minh".split()
)
_PLEASE = frozenset("giup ho di nha nhe lien ngay luon lam_on".split())
_REFUSALS = ("^ da|u|a|ma|mà|oi? thoi|khoi|dep|khong_can|bo_di|nghi|huy",)
_ASKED = (
    "lam_sao|cach_nao|the_nao|nhu_nao|o_dau|cho_nao|bao_gio|khi_nao|may_gio|chung_nao|tai_sao|vi_sao|thi_sao|co_sao|co_bi",
    "co ... khong|chua $",
)


def stance_in(clause: Clause, acts: Sequence[str]) -> Stance:
    """How one clause means the act that these wordings name; "" when it does not speak of it."""
    line = clause.line
    found = heard(clause, acts)
    if found is None:
        return ""
    at = len(line[: found.start()].split())
    end = at + len(found.group().split())
    if _is_refused(clause, at):
        return "refused"
    after = [w for w in clause.words[end:] if w not in _PARTICLES]
    if after[-1:] == ["dau"] and "o" not in after[-2:]:
        return "refused"
    return "asked" if _is_asked(clause, after) else "wanted"


def _is_refused(clause: Clause, at: int) -> bool:
    """Whether a refusal stands before the act that begins at word `at`, with nothing but small words between."""
    for n in range(at - 1, max(-1, at - 2 - REACH), -1):
        if _is_not(clause, n):
            return True
        if clause.words[n] not in _BETWEEN:
            return False
    return False


def _is_not(clause: Clause, n: int) -> bool:
    word, typed = clause.words[n], clause.typed[n]
    if word not in _NOT:
        return False
    return word == "khong" or typed in _MARKED_NOT[word]


def _is_asked(clause: Clause, after: Sequence[str]) -> bool:
    """Whether the clause only asks; "… giùm được không" is a wish put politely."""
    polite = any(word in _PLEASE for word in clause.words)
    ends = bool(after) and after[-1] in _ASKING_ENDS
    if not (clause.asks or ends or heard(clause, _ASKED)):
        return False
    return not polite or heard(clause, _ASKED[:1]) is not None


def stance(text: str, acts: Sequence[str]) -> Stance:
    """How a text means an act: what its last clause that speaks of it says."""
    said = [s for clause in clauses(text) if (s := stance_in(clause, acts))]
    return said[-1] if said else ""


def is_refusal(clause: Clause) -> bool:
    """Whether a clause begins by refusing: "thôi", "khỏi", "dẹp đi", "không cần nữa"."""
    return heard(clause, _REFUSALS) is not None
