"""Finds the handler of an effect and calls it. The turn queue calls `EffectHandler.handle` inside the turn's transaction.

Every file of this folder is imported at start-up; `@handles` there registers its functions. Invariant: each awaited effect of
flows/effects.py has exactly one handler, and a result's outcome is one that the effect declared.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any, TypeVar

import data.effects
from data.effects.turn_context import Services, TurnContext
from flows.effects import Effect, EffectResult, awaited_effects

E = TypeVar("E", bound=Effect)
Handler = Callable[[TurnContext, E], Awaitable[EffectResult]]
_HANDLERS: dict[type[Effect], Handler[Any]] = {}


def handles(effect: type[E]) -> Callable[[Handler[E]], Handler[E]]:
    """Make the function below the handler of `effect`. Raises TypeError when there is one, or the effect is not awaited."""

    def register(handler: Handler[E]) -> Handler[E]:
        if not effect.outcomes:
            raise TypeError(f"{effect.__name__} declares no outcomes, so nothing awaits a handler of it")
        if effect in _HANDLERS:
            raise TypeError(
                f"{effect.__name__} has two handlers, in {_HANDLERS[effect].__module__} and {handler.__module__}"
            )
        _HANDLERS[effect] = handler
        return handler

    return register


class EffectHandler:
    """Handles effects with these services. Raises TypeError when an effect has no handler."""

    def __init__(self, services: Services) -> None:
        self.services = services
        for module in pkgutil.iter_modules(data.effects.__path__, "data.effects."):
            import_module(module.name)
        missing = [effect.__name__ for effect in awaited_effects() if effect not in _HANDLERS]
        if missing:
            raise TypeError(f"no handler in data/effects for {', '.join(missing)}")

    async def handle(self, turn: TurnContext, effect: Effect) -> EffectResult:
        """Do what the effect asks. Raises TypeError for an effect that is not awaited, ValueError for an undeclared outcome."""
        if not effect.outcomes:
            raise TypeError(f"{type(effect).__name__} is not awaited")
        turn.looked = turn.looked or effect.about_people
        result = await _HANDLERS[type(effect)](turn, effect)
        if result.outcome not in effect.outcomes:
            raise ValueError(f"{type(effect).__name__} declares no outcome {result.outcome!r}")
        return result
