"""One row a channel that people can be reached through; nobody else lists channels.

To add one: its row here, and its door. An address is "name:account".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HOUR = 3600.0
Window = Literal["open", "billed", "closed"]


@dataclass(frozen=True, slots=True)
class Channel:
    """`pushed`: messages are sent to it; at the others rows wait in the outbox until the reader comes.

    `free`: a conversation there costs nothing, so that a stranger may have any number of them. `folder`: where its door
    lies below handlers/, with a dot for each level; the name where it is empty. `free_hours` and `open_hours`: how long after
    the person's last act a message to them costs nothing, and how long it is taken at all; 0: always.
    """

    name: str
    label: str  # what staff read
    pushed: bool
    longest: int = 0  # UTF-16 units of one message; 0: any length
    pretend: bool = False  # only --demo has readers there
    free: bool = False
    folder: str = ""
    free_hours: int = 0
    open_hours: int = 0

    def window(self, heard_at: float, now: float) -> tuple[Window, float]:
        """Whether a message may be sent now to a person last heard at `heard_at`, and for how many seconds still (0: no end)."""
        if not self.open_hours:
            return "open", 0.0
        free, end = heard_at + HOUR * self.free_hours, heard_at + HOUR * self.open_hours
        if now < free:
            return "open", free - now
        return ("billed", end - now) if now < end else ("closed", 0.0)


CHANNELS = {
    channel.name: channel
    for channel in (
        Channel("telegram", "Telegram", pushed=True, longest=4096),
        Channel("web", "Trang web", pushed=False, free=True),
        Channel(
            "zalo", "Zalo OA", pushed=True, longest=2000, folder="zalo.oa", free_hours=48, open_hours=168
        ),
        Channel("zalobot", "Zalo Bot", pushed=True, longest=2000, folder="zalo.bot"),
        Channel("terminal", "Dòng lệnh", pushed=False),
        Channel("demo", "Thử nghiệm", pushed=True, longest=4096, pretend=True),
    )
}


def pushed() -> tuple[str, ...]:
    """The channels that messages are sent to."""
    return tuple(c.name for c in CHANNELS.values() if c.pushed)


def pulled() -> tuple[str, ...]:
    """The channels whose readers fetch what waits."""
    return tuple(c.name for c in CHANNELS.values() if not c.pushed)


def real() -> tuple[str, ...]:
    """The channels of real people."""
    return tuple(c.name for c in CHANNELS.values() if not c.pretend)


def label(door: str) -> str:
    """What staff read for a channel; an unknown one is named as it is."""
    return CHANNELS[door].label if door in CHANNELS else door
