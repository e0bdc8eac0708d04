"""The items' wordings as numbers, for comparing a text with each. Rule: what `make model` packs and what is made at start are made here, alike."""

from __future__ import annotations

import hashlib
import math
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from flows.content import Question
from flows.text.normalise import normalise
from flows.understanding.question_model import Wordings, features

Rare = Callable[[str], float | None]
_SKIPPED_PAIR = 0.5  # what a pair with a word between counts


def wordings_of(question: Question) -> tuple[str, ...]:
    """The wordings of an item that are compared: its titles too, each once."""
    return tuple(dict.fromkeys((*question.titles, *question.wordings)))


def wordings_mark(question: Question) -> str:
    """What an item's wordings are known by: another one when a letter of them changes."""
    return hashlib.sha256("\0".join(wordings_of(question)).encode()).hexdigest()[:12]


def weight_of(name: str, rare: Rare, unknown: float) -> float:
    """What one feature weighs in a vector; `unknown`: the rarity of those that training did not see."""
    rarity = rare(name)
    count = _SKIPPED_PAIR if name[0] == "s" else 1.0
    return count * (unknown if rarity is None else rarity)


def vector(words: tuple[str, ...], rare: Rare, unknown: float) -> dict[str, float]:
    """Words, pairs and skipped pairs of a text with their weights; not yet of length one."""
    found = features(words, grams=False)
    found.pop("short", None)
    return {name: weight_of(name, rare, unknown) for name in found}


def length(values: Mapping[str, float]) -> float:
    """The length of a vector; 1 for an empty one."""
    return math.sqrt(sum(v * v for v in values.values())) or 1.0


def made_ready(questions: Iterable[Question], rare: Rare, unknown: float) -> Wordings:
    """The wordings of all items, as the weights' file keeps them."""
    items: list[tuple[str, str, int]] = []
    having: dict[str, list[int]] = defaultdict(list)
    lengths: list[float] = []
    for question in questions:
        wordings = wordings_of(question)
        items.append((question.id, wordings_mark(question), len(wordings)))
        for wording in wordings:
            values = vector(normalise(wording), rare, unknown)
            for name in values:
                having[name].append(len(lengths))
            lengths.append(length(values))
    names = sorted(having)
    starts = [0]
    for name in names:
        starts.append(starts[-1] + len(having[name]))
    at = array("H", (n for name in names for n in having[name]))
    return Wordings(tuple(items), {name: i for i, name in enumerate(names)}, starts, at, lengths)
