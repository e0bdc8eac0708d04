"""Where a conversation stands between two turns. Serialised to JSON after each turn and read back before the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STATE_VERSION = 1


@dataclass(frozen=True, slots=True)
class State:
    """Where a conversation stands between two turns; a few hundred bytes of JSON.

    `flow` and `step` are "" at the menu. `trail` holds "flow/step" of the steps asked before, with the numbers that have changed since: "password/screen?screen=2". `options` are the words
    last offered. `offer` names a flow the person was asked about leaving for. `under` is the state, as JSON, that an aside
    lies upon. `asked`: a question was answered in the middle of this; the items that may have been meant instead, "" for none.
    lies upon. `wary` is what the messages before held or announced, and how many more are looked at for it.
    """

    flow: str = ""
    step: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    history: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    misses: int = 0
    offer: str = ""
    under: Mapping[str, Any] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    watch: tuple[str, int] = ("", 0)

    def to_json(self) -> dict[str, Any]:
        """The state as plain JSON values; what is empty is left out."""
        out: dict[str, Any] = {"v": STATE_VERSION}
        for key, value in (
            ("flow", self.flow),
            ("step", self.step),
            ("answers", dict(self.answers)),
            ("trail", list(self.history)),
            ("options", list(self.options)),
            ("misses", self.misses),
            ("offer", self.offer),
            ("under", dict(self.under)),
            ("asked", list(self.asked)),
            ("wary", list(self.watch) if self.watch[0] else []),
        ):
            if value:
                out[key] = value
        return out

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> State:
        """The state that `to_json` wrote; unknown keys are ignored, missing ones are empty."""
        return State(
            flow=str(data.get("flow", "")),
            step=str(data.get("step", "")),
            answers=dict(data.get("answers", {})),
            history=tuple(data.get("trail", ())),
            options=tuple(data.get("options", ())),
            misses=int(data.get("misses", 0)),
            offer=str(data.get("offer", "")),
            under=dict(data.get("under", {})),
            asked=tuple(data.get("asked", ())),
            watch=_watch_window(data.get("wary")),
        )


def _watch_window(saved: Any) -> tuple[str, int]:
    return (str(saved[0]), int(saved[1])) if isinstance(saved, list | tuple) and len(saved) == 2 else ("", 0)
