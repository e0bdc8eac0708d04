"""A shift at the inbox in a real Chromium: keys, drafts that survive, a session that ends, three sizes. Rule: one session, told as it happens."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.fork_server import ForkServer
from tests.screens import DESKTOP, NO_CHROMIUM, PHONE, RealServer, chromium_path
from tests.test_journeys import good_for_everybody
from tests.visitors import ChatPage, Visitors

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason=NO_CHROMIUM),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("browser"),  # one browser at a time
]

LAPTOP = {"width": 1366, "height": 650}
KEPT = "Đã giữ bản nháp"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def server(
    tmp_path_factory: pytest.TempPathFactory, fork_server: ForkServer
) -> AsyncIterator[RealServer]:
    """A real service whose pages look often."""
    one = RealServer(
        tmp_path_factory.mktemp("inbox"), fork_server, TROLY_CONSOLE_LIVE_SECONDS="0.3", TROLY_DEMO_PEOPLE="5"
    )
    await one.start()
    yield one
    await one.stop()
    assert "Traceback" not in one.words()


async def asks(citizen: ChatPage, want: str) -> None:
    """A citizen asks for an officer."""
    await citizen.say("gap can bo")
    await citizen.told("chuyển cho cán bộ")
    await citizen.act(citizen.option("Đồng ý"))
    await citizen.told("giúp việc gì")
    await citizen.say(want)
    await expect(citizen.theirs.filter(has_text="phiếu số")).to_have_count(1)


async def signs_in(page: Page, server: RealServer, who: str) -> None:
    await page.goto(server.link(who))
    await page.get_by_role("button", name="Đăng nhập").click()
    await page.wait_for_url(re.compile("/console(/queue)?$"))


def idle(server: RealServer, seconds: int) -> None:
    """Let everybody's sessions have been idle for so long."""
    with closing(sqlite3.connect(server.folder / "var" / "troly.db")) as database, database:
        database.execute("UPDATE staff_sessions SET seen_at = seen_at - ?", (seconds,))


async def test_nothing_that_was_typed_is_lost_in_a_shift_by_keyboard(
    visitors: Visitors, server: RealServer
) -> None:
    """Keys alone, a service killed while one types, a session that ends: what was typed is there each time."""
    citizen = await visitors.arrive()
    await asks(citizen, "nho xem so 0900000012")
    officer = await (await visitors.context(DESKTOP)).new_page()
    keys, answer = officer.keyboard, officer.get_by_role("textbox", name="Trả lời người dân")
    await signs_in(officer, server, "as an officer")
    await expect(officer).to_have_url(re.compile("/console/queue$"))  # officers land here
    await good_for_everybody(officer)
    await keys.press("?")
    await expect(officer.get_by_role("dialog", name="Phím tắt")).to_be_visible()
    await keys.press("Escape")
    await expect(officer.get_by_role("dialog", name="Phím tắt")).to_be_hidden()
    await keys.press("/")
    await keys.type("nho xem")
    await keys.press("Enter")
    await expect(officer.get_by_text("1 phiếu có “nho xem”")).to_be_visible()
    await keys.press("g")
    await keys.press("c")
    await expect(answer).to_be_focused()
    await good_for_everybody(officer)

    await keys.type("Bác đọc giúp em số")
    await officer.get_by_role("button", name="Hiện đủ số").click()  # it leads to another page
    await expect(officer.get_by_text("Đang hiện đủ số")).to_be_visible()
    await expect(answer).to_have_value("Bác đọc giúp em số")
    await citizen.say("so con lai la 0900000034")
    await expect(officer.get_by_role("log")).to_contain_text("0900000034")  # it goes on living, in full
    await answer.focus()
    await keys.press("End")
    await keys.type(" trên thẻ")
    await keys.press("Escape")
    await keys.press("g")
    await expect(officer.get_by_role("heading", name="Hộp thư")).to_be_visible()
    await keys.press("j")
    await keys.press("Enter")
    await expect(answer).to_have_value("Bác đọc giúp em số trên thẻ")
    await expect(officer.get_by_role("log")).to_contain_text("•••••••034")  # masked again

    await server.kill()
    await keys.press("r")
    await keys.press("End")
    await keys.type(" BHYT ạ")
    await expect(officer.get_by_text("Mất kết nối")).to_be_visible()
    await server.start()
    await expect(officer.locator("[data-kept]")).to_have_text(KEPT)
    await officer.reload()
    await expect(answer).to_have_value("Bác đọc giúp em số trên thẻ BHYT ạ")

    idle(server, 800)
    await expect(officer.get_by_text(re.compile(r"Phiên làm việc sắp hết, còn [01]:\d\d"))).to_be_visible()
    await good_for_everybody(officer)
    await officer.get_by_role("button", name="Ở lại").click()
    await expect(officer.get_by_role("button", name="Ở lại")).to_be_hidden()
    idle(server, 2000)
    await expect(officer.get_by_text("Phiên làm việc đã hết")).to_be_visible()
    await keys.press("r")
    await keys.press("End")
    async with officer.expect_response(re.compile("/console/drafts$")) as late:
        await keys.type(", em chờ")
    assert (await late.value).status == 401
    await signs_in(officer, server, "as an officer")
    await officer.locator(".entry-link").first.click()
    await expect(answer).to_have_value("Bác đọc giúp em số trên thẻ BHYT ạ, em chờ")

    await keys.press("r")
    await keys.press("Control+Enter")
    await citizen.told("Bác đọc giúp em số trên thẻ BHYT ạ, em chờ")
    await expect(answer).to_have_value("")
    await officer.reload()
    await expect(answer).to_have_value("")
    await sizes(officer, citizen)
    visitors.expected("ERR_|Failed to fetch|401|WebSocket")


async def sizes(officer: Page, citizen: ChatPage) -> None:
    """At each size the send button is in view, and nothing jumps when one sends."""
    send = officer.get_by_role("button", name="Gửi trả lời")
    answer = officer.get_by_role("textbox", name="Trả lời người dân")
    for size in (LAPTOP, PHONE):
        await officer.set_viewport_size(size)
        await expect(send).to_be_in_viewport(ratio=1)
        words = f"Dạ em xem ạ, bác chờ em {size['height']}"
        await answer.fill(words)
        await send.click()
        await citizen.told(words)
        await expect(officer.get_by_role("log").get_by_text(words)).to_be_in_viewport()
        assert await officer.evaluate("scrollY") == 0
        await good_for_everybody(officer)
    await officer.get_by_role("link", name="← Danh sách").click()
    await expect(officer.get_by_role("heading", name="Hộp thư")).to_be_visible()
    await good_for_everybody(officer)
    await officer.locator(".entry-link").first.click()
    await officer.locator(".card-line").click()  # the card is folded to this line
    await expect(officer.get_by_role("button", name="Hiện đủ số")).to_be_visible()
    await answer.fill("Dạ xong rồi ạ")
    await officer.get_by_role("button", name="Gửi và đóng").click()
    await expect(officer).to_have_url(re.compile("note=sent_and_closed"))
    await citizen.told("")


@pytest.mark.soak
async def test_pages_of_members_and_of_the_audit_are_good_for_everybody(
    visitors: Visitors, server: RealServer
) -> None:
    admin = await (await visitors.context(DESKTOP)).new_page()
    await signs_in(admin, server, "as an admin")
    for size in (DESKTOP, PHONE):
        await admin.set_viewport_size(size)
        for path in (
            "/console/staff",
            "/console/audit?from=x",
        ):
            await admin.goto(f"{server.address}{path}")
            await good_for_everybody(admin)
        await admin.goto(f"{server.address}/console/staff")
        await admin.get_by_role("textbox", name="Tên đăng nhập").fill("Lan")
        await admin.get_by_role("button", name="Thêm", exact=True).click()
        await expect(admin).to_have_title(re.compile("^Lỗi: "))
        await expect(admin.locator("#error")).to_be_focused()
        await admin.get_by_role("link", name=re.compile("chọn một vai trò")).click()
        await expect(admin.locator("#role-officer")).to_be_focused()
        await good_for_everybody(admin)
    visitors.expected("422")
