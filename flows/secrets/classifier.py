"""How likely a candidate is a secret: a sum of trained weights. Called by flows/secrets/detector.py.

Invariant: the score does not depend on the order of the features, and features never hold the secret (candidates.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from flows.understanding.model_file import unpacked

KIND = "secrets"  # of its file


@dataclass(frozen=True, slots=True)
class Classifier:
    """The trained weights, in logits; `known`: the words of our trade."""

    bias: float
    weights: Mapping[str, float] = field(repr=False)
    known: frozenset[str] = field(repr=False)

    def score(self, features: Iterable[str]) -> float:
        """Above 0 when a secret is likelier than not, for texts of which half hold one; exact sum, so order does not matter."""
        return self.bias + math.fsum(self.weights.get(name, 0.0) for name in features)


@lru_cache(maxsize=2)
def classifier(data: bytes) -> Classifier:
    """The weights in a file's bytes, unpacked when they are first needed. Raises ValueError for other bytes."""
    file = unpacked(data, KIND)
    [bias], [scale] = file.arrays["bias"], file.arrays["scale"]
    weights = (weight * scale for weight in file.arrays["weights"])
    return Classifier(
        bias * scale,
        dict(zip(file.words["features"], weights, strict=True)),
        frozenset(file.words["known"]),
    )
