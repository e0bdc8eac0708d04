"""Words that wait for the rest of what their writer is typing: one sealed row of the outbox for each conversation that has some.

Read and written inside a turn, which holds the conversation. Invariant: words are dropped only in the transaction that
answers them, so that a process which dies loses none; `words_due` finds what it left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import delete, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.outbox.rows import HELD, WAITING, close_body, new_id, outbox_row
from data.seal import Seal
from data.tables import outbox


@dataclass(frozen=True, slots=True)
class HeldText:
    """One text: the key of its event, what was typed, and how its door finds the message again."""

    key: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class HeldWords:
    """Texts of one conversation, oldest first. `since` is when the first came, `until` when they are answered at the latest.

    `source` is where they come from, as the door names it.
    """

    id: int
    since: float
    until: float
    texts: tuple[HeldText, ...] = ()
    source: str = ""

    @property
    def joined(self) -> str:
        """Everything as one text."""
        return " ".join(held.text for held in self.texts if held.text)

    def with_text(self, text: HeldText, until: float) -> HeldWords:
        """One more; the same words again are kept for their message, and read once."""
        if text.text == next((held.text for held in reversed(self.texts) if held.text), ""):
            text = replace(text, text="")
        return replace(self, texts=(*self.texts, text), until=until)


def first_words(text: HeldText, *, since: float, until: float, source: str) -> HeldWords:
    """The first text that waits."""
    return HeldWords(new_id(), since, until, (text,), source)


async def held_words(connection: AsyncConnection, seal: Seal, address: str, row_id: int) -> HeldWords | None:
    """The words in this row; None when they were answered, or erased, meanwhile."""
    query = select(outbox.c.sealed).where(outbox.c.id == row_id, outbox.c.sealed.is_not(None))
    sealed = (await connection.execute(query)).scalar()
    if sealed is None:
        return None
    try:
        return msgspec.convert(seal.open(sealed, f"outbox {row_id} {address}"), HeldWords)
    except ValueError:  # of another key: nobody can read them any more
        return None


async def hold(
    db: Database, connection: AsyncConnection, seal: Seal, address: str, words: HeldWords, at: float
) -> None:
    """Keep these words, in place of what the row held before."""
    sealed = close_body(seal, words.id, address, msgspec.to_builtins(words))
    row = outbox_row(words.id, HELD, address, at, sealed=sealed, due=words.until)
    insert = db.insert(outbox)
    changed = {"sealed": insert.excluded.sealed, "due": insert.excluded.due}
    await connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=changed), [row])


async def drop_held(connection: AsyncConnection, row_id: int) -> None:
    """These words are answered."""
    await connection.execute(delete(outbox).where(outbox.c.id == row_id, outbox.c.lane == HELD))


async def words_due(
    connection: AsyncConnection, door: str, before: float
) -> Sequence[tuple[str, int, float]]:
    """(address, row, due) of words at this door that were to be answered by `before`."""
    waits = outbox.c.state.in_([literal_column(f"'{state}'") for state in WAITING])  # as its index says it
    query = select(outbox.c.address, outbox.c.id, outbox.c.due).where(
        outbox.c.door == door, outbox.c.lane == HELD, waits, outbox.c.due <= before
    )
    return [(r.address, r.id, r.due) for r in await connection.execute(query.order_by(outbox.c.id))]
