"""A password is changed in a real Chromium: on a narrow phone, by keyboard alone, without JavaScript, after a link's preview was fetched.

Rule: what is pressed, typed and looked at is what a person presses, types and sees; axe-core finds nothing serious.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from data.installation.demo import PASSWORD
from tests.fork_server import ForkServer
from tests.screens import DESKTOP, NO_CHROMIUM, PHONE, RealServer, chromium_path
from tests.test_journeys import good_for_everybody
from tests.visitors import PATIENCE, ChatPage, Visitors, reach

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason=NO_CHROMIUM),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("browser"),  # one browser at a time
]
ROBOT = {"User-Agent": "TelegramBot (like TwitterBot)"}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def server(
    tmp_path_factory: pytest.TempPathFactory, fork_server: ForkServer
) -> AsyncIterator[RealServer]:
    """A demo as it is started by default: with accounts of its own."""
    one = RealServer(tmp_path_factory.mktemp("password"), fork_server)
    await one.start()
    yield one
    await one.stop()
    assert "Traceback" not in one.words()


async def asked(talk: ChatPage, code: str) -> None:
    """From the greeting to the link of the page."""
    await talk.say("doi mat khau")
    await talk.told("đồng ý")
    await talk.act(talk.option("Đồng ý"))
    await talk.told("mã số BHXH (10 số)")
    await talk.say(code)
    await expect(talk.link).to_have_count(1)


async def typed(page: Page, name: str, words: str, *, keyboard: bool) -> None:
    field = page.get_by_label(name, exact=True)
    if keyboard:
        await reach(page, field)
    else:
        await field.click()
    await page.keyboard.insert_text(words)


async def posted(page: Page, button: str, heading: str, *, keyboard: bool) -> None:
    if keyboard:
        await page.keyboard.press("Enter")
    else:
        await page.get_by_role("button", name=button, exact=True).click()
    await expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize(
    ("size", "hands", "scripts", "code"),
    [
        (PHONE, "mouse", True, "8800000001"),
        pytest.param(PHONE, "keyboard", True, "8800000002", marks=pytest.mark.soak),
        pytest.param(PHONE, "mouse", False, "8800000003", marks=pytest.mark.soak),
        (DESKTOP, "keyboard", False, "8800000004"),
    ],
    ids=["360", "360-keyboard", "360-no-scripts", "1280-keyboard-no-scripts"],
)
async def test_a_password_is_changed_and_the_chat_follows(
    visitors: Visitors, server: RealServer, size: Any, hands: str, scripts: bool, code: str
) -> None:
    keyboard = hands == "keyboard"
    talk = await visitors.arrive(size, hands)
    await asked(talk, code)
    link = await talk.link.get_attribute("href")
    assert link
    async with httpx.AsyncClient(headers=ROBOT, trust_env=False) as robot:  # a preview comes first
        for _ in range(3):
            seen = await robot.get(link)
            assert seen.status_code == 200
            assert seen.headers["cache-control"] == "no-store"
            assert (await robot.head(link)).status_code in (200, 405)
    page = await (await visitors.context(size, java_script_enabled=scripts)).new_page()
    await page.goto(link)
    if scripts:
        await good_for_everybody(page)
    fresh = f"cây bàng lá đỏ {code[-1]}"
    await typed(page, "Mật khẩu cũ", PASSWORD, keyboard=keyboard)
    await typed(page, "Mật khẩu mới", "Bhxh@2026", keyboard=keyboard)
    await typed(page, "Gõ lại mật khẩu mới", "Bhxh@2026", keyboard=keyboard)
    visitors.expected("422")
    await posted(page, "Tiếp tục", "Đổi mật khẩu", keyboard=keyboard)
    await expect(page.get_by_role("alert")).to_contain_text("dễ đoán")
    assert PASSWORD not in await page.content()
    if scripts:
        await good_for_everybody(page)
    await typed(page, "Mật khẩu cũ", PASSWORD, keyboard=keyboard)
    await typed(page, "Mật khẩu mới", fresh, keyboard=keyboard)
    await typed(page, "Gõ lại mật khẩu mới", fresh, keyboard=keyboard)
    if scripts:
        await expect(page.locator("#strength")).to_contain_text("mạnh")
        await expect(page.locator("#match")).to_have_text("Hai lần gõ giống nhau.")
    await posted(page, "Tiếp tục", "Nhập mã OTP", keyboard=keyboard)
    await talk.told(f"09•••••{code[-3:]}")
    await expect(talk.theirs.last.locator(".countdown")).to_have_text(re.compile(r"còn [45]:\d\d"))
    if scripts:
        await good_for_everybody(page)
    right = await talk.code()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    await typed(page, "Mã OTP gồm 6 chữ số", wrong, keyboard=keyboard)
    await posted(page, "Xác nhận", "Nhập mã OTP", keyboard=keyboard)
    await expect(page.get_by_role("alert")).to_contain_text("còn 4 lần")
    await talk.told("còn 4 lần")
    await typed(page, "Mã OTP gồm 6 chữ số", right, keyboard=keyboard)
    await posted(page, "Xác nhận", "Đã xong", keyboard=keyboard)
    await talk.told("Mật khẩu đã đổi xong")
    await expect(talk.sms.first).to_contain_text("vua duoc doi")
    await page.goto(link)
    await expect(page.get_by_role("heading", name="Đã xong", exact=True)).to_be_visible()
