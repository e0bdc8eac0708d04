"""The registry's names packed for searching, in the database and in memory. Rule: what is packed may be old, what is searched never is."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.tables import imports, name_index, names, office_facts, registry

if TYPE_CHECKING:
    from flows.names.plain_crowd import Crowd, Ranking

_VERSION = "name index"  # the office fact that changes with every packing
_CHUNK = 20_000  # names read at once


async def _chunk(connection: AsyncConnection, after: int, upto: int) -> list[tuple[int, str]]:
    """The next names above `after`, at most _CHUNK of them, none above `upto`."""
    query = select(names.c.id, names.c.name).where(names.c.id > after, names.c.id <= upto)
    rows = await connection.execute(query.order_by(names.c.id).limit(_CHUNK))
    return [(r.id, r.name) for r in rows]


def _read(
    loop: asyncio.AbstractEventLoop, connection: AsyncConnection, after: int, upto: int
) -> Iterator[tuple[int, str]]:
    """The names above `after`, chunk by chunk, for a thread; the loop fetches them."""
    while after < upto:
        found = asyncio.run_coroutine_threadsafe(_chunk(connection, after, upto), loop).result()
        if not found:
            return
        yield from found
        after = found[-1][0]


async def _crowd_of(connection: AsyncConnection, upto: int) -> Crowd:
    from flows.names.plain_crowd import Crowd

    return await asyncio.to_thread(Crowd.of, _read(asyncio.get_running_loop(), connection, 0, upto))


async def _state(connection: AsyncConnection) -> tuple[int, str]:
    """The highest names.id, and which packing there is ("" none)."""
    top = select(func.max(names.c.id)).scalar_subquery()
    version = select(office_facts.c.value).where(office_facts.c.name == _VERSION).scalar_subquery()
    row = (await connection.execute(select(top.label("top"), version.label("version")))).one()
    return row.top or 0, row.version or ""


async def _packed_upto(connection: AsyncConnection) -> int:
    return (await connection.execute(select(func.max(name_index.c.upto)))).scalar() or 0


async def is_fresh(connection: AsyncConnection) -> bool:
    """Whether every name is packed; a search finds the others too, only slower."""
    top, _ = await _state(connection)
    return await _packed_upto(connection) >= top


async def stats(connection: AsyncConnection) -> dict[str, Any]:
    """Counts of the registry, its birth years, its last import (file, state, at) and whether its names are packed."""
    born = select(func.min(registry.c.year), func.max(registry.c.year)).where(registry.c.year > 0)
    first, last = (await connection.execute(born)).one()
    newest = (await connection.execute(select(imports).order_by(imports.c.id.desc()).limit(1))).first()

    async def count(column: Any) -> int:
        return int((await connection.execute(select(func.count(column)))).scalar_one())

    return {
        "people": await count(registry.c.code),
        "names": await count(names.c.id),
        "with_id_number": await count(registry.c.id_key),
        "with_phone": await count(registry.c.phone_key),
        "first_year": first,
        "last_year": last,
        "last_import": {"file": newest.file, "state": newest.state, "at": newest.at} if newest else None,
        "index_fresh": await is_fresh(connection),
    }


async def refresh(db: Database) -> bool:
    """Pack all names anew and put the parts in the place of the old ones, whole or not at all; whether that was needed.

    For the end of an import. Names that come meanwhile are read one by one until the next refresh.
    """
    async with db.reading() as connection:
        top, version = await _state(connection)
        if version and await _packed_upto(connection) >= top:
            return False
        crowd = await _crowd_of(connection, top)
    parts = await asyncio.to_thread(crowd.dump)
    async with db.writing() as connection:
        await db.lock(connection, _VERSION)
        if await _packed_upto(connection) > top:
            return False  # another process was later, and knows more
        await connection.execute(delete(name_index))
        for number, body in enumerate(parts):
            await connection.execute(name_index.insert().values(part=number, upto=top, body=body))
        kept = db.insert(office_facts).values(name=_VERSION, value=secrets.token_hex(8))
        await connection.execute(
            kept.on_conflict_do_update(index_elements=["name"], set_={"value": kept.excluded.value})
        )
    return True


class Names:
    """The names of one database in memory, brought up to date before each search. One for each process is enough."""

    def __init__(self) -> None:
        self._crowd: Crowd | None = None
        self._version = ""
        self._top = 0
        self._renewing = asyncio.Lock()
        self._busy = threading.Lock()  # a search and an addition never meet

    async def renew(self, connection: AsyncConnection) -> None:
        """Load the packed names, or those that came since. One short statement when nothing is new."""
        top, version = await _state(connection)
        if self._crowd is not None and (top, version) == (self._top, self._version):
            return
        async with self._renewing:
            if self._crowd is None or version != self._version or top < self._top:
                self._crowd, self._top = await self._load(connection, top)
                self._version = version
            if top > self._top:
                added = _read(asyncio.get_running_loop(), connection, self._top, top)
                await asyncio.to_thread(self._add, self._crowd, added)
                self._top = top

    async def _load(self, connection: AsyncConnection, top: int) -> tuple[Crowd, int]:
        from flows.names.plain_crowd import Crowd

        query = select(name_index.c.upto, name_index.c.body).order_by(name_index.c.part)
        parts = (await connection.execute(query)).all()
        if parts:
            return await asyncio.to_thread(Crowd.load, [r.body for r in parts]), max(r.upto for r in parts)
        return await _crowd_of(connection, top), top

    def _add(self, crowd: Crowd, added: Iterator[tuple[int, str]]) -> None:
        found = list(added)
        with self._busy:
            crowd.add(found)

    async def rank(self, typed: str, *, among: Sequence[int] | None = None, limit: int = 50) -> Ranking:
        """The names nearest to a typed one, of all or of these names.ids, best first. `renew` comes before."""
        assert self._crowd is not None  # renewed
        return await asyncio.to_thread(self._rank, self._crowd, typed, among, limit)

    def _rank(self, crowd: Crowd, typed: str, among: Sequence[int] | None, limit: int) -> Ranking:
        with self._busy:
            return crowd.rank(typed, among=among, limit=limit)
