"""The report on screen, as a workbook, and as a letter to sign. Made by `Console`.

Invariant: only months that are over are told, so that nobody reads off from day to day who came.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

from starlette.responses import Response

from data.channels import CHANNELS, label
from data.report import LEAST, Period, Report, period, report, year_to
from data.report.tables import FACTS, NOTE, as_workbook, heading, tables
from flows.calendar.office_hours import VIETNAM
from flows.content import Content
from handlers.console.access import READERS, AccessControl, PageRoute, Visit
from handlers.papers import beside

HOME = "/console/report"


class ReportPage:
    """Figures with tables and charts; the same as a workbook."""

    def __init__(self, access: AccessControl) -> None:
        self._turns = access.turns
        self.entries = [
            PageRoute("GET", HOME, READERS, self.page, nav="Báo cáo"),
            PageRoute("POST", f"{HOME}/export", READERS, self.export),
        ]

    def _last(self) -> str:
        """The newest month that is over."""
        first = datetime.fromtimestamp(self._turns.clock(), VIETNAM).replace(day=1)
        return (first - timedelta(days=1)).strftime("%Y-%m")

    def _period(self, first: str, last: str) -> tuple[Period, str]:
        """The period that is asked for, and what is wrong with it; the last twelve months otherwise."""
        newest = self._last()
        year = year_to(datetime.strptime(newest, "%Y-%m").replace(tzinfo=VIETNAM).date())
        if not first and not last:
            return year, ""
        try:
            found = period(first, last)
        except ValueError:
            return year, "Anh/chị chọn hai tháng, tháng đầu trước tháng cuối, cách nhau nhiều nhất 36 tháng."
        if last > newest:
            return year, f"Chỉ báo cáo những tháng đã hết, đến {newest[5:]}/{newest[:4]}."
        return found, ""

    async def _made(self, wanted: Period, channel: str) -> Report:
        db = self._turns.db
        async with db.reading() as connection:
            return await report(
                connection, wanted, is_sqlite=db.is_sqlite, channel=channel if channel in CHANNELS else ""
            )

    async def page(self, visit: Visit) -> Response:
        """Everything that may be told of a period, on one channel or all."""
        params = visit.request.query_params
        wanted, error = self._period(params.get("from", ""), params.get("to", ""))
        made = await self._made(wanted, params.get("channel", ""))
        await visit.note("report_viewed", why=f"{wanted.first}–{wanted.last}")
        whole, *others = tables(made, self._turns.content)
        return visit.page(
            "console/report.html",
            status=422 if error else 200,
            error=error,
            report=made,
            whole=whole,
            tables=[table for table in others if any(isinstance(row[-1], int) for row in table.rows)],
            heading=heading(made),
            told=NOTE,
            least=LEAST,
            newest=self._last(),
            channels={name: label(name) for name in CHANNELS},
            facts=FACTS,
        )

    async def export(self, visit: Visit) -> Response:
        """The same as a workbook, or as a letter to sign."""
        form, content = visit.form, self._turns.content
        wanted, _ = self._period(form.get("from"), form.get("to"))
        made = await self._made(wanted, form.get("channel"))
        await visit.note("report_exported", why=f"{wanted.first}–{wanted.last}")
        if form.get("as") == "pdf":
            today = datetime.fromtimestamp(self._turns.clock(), VIETNAM).date()
            ending, kind = "pdf", "application/pdf"
            body = await beside(partial(_letter, made, content, today))
        else:
            ending, kind = "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            body = await beside(partial(as_workbook, made, content))
        name = f"bao-cao-{wanted.first}-{wanted.last}.{ending}"
        headers = visit.access.headers() | {"content-disposition": f'attachment; filename="{name}"'}
        return Response(body, media_type=kind, headers=headers)


def _letter(made: Report, content: Content, today: date) -> bytes:
    from handlers.papers.report import report_page  # takes a while to load

    return report_page(made, content, today)
