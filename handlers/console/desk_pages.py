"""The page of one ticket: the list beside it, the conversation, the card. Officers act through handlers/desk.py.

Invariant: a conversation is shown only after the row about it is in the audit.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from data import channels, conversations, desk, staff
from data.desk import Ticket, TicketMessage, inbox, transfers
from handlers.console import wording
from handlers.console.access import ADMINS, DESK, AccessControl, Live, PageRefused, PageRoute, Visit
from handlers.console.inbox.list_part import HOME, PAGE, InboxList, ShownList
from handlers.desk import Desk

PARTS = ("card", "talk", "doing")  # parts of the page that are asked for again
TRANSFER_NOTES = {"not_yours": "not_yours", "gone": "gone", "nobody": "no_such_colleague"}
PLAIN_SECONDS = 600  # how long numbers stay shown on a page once they were asked for
REMEMBERED = 10_000  # views that are remembered, so that live requests after them are not noted again


class DeskPages:
    """A conversation, and what an officer does there."""

    def __init__(self, access: AccessControl, officers_desk: Desk, lists: InboxList) -> None:
        self._turns = access.turns
        self._lists = lists
        self._desk = officers_desk
        self._text_limit = access.rules.text_limit
        self._viewed: set[tuple[str, str]] = set()
        one = "/console/tickets/{ticket}"
        self.entries = [
            PageRoute("GET", one, DESK, self.ticket),
            PageRoute("POST", f"{one}/claim", DESK, self.claim),
            PageRoute("POST", f"{one}/answer", DESK, self.answer),
            PageRoute("POST", f"{one}/hand-back", DESK, self.hand_back),
            PageRoute("POST", f"{one}/transfer", DESK, self.transfer),
            PageRoute("POST", f"{one}/take-over", ADMINS, self.take_over),
            PageRoute("POST", f"{one}/put-back", DESK, self.put_back),
            PageRoute("POST", f"{one}/close", DESK, self.close),
            PageRoute("POST", f"{one}/reveal", DESK, self.reveal),
        ]

    # -- one conversation

    async def ticket(self, visit: Visit) -> Response:
        """The card, what was written, and what can be done."""
        return await self._shown(visit)

    async def _shown(
        self,
        visit: Visit,
        *,
        plain: bool = False,
        error: str = "",
        typed: str = "",
        instead: str = "",
        status: int = 200,
    ) -> Response:
        turns = self._turns
        ticket = await self._load(visit)
        until = int(turns.clock()) + PLAIN_SECONDS if plain else self._plain_until(visit, ticket)
        plain = until > 0
        part = visit.request.method == "GET" and visit.fragment in PARTS
        beside = None if part else await self._beside(visit, ticket)
        await self._note_view(visit, ticket, plain=plain, beside=_others(beside, ticket))
        async with turns.db.reading() as connection:
            ticket = await self._ticket(connection, ticket.id, plain=plain)
            lines = await desk.messages(connection, turns.seal, ticket.id, plain=plain)
            names = await _names(connection)
            heard_at = await conversations.heard_at(connection, ticket.address)
            read = await inbox.seen_up_to(connection, visit.member.id, ticket.id)
            colleagues = await transfers.colleagues(connection, visit.member.id)
        await self._note_read(visit, ticket, lines, read)
        window = wording.reply_window(ticket.door, heard_at, turns.clock())
        parts = self._parts(
            *(visit, ticket, lines, names, window),
            until=until,
            error=error,
            typed=typed,
            instead=instead,
            colleagues=colleagues,
        )
        if part:
            return visit.send(parts[visit.fragment])
        assert beside is not None
        focus = not error and visit.request.query_params.get("note") in ("yours", "sent")
        return visit.page(
            "console/ticket.html",
            status=status,
            ticket=ticket,
            error=error,
            focus=focus,
            list=beside.part,
            wanted="",
            **parts,
        )

    async def _beside(self, visit: Visit, ticket: Ticket) -> ShownList:
        """The list in which the ticket stands."""
        return await self._lists.page(visit, default=inbox.tab_of(ticket, visit.member.id), opened=ticket.id)

    async def _note_read(self, visit: Visit, ticket: Ticket, lines: list[TicketMessage], read: int) -> None:
        """Who holds the ticket has read it up to its last line, if somebody looks at the page."""
        newest = max((line.id for line in lines), default=0)
        if newest > read and ticket.officer == visit.member.id and visit.looked_at:
            async with self._turns.db.writing() as connection:
                await inbox.note_seen(connection, visit.member.id, ticket.id, newest)

    # -- numbers in full

    def _plain_token(self, visit: Visit, ticket: Ticket, until: int) -> str:
        """With it the parts of this page stay shown in full until then; it is worth nothing in another session."""
        return f"{until}-{self._turns.seal.keyed('plain', f'{visit.session.key} {ticket.id} {until}')[:32]}"

    def _plain_until(self, visit: Visit, ticket: Ticket) -> int:
        """Until when numbers are shown in full to whoever asks with this token; 0 for masked."""
        given = visit.request.query_params.get("plain", "")
        number = given.partition("-")[0]
        if not (number.isascii() and number.isdigit() and len(number) < 12):
            return 0
        good = hmac.compare_digest(given.encode(), self._plain_token(visit, ticket, int(number)).encode())
        return int(number) if good and self._turns.clock() < int(number) else 0

    def _parts(
        self,
        visit: Visit,
        ticket: Ticket,
        lines: list[TicketMessage],
        names: dict[str, str],
        window: tuple[str, str],
        *,
        until: int,
        error: str,
        typed: str,
        instead: str,
        colleagues: list[tuple[str, str, str]],
    ) -> dict[str, Live]:
        address = f"/console/tickets/{ticket.id}"
        more = f"&plain={self._plain_token(visit, ticket, until)}" if until else ""
        given: dict[str, Any] = {
            "ticket": ticket,
            "address": address,
            "names": names,
            "window": window if ticket.state != "closed" else ("", ""),
            "mine": ticket.officer == visit.member.id and ticket.state in ("claiming", "claimed"),
        }
        written = [(line, *_delivery(ticket, line)) for line in lines]
        key = hashlib.sha256(
            f"{visit.session.key} {ticket.id} {max((m.id for m in lines if m.who == 'officer'), default=0)}".encode()
        ).hexdigest()[:24]
        return {
            "card": visit.part(
                f"{address}?fragment=card{more}", "console/_card.html", plain=until > 0, **given
            ),
            "talk": visit.part(
                f"{address}?fragment=talk{more}", "console/_talk.html", written=written, **given
            ),
            "doing": visit.part(
                f"{address}?fragment=doing",
                "console/_doing.html",
                key=key,
                error=error,
                typed=typed,
                instead=instead,
                colleagues=colleagues,
                text_limit=self._text_limit,
                **given,
            ),
        }

    async def _load(self, visit: Visit) -> Ticket:
        async with self._turns.db.reading() as connection:
            return await self._ticket(connection, visit.request.path_params["ticket"])

    async def _ticket(self, connection: AsyncConnection, ticket: str, *, plain: bool = False) -> Ticket:
        found = await desk.load(connection, self._turns.seal, ticket, plain=plain)
        if found is None:
            raise PageRefused(404, "Không có phiếu này", wording.NO_TICKET)
        return found

    async def _note_view(self, visit: Visit, ticket: Ticket, *, plain: bool, beside: list[int]) -> None:
        """One row for each page load, with the tickets listed beside; a live request after it is the same view."""
        view = (visit.session.key, ticket.id)
        if visit.live and visit.fragment and view in self._viewed:
            return
        await visit.note(
            "ticket_revealed" if plain else "ticket_viewed",
            whose=self._turns.seal.keyed("person", ticket.person or ticket.address),
            fields="card, messages, numbers" if plain else "card, messages",
            why=f"phiếu {ticket.number}" + (f" · cạnh đó {', '.join(map(str, beside))}" if beside else ""),
        )
        if len(self._viewed) >= REMEMBERED:
            self._viewed.clear()
        self._viewed.add(view)

    # -- what an officer does

    async def claim(self, visit: Visit) -> Response:
        """Take the ticket; the answer comes when nothing of the bot is on its way any more."""
        ticket = await self._load(visit)
        outcome = await self._desk.claim(ticket.id, visit.member.id)
        return visit.go(f"/console/tickets/{ticket.id}?note={outcome}")

    async def answer(self, visit: Visit) -> Response:
        """Send the officer's words. The same form posted again counts once; other words with it count anew."""
        ticket = await self._load(visit)
        text = visit.form.get("text")
        key = visit.form.get("key")[:24] + hashlib.sha256(text.encode()).hexdigest()[:24]
        outcome = await self._desk.answer(ticket.id, visit.member.id, text, key)
        if outcome == "sent":
            if visit.form.get("then") == "close" and await self._desk.close(
                ticket.id, visit.member.id, "answered"
            ):
                return await self._go_on(visit, "sent_and_closed")
            return visit.go(f"/console/tickets/{ticket.id}?note=sent")
        return await self._shown(
            visit,
            error=wording.answer_refused(outcome, self._text_limit),
            typed=text,
            instead=wording.INSTEAD if outcome == "asks" else "",
            status=409 if outcome == "not_yours" else 422,
        )

    async def hand_back(self, visit: Visit) -> Response:
        """Give the conversation back to the bot, at the step where it stood."""
        ticket = await self._load(visit)
        done = await self._desk.hand_back(ticket.id, visit.member.id)
        return visit.go(f"/console/tickets/{ticket.id}?note={'handed_back' if done else 'not_yours'}")

    async def transfer(self, visit: Visit) -> Response:
        """Give the conversation to a colleague, who goes on with it."""
        ticket = await self._load(visit)
        to = visit.form.get("officer")
        if not to:
            return await self._shown(visit, error=wording.NO_COLLEAGUE, status=422)
        outcome = await self._desk.transfer(ticket.id, visit.member.id, to)
        if outcome == "moved":
            return await self._go_on(visit, "moved")
        return visit.go(f"/console/tickets/{ticket.id}?note={TRANSFER_NOTES[outcome]}")

    async def take_over(self, visit: Visit) -> Response:
        """An admin takes a ticket from whoever holds it."""
        ticket = await self._load(visit)
        outcome = await self._desk.take_over(ticket.id, visit.member.id, visit.who)
        return visit.go(f"/console/tickets/{ticket.id}?note={outcome}")

    async def put_back(self, visit: Visit) -> Response:
        """Back into the queue, for whoever is next; the person is told."""
        ticket = await self._load(visit)
        if not await self._desk.put_back(ticket.id, visit.member.id):
            return visit.go(f"/console/tickets/{ticket.id}?note=not_yours")
        return await self._go_on(visit, "put_back")

    async def close(self, visit: Visit) -> Response:
        """Close the ticket with a reason."""
        ticket = await self._load(visit)
        reason = visit.form.get("reason")
        if reason not in desk.REASONS:
            return await self._shown(visit, error=wording.NO_REASON, status=422)
        done = await self._desk.close(ticket.id, visit.member.id, reason)
        if not done:
            return visit.go(f"/console/tickets/{ticket.id}?note=not_yours")
        return await self._go_on(visit, "closed")

    async def _go_on(self, visit: Visit, note: str) -> Response:
        """To the next ticket of one's own: unread ones first, then who was written to longest ago."""
        async with self._turns.db.reading() as connection:
            mine = await inbox.listed(connection, self._turns.seal, "mine", visit.member.id, limit=PAGE)
        after = min(reversed(mine), key=lambda row: row.unread == 0, default=None)
        return visit.go(f"/console/tickets/{after.ticket.id}?note={note}" if after else f"{HOME}?note={note}")

    async def reveal(self, visit: Visit) -> Response:
        """The same page with numbers in full; the look is noted with its fields."""
        return await self._shown(visit, plain=True)


def _others(beside: ShownList | None, ticket: Ticket) -> list[int]:
    """Numbers of the tickets that a page shows beside its own."""
    return [n for n in beside.numbers if n != ticket.number] if beside else []


async def _names(connection: AsyncConnection) -> dict[str, str]:
    """How those who hold tickets are called."""
    return {**await staff.names(connection), desk.OUTSIDE: wording.OUTSIDE}


def _delivery(ticket: Ticket, line: TicketMessage) -> tuple[str, str]:
    """What became of an officer's words, and the tag's colour; two empty texts for other lines."""
    if line.who not in ("officer", "told") or not line.state:
        return "", ""
    if ticket.door in channels.pulled() and line.state in ("pending", "leased"):
        return wording.ON_THE_PAGE, "wait"
    colour = {"sent": "good", "pending": "wait", "leased": "wait"}.get(line.state, "bad")
    return wording.DELIVERY.get(line.state, line.state), colour
