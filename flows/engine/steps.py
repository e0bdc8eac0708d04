"""What a flow is written with: steps, choices, replies, and what a flow declares of itself to the engine.

A step holds its question, what counts as an answer, and where each outcome leads. Invariant: the engine knows of a flow
only what is declared here; `call` refuses at import a step that leaves an outcome of its effect without a way on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from flows.content import Content
from flows.effects import Effect
from flows.engine.events import Event, PageUsed
from flows.engine.memory import Memory
from flows.paper import Paper

if TYPE_CHECKING:
    from flows.engine.flows import Flows
    from flows.engine.proposals import Reads
    from flows.engine.state import State
    from flows.understanding.input import Input
    from flows.understanding.question_finder import QuestionResult

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
    that a newer reply with the same key takes its place. `verbatim`: a wording that is kept word for word. `paper` goes with it as a
    file where the channel takes files; elsewhere `link` leads to it.
    """

    text: str
    options: tuple[str, ...] = ()
    shares: str = ""
    contact: ContactCard | None = None
    link: str = ""
    until: datetime | None = None
    key: str = ""
    verbatim: bool = False
    by_words: bool = False  # its options have no numbers: a number means a line of what is said
    paper: Paper | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a step may look at: the answers so far, the content, the time, and which flows there are."""

    answers: Mapping[str, Any]
    content: Content
    at: datetime
    flows: Flows
    memory: Memory = field(default_factory=dict)

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
    """One option: its words, the outcome it means, what it keeps, and other wordings of it ("co, dong y")."""

    label: str
    outcome: str
    keep: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    shares: bool = False  # pressing it on a door that can vouch for phones sends the contact
    note: str = ""  # said first when it is chosen
    means: str = ""  # what it means to the readers of natural answers: "yes", "child", "done"; see understanding/answers/meanings.py

    @property
    def parsed(self) -> Parsed:
        """The answer that choosing it gives."""
        return Parsed(self.outcome, self.keep, note=self.note)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What may be said after a digression's answer, when the interrupted flow goes on already ("không đúng ý tôi").

    `kept` names the answer that is remembered for it; `leads` gives from it the step to go to and what to keep there.
    """

    label: str
    words: frozenset[str]  # folded
    kept: str
    leads: Callable[[str], tuple[str, Mapping[str, Any]]]


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
    parse: Parse = lambda context, event: None
    choices: Choices = lambda context: ()
    hint: Prompt = lambda context: ""
    asks: Asks | None = None
    asks_for: type[Effect] | None = None
    label: str = ""  # for the officer's card, in Vietnamese; every step where a person may rest has one
    failed: str = ""  # what has gone wrong when somebody stands here, as the card says it
    secret_expected: bool = False  # a bare number here is surely a code that must not be typed into the chat
    no_way_back: bool = False  # something has become true here: "quay lại" does not undo it
    done: bool = False  # the flow's job is done here: another flow begins without asking whether to leave
    tells: bool = False  # only an answer is given here: by itself it leaves nothing under way
    digression: bool = False  # said on top of something under way, which goes on at once
    follow_up: FollowUp | None = None  # of such a step; without one a person is offered
    asked_once: bool = False  # "quay lại" does not come back to it: consent given is taken back elsewhere
    any_flow: bool = False  # an outcome without a transition names the flow to begin
    recalls: Callable[[Context], Mapping[str, str]] = lambda context: {}  # remembered of having been shown
    brief: Prompt = lambda context: (
        ""
    )  # its second telling, one line; "" for the line of the prompt that asks
    forgets: bool = (
        False  # what lies beneath and what is remembered goes when this is reached: all was erased
    )
    skips: Callable[[Context], Parsed | None] = lambda context: None  # what "bỏ qua" means here
    assumes: Callable[[Context, Memory], Choice | None] = lambda context, memory: (
        None
    )  # an answer said before
    takes_any: bool = False  # any words are an answer: a reason for an officer
    surely: float = 0.0  # how sure the parse is, where it is not the usual
    own_numbers: bool = False  # a bare number is the parse's: it means a line of the list, not an option


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity: a flow is made once, at import
class Flow:
    """A table of steps, which begins at the first; the rest is what the engine and the channels need to know of it."""

    name: str
    title: str  # how the menu calls it where the content gives no label
    steps: tuple[Step, ...]
    begun_at: tuple[str, ...] = ()  # steps beside the first at which a proposal begins it
    takes: tuple[str, ...] = ()  # answers it accepts from the flow before it
    triggers: tuple[str, ...] = ()  # folded phrases that begin it, beside those of the content's routes
    command: str = ""  # the word of `commands` that begins it anywhere: "person"
    slash: str = ""  # its command on channels that have them, without "/"
    last_on_menu: bool = False
    off_menu: bool = False  # reached by words alone
    by_link: bool = False  # begun by the code of a link alone: nobody is told that it can be asked for
    digression: bool = False  # begun on top of what is under way, which goes on when it ends
    reads_opening: bool = False  # its first question may be answered by the words that led there
    opening_waits: bool = (
        False  # words that led to its question for consent are taken up after a yes; they wait in memory only
    )
    questions_first: bool = False  # a question beyond doubt is answered before an `ask` step reads the words
    counts_misses: bool = False  # what is not understood here is counted for staff
    topics: frozenset[str] = (
        frozenset()
    )  # of questions.yaml: what it is about itself; empty: questions do not go before its steps
    purposes: Mapping[str, str] = field(default_factory=dict)  # consent it asks for -> how that is called
    # -- hooks; each is pure
    expects_digits: Callable[[str, str, Content], bool] = lambda step, text, content: False
    """Whether a bare number at this step is an answer, so that it is no one-time code."""
    recognises: Callable[[str, Content], str] = lambda text, content: ""
    """What is said about a pasted message that belongs to this flow, which then begins; "" for any other text."""
    reached_by: Callable[[str], str] = lambda text: ""
    """The step to which these words lead from anywhere; "" for other words."""
    obeys: Callable[[str], Effect | None] = lambda text: None
    """The effect that these words have even while an officer owns the conversation."""
    begins_with: Callable[[State, Content, Flows], Mapping[str, Any]] = lambda state, content, flows: {}
    """The answers a digression begins with, from the state that it interrupts."""
    shows: Callable[[QuestionResult], tuple[str, Mapping[str, Any]]] | None = None
    """The step that shows what the question finder found, and what to keep; step "" for nothing to show."""
    about: Mapping[str, str] = field(default_factory=dict)
    """What is remembered when a pasted message of this flow was recognised: subjects of memory.py."""
    reads: Reads = lambda reading: ()
    """What this flow proposes for a message, wherever the conversation stands; most propose nothing."""
    told_with: Callable[[Input], Mapping[str, str]] = lambda said: {}
    """What a wish for it tells that need not be asked any more: subjects of memory.py."""
    tells_of: Callable[[Context, PageUsed], str] = lambda context, event: ""
    """What is said of something done on its secure page where the conversation stands elsewhere."""
    beside: Callable[[str], bool] | None = None
    """Whether these words begin it while an officer owns the conversation; None: it waits for the officer to be done."""
    handed_back: Callable[[str], str] | None = None
    """What is said when an officer hands the conversation back for this reason."""

    def step(self, name: str) -> Step | None:
        """The step of this name, or None."""
        return next((s for s in self.steps if s.name == name), None)


def _words(prompt: Prompt | str) -> Prompt:
    return prompt if callable(prompt) else lambda context, words=prompt: words  # type: ignore[misc]  # mypy: lambda default


def _listed(choices: Choices | tuple[Choice, ...]) -> Choices:
    return choices if callable(choices) else lambda context, fixed=choices: fixed  # type: ignore[misc]  # as above


class StepOptions(TypedDict, total=False):
    """Fields of Step that a constructor passes on as they are."""

    failed: str
    no_way_back: bool
    done: bool
    tells: bool
    digression: bool
    follow_up: FollowUp
    asked_once: bool
    any_flow: bool
    recalls: Callable[[Context], Mapping[str, str]]
    brief: Prompt
    skips: Callable[[Context], Parsed | None]
    forgets: bool
    assumes: Callable[[Context, Memory], Choice | None]
    takes_any: bool
    surely: float
    own_numbers: bool


class AskOptions(StepOptions):
    """What every step that waits for an answer is given."""

    label: str
    transitions: Mapping[str, str]
    parse: Parse
    hint: Prompt | str


def ask(
    name: str,
    prompt: Prompt | str,
    *,
    choices: Choices | tuple[Choice, ...] = (),
    **asked: Unpack[AskOptions],
) -> Step:
    """A question answered in the person's own words; `choices` are shortcuts."""
    return replace(choose(name, prompt, choices, **asked), kind="ask")


def choose(
    name: str,
    prompt: Prompt | str,
    choices: Choices | tuple[Choice, ...],
    *,
    label: str,
    transitions: Mapping[str, str],
    parse: Parse = lambda context, event: None,
    hint: Prompt | str = "Tôi chưa hiểu. Anh/chị bấm một lựa chọn bên dưới, hoặc gõ số thứ tự.",
    **more: Unpack[StepOptions],
) -> Step:
    """A question answered by one of the choices."""
    said, listed = _words(prompt), _listed(choices)
    return Step(name, "choose", said, transitions, parse, listed, _words(hint), label=label, **more)


def checklist(name: str, prompt: Prompt, choices: Choices, **asked: Unpack[AskOptions]) -> Step:
    """A list that is ticked off over many turns. "Quay lại" does not leave it: answering again would begin it anew."""
    asked["no_way_back"] = True
    return replace(choose(name, prompt, choices, **asked), kind="checklist")


def wait(
    name: str, prompt: Prompt, choices: Choices | tuple[Choice, ...], **asked: Unpack[AskOptions]
) -> Step:
    """The conversation waits for something that happens elsewhere, such as the secure page."""
    return replace(choose(name, prompt, choices, **asked), kind="wait", secret_expected=True)


def call(name: str, asks: Asks, asks_for: type[Effect], *, transitions: Mapping[str, str]) -> Step:
    """An effect is awaited. Raises ValueError, so at import, when an outcome it declares has no way on."""
    missing = asks_for.outcomes - transitions.keys()
    if missing or not asks_for.outcomes:
        raise ValueError(
            f"step {name}: {asks_for.__name__} has no way on for {sorted(missing) or 'any outcome'}"
        )
    return Step(name, "call", _words(""), transitions, asks=asks, asks_for=asks_for)


def show(name: str, prompt: Prompt | str, *, transitions: str) -> Step:
    """Something is said and the conversation goes on at once."""
    return Step(name, "show", _words(prompt), {"": transitions})


def end(name: str, prompt: Prompt | str, choices: tuple[str, ...] = (), **more: Unpack[StepOptions]) -> Step:
    """What has become true is said; the menu stands open. `choices` are menu words offered first."""
    offered = tuple(Choice(label, "") for label in choices)
    return Step(name, "end", _words(prompt), {"": MENU}, choices=_listed(offered), **more)
