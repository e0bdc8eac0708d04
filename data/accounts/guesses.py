"""Old passwords that are typed: how often one is compared, by whom. Called by what takes the secure page (handlers/passwords/).

They are counted as wrong codes are, on keys of their own. Invariants: a comparison is counted before it is made; what is
reached closes the way of the old password alone, for this conversation or source; the ways of the phone and of the counter stay.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import budgets, proofs
from data.accounts.state import CHANGE, ChangeContext, PasswordChange
from data.budgets import DAY
from data.proofs import Keys
from data.registry.keys import phone_key
from data.seal import Seal
from data.tables import failures_in_a_row, otp_failures, password_changes


@dataclass(frozen=True, slots=True)
class Guess:
    """Whether an old password `may` be compared, and how many more after it."""

    may: bool
    left: int = 0


async def take(context: ChangeContext, change: PasswordChange) -> Guess:
    """Count one comparison of an old password before it is made. Where none is asked for nothing is counted.

    Nothing here depends on whether there is such an account.
    """
    limits, connection = context.limits, context.connection
    if change.purpose != CHANGE:
        return Guess(True)
    bounds = (*budgets.busy_old_passwords(limits), *budgets.old_passwords(limits))
    busy, some, *own = await budgets.reached(connection, bounds, context.taker, context.at)
    left = min(limits.otp_tries - change.tries, await _left(context, change))
    if (busy and some) or any(own) or left <= 0:
        return Guess(False)
    mine = password_changes.c.id == change.id
    await connection.execute(update(password_changes).where(mine).values(tries=change.tries + 1))
    await proofs.count_failure(connection, _keys(context.seal, change), context.taker, context.at)
    await budgets.take(connection, context.taker, context.at, budgets.OLD_WRONG)
    return Guess(True, left - 1)


async def _left(context: ChangeContext, change: PasswordChange) -> int:
    """Comparisons for this account that this conversation and this source have left today; 0 where too many failed in a row."""
    keys, limits = _keys(context.seal, change), context.limits
    row = select(failures_in_a_row.c.count).where(failures_in_a_row.c.account_key == keys.account)
    if ((await context.connection.execute(row)).scalar() or 0) >= limits.otp_failures_in_a_row:
        return 0
    left = limits.otp_failures_of_one_source
    of_source = (otp_failures.c.account_key == keys.account) & (
        otp_failures.c.source_key == context.taker.source
    )
    for which in (otp_failures.c.question_key == keys.question, of_source):
        query = select(func.count()).where(which, otp_failures.c.at > context.at - DAY)
        failed = int((await context.connection.execute(query)).scalar_one())
        left = min(left, limits.otp_failures_of_one_source - failed)
    return left


async def uncount(context: ChangeContext, change: PasswordChange, *, right: bool) -> None:
    """The last comparison was no failure: it was `right`, which ends the failures in a row, or nothing was compared."""
    if change.purpose != CHANGE:
        return
    keys, connection = _keys(context.seal, change), context.connection
    newest = (
        select(func.max(otp_failures.c.id))
        .where(
            otp_failures.c.question_key == keys.question, otp_failures.c.source_key == context.taker.source
        )
        .scalar_subquery()
    )
    await connection.execute(delete(otp_failures).where(otp_failures.c.id == newest))
    await budgets.give_back(connection, context.taker, budgets.OLD_WRONG)
    if right:
        await proofs.end_row(connection, keys.account)
    else:
        row = (failures_in_a_row.c.account_key == keys.account) & (failures_in_a_row.c.count > 0)
        await connection.execute(
            update(failures_in_a_row).where(row).values(count=failures_in_a_row.c.count - 1)
        )
    mine = (password_changes.c.id == change.id) & (password_changes.c.tries > 0)
    await connection.execute(update(password_changes).where(mine).values(tries=password_changes.c.tries - 1))


def _keys(seal: Seal, change: PasswordChange) -> Keys:
    keyed = seal.keyed
    return Keys(
        _account_key(seal, change.account_key),
        keyed("password phone", change.account_key),
        keyed("password question", f"{change.address} {change.account_key}"),
    )


def _account_key(seal: Seal, account_key: str) -> str:
    return seal.keyed("password", account_key)


async def end_row(connection: AsyncConnection, seal: Seal, account_key: str) -> None:
    """The password is another one now: wrong old ones in a row begin anew."""
    await proofs.end_row(connection, _account_key(seal, account_key))


async def unlock(connection: AsyncConnection, seal: Seal, code: str, phone: str = "") -> None:
    """The office has seen the person: wrong codes and old passwords of this account, and of its phone, begin anew."""
    account = proofs.account_key(seal, code)
    for key in (account, _account_key(seal, account)):
        await proofs.end_row(connection, key)
        await connection.execute(delete(otp_failures).where(otp_failures.c.account_key == key))
    if phone:
        theirs = otp_failures.c.phone_key == phone_key(seal, phone)
        await connection.execute(delete(otp_failures).where(theirs))
