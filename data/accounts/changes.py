"""Changes of passwords on their way, whatever the backend: guesses of old passwords, codes, and what ends with success.

Called by the effect that opens a page (data/effects/password.py) and by what takes it (handlers/passwords/). A change
is a case of data/proofs.py as well, so its codes share every limit with those of look-up. Its states: open (the page waits
for a new password), prepared (for a code), committing (the right code was typed), done, refused, unclear, ended (something
else made it void). Invariant: a guess is counted before it is compared; from "committing" on there is no way back.
"""

from __future__ import annotations

import secrets
from dataclasses import KW_ONLY, dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import audit, budgets, proofs
from data.budgets import Taker
from data.engine import Database
from data.limits import Limits
from data.proofs import Case, Keys, Refusal
from data.registry.keys import phone_key
from data.seal import Seal
from data.secure import pages
from data.tables import (
    cases,
    failures_in_a_row,
    otp_failures,
    otps,
    password_changes,
    prepared_passwords,
)
from data.tables import conversations as conversation_rows
from data.tables import people as people_rows
from flows.content import Office

OPEN, PREPARED, COMMITTING = "open", "prepared", "committing"
DONE, REFUSED, UNCLEAR, ENDED = "done", "refused", "unclear", "ended"
ALL_SMS = (
    "budget sms"  # who holds this lock counts all SMS and sends one: so all together never send too many
)
CHANGE, FORGOTTEN, COUNTER = "change", "forgotten", "counter"
MOST_LOOKED_AT = 50  # changes that are taken up again at once


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """A change on its way. `phone`: ten digits, "" while it is not known; `given` is what opening it knew already."""

    id: str
    address: str
    purpose: str
    account_key: str
    code: str
    phone: str
    phone_key: str  # of the phone that was proven in the chat, where the old password is not asked for
    state: str
    tries: int
    moved_at: float


@dataclass(frozen=True, slots=True)
class ChangeContext:
    """What every function here needs: the database's transaction, whose time, who takes of the budgets."""

    db: Database
    connection: AsyncConnection
    seal: Seal
    limits: Limits
    office: Office
    _: KW_ONLY
    taker: Taker
    at: float  # the person's clock
    now: float  # the server's


async def open_change(
    connection: AsyncConnection,
    seal: Seal,
    *,
    address: str,
    purpose: str,
    code: str,
    proven: str = "",
    at: float,
    now: float,
) -> str:
    """Begin a change; returns its id. Nobody has looked yet whether there is such an account."""
    account = proofs.account_key(seal, code)
    keys = Keys(account, secrets.token_hex(32), seal.keyed("question", f"{address} password {code}"))
    change = await proofs.open_case(connection, address, (), keys, at)  # it fits no look-up
    await connection.execute(
        password_changes.insert().values(
            id=change,
            address=address,
            purpose=purpose,
            account_key=account,
            sealed=_sealed(seal, change, {"code": code, "phone": "", "proven": proven}),
            state=OPEN,
            tries=0,
            at=at,
            moved_at=now,
        )
    )
    return change


def _sealed(seal: Seal, change: str, value: dict[str, Any]) -> bytes:
    return seal.close(value, f"password change {change}")


async def load(connection: AsyncConnection, seal: Seal, change: str) -> PasswordChange | None:
    """The change of this id, or None."""
    query = select(password_changes).where(password_changes.c.id == change)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    held = seal.open(row.sealed, f"password change {change}") or {}
    code, phone, proven = (str(held.get(key, "")) for key in ("code", "phone", "proven"))
    whose = (row.id, row.address, row.purpose, row.account_key)
    return PasswordChange(*whose, code, phone, proven, row.state, row.tries, row.moved_at)


async def newest_at(connection: AsyncConnection, seal: Seal, address: str) -> PasswordChange | None:
    """The newest change that was begun in this conversation, or None."""
    query = select(password_changes.c.id).where(password_changes.c.address == address)
    found = (await connection.execute(query.order_by(password_changes.c.at.desc()).limit(1))).scalar()
    return await load(connection, seal, found) if found else None


async def move(
    context: ChangeContext, change: PasswordChange, state: str, *, before: tuple[str, ...] = ()
) -> bool:
    """Move a change on; False where it is none of the states `before` any more."""
    mine = [password_changes.c.id == change.id]
    if before:
        mine.append(password_changes.c.state.in_(before))
    moved = await context.connection.execute(
        update(password_changes).where(*mine).values(state=state, moved_at=context.now)
    )
    return int(moved.rowcount) == 1


# -- the old password


async def take_guess(context: ChangeContext, change: PasswordChange) -> Refusal | None:
    """Count one comparison of an old password before it is made; a Refusal where no more may be."""
    if paused := await proofs.pause_of_codes(context.connection, context.taker, context.limits, context.at):
        return paused
    case = _guessed(context, change)
    await context.db.lock(context.connection, f"password {change.account_key}")
    if await proofs.shut(context.connection, case, context.taker, context.limits, context.at):
        return Refusal("spent")
    counted = await context.connection.execute(
        update(password_changes)
        .where(
            password_changes.c.id == change.id,
            password_changes.c.state.in_((OPEN, PREPARED)),
            password_changes.c.tries < context.limits.otp_tries,
        )
        .values(tries=password_changes.c.tries + 1)
    )
    if not counted.rowcount:
        return Refusal("spent")
    await proofs.count_failure(context.connection, case.keys, context.taker, context.at)
    return None


async def guessed_right(context: ChangeContext, change: PasswordChange) -> None:
    """The last comparison was no failure after all."""
    keys = _guessed(context, change).keys
    newest = (
        select(otp_failures.c.id)
        .where(otp_failures.c.account_key == keys.account, otp_failures.c.source_key == context.taker.source)
        .order_by(otp_failures.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    await context.connection.execute(delete(otp_failures).where(otp_failures.c.id == newest))
    await proofs.end_row(context.connection, keys.account)
    back = password_changes.c.tries - 1
    mine = (password_changes.c.id == change.id) & (password_changes.c.tries > 0)
    await context.connection.execute(update(password_changes).where(mine).values(tries=back))


async def guessed_wrong(context: ChangeContext) -> None:
    """The last comparison was one: it counts on conversation, source and all together."""
    await budgets.take(context.connection, context.taker, context.at, budgets.WRONG, budgets.FAILURE)


def _guessed(context: ChangeContext, change: PasswordChange) -> Case:
    """Old passwords are counted as codes are, on keys of their own: who guesses one uses up none of the other."""
    keyed = context.seal.keyed
    keys = Keys(
        keyed("password", change.account_key),
        keyed("password phone", change.account_key),
        keyed("password question", f"{change.address} {change.account_key}"),
    )
    return Case(change.id, change.address, (), keys)


def guesses_key(seal: Seal, code: str) -> str:
    """What wrong old passwords of this account are counted on in a row."""
    return seal.keyed("password", proofs.account_key(seal, code))


# -- the code


@dataclass(frozen=True, slots=True)
class Sent:
    """sent with `until`; or wait with `seconds`, paused with `seconds` and `of`, spent. `row`: of the outbox, 0 none."""

    outcome: str
    until: float = 0.0
    seconds: int = 0
    of: str = ""
    row: int = 0


async def send_code(context: ChangeContext, change: PasswordChange, *, leaves: bool = True) -> Sent:
    """Send a code to the change's phone, or pretend to. Whoever is told of a refusal has typed the old password, or proven the phone."""
    case = await _case(context, change)
    await _alone_with(context, case)
    await context.db.lock(context.connection, ALL_SMS)
    refused = await proofs.refusal(context.connection, case, context.taker, context.limits, context.at)
    if refused is None and leaves:
        refused = await proofs.owners_refusal(
            context.connection, case, context.taker, context.limits, context.at
        )
    if refused is not None:
        return Sent(refused.outcome, seconds=refused.seconds, of=refused.of)
    code, until = await proofs.new_code(
        context.connection, context.seal, case, context.limits, context.at, leaves=leaves
    )
    what = budgets.SMS if leaves else budgets.NO_SMS
    await budgets.take(context.connection, context.taker, context.at, budgets.REQUEST, what)
    text = code_text(code, context.limits, context.office)
    lasts = 60.0 * context.limits.otp_minutes
    row = await _queue(context, case, change.phone or "0" * 10, text, lasts=lasts, leaves=leaves)
    await pages.keep_code_until(context.connection, change.id, until)
    return Sent("sent", until=until, row=row)


async def uncount_code(context: ChangeContext, change: PasswordChange) -> None:
    """The newest code of this change was not delivered: it counts for nobody, and another may be asked for at once."""
    newest = select(otps.c.id).where(otps.c.case_id == change.id).order_by(otps.c.at.desc()).limit(1)
    await context.connection.execute(delete(otps).where(otps.c.id == newest.scalar_subquery()))


async def check_code(context: ChangeContext, change: PasswordChange, code: str) -> tuple[str, int]:
    """("right" | "wrong" | "expired" | "spent" | "paused", comparisons left); right makes the change "committing", once."""
    case = await _case(context, change)
    await _alone_with(context, case)
    if await proofs.pause_of_codes(context.connection, context.taker, context.limits, context.at):
        return "paused", 0
    result, left = await proofs.compare_code(
        context.connection, context.seal, case, code, context.limits, context.at, taker=context.taker
    )
    if result == "right" and not await move(context, change, COMMITTING, before=(PREPARED,)):
        return "expired", 0
    return result, left


async def warn_owner(context: ChangeContext, change: PasswordChange) -> int:
    """Tell the phone's owner, once a day, that its wrong codes are used up; the outbox row's id, 0 none."""
    case = await _case(context, change)
    if not change.phone or not await proofs.owner_to_warn(
        context.connection, case, context.limits, context.at
    ):
        return 0
    await context.db.lock(context.connection, ALL_SMS)
    if await budgets.spent(context.connection, budgets.messages(context.limits), context.taker, context.at):
        return 0
    taker = Taker(case.keys.phone, context.taker.source)
    await budgets.take(context.connection, taker, context.at, budgets.WARNING, budgets.SMS)
    return await _queue(context, case, change.phone, proofs.warning_text(context.office), lasts=budgets.DAY)


async def _case(context: ChangeContext, change: PasswordChange) -> Case:
    case = await proofs.load_case(context.connection, change.id, change.address)
    if case is None:
        raise LookupError("a change without its case")
    return case


async def _alone_with(context: ChangeContext, case: Case) -> None:
    """As in data/effects/proof.py: codes of one account and of one phone are sent and compared one at a time."""
    await context.db.lock(context.connection, f"otp {case.keys.account}")
    await context.db.lock(context.connection, f"otp phone {case.keys.phone}")


async def _queue(
    context: ChangeContext, case: Case, phone: str, text: str, *, lasts: float, leaves: bool = True
) -> int:
    until = context.now + lasts
    return await proofs.queue_sms(
        context.connection, context.seal, case, phone, text, at=context.now, until=until, leaves=leaves
    )


async def keep_phone(context: ChangeContext, change: PasswordChange, phone: str) -> PasswordChange:
    """The account's phone is known now: its codes are counted on it."""
    held = {"code": change.code, "phone": phone, "proven": change.phone_key}
    await context.connection.execute(
        update(password_changes)
        .where(password_changes.c.id == change.id)
        .values(sealed=_sealed(context.seal, change.id, held))
    )
    if phone:
        keys = update(cases).where(cases.c.id == change.id)
        await context.connection.execute(keys.values(phone_key=phone_key(context.seal, phone)))
    found = await load(context.connection, context.seal, change.id)
    assert found is not None, "it was just written"
    return found


# -- success


async def succeeded(context: ChangeContext, change: PasswordChange) -> tuple[int, ...] | None:
    """The password is another one now: all that belonged to the old one ends, and its owner is told. Ids of outbox rows.

    Void are: other changes of the account with their pages, live codes of the account on every channel, and what other
    conversations have proven of its phone. None: it was written down before.
    """
    if not await move(context, change, DONE, before=(COMMITTING, UNCLEAR)):
        return None
    connection, same = context.connection, password_changes.c.account_key == change.account_key
    others = same & (password_changes.c.id != change.id) & password_changes.c.state.in_((OPEN, PREPARED))
    void = (await connection.execute(select(password_changes.c.id).where(others))).scalars().all()
    await connection.execute(
        update(password_changes).where(others).values(state=ENDED, sealed=None, moved_at=context.now)
    )
    await connection.execute(delete(prepared_passwords).where(prepared_passwords.c.change_id.in_(void)))
    await pages.close_pages_of(connection, void)
    await pages.finish_page(connection, change.id)
    await connection.execute(
        update(otps).where(otps.c.account_key == change.account_key).values(mac="", live=False)
    )
    await connection.execute(
        update(password_changes).where(password_changes.c.id == change.id).values(sealed=None)
    )
    if change.phone:
        own = select(conversation_rows.c.person).where(conversation_rows.c.address == change.address)
        key = phone_key(context.seal, change.phone)
        mine = (await connection.execute(own)).scalar() or ""
        elsewhere = (people_rows.c.phone_key == key) & (people_rows.c.id != mine)
        await connection.execute(update(people_rows).where(elsewhere).values(phone_key=None, proven_at=None))
    await proofs.end_row(connection, change.account_key)
    await proofs.end_row(connection, guesses_key(context.seal, change.code))
    whose = context.seal.keyed("person", change.code)
    who = change.address
    note: dict[str, Any] = {"who": who, "what": "password_changed", "whose": whose, "outcome": change.purpose}
    await audit.note(context.db, connection, context.seal, at=context.at, **note)
    if not change.phone:
        return ()
    await budgets.take(connection, context.taker, context.at, budgets.SMS)
    case = await _case(context, change)
    return (await _queue(context, case, change.phone, changed_text(context.office), lasts=budgets.DAY),)


async def left_committing(connection: AsyncConnection, before: float) -> list[str]:
    """Changes whose right code was typed before this time and of which nobody said what became of them."""
    query = select(password_changes.c.id).where(
        password_changes.c.state.in_((COMMITTING, UNCLEAR)), password_changes.c.moved_at < before
    )
    return list((await connection.execute(query.limit(MOST_LOOKED_AT))).scalars())


async def forget_old(connection: AsyncConnection, at: float) -> None:
    """Changes of more than a day ago are gone; those that nobody finished name no account after an hour."""
    await connection.execute(delete(password_changes).where(password_changes.c.at < at - budgets.DAY))
    over = (password_changes.c.at < at - budgets.HOUR) & password_changes.c.state.in_((OPEN, PREPARED))
    await connection.execute(update(password_changes).where(over).values(state=ENDED, sealed=None))


async def unlock(connection: AsyncConnection, seal: Seal, code: str) -> None:
    """The office has seen the person: wrong codes and old passwords in a row begin anew."""
    for key in (proofs.account_key(seal, code), guesses_key(seal, code)):
        await connection.execute(delete(failures_in_a_row).where(failures_in_a_row.c.account_key == key))


def code_text(code: str, limits: Limits, office: Office) -> str:
    """The message that carries a code: ASCII, one segment, no link, what it is for and who never asks for it."""
    return (
        f"{code} la ma xac thuc doi mat khau VssID tren Tro ly VssID, dung trong {limits.otp_minutes} phut. "
        f"Khong dua ma cho bat ky ai. Hoi {office.hotline_digits}."
    )


def changed_text(office: Office) -> str:
    """What the owner of the phone is told when it is done: ASCII, one segment, no link."""
    return (
        "BHXH: mat khau tai khoan VssID cua ban vua duoc doi tren Tro ly VssID. "
        f"Neu khong phai ban doi, goi ngay {office.hotline_digits}."
    )
