"""The page of scams that citizens met and reported: what, how often, and an export. Made by `Console`.

Invariant: nothing here says who reported; an export is in the audit before its first byte leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.responses import Response

from data import scam_reports
from data.scam_reports import ScamReport
from data.spreadsheet import BOM, csv_line
from handlers.console.access import ADMINS, DESK, AccessControl, PageRoute, Visit
from handlers.console.wording import moment

HOME = "/console/scams"
SHOWN = 200
EXPORTED = 10_000
THINGS: Mapping[str, str] = {
    "link": "Đường dẫn",
    "phone": "Số điện thoại",
    "account": "Số tài khoản",
    "message": "Tin nhắn, cuộc gọi",
}


SIGNS: Mapping[str, str] = {  # of flows/scams/checks.py, shortly
    "lookalike": "địa chỉ nhái",
    "shortener": "địa chỉ rút gọn",
    "stray": "địa chỉ lạ",
    "version": "bản mới giả",
    "threat": "dọa khóa",
    "code": "đòi mã",
    "money": "đòi tiền",
    "papers": "đòi giấy tờ",
    "app": "kêu cài, cập nhật",
    "helper": "làm giùm",
    "poses": "xưng cán bộ",
    "learnt": "lời lẽ lừa đảo",
}


def signs_said(signs: Iterable[str]) -> str:
    """The signs of a report in words."""
    return ", ".join(SIGNS[sign] for sign in signs if sign in SIGNS)


def _cells(one: ScamReport) -> tuple[str, ...]:
    times = (moment(at) for at in (one.first_at, one.last_at))
    return (THINGS[one.thing], one.shown, signs_said(one.signs), str(one.count), *times)


class ScamPage:
    """What staff see of reported scams; admins take it along."""

    def __init__(self, access: AccessControl) -> None:
        self._turns = access.turns
        self.entries = [
            PageRoute("GET", HOME, DESK, self.reports, nav="Tin lừa đảo"),
            PageRoute("POST", f"{HOME}/export", ADMINS, self.export),
        ]

    async def reports(self, visit: Visit) -> Response:
        """What was reported, the most frequent first; only one kind with `?thing=`."""
        given = visit.request.query_params.get("thing", "")
        thing = given if given in THINGS else ""
        async with self._turns.db.reading() as connection:
            found = await scam_reports.listed(connection, SHOWN, thing=thing)
            total = await scam_reports.total(connection)
        return visit.page(
            "console/scams.html", found=found, total=total, thing=thing, things=THINGS, signs_said=signs_said
        )

    async def export(self, visit: Visit) -> Response:
        """Every row as a CSV file."""
        await visit.note("scams_exported")
        async with self._turns.db.reading() as connection:
            found = await scam_reports.listed(connection, EXPORTED)
        body = BOM + csv_line(scam_reports.HEADINGS) + "".join(csv_line(_cells(one)) for one in found)
        headers = visit.access.headers() | {"content-disposition": 'attachment; filename="tin-lua-dao.csv"'}
        return Response(body, media_type="text/csv; charset=utf-8", headers=headers)
