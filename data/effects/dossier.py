"""The registration checklist: loaded, begun, ticked, its declaration sent."""

from __future__ import annotations

from typing import Any

from data import people
from data.effects.handler import handles
from data.effects.turn_context import TurnContext, person
from data.people import Dossier
from flows.effects import EffectResult, KeepSubmission, LoadDossier, MarkItems, StartDossier


@handles(LoadDossier)
async def load_dossier(turn: TurnContext, effect: LoadDossier) -> EffectResult:
    found = turn.person and await people.load_dossier(turn.connection, turn.services.seal, turn.person)
    return EffectResult("open", _facts(found)) if found else EffectResult("none")


@handles(StartDossier)
async def start_dossier(turn: TurnContext, effect: StartDossier) -> EffectResult:
    begun = Dossier(
        *(effect.who, effect.platform, effect.code_known, effect.done),
        *(effect.name, effect.code, effect.number, effect.sent_on),
    )
    await people.start_dossier(
        turn.services.db, turn.connection, turn.services.seal, await person(turn), begun, turn.stamp
    )
    return EffectResult("open", _facts(begun))


@handles(KeepSubmission)
async def keep_submission(turn: TurnContext, effect: KeepSubmission) -> EffectResult:
    kept = await people.keep_submission(
        turn.connection,
        turn.services.seal,
        await person(turn),
        effect.number,
        effect.sent_on,
        turn.stamp,
    )
    return await mark_items(turn, MarkItems(effect.done, True)) if kept else EffectResult("none")


@handles(MarkItems)
async def mark_items(turn: TurnContext, effect: MarkItems) -> EffectResult:
    whose, services = await person(turn), turn.services
    await people.mark_items(services.db, turn.connection, whose, effect.items, effect.done, turn.stamp)
    found = await people.load_dossier(turn.connection, services.seal, whose)
    if found is None:
        return EffectResult("open")
    finished = bool(effect.needed) and set(effect.needed) <= set(found.done)
    return EffectResult("finished" if finished else "open", _facts(found))


def _facts(dossier: Dossier) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "who": dossier.who,
        "platform": dossier.platform,
        "code_known": "1" if dossier.code_known else None,
        "done": list(dossier.done),
        "marked": None,
        "asked": None,
    }
    if dossier.number:
        facts |= {"number": dossier.number, "sent_on": dossier.sent_on}
    if dossier.code:
        facts |= {"record_name": dossier.name, "record_code": dossier.code}
    return facts
