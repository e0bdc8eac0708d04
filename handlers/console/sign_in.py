"""Signing in by a one-time link, signing out, and the limit on failed attempts. Made by `Console`.

Invariant: a GET does not use the link up; one POST does.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from data import audit, staff
from handlers.console import wording
from handlers.console.access import EVERYBODY, AccessControl, PageRefused, PageRoute, Visit
from handlers.console.forms import csrf_token, has_csrf_token, read_form

log = logging.getLogger("troly.console")

MINUTE = 60.0
FIRST_DELAY, LAST_DELAY = 15.0, 240.0  # seconds everybody waits after too many failures; doubled each time
CALM = 600.0  # seconds without a failure after which the delay is short again


class Failures:
    """Failed sign-ins of the whole process: so many a minute, then everybody waits, longer each time.

    An attempt under way counts as failed until it has succeeded, so that many at once are no way round.
    """

    def __init__(self, clock: Callable[[], float], per_minute: int) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._times: list[float] = []
        self._locks = 0
        self._until = 0.0
        self._last = 0.0

    def begin(self) -> int:
        """0: an attempt may be made, and is counted; else the seconds until then."""
        now = self._clock()
        self._times = [t for t in self._times if t > now - MINUTE]
        until = self._until
        if len(self._times) >= self._per_minute:
            until = max(until, self._times[0] + MINUTE)
        if until > now:
            return math.ceil(until - now)
        self._times.append(now)
        return 0

    def succeeded(self) -> None:
        """The attempt was right: it does not count."""
        self._times.pop()

    def failed(self) -> None:
        """The attempt was wrong."""
        now = self._clock()
        if now - self._last > CALM:
            self._locks = 0
        self._last = now
        if len(self._times) < self._per_minute or self._until > now:
            return
        delay = min(FIRST_DELAY * 2**self._locks, LAST_DELAY)
        self._until = max(self._times[0] + MINUTE, now + delay)
        self._locks += 1
        log.warning("too many failed staff sign-ins; nobody can sign in for %.0f s", self._until - now)


class SignIn:
    """The pages of the way in and out."""

    def __init__(self, access: AccessControl) -> None:
        self._access = access
        self._failures = Failures(access.turns.clock, access.rules.failures_per_minute)
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
        """Use the link, open a session under a new cookie, and go in."""
        access, turns = self._access, self._access.turns
        token = request.path_params["token"]
        if wait := self._failures.begin():
            response = access.refused(request, 429, "Chờ một chút", wording.locked(wait))
            response.headers["retry-after"] = str(wait)
            return response
        form = await read_form(request)
        if form is None or not has_csrf_token(form, turns.seal, token):
            self._failures.failed()
            raise PageRefused(403, "Trang đã cũ", wording.OLD_FORM)
        before = request.cookies.get(access.cookie, "")
        async with turns.db.writing() as connection:
            signed_in = await staff.sign_in(connection, token, turns.clock())
            if signed_in is not None:
                if before:
                    await staff.sign_out(connection, staff.key_of(before))
                await audit.note(
                    turns.db,
                    connection,
                    turns.seal,
                    at=turns.clock(),
                    who=f"staff:{signed_in[1].name}",
                    what="signed_in",
                )
        if signed_in is None:
            self._failures.failed()
            raise PageRefused(410, "Liên kết không dùng được", wording.LINK_GONE)
        self._failures.succeeded()
        response = Response(status_code=303, headers=access.headers() | {"location": "/console"})
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

    async def sign_out(self, visit: Visit) -> Response:
        """End the session, here and in the database."""
        access, turns = self._access, self._access.turns
        async with turns.db.writing() as connection:
            await staff.sign_out(connection, visit.session.key)
            await audit.note(
                turns.db, connection, turns.seal, at=turns.clock(), who=visit.who, what="signed_out"
            )
        response = access.page(visit.request, "console/signed_out.html", left=True)
        response.delete_cookie(access.cookie, path="/", secure=access.https, httponly=True, samesite="lax")
        return response
