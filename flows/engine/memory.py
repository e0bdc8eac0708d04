"""What a conversation remembers of what was said before: ids and numbers, never typed words. Read by the readers, written once a turn.

Invariant: every subject has a lifetime in turns and in days; what is older is not there any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Memory = Mapping[str, tuple[str, int, int]]  # subject -> value, turns since it was set, day it was set on


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that is remembered: for how many turns and days, and how “dữ liệu của tôi” calls it."""

    turns: int
    days: int
    called: str


SUBJECTS: Mapping[str, Subject] = MappingProxyType(
    {
        "item": Subject(8, 2, "câu hỏi vừa trả lời"),  # question id
        "contacts": Subject(10, 7, "đầu mối vừa cho xem"),  # contact ids, one blank between them
        "blocks": Subject(10, 7, "khối vừa hỏi"),  # block ids
        "who": Subject(40, 30, "làm cho ai"),  # self, mother, father, child, spouse, other
        "unit": Subject(40, 30, "làm ở đơn vị hay tự do"),  # employee, individual, unit_officer
        "offered": Subject(2, 2, "điều tôi vừa mời"),  # "flow:password", "item:bao-lau", "contact:le-tuan-vu"
        "later": Subject(8, 2, "việc hẹn làm sau"),  # as offered: the second wish of a message
        "said": Subject(
            2, 1, "câu tôi vừa nói ngoài quy trình"
        ),  # id of a sentence of ours that “nói lại” repeats
        "number": Subject(6, 2, "loại số vừa giải thích"),  # code, household, card, dossier, phone, id
        "ticket": Subject(200, 30, "số phiếu đang chờ cán bộ"),
        "warned": Subject(6, 1, "vừa được cảnh báo lừa đảo"),  # scam, gave
        "secret": Subject(6, 1, "vừa được nhắc đừng gõ mã hay mật khẩu"),  # otp, password
        "aside": Subject(1, 1, "vừa trả lời xen giữa"),  # what "quay lại" comes back from
        "place": Subject(8, 2, "việc làm dở đã rời"),  # "flow/step" that was left
    }
)


def recall(memory: Memory, subject: str) -> str:
    """What is remembered of a subject, "" for nothing. Raises KeyError for a subject that is not declared."""
    assert subject in SUBJECTS, subject
    return memory.get(subject, ("", 0, 0))[0]


def age(memory: Memory, subject: str) -> int:
    """Turns since the subject was set: 1 for the turn before this one; 0 when nothing is remembered."""
    return memory.get(subject, ("", 0, 0))[1]


def faded(memory: Memory, today: int) -> Memory:
    """The memory one turn later on day `today` (an ordinal): what is too old is gone."""
    return {
        name: (value, turns + 1, day)
        for name, (value, turns, day) in memory.items()
        if name in SUBJECTS and turns < SUBJECTS[name].turns and today - day <= SUBJECTS[name].days
    }


def noted(memory: Memory, values: Mapping[str, str], today: int) -> Memory:
    """The memory with new values; "" forgets a subject. Raises KeyError for one that is not declared."""
    if unknown := values.keys() - SUBJECTS.keys():
        raise KeyError(f"not declared: {sorted(unknown)}")
    kept = {name: entry for name, entry in memory.items() if name not in values}
    return kept | {name: (value, 0, today) for name, value in values.items() if value}
