"""What strangers may take: for the conversation, for its source, for all. Rule: one source never spends what is for all.

Each protection is seen to matter: with a bound out of the way the same attack gets more.
"""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from data import proofs
from data.effects.turn_context import TurnContext
from data.tables import failures_in_a_row, outbox, registry
from flows.effects import CheckOtp, Effect, EffectResult, FindPeople, SendOtp
from tests.houses import House
from tests.strangers import STRANGE
from tests.test_otp import BE_BA, add_person, newest_code, wrong

DAY, HOUR = 86_400.0, 3600.0
BIG = 10**6


def limit(house: House, **changed: Any) -> None:
    """These limits are others in this house."""
    services = house.effect_handler.services
    house.effect_handler.services = replace(services, limits=replace(services.limits, **changed))


async def ask(house: House, effect: Effect, address: str, source: str) -> EffectResult:
    """One effect of a turn, from a source."""
    async with house.db.writing() as connection:
        at = datetime.fromtimestamp(house.clock(), UTC)
        services = house.effect_handler.services
        turn = TurnContext(services, connection, address, None, at, house.clock(), source=source)
        return await house.effect_handler.handle(turn, effect)


async def look(house: House, address: str, source: str, who: FindPeople = BE_BA) -> EffectResult:
    return await ask(house, who, address, source)


async def request(house: House, address: str, source: str, who: FindPeople = BE_BA) -> EffectResult:
    """A look-up, and a code asked for."""
    looked = await look(house, address, source, who)
    if looked.outcome == "limited":
        return looked
    case = looked.facts["case"]
    answer = await ask(house, SendOtp(case), address, source)
    await house.code_sender.deliver()
    return EffectResult(answer.outcome, {**answer.facts, "case": case})


def nobody(n: int) -> FindPeople:
    """Somebody who is not in the registry, another one for each n."""
    return FindPeople(
        f"{STRANGE[n % 12]} {STRANGE[n // 12 % 12]} {STRANGE[n // 144 % 12]}", "87", born="05/05/1970"
    )


async def add_people(house: House, count: int) -> list[FindPeople]:
    """So many people with sequential phones, each alone with name and date."""
    people = []
    for n in range(count):
        name = f"Trần Thị {STRANGE[n % 12]} {STRANGE[n // 12]}"
        await add_person(house, f"88777{n:05d}", name, "06/06/1966", f"09{10_000_000 + n}")
        people.append(FindPeople(name, "87", born="06/06/1966"))
    return people


# -- codes for nobody


async def test_codes_for_nobody_never_hold_up_a_real_one(house: House) -> None:
    """As many requests as the breaker allows SMS, none of which left; then a citizen of another source."""
    limit(house, sms_per_hour=8, sms_per_day=8)
    answers = Counter(
        [(await request(house, f"web:{n}", f"source {n // 5}", nobody(n))).outcome for n in range(16)]
    )
    assert answers == {"sent": 16}
    assert house.sms == []
    assert (await request(house, "web:citizen", "home")).outcome == "sent"
    assert len(house.sms) == 1


async def test_one_source_asks_for_so_many_codes_and_another_is_served(house: House) -> None:
    limit(house, otp_requests_per_hour_source=6)
    told = {}
    for kind, who in (("hit", BE_BA), ("miss", nobody(1))):
        told[kind] = []
        for n in range(9):
            answer = await request(house, f"web:{kind}{n}", f"the {kind} source", who)
            told[kind].append((answer.outcome, answer.facts.get("pause_of"), answer.facts.get("seconds")))
    assert told["hit"] == told["miss"]
    assert [outcome for outcome, _, _ in told["hit"]] == ["sent"] * 6 + ["paused"] * 3
    assert told["hit"][-1] == ("paused", "source", "3600")
    assert (await request(house, "web:citizen", "home")).outcome == "sent"


async def test_one_conversation_asks_for_so_many_codes_whomever_about(house: House) -> None:
    limit(house, otp_requests_conversation=4)
    outcomes = [(await request(house, "web:1", f"source {n}", nobody(n))).outcome for n in range(6)]
    assert outcomes == ["sent"] * 4 + ["spent"] * 2


async def test_when_all_sms_are_sent_the_person_is_told_so_and_what_to_do(house: House) -> None:
    """Truthful words at the door: no “vừa được gửi”, whose limit it was, how long, and the other ways."""
    people = await add_people(house, 4)
    limit(house, sms_per_hour=3)
    for n, who in enumerate(people[:3]):
        assert (await request(house, f"web:{n}", f"source {n}", who)).outcome == "sent"
    house.clock.move(600)
    told = []
    for address, words in (("web:hit", "Trần Thị Bé Ba 17/01/1983"), ("web:miss", "Ẩm Bế Chử 17/01/1983")):
        for text in ("tra cứu mã số BHXH", "Đồng ý", words, "Nhận mã OTP"):
            result = await house.say(text, address)
        told.append(result.rows[-1].body["text"])
        assert result.place == ("lookup", "code_paused")
    assert told[0] == told[1]
    assert "vừa được gửi" not in told[0]
    assert told[0].startswith("Lúc này có quá nhiều yêu cầu từ nhiều nơi")
    assert "thử lại sau 50 phút" in told[0]
    assert "1900 9068" in told[0]
    assert len(house.sms) == 3


# -- row 15: what an attack costs


async def sms_attack(house: House, people: list[FindPeople], hours: int, sources: int) -> int:
    """One phone, one account, one source, many sources, sequential numbers, every hour; returns what left."""
    fresh = itertools.count()
    for _ in range(hours):
        for n in range(4):
            await request(house, f"web:phone{next(fresh)}", f"source {n}")  # one phone
            await request(house, "telegram:7", "", people[n])  # one account
        for n in range(sources):
            await request(house, f"web:one{next(fresh)}", "one source", people[n % len(people)])
            await request(house, f"web:many{next(fresh)}", f"source {n}", people[n % len(people)])
        house.clock.move(HOUR)
    return len(house.sms)


async def test_a_day_of_attacks_costs_no_more_sms_than_a_day_may(house: House) -> None:
    people = await add_people(house, 8)
    limit(house, looks_per_day=BIG, looks_per_hour_source=BIG, sms_per_hour=4, sms_per_day=7)
    assert await sms_attack(house, people, 2, 3) == 7
    by_phone = Counter(sms.to for sms in house.sms)
    assert max(by_phone.values()) <= 10


async def test_without_the_bound_of_a_day_the_same_attack_costs_more(sqlite_house: House) -> None:
    """Teeth."""
    people = await add_people(sqlite_house, 8)
    limit(sqlite_house, looks_per_day=BIG, looks_per_hour_source=BIG, sms_per_hour=4, sms_per_day=BIG)
    assert await sms_attack(sqlite_house, people, 2, 3) > 7


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_hours_of_attacks_from_a_thousand_sources_cost_five_hundred_sms_at_most(house: House) -> None:
    people = await add_people(house, 144)
    cost = await sms_attack(house, people, 4, 1000)
    assert 300 < cost <= 500


# -- yes and no by ID number


def by_id(n: int) -> FindPeople:
    """Bé Ba by her own ID number and by wrong ones, in turns."""
    return FindPeople("Trần Thị Bé Ba", "87", id_number="088183000001" if n % 2 else f"0889{n:08d}")


async def answers_of(house: House, cookies: int, sources: int) -> Counter[str]:
    """Fresh cookies, one look-up each."""
    return Counter(
        [(await look(house, f"web:{n}", f"source {n % sources}", by_id(n))).outcome for n in range(cookies)]
    )


async def test_fresh_cookies_get_so_many_answers_of_one_source_and_of_all_and_then_the_way_of_proof(
    house: House,
) -> None:
    limit(house, looks_per_hour_source=BIG, id_answers_all=30)
    one = await answers_of(house, 14, 1)
    assert one == {"found": 5, "none": 5, "verify": 4}
    many = await answers_of(house, 40, 40)
    assert one["found"] + one["none"] + many["found"] + many["none"] == 30
    assert many["verify"] == 20
    assert (await look(house, "web:citizen", "home")).outcome == "verify"  # by birth date, as ever
    assert (await look(house, "telegram:5", "", by_id(1))).outcome == "found"  # an account has its own


async def test_without_the_bound_of_all_a_thousand_sources_would_get_all_answers(sqlite_house: House) -> None:
    """Teeth."""
    limit(sqlite_house, id_answers_all=BIG, looks_per_hour_source=BIG)
    assert (await answers_of(sqlite_house, 110, 110))["verify"] == 0


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("sources", [1, 1000])
async def test_ten_thousand_fresh_cookies_get_a_hundred_answers_at_most(house: House, sources: int) -> None:
    got = await answers_of(house, 10_000, sources)
    assert got["found"] + got["none"] <= 100
    assert (await look(house, "web:citizen", "home", by_id(1))).outcome in ("verify", "found")


async def test_an_id_number_that_goes_the_way_of_proof_is_told_alike_for_hit_and_miss_and_opens_the_record(
    house: House,
) -> None:
    limit(house, id_answers_per_day=1, id_answers_source=1)
    told: dict[str, list[Any]] = {}
    for kind, number in (("hit", "088183000001"), ("miss", "088183000009")):
        address = f"web:{kind}"
        for text in ("tra cứu mã số BHXH", "Đồng ý", "Trần Thị Bé Ba 088183000005"):
            await house.say(text, address)
        await house.say("sửa thông tin", address)
        said = [await house.say(f"Trần Thị Bé Ba {number}", address), await house.say("Nhận mã OTP", address)]
        await house.code_sender.deliver()
        told[kind] = []
        for s in said:
            words = [{k: v for k, v in row.body.items() if k != "link"} for row in s.rows]
            told[kind] += [s.place, s.outcomes, str(words).replace(number[-3:], "…")]
    assert told["hit"] == told["miss"]
    assert told["hit"][4] == ("sent",)
    assert len(house.sms) == 1
    result = await house.tell({"secure": {"otp": newest_code(house)}}, "web:hit")
    assert "Mã số BHXH: 8800000001" in result.rows[-1].body["text"]


async def test_where_no_sms_leave_the_person_is_told_what_else_can_be_done(sqlite_house: House) -> None:
    house = sqlite_house
    house.effect_handler.services = replace(house.effect_handler.services, sends_sms=False)
    limit(house, id_answers_per_day=1)
    for text in ("tra cứu mã số BHXH", "Đồng ý", "Trần Thị Bé Ba 088183000005", "sửa thông tin"):
        await house.say(text, "web:1")
    assert (await house.say("Trần Thị Bé Ba 088183000001", "web:1")).place == ("lookup", "proof")
    result = await house.say("Nhận mã OTP", "web:1")
    assert "1900 9068" in result.rows[-1].body["text"]
    assert "cơ quan BHXH gần nhất" in result.rows[-1].body["text"]


# -- look-ups


async def test_one_source_makes_so_many_look_ups_and_when_all_are_busy_who_has_hardly_asked_is_served(
    house: House,
) -> None:
    limit(house, looks_per_hour_source=8, looks_per_hour_all=20, looks_when_busy=2)
    of_one = [(await look(house, f"web:{n}", "one")) for n in range(10)]
    assert [a.outcome for a in of_one] == ["verify"] * 8 + ["limited"] * 2
    assert of_one[-1].facts["pause_of"] == "source"
    for n in range(14):
        await look(house, f"web:x{n}", f"source {n // 7}")
    busy = [await look(house, f"web:y{n}", "source 1") for n in range(2)]
    assert {(a.outcome, a.facts.get("pause_of")) for a in busy} == {("limited", "all")}
    assert (await look(house, "web:citizen", "home")).outcome == "verify"


# -- wrong codes


async def guess(house: House, case: str, address: str, source: str, times: int) -> list[str]:
    code = newest_code(house)
    return [
        (await ask(house, CheckOtp(case, wrong(code, n)), address, source)).outcome
        for n in range(1, times + 1)
    ]


async def test_a_stranger_of_one_source_cannot_shut_the_owner_out(house: House) -> None:
    """Three cookies of one source spend their five; the owner's code comes, and opens."""
    for n in range(3):
        answer = await request(house, f"web:stranger{n}", "cafe")
        assert answer.outcome == "sent"
        await guess(house, answer.facts["case"], f"web:stranger{n}", "cafe", 5)
        house.clock.move(700)
    assert len(house.sms) == 1  # no second code for that source today
    answer = await request(house, "web:owner", "home")
    assert len(house.sms) == 2
    opened = await ask(house, CheckOtp(answer.facts["case"], newest_code(house)), "web:owner", "home")
    assert opened.outcome == "record"


async def test_when_strangers_used_up_a_days_wrong_codes_the_owner_is_told_once(house: House) -> None:
    for n in range(4):
        answer = await request(house, f"web:stranger{n}", f"source {n}")
        await guess(house, answer.facts["case"], f"web:stranger{n}", f"source {n}", 5)
        await house.code_sender.deliver()
        house.clock.move(700)
    codes = [sms for sms in house.sms if sms.text[:6].isdigit()]
    warnings = [sms for sms in house.sms if not sms.text[:6].isdigit()]
    assert (len(codes), len(warnings)) == (2, 1)
    assert warnings[0].to == codes[0].to == "0900000001"
    assert "khong bao gio hoi ma" in warnings[0].text
    assert "19009068" in warnings[0].text
    assert len(warnings[0].text) <= 160
    assert warnings[0].text.isascii()
    async with house.db.reading() as connection:
        kept = (await connection.execute(select(outbox.c.sealed))).all()
    assert all(row.sealed is None for row in kept)  # sealed until it left


async def test_the_owner_reads_true_words_when_no_code_comes(house: House) -> None:
    """Ten wrong codes elsewhere: the owner gets no SMS, and is not told that one was sent."""
    for n in range(2):
        answer = await request(house, f"web:stranger{n}", f"source {n}")
        await guess(house, answer.facts["case"], f"web:stranger{n}", f"source {n}", 5)
        house.clock.move(700)
    before = sum(sms.text[:6].isdigit() for sms in house.sms)
    for text in ("tra cứu mã số BHXH", "Đồng ý", "Trần Thị Bé Ba 17/01/1983", "Nhận mã OTP"):
        result = await house.say(text, "web:owner")
    await house.code_sender.deliver()
    said = result.rows[-1].body["text"]
    assert sum(sms.text[:6].isdigit() for sms in house.sms) == before
    assert "hôm nay còn lượt nhận mã" in said
    assert "Sau 3 phút không thấy tin nhắn" in said
    assert "hôm nay đã hết lượt gửi mã" in said
    assert "1900 9068" in said


async def test_after_a_hundred_wrong_codes_in_a_row_only_the_office_opens_the_record_again(
    house: House,
) -> None:
    limit(house, otp_failures_in_a_row=7)
    for n in range(2):
        answer = await request(house, f"web:stranger{n}", f"source {n}")
        await guess(house, answer.facts["case"], f"web:stranger{n}", f"source {n}", 5)
        house.clock.move(700)
    key = proofs.account_key(house.seal, "8800000001")
    async with house.db.reading() as connection:
        counted = select(failures_in_a_row.c.count).where(failures_in_a_row.c.account_key == key)
        assert (await connection.execute(counted)).scalar_one() == 7  # the others were not compared
    house.clock.move(5 * DAY)
    sent = len(house.sms)
    assert (await request(house, "web:owner", "home")).outcome == "sent"
    assert len(house.sms) == sent  # days later, still nothing leaves
    async with house.db.writing() as connection:
        await proofs.end_row(connection, key)
    house.clock.move(61)
    answer = await request(house, "web:owner", "home")
    assert len(house.sms) == sent + 1
    opened = await ask(house, CheckOtp(answer.facts["case"], newest_code(house)), "web:owner", "home")
    assert opened.outcome == "record"


async def test_a_right_code_ends_the_row_of_wrong_ones(house: House) -> None:
    answer = await request(house, "web:owner", "home")
    await guess(house, answer.facts["case"], "web:owner", "home", 3)
    right = CheckOtp(answer.facts["case"], newest_code(house))
    assert (await ask(house, right, "web:owner", "home")).outcome == "record"
    async with house.db.reading() as connection:
        rows = select(func.count()).where(failures_in_a_row.c.account_key != "nobody")
        assert (await connection.execute(rows)).scalar_one() == 0


async def test_very_many_wrong_codes_are_told_to_the_log_and_then_stop_all_codes(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Sprayed over many records from many sources; wrong codes of nobody do not count."""
    limit(house, otp_failures_alarm=6, otp_failures_per_hour_all=10)
    people = await add_people(house, 4)
    answer = await request(house, "web:n", "nobody's source", nobody(3))
    for n in range(5):
        await ask(house, CheckOtp(answer.facts["case"], f"{n:06d}"), "web:n", "nobody's source")
    outcomes: list[str] = []
    with caplog.at_level(logging.WARNING, "troly.proof"):
        for n, who in enumerate(people[:3]):
            answer = await request(house, f"web:{n}", f"source {n}", who)
            if answer.outcome == "sent":
                outcomes += await guess(house, answer.facts["case"], f"web:{n}", f"source {n}", 5)
            else:
                outcomes.append(answer.outcome)
    assert outcomes == [*["wrong"] * 4, "spent", *["wrong"] * 4, "spent", "paused"]
    assert caplog.text.count("wrong one-time codes within an hour") == 5
    house.clock.move(HOUR + 1)
    assert (await request(house, "web:later", "source 9", people[3])).outcome == "sent"


async def test_one_source_types_so_many_wrong_codes_and_another_goes_on(house: House) -> None:
    limit(house, otp_failures_source=6, otp_failures_of_one_source=5)
    outcomes = []
    for n in range(2):
        answer = await request(house, f"web:{n}", "cafe", nobody(n))
        for m in range(4):
            check = CheckOtp(answer.facts["case"], f"{m:06d}")
            outcomes.append((await ask(house, check, f"web:{n}", "cafe")).outcome)
    assert outcomes == ["wrong"] * 6 + ["paused"] * 2
    answer = await request(house, "web:owner", "home")
    right = CheckOtp(answer.facts["case"], newest_code(house))
    assert (await ask(house, right, "web:owner", "home")).outcome == "record"


# -- the clock goes back


async def test_a_clock_that_goes_back_a_day_makes_nobody_wait_longer_than_a_window(house: House) -> None:
    answer = await request(house, "web:1", "home")
    case = answer.facts["case"]
    old = newest_code(house)
    house.clock.move(-DAY)
    told = await ask(house, SendOtp(case), "web:1", "home")
    assert (told.outcome, told.facts["seconds"]) == ("wait", "60")
    assert (await ask(house, CheckOtp(case, old), "web:1", "home")).outcome == "expired"  # not for a day more
    house.clock.move(60)
    assert (await ask(house, SendOtp(case), "web:1", "home")).outcome == "sent"
    house.clock.move(61)
    assert (await ask(house, SendOtp(case), "web:1", "home")).outcome == "sent"
    house.clock.move(61)
    told = await ask(house, SendOtp(case), "web:1", "home")
    assert told.outcome == "wait"
    assert int(told.facts["seconds"]) <= 600


async def test_nobody_is_in_the_registry_twice_here(house: House) -> None:
    """The people of these tests are really there, one each: else a miss would pass for a hit."""
    await add_people(house, 3)
    async with house.db.reading() as connection:
        made = select(func.count()).where(registry.c.code.like("88777%"))
        assert (await connection.execute(made)).scalar_one() == 3
