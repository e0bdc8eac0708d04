"""What the office keeps while it waits: ciphertext, for a named time, and gone when its owner says so. Rule: the bytes are searched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import OperationalError

from data import desk, engine, outbox
from data.engine import Database
from data.installation import readiness
from data.installation.readiness import Readiness
from data.outbox import rows as outbox_rows
from data.outbox.rows import GONE
from data.tables import cases, conversations
from data.tables import outbox as ledger
from tests.houses import House, Places, open_house
from tests.test_shield import everything_kept

ME = "web:me"
NAME, BORN = "Trần Thị Bé Ba", "17/01/1983"  # of the demo people
DAY = 86400.0


async def look_up(house: House) -> tuple[str, str]:
    """A record shown to a reader who never says that it was seen; the record's text, and the link of the secure page."""
    for words in ("tra cứu mã số", "đồng ý", f"{NAME} {BORN}"):
        await house.say(words, ME)
    asked = await house.say("Nhận mã OTP", ME)
    await house.code_sender.deliver()
    taken = await house.tell({"secure": {"otp": house.sms[-1].text[:6]}}, ME)
    assert "8800000001" in taken.rows[0].body["text"]
    return taken.rows[0].body["text"], str(asked.rows[0].body["link"])


async def officer_says(house: House, words: str) -> str:
    """An officer's answer that waits for its reader; the ticket."""
    for said in ("gặp cán bộ", "đồng ý", "nhờ xem hồ sơ màu tím biếc"):
        await house.say(said, ME)
    async with house.db.writing() as connection:
        ticket = await desk.open_at(connection, house.seal, ME)
        assert ticket is not None
        await desk.claim(house.db, connection, house.seal, ticket.id, "ham", house.clock())
        await connection.execute(update(ledger).where(ledger.c.address == ME).values(leased_until=0.0))
        await desk.settle(house.db, connection, house.seal, ticket.id, house.clock())
    async with house.db.writing() as connection:
        args = (house.db, connection, house.seal, ticket.id, "ham", words, "k", house.clock())
        assert await desk.answer(*args)
    return ticket.id


async def waiting(house: House) -> list[str]:
    async with house.db.reading() as connection:
        return [str(o.body["text"]) for o in await outbox.unseen(connection, house.seal, ME, 0)]


# -- sealed


async def test_nothing_that_waits_to_be_read_can_be_read_on_disk(house: House) -> None:
    record, link = await look_up(house)
    await officer_says(house, "Sổ ở ngăn xanh ngọc")
    kept = await everything_kept(house)
    for words in (record, record.splitlines()[0], link.rsplit("/", 1)[1], "tím biếc", "xanh ngọc"):
        assert words.encode() not in kept, words
    assert any("xanh ngọc" in words for words in await waiting(house))


async def test_without_the_seal_it_could(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Teeth."""
    import json

    def plain(seal: Any, row_id: int, address: str, body: dict[str, Any]) -> bytes:
        return json.dumps(body, ensure_ascii=False).encode()

    monkeypatch.setattr(outbox_rows, "close_body", plain)
    record, link = await look_up(house)
    kept = await everything_kept(house)
    assert record.splitlines()[0].encode() in kept
    assert link.rsplit("/", 1)[1].encode() in kept


async def test_words_open_in_their_own_row_only_and_a_damaged_one_stops_no_other(house: House) -> None:
    """Seen to fail: the first that could not be opened kept all behind it from their reader, for ever."""
    await house.say("menu", ME)
    await house.say("trợ giúp", ME)
    async with house.db.writing() as connection:
        first, second, *_ = (
            await connection.execute(select(ledger.c.id).order_by(ledger.c.number))
        ).scalars()
        swapped = select(ledger.c.sealed).where(ledger.c.id == second).scalar_subquery()
        await connection.execute(update(ledger).where(ledger.c.id == first).values(sealed=swapped))
    told = await waiting(house)
    assert told[0] == GONE
    assert len(told) > 1
    assert GONE not in told[1:]
    async with house.db.writing() as connection:
        await connection.execute(update(ledger).values(address="web:thief"))
        assert {o.body["text"] for o in await outbox.unseen(connection, house.seal, "web:thief", 0)} == {GONE}


# -- for a named time


async def test_what_nobody_came_for_is_wiped_and_an_officers_answer_is_told_to_be_gone(house: House) -> None:
    await officer_says(house, "Sổ ở ngăn xanh ngọc")
    await house.say("x", "telegram:5")
    rows = await count(house)
    assert await outbox.expire_unread(house.db, house.clock() - DAY, house.clock() + 60) == 0
    house.clock.move(31 * DAY)
    assert await outbox.expire_unread(house.db, house.clock() - 30 * DAY, house.clock()) > 0
    assert await outbox.expire_unread(house.db, house.clock() - 30 * DAY, house.clock()) == 0
    assert await waiting(house) == [GONE, GONE]  # that an officer came, and what was answered
    async with house.db.reading() as connection:
        states = await outbox.counts(connection)
        assert (await connection.execute(select(ledger.c.id).where(ledger.c.sealed.is_not(None)))).all() == []
    assert states["officer pending"] == 2
    assert "reply pending" not in states
    assert await count(house) == rows


async def count(house: House) -> int:
    async with house.db.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(ledger))).scalar_one())


# -- gone when its owner says so


async def test_erasing_takes_cases_replies_and_pages_of_all_conversations_along(house: House) -> None:
    """Seen to fail: the looked-up code lay in `cases` up to a day, the record in the outbox for ever."""
    await look_up(house)
    async with house.db.writing() as connection:
        person = select(conversations.c.person).where(conversations.c.address == ME).scalar_subquery()
        row = {"place": '{"flow": "lookup", "step": "name"}', "said": 0, "turns": 1, "clock": 0.0, "at": 0.0}
        await connection.execute(conversations.insert().values(address="telegram:5", person=person, **row))
        row = outbox.outbox_row(5, "officer", "telegram:5", house.clock(), sealed=b"x", answer="")
        await outbox.put(connection, [row])
    for words in ("dữ liệu của tôi", "Rút đồng ý và xóa"):
        taken = await house.say(words, ME)
    async with house.db.reading() as connection:
        assert (await connection.execute(select(cases))).all() == []
        left = (await connection.execute(select(ledger.c.address).where(ledger.c.sealed.is_not(None)))).all()
        other = (
            await connection.execute(select(conversations).where(conversations.c.address == "telegram:5"))
        ).one()
    assert [row.address for row in left] == [ME]  # the words that say so
    assert (await waiting(house)) == [row.body["text"] for row in taken.rows]
    assert (other.place, other.answers) == ("{}", None)
    if house.db.is_sqlite:
        kept = await everything_kept(house)
        assert b'["8800000001"]' not in kept
        assert (await wal_of(house)).stat().st_size == 0


async def wal_of(house: House) -> Path:
    return Path(house.db.name + "-wal")


async def test_without_emptying_the_wal_the_bytes_would_stay(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Teeth."""
    monkeypatch.setattr(Database, "scrub_after_commit", lambda db: None)
    await look_up(sqlite_house)
    for words in ("dữ liệu của tôi", "Rút đồng ý và xóa"):
        await sqlite_house.say(words, ME)
    assert b'["8800000001"]' in await everything_kept(sqlite_house)


async def test_a_reader_who_looks_on_delays_the_emptying_and_nothing_else(sqlite_house: House) -> None:
    house = sqlite_house
    await house.say("menu", ME)
    async with house.db.reading() as connection:
        await connection.execute(select(cases))
        async with house.db.writing() as other:
            await other.execute(update(ledger).values(answer="x"))
            house.db.scrub_after_commit()
        assert (await wal_of(house)).stat().st_size > 0
    await house.say("menu", ME)
    assert (await wal_of(house)).stat().st_size == 0


# -- whether it can still write


@pytest.fixture
async def db(places: Places) -> AsyncIterator[Database]:
    made = Database(await places.sqlite())
    yield made
    await made.close()


async def test_ready_is_who_can_write_and_has_room(db: Database) -> None:
    """Seen to fail: a full disk was 200, since reading goes on."""
    now = [0.0]
    assert await Readiness(db).trouble() == ""
    assert await Readiness(db, floor=2**62).trouble() == "disk full"
    ready = Readiness(db, clock=lambda: now[0])
    assert await ready.trouble() == ""
    async with db.writing() as connection:
        await connection.execute(text("PRAGMA query_only=ON"))
    assert await ready.trouble() == ""  # asked again at once it is not written again
    now[0] += readiness.REST
    assert await ready.trouble() == "OperationalError"


async def test_on_postgresql_too(places: Places) -> None:
    url = await places.postgresql()
    async with open_house(url) as house:
        assert await Readiness(house.db, floor=2**62).trouble() == ""
    await places.leave(url)


async def test_a_database_that_another_process_holds_is_told_soon(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "PATIENCE", 0.05)
    ready, other = Readiness(db), Database(db.url)
    async with other.writing():
        assert await asyncio.gather(*(ready.trouble() for _ in range(5))) == ["busy"] * 5
    monkeypatch.setattr(readiness, "PATIENCE", 60)
    assert await ready.trouble() == ""
    await other.close()


async def test_who_comes_while_it_is_known_to_be_held_waits_a_quarter_of_a_second(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail: ten seconds each, one behind the other: a person was told after twenty."""
    monkeypatch.setattr("data.engine.HELD_MS", 25)

    async def patience() -> int:
        async with db._writer.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            [(found,)] = await raw.execute_fetchall("PRAGMA busy_timeout")
            return int(found)

    async with db._writer.connect() as connection:
        await db._wait_at_most(connection, 50)
    other = Database(db.url)
    async with other.writing():
        for _ in range(2):
            with pytest.raises(OperationalError, match="locked"):
                async with db.writing():
                    raise AssertionError("never reached")
            assert await patience() == 25
    async with db.writing():
        pass
    assert await patience() == engine.BUSY_MS
    await other.close()


async def test_who_waits_in_line_too_long_is_refused(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail: each waited ten seconds for the lock behind those who waited as long."""
    monkeypatch.setattr("data.engine.LINE_SECONDS", 0.05)
    async with db.writing():
        with pytest.raises(OSError, match="the database is locked"):
            async with db.writing():
                raise AssertionError("never reached")
    async with db.writing() as connection:
        await connection.execute(text("SELECT 1"))
