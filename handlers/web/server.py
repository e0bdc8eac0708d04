"""The HTTP server's routes: pages, static files, health, and the channels' webhooks. Made by handlers/web/chat.py.

Invariant: every answer passes through the outermost layer (answers.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from data.installation.readiness import Readiness
from handlers.turns.queue import Turns
from handlers.web.answers import Answers
from handlers.web.pages import PAGES, Pages
from handlers.web.webhooks import Webhooks


class WebServer(Starlette):
    """The routes of one process; webhooks are looked up before them: they are most of what comes, and need no routing."""

    def __init__(
        self,
        turns: Turns,
        pages: Pages,
        routes: Sequence[BaseRoute],
        webhooks: Webhooks | None = None,
    ) -> None:
        self._turns = turns
        self._webhooks = webhooks or Webhooks({})
        self.readiness = Readiness(turns.db)  # bot/serve.py gives one that knows the settings
        self.troubles: Callable[[], Mapping[str, str]] = (
            dict  # of the channels; bot/serve.py gives what knows them
        )
        self._answers = Answers(self._inside, pages)
        health = [
            Mount("/chat/static", _Static(pages.version), name="static"),
            Route("/healthz", self.healthz, methods=["GET"]),
            Route("/readyz", self.readyz, methods=["GET"]),
        ]
        super().__init__(routes=[*routes, *health])
        self.router.redirect_slashes = False  # a redirect would repeat whatever Host the caller claimed

    def build_middleware_stack(self) -> ASGIApp:
        """Without Starlette's own error page: what a route does not catch is for the outermost layer."""
        return ExceptionMiddleware(self.router, handlers={HTTPException: self._refused})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answers(scope, receive, send)

    async def _inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        webhook = self._webhooks.at(scope)
        if webhook is None:
            await super().__call__(scope, receive, send)
        else:
            await self._webhooks.answer(webhook, scope, receive, send)

    async def healthz(self, request: Request) -> Response:
        """The process lives."""
        return JSONResponse({"ok": True})

    async def readyz(self, request: Request) -> Response:
        """The database takes what is written, and there is room for more. `waiting`: turns, when it was asked; `channels`: what
        fails at those of this process, which is no reason to ask another process."""
        said: dict[str, object] = {"waiting": self._turns.waiting}
        if channels := self.troubles():
            said["channels"] = channels
        if trouble := await self.readiness.trouble():
            return JSONResponse({"ok": False, "database": trouble, **said}, 503)
        return JSONResponse({"ok": True, **said})

    async def _refused(self, request: Request, exc: Exception) -> Response:
        return self._answers.response(request.scope, self._answers.answer_to(request.scope, exc))


class _Static(StaticFiles):
    """The pages' own files. An address with the present version never changes; any other is asked for each time."""

    def __init__(self, version: str) -> None:
        super().__init__(directory=PAGES / "static")
        self._version = version

    async def get_response(self, path: str, scope: Scope) -> Response:
        if "\0" in path:
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        lasting = scope["query_string"] == f"v={self._version}".encode()
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return response
