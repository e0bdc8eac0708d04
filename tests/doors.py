"""A person at each door, for the transcripts: straight in, Telegram, Zalo (zalo_visitors.py), the web page, `troly chat`. Rule: only what a real
door, browser or terminal would carry goes through; the clock is ours, except for the process, which has the real one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import uvicorn
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import TelegramMethod
from websockets.asyncio.client import ClientConnection, connect

from data import desk as tickets
from data import outbox
from flows.engine.events import TypedSecret, Unreadable
from handlers.delivery.sms import Sms
from handlers.desk import Desk, Say
from handlers.doors import webhooks_of
from handlers.passwords import Told
from handlers.telegram.buttons import button_id
from handlers.telegram.door import TelegramDoor
from handlers.telegram.rendering import VIETNAM
from handlers.terminal import as_lines
from handlers.turns.json_contract import NEVER, TypedPassword, read_object, shown
from handlers.turns.types import Opens, TurnResult, at_once
from handlers.web.chat import Web
from handlers.web.webhooks import Webhooks
from tests.fork_server import ForkServer, Process
from tests.houses import PEOPLE, SECRET, House, limits, make_demo, open_house
from tests.transcripts import Move, masked
from tests.zalo_pairs import ZaloPair, zalo_pairs

if TYPE_CHECKING:
    from tests.zalo_visitors import ZaloVisitor

TOKEN = "7777777777:SYNTHETIC-token_of-no-real-bot-0000000"
TEXT_LIMIT = 2000
PATIENCE = 60.0  # seconds until a door that says nothing fails the test
APART = 120 * 86400.0  # seconds between two transcripts on one database: limits look back a day at most
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used: reading the system's certificates takes longest
_CODE = re.compile(r"^[0-9]{6}")
_numbers = count(1)


class Stage:
    """One house with the doors that live in its process, open for many visitors, one after the other."""

    def __init__(
        self,
        house: House,
        web: Web,
        base: str,
        telegram: TelegramDoor,
        session: Recorder,
        zalo: Mapping[str, ZaloPair],
    ) -> None:
        self.house = house
        self.web = web
        self.base = base
        self.telegram = telegram
        self.session = session
        self.zalo = zalo

    @asynccontextmanager
    async def visitor(self, door: str) -> AsyncIterator[Straight | Telegram | Browser | ZaloVisitor]:
        """A new person at a door, on a new day that begins at a whole minute."""
        clock = self.house.clock
        clock.now = (clock.now + APART) // 60 * 60
        number = next(_numbers)
        if door == "straight":
            yield Straight(self, f"terminal:p{number}")
        elif door == "telegram":
            yield Telegram(self, 100_000 + number)
        elif door in self.zalo:
            from tests.zalo_visitors import ZaloVisitor, line_to

            fake = self.zalo[door].server
            yield ZaloVisitor(self, door, f"z{number:08x}", fake, line_to(fake))
        else:
            async with httpx.AsyncClient(
                base_url=self.base, trust_env=False, verify=PLAIN, timeout=PATIENCE
            ) as client:
                (await client.get("/")).raise_for_status()
                cookie = "; ".join(f"{k}={v}" for k, v in client.cookies.items())
                url = f"{self.base.replace('http', 'ws', 1)}/chat/socket"
                async with connect(
                    url, additional_headers={"Cookie": cookie}, origin=self.base, proxy=None
                ) as socket:  # type: ignore[arg-type]  # an origin is a string
                    yield Browser(self, client, socket)

    async def calm(self) -> None:
        """Return when nothing is under way any more: codes sent, replies said and marked."""
        async with asyncio.timeout(PATIENCE):
            await self.web.quiet()
            await self.telegram.reply_sender.quiet()
            for pair in self.zalo.values():
                while len(pair.door.lanes):  # noqa: ASYNC110  # refused on a laden machine, done from memory
                    await asyncio.sleep(0.01)
                await pair.door.reply_sender.quiet()
            while (
                self.telegram._calls_beside
            ):  # deletions and answers to presses; nothing public tells when they are over
                await asyncio.wait(set(self.telegram._calls_beside))
            await self.house.turns.settled()


class _Server(uvicorn.Server):
    """uvicorn without its hands on the signals of the test run."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def open_stage(url: str, changed: dict[str, int], *, accounts: str = "guide") -> AsyncIterator[Stage]:
    """A house at `url` with its doors open: the web one on a loopback port, Telegram's over a recording session."""
    async with (
        open_house(url, limits=limits(**changed), accounts=accounts) as house,
        AsyncExitStack() as stack,
    ):
        session = Recorder()
        said_elsewhere: dict[str, Any] = {}
        zalo = await stack.enter_async_context(zalo_pairs(house, lambda result: web.run_errands(result)))
        web = Web(
            house.turns,
            address="http://127.0.0.1",
            demo=True,
            text_limit=TEXT_LIMIT,
            frames_per_minute=1_000_000,  # the hand clock stands still
            code_sender=house.code_sender,
            say_elsewhere=said_elsewhere,
            webhooks=Webhooks(webhooks_of({name: pair.door for name, pair in zalo.items()})),
            passwords=house.passwords,
        )
        telegram = TelegramDoor(
            house.turns,
            token=TOKEN,
            api_base="http://127.0.0.1:9",
            key=partial(house.seal.keyed, "button"),
            typing_after=60.0,
            poll_seconds=0,
            text_limit=TEXT_LIMIT,
            body_limit=1_000_000,
            run_errands=web.run_errands,
            session=session,
        )
        said_elsewhere["telegram"] = lambda taken: telegram.reply_sender.say(taken.rows)
        said_elsewhere |= {name: pair.door.say for name, pair in zalo.items()}
        house.gateway.listeners.append(web.show_sms)
        config = uvicorn.Config(
            web.app,
            port=0,
            http="httptools",
            ws="websockets-sansio",
            lifespan="off",
            access_log=False,
            log_config=None,
            proxy_headers=False,  # as bot/serve.py: a source is named by handlers/web/source.py alone
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve())
        try:
            while not server.started:
                assert not serving.done()
                await asyncio.sleep(0.005)
            port = server.servers[0].sockets[0].getsockname()[1]
            base = f"http://127.0.0.1:{port}"
            house.effect_handler.services = replace(house.effect_handler.services, public_address=base)
            for pair in zalo.values():
                await pair.begin(base)
            yield Stage(house, web, base, telegram, session, zalo)
        finally:
            await telegram.stop()
            for pair in zalo.values():
                await pair.door.stop()
            server.should_exit = True
            await serving


class _Inside:
    """What the three doors in our process share: the house, its clock, the phone."""

    name = ""

    def __init__(self, stage: Stage, address: str) -> None:
        self.stage = stage
        self.house = stage.house
        self.address = address
        self._heard = 0
        self.code = ""

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.house.clock(), UTC)

    def sms(self) -> list[str]:
        """What the phone showed since, for this person; the newest code is remembered."""
        new, self._heard = self.house.sms[self._heard :], len(self.house.sms)
        return [self.noted({"to": s.to, "text": s.text}) for s in new if self._mine(s)]

    def _mine(self, sms: Sms) -> bool:
        return sms.address == self.address

    async def officer(self, what: str, say: Say) -> None:
        """An officer does something with this person's ticket; the bot's words go through `say`."""
        turns = self.house.turns
        desk = Desk(turns, say={self.address.partition(":")[0]: say})
        async with turns.db.reading() as connection:
            ticket = await tickets.open_at(connection, turns.seal, self.address)
        assert ticket is not None, "no ticket is open"
        match what.partition(" ")[0]:
            case "claims":
                assert await desk.claim(ticket.id, "officer") == "yours"
            case "hands":
                assert await desk.hand_back(ticket.id, "officer")
            case "closes":
                assert await desk.close(ticket.id, "officer", "answered")
            case "says":
                words = what.partition(" ")[2]
                assert await desk.answer(ticket.id, "officer", words, f"k{next(_numbers)}") == "sent"

    def noted(self, sms: dict[str, Any]) -> str:
        found = _CODE.match(sms["text"])
        self.code = found.group(0) if found else self.code
        return masked(sms)

    def on_page(self, move: Move) -> dict[str, str]:
        """What is typed into the fields of the secure page."""
        if move.kind == "secure":
            return {"act": "code", "otp": self.typed_code(move.given[0])}
        return {"act": "password", **dict(zip(("old", "new", "repeat"), move.given, strict=True))}

    def typed_code(self, which: str) -> str:
        """The code of the newest SMS, or one that differs from it."""
        return _code(self.code, which)


def without_link(reply: dict[str, Any]) -> dict[str, Any]:
    """A reply as a transcript has it: the link to a file is another one each time."""
    return {key: value for key, value in reply.items() if key != "link" or "file" not in reply}


def _code(right: str, which: str) -> str:
    if which == "wrong":
        return f"{(int(right or '0') + 1) % 10**6:06d}"
    assert right, "no code has been sent"
    return right


def _span(seconds: int) -> str:
    """A span of time as the contract writes it, in the largest unit that fits."""
    unit, size = next((u, n) for u, n in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)) if seconds % n == 0)
    return f"{seconds // size}{unit}"


def _object(move: Move) -> dict[str, Any]:
    """A move as the contract's object."""
    match move.kind, move.given:
        case "text", (text,):
            return {"text": text}
        case "press", (label,):
            return {"press": int(label) if label.isdigit() else label}
        case "contact", (whose, phone):
            return {"contact": {"phone": phone, "own": whose == "own"}}
        case "file", (name, size, kind):
            return {"file": {"name": name, "bytes": int(size), "type": kind}}
    raise AssertionError(f"this door has no {move.kind}")


class Straight(_Inside):
    """Nobody between: each move becomes an event and goes into the turn."""

    name = "straight"

    async def act(self, move: Move) -> list[str]:
        if move.kind == "wait":
            self.house.clock.move(move.seconds)
            return []
        if move.kind == "officer":
            return await self._told(move.given[0])
        if move.kind in ("secure", "password") and (taken := await self._page(move)) is not None:
            if taken.codes_out:
                await self.house.code_sender.deliver()
            return [
                line for row in taken.rows for line in as_lines(without_link(shown(row.body)), self.now())
            ] + self.sms()
        taken = await self.house.turns.take(
            self.address, f"k{next(_numbers)}", self._opens(move), pushed=False
        )
        if taken.codes_out:
            await self.house.code_sender.deliver()
        lines = [line for row in taken.rows for line in as_lines(without_link(shown(row.body)), self.now())]
        return lines + ["! forget"] * taken.forget + self.sms()

    async def _page(self, move: Move) -> TurnResult | None:
        """What a page for a new password does with what is typed; None where there is none."""
        passwords = self.house.passwords
        change = await passwords.page_open_at(self.address) if passwords is not None else ""
        if passwords is None or not change:
            return None
        if move.kind == "secure":
            answer = await passwords.confirm(change, self.typed_code(move.given[0]), Told())
        else:
            answer = await passwords.submit(change, TypedPassword(*move.given), Told())
        return answer.result or TurnResult(self.address)

    async def _told(self, what: str) -> list[str]:
        said: list[str] = []

        def say(taken: TurnResult) -> None:
            said.extend(
                line for row in taken.rows for line in as_lines(without_link(shown(row.body)), self.now())
            )
            self.house.turns.release(taken.rows)

        await self.officer(what, say)
        async with self.house.db.reading() as connection:
            rows = [
                r for r in await outbox.unseen(connection, self.house.seal, self.address, 0) if r.proactive
            ]
        for row in rows:
            said += as_lines(shown(row.body, proactive=True), self.now())
            self.house.turns.mark(row)
        await self.house.turns.settled()
        return said

    def _opens(self, move: Move) -> Opens:
        if move.kind == "secure":
            return at_once(TypedSecret("otp", self.typed_code(move.given[0]), NEVER))
        if move.kind in ("sticker", "voice", "location", "edited"):
            return at_once(Unreadable(move.kind, NEVER))
        opens = read_object(_object(move), TEXT_LIMIT)
        assert callable(opens)
        return opens


class Recorder(BaseSession):
    """Telegram as far as the bot can see: every call is taken and written down."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, dict[str, Any]]] = []

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        fields = method.model_dump(exclude_none=True, warnings=False)
        json.dumps(fields, default=str).encode()  # what cannot be written would not leave the house
        self.calls.append((method.__api_method__, fields))
        return {"message_id": len(self.calls)} if method.__api_method__.startswith("send") else True

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, *args: Any, **kwargs: Any) -> AsyncGenerator[bytes, None]:
        raise AssertionError("the bot downloads nothing")
        yield b""


class Telegram(_Inside):
    """A Telegram user: raw updates in, the calls of a real Dispatcher and Bot out, read as a person reads them."""

    name = "telegram"

    def __init__(self, stage: Stage, user: int) -> None:
        super().__init__(stage, f"telegram:{user}")
        self.user = user
        self._calls = len(stage.session.calls)
        self._keyboards: list[list[dict[str, Any]]] = []
        self._link = ""

    async def act(self, move: Move) -> list[str]:
        if move.kind == "wait":
            self.house.clock.move(move.seconds)
            return []
        message = next(_numbers)
        if move.kind in ("secure", "password"):
            await _post(self.stage.base, self._link, self.on_page(move))
        else:
            update = json.loads(json.dumps({"update_id": message, **self._update(move, message)}))
            await self.stage.telegram.take_raw(update)
        await self.stage.calm()
        return self._said(message) + self.sms()

    def _update(self, move: Move, number: int) -> dict[str, Any]:
        person = {"id": self.user, "is_bot": False, "first_name": "Lan"}
        chat = {"id": self.user, "type": "private", "first_name": "Lan"}
        message: dict[str, Any] = {"message_id": number, "date": 1_790_000_000, "from": person, "chat": chat}
        file = {"file_id": "f", "file_unique_id": "f"}
        match move.kind, move.given:
            case "text", (text,):
                return {"message": {**message, "text": text}}
            case "edited", (text,):
                return {"edited_message": {**message, "text": text, "edit_date": 1_790_000_001}}
            case "press", (label,):
                return self._press(self._button(label), message, person)
            case "contact", (whose, phone):
                owner = self.user if whose == "own" else self.user + 1
                return {
                    "message": {
                        **message,
                        "contact": {"phone_number": phone, "first_name": "Lan", "user_id": owner},
                    }
                }
            case "file", (_, size, kind) if kind.startswith("image/"):
                photo = [{**file, "width": 100, "height": 100, "file_size": int(size)}]
                return {"message": {**message, "photo": photo}}
            case "file", (name, size, kind):
                document = {**file, "file_name": name, "file_size": int(size), "mime_type": kind}
                return {"message": {**message, "document": document}}
            case "sticker", ():
                sticker = {
                    **file,
                    "type": "regular",
                    "width": 9,
                    "height": 9,
                    "is_animated": False,
                    "is_video": False,
                }
                return {"message": {**message, "sticker": sticker}}
            case "voice", ():
                return {"message": {**message, "voice": {**file, "duration": 3}}}
            case "location", ():
                return {"message": {**message, "location": {"latitude": 10.46, "longitude": 105.63}}}
        raise AssertionError(f"Telegram has no {move.kind}")

    def _button(self, label: str) -> dict[str, Any]:
        """The newest button of this label or number; a finger finds no other."""
        if label.isdigit():
            return self._keyboards[-1][int(label) - 1]
        for keyboard in reversed(self._keyboards):
            for button in keyboard:
                if button["text"] == label:
                    return button
        raise AssertionError(f"no button {label!r} has been shown")

    def _press(
        self, button: dict[str, Any], message: dict[str, Any], person: dict[str, Any]
    ) -> dict[str, Any]:
        if "callback_data" not in button:  # of a reply keyboard: its words are sent as a message
            assert not button.get("request_contact"), (
                "use [contact …] for the button that shares a phone number"
            )
            return {"message": {**message, "text": button["text"]}}
        return {
            "callback_query": {
                "id": f"press-{message['message_id']}",
                "from": person,
                "chat_instance": "1",
                "data": button["callback_data"],
                "message": {
                    **message,
                    "from": {"id": 7777777777, "is_bot": True, "first_name": "Bot"},
                    "text": "…",
                },
            }
        }

    def _said(self, message: int) -> list[str]:
        new, self._calls = self.stage.session.calls[self._calls :], len(self.stage.session.calls)
        replies: list[dict[str, Any]] = []
        forgotten = False
        text = ""
        for method, fields in new:
            assert fields.get("chat_id", self.user) == self.user, "somebody else was written to"
            if method == "sendMessage":
                text += fields["text"]
                if "reply_markup" in fields:
                    replies.append(self._reply(text, fields["reply_markup"]))
                    text = ""
                else:
                    text += "\n"
            elif method == "sendContact":
                phone = fields["phone_number"].replace("+84", "0", 1)
                replies[-1]["contact"] = {"name": fields["first_name"], "phone": phone}
            elif method == "sendDocument":
                replies[-1]["file"] = fields["document"].filename
            elif method == "deleteMessage":
                assert fields["message_id"] == message
                forgotten = True
        assert not text, "the last message has no keyboard"
        return [line for reply in replies for line in self._lines(reply)] + ["! forget"] * forgotten

    def _reply(self, text: str, markup: dict[str, Any]) -> dict[str, Any]:
        """A message as the contract's object: what the door wrote into the text is taken out again."""
        reply: dict[str, Any] = {}
        keyboard = [b for row in markup.get("inline_keyboard", markup.get("keyboard", ())) for b in row]
        keyboard.sort(key=lambda b: bool(b.get("request_contact")))  # shown first there, offered last
        for button in keyboard:
            if "callback_data" in button:
                assert button["callback_data"] == button_id(self.house_key, str(self.user), button["text"])
        if keyboard:
            self._keyboards.append(keyboard)
            reply["options"] = [b["text"] for b in keyboard]
        lines = text.split("\n")
        if "/secure/" in lines[-1]:
            reply["link"] = self._link = lines.pop()
        elif "/unit/" in lines[-1]:
            reply["link"] = lines.pop()
        if re.fullmatch(r"\(đến [0-9:]{5}\)", lines[-1]):
            reply["clock"] = lines.pop()
        reply["text"] = "\n".join(lines)
        return reply

    def house_key(self, text: str) -> str:
        return self.house.seal.keyed("button", text)

    def _lines(self, reply: dict[str, Any]) -> list[str]:
        lines = as_lines(reply, self.now())
        if "clock" in reply:  # where the terminal writes ⏳: before the options
            lines.insert(len(lines) - bool(reply.get("options")), f"  {reply['clock']}")
        return lines

    def rewrite(self, line: str) -> str:
        """Telegram says the clock time in Vietnam instead of counting down."""
        found = re.fullmatch(r"  ⏳ ([0-9]+):([0-9]{2})", line)
        if found is None:
            return line
        until = self.now() + timedelta(minutes=int(found.group(1)), seconds=int(found.group(2)))
        return f"  (đến {until.astimezone(VIETNAM):%H:%M})"


class Browser(_Inside):
    """A visitor of the page: the cookie of GET /, the socket, the secure page; time moves by the socket's `wait`."""

    name = "web"

    def __init__(self, stage: Stage, client: httpx.AsyncClient, socket: ClientConnection) -> None:
        super().__init__(stage, "")
        self._client = client
        self._socket = socket
        self._moved = 0
        self._newest = 0
        self._link = ""

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._moved)

    async def act(self, move: Move) -> list[str]:
        if move.kind in ("secure", "password"):
            await _post(self.stage.base, self._link, self.on_page(move), self._client)
            return self._lines(await self._until_quiet())
        if move.kind == "officer":
            if not self.address:
                self.address = next(iter(self.stage.web.sockets)).address
            await self.officer(move.given[0], self.stage.web.say)
            await self.stage.web.push({self.address})  # what its loop does by itself, a little later
            return self._lines(await self._until_quiet())
        if move.kind == "wait":
            self._moved += move.seconds
            given: dict[str, Any] = {"wait": _span(move.seconds)}
        else:
            given = _object(move)
        await self._socket.send(json.dumps({"id": str(next(_numbers)), **given}))
        first = await self._frame()
        assert "for" in first, first
        assert "error" not in first, first
        return self._lines([first, *await self._until_quiet()])

    async def _frame(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            found: dict[str, Any] = json.loads(await self._socket.recv())
        return found

    async def _until_quiet(self) -> list[dict[str, Any]]:
        """Every frame that is under way: up to the answer to one that is no object, which comes in order."""
        await self.stage.calm()
        frames: list[dict[str, Any]] = []
        await self._socket.send("[]")
        while "error" not in (frame := await self._frame()):
            frames.append(frame)
        return frames

    def _lines(self, frames: list[dict[str, Any]]) -> list[str]:
        replies = [r for f in frames for r in f["replies"]]
        for reply in replies:
            assert reply["number"] == self._newest + 1, "replies came out of order"
            self._newest = reply["number"]
            self._link = reply.get("link") or self._link
        lines = [line for reply in replies for line in as_lines(without_link(reply), self.now())]
        lines += ["! forget"] * any(f.get("forget") for f in frames)
        return lines + [self.noted(sms) for f in frames for sms in f.get("sms", ())]


async def _post(base: str, link: str, typed: dict[str, str], client: httpx.AsyncClient | None = None) -> None:
    """Open the secure page, type into its fields, send the form; a page that is gone is left alone."""
    assert link.startswith(base), "no secure page has been offered"
    async with contextlib.AsyncExitStack() as stack:
        if client is None:
            client = await stack.enter_async_context(
                httpx.AsyncClient(trust_env=False, verify=PLAIN, timeout=PATIENCE)
            )
        page = await client.get(link)
        csrf_token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page.text)
        if csrf_token is None:
            assert page.status_code in (200, 410), page.text
            return
        action = re.search(r'action="(/secure/[^"]+)"', page.text)
        assert action and urlsplit(link).path == action.group(1)
        await client.post(base + action.group(1), data={"csrf_token": csrf_token.group(1), **typed})


class Chat:
    """`troly chat --json` as its own process, on the real clock."""

    name = "chat"

    def __init__(self, process: Process) -> None:
        self._process = process
        self._moved = 0
        self.code = ""

    async def act(self, move: Move) -> list[str]:
        if move.kind == "wait":
            self._moved += move.seconds
            given: dict[str, Any] = {"wait": _span(move.seconds)}
        elif move.kind == "secure":
            given = {"secure": {"otp": _code(self.code, move.given[0])}}
        elif move.kind == "password":
            given = {"secure": dict(zip(("old", "new", "repeat"), move.given, strict=True))}
        else:
            given = _object(move)
        self._process.stdin.write(json.dumps(given).encode() + b"\n")
        async with asyncio.timeout(PATIENCE):
            line = await self._process.stdout.readline()
        answer = json.loads(line or b'{"error": "the process is gone"}')
        assert "error" not in answer, answer
        now = datetime.now(UTC) + timedelta(seconds=self._moved)
        lines = [line for reply in answer["replies"] for line in as_lines(without_link(reply), now)]
        for sms in answer["sms"]:
            self.code = sms["text"][:6]
            lines.append(masked(sms))
        return [_in_tens(line) for line in lines]

    def rewrite(self, line: str) -> str:
        return _in_tens(line)


def _in_tens(line: str) -> str:
    """The real clock goes on between two lines: seconds to wait are compared in tens."""
    return re.sub(r"chờ ([0-9]+) giây", lambda m: f"chờ {-(-int(m.group(1)) // 10) * 10} giây", line)


@asynccontextmanager
async def at_the_chat(
    fork_server: ForkServer, url: str, folder: Path, changed: dict[str, int], *, accounts: str = "guide"
) -> AsyncIterator[Chat]:
    """A person at a `troly chat --json` of their own, which must end well and have complained of nothing."""
    env = {
        "TROLY_DATABASE_URL": url,
        "TROLY_SECRET_KEY": SECRET,
        "TROLY_DATA_DIR": str(folder),
        "TROLY_DEMO_PEOPLE": str(PEOPLE),
        "TROLY_DEMO_READERS": "0",
        "TROLY_ACCOUNTS": accounts,
        **{f"TROLY_{name.upper()}": str(value) for name, value in changed.items()},
    }
    person = f"p{next(_numbers)}"
    await make_demo(url)
    process = await fork_server.spawn(["chat", "--json", "--demo", "--person", person], env, folder)
    try:
        yield Chat(process)
    finally:
        async with asyncio.timeout(PATIENCE):
            ended = await process.close()
    assert ended == (0, "")
