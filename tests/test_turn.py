"""The turn: once, in order, committed before it is said. Rule: every test holds on a SQLite file and on PostgreSQL."""

from __future__ import annotations

import asyncio

from data import conversations, outbox
from data.outbox import Seen
from flows.engine.events import Event, Said
from flows.engine.state import State
from handlers.turns.turn import APOLOGY
from handlers.turns.types import at_once
from tests.houses import House


async def test_the_same_event_acts_once_even_when_it_comes_five_times_at_once(house: House) -> None:
    taken = await asyncio.gather(*(house.say("menu", key="same") for _ in range(5)))
    assert [t.repeat for t in taken].count(False) == 1
    async with house.db.reading() as connection:
        found = await conversations.load(connection, house.seal, ["terminal:t"])
    assert found["terminal:t"].turns == 1


async def test_a_secret_that_comes_again_is_to_be_forgotten_again(house: House) -> None:
    """Its sender may have missed it the first time; what was seen only by the words before cannot be seen anew.
    Seen to fail: `_again` without `held_secret`."""
    await house.say("mật khẩu của tôi là")
    first = await house.say("quangtrung", key="secret")
    await house.say("menu", key="plain")
    again, plain = await house.say("quangtrung", key="secret"), await house.say("menu", key="plain")
    assert (first.forget, first.repeat, len(first.rows) > 0) == (True, False, True)
    assert (again.forget, again.repeat, again.rows) == (True, True, ())
    assert (plain.forget, plain.repeat) == (False, True)


async def test_replies_of_one_conversation_are_numbered_in_the_order_of_its_messages(house: House) -> None:
    taken = await asyncio.gather(*(house.say("menu") for _ in range(20)))
    assert [t.rows[0].number for t in taken] == list(range(1, 21))


async def test_a_flow_that_fails_leaves_its_neighbours_alone_and_becomes_a_dead_letter(house: House) -> None:
    def broken(state: State, at: object) -> Event:
        raise RuntimeError("a fault in a flow")

    bad = house.turns.take("terminal:bad", "1", broken, pushed=False)
    good = [house.say("menu", f"terminal:g{n}") for n in range(10)]
    done = await asyncio.gather(bad, *good)
    apology = APOLOGY.format(house.content.office.hotline)
    assert done[0].rows[0].body["text"] == apology
    assert all(t.rows and t.rows[0].body["text"] != apology for t in done[1:])
    async with house.db.reading() as connection:
        total, letters = await conversations.dead(connection)
    assert total == 1
    assert letters[0].why.startswith("RuntimeError")


async def test_what_is_said_is_in_the_ledger_before_it_leaves_and_gone_after(house: House) -> None:
    taken = await house.say("menu")
    async with house.db.reading() as connection:
        waiting = await outbox.unseen(connection, house.seal, "terminal:t", 0)
    assert [w.body["text"] for w in waiting] == [r.body["text"] for r in taken.rows]
    house.turns.mark_seen([Seen("terminal:t", 1, taken.said)])
    await house.turns.settled()
    async with house.db.reading() as connection:
        assert await outbox.unseen(connection, house.seal, "terminal:t", 0) == []
        assert await outbox.counts(connection) == {"reply sent": 1}


async def test_a_mark_of_a_stale_holder_is_refused(house: House) -> None:
    taken = await house.turns.take("telegram:1", "1", at_once(Said("menu", _never())), pushed=True)
    house.clock.move(60)
    async with house.db.writing() as connection:
        claimed = await outbox.claim_replies(
            house.db, connection, house.seal, "telegram", holder="another", now=house.clock(), lease=30.0
        )
    assert [c.id for c in claimed] == [taken.rows[0].id]
    house.turns.mark(taken.rows[0], "failed")
    await house.turns.settled()
    async with house.db.reading() as connection:
        assert await outbox.counts(connection) == {"reply leased": 1}


def _never() -> object:
    from handlers.turns.json_contract import NEVER

    return NEVER


async def test_a_key_that_the_database_cannot_hold_is_put_aside_and_its_neighbours_go_on(
    house: House,
) -> None:
    """With `_not_written` as a plain refusal the writer's group fails for all of them (seen so)."""
    bad = house.say("menu", "terminal:bad", key="\ud800")
    good = [house.say("menu", f"terminal:g{n}") for n in range(10)]
    done = await asyncio.gather(bad, *good)
    assert done[0].rows == ()
    assert all(t.rows for t in done[1:])
    async with house.db.reading() as connection:
        total, letters = await conversations.dead(connection)
    assert (total, letters[0].door) == (1, "terminal")
    assert (await house.say("menu", "terminal:bad")).rows
