"""The pages of a notice's recipients: a list in pages, and a CSV export.

Invariant: each view and each export is in the audit before its first byte leaves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from data.limits import Limits
from data.notices import campaigns, reports
from data.notices.campaigns import Campaign, Campaigns
from data.spreadsheet import BOM, csv_line
from handlers.console import notice_wording as say
from handlers.console.access import ADMINS, AccessControl, PageRefused, PageRoute, Visit
from handlers.turns.queue import Turns

HOME = "/console/notices"
PAGE = 50  # recipients on a page


async def loaded(turns: Turns, visit: Visit) -> Campaign:
    """The notice that the address names. Raises PageRefused when there is none."""
    async with turns.db.reading() as connection:
        found = await campaigns.load(connection, visit.request.path_params["notice"])
    if found is None:
        raise PageRefused(404, "Không có thông báo này", say.NONE)
    return found


class RecipientPages:
    """The recipients of one notice."""

    def __init__(self, access: AccessControl, limits: Limits) -> None:
        self._turns = access.turns
        turns = access.turns
        self._changes = Campaigns(turns.db, turns.seal, limits, turns.content.staff_weights)
        one = HOME + "/{notice}"
        self.entries = [
            PageRoute("GET", f"{one}/recipients", ADMINS, self.recipients),
            PageRoute("POST", f"{one}/export", ADMINS, self.export),
        ]

    async def recipients(self, visit: Visit) -> Response:
        """Who is in which state, a page at a time; each look is in the audit."""
        one = await loaded(self._turns, visit)
        given = visit.request.query_params
        state = given.get("state", "") if given.get("state", "") in reports.STATES else ""
        after = given.get("after", "")
        behind = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
        await self._changes.noted_look(one.id, "recipients", by=visit.member, at=self._turns.clock())
        async with self._turns.db.reading() as connection:
            page = await reports.recipients(connection, one, state=state, after=behind, limit=PAGE)
            now = await reports.status(connection, one)
        return visit.page(
            "console/notice_recipients.html",
            notice=one,
            page=page,
            counts=now,
            state=state,
            states=reports.STATES,
            following=page[-1].id if len(page) == PAGE else None,
            begun=behind == 0,
            here=f"{HOME}/{one.id}",
            say=say,
        )

    async def export(self, visit: Visit) -> Response:
        """Every recipient's state as a CSV file; noted before the first byte leaves."""
        one = await loaded(self._turns, visit)
        await self._changes.noted_look(one.id, "export", by=visit.member, at=self._turns.clock())
        headers = visit.access.headers() | {
            "content-disposition": f'attachment; filename="thong-bao-{one.number}.csv"'
        }
        return StreamingResponse(self._csv(one), media_type="text/csv; charset=utf-8", headers=headers)

    async def _csv(self, one: Campaign) -> AsyncIterator[str]:
        yield BOM + csv_line(reports.HEADINGS)
        async for page in reports.all_recipients(self._turns.db, one):
            yield "".join(map(reports.csv_of, page))
