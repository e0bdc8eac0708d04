"""Petitions that citizens sent, and what was written about them since. Written by the turn and by the console.

Invariant: what people wrote, their names and phones are sealed; a petition is made in the turn that says its code, so it is
there once or not at all. Whoever asks from elsewhere proves nothing by the code alone.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import channels, outbox
from data.conversations import claim_events, topic_of
from data.engine import Database, value_of
from data.outbox import Outgoing
from data.seal import Seal
from data.tables import conversations, petition_lines, petitions
from data.tables import outbox as outbox_rows
from flows.text.masking import mask_name, mask_phone, mask_text

SENT, ASSIGNED, ANSWERED, WITHDRAWN = "sent", "assigned", "answered", "withdrawn"
OPEN = (SENT, ASSIGNED)
STATES = (*OPEN, ANSWERED, WITHDRAWN)
CITIZEN, OFFICER, NOTE = "citizen", "officer", "note"
SIGNED = "BHXH trả lời phản ánh {code}: "  # before an officer's words, on every channel
DAY = 86400.0


def code_of(number: int) -> str:
    """What people call a petition: KN-0042."""
    return f"KN-{number:04d}"


@dataclass(frozen=True, slots=True)
class Petition:
    """One petition. `due`: until when the office means to answer, ISO date; `text`, `name`, `phone`: "" when erased or not given."""

    id: str
    number: int
    address: str
    person: str | None
    door: str
    category: str
    state: str
    officer: str | None
    due: str
    sent_at: float
    answered_at: float | None
    closed_at: float | None
    text: str
    name: str
    phone: str

    @property
    def code(self) -> str:
        return code_of(self.number)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def is_late(self, today: date) -> bool:
        """Whether it is open and the day it was to be answered by is past."""
        return self.is_open and self.due < today.isoformat()


@dataclass(frozen=True, slots=True)
class PetitionMessage:
    """One line about a petition. `who`: citizen, officer or note; `state`: what the outbox says of an officer's words."""

    id: int
    who: str
    staff: str | None
    text: str
    at: float
    state: str = ""


def _petition(seal: Seal, r: Any, *, plain: bool) -> Petition:
    words = seal.open(r.words, f"petition {r.id}") or {}
    text, name, phone = (str(words.get(key, "")) for key in ("text", "name", "phone"))
    if not plain:
        text, name, phone = (
            mask_text(text),
            mask_name(name) if name else "",
            mask_phone(phone) if phone else "",
        )
    return value_of(Petition, r, text=text, name=name, phone=phone)


# -- looking


async def load(
    connection: AsyncConnection, seal: Seal, petition_id: str, *, plain: bool = False
) -> Petition | None:
    """The petition of this id, or None; numbers masked unless `plain`."""
    row = (await connection.execute(select(petitions).where(petitions.c.id == petition_id))).first()
    return _petition(seal, row, plain=plain) if row else None


async def by_number(
    connection: AsyncConnection, seal: Seal, number: int, *, plain: bool = False
) -> Petition | None:
    """The petition of this number, or None."""
    row = (await connection.execute(select(petitions).where(petitions.c.number == number))).first()
    return _petition(seal, row, plain=plain) if row else None


async def newest_of(
    connection: AsyncConnection, seal: Seal, address: str, person: str | None
) -> Petition | None:
    """What this conversation or person sent last, or None."""
    query = select(petitions).where(_whose(address, person)).order_by(petitions.c.number.desc()).limit(1)
    row = (await connection.execute(query)).first()
    return _petition(seal, row, plain=True) if row else None


def is_theirs(petition: Petition, address: str, person: str | None) -> bool:
    """Whether this conversation or person sent it."""
    return petition.address == address or (person is not None and petition.person == person)


async def may_ask(connection: AsyncConnection, number: int, phone_key: str) -> bool:
    """Whether a petition of this number was left with this phone."""
    query = select(petitions.c.id).where(petitions.c.number == number, petitions.c.phone_key == phone_key)
    return (await connection.execute(query)).first() is not None


async def listed(
    connection: AsyncConnection,
    seal: Seal,
    *,
    states: tuple[str, ...] = (),
    category: str = "",
    officer: str = "",
    limit: int,
    plain: bool = False,
) -> list[Petition]:
    """Petitions with these marks, at most `limit`: open ones by the day they are due, then the others, newest first."""
    query = select(petitions)
    if states:
        query = query.where(petitions.c.state.in_(states))
    if category:
        query = query.where(petitions.c.category == category)
    if officer:
        query = query.where(petitions.c.officer == officer)
    return [_petition(seal, r, plain=plain) for r in await connection.execute(_ordered(query).limit(limit))]


def _ordered(query: Select[Any]) -> Select[Any]:
    closed = petitions.c.state.not_in(OPEN)
    return query.order_by(closed, petitions.c.due, petitions.c.number.desc())


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How many petitions are in each state."""
    rows = await connection.execute(select(petitions.c.state, func.count()).group_by(petitions.c.state))
    return {str(state): int(n) for state, n in rows}


async def lines(
    connection: AsyncConnection, seal: Seal, petition_id: str, *, plain: bool = False
) -> list[PetitionMessage]:
    """What was written about a petition, oldest first; masked unless `plain`."""
    query = (
        select(petition_lines, outbox_rows.c.state)
        .outerjoin(outbox_rows, outbox_rows.c.id == petition_lines.c.row)
        .where(petition_lines.c.petition == petition_id)
        .order_by(petition_lines.c.id)
    )
    found = []
    for r in await connection.execute(query):
        text = str(seal.open(r.words, f"petition line {r.id}") or "")
        found.append(
            PetitionMessage(r.id, r.who, r.staff, text if plain else mask_text(text), r.at, r.state or "")
        )
    return found


async def last_answer(connection: AsyncConnection, seal: Seal, petition_id: str) -> str:
    """What an officer answered last, "" for nothing."""
    said = [
        line.text for line in await lines(connection, seal, petition_id, plain=True) if line.who == OFFICER
    ]
    return said[-1] if said else ""


# -- the citizen's side; inside a turn, which holds the conversation's lock


async def send(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    *,
    address: str,
    person: str,
    text: str,
    category: str,
    due: date,
    at: float,
) -> Petition:
    """Keep a petition; its number is the next one."""
    await db.lock(connection, "petition numbers")
    newest = (await connection.execute(select(func.max(petitions.c.number)))).scalar() or 0
    petition_id = secrets.token_hex(16)
    await connection.execute(
        petitions.insert().values(
            id=petition_id,
            number=newest + 1,
            address=address,
            person=person,
            door=address.partition(":")[0],
            category=category,
            state=SENT,
            due=due.isoformat(),
            words=seal.close({"text": text}, f"petition {petition_id}"),
            sent_at=at,
        )
    )
    made = await load(connection, seal, petition_id, plain=True)
    assert made is not None
    return made


async def add(
    connection: AsyncConnection,
    seal: Seal,
    petition: Petition,
    *,
    text: str,
    name: str,
    phone: str,
    at: float,
) -> None:
    """More about a petition that its sender wrote; a name and a phone take the place of those that were told before."""
    if name or phone:
        words = {"text": petition.text, "name": name or petition.name, "phone": phone or petition.phone}
        keyed = {"phone_key": seal.keyed("petition phone", phone)} if phone else {}
        changed = {"words": seal.close(words, f"petition {petition.id}"), **keyed}
        await connection.execute(update(petitions).where(petitions.c.id == petition.id).values(changed))
    if text:
        await write(connection, seal, petition.id, CITIZEN, text, at)


async def write(
    connection: AsyncConnection,
    seal: Seal,
    petition_id: str,
    who: str,
    text: str,
    at: float,
    *,
    staff: str | None = None,
    row: int | None = None,
) -> None:
    """Keep one line about a petition, sealed."""
    line = outbox.new_id()
    sealed = seal.close(text, f"petition line {line}")
    await connection.execute(
        petition_lines.insert().values(
            id=line, petition=petition_id, who=who, staff=staff, words=sealed, row=row, at=at
        )
    )


async def withdraw(connection: AsyncConnection, petition_id: str, at: float) -> bool:
    """The sender takes it back; False when it is not open any more."""
    done = await connection.execute(
        update(petitions)
        .where(petitions.c.id == petition_id, petitions.c.state.in_(OPEN))
        .values(state=WITHDRAWN, closed_at=at)
    )
    return int(done.rowcount) == 1


# -- the officer's side


async def assign(connection: AsyncConnection, petition_id: str, officer: str) -> bool:
    """Who is to answer it; False when it is not open any more."""
    done = await connection.execute(
        update(petitions)
        .where(petitions.c.id == petition_id, petitions.c.state.in_(OPEN))
        .values(state=ASSIGNED, officer=officer)
    )
    return int(done.rowcount) == 1


async def sort(connection: AsyncConnection, petition_id: str, category: str) -> None:
    """Put it among others of its kind."""
    await connection.execute(update(petitions).where(petitions.c.id == petition_id).values(category=category))


async def answer(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    petition_id: str,
    officer: str,
    text: str,
    at: float,
    key: str,
) -> bool:
    """Put an officer's answer into the outbox of the channel it came by, once for each `key`; False when nobody is there any more."""
    petition = await load(connection, seal, petition_id, plain=True)
    if petition is None or not petition.address or petition.state == WITHDRAWN:
        return False
    await db.lock(connection, petition.address)
    event = (petition.address, seal.keyed("petition answer", f"{petition_id} {key!a}"))
    if event not in await claim_events(db, connection, [event], at):
        return True
    mine = conversations.c.address == petition.address
    found = (
        await connection.execute(select(conversations.c.said, conversations.c.place).where(mine))
    ).first()
    if found is None:
        return False
    number, topic = None, topic_of(found.place)
    if petition.door in channels.pulled():
        number = found.said + 1
        await connection.execute(update(conversations).where(mine).values(said=number))
    body: dict[str, Any] = {"text": SIGNED.format(code=petition.code) + text} | (
        {"topic": topic} if topic else {}
    )
    out = Outgoing(outbox.new_id(), petition.address, number, body)
    await outbox.put(connection, [outbox.officer_row(out, seal, at=at)])
    await write(connection, seal, petition_id, OFFICER, text, at, staff=officer, row=out.id)
    first = petition.answered_at or at
    await connection.execute(
        update(petitions)
        .where(petitions.c.id == petition_id)
        .values(state=ANSWERED, officer=officer, answered_at=first, closed_at=at)
    )
    return True


# -- the person's right to it, and its end


def _whose(address: str, person: str | None) -> Any:
    here = petitions.c.address == address
    return or_(here, petitions.c.person == person) if person is not None else here


async def about(
    connection: AsyncConnection, seal: Seal, person: str | None
) -> list[tuple[Petition, list[PetitionMessage]]]:
    """All petitions of a person with what was written about them, plain; notes of colleagues are not theirs."""
    if person is None:
        return []
    query = select(petitions).where(petitions.c.person == person).order_by(petitions.c.number)
    found = [_petition(seal, r, plain=True) for r in await connection.execute(query)]
    every = [(p, await lines(connection, seal, p.id, plain=True)) for p in found]
    return [(p, [line for line in said if line.who != NOTE]) for p, said in every]


async def count_about(connection: AsyncConnection, person: str) -> int:
    """How many petitions of this person are kept."""
    query = select(func.count()).select_from(petitions).where(petitions.c.person == person)
    return int((await connection.execute(query)).scalar_one())


async def erase(connection: AsyncConnection, person: str | None, addresses: list[str], at: float) -> None:
    """Wipe a person's petitions; that there were some, of which kind and when, stays without them."""
    here = petitions.c.address.in_(addresses)
    await _wipe(connection, or_(here, petitions.c.person == person) if person is not None else here, at)


async def forget_old(connection: AsyncConnection, before: float, at: float) -> None:
    """Wipe petitions that were closed before this time."""
    old = petitions.c.closed_at < before
    await _wipe(connection, old & petitions.c.words.is_not(None), at)


async def _wipe(connection: AsyncConnection, which: Any, at: float) -> None:
    mine = select(petitions.c.id).where(which).scalar_subquery()
    rows = select(petition_lines.c.row).where(
        petition_lines.c.petition.in_(mine), petition_lines.c.row.is_not(None)
    )
    await outbox.wipe(connection, rows, at)
    await connection.execute(delete(petition_lines).where(petition_lines.c.petition.in_(mine)))
    still_open = which & petitions.c.state.in_(OPEN)
    await connection.execute(update(petitions).where(still_open).values(state=WITHDRAWN, closed_at=at))
    gone = {"person": None, "address": "", "words": None, "phone_key": None}
    await connection.execute(update(petitions).where(which).values(gone))
