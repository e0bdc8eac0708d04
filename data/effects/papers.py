"""Pages and calendars of a registration: what they need to know, and the link under which they are kept."""

from __future__ import annotations

from typing import Any

from data import posters
from data.effects.handler import handles
from data.effects.turn_context import TurnContext
from data.people import dossiers
from data.secure import papers
from flows.effects import EffectResult, KeepPaper, PreparePaper

HOUR = 3600.0


@handles(PreparePaper)
async def prepare_paper(turn: TurnContext, effect: PreparePaper) -> EffectResult:
    connection, seal = turn.connection, turn.services.seal
    kept = await dossiers.all_of(connection, seal, turn.person) if turn.person else []
    found = next(iter(kept), None)  # the one that was worked on last
    facts: dict[str, Any] = {}
    if found:
        told = {
            "who": found.who,
            "number": found.number,
            "sent_on": found.sent_on,
            "record_name": found.name,
        }
        facts = {key: value for key, value in told.items() if value}
    elif not effect.who:
        return EffectResult("whose")
    sent_on = facts.get("sent_on") or effect.sent_on
    return EffectResult("known" if sent_on else "undated", facts)


@handles(KeepPaper)
async def keep_paper(turn: TurnContext, effect: KeepPaper) -> EffectResult:
    limits, services = turn.services.limits, turn.services
    taken = await papers.taken_since(turn.connection, turn.address, turn.now - papers.DAY)
    if taken >= limits.papers_per_day:
        return EffectResult("limited")
    if effect.tally:
        await posters.count(services.db, turn.connection, posters.MATERIAL, effect.tally, turn.door, turn.now)
    until = turn.now + HOUR * limits.paper_link_hours
    token = await papers.keep(
        turn.connection, services.seal, turn.address, effect.paper, at=turn.now, until=until
    )
    return EffectResult("kept", {"link": f"{services.public_address}/papers/{token}"})
