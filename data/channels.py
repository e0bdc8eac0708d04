"""One row a channel that people can be reached through; nobody else lists channels.

To add one: its row here, and its door. An address is "name:account".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Channel:
    """`pushed`: messages are sent to it; at the others rows wait in the outbox until the reader comes.

    `free`: a conversation there costs nothing, so that a stranger may have any number of them.
    """

    name: str
    label: str  # what staff read
    pushed: bool
    longest: int = 0  # UTF-16 units of one message; 0: any length
    pretend: bool = False  # only --demo has readers there
    free: bool = False


CHANNELS = {
    channel.name: channel
    for channel in (
        Channel("telegram", "Telegram", pushed=True, longest=4096),
        Channel("web", "Trang web", pushed=False, free=True),
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
