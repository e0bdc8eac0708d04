"""Changes of passwords on their way, whatever the backend: their codes, what a posted form led to, and what ends with success.

Called by the effect that opens a page (data/effects/password.py) and by what takes it (handlers/passwords/). A change
is a case of data/proofs.py as well, so its codes share every limit with those of look-up; old passwords are counted in
guesses.py. Invariants: a password that was not accepted is never waited with for a code; from "committing" on there is no way back.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import case as when
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import audit, budgets, proofs
from data.accounts import guesses
from data.accounts.state import (
    CHANGE,
    COMMITTING,
    COUNTER,
    DONE,
    ENDED,
    FORGOTTEN,
    OPEN,
    PREPARED,
    REFUSED,
    UNCLEAR,
    ChangeContext,
    PasswordChange,
)
from data.engine import Database
from data.limits import Limits
from data.proofs import Case, Keys
from data.registry.keys import phone_key
from data.seal import Seal
from data.secure import pages
from data.tables import cases, otps, password_changes, prepared_passwords
from data.tables import conversations as conversation_rows
from data.tables import people as people_rows
from flows.content import Office

__all__ = [
    "CHANGE",
    "COMMITTING",
    "COUNTER",
    "DONE",
    "ENDED",
    "FORGOTTEN",
    "OPEN",
    "PREPARED",
    "REFUSED",
    "UNCLEAR",
]
__all__ += ["ChangeContext", "PasswordChange"]
BUSY_SECONDS = 90.0  # after which a form is acted on by nobody any more, whatever became of who did
MOST_LOOKED_AT = 50  # changes that are taken up again at once
LOOK_AGAIN, LOOK_LATER = 5.0, 60.0  # seconds between two looks at one, in its first ten minutes and then
UNKNOWN_FOR = 2 * budgets.DAY  # how long it is asked what became of one


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
    form = (row.act, row.answer, row.busy_until)
    return PasswordChange(*whose, code, phone, proven, row.state, row.tries, row.moved_at, *form)


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


async def alone(db: Database, connection: AsyncConnection, change: PasswordChange) -> None:
    """Act on the changes of one account one at a time, from here to the end of the transaction."""
    await db.lock(connection, f"password {change.account_key}")


# -- what is posted


async def take_form(context: ChangeContext, change: PasswordChange, act: str) -> bool:
    """Begin to act on a form, known by `act`; False while somebody acts on another one of this change."""
    mine = (password_changes.c.id == change.id) & (password_changes.c.busy_until <= context.now)
    until = context.now + BUSY_SECONDS
    taken = await context.connection.execute(
        update(password_changes).where(mine).values(act=act, answer=None, busy_until=until)
    )
    return int(taken.rowcount) == 1


async def answer_form(
    context: ChangeContext, change: PasswordChange, act: str, answer: dict[str, Any]
) -> None:
    """What came of the form is known: whoever posted it twice is told the same."""
    sealed = context.seal.close(answer, f"answer {change.id}")
    mine = (password_changes.c.id == change.id) & (password_changes.c.act == act)
    await context.connection.execute(
        update(password_changes).where(mine).values(answer=sealed, busy_until=0.0)
    )


def answer_of(seal: Seal, change: PasswordChange) -> dict[str, Any] | None:
    """What came of the form that was posted last; None while it is acted on."""
    found: dict[str, Any] | None = seal.open(change.answer, f"answer {change.id}")
    return found


async def accept(context: ChangeContext, change: PasswordChange, act: str) -> bool:
    """The new password of this form waits for a code now; False where another form, or another change, came between."""
    mine = (password_changes.c.id == change.id) & (password_changes.c.act == act)
    accepted = await context.connection.execute(
        update(password_changes)
        .where(mine, password_changes.c.state == OPEN)
        .values(state=PREPARED, moved_at=context.now)
    )
    return int(accepted.rowcount) == 1


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
    await proofs.alone_with(context.db, context.connection, case)
    await context.db.lock(context.connection, proofs.ALL_SMS)
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
    await context.connection.execute(update(otps).where(_newest(change)).values(message=row))
    await pages.keep_code_until(context.connection, change.id, until)
    return Sent("sent", until=until, row=row)


def _newest(change: PasswordChange) -> Any:
    newest = (
        select(otps.c.id).where(otps.c.case_id == change.id).order_by(otps.c.at.desc(), otps.c.message.desc())
    )
    return otps.c.id == newest.limit(1).scalar_subquery()


async def code_in(
    connection: AsyncConnection, seal: Seal, message: int
) -> tuple[PasswordChange | None, bool]:
    """(the change whose code this message carries or None, whether it is the newest one of that change)."""
    carried = select(otps.c.id, otps.c.case_id).where(otps.c.message == message)
    found = (await connection.execute(carried)).first()
    change = await load(connection, seal, found.case_id) if found is not None else None
    if found is None or change is None:
        return None, False
    newest = (await connection.execute(select(otps.c.id).where(_newest(change)))).scalar()
    return change, newest == found.id


async def uncount_code(context: ChangeContext, message: int) -> None:
    """The code in this message was not delivered: it counts for nobody, and another may be asked for at once."""
    await context.connection.execute(delete(otps).where(otps.c.message == message))


async def check_code(context: ChangeContext, change: PasswordChange, code: str) -> tuple[str, int]:
    """("right" | "wrong" | "expired" | "spent" | "paused", comparisons left); right makes the change "committing", once."""
    case = await _case(context, change)
    await proofs.alone_with(context.db, context.connection, case)
    if await proofs.pause_of_codes(context.connection, context.taker, context.limits, context.at):
        return "paused", 0
    result, left = await proofs.compare_code(
        context.connection, context.seal, case, code, context.limits, context.at, taker=context.taker
    )
    if result == "right" and not await move(context, change, COMMITTING, before=(PREPARED,)):
        return "over", 0
    return result, left


async def warn_owner(context: ChangeContext, change: PasswordChange) -> int:
    """Tell the phone's owner, once a day, that its wrong codes are used up; the outbox row's id, 0 none."""
    case, connection, limits, at = (
        await _case(context, change),
        context.connection,
        context.limits,
        context.at,
    )
    if not change.phone or not await proofs.owner_to_warn(connection, case, limits, at):
        return 0
    if not await proofs.take_warning(context.db, connection, case, context.taker, limits, at):
        return 0
    await budgets.take(connection, context.taker, at, budgets.SMS)
    return await _queue(context, case, change.phone, proofs.warning_text(context.office), lasts=budgets.DAY)


async def _case(context: ChangeContext, change: PasswordChange) -> Case:
    """The case of this change; made up again where its owner has erased it meanwhile."""
    case = await proofs.load_case(context.connection, change.id, change.address)
    if case is not None:
        return case
    phone = phone_key(context.seal, change.phone) if change.phone else secrets.token_hex(32)
    return Case(change.id, change.address, (), Keys(change.account_key, phone, secrets.token_hex(32)))


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
    await proofs.alone_with(context.db, context.connection, await _case(context, change))
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
    await guesses.end_row(connection, context.seal, change.account_key)
    whose = context.seal.keyed("person", change.code)
    who = change.address
    note: dict[str, Any] = {"who": who, "what": "password_changed", "whose": whose, "outcome": change.purpose}
    await audit.note(context.db, connection, context.seal, at=context.at, **note)
    if not change.phone:
        return ()
    await budgets.take(connection, context.taker, context.at, budgets.SMS)
    case = await _case(context, change)
    return (await _queue(context, case, change.phone, changed_text(context.office), lasts=budgets.DAY),)


async def take_up(connection: AsyncConnection, now: float, left_for: float) -> Sequence[str]:
    """Changes whose right code was typed `left_for` seconds ago or more, and of which nobody said what became of them.

    Those that waited longest come first, and each rests before it is looked at again: so none holds up another.
    """
    due = (
        password_changes.c.state.in_((COMMITTING, UNCLEAR))
        & (password_changes.c.moved_at < now - left_for)
        & (password_changes.c.look_at <= now)
    )
    some = select(password_changes.c.id).where(due).order_by(password_changes.c.look_at).limit(MOST_LOOKED_AT)
    found = (await connection.execute(some)).scalars().all()
    if not found:
        return ()
    young = password_changes.c.moved_at > now - 600.0
    again = when((young, now + LOOK_AGAIN), else_=now + LOOK_LATER)
    taken = await connection.execute(
        update(password_changes)
        .where(password_changes.c.id.in_(found), due)
        .values(look_at=again)
        .returning(password_changes.c.id)
    )
    return list(taken.scalars())


async def forget_old(connection: AsyncConnection, at: float) -> None:
    """Changes of more than a day ago are gone, those of which nothing is known later; unfinished ones name no account after an hour."""
    unknown = password_changes.c.state.in_((COMMITTING, UNCLEAR))
    old = (password_changes.c.at < at - budgets.DAY) & ~unknown
    await connection.execute(delete(password_changes).where(old | (password_changes.c.at < at - UNKNOWN_FOR)))
    over = (password_changes.c.at < at - budgets.HOUR) & password_changes.c.state.in_((OPEN, PREPARED))
    await connection.execute(update(password_changes).where(over).values(state=ENDED, sealed=None))


async def told_of(connection: AsyncConnection, address: str) -> list[dict[str, str]]:
    """What is kept of the changes that were begun in this conversation: when, and what became of them."""
    query = select(password_changes.c.at, password_changes.c.state).where(
        password_changes.c.address == address
    )
    found = await connection.execute(query.order_by(password_changes.c.at))
    return [
        {"luc": datetime.fromtimestamp(r.at, UTC).isoformat(timespec="seconds"), "trang_thai": r.state}
        for r in found
    ]


async def erase(connection: AsyncConnection, addresses: Sequence[str]) -> None:
    """Nothing of these conversations' changes is kept, but those whose right code was typed: they end first, and say so."""
    theirs = password_changes.c.address.in_(addresses) & ~password_changes.c.state.in_((COMMITTING, UNCLEAR))
    ids = (await connection.execute(select(password_changes.c.id).where(theirs))).scalars().all()
    await connection.execute(
        delete(prepared_passwords).where(prepared_passwords.c.change_id.in_(ids), ~prepared_passwords.c.done)
    )
    await connection.execute(delete(password_changes).where(password_changes.c.id.in_(ids)))


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
