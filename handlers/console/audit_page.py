"""The page of the newest audit rows, with the check of their hash chain.

Invariant: it shows keyed hashes and names of fields, never values; each view of it is an audit row too.
"""

from __future__ import annotations

from starlette.responses import Response

from data import audit
from handlers.console.access import READERS, AccessControl, PageRoute, Visit

SHOWN = 100  # rows on a page


class AuditPage:
    """The newest rows of the audit."""

    def __init__(self, access: AccessControl) -> None:
        self._turns = access.turns
        self.entries = [PageRoute("GET", "/console/audit", READERS, self.newest, nav="Sổ truy cập")]

    async def newest(self, visit: Visit) -> Response:
        """The newest rows, or those before `?before=`."""
        given = visit.request.query_params.get("before", "")
        before = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None
        await visit.note("audit_viewed")
        async with self._turns.db.reading() as connection:
            rows = await audit.newest(connection, SHOWN, before)
            broken = await audit.first_broken(connection, self._turns.seal) if before is None else None
        return visit.page(
            "console/audit.html", rows=rows, broken=broken, first=before is None, more=len(rows) == SHOWN
        )
