"""The person's own data: what is kept, taken along, erased."""

from __future__ import annotations

from data import desk, outbox, people, rights
from data.effects.handler import handles
from data.effects.turn_context import TurnContext, one_time_page
from flows.effects import EffectResult, EraseMyData, ExportMyData, LoadMyData


@handles(LoadMyData)
async def load_my_data(turn: TurnContext, effect: LoadMyData) -> EffectResult:
    if turn.person is None:
        return EffectResult("nothing")
    kept = await people.kept_about(turn.connection, turn.person)
    letters = await desk.count_about(turn.connection, turn.person)
    asked = await desk.has_tickets(turn.connection, turn.person)
    if not (kept.purposes or kept.ticked is not None or kept.phone or kept.topics or asked):
        return EffectResult("nothing")
    waiting = await outbox.waiting_for(turn.connection, turn.address)
    facts = {
        "purposes": " ".join(kept.purposes),
        "dossier": None if kept.ticked is None else str(kept.ticked),
        "phone": "1" if kept.phone else None,
        "topics": " ".join(kept.topics),
        "letters": str(letters) if letters else None,
        "waiting": str(waiting) if waiting else None,
    }
    return EffectResult("something", facts)


@handles(ExportMyData)
async def export_my_data(turn: TurnContext, effect: ExportMyData) -> EffectResult:
    return EffectResult("ready", await one_time_page(turn, kind="export"))


@handles(EraseMyData)
async def erase_my_data(turn: TurnContext, effect: EraseMyData) -> EffectResult:
    if turn.person:
        await rights.erase(turn.services.db, turn.connection, turn.person, turn.address, turn.stamp, turn.now)
        turn.ticket = None
    return EffectResult("erased")
