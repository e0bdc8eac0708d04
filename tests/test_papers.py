"""Pages to print and calendars: what they say, as outside readers read them, and how they reach a person at each door.

PDFs are read by pdfium and, where it is there, pdftotext; the QR by zxing; calendars by vobject: none of them wrote the file.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pypdfium2
import pytest
import vobject
import zxingcpp
from sqlalchemy import select

from data.knowledge.content import load_content
from data.limits import Limits
from data.secure import papers
from data.tables import outbox
from data.tables import papers as papers_table
from flows.calendar.office_hours import VIETNAM
from flows.catalog import FLOWS
from flows.conversations.papers import pages, speech
from flows.engine.proposals import Begin, Reading
from flows.engine.state import State
from flows.engine.steps import Context
from flows.paper import paper_of
from flows.understanding.input import Input
from handlers.papers import draw
from handlers.telegram.commands import words_of
from handlers.web.chat import Web
from handlers.web.source import SourceRates
from tests.emulator import Emulator, Fault
from tests.houses import START, Clock, House, open_house
from tests.test_telegram_door import LAN, Bot, become, open_bot

CONTENT = load_content()
WAY_BACK = "https://t.me/tro_ly_bot?start={}"
WHO = [one.who for one in CONTENT.handing_in]


def _context(**answers: str) -> Context:
    return Context(answers, CONTENT, datetime.fromtimestamp(START, UTC), FLOWS)


def _full(who: str) -> Context:
    return _context(
        who=who, number="01841.GD/2026/087", sent_on="2026-09-18", record_name="Nguyễn Thị Ngọc Hương"
    )


def _text(content: bytes) -> str:
    """The words of a PDF as pdfium reads them, on one line."""
    with pypdfium2.PdfDocument(content) as file:
        assert len(file) == 1
        return " ".join(file[0].get_textpage().get_text_range().split())


# -- the page


@pytest.mark.parametrize("who", WHO)
def test_a_page_is_one_and_says_everything_to_an_outside_reader(who: str) -> None:
    paper = pages.page(_full(who))
    content = draw(paper, WAY_BACK).content
    words = _text(content)
    lines = [paper.title, paper.deadline, *paper.foot, paper.back]
    lines += [line for section in paper.sections for line in (section.heading, *section.lines)]
    assert [line for line in lines if " ".join(line.split()) not in words] == []
    assert len(content) < 60_000
    assert b"/FontFile2" in content  # the font travels with it


def test_the_deadline_is_counted_with_the_office_s_calendar_or_left_to_be_written() -> None:
    assert pages.page(_full("child")).deadline == "Hạn nộp: thứ sáu 02/10/2026"
    unknown = pages.page(_context(who="child"))
    assert unknown.deadline == "Hạn nộp: 10 ngày làm việc từ ngày bấm “Ghi nhận”"
    assert "Hạn nộp: ....." in unknown.sections[0].lines[0]


@pytest.mark.parametrize(("way_back", "back"), [(WAY_BACK, "https://t.me/tro_ly_bot?start=hoso"), ("", "")])
def test_the_qr_leads_back_to_the_dossier(way_back: str, back: str) -> None:
    content = draw(pages.page(_full("employee")), way_back).content
    with pypdfium2.PdfDocument(content) as file:
        picture = file[0].render(scale=2).to_pil()
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [back] * bool(back)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no poppler on this machine")
def test_poppler_reads_the_same(tmp_path: Path) -> None:
    file = tmp_path / "page.pdf"
    file.write_bytes(draw(pages.page(_full("pensioner")), WAY_BACK).content)
    out = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True).stdout.decode()
    for words in (
        "mang gì, nộp ở đâu, hạn nào",
        "thứ sáu 02/10/2026",
        "01841.GD/2026/087",
        "Nguyễn Thị Ngọc Hương",
        "1900 9068",
    ):
        assert words in " ".join(out.split())


def test_words_that_need_more_room_get_a_smaller_type_and_too_many_are_refused() -> None:
    paper = pages.page(_full("employee"))
    long = replace(paper, sections=paper.sections * 2)
    assert len(_text(draw(long, WAY_BACK).content)) > 1.5 * len(_text(draw(paper, WAY_BACK).content))
    with pytest.raises(ValueError, match="one page"):
        draw(replace(paper, sections=paper.sections * 9), WAY_BACK)


def test_a_paper_survives_json() -> None:
    for paper in (pages.page(_full("child")), pages.calendar(_full("child"))):
        assert paper_of(paper.as_json()) == paper


# -- the calendar


def _entries(context: Context) -> list[Any]:
    text = draw(pages.calendar(context), WAY_BACK).content.decode()
    assert "\r\n" in text and all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return list(vobject.readOne(text).vevent_list)


def test_the_calendar_has_the_reminders_and_the_last_day() -> None:
    *rings, day = _entries(_full("child"))
    moments = [e.dtstart.value.astimezone(VIETNAM) for e in rings]
    assert [f"{m:%d/%m %H:%M}" for m in moments] == ["29/09 07:30", "01/10 07:30", "02/10 07:30"]
    assert day.dtstart.value == date(2026, 10, 2)
    assert all(hasattr(e, "valarm") for e in rings) and not hasattr(day, "valarm")
    assert "Giấy khai sinh của con" in day.description.value and "?start=hoso" in day.description.value


def test_a_day_that_is_corrected_moves_the_same_entries_and_another_dossier_has_others() -> None:
    context = _full("child")
    moved = _context(**{**context.answers, "sent_on": "2026-09-17"})
    uids = [e.uid.value for e in _entries(context)]
    assert [e.uid.value for e in _entries(moved)] == uids
    assert not set(uids) & {e.uid.value for e in _entries(_context(who="individual", sent_on="2026-09-18"))}


# -- in one's own words


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("in ra giấy cho tui", "page"),
        ("bản 1 trang in được", "page"),
        ("co ban in hong em", "page"),
        ("in giup toi to giay mang di nop", "page"),
        ("cho tui cái lịch", "calendar"),
        ("ghi vào lịch", "calendar"),
        ("gui file lich cho chi voi", "calendar"),
        ("lưu vô lịch điện thoại giùm", "calendar"),
        ("in tờ khai mẫu 01 ở đâu", ""),
        ("in cai mau so 01 giup em", ""),
        ("lịch làm việc của BHXH", ""),
        ("cho xem lịch sử khám", ""),
        ("có bản in hướng dẫn để phát không", ""),
        ("tiệm nào in được", ""),
        ("mật khẩu tui ghi ra giấy rồi", ""),
    ],
)
def test_a_paper_is_asked_for_in_ones_own_words(said: str, step: str) -> None:
    reading = Reading(Input(said, CONTENT), State(), _context(), None, None)
    commands = [p.command for p in speech.reads(reading)]
    assert [c.step for c in commands if isinstance(c, Begin)] == [step] * bool(step)


def test_questions_that_people_ask_are_no_wish_for_a_paper() -> None:
    for item in CONTENT.questions.items:
        for words in (*item.titles, *item.wordings):
            reading = Reading(Input(words, CONTENT), State(), _context(), None, None)
            assert list(speech.reads(reading)) == [], words


# -- kept, and led to by a link


async def _page_link(house: House, address: str = "web:t") -> str:
    await house.say("in ra giấy cho tui", address)
    result = await house.say("con nhỏ", address)
    query = select(outbox).where(outbox.c.address == address)
    async with house.db.reading() as connection:
        rows = (await connection.execute(query.order_by(outbox.c.number.desc()))).all()
    bodies = [house.seal.open(row.sealed, f"outbox {row.id} {address}") for row in rows]
    body = next(body for body in bodies if "paper" in body)
    assert result.outcomes == ("kept",) and paper_of(body["paper"]).kind == "page"
    return str(body["link"]).removeprefix("http://127.0.0.1:8080")


def _web(house: House, source: str = "127.0.0.1", rates: SourceRates | None = None) -> httpx.AsyncClient:
    web = Web(
        house.turns,
        address="http://127.0.0.1:8080",
        demo=True,
        text_limit=2000,
        frames_per_minute=100,
        code_sender=None,
        say_elsewhere={},
        source_rates=rates,
    )
    transport = httpx.ASGITransport(web.app, client=(source, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080")


async def test_a_link_gives_the_page_as_often_as_it_is_opened_until_its_time_is_up(
    house: House, clock: Clock
) -> None:
    link = await _page_link(house)
    async with _web(house) as client:
        for _ in range(2):  # a preview uses nothing up
            answer = await client.get(link)
            assert answer.status_code == 200 and answer.headers["content-type"] == "application/pdf"
            assert answer.headers["content-disposition"] == 'attachment; filename="giay-to-can-nop.pdf"'
            assert answer.headers["cache-control"] == "no-store"
        assert "Giấy khai sinh của con" in _text(answer.content)
        assert (await client.get(f"{link}x")).status_code == 410
        clock.move(72 * 3600 + 1)
        assert (await client.get(link)).status_code == 410
    async with house.db.writing() as connection:
        await papers.forget_old(connection, clock())
    async with house.db.reading() as connection:
        assert (await connection.execute(select(papers_table))).all() == []


async def test_a_source_has_so_many_papers_drawn_in_a_minute(sqlite_house: House) -> None:
    """Seen to fail without the rate: a link is drawn as often as it is asked for, a tenth of a second each."""
    link, rates = await _page_link(sqlite_house), SourceRates(papers_per_minute=2)
    async with _web(sqlite_house, "10.0.0.1", rates) as client:
        answers = [await client.get(link) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert "chờ một phút rồi mở lại" in answers[2].text
        assert (await client.get(f"{link}x")).status_code == 410, "what is not there costs nothing"
    async with _web(sqlite_house, "10.0.1.1", rates) as client:
        assert (await client.get(link)).status_code == 200


async def test_a_paper_is_sealed_and_goes_with_the_person_s_data(house: House) -> None:
    await house.say("đăng ký", "web:t")
    await house.say("đồng ý", "web:t")
    link = await _page_link(house)
    async with house.db.reading() as connection:
        row = (await connection.execute(select(papers_table))).one()
    assert b"khai sinh" not in row.sealed and link.rpartition("/")[2] not in str(row)
    for words in ("dữ liệu của tôi", "xóa"):
        await house.say(words, "web:t")
    async with _web(house) as client:
        assert (await client.get(link)).status_code == 410


async def test_a_conversation_takes_so_many_papers_a_day(sqlite_place: str) -> None:
    async with open_house(sqlite_place, limits=Limits(papers_per_day=2)) as house:
        for _ in range(2):
            await _page_link(house)
        await house.say("in ra giấy cho tui", "web:t")
        assert (await house.say("con nhỏ", "web:t")).outcomes == ("limited",)


# -- on Telegram it is a file


@pytest.fixture
async def bot(sqlite_house: House) -> AsyncIterator[Bot]:
    server = await Emulator().start()
    async with open_bot(sqlite_house, server) as made:
        await become(lambda: made.door.username)
        yield made
    await server.stop()


async def _asks_for_a_page(bot: Bot) -> list[str]:
    await bot.post_text(LAN, "in ra giấy cho tui")
    await bot.post_text(LAN, "con nhỏ")
    await bot.said()
    return [call.method for call in bot.server.calls if call.chat == LAN]


async def test_telegram_sends_the_page_as_a_file_that_leads_back_to_the_bot(bot: Bot) -> None:
    assert await _asks_for_a_page(bot) == ["sendMessage", "sendMessage", "sendDocument"]
    assert not [call for call in bot.server.calls if "/papers/" in call.text]
    (file,) = bot.server.files
    assert file["filename"] == "giay-to-can-nop.pdf"
    with pypdfium2.PdfDocument(file["data"]) as opened:
        (found,) = zxingcpp.read_barcodes(opened[0].render(scale=2).to_pil())
    assert found.text == "https://t.me/troly_test_bot?start=hoso"


async def test_a_file_that_telegram_refuses_is_a_link(bot: Bot) -> None:
    bot.server.faults.append(Fault(400, "Bad Request: wrong file", "sendDocument"))
    assert await _asks_for_a_page(bot) == ["sendMessage", "sendMessage", "sendMessage"]
    assert "http://127.0.0.1:8080/papers/" in bot.server.calls[-1].text


async def test_a_file_waits_when_telegram_is_busy_and_is_sent_once(bot: Bot) -> None:
    bot.server.faults.append(Fault(429, "Too Many Requests", "sendDocument", retry_after=3))
    assert await _asks_for_a_page(bot) == ["sendMessage", "sendMessage", "sendDocument"]
    assert 3.0 in bot.pauses.taken


def test_a_deep_link_is_the_words_it_stands_for() -> None:
    assert words_of("/start hoso", CONTENT) == "Đăng ký VssID"
    assert words_of("/start", CONTENT) == words_of("/start khac", CONTENT) == "start"
