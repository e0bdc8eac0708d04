"""Where a request comes from. Rule: what a stranger writes into a header changes nothing; a source has its share and no more."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from ipaddress import ip_address, ip_network
from pathlib import Path
from secrets import token_urlsafe

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from starlette.requests import HTTPConnection
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from bot.settings import BadSetting, load, proxy_networks
from data.tables import budget_uses
from flows.engine.events import Event
from flows.engine.state import State
from handlers.turns.queue import Turns
from handlers.turns.types import Busy
from handlers.web.source import SourceRates, Sources
from tests import doors
from tests.consoles import csrf_token_in
from tests.houses import House

TRUSTED = Sources(proxy_networks("127.0.0.1, 10.0.0.0/8, fd00::/8"))


def connection(peer: str | None, *forwarded: str, **headers: str) -> HTTPConnection:
    given = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    given += [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    client = None if peer is None else (peer, 4711)
    return HTTPConnection({"type": "http", "client": client, "headers": given})


@pytest.mark.parametrize(
    ("peer", "forwarded", "source"),
    [
        ("203.0.113.7", (), "203.0.113.7"),
        ("203.0.113.7", ("198.51.100.1",), "203.0.113.7"),  # a stranger's own header
        ("127.0.0.1", (), "127.0.0.1"),
        ("127.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("127.0.0.1", ("1.1.1.1, 198.51.100.1",), "198.51.100.1"),  # the stranger wrote the first
        ("127.0.0.1", ("1.1.1.1", "198.51.100.1"), "198.51.100.1"),  # in a header of its own
        ("127.0.0.1", ("1.1.1.1, 198.51.100.1, 10.2.3.4",), "198.51.100.1"),  # two proxies of ours
        ("127.0.0.1", ("198.51.100.1:5555",), "198.51.100.1"),
        ("127.0.0.1", ("[2001:db8:1:2::7]:5555",), "2001:db8:1:2::/64"),
        ("127.0.0.1", ("1.1.1.1, what, 10.2.3.4",), "10.2.3.4"),  # unreadable: our own proxy
        ("127.0.0.1", ("10.1.1.1",), "10.1.1.1"),
        ("2001:db8:1:2:3:4:5:6", (), "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", (), "203.0.113.7"),
        ("::ffff:127.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("fe80::1%eth0", (), "fe80::/64"),
        ("testclient", ("198.51.100.1",), "testclient"),
        (None, ("198.51.100.1",), ""),
    ],
)
def test_the_source_is_the_peer_or_what_a_trusted_proxy_saw(
    peer: str | None, forwarded: tuple[str, ...], source: str
) -> None:
    assert TRUSTED.of(connection(peer, *forwarded)) == source


@given(st.lists(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n")), max_size=3))
def test_whatever_a_stranger_forges_the_source_stays(forged: list[str]) -> None:
    assert TRUSTED.of(connection("203.0.113.7", *forged)) == "203.0.113.7"
    behind = connection("127.0.0.1", *forged, "198.51.100.1", forwarded="for=1.1.1.1")
    assert TRUSTED.of(behind) == "198.51.100.1"


@given(st.ip_addresses(v=6))
def test_whoever_has_a_block_has_one_source(address: object) -> None:
    source = Sources().of(connection(str(address)))
    assert "/" not in source or ip_address(str(address)) in ip_network(source)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("10.0.0.1/8", "host bits"),
        ("proxy.local", "no address"),
        ("0.0.0.0/0", "trusts everybody"),
        ("10.0.0.1 10.0.0.2", "no address"),
    ],
)
def test_wrong_proxies_stop_the_start_with_one_sentence(value: str, said: str) -> None:
    with pytest.raises(BadSetting, match=f"TROLY_TRUSTED_PROXIES: .*{said}") as stopped:
        load({"TROLY_TRUSTED_PROXIES": value}, None)
    assert "\n" not in str(stopped.value)


def test_one_source_opens_and_sends_so_often_in_a_minute_and_another_is_not_held_up() -> None:
    rates = SourceRates(sockets_per_minute=3, frames_per_minute=5)
    for once in (rates.may_open, rates.may_send):
        answers = [once("a") for _ in range(12)]
        assert 3 <= sum(answers) <= 10  # the minute may end meanwhile
        assert once("b")


# -- the queue


def _never(state: State, at: object) -> Event:
    raise AssertionError("not to be made")


async def test_one_source_cannot_fill_the_queue(sqlite_house: House) -> None:
    first = sqlite_house.turns
    turns = Turns(
        first.db, first.seal, first.effect_handler, first.content, queue_limit=20, queue_limit_source=5
    )  # not started: everything waits
    tasks = [
        asyncio.ensure_future(turns.take(f"web:{n}", "1", _never, pushed=False, source="198.51.100.1"))
        for n in range(9)
    ]
    await asyncio.sleep(0)
    assert [isinstance(t.exception(), Busy) for t in tasks if t.done()] == [True] * 4
    other = asyncio.ensure_future(turns.take("web:other", "1", _never, pushed=False, source="203.0.113.7"))
    await asyncio.sleep(0)
    assert not other.done()
    assert turns.waiting == 6
    for task in (*tasks, other):
        task.cancel()


async def test_one_source_has_its_share_of_what_is_written_at_once_and_more_where_nobody_waits(
    sqlite_house: House,
) -> None:
    first = sqlite_house.turns
    turns = Turns(first.db, first.seal, first.effect_handler, first.content, group_limit=8)
    tasks = [
        asyncio.ensure_future(turns.take(f"web:{n}", "1", _never, pushed=False, source="198.51.100.1"))
        for n in range(30)
    ]
    await asyncio.sleep(0)
    tasks.append(asyncio.ensure_future(turns.take("web:late", "1", _never, pushed=False, source="b")))
    await asyncio.sleep(0)
    group = turns._next_group()
    assert [w.address for w in group][:3] == ["web:0", "web:1", "web:late"]  # two of eight, then the other
    assert len(group) == 8
    assert [w.address for w in group][3:] == [f"web:{n}" for n in range(2, 7)]  # in their order
    for task in tasks:
        task.cancel()


# -- what is kept of it


async def test_of_a_source_only_a_keyed_hash_is_kept_and_that_for_a_day(house: House, tmp_path: Path) -> None:
    from data import proofs
    from handlers.turns.json_contract import read_object

    for n, words in enumerate(("tra cứu mã số BHXH", "Đồng ý", "Trần Thị Bé Ba 17/01/1983")):
        opens = read_object({"text": words}, 2000)
        assert callable(opens)
        await house.turns.take("web:1", f"{n}", opens, pushed=False, source="203.0.113.77")
    async with house.db.reading() as connection:
        (row,) = (await connection.execute(select(budget_uses))).all()
        assert row.source_key == house.seal.keyed("source", "203.0.113.77")
        for table in ("budget_uses", "audit", "conversations", "cases", "outbox", "events"):
            kept = (await connection.execute(text(f"SELECT * FROM {table}"))).all()  # noqa: S608  # names above
            assert "203.0.113.77" not in str(kept)
    house.clock.move(86_401)
    async with house.db.writing() as connection:
        await proofs.forget_old(connection, house.clock())
        assert (await connection.execute(select(budget_uses))).all() == []


async def test_at_the_web_door_a_forged_header_changes_nothing_and_a_trusted_proxys_counts(
    sqlite_place: str,
) -> None:
    """A look-up over a real socket and a code on the secure page, both with a header of the stranger's own."""
    async with doors.open_stage(sqlite_place, {}) as stage:
        kept = {}
        for trusts in (False, True):
            if trusts:
                stage.web._sources = TRUSTED
            await _look_up(stage, "198.51.100.9")
            async with stage.house.db.reading() as connection:
                rows = (await connection.execute(select(budget_uses.c.source_key).distinct())).scalars().all()
            kept[trusts] = set(rows)
        keyed = partial(stage.house.seal.keyed, "source")
        assert kept[False] == {keyed("127.0.0.1")}
        assert kept[True] - kept[False] == {keyed("198.51.100.9")}


async def _look_up(stage: doors.Stage, forged: str) -> None:
    headers = {"Cookie": f"troly_visitor={token_urlsafe(24)}", "X-Forwarded-For": f"8.8.8.8, {forged}"}
    url = f"{stage.base.replace('http', 'ws', 1)}/chat/socket"
    async with connect(url, additional_headers=headers, proxy=None) as socket:
        for words in ("tra cứu mã số BHXH", "Đồng ý", "Trần Thị Bé Ba 17/01/1983", "Nhận mã OTP"):
            await socket.send(json.dumps({"text": words, "id": token_urlsafe(6)}))
            while "for" not in (frame := json.loads(await socket.recv())):
                pass
        page = next(reply["link"] for reply in frame["replies"] if "link" in reply)
        path = f"/secure/{page.rsplit('/', 1)[1]}"
        async with httpx.AsyncClient(base_url=stage.base, headers=headers, trust_env=False) as client:
            token = csrf_token_in((await client.get(path)).text)
            assert (await client.post(path, data={"csrf_token": token, "otp": "000000"})).status_code == 422


async def test_the_warning_to_a_phones_owner_leaves_with_the_wrong_code(sqlite_place: str) -> None:
    async with doors.open_stage(sqlite_place, {"otp_failures_per_day": 1}) as stage:
        await _look_up(stage, "198.51.100.9")
        await stage.calm()
        assert [sms.text[:6].isdigit() for sms in stage.house.sms] == [True, False]


async def test_a_source_that_opens_too_many_sockets_is_refused_at_the_door(sqlite_place: str) -> None:
    async with doors.open_stage(sqlite_place, {}) as stage:
        stage.web._sources = TRUSTED
        stage.web._source_rates = SourceRates(sockets_per_minute=2, frames_per_minute=100)
        url = f"{stage.base.replace('http', 'ws', 1)}/chat/socket"

        async def opened(source: str) -> bool:
            headers = {"Cookie": f"troly_visitor={token_urlsafe(24)}", "X-Forwarded-For": source}
            try:
                async with connect(url, additional_headers=headers, proxy=None):
                    return True
            except InvalidStatus:
                return False

        assert [await opened("198.51.100.9") for _ in range(6)].count(False) >= 2  # the minute may end once
        assert await opened("198.51.100.10")
