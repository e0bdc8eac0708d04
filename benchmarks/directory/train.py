"""Trains what a message wants of the directory and whose organisation it tells of: `make model`. Rule: no development line is ever read here."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from functools import cache
from typing import Any

from benchmarks.directory.texts import HANDS, ITEMS, Row, directory, every
from benchmarks.models import digest_of, table_of, write
from flows.directory.index import index_of
from flows.directory.messages.evidence import evidence_in
from flows.directory.messages.meaning import KIND, meaning_features
from flows.directory.messages.spoken_numbers import put_together
from flows.understanding.model_file import ModelFile

C = 1.0  # inverse strength of regularisation
RAREST = 3  # a feature must be in so many texts
PRUNED = 0.01  # weights below this share of the largest in every class leave their feature out
STEPS = 127
SOME = 50  # one text in so many is in the digest as it is seen
WANTS = ("contact", "helpers", "appendix")


@cache
def _features(text: str) -> dict[str, float]:
    return meaning_features(evidence_in(index_of(directory()), put_together(text)))


def digest() -> str:
    """Of what the weights are trained from: every text, and what is seen of some; not of the wordings of the items, which change often."""
    rows = [row for row in every() if row.author != ITEMS]
    texts = ((row.text, row.want, tuple(sorted(row.kinds or ())), row.share) for row in rows)
    return digest_of(((_features(row.text), row.want) for row in rows[::SOME]), texts)


def train() -> ModelFile:
    """The weights from all that is learnt from. Needs scikit-learn."""
    return fitted(HANDS, digest())


def fitted(hands: Sequence[str], mark: str = "") -> ModelFile:
    """The weights learnt with these hands. Needs scikit-learn."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    rows: list[Row] = list(every(hands))
    names, table = table_of([(_features(row.text), number) for number, row in enumerate(rows)], RAREST)
    table = table.tocsr()
    shares = np.array([row.share for row in rows])
    kinds = sorted({kind for row in rows for kind in row.kinds or ()})
    classes = [f"want:{want}" for want in WANTS] + [f"kind:{kind}" for kind in kinds]
    weights, bias = [], []
    for name in classes:
        sort, _, label = name.partition(":")
        if sort == "want":
            known = np.array([row.want != "" for row in rows])
            truth = np.array([row.want == label for row in rows])
        else:
            known = np.array([row.kinds is not None for row in rows])
            truth = np.array([label in (row.kinds or ()) for row in rows])
        model: Any = LogisticRegression(C=C, max_iter=300, solver="liblinear")
        model.fit(table[known], truth[known], sample_weight=shares[known])
        weights.append(model.coef_[0])
        bias.append(round(float(model.intercept_[0]), 4))
    grid = np.array(weights).T
    step = float(np.abs(grid).max()) / STEPS
    kept = np.abs(grid).max(axis=1) >= PRUNED * step * STEPS
    arrays: dict[str, array[Any]] = {
        "bias": array("d", bias),
        "scale": array("d", [step]),
        "weights": array("b", [int(w) for w in np.rint(grid[kept] / step).ravel()]),
    }
    features = [name for name, keep in zip(names, kept, strict=True) if keep]
    return ModelFile(KIND, mark, arrays, {"classes": classes, "features": features})


if __name__ == "__main__":
    sys.exit(write(train))
