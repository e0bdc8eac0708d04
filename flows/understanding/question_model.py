"""Which question a free text asks. Rule: pure Python at run time; it asserts only what it is calibrated to be right about.

Two readings are joined. The weights are a linear model trained beforehand from the items' own wordings (see
benchmarks/questions/train.py and decision 0011); they generalise over spelling. The neighbours are the items' wordings as
they stand now, compared word by word; an item that staff edited is known by them at once, without training.
"""

from __future__ import annotations

import json
import math
import struct
import sys
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

FEATURES_VERSION = 1
GRAMS = (3, 4)
TEXT_READ = 400  # characters of a text that are looked at
_POLITE = frozenset(
    [
        "a",
        "ad",
        "admin",
        "em",
        "e",
        "anh",
        "chi",
        "da",
        "thua",
        "oi",
        "nha",
        "nhe",
        "nhen",
        "vay",
        "voi",
        "toi",
        "ban",
        "shop",
        "ah",
        "ne",
        "ni",
        "luon",
        "ta",
        "the",
        "thi",
        "la",
        "ma",
        "u",
    ]
)

Decision = Literal["answer", "suggest", "none"]


def features(words: Sequence[str], *, grams: bool = True) -> dict[str, float]:
    """What is counted of a text, by normalised words: words, pairs of words, and pieces of words, each with its weight."""
    out: dict[str, float] = {}
    for word in words:
        out["w:" + word] = 1.0
    core = [w for w in words if w not in _POLITE]
    for one, two in pairwise(core):
        out[f"b:{one}_{two}"] = 1.0
    for one, two in zip(core, core[2:], strict=False):
        out[f"s:{one}_{two}"] = 0.5
    if len(words) <= 2:
        out["short"] = 0.5
    if grams:
        for word in core:
            if word[0] == "#":
                continue
            framed = f"<{word}>"
            for n in GRAMS:
                for i in range(len(framed) - n + 1):
                    out["c:" + framed[i : i + n]] = 0.5
    return out


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained part: for each feature its rarity and its weight for some of the classes (item ids)."""

    digest: str  # of the items it was trained from
    classes: tuple[str, ...]
    bias: tuple[float, ...]
    scale: float
    places: Mapping[str, int] = field(repr=False)  # feature -> its row
    rarities: Sequence[int] = field(repr=False)  # thousandths
    starts: Sequence[int] = field(repr=False)  # where each row begins in the two below; one more than rows
    numbers: bytes = field(repr=False)  # of classes
    weights: bytes = field(repr=False)  # plus 128
    wordings: Wordings | None = field(default=None, repr=False)

    def rarity(self, name: str) -> float | None:
        """How rare a feature is, None for one that was not seen."""
        place = self.places.get(name)
        return None if place is None else self.rarities[place] / 1000

    def rarest(self) -> float:
        """The rarity of the rarest feature, 1 when there is none."""
        return max(self.rarities, default=1000) / 1000

    def scores(self, found: Mapping[str, float]) -> list[float]:
        """The score of each class, in order; not yet probabilities."""
        sums = [0.0] * len(self.classes)
        square = 0.0
        for name, count in found.items():
            place = self.places.get(name)
            if place is None:
                continue
            value = count * (self.rarities[place] / 1000)
            square += value * value
            row = slice(self.starts[place], self.starts[place + 1])
            for number, weight in zip(self.numbers[row], self.weights[row], strict=True):
                sums[number] += value * (weight - 128)
        norm = self.scale / math.sqrt(square) if square else 0.0
        return [s * norm + b for s, b in zip(sums, self.bias, strict=True)]


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


_HEAD = struct.Struct("<4sI")
_MAGIC = b"TVQ2"


def _bytes_of(kind: str, values: Iterable[float]) -> bytes:
    """Numbers as bytes, little-endian whatever the machine."""
    packed_in = array(kind, values)
    if sys.byteorder == "big":
        packed_in.byteswap()
    return packed_in.tobytes()


def _numbers_in(kind: str, data: bytes) -> array[Any]:
    found = array(kind)
    found.frombytes(data)
    if sys.byteorder == "big":
        found.byteswap()
    return found


def packed(weights: Weights) -> bytes:
    """The weights as a file; the same weights give the same bytes."""
    ready = weights.wordings or Wordings((), {}, (0,), (), ())
    head = {
        "features": FEATURES_VERSION,
        "digest": weights.digest,
        "classes": list(weights.classes),
        "bias": [round(b, 4) for b in weights.bias],
        "scale": weights.scale,
        "items": ready.items,
    }
    parts = (
        json.dumps(head).encode(),
        "\n".join(weights.places).encode(),
        _bytes_of("H", weights.rarities),
        _bytes_of("I", weights.starts),
        weights.numbers,
        weights.weights,
        "\n".join(ready.places).encode(),
        _bytes_of("I", ready.starts),
        _bytes_of("H", ready.at),
        _bytes_of("d", ready.lengths),
    )
    sizes = struct.pack(f"<{_PARTS}I", *map(len, parts))
    body = zlib.compress(sizes + b"".join(parts), 9)
    return _HEAD.pack(_MAGIC, len(body)) + body


_PARTS = 10


def unpacked(data: bytes) -> Weights:
    """The weights that `packed` wrote. Raises ValueError for any other bytes."""
    if len(data) < _HEAD.size or _HEAD.unpack_from(data)[0] != _MAGIC:
        raise ValueError("no weights of the recogniser, or those of another version: run 'make model'")
    try:
        body = zlib.decompress(data[_HEAD.size :])
        parts: list[bytes] = []
        begin = 4 * _PARTS
        for size in struct.unpack_from(f"<{_PARTS}I", body):
            parts.append(body[begin : begin + size])
            begin += size
        head = json.loads(parts[0])
        if head["features"] != FEATURES_VERSION:
            raise ValueError(
                f"weights for features {head['features']}, not {FEATURES_VERSION}: run 'make model'"
            )
        ready = Wordings(
            tuple((str(i), str(mark), int(n)) for i, mark, n in head["items"]),
            _rows(parts[6]),
            _numbers_in("I", parts[7]),
            _numbers_in("H", parts[8]),
            _numbers_in("d", parts[9]),
        )
        weights = Weights(
            head["digest"],
            tuple(head["classes"]),
            tuple(head["bias"]),
            float(head["scale"]),
            _rows(parts[1]),
            _numbers_in("H", parts[2]),
            _numbers_in("I", parts[3]),
            parts[4],
            parts[5],
            ready,
        )
    except (zlib.error, KeyError, TypeError, UnicodeDecodeError, struct.error) as bad:
        raise ValueError(f"the weights of the recogniser cannot be read ({type(bad).__name__})") from bad
    whole = weights.starts[-1] == len(weights.numbers) == len(weights.weights)
    ready_whole = ready.starts[-1] == len(ready.at) and len(ready.lengths) == sum(n for *_, n in ready.items)
    if begin != len(body) or not whole or not ready_whole:
        raise ValueError("the weights of the recogniser are cut short")
    return weights


def _rows(names: bytes) -> dict[str, int]:
    found = names.decode().split("\n") if names else []
    return dict(zip(found, range(len(found)), strict=True))


def softmax(scores: Iterable[float]) -> list[float]:
    """Scores as probabilities that add up to one."""
    values = list(scores)
    top = max(values)
    grown = [math.exp(v - top) for v in values]
    total = sum(grown)
    return [g / total for g in grown]


__all__ = ["Decision", "Weights", "Wordings", "features", "packed", "softmax", "unpacked"]
