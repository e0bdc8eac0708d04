"""The pages of the queue and of one ticket's conversation. Officers act through handlers/desk.py.

Invariant: a conversation is shown only after the row about it is in the audit.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from data import channels, conversations, desk, staff
from data.desk import Ticket, TicketMessage
from handlers.console import wording
from handlers.console.access import DESK, AccessControl, Live, PageRefused, PageRoute, Visit
from handlers.desk import Desk

CLOSED_SHOWN = 10  # tickets closed lately, under the queue
NUMBERS_A_ROW = 25  # of tickets, in one row of the audit
REMEMBERED = 10_000  # views that are remembered, so that live requests after them are not noted again


class DeskPages:
    """Queue, conversation, and what an officer does there."""

    def __init__(self, access: AccessControl, officers_desk: Desk) -> None:
        self._turns = access.turns
        self._desk = officers_desk
        self._text_limit = access.rules.text_limit
        self._viewed: set[tuple[str, str]] = set()
        self._listed: set[tuple[str, str]] = set()
        one = "/console/tickets/{ticket}"
        self.entries = [
            PageRoute("GET", "/console/queue", DESK, self.queue, nav="Hàng chờ"),
            PageRoute("GET", one, DESK, self.ticket),
            PageRoute("POST", f"{one}/claim", DESK, self.claim),
            PageRoute("POST", f"{one}/answer", DESK, self.answer),
            PageRoute("POST", f"{one}/hand-back", DESK, self.hand_back),
            PageRoute("POST", f"{one}/close", DESK, self.close),
            PageRoute("POST", f"{one}/reveal", DESK, self.reveal),
        ]

    # -- the queue

    async def queue(self, visit: Visit) -> Response:
        """Who waits, longest first; mine; what others answer; what was closed lately."""
        turns = self._turns
        async with turns.db.reading() as connection:
            tickets = await desk.queue(connection, turns.seal)
            ended = await desk.closed(connection, turns.seal, CLOSED_SHOWN)
            names = await _names(connection)
        await self._note_queue(visit, tickets + ended)
        mine = [t for t in tickets if t.officer == visit.member.id]
        part = visit.part(
            "/console/queue?fragment=list",
            "console/_queue.html",
            waiting=[t for t in tickets if t.state == "waiting"],
            mine=mine,
            others=[t for t in tickets if t.officer and t not in mine],
            ended=ended,
            names=names,
        )
        return visit.send(part) if visit.fragment == "list" else visit.page("console/queue.html", part=part)

    async def _note_queue(self, visit: Visit, shown: list[Ticket]) -> None:
        """What people want is their words: each page load is noted, and later only the tickets that are new on it."""
        new = [
            t
            for t in shown
            if not visit.live or not visit.fragment or (visit.session.key, t.id) not in self._listed
        ]
        numbers = [str(n) for n in sorted(t.number for t in new)]
        for start in range(0, len(numbers), NUMBERS_A_ROW):
            why = f"phiếu {', '.join(numbers[start : start + NUMBERS_A_ROW])}"
            await visit.note("queue_viewed", fields="want", why=why)
        if len(self._listed) >= REMEMBERED:
            self._listed.clear()
        self._listed |= {(visit.session.key, t.id) for t in new}

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
        await self._note_view(visit, ticket, plain=plain)
        async with turns.db.reading() as connection:
            ticket = await self._ticket(connection, ticket.id, plain=plain)
            lines = await desk.messages(connection, turns.seal, ticket.id, plain=plain)
            names = await _names(connection)
            heard_at = await conversations.heard_at(connection, ticket.address)
        window = wording.reply_window(ticket.door, heard_at, turns.clock())
        parts = self._parts(
            visit, ticket, lines, names, window, plain=plain, error=error, typed=typed, instead=instead
        )
        if visit.request.method == "GET" and visit.fragment in parts:
            return visit.send(parts[visit.fragment])
        focus = bool(error) or visit.request.query_params.get("note") in ("yours", "sent")
        return visit.page(
            "console/ticket.html",
            status=status,
            ticket=ticket,
            plain=plain,
            error=error,
            focus=focus,
            **parts,
        )

    def _parts(
        self,
        visit: Visit,
        ticket: Ticket,
        lines: list[TicketMessage],
        names: dict[str, str],
        window: tuple[str, str],
        *,
        plain: bool,
        error: str,
        typed: str,
        instead: str,
    ) -> dict[str, Live]:
        address = f"/console/tickets/{ticket.id}"
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
            "card": visit.part(f"{address}?fragment=card", "console/_card.html", plain=plain, **given),
            "talk": visit.part(f"{address}?fragment=talk", "console/_talk.html", written=written, **given),
            "doing": visit.part(
                f"{address}?fragment=doing",
                "console/_doing.html",
                key=key,
                error=error,
                typed=typed,
                instead=instead,
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

    async def _note_view(self, visit: Visit, ticket: Ticket, *, plain: bool) -> None:
        """One row for each page load; a live request after it is the same view, and without it a view of its own."""
        view = (visit.session.key, ticket.id)
        if visit.live and visit.fragment and view in self._viewed:
            return
        await visit.note(
            "ticket_revealed" if plain else "ticket_viewed",
            whose=self._turns.seal.keyed("person", ticket.person or ticket.address),
            fields="card, messages, numbers" if plain else "card, messages",
            why=f"phiếu {ticket.number}",
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

    async def close(self, visit: Visit) -> Response:
        """Close the ticket with a reason."""
        ticket = await self._load(visit)
        reason = visit.form.get("reason")
        if reason not in desk.REASONS:
            return await self._shown(visit, error=wording.NO_REASON, status=422)
        done = await self._desk.close(ticket.id, visit.member.id, reason)
        if not done:
            return visit.go(f"/console/tickets/{ticket.id}?note=not_yours")
        return visit.go("/console/queue?note=closed")

    async def reveal(self, visit: Visit) -> Response:
        """The same page with numbers in full; the look is noted with its fields."""
        return await self._shown(visit, plain=True)


async def _names(connection: AsyncConnection) -> dict[str, str]:
    """How those who hold tickets are called."""
    return {**await staff.names(connection), desk.OUTSIDE: wording.OUTSIDE}


def _delivery(ticket: Ticket, line: TicketMessage) -> tuple[str, str]:
    """What became of an officer's words, and the tag's colour; two empty texts for other lines."""
    if line.who != "officer" or not line.state:
        return "", ""
    if ticket.door in channels.pulled() and line.state in ("pending", "leased"):
        return wording.ON_THE_PAGE, "wait"
    colour = {"sent": "good", "pending": "wait", "leased": "wait"}.get(line.state, "bad")
    return wording.DELIVERY.get(line.state, line.state), colour
