"""The page of the audit: rows by who, what and when, the check of their hash chain, and the list to take along.

Invariant: it shows keyed hashes and names of fields, never values; each view of it is an audit row too.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response

from data import audit, staff
from data.audit import AuditEntry, AuditQuery
from data.spreadsheet import workbook
from flows.calendar.office_hours import VIETNAM
from handlers.console import wording
from handlers.console.access import ADMINS, DESK, READERS, AccessControl, PageRoute, Visit

HOME = "/console/audit"
SHOWN = 100  # rows on a page
EXPORTED = 10_000  # rows in a file
HEADINGS = ("Dòng", "Lúc", "Ai", "Việc", "Kết quả", "Của ai", "Mục", "Vì")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TICKETS = re.compile(r"(phiếu |cạnh đó )(\d+(?:, \d+)*)")


class AuditPage:
    """Rows of the audit."""

    def __init__(self, access: AccessControl) -> None:
        self._turns = access.turns
        self.entries = [
            PageRoute("GET", HOME, READERS, self.newest, nav="Sổ truy cập"),
            PageRoute("POST", f"{HOME}/export", ADMINS, self.export),
        ]

    async def newest(self, visit: Visit) -> Response:
        """The newest rows that fit, or those before `?before=`."""
        given = {name: visit.request.query_params.get(name, "") for name in ("who", "what", "from", "to")}
        only, error, error_at = _only(given)
        if error_at:
            given[error_at] = ""  # no field for a day can show it
        before = _number(visit.request.query_params.get("before", ""))
        whole = before is None and only == audit.ALL
        await visit.note("audit_viewed", why=_why(given))
        async with self._turns.db.reading() as connection:
            rows = await audit.newest(connection, SHOWN, before, only)
            broken = await audit.first_broken(connection, self._turns.seal) if whole else None
            members = await staff.members(connection)
        fitting = {name: value for name, value in given.items() if value}
        older = urlencode({**fitting, "before": rows[-1].id}) if len(rows) == SHOWN else ""
        return visit.page(
            "console/audit.html",
            status=422 if error else 200,
            error=error,
            error_at=error_at,
            rows=rows,
            why=_linked if visit.member.role in DESK else str,
            broken=broken,
            first=whole,
            older=older,
            given=given,
            members=members,
            deeds=_deeds(),
        )

    async def export(self, visit: Visit) -> Response:
        """The same rows as a workbook whose cells are text."""
        given = {name: visit.form.get(name) for name in ("who", "what", "from", "to")}
        only, _, _ = _only(given)
        await visit.note("audit_exported", why=_why(given))
        async with self._turns.db.reading() as connection:
            rows = await audit.newest(connection, EXPORTED, None, only)
        headers = visit.access.headers() | {"content-disposition": 'attachment; filename="so-truy-cap.xlsx"'}
        return Response(
            workbook("Sổ truy cập", HEADINGS, map(_cells, rows)), media_type=XLSX, headers=headers
        )


def _only(given: dict[str, str]) -> tuple[AuditQuery, str, str]:
    """What was asked for, and what is wrong in it with its field."""
    since, until = _day(given["from"]), _day(given["to"])
    wrong = next((f for f, day in (("from", since), ("to", until)) if given[f] and day is None), "")
    if not wrong and since and until and until < since:
        wrong = "to"
    label = wording.DEEDS.get(given["what"])
    whats = tuple(what for what, called in wording.DEEDS.items() if label and called == label)
    only = AuditQuery(
        f"staff:{given['who']}" if given["who"] else "",
        whats,
        _midnight(since) if since else None,
        _midnight(until + timedelta(days=1)) if until else None,
    )
    return (AuditQuery(only.who, whats), wording.BAD_PERIOD, wrong) if wrong else (only, "", "")


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        return None


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM).timestamp()


def _number(given: str) -> int | None:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None


def _why(given: dict[str, str]) -> str:
    """What was looked for, for the row about the look."""
    asked = (f"{name} {value[:40]}" for name, value in given.items() if value)
    return ", ".join(asked)


def _deeds() -> dict[str, str]:
    """One key for each thing that is done, by its words."""
    first = {label: what for what, label in reversed(wording.DEEDS.items())}
    return {first[label]: label for label in sorted(first)}


def _linked(why: str) -> Markup:
    """A reason whose tickets can be opened."""
    done, parts = 0, []
    for hit in _TICKETS.finditer(why):
        links = (Markup('<a href="/console/ticket-number/{0}">{0}</a>').format(n) for n in hit[2].split(", "))
        parts += [Markup.escape(why[done : hit.start(2)]), Markup(", ").join(links)]
        done = hit.end()
    return Markup().join([*parts, Markup.escape(why[done:])])


def _cells(row: AuditEntry) -> tuple[str, ...]:
    return (
        *(str(row.id), wording.moment(row.at), wording.who_it_was(row.who)),
        *(wording.DEEDS.get(row.what, row.what), wording.OUTCOMES.get(row.outcome, row.outcome)),
        *(row.whose[:10], wording.fields_seen(row.fields), row.why),
    )
