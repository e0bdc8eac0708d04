"""Names as a tree of syllables, from the given name back to the family. Rule: every name within reach is found, none is skipped by a guess.

Rows are names in the order of their syllables read backwards; a node stands for the rows that share an ending. A search
walks the tree level by level with numpy: for every node in reach it keeps what aligning the first j typed words (from the
end) with the node's syllables costs, and drops nodes whose cheapest alignment is out of reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

NO_GIVEN, NO_MIDDLE, NO_FAMILY = 1.3, 0.34, 0.42
WIDEST = 40_000  # nodes kept on one level; the dearest go first


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

    def search(
        self, words: Array, extra: Sequence[float], reach: float, among: Array | None
    ) -> tuple[Array, Array]:
        """The rows within `reach` of the typed words, and their costs.

        `words` [n, vocabulary]: the costs of each typed word, given name first; `extra` [n]: what each costs as one too
        many; `among`: sorted rows to look at, None for all.
        """
        n = len(words)
        rows: list[Array] = []
        costs: list[Array] = []
        state = np.zeros((n + 1, 1), dtype=np.float32)
        for j in range(n):
            state[j + 1] = state[j] + extra[j]
        parent = np.zeros(len(self.levels[0].syllable) if self.levels else 0, dtype=np.intp)
        nodes = np.arange(len(parent), dtype=np.intp)
        for depth, level in enumerate(self.levels):
            if among is not None and len(nodes):
                lo = np.searchsorted(among, level.row[nodes])
                hi = np.searchsorted(among, level.row[nodes + 1])
                alive = lo < hi
                nodes, parent = nodes[alive], parent[alive]
            if not len(nodes):
                break
            before = state[:, parent]
            after = np.full_like(before, 99.0)
            after[1:] = before[:-1] + words[:, level.syllable[nodes]]
            for j in range(1, n):
                np.minimum(after[j + 1], after[j] + extra[j], out=after[j + 1])
            at_end = level.ends[nodes]
            if at_end.any():
                last = after[n][at_end]
                np.minimum(last, before[n][at_end] + (NO_FAMILY if depth else NO_GIVEN), out=last)
                found = last <= reach
                rows.append(level.row[nodes[at_end][found]])
                costs.append(last[found])
            np.minimum(after, before + (NO_MIDDLE if depth else NO_GIVEN), out=after)
            cheapest = after.min(axis=0)
            keep = np.flatnonzero(cheapest <= reach)
            if len(keep) > WIDEST:
                keep = keep[np.argpartition(cheapest[keep], WIDEST)[:WIDEST]]
            state = after[:, keep]
            kept = nodes[keep]
            first = level.child[kept]
            many = level.child[kept + 1] - first
            parent = np.repeat(np.arange(len(kept), dtype=np.intp), many)
            offset = np.repeat(
                first - np.concatenate(([0], np.cumsum(many)[:-1])) if len(many) else first, many
            )
            nodes = np.arange(len(parent), dtype=np.intp) + offset
        if not rows:
            return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        hit, cost = np.concatenate(rows), np.concatenate(costs)
        if among is not None and len(hit):
            spot = np.searchsorted(among, hit)
            inside = (spot < len(among)) & (among[np.minimum(spot, len(among) - 1)] == hit)
            hit, cost = hit[inside], cost[inside]
        return hit, cost
