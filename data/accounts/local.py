"""Accounts of our own, in the database: TROLY_ACCOUNTS=local. Implements the port (port.py).

Invariant: a password is on disk only as argon2id; hashing happens between transactions, never inside one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.accounts.hashing import Hasher
from data.accounts.port import Prepared, Standing, State, Wanted
from data.budgets import DAY
from data.engine import Database
from data.registry import records
from data.registry.keys import phone_key
from data.seal import Seal
from data.tables import accounts, prepared_passwords

PREPARED_FOR = 3600.0  # seconds that a new password is kept aside
DONE_FOR = 3 * DAY  # seconds that it is known what was put in force: longer than anybody asks


class LocalAccounts:
    """The accounts in this database."""

    ours = True

    def __init__(self, db: Database, seal: Seal, hasher: Hasher, clock: Callable[[], float]) -> None:
        self._db, self._seal, self._hasher, self._clock = db, seal, hasher, clock

    async def prepare(self, wanted: Wanted) -> Prepared:
        """Compare, hash, keep aside; as many comparisons for an account that does not exist."""
        async with self._db.reading() as connection:
            row = (await connection.execute(select(accounts).where(accounts.c.code == wanted.code))).first()
        if wanted.old is None:  # proven by its phone: hashed in any case, so that the time does not tell
            fresh = await self._hasher.hash(wanted.new)
            if row is None or not (wanted.vouched or row.phone_key == wanted.phone_key):
                return Prepared("wrong")
        else:
            kept = row.password if row is not None else ""
            if not await self._hasher.fits(kept, wanted.old) or row is None:
                return Prepared("wrong")
            if await self._hasher.fits(kept, wanted.new):
                return Prepared("same")
            fresh = await self._hasher.hash(wanted.new)
        async with self._db.writing() as connection:
            kept = {"code": wanted.code, "password": fresh, "at": self._clock()}
            fresh_row = self._db.insert(prepared_passwords).values(change_id=wanted.change, **kept)
            await connection.execute(
                fresh_row.on_conflict_do_update(
                    index_elements=["change_id"], set_=kept, where=~prepared_passwords.c.done
                )
            )
        phone = str(self._seal.open(row.phone, f"account {row.code}"))
        return Prepared("ready", phone, row.phone_changed_at)

    async def commit(self, change: str) -> State:
        """Once, whoever asks how often: the row says whether it was."""
        async with self._db.writing() as connection:
            mine = prepared_passwords.c.change_id == change
            await self._db.lock(connection, f"password {change}")
            found = (await connection.execute(select(prepared_passwords).where(mine))).first()
            if found is None:
                return "refused"
            if found.done:
                return "done"
            now = self._clock()
            changed = await connection.execute(
                update(accounts)
                .where(accounts.c.code == found.code)
                .values(password=found.password, changed_at=now)
            )
            if not changed.rowcount:
                return "refused"
            await connection.execute(
                update(prepared_passwords).where(mine).values(done=True, password="", at=now)
            )
            # what else was prepared for this account is for a password that holds no more
            others = (prepared_passwords.c.code == found.code) & ~prepared_passwords.c.done
            await connection.execute(delete(prepared_passwords).where(others))
        return "done"

    async def state(self, change: str) -> State:
        async with self._db.reading() as connection:
            query = select(prepared_passwords.c.done).where(prepared_passwords.c.change_id == change)
            done = (await connection.execute(query)).scalar()
        # what is not kept any more was never put in force: that is remembered for longer than anybody asks
        return "refused" if done is None else "done" if done else "prepared"

    async def standing(self, code: str) -> Standing:
        """One that the registry has a phone for is opened when it is needed (`open_from_registry`)."""
        async with self._db.reading() as connection:
            here = await connection.execute(select(accounts.c.code).where(accounts.c.code == code))
            if here.first() is not None:
                return "open"
            known = await records.by_codes(connection, (code,))
        return "open" if any(r.phone is not None for r in known) else "none"


async def open_from_registry(
    connection: AsyncConnection, seal: Seal, codes: Sequence[str], at: float, *, password: str = ""
) -> int:
    """Accounts for these people of the registry who have a phone and no account yet; returns how many.

    `password`: an argon2id hash; without one an account's first password is set by its owner (a reset at the counter).
    """
    there = await connection.execute(select(accounts.c.code).where(accounts.c.code.in_(codes)))
    known = set(there.scalars())
    rows = []
    for record in await records.by_codes(connection, [c for c in codes if c not in known]):
        if record.phone is None:
            continue
        phone = str(seal.open(record.phone, f"registry {record.code}"))
        rows.append(account_row(seal, record.code, phone, at, password=password))
    if rows:
        await connection.execute(accounts.insert(), rows)
    return len(rows)


def account_row(seal: Seal, code: str, phone: str, at: float, *, password: str) -> dict[str, object]:
    """The row of an account."""
    return {
        "code": code,
        "phone": seal.close(phone, f"account {code}"),
        "phone_key": phone_key(seal, phone),
        "password": password,
        "at": at,
    }


async def phone_of(connection: AsyncConnection, seal: Seal, code: str, *, given: str, at: float) -> str:
    """The account's phone; from now on the one that is `given`, where one is. "" where there is no account."""
    query = select(accounts.c.phone).where(accounts.c.code == code)
    kept = (await connection.execute(query)).scalar()
    if kept is None:
        return ""
    if given:
        await change_phone(connection, seal, code, given, at)
    return given or str(seal.open(kept, f"account {code}"))


async def change_phone(connection: AsyncConnection, seal: Seal, code: str, phone: str, at: float) -> bool:
    """The account's phone is another one from now on; False where there is no account."""
    changed = await connection.execute(
        update(accounts)
        .where(accounts.c.code == code)
        .values(
            phone=seal.close(phone, f"account {code}"),
            phone_key=phone_key(seal, phone),
            phone_changed_at=at,
        )
    )
    return bool(changed.rowcount)


async def count(connection: AsyncConnection) -> int:
    """How many accounts there are."""
    return int((await connection.execute(select(func.count()).select_from(accounts))).scalar_one())


async def forget_old(connection: AsyncConnection, now: float) -> None:
    """New passwords that nobody put in force are gone, and in time what is said of those that were."""
    at, done = prepared_passwords.c.at, prepared_passwords.c.done
    old = ((at < now - PREPARED_FOR) & ~done) | (at < now - DONE_FOR)
    await connection.execute(delete(prepared_passwords).where(old))
