"""The inbox without a conversation open: lists, search, the next who waits. Made by `Console`.

Invariant: what is searched for stands in no address, and each search is a row in the audit.
"""

from __future__ import annotations

from starlette.responses import Response

from data.desk import inbox, search
from flows.text.normalise import clean
from handlers.console import wording
from handlers.console.access import DESK, AccessControl, Live, PageRefused, PageRoute, Visit
from handlers.console.inbox.list_part import FOUND, HOME, LONGEST_SEARCH, InboxList, note_listed
from handlers.desk import Desk

TRIES = 20  # tickets that colleagues may take first, before one is left for who asked for the next


class InboxPage:
    """Lists, search, the next one."""

    def __init__(self, access: AccessControl, officers_desk: Desk, lists: InboxList) -> None:
        self._turns = access.turns
        self._desk = officers_desk
        self._lists = lists
        self.entries = [
            PageRoute("GET", HOME, DESK, self.listed, nav="Hộp thư"),
            PageRoute("POST", f"{HOME}/search", DESK, self.search),
            PageRoute("POST", f"{HOME}/next", DESK, self.next),
            PageRoute("GET", "/console/ticket-number/{number}", DESK, self.by_number),
        ]

    async def listed(self, visit: Visit) -> Response:
        """A page of a tab; the first page of one's own, or of those who wait."""
        if visit.fragment == "unread":
            return visit.send(await self._unread(visit))
        shown = await self._lists.page(visit)
        await note_listed(visit, "queue_viewed", shown.numbers)
        if visit.fragment == "list":
            return visit.send(shown.part)
        return visit.page("console/queue.html", list=shown.part, wanted="")

    async def _unread(self, visit: Visit) -> Live:
        """What waits for this officer, for the menu of every page: a number, or nothing."""
        async with self._turns.db.reading() as connection:
            counted = await inbox.counts(connection, visit.member.id)
        return visit.part("", "console/_unread.html", n=counted.unread, waiting=counted.waiting)

    async def search(self, visit: Visit) -> Response:
        """Tickets by number, or by the words, names and numbers in them, without diacritics."""
        wanted = clean(visit.form.get("text"))[:LONGEST_SEARCH]
        turns = self._turns
        async with turns.db.reading() as connection:
            numbers = await search.find(connection, turns.seal, wanted, FOUND)
            rows = await inbox.by_numbers(connection, turns.seal, numbers, visit.member.id)
        await visit.note(
            "queue_searched",
            fields="want, last",
            why=f"phiếu {', '.join(map(str, numbers))}" if numbers else "",
        )
        part = await self._lists.found(visit, wanted, rows)
        return visit.page("console/queue.html", list=part, wanted=wanted)

    async def next(self, visit: Visit) -> Response:
        """Take who waits longest; where colleagues were faster, the one after."""
        for _ in range(TRIES):
            async with self._turns.db.reading() as connection:
                ticket = await inbox.next_waiting(connection)
            if ticket is None:
                return visit.go(f"{HOME}?note=nobody_waits")
            if await self._desk.claim(ticket, visit.member.id) == "yours":
                return visit.go(f"/console/tickets/{ticket}?note=yours")
        return visit.go(f"{HOME}?note=taken")

    async def by_number(self, visit: Visit) -> Response:
        """To the ticket that people call by this number."""
        given = visit.request.path_params["number"]
        async with self._turns.db.reading() as connection:
            is_number = given.isascii() and given.isdigit() and len(given) < 10
            ticket = await inbox.id_of(connection, int(given)) if is_number else None
        if ticket is None:
            raise PageRefused(404, "Không có phiếu này", wording.NO_TICKET)
        return visit.go(f"/console/tickets/{ticket}")
