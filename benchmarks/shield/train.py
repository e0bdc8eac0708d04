"""Trains the weights of the shield from its families of sentences: `make model`. Rule: blind sets are never read here."""

from __future__ import annotations

import base64
import json
import random
import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.shield.texts import FOLDER, families, made_from
from data.knowledge.question_files import QUESTIONS_DIR, read_questions_only
from flows.secrets import candidates as places
from flows.secrets import tokens as shield_tokens
from flows.secrets.tokens import tokens_of
from flows.text.fold import fold
from flows.text.normalise import clean
from flows.text.syllable import is_syllable
from tests import (
    secret_texts,
    secret_texts_blind,
    secret_texts_blind_2,
    secret_texts_blind_3,
    secret_texts_blind_4,
)
from tests.secret_texts import Made, made, written

SEED = 13
EACH = 40  # texts of one family
C = 1.0  # inverse strength of regularisation
RAREST = 2  # a feature must be seen in so many families
PRUNED = 0.05  # weights nearer to nothing are left out
LONGEST_ANSWER = 5  # tokens of a harmless text that is shown as what follows a promise
STEP = 0.04  # a weight is kept as so many of these, -127..127
OLD_SETS = (
    secret_texts,
    secret_texts_blind,
    secret_texts_blind_2,
    secret_texts_blind_3,
    secret_texts_blind_4,
)
TARGET = Path(places.__file__).with_name("weights.py")
Row = tuple[list[str], int, str]  # what is seen, secret or not, the family


def digest() -> str:
    """Of everything the weights are trained from, but for the questions' wordings, which change often."""
    read = [
        FOLDER / "secrets.txt",
        FOLDER / "harmless.txt",
        FOLDER / "texts.py",
        Path(places.__file__),
        Path(shield_tokens.__file__),
    ]
    return sha256(b"\0".join(path.read_bytes() for path in read)).hexdigest()[:16]


def texts(*, without: int = -1, folds: int = 5) -> tuple[list[Made], list[Made]]:
    """Texts with a secret and harmless ones; families whose number leaves `without` over `folds` are held back."""
    chance = random.Random(SEED)
    secrets = [m for f in _kept(families("secrets.txt"), without, folds) for m in made_from(f, EACH, chance)]
    harmless = [
        m for f in _kept(families("harmless.txt"), without, folds) for m in made_from(f, EACH, chance)
    ]
    for old in OLD_SETS:
        secrets += made(_kept(old.SECRETS, without, folds), EACH // 2, SEED)
        harmless += made(_kept(old.HARMLESS, without, folds), EACH // 2, SEED)
    for wording in _questions():
        harmless += (
            Made("", said, "", f"asked: {wording}")
            for said in {wording, fold(wording), written(wording, chance)}
        )
    return secrets, harmless


def _kept(lines: tuple[str, ...], without: int, folds: int) -> tuple[str, ...]:
    return tuple(line for n, line in enumerate(lines) if n % folds != without)


def _questions() -> Iterator[str]:
    for question in read_questions_only(QUESTIONS_DIR):
        yield from (*question.wordings, *question.titles)
    for path in sorted((FOLDER.parent / "questions").glob("unseen_*.jsonl")):
        yield from (str(json.loads(line)["text"]) for line in path.read_text(encoding="utf-8").splitlines())


def known_words(harmless: Iterable[Made]) -> frozenset[str]:
    """The words of our trade: those of several families without a secret; one that is no syllable must be in more."""
    seen: dict[str, set[str]] = defaultdict(set)
    for one in harmless:
        for token in tokens_of(_folded(one.text)):
            if token.name.isalpha():
                seen[token.name].add(one.template)
    return frozenset(w for w, where in seen.items() if len(where) >= (2 if is_syllable(w) else 4))


def _folded(text: str) -> str:
    return " ".join(fold(clean(text)).split())


def _rows(one: Made, known: frozenset[str]) -> Iterator[Row]:
    tokens = tokens_of(_folded(one.text), known)
    if one.before:
        before = tokens_of(_folded(one.before), known)
        if places.speaks_of_secret(before):
            yield places.features_of_announcement(before, known), int(bool(one.secret)), one.template
        if places.speaks_of_secret(before) == "matkhau":
            yield places.features_of_answer(tokens, known), int(bool(one.secret)), one.template
    elif not one.secret and not places.speaks_of_secret(tokens) and len(tokens) <= LONGEST_ANSWER:
        yield places.features_of_answer(tokens, known), 0, one.template
    elif not one.secret and places.speaks_of_secret(tokens):
        yield places.features_of_announcement(tokens, known), 0, one.template
    found = list(places.candidates_of(tokens))
    if not one.secret:
        yield from ((places.features_of(tokens, place, known), 0, one.template) for place in found)
        return
    told = tokens_of(_folded(one.secret), known)
    names = [t.name for t in told]
    right = []
    for place in found:
        if place.kind == places.TAIL_OF:
            tail = [t.name for t in tokens[place.at + 1 : place.at + 1 + places.TAIL + 4]]
            if any(tail[n : n + len(names)] == names for n in range(len(tail))):
                right.append(place)
        elif tokens[place.at] in told:
            right.append(place)
    if not right and len(found) == 1 and found[0].kind != places.TAIL_OF:
        right = found
    yield from ((places.features_of(tokens, place, known), 1, one.template) for place in right)


def trained(secrets: list[Made], harmless: list[Made]) -> tuple[dict[str, int], int, frozenset[str]]:
    """Weights and bias, as so many STEPs, and the known words. Needs scikit-learn (requirements-bench.lock)."""
    import numpy as np
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    known = known_words(harmless)
    rows = [row for one in (*secrets, *harmless) for row in _rows(one, known)]
    where: dict[str, set[str]] = defaultdict(set)
    sizes = Counter(family for _, _, family in rows)
    for names, _, family in rows:
        for name in names:
            where[name].add(family)
    kept = {name for name, seen in where.items() if len(seen) >= RAREST}
    reader = DictVectorizer(dtype=np.float32)
    table = reader.fit_transform(
        [dict.fromkeys((n for n in names if n in kept), 1.0) for names, _, _ in rows]
    )
    table.indices, table.indptr = table.indices.astype("int32"), table.indptr.astype("int32")
    truth = np.array([secret for _, secret, _ in rows])
    share = np.array([1 / sizes[family] ** 0.5 for _, _, family in rows])
    totals = [share[truth == k].sum() for k in (0, 1)]
    share = np.where(truth == 1, share / totals[1], share / totals[0]) * len(rows) / 2
    model: Any = LogisticRegression(C=C, max_iter=300, solver="liblinear").fit(
        table, truth, sample_weight=share
    )
    weights = {
        str(name): max(-127, min(127, round(float(w) / STEP)))
        for name, w in zip(reader.get_feature_names_out(), model.coef_[0], strict=True)
        if abs(w) >= PRUNED
    }
    return weights, round(float(model.intercept_[0]) / STEP), known


def source(weights: dict[str, int], bias: int, known: frozenset[str]) -> str:
    """The module flows/secrets/weights.py."""
    names = sorted(weights)
    body = json.dumps(
        {
            "bias": bias,
            "known": " ".join(sorted(known)),
            "names": "\n".join(names),
            "weights": [weights[n] for n in names],
        },
        separators=(",", ":"),
    )
    packed = base64.b85encode(zlib.compress(body.encode(), 9)).decode()
    lines = "\n".join(f'    "{packed[n : n + 100]}"' for n in range(0, len(packed), 100))
    return (
        '"""The weights of the shield, made by `make model`. Rule: never edited by hand; see benchmarks/shield/train.py and decision 0013."""\n\n'
        f'DIGEST = "{digest()}"\nSTEP = {STEP}\nPACKED = (\n{lines}\n)\n'
    )


def _main() -> int:
    began = time.perf_counter()
    try:
        weights, bias, known = trained(*texts())
    except ModuleNotFoundError as missing:
        print(f"train: {missing.name} is missing: pip install -r requirements-bench.lock", file=sys.stderr)
        return 1
    made_source = source(weights, bias, known)
    TARGET.write_text(made_source, encoding="utf-8")
    print(
        f"{len(weights)} weights, {len(known)} words, {len(made_source)} bytes, {time.perf_counter() - began:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(_main())
