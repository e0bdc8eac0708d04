"""How many of the texts that ask for a secret are stopped, and how many harmless ones: `python -m benchmarks.officers SET…`. Rule: a set is JSON lines {"text", "asks"}, optionally "before" and "kind"."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks.officers.texts import BREAK, FOLDER, Said
from data.knowledge.content import read_staff_weights
from flows.content import StaffWeights
from flows.secrets.staff_words import trouble_in
from flows.text.normalise import clean

DEVELOPMENT = (("dev_asks.txt", True), ("dev_harmless.txt", False))


def stopped(said: Said, weights: StaffWeights) -> bool:
    """Whether the text is stopped, after the message before it."""
    return bool(trouble_in(clean(said.text), weights, before=clean(said.before)))


def development() -> list[Said]:
    """The texts of the development hand."""
    out = []
    for name, asks in DEVELOPMENT:
        for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                before, _, text = line.rpartition(BREAK)
                out.append(Said(before, text, asks, "development"))
    return out


def read(path: Path) -> list[Said]:
    """The texts of a set."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [Said(r.get("before", ""), r["text"], bool(r["asks"]), r.get("kind", "")) for r in rows]


def measured(every: Iterable[Said], weights: StaffWeights) -> tuple[float, float, list[Said]]:
    """The share of asking texts stopped, of harmless ones stopped, and the texts judged wrongly."""
    right: dict[bool, list[bool]] = {True: [], False: []}
    wrong = []
    for said in every:
        found = stopped(said, weights)
        right[said.asks].append(found)
        if found != said.asks:
            wrong.append(said)
    asks, harmless = right[True], right[False]
    return sum(asks) / max(1, len(asks)), sum(harmless) / max(1, len(harmless)), wrong


def _main(paths: list[str]) -> int:
    weights = read_staff_weights()
    verbose = "-v" in paths
    sets = {path: read(Path(path)) for path in paths if path != "-v"} or {"development": development()}
    for name, every in sets.items():
        caught, taken, wrong = measured(every, weights)
        print(f"{Path(name).name}: {len(every)} texts, stopped {caught:.2%}, harmless stopped {taken:.2%}")
        for said in wrong if verbose else ():
            what = "missed" if said.asks else "stopped"
            print(f"  {what} [{said.family}]: {said.before + BREAK if said.before else ''}{said.text}")
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
