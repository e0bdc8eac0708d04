"""A gate in a demo service's pretend channel: a test says how many notices pass, so that a run is under way for as long as it wants."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path
from typing import Any

from handlers.delivery.channel import SendResult
from handlers.demo import DemoChannel


def gate_of(folder: Path) -> Path:
    """The file that says it, closed at first."""
    path = folder / "gate"
    if not path.exists():
        let_through(path, 0, "-")
    return path


def let_through(gate: Path, number: int, who: str) -> None:
    """So many altogether for `who`; counted anew for another."""
    new = gate.with_suffix(".new")
    new.write_text(f"{number} {who}")
    new.replace(gate)


def gate_the_demo_channel() -> None:
    """In the service's process, ahead of it."""
    path, send, counted = Path(os.environ.pop("TROLY_GATE")), DemoChannel.send, Counter[str]()

    def read() -> tuple[int, str]:
        number, who = path.read_text().split()
        return int(number), who

    async def gated(self: DemoChannel, account: str, part: Any) -> SendResult:
        who = read()[1]
        counted[who] += 1
        mine = counted[who]
        while mine > read()[0]:  # noqa: ASYNC110  # another process opens it
            await asyncio.sleep(0.02)
        return await send(self, account, part)

    DemoChannel.send = gated  # type: ignore[method-assign]  # in that process alone


def take_any_number() -> None:
    """Take settings outside their ranges: tests do in a minute what people do in a week."""
    from bot import settings_check

    settings_check._check_ranges = lambda s: None
