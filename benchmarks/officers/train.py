"""Trains the weights that tell whether words of staff ask for a secret: `make model`. Rule: the development set is never read here."""

from __future__ import annotations

import random
import sys
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.models import digest_of, table_of, write
from benchmarks.officers.texts import Said, contrasts, families, made_from, read, small_talk, spelt
from data.knowledge.question_files import QUESTIONS_DIR, read_questions_only
from flows.secrets.asking import KIND
from flows.secrets.staff_tokens import classes_of, features_of, sentences_of, windows_of
from flows.text.normalise import clean
from flows.understanding.model_file import ModelFile
from tests import officer_texts

SEED = 11
EACH = 10  # texts of one family
WAYS = 4  # other spellings of each text of a hand
HAND_SHARE = 4.0  # how much more a text of a hand counts than one of a family
C = 0.1  # inverse strength of regularisation
BY_CLASS = 0.5  # what a feature of classes alone is worth beside one of words: these are fewer, and would outweigh them
RAREST = 2  # a feature must be seen in so many families
SHARE_BESIDE = 0.5  # of the texts that are also seen beside a harmless one
MOST_BESIDE = 130  # characters of each, so that both stand in one window
BY_NOT = 0.15
NOT_ANYWHERE = frozenset(("k:NOT", "w:khong", "w:dungkhong"))
PRUNED = 0.05  # weights nearer to nothing are left out
SOME = 7  # one text in so many is in the digest as it is seen
TESTS = Path(__file__).parents[2] / "tests"
TRANSCRIPTS = TESTS / "transcripts"
HANDS = tuple(TESTS / f"officer_texts_held_{number}.jsonl" for number in range(1, 9))
WEIGHT = 100_000  # of all rows together, so that C means the same whatever their number
STEP = 0.02  # a weight is kept as so many of these, -127..127


class Row(NamedTuple):
    """What is seen of one window, whether it asks, and its family."""

    seen: dict[str, float]
    asks: bool
    family: str


def digest() -> str:
    """Of what the weights are trained from: a text or two of each family and every text of the hands, and what is seen of some.

    Without the assistant's own words, which change often.
    """
    learnt = [*texts(each=1), *(said for path in HANDS for said in read(path))]
    seen = ((row.seen, row.asks) for said in learnt[::SOME] for row in rows_of(said))
    return digest_of(seen, map(tuple, learnt))


def texts(each: int = EACH) -> Iterator[Said]:
    """`each` texts of every family, and as they stand beside harmless ones."""
    asks = [said for family in families("asks.txt") for said in _made(family, each, asks=True)]
    harmless = [said for family in families("harmless.txt") for said in _made(family, each)]
    harmless += [said for family in small_talk() for said in _made(family, max(2, each // 3))]
    for old, into in ((officer_texts.ASKS, asks), (officer_texts.ASKS_NOT, harmless)):
        into += [said for text in old for said in _made(text, max(2, each // 3), asks=into is asks)]
    swapped = (said for family in contrasts() for said in _made(family, max(2, each // 3)))
    harmless += [said for said in swapped if not _names_secret(said)]
    chance = random.Random(SEED)
    yield from (*asks, *harmless)
    beside = [said.text for said in harmless if not said.before and len(said.text) < MOST_BESIDE]
    for said in (*asks, *harmless):
        if not said.before and len(said.text) < MOST_BESIDE and chance.random() < SHARE_BESIDE:
            parts = [said.text, chance.choice(beside)]
            chance.shuffle(parts)
            yield said._replace(text=chance.choice((". ", ". ", ", ", " ", "\n")).join(parts))


def _made(family: str, each: int, *, asks: bool = False) -> Iterator[Said]:
    """Texts of a family, the same whatever families stand before it."""
    return made_from(family, each, random.Random(f"{SEED} {family}"), asks=asks)


def own_words(each: int) -> Iterator[Said]:
    """What the assistant itself says: answers of items, and replies of transcripts. Harmless, and longer than an officer's words."""
    chance = random.Random(SEED)
    said = {question.answer for question in read_questions_only(QUESTIONS_DIR)}
    for path in sorted(TRANSCRIPTS.glob("*.txt")):
        said |= {line[2:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("< ")}
    for text in sorted(said):
        yield from (Said("", spelt(text, chance), False, f"own: {text}") for _ in range(each))


def of_hand(path: Path) -> Iterator[Said]:
    """The texts of one hand as they were written, and in other spellings."""
    chance = random.Random(SEED)
    for number, said in enumerate(read(path)):
        named = said._replace(family=f"{path.name} {number}")
        yield named
        yield from (named._replace(text=spelt(said.text, chance)) for _ in range(WAYS))


def _worth(feature: str) -> float:
    """How readily a feature gets weight. "not" somewhere in a text says little: beside what it stands does."""
    if feature in NOT_ANYWHERE or feature.startswith(("p:NOT>", "g:khong ", "g:dungkhong ")):
        return BY_NOT
    return BY_CLASS if feature.startswith(("k:", "p:", "n:", "t:")) else 1.0


def _names_secret(said: Said) -> bool:
    words = {name for sentence in sentences_of(clean(said.text)) for name in classes_of(sentence)}
    return bool(words & {"MA", "SECRET", "MSG", "CARD", "REMOTE", "LINK"}) and "NOT" not in words


def rows_of(said: Said) -> Iterator[Row]:
    """The windows of a text. Of one that asks only the widest is known to ask; of a harmless one none does."""
    before = sentences_of(clean(said.before))[-2:]
    sentences = [*before, *sentences_of(clean(said.text))]
    windows = list(windows_of(sentences, len(before)))
    if said.asks:
        windows = [max(windows, key=lambda window: len(window[2]))]
    for _, _, tokens in windows:
        yield Row(dict.fromkeys(features_of(tokens), 1.0), said.asks, said.family)


def rows_beside_hands() -> list[Row]:
    """What is learnt from families, contrasts and the assistant's own words."""
    return [row for said in (*texts(), *own_words(2)) for row in rows_of(said)]


def rows_of_hands(paths: Iterable[Path]) -> list[Row]:
    """What is learnt from the texts of hands."""
    return [row for path in paths for said in of_hand(path) for row in rows_of(said)]


def train() -> ModelFile:
    """The weights from everything there is. Needs scikit-learn (requirements-bench.lock)."""
    return fitted(rows_beside_hands(), rows_of_hands(HANDS))


def fitted(beside: Collection[Row], of_hands: Collection[Row]) -> ModelFile:
    """The weights learnt from these rows, in steps. Needs scikit-learn."""
    import numpy as np
    from scipy.sparse import csr_matrix, diags
    from sklearn.linear_model import LogisticRegression

    rows = [*beside, *of_hands]
    names, table = table_of([(row.seen, row.family) for row in rows], RAREST)
    scale = np.array([_worth(name) for name in names])
    table = csr_matrix(table @ diags(scale), dtype=np.float32)
    table.indices, table.indptr = table.indices.astype("int32"), table.indptr.astype("int32")
    sizes = Counter(row.family for row in rows)
    truth = np.array([int(row.asks) for row in rows])
    share = np.array([1 / sizes[row.family] ** 0.5 for row in rows])
    share[len(beside) :] *= HAND_SHARE
    totals = [share[truth == k].sum() for k in (0, 1)]
    share = np.where(truth == 1, share / totals[1], share / totals[0]) * WEIGHT / 2
    model: Any = LogisticRegression(C=C, max_iter=300, solver="liblinear", tol=1e-3, random_state=SEED).fit(
        table, truth, sample_weight=share
    )
    weights = {
        name: max(-127, min(127, round(float(w) / STEP)))
        for name, w in zip(names, model.coef_[0] * scale, strict=True)
        if abs(w) >= PRUNED
    }
    arrays: dict[str, array[Any]] = {
        "bias": array("h", [round(float(model.intercept_[0]) / STEP)]),
        "scale": array("d", [STEP]),
        "weights": array("b", weights.values()),
    }
    return ModelFile(KIND, digest(), arrays, {"features": list(weights)})


if __name__ == "__main__":
    sys.exit(write(train))
