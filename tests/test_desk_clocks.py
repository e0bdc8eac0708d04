"""The desk's clocks: hours, waits, late tickets, quiet ones. Rule: time is moved by hand, never waited for."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import func, select, update

from data import desk, staff
from data.desk import clocks, ended, inbox, search
from data.outbox.rows import open_body
from data.tables import tickets
from flows.calendar.office_hours import VIETNAM, Hours
from flows.calendar.working_days import Calendar
from handlers.desk_clocks import DeskClocks, DeskLimits
from tests.desks import Citizen, desk_of, open_ticket, rows_at, texts_of, ticket_of
from tests.houses import House
from tests.test_desk import LAN, a_ticket
from tests.test_desk_transfers import held, officers, told

HOURS = Hours()
HOLIDAYS = Calendar(off=frozenset({date(2026, 9, 2)}), worked=frozenset({date(2026, 9, 5)}))
MONDAY = datetime(2026, 9, 21, 9, 0, tzinfo=VIETNAM).timestamp()
LIMITS = DeskLimits()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=VIETNAM)


def test_the_office_is_open_in_two_slots_and_not_on_holidays() -> None:
    """Seen to fail: `works_on` without the calendar: 2/9 was worked."""
    opens = [HOURS.open_at(at(1, h), HOLIDAYS) for h in (7, 8, 12, 14, 17)]
    assert opens == [False, True, False, True, False]
    assert not HOURS.open_at(at(2, 9), HOLIDAYS)
    assert HOURS.open_at(at(5, 9), HOLIDAYS)  # a Saturday that is worked for another day
    assert HOURS.next_opening(at(1, 18), HOLIDAYS) == at(3, 7, 30)
    assert HOURS.next_opening(at(4, 12), HOLIDAYS) == at(4, 13, 30)
    assert HOURS.next_opening(at(4, 18), HOLIDAYS) == at(5, 7, 30)


def test_working_time_leaves_out_noon_nights_and_holidays() -> None:
    assert HOURS.worked_seconds(at(1, 11), at(1, 14), HOLIDAYS) == 3600
    assert HOURS.worked_seconds(at(1, 16, 30), at(3, 8), HOLIDAYS) == 3600
    assert HOURS.worked_seconds(at(1, 18), at(2, 23), HOLIDAYS) == 0
    assert Hours(slots=((time(8), time(9)),)).worked_seconds(at(1, 0), at(2, 0)) == 3600


# -- what the person is told of the wait


async def _serve(house: House, ticket: str, seconds: float, *, officer: str, number: int) -> None:
    """Somebody's ticket was served so long."""
    end = house.clock() - 60 * number
    async with house.db.writing() as connection:
        served = {
            "claimed_at": end - seconds,
            "answered_at": end - seconds,
            "closed_at": end,
            "officer": officer,
        }
        await connection.execute(
            update(tickets).where(tickets.c.id == ticket).values(state="closed", reason="answered", **served)
        )


async def _sign_in(house: House, member: str) -> None:
    async with house.db.writing() as connection:
        link = await staff.new_link(connection, member, until=house.clock() + 60, at=house.clock())
        assert await staff.sign_in(connection, link, house.clock())


async def test_the_expected_wait_comes_from_tickets_that_were_served(house: House) -> None:
    """Seen to fail: `expected_minutes` without ENOUGH: one served ticket was a wait."""
    house.clock.now = MONDAY
    lan, tu, _ = await officers(house)
    for number in range(clocks.ENOUGH):
        _, _, old = await a_ticket(house, f"telegram:{100 + number}")
        async with house.db.reading() as connection:
            waiting = await desk.load(connection, house.seal, old)
            assert waiting is not None
            assert await clocks.expected_minutes(connection, waiting, house.clock()) is None  # too few
        await _serve(house, old, 600.0, officer=lan, number=number)
        if number == 0:
            await _sign_in(house, lan)
    first, _, _ = await a_ticket(house, "telegram:200")
    citizen, _, ticket = await a_ticket(house)
    waits = "Trước anh/chị còn 1 người. Thường chờ khoảng 20 phút."
    shown = [r.body["text"] for r in (await citizen.writes("chờ bao lâu nữa")).rows]
    assert waits in shown[0]
    assert "chưa biết chắc" not in shown[0]
    await _sign_in(house, tu)
    async with house.db.reading() as connection:
        found = await desk.load(connection, house.seal, ticket)
        assert found is not None
        assert await clocks.expected_minutes(connection, found, house.clock()) == 10
        await first.reply_sender.quiet()
        later = house.clock() + clocks.AT_WORK_SECONDS + 1
        assert await clocks.expected_minutes(connection, found, later) is None  # nobody is at work


async def test_outside_the_hours_the_next_opening_is_told_and_within_them_not(house: House) -> None:
    house.clock.now = datetime(2026, 9, 25, 18, 0, tzinfo=VIETNAM).timestamp()  # a Friday evening
    citizen, channel, _ = await a_ticket(house)
    opened = channel.said(LAN)[-1]
    assert "cán bộ trả lời từ 07:30 28/09" in opened
    assert "1900 9068" in opened
    house.clock.now = datetime(2026, 9, 28, 9, 0, tzinfo=VIETNAM).timestamp()
    (row,) = (await citizen.writes("chờ bao lâu nữa")).rows
    assert "ngoài giờ" not in row.body["text"]


async def test_the_second_ticket_knows_of_the_first(house: House) -> None:
    """Seen to fail: `open_ticket` without `earlier`."""
    citizen, channel, first, (lan, _, _) = await held(house)
    assert await desk_of(house, citizen.reply_sender).close(first, lan, "answered")
    second = await citizen.asks_for_an_officer("vẫn chưa được")
    await citizen.reply_sender.quiet()
    assert "Cán bộ thấy cả phiếu số 1 trước đây" in channel.said(LAN)[-1]
    async with house.db.reading() as connection:
        found = await desk.load(connection, house.seal, second)
        assert found is not None
        assert [t.id for t in await clocks.earlier_of(connection, house.seal, found)] == [first]


# -- late


async def _told_admins(house: House) -> list[str]:
    return [
        str(open_body(house.seal, r.id, r.address, r.sealed)["text"])
        for r in await rows_at(house, "telegram:77")
    ]


async def test_admins_hear_once_of_each_clock_and_only_of_working_time(house: House) -> None:
    """Seen to fail: `_is_late` by the wall clock: told at night; `escalate` without its bit: told at every look."""
    house.clock.now = datetime(2026, 9, 21, 16, 50, tzinfo=VIETNAM).timestamp()
    _, _, ticket = await a_ticket(house)
    await officers(house)
    async with house.db.writing() as connection:
        await staff.link_telegram(connection, "hanh", "77")
    tends = DeskClocks(desk_of(house), LIMITS)

    async def look(hour: int, minute: int, day: int = 22) -> list[str]:
        house.clock.now = datetime(2026, 9, day, hour, minute, tzinfo=VIETNAM).timestamp()
        await tends.tend()
        await tends.tend()
        return await _told_admins(house)

    assert await look(7, 34) == []
    (answer,) = await look(7, 36)
    assert "Phiếu số 1" in answer
    assert "chưa ai trả lời" in answer
    assert answer.endswith(f"/console/tickets/{ticket}")
    assert len(await look(16, 0)) == 1
    assert "chưa xong" in (await look(8, 0, day=23))[1]


async def test_a_ticket_that_cannot_be_opened_holds_up_no_other(house: House) -> None:
    """Seen to fail: the clocks ended at it, at every look; no list was shown, and no older ticket found."""
    house.clock.now = MONDAY
    citizen, _, _ = await a_ticket(house)
    await Citizen(house, citizen.reply_sender, "telegram:8").asks_for_an_officer("hỏi vụ sổ")
    lan, _, _ = await officers(house)
    async with house.db.writing() as connection:
        first = select(func.min(tickets.c.number)).scalar_subquery()
        await connection.execute(update(tickets).where(tickets.c.number == first).values(card=b"other key"))
        ids = (await connection.execute(select(tickets.c.id).order_by(tickets.c.number))).scalars().all()
        for one in ids:
            await desk.claim(house.db, connection, house.seal, one, lan, house.clock())
            await desk.receive(connection, house.seal, one, "citizen", "Alo", house.clock())
        await staff.remove(connection, "ct.lan", house.clock())
    await DeskClocks(desk_of(house), LIMITS).tend()
    async with house.db.reading() as connection:
        rows = await inbox.listed(connection, house.seal, "waiting", lan, limit=9)
    assert [row.ticket.id for row in rows] == list(ids)
    assert [row.ticket.card.want for row in rows] == ["", "hỏi vụ sổ"]
    while await search.catch_up(house.db, house.seal):
        pass


# -- quiet


async def test_a_quiet_ticket_is_warned_of_then_closed(house: House) -> None:
    """Seen to fail: `quiet` without `warned_at`: closed without a word."""
    citizen, channel, ticket, (lan, _, _) = await held(house)
    desk_here = desk_of(house, citizen.reply_sender)
    tends = DeskClocks(desk_here, LIMITS)
    assert await desk_here.answer(ticket, lan, "Chào bác", "k1") == "sent"
    await _pass(house, tends, LIMITS.warn + 1)
    assert "sẽ tự khép" in (await told(house, ticket))[-1]
    await _pass(house, tends, LIMITS.close - 10)
    assert (await ticket_of(house, ticket)).state == "claimed"
    await _pass(house, tends, 20)
    assert (await ticket_of(house, ticket)).reason == "silent"
    await citizen.reply_sender.quiet()
    assert any("phiếu tự khép" in text for text in channel.said(LAN))
    assert len(await told(house, ticket)) == 2


async def test_one_word_keeps_a_quiet_ticket(house: House) -> None:
    """Seen to fail: `give_back` without what it asks of a ticket that closes by itself."""
    citizen, _, ticket, (lan, _, _) = await held(house)
    desk_here = desk_of(house, citizen.reply_sender)
    tends = DeskClocks(desk_here, LIMITS)
    assert await desk_here.answer(ticket, lan, "Chào bác", "k1") == "sent"
    await _pass(house, tends, LIMITS.warn + 1)
    await citizen.writes("đợi tôi chút")
    assert not await desk_here.close_silent(ticket, lan)  # seen before, acted on after
    assert (await open_ticket(house, LAN)) is not None
    assert "đợi tôi chút" in await texts_of(house, ticket, "citizen")
    assert await desk_here.close(ticket, lan, "answered")


async def _pass(house: House, tends: DeskClocks, seconds: float) -> None:
    house.clock.move(seconds)
    await tends.tend()


# -- after the end


async def _closed(house: House) -> tuple[Citizen, str, str]:
    citizen, _, ticket, (lan, _, _) = await held(house)
    desk_here = desk_of(house, citizen.reply_sender)
    assert await desk_here.answer(ticket, lan, "Chào bác", "k1") == "sent"
    assert await desk_here.close(ticket, lan, "answered")
    return citizen, ticket, lan


async def test_the_person_rates_once_an_officer_answered(house: House) -> None:
    citizen, ticket, _ = await _closed(house)
    (row, *_) = (await citizen.writes("chấm 4")).rows
    assert row.body["text"].startswith("Dạ, cảm ơn anh/chị đã chấm 4 điểm.")
    await citizen.writes("5 sao")
    assert (await ticket_of(house, ticket)).rating == 5
    house.clock.move(ended.SECONDS + 1)
    (row, *_) = (await citizen.writes("chấm 1")).rows
    assert "không có phiếu nào" in row.body["text"]
    assert (await ticket_of(house, ticket)).rating == 5


async def test_a_ticket_is_opened_again_within_three_days_with_all_that_was_written(house: House) -> None:
    citizen, ticket, lan = await _closed(house)
    (row, *_) = (await citizen.writes("mở lại phiếu giúp tôi")).rows
    assert row.body["text"].startswith("Đã mở lại phiếu số 1")
    found = await ticket_of(house, ticket)
    assert (found.state, found.officer, found.reopened) == ("waiting", None, 1)
    desk_here = desk_of(house, citizen.reply_sender)
    assert await desk_here.claim(ticket, lan) == "yours"
    await citizen.writes("hỏi thêm ab")
    assert await texts_of(house, ticket, "officer") == ["Chào bác"]
    assert "hỏi thêm ab" in await texts_of(house, ticket, "citizen")
    assert await desk_here.close(ticket, lan, "answered")
    house.clock.move(ended.SECONDS + 1)
    (row, *_) = (await citizen.writes("mở lại phiếu")).rows
    assert "không còn phiếu nào mở lại được" in row.body["text"]
    assert await open_ticket(house, LAN) is None
