"""A citizen, a channel that can be held, and what was said in which order, for the tests of the handover. Rule: one record for all."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from data import conversations, desk
from data.conversations import Conversation
from data.desk import Ticket, TicketMessage
from data.outbox import Outgoing
from data.outbox.rows import open_body
from data.tables import desk_messages
from data.tables import outbox as outbox_rows
from flows.conversations.helpdesk import WORDING
from handlers.delivery.reply_sender import ReplySender
from handlers.desk import Desk
from handlers.turns.json_contract import read_object
from handlers.turns.types import TurnResult
from tests.houses import House

HAM, TU = "officer-ham", "officer-tu"  # two officers
PATIENCE = 60.0  # seconds until what should come has not
_keys = count(1)
_LETTERS = "abcdeghiklmnopqrstuvxy"


def tag(n: int) -> str:
    """A number as letters: digits alone may look like a code."""
    return "".join(_LETTERS[int(d) * 2] for d in str(n))


@dataclass
class Channel:
    """A push channel that says into `record` when it is let; `hold` may be cleared to keep a reply on its way."""

    record: list[tuple[str, str, str]] = field(default_factory=list)
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)  # a reply is on its way
    chance: random.Random | None = None
    trouble: list[Exception] = field(default_factory=list)  # raised by the next calls, first one first

    def __post_init__(self) -> None:
        self.hold.set()

    async def say(self, row: Outgoing) -> None:
        """Take a reply: written down when it is heard, at the end."""
        self.begun.set()
        if self.trouble:
            raise self.trouble.pop(0)
        await self.hold.wait()
        if self.chance is not None:
            await later(self.chance)
        self.record.append(("said", row.address, str(row.body["text"])))

    def said(self, address: str) -> list[str]:
        """The texts said to an address, in order."""
        return [words for what, whom, words in self.record if what == "said" and whom == address]


async def later(chance: random.Random, most: int = 12) -> None:
    """Let others go first, a chance number of times."""
    for _ in range(chance.randrange(most)):
        await asyncio.sleep(0)


async def soon(seconds: float) -> None:
    """A short real rest in place of the asked one."""
    await asyncio.sleep(0.002)


class Looks:
    """A short rest like `soon` that counts how often a desk has looked again."""

    def __init__(self) -> None:
        self._count = 0

    async def __call__(self, seconds: float) -> None:
        self._count += 1
        await soon(seconds)

    async def more(self) -> None:
        """Wait until it has looked some times more."""
        until = self._count + 5
        async with asyncio.timeout(PATIENCE):
            while self._count < until:  # noqa: ASYNC110  # it looks for itself
                await asyncio.sleep(0)


@dataclass
class Citizen:
    """Somebody on a push channel: what they say goes through the turn, the replies through the mouth."""

    house: House
    reply_sender: ReplySender
    address: str

    async def writes(self, words: str, key: str = "") -> TurnResult:
        """One typed text; returns when it is committed."""
        opens = read_object({"text": words}, 2000)
        assert callable(opens)
        taken = await self.house.turns.take(self.address, key or f"c{next(_keys)}", opens, pushed=True)
        self.reply_sender.say(taken.rows)
        return taken

    async def asks_for_an_officer(self, want: str = "nhờ xem giúp hồ sơ") -> str:
        """Ask, agree, tell; returns the ticket's id."""
        asked = await self.writes("gặp cán bộ")
        if asked.rows and WORDING in asked.rows[-1].body["text"]:
            await self.writes("đồng ý")
        await self.writes(want)
        ticket = await open_ticket(self.house, self.address)
        assert ticket is not None
        return ticket.id

    async def conversation(self) -> Conversation:
        return await conversation(self.house, self.address)


def desk_of(house: House, reply_sender: ReplySender | None = None, **more: Any) -> Desk:
    """The desk of this house; the bot's words after a return go to `mouth`."""
    say = {}
    if reply_sender is not None:
        say["telegram"] = lambda taken: reply_sender.say(taken.rows)
    return Desk(house.turns, say=say, **{"sleep": soon, **more})


async def conversation(house: House, address: str) -> Conversation:
    async with house.db.reading() as connection:
        return (await conversations.load(connection, house.seal, [address]))[address]


async def open_ticket(house: House, address: str) -> Ticket | None:
    async with house.db.reading() as connection:
        return await desk.open_at(connection, house.seal, address)


async def ticket_of(house: House, ticket_id: str) -> Ticket:
    async with house.db.reading() as connection:
        found = await desk.load(connection, house.seal, ticket_id)
    assert found is not None
    return found


async def lines_of(house: House, ticket_id: str) -> list[TicketMessage]:
    """What is written in a ticket."""
    async with house.db.reading() as connection:
        return await desk.messages(connection, house.seal, ticket_id)


async def texts_of(house: House, ticket_id: str, who: str) -> list[str]:
    return [m.text for m in await lines_of(house, ticket_id) if m.who == who]


async def rows_at(house: House, address: str) -> list[Any]:
    """The ledger's rows of an address, oldest first."""
    async with house.db.reading() as connection:
        query = select(outbox_rows).where(outbox_rows.c.address == address).order_by(outbox_rows.c.id)
        return list(await connection.execute(query))


async def officer_rows_at(house: House, address: str) -> list[Any]:
    """As `rows_at`, of what officers wrote; what the desk told by itself is left out."""
    async with house.db.reading() as connection:
        theirs = select(desk_messages.c.row).where(desk_messages.c.who == "officer")
        query = select(outbox_rows).where(outbox_rows.c.address == address, outbox_rows.c.id.in_(theirs))
        return list(await connection.execute(query.order_by(outbox_rows.c.id)))


async def all_that_is_kept(house: House) -> bytes:
    """Every byte of the database: the file with its log, or every row of every table; and everything sealed, opened."""
    if house.db.is_sqlite:
        path = Path(str(make_url(house.db.url).database))
        return b"".join(p.read_bytes() for p in sorted(path.parent.glob(f"{path.name}*")))
    kept = []
    async with house.db.reading() as connection:
        names = await connection.execute(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        )
        for name in [r.table_name for r in names]:
            rows = await connection.execute(text(f'SELECT row_to_json(t)::text AS row FROM "{name}" t'))  # noqa: S608  # names of our own tables
            kept += [r.row for r in rows]
    found = "\n".join(kept)
    return (found + json.loads(json.dumps(found))).encode()


async def all_in_its_file(house: House) -> None:
    """SQLite's log keeps older pages until it is written back, as it is by itself every thousand pages: do it now."""
    if house.db.is_sqlite:
        async with house.db.reading() as connection:
            await connection.exec_driver_sql("COMMIT")
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            await connection.exec_driver_sql("BEGIN")


async def all_that_is_sealed(house: House) -> str:
    """Everything that is sealed on the desk and in conversations, opened: an officer could come to read it."""
    opened: list[str] = []
    async with house.db.reading() as connection:
        for t in [
            *await desk.queue(connection, house.seal),
            *await desk.closed(connection, house.seal, 1000),
        ]:
            opened += [
                str(t.card),
                *(m.text for m in await desk.messages(connection, house.seal, t.id, plain=True)),
            ]
        addresses = [r.address for r in await connection.execute(text("SELECT address FROM conversations"))]
        found = await conversations.load(connection, house.seal, addresses)
        opened += [json.dumps(c.state.to_json(), ensure_ascii=False) for c in found.values()]
        waiting = await connection.execute(select(outbox_rows).where(outbox_rows.c.sealed.is_not(None)))
        opened += [str(open_body(house.seal, r.id, r.address, r.sealed)) for r in waiting]
    return "\n".join(opened)
