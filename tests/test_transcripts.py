"""Every transcript, at the doors and on both databases. Rule: the file decides; no test here knows a word of a flow.

In `make test` a transcript is said straight on one database and at one of the doors on the other, in turns, so that each
database hears everything and every door meets both; a flow that asks nothing of the database is said once. The command, which starts a process each time,
says the first of each flow and the first of each other kind, three of them on PostgreSQL too. In `make soak` every transcript is said at every door, on both databases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from flows import catalog
from tests import doors
from tests.fork_server import ForkServer
from tests.houses import Places
from tests.transcripts import KINDS, BadTranscript, Move, Script, parsed, play, scripts

SCRIPTS = scripts()
INSIDE = ("straight", "telegram", "web", "zalo", "zalobot")
DATABASES = ("sqlite", "postgresql")
ASK_CONSENT = {name for name, flow in catalog.FLOWS.items() if flow.step("consent")}
TALK_ALONE = {name for name, flow in catalog.FLOWS.items() if all(step.kind != "call" for step in flow.steps)}
EVERY_FLOW_SHOWS = ("happy", "misspelt", "interrupted", "back", "bad")

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Stages:
    """The houses of this test run, one on each database, opened when first needed."""

    def __init__(self, places: Places, stack: AsyncExitStack) -> None:
        self._places = places
        self._stack = stack
        self._open: dict[str, doors.Stage] = {}

    async def on(self, database: str) -> doors.Stage:
        if database not in self._open:
            url = await getattr(self._places, database)()
            self._open[database] = await self._stack.enter_async_context(doors.open_stage(url, {}))
        return self._open[database]


@pytest.fixture(scope="session")
def chat_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chat")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stages(places: Places) -> AsyncIterator[Stages]:
    async with AsyncExitStack() as stack:
        yield Stages(places, stack)


def _id(script: Script) -> str:
    return script.name


def _first_of_each(*kinds: str) -> list[Script]:
    """The first transcript of each flow and kind: the few that are also talked through in processes on PostgreSQL."""
    found = {
        (s.flow, k): s for s in reversed(SCRIPTS) for k in s.kinds[1:] if k in kinds and "chat" in s.doors
    }
    return sorted({s.name: s for s in found.values()}.values(), key=_id)


def _at_the_command() -> list[Script]:
    """The first transcript of each flow, and of each kind that none of them is of."""
    chosen = _first_of_each("happy")
    for kind in KINDS:
        if not any(kind in s.kinds for s in chosen):
            chosen += [s for s in SCRIPTS if kind in s.kinds and "chat" in s.doors][:1]
    return chosen


AT_THE_COMMAND = _at_the_command()


def _in_turns() -> Iterator[tuple[Script, str, str, bool]]:
    """Script, door, database, and whether this one is left to `make soak`.

    A flow's scripts go to the doors in turns; a flow with fewer scripts than doors says its last one at all that are left.
    """
    met: dict[str, set[str]] = {}
    last = {script.flow: script.name for script in SCRIPTS}
    for n, script in enumerate(SCRIPTS):
        first, *others = [door for door in INSIDE if door in script.doors] or [""]
        mine = met.setdefault(script.flow, set())
        new = [door for door in others if door not in mine] or others
        chosen = new if last[script.flow] == script.name and len(new) < len(others) else new[:1]
        if new == others:
            chosen = [others[n // 2 % len(others)]] if others else [first]
        mine |= {*chosen}
        kept = {(door, DATABASES[(n + 1) % 2]) for door in chosen}
        if script.flow not in TALK_ALONE or script.name == last[script.flow]:
            kept.add((first, DATABASES[n % 2]))
        for door in filter(None, (first, *others)):
            for database in DATABASES:
                yield script, door, database, (door, database) not in kept


@pytest.mark.parametrize(
    ("script", "door", "database"),
    [
        pytest.param(s, d, b, id=f"{s.name}-{d}-{b}", marks=[pytest.mark.soak] if later else [])
        for s, d, b, later in _in_turns()
    ],
)
async def test_a_transcript_is_what_is_said(
    script: Script, door: str, database: str, stages: Stages, places: Places
) -> None:
    if not script.limits and script.accounts == "guide":
        stage = await stages.on(database)
        async with stage.visitor(door) as person:
            await play(script, person)
        return
    url = await getattr(places, database)()
    async with (
        doors.open_stage(url, script.limits, accounts=script.accounts) as stage,
        stage.visitor(door) as person,
    ):
        await play(script, person)


async def _chat(script: Script, fork_server: ForkServer, url: str, folder: Path) -> None:
    async with doors.at_the_chat(fork_server, url, folder, script.limits, accounts=script.accounts) as person:
        await play(script, person)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(s, id=s.name, marks=[] if s in AT_THE_COMMAND else [pytest.mark.soak])
        for s in SCRIPTS
        if "chat" in s.doors
    ],
)
async def test_a_transcript_is_what_the_command_prints(
    script: Script, places: Places, chat_folder: Path, fork_server: ForkServer
) -> None:
    await _chat(script, fork_server, await places.sqlite(), chat_folder)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(
            s, id=s.name, marks=[] if s.flow in ("lookup", "registration", "my_data") else [pytest.mark.soak]
        )
        for s in _first_of_each("happy")
    ],
)
async def test_the_command_says_the_same_on_postgresql(
    script: Script, places: Places, chat_folder: Path, fork_server: ForkServer
) -> None:
    await _chat(script, fork_server, await places.postgresql(), chat_folder)


async def test_every_transcript_passes_two_doors_and_both_databases_and_every_flow_every_door() -> None:
    kept = [(s, door, database) for s, door, database, later in _in_turns() if not later]
    said = Counter(s.name for s, _ in {(s.name, d): (s, d) for s, d, _ in kept}.values())
    twice = [s for s in SCRIPTS if s.flow not in TALK_ALONE]
    assert all(said[s.name] >= min(2, n) for s in twice if (n := len({*INSIDE} & {*s.doors})))
    assert {s.name for s in SCRIPTS if {*INSIDE} & {*s.doors}} == said.keys()
    assert {"agency", "contacts", "portrait", "questions"} == TALK_ALONE
    assert {(s.flow, door) for s, door, _ in kept} == {
        (s.flow, d) for s in SCRIPTS for d in s.doors if d in INSIDE
    }
    assert {s.flow for s in AT_THE_COMMAND} >= catalog.FLOWS.keys()
    assert {kind for s in AT_THE_COMMAND for kind in s.kinds} >= {*KINDS}
    kept = [(s.name, door, database) for s, door, database in kept]
    assert {(name, database) for name, _, database in kept} >= {
        (s.name, b) for s in twice if {*INSIDE} & {*s.doors} for b in DATABASES
    }
    assert {(door, database) for _, door, database in kept} == {(d, b) for d in INSIDE for b in DATABASES}


async def test_every_flow_has_transcripts_of_each_kind() -> None:
    shown = Counter((s.flow, kind) for s in SCRIPTS for kind in s.kinds[1:])
    missing = [(flow, kind) for flow in catalog.FLOWS for kind in EVERY_FLOW_SHOWS if not shown[flow, kind]]
    missing += [(flow, "refused") for flow in ASK_CONSENT if not shown[flow, "refused"]]
    assert missing == []
    assert {s.flow for s in SCRIPTS} <= {*catalog.FLOWS, "-"}


# -- the reader and the comparer


class Parrot:
    """A door at which always the same is said."""

    def __init__(self, name: str, *lines: str) -> None:
        self.name = name
        self._lines = list(lines)

    async def act(self, move: Move) -> list[str]:
        return self._lines


TALK = "A talk\nkinds: - words\n\n> menu\n< Menu\n  [One] [Gửi số điện thoại của tôi]\n! forget\n"


@pytest.mark.parametrize(
    ("door", "lines"),
    [
        ("straight", ["< Menu", "  [One] [Gửi số điện thoại của tôi]", "! forget"]),
        ("web", ["< Menu", "  [One]", "! forget"]),
        ("chat", ["< Menu", "  [One] [Gửi số điện thoại của tôi]"]),
    ],
)
async def test_whole_lists_are_compared(door: str, lines: list[str]) -> None:
    script = parsed("talk", TALK)
    await play(script, Parrot(door, *lines))
    for other in (lines[:-1], [*lines, "< More"], ["< menu", *lines[1:]], []):
        with pytest.raises(AssertionError, match=r"talk\.txt:4"):
            await play(script, Parrot(door, *other))


@pytest.mark.parametrize(
    "line", ["[pres Menu]", "[contact mine 09]", "~ 6 minutes", "~ phút", "[secure password x]", "[press]"]
)
async def test_an_action_that_is_none_is_no_remark(line: str) -> None:
    with pytest.raises(BadTranscript, match=r"talk\.txt:8"):
        parsed("talk", f"{TALK}{line}\n")


@pytest.mark.parametrize(
    "head", ["A talk\n", "kinds: lookup\n", "kinds: - nice\n", "kinds: - words\ndoors: fax\n"]
)
async def test_a_transcript_says_what_it_shows_and_where(head: str) -> None:
    with pytest.raises(BadTranscript):
        parsed("talk", f"{head}> menu\n< Menu\n")


async def test_every_move_is_followed_by_what_is_said_unless_time_passes() -> None:
    mute = [
        (s.name, e.move.line)
        for s in SCRIPTS
        for e in s.exchanges
        if not e.expected and e.move.kind not in ("wait", "officer") and s.flow != "helpdesk"
    ]
    assert mute == []
    assert len(SCRIPTS) >= 45
