"""The parts a flow is written with: steps, choices, replies. Rule: a step holds its question, what counts as an answer, and where it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from flows.content import Content
from flows.effects import Effect
from flows.engine.events import Event

MENU = "/"  # target: the flow is over, the menu stands open
AGAIN = "."  # target: the same step is asked again

Kind = Literal["ask", "choose", "call", "wait", "checklist", "show", "end"]
RESTING: frozenset[Kind] = frozenset({"ask", "choose", "wait", "checklist"})


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A contact card: `phone` is ten digits."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of the assistant; every door can say it.

    `options` are words that can be pressed, numbered or typed. `shares` is the option (one of them) with which a door
    that can vouch for a phone number asks for it; other doors leave it out. `until` is a countdown, `key` names it so
    that a newer reply with the same key takes its place.
    """

    text: str
    options: tuple[str, ...] = ()
    shares: str = ""
    contact: ContactCard | None = None
    link: str = ""
    file: str = ""
    until: datetime | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a step may look at: the answers so far, the content, and the time. Nothing else."""

    answers: Mapping[str, Any]
    content: Content
    at: datetime

    def get(self, key: str) -> str:
        """The answer under `key` as text, "" when there is none."""
        value = self.answers.get(key, "")
        return value if isinstance(value, str) else str(value)


@dataclass(frozen=True, slots=True)
class Parsed:
    """An answer was understood: which outcome it is, and what to keep of it. None as a value forgets the key.

    `once` is handed to the call that follows and then gone: typed secrets travel there. `note` is said first.
    """

    outcome: str
    keep: Mapping[str, Any] = field(default_factory=dict)
    once: Mapping[str, Any] = field(default_factory=dict, repr=False)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option: its words, the outcome it means, what it keeps, and other wordings that mean the same."""

    label: str
    outcome: str
    keep: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    shares: bool = False  # pressing it on a door that can vouch for phones sends the contact


Prompt = Callable[[Context], Reply | str]
Parse = Callable[[Context, Event], Parsed | None]
Choices = Callable[[Context], tuple[Choice, ...]]
Asks = Callable[[Context], Effect]


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a flow's table. Made by the constructors below, never directly."""

    name: str
    kind: Kind
    prompt: Prompt
    transitions: Mapping[str, str]
    parse: Parse
    choices: Choices
    hint: Prompt
    asks: Asks | None = None
    asks_for: type[Effect] | None = None
    secret_expected: bool = False  # a bare number here is surely a code that must not be typed into the chat
    no_way_back: bool = False  # something has become true here: "quay lại" does not undo it
    done: bool = False  # the flow's job is done here: another flow begins without asking whether to leave
    tells: bool = False  # only an answer is given here: by itself it leaves nothing under way
    digression: bool = False  # on top of something under way it is said, and what lies under goes on at once
    asked_once: bool = False  # "quay lại" does not come back to it: consent given is taken back elsewhere


@dataclass(frozen=True, slots=True)
class Flow:
    """A table of steps; it begins at the first. `takes` names the answers it accepts from the flow before it."""

    name: str
    title: str
    steps: tuple[Step, ...]
    takes: tuple[str, ...] = ()

    def step(self, name: str) -> Step | None:
        """The step of this name, or None."""
        return next((s for s in self.steps if s.name == name), None)


def _words(prompt: Prompt | str) -> Prompt:
    return prompt if callable(prompt) else lambda context, words=prompt: words  # type: ignore[misc]  # mypy: lambda default


def _deaf(context: Context, event: Event) -> Parsed | None:
    return None


def _no_choices(context: Context) -> tuple[Choice, ...]:
    return ()


def _listed(choices: Choices | tuple[Choice, ...]) -> Choices:
    return choices if callable(choices) else lambda context, fixed=choices: fixed  # type: ignore[misc]  # as above


def ask(
    name: str,
    prompt: Prompt | str,
    *,
    parse: Parse,
    hint: Prompt | str,
    transitions: Mapping[str, str],
    choices: Choices | tuple[Choice, ...] = (),
) -> Step:
    """A question answered in the person's own words; `choices` are shortcuts."""
    return Step(name, "ask", _words(prompt), transitions, parse, _listed(choices), _words(hint))


def choose(
    name: str,
    prompt: Prompt | str,
    choices: Choices | tuple[Choice, ...],
    *,
    transitions: Mapping[str, str],
    parse: Parse = _deaf,
    hint: Prompt | str = "Tôi chưa hiểu. Anh/chị bấm một lựa chọn bên dưới, hoặc gõ số thứ tự.",
    no_way_back: bool = False,
    asked_once: bool = False,
    done: bool = False,
) -> Step:
    """A question answered by one of the choices."""
    said, listed = _words(prompt), _listed(choices)
    return Step(
        name,
        "choose",
        said,
        transitions,
        parse,
        listed,
        _words(hint),
        no_way_back=no_way_back,
        asked_once=asked_once,
        done=done,
    )


def checklist(
    name: str,
    prompt: Prompt,
    choices: Choices,
    *,
    transitions: Mapping[str, str],
    parse: Parse,
    hint: Prompt | str,
) -> Step:
    """A list that is ticked off over many turns. "Quay lại" does not leave it: answering again would begin it anew."""
    return Step(name, "checklist", prompt, transitions, parse, choices, _words(hint), no_way_back=True)


def wait(
    name: str,
    prompt: Prompt,
    choices: Choices | tuple[Choice, ...],
    *,
    transitions: Mapping[str, str],
    parse: Parse,
    hint: Prompt | str,
) -> Step:
    """The conversation waits for something that happens elsewhere, such as the secure page."""
    return Step(
        name, "wait", prompt, transitions, parse, _listed(choices), _words(hint), secret_expected=True
    )


def call(name: str, asks: Asks, asks_for: type[Effect], *, transitions: Mapping[str, str]) -> Step:
    """An effect is awaited. Raises ValueError, so at import, when an outcome it declares has no way on."""
    missing = asks_for.outcomes - transitions.keys()
    if missing or not asks_for.outcomes:
        raise ValueError(
            f"step {name}: {asks_for.__name__} has no way on for {sorted(missing) or 'any outcome'}"
        )
    return Step(name, "call", _words(""), transitions, _deaf, _no_choices, _words(""), asks, asks_for)


def show(name: str, prompt: Prompt | str, *, transitions: str) -> Step:
    """Something is said and the talk goes on at once."""
    return Step(name, "show", _words(prompt), {"": transitions}, _deaf, _no_choices, _words(""))


def end(name: str, prompt: Prompt | str, choices: tuple[str, ...] = ()) -> Step:
    """What has become true is said; the menu stands open. `choices` are menu words offered first."""
    offered = tuple(Choice(label, "") for label in choices)
    return Step(name, "end", _words(prompt), {"": MENU}, _deaf, _listed(offered), _words(""))
