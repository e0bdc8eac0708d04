"""Trains which item a second question asks for, and how sure that is (flows/understanding/follow_ups.py). Rule: no development line is read.

An author never teaches how far to trust what his own texts show: that is learnt with his texts left out.
"""

from __future__ import annotations

import json
import random
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.models import digest_of
from benchmarks.questions import __file__ as questions_init
from benchmarks.talk.acts import model_of
from benchmarks.talk.texts import HANDS, Second, folds, messages, seconds
from data.knowledge.content import QUESTIONS, read_weights
from data.knowledge.question_files import QUESTIONS_DIR, read_questions_only
from flows.content import NOT_ASKED, SMALL_TALK, Question, Questions
from flows.text.normalise import normalise
from flows.understanding.acts import act_features
from flows.understanding.follow_ups import (
    COLUMNS,
    KIND,
    FollowUps,
    FollowUpWeights,
    QuestionText,
    SecondQuestion,
    arrays_of,
)
from flows.understanding.model_file import ModelFile
from flows.understanding.question_finder import _finder

SEED = 3
STRENGTH = 0.01  # of regularisation
ASKS_NOTHING = frozenset(
    "statement chat ack thanks yes no done answer not_yet greeting bye later anger skip back stop correction repeat".split()
)
# What asks for something else than an item's answer, and which items do it all the same.
BY_ITEM: dict[str, Callable[[Question], bool]] = {
    "wish": lambda item: item.opens == "asked",
    "person": lambda item: item.opens == "asked",
    "scam": lambda item: item.topic == "lua_dao_bao_mat",
}
UNSEEN = sorted(Path(questions_init).parent.glob("unseen_*.jsonl"))


def _never(item: Question) -> bool:
    return False


class Judged(NamedTuple):
    """How a text was found, and whether the best item is right; `hand` "" for no hand.

    `act`: of a message, "question" for a second question; `want`: the item that answers that; `seen`: what the confidence depends on.
    """

    found: QuestionText
    right: bool
    hand: str
    act: str
    want: int | None
    seen: tuple[float, ...]


@cache
def questions() -> Questions:
    """The items and their weights."""
    return Questions(read_questions_only(QUESTIONS_DIR), read_weights(QUESTIONS))


def target(second: Second) -> str:
    """The item that should be best; "" when none answers, or a named officer is wanted."""
    return {"same": second.before, "contacts": "", "none": ""}.get(second.want, second.want)


def followed(hands: Collection[str]) -> tuple[SecondQuestion, ...]:
    """What these hands asked after what."""
    return tuple(
        SecondQuestion(one.before, normalise(one.text), want)
        for hand in hands
        for one in seconds(hand)
        if (want := target(one))
    )


def _ready(hands: Collection[str], columns: Sequence[float] = ()) -> FollowUps:
    finder = _finder(questions())
    learnt = FollowUpWeights(followed(hands), tuple(columns), (), ())
    ready = FollowUps(questions().items, learnt, finder.rare, finder.unknown)
    ready.__dict__["answers"] = _answers()
    return ready


@cache
def _answers() -> Any:
    """What the answers say: the same whatever was learnt."""
    finder = _finder(questions())
    return FollowUps(questions().items, FollowUpWeights((), (), (), ()), finder.rare, finder.unknown).answers


@cache
def _alone(text: str) -> tuple[tuple[str, ...], list[float], list[float]]:
    words = normalise(text)
    return (words, *_finder(questions()).probabilities(words))


def fitted_columns(hands: Sequence[str]) -> tuple[float, ...]:
    """The weights of `COLUMNS`, learnt from each hand beside the texts of the others."""
    import numpy as np
    from scipy.optimize import minimize

    rows, number = [], _finder(questions()).number
    for hand in hands:
        ready = _ready([other for other in hands if other != hand])
        for one in seconds(hand):
            if want := target(one):
                words, chances, _ = _alone(one.text)
                rows.append((np.array(ready.columns(number[one.before], words, chances)), number[want]))

    tables, wanted = np.array([table for table, _ in rows]), np.array([want for _, want in rows])
    which = np.arange(len(rows))

    def lost(weights: Any) -> tuple[float, Any]:
        scores = tables @ weights
        grown = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances = grown / grown.sum(axis=1, keepdims=True)
        total = -float(np.log(chances[which, wanted] + 1e-12).mean())
        slope = (np.einsum("ri,rik->k", chances, tables) - tables[which, wanted].sum(axis=0)) / len(rows)
        return total + STRENGTH * float(weights @ weights) / 2, slope + STRENGTH * weights

    found = minimize(lost, np.zeros(len(COLUMNS)), jac=True, method="L-BFGS-B")
    return tuple(round(float(w), 3) for w in found.x)


@cache
def _shown(hands: tuple[str, ...]) -> FollowUps:
    return _ready(hands, fitted_columns(hands))


def judged(hand: str, others: Sequence[str]) -> Iterator[Judged]:
    """How the texts of a hand are found by what others showed, with and without the item before."""
    ready, acts = _shown(tuple(others)), model_of(others)
    finder, chance = _finder(questions()), random.Random(f"{SEED} {hand}")
    usual = [one.before for one in seconds(hand)]
    texts = [(one.text, one.before, target(one), "question") for one in seconds(hand)]
    texts += [
        (one.text, chance.choice(usual), "", one.act) for one in messages(hand) if one.act in ASKS_NOTHING
    ]
    texts += [(one.text, chance.choice(usual), "", one.act) for one in messages(hand) if one.act in BY_ITEM]
    for text, before, want, act in texts:
        words, alone, like = _alone(text)
        if not words:
            continue
        number = finder.number[before]
        known, kinds = sum(map(finder.knows, words)), acts.chances(act_features(text))
        without = QuestionText(words, known, alone, alone, like, None, kinds)
        placed = acts.chances(act_features(text, "told"))
        beside = replace(without, chances=ready.chances(number, words, alone), before=number, acts=placed)
        for found in (without, beside):
            best = max(range(len(alone)), key=lambda n: found.chances[n])
            right = want == finder.items[best].id or BY_ITEM.get(act, _never)(finder.items[best])
            yield Judged(found, right, hand, act, finder.number.get(want), ready.sureness(found))


def judged_alone(hands: Sequence[str]) -> Iterator[Judged]:
    """How whole questions of other authors are found, without an item before (benchmarks/questions/unseen_*.jsonl)."""
    finder, acts, ready = _finder(questions()), model_of(hands), _ready(())
    for path in UNSEEN:
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            words, alone, like = _alone(line["text"])
            if not words:
                continue
            known, kinds = sum(map(finder.knows, words)), acts.chances(act_features(line["text"]))
            best = finder.items[max(range(len(alone)), key=lambda n: alone[n])].topic
            right = best == line["topic"] and best not in NOT_ASKED
            found = QuestionText(words, known, alone, alone, like, None, kinds)
            yield Judged(found, right, "", "question", None, ready.sureness(found))


def all_judged(hands: Sequence[str]) -> list[Judged]:
    """Every text of these hands, found by what others of them showed."""
    of_hands = [one for group, others in folds(hands) for hand in group for one in judged(hand, others)]
    return [*of_hands, *judged_alone(hands)]


def fitted_sureness(every: Sequence[Judged], *, after: bool) -> tuple[float, ...]:
    """The weights of the confidence. Small talk is left out: it is never sure."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    some = [one for one in every if (one.found.before is not None) == after and not small(one.found)]
    table = np.array([one.seen for one in some])[:, 1:]
    scaler = StandardScaler().fit(table)
    model = LogisticRegression(C=1.0, max_iter=500).fit(scaler.transform(table), [one.right for one in some])
    scale = np.where(scaler.scale_ > 0, scaler.scale_, 1.0)
    weights = model.coef_[0] / scale
    bias = float(model.intercept_[0] - weights @ scaler.mean_)
    return (round(bias, 4), *(round(float(w), 4) for w in weights))


def small(found: QuestionText) -> bool:
    """Whether the best item is small talk."""
    items = questions().items
    return items[max(range(len(items)), key=lambda n: found.chances[n])].topic in SMALL_TALK


def learnt(hands: Sequence[str]) -> FollowUpWeights:
    """Everything that these hands teach. Needs scikit-learn."""
    every = all_judged(hands)
    surely = (fitted_sureness(every, after=after) for after in (False, True))
    return FollowUpWeights(followed(hands), fitted_columns(hands), *surely)


def digest() -> str:
    """Of what the weights are trained from."""
    return digest_of(({one.before: 1.0}, (one.words, one.after)) for one in followed(HANDS))


def train() -> ModelFile:
    """The file of what all hands teach."""
    from_all = learnt(HANDS)
    numbers, words = arrays_of(from_all.followed)
    arrays: dict[str, array[Any]] = {name: array("H", values) for name, values in numbers.items()}
    for name in ("columns", "surely_alone", "surely_after"):
        arrays[name] = array("d", getattr(from_all, name))
    return ModelFile(KIND, digest(), arrays, words)
