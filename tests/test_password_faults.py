"""Changing a password when somebody means ill, or something breaks: who is locked out, who is stalled, and what is told then.

Each test was seen to fail with what protects taken away. Rule: what is told is compared with what is in the database.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from data import budgets, proofs
from data.accounts import changes, guesses, local, rules
from data.accounts.port import Away, Prepared, Standing, State, Wanted
from data.accounts.rules import Own
from data.installation.demo import PASSWORD
from data.limits import Limits
from data.outbox.rows import open_body
from data.tables import accounts, budget_uses, failures_in_a_row, otps, outbox, password_changes
from flows.conversations.speech.lookup_answers import READY_ANSWERS
from flows.effects import FindPeople, SendOtp
from handlers.delivery.sms import Sms, SmsRefused
from handlers.passwords import Told
from handlers.web.chat import Web
from handlers.web.source import SourceRates
from tests.consoles import HERE, Office
from tests.houses import House, open_house
from tests.passwords import NEW, asked_for_a_code, code_for, page_opened, passwords_of, typed
from tests.test_otp import handle
from tests.test_password_change import confirm, forgotten, password_is

HOUR = 3600.0


@pytest.fixture
async def house(place: str) -> AsyncIterator[House]:
    async with open_house(place, accounts="local") as one:
        yield one


@pytest.fixture
async def sqlite_house(sqlite_place: str) -> AsyncIterator[House]:
    async with open_house(sqlite_place, accounts="local") as one:
        yield one


class Backend:
    """A backend that answers as it is told."""

    ours = False

    def __init__(self) -> None:
        self.prepared = Prepared("ready", "0900000001")
        self.of_change: dict[str, State] = {}
        self.commits: State | None = "done"
        self.stands: Standing | None = "open"

    async def prepare(self, wanted: Wanted) -> Prepared:
        return self.prepared

    async def commit(self, change: str) -> State:
        if self.commits is None:
            raise Away("silent")
        return self.commits

    async def state(self, change: str) -> State:
        found = self.of_change.get(change, "done")
        if found == "unclear":
            raise Away("silent")
        return found

    async def standing(self, code: str) -> Standing:
        if self.stands is None:
            raise Away("silent")
        return self.stands


async def rows_of(house: House, column: Any) -> list[Any]:
    async with house.db.reading() as connection:
        return list((await connection.execute(select(column))).scalars())


# -- nobody stalls the service


def test_the_strength_of_a_hostile_password_costs_next_to_nothing() -> None:
    """zxcvbn took 14 s for 72 of these characters."""
    own = Own("8800000001", "Trần Thị Bé Ba", "17/01/1983", "0900000001")
    before = time.process_time()
    rules.strength("4@8({[<3691!|10$5+7%2" * 47, own)
    assert time.process_time() - before < 0.5


def test_strength_knows_what_is_known_of_the_person() -> None:
    own = Own("8800000001", "Trần Thị Bé Ba", "17/01/1983", "0900000001")
    said = [
        rules.strength(p, own)
        for p in ("tranthibeba1983x", "12345678", NEW, "một con vịt xòe ra hai cái cánh")
    ]
    assert said == [0, 0, 2, 4]


async def test_passwords_far_too_long_are_refused_before_anything_is_made_of_them(
    sqlite_house: House,
) -> None:
    house = sqlite_house
    change = await page_opened(house, "8800000001")
    for long in ("a\u0301" * 40_000, "x" * 65_000):
        assert (await typed(house, change, new=long)).outcome == "long"
        assert (await typed(house, change, old=long)).outcome == "long"


def web_of(house: House, rates: SourceRates) -> Any:
    return Web(
        house.turns,
        address=HERE,
        demo=False,
        text_limit=2000,
        frames_per_minute=100,
        code_sender=None,
        say_elsewhere={},
        source_rates=rates,
        passwords=house.passwords,
    ).app


def browser(app: Any, source: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(source, 4711))
    return httpx.AsyncClient(transport=transport, base_url=HERE)


async def test_a_source_posts_so_many_forms_a_minute_and_another_goes_on(sqlite_place: str) -> None:
    async with open_house(sqlite_place, accounts="local") as house:
        rates = SourceRates(secure_posts_per_minute=5, secure_posts_in_all=8, secure_posts_when_busy=2)
        app = web_of(house, rates)
        said: dict[str, list[int]] = {}
        for n, posts in (("1", 7), ("2", 4), ("3", 3)):
            async with browser(app, f"198.51.100.{n}") as one:
                answers = [await one.post("/secure/none", data={"act": "password"}) for _ in range(posts)]
            said[n] = [a.status_code for a in answers]
        assert said["1"] == [410] * 5 + [429] * 2, "the bound of one source"
        assert said["2"] == [410] * 3 + [429], "above that of all, who has posted few goes on"
        assert said["3"] == [410] * 2 + [429]
        assert answers[-1].headers["retry-after"] == "60"


# -- who guesses old passwords locks nobody out


async def test_wrong_old_passwords_of_strangers_close_no_way_of_the_owner(house: House) -> None:
    for n in range(4):
        change = await page_opened(house, "8800000001", f"web:s{n}")
        said = [
            (await typed(house, change, "khong phai", source=f"198.51.100.{n}")).outcome for _ in range(6)
        ]
        assert said == ["old_wrong"] * 4 + ["old_spent"] * 2
    change = await page_opened(house, "8800000001", "telegram:1")
    assert (await typed(house, change, source="own")).outcome == "sent"
    house.clock.move(61)
    change = await forgotten(house, "8800000001", "0900000001", "telegram:9")
    assert (await typed(house, change, "", source="198.51.100.1")).outcome == "sent", (
        "from a stranger's source, too"
    )
    await house.code_sender.deliver()
    assert (await confirm(house, change, house.sms[-1].text[:6])).outcome == "done"


async def test_who_typed_the_old_one_wrong_too_often_goes_on_with_a_code(sqlite_house: House) -> None:
    house = sqlite_house
    change = await page_opened(house, "8800000001", "telegram:5")
    for _ in range(5):
        last = await typed(house, change, "khong phai")
    assert last.outcome == "old_spent" and (await typed(house, change)).outcome == "old_spent"
    assert await house.place("telegram:5") == ("password", "old_spent")
    taken = await house.tell({"press": "Quên mật khẩu cũ"}, "telegram:5")
    assert taken.place == ("password", "unproven")
    taken = await house.tell({"contact": {"phone": "0900000001", "own": True}}, "telegram:5")
    change = await passwords_of(house).page_open_at("telegram:5")
    assert (await typed(house, change, "")).outcome == "sent"


async def test_what_is_left_is_told_across_pages(sqlite_house: House) -> None:
    house = sqlite_house
    told = []
    for _ in range(2):
        await house.say("huy")
        change = await page_opened(house, "8800000001")
        told += [(await typed(house, change, "khong phai")).facts.get("left") for _ in range(3)]
    assert told == ["4", "3", "2", "1", None, None]


async def test_wrong_old_passwords_stop_nobodys_codes(place: str) -> None:
    limits = Limits(otp_failures_per_hour_all=10, otp_failures_source=10, password_failures_per_hour_all=15)
    async with open_house(place, accounts="local", limits=limits) as house:
        for n in range(6):
            change = await page_opened(house, f"88123456{n:02d}", f"web:s{n}")
            for _ in range(4):
                await typed(house, change, "khong phai", source="198.51.100.7")
        assert budgets.FAILURE not in await rows_of(house, budget_uses.c.what)
        found = await handle(house, FindPeople("Lê Thị Hồng Thắm", "87", born="1958"), "telegram:9")
        assert (await handle(house, SendOtp(found.facts["case"]), "telegram:9")).outcome == "sent"
        change = await page_opened(house, "8800000002", "web:more")
        assert (await typed(house, change, "khong phai", source="198.51.100.7")).outcome == "old_spent"
        other = await typed(house, change, source="198.51.100.8")
        assert other.outcome == "sent", "above the bound of all, a source that hardly erred goes on"


async def in_a_row(house: House, code: str) -> int:
    key = guesses._account_key(house.seal, proofs.account_key(house.seal, code))
    async with house.db.reading() as connection:
        query = select(failures_in_a_row.c.count).where(failures_in_a_row.c.account_key == key)
        return (await connection.execute(query)).scalar() or 0


async def test_only_the_right_old_password_or_success_ends_a_row(sqlite_house: House) -> None:
    house = sqlite_house
    change = await page_opened(house, "8800000001", "web:s1")
    for _ in range(3):
        await typed(house, change, "khong phai", source="s1")
    assert await in_a_row(house, "8800000001") == 3
    strange = await forgotten(house, "8800000001", "0900000099", "telegram:6")
    assert (await typed(house, strange, "", source="s1")).outcome == "sent"
    assert await in_a_row(house, "8800000001") == 3, "a stranger with a phone of their own"
    local_accounts, passwords = passwords_of(house).accounts, passwords_of(house)
    passwords.accounts = Silent()
    assert (await typed(house, change, "khong phai", source="s1")).outcome == "away"
    passwords.accounts = local_accounts
    assert await in_a_row(house, "8800000001") == 3, "nothing was compared"
    assert (await typed(house, change, source="s1")).outcome == "sent"
    assert await in_a_row(house, "8800000001") == 0


class Silent(Backend):
    async def prepare(self, wanted: Wanted) -> Prepared:
        raise Away("silent")


async def test_a_row_of_wrong_old_passwords_closes_that_way_alone_until_success(sqlite_place: str) -> None:
    limits = Limits(otp_failures_in_a_row=6)
    async with open_house(sqlite_place, accounts="local", limits=limits) as house:
        for n in range(2):
            change = await page_opened(house, "8800000001", f"web:s{n}")
            for _ in range(3):
                await typed(house, change, "khong phai", source=f"s{n}")
        change = await page_opened(house, "8800000001", "web:own")
        assert (await typed(house, change, source="own")).outcome == "old_spent"
        change = await forgotten(house, "8800000001", "0900000001")
        assert (await typed(house, change, "")).outcome == "sent"
        await house.code_sender.deliver()
        assert (await confirm(house, change, house.sms[-1].text[:6])).outcome == "done"
        house.clock.move(HOUR)
        change = await page_opened(house, "8800000001", "web:new")
        assert (await typed(house, change, NEW, "con mèo mướp", source="own")).outcome == "sent"


async def test_a_locked_account_is_told_as_one_that_does_not_exist(sqlite_place: str) -> None:
    class Locking(Backend):
        async def prepare(self, wanted: Wanted) -> Prepared:
            return Prepared("locked" if wanted.code == "8800000001" else "wrong")

    async with open_house(sqlite_place, accounts=Locking()) as house:
        said = []
        for n, code in enumerate(("8800000001", "8812345678")):
            change = await page_opened(house, code, f"terminal:{n}")
            old = [await typed(house, change, "khong phai", source=code) for _ in range(6)]
            change = await forgotten(house, code, "0900000099", f"telegram:{n}")
            lost = await typed(house, change, "", source=code)
            said.append(
                [
                    (a.outcome, {**a.facts, "until": ""}, [r.body["text"] for r in a.result.rows])
                    for a in (*old, lost)
                ]
            )
        assert said[0] == said[1]


# -- what was not accepted never comes into force


@pytest.mark.parametrize("refused", ["tranthibeba1983x", PASSWORD])
async def test_a_password_that_was_refused_is_never_put_in_force(house: House, refused: str) -> None:
    change, right = await code_for(house, "8800000001")
    assert (await typed(house, change, new=refused)).outcome in ("own", "same")
    assert (await confirm(house, change, right)).outcome == "first"
    assert await password_is(house, "8800000001", PASSWORD)
    assert (await typed(house, change)).outcome == "wait", (
        "the code that was sent is good for what is accepted now"
    )
    assert (await confirm(house, change, right)).outcome == "done"
    assert await password_is(house, "8800000001", NEW)


async def test_a_code_typed_while_another_password_is_looked_at_puts_neither_in_force(house: House) -> None:
    change, right = await code_for(house, "8800000001")
    passwords, prepare, said = passwords_of(house), passwords_of(house).accounts.prepare, []

    async def meanwhile(wanted: Wanted) -> Prepared:
        prepared = await prepare(wanted)
        passwords._lines.clear()  # as another process would
        async with house.db.writing() as connection:
            await connection.execute(update(password_changes).values(busy_until=0.0))
        said.append((await confirm(house, change, right)).outcome)
        return prepared

    passwords.accounts.prepare = meanwhile  # type: ignore[method-assign]  # something happens in between
    assert (await typed(house, change, new="tranthibeba1983x")).outcome == "own"
    assert said == ["first"]
    assert await password_is(house, "8800000001", PASSWORD)


async def test_what_another_change_made_void_meanwhile_sends_no_code(house: House) -> None:
    one, right = await code_for(house, "8800000001", "terminal:a")
    house.clock.move(61)
    two = await page_opened(house, "8800000001", "terminal:b")
    passwords, prepare = passwords_of(house), passwords_of(house).accounts.prepare

    async def meanwhile(wanted: Wanted) -> Prepared:
        prepared = await prepare(wanted)
        assert (await confirm(house, one, right)).outcome == "done"
        return prepared

    passwords.accounts.prepare = meanwhile  # type: ignore[method-assign]  # something happens in between
    before = len(house.sms)
    assert (await typed(house, two)).outcome == "over"
    await house.code_sender.deliver()
    assert ["vua duoc doi" in s.text for s in house.sms[before:]] == [True]


# -- one form, pressed twice


async def test_one_form_posted_five_times_at_once_is_acted_on_once(house: House) -> None:
    change = await page_opened(house, "8800000001")
    given = [passwords_of(house).submit(change, _typed("khong phai"), Told(), "a" * 32) for _ in range(5)]
    assert [(a.outcome, a.facts) for a in await asyncio.gather(*given)] == [("old_wrong", {"left": "4"})] * 5
    given = [passwords_of(house).submit(change, _typed(PASSWORD), Told(), "b" * 32) for _ in range(5)]
    answers = await asyncio.gather(*given)
    assert {a.outcome for a in answers} == {"sent"} and len({a.facts["until"] for a in answers}) == 1
    await house.code_sender.deliver()
    assert len(house.sms) == 1
    confirmed = [passwords_of(house).confirm(change, "x", Told(), "c" * 32) for _ in range(5)]
    assert {a.facts["left"] for a in await asyncio.gather(*confirmed)} == {"4"}
    right = [passwords_of(house).confirm(change, house.sms[-1].text[:6], Told(), "d" * 32) for _ in range(5)]
    assert {a.outcome for a in await asyncio.gather(*right)} == {"done"}


def _typed(old: str, new: str = NEW) -> Any:
    from handlers.turns.json_contract import TypedPassword

    return TypedPassword(old, new, new)


async def test_forms_of_two_processes_wait_for_each_other(place: str) -> None:
    """Two houses on one database are as two processes: neither knows of the other."""
    async with open_house(place, accounts="local") as one, open_house(place, accounts="local") as two:
        for n in range(1, 6):
            change = await page_opened(one, f"88{n:08d}", f"terminal:{n}")
            twice = [
                passwords_of(h).submit(change, _typed(PASSWORD), Told(), f"{n:032d}") for h in (one, two)
            ]
            first, second = await asyncio.gather(*twice)
            assert (first.outcome, first.facts) == (second.outcome, second.facts) and first.outcome == "sent"
            others = [passwords_of(h).submit(change, _typed(PASSWORD), Told()) for h in (one, two, one)]
            assert [a.outcome for a in await asyncio.gather(*others)] == ["wait"] * 3
        async with one.db.reading() as connection:
            sent = await connection.execute(select(func.count()).select_from(otps).where(otps.c.mac != ""))
            assert sent.scalar() == 5


async def test_a_page_that_is_posted_twice_shows_the_same_twice(place: str) -> None:
    async with open_house(place, accounts="local") as house:
        await page_opened(house, "8800000001", "web:one")
        app = web_of(house, SourceRates())
        async with house.db.reading() as connection:
            row = (await connection.execute(outbox.select().where(outbox.c.address == "web:one"))).all()[-1]
        link = open_body(house.seal, row.id, row.address, row.sealed)["link"]
        async with browser(app, "198.51.100.1") as one:
            page = (await one.get(link)).text
            form = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', page))
            given = {**form, "old": PASSWORD, "new": NEW, "repeat": NEW}
            twice = await asyncio.gather(*(one.post(link, data=given) for _ in range(3)))
            assert [a.status_code for a in twice] == [200] * 3
            assert ["Nhập mã OTP" in a.text and 'role="alert"' not in a.text for a in twice] == [True] * 3
            await house.code_sender.deliver()
            assert len(house.sms) == 1
            form = dict(
                re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', twice[0].text.partition("</form>")[0])
            )
            given = {**form, "otp": house.sms[-1].text[:6]}
            twice = await asyncio.gather(*(one.post(link, data=given) for _ in range(3)))
            assert ["đã đổi xong" in a.text for a in twice] == [True] * 3


# -- messages


class Plan:
    """A gateway that does as it is told: again, never, ok."""

    def __init__(self, house: House) -> None:
        self.to_do: list[str] = []
        self.real = house.code_sender.gateway

    async def send(self, sms: Sms) -> None:
        match self.to_do.pop(0) if self.to_do else "ok":
            case "again":
                raise SmsRefused("no answer", again=True)
            case "never":
                raise SmsRefused("CodeResult 103")
        await self.real.send(sms)


async def test_an_old_message_that_is_given_up_leaves_the_newest_code_alone(sqlite_house: House) -> None:
    house = sqlite_house
    house.code_sender.tell_failed = passwords_of(house).sms_failed
    house.code_sender.gateway = plan = Plan(house)
    change = await page_opened(house, "8800000001")
    assert (await typed(house, change)).outcome == "sent"
    plan.to_do = ["again"]
    await house.code_sender.deliver()
    assert await house.place() == ("password", "sms_slow")
    house.clock.move(61)
    assert (await house.say("gui lai ma")).place == ("password", "page_code")
    plan.to_do = ["never", "ok"]
    await house.code_sender.deliver()
    assert await house.place() == ("password", "page_code"), "the old one is no news"
    assert (await confirm(house, change, house.sms[-1].text[:6])).outcome == "done"


async def test_that_a_message_is_late_is_told_once(sqlite_house: House) -> None:
    house = sqlite_house
    passwords, said = passwords_of(house), []

    async def announced(result: Any) -> None:
        said.append(result.address)

    passwords.announce = announced
    house.code_sender.tell_failed = passwords.sms_failed
    house.code_sender.gateway = plan = Plan(house)
    assert (await asked_for_a_code(house, "8800000001")).outcome == "sent"
    plan.to_do = ["again"] * 9
    for _ in range(8):
        await house.code_sender.deliver()
        house.clock.move(31)
    assert len(said) == 1


async def test_a_gateway_that_is_slow_for_one_holds_up_no_other(house: House) -> None:
    for n in range(1, 6):
        assert (await asked_for_a_code(house, f"88{n:08d}", f"terminal:{n}")).outcome == "sent"
    others, hangs, real = asyncio.Event(), asyncio.Event(), house.code_sender.gateway

    class Slow:
        async def send(self, sms: Sms) -> None:
            if sms.to == "0900000001":
                await hangs.wait()
            await real.send(sms)
            if len(house.sms) == 4:
                others.set()

    house.code_sender.gateway = Slow()
    under_way = asyncio.create_task(house.code_sender.deliver())
    await asyncio.wait_for(others.wait(), 5)
    while sorted(await rows_of(house, outbox.c.state)).count("sent") < 4:  # noqa: ASYNC110  # another's marks
        await asyncio.sleep(0.01)
    assert await house.code_sender.deliver() == [], "the slow one is not sent twice"
    hangs.set()
    assert len(await under_way) == 5


# -- what became of it


async def test_one_that_is_stuck_holds_up_no_other(place: str) -> None:
    backend = Backend()
    async with open_house(place, accounts=backend) as house:
        change, _ = await code_for(house, "8800000001")
        async with house.db.writing() as connection:
            row = dict((await connection.execute(select(password_changes))).one()._mapping)
            for n in range(60):
                stuck = f"{n:032d}"
                backend.of_change[stuck] = "unclear"
                old = {
                    "id": stuck,
                    "address": f"terminal:x{n}",
                    "state": "unclear",
                    "moved_at": house.clock() - 100,
                }
                await connection.execute(password_changes.insert().values(**row | old))
            await connection.execute(
                update(password_changes)
                .where(password_changes.c.id == change)
                .values(state="committing", moved_at=house.clock())
            )
        for _ in range(2):
            house.clock.move(6)
            await passwords_of(house).resume()
        assert await house.place() == ("", ""), "told"


async def test_one_that_breaks_holds_up_no_other_and_erasing_leaves_nothing(house: House) -> None:
    first, _ = await code_for(house, "8800000001", "terminal:a")
    await code_for(house, "8800000002", "terminal:b")
    await house.say("huy", "terminal:a")
    await page_opened(house, "8800000003", "terminal:a")
    async with house.db.writing() as connection:
        await connection.execute(
            update(password_changes).where(password_changes.c.state == "prepared").values(state="committing")
        )
    await house.say("xoa het du lieu cua toi", "terminal:a")
    await house.tell({"press": "Rút đồng ý và xóa"}, "terminal:a")
    async with house.db.reading() as connection:
        mine = select(password_changes.c.id).where(password_changes.c.address == "terminal:a")
        assert (await connection.execute(mine)).scalars().all() == [first], (
            "but for what is being carried out"
        )
    house.clock.move(10)
    await passwords_of(house).resume()
    assert await rows_of(house, password_changes.c.state) == ["done", "done"]
    assert await password_is(house, "8800000001", NEW) and await password_is(house, "8800000002", NEW)
    passwords, settle = passwords_of(house), passwords_of(house)._settle

    async def breaks(change: Any, *rest: Any) -> Any:
        if change.address == "terminal:a":
            raise RuntimeError("poison")
        return await settle(change, *rest)

    passwords._settle = breaks  # type: ignore[method-assign]  # one item is poisoned
    async with house.db.writing() as connection:
        await connection.execute(
            update(password_changes).values(state="committing", look_at=0.0, moved_at=0.0)
        )
    await passwords.resume()
    assert sorted(await rows_of(house, password_changes.c.state)) == ["committing", "done"]


async def test_what_was_changed_hours_ago_is_never_called_not_changed(sqlite_house: House) -> None:
    house = sqlite_house
    change, right = await code_for(house, "8800000001")
    passwords, settle = passwords_of(house), passwords_of(house)._settle

    async def dies(*given: Any) -> Any:
        raise asyncio.CancelledError

    passwords._settle = dies  # type: ignore[method-assign]  # the process ends before it writes it down
    with pytest.raises(asyncio.CancelledError):
        await passwords.confirm(change, right, Told())
    passwords._settle = settle  # type: ignore[method-assign]  # it is started again
    house.clock.move(5 * HOUR)
    async with house.db.writing() as connection:
        await changes.forget_old(connection, house.clock())
        await local.forget_old(connection, house.clock())
    assert await password_is(house, "8800000001", NEW)
    await passwords.resume()
    assert await rows_of(house, password_changes.c.state) == ["done"]


async def test_a_backend_that_has_forgotten_a_change_says_nothing_of_it(
    sqlite_place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.passwords.changing._ASKS_AGAIN", (0.01, 0.01))
    backend = Backend()
    backend.commits = None
    async with open_house(sqlite_place, accounts=backend) as house:
        change, right = await code_for(house, "8800000001")
        backend.of_change[change] = "none"
        assert (await confirm(house, change, right)).outcome == "unclear"
        for hours in (1, 20):
            house.clock.move(hours * HOUR)
            async with house.db.writing() as connection:
                await changes.forget_old(connection, house.clock())
            await passwords_of(house).resume()
            assert await house.place() == ("password", "unclear")
        backend.of_change[change] = "done"
        house.clock.move(61)
        await passwords_of(house).resume()
        assert await house.place() == ("", "")


# -- at the counter


async def _approved(house: House, code: str, phone: str = "") -> tuple[httpx.Response, str]:
    office = Office(house)
    first, second = await office.signed_in("officer"), await office.signed_in("officer")
    await first.post("/console/resets/ask", code=code, phone=phone, papers="id_card")
    page = (await second.look("/console/resets")).text
    reset = re.findall(r'name="reset" value="([0-9a-f]{32})"', page)[0]
    return await second.post("/console/resets/decide", reset=reset, act="approve"), reset


async def test_the_counter_approves_nothing_for_an_account_that_is_not_there(sqlite_house: House) -> None:
    house = sqlite_house
    done, _ = await _approved(house, "8899999999", "0900000077")
    assert done.status_code == 409 and "Không có tài khoản" in done.text and "/secure/" not in done.text


@pytest.mark.parametrize(
    ("stands", "phone", "says"),
    [
        ("none", "", "Không có tài khoản"),
        ("locked", "", "đang khóa"),
        (None, "", "chưa trả lời"),
        ("open", "0900000077", "không nhận số điện thoại mới"),
    ],
)
async def test_the_counter_asks_a_backend_before_it_approves(
    sqlite_place: str, stands: Standing | None, phone: str, says: str
) -> None:
    backend = Backend()
    backend.stands = stands
    async with open_house(sqlite_place, accounts=backend) as house:
        before = await rows_of(house, func.count(accounts.c.code))
        done, _ = await _approved(house, "8800000001", phone)
        assert done.status_code == 409 and says in done.text
        backend.stands = "open"
        done, _ = await _approved(house, "8800000001")
        assert "/secure/" in done.text
        assert await rows_of(house, func.count(accounts.c.code)) == before, "none is made here for theirs"


async def test_who_was_seen_at_the_counter_is_not_held_up_by_strangers(sqlite_house: House) -> None:
    house = sqlite_house
    await code_for(house, "8800000001", "web:x")
    case = await rows_of(house, otps.c.case_id)
    for n in range(12):
        async with house.db.writing() as connection:
            found = await proofs.load_case(connection, case[0], "web:x")
            assert found is not None
            await proofs.count_failure(connection, found.keys, budgets.Taker("web:x", f"s{n}"), house.clock())
    house.clock.move(61)
    done, reset = await _approved(house, "8800000001")
    assert "/secure/" in done.text
    change = await passwords_of(house).page_open_at(f"counter:{reset}")
    assert (await typed(house, change, "")).outcome == "sent"
    await house.code_sender.deliver()
    assert (await confirm(house, change, house.sms[-1].text[:6])).outcome == "done"


# -- every time that is told


async def test_every_time_that_is_told_is_the_one_that_is_set(sqlite_place: str) -> None:
    limits = Limits(otp_minutes=4, otp_resend_seconds=120)
    async with open_house(sqlite_place, accounts="local", limits=limits) as house:
        said = await house.say("tra cuu ma so", "telegram:8")
        await house.tell({"press": "Đồng ý"}, "telegram:8")
        told = ""
        for text in ("Lê Thị Hồng Thắm", "1958", "nhan ma otp", "nhap ma xong roi"):
            said = await house.say(text, "telegram:8")
            told += " ".join(row.body["text"] for row in said.rows)
        assert told.count("4 phút") == 2 and "5 phút" not in told and "10 phút" not in told, told
        assert not [ready.said for ready in READY_ANSWERS if re.search(r"\b(?:5|10) phút", ready.said)]
        house.code_sender.tell_failed = passwords_of(house).sms_failed
        house.code_sender.gateway = plan = Plan(house)
        change = await page_opened(house, "8800000001")
        answer = await typed(house, change)
        assert answer.result is not None and "4 phút" in answer.result.rows[0].body["text"]
        plan.to_do = ["again", "again"]  # the look-up's, too
        await house.code_sender.deliver()
        assert await house.place() == ("password", "sms_slow")
        late = await house.say("asdkj qwlekj zxmcn")
        assert "chờ anh/chị nhập mã" in late.rows[0].body["text"]


async def test_a_page_lasts_as_long_as_the_code_it_waits_for(sqlite_house: House) -> None:
    house = sqlite_house
    change = await page_opened(house, "8800000001")
    house.clock.move(9 * 60)
    assert (await typed(house, change)).outcome == "sent"
    house.clock.move(299)
    assert await passwords_of(house).page_open_at("terminal:t") == change
    await house.code_sender.deliver()
    assert (await confirm(house, change, house.sms[-1].text[:6])).outcome == "done"


async def test_nothing_is_called_over_while_it_is_carried_out(sqlite_house: House) -> None:
    house = sqlite_house
    await code_for(house, "8800000001")
    async with house.db.writing() as connection:
        await connection.execute(update(password_changes).values(state="committing", moved_at=house.clock()))
    assert (await house.say("xong roi")).place == ("password", "working")
    house.clock.move(301)
    said = (await house.say("abc xyz qwe")).rows[0].body
    assert "chuyển mật khẩu mới" in said["text"] and "chưa đổi" not in said["text"]


async def test_what_is_said_once_a_time_is_over_can_be_done(sqlite_house: House) -> None:
    house = sqlite_house
    await code_for(house, "8800000001")
    house.clock.move(301)
    said = (await house.say("asdkj qwlekj zxmcn")).rows[0].body
    for press in re.findall("“(.*?)”", said["text"]):
        assert press in said["options"]
    assert "hết giờ" in said["text"]


async def test_why_a_change_rests_speaks_of_changing(sqlite_place: str) -> None:
    async with open_house(sqlite_place, accounts="local", limits=Limits(sms_per_hour=1)) as house:
        assert (await asked_for_a_code(house, "8800000001")).outcome == "sent"
        paused = await asked_for_a_code(house, "8800000002", address="terminal:u")
        assert paused.outcome == "paused" and paused.result is not None
        said = paused.result.rows[0].body["text"]
        assert "chưa đổi" in said and "tra cứu" not in said and "mã số BHXH" not in said
