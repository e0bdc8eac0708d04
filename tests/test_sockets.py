"""The chat's sockets and the marks they cause: what strangers send, who does not read, how many may be open. Rule: none of it reaches another."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from data import outbox
from data.outbox import Seen
from handlers.turns import marks
from handlers.turns.json_contract import BadInput, read_json, read_object
from handlers.web.sockets import ELSEWHERE, FULL, SLOW, SocketLimits
from tests.desks import HAM, PATIENCE, desk_of, rows_at, texts_of
from tests.houses import House, open_house
from tests.test_desk_web import Page, asks_on, publish_a_notice, web_of

NUMBERS: tuple[Any, ...] = (
    True,
    False,
    1.0,
    1.5,
    float("nan"),
    float("inf"),
    "1",
    None,
    [],
    [1],
    {},
    {"a": 1},
)
OTHER = "another-visitor-of-a-test-00000000000"


# -- frames


async def test_what_is_no_whole_number_is_refused_and_marks_go_on(house: House) -> None:
    """Seen to fail: `reply_number` without `typed`: true raises in the UPDATE, for ever."""
    page = await Page(web_of(house)).open()
    for name in ("seen", "after"):
        for value in NUMBERS:
            before = len(page.frames)
            page.tells({name: value})
            await page.until(lambda before=before: len(page.frames) > before)  # type: ignore[misc]  # of now
            assert page.frames[-1] == {"error": f"Giá trị của {name} không đúng dạng."}
    for value in (10**400, -(10**30), 2**63):  # whole numbers, whatever they claim
        page.tells({"seen": value})
    await page.says("menu")
    await page.close()
    await asyncio.wait_for(house.turns.settled(), PATIENCE)
    assert {row.state for row in await rows_at(house, page.address)} == {"sent"}


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_KEYS = st.sampled_from(("text", "press", "contact", "file", "secure", "wait", "id", "x"))
_INNER = st.dictionaries(
    st.sampled_from(("phone", "own", "name", "bytes", "type", "path", "otp", "old")), _ANY, max_size=4
)


@given(st.dictionaries(_KEYS, _ANY | _INNER, max_size=3))
@settings(
    max_examples=10_000 if os.environ.get("TROLY_SOAK") == "1" else 60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_any_object_is_an_event_or_one_clear_sentence(given_object: dict[str, Any]) -> None:
    told = "."
    try:
        read_object(given_object, 2000)
    except BadInput as bad:
        told = str(bad)
    assert told.endswith(".")
    assert "\n" not in told


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "[]",
        "1",
        "true",
        "{",
        '{"a":' * 100_000,
        "[" * 60_000,
        '{"seen": ' + "9" * 5000 + "}",
        '{"text": NaN',
    ],
    ids=lambda frame: frame[:10] or "nothing",
)
def test_what_is_no_object_is_none(frame: str) -> None:
    assert read_json(frame) is None


@pytest.mark.parametrize(
    "given_object",
    [
        {"press": True},
        {"press": 1.0},
        {"text": 1},
        {"contact": {"phone": "0900000001", "own": 1}},
        {"file": {"name": "a.jpg", "bytes": True, "type": "image/jpeg"}},
        {"file": {"name": "a.jpg", "bytes": 1e6, "type": "image/jpeg"}},
        {"file": {"name": "a.jpg", "bytes": -1, "type": "image/jpeg"}},
        {"file": {"path": 1}},
        {"file": {"path": "a\0b"}},
        {"secure": {"otp": 123456}},
        {"wait": 6},
    ],
    ids=str,
)
def test_a_value_of_another_type_is_refused(given_object: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        read_object(given_object, 2000)


@pytest.mark.parametrize(
    "frame",
    [
        {"press": "mật khẩu của tôi là Hoa@2468xyz"},
        {"file": {"name": "mật khẩu của tôi là Hoa@2468xyz.jpg", "bytes": 9, "type": "image/jpeg"}},
    ],
    ids=["label", "file name"],
)
async def test_a_secret_in_an_unknown_label_or_a_file_name_reaches_no_officer(
    house: House, frame: dict[str, Any]
) -> None:
    """Seen to fail: `_secret_of` for typed texts only."""
    page = await Page(web_of(house)).open()
    ticket = await asks_on(page, house)
    assert await desk_of(house).claim(ticket, HAM) == "yours"
    page.tells({"id": "secret", **frame})
    await page.until(lambda: any(f.get("for") == "secret" for f in page.frames))
    answer = next(f for f in page.frames if f.get("for") == "secret")
    assert answer.get("forget") is True
    assert "Hoa@2468xyz" not in str(await texts_of(house, ticket, "citizen"))
    await page.close()


# -- marks


async def test_a_mark_that_cannot_be_written_is_given_up_and_holds_up_nobody(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail: `failed` that keeps every group whole: the good marks are never written."""
    monkeypatch.setattr(marks, "PAUSES", (0.001,))
    monkeypatch.setattr(outbox, "mark_seen", _poisoned(outbox.mark_seen, ValueError("secret words")))
    said = {f"web:{n}": await house.say("menu", f"web:{n}") for n in range(5)}
    seen = [Seen(address, 1, result.said) for address, result in said.items()]
    house.turns.mark_seen([*seen[:2], Seen("web:poison", 1, 1), *seen[2:]])
    again = await house.say("trợ giúp", "web:0")  # a turn beside it
    assert again.rows
    await asyncio.wait_for(house.turns.settled(), PATIENCE)
    for address, result in said.items():
        states = [row.state for row in await rows_at(house, address) if row.number <= result.said]
        assert set(states) == {"sent"}
    assert house.turns._marks.given_up == 1
    assert caplog.text.count("a mark cannot be written") == 1
    assert "secret words" not in caplog.text and "poison" not in caplog.text


def _poisoned(mark_seen: Any, wrong: Exception, *, times: int = 10**9) -> Any:
    """`mark_seen` that fails so many times where the poisoned address is among what it gets."""
    left = times

    async def written(connection: Any, seen: Any, at: float) -> None:
        nonlocal left
        if left and any(one.address == "web:poison" for one in seen):
            left -= 1
            raise wrong
        await mark_seen(connection, seen, at)

    return written


async def test_marks_outlive_an_outage_and_a_fault_that_looks_like_one_is_found(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nothing else can be written marks wait whole; when the others are written, one that fails is at fault itself."""
    monkeypatch.setattr(marks, "PAUSES", (0.001,))
    outage = OperationalError("", {}, Exception())
    monkeypatch.setattr(outbox, "mark_seen", _poisoned(outbox.mark_seen, outage, times=30))
    house.turns.mark_seen([Seen("web:poison", 1, 1)])
    await asyncio.wait_for(house.turns.settled(), PATIENCE)
    assert house.turns._marks.given_up == 0
    monkeypatch.undo()
    monkeypatch.setattr(marks, "PAUSES", (0.001,))
    monkeypatch.setattr(outbox, "mark_seen", _poisoned(outbox.mark_seen, outage))
    house.turns.mark_seen([Seen("web:poison", 1, 1)])
    while not house.turns._marks.given_up:
        await house.say("menu")
    await asyncio.wait_for(house.turns.settled(), PATIENCE)


async def test_a_stop_does_not_wait_for_marks_that_the_database_refuses(
    sqlite_place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail: `hurry` as nothing: they are tried for ever."""
    monkeypatch.setattr(
        outbox, "mark_seen", _poisoned(outbox.mark_seen, OperationalError("", {}, Exception()))
    )
    async with open_house(sqlite_place) as house:
        house.turns.mark_seen([Seen("web:poison", 1, 1)])
        writers = list(house.turns._writers)
        await house.say("menu")
        await asyncio.wait_for(house.turns.stop(PATIENCE), PATIENCE)
        assert all(writer.done() and not writer.cancelled() for writer in writers)


# -- tabs


async def test_a_tab_that_does_not_read_is_dropped_and_fetches_what_it_missed(house: House) -> None:
    """Another citizen is pushed an officer's words meanwhile. Seen to fail: `put` that sends and waits."""
    web = web_of(house, socket_limits=SocketLimits(send_seconds=0.2, queue=8))
    deaf, other = await Page(web).open(), await Page(web, cookie=OTHER).open()
    tickets = [await asks_on(page, house) for page in (deaf, other)]
    deaf.slow = asyncio.Event()
    here = desk_of(house, nudge=web.nudge)
    for ticket in tickets:
        assert await here.claim(ticket, HAM) == "yours"
        assert await here.answer(ticket, HAM, "Chào anh/chị", "k") == "sent"
    await other.until(lambda: other.texts[-1][1] == "Cán bộ BHXH: Chào anh/chị")
    assert "Cán bộ BHXH: Chào anh/chị" not in [words for _, words in deaf.texts]
    await deaf.until(lambda: bool(deaf.closed))
    assert deaf.closed == [SLOW]
    deaf.slow = None
    await deaf.close()
    await deaf.open()
    await deaf.until(lambda: "Cán bộ BHXH: Chào anh/chị" in [words for _, words in deaf.texts])
    numbers = [number for number, _ in deaf.texts]
    assert numbers == list(range(1, len(numbers) + 1))
    for page in (deaf, other):
        await page.close()
    await web.quiet()


async def test_a_tab_whose_queue_is_full_is_dropped(house: House) -> None:
    web = web_of(house, socket_limits=SocketLimits(send_seconds=PATIENCE, queue=4))
    page = await Page(web).open()
    page.slow = asyncio.Event()
    for _ in range(8):
        page.tells({"after": 0})
    await page.until(lambda: bool(page.closed))
    assert page.closed == [SLOW]
    await page.close()


async def test_one_tab_too_many_closes_the_oldest_of_the_same_visitor(house: House) -> None:
    web = web_of(house, socket_limits=SocketLimits(per_conversation=3, in_all=100))
    pages = [await Page(web).open() for _ in range(20)]
    for page in pages[:-3]:
        await page.until(lambda page=page: bool(page.closed))  # type: ignore[misc]  # of this one
    assert [page.closed for page in pages] == [[ELSEWHERE]] * 17 + [[]] * 3
    await pages[-1].says("menu")
    for page in pages:
        await page.close()
    assert len(web.sockets) == 0


async def test_more_tabs_than_a_process_holds_are_told_to_come_later(house: House) -> None:
    web = web_of(house, socket_limits=SocketLimits(per_conversation=3, in_all=4))
    pages = [await Page(web, cookie=f"{OTHER}{n}").open() for n in range(4)]
    late = Page(web)
    opening = asyncio.create_task(late.open())
    await late.until(lambda: bool(late.closed))
    opening.cancel()
    assert late.closed == [FULL]
    await pages[0].close()
    again = await Page(web).open()
    for page in (*pages[1:], again):
        await page.close()


async def test_one_source_never_holds_the_sockets_of_all(house: House) -> None:
    """Cookies are free. Seen to fail: `open` that counts all together only."""
    web = web_of(house, socket_limits=SocketLimits(per_source=2, in_all=4))
    pages = [await Page(web, cookie=f"{OTHER}{n}", peer="127.0.0.2").open() for n in range(2)]
    late = Page(web, cookie=f"{OTHER}9", peer="127.0.0.2")
    opening = asyncio.create_task(late.open())
    await late.until(lambda: bool(late.closed))
    opening.cancel()
    assert late.closed == [FULL]
    citizen = await Page(web, peer="127.0.0.3").open()
    await citizen.says("menu")
    for page in (*pages, citizen):
        await page.close()


# -- what is seen


async def test_a_tab_reports_only_what_it_was_sent(house: House) -> None:
    """A reply of another process, not shown here yet. Seen to fail: `mark_seen` of everything up to the number."""
    page = await Page(web_of(house)).open()
    await page.says("menu")
    page.reports = False
    async with open_house(house.db.url, clock=house.clock) as elsewhere:
        said = await elsewhere.tell({"text": "trợ giúp"}, page.address)
        page.tells({"seen": said.said + 10})
        await page.says("menu")  # the other's reply goes ahead of the answer
        await house.turns.settled()
    numbers = [number for number, _ in page.texts]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {row.state for row in await rows_at(house, page.address) if row.number > 1} == {"pending"}
    page.tells({"seen": page.seen})
    await page.close()
    await house.turns.settled()
    assert {row.state for row in await rows_at(house, page.address)} == {"sent"}


async def test_hundreds_of_messages_that_were_missed_all_come_in_order(house: House) -> None:
    web = web_of(house)
    page = await Page(web).open()
    await page.says("menu")
    await page.close()
    before = page.seen
    for n in range(outbox.AT_ONCE + 20):
        await publish_a_notice(house, page.address, f"Tin {n}")
    await page.open()
    await page.until(lambda: page.seen >= before + outbox.AT_ONCE + 20)
    numbers = [number for number, _ in page.texts]
    assert numbers == list(range(1, len(numbers) + 1))
    await page.close()


async def test_a_look_up_s_answer_is_not_shown_to_another_tab_before_its_time(house: House) -> None:
    """The answer is committed and waits for its step. Seen to fail: `_is_anothers` without this process's own."""
    steps: list[Any] = []
    house.turns._answer_step, house.turns._later = 5.0, lambda wait, then: steps.append(then)
    web = web_of(house)
    page, neighbour = await Page(web).open(), await Page(web).open()
    for words in ("tra cuu", "đồng ý"):
        await page.says(words)
    page.tells({"id": "look", "text": "Trần Thị Bé Ba 17/01/1983"})
    async with asyncio.timeout(PATIENCE):
        while not steps:  # noqa: ASYNC110  # the writer tells nobody else
            await asyncio.sleep(0.005)
    before = len(neighbour.frames)
    neighbour.tells({"after": 0})
    await neighbour.until(lambda: len(neighbour.frames) > before)
    await web.push({page.address})
    assert "Tôi đã nhận" not in str(neighbour.frames)
    assert "Tôi đã nhận" not in str(page.frames)
    steps.pop()()
    for one in (page, neighbour):
        await one.until(lambda one=one: "Tôi đã nhận" in str(one.frames))  # type: ignore[misc]  # of this one
        await one.close()


def test_every_close_code_is_known_to_the_page() -> None:
    script = (Path(__file__).parent.parent / "handlers/pages/static/chat.js").read_text()
    assert all(f"  {code}: {{ words: " in script for code in (SLOW, ELSEWHERE, FULL, 4429))
