"""What a stranger learns through look-ups: nothing about others. Rule: the attacker goes through the same doors as everybody.

Each protection has a test that takes it away and must then see the leak: it shows that the test beside it has teeth.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from data.effects import lookup
from data.effects.turn_context import TurnContext
from data.limits import Limits
from data.registry.records import Record
from flows.effects import CheckOtp, EffectResult, FindPeople
from tests.fork_server import ForkServer
from tests.houses import START, House
from tests.pairs import mostly_on
from tests.strangers import NAMESAKE, Doubles, Got, Stranger, Target, everything_stored, move_in
from tests.test_otp import handle, newest_code, open_case, send, wrong
from tests.test_registry import ask

DATE, YEAR = "17/01/1983", "1983"
REAL, STRANGER = "Trần Thị Bé Ba", "Đỗ Thị Bích Nhạn"  # the first is in the registry, alone with her date


async def case_of(house: House, name: str, address: str, born: str = DATE) -> str:
    return await open_case(house, FindPeople(name, "87", born=born), address)


async def asked_for(house: House, name: str, address: str, born: str = DATE) -> tuple[str, str]:
    """How a request for a code comes out, and the wait that is told."""
    answer = await send(house, await case_of(house, name, address, born), address)
    return answer.outcome, str(answer.facts.get("seconds", ""))


async def guessed(house: House, case: str, address: str, tries: int, avoid: str) -> list[tuple[str, str]]:
    """How so many wrong guesses come out, and how many are said to be left."""
    answers = [await handle(house, CheckOtp(case, wrong(avoid, n)), address) for n in range(1, tries + 1)]
    return [(a.outcome, str(a.facts.get("left", ""))) for a in answers]


# -- limits tell nothing: those that are told belong to one conversation and its question


@pytest.mark.parametrize(
    ("doubled", "born", "address"),
    [(1, DATE, "web:1"), (0, YEAR, "web:1"), (0, DATE, "web:2")],
    ids=["in another spelling", "by year", "from another conversation"],
)
async def test_a_second_request_within_a_minute_is_told_the_same_for_one_and_for_none(
    house: House, doubled: int, born: str, address: str
) -> None:
    """The second code for a record that exists does not leave, and no wait gives it away."""
    told = {}
    for name in (REAL, STRANGER):
        first = await asked_for(house, name, "web:1")
        house.clock.move(10)
        told[name] = [first, await asked_for(house, name + name[-1] * doubled, address, born)]
        house.clock.move(3600)
    assert told[REAL] == told[STRANGER] == [("sent", ""), ("sent", "")]
    assert len(house.sms) == 1


async def test_a_wait_is_told_for_the_same_question_in_the_same_conversation_also_where_nobody_fits(
    house: House,
) -> None:
    for name in (REAL, STRANGER):
        told = [await asked_for(house, spelt, "web:1") for spelt in (name, name.upper())]
        assert told == [("sent", ""), ("wait", "60")]


@mostly_on("sqlite")
async def test_codes_asked_for_all_day_from_many_conversations_are_told_the_same(house: House) -> None:
    """Past ten a day nothing leaves for the record any more; the thirtieth conversation is told what the first was."""
    told: dict[str, list[tuple[str, str]]] = {REAL: [], STRANGER: []}
    for n, name in itertools.product(range(30), (REAL, STRANGER)):
        told[name].append(await asked_for(house, name, f"web:{n}"))
        house.clock.move(400)
    assert set(told[REAL]) == set(told[STRANGER]) == {("sent", "")}
    assert len(house.sms) == 10


async def test_wrong_codes_typed_elsewhere_are_not_told(house: House) -> None:
    """Ten wrong codes in two conversations use a record up for the day; a third one cannot tell."""
    told = {}
    for name in (REAL, STRANGER):
        for n in range(2):
            case = await case_of(house, name, f"web:{n}")
            await send(house, case, f"web:{n}")
            await guessed(house, case, f"web:{n}", 5, newest_code(house))
            house.clock.move(700)
        case = await case_of(house, name, "web:3")
        told[name] = [
            (await send(house, case, "web:3")).outcome,
            *await guessed(house, case, "web:3", 5, "0"),
        ]
    assert told[REAL] == told[STRANGER]
    assert told[REAL][0] == "sent"
    assert [sms.text[:6].isdigit() for sms in house.sms] == [True, True, False]  # two codes, and one warning


async def test_a_code_ended_by_another_conversation_looks_like_one_that_was_never_sent(house: House) -> None:
    told = {}
    for name in (REAL, STRANGER):
        case = await case_of(house, name, "web:1")
        await send(house, case, "web:1")
        house.clock.move(61)
        await asked_for(house, name + name[-1], "web:2")
        told[name] = await guessed(house, case, "web:1", 6, newest_code(house))
    assert (
        told[REAL]
        == told[STRANGER]
        == [*(("wrong", str(n)) for n in (4, 3, 2, 1)), ("spent", "0"), ("spent", "0")]
    )


# -- ten accounts, a day, a list of names and birth dates


@dataclass(frozen=True)
class Attack:
    """How large: accounts, real pairs, look-ups by ID number of each account."""

    accounts: int
    pairs: int
    ids: int


SHORT, LONG = Attack(2, 8, 2), Attack(10, 1000, 15)


async def attack(house: House, size: Attack) -> Got:
    """Strangers ask about real people, doubles of them about nobody, in step; what differs would be a leak."""
    people = await move_in(house, max(0, size.pairs - 50))
    chance = random.Random(12)
    chance.shuffle(people)
    targets = [Target(p.name, p.born) for p in people[: size.pairs]]
    targets += [Target(p.name, p.born[-4:]) for p in people[: size.pairs // 4]]
    targets += [Target(NAMESAKE, p.born) for p in people if p.name == NAMESAKE][: size.pairs // 4]
    chance.shuffle(targets)
    got, nothing, doubles = Got(), Got(), Doubles()
    communes = await everything_stored(house)
    doors = ("web", "telegram", "terminal")
    for n in range(size.accounts):
        real = Stranger(house, f"{doors[n % 3]}:real{n}", got, communes)
        double = Stranger(house, f"{doors[n % 3]}:none{n}", nothing, communes)
        mine = targets[n :: size.accounts]
        for target in mine:
            assert await real.ask(target) == await double.ask(doubles.of(target)), target
            house.clock.move(80_000 / size.accounts / (len(mine) + size.ids))
        for m in range(size.ids):
            number = f"0881{n:02d}{m:06d}"
            nobody = doubles.of(mine[m])
            assert await real.ask(mine[m], id_number=number) == await double.ask(nobody, id_number=number)
    assert house.clock() < START + 86_400
    assert nothing.data == set()
    return got


@mostly_on("postgresql")
async def test_strangers_with_names_and_birth_dates_get_nobodys_data(house: House) -> None:
    got = await attack(house, SHORT)
    assert got.data == set()
    assert got.yes_or_no <= 10 * SHORT.accounts
    assert got.looks["verify"] > 10


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_ten_strangers_with_a_thousand_names_and_birth_dates_get_nobodys_data_in_a_day(
    house: House,
) -> None:
    got = await attack(house, LONG)
    assert got.data == set()
    assert got.yes_or_no <= 100
    assert got.looks["limited"] > 500  # they really went on asking


async def test_without_the_proof_the_same_strangers_would_get_codes(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Teeth: records are shown to whoever asks, as in the office's own app."""

    async def openly(
        turn: TurnContext, effect: FindPeople, found: list[Record], _: str | None
    ) -> EffectResult:
        return EffectResult("record", lookup.whole_record(found[0])) if found else EffectResult("none")

    monkeypatch.setattr(lookup, "_guarded", openly)
    people = await move_in(sqlite_house, 0)
    got = Got()
    stranger = Stranger(sqlite_house, "web:1", got, await everything_stored(sqlite_house))
    for person in people[:5]:
        await stranger.ask(Target(person.name, person.born[-4:]))
    assert len(got.codes) >= 5
    assert got.communes
    assert got.born


@mostly_on("sqlite")
async def test_without_the_count_of_misses_id_numbers_could_be_tried_all_day(house: House) -> None:
    """Teeth: the limit on misses is what keeps "no" from being said oftener than ten times."""
    told = {}
    for allowed in (10, 1000):
        limits = replace(Limits(), looks_per_day=1000, id_misses_per_day=allowed)
        house.effect_handler.services = replace(house.effect_handler.services, limits=limits)
        got = Got()
        stranger = Stranger(house, f"telegram:{allowed}", got, frozenset())
        for n in range(12):
            await stranger.ask(Target(REAL, ""), id_number=f"08819900{n:04d}")
        told[allowed] = got.yes_or_no
    assert told == {10: 10, 1000: 12}


# -- the same from the command line


async def test_the_command_line_tells_a_stranger_no_more(
    fork_server: ForkServer, house: House, tmp_path: Path
) -> None:
    """Names with date, year or nothing, with an ID number that is not theirs, with somebody else's phone."""
    people = [p for p in await move_in(house, 0) if p.born][:60]
    asked: list[dict[str, str]] = []
    for n, p in enumerate(people):
        for name in (p.name, "Đỗ Thị Bích Nhạn"):
            asked += [{"name": name}, {"name": name, "born": p.born}, {"name": name, "born": p.born[-4:]}]
            asked += [{"name": name, "born": p.born, "verified_phone": f"0977{n:06d}"}]
            asked += [{"name": name, "id_number": f"08819900{n:04d}"}]
    answers = await ask(fork_server, house, tmp_path, lines=asked)
    assert len(answers) == len(asked)
    assert all(a["people"] == [] for a in answers)
    per = len(answers) // len(people) // 2
    for n in range(0, len(answers), 2 * per):
        real, double = answers[n : n + per], answers[n + per : n + 2 * per]
        assert [a["decision"] for a in real] == [a["decision"] for a in double]
        assert [a["decision"] for a in real] == ["ask_more", "verify", "verify", "verify", "none"]
    own = {"name": people[0].name, "born": people[0].born, "verified_phone": people[0].phone}
    shown = (await ask(fork_server, house, tmp_path, lines=[own]))[0]
    assert [p["code"] for p in shown["people"]] == [people[0].code]  # they would be seen if they were told
