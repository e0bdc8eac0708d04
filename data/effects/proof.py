"""Proving that the registered phone is one's own: by a one-time code, or by a contact that the channel vouches for.

Invariant: where nobody or several fit, the same steps are taken with a record that stands in for nobody, and nothing of it is told.
"""

from __future__ import annotations

import logging

from data import budgets, people, proofs
from data.effects.handler import handles
from data.effects.lookup import note_look, whole_record
from data.effects.turn_context import TurnContext, one_time_page, person
from data.proofs import Case
from data.registry import records as registry
from data.secure import pages
from flows.effects import CheckOtp, EffectResult, ProvePhone, SendOtp

log = logging.getLogger("troly.proof")


@handles(SendOtp)
async def send_otp(turn: TurnContext, effect: SendOtp) -> EffectResult:
    services, connection, at = turn.services, turn.connection, turn.stamp
    case = await proofs.load_case(connection, effect.case, turn.address)
    if not services.sends_sms:
        return EffectResult("off")
    if case is None:
        return EffectResult("spent")
    await proofs.alone_with(services.db, connection, case)
    await services.db.lock(connection, proofs.ALL_SMS)
    refused = await proofs.refusal(connection, case, turn.taker, services.limits, at)
    if refused is not None:
        return _refused(refused)
    held = await proofs.held_back(connection, case, turn.taker, services.limits, at)
    phone, theirs = await _phone(turn, case)
    leaves = theirs and not held
    code, until = await proofs.new_code(connection, services.seal, case, services.limits, at, leaves=leaves)
    await budgets.take(connection, turn.taker, at, budgets.REQUEST)
    text = proofs.sms_text(code, services.limits, services.office)
    lasts = 60.0 * services.limits.otp_minutes
    turn.codes_out.append(await _queue_sms(turn, case, phone, text, lasts=lasts, leaves=leaves))
    return EffectResult("sent", await one_time_page(turn, code_until=until))


async def _queue_sms(
    turn: TurnContext, case: Case, phone: str, text: str, *, lasts: float, leaves: bool
) -> int:
    """Put a message into the outbox, and count it where it leaves; returns the row's id."""
    what = budgets.SMS if leaves else budgets.NO_SMS
    await budgets.take(turn.connection, turn.taker, turn.stamp, what)
    until = turn.now + lasts
    return await proofs.queue_sms(
        turn.connection, turn.services.seal, case, phone, text, at=turn.now, until=until, leaves=leaves
    )


def _refused(refused: proofs.Refusal) -> EffectResult:
    return EffectResult(refused.outcome, {"seconds": str(refused.seconds), "pause_of": refused.of or None})


async def _phone(turn: TurnContext, case: Case) -> tuple[str, bool]:
    """The registered phone, and whether it is that of the one who fits; else it is not to be used."""
    stand_in = await registry.stand_in(turn.connection)
    one = case.codes[0] if len(case.codes) == 1 else ""
    phone = ""
    for record in await registry.by_codes(turn.connection, (one or stand_in,)):
        if record.phone is not None:
            phone = str(turn.services.seal.open(record.phone, f"registry {record.code}"))
    return (phone, True) if one and phone else ("0" * 10, False)


@handles(CheckOtp)
async def check_otp(turn: TurnContext, effect: CheckOtp) -> EffectResult:
    services, connection, at = turn.services, turn.connection, turn.stamp
    case = await proofs.load_case(connection, effect.case, turn.address)
    if case is None:
        return EffectResult("expired")
    await proofs.alone_with(services.db, connection, case)
    if paused := await proofs.pause_of_codes(connection, turn.taker, services.limits, at):
        return _refused(paused)
    result, left = await proofs.compare_code(
        connection, services.seal, case, effect.code, services.limits, at, taker=turn.taker
    )
    if result != "right":
        await _after_a_wrong_code(turn, case)
        return EffectResult(result, {"left": str(left)})
    records = await registry.by_codes(connection, case.codes)
    if len(records) != 1:
        return EffectResult("expired")
    await pages.finish_pages(connection, turn.address)
    await people.prove_phone(connection, await person(turn), case.keys.phone, at)
    await note_look(turn, "record", records[0].code, "otp")
    return EffectResult("record", whole_record(records[0]))


async def _after_a_wrong_code(turn: TurnContext, case: Case) -> None:
    """Tell the phone's owner once a day that its wrong codes are used up, and the log that there are very many."""
    services, connection, at = turn.services, turn.connection, turn.stamp
    many = budgets.alarming_failures(services.limits)
    if await budgets.spent(connection, many, turn.taker, at):
        log.warning("more than %d wrong one-time codes within an hour", services.limits.otp_failures_alarm)
    if not await proofs.owner_to_warn(connection, case, services.limits, at):
        return
    phone, theirs = await _phone(turn, case)
    if theirs and await proofs.take_warning(services.db, connection, case, turn.taker, services.limits, at):
        text = proofs.warning_text(services.office)
        turn.codes_out.append(await _queue_sms(turn, case, phone, text, lasts=budgets.DAY, leaves=True))


@handles(ProvePhone)
async def prove_phone(turn: TurnContext, effect: ProvePhone) -> EffectResult:
    case = await proofs.load_case(turn.connection, effect.case, turn.address)
    key = registry.phone_key(turn.services.seal, effect.phone)
    await turn.services.db.lock(turn.connection, f"otp phone {key}")
    await people.prove_phone(turn.connection, await person(turn), key, turn.stamp)
    stand_in = await registry.stand_in(turn.connection)
    codes = case.codes if case else ()
    records = await registry.by_codes(turn.connection, codes or (stand_in,))
    own = [r for r in records if r.phone_key == key and r.code in codes]
    if len(own) != 1:
        await note_look(turn, "record", "", "refused")
        return EffectResult("other")
    await note_look(turn, "record", own[0].code, "contact")
    return EffectResult("record", whole_record(own[0]))
