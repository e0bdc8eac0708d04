"""Which item a text asks for after another was answered, and how sure that is. Called by question_finder.py.

Learnt from second questions of several authors (benchmarks/talk): what is asked after what, and in which words. Items are known by their ids,
so an item that staff adds is found by its text alone. Invariant: pure Python at run time.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
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
    *(
        "not asked",
        "again",
        "again, short",
        "same topic",
        "after item",
        "after topic",
    ),  # whatever the words are
    *("alone", "its answer", "said alike", "said alike after item"),
)
SHORT = 4  # words
_SOME = 0.3  # added to counts
_OFTEN = 0.4  # a word that so many answers have says nothing
_LEAST = 1e-5
_LOG_LEAST = math.log(_LEAST)
_MENTIONS = frozenset("do nay kia no vay thi con nua ay".split())  # what points at something said before
_QUESTION_WORDS = frozenset(
    "gi sao lamsao dau odau nao ai may baonhieu baolau khinao gio chung ha hay phai".split()
)
_QUESTION_ENDS = frozenset(
    "khong chua ha ta gi sao lamsao dau odau nao ai may baonhieu baolau khinao".split()
)
_NO_QUESTION = ("statement", "done", "answer", "chat")
_WISHES = ("wish", "person")
_SCAMS = "lua_dao_bao_mat"  # the topic of swindles
_PEOPLE = "lien_he_dau_moi"  # the topic of who is to be asked; the directory search answers more closely
_ANSWERS = ("yes", "no", "ack", "thanks", "not_yet", "stop", "skip", "back", "later", "greeting", "bye")


@dataclass(frozen=True, slots=True)
class SecondQuestion:
    """A second question: the item answered before it, its words, and the item that answers it."""

    before: str
    words: tuple[str, ...]
    after: str


@dataclass(frozen=True, slots=True)
class FollowUpWeights:
    """The file of this model. `surely_*`: for the confidence, in the order of `sureness`, without and with an item before."""

    followed: tuple[SecondQuestion, ...]
    columns: tuple[float, ...]
    surely_alone: tuple[float, ...]
    surely_after: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class QuestionText:
    """What the finder knows of a text when it says how sure it is. `chances` with the item before, `alone` without."""

    words: tuple[str, ...]
    known: int  # of the words
    chances: Sequence[float]
    alone: Sequence[float]
    likeness: Sequence[float]
    before: int | None
    acts: Mapping[str, float]


def unpacked(data: bytes) -> FollowUpWeights:
    """What a file holds. Raises ValueError for other bytes."""
    file = model_file.unpacked(data, KIND)
    ids, words, arrays = file.words["items"], file.words["words"], file.arrays
    followed = tuple(
        SecondQuestion(ids[before], tuple(words[at] for at in arrays["words"][begin:end]), ids[after])
        for before, after, begin, end in zip(
            arrays["before"], arrays["after"], arrays["starts"], arrays["starts"][1:], strict=False
        )
    )
    surely = (tuple(arrays[name]) for name in ("columns", "surely_alone", "surely_after"))
    return FollowUpWeights(followed, *surely)


def arrays_of(followed: Sequence[SecondQuestion]) -> tuple[dict[str, list[int]], dict[str, list[str]]]:
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

    def __init__(
        self, items: Sequence[Question], learnt: FollowUpWeights, rare: Rare, unknown: float
    ) -> None:
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
        self.unsure = [n for n, q in enumerate(items) if q.topic in SMALL_TALK]
        self._scores: dict[tuple[int, bool], list[float]] = {}
        self._said = lru_cache(maxsize=16)(
            self._said_of
        )  # both for one message: its items, then its confidence

    @cached_property
    def answers(self) -> tuple[Mapping[str, list[int]], Mapping[str, float]]:
        """For each word the items whose answer or title has it, and what the word weighs."""
        having: dict[str, list[int]] = defaultdict(list)
        for n, item in enumerate(self.items):
            for word in set(normalise(" ".join((*item.titles, item.answer)))):
                having[word].append(n)
        often = [word for word, some in having.items() if len(some) > len(self.items) * _OFTEN]
        for word in often:
            del having[word]
        rarity = {word: self._rarity(len(some)) for word, some in having.items()}
        return having, rarity | dict.fromkeys(often, 0.0)

    def _rarity(self, having: int) -> float:
        return math.log((1 + len(self.items)) / (1 + having)) + 0.1

    def _fixed(self, before: int, *, short: bool) -> list[tuple[float, ...]]:
        """For each item the columns that do not depend on which words they are."""
        topic = self.items[before].topic
        ours = Counter(after for b, after in self.pairs if b == before)
        theirs = Counter(self.items[a].topic for b, a in self.pairs if self.items[b].topic == topic)
        least_item, least_topic = ours.total() + 10 * _SOME, theirs.total() + 10 * _SOME
        return [
            (
                float(item.topic in NOT_ASKED),
                float(n == before),
                float(n == before and short),
                float(n != before and item.topic == topic),
                math.log((ours[n] + _SOME) / least_item),
                math.log((theirs[item.topic] + _SOME) / least_topic),
            )
            for n, item in enumerate(self.items)
        ]

    def _moving(
        self, before: int, words: tuple[str, ...], chances: Sequence[float]
    ) -> Iterable[tuple[float, ...]]:
        """For each item the other columns."""
        alone = [math.log(chance) if chance > _LEAST else _LOG_LEAST for chance in chances]
        answered, likes = self._said(words)
        near = ((at, like) for at, like in likes.items() if self.pairs[at][0] == before)
        return zip(alone, answered, self._nearest(likes.items()), self._nearest(near), strict=True)

    def _said_of(self, words: tuple[str, ...]) -> tuple[list[float], Mapping[int, float]]:
        """For each item the share of the words that its answer has; and how like they are to each second question."""
        return self._answered(words), self._alike(words)

    def _nearest(self, likes: Iterable[tuple[int, float]]) -> list[float]:
        """For each item the likeness of the nearest of these second questions that it answered, 0..1."""
        best = [0.0] * len(self.items)
        for at, like in likes:
            after = self.pairs[at][1]
            if like > best[after]:
                best[after] = like
        return best

    def columns(
        self, before: int, words: tuple[str, ...], chances: Sequence[float]
    ) -> list[tuple[float, ...]]:
        """For each item what `COLUMNS` names. `chances`: of the items by the text alone."""
        fixed = self._fixed(before, short=len(words) <= SHORT)
        return [
            (*one, *other) for one, other in zip(fixed, self._moving(before, words, chances), strict=True)
        ]

    def chances(self, before: int, words: tuple[str, ...], chances: Sequence[float]) -> list[float]:
        """The probability of each item for a text after item number `before`: the sum of its columns, by their weights."""
        *weights, alone, answered, alike, after_it = self.learnt.columns
        key = (before, len(words) <= SHORT)
        if key not in self._scores:
            fixed = self._fixed(before, short=key[1])
            self._scores[key] = [sum(w * v for w, v in zip(weights, one, strict=True)) for one in fixed]
        moving = zip(self._scores[key], self._moving(before, words, chances), strict=True)
        return softmax(
            score + alone * a + answered * b + alike * c + after_it * d for score, (a, b, c, d) in moving
        )

    def confidence(self, found: QuestionText) -> float:
        """The probability that the best item answers what is asked; 0 for small talk, which asks nothing."""
        best = _best(found.chances)
        if best in self.unsure:
            return 0.0
        weights = self.learnt.surely_alone if found.before is None else self.learnt.surely_after
        return surely(weights, self.sureness(found))

    def sureness(self, found: QuestionText) -> tuple[float, ...]:
        """What the confidence in the best item depends on."""
        best = _best(found.chances)
        first = found.chances[best]
        second = max(chance for n, chance in enumerate(found.chances) if n != best)
        many = len(found.words) or 1
        before = self.items[found.before] if found.before is not None else None
        wishes = sum(found.acts[act] for act in _WISHES)
        item = self.items[best]
        return (
            1.0,
            _log_odds(first),
            first - second,
            found.alone[best],
            float(_best(found.alone) == best),
            found.likeness[best],
            float(before is not None and before.topic == item.topic),
            float(found.before == best),
            sum(found.alone[n] for n in self.unsure),
            _log_odds(sum(found.acts[act] for act in ASKING)),
            sum(found.acts[act] for act in _NO_QUESTION),
            sum(found.acts[act] for act in _ANSWERS),
            found.acts["repeat"],
            found.known / many,
            math.log(many),
            float(not _MENTIONS.isdisjoint(found.words)),
            wishes if item.opens == "asked" else 0.0,
            0.0 if item.opens == "asked" else wishes,
            found.acts["scam"],
            found.acts["scam"] if item.topic == _SCAMS else 0.0,
            float(item.topic == _PEOPLE),
            *self._leaning(found, best),
        )

    def _leaning(self, found: QuestionText, best: int) -> tuple[float, ...]:
        """What says that a text leans on the answer before it: the form of a question, and words that others asked then."""
        if found.before is None:
            return ()
        words = found.words
        asks, ends, short = (
            not _QUESTION_WORDS.isdisjoint(words),
            bool(words) and words[-1] in _QUESTION_ENDS,
            len(words) <= SHORT,
        )
        answered, likes = self._said(words)
        near = max((like for at, like in likes.items() if self.pairs[at][1] == best), default=0.0)
        form = (asks, ends, short and asks, short and not asks and not ends)
        return (*map(float, form), answered[best], max(found.likeness[best], near))

    def _answered(self, words: Iterable[str]) -> list[float]:
        """For each item the share of the text's words that its answer has, by their rarity."""
        having, rarity = self.answers
        strange = self._rarity(0)
        found = [0.0] * len(self.items)
        whole = 0.0
        for word in dict.fromkeys(words):
            weight = rarity.get(word, strange)
            whole += weight
            for n in having.get(word, ()):
                found[n] += weight
        return [value / whole for value in found] if whole else found

    def _alike(self, words: tuple[str, ...]) -> Mapping[int, float]:
        """How like the words are to each second question that has one of them, 0..1."""
        values = vector(words, self.rare, self.unknown)
        close: dict[int, float] = defaultdict(float)
        for name, value in values.items():
            for at, theirs in self.having.get(name, ()):
                close[at] += value * theirs
        whole = length(values)
        return {at: value / self.lengths[at] / whole for at, value in close.items()}


def surely(weights: Sequence[float], values: Sequence[float]) -> float:
    """The confidence, from what it depends on."""
    score = sum(w * v for w, v in zip(weights, values, strict=True))
    return round(1 / (1 + math.exp(-max(-30.0, min(30.0, score)))), 3)


def _best(chances: Sequence[float]) -> int:
    return chances.index(max(chances))


def _log_odds(chance: float) -> float:
    kept = min(max(chance, 0.002), 0.998)
    return math.log(kept / (1 - kept))
