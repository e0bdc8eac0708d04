"""Fixtures: `place` is the URL of a fresh database, once on SQLite and once on PostgreSQL; `house` a whole house on it."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.houses import Clock, House, Places, open_house
from tests.nursery import Nursery

for noisy in ("alembic", "aiosqlite", "asyncio"):
    logging.getLogger(noisy).setLevel(logging.WARNING)


# Counting covered lines doubles a test's time; it is left out in files whose subject is another process or a long table.
UNCOUNTED = {
    *(
        "test_black_box",
        "test_black_box_desk",
        "test_browser",
        "test_hostile",
        "test_hostile_telegram",
        "test_journeys",
    ),
    *("test_kills", "test_notice_kills", "test_registry_import_kills", "test_staff_commands"),
    *("test_alike", "test_noise", "test_numbers"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long forms run in `make soak` only; covered lines are counted once, not on PostgreSQL again."""
    for item in items:
        if item.get_closest_marker("soak") and os.environ.get("TROLY_SOAK") != "1":
            item.add_marker(pytest.mark.skip(reason="long form: make soak"))
        if item.path.stem in UNCOUNTED or _is_on_postgresql(item):
            item.add_marker(pytest.mark.no_cover)


def _is_on_postgresql(item: pytest.Item) -> bool:
    chosen = (
        item.callspec.params.values()
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else ()
    )
    return any(isinstance(value, str) and value == "postgresql" for value in chosen)


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    made = Places(tmp_path_factory.mktemp("places"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where processes of `troly` are born quickly."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(scope="session")
def service_nursery() -> Iterator[object]:
    """Where whole services with their Telegram door are born quickly; a `tests.kills.Nursery`."""
    from tests import kills

    made = kills.Nursery()
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, places: Places) -> str:
    """A fresh database with tables and demo people."""
    return await getattr(places, request.param)()


@pytest.fixture
async def sqlite_place(places: Places) -> str:
    """A fresh SQLite file, for tests of what does not depend on the database."""
    return await places.sqlite()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def house(place: str, clock: Clock) -> AsyncIterator[House]:
    """A whole house, on SQLite and on PostgreSQL."""
    async with open_house(place, clock=clock) as made:
        yield made


@pytest.fixture
async def sqlite_house(sqlite_place: str, clock: Clock) -> AsyncIterator[House]:
    """A whole house on SQLite only."""
    async with open_house(sqlite_place, clock=clock) as made:
        yield made
