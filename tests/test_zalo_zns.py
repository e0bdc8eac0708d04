"""One-time codes by ZNS against a pretend Zalo. Rule: look at what Zalo was posted, and at the row of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.delivery.sms import CodeSender, Sms
from handlers.zalo.zns import UNREACHED, ZnsGateway
from tests.fake_zalo import Fault
from tests.fake_zalo_oa import FakeZaloOa, fake_zalo_oa
from tests.houses import House
from tests.zalo_pairs import authorise, oa_api

PHONE = "0900000001"


class Behind:
    """The SMS gateway behind it."""

    def __init__(self) -> None:
        self.sent: list[Sms] = []

    async def send(self, sms: Sms) -> None:
        self.sent.append(sms)


def gateway(house: House, fake: FakeZaloOa, folder: Path, behind: Behind | None = None) -> ZnsGateway:
    return ZnsGateway(oa_api(house, fake, folder), fake.base, "12345", behind=behind)


async def test_a_code_of_a_look_up_leaves_by_zns(house: House, tmp_path: Path) -> None:
    """Its template's one field is the code; nothing of the text goes with it."""
    async with fake_zalo_oa(clock=house.clock, echoes=False) as fake:
        await authorise(house, fake)
        one = gateway(house, fake, tmp_path)
        for text in ("tra cuu", "dong y", "Trần Thị Bé Ba", "17/01/1983"):
            await house.say(text)
        asked = await house.say("nhan ma")
        assert len(asked.codes_out) == 1
        sender = CodeSender(house.db, house.seal, one, holder=house.turns.holder, clock=house.clock)
        (sms,) = await sender.deliver(asked.codes_out)
        (call,) = fake.calls
        assert call.fields == {
            "phone": "84900000001",
            "template_id": "12345",
            "template_data": {"otp": sms.text[:6]},
        }
        assert list(await sender.deliver()) == [], "it is sent once"
        await one.stop()


@pytest.mark.parametrize("code", sorted(UNREACHED))
async def test_who_has_no_zalo_gets_an_sms(sqlite_house: House, tmp_path: Path, code: int) -> None:
    async with fake_zalo_oa(clock=sqlite_house.clock, echoes=False) as fake:
        await authorise(sqlite_house, fake)
        behind = Behind()
        one = gateway(sqlite_house, fake, tmp_path, behind)
        fake.plan(Fault(str(code)))
        sms = Sms(PHONE, "123456 la ma xac thuc", "web:1")
        await one.send(sms)
        await one.send(Sms(PHONE, "Co nguoi nhap sai ma", "web:1"))
        assert [s.text for s in behind.sent] == [sms.text, "Co nguoi nhap sai ma"]
        alone = gateway(sqlite_house, fake, tmp_path)
        with pytest.raises(OSError, match=f"{code}"):
            await alone.send(sms)
        await alone.stop()
        await one.stop()


@pytest.mark.parametrize(
    "fault", [Fault("-115"), Fault("-133"), Fault("lost"), Fault("garbage"), Fault("reset")]
)
async def test_what_is_not_taken_is_said_and_names_no_phone(
    sqlite_house: House, tmp_path: Path, fault: Fault
) -> None:
    async with fake_zalo_oa(clock=sqlite_house.clock, echoes=False) as fake:
        await authorise(sqlite_house, fake)
        one = gateway(sqlite_house, fake, tmp_path)
        fake.plan(fault)
        with pytest.raises(OSError, match="ZNS") as caught:
            await one.send(Sms(PHONE, "123456 la ma xac thuc", "web:1"))
        assert PHONE[1:] not in str(caught.value)
        assert "123456" not in str(caught.value)
        await one.stop()


async def test_an_old_token_is_exchanged_and_the_code_sent(sqlite_house: House, tmp_path: Path) -> None:
    async with fake_zalo_oa(clock=sqlite_house.clock, echoes=False) as fake:
        await authorise(sqlite_house, fake)
        one = gateway(sqlite_house, fake, tmp_path)
        fake.plan(Fault("-124", times=1))
        await one.send(Sms(PHONE, "123456 la ma xac thuc", "web:1"))
        assert [c.answer for c in fake.calls] == ["-124", "ok"]
        assert len(fake.used) == 1
        await one.stop()
