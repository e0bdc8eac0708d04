"""The directory search against plain rapidfuzz scorers, in one run. Rule: peers get the same names and aliases; ratios and shares are the result.

    python -m benchmarks.directory FILE… [--cutoff 88]
    python -m benchmarks.directory --leave-one-out

FILE: queries with what is expected of them, one JSON object a line (tests/directory_wordings_*.jsonl). The peers get the
folded query and every name, given name and alias of the directory; they assert the best one when it reaches the cutoff.
--leave-one-out: each hand (hand_*.jsonl) is measured with weights that learnt from the others alone; peers are not asked.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from benchmarks.directory import train
from benchmarks.directory.texts import FOLDER, HANDS
from data.knowledge.content import load_content
from flows.content import Directory
from flows.directory.search import find_contacts
from flows.text.fold import join_key
from flows.understanding.model_file import packed

Answer = Callable[[str], tuple[str, list[str]]]
Scorer = Callable[..., float]


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of the queries asked, and milliseconds of processor time a query."""

    right: float
    wrong: float  # another person asserted
    false: float  # asserted where nobody should be, of those
    p50: float
    p95: float


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The queries of a file. A contact of whom the letter tells no more than "Đ/c Diễm" is called so by some hands."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    for row in rows:
        for key in ("must", "may"):
            row[key] = [name.removeprefix("Đ/c ") for name in row[key]]
    return rows


def measured(rows: list[dict[str, Any]], directory: Directory) -> Figures:
    """`measure` of the directory's own search."""
    return measure(ours(directory), rows)


def left_out() -> None:
    """Print each hand's figures with weights that have not seen it."""
    directory = load_content().directory
    print("| hand | right | wrong person | false assert | p50 ms | p95 ms |\n|---|---|---|---|---|---|")
    for hand in HANDS:
        weights = packed(train.fitted([other for other in HANDS if other != hand]))
        f = measured(rows_of(FOLDER / f"hand_{hand}.jsonl"), replace(directory, weights=weights))
        print(
            f"| {hand} | {f.right:.3f} | {f.wrong:.3f} | {f.false:.3f} | {f.p50:.2f} | {f.p95:.2f} |",
            flush=True,
        )


def peer(directory: Directory, scorer: Scorer, cutoff: float) -> Answer:
    """A scorer over every folded name, given name and alias."""
    meant: dict[str, set[str]] = {}
    for contact in directory.contacts:
        for text in (contact.name, contact.name.split()[-1]):
            meant.setdefault(join_key(text), set()).add(contact.name)
    for block in directory.blocks:
        for text in (block.name, *block.aliases):
            names = {c.name for c in directory.contacts if block.id in c.blocks}
            meant.setdefault(join_key(text), set()).update(names)
    for department in directory.departments:
        for text in (department.name, *department.aliases):
            names = {c.name for c in directory.contacts if c.department == department.id}
            meant.setdefault(join_key(text), set()).update(names)
    for gap in directory.gaps:
        for text in (gap.name, *gap.aliases):
            meant.setdefault(join_key(text), set())
    choices = list(meant)

    def answer(query: str) -> tuple[str, list[str]]:
        best = process.extractOne(join_key(query), choices, scorer=scorer, score_cutoff=cutoff)
        names = sorted(meant[best[0]]) if best else []
        return ("answer" if names else "none"), names

    return answer


def ours(directory: Directory) -> Answer:
    """`find_contacts` in the peers' terms."""

    def answer(query: str) -> tuple[str, list[str]]:
        found = find_contacts(query, directory)
        return found.decision, [m.contact.name for m in found.contacts]

    return answer


def measure(answer: Answer, rows: list[dict[str, Any]]) -> Figures:
    """Right, wrong and quick, over rows of {"q", "expect", "must", "may"}."""
    answer("khoi dong")
    right = wrong = false = negatives = 0
    times = []
    for row in rows:
        begun = time.process_time()
        decision, names = answer(row["q"])
        times.append((time.process_time() - begun) * 1000)
        must, asserted = set(row["must"]), decision == "answer"
        if row["expect"] in ("suggest", "none"):
            negatives += 1
            false += asserted
            right += not asserted if row["expect"] == "suggest" else decision == "none"
            continue
        wrong += asserted and not set(names) <= must | set(row["may"])
        if row["expect"] == "assert":
            right += asserted and names[0] in must
        else:
            right += must <= set(names) <= must | set(row["may"])
    times.sort()
    spot = int(len(times) * 0.95)
    return Figures(
        right / len(rows), wrong / len(rows), false / max(1, negatives), times[len(times) // 2], times[spot]
    )


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--leave-one-out", action="store_true")
    parser.add_argument("--cutoff", type=float, default=88.0, help="score from which a peer asserts")
    args = parser.parse_args()
    if args.leave_one_out:
        left_out()
        return
    rows = [row for file in args.files for row in rows_of(file)]
    directory = load_content().directory
    competitors: dict[str, Answer] = {"troly": ours(directory)}
    for scorer in (fuzz.WRatio, fuzz.token_sort_ratio, fuzz.token_set_ratio):
        competitors[scorer.__name__] = peer(directory, scorer, args.cutoff)
    print(f"{len(rows)} queries, cutoff of the peers {args.cutoff:g}\n")
    print("| | right | wrong person | false assert | p50 ms | p95 ms |\n|---|---|---|---|---|---|")
    for name, answer in competitors.items():
        f = measure(answer, rows)
        print(f"| {name} | {f.right:.3f} | {f.wrong:.3f} | {f.false:.3f} | {f.p50:.2f} | {f.p95:.2f} |")


if __name__ == "__main__":
    main()
