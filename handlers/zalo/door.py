"""What both Zalo doors share: their life, one event into a turn, the replies out. Made by bot/door.py and oa/door.py.

Zalo may not send again what we refuse, so a call that finds no room or no database is answered 503 and kept here for
KEEP_SECONDS as well. Invariant: an event is acknowledged only when it is committed, a dead letter, or ignored on purpose.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from data import conversations
from data.seal import Seal
from flows.engine.events import Event
from handlers.delivery.channel import SendChannel
from handlers.delivery.reply_sender import ReplySender, Sleep
from handlers.delivery.retry_policy import patience
from handlers.doors import HttpReply
from handlers.turns.queue import Turns
from handlers.turns.types import Act, Busy, NotKept, TurnResult, at_once
from handlers.zalo.replies import ZaloReplies

log = logging.getLogger("troly.zalo")

DRAIN = 5.0  # seconds to say what is under way when the door closes
LEFTOVERS_EVERY = 3.0  # seconds between looks for what a dead process left unsaid, on PostgreSQL
KEEP_SECONDS = 60.0  # how long what was refused with 503 is tried again from here
KEPT_MOST = 500  # bodies that are kept so at once
KINDS_COUNTED = 100  # kinds of what is ignored that are told apart
RETRY = {"Retry-After": "5"}
_T = TypeVar("_T")
Work = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class DoorParts:
    """What a Zalo door is made of. `run_errands` is told of each turn; `typing_after` is in seconds."""

    name: str
    turns: Turns
    seal: Seal
    channel: SendChannel
    text_limit: int
    typing_after: float = 0.7
    run_errands: Callable[[TurnResult], None] | None = None
    sleep: Sleep = asyncio.sleep


class ZaloDoor:
    """One door. `open` and `close` frame its life; `hear` takes what one person did."""

    def __init__(self, parts: DoorParts) -> None:
        self.name, self.turns, self.channel = parts.name, parts.turns, parts.channel
        self.parts = parts
        self.reply_sender = ReplySender(
            parts.name, parts.turns, ZaloReplies(parts.channel).say, sleep=parts.sleep
        )
        self.trouble = ""  # what Zalo last failed at, as "method: class name or code"; "" when all is well
        self.ignored: Counter[str] = Counter()  # what was ignored on purpose, by kind
        self._sleep = parts.sleep
        self._open = False
        self._life: list[asyncio.Task[None]] = []
        self._inside: set[asyncio.Task[Any]] = set()  # turns under way
        self._kept: set[asyncio.Task[None]] = set()  # what was refused and is tried again
        self._beside: set[asyncio.Task[Any]] = set()  # typing signs

    # -- its life

    async def open(self, *life: Coroutine[Any, Any, None]) -> None:
        """Say what was left, then take in; `life` runs until `close`."""
        await self.channel.start()
        await self.reply_sender.say_what_was_left(orphans=self.turns.db.is_sqlite)
        await self.turns.say_what_waits(self.name, self._said_here)
        self._open = True
        self._life = [asyncio.create_task(one) for one in life]
        if not self.turns.db.is_sqlite:
            self._life.append(asyncio.create_task(self._look_for_leftovers()))

    async def close(self) -> None:
        """Take nothing in any more; say what is under way for DRAIN seconds; the outbox keeps the rest."""
        self._open = False
        for task in [*self._life, *self._kept]:
            task.cancel()
        await asyncio.gather(*self._life, *self._kept, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                while self._inside:
                    await asyncio.wait(set(self._inside))
                await self.turns.answered()
                await self.reply_sender.quiet()
        for task in self._beside:
            task.cancel()
        await self.channel.stop()

    async def _look_for_leftovers(self) -> None:
        while True:
            await self._sleep(LEFTOVERS_EVERY)
            try:
                await self.reply_sender.say_what_was_left(orphans=False)
            except Exception as wrong:  # noqa: BLE001  # the next look may do better
                log.warning("the outbox could not be read: %s", type(wrong).__name__)

    def note(self, what: str, wrong: str) -> None:
        """Keep what is wrong now ("" nothing); one log line for each new trouble, not for each try."""
        trouble = f"{what}: {wrong}" if wrong else ""
        if trouble and trouble != self.trouble:
            log.warning("%s: %s", self.name, trouble)
        self.trouble = trouble

    def ignore(self, kind: str) -> None:
        """Count what is ignored on purpose; the first of a kind is in the log."""
        name = kind if kind in self.ignored or len(self.ignored) < KINDS_COUNTED else "others"
        if name not in self.ignored:
            log.info("%s: ignored on purpose: %s", self.name, name)
        self.ignored[name] += 1

    # -- what comes in

    async def take(self, work: Work) -> HttpReply:
        """Do `work` for a caller; what finds no room, or no database, is refused and tried again from here."""
        if not self._open:
            return 503, RETRY
        try:
            await self.to_its_end(work())
        except (Busy, NotKept):
            if len(self._kept) < KEPT_MOST:
                task = asyncio.create_task(self._keep_trying(work))
                self._kept.add(task)
                task.add_done_callback(self._kept.discard)
            return 503, RETRY
        return 200, {}

    async def _keep_trying(self, work: Work) -> None:
        waited, tries = 0.0, 0
        while waited < KEEP_SECONDS:
            pause = patience(tries, 5.0)
            await self._sleep(pause)
            waited, tries = waited + pause, tries + 1
            try:
                await self.to_its_end(work())
            except (Busy, NotKept):
                continue
            return
        log.error(
            "%s: an event found no room for %.0f s and is lost unless it comes again", self.name, KEEP_SECONDS
        )

    async def hear(self, account: str, key: str, event: Event, act: Act) -> TurnResult:
        """Act on what one person did, once for each `key`, and say what comes of it. Raises Busy or NotKept."""
        typing = asyncio.get_running_loop().call_later(self.parts.typing_after, self._type, account)
        try:
            result = await self.turns.take(
                f"{self.name}:{account}", key[:80], at_once(event), pushed=True, act=act
            )
        finally:
            typing.cancel()
        await self._said_here(result)
        return result

    async def shut(self, account: str) -> None:
        """The person does not want to hear from us until they write again. Raises NotKept."""
        turns = self.turns
        try:
            async with turns.db.writing() as connection:
                await conversations.shut(connection, f"{self.name}:{account}", turns.clock())
        except (SQLAlchemyError, OSError) as wrong:
            raise NotKept(type(wrong).__name__) from None

    async def dead_letter(self, key: str, why: str, shape: Any) -> None:
        """Put aside what cannot be read: of it only field names and sizes are kept. Raises NotKept."""
        turns = self.turns
        try:
            async with turns.db.writing() as connection:
                await conversations.dead_letter(
                    turns.db, connection, self.name, key, why, shape, turns.clock()
                )
        except (SQLAlchemyError, OSError) as wrong:
            raise NotKept(type(wrong).__name__) from None
        log.warning("%s: an event went to the dead letters: %s", self.name, why)

    def unnumbered(self, body: bytes) -> str:
        """A key for what has no number: the same thing is kept once."""
        return "body-" + self.parts.seal.keyed("button", "dead|" + hashlib.sha256(body).hexdigest())[:24]

    async def to_its_end(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do `work` even if the caller is broken off: what is committed must be said by this process."""
        task = asyncio.create_task(work)
        self._inside.add(task)
        task.add_done_callback(self._inside.discard)
        return await asyncio.shield(task)

    # -- what goes out

    def say(self, result: TurnResult) -> None:
        """Say the replies of a turn that began elsewhere."""
        self.reply_sender.say(result.rows)

    async def _said_here(self, result: TurnResult) -> None:
        """Say the replies of a turn that began here; nobody can delete what a person wrote on Zalo, `forget` or not."""
        self.say(result)
        if self.parts.run_errands is not None:
            self.parts.run_errands(result)

    async def typing(self, account: str) -> None:
        """Show that an answer is being made, where the channel can."""

    def _type(self, account: str) -> None:
        task = asyncio.create_task(self.typing(account))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)
