"""The HTTP server's routes: pages, static files, health, and the channels' webhooks. Made by handlers/web/chat.py.

Invariant: a webhook is answered only after its door has committed or refused what came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from data.installation.readiness import Readiness
from handlers.doors import Webhook
from handlers.turns.queue import Turns
from handlers.web.pages import PAGES, Pages


class WebServer(Starlette):
    """The routes of one process; webhooks are looked up before them: they are most of what comes, and need no routing."""

    def __init__(
        self,
        turns: Turns,
        pages: Pages,
        routes: Sequence[BaseRoute],
        webhooks: Mapping[str, Webhook] | None = None,
    ) -> None:
        self._turns = turns
        self._pages = pages
        self._webhooks = webhooks or {}
        self.readiness = Readiness(turns.db)  # bot/serve.py gives one that knows the settings
        health = [
            Mount("/chat/static", _Static(pages.version), name="static"),
            Route("/healthz", self.healthz, methods=["GET"]),
            Route("/readyz", self.readyz, methods=["GET"]),
        ]
        super().__init__(routes=[*routes, *health], exception_handlers={404: self._lost, 405: self._lost})
        self.router.redirect_slashes = False  # a redirect would repeat whatever Host the caller claimed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        webhook = self._webhooks.get(scope.get("path", "")) if scope.get("method") == "POST" else None
        if webhook is None:
            await super().__call__(scope, receive, send)
            return
        status, given = await webhook(scope, receive)
        headers = [(name.lower().encode(), value.encode()) for name, value in given.items()]
        headers.append((b"content-length", b"0"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body"})

    async def healthz(self, request: Request) -> Response:
        """The process lives."""
        return JSONResponse({"ok": True})

    async def readyz(self, request: Request) -> Response:
        """The database takes what is written, and there is room for more."""
        if trouble := await self.readiness.trouble():
            return JSONResponse({"ok": False, "database": trouble}, 503)
        return JSONResponse({"ok": True, "waiting": self._turns.waiting})

    async def _lost(self, request: Request, exc: Exception) -> Response:
        return self._pages.notice(
            request, 404, "Không có trang này", "Anh/chị về trang trò chuyện giúp tôi nhé."
        )


class _Static(StaticFiles):
    """The pages' own files. An address with the present version never changes; any other is asked for each time."""

    def __init__(self, version: str) -> None:
        super().__init__(directory=PAGES / "static")
        self._version = version

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        lasting = scope["query_string"] == f"v={self._version}".encode()
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return response
