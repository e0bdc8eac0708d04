"""Which item a text asks for after another was answered, and how sure that is. Called by question_finder.py.

Learnt from second questions of several authors (benchmarks/talk): what is asked after what, and in which words. Items are known by their ids,
so an item that staff adds is found by its text alone. Invariant: pure Python at run time.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from flows.content import NOT_ASKED, SMALL_TALK, Question
from flows.text.normalise import normalise
from flows.understanding import model_file
from flows.understanding.acts import ASKING
from flows.understanding.question_model import softmax
from flows.understanding.question_neighbours import Rare, length, vector

KIND = "follow"  # of its file
# What is known of each item when a text is read after another item; each has a weight.
COLUMNS = (
    "alone",
    "not asked",
    "again",
    "again, short",
    "same topic",
    "its answer",
    "after item",
    "after topic",
    "said alike",
)
SHORT = 4  # words
_SOME = 0.3  # added to counts
_LEAST = 1e-5
_MENTIONS = frozenset("do nay kia no vay thi con nua ay".split())  # what points at something said before
_NO_QUESTION = ("statement", "done", "answer", "chat")
_ANSWERS = ("yes", "no", "ack", "thanks", "not_yet", "stop", "skip", "back", "later", "greeting", "bye")


@dataclass(frozen=True, slots=True)
class Followed:
    """A second question: the item answered before it, its words, and the item that answers it."""

    before: str
    words: tuple[str, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Learnt:
    """The file of this model. `surely_*`: for the confidence, in the order of `sureness`, without and with an item before."""

    followed: tuple[Followed, ...]
    columns: tuple[float, ...]
    surely_alone: tuple[float, ...]
    surely_after: tuple[float, ...]


def unpacked(data: bytes) -> Learnt:
    """What a file holds. Raises ValueError for other bytes."""
    file = model_file.unpacked(data, KIND)
    ids, words, arrays = file.words["items"], file.words["words"], file.arrays
    followed = tuple(
        Followed(ids[before], tuple(words[at] for at in arrays["words"][begin:end]), ids[after])
        for before, after, begin, end in zip(
            arrays["before"], arrays["after"], arrays["starts"], arrays["starts"][1:], strict=False
        )
    )
    surely = (tuple(arrays[name]) for name in ("columns", "surely_alone", "surely_after"))
    return Learnt(followed, *surely)


def arrays_of(followed: Sequence[Followed]) -> tuple[dict[str, list[int]], dict[str, list[str]]]:
    """The second questions as numbers and lists of words, as `unpacked` reads them."""
    ids = sorted({item for one in followed for item in (one.before, one.after)})
    words = sorted({word for one in followed for word in one.words})
    number, place = {item: n for n, item in enumerate(ids)}, {word: n for n, word in enumerate(words)}
    arrays = {
        "before": [number[one.before] for one in followed],
        "after": [number[one.after] for one in followed],
        "starts": [0, *accumulate(len(one.words) for one in followed)],
        "words": [place[word] for one in followed for word in one.words],
    }
    return arrays, {"items": ids, "words": words}


class FollowUps:
    """The second questions made ready for the items there are."""

    def __init__(self, items: Sequence[Question], learnt: Learnt, rare: Rare, unknown: float) -> None:
        self.items = items
        self.learnt = learnt
        self.rare, self.unknown = rare, unknown
        number = {q.id: n for n, q in enumerate(items)}
        self.pairs: list[tuple[int, int]] = []
        self.lengths: list[float] = []
        self.having: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for one in learnt.followed:
            if one.before in number and one.after in number:
                values = vector(one.words, rare, unknown)
                for name, value in values.items():
                    self.having[name].append((len(self.pairs), value))
                self.pairs.append((number[one.before], number[one.after]))
                self.lengths.append(length(values))
        self.begun: dict[int, list[tuple[float, ...]]] = {}

    @cached_property
    def answers(self) -> tuple[Mapping[str, list[int]], Mapping[str, float]]:
        """For each word the items whose answer or title has it, and what the word weighs."""
        having: dict[str, list[int]] = defaultdict(list)
        for n, item in enumerate(self.items):
            for word in set(normalise(" ".join((*item.titles, item.answer)))):
                having[word].append(n)
        return having, {word: self._rarity(len(some)) for word, some in having.items()}

    def _rarity(self, having: int) -> float:
        return math.log((1 + len(self.items)) / (1 + having)) + 0.1

    def _after(self, before: int) -> list[tuple[float, ...]]:
        """For each item what is known of it by the item before alone: again, same topic, after item, after topic."""
        if before not in self.begun:
            topic = self.items[before].topic
            ours = Counter(after for b, after in self.pairs if b == before)
            theirs = Counter(self.items[a].topic for b, a in self.pairs if self.items[b].topic == topic)
            least_item, least_topic = ours.total() + 10 * _SOME, theirs.total() + 10 * _SOME
            self.begun[before] = [
                (
                    float(n == before),
                    float(n != before and item.topic == topic),
                    math.log((ours[n] + _SOME) / least_item),
                    math.log((theirs[item.topic] + _SOME) / least_topic),
                )
                for n, item in enumerate(self.items)
            ]
        return self.begun[before]

    def columns(
        self, before: int, words: tuple[str, ...], chances: Sequence[float]
    ) -> list[tuple[float, ...]]:
        """For each item what `COLUMNS` names. `chances`: of the items by the text alone."""
        short = float(len(words) <= SHORT)
        answered, alike = self._answered(words), self._alike(words)
        return [
            (
                math.log(max(chances[n], _LEAST)),
                float(item.topic in NOT_ASKED),
                again,
                again * short,
                topic,
                answered[n],
                after_item,
                after_topic,
                alike[n],
            )
            for (n, item), (again, topic, after_item, after_topic) in zip(
                enumerate(self.items), self._after(before), strict=True
            )
        ]

    def chances(self, before: int, words: tuple[str, ...], chances: Sequence[float]) -> list[float]:
        """The probability of each item for a text after item number `before`."""
        weights = self.learnt.columns
        return softmax(
            sum(w * v for w, v in zip(weights, column, strict=True))
            for column in self.columns(before, words, chances)
        )

    def _answered(self, words: Iterable[str]) -> list[float]:
        """For each item the share of the text's words that its answer has, by their rarity."""
        having, rarity = self.answers
        found = [0.0] * len(self.items)
        whole = 0.0
        for word in dict.fromkeys(words):
            weight = rarity.get(word) or self._rarity(0)
            whole += weight
            for n in having.get(word, ()):
                found[n] += weight
        return [value / whole for value in found] if whole else found

    def _alike(self, words: tuple[str, ...]) -> list[float]:
        """For each item how like the words are to a second question that it answered, 0..1."""
        values = vector(words, self.rare, self.unknown)
        close: dict[int, float] = defaultdict(float)
        for name, value in values.items():
            for at, theirs in self.having.get(name, ()):
                close[at] += value * theirs
        whole = length(values)
        best = [0.0] * len(self.items)
        for at, value in close.items():
            after = self.pairs[at][1]
            best[after] = max(best[after], value / (whole * self.lengths[at]))
        return best


@dataclass(frozen=True, slots=True)
class Found:
    """What the finder knows of a text when it says how sure it is. `chances` with the item before, `alone` without."""

    words: tuple[str, ...]
    known: int  # of the words
    chances: Sequence[float]
    alone: Sequence[float]
    likeness: Sequence[float]
    before: int | None
    acts: Mapping[str, float]


def sureness(found: Found, items: Sequence[Question]) -> tuple[float, ...]:
    """What the confidence in the best item depends on."""
    order = sorted(range(len(items)), key=lambda n: -found.chances[n])[:2]
    best, first, second = order[0], found.chances[order[0]], found.chances[order[1]]
    alone = max(range(len(items)), key=lambda n: found.alone[n])
    many = len(found.words) or 1
    asks = sum(found.acts[act] for act in ASKING)
    before = items[found.before] if found.before is not None else None
    return (
        1.0,
        _log_odds(first),
        first - second,
        found.alone[best],
        float(alone == best),
        found.likeness[best],
        float(before is not None and before.topic == items[best].topic),
        float(found.before == best),
        sum(p for p, q in zip(found.alone, items, strict=True) if q.topic in SMALL_TALK),
        _log_odds(asks),
        sum(found.acts[act] for act in _NO_QUESTION),
        sum(found.acts[act] for act in _ANSWERS),
        found.acts["repeat"],
        found.known / many,
        math.log(many),
        float(not _MENTIONS.isdisjoint(found.words)),
    )


def confidence(found: Found, items: Sequence[Question], learnt: Learnt) -> float:
    """The probability that the best item answers what is asked; 0 for small talk, which asks nothing."""
    best = max(range(len(items)), key=lambda n: found.chances[n])
    if items[best].topic in SMALL_TALK:
        return 0.0
    weights = learnt.surely_alone if found.before is None else learnt.surely_after
    score = sum(w * v for w, v in zip(weights, sureness(found, items), strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def _log_odds(chance: float) -> float:
    kept = min(max(chance, 0.002), 0.998)
    return math.log(kept / (1 - kept))
