"""Words that began a flow and wait for consent: in this process's memory only, for a while, so that nobody has to tell a story twice.

Used by the turn maker. Invariant: nothing of it is ever written anywhere; what is not agreed to is gone with the next turn.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from flows import catalog
from flows.engine.state import State

KEPT = 1000  # conversations
SECONDS = 1800.0
LONGEST = 8000  # characters of one conversation


@dataclass(slots=True)
class Openings:
    """The words that led to a question for consent, by address."""

    _told: OrderedDict[str, tuple[str, float]] = field(default_factory=OrderedDict, repr=False)

    def note(self, address: str, state: State, opening: str, now: float) -> None:
        """A turn is over: what led to the question is remembered while the conversation stands there, else let go."""
        flow, step = catalog.FLOWS.find(state.flow, state.step)
        if flow is None or step is None or not (flow.opening_waits and step.asked_once):
            self._told.pop(address, None)
        elif opening:
            before, _ = self._told.get(address, ("", 0.0))
            self._told[address] = (f"{before}\n{opening}"[:LONGEST].strip(), now)
            self._told.move_to_end(address)
            if len(self._told) > KEPT:
                self._told.popitem(last=False)

    def take(self, address: str, now: float) -> str:
        """The words, once; "" when there are none, or they are too old."""
        words, at = self._told.pop(address, ("", 0.0))
        return words if now - at < SECONDS else ""
