"""The Telegram door: updates in through aiogram, by polling or webhook; replies out. Made by handlers/telegram/webhook.py.

Each update goes through the Dispatcher; its handler hands one event to `Turns`. One that cannot be read becomes a dead
letter that names its top-level fields and nothing else. Invariant: an update is acknowledged only when it is committed,
a dead letter, or ignored on purpose. Log lines hold class names only: a library's message may hold the token.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, TypeVar

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramRetryAfter,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    DeleteWebhook,
    GetMe,
    SendChatAction,
    SetChatMenuButton,
    SetMyCommands,
    SetWebhook,
    TelegramMethod,
)
from aiogram.types import BotCommand, CallbackQuery, ChatMemberUpdated, MenuButtonCommands, Message, Update
from sqlalchemy.exc import SQLAlchemyError

from data import conversations
from data.installation.addresses import keep_telegram_name
from flows import catalog
from flows.engine.events import Event, Pressed
from flows.engine.state import State
from handlers.delivery.reply_sender import ReplySender, Sleep
from handlers.delivery.retry_policy import patience
from handlers.telegram import buttons
from handlers.telegram import commands as telegram_commands
from handlers.telegram.pictures import Pictures
from handlers.telegram.polling import Polling
from handlers.telegram.replies import Replies
from handlers.telegram.session import JsonSession, is_passing
from handlers.telegram.updates import (
    ALLOWED,
    act_of,
    bytes_of,
    edited,
    event_of,
    number_of,
    shape_of,
    why_ignored,
    words_after,
)
from handlers.turns.queue import Turns
from handlers.turns.types import Act, Busy, NotKept, Opens, TurnResult, at_once
from handlers.waiting import all_done

log = logging.getLogger("troly.telegram")

DOOR = "telegram"
CONNECTIONS = 100  # webhook calls Telegram may have open at once; they share commits
DRAIN = 5.0  # seconds to say what is under way when the door closes
LEFTOVERS_EVERY = 3.0  # seconds between looks for what a dead process left unsaid, on PostgreSQL
CALL_SECONDS = 2  # how long a deletion, a typing sign or an answer to a press may take
KINDS_COUNTED = 200  # kinds of what is ignored that are told apart
RETRY = {"Retry-After": "5"}
_T = TypeVar("_T")


class TelegramDoor:
    """The assistant's Telegram bot. `start` and `stop` frame its life; `webhook` takes what Telegram posts.

    `key` is a keyed hash in hexadecimal digits. `typing_after` is in seconds, `body_limit` in bytes. A
    `session` handed in is the caller's to close. Raises aiogram's TokenValidationError when the token cannot
    be one.
    """

    def __init__(
        self,
        turns: Turns,
        *,
        token: str,
        api_base: str,
        key: buttons.Key,
        typing_after: float,
        poll_seconds: int,
        text_limit: int,
        body_limit: int,
        run_errands: Callable[[TurnResult], None] | None = None,
        sleep: Sleep = asyncio.sleep,
        session: BaseSession | None = None,
    ) -> None:
        for library in ("aiogram", "aiohttp"):  # their messages may hold the address, which holds the token
            logging.getLogger(library).setLevel(logging.CRITICAL)
        self._session = None if session else JsonSession(api=TelegramAPIServer.from_base(api_base))
        self.bot = Bot(token, session=session or self._session)
        self.turns = turns
        self._replies = Replies(self.bot, key, patience=turns.lease / 2, way_back=self._way_back)
        self._pictures = Pictures(self.bot, turns)
        self.reply_sender = ReplySender(DOOR, turns, self._replies.say, sleep=sleep)
        self.body_limit = body_limit
        self.run_errands = run_errands  # told of each turn once it is committed: one-time codes leave at once
        self.username = ""  # as getMe tells it
        self.trouble = ""  # what Telegram last failed at, as "method: class name"; "" when all is well
        self.ignored: Counter[str] = Counter()  # what was ignored on purpose, by kind
        self.ready = asyncio.Event()  # Telegram knows how updates come here
        self._key = key
        self._typing_after = typing_after
        self._poll_seconds = poll_seconds
        self._text_limit = text_limit
        self._sleep = sleep
        self._secret = b""
        self._open = False
        self._life: list[asyncio.Task[None]] = []
        self._inside: set[asyncio.Task[Any]] = set()  # turns under way
        self._calls_beside: set[asyncio.Task[None]] = set()  # deletions, typing signs, answers to presses
        self.dispatcher = Dispatcher(disable_fsm=True)
        self._register(self.dispatcher)

    # -- its life

    async def start(
        self, *, mode: Literal["polling", "webhook"], webhook_url: str = "", webhook_secret: str = ""
    ) -> None:
        """Say what was left, then take in. Telegram need not be reachable: it is told later.

        Raises ValueError when the webhook has no secret.
        """
        if mode == "webhook":
            if not webhook_secret or not webhook_secret.isascii():
                raise ValueError("the Telegram webhook needs a secret of A-Z a-z 0-9 _ -")
            self._secret = webhook_secret.encode("ascii")
        await self.reply_sender.say_what_was_left(orphans=self.turns.db.is_sqlite)
        await self.turns.say_what_waits(DOOR, self._say_later)
        self._open = True
        self._life = [
            asyncio.create_task(self._take_in(mode, webhook_url, webhook_secret)),
            asyncio.create_task(self._introduce()),
        ]
        if not self.turns.db.is_sqlite:
            self._life.append(asyncio.create_task(self._look_for_leftovers()))

    async def stop(self) -> None:
        """Take nothing in any more; say what is under way for DRAIN seconds; the outbox keeps the rest."""
        self._open = False
        for task in self._life:
            task.cancel()
        if self._life:
            await asyncio.wait(self._life)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                await all_done(self._inside)
                await self.turns.answered()
                await self.reply_sender.quiet()
                await all_done(self._calls_beside)
        unfinished = [*self._replies.unfinished(), *self._calls_beside]
        for unsaid in unfinished:
            unsaid.cancel()
        if unfinished:
            await asyncio.wait(unfinished)
        if self._session is not None:
            await self._session.close()

    async def _take_in(self, mode: str, url: str, secret: str) -> None:
        way: TelegramMethod[bool] = DeleteWebhook()
        if mode == "webhook":
            way = SetWebhook(
                url=url, secret_token=secret, allowed_updates=ALLOWED, max_connections=CONNECTIONS
            )
        await self._insist(way, essential=True)
        self.ready.set()
        if mode == "polling":
            await Polling(
                self.bot,
                self.take_raw,
                seconds=self._poll_seconds,
                sleep=self._sleep,
                to_its_end=self._to_its_end,
                note=self._note,
            ).go_on()

    async def _introduce(self) -> None:
        me = await self._insist(GetMe(), essential=False)
        self.username = (me.username or "") if me is not None else ""
        await keep_telegram_name(self.turns.db, self.username)
        listed = telegram_commands.commands(self.turns.content).items()
        commands = [BotCommand(command=name, description=about) for name, (_, about) in listed]
        await self._insist(SetMyCommands(commands=commands), essential=False)
        await self._insist(SetChatMenuButton(menu_button=MenuButtonCommands()), essential=False)

    async def _insist(self, method: TelegramMethod[_T], *, essential: bool) -> _T | None:
        """Ask until Telegram answers. A refusal ends it with None, unless the door cannot live without."""
        tries = 0
        while True:
            try:
                answer = await self.bot(method, request_timeout=10)
            except TelegramRetryAfter as wrong:
                pause = float(wrong.retry_after)
            except Exception as wrong:  # noqa: BLE001  # whatever it is, the service starts
                pause = patience(tries)
                self._note(method.__api_method__, wrong)
                if not essential and not is_passing(wrong):
                    return None
            else:
                self._note(method.__api_method__, None)
                return answer
            tries += 1
            await self._sleep(pause)

    def _way_back(self) -> str:
        """Where a link back leads; "" until Telegram has said what the bot is called."""
        return f"https://t.me/{self.username}?start={{}}" if self.username else ""

    def _note(self, what: str, wrong: BaseException | None) -> None:
        """Keep what is wrong now; one log line for each new trouble, not for each try."""
        trouble = f"{what}: {type(wrong).__name__}" if wrong is not None else ""
        if trouble and trouble != self.trouble:
            log.warning("Telegram: %s", trouble)
        self.trouble = trouble

    async def _look_for_leftovers(self) -> None:
        while True:
            await self._sleep(LEFTOVERS_EVERY)
            try:
                await self.reply_sender.say_what_was_left(orphans=False)
            except Exception as wrong:  # noqa: BLE001  # as `take_raw`: the next look may do better
                log.warning("the outbox could not be read: %s", type(wrong).__name__)

    # -- by webhook

    async def webhook(self, secret_header: bytes | str | None, body: bytes) -> tuple[int, dict[str, str]]:
        """Take what was posted; returns status and headers to answer with, once it is committed or a dead letter."""
        if not self.is_secret(secret_header):
            return 401, {}
        if len(body) > self.body_limit:
            return 413, {}
        if not self._open:
            return 503, RETRY
        try:
            await self._to_its_end(self._take_body(body))
        except (Busy, NotKept):
            return 503, RETRY
        return 200, {}

    def is_secret(self, given: bytes | str | None) -> bool:
        """Whether this is the secret that was told to Telegram."""
        if isinstance(given, str):
            given = given.encode("utf-8", "replace")
        if not given or not given.isascii() or not self._secret:
            return False
        return hmac.compare_digest(given, self._secret)

    async def _take_body(self, body: bytes) -> None:
        try:
            update = Update.model_validate_json(body, context={"bot": self.bot})
        except (ValueError, RecursionError):  # lone surrogates are such a case: the slow reader takes them
            try:
                raw = json.loads(body)
            except (ValueError, RecursionError) as wrong:
                await self._dead_letter(self._unnumbered(body), type(wrong).__name__, {"bytes": len(body)})
                return
            await self.take_raw(raw)
        else:
            await self._take(update)

    # -- one update

    async def take_raw(self, raw: Any, following: Any = None) -> None:
        """Act on one update as Telegram sent it; returns when it is committed, a dead letter, or ignored on purpose.

        `following` is the same person's next one, where it is here already. Raises Busy or NotKept when it must come again.
        """
        number = number_of(raw)
        if number is None:
            await self._dead_letter(self._unnumbered(bytes_of(raw)), "no update_id", shape_of(raw))
            return
        try:
            update = Update.model_validate(raw, context={"bot": self.bot})
        except (ValueError, RecursionError) as wrong:
            await self._dead_letter(str(number), type(wrong).__name__, shape_of(raw))
            return
        await self._take(update, words_after(raw, following))

    async def _take(self, update: Update, following: str = "") -> None:
        number = str(update.update_id)
        if number_of({"update_id": update.update_id}) is None:
            await self._dead_letter(number, "no update_id", sorted(update.model_fields_set))
            return
        if not (update.message or update.callback_query or update.edited_message or update.my_chat_member):
            known = Update.model_fields.keys() & update.model_fields_set - {"update_id"}
            if not known:
                await self._dead_letter(number, "nothing we know", shape_of(update.model_extra or {}))
            self._ignore(*(known or {"unknown"}))  # a kind we never asked for
            return
        try:
            await self.dispatcher.feed_update(self.bot, update, following=following)
        except (Busy, NotKept):
            raise
        except Exception as wrong:  # noqa: BLE001  # a fault in one update must never stop its neighbours
            log.error("an update could not be acted on: %s", type(wrong).__name__)
            await self._dead_letter(number, type(wrong).__name__, sorted(update.model_fields_set))

    async def _dead_letter(self, key: str, why: str, shape: Any) -> None:
        turns = self.turns
        try:
            async with turns.db.writing() as connection:
                new = await conversations.dead_letter(
                    turns.db, connection, DOOR, key, why, shape, turns.clock()
                )
        except (SQLAlchemyError, OSError) as wrong:
            raise NotKept(type(wrong).__name__) from None
        if new:
            log.warning("an update went to the dead letters: %s", why)

    def _unnumbered(self, body: bytes) -> str:
        """A key for what has no number: the same thing is kept once."""
        return "body-" + self._key("dead|" + hashlib.sha256(body).hexdigest())[:24]

    # -- what it means

    def _register(self, router: Router) -> None:
        router.message.register(self._on_message)
        router.edited_message.register(self._on_edited)
        router.callback_query.register(self._on_press)
        router.my_chat_member.register(self._on_membership)

    def _ignore(self, *kinds: str) -> None:
        """Count what is ignored on purpose; the first of a kind is in the log."""
        for kind in kinds:
            name = kind if kind in self.ignored or len(self.ignored) < KINDS_COUNTED else "others"
            if name not in self.ignored:
                log.info("ignored on purpose: %s", name)
            self.ignored[name] += 1

    async def _on_message(self, message: Message, event_update: Update, following: str = "") -> None:
        event = await self._pictures.looked_at(message) or event_of(
            message, self.turns.content, self._text_limit
        )
        await self._heard(
            message, event, event_update, replace(act_of(message, self._key), following=following)
        )

    async def _on_edited(self, message: Message, event_update: Update) -> None:
        await self._heard(message, edited(message), event_update, act_of(message, self._key, edit=True))

    async def _heard(self, message: Message, event: Event | None, event_update: Update, act: Act) -> None:
        why = why_ignored(message) or ("" if event is not None else str(message.content_type))
        if why or event is None or message.from_user is None:
            self._ignore(why)
            return
        user = message.from_user.id
        result = await self._turn(user, event_update.update_id, at_once(event), act)
        if result.forget:
            self._forget(user, message.message_id)

    def _forget(self, user: int, message_id: int) -> None:
        self._call_beside(DeleteMessage(chat_id=user, message_id=message_id), tries=2)

    async def _on_press(self, press: CallbackQuery, event_update: Update) -> None:
        if press.message is not None and press.message.chat.type == "private":
            user, data = press.from_user.id, press.data or ""

            def opens(state: State, at: datetime) -> Event:
                valid = catalog.valid_labels(state, self.turns.content, at)
                return Pressed(buttons.label_pressed(self._key, str(user), data, valid), at)

            under = press.message if isinstance(press.message, Message) else None
            topic = None if under is None else under.message_thread_id or 0
            await self._turn(user, event_update.update_id, opens, Act(topic=topic))
        self._call_beside(AnswerCallbackQuery(callback_query_id=press.id))

    async def _on_membership(self, change: ChatMemberUpdated, event_update: Update) -> None:
        """Who blocks the bot gets nothing on its own until they write again; no conversation moves.

        Told again, or after they wrote again, it changes nothing: update ids grow with time.
        """
        if change.chat.type != "private" or change.new_chat_member.status != "kicked":
            return
        turns, address, number = self.turns, f"{DOOR}:{change.from_user.id}", event_update.update_id
        try:
            async with turns.db.writing() as connection:
                await turns.db.lock(connection, address)
                if number > await conversations.newest_number(connection, address):
                    await conversations.shut(connection, address, turns.clock())
        except (SQLAlchemyError, OSError) as wrong:
            raise NotKept(type(wrong).__name__) from None

    async def _turn(self, user: int, number: int, opens: Opens, act: Act) -> TurnResult:
        started: list[asyncio.Task[None]] = []

        def show() -> None:
            action = SendChatAction(chat_id=user, action="typing", message_thread_id=act.topic or None)
            started.append(self._call_beside(action))

        typing = asyncio.get_running_loop().call_later(self._typing_after, show)
        try:
            result = await self.turns.take(f"{DOOR}:{user}", str(number), opens, pushed=True, act=act)
        finally:
            typing.cancel()
            for task in started:
                task.cancel()
        self._say(result)
        return result

    def _say(self, result: TurnResult) -> None:
        self.reply_sender.say(result.rows)
        user = result.address.partition(":")[2]
        for note in result.forget_too:
            self._forget(int(user), int(note))
        if self.run_errands is not None:
            self.run_errands(result)

    async def _say_later(self, result: TurnResult) -> None:
        """Say the answer to words that waited for more."""
        self._say(result)

    async def _to_its_end(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do `work` even if the caller is broken off: what is committed must be said by this process."""
        task = asyncio.create_task(work)
        self._inside.add(task)
        task.add_done_callback(self._inside.discard)
        return await asyncio.shield(task)

    def _call_beside(self, method: TelegramMethod[bool], *, tries: int = 1) -> asyncio.Task[None]:
        """Ask Telegram for something whose failure nobody must notice."""
        task = asyncio.create_task(self._try(method, tries))
        self._calls_beside.add(task)
        task.add_done_callback(self._calls_beside.discard)
        return task

    async def _try(self, method: TelegramMethod[bool], tries: int) -> None:
        for _ in range(tries):
            try:
                await self.bot(method, request_timeout=CALL_SECONDS)
                return
            except (AiogramError, OSError, ValueError) as wrong:
                log.debug("%s failed: %s", method.__api_method__, type(wrong).__name__)
