"""Looking somebody up in the registry under the disclosure rules.

Invariant: with a date or a year the same steps are taken whether one, several or nobody fits, unless the proven phone fits.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from data import audit as audit_log
from data import people, proofs
from data.effects.handler import handles
from data.effects.turn_context import DAY, HOUR, TurnContext
from data.registry import search
from data.registry.records import Record
from data.registry.search import RegistryQuery
from data.tables import audit
from flows.effects import EffectResult, FindPeople
from flows.text.fold import join_key


@handles(FindPeople)
async def find_people(turn: TurnContext, effect: FindPeople) -> EffectResult:
    if await _looks_spent(turn, by_id=bool(effect.id_number)):
        return EffectResult("limited")
    provinces = turn.services.office.same_province(effect.province)
    query = RegistryQuery(effect.name, provinces, effect.born, effect.id_number)
    found = await search.find(turn.services.names, turn.connection, turn.services.seal, query)
    if not effect.id_number:
        return await _guarded(turn, effect, found)
    outcome, facts = ("found", name_and_code(found[0])) if len(found) == 1 else ("none", {})
    await note_look(turn, "look", found[0].code if found else "", outcome)
    return EffectResult(outcome, {**facts, "id_number": None, "id_tail": effect.id_number[-3:]})


async def _guarded(turn: TurnContext, effect: FindPeople, found: list[Record]) -> EffectResult:
    """Open a case to be proven, or give the record to whom the phone of it is proven already."""
    keyed = turn.services.seal.keyed
    proven = await people.proven_phone(turn.connection, turn.person) if turn.person else None
    own = [r for r in found if proven and r.phone_key == proven]
    asked = f"{join_key(effect.name)} {effect.born}"
    one = found[0] if len(found) == 1 else None
    nobody = keyed("phone", f"nobody {asked}")
    keys = proofs.Keys(
        account=keyed("account", one.code if one else f"nobody {asked}"),
        phone=(one.phone_key if one else None) or nobody,
        question=keyed("question", f"{turn.address} {asked}"),
    )
    case = await proofs.open_case(turn.connection, turn.address, [r.code for r in found], keys, turn.stamp)
    if len(own) == 1:
        await note_look(turn, "look", own[0].code, "record")
        return EffectResult("record", {**whole_record(own[0]), "case": case})
    await note_look(turn, "look", one.code if one else "", "verify")
    return EffectResult("verify", {"case": case})


async def _looks_spent(turn: TurnContext, *, by_id: bool) -> bool:
    """Too many looks in all, or too many ID numbers that fitted nobody: each of those is a "no" that was told."""
    limits = turn.services.limits
    query = select(func.count(), func.count().filter(audit.c.outcome == "none")).where(
        audit.c.who == turn.address, audit.c.what == "look", audit.c.at > turn.stamp - DAY
    )
    mine, missed = (await turn.connection.execute(query)).one()
    if mine >= limits.looks_per_day or (by_id and missed >= limits.id_misses_per_day):
        return True
    everyone = select(func.count()).select_from(audit)
    everyone = everyone.where(audit.c.what == "look", audit.c.at > turn.stamp - HOUR)
    return bool((await turn.connection.execute(everyone)).scalar_one() >= limits.looks_per_hour_all)


async def note_look(turn: TurnContext, what: str, code: str, outcome: str) -> None:
    """Write the look into the audit; `code` is whose record was seen, "" nobody's."""
    db, seal = turn.services.db, turn.services.seal
    whose = seal.keyed("person", code) if code else ""
    deed = {"who": turn.address, "what": what, "whose": whose, "outcome": outcome}
    await audit_log.note(db, turn.connection, seal, at=turn.stamp, **deed)


def name_and_code(record: Record) -> dict[str, Any]:
    """All that a matching ID number gives."""
    return {"record_name": record.name, "record_code": record.code}


def whole_record(record: Record) -> dict[str, Any]:
    """All that a proof gives; what the proof needed is dropped."""
    return {
        **name_and_code(record),
        "record_born": record.born,
        "record_household": record.household,
        "record_commune": record.commune,
        **dict.fromkeys(("link", "until", "left")),
    }
