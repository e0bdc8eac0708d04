"""Hands out the page or calendar that a link leads to. Routed by handlers/web/chat.py.

Invariant: GET changes nothing, so a link preview uses nothing up; who has the link has the paper, for some days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO

import segno
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data.secure import papers
from flows.entries import entry_words
from handlers.papers import drawn
from handlers.turns.queue import Turns
from handlers.units import UnitPages
from handlers.web.pages import Pages
from handlers.web.source import SourceRates, Sources

GONE = "Tệp này đã quá hạn lưu hoặc không có. Anh/chị quay lại cuộc trò chuyện và nhắn “in ra giấy” hay “cho tôi cái lịch” để lấy lại."
BUSY = "Từ chỗ anh/chị vừa có quá nhiều lượt tải. Đường dẫn vẫn còn dùng được: chờ một phút rồi mở lại."
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def opening_of(request: Request) -> str:
    """The words that the page's ?start= stands for: what a link back begins; "" for none."""
    return entry_words(request.query_params.get("start", ""))


def link_routes(
    turns: Turns, pages: Pages, address: str, sources: Sources, rates: SourceRates
) -> list[Route]:
    """What links of the conversation lead to: papers, and the page of a unit."""
    return [
        *PaperLinks(turns, pages, address, sources, rates).routes,
        *UnitPages(turns, pages, sources, rates).routes,
    ]


@dataclass(frozen=True, slots=True)
class PaperLinks:
    """The route of the links. `address` is the assistant's own, without a slash at its end; a source draws so often in a minute."""

    turns: Turns
    pages: Pages
    address: str
    sources: Sources
    rates: SourceRates

    @property
    def routes(self) -> list[Route]:
        """Where the links lead; and a link as a QR, for a device on which no file is to be left."""
        return [
            Route("/papers/{token}", self.take, methods=["GET"]),
            Route("/papers/{token}/qr.svg", self.picture, methods=["GET"]),
        ]

    async def picture(self, request: Request) -> Response:
        """The link as a QR; whether it leads anywhere is not looked up."""
        token = request.path_params["token"]
        if not _TOKEN.fullmatch(token):
            return self.pages.notice(request, 404, "Không có trang này", GONE)
        if not self.rates.may_draw(self.sources.of(request)):
            return self.pages.notice(request, 429, "Đang có quá nhiều lượt tải", BUSY)
        out = BytesIO()
        segno.make(f"{self.address}/papers/{token}", error="m", micro=False).save(
            out, kind="svg", scale=6, border=4, light="#fff"
        )
        return Response(out.getvalue(), media_type="image/svg+xml", headers=self.pages.headers(request))

    async def take(self, request: Request) -> Response:
        """The file, as an attachment."""
        turns = self.turns
        async with turns.db.reading() as connection:
            found = await papers.paper_at(connection, turns.seal, request.path_params["token"], turns.clock())
        if found is None:
            return self.pages.notice(request, 410, "Không còn tệp này", GONE)
        if not self.rates.may_draw(self.sources.of(request)):
            return self.pages.notice(request, 429, "Đang có quá nhiều lượt tải", BUSY)
        file = await drawn(found[1], f"{self.address}/?start={{}}")
        headers = self.pages.headers(request)
        headers["content-disposition"] = f'attachment; filename="{file.name}"'
        return Response(file.content, media_type=file.type, headers=headers)
