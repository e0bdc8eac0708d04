"""Finding tickets by words, numbers and names in them, although everything written in them is sealed.

Each folded word of a ticket is kept once as a keyed hash beside the ticket's number, so the words cannot be read back without
the key. Called by data/desk where a line is kept, and by the inbox. Invariant: a word is found only while its ticket is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database, fetch
from data.seal import Seal
from data.tables import conversations, desk_messages, desk_words, tickets
from flows.text.fold import join_key

MOST_WORDS = 4000  # of what is kept at once; a line has 2,000 characters
MOST_ASKED = 8  # words of a question; the first ones
LONGEST = 40  # characters of a word
TAIL = 4  # digits a longer number is found by, too: a page shows the last ones
FEW = 2000  # tickets with a word, from which on it is no use to count further
_PARTED = re.compile(r"[0-9](?:[ .\-]?[0-9]){5,}")  # a number written with gaps
_TO_DO = "desk words up to"  # in office_facts: tickets up to this number are from before there were words
_AT_ONCE = 50  # of those, in one transaction
_ADD = text(
    "INSERT INTO desk_words (word, number) SELECT :word, number FROM tickets WHERE id = :ticket"
    " ON CONFLICT DO NOTHING"
)


_KEEP = (
    "INSERT INTO office_facts (name, value) VALUES (?1, ?2)"
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


def words_of(line: str) -> set[str]:
    """The folded words of a line, a number also by its last digits."""
    found: set[str] = set()
    for word in f"{join_key(line)} {' '.join(_whole_numbers(line))}".split()[:MOST_WORDS]:
        found.add(word[:LONGEST])
        if word.isdigit() and len(word) > TAIL:
            found.add(word[-TAIL:])
    return found


def _whole_numbers(line: str) -> list[str]:
    return [re.sub("[^0-9]", "", hit) for hit in _PARTED.findall(line)]


def _keys(seal: Seal, found: Iterable[str]) -> list[int]:
    keyed = seal.keyed_many("desk word")
    return [int.from_bytes(keyed(word)[:8], "big", signed=True) for word in found]


async def keep(connection: AsyncConnection, seal: Seal, ticket_id: str, line: str) -> None:
    """Have this ticket found by the words of a line. Part of the transaction that keeps the line."""
    if keys := _keys(seal, words_of(line)):
        await connection.execute(_ADD, [{"word": key, "ticket": ticket_id} for key in keys])


async def find(connection: AsyncConnection, seal: Seal, asked: str, limit: int) -> list[int]:
    """Numbers of tickets in which all these words occur, or whose own number it is; the newest first."""
    joined = _PARTED.sub(lambda hit: re.sub("[^0-9]", "", hit.group()), asked)
    wanted = join_key(joined).split()
    number = wanted[-1] if len(wanted) == 1 or wanted[:1] == ["phieu"] else ""
    found: list[int] = []
    if number.isascii() and number.isdigit() and len(number) < 10:
        found = list(
            (
                await connection.execute(select(tickets.c.number).where(tickets.c.number == int(number)))
            ).scalars()
        )
    keys = _keys(seal, dict.fromkeys(word[:LONGEST] for word in wanted[:MOST_ASKED]))
    if not keys:
        return found
    rarest, *others = await _by_rarity(connection, keys)
    here = desk_words.alias()
    query = select(here.c.number).where(here.c.word == rarest)
    for key in others:
        also = desk_words.alias()
        query = query.where(
            select(also.c.number).where(also.c.word == key, also.c.number == here.c.number).exists()
        )
    rows = await connection.execute(query.order_by(here.c.number.desc()).limit(limit))
    return list(dict.fromkeys([*found, *rows.scalars()]))[:limit]


async def _by_rarity(connection: AsyncConnection, keys: list[int]) -> list[int]:
    """The word with the fewest tickets first: it leads the search."""
    few = select(desk_words.c.number).where(desk_words.c.word == bindparam("key")).limit(FEW).subquery()
    query = select(func.count()).select_from(few)
    counted = [(int((await connection.execute(query, {"key": key})).scalar_one()), key) for key in keys]
    return [key for _, key in sorted(counted)]


async def forget(connection: AsyncConnection, person: str | None, address: str) -> None:
    """Let nothing be found any more of a person's tickets, before those are wiped."""
    whose = tickets.c.address == address
    if person is not None:
        theirs = select(conversations.c.address).where(conversations.c.person == person)
        whose = whose | (tickets.c.person == person) | tickets.c.address.in_(theirs)
    numbers = select(tickets.c.number).where(whose)
    await connection.execute(delete(desk_words).where(desk_words.c.number.in_(numbers)))


async def catch_up(db: Database, seal: Seal) -> bool:
    """Have some of the tickets found that were kept before there was this index, newest first; False when none is left."""
    async with db.writing() as connection:
        await db.lock(connection, _TO_DO)
        rows = await fetch(connection, "SELECT value FROM office_facts WHERE name = ?1", _TO_DO)
        newest = (await connection.execute(select(func.max(tickets.c.number)))).scalar() or 0
        upto = int(rows[0][0]) if rows else newest
        query = select(tickets.c.id, tickets.c.number, tickets.c.card).where(tickets.c.number <= upto)
        found = list(await connection.execute(query.order_by(tickets.c.number.desc()).limit(_AT_ONCE)))
        for r in found:
            card = seal.open_if_possible(r.card, f"ticket {r.id}") or {}
            lines = [f"{card.get('want', '')} {card.get('who', '')}"]
            written = select(desk_messages.c.id, desk_messages.c.words).where(desk_messages.c.ticket == r.id)
            for line in await connection.execute(written):
                lines.append(str(seal.open_if_possible(line.words, f"desk {line.id}") or ""))
            await keep(connection, seal, r.id, "\n".join(lines))
        left = found[-1].number - 1 if found else 0
        await fetch(connection, _KEEP, _TO_DO, str(left))
    return left > 0
