"""How many of the texts that ask for a secret are stopped, and how many harmless ones: `python -m benchmarks.officers SET…`. Rule: a set is JSON lines {"text", "asks"}, optionally "before" and "kind".

`--leave-one-out`: each hand by weights learnt without it. Needs scikit-learn (requirements-bench.lock).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks.officers.texts import BREAK, FOLDER, Said, read
from data.knowledge.content import read_staff_weights
from flows.content import StaffWeights
from flows.secrets.asking import asking_score
from flows.secrets.staff_words import trouble_in
from flows.text.normalise import clean
from flows.understanding.model_file import packed

FEW = 0.02  # of the harmless texts
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


def leave_one_out() -> None:
    """Print how each hand is told by weights learnt from the families and the other hands, and the threshold for few false stops."""
    from benchmarks.officers import train

    weights = read_staff_weights()
    beside = train.rows_beside_hands()
    scores: list[tuple[float, bool]] = []
    print("hand left out                  stopped   harmless stopped")
    for path in train.HANDS:
        others = train.rows_of_hands(other for other in train.HANDS if other != path)
        learnt = StaffWeights(weights.secrets, packed(train.fitted(beside, others)))
        every = read(path)
        caught, taken, _ = measured(every, learnt)
        print(f"{path.name:30} {caught:7.2%} {taken:10.2%}", flush=True)
        scores += [(asking_score(clean(said.text), learnt.asking), said.asks) for said in every]
    harmless = sorted((score for score, asks in scores if not asks), reverse=True)
    enough = harmless[round(len(harmless) * FEW)]
    caught = sum(score > enough for score, asks in scores if asks) / sum(asks for _, asks in scores)
    print(f"with {FEW:.0%} of the harmless ones of all hands stopped: {caught:.2%}, from {enough:.2f} on")


def _main(paths: list[str]) -> int:
    if "--leave-one-out" in paths:
        leave_one_out()
        return 0
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
