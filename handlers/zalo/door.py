"""What both Zalo doors share: their life, one event into a turn, the replies out. Made by bot/door.py and oa/door.py.

Zalo may not send again what we refuse, so what finds no room or no database is answered 503 and tried again from here
(lanes.py). Invariant: an event is acknowledged only when it is committed, a dead letter, or ignored on purpose.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections import Counter, OrderedDict
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
from handlers.turns.marks import is_outage
from handlers.turns.queue import Turns
from handlers.turns.types import Act, Busy, NotKept, TurnResult, at_once
from handlers.waiting import all_done
from handlers.zalo.lanes import LaneLimits, Lanes, Work
from handlers.zalo.replies import ZaloReplies

log = logging.getLogger("troly.zalo")

DRAIN = 5.0  # seconds to say what is under way when the door closes
LEFTOVERS_EVERY = 3.0  # seconds between looks for what a dead process left unsaid, on PostgreSQL
KINDS_COUNTED = 100  # kinds of what is ignored that are told apart
REMEMBERED = 2000  # dead letters that are known again without a look at the database
LONGEST_PAUSE = 30.0  # seconds between two tries of what the door lives by
CALM = 60.0  # seconds after which a part of its life that failed is begun again at once
RETRY = {"Retry-After": "5"}
_T = TypeVar("_T")
Letter = Callable[[], tuple[str, Any]]  # key and shape of what came, where it has to be put aside
Life = Callable[[], Coroutine[Any, Any, None]]  # runs until it is cancelled, or has no more to do


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
    lanes: LaneLimits = LaneLimits()  # noqa: RUF009  # frozen


class ZaloDoor:
    """One door. `open` and `close` frame its life; `hear` takes what one person did."""

    def __init__(self, parts: DoorParts) -> None:
        self.name, self.turns, self.channel = parts.name, parts.turns, parts.channel
        self.parts = parts
        self.reply_sender = ReplySender(
            parts.name, parts.turns, ZaloReplies(parts.channel).say, sleep=parts.sleep
        )
        self.lanes = Lanes(parts.name, parts.lanes, self._pause)
        self.ignored: Counter[str] = Counter()  # what was ignored on purpose, by kind
        self._sleep = parts.sleep
        self._open = False
        self._life: list[asyncio.Task[None]] = []
        self._inside: set[asyncio.Task[Any]] = set()  # turns of polled updates under way
        self._troubles: dict[str, str] = {}  # what fails now, by what was tried
        self._dead: OrderedDict[str, None] = OrderedDict()  # keys of the newest dead letters
        self._beside: set[asyncio.Task[Any]] = set()  # typing signs

    # -- its life

    async def open(self, **life: Life) -> None:
        """Say what was left, then take in; each `life` runs until `close`, begun again where it fails."""
        await self.channel.start()
        await self.reply_sender.say_what_was_left(orphans=self.turns.db.is_sqlite)
        await self.turns.say_what_waits(self.name, self._said_here)
        self._open = True
        if not self.turns.db.is_sqlite:
            life["leftovers"] = self._look_for_leftovers
        self._life = [asyncio.create_task(self._lives(what, one)) for what, one in life.items()]

    async def close(self) -> None:
        """Take nothing in any more; say what is under way for DRAIN seconds; the outbox keeps the rest."""
        self._open = False
        for task in self._life:
            task.cancel()
        await asyncio.gather(*self._life, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                await all_done(self._inside)
                await self.lanes.close()
                await self.turns.answered()
                await self.reply_sender.quiet()
        await self.lanes.give_up()
        for task in self._beside:
            task.cancel()
        await self.channel.stop()

    async def _lives(self, what: str, life: Life) -> None:
        """Run a part of the door's life to its end; one that fails is begun again, later and later."""
        loop, tries = asyncio.get_running_loop(), 0
        while True:
            begun = loop.time()
            try:
                await life()
                return
            except Exception as wrong:  # noqa: BLE001  # a door that has ended without a word would be missed
                log.error("%s: %s failed and is begun again: %s", self.name, what, type(wrong).__name__)
                self.note(what, type(wrong).__name__)
            tries = 0 if loop.time() - begun > CALM else tries
            await self._sleep(patience(tries, LONGEST_PAUSE))
            tries += 1
            self.note(what, "")

    async def _pause(self, seconds: float) -> None:
        await self._sleep(seconds)

    async def _look_for_leftovers(self) -> None:
        while True:
            await self._sleep(LEFTOVERS_EVERY)
            try:
                await self.reply_sender.say_what_was_left(orphans=False)
            except Exception as wrong:  # noqa: BLE001  # the next look may do better
                log.warning("the outbox could not be read: %s", type(wrong).__name__)

    @property
    def trouble(self) -> str:
        """What fails now, as "method: class name or code"; "" when all is well. For the log, /readyz and tests."""
        return "; ".join(f"{what}: {wrong}" for what, wrong in self._troubles.items())

    def note(self, what: str, wrong: str) -> None:
        """Keep what is wrong with `what` now ("" nothing); one log line for each new trouble, not for each try."""
        if wrong and wrong != self._troubles.get(what):
            log.warning("%s: %s: %s", self.name, what, wrong)
        self._troubles.pop(what, None)
        if wrong:
            self._troubles[what] = wrong

    def ignore(self, kind: str) -> None:
        """Count what is ignored on purpose; the first of a kind is in the log."""
        name = kind if kind in self.ignored or len(self.ignored) < KINDS_COUNTED else "others"
        if name not in self.ignored:
            log.info("%s: ignored on purpose: %s", self.name, name)
        self.ignored[name] += 1

    # -- what comes in

    async def take(self, account: str, letter: Letter, work: Work) -> HttpReply:
        """Do `work`, which `account` caused, for a caller; what finds no room, or no database, is refused and tried again from here."""
        if not self._open:
            return 503, RETRY
        done = await self.lanes.take(account, lambda: self.to_an_end(letter, work))
        return (200, {}) if done else (503, RETRY)

    async def to_an_end(self, letter: Letter, work: Callable[[], Coroutine[Any, Any, _T]]) -> _T | None:
        """What `work` returns; None where it fails: what caused it is the dead letter `letter` then. Raises Busy or NotKept."""
        try:
            return await work()
        except (Busy, NotKept):
            raise
        except Exception as wrong:  # noqa: BLE001  # a fault in one event must never stop its neighbours
            if is_outage(wrong):
                raise NotKept(type(wrong).__name__) from None
            log.error("%s: an event could not be acted on: %s", self.name, type(wrong).__name__)
            key, shape = letter()
            await self.dead_letter(key, type(wrong).__name__, shape)
            return None

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
        """Put aside what cannot be read, once for each key: of it only field names and sizes are kept. Raises NotKept."""
        if key in self._dead:
            return
        turns = self.turns
        try:
            async with turns.db.writing() as connection:
                new = await conversations.dead_letter(
                    turns.db, connection, self.name, key, why, shape, turns.clock()
                )
        except (SQLAlchemyError, OSError) as wrong:
            raise NotKept(type(wrong).__name__) from None
        self._dead[key] = None
        if len(self._dead) > REMEMBERED:
            self._dead.popitem(last=False)
        if new:
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
