"""The channels' doors: found by the names of data/channels.py, opened with the process's parts.

A channel has a package handlers/<its folder>/, which may offer `open_door(parts)`: takes in what people send and says the
replies; and `open_sender(parts)`: sends what leaves on its own. Either returns None where its settings are missing.
Called by bot/serve.py and bot/worker.py. Invariant: of a channel that is not opened only the package itself is imported.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from data.channels import CHANNELS
from data.seal import Seal
from handlers.delivery.channel import SendChannel
from handlers.turns.queue import Turns
from handlers.turns.types import TurnResult

Headers = Sequence[tuple[bytes, bytes]]  # of a request, names in lower case
HttpReply = tuple[int, dict[str, str]]  # status and headers; a channel reads no more


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a channel calls us. `refused` says from the headers alone who is turned away; only then is a body read for `take`."""

    refused: Callable[[Headers], HttpReply | None]
    take: Callable[[Headers, bytes], Awaitable[HttpReply]]
    body_limit: int  # bytes


@dataclass(frozen=True, slots=True)
class Parts:
    """What a door is made of. `settings` are the process's: a door reads its own fields."""

    turns: Turns
    seal: Seal
    settings: Any
    run_errands: Callable[[TurnResult], None] = lambda result: None  # told of each turn once it is committed
    is_demo: bool = False  # the database has demo people


class Door(Protocol):
    """Where people of one channel come in."""

    async def start(self) -> None:
        """Say what was left unsaid, then take in."""

    async def stop(self) -> None:
        """Take nothing in any more; say what is under way, within ten seconds."""

    def say(self, result: TurnResult) -> None:
        """Say the replies of a turn that began elsewhere: on the secure page, in the console."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """What the worker needs to send at one channel. `token` names who sends there: one sender at a time for each.

    `rate`: messages a second at most.
    """

    channel: SendChannel
    token: str
    rate: int


def open_doors(parts: Parts) -> dict[str, Door]:
    """The doors of the channels that are set up here, by channel name."""
    opened = ((name, module.open_door(parts)) for name, module in _offering("open_door"))
    return {name: door for name, door in opened if door is not None}


def open_senders(parts: Parts) -> dict[str, Outbound]:
    """What the worker sends with, by channel name."""
    opened = ((name, module.open_sender(parts)) for name, module in _offering("open_sender"))
    return {name: outbound for name, outbound in opened if outbound is not None}


def webhooks_of(doors: Mapping[str, Door]) -> dict[str, Webhook]:
    """The paths at which channels call: those of the doors that have `webhooks`, too."""
    return {
        path: webhook for door in doors.values() for path, webhook in getattr(door, "webhooks", {}).items()
    }


def troubles_of(doors: Mapping[str, Door]) -> dict[str, str]:
    """What fails now at the doors that say so with `trouble`, by channel name: methods, class names and codes, nothing secret."""
    said = ((name, str(getattr(door, "trouble", ""))) for name, door in doors.items())
    return {name: trouble for name, trouble in said if trouble}


def _offering(what: str) -> Iterator[tuple[str, Any]]:
    for name, channel in CHANNELS.items():
        folder = f"handlers.{channel.folder or name}"
        if find_spec(folder) is not None:
            module = import_module(folder)
            if hasattr(module, what):
                yield name, module
