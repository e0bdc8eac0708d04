"""A password set anew at the counter: two officers, one link, an owner who types. Rule: requests go through the whole application."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from data.tables import accounts, audit, password_resets
from handlers.passwords import Told
from handlers.turns.json_contract import TypedPassword
from tests.consoles import Office, csrf_token_in
from tests.houses import House, open_house
from tests.passwords import NEW, passwords_of
from tests.test_password_change import password_is

HOME = "/console/resets"


async def test_two_officers_one_link_and_the_owner_types(place: str) -> None:
    async with open_house(place, accounts="local") as house:
        office = Office(house)
        first, second = await office.signed_in("officer"), await office.signed_in("officer")
        asked = await first.post(f"{HOME}/ask", code="8800000001", phone="0900000077", papers="id_card")
        assert asked.status_code == 303
        page = (await second.look(HOME)).text
        assert "880*****01" in page and "8800000001" not in page and "0900000077" not in page
        reset = re.findall(r'name="reset" value="([0-9a-f]{32})"', page)[0]
        own = await first.post(f"{HOME}/decide", reset=reset, act="approve")
        assert own.status_code == 409 and "/secure/" not in own.text
        done = await second.post(f"{HOME}/decide", reset=reset, act="approve")
        token = re.findall(r"/secure/([A-Za-z0-9_-]{43})", done.text)[0]
        again = await second.post(f"{HOME}/decide", reset=reset, act="approve")
        assert again.status_code == 409
        assert token not in (await second.look(HOME)).text
        await _typed_by_the_owner(house, reset)
        assert await password_is(house, "8800000001", NEW)
        async with house.db.reading() as connection:
            noted = [r.what for r in await connection.execute(select(audit).order_by(audit.c.id))]
            kept = (await connection.execute(select(password_resets))).one()
            changed_at = await connection.execute(
                select(accounts.c.phone_changed_at).where(accounts.c.code == "8800000001")
            )
            assert changed_at.scalar_one() is not None
        assert kept.sealed is None and kept.asked_by != kept.decided_by
        assert [w for w in noted if w.startswith(("reset", "password"))] == [
            "reset_asked",
            "reset_approved",
            "password_changed",
        ]


async def _typed_by_the_owner(house: House, reset: str) -> None:
    passwords = passwords_of(house)
    change = await passwords.page_open_at(f"counter:{reset}")
    answer = await passwords.submit(change, TypedPassword("", NEW, NEW), Told())
    assert answer.outcome == "sent"
    await house.code_sender.deliver()
    assert house.sms[-1].to == "0900000077"
    assert (await passwords.confirm(change, house.sms[-1].text[:6], Told())).outcome == "done"


@pytest.mark.parametrize(
    ("code", "phone", "papers"),
    [("88", "", "id_card"), ("8800000001", "12", "id_card"), ("8800000001", "", "a smile")],
)
async def test_what_is_no_account_phone_or_paper_is_refused(
    sqlite_place: str, code: str, phone: str, papers: str
) -> None:
    async with open_house(sqlite_place, accounts="local") as house:
        officer = await Office(house).signed_in("officer")
        refused = await officer.post(f"{HOME}/ask", code=code, phone=phone, papers=papers)
        assert refused.status_code == 422
        assert csrf_token_in(refused.text)
