"""The chat page at a counter and in a frame of another site, in a real Chromium. Rule: what is looked for afterwards is looked for everywhere.

One service and one browser for all of it; other sites are small servers on the loopback.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from data.installation.demo import POSTER_CODE
from tests.fork_server import ForkServer
from tests.ports import free_port
from tests.screens import ARGS, DESKTOP, NO_CHROMIUM, PHONE, RealServer, chromium_path
from tests.visitors import PATIENCE  # its import lets `expect` wait as long

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason=NO_CHROMIUM),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("browser"),  # one browser at a time
]
BOTH = pytest.mark.parametrize(
    "size", [pytest.param(PHONE, id="360"), pytest.param(DESKTOP, id="1280", marks=pytest.mark.soak)]
)
NAME = "Lê Văn Đời Riêng"
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
EVERYTHING = """() => JSON.stringify({
    words: document.documentElement.outerHTML, field: document.getElementById('field').value,
    session: Object.assign({}, sessionStorage), local: Object.assign({}, localStorage), history: history.state, at: location.href})"""


@asynccontextmanager
async def site(host: str, tag: str, port: int) -> AsyncIterator[str]:
    """Another site: one page with one script tag."""
    page = f"<!doctype html><html lang=vi><title>Trang của cơ quan</title><h1>Cơ quan</h1>{tag}".encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(page)}\r\nConnection: close\r\n\r\n"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head.encode() + page)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    async with server:
        yield f"http://{host}:{port}"


ALLOWED, OTHER = free_port(), free_port()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def server(
    tmp_path_factory: pytest.TempPathFactory, fork_server: ForkServer
) -> AsyncIterator[RealServer]:
    """A service that one other site may embed: http://localhost, which is another site than http://127.0.0.1."""
    one = RealServer(
        tmp_path_factory.mktemp("front"),
        fork_server,
        TROLY_EMBED_ORIGINS=f"http://localhost:{ALLOWED}",
    )
    await one.start()
    yield one
    await one.stop()
    assert "Traceback" not in one.words()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One that gives frames of other sites no cookies and no storage, as browsers do: only partitioned cookies are left."""
    async with async_playwright() as playwright:
        one = await playwright.chromium.launch(
            executable_path=chromium_path(),
            args=[*ARGS, "--test-third-party-cookie-phaseout"],
        )
        yield one
        await one.close()


async def faults(page: Page) -> list[str]:
    """What axe-core finds serious or worse."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
    return [v["id"] for v in found if v["impact"] in ("serious", "critical")]


async def says(page: Any, words: str) -> None:
    """Type and send; returns when it is answered."""
    before = await page.locator(".message.theirs").count()
    await page.locator("#field").fill(words)
    await page.get_by_role("button", name="Gửi").click()
    await expect(page.locator(".message.theirs").nth(before)).to_be_visible()
    await expect(page.locator(".waiting")).to_have_count(0)


async def at_counter(browser: Browser, server: RealServer, size: Any) -> tuple[BrowserContext, Page]:
    """A device at a counter, whose page was opened from another one."""
    context = await browser.new_context(viewport=size)
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.clock.install()
    await page.goto(f"{server.address}/healthz")
    await page.goto(f"{server.address}/?counter={POSTER_CODE}")
    await expect(page.locator(".message.theirs")).to_have_count(1)
    return context, page


async def assert_nothing_is_left(context: BrowserContext, page: Page, cookie: str, traces: list[str]) -> None:
    """Not in the page, in storage, in the cookie, behind the back button, nor in another window."""
    await expect(page.locator(".message.theirs")).to_have_count(1)  # the next person is greeted
    await page.wait_for_function("() => document.querySelectorAll('.message.own').length === 0")
    assert [other for other in context.pages if other is not page] == []

    async def look() -> None:
        kept = await page.evaluate(EVERYTHING)
        assert [trace for trace in traces if trace in kept] == []
        assert json.loads(kept)["session"] == {} == json.loads(kept)["local"]

    await look()
    cookies = [c for c in await context.cookies() if "troly_counter" in c["name"]]
    assert len(cookies) == 1
    assert cookies[0]["value"] != cookie
    assert cookies[0]["expires"] == -1  # ends with the browser
    assert not [c for c in await context.cookies() if "troly_visitor" in c["name"]]
    await page.go_back()
    assert page.url.endswith("/healthz")  # what was there before the counter's page, not the last person
    await page.go_forward()
    await expect(page.locator(".message.theirs")).to_have_count(1)
    await look()
    await page.reload()
    await expect(page.locator(".message.theirs")).to_have_count(1)
    await look()


async def counter_cookie(context: BrowserContext) -> str:
    return next(c["value"] for c in await context.cookies() if "troly_counter" in c["name"])


@BOTH
async def test_a_press_leaves_nothing_of_a_person_at_a_counter(
    browser: Browser, server: RealServer, size: Any, tmp_path: Path
) -> None:
    """Seen red: with the store kept, and with the cookie kept."""
    context, page = await at_counter(browser, server, size)
    cookie = await counter_cookie(context)
    assert await faults(page) == []
    await says(page, f"toi ten {NAME}")
    await says(page, "cho xin tờ rơi")
    picture = page.get_by_alt_text("Mã QR để lấy tệp to-roi-vssid.pdf")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("img => img.complete && img.naturalWidth > 0")
    assert await page.locator("a[download]").count() == 0  # nothing is left in its folder of downloads
    await page.locator("#field").fill("chữ đang gõ dở của người trước")
    assert await faults(page) == []
    shot = tmp_path / "counter.png"
    await page.screenshot(path=shot)
    await page.get_by_role("button", name="Xong, xóa hết").click()
    await page.wait_for_load_state()
    await assert_nothing_is_left(context, page, cookie, [NAME, "người trước", "to-roi"])
    await context.close()


async def test_a_minute_without_a_touch_leaves_nothing_of_a_person_at_a_counter(
    browser: Browser, server: RealServer
) -> None:
    """A touch begins it anew, also one in the secure window, which is closed at its end. The minute is the browser's clock moved on."""
    context, page = await at_counter(browser, server, PHONE)
    cookie = await counter_cookie(context)
    await says(page, f"toi ten {NAME}")
    async with context.expect_page() as opens:
        await page.evaluate(
            """() => { const a = document.createElement('a'); a.href = '/secure/x'; a.target = '_blank'; a.textContent = 'Mở trang bảo mật';
               document.getElementById('log').append(a); a.click(); }"""
        )
    secure = await opens.value
    await secure.wait_for_load_state()
    await page.wait_for_function("() => opened_window.document.watchedByCounter === true")
    await page.clock.fast_forward(45_000)
    await expect(page.locator("#forgets-when")).to_have_class("soon")
    before = await page.evaluate("touchedAt")
    await secure.mouse.click(5, 5)
    await page.wait_for_function(f"() => touchedAt > {before}")
    await page.clock.fast_forward(45_000)
    await expect(page.locator(".message.own")).to_contain_text([NAME])  # 90 seconds, and a touch between
    async with page.expect_navigation():
        await page.clock.fast_forward(20_000)
    await assert_nothing_is_left(context, page, cookie, [NAME])
    await context.close()


async def test_a_page_of_ones_own_keeps_what_a_counter_forgets(browser: Browser, server: RealServer) -> None:
    """So that the two tests above can fail."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(server.address)
    await expect(page.locator(".message.theirs")).to_have_count(1)
    await says(page, f"toi ten {NAME}")
    await page.reload()
    await expect(page.locator(".message.own")).to_contain_text([NAME])
    assert NAME in await page.evaluate(EVERYTHING)
    await context.close()


# -- in a frame of another site


def tag(server: RealServer) -> str:
    return f'<script src="{server.address}/chat/static/embed.js" async></script>'


@BOTH
async def test_a_site_on_the_list_embeds_the_chat_with_one_script_tag(
    browser: Browser, server: RealServer, size: Any
) -> None:
    """The page is http://localhost, the frame http://127.0.0.1: another site, so its cookie is a third party's."""
    async with site("localhost", tag(server), ALLOWED) as address:
        context = await browser.new_context(viewport=size)
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        await page.goto(address)
        await page.get_by_role("button", name="Hỏi trợ lý VssID").click()
        frame = page.frame_locator("iframe")
        await expect(frame.locator("#state")).to_have_text("Đã kết nối")
        await says(frame, f"toi ten {NAME}")
        (cookie,) = [c for c in await context.cookies() if "troly" in c["name"]]
        assert (cookie["name"], cookie["sameSite"], cookie["secure"]) == ("troly_frame", "None", True)
        assert cookie.get("partitionKey")
        assert await faults(page) == []
        await page.reload()  # the same conversation; its log is gone where a browser gives frames no storage
        await page.get_by_role("button", name="Hỏi trợ lý VssID").click()
        await expect(page.frame_locator("iframe").locator("#state")).to_have_text("Đã kết nối")
        assert [c["value"] for c in await context.cookies()] == [cookie["value"]]
        await page.keyboard.press("Escape")
        await expect(page.locator("iframe")).to_be_hidden()
        await page.get_by_role("button", name="Hỏi trợ lý VssID").click()
        await page.get_by_role("button", name="Đóng trợ lý").click()
        await expect(page.locator("iframe")).to_be_hidden()
        await context.close()


@pytest.mark.parametrize(
    "query",
    [
        "embed",
        *(
            pytest.param(one, marks=pytest.mark.soak)
            for one in ("", f"counter={POSTER_CODE}", f"embed&counter={POSTER_CODE}")
        ),
    ],
)
async def test_a_site_that_is_not_on_the_list_is_refused(
    browser: Browser, server: RealServer, query: str
) -> None:
    """Seen red with `frame-ancestors *`. Nor does a site on the list get a page that is not meant for it."""
    frame = f'<iframe id=f src="{server.address}/?{query}"></iframe>'
    async with site("localhost", frame, OTHER if query == "embed" else ALLOWED) as address:
        page = await browser.new_page()
        page.set_default_timeout(PATIENCE)
        async with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            await page.goto(address)
        assert await page.frame_locator("#f").locator("#field").count() == 0
        await page.close()
