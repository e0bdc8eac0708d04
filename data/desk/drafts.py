"""What colleagues typed at the console and have not sent: one draft a form and member, sealed, for some days.

Called by the console. Invariant: a draft is its writer's alone, and what was typed to a citizen goes when the citizen erases their data.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.seal import Seal
from data.tables import conversations, drafts, petitions, tickets

MOST = 100  # drafts of one member; of more, the oldest goes
LONGEST_NAME = 80  # characters of a form's name
LONGEST = 40_000  # characters in one draft


def _bound(staff: str, form: str) -> str:
    return f"draft {staff} {form}"


async def keep(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    staff: str,
    form: str,
    fields: Mapping[str, str],
    at: float,
) -> bool:
    """Keep what stands in a form; a form with nothing in it is forgotten. False when it is too long to keep."""
    if not 0 < len(form) <= LONGEST_NAME or sum(map(len, fields.values())) > LONGEST:
        return False
    await db.lock(connection, _bound(staff, ""))
    await drop(connection, staff, form)
    typed = {name: text for name, text in fields.items() if text}
    if not typed:
        return True
    sealed = seal.close(typed, _bound(staff, form))
    await connection.execute(drafts.insert().values(staff=staff, form=form, sealed=sealed, at=at))
    mine = select(func.count()).select_from(drafts).where(drafts.c.staff == staff)
    if int((await connection.execute(mine)).scalar_one()) > MOST:
        query = select(drafts.c.form).where(drafts.c.staff == staff).order_by(drafts.c.at).limit(1)
        await drop(connection, staff, str((await connection.execute(query)).scalar_one()))
    return True


async def load(connection: AsyncConnection, seal: Seal, staff: str, form: str) -> dict[str, str]:
    """What this member typed into a form, by field; empty when nothing is kept."""
    query = select(drafts.c.sealed).where(drafts.c.staff == staff, drafts.c.form == form)
    sealed = (await connection.execute(query)).scalar()
    return dict(seal.open(sealed, _bound(staff, form)) or {})


async def drop(connection: AsyncConnection, staff: str, form: str) -> None:
    """Forget a draft: it was sent, or its writer emptied it."""
    await connection.execute(delete(drafts).where(drafts.c.staff == staff, drafts.c.form == form))


async def erase(connection: AsyncConnection, person: str | None, address: str) -> None:
    """Forget what was typed to a person, before their tickets and petitions are wiped."""
    for table, called in ((tickets, "ticket "), (petitions, "petition ")):
        whose = table.c.address == address
        if person is not None:
            theirs = select(conversations.c.address).where(conversations.c.person == person)
            whose = whose | (table.c.person == person) | table.c.address.in_(theirs)
        for of in ("", " note"):
            names = select(literal(called) + table.c.id + of).where(whose)
            await connection.execute(delete(drafts).where(drafts.c.form.in_(names)))


async def forget_old(connection: AsyncConnection, until: float) -> None:
    """Forget drafts that were last changed before this."""
    await connection.execute(delete(drafts).where(drafts.c.at < until))
