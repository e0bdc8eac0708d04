"""Trains the weights that tell how surely a message answers a closed question: `make model`."""

from __future__ import annotations

import random
import sys
from array import array
from collections.abc import Collection, Iterator
from typing import NamedTuple

from benchmarks.models import digest_of, table_of, write
from benchmarks.talk.answers import STEPS, Row, acts, answers, hands, misplaced, no_answers
from flows.understanding.answers.meanings import ruled_by
from flows.understanding.answers.spoken import spoken
from flows.understanding.answers.trained import KIND, features_of
from flows.understanding.model_file import ModelFile

SEED = 12
C = 2.0  # inverse strength of regularisation
RAREST = 2  # a feature must be seen in so many messages
EACH = 9  # questions before which a message that answers none is shown
ANSWER_SHARE = 8.0  # how much more an answer counts than a message that is none
SOME = 50  # one row in so many is part of the digest
STEP = 0.05  # a weight is kept as so many of these, -127..127


class Seen(NamedTuple):
    """What is counted of one option, whether it is meant, how much it counts, and the message."""

    counted: dict[str, float]
    meant: bool
    counts: float
    text: str


def rows(names: Collection[str]) -> Iterator[Row]:
    """All that is learnt from these hands."""
    chance = random.Random(SEED)
    for hand in sorted(names):
        yield from answers(hand)
        yield from acts(hand)
        by_text: dict[str, list[Row]] = {}
        for row in (*no_answers(hand), *misplaced(hand)):
            by_text.setdefault(row.text, []).append(row)
        for shown in by_text.values():
            shown.sort()
            yield from shown if len(shown) <= EACH else chance.sample(shown, EACH)


def seen(names: Collection[str], *, every: int = 1) -> Iterator[Seen]:
    """The options of each row, or of each `every`th one, as they are seen."""
    for row in list(rows(names))[::every]:
        said, wanted = spoken(row.text), STEPS[row.step]
        ruled = ruled_by(said, wanted)
        counts = ANSWER_SHARE if not row.act else 1.0
        for tag in sorted(wanted):
            yield Seen(features_of(said, tag, ruled, wanted), tag == row.meant, counts, row.text)


def digest(names: Collection[str]) -> str:
    """Of what the weights are trained from: all texts, and the features of some of them."""
    texts = (({row.text: 1.0}, (row.step, row.meant, row.hand)) for row in rows(names))
    some = ((one.counted, (one.meant, one.counts)) for one in seen(names, every=SOME))
    return digest_of((*texts, *some))


def fitted(names: Collection[str]) -> ModelFile:
    """The model learnt from these hands. Needs scikit-learn (requirements-bench.lock)."""
    from sklearn.linear_model import LogisticRegression

    every = list(seen(names))
    features, table = table_of([(one.counted, one.text) for one in every], RAREST)
    learner = LogisticRegression(C=C, solver="liblinear", max_iter=300, random_state=SEED)
    learner.fit(table, [one.meant for one in every], sample_weight=[one.counts for one in every])
    kept = [(name, round(float(w) / STEP)) for name, w in zip(features, learner.coef_[0], strict=True)]
    kept = [(name, max(-127, min(127, weight))) for name, weight in kept if weight]
    arrays = {
        "bias": array("f", [float(learner.intercept_[0]) / STEP]),
        "scale": array("f", [STEP]),
        "weights": array("b", [weight for _, weight in kept]),
    }
    return ModelFile(
        KIND,
        digest(names),
        arrays,
        {"features": [name for name, _ in kept]},
    )


if __name__ == "__main__":
    sys.exit(write(lambda: fitted(hands())))
