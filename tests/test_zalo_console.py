"""What staff see of Zalo: reply windows on tickets and notices, and the page of the Official Account. Rule: the page's own words."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import httpx
import pytest
import pytest_asyncio
from sqlalchemy import update

from data import zalo_tokens
from data.channels import HOUR
from data.tables import conversations
from handlers.console import Console, Sending, ZaloAccount
from handlers.console.zalo_page import HOME as ZALO
from handlers.console.zalo_page import REFUSALS, code_in, why_broken
from handlers.desk import Desk
from handlers.web.chat import Web
from handlers.zalo.oa.signature import Signature
from handlers.zalo.oa.tokens import REFUSALS as TERMINAL_REFUSALS
from tests.consoles import Office, Signed
from tests.fake_zalo_oa import APP, APP_SECRET, OA_SECRET, FakeZaloOa, fake_zalo_oa
from tests.houses import House
from tests.test_notice_pages import HOME, NoticeOffice
from tests.zalo_pairs import authorise, oa_api

LAN = "246845883529197922"
ENGLISH = re.compile(r"\b(the|an|is|was|and|again|begin|broke|refused|authorised|answer)\b")


def seen(page: str) -> str:
    """What a page says, as text."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        (1, "Trả lời miễn phí, còn 1 ngày 23 giờ"),
        (50, "Trả lời được, có tính phí, còn 4 ngày 22 giờ"),
        (200, "Quá hạn trả lời"),
    ],
)
async def test_a_ticket_says_until_when_an_answer_is_taken(
    sqlite_house: House, hours: int, says: str
) -> None:
    office = Office(sqlite_house)
    ticket = await office.ticket("Hỏi", f"zalo:{LAN}")
    sqlite_house.clock.move(hours * HOUR)
    officer = await office.signed_in("officer")
    page = seen((await officer.look(f"/console/tickets/{ticket.id}")).text)
    assert "Zalo OA" in page
    assert says in page
    bot = await office.ticket("Hỏi", "zalobot:1")
    other = seen((await officer.look(f"/console/tickets/{bot.id}")).text)
    assert "Zalo Bot" in other
    assert "Trả lời miễn phí" not in other, "that channel knows no window"


async def test_a_notice_says_who_is_inside_the_window_and_what_it_costs(sqlite_house: House) -> None:
    """Before anybody presses start, on the form and on the draft."""
    office = NoticeOffice(sqlite_house, telegram=True)
    office.console.entries  # noqa: B018  # made
    await office.opt_in(6, "zalo")
    await office.opt_in(2, "telegram")
    now = sqlite_house.clock()
    async with sqlite_house.db.writing() as connection:
        for n, hours in enumerate((1, 2, 40, 60, 100, 300)):
            mine = conversations.c.address == f"zalo:{700_000_000 + n}"
            await connection.execute(update(conversations).where(mine).values(heard_at=now - hours * HOUR))
    me = await office.signed_in("admin")
    form = {"text": "Tin mới", "door": "zalo", "topic": "chung", "office_hours": "no"}
    page = seen((await me.post(f"{HOME}/look", None, **form)).text)
    says = "Zalo OA: 3 người nhắn trong 48 giờ qua: miễn phí; 2 người nhắn trong 7 ngày qua: tính phí"
    assert says in page
    assert "1 người lâu hơn: kênh không nhận tin, đợi họ nhắn lại." in page
    made = await me.post(f"{HOME}/new", None, key="k", **form)
    assert says in seen((await me.look(made.headers["location"])).text)


class ZaloOffice:
    """A console with the page of the account."""

    def __init__(self, house: House, fake: FakeZaloOa, folder: Path) -> None:
        self.office = Office(house)
        self.api = oa_api(house, fake, folder)
        address = self.office.address
        account = ZaloAccount(
            self.api, Signature(APP, OA_SECRET), f"{address}{ZALO}", f"{address}/zalo/oa/webhook"
        )
        console = Console(
            house.turns,
            Desk(house.turns, say={}),
            address=address,
            rules=self.office.rules,
            sending=Sending({}, {"zalo": 55}),
            zalo=account,
        )
        self.office.app = Web(
            house.turns,
            address=address,
            demo=False,
            text_limit=2000,
            frames_per_minute=100,
            code_sender=None,
            say_elsewhere={},
            staff_pages=console.routes,
        ).app
        self.fake = fake


@pytest_asyncio.fixture
async def zalo(sqlite_house: House, tmp_path: Path) -> AsyncIterator[ZaloOffice]:
    async with fake_zalo_oa(clock=sqlite_house.clock, echoes=False) as fake:
        made = ZaloOffice(sqlite_house, fake, tmp_path)
        yield made
        await made.api.stop()


async def test_only_admins_see_the_page(zalo: ZaloOffice) -> None:
    for role, status in (("admin", 200), ("officer", 403), ("auditor", 403)):
        me = await zalo.office.signed_in(role)
        assert (await me.look(ZALO)).status_code == status
        for what in ("authorise", "finish", "verify"):
            posted = await me.post(f"{ZALO}/{what}", None, code="x", event="x", signature="x")
            assert (posted.status_code == 403) == (status == 403), what
    stranger = zalo.office.browser()
    assert (await stranger.get(ZALO)).status_code in (302, 303, 401, 403)
    await stranger.aclose()


async def _agreed(me: Signed, page: httpx.Response) -> str:
    """The address that Zalo leads back to, as a browser would follow it."""
    link = re.search(r'id="open-zalo" href="([^"]+)"', page.text)
    assert link is not None
    async with (
        aiohttp.ClientSession() as browser,
        browser.get(unescape(link[1]), allow_redirects=False) as answer,
    ):
        return str(answer.headers["location"])


async def test_an_admin_authorises_the_account(zalo: ZaloOffice) -> None:
    me = await zalo.office.signed_in("admin")
    assert "Chưa cấp quyền" in seen((await me.look(ZALO)).text)
    back = await _agreed(me, await me.post(f"{ZALO}/authorise"))
    assert back.startswith(f"{zalo.office.address}{ZALO}?")
    returned = await me.look(f"{ZALO}?{urlsplit(back).query}")
    assert "Bước 3" in returned.text
    code = re.search(r'name="code" value="([^"]+)"', returned.text)
    assert code is not None
    assert code[1] == parse_qs(urlsplit(back).query)["code"][0] == code_in(back)
    done = await me.post(f"{ZALO}/finish", None, code=back)
    assert done.headers["location"] == f"{ZALO}?note=zalo_authorised"
    page = await me.look(ZALO)
    assert "Đang dùng được" in page.text
    for secret in (zalo.fake.access, zalo.fake.refresh, APP_SECRET, OA_SECRET):
        assert secret not in page.text
    again = await me.post(f"{ZALO}/finish", None, code=back)
    assert again.status_code == 422
    zalo.office.house.clock.move(85 * 86400.0)
    me = await zalo.office.signed_in("admin")
    assert "Sắp hết hạn" in (await me.look(ZALO)).text


@pytest.mark.parametrize("why", ["lost", "refused -14020", "none"])
async def test_why_an_admin_must_authorise_again_is_said_in_vietnamese(zalo: ZaloOffice, why: str) -> None:
    """Seen to fail with the sentence of the log on the page."""
    house = zalo.office.house
    await authorise(house, zalo.fake)
    async with house.db.writing() as connection:
        await zalo_tokens.give_up(connection, APP, 1, why)
    me = await zalo.office.signed_in("admin")
    page = (await me.look(ZALO)).text
    said = re.search(r'id="why">([^<]*)<', page)
    assert said is not None
    assert unescape(said[1]) == why_broken(why)
    assert ENGLISH.search(seen(page)) is None
    assert ("-14020" in page) == (why == "refused -14020")


async def test_refused_codes_are_told_in_vietnamese(zalo: ZaloOffice) -> None:
    me = await zalo.office.signed_in("admin")
    told = []
    for code in ("abc", "", "abc"):
        page = await me.post(f"{ZALO}/finish", None, code=code)
        assert page.status_code == 422
        error = re.search(r'id="error".*?<p>([^<]*)<', page.text, re.DOTALL)
        assert error is not None
        told.append(unescape(error[1]))
        assert ENGLISH.search(seen(page.text)) is None, told[-1]
        await me.post(f"{ZALO}/authorise")
    assert [t.partition(".")[0] for t in told] == [
        "Chưa bấm nút cấp quyền ở đây trong nửa giờ qua",
        "Nội dung này không có mã",
        "Zalo không nhận mã này, vì mã đã dùng hoặc quá 10 phút",
    ]
    assert told[2].endswith("(mã -14003)")
    assert REFUSALS.keys() == TERMINAL_REFUSALS.keys()


async def test_what_is_left_of_the_quota_is_shown_as_zalo_tells_it(zalo: ZaloOffice) -> None:
    me = await zalo.office.signed_in("admin")
    ask = f"{ZALO}/quota"
    assert "Chưa hỏi được Zalo" in seen((await me.post(ask)).text), "nobody has authorised yet"
    await authorise(zalo.office.house, zalo.fake)
    assert "Trong gói dịch vụ còn 1988 trên 2000 tin" in seen((await me.post(ask)).text)
    for odd in ([{"type": "cs", "remain": 9}], {"quota_type": "cs", "remain": "9"}):
        zalo.fake.quota = odd
        assert "Tin tư vấn còn 9 tin" in seen((await me.post(ask)).text)
    for odd in (None, [], "x", [None, {"remain": "<b>"}, {"remain": []}], {"total": 5}):
        zalo.fake.quota = odd
        page = await me.post(ask)
        assert page.status_code == 200
        assert "Zalo không nêu hạn mức nào" in seen(page.text)
    for role in ("officer", "auditor"):
        other = await zalo.office.signed_in(role)
        assert (await other.post(ask)).status_code == 403


async def test_a_captured_event_is_tried_and_acted_on_in_no_way(zalo: ZaloOffice) -> None:
    me = await zalo.office.signed_in("admin")
    event = zalo.fake.text(LAN, "menu <b>")
    body, headers = zalo.fake.signed(event)
    wrong, foreign = zalo.fake.signed(event, secret=APP_SECRET)
    tried = {
        "Chữ ký đúng": (body, headers),
        "Hai khóa bị đổi chỗ": (wrong, foreign),
        "Chữ ký không khớp": zalo.fake.signed(event, secret="another key"),
        "app_id trong sự kiện không phải": (body.replace(APP.encode(), b"1"), headers),
    }
    for says, (given, signed) in tried.items():
        fields = {"event": given.decode(), "signature": signed["X-ZEvent-Signature"]}
        page = (await me.post(f"{ZALO}/verify", None, **fields)).text
        verdict = re.search(r'id="verdict">([^<]*)<', page)
        assert verdict is not None
        assert says in unescape(verdict[1])
        assert "<b>" not in page
    assert zalo.fake.calls == []
