"""How much speaks for a secret at a place: a sum of trained weights. Rule: pure Python; what it is given are names of what is seen, see flows/secrets/candidates.py."""

from __future__ import annotations

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

    def score(self, seen: Iterable[str]) -> float:
        """Above nothing when a secret is likelier than not, for texts of which half hold one."""
        weights = self.weights
        return self.bias + sum(weights.get(name, 0.0) for name in seen)


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
