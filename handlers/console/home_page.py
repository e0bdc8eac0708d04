"""The first page after signing in: counts of tickets and links by role.

Invariant: it shows no personal data.
"""

from __future__ import annotations

from starlette.responses import Response

from data import desk
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
        async with turns.db.reading() as connection:
            tickets = await desk.queue(connection, turns.seal)
        waiting = [t for t in tickets if t.state == "waiting"]
        part = visit.part(
            "/console?fragment=figures",
            "console/_figures.html",
            waiting=len(waiting),
            oldest=waiting[0].opened_at if waiting else None,
            mine=sum(t.officer == visit.member.id for t in tickets),
            answered=sum(t.officer is not None for t in tickets),
        )
        if visit.fragment == "figures":
            return visit.send(part)
        return visit.page("console/home.html", greeting=wording.greeting(turns.clock()), part=part)
