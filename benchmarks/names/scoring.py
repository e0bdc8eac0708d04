"""Scores answers to the development sets of names, kind by kind. Rule: pure; whoever asks brings the answers.

The rules are those of the sets' README. A query is *right first* when the first name folds like one it expects,
*among five* when one of the first five does; *asserted* when the answer was `found`. Where the list of expected names
was cut (`n_expect` greater than its length), a name is right when the given name is the same and what the kind of
noise kept of the rest is there: the initials, the family name, the middle name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from flows.text.fold import fold

# Kinds whose noise leaves the whole name; of these .69 are to be asserted.
PARTIAL = frozenset(
    [
        "drop_mid",
        "drop_fam",
        "drop_one_mid",
        "given_only",
        "initials",
        "abbr",
        "reg_dropmid",
        "typo_dropmid",
        "typo_dropfam",
        "abbr+typo",
    ]
)
NEGATIVE = "neg_"


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a development set."""

    typed: str
    kind: str
    year: int | None
    expect: tuple[str, ...]
    whole: bool  # whether `expect` is complete

    @property
    def negative(self) -> bool:
        """Whether nobody is meant."""
        return self.kind.startswith(NEGATIVE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered to a case: names best first, and whether the first was asserted."""

    names: tuple[str, ...]
    asserted: bool


def read_cases(path: Path) -> list[Case]:
    """The cases of a .jsonl development set."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row: Mapping[str, Any] = json.loads(line)
        expect = tuple(row["expect"])
        year = int(row["year"]) if row["year"] else None
        found.append(Case(row["q"], row["noise"], year, expect, len(expect) >= row["n_expect"]))
    return found


@lru_cache(maxsize=262144)
def _plain(name: str) -> tuple[str, ...]:
    return tuple(fold(name).split())


def _kept(kind: str, name: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names agree in what this kind of noise leaves of them."""
    if name[-1] != other[-1]:
        return False
    if kind in ("initials", "abbr", "abbr+typo"):
        return [s[0] for s in name] == [s[0] for s in other]
    if "mid" in kind:
        return name[0] == other[0]
    if "dropfam" in kind or "drop_fam" in kind:
        return name[1:] == other[1:]
    return True


def right(case: Case, name: str) -> bool:
    """Whether a name is one that the case expects."""
    plain = _plain(name)
    if not plain:
        return False
    if any(plain == _plain(e) for e in case.expect):
        return True
    return not case.whole and any(_kept(case.kind, plain, _plain(e)) for e in case.expect)


@dataclass(slots=True)
class Tally:
    """Counts over some cases."""

    n: int = 0
    first: int = 0
    five: int = 0
    asserted: int = 0  # and right
    wrong: int = 0  # asserted, and not right; for negatives: asserted at all

    def add(self, case: Case, answer: Answer) -> None:
        """Count one answer."""
        self.n += 1
        if case.negative:
            self.wrong += answer.asserted
            return
        hits = [right(case, name) for name in answer.names[:5]]
        self.first += bool(hits) and hits[0]
        self.five += any(hits)
        self.asserted += answer.asserted and bool(hits) and hits[0]
        self.wrong += answer.asserted and not (bool(hits) and hits[0])

    def share(self, what: str) -> float:
        """A count as a share of the cases."""
        return float(getattr(self, what)) / self.n if self.n else 0.0


@dataclass(slots=True)
class Scores:
    """Everything a set says about somebody's answers."""

    kinds: dict[str, Tally] = field(default_factory=dict)
    people: Tally = field(default_factory=Tally)  # all cases that mean somebody
    whole: Tally = field(default_factory=Tally)  # of these, the ones that leave the whole name
    nobody: Tally = field(default_factory=Tally)  # the negatives
    with_year: Tally = field(default_factory=Tally)
    without_year: Tally = field(default_factory=Tally)

    def lines(self) -> list[str]:
        """The table to print."""
        rows = [f"{'kind':<14}{'n':>5}{'first':>8}{'five':>8}{'sure':>8}{'wrong':>7}"]
        for name, tally in self.kinds.items():
            rows.append(_line(name, tally))
        rows.append("-" * 50)
        named = (
            ("people", self.people),
            ("with year", self.with_year),
            ("without", self.without_year),
            ("whole names", self.whole),
            ("nobody", self.nobody),
        )
        rows += [_line(name, tally) for name, tally in named if tally.n]
        return rows


def _line(name: str, tally: Tally) -> str:
    shares = "".join(f"{tally.share(w):>8.3f}" for w in ("first", "five", "asserted"))
    return f"{name:<14}{tally.n:>5}{shares}{tally.wrong:>7}"


def score(cases: Sequence[Case], answers: Iterable[Answer]) -> Scores:
    """Scores of the answers, one per case and in their order."""
    scores = Scores()
    for case, answer in zip(cases, answers, strict=True):
        scores.kinds.setdefault(case.kind, Tally()).add(case, answer)
        if case.negative:
            scores.nobody.add(case, answer)
            continue
        scores.people.add(case, answer)
        (scores.with_year if case.year else scores.without_year).add(case, answer)
        if case.kind not in PARTIAL:
            scores.whole.add(case, answer)
    return scores


def misses(cases: Sequence[Case], answers: Sequence[Answer]) -> list[str]:
    """The cases that were not right first, asserted wrongly, or not among five; for a person to read."""
    rows = []
    for case, answer in zip(cases, answers, strict=True):
        hits = [right(case, name) for name in answer.names[:5]]
        if case.negative:
            if answer.asserted:
                rows.append(f"{case.kind:<13} FALSE {case.typed!r} {case.year} -> {answer.names[:2]}")
        elif not (hits and hits[0]):
            mark = "WRONG" if answer.asserted else "late " if any(hits) else "LOST "
            rows.append(
                f"{case.kind:<13} {mark} {case.typed!r} {case.year} -> {answer.names[:3]}, not {case.expect[:2]}"
            )
    return rows
