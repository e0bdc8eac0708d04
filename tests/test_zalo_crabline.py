"""A real `troly serve --demo` behind an outside emulator of the Zalo Bot Platform (crabline, from npm). Rule: only what
reached the emulator, what HTTP answers and what lies on the disk is looked at.

crabline knows the token in the path, 401, unknown methods, the idle poll (408), one update a poll, one poller (409) and the
flat webhook body; it knows no length limit, no stickers and no replays: tests/fake_zalo.py does.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from data.desk import SIGNED
from data.knowledge.content import load_content
from flows import catalog
from flows.conversations import consent, contacts, helpdesk, lookup, registration
from handlers.zalo.rendering import CHOOSE
from tests.consoles import csrf_token_in
from tests.fork_server import ForkServer, Process
from tests.ports import free_port
from tests.test_black_box import BE_BA, BE_BA_CODE, BE_BA_ID, CONTACTS, LINK, LOOKUP, REGISTRATION, _words

ROOT = Path(__file__).parents[1]
CRABLINE = ROOT / ".venv" / "crabline" / "node_modules" / ".bin" / "crabline"
BOT_TOKEN = "7777777:SYNTHETIC-crabline-0000"
ADMIN = "an-admin-bearer-of-tests"
SECRET = "a-webhook-secret-of-tests_0123456789"
WAIT = 60.0  # seconds until what does not come is given up
CONTENT = load_content()
_OFFICER = re.compile(r"the console as an officer\s+(http\S+)")
_TICKET = re.compile(r"/console/tickets/([0-9a-f]{32})")
_people = count(1)

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("crabline"),
    pytest.mark.skipif(
        not CRABLINE.is_file() or shutil.which("node") is None,
        reason="no crabline: tests/zalo-setup installs it where npm has it",
    ),
]


class Crabline:
    """The emulator's process and what it wrote down."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._record = folder, folder / "calls.jsonl"
        self.base = ""
        self._process: asyncio.subprocess.Process | None = None
        self._read = 0
        self._calls: list[tuple[str, dict[str, Any]]] = []

    async def start(self) -> None:
        """Return when it listens."""
        ready = self._folder / "ready.json"
        secrets = {"CRABLINE_BOT_TOKEN": BOT_TOKEN, "CRABLINE_ADMIN_TOKEN": ADMIN}
        self._process = await asyncio.create_subprocess_exec(
            *(str(CRABLINE), "--json", "serve", "zalo", "--port", "0"),
            *("--recorder", str(self._record), "--ready-file", str(ready)),
            env={**os.environ, **secrets},
            cwd=self._folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(WAIT):
            while not ready.is_file() or not ready.read_text():  # a file tells nobody
                assert self._process.returncode is None
                await asyncio.sleep(0.02)
        self.base = json.loads(ready.read_text())["baseUrl"]

    async def stop(self) -> None:
        """End it."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            await self._process.wait()

    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """Method and fields of every call of the bot, oldest first."""
        if self._record.is_file():
            with self._record.open("rb") as file:
                file.seek(self._read)
                whole = file.read().rpartition(b"\n")[0]
            if whole:
                self._read += len(whole) + 1
                for line in whole.split(b"\n"):
                    event = json.loads(line)
                    if event["type"] == "api":
                        method = event["path"].rpartition("/")[2]
                        self._calls.append((method, event.get("body") or {}))
        return self._calls

    def texts(self, person: str) -> list[str]:
        """What this person read."""
        sent = (f for m, f in self.calls() if m == "sendMessage" and f.get("chat_id") == person)
        return [str(f["text"]) for f in sent]

    async def until(self, true: Any, why: Any = lambda: "") -> None:
        """Wait until it is true; the record is another process's file."""
        try:
            async with asyncio.timeout(WAIT):
                while not true():  # noqa: ASYNC110  # as above
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(why()) from None

    async def write(self, person: str, text: str) -> None:
        """A person writes to the bot; by webhook, this returns when it was acknowledged.

        While crabline still takes the webhook's address in, it answers 409 and hands nothing on.
        """
        given = {"chatId": person, "senderId": person, "senderName": "Lan", "text": text}
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client, asyncio.timeout(WAIT):
            while True:
                answer = await client.post(
                    f"{self.base}/crabline/zalo/inbound",
                    json=given,
                    headers={"Authorization": f"Bearer {ADMIN}"},
                )
                if answer.status_code != 409:
                    break
                await asyncio.sleep(0.05)
        assert answer.status_code == 200, answer.text


class ZaloService:
    """`troly serve --demo` with its one Zalo bot."""

    def __init__(self, folder: Path, server: Crabline, mode: str, fork_server: ForkServer) -> None:
        self.folder, self.server, self.mode, self._fork_server = folder, server, mode, fork_server
        self.address = f"http://127.0.0.1:{free_port()}"
        self.process: Process | None = None

    async def start(self) -> None:
        """Return when Zalo knows how messages come in."""
        env = {
            "TROLY_DATA_DIR": str(self.folder / "var"),
            "TROLY_PORT": self.address.rpartition(":")[2],
            "TROLY_DEMO_PEOPLE": "60",
            "TROLY_DEMO_READERS": "0",
            "TROLY_ZALO_BOT_TOKEN": BOT_TOKEN,
            "TROLY_ZALO_BOT_API_BASE": self.server.base,
            "TROLY_ZALO_BOT_MODE": self.mode,
            "TROLY_ZALO_BOT_POLL_SECONDS": "2",
            "TROLY_ZALO_BOT_WEBHOOK_SECRET": SECRET if self.mode == "webhook" else "",
        }
        log, imports = self.folder / "log", ("bot.serve", "handlers.zalo.bot.door", "uvloop")
        self.process = await self._fork_server.spawn(
            ("serve", "--demo"), env, self.folder, imports=imports, log=log
        )
        told = "setWebhook" if self.mode == "webhook" else "getUpdates"
        await self.server.until(lambda: any(m == told for m, _ in self.server.calls()), self.log)
        await self.server.until(lambda: _OFFICER.search(self.log()), self.log)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    async def close(self) -> None:
        """Stop it as an operator does."""
        if self.process is not None and not self.process.ended:
            self.process.send_signal(signal.SIGTERM)
            assert await self.process.wait() == 0, self.log()[-2000:]


class ZaloPerson:
    """Somebody new who reads text and types; `chooses` types the number of a label."""

    def __init__(self, service: ZaloService) -> None:
        self.service, self.server = service, service.server
        self.id = f"{next(_people):020x}"

    async def writes(self, text: str, *phrases: str) -> str:
        """Type it, wait until each phrase was said in this order; returns the newest of those messages."""
        before = len(self.server.texts(self.id))
        await self.server.write(self.id, text)
        return await self.hears(before, *phrases)

    async def hears(self, before: int, *phrases: str) -> str:
        found: list[str] = []

        def said() -> bool:
            new = iter(self.server.texts(self.id)[before:])
            found[:] = [t for t in (next((t for t in new if p in t), "") for p in phrases) if t]
            return len(found) == len(phrases)

        def why() -> str:
            return f"waited for {phrases}, heard {self.server.texts(self.id)[before:]}\n{self.service.log()[-1500:]}"

        await self.server.until(said, why)
        return found[-1] if found else ""

    async def chooses(self, label: str, *phrases: str) -> str:
        menu = self.server.texts(self.id)[-1].partition(f"{CHOOSE}\n")[2].split("\n")
        number = next(line.partition(". ")[0] for line in menu if line.partition(". ")[2] == label)
        return await self.writes(number, *phrases)


@asynccontextmanager
async def _served(folder: Path, mode: str, fork_server: ForkServer) -> AsyncIterator[ZaloService]:
    server = Crabline(folder)
    await server.start()
    service = ZaloService(folder, server, mode, fork_server)
    try:
        await service.start()
        yield service
        assert "Traceback" not in service.log()
    finally:
        await service.close()
        await server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["polling", "webhook"])
async def zalo_service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, fork_server: ForkServer
) -> AsyncIterator[ZaloService]:
    folder = tmp_path_factory.mktemp(f"crabline-{request.param}")
    async with _served(folder, request.param, fork_server) as service:
        yield service


async def test_a_code_is_found_and_registration_goes_on_with_it(zalo_service: ZaloService) -> None:
    person = ZaloPerson(zalo_service)
    await person.writes("xin chào", CHOOSE)
    await person.chooses(LOOKUP, lookup.CONSENT)
    await person.chooses(consent.AGREE, _words(lookup.FLOW, "name"))
    await person.writes(BE_BA[0], f"Tìm {BE_BA[0]}")
    shown = await person.writes(BE_BA_ID, f"Mã số BHXH: {BE_BA_CODE}")
    assert BE_BA[1] not in shown
    await person.chooses("Đăng ký VssID với mã này", _words(registration.FLOW, "who"))
    assert all(BE_BA_ID not in text for text in person.server.texts(person.id))


async def test_the_code_is_proven_on_the_secure_page(zalo_service: ZaloService) -> None:
    person = ZaloPerson(zalo_service)
    await person.writes("tra cuu", lookup.CONSENT)
    await person.writes("dong y", _words(lookup.FLOW, "name"))
    await person.writes(BE_BA[0], f"Tìm {BE_BA[0]}")
    asked = await person.writes(BE_BA[1], "chứng minh số điện thoại")
    assert "Gửi số điện thoại" not in asked, "nothing on Zalo vouches for a phone"
    sent = await person.chooses("Nhận mã OTP", "trang bảo mật")
    link = LINK.search(sent)
    assert link is not None
    assert link.group().startswith(zalo_service.address)
    async with httpx.AsyncClient(trust_env=False) as browser:
        form = {"csrf_token": csrf_token_in((await browser.get(link.group())).text), "otp": "000000"}
        before = len(person.server.texts(person.id))
        assert (await browser.post(link.group(), data=form)).status_code == 422
    await person.hears(before, "còn 4 lần nhập")


async def test_the_checklist_is_begun_and_contacts_are_told(zalo_service: ZaloService) -> None:
    person = ZaloPerson(zalo_service)
    await person.writes("menu", CHOOSE)
    await person.chooses(REGISTRATION, _words(registration.FLOW, "who"))
    await person.chooses("Con nhỏ", CHOOSE)
    await person.writes("menu", catalog.FLOWS.menu(CONTENT).text)
    await person.chooses(CONTACTS, _words(contacts.FLOW, "query"))
    told = await person.writes("anh hai cntt", "☎ ")
    assert re.search(r"^☎ [^0-9]+ 0[0-9]{9}$", told, re.MULTILINE), "the card is a line that can be called"


async def test_an_officer_takes_over_and_the_bot_goes_on_where_it_stood(zalo_service: ZaloService) -> None:
    person = ZaloPerson(zalo_service)
    await person.writes("tra cuu", lookup.CONSENT)
    await person.writes("dong y", _words(lookup.FLOW, "name"))
    asked = await person.writes(BE_BA[0], f"Tìm {BE_BA[0]}")
    await person.writes("gặp cán bộ", helpdesk.WORDING)
    await person.writes("đồng ý", "cần cán bộ giúp việc gì")
    await person.writes("nhờ xem giúp hồ sơ", "phiếu số 1")
    async with httpx.AsyncClient(base_url=zalo_service.address, trust_env=False, timeout=30) as officer:
        link = _OFFICER.search(zalo_service.log())
        assert link is not None
        await officer.post(
            link.group(1), data={"csrf_token": csrf_token_in((await officer.get(link.group(1))).text)}
        )
        token = {"csrf_token": csrf_token_in((await officer.get("/console")).text)}
        found = _TICKET.search((await officer.get("/console/queue")).text)
        assert found is not None
        ticket = f"/console/tickets/{found.group(1)}"
        assert "note=yours" in (await officer.post(f"{ticket}/claim", data=token)).headers["location"]
        page = (await officer.get(ticket)).text
        assert "Zalo Bot" in page
        key = re.search(r'name="key" value="([0-9a-f]+)"', page)
        assert key is not None
        before = len(person.server.texts(person.id))
        form = {**token, "key": key.group(1), "text": "Tôi xem rồi báo lại ngay"}
        assert (await officer.post(f"{ticket}/answer", data=form)).status_code == 303
        assert await person.hears(before, "báo lại ngay") == SIGNED + form["text"]
        before = len(person.server.texts(person.id))
        await person.server.write(person.id, "khi nào xong ạ")
        await officer.post(f"{ticket}/hand-back", data=token)
        again = await person.hears(before, asked.partition("\n\n")[0].rpartition("\n")[2])
        assert "khi nào xong ạ" in (await officer.get(ticket)).text
    assert CHOOSE in again


async def test_nothing_secret_is_in_the_log(zalo_service: ZaloService) -> None:
    assert BOT_TOKEN not in zalo_service.log()
    assert SECRET not in zalo_service.log()
