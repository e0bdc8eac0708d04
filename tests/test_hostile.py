"""Hostile texts as name, text and file name, shown in console, chat and Telegram. Rule: none runs, none is refused, none is lost."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from flows.secrets.file_names import shown_name
from handlers.turns.ticket_log import LEFT_OUT
from tests.fork_server import ForkServer
from tests.screens import NO_CHROMIUM, RealServer, chromium_path
from tests.visitors import CONNECTED, Visitors

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason=NO_CHROMIUM),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("browser"),  # one browser at a time
]

RUNS = "window.ran=(window.ran||0)+1"
_SHELLS = (
    "<script>{}</script>",
    "<img src=x onerror={}>",
    "<svg onload={}>",
    "<svg><script>{}</script></svg>",
    "<body onload={}>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>",
    '<a href="javascript:{}">bấm</a>',
    "<details open ontoggle={}>",
    "<input autofocus onfocus={}>",
    "<video><source onerror={}></video>",
    "<math><mi xlink:href='javascript:{}'>x",
    "<object data='data:text/html,<script>{}</script>'>",
    "<form><button formaction=javascript:{}>x",
    "<style onload={}></style>",
    "<link rel=stylesheet href=x onerror={}>",
    "<marquee onstart={}>",
    "<template><script>{}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>",
)
_FRAMES = (
    "{}",
    '">{}',
    "'>{}",
    "</textarea>{}",
    "</title>{}",
    "</script>{}",
    "--><!-- {}",
    "]]>{}",
    "*{}* _x_ `y` [z](javascript:alert)",
)
_OTHERS = (
    *(
        "<b",
        "</a>",
        "&",
        "&lt;",
        "&#60;script&#62;",
        "_*[",
        "``` ",
        "[x](tg://user?id=1)",
        "<code>",
        "<pre><b>",
    ),
    *(
        "{{7*7}}",
        "{% raw %}",
        "${7*7}",
        "%s%n",
        "'; DROP TABLE outbox;--",
        '" OR 1=1',
        "=cmd|' /C calc'!A0",
        "+84900000001",
    ),
    *(
        "@SUM(1)",
        "\tTab",
        "../../etc/passwd",
        "C:\\x",
        "‮gnp.exe",
        "a\u0000b",
        "\ud800",
        "z̸̢̛̯̈́͝algo",
        "👩‍👩‍👧‍👦",
        "🏴‍☠️",
    ),
    *(
        "javascript:alert(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
    ),
    *(
        '<3 & "=cmd"',
        "\\u003cscript\\u003e",
        "＜script＞",
        "<<SCRIPT>",
        "<ScRiPt>",
        "ﬁ",
        "Ⅳ",
        "a" * 1500,
        "\n\n\n",
        "𝕏",
    ),
)
PAYLOADS = [
    *(frame.format(shell.format(RUNS)) for shell, frame in product(_SHELLS, _FRAMES)),
    *_OTHERS,
]


async def test_there_are_two_hundred_of_them_and_all_differ() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 200


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def server(
    tmp_path_factory: pytest.TempPathFactory, fork_server: ForkServer
) -> AsyncIterator[RealServer]:
    one = RealServer(
        *(tmp_path_factory.mktemp("hostile"), fork_server, "tests.gates:take_any_number"),
        TROLY_SOCKET_PER_MINUTE="100000",
        TROLY_DEMO_READERS="3",
    )
    await one.start()
    yield one
    await one.stop()
    assert "Traceback" not in one.words()


async def sign_in(visitors: Visitors, server: RealServer, who: str) -> Page:
    page = await (await visitors.context()).new_page()
    await page.goto(server.link(who))
    await page.get_by_role("button", name="Đăng nhập").click()
    await page.wait_for_url(re.compile("/console(/queue)?$"))
    return page


async def nothing_ran(page: Page) -> None:
    assert await page.evaluate("window.ran || 0") == 0


# as the page does: what was not answered when a line broke off, as it may where the machine is slow, is sent again
SEND_ALL = """async (frames) => {
  const answers = new Map();
  while (answers.size < frames.length) {
    const line = new WebSocket(location.origin.replace(/^http/, "ws") + "/chat/socket");
    const closed = new Promise((done) => { line.onclose = done; });
    line.onopen = () => {
      for (const [n, frame] of frames.entries())
        if (!answers.has("h" + n)) line.send(JSON.stringify({ id: "h" + n, ...frame }));
    };
    line.onmessage = (event) => {
      const got = JSON.parse(event.data);
      if (got.for) answers.set(got.for, got.error || "");
      if (answers.size === frames.length) line.close();
    };
    await closed;
  }
  return [...answers.values()];
}"""


# a page is loaded for each of these: some of every shell and every frame, all of them in `make soak`
SOME = pytest.mark.parametrize("every", [19, pytest.param(1, marks=pytest.mark.soak)])


@SOME
async def test_two_hundred_hostile_texts_in_chat_and_console(
    visitors: Visitors, server: RealServer, every: int
) -> None:
    citizen = await visitors.arrive()
    for text in ("gap can bo", "dong y"):
        await citizen.say(text)
    await citizen.told("giúp việc gì")
    await citizen.say(PAYLOADS[0])
    await citizen.told("phiếu số")

    officer = await sign_in(visitors, server, "as an officer")
    await officer.goto(f"{server.address}/console/queue")
    await expect(officer.locator(".entry-link").first).to_contain_text(PAYLOADS[0])
    await officer.locator(".entry-link").first.click()
    await officer.get_by_role("button", name="Nhận trả lời").click()
    await expect(officer.get_by_role("textbox", name="Trả lời người dân")).to_be_visible()

    talk = officer.url
    answers = PAYLOADS[::every]  # while the page is short: each loads it anew
    for n, answer in enumerate(answers):
        field = officer.get_by_role("textbox", name="Trả lời người dân")
        await field.fill(answer)
        await officer.get_by_role("button", name="Gửi trả lời").click()
        if _tidy(answer):
            await expect(officer.locator(".message.own .words")).to_have_count(
                sum(bool(_tidy(a)) for a in answers[: n + 1])
            )
    empty = sum(not _tidy(a) for a in answers)  # nothing to send: said so, and kept
    await visitors.complained("422", empty)
    wanted = [f"Cán bộ BHXH: {_tidy(a)}" for a in answers if _tidy(a)]
    await expect(citizen.theirs.filter(has_text="Cán bộ BHXH:")).to_have_count(len(wanted))
    got = [_tidy(t) for t in await citizen.theirs.locator(".words").all_text_contents()]
    assert [w for w in wanted if w not in got] == []

    texts: list[dict[str, Any]] = [{"text": p} for p in PAYLOADS]
    files = [{"file": {"name": p[:200], "bytes": 10, "type": "application/pdf"}} for p in PAYLOADS]
    frames = json.loads(json.dumps([*texts, *files]))
    errors = await citizen.page.evaluate(SEND_ALL, frames)
    assert [e for e in errors if e] == []

    await officer.goto(talk)
    said = [_tidy(text) for text in await officer.locator(".message:not(.own) .words").all_text_contents()]
    names = [f"[tệp {_tidy(shown_name(f['file']['name']))}" for f in files]
    hidden = [name for name in names if not any(name in text for text in said)]
    assert all("javascript:alert" in name for name in hidden), "what the shield takes for a password"
    assert len(hidden) <= 12
    page_text = await officer.locator("main").text_content() or ""
    assert page_text.count(LEFT_OUT) >= len(hidden)
    lost = [p for p in PAYLOADS if _tidy(p) and _tidy(p) not in said]
    assert lost == []
    await nothing_ran(officer)

    await citizen.page.reload()
    await expect(citizen.state).to_have_text(CONNECTED)
    await nothing_ran(citizen.page)
    await nothing_ran(officer)
    await officer.locator("#more > summary").click()
    await officer.get_by_role("button", name="Trả lại cho trợ lý").click()

    bot = await visitors.arrive()  # as a name, to the bot
    for text in ("tra cuu ma so", "dong y"):
        await bot.say(text)
    await bot.told("họ và tên")
    errors = await bot.page.evaluate(SEND_ALL, frames[: len(texts)])
    assert [e for e in errors if e] == []
    await bot.page.reload()
    await expect(bot.state).to_have_text(CONNECTED)
    await nothing_ran(bot.page)


@SOME
async def test_hostile_notices_are_shown_as_they_were_written(
    visitors: Visitors, server: RealServer, every: int
) -> None:
    admin = await sign_in(visitors, server, "as an admin")
    written = [p for p in PAYLOADS[::every] if _tidy(p)]
    for text in written:
        await admin.goto(f"{server.address}/console/notices/new")
        await admin.get_by_role("textbox", name="Nội dung").fill(text)
        async with asyncio.timeout(60):
            while "gõ DUNG" not in (await admin.locator("#look").text_content() or ""):
                await admin.wait_for_timeout(20)  # the page's own time; `expect` looks again ever more seldom
        await admin.get_by_role("button", name="Lưu bản nháp").click()
        await expect(admin.locator("main")).to_contain_text(_tidy(text)[:60])
        await nothing_ran(admin)
    await admin.goto(f"{server.address}/console/notices")
    await nothing_ran(admin)


def _tidy(text: str) -> str:
    """What is left of a text once it was cleaned, with spaces as a browser shows them; long numbers are masked."""
    from flows.text.masking import mask_text
    from flows.text.normalise import clean

    return " ".join(mask_text(clean(text)).split())
