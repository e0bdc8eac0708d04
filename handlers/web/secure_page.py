"""The secure page: a one-time address at which a person types a code or downloads their data. Routed by handlers/web/chat.py.

Invariant: GET changes nothing, so a link preview uses nothing up.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data import conversations, proofs, rights
from data.secure import pages as secure_pages
from data.secure.pages import Page
from flows.engine.events import TypedSecret
from handlers.passwords import Passwords
from handlers.turns.json_contract import NEVER
from handlers.turns.queue import Turns
from handlers.turns.types import Busy, NotKept, Opens, TurnResult, at_once
from handlers.web.forms import posted
from handlers.web.pages import SAME_SITE, Pages
from handlers.web.password_page import FORM_LIMIT as PASSWORD_LIMIT
from handlers.web.password_page import PasswordPage
from handlers.web.source import SourceRates, Sources

FORM_LIMIT = 4096  # bytes of a posted secure page
_ERRORS = {
    "expired": "Mã đã hết hạn hoặc đã dùng rồi. Anh/chị quay lại cuộc trò chuyện để nhận mã mới.",
    "spent": "Đã quá số lần nhập cho phép. Anh/chị quay lại cuộc trò chuyện để xem cách khác.",
    "paused": "Vừa có quá nhiều mã sai, nên tôi tạm dừng nhận mã. Anh/chị quay lại cuộc trò chuyện để xem cách khác.",
}
USED = "Trang này đã dùng xong. Anh/chị quay lại cuộc trò chuyện để xem kết quả."
BUSY = "Trang này vừa nhận quá nhiều lần bấm. Anh/chị chờ một phút, quay lại trang trước rồi bấm lại; chưa có gì thay đổi."
OLD = "Trang đã cũ hoặc mở từ nơi khác. Anh/chị mở lại đường dẫn trong cuộc trò chuyện."
GONE = (
    "Trang này đã dùng rồi, đã hết hạn hoặc không có. Anh/chị quay lại cuộc trò chuyện để nhận đường dẫn mới."
)


@dataclass(frozen=True, slots=True)
class SecurePages:
    """The routes of the secure page. `say` shows on the web what a code led to, `say_elsewhere` the other doors do."""

    turns: Turns
    pages: Pages
    _: KW_ONLY
    say: Callable[[TurnResult], Awaitable[None]]
    say_elsewhere: Mapping[str, Callable[[TurnResult], None]]
    sources: Sources = field(default_factory=Sources)
    rates: SourceRates = field(default_factory=SourceRates)
    run_errands: Callable[[TurnResult], None] = lambda result: None  # a wrong code may warn the phone's owner
    passwords: Passwords | None = None  # where passwords are changed here

    @property
    def routes(self) -> list[Route]:
        """Where the page is: GET looks, POST takes."""
        return [
            Route("/secure/{token}", to, methods=[m]) for to, m in ((self.look, "GET"), (self.post, "POST"))
        ]

    @property
    def password(self) -> PasswordPage | None:
        """The page on which a password is changed, None where that is done elsewhere."""
        if self.passwords is None:
            return None
        ways = (self.sources, self.say, self.say_elsewhere, self.run_errands)
        return PasswordPage(self.passwords, self.pages, *ways)

    async def look(self, request: Request) -> Response:
        """Show the form."""
        token = request.path_params["token"]
        page, now = await self._page(token)
        if page is None:
            return self.pages.notice(request, 410, "Trang đã hết hạn", GONE)
        if page.kind == "password" and self.password is not None:
            return await self.password.show(request, token, page, now, self._csrf_token(token))
        if page.done:
            return self.pages.notice(request, 200, "Đã xong", USED, "done")
        return self._form(request, token, page, now)

    async def _page(self, token: str) -> tuple[Page | None, float]:
        turns = self.turns
        async with turns.db.reading() as connection:
            page = await secure_pages.page_of(connection, token)
            if page is None:
                return None, 0.0
            found = (await conversations.load(connection, turns.seal, [page.address])).get(page.address)
        now = turns.clock() + (found.clock if found else 0.0)
        return (page if now <= page.until else None), now

    def _form(
        self, request: Request, token: str, page: Page, now: float, error: str = "", status: int = 200
    ) -> Response:
        return self.pages.html(
            "secure.html",
            request,
            status,
            kind=page.kind,
            digits=proofs.DIGITS,
            error=error,
            until=datetime.fromtimestamp(page.code_until, UTC).isoformat(),
            now=datetime.fromtimestamp(now, UTC).isoformat(),
            hint="Mã nằm trong tin nhắn SMS gửi đến số điện thoại đã đăng ký với cơ quan BHXH.",
            action=f"/secure/{token}",
            csrf_token=self._csrf_token(token),
        )

    def _csrf_token(self, token: str) -> str:
        """A keyed hash of the installation's secret: another of its processes knows it, too."""
        return self.turns.seal.keyed("secure page", token)

    async def post(self, request: Request) -> Response:
        """Take a code. The attempt is counted in the person's own conversation, in order with what they type there."""
        if not self.rates.may_post(self.sources.of(request)):
            answer = self.pages.notice(request, 429, "Xin chờ một chút", BUSY)
            answer.headers["retry-after"] = "60"
            return answer
        token = request.path_params["token"]
        page, now = await self._page(token)
        if page is None:
            return self.pages.notice(request, 410, "Trang đã hết hạn", GONE)
        for_password = page.kind == "password" and self.password is not None
        form = await posted(request, limit=PASSWORD_LIMIT if for_password else FORM_LIMIT, fields=8)
        csrf_token, code = form.get("csrf_token"), "".join(form.get("otp").split())
        same_site = request.headers.get("sec-fetch-site", "") in SAME_SITE
        if not same_site or not hmac.compare_digest(csrf_token.encode(), self._csrf_token(token).encode()):
            if for_password:
                return self.pages.notice(request, 403, "Trang đã cũ", OLD)
            return self._form(request, token, page, now, "Trang đã cũ. Anh/chị nhập lại mã giúp tôi.", 403)
        if for_password and self.password is not None:
            return await self.password.take(request, token, page, now, csrf_token, form)
        if page.done:
            return self.pages.notice(request, 200, "Đã xong", USED, "done")
        if page.kind == "export":
            return await self._exported(request, token, page)
        if len(code) != proofs.DIGITS or not (code.isascii() and code.isdigit()):
            return self._form(request, token, page, now, f"Mã OTP gồm đúng {proofs.DIGITS} chữ số.", 422)
        return await self._typed(request, token, page, now, code)

    async def _typed(self, request: Request, token: str, page: Page, now: float, code: str) -> Response:
        event: Opens = at_once(TypedSecret("otp", code, NEVER))
        elsewhere = self.say_elsewhere.get(page.address.partition(":")[0])
        try:
            result = await self.turns.take(
                page.address,
                f"secure:{secrets.token_hex(16)}",
                event,
                pushed=elsewhere is not None,
                shown=page.address.startswith("web:"),
                source=self.sources.of(request),
            )
        except (Busy, NotKept):
            return self._form(request, token, page, now, "Hệ thống đang bận. Anh/chị bấm Xác nhận lại.", 503)
        if elsewhere is not None:
            elsewhere(result)
        else:
            await self.say(result)
        self.run_errands(result)
        outcome = result.outcomes[-1] if result.outcomes else "expired"
        if outcome == "record":
            return self.pages.notice(
                request,
                200,
                "Đã xác minh",
                "Xong rồi ạ. Anh/chị quay lại cuộc trò chuyện để xem kết quả.",
                "done",
            )
        if outcome == "wrong":
            return self._form(
                request, token, page, now, "Mã chưa đúng. Anh/chị xem lại tin nhắn mới nhất.", 422
            )
        return self.pages.notice(
            request, 410, "Không dùng được mã này", _ERRORS.get(outcome, _ERRORS["expired"])
        )

    async def _exported(self, request: Request, token: str, page: Page) -> Response:
        """Hand out everything kept about the person, as a file, once."""
        turns = self.turns
        async with turns.db.writing() as connection:
            if not await secure_pages.use_page(connection, token):
                return self.pages.notice(request, 410, "Trang đã hết hạn", GONE)
            value = await rights.take_along(turns.db, connection, turns.seal, page.address, turns.clock())
        if value is None:
            return self.pages.notice(request, 410, "Không còn gì", "Tôi không giữ thông tin nào của anh/chị.")
        headers = self.pages.headers(request)
        headers["content-disposition"] = 'attachment; filename="du-lieu-cua-toi.json"'
        return Response(
            json.dumps(value, ensure_ascii=False, indent=2), media_type="application/json", headers=headers
        )
