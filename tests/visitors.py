"""People with a browser of their own, and the hands they use it with. Rule: press, type and look as people do."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.screens import DESKTOP

CONNECTED, LOST = "Đã kết nối", "Mất mạng – đang thử lại"
FORGOTTEN = "••• (đã xóa vì lý do an toàn)"
PATIENCE = 60_000.0  # milliseconds until what does not show itself is missing
expect.set_options(timeout=PATIENCE)
TABS = 40  # how many presses of Tab are tried to reach something
CSP_REPORTS = """
document.addEventListener("securitypolicyviolation",
  (event) => console.error("CSP " + event.effectiveDirective + " " + event.blockedURI));
"""
WIDER_THAN_THE_SCREEN = """() => {
  const width = document.documentElement.clientWidth;
  const wide = Array.from(document.body.querySelectorAll("*")).filter(
    (e) => e.getClientRects().length && !e.matches(".unseen, .skip") && e.getBoundingClientRect().right > width + 0.5);
  return document.documentElement.scrollWidth > width || wide.length
    ? wide.map((e) => e.tagName + "." + e.className).concat(document.documentElement.scrollWidth) : [];
}"""


@dataclass
class ChatPage:
    """One open chat page, and the hands that use it."""

    page: Page
    hands: str = "mouse"

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Cuộc trò chuyện", exact=True)

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox", name="Nhập tin nhắn", exact=True)

    @property
    def state(self) -> Locator:
        return self.page.locator("#state")

    @property
    def own(self) -> Locator:
        return self.page.locator(".message.own")

    @property
    def theirs(self) -> Locator:
        return self.page.locator(".message.theirs")

    @property
    def last(self) -> Locator:
        return self.theirs.last.locator(".words")

    @property
    def sms(self) -> Locator:
        return self.page.locator("#inbox .sms .words")

    def option(self, label: str) -> Locator:
        """The newest option of this label."""
        return self.log.get_by_role("button", name=label, exact=True).last

    async def greeted(self) -> ChatPage:
        await expect(self.state).to_have_text(CONNECTED)
        await expect(self.option("Tra cứu mã số BHXH")).to_be_visible()
        return self

    async def act(self, target: Locator, key: str = "Enter") -> None:
        """Press a thing: with the mouse, or by reaching it with Tab alone."""
        if self.hands == "mouse":
            await target.click()
            return
        await reach(self.page, target)
        await self.page.keyboard.press(key)

    async def say(self, text: str) -> None:
        """Type and send; the keyboard sends with Enter, the mouse with the button."""
        if self.hands == "mouse":
            await self.field.click()
        else:
            await reach(self.page, self.field)
        if self.hands == "mouse":
            await self.page.keyboard.insert_text(text)
            await self.page.get_by_role("button", name="Gửi", exact=True).click()
        else:
            await self.page.keyboard.type(text)
            await self.page.keyboard.press("Enter")
        await expect(self.field).to_have_value("")

    async def told(self, text: str) -> None:
        """The newest reply says this."""
        await expect(self.last).to_contain_text(text)

    async def opened(self, target: Locator) -> Page:
        """Press a link that opens a new tab; the tab."""
        async with self.page.context.expect_page() as opening:
            await self.act(target)
        page = await opening.value
        await page.wait_for_load_state()
        return page

    async def ask_for_a_code(self, person: str) -> str:
        """From the greeting to the code on the demo phone."""
        before = await self.sms.count()
        await self.act(self.option("Tra cứu mã số BHXH"))
        await self.told("đồng ý")
        await self.act(self.option("Đồng ý"))
        await self.told("họ và tên")
        await self.say(person)
        await self.told("Tôi đã nhận")
        await self.act(self.option("Nhận mã OTP"))
        await expect(self.link).to_have_count(1)
        await expect(self.sms).to_have_count(before + 1)
        return await self.code()

    async def code(self) -> str:
        """The code in the newest message of the demo phone."""
        text = await self.sms.first.text_content()
        found = re.search(r"\b[0-9]{6}\b", text or "")
        assert found, text
        return found.group()

    @property
    def link(self) -> Locator:
        return self.theirs.last.get_by_role("link", name="Mở trang bảo mật", exact=True)


async def reach(page: Page, target: Locator) -> None:
    """Move the focus to `target` with Tab alone: forwards where it comes later in the page, else backwards."""
    await expect(target).to_be_visible()
    behind = await target.evaluate(
        "e => document.activeElement !== document.body &&"
        " !(document.activeElement.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING)"
    )
    for _ in range(TABS):
        if await target.evaluate("e => e === document.activeElement"):
            return
        await page.keyboard.press("Shift+Tab" if behind else "Tab")
    raise AssertionError(f"{target} is not reached within {TABS} presses of Tab")


@dataclass
class Visitors:
    """People with a browser of their own each; `wrong` is what their consoles and the policy complained about."""

    browser: Browser
    address: str
    wrong: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)
    _meant: list[tuple[str, int]] = field(default_factory=list)
    _told: asyncio.Event = field(default_factory=asyncio.Event)

    async def context(self, size: Any = DESKTOP, **options: Any) -> BrowserContext:
        context = await self.browser.new_context(
            viewport=size, locale="vi-VN", reduced_motion="reduce", **options
        )
        context.set_default_timeout(PATIENCE)
        if options.get("java_script_enabled", True):
            await context.add_init_script(CSP_REPORTS)
        context.on("console", lambda m: self._complain(m.text) if m.type in ("error", "warning") else None)
        context.on("weberror", lambda e: self._complain(str(e.error)))
        self._contexts.append(context)
        return context

    async def arrive(self, size: Any = DESKTOP, hands: str = "mouse") -> ChatPage:
        """A new person whom the assistant has greeted."""
        page = await (await self.context(size)).new_page()
        await page.goto(self.address)
        return await ChatPage(page, hands).greeted()

    def _complain(self, what: str) -> None:
        self.wrong.append(what)
        self._told.set()

    def expected(self, pattern: str, at_most: int = 1000) -> None:
        """Complaints that this test means to cause, also those that are still to come: at most so many."""
        self._meant.append((pattern, at_most))

    def _take(self, pattern: str) -> int:
        """Take complaints off the list; how many they were."""
        mine = [w for w in self.wrong if re.search(pattern, w)]
        self.wrong = [w for w in self.wrong if w not in mine]
        return len(mine)

    async def complained(self, pattern: str, times: int) -> None:
        """Take complaints off the list, once so many have come: the browser tells of them after the answer itself."""
        async with asyncio.timeout(PATIENCE / 1000):
            while sum(bool(re.search(pattern, w)) for w in self.wrong) < times:
                self._told.clear()
                await self._told.wait()
        assert self._take(pattern) == times

    async def leave(self) -> None:
        """Close everything; then all complaints have come, and `wrong` holds those that nobody expected."""
        for context in self._contexts:
            await context.close()
        for pattern, at_most in self._meant:
            assert self._take(pattern) <= at_most, pattern
