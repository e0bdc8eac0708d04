"""The page of the Zalo Official Account: how long its authorisation lasts, authorising again, a captured event tried.

Made by `Console` where there is an account. Invariant: no token and no key is ever shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from handlers.console.access import ADMINS, AccessControl, PageRoute, Visit

if TYPE_CHECKING:
    from handlers.zalo.oa.signature import Signature
    from handlers.zalo.oa.tokens import Tokens

HOME = "/console/zalo"
WEEK = 7 * 86400.0
PASTED = 20_000  # characters of a pasted event that are looked at

VERDICTS = {
    "body": "Chữ ký đúng: sự kiện này do Zalo gửi cho ứng dụng này (dấu thời gian trong nội dung).",
    "header": "Chữ ký đúng: sự kiện này do Zalo gửi cho ứng dụng này (dấu thời gian ở dòng đầu X-ZEvent-Timestamp).",
    "app": "app_id trong sự kiện không phải TROLY_ZALO_APP_ID, nên chữ ký không thể khớp. Kiểm tra App ID.",
    "swapped": "Hai khóa bị đổi chỗ: sự kiện được ký bằng giá trị đang đặt ở TROLY_ZALO_APP_SECRET. Khóa đó phải nằm ở TROLY_ZALO_OA_SECRET.",
    "": "Chữ ký không khớp. TROLY_ZALO_OA_SECRET phải là “OA Secret Key” ở trang Webhook của ứng dụng. Dán nguyên văn nội dung (không định dạng lại, không thêm dấu cách) và dòng X-ZEvent-Signature.",
}


@dataclass(frozen=True, slots=True)
class ZaloAccount:
    """The account's tokens, what signs its events, and where Zalo leads back to after an authorisation."""

    tokens: Tokens
    signature: Signature
    redirect: str
    webhook: str


def verdict(signature: Signature, body: str, given: str, timestamp: str = "", *, app_secret: str = "") -> str:
    """What a pasted event is signed with: a key of VERDICTS. The event is acted on in no way."""
    signed = (body.strip().encode(), given.strip().encode(), timestamp.strip().encode())
    if by := signature.signs(*signed):
        return by
    if replace(signature, secret=app_secret).signs(*signed):
        return "swapped"
    return "" if f'"{signature.app_id}"' in body else "app"


def code_in(pasted: str) -> str:
    """The code in what an admin pasted: the whole address that Zalo led to, or the code alone."""
    text = pasted.strip()
    if "?" not in text:
        return text
    return next(iter(parse_qs(urlsplit(text).query).get("code", ())), "")


class ZaloPage:
    """What admins see and do about the account."""

    def __init__(self, access: AccessControl, account: ZaloAccount) -> None:
        self._turns, self._account = access.turns, account
        self.entries = [
            PageRoute("GET", HOME, ADMINS, self.look, nav="Zalo OA"),
            PageRoute("POST", f"{HOME}/authorise", ADMINS, self.begin),
            PageRoute("POST", f"{HOME}/finish", ADMINS, self.finish),
            PageRoute("POST", f"{HOME}/verify", ADMINS, self.verify),
        ]

    async def look(self, visit: Visit) -> Response:
        """How it stands; with `?code=` Zalo has just led back here."""
        return await self._shown(visit, code=code_in(visit.request.query_params.get("code", "")))

    async def begin(self, visit: Visit) -> Response:
        """Begin an authorisation: its address is shown, to be opened by an admin of the account."""
        await visit.note("zalo_authorise_begun")
        return await self._shown(
            visit, address=await self._account.tokens.begin_authorisation(self._account.redirect)
        )

    async def finish(self, visit: Visit) -> Response:
        """Take the code that Zalo gave."""
        try:
            await self._account.tokens.finish_authorisation(code_in(visit.form.get("code")))
        except ValueError as refused:
            return await self._shown(visit, error=str(refused), status=422)
        await visit.note("zalo_authorised")
        return visit.go(f"{HOME}?note=zalo_authorised")

    async def verify(self, visit: Visit) -> Response:
        """Say by what a captured event is signed."""
        event, given = visit.form.get("event")[:PASTED], visit.form.get("signature")[:200]
        found = verdict(
            self._account.signature,
            event,
            given,
            visit.form.get("timestamp")[:40],
            app_secret=self._account.tokens.app_secret,
        )
        return await self._shown(
            visit, said=VERDICTS[found], good=found in ("body", "header"), event=event, given=given
        )

    async def _shown(self, visit: Visit, *, status: int = 200, **given: Any) -> Response:
        try:
            pair = await self._account.tokens.load()
        except (SQLAlchemyError, ValueError):
            pair = None
        now = self._turns.clock()
        blank = {"code": "", "address": "", "error": "", "said": "", "good": False, "event": "", "given": ""}
        return visit.page(
            "console/zalo.html",
            status=status,
            pair=pair,
            soon=pair is not None and pair.refresh_until - now < WEEK,
            webhook=self._account.webhook,
            redirect=self._account.redirect,
            **{**blank, **given},
        )
