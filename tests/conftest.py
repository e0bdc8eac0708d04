"""Fixtures: `place` is the URL of a fresh database, once on SQLite and once on PostgreSQL; `house` a whole house on it."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Generator, Iterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests import run_folder
from tests.fork_server import ForkServer
from tests.houses import Clock, House, Places, open_house

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.screens import RealServer
    from tests.visitors import Visitors

for noisy in ("alembic", "aiosqlite", "asyncio"):
    logging.getLogger(noisy).setLevel(logging.WARNING)


# Counting covered lines doubles a test's time and more. It is left out in files whose subject is another process, a long
# table or a crowd, and in tests that repeat much; what they pass is passed by others, too.
UNCOUNTED = {
    *("test_black_box", "test_black_box_desk", "test_browser", "test_hostile", "test_hostile_telegram"),
    *(
        "test_journeys",
        "test_kills",
        "test_notice_kills",
        "test_registry_import_kills",
        "test_staff_commands",
    ),
    *("test_alike", "test_crowd", "test_disclosure", "test_noise", "test_numbers", "test_outlet"),
    *("test_sending_again_never_gives_more_than_ten_wrong_guesses_a_day",),
    *("test_codes_are_sent_no_oftener_than_the_limits_say", "test_codes_are_random_and_may_begin_with_zero"),
    *("test_codes_that_never_begin_with_zero_would_be_noticed", "test_the_packed_names_are_the_names"),
    *("test_after_a_claim_the_bot_says_nothing_and_nothing_said_to_it_is_lost",),
    *("test_names_read_in_a_hurry_are_the_names_read_carefully", "test_names_of_nobody_are_not_asserted"),
    *("test_whatever_a_cell_of_a_workbook_holds_there_is_no_traceback", "test_our_own_wordings_are_found"),
    *("test_every_alias_of_the_file_finds_its_people_in_any_case", "test_the_development_set_is_found"),
    *("test_two_hundred_canaries_at_three_doors_leave_no_trace",),
    *("test_wordings_made_ready_beforehand_and_at_start_give_the_same_answers",),
}


def pytest_configure(config: pytest.Config) -> None:
    """One folder and one PostgreSQL for all workers, which start after this; files of tests lie in memory where it is roomy."""
    if not hasattr(config, "workerinput"):
        run_folder.begin()
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(run_folder.roomy()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long forms run in `make soak` only; groups, which one worker runs to their end, begin first."""
    for item in items:
        if item.get_closest_marker("soak") and os.environ.get("TROLY_SOAK") != "1":
            item.add_marker(pytest.mark.skip(reason="long form: make soak"))
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Covered lines are counted once, not on PostgreSQL again, and not where UNCOUNTED says so."""
    plugin = item.config.pluginmanager.get_plugin("_cov")
    counting = plugin.cov_controller if plugin is not None and not _is_counted(item) else None
    if counting is not None:
        counting.pause()
    try:
        return (yield)
    finally:
        if counting is not None:
            counting.resume()


def _is_counted(item: pytest.Item) -> bool:
    name = getattr(item, "originalname", item.name)
    return not ({item.path.stem, name} & UNCOUNTED or _is_on_postgresql(item))


def _is_on_postgresql(item: pytest.Item) -> bool:
    chosen = (
        item.callspec.params.values()
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else ()
    )
    return any(isinstance(value, str) and value == "postgresql" for value in chosen)


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
