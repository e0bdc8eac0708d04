"""Claims, transfers and take-overs at the same moment, by processes of their own. Rule: one winner; the bot is silent from then on."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from data import outbox
from data.outbox import Outgoing
from handlers.delivery.reply_sender import ReplySender
from tests.desks import (
    PATIENCE,
    Channel,
    Citizen,
    conversation,
    later,
    lines_of,
    rows_at,
    soon,
    tag,
    ticket_of,
)
from tests.fork_server import ForkServer, Process
from tests.houses import Clock, House, open_house
from tests.test_desk_transfers import officers

pytestmark = pytest.mark.xdist_group("kills")
WAYS = ("take_over", "both", "transfer", "take_over", "both")
_people = count(1)


@dataclass
class Heard(Channel):
    """A channel that notes when each reply was heard, on the clock that all processes share."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.heard: list[float] = []

    async def say(self, row: Outgoing) -> None:
        await super().say(row)
        self.heard.append(time.monotonic())


async def asks(process: Process, **asked: Any) -> dict[str, Any]:
    """Tell a process what to do, and wait for what it says."""
    process.stdin.write(json.dumps(asked).encode() + b"\n")
    async with asyncio.timeout(PATIENCE):
        line = await process.stdout.readline()
    assert line, (await process.close())[1][-2000:]
    answer: dict[str, Any] = json.loads(line)
    return answer


@asynccontextmanager
async def two_processes(
    fork_server: ForkServer, place: str, folder: Path
) -> AsyncIterator[tuple[House, list[Process]]]:
    """A house here, and two processes at its database."""
    started = [
        await fork_server.spawn([place], {}, folder, module="tests.claimers", imports=["tests.claimers"])
        for _ in range(2)
    ]
    try:
        async with open_house(place, clock=Clock()) as house:
            for process in started:
                assert json.loads(await process.stdout.readline()) == {"ready": True}
            yield house, started
    finally:
        for process in started:
            await process.close()


async def _claimed_by_twenty(house: House, processes: list[Process], tickets: int) -> None:
    channel = Channel()
    for _ in range(tickets):
        sender = ReplySender("telegram", house.turns, channel.say)
        citizen = Citizen(house, sender, f"telegram:{next(_people)}")
        ticket = await citizen.asks_for_an_officer()
        await sender.quiet()
        told = await asyncio.gather(
            *(
                asks(p, how="claims", ticket=ticket, officers=[f"officer-{n}-{k}" for k in range(10)])
                for n, p in enumerate(processes)
            )
        )
        assert sum((Counter(t["told"]) for t in told), Counter()) == {"yours": 1, "taken": 19}
        found = await ticket_of(house, ticket)
        assert (found.state, found.fence) == ("claimed", 2)


async def _moved_in_the_making(
    house: House, process: Process, number: int, members: tuple[str, str, str]
) -> str:
    """One ticket moves in the other process while replies are made and said here; how it came out."""
    chance = random.Random(number)
    lan, tu, hanh = members
    channel = Heard(chance=chance)
    address = f"telegram:{next(_people)}"
    citizen = Citizen(house, ReplySender("telegram", house.turns, channel.say, sleep=soon), address)
    ticket = await citizen.asks_for_an_officer()
    texts = [f"hỏi thêm {tag(number)} {tag(k)}" for k in range(5)]
    channel.begun.clear()
    if number % 2 == 0:
        channel.hold.clear()  # a reply is on its way when the other process begins

    async def speaks(words: str) -> None:
        await later(chance)
        await citizen.writes(words)

    async def moves() -> dict[str, Any]:
        if number % 2 == 0:
            await channel.begun.wait()
        return await asks(process, how=how, ticket=ticket, officers=[lan, tu], admin=hanh)

    async def lets_go() -> None:
        if number % 2 == 0:
            await channel.begun.wait()
        await asyncio.sleep(0.02 + chance.random() * 0.1)
        channel.hold.set()

    how = WAYS[number % len(WAYS)]
    async with asyncio.timeout(PATIENCE):
        *_, moved = await asyncio.gather(*(speaks(words) for words in texts[:3]), lets_go(), moves())
    await speaks(texts[3])
    await speaks(texts[4])
    await citizen.reply_sender.quiet()
    await house.turns.settled()
    assert moved["told"][0] in ("yours", "taken"), moved
    assert [at for at in channel.heard if at > moved["at"]] == [], "the bot spoke after an officer had it"
    lines = await lines_of(house, ticket)
    kept = Counter(m.text for m in lines if m.who == "citizen")
    assert kept == Counter(texts), "something of the citizen's is lost or twice"
    rows = await rows_at(house, address)
    withdrawn = [m for m in lines if m.who == "withdrawn"]
    states = Counter(row.state for row in rows if row.lane == outbox.REPLY)
    assert states["withdrawn"] == len(withdrawn)
    assert set(states) <= {"sent", "withdrawn"}
    found = await ticket_of(house, ticket)
    assert (found.state, (await conversation(house, address)).owner) == ("claimed", "officer")
    assert found.officer == hanh  # who takes over has it in the end, whoever came first
    return "withdrawn" if withdrawn else "said"


async def _races(fork_server: ForkServer, place: str, folder: Path, *, claims: int, moves: int) -> None:
    async with two_processes(fork_server, place, folder) as (house, processes):
        members = await officers(house)
        await _claimed_by_twenty(house, processes, claims)
        for number in range(moves):
            await _moved_in_the_making(house, processes[number % 2], number, members)


async def test_one_of_twenty_wins_and_the_bot_is_silent_through_transfers_and_take_overs(
    fork_server: ForkServer, place: str, tmp_path: Path
) -> None:
    """Two real processes. Seen to fail: `take_over` without its wait (`_ready`): nobody had the ticket."""
    await _races(fork_server, place, tmp_path, claims=2, moves=6)


@pytest.mark.soak
async def test_the_same_five_hundred_and_a_thousand_times(
    fork_server: ForkServer, place: str, tmp_path: Path
) -> None:
    await _races(fork_server, place, tmp_path, claims=500, moves=1000)
