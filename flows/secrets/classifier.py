"""How much speaks for a secret at a place: a sum of trained weights. Rule: pure Python; what it is given are names of what is seen, see flows/secrets/candidates.py."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from flows.secrets import weights as shield_weights


@dataclass(frozen=True, slots=True)
class Classifier:
    """The trained weights, in logits; `known`: the words of our trade."""

    bias: float
    weights: Mapping[str, float] = field(repr=False)
    known: frozenset[str] = field(repr=False)

    def score(self, seen: Iterable[str]) -> float:
        """Above nothing when a secret is likelier than not, for texts of which half hold one."""
        weights = self.weights
        return self.bias + sum(weights.get(name, 0.0) for name in seen)


@lru_cache(maxsize=1)
def classifier() -> Classifier:
    """The weights, unpacked when they are first needed."""
    read = json.loads(zlib.decompress(base64.b85decode(shield_weights.PACKED)))
    step = shield_weights.STEP
    weights = dict(zip(read["names"].split("\n"), (w * step for w in read["weights"]), strict=True))
    return Classifier(read["bias"] * step, weights, frozenset(read["known"].split()))
