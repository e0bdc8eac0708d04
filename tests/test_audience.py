"""Who gets a notice: those who opted in, by door and topic. Rule: on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from data.notices import audience
from data.notices.audience import Audience
from data.tables import conversations, subscriptions
from tests.houses import House


async def _people(house: House, **topics: tuple[str, ...]) -> None:
    """Conversations "door_account" whose person chose these topics; `gone_…` refused us."""
    async with house.db.writing() as connection:
        for name, chosen in topics.items():
            gone, name = name.startswith("gone_"), name.removeprefix("gone_")
            row = {
                "address": name.replace("_", ":"),
                "place": "{}",
                "person": name,
                "said": 0,
                "turns": 1,
                "clock": 0.0,
                "at": 0.0,
                "blocked_at": 1.0 if gone else None,
            }
            await connection.execute(insert(conversations), [row])
            for topic in chosen:
                await connection.execute(insert(subscriptions), [{"person": name, "topic": topic, "at": 0.0}])


async def _addresses(house: House, wanted: Audience, after: str = "", limit: int = 100) -> list[str]:
    async with house.db.reading() as connection:
        return list((await connection.execute(audience.query(wanted, after, limit))).scalars())


async def test_only_those_who_opted_in_and_can_be_reached(house: House) -> None:
    await _people(
        house,
        telegram_1=("chung", "bhyt"),
        telegram_2=("bhyt",),
        telegram_3=(),
        gone_telegram_4=("chung",),
        web_5=("chung",),
    )
    assert await _addresses(house, Audience()) == ["telegram:1", "telegram:2", "web:5"]
    assert await _addresses(house, Audience(topics=("chung",))) == ["telegram:1", "web:5"]
    assert await _addresses(house, Audience(doors=("telegram",))) == ["telegram:1", "telegram:2"]
    assert await _addresses(house, Audience(), after="telegram:1", limit=1) == ["telegram:2"]
    async with house.db.reading() as connection:
        assert await audience.count(connection, Audience()) == {"telegram": 2, "web": 1}
        assert await audience.count(connection, Audience(topics=("dang_ky",))) == {}


@pytest.mark.parametrize("text", ["all", "door=telegram,web", "door=web topic=chung,bhyt", "topic=bhyt"])
def test_an_audience_is_written_as_it_is_read_and_kept(text: str) -> None:
    read = audience.parse(text)
    assert str(read) == text
    assert Audience.from_json(read.to_json()) == read


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "'all'"),
        ("everybody", "door="),
        ("door=", "needs a name"),
        ("door=fax", "no door 'fax'"),
        ("door=web door=telegram", "twice"),
        ("topic=weather", "no topic 'weather'"),
        ("block=truong_hoc", "not recorded yet"),
    ],
)
def test_what_cannot_be_an_audience_is_told_in_one_sentence(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        audience.parse(text, ("chung", "bhyt"))
    assert "\n" not in str(caught.value)
