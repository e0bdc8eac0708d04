"""Trains the weights that tell scams from what looks like them: `make model`. Rule: its confidence is measured on hands left out."""

from __future__ import annotations

import json
import sys
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from benchmarks.models import digest_of, table_of, write
from benchmarks.officers.texts import spelt
from benchmarks.scams.texts import FOLDER, SEED, Kind, Told, made
from benchmarks.talk.texts import HANDS as TALKERS
from benchmarks.talk.texts import closed, messages, seconds
from data.knowledge.question_files import QUESTIONS_DIR, read_questions_only
from flows.scams.recogniser import KIND, scam_features
from flows.understanding.acts import ActModel, unpacked
from flows.understanding.model_file import ModelFile

EACH: dict[Kind, int] = {"scam": 16, "gave": 24, "harmless": 14}
WAYS = 3  # other spellings of each text of a hand
HAND_SHARE = 1.5  # how much more a text of a hand counts than one of a family
C = 8.0  # inverse strength of regularisation
RAREST = 2  # a feature must be seen in so many families
RARITY = 0.5  # power of the rarity
STEPS = 127
SOME = 20  # one text in so many is in the digest as it is seen
WORTH: dict[Kind, float] = {"harmless": 2.0, "scam": 1.0, "gave": 0.7}  # of all texts of a kind
TALK = tuple(sorted(path.stem.removeprefix("talk_") for path in FOLDER.glob("talk_*.jsonl")))
HANDS = tuple(sorted(path.stem.removeprefix("hand_") for path in FOLDER.glob("hand_*.jsonl")))
_SAFETY_ITEMS: dict[str, Kind] = {"lua-dao": "scam", "lo-bam-link": "gave"}


class Row(NamedTuple):
    """What is seen of a text, what it is, its family, and what it counts."""

    seen: dict[str, float]
    kind: Kind
    family: str
    share: float


def of_hand(hand: str, what: str = "hand") -> list[Told]:
    """What one hand wrote of scams and what looks like them, or ("talk") of other matters: {"text", "kind"} a line."""
    lines = (FOLDER / f"{what}_{hand}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = (json.loads(line) for line in lines if line.strip())
    return [Told(r["text"], r["kind"], f"{hand} {n}") for n, r in enumerate(rows)]


def of_talk() -> Iterator[Told]:
    """What citizens' hands wrote of anything else: harmless."""
    for hand in TALKERS:
        yield from (Told(m.text, "harmless", f"{hand} {m.text}") for m in messages(hand) if m.act != "scam")
        yield from (Told(m.text, "harmless", f"{hand} {m.text}") for m in closed(hand))
        yield from (
            Told(s.text, "harmless", f"{hand} {s.text}") for s in seconds(hand) if s.want not in _SAFETY_ITEMS
        )


def of_items() -> Iterator[Told]:
    """The wordings of the items; those about scams are what they are about."""
    for question in read_questions_only(QUESTIONS_DIR):
        kind = _SAFETY_ITEMS.get(question.id, "harmless")
        yield from (Told(words, kind, f"item {words}") for words in question.wordings)


def _rows(told: Iterable[Told], share: float) -> Iterator[Row]:
    for one in told:
        if seen := scam_features(one.text):
            yield Row(seen, one.kind, one.family, share)


@cache
def rows_beside_hands() -> tuple[Row, ...]:
    """What is learnt from families, items and other talk."""
    rows: list[Row] = []
    for kind, each in EACH.items():
        rows += _rows(made(kind, each), each**-0.5)
    rows += _rows(of_items(), 1.0)
    rows += _rows(of_talk(), 0.5)
    return tuple(rows)


@cache
def rows_of_hand(hand: str) -> tuple[Row, ...]:
    """The texts of one hand as they were written, and in other spellings."""
    import random

    chance, rows = random.Random(SEED), []
    for told in of_hand(hand):
        ways = [told, *(told._replace(text=spelt(told.text, chance)) for _ in range(WAYS))]
        rows += _rows(ways, HAND_SHARE / len(ways))
    return tuple(rows)


@cache
def rows_of_talk(hand: str) -> tuple[Row, ...]:
    """What one hand wrote of other matters."""
    return tuple(_rows(of_hand(hand, "talk"), 1.0))


def digest() -> str:
    """Of what the weights are trained from: a text of each family and every text of the hands, also of their talk, and what is seen of some.

    Not of the wordings of the items, which change often.
    """
    told = [one for kind in EACH for one in made(kind, 1)]
    told += [one for hand in HANDS for one in of_hand(hand)]
    told += [one for hand in TALK for one in of_hand(hand, "talk")]
    told += of_talk()
    seen = ((scam_features(one.text), one.kind) for one in told[::SOME])
    return digest_of(seen, map(tuple, told))


def train() -> ModelFile:
    """The weights from everything there is. Needs scikit-learn (requirements-bench.lock)."""
    return fitted(HANDS)


def model_of(hands: Iterable[str], without: Collection[str] = ()) -> ActModel:
    """The model learnt from these hands and the rest, but for the talk of some."""
    return unpacked(fitted(tuple(hands), without))


def fitted(hands: Sequence[str], without: Collection[str] = ()) -> ModelFile:
    """The weights learnt with these hands, and without the talk of some. Needs scikit-learn."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import normalize

    talk = (row for hand in TALK if hand not in without for row in rows_of_talk(hand))
    rows = [*rows_beside_hands(), *talk, *(row for hand in hands for row in rows_of_hand(hand))]
    names, counts = table_of([(row.seen, row.family) for row in rows], RAREST)
    often = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.rint(1000 * (np.log((1 + len(rows)) / (1 + often)) + 1) ** RARITY) / 1000
    table = normalize(counts.multiply(rarity.astype(np.float32)).tocsr())
    kinds, shares = np.array([row.kind for row in rows]), np.array([row.share for row in rows])
    totals = Counter[str]()
    for row in rows:
        totals[row.kind] += row.share  # type: ignore[assignment]  # shares, not whole numbers
    shares *= np.array([WORTH[kind] * len(rows) / len(WORTH) / totals[kind] for kind in kinds])
    model: Any = LogisticRegression(C=C, max_iter=150).fit(table, kinds, sample_weight=shares)
    step = float(np.abs(model.coef_).max()) / STEPS
    arrays: dict[str, array[Any]] = {
        "bias": array("d", [round(float(b), 4) for b in model.intercept_]),
        "scale": array("d", [step]),
        "rarities": array("H", [round(float(r) * 1000) for r in rarity]),
        "weights": array("b", [int(w) for w in np.rint(model.coef_.T / step).ravel()]),
    }
    return ModelFile(KIND, digest(), arrays, {"acts": [str(c) for c in model.classes_], "features": names})


if __name__ == "__main__":
    sys.exit(write(train))
