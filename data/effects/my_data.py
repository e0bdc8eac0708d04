"""The person's own data: what is kept, taken along, erased."""

from __future__ import annotations

from data import outbox, people, petitions, rights
from data.desk import persons
from data.effects.handler import handles
from data.effects.turn_context import TurnContext, one_time_page
from data.people import links, units
from data.secure import papers
from flows.effects import EffectResult, EraseMyData, ExportMyData, LoadMyData, ShareDossier


@handles(LoadMyData)
async def load_my_data(turn: TurnContext, effect: LoadMyData) -> EffectResult:
    whose = (turn.connection, turn.person, turn.address)
    kept = await people.kept_about(turn.connection, turn.person) if turn.person else people.NOTHING_KEPT
    letters, asked = await persons.count_about(*whose), await persons.has_tickets(*whose)
    sent = await petitions.count_about(turn.connection, turn.person) if turn.person else 0
    open_papers = len(await papers.kept_for(turn.connection, turn.services.seal, turn.address))
    if not (
        sent or open_papers or kept.purposes or kept.ticked is not None or kept.phone or kept.topics or asked
    ):
        return EffectResult("nothing")
    seal = turn.services.seal
    watched = await units.of_contact(turn.connection, seal, turn.person) if turn.person else []
    seen_by = await units.seen_by(turn.connection, seal, turn.person) if turn.person else []
    waiting = await outbox.waiting_for(turn.connection, turn.address)
    may_share = not kept.shares and await _proven_of_late(turn)
    facts = {
        "purposes": " ".join(kept.purposes),
        "dossier": None if kept.ticked is None else str(kept.ticked),
        "phone": "1" if kept.phone else None,
        "shares": "1" if kept.shares else None,
        "may_share": "1" if may_share else None,
        "topics": " ".join(kept.topics),
        "letters": str(letters) if letters else None,
        "petitions": str(sent) if sent else None,
        "papers": str(open_papers) if open_papers else None,
        "waiting": str(waiting) if waiting else None,
        "units": ", ".join(unit.name for unit in watched) or None,
        "seen_by": ", ".join(unit.name for unit in seen_by) or None,
    }
    return EffectResult("something", facts)


@handles(ExportMyData)
async def export_my_data(turn: TurnContext, effect: ExportMyData) -> EffectResult:
    return EffectResult("ready", await one_time_page(turn, kind="export"))


@handles(EraseMyData)
async def erase_my_data(turn: TurnContext, effect: EraseMyData) -> EffectResult:
    await rights.erase(turn.services.db, turn.connection, turn.person, turn.address, turn.stamp, turn.now)
    turn.ticket = None
    return EffectResult("erased")


@handles(ShareDossier)
async def share_dossier(turn: TurnContext, effect: ShareDossier) -> EffectResult:
    services, mine = turn.services, turn.person
    if mine is None or not await _proven_of_late(turn):
        return EffectResult("unproven")
    if not links.may_share_at(turn.address):
        return EffectResult("never_here")
    turn.person = await links.share(services.db, turn.connection, services.seal, mine, turn.stamp)
    return EffectResult("waiting" if turn.person == mine else "linked")


async def _proven_of_late(turn: TurnContext) -> bool:
    return turn.person is not None and await links.has_proven_of_late(
        turn.connection, turn.person, turn.stamp
    )
