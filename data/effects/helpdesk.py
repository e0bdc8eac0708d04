"""Waiting for an officer: asked for, looked at, left."""

from __future__ import annotations

from data import desk
from data.desk import Ticket, TicketCard, clocks, ended
from data.effects.handler import handles
from data.effects.turn_context import TurnContext, person
from flows.effects import CheckTicket, EffectResult, LeaveQueue, OpenTicket, RateTicket, ReopenTicket


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


@handles(RateTicket)
async def rate_ticket(turn: TurnContext, effect: RateTicket) -> EffectResult:
    found = await ended.newest(turn.connection, turn.address, turn.now, answered=True)
    if found is None:
        return EffectResult("none")
    await ended.rate(turn.connection, found, effect.stars)
    return EffectResult("rated")


@handles(ReopenTicket)
async def reopen_ticket(turn: TurnContext, effect: ReopenTicket) -> EffectResult:
    seal = turn.services.seal
    if (waits := await desk.open_at(turn.connection, seal, turn.address)) is not None:
        return EffectResult("waiting", await _facts(turn, waits))
    found = await ended.newest(turn.connection, turn.address, turn.now, answered=False)
    if found is None or not await ended.reopen(turn.connection, found, turn.now):
        return EffectResult("none")
    ticket = await desk.load(turn.connection, seal, found)
    assert ticket is not None, "it was opened just now"
    turn.ticket = ticket.id
    return EffectResult("reopened", await _facts(turn, ticket))


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
    ahead = await clocks.ahead_of(connection, ticket)
    minutes = await clocks.expected_minutes(connection, ticket, turn.now)
    earlier = await clocks.earlier_of(connection, turn.services.seal, ticket, 1)
    return {
        "ticket_number": str(ticket.number),
        "ticket_ahead": str(ahead),
        "ticket_minutes": str(minutes or ""),
        "ticket_earlier": str(earlier[0].number) if earlier else "",
    }
