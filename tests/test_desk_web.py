"""The handover where the reader fetches: the page's socket, numbers, DUNG, erasure; and any order of things. Rule: frames are what a page gets."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from data import outbox, people
from data.knowledge.content import load_content
from data.outbox import Outgoing
from flows.conversations.officer import words as desk_words
from handlers.web.chat import Web
from handlers.web.frames import address_of
from tests.desks import (
    HAM,
    PATIENCE,
    TU,
    Channel,
    Citizen,
    Looks,
    all_in_its_file,
    all_that_is_kept,
    all_that_is_sealed,
    conversation,
    desk_of,
    later,
    lines_of,
    officer_rows_at,
    open_ticket,
    rows_at,
    soon,
    tag,
    texts_of,
    ticket_of,
)
from tests.houses import Clock, House, Places, open_house

CONTENT = load_content()
COOKIE = "visitor-of-a-test-000000000000000000"
LAN = "telegram:42"


def web_of(house: House, **more: Any) -> Web:
    return Web(
        house.turns,
        address="http://127.0.0.1:8080",
        demo=False,
        text_limit=2000,
        frames_per_minute=1_000_000,
        code_sender=None,
        say_elsewhere={},
        **more,
    )


@dataclass
class Page:
    """An open tab without a browser: frames in, frames out, and it says what it has seen as chat.js does."""

    web: Web
    cookie: str = COOKIE
    peer: str = "127.0.0.1"
    seen: int = 0  # the highest number shown
    texts: list[tuple[int, str]] = field(default_factory=list)
    record: list[tuple[str, str, str]] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)
    chance: random.Random | None = None
    reports: bool = True  # it reports what it has seen
    news: asyncio.Event = field(default_factory=asyncio.Event)
    slow: asyncio.Event | None = None  # frames get through once it is set
    closed: list[int] = field(default_factory=list)  # codes with which the server closed it
    _inbox: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    _task: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        return address_of(self.cookie)

    async def open(self) -> Page:
        """Connect and ask for what was missed."""
        scope = {
            "type": "websocket",
            "client": (self.peer, 4711),
            "path": "/chat/socket",
            "raw_path": b"/chat/socket",
            "query_string": b"",
            "root_path": "",
            "scheme": "ws",
            "subprotocols": [],
            "headers": [(b"host", b"127.0.0.1:8080"), (b"cookie", f"troly_visitor={self.cookie}".encode())],
        }
        self._inbox = asyncio.Queue()
        self._inbox.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self.web.app(scope, self._inbox.get, self._take))
        before = len(self.frames)
        self.tells({"after": self.seen})
        await self.until(lambda: len(self.frames) > before)
        return self

    async def _take(self, message: Any) -> None:
        if message["type"] == "websocket.close":
            self.closed.append(message["code"])
            self._inbox.put_nowait({"type": "websocket.disconnect", "code": message["code"]})
            self.news.set()
        if message["type"] != "websocket.send":
            return
        if self.chance is not None:
            await later(self.chance)
        if self.slow is not None:
            await self.slow.wait()
        frame = json.loads(message["text"])
        fresh = [r for r in frame.get("replies", []) if r["number"] > self.seen]
        for reply in fresh:
            self.texts.append((reply["number"], reply["text"]))
            if not reply.get("proactive"):
                self.record.append(("said", self.address, reply["text"]))
        self.seen = max([self.seen, *(r["number"] for r in fresh)])
        self.frames.append(frame)
        if fresh and self.reports:
            self.tells({"seen": self.seen})
        self.news.set()

    def tells(self, frame: dict[str, Any]) -> None:
        self._inbox.put_nowait({"type": "websocket.receive", "text": json.dumps(frame)})

    async def says(self, words: str) -> dict[str, Any]:
        """Send a message and wait for its answer."""
        name = f"m{random.randrange(10**12)}"  # a name for a message
        self.tells({"id": name, "text": words})
        await self.until(lambda: any(f.get("for") == name for f in self.frames))
        return next(f for f in self.frames if f.get("for") == name)

    async def until(self, true: Any) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():
                self.news.clear()
                await self.news.wait()

    async def close(self) -> None:
        """The tab is closed."""
        self._inbox.put_nowait({"type": "websocket.disconnect", "code": 1001})
        if self._task is not None:
            await self._task


async def asks_on(page: Page, house: House) -> str:
    """Ask for an officer on the page; returns the ticket's id."""
    for words in ("gặp cán bộ", "đồng ý", "nhờ xem giúp hồ sơ"):
        await page.says(words)
    await house.turns.settled()
    ticket = await open_ticket(house, page.address)
    assert ticket is not None
    return ticket.id


ARRIVED = desk_words.arrived("")


# -- an open page


async def test_an_officer_s_words_appear_on_the_open_page_and_count_as_sent_once_shown(house: House) -> None:
    """Seen to fail: `_push_on` without `_push`."""
    web = web_of(house)
    page = await Page(web).open()
    ticket = await asks_on(page, house)
    desk_here = desk_of(house, nudge=web.nudge)
    assert await desk_here.claim(ticket, HAM) == "yours"
    for words in ("Chào anh/chị", "Tôi xem hồ sơ ngay"):
        assert await desk_here.answer(ticket, HAM, words, words) == "sent"
    await page.until(lambda: page.texts[-1][1].endswith("Tôi xem hồ sơ ngay"))
    assert [words for _, words in page.texts[-2:]] == [
        "Cán bộ BHXH: Chào anh/chị",
        "Cán bộ BHXH: Tôi xem hồ sơ ngay",
    ]
    numbers = [number for number, _ in page.texts]
    assert numbers == list(range(1, len(numbers) + 1))
    await _until_seen(house, ticket, 2)
    await page.close()
    await web.quiet()


async def _until_seen(house: House, ticket: str, count: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while [m.state for m in await lines_of(house, ticket) if m.who == "officer"] != ["sent"] * count:  # noqa: ASYNC110  # what is waited for is in the database
            await asyncio.sleep(0.005)


async def test_what_came_while_the_page_was_closed_is_there_when_it_is_opened_again(house: House) -> None:
    web = web_of(house)
    page = await Page(web).open()
    ticket = await asks_on(page, house)
    await page.close()
    desk_here = desk_of(house)
    assert await desk_here.claim(ticket, HAM) == "yours"
    assert await desk_here.answer(ticket, HAM, "Chào anh/chị", "k1") == "sent"
    await publish_a_notice(house, page.address)
    assert await desk_here.hand_back(ticket, HAM)
    before, frames = page.seen, len(page.frames)
    await page.open()
    await page.until(lambda: page.seen >= before + 4)  # in one frame, or what comes on its own a little ahead
    new = [words for number, words in page.texts if number > before]
    assert new[:3] == [ARRIVED, "Cán bộ BHXH: Chào anh/chị", "Tin của cơ quan"]
    assert new[3].startswith("Cán bộ đã chuyển lại")
    told = {
        r["number"]: r.get("proactive", False) for f in page.frames[frames:] for r in f.get("replies", ())
    }
    assert [told[n] for n in sorted(told) if n > before][:4] == [True, True, True, False]
    await page.close()
    await house.turns.settled()
    assert {row.state for row in await rows_at(house, page.address)} == {"sent"}


async def publish_a_notice(house: House, address: str, words: str = "Tin của cơ quan") -> None:
    """As the worker does for a reader who fetches."""
    row = Outgoing(outbox.new_id(), address, None, {})
    async with house.db.writing() as connection:
        await outbox.put(
            connection, [{**outbox.officer_row(row, house.seal, at=house.clock()), "lane": "notice"}]
        )
        assert await outbox.publish(house.db, connection, house.seal, row.id, address, {"text": words})


async def test_a_notice_numbered_between_two_replies_is_never_skipped(house: House) -> None:
    """The page drops what is not above the highest number it has shown. Seen to fail: `Web.say` without its look for
    rows that were put up since: the notice was marked as seen and never shown."""
    web = web_of(house)
    page = await Page(web).open()
    for n in range(6):
        await page.says("menu")
        notice = f"Tin {tag(n)}"
        await publish_a_notice(house, page.address, notice)
        await page.says("trợ giúp")
        assert notice in [words for _, words in page.texts]
    await page.close()
    numbers = [number for number, _ in page.texts]
    assert numbers == sorted(numbers)
    assert numbers == list(range(1, len(numbers) + 1))


async def test_after_a_claim_nothing_of_the_bot_appears_on_the_page(place: str) -> None:
    """Frames leave after the commit, at a chance moment."""
    async with open_house(place, clock=Clock()) as house:
        for number in range(6):
            said_after, kept, told = await _claim_against_a_page(house, number)
            assert said_after == []
            assert kept == told


async def _claim_against_a_page(
    house: House, number: int
) -> tuple[list[tuple[str, str, str]], list[str], list[str]]:
    """What the bot said after the claim, what the ticket holds of the citizen, and what the citizen said."""
    chance = random.Random(number)
    page = Page(web_of(house), cookie=f"{COOKIE}{number:04d}")
    await page.open()
    ticket = await asks_on(page, house)
    page.chance, page.reports = chance, chance.random() < 0.5
    texts = [f"hỏi thêm {tag(number)} {tag(k)}" for k in range(3)]

    async def speaks() -> None:
        for words in texts:
            await later(chance)
            await page.says(words)

    async def claims() -> None:
        await later(chance, 60)
        assert await desk_of(house).claim(ticket, HAM) == "yours"
        page.record.append(("yours", page.address, ""))

    async def opens_again() -> None:
        await later(chance, 60)
        page.tells({"after": page.seen})

    await asyncio.gather(speaks(), claims(), opens_again())
    await page.says("còn đó không")
    told = page.record.index(("yours", page.address, ""))
    said_after = [entry for entry in page.record[told:] if entry[0] == "said"]
    kept = await texts_of(house, ticket, "citizen")
    await page.close()
    return said_after, kept, [*texts, "còn đó không"]


async def test_a_claim_waits_for_a_frame_that_is_on_its_way_to_a_slow_page(house: House) -> None:
    """Seen to fail: `_bound` without a lease for what is `shown`."""
    page = await Page(web_of(house)).open()
    ticket = await asks_on(page, house)
    before, page.slow = page.seen, asyncio.Event()
    saying = asyncio.create_task(page.says("menu"))
    async with asyncio.timeout(PATIENCE):
        while (await conversation(house, page.address)).said == before:  # noqa: ASYNC110  # what is waited for is in the database
            await asyncio.sleep(0.002)
    looks = Looks()
    claim = asyncio.create_task(desk_of(house, sleep=looks).claim(ticket, HAM))
    await looks.more()
    assert not claim.done()
    page.slow.set()
    async with asyncio.timeout(PATIENCE):
        assert await claim == "yours"
        await saying
    await page.close()


# -- no more notices, no more traces


async def a_claimed_ticket(house: House, address: str = LAN) -> tuple[Citizen, Channel, str]:
    from handlers.delivery.reply_sender import ReplySender

    channel = Channel()
    citizen = Citizen(house, ReplySender("telegram", house.turns, channel.say), address)
    ticket = await citizen.asks_for_an_officer("nhờ xem sổ màu tím biếc")
    await citizen.reply_sender.quiet()
    await house.turns.settled()
    assert await desk_of(house).claim(ticket, HAM) == "yours"
    return citizen, channel, ticket


async def a_waiting_notice(house: House, address: str) -> int:
    row = Outgoing(outbox.new_id(), address, None, {"text": "Tin hoa sen"})
    async with house.db.writing() as connection:
        await outbox.put(
            connection, [{**outbox.officer_row(row, house.seal, at=house.clock()), "lane": "notice"}]
        )
    return row.id


@pytest.mark.parametrize("owned", [False, True])
async def test_dung_withdraws_what_waits_at_once_whoever_owns_the_conversation(
    house: House, owned: bool
) -> None:
    """Seen to fail: `_to_the_desk` without `is_stop_word`."""
    citizen, _, ticket = await a_claimed_ticket(house)
    person = (await citizen.conversation()).person
    assert person is not None
    async with house.db.writing() as connection:
        await people.set_topics(connection, person, ("chung",), house.clock())
    if not owned:
        assert await desk_of(house, citizen.reply_sender).hand_back(ticket, HAM)
    notice = await a_waiting_notice(house, LAN)
    other = await a_waiting_notice(house, "telegram:43")
    taken = await citizen.writes("DUNG")
    assert bool(taken.rows) is not owned
    states = {
        row.id: (row.state, row.sealed) for a in (LAN, "telegram:43") for row in await rows_at(house, a)
    }
    assert states[notice] == ("withdrawn", None)
    assert states[other][0] == "pending"
    async with house.db.reading() as connection:
        assert await people.topics_of(connection, person) == ()


async def test_erasing_wipes_what_was_said_and_gives_the_conversation_back_to_the_bot(house: House) -> None:
    """The bytes of the database are searched, and what is sealed there is opened."""
    citizen, _, first = await a_claimed_ticket(house)
    assert await desk_of(house).answer(first, HAM, "Sổ của anh/chị ở ngăn xanh ngọc", "k1") == "sent"
    await citizen.writes("nhà ở gần bến phà vàng nghệ")
    assert await desk_of(house, citizen.reply_sender).hand_back(first, HAM)
    second = await citizen.asks_for_an_officer("lại nhờ xem sổ màu tím biếc")
    person = (await citizen.conversation()).person
    assert person is not None
    async with house.db.writing() as connection:
        await people.set_topics(connection, person, ("chung", "bhyt"), house.clock())
    await a_waiting_notice(house, LAN)
    await citizen.writes("dữ liệu của tôi")
    await citizen.writes("Rút đồng ý và xóa")
    await citizen.reply_sender.quiet()
    await house.turns.settled()
    await all_in_its_file(house)
    sealed, kept = await all_that_is_sealed(house), await all_that_is_kept(house)
    for words in ("tím biếc", "xanh ngọc", "vàng nghệ", "hoa sen"):
        assert words not in sealed
        assert words.encode() not in kept
        assert json.dumps(words)[1:-1].encode() not in kept
    for ticket in (first, second):
        left = await ticket_of(house, ticket)
        assert (left.state, left.address, left.person, await lines_of(house, ticket)) == (
            "closed",
            "",
            None,
            [],
        )
    found = await citizen.conversation()
    assert (found.owner, found.ticket) == ("bot", None)
    async with house.db.reading() as connection:
        assert await people.topics_of(connection, person) == ()
        assert await outbox.waiting_for(connection, LAN) == 0
    assert (await citizen.writes("menu")).rows


# -- any order of things


@given(
    st.lists(
        st.sampled_from(
            ["say", "claim", "claim2", "answer", "answer2", "back", "back2", "close", "seen", "ask"]
        ),
        max_size=14,
    )
)
@settings(
    max_examples=8,
    deadline=None,
    phases=(Phase.generate,),
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_in_any_order_exactly_one_may_speak(steps: list[str]) -> None:
    """Owner, ticket, the ledger and the lines of the ticket agree after every step."""
    asyncio.run(_in_any_order(steps))


_place: dict[str, str] = {}
_people = iter(range(10**6))


@pytest.fixture(autouse=True)
async def _house_for_any_order(places: Places) -> None:
    if "url" not in _place:
        _place["url"] = await places.sqlite()


async def _in_any_order(steps: list[str]) -> None:
    from handlers.delivery.reply_sender import ReplySender

    async with open_house(_place["url"], content=CONTENT) as house:
        channel = Channel()
        reply_sender = ReplySender("telegram", house.turns, channel.say, sleep=soon)
        citizen = Citizen(house, reply_sender, f"telegram:{next(_people) + 5000}")
        here = desk_of(house, reply_sender)
        ticket = await citizen.asks_for_an_officer()
        owner, sent = "", 0
        said: list[tuple[str, str]] = []
        for n, step in enumerate(steps):
            who = TU if step.endswith("2") else HAM
            match step.rstrip("2"):
                case "say":
                    words = f"hỏi thêm {tag(n)}"
                    said += [(ticket, words)] if owner != "closed" else []
                    assert bool((await citizen.writes(words)).rows) is (owner not in (HAM, TU))
                case "claim":
                    expected = {"": "yours", "closed": "gone"}.get(owner, "taken")
                    assert await here.claim(ticket, who) == expected
                    owner = who if expected == "yours" else owner
                case "answer":
                    got = await here.answer(ticket, who, f"Tin {tag(n)}", f"{ticket}{n}")
                    assert got == ("sent" if owner == who else "not_yours")
                    sent += got == "sent"
                case "back":
                    assert await here.hand_back(ticket, who) is (owner == who)
                    owner = "closed" if owner == who else owner
                case "close":
                    assert await here.close(ticket, who, "answered") is (owner == who)
                    owner = "closed" if owner == who else owner
                case "ask" if owner == "closed":
                    ticket, owner = await citizen.asks_for_an_officer(), ""
            found = await conversation(house, citizen.address)
            assert found.owner == ("officer" if owner in (HAM, TU) else "bot")
            assert found.ticket == (None if owner == "closed" else ticket)
            for row in await rows_at(house, citizen.address):
                if row.lane == "officer" and row.state == "pending":  # the worker sends it
                    house.turns.mark(Outgoing(row.id, row.address, None, {}, row.fence))
        await reply_sender.quiet()
        await house.turns.settled()
        kept: Counter[tuple[str, str]] = Counter()
        for t in {t for t, _ in said}:
            kept.update((t, words) for words in await texts_of(house, t, "citizen"))
        assert all(kept[line] == 1 for line in said)
        rows = await rows_at(house, citizen.address)
        assert len(await officer_rows_at(house, citizen.address)) == sent
        assert sum(row.lane == "reply" and row.state == "sent" for row in rows) == len(
            channel.said(citizen.address)
        )
        assert {row.state for row in rows} <= {"sent", "withdrawn"}
