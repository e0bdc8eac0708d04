"""What the training of both models shares: `make model`. Rule: the same input makes the same file, byte for byte."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from data.knowledge.content import weights_file
from flows.understanding.model_file import ModelFile, packed

Features = Mapping[str, float]


def digest_of(rows: Iterable[tuple[Features, Hashable]], texts: Iterable[Hashable] = ()) -> str:
    """Of rows a model is trained from, as its features see them; where these are some only, of all `texts` with their labels.

    Another one when a feature, a text or a label changes; the same when code is moved, renamed or formatted.
    """
    digest = sha256()
    for features, label in rows:
        digest.update(repr((sorted(features.items()), label)).encode())
    for text in texts:
        digest.update(repr(text).encode())
    return digest.hexdigest()[:16]


def table_of(rows: Sequence[tuple[Features, Hashable]], rarest: int) -> tuple[list[str], Any]:
    """The names of the features that at least `rarest` groups have, and the rows as a sparse table of them.

    Each row: its features, and the group it belongs to. Needs scikit-learn (requirements-bench.lock).
    """
    import numpy as np
    from sklearn.feature_extraction import DictVectorizer

    groups: dict[str, set[Hashable]] = defaultdict(set)
    for features, group in rows:
        for name in features:
            groups[name].add(group)
    reader = DictVectorizer(dtype=np.float32)
    table = reader.fit_transform(
        [{name: v for name, v in features.items() if len(groups[name]) >= rarest} for features, _ in rows]
    )
    table.indices, table.indptr = table.indices.astype("int32"), table.indptr.astype("int32")
    return [str(name) for name in reader.get_feature_names_out()], table


def write(train: Callable[[], ModelFile]) -> int:
    """Train a model and write its file; the exit status of the command."""
    began = time.perf_counter()
    try:
        model = train()
    except ModuleNotFoundError as missing:
        print(f"train: {missing.name} is missing: pip install -r requirements-bench.lock", file=sys.stderr)
        return 1
    path, data = weights_file(model.kind), packed(model)
    path.write_bytes(data)
    print(f"{path.name}: {len(data)} bytes, {time.perf_counter() - began:.0f} s")
    return 0
