"""A scam that somebody met is counted for staff, within what one conversation, its source and all together may report."""

from __future__ import annotations

from data import budgets, scam_reports
from data.effects.handler import handles
from data.effects.turn_context import TurnContext
from flows.effects import EffectResult, ReportScam


@handles(ReportScam)
async def report_scam(turn: TurnContext, effect: ReportScam) -> EffectResult:
    services = turn.services
    bounds = budgets.scam_reports(services.limits)
    if await budgets.spent(turn.connection, bounds, turn.taker, turn.now) is not None:
        return EffectResult("limited")
    await budgets.take(turn.connection, turn.taker, turn.now, budgets.SCAM_REPORT)
    await scam_reports.note(
        services.db,
        turn.connection,
        services.seal,
        thing=effect.thing,
        subject=effect.subject,
        signs=effect.signs,
        now=turn.now,
        days=services.limits.scam_report_days,
    )
    return EffectResult("kept")
