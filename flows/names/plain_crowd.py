"""Many names, searched plainly until the packed ones are here. Rule: the same interface, and nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from flows.names.fold import join_key, words
from flows.names.near import name_gap, read_word

_POOL = 60  # names compared closely
_SURE, _NEAR = 0.2, 1.0


@dataclass(frozen=True, slots=True)
class Hit:
    """One name and how far the typed one is from it."""

    id: int
    name: str
    cost: float
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """The names nearest to a typed one, best first."""

    hits: tuple[Hit, ...]
    sure: bool
    near: bool


class Crowd:
    """Many names made ready for searching."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._folded: dict[int, str] = {}

    @classmethod
    def of(cls, names: Iterable[tuple[int, str]]) -> Crowd:
        """From (id, name) pairs."""
        made = cls()
        made.add(names)
        return made

    def add(self, names: Iterable[tuple[int, str]]) -> None:
        """Names that came later."""
        for key, name in names:
            self._names[key] = name
            self._folded[key] = join_key(name)

    def dump(self) -> list[bytes]:
        """Packed parts."""
        return ["\n".join(f"{k}\t{n}" for k, n in self._names.items()).encode()]

    @classmethod
    def load(cls, parts: Sequence[bytes]) -> Crowd:
        """From packed parts."""
        lines = [line.split("\t") for part in parts for line in part.decode().split("\n") if line]
        return cls.of((int(k), n) for k, n in lines)

    def rank(self, typed: str, *, among: Sequence[int] | None = None, limit: int = 50) -> Ranking:
        """The nearest names."""
        known = self._folded if among is None else {k: self._folded[k] for k in among if k in self._folded}
        key = join_key(typed)
        pool = process.extract(key, known, scorer=fuzz.ratio, limit=max(limit, _POOL))
        readings = [read_word(w) for w in words(typed)]
        hits = []
        for folded, ratio, number in pool:
            gap = name_gap(readings, words(self._names[number]))
            cost = 2.5 - ratio / 100.0 if len(readings) > 1 else 1.0 - ratio / 100.0
            if gap is not None and gap.given:
                cost = min(cost, gap.cost)
            if key.replace(" ", "") == folded.replace(" ", ""):
                cost = 0.0
            hits.append(Hit(number, self._names[number], cost, max(0.0, 1.0 - cost)))
        hits.sort(key=lambda h: (h.cost, h.name))
        best = hits[0].cost if hits else 9.0
        return Ranking(tuple(hits[:limit]), best <= _SURE, best <= _NEAR)
