"""What several authors wrote in the place of citizens: messages with their acts, answers to closed questions, second questions.

Each author is one hand. A line of acts: what was said before in a few words, the text, its act (benchmarks/talk/acts_*.jsonl).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from flows.text.normalise import plain
from flows.understanding.acts import Before

FOLDER = Path(__file__).parent
HANDS = tuple(sorted(path.stem.removeprefix("acts_") for path in FOLDER.glob("acts_*.jsonl")))
_YES_NO = re.compile(r"\b(co phai|(khong|chua|nhe)$|dong y|muon .* khong|duoc khong|con hoi gi)")
_FACT_LAST = re.compile(r"\b(ai|gi|nao|may|dau|bao nhieu)$")
_FACT_FIRST = re.compile(r"(cho (biet|toi|them)|anh chi cho|ho (ten|va ten)|(ngay|nam) sinh|ten|loai|ngay)\b")
_DO = re.compile(
    r"(anh chi )?(hay )?(mo|bam|tai|cai|nhap|dien|chon|gui|nop|chup|in|ky|goi|doi|dang|kiem|coi|xem|vao|tat|bat|xac|thu|bao|khoi|cho"
    r"|lam|doc|mang|chuyen|cap nhat|luu|quet|keo|danh|go|tick|lay|hoi|chuan bi|noi|xin|ghi|tao|dat|soan|nhan)\b"
)
# What is meant by an answer to a closed question, as an act: by step and option, "*" any.
_CLOSED = {
    ("consent", "yes"): ("yes_no", "yes"),
    ("consent", "no"): ("yes_no", "no"),
    ("ct_perhaps", "yes"): ("yes_no", "yes"),
    ("ct_perhaps", "no"): ("yes_no", "no"),
    ("pw_screen", "done"): ("do", "done"),
    ("pw_screen", "odd"): ("do", "trouble"),
    ("reg_list", "done"): ("do", "done"),
    ("reg_how", "done"): ("do", "done"),
    ("q_answer", "thanks_ok"): ("told", "thanks"),
    ("pw_code", "received"): ("yes_no", "done"),
    ("pw_trouble", "solved"): ("do", "done"),
    ("pw_trouble", "other"): ("do", "trouble"),
    ("hd_want", "withdraw"): ("fact", "stop"),
    ("reg_resume", "continue"): ("yes_no", "back"),
    **{
        (step, "*"): ("fact", "answer") for step in ("reg_who", "reg_phone", "ct_block", "lk_fact", "lk_name")
    },
}


FOLDS = 3  # groups of hands, each left out once


class Message(NamedTuple):
    """One message of a hand. `act` "": not known."""

    text: str
    before: Before
    act: str


class Second(NamedTuple):
    """A question asked after item `before`; `want`: the id of its item, same, contacts or none."""

    text: str
    before: str
    want: str


def _lines(name: str) -> Iterator[dict[str, Any]]:
    for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def messages(hand: str) -> list[Message]:
    """The messages of a hand with their acts."""
    return [Message(d["text"], kind_of(d["prev"]), d["act"]) for d in _lines(f"acts_{hand}")]


def closed(hand: str) -> list[Message]:
    """Answers of a hand to closed questions whose act is plain."""
    found = []
    for d in _lines(f"closed_{hand}"):
        known = _CLOSED.get((d["step"], d["want"])) or _CLOSED.get((d["step"], "*"))
        if known:
            found.append(Message(d["text"], known[0], known[1]))  # type: ignore[arg-type]  # one of Before
    return found


def seconds(hand: str) -> list[Second]:
    """The second questions of a hand."""
    return [Second(d["text"], d["prev"], d["want"]) for d in _lines(f"follow_{hand}")]


def folds(hands: Sequence[str]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Groups of these hands, each with those it leaves."""
    groups = [tuple(hands[at::FOLDS]) for at in range(min(FOLDS, len(hands)))]
    return [(group, tuple(hand for hand in hands if hand not in group)) for group in groups]


def kind_of(said: str) -> Before:
    """What kind of thing the assistant said, by the few words that the hand wrote of it."""
    words = plain(said)
    if not words:
        return "start"
    if _YES_NO.search(words):
        return "yes_no"
    if "?" in said or _FACT_LAST.search(words) or _FACT_FIRST.match(words):
        return "fact"
    return "do" if _DO.match(words) else "told"
