"""Asks a Crowd in memory the development sets of names. Rule: figures with the command that made them.

    python -m benchmarks.names.index FOLDER [--set registry_dev] [--misses] [--speed]

FOLDER holds `registry_200k.tsv.gz`, `registry_dev.jsonl` and `registry_hard_dev.jsonl`. A given year restricts to the
names of people born in it, as the registry does. Speed is measured against `rapidfuzz.process.extract` over the folded
names of all people, in the same run.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.names.scoring import Answer, Case, misses, read_cases, score
from flows.names.index import NameIndex
from flows.text.fold import fold, words


@dataclass(frozen=True, slots=True)
class Registry:
    """The people of a file: every different name once (ids from 1), who is born when, and all names as they stand."""

    names: dict[str, int]
    years: dict[int, tuple[int, ...]]
    people: list[str]


def read_registry(path: Path) -> Registry:
    """The registry of a .tsv.gz file."""
    ids: dict[str, int] = {}
    years: dict[int, dict[int, None]] = {}
    people: list[str] = []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            key = " ".join(w.text for w in words(row["name"]))
            known = ids.setdefault(key, len(ids) + 1)
            years.setdefault(int(row["born"][-4:] or 0), {})[known] = None
            people.append(row["name"])
    return Registry(ids, {year: tuple(found) for year, found in years.items()}, people)


def five(index: NameIndex, registry: Registry, case: Case) -> Answer:
    """The five best different names for a case, and whether the first is certain."""
    among = registry.years.get(case.year, ()) if case.year else None
    ranking = index.rank(case.typed, among=among)
    names: dict[str, str] = {}
    for hit in ranking.hits:
        names.setdefault(fold(hit.name), hit.name)
    return Answer(tuple(names.values())[:5], ranking.sure)


def _quantiles(seconds: Sequence[float]) -> tuple[float, float]:
    return statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]


def speed(index: NameIndex, registry: Registry, cases: Sequence[Case], rounds: int = 150) -> None:
    """Print how long queries without a year take, beside the peer."""
    from rapidfuzz import process

    asked = [c for c in cases if not c.year and not c.negative]
    asked = asked[:: max(1, len(asked) // rounds)]
    folded = [fold(name) for name in registry.people]
    unique = sorted(set(folded))
    ours, peer, small = [], [], []
    for case in asked:
        plain = fold(case.typed)
        for kept, act in (
            (ours, lambda q=case.typed: index.rank(q, limit=50)),
            (peer, lambda q=plain: process.extract(q, folded, limit=5)),
            (small, lambda q=plain: process.extract(q, unique, limit=5)),
        ):
            start = time.thread_time()
            act()
            kept.append(time.thread_time() - start)
    (a, b), (c, d), (e, f) = _quantiles(ours), _quantiles(peer), _quantiles(small)
    print(f"{len(asked)} queries; ours p50 {a * 1000:.2f} ms p95 {b * 1000:.2f} ms")
    print(f"WRatio over {len(folded)}: p50 {c * 1000:.1f} p95 {d * 1000:.1f}: ratio {a / c:.4f} {b / d:.4f}")
    print(
        f"WRatio over {len(unique)} unique: p50 {e * 1000:.1f} p95 {f * 1000:.1f}: ratio {a / e:.4f} {b / f:.4f}"
    )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", action="append", dest="sets")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--speed", action="store_true")
    asked = parser.parse_args()
    registry = read_registry(asked.folder / "registry_200k.tsv.gz")
    start = time.thread_time()
    index = NameIndex.of((i, name) for name, i in registry.names.items())
    parts = index.dump()
    built = time.thread_time()
    index = NameIndex.load(parts)
    loaded = time.thread_time()
    size = sum(map(len, parts))
    print(
        f"{len(registry.names)} names: made {built - start:.2f} s, {size} bytes, loaded {loaded - built:.2f} s"
    )
    for name in asked.sets or ("registry_dev", "registry_hard_dev"):
        cases = read_cases(asked.folder / f"{name}.jsonl")
        answers = [five(index, registry, case) for case in cases]
        print(f"\n{name}")
        print("\n".join(score(cases, answers).lines()))
        if asked.misses:
            print("\n".join(misses(cases, answers)))
        if asked.speed:
            speed(index, registry, cases)


if __name__ == "__main__":
    sys.exit(main())
