"""How many scam texts are warned of first, and how many harmless ones: `python -m benchmarks.scams SET…`. Rule: a set is JSON lines {"text", "scam", "where"}.

"where" is "menu", or "flow": the positions of tests/positions.py at which words are typed, one after the other.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from data.knowledge.content import load_content
from flows import catalog
from flows.engine.events import Said
from flows.engine.navigation import Turn
from flows.engine.state import State
from flows.text.fold import fold
from tests.positions import AT, positions

INSIDE = tuple(place for place in positions() if place)
_WARNS = (
    "lua dao",
    "dung doc",
    "dung bam",
    "dung chuyen",
    "dung gui",
    "dung cai",
    "dung lam theo",
    "dung tin",
    "dung dua",
    "binh tinh",
)


def warned(turn: Turn) -> bool:
    """Whether the first thing said is a warning of a scam."""
    entry = turn.state.memory.get("warned")
    first = fold(turn.replies[0].text).lower() if turn.replies else ""
    return entry is not None and entry[1] == 0 and any(words in first for words in _WARNS)


def played(lines: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str, Turn]]:
    """Every text at the menu or at the next position."""
    content, places, inside = load_content(), positions(), cycle(INSIDE)
    for line in lines:
        place = next(inside) if line["where"] == "flow" else ""
        state = places[place] if place else State()
        yield line, place, catalog.advance(state, Said(line["text"], AT), content)


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a set."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [{"scam": row.get("kind") != "harmless", **row} for row in rows]


def main(paths: list[str]) -> None:
    verbose = "-v" in paths
    for path in (Path(p) for p in paths if p != "-v"):
        told = [(line, place, turn, warned(turn)) for line, place, turn in played(read(path))]
        for scam, name in ((True, "scams warned first"), (False, "harmless warned")):
            for where in ("menu", "flow"):
                some = [w for line, _, _, w in told if line["scam"] is scam and line["where"] == where]
                print(f"{path.name}: {name}, {where}: {sum(some)}/{len(some)}")
        for line, place, turn, found in told if verbose else ():
            if found is not line["scam"]:
                said = turn.replies[0].text[:150] if turn.replies else ""
                print(f"  {'missed' if line['scam'] else 'warned'} [{place}] {line['text']}\n      < {said}")


if __name__ == "__main__":
    main(sys.argv[1:])
