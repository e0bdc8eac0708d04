"""Whether a key is the one this database was made with. Called before anything is written to it, and by `troly doctor`.

Invariant: the check value is a keyed hash of a constant; it tells nothing of the key, and there is one for a database.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.seal import Seal
from data.tables import conversations, desk_messages, dossiers, office_facts, registry, tickets

_FACT = "key check"
_SEALED = (  # what a database without a check value is judged by: a sealed column, and what it is bound to
    (registry.c.code, registry.c.phone, "registry {}"),
    (conversations.c.address, conversations.c.answers, "{}"),
    (dossiers.c.id, dossiers.c.named, "dossier {}"),
    (tickets.c.id, tickets.c.card, "ticket {}"),
    (desk_messages.c.id, desk_messages.c.words, "desk {}"),
)


def _value(seal: Seal) -> str:
    return seal.keyed("key check", "1")


def _columns(sync: Connection) -> dict[str, set[str]]:
    """The columns of each table, as they are: the database may wait for its migration."""
    inspector = inspect(sync)
    names = inspector.get_table_names()
    return {name: {column["name"] for column in inspector.get_columns(name)} for name in names}


async def fits(connection: AsyncConnection, seal: Seal) -> bool | None:
    """Whether this is the database's key. None: it has no check value yet, and nothing sealed that speaks against it."""
    tables = await connection.run_sync(_columns)
    if office_facts.name in tables:
        kept = await connection.scalar(select(office_facts.c.value).where(office_facts.c.name == _FACT))
        if kept is not None:
            return bool(kept == _value(seal))
    for key, sealed, bound_to in _SEALED:
        if key.table.name not in tables:
            continue
        if key.name not in tables[key.table.name]:
            key = dossiers.c.person  # before migration 0016 a dossier was sealed to its person
        row = (await connection.execute(select(key, sealed).where(sealed.is_not(None)).limit(1))).first()
        if row is not None:
            try:
                seal.open(row[1], bound_to.format(row[0]))
            except ValueError:
                return False
    return None


async def keep(db: Database, connection: AsyncConnection, seal: Seal) -> bool:
    """Write the check value down, where there is none; whether the one that stands there is this key's."""
    insert = db.insert(office_facts).values(name=_FACT, value=_value(seal))
    await connection.execute(insert.on_conflict_do_nothing(index_elements=["name"]))
    kept = await connection.scalar(select(office_facts.c.value).where(office_facts.c.name == _FACT))
    return bool(kept == _value(seal))
