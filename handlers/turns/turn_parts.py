"""What a turn is made of: its replies as the outbox keeps them, what its events came to, its savepoint.

Used by turn.py. Invariant: a turn that asks for no effect opens no savepoint.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from data import conversations
from data.conversations import Conversation
from data.outbox import HeldText
from flows.effects import ForgetMessage
from flows.engine.navigation import Turn
from flows.engine.steps import Reply
from handlers.turns.types import MadeTurn, TurnResult, WaitingTurn


def body_of(reply: Reply, topic: int = 0) -> dict[str, Any]:
    """A reply as the outbox keeps it: JSON values, what is empty left out. `topic`: where on its channel it is to go."""
    body: dict[str, Any] = {"text": reply.text}
    if reply.options:
        body["options"] = list(reply.options)
    if reply.by_words:
        body["by_words"] = True
    if reply.shares:
        body["shares"] = reply.shares
    if reply.contact:
        body["contact"] = {"name": reply.contact.name, "phone": reply.contact.phone}
    if reply.link:
        body["link"] = reply.link
    if reply.until:
        body["until"] = reply.until.astimezone(UTC).isoformat()
    if reply.paper:
        body["paper"] = reply.paper.as_json()
    if reply.key:
        body["key"] = reply.key
    if topic:
        body["topic"] = topic
    return body


@dataclass(slots=True)
class TurnReplies:
    """What one or more events came to. `forget`: the message being taken held a secret; `texts`: earlier ones that did."""

    turn: Turn
    outcomes: tuple[str, ...] = ()
    forget: bool = False
    texts: tuple[HeldText, ...] = ()

    def add(self, turn: Turn, outcomes: tuple[str, ...]) -> None:
        """This came after it; what is said again is said once."""
        said = {reply.text for reply in turn.replies}
        earlier = tuple(reply for reply in self.turn.replies if reply.text not in said)
        effects = (*self.turn.effects, *turn.effects)
        self.turn = replace(turn, replies=(*earlier, *turn.replies), effects=effects)
        self.outcomes += outcomes


async def again(connection: AsyncConnection, waiting: WaitingTurn, conversation: Conversation) -> MadeTurn:
    """An event that was acted on before: nothing is said, but a secret is to be forgotten by whoever still has it."""
    forget = await conversations.held_secret(connection, waiting.address, waiting.key)
    return silent(waiting, conversation, forget=forget)


def silent(waiting: WaitingTurn, conversation: Conversation, *, forget: bool = False) -> MadeTurn:
    """A turn that changes nothing and says nothing."""
    place = (conversation.state.flow, conversation.state.step)
    said = conversation.said
    return MadeTurn(waiting, TurnResult(waiting.address, place=place, forget=forget, repeat=True, said=said))


def has_secret(turn: Turn) -> bool:
    """Whether a secret was found in what was just read."""
    return any(isinstance(effect, ForgetMessage) for effect in turn.effects)


class Savepoint:
    """A savepoint that begins only when the turn first asks for an effect."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._nested: Any = None

    async def begin(self) -> None:
        if self._nested is None:
            self._nested = await self._connection.begin_nested()

    async def keep(self) -> None:
        if self._nested is not None:
            await self._nested.commit()

    async def undo(self) -> None:
        if self._nested is not None:
            await self._nested.rollback()
            self._nested = None
