"""Names as a tree of syllables, from the given name back to the family. Rule: every name within reach is found, none is skipped by a guess.

Rows are names in the order of their syllables read backwards; a node stands for the rows that share an ending. A search
walks the tree level by level with numpy: for every node in reach it keeps what aligning the first j typed words (from the
end) with the node's syllables costs, and drops nodes whose cheapest alignment is out of reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

NO_GIVEN, NO_FAMILY = 1.3, 0.42
# A syllable left out after the given name, and the ones before it: who types one word or two leaves out all of them at once.
NO_MIDDLE = {1: (0.02, 0.02), 2: (0.34, 0.04)}
NO_MIDDLE_ELSE = (0.34, 0.34)
EXTRA_WORD = 1.0
FAR = 99.0
WIDEST = 20_000  # nodes kept on one level; the dearest go first


@dataclass(frozen=True, slots=True)
class _Level:
    syllable: Array  # of each node
    row: Array  # its first row; one more at the end
    child: Array  # its first node on the next level; one more at the end
    ends: Array  # whether its first row is a name that ends here


class Tree:
    """`matrix` [names, width]: syllable numbers, given name first, 0 beyond the family name; rows sorted, all different."""

    def __init__(self, matrix: Array) -> None:
        self.size = len(matrix)
        self.levels: list[_Level] = []
        if not self.size:
            return
        changed = np.zeros(self.size, dtype=bool)
        changed[0] = True
        starts: list[Array] = []
        for column in range(matrix.shape[1]):
            here = matrix[:, column]
            changed[1:] |= here[1:] != here[:-1]
            at = np.flatnonzero(changed & (here != 0)).astype(np.int32)
            if not len(at):
                break
            starts.append(at)
        for depth, at in enumerate(starts):
            below = starts[depth + 1] if depth + 1 < len(starts) else np.zeros(0, dtype=np.int32)
            rows = np.append(at, np.int32(self.size))
            child = np.searchsorted(below, rows).astype(np.int32)
            ends = matrix[at, depth + 1] == 0 if depth + 1 < matrix.shape[1] else np.ones(len(at), dtype=bool)
            self.levels.append(_Level(np.ascontiguousarray(matrix[at, depth]), rows, child, ends))

    def search(self, words: Array, sizes: Array, start: Array, reach: float) -> tuple[Array, Array, Array]:
        """Rows within `reach` of any reading: (rows, costs, readings); a row may come once for each reading.

        `words` [n, readings, vocabulary]: what each typed word costs as each syllable, given name first; `sizes`
        [readings]: how many of the n words a reading has; `start` [readings]: what the reading itself costs.
        """
        if not self.levels:
            return _nothing()
        found: list[tuple[Array, Array, Array]] = []
        n, readings, _ = words.shape
        # What each word costs at the least is paid at the start, so that a node is dropped before its dear words come.
        least = np.minimum(words.min(axis=2), np.float32(EXTRA_WORD))
        least[np.arange(n)[:, None] >= sizes] = 0
        words = words - least[:, :, None]
        extra = np.float32(EXTRA_WORD) - least
        state = np.full((n + 1, readings), FAR, dtype=np.float32)
        state[0] = start + least.sum(axis=0)
        loose = reach - float(start.min()) >= EXTRA_WORD
        if loose:
            _let_extra(state, extra)
        skips = np.array([NO_MIDDLE.get(size, NO_MIDDLE_ELSE) for size in sizes.tolist()], dtype=np.float32)
        first = len(self.levels[0].syllable)
        nodes = np.tile(np.arange(first, dtype=np.intp), readings)
        parent = np.repeat(np.arange(readings, dtype=np.intp), first)
        reading = parent
        for depth, level in enumerate(self.levels):
            if not len(nodes):
                break
            reading = reading[parent] if depth else parent
            before = state[:, parent]
            after = np.empty_like(before)
            after[0] = FAR
            np.add(before[:-1], words[:, reading, level.syllable[nodes]], out=after[1:])
            if loose:
                _let_extra(after, extra[:, reading])
            at_end = np.flatnonzero(level.ends[nodes])
            if len(at_end):
                whose = reading[at_end]
                full = sizes[whose]
                left = before[full, at_end] + np.float32(NO_FAMILY if depth else NO_GIVEN)
                last = np.minimum(after[full, at_end], left)
                near = np.flatnonzero(last <= reach)
                found.append((level.row[nodes[at_end[near]]], last[near], whose[near]))
            before += skips[reading, min(depth, 2) - 1] if depth else np.float32(NO_GIVEN)
            np.minimum(after, before, out=after)
            cheapest = after.min(axis=0)
            keep = np.flatnonzero(cheapest <= reach)
            if len(keep) > WIDEST:
                keep = keep[np.argpartition(cheapest[keep], WIDEST)[:WIDEST]]
            state, reading, kept = after[:, keep], reading[keep], nodes[keep]
            first_child = level.child[kept]
            many = level.child[kept + 1] - first_child
            ends = np.cumsum(many)
            parent = np.repeat(np.arange(len(kept), dtype=np.intp), many)
            nodes = np.arange(len(parent), dtype=np.intp) + np.repeat(first_child - (ends - many), many)
        if not found:
            return _nothing()
        rows, costs, whose = (np.concatenate(part) for part in zip(*found, strict=True))
        return rows, costs, whose


def _let_extra(state: Array, extra: Array) -> None:
    """Let typed words be too many, one after another."""
    for j in range(len(state) - 1):
        np.minimum(state[j + 1], state[j] + extra[j], out=state[j + 1])


def _nothing() -> tuple[Array, Array, Array]:
    none = np.zeros(0, dtype=np.int32)
    return none, np.zeros(0, dtype=np.float32), none
