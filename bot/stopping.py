"""How a process stops: one deadline for all of it, which no part can prolong. Used by `troly serve`.

Invariant: what is committed is in the outbox, so a process that ends where it stands loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from types import FrameType

log = logging.getLogger("troly.serve")

_LATE = b"troly: some parts did not stop in time; the process ends, what they held is in the outbox\n"
_AGAIN = b"troly: told twice to stop; the process ends, what was under way is in the outbox\n"


class Stop:
    """A stop that SIGTERM or SIGINT begins, and that ends the process `seconds` later; a second signal ends it at once.

    It is watched by a thread of its own, so that neither a busy event loop nor a blocked one outlives it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._told, self._over = threading.Event(), threading.Event()
        self._until: float | None = None

    def listen(self, told: Callable[[], None]) -> None:
        """From now on a signal begins the stop: `told` is called on the running event loop."""
        loop = asyncio.get_running_loop()

        def heard(number: int, frame: FrameType | None) -> None:
            if self._told.is_set():
                _end(_AGAIN)
            self._until = time.monotonic() + self._seconds
            self._told.set()
            loop.call_soon_threadsafe(told)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, heard)
        threading.Thread(target=self._watch, name="stop", daemon=True).start()

    def _watch(self) -> None:
        self._told.wait()
        if not self._over.wait(self._seconds):
            _end(_LATE)

    def left(self, kept: float = 0.0) -> float:
        """Seconds until the deadline, less those `kept` for what comes later; all of them before the stop began."""
        until = self._until if self._until is not None else time.monotonic() + self._seconds
        return max(0.1, until - time.monotonic() - kept)

    def over(self) -> None:
        """Everything has stopped."""
        self._over.set()


async def side_by_side(tasks: Iterable[asyncio.Task[None]], seconds: float) -> int:
    """Wait so long for parts that stop; those that have not are broken off. Returns how many that were."""
    waiting = list(tasks)
    if not waiting:
        return 0
    done, late = await asyncio.wait(waiting, timeout=seconds)
    for task in done:
        if not task.cancelled() and (wrong := task.exception()) is not None:
            log.error("a part did not stop well: %s", type(wrong).__name__)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=0.2)
    return len(late)


def _end(words: bytes) -> None:
    os.write(2, words)
    os._exit(0)
