"""The chat page and the secure page in a real Chromium, against a real `troly serve --demo`. Rule: press, type and look as people do.

Every test ends with no console error, no failed script and no report of the content security policy; the two tests in
which the network or the page is broken on purpose name what they expect.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import websockets
from playwright.async_api import Browser, BrowserContext, WebSocketRoute, expect

from data.knowledge.content import SECRETS, read_weights
from flows.secrets import detector
from tests.fork_server import ForkServer
from tests.screens import DESKTOP, NO_CHROMIUM, PHONE, RealServer, chromium_path
from tests.visitors import CONNECTED, FORGOTTEN, LOST, WIDER_THAN_THE_SCREEN, ChatPage, Visitors, reach

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason=NO_CHROMIUM),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("browser"),  # one browser at a time
]

BOTH = pytest.mark.parametrize(  # both widths and both ways of choosing; the two other pairs in `make soak`
    ("size", "hands"),
    [
        pytest.param(PHONE, "keyboard", id="360-keyboard"),
        pytest.param(DESKTOP, "mouse", id="1280-mouse"),
        pytest.param(PHONE, "mouse", id="360-mouse", marks=pytest.mark.soak),
        pytest.param(DESKTOP, "keyboard", id="1280-keyboard", marks=pytest.mark.soak),
    ],
)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def server(
    tmp_path_factory: pytest.TempPathFactory, fork_server: ForkServer
) -> AsyncIterator[RealServer]:
    """A real service on a folder of its own, with room for many codes to one phone."""
    one = RealServer(
        tmp_path_factory.mktemp("browser"),
        fork_server,
        "tests.gates:take_any_number",
        TROLY_ACCOUNTS="guide",
        TROLY_OTP_RESEND_SECONDS="0",
        TROLY_OTP_PER_10_MINUTES="500",
        TROLY_OTP_PER_HOUR="500",
        TROLY_OTP_PER_DAY="500",
    )
    await one.start()
    yield one
    await one.stop()
    assert "Traceback" not in one.words()


@BOTH
async def test_a_record_is_shown_after_the_code_was_typed_on_the_secure_page(
    visitors: Visitors, size: Any, hands: str
) -> None:
    talk = await visitors.arrive(size, hands)
    code = await talk.ask_for_a_code("Trần Thị Bé Ba 17/01/1983")
    await expect(talk.theirs.last.locator(".countdown")).to_have_text(re.compile(r"còn [45]:\d\d"))
    assert "8800000001" not in await talk.log.inner_text()
    secure = await talk.opened(talk.link)
    there = ChatPage(secure, hands)
    otp = secure.get_by_role("textbox", name="Mã OTP gồm 6 chữ số", exact=True)
    assert await secure.evaluate(WIDER_THAN_THE_SCREEN) == []
    if hands == "mouse":
        await otp.click()
    else:
        await reach(secure, otp)
    await secure.keyboard.type(code)
    if hands == "mouse":
        await secure.get_by_role("button", name="Xác nhận", exact=True).click()
    else:
        await secure.keyboard.press("Enter")
    await expect(secure.get_by_role("heading", name="Đã xác minh")).to_be_visible()
    await expect(there.log).to_have_count(0)
    await secure.close()
    await talk.told("Mã số BHXH: 8800000001")
    await expect(talk.theirs.filter(has_text="8800000001")).to_have_count(1)
    await expect(talk.page.locator(".countdown, .strong:is(a)")).to_have_count(
        0
    )  # no clock, no loud link to a spent page
    assert await talk.page.evaluate(WIDER_THAN_THE_SCREEN) == []


@BOTH
async def test_a_contact_is_found_by_words_and_by_options_and_can_be_called(
    visitors: Visitors, size: Any, hands: str
) -> None:
    talk = await visitors.arrive(size, hands)
    await talk.say("truong hoc lien he ai")
    card = talk.theirs.last.locator(".contact")
    await expect(card).to_be_visible()
    call = card.get_by_role("link", name=re.compile(r"^Gọi 0\d{3} \d{3} \d{3}$"))
    assert re.fullmatch(r"tel:0\d{9}", await call.get_attribute("href") or "")
    await talk.act(talk.option("Khối khác"))
    await talk.told("loại cơ quan nào")
    first = await talk.log.get_by_role("group", name="Lựa chọn").last.locator(".label").first.inner_text()
    await talk.act(talk.option(first))
    await talk.told(first)
    assert await talk.page.evaluate(WIDER_THAN_THE_SCREEN) == []
    if hands == "keyboard":
        await reach(talk.page, talk.theirs.last.get_by_role("button").first)


async def test_the_keyboard_meets_everything_in_the_order_of_the_page_under_its_own_name(
    visitors: Visitors,
) -> None:
    talk = await visitors.arrive(PHONE)
    page = talk.page
    order = [
        page.get_by_role("link", name="Đến ô nhập tin nhắn", exact=True),
        page.get_by_role("link", name="Gọi 1900 9068", exact=True),
        *(await talk.log.get_by_role("button").all()),
        page.get_by_role("form", name="Soạn tin nhắn").get_by_role("button", name="Menu", exact=True),
        talk.field,
        page.get_by_role("button", name="Gửi", exact=True),
        page.get_by_role("complementary", name="Điện thoại thử").locator("summary"),
    ]
    assert len(order) >= 6 + 4
    for one in order:
        await page.keyboard.press("Tab")
        await expect(one).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("list", name="Tin nhắn SMS thử")).to_be_attached()
    await expect(page.get_by_text("Chưa có tin nhắn nào.")).to_be_visible()


async def test_the_first_key_leads_to_the_field_and_numbers_choose_options(visitors: Visitors) -> None:
    talk = await visitors.arrive(PHONE, "keyboard")
    await talk.page.keyboard.press("Tab")
    await talk.page.keyboard.press("Enter")
    await expect(talk.field).to_be_focused()
    await talk.page.keyboard.type("1")
    await talk.page.keyboard.press("Enter")
    await talk.told("đồng ý")
    await expect(talk.field).to_be_focused()
    await expect(talk.option("Không đồng ý")).to_be_visible()
    await talk.page.keyboard.type("3")  # the menu keeps its number although only its own button is drawn
    await talk.page.keyboard.press("Enter")
    await talk.told("Tôi giúp được gì")
    await expect(talk.log.get_by_role("button", name="Menu", exact=True)).to_have_count(0)
    await talk.page.keyboard.type("1")
    await talk.page.keyboard.press("Enter")
    await talk.told("đồng ý")
    await talk.page.keyboard.type("2")
    await talk.page.keyboard.press("Enter")
    await talk.told("Không sao")
    assert await talk.field.evaluate("field => field === document.activeElement")
    assert await talk.own.count() == 4


async def test_a_reload_keeps_the_talk_and_says_nothing_twice(visitors: Visitors) -> None:
    talk = await visitors.arrive()
    await talk.act(talk.option("Tra cứu mã số BHXH"))
    await talk.act(talk.option("Đồng ý"))
    await talk.told("họ và tên")
    before = await talk.page.locator(".message .words").all_inner_texts()
    await talk.page.reload()
    await expect(talk.state).to_have_text(CONNECTED)
    await talk.say("Le Thi Hong Tham")
    await talk.told("MỘT thông tin")
    after = await talk.page.locator(".message .words").all_inner_texts()
    assert after[: len(before)] == before
    assert len(after) == len(before) + 2


async def test_after_a_crash_the_page_comes_back_with_what_it_missed_and_nothing_twice(
    visitors: Visitors, server: RealServer
) -> None:
    talk = await visitors.arrive()
    context = talk.page.context
    shown = await talk.theirs.count()
    await context.set_offline(True)
    await expect(talk.state).to_have_text(LOST)
    async with socket_of(visitors, await cookie_of(context)) as other:  # the same person, on another line
        await other.send(json.dumps({"id": "while-away", "text": "quen mat khau"}))
        missed = json.loads(await other.recv())["replies"]
        assert missed
    await talk.say("tro giup")
    await expect(talk.own.last.locator(".waiting")).to_be_visible()
    await server.kill()
    await server.start()
    await context.set_offline(False)
    await expect(talk.state).to_have_text(CONNECTED)
    await expect(talk.page.locator(".waiting")).to_have_count(0)
    await expect(talk.theirs.filter(has_text="Tôi làm được những việc này")).to_have_count(1)
    for reply in missed:
        await expect(talk.page.locator(f'.message[data-number="{reply["number"]}"]')).to_have_count(1)
    await talk.say("menu")
    await talk.told("Tôi giúp được gì")
    numbers = await talk.theirs.evaluate_all("all => all.map((one) => Number(one.dataset.number))")
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > shown + len(missed)
    await expect(talk.own.filter(has_text="tro giup")).to_have_count(1)
    visitors.expected("WebSocket connection", at_most=5)


async def test_a_page_that_lost_its_server_in_mid_talk_delivers_what_was_typed_meanwhile_once(
    visitors: Visitors, server: RealServer
) -> None:
    talk = await visitors.arrive(PHONE)
    await talk.say("dau moi")
    await talk.told("loại cơ quan nào")
    await server.kill()
    await expect(talk.state).to_have_text(LOST)
    await talk.say("truong hoc")
    await expect(talk.own.last.locator(".waiting")).to_have_text("đang gửi…")
    await server.start()
    await expect(talk.state).to_have_text(CONNECTED)
    await expect(talk.page.locator(".waiting")).to_have_count(0)
    await expect(talk.own.filter(has_text="truong hoc")).to_have_count(1)
    await expect(talk.theirs.last.locator(".contact")).to_be_visible()
    assert await talk.theirs.count() == 3
    visitors.expected("WebSocket connection")


async def test_a_message_whose_answer_was_lost_on_the_way_is_acted_on_once_and_what_comes_twice_is_shown_once(
    visitors: Visitors,
) -> None:
    page = await (await visitors.context(PHONE)).new_page()
    lost: list[str] = []
    sent: list[str] = []
    losing = False

    async def between(near: WebSocketRoute) -> None:
        far = near.connect_to_server()

        def to_server(frame: str | bytes) -> None:
            sent.append(str(frame))
            far.send(frame)

        async def to_page(frame: str | bytes) -> None:
            if losing and '"for"' in str(frame) and not lost:
                lost.append(str(frame))
                await near.close()
            else:
                near.send(frame)
                near.send(frame)  # what was pushed and fetched at the same time comes twice

        near.on_message(to_server)
        far.on_message(to_page)  # type: ignore[arg-type]  # it may be a coroutine

    await page.route_web_socket(re.compile(r"/chat/socket(\?|$)"), between)
    await page.goto(visitors.address)
    talk = await ChatPage(page).greeted()
    losing = True
    await talk.say("truong hoc")
    await expect(talk.theirs.last.locator(".contact")).to_be_visible()
    await expect(page.locator(".waiting")).to_have_count(0)
    await expect(talk.own).to_have_count(1)
    await expect(talk.theirs).to_have_count(2)
    tries = [s for s in sent if "truong hoc" in s]
    assert len(lost) == 1
    assert len(tries) == 2 and len(set(tries)) == 1


async def test_a_page_whose_conversation_the_server_has_lost_begins_anew(
    visitors: Visitors, browser: Browser, fork_server: ForkServer, tmp_path: Path
) -> None:
    server = RealServer(tmp_path, fork_server)
    await server.start()
    mine = Visitors(browser, server.address)
    mine.expected("WebSocket connection")
    try:
        talk = await mine.arrive()
        await talk.say("dau moi")
        await talk.told("loại cơ quan nào")
        await talk.say("benh vien")
        await expect(talk.theirs).to_have_count(3)
        await talk.page.context.set_offline(True)
        await server.kill()
        for path in (tmp_path / "var").glob("troly.db*"):
            path.unlink()
        await server.start()
        await talk.page.context.set_offline(False)
        await expect(talk.state).to_have_text(CONNECTED)
        await expect(talk.theirs).to_have_count(1)
        await talk.told("Tôi giúp được gì")
        await talk.say("dau moi")
        await talk.told("loại cơ quan nào")
    finally:
        await mine.leave()
        await server.stop()
    assert mine.wrong == []


async def test_a_second_tab_shows_the_replies_of_the_same_conversation(visitors: Visitors) -> None:
    first = await visitors.arrive()
    await first.say("dau moi")
    await first.told("loại cơ quan nào")
    before = await first.theirs.count()
    page = await first.page.context.new_page()
    await page.goto(visitors.address)
    second = ChatPage(page)
    await second.told("loại cơ quan nào")
    await first.say("truong hoc")
    await expect(first.theirs.last.locator(".contact")).to_be_visible()
    await expect(second.theirs.last.locator(".contact")).to_be_visible()
    number = await first.theirs.last.get_attribute("data-number")
    assert await second.theirs.last.get_attribute("data-number") == number
    assert await first.theirs.count() == before + 1  # opening another tab said nothing in this one
    await second.say("menu")
    await first.told("Tôi giúp được gì")


async def test_another_visitor_sees_nothing_of_it(visitors: Visitors) -> None:
    mine, other = await visitors.arrive(), await visitors.arrive()
    await mine.ask_for_a_code("Phạm Hoàng Đăng Khoa 29/02/2004")
    await other.say("dau moi")
    await other.told("loại cơ quan nào")
    assert await other.theirs.count() == 2
    assert "Khoa" not in await other.page.inner_text("body")
    assert await other.sms.count() == 0


async def test_a_line_needs_a_cookie_of_ours_and_our_own_page(visitors: Visitors) -> None:
    talk = await visitors.arrive()
    cookie = await cookie_of(talk.page.context)
    refused: list[tuple[dict[str, str], str | None]] = [
        ({}, None),
        ({}, visitors.address),
        ({"Cookie": "troly_visitor="}, visitors.address),
        ({"Cookie": "troly_visitor=short"}, visitors.address),
        ({"Cookie": f"troly_visitor={'x' * 500}"}, visitors.address),
        ({"Cookie": f"other={cookie}"}, visitors.address),
        ({"Cookie": f"troly_visitor={cookie}"}, "https://evil.example"),
        ({"Cookie": f"troly_visitor={cookie}"}, "null"),
        (
            {"Cookie": f"troly_visitor={cookie}"},
            visitors.address.replace("127.0.0.1", "127.0.0.1.evil.example"),
        ),
        ({"Cookie": f"troly_visitor={cookie}"}, visitors.address + "1"),
    ]
    for headers, origin in refused:
        with pytest.raises(websockets.InvalidStatus) as no:
            async with websockets.connect(line(visitors), additional_headers=headers, origin=origin):  # type: ignore[arg-type]
                pass
        assert no.value.response.status_code == 403, (headers, origin)
    guessed = ("A" if cookie[0] != "A" else "B") + cookie[1:]
    async with socket_of(visitors, guessed) as stranger:
        await stranger.send('{"after": 0}')
        frame = json.loads(await stranger.recv())
    assert frame["replies"] == []
    assert frame["at"] is None


async def test_html_and_scripts_that_are_typed_stay_text(visitors: Visitors) -> None:
    talk = await visitors.arrive(PHONE)
    words = '<b>đậm</b><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">&amp;{name}'
    for _ in range(2):
        await talk.say(words)
        await expect(talk.own.last.locator(".words")).to_have_text(words)
        await expect(talk.page.locator(".waiting")).to_have_count(0)
    await talk.page.reload()
    await expect(talk.state).to_have_text(CONNECTED)
    await expect(talk.own).to_have_count(2)
    await expect(talk.own.last.locator(".words")).to_have_text(words)
    await expect(talk.log.locator("b, script, img")).to_have_count(0)
    await expect(talk.log.get_by_role("group", name="Lựa chọn")).to_have_count(
        1
    )  # the menu, asked three times
    assert await talk.page.evaluate("window.hacked") is None


@pytest.mark.parametrize(
    ("words", "secret"),
    [("mật khẩu của tôi là Hoa@2468xyz", "Hoa@2468xyz"), ("ma otp la 918273", "918273")],
    ids=["password", "code"],
)
async def test_a_secret_that_was_typed_is_wiped_from_page_store_and_database(
    visitors: Visitors, server: RealServer, words: str, secret: str
) -> None:
    talk = await visitors.arrive()
    await talk.say(words)
    await expect(talk.own.last.locator(".words")).to_have_text(FORGOTTEN)
    await expect(talk.theirs.filter(has_text="Tin vừa rồi có vẻ chứa")).to_have_count(1)
    await talk.page.reload()
    await expect(talk.own.last.locator(".words")).to_have_text(FORGOTTEN)
    assert secret not in await talk.page.content()
    assert secret not in await talk.page.evaluate(
        "JSON.stringify(Object.assign({}, sessionStorage, localStorage))"
    )
    for path in server.folder.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path.name


@pytest.mark.parametrize("after", ["a reconnect", "a reload"])
async def test_a_secret_seen_only_by_what_was_said_before_is_wiped_also_when_the_answer_got_lost(
    visitors: Visitors, server: RealServer, after: str
) -> None:
    """Seen to fail: `_again` without `held_secret`; chat.js without `entry.text = FORGOTTEN`."""
    secret = "quangtrung"  # by itself a word like any other
    assert detector.secret_in(secret, read_weights(SECRETS), expected=False) == ""
    page = await (await visitors.context(PHONE)).new_page()
    lost: list[str] = []

    async def between(near: WebSocketRoute) -> None:
        far = near.connect_to_server()

        async def to_page(frame: str | bytes) -> None:
            if '"forget"' in str(frame) and not lost:
                lost.append(str(frame))
                if after == "a reconnect":
                    await near.close()
            else:
                near.send(frame)

        near.on_message(far.send)
        far.on_message(to_page)  # type: ignore[arg-type]  # it may be a coroutine

    await page.route_web_socket(re.compile(r"/chat/socket(\?|$)"), between)
    await page.goto(visitors.address)
    talk = await ChatPage(page).greeted()
    await talk.say("mật khẩu của tôi là")
    await talk.told("Xin đừng gõ mật khẩu")
    await talk.say(secret)
    if after == "a reload":
        while not lost:  # the other side of a socket
            await page.wait_for_timeout(20)
        assert secret in await page.content()
        await page.reload()
    await expect(talk.own.last.locator(".words")).to_have_text(FORGOTTEN)
    await expect(page.locator(".waiting")).to_have_count(0)
    assert len(lost) == 1
    await page.reload()
    await expect(talk.own.last.locator(".words")).to_have_text(FORGOTTEN)
    assert secret not in await page.content()
    assert secret not in await page.evaluate(
        "JSON.stringify(Object.assign({}, sessionStorage, localStorage))"
    )
    for path in server.folder.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path.name


async def test_the_demo_phone_rings_on_a_small_screen_and_lies_open_on_a_large_one(
    visitors: Visitors,
) -> None:
    small, large = await visitors.arrive(PHONE), await visitors.arrive(DESKTOP)
    for talk in (small, large):
        code = await talk.ask_for_a_code("Lê Thị Hồng Thắm 1958")
        phone = talk.page.get_by_role("complementary", name="Điện thoại thử")
        await expect(phone.get_by_text("1 tin")).to_be_visible()
        if talk is small:
            await expect(talk.sms).to_be_hidden()
            await phone.locator("summary").click()
        await expect(phone.get_by_role("list", name="Tin nhắn SMS thử").get_by_text(code)).to_be_visible()
        assert await talk.page.evaluate(WIDER_THAN_THE_SCREEN) == []
        await talk.page.reload()
        await expect(talk.sms).to_have_count(1)


async def test_the_secure_page_burns_nothing_by_looking_and_works_without_scripts(visitors: Visitors) -> None:
    talk = await visitors.arrive()
    code = await talk.ask_for_a_code("Nguyễn Văn An 02/09/1975")
    address = str(await talk.link.get_attribute("href"))
    bare = await visitors.context(PHONE, java_script_enabled=False)
    assert (await bare.request.head(address)).status == 200
    assert (await bare.request.get(address)).status == 200
    page = await bare.new_page()
    for _ in range(2):
        await page.goto(address)
    otp, press = (
        page.get_by_role("textbox", name="Mã OTP gồm 6 chữ số"),
        page.get_by_role("button", name="Xác nhận"),
    )
    await otp.fill(str((int(code) + 1) % 1_000_000).zfill(6))
    await press.click()
    await expect(page.get_by_role("alert")).to_contain_text("Mã chưa đúng")
    await expect(otp).to_be_focused()
    await expect(otp).to_have_value("")
    assert await page.evaluate(WIDER_THAN_THE_SCREEN) == []
    await talk.told("còn 4 lần nhập")
    await otp.fill(f"{code[:3]} {code[3:]}")
    await press.click()
    await expect(page.get_by_role("heading", name="Đã xác minh")).to_be_visible()
    await talk.told("Mã số BHXH: 8800000002")
    assert (await bare.request.get(address)).status == 200
    await page.goto(address)
    await expect(page.get_by_role("heading", name="Đã xong")).to_be_visible()
    await expect(otp).to_have_count(0)
    assert code not in await talk.page.content() or await talk.sms.count() == 1
    visitors.expected("status of 422", at_most=1)  # Chromium's own note about the wrong code


async def test_a_page_of_360_pixels_never_scrolls_sideways(visitors: Visitors) -> None:
    talk = await visitors.arrive(PHONE)
    await talk.say("Nghiêng" * 60)
    await expect(talk.page.locator(".waiting")).to_have_count(0)
    for words in (
        "dang ky",
        "Menu",
        "quen mat khau",
        "menu",
        "tro giup",
        "gap can bo",
        "dau moi",
        "phong quan ly thu",
    ):
        before = await talk.theirs.count()
        await talk.say(words)
        await expect(talk.theirs).not_to_have_count(before)
        await expect(talk.page.locator(".waiting")).to_have_count(0)
        assert await talk.page.evaluate(WIDER_THAN_THE_SCREEN) == [], words


async def test_a_breach_of_the_policy_would_be_seen(visitors: Visitors) -> None:
    """The watch itself: an inline script is stopped and reported."""
    talk = await visitors.arrive()
    await talk.page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.hacked = 1'; document.body.append(s)"
    )
    assert await talk.page.evaluate("window.hacked") is None
    await talk.say("menu")
    await talk.told("Tôi giúp được gì")
    await visitors.complained("^CSP script-src-elem inline", 1)
    await visitors.complained("Content Security Policy", 1)


def line(visitors: Visitors) -> str:
    return visitors.address.replace("http", "ws") + "/chat/socket"


def socket_of(visitors: Visitors, cookie: str) -> websockets.connect:
    return websockets.connect(line(visitors), additional_headers={"Cookie": f"troly_visitor={cookie}"})


async def cookie_of(context: BrowserContext) -> str:
    return next(str(c.get("value")) for c in await context.cookies() if c.get("name") == "troly_visitor")
