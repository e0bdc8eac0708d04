"""Waiting for an officer: asked for, looked at, left."""

from __future__ import annotations

from data import desk
from data.desk import Ticket, TicketCard, clocks
from data.effects.handler import handles
from data.effects.turn_context import TurnContext, person
from flows.effects import CheckTicket, EffectResult, LeaveQueue, OpenTicket


@handles(CheckTicket)
async def check_ticket(turn: TurnContext, effect: CheckTicket) -> EffectResult:
    found = await desk.open_at(turn.connection, turn.services.seal, turn.address)
    return EffectResult("waiting", await _facts(turn, found)) if found else EffectResult("none")


@handles(OpenTicket)
async def open_ticket(turn: TurnContext, effect: OpenTicket) -> EffectResult:
    ticket, new = await desk.open_ticket(
        turn.services.db,
        turn.connection,
        turn.services.seal,
        address=turn.address,
        person=await person(turn),
        card=TicketCard(effect.want, effect.place, effect.failed, effect.who),
        at=turn.now,
    )
    turn.ticket = ticket.id
    return EffectResult("opened" if new else "already", await _facts(turn, ticket))


@handles(LeaveQueue)
async def leave_queue(turn: TurnContext, effect: LeaveQueue) -> EffectResult:
    found = await desk.open_at(turn.connection, turn.services.seal, turn.address)
    if found is not None:
        await desk.leave(turn.connection, found.id, "withdrawn", turn.now)
    turn.ticket = None
    return EffectResult("left")


async def _facts(turn: TurnContext, ticket: Ticket) -> dict[str, str]:
    """What the person is told of a ticket; "" for what is not known."""
    connection = turn.connection
    ahead = await desk.ahead_of(connection, ticket)
    minutes = await clocks.expected_minutes(connection, ticket, turn.now)
    earlier = await clocks.earlier_of(connection, turn.services.seal, ticket, 1)
    return {
        "ticket_number": str(ticket.number),
        "ticket_ahead": str(ahead),
        "ticket_minutes": str(minutes or ""),
        "ticket_earlier": str(earlier[0].number) if earlier else "",
    }
