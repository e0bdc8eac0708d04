"""`troly registry find`: answers queries line by line.

Invariant: what is shown of a person is in the audit before it is printed.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import queue
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.app import open_database, seal_of
from bot.settings import load
from data import audit
from data.audit import AuditNote
from data.engine import Database
from data.knowledge.content import CONTENT_DIR
from data.knowledge.office import read_office
from data.registry.name_index import RegistryNames
from data.registry.search import SearchAnswer, guarded, opened, read_ask
from data.seal import Seal

_TOGETHER = 64  # queries answered between two commits of the audit
_GATHER_SECONDS = 0.05  # and no longer than this
_WAITING = 256  # lines read ahead


def run(lines: Iterator[str], *, as_json: bool, is_open: bool, limit: int | None) -> int:
    """Answer every line on standard output; returns the exit code."""
    return asyncio.run(_answer_all(lines, as_json=as_json, is_open=is_open, limit=limit))


async def _answer_all(lines: Iterator[str], *, as_json: bool, is_open: bool, limit: int | None) -> int:
    settings = load()
    db = await open_database(settings)
    waiting: queue.Queue[str | None] = queue.Queue(_WAITING)

    def read() -> None:
        for line in lines:
            waiting.put(line)
        waiting.put(None)

    try:
        finder = _NameFinder(db, seal_of(settings), RegistryNames(), is_open=is_open, limit=limit)
        await db.relax()
        await finder.warm()
        threading.Thread(target=read, daemon=True).start()
        more = True
        while more:
            group = [await asyncio.to_thread(waiting.get)]
            while len(group) < _TOGETHER and group[-1] is not None and not waiting.empty():
                group.append(waiting.get_nowait())
            more = group[-1] is not None
            async for answer in finder.answer([line for line in group if line is not None]):
                print(json.dumps(answer, ensure_ascii=False) if as_json else _table(answer), flush=True)
    finally:
        await db.close()
    return 0


class _NameFinder:
    """Answers queries, a few together, each noted before it is given out."""

    def __init__(
        self, db: Database, seal: Seal, names: RegistryNames, *, is_open: bool, limit: int | None
    ) -> None:
        self._db, self._seal, self._names = db, seal, names
        self._is_open, self._limit = is_open, limit
        self._office = read_office(CONTENT_DIR / "office.yaml").office
        self._who = f"cli:{_login()}"

    async def warm(self) -> None:
        """Load the names before the first query."""
        async with self._db.reading() as connection:
            await self._names.renew(connection)

    async def answer(self, lines: Sequence[str]) -> AsyncIterator[dict[str, Any]]:
        """One object for each line, in order; what releases data is in the audit before."""
        left = list(lines)
        while left:
            begun, answers, deeds = time.monotonic(), [], []
            async with self._db.reading() as connection:
                while left and time.monotonic() - begun < _GATHER_SECONDS:
                    answer, deed = await self._one(connection, left.pop(0))
                    answers.append(answer)
                    deeds += [deed] if deed else []
            if deeds:
                async with self._db.writing() as connection:
                    await audit.note_all(self._db, connection, self._seal, deeds)
            for answer in answers:
                yield answer

    async def _one(self, connection: AsyncConnection, line: str) -> tuple[dict[str, Any], AuditNote | None]:
        try:
            ask = read_ask(_object(line), self._office)
        except ValueError as bad:
            return {"error": str(bad)}, None
        if self._is_open:
            found = await opened(self._names, connection, self._seal, ask, limit=self._limit)
        else:
            found = await guarded(self._names, connection, self._seal, ask)
        people = [{k: v for k, v in asdict(p).items() if v is not None} for p in found.people]
        return {"decision": found.decision, "people": people}, self._deed(found)

    def _deed(self, found: SearchAnswer) -> AuditNote | None:
        """What the audit says of it: how it was asked and how many were shown; the nearest as a keyed hash."""
        if not found.people and not self._is_open:
            return None
        whose = self._seal.keyed("person", found.people[0].code) if found.people else ""
        seen = [k for k, v in asdict(found.people[0]).items() if v is not None] if found.people else []
        return AuditNote(
            time.time(),
            self._who,
            "registry_find",
            whose,
            found.decision,
            ",".join(seen),
            f"{'open' if self._is_open else 'guarded'}, {len(found.people)} shown",
        )


def _login() -> str:
    """Who runs this, by the system's name for them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a name for its user
        return str(os.getuid())


def _object(line: str) -> Any:
    """The JSON of one line. Raises ValueError with one sentence."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("Dòng này không phải JSON.") from None


def _table(answer: dict[str, Any]) -> str:
    """An answer for people who read."""
    if "error" in answer:
        return str(answer["error"])
    lines = [str(answer["decision"])]
    for p in answer["people"]:
        score = f"{p['score']:.2f}" if "score" in p else ""
        lines.append(
            f"  {p['code']}  {p['name']:<30}  {p.get('born', ''):<10}  {p.get('household', ''):<10}  {score}".rstrip()
        )
    return "\n".join(lines)
