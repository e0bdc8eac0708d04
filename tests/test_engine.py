"""How SQLite is reached: one step through its thread for a statement, whatever the statement. Rule: what aiosqlite's own cursor gives, ours gives."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from data.engine import AHEAD, Database, fetch

COUNT = "SELECT count(*) FROM t"
MANY = 2 * AHEAD + 500


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    db = Database(f"sqlite+aiosqlite:///{tmp_path}/troly.db")
    async with db.writing() as connection:
        await connection.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY, word TEXT)"))
        rows = [{"n": n, "w": f"w{n}"} for n in range(MANY)]
        await connection.execute(text("INSERT INTO t VALUES (:n, :w)"), rows)
    yield db
    await db.close()


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was handed to a thread of SQLite, in order."""
    seen: list[str] = []
    real = aiosqlite.Connection._execute

    async def counted(self: Any, work: Any, *given: Any, **named: Any) -> Any:
        seen.append(getattr(work, "__name__", str(work)))
        return await real(self, work, *given, **named)  # type: ignore[no-untyped-call]  # aiosqlite leaves it open

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    return seen


async def test_a_statement_takes_one_step_and_a_transaction_two_more(db: Database, steps: list[str]) -> None:
    """Begin and commit. With the driver's own cursor, and the pool's roll-back of what is over, it would take 14."""
    async with db.writing() as connection:
        found = await connection.execute(text("SELECT word FROM t WHERE n < 3 ORDER BY n"))
        assert found.scalars().all() == ["w0", "w1", "w2"]
        await connection.execute(text("UPDATE t SET word = 'x' WHERE n = 1"))
        await connection.execute(text("INSERT INTO t VALUES (:n, 'y')"), [{"n": -1}, {"n": -2}])
    assert len(steps) == 5, steps


async def test_who_reads_begins_with_the_first_statement(db: Database, steps: list[str]) -> None:
    """One step for each statement and one for the end; who asks nothing takes none. All see the same moment."""
    async with db.reading() as connection:
        before = (await connection.execute(text(COUNT))).scalar_one()
        async with db.writing() as other:
            await other.execute(text("INSERT INTO t VALUES (-1, 'x')"))
        taken = len(steps)
        assert (await connection.execute(text(COUNT))).scalar_one() == before
        assert [(before,)] == list(await fetch(connection, COUNT))
        assert len(steps) == taken + 2
    assert len(steps) == taken + 3, steps
    async with db.reading():
        pass
    assert len(steps) == taken + 3, steps
    async with db.reading() as connection:
        assert list(await fetch(connection, COUNT)) == [(before + 1,)]


async def test_who_is_broken_off_leaves_no_transaction_behind(db: Database) -> None:
    """Wherever it happens: before, within and after a statement of somebody who writes and of somebody who reads."""

    async def write(n: int) -> None:
        async with db.writing() as connection:
            await connection.execute(text("INSERT INTO t VALUES (:n, 'x')"), {"n": -n})
            await asyncio.sleep(0)

    async def read(n: int) -> None:
        async with db.reading() as connection:
            await fetch(connection, COUNT)
            await connection.execute(text(COUNT))

    for n in range(1, 120):
        work = asyncio.create_task((write, read)[n % 2](n))
        for _ in range(n // 8):
            await asyncio.sleep(0)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        async with db.writing() as connection:  # what was left open would lock it, or show an older moment
            await connection.execute(text("UPDATE t SET word = :w WHERE n = 0"), {"w": f"{n}"})
        async with db.reading() as connection:
            [(seen,)] = await fetch(connection, "SELECT word FROM t WHERE n = 0")
            assert seen == f"{n}"


async def test_every_row_comes_however_many_there_are(db: Database) -> None:
    """Fewer than are fetched ahead, exactly as many, more; at once and in pieces. Guards `_more`."""
    for count in (0, 1, AHEAD - 1, AHEAD, AHEAD + 1, 2 * AHEAD, MANY):
        query = text("SELECT n FROM t WHERE n < :n ORDER BY n")
        async with db.reading() as connection:
            assert (await connection.execute(query, {"n": count})).scalars().all() == list(range(count))
            streamed = await connection.stream(query, {"n": count})
            assert [row.n async for row in streamed] == list(range(count))
            streamed = await connection.stream(query, {"n": count})
            pieces = [len(piece) async for piece in streamed.partitions(700)]
            assert sum(pieces) == count
            assert all(piece == 700 for piece in pieces[:-1])


async def test_a_stream_that_is_left_halfway_locks_nothing(db: Database) -> None:
    async with db.reading() as connection:
        streamed = await connection.stream(text("SELECT n FROM t ORDER BY n"))
        assert await streamed.fetchone() == (0,)
        await streamed.close()
    async with db.writing() as connection:
        await connection.execute(text("DROP TABLE t"))  # refused while a statement is under way


async def test_how_many_rows_changed_is_told(db: Database) -> None:
    async with db.writing() as connection:
        done = await connection.execute(text("UPDATE t SET word = 'x' WHERE n < 5"))
        assert done.rowcount == 5
        given = await connection.execute(text("DELETE FROM t WHERE n < 3 RETURNING n"))
        assert sorted(given.scalars()) == [0, 1, 2]


async def test_errors_of_sqlite_are_sqlalchemys(db: Database) -> None:
    with pytest.raises(IntegrityError):
        async with db.writing() as connection:
            await connection.execute(text("INSERT INTO t VALUES (1, 'again')"))
    with pytest.raises(OperationalError):
        async with db.writing() as connection:
            await connection.execute(text("SELECT * FROM nothing"))
    async with db.writing() as connection:
        assert (await connection.execute(text(COUNT))).scalar_one() == MANY


async def test_many_rows_without_sqlalchemy_are_one_transaction_in_one_step(
    db: Database, steps: list[str]
) -> None:
    """All or nothing."""
    insert = "INSERT INTO t SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)"
    await db.write_many(insert, [(-1, "a"), (-2, "b")])
    assert steps == ["_execute_fetchall"]
    with pytest.raises(sqlite3.IntegrityError):
        await db.write_many(insert, [(-3, "c"), (-1, "again")])
    await db.write_many(insert, [(-4, "d")])
    async with db.reading() as connection:
        assert (await connection.execute(text(COUNT))).scalar_one() == MANY + 3
