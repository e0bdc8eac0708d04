"""The ledger of everything that leaves the house. Rule: a row is here before it leaves, and is marked only after the channel's answer."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.tables import conversations, outbox

REPLY, OTP, OFFICER, REMINDER, NOTICE = "reply", "otp", "officer", "reminder", "notice"
PULL_DOORS = ("web", "terminal")  # nobody can push there: rows wait until the reader comes
WAITING = ("pending", "leased")
RESTS = "rests"  # answer of a leased row whose channel is slow: nobody is saying it at this moment
_EPOCH = 1_735_689_600  # 2025-01-01, so that ids stay below 2**63 for centuries
_last_id = 0


def new_id() -> int:
    """A ledger id: milliseconds since 2025 in the high bits, chance in the low 20; grows within a process."""
    global _last_id
    fresh = (int((time.time() - _EPOCH) * 1000) << 20) | secrets.randbits(20)
    _last_id = max(fresh, _last_id + 1)
    return _last_id


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row that is to leave: `body` is what the door says (JSON values)."""

    id: int
    address: str
    number: int | None
    body: dict[str, Any]
    fence: int = 1
    proactive: bool = False  # it came in on its own: an officer's words, a reminder, a notice
    leased_at: float | None = None  # when this process's lease began; None: when it is handed to a mouth

    @property
    def door(self) -> str:
        """The door part of the address."""
        return self.address.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a row: its new state. Refused when the row was leased anew since (`fence`)."""

    id: int
    fence: int
    state: str
    at: float


def reply_row(out: Outgoing, *, holder: str, lease: float, at: float) -> dict[str, Any]:
    """The row of a reply; leased at once by `holder` when there is one, else waiting to be fetched."""
    return {
        "id": out.id,
        "lane": REPLY,
        "door": out.door,
        "address": out.address,
        "number": out.number,
        "body": json.dumps(out.body, ensure_ascii=False),
        "sealed": None,
        "state": "leased" if holder else "pending",
        "holder": holder,
        "fence": out.fence,
        "leased_until": at + lease if holder else 0.0,
        "attempts": 0,
        "due": at,
        "expires": None,
        "at": at,
        "sent_at": None,
    }


def officer_row(out: Outgoing, *, at: float) -> dict[str, Any]:
    """The row of an officer's words: numbered where the reader fetches them, else for the worker to send."""
    return {**reply_row(out, holder="", lease=0.0, at=at), "lane": OFFICER}


def otp_row(row_id: int, address: str, sealed: bytes | None, *, at: float, expires: float) -> dict[str, Any]:
    """The row of a one-time code; without ciphertext it is a decoy, withdrawn from the start."""
    return {
        "id": row_id,
        "lane": OTP,
        "door": "sms",
        "address": address,
        "number": None,
        "body": "",
        "sealed": sealed,
        "state": "pending" if sealed else "withdrawn",
        "holder": "",
        "fence": 1,
        "leased_until": 0.0,
        "attempts": 0,
        "due": at,
        "expires": expires,
        "at": at,
        "sent_at": None,
    }


async def put(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows into the ledger."""
    if rows:
        await connection.execute(outbox.insert(), list(rows))


_MARK = (
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), outbox.c.fence == bindparam("row_fence"))
    .values(
        state=bindparam("new_state"),
        sent_at=bindparam("marked_at"),
        body="",
        sealed=None,
        holder="",
        leased_until=0.0,
    )
)


async def mark(connection: AsyncConnection, marks: Sequence[Mark]) -> None:
    """Write down what became of rows; what they said is no longer kept."""
    if marks:
        await connection.execute(
            _MARK,
            [{"row_id": m.id, "row_fence": m.fence, "new_state": m.state, "marked_at": m.at} for m in marks],
        )


async def mark_seen(connection: AsyncConnection, address: str, number: int, at: float) -> None:
    """The reader at `address` has shown every reply up to `number`."""
    await connection.execute(
        update(outbox)
        .where(outbox.c.address == address, outbox.c.number <= number, outbox.c.state.in_(WAITING))
        .values(state="sent", sent_at=at, body="", holder="", leased_until=0.0)
    )


_UNSEEN = select(
    outbox.c.id, outbox.c.address, outbox.c.number, outbox.c.body, outbox.c.fence, outbox.c.lane
).where(outbox.c.state.in_(WAITING), outbox.c.number.is_not(None))


def _shown(r: Any) -> Outgoing:
    return Outgoing(r.id, r.address, r.number, json.loads(r.body or "{}"), r.fence, r.lane != REPLY)


async def unseen(connection: AsyncConnection, address: str, after: int) -> list[Outgoing]:
    """What the reader at `address` has not shown yet above `after`, oldest first: replies, and what came on its own."""
    query = _UNSEEN.where(outbox.c.address == address, outbox.c.number > after)
    return [_shown(r) for r in await connection.execute(query.order_by(outbox.c.number))]


async def lease_unseen(
    db: Database, connection: AsyncConnection, address: str, after: int, *, holder: str, until: float
) -> list[Outgoing]:
    """As `unseen`, and the replies among them are leased while they are shown: a claim waits for them."""
    await db.lock(connection, address)  # else a claim could withdraw them between the look and the lease
    rows = await unseen(connection, address, after)
    replies = [row.id for row in rows if not row.proactive]
    if replies:
        await connection.execute(
            update(outbox)
            .where(outbox.c.id.in_(replies))
            .values(state="leased", holder=holder, leased_until=until)
        )
    return rows


async def unseen_on_its_own(connection: AsyncConnection, addresses: Sequence[str]) -> list[Outgoing]:
    """What came on its own for these readers and is not shown yet, in order of number."""
    if not addresses:
        return []
    query = _UNSEEN.where(outbox.c.address.in_(addresses), outbox.c.lane != REPLY)
    return [_shown(r) for r in await connection.execute(query.order_by(outbox.c.number))]


_RELEASE = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("row_id"),
        outbox.c.fence == bindparam("row_fence"),
        outbox.c.state == "leased",
    )
    .values(state="pending", holder="", leased_until=0.0)
)


async def release(connection: AsyncConnection, rows: Sequence[Outgoing]) -> None:
    """These rows were shown to the reader, who has yet to say so: nobody is saying them any more."""
    if rows:
        await connection.execute(_RELEASE, [{"row_id": r.id, "row_fence": r.fence} for r in rows])


async def put_up(
    db: Database, connection: AsyncConnection, row_id: int, address: str, body: dict[str, Any]
) -> bool:
    """Give a waiting row the next number of its conversation, so that the reader fetches it; False when it is gone.

    Holds the conversation's lock: call it for one address at a time, in order of address.
    """
    await db.lock(connection, address)
    raised = await connection.execute(
        update(conversations)
        .where(conversations.c.address == address)
        .values(said=conversations.c.said + 1)
        .returning(conversations.c.said)
    )
    number = raised.scalar()
    if number is None:
        return False
    done = await connection.execute(
        update(outbox)
        .where(outbox.c.id == row_id, outbox.c.state.in_(WAITING), outbox.c.number.is_(None))
        .values(
            state="pending",
            number=number,
            body=json.dumps(body, ensure_ascii=False),
            holder="",
            leased_until=0.0,
        )
    )
    return int(done.rowcount) == 1


async def withdraw_replies(
    db: Database, connection: AsyncConnection, address: str, now: float
) -> list[dict[str, Any]]:
    """Take back the bot's replies that nobody is saying: waiting ones, and leases whose time is up; their bodies.

    The fence grows, so that a process that wakes up late can mark nothing.
    """
    ahead = outbox.alias("ahead")
    behind_a_resting_one = exists(
        select(ahead.c.id).where(
            ahead.c.address == outbox.c.address,
            ahead.c.holder == outbox.c.holder,
            ahead.c.state == "leased",
            ahead.c.answer == RESTS,
            ahead.c.number < outbox.c.number,
        )
    )
    unsaid = or_(outbox.c.leased_until <= now, outbox.c.answer == RESTS, behind_a_resting_one)
    silent = [
        outbox.c.address == address,
        outbox.c.lane == REPLY,
        or_(outbox.c.state == "pending", and_(outbox.c.state == "leased", unsaid)),
    ]
    query = select(outbox.c.id, outbox.c.body, outbox.c.number).where(*silent).order_by(outbox.c.id)
    if not db.is_sqlite:
        query = query.with_for_update()  # else a door could take one up between the look and the withdrawal
    rows = (await connection.execute(query)).all()
    if rows:
        await connection.execute(
            update(outbox)
            .where(outbox.c.id.in_([r.id for r in rows]))
            .values(
                state="withdrawn",
                body="",
                fence=outbox.c.fence + 1,
                holder="",
                leased_until=0.0,
                answer="claimed by an officer",
            )
        )
    return [json.loads(r.body or "{}") for r in sorted(rows, key=lambda r: r.number)]


async def being_said(connection: AsyncConnection, address: str, now: float) -> int:
    """How many replies of the bot to this address are on their way at this moment."""
    query = (
        select(func.count())
        .select_from(outbox)
        .where(
            outbox.c.address == address,
            outbox.c.lane == REPLY,
            outbox.c.state == "leased",
            outbox.c.leased_until > now,
            outbox.c.answer != RESTS,
        )
    )
    return int((await connection.execute(query)).scalar_one())


_claim_waits = exists(
    select(conversations.c.address).where(
        conversations.c.address == outbox.c.address, conversations.c.owner == "nobody"
    )
)  # nobody owns it: no lease begins anew, so that the claim's wait has an end


async def take_up(connection: AsyncConnection, row: Outgoing, until: float) -> bool:
    """Go on with a row that rested; False when it was withdrawn or taken over meanwhile, or a claim waits for it."""
    done = await connection.execute(
        update(outbox)
        .where(
            outbox.c.id == row.id,
            outbox.c.fence == row.fence,
            outbox.c.state == "leased",
            ~_claim_waits,
        )
        .values(leased_until=until, answer="", attempts=outbox.c.attempts + 1)
    )
    return int(done.rowcount) == 1


async def held_elsewhere(connection: AsyncConnection, address: str, holder: str) -> bool:
    """Whether earlier replies to this address are another process's to say, or nobody's yet."""
    found = await connection.execute(
        select(outbox.c.id)
        .where(
            outbox.c.address == address,
            outbox.c.lane == REPLY,
            or_(
                # even when its time is up: it is to be said first
                and_(outbox.c.state == "leased", outbox.c.holder != holder),
                outbox.c.state == "pending",
            ),
        )
        .limit(1)
    )
    return found.first() is not None


async def claim_replies(
    db: Database,
    connection: AsyncConnection,
    door: str,
    *,
    holder: str,
    now: float,
    lease: float,
    orphans: bool = False,
    limit: int = 500,
) -> list[Outgoing]:
    """Take over replies of `door` that nobody is saying: pending ones, and leased ones whose time is up.

    `orphans`: this process is the only one that speaks at the door, so every lease but its own is a dead process's.
    Rows of one address come in order; an address that another process is still speaking to is left to it.
    """
    earlier = outbox.alias("earlier")
    # two that look at once would share out one address between them
    await db.lock(connection, f"claim {door}")
    expired: ColumnElement[bool] = outbox.c.holder != holder
    spoken_to: ColumnElement[bool] = false()
    if not orphans:
        expired, spoken_to = outbox.c.leased_until <= now, earlier.c.leased_until > now
    query = (
        select(outbox.c.id, outbox.c.address, outbox.c.number, outbox.c.body, outbox.c.fence)
        .where(
            outbox.c.door == door,
            outbox.c.lane == REPLY,
            or_(
                and_(outbox.c.state == "pending", outbox.c.due <= now),
                and_(outbox.c.state == "leased", expired),
            ),
            ~_claim_waits,
            ~exists(
                select(earlier.c.id).where(
                    earlier.c.address == outbox.c.address,
                    earlier.c.number < outbox.c.number,
                    earlier.c.state == "leased",
                    spoken_to,
                )
            ),
        )
        .order_by(outbox.c.address, outbox.c.number)
        .limit(limit)
    )
    if not db.is_sqlite:
        query = query.with_for_update(skip_locked=True, of=outbox)
    rows = (await connection.execute(query)).all()
    if rows:
        await connection.execute(
            update(outbox)
            .where(outbox.c.id.in_([r.id for r in rows]))
            .values(
                state="leased",
                holder=holder,
                fence=outbox.c.fence + 1,
                leased_until=now + lease,
                attempts=outbox.c.attempts + 1,
            )
        )
    return [
        Outgoing(r.id, r.address, r.number, json.loads(r.body or "{}"), r.fence + 1, leased_at=now)
        for r in rows
    ]


_EXTEND = (
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), outbox.c.fence == bindparam("row_fence"))
    .values(leased_until=bindparam("new_end"), answer=RESTS)
)


async def extend(connection: AsyncConnection, rows: Sequence[Outgoing], until: float) -> None:
    """A channel is slow: keep the leases a little longer. The rows rest meanwhile: an officer's claim may take them back."""
    await connection.execute(
        _EXTEND, [{"row_id": row.id, "row_fence": row.fence, "new_end": until} for row in rows]
    )


@dataclass(frozen=True, slots=True)
class SealedOut:
    """A one-time code on its way: only ciphertext."""

    id: int
    address: str
    sealed: bytes
    fence: int


async def claim_codes(
    db: Database,
    connection: AsyncConnection,
    *,
    holder: str,
    now: float,
    lease: float,
    ids: Sequence[int] | None = None,
    older_than: float = 0.0,
    limit: int = 50,
) -> list[SealedOut]:
    """Lease one-time codes that wait to leave; those past their time are overwritten instead.

    `ids`: only these rows. `older_than` seconds: younger ones belong to the process whose turn made them.
    """
    await connection.execute(
        update(outbox)
        .where(outbox.c.lane == OTP, outbox.c.state.in_(WAITING), outbox.c.expires <= now)
        .values(state="failed", sealed=None, holder="", leased_until=0.0)
    )
    query = (
        select(outbox.c.id, outbox.c.address, outbox.c.sealed, outbox.c.fence)
        .where(
            outbox.c.lane == OTP,
            outbox.c.due <= now,
            outbox.c.at <= now - older_than,
            or_(outbox.c.state == "pending", and_(outbox.c.state == "leased", outbox.c.leased_until <= now)),
        )
        .order_by(outbox.c.id)
        .limit(limit)
    )
    if ids is not None:
        query = query.where(outbox.c.id.in_(ids))
    if not db.is_sqlite:
        query = query.with_for_update(skip_locked=True)
    rows = (await connection.execute(query)).all()
    if rows:
        await connection.execute(
            update(outbox)
            .where(outbox.c.id.in_([r.id for r in rows]))
            .values(state="leased", holder=holder, fence=outbox.c.fence + 1, leased_until=now + lease)
        )
    return [SealedOut(r.id, r.address, r.sealed, r.fence + 1) for r in rows]


async def wipe(connection: AsyncConnection, ids: Any, at: float) -> None:
    """Withdraw these rows where they still wait, and keep no words of any; `ids` is a list or a query."""
    await connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids), outbox.c.state.in_(WAITING))
        .values(state="withdrawn", body="", fence=outbox.c.fence + 1, holder="", leased_until=0.0, sent_at=at)
    )


async def wipe_proactive(connection: AsyncConnection, address: str, at: float) -> None:
    """Withdraw everything that is still to reach this address on its own."""
    lanes = (OFFICER, REMINDER, NOTICE)
    waiting = select(outbox.c.id).where(
        outbox.c.address == address, outbox.c.lane.in_(lanes), outbox.c.state.in_(WAITING)
    )
    await wipe(connection, (await connection.execute(waiting)).scalars().all(), at)


async def officer_words_wait(connection: AsyncConnection, address: str) -> bool:
    """Whether words of an officer are still to be sent to this address by the worker."""
    query = select(outbox.c.id).where(
        outbox.c.address == address,
        outbox.c.lane == OFFICER,
        outbox.c.state.in_(WAITING),
        outbox.c.number.is_(None),
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def waiting_for(connection: AsyncConnection, address: str) -> int:
    """How many messages wait to reach this address on their own."""
    lanes = (OFFICER, REMINDER, NOTICE)
    query = (
        select(func.count())
        .select_from(outbox)
        .where(outbox.c.address == address, outbox.c.lane.in_(lanes), outbox.c.state.in_(WAITING))
    )
    return int((await connection.execute(query)).scalar_one())


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How many rows are in each state, as "lane state"."""
    rows = await connection.execute(
        select(outbox.c.lane, outbox.c.state, func.count()).group_by(outbox.c.lane, outbox.c.state)
    )
    return {f"{lane} {state}": n for lane, state, n in rows}
