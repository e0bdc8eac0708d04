"""The registration checklist: loaded, kept, ticked, its declaration sent; and its reminders. Nothing is kept without consent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from data import people
from data.effects.handler import handles
from data.effects.turn_context import TurnContext, person
from data.people import dossiers, reminders
from data.people.dossiers import Dossier
from flows.effects import EffectResult, KeepDossier, LoadDossier, PutOffReminder, StopReminders

PURPOSE = "registration"
_TOLD = ("marked", "told_on", "another", "anew", "handed", "named")  # of the message that was just kept


async def _agreed(turn: TurnContext) -> bool:
    return bool(turn.person) and await people.has_consented(turn.connection, str(turn.person), PURPOSE)


@handles(LoadDossier)
async def load_dossier(turn: TurnContext, effect: LoadDossier) -> EffectResult:
    agreed = await _agreed(turn)
    consent = {"consent": "1" if agreed else None}
    if not agreed or turn.person is None:
        return EffectResult("none", consent)
    found = await dossiers.all_of(turn.connection, turn.services.seal, turn.person)
    wanted = [d for d in found if d.id == effect.dossier] or found
    if not wanted:
        return EffectResult("none", consent)
    if len(wanted) > 1:
        return EffectResult("several", consent | _others(found))
    return EffectResult("open", consent | _facts(wanted[0]) | _others(found))


@handles(KeepDossier)
async def keep_dossier(turn: TurnContext, effect: KeepDossier) -> EffectResult:
    if not await _agreed(turn):
        left = [i for i in effect.done if i not in effect.untick and not effect.anew]
        done = [*left, *(i for i in effect.tick if i not in left)]
        told = {
            "last": list(effect.tick) or None,
            "done": done,
            "stage": effect.stage,
            "sent_on": effect.sent_on,
            "number": effect.number,
        }
        refused = {"refused": "1"} if effect.refused else {}
        return EffectResult(effect.then, told | refused | dict.fromkeys(_TOLD))
    whose, services, connection = await person(turn), turn.services, turn.connection
    known = await dossiers.load(connection, services.seal, effect.dossier) if effect.dossier else None
    if known is not None and await dossiers.owner(connection, known.id) != whose:
        known = None
    if known is None and len(await dossiers.ids_of(connection, whose)) >= dossiers.MOST:
        return EffectResult("full")
    kept = Dossier(
        *(effect.who, effect.platform, effect.code_known, ()),
        *(effect.name, effect.code, effect.number, effect.sent_on, effect.label, effect.stage),
        id=known.id if known else dossiers.new_id(),
        reminds=known.reminds if known and known.sent_on == effect.sent_on else True,
    )
    behind = known is not None and _is_behind(effect, known)
    if known is not None and behind:  # what was told at another door stays
        kept = replace(
            kept, number=known.number, sent_on=known.sent_on, stage=known.stage, reminds=known.reminds
        )
    await dossiers.keep(services.db, connection, services.seal, whose, kept, turn.stamp)
    await _ticked(turn, kept.id, effect, known)
    if not behind and not effect.reminders:
        await reminders.withdraw(connection, kept.id, turn.now)
    elif not behind and kept.reminds:
        await reminders.plan(services.db, connection, kept.id, effect.reminders, turn.stamp)
    found = await dossiers.load(connection, services.seal, kept.id)
    assert found is not None, "it was just written"
    others = _others(await dossiers.all_of(connection, services.seal, whose))
    last = {"last": list(effect.tick) or None, "consent": "1", "refused": None}
    return EffectResult(effect.then, _facts(found) | others | dict.fromkeys(_TOLD) | last)


def _is_behind(effect: KeepDossier, known: Dossier) -> bool:
    """Whether the conversation has not heard yet of a day or a hand-in that was told at another door of the person's."""
    if effect.untick or effect.anew or not known.sent_on:
        return False
    handed = known.stage != dossiers.OPEN and effect.stage == dossiers.OPEN
    return not effect.sent_on or (handed and effect.sent_on == known.sent_on)


async def _ticked(turn: TurnContext, dossier: str, effect: KeepDossier, known: Dossier | None) -> None:
    """Write the ticks; what was ticked before there was a dossier goes with it."""
    db, connection = turn.services.db, turn.connection
    if effect.anew:
        await dossiers.untick(connection, dossier)
    earlier = effect.done if known is None and not effect.anew else ()
    for n, items in enumerate((earlier, effect.tick)):
        await dossiers.tick(db, connection, dossier, items, turn.stamp + n * 0.001)
    if effect.untick:
        await dossiers.untick(connection, dossier, effect.untick)


@handles(PutOffReminder)
async def put_off_reminder(turn: TurnContext, effect: PutOffReminder) -> EffectResult:
    found = await _mine(turn, effect.dossier)
    if not found or not found[0].sent_on or found[0].stage != dossiers.OPEN:
        return EffectResult("none")
    if effect.due >= effect.latest:
        return EffectResult("late")
    services, one = turn.services, found[0]
    await dossiers.keep(
        services.db, turn.connection, services.seal, str(turn.person), replace(one, reminds=True), turn.stamp
    )
    await reminders.put_off(services.db, turn.connection, one.id, effect.due)
    return EffectResult("put_off")


@handles(StopReminders)
async def stop_reminders(turn: TurnContext, effect: StopReminders) -> EffectResult:
    stopped = False
    for one in await _mine(turn, effect.dossier):
        services = turn.services
        silent = replace(one, reminds=False)
        await dossiers.keep(services.db, turn.connection, services.seal, str(turn.person), silent, turn.stamp)
        stopped |= await reminders.withdraw(turn.connection, one.id, turn.now)
    return EffectResult("stopped" if stopped else "none")


async def _mine(turn: TurnContext, dossier: str) -> list[Dossier]:
    """The person's dossier with this id, else all of them, the one that was worked on last first."""
    if turn.person is None:
        return []
    found = await dossiers.all_of(turn.connection, turn.services.seal, turn.person)
    return [d for d in found if d.id == dossier] or found


def _facts(dossier: Dossier) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "dossier": dossier.id,
        "who": dossier.who,
        "platform": dossier.platform,
        "code_known": "1" if dossier.code_known else None,
        "label": dossier.label,
        "done": list(dossier.done),
        "stage": dossier.stage,
        "number": dossier.number,
        "sent_on": dossier.sent_on,
        "reminded": "1" if dossier.reminds else None,
        "last": None,
    }
    if dossier.code:
        facts |= {"record_name": dossier.name, "record_code": dossier.code}
    return facts


def _others(found: list[Dossier]) -> dict[str, Any]:
    rows = [[d.id, d.label, d.who, d.sent_on, d.stage] for d in found]
    return {"dossiers": rows if len(rows) > 1 else None}
