"""Text messages through real gateways, against a pretend provider on loopback. Rule: what was charged is counted at the provider.

`..._without_...` takes the protection away and must then see a message charged twice.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import httpx
import pytest

from data import budgets, proofs
from data.accounts import changes
from data.limits import Limits
from data.tables import outbox
from handlers.delivery.sms import Sms, SmsRefused
from handlers.gateways import http_post
from handlers.gateways.esms import Esms
from handlers.gateways.generic import HttpGateway
from tests.fake_provider import Provider, provider
from tests.houses import open_house
from tests.passwords import asked_for_a_code

CODE = Sms("0900000001", "123456 la ma xac thuc", "web:1", "4711")


@pytest.fixture
async def esms(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Provider, Esms]]:
    monkeypatch.setattr(http_post, "REQUEST_SECONDS", 0.05)
    monkeypatch.setattr(http_post, "APART", 0.0)
    async with provider() as one, httpx.AsyncClient(trust_env=False) as client:
        yield one, Esms(client, "key", "secret", "BHXH", url=one.address)


async def test_a_message_is_asked_for_as_esms_documents_it(esms: tuple[Provider, Esms]) -> None:
    one, gateway = esms
    await gateway.send(CODE)
    assert one.asked == [
        {
            "ApiKey": "key",
            "SecretKey": "secret",
            "Phone": "0900000001",
            "Content": CODE.text,
            "Brandname": "BHXH",
            "SmsType": "2",
            "IsUnicode": "0",
            "RequestId": "4711",
            "Sandbox": "0",
        }
    ]
    assert one.charged == {"4711": CODE.text}


@pytest.mark.parametrize(
    ("plan", "charges", "again"),
    [
        (["100"], 0, None),
        (["124"], 0, None),
        (["103"], 0, False),  # no money left
        (["146"], 0, False),  # no such template
        (["101"], 0, False),
        (["99"], 0, True),  # an unknown error of theirs
        (["noise"], 0, True),
        (["503", "ok"], 1, None),
        (["reset", "ok"], 1, None),
        (["silent", "ok"], 1, None),
        (["lost", "ok"], 1, None),
        (["lost", "lost", "ok"], 1, None),
        (["lost", "lost", "lost"], 1, True),
        (["silent", "503", "reset"], 0, True),
    ],
)
async def test_each_answer_of_esms_is_understood(
    esms: tuple[Provider, Esms], plan: list[str], charges: int, again: bool | None
) -> None:
    one, gateway = esms
    one.plan = list(plan)
    if again is None:
        await gateway.send(CODE)
    else:
        with pytest.raises(SmsRefused) as said:
            await gateway.send(CODE)
        assert said.value.again is again
    assert one.charges == charges


@pytest.mark.parametrize("text", ["mã xác thực", "1" * 161])
async def test_what_is_no_ascii_in_one_segment_never_leaves(esms: tuple[Provider, Esms], text: str) -> None:
    one, gateway = esms
    with pytest.raises(SmsRefused):
        await gateway.send(Sms("0900000001", text, "web:1", "1"))
    assert one.asked == []


MANY = pytest.mark.parametrize("times", [20, pytest.param(100, marks=pytest.mark.soak)])


async def _often_lost(one: Provider, gateway: Esms, times: int) -> int:
    """A time-out after each was taken; how often one was charged for again."""
    for n in range(times):
        one.plan = ["lost"]
        await gateway.send(Sms("0900000001", CODE.text, "web:1", str(n)))
    assert len(one.charged) == times
    return one.charges - times


@MANY
async def test_a_time_out_after_a_message_was_taken_charges_for_no_second_one(
    esms: tuple[Provider, Esms], times: int
) -> None:
    assert await _often_lost(*esms, times) == 0


@MANY
async def test_without_the_request_id_each_would_be_charged_for_twice(
    esms: tuple[Provider, Esms], times: int
) -> None:
    esms[0].forgets = True
    assert await _often_lost(*esms, times) == times


async def test_a_server_of_ones_own_is_told_the_same_id_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_post, "REQUEST_SECONDS", 0.05)
    monkeypatch.setattr(http_post, "APART", 0.0)
    async with provider(["lost", "500", "ok"]) as one, httpx.AsyncClient(trust_env=False) as client:
        gateway = HttpGateway(client, one.address, "token")
        await gateway.send(CODE)
        assert {h["idempotency-key"] for h in one.headers} == {"4711"}
        assert {h["authorization"] for h in one.headers} == {"Bearer token"}
        assert one.charges == 1
        one.plan = ["403"]
        with pytest.raises(SmsRefused) as said:
            await gateway.send(CODE)
        assert not said.value.again


def test_every_message_of_ours_is_ascii_in_one_segment_without_a_link() -> None:
    from data.knowledge.content import load_content

    office, limits = load_content().office, Limits(otp_minutes=10)
    for text in (
        changes.code_text("012345", limits, office),
        changes.changed_text(office),
        proofs.sms_text("012345", limits, office),
        proofs.warning_text(office),
    ):
        assert text.isascii() and len(text) <= 160 and "http" not in text and ".vn" not in text, text
    assert "doi mat khau" in changes.code_text("012345", limits, office)


@pytest.mark.parametrize("plan", [["103"], ["146"]])
async def test_a_message_that_is_given_up_costs_no_attempt_and_is_told_at_once(
    place: str, monkeypatch: pytest.MonkeyPatch, plan: list[str]
) -> None:
    async with (
        provider(plan) as one,
        httpx.AsyncClient(trust_env=False) as client,
        open_house(place, accounts="local") as house,
    ):
        assert house.passwords is not None
        house.code_sender.gateway = Esms(client, "k", "s", "BHXH", url=one.address)
        house.code_sender.tell_failed = house.passwords.sms_failed
        began = time.monotonic()
        answer = await asked_for_a_code(house, "8800000001")
        assert answer.outcome == "sent"
        await house.code_sender.deliver()
        assert time.monotonic() - began < 10
        async with house.db.reading() as connection:
            states = [
                r.state for r in await connection.execute(outbox.select().where(outbox.c.lane == "otp"))
            ]
            assert states == ["failed"]
            assert (await connection.execute(proofs.otps.select())).all() == []
        assert await house.place() == ("password", "sms_failed")
        again = await house.say("gui lai ma")
        assert again.place == ("password", "page_code")
        await house.code_sender.deliver()
        assert one.charges == 1


async def test_above_the_budget_of_sms_none_is_asked_for(place: str) -> None:
    async with open_house(place, accounts="local", limits=Limits(sms_per_hour=1)) as house:
        assert (await asked_for_a_code(house, "8800000001")).outcome == "sent"
        refused = await asked_for_a_code(house, "8800000002", address="terminal:u")
        assert (refused.outcome, refused.facts["pause_of"]) == ("paused", budgets.ALL)
