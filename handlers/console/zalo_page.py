"""The page of the Zalo Official Account: how long its authorisation lasts, authorising again, what is left of its messages, a
captured event tried. Made by `Console` where there is an account. Invariant: no token and no key is ever shown.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from data.zalo_tokens import LOST, NONE, REFUSED
from handlers.console.access import ADMINS, AccessControl, PageRoute, Visit

if TYPE_CHECKING:
    from handlers.zalo.oa.api import OaApi
    from handlers.zalo.oa.signature import Signature

log = logging.getLogger("troly.console")

HOME = "/console/zalo"
WEEK = 7 * 86400.0
SHOWN = 20  # rows of a quota, at most
PASTED = 20_000  # characters of a pasted event that are looked at

VERDICTS = {
    "body": "Chữ ký đúng: sự kiện này do Zalo gửi cho ứng dụng này (dấu thời gian trong nội dung).",
    "header": "Chữ ký đúng: sự kiện này do Zalo gửi cho ứng dụng này (dấu thời gian ở dòng đầu X-ZEvent-Timestamp).",
    "app": "app_id trong sự kiện không phải TROLY_ZALO_APP_ID, nên chữ ký không thể khớp. Kiểm tra App ID.",
    "swapped": "Hai khóa bị đổi chỗ: sự kiện được ký bằng giá trị đang đặt ở TROLY_ZALO_APP_SECRET. Khóa đó phải nằm ở TROLY_ZALO_OA_SECRET.",
    "": "Chữ ký không khớp. TROLY_ZALO_OA_SECRET phải là “OA Secret Key” ở trang Webhook của ứng dụng. Dán nguyên văn nội dung (không định dạng lại, không thêm dấu cách) và dòng X-ZEvent-Signature.",
}


WHY = {  # why the authorisation is broken; Zalo's code may follow
    NONE: "Chưa có quản trị viên nào cấp quyền.",
    LOST: "Lần đổi khóa gần nhất bị đứt giữa chừng và câu trả lời của Zalo đã mất.",
    REFUSED: "Zalo không chấp nhận khóa đang giữ",
}
REFUSALS = {  # why no authorisation came of a code
    "not begun": "Chưa bấm nút cấp quyền ở đây trong nửa giờ qua. Anh/chị bấm lại từ đầu.",
    "no code": "Nội dung này không có mã. Anh/chị sao nguyên địa chỉ mà Zalo đã đưa tới.",
    "no answer": "Zalo không trả lời. Anh/chị bắt đầu lại.",
    "refused": "Zalo không nhận mã này, vì mã đã dùng hoặc quá 10 phút. Anh/chị bắt đầu lại.",
}
QUOTAS = {  # what Zalo calls its kinds of quota
    "cs": "Tin tư vấn",
    "reply": "Trả lời trong 48 giờ",
    "sub_quota": "Trong gói dịch vụ",
    "purchase_quota": "Mua thêm",
    "reward_quota": "Được tặng",
    "promotion": "Tin truyền thông",
    "transaction": "Tin giao dịch",
}


@dataclass(frozen=True, slots=True)
class ZaloAccount:
    """The account's calls and tokens, what signs its events, and where Zalo leads back to after an authorisation."""

    api: OaApi
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


def why_broken(why: str) -> str:
    """Why an admin must authorise again."""
    word, _, code = why.partition(" ")
    said = WHY.get(word, WHY[NONE])
    return f"{said} (mã {code})." if code else said


def quota_rows(data: object) -> list[dict[str, str]]:
    """What is left, as Zalo tells it: `name`, `left` and `of` ("" where it does not say). Its answer is not documented: what cannot be
    read is left out."""
    given = data if isinstance(data, list) else [data]
    found = []
    for one in (row for row in given[:SHOWN] if isinstance(row, dict)):
        kind = str(one.get("quota_type") or one.get("product_type") or one.get("type") or "")
        left = one.get("remain")
        if isinstance(left, int | str) and str(left).isdigit():
            total = str(one.get("total", ""))
            of = total if total.isdigit() else ""
            found.append(
                {"name": QUOTAS.get(kind, kind[:40]) or "Tin", "left": str(left)[:20], "of": of[:20]}
            )
    return found


class ZaloPage:
    """What admins see and do about the account."""

    def __init__(self, access: AccessControl, account: ZaloAccount) -> None:
        self._turns, self._account, self._tokens = access.turns, account, account.api.tokens
        self.entries = [
            PageRoute("GET", HOME, ADMINS, self.look, nav="Zalo OA"),
            PageRoute("POST", f"{HOME}/authorise", ADMINS, self.begin),
            PageRoute("POST", f"{HOME}/finish", ADMINS, self.finish),
            PageRoute("POST", f"{HOME}/quota", ADMINS, self.quota),
            PageRoute("POST", f"{HOME}/verify", ADMINS, self.verify),
        ]

    async def look(self, visit: Visit) -> Response:
        """How it stands; with `?code=` Zalo has just led back here."""
        return await self._shown(visit, code=code_in(visit.request.query_params.get("code", "")))

    async def begin(self, visit: Visit) -> Response:
        """Begin an authorisation: its address is shown, to be opened by an admin of the account."""
        await visit.note("zalo_authorise_begun")
        return await self._shown(
            visit, address=await self._tokens.begin_authorisation(self._account.redirect)
        )

    async def finish(self, visit: Visit) -> Response:
        """Take the code that Zalo gave."""
        try:
            await self._tokens.finish_authorisation(code_in(visit.form.get("code")))
        except ValueError as refused:
            said = REFUSALS[getattr(refused, "why", "no code")]
            code = getattr(refused, "code", "")
            return await self._shown(visit, error=f"{said} (mã {code})" if code else said, status=422)
        await visit.note("zalo_authorised")
        return visit.go(f"{HOME}?note=zalo_authorised")

    async def quota(self, visit: Visit) -> Response:
        """Ask Zalo what is left of the account's messages."""
        try:
            answer = await self._account.api.quota()
        except Exception as wrong:  # noqa: BLE001  # whatever keeps the answer away, the page says that there is none
            log.warning("the quota could not be asked for: %s", type(wrong).__name__)
            return await self._shown(
                visit, quota_said="Chưa hỏi được Zalo lúc này. Anh/chị thử lại sau ít phút."
            )
        if answer["error"]:
            said = f"Zalo không cho biết hạn mức (mã {answer['error']})."
            return await self._shown(visit, quota_said=said)
        rows = quota_rows(answer.get("data"))
        blank = "" if rows else "Zalo không nêu hạn mức nào: gói này có thể không giới hạn."
        return await self._shown(visit, quota=rows, quota_said=blank)

    async def verify(self, visit: Visit) -> Response:
        """Say by what a captured event is signed."""
        event, given = visit.form.get("event")[:PASTED], visit.form.get("signature")[:200]
        found = verdict(
            self._account.signature,
            event,
            given,
            visit.form.get("timestamp")[:40],
            app_secret=self._tokens.app_secret,
        )
        return await self._shown(
            visit, said=VERDICTS[found], good=found in ("body", "header"), event=event, given=given
        )

    async def _shown(self, visit: Visit, *, status: int = 200, **given: Any) -> Response:
        try:
            pair = await self._tokens.load()
        except (SQLAlchemyError, ValueError):
            pair = None
        now = self._turns.clock()
        blank: dict[str, Any] = {
            "code": "",
            "address": "",
            "error": "",
            "said": "",
            "good": False,
            "event": "",
            "given": "",
        }
        blank |= {"quota": (), "quota_said": ""}
        return visit.page(
            "console/zalo.html",
            status=status,
            pair=pair,
            why=why_broken(pair.why) if pair is not None else "",
            soon=pair is not None and pair.refresh_until - now < WEEK,
            webhook=self._account.webhook,
            redirect=self._account.redirect,
            **{**blank, **given},
        )
