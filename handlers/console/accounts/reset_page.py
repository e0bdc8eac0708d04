"""The page on which two officers let somebody at the counter set a new password, where passwords are changed here.

Invariant: the one-time link is shown once, in the answer to the approval; no page shows a whole code or phone.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from data import staff
from data.accounts import resets
from data.accounts.port import Accounts
from data.accounts.resets import Counter
from data.limits import Limits
from handlers.console.access import DESK, AccessControl, PageRoute, Visit
from handlers.console.wording import PAPERS

HOME = "/console/resets"


class ResetPage:
    """Asking, approving, refusing."""

    def __init__(self, access: AccessControl, limits: Limits, accounts: Accounts | None) -> None:
        self._turns, self._limits, self._accounts = access.turns, limits, accounts
        self._address = access.address
        here = access.turns.content.changes_passwords
        self.entries = [
            PageRoute("GET", HOME, DESK, self.page, nav="Mật khẩu tại quầy" if here else ""),
            PageRoute("POST", f"{HOME}/ask", DESK, self.ask),
            PageRoute("POST", f"{HOME}/decide", DESK, self.decide),
        ]

    async def page(self, visit: Visit, error: str = "", link: str = "", status: int = 200) -> Response:
        """What waits, and the form to ask for one."""
        turns = self._turns
        async with turns.db.reading() as connection:
            waiting = await resets.waiting(connection, turns.seal, turns.clock())
            names = await staff.names(connection)
        return visit.page(
            "console/resets.html",
            status=status,
            waiting=waiting,
            names=names,
            papers=PAPERS,
            error=error,
            link=link,
            minutes=self._limits.secure_link_minutes,
            on=turns.content.changes_passwords,
        )

    async def ask(self, visit: Visit) -> Response:
        """The first officer has seen the papers."""
        form = visit.form
        if not self._turns.content.changes_passwords:
            return await self.page(visit, "Ở đây không đổi mật khẩu.", status=409)
        try:
            async with self._turns.db.writing() as connection:
                counter = self._counter(visit, connection)
                await resets.ask(counter, form.get("code"), form.get("phone"), form.get("papers"))
        except ValueError as refused:
            return await self.page(visit, str(refused), status=422)
        return visit.go(f"{HOME}?note=reset_asked")

    async def decide(self, visit: Visit) -> Response:
        """The second officer decides; what is approved gives the link, now and never again."""
        turns, reset, approve = self._turns, visit.form.get("reset"), visit.form.get("act") == "approve"
        if approve:
            async with turns.db.reading() as connection:
                code, phone = await resets.asked_for(connection, turns.seal, reset)
            if code and (fault := await resets.fault(self._accounts, code, phone)):
                return await self.page(visit, fault, status=409)
        try:
            async with turns.db.writing() as connection:
                counter = self._counter(visit, connection)
                token = await resets.decide(counter, reset, approve=approve)
        except ValueError as refused:
            return await self.page(visit, str(refused), status=409)
        if not token:
            return visit.go(f"{HOME}?note=reset_refused")
        return await self.page(visit, link=f"{self._address}/secure/{token}")

    def _counter(self, visit: Visit, connection: AsyncConnection) -> Counter:
        turns, ours = self._turns, self._accounts is not None and self._accounts.ours
        whose = (turns.seal, self._limits, visit.member, turns.clock())
        return Counter(turns.db, connection, *whose, ours)
