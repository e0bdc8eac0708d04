"""What the sender needs of a channel: render a body into parts, send one, say what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class SendResult:
    """What the channel said to one message; `text` is short and holds nothing personal.

    `state`: sent; blocked and failed for good; again (counts as a try; `lost`: it may have arrived); wait (`after`
    seconds of silence were asked for); moved (to the account `to`); hold (nothing can be sent to anybody now).
    """

    state: str
    text: str = ""
    after: float = 0.0
    lost: bool = False
    to: str = ""


class SendChannel(Protocol):
    """What carries messages out at a door."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def parts(self, body: Mapping[str, Any], account: str) -> Sequence[Any]:
        """The messages that say `body`, in order."""

    async def send(self, account: str, part: Any) -> SendResult:
        """Send one message; never raises for what the channel or the network does."""
