"""Petitions: sent, asked after, added to, taken back, within what a conversation, a source and all together may do."""

from __future__ import annotations

from datetime import datetime

from data import budgets, petitions
from data.effects.handler import handles
from data.effects.turn_context import TurnContext, person
from data.petitions import Petition
from flows.calendar.office_hours import VIETNAM
from flows.effects import EffectResult, ExtendPetition, FindPetition, SendPetition, WithdrawPetition


@handles(SendPetition)
async def send_petition(turn: TurnContext, effect: SendPetition) -> EffectResult:
    services = turn.services
    bounds = budgets.petitions(services.limits)
    if await budgets.spent(turn.connection, bounds, turn.taker, turn.now) is not None:
        return EffectResult("limited")
    await budgets.take(turn.connection, turn.taker, turn.now, budgets.PETITION)
    today = turn.at.astimezone(VIETNAM).date()
    sent = await petitions.send(
        services.db,
        turn.connection,
        services.seal,
        address=turn.address,
        person=await person(turn),
        text=effect.text,
        category=effect.category,
        due=services.calendar.nth_after(today, services.limits.petition_working_days),
        at=turn.now,
    )
    return EffectResult("sent", {"petition": str(sent.number), "petition_due": sent.due})


@handles(FindPetition)
async def find_petition(turn: TurnContext, effect: FindPetition) -> EffectResult:
    own = await _own(turn, effect.number)
    if own is not None:
        answer = await petitions.last_answer(turn.connection, turn.services.seal, own.id)
        return EffectResult("found", _facts(own) | {"petition_own": "1", "petition_answer": answer})
    if not effect.number:
        return EffectResult("none")
    if not effect.phone:
        return EffectResult("unproven")
    bounds = budgets.petition_looks(turn.services.limits)
    if await budgets.spent(turn.connection, bounds, turn.taker, turn.now) is not None:
        return EffectResult("limited")
    await budgets.take(turn.connection, turn.taker, turn.now, budgets.PETITION_LOOK)
    number, phone_key = int(effect.number), turn.services.seal.keyed("petition phone", effect.phone)
    if not await petitions.may_ask(turn.connection, number, phone_key):
        return EffectResult("wrong")
    found = await petitions.by_number(turn.connection, turn.services.seal, number)
    assert found is not None
    return EffectResult("found", _facts(found) | {"petition_own": None, "petition_answer": None})


@handles(ExtendPetition)
async def add_to_petition(turn: TurnContext, effect: ExtendPetition) -> EffectResult:
    own = await _own(turn, effect.number)
    if own is None:
        return EffectResult("none")
    if not own.is_open:
        return EffectResult("closed", {"petition": str(own.number)})
    given = {"text": effect.text, "name": effect.name, "phone": effect.phone}
    await petitions.add(turn.connection, turn.services.seal, own, **given, at=turn.now)
    return EffectResult("kept", {"petition": str(own.number)})


@handles(WithdrawPetition)
async def withdraw_petition(turn: TurnContext, effect: WithdrawPetition) -> EffectResult:
    own = await _own(turn, effect.number)
    if own is None:
        return EffectResult("none")
    done = await petitions.withdraw(turn.connection, own.id, turn.now)
    return EffectResult("withdrawn" if done else "closed", {"petition": str(own.number)})


async def _own(turn: TurnContext, number: str) -> Petition | None:
    """The petition of this number if this conversation or person sent it; without a number the newest."""
    seal = turn.services.seal
    if not number:
        return await petitions.newest_of(turn.connection, seal, turn.address, turn.person)
    found = await petitions.by_number(turn.connection, seal, int(number), plain=True)
    return found if found and petitions.is_theirs(found, turn.address, turn.person) else None


def _facts(petition: Petition) -> dict[str, str | None]:
    sent = datetime.fromtimestamp(petition.sent_at, VIETNAM).date().isoformat()
    return {
        "petition": str(petition.number),
        "petition_state": petition.state,
        "petition_due": petition.due,
        "petition_sent": sent,
    }
