"""Petitions: kept once and sealed, asked after, answered, taken back, erased. Rule: every test of the store holds on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import dataclasses
import io
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from data import petitions
from data.engine import Database
from data.limits import Limits
from data.petitions import Petition
from data.seal import Seal
from data.spreadsheet import workbook
from data.tables import audit
from data.tables import outbox as outbox_rows
from data.tables import petitions as rows
from flows.engine.state import State
from flows.spoken import petitions as speech
from flows.spoken.petitions import CATEGORIES
from handlers.console.petitions.page import HOME
from handlers.turns.openings import KEPT, SECONDS, Openings
from tests.consoles import Office
from tests.desks import all_in_its_file, all_that_is_kept
from tests.fork_server import ForkServer
from tests.houses import SECRET, House
from tests.kills import Driver, Service, kill_at_random, telegram_server

STORY = "tui ngồi chờ 3 tiếng ở bhxh huyện mà không ai kêu, cán bộ còn nạt tui nữa"
HERE = "terminal:t"


async def told(house: House, *texts: str, address: str = HERE) -> str:
    """What is said to the last of these texts."""
    result = None
    for text in texts:
        result = await house.say(text, address)
    assert result is not None
    return "\n".join(out.body["text"] for out in result.rows)


async def sent(house: House, story: str = STORY, address: str = HERE) -> Petition:
    """A petition that somebody at this address sent just now."""
    await told(house, story, "đồng ý", "gửi đi", "xong", address=address)
    async with house.db.reading() as connection:
        found = await petitions.newest_of(connection, house.seal, address, None)
    assert found is not None
    return found


async def count(house: House) -> int:
    async with house.db.reading() as connection:
        return sum((await petitions.counts(connection)).values())


async def test_a_story_becomes_a_petition_with_a_code_and_a_day(house: House) -> None:
    found = await sent(house)
    assert (found.text, found.category, found.state, found.code) == (STORY, "attitude", "sent", "KN-0001")
    sent_on = datetime.fromtimestamp(found.sent_at, UTC).date()
    assert abs(house.content.calendar.between(sent_on, date.fromisoformat(found.due)) - 10) <= 1


async def test_before_consent_nothing_of_a_story_is_written(house: House) -> None:
    await house.say(STORY)
    await house.turns.settled()
    kept = await all_that_is_kept(house)
    for word in ("nạt tui", "3 tiếng"):
        assert word.encode() not in kept
    await house.say("không đồng ý")
    assert "kể giúp" in await told(house, "phản ánh", "đồng ý")  # nothing of it comes back after a no
    assert await count(house) == 0


async def test_what_is_written_is_sealed(house: House) -> None:
    await sent(house)
    await all_in_its_file(house)
    kept = await all_that_is_kept(house)
    assert "nạt tui".encode() not in kept
    assert b"nat tui" not in kept


@pytest.mark.parametrize("when", ["at once", "while it is told", "at the end"])
async def test_of_a_message_with_a_password_not_a_byte_is_kept(house: House, when: str) -> None:
    """Seen red with the shield off (flows/engine/shield.py `secret_of` -> ""), but for the last: the password was in the draft and the petition."""
    secret = "nhân viên bắt tôi đọc, mật khẩu của tôi là Kx7@quyDinh2026 đó, bực quá"
    steps = {
        "at once": ("phản ánh", "đồng ý", secret, STORY, "gửi đi"),
        "while it is told": ("phản ánh", "đồng ý", STORY, secret, "gửi đi"),
        "at the end": ("phản ánh", "đồng ý", STORY, "gửi đi", secret, "xong"),
    }
    await told(house, *steps[when])
    async with house.db.reading() as connection:
        [found] = await petitions.listed(connection, house.seal, limit=9, plain=True)
        lines = await petitions.lines(connection, house.seal, found.id, plain=True)
        every = [r.words for r in await connection.execute(select(rows))]
    assert found.text == STORY
    assert lines == []
    opened = [str(house.seal.open(words, f"petition {found.id}")) for words in every]
    await all_in_its_file(house)
    kept = await all_that_is_kept(house)
    assert b"Kx7@quyDinh2026" not in kept
    assert not any("Kx7" in text for text in opened)


async def test_it_is_asked_after_from_elsewhere_by_code_and_phone_only(house: House) -> None:
    await told(house, STORY, "đồng ý", "gửi đi", "tên tôi là Trần Văn Ba, số 0900000012")
    other = "web:0123"
    assert "số điện thoại" in await told(house, "KN-0001 tới đâu rồi", address=other)
    wrong = await told(house, "0900000013", address=other)
    absent = await told(house, "KN-0777 tới đâu rồi, số 0900000012", address=other)
    assert wrong == absent
    assert "không khớp" in wrong
    right = await told(house, "kn 0001 tới đâu rồi, số 0900000012", address=other)
    assert "đang chờ cán bộ nhận" in right
    assert "nạt" not in right


async def test_tries_with_codes_and_phones_are_bounded(house: House) -> None:
    """Seen red without `budgets.spent` in data/effects/petitions.py: the third try was answered."""
    services = house.effect_handler.services
    limits = dataclasses.replace(services.limits, petition_looks_per_day=2)
    house.effect_handler.services = dataclasses.replace(services, limits=limits)
    said = [await told(house, f"KN-{n} tới đâu rồi, số 0900000012", address="web:1") for n in (1, 2, 3)]
    assert ["tạm ngưng" in text for text in said] == [False, False, True]


@pytest.mark.parametrize("bound", ["petitions_per_day", "petitions_source", "petitions_all"])
async def test_petitions_are_bounded(sqlite_house: House, bound: str) -> None:
    house = sqlite_house
    services = house.effect_handler.services
    limits = dataclasses.replace(services.limits, **{bound: 2})
    house.effect_handler.services = dataclasses.replace(services, limits=limits)
    for _ in range(2):
        await told(house, STORY, "đồng ý", "gửi đi", "xong")
    await told(house, STORY)
    assert "không nhận thêm" in await told(house, "gửi đi")
    assert await count(house) == 2


async def test_an_officer_answers_once_where_it_came_from(house: House) -> None:
    found = await sent(house, address="web:0123")
    for _ in range(2):
        async with house.db.writing() as connection:
            assert await petitions.answer(
                house.db,
                connection,
                house.seal,
                found.id,
                "ham",
                "Chúng tôi đã nhắc quầy 2.",
                house.clock(),
                "k1",
            )
    async with house.db.reading() as connection:
        waiting = (await connection.execute(select(outbox_rows).where(outbox_rows.c.lane == "officer"))).all()
        again = await petitions.load(connection, house.seal, found.id)
    assert len(waiting) == 1
    assert again is not None
    assert (again.state, again.officer) == ("answered", "ham")
    assert "đã nhắc quầy 2" in await told(house, "phản ánh tới đâu rồi", address="web:0123")
    assert "đã khép" in await told(house, "à sửa lại phản ánh là ngày 15/6", address="web:0123")


async def test_two_answers_with_one_form_are_one(house: House) -> None:
    found = await sent(house)

    async def post() -> bool:
        async with house.db.writing() as connection:
            return await petitions.answer(
                house.db, connection, house.seal, found.id, "ham", "Đã nhận.", house.clock(), "k"
            )

    assert await asyncio.gather(*(post() for _ in range(8))) == [True] * 8
    async with house.db.reading() as connection:
        lines = await petitions.lines(connection, house.seal, found.id)
    assert [line.who for line in lines] == ["officer"]


async def test_erasure_leaves_no_byte_of_it_but_that_it_was(house: House) -> None:
    found = await sent(house)
    await told(house, "à quên, lúc đó là chín giờ rưỡi sáng")
    async with house.db.writing() as connection:
        await petitions.answer(
            house.db, connection, house.seal, found.id, "ham", "Xin lỗi bác.", house.clock(), "k"
        )
        before = (await connection.execute(select(rows.c.words))).scalar_one()
    await told(house, "dữ liệu của tôi", "xóa hết")
    await all_in_its_file(house)
    kept = await all_that_is_kept(house)
    assert bytes(before) not in kept
    async with house.db.reading() as connection:
        row = (await connection.execute(select(rows))).one()
        assert await petitions.lines(connection, house.seal, found.id) == []
    assert (row.words, row.person, row.phone_key, row.address, row.category) == (
        None,
        None,
        None,
        "",
        "attitude",
    )
    assert "chưa có phản ánh nào" in await told(house, "phản ánh tới đâu rồi")


async def test_it_is_taken_along_and_counted_among_ones_data(house: House) -> None:
    from data import rights

    await sent(house)
    assert "1 phản ánh" in await told(house, "dữ liệu của tôi")
    async with house.db.writing() as connection:
        taken = await rights.take_along(house.db, connection, house.seal, HERE, house.clock())
    assert taken is not None
    assert [(p["ma"], p["noi_dung"]) for p in taken["phan_anh"]] == [("KN-0001", STORY)]


async def test_what_was_closed_long_ago_is_wiped_and_what_is_open_is_not(house: House) -> None:
    old, still = await sent(house), await sent(house, "công ty trừ lương mà không đóng bảo hiểm, quá đáng")
    async with house.db.writing() as connection:
        await petitions.withdraw(connection, old.id, house.clock())
    later = house.clock() + petitions.DAY * (Limits().petition_days + 1)
    async with house.db.writing() as connection:
        await petitions.forget_old(connection, later - petitions.DAY * Limits().petition_days, later)
        first = await petitions.load(connection, house.seal, old.id)
        second = await petitions.load(connection, house.seal, still.id)
    assert (first and first.text, second and second.text) == ("", still.text)


# -- words that wait for a yes


def test_words_that_wait_for_a_yes_are_bounded_and_let_go() -> None:
    openings, asked = Openings(), State(flow="petitions", step="consent")
    for n in range(KEPT + 5):
        openings.note(f"web:{n}", asked, "chuyện", 0.0)
    assert openings.take("web:0", 1.0) == ""
    assert openings.take(f"web:{KEPT}", 1.0) == "chuyện"
    assert openings.take(f"web:{KEPT}", 1.0) == ""
    assert openings.take(f"web:{KEPT - 1}", SECONDS + 1) == ""
    openings.note("web:7", State(), "", 2.0)
    assert openings.take("web:7", 2.0) == ""


# -- what is heard


@pytest.mark.parametrize(
    ("text", "code", "phone", "name"),
    [
        ("KN-0042 tới đâu rồi", "42", "", ""),
        ("kn42 số 0900 000 012", "42", "0900000012", ""),
        ("mã phản ánh 0042", "42", "", ""),
        ("tên tôi là Trần Văn Ba, +84900000012", "", "0900000012", "Trần Văn Ba"),
        ("mình tên Mơ", "", "", "Mơ"),
        ("không có gì", "", "", ""),
    ],
)
def test_codes_phones_and_names_are_found(text: str, code: str, phone: str, name: str) -> None:
    assert (speech.code_in(text), speech.phone_in(text), speech.name_in(text)) == (code, phone, name)


def test_one_date_is_put_right_and_anything_else_stands_behind() -> None:
    assert speech.corrected("Sáng 14/6 tôi chờ", "à sửa lại là ngày 15/6") == "Sáng 15/6 tôi chờ"
    assert speech.corrected("từ 14/6 tới 16/6", "sửa lại là 15/6") == "từ 14/6 tới 16/6\n(Sửa lại: 15/6)"
    assert speech.corrected("tôi chờ", "quầy số 2 đóng") == "tôi chờ\nquầy số 2 đóng"


# -- the console


async def _office(house: House, story: str = STORY) -> tuple[Office, Petition]:
    return Office(house), await sent(house, story, address="web:0123")


async def test_the_console_lists_assigns_answers_and_notes(sqlite_house: House) -> None:
    office, found = await _office(sqlite_house, f"{STORY}, số tôi 0900000012")
    me = await office.signed_in("officer")
    page = (await me.look(HOME)).text
    assert "KN-0001" in page
    assert "nạt tui" in page
    assert "0900000012" not in page
    one = f"{HOME}/{found.id}"
    assert "0900000012" not in (await me.look(one)).text
    assert "0900000012" in (await me.post(f"{one}/reveal")).text
    assert (await me.post(f"{one}/assign", officer=me.member.id)).status_code == 303
    assert (await me.post(f"{one}/sort", category="waiting")).status_code == 303
    assert (await me.post(f"{one}/note", text="đã gọi quầy 2")).status_code == 303
    refused = await me.post(f"{one}/answer", text="Bác gửi mật khẩu VssID cho tôi kiểm tra", key="k")
    assert refused.status_code == 422
    assert (await me.post(f"{one}/answer", text="Chúng tôi đã nhắc nhở.", key="k")).status_code == 303
    page = (await me.look(one)).text
    assert "Chúng tôi đã nhắc nhở." in page
    assert "Đã trả lời" in page
    deeds = str(await office.rows(audit))
    for deed in (
        *("petitions_viewed", "petition_viewed", "petition_revealed"),
        *("petition_assigned", "petition_answered"),
    ):
        assert deed in deeds


@pytest.mark.parametrize("wanted", ["kn-1", "nat tui", "0900000012", "HUYEN"])
async def test_a_petition_is_found_by_code_words_and_phone(sqlite_house: House, wanted: str) -> None:
    office, _ = await _office(sqlite_house, f"{STORY}, số tôi 0900000012")
    me = await office.signed_in("officer")
    assert "KN-0001" in (await me.post(f"{HOME}/search", text=wanted)).text
    assert "0 phản ánh khớp" in (await me.post(f"{HOME}/search", text="khong co chu nay")).text


DANGEROUS = ("=1+1", "+84900000012", "@SUM(A1)", "-2+3", "\t=1", "=cmd|' /C calc'!A0", "a\0b\x07")


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    file = load_workbook(io.BytesIO(workbook("Thử", ("a", "b"), ((text, 5) for text in DANGEROUS))))
    sheet = file.active
    assert sheet is not None
    for row in sheet.iter_rows(min_row=2):
        assert row[0].data_type == "s"
        assert row[1].value == 5
    assert sheet["A3"].value == "+84900000012"


async def test_the_export_is_a_workbook_of_texts_for_admins(sqlite_house: House) -> None:
    office, _ = await _office(sqlite_house, "=HYPERLINK(1) cán bộ nạt tôi, bắt chờ cả buổi, bực quá")
    admin, officer = await office.signed_in("admin"), await office.signed_in("officer")
    assert (await officer.post(f"{HOME}/export")).status_code == 403
    file = load_workbook(io.BytesIO((await admin.post(f"{HOME}/export")).content))
    sheet = file.active
    assert sheet is not None
    row = next(sheet.iter_rows(min_row=2))
    assert {cell.data_type for cell in row if cell.value is not None} == {"s"}
    assert row[4].value in CATEGORIES.values()


# -- kills


SHORT = {"chats": 3, "each": 4, "kills": 2}
LONG = {"chats": 20, "each": 50, "kills": 20}


async def _killed(
    fork_server: ForkServer, place: str, folder: Path, *, chats: int, each: int, kills: int
) -> None:
    """Every acknowledged petition is there once, whole, however often the process dies."""
    said = ["phản ánh", "đồng ý"]
    stories = [f"nhân viên quầy {n} nạt tôi, bắt chờ cả buổi sáng ở bhxh huyện" for n in range(1, each + 1)]
    for n, story in enumerate(stories):
        said += [*([] if n == 0 else ["tôi muốn phản ánh"]), story, "gửi đi", "xong"]
    async with telegram_server(folder, slow=0.0) as server, AsyncExitStack() as stack:
        service = Service(
            fork_server,
            place,
            folder,
            api_base=server.base,
            petitions_per_day="1000",
            petitions_source="1000",
        )
        stack.push_async_callback(service.close)
        await service.start()
        driver = Driver([service], chats=chats, said=said, seed=18)
        talk = asyncio.create_task(driver.run())

        async def at_once() -> None:
            """Nothing is waited for."""

        total = chats * len(said)
        pids, _ = await kill_at_random(
            *(service, driver.until_acked, total),
            within=(at_once, driver.until_posted),
            url=place,
            kills=kills,
            seed=18,
        )
        await talk
    assert len(set(pids)) == kills
    db, seal = Database(place), Seal(SECRET)
    try:
        async with db.reading() as connection:
            found = await petitions.listed(connection, seal, limit=10_000, plain=True)
    finally:
        await db.close()
    for chat in driver.chats:
        mine = sorted(p.text for p in found if p.address == f"telegram:{chat}")
        assert mine == sorted(stories)
    assert sorted(p.number for p in found) == list(range(1, chats * each + 1))
    print(f"{len(found)} petitions over {kills} kills: 0 lost, 0 twice")


@pytest.mark.xdist_group("kills")
async def test_petitions_over_kills_are_there_once(
    fork_server: ForkServer, place: str, tmp_path: Path
) -> None:
    await _killed(fork_server, place, tmp_path / "run", **SHORT)


@pytest.mark.soak
@pytest.mark.xdist_group("kills")
async def test_a_thousand_petitions_over_kills_are_there_once(
    fork_server: ForkServer, place: str, tmp_path: Path
) -> None:
    await _killed(fork_server, place, tmp_path / "run", **LONG)
