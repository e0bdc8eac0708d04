"""A hit and a miss take the same steps and the same time. Rule: asked in one run, in random order, of one registry.

The short form compares words and statements, which no load disturbs; the long form compares time, by AUC: the chance that a
miss took longer than a hit; .5 says nothing. `python -m tests.test_alike EACH MORE` prints it. Names and birth dates of hits and
misses are the same people's: a miss has the name of one and the date of another, or a name that nobody bears.
"""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import event

from data import proofs
from data.installation.demo import demo_people
from data.limits import Limits
from data.registry import records
from data.registry.records import Person, Record
from flows.text.fold import join_key
from handlers.turns.queue import ANSWER_STEP
from tests.houses import PEOPLE, Clock, House, open_house
from tests.pairs import in_turns
from tests.strangers import STRANGE

ADDRESS = "web:asks"
KINDS = ("hit", "elsewhere", "nobody", "many")
FREE = Limits(
    looks_per_day=10**6,
    looks_per_hour_source=10**6,
    looks_per_hour_all=10**6,
    sms_per_hour=10**6,
    sms_per_day=10**6,
    otp_requests_conversation=10**6,
    otp_requests_per_hour_source=10**6,
    otp_requests_per_day_source=10**6,
)


@dataclass(frozen=True, slots=True)
class Question:
    """Whom a stranger asks about, and what is the case."""

    kind: str
    name: str
    fact: str


async def move_in(house: House, more: int) -> list[Person]:
    """`more` demo people besides those there; returns all with a full birth date."""
    everybody = list(demo_people(PEOPLE + more))
    async with house.db.writing() as connection:
        if await records.count(connection) == PEOPLE:
            await records.add(house.db, connection, house.seal, everybody[PEOPLE:])
    return [p for p in everybody if len(p.born) == 10]


def questions(everybody: Sequence[Person], each: int, *, year: bool, chance: random.Random) -> list[Question]:
    """As many of each kind, mixed."""

    def fact(person: Person) -> str:
        return person.born[-4:] if year else person.born

    bearers: dict[tuple[str, str], int] = {}
    for person in everybody:
        key = join_key(person.name), fact(person)
        bearers[key] = bearers.get(key, 0) + 1
    made: dict[str, list[Question]] = {kind: [] for kind in KINDS}
    while min(len(made[k]) for k in ("hit", "elsewhere", "nobody")) < each:
        one, other = chance.choice(everybody), chance.choice(everybody)
        kind = "hit" if bearers[join_key(one.name), fact(one)] == 1 else "many"
        made[kind].append(Question(kind, one.name, fact(one)))
        if (join_key(one.name), fact(other)) not in bearers:
            made["elsewhere"].append(Question("elsewhere", one.name, fact(other)))
        family = chance.choice(STRANGE)
        nobody = " ".join([family, *one.name.split()[1:-1], chance.choice(STRANGE)])
        made["nobody"].append(Question("nobody", nobody, fact(other)))
    asked = [q for kind in KINDS for q in made[kind][:each]]
    chance.shuffle(asked)
    return asked


class Asker:
    """One conversation that has agreed and asks again and again."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def agree(self) -> None:
        await self.house.say("tra cứu mã số BHXH", ADDRESS)
        await self.house.say("Đồng ý", ADDRESS)

    async def say(self, text: str) -> tuple[float, tuple[Any, ...]]:
        """Seconds that a turn took, and all that was said, links aside."""
        start = time.perf_counter()
        taken = await self.house.say(text, ADDRESS)
        took = time.perf_counter() - start
        bodies = [{k: v for k, v in row.body.items() if k not in ("link", "until")} for row in taken.rows]
        return took, (str(bodies), taken.outcomes, taken.place)

    async def ask(self, question: Question) -> dict[str, tuple[float, tuple[Any, ...]]]:
        """Look up and ask for the code; time and words of each."""
        self.house.clock.move(3700)
        told = {"look-up": await self.say(f"{question.name} {question.fact}")}
        told["code"] = await self.say("Nhận mã OTP")
        await self.say("sửa thông tin")
        return told


def auc(shorter: Sequence[float], longer: Sequence[float]) -> float:
    """The chance that one of `longer` is above one of `shorter`; ties count half."""
    ranked = sorted([(t, 0) for t in shorter] + [(t, 1) for t in longer])
    below = wins = 0.0
    for _, of_longer in ranked:
        if of_longer:
            wins += below
        else:
            below += 1
    return wins / (len(shorter) * len(longer))


@dataclass(frozen=True, slots=True)
class Gap:
    """How two kinds of questions differ in time: AUC as its distance from .5 above .5, medians' distance in ms."""

    auc: float
    median: float


async def gaps(house: House, *, each: int, year: bool, more: int) -> dict[str, Gap]:
    """Ask, compare the words, and return the gap of every kind to hits."""
    chance = random.Random(13)
    everybody = await move_in(house, more)
    asker = Asker(house)
    await asker.agree()
    took: dict[tuple[str, str], list[float]] = {}
    words = set()
    asked = questions(everybody, each + 5, year=year, chance=chance)
    for n, question in enumerate(asked):
        for turn, (seconds, said) in (await asker.ask(question)).items():
            words.add((turn, str(said).replace(question.name, "…").replace(question.fact, "…")))
            if n >= each // 10:  # what comes first warms everything up
                took.setdefault((turn, question.kind), []).append(seconds * 1000)
    assert len(words) == 2, words
    found = {}
    for turn in ("look-up", "code"):
        hits = took[turn, "hit"]
        for kind in KINDS[1:]:
            others = took.get((turn, kind), [])
            if len(others) >= each // 2:
                area = auc(hits, others)
                median = abs(statistics.median(hits) - statistics.median(others))
                found[f"{turn}, {kind}"] = Gap(0.5 + abs(area - 0.5), median)
    return found


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """The statements that the database is given meanwhile, without their values and their lists' lengths."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        one = re.sub(
            r" UNION ALL .*", "", statement, flags=re.DOTALL
        )  # one branch for each name that is near
        seen.append(re.sub(r"IN \([^)]*\)", "IN (…)", one))

    event.listen(house.db._writer.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(house.db._writer.sync_engine, "before_cursor_execute", note)


BY = in_turns("year", [False, True], ["date", "year"])


async def steps_taken(house: House, *, year: bool) -> dict[str, set[tuple[str, ...]]]:
    """For each kind of question what is said, and the statements of every turn up to a wrong code and a contact that is
    not the registered one."""
    everybody = await move_in(house, 60)
    one = everybody[7]
    twin = replace(one, code="8899999901", phone="0900000199", id_number="", household="")
    async with house.db.writing() as connection:
        await records.add(house.db, connection, house.seal, [twin])
    asked = questions([*everybody, twin], 2, year=year, chance=random.Random(3))
    asked = [q for q in asked if q.name != one.name]
    asked.append(Question("many", one.name, one.born[-4:] if year else one.born))
    asker = Asker(house)
    await asker.agree()
    await asker.ask(asked[0])
    steps: dict[str, set[tuple[str, ...]]] = {}
    for question in asked:
        with statements(house) as seen:
            house.clock.move(3700)
            told = [await asker.say(f"{question.name} {question.fact}"), await asker.say("Nhận mã OTP")]
            await house.tell({"secure": {"otp": "000000"}}, ADDRESS)
            await house.tell({"contact": {"phone": "0977777777", "own": True}}, ADDRESS)
        await asker.say("sửa thông tin")
        words = [str(said).replace(question.name, "…").replace(question.fact, "…") for _, said in told]
        steps.setdefault(question.kind, set()).add((*words, *seen))
    return steps


@BY
async def test_one_many_and_none_are_told_the_same_after_the_same_steps_through_the_database(
    place: str, year: bool
) -> None:
    async with open_house(place, limits=FREE) as house:
        steps = await steps_taken(house, year=year)
    assert set(steps) == set(KINDS)
    (expected,) = steps["hit"]
    for kind, taken in steps.items():
        assert taken == {expected}, (kind, {s for t in taken for s in t} ^ set(expected))


@pytest.mark.parametrize("where", ["look-up", "code", "contact"])
async def test_without_a_stand_in_for_nobody_the_steps_would_tell(
    sqlite_place: str, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Teeth: whoever stops early where there is nobody is seen."""

    async def no_stand_in(connection: Any) -> str:
        return ""

    by_codes, open_case = records.by_codes, proofs.open_case

    async def early(connection: Any, codes: Sequence[str]) -> list[Record]:
        return await by_codes(connection, codes) if any(codes) else []

    async def late(connection: Any, address: str, codes: Sequence[str], *rest: Any) -> str:
        if codes:
            await by_codes(connection, codes)
        return await open_case(connection, address, codes, *rest)

    if where == "look-up":
        monkeypatch.setattr(proofs, "open_case", late)
    else:
        monkeypatch.setattr(records, "stand_in", no_stand_in)
        monkeypatch.setattr(records, "by_codes", early)
    async with open_house(sqlite_place, limits=FREE) as house:
        steps = await steps_taken(house, year=False)
    assert steps["hit"] != steps["nobody"]


async def test_a_look_up_is_answered_at_a_beat_and_nobody_else_waits_for_it(place: str) -> None:
    waits: list[tuple[float, Callable[[], None]]] = []
    looked = asyncio.Event()
    said: list[str] = []

    def later(wait: float, answer: Callable[[], None]) -> None:
        waits.append((wait, answer))
        looked.set()

    async with open_house(place, limits=FREE, answer_step=5.0, later=later) as house:

        async def say(text: str, address: str) -> None:
            await house.say(text, address)
            said.append(text)

        one = (await move_in(house, 0))[0]
        await Asker(house).agree()
        question = f"{one.name} {one.born}"
        looking = asyncio.create_task(say(question, ADDRESS))
        await looked.wait()
        more = asyncio.create_task(say("menu", ADDRESS))  # of the same person: waits its turn
        await say("chào", "web:else")
        assert said == ["chào"]
        ((wait, answer),) = waits
        assert 0 < wait <= 5
        answer()
        await asyncio.gather(looking, more)
    assert said == ["chào", question, "menu"]


@pytest.mark.soak
@pytest.mark.timeout(3600)
@BY
async def test_a_thousand_hits_and_a_thousand_misses_take_the_same_time(place: str, year: bool) -> None:
    async with open_house(place, limits=FREE, answer_step=ANSWER_STEP) as house:
        found = await gaps(house, each=1000, year=year, more=5000)
    assert all(gap.auc <= 0.55 and gap.median <= 10 for gap in found.values()), found


if __name__ == "__main__":
    import sys
    import tempfile
    from pathlib import Path

    from tests.houses import Places

    async def measure() -> None:
        places = Places(Path(tempfile.mkdtemp()))
        for kind in ("sqlite", "postgresql"):
            for year in (False, True):
                async with open_house(
                    await getattr(places, kind)(), clock=Clock(), limits=FREE, answer_step=ANSWER_STEP
                ) as house:
                    for name, gap in (
                        await gaps(house, each=int(sys.argv[1]), year=year, more=int(sys.argv[2]))
                    ).items():
                        print(
                            kind,
                            "year" if year else "date",
                            name,
                            f"AUC {gap.auc:.3f} median {gap.median:.2f} ms",
                            flush=True,
                        )

    asyncio.run(measure())
