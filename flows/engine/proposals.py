"""What a message may mean: proposals of the readers, each a command of a closed set with a score and a reason.

Made by the readers of flows/engine/readers and by those that flows declare (`Flow.reads`); chosen by the arbiter.
Invariant: a proposal changes nothing; only the dialogue carries one out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from flows.effects import Effect
from flows.engine.memory import recall
from flows.understanding.input import Input

if TYPE_CHECKING:
    from flows.engine.state import State
    from flows.engine.steps import Context, Flow, Parsed, Step


@dataclass(frozen=True, slots=True)
class Answer:
    """The present step is answered."""

    needs: ClassVar[float] = 0.55
    parsed: Parsed


@dataclass(frozen=True, slots=True)
class Correct:
    """An earlier answer is taken back: `keep` is stored and the conversation goes on at `step` of the flow under way."""

    needs: ClassVar[float] = 0.6
    step: str
    keep: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""  # said first


@dataclass(frozen=True, slots=True)
class Begin:
    """Another flow is wanted, on top of what is under way. `step`: not at its first step."""

    needs: ClassVar[float] = 0.6
    flow: str
    opening: str = ""
    step: str = ""
    keep: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Show:
    """Something is to be read, on top of what is under way, which goes on at once: a question's answer, contacts."""

    needs: ClassVar[float] = 0.4
    flow: str
    step: str
    keep: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Say:
    """One of our own sentences; what is under way stays where it is, and one line reminds of it when `reminds`.

    `answers`: something was asked in between, from which "quay lại" comes back to the step.
    """

    needs: ClassVar[float] = 0.45
    text: str
    options: tuple[str, ...] = ()
    reminds: bool = True
    answers: bool = True


@dataclass(frozen=True, slots=True)
class Do:
    """One of the commands that work anywhere."""

    needs: ClassVar[float] = 0.6
    command: Literal[
        "menu", "back", "stop", "person", "help", "repeat", "shorter", "skip", "resume", "start", "anew"
    ]


@dataclass(frozen=True, slots=True)
class Clarify:
    """It is asked which is meant; `options` are labels that mean something at this position or on the menu."""

    needs: ClassVar[float] = 0.45
    text: str
    options: tuple[str, ...]


Command = Answer | Correct | Begin | Show | Say | Do | Clarify


@dataclass(frozen=True, slots=True)
class Proposal:
    """One reading of a message. `score`: how likely it is what the person wants, 0..1; `why`: reader and reason, no typed words."""

    score: float
    why: str
    command: Command
    remember: Mapping[str, str] = field(
        default_factory=dict
    )  # subjects of memory.py, set when it is carried out
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader looks at: the message, where the conversation stands, what is remembered."""

    input: Input
    state: State
    context: Context
    flow: Flow | None  # None at the menu
    step: Step | None
    under: tuple[str, str] = ("", "")  # flow and step beneath a digression

    def recall(self, subject: str) -> str:
        """What is remembered of a subject of memory.py, "" for nothing."""
        return recall(self.state.memory, subject)

    def is_at(self, flow: str, *steps: str) -> bool:
        """Whether the conversation stands in this flow, at one of these steps when some are named."""
        return self.state.flow == flow and (not steps or self.state.step in steps)


Reads = Callable[[Reading], Iterable[Proposal]]
