"""An effect is declared once: its class with its outcomes, and its handler; what does not fit together stops the start."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from data.effects import handler
from data.effects.handler import EffectHandler, handles
from data.effects.turn_context import Services, TurnContext
from flows import effects
from flows.effects import CheckOtp, Effect, EffectResult, FindPeople, ForgetMessage, NoteMiss, awaited_effects
from flows.engine.steps import call
from tests.houses import House

ROOT = Path(__file__).parent.parent
NOWHERE = cast("Services", None)  # a handler that is only looked up needs no services


@dataclass(frozen=True, slots=True)
class RingBell(Effect, outcomes=("rung", "broken")):
    """A toy."""

    times: int = 1


async def ring_bell(turn: TurnContext, effect: RingBell) -> EffectResult:
    return EffectResult("rung" if effect.times else "silent")


def test_a_class_keeps_what_it_declares_and_nothing_of_another() -> None:
    assert RingBell.outcomes == {"rung", "broken"}
    assert RingBell(2).times == 2
    assert not RingBell.about_people
    assert FindPeople.about_people
    assert CheckOtp.about_people
    assert ForgetMessage.outcomes == NoteMiss.outcomes == Effect.outcomes == frozenset()
    assert not {ForgetMessage, NoteMiss, Effect} & set(awaited_effects())


@pytest.mark.parametrize(("effect", "ways"), [(RingBell, {"rung": "x"}), (ForgetMessage, {})])
def test_a_step_that_leaves_an_outcome_open_or_awaits_nothing_is_refused(
    effect: type[Effect], ways: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="no way on"):
        call("bell", lambda context: RingBell(), effect, transitions=ways)


def test_an_effect_without_a_handler_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    EffectHandler(NOWHERE)
    monkeypatch.setattr(effects, "RingBell", RingBell, raising=False)
    with pytest.raises(TypeError, match=r"no handler in data/effects for RingBell"):
        EffectHandler(NOWHERE)


def test_a_second_handler_and_one_that_nothing_awaits_are_refused() -> None:
    EffectHandler(NOWHERE)

    async def again(turn: TurnContext, effect: Any) -> EffectResult:
        return EffectResult("none")

    with pytest.raises(TypeError, match=r"FindPeople has two handlers, in data\.effects\.lookup and "):
        handles(FindPeople)(again)
    with pytest.raises(TypeError, match="declares no outcomes"):
        handles(NoteMiss)(again)


async def test_only_a_declared_outcome_of_an_awaited_effect_comes_back(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = sqlite_house
    monkeypatch.setitem(handler._HANDLERS, RingBell, ring_bell)
    async with house.db.reading() as connection:
        services, at = house.effect_handler.services, datetime.fromtimestamp(house.clock(), UTC)
        turn = TurnContext(services, connection, "web:1", None, at, house.clock())
        assert (await house.effect_handler.handle(turn, RingBell())).outcome == "rung"
        assert not turn.looked
        with pytest.raises(ValueError, match="RingBell declares no outcome 'silent'"):
            await house.effect_handler.handle(turn, RingBell(0))
        with pytest.raises(TypeError, match="NoteMiss is not awaited"):
            await house.effect_handler.handle(turn, NoteMiss("gi vay"))


TOY_CLASS = '''

@dataclass(frozen=True, slots=True)
class RingBell(Effect, outcomes=("rung",)):
    """A toy."""
'''
TOY_HANDLER = """
from data.effects.handler import handles
from flows.effects import EffectResult, RingBell


@handles(RingBell)
async def ring_bell(turn, effect):
    return EffectResult("rung")
"""
RUN_TOY = """
import asyncio
from data.effects.handler import EffectHandler
from data.effects.turn_context import TurnContext
from flows.effects import RingBell

turn = TurnContext(None, None, "web:1", None, None, 0.0)
print(asyncio.run(EffectHandler(None).handle(turn, RingBell())).outcome)
"""


def test_a_new_effect_touches_two_files(tmp_path: Path) -> None:
    for room in ("data", "flows"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "content"))
    with (tmp_path / "flows/effects.py").open("a", encoding="utf-8") as file:
        file.write(TOY_CLASS)
    run = [sys.executable, "-c", RUN_TOY]
    half = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "no handler in data/effects for RingBell" in half.stderr
    (tmp_path / "data/effects/bell.py").write_text(TOY_HANDLER, encoding="utf-8")
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("rung\n", "")
