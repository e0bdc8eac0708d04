"""What strangers may take of each scarce thing, counted for the conversation, for its source, and for all together.

Called by the effect handlers of look-up and proof, inside their turn. A use is one row: what was taken, by which
conversation, from which source (a keyed hash), when; it is wiped after a day. Invariant: one source can never spend
what there is for all, because its own bound is far lower.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.limits import Limits
from data.tables import budget_uses

HOUR, DAY = 3600.0, 86400.0

LOOK = "look"  # a look-up, whatever came of it
FREE_ANSWER = (
    "free answer"  # a yes or no by ID number, told to a conversation that costs nothing and proved nothing
)
ANSWER = "answer"  # the same, told to an account
MISS = "miss"  # a no by ID number, told to an account
REQUEST = "request"  # a code was asked for, whether or not one left
SMS = "sms"  # one left
NO_SMS = "no sms"  # none did: as many steps, and nothing follows
WRONG = "wrong"  # a code was told wrong, whether or not there was one
FAILURE = "failure"  # a code was compared and wrong
NO_FAILURE = "no failure"  # there was none to compare with: as many steps, and nothing follows
WARNING = "warning"  # the owner of a phone was told of wrong codes; `who` is the phone's keyed hash

CONVERSATION, SOURCE, ALL = "conversation", "source", "all"


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes: a conversation's address, and the keyed hash of where it comes from."""

    who: str
    source: str


@dataclass(frozen=True, slots=True)
class Bound:
    """So many uses in `span` seconds, of one conversation, of one source, or of all."""

    of: str
    allowed: int
    span: float


@dataclass(frozen=True, slots=True)
class Spent:
    """A bound is reached: whose it is, and the seconds until there is something left."""

    of: str
    seconds: int


def looks(limits: Limits) -> tuple[Bound, ...]:
    """Of LOOK."""
    return (
        Bound(CONVERSATION, limits.looks_per_day, DAY),
        Bound(SOURCE, limits.looks_per_hour_source, HOUR),
    )


def busy_looks(limits: Limits) -> tuple[tuple[Bound, ...], tuple[Bound, ...]]:
    """Of LOOK: when it is busy, and what a source may still do then. So many strangers never stop who has hardly asked."""
    return (Bound(ALL, limits.looks_per_hour_all, HOUR),), (Bound(SOURCE, limits.looks_when_busy, HOUR),)


def free_answers(limits: Limits) -> tuple[Bound, ...]:
    """Of FREE_ANSWER."""
    return (
        Bound(CONVERSATION, limits.id_answers_per_day, DAY),
        Bound(SOURCE, limits.id_answers_source, DAY),
        Bound(ALL, limits.id_answers_all, DAY),
    )


def answers(limits: Limits) -> tuple[Bound, ...]:
    """Of ANSWER."""
    return (Bound(ALL, limits.id_answers_accounts, DAY),)


def misses(limits: Limits) -> tuple[Bound, ...]:
    """Of MISS."""
    return (Bound(CONVERSATION, limits.id_misses_per_day, DAY),)


def requests(limits: Limits) -> tuple[Bound, ...]:
    """Of REQUEST; hit and miss count alike, so it may be told."""
    return (
        Bound(CONVERSATION, limits.otp_requests_conversation, DAY),
        Bound(SOURCE, limits.otp_requests_per_hour_source, HOUR),
        Bound(SOURCE, limits.otp_requests_per_day_source, DAY),
    )


def messages(limits: Limits) -> tuple[Bound, ...]:
    """Of SMS: what the office pays for."""
    return (Bound(ALL, limits.sms_per_hour, HOUR), Bound(ALL, limits.sms_per_day, DAY))


def wrong_codes(limits: Limits) -> tuple[Bound, ...]:
    """Of WRONG; hit and miss count alike, so it may be told."""
    return (
        Bound(CONVERSATION, limits.otp_failures_conversation, DAY),
        Bound(SOURCE, limits.otp_failures_source, HOUR),
    )


def failures(limits: Limits) -> tuple[Bound, ...]:
    """Of FAILURE: beyond it nobody's code is sent or compared."""
    return (Bound(ALL, limits.otp_failures_per_hour_all, HOUR),)


def alarming_failures(limits: Limits) -> tuple[Bound, ...]:
    """Of FAILURE: beyond it the log says so."""
    return (Bound(ALL, limits.otp_failures_alarm, HOUR),)


async def spent(
    connection: AsyncConnection, what: str, bounds: Sequence[Bound], taker: Taker, at: float
) -> Spent | None:
    """The bound that is reached, the one that lasts longest if there are several; None: one more may be taken."""
    nth = [_nth_newest(what, bound, taker, at) for bound in bounds]
    times = (await connection.execute(select(*nth))).one()
    reached = [
        Spent(bound.of, math.ceil(min(time, at) + bound.span - at) or 1)
        for bound, time in zip(bounds, times, strict=True)
        if time is not None
    ]
    return max(reached, key=lambda one: one.seconds, default=None)


def _nth_newest(what: str, bound: Bound, taker: Taker, at: float) -> ColumnElement[float]:
    """When the newest but `allowed` - 1 was taken within the span; null while one more may be."""
    uses = budget_uses.c
    mine = {CONVERSATION: [uses.who == taker.who], SOURCE: [uses.source_key == taker.source], ALL: []}
    query = select(uses.at).where(uses.what == what, uses.at > at - bound.span, *mine[bound.of])
    return query.order_by(uses.at.desc()).limit(1).offset(bound.allowed - 1).scalar_subquery()


async def take(connection: AsyncConnection, what: str, taker: Taker, at: float) -> None:
    """Write down one use."""
    await connection.execute(
        budget_uses.insert().values(what=what, who=taker.who, source_key=taker.source, at=at)
    )


async def count(connection: AsyncConnection, what: str, who: str, at: float) -> int:
    """How often `who` took it in the last 24 hours."""
    uses = budget_uses.c
    query = select(func.count()).where(uses.what == what, uses.who == who, uses.at > at - DAY)
    return int((await connection.execute(query)).scalar_one())


async def forget_old(connection: AsyncConnection, at: float) -> None:
    """Wipe uses that no bound looks at any more."""
    await connection.execute(delete(budget_uses).where(budget_uses.c.at < at - DAY))


async def come_back(connection: AsyncConnection, at: float) -> None:
    """The clock went back: what lies ahead of it was taken just now, and ages from here."""
    await connection.execute(update(budget_uses).where(budget_uses.c.at > at).values(at=at))
