"""The registry's names packed for searching: in the table `name_index`, and in memory per process. Used by search.py; refreshed after an import.

Invariant: the packing may be old, but a search always includes the names that came after it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database, fetch
from data.tables import imports, name_index, names, office_facts, registry
from flows.names.similarity import read_word
from flows.text.fold import fold, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from flows.names.index import NameIndex, Ranking

    Array = NDArray[Any]

log = logging.getLogger("troly.registry")

_VERSION = "name index"  # the office fact that changes with every packing
_CHUNK = 20_000  # names read at once
LONG_TAIL = 5_000  # names not packed yet; with more of them
PATIENCE = 20.0  # seconds pass before newer ones are taken in
_FOLDS = -1  # the part that holds the folded forms; the others are the name index's


async def _chunk(
    connection: AsyncConnection, after: int, upto: int, many: int = _CHUNK
) -> list[tuple[int, str]]:
    """The next names above `after`, none above `upto`."""
    query = select(names.c.id, names.c.name).where(names.c.id > after, names.c.id <= upto)
    rows = await connection.execute(query.order_by(names.c.id).limit(many))
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


class Folds:
    """The names by their folded form, as 64-bit hashes: which names are the same but for their marks."""

    def __init__(self, hashes: Array, ids: Array) -> None:
        self._hashes, self._ids = hashes, ids
        self._tail: dict[int, list[int]] = {}

    @classmethod
    def of(cls, hashes: Any, ids: Any) -> Folds:
        """From hashes and names.ids, one for each name, in any order."""
        import numpy as np

        made, numbers = np.array(hashes, dtype="<u8"), np.array(ids, dtype="<i4")
        order = np.argsort(made, kind="stable")
        return cls(made[order], numbers[order])

    @classmethod
    def load(cls, packed: bytes) -> Folds:
        """What `dump` packed."""
        import numpy as np

        size = len(packed) // 12
        return cls(np.frombuffer(packed, "<u8", size), np.frombuffer(packed, "<i4", size, 8 * size))

    def dump(self) -> bytes:
        """Hashes, then ids. Names added later are not in it."""
        return bytes(self._hashes.tobytes() + self._ids.tobytes())

    def add(self, found: Iterable[tuple[int, str]]) -> None:
        """Names that came later."""
        for number, name in found:
            self._tail.setdefault(_hash(_plain(name)), []).append(number)

    def same(self, typed: str) -> list[int]:
        """The names.ids that differ from a typed name in marks only, or in Telex, VNI or teencode left in it."""
        read = [read_word(word) for word in words(typed)]
        found: set[int] = set()
        for plain in {" ".join(r.typed.plain for r in read), " ".join(r.plain for r in read)}:
            key = _hash(plain)
            exactly = self._hashes.dtype.type(key)
            first, last = (self._hashes.searchsorted(exactly, side) for side in ("left", "right"))
            found.update(self._ids[first:last].tolist(), self._tail.get(key, ()))
        return sorted(found)


def _hash(plain: str) -> int:
    return int.from_bytes(blake2b(plain.encode(), digest_size=8).digest(), "little")


_fold = lru_cache(maxsize=16384)(fold)  # there are some thousand different syllables


def _plain(name: str) -> str:
    """The folded form of a name as `names` holds it."""
    return " ".join(map(_fold, name.split()))


@dataclass(slots=True)
class Packed:
    """What is searched: names near, and names the same."""

    index: NameIndex
    folds: Folds

    @classmethod
    def of(cls, found: Iterable[tuple[int, str]]) -> Packed:
        """From (id, name) pairs, read once."""
        from flows.names.index import NameIndex

        hashes, ids = array("Q"), array("i")

        def passing() -> Iterator[tuple[int, str]]:
            for number, name in found:
                hashes.append(_hash(_plain(name)))
                ids.append(number)
                yield number, name

        index = NameIndex.of(passing())
        return cls(index, Folds.of(hashes, ids))

    @classmethod
    def load(cls, parts: Sequence[tuple[int, bytes]]) -> Packed:
        """From (part, body) of name_index, in order. Raises ValueError when they are of another form."""
        from flows.names.index import NameIndex

        folds = [body for part, body in parts if part == _FOLDS]
        if len(folds) != 1:
            raise ValueError("no folds")
        return cls(NameIndex.load([body for part, body in parts if part != _FOLDS]), Folds.load(folds[0]))

    def dump(self) -> list[tuple[int, bytes]]:
        """(part, body) of name_index."""
        return [(_FOLDS, self.folds.dump()), *enumerate(self.index.dump())]


async def _packed(connection: AsyncConnection, upto: int) -> Packed:
    """Made of the names themselves."""
    return await asyncio.to_thread(Packed.of, _read(asyncio.get_running_loop(), connection, 0, upto))


async def _state(connection: AsyncConnection) -> tuple[int, str]:
    """The highest names.id, and which packing there is ("" none)."""
    query = "SELECT (SELECT max(id) FROM names), (SELECT value FROM office_facts WHERE name = ?1)"
    [(top, version)] = await fetch(connection, query, _VERSION)
    return top or 0, version or ""


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


async def packed_bytes(connection: AsyncConnection) -> int:
    """How large the packed names are."""
    return (await connection.execute(select(func.sum(func.length(name_index.c.body))))).scalar() or 0


async def refresh(db: Database) -> bool:
    """Pack all names anew and put the parts in the place of the old ones, whole or not at all; whether that was needed.

    For the end of an import. Names that come meanwhile are read one by one until the next refresh.
    """
    async with db.reading() as connection:
        top, version = await _state(connection)
        if version and await _packed_upto(connection) >= top:
            return False
        packed = await _packed(connection, top)
    parts = await asyncio.to_thread(packed.dump)
    async with db.writing() as connection:
        await db.lock(connection, _VERSION)
        if await _packed_upto(connection) > top:
            return False  # another process was later, and knows more
        await connection.execute(delete(name_index))
        for number, body in parts:
            await connection.execute(name_index.insert().values(part=number, upto=top, body=body))
        kept = db.insert(office_facts).values(name=_VERSION, value=secrets.token_hex(8))
        await connection.execute(
            kept.on_conflict_do_update(index_elements=["name"], set_={"value": kept.excluded.value})
        )
    return True


class RegistryNames:
    """The names of one database in memory, brought up to date before each search. One for each process is enough."""

    def __init__(self) -> None:
        self._packed: Packed | None = None
        self._version = ""
        self._top = 0
        self._tail = 0  # names that are not in the packing
        self._renewed = 0.0  # by the loop's clock
        self._renewing = asyncio.Lock()
        self._busy = threading.Lock()  # a search and an addition never meet

    async def renew(self, connection: AsyncConnection) -> None:
        """Load the packed names, or those that came since. One short statement when nothing is new."""
        top, version = await _state(connection)
        if self._is_new_enough(top, version):
            return
        async with self._renewing:
            top, version = await _state(connection)  # another look-up may have renewed them meanwhile
            if self._is_new_enough(top, version):
                return
            if self._packed is None or version != self._version or top < self._top:
                self._packed, self._top = await self._load(connection, top)
                self._version, self._tail = version, 0
            if top > self._top:
                added = _read(asyncio.get_running_loop(), connection, self._top, top)
                self._tail += await asyncio.to_thread(self._add, self._packed, added)
                self._top = top
            self._renewed = asyncio.get_running_loop().time()

    def _is_new_enough(self, top: int, version: str) -> bool:
        """Also where a long import is under way: its names are then taken in now and then, not with every look-up."""
        if self._packed is None or version != self._version or top < self._top:
            return False
        lately = asyncio.get_running_loop().time() - self._renewed < PATIENCE
        return top == self._top or (self._tail > LONG_TAIL and lately)

    async def _load(self, connection: AsyncConnection, top: int) -> tuple[Packed, int]:
        query = select(name_index.c.part, name_index.c.upto, name_index.c.body).order_by(name_index.c.part)
        parts = (await connection.execute(query)).all()
        if parts:
            try:
                found = await asyncio.to_thread(Packed.load, [(r.part, r.body) for r in parts])
                return found, max(r.upto for r in parts)
            except ValueError:
                log.warning("the packed names are of another version: read one by one until the next import")
        return await _packed(connection, top), top

    def _add(self, packed: Packed, added: Iterator[tuple[int, str]]) -> int:
        found = list(added)
        with self._busy:
            packed.index.add(found)
            packed.folds.add(found)
        return len(found)

    async def rank(self, typed: str, *, among: Sequence[int] | None = None, limit: int = 50) -> Ranking:
        """The names nearest to a typed one, of all or of these names.ids, best first. `renew` comes before."""
        assert self._packed is not None  # renewed
        return await asyncio.to_thread(self._rank, self._packed.index, typed, among, limit)

    def _rank(self, index: NameIndex, typed: str, among: Sequence[int] | None, limit: int) -> Ranking:
        with self._busy:
            return index.rank(typed, among=among, limit=limit)

    async def rank_few(self, typed: str, few: Iterable[tuple[int, str]]) -> Ranking:
        """As `rank` among a handful of (id, name): a typed word is then compared with their syllables only."""
        from flows.names.index import NameIndex

        return await asyncio.to_thread(lambda: NameIndex.of(few).rank(typed))

    def same(self, typed: str) -> list[int]:
        """The names.ids that differ from a typed name in marks only. `renew` comes before."""
        assert self._packed is not None  # renewed
        with self._busy:
            return self._packed.folds.same(typed)
