"""Where a conversation stands between two turns. Made by the engine; data/conversations.py keeps it as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from flows.engine.memory import Memory

STATE_VERSION = 1
MISS, WEAK, LOST = (
    2,
    1,
    4,
)  # a message not understood, an answer that is hardly sure; from so many in a row on a person is offered
_FORMER_NAMES = {"trail": "history", "wary": "watch"}  # keys of states that an earlier release saved
_EMPTY: tuple[Any, ...] = ("", 0, [], {}, ["", 0])


@dataclass(frozen=True, slots=True)
class State:
    """Where a conversation stands between two turns; a few hundred bytes of JSON.

    Invariant: everything the next turn needs is here; `from_json(to_json())` gives an equal state.
    """

    flow: str = ""  # "" at the menu
    step: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)  # what the flow has gathered; gone when it ends
    history: tuple[str, ...] = ()  # "flow/step" for "quay lại"; numbers to restore after "?": "a/b?screen=2"
    options: tuple[str, ...] = ()  # the words last offered; a typed number or an equal wording means one
    misses: int = (
        0  # how badly it goes: MISS for each message in a row not understood, WEAK for an unsure answer
    )
    under: Mapping[str, Any] = field(default_factory=dict)  # the state, as JSON, that a digression interrupts
    follow_up: tuple[str, ...] = ()  # of a digression just answered: its flow, its step, what it kept
    watch: tuple[str, int] = ("", 0)  # a secret found or announced, and how many more messages are watched
    memory: Memory = field(
        default_factory=dict
    )  # what was said before, see memory.py; never below a digression

    def to_json(self) -> dict[str, Any]:
        """The state as plain JSON values; what is empty is left out."""
        values = msgspec.to_builtins(self)
        return {"v": STATE_VERSION} | {key: value for key, value in values.items() if value not in _EMPTY}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> State:
        """The state that `to_json` wrote; unknown keys are ignored, missing ones are empty.

        Raises msgspec.ValidationError when a value has another type than the field's.
        """
        return msgspec.convert({_FORMER_NAMES.get(key, key): value for key, value in data.items()}, State)
