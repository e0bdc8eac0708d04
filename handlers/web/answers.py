"""The outermost layer of the web server: gives every answer its headers, and turns whatever goes wrong into an answer.

Wraps the routes in server.py. Invariant: nothing leaves without the policy, nothing inside is told, and of what went wrong
only kind and place are logged.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Iterable

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handlers.web.forms import BadForm
from handlers.web.pages import Pages, page_headers

log = logging.getLogger("troly.web")

RETRY_SECONDS = 10  # after which somebody may try again when the database is away
AWAY_STATES = (
    "08",
    "28",
    "3D",
    "53",
    "57",
    "58",
)  # PostgreSQL's: no connection, no database, full, shut down, broken
MACHINES = ("/healthz", "/readyz", "/metrics")  # asked by programs, which read JSON
LOST = (404, "Không có trang này", "Anh/chị về trang trò chuyện giúp tôi nhé.")
UNREADABLE = (
    400,
    "Không đọc được yêu cầu",
    "Trình duyệt gửi nội dung không đúng dạng. Anh/chị tải lại trang rồi thử lại.",
)
TOO_LONG = (413, "Quá dài", "Nội dung gửi lên quá dài. Anh/chị rút gọn rồi gửi lại.")
AWAY = (
    503,
    "Hệ thống tạm gián đoạn",
    "Hệ thống đang không đọc hay lưu được dữ liệu. Anh/chị chờ một phút rồi tải lại trang; gấp thì gọi tổng đài.",
)
TROUBLE = (500, "Có trục trặc", "Lỗi của hệ thống, không phải của anh/chị. Anh/chị thử lại sau ít phút.")
_SENTENCES = {answer[0]: answer for answer in (LOST, UNREADABLE, TOO_LONG, AWAY, TROUBLE)} | {405: LOST}


def is_away(wrong: BaseException) -> bool:
    """Whether the database cannot be reached, or can take nothing now: asking again later may help."""
    if isinstance(wrong, DBAPIError):
        state = str(getattr(wrong.orig, "sqlstate", None) or "")
        if wrong.connection_invalidated or state[:2] in AWAY_STATES:
            return True
    driver = type(wrong).__module__.partition(".")[0] == "asyncpg"  # raised before there is a connection
    return driver or isinstance(wrong, InterfaceError | OperationalError | PoolTimeout | OSError)


def place_of(wrong: BaseException) -> str:
    """Where it went wrong, file and line; never what was said or kept there."""
    frames = traceback.extract_tb(wrong.__traceback__)[-4:]
    return "".join(f" < {f.filename.rpartition('/')[2]}:{f.lineno}" for f in reversed(frames))


class Answers:
    """An ASGI application around another one."""

    def __init__(self, inner: ASGIApp, pages: Pages) -> None:
        self._inner = inner
        self._pages = pages
        self._headers = [(k.encode(), v.encode()) for k, v in page_headers(https=pages.https).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = False

        async def told(message: Message) -> None:
            nonlocal began
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                began = True
                message = {**message, "headers": self._complete(message.get("headers", ()))}
            elif message["type"] == "websocket.accept":
                began = True
            elif message["type"] == "websocket.close" and not began:
                await self._deny(scope, send, 403)
                return
            await send(message)

        try:
            if not scope.get("query_string", b"").isascii():
                await self._say(scope, told, UNREADABLE)
                return
            await self._inner(scope, receive, told)
        except ClientDisconnect:
            return  # nobody is there to be told
        except (Exception, asyncio.CancelledError) as wrong:  # noqa: BLE001  # whatever is wrong, there is an answer
            stopped = isinstance(wrong, asyncio.CancelledError)
            if not began:
                await self._say(scope, told, AWAY if stopped else self.answer_to(scope, wrong))
            elif not stopped:
                self.answer_to(scope, wrong)

    def answer_to(self, scope: Scope, wrong: BaseException) -> tuple[int, str, str]:
        """What is told of this trouble, which is logged here."""
        if isinstance(wrong, HTTPException | BadForm):
            status = wrong.status_code if isinstance(wrong, HTTPException) else wrong.status
            return _SENTENCES.get(status, UNREADABLE)
        answer = AWAY if is_away(wrong) else TROUBLE
        route = getattr(scope.get("route"), "path", "a request")
        log.error("%s failed: %s%s", route, type(wrong).__name__, place_of(wrong))
        return answer

    def response(self, scope: Scope, answer: tuple[int, str, str]) -> Response:
        """A page that says so, or JSON for a program."""
        status, title, message = answer
        response: Response
        if status >= 500 and scope.get("path") in MACHINES:
            response = JSONResponse({"ok": False}, status)
        else:
            response = self._pages.notice(Request(scope), status, title, message)
        if status == 503:
            response.headers["retry-after"] = str(RETRY_SECONDS)
        return response

    async def _say(self, scope: Scope, send: Send, answer: tuple[int, str, str]) -> None:
        if scope["type"] == "websocket":
            await self._deny(scope, send, answer[0])
            return
        await self.response(scope, answer)(scope, _nothing, send)

    async def _deny(self, scope: Scope, send: Send, status: int) -> None:
        """Refuse the handshake of a socket."""
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 4000 + status})
            return
        headers = [*self._headers, (b"content-length", b"0")]
        await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": b""})

    def _complete(self, given: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        headers = list(given)
        there = {name.lower() for name, _ in headers}
        return headers + [(name, value) for name, value in self._headers if name not in there]


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
