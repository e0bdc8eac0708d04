"""The first page: today's figures of the desk, and links by role.

Invariant: it shows no personal data.
"""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from data.desk import inbox
from flows.calendar.office_hours import VIETNAM
from handlers.console import wording
from handlers.console.access import EVERYBODY, AccessControl, PageRoute, Visit


class HomePage:
    """The console's own page."""

    def __init__(self, access: AccessControl) -> None:
        self._turns = access.turns
        self.entries = [PageRoute("GET", "/console", EVERYBODY, self.home, nav="Bàn làm việc")]

    async def home(self, visit: Visit) -> Response:
        """Greeting, what waits, links by role."""
        turns = self._turns
        today = datetime.fromtimestamp(turns.clock(), VIETNAM).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        async with turns.db.reading() as connection:
            counted = await inbox.counts(connection, visit.member.id)
            done = await inbox.since(connection, today.timestamp())
        part = visit.part("/console?fragment=figures", "console/_figures.html", counted=counted, today=done)
        if visit.fragment == "figures":
            return visit.send(part)
        return visit.page("console/home.html", greeting=wording.greeting(turns.clock()), part=part)
