"""The values that pass between doors and the turn queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from data.conversations import Conversation
from data.outbox import HeldWords, Outgoing
from flows.engine.events import Event
from flows.engine.state import State

Clock = Callable[[], float]
Later = Callable[[float, Callable[[], None]], object]  # calls back after so many seconds
Opens = Callable[[State, datetime], Event]  # reads the event where it needs to know what was offered last


class Busy(Exception):
    """Too many turns are waiting: the door says so and the sender tries again later."""


class NotKept(Exception):
    """The turn could not be committed: it is not acknowledged, and will come again."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a door knows of the human act that an event belongs to.

    `once`: the key of an act that is answered once, with its first event; of the others only what must not wait is
    acted on. `also`: a key under which this event is known, too. `kind`: of acts that are answered once within a burst. `joins`: words that may be a part of what is being
    typed. `following`: the person's next words, where they are here already. `topic`: where the
    answer goes, 0 outside of topics, None as before. `note`: how the door finds the message again. `ends`: nothing more
    came; the words in this outbox row, which wait until `due`, are to be answered.
    """

    once: str = ""
    also: str = ""
    kind: str = ""
    joins: bool = False
    following: str = ""
    topic: int | None = None
    note: str = ""
    ends: int = 0
    due: float = 0.0


ALONE = Act()


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What came of an event. `repeat`: it had been acted on before, nothing new is said. `forget`: it held a secret, which
    the door must delete wherever it is shown; said again with each repeat, because the first time may have been lost.
    `forget_too`: the notes of earlier messages in which it was, that were read together with this one.

    `rows` are the replies as the outbox holds them, leased by this process where the door says them itself.
    """

    address: str
    rows: tuple[Outgoing, ...] = ()
    place: tuple[str, str] = ("", "")
    codes_out: tuple[int, ...] = ()
    forget: bool = False
    repeat: bool = False
    forget_too: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()  # how the effects came out, for the secure page
    said: int = 0


@dataclass(slots=True)
class WaitingTurn:
    address: str
    key: str
    opens: Opens
    pushed: bool
    shown: bool
    done: asyncio.Future[TurnResult]
    source: str = ""  # where it comes from, as the door names it; "": the account
    act: Act = ALONE
    tries: int = 0

    @property
    def origin(self) -> str:
        """What the queue shares its room among."""
        return self.source or self.address


@dataclass(slots=True)
class MadeTurn:
    """A turn that is made but not yet committed."""

    waiting: WaitingTurn
    result: TurnResult
    kept: Conversation | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    looked: bool = False
    held: HeldWords | None = None  # nothing is said yet
    secret_keys: tuple[str, ...] = ()  # of earlier events in which a secret was
    begun: float = 0.0  # of the event loop's clock


def at_once(event: Event) -> Opens:
    """An event that needs to know nothing of the state; its time becomes the person's."""

    def opens(state: State, at: datetime) -> Event:
        return replace(event, at=at)

    return opens
