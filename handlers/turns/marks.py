"""Marks that wait to be written: what became of rows, that a reader has seen them. Kept for the turn queue, which writes them.

New marks ride along with the next group of turns. Those of a transaction that failed come again by themselves after a
pause, then in halves, so that the one which cannot be written is found; it is set aside. Invariant: no mark is tried
again without a pause, and none holds up turns or other marks twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection

from data import outbox
from data.outbox import Mark, Outgoing, Seen

log = logging.getLogger("troly.turn")

MARK_TRIES = 4  # how often a mark is tried alone before it is set aside
PAUSES = (0.1, 0.5, 2.0, 5.0)  # seconds until a mark is tried again; the last one for every later time
LAST_TRIES = 2  # tries of what the database does not take while the process is stopping
_OUTAGES = ("08", "53", "55", "57", "58")  # classes of SQLSTATE: the server's trouble, not the statement's

AnyMark = Mark | Outgoing | Seen  # a row that was released is given as it was shown


def is_outage(wrong: BaseException) -> bool:
    """Whether the database is in trouble, rather than what was to be written."""
    if isinstance(wrong, OperationalError | InterfaceError | NoConnection | OSError):
        return True
    if isinstance(wrong, DBAPIError):
        state = str(getattr(wrong.orig, "sqlstate", None) or "")
        return wrong.connection_invalidated or state[:2] in _OUTAGES
    return False


@dataclass(eq=False, slots=True)
class MarkGroup:
    """Marks that are written together. `after` is how many writes had gone well when it last failed."""

    marks: list[AnyMark]
    tries: int = 0
    due: float = 0.0
    after: int = 0


async def write_marks(connection: AsyncConnection, marks: Sequence[AnyMark], at: float) -> None:
    """Write them, inside a transaction of the caller."""
    await outbox.mark(connection, [m for m in marks if isinstance(m, Mark)])
    await outbox.release(connection, [m for m in marks if isinstance(m, Outgoing)])
    await outbox.mark_seen(connection, [m for m in marks if isinstance(m, Seen)], at)


class MarkQueue:
    """Marks that wait. `wake` is called when some are due again."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._fresh: list[AnyMark] = []
        self._again: list[MarkGroup] = []
        self._written = 0
        self.given_up = 0
        self.stopping = False

    def __bool__(self) -> bool:
        return bool(self._fresh or self._again)

    def add(self, marks: Sequence[AnyMark]) -> None:
        """Have these written soon."""
        self._fresh.extend(marks)

    def fresh(self) -> MarkGroup:
        """What has not been tried yet, to ride along with turns."""
        marks, self._fresh = self._fresh, []
        return MarkGroup(marks)

    def due(self) -> MarkGroup | None:
        """A group that failed before and is to be tried again now, by itself."""
        now = asyncio.get_running_loop().time()
        found = next((group for group in self._again if group.due <= now), None)
        if found is not None:
            self._again.remove(found)
        return found

    def wrote(self) -> None:
        """A transaction went well: the database works."""
        self._written += 1

    def failed(self, group: MarkGroup, wrong: BaseException) -> None:
        """The transaction of these marks, and perhaps of turns, failed: keep them for later, apart from the turns."""
        if not group.marks:
            return
        # what fails while the database works is at fault itself, whatever the error is called
        out = is_outage(wrong) and (self._written == group.after or group.tries == 0)
        group.tries, group.after = group.tries + 1, self._written
        if out and not (self.stopping and group.tries >= LAST_TRIES):
            self._later(group)
        elif out:
            log.error("%d marks were not written; their rows are said again", len(group.marks))
        elif len(group.marks) > 1:
            middle = len(group.marks) // 2
            for half in (group.marks[:middle], group.marks[middle:]):
                self._later(MarkGroup(half, tries=1, after=self._written))
        elif group.tries < MARK_TRIES and not self.stopping:
            self._later(group)
        else:
            self.given_up += 1
            log.error("a mark cannot be written and is set aside: %s", type(wrong).__name__)

    def _later(self, group: MarkGroup) -> None:
        pause = PAUSES[0] if self.stopping else PAUSES[min(group.tries, len(PAUSES)) - 1]
        loop = asyncio.get_running_loop()
        group.due = loop.time() + pause
        self._again.append(group)
        loop.call_later(pause, self._wake)

    def hurry(self) -> None:
        """The process is stopping: what waits for its next try is tried at once, and not often."""
        self.stopping = True
        for group in self._again:
            group.due = 0.0
