"""Posters: what one is of, and one more who came by it, within what one source may add."""

from __future__ import annotations

from data import budgets, posters
from data.effects.handler import handles
from data.effects.turn_context import TurnContext
from flows.effects import EffectResult, FindPoster


@handles(FindPoster)
async def find_poster(turn: TurnContext, effect: FindPoster) -> EffectResult:
    connection, services = turn.connection, turn.services
    found = await posters.load(connection, effect.code)
    if found is None or found.retired_at is not None:
        return EffectResult("unknown")
    bounds = budgets.arrivals(services.limits)
    if effect.counts and await budgets.spent(connection, bounds, turn.taker, turn.now) is None:
        await budgets.take(connection, turn.taker, turn.now, budgets.ARRIVAL)
        await posters.count(services.db, connection, posters.ARRIVAL, found.code, turn.door, turn.now)
    facts = {"poster_name": found.name, "poster_kind": found.kind, "poster_commune": found.commune or None}
    return EffectResult("known", facts)
