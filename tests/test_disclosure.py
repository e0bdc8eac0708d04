"""What a stranger learns through look-ups: nothing about others. Rule: the attacker goes through the same doors as everybody.

Each protection has a test that takes it away and must then see the leak: it shows that the test beside it has teeth.
"""

from __future__ import annotations

import itertools

import pytest

from flows.effects import CheckOtp, FindPeople
from tests.houses import House
from tests.test_otp import grant, newest_code, open_case, send, wrong

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
    answers = [await grant(house, CheckOtp(case, wrong(avoid, n)), address) for n in range(1, tries + 1)]
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
    assert len(house.sms) == 2


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
