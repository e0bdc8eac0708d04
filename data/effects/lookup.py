"""Looking somebody up in the registry under the disclosure rules.

Invariant: with a date or a year the same steps are taken whether one, several or nobody fits, unless the proven phone fits;
a yes or no by ID number is told only while the budgets allow, else the same look-up goes the way of proof.
"""

from __future__ import annotations

from typing import Any

from data import audit as audit_log
from data import budgets, people, proofs
from data.budgets import Spent
from data.channels import CHANNELS
from data.effects.handler import handles
from data.effects.turn_context import TurnContext
from data.registry import search
from data.registry.records import Record
from data.registry.search import RegistryQuery
from flows.effects import EffectResult, FindPeople
from flows.text.fold import join_key


@handles(FindPeople)
async def find_people(turn: TurnContext, effect: FindPeople) -> EffectResult:
    by_id = bool(effect.id_number)
    proven = await people.proven_phone(turn.connection, turn.person) if turn.person else None
    allowed = await _allowed(turn, by_id=by_id, proven=proven is not None)
    if isinstance(allowed, Spent):
        return EffectResult("limited", {"pause_of": allowed.of, "seconds": str(allowed.seconds)})
    provinces = turn.services.office.same_province(effect.province)
    query = RegistryQuery(effect.name, provinces, effect.born, effect.id_number)
    found = await search.find(turn.services.names, turn.connection, turn.services.seal, query)
    given = {"id_number": None, "id_tail": effect.id_number[-3:]} if by_id else {}
    if not allowed:
        result = await _guarded(turn, effect, found, proven)
        return EffectResult(result.outcome, {**result.facts, **given})
    outcome, facts = ("found", name_and_code(found[0])) if len(found) == 1 else ("none", {})
    if outcome == "none":
        await budgets.take(turn.connection, turn.taker, turn.stamp, budgets.MISS)
    await note_look(turn, "look", found[0].code if found else "", outcome)
    return EffectResult(outcome, {**facts, **given})


async def _guarded(
    turn: TurnContext, effect: FindPeople, found: list[Record], proven: str | None
) -> EffectResult:
    """Open a case to be proven, or give the record to whom the phone of it is proven already."""
    keyed = turn.services.seal.keyed
    own = [r for r in found if proven and r.phone_key == proven]
    asked = f"{join_key(effect.name)} {effect.born or effect.id_number}"
    one = found[0] if len(found) == 1 else None
    nobody = keyed("phone", f"nobody {asked}")
    keys = proofs.Keys(
        account=proofs.account_key(turn.services.seal, one.code if one else f"nobody {asked}"),
        phone=(one.phone_key if one else None) or nobody,
        question=keyed("question", f"{turn.address} {asked}"),
    )
    case = await proofs.open_case(turn.connection, turn.address, [r.code for r in found], keys, turn.stamp)
    if len(own) == 1:
        await note_look(turn, "look", own[0].code, "record")
        return EffectResult("record", {**whole_record(own[0]), "case": case})
    await note_look(turn, "look", one.code if one else "", "verify")
    return EffectResult("verify", {"case": case})


async def _allowed(turn: TurnContext, *, by_id: bool, proven: bool) -> bool | Spent:
    """Take a look-up, and whether a yes or no by ID number may be told; both before anybody is looked for.

    Spent: too many look-ups of this conversation or source; of all together, and this source made some; or too often "no".
    """
    limits = turn.services.limits
    free = not proven and turn.door in CHANNELS and CHANNELS[turn.door].free
    answer = budgets.FREE_ANSWER if free else budgets.ANSWER
    of_answers = budgets.free_answers(limits) if free else budgets.answers(limits)
    if by_id:
        await turn.services.db.lock(turn.connection, f"budget {answer}")
    own = budgets.looks(limits) + (() if free or not by_id else budgets.misses(limits))
    bounds = (*budgets.busy_looks(limits), *own, *(of_answers if by_id else ()))
    busy, some, *rest = await budgets.reached(turn.connection, bounds, turn.taker, turn.stamp)
    spent = [one for one in (busy if some else None, *rest[: len(own)]) if one is not None]
    if spent:
        return max(spent, key=lambda one: one.seconds)
    told = by_id and not any(rest[len(own) :])
    whats = (budgets.LOOK, answer) if told else (budgets.LOOK,)
    await budgets.take(turn.connection, turn.taker, turn.stamp, *whats)
    return told


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
