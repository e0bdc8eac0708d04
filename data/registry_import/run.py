"""Imports a file into the registry. Called by `troly registry import`.

Invariant: a batch and the row number it reaches are committed in one transaction, so a killed import goes on where it stopped.

What is equal is not written again (a keyed hash of each row tells); nobody is deleted unless that is asked for, after a whole file.
"""

from __future__ import annotations

import asyncio
import ctypes
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import audit
from data.engine import Database
from data.import_check.counts import ColumnCounts, ReasonCounts
from data.import_check.report import ImportReport, report_of
from data.registry import name_index, removed
from data.registry_import.prepare import Batch, ImportFacts, ImportJob
from data.registry_import.report import BadRows
from data.registry_import.worker import ParserProcess, started
from data.registry_import.write import CACHE_KB, WAL_PAGES, Repeats, Sorted, sort_out, writer_for
from data.seal import Seal
from data.tables import imports, registry

LOCK = "registry import"
_PAGE = 5000  # people taken from the registry, or removed, at once
_SHOWN = 10  # people and communes of those who are gone that are shown
_COUNTS = ("new", "changed", "unchanged", "bad")


@dataclass(frozen=True, slots=True)
class Tally:
    """How an import stands. `row`: rows of the file dealt with, of which `bad` were not taken; `gone` None until the end."""

    id: int
    row: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: int = 0
    gone: int | None = None
    resumed_at: int = 0
    position: int = 0
    report: Path | None = None

    def with_batch(self, batch: Batch, out: Sorted) -> Tally:
        """It, after this batch."""
        refused = {row for row, _, _ in batch.bad}
        return replace(
            self,
            row=batch.upto,
            new=self.new + len(out.new),
            changed=self.changed + len(out.changed),
            unchanged=self.unchanged + len(out.same) + out.repeated,
            bad=self.bad + len(refused) + len(out.bad),
            position=batch.position,
        )


class ImportBusy(ValueError):
    """Somebody else imports into this registry."""


class NotMadeUp(ValueError):
    """A file of people who are not made up, for a demo."""


class Stopped(Exception):
    """Asked to stop, and stopped between two batches; the message says how to go on."""


@dataclass(slots=True)
class Import:
    """One reading of a file into the registry. `looked` is called before anything is written, `told` after each batch."""

    db: Database
    seal: Seal
    job: ImportJob
    clock: Callable[[], float]
    report: Callable[[int], Path]  # where the bad rows of import N are told
    dry: bool = False
    share: bool = False  # somebody else writes to this SQLite file too: leave as much time as is taken
    who: str = "operator"
    codes: str = ""  # how all of them must begin: in a demo, those of made-up people
    behind: bool = False  # for a page: what else the machine does goes before it
    workbook: tuple[Path, int] | None = (
        None  # where the bad rows are written as they stand, and how many at most
    )
    looked: Callable[[ImportFacts, Tally], None] = field(default=lambda about, tally: None)
    told: Callable[[Tally], None] = field(default=lambda tally: None)
    stop: Callable[[], bool] = field(default=lambda: False)
    writes: Callable[[], None] = field(default=lambda: None)  # all rows are read, and the workbook is written
    counts: ColumnCounts = field(default_factory=ColumnCounts, init=False)
    reasons: ReasonCounts = field(default_factory=ReasonCounts, init=False)
    about: ImportFacts | None = field(default=None, init=False)
    written: int = field(default=0, init=False)  # bad rows in the workbook

    def report_now(self, tally: Tally) -> ImportReport:
        """What is known, once the file was looked at."""
        assert self.about is not None
        return report_of(Path(self.job.path).name, self.about, tally, self.counts, self.reasons)

    async def run(self) -> Tally:
        """Read the file to its end. Raises ValueError with one sentence, Stopped when asked to stop."""
        async with self.db.alone(LOCK) as mine:
            if not mine:
                raise ImportBusy("another import is under way; wait until it is over")
            worker = await started(self.job, behind=self.behind)
            self.about = worker.about
            try:
                if self.dry:
                    return await self._rehearsed(worker)
                return await self._imported(worker)
            finally:
                await worker.close()

    async def _imported(self, worker: ParserProcess) -> Tally:
        tally = await self._begun(worker.about)
        self.looked(worker.about, tally)
        heading = _heading(worker.about)
        writer = writer_for(self.db)
        upto = worker.about.sheets[0][1] + tally.row if tally.row else 0
        report = BadRows(self.report(tally.id), worker.about, upto, source=Path(self.job.path))

        async def take(batch: Batch, before: Tally) -> Tally:
            async with self.db.writing() as connection:
                here = imports.c.id == before.id
                await connection.execute(update(imports).where(here).values(row=batch.upto))
                known = await writer.known(connection, [r[0] for r in batch.rows], before.id)
                out = sort_out(batch.rows, known, heading, batch.present)
                await writer.write(connection, out, before.id)
                after = before.with_batch(batch, out)
                await asyncio.to_thread(self._count, report, batch, out)
                counts = {name: getattr(after, name) for name in _COUNTS}
                await connection.execute(update(imports).where(here).values(**counts))
            return after

        async with self._roomy():
            tally = await self._all(worker, tally, report, take)
        _give_memory_back()
        await name_index.refresh(self.db)
        async with self.db.writing() as connection:
            tally = replace(tally, gone=await count_gone(connection, tally.id))
            done = update(imports).where(imports.c.id == tally.id)
            await connection.execute(done.values(state="done", ended_at=self.clock()))
            counts = " ".join(f"{name}={getattr(tally, name)}" for name in (*_COUNTS, "gone"))
            await self._note(connection, "done", tally.id, counts)
        return tally

    async def _rehearsed(self, worker: ParserProcess) -> Tally:
        """All but the writing."""
        tally = Tally(0)
        self.looked(worker.about, tally)
        heading = _heading(worker.about)
        writer, repeats = writer_for(self.db), Repeats()

        async def take(batch: Batch, before: Tally) -> Tally:
            async with self.db.reading() as connection:
                known = await writer.known(connection, [r[0] for r in batch.rows], -1)
            known = await asyncio.to_thread(repeats.marked, known, batch.rows, batch.present)
            out = sort_out(batch.rows, known, heading, batch.present)
            await asyncio.to_thread(self._count, report, batch, out)
            return before.with_batch(batch, out)

        report = BadRows(self.report(0), worker.about, 0, source=Path(self.job.path), again=True)
        try:
            tally = await self._all(worker, tally, report, take)
            async with self.db.reading() as connection:
                gone = 0
                async for codes in _pages(connection, registry.c.seen != 0):
                    gone += await asyncio.to_thread(repeats.absent, codes)
            return replace(tally, gone=gone)
        finally:
            repeats.close()

    async def _all(
        self,
        worker: ParserProcess,
        tally: Tally,
        report: BadRows,
        take: Callable[[Batch, Tally], Any],
    ) -> Tally:
        self.reasons = report.reasons
        try:
            async for batch in worker.batches(tally.row):
                began = time.perf_counter()
                if any(not r[0].startswith(self.codes) for r in batch.rows):
                    raise NotMadeUp(
                        f"this database is a demo of made-up people, whose codes begin with {self.codes}:"
                        " import real ones into the office's own, TROLY_DATA_DIR=var-office"
                    )
                tally = await take(batch, tally)
                self.told(tally)
                if self.stop():
                    raise Stopped(_how_to_go_on(tally, self.dry))
                if self.share:
                    await asyncio.sleep(time.perf_counter() - began)
            if self.workbook is not None and report.written:
                self.writes()
                self.written = await worker.write_bad_rows(report.path, *self.workbook)
        finally:
            report.close()
        return replace(tally, report=report.path if report.written else None)

    def _count(self, report: BadRows, batch: Batch, out: Sorted) -> None:
        report.add(sorted([*batch.bad, *out.bad]))
        refused = {number for number, _, _ in out.bad}
        self.counts.add([row for row in batch.rows if row[14] not in refused] if refused else batch.rows)

    async def _begun(self, about: ImportFacts) -> Tally:
        """The import to go on with: the newest, when it is of this file and not done; otherwise a new one."""
        async with self.db.writing() as connection:
            newest = await _newest(connection)
            if newest is not None and newest.state == "running" and newest.digest == about.digest:
                counts = {name: getattr(newest, name) for name in ("id", "row", *_COUNTS)}
                return Tally(**counts, resumed_at=newest.row)
            row: dict[str, Any] = dict.fromkeys(("row", *_COUNTS), 0)
            row |= {"file": Path(self.job.path).name[-120:], "digest": about.digest, "state": "running"}
            row["unread"] = len(about.unread)
            made = await connection.execute(imports.insert().values(**row, at=self.clock()))
            number = int(made.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row has one
            await self._note(connection, "started", number, "")
            return Tally(number)

    async def _note(self, connection: AsyncConnection, outcome: str, number: int, counts: str) -> None:
        await audit.note(
            self.db,
            connection,
            self.seal,
            at=self.clock(),
            who=self.who,
            what="registry_import",
            outcome=outcome,
            fields=counts,
            why=f"import {number}: {Path(self.job.path).name}",
        )

    @asynccontextmanager
    async def _roomy(self) -> AsyncIterator[None]:
        """More pages in memory and a longer log for this SQLite connection; durability stays as it is."""
        if not self.db.is_sqlite or self.share:
            yield
            return
        await self._pragmas(f"cache_size=-{CACHE_KB}", f"wal_autocheckpoint={WAL_PAGES}")
        try:
            yield
        finally:
            await self._pragmas("cache_size=-2000", "wal_autocheckpoint=1000", "shrink_memory")

    async def _pragmas(self, *said: str) -> None:
        async with self.db.writing() as connection:
            for pragma in said:
                await connection.execute(text(f"PRAGMA {pragma}"))


def _give_memory_back() -> None:
    """What the rows took, to the system, before the names are packed: glibc keeps freed memory unless told."""
    with suppress(OSError, AttributeError):  # another C library has no such function
        ctypes.CDLL(None).malloc_trim(0)


def _heading(about: ImportFacts) -> str:
    return next(heading for heading, column in about.taken if column == "code")


def _how_to_go_on(tally: Tally, dry: bool) -> str:
    if dry:
        return f"stopped behind row {tally.row}; nothing was written"
    return f"stopped behind row {tally.row}, and all up to there is in the registry; the same command goes on from there"


async def _newest(connection: AsyncConnection) -> Any:
    """The row of the newest import, None where there was none."""
    return (await connection.execute(select(imports).order_by(imports.c.id.desc()).limit(1))).first()


def _absent(number: int) -> Any:
    return registry.c.seen.not_in((0, number, -number))


async def count_gone(connection: AsyncConnection, number: int) -> int:
    """How many people came by an earlier import and are not in this one."""
    query = select(func.count()).select_from(registry).where(_absent(number))
    return int((await connection.execute(query)).scalar_one())


async def _pages(connection: AsyncConnection, which: Any) -> AsyncIterator[list[str]]:
    last = ""
    while True:
        query = select(registry.c.code).where(which, registry.c.code > last).order_by(registry.c.code)
        codes = [r.code for r in await connection.execute(query.limit(_PAGE))]
        if not codes:
            return
        yield codes
        last = codes[-1]


async def gone(db: Database, number: int) -> AsyncIterator[Sequence[str]]:
    """The codes of those who are not in import `number` and came by an earlier one, a page at a time."""
    async with db.reading() as connection:
        async for codes in _pages(connection, _absent(number)):
            yield codes


@dataclass(frozen=True, slots=True)
class Gone:
    """Whom `remove_gone` would take out: how many of how many who came by earlier imports, in which communes, some of them.

    `sample`: (code, name, born, commune).
    """

    people: int
    known: int
    communes: tuple[tuple[str, int], ...]
    sample: tuple[tuple[str, str, str, str], ...]

    @property
    def percent(self) -> float:
        """Their share."""
        return 100 * self.people / max(self.known, 1)


@dataclass(frozen=True, slots=True)
class GoneLimits:
    """What is too much for a mistake: percent of the registry, percent of bad rows of the file; see bot/settings_table.py."""

    gone_percent: float = 5.0
    bad_percent: float = 1.0


async def about_the_gone(connection: AsyncConnection, number: int) -> Gone:
    """Look at those who came by an earlier import and are not in import `number`, the newest."""
    here = _absent(number)
    newest = await _newest(connection)
    known = (await connection.execute(select(func.count()).where(registry.c.seen != 0))).scalar_one()
    counted = (
        select(registry.c.commune, func.count().label("people")).where(here).group_by(registry.c.commune)
    )
    communes = await connection.execute(
        counted.order_by(func.count().desc(), registry.c.commune).limit(_SHOWN)
    )
    some = select(registry).where(here).order_by(registry.c.code).limit(_SHOWN)
    return Gone(
        await count_gone(connection, number),
        int(known) - (newest.new if newest is not None else 0),
        tuple((r.commune, int(r.people)) for r in communes),
        tuple((r.code, r.name, r.born, r.commune) for r in await connection.execute(some)),
    )


def why_not(newest: Any, number: int, gone: Gone, limits: GoneLimits, expected: int | None) -> str:
    """The sentence that says why nobody is removed; "" where nothing is against it."""
    if newest is None or newest.id != number or newest.state != "done":
        return "only after a whole import, and the newest one, can people be removed"
    if newest.unread:
        return f"nobody is removed: {newest.unread} sheets of {newest.file} were not read, and people may stand there"
    rows = newest.new + newest.changed + newest.unchanged + newest.bad
    if newest.bad * 100 > limits.bad_percent * rows:
        return (
            f"nobody is removed: {newest.bad:,} of {rows:,} rows were bad, more than {limits.bad_percent:g} %;"
            " mend them and import the file again"
        )
    if expected is not None and expected != gone.people:
        return f"nobody is removed: {gone.people:,} people are gone, not {expected:,}"
    if expected is None and gone.percent > limits.gone_percent:
        return (
            f"nobody is removed: {gone.people:,} of {gone.known:,} people ({gone.percent:.0f} %) are not in the file,"
            f" more than {limits.gone_percent:g} %; if that is right, say their number: --gone-count {gone.people}"
        )
    return ""


async def check_gone(db: Database, number: int, *, expected: int | None, limits: GoneLimits) -> None:
    """Raises ValueError with one sentence where `remove_gone` would."""
    async with db.reading() as connection:
        newest = await _newest(connection)
        found = await about_the_gone(connection, number)
    if reason := why_not(newest, number, found, limits, expected):
        raise ValueError(reason)


async def remove_gone(
    db: Database,
    seal: Seal,
    number: int,
    at: float,
    who: str = "operator",
    *,
    expected: int | None = None,
    limits: GoneLimits | None = None,
) -> int:
    """Take those out who came by an earlier import and are not in import `number`; returns how many. They are kept sealed.

    `expected`: their number, as whoever asks has seen it. Raises ValueError with one sentence, see `why_not`.
    """
    taken = 0
    async with db.alone(LOCK) as mine:
        if not mine:
            raise ImportBusy("another import is under way; wait until it is over")
        await check_gone(db, number, expected=expected, limits=limits or GoneLimits())
        while True:
            async with db.writing() as connection:
                newest = await _newest(connection)
                if newest is None or newest.id != number:
                    raise ValueError("only after a whole import, and the newest one, can people be removed")
                codes = await anext(_pages(connection, _absent(number)), None)
                if codes:
                    await removed.keep(connection, seal, number, codes, at)
                    taken += len(codes)
                    continue
                if taken:
                    await audit.note(
                        db,
                        connection,
                        seal,
                        at=at,
                        who=who,
                        what="registry_import",
                        outcome="removed",
                        fields=f"gone={taken}",
                        why=f"import {number}: {newest.file}",
                    )
                return taken
