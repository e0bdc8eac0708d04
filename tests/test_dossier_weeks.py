"""A dossier from the first question to logging in: four weeks, two restarts, another channel, two workers. Rule: only time is ours.

What is said is that of the transcripts `registration-weeks-…`, which every door also says (tests/test_transcripts.py).
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select, update

from data.tables import conversations as conversation_rows
from data.tables import people as people_rows
from flows.calendar.office_hours import VIETNAM
from tests.doors import Stage, Straight
from tests.houses import Clock, House, open_house
from tests.test_reminders import CONTENT, MINUTES, at, passes, said
from tests.transcripts import Exchange, Script, play, scripts

WEEKS = [script for script in scripts() if script.name.startswith("registration-weeks-")]
BEGINS = "2026-11-13 10:00"  # a Friday: what is sent on Monday ends on Monday 30/11
FIRST, SECOND = "telegram:1", "zalobot:9"
PLATFORMS = {"android": "iphone", "samsung": "iphone", "iphone": "android"}


def cases() -> list[Any]:
    """Each variant as its transcript has it and with the other telephone; in `make test` one of them."""
    made = []
    for n, script in enumerate(WEEKS):
        for other in (False, True):
            for database in ("sqlite", "postgresql"):
                kept = not other and (n, database) == (0, "sqlite")
                name = (
                    f"{script.name.removeprefix('registration-weeks-')}{'-other' if other else ''}-{database}"
                )
                marks = [] if kept else [pytest.mark.soak]
                made.append(pytest.param(_other(script) if other else script, database, id=name, marks=marks))
    return made


def _other(script: Script) -> Script:
    """The same with the other kind of telephone; what is said then is not compared."""
    changed = []
    for exchange in script.exchanges:
        move = exchange.move
        if move.kind == "text" and move.given[0] in PLATFORMS:
            move = replace(move, given=(PLATFORMS[move.given[0]],))
        changed.append(replace(exchange, move=move, expected=()))
    return replace(script, exchanges=tuple(changed))


def parts(script: Script) -> list[list[Exchange]]:
    """The moves of each day, the time that passes before it first."""
    found: list[list[Exchange]] = [[]]
    for exchange in script.exchanges:
        if exchange.move.kind == "wait":
            found.append([])
        found[-1].append(exchange)
    return found


async def _is_said(house: House, script: Script, day: list[Exchange], address: str) -> str:
    """Say what is said on this day; the last answer."""
    person = Straight(cast(Stage, SimpleNamespace(house=house)), address)
    if all(exchange.expected for exchange in day):
        await play(replace(script, exchanges=tuple(day)), person)
        return "\n".join(day[-1].expected)
    return "\n".join([line for exchange in day for line in await person.act(exchange.move)])


@pytest.mark.parametrize(("script", "database"), cases())
async def test_four_weeks_to_logging_in(script: Script, database: str, places: Any) -> None:
    url = await getattr(places, database)()
    clock = Clock(at(BEGINS))
    days = parts(script)
    assert len(days) == 5
    address, last = FIRST, ""
    for n, day in enumerate(days):
        if day[0].move.kind == "wait":
            since = clock.now
            clock.move(day[0].move.seconds)
            await _mornings_pass(url, since, clock.now)
        async with open_house(url, clock=clock, content=CONTENT) as house:  # restarted each day
            if n == 2:
                address = SECOND
                await _taken_up_there(house)
            last = await _is_said(house, script, [e for e in day if e.move.kind != "wait"], address)
            found = await said(house.db)
    assert "Đã xong" in last
    assert "mật khẩu đầu đã đổi" in last
    minutes = [minute for minute, _ in ((m, w) for _, m, w in found)]
    assert minutes == [minute for _, minute in MINUTES]
    assert [a for a, _, _ in found] == [FIRST, SECOND, SECOND]
    await places.leave(url)


async def _taken_up_there(house: House) -> None:
    """The person goes on at another channel, as if the phone had been proven at both."""
    await house.say("chào", SECOND)
    async with house.db.writing() as connection:
        person = (await connection.execute(select(people_rows.c.id))).scalar_one()
        here = conversation_rows.c.address == SECOND
        await connection.execute(update(conversation_rows).where(here).values(person=person))


async def _mornings_pass(url: str, since: float, until: float) -> None:
    """Two workers look on each of these days; in the short form only around the mornings on which something is due."""
    days = [f"{minute[:10]} 06:00" for _, minute in MINUTES]
    if os.environ.get("TROLY_SOAK"):
        await passes(url, _minute(since), _minute(until))
        return
    for day in days:
        begins, ends = max(at(day), since), min(at(day) + 7200, until)
        if begins < ends:
            await passes(url, _minute(begins), _minute(ends))


def _minute(now: float) -> str:
    return datetime.fromtimestamp(now, VIETNAM).strftime("%Y-%m-%d %H:%M")


def test_there_is_one_for_each_variant() -> None:
    names = {script.name.removeprefix("registration-weeks-") for script in WEEKS}
    assert names == {"employee", "individual", "pensioner", "child", "mother", "wife", "officer"}
