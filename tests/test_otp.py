"""One-time codes: how often they are compared, how long they live, what they give away. Rule: count what is compared.

What limits guessing is tested with real processes on one database, straight at the world (no conversation keeps the
guesses apart) and through whole turns. Each protection has a test named `..._without_...` that takes it away and must
then see the limit broken: it shows that the test beside it has teeth.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from data import proofs
from data.effects.handler import EffectHandler
from data.effects.turn_context import TurnContext
from data.engine import Database
from data.limits import Limits
from data.registry import records as registry
from data.registry.records import Person
from data.seal import Seal
from data.tables import audit, cases, otp_failures, otps
from flows.effects import CheckOtp, Effect, EffectResult, FindPeople, ProvePhone, SendOtp
from flows.engine.events import TypedSecret
from handlers.turns.json_contract import NEVER
from handlers.turns.types import NotKept, at_once
from tests.fork_server import ForkServer
from tests.houses import SECRET, START, Clock, House, open_house
from tests.pairs import in_turns, mostly_on

ROOT = Path(__file__).parent.parent
DAY = 86_400.0
PROCESSES = 4
CITIZEN = "telegram:1"
BE_BA = FindPeople("Trần Thị Bé Ba", "87", born="17/01/1983")


# -- asking the world


async def handle(house: House, effect: Effect, address: str = CITIZEN) -> EffectResult:
    """One effect in a transaction of its own, as a turn of the conversation at `address` would ask it."""
    async with house.db.writing() as connection:
        at = datetime.fromtimestamp(house.clock(), UTC)
        handler = house.effect_handler
        turn = TurnContext(handler.services, connection, address, None, at, house.clock())
        return await handler.handle(turn, effect)


async def open_case(house: House, who: FindPeople = BE_BA, address: str = CITIZEN) -> str:
    answer = await handle(house, who, address)
    assert answer.outcome == "verify"
    return str(answer.facts["case"])


async def send(house: House, case: str, address: str = CITIZEN) -> EffectResult:
    answer = await handle(house, SendOtp(case), address)
    await house.code_sender.deliver()
    return answer


def newest_code(house: House) -> str:
    return next(sms.text[:6] for sms in reversed(house.sms) if sms.text[:6].isdigit())


async def asked(house: House, who: FindPeople = BE_BA, address: str = CITIZEN) -> tuple[str, str]:
    """A case with a code on its way: (case, code)."""
    case = await open_case(house, who, address)
    assert (await send(house, case, address)).outcome == "sent"
    return case, newest_code(house)


def wrong(code: str, n: int = 1) -> str:
    """A code that is not `code`, another one for each n."""
    return f"{(int(code) + n) % 1_000_000:06d}"


async def add_person(house: House, code: str, name: str, born: str, phone: str) -> None:
    person = Person(code, name, "F", born, "", phone, "87", "", "", "")
    async with house.db.writing() as connection:
        await registry.add(house.db, connection, house.seal, [person])


# -- many processes that guess at once


@dataclass(frozen=True)
class Guessed:
    """What several processes did together."""

    compared: int
    outcomes: Counter[str]


async def guess_at_once(
    fork_server: ForkServer,
    url: str,
    case: str,
    codes: Sequence[str],
    *,
    how: str = "world",
    processes: int = PROCESSES,
) -> Guessed:
    """Let `processes` processes try `codes` between them, released by one barrier."""
    started = []
    for n in range(processes):
        job = json.dumps({"url": url, "case": case, "codes": list(codes[n::processes]), "how": how})
        started.append(await fork_server.spawn([job], {}, ROOT, module=__name__))
    for process in started:
        assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    told = await asyncio.gather(*(asyncio.wait_for(p.told("go\n"), 90) for p in started))
    assert [(code, complaints) for code, _, complaints in told] == [(0, "")] * processes
    reports = [json.loads(out) for _, out, _ in told]
    outcomes: Counter[str] = Counter()
    for report in reports:
        outcomes.update(report["outcomes"])
    return Guessed(sum(r["compared"] for r in reports), outcomes)


async def _guess(job: dict[str, Any]) -> dict[str, Any]:
    """The other process's part: `how` is world, turns, or naive."""
    compared = 0
    matches = proofs._matches

    def counted(kept: str, typed: str) -> bool:
        nonlocal compared
        compared += 1
        return matches(kept, typed)

    proofs._matches = counted
    clock = Clock(START)
    async with open_house(job["url"], clock=clock) as house:

        async def through_the_world(code: str) -> str:
            return (await handle(house, CheckOtp(job["case"], code))).outcome

        async def through_a_turn(code: str) -> str:
            event = at_once(TypedSecret("otp", code, NEVER))
            taken = await house.turns.take(
                CITIZEN, f"secure:{os.getpid()}:{code}:{id(event)}", event, pushed=False
            )
            return taken.outcomes[-1] if taken.outcomes else "not asked"

        async def naively(code: str) -> str:
            return await _compare_as_every_tutorial_does(house.db, house.seal, job["case"], code)

        how: dict[str, Callable[[str], Any]] = {
            "world": through_the_world, "turns": through_a_turn, "naive": naively,
        }  # fmt: skip

        async def insisted(code: str) -> str:
            """Who finds the file held by the others for too long tries again: on a busy machine that is no answer yet."""
            while True:
                try:
                    return str(await how[job["how"]](code))
                except (OperationalError, OSError) as wrong:
                    if "locked" not in str(wrong):
                        raise

        async with house.db.reading() as connection:
            await connection.execute(select(otps.c.id))
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        outcomes = Counter(await asyncio.gather(*map(insisted, job["codes"])))
    return {"compared": compared, "outcomes": outcomes}


def main(arguments: Sequence[str]) -> int:
    """What the other process runs."""
    print(json.dumps(asyncio.run(_guess(json.loads(arguments[0])))))
    return 0


async def _compare_as_every_tutorial_does(db: Database, seal: Seal, case: str, code: str) -> str:
    """Read the count, compare, then write the count back: three statements that others can step between."""
    async with db.reading() as connection:
        row = (await connection.execute(select(otps).where(otps.c.case_id == case))).one()
    if row.tries >= Limits().otp_tries:
        return "spent"
    right = proofs._matches(row.mac, proofs._mac(seal, row.id, code))
    async with db.writing() as connection:
        await connection.execute(otps.update().where(otps.c.id == row.id).values(tries=row.tries + 1))
    return "record" if right else "wrong"


@in_turns("how", ["world", "turns"], ["world", "turns"])
async def test_of_two_hundred_parallel_wrong_guesses_at_most_five_are_compared_and_the_right_code_is_then_refused(
    fork_server: ForkServer, place: str, how: str
) -> None:
    """Four processes; through the world nothing but the database keeps the guesses apart."""
    async with open_house(place) as house:
        case, code = await (walked_to_the_code(house) if how == "turns" else asked(house))
        guessed = await guess_at_once(
            fork_server, place, case, [wrong(code, n) for n in range(1, 201)], how=how
        )
        assert guessed.compared <= 5
        assert guessed.outcomes["wrong"] <= 4
        assert guessed.outcomes["record"] == 0
        assert sum(guessed.outcomes.values()) == 200
        assert (await handle(house, CheckOtp(case, code))).outcome == "spent"
        assert await failures_within(house, DAY) == guessed.compared


@mostly_on("postgresql")
async def test_without_the_count_first_more_would_be_compared(fork_server: ForkServer, place: str) -> None:
    """Teeth: read, compare, then write — what the test above must be able to see."""
    async with open_house(place) as house:
        case, code = await asked(house)
        guessed = await guess_at_once(
            fork_server, place, case, [wrong(code, n) for n in range(1, 201)], how="naive"
        )
        assert guessed.compared > 5


@pytest.mark.soak
@pytest.mark.timeout(1200)
async def test_parallel_guesses_are_held_to_five_in_a_hundred_of_a_hundred_runs(
    fork_server: ForkServer, place: str
) -> None:
    async with open_house(place, limits=Limits(otp_failures_per_day=100_000, otp_per_day=1000)) as house:
        for n in range(100):
            code, name = f"88777{n:05d}", f"Trần Thị Thử {'abcdefghij'[n // 10]} {'abcdefghij'[n % 10]}"
            await add_person(house, code, name, f"{n % 28 + 1:02d}/05/19{60 + n // 28}", f"09{n:08d}")
            who = FindPeople(name, "87", born=f"{n % 28 + 1:02d}/05/19{60 + n // 28}")
            case, right = await asked(house, who, f"telegram:{n}")
            guessed = await guess_at_once(fork_server, place, case, [wrong(right, m) for m in range(1, 201)])
            assert guessed.compared <= 5, n


@in_turns("how", ["turns", "world"], ["turns", "world"])
async def test_the_right_code_fifty_times_at_once_gives_exactly_one_record(
    fork_server: ForkServer, place: str, how: str
) -> None:
    async with open_house(place) as house:
        case, code = await (walked_to_the_code(house) if how == "turns" else asked(house))
        guessed = await guess_at_once(fork_server, place, case, [code] * 50, how=how)
        assert guessed.outcomes["record"] == 1
        assert sum(guessed.outcomes.values()) == 50


@mostly_on("sqlite")
async def test_without_burning_the_code_it_would_work_more_than_once(
    fork_server: ForkServer, place: str
) -> None:
    """Teeth: the naive comparison never burns the code, and the count alone lets it through several times."""
    async with open_house(place) as house:
        case, code = await asked(house)
        guessed = await guess_at_once(fork_server, place, case, [code] * 50, how="naive", processes=2)
        assert guessed.outcomes["record"] > 1


async def failures_within(house: House, seconds: float) -> int:
    """Wrong codes that were compared; what was only said to be wrong counts on nobody."""
    async with house.db.reading() as connection:
        real = otp_failures.c.account_key.in_(select(cases.c.account_key))
        query = (
            select(func.count())
            .select_from(otp_failures)
            .where(real, otp_failures.c.at > house.clock() - seconds)
        )
        return int((await connection.execute(query)).scalar_one())


# -- a code's life


@pytest.mark.parametrize("zone", ["UTC", "Asia/Ho_Chi_Minh", "America/New_York"])
async def test_a_code_lives_for_five_minutes_whatever_the_time_zone(
    house: House, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        case, code = await asked(house)
        house.clock.move(299)
        assert (await handle(house, CheckOtp(case, code))).outcome == "record"
        house.clock.move(600)
        case, code = await asked(house, address="telegram:2")
        house.clock.move(301)
        assert (await handle(house, CheckOtp(case, code), "telegram:2")).outcome == "expired"
    finally:
        monkeypatch.undo()
        time.tzset()


async def test_a_code_works_once(house: House) -> None:
    case, code = await asked(house)
    assert (await handle(house, CheckOtp(case, code))).outcome == "record"
    assert (await handle(house, CheckOtp(case, code))).outcome == "expired"


async def test_after_a_resend_only_the_new_code_works(house: House) -> None:
    case, old = await asked(house)
    house.clock.move(61)
    assert (await send(house, case)).outcome == "sent"
    new = newest_code(house)
    if old != new:
        assert (await handle(house, CheckOtp(case, old))).outcome == "wrong"
    assert (await handle(house, CheckOtp(case, new))).outcome == "record"


async def test_a_code_sent_over_another_door_ends_the_one_before(house: House) -> None:
    """One code for each record, over all channels: parallel sessions give no more guesses. Nothing says that it ended."""
    case, code = await asked(house)
    house.clock.move(61)
    await asked(house, address="web:2")
    assert (await handle(house, CheckOtp(case, code))).outcome == "wrong"


async def test_a_code_is_refused_for_another_case_and_in_another_conversation(house: House) -> None:
    case, code = await asked(house)
    other = FindPeople("Phạm Hoàng Đăng Khoa", "87", born="29/02/2004")
    other_case, other_code = await asked(house, other, "telegram:2")
    assert (await handle(house, CheckOtp(case, code), "telegram:2")).outcome == "expired"
    if code != other_code:
        assert (await handle(house, CheckOtp(other_case, code), "telegram:2")).outcome == "wrong"
        assert (await handle(house, CheckOtp(case, other_code))).outcome == "wrong"
    assert (await handle(house, CheckOtp(case, code))).outcome == "record"


async def test_a_code_bought_with_another_record_of_the_same_phone_opens_only_its_own(house: House) -> None:
    """A family shares a phone: the code still belongs to one case."""
    await add_person(house, "8899999901", "Trần Thị Út", "05/05/2005", "0900000001")
    case, _code = await asked(house)
    house.clock.move(61)
    other_case, other_code = await asked(house, FindPeople("Trần Thị Út", "87", born="05/05/2005"))
    assert (await handle(house, CheckOtp(case, other_code))).outcome in ("wrong", "expired")
    answer = await handle(house, CheckOtp(other_case, other_code))
    assert answer.outcome == "record"
    assert answer.facts["record_code"] == "8899999901"


# -- sending again


async def test_sending_again_never_gives_more_than_ten_wrong_guesses_a_day(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty rounds, over most of a day, of: new conversation, code, four wrong guesses, next code; two records share the phone."""
    await add_person(house, "8899999901", "Trần Thị Út", "05/05/2005", "0900000001")
    records = (BE_BA, FindPeople("Trần Thị Út", "87", born="05/05/2005"))
    at = times_compared(house, monkeypatch)
    for n in range(30):
        await _round_of_wrong_guesses(house, records[n % 2], f"{('telegram', 'web', 'terminal')[n % 3]}:{n}")
        house.clock.move(2400)
    assert len(at) >= 10  # the loop really guesses
    assert most_within(at, DAY) <= 10


async def test_without_the_daily_count_sending_again_would_give_more(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Teeth: with the count of failures off, the same loop gets past ten."""

    async def none(*_: object) -> int:
        return 0

    monkeypatch.setattr(proofs, "failures", none)
    at = times_compared(sqlite_house, monkeypatch)
    for n in range(12):
        await _round_of_wrong_guesses(sqlite_house, BE_BA, f"web:{n}")
        sqlite_house.clock.move(700)
    assert most_within(at, DAY) > 10


def times_compared(house: House, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A list that grows by the time of each comparison with a code that could open something."""
    at: list[float] = []
    matches = proofs._matches

    def noted(kept: str, typed: str) -> bool:
        if kept:
            at.append(house.clock())
        return matches(kept, typed)

    monkeypatch.setattr(proofs, "_matches", noted)
    return at


async def _round_of_wrong_guesses(house: House, who: FindPeople, address: str) -> None:
    """Ask for a code and guess four times."""
    case = await open_case(house, who, address)
    if (await send(house, case, address)).outcome == "sent":
        code = newest_code(house)
        for n in range(1, 5):
            await handle(house, CheckOtp(case, wrong(code, n)), address)


def most_within(times: Sequence[float], span: float) -> int:
    """The largest number of `times` in any stretch of `span` seconds."""
    ordered = sorted(times)
    return max((sum(1 for t in ordered if first <= t < first + span) for first in ordered), default=0)


async def test_records_that_share_a_phone_share_its_ten_guesses_even_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three records, one phone, three live codes, fifteen guesses at once: the phone's count holds.

    Seen to fail on PostgreSQL (12 to 15 compared) while only the record was locked and not the phone.
    """
    born = "05/05/200"
    family = [(f"889999990{n}", f"Trần Thị Út {['An', 'Bình', 'Cúc'][n]}") for n in range(3)]
    cases = []
    for n, (code, name) in enumerate(family):
        await add_person(house, code, name, f"{born}{n}", "0911111111")
        cases.append((f"web:{n}", *await asked(house, FindPeople(name, "87", born=f"{born}{n}"), f"web:{n}")))
        house.clock.move(61)
    counted = proofs.failures

    async def slowly(connection: Any, case: Any, at: float) -> int:
        found = await counted(connection, case, at)
        await asyncio.sleep(0.02)  # others step in between the count and the comparison, if they can
        return found

    monkeypatch.setattr(proofs, "failures", slowly)
    await asyncio.gather(
        *(
            handle(house, CheckOtp(case, wrong(code, n)), address)
            for address, case, code in cases
            for n in range(1, 6)
        )
    )
    assert await failures_within(house, DAY) == 10


async def test_codes_are_sent_no_oftener_than_the_limits_say(house: House) -> None:
    """Asked for every 20 seconds for a day and a bit: 60 s apart, 3 in 10 minutes, 5 an hour, 10 a day."""
    case = await open_case(house)
    sent: list[float] = []
    while house.clock() < START + DAY + 3 * 3600:
        answer = await send(house, case)
        if answer.outcome == "sent":
            sent.append(house.clock())
        wait = float(answer.facts.get("seconds", 20)) if answer.outcome == "wait" else 1800.0
        house.clock.move(20 if answer.outcome == "sent" else max(20, min(wait - 40, 1800)))
    assert len(house.sms) == len(sent)
    assert min(b - a for a, b in itertools.pairwise(sent)) >= 60
    for span, allowed in ((600, 3), (3600, 5), (DAY, 10)):
        assert most_within(sent, span) == allowed, span


async def test_the_wait_that_is_told_is_the_wait_that_is_needed(house: House) -> None:
    case, _ = await asked(house)
    house.clock.move(10)
    answer = await send(house, case)
    assert (answer.outcome, answer.facts["seconds"]) == ("wait", "50")
    house.clock.move(50)
    assert (await send(house, case)).outcome == "sent"


async def test_fifty_requests_at_once_send_one_code(house: House) -> None:
    case = await open_case(house)
    answers = await asyncio.gather(*(handle(house, SendOtp(case)) for _ in range(50)))
    assert Counter(a.outcome for a in answers) == {"sent": 1, "wait": 49}


# -- chance, and what is stored


def chi_square(codes: Sequence[str]) -> float:
    """How far the digits at each of the six places are from even; 54 degrees of freedom."""
    expected = len(codes) / 10
    return sum(
        (n - expected) ** 2 / expected
        for place in range(6)
        for n in (Counter(code[place] for code in codes)[d] for d in "0123456789")
    )


CHI_SQUARE_1_PERCENT = 81.07  # 54 degrees of freedom, p = .01


def look_random(make: Callable[[], str], count: int, leading_zeros: float) -> bool:
    """Whether p > .01 and a tenth begins with 0, in one of three draws: a fair die fails about once in a million."""
    for _ in range(3):
        codes = [make() for _ in range(count)]
        zeros = sum(code[0] == "0" for code in codes) / count
        if chi_square(codes) < CHI_SQUARE_1_PERCENT and abs(zeros - 0.1) <= leading_zeros:
            return True
    return False


def test_codes_are_random_and_may_begin_with_zero() -> None:
    assert look_random(proofs.fresh_code, 20_000, 0.01)


@pytest.mark.soak
def test_a_million_codes_are_random() -> None:
    assert look_random(proofs.fresh_code, 1_000_000, 0.001)


def test_codes_that_never_begin_with_zero_would_be_noticed() -> None:
    """Teeth: `randint(100000, 999999)`, as seen in the wild."""
    import random

    assert not look_random(lambda: str(random.randint(100_000, 999_999)), 20_000, 0.01)


async def test_what_is_stored_of_a_code_says_nothing_without_the_key(house: House) -> None:
    """The code under the plain hashes one would think of is not the stored value: else a million tries would tell it."""
    case, code = await asked(house)
    async with house.db.reading() as connection:
        row = (await connection.execute(select(otps).where(otps.c.case_id == case))).one()
    stored = set(map(str, row))
    assert code not in "".join(str(v) for v in row if not isinstance(v, float))
    for shape in ("{code}", "{id}{code}", "{id} {code}", "{code}{id}", "0900000001{code}", "{case}{code}"):
        plain = shape.format(code=code, id=row.id, case=case).encode()
        for algorithm in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2s"):
            assert hashlib.new(algorithm, plain).hexdigest()[:64] not in stored
    assert Seal("another key, long enough to be taken as one").keyed("otp", f"{row.id} {code}") != row.mac
    assert Seal(SECRET).keyed("otp", f"{row.id} {code}") == row.mac


async def test_a_used_or_expired_code_leaves_not_even_its_hash(house: House) -> None:
    case, code = await asked(house)
    await handle(house, CheckOtp(case, code))
    await asked(house, FindPeople("Phạm Hoàng Đăng Khoa", "87", born="29/02/2004"), "telegram:2")
    house.clock.move(301)
    async with house.db.writing() as connection:
        await proofs.forget_old(connection, house.clock())
        assert [m for (m,) in await connection.execute(select(otps.c.mac))] == ["", ""]


# -- a hit and a miss look the same


async def walked_to_the_code(house: House, opening: str = "Trần Thị Bé Ba 17/01/1983") -> tuple[str, str]:
    """Talk until the conversation at CITIZEN waits for the code; returns (case, code)."""
    await talked(house, CITIZEN, opening)
    from data import conversations

    async with house.db.reading() as connection:
        found = (await conversations.load(connection, house.seal, [CITIZEN]))[CITIZEN]
    assert (found.state.flow, found.state.step) == ("lookup", "code")
    await house.code_sender.deliver()
    return str(found.state.answers["case"]), newest_code(house)


async def talked(house: House, address: str, opening: str) -> list[dict[str, Any]]:
    """The replies of a look-up up to the request of a code."""
    said: list[dict[str, Any]] = []
    for words in ("tra cứu mã số BHXH", "Đồng ý", opening, "Nhận mã OTP"):
        said += [row.body for row in (await house.say(words, address)).rows]
    return said


async def everything_said(
    house: House, address: str, opening: str
) -> tuple[list[Any], list[tuple[str, ...]]]:
    """All that a person who guesses is told, links aside: replies, and how each turn came out."""
    replies: list[Any] = await talked(house, address, opening)
    outcomes: list[tuple[str, ...]] = []
    turns: list[dict[str, Any]] = [{"secure": {"otp": f"{n:06d}"}} for n in range(3)]
    turns += [
        {"text": "gửi lại mã"},
        {"contact": {"phone": "0977777777", "own": True}},
        {"text": "sửa thông tin"},
    ]
    turns += [{"text": opening}, {"text": "nhận mã OTP"}]
    for given in turns:
        taken = await house.tell(given, address)
        replies += [row.body for row in taken.rows]
        outcomes.append(taken.outcomes)
    for body in replies:
        if "link" in body:
            assert body.pop("link").startswith("http://127.0.0.1:8080/secure/")
    return replies, outcomes


@pytest.mark.parametrize(
    ("fact", "several"),
    [("29/02/2004", "Lê Thị Lan"), ("2004", "Lê Thị Lan")],
    ids=["by date", "by year"],
)
async def test_one_many_and_none_are_told_the_same_words(house: House, fact: str, several: str) -> None:
    """Replies, options, countdowns and outcomes are compared whole; only the typed name may differ."""
    for n in range(2):
        await add_person(house, f"889999990{n}", several, "29/02/2004", f"091111111{n}")
    told: dict[str, list[Any]] = {}
    for address, name in (
        ("web:hit", "Phạm Hoàng Đăng Khoa"),
        ("web:many", several),
        ("web:none", "Đỗ Thị Bích Nhạn"),
    ):
        replies, outcomes = await everything_said(house, address, f"{name} {fact}")
        told[address] = [json.dumps(r, ensure_ascii=False).replace(name, "…") for r in replies] + outcomes
    assert told["web:many"] == told["web:hit"]
    assert told["web:none"] == told["web:hit"]


async def test_only_a_hit_sends_a_message_and_each_leaves_a_row_in_the_ledger(house: House) -> None:
    before = await _codes_in_ledger(house)
    for n, name in enumerate(("Trần Thị Bé Ba", "Đỗ Thị Bích Nhạn")):
        case = await open_case(house, FindPeople(name, "87", born="17/01/1983"), f"web:{n}")
        assert (await send(house, case, f"web:{n}")).outcome == "sent"
    assert len(house.sms) == 1
    assert await _codes_in_ledger(house) - before == 2


async def _codes_in_ledger(house: House) -> int:
    async with house.db.reading() as connection:
        return int(
            (await connection.execute(text("SELECT count(*) FROM outbox WHERE lane = 'otp'"))).scalar_one()
        )


async def test_a_contact_that_is_not_the_registered_one_opens_nothing(house: House) -> None:
    case = await open_case(house)
    assert (await handle(house, ProvePhone(case, "0977777777"))).outcome == "other"
    assert (await handle(house, ProvePhone(case, "0900000001"), "telegram:2")).outcome == "other"
    assert (await handle(house, ProvePhone(case, "+84 900 000 001"))).outcome == "record"


# -- trouble


@pytest.mark.parametrize("where", ["_matches", "compare_code", "failures"])
@pytest.mark.parametrize("typed", ["right", "wrong"])
async def test_trouble_in_the_database_refuses_the_code(
    house: House, monkeypatch: pytest.MonkeyPatch, where: str, typed: str
) -> None:
    """The turn is not kept, nothing is told, nothing is shown; afterwards the code works as before."""
    case, code = await walked_to_the_code(house)
    given = {"secure": {"otp": code if typed == "right" else wrong(code)}}

    def broken(*_: object, **__: object) -> Any:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    with monkeypatch.context() as patched:
        patched.setattr(proofs, where, broken)
        for n in range(3):
            with pytest.raises(NotKept):
                await house.tell(given, CITIZEN, f"trouble{n}")
    async with house.db.reading() as connection:
        shown = select(func.count()).select_from(audit).where(audit.c.what == "record")
        assert (await connection.execute(shown)).scalar_one() == 0
    assert (await handle(house, CheckOtp(case, code))).outcome == "record"


async def test_a_fault_in_the_comparison_is_no_way_through(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the database's trouble but a bug: three tries, an apology, a dead letter, no record."""
    _, code = await walked_to_the_code(house)

    def broken(*_: object) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(proofs, "_matches", broken)
    taken = await house.tell({"secure": {"otp": code}}, CITIZEN)
    assert "record" not in taken.outcomes
    assert code not in json.dumps([row.body for row in taken.rows])


def test_the_world_under_test_is_the_real_one() -> None:
    """The limits of these tests are the defaults that the service runs with."""
    limits = Limits()
    assert (limits.otp_tries, limits.otp_failures_per_day, limits.otp_minutes) == (5, 10, 5)
    assert EffectHandler.__module__ == "data.effects.handler"
