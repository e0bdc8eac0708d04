"""Questions in the console: read, tried, edited with history, and what was not understood. Rule: a page shows words as words, and every edit is a row of the audit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html import unescape

import pytest

from data import audit
from data.knowledge import misses, question_edits
from data.knowledge.content import load_content
from data.knowledge.question_files import read_question, written
from flows.content import Question
from flows.understanding.question_finder import find_questions
from handlers.console.question_pages import CHANGED, state_of
from tests.consoles import Office, Signed
from tests.houses import House

HOME = "/console/questions"
ITEM = f"{HOME}/otp-het-han"
CONTENT = load_content()
ITEMS = CONTENT.questions.items


def one(item: str = "otp-het-han") -> Question:
    return next(q for q in ITEMS if q.id == item)


def form(q: Question, **changed: str) -> dict[str, str]:
    """The form of an item as it stands, with these fields changed."""
    return {
        "titles": "\n".join(q.titles),
        "answer": q.answer,
        "wordings": "\n".join(q.wordings),
        "source": q.source.id,
        "valid_from": q.valid_from,
        "valid_to": q.valid_to or "",
        "last_verified": q.last_verified,
        "status": q.status,
        "next": q.next,
        "seen": "0",
        **changed,
    }


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


async def present(office: Office, item: str = "otp-het-han") -> Question:
    async with office.house.db.reading() as connection:
        found = (await question_edits.edited(connection, CONTENT)).questions.item(item)
    assert found is not None
    return found


async def deeds(office: Office) -> list[tuple[str, str, str]]:
    async with office.house.db.reading() as connection:
        rows = reversed(await audit.newest(connection, 100))
    return [(r.who, r.what, r.why) for r in rows if r.what.startswith("question")]


async def refused(me: Signed, **changed: str) -> str:
    response = await me.post(f"{ITEM}/edit", None, **form(one(), **changed))
    assert response.status_code == 422
    return unescape(response.text)


def test_every_item_written_down_is_read_back_as_it_was() -> None:
    for q in ITEMS:
        assert read_question(f"{q.id}.md", written(q), CONTENT.sources) == q


@pytest.mark.parametrize(
    ("valid_to", "verified", "words", "due"),
    [
        (None, "2026-11-20", "Còn hiệu lực", False),
        ("2026-11-23", "2026-11-20", "Hết hiệu lực", True),
        ("2026-12-04", "2026-11-20", "Sắp hết hạn: còn 10 ngày", True),
        ("2027-11-23", "2026-11-20", "Còn hiệu lực", False),
        (None, "2025-11-23", "Quá một năm chưa kiểm", True),
        (None, "2025-12-04", "Cần kiểm lại: còn 10 ngày", True),
    ],
)
def test_an_item_says_whether_it_still_holds(
    valid_to: str | None, verified: str, words: str, due: bool
) -> None:
    found = state_of(replace(one(), valid_to=valid_to, last_verified=verified), date(2026, 11, 24))
    assert (found.words, found.due) == (words, due)


async def test_officers_read_and_only_admins_find_the_buttons(office: Office) -> None:
    officer, admin = await office.signed_in("officer"), await office.signed_in("admin")
    for me, sees in ((officer, False), (admin, True)):
        page = (await me.look(ITEM)).text
        assert "Các lần sửa" in page and one().source.title in unescape(page)
        assert (f"{ITEM}/edit" in page) == sees
    assert (await officer.post(f"{ITEM}/edit", None, **form(one(), answer="X"))).status_code == 403
    assert await present(office) == one()


async def test_a_tried_text_shows_what_the_assistant_would_answer_and_keeps_nothing(office: Office) -> None:
    me = await office.signed_in("officer")
    page = unescape((await me.look(f"{HOME}?q=quen+mk+r+lam+s+ad")).text)
    assert "Trả lời ngay" in page and one("quen-mat-khau").answer in page
    assert "Nói là chưa hiểu" in unescape((await me.look(f"{HOME}?q=gia+vang+hom+nay")).text)
    secret = unescape((await me.look(f"{HOME}?q=mk+cua+toi+la+Abc%4012345")).text)
    assert "có vẻ chứa mật khẩu" in secret
    async with office.house.db.reading() as connection:
        assert await misses.listed(connection, 10) == []


async def test_an_edit_is_kept_with_its_history_and_taken_back(office: Office) -> None:
    me = await office.signed_in("admin", "an.quan")
    answer = "Mã dùng được 5 phút. Quá giờ thì bấm gửi lại."
    kept = await me.post(f"{ITEM}/edit", None, **form(one(), answer=answer, valid_to="2027-01-31"))
    assert (kept.status_code, kept.headers["location"]) == (303, f"{ITEM}?note=question_kept")
    assert (await present(office)) == replace(one(), answer=answer, valid_to="2027-01-31")
    page = unescape((await me.look(ITEM)).text)
    assert answer in page and "an.quan" in page and "31/01/2027" in page
    again = await me.post(f"{ITEM}/edit", None, **form(one(), answer="Bản hai.", seen="1"))
    assert again.status_code == 303
    assert (await me.post(f"{ITEM}/restore", None, version="1")).status_code == 303
    assert (await present(office)).answer == answer
    assert (await me.post(f"{ITEM}/restore", None)).status_code == 303
    assert await present(office) == one()
    assert await deeds(office) == [
        ("staff:an.quan", what, "otp-het-han")
        for what in ("question_edited", "question_edited", "question_restored", "question_restored")
    ]


async def test_of_two_who_edit_the_second_is_told(office: Office) -> None:
    """Seen to fail: without the comparison with `seen`."""
    first, second = await office.signed_in("admin"), await office.signed_in("admin")
    kept = await first.post(f"{ITEM}/edit", None, **form(one(), answer="Của người thứ nhất."))
    assert kept.status_code == 303
    page = await refused(second, answer="Của người thứ hai.")
    assert CHANGED in page and "Của người thứ hai." in page
    assert (await present(office)).answer == "Của người thứ nhất."


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"answer": " "}, "âu trả lời đang để trống"),
        ({"answer": "a" * 901}, "tối đa 900"),
        ({"wordings": "một\nhai"}, "cần ít nhất 8"),
        ({"valid_to": "2019-01-01"}, "sớm hơn"),
        ({"valid_from": "hôm nay"}, "phải là ngày"),
        ({"source": "khong-co"}, "Nguồn này không có"),
        ({"status": "dung"}, "chỉ nhận"),
    ],
)
async def test_what_cannot_be_kept_is_said_in_one_sentence_and_given_back(
    sqlite_house: House, changed: dict[str, str], says: str
) -> None:
    office = Office(sqlite_house)
    page = await refused(await office.signed_in("admin"), **changed)
    assert says in page and "otp-het-han.md" not in page
    assert await present(office) == one()
    assert await deeds(office) == []


async def test_what_was_missed_is_added_to_an_item_and_then_settled(office: Office) -> None:
    async with office.house.db.writing() as connection:
        for words in ("ma song duoc may phut", "ma song duoc may phut", "cai nay … sao"):
            await misses.note(office.house.db, connection, words, office.house.clock(), days=90)
    me = await office.signed_in("admin")
    page = unescape((await me.look(f"{HOME}/misses")).text)
    assert page.index("ma song duoc may phut") < page.index("cai nay … sao")
    assert "/console/questions/add?words=ma%20song%20duoc%20may%20phut" in page
    asked = await me.look(f"{HOME}/add?words=ma%20song%20duoc%20may%20phut")
    assert 'value="ma song duoc may phut"' in asked.text
    fields = {"wording": "mã sống được mấy phút", "item": "otp-het-han"}
    added = await me.post(f"{HOME}/add", None, words="ma song duoc may phut", **fields)
    assert added.status_code == 303
    assert (await present(office)).wordings[-1] == "mã sống được mấy phút"
    async with office.house.db.reading() as connection:
        assert [m.words for m in await misses.listed(connection, 10)] == ["cai nay … sao"]
        now = await question_edits.edited(connection, CONTENT)
    assert find_questions("ma song duoc may phut", now).topic == "otp"
    twice = await me.post(f"{HOME}/add", None, words="", **fields)
    assert twice.status_code == 422 and "ghi “mã sống được mấy phút” hai lần" in unescape(twice.text)


async def test_the_preview_follows_the_form_and_keeps_nothing(sqlite_house: House) -> None:
    office = Office(sqlite_house)
    me = await office.signed_in("admin")
    look = await me.post(f"{ITEM}/look", None, **form(one(), answer="<b>Đậm</b> & thẳng"))
    assert look.status_code == 200
    assert "&lt;b&gt;Đậm&lt;/b&gt; &amp; thẳng" in look.text and "<b>" not in look.text
    page = await me.post(f"{ITEM}/edit", None, **form(one(), answer="Chỉ xem thử."), only_look="yes")
    assert page.status_code == 200 and "Chỉ xem thử." in page.text
    assert await present(office) == one()


async def test_an_item_that_is_not_there_is_a_kind_page(sqlite_house: House) -> None:
    me = await Office(sqlite_house).signed_in("admin")
    for path in (f"{HOME}/khong-co", f"{HOME}/khong-co/edit"):
        assert (await me.look(path)).status_code == 404
    assert (await me.post(f"{ITEM}/restore", None, version="77")).status_code == 404
