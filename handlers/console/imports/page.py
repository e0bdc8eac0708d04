"""The page on which an admin has a list looked at, gets back the rows that are not taken, and imports it. Made by `Console`.

Invariant: nothing is written to the registry before its admin has seen the report of this very file and confirmed it; nobody is removed here.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select
from starlette.responses import FileResponse, Response

from data.import_check.uploads import private_name
from data.registry_import.files import ENCODINGS, SEPARATORS, SUFFIXES, Options
from data.registry_import.worker import look
from data.tables import imports
from handlers.console import wording
from handlers.console.access import ADMINS, AccessControl, Live, PageRefused, PageRoute, Visit
from handlers.console.forms import csrf_token, has_csrf_token, read_form
from handlers.console.imports import wording as say
from handlers.console.imports.runs import CHECKED, RECEIVING, STOPPED, ImportRun, ImportRuns, UploadRefused
from handlers.console.imports.upload import TooLargeFile, is_upload, receive
from handlers.web.forms import BadForm

HOME = "/console/import"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportPage:
    """Upload, progress, report, bad rows, import."""

    def __init__(self, access: AccessControl, runs: ImportRuns) -> None:
        self._turns = access.turns
        self._runs = runs
        self.entries = [
            PageRoute("GET", HOME, ADMINS, self.page, nav="Nhập danh sách"),
            PageRoute("POST", HOME, ADMINS, self.upload, takes_file=True),
            PageRoute("POST", f"{HOME}/stop", ADMINS, self.stop),
            PageRoute("POST", f"{HOME}/discard", ADMINS, self.discard),
            PageRoute("POST", f"{HOME}/bring", ADMINS, self.bring),
            PageRoute("POST", f"{HOME}/bad-rows", ADMINS, self.bad_rows),
        ]

    async def page(self, visit: Visit) -> Response:
        """The form, the progress, or the report."""
        part = await self._part(visit)
        return visit.send(part) if visit.fragment == "run" else await self._shown(visit, part=part)

    async def _shown(
        self, visit: Visit, error: str = "", status: int = 200, part: Live | None = None
    ) -> Response:
        return visit.page(
            "console/import.html",
            status=status,
            error=error,
            part=part or await self._part(visit),
            megabytes=self._runs.limits.import_upload_mb,
            limit=self._runs.limits.bytes,
            suffixes=SUFFIXES,
            say=say,
        )

    async def _part(self, visit: Visit) -> Live:
        run = self._runs.of(visit.member)
        last = None
        if run is None:
            async with self._turns.db.reading() as connection:
                query = select(imports).order_by(imports.c.id.desc()).limit(1)
                last = (await connection.execute(query)).first()
        return visit.part(
            f"{HOME}?fragment=run",
            "console/_import.html",
            run=run,
            last=last,
            limits=self._runs.limits,
            suffixes=SUFFIXES,
            encodings=say.ENCODINGS,
            separators=say.SEPARATORS,
            say=say,
        )

    # -- the file

    async def upload(self, visit: Visit) -> Response:
        """Take a file in and begin to check it."""
        if not is_upload(visit.request):
            form = await read_form(visit.request)
            if not has_csrf_token(form, self._turns.seal, visit.session.key):
                raise PageRefused(403, "Trang đã cũ", wording.OLD_FORM)
            return await self._shown(visit, say.NO_FILE, 422)
        token = csrf_token(self._turns.seal, visit.session.key)
        began: list[ImportRun] = []

        def begin(fields: dict[str, str], name: str) -> Path:
            if fields.get("csrf_token") != token:
                raise PageRefused(403, "Trang đã cũ", wording.OLD_FORM)
            if not name.strip():
                raise UploadRefused(say.NO_FILE)
            run = self._runs.begin(visit.member)
            began.append(run)
            run.file = private_name(name)
            return run.path

        try:
            limits = self._runs.limits
            fields, size = await receive(
                visit.request, begin, limit=limits.bytes, seconds=float(limits.import_upload_seconds)
            )
            if fields.get("csrf_token") != token:
                raise PageRefused(403, "Trang đã cũ", wording.OLD_FORM)
            if not began:
                return await self._shown(visit, say.NO_FILE, 422)
            run = began[0]
            run.size, run.options = size, _options(fields)
            look(run.path)
            await visit.note("registry_check", why=f"check of {run.file}"[:200])
        except UploadRefused as no:
            return await self._refused(visit, began, str(no), 422 if str(no) == say.NO_FILE else 409)
        except TooLargeFile:
            return await self._refused(visit, began, say.too_large(self._runs.limits.import_upload_mb), 413)
        except (BadForm, TimeoutError):
            return await self._refused(visit, began, say.BROKEN, 400)
        except ValueError as wrong:
            return await self._refused(visit, began, say.on_a_page(str(wrong)), 422)
        except BaseException:
            self._let_go(began)
            raise
        if self._runs.of(visit.member) is run:
            self._runs.go(run, dry=True)
        return visit.go(HOME)

    async def _refused(self, visit: Visit, began: list[ImportRun], error: str, status: int) -> Response:
        self._let_go(began)
        return await self._shown(visit, error, status)

    def _let_go(self, began: list[ImportRun]) -> None:
        for run in began:
            self._runs.discard(run)

    # -- what its admin does with it

    async def stop(self, visit: Visit) -> Response:
        """Stop behind the batch that is under way."""
        run = self._runs.of(visit.member)
        if run is not None and run.state == RECEIVING:
            self._runs.discard(run)
        elif run is not None and run.active:
            run.stopping = True
            return visit.go(f"{HOME}?note=import_stop")
        return visit.go(HOME)

    async def discard(self, visit: Visit) -> Response:
        """Delete the file and what was made of it."""
        run = self._runs.of(visit.member)
        if run is None or run.active:
            return visit.go(HOME)
        self._runs.discard(run)
        return visit.go(f"{HOME}?note=import_discard")

    async def bring(self, visit: Visit) -> Response:
        """Import what was checked."""
        run = self._runs.of(visit.member)
        if run is None or not _can_be_brought(run):
            return await self._shown(visit, say.GONE, 409)
        if visit.form.get("run") != run.id:
            return await self._shown(visit, say.OTHER_FILE, 409)
        if visit.form.get("confirmed") != "yes":
            return await self._shown(visit, say.NOT_CONFIRMED, 422)
        self._runs.go(run, dry=False)
        return visit.go(f"{HOME}?note=import_bring")

    async def bad_rows(self, visit: Visit) -> Response:
        """The rows that were not taken, as a workbook; noted before a byte leaves."""
        run = self._runs.of(visit.member)
        workbook = run.workbook if run is not None and not run.active else None
        if run is None or workbook is None:
            raise PageRefused(404, "Không còn tệp này", say.GONE)
        await visit.note("registry_bad_rows", fields=f"rows={run.written}", why=run.file)
        name = (
            f"dong-khong-nhan-{time.strftime('%Y%m%d-%H%M', time.gmtime(self._turns.clock() + 25200))}.xlsx"
        )
        return FileResponse(workbook, media_type=XLSX, filename=name, headers=visit.access.headers())


def _can_be_brought(run: ImportRun) -> bool:
    ready = run.state == CHECKED or (run.state == STOPPED and not run.dry)
    return ready and run.path.exists()


def _options(fields: dict[str, str]) -> Options:
    """How the file is to be read; for a workbook its text's encoding means nothing."""
    encoding, separator = fields.get("encoding", "auto"), fields.get("separator", "auto")
    made = Options(sheet=fields.get("sheet", "").strip()[:100])
    if encoding in ENCODINGS:
        made = replace(made, encoding=encoding)
    return replace(made, separator=separator) if separator in SEPARATORS else made
