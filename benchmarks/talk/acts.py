"""Trains what tells the kinds of messages apart (flows/understanding/acts.py). Rule: its confidence is measured on hands left out."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from benchmarks.models import digest_of, table_of
from benchmarks.talk.texts import HANDS, closed, folds, messages, seconds
from flows.understanding.acts import ASKING, KIND, ActModel, act_features, unpacked
from flows.understanding.model_file import ModelFile

C = 30.0  # inverse strength of regularisation
RAREST = 2  # a feature must be in the messages of so many
RARITY = 0.5  # power of the rarity
UNPLACED = 0.5  # what a message counts once more without what was said before it
CLOSED = 0.3  # what an answer to a closed question counts
SECOND = 0.1  # what a second question counts
TEMPERATURES = (0.8, 1.0, 1.2, 1.35, 1.5, 1.65, 1.8, 2.0, 2.2)
STEPS = 127


class Row(NamedTuple):
    """What is seen of a message, its act ("" one of ASKING, to be found), what it counts, and which message it is."""

    seen: dict[str, float]
    act: str
    share: float
    message: int


def rows_of(hands: Iterable[str]) -> Iterator[Row]:
    """What is learnt from these hands."""
    number = 0
    for hand in hands:
        for row in _rows_of(hand):
            yield row._replace(message=number + row.message)
        number += 1000


@cache
def _rows_of(hand: str) -> tuple[Row, ...]:
    rows: list[Row] = []
    for one in messages(hand):
        rows.append(Row(act_features(one.text, one.before), one.act, 1.0, len(rows)))
        rows.append(Row(act_features(one.text), one.act, UNPLACED, len(rows) - 1))
    for one in closed(hand):
        rows.append(Row(act_features(one.text, one.before), one.act, CLOSED, len(rows)))
    for second in seconds(hand):
        rows.append(Row(act_features(second.text), "", SECOND, len(rows)))
    return tuple(rows)


def digest() -> str:
    """Of what the weights are trained from."""
    return digest_of((row.seen, (row.act, row.share)) for row in rows_of(HANDS))


def train() -> ModelFile:
    """The weights from all hands, as sure as they are right on hands left out. Needs scikit-learn."""
    return fitted(HANDS, temperature(HANDS))


def temperature(hands: Sequence[str]) -> float:
    """What scores are multiplied by, so that hands left out are best foretold."""
    import numpy as np

    chances, truth = [], []
    for group, others in folds(hands):
        model = model_of(others)
        for one in (one for hand in group for one in messages(hand)):
            for before in (one.before, ""):
                found = model.chances(act_features(one.text, before))
                chances.append([found[act] for act in model.acts])
                truth.append(model.acts.index(one.act))
    logs, right = np.log(np.array(chances)), np.arange(len(truth))

    def lost(sharper: float) -> float:
        scores = logs * sharper
        return -float(np.mean(scores[right, truth] - np.log(np.exp(scores).sum(axis=1))))

    return min(TEMPERATURES, key=lost)


@cache
def _model_of(hands: tuple[str, ...]) -> ActModel:
    return unpacked(fitted(hands))


def model_of(hands: Iterable[str]) -> ActModel:
    """The model learnt from these hands, not yet calibrated."""
    return _model_of(tuple(hands))


def fitted(hands: Sequence[str], sharper: float = 1.0) -> ModelFile:
    """The weights learnt from these hands. Needs scikit-learn."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import normalize

    rows = list(rows_of(hands))
    names, counts = table_of([(row.seen, row.message) for row in rows], RAREST)
    often = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.rint(1000 * (np.log((1 + len(rows)) / (1 + often)) + 1) ** RARITY) / 1000
    table = normalize(counts.multiply(rarity.astype(np.float32)).tocsr())
    acts, shares = np.array([row.act for row in rows]), np.array([row.share for row in rows])
    known = acts != ""
    model: Any = LogisticRegression(C=C, max_iter=400, class_weight="balanced", warm_start=True)
    model.fit(table[known], acts[known], sample_weight=shares[known])
    places = [list(model.classes_).index(act) for act in ASKING]
    acts[~known] = np.array(ASKING)[model.predict_proba(table[~known])[:, places].argmax(axis=1)]
    model.fit(table, acts, sample_weight=shares)
    step = float(np.abs(model.coef_).max()) / STEPS
    arrays: dict[str, array[Any]] = {
        "bias": array("d", [round(float(b) * sharper, 4) for b in model.intercept_]),
        "scale": array("d", [step * sharper]),
        "rarities": array("H", [round(float(r) * 1000) for r in rarity]),
        "weights": array("b", [int(w) for w in np.rint(model.coef_.T / step).ravel()]),
    }
    return ModelFile(KIND, digest(), arrays, {"acts": [str(c) for c in model.classes_], "features": names})
