"""One poisoned item in each loop that many share: it is told of once, ends, and the others go on. Rule: the item is real, in the database."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import insert, update

from data import outbox
from data.outbox.rows import GONE
from data.tables import outbox as outbox_rows
from handlers.delivery.sms import CodeSender, Sms
from tests.desks import PATIENCE, Channel, rows_at
from tests.houses import House
from tests.test_desk_web import Page, publish_a_notice, web_of

POISON = "telegram:666"


async def spoil(house: House, address: str) -> None:
    """What waits for this address cannot be read any more."""
    async with house.db.writing() as connection:
        await connection.execute(
            update(outbox_rows)
            .where(outbox_rows.c.address == address, outbox_rows.c.state.in_(outbox.WAITING))
            .values(sealed=b"damaged", state="pending", holder="", leased_until=0.0)
        )


async def test_a_row_that_cannot_be_read_stops_neither_its_own_page_nor_another(house: House) -> None:
    """Seen to fail: `open_body` that raises: nothing is pushed to anybody."""
    web = web_of(house)
    page, other = (
        await Page(web).open(),
        await Page(web, cookie="another-visitor-of-a-test-00000000000").open(),
    )
    for one in (page, other):
        await one.says("menu")
    await publish_a_notice(house, page.address, "Tin hỏng")
    await spoil(house, page.address)
    for one in (page, other):
        await publish_a_notice(house, one.address, "Tin lành")
        await one.until(lambda one=one: one.texts[-1][1] == "Tin lành")  # type: ignore[misc]  # of this one
    for one in (page, other):
        await one.close()
    await house.turns.settled()
    assert {row.state for row in await rows_at(house, page.address)} == {"sent"}


async def test_a_reply_left_behind_that_cannot_be_read_does_not_silence_the_others(house: House) -> None:
    """As Telegram's door after a crash: it says that something is lost. Seen to fail: `open_body` that raises."""
    from handlers.delivery.reply_sender import ReplySender

    for address in (POISON, "telegram:7"):
        await house.say("menu", address)
    await spoil(house, POISON)
    channel = Channel()

    async def say(row: outbox.Outgoing) -> None:
        assert row.body["text"]
        await channel.say(row)

    sender = ReplySender("telegram", house.turns, say)
    await sender.say_what_was_left(orphans=house.db.is_sqlite)
    await sender.quiet()
    await house.turns.settled()
    assert len(channel.said("telegram:7")) == 1
    assert channel.said(POISON) == [GONE]
    assert [row.state for row in await rows_at(house, POISON)] == ["sent"]


async def test_a_code_that_cannot_be_read_and_a_gateway_that_fails_leave_the_others_alone(
    house: House,
) -> None:
    """Seen to fail: KeyError not caught: the codes behind it are leased and never sent."""

    class Phones:
        def __init__(self) -> None:
            self.taken: list[str] = []

        async def send(self, sms: Sms) -> None:
            if sms.to == "0900000002":
                raise RuntimeError("a fault of the gateway")
            self.taken.append(sms.to)

    now = house.clock()
    values: list[Any] = [{"x": 1}, [], *({"to": f"090000000{n}", "text": "ma"} for n in (1, 2, 3))]
    async with house.db.writing() as connection:
        for value in values:
            number = outbox.new_id()
            sealed = house.seal.close(value, f"outbox {number}")
            row = outbox.otp_row(number, "web:x", sealed, at=now, expires=now + 300)
            await connection.execute(insert(outbox_rows), [row])
    phones = Phones()
    code_sender = CodeSender(house.db, house.seal, phones, holder=house.turns.holder, clock=house.clock)
    assert len(await code_sender.deliver()) == 2
    assert phones.taken == ["0900000001", "0900000003"]
    states = [row.state for row in await rows_at(house, "web:x")]
    assert states == ["failed", "failed", "sent", "leased", "sent"]


async def test_a_conversation_that_cannot_be_shown_rests_and_the_others_are_pushed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail: `_push_guarded` that lets the failure through."""
    web = web_of(house)
    page, other = (
        await Page(web).open(),
        await Page(web, cookie="another-visitor-of-a-test-00000000000").open(),
    )
    for one in (page, other):
        await one.says("menu")
    to_show, tries = house.turns.to_show, 0

    async def fails(address: str, after: int, said: int) -> Any:
        nonlocal tries
        if address == page.address:
            tries += 1
            raise KeyError(address)
        return await to_show(address, after, said)

    monkeypatch.setattr(house.turns, "to_show", fails)
    for n in range(3):
        for one in (page, other):
            await publish_a_notice(house, one.address, f"Tin {n}")
        await other.until(lambda n=n: other.texts[-1][1] == f"Tin {n}")  # type: ignore[misc]  # of this round
    assert tries == 1
    for one in (page, other):
        await one.close()
    await asyncio.wait_for(web.quiet(), PATIENCE)
