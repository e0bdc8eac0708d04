"""What the shield finds in the words of one turn, by where the conversation stands. Called by dialogue.py.

Invariant: a text is read once a turn, and what was read is gone with the turn.
"""

from __future__ import annotations

from datetime import datetime

from flows.content import Content
from flows.engine import commands, events
from flows.engine.events import Event, Pressed, Said, Unreadable
from flows.engine.flows import Flows
from flows.engine.state import State
from flows.engine.steps import Context
from flows.secrets import detector
from flows.secrets.detector import SecretReading
from flows.text.normalise import plain, same_words
from flows.understanding.facts import number_of
from flows.understanding.intents import named


class Shield:
    """What the shield reads in the words of one turn: each text once, however often it is asked; gone with the turn."""

    def __init__(self, content: Content) -> None:
        self.weights = content.secret_weights
        self._read: SecretReading | None = None

    def seen(self, text: str) -> SecretReading:
        """The text as the shield reads it."""
        if self._read is None or self._read.text != text:
            self._read = SecretReading(text, self.weights)
        return self._read

    def secret_in(self, text: str, *, expected: bool, watch: str) -> str:
        """ "otp" or "password" when the text holds one, else ""; see flows/secrets/detector.py."""
        return detector.secret_in(text, self.weights, expected=expected, watch=watch, seen=self.seen(text))


def valid_labels(state: State, content: Content, at: datetime, flows: Flows) -> tuple[str, ...]:
    """Every wording that a press may mean now: offered last or by the step, on the menu, or valid anywhere."""
    _, step = flows.find(state.flow, state.step)
    choices = step.choices(Context(state.answers, content, at, flows)) if step is not None else ()
    labels = (*state.options, *(choice.label for choice in choices), *flows.menu(content).options)
    return tuple(dict.fromkeys((*labels, *commands.ALWAYS_VALID)))


def secret_of(state: State, event: Event, content: Content, flows: Flows, shield: Shield) -> str:
    """ "otp" or "password" when a secret was typed here, else ""."""
    secret_in = shield.secret_in
    if not isinstance(event, Said):
        words = events.words_beside(event)
        watch = "" if isinstance(event, events.SentFile | events.SharedContact) else state.watch[0]
        secret = secret_in(words, expected=False, watch=watch) if words else ""
        return "" if secret and is_offered(event, state, content, flows) else secret
    flow, step = flows.find(state.flow, state.step)
    watch = "" if is_known_wording(state, event.text, content, flows) else state.watch[0]
    secret = secret_in(event.text, expected=step is not None and step.secret_expected, watch=watch)
    expected = flow is not None and flow.expects_digits(state.step, event.text, content)
    return "" if secret == detector.OTP and watch in ("", detector.PIECE) and expected else secret


def watched(state: State, event: Event, secret: str, shield: Shield) -> tuple[str, int]:
    """What the next messages are checked for, after this event in which `secret` was found."""
    words = typed(event) or (events.words_beside(event) if secret else "")
    if not words:
        return state.watch
    return detector.watch_after(words, secret, state.watch, shield.weights, shield.seen(words))


def is_offered(event: Event, state: State, content: Content, flows: Flows) -> bool:
    """Whether this is a press of what is ours to press: of any other the words are somebody's own."""
    if not isinstance(event, Pressed):
        return False
    return any(same_words(event.label, label) for label in valid_labels(state, content, event.at, flows))


def is_known_wording(state: State, text: str, content: Content, flows: Flows) -> bool:
    """Whether a text is an option, words that work anywhere or a phrase of a flow: those are no password."""
    if not state.watch[0]:
        return False
    numbered = number_of(text, len(state.options)) is not None
    offered = numbered or any(same_words(text, option) for option in state.options)
    known = offered or bool(commands.anywhere(plain(text)))
    return known or bool(named(text, content, flows.routes(content))[0])


def typed(event: Event) -> str:
    """The words of somebody's own that came with an event, "" where there are none."""
    return event.text if isinstance(event, Said) else event.words if isinstance(event, Unreadable) else ""
