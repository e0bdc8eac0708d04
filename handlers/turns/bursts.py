"""Words that are typed in several messages: which wait for more, and which are read together. Called by the making of a turn.

What is understood is acted on at once, so nobody waits for an answer. What is not understood waits: a first text for
`wait` seconds, one that comes soon after another for `seconds` from the first that waits; then all are read as one
text. Words that are here already (one poll) may go on with what is understood; then it waits for them. Words that stand alone (a label, a number, a command) are never joined: what waits is answered before them.
Invariant: what waits is kept (data/outbox/held.py) in the transaction that acknowledges it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.conversations import Conversation
from data.outbox import HeldText, HeldWords, first_words
from flows import catalog
from flows.content import Content
from flows.engine.events import Event, Said
from flows.engine.navigation import Turn
from flows.engine.state import MISS, State
from flows.text.normalise import same_words
from handlers.turns.types import WaitingTurn

NUMBER_LENGTH = 2  # digits of the number of an option


@dataclass(frozen=True, slots=True)
class BurstLimits:
    """`seconds` in which messages are one burst (0: none is ever joined), `wait` for a lone text, `text`: the longest joined."""

    seconds: float = 0.0
    wait: float = 0.3
    text: int = 200


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """One thing to act on now. `turn` is its first turn where that is known; `texts` are earlier messages read with it.

    `own`: the message that is being taken is part of it.
    """

    event: Event
    turn: Turn | None = None
    texts: tuple[HeldText, ...] = ()
    own: bool = True


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is to be acted on now, in order; or, with nothing, the words that wait."""

    readings: tuple[ReadMessage, ...] = ()
    wait: HeldWords | None = None


def gather(
    waiting: WaitingTurn,
    conversation: Conversation,
    held: HeldWords | None,
    event: Event,
    content: Content,
    limits: BurstLimits,
    *,
    at: datetime,
    now: float,
) -> Gathered:
    """What this event, with the words that wait, comes to. Pure."""
    act = waiting.act
    if act.ends:
        if held is None or (held.id, held.until) != (act.ends, act.due):  # more came since
            return Gathered()
        return Gathered((_of(held, at, own=False),))
    before = () if held is None else (_of(held, at, own=False),)
    apart = Gathered((*before, ReadMessage(event)))
    if not (act.joins and limits.seconds and isinstance(event, Said)) or len(event.text) > limits.text:
        return apart
    state = conversation.state
    if held is None:
        turn = catalog.advance(state, event, content)
        if understood(state, turn) and not _is_continued(event, turn, waiting, state, content, limits):
            return Gathered((ReadMessage(event, turn),))
    elif stands_alone(event.text, state, content, at):
        return apart
    text = HeldText(waiting.key, event.text, act.note)
    soon = held is not None or act.following or now - conversation.at < limits.seconds
    since = held.since if held is not None else now
    until = since + (limits.seconds if soon else limits.wait)
    if held is None:
        whole = first_words(text, since=since, until=until, source=waiting.source)
    else:
        whole = held.with_text(text, until)
    if len(whole.joined) > limits.text:
        return apart
    if held is not None:
        read = Said(whole.joined, at)
        turn = catalog.advance(state, read, content)
        if understood(state, turn):
            if _is_continued(read, turn, waiting, state, content, limits):
                return Gathered(wait=whole)
            return Gathered((ReadMessage(read, turn, held.texts),))
        alone = catalog.advance(state, event, content)
        if understood(state, alone):
            return Gathered((ReadMessage(event, alone),))
    if until <= now:
        return Gathered((_of(whole, at, own=True),))
    return Gathered(wait=whole)


def _is_continued(
    said: Said, turn: Turn, waiting: WaitingTurn, state: State, content: Content, limits: BurstLimits
) -> bool:
    """Whether the words that are here already go on with these: behind their answer they would say nothing, with them they do."""
    following = waiting.act.following
    if not following or turn.awaits is not None or stands_alone(said.text, state, content, said.at):
        return False
    both = Said(f"{said.text} {following}", said.at)
    if len(both.text) > limits.text or understood(
        turn.state, catalog.advance(turn.state, Said(following, said.at), content)
    ):
        return False
    return understood(state, catalog.advance(state, both, content))


def understood(before: State, turn: Turn) -> bool:
    """Whether this first turn was no miss."""
    return turn.state.misses < before.misses + MISS


def stands_alone(text: str, state: State, content: Content, at: datetime) -> bool:
    """Whether these words are a whole answer: the number or the words of something that can be pressed."""
    if text.isdigit() and len(text) <= NUMBER_LENGTH:
        return True
    return any(same_words(text, label) for label in catalog.valid_labels(state, content, at))


def _of(held: HeldWords, at: datetime, *, own: bool) -> ReadMessage:
    texts = held.texts[:-1] if own else held.texts
    return ReadMessage(Said(held.joined, at), None, texts, own)
