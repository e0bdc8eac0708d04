"""Units: registered and watched by their contact, joined and left by employees, within what one source may do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from data import audit, budgets, people
from data.effects.handler import handles
from data.effects.turn_context import TurnContext, person
from data.installation.addresses import links_to
from data.people import dossiers, unit_reminders, units
from data.people.units import Unit
from data.secure import pages
from flows.content import Content
from flows.conversations.units.standing import counted
from flows.effects import (
    DropUnit,
    EffectResult,
    FindUnit,
    JoinUnit,
    LeaveUnits,
    LoadUnit,
    OpenUnitPage,
    RegisterUnit,
    RemindUnit,
    SilenceUnits,
)


@handles(LoadUnit)
async def load_unit(turn: TurnContext, effect: LoadUnit) -> EffectResult:
    found = await _mine(turn)
    wanted = [unit for unit in found if unit.id == effect.unit] or found
    if not wanted:
        return EffectResult("none")
    if len(wanted) > 1:
        return EffectResult("several", {"units": [[unit.id, unit.name] for unit in wanted]})
    return EffectResult("one", await _facts(turn, effect.content, wanted[0], effect.lines))


@handles(RegisterUnit)
async def register_unit(turn: TurnContext, effect: RegisterUnit) -> EffectResult:
    limits, whose = turn.services.limits, await person(turn)
    if len(await _mine(turn)) >= limits.units_per_person:
        return EffectResult("full")
    if await budgets.spent(turn.connection, budgets.units(limits), turn.taker, turn.now) is not None:
        return EffectResult("limited")
    await budgets.take(turn.connection, turn.taker, turn.now, budgets.UNIT)
    made = await units.register(
        turn.connection, turn.services.seal, whose, effect.name, effect.kind, turn.stamp
    )
    return EffectResult("one", await _facts(turn, effect.content, made, 0))


@handles(OpenUnitPage)
async def open_unit_page(turn: TurnContext, effect: OpenUnitPage) -> EffectResult:
    mine = [unit for unit in await _mine(turn) if unit.id == effect.unit]
    if not mine:
        return EffectResult("none")
    limits, services = turn.services.limits, turn.services
    if await budgets.spent(turn.connection, budgets.unit_links(limits), turn.taker, turn.now) is not None:
        return EffectResult("limited")
    await budgets.take(turn.connection, turn.taker, turn.now, budgets.UNIT_LINK)
    until = turn.stamp + 60.0 * limits.unit_link_minutes
    token = await pages.open_page(
        turn.connection, turn.address, code_until=until, until=until, kind=pages.UNIT, subject=mine[0].id
    )
    whose = services.seal.keyed("unit", mine[0].id)
    look: dict[str, Any] = {
        "at": turn.now,
        "who": turn.address,
        "what": "unit",
        "whose": whose,
        "outcome": "own",
    }
    await audit.note(services.db, turn.connection, services.seal, **look)
    link = f"{services.public_address}/unit/{token}"
    return EffectResult("ready", {"link": link, "until": datetime.fromtimestamp(until, UTC).isoformat()})


@handles(RemindUnit)
async def remind_unit(turn: TurnContext, effect: RemindUnit) -> EffectResult:
    mine = [unit for unit in await _mine(turn) if unit.id == effect.unit]
    if not mine:
        return EffectResult("none")
    services = turn.services
    found = await unit_reminders.listed(
        turn.connection, services.seal, effect.content, services.limits, mine[0].id, turn.stamp
    )
    done = await unit_reminders.mark(turn.connection, found, mine[0].id, services.limits, turn.now)
    told = {"unit_reminded": done.now, "unit_earlier": done.earlier, "unit_silent": done.silent}
    return EffectResult("reminded", {key: str(n) if n else None for key, n in told.items()})


@handles(DropUnit)
async def drop_unit(turn: TurnContext, effect: DropUnit) -> EffectResult:
    mine = [unit.id for unit in await _mine(turn) if unit.id == effect.unit]
    await units.drop(turn.connection, mine)
    await pages.close_pages_of(turn.connection, mine)
    return EffectResult("dropped" if mine else "none")


@handles(FindUnit)
async def find_unit(turn: TurnContext, effect: FindUnit) -> EffectResult:
    connection, services = turn.connection, turn.services
    if not effect.code:  # asked for by name, without a link
        return EffectResult("unknown")
    bounds = budgets.unit_misses(services.limits)
    if await budgets.spent(connection, bounds, turn.taker, turn.now) is not None:
        return EffectResult("limited")
    found = await units.by_code(connection, services.seal, effect.code)
    if found is None:
        await budgets.take(connection, turn.taker, turn.now, budgets.UNIT_MISS)
        return EffectResult("unknown")
    facts: dict[str, Any] = {"unit_name": found.name, "unit_kind": found.kind}
    joined = await units.seen_by(connection, services.seal, turn.person) if turn.person else []
    if found.id in [unit.id for unit in joined]:
        one = await units.employee(connection, services.seal, found.id, str(turn.person))
        known = {"known_name": one.listed_name, "known_code": one.listed_code or None} if one else {}
        return EffectResult("joined", facts | known)
    if await units.count(connection, found.id) >= services.limits.unit_employees:
        return EffectResult("full", facts)
    kept = await dossiers.all_of(connection, services.seal, turn.person) if turn.person else []
    own = next((d for d in kept if d.who in ("employee", "officer") and d.name), None)
    known = {"known_name": own.name, "known_code": own.code} if own else {}
    return EffectResult("found", facts | known)


@handles(JoinUnit)
async def join_unit(turn: TurnContext, effect: JoinUnit) -> EffectResult:
    connection, services = turn.connection, turn.services
    found = await units.by_code(connection, services.seal, effect.unit_code)
    if found is None:
        return EffectResult("unknown")
    whose = await person(turn)
    await services.db.lock(connection, f"unit {found.id}")
    if await units.count(connection, found.id) >= services.limits.unit_employees:
        return EffectResult("full")
    told: dict[str, Any] = {"name": effect.name, "code": effect.code, "at": turn.stamp}
    await units.join(services.db, connection, services.seal, found.id, whose, **told)
    return EffectResult("joined")


@handles(LeaveUnits)
async def leave_units(turn: TurnContext, effect: LeaveUnits) -> EffectResult:
    if turn.person is None:
        return EffectResult("none")
    named = [unit.name for unit in await units.seen_by(turn.connection, turn.services.seal, turn.person)]
    await units.leave(turn.connection, turn.person)
    if not named:
        return EffectResult("none")
    await people.take_back(turn.connection, turn.person, "unit_seen", turn.door, turn.stamp)
    return EffectResult("left", {"unit_names": ", ".join(named)})


@handles(SilenceUnits)
async def silence_units(turn: TurnContext, effect: SilenceUnits) -> EffectResult:
    done = turn.person is not None and await units.silence(turn.connection, turn.person)
    return EffectResult("silent" if done else "none")


async def _mine(turn: TurnContext) -> list[Unit]:
    if turn.person is None:
        return []
    return await units.of_contact(turn.connection, turn.services.seal, turn.person)


async def _facts(turn: TurnContext, content: Content, unit: Unit, lines: int) -> dict[str, Any]:
    services = turn.services
    found = await unit_reminders.listed(
        turn.connection, services.seal, content, services.limits, unit.id, turn.stamp
    )
    told = [[one.listed_name, how.told] for one, how in found[:lines]]
    return {
        "unit": unit.id,
        "unit_name": unit.name,
        "unit_kind": unit.kind,
        "unit_code": unit.code,
        "unit_links": await links_to(turn.connection, services.public_address, unit.code),
        "unit_counts": counted(how for _, how in found),
        "unit_late": sum(how.late for _, how in found),
        "unit_lines": told or None,
    }
