"""Open tabs: what each is still to be sent, and what it has been sent. Made by handlers/web/chat.py.

A tab has a queue of frames and a task that sends them. One whose frames do not get through in time, or whose queue is
full, is dropped; it fetches what it missed when it comes back. Invariant: nobody but a tab's own task waits for a tab.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from data.outbox import Outgoing, Seen

log = logging.getLogger("troly.web")

SLOW, ELSEWHERE, FULL, AGAIN = 4408, 4409, 1013, 4429  # close codes that chat.js knows
CLOSE_SECONDS = 0.5  # the longest a close frame may take to leave
QUEUED_LENGTH = 1_000_000  # characters that may wait for one tab, beside one frame
REMEMBERED = 1000  # rows sent to one tab that it has not reported as seen


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """How many tabs may be open, how much may wait for one, and how long a frame may take."""

    per_conversation: int = 8
    per_source: int = 250
    in_all: int = 1000
    queue: int = 64
    send_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class _Frame:
    text: str
    rows: Sequence[Outgoing]
    until: float  # of the event loop's clock


class Socket:
    """One open tab. `sent` is the number up to which it has been sent everything; -1 until it has said what it has."""

    def __init__(
        self,
        websocket: WebSocket,
        readers: Readers,
        source: str,
        limits: SocketLimits,
        *,
        send_seconds: float,
    ) -> None:
        self.readers = readers
        self.source = source  # where it comes from
        self.sent = -1
        self.skipped: set[int] = set()  # numbers of answers that concern another tab only
        self.alone: set[int] = set()  # numbers of answers that concern this tab only
        self._websocket = websocket
        self._limits, self._send_seconds = limits, send_seconds
        self._frames: deque[_Frame] = deque()
        self._more = asyncio.Event()
        self._unreported: deque[int] = deque(maxlen=REMEMBERED)
        self._minute, self._received = 0, 0
        self._code = 0  # with which it is closed by us
        self.ended = False
        self._good_bye: asyncio.Task[None] | None = None
        self._writer = asyncio.create_task(self._write_on())
        self._writer.add_done_callback(self._is_over)

    def may_send(self, now: float, per_minute: int) -> bool:
        """Count a frame that came; False when there were too many this minute."""
        minute = int(now // 60)
        if minute != self._minute:
            self._minute, self._received = minute, 0
        self._received += 1
        return self._received <= per_minute

    def put(self, frame: dict[str, Any], rows: Sequence[Outgoing] = ()) -> None:
        """Have a frame sent. `rows` are shown by it, the rest of what the tab lacks below them is seen elsewhere."""
        if self.ended or self._code:
            return
        waiting = sum(len(waiting.text) for waiting in self._frames)
        if len(self._frames) >= self._limits.queue or waiting > QUEUED_LENGTH:
            self.close(SLOW)
            return
        until = asyncio.get_running_loop().time() + self._send_seconds
        self._frames.append(_Frame(json.dumps(frame, ensure_ascii=False), rows, until))
        self.readers.hold(rows)
        self._more.set()
        for number in (row.number or 0 for row in rows):
            self.sent = max(self.sent, number)
            self._unreported.append(number)

    def lacks(self, rows: Sequence[Outgoing]) -> list[Outgoing]:
        """Which of these it has not been sent."""
        return [row for row in rows if (row.number or 0) > self.sent and row.number not in self.skipped]

    def skip(self, rows: Sequence[Outgoing], before: int) -> None:
        """These concern another tab only; `before` is the number ahead of them."""
        if self.sent >= before:
            self.sent = max(self.sent, before + len(rows))
        else:
            self.skipped.update(row.number or 0 for row in rows)

    def reported(self, number: int) -> list[Seen]:
        """The tab says that it has shown everything up to `number`: what that means of what it was sent."""
        seen: list[Seen] = []
        for n in sorted({n for n in self._unreported if n <= number}):
            if seen and seen[-1].last == n - 1:
                seen[-1] = Seen(seen[-1].address, seen[-1].first, n)
            else:
                seen.append(Seen(self.readers.address, n, n))
        self._unreported = deque((n for n in self._unreported if n > number), maxlen=REMEMBERED)
        return seen

    def close(self, code: int) -> None:
        """Close it, with a code that its page understands; what waits for it is not sent."""
        self._code = self._code or code
        self._writer.cancel()

    async def end(self) -> None:
        """Nothing is sent any more; returns when nothing waits for it."""
        self._writer.cancel()
        await asyncio.wait([self._writer])
        if self._good_bye is not None:
            await asyncio.wait([self._good_bye])

    async def idle(self) -> None:
        """Return when everything that waits is sent."""
        while self._frames and not self.ended:  # noqa: ASYNC110  # asked at the end of the process only
            await asyncio.sleep(0.02)

    async def _write_on(self) -> None:
        try:
            while True:
                await self._more.wait()
                self._more.clear()
                while self._frames:
                    async with asyncio.timeout_at(self._frames[0].until):
                        await self._websocket.send_text(self._frames[0].text)
                    self.readers.let_go(self._frames.popleft().rows)
        except TimeoutError:
            self._code = self._code or SLOW
        except (WebSocketDisconnect, RuntimeError, OSError):
            log.debug("a tab was gone")

    def _is_over(self, writer: asyncio.Task[None]) -> None:
        """The writer has ended, or was cancelled before it began."""
        self.ended = True
        while self._frames:
            self.readers.let_go(self._frames.popleft().rows)
        self.readers.leave(self)
        if self._code:
            self._good_bye = asyncio.create_task(self._say_good_bye())

    async def _say_good_bye(self) -> None:
        """Tell the page why, and cut the line if even that does not leave; either ends its `receive`."""
        if self._code == SLOW:
            log.info("a tab that does not read was dropped; it fetches what it missed")
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._websocket.close(self._code)
        except (TimeoutError, RuntimeError, OSError):
            abort = self._websocket.scope.get("state", {}).get("abort")
            if abort is not None:
                abort()


@dataclass(eq=False)
class Readers:
    """The open tabs of one conversation. `said`: this process has shown its own replies up to this number.

    `release` is told of rows that no tab here is being sent any more.
    """

    address: str
    release: Callable[[Sequence[Outgoing]], None]
    left: Callable[[Readers], None]
    said: int = 0
    tabs: list[Socket] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    rest_until: float = 0.0  # after a failure, by the event loop's clock
    _held: Counter[int] = field(default_factory=Counter)
    _rows: dict[int, Outgoing] = field(default_factory=dict)

    def ready(self) -> list[Socket]:
        """The tabs that have said what they have."""
        return [one for one in self.tabs if one.sent >= 0]

    def forget(self, message_ids: Sequence[str]) -> None:
        """Have every tab forget these earlier messages: read together with a later one, they held a secret."""
        for one in self.ready():
            for message_id in message_ids:
                one.put({"for": message_id, "replies": [], "forget": True})

    def lowest(self) -> int | None:
        """Up to which number every ready tab has been sent everything; None when none is ready."""
        return min((one.sent for one in self.ready()), default=None)

    def hold(self, rows: Sequence[Outgoing]) -> None:
        """These are on their way to one tab more."""
        for row in rows:
            if not row.proactive:
                self._held[row.id] += 1
                self._rows[row.id] = row

    def let_go(self, rows: Sequence[Outgoing]) -> None:
        """These were sent to a tab, or never will be."""
        over = []
        for row in rows:
            if row.proactive:
                continue
            self._held[row.id] -= 1
            if self._held[row.id] <= 0:
                del self._held[row.id]
                over.append(self._rows.pop(row.id))
        self.release(over)

    def let_go_unsent(self, rows: Sequence[Outgoing]) -> None:
        """These were leased and sent to no tab; those that another frame holds are kept."""
        self.release([row for row in rows if not row.proactive and row.id not in self._held])

    def leave(self, one: Socket) -> None:
        """A tab is gone."""
        with contextlib.suppress(ValueError):
            self.tabs.remove(one)
        self.left(self)


class Sockets:
    """Every open tab of this process."""

    def __init__(
        self, limits: SocketLimits, *, lease: float, release: Callable[[Sequence[Outgoing]], None]
    ) -> None:
        self.limits = limits
        self._release = release
        self._send_seconds = min(
            limits.send_seconds, lease / 2
        )  # a frame is sent or dropped within its lease
        self._readers: dict[str, Readers] = {}

    def __iter__(self) -> Iterator[Readers]:
        return iter(list(self._readers.values()))

    def __len__(self) -> int:
        return sum(len(readers.tabs) for readers in self._readers.values())

    def at(self, address: str) -> Readers:
        """The tabs of this conversation; without any, an object that is kept no longer than its caller keeps it."""
        found = self._readers.get(address)
        return found if found is not None else Readers(address, self._release, self._left)

    def open(self, websocket: WebSocket, address: str, source: str = "") -> Socket | None:
        """A new tab; None when its source, or all together, have as many as they may. Of one conversation's too many, the oldest is closed."""
        here = sum(one.source == source for readers in self for one in readers.tabs)
        if len(self) >= self.limits.in_all or here >= self.limits.per_source:
            return None
        readers = self._readers.setdefault(address, self.at(address))
        while len(readers.tabs) >= self.limits.per_conversation:
            readers.tabs.pop(0).close(ELSEWHERE)
        one = Socket(websocket, readers, source, self.limits, send_seconds=self._send_seconds)
        readers.tabs.append(one)
        return one

    def _left(self, readers: Readers) -> None:
        if not readers.tabs and self._readers.get(readers.address) is readers:
            del self._readers[readers.address]
