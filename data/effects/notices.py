"""Which notices a person wants."""

from __future__ import annotations

from data import people
from data.effects.handler import handles
from data.effects.turn_context import TurnContext, person
from flows.effects import EffectResult, LoadNotices, SetTopics, StopNotices


@handles(LoadNotices)
async def load_notices(turn: TurnContext, effect: LoadNotices) -> EffectResult:
    topics = await people.topics_of(turn.connection, turn.person) if turn.person else ()
    return EffectResult("on", {"topics": " ".join(topics)}) if topics else EffectResult("off")


@handles(SetTopics)
async def set_topics(turn: TurnContext, effect: SetTopics) -> EffectResult:
    await people.set_topics(turn.connection, await person(turn), effect.topics, turn.stamp)
    return EffectResult("kept", {"topics": " ".join(effect.topics)})


@handles(StopNotices)
async def stop_notices(turn: TurnContext, effect: StopNotices) -> EffectResult:
    stopped = turn.person and await people.stop_notices(turn.connection, turn.person, turn.door, turn.stamp)
    return EffectResult("stopped" if stopped else "nothing")
