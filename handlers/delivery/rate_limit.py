"""When the next message may start: `rate` a second in all, one a second to a chat, none where the channel wants silence.

Called by the sender. Invariant: a send takes one of `rate` slots from its start until a second after its answer, so the
channel never receives more than `rate` in any sliding second, however slow the network is. The limiter begins with its
last second full, because the process before may have filled it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import inf

SECOND = 1.002  # a second and a hair, for clocks that do not agree to the millisecond
CATCH_UP = 0.1  # seconds: timers wake late, and what they cost is made good, but no more than this


class RateLimiter:
    """The rate of one token. Times are seconds of a clock that only grows, handed in."""

    def __init__(self, rate: int, now: float) -> None:
        self.rate = rate
        self._on_wire = 0
        self._leaves: deque[float] = deque()  # when the slots of answered sends come free, in order
        self._next = now + SECOND
        self._halts: dict[str, float] = {}
        self._chats: dict[str, float] = {}
        self._chats_leave: deque[tuple[float, str]] = deque()

    def ready_at(self, now: float) -> float:
        """When the next send may start, whatever its lane; infinite while only an answer can free a slot."""
        leaves = self._leaves
        while leaves and leaves[0] <= now:
            leaves.popleft()
        if self._on_wire + len(leaves) < self.rate:
            return self._next
        return max(self._next, leaves[0]) if leaves else inf

    def lane_ready_at(self, lane: str) -> float:
        """Until when the channel asked for silence in this lane; 0 when it did not."""
        return self._halts.get(lane, 0.0)

    def chat_ready_at(self, chat: str) -> float:
        """When this chat may be written to again; infinite while a message to it is under way, 0 for at once."""
        return self._chats.get(chat, 0.0)

    def start(self, chat: str, now: float) -> None:
        """A send to `chat` starts; `ready_at` and `chat_ready_at` said that it may."""
        self._on_wire += 1
        self._next = max(self._next, now - CATCH_UP) + 1.0 / self.rate
        self._chats[chat] = inf

    def end(self, chat: str, now: float) -> None:
        """Its answer came, or will not come any more."""
        self._on_wire -= 1
        self._leaves.append(now + SECOND)
        self._keep_chat(chat, now + SECOND, now)

    def hold_chat(self, chat: str, until: float, now: float) -> None:
        """The channel asked for silence in this chat."""
        self._keep_chat(chat, max(until, self._chats.get(chat, 0.0)), now)

    def halt(self, lanes: Sequence[str], until: float) -> None:
        """The channel asked for silence; a later end replaces an earlier one."""
        for lane in lanes:
            self._halts[lane] = max(until, self._halts.get(lane, 0.0))

    def _keep_chat(self, chat: str, until: float, now: float) -> None:
        self._chats[chat] = until
        self._chats_leave.append((until, chat))
        while self._chats_leave and self._chats_leave[0][0] <= now:  # held ones leave a little later
            _, gone = self._chats_leave.popleft()
            if self._chats.get(gone, inf) <= now:
                del self._chats[gone]
