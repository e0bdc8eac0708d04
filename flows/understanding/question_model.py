"""Which question a text asks: features of a text, and the weights trained from the items' wordings. Called by question_finder.py.

The weights are a linear model (benchmarks/questions/train.py, decision 0011), which generalises over spelling; wordings that
staff edited since are compared word by word (question_neighbours.py). Invariant: pure Python at run time.
"""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from flows.understanding import model_file

KIND = "questions"  # of its file
GRAMS = (3, 4)
TEXT_READ = 400  # characters of a text that are looked at
_POLITE = frozenset(
    "a ad admin em e anh chi da thua oi nha nhe nhen vay voi toi ban shop ah ne ni luon ta the thi la ma u".split()
)
Decision = Literal["answer", "suggest", "none"]


def features(words: Sequence[str], *, grams: bool = True) -> dict[str, float]:
    """What is counted of a text, by normalised words: words, pairs of words, and pieces of words, each with its weight."""
    core = [w for w in words if w not in _POLITE]
    out = {f"w:{word}": 1.0 for word in words} | {f"b:{one}_{two}": 1.0 for one, two in pairwise(core)}
    out |= {f"s:{one}_{two}": 0.5 for one, two in zip(core, core[2:], strict=False)}
    if len(words) <= 2:
        out["short"] = 0.5
    framed = [f"<{word}>" for word in core if word[0] != "#"] if grams else []
    return out | {
        f"c:{word[i : i + n]}": 0.5 for word in framed for n in GRAMS for i in range(len(word) - n + 1)
    }


@dataclass(frozen=True, slots=True)
class Wordings:
    """The items' wordings made ready to be compared: for each word, pair and skipped pair the wordings that have it.

    `items`: (id, mark of its wordings, how many) in the order in which the wordings are numbered.
    """

    items: tuple[tuple[str, str, int], ...]
    places: Mapping[str, int]  # feature -> its row
    starts: Sequence[int]
    at: Sequence[int]  # numbers of wordings
    lengths: Sequence[float]  # of the vector of each wording


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained part: for each feature its rarity and its weight for some of the classes (item ids)."""

    digest: str  # of what it was trained from
    classes: tuple[str, ...]
    bias: tuple[float, ...]
    scale: float
    places: Mapping[str, int] = field(repr=False)  # feature -> its row
    rarities: Sequence[int] = field(repr=False)  # thousandths
    starts: Sequence[int] = field(repr=False)  # where each row begins in the two below; one more than rows
    numbers: Sequence[int] = field(repr=False)  # of classes
    weights: Sequence[int] = field(repr=False)  # -127..127, times `scale`
    wordings: Wordings = field(repr=False)
    lanes: dict[int, int] = field(
        default_factory=dict, repr=False, compare=False
    )  # rows in use, see `side_by_side`

    def rarity(self, name: str) -> float | None:
        """How rare a feature is, None for one that was not seen."""
        at = self.places.get(name)
        return None if at is None else self.rarities[at] / 1000

    def rarest(self) -> float:
        """The rarity of the rarest feature, 1 when there is none."""
        return max(self.rarities, default=1000) / 1000

    def scores(self, found: Mapping[str, float]) -> list[float]:
        """The score of each class, in order; not yet probabilities."""
        places, rarities, lanes = self.places, self.rarities, self.lanes
        sums, square = summed(
            [
                (found[name] * (rarities[at] / 1000), lanes.get(at) or self._lanes_of(at))
                for name in found
                if (at := places.get(name)) is not None
            ]
        )
        norm = self.scale / math.sqrt(square) if square else 0.0
        return [s * norm + b for s, b in zip(sums(len(self.classes)), self.bias, strict=True)]

    def _lanes_of(self, at: int) -> int:
        """The weights of a row side by side, kept from its first use on."""
        row = [0] * len(self.classes)
        for place in range(self.starts[at], self.starts[at + 1]):
            row[self.numbers[place]] = self.weights[place]
        [self.lanes[at]] = side_by_side(row, len(row))
        return self.lanes[at]


def unpacked(data: bytes) -> Weights:
    """The weights in a file's bytes. Raises ValueError for bytes that hold none."""
    file = model_file.unpacked(data, KIND)
    arrays, words = file.arrays, file.words
    ready = Wordings(
        tuple(zip(words["items"], words["item_marks"], arrays["item_wordings"], strict=True)),
        _rows(words["wording_features"]),
        arrays["wording_starts"],
        arrays["wordings"],
        arrays["wording_lengths"],
    )
    names = ("rarities", "starts", "weight_classes", "weights")
    rarities, starts, numbers, weights = (arrays[name] for name in names)
    classes, bias, [scale], rows = words["classes"], arrays["bias"], arrays["scale"], _rows(words["features"])
    return Weights(
        file.digest, tuple(classes), tuple(bias), scale, rows, rarities, starts, numbers, weights, ready
    )


def _rows(names: Sequence[str]) -> dict[str, int]:
    return {name: row for row, name in enumerate(names)}


_LANE = 4  # bytes of one class
_OFFSET = 128  # added to each weight, so that none is below nothing
_STEPS = 1000  # of one


def side_by_side(weights: Sequence[int], many: int) -> list[int]:
    """Each row of `many` weights, -127..127, as one whole number with 32 bits for each.

    One multiplication and one addition of Python then serve all classes: three to ten times as fast as one by one.
    """
    lanes = bytearray(_LANE * len(weights))
    lanes[::_LANE] = bytes(weight + _OFFSET for weight in weights)
    size = _LANE * many
    return [int.from_bytes(lanes[at : at + size], "little") for at in range(0, len(lanes), size)]


def summed(rows: Iterable[tuple[float, int]]) -> tuple[Callable[[int], list[float]], float]:
    """The sums of rows that `side_by_side` made, each times its value, for so many classes; and the sum of the squared values."""
    total = values = 0
    square = 0.0
    for value, row in rows:
        square += value * value
        steps = round(value * _STEPS)
        values += steps
        total += steps * row

    def sums(many: int) -> list[float]:
        lanes = array("I", total.to_bytes(_LANE * many, "little"))
        if sys.byteorder == "big":
            lanes.byteswap()
        lift = _OFFSET * values
        return [(lane - lift) / _STEPS for lane in lanes]

    return sums, square


def softmax(scores: Iterable[float]) -> list[float]:
    """Scores as probabilities that add up to one."""
    values = list(scores)
    top = max(values)
    grown = [math.exp(v - top) for v in values]
    total = sum(grown)
    return [g / total for g in grown]
