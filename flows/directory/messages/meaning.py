"""What a message wants of the directory, and whose organisation it tells of, each with its probability. Called by the search.

A linear model (benchmarks/directory/train.py, decision 0032) of words, pairs, pieces of words and the directory's own aliases.
Invariant: pure Python; names, numbers and departments are seen as such only, so that nobody's name is learnt.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from flows.directory.messages.evidence import Evidence
from flows.text.chat_spelling import MARKED, WORDS
from flows.understanding import model_file
from flows.understanding.question_model import side_by_side, summed

KIND = "contacts"  # of its file
_GRAMS = (3, 4)
_NEAR = 5  # words around one that asks
_ASKS = frozenset("ai nao so phutrach daumoi lienhe gap goi sodienthoai chi hoi kiem".split())
_LENGTHS = (1, 2, 3, 5, 8, 13, 21, 34, 55)
_POWER = 0.25  # of the length by which counts are divided


def meaning_features(said: Evidence) -> dict[str, float]:
    """What is counted of a message, each with its weight."""
    seen = _seen(said)
    out: dict[str, float] = {f"w:{w}": 1.0 for w in seen}
    out |= {f"b:{a}_{b}": 1.0 for a, b in pairwise(seen)}
    out |= {f"s:{a}_{b}": 0.5 for a, b in zip(seen, seen[2:], strict=False)}
    for word in seen:
        if len(word) > 3 and word[0] not in "@#":
            framed = f"<{word}>"
            for size in _GRAMS:
                for at in range(len(framed) - size + 1):
                    out[f"c:{framed[at : at + size]}"] = 0.3
    asks = [i for i, word in enumerate(seen) if word in _ASKS]
    near = {j for i in asks for j in range(max(0, i - _NEAR), min(len(seen), i + _NEAR + 1))}
    out |= {f"n:{seen[j]}": 0.7 for j in near}
    out |= {f"nb:{seen[j]}_{seen[j + 1]}": 0.7 for j in near if j + 1 in near}
    if seen:
        out |= {f"first:{seen[0]}": 0.7, f"last:{seen[-1]}": 0.7}
        out[f"length:{max(n for n in _LENGTHS if n <= len(seen))}"] = 0.7
    for one in said.told:
        if not one.denied:
            ids = "+".join(sorted({t.id or t.kind for t in one.targets if t.kind != "department"}))
            if ids:
                out[f"a:{ids}"] = 2.0
    scale = max(1, len(seen)) ** -_POWER
    return {name: value * scale for name, value in out.items()}


def _seen(said: Evidence) -> list[str]:
    """The words as the model sees them: names and the like as what they are, what is denied left out."""
    masks: dict[int, tuple[int, str]] = {}
    for name in said.names:
        masks[name.start] = (name.end, "@name")
    for one in said.told:
        if all(t.kind == "department" for t in one.targets):
            masks.setdefault(one.start, (one.end, "@dept"))
        elif one.denied:
            masks[one.start] = (one.end, "@not")
    for start, end in said.denials:
        masks[start] = (end, "@not")
    out: list[str] = []
    spot = 0
    while spot < len(said.typed):
        if spot in masks:
            end, mask = masks[spot]
            out.append(mask)
            spot = max(end, spot + 1)
            continue
        word = said.typed[spot]
        if word.plain[0].isdigit():
            out.append(
                "@phone"
                if len(word.plain) >= 9
                else f"#{len(word.plain)}"
                if len(word.plain) > 2
                else word.plain
            )
        else:
            out += (MARKED.get(word.text) or WORDS.get(word.plain, word.plain)).split()
        spot += 1
    return out


class MessageMeaning(NamedTuple):
    """Probabilities, each of its own: of what is wanted (contact, helpers, appendix), and of whose organisation is told."""

    wants: Mapping[str, float]
    kinds: Mapping[str, float]


def meaning_of(said: Evidence, weights: bytes) -> MessageMeaning:
    """What a message means. `weights`: Directory.weights."""
    return _model(weights).meaning(meaning_features(said))


class MeaningModel(NamedTuple):
    """The trained part. `rows`: for each feature its weights for all classes side by side; classes are "want:…" and "kind:…"."""

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    scale: float
    rows: Mapping[str, int]

    def meaning(self, found: Mapping[str, float]) -> MessageMeaning:
        """The probabilities for a message with these features."""
        chances = dict(zip(self.classes, map(_logistic, self.scores(found)), strict=True))
        return MessageMeaning(_of("want:", chances), _of("kind:", chances))

    def scores(self, found: Mapping[str, float]) -> list[float]:
        """The score of each class, in order."""
        rows = ((value, row) for name, value in found.items() if (row := self.rows.get(name)) is not None)
        sums, _ = summed(rows)
        return [s * self.scale + b for s, b in zip(sums(len(self.classes)), self.bias, strict=True)]


def _of(prefix: str, chances: Mapping[str, float]) -> dict[str, float]:
    return {name.removeprefix(prefix): p for name, p in chances.items() if name.startswith(prefix)}


def _logistic(score: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))


@lru_cache(maxsize=2)
def _model(data: bytes) -> MeaningModel:
    """The weights in a file's bytes, unpacked when they are first needed. Raises ValueError for other bytes."""
    return unpacked(model_file.unpacked(data, KIND))


def unpacked(file: model_file.ModelFile) -> MeaningModel:
    """The model that a file holds."""
    classes = tuple(file.words["classes"])
    lanes = side_by_side(file.arrays["weights"], len(classes))
    rows = dict(zip(file.words["features"], lanes, strict=True))
    return MeaningModel(classes, tuple(file.arrays["bias"]), file.arrays["scale"][0], rows)
