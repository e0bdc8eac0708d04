"""The Official Account's door against a pretend Zalo, over real HTTP. Rule: look at what Zalo was told, and at the rows.

Where a docstring says "seen to fail", that change to the code was made and the test failed.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from data import desk
from data.desk import OUTSIDE
from data.desk.outside import WANT
from data.people import topics_of
from data.tables import conversations, dead_letters, events, outbox, people, tickets
from flows.conversations import consent, notices
from handlers.delivery.channel import SendResult
from handlers.delivery.text_split import units
from handlers.desk import Desk
from handlers.zalo.oa.api import OaMessage
from handlers.zalo.oa.errors import result_of
from handlers.zalo.oa.signature import Signature
from handlers.zalo.rendering import CHOOSE, parts
from tests.doors import Stage, open_stage
from tests.fake_zalo import Fault
from tests.fake_zalo_oa import APP, APP_SECRET, OA_SECRET, RETRIES, FakeZaloOa
from tests.houses import Places
from tests.zalo_pairs import oa_door
from tests.zalo_visitors import oa_door_of, oa_server_of

LAN, TU = "246845883529197922", "246845883529197923"


@pytest_asyncio.fixture
async def stage(places: Places) -> AsyncIterator[Stage]:
    async with open_stage(await places.sqlite(), {}) as one:
        yield one


@pytest.fixture
def zalo(stage: Stage) -> FakeZaloOa:
    return oa_server_of(stage)


async def rows(stage: Stage) -> list[int]:
    """How many rows there are of everything that an event can leave behind."""
    async with stage.house.db.reading() as connection:
        tables = (conversations, events, dead_letters, outbox, people, tickets)
        return [int(await connection.scalar(select(func.count()).select_from(t)) or 0) for t in tables]


async def states(stage: Stage, account: str) -> list[tuple[str, str]]:
    async with stage.house.db.reading() as connection:
        query = select(outbox.c.state, outbox.c.answer).where(outbox.c.address == f"zalo:{account}")
        return [(r.state, r.answer) for r in await connection.execute(query.order_by(outbox.c.id))]


async def says(stage: Stage, zalo: FakeZaloOa, account: str, text: str) -> list[str]:
    """What a person hears on a text of theirs."""
    before = len(zalo.texts(account))
    assert await zalo.deliver(zalo.text(account, text)) == 200
    await stage.calm()
    return zalo.texts(account)[before:]


# -- who calls


@pytest.mark.parametrize("prefixed", [True, False])
@pytest.mark.parametrize("by_header", [True, False])
async def test_each_form_of_the_signature_is_known(
    stage: Stage, zalo: FakeZaloOa, prefixed: bool, by_header: bool
) -> None:
    zalo.prefixed, zalo.by_header = prefixed, by_header
    heard = await says(stage, zalo, LAN, "menu")
    assert CHOOSE in heard[0]


@pytest.mark.parametrize("body", [b"", b"{}", b"{ }"])
async def test_registering_the_address_posts_an_empty_probe(
    stage: Stage, zalo: FakeZaloOa, body: bytes
) -> None:
    before = await rows(stage)
    status = await zalo.post(zalo.url, body, {"Content-Type": "application/json"})
    assert status == (200 if body.strip() in (b"", b"{}") else 401)
    assert await rows(stage) == before


def _forged(zalo: FakeZaloOa) -> dict[str, tuple[bytes, dict[str, str]]]:
    """Calls that do not come from Zalo, or not now, by what is wrong."""
    event = zalo.text(LAN, "menu")
    body, headers = zalo.signed(event)
    mac = headers["X-ZEvent-Signature"].removeprefix("mac=")
    stamp = event["timestamp"]
    keyed = hmac.new(OA_SECRET.encode(), APP.encode() + body + stamp.encode(), "sha256").hexdigest()
    old = {**event, "timestamp": str(int(stamp) - 3 * 86_400_000)}
    early = {**event, "timestamp": str(int(stamp) + 7_200_000)}
    timeless = {k: v for k, v in event.items() if k != "timestamp"}
    other = {**event, "app_id": "1"}
    untimed = zalo.signed(timeless)

    def signature(value: str) -> dict[str, str]:
        return {"X-ZEvent-Signature": value, "Content-Type": "application/json"}

    no_key = hashlib.sha256(APP.encode() + body + stamp.encode()).hexdigest()
    return {
        "no signature": (body, {"Content-Type": "application/json"}),
        "an empty one": (body, signature("")),
        "mac= alone": (body, signature("mac=")),
        "another key": zalo.signed(event, secret="another-secret-key"),
        "the app's key": zalo.signed(event, secret=APP_SECRET),
        "an empty key": zalo.signed(event, secret=""),
        "no key at all": (body, signature(f"mac={no_key}")),
        "HMAC": (body, signature(f"mac={keyed}")),
        "cut off": (body, signature(f"mac={mac[:-1]}")),
        "longer": (body, signature(f"mac={mac}0")),
        "not hexadecimal": (body, signature("mac=" + "g" * 64)),
        "zeros": (body, signature("mac=" + "0" * 64)),
        "Unicode digits": (body, {**signature(""), "X-ZEvent-Signature": "mac=" + "\u0663" * 8}),
        "one byte changed": (body.replace(b"menu", b"menv"), headers),
        "written anew": (json.dumps(event, indent=1).encode(), headers),
        "something behind it": (body + b" ", headers),
        "another sender": (body.replace(LAN.encode(), TU.encode()), headers),
        "another time": (body.replace(stamp.encode(), b"1"), headers),
        "captured three days ago": zalo.signed(old),
        "two hours early": zalo.signed(early),
        "no time": untimed,
        "an unsigned time": (untimed[0], untimed[1] | {"X-ZEvent-Timestamp": stamp}),
        "another app": zalo.signed(other),
        "no object": (b"[]", headers),
        "no JSON": (b"\xff\xfe", headers),
        "an unsigned unsubscribe": (b'{"event_name":"unfollow"}', {}),
    }


async def test_what_is_forged_is_refused_and_leaves_nothing_behind(stage: Stage, zalo: FakeZaloOa) -> None:
    """Seen to fail with `signs` answering "body" to everything, and with `_is_timely` always true."""
    before = await rows(stage)
    statuses = {
        why: await zalo.post(zalo.url, body, headers) for why, (body, headers) in _forged(zalo).items()
    }
    assert statuses == dict.fromkeys(statuses, 401)
    assert await rows(stage) == before
    assert zalo.texts(LAN) == []
    large, headers = zalo.signed(zalo.text(LAN, "a" * 2_000_000))
    assert await zalo.post(zalo.url, large, headers) == 413
    assert await rows(stage) == before


def test_a_signature_is_compared_without_believing_the_body() -> None:
    """Odd bodies and headers are refused, not raised at."""
    signature = Signature(APP, OA_SECRET)
    deep = b'{"timestamp":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    for body in (b"", b"null", b"[1]", b'"x"', deep, b'{"timestamp":{"a":1}}', b"\x00" * 100):
        assert signature.signs(body, b"mac=" + b"0" * 64, b"1") == ""
    assert signature.signs(b"{}", ("mac=" + signature.of(b"{}", "")).encode()) == "body"
    assert signature.signs(b"{}", ("mac=" + signature.of(b"{}", "7")).encode(), b"7") == "header"
    assert Signature(APP, "").signs(b"{}", Signature(APP, "").of(b"{}", "").encode()) == "", "no key, no door"


# -- once, in any order


async def test_an_event_is_acted_on_once_however_often_it_comes(stage: Stage, zalo: FakeZaloOa) -> None:
    event = zalo.text(LAN, "menu")
    assert await asyncio.gather(*(zalo.deliver(event, retry=n) for n in range(5))) == [200] * 5
    await stage.calm()
    assert await zalo.deliver(event) == 200
    await stage.calm()
    assert len(zalo.texts(LAN)) == 1


async def test_events_out_of_order_are_each_answered(stage: Stage, zalo: FakeZaloOa) -> None:
    first, second = zalo.text(LAN, "menu"), zalo.text(LAN, "trợ giúp")
    for event in (second, first, second):
        assert await zalo.deliver(event) == 200
    await stage.calm()
    assert len(zalo.texts(LAN)) == 2


async def test_zalos_own_retries_find_us_when_we_are_back(stage: Stage, zalo: FakeZaloOa) -> None:
    """30 s, 5 min, 15 min, 30 min, 1 h with the old time in the body: the last one is still taken."""
    here, zalo.url = zalo.url, "http://127.0.0.1:9/"

    async def sleep(seconds: float) -> None:
        stage.house.clock.move(seconds)
        if seconds == RETRIES[-1]:
            zalo.url = here

    assert await zalo.insist(zalo.text(LAN, "menu"), sleep) == list(RETRIES)
    await stage.calm()
    assert len(zalo.texts(LAN)) == 1


async def test_other_accounts_groups_and_receipts_are_left_alone(stage: Stage, zalo: FakeZaloOa) -> None:
    before = await rows(stage)
    elsewhere = zalo.text(LAN, "menu") | {"recipient": {"id": "999"}}
    others = [
        elsewhere,
        zalo.event("user_send_group_text", LAN, message={"text": "menu", "msg_id": "g1"}),
        zalo.event("anonymous_send_text", LAN, message={"text": "menu", "msg_id": "g2"}),
        zalo.event("user_received_message", LAN, message={"msg_id": "r1"}),
        zalo.event("user_seen_message", LAN, message={"msg_ids": ["r1"]}),
        zalo.by_officer(LAN, "Dạ", "") | {"event_name": "oa_send_group_text"},
        zalo.event("a_kind_of_tomorrow", LAN),
    ]
    assert [await zalo.deliver(e) for e in others] == [200] * len(others)
    await stage.calm()
    assert await rows(stage) == before
    assert oa_door_of(stage).ignored.total() == len(others)


async def test_what_zalo_never_sends_is_a_dead_letter_without_its_values(
    stage: Stage, zalo: FakeZaloOa
) -> None:
    assert await zalo.deliver(zalo.text("no id!", "bí mật")) == 200
    async with stage.house.db.reading() as connection:
        (letter,) = await connection.execute(select(dead_letters))
    assert (letter.door, letter.why) == ("zalo", "no user id")
    assert "bí mật" not in letter.shape


# -- what goes out


async def test_our_own_sends_come_back_and_are_not_taken_for_anybody(stage: Stage, zalo: FakeZaloOa) -> None:
    await says(stage, zalo, LAN, "menu")
    await zalo.until(lambda: oa_door_of(stage).ignored["an echo"] == 1)
    assert len(zalo.texts(LAN)) == 1


@pytest.mark.parametrize(
    ("code", "state"),
    [
        *((code, "blocked") for code in (-213, -217, -227, -230, -232, -244, -305, -311)),
        *((code, "failed") for code in (-201, -210, -218, -233, -248)),
        *((code, "hold") for code in (-224, -207, -208, -215, -242, -320, -321, -216, -220)),
        *((code, "wait") for code in (-32, -211, -234)),
        *((code, "again") for code in (-200, -100, -9999, 7)),
        (0, "sent"),
    ],
)
def test_every_code_of_the_table_has_its_meaning(code: int, state: str) -> None:
    assert result_of(code, silence=60.0).state == state


async def test_who_cannot_be_written_to_any_more_is_left_alone_until_they_write(
    stage: Stage, zalo: FakeZaloOa
) -> None:
    zalo.plan(Fault("-230", times=1))
    assert await says(stage, zalo, LAN, "menu") == []
    assert await states(stage, LAN) == [("blocked", "")]
    assert len(await says(stage, zalo, LAN, "menu")) == 1


@pytest.mark.parametrize("fault", [Fault("-216", times=1), Fault("-220", times=1)])
async def test_an_old_token_is_exchanged_once_and_the_message_goes_out(
    stage: Stage, zalo: FakeZaloOa, fault: Fault
) -> None:
    zalo.plan(fault)
    assert len(await says(stage, zalo, LAN, "menu")) == 1
    assert len(zalo.used) == 1
    assert zalo.refused == []


async def test_limits_and_lost_answers_are_waited_out(places: Places) -> None:
    """-32, a connection that breaks, an answer that is lost: the reply arrives; only the lost one may be twice there."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    async with open_stage(await places.sqlite(), {}) as stage:
        fake = oa_server_of(stage)
        sender = oa_door_of(stage).reply_sender
        sender._sleep = sleep
        for faults, sent, waits in (
            ([Fault("-32", times=2)], 1, [60.0, 60.0]),
            ([Fault("reset", times=1)], 1, [1.0]),
            ([Fault("garbage", times=1)], 2, [1.0]),
            ([Fault("lost", times=1)], 2, [1.0]),
            ([Fault("-200", times=3)], 1, [1.0, 2.0, 4.0]),
            ([Fault("-224", times=1)], 1, [1.0]),
        ):
            pauses.clear()
            fake.plan(*faults)
            assert len(await says(stage, fake, LAN, "menu")) == sent, faults
            assert pauses == waits, faults


async def test_a_long_answer_is_cut_between_sentences(stage: Stage) -> None:
    text = " ".join(f"Câu thứ {n} nói một việc cần làm trên ứng dụng VssID." for n in range(90))
    cut = parts({"text": text, "options": ["Menu", "Quay lại"]}, "zalo")
    assert len(cut) == 3
    assert all(units(part) <= 2000 for part in cut)
    assert all(part.endswith("VssID.") for part in cut[:-1])
    assert cut[-1].endswith(f"{CHOOSE}\n1. Menu\n2. Quay lại")


@pytest.mark.parametrize("taken", [True, False])
async def test_buttons_stand_beside_the_numbers_and_fall_away_where_they_are_refused(
    stage: Stage, zalo: FakeZaloOa, taken: bool, tmp_path: Any
) -> None:
    zalo.buttons = taken
    door = oa_door(stage.house, zalo, tmp_path, buttons=True)
    (message,) = door.channel.parts({"text": "Chọn", "options": ["Tra cứu", "Menu"]}, LAN)
    assert isinstance(message, OaMessage)
    assert message.buttons == ("Tra cứu", "Menu")
    assert await door.channel.send(LAN, message) == SendResult("sent")
    await door.channel.stop()
    calls = [c for c in zalo.calls if c.account == LAN]
    assert ["attachment" in c.fields for c in calls] == ([True] if taken else [True, False])
    assert calls[-1].text.endswith("1. Tra cứu\n2. Menu")


# -- officers, followers


async def test_an_officer_who_writes_in_zalos_own_tool_takes_the_conversation_over(
    stage: Stage, zalo: FakeZaloOa
) -> None:
    """The bot falls silent, the words are in the ticket, an officer at the console takes it over and hands it back."""
    house = stage.house
    await says(stage, zalo, LAN, "tra cuu")
    asked = await says(stage, zalo, LAN, "dong y")
    by_hand = zalo.by_officer(LAN, "Chào cô, tôi là cán bộ trực OA", "admin-7")
    for _ in range(2):
        assert await zalo.deliver(by_hand) == 200
    assert await says(stage, zalo, LAN, "dạ con hỏi chút") == []
    async with house.db.reading() as connection:
        ticket = await desk.open_at(connection, house.seal, f"zalo:{LAN}")
        assert ticket is not None
        lines = await desk.messages(connection, house.seal, ticket.id)
    assert (ticket.officer, ticket.state, ticket.card.want) == (OUTSIDE, "claimed", WANT)
    assert [(m.who, m.text) for m in lines] == [
        ("officer", "Chào cô, tôi là cán bộ trực OA"),
        ("citizen", "dạ con hỏi chút"),
    ]
    at_the_desk = Desk(house.turns, say={"zalo": oa_door_of(stage).say})
    assert await at_the_desk.claim(ticket.id, "lan") == "yours"
    assert await at_the_desk.hand_back(ticket.id, "lan")
    await stage.calm()
    assert asked[0].partition("\n")[0] in zalo.texts(LAN)[-1]


async def test_the_bot_goes_on_when_that_officer_was_silent_for_hours(stage: Stage, zalo: FakeZaloOa) -> None:
    await says(stage, zalo, LAN, "menu")
    await zalo.deliver(zalo.by_officer(LAN, "Tôi xem rồi báo lại", "admin-7"))
    stage.house.clock.move(7 * 3600)
    assert await says(stage, zalo, LAN, "cảm ơn") == []
    assert "Cán bộ đang trả lời" in (await says(stage, zalo, LAN, "menu"))[0]
    stage.house.clock.move(1.1 * 3600)
    assert len(await says(stage, zalo, LAN, "menu")) == 1


async def test_who_follows_is_offered_notices_and_who_leaves_hears_no_more(
    stage: Stage, zalo: FakeZaloOa
) -> None:
    follows = zalo.followed(LAN)
    assert [await zalo.deliver(follows), await zalo.deliver(follows)] == [200, 200]
    await stage.calm()
    assert [text.partition("\n")[0] for text in zalo.texts(LAN)] == [notices.WORDING]
    await says(stage, zalo, LAN, consent.AGREE)
    heard = await says(stage, zalo, LAN, "1")
    assert "Anh/chị đang nhận" in heard[0]
    assert await zalo.deliver(zalo.followed(LAN, left=True)) == 200
    async with stage.house.db.reading() as connection:
        row = (
            await connection.execute(select(conversations).where(conversations.c.address == f"zalo:{LAN}"))
        ).one()
        assert row.blocked_at is not None
        assert await topics_of(connection, row.person) == ()


async def test_a_phone_typed_into_zalos_form_proves_nothing(stage: Stage, zalo: FakeZaloOa) -> None:
    for text in ("tra cuu", "dong y", "Trần Thị Bé Ba", "17/01/1983"):
        heard = await says(stage, zalo, LAN, text)
    assert "chứng minh số điện thoại" in heard[-1]
    form = zalo.event("user_submit_info", LAN, info={"name": "Trần Thị Bé Ba", "phone": "84900000001"})
    assert await zalo.deliver(form) == 200
    await stage.calm()
    assert "8800000001" not in "\n".join(zalo.texts(LAN))
    async with stage.house.db.reading() as connection:
        assert [r.phone_key for r in await connection.execute(select(people))] == [None]


async def test_pictures_are_never_opened_and_several_are_one_act(stage: Stage, zalo: FakeZaloOa) -> None:
    heard = []
    for n in range(3):
        picture = [{"type": "image", "payload": {"url": f"{zalo.base}/never/{n}.jpg"}}]
        message = {"msg_id": f"i{n}", "attachments": picture}
        assert await zalo.deliver(zalo.event("user_send_image", LAN, message=message)) == 200
        await stage.calm()
        heard.append(len(zalo.texts(LAN)))
    assert "không mở và không tải ảnh" in zalo.texts(LAN)[0]
    assert {c.method for c in zalo.calls} == {"cs"}
