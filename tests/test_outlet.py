"""What the worker does with each answer, under a hand clock and a channel that answers as told. Rule: on both databases; waits are for conditions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.worker import Worker
from data.engine import Database
from data.knowledge.content import load_content
from data.notices import runs
from data.outbox import deliveries
from data.outbox.deliveries import Outcome
from data.seal import Seal
from data.tables import campaigns, conversations, subscriptions
from data.tables import outbox as ledger
from handlers.delivery.channel import SendResult
from handlers.delivery.sender import Sender
from tests.hand_loop import LoopClock, hand_time
from tests.houses import SECRET, Clock
from tests.recipients import (
    accounts,
    campaign_state,
    move_campaign,
    opt_in_many,
    put_row,
    row,
    states,
    write_campaign,
)

SENT = SendResult("sent")


class HandChannel:
    """Answers what `says` gives for the account, else that it was sent; keeps when each send started."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.starts: list[tuple[float, str, str]] = []  # hand time, account, text
        self.says: dict[str, list[SendResult]] = {}
        self.gate = asyncio.Event()  # sends wait for it before they are answered
        self.gate.set()

    async def start(self) -> None: ...
    async def stop(self) -> None: ...

    def parts(self, body: Mapping[str, Any], account: str) -> Sequence[str]:
        return str(body["text"]).split("|")

    async def send(self, account: str, part: str) -> SendResult:
        self.starts.append((self.clock.now, account, part))
        await self.gate.wait()
        told = self.says.get(account) or self.says.get("", [])
        return told.pop(0) if told else SENT

    def texts(self, account: str) -> list[str]:
        return [text for _, whom, text in self.starts if whom == account]


class Bench:
    """A worker on a hand clock, which is the loop's as well: see tests/hand_loop.py."""

    def __init__(self, db: Database, clock: LoopClock, **changed: Any) -> None:
        self.db, self.clock = db, clock
        self.channel = HandChannel(clock)
        self.open = True
        given: dict[str, Any] = {
            "seal": Seal(SECRET),
            "token_key": "token",
            "holder": "me",
            "rate": 25,
            "in_flight": 25,
            "alone": True,
        }
        self.sender = Sender("telegram", self.channel, db, clock=clock, ticks=clock, **(given | changed))
        self.worker = Worker(
            db,
            [self.sender],
            seal=Seal(SECRET),
            open_at=lambda at: self.open,
            content=load_content,
            clock=clock,
        )

    async def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    async def until(self, true: Callable[[], Awaitable[bool] | bool], most: float = 60.0) -> None:
        """Let time pass until it is true."""
        end = self.clock() + most
        while self.clock() <= end:
            given = true()
            if given if isinstance(given, bool) else await given:
                return
            await self.pass_time(0.1)
        raise AssertionError("it did not come true")

    async def is_in(self, row_id: int, state: str) -> bool:
        return str((await row(self.db, row_id)).state) == state

    async def is_done(self, campaign: str) -> bool:
        return await campaign_state(self.db, campaign) == "done"


@pytest.fixture
async def db(place: str) -> AsyncIterator[Database]:
    one = Database(place)
    yield one
    await one.close()


@pytest.fixture
async def clock(db: Database) -> AsyncIterator[LoopClock]:
    """The loop's own time from here on."""

    def busy() -> bool:
        pools: list[Any] = [db._writer.pool, db._reader.pool]
        return any(pool.checkedout() for pool in pools)

    one = LoopClock()
    with hand_time(one, busy):
        yield one


@pytest.fixture
async def bench(db: Database, clock: LoopClock) -> AsyncIterator[Bench]:
    one = Bench(db, clock)
    await one.worker.start()
    yield one
    one.channel.gate.set()
    await one.worker.stop(1.0)


@pytest.mark.parametrize("silence", [1, 20])
async def test_no_notice_starts_inside_a_retry_after_and_an_officer_is_not_held_up(
    bench: Bench, silence: int
) -> None:
    await opt_in_many(bench.db, 60)
    bench.channel.says[accounts(60)[9]] = [SendResult("wait", "429", float(silence))]
    campaign = await write_campaign(bench.db)
    await bench.until(lambda: len(bench.channel.starts) >= 10)
    told = max(at for at, account, _ in bench.channel.starts if account == accounts(60)[9])
    officer = await put_row(bench.db, "telegram:7", "officer", "Chào anh/chị")
    await bench.until(lambda: bench.is_in(officer, "sent"))
    assert [at < told + silence for at, account, _ in bench.channel.starts if account == "7"] == [True]
    await bench.until(lambda: bench.is_done(campaign))
    inside = [at for at, account, _ in bench.channel.starts if told < at < told + silence and account != "7"]
    assert inside == []
    assert await states(bench.db, campaign) == {"sent": 60}


async def test_a_halt_outlives_the_process(db: Database, clock: LoopClock) -> None:
    first = Bench(db, clock)
    await first.worker.start()
    await opt_in_many(db, 5)
    first.channel.says[""] = [SendResult("wait", "429", 30.0)]
    campaign = await write_campaign(db)
    await first.until(lambda: bool(first.channel.starts))
    told = first.channel.starts[0][0]
    await first.worker.stop(1.0)
    second = Bench(db, clock, holder="another")
    await second.worker.start()
    await second.until(lambda: second.is_done(campaign))
    await second.worker.stop(1.0)
    assert min(at for at, _, _ in second.channel.starts) >= told + 30.0


async def test_an_officers_429_holds_that_chat_and_the_notices(bench: Bench) -> None:
    first = await put_row(bench.db, "telegram:7", "officer", "một")
    second = await put_row(bench.db, "telegram:7", "officer", "hai")
    other = await put_row(bench.db, "telegram:8", "officer", "ba")
    bench.channel.says["7"] = [SendResult("wait", "429", 10.0)]
    await bench.until(lambda: bench.is_in(other, "sent"))
    await opt_in_many(bench.db, 3)
    campaign = await write_campaign(bench.db)
    await bench.until(lambda: bench.is_in(second, "sent"))
    await bench.until(lambda: bench.is_done(campaign))
    told = bench.channel.starts[0][0]
    assert all(at >= told + 10 or account == "8" for at, account, _ in bench.channel.starts[1:])
    assert bench.channel.texts("7") == ["một", "một", "hai"]
    assert await bench.is_in(first, "sent")


async def test_who_blocked_us_is_left_alone_until_they_write(bench: Bench) -> None:
    await opt_in_many(bench.db, 3)
    gone = accounts(3)[1]
    bench.channel.says[gone] = [SendResult("blocked", "403 blocked")]
    first = await write_campaign(bench.db)
    await bench.until(lambda: bench.is_done(first))
    assert await states(bench.db, first) == {"sent": 2, "blocked": 1}
    again = await write_campaign(bench.db)
    officer = await put_row(bench.db, f"telegram:{gone}", "officer", "Chào")
    await bench.until(lambda: bench.is_done(again))
    await bench.until(lambda: bench.is_in(officer, "blocked"))
    assert len(bench.channel.texts(gone)) == 1
    async with bench.db.writing() as connection:  # as the next turn of this person does
        await connection.execute(
            update(conversations).where(conversations.c.address == f"telegram:{gone}").values(blocked_at=None)
        )
    third = await write_campaign(bench.db)
    await bench.until(lambda: bench.is_done(third))
    assert len(bench.channel.texts(gone)) == 2


async def test_a_failing_notice_is_tried_again_with_longer_pauses_and_then_failed(
    db: Database, clock: LoopClock
) -> None:
    bench = Bench(db, clock, tries=5)
    await bench.worker.start()
    bench.channel.says["7"] = [SendResult("again", "500")] * 9
    await bench.pass_time(2)
    failing = await put_row(db, "telegram:7", "reminder", "Nhắc", due=bench.clock.now)
    fine = [await put_row(db, f"telegram:{n}", "reminder", "Nhắc") for n in (8, 9)]
    await bench.until(lambda: bench.is_in(failing, "failed"))
    await bench.worker.stop(1.0)
    starts = [at for at, account, _ in bench.channel.starts if account == "7"]
    pauses = [b - a for a, b in pairwise(starts)]
    assert len(starts) == 5
    assert all(least <= pause <= 2 * least + 3 for least, pause in zip((1, 2, 4, 8), pauses, strict=True))
    assert all([await bench.is_in(one, "sent") for one in fine])
    assert (await row(db, failing)).answer == "500"


@pytest.mark.parametrize(("once", "ends", "tries"), [(False, "in_doubt", 3), (True, "in_doubt", 1)])
async def test_a_lost_answer_is_in_doubt_in_the_end_and_at_once_where_twice_is_worse(
    db: Database, clock: LoopClock, once: bool, ends: str, tries: int
) -> None:
    bench = Bench(db, clock, tries=3)
    await bench.worker.start()
    await opt_in_many(db, 1)
    bench.channel.says[""] = [SendResult("again", "no answer", lost=True), *[SendResult("again", "500")] * 5]
    campaign = await write_campaign(db, once=once)
    await bench.until(lambda: bench.is_done(campaign))
    await bench.worker.stop(1.0)
    assert await states(db, campaign) == {ends: 1}
    assert len(bench.channel.starts) == tries


async def test_no_connection_holds_everybody_and_costs_nobody_a_try(db: Database, clock: LoopClock) -> None:
    bench = Bench(db, clock, tries=2)
    await bench.worker.start()
    await opt_in_many(db, 30)
    bench.channel.says[""] = [SendResult("hold", "no connection")] * 5
    campaign = await write_campaign(db)
    await bench.until(lambda: bench.is_done(campaign), 120)
    await bench.worker.stop(1.0)
    assert await states(db, campaign) == {"sent": 30}


async def test_what_telegram_will_never_take_is_failed(bench: Bench) -> None:
    bench.channel.says["7"] = [SendResult("failed", "400 bad request")]
    failed = await put_row(bench.db, "telegram:7", "officer", "Chào")
    await bench.until(lambda: bench.is_in(failed, "failed"))
    assert (await row(bench.db, failed)).answer == "400 bad request"


async def test_a_chat_that_moved_is_followed(bench: Bench) -> None:
    bench.channel.says["7"] = [SendResult("moved", "moved", to="-1007")]
    moved = await put_row(bench.db, "telegram:7", "officer", "Chào")
    await bench.until(lambda: bench.is_in(moved, "sent"))
    assert bench.channel.texts("-1007") == ["Chào"]


async def test_a_long_message_goes_on_with_the_part_that_is_missing(bench: Bench) -> None:
    bench.channel.says["7"] = [SENT, SendResult("again", "500"), SENT, SENT]
    long = await put_row(bench.db, "telegram:7", "officer", "một|hai|ba")
    await bench.until(lambda: bench.is_in(long, "sent"))
    assert bench.channel.texts("7") == ["một", "hai", "hai", "ba"]


async def test_messages_to_one_chat_keep_their_order_and_a_second_between_them(bench: Bench) -> None:
    rows = [await put_row(bench.db, "telegram:7", "officer", f"{n}") for n in range(4)]
    await bench.until(lambda: bench.is_in(rows[-1], "sent"))
    times = [at for at, _, _ in bench.channel.starts]
    assert bench.channel.texts("7") == ["0", "1", "2", "3"]
    assert all(b - a >= 1.0 for a, b in pairwise(times))


async def test_an_officer_waits_until_the_bot_has_finished(bench: Bench) -> None:
    until = bench.clock.now + 20
    reply = await put_row(
        bench.db, "telegram:7", "reply", "Dạ", state="leased", holder="bot", leased_until=until, number=1
    )
    officer = await put_row(bench.db, "telegram:7", "officer", "Chào")
    await bench.pass_time(5)
    assert bench.channel.starts == []
    async with bench.db.writing() as connection:
        await connection.execute(update(ledger).where(ledger.c.id == reply).values(state="sent"))
    await bench.until(lambda: bench.is_in(officer, "sent"), 3.0)


async def test_a_full_notice_lane_leaves_an_officer_their_place(bench: Bench) -> None:
    await opt_in_many(bench.db, 60)
    bench.channel.gate.clear()
    await write_campaign(bench.db)
    await bench.until(lambda: len(bench.channel.starts) >= 25, 20)
    await bench.pass_time(3)
    assert len(bench.channel.starts) == 25  # in flight, and not one more
    bench.sender._rate_limiter._on_wire = (
        0  # an answer that never comes holds the pace too; here it is the places that count
    )
    await put_row(bench.db, "telegram:7", "officer", "Chào")
    await bench.until(lambda: bench.channel.texts("7") == ["Chào"], 5.0)


async def test_a_pause_a_resume_and_a_cancel_take_effect(bench: Bench) -> None:
    await opt_in_many(bench.db, 300)
    campaign = await write_campaign(bench.db)
    await bench.until(lambda: len(bench.channel.starts) >= 30)
    await move_campaign(bench.db, campaign, "paused")
    await bench.pass_time(1.0)  # it looks every .4 s
    paused_with = len(bench.channel.starts)
    await bench.pass_time(10)
    assert len(bench.channel.starts) == paused_with
    counted = await states(bench.db, campaign)
    assert counted == {"sent": paused_with, "pending": 300 - paused_with}
    await move_campaign(bench.db, campaign, "running")
    await bench.until(lambda: len(bench.channel.starts) >= paused_with + 20)
    await move_campaign(bench.db, campaign, "cancelled")
    await bench.pass_time(1.5)
    cancelled_with = len(bench.channel.starts)
    await bench.pass_time(5)
    assert len(bench.channel.starts) == cancelled_with
    assert await states(bench.db, campaign) == {"sent": cancelled_with, "withdrawn": 300 - cancelled_with}


async def test_who_opted_out_meanwhile_is_not_told(bench: Bench) -> None:
    await opt_in_many(bench.db, 3)
    bench.open = False
    campaign = await write_campaign(bench.db, office_hours=True)

    async def filled() -> bool:
        return (await states(bench.db, campaign)).total() == 3

    await bench.until(filled)
    await bench.pass_time(5)
    assert bench.channel.starts == []  # the office is closed
    async with bench.db.writing() as connection:
        await connection.execute(
            delete(subscriptions).where(subscriptions.c.person.like(f"%{accounts(3)[0]}"))
        )
    bench.open = True
    await bench.until(lambda: bench.is_done(campaign))
    assert await states(bench.db, campaign) == {"sent": 2, "withdrawn": 1}


async def test_where_people_fetch_a_notice_is_put_up_and_keeps_no_campaign_open(bench: Bench) -> None:
    await opt_in_many(bench.db, 45, door="web")
    await opt_in_many(bench.db, 2)
    campaign = await write_campaign(bench.db)
    await bench.until(lambda: bench.is_done(campaign))
    assert await states(bench.db, campaign) == {"pending": 45, "sent": 2}
    async with bench.db.reading() as connection:
        assert await runs.not_published(connection, campaign, 10) == []


async def test_filling_twice_at_once_doubles_nobody(db: Database) -> None:
    await opt_in_many(db, 250)
    campaign = await write_campaign(db)

    async def fill() -> None:
        more = True
        while more:
            async with db.writing() as connection:
                more = await runs.fill(db, connection, campaign, 1.0, chunk=20)

    await asyncio.gather(*(fill() for _ in range(4)))
    assert (await states(db, campaign)).total() == 250
    async with db.reading() as connection:
        total = (await connection.execute(campaigns.select().where(campaigns.c.id == campaign))).one().total
    assert total == 250


async def test_a_mark_with_an_old_fence_changes_nothing(db: Database) -> None:
    one = await put_row(db, "telegram:7", "officer", "Chào")

    async def claim(holder: str) -> deliveries.Delivery:
        async with db.writing() as connection:
            (taken,) = await deliveries.claim_direct(
                db, connection, Seal(SECRET), "telegram", holder=holder, now=2e9, lease=60.0, limit=5
            )
        return taken

    stale = await claim("dead")
    async with db.writing() as connection:
        assert await deliveries.take_back(connection, "telegram", holder="alive") == 1
    fresh = await claim("alive")
    for outcome in (Outcome(stale, "failed", 1.0), Outcome(stale, "pending", 1.0)):
        async with db.writing() as connection:
            await deliveries.settle(connection, [outcome])
    await deliveries.settle_sent(db, [Outcome(stale, "sent", 1.0)])
    assert (await row(db, one)).state == "leased"
    await deliveries.settle_sent(db, [Outcome(fresh, "sent", 1.0)])
    assert (await row(db, one)).state == "sent"


async def test_a_holder_whose_lease_ran_out_starts_nothing(db: Database, clock: LoopClock) -> None:
    """As after a long stop of the process: another may be sending by now."""
    bench = Bench(db, clock)
    await bench.worker.start()
    await bench.until(bench.sender.sending.is_set)
    async with db.writing() as connection:
        assert await deliveries.hold_rate_limiter(
            db, connection, "token", holder="another", now=bench.clock.now + 1000, lease=10.0
        )
    bench.sender._lease.alone = False
    bench.clock.move(1005.0)
    await put_row(db, "telegram:7", "officer", "Chào")
    await bench.pass_time(3)
    assert bench.channel.starts == []
    await bench.until(lambda: bool(bench.channel.starts), 20.0)  # the other one's lease has ended
    await bench.worker.stop(1.0)


async def test_a_row_that_cannot_be_made_into_a_message_fails_alone(bench: Bench) -> None:
    """Seen to fail: `_queue` without its `try`: the loop that takes officers' answers ends for good."""
    poison = await put_row(bench.db, "telegram:1", "officer", "", state="withdrawn")
    no_body = Seal(SECRET).close([], f"outbox {poison} telegram:1")
    async with bench.db.writing() as connection:
        await connection.execute(
            update(ledger).where(ledger.c.id == poison).values(state="pending", sealed=no_body)
        )
    good = await put_row(bench.db, "telegram:2", "officer", "Chào")
    await bench.until(lambda: bench.is_in(good, "sent"))
    await bench.until(lambda: bench.is_in(poison, "failed"))
    later = await put_row(bench.db, "telegram:3", "officer", "Chào")
    await bench.until(lambda: bench.is_in(later, "sent"))


async def test_an_outcome_that_cannot_be_written_ends_in_doubt_and_frees_the_others(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Seen to fail: `keep` that only tries all of them again."""
    settle = deliveries.settle

    async def poisoned(connection: AsyncConnection, outcomes: Sequence[Outcome]) -> None:
        if any(o.delivery.address == "telegram:1" and o.state == "sent" for o in outcomes):
            raise ValueError("an outcome that cannot be written")
        await settle(connection, outcomes)

    async def settle_sent(database: Any, outcomes: Sequence[Outcome]) -> None:
        async with database.writing() as connection:
            await poisoned(connection, outcomes)

    monkeypatch.setattr(deliveries, "settle", poisoned)
    monkeypatch.setattr(deliveries, "settle_sent", settle_sent)
    poison = await put_row(bench.db, "telegram:1", "officer", "Chào")
    good = [await put_row(bench.db, f"telegram:{n}", "officer", "Chào") for n in range(2, 5)]
    for one in good:
        await bench.until(lambda one=one: bench.is_in(one, "sent"))  # type: ignore[misc]  # of this one
    await bench.until(lambda: bench.is_in(poison, "in_doubt"))
    assert len(bench.channel.texts("1")) == 1
