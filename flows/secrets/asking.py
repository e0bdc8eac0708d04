"""Whether words of staff ask a citizen for a secret: a sum of trained weights. Called before an answer, a notice or an edited item is kept.

A secret: a password, a one-time code, a PIN, a bank card's numbers, the way into an account or a device, and a message or
picture that shows one. Invariant: nothing is kept of the text, and the score does not depend on the order of the features.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from flows.secrets.staff_tokens import features_of, sentences_of, windows_of
from flows.understanding.model_file import unpacked

KIND = "asking"  # of its file
ENOUGH = 0.8  # logits from which a window asks: about 3 % of the harmless texts of a hand left out (benchmarks.officers --leave-one-out)
SENTENCES_BEFORE = 2  # of the message before, that are read with this one


def asks_for_secret(text: str, weights: bytes, *, before: str = "") -> bool:
    """Whether `text` asks for a secret; `before`: what the same officer wrote last, whose end may say what is asked for.

    `weights`: Content.asking_weights.
    """
    return asking_score(text, weights, before=before) >= ENOUGH


def asking_score(text: str, weights: bytes, *, before: str = "") -> float:
    """The score of the part of a text that asks most, in logits; minus infinity for a text without words."""
    bias, known = _model(weights)
    said = sentences_of(before)[-SENTENCES_BEFORE:] if before else []
    windows = windows_of([*said, *sentences_of(text)], len(said))
    return max(
        (bias + math.fsum(known.get(name, 0.0) for name in features_of(tokens)) for _, _, tokens in windows),
        default=-math.inf,
    )


@lru_cache(maxsize=2)
def _model(data: bytes) -> tuple[float, Mapping[str, float]]:
    """The weights in a file's bytes, unpacked when they are first needed. Raises ValueError for other bytes."""
    file = unpacked(data, KIND)
    [bias], [scale] = file.arrays["bias"], file.arrays["scale"]
    weights = (weight * scale for weight in file.arrays["weights"])
    return bias * scale, dict(zip(file.words["features"], weights, strict=True))
