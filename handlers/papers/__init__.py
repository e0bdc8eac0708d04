"""Files of papers: a page as PDF, a calendar as .ics. Called by the doors that send files, and by the page a link leads to.

Invariant: nothing is written to disk, and no paper is drawn on the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flows.entries import entry_words
from flows.paper import Paper

T = TypeVar("T")
AT_ONCE = 2  # papers drawn beside each other; each takes a part of a second
_slots: asyncio.Semaphore | None = None
_loop: asyncio.AbstractEventLoop | None = None


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A file to hand out."""

    name: str
    type: str  # media type
    content: bytes


async def drawn(paper: Paper, way_back: str) -> PaperFile:
    """The file of a paper, drawn in a thread. `way_back`: where a link back leads, {} for what it begins; "" for none."""
    return await beside(lambda: draw(paper, way_back))


async def beside(work: Callable[[], T]) -> T:
    """What draws a file, in a thread; few at once."""
    async with _slot():
        return await asyncio.to_thread(work)


def draw(paper: Paper, way_back: str) -> PaperFile:
    """The file of a paper; takes a part of a second."""
    back = way_back.format(paper.start) if way_back and entry_words(paper.start) else ""
    if paper.kind == "calendar":
        from handlers.papers.calendar import calendar

        made = datetime.fromisoformat(paper.made)
        return PaperFile(paper.name, "text/calendar; charset=utf-8", calendar(paper, back, made))
    from handlers.papers.page import page

    return PaperFile(paper.name, "application/pdf", page(paper, back))


def _slot() -> asyncio.Semaphore:
    """The slots of this loop; a test has several loops in one process."""
    global _slots, _loop
    loop = asyncio.get_running_loop()
    if _slots is None or _loop is not loop:
        _slots, _loop = asyncio.Semaphore(AT_ONCE), loop
    return _slots
