"""A ticket goes to a colleague, to an admin, back into the queue. Rule: every test holds on a SQLite file and on PostgreSQL."""

from __future__ import annotations

from typing import Any

from data import audit, staff
from data.desk import transfers
from flows.conversations.officer import words as desk_words
from handlers.desk_clocks import DeskClocks, DeskLimits
from tests.desks import Channel, Citizen, conversation, desk_of, rows_at, texts_of, ticket_of
from tests.houses import House
from tests.test_desk import LAN, a_ticket

SILENT = 1200.0


async def officers(house: House) -> tuple[str, str, str]:
    """Lan and Tư, officers, and Hạnh, an admin; their ids."""
    found = []
    async with house.db.writing() as connection:
        for name, role, shown in (
            ("ct.lan", "officer", "Lan"),
            ("ct.tu", "officer", "Tư"),
            ("hanh", "admin", "Hạnh"),
        ):
            member = await staff.add(connection, name, role, house.clock())
            await staff.rename(connection, name, shown)
            found.append(member.id)
    lan, tu, hanh = found
    return lan, tu, hanh


async def held(house: House) -> tuple[Citizen, Channel, str, tuple[str, str, str]]:
    """A citizen whose ticket Lan has."""
    citizen, channel, ticket = await a_ticket(house)
    members = await officers(house)
    assert await desk_of(house).claim(ticket, members[0]) == "yours"
    return citizen, channel, ticket, members


async def told(house: House, ticket: str) -> list[str]:
    return await texts_of(house, ticket, "told")


async def remove(house: House, name: str) -> None:
    async with house.db.writing() as connection:
        await staff.remove(connection, name, house.clock())


async def deeds(house: House, what: str) -> list[Any]:
    async with house.db.reading() as connection:
        return [e for e in await audit.newest(connection, 50) if e.what == what]


async def test_the_person_is_told_who_came_by_the_display_name_alone(house: House) -> None:
    _, _, ticket, _ = await held(house)
    assert await told(house, ticket) == ["Cán bộ Lan đã vào trả lời anh/chị."]
    assert [r.state for r in await rows_at(house, LAN) if r.lane == "officer"] == ["pending"]


async def test_a_transfer_moves_the_ticket_once_and_only_from_its_owner(house: House) -> None:
    """Seen to fail: `transfer` without `officer == officer` in its statement: Tư took it from Lan."""
    citizen, _, ticket, (lan, tu, hanh) = await held(house)
    desk = desk_of(house)
    assert await desk.transfer(ticket, tu, hanh) == "not_yours"
    assert await desk.transfer(ticket, lan, "nobody-here") == "nobody"
    assert await desk.transfer(ticket, lan, tu) == "moved"
    assert await desk.transfer(ticket, lan, hanh) == "not_yours"
    assert await desk.answer(ticket, lan, "Chào bác", "k1") == "not_yours"
    assert await desk.answer(ticket, tu, "Chào bác", "k2") == "sent"
    await citizen.writes("hỏi thêm ab")
    assert (await ticket_of(house, ticket)).officer == tu
    assert "hỏi thêm ab" in await texts_of(house, ticket, "citizen")
    assert (await told(house, ticket))[1:] == [desk_words.passed_on("Tư")]
    assert await desk.transfer("no such", lan, tu) == "gone"


async def test_an_admin_takes_over_and_it_is_in_the_audit(house: House) -> None:
    """Seen to fail: `take_over` without its row of the audit."""
    _, _, ticket, (lan, _, hanh) = await held(house)
    desk = desk_of(house)
    assert await desk.take_over(ticket, hanh, "staff:hanh") == "yours"
    assert await desk.take_over(ticket, hanh, "staff:hanh") == "yours"
    assert await desk.answer(ticket, lan, "Chào bác", "k1") == "not_yours"
    assert await desk.answer(ticket, hanh, "Chào bác", "k2") == "sent"
    (deed,) = await deeds(house, "ticket_taken_over")
    assert (deed.who, deed.fields) == ("staff:hanh", "owner")
    assert await desk.take_over("no such", hanh, "staff:hanh") == "gone"


async def test_an_admin_takes_over_a_ticket_that_waits(house: House) -> None:
    _, _, ticket = await a_ticket(house)
    _, _, hanh = await officers(house)
    assert await desk_of(house).take_over(ticket, hanh, "staff:hanh") == "yours"
    assert (await conversation(house, LAN)).owner == "officer"
    assert len(await deeds(house, "ticket_taken_over")) == 1


async def test_a_ticket_put_back_waits_at_its_old_place_and_the_bot_answers(house: House) -> None:
    """Seen to fail: `put_back` without the change of the owner: the bot said nothing any more."""
    citizen, _, ticket, (lan, tu, _) = await held(house)
    await citizen.writes("hỏi thêm ab")
    before = await ticket_of(house, ticket)
    desk = desk_of(house)
    assert not await desk.put_back(ticket, tu)
    assert await desk.put_back(ticket, lan)
    assert not await desk.put_back(ticket, lan)
    after = await ticket_of(house, ticket)
    assert (after.state, after.officer, after.opened_at) == ("waiting", None, before.opened_at)
    assert (await conversation(house, LAN)).owner == "bot"
    assert (await citizen.writes("menu")).rows
    assert {"hỏi thêm ab", "menu"} <= set(await texts_of(house, ticket, "citizen"))
    assert "Phiếu số 1 đã về lại hàng chờ" in (await told(house, ticket))[-1]
    assert await desk.claim(ticket, tu) == "yours"


async def test_who_is_removed_leaves_no_ticket_locked(house: House) -> None:
    """Seen to fail: `left_alone` without `gone`."""
    citizen, _, ticket, _ = await held(house)
    await remove(house, "ct.lan")
    clocks = DeskClocks(desk_of(house), DeskLimits(SILENT))
    await clocks.tend()
    await clocks.tend()
    assert (await ticket_of(house, ticket)).state == "waiting"
    assert (await citizen.writes("menu")).rows
    assert len(await told(house, ticket)) == 2


async def test_who_becomes_an_auditor_leaves_no_ticket_locked(house: House) -> None:
    _, _, ticket, _ = await held(house)
    async with house.db.writing() as connection:
        await staff.change_role(connection, "ct.lan", "auditor")
    await DeskClocks(desk_of(house), DeskLimits(SILENT)).tend()
    assert (await ticket_of(house, ticket)).state == "waiting"


async def test_a_silent_officer_loses_the_ticket_and_one_who_answered_keeps_it(house: House) -> None:
    """Seen to fail: `left_alone` without `silent`; without `waits_since`: who had answered lost the ticket, too."""
    citizen, _, ticket, (lan, _, _) = await held(house)
    desk = desk_of(house)
    clocks = DeskClocks(desk, DeskLimits(SILENT))
    house.clock.move(SILENT - 1)
    await clocks.tend()
    assert (await ticket_of(house, ticket)).officer == lan
    assert await desk.answer(ticket, lan, "Chào bác", "k1") == "sent"
    house.clock.move(SILENT * 2)
    await clocks.tend()
    assert (await ticket_of(house, ticket)).officer == lan
    await citizen.writes("hỏi thêm ab")
    house.clock.move(SILENT - 1)
    await clocks.tend()
    assert (await ticket_of(house, ticket)).officer == lan
    house.clock.move(2)
    await clocks.tend()
    assert (await ticket_of(house, ticket)).state == "waiting"
    assert "hỏi thêm ab" in await texts_of(house, ticket, "citizen")


async def test_who_is_gone_gives_back_all_they_had(house: House) -> None:
    _, _, ticket, (lan, _, _) = await held(house)
    _, _, other = await a_ticket(house, "telegram:43")
    desk = desk_of(house)
    assert await desk.claim(other, lan) == "yours"
    async with house.db.reading() as connection:
        assert await transfers.left_alone(connection, house.clock(), SILENT) == []
    assert await desk.gone(lan, desk_words.LEFT_WORK) == 2
    assert await desk.gone(lan, desk_words.LEFT_WORK) == 0
    assert {(await ticket_of(house, t)).state for t in (ticket, other)} == {"waiting"}
