"""The channels' doors: found by the names of data/channels.py, opened with the process's parts.

A channel has a package handlers/<name>/, which may offer `open_door(parts)`: takes in what people send and says the
replies; and `open_sender(parts)`: sends what leaves on its own. Either returns None where its settings are missing.
Called by bot/serve.py and bot/worker.py. Invariant: a channel that is not opened is not imported beyond its package.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope

from data.seal import Seal
from handlers.turns.queue import Turns
from handlers.turns.types import TurnResult

Webhook = Callable[[Scope, Receive], "Any"]  # gives (status, headers), awaited


@dataclass(frozen=True, slots=True)
class Parts:
    """What a door is made of. `settings` are the process's; a door reads its own fields of them."""

    turns: Turns
    seal: Seal
    settings: Any
    run_errands: Callable[[TurnResult], None] = lambda result: None  # called for each committed turn
