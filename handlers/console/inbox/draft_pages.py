"""What is typed at the console is kept until it was sent, and a session can be held. Called by desk.js.

Invariant: a draft is shown to its writer alone; keeping one counts as work, so the session goes on.
"""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from data.desk import drafts
from handlers.console import wording
from handlers.console.access import EVERYBODY, AccessControl, PageRefused, PageRoute, Visit


class DraftPages:
    """Keep, give back, stay."""

    def __init__(self, access: AccessControl) -> None:
        self._access = access
        self.entries = [
            PageRoute("GET", "/console/drafts", EVERYBODY, self.load),
            PageRoute("POST", "/console/drafts", EVERYBODY, self.keep),
            PageRoute("GET", "/console/session", EVERYBODY, self.stay),
            PageRoute("POST", "/console/session", EVERYBODY, self.stay),
        ]

    async def load(self, visit: Visit) -> Response:
        """What this member typed into `?form=`, as JSON: field -> text."""
        turns = self._access.turns
        form = visit.request.query_params.get("form", "")[: drafts.LONGEST_NAME]
        async with turns.db.reading() as connection:
            kept = await drafts.load(connection, turns.seal, visit.member.id, form)
        return JSONResponse(kept, headers=self._access.headers() | visit.left)

    async def keep(self, visit: Visit) -> Response:
        """Keep a form's texts."""
        if not await self._access.keep_draft(visit.member, visit.form):
            raise PageRefused(422, "Không giữ được", wording.NO_KEEPING)
        return Response(status_code=204, headers=self._access.headers() | visit.left)

    async def stay(self, visit: Visit) -> Response:
        """How long the session lasts; posted, it lasts longer."""
        return Response(status_code=204, headers=self._access.headers() | visit.left)
