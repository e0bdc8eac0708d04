"""What a conversation remembers of what was said before: ids and numbers, never typed words. Read by the readers, written once a turn.

Invariant: every subject has a lifetime in turns and in days; what is older is not there any more.
"""

from __future__ import annotations

from collections.abc import Mapping

from flows.subjects import SUBJECTS

Memory = Mapping[str, tuple[str, int, int]]  # subject -> value, turns since it was set, day it was set on


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
