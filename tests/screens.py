"""A real server, a real Chromium, and the screenshots made with them. Rule: what is shown was said by the product, nothing is staged.

`python -m tests.screens` (or `make screens`) writes docs/screens/*.png.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from tests.fork_server import ForkServer, Process, run_command
from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
SCREENS = ROOT / "docs" / "screens"
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
START_WAIT = 90.0  # seconds until a server that does not come up is given up
PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
ARGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-gpu",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NO_CHROMIUM = f"no Chromium: TROLY_CHROMIUM names none, and there is none at {', '.join(PLACES)}"


def chromium_path() -> str | None:
    """The Chromium of this machine, or None."""
    for path in (os.environ.get("TROLY_CHROMIUM", ""), *PLACES):
        if path and os.access(path, os.X_OK):
            return path
    return None


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A running browser, without a network but the loopback."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGS))
        try:
            yield browser
        finally:
            await browser.close()


class RealServer:
    """`troly serve --demo` as people run it, or from a fork server: a process of its own on a folder of its own."""

    def __init__(
        self, folder: Path, fork_server: ForkServer | None = None, before: str = "", **settings: str
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._fork_server, self._before = fork_server, before
        self._settings = settings
        self._process: Process | None = None
        self.said: list[str] = []  # what it printed at its start

    def link(self, what: str) -> str:
        """The address that the line with these words ends with."""
        return next(line.split()[-1] for line in self.said if what in line)

    async def start(self) -> None:
        """Return when it has said that it serves.

        Raises AssertionError with its own words when it does not.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "server.log"
        log.touch()
        before = len(self.words())
        env = {"TROLY_DATA_DIR": str(self.folder / "var"), "TROLY_PORT": str(self.port)}
        env |= {"TROLY_DEMO_PEOPLE": "60", **self._settings}
        if self._fork_server is None:
            self._process = await run_command(("serve", "--demo"), env, self.folder, log)
        else:
            self._process = await self._fork_server.spawn(
                *(("serve", "--demo"), env, self.folder),
                imports=("bot.serve", "uvloop"),
                before=self._before,
                log=log,
            )
        async with asyncio.timeout(START_WAIT):
            while "Stop with Ctrl-C" not in (said := self.words()[before:]):
                assert not self._process.ended, said
                await asyncio.sleep(0.02)  # a process that is starting tells nothing else
        self.said = said.splitlines()

    def words(self) -> str:
        """All that it wrote."""
        return (self.folder / "server.log").read_text(errors="replace")

    def sign_in_links(self) -> list[str]:
        """The links it printed for staff: officer, admin, second admin."""
        return [word for word in " ".join(self.said).split() if "/console/sign-in/" in word]

    async def kill(self) -> None:
        """End it as a power cut does."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """End it as an operator does."""
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.ended:
            return
        process.send_signal(how)
        try:
            await process.wait()
        except TimeoutError:
            await process.kill()
            raise AssertionError(f"the server did not stop: {self.words()[-2000:]}") from None


# -- the screenshots


class _Shown:
    """One page, used for its picture."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.get_by_role("log")
        self.newest = page.locator(".message.theirs").last

    async def press(self, label: str, then: str) -> None:
        await self.log.get_by_role("button", name=label, exact=True).last.click()
        await expect(self.newest).to_contain_text(then)

    async def say(self, text: str, then: str) -> None:
        await self.page.get_by_role("textbox", name="Nhập tin nhắn").fill(text)
        await self.page.get_by_role("button", name="Gửi", exact=True).click()
        await expect(self.newest).to_contain_text(then)

    async def save(self, name: str) -> None:
        await self.page.mouse.move(0, 0)
        path = SCREENS / f"{name}.png"
        await self.page.screenshot(path=path, animations="disabled", caret="hide")
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} kB")


@asynccontextmanager
async def _visitor(browser: Browser, address: str, size: Any) -> AsyncIterator[_Shown]:
    context = await browser.new_context(
        viewport=size, locale="vi-VN", reduced_motion="reduce", color_scheme="light"
    )
    page = await context.new_page()
    await page.goto(address)
    shown = _Shown(page)
    await expect(shown.newest).to_contain_text("Tôi giúp được gì")
    yield shown
    await context.close()


async def _look_up(shown: _Shown, person: str) -> Locator:
    """From the greeting to the link of the secure page."""
    await shown.press("Tra cứu mã số BHXH", "đồng ý")
    await shown.press("Đồng ý", "họ và tên")
    await shown.say(person, "Tôi đã nhận")
    await shown.press("Nhận mã OTP", "trang bảo mật")
    await expect(shown.page.locator("#inbox .sms")).to_have_count(1)
    return shown.newest.get_by_role("link", name="Mở trang bảo mật")


async def _take(browser: Browser, address: str) -> None:
    async with _visitor(browser, address, PHONE) as shown:
        link = await _look_up(shown, "Lê Thị Hồng Thắm 1958")
        await shown.save("chat-phone")
        async with shown.page.context.expect_page() as opening:
            await link.click()
        secure = _Shown(await opening.value)
        await expect(secure.page.locator(".countdown")).to_contain_text("còn")
        await secure.save("secure-phone")
    async with _visitor(browser, address, DESKTOP) as shown:
        link = await _look_up(shown, "Trần Thị Bé Ba 17/01/1983")
        words = await shown.page.locator("#inbox .sms .words").inner_text()
        async with shown.page.context.expect_page() as opening:
            await link.click()
        page = await opening.value
        await page.get_by_role("textbox").fill("".join(c for c in words[:7] if c.isdigit()))
        await page.get_by_role("button", name="Xác nhận").click()
        await expect(page.get_by_role("heading", name="Đã xác minh")).to_be_visible()
        await page.close()
        await expect(shown.newest).to_contain_text("8800000001")
        await shown.save("chat-desktop")
    async with _visitor(browser, address, DESKTOP) as shown:
        await shown.say("benh vien lien he ai", "Cơ sở y tế")
        await shown.press("Nguyễn Văn Quyến", "Phụ trách")
        await shown.save("contacts-desktop")


async def _signed_in(browser: Browser, server: RealServer, who: str, size: Any) -> _Shown:
    """A member of staff at the first page of the console."""
    context = await browser.new_context(
        viewport=size, locale="vi-VN", reduced_motion="reduce", color_scheme="light"
    )
    page = await context.new_page()
    await page.goto(server.link(who))
    await page.get_by_role("button", name="Đăng nhập").click()
    await page.wait_for_url(re.compile("/console(/queue)?$"))
    return _Shown(page)


async def _take_staff(browser: Browser, server: RealServer) -> None:
    """The desk and a notice, as staff see them."""
    async with _visitor(browser, server.address, PHONE) as citizen:
        await citizen.press("Tra cứu mã số BHXH", "đồng ý")
        await citizen.press("Đồng ý", "họ và tên")
        await citizen.say("tran thi be ba", "MỘT thông tin")
        await citizen.say("gap can bo", "chuyển cho cán bộ")
        await citizen.press("Đồng ý", "giúp việc gì")
        await citizen.say("toi khong nho ngay sinh cua ba nha toi", "MỘT thông tin")
        for size, name in ((DESKTOP, "desktop"), (PHONE, "phone")):
            officer = await _signed_in(browser, server, "as an officer", size)
            page = officer.page
            await page.goto(f"{server.address}/console/queue")
            await officer.save(f"console-queue-{name}")
            await page.locator(".entry-link").first.click()
            if size is DESKTOP:
                await page.get_by_role("button", name="Nhận trả lời").click()
                await citizen.page.get_by_role("textbox", name="Nhập tin nhắn").fill("dạ cô coi giúp")
                await citizen.page.get_by_role("button", name="Gửi", exact=True).click()
                await page.get_by_role("textbox", name="Trả lời người dân").fill(
                    "Bác xem trên thẻ BHYT, dòng Ngày sinh."
                )
                await page.get_by_role("button", name="Gửi trả lời").click()
                await expect(citizen.newest).to_contain_text("Cán bộ BHXH")
                await expect(page.get_by_text("dạ cô coi giúp")).to_be_visible()
            await officer.save(f"console-talk-{name}")
        await citizen.save("handover-phone")
    for size, name in ((DESKTOP, "desktop"), (PHONE, "phone")):
        admin = await _signed_in(browser, server, "as an admin", size)
        page = admin.page
        await page.goto(f"{server.address}/console/notices/new")
        await page.get_by_role("textbox", name="Nội dung").fill(
            "Từ ngày 1/12, bộ phận tiếp nhận hồ sơ mở thêm sáng thứ bảy. Anh/chị mang theo thẻ BHYT hoặc CCCD."
        )
        await page.get_by_role("checkbox", name="Chỉ gửi trong giờ làm việc").uncheck()
        await expect(page.locator("#look")).to_contain_text("gõ DUNG")
        await page.evaluate("window.scrollTo(0, 0)")
        await admin.save(f"console-notice-write-{name}")
        await page.get_by_role("button", name="Lưu bản nháp").click()
        await page.get_by_role("button", name="Bắt đầu gửi").click()
        bar = page.get_by_role("progressbar")
        while float(await bar.get_attribute("value") or "0") < 60:
            await page.wait_for_timeout(200)
        await admin.save(f"console-notice-run-{name}")


async def main() -> int:
    """Take every screenshot anew; 1 when this machine has no Chromium."""
    if chromium_path() is None:
        print(NO_CHROMIUM, file=sys.stderr)
        return 1
    SCREENS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = RealServer(Path(folder), TROLY_DEMO_READERS="400")
        await server.start()
        try:
            async with chromium() as browser:
                await _take(browser, server.address)
                await _take_staff(browser, server)
        finally:
            await server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
