"""Posters and materials: what they say to outside readers, what is remembered and dropped, and that counts name nobody.

PDFs are read by pdfium, QR codes by zxing. Rule: a count of fewer than five is told nowhere, and who scanned is kept nowhere.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp
from openpyxl import load_workbook
from sqlalchemy import select

from data import posters
from data.installation.addresses import keep_telegram_name
from data.installation.demo import POSTER_CODE
from data.knowledge.content import load_content
from data.limits import Limits
from data.report import LEAST, period, report
from data.report.tables import as_text, as_workbook
from data.tables import budget_uses, tallies
from flows.calendar.office_hours import VIETNAM
from flows.catalog import FLOWS
from flows.conversations.campaign import materials
from flows.conversations.papers import WHO
from flows.engine.proposals import Begin, Reading
from flows.engine.state import State
from flows.engine.steps import Context
from flows.entries import entry_words, new_poster_code, poster_code_in, unit_code_in
from flows.understanding.input import Input
from handlers.papers import draw
from handlers.papers.poster import FORMATS, WayIn, poster
from handlers.telegram.commands import words_of
from tests.consoles import Office
from tests.houses import START, House, open_house

CONTENT = load_content()
PLACE = "Ủy ban nhân dân phường Cao Lãnh, bộ phận một cửa, quầy số 3"
WAYS = [
    WayIn("Trang web", f"https://troly.example.vn/?start={POSTER_CODE}"),
    WayIn("Telegram", f"https://t.me/tro_ly_bot?start={POSTER_CODE}"),
]


def _context(**answers: str) -> Context:
    return Context(answers, CONTENT, datetime.fromtimestamp(START, UTC), FLOWS)


def _read(content: bytes, page: int = 0) -> tuple[str, list[str]]:
    """The words of a page as pdfium reads them, and its QR codes as zxing does."""
    with pypdfium2.PdfDocument(content) as file:
        words = " ".join(file[page].get_textpage().get_text_range().split())
        picture = file[page].render(scale=2).to_pil()
    return words, [code.text for code in zxingcpp.read_barcodes(picture)]


# -- the poster


@pytest.mark.parametrize("size", FORMATS)
@pytest.mark.parametrize("ways", [WAYS, WAYS[:1]], ids=["two", "one"])
def test_a_poster_says_everything_and_its_codes_lead_in(size: Any, ways: list[WayIn]) -> None:
    words = CONTENT.library.poster
    content = poster(words, CONTENT.office.name, CONTENT.office.hotline, PLACE, POSTER_CODE, ways, size)
    told, codes = _read(content)
    assert sorted(codes) == sorted(way.address for way in ways)
    for line in (words.headline, words.offer, *words.lines, words.how, words.warning, PLACE, POSTER_CODE):
        assert line in told
    assert CONTENT.office.hotline in told
    with pypdfium2.PdfDocument(content) as file:
        assert len(file) == 1
        wide, high = (round(points / 72 * 25.4, 1) for points in file[0].get_size())
    assert (wide, high) == FORMATS[size]
    assert b"/FontFile2" in content  # the font travels with it


def test_a_place_that_cannot_be_read_is_refused() -> None:
    """Seen red: without the bound the name ran over the QR."""
    with pytest.raises(ValueError, match="do not fit"):
        poster(CONTENT.library.poster, "BHXH", "1900 9068", "Quầy " * 60, POSTER_CODE, WAYS, "a4")


def test_a_code_is_opened_by_every_door_however_it_is_typed() -> None:
    made = new_poster_code(lambda letters: letters[0])
    assert entry_words(made) == f"Mã áp phích {made}"
    assert words_of(f"/start {made}", CONTENT) == f"Mã áp phích {made}"
    typed = (f"ma ap phich {made.upper()}", made.replace("-", " "), f"Mã áp phích: {made}.")
    assert {poster_code_in(text) for text in typed} == {made}
    assert not poster_code_in("ấp Bình Hòa, ap thanh cong")
    assert not unit_code_in(made)
    assert not entry_words("ap-aaaa-bbbb")


# -- what is remembered, and counted


@pytest.fixture
async def few(place: str) -> AsyncIterator[House]:
    """A house whose sources may add three arrivals a day."""
    async with open_house(place, limits=replace(Limits(), arrivals_source=3)) as house:
        yield house


async def _said(house: House, text: str, address: str = "terminal:t") -> list[dict[str, Any]]:
    """What is said to a text, as the outbox keeps it."""
    return [dict(row.body) for row in (await house.say(text, address)).rows]


async def _counted(house: House) -> dict[tuple[str, str], int]:
    async with house.db.reading() as connection:
        rows = await connection.execute(select(tallies))
        return {(r.name, r.channel): r.count for r in rows}


async def test_a_start_is_told_once_counted_and_refused(house: House) -> None:
    (said,) = await _said(house, entry_words(POSTER_CODE))
    assert "Xã Chợ Gạo" in said["text"]
    assert "Đừng nhớ nơi này" in said["options"]
    await house.say(POSTER_CODE)  # again: the same conversation
    assert await _counted(house) == {(POSTER_CODE, "terminal"): 1}
    assert "BHXH cơ sở Chợ Gạo" in (await _said(house, "nộp giấy ở đâu"))[0]["text"]
    await house.say("đừng nhớ nơi này")
    async with house.db.reading() as connection:
        place = (await connection.exec_driver_sql("SELECT place FROM conversations")).scalar_one()
    assert POSTER_CODE not in place
    assert "cho gao" not in place
    assert "Chợ Gạo" not in (await _said(house, "nộp giấy ở đâu"))[0]["text"]


async def test_what_is_counted_names_nobody(house: House) -> None:
    await house.say(POSTER_CODE, "web:0123456789abcdef")
    async with house.db.reading() as connection:
        row = (await connection.execute(select(tallies))).one()
    first = datetime.fromtimestamp(START, VIETNAM).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    assert tuple(row) == ("arrival", POSTER_CODE, "web", first.timestamp(), 1)


async def test_a_source_adds_no_more_than_it_may_and_is_greeted_all_the_same(few: House) -> None:
    """Seen red with the bound taken out: 9."""
    from handlers.turns.json_contract import read_object

    opens: Any = read_object({"text": POSTER_CODE}, 2000)
    for n in range(9):
        result = await few.turns.take(f"web:{n}", "k1", opens, pushed=False, source="192.0.2.7")
        assert "Xã Chợ Gạo" in result.rows[0].body["text"]
    assert await _counted(few) == {(POSTER_CODE, "web"): 3}
    async with few.db.reading() as connection:
        uses = (await connection.execute(select(budget_uses))).all()
    assert "192.0.2.7" not in str(uses)


async def test_a_retired_poster_says_nothing_and_counts_nothing(house: House) -> None:
    async with house.db.writing() as connection:
        await posters.retire(connection, POSTER_CODE, START)
    assert "không có" in (await _said(house, POSTER_CODE))[0]["text"]
    assert await _counted(house) == {}


async def test_the_report_tells_a_poster_of_five_and_none_of_four(house: House) -> None:
    async with house.db.writing() as connection:
        small = await posters.add(connection, "unit", "Công ty Bốn Người", "", START)
        for _ in range(LEAST):
            await posters.count(house.db, connection, posters.ARRIVAL, POSTER_CODE, "web", START)
            await posters.count(house.db, connection, posters.MATERIAL, "to-roi", "telegram", START)
        for _ in range(LEAST - 1):
            await posters.count(house.db, connection, posters.ARRIVAL, small.code, "web", START)
            await posters.count(house.db, connection, posters.ARRIVAL, POSTER_CODE, "zalo", START)
    month = datetime.fromtimestamp(START, VIETNAM).strftime("%Y-%m")
    async with house.db.reading() as connection:
        made = await report(connection, period(month, month), is_sqlite=house.db.is_sqlite)
    assert [(c.channel, c.group, c.count) for c in made.of("arrivals")] == [("web", POSTER_CODE, LEAST)]
    told = as_text(made, CONTENT)
    assert "Xã Chợ Gạo" in told
    assert "Tờ rơi" in told
    assert "Bốn Người" not in told
    assert load_workbook(BytesIO(as_workbook(made, CONTENT))).sheetnames


# -- the console's page


async def test_an_admin_makes_one_prints_it_and_reads_what_came_of_it(house: House) -> None:
    office = Office(house)
    await keep_telegram_name(house.db, "tro_ly_bot")
    admin = await office.signed_in("admin")
    form = {"csrf_token": admin.csrf_token, "kind": "commune", "commune": "phuong cao lanh", "name": ""}
    made = await admin.browser.post("/console/posters/new", data=form)
    assert made.status_code == 303, made.text
    async with house.db.reading() as connection:
        newest = next(p for p in await posters.listed(connection, 10) if p.code != POSTER_CODE)
    assert (newest.kind, newest.name, newest.commune) == ("commune", "Phường Cao Lãnh", "Phường Cao Lãnh")
    for size in FORMATS:
        file = await admin.browser.get(f"/console/posters/{newest.code}/{size}.pdf")
        told, codes = _read(file.content)
        assert "Phường Cao Lãnh" in told
        assert {urlsplit(code).query for code in codes} == {f"start={newest.code}"}
        assert len(codes) == 2
    house.clock.now += timedelta(days=40).total_seconds()
    then = house.clock.now - timedelta(days=40).total_seconds()
    async with house.db.writing() as connection:
        for _ in range(7):
            await posters.count(house.db, connection, posters.ARRIVAL, newest.code, "web", then)
        for _ in range(4):
            await posters.count(house.db, connection, posters.ARRIVAL, POSTER_CODE, "web", then)
    page = (await (await office.signed_in("admin")).browser.get("/console/posters")).text
    assert ">7</td>" in page
    assert ">4</td>" not in page
    assert "dưới 5" in page


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "unit", "name": "X", "commune": ""},
        {"kind": "unit", "name": "Gọi 0900000001 ngay", "commune": ""},
        {"kind": "unit", "name": "Vào evil.example.com", "commune": ""},
        {"kind": "commune", "name": "", "commune": "Xã Không Có"},
        {"kind": "planet", "name": "Sao Hỏa", "commune": ""},
        {"kind": "unit", "name": "a" * 81, "commune": ""},
    ],
)
async def test_what_must_not_hang_in_public_is_refused(sqlite_house: House, form: dict[str, str]) -> None:
    admin = await Office(sqlite_house).signed_in("admin")
    answer = await admin.browser.post("/console/posters/new", data={"csrf_token": admin.csrf_token, **form})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    async with sqlite_house.db.reading() as connection:
        assert [p.code for p in await posters.listed(connection, 10)] == [POSTER_CODE]


# -- materials


VARIANTS = [
    pytest.param(c.keep["who"], platform, marks=[] if (n, platform) == (0, "ios") else [pytest.mark.soak])
    for n, c in enumerate(WHO)
    for platform in ("android", "ios")
]


@pytest.mark.parametrize(("who", "platform"), VARIANTS)
def test_the_guide_of_every_variant_is_one_page_with_every_task(who: str, platform: str) -> None:
    paper = materials.guide(_context(), who, platform)
    content = draw(paper, "https://troly.example.vn/?start={}").content
    told, codes = _read(content)
    with pypdfium2.PdfDocument(content) as file:
        assert len(file) == 1
    for task in CONTENT.checklist.tasks(who, platform, code_known=False):
        assert task.group.title in told
    assert "4/2021" in told  # its source
    assert codes == ["https://troly.example.vn/?start=hoi"]


@pytest.mark.parametrize("id_", [one.id for one in CONTENT.library.offered])
def test_every_material_is_one_page_and_says_what_the_file_says(id_: str) -> None:
    paper = materials.paper(_context(material=id_))
    told, codes = _read(draw(paper, "https://t.me/tro_ly_bot?start={}").content)
    lines = [line for section in paper.sections for line in (section.heading, *section.lines)]
    assert [line for line in lines if " ".join(line.split()) not in told] == []
    assert "{" not in told
    assert codes == ["https://t.me/tro_ly_bot?start=hoi"]


@pytest.mark.soak
def test_the_kit_is_drawn_with_every_page() -> None:
    content = draw(materials.paper(_context(material="bo-tai-lieu")), "https://troly.example.vn/?start={}")
    with pypdfium2.PdfDocument(content.content) as file:
        pages = [" ".join(page.get_textpage().get_text_range().split()) for page in file]
    assert len(pages) == len(CONTENT.library.offered) + 4
    assert all(one.title in pages[n] for n, one in enumerate(CONTENT.library.offered))
    assert content.name == "bo-tai-lieu-vssid.pdf"


def test_the_kit_holds_everything_in_one_file() -> None:
    kit = materials.paper(_context(material="bo-tai-lieu"))
    titles = [kit.title, *(one.title for one in kit.more)]
    assert titles[: len(CONTENT.library.offered)] == [one.title for one in CONTENT.library.offered]
    assert len({one.name for one in kit.more}) == len(titles) - 1 == len(CONTENT.library.offered) + 3


WISHES = {
    "cho xin tờ rơi": "to-roi",
    "to roi": "to-roi",
    "xa can bai phat loa": "bai-loa",
    "co bai fat loa khong em": "bai-loa",
    "gửi giùm bộ tài liệu vssid": "bo-tai-lieu",
    "in huong dan 1 trang cho tui": "huong-dan",
    "gửi file hướng dẫn cho công nhân": "huong-dan",
    "bản hướng dẫn 1 trang in được": "huong-dan",
    "xin mau tin nhan gui nhom zalo": "loi-nhan",
    "xin tài liệu tuyên truyền": "",
    "cho đơn vị xin tài liệu hướng dẫn cài đặt vssid": "",
}
NO_WISHES = (
    "không cần tờ rơi",
    "tờ rơi là gì",
    "bản 1 trang in được",
    "in tờ khai mẫu 01",
    "xin công văn 416",
    "có video hướng dẫn không",
    "hướng dẫn đổi mật khẩu",
)


def _wanted(text: str) -> str | None:
    reading = Reading(Input(text, CONTENT), State(), _context(), None, None)
    found = [p.command for p in materials.FLOW.reads(reading)]
    assert len(found) <= 1
    return found[0].keep.get("material", "") if found and isinstance(found[0], Begin) else None


@pytest.mark.parametrize("text", WISHES)
def test_a_material_is_understood(text: str) -> None:
    assert _wanted(text) == WISHES[text]


@pytest.mark.parametrize("text", NO_WISHES)
def test_what_asks_for_no_material_is_left_alone(text: str) -> None:
    assert _wanted(text) is None


async def test_a_material_is_handed_out_and_counted_once_a_person(house: House) -> None:
    for _ in range(3):
        (reply,) = await _said(house, "cho xin tờ rơi")
        assert reply["paper"]["name"] == "to-roi-vssid.pdf"
        assert reply["link"].startswith("http")
    await house.say("cho xin tờ rơi", "zalo:1")
    (message,) = await _said(house, "xin tin nhan mau", "zalo:1")
    assert "{" not in message["text"]
    assert await _counted(house) == {
        ("to-roi", "terminal"): 1,
        ("to-roi", "zalo"): 1,
        ("loi-nhan", "zalo"): 1,
    }


async def test_a_leaflet_passes_the_place_on(house: House) -> None:
    await house.say(POSTER_CODE)
    (reply,) = await _said(house, "cho xin tờ rơi")
    assert reply["paper"]["start"] == POSTER_CODE
