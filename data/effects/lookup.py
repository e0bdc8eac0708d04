"""Looking somebody up in the registry under the disclosure rules.

Invariant: with a date or a year the same steps are taken whether one, several or nobody fits, unless the proven phone fits;
a yes or no by ID number is told only while the budgets allow, else the same look-up goes the way of proof.
"""

from __future__ import annotations

from typing import Any

from data import audit as audit_log
from data import budgets, people, proofs
from data.budgets import Bound, Spent
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
    free = proven is None and turn.door in CHANNELS and CHANNELS[turn.door].free
    if spent := await _looks_spent(turn, counts_misses=by_id and not free):
        return EffectResult("limited", pause(spent))
    await budgets.take(turn.connection, budgets.LOOK, turn.taker, turn.stamp)
    answers = by_id and await _takes_an_answer(turn, free=free)
    provinces = turn.services.office.same_province(effect.province)
    query = RegistryQuery(effect.name, provinces, effect.born, effect.id_number)
    found = await search.find(turn.services.names, turn.connection, turn.services.seal, query)
    given = {"id_number": None, "id_tail": effect.id_number[-3:]} if by_id else {}
    if not answers:
        result = await _guarded(turn, effect, found, proven)
        return EffectResult(result.outcome, {**result.facts, **given})
    outcome, facts = ("found", name_and_code(found[0])) if len(found) == 1 else ("none", {})
    if outcome == "none":
        await budgets.take(turn.connection, budgets.MISS, turn.taker, turn.stamp)
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


async def _looks_spent(turn: TurnContext, *, counts_misses: bool) -> Spent | None:
    """Too many looks of this conversation or source; or of all together, and this source made some; or too often "no" by ID
    number, where that is counted: each was told."""
    limits = turn.services.limits
    spent = await _spent(turn, budgets.LOOK, budgets.looks(limits))
    if spent is None:
        all_together, a_few = budgets.busy_looks(limits)
        busy = await _spent(turn, budgets.LOOK, all_together)
        spent = busy if busy and await _spent(turn, budgets.LOOK, a_few) else None
    if spent is None and counts_misses:
        spent = await _spent(turn, budgets.MISS, budgets.misses(limits))
    return spent


async def _spent(turn: TurnContext, what: str, bounds: tuple[Bound, ...]) -> Spent | None:
    return await budgets.spent(turn.connection, what, bounds, turn.taker, turn.stamp)


async def _takes_an_answer(turn: TurnContext, *, free: bool) -> bool:
    """Whether a yes or no by ID number is left for this conversation; takes it, before anybody is looked for.

    `free`: the conversation costs nothing, and its person has proven nothing.
    """
    limits = turn.services.limits
    if free:
        what, bounds = budgets.FREE_ANSWER, budgets.free_answers(limits)
    else:
        what, bounds = budgets.ANSWER, budgets.answers(limits)
    await turn.services.db.lock(turn.connection, f"budget {what}")
    if await _spent(turn, what, bounds):
        return False
    await budgets.take(turn.connection, what, turn.taker, turn.stamp)
    return True


def pause(spent: Spent) -> dict[str, str]:
    """The facts of a refusal that passes: whose bound it is, and the seconds until something is left."""
    return {"pause_of": spent.of, "seconds": str(spent.seconds)}


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
