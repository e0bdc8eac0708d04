"""The chat page and its cookie, in three modes: one's own browser, a counter's device that many use, a frame of another site.

Made by handlers/web/chat.py. Invariant: each mode has a cookie of its own; a counter's page gives a new one each time it is opened, and only a
page for frames may be framed, by the sites of the list alone.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from flows.entries import poster_code_in
from handlers.web.frames import good_cookie
from handlers.web.pages import Pages
from handlers.web.papers import opening_of

Mode = Literal["own", "counter", "frame"]
VISITOR_DAYS = 180
_NAMES: dict[Mode, str] = {"own": "troly_visitor", "counter": "troly_counter", "frame": "troly_frame"}


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The page. `embed_origins`: sites that may frame it; `counter_seconds`: without a touch, until a counter's page forgets."""

    pages: Pages
    https: bool
    demo: bool = False
    embed_origins: tuple[str, ...] = ()
    counter_seconds: int = 60

    def cookie_name(self, mode: Mode) -> str:
        return f"__Host-{_NAMES[mode]}" if self.https else _NAMES[mode]

    def cookie(self, connection: HTTPConnection) -> str | None:
        """The visitor's cookie of the mode that a socket or a post of the page names; None where there is no good one."""
        named = connection.query_params.get("in", "")
        mode: Mode = "counter" if named == "counter" else "frame" if named == "frame" else "own"
        found = connection.cookies.get(self.cookie_name(mode))
        return found if good_cookie(found) else None

    def page(self, request: Request) -> Response:
        """The chat page; gives a new visitor their cookie, and everybody at a counter a new one."""
        given = request.query_params
        code = given.get("counter", "")
        counter = poster_code_in(code) if len(code) <= 20 else ""
        framed = bool(self.embed_origins) and "embed" in given and not counter
        mode: Mode = "counter" if counter else "frame" if framed else "own"
        opening = counter or opening_of(request)
        ancestors = " ".join(self.embed_origins) if framed else "'none'"
        response = self.pages.html(
            "chat.html",
            request,
            ancestors=ancestors,
            demo=self.demo and not framed,
            opening=opening,
            mode=mode,
            counter=counter,
            counter_seconds=self.counter_seconds,
        )
        if mode == "counter" or not good_cookie(request.cookies.get(self.cookie_name(mode))):
            response.headers.append("set-cookie", self._given(mode))
        return response

    def _given(self, mode: Mode) -> str:
        """A new cookie. In a frame it belongs to the site around it (Partitioned), for which browsers want Secure, on loopback too."""
        parts = [f"{self.cookie_name(mode)}={secrets.token_urlsafe(24)}", "Path=/", "HttpOnly"]
        if mode == "own":
            parts += [f"Max-Age={VISITOR_DAYS * 86400}", "SameSite=lax"]
        elif mode == "frame":
            parts += [f"Max-Age={VISITOR_DAYS * 86400}", "SameSite=None", "Partitioned"]
        else:  # gone with the browser at the latest
            parts.append("SameSite=strict")
        if self.https or mode == "frame":
            parts.append("Secure")
        return "; ".join(parts)
