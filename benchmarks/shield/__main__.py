"""How many secrets the shield catches and how many harmless texts it takes for secrets. Rule: authors are split, never sentences.

`python -m benchmarks.shield [-v] SET…` measures the weights on sets of JSON lines {"before", "text", "secret", "what"};
`python -m benchmarks.shield [-v] --leave-one-out` trains without each hand of benchmarks/shield/hands in turn (EACH texts of a
family) and measures that hand; it needs scikit-learn.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from benchmarks.shield.texts import Labelled, hands, talk
from data.knowledge.content import load_content
from flows.secrets import detector
from flows.text.normalise import clean
from tests.secret_texts import Made


class Judged(NamedTuple):
    """How the texts of a hand were judged: counts of "secrets", "caught", "kind", "harmless", "taken", and the texts judged wrongly."""

    counts: Counter[str]
    wrong: list[str]

    def line(self) -> str:
        """The figures in one line."""
        n = self.counts
        return (
            f"caught {n['caught']}/{n['secrets']} = {n['caught'] / max(1, n['secrets']):.2%}, "
            f"taken {n['taken']}/{n['harmless']} = {n['taken'] / max(1, n['harmless']):.2%}, kind right {n['kind']}/{n['caught']}"
        )


def found_in(one: Made) -> str:
    """What the shield finds in a text after the message before it, as in a conversation."""
    weights = load_content().secret_weights
    before, found = clean(one.before), ""
    if before:
        found = detector.secret_in(before, weights, expected=False)
    watch, _ = detector.watch_after(before, found, ("", 0), weights) if before else ("", 0)
    return detector.secret_in(clean(one.text), weights, expected=False, watch=watch)


def read(path: Path) -> list[Made]:
    """The texts of a set."""
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [Made(line.get("before", ""), line["text"], line.get("secret", ""), "") for line in lines]


def measured(every: Iterable[Made]) -> tuple[float, float, list[Made]]:
    """The share of secrets caught, of harmless texts taken for secrets, and the texts judged wrongly."""
    right: dict[bool, list[bool]] = {True: [], False: []}
    wrong = []
    for one in every:
        caught = bool(found_in(one))
        right[bool(one.secret)].append(caught)
        if caught != bool(one.secret):
            wrong.append(one)
    secrets, harmless = right[True], right[False]
    return sum(secrets) / max(1, len(secrets)), sum(harmless) / max(1, len(harmless)), wrong


def judged(lines: Iterable[Labelled], weights: bytes) -> Judged:
    """How these texts of a hand are judged with `weights`."""
    wrong, counts = [], Counter[str]()
    for one in lines:
        found = detector.secret_in(clean(one.text), weights, expected=False)
        counts["secrets" if one.secret else "harmless"] += 1
        counts["caught" if one.secret else "taken"] += bool(found)
        counts["kind"] += bool(one.secret and found == one.kind)
        if bool(found) != bool(one.secret) or (found and found != one.kind):
            wrong.append(f"{'taken' if not one.secret else found or 'missed'}: {one.text}")
    return Judged(counts, wrong)


def leave_one_out(*, verbose: bool) -> None:
    """Print for each hand how weights that were trained without it judge it, and all together."""
    from benchmarks.shield import train
    from flows.understanding.model_file import packed

    secrets, harmless = train.texts()
    known = train.known_words(harmless)
    common = train.rows_of((*secrets, *harmless), known)
    every = hands()
    said = {name: talk().get(name, []) for name in {*every, *talk()}}
    own = {
        name: train.rows_of(train.by_hand({name: [*every.get(name, []), *lines]}), known)
        for name, lines in said.items()
    }
    total, beside = Counter[str](), Counter[str]()
    for name, lines in every.items():
        others = [row for other, rows in own.items() if other != name for row in rows]
        weights = packed(train.trained([*common, *others], known))
        judgement = judged(lines, weights)
        total += judgement.counts
        beside += judged(said[name], weights).counts
        print(f"{name}: {judgement.line()}", flush=True)
        for wrong in judgement.wrong if verbose else ():
            print(f"  {wrong}")
    print(
        f"all: {Judged(total, []).line()}; of their questions, contacts and tales: {Judged(beside, []).line()}"
    )


def _main(paths: list[str]) -> int:
    verbose = "-v" in paths
    if "--leave-one-out" in paths:
        leave_one_out(verbose=verbose)
        return 0
    for path in (p for p in paths if p != "-v"):
        caught, taken, wrong = measured(read(Path(path)))
        print(f"{Path(path).name}: caught {caught:.2%}, harmless taken {taken:.2%}")
        for one in wrong if verbose else ():
            print(
                f"  {'missed' if one.secret else 'taken'}: {one.before + ' || ' if one.before else ''}{one.text}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
