"""Consent: asked for, and recorded with its wording."""

from __future__ import annotations

from data import people
from data.effects.handler import handles
from data.effects.turn_context import TurnContext, person
from flows.effects import CheckConsent, EffectResult, GiveConsent


@handles(CheckConsent)
async def check_consent(turn: TurnContext, effect: CheckConsent) -> EffectResult:
    given = turn.person and await people.has_consented(turn.connection, turn.person, effect.purpose)
    return EffectResult("given" if given else "missing")


@handles(GiveConsent)
async def give_consent(turn: TurnContext, effect: GiveConsent) -> EffectResult:
    await people.give_consent(
        turn.connection, await person(turn), effect.purpose, effect.wording, turn.door, turn.stamp
    )
    return EffectResult("kept")
