"""What others would use to find a name: string distances of rapidfuzz, SQLite's trigram index, trigram similarity. Rule: each gets folded queries and folded names, and its documented use.

A peer ranks names for a folded query, among all or among those of a birth year, and gives its own score, larger is nearer.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Protocol

LISTED = 6  # names a peer gives: five, and one more to know how far the first is ahead


class Peer(Protocol):
    """One way to search; `name` as the table calls it, `timed`: whether its time may be compared."""

    name: str
    timed: bool

    def rank(self, typed: str, among: Sequence[int] | None) -> list[tuple[str, float]]:
        """The nearest names, best first, with their scores; `among`: positions in the list of names."""


class Scorer:
    """`rapidfuzz.process.extract` with one of its scorers."""

    timed = True

    def __init__(self, name: str, scorer: Callable[..., Any], names: Sequence[str]) -> None:
        self.name = name
        self._scorer = scorer
        self._names = names

    def rank(self, typed: str, among: Sequence[int] | None) -> list[tuple[str, float]]:
        from rapidfuzz import process

        pool = self._names if among is None else [self._names[i] for i in among]
        return [(n, s) for n, s, _ in process.extract(typed, pool, scorer=self._scorer, limit=LISTED)]


class Fts5:
    """SQLite's FTS5 with its trigram tokenizer: any trigram of the query, ordered by bm25."""

    name = "SQLite FTS5 trigram"
    timed = True

    def __init__(self, names: Sequence[str]) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute("CREATE VIRTUAL TABLE n USING fts5(name, tokenize = 'trigram')")
        self._db.executemany("INSERT INTO n (rowid, name) VALUES (?, ?)", enumerate(names))
        self._db.execute("INSERT INTO n (n) VALUES ('optimize')")

    def rank(self, typed: str, among: Sequence[int] | None) -> list[tuple[str, float]]:
        pieces = sorted({typed[i : i + 3] for i in range(len(typed) - 2)})
        if not pieces:
            return []
        quoted = " OR ".join('"' + p.replace('"', '""') + '"' for p in pieces)
        within = "" if among is None else " AND +rowid IN (SELECT value FROM json_each(?))"
        found = self._db.execute(
            f"SELECT name, -bm25(n) FROM n WHERE n MATCH ?{within} ORDER BY bm25(n) LIMIT {LISTED}",  # noqa: S608  # our own words only
            (quoted,) if among is None else (quoted, json.dumps(list(among))),
        )
        return list(found)


class Trigrams:
    """The similarity of PostgreSQL's pg_trgm (shared trigrams over all, words padded by two spaces and one), computed here.

    The bundled server has no pg_trgm, so this shows what it would find; its time is not the server's.
    """

    name = "pg_trgm similarity"
    timed = False

    def __init__(self, names: Sequence[str]) -> None:
        import numpy as np

        self._names = names
        where: dict[str, list[int]] = defaultdict(list)
        for i, name in enumerate(names):
            for piece in self._pieces(name):
                where[piece].append(i)
        self._where = {piece: np.array(found, dtype=np.int32) for piece, found in where.items()}
        self._sizes = np.array([len(self._pieces(name)) for name in names], dtype=np.int32)

    @staticmethod
    def _pieces(text: str) -> set[str]:
        return {w[i : i + 3] for word in text.split() for w in (f"  {word} ",) for i in range(len(w) - 2)}

    def rank(self, typed: str, among: Sequence[int] | None) -> list[tuple[str, float]]:
        import numpy as np

        pieces = self._pieces(typed)
        lists = [self._where[p] for p in pieces if p in self._where]
        if not lists:
            return []
        shared = np.bincount(np.concatenate(lists), minlength=len(self._names))
        alike = shared / (len(pieces) + self._sizes - shared)
        if among is not None:
            kept = np.zeros(len(self._names))
            kept[list(among)] = 1
            alike = alike * kept
        best = np.argsort(-alike, kind="stable")[:LISTED]
        return [(self._names[i], float(alike[i])) for i in best if alike[i] > 0]


def all_peers(names: Sequence[str]) -> list[Peer]:
    """Every peer, over these folded names."""
    from rapidfuzz import distance, fuzz

    return [
        Scorer("rapidfuzz WRatio", fuzz.WRatio, names),
        Scorer("rapidfuzz ratio", fuzz.ratio, names),
        Scorer("rapidfuzz token_sort", fuzz.token_sort_ratio, names),
        Scorer("rapidfuzz token_set", fuzz.token_set_ratio, names),
        Scorer("Jaro-Winkler", distance.JaroWinkler.normalized_similarity, names),
        Fts5(names),
        Trigrams(names),
    ]


def tuned(ranked: Sequence[tuple[Sequence[tuple[str, float]], bool]]) -> tuple[float, float]:
    """(score, lead) from which a peer asserts: the pair that asserts most and is wrong in at most one of a hundred.

    `ranked`: what it gave to each query of the tuning half, and whether its first name was right.
    """
    points = []
    for found, right in ranked:
        if found:
            lead = found[0][1] - (found[1][1] if len(found) > 1 else 0.0)
            points.append((found[0][1], lead, right))
    best, chosen = 0, (float("inf"), 0.0)
    scores = sorted({s for s, _, _ in points})[:: max(1, len(points) // 60)]
    leads = [0.0, *sorted({max(0.0, x) for _, x, _ in points})[:: max(1, len(points) // 40)]]
    for score in scores:
        for lead in leads:
            said = [right for s, x, right in points if s >= score and x >= lead]
            good = sum(said)
            if good > best and len(said) - good <= 0.01 * len(said):
                best, chosen = good, (score, lead)
    return chosen
