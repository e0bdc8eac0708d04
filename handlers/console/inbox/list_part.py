"""The list beside a conversation: one page of a tab as a live part, and the row about it in the audit. Called by the pages of the desk.

Invariant: what people want is shown only after it is noted: one row a page load, later only the tickets that are new on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from data import desk, staff
from data.desk import inbox
from data.desk.inbox import InboxRow, Tab
from handlers.console import wording
from handlers.console.access import AccessControl, Live, Visit

HOME = "/console/queue"
PAGE = 12  # tickets on a page of a list
FOUND = 30  # tickets that a search shows
LONGEST_SEARCH = 100  # characters
NUMBERS_A_ROW = 25  # of tickets, in one row of the audit
REMEMBERED = 10_000  # tickets that were listed, so that live requests after them are not noted again


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list as it is shown: the live part, and the numbers on it that have to be noted."""

    part: Live
    numbers: list[int]


class InboxList:
    """Makes the lists; remembers which session saw which tickets."""

    def __init__(self, access: AccessControl) -> None:
        self._turns = access.turns
        self._listed: set[tuple[str, str]] = set()

    async def page(self, visit: Visit, *, default: Tab | None = None, opened: str = "") -> ShownList:
        """The page of a tab that the address asks for. `default`: where it asks for none; `opened`: the ticket beside it."""
        given = visit.request.query_params
        turns, me = self._turns, visit.member.id
        async with turns.db.reading() as connection:
            counted = await inbox.counts(connection, me)
            tab: Tab = next(
                (t for t in inbox.TABS if t == given.get("tab")),
                default or ("mine" if counted.mine else "waiting"),
            )
            pages = max(1, -(-int(getattr(counted, tab)) // PAGE))
            at = min(max(_number(given.get("page", "")), 1), pages)
            rows = await inbox.listed(connection, turns.seal, tab, me, limit=PAGE, offset=(at - 1) * PAGE)
            names = {**await staff.names(connection), desk.OUTSIDE: wording.OUTSIDE}
        where = f"tab={tab}&page={at}" + (f"&open={opened}" if opened else "")
        part = visit.part(
            f"{HOME}?fragment=list&{where}",
            "console/_queue.html",
            rows=rows,
            counted=counted,
            tab=tab,
            at=at,
            pages=pages,
            first=(at - 1) * PAGE,
            names=names,
            opened=opened or given.get("open", ""),
            wanted="",
        )
        return ShownList(part, self._new_on_it(visit, rows))

    async def found(self, visit: Visit, wanted: str, rows: Sequence[InboxRow]) -> Live:
        """What a search found, as a list that stays as it is."""
        async with self._turns.db.reading() as connection:
            counted = await inbox.counts(connection, visit.member.id)
            names = {**await staff.names(connection), desk.OUTSIDE: wording.OUTSIDE}
        given: dict[str, Any] = {"tab": "", "at": 1, "pages": 1, "first": 0, "opened": ""}
        return visit.part(
            "", "console/_queue.html", rows=rows, counted=counted, names=names, wanted=wanted, **given
        )

    def _new_on_it(self, visit: Visit, rows: Sequence[InboxRow]) -> list[int]:
        seen = visit.live and visit.fragment
        new = [r.ticket for r in rows if not seen or (visit.session.key, r.ticket.id) not in self._listed]
        if len(self._listed) >= REMEMBERED:
            self._listed.clear()
        self._listed |= {(visit.session.key, t.id) for t in new}
        return sorted(t.number for t in new)


async def note_listed(visit: Visit, what: str, numbers: Sequence[int]) -> None:
    """The row in the audit about tickets on a list; none when there is none."""
    for start in range(0, len(numbers), NUMBERS_A_ROW):
        listed = ", ".join(map(str, numbers[start : start + NUMBERS_A_ROW]))
        await visit.note(what, fields="want, last", why=f"phiếu {listed}")


def _number(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 1


def link_to(tab: str, at: int) -> str:
    """The address of a page of a list."""
    return f"{HOME}?tab={quote(tab)}&page={at}"
