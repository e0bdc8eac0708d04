"""Sets of noisy names from a registry, in the form of the development sets. Rule: seeded; the same file gives the same sets.

    python -m benchmarks.names.noise_sets REGISTRY.tsv.gz FOLDER [--per 60] [--seed 7]

writes FOLDER/registry_noise.jsonl (33 kinds and four of negatives) and FOLDER/registry_noise_hard.jsonl (14 compounds).
`expect` holds every name of the registry (of that year, where one is given) that what was typed cannot be told from:
those in which everything that was kept is found again, and those with the very letters that were typed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.names.noise import Kept, Kind, bare, near_key
from benchmarks.names.noise_parts import CHAT, COMPOUND, SINGLE

CUT = 400  # names listed in `expect`
TRIES = 200  # people tried for one line of a kind


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the registry."""

    code: str
    name: str
    born: str
    province: str

    @property
    def year(self) -> str:
        return self.born[-4:]


class Everybody:
    """The registry by name, so that those a query cannot tell apart are found."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people
        self.years: dict[str, set[str]] = defaultdict(set)
        for person in people:
            self.years[person.name].add(person.year)
        self.by_given: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self.by_fold: dict[str, list[str]] = defaultdict(list)
        self.by_letters: dict[str, list[str]] = defaultdict(list)  # without spaces
        for name in self.years:
            syllables = tuple(bare(name).split())
            self.by_given[syllables[-1]].append((syllables, name))
            self.by_fold[" ".join(syllables)].append(name)
            self.by_letters["".join(syllables)].append(name)

    def alike(self, kept: Kept, typed: str, year: str | None) -> list[str]:
        """The names that what is kept, or the typed name itself, may mean."""
        found = {n for syllables, n in self.by_given[kept.patterns[-1]] if fits(kept, syllables)}
        found.update(self.by_letters.get("".join(c for c in bare(typed) if c.isalpha()), ()))
        return sorted(n for n in found if year is None or year in self.years[n])


def fits(kept: Kept, name: tuple[str, ...]) -> bool:
    """Whether this folded name can be what was typed."""

    def same(pattern: str, syllable: str) -> bool:
        return syllable.startswith(pattern[:-1]) if pattern.endswith("*") else syllable == pattern

    def all_same(patterns: Sequence[str], syllables: Sequence[str]) -> bool:
        return len(patterns) == len(syllables) and all(map(same, patterns, syllables))

    patterns = kept.patterns
    if {"family", "middle"} <= kept.gaps:
        return same(patterns[-1], name[-1])
    if all_same(patterns, name):
        return True
    if "family" in kept.gaps:
        return all_same(patterns, name[1:])
    if "middle" in kept.gaps:
        return same(patterns[0], name[0]) and same(patterns[-1], name[-1])
    if "one" in kept.gaps:
        return any(all_same(patterns, (*name[:i], *name[i + 1 :])) for i in range(1, len(name) - 1))
    return False


def read_people(path: Path) -> list[Person]:
    """The people of a registry file (.tsv.gz)."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return [
            Person(r["code"], unicodedata.normalize("NFC", r["name"]), r["born"], r["province"]) for r in rows
        ]


def lines_of(
    everybody: Everybody, kinds: dict[str, Kind], per: int, chance: random.Random
) -> Iterator[dict[str, Any]]:
    """`per` lines of each kind, every second one with a birth year."""
    for label, kind in kinds.items():
        made = 0
        for _ in range(per * TRIES):
            if made == per:
                break
            person = chance.choice(everybody.people)
            typed = kind(person.name.lower().split(), chance)
            if typed is None or not typed.text.strip():
                continue
            year = person.year if made % 2 else None
            expect = everybody.alike(typed.kept, typed.name or typed.text, year)
            made += 1
            yield {
                "q": typed.text, "noise": label, "year": year, "target": person.name, "code": person.code,
                "expect": expect[:CUT], "n_expect": len(expect), "born": person.born if year else None,
                "province": person.province if year else None,
            }  # fmt: skip


def negatives(everybody: Everybody, per: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Nobody of the registry: strangers, one letter off, a right name with a wrong year, talk."""
    parts = [p.name.split() for p in chance.sample(list(everybody.people), min(4000, len(everybody.people)))]
    folds = everybody.by_fold

    def far() -> tuple[str, str | None] | None:
        a, b, c = (chance.choice(parts) for _ in range(3))
        name = " ".join([a[0], *b[1:-1], *c[1:]])
        return (name, None) if bare(name) not in folds and len(name.split()) >= 4 else None

    def near() -> tuple[str, str | None] | None:
        syllables = bare(chance.choice(parts) and " ".join(chance.choice(parts))).split()
        at = chance.randrange(len(syllables))
        letter = chance.randrange(len(syllables[at]))
        word = syllables[at]
        changed = word[:letter] + near_key(word[letter], chance) + word[letter + 1 :]
        if not any(changed == s for other in parts[:2000] for s in bare(" ".join(other)).split()):
            return None  # no syllable that anybody bears: a slip of the hand rather than another name
        name = " ".join([*syllables[:at], changed, *syllables[at + 1 :]])
        return (name, None) if name not in folds else None

    def year() -> tuple[str, str | None] | None:
        person = chance.choice(everybody.people)
        borne = set().union(*(everybody.years[n] for n in folds[bare(person.name)]))
        wrong = str(int(person.year) + chance.choice([-9, -6, -3, 3, 6, 9]))
        return (
            (person.name if chance.random() < 0.5 else bare(person.name), wrong)
            if wrong not in borne
            else None
        )

    def talk() -> tuple[str, str | None] | None:
        text = chance.choice(CHAT)
        return (text if chance.random() < 0.5 else bare(text)), None

    for label, make in (("neg_far", far), ("neg_near", near), ("neg_year", year), ("neg_chat", talk)):
        seen: set[tuple[str, str | None]] = set()
        for _ in range(per * TRIES):
            if len(seen) == (per if label != "neg_chat" else per // 2):
                break
            found = make()
            if found and found not in seen:
                seen.add(found)
                q, asked = found
                yield {
                    "q": q, "noise": label, "year": asked, "target": None, "code": None, "expect": [], "n_expect": 0,
                    "born": None, "province": None,
                }  # fmt: skip


def write_sets(registry: Path, folder: Path, per: int, seed: int) -> tuple[Path, Path]:
    """Both sets, written; returns their paths."""
    chance = random.Random(seed)
    everybody = Everybody(read_people(registry))
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "registry_noise.jsonl", folder / "registry_noise_hard.jsonl"
    rows = [*lines_of(everybody, SINGLE, per, chance), *negatives(everybody, per, chance)]
    hard = list(lines_of(everybody, COMPOUND, per, chance))
    for path, lines in zip(paths, (rows, hard), strict=True):
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        path.write_text(text, encoding="utf-8")
    return paths


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.names.noise_sets", description=__doc__)
    parser.add_argument("registry", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--per", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    for path in write_sets(args.registry, args.folder, args.per, args.seed):
        print(path)


if __name__ == "__main__":
    main()
