"""One answer to one human act, through the outside Bot API server. Rule: look at what is sent; time is a hand's.

An act may come in several updates: an album, a live location on its way, an edit, forwarded posts, a text typed in
pieces. What nobody spoke is silent, and the answer goes to the topic it came from. Where a docstring says "seen to
fail", that change to the code was made and the test failed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from data import conversations, outbox
from flows import catalog
from flows.engine import commands as engine_commands
from flows.engine import messages
from flows.spoken import secret_help
from handlers.turns.bursts import BurstLimits
from tests.desks import HAM, desk_of, open_ticket
from tests.emulator import Emulator, Fault
from tests.fork_server import ForkServer
from tests.houses import Clock, House, open_house
from tests.kills import WEBHOOK_SECRET, Service, telegram_server, update_of
from tests.test_desk_web import Page, web_of
from tests.test_telegram_door import LAN, TU, WAIT, Bot, become, menu_text, open_bot, served

BURSTS = BurstLimits(seconds=2.0, wait=0.3, text=200)
PHOTO = {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 90}]}
TOPIC = 77
GIVEN = "mật khẩu của tôi là Abc12345"
PIECES = ("xyzzy plugh", "bị mất thẻ", "plugh")  # the first and the last alone mean nothing


class Timers:
    """The timers of a house: a hand lets them go off."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def __call__(self, seconds: float, then: Callable[[], None]) -> None:
        self.waiting.append((seconds, then))

    def go_off(self) -> None:
        """All of them, oldest first."""
        waiting, self.waiting = self.waiting, []
        for _, then in waiting:
            then()


@asynccontextmanager
async def acting(
    place: str, server: Emulator, timers: Timers, *, mode: Any = "webhook"
) -> AsyncIterator[Bot]:
    """A bot that reads bursts together, on this database."""
    async with (
        open_house(place, later=timers, bursts=BURSTS) as house,
        open_bot(house, server, mode=mode) as bot,
    ):
        yield bot


@pytest.fixture
def timers() -> Timers:
    return Timers()


@pytest.fixture
async def server() -> AsyncIterator[Emulator]:
    made = await Emulator().start()
    yield made
    await made.stop()


@pytest.fixture
async def hook(place: str, server: Emulator, timers: Timers) -> AsyncIterator[Bot]:
    """A bot whose webhook the test calls itself, on both databases."""
    async with acting(place, server, timers) as bot:
        yield bot


@pytest.fixture
async def poll(sqlite_place: str, server: Emulator, timers: Timers) -> AsyncIterator[Bot]:
    """A bot that polls the outside server."""
    async with acting(sqlite_place, server, timers, mode="polling") as bot:
        yield bot


async def over(bot: Bot, timers: Timers) -> None:
    """The time of what waits is up; return when everything is said."""
    await bot.said()
    timers.go_off()
    await asyncio.wait_for(bot.house.turns.answered(), WAIT)
    await bot.said()


def warning(kind: str) -> list[str]:
    return [messages.UNREADABLE[kind]]


def album(bot: Bot, count: int, group: str = "g1", **first: Any) -> list[dict[str, Any]]:
    return [
        bot.server.message(LAN, media_group_id=group, **PHOTO, **(first if n == 0 else {}))
        for n in range(count)
    ]


# -- albums


@pytest.mark.parametrize("count", [2, 5, 10])
async def test_an_album_has_one_answer(hook: Bot, count: int) -> None:
    """The album's own id joins it."""
    hook.house.turns.bursts = BurstLimits()  # without what joins several of a kind
    for update in album(hook, count, caption="toi gui anh ho so"):
        assert await hook.post(update) == 200
    await hook.said()
    assert hook.server.texts(LAN) == warning("photo")


async def test_an_album_in_one_poll_has_one_answer_and_the_next_album_has_its_own(poll: Bot) -> None:
    poll.house.turns.bursts = BurstLimits()
    await poll.server.enqueue_all([*album(poll, 5), *album(poll, 3, "g2")])
    await poll.server.acknowledged()
    await poll.said()
    assert poll.server.texts(LAN) == warning("photo") * 2


async def test_an_album_that_goes_on_after_a_restart_is_not_answered_again(
    place: str, server: Emulator, timers: Timers
) -> None:
    async with acting(place, server, timers) as bot:
        first, *others = album(bot, 4)
        await bot.post(first)
        await bot.said()
    async with acting(place, server, timers) as bot:
        bot.house.clock.move(600)
        for update in others:
            await bot.post({"update_id": 9_000 + update["message"]["message_id"], **update})
        await bot.said()
        assert len(server.to(LAN)) == 1


async def test_a_secret_under_any_picture_of_an_album_is_deleted(hook: Bot) -> None:
    """Seen to fail: what belongs to an answered act taken as a repeat."""
    first, second, third = album(hook, 3)
    second["message"]["caption"] = GIVEN
    for update in (first, second, third):
        await hook.post(update)
    await hook.said()
    await hook.server.until(lambda: hook.server.to(LAN, "deleteMessage"))
    deleted = [int(c.fields["message_id"]) for c in hook.server.to(LAN, "deleteMessage")]
    assert deleted == [second["message"]["message_id"]]
    assert hook.server.texts(LAN)[1:] == [secret_help.warning("password", hook.house.content, text=GIVEN)]


async def test_pictures_sent_one_by_one_in_a_moment_are_told_once_and_others_later_again(hook: Bot) -> None:
    for _ in range(4):
        await hook.post(hook.server.message(LAN, **PHOTO))
    await hook.said()
    assert hook.server.texts(LAN) == warning("photo")
    hook.house.clock.move(3)
    await hook.post(hook.server.message(LAN, **PHOTO))
    await hook.said()
    assert hook.server.texts(LAN) == warning("photo") * 2


# -- edits and live locations


def edit_of(update: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"edited_message": {**update["message"], "edit_date": 1_790_000_010, **changes}}


async def test_a_live_location_has_one_answer_however_far_it_moves(hook: Bot) -> None:
    """Seen to fail: `edited` giving an event without words."""
    where = {"latitude": 10.4, "longitude": 105.6, "live_period": 900}
    update = hook.server.message(LAN, location=where)
    await hook.post(update)
    await hook.said()  # before its lease ends
    for n in range(1, 4):
        await hook.post(edit_of(update, location={**where, "latitude": 10.4 + n / 1000, "heading": n}))
        hook.house.clock.move(30)
    await hook.post(edit_of(update, location={"latitude": 10.5, "longitude": 105.6}))  # it was ended
    await hook.said()
    assert hook.server.texts(LAN) == warning("location")


@pytest.mark.parametrize(
    "content", [{"text": "menu"}, {**PHOTO, "caption": "hồ sơ của tôi"}], ids=["text", "caption"]
)
async def test_an_edit_that_changes_no_word_is_silent_and_one_that_does_is_told_once(
    hook: Bot, content: dict[str, Any]
) -> None:
    """A preview of a link, bold letters. Seen to fail: without `also` in `act_of`."""
    update = hook.server.message(LAN, **content)
    await hook.post(update)
    await hook.said()
    told = len(hook.server.to(LAN))
    hook.house.clock.move(60)
    await hook.post(edit_of(update, link_preview_options={"is_disabled": False}))
    await hook.post(edit_of(update))
    await hook.said()
    assert len(hook.server.to(LAN)) == told
    words = "caption" if "caption" in content else "text"
    for _ in range(2):
        await hook.post(edit_of(update, **{words: "menu ơi"}))
    await hook.said()
    assert hook.server.texts(LAN)[told:] == warning("edited")


async def test_an_edit_that_changes_no_word_is_silent_after_a_restart(
    place: str, server: Emulator, timers: Timers
) -> None:
    async with acting(place, server, timers) as bot:
        update = server.message(LAN, text="menu")
        await bot.post(update)
        await bot.said()
    async with acting(place, server, timers) as bot:
        await bot.post({"update_id": 9_000, **edit_of(update)})
        await bot.said()
        assert len(server.to(LAN)) == 1


async def test_a_secret_put_into_a_message_afterwards_is_deleted(hook: Bot) -> None:
    update = hook.server.message(LAN, text="menu")
    await hook.post(update)
    await hook.post(edit_of(update, text=GIVEN))
    await hook.server.until(lambda: hook.server.to(LAN, "deleteMessage"))


# -- what nobody spoke

SERVICE: dict[str, dict[str, Any]] = {
    "topic created": {"forum_topic_created": {"name": "VssID", "icon_color": 7322096}},
    "topic edited": {"forum_topic_edited": {"name": "BHXH"}},
    "topic closed": {"forum_topic_closed": {}},
    "topic reopened": {"forum_topic_reopened": {}},
    "general topic hidden": {"general_forum_topic_hidden": {}},
    "joined": {"new_chat_members": [{"id": 5, "is_bot": False, "first_name": "B"}]},
    "left": {"left_chat_member": {"id": 5, "is_bot": False, "first_name": "B"}},
    "title": {"new_chat_title": "Nhóm"},
    "timer": {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
    "site": {"connected_website": "example.vn"},
    "video chat": {"video_chat_started": {}},
    "boost": {"boost_added": {"boost_count": 1}},
    "a service kind of tomorrow": {"hologram_hall_opened": {"name": "x", "color": 3}},
}


@pytest.mark.parametrize("content", SERVICE.values(), ids=SERVICE.keys())
async def test_what_nobody_spoke_is_silent_counted_and_not_kept(hook: Bot, content: dict[str, Any]) -> None:
    """Seen to fail: any kind we do not know answered with “other”."""
    before = await hook.rows()
    assert await hook.post(hook.server.message(LAN, message_thread_id=TOPIC, **content)) == 200
    await hook.said()
    assert await hook.rows() == before
    assert await hook.dead() == []
    assert hook.server.to(LAN) == []
    assert hook.door.ignored.total() == 1


def _in_group(update: dict[str, Any], **changes: Any) -> dict[str, Any]:
    update["message"] |= {"chat": {"id": -1001, "type": "supergroup", "title": "Nhóm"}, **changes}
    return update


async def test_mentions_in_groups_anonymous_admins_and_unknown_updates_are_ignored_on_purpose(
    hook: Bot,
) -> None:
    server, before = hook.server, await hook.rows()
    mention = {"entities": [{"type": "mention", "offset": 0, "length": 15}]}
    admin = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    group = {"id": -1001, "type": "supergroup", "title": "Nhóm"}
    query = {
        "id": "1",
        "from": {"id": LAN, "is_bot": False, "first_name": "L"},
        "query": "menu",
        "offset": "",
    }
    for update in (
        _in_group(server.message(LAN, text="@troly_test_bot menu", **mention)),
        _in_group(server.message(LAN, text="/menu@troly_test_bot"), **{"from": admin, "sender_chat": group}),
        server.message(LAN, text="menu", sender_chat=group),
        {"inline_query": query},
        {"message_reaction_count": {"chat": group, "message_id": 1, "date": 1, "reactions": []}},
        {"telepathy": {"text": "menu"}},
    ):
        assert await hook.post(update) == 200
    await hook.said()
    assert not any(c.method == "sendMessage" for c in server.calls)
    assert await hook.rows() == before
    assert dict(hook.door.ignored) == {
        "supergroup": 2,
        "a chat as the sender": 1,
        "inline_query": 1,
        "message_reaction_count": 1,
        "unknown": 1,
    }


# -- topics


def in_topic(bot: Bot, text: str, topic: int = TOPIC, person: int = LAN) -> dict[str, Any]:
    return bot.server.message(person, text=text, message_thread_id=topic, is_topic_message=True)


async def test_the_answer_goes_to_the_topic_it_came_from(hook: Bot) -> None:
    """Text, contact card and the answer to a press. Seen to fail: `_bound` without the topic."""
    server = hook.server
    await hook.post(server.message(LAN, message_thread_id=TOPIC, **SERVICE["topic created"]))
    await hook.post(in_topic(hook, "/daumoi"))
    await hook.said()
    press = server.press_of(LAN, server.shown(LAN, "Trường học")[1]["callback_data"])
    press["callback_query"]["message"] |= {"message_thread_id": TOPIC, "is_topic_message": True}
    await hook.post(press)
    await hook.said()
    assert [c.topic for c in server.to(LAN)] == [TOPIC] * 2
    assert [c.topic for c in server.to(LAN, "sendContact")] == [TOPIC]
    await hook.post(in_topic(hook, "menu", 78))
    await hook.post(server.message(LAN, text="menu"))
    await hook.said()
    assert [c.topic for c in server.to(LAN)][2:] == [78, 0]


async def test_an_answer_that_was_not_said_before_a_crash_goes_to_its_topic(
    place: str, server: Emulator, timers: Timers
) -> None:
    clock = Clock()
    async with open_house(place, clock=clock) as first:
        async with open_bot(first, server) as bot:
            bot.door.reply_sender.say = lambda rows: None  # type: ignore[method-assign]  # it dies here
            await bot.post(in_topic(bot, "menu"))
        assert server.to(LAN) == []
    clock.move(31)
    async with open_house(place, clock=clock) as second, open_bot(second, server) as bot:
        await server.heard(LAN, 1)
        await bot.said()
        assert [c.topic for c in server.to(LAN)] == [TOPIC]


async def test_a_topic_that_was_deleted_costs_the_place_and_not_the_answer(hook: Bot) -> None:
    hook.server.faults.append(
        Fault(
            400,
            "Bad Request: message thread not found",
            method="",
            times=9,
            only=lambda fields: "message_thread_id" in fields,
        )
    )
    await hook.post(in_topic(hook, "menu"))
    await hook.said()
    assert [(c.text, c.topic) for c in hook.server.to(LAN)] == [(menu_text(hook), 0)]
    assert hook.server.to(LAN)[0].labels


async def test_what_an_officer_answers_goes_to_the_topic_too(hook: Bot) -> None:
    for words in ("gặp cán bộ", "đồng ý", "nhờ xem giúp hồ sơ"):
        await hook.post(in_topic(hook, words))
    await hook.said()
    ticket = await open_ticket(hook.house, f"telegram:{LAN}")
    assert ticket is not None
    desk = desk_of(hook.house, hook.door.reply_sender)
    assert await desk.claim(ticket.id, HAM) == "yours"
    assert await desk.answer(ticket.id, HAM, "Chào anh/chị", "k") == "sent"
    async with hook.house.db.reading() as connection:
        query = outbox_bodies(connection, hook.house)
        bodies = await query
    said = ("Cán bộ đã vào trả lời anh/chị.", "Cán bộ BHXH: Chào anh/chị")
    assert bodies == [{"text": text, "topic": TOPIC} for text in said]


async def outbox_bodies(connection: Any, house: House) -> list[dict[str, Any]]:
    from sqlalchemy import select

    from data.outbox.rows import OFFICER, open_body
    from data.tables import outbox as rows

    found = await connection.execute(select(rows).where(rows.c.lane == OFFICER))
    return [open_body(house.seal, r.id, r.address, r.sealed) for r in found]


# -- bursts


def answers(bot: Bot, person: int = LAN) -> list[str]:
    return bot.server.texts(person)


async def held_rows(bot: Bot) -> int:
    return sum(n for name, n in (await bot.ledger()).items() if name.startswith(outbox.HELD))


async def said_at_once(bot: Bot, text: str) -> list[str]:
    """What another person is told to this text in one message."""
    await bot.door.take_raw({"update_id": next(bot.numbers), **bot.server.message(TU, text=text)})
    await bot.said()
    return bot.server.texts(TU)


async def test_pieces_of_one_sentence_in_one_poll_are_read_as_one(poll: Bot, timers: Timers) -> None:
    """Seen to fail: `words_after` giving nothing."""
    await poll.server.enqueue_all([poll.server.message(LAN, text=text) for text in PIECES])
    await poll.server.acknowledged()
    await over(poll, timers)
    assert answers(poll) == await said_at_once(poll, " ".join(PIECES))
    assert await held_rows(poll) == 0


async def test_pieces_that_alone_say_nothing_wait_for_the_rest_and_are_answered_with_it(
    hook: Bot, timers: Timers
) -> None:
    """Seen to fail: `gather` acting on every text."""
    await hook.post_text(LAN, PIECES[0])
    assert timers.waiting[0][0] == pytest.approx(BURSTS.wait)
    assert answers(hook) == []
    hook.house.clock.move(0.2)
    await hook.post_text(LAN, " ".join(PIECES[1:]))
    await hook.said()
    whole = answers(hook)
    assert whole == await said_at_once(hook, " ".join(PIECES))
    await over(hook, timers)  # the timer of the first piece changes nothing
    assert answers(hook) == whole
    kept = await hook.kept(LAN)
    assert kept is not None
    assert (kept.turns, kept.held) == (1, 0)


async def test_what_is_understood_never_waits(hook: Bot, timers: Timers) -> None:
    """A lone text, one behind another, a press. Seen to fail: every text of a burst kept waiting."""
    for words in ("menu", "/tracuu", "đồng ý", "Trần Thị Bé Ba", "17/01/1983"):
        await hook.post_text(LAN, words)
    await hook.said()
    assert timers.waiting == []
    assert len(answers(hook)) >= 5
    await hook.ledger_is({"reply sent": len(answers(hook))})


async def test_a_lone_text_that_says_nothing_is_answered_after_a_moment(hook: Bot, timers: Timers) -> None:
    await hook.post_text(LAN, "xyzzy plugh")
    assert [round(seconds, 3) for seconds, _ in timers.waiting] == [BURSTS.wait]
    hook.house.clock.move(BURSTS.wait)
    await over(hook, timers)
    assert answers(hook)
    assert await held_rows(hook) == 0


async def test_words_that_stand_alone_are_answered_behind_what_waits(hook: Bot, timers: Timers) -> None:
    await hook.post_text(LAN, "xyzzy plugh")
    await hook.post_text(LAN, engine_commands.HELP_LABEL)
    await hook.said()
    texts = answers(hook)
    assert texts.index(catalog.FLOWS.help_text(hook.house.content)) > 0
    assert len(texts) == len(set(texts)), "what is said again is said once"
    await over(hook, timers)
    assert answers(hook) == texts


async def test_gibberish_typed_in_a_moment_has_one_answer(hook: Bot, timers: Timers) -> None:
    for n in range(6):
        await hook.post_text(LAN, f"xyzzy plugh {'abcdef'[n]}")
        hook.house.clock.move(0.1)
    await over(hook, timers)
    kept = await hook.kept(LAN)
    assert kept is not None
    assert kept.turns == 1
    assert len(answers(hook)) == len(set(answers(hook)))


async def test_commands_and_answers_in_one_poll_are_acted_on_one_by_one(poll: Bot, timers: Timers) -> None:
    """A person who knows the way: each has its answer."""
    said = ("tra cứu mã số", "đồng ý", "Trần Thị Bé Ba 17/01/1983")
    await poll.server.enqueue_all([poll.server.message(LAN, text=text) for text in said])
    await poll.server.acknowledged()
    await over(poll, timers)
    kept = await poll.kept(LAN)
    assert kept is not None
    assert kept.state.step == "proof"


async def test_words_that_waited_when_the_process_died_are_answered_by_the_next(
    place: str, server: Emulator, timers: Timers
) -> None:
    """On SQLite and PostgreSQL. Seen to fail: `start` without `say_what_waits`."""
    clock = Clock()
    async with (
        open_house(place, clock=clock, later=timers, bursts=BURSTS) as house,
        open_bot(house, server) as bot,
    ):
        for words in ("xyzzy plugh", "plugh xyzzy"):
            await bot.post_text(LAN, words)
    assert server.texts(LAN) == []
    timers.waiting.clear()  # they died with it
    clock.move(10)
    async with (
        open_house(place, clock=clock, later=timers, bursts=BURSTS) as house,
        open_bot(house, server) as bot,
    ):
        await over(bot, timers)
        assert answers(bot)
        assert await held_rows(bot) == 0
        kept = await bot.kept(LAN)
        assert kept is not None
        assert kept.turns == 1


async def test_a_piece_that_comes_again_is_read_once(hook: Bot, timers: Timers) -> None:
    body = json.dumps({"update_id": 77, **hook.server.message(LAN, text="xyzzy plugh")}).encode()
    assert await asyncio.gather(*(hook.post(body) for _ in range(4))) == [200] * 4
    await over(hook, timers)
    kept = await hook.kept(LAN)
    assert kept is not None
    assert kept.turns == 1


async def test_words_that_wait_are_ciphertext_and_go_with_their_person(hook: Bot) -> None:
    await hook.post_text(LAN, "xyzzy plugh")
    async with hook.house.db.writing() as connection:
        from sqlalchemy import select

        from data.tables import outbox as rows

        found = (await connection.execute(select(rows))).one()
        assert (found.lane, found.state) == (outbox.HELD, "pending")
        assert b"xyzzy" not in found.sealed
        await outbox.wipe_addresses(connection, [f"telegram:{LAN}"], hook.house.clock())
        assert (await connection.execute(select(rows.c.sealed))).scalars().all() == [None]


async def test_what_waited_goes_to_the_officer_who_took_the_conversation(hook: Bot, timers: Timers) -> None:
    for words in ("gặp cán bộ", "đồng ý", "nhờ xem giúp hồ sơ"):
        await hook.post_text(LAN, words)
    await hook.said()
    ticket = await open_ticket(hook.house, f"telegram:{LAN}")
    assert ticket is not None
    hook.house.clock.move(60)
    await hook.post_text(LAN, "xyzzy plugh")
    desk = desk_of(hook.house, hook.door.reply_sender)
    assert await desk.claim(ticket.id, HAM) == "yours"
    await over(hook, timers)
    async with hook.house.db.reading() as connection:
        from data import desk as desk_rows

        said = await desk_rows.messages(connection, hook.house.seal, ticket.id)
    assert [m.text for m in said if m.who == "citizen"][-1] == "xyzzy plugh"
    assert await held_rows(hook) == 0


# -- forwarded posts


def forwarded(bot: Bot, **content: Any) -> dict[str, Any]:
    channel = {"id": -100, "type": "channel", "title": "Tin tức"}
    origin = {"type": "channel", "date": 1, "chat": channel, "message_id": 5}
    return bot.server.message(LAN, forward_origin=origin, **content)


@pytest.mark.parametrize(
    "content", [{"text": "Bài đăng về bảo hiểm " * 30}, PHOTO], ids=["texts", "pictures"]
)
async def test_several_forwarded_posts_have_one_answer(
    hook: Bot, timers: Timers, content: dict[str, Any]
) -> None:
    """Seen to fail: `kind` left empty in `act_of`."""
    await hook.post(forwarded(hook, **content))
    await over(hook, timers)
    told = len(answers(hook))
    assert told
    for _ in range(4):
        await hook.post(forwarded(hook, **content))
    await over(hook, timers)
    assert len(answers(hook)) == told


async def test_a_forwarded_command_is_no_command(hook: Bot, timers: Timers) -> None:
    await hook.post(forwarded(hook, text="/canbo"))
    await over(hook, timers)
    kept = await hook.kept(LAN)
    assert kept is not None
    assert kept.state.flow != "helpdesk"


# -- the web page, and a real kill


async def test_pieces_typed_on_the_page_are_read_as_one_and_every_tab_sees_the_answer(
    place: str, timers: Timers
) -> None:
    async with open_house(place, later=timers, bursts=BURSTS) as house:
        web = web_of(house)
        await web.start()
        page, other = await Page(web).open(), await Page(web).open()
        for n, words in enumerate(("xyzzy plugh", "plugh xyzzy a")):
            page.tells({"id": f"m{n}", "text": words})
            await page.until(lambda n=n: any(f.get("for") == f"m{n}" for f in page.frames))  # type: ignore[misc]
        assert page.texts == []
        await house.turns.settled()
        timers.go_off()
        for one in (page, other):
            await one.until(lambda one=one: bool(one.texts))  # type: ignore[misc]  # of this one
            assert len(one.texts) == len({words for _, words in one.texts})
            await one.close()
        async with house.db.reading() as connection:
            kept = (await conversations.load(connection, house.seal, [page.address]))[page.address]
        assert (kept.turns, kept.held) == (1, 0)
        await web.stop()


async def _posted(session: aiohttp.ClientSession, service: Service, update: dict[str, Any]) -> bool:
    headers = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}
    async with session.post(f"{service.base}/telegram/webhook", json=update, headers=headers) as answer:
        return answer.status == 200


@pytest.mark.xdist_group("kills")
async def test_words_that_waited_at_a_kill_are_answered(
    fork_server: ForkServer, sqlite_place: str, tmp_path: Path
) -> None:
    """A real process, killed between the acknowledgement and the answer; words wait longer where the machine is slower."""
    async with telegram_server(tmp_path, slow=0.0) as telegram:
        for chat, seconds in enumerate(("3", "12", "48"), start=LAN):
            service = Service(
                *(fork_server, sqlite_place, tmp_path / seconds),
                api_base=telegram.base,
                without="ranges",
                burst_seconds=seconds,
                burst_wait=seconds,
            )
            try:
                await service.start()
                async with aiohttp.ClientSession() as session, asyncio.timeout(WAIT):
                    for n, words in enumerate(("xyzzy plugh", "plugh xyzzy")):
                        update = update_of(10 * chat + n, chat, words)
                        while not await _posted(session, service, update):  # noqa: ASYNC110  # the door opens a moment after the port
                            await asyncio.sleep(0.05)
                await service.kill()
                if not telegram.heard(chat):
                    await service.start()
                    await telegram.until(lambda chat=chat: bool(telegram.heard(chat)))  # type: ignore[misc]  # a default
                    assert telegram.heard(chat)
                    return
            finally:
                await service.close()
    raise AssertionError("each kill came after the answer")


async def test_an_album_over_a_real_webhook_has_one_answer(sqlite_house: House, server: Emulator) -> None:
    """The outside server posts one update after the other and waits for each."""
    async with served(sqlite_house, server) as bot:
        for update in album(bot, 5):
            await server.people_send(update)
        await become(lambda: server.pending() == 0)
        await bot.said()
        assert server.texts(LAN) == warning("photo")
