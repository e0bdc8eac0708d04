"""Posters: one is made for a place, printed as A4 or A6, put aside; how many people came by each is told by month. Made by `Console`.

Invariant: numbers are the report's: whole months that are over, and nothing of fewer than five people.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import cast

from starlette.responses import Response

from data import posters
from data.installation.addresses import links_to
from data.limits import Limits
from data.posters import Poster
from data.report import LEAST, Period, report, year_to
from flows.calendar.office_hours import VIETNAM
from flows.text.addresses import hosts_in
from flows.text.normalise import clean, plain
from handlers.console import wording
from handlers.console.access import ADMINS, AccessControl, PageRefused, PageRoute, Visit

HOME = "/console/posters"
NAME_MAX = 80  # characters of a place; a poster has room for two lines
KINDS = {"commune": "Xã, phường", "unit": "Đơn vị", "counter": "Quầy", "event": "Buổi, sự kiện"}
NO_NAME = f"Anh/chị ghi tên nơi treo, 2 đến {NAME_MAX} ký tự, không kèm số điện thoại hay đường dẫn."
NO_COMMUNE = "Không có xã, phường này trong danh sách. Anh/chị chọn một dòng gợi ý."
NO_KIND = "Anh/chị chọn loại nơi treo."
FULL = "Đã đủ số áp phích. Anh/chị xóa bớt bằng cách tăng TROLY_POSTERS hoặc dùng lại áp phích cũ."


class PostersPage:
    """The list with its counts, the form for a new one, and the files."""

    def __init__(self, access: AccessControl, limits: Limits) -> None:
        self._turns, self._limits, self._address = access.turns, limits, access.address
        one = f"{HOME}/{{code}}"
        self.entries = [
            PageRoute("GET", HOME, ADMINS, self.page, nav="Áp phích QR"),
            PageRoute("POST", f"{HOME}/new", ADMINS, self.new),
            PageRoute("GET", f"{one}/{{size}}.pdf", ADMINS, self.pdf),
            PageRoute("POST", f"{one}/retire", ADMINS, self.retire),
        ]

    async def page(self, visit: Visit, error: str = "", status: int = 200) -> Response:
        """Every poster, with who came by it."""
        turns, period = self._turns, self._period()
        async with turns.db.reading() as connection:
            found = await posters.listed(connection, self._limits.posters)
            counted = await report(connection, period, is_sqlite=turns.db.is_sqlite)
            links = {one.code: await links_to(connection, self._address, one.code) for one in found[:1]}
        month, year = dict[str, int](), dict[str, int]()
        for cell in counted.of("arrivals"):
            year[cell.group] = year.get(cell.group, 0) + cell.count
            if cell.month == period.last:
                month[cell.group] = month.get(cell.group, 0) + cell.count
        form = visit.form
        return visit.page(
            "console/campaign/posters.html",
            status=status,
            error=error,
            found=found,
            kinds=KINDS,
            communes=[place.name for place in turns.content.places.places],
            month=month,
            year=year,
            last=f"{period.last[5:]}/{period.last[:4]}",
            first=f"{period.first[5:]}/{period.first[:4]}",
            least=LEAST,
            ways=len(next(iter(links.values()), [])),
            address=self._address,
            typed={key: form.get(key) for key in ("kind", "name", "commune")},
        )

    def _period(self) -> Period:
        """The twelve months that ended last."""
        first = datetime.fromtimestamp(self._turns.clock(), VIETNAM).replace(day=1)
        return year_to((first - timedelta(days=1)).date())

    async def new(self, visit: Visit) -> Response:
        """One more poster."""
        turns, form = self._turns, visit.form
        kind, commune = form.get("kind"), " ".join(clean(form.get("commune")).split())
        known = {plain(place.name): place.name for place in turns.content.places.places}
        place = known.get(plain(commune), "")
        name = " ".join(clean(form.get("name")).split()) or (place if kind == "commune" else "")
        error = ""
        if kind not in KINDS:
            error = NO_KIND
        elif commune and not place:
            error = NO_COMMUNE
        elif not 2 <= len(name) <= NAME_MAX or hosts_in(name) or sum(c.isdigit() for c in name) > 6:
            error = NO_NAME
        if error:
            return await self.page(visit, error, 422)
        async with turns.db.writing() as connection:
            if len(await posters.listed(connection, self._limits.posters)) >= self._limits.posters:
                return await self.page(visit, FULL, 409)
            made = await posters.add(connection, kind, name, place, turns.clock())
        await visit.note("poster_made", why=made.code)
        return visit.go(f"{HOME}?note=poster_made")

    async def retire(self, visit: Visit) -> Response:
        """Put one aside, or take it up again."""
        turns, poster = self._turns, await self._load(visit)
        at = turns.clock() if poster.retired_at is None else None
        async with turns.db.writing() as connection:
            await posters.retire(connection, poster.code, at)
        await visit.note("poster_retired" if at else "poster_brought_back", why=poster.code)
        return visit.go(HOME)

    async def pdf(self, visit: Visit) -> Response:
        """The file to print."""
        from handlers.papers.poster import FORMATS, Size, WayIn, poster  # loads what draws

        one, size = await self._load(visit), visit.request.path_params["size"]
        if size not in FORMATS:
            raise PageRefused(404, "Không có trang này", wording.NO_PAGE)
        async with self._turns.db.reading() as connection:
            links = await links_to(connection, self._address, one.code)
        ways = [WayIn("Telegram" if "//t.me/" in link else "Trang web", link) for link in links]
        content = self._turns.content
        parts = (content.library.poster, content.office.name, content.office.hotline, one.name, one.code)
        body = await asyncio.to_thread(poster, *parts, ways, cast(Size, size))
        name = f"ap-phich-{one.code}-{size}.pdf"
        headers = visit.access.headers() | {"content-disposition": f'attachment; filename="{name}"'}
        return Response(body, media_type="application/pdf", headers=headers)

    async def _load(self, visit: Visit) -> Poster:
        async with self._turns.db.reading() as connection:
            found = await posters.load(connection, visit.request.path_params["code"])
        if found is None:
            raise PageRefused(404, "Không có áp phích này", wording.NO_PAGE)
        return found
