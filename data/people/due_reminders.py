"""Turns reminders that are due into messages. Called by the worker, and by the terminal when somebody's own clock was moved.

Invariant: each is looked at again in the transaction that says it: after handing in, after the deadline or before the day that
the calendar now gives, nothing is said; of several that are due for one dossier only the newest.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.people import dossiers, reminders
from data.people.reminders import Due
from data.seal import Seal
from flows.content import Content
from flows.conversations.dossier import deadline

log = logging.getLogger("troly.worker")

AT_ONCE = 20  # reminders of one transaction, so that turns are not held up


async def remind(
    db: Database, seal: Seal, content: Content, now: float, *, of: Sequence[str] | None = None
) -> int:
    """Say what is due at `now`, at most AT_ONCE; how many were due. `of`: of these dossiers only."""
    async with db.reading() as connection:
        found = await reminders.due(connection, now, AT_ONCE, of=of)
    if not found:
        return 0
    newest = {one.dossier: one.due for one in found}
    async with db.writing() as connection:
        for one in sorted(found, key=lambda one: one.dossier):  # rows are locked in one order everywhere
            await _settle(db, connection, seal, content, one, now, over=one.due < newest[one.dossier])
    return len(found)


async def _settle(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    content: Content,
    one: Due,
    now: float,
    *,
    over: bool,
) -> None:
    """Say one reminder, or settle that it is not said."""
    if not await reminders.take(connection, one, reminders.WITHDRAWN if over else reminders.SAID) or over:
        return
    try:
        dossier = await dossiers.load(connection, seal, one.dossier)
    except ValueError as wrong:  # it cannot be opened now: those behind it are said
        log.error("a reminder was not said, its dossier cannot be read: %s", type(wrong).__name__)
        dossier = None
    person = await dossiers.owner(connection, one.dossier)
    said = False
    if dossier is not None and person is not None and dossier.sent_on and dossier.stage == dossiers.OPEN:
        sent_on = date.fromisoformat(dossier.sent_on)
        planned = dict(deadline.reminders(content, sent_on))
        if planned.get(one.kind, 0.0) > now:
            await reminders.wait_until(connection, one, planned[one.kind])
            return
        expires = deadline.ends(content, sent_on)
        if dossier.reminds and now < expires:
            today = datetime.fromtimestamp(now, UTC)
            text = deadline.reminder(content, sent_on, today, dossier.who, dossier.label)
            said = await reminders.say(db, connection, seal, one, person, text, now, expires)
    if not said:
        await reminders.never_said(connection, one)
