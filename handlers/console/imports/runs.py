"""The files that admins upload: each is checked, looked at, and imported where its admin says so. Made in bot/serve.py, used by page.py.

Invariant: one file of an admin at a time, and a bound for all; a file is deleted whatever becomes of it: once it is imported, when its
admin lets it go, when its time is over, when the process ends. Rows are read by a process of their own, one file after the other.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from data.engine import Database
from data.import_check import uploads
from data.import_check.report import ImportReport
from data.import_check.uploads import Uploads
from data.installation import demo
from data.registry_import.files import Options
from data.registry_import.prepare import ImportFacts, ImportJob
from data.registry_import.run import Import, ImportBusy, NotMadeUp, Stopped, Tally
from data.registry_import.worker import ReaderStopped
from data.seal import Seal
from data.staff import Member
from flows.calendar.office_hours import VIETNAM
from handlers.console.imports import wording as say

log = logging.getLogger("troly.console")

RECEIVING, WAITING, LOOKING, READING, WRITING = "receiving", "waiting", "looking", "reading", "writing"
CHECKED, IMPORTED, STOPPED, REFUSED = "checked", "imported", "stopped", "refused"
ACTIVE = (RECEIVING, WAITING, LOOKING, READING, WRITING)
WORKBOOK = "dong-khong-nhan.xlsx"  # the bad rows, beside the upload


@dataclass(frozen=True, slots=True)
class ImportLimits:
    """What an upload may take, see the settings of these names in bot/settings_table.py; `batch` rows are written at once."""

    import_upload_mb: int = 200
    import_upload_seconds: int = 600
    import_uploads: int = 4
    import_check_minutes: int = 30
    import_kept_minutes: int = 60
    import_bad_rows: int = 20_000
    import_batch: int = 4000
    disk_floor_mb: int = 64

    @property
    def bytes(self) -> int:
        return self.import_upload_mb * 2**20


class UploadRefused(Exception):
    """No file is taken now; the message is a sentence for the admin."""


@dataclass(slots=True)
class ImportRun:
    """One file of one admin, from its first byte until it is let go. `dry`: what is under way, or was last, is a dry run."""

    id: str
    member: Member
    folder: Path
    file: str = ""
    size: int = 0
    options: Options = field(default_factory=Options)
    state: str = RECEIVING
    dry: bool = True
    tally: Tally = field(default_factory=lambda: Tally(0))
    rows: int = 0  # of the file, once it was looked at
    report: ImportReport | None = None
    written: int = 0  # bad rows in the workbook
    error: str = ""
    ended_at: float | None = None
    stopping: bool = False
    task: asyncio.Task[None] | None = None
    timer: asyncio.TimerHandle | None = None

    @property
    def active(self) -> bool:
        """Whether something is still done with it."""
        return self.state in ACTIVE

    @property
    def path(self) -> Path:
        return self.folder / self.file

    @property
    def workbook(self) -> Path | None:
        """The bad rows, where there are any."""
        path = self.folder / WORKBOOK
        return path if self.written and path.exists() else None

    @property
    def share(self) -> float | None:
        """How far it is, 0 to 1; None where nobody knows."""
        if self.state != READING or not self.rows:
            return 1.0 if self.state == WRITING else None
        return min(self.tally.row / self.rows, 1.0)


class ImportRuns:
    """All uploads of this process. `secret`: what codes and phones are kept with, see `Seal`."""

    def __init__(
        self,
        db: Database,
        seal: Seal,
        *,
        secret: str,
        data_dir: Path,
        limits: ImportLimits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.limits = limits or ImportLimits()
        self.clock = clock
        self._db, self._seal, self._secret = db, seal, secret
        self._uploads = Uploads(data_dir)
        self._runs: dict[str, ImportRun] = {}  # by member
        self._turn = asyncio.Lock()  # one file is read at a time

    def start(self) -> None:
        """Delete what a process left behind that was killed."""
        if swept := self._uploads.sweep():
            log.warning("uploads of %d processes that were killed are deleted", swept)

    async def stop(self) -> None:
        """Break off what is under way, and delete every file."""
        runs = list(self._runs.values())
        tasks = [run.task for run in runs if run.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for run in runs:
            self._forget(run)
        await asyncio.to_thread(self._uploads.close)

    def of(self, member: Member) -> ImportRun | None:
        """This admin's file, if there is one."""
        return self._runs.get(member.id)

    @property
    def busy(self) -> bool:
        """Whether a file is being read."""
        return self._turn.locked()

    # -- the file

    def begin(self, member: Member) -> ImportRun:
        """Room for a file that comes in; the admin's last one goes, if nothing is done with it. Raises UploadRefused."""
        old = self._runs.get(member.id)
        if old is not None and old.active:
            raise UploadRefused(say.ALREADY)
        if len(self._runs) - (old is not None) >= self.limits.import_uploads:
            raise UploadRefused(say.FULL)
        if self._uploads.free_bytes() < self.limits.disk_floor_mb * 2**20 + self.limits.bytes:
            raise UploadRefused(say.NO_ROOM)
        if old is not None:
            self.discard(old)
        folder = self._uploads.new()
        self._runs[member.id] = run = ImportRun(folder.name, member, folder)
        return run

    def discard(self, run: ImportRun) -> None:
        """Let a file go, and all that was made of it."""
        run.stopping = True
        if run.task is not None and not run.task.done():
            run.task.cancel()
        self._forget(run)

    def _forget(self, run: ImportRun) -> None:
        if run.timer is not None:
            run.timer.cancel()
        if self._runs.get(run.member.id) is run:
            del self._runs[run.member.id]
        uploads.remove(run.folder)

    # -- what is done with it

    def go(self, run: ImportRun, *, dry: bool) -> None:
        """Check it, or import it; returns at once."""
        run.dry, run.state, run.error, run.stopping = dry, WAITING, "", False
        run.tally, run.rows, run.report, run.written = Tally(0), 0, None, 0
        if run.timer is not None:
            run.timer.cancel()
        run.task = asyncio.create_task(self._gone_through(run))

    async def _gone_through(self, run: ImportRun) -> None:
        try:
            async with self._turn:
                run.state = LOOKING
                async with asyncio.timeout(60.0 * self.limits.import_check_minutes if run.dry else None):
                    await self._read(run)
        except TimeoutError:
            self._end(run, REFUSED, say.too_slow(self.limits.import_check_minutes))
        except Stopped:
            self._end(run, STOPPED, say.stopped(run.tally.row, dry=run.dry))
        except ImportBusy:
            self._end(run, REFUSED, say.BUSY)
        except NotMadeUp:
            self._end(run, REFUSED, say.not_made_up(demo.CODES))
        except ReaderStopped:
            self._end(run, REFUSED, say.READER_STOPPED)
        except ValueError as wrong:
            self._end(run, REFUSED, say.on_a_page(str(wrong)))
        except Exception as wrong:  # noqa: BLE001  # whatever is wrong, the file goes, and its admin is told
            log.error("an import at the console failed: %s", type(wrong).__name__)
            self._end(run, REFUSED, say.TROUBLE)

    async def _read(self, run: ImportRun) -> None:
        """Raises what `Import.run` raises."""
        (run.folder / WORKBOOK).unlink(missing_ok=True)
        today = datetime.fromtimestamp(self.clock(), UTC).astimezone(VIETNAM).date().isoformat()
        work = Import(
            self._db,
            self._seal,
            ImportJob(str(run.path), self._secret, today, self.limits.import_batch, run.options),
            self.clock,
            lambda number: run.folder / f"bad-{number}.csv",
            dry=run.dry,
            share=not run.dry,
            who=f"staff:{run.member.name}",
            codes=demo.CODES if await demo.is_demo(self._db) else "",
            behind=True,
            workbook=(run.folder / WORKBOOK, self.limits.import_bad_rows),
        )

        def looked(about: ImportFacts, tally: Tally) -> None:
            run.rows, run.tally, run.state = about.rows, tally, READING
            if run.stopping:
                raise Stopped

        def told(tally: Tally) -> None:
            run.tally = tally

        def writes() -> None:
            run.state = WRITING

        work.looked, work.told, work.writes, work.stop = looked, told, writes, lambda: run.stopping
        run.tally = await work.run()
        run.report, run.written = work.report_now(run.tally), work.written
        self._end(run, CHECKED if run.dry else IMPORTED)

    def _end(self, run: ImportRun, state: str, error: str = "") -> None:
        run.state, run.error, run.ended_at = state, error, self.clock()
        if state in (REFUSED, IMPORTED) or (state == STOPPED and run.dry):
            run.path.unlink(missing_ok=True)  # there is nothing more to be done with it
        for report in run.folder.glob("bad-*.csv*"):
            report.unlink()
        loop = asyncio.get_running_loop()
        run.timer = loop.call_later(60.0 * self.limits.import_kept_minutes, self._forget, run)
