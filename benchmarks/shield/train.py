"""Trains the weights of the shield from its families of sentences: `make model`. Rule: blind sets are never read here."""

from __future__ import annotations

import json
import random
import re
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from benchmarks.models import digest_of, table_of, write
from benchmarks.shield.texts import FOLDER, Labelled, families, hands, made_from, talk
from data.knowledge.question_files import QUESTIONS_DIR, read_questions_only
from flows.secrets import candidates, features
from flows.secrets.classifier import KIND
from flows.secrets.labels import labels_of
from flows.secrets.spelt import PIECES, Token
from flows.secrets.tokens import tokens_of, written
from flows.text.fold import fold
from flows.text.normalise import clean
from flows.text.syllable import is_syllable
from flows.understanding.model_file import ModelFile
from flows.understanding.question_finder import GIVEN_AWAY
from tests import (
    secret_texts,
    secret_texts_blind,
    secret_texts_blind_2,
    secret_texts_blind_3,
    secret_texts_blind_4,
)
from tests.secret_texts import Made, made
from tests.secret_texts import written as spelt_by

SEED = 13
EACH = 20  # texts of one family
BY_HAND = 6.0  # what a text of a hand weighs, where a family of EACH texts weighs EACH ** 0.5
C = 0.5  # inverse strength of regularisation
RAREST = 2  # a feature must be seen in so many families
PRUNED = 0.05  # weights nearer to nothing are left out
SOME = 7  # one text in so many is in the digest as it is seen
LONGEST_ANSWER = 5  # tokens of a harmless text that is shown as what follows a promise
STEP = 0.04  # a weight is kept as so many of these, -127..127
OLD_SETS = (
    secret_texts,
    secret_texts_blind,
    secret_texts_blind_2,
    secret_texts_blind_3,
    secret_texts_blind_4,
)
_SLOT = re.compile(r"\{\w+\}|[()|]")
_HAND = "by hand: "
_ASKED = "asked: "  # begins the family of a question's wordings


class Row(NamedTuple):
    """What is seen of one place, whether a secret stands there, and the family of its text."""

    seen: dict[str, float]
    secret: bool
    family: str


def digest(known: frozenset[str]) -> str:
    """Of what the weights are trained from: two texts of each family and every text of the hands, also of their talk, and what is seen of some.

    Without the questions' wordings, which change often.
    """
    secrets, harmless = texts(each=2)
    all_made = (*secrets, *harmless, *by_hand(hands()), *by_hand(talk()))
    learnt = [one for one in all_made if not one.template.startswith(_ASKED)]
    seen = ((row.seen, row.secret) for one in learnt[::SOME] for row in _rows(one, known))
    return digest_of(seen, map(tuple, learnt))


def texts(each: int = EACH) -> tuple[list[Made], list[Made]]:
    """Texts with a secret and harmless ones, `each` of a family."""
    chance = random.Random(SEED)
    secrets = [m for f in families("secrets.txt") for m in made_from(f, each, chance)]
    harmless = [m for f in families("harmless.txt") for m in made_from(f, each, chance)]
    for old in OLD_SETS:
        secrets += made(old.SECRETS, each // 2, SEED)
        harmless += made(old.HARMLESS, each // 2, SEED)
    for wording in _questions():
        said = {wording, fold(wording), spelt_by(wording, chance)}
        harmless += (Made("", one, "", _ASKED + wording) for one in sorted(said))
    return secrets, harmless


def _questions() -> Iterator[str]:
    for question in read_questions_only(QUESTIONS_DIR):
        yield from (*question.wordings, *question.titles)
    for path in sorted((FOLDER.parent / "questions").glob("unseen_*.jsonl")):
        lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
        yield from (str(line["text"]) for line in lines if line.get("topic") != GIVEN_AWAY)


def known_words(harmless: Iterable[Made]) -> frozenset[str]:
    """The words of our trade: those of several families without a secret; one that is no syllable must be in more."""
    seen: dict[str, set[str]] = defaultdict(set)
    for one in harmless:
        for token in tokens_of(_folded(one.text)):
            if token.name.isalpha():
                seen[token.name].add(one.template)
    for family in families("harmless.txt"):
        for token in tokens_of(_folded(_SLOT.sub(" ; ", family))):
            if token.name.isalpha():
                seen[token.name].add(family)
    return frozenset(w for w, where in seen.items() if len(where) >= (2 if is_syllable(w) else 4))


def _folded(text: str) -> str:
    return written(" ".join(fold(clean(text)).split()))


def _rows(one: Made, known: frozenset[str]) -> Iterator[Row]:
    return (
        Row(dict.fromkeys(names, 1.0), secret, one.template) for names, secret in _places_seen(one, known)
    )


def _places_seen(one: Made, known: frozenset[str]) -> Iterator[tuple[list[str], bool]]:
    tokens = tokens_of(_folded(one.text), known)
    holds = bool(one.secret)
    if one.before:
        before = tokens_of(_folded(one.before), known)
        if candidates.speaks_of_secret(before):
            yield features.features_of_announcement(before, known), holds
        if candidates.speaks_of_secret(before) == "matkhau":
            yield features.features_of_answer(tokens, known), holds
    elif (
        not holds
        and not candidates.speaks_of_secret(tokens)
        and len(tokens) <= LONGEST_ANSWER
        and _is_words(tokens)
    ):
        yield features.features_of_answer(tokens, known), False
    elif not holds and candidates.speaks_of_secret(tokens):
        yield features.features_of_announcement(tokens, known), False
    found = list(candidates.candidates_of(tokens, known))
    right = found
    if holds:
        told = [tokens_of(_folded(part), known) for part in one.secret.split(" | ")]
        right = [place for place in found if any(_holds(tokens, place, part) for part in told)]
        if not right and len(found) == 1 and found[0].kind in (candidates.NUMBER, candidates.MIXED):
            right = found
    labels = labels_of(tokens)
    yield from ((features.features_of(tokens, place, known, labels), holds) for place in right)


def _is_words(tokens: Sequence[Token]) -> bool:
    """Whether a text has no number of four digits and more: one that follows the announcement of a secret is another matter."""
    return not any(token.name[0] in "#~" for token in tokens)


def _holds(tokens: Sequence[Token], place: candidates.SecretCandidate, secret: Sequence[Token]) -> bool:
    """Whether this is the place at which the secret of a text stands."""
    if place.kind in (candidates.NUMBER, candidates.MIXED, candidates.VALUE):
        return tokens[place.at] in secret or tokens[place.at].detail == PIECES
    if place.kind == candidates.JOINED:
        return tokens[place.at].name in {t.name for t in secret}
    if place.kind == candidates.SPELT:
        return True
    tail = [t.name for t in tokens[place.at + 1 : place.at + 1 + candidates.TAIL + 4]]
    names = [t.name for t in secret]
    return any(tail[n : n + len(names)] == names for n in range(len(tail)))


def by_hand(sets: Mapping[str, Sequence[Labelled]]) -> Iterator[Made]:
    """The texts of these hands, each a family of its own."""
    for name, lines in sets.items():
        for n, one in enumerate(lines):
            yield Made("", one.text, one.secret, f"{_HAND}{name} {n}")


def rows_of(texts_made: Iterable[Made], known: frozenset[str]) -> list[Row]:
    """What is seen of the places of these texts."""
    return [row for one in texts_made for row in _rows(one, known)]


def train() -> ModelFile:
    """The weights, in steps, and the known words. Needs scikit-learn (requirements-bench.lock)."""
    secrets, harmless = texts()
    known = known_words(harmless)
    return trained(rows_of((*secrets, *harmless, *by_hand(hands()), *by_hand(talk())), known), known)


def trained(rows: list[Row], known: frozenset[str]) -> ModelFile:
    """The weights that these rows give. Needs scikit-learn."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    names, table = table_of([(row.seen, row.family) for row in rows], RAREST)
    sizes = Counter(row.family for row in rows)
    truth = np.array([int(row.secret) for row in rows])
    share = np.array(
        [(BY_HAND if row.family.startswith(_HAND) else 1) / sizes[row.family] ** 0.5 for row in rows]
    )
    totals = [share[truth == k].sum() for k in (0, 1)]
    share = np.where(truth == 1, share / totals[1], share / totals[0]) * len(rows) / 2
    model: Any = LogisticRegression(C=C, max_iter=300, solver="liblinear").fit(
        table, truth, sample_weight=share
    )
    weights = {
        name: max(-127, min(127, round(float(w) / STEP)))
        for name, w in zip(names, model.coef_[0], strict=True)
        if abs(w) >= PRUNED
    }
    arrays: dict[str, array[Any]] = {
        "bias": array("h", [round(float(model.intercept_[0]) / STEP)]),
        "scale": array("d", [STEP]),
        "weights": array("b", weights.values()),
    }
    return ModelFile(KIND, digest(known), arrays, {"features": list(weights), "known": sorted(known)})


if __name__ == "__main__":
    sys.exit(write(train))
