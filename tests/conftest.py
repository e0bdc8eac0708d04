"""Fixtures: `place` is the URL of a fresh database, once on SQLite and once on PostgreSQL; `house` a whole house on it."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from hypothesis import settings

from tests import fork_server as forking
from tests import run_folder
from tests.fork_server import ForkServer
from tests.houses import Clock, House, Places, open_house

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.screens import RealServer
    from tests.visitors import Visitors

for noisy in ("alembic", "aiosqlite", "asyncio"):
    logging.getLogger(noisy).setLevel(logging.WARNING)


settings.register_profile(
    "progress", deadline=None
)  # a busy machine is no fault; what must be fast says so itself
settings.load_profile("progress")


def pytest_configure(config: pytest.Config) -> None:
    """One folder, PostgreSQL and fork server for all workers, which start after this; files of tests lie in memory where it is roomy."""
    if not hasattr(config, "workerinput"):
        run_folder.begin()
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(run_folder.roomy()))
        if config.getoption("numprocesses", None):
            forking.begin()


@pytest.hookimpl(tryfirst=True)  # before xdist, which writes the groups into the tests' ids
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long forms run in `make soak` only. A worker runs a whole group or file, so that what its tests share is made once."""
    sizes: Counter[str] = Counter()
    for item in items:
        if item.get_closest_marker("soak") and os.environ.get("TROLY_SOAK") != "1":
            item.add_marker(pytest.mark.skip(reason="long form: make soak"))
        elif item.get_closest_marker("xdist_group") is None:
            sizes[item.path.name] += 1
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))

    first = -len(items)
    # groups of several files first; the last to begin are small, so that all workers end together
    items.sort(key=lambda item: -sizes[item.path.name] if item.path.name in sizes else first)


def pytest_runtest_setup() -> None:
    os.umask(0o022)  # a command that a test ran in this process took everybody else's rights away


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return Places(tmp_path_factory.mktemp("places"))


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    """Where processes of `troly` start quickly."""
    made = ForkServer()
    yield made
    made.close()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of a worker; they share the session's loop with it."""
    from tests.screens import chromium

    async with chromium() as one:
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def visitors(browser: Browser, server: RealServer) -> AsyncIterator[Visitors]:
    """People at the module's `server`; afterwards nobody's console may have complained of what was not expected."""
    from tests.visitors import Visitors

    some = Visitors(browser, server.address)
    yield some
    await some.leave()
    assert some.wrong == []  # no script, no error, no report of the policy


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, places: Places) -> AsyncIterator[str]:
    """A fresh database with tables and demo people."""
    url = await getattr(places, request.param)()
    yield url
    await places.leave(url)


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
