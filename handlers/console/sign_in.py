"""Signing in by a one-time link, signing out, and the limit on failed attempts. Made by `Console`.

Invariant: a GET does not use the link up, one POST does; a good link passes however many failures there were.
"""

from __future__ import annotations

import logging
import math
from collections import OrderedDict
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from data import audit, staff
from data.desk import transfers
from data.staff import Member
from flows.conversations.officer import words as desk_words
from handlers.console import wording
from handlers.console.access import EVERYBODY, AccessControl, PageRoute, Visit
from handlers.console.forms import csrf_token, has_csrf_token, read_form
from handlers.console.inbox.list_part import HOME
from handlers.web.source import Sources

log = logging.getLogger("troly.console")

MINUTE = 60.0
FIRST_DELAY, LAST_DELAY = 15.0, 240.0  # seconds a source waits after too many failures; doubled each time
CALM = 600.0  # seconds without a failure after which the delay is short again
SOURCES = 10_000  # sources that are remembered; of more, those that failed longest ago are forgotten


class Failures:
    """Failed sign-ins of one source: so many a minute, then it waits, longer each time."""

    def __init__(self, clock: Callable[[], float], per_minute: int) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._times: list[float] = []
        self._locks = 0
        self._until = 0.0
        self._last = 0.0

    def failed(self) -> int:
        """One more failure. 0: it may be answered as one; else the seconds until the next may be."""
        now = self._clock()
        self._times = [t for t in self._times if now - MINUTE < t <= now]
        if now < self._until <= now + LAST_DELAY:  # beyond: the clock went back
            return math.ceil(self._until - now)
        if now - self._last > CALM:
            self._locks = 0
        self._times.append(now)
        self._last = now
        if len(self._times) >= self._per_minute:
            delay = min(FIRST_DELAY * 2**self._locks, LAST_DELAY)
            self._until = max(self._times[0] + MINUTE, now + delay)
            self._locks += 1
            log.warning("a source failed to sign in too often; it waits %.0f s", self._until - now)
        return 0


class SourceFailures:
    """The failures of each source, and an alarm in the log when all together fail very often."""

    def __init__(self, clock: Callable[[], float], *, per_minute: int, alarm_per_minute: int) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._alarm_per_minute = alarm_per_minute
        self._of: OrderedDict[str, Failures] = OrderedDict()
        self._minute, self._in_minute = 0, 0

    def failed(self, source: str) -> int:
        """As `Failures.failed`, of this source."""
        self._count()
        failures = self._of.setdefault(source, Failures(self._clock, self._per_minute))
        self._of.move_to_end(source)
        if len(self._of) > SOURCES:
            self._of.popitem(last=False)
        return failures.failed()

    def _count(self) -> None:
        minute = int(self._clock() // MINUTE)
        if minute != self._minute:
            self._minute, self._in_minute = minute, 0
        self._in_minute += 1
        if self._in_minute == self._alarm_per_minute:
            log.error(
                "%d failed staff sign-ins within a minute, from several sources or one", self._in_minute
            )


class SignIn:
    """The pages of the way in and out."""

    def __init__(self, access: AccessControl, sources: Sources, nudge: Callable[[], None]) -> None:
        self._access = access
        self._nudge = nudge
        self._sources = sources
        self._failures = SourceFailures(
            access.turns.clock,
            per_minute=access.rules.failures_per_minute,
            alarm_per_minute=access.rules.alarm_per_minute,
        )
        self.entries = [
            PageRoute("GET", "/console/sign-in/{token}", frozenset(), self.look),
            PageRoute("POST", "/console/sign-in/{token}", frozenset(), self.confirm),
            PageRoute("POST", "/console/sign-out", EVERYBODY, self.sign_out),
        ]

    async def look(self, request: Request) -> Response:
        """The button. Link previews may look too: the link is not even compared."""
        token = request.path_params["token"]
        return self._access.page(
            request,
            "console/sign_in.html",
            action=f"/console/sign-in/{token}",
            csrf_token=csrf_token(self._access.turns.seal, token),
        )

    async def confirm(self, request: Request) -> Response:
        """Use the link, open a session under a new cookie, and go in. Only what fails is counted, and only it waits."""
        access, turns = self._access, self._access.turns
        token = request.path_params["token"]
        form = await read_form(request)
        if form is None or not has_csrf_token(form, turns.seal, token):
            return self._failed(request, 403, "Trang đã cũ", wording.OLD_FORM)
        async with turns.db.reading() as connection:  # what is no link never reaches the writer
            good = await staff.is_good_link(connection, token, turns.clock())
        signed_in = await self._signed_in(request, token) if good else None
        if signed_in is None:
            return self._failed(request, 410, "Liên kết không dùng được", wording.LINK_GONE)
        home = HOME if signed_in[1].role == "officer" else "/console"
        response = Response(status_code=303, headers=access.headers() | {"location": home})
        # lax, not strict: a link to a ticket that a colleague sends is to open signed in; every change is a POST with its CSRF token
        response.set_cookie(
            access.cookie,
            signed_in[0],
            max_age=int(access.rules.total),
            httponly=True,
            samesite="lax",
            secure=access.https,
            path="/",
        )
        return response

    async def _signed_in(self, request: Request, token: str) -> tuple[str, Member] | None:
        """The cookie of a new session and whose it is; None when another request used the link up meanwhile."""
        access, turns = self._access, self._access.turns
        before = request.cookies.get(access.cookie, "")
        async with turns.db.writing() as connection:
            signed_in = await staff.sign_in(connection, token, turns.clock())
            if signed_in is None:
                return None
            if before:
                await staff.sign_out(connection, staff.key_of(before))
            who = f"staff:{signed_in[1].name}"
            await audit.note(turns.db, connection, turns.seal, at=turns.clock(), who=who, what="signed_in")
        return signed_in

    def _failed(self, request: Request, status: int, title: str, message: str) -> Response:
        if wait := self._failures.failed(self._sources.of(request)):
            response = self._access.refused(request, 429, "Chờ một chút", wording.locked(wait))
            response.headers["retry-after"] = str(wait)
            return response
        return self._access.refused(request, status, title, message)

    async def sign_out(self, visit: Visit) -> Response:
        """End the session, here and in the database. The last session of an officer puts their tickets back."""
        access, turns = self._access, self._access.turns
        now, member = turns.clock(), visit.member.id
        async with turns.db.writing() as connection:
            await staff.sign_out(connection, visit.session.key)
            times = {"idle": access.rules.idle, "total": access.rules.total}
            if not await staff.has_session(connection, member, now, **times):
                desk = (turns.db, connection, turns.seal)
                await transfers.put_back_all(
                    *desk, member, now, content=turns.content, why=desk_words.LEFT_WORK
                )
            await audit.note(turns.db, connection, turns.seal, at=now, who=visit.who, what="signed_out")
        self._nudge()
        response = access.page(visit.request, "console/signed_out.html", left=True)
        response.delete_cookie(access.cookie, path="/", secure=access.https, httponly=True, samesite="lax")
        return response
