"""How many secrets the shield catches and how many harmless texts it takes for secrets: `python -m benchmarks.shield SET…`. Rule: a set is JSON lines {"before", "text", "secret"}."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from data.knowledge.content import load_content
from flows.secrets import detector
from flows.text.normalise import clean
from tests.secret_texts import Made


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


def _main(paths: list[str]) -> int:
    verbose = "-v" in paths
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
