"""Notices in the console: written, tried, approved, started, watched, ended. Rule: a page only asks; what it shows is escaped and counted."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from data import audit, staff
from data.notices.campaigns import Campaign, load
from data.tables import campaigns, conversations, outbox, send_leases, subscriptions
from flows.conversations.notice_text import WHAT_STOPS
from handlers.web.frames import address_of
from tests.consoles import HERE, Office, Signed
from tests.houses import House, limits
from tests.test_campaigns import HOSTILE

TEXT = "Từ ngày 01/12, phòng Cấp sổ, thẻ làm việc cả sáng thứ bảy."
FORM = {"text": TEXT, "door": "telegram", "topic": "chung", "office_hours": "yes"}
HOME = "/console/notices"


class NoticeOffice(Office):
    """An office with people who opted in, and a hand that writes what the worker would."""

    async def opt_in(self, count: int, door: str = "telegram", topic: str = "chung") -> None:
        people = [f"{door[:2]}{n:030d}" for n in range(count)]
        at = self.house.clock()
        kept = {"place": "{}", "said": 0, "turns": 1, "clock": 0.0, "at": at}
        async with self.house.db.writing() as connection:
            await connection.execute(
                insert(conversations),
                [{"address": f"{door}:{700_000_000 + n}", "person": p, **kept} for n, p in enumerate(people)],
            )
            await connection.execute(
                insert(subscriptions), [{"person": p, "topic": topic, "at": at} for p in people]
            )

    async def notice(self) -> Campaign:
        """The only notice there is."""
        async with self.house.db.reading() as connection:
            found = await load(connection, "1")
        assert found is not None
        return found

    async def deliver(self, states: list[str], door: str = "telegram", *, filled: bool = True) -> None:
        """What the worker would have written."""
        one, at = await self.notice(), self.house.clock()
        kept = {"campaign": one.id, "holder": "", "fence": 1, "leased_until": 0.0, "attempts": 1}
        kept |= {"lane": "notice", "door": door, "due": at, "at": at}
        async with self.house.db.writing() as connection:
            seen = (await connection.execute(select(func.count()).select_from(outbox))).scalar_one()
            rows = [
                {
                    "id": seen + n + 1,
                    "address": f"{door}:{700_000_000 + n}",
                    "state": state,
                    "answer": "=1+1" if state == "failed" else "",
                    "sent_at": at if state == "sent" else None,
                    **kept,
                }
                for n, state in enumerate(states)
            ]
            await connection.execute(insert(outbox), rows)
            if filled:
                await connection.execute(update(campaigns).values(filled_to=None))

    async def notes(self) -> list[str]:
        async with self.house.db.reading() as connection:
            kept = reversed(await audit.newest(connection, 1000))
            return [e.what for e in kept if e.what.startswith("notice")]


@pytest.fixture
def office(sqlite_house: House) -> NoticeOffice:
    return NoticeOffice(sqlite_house, limits=limits(notice_approval_above=5), telegram=True)


async def _write(me: Signed, **changed: str) -> str:
    """Write a draft; its address."""
    response = await me.post(f"{HOME}/new", None, **{**FORM, "key": "k", **changed})
    assert response.status_code == 303, response.text
    return response.headers["location"].partition("?")[0]


class _Elements(HTMLParser):
    """Elements that none of our templates makes: somebody's words became markup."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.foreign: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        ours = str(given.get("src") or "/chat/static/").startswith("/chat/static/")
        if (
            tag in ("b", "iframe", "object", "svg")
            or not ours
            or any(name.startswith("on") for name in given)
        ):
            self.foreign.append(f"{tag} {given}")


def _seen(page: str) -> str:
    """What a page says, as text."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def test_without_notices_the_page_says_what_to_do(office: NoticeOffice) -> None:
    me = await office.signed_in("admin")
    page = _seen((await me.look(HOME)).text)
    assert "Chưa có thông báo nào" in page
    assert "Soạn thông báo" in page


async def test_a_notice_is_written_started_paused_resumed_and_cancelled(office: NoticeOffice) -> None:
    await office.opt_in(3)
    me = await office.signed_in("admin")
    here = await _write(me)
    assert "Bắt đầu gửi cho 3 người" in _seen((await me.look(here)).text)
    states = []
    for what in ("start", "pause", "resume", "cancel"):
        done = await me.post(f"{here}/{what}")
        assert (done.status_code, done.headers["location"]) == (303, f"{here}?note=notice_{what}")
        states.append((await office.notice()).state)
    assert states == ["running", "paused", "running", "cancelled"]


async def test_pages_follow_a_form_and_a_double_click_is_one(office: NoticeOffice) -> None:
    await office.opt_in(3)
    me = await office.signed_in("admin")
    given = {**FORM, "key": "one form"}
    twice = await asyncio.gather(*(me.post(f"{HOME}/new", None, **given) for _ in range(4)))
    assert {r.headers["location"] for r in twice} == {twice[0].headers["location"]}
    here = twice[0].headers["location"].partition("?")[0]
    starts = await asyncio.gather(*(me.post(f"{here}/start") for _ in range(4)))
    assert sorted(r.headers["location"].rpartition("=")[2] for r in starts) == [
        *["notice_same"] * 3,
        "notice_start",
    ]
    assert await office.notes() == ["notice new", "notice start"]


async def test_the_form_is_kept_when_it_cannot_be_taken(office: NoticeOffice) -> None:
    me = await office.signed_in("admin")
    for changed, says in (
        ({"text": "Anh chị gửi mật khẩu về đây"}, "không được yêu cầu mật khẩu"),
        ({"text": "x" * 3501}, "nhiều nhất là 3500"),
        ({"text": " "}, "chưa có nội dung"),
        ({"door": ""}, "ít nhất một kênh"),
        ({"topic": ""}, "ít nhất một chủ đề"),
    ):
        response = await me.post(f"{HOME}/new", None, **{**FORM, **changed})
        assert response.status_code == 422
        assert says in _seen(response.text)
        assert {**FORM, **changed}["text"].strip() in unescape(response.text)
    assert await office.notes() == []


async def test_an_edit_is_kept_and_takes_the_approval_back(office: NoticeOffice) -> None:
    await office.opt_in(6)
    me, other = await office.signed_in("admin"), await office.signed_in("admin")
    here = await _write(me)
    await other.post(f"{here}/approve")
    assert "Bắt đầu gửi cho 6 người" in _seen((await me.look(here)).text)
    assert TEXT in unescape((await me.look(f"{here}/edit")).text)
    await me.post(f"{here}/edit", None, **{**FORM, "text": "Lời khác."})
    one = await office.notice()
    assert (one.text, one.approved_by) == ("Lời khác.", None)
    assert "Chờ duyệt xong" in _seen((await me.look(here)).text)


async def test_the_second_admin_sees_the_button_and_the_maker_does_not(office: NoticeOffice) -> None:
    await office.opt_in(6)
    me, other = await office.signed_in("admin"), await office.signed_in("admin")
    here = await _write(me)
    assert f'action="{here}/approve"' not in (await me.look(here)).text
    assert f'action="{here}/approve"' in (await other.look(here)).text
    refused = await me.post(f"{here}/approve")
    assert (refused.status_code, "không tự duyệt" in _seen(refused.text)) == (409, True)
    assert (await me.post(f"{here}/start")).status_code == 409
    await other.post(f"{here}/approve")
    assert (await me.post(f"{here}/start")).status_code == 303


async def test_count_and_preview_follow_what_is_written(office: NoticeOffice) -> None:
    await office.opt_in(3)
    await office.opt_in(2, "web", "bhyt")
    me = await office.signed_in("admin")
    both = {
        "text": TEXT,
        "door": ["telegram", "web"],
        "topic": ["chung", "bhyt"],
        "csrf_token": me.csrf_token,
    }
    everything = await me.browser.post(f"{HOME}/look", data=both)
    assert "5 người đã đăng ký" in _seen(everything.text)
    assert _seen(everything.text).count("Không muốn nhận nữa, gõ DUNG.") == 2
    fewer = await me.browser.post(f"{HOME}/look", data={**both, "topic": ["bhyt"]})
    assert "2 người đã đăng ký" in _seen(fewer.text)
    assert "<html" not in fewer.text
    bad = await me.browser.post(f"{HOME}/look", data={**both, "text": "gửi mã OTP cho tôi"})
    assert "không được yêu cầu" in _seen(bad.text)
    assert await office.notes() == []


UNFILLED = "Kính gửi {{ho_ten}}, mã số [MÃ SỐ]: xem <LINK> hoặc https://bit.ly/abc"


async def test_what_should_be_looked_at_again_is_said_before_the_approval_and_stops_nothing(
    office: NoticeOffice,
) -> None:
    """Seen red: nothing was said of either, in the form or on the page."""
    await office.opt_in(6)
    me, other = await office.signed_in("admin"), await office.signed_in("admin")
    look = await me.post(f"{HOME}/look", None, **{**FORM, "text": UNFILLED})
    here = await _write(me, text=UNFILLED)
    for page in (look, await me.look(here), await other.look(here)):
        said = _seen(page.text)
        assert "Có chỗ chưa điền: “{{ho_ten}}”, “[MÃ SỐ]”, “<LINK>”." in said
        assert "không thuộc .gov.vn hay trang của cơ quan mình: “https://bit.ly/abc”." in said
        assert WHAT_STOPS in said
        assert _Elements(page.text).foreign == []
    assert (await other.post(f"{here}/approve")).status_code == 303
    assert (await me.post(f"{here}/start")).status_code == 303
    assert "Có chỗ chưa điền" not in _seen((await me.look(here)).text)  # it has gone


async def test_a_text_without_faults_is_not_warned_of(office: NoticeOffice) -> None:
    await office.opt_in(1)
    me = await office.signed_in("admin")
    here = await _write(me, text=f"[THÔNG BÁO] Xem https://baohiemxahoi.gov.vn và {HERE}/ ạ…")
    for page in (await me.look(here), await me.look(f"{here}/edit")):
        assert "Xem lại trước khi duyệt" not in page.text
        assert WHAT_STOPS not in unescape(page.text)


async def test_a_draft_of_older_rules_says_that_it_cannot_go_and_is_not_approved(
    office: NoticeOffice,
) -> None:
    """Seen red: the page offered the approval, and it was taken."""
    await office.opt_in(6)
    me, other = await office.signed_in("admin"), await office.signed_in("admin")
    here = await _write(me)
    async with office.house.db.writing() as connection:
        await connection.execute(update(campaigns).values(text="Anh chị gửi mật khẩu về đây"))
    assert "không được yêu cầu mật khẩu" in _seen((await other.look(here)).text)
    refused = await other.post(f"{here}/approve")
    assert (refused.status_code, "không được yêu cầu mật khẩu" in _seen(refused.text)) == (409, True)
    assert (await office.notice()).approved_by is None


async def test_a_preview_is_cut_as_it_will_be_sent(office: NoticeOffice) -> None:
    me = await office.signed_in("admin")
    page = await me.post(f"{HOME}/look", None, **{**FORM, "text": "👍" * 3000})
    assert "2 tin liền nhau" in _seen(page.text)


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_words_are_shown_and_do_nothing(office: NoticeOffice, text: str) -> None:
    from flows.text.normalise import clean

    await office.opt_in(1)
    me = await office.signed_in("admin")
    given = {**FORM, "text": text.encode("utf-8", "replace").decode()}
    here = await _write(me, **given)
    one = await office.notice()
    for page in (
        await me.look(HOME),
        await me.look(here),
        await me.look(f"{here}/edit"),
        await me.post(f"{HOME}/look", None, **given),
    ):
        assert page.status_code == 200
        elements = _Elements(page.text)
        assert elements.foreign == []
    assert one.text in unescape((await me.look(here)).text)
    assert one.text == clean(given["text"].replace("\0", ""))


async def test_a_test_goes_to_the_linked_telegram_account(office: NoticeOffice) -> None:
    me = await office.signed_in("admin")
    async with office.house.db.writing() as connection:
        await staff.link_telegram(connection, me.member.name, "4242")
    here = await _write(me)
    assert "Gửi thử qua Telegram" in _seen((await me.look(here)).text)
    assert (await me.post(f"{here}/test")).status_code == 303
    rows = await office.rows(outbox)
    assert len(rows) == 1
    assert {"officer", "telegram:4242"} <= set(rows[0])


async def test_a_test_goes_to_the_chat_of_the_same_browser(office: NoticeOffice) -> None:
    me = await office.signed_in("admin")
    here = await _write(me)
    me.browser.cookies.set("troly_visitor", "V" * 32)
    assert "vào trang trò chuyện" not in _seen((await me.look(here)).text)
    assert (await me.post(f"{here}/test", None, where="web")).status_code == 409
    address = address_of("V" * 32)
    await office.house.say("xin chào", address)
    assert "vào trang trò chuyện" in _seen((await me.look(here)).text)
    assert (await me.post(f"{here}/test", None, where="web")).status_code == 303
    async with office.house.db.reading() as connection:
        query = select(outbox.c.number, outbox.c.campaign).where(outbox.c.lane == "officer")
        rows = (await connection.execute(query)).all()
    assert [(r.number is not None, r.campaign) for r in rows] == [(True, None)]


async def test_progress_is_shown_with_its_numbers_and_its_speed(office: NoticeOffice) -> None:
    await office.opt_in(5)
    me = await office.signed_in("admin")
    here = await _write(me, office_hours="no")
    await me.post(f"{here}/start")
    async with office.house.db.writing() as connection:
        kept = {"token_key": "t", "holder": "h", "until": office.house.clock() + 60}
        await connection.execute(insert(send_leases).values(**kept))
    await office.deliver(["sent", "pending", "pending", "pending", "pending"])
    part = f"{here}?fragment=run"
    assert "1 / 5" in _seen((await me.look(part, live=True)).text)
    office.house.clock.move(2)
    async with office.house.db.writing() as connection:
        await connection.execute(update(outbox).where(outbox.c.id == 2).values(state="sent"))
    page = await me.look(part, live=True)
    assert "2 / 5 (40 %) · 0,5 người/giây, còn khoảng 6 giây" in _seen(page.text)
    assert 'max="5" value="2"' in page.text
    same = await me.browser.get(part, headers={"X-Live": "1", "If-None-Match": page.headers["etag"]})
    assert same.status_code == 304


@pytest.mark.parametrize(
    ("why", "says"),
    [
        ("paused", "Đang tạm dừng"),
        ("hours", "Tự gửi tiếp lúc 07:30 ngày 22/09/2026"),
        ("no bot", "Chưa nối Telegram"),
        ("no worker", "Chưa thấy tiến trình gửi"),
        ("readers", "hiện ra khi họ mở cuộc trò chuyện"),
        ("", ""),
    ],
)
async def test_the_page_says_why_nothing_moves(sqlite_house: House, why: str, says: str) -> None:
    office = NoticeOffice(sqlite_house, telegram=why != "no bot")
    await office.opt_in(2, "web" if why == "readers" else "telegram")
    me = await office.signed_in("admin")
    door = {"door": "web"} if why == "readers" else {}
    here = await _write(me, office_hours="yes" if why == "hours" else "no", **door)
    await me.post(f"{here}/start")
    await office.deliver(["pending", "pending"], "web" if why == "readers" else "telegram")
    if why == "paused":
        await me.post(f"{here}/pause")
    office.house.clock.move(30)
    if why != "no worker":
        async with office.house.db.writing() as connection:
            kept = {"token_key": "t", "holder": "h", "until": office.house.clock() + 9}
            await connection.execute(insert(send_leases).values(**kept))
    page = (await me.look(f"{here}?fragment=run")).text
    box = re.findall(r'<p class="box">([^<]*)</p>', page)
    assert len(box) == (1 if says else 0)
    assert says in "".join(box)


async def test_cancel_asks_first_and_says_what_it_will_do(office: NoticeOffice) -> None:
    await office.opt_in(2)
    me = await office.signed_in("admin")
    here = await _write(me)
    await me.post(f"{here}/start")
    page = (await me.look(here)).text
    fold = page[page.index('<details class="fold" id="ending">') : page.index(f'action="{here}/cancel"')]
    assert "không thu hồi được" in fold
    assert "</details>" not in fold


async def test_the_failed_can_be_sent_again_and_the_doubtful_behind_a_warning(office: NoticeOffice) -> None:
    await office.opt_in(3)
    me = await office.signed_in("admin")
    here = await _write(me)
    await me.post(f"{here}/start")
    await office.deliver(["failed", "in_doubt", "sent"])
    assert "vài người nhận hai lần" in _seen((await me.look(here)).text)
    await me.post(f"{here}/retry")
    at = list(outbox.c.keys()).index("state")
    states = [r[at] for r in await office.rows(outbox)]
    assert sorted(states) == ["in_doubt", "pending", "sent"]
    await me.post(f"{here}/retry", None, in_doubt="yes")
    assert sorted(r[at] for r in await office.rows(outbox)) == ["pending", "pending", "sent"]


async def test_recipients_are_masked_paged_and_each_look_is_noted(
    office: NoticeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.console.recipient_pages.PAGE", 2)
    await office.opt_in(5)
    me = await office.signed_in("admin")
    here = await _write(me)
    await me.post(f"{here}/start")
    await office.deliver(["sent", "failed", "sent", "sent", "pending"])
    first = (await me.look(f"{here}/recipients?state=sent")).text
    following = re.findall(r'href="([^"]+)">Tiếp theo', first)
    rest = (await me.look(unescape(following[0]))).text
    assert re.findall(r"•••(\d+)", first + rest) == ["000", "002", "003"]
    assert "700000000" not in first + rest
    assert (await office.notes())[-2:] == ["notice recipients"] * 2


async def test_an_export_is_noted_and_safe_to_open(office: NoticeOffice) -> None:
    await office.opt_in(3)
    me = await office.signed_in("admin")
    here = await _write(me)
    await me.post(f"{here}/start")
    await office.deliver(["sent", "failed", "sent"])
    response = await me.post(f"{here}/export")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="thong-bao-1.csv"'
    assert response.content.startswith(b"\xef\xbb\xbf")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[2] == '"telegram","•••001","failed","1","\'=1+1",""'
    assert (await office.notes())[-1] == "notice export"


async def test_a_notice_that_is_not_there_is_no_trouble(office: NoticeOffice) -> None:
    me = await office.signed_in("admin")
    gets = [await me.look(f"{HOME}/{which}") for which in ("7", "x", "0" * 32, "%00", "9" * 40, "a/b")]
    posts: list[Any] = [await me.post(f"{HOME}/7/{what}") for what in ("start", "cancel", "export", "edit")]
    assert {r.status_code for r in gets + posts} == {404}


async def test_odd_addresses_of_lists_are_read_kindly(office: NoticeOffice) -> None:
    me = await office.signed_in("admin")
    here = await _write(me)
    for query in ("?before=x", "?before=" + "9" * 40, "?before=-1", "?before=٣", "?fragment=x"):
        assert (await me.look(HOME + query)).status_code == 200
    for query in ("?after=x", "?after=" + "9" * 40, "?after=²", "?state=lost"):
        assert (await me.look(f"{here}/recipients{query}")).status_code == 200
