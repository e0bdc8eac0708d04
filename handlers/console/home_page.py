"""The first page after signing in: what waits, and where to go. Rule: it shows counts, nobody's data."""

from __future__ import annotations

from starlette.responses import Response

from handlers.console import wording
from handlers.console.entrance import EVERYBODY, Entrance, Entry, Visit


class HomePage:
    """The console's own page."""

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self.entries = [Entry("GET", "/console", EVERYBODY, self.home, nav="Bàn làm việc")]

    async def home(self, visit: Visit) -> Response:
        """Greeting, what waits, links by role."""
        return visit.page("console/home.html", greeting=wording.greeting(self._entrance.turns.clock()))
