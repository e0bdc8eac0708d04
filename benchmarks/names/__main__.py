"""Names: ours against what others would use, in one run, by kind of noise. Rule: nothing is told that this run did not measure.

    python -m benchmarks.names --sets ../shared/eval [--out docs] [--noise FOLDER] [--every N]

writes OUT/names-benchmark.md and OUT/names.png. The folder holds the registry and the development sets; `--noise` takes
sets of benchmarks.names.noise_sets and adds a section on them (ours only).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.names.index import Registry, five, read_registry
from benchmarks.names.peers import Peer, all_peers, tuned
from benchmarks.names.scoring import Answer, Case, Scores, read_cases, right, score
from flows.names.index import NameIndex
from flows.text.fold import fold

OURS, BASE = "ours", "rapidfuzz WRatio"
SETS = ("registry_dev", "registry_hard_dev")
NEEDED = ("registry_200k.tsv.gz", *(f"{s}.jsonl" for s in SETS))
BASE_SAMPLE = 80  # queries timed against every person's name, not every different one


@dataclass
class Result:
    """One way's answers to every case, in their order, and the seconds of queries without a year."""

    name: str
    answers: list[Answer] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    timed: bool = True


@dataclass
class Run:
    """Everything one run measured."""

    cases: list[Case]
    half: list[bool]  # whether a case is in the half that thresholds were not tuned on
    results: dict[str, Result]
    base: list[float]  # seconds of WRatio over every person's folded name
    people: int
    names: int
    outside: dict[str, Scores] = field(default_factory=dict)

    def scores(self, name: str, kinds: Sequence[str] | None = None, *, judged: bool = False) -> Scores:
        """Scores of one way; `judged`: only on the half that thresholds were not tuned on."""
        kept = [
            (c, a)
            for c, a, half in zip(self.cases, self.results[name].answers, self.half, strict=True)
            if (half or not judged) and (kinds is None or c.kind in kinds)
        ]
        return score([c for c, _ in kept], [a for _, a in kept])


def run(folder: Path, noise: Path | None, every: int = 1) -> Run:
    """Ask everybody everything, query by query, so that whatever else the machine does falls on all alike."""
    registry = read_registry(folder / NEEDED[0])
    cases = [c for name in SETS for c in read_cases(folder / f"{name}.jsonl")[::every]]
    seen: dict[str, int] = {}
    half = []
    for case in cases:
        seen[case.kind] = seen.get(case.kind, 0) + 1
        half.append(seen[case.kind] % 2 == 0)
    index = NameIndex.of((i, name) for name, i in registry.names.items())
    folded, where = _folded(registry)
    years = {year: sorted({where[i] for i in ids}) for year, ids in registry.years.items()}
    peers = all_peers(folded)
    results = {OURS: Result(OURS)} | {p.name: Result(p.name, timed=p.timed) for p in peers}
    ranked: dict[str, list[list[tuple[str, float]]]] = {p.name: [] for p in peers}
    for n, case in enumerate(cases):
        if n % 100 == 0:
            print(f"{n} of {len(cases)}", file=sys.stderr, flush=True)
        start = time.perf_counter()
        results[OURS].answers.append(five(index, registry, case))
        if not case.year:
            results[OURS].seconds.append(time.perf_counter() - start)
        typed = " ".join(fold(case.typed).split())
        for peer in peers:
            start = time.perf_counter()
            ranked[peer.name].append(_ask(peer, typed, years.get(case.year, []) if case.year else None))
            if not case.year:
                results[peer.name].seconds.append(time.perf_counter() - start)
    for peer in peers:
        results[peer.name].answers = _asserting(cases, half, ranked[peer.name])
    made = Run(cases, half, results, _base(registry, cases), len(registry.people), len(folded))
    if noise:
        for name in ("registry_noise", "registry_noise_hard"):
            theirs = read_cases(noise / f"{name}.jsonl")
            made.outside[name] = score(theirs, [five(index, registry, c) for c in theirs])
    return made


def _folded(registry: Registry) -> tuple[list[str], dict[int, int]]:
    """Every folded name once, and where each of the registry's names is among them."""
    places: dict[str, int] = {}
    where = {i: places.setdefault(fold(name), len(places)) for name, i in registry.names.items()}
    return list(places), where


def _ask(peer: Peer, typed: str, among: Sequence[int] | None) -> list[tuple[str, float]]:
    return peer.rank(typed, among) if typed else []


def _asserting(
    cases: Sequence[Case], half: Sequence[bool], ranked: Sequence[list[tuple[str, float]]]
) -> list[Answer]:
    """A peer's answers; it asserts from the thresholds that serve it best on the tuning half."""
    tuning = [
        (found, bool(found) and not case.negative and right(case, found[0][0]))
        for case, judged, found in zip(cases, half, ranked, strict=True)
        if not judged
    ]
    least, lead = tuned(tuning)
    answers = []
    for found in ranked:
        ahead = found[0][1] - (found[1][1] if len(found) > 1 else 0.0) if found else 0.0
        sure = bool(found) and found[0][1] >= least and ahead >= lead
        answers.append(Answer(tuple(name for name, _ in found[:5]), sure))
    return answers


def _base(registry: Registry, cases: Sequence[Case]) -> list[float]:
    """Seconds of `process.extract` (WRatio) over the folded name of every person, on a sample of the queries."""
    from rapidfuzz import process

    everybody = [fold(name) for name in registry.people]
    asked = [fold(c.typed) for c in cases if not c.year and not c.negative]
    took = []
    for typed in asked[:: max(1, len(asked) // BASE_SAMPLE)]:
        start = time.perf_counter()
        process.extract(typed, everybody, limit=5)
        took.append(time.perf_counter() - start)
    return took


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.names", description=__doc__)
    parser.add_argument(
        "--sets", type=Path, required=True, help="folder of the registry and development sets"
    )
    parser.add_argument("--out", type=Path, default=Path("docs"))
    parser.add_argument("--noise", type=Path, help="folder of sets made by benchmarks.names.noise_sets")
    parser.add_argument(
        "--every", type=int, default=1, metavar="N", help="ask only every N-th query: quicker"
    )
    asked = parser.parse_args()
    missing = [name for name in NEEDED if not (asked.sets / name).is_file()]
    if missing:
        print(f"not there: {', '.join(missing)} in {asked.sets}; nothing was measured", file=sys.stderr)
        return 0 if not asked.sets.is_dir() else 1
    try:
        from benchmarks.names.report import draw, write
    except ModuleNotFoundError as wrong:
        print(f"{wrong.name} is missing: pip install -r requirements-bench.lock", file=sys.stderr)
        return 1
    made = run(asked.sets, asked.noise, asked.every)
    write(made, asked.out / "names-benchmark.md")
    draw(made, asked.out / "names.png")
    print(asked.out / "names-benchmark.md", asked.out / "names.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
