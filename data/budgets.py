"""What strangers may take of each scarce thing, counted for the conversation, for its source, and for all together.

Called by the effect handlers of look-up and proof, inside their turn. A use is one row: what was taken, by which
conversation, from which source (a keyed hash), when; it is wiped after a day. Invariant: one source can never spend
what there is for all, because its own bound is far lower.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import fetch
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
SCAM_REPORT = "scam report"  # a scam was reported to the office
OLD_WRONG = "old wrong"  # an old password was compared and wrong, whether or not there is such an account
PETITION = "petition"  # a petition was sent
PETITION_LOOK = "asked after"  # somebody asked after a petition with a code and a phone
UNIT = "unit"  # a unit was registered
UNIT_MISS = "unit miss"  # a code was tried that is no unit's
UNIT_LINK = "unit link"  # a link of a unit's page was taken
ARRIVAL = "arrival"  # somebody new came by a poster and was counted
PAGE = "page"  # a page for a new password was opened
WARNING = "warning"  # the owner of a phone was told of wrong codes; `who` is the phone's keyed hash

CONVERSATION, SOURCE, ALL = "conversation", "source", "all"


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes: a conversation's address, and the keyed hash of where it comes from."""

    who: str
    source: str


@dataclass(frozen=True, slots=True)
class Bound:
    """So many uses of a thing in `span` seconds, of one conversation, of one source, or of all."""

    what: str
    of: str
    allowed: int
    span: float


@dataclass(frozen=True, slots=True)
class Spent:
    """A bound is reached: whose it is, and the seconds until there is something left."""

    of: str
    seconds: int


Bounds = tuple[Bound, ...]


def looks(limits: Limits) -> Bounds:
    return (
        Bound(LOOK, CONVERSATION, limits.looks_per_day, DAY),
        Bound(LOOK, SOURCE, limits.looks_per_hour_source, HOUR),
    )


def busy_looks(limits: Limits) -> Bounds:
    """When it is busy, and what a source may still do then: so many strangers never stop who has hardly asked."""
    return (
        Bound(LOOK, ALL, limits.looks_per_hour_all, HOUR),
        Bound(LOOK, SOURCE, limits.looks_when_busy, HOUR),
    )


def misses(limits: Limits) -> Bounds:
    return (Bound(MISS, CONVERSATION, limits.id_misses_per_day, DAY),)


def free_answers(limits: Limits) -> Bounds:
    return (
        Bound(FREE_ANSWER, CONVERSATION, limits.id_answers_per_day, DAY),
        Bound(FREE_ANSWER, SOURCE, limits.id_answers_source, DAY),
        Bound(FREE_ANSWER, ALL, limits.id_answers_all, DAY),
    )


def answers(limits: Limits) -> Bounds:
    return (Bound(ANSWER, ALL, limits.id_answers_accounts, DAY),)


def codes(limits: Limits) -> Bounds:
    """Of codes that are asked for; but for what all were sent together, hit and miss count alike, so it may be told."""
    return (
        Bound(REQUEST, CONVERSATION, limits.otp_requests_conversation, DAY),
        Bound(REQUEST, SOURCE, limits.otp_requests_per_hour_source, HOUR),
        Bound(REQUEST, SOURCE, limits.otp_requests_per_day_source, DAY),
        *messages(limits),
        *failures(limits),
    )


def arrivals(limits: Limits) -> Bounds:
    """Of people who are counted as come by a poster."""
    return (
        Bound(ARRIVAL, CONVERSATION, limits.arrivals_per_day, DAY),
        Bound(ARRIVAL, SOURCE, limits.arrivals_source, DAY),
        Bound(ARRIVAL, ALL, limits.arrivals_all, DAY),
    )


def pages(limits: Limits) -> Bounds:
    """Of pages for a new password."""
    return (
        Bound(PAGE, CONVERSATION, limits.password_pages_conversation, DAY),
        Bound(PAGE, SOURCE, limits.password_pages_source, HOUR),
    )


def old_passwords(limits: Limits) -> Bounds:
    """Of wrong old passwords: they close the way of the old password alone, never that of a code."""
    return (
        Bound(OLD_WRONG, CONVERSATION, limits.password_failures_conversation, DAY),
        Bound(OLD_WRONG, SOURCE, limits.password_failures_source, HOUR),
    )


def busy_old_passwords(limits: Limits) -> Bounds:
    """When very many are wrong, and what a source may still get wrong then: who has hardly erred is never stopped."""
    return (
        Bound(OLD_WRONG, ALL, limits.password_failures_per_hour_all, HOUR),
        Bound(OLD_WRONG, SOURCE, limits.password_failures_when_busy, HOUR),
    )


def messages(limits: Limits) -> Bounds:
    """Of what the office pays for."""
    return (Bound(SMS, ALL, limits.sms_per_hour, HOUR), Bound(SMS, ALL, limits.sms_per_day, DAY))


def typed_codes(limits: Limits) -> Bounds:
    """Of wrong codes that are typed; as `codes`."""
    return (
        Bound(WRONG, CONVERSATION, limits.otp_failures_conversation, DAY),
        Bound(WRONG, SOURCE, limits.otp_failures_source, HOUR),
        *failures(limits),
    )


def scam_reports(limits: Limits) -> Bounds:
    """Of reports of scams, so that nobody fills the office's list."""
    return (
        Bound(SCAM_REPORT, CONVERSATION, limits.scam_reports_per_day, DAY),
        Bound(SCAM_REPORT, SOURCE, limits.scam_reports_source, DAY),
        Bound(SCAM_REPORT, ALL, limits.scam_reports_all, DAY),
    )


def petitions(limits: Limits) -> Bounds:
    """Of petitions that are sent."""
    return (
        Bound(PETITION, CONVERSATION, limits.petitions_per_day, DAY),
        Bound(PETITION, SOURCE, limits.petitions_source, DAY),
        Bound(PETITION, ALL, limits.petitions_all, DAY),
    )


def petition_looks(limits: Limits) -> Bounds:
    """Of codes and phones that are tried by somebody who may not be the sender."""
    return (
        Bound(PETITION_LOOK, CONVERSATION, limits.petition_looks_per_day, DAY),
        Bound(PETITION_LOOK, SOURCE, limits.petition_looks_source, DAY),
    )


def units(limits: Limits) -> Bounds:
    """Of units that are registered, each of which is a link for strangers."""
    return (Bound(UNIT, SOURCE, limits.units_source, DAY), Bound(UNIT, ALL, limits.units_all, DAY))


def unit_misses(limits: Limits) -> Bounds:
    """Of wrong codes of units, so that nobody finds one by trying."""
    return (
        Bound(UNIT_MISS, CONVERSATION, limits.unit_misses_per_day, DAY),
        Bound(UNIT_MISS, SOURCE, limits.unit_misses_source, DAY),
        Bound(UNIT_MISS, ALL, limits.unit_misses_all, DAY),
    )


def unit_links(limits: Limits) -> Bounds:
    """Of links of a unit's page."""
    return (Bound(UNIT_LINK, CONVERSATION, limits.unit_links_per_day, DAY),)


def failures(limits: Limits) -> Bounds:
    """Beyond it nobody's code is sent or compared."""
    return (Bound(FAILURE, ALL, limits.otp_failures_per_hour_all, HOUR),)


def alarming_failures(limits: Limits) -> Bounds:
    """Beyond it the log says so."""
    return (Bound(FAILURE, ALL, limits.otp_failures_alarm, HOUR),)


async def reached(
    connection: AsyncConnection, bounds: Sequence[Bound], taker: Taker, at: float
) -> list[Spent | None]:
    """For each bound whether it is reached; None: one more may be taken. One statement for all."""
    columns: list[str] = []
    values: list[str | float] = [taker.who, taker.source]
    for bound in bounds:
        values += [bound.what, at - bound.span]
        mine = {CONVERSATION: " AND who = ?1", SOURCE: " AND source_key = ?2", ALL: ""}[bound.of]
        columns.append(
            f"(SELECT at FROM budget_uses WHERE what = ?{len(values) - 1} AND at > ?{len(values)}{mine}"  # noqa: S608  # numbers and constants only
            f" ORDER BY at DESC LIMIT 1 OFFSET {bound.allowed - 1:d})"
        )
    all_used = "CAST(?1 AS TEXT) IS NOT NULL AND CAST(?2 AS TEXT) IS NOT NULL"  # PostgreSQL insists
    statement = f"SELECT {', '.join(columns)} WHERE {all_used}"
    times = (await fetch(connection, statement, *values))[0]
    return [
        None if time is None else Spent(bound.of, math.ceil(min(time, at) + bound.span - at) or 1)
        for bound, time in zip(bounds, times, strict=True)
    ]


async def spent(
    connection: AsyncConnection, bounds: Sequence[Bound], taker: Taker, at: float
) -> Spent | None:
    """The bound that is reached, the one that lasts longest if there are several."""
    found = [one for one in await reached(connection, bounds, taker, at) if one is not None]
    return max(found, key=lambda one: one.seconds, default=None)


async def take(connection: AsyncConnection, taker: Taker, at: float, *whats: str) -> None:
    """Write down one use of each of these."""
    rows = ", ".join(f"(?{n}, ?1, ?2, ?3)" for n in range(4, 4 + len(whats)))
    statement = f"INSERT INTO budget_uses (what, who, source_key, at) VALUES {rows}"  # noqa: S608  # numbers of values only
    await fetch(connection, statement, taker.who, taker.source, at, *whats)


async def give_back(connection: AsyncConnection, taker: Taker, what: str) -> None:
    """The newest use of this by this conversation from this source was none after all."""
    statement = (
        "DELETE FROM budget_uses WHERE id = (SELECT max(id) FROM budget_uses"
        " WHERE what = ?1 AND who = ?2 AND source_key = ?3)"
    )
    await fetch(connection, statement, what, taker.who, taker.source)


async def count(connection: AsyncConnection, what: str, who: str, at: float) -> int:
    """How often `who` took it in the last 24 hours."""
    statement = "SELECT count(*) FROM budget_uses WHERE what = ?1 AND who = ?2 AND at > ?3"
    return int((await fetch(connection, statement, what, who, at - DAY))[0][0])


async def forget_old(connection: AsyncConnection, at: float) -> None:
    """Wipe uses that no bound looks at any more."""
    await connection.execute(delete(budget_uses).where(budget_uses.c.at < at - DAY))


async def come_back(connection: AsyncConnection, at: float) -> None:
    """The clock went back: what lies ahead of it was taken just now, and ages from here."""
    await connection.execute(update(budget_uses).where(budget_uses.c.at > at).values(at=at))
