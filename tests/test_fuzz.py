"""Generated frames, forms and updates against a real server. Rule: no traceback, no error in the log, no 5xx, and a loop that ticks on.

The short form tries some hundred on both databases; the long one (`make soak`) 10,000 of each kind. The server runs in a thread
with a loop of its own, in which a ticker measures how late the loop is.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import http.client
import itertools
import json
import logging
import os
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar

import pytest
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.routing import Route
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from bot.settings import load
from data.secure import pages
from handlers.console import Console, PageRoute, Rules
from handlers.desk import Desk
from handlers.doors import Parts
from handlers.telegram.webhook import PATH, ConfiguredDoor
from handlers.web.chat import Web
from handlers.web.connections import ConnectionLimits, ConnectionTable, protocols
from handlers.web.source import SourceRates
from handlers.web.webhooks import Webhooks
from tests.consoles import Office, csrf_token_in
from tests.emulator import TOKEN, Emulator
from tests.fuzz import FRAMES, forms, paths, updates
from tests.houses import Places, open_house
from tests.ports import free_port
from tests.timing import allowed

_T = TypeVar("_T")

SECRET = "a-webhook-secret-of-tests_0123456789"
VISITOR = "v" * 32
TICK = 0.01  # seconds
LATE = 0.1  # seconds: what the loop may be late, p99
SOAK = os.environ.get("TROLY_SOAK") == "1"
NOT_HERE = (
    "/console/sign-out",
    "/console/sign-in/{token}",
)  # they end the session that tries the others: tried last
HOW = settings(
    deadline=None,
    database=None,
    derandomize=not SOAK,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


class Serving:
    """The whole service on one database, in a thread."""

    def __init__(self, places: Places, kind: str) -> None:
        self.port = free_port()
        self.lags: list[float] = []  # how late the loop came round
        self.worked: list[
            float
        ] = []  # how long it worked for that: what it owes to nobody else on the machine
        self.errors: list[str] = []
        self._places, self._kind = places, kind
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._client: http.client.HTTPConnection | None = None
        self.cookie = self.csrf_token = ""

    def __enter__(self) -> Serving:
        logging.getLogger().addHandler(self._listener())
        self._thread.start()
        assert self._ready.wait(60)
        self.sign_in()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(60)
        logging.getLogger().removeHandler(self._handler)

    def _listener(self) -> logging.Handler:
        errors = self.errors

        class Listener(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                ours = not record.name.startswith("websockets.client")
                if ours and (record.levelno >= logging.ERROR or record.exc_info):
                    errors.append(self.format(record))

        self._handler = Listener(logging.WARNING)
        return self._handler

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            gc.unfreeze()
        self._loop.close()

    async def _serve(self) -> None:
        gc.collect()
        gc.freeze()  # as `troly serve` does: the collector's walk through a test run's objects is not the service's work
        self._over = asyncio.Event()
        url = await getattr(self._places, self._kind)()
        emulator = await Emulator().start()
        async with open_house(url) as house:
            parts = Parts(house.turns, house.seal, _settings(emulator.base))
            door = ConfiguredDoor(parts)
            self.office = Office(house)
            desk = Desk(house.turns, say={})
            console = Console(
                house.turns,
                desk,
                address=self.address,
                rules=Rules(),
                limits=self.office.limits,
                imports=self.office.imports,
            )
            self.office.console = console
            web = Web(
                house.turns,
                address=self.address,
                demo=False,
                text_limit=2000,
                frames_per_minute=10**9,
                source_rates=SourceRates(sockets_per_minute=10**6, frames_per_minute=10**9),
                code_sender=None,
                say_elsewhere={},
                webhooks=Webhooks(door.webhooks),
                staff_pages=console.routes,
            )
            self.routes: list[PageRoute] = console.entries
            self.app_routes = [r for r in web.app.routes if isinstance(r, Route)]
            server = uvicorn.Server(
                uvicorn.Config(
                    web.app,
                    port=self.port,
                    lifespan="off",
                    access_log=False,
                    log_config=None,
                    ws_max_size=65536,
                    **protocols(ConnectionTable(ConnectionLimits())),
                )
            )
            server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign]  # there are none in a thread
            serving = asyncio.create_task(server.serve())
            while not server.started:  # noqa: ASYNC110  # uvicorn sets no event
                await asyncio.sleep(0.005)
            await door.start()
            self.ticket = (await self.office.ticket()).id
            await house.say("mật khẩu của tôi là gì vậy, tra cứu mã số ở đâu", "terminal:warm")
            ticking = asyncio.create_task(self._tick())
            self._ready.set()
            await self._over.wait()
            ticking.cancel()
            server.should_exit = server.force_exit = True
            await serving
            await door.stop()
            await web.quiet()
        await emulator.stop()
        await self._places.leave(url)

    async def _tick(self) -> None:
        while True:
            began, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(TICK)
            self.worked.append(time.thread_time() - worked)
            self.lags.append(time.perf_counter() - began - TICK)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def inside(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do this in the server's loop."""
        done: Future[_T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return done.result(60)

    def call(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
        """One request; status and text."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        for fresh in (False, True):
            if self._client is None or fresh:
                self._client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self._client.request(method, path, body or None, given)
                answer = self._client.getresponse()
                text = answer.read().decode("utf-8", "replace")
                assert answer.headers["content-security-policy"], (method, path)
                return answer.status, text
            except (http.client.HTTPException, ConnectionError):
                self._client = None
        raise AssertionError(f"no answer to {method} {path}")

    def sign_in(self) -> None:
        """As an admin, anew."""
        self.inside(self.office.member("quan.tri", "admin"))
        link = self.inside(self.office.link("quan.tri"))
        token = csrf_token_in(self.call("GET", link)[1])
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        client.request(
            "POST", link, f"csrf_token={token}", {"content-type": "application/x-www-form-urlencoded"}
        )
        answer = client.getresponse()
        assert answer.status == 303
        self.cookie = str(answer.headers["set-cookie"]).partition(";")[0]
        client.close()
        self.csrf_token = csrf_token_in(self.call("GET", "/console", cookie=self.cookie)[1])

    def secure_page(self) -> str:
        """The token of a page that takes a code."""
        house, address = self.office.house, "web:" + "a" * 32

        async def opened() -> str:
            async with house.db.writing() as connection:
                now = house.clock()
                return await pages.open_page(connection, address, code_until=now + 300, until=now + 600)

        return self.inside(opened())

    def line(self) -> ClientConnection:
        """A chat socket."""
        cookie = {"Cookie": f"troly_visitor={VISITOR}"}
        return connect(f"ws://127.0.0.1:{self.port}/chat/socket", additional_headers=cookie, legacy=True)

    def assert_well(self) -> None:
        """It lives, nothing is in the log, and the loop was never long late."""
        assert self.call("GET", "/healthz") == (200, '{"ok":true}')
        assert self.call("GET", "/readyz")[0] == 200
        assert self.errors == []
        worked, late = sorted(self.worked), sorted(self.lags)
        self.lags, self.worked = [], []
        share = (
            0.99 if len(worked) >= 500 else 0.95
        )  # of a short form's ticks one is a hundredth: the collector's
        at = int(len(worked) * share)
        print(
            f"{len(worked)} ticks: late {late[at]:.3f} s at {share:.0%}, the loop's own work {worked[at]:.3f} s, {worked[-1]:.3f} s at most"
        )
        assert worked[at] <= allowed(LATE), worked[-5:]


def _settings(api_base: str) -> Any:
    return load(
        {
            "TROLY_TELEGRAM_TOKEN": TOKEN,
            "TROLY_TELEGRAM_API_BASE": api_base,
            "TROLY_TELEGRAM_MODE": "webhook",
            "TROLY_TELEGRAM_WEBHOOK_SECRET": SECRET,
        },
        dotenv=None,
    )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def serving(request: pytest.FixtureRequest, places: Places) -> Iterator[Serving]:
    with Serving(places, request.param) as made:
        yield made


def frames(serving: Serving, some: int) -> None:
    line = serving.line()
    number = itertools.count()

    def asked_for_what_is_there() -> None:
        """The line is answered, behind everything that was sent on it."""
        mine = f"t{next(number)}"
        line.send(json.dumps({"id": mine, "text": "xin chào"}))
        while json.loads(line.recv(timeout=30)).get("for") != mine:
            pass

    @settings(HOW, max_examples=some)
    @given(st.lists(FRAMES, min_size=1, max_size=10))
    def tried(sent: list[str]) -> None:
        nonlocal line
        for frame in sent:
            if any(f'"{key}": {value}' in frame for key in ("seen", "after") for value in ("true", "false")):
                continue
            try:
                line.send(frame)
            except ConnectionClosed:
                line = serving.line()
        try:
            asked_for_what_is_there()
        except ConnectionClosed:
            line = serving.line()
            asked_for_what_is_there()

    tried()
    line.close()
    serving.assert_well()


def filled_forms(serving: Serving, some: int) -> None:
    known = {"ticket": serving.ticket, "number": "1", "token": serving.secure_page()}
    pages = [(e.method, e.path) for e in serving.routes if e.path not in NOT_HERE]
    pages += [
        (m, r.path)
        for r in serving.app_routes
        for m in r.methods or ()
        if m != "HEAD" and r.path[:9] != "/console/"
    ]
    assert len(pages) > 25

    @settings(HOW, max_examples=some)
    @given(st.data())
    def tried(data: st.DataObject) -> None:
        for method, route in pages:
            path = data.draw(paths(route, known))
            kind, body = data.draw(forms(serving.csrf_token)) if method == "POST" else ("", b"")
            status, said = serving.call(method, path, body, content_type=kind, cookie=serving.cookie)
            assert status < 500, (method, path, kind, body)
            assert "Traceback" not in said
            if status == 401:
                serving.sign_in()

    tried()
    serving.assert_well()


def posted_updates(serving: Serving, some: int) -> None:
    secret = {"x_telegram_bot_api_secret_token": SECRET}

    @settings(HOW, max_examples=some)
    @given(updates())
    def tried(body: bytes) -> None:
        status, _ = serving.call("POST", PATH, body, **secret)
        assert status in (200, 413), (status, body[:300])

    tried()
    serving.assert_well()


KINDS = {
    "frames": (frames, 8, 2000),
    "forms": (filled_forms, 1, 300),
    "updates": (posted_updates, 40, 10_000),
}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_sent_there_is_an_answer(serving: Serving, kind: str) -> None:
    tried, few, _ = KINDS[kind]
    tried(serving, few)


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_ten_thousand_of_each_leave_no_trace(serving: Serving, kind: str) -> None:
    tried, _, many = KINDS[kind]
    tried(serving, many)
