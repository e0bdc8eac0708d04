"""A channel is one row of data/channels.py: audience, preview, console and ledger know a toy one by that row alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from data import desk
from data.channels import CHANNELS, Channel
from data.limits import Limits
from data.notices import audience, runs
from data.notices.audience import Audience
from data.notices.campaigns import Campaigns, words_of
from data.outbox.rows import open_body
from data.tables import outbox
from handlers.console import wording
from handlers.delivery.preview import preview
from tests.houses import House
from tests.test_notice_pages import HOME, NoticeOffice

ROOT = Path(__file__).parent.parent
TOYS = (
    Channel("pigeon", "Bồ câu", pushed=True, longest=50),
    Channel("board", "Bảng tin", pushed=False),
    Channel("stage", "Sân khấu", pushed=True, pretend=True),
)


@pytest.fixture
def office(sqlite_house: House, monkeypatch: pytest.MonkeyPatch) -> NoticeOffice:
    for toy in TOYS:
        monkeypatch.setitem(CHANNELS, toy.name, toy)
    return NoticeOffice(sqlite_house, telegram=True)


async def test_the_audience_counts_the_readers_of_a_new_channel(office: NoticeOffice) -> None:
    await office.opt_in(2, "pigeon")
    await office.opt_in(1, "board")
    async with office.house.db.reading() as connection:
        assert await audience.count(connection, Audience()) == {"pigeon": 2, "board": 1}
        assert await audience.count(connection, audience.parse("door=board")) == {"board": 1}
    with pytest.raises(ValueError, match=r"there is no door .drum.: telegram, web, .*board"):
        audience.parse("door=drum")


def test_a_preview_is_cut_at_the_longest_message_of_the_channel(office: NoticeOffice) -> None:
    text = " ".join(["một hai ba"] * 20)
    assert len(preview(text, "pigeon")) > 1
    assert max(map(len, preview(text, "pigeon"))) <= 50
    assert preview(text, "board") == [text]
    with pytest.raises(ValueError, match="there is no door 'drum'"):
        preview(text, "drum")


async def test_the_console_offers_and_names_it(office: NoticeOffice) -> None:
    me = await office.signed_in("admin")
    form = (await me.look(f"{HOME}/new")).text
    assert "Bồ câu" in form
    assert "Bảng tin" in form
    assert "Sân khấu" not in form  # pretend, and nobody there
    await office.opt_in(1, "stage")
    assert "Sân khấu" in (await me.look(f"{HOME}/new")).text
    ticket = await office.ticket("Hỏi", "board:12345")
    officer = await office.signed_in("officer")
    assert "Bảng tin" in (await officer.look(f"/console/tickets/{ticket.id}")).text
    assert wording.who_it_was("board:1234567") == "Bảng tin •••567"


@pytest.mark.parametrize(("door", "number"), [("pigeon", None), ("board", 2)])
async def test_what_is_fetched_is_numbered_for_its_reader_and_what_is_pushed_is_not(
    office: NoticeOffice, door: str, number: int | None
) -> None:
    """Officers' answers, a test and a notice: each waits for the reader, or for the worker."""
    house, at = office.house, office.house.clock()
    ticket = await office.ticket("Hỏi", f"{door}:700000000")
    async with house.db.writing() as connection:
        await desk.claim(house.db, connection, house.seal, ticket.id, "o", at + 60)
        assert await desk.answer(house.db, connection, house.seal, ticket.id, "o", "Dạ", "k", at)
        kept = await connection.execute(select(outbox.c.number).where(outbox.c.lane == "officer"))
        arrived, answered = kept.scalars().all()
        assert (arrived, answered) == ((number, number + 1) if number else (None, None))
    await office.opt_in(1, f"{door}s")
    admin = await office.member("lan", "admin")
    changes = Campaigns(house.db, house.seal, Limits(), house.content.staff_weights)
    one = await changes.new("Tin mới", Audience(), office_hours=False, once=False, by=admin, at=at)
    await changes.test(one.id, by=admin, at=at, address=ticket.address)
    async with house.db.reading() as connection:
        rows = await connection.execute(select(outbox).order_by(outbox.c.id.desc()).limit(1))
        newest = rows.one()
        body = open_body(house.seal, newest.id, newest.address, newest.sealed)
        assert body["text"] == words_of(one)
        assert newest.number == (number + 2 if number else None)


async def test_a_notice_is_put_up_where_readers_fetch_and_left_to_the_worker_elsewhere(
    office: NoticeOffice,
) -> None:
    await office.opt_in(1, "pigeon")
    await office.opt_in(1, "board")
    house, at = office.house, office.house.clock()
    admin = await office.member("lan", "admin")
    changes = Campaigns(house.db, house.seal, Limits(), house.content.staff_weights)
    one = await changes.new("Tin mới", Audience(), office_hours=False, once=False, by=admin, at=at)
    await changes.start(one.id, by=admin, at=at)
    async with house.db.writing() as connection:
        assert not await runs.fill(house.db, connection, one.id, at)
        waiting = await runs.not_published(connection, one.id, 10)
    assert [address for _, address in waiting] == ["board:700000000"]


def test_channels_are_listed_nowhere_else() -> None:
    named = re.compile(rf'["\']({"|".join(CHANNELS)})["\']')
    listed = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for room in ("bot", "handlers", "data", "flows")
        for path in (ROOT / room).rglob("*.py")
        if path != ROOT / "data/channels.py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(set(named.findall(line))) > 1
    ]
    # words in which people complain about other apps; loggers
    assert [line for line in listed if "viber" not in line] == []
