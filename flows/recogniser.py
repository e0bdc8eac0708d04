"""Which question a free text asks. Rule: pure Python at run time; it asserts only what it is calibrated to be right about.

Two readings are joined. The weights are a linear model trained beforehand from the items' own wordings (see
benchmarks/questions/train.py and decision 0011); they generalise over spelling. The neighbours are the items' wordings as
they stand now, compared word by word; an item that staff edited is known by them at once, without training.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from flows.chat_words import even

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
    """What is counted of a text, by `even` words: words, pairs of words, and pieces of words, each with its weight."""
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
    rarity: Mapping[str, float] = field(repr=False)
    rows: Mapping[str, tuple[bytes, bytes]] = field(repr=False)  # class numbers, weights + 128

    def scores(self, found: Mapping[str, float]) -> list[float]:
        """The score of each class, in order; not yet probabilities."""
        sums = [0.0] * len(self.classes)
        square = 0.0
        for name, count in found.items():
            rare = self.rarity.get(name)
            if rare is None:
                continue
            value = count * rare
            square += value * value
            numbers, weights = self.rows[name]
            for number, weight in zip(numbers, weights, strict=True):
                sums[number] += value * (weight - 128)
        norm = self.scale / math.sqrt(square) if square else 0.0
        return [s * norm + b for s, b in zip(sums, self.bias, strict=True)]


_HEAD = struct.Struct("<4sI")
_MAGIC = b"TVQ1"


def packed(
    digest: str,
    classes: Sequence[str],
    bias: Sequence[float],
    scale: float,
    rarity: Mapping[str, float],
    rows: Mapping[str, Sequence[tuple[int, int]]],
) -> bytes:
    """The weights as a file: `rows` gives (class number, weight -127..127) of each feature."""
    names = sorted(rows)
    head = {
        "features": FEATURES_VERSION,
        "digest": digest,
        "classes": list(classes),
        "bias": [round(b, 4) for b in bias],
        "scale": scale,
    }
    body = zlib.compress(
        b"\0".join(
            (
                json.dumps(head).encode(),
                "\n".join(names).encode(),
            )
        )
        + b"\0"
        + b"".join(struct.pack("<HB", min(65535, round(rarity[n] * 1000)), len(rows[n])) for n in names)
        + b"".join(bytes(c for c, _ in rows[n]) for n in names)
        + b"".join(bytes(w + 128 for _, w in rows[n]) for n in names),
        9,
    )
    return _HEAD.pack(_MAGIC, len(body)) + body


def unpacked(data: bytes) -> Weights:
    """The weights that `packed` wrote. Raises ValueError for any other bytes."""
    if len(data) < _HEAD.size or _HEAD.unpack_from(data)[0] != _MAGIC:
        raise ValueError("no weights of the recogniser")
    try:
        body = zlib.decompress(data[_HEAD.size :])
        head_bytes, names_bytes, rest = body.split(b"\0", 2)
        head = json.loads(head_bytes)
        if head["features"] != FEATURES_VERSION:
            raise ValueError(
                f"weights for features {head['features']}, not {FEATURES_VERSION}: run 'make model'"
            )
        names = names_bytes.decode().split("\n")
        sizes = list(struct.iter_unpack("<HB", rest[: 3 * len(names)]))
        total = sum(size for _, size in sizes)
        numbers = rest[3 * len(names) : 3 * len(names) + total]
        weights = rest[3 * len(names) + total :]
        if len(weights) != total:
            raise ValueError("the weights of the recogniser are cut short")
    except (zlib.error, KeyError, TypeError, UnicodeDecodeError, struct.error) as bad:
        raise ValueError(f"the weights of the recogniser cannot be read ({type(bad).__name__})") from bad
    rarity: dict[str, float] = {}
    rows: dict[str, tuple[bytes, bytes]] = {}
    at = 0
    for name, (rare, size) in zip(names, sizes, strict=True):
        rarity[name] = rare / 1000
        rows[name] = (numbers[at : at + size], weights[at : at + size])
        at += size
    return Weights(
        head["digest"], tuple(head["classes"]), tuple(head["bias"]), float(head["scale"]), rarity, rows
    )


def softmax(scores: Iterable[float]) -> list[float]:
    """Scores as probabilities that add up to one."""
    values = list(scores)
    top = max(values)
    grown = [math.exp(v - top) for v in values]
    total = sum(grown)
    return [g / total for g in grown]


__all__ = ["Decision", "Weights", "even", "features", "packed", "softmax", "unpacked"]
