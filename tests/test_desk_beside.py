"""What is answered while an officer has the conversation. Rule: every test holds on a SQLite file and on PostgreSQL."""

from __future__ import annotations

import pytest

from flows.conversations.officer.answers import BACK_TO_BOT, LEAVE, STAY
from handlers.turns.ticket_log import LEFT_OFFICER
from tests.desks import Citizen, conversation, desk_of, open_ticket, texts_of, ticket_of
from tests.houses import House
from tests.test_desk import LAN
from tests.test_desk_transfers import held


async def _said(house: House, citizen: Citizen, words: str) -> list[str]:
    return [str(row.body["text"]) for row in (await citizen.writes(words)).rows]


OUT = ("menu", "hủy", "quay lai", "gặp cán bộ", "tổng đài", "cho xin số tổng đài")
THEIRS = (
    *("chào anh", "giúp tôi với", "có", "1", "rồi", "không", "dạ hủy thẻ cũ thì sao", "tổng đài nói tôi chờ"),
    *(
        "tôi không gặp được ai ở xã cả",
        "cán bộ xã không cho gặp",
        "anh xóa giúp hồ sơ cũ",
        "em giữ thẻ của tôi hả",
    ),
)


async def test_words_that_lead_out_are_answered_with_officer_hotline_and_a_way_back(house: House) -> None:
    """Seen to fail: `_to_the_desk` without `_beside_officer`: no answer at all."""
    citizen, _, ticket, _ = await held(house)
    for words in OUT:
        (row,) = (await citizen.writes(words)).rows
        assert row.body["text"].startswith("Cán bộ Lan đang trả lời anh/chị tại đây, phiếu số 1")
        assert "1900 9068" in row.body["text"]
        assert row.body["options"] == [BACK_TO_BOT, "Dữ liệu của tôi"]
    assert await texts_of(house, ticket, "citizen") == list(OUT)
    (asked,) = (await citizen.writes("1")).rows  # on a channel without buttons
    assert asked.body["options"] == [LEAVE, STAY]
    assert (await conversation(house, LAN)).owner == "officer"


async def test_what_is_said_to_the_officer_is_the_officer_s_alone(house: House) -> None:
    citizen, _, ticket, _ = await held(house)
    assert [words for words in THEIRS if await _said(house, citizen, words)] == []
    assert await texts_of(house, ticket, "citizen") == list(THEIRS)


async def test_leaving_is_confirmed_told_to_the_officer_and_goes_on_at_the_same_step(house: House) -> None:
    """Seen to fail: `desk.leave` left out: the ticket stayed the officer's and the conversation nobody's."""
    citizen, _, ticket, (lan, _, _) = await held(house)
    await citizen.writes("hỏi thêm ab")
    (asked,) = (await citizen.writes("thôi, về trợ lý")).rows
    assert asked.body["options"] == [LEAVE, STAY]
    assert (await conversation(house, LAN)).owner == "officer"
    left = await _said(house, citizen, LEAVE)
    assert left[0].startswith("Dạ, mình về lại với trợ lý")
    found = await conversation(house, LAN)
    assert (found.owner, found.ticket) == ("bot", None)
    closed = await ticket_of(house, ticket)
    assert (closed.state, closed.reason) == ("closed", "left")
    assert await texts_of(house, ticket, "note") == [LEFT_OFFICER]
    assert {"hỏi thêm ab", "thôi, về trợ lý"} <= set(await texts_of(house, ticket, "citizen"))
    assert await desk_of(house).answer(ticket, lan, "Chào bác", "k1") == "not_yours"
    assert (await citizen.writes("menu")).rows


@pytest.mark.parametrize("words", ["có", "1"])
async def test_the_question_whether_to_leave_hears_a_short_yes(sqlite_house: House, words: str) -> None:
    house = sqlite_house
    citizen, _, _, _ = await held(house)
    await citizen.writes("về trợ lý")
    await citizen.writes(words)
    assert (await conversation(house, LAN)).owner == "bot"


async def test_a_short_yes_after_the_officer_spoke_is_the_officer_s(house: House) -> None:
    """Seen to fail: `answer` without `asked_at=None`: "có" left the officer."""
    citizen, _, ticket, (lan, _, _) = await held(house)
    await citizen.writes("về trợ lý")
    assert await desk_of(house).answer(ticket, lan, "Bác nộp tờ khai chưa?", "k1") == "sent"
    assert [words for words in ("có", "1", "rời") if await _said(house, citizen, words)] == []
    assert (await conversation(house, LAN)).owner == "officer"


async def test_staying_is_heard_too(house: House) -> None:
    citizen, _, _, _ = await held(house)
    await citizen.writes("về trợ lý")
    assert await _said(house, citizen, "ở lại") == ["Dạ, Cán bộ Lan vẫn đang trả lời anh/chị tại đây."]
    assert await _said(house, citizen, "có") == []
    assert (await conversation(house, LAN)).owner == "officer"


async def test_one_s_data_is_shown_beside_the_officer_and_kept(house: House) -> None:
    citizen, _, ticket, _ = await held(house)
    for words in ("dữ liệu của tôi", "mấy bạn đang giữ gì của tôi", "xóa dữ liệu của tôi đi"):
        (shown,) = await _said(house, citizen, words)
        assert shown.startswith("Tôi đang giữ về anh/chị:")
        kept = await _said(house, citizen, "Giữ lại")
        assert kept == ["Tôi giữ nguyên. Lúc nào muốn xóa, anh/chị gõ “dữ liệu của tôi”."]
        assert (await conversation(house, LAN)).owner == "officer"
    assert await _said(house, citizen, "hỏi thêm ab") == []
    assert (await texts_of(house, ticket, "citizen"))[-1] == "hỏi thêm ab"


async def test_one_s_data_can_be_erased_beside_the_officer(house: House) -> None:
    """Seen to fail: `_beside_officer` without `owner=BOT`: erased, and locked in with nobody."""
    citizen, _, ticket, _ = await held(house)
    await citizen.writes("dữ liệu của tôi")
    erased = await _said(house, citizen, "Rút đồng ý và xóa")
    assert erased[0].startswith("Đã rút đồng ý và xóa")
    assert await open_ticket(house, LAN) is None
    assert (await conversation(house, LAN)).owner == "bot"
    assert (await ticket_of(house, ticket)).reason == "erased"
    assert (await citizen.writes("menu")).rows


async def test_a_number_meant_for_the_officer_erases_nothing(house: House) -> None:
    """Seen to fail: `dialogue.beside` that reads numbers without `asked`: all was erased."""
    citizen, _, ticket, (lan, _, _) = await held(house)
    await citizen.writes("dữ liệu của tôi")
    assert await desk_of(house).answer(ticket, lan, "Bác chọn 1 hay 2?", "k1") == "sent"
    assert await _said(house, citizen, "1") == []
    assert await _said(house, citizen, "co") == []
    assert (await ticket_of(house, ticket)).state == "claimed"


async def test_what_the_officer_interrupted_goes_on_after_one_s_data_was_looked_at(house: House) -> None:
    """Seen to fail: `put_back` without `below`: the registration was forgotten."""
    citizen, _, _, _ = await held(house)
    await citizen.writes("về trợ lý")
    await citizen.writes(LEAVE)
    await citizen.writes("đăng ký")
    before = await conversation(house, LAN)
    ticket = await citizen.asks_for_an_officer()
    waiting = await conversation(house, LAN)
    assert waiting.state.flow == before.state.flow
    desk = desk_of(house)
    assert await desk.claim(ticket, "ham") == "yours"
    await citizen.writes("dữ liệu của tôi")
    await citizen.writes("menu")
    after = await conversation(house, LAN)
    assert (after.state.flow, after.state.step) == (waiting.state.flow, waiting.state.step)
    await citizen.writes("dữ liệu của tôi")
    assert await desk.hand_back(ticket, "ham")
    back = await conversation(house, LAN)
    assert (back.state.flow, back.state.step) == (waiting.state.flow, waiting.state.step)


async def test_a_secret_beside_the_officer_is_still_kept_nowhere(house: House) -> None:
    citizen, _, ticket, _ = await held(house)
    result = await citizen.writes("mật khẩu của tôi là Hoa@12345")
    assert result.forget
    assert "Hoa@12345" not in str(await texts_of(house, ticket, "citizen"))
