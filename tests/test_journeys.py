"""Citizen, officer and admin in browsers of their own, against a real `troly serve --demo`. Rule: one journey, told as it happens.

Every journey ends with no console error and no report of the content security policy, and axe-core finds nothing serious on any
page it passes.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.fork_server import ForkServer
from tests.gates import gate_of, let_through
from tests.screens import DESKTOP, NO_CHROMIUM, PHONE, RealServer, chromium_path
from tests.visitors import WIDER_THAN_THE_SCREEN, ChatPage, Visitors, reach

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason=NO_CHROMIUM),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("browser"),  # one browser at a time
]

READERS = 300  # pretend readers of notices
PAIRS = {
    "360-keyboard": (PHONE, "keyboard"),
    "1280-mouse": (DESKTOP, "mouse"),
    "360-mouse": (PHONE, "mouse"),
    "1280-keyboard": (DESKTOP, "keyboard"),
}


def by(*now: str) -> pytest.MarkDecorator:
    """At these widths by these hands; the other pairs in `make soak`. Together the journeys meet all four."""
    every = [
        pytest.param(*pair, id=name, marks=[] if name in now else [pytest.mark.soak])
        for name, pair in PAIRS.items()
    ]
    return pytest.mark.parametrize(("size", "hands"), every)


SERIOUS = ("serious", "critical")


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


# What a page is made of, without its words: elements, their classes and attributes, and the width it is shown at.
MADE_OF = """() => innerWidth + document.documentElement.outerHTML
  .replace(/>[^<]+</g, "><").replace(/=("[^"]*[0-9][^"]*"|'[^']*[0-9][^']*')/g, "=")"""
_examined: set[str] = set()


async def good_for_everybody(page: Page) -> None:
    """axe-core finds nothing serious, and nothing is wider than the screen; axe-core looks once at what is made alike."""
    assert await page.evaluate(WIDER_THAN_THE_SCREEN) == [], page.url
    made_of = await page.evaluate(MADE_OF)
    if made_of in _examined:
        return
    await page.evaluate(_axe())
    found = await page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
    serious = [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found if v["impact"] in SERIOUS]
    assert serious == [], page.url
    _examined.add(made_of)


@dataclass
class Staff:
    """One member of staff at a console page."""

    page: Page
    hands: str

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def act(self, target: Locator, key: str = "Enter") -> None:
        """Press a thing: with the mouse, or by reaching it with Tab alone."""
        if self.hands == "mouse":
            await target.click()
            return
        await reach(self.page, target)
        await self.page.keyboard.press(key)

    async def write(self, target: Locator, text: str) -> None:
        """Type into a field."""
        if self.hands == "mouse":
            await target.click()
        else:
            await reach(self.page, target)
        await self.page.keyboard.insert_text(text)

    async def arrived(self, address: str) -> None:
        """Wait until the page that a link leads to is there."""
        await expect(self.page).to_have_url(re.compile(address))
        await self.page.wait_for_load_state("load")

    async def checked(self) -> None:
        await good_for_everybody(self.page)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def server(
    tmp_path_factory: pytest.TempPathFactory, fork_server: ForkServer
) -> AsyncIterator[RealServer]:
    """A real service whose pretend channel waits at our gate, where 100 readers already need a second admin."""
    folder = tmp_path_factory.mktemp("journeys")
    one = RealServer(
        *(folder, fork_server, "tests.gates:gate_the_demo_channel"),
        TROLY_GATE=str(gate_of(folder)),
        TROLY_DEMO_READERS=str(READERS),
        TROLY_RATE_TELEGRAM="200",
        TROLY_CONSOLE_LIVE_SECONDS="0.3",
        TROLY_NOTICE_APPROVAL_ABOVE="100",
    )
    await one.start()
    yield one
    await one.stop()
    assert "Traceback" not in one.words()


async def signed_in(visitors: Visitors, server: RealServer, who: str, size: Any, hands: str) -> Staff:
    """A member of staff who has opened the printed link and confirmed it."""
    one = Staff(await (await visitors.context(size)).new_page(), hands)
    await one.page.goto(server.link(who))
    await one.checked()
    await one.act(one.button("Đăng nhập"))
    await expect(one.page).to_have_url(re.compile(r"/console/queue$" if "officer" in who else r"/console$"))
    await one.checked()
    return one


@by("360-keyboard", "1280-mouse")
async def test_a_citizen_asks_for_a_person_and_goes_on_at_the_same_step(
    visitors: Visitors, server: RealServer, size: Any, hands: str
) -> None:
    citizen = await visitors.arrive(size, hands)
    await citizen.act(citizen.option("Tra cứu mã số BHXH"))
    await citizen.act(citizen.option("Đồng ý"))
    await citizen.told("họ và tên")
    await citizen.say("tran thi be ba")
    await citizen.told("MỘT thông tin")
    await citizen.say("gap can bo")
    await citizen.told("chuyển cho cán bộ")
    await citizen.act(citizen.option("Đồng ý"))
    await citizen.told("giúp việc gì")
    want = f"khong nho ngay sinh cua ba {hands} {size['width']}"
    await citizen.say(want)
    await expect(citizen.theirs.filter(has_text="phiếu số")).to_have_count(1)
    await citizen.told("một thông tin")
    await good_for_everybody(citizen.page)

    officer = await signed_in(visitors, server, "as an officer", size, hands)
    await officer.act(officer.page.get_by_role("link", name=re.compile("Đang chờ")).first)
    await expect(officer.page.locator(".tabs [aria-current]")).to_contain_text("Đang chờ")
    await officer.checked()
    await officer.act(officer.page.get_by_role("link", name=re.compile(re.escape(want))))
    if size is PHONE:  # the card is folded to a line
        await officer.act(officer.page.locator("#card-fold" if hands == "keyboard" else ".card-line"), " ")
    card = officer.page.locator(".pane-card dl.facts")
    await expect(card).to_contain_text("Tra cứu mã số BHXH › nhập ngày sinh")
    await expect(card).to_contain_text("tran T. B. B.")
    assert "tran thi be ba" not in await card.inner_text()
    await officer.checked()

    await citizen.say("bua nay ngay may")  # until the claim the bot goes on answering
    await citizen.told("một thông tin")
    await officer.act(officer.button("Nhận trả lời"))
    answer = officer.page.get_by_role("textbox", name="Trả lời người dân")
    await expect(answer).to_be_visible()
    await expect(officer.page.get_by_role("log")).to_contain_text("bua nay ngay may")
    said_by_the_bot = await citizen.theirs.count()
    await citizen.say("alo co ai khong")
    await expect(officer.page.get_by_role("log")).to_contain_text("alo co ai khong")  # without reload
    await officer.write(answer, "Bác xem thẻ BHYT, dòng Ngày sinh.")
    await officer.act(officer.button("Gửi trả lời"))
    await citizen.told("Cán bộ BHXH: Bác xem thẻ BHYT, dòng Ngày sinh.")
    await expect(officer.page.get_by_role("log")).to_contain_text("Bác xem thẻ BHYT")
    await expect(officer.page.get_by_role("log")).to_contain_text("đã", ignore_case=True)
    assert await citizen.theirs.count() == said_by_the_bot + 1
    await officer.checked()

    await officer.act(officer.page.locator("#more > summary"))
    await officer.act(officer.button("Trả lại cho trợ lý"))
    await citizen.told("MỘT thông tin")
    await citizen.say("17/01/1983")
    await citizen.told("Tôi đã nhận: tran thi be ba, sinh 17/01/1983")
    await good_for_everybody(citizen.page)


async def _moved(page: Page, at_least: int) -> int:
    """How many are done, once it is at least so many."""
    bar = page.get_by_role("progressbar")
    async with asyncio.timeout(60):
        while (done := int(float(await bar.get_attribute("value") or "0"))) < at_least:
            await page.wait_for_timeout(100)  # the page's own time
    return done


async def _settled(server: RealServer) -> int:
    """How many notices have left, once none is on its way."""
    newest = "(SELECT id FROM campaigns ORDER BY number DESC LIMIT 1)"
    counted = f"SELECT state, count(*) FROM outbox WHERE campaign = {newest} AND door = 'demo' GROUP BY state"  # noqa: S608  # our own words
    async with asyncio.timeout(60):
        while True:
            with closing(sqlite3.connect(server.folder / "var" / "troly.db")) as database:
                states = dict(database.execute(counted).fetchall())
            if not states.get("leased"):
                return sum(states.values()) - states.get("pending", 0)
            await asyncio.sleep(0.05)  # another process ends them


@by("360-mouse")
async def test_a_notice_is_written_tested_approved_started_paused_and_resumed(
    visitors: Visitors, server: RealServer, size: Any, hands: str
) -> None:
    words = f"Từ 1/12 [TÊN PHÒNG] mở thêm sáng thứ bảy, ai dùng {hands} cũng xem được ở bit.ly/abc"
    admin = await signed_in(visitors, server, "as an admin", size, hands)
    chat = await admin.page.context.new_page()  # the admin's own talk, where the test notice goes
    await chat.goto(server.address)
    own = await ChatPage(chat).greeted()
    await admin.page.bring_to_front()
    await admin.page.goto(f"{server.address}/console/notices")
    await admin.checked()
    await admin.act(admin.page.get_by_role("link", name="Soạn thông báo").first)
    await admin.write(admin.page.get_by_role("textbox", name="Nội dung"), words)
    await expect(admin.page.locator("#look")).to_contain_text("gõ DUNG")  # the preview, without reload
    await expect(admin.page.locator("#look")).to_contain_text("Có chỗ chưa điền: “[TÊN PHÒNG]”")
    figure = admin.page.locator("#look .figure").first
    await expect(figure).to_have_text(re.compile(r"^\d+$"))
    readers = int(await figure.inner_text())
    assert READERS * 0.9 < readers <= READERS  # those who blocked an earlier notice are no longer counted
    await admin.act(admin.page.get_by_role("checkbox", name="Chỉ gửi trong giờ làm việc"), " ")
    await admin.checked()
    await admin.act(admin.button("Lưu bản nháp"))
    await expect(admin.page.get_by_role("heading", name=re.compile(r"^Thông báo \d+"))).to_be_visible()
    await admin.act(admin.button("Gửi thử vào trang trò chuyện"))
    await expect(own.theirs.filter(has_text=words)).to_have_count(1)
    await expect(admin.page.get_by_text("một quản trị viên khác duyệt")).to_be_visible()
    await admin.checked()

    second = await signed_in(visitors, server, "as a second admin", size, hands)
    await second.page.goto(admin.page.url.split("?")[0])
    await expect(second.page.get_by_text("Có đường dẫn không thuộc .gov.vn")).to_contain_text("bit.ly/abc")
    await second.act(second.button("Duyệt"))
    await expect(second.page.get_by_text("Đã duyệt").first).to_be_visible()
    await second.checked()

    gate = gate_of(server.folder)
    let_through(gate, 40, hands)
    await admin.act(admin.button(re.compile("Bắt đầu gửi")))
    await expect(admin.page.get_by_role("progressbar")).to_be_visible()
    first = await _moved(admin.page, 10)
    let_through(gate, 80, hands)
    assert await _moved(admin.page, first + 10) > first  # moves without reload
    await expect(admin.page.get_by_text(re.compile("giây|phút")).first).to_be_visible()
    await admin.act(admin.button("Tạm dừng"))  # while it runs: axe looks at the running page further down
    await expect(admin.button("Gửi tiếp")).to_be_visible()
    let_through(gate, READERS, hands)  # whatever began before the worker saw the pause gets through
    stopped = await _settled(server)
    assert await _moved(admin.page, stopped) == stopped < readers
    let_through(gate, stopped + 60, hands)
    await admin.act(admin.button("Gửi tiếp"))
    await expect(admin.page.get_by_role("progressbar")).to_be_visible()
    assert await _moved(admin.page, stopped + 20) < readers
    await admin.checked()
    let_through(gate, READERS, hands)
    await _moved(admin.page, readers)
    await expect(admin.button("Tạm dừng")).to_have_count(0)
    await admin.checked()
    await admin.act(admin.page.get_by_role("link", name="Xem từng người nhận"))
    await expect(admin.page.get_by_role("table")).to_be_visible()
    await admin.checked()


@by("1280-keyboard")
async def test_an_admin_tries_a_question_and_edits_its_answer(
    visitors: Visitors, server: RealServer, size: Any, hands: str
) -> None:
    admin = await signed_in(visitors, server, "as an admin", size, hands)
    page = admin.page
    await admin.act(page.get_by_role("navigation", name="Các trang").get_by_role("link", name="Hỏi đáp"))
    await admin.arrived("/console/questions$")
    await admin.checked()
    await admin.write(page.get_by_role("searchbox"), "otp sống được mấy phút")
    await admin.act(admin.button("Xem trợ lý trả lời gì"))
    await expect(page.get_by_role("heading", name="Trả lời ngay")).to_be_visible()
    await admin.checked()
    await admin.act(page.get_by_role("link", name="OTP có hiệu lực mấy phút", exact=False).first)
    await admin.arrived("/console/questions/[a-z0-9-]+$")
    await admin.checked()
    await admin.act(page.get_by_role("link", name="Sửa", exact=True))
    await admin.arrived("/edit$")
    answer = page.get_by_role("textbox", name="Câu trả lời")
    await answer.fill("")
    wide = "màn rộng" if size == DESKTOP else "màn hẹp"
    await admin.write(answer, f"Năm phút thôi, xem bằng {hands} {wide}.")
    await expect(page.get_by_role("region", name="Xem trước", exact=True)).to_contain_text("Năm phút thôi")
    await admin.checked()
    await admin.act(admin.button("Lưu"))
    await expect(page.get_by_role("status")).to_contain_text("Đã lưu")
    await expect(page.get_by_role("table")).to_contain_text(f"{hands} {wide}")
    await admin.checked()
    await page.goto(f"{server.address}/console/questions/misses")
    await admin.checked()
    await page.goto(f"{server.address}/console/questions/add?words=may%20phut")
    await admin.checked()
