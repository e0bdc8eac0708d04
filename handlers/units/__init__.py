"""The page of a unit, which its contact opens by a link of some minutes: everybody and how far they are, the list to hand over, one
button that reminds all who are late. Routed by handlers/web/papers.py.

Invariant: the link shows the unit only while whose conversation it was made in is still the unit's contact; GET changes nothing.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data import conversations
from data.limits import Limits
from data.people import unit_reminders, units
from data.people.unit_reminders import Reminded
from data.people.units import Employee, Unit
from data.secure import pages as secure_pages
from data.spreadsheet import workbook
from flows.calendar.office_hours import VIETNAM
from flows.conversations.units.standing import CALLED, Standing, counted
from handlers.turns.queue import Turns
from handlers.web.forms import posted
from handlers.web.pages import SAME_SITE, Pages
from handlers.web.source import SourceRates, Sources

FORM_LIMIT = 4096  # bytes of the posted form
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = ("TT", "Họ và tên", "Mã số BHXH")
SENT = frozenset(("over", "near", "sent", "handed_in"))  # whose declaration waits for the office
GONE = "Trang này đã hết hạn hoặc không có. Anh/chị quay lại cuộc trò chuyện, bấm “Danh sách nộp” để mở trang mới."
OLD = "Trang đã cũ hoặc mở từ nơi khác. Anh/chị mở lại đường dẫn trong cuộc trò chuyện."
BUSY = "Trang này vừa nhận quá nhiều lần bấm. Anh/chị chờ một phút rồi bấm lại."
_TONES = {"over": "bad", "near": "wait", "handed_in": "good", "finished": "good"}
Listed = Sequence[tuple[Employee, Standing]]


@dataclass(frozen=True, slots=True)
class OpenUnit:
    """A unit whose page is open, everybody of it, and the time of the contact."""

    unit: Unit
    found: Listed
    now: float

    @property
    def day(self) -> datetime:
        return datetime.fromtimestamp(self.now, VIETNAM)


@dataclass(frozen=True, slots=True)
class UnitPages:
    """The routes of a unit's page."""

    turns: Turns
    pages: Pages
    sources: Sources
    rates: SourceRates

    @property
    def routes(self) -> list[Route]:
        """Where it is: the page, the list as two files, and the button."""
        at = "/unit/{token}"
        return [
            Route(at, self.look, methods=["GET"]),
            Route(f"{at}/list.xlsx", self.xlsx, methods=["GET"]),
            Route(f"{at}/list.pdf", self.pdf, methods=["GET"]),
            Route(f"{at}/remind", self.remind, methods=["POST"]),
        ]

    @property
    def _limits(self) -> Limits:
        return self.turns.effect_handler.services.limits

    async def look(self, request: Request) -> Response:
        """Everybody of the unit, the latest first."""
        token = request.path_params["token"]
        opened = await self._opened(token)
        return self._gone(request) if opened is None else self._page(request, token, opened)

    async def xlsx(self, request: Request) -> Response:
        """The list to hand over, as a workbook."""
        opened = await self._opened(request.path_params["token"])
        if opened is None:
            return self._gone(request)
        if not self.rates.may_draw(self.sources.of(request)):
            return self._busy(request)
        rows = to_hand_over(opened.found, everybody="all" in request.query_params)
        body = await asyncio.to_thread(workbook, "Danh sách", HEADINGS, rows)
        return self._file(request, "danh-sach-vssid.xlsx", XLSX, body)

    async def pdf(self, request: Request) -> Response:
        """The same to be printed and signed."""
        from handlers.units.sheet import sheet  # loads what draws

        opened = await self._opened(request.path_params["token"])
        if opened is None:
            return self._gone(request)
        if not self.rates.may_draw(self.sources.of(request)):
            return self._busy(request)
        rows = to_hand_over(opened.found, everybody="all" in request.query_params)
        helpers = [c for c in self.turns.content.directory.contacts if c.helper]
        body = await asyncio.to_thread(sheet, opened.unit.name, helpers, HEADINGS, rows, opened.day.date())
        return self._file(request, "danh-sach-vssid.pdf", "application/pdf", body)

    async def remind(self, request: Request) -> Response:
        """Have everybody reminded who is late, at most once a day."""
        if not self.rates.may_post(self.sources.of(request)):
            return self._busy(request)
        token = request.path_params["token"]
        opened = await self._opened(token)
        if opened is None:
            return self._gone(request)
        form = await posted(request, limit=FORM_LIMIT, fields=4)
        same_site = request.headers.get("sec-fetch-site", "") in SAME_SITE
        if not same_site or not hmac.compare_digest(
            form.get("csrf_token").encode(), self._csrf_token(token).encode()
        ):
            return self.pages.notice(request, 403, "Trang đã cũ", OLD)
        async with self.turns.db.writing() as connection:
            done = await unit_reminders.mark(
                connection, opened.found, opened.unit.id, self._limits, self.turns.clock()
            )
        return self._page(request, token, opened, done)

    async def _opened(self, token: str) -> OpenUnit | None:
        """The unit to which this link leads, if its time is not up and who took it is still the contact."""
        turns = self.turns
        async with turns.db.reading() as connection:
            page = await secure_pages.unit_page_of(connection, token)
            if page is None:
                return None
            whose = (await conversations.load(connection, turns.seal, [page.address])).get(page.address)
            unit = await units.by_id(connection, turns.seal, page.subject)
            now = turns.clock() + (whose.clock if whose else 0.0)
            if whose is None or unit is None or whose.person != unit.contact or now > page.until:
                return None
            parts = (connection, turns.seal, turns.content, self._limits)
            return OpenUnit(unit, await unit_reminders.listed(*parts, unit.id, now), now)

    def _page(self, request: Request, token: str, opened: OpenUnit, done: Reminded | None = None) -> Response:
        return self.pages.html(
            "unit.html",
            request,
            unit=opened.unit.name,
            people=[(one, how, _TONES.get(how.state, "")) for one, how in opened.found],
            counts=[(CALLED[state], n) for state, n in counted(how for _, how in opened.found).items()],  # type: ignore[index]  # its keys are states
            late=sum(how.late for _, how in opened.found),
            sent=sum(how.state in SENT for _, how in opened.found),
            without_code=sum(how.state in SENT and not one.listed_code for one, how in opened.found),
            day=opened.day,
            done=done,
            base=f"/unit/{token}",
            csrf_token=self._csrf_token(token),
        )

    def _file(self, request: Request, name: str, kind: str, body: bytes) -> Response:
        headers = self.pages.headers(request)
        headers["content-disposition"] = f'attachment; filename="{name}"'
        return Response(body, media_type=kind, headers=headers)

    def _busy(self, request: Request) -> Response:
        answer = self.pages.notice(request, 429, "Xin chờ một chút", BUSY)
        answer.headers["retry-after"] = "60"
        return answer

    def _gone(self, request: Request) -> Response:
        return self.pages.notice(request, 410, "Trang đã hết hạn", GONE)

    def _csrf_token(self, token: str) -> str:
        return self.turns.seal.keyed("unit page", token)


def to_hand_over(found: Listed, *, everybody: bool) -> list[tuple[int, str, str]]:
    """The rows of the letter's list: number, name, code; of those whose declaration is sent, or of everybody; by given name."""
    wanted = [one for one, how in found if everybody or how.state in SENT]
    wanted.sort(key=lambda one: (one.listed_name.split()[-1:], one.listed_name))
    return [(n, one.listed_name, one.listed_code) for n, one in enumerate(wanted, start=1)]
