"""Reminders that a unit's contact asked for: who is late, marked at the press, said by the worker.

Invariant: whoever presses, and for whichever unit, nobody is marked twice within `unit_remind_hours`; what is marked leaves
`due` in the transaction that writes its outbox row, and only while the person is still seen, wants it, and has not handed in.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import outbox
from data.channels import CHANNELS
from data.engine import Database
from data.limits import Limits
from data.outbox import REMINDER
from data.outbox.rows import close_body, outbox_row
from data.people import dossiers, reminders, units
from data.people.units import Employee, Unit
from data.seal import Seal
from data.tables import people, unit_employees
from flows.calendar.office_hours import VIETNAM
from flows.content import Content
from flows.conversations.units import standing as standings
from flows.conversations.units.standing import Standing

log = logging.getLogger("troly.worker")

DAY, HOUR = 86_400.0, 3600.0
_ANY_DAY = Limits(unit_near_days=99)  # whatever is still to be handed in is said so
AT_ONCE = 20  # reminders of one transaction, so that turns are not held up


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many were marked, were reminded too short a while ago, and want no reminder."""

    now: int = 0
    earlier: int = 0
    silent: int = 0


def standing_of(content: Content, limits: Limits, one: Employee, at: float) -> Standing:
    """How far this person is at `at`."""
    return standings.standing(
        content,
        one.dossier,
        today=datetime.fromtimestamp(at, VIETNAM).date(),
        touched=datetime.fromtimestamp(one.touched, VIETNAM).date(),
        near_days=limits.unit_near_days,
        idle_days=limits.unit_idle_days,
    )


async def listed(
    connection: AsyncConnection, seal: Seal, content: Content, limits: Limits, unit: str, at: float
) -> list[tuple[Employee, Standing]]:
    """Everybody of a unit and how far they are, the latest first."""
    found = await units.employees(connection, seal, unit)
    told = [(one, standing_of(content, limits, one, at)) for one in found]
    return sorted(told, key=lambda pair: standings.rank(pair[1]))


async def mark(
    connection: AsyncConnection,
    found: Sequence[tuple[Employee, Standing]],
    unit: str,
    limits: Limits,
    now: float,
) -> Reminded:
    """Mark everybody who is late to be reminded."""
    late = [one for one, how in found if how.late]
    wanting = [one for one in late if one.wants_reminders]
    marked = 0
    for one in sorted(wanting, key=lambda one: one.person):
        rested = or_(
            people.c.unit_reminded_at.is_(None),
            people.c.unit_reminded_at <= now - HOUR * limits.unit_remind_hours,
        )
        mine = update(people).where(people.c.id == one.person, rested).values(unit_reminded_at=now)
        if int((await connection.execute(mine)).rowcount) == 1:
            row = (unit_employees.c.unit == unit, unit_employees.c.person == one.person)
            await connection.execute(update(unit_employees).where(*row).values(due=now))
            marked += 1
    return Reminded(marked, len(wanting) - marked, len(late) - len(wanting))


async def say_due(
    db: Database, seal: Seal, content: Content, now: float, *, of: Sequence[str] | None = None
) -> int:
    """Say what is marked, at most AT_ONCE; how many there were. `of`: to these people only."""
    query = select(unit_employees.c.unit, unit_employees.c.person).where(unit_employees.c.due <= now)
    if of is not None:
        query = query.where(unit_employees.c.person.in_(of))
    async with db.reading() as connection:
        found = (await connection.execute(query.order_by(unit_employees.c.due).limit(AT_ONCE))).all()
    if not found:
        return 0
    async with db.writing() as connection:
        for row in sorted(found, key=lambda r: (r.person, r.unit)):
            await _say(db, connection, seal, content, row.unit, row.person, now)
    return len(found)


async def _say(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    content: Content,
    unit: str,
    person: str,
    now: float,
) -> None:
    mine = (unit_employees.c.unit == unit, unit_employees.c.person == person)
    taken = update(unit_employees).where(*mine, unit_employees.c.due <= now).values(due=None)
    if int((await connection.execute(taken)).rowcount) != 1:
        return  # another has, or the person left
    try:
        found = await units.by_id(connection, seal, unit)
        one = await units.employee(connection, seal, unit, person)
    except ValueError as wrong:  # it cannot be opened now: those behind it are said
        log.error("a unit's reminder was not said, its rows cannot be read: %s", type(wrong).__name__)
        return
    at_work = one is not None and (one.dossier is None or one.dossier.stage == dossiers.OPEN)
    if found is None or one is None or not one.wants_reminders or not at_work:
        return
    where = await reminders.address_of(connection, person, now)
    if where is None:
        return
    address, busy = where
    if busy:  # an officer is speaking there
        later = update(unit_employees).where(*mine).values(due=now + reminders.BUSY_SECONDS)
        await connection.execute(later)
        return
    row_id, body = outbox.new_id(), {"text": words(content, found, one, now)}
    row = outbox_row(row_id, REMINDER, address, now, expires=now + DAY)
    await outbox.put(connection, [row | {"sealed": close_body(seal, row_id, address, body)}])
    if not CHANNELS[address.partition(":")[0]].pushed:
        await outbox.publish(db, connection, seal, row_id, address, body)


def words(content: Content, unit: Unit, one: Employee, now: float) -> str:
    """What a reminder of a unit says."""
    how = standing_of(content, _ANY_DAY, one, now)
    return (
        f"Cán bộ đầu mối của {unit.name} nhờ tôi nhắc anh/chị việc đăng ký VssID: anh/chị {how.told}. "
        f"Làm tiếp thì nhắn “đăng ký”, nộp giấy rồi thì nhắn “nộp rồi”. Không muốn đơn vị nhắc nữa thì nhắn “đơn vị đừng nhắc”; "
        f"không cho đơn vị xem nữa thì nhắn “rời đơn vị”. Tổng đài {content.office.hotline}."
    )
