"""The single-use refresh token: one refresher, noted before it is asked for, on disk before it is committed, committed before use.

The pretend Zalo counts each refresh token that it is asked to exchange. Rule: a token is lost when Zalo knows another one than
the database; used twice when Zalo was asked for it twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from sqlalchemy import update

from data import zalo_tokens
from data.tables import zalo_tokens as table
from handlers.zalo.oa.api import OaApi
from handlers.zalo.oa.tokens import EARLY, LEASE, AuthorisationRefused, NotAuthorised
from tests.fake_zalo_oa import APP, LIVES, FakeZaloOa, fake_zalo_oa
from tests.houses import House
from tests.zalo_pairs import authorise, oa_api

DAYS = 86400.0


class Died(BaseException):
    """The process is gone here."""


@asynccontextmanager
async def processes(house: House, folder: Path, number: int) -> AsyncIterator[tuple[FakeZaloOa, list[OaApi]]]:
    """A pretend Zalo and so many processes that share a database, each with a data folder of its own."""
    async with fake_zalo_oa(clock=house.clock, echoes=False) as fake:
        await authorise(house, fake)
        apis = []
        for n in range(number):
            (folder / str(n)).mkdir(exist_ok=True)
            apis.append(oa_api(house, fake, folder / str(n)))
        try:
            yield fake, apis
        finally:
            for api in apis:
                await api.stop()


async def agree(house: House, fake: FakeZaloOa) -> bool:
    """Whether the database has the pair that Zalo knows."""
    async with house.db.reading() as connection:
        pair = await zalo_tokens.load(connection, house.seal, APP)
    return pair is not None and (pair.access, pair.refresh) == (fake.access, fake.refresh)


async def race(house: House, folder: Path, rounds: int) -> None:
    async with processes(house, folder, 4) as (fake, apis):
        for n in range(rounds):
            house.clock.move(LIVES - EARLY / 2)
            if n % 2:  # in time, by the refreshers
                await asyncio.gather(*(api.tokens.look() for api in apis))
            else:  # too late: each meets the end of the token in a send
                house.clock.move(EARLY)
                answers = await asyncio.gather(*(api.call("GET", "/v2.0/oa/getoa") for api in apis))
                assert [a["error"] for a in answers] == [0] * 4
            assert await agree(house, fake)
        assert len(fake.used) == rounds
        assert fake.refused == []
        assert max(Counter(fake.used).values()) == 1


async def test_four_processes_refresh_at_once(house: House, tmp_path: Path) -> None:
    """Seen to fail with `begin` giving the right to everybody: tokens were asked for twice, and refused."""
    await race(house, tmp_path, 6)


@pytest.mark.soak
async def test_four_processes_refresh_at_once_a_hundred_times(house: House, tmp_path: Path) -> None:
    await race(house, tmp_path, 100)


@pytest.mark.parametrize("how", ["cancelled", "stopped"])
async def test_an_exchange_is_finished_and_kept_whoever_stops_waiting(
    house: House, tmp_path: Path, how: str
) -> None:
    """A send has a time limit, a process ends: the refresh token was used all the same, and its answer must be kept.

    Seen to fail with `exchange` waiting for its work itself, and with `stop` closing the session at once."""
    async with processes(house, tmp_path, 1) as (fake, (api,)), asyncio.timeout(60):
        house.clock.move(LIVES + 1)
        fake.answers.clear()
        send = asyncio.create_task(api.call("GET", "/v2.0/oa/getoa"))
        await fake.until(lambda: len(fake.used) == 1)
        send.cancel()
        await asyncio.wait([send])
        end = asyncio.create_task(api.tokens.settle() if how == "cancelled" else api.stop())
        await asyncio.sleep(0)
        fake.answers.set()
        await end
        assert await agree(house, fake)
        assert (await api.call("GET", "/v2.0/oa/getoa"))["error"] == 0
        assert len(fake.used) == 1


async def test_a_code_that_was_sent_is_taken_whoever_stops_waiting(house: House, tmp_path: Path) -> None:
    """An authorisation's code works once, too. Seen to fail with `_take_code` not shielded."""
    async with fake_zalo_oa(clock=house.clock, echoes=False) as fake, asyncio.timeout(60):
        api = oa_api(house, fake, tmp_path)
        address = await api.tokens.begin_authorisation("http://127.0.0.1:8080/console/zalo")
        async with aiohttp.ClientSession() as browser, browser.get(address, allow_redirects=False) as answer:
            (code,) = parse_qs(urlsplit(answer.headers["location"]).query)["code"]
        fake.answers.clear()
        admin = asyncio.create_task(api.tokens.finish_authorisation(code))
        await fake.until(lambda: fake.refresh == "in exchange")
        admin.cancel()
        await asyncio.wait([admin])
        fake.answers.set()
        await api.tokens.settle()
        assert await agree(house, fake)
        await api.stop()


WHERE = ("before the call", "after the answer", "after the journal", "answer lost")


async def crash(house: House, folder: Path, where: str) -> None:
    """One process dies at this point of an exchange; the others, or it itself come back, go on."""
    async with processes(house, folder, 2) as (fake, (dying, other)):
        house.clock.move(LIVES - EARLY / 2)
        tokens = dying.tokens
        asked, journal = tokens._ask, tokens._write_journal

        async def ask(form: dict[str, str]) -> object:
            if where == "before the call":
                raise Died
            return await asked(form)

        def write(*pair: object) -> None:
            if where == "after the answer":
                raise Died
            journal(*pair)  # type: ignore[arg-type]  # as it was called
            raise Died

        tokens._ask = ask  # type: ignore[method-assign,assignment]  # a death, put into its place
        tokens._write_journal = write  # type: ignore[method-assign]
        if where == "answer lost":
            fake.token_faults = ["lost"]
            tokens._write_journal = journal  # type: ignore[method-assign]
            await tokens.look()
        else:
            with pytest.raises(Died):
                await tokens.look()
        await other.tokens.look()
        assert len(fake.used) <= 1, "while the lease lasts nobody else asks"
        house.clock.move(LEASE + 1)
        if where == "after the journal":
            again = oa_api(house, fake, folder / "0")  # it is started again on its own folder
            await again.tokens.look()
            await again.stop()
        await other.tokens.look()
        assert fake.refused == []
        assert max(Counter(fake.used).values()) == 1


@pytest.mark.parametrize("where", WHERE)
async def test_a_crash_never_uses_a_token_twice(house: House, tmp_path: Path, where: str) -> None:
    """What Zalo answered and nobody wrote down is gone; then an admin is called, and nothing is tried.

    Seen to fail with `_is_unused` always true: the used token was asked for again."""
    async with asyncio.timeout(60):
        await crash(house, tmp_path, where)
    async with house.db.reading() as connection:
        pair = await zalo_tokens.load(connection, house.seal, APP)
    assert pair is not None
    lost = where in ("after the answer", "answer lost")
    assert (pair.state, pair.generation) == (("broken", 1) if lost else ("good", 2))


@pytest.mark.soak
async def test_twenty_crashes_between_answer_and_save_lose_no_token(house: House, tmp_path: Path) -> None:
    """The answer is on disk, the database is not told: 20 times, and no token is lost."""
    for n in range(20):
        folder = tmp_path / f"round{n}"
        folder.mkdir()
        await crash(house, folder, "after the journal")
        async with house.db.writing() as connection:
            await connection.execute(update(table).values(state="good"))


async def test_an_answer_on_disk_is_taken_up_when_the_database_is_back(house: House, tmp_path: Path) -> None:
    async with processes(house, tmp_path, 1) as (fake, (api,)):
        house.clock.move(LIVES - EARLY / 2)
        kept = api.tokens.recover

        async def away() -> bool:
            return False

        api.tokens.recover = away  # type: ignore[method-assign]
        assert not await api.tokens.exchange(1)
        assert not await agree(house, fake)
        files = list((tmp_path / "0").iterdir())
        assert [f.stat().st_mode & 0o777 for f in files] == [0o600]
        assert fake.refresh.encode() not in files[0].read_bytes()
        api.tokens.recover = kept  # type: ignore[method-assign]
        await api.tokens.look()
        assert await agree(house, fake)
        assert list((tmp_path / "0").iterdir()) == []


async def test_no_connection_costs_no_token_and_a_refusal_calls_an_admin(
    house: House, tmp_path: Path
) -> None:
    async with processes(house, tmp_path, 1) as (fake, (api,)):
        house.clock.move(LIVES - EARLY / 2)
        here, api.tokens.oauth_base = api.tokens.oauth_base, "http://127.0.0.1:9"
        await api.tokens.look()
        api.tokens.oauth_base = here
        await api.tokens.look()
        assert await agree(house, fake)
        fake.refresh = "taken away"
        house.clock.move(LIVES - EARLY / 2)
        await api.tokens.look()
        with pytest.raises(NotAuthorised):
            await api.tokens.current()
        asked = len(fake.used)
        await api.tokens.look()
        assert len(fake.used) == asked, "what was refused is not asked for again"


@pytest.mark.parametrize("wrong", [-300.0, 300.0])
async def test_a_clock_that_is_wrong_by_minutes_changes_nothing(
    house: House, tmp_path: Path, wrong: float
) -> None:
    async with processes(house, tmp_path, 2) as (fake, apis):
        apis[0].tokens.clock = lambda: house.clock() + wrong
        for _ in range(4):
            house.clock.move(LIVES - EARLY / 2)
            await asyncio.gather(*(api.tokens.look() for api in apis))
            assert await agree(house, fake)
        assert fake.refused == []


async def test_an_admin_authorises_with_a_code_that_works_once(house: House, tmp_path: Path) -> None:
    """PKCE: who has the code alone gets nothing."""
    async with fake_zalo_oa(clock=house.clock, echoes=False) as fake:
        api = oa_api(house, fake, tmp_path)
        with pytest.raises(AuthorisationRefused, match="begin it again"):
            await api.tokens.finish_authorisation("code")
        address = await api.tokens.begin_authorisation("http://127.0.0.1:8080/console/zalo")
        assert "code_challenge_method" not in address
        async with aiohttp.ClientSession() as browser, browser.get(address, allow_redirects=False) as answer:
            back = parse_qs(urlsplit(answer.headers["location"]).query)
        await api.tokens.begin_authorisation("http://127.0.0.1:8080/console/zalo")  # another verifier
        with pytest.raises(AuthorisationRefused, match=r"refused the code \(-14003\)"):
            await api.tokens.finish_authorisation(back["code"][0])
        address = await api.tokens.begin_authorisation("http://127.0.0.1:8080/console/zalo")
        async with aiohttp.ClientSession() as browser, browser.get(address, allow_redirects=False) as answer:
            back = parse_qs(urlsplit(answer.headers["location"]).query)
        await api.tokens.finish_authorisation(back["code"][0])
        assert await agree(house, fake)
        assert (await api.call("GET", "/v2.0/oa/getoa"))["error"] == 0
        with pytest.raises(AuthorisationRefused):
            await api.tokens.finish_authorisation(back["code"][0])
        house.clock.move(84 * DAYS)
        pair = await api.tokens.load()
        assert pair is not None
        assert pair.refresh_until - house.clock() < 7 * DAYS, "the alarm's time"
        await api.stop()


async def test_tokens_lie_sealed(house: House, tmp_path: Path) -> None:
    async with processes(house, tmp_path, 1) as (fake, _):
        async with house.db.reading() as connection:
            row = (await connection.execute(table.select())).one()
        assert all(secret.encode() not in row.sealed for secret in (fake.access, fake.refresh))
