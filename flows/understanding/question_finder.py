"""Finds the item that a free text asks for. Called by the router, the questions flow and the console.

Invariant: an item is asserted, up to three are offered, or the text is not understood; the thresholds are measured.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from flows.content import NOT_ASKED, SMALL_TALK, Content, Question, Questions
from flows.secrets import detector
from flows.text.fold import fold
from flows.text.normalise import normalise, plain
from flows.understanding import follow_ups
from flows.understanding.acts import ASKING, act_chances
from flows.understanding.follow_ups import FollowUps, QuestionText
from flows.understanding.other_accounts import is_about_another_account
from flows.understanding.question_model import TEXT_READ, Decision, features, softmax, unpacked
from flows.understanding.question_neighbours import length, vector, wordings_mark, wordings_of

ASSERTED = 0.35  # probability of a topic from which it is asserted
AHEAD = 0.15  # and so far ahead of the second
OFFERED = 0.06  # a topic worth offering
SIMILAR = 0.1  # likeness to a wording below which nothing is asserted
OUT = 0.45  # probability of "out of scope" and "unclear" together from which nothing is offered
OFFERS = 3
SURER = 0.3  # how much surer a text alone must be, so that the item before it does not count
SURE, PERHAPS = 0.5, 0.2  # confidence in the best item after another from which it is answered, or offered
WORTH_A_LOOK = 0.008  # probability of an item from which it is shown after "không đúng ý tôi"
NEIGHBOUR = 0.25  # share of the neighbours in the joint probability
SHARP = 14.0  # how quickly a neighbour's say falls with its distance
CLAUSE_SURE, CLAUSE_SURER = 0.8, 0.15  # confidence of a clause read for itself, and how much surer it must be
CLAUSE_WORDS, CLAUSES = 4, 4  # of the least words, and so many are read
OUTSIDE = "ngoai_pham_vi"  # the topic of what is not ours
GIVEN_AWAY = "gui_thong_tin_nhay_cam"  # the topic of texts that hand over what must not be typed here
_CLAUSE = re.compile(
    r"(?<=[.!?;:\n])\s+|,\s+(?=(?:nhưng|nhung|còn|con|vậy|vay|thế|the|xin|cho|và|va)\b)"
    r"|,?\s+(?=(?:một là|mot la|hai là|hai la|với lại|voi lai|thứ hai là|thu hai la)\b)"
    # "… ở đâu với …": the word before "với" asks, so what follows it is another question
    r"|(?:(?<=[đd][âa]u)|(?<= g[ìi])|(?<= sao)|(?<=h[ôo]ng)|(?<= n[àa]o))\s+(?=(?:với|voi)\b)",
    re.IGNORECASE,
)
_LONG = re.compile(r"(?<![0-9A-Za-z./])[0-9](?:[ .]?[0-9]){8,15}(?![0-9/])")
_GIVES = re.compile(
    r"\b(?:cccd|can cuoc|cmnd|chung minh|cmt|stk|so tai khoan|tai khoan ngan hang|so the atm|so the ngan hang)\b"
)


@dataclass(frozen=True, slots=True)
class QuestionCandidate:
    """One item that may be meant; `score` is the probability of its topic, 0..1."""

    item: Question
    score: float


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """What was made of a text. `candidates`: best first, one for each topic; `shield` when it holds a secret."""

    decision: Decision
    item: Question | None
    candidates: tuple[QuestionCandidate, ...] = ()
    shield: bool = False
    similarity: float = 0.0  # to its nearest wording, 0..1
    alternatives: tuple[Question, ...] = ()  # what may be meant instead of `item`, best first
    confidence: float | None = None  # that the best item answers what is asked, 0..1; None: not measured
    same: bool = False  # the item answered last is asked again
    alone: QuestionResult | None = (
        None  # what was made of the text alone, when an item was answered before it
    )
    second: Question | None = None  # what another sentence of the text asks beside `item`

    @property
    def topic(self) -> str:
        """The topic of the best candidate, "" when there is none."""
        return self.candidates[0].item.topic if self.candidates else ""


def find_questions(
    text: str,
    content: Content,
    item: str = "",
    acts: Mapping[str, float] | None = None,
    *,
    guarded: bool = False,
) -> QuestionResult:
    """The item that `text` asks for. Any text is accepted; TEXT_READ characters of it are read.

    `item`: the id of the question answered last, which the text may lean on; `acts`: what kind of message it is, when that is known;
    `guarded`: the shield found no secret in it (flows/secrets), so it is not asked again.
    """
    text = text[:TEXT_READ]
    whole = _found(text, content, item, acts, guarded)
    if whole.shield or (whole.decision == "none" and whole.topic == OUTSIDE):
        return whole
    best, sure, several = whole, whole.confidence or 0.0, []
    for clause in clauses(text):
        heard = act_chances(clause, content.acts_weights)
        if sum(heard[act] for act in ASKING) < SURE:
            continue
        found = _found(clause, content, item, heard, guarded)
        if found.shield or not found.candidates or (found.confidence or 0.0) < CLAUSE_SURE:
            continue
        several.append(_first(found))
        if (found.confidence or 0.0) >= sure + CLAUSE_SURER:
            best, sure = found, found.confidence or 0.0
    others = [one for one in several if one is not _first(best)] if len(several) > 1 else []
    return replace(best, second=others[0]) if others and len(others) < len(several) else best


def _first(found: QuestionResult) -> Question:
    """The best item, asserted or not."""
    return found.item or found.candidates[0].item


def clauses(text: str) -> list[str]:
    """The sentences of a text and their parts that begin with a conjunction, the last ones; none when it is one."""
    parts = [part for part in _CLAUSE.split(text) if len(part.split()) >= CLAUSE_WORDS]
    return parts[-CLAUSES:] if len(_CLAUSE.split(text)) > 1 else []


def _found(
    text: str, content: Content, item: str, acts: Mapping[str, float] | None, guarded: bool
) -> QuestionResult:
    """The item that this text asks for, read as one."""
    finder = _finder(content.questions)
    words = normalise(text)
    ruled = finder.ruled(text, words, b"" if guarded else content.secret_weights)
    if ruled is not None:
        return ruled
    chances, like = finder.probabilities(words)
    if is_about_another_account(words):
        return finder.out_of_scope(chances)
    alone = finder.decided(chances, like, few=sum(len(w) > 1 for w in text.split()) < 2)
    acts = act_chances(text, content.acts_weights) if acts is None else acts
    learnt = _follow_ups(content.questions, content.follow_weights)
    known = sum(map(finder.knows, words))
    before = finder.number.get(item)
    sure_alone = learnt.confidence(QuestionText(words, known, chances, chances, like, None, acts))
    alone = replace(alone, confidence=sure_alone)
    if before is None:
        return alone
    after = learnt.chances(before, words, chances)
    sure = learnt.confidence(QuestionText(words, known, after, chances, like, before, acts))
    if sure_alone > sure + SURER:
        return alone
    return replace(finder.decided_after(after, like, before, sure), alone=alone)


def item_of_topic(words: tuple[str, ...], topic: str, questions: Questions) -> Question:
    """The likeliest item of a topic for normalised words. Raises KeyError for a topic without items."""
    finder = _finder(questions)
    chances, _ = finder.probabilities(words)
    return finder.items[max(finder.of_topic[topic], key=chances.__getitem__)]


MISS_WORDS = 12  # words of a text that are kept for staff when it was not understood
HIDDEN = "…"


def missed(text: str, questions: Questions) -> str:
    """A text that was not understood, as staff may see it: folded, without numbers, words that no item knows as "…".

    "" when less than two words, or less than half of them, are known: then it may be a name, and tells staff nothing.
    """
    if "@" in text:
        return ""
    knows = _finder(questions).knows
    words = [w for w in normalise(text[:TEXT_READ]) if not w[0].isdigit() and w[0] != "#"][:MISS_WORDS]
    shown = [w if knows(w) else HIDDEN for w in words]
    clear = sum(w != HIDDEN for w in shown)
    return " ".join(shown)[:120] if clear >= 2 and clear * 2 > len(shown) else ""


def titled_question(words: str, questions: Questions) -> Question | None:
    """The item whose button these words are, None for none."""
    return _titles(questions).get(plain(words))


@lru_cache(maxsize=2)
def _titles(questions: Questions) -> dict[str, Question]:
    return {plain(q.title): q for q in reversed(questions.items)}


def warm(questions: Questions) -> None:
    """Make the finder ready now instead of at the first text."""
    _finder(questions)


@lru_cache(maxsize=2)
def _follow_ups(questions: Questions, weights: bytes) -> FollowUps:
    finder = _finder(questions)
    return FollowUps(questions.items, follow_ups.unpacked(weights), finder.rare, finder.unknown)


@lru_cache(maxsize=2)
def _finder(questions: Questions) -> _QuestionFinder:
    return _QuestionFinder(questions)


class _QuestionFinder:
    """The items made ready: the weights, and every wording by its words; those of the weights' file are ready there."""

    def __init__(self, questions: Questions) -> None:
        self.items = questions.items
        self.weights = unpacked(questions.weights)
        self.number = {q.id: n for n, q in enumerate(self.items)}
        self.of_topic: dict[str, list[int]] = {}
        for n, q in enumerate(self.items):
            self.of_topic.setdefault(q.topic, []).append(n)
        self.rare = self.weights.rarity
        self.unknown = self.weights.rarest()
        self.ready = self.weights.wordings
        self.owner: list[int] = []  # of each wording; -1 when its item was edited or is gone
        self.lengths: list[float] = []
        self.since: dict[str, list[int]] = defaultdict(list)  # what items that staff edited have, by feature
        self.rows: dict[str, tuple[int, ...]] = {}  # features in use
        fresh = dict.fromkeys(range(len(self.items)))
        for item_id, mark, many in self.ready.items:
            n = self.number.get(item_id, -1)
            same = n >= 0 and wordings_mark(self.items[n]) == mark
            self.owner += [n if same else -1] * many
            if same:
                del fresh[n]
        self.lengths += self.ready.lengths
        for n in fresh:
            self._make_ready(n)

    def _make_ready(self, n: int) -> None:
        for wording in wordings_of(self.items[n]):
            values = vector(normalise(wording), self.rare, self.unknown)
            for name in values:
                self.since[name].append(len(self.owner))
            self.owner.append(n)
            self.lengths.append(length(values))

    def likeness(self, words: tuple[str, ...]) -> list[float]:
        """For each item, how like its nearest wording the words are, 0..1."""
        values = vector(words, self.rare, self.unknown)
        close: dict[int, float] = {}
        for name, value in values.items():
            row = self._having(name)
            square = value * value
            if not close:
                close = dict.fromkeys(row, square)
                continue
            for at in row:
                close[at] = close.get(at, 0.0) + square
        whole = length(values)
        best = [0.0] * (len(self.items) + 1)  # the last for nobody's
        owners, lengths = self.owner, self.lengths
        for at, sum_ in close.items():
            like = sum_ / lengths[at]
            if like > best[owners[at]]:
                best[owners[at]] = like
        best.pop()
        return [like / whole for like in best]

    def _having(self, name: str) -> Sequence[int]:
        """The numbers of the wordings that have a feature; kept from its first use on where any has it."""
        row = self.rows.get(name)
        if row is None:
            place = self.ready.places.get(name)
            ready = (
                ()
                if place is None
                else self.ready.at[self.ready.starts[place] : self.ready.starts[place + 1]]
            )
            row = (*ready, *self.since.get(name, ()))
            if row:
                self.rows[name] = row
        return row

    def knows(self, word: str) -> bool:
        """Whether a word stands in a wording of an item as it is now."""
        return any(self.owner[at] >= 0 for at in self._having(f"w:{word}"))

    def _strange(self, words: tuple[str, ...]) -> bool:
        """Whether no word of a text was ever seen in a wording."""
        return not any(self.rare(f"w:{word}") is not None or self.knows(word) for word in words)

    def probabilities(self, words: tuple[str, ...]) -> tuple[list[float], list[float]]:
        """The probability of each item, and its likeness."""
        like = self.likeness(words)
        by_words = softmax(SHARP * v for v in like)
        trained = [0.0] * len(self.items)
        by_model = softmax(self.weights.scores(features(words)))
        for item_id, p in zip(self.weights.classes, by_model, strict=True):
            if (n := self.number.get(item_id)) is not None:
                trained[n] = p
        return [(1 - NEIGHBOUR) * t + NEIGHBOUR * b for t, b in zip(trained, by_words, strict=True)], like

    def ruled(self, text: str, words: tuple[str, ...], secret_weights: bytes) -> QuestionResult | None:
        """What is decided of a text without reading its words: one that gives something away, or none that is known.

        `secret_weights`: of the shield, b"" where it has read the text.
        """
        secret = secret_weights and detector.secret_in(text, secret_weights, expected=False)
        if secret or _gives_numbers_away(text):
            return _ruled("answer", (q for q in self.items if q.topic == GIVEN_AWAY), shield=True)
        if not any(w[0].isalpha() for w in words) or self._strange(words):
            return _ruled("none", (q for q in self.items if q.topic == "khong_ro" and not q.next))
        return None

    def out_of_scope(self, chances: list[float]) -> QuestionResult:
        """A text about something else than us."""
        order = sorted(range(len(chances)), key=lambda n: -chances[n])
        return _ruled("none", (self.items[n] for n in order if self.items[n].topic == OUTSIDE))

    def decided_after(
        self, chances: list[float], like: list[float], before: int, confidence: float
    ) -> QuestionResult:
        """What is made of a text after item number `before`: its candidates are items, not topics."""
        order = sorted(range(len(chances)), key=lambda n: -chances[n])[: OFFERS + 1]
        candidates = tuple(QuestionCandidate(self.items[n], round(chances[n], 3)) for n in order)
        first = candidates[0].item
        others = tuple(c.item for c in candidates[1:] if c.item.topic not in (*SMALL_TALK, GIVEN_AWAY))
        if first.topic in NOT_ASKED:
            return QuestionResult("none", first, candidates, confidence=confidence)
        return QuestionResult(
            "answer" if confidence >= SURE else "suggest" if confidence >= PERHAPS else "none",
            first if confidence >= SURE else None,
            candidates,
            first.topic == GIVEN_AWAY and confidence >= SURE,
            like[order[0]],
            others if confidence >= SURE else (first, *others)[:OFFERS],
            confidence,
            order[0] == before,
        )

    def decided(self, chances: list[float], like: list[float], *, few: bool) -> QuestionResult:
        """What is made of a text alone."""
        best = {topic: max(items, key=chances.__getitem__) for topic, items in self.of_topic.items()}
        topics = {topic: sum(chances[n] for n in items) for topic, items in self.of_topic.items()}
        ranked = sorted(topics.items(), key=lambda kv: -kv[1])
        offered = tuple(
            QuestionCandidate(self.items[best[t]], round(p, 3)) for t, p in ranked if p >= OFFERED
        )[:5]
        seen = [n for n, p in enumerate(chances) if p >= WORTH_A_LOOK]
        near = [self.items[n] for n in sorted(seen, key=lambda n: -chances[n])]
        near = [q for q in near if q.topic not in SMALL_TALK and q.topic != GIVEN_AWAY]
        (first, p1), (_, p2) = ranked[0], ranked[1]
        out = sum(topics.get(t, 0.0) for t in NOT_ASKED)
        nearest = max(like[n] for n in self.of_topic[first])
        real = tuple(c for c in offered if c.item.topic not in NOT_ASKED)
        offers = tuple(c.item for c in real if c.item in near)[:OFFERS]
        if first in NOT_ASKED:
            if out < OUT and real and not few:
                candidates = (*real[:OFFERS], *(c for c in offered if c not in real))
                return QuestionResult("suggest", None, candidates, alternatives=offers)
            return QuestionResult("none", self.items[best[first]], offered, alternatives=offers)
        if first == GIVEN_AWAY and p1 >= ASSERTED:
            return QuestionResult("answer", self.items[best[first]], offered, shield=True)
        if p1 >= ASSERTED and p1 - p2 >= AHEAD and nearest >= SIMILAR:
            item = self.items[best[first]]
            rest = tuple(q for q in near if q is not item)[:OFFERS]
            return QuestionResult("answer", item, offered, similarity=nearest, alternatives=rest)
        if out >= OUT:
            return QuestionResult("none", None, offered, alternatives=offers)
        if len(real) == 0 or few:
            return QuestionResult("none", None, real or offered)
        return QuestionResult("suggest", None, real, alternatives=offers)


def _ruled(decision: Decision, items: Iterator[Question], *, shield: bool = False) -> QuestionResult:
    """What a rule decides without the model: the first of these items."""
    item = next(items, None)
    candidates = (QuestionCandidate(item, 1.0),) if item else ()
    return QuestionResult(decision, item, candidates, shield, confidence=float(shield))


def _gives_numbers_away(text: str) -> bool:
    """An ID or bank number handed over in words: "đây là cccd của em 0880…"."""
    return bool(_LONG.search(text)) and bool(_GIVES.search(fold(text)))
