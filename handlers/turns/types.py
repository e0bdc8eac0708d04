"""The values that pass between doors and the turn queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from data.conversations import Conversation
from data.outbox import Outgoing
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
class TurnResult:
    """What came of an event. `repeat`: it had been acted on before, nothing new is said. `forget`: it held a secret, which
    the door must delete wherever it is shown; said again with each repeat, because the first time may have been lost.

    `rows` are the replies as the outbox holds them, leased by this process where the door says them itself.
    """

    address: str
    rows: tuple[Outgoing, ...] = ()
    place: tuple[str, str] = ("", "")
    codes_out: tuple[int, ...] = ()
    forget: bool = False
    repeat: bool = False
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
    begun: float = 0.0  # of the event loop's clock


def at_once(event: Event) -> Opens:
    """An event that needs to know nothing of the state; its time becomes the person's."""

    def opens(state: State, at: datetime) -> Event:
        return replace(event, at=at)

    return opens
