"""Hands out the page or calendar that a link leads to. Routed by handlers/web/chat.py.

Invariant: GET changes nothing, so a link preview uses nothing up; who has the link has the paper, for some days.
"""

from __future__ import annotations

from dataclasses import dataclass

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


def opening_of(request: Request) -> str:
    """The words that the page's ?start= stands for: what a link back begins; "" for none."""
    return entry_words(request.query_params.get("start", ""))


def link_routes(
    turns: Turns, pages: Pages, address: str, sources: Sources, rates: SourceRates
) -> list[Route]:
    """What links of the conversation lead to: papers, and the page of a unit."""
    papers_of = PaperLinks(turns, pages, address, sources, rates)
    return [papers_of.route, *UnitPages(turns, pages, sources, rates).routes]


@dataclass(frozen=True, slots=True)
class PaperLinks:
    """The route of the links. `address` is the assistant's own, without a slash at its end; a source draws so often in a minute."""

    turns: Turns
    pages: Pages
    address: str
    sources: Sources
    rates: SourceRates

    @property
    def route(self) -> Route:
        """Where the links lead."""
        return Route("/papers/{token}", self.take, methods=["GET"])

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
