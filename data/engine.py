"""SQLite or PostgreSQL: the only place that knows which. Rule: writing begins IMMEDIATE on SQLite, reading never does."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from aiosqlite.context import contextmanager
from sqlalchemy import event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

BUSY_MS = 3_000  # how long a SQLite writer waits for another process
HELD_MS = 250  # the same, once another process was found to hold the file that long
LINE_SECONDS = 8.0  # how long a writer of this process waits behind the others
_SCRUB_MS = 200  # how long emptying the -wal waits for readers; it is tried again
_LOCK_TRIES, _LOCK_PAUSE = 15, 0.2  # how often a lock of PostgreSQL is asked for, and seconds in between
POOL_SIZE = 8  # connections to PostgreSQL, or readers of SQLite
AHEAD = 1000  # rows of SQLite that are fetched with their statement

_T = TypeVar("_T")
log = logging.getLogger("troly.engine")


class Database:
    """One database, with one engine that writes and one that reads.

    `writing()` gives a connection inside a transaction that commits at the end; `reading()` one that never writes.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.parallel_turns = 1 if self.is_sqlite else POOL_SIZE
        self._line = asyncio.Lock()  # of those who write to SQLite here
        self._to_scrub = False
        self._patience = BUSY_MS
        if self.is_sqlite:
            path = make_url(url).database
            Path(str(path)).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._writer = create_async_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)
            self._reader = create_async_engine(url, pool_size=POOL_SIZE, max_overflow=0, hide_parameters=True)
            _prepare_sqlite(self._writer)
            _prepare_sqlite(self._reader)
            event.listen(self._writer.sync_engine, "begin", _begin_at_once)
            event.listen(self._reader.sync_engine, "begin", _begin_when_asked)
        else:
            self._writer = create_async_engine(url, pool_size=POOL_SIZE, max_overflow=2, hide_parameters=True)
            self._reader = self._writer

    @property
    def name(self) -> str:
        """What to call it to an operator: its file, or its name on the server."""
        return str(make_url(self.url).database)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for writing; committed when the block ends, rolled back when it raises.

        Raises OSError when others of this process wrote for too long, OperationalError when another process did.
        """
        if not self.is_sqlite:
            async with self._writer.begin() as connection:
                yield connection
            return
        async with self._in_line():
            async with AsyncExitStack() as stack:
                try:
                    connection = await stack.enter_async_context(self._writer.begin())
                except OperationalError:
                    async with self._writer.connect() as again:
                        await self._wait_at_most(again, HELD_MS)  # who comes next need not find out as slowly
                    raise
                if self._patience != BUSY_MS:
                    await self._wait_at_most(connection, BUSY_MS)
                yield connection
            if self._to_scrub:
                await self._scrub()

    @asynccontextmanager
    async def _in_line(self) -> AsyncIterator[None]:
        if self._line.locked():
            try:
                await asyncio.wait_for(self._line.acquire(), LINE_SECONDS)
            except TimeoutError:
                raise OSError("the database is locked") from None
        else:
            await self._line.acquire()
        try:
            yield
        finally:
            self._line.release()

    async def _wait_at_most(self, connection: AsyncConnection, milliseconds: int) -> None:
        """Have the writer wait so long for other processes from now on."""
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.execute(f"PRAGMA busy_timeout={milliseconds}")
        self._patience = milliseconds

    def scrub_after_commit(self) -> None:
        """Once the transaction under way is committed, empty the -wal: what was wiped stands there until then.

        Where a reader keeps it from that, it is tried again behind each later transaction. PostgreSQL sees to its own.
        """
        self._to_scrub = self.is_sqlite

    async def _scrub(self) -> None:
        async with self._writer.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            try:
                await raw.execute(f"PRAGMA busy_timeout={_SCRUB_MS}")
                [(busy, _, _)] = await raw.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
                self._to_scrub = bool(busy)
            except sqlite3.Error as wrong:
                log.warning("the -wal was not emptied, and will be: %s", wrong)
            finally:
                await raw.execute(f"PRAGMA busy_timeout={BUSY_MS}")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for reading."""
        async with self._reader.begin() as connection:
            yield connection

    async def write_many(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """One statement that reads rows of JSON values from `json_each(?)`, as a transaction of its own, on SQLite only.

        One step through the writer's thread and one through SQLite, where a statement for each row gives the processor
        away and asks for it back at each: the worker marks up to 1000 rows a second.
        """
        async with self._in_line(), self._writer.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            await raw.execute_fetchall(statement, (json.dumps(rows),))

    async def relax(self) -> None:
        """From now on what this process commits survives its own end, and only mostly the machine's.

        For a command that notes many small things one by one: it waits for the disk each time otherwise.
        """
        if self.is_sqlite:
            async with self._in_line(), self._writer.connect() as connection:
                raw = (await connection.get_raw_connection()).driver_connection
                assert raw is not None
                await raw.execute("PRAGMA synchronous=NORMAL")
            return
        await self._writer.dispose()

        @event.listens_for(self._writer.sync_engine, "connect")
        def connected(connection: Any, record: Any) -> None:
            cursor = connection.cursor()
            cursor.execute("SET synchronous_commit TO off")
            cursor.close()
            connection.commit()

    async def lock(self, connection: AsyncConnection, name: str) -> None:
        """Hold `name` until the transaction ends. SQLite has one writer anyway."""
        if not self.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _lock_number(name)})

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[bool]:
        """Hold `name` against other processes for the length of the block, over many transactions; False: another holds it.

        It ends with the process, however that ends.
        """
        if self.is_sqlite:
            path = f"{make_url(self.url).database}.{name.replace(' ', '-')}.lock"
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    yield False
                else:
                    yield True
            finally:
                os.close(handle)
            return
        number = {"n": _lock_number(name)}
        async with self._writer.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            ask = text("SELECT pg_try_advisory_lock(:n)")
            for _ in range(_LOCK_TRIES):  # the server may still be burying whoever held it
                held = bool((await connection.execute(ask, number)).scalar_one())
                if held:
                    break
                await asyncio.sleep(_LOCK_PAUSE)
            try:
                yield held
            finally:
                if held:
                    await connection.execute(text("SELECT pg_advisory_unlock(:n)"), number)

    def insert(self, table: Any) -> Any:
        """An INSERT of this dialect, which can say ON CONFLICT."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def close(self) -> None:
        """Give all connections back."""
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()


async def fetch(connection: AsyncConnection, statement: str, *values: Any) -> Sequence[Sequence[Any]]:
    """The rows of one statement with `?1`, `?2` … for its values, inside the connection's transaction.

    Straight from the driver, in one step through its thread instead of five: for what is asked with every look-up.
    On PostgreSQL a transaction begins with SQLAlchemy's first statement: who writes takes a lock before.
    """
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None
    if connection.dialect.name == "sqlite":
        return list(await raw.execute_fetchall(statement, values))
    return list(await raw.fetch(statement.replace("?", "$"), *values))


def value_of(cls: type[_T], row: Any, **given: Any) -> _T:
    """A dataclass from the columns that are called as its fields; `given` are those that no column has as it is."""
    names = (f.name for f in fields(cls) if f.name not in given)  # type: ignore[arg-type]  # type[T] cannot say dataclass
    return cls(**{name: getattr(row, name) for name in names}, **given)


def _lock_number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


class _Connection(aiosqlite.Connection):
    """A SQLite connection that takes one step through its thread for a statement; aiosqlite takes three or four.

    None for a transaction that is over, or was never asked anything.
    """

    to_begin = False  # the next statement begins a transaction: nothing is locked or read before it anyway
    _left = False  # somebody was cancelled while the thread was at work: what it will have done is not known

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # aiosqlite leaves it open
        except asyncio.CancelledError:
            self._left = True
            raise

    async def commit(self) -> None:
        """Commit the current transaction, if there is one."""
        self.to_begin = False
        if self._left or self._conn.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        """Roll back the current transaction, if there is one."""
        self.to_begin = False
        if self._left or self._conn.in_transaction:
            await super().rollback()
            self._left = False

    def begin(self) -> None:
        """In the thread, ahead of a statement: begin what `to_begin` announced."""
        if self.to_begin:
            self.to_begin = False
            self._conn.execute("BEGIN")

    def _execute_fetchall(self, sql: str, parameters: Any) -> Iterable[sqlite3.Row]:
        self.begin()
        return super()._execute_fetchall(sql, parameters)

    @contextmanager
    async def cursor(self) -> aiosqlite.Cursor:
        """A cursor that exists in the thread only once it executes."""
        return _Cursor(self)


class _Cursor(aiosqlite.Cursor):
    """Fetches up to AHEAD rows in the step that executes; it is used for one statement at a time."""

    def __init__(self, connection: _Connection) -> None:
        self._conn: _Connection = connection
        self.iter_chunk_size = AHEAD
        self._ahead: list[Any] = []
        self._more = False  # the statement may have rows beyond those

    async def _step(self, work: Callable[..., _T], *given: Any) -> _T:
        done: _T = await self._conn._execute(work, *given)
        return done

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> aiosqlite.Cursor:
        """Execute a statement."""
        await self._step(self._run, sql, parameters or ())
        return self

    def _run(self, sql: str, parameters: Any) -> None:
        self._conn.begin()
        self._cursor = self._conn._conn.execute(sql, parameters)
        if self._cursor.description:
            self._read()

    def _read(self) -> None:
        rows = self._cursor.fetchmany(AHEAD)
        self._ahead += rows
        self._more = len(rows) == AHEAD

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> aiosqlite.Cursor:
        """Execute a statement for many rows of values."""
        self._cursor = await self._step(self._conn._conn.executemany, sql, parameters)
        return self

    async def fetchone(self) -> Any:
        """The next row, or None."""
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """So many of the next rows, or all there are."""
        size = AHEAD if size is None else size
        while self._more and len(self._ahead) < size:
            await self._step(self._read)
        rows, self._ahead = self._ahead[:size], self._ahead[size:]
        return rows

    async def fetchall(self) -> list[Any]:
        """All further rows."""
        while self._more:
            await self._step(self._read)
        rows, self._ahead = self._ahead, []
        return rows

    async def close(self) -> None:
        """End the statement; one without further rows has ended by itself."""
        if self._more:
            self._more = False
            await super().close()


async def _connect(path: str, **given: Any) -> aiosqlite.Connection:
    with suppress(FileExistsError):  # -wal and -shm take the file's mode
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    connection = _Connection(lambda: sqlite3.connect(path, **given), iter_chunk_size=AHEAD)
    connection._thread.daemon = True  # as SQLAlchemy does with its own: it ends with the process
    return await connection


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "do_connect")
    def connecting(dialect: Any, record: Any, arguments: Any, named: dict[str, Any]) -> None:
        named["async_creator_fn"] = _connect

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours to say
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        mode = cursor.fetchone()
        if mode is not None and str(mode[0]).lower() != "wal":
            raise sqlite3.OperationalError(
                f"SQLite refused WAL and uses {mode[0]}: is the folder on a network drive?"
            )
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()


def _begin_at_once(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_when_asked(connection: Any) -> None:
    connection.connection.driver_connection.to_begin = True
