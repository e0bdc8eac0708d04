"""A real `troly serve --demo` behind the outside Bot API server, by polling and by webhook. Rule: what is
looked at is what Telegram is told, what HTTP answers, and what lies on the disk; nothing inside the process.

Four processes are started in all: one that polls, one with a webhook, and one that is killed and started again.
`hand` says how a person chooses: by typing words, or by pressing what was last shown.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from data.knowledge.content import load_content
from flows import catalog
from flows.conversations import consent, contacts, lookup, my_data, password, registration
from flows.engine import commands
from flows.engine import messages as engine_messages
from flows.engine.navigation import shortened
from flows.engine.steps import Context, Flow, Reply
from flows.spoken import secret_help
from tests.emulator import TOKEN, Call, Emulator, Fault
from tests.fork_server import ForkServer, Process, run_command
from tests.kills import SERVICE
from tests.ports import free_port
from tests.timing import bare_timer

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("black_box")]

SECRET = "a-webhook-secret-of-tests_0123456789"
START_WAIT = 90.0  # seconds until a process that does not come up is given up; importing aiogram takes some
DELETED_WITHIN = 2.0  # seconds between a typed password and its deletion

CONTENT = load_content()
LOOKUP, REGISTRATION, PASSWORD, CONTACTS, MY_DATA = (
    catalog.FLOWS.label(flow.name, CONTENT)
    for flow in (lookup.FLOW, registration.FLOW, password.FLOW, contacts.FLOW, my_data.FLOW)
)
BE_BA = ("Trần Thị Bé Ba", "17/01/1983")  # of data/content/demo.yaml, like their codes and phones
KHOA = ("Phạm Hoàng Đăng Khoa", "29/02/2004")
NOBODY = {"text": ("Huỳnh Thị Cẩm Tú", "05/06/1987"), "button": ("Đoàn Quốc Nghĩa", "07/08/1979")}
BE_BA_CODE, BE_BA_ID, BE_BA_PHONE = "8800000001", "088183000001", "84900000001"
SHARE = "Gửi số điện thoại của tôi"
LINK = re.compile(r"http://127\.0\.0\.1:[0-9]+/secure/[A-Za-z0-9_-]+")
CSRF_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')

HANDS = pytest.mark.parametrize("hand", ["text", "button"])
CHATS, TICKS = 30, 5  # of the test that kills
_people = count(10_001)


def _words(flow: Flow, step: str) -> str:
    """What a step says that says the same to everybody."""
    found = flow.step(step)
    assert found is not None
    said = found.prompt(Context({}, CONTENT, datetime.now(UTC), catalog.FLOWS))
    return said.text if isinstance(said, Reply) else said


class Service:
    """One folder and one port; the process on them is started, as people do or from a fork server, stopped and killed."""

    def __init__(
        self,
        folder: Path,
        server: Emulator,
        mode: str,
        fork_server: ForkServer | None = None,
        **settings: str,
    ) -> None:
        self.fork_server = fork_server
        self.settings = settings
        self.folder = folder
        self.server = server
        self.mode = mode
        self.address = f"http://127.0.0.1:{free_port()}"
        self.process: Process | None = None
        self.presses = 0  # of inline buttons, by all its people

    async def start(self) -> None:
        """Return when Telegram knows how updates come in. Raises AssertionError when that never happens."""
        told = "setWebhook" if self.mode == "webhook" else "deleteWebhook"
        before = self.calls(told)
        env = {
            "TROLY_DATA_DIR": str(self.folder / "var"),
            "TROLY_PORT": self.address.rpartition(":")[2],
            "TROLY_DEMO_PEOPLE": "60",
            "TROLY_ACCOUNTS": "guide",
            "TROLY_TELEGRAM_TOKEN": TOKEN,
            "TROLY_TELEGRAM_API_BASE": self.server.base,
            "TROLY_TELEGRAM_MODE": self.mode,
            "TROLY_TELEGRAM_WEBHOOK_SECRET": SECRET if self.mode == "webhook" else "",
            **self.settings,
        }
        command, log = ("serve", "--demo"), self.folder / "log"  # no .env of ours in that folder
        if self.fork_server is None:
            self.process = await run_command(command, env, self.folder, log)
        else:
            self.process = await self.fork_server.spawn(command, env, self.folder, imports=SERVICE, log=log)
        with suppress(TimeoutError):
            async with asyncio.timeout(START_WAIT):
                while self.calls(told) == before and not self.process.ended:  # noqa: ASYNC110  # two events
                    await asyncio.sleep(0.02)
        assert self.calls(told) > before, f"the service did not come up:\n{self.log()[-2000:]}"

    def calls(self, method: str) -> int:
        return sum(call.method == method for call in self.server.calls)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def on_disk(self) -> bytes:
        """All that the process has written: its log, its database, its key."""
        return b"".join(p.read_bytes() for p in sorted(self.folder.rglob("*")) if p.is_file())

    def ledger(self) -> tuple[int, int]:
        """What the database of a process that has ended holds: updates acted on, replies not marked as said."""
        copy = self.folder / "copy"
        shutil.copytree(self.folder / "var", copy)
        with closing(sqlite3.connect(copy / "troly.db")) as database:
            (acted,) = database.execute("SELECT count(*) FROM events").fetchone()
            unmarked = "SELECT count(*) FROM outbox WHERE lane = 'reply' AND state IN ('pending', 'leased')"
            return acted, database.execute(unmarked).fetchone()[0]

    async def end(self, how: signal.Signals) -> int:
        """Send the signal to this process alone; returns its exit code, negative for a signal that ended it."""
        assert self.process is not None
        self.process.send_signal(how)
        try:
            return await self.process.wait()
        except TimeoutError:
            raise AssertionError(f"it goes on after {how.name}:\n{self.log()[-2000:]}") from None

    async def close(self) -> None:
        """Leave nothing running."""
        if self.process is not None and not self.process.ended:
            await self.process.kill()

    def person(self, hand: str = "text") -> Person:
        return Person(self, hand)


class Person:
    """Somebody new in a private chat; `does` chooses with their hand and waits for the answer."""

    def __init__(self, service: Service, hand: str) -> None:
        self.service = service
        self.server = service.server
        self.hand = hand
        self.id = next(_people)

    async def does(self, typed: str, label: str, *phrases: str) -> Call:
        """Type `typed` or press `label`; returns the newest message once all phrases were said, in this order."""
        before = len(self.server.to(self.id))
        if self.hand == "text":
            await self.server.write(self.id, typed)
        else:
            self.service.presses += "callback_data" in self.server.shown(self.id, label)[1]
            await self.server.press(self.id, label)
        return await self.hears(before, *phrases)

    async def writes(self, text: str, *phrases: str) -> Call:
        before = len(self.server.to(self.id))
        await self.server.write(self.id, text)
        return await self.hears(before, *phrases)

    async def sends(self, update: dict[str, Any], *phrases: str) -> Call:
        before = len(self.server.to(self.id))
        await self.server.people_send(update)
        return await self.hears(before, *phrases)

    async def shares(self, phone: str, *phrases: str, user_id: int) -> Call:
        before = len(self.server.to(self.id))
        await self.server.share(self.id, phone, user_id=user_id)
        return await self.hears(before, *phrases)

    async def hears(self, before: int, *phrases: str) -> Call:
        """Wait for messages after the first `before` that hold the phrases; an answer may be several messages."""
        found: list[Call] = []

        def said() -> bool:
            found.clear()
            new = iter(self.server.to(self.id)[before:])
            found.extend(c for c in (next((c for c in new if p in c.text), None) for p in phrases) if c)
            return len(found) == len(phrases)

        try:
            await self.server.until(said)
        except TimeoutError:
            heard = [c.text for c in self.server.to(self.id)[before:]]
            raise AssertionError(
                f"waited for {phrases}, heard {heard}\n{self.service.log()[-1500:]}"
            ) from None
        return found[-1]

    async def begins(self) -> Call:
        """Say hello, so that there are buttons to press."""
        return await self.writes("/start", catalog.FLOWS.menu(CONTENT).text)

    async def agrees_to(self, typed: str, label: str, wording: str, then: str) -> Call:
        """Choose a job that needs consent, and give it."""
        await self.does(typed, label, wording)
        return await self.does("dong y", consent.AGREE, then)

    async def looks_up(self, whom: tuple[str, str]) -> Call:
        """Up to the question how the phone is proven."""
        await self.begins()
        await self.agrees_to("tra cuu", LOOKUP, lookup.CONSENT, _words(lookup.FLOW, "name"))
        await self.writes(whom[0], f"Tìm {whom[0]}")
        return await self.writes(whom[1], "chứng minh số điện thoại")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["polling", "webhook"])
async def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, fork_server: ForkServer
) -> AsyncIterator[Service]:
    """The one that polls is started as people start it."""
    server = await Emulator().start()
    quickly = None if request.param == "polling" else fork_server
    made = Service(tmp_path_factory.mktemp(request.param), server, request.param, quickly)
    try:
        await made.start()
        yield made
    finally:
        await made.close()
        await server.stop()


# -- the four journeys, and what goes around them


@HANDS
async def test_start_and_menu_show_what_can_be_done(service: Service, hand: str) -> None:
    """The button "Start" and the menu of commands send the command marked as such."""
    person = service.person(hand)
    marked = {"entities": [{"type": "bot_command", "offset": 0, "length": 6}]} if hand == "button" else {}
    hello = await person.sends(
        service.server.message(person.id, text="/start", **marked), catalog.FLOWS.menu(CONTENT).text
    )
    assert hello.labels == list(catalog.FLOWS.menu(CONTENT).options)
    await person.does("dau moi", CONTACTS, _words(contacts.FLOW, "query"))
    again = await person.does("menu", commands.MENU_LABEL, catalog.FLOWS.menu(CONTENT).text)
    assert again.labels == hello.labels
    helped = await person.does("tro giup", commands.HELP_LABEL, catalog.FLOWS.help_text(CONTENT))
    assert helped.labels == hello.labels


@HANDS
async def test_an_id_number_shows_the_code_and_nothing_else(service: Service, hand: str) -> None:
    person = service.person(hand)
    await person.begins()
    await person.agrees_to("tra ma so", LOOKUP, lookup.CONSENT, _words(lookup.FLOW, "name"))
    await person.writes(BE_BA[0], f"Tìm {BE_BA[0]}")
    shown = await person.writes(BE_BA_ID, f"Mã số BHXH: {BE_BA_CODE}")
    assert BE_BA[1] not in shown.text
    assert "Mã hộ" not in shown.text
    assert all(BE_BA_ID not in text for text in service.server.texts(person.id))
    assert BE_BA_ID.encode() not in service.on_disk()
    await person.does("dang ky", "Đăng ký VssID với mã này", _words(registration.FLOW, "who"))


@HANDS
async def test_the_own_contact_proves_who_asks_and_another_ones_does_not(service: Service, hand: str) -> None:
    person = service.person(hand)
    asked = await person.looks_up(BE_BA)
    if hand == "text":
        asked = await person.writes("gửi số điện thoại", _words(lookup.FLOW, "share_how"))
    assert {"text": SHARE, "request_contact": True} in asked.buttons
    asked = await person.shares(
        BE_BA_PHONE, "không phải số của tài khoản đang nhắn", asked.text, user_id=person.id + 1
    )
    assert {"text": SHARE, "request_contact": True} in asked.buttons
    shown = await person.shares(BE_BA_PHONE, f"Mã số BHXH: {BE_BA_CODE}", user_id=person.id)
    assert f"Ngày sinh: {BE_BA[1]}" in shown.text
    assert "Mã hộ" in shown.text


@HANDS
async def test_a_one_time_code_is_typed_on_the_secure_page_and_looking_at_it_burns_nothing(
    service: Service, hand: str
) -> None:
    """Somebody who is in the registry and somebody who is not are told the same, from the link to the tries left."""
    told: list[list[str]] = []
    async with httpx.AsyncClient(trust_env=False) as browser:
        for whom in ({"text": BE_BA, "button": KHOA}[hand], NOBODY[hand]):
            person = service.person(hand)
            await person.looks_up(whom)
            sent = await person.does("otp", "Nhận mã OTP", "trang bảo mật")
            link = LINK.search(sent.text)
            assert link is not None, sent.text
            assert link.group().startswith(service.address)
            looks = [await browser.get(link.group()) for _ in range(2)]
            assert [page.status_code for page in looks] == [200, 200]
            csrf_token = CSRF_TOKEN.search(looks[1].text)
            assert csrf_token is not None
            told.append([sent.text])
            for typed, left in (("12ab", None), ("000000", 4), ("000000", 3)):
                before = len(service.server.to(person.id))
                form = {"csrf_token": csrf_token.group(1), "otp": typed}
                answer = await browser.post(link.group(), data=form)
                assert answer.status_code == 422
                if left is not None:
                    wrong = await person.hears(before, f"còn {left} lần nhập")
                    told[-1].append(wrong.text)
            await person.does("menu", commands.MENU_LABEL, catalog.FLOWS.menu(CONTENT).text)
    shapes = [[re.sub(r"/secure/\S+|[0-9]+:[0-9]+", "…", text) for text in texts] for texts in told]
    assert shapes[0] == shapes[1]


@HANDS
async def test_the_checklist_is_ticked_explained_and_found_again(service: Service, hand: str) -> None:
    tasks = CONTENT.checklist.tasks("employee", "android", True)
    total = len(tasks)
    person = service.person(hand)
    await person.begins()
    await person.does("dang ky", REGISTRATION, _words(registration.FLOW, "who"))
    await person.does("nguoi lao dong", "Người lao động của đơn vị", _words(registration.FLOW, "platform"))
    await person.does("samsung", "Android", _words(registration.FLOW, "code"))
    shown = await person.does("biet roi", "Đã biết", f"0/{total} ░")
    assert f"Việc kế tiếp: 1. {tasks[0].title}" in shown.text
    await person.does("cach lam", "Chỉ kỹ hơn", tasks[0].items[0].help)
    shown = await person.does("xong", "Xong việc này", f"1/{total} ▓")
    assert f"☑ 1. {tasks[0].title}" in shown.text
    await person.does("xong", "Xong việc này", f"2/{total} ▓")
    await person.does("bo dau", "Bỏ dấu việc vừa xong", f"1/{total} ▓")
    await person.does("luu giup toi", "Lưu giúp tôi", registration.CONSENT)
    await person.does("dong y", consent.AGREE, f"1/{total} ▓")
    shown = await person.does("danh sach", "Xem cả danh sách", f"1/{total} ▓")
    assert f"☐ {total}. {tasks[-1].title}" in shown.text
    helped = await person.does("tro giup", commands.HELP_LABEL, catalog.FLOWS.help_text(CONTENT))
    assert "Về việc kế tiếp" in helped.labels
    await person.does("menu", commands.MENU_LABEL, catalog.FLOWS.menu(CONTENT).text)
    await person.does("dang ky vssid", REGISTRATION, f"đã xong 1/{total}")
    await person.does("lam tiep", "Xem việc kế tiếp", f"Việc kế tiếp: 2. {tasks[1].title}")


@HANDS
async def test_the_password_guide_goes_through_all_its_screens(service: Service, hand: str) -> None:
    guide = CONTENT.password
    person = service.person(hand)
    await person.begins()
    await person.does("mat khau", PASSWORD, _words(password.FLOW, "situation"))
    await person.does("con nho", password.REMEMBERS, f"Màn hình 1/{len(guide.screens)}")
    await person.does("khong thay", "Không thấy như vậy", guide.screens[0].trouble, guide.screens[0].text)
    ids = [screen.id for screen in guide.screens]
    finish, code = ids.index(password.FINISH_SCREEN), ids.index(password.CODE_SCREEN)
    for screen in guide.screens[1 : finish + 1]:
        await person.does("xong", "Đã xong", screen.text)
    await person.does("xong", "Đã xong", guide.sms_wording)
    await person.does("da nhan", "Đã nhận được mã", guide.screens[code].text)
    for screen in guide.screens[code + 1 :]:
        await person.does("xong", "Đã xong", screen.text)
    done = await person.does("xong", "Đã xong", "Mật khẩu VssID đã đổi xong")
    assert "Đã xong" not in done.labels


@HANDS
async def test_a_responsible_contact_comes_with_a_card(service: Service, hand: str) -> None:
    school = next(c for c in CONTENT.directory.contacts if "truong-hoc" in c.blocks)
    clinic = [c for c in CONTENT.directory.contacts if "co-so-y-te" in c.blocks]
    person = service.person(hand)
    await person.begins()
    await person.does("dau moi", CONTACTS, _words(contacts.FLOW, "query"))
    await person.does("truong hoc", "Trường học", contacts.grouped(school.phone))
    await person.does("khoi khac", contacts.OTHER_BLOCK, _words(contacts.FLOW, "query"))
    await person.does("co so y te", "Cơ sở y tế", *(c.name for c in clinic[:1]))
    await person.does(
        "1", clinic[0].name, f"Phụ trách hướng dẫn: {CONTENT.directory.block('co-so-y-te').name}"
    )  # type: ignore[union-attr]
    cards = [(school.name, f"+84{school.phone[1:]}"), (clinic[0].name, f"+84{clinic[0].phone[1:]}")]
    await service.server.until(lambda: len(service.server.to(person.id, "sendContact")) >= len(cards))
    sent = [c.fields for c in service.server.to(person.id, "sendContact")]
    assert [(f["first_name"], f["phone_number"]) for f in sent] == cards


@HANDS
async def test_what_is_kept_is_told_and_erased_on_request(service: Service, hand: str) -> None:
    person = service.person(hand)
    await person.begins()
    await person.does("du lieu cua toi", MY_DATA, _words(my_data.FLOW, "nothing"))
    await person.begins()
    await person.agrees_to("tra cuu", LOOKUP, lookup.CONSENT, _words(lookup.FLOW, "name"))
    await person.does("menu", commands.MENU_LABEL, catalog.FLOWS.menu(CONTENT).text)
    kept = await person.does("xoa du lieu", MY_DATA, "Tôi đang giữ về anh/chị")
    assert "tra cứu" in kept.text
    await person.does("xoa het", "Rút đồng ý và xóa", _words(my_data.FLOW, "erased"))
    await person.does("menu", commands.MENU_LABEL, catalog.FLOWS.menu(CONTENT).text)
    await person.does("tra cuu", LOOKUP, lookup.CONSENT)


@HANDS
@pytest.mark.parametrize(
    ("typed", "label", "wording"),
    [("tra cuu", LOOKUP, lookup.CONSENT)],
    ids=["lookup"],
)
async def test_who_refuses_consent_is_shown_another_way_and_nothing_is_kept(
    service: Service, hand: str, typed: str, label: str, wording: str
) -> None:
    person = service.person(hand)
    await person.begins()
    await person.does(typed, label, wording)
    refused = await person.does("khong", consent.REFUSE, "tôi không lưu gì cả")
    assert CONTENT.office.hotline in refused.text
    await person.does("menu", commands.MENU_LABEL, catalog.FLOWS.menu(CONTENT).text)
    await person.does("du lieu cua toi", MY_DATA, _words(my_data.FLOW, "nothing"))


# -- what must not be sent here, and what cannot be read


@HANDS
async def test_a_typed_password_is_deleted_within_two_seconds_and_is_nowhere(
    service: Service, hand: str
) -> None:
    guide, typed = CONTENT.password, f"Bimat#{hand}4819x"
    person = service.person(hand)
    await person.begins()
    await person.does("mat khau", PASSWORD, _words(password.FLOW, "situation"))
    await person.does("con nho", password.REMEMBERS, guide.screens[0].text)
    update = service.server.message(person.id, text=f"mật khẩu của tôi là {typed}")
    seen = len(service.server.calls)
    sending = asyncio.create_task(
        person.sends(update, secret_help.warning("password", CONTENT), guide.screens[0].text)
    )
    began = time.monotonic()
    async with bare_timer() as bare:
        await service.server.until(lambda: service.server.to(person.id, "deleteMessage"))
    assert time.monotonic() - began <= DELETED_WITHIN + bare.grace()
    await sending
    deleted = [int(c.fields["message_id"]) for c in service.server.to(person.id, "deleteMessage")]
    assert deleted == [update["message"]["message_id"]]
    await person.does("xong", "Đã xong", guide.screens[1].text)
    later = json.dumps([c.fields for c in service.server.calls[seen:]], ensure_ascii=False)
    assert typed not in later
    assert typed.encode() not in service.on_disk()


def _file(**more: Any) -> dict[str, Any]:
    return {"file_id": "x", "file_unique_id": "x", **more}


UNREADABLE: dict[str, dict[str, Any]] = {
    "sticker": {
        "sticker": _file(type="regular", width=9, height=9, is_animated=False, is_video=False),
    },
    "voice": {"voice": _file(duration=3)},
    "photo": {"photo": [_file(width=9, height=9)], "caption": "menu"},
    "file": {"document": _file(file_name="cccd.pdf", file_size=20 << 20)},
    "location": {"location": {"latitude": 10.46, "longitude": 105.63}},
    "long": {"text": "a" * 4096},
    "empty": {"text": "\u200b"},
}


@pytest.mark.parametrize(("kind", "content"), UNREADABLE.items(), ids=UNREADABLE.keys())
async def test_what_is_no_text_gets_its_sentence_and_the_question_again(
    service: Service, kind: str, content: dict[str, Any]
) -> None:
    person = service.person()
    question = _words(contacts.FLOW, "query")
    await person.writes("dau moi", question)
    await person.sends(
        service.server.message(person.id, **content), engine_messages.UNREADABLE[kind], shortened(question)
    )
    assert not service.calls("getFile")


async def test_an_edited_message_is_not_read_again(service: Service) -> None:
    """The update is queued by our harness: lo-bot refuses the kind."""
    person = service.person()
    edited = service.server.message(person.id, text="dau moi", edit_date=1_790_000_001)["message"]
    told = await person.sends({"edited_message": edited}, engine_messages.UNREADABLE["edited"])
    assert told.labels == list(catalog.FLOWS.menu(CONTENT).options)
    assert not any(_words(contacts.FLOW, "query") in text for text in service.server.texts(person.id))


async def test_a_group_chat_is_ignored_and_its_member_is_answered_in_private(service: Service) -> None:
    """The private message comes after those of the group, so that what they would have caused is there first."""
    person, group = service.person(), -1_001_000_000_001
    chat = {"id": group, "type": "supergroup", "title": "Nhóm"}
    for text in ("/start", "menu", "dau moi"):
        await service.server.people_send(service.server.message(person.id, text=text, chat=chat))
    await person.begins()
    await service.server.acknowledged()
    assert service.server.texts(person.id) == [catalog.FLOWS.menu(CONTENT).text]
    assert not [c for c in service.server.calls if c.chat == group]


async def test_a_malformed_update_does_not_stop_its_neighbours(service: Service) -> None:
    before, after = service.person(), service.person()
    bad: list[dict[str, Any]] = [
        {"message": {"message_id": 1, "chat": "quả mít", "text": "bí mật ở đây"}},
        {"message": "bí mật ở đây"},
        {"callback_query": {"id": 5, "from": None}},
    ]
    messages = [service.server.message(p.id, text="menu") for p in (before, after)]
    await service.server.enqueue_all([messages[0], *bad, messages[1]])
    await service.server.deliver_updates(token=TOKEN)
    for person in (before, after):
        await person.hears(0, catalog.FLOWS.menu(CONTENT).text)
    await service.server.acknowledged()
    assert service.log().count("went to the dead letters") == len(bad)
    assert "bí mật ở đây".encode() not in service.on_disk()


# -- the doors themselves


async def test_only_telegram_with_its_secret_comes_in_by_the_webhook(service: Service) -> None:
    """A process that polls has no such door at all."""
    person = service.person()
    update = {"update_id": 10**9, **service.server.message(person.id, text="menu")}
    secrets: list[dict[str, str]] = [{}, {"X-Telegram-Bot-Api-Secret-Token": SECRET[:-1]}]
    async with httpx.AsyncClient(trust_env=False) as stranger:
        answers = [
            await stranger.post(f"{service.address}/telegram/webhook", json=update, headers=headers)
            for headers in secrets
        ]
    assert {a.status_code for a in answers} == ({401} if service.mode == "webhook" else {404})
    told = [c.fields for c in service.server.calls if c.method == "setWebhook"]
    if service.mode == "webhook":
        assert [(f["url"], f["secret_token"]) for f in told] == [
            (f"{service.address}/telegram/webhook", SECRET)
        ]
    else:
        assert told == []
    await person.begins()
    assert service.server.texts(person.id) == [catalog.FLOWS.menu(CONTENT).text]


async def test_every_press_so_far_was_answered_and_telegram_refused_nothing(service: Service) -> None:
    person = service.person("button")
    await person.begins()
    await person.does("", commands.HELP_LABEL, catalog.FLOWS.help_text(CONTENT))
    await service.server.until(lambda: service.calls("answerCallbackQuery") >= service.presses)
    assert service.server.refused == []


async def test_sigterm_ends_it_with_0_and_what_it_acknowledged_is_answered(service: Service) -> None:
    """Stands last of those that need the process: it ends here."""
    people = [service.person() for _ in range(20)]
    numbers = await service.server.enqueue_all([service.server.message(p.id, text="menu") for p in people])
    delivering = asyncio.create_task(service.server.deliver_updates(token=TOKEN))
    await service.server.until(lambda: any(service.server.texts(p.id) for p in people))
    assert await service.end(signal.SIGTERM) == 0
    await delivering
    waiting = {u["update_id"] for u in service.server._update_queues._state(TOKEN).updates}
    for person, number in zip(people, numbers, strict=True):
        assert number in waiting or service.server.texts(person.id)
    assert "Traceback" not in service.log()
    assert TOKEN not in service.log()
    assert SECRET not in service.log()


# -- kill -9


async def test_kill_9_while_polling_loses_no_update_and_no_update_acts_twice(
    fork_server: ForkServer, tmp_path: Path
) -> None:
    """30 chats walk into a checklist and tick it, one item a message: each message has an answer of its own, and
    acted on twice it would tick one item more than it should. What some chats should hear is refused until the kill:
    it is committed and unsaid, and must come from the ledger. Seen to fail: an offset that moves before the commit; a
    key of its own for each arrival; a start without `say_what_was_left`."""
    server = await Emulator().start()
    service = Service(tmp_path, server, "polling", fork_server)
    total = len(CONTENT.checklist.tasks("employee", "android", True))
    walk = {
        "đăng ký": _words(registration.FLOW, "who"),
        "người lao động": _words(registration.FLOW, "platform"),
        "android": _words(registration.FLOW, "code"),
        "biết rồi": f"Android: 0/{total}",
    }
    texts = [*walk, *["xong"] * TICKS]
    answers = [*walk.values(), *(f"Android: {n}/{total}" for n in range(1, TICKS + 1))]
    people = [service.person("button") for _ in range(CHATS)]
    deaf = people[::6]
    server.faults = [Fault(500, "Internal Server Error", chat=p.id, times=10**6) for p in deaf]

    def answered() -> list[list[int]]:
        """For each chat, which answers it got, in order."""
        return [[_which(text, answers) for text in server.texts(p.id)] for p in people]

    try:
        await service.start()
        await server.enqueue_all([server.message(p.id, text=text) for text in texts for p in people])
        await server.until(lambda: sum(map(len, answered())) >= CHATS * len(texts) // 3)
        assert service.process is not None
        first = service.process.pid
        assert await service.end(signal.SIGKILL) == -signal.SIGKILL
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)
        server.faults.clear()
        assert server.pending() > 0
        acted, unmarked = service.ledger()
        assert sum(map(len, answered())) <= acted < CHATS * len(texts)
        assert unmarked >= len(deaf)
        assert not any(server.texts(p.id) for p in deaf)

        await service.start()
        assert service.process.pid != first
        await server.until(lambda: all(set(got) == set(range(len(answers))) for got in answered()))
        await server.acknowledged()
        for (
            got
        ) in answered():  # in order; at most once back to what the dead process had not marked, and on again
            back = [(one, after) for one, after in pairwise(got) if after != one + 1]
            assert (got[0], got[-1]) == (0, len(answers) - 1)
            assert len(back) <= 1
            assert all(after <= one for one, after in back)
        repeated = sum(map(len, answered())) - CHATS * len(answers)
        assert repeated <= unmarked - len(deaf)
        for person in people:
            await person.does("", "Xong việc này", "ngày nào?")
        assert await service.end(signal.SIGTERM) == 0
        assert {call.chat for call, _ in server.refused} <= {p.id for p in deaf}
        assert "dead letters" not in service.log()
        assert "Traceback" not in service.log()
    finally:
        await service.close()
        await server.stop()


def _which(text: str, answers: list[str]) -> int:
    """Which of the answers this text is; -1 for none."""
    return next((n for n, answer in enumerate(answers) if answer in text), -1)
