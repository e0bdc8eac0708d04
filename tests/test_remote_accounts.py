"""Accounts behind HTTP: a reference server that is killed in the middle of changes, and what the citizen is told meanwhile.

Rule: what is told is compared with the server's own database; how often a password was put in force is counted there.
"""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import yaml

from data.accounts.port import Away, Wanted
from data.seal import Seal
from handlers.accounts import remote
from handlers.accounts.remote import RemoteAccounts
from handlers.passwords import PageAnswer, Told, changing
from tests.houses import SECRET, House, open_house
from tests.passwords import page_opened, passwords_of, typed
from tests.ports import free_port
from tests.reference_accounts import opened, plan_fault

ROOT = Path(__file__).parents[1]
OLD = "mat khau thu nghiem 88"
POINTS = (("POST", "before"), ("POST", "inside"), ("POST", "after"), ("PUT", "before"), ("PUT", "after"))


class Server:
    """The reference server as a process, which somebody starts again when it dies, or does not."""

    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "accounts.db")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.again = True
        self.deaths = 0
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self.up = asyncio.Event()
        db = opened(self.path)
        db.executemany(
            "INSERT INTO accounts VALUES (?, ?, ?)",
            [(f"88{n:08d}", f"09000000{n % 100:02d}", OLD) for n in range(1, 101)],
        )
        db.close()

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.reference_accounts", self.path, str(self.port)),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert await self._process.stdout.readline() == b"ready\n"
        self.up.set()
        self._watch = asyncio.create_task(self._watched(self._process))

    async def _watched(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        self.up.clear()
        self.deaths += 1
        if self.again:
            await self.start()

    async def stop(self) -> None:
        self.again = False
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        if self._watch is not None:
            await self._watch

    def password_of(self, code: str) -> str:
        with sqlite3.connect(self.path) as db:
            return str(db.execute("SELECT password FROM accounts WHERE code = ?", (code,)).fetchone()[0])

    def most_times(self) -> int:
        with sqlite3.connect(self.path) as db:
            return int(db.execute("SELECT coalesce(max(times), 0) FROM changes").fetchone()[0])


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    one = Server(tmp_path)
    await one.start()
    yield one
    await one.stop()


@asynccontextmanager
async def house_with(place: str, server: Server) -> AsyncIterator[House]:
    async with httpx.AsyncClient(trust_env=False) as client:
        accounts = RemoteAccounts(client, server.url, "token", Seal(SECRET), seconds=5.0)
        async with open_house(place, accounts=accounts) as house:
            yield house


async def changed(house: House, server: Server, n: int, fault: tuple[str, str]) -> PageAnswer:
    """One person changes a password while the server is killed at this point; what they are told."""
    code, address = f"88{n:08d}", f"terminal:p{n}"
    if fault[0] == "PUT":
        plan_fault(server.path, *fault)
    change = await page_opened(house, code, address)
    while (answer := await typed(house, change)).outcome == "away":
        await server.up.wait()  # the person types it again
    assert answer.outcome == "sent", answer
    await house.code_sender.deliver()
    otp = house.sms[-1].text[:6]
    await server.up.wait()
    if fault[0] == "POST":
        plan_fault(server.path, *fault)
    return await passwords_of(house).confirm(change, otp, Told())


async def _killed(
    place: str, server: Server, monkeypatch: pytest.MonkeyPatch, times: int, asks: tuple[float, ...]
) -> Counter[str]:
    monkeypatch.setattr(changing, "_ASKS_AGAIN", asks)
    told: Counter[str] = Counter()
    async with house_with(place, server) as house:
        for n, fault in zip(range(1, times + 1), itertools.cycle(POINTS), strict=False):
            house.clock.move(3600.0)
            answer = await changed(house, server, n, fault)
            told[answer.outcome] += 1
            now = server.password_of(f"88{n:08d}")
            if answer.outcome == "done":
                assert now != OLD
            elif answer.outcome == "refused":
                assert now == OLD
            else:
                assert answer.outcome == "unclear"
                await server.up.wait()
                house.clock.move(changing.LEFT_COMMITTING + 1)
                await passwords_of(house).resume()
                assert await house.place(f"terminal:p{n}") == ("", ""), "told in the end"
                assert server.password_of(f"88{n:08d}") != OLD
        assert server.deaths == times
    assert server.most_times() == 1
    return told


async def test_killed_in_the_middle_nothing_is_changed_twice_and_the_truth_is_told(
    place: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await _killed(place, server, monkeypatch, 5, (0.05, 0.3, 1.0))
    assert told["done"] == 5


async def test_while_it_is_away_it_is_unclear_and_told_later(
    place: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await _killed(place, server, monkeypatch, 3, ())
    assert told["unclear"] == 3


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("asks", [(), (0.05, 0.3, 1.0)], ids=["at once", "asking"])
async def test_killed_a_hundred_times(
    place: str, server: Server, monkeypatch: pytest.MonkeyPatch, asks: tuple[float, ...]
) -> None:
    told = await _killed(place, server, monkeypatch, 100, asks)
    assert sum(told.values()) == 100


async def test_without_asking_first_a_commit_would_be_repeated(
    sqlite_place: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that just posts again relies on the server alone; ours asks, and posts only what is known to be prepared."""
    posts: list[str] = []
    once = RemoteAccounts._once

    async def counted(self: RemoteAccounts, method: str, path: str, body: object = None) -> httpx.Response:
        if method == "POST":
            posts.append(path)
        return await once(self, method, path, body)  # type: ignore[arg-type]  # as it was given

    monkeypatch.setattr(RemoteAccounts, "_once", counted)
    monkeypatch.setattr(changing, "_ASKS_AGAIN", (0.05, 0.3, 1.0))
    async with house_with(sqlite_place, server) as house:
        assert (await changed(house, server, 1, ("POST", "after"))).outcome == "done"
    assert len(posts) == 1


async def test_a_service_that_is_away_changes_nothing_and_costs_no_try(
    place: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "APART", 0.0)
    async with house_with(place, server) as house:
        change = await page_opened(house, "8800000001")
        await server.stop()
        for _ in range(7):
            assert (await typed(house, change)).outcome == "away"
        assert await house.place() == ("password", "page_away")
        server.again = True
        await server.start()
        wrong = await typed(house, change, old="khong phai mat khau nay")
        assert (wrong.outcome, wrong.facts["left"]) == ("old_wrong", "4")
        assert (await typed(house, change)).outcome == "sent"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"outcome": "fine"}', b'{"outcome": 1}', b"\xff"])
async def test_an_answer_that_the_contract_does_not_know_means_nothing(body: bytes) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
    async with httpx.AsyncClient(transport=transport) as client:
        accounts = RemoteAccounts(client, "http://x", "t", Seal(SECRET))
        with pytest.raises(Away):
            await accounts.prepare(Wanted("0" * 32, "8800000001", "mat khau moi", "cu"))


def test_the_contract_and_the_client_speak_of_the_same_paths() -> None:
    contract = yaml.safe_load((ROOT / "docs" / "accounts-api.yaml").read_text(encoding="utf-8"))
    assert set(contract["paths"]) == {
        "/v1/password-changes/{id}",
        "/v1/password-changes/{id}/commit",
        "/v1/accounts/{code}",
    }
    state = contract["components"]["responses"]["State"]["content"]["application/json"]["schema"]
    assert set(state["properties"]["state"]["enum"]) == {"prepared", "done", "refused", "none"}
