"""Writes prepared rows into the tables, a batch at a time, through the database driver itself (for speed). Used by run.py.

Invariant: everything is written inside the transaction that is handed in.

What is new is inserted (COPY on PostgreSQL), what changed is overwritten, what is equal is only marked as seen.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.registry_import.rows import Bad, Prepared

NAMES_KEPT = 60_000  # names whose ids are remembered; half of them go when there are more
COLUMNS = (
    "code",
    "name",
    "name_id",
    "sex",
    "born",
    "year",
    "id_key",
    "phone_key",
    "phone",
    "province",
    "household",
    "commune",
    "unit",
    "digest",
    "seen",
)
# One statement for lists of every length: a driver keeps the statements it has met, and long ones are large.
_LISTED = "(SELECT value FROM json_each(?))"
_OVERWRITE = f"ON CONFLICT (code) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in COLUMNS[1:])}"
TWICE = "mã số này đã có ở một dòng phía trên, với nội dung khác"
CACHE_KB = 49_152  # pages of the SQLite file kept while importing: the indexes are written in no order
WAL_PAGES = 16_384  # of the write-ahead log until it is brought home

Known = dict[str, tuple[bytes, bool]]  # code -> (digest, whether this import had it already)


@dataclass(slots=True)
class Sorted:
    """A batch, sorted: rows to insert, rows to overwrite, codes that are equal, rows said before, rows refused.

    `present`: codes of rows that could not be taken; who has such a row is not gone.
    """

    new: list[Prepared] = field(default_factory=list)
    changed: list[Prepared] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    repeated: int = 0
    bad: list[Bad] = field(default_factory=list)
    present: list[str] = field(default_factory=list)


def sort_out(rows: Sequence[Prepared], known: Known, heading: str, present: Sequence[str]) -> Sorted:
    """Which rows are new, changed, unchanged or at odds with an earlier row of the file; `heading` is the code's."""
    out = Sorted(present=list(present))
    here: dict[str, bytes] = {}
    for row in rows:
        code, digest = row[0], row[13]
        before = known.get(code)
        earlier = here.get(code) or (before[0] if before is not None and before[1] else None)
        if earlier is not None:
            if earlier == digest:
                out.repeated += 1
            else:
                out.bad.append((row[14], heading, TWICE))
            continue
        here[code] = digest
        if before is None:
            out.new.append(row)
        elif before[0] == digest:
            out.same.append(code)
        else:
            out.changed.append(row)
    return out


class Repeats:
    """The codes of a file, for a dry run, which leaves no trace in the registry: a private file of SQLite's, gone at its end."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect("", check_same_thread=False)
        self._kept.execute("CREATE TABLE seen (code TEXT PRIMARY KEY, digest BLOB) WITHOUT ROWID")
        self._kept.execute("CREATE TABLE refused (code TEXT PRIMARY KEY) WITHOUT ROWID")

    def marked(self, known: Known, rows: Sequence[Prepared], present: Sequence[str]) -> Known:
        """`known`, with the rows that the file had before."""
        self._kept.executemany("INSERT OR IGNORE INTO refused VALUES (?)", [(code,) for code in present])
        codes = [r[0] for r in rows]
        marked = {code: (digest, False) for code, (digest, _) in known.items()}
        query = f"SELECT code, digest FROM seen WHERE code IN {_LISTED}"  # noqa: S608  # a constant of ours
        marked |= {code: (digest, True) for code, digest in self._kept.execute(query, (json.dumps(codes),))}
        self._kept.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", [(r[0], r[13]) for r in rows])
        return marked

    def absent(self, codes: Sequence[str]) -> int:
        """How many of these codes the file did not have."""
        query = f"SELECT code FROM seen WHERE code IN {_LISTED} UNION SELECT code FROM refused WHERE code IN {_LISTED}"  # noqa: S608  # as above
        listed = json.dumps(list(codes))
        return len(codes) - len(self._kept.execute(query, (listed, listed)).fetchall())

    def close(self) -> None:
        """Forget them."""
        self._kept.close()


class Writer(Protocol):
    """One database's way."""

    async def known(self, connection: AsyncConnection, codes: Sequence[str], number: int) -> Known:
        """What is kept of these codes, as import `number` sees it."""
        ...

    async def write(self, connection: AsyncConnection, out: Sorted, number: int) -> None:
        """Write a sorted batch as part of import `number`. The transaction has begun."""
        ...


def writer_for(db: Database) -> Writer:
    """The writer for this database."""
    return _Sqlite() if db.is_sqlite else _Postgresql()


async def _driver(connection: AsyncConnection) -> Any:
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None
    return raw


def _insert(places: Iterable[str]) -> str:
    return f"INSERT INTO registry ({', '.join(COLUMNS)}) VALUES ({', '.join(places)})"  # noqa: S608  # names of ours


def _rows(prepared: Iterable[Prepared], ids: Mapping[str, int], number: int) -> list[tuple[Any, ...]]:
    return [(r[0], r[1], ids[r[2]], *r[3:14], number) for r in prepared]


class _Names:
    """Ids of names that were met lately."""

    def __init__(self) -> None:
        self._kept: dict[str, int] = {}

    def missing(self, rows: Iterable[Prepared]) -> list[str]:
        """The names of these rows whose ids are not known."""
        return sorted({r[2] for r in rows} - self._kept.keys())

    def learn(self, found: Iterable[tuple[str, int]]) -> Mapping[str, int]:
        """Remember; gives all that is remembered."""
        self._kept.update(found)
        return self._kept

    def settle(self) -> None:
        """Forget the older half when there are too many."""
        if len(self._kept) > NAMES_KEPT:
            self._kept = dict(list(self._kept.items())[NAMES_KEPT // 2 :])


class _Sqlite:
    def __init__(self) -> None:
        self._names = _Names()

    async def known(self, connection: AsyncConnection, codes: Sequence[str], number: int) -> Known:
        if not codes:
            return {}
        raw = await _driver(connection)
        query = f"SELECT code, digest, seen = ? FROM registry WHERE code IN {_LISTED}"  # noqa: S608  # as above
        async with raw.execute(query, (number, json.dumps(codes))) as rows:
            return {code: (digest, bool(seen)) for code, digest, seen in await rows.fetchall()}

    async def write(self, connection: AsyncConnection, out: Sorted, number: int) -> None:
        raw = await _driver(connection)
        ids = await self._ids(raw, [*out.new, *out.changed])
        if out.new:
            await raw.executemany(_insert("?" * len(COLUMNS)), _rows(out.new, ids, number))
        if out.changed:
            upsert = f"{_insert('?' * len(COLUMNS))} {_OVERWRITE}"
            await raw.executemany(upsert, _rows(out.changed, ids, number))
        if out.same:
            await raw.executemany(
                "UPDATE registry SET seen = ? WHERE code = ?", [(number, c) for c in out.same]
            )
        if out.present:
            mark = "UPDATE registry SET seen = ? WHERE code = ? AND seen <> ?"
            await raw.executemany(mark, [(-number, c, number) for c in out.present])
        self._names.settle()

    async def _ids(self, raw: Any, rows: Sequence[Prepared]) -> Mapping[str, int]:
        missing = self._names.missing(rows)
        if not missing:
            return self._names.learn(())
        query = f"SELECT name, id FROM names WHERE name IN {_LISTED}"  # noqa: S608  # as above
        async with raw.execute(query, (json.dumps(missing),)) as found:
            self._names.learn(await found.fetchall())
        fresh = self._names.missing(rows)
        if fresh:
            async with raw.execute("SELECT coalesce(max(id), 0) FROM names") as found:
                last = (await found.fetchone())[0]
            numbered = [(name, last + n) for n, name in enumerate(fresh, 1)]
            await raw.executemany("INSERT INTO names (name, id) VALUES (?, ?)", numbered)
            self._names.learn(numbered)
        return self._names.learn(())


class _Postgresql:
    def __init__(self) -> None:
        self._names = _Names()

    async def known(self, connection: AsyncConnection, codes: Sequence[str], number: int) -> Known:
        raw = await _driver(connection)
        query = "SELECT code, digest, seen = $1 FROM registry WHERE code = ANY($2::text[])"
        return {code: (digest, seen) for code, digest, seen in await raw.fetch(query, number, codes)}

    async def write(self, connection: AsyncConnection, out: Sorted, number: int) -> None:
        raw = await _driver(connection)
        assert raw.is_in_transaction()
        ids = await self._ids(raw, [*out.new, *out.changed])
        if out.new:
            rows = _rows(out.new, ids, number)
            await raw.copy_records_to_table("registry", records=rows, columns=COLUMNS)
        if out.changed:
            upsert = f"{_insert([f'${n}' for n in range(1, len(COLUMNS) + 1)])} {_OVERWRITE}"
            await raw.executemany(upsert, _rows(out.changed, ids, number))
        if out.same:
            await raw.execute("UPDATE registry SET seen = $1 WHERE code = ANY($2::text[])", number, out.same)
        if out.present:
            mark = "UPDATE registry SET seen = -$1::int WHERE code = ANY($2::text[]) AND seen <> $1"
            await raw.execute(mark, number, out.present)
        self._names.settle()

    async def _ids(self, raw: Any, rows: Sequence[Prepared]) -> Mapping[str, int]:
        missing = self._names.missing(rows)
        if missing:
            query = "SELECT name, id FROM names WHERE name = ANY($1::text[])"
            self._names.learn(await raw.fetch(query, missing))
        fresh = self._names.missing(rows)
        if fresh:
            insert = (
                "INSERT INTO names (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING name, id"
            )
            self._names.learn(await raw.fetch(insert, fresh))
            elsewhere = self._names.missing(rows)  # written by somebody else between the two statements
            self._names.learn(
                await raw.fetch("SELECT name, id FROM names WHERE name = ANY($1::text[])", elsewhere)
            )
        return self._names.learn(())
