"""Units: registered, joined, refused, left; what their contact sees and what nobody else does. Rule: the store's tests hold on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import io
import re
import time
from collections.abc import AsyncIterator
from datetime import date, timedelta
from itertools import count

import httpx
import pypdfium2
import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from data import outbox, people
from data.knowledge.content import load_content
from data.limits import Limits
from data.outbox.rows import open_body
from data.people import dossiers, links, unit_reminders, units
from data.people.dossiers import Dossier
from data.people.unit_reminders import say_due
from data.tables import audit, secure_pages, unit_employees
from data.tables import dossiers as dossier_rows
from data.tables import outbox as outbox_rows
from data.tables import people as people_rows
from data.tables import units as unit_rows
from flows.conversations.units.contact import fit_name
from flows.conversations.units.standing import counted, standing
from flows.entries import entry_words, unit_code_in
from handlers.units import to_hand_over
from handlers.web.chat import Web
from tests.houses import START, House, open_house

CONTENT = load_content()
DAY = 86_400.0
CONTACT = "telegram:1"
SCHOOL = ("đơn vị của tôi", "đồng ý", "Trường Mầm non Hoa Sen", "Trường học")
BEGUN = ("Đăng ký VssID", "android", "biết rồi")
MINE = unit_rows.c.person != "demo"
_KEYS = count(1)


async def told(house: House, *texts: str, address: str = CONTACT) -> str:
    """What is said to the last of these texts."""
    said = ""
    for text in texts:
        result = await house.say(text, address, f"unit {next(_KEYS)}")
        said = "\n".join(str(row.body["text"]) for row in result.rows)
    return said


async def school(house: House) -> str:
    """The code of a school whose contact talks at CONTACT."""
    code = unit_code_in(await told(house, *SCHOOL))
    assert code
    return code


async def joins(
    house: House, code: str, address: str, name: str = "Trần Thị Bé Ba", number: str = "để sau"
) -> str:
    """Somebody opens the link there and agrees."""
    return await told(house, entry_words(code), "đồng ý", name, number, address=address)


async def rows_of(house: House, table: object) -> int:
    async with house.db.reading() as connection:
        return len((await connection.execute(select(table))).all())  # type: ignore[call-overload]  # any table


async def reminders_said(house: House) -> list[tuple[str, str]]:
    """Every reminder in the outbox: address, words."""
    async with house.db.reading() as connection:
        query = (
            select(outbox_rows).where(outbox_rows.c.lane == outbox.REMINDER).order_by(outbox_rows.c.address)
        )
        found = (await connection.execute(query)).all()
    return [(r.address, str(open_body(house.seal, r.id, r.address, r.sealed).get("text"))) for r in found]


@pytest.fixture
async def web(sqlite_house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the house's pages."""
    async with browser_at(sqlite_house) as client:
        yield client


def browser_at(house: House) -> httpx.AsyncClient:
    door = Web(
        house.turns,
        address="http://127.0.0.1:8080",
        demo=False,
        text_limit=2000,
        frames_per_minute=60,
        code_sender=None,
        say_elsewhere={},
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=door.app), base_url="http://127.0.0.1:8080")


async def page_link(house: House, address: str = CONTACT) -> str:
    """The link of the page that somebody is given there; "" for none."""
    result = await house.say("danh sách nộp", address, f"unit {next(_KEYS)}")
    found = [str(row.body.get("link") or "") for row in result.rows]
    return next((link for link in found if "/unit/" in link), "").removeprefix("http://127.0.0.1:8080")


# -- registering, joining, refusing


async def test_the_contact_gets_one_link_and_sees_who_agreed(house: House) -> None:
    code = await school(house)
    asked = await told(house, entry_words(code), address="telegram:2")
    assert "“Trường Mầm non Hoa Sen” mời" in asked
    assert "cán bộ đầu mối của đơn vị thấy" in asked
    assert "chưa có ai" in await told(house, "ai tới đâu rồi")  # who has only looked is nobody
    await joins(house, code, "telegram:2")
    await told(house, *BEGUN, "xong", address="telegram:2")
    seen = await told(house, "mấy cô tới đâu rồi")
    assert "Trần Thị Bé Ba: đang ở việc" in seen
    assert "1 đang làm tờ khai" in seen


async def test_who_refuses_is_seen_by_nobody_and_kept_nowhere(sqlite_house: House) -> None:
    house = sqlite_house
    code = await school(house)
    before = await rows_of(house, people_rows)
    answer = await told(house, entry_words(code), "không đồng ý", address="web:x")
    assert "không thấy gì của anh/chị" in answer
    assert await rows_of(house, people_rows) == before
    assert await rows_of(house, unit_employees) == 0
    assert "Việc kế tiếp" in await told(
        house, "Đăng ký VssID", "người lao động", "android", "biết rồi", address="web:x"
    )


async def test_a_stranger_with_the_link_sees_nobody_s_step(
    sqlite_house: House, web: httpx.AsyncClient
) -> None:
    house = sqlite_house
    code = await school(house)
    await joins(house, code, "telegram:2")
    said = []
    for text in (
        entry_words(code),
        "không đồng ý",
        "ai tới đâu rồi",
        "nhắc mấy cô chưa nộp đi",
        "danh sách nộp",
    ):
        said.append(await told(house, text, address="telegram:3"))
    assert "Bé Ba" not in "\n".join(said)
    assert await page_link(house, "telegram:3") == ""
    assert "chưa lập đơn vị nào" in await told(
        house, "ai tới đâu rồi", address="telegram:2"
    )  # nor an employee
    assert await page_link(house, "telegram:2") == ""
    assert await reminders_said(house) == []
    assert (await web.get(f"/unit/{code}")).status_code == 410


async def test_a_unit_sees_nothing_of_a_child_s_or_a_mother_s_dossier(sqlite_house: House) -> None:
    house = sqlite_house
    code = await school(house)
    await joins(house, code, "telegram:2")
    for begun in (
        ("đăng ký vssid cho con nhỏ", "android"),
        ("làm cho người khác", "cá nhân tự do", "android"),
    ):
        await told(house, "menu", *begun, "biết rồi", "xong", address="telegram:2")
    async with house.db.reading() as connection:
        kept = [r.who for r in await connection.execute(select(dossier_rows.c.who))]
    assert "child" in kept
    assert "Trần Thị Bé Ba: chưa bắt đầu" in await told(house, "ai tới đâu rồi")


async def test_a_page_is_shut_once_its_unit_is_somebody_else_s(
    sqlite_house: House, web: httpx.AsyncClient
) -> None:
    house = sqlite_house
    await school(house)
    link = await page_link(house)
    async with house.db.writing() as connection:
        await connection.execute(update(unit_rows).where(MINE).values(person="another"))
    assert (await web.get(link)).status_code == 410


async def test_leaving_takes_the_name_out_at_once(sqlite_house: House) -> None:
    house = sqlite_house
    code = await school(house)
    await joins(house, code, "telegram:2")
    assert "Trường Mầm non Hoa Sen" in await told(house, "menu", "dữ liệu của tôi", address="telegram:2")
    assert "không đơn vị nào thấy" in await told(house, "Thôi cho đơn vị xem", address="telegram:2")
    assert "chưa có ai" in await told(house, "ai tới đâu rồi")
    await joins(house, code, "telegram:2")
    assert "không thấy gì" in await told(house, "menu", "đừng cho trường xem nữa", address="telegram:2")
    assert "chưa có ai" in await told(house, "ai tới đâu rồi")


@pytest.mark.parametrize("who", ["contact", "employee"])
async def test_erasing_ends_what_a_unit_knows(house: House, who: str) -> None:
    code = await school(house)
    await joins(house, code, "telegram:2")
    link = await page_link(house)
    address = CONTACT if who == "contact" else "telegram:2"
    assert "Đã rút đồng ý" in await told(house, "menu", "dữ liệu của tôi", "xóa", address=address)
    assert await rows_of(house, unit_employees) == 0
    assert await rows_of(house, unit_rows) == (1 if who == "contact" else 2)  # the demo has one
    async with browser_at(house) as client:
        answer = await client.get(link)
    assert answer.status_code == (410 if who == "contact" else 200)
    assert "Bé Ba" not in answer.text


async def test_what_is_taken_along_has_the_unit_on_both_sides(sqlite_house: House) -> None:
    house = sqlite_house
    from data import rights

    code = await school(house)
    await joins(house, code, "telegram:2", number="8800000015")
    for address, key, part in (
        (CONTACT, "don_vi_theo_doi", {"ten": "Trường Mầm non Hoa Sen", "loai": "truong-hoc", "ma": code}),
        (
            "telegram:2",
            "don_vi_xem",
            {"don_vi": "Trường Mầm non Hoa Sen", "ho_ten": "Trần Thị Bé Ba", "ma_so": "8800000015"},
        ),
    ):
        async with house.db.writing() as connection:
            value = await rights.take_along(house.db, connection, house.seal, address, START)
        assert value is not None
        [kept] = value[key]
        assert {name: kept[name] for name in part} == part


async def test_two_accounts_of_one_person_are_one_employee_and_one_contact(house: House) -> None:
    code = await school(house)
    await joins(house, code, "telegram:2")
    await joins(house, code, "zalobot:2", "Trần Thị Ba")
    assert "2 người đã vào" in await told(house, "ai tới đâu rồi")
    async with house.db.writing() as connection:
        [one, other] = [r.person for r in await connection.execute(select(unit_employees.c.person))]
        [contact] = (await connection.execute(select(unit_rows.c.person).where(MINE))).scalars()
        await links._move(connection, house.seal, one, other, START)
        await links._move(connection, house.seal, contact, other, START)
        seen = await units.employees(
            connection, house.seal, (await units.of_contact(connection, house.seal, other))[0].id
        )
    assert [(e.person, e.name) for e in seen] in ([(other, "Trần Thị Bé Ba")], [(other, "Trần Thị Ba")])


# -- limits


async def test_units_employees_and_wrong_codes_are_limited(sqlite_place: str) -> None:
    limits = Limits(
        units_per_person=1, unit_employees=1, unit_misses_per_day=2, units_source=2, unit_links_per_day=1
    )
    async with open_house(sqlite_place, limits=limits) as house:
        code = await school(house)
        again = ("Lập đơn vị khác", "Trường Hoa Mai", "Trường học")
        assert "đủ số đơn vị" in await told(house, "đơn vị của tôi", *again)
        await joins(house, code, "telegram:2")
        assert "đã đủ người" in await told(house, entry_words(code), address="telegram:3")
        for _ in range(2):
            assert "không có" in await told(house, "Mã đơn vị dv-bbbb-bbbb-bbbb", address="web:y")
        assert "tạm dừng" in await told(house, entry_words(code), address="web:y")
        assert await page_link(house)
        assert await page_link(house) == ""


async def test_one_source_registers_so_many_units_a_day(sqlite_place: str) -> None:
    async with open_house(sqlite_place, limits=Limits(units_source=1, units_all=2)) as house:
        await school(house)
        assert unit_code_in(await told(house, *SCHOOL, address="telegram:5"))
        assert "dừng lại" in await told(house, *SCHOOL, address="telegram:6")  # of all together


# -- who is late, and reminders


@pytest.mark.parametrize(
    ("stage", "days", "idle", "state", "late"),
    [
        ("open", None, 0, "working", False),
        ("open", None, 7, "working", True),
        ("open", 1, 7, "sent", False),
        ("open", 9, 0, "near", True),
        ("open", 18, 0, "over", True),
        ("handed_in", 18, 30, "handed_in", False),
        ("finished", 18, 30, "finished", False),
    ],
)
def test_who_is_late(stage: str, days: int | None, idle: int, state: str, late: bool) -> None:
    today = date(2026, 12, 9)
    sent_on = (today - timedelta(days=days)).isoformat() if days is not None else ""
    found = Dossier("employee", "android", True, (), sent_on=sent_on, stage=stage)
    touched = today - timedelta(days=idle)
    one = standing(CONTENT, found, today=today, touched=touched, near_days=3, idle_days=7)
    assert (one.state, one.late) == (state, late)
    assert counted([one]) == {state: 1}


async def test_one_press_reminds_everybody_late_once_a_day_and_nobody_who_does_not_want_it(
    house: House,
) -> None:
    code = await school(house)
    for n in (2, 3, 4):
        await joins(house, code, f"telegram:{n}", f"Nguyễn Thị {'Lan Mai Cúc'.split()[n - 2]}")
    assert "không nhờ tôi nhắc" in await told(house, "đơn vị đừng nhắc nữa", address="telegram:4")
    assert "không có ai trễ" in await told(house, "nhắc mấy cô chưa nộp đi")
    house.clock.move(8 * DAY)
    pressed = await told(house, "nhắc mấy cô chưa nộp đi")
    assert "2 người trễ" in pressed
    assert "1 người không nhận" in pressed
    assert "2 người vừa được nhắc" in await told(house, "Nhắc người trễ")
    now = house.clock.now
    await asyncio.gather(*(say_due(house.db, house.seal, CONTENT, now) for _ in range(3)))
    said = await reminders_said(house)
    assert [address for address, _ in said] == ["telegram:2", "telegram:3"]
    assert all("Trường Mầm non Hoa Sen nhờ tôi nhắc" in words for _, words in said)
    house.clock.move(DAY - 60)
    assert "2 người vừa được nhắc" in await told(house, "Nhắc người trễ")
    house.clock.move(120)
    assert "2 người trễ" in await told(house, "Nhắc người trễ")


async def test_two_units_of_one_person_remind_them_once_a_day(house: House) -> None:
    codes = [await school(house), unit_code_in(await told(house, *SCHOOL, address="telegram:9"))]
    for code in codes:
        await joins(house, code, "telegram:2")
    house.clock.move(8 * DAY)
    await told(house, "Nhắc người trễ")
    await told(house, "nhắc mấy cô chưa nộp đi", address="telegram:9")
    for _ in range(2):
        await say_due(house.db, house.seal, CONTENT, house.clock.now)
    assert [address for address, _ in await reminders_said(house)] == ["telegram:2"]


@pytest.mark.parametrize(
    "then", ["rời đơn vị", "đơn vị đừng nhắc", "thôi khỏi nhắc", "nộp giấy cho kế toán rồi"]
)
async def test_a_reminder_that_was_pressed_is_not_said_once_its_reason_is_gone(
    sqlite_house: House, then: str
) -> None:
    house = sqlite_house
    code = await school(house)
    await joins(house, code, "telegram:2")
    await told(house, *BEGUN, *("xong",) * 6, "hôm nay", address="telegram:2")
    house.clock.move(16 * DAY)
    assert "1 người trễ" in await told(house, "Nhắc người trễ")
    await told(house, "menu", then, address="telegram:2")
    await say_due(house.db, house.seal, CONTENT, house.clock.now)
    assert await reminders_said(house) == []


# -- the page


async def test_the_page_shows_all_gives_the_list_and_reminds(
    sqlite_house: House, web: httpx.AsyncClient
) -> None:
    house = sqlite_house
    code = await school(house)
    await joins(house, code, "telegram:2", "Trần Thị Bé Ba", "8800000015")
    await told(house, *BEGUN, *("xong",) * 6, "hôm nay", address="telegram:2")
    await joins(house, code, "telegram:3", "Lê Văn Tám")
    house.clock.move(9 * DAY)
    link = await page_link(house)
    page = await web.get(link)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "Trần Thị Bé Ba" in page.text
    assert "1 người đã gửi tờ khai" in page.text
    workbook = await web.get(f"{link}/list.xlsx")
    rows = [
        [cell.value for cell in row] for row in load_workbook(io.BytesIO(workbook.content)).active.iter_rows()
    ]
    assert rows == [["TT", "Họ và tên", "Mã số BHXH"], [1, "Trần Thị Bé Ba", "8800000015"]]
    printed = pypdfium2.PdfDocument((await web.get(f"{link}/list.pdf?all")).content)
    text = "\n".join(one.get_textpage().get_text_bounded() for one in printed)
    for helper in ("Diễm", "Hải", "Toàn", "Lê Văn Tám", "8800000015", "Tổng cộng: 2 người"):
        assert helper in text
    [csrf] = re.findall(r'name="csrf_token" value="(\w+)"', page.text)
    refused = await web.post(f"{link}/remind", data={"csrf_token": "x"})
    assert refused.status_code == 403
    done = await web.post(f"{link}/remind", data={"csrf_token": csrf})
    assert "Đang gửi lời nhắc cho 2 người" in done.text
    assert "2 người vừa được nhắc" in (await web.post(f"{link}/remind", data={"csrf_token": csrf})).text
    house.clock.move(31 * 60)
    assert (await web.get(link)).status_code == 410


async def test_the_link_is_kept_as_a_hash_and_the_look_is_in_the_audit(sqlite_house: House) -> None:
    house = sqlite_house
    await school(house)
    token = (await page_link(house)).rpartition("/")[2]
    async with house.db.reading() as connection:
        [row] = (await connection.execute(select(secure_pages))).all()
        looks = [r.what for r in await connection.execute(select(audit))]
    assert token not in str(tuple(row))
    assert looks == ["unit"]


async def test_a_unit_s_link_opens_no_secure_page_and_survives_one(
    sqlite_house: House, web: httpx.AsyncClient
) -> None:
    house = sqlite_house
    await school(house)
    link = await page_link(house)
    assert (await web.get(link.replace("/unit/", "/secure/"))).status_code == 410
    await told(house, "menu", "dữ liệu của tôi", "tải về")
    assert (await web.get(link)).status_code == 200


def test_the_list_to_hand_over_is_of_those_whose_declaration_is_sent_by_given_name() -> None:
    def one(name: str, code: str = "", sent_on: str = "") -> tuple[units.Employee, object]:
        dossier = Dossier("employee", "android", True, (), sent_on=sent_on)
        employee = units.Employee(name, name, code, False, START, dossier)
        return employee, unit_reminders.standing_of(CONTENT, Limits(), employee, START)

    found = [one("=1+1 Bình", "8800000015", "2026-09-20"), one("Lê An", sent_on="2026-09-18"), one("Ngô Tú")]
    assert to_hand_over(found, everybody=False) == [(1, "Lê An", ""), (2, "=1+1 Bình", "8800000015")]  # type: ignore[arg-type]  # standings
    assert len(to_hand_over(found, everybody=True)) == 3  # type: ignore[arg-type]  # standings


@pytest.mark.soak  # a figure, not a protection
async def test_a_unit_of_300_is_listed_within_a_second(sqlite_place: str) -> None:
    async with open_house(sqlite_place) as house:
        await school(house)
        async with house.db.writing() as connection:
            [unit] = (await connection.execute(select(unit_rows.c.id).where(MINE))).scalars()
            for n in range(300):
                person = await people.new_person(connection, START)
                await units.join(
                    house.db,
                    connection,
                    house.seal,
                    unit,
                    person,
                    name=f"Nguyễn Văn {n}",
                    code=f"88{n:08}",
                    at=START,
                )
                sent = Dossier("employee", "android", True, (), sent_on="2026-09-18", id=dossiers.new_id())
                await dossiers.keep(house.db, connection, house.seal, person, sent, START)
                items = [i.id for i in CONTENT.checklist.items[:12]]
                await dossiers.tick(house.db, connection, sent.id, items, START)
        link = await page_link(house)
        async with browser_at(house) as client:
            await client.get(f"{link}/list.xlsx")  # openpyxl is loaded
            best = {"": 9.0, "/list.xlsx": 9.0}
            for _ in range(3):
                for path in best:
                    begun = time.perf_counter()
                    answer = await client.get(f"{link}{path}")
                    best[path] = min(best[path], time.perf_counter() - begun)
                    assert answer.status_code == 200
        print(best)
        assert max(best.values()) <= 1.0


# -- words


@pytest.mark.parametrize(
    "name",
    ["gọi 0912 345 678", "xem tại bhxh-vn.top", "http://x", "1234", "", "a" * 81],
)
def test_a_name_that_calls_or_leads_somewhere_is_no_unit_s(name: str) -> None:
    assert not fit_name(name)


@pytest.mark.parametrize("name", ["Trường Mầm non Hoa Sen", "Cty TNHH MTV 30/4", "UBND xã Mỹ Hiệp"])
def test_names_of_units_fit(name: str) -> None:
    assert fit_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "dv-bcdf-ghkm-npqr",
        "Mã đơn vị dv-bcdf-ghkm-npqr",
        "ma don vi DV BCDF GHKM NPQR ạ",
        "https://x.vn/?start=dv-bcdf-ghkm-npqr",
    ],
)
def test_a_code_is_heard_however_it_is_typed(text: str) -> None:
    assert unit_code_in(text) == "dv-bcdf-ghkm-npqr"


def test_a_payload_that_is_no_code_leads_nowhere() -> None:
    assert entry_words("dv-bcdf-ghkm-npqr") == "Mã đơn vị dv-bcdf-ghkm-npqr"
    assert [entry_words(one) for one in ("dv-aeiou", "x dv-bcdf-ghkm-npqr", "hosox")] == ["", "", ""]
