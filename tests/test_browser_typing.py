"""The chat page as people type: input methods, line breaks, pastes, links, several tabs, a lost line, large letters. In a real Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import CDPSession, expect

from tests.fork_server import ForkServer
from tests.screens import DESKTOP, NO_CHROMIUM, PHONE, RealServer, chromium_path
from tests.test_journeys import good_for_everybody
from tests.visitors import CONNECTED, FORGOTTEN, LOST, WIDER_THAN_THE_SCREEN, ChatPage, Visitors

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason=NO_CHROMIUM),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("browser"),  # one browser at a time
]

# What a browser tells of the Enter that ends a word, in the orders in which browsers tell it.
ENDS_OF_A_WORD = {
    "chrome": """
        start(); write('tiền'); key({keyCode: 229, isComposing: true}); end();""",
    "safari": """
        start(); write('tiền'); end(); key({keyCode: 229, isComposing: false});""",
    "safari with a line break": """
        start(); write('tiền'); end(); key({keyCode: 229, isComposing: false}); before('insertLineBreak', false);""",
    "line break while composing": """
        start(); write('tiền'); before('insertLineBreak', true); before('insertParagraph', true); end();""",
    "no word of composing but its start": """
        start(); write('tiền'); key({keyCode: 13, isComposing: false}); before('insertLineBreak', false); end();""",
}
HANDS_OF_A_BROWSER = """(steps) => {
  const f = document.getElementById('field'); f.focus();
  const tell = (event) => f.dispatchEvent(event);
  const start = () => tell(new CompositionEvent('compositionstart', {bubbles: true}));
  const end = () => tell(new CompositionEvent('compositionend', {bubbles: true, data: 'tiền'}));
  const write = (words) => { f.value = words; tell(new InputEvent('input', {bubbles: true, isComposing: true})); };
  const key = (more) => tell(new KeyboardEvent('keydown', {key: 'Enter', code: 'Enter', bubbles: true, cancelable: true, ...more}));
  const before = (inputType, isComposing, data) =>
    tell(new InputEvent('beforeinput', {inputType, data, bubbles: true, cancelable: true, isComposing}));
  new Function('start', 'end', 'write', 'key', 'before', steps)(start, end, write, key, before);
}"""
WORDS = """Gọi 1900 9068 hoặc 0912.345.678, (0277) 3853 333. Xem https://baohiemxahoi.gov.vn/tra-cuu (mục 2),
dichvucong.gov.vn; thư: hoi@vss.gov.vn. Mã số BHXH 0912345678, CCCD 088099012345, 8800000001, ngày 17/01/1983.
javascript:alert(1) data:text/html,x javascript://evil.com/%0aalert(1) https://vssid.gov.vn@evil.com/ ftp://evil.com"""
LINKS = [
    ("1900 9068", "tel:19009068"),
    ("0912.345.678", "tel:0912345678"),
    ("(0277) 3853 333", "tel:02773853333"),
    ("https://baohiemxahoi.gov.vn/tra-cuu", "https://baohiemxahoi.gov.vn/tra-cuu"),
    ("dichvucong.gov.vn", "https://dichvucong.gov.vn/"),
    ("hoi@vss.gov.vn", "mailto:hoi@vss.gov.vn"),
]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def server(
    tmp_path_factory: pytest.TempPathFactory, fork_server: ForkServer
) -> AsyncIterator[RealServer]:
    one = RealServer(tmp_path_factory.mktemp("typing"), fork_server)
    await one.start()
    yield one
    await one.stop()
    assert "Traceback" not in one.words()


async def input_method(talk: ChatPage) -> CDPSession:
    await talk.field.focus()
    return await talk.page.context.new_cdp_session(talk.page)


async def composes(keys: CDPSession, *stages: str) -> None:
    for text in stages:
        await keys.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        )


async def said(talk: ChatPage) -> list[str]:
    """The person's own messages, once everything is answered."""
    await expect(talk.page.locator(".waiting")).to_have_count(0)
    return await talk.own.locator(".words").all_inner_texts()


async def test_the_enter_that_ends_a_word_of_an_input_method_does_not_send(visitors: Visitors) -> None:
    """Seen red: keydown that looks at isComposing alone (safari), beforeinput that sends every line break."""
    talk = await visitors.arrive(PHONE)
    for order, steps in ENDS_OF_A_WORD.items():
        await talk.page.evaluate("document.getElementById('field').value = ''")
        await talk.page.evaluate(HANDS_OF_A_BROWSER, steps)
        assert await talk.own.count() == 0, order
        assert await talk.field.input_value() == "tiền", order
    await talk.page.keyboard.press("Enter")
    assert await said(talk) == ["tiền"]


async def test_a_real_composition_is_ended_by_enter_and_sent_by_the_next(visitors: Visitors) -> None:
    talk = await visitors.arrive(PHONE)
    keys = await input_method(talk)
    await keys.send("Input.insertText", {"text": "toi hoi "})
    await composes(keys, "tiê", "tiền")
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 13}
    await keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    await keys.send("Input.insertText", {"text": "tiền"})
    assert await talk.field.input_value() == "toi hoi tiền"
    assert await talk.own.count() == 0
    await talk.page.keyboard.press("Enter")
    assert await said(talk) == ["toi hoi tiền"]
    await composes(keys, "đầ", "đầu")
    await talk.page.get_by_role("button", name="Gửi", exact=True).click()  # in the middle of a word
    assert await said(talk) == ["toi hoi tiền", "đầu"]
    assert await talk.field.input_value() == ""
    await composes(keys, "mố", "mối")
    await talk.page.evaluate(
        "document.getElementById('composer').requestSubmit()"
    )  # a button that takes no focus
    assert await said(talk) == ["toi hoi tiền", "đầu", "mối"]
    assert await talk.field.input_value() == ""


async def test_shift_and_enter_break_the_line_and_a_phones_line_break_sends(visitors: Visitors) -> None:
    talk = await visitors.arrive(PHONE)
    await talk.field.focus()
    await talk.page.keyboard.type("Tran Thi Be Ba")
    await talk.page.keyboard.press("Shift+Enter")
    await talk.page.keyboard.type("17/01/1983")
    assert await talk.field.input_value() == "Tran Thi Be Ba\n17/01/1983"
    assert await talk.own.count() == 0
    await talk.page.keyboard.press("Enter")
    assert await said(talk) == ["Tran Thi Be Ba\n17/01/1983"]
    for told in ("before('insertLineBreak', false);", "before('insertText', false, '\\n');"):
        await talk.page.evaluate(HANDS_OF_A_BROWSER, f"write('menu'); {told}")
    assert await said(talk) == ["Tran Thi Be Ba\n17/01/1983", "menu", "menu"]


async def test_several_lines_that_are_pasted_are_one_message(visitors: Visitors) -> None:
    talk = await visitors.arrive(DESKTOP)
    lines = "Tôi là Bé Ba\n\nsinh 17/01/1983\nở xã Mỹ Hiệp"
    await talk.page.evaluate(
        """words => { const box = document.createElement('textarea'); box.value = words;
        document.body.append(box); box.select(); document.execCommand('copy'); box.remove(); }""",
        lines,
    )
    await talk.field.focus()
    await talk.page.keyboard.press("Control+v")
    assert await talk.field.input_value() == lines
    keys = await input_method(talk)
    await keys.send("Input.insertText", {"text": "\nhai\nba"})  # a keyboard's own clipboard
    assert await talk.field.input_value() == lines + "\nhai\nba"
    assert await talk.own.count() == 0
    await talk.page.keyboard.press("Enter")
    assert await said(talk) == [lines + "\nhai\nba"]


async def test_addresses_and_numbers_in_anybodys_words_can_be_pressed_and_nothing_else(
    visitors: Visitors,
) -> None:
    talk = await visitors.arrive(PHONE)
    await talk.say(WORDS)
    await expect(talk.page.locator(".waiting")).to_have_count(0)
    await expect(talk.own.locator(".words")).to_have_text(WORDS)
    links = talk.own.locator(".words a")
    found = await links.evaluate_all("all => all.map((a) => [a.textContent, a.getAttribute('href'), a.rel])")
    assert [(text, href) for text, href, _ in found] == LINKS
    assert {rel for *_, rel in found} == {"noopener noreferrer"}
    assert await links.evaluate_all(
        "all => all.filter((a) => a.target === '_blank').map((a) => a.protocol)"
    ) == [
        "https:",
        "https:",
    ]
    assert await talk.page.evaluate(WIDER_THAN_THE_SCREEN) == []
    await talk.say("xin giay o dau, hotline")  # whatever is answered, its number can be pressed
    await talk.say("tro giup")
    await talk.page.evaluate(
        """receive({replies: [{number: 900, text: 'Gọi 1900 9068 hay vào https://vssid.gov.vn/<b>x</b>'}]})"""
    )
    theirs = talk.theirs.last.locator(".words a")
    assert await theirs.evaluate_all("all => all.map((a) => a.getAttribute('href'))") == [
        "tel:19009068",
        "https://vssid.gov.vn/",
    ]
    await expect(talk.log.locator("b")).to_have_count(0)
    await good_for_everybody(talk.page)


async def test_own_words_are_in_every_tab_and_stay_after_a_reload(visitors: Visitors) -> None:
    """Seen red: without `tellOthers`."""
    first = await visitors.arrive(PHONE)
    second = await another_tab(visitors, first)
    await first.say("dau moi")
    await second.told("loại cơ quan nào")
    await expect(second.own).to_have_text(["Anh/chị: dau moi"])
    third = await another_tab(visitors, first)  # opened later than it was said
    await expect(third.own).to_have_text(["Anh/chị: dau moi"])
    await third.say("truong hoc")
    for talk in (first, second, third):
        await expect(talk.theirs.last.locator(".contact")).to_be_visible()
        assert await said(talk) == ["dau moi", "truong hoc"]
        order = await talk.page.locator(".message").evaluate_all("all => all.map((m) => m.classList[1])")
        assert order[-4:] == ["own", "theirs", "own", "theirs"]
    await first.page.evaluate(  # told late: the answer was faster
        """conversation => { const late = new BroadcastChannel('troly-chat'); late.postMessage(
        {conversation, message: {id: 'late', text: 'muộn'}, after: store.last - 1}); late.postMessage({conversation, answered: 'late'}); }""",
        await first.page.evaluate("store.conversation"),
    )
    await expect(second.page.locator(".message").nth(-2)).to_have_text("Anh/chị: muộn")
    await expect(second.theirs.last.locator(".contact")).to_be_visible()
    another = "adopt({last: 99, entries: [{kind: 'own', id: 'x', text: 'lạ'}], pending: []})"
    await third.page.evaluate(another)  # a log that does not go on where this one ends
    assert "muộn" in await said(third)
    await first.say("mật khẩu của tôi là Hoa@2468xyz")
    for talk in (first, second, third):
        await expect(talk.own.last.locator(".words")).to_have_text(FORGOTTEN)
        kept = await talk.page.evaluate("JSON.stringify(Object.assign({}, sessionStorage, localStorage))")
        assert "Hoa@2468xyz" not in kept + await talk.page.content()
    await second.page.reload()
    await expect(second.state).to_have_text(CONNECTED)
    assert await said(second) == ["dau moi", "truong hoc", "muộn", FORGOTTEN]
    await second.page.goto("about:blank")  # away while the talk goes on
    await first.say("menu")
    await first.told("Tôi giúp được gì")
    await second.page.go_back()
    await second.told("Tôi giúp được gì")
    assert await said(second) == ["dau moi", "truong hoc", "muộn", FORGOTTEN, "menu"]
    numbers = await second.theirs.evaluate_all("all => all.map((one) => Number(one.dataset.number))")
    assert numbers == sorted(set(numbers))
    assert await second.theirs.count() == await first.theirs.count()


async def test_what_was_typed_without_a_line_is_kept_and_sent_once_also_by_another_tab(
    visitors: Visitors,
) -> None:
    first = await visitors.arrive(PHONE)
    second = await another_tab(visitors, first)
    context = first.page.context
    sent: list[str] = []
    second.page.on("websocket", lambda line: line.on("framesent", lambda frame: sent.append(str(frame))))
    await context.set_offline(True)
    for talk in (first, second):
        await expect(talk.state).to_have_text(LOST)
    await first.say("dau moi")
    await first.say("truong hoc")
    await expect(first.page.locator(".waiting")).to_have_count(2)
    await expect(second.page.locator(".waiting")).to_have_count(2)
    await first.page.close()  # its words are not lost with it
    await context.set_offline(False)
    await expect(second.state).to_have_text(CONNECTED)
    await expect(second.theirs.last.locator(".contact")).to_be_visible()
    assert await said(second) == ["dau moi", "truong hoc"]
    assert await second.theirs.count() == 3
    visitors.expected("WebSocket connection")


async def test_back_and_a_reload_bring_back_the_talk_and_what_stands_in_the_field(visitors: Visitors) -> None:
    talk = await visitors.arrive(PHONE)
    await talk.say("dau moi")
    await talk.told("loại cơ quan nào")
    await talk.field.press_sequentially("truong")
    before = await talk.page.locator(".message .words").all_inner_texts()
    for _ in range(2):
        await talk.page.goto("about:blank")
        await talk.page.go_back()
        await expect(talk.state).to_have_text(CONNECTED)
        await expect(talk.field).to_have_value("truong")
        assert await talk.page.locator(".message .words").all_inner_texts() == before
    await talk.page.reload()
    await expect(talk.field).to_have_value("truong")
    await talk.field.press("End")
    await talk.field.press_sequentially(" hoc")
    await talk.field.press("Enter")
    await expect(talk.theirs.last.locator(".contact")).to_be_visible()
    assert await said(talk) == ["dau moi", "truong hoc"]
    await talk.page.reload()
    await expect(talk.field).to_have_value("")


@pytest.mark.parametrize(
    "size",
    [{"width": 640, "height": 400}, {"width": 180, "height": 370}],
    ids=["200 % of 1280", "200 % of 360"],
)
async def test_twice_as_large_nothing_scrolls_sideways_and_everything_can_be_used(
    visitors: Visitors, size: Any
) -> None:
    talk = await visitors.arrive(size)
    await talk.say(WORDS + "\nhttps://vssid.gov.vn/" + "a" * 200)
    await talk.say("truong hoc lien he ai")
    await expect(talk.theirs.last.locator(".contact")).to_be_visible()
    assert await talk.page.evaluate(WIDER_THAN_THE_SCREEN) == []
    await talk.act(talk.option("Khối khác"))
    await talk.told("loại cơ quan nào")
    await talk.theirs.last.get_by_role("button").first.scroll_into_view_if_needed()
    assert await talk.page.evaluate(WIDER_THAN_THE_SCREEN) == []


async def another_tab(visitors: Visitors, first: ChatPage) -> ChatPage:
    page = await first.page.context.new_page()
    await page.goto(visitors.address)
    talk = ChatPage(page)
    await expect(talk.state).to_have_text(CONNECTED)
    await expect(talk.log.locator(".message").first).to_be_visible()
    return talk
