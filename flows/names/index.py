"""Many names made ready for searching, and how a typed one ranks them. Called by the registry's name index.

A name is a row of syllable numbers in a tree (tree.py); a typed word is a cost for every syllable (spelling_cost.py); a
query has several readings (query.py). Names within reach of any reading are ranked by cost. Invariant: the first is `sure`
only when it is explained nearly without a slip and no other name is near; eight names take the same path as millions.
"""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.names.name_syllables import NAME_SYLLABLES
from flows.names.query import FAMILIES, LONGEST, Wording, amid, recut, turns, typed_words, wordings
from flows.names.spelling_cost import FAR, SpellingCost
from flows.names.tree import Tree
from flows.text.fold import Word, fold
from flows.text.syllable import is_syllable

Array = NDArray[Any]

_FORM = 1  # of the packed parts; another number is not read
_PART = 2 << 20  # bytes of one packed part, about
_DEEPEST = 16  # syllables kept of a name

NEARBY, FARTHER, FARTHEST = 0.62, 1.15, 1.9  # how far to look, in this order
AHEAD = 0.27  # how much farther than the best we look for rivals
_AT_ONCE = 0.08  # no other reading is tried when the plain one is as near as this
_FIRM = 0.02  # a reading that costs more left out words that may be a name's
_LOST = 0.5  # beyond this, words around the name may be none that we know
_COMMON_FAMILY = 0.0004  # of all names
_SIDE_BY_SIDE, _MANY, _ANOTHER = 0.2, 0.06, 0.7
_FEW = 5  # different names; when fewer are near, we look farther
_MOST = 400  # names kept of one look
_TEMPER, _NOBODY = 0.09, 0.75
TURNED = 0.12
EXPLAINED = 0.2  # a word that costs no more is no guess
SURE_COST, SURE_GAP, SURE_SLIP = 0.25, 0.2, 0.43
RISK = 0.06  # of other names with a slip, marks told apart: one a regional sound away is .041
_CAUTION = 0.36  # how far a believed slip is looked around
NEAR_COST = 1.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A name of the index: `cost` 0 is exactly what was typed, `score` 0..1 how likely it is the one meant."""

    id: int
    name: str
    cost: float
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """The names near a query, best first. `sure`: the first is certain, up to marks the query did not tell; `near`: worth offering."""

    hits: tuple[Hit, ...]
    sure: bool
    near: bool


class _Rows:
    """A sorted table of names and the tree over it."""

    def __init__(self, matrix: Array, ids: Array) -> None:
        self.matrix, self.ids = matrix, ids
        self.tree = Tree(matrix)
        self._order: Array | None = None

    @classmethod
    def sorted(cls, matrix: Array, ids: Array) -> _Rows:
        order = np.lexsort(matrix.T[::-1]) if len(ids) else np.zeros(0, dtype=np.intp)
        return cls(np.ascontiguousarray(matrix[order]), ids[order])

    def among(self, ids: Array) -> Array:
        """The rows with these ids, sorted."""
        if self._order is None:
            self._order = np.argsort(self.ids, kind="stable").astype(np.int32)
        if not len(self.ids):
            return np.zeros(0, dtype=np.int32)
        spots = np.searchsorted(self.ids, ids, sorter=self._order)
        spots = np.minimum(spots, len(self.ids) - 1)
        rows = self._order[spots]
        return np.unique(rows[self.ids[rows] == ids])


class NameIndex:
    """Names with their ids, searchable. Made by `of`, or by `load` from what `dump` packed."""

    def __init__(self, spelling: SpellingCost, rows: _Rows) -> None:
        self._spelling = spelling
        self._rows = rows
        self._tail = _Rows(np.zeros((0, 1), dtype=np.uint16), np.zeros(0, dtype=np.int64))
        self._score()

    def __len__(self) -> int:
        return len(self._rows.ids) + len(self._tail.ids)

    @classmethod
    def of(cls, names: Iterable[tuple[int, str]]) -> NameIndex:
        """An index of (id, lower-case NFC name with its marks, one space between words). Names without a word are left out."""
        spelling = SpellingCost(())
        return cls(spelling, _packed(spelling, names))

    def add(self, names: Iterable[tuple[int, str]]) -> None:
        """Take names in that came later. They are kept beside the others, so that this costs little."""
        pairs = [
            (int(i), _name(self._spelling, row))
            for i, row in zip(self._tail.ids, self._tail.matrix, strict=True)
        ]
        self._tail = _packed(self._spelling, [*pairs, *names])
        self._score()

    def dump(self) -> list[bytes]:
        """The index packed for keeping: a heading, then parts of about two megabytes."""
        rows = self._rows
        if len(self._tail.ids):
            width = max(rows.matrix.shape[1], self._tail.matrix.shape[1])
            wide_rows = [
                np.pad(m, ((0, 0), (0, width - m.shape[1]))) for m in (rows.matrix, self._tail.matrix)
            ]
            both = np.concatenate(wide_rows)
            rows = _Rows.sorted(both, np.concatenate([rows.ids, self._tail.ids]))
        width = rows.matrix.shape[1]
        wide = rows.matrix.dtype.itemsize
        step = max(1, _PART // (wide * width + 8))
        heading = {"form": _FORM, "size": len(rows.ids), "width": width, "wide": wide, "step": step}
        heading |= {"syllables": self._spelling.syllables[1:]}
        parts = [json.dumps(heading, ensure_ascii=False).encode()]
        for start in range(0, len(rows.ids), step):
            ids = rows.ids[start : start + step].astype("<i8").tobytes()
            parts.append(ids + rows.matrix[start : start + step].astype(f"<u{wide}").tobytes())
        return parts

    @classmethod
    def load(cls, parts: Sequence[bytes]) -> NameIndex:
        """The index that `dump` packed. Raises ValueError when the parts are not whole or of another form."""
        if not parts:
            raise ValueError("no parts")
        heading = json.loads(parts[0])
        if heading.get("form") != _FORM:
            raise ValueError("packed in another form")
        size, width, wide, step = (heading[k] for k in ("size", "width", "wide", "step"))
        ids = np.empty(size, dtype=np.int64)
        matrix = np.empty((size, width), dtype=f"u{wide}")
        done = 0
        for part in parts[1:]:
            many = min(step, size - done)
            if len(part) != many * (8 + wide * width):
                raise ValueError("a part is missing or cut")
            ids[done : done + many] = np.frombuffer(part, dtype="<i8", count=many)
            body = np.frombuffer(part, dtype=f"<u{wide}", offset=8 * many)
            matrix[done : done + many] = body.reshape(many, width)
            done += many
        if done != size:
            raise ValueError("a part is missing")
        return cls(SpellingCost(heading["syllables"]), _Rows(matrix, ids))

    def rank(self, typed: str, *, among: Sequence[int] | None = None, limit: int = 50) -> Ranking:
        """The names nearest to a typed one; `among`: only names with these ids. Never raises on any text."""
        said = typed_words(typed)
        if not said:
            return Ranking((), False, False)
        return _Search(self, said, among).ranking(limit)

    def _score(self) -> None:
        """How often each folded syllable stands in a name, and which are family names."""
        counts = np.zeros(len(self._spelling.folds) + 1)
        families = np.zeros(len(self._spelling.folds) + 1)
        for rows in (self._rows, self._tail):
            if not len(rows.ids):
                continue
            numbers, many = np.unique(rows.matrix, return_counts=True)
            np.add.at(counts, self._spelling.fold_of[numbers], many * (numbers != 0))
            last = np.count_nonzero(rows.matrix, axis=1) - 1
            numbers, many = np.unique(rows.matrix[np.arange(len(last)), last], return_counts=True)
            np.add.at(families, self._spelling.fold_of[numbers], many)
        total = max(1.0, float(counts.sum()))
        self._rarity = [0.04 * -math.log((c + 0.5) / total) for c in counts]
        common = np.flatnonzero(families >= _COMMON_FAMILY * len(self))
        self._families = frozenset(self._spelling.folds[i] for i in common if i < len(self._spelling.folds))

    def piece(self, plain: str) -> float:
        """What a folded syllable costs where it is cut out of a longer word: the rarer the dearer; 9 when it is none."""
        number = self._spelling.fold_ids.get(plain)
        return FAR if number is None else self._rarity[number]

    def slipped(self, plain: str) -> float:
        """What the nearest syllable costs that a slip turns into this; 9 when there is none."""
        return self._spelling.slipped(plain)

    def knows(self, word: Word) -> bool:
        """Whether the folded word is a syllable of some name, of this index or elsewhere."""
        return self._spelling.knows(word.plain) or word.plain in _SYLLABLES

    def family(self, word: Word) -> bool:
        """Whether it is a family name that many have."""
        return word.plain in self._families or word.plain in FAMILIES

    def family_next(self, typed: Sequence[Word], at: int) -> bool:
        """Whether a family name, or a word that is none of ours, stands at this place."""
        return at < len(typed) and (self.family(typed[at]) or not self.knows(typed[at]))

    @property
    def depth(self) -> int:
        """Syllables of the longest name."""
        return max(len(self._rows.tree.levels), len(self._tail.tree.levels))


def _packed(spelling: SpellingCost, names: Iterable[tuple[int, str]]) -> _Rows:
    ids, flat, sizes = array("q"), array("I"), array("B")  # hundreds of thousands of names: numbers, no lists
    met: dict[str, int] = {}
    for number, name in names:
        syllables = name.split()[-_DEEPEST:]
        if not syllables:
            continue
        ids.append(number)
        sizes.append(len(syllables))
        for syllable in reversed(syllables):
            flat.append(met.setdefault(syllable, len(met)))
    fresh = {s: None for s in met if s not in spelling.ids}
    if fresh:
        spelling.grow(fresh)
    kind = np.uint16 if len(spelling.syllables) < 65536 else np.uint32
    numbers = np.fromiter((spelling.ids[s] for s in met), dtype=kind, count=len(met))
    counts = np.array(sizes, dtype=np.uint8)
    width = int(counts.max(initial=1))
    matrix = np.zeros((len(ids), width), dtype=kind)
    matrix[np.arange(width) < counts[:, None]] = numbers[np.array(flat, dtype=np.intp)]
    return _Rows.sorted(matrix, np.array(ids, dtype=np.int64))


def _name(spelling: SpellingCost, row: Array) -> str:
    return " ".join(spelling.syllables[s] for s in row[::-1] if s)


_SYLLABLES = NAME_SYLLABLES | FAMILIES
_UNFOUND = (FAR, Wording((), FAR))


class _Search:
    """One query on its way."""

    def __init__(self, index: NameIndex, said: Sequence[Word], among: Sequence[int] | None) -> None:
        self.index = index
        self.spelling = index._spelling
        self.said = said
        self.tables = [t for t in (index._rows, index._tail) if len(t.ids)]
        ids = None if among is None else np.unique(np.asarray(among, dtype=np.int64))
        self.within = [None if ids is None else t.among(ids) for t in self.tables]
        self.trees = [
            t.tree if rows is None else Tree(t.matrix[rows])
            for t, rows in zip(self.tables, self.within, strict=True)
        ]
        self.found: dict[tuple[int, int], tuple[float, Wording]] = {}
        self.best = FAR

    def look(self, readings: Sequence[Wording], reach: float) -> None:
        """Everything within reach of some readings."""
        readings = [r for r in readings if r.cost < reach]
        if not readings:
            return
        longest = max(len(r.words) for r in readings)
        costs = np.full((longest, len(readings), len(self.spelling.syllables)), FAR, dtype=np.float32)
        for which, reading in enumerate(readings):
            for spot, word in enumerate(reversed(reading.words)):
                costs[spot, which] = self.spelling.costs(word.text, initials=spot > 0 and not reading.cut)
        sizes = np.array([len(r.words) for r in readings], dtype=np.intp)
        start = np.array([r.cost for r in readings], dtype=np.float32)
        for table, (tree, within) in enumerate(zip(self.trees, self.within, strict=True)):
            hit, cost, whose = tree.search(costs, sizes, start, reach)
            if len(hit) > _MOST:
                nearest = np.argpartition(cost, _MOST)[:_MOST]
                hit, cost, whose = hit[nearest], cost[nearest], whose[nearest]
            hit = hit if within is None else within[hit]
            for row, c, w in zip(hit.tolist(), cost.tolist(), whose.tolist(), strict=True):
                if c < self.found.get((table, row), _UNFOUND)[0]:
                    self.found[table, row] = (c, readings[w])
                    self.best = min(self.best, c)

    def run(self) -> None:
        """Look nearby first, then at other readings, then farther."""
        longest = min(LONGEST, self.index.depth + 2)
        plain = wordings(self.said, self.index, longest)
        self.look(plain, NEARBY)
        more = list(plain)
        doubtful = any(r.cost > _FIRM for _, r in self.found.values())
        if self.best > _AT_ONCE or doubtful:
            if self.best > _AT_ONCE:
                for wording in plain[:3]:
                    more += recut(wording, self.index)
            if self.best > TURNED or doubtful:
                more += [t for w in more[:4] for t in turns(w, TURNED)]
            if self.best > _LOST and len(self.said) > 4:
                more += amid(self.said, self.index)
            self.look(more[len(plain) :], min(NEARBY, self.best + AHEAD))
        more.sort(key=lambda w: w.cost)
        if self.best + AHEAD > NEARBY:
            self.look(more[:6], min(FARTHER, self.best + AHEAD))
        if self.best + 0.15 > FARTHER:
            self.look(more[:3], min(FARTHEST, self.best + AHEAD))
        elif self.best > _AT_ONCE and len({self.folded(*key) for key in self.found}) < _FEW:
            self.look(more[:3], self.best + 2 * AHEAD)

    def ranking(self, limit: int) -> Ranking:
        """What was found, in order and judged."""
        self.run()
        if not self.found:
            return Ranking((), False, False)
        sure = self.certain()
        ordered = self.mingled(self.ordered())
        best: dict[bytes, float] = {}
        for cost, table, row in ordered:
            best.setdefault(self.folded(table, row), cost)
        total = sum(math.exp(-c / _TEMPER) for c in best.values()) + math.exp(-_NOBODY / _TEMPER)
        hits = tuple(
            Hit(
                int(self.tables[table].ids[row]),
                _name(self.spelling, self.tables[table].matrix[row]),
                round(cost, 4),
                round(math.exp(-cost / _TEMPER) / total, 4),
            )
            for cost, table, row in ordered[:limit]
        )
        return Ranking(hits, sure, self.best <= NEAR_COST)

    def mingled(self, ordered: list[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
        """When a part of the name was left out: the reading that more names fit comes first, the other one soon after.

        "van khang" may lack the family name (X Văn Khang) or the middle one (Văn X Khang). Each name costs the same, but
        of one kind there are many.
        """
        best, table, row = ordered[0]
        if not self.partial(table, row):
            return ordered
        groups: dict[bool, list[tuple[float, int, int]]] = {}
        rest = []
        for item in ordered:
            if item[0] <= best + _SIDE_BY_SIDE and self.partial(*item[1:]):
                groups.setdefault(self.nameless(*item[1:]), []).append(item)
            else:
                rest.append(item)
        if len(groups) < 2:
            return ordered
        first, second = sorted(groups.values(), key=lambda g: g[0][0] - _MANY * math.log(len(g)))
        return [*first[:2], *second[:1], *sorted([*first[2:], *second[1:], *rest])]

    def partial(self, table: int, row: int) -> bool:
        """Whether the name has more syllables than were typed."""
        return int(np.count_nonzero(self.tables[table].matrix[row])) > len(self.found[table, row][1].words)

    def nameless(self, table: int, row: int) -> bool:
        """Whether the family name is what was left out."""
        name = self.tables[table].matrix[row]
        family = int(name[np.count_nonzero(name) - 1])
        first = self.found[table, row][1].words[0].text
        return float(self.spelling.costs(first)[family]) > _ANOTHER

    def ordered(self) -> list[tuple[float, int, int]]:
        """(cost, table, row) of what was found, best first."""
        return sorted((cost, table, row) for (table, row), (cost, _) in self.found.items())

    def folded(self, table: int, row: int) -> bytes:
        """What all names have in common that differ only in marks."""
        numbers: bytes = self.spelling.fold_of[self.tables[table].matrix[row]].tobytes()
        return numbers.rstrip(b"\xff")

    def certain(self) -> bool:
        """Whether the first name may be asserted: every word explained, and nobody else near.

        A slip is believed only in a word that is no syllable: there a slip there must be. A name typed right may still be
        another's with a slip; where several are near enough for that, we ask.
        """
        cost, table, row = self.ordered()[0]
        reading = self.found[table, row][1]
        name = self.tables[table].matrix[row]
        if reading.doubtful or reading.turned or np.count_nonzero(name) != len(reading.words):
            return False
        slips = []
        for word, syllable in zip(reversed(reading.words), name, strict=False):
            step = float(self.spelling.costs(word.text)[syllable])
            junk = self.spelling.knows(word.plain) and not is_syllable(word.plain)
            if junk and fold(self.spelling.syllables[syllable]) != word.plain:
                return False  # the registry itself has such a word
            if step > EXPLAINED:
                slips.append((step, word))
        if not slips:
            return cost <= SURE_COST and self.alone(table, row)
        step, word = slips[0]
        real = self.spelling.knows(word.plain) or is_syllable(word.plain)
        if len(slips) > 1 or real or step > SURE_SLIP or len(word.plain) < 3 or reading.cost > 0.1:
            return False
        if cost > SURE_SLIP + 0.1 or not self.alone(table, row):
            return False
        self.look([reading], cost + _CAUTION)
        return self.alone(table, row)

    def alone(self, table: int, row: int) -> bool:
        """Whether no other name is near the first: none within .2, and not many a little beyond."""
        first = self.folded(table, row)
        cost = self.found[table, row][0]
        said = len(self.found[table, row][1].words)
        near: list[float] = []
        for other, which, at in self.ordered():
            key = self.folded(which, at)
            if key == first or other > cost + _CAUTION + 0.1:
                continue
            if other < cost + SURE_GAP:
                return False
            whole = np.count_nonzero(self.tables[which].matrix[at]) == len(self.found[which, at][1].words)
            if whole or said == 2:
                near.append(other)
        return sum(math.exp((cost - c) / 0.1) for c in near) <= RISK
