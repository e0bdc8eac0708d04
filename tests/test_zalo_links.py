"""One person on Telegram and on Zalo: after the same phone is proven on both there is one dossier. Rule: through the doors."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from data import people
from data.people import Dossier, load_dossier, topics_of
from data.people.links import link
from data.tables import conversations, dossiers
from data.tables import people as people_table
from tests.doors import Stage, Telegram, open_stage
from tests.houses import House, Places
from tests.transcripts import Move
from tests.zalo_visitors import ZaloVisitor

PHONE = "84900000001"  # of Trần Thị Bé Ba


@pytest_asyncio.fixture
async def stage(places: Places) -> AsyncIterator[Stage]:
    async with open_stage(await places.sqlite(), {}) as one:
        yield one


def typed(text: str) -> Move:
    return Move("text", (text,), 1)


async def proves(person: ZaloVisitor | Telegram) -> list[str]:
    """Look up Bé Ba and prove her phone: by the one-time code, or by Telegram's contact."""
    for text in ("tra cuu", "dong y", "Trần Thị Bé Ba", "17/01/1983"):
        await person.act(typed(text))
    if isinstance(person, Telegram):
        return await person.act(Move("contact", ("own", PHONE), 1))
    await person.act(Move("press", ("Nhận mã OTP",), 1))
    return await person.act(Move("secure", ("right",), 1))


async def persons(stage: Stage, *addresses: str) -> list[str | None]:
    async with stage.house.db.reading() as connection:
        found = {
            r.address: r.person
            for r in await connection.execute(select(conversations.c.address, conversations.c.person))
        }
    return [found.get(address) for address in addresses]


@pytest.mark.parametrize("door", ["zalo", "zalobot"])
async def test_the_dossier_goes_on_at_the_other_door(stage: Stage, door: str) -> None:
    """Begun on Telegram, taken up on Zalo; what one door ticks the other sees; erased at one, it is gone at both."""
    house = stage.house
    async with stage.visitor("telegram") as lan:
        assert isinstance(lan, Telegram)
        assert "8800000001" in "\n".join(await proves(lan))
        for text in ("dang ky", "dong y", "cho tôi", "tự do", "android"):
            await lan.act(typed(text))
    house.clock.move(15 * 86400)
    async with stage.visitor(door) as there:
        assert isinstance(there, ZaloVisitor)
        before = await persons(stage, lan.address, there.address)
        assert "8800000001" in "\n".join(await proves(there))
        one, other = await persons(stage, lan.address, there.address)
        assert one == other == before[0]
        async with house.db.reading() as connection:
            assert await connection.scalar(select(func.count()).select_from(dossiers)) == 1
            assert await connection.scalar(select(func.count()).select_from(people_table)) == 1
        said = await there.act(typed("dang ky"))
        assert any("làm tiếp" in line or "/" in line for line in said), said


async def test_two_accounts_of_one_channel_are_never_one_person(stage: Stage) -> None:
    """A family that shares a phone: their chats stay their own. Seen to fail without the look at the doors."""
    async with stage.visitor("zalo") as mother:
        assert isinstance(mother, ZaloVisitor)
        await proves(mother)
    stage.house.clock.move(2 * 86400)
    async with stage.visitor("zalo") as daughter:
        assert isinstance(daughter, ZaloVisitor)
        await proves(daughter)
    one, other = await persons(stage, mother.address, daughter.address)
    assert one is not None
    assert other is not None
    assert one != other


async def test_without_a_proven_phone_nobody_is_linked(stage: Stage) -> None:
    async with stage.visitor("telegram") as lan:
        assert isinstance(lan, Telegram)
        await proves(lan)
    async with stage.visitor("zalo") as stranger:
        assert isinstance(stranger, ZaloVisitor)
        for text in ("tra cuu", "dong y", "Trần Thị Bé Ba", "17/01/1983"):
            await stranger.act(typed(text))
        await stranger.act(Move("press", ("Nhận mã OTP",), 1))
        await stranger.act(Move("secure", ("wrong",), 1))
        one, other = await persons(stage, lan.address, stranger.address)
        assert one != other


@pytest.mark.parametrize("newer", ["source", "target"])
async def test_the_dossier_that_was_worked_on_last_is_kept_with_all_topics(house: House, newer: str) -> None:
    at = house.clock()
    async with house.db.writing() as connection:
        ids = {}
        for name, topics, when in (
            ("target", ("chung", "bhyt"), at + 5 * (newer == "target")),
            ("source", ("chung", "dang_ky"), at + 5 * (newer == "source")),
        ):
            ids[name] = await people.new_person(connection, at)
            await people.prove_phone(connection, ids[name], "k" * 64, at)
            await people.set_topics(connection, ids[name], topics, at)
            kept = Dossier(name, "android", False, ("install",), name="Bé Ba")
            await people.start_dossier(house.db, connection, house.seal, ids[name], kept, when)
        kept_as = await link(house.db, connection, house.seal, ids["source"], "k" * 64, at)
        assert kept_as == ids["target"]
        found = await load_dossier(connection, house.seal, kept_as)
        assert found == Dossier(newer, "android", False, ("install",), name="Bé Ba")
        assert await topics_of(connection, kept_as) == ("bhyt", "chung", "dang_ky")
        assert await load_dossier(connection, house.seal, ids["source"]) is None
