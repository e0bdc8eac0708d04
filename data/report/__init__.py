"""The report to the province: figures of whole months, from what is recorded anyway. Called by the console's page and by `troly report`.

Invariant: everything that is told is a sum of cells (one kind of fact, one month, one channel, one group) that each stand for
`LEAST` people or more. A smaller cell is told like an empty one and is in no sum, so no two reports differ by a small group.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.channels import CHANNELS
from data.tables import (
    audit,
    campaigns,
    conversations,
    dossiers,
    misses,
    outbox,
    petitions,
    posters,
    scam_reports,
    tallies,
    tickets,
    ticks,
)
from flows.calendar.office_hours import VIETNAM

LEAST = 5  # people a cell stands for at least
TOP = 10  # questions without an answer
MOST_MONTHS = 36
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, both ends included, as 2026-01."""

    first: str
    last: str

    @property
    def months(self) -> tuple[str, ...]:
        """Every month of it, in order."""
        year, month = int(self.first[:4]), int(self.first[5:])
        found = []
        while (name := f"{year:04d}-{month:02d}") <= self.last:
            found.append(name)
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return tuple(found)

    @property
    def seconds(self) -> tuple[float, float]:
        """From its first second to the first one after it, in Vietnam's time, since 1970."""
        year, month = int(self.last[:4]), int(self.last[5:])
        after = (year, month + 1) if month < 12 else (year + 1, 1)
        first = datetime(int(self.first[:4]), int(self.first[5:]), 1, tzinfo=VIETNAM)
        return first.timestamp(), datetime(*after, 1, tzinfo=VIETNAM).timestamp()


def period(first: str, last: str) -> Period:
    """The months from one to another. Raises ValueError with one sentence for anything but months in order."""
    if not (_MONTH.fullmatch(first) and _MONTH.fullmatch(last)):
        raise ValueError("a report is of whole months, each written as 2026-01")
    found = Period(first, last)
    if first > last or len(found.months) > MOST_MONTHS:
        raise ValueError(f"a report is of 1 to {MOST_MONTHS} months, the first one first")
    return found


def year_to(day: date) -> Period:
    """The twelve months that end with that of a day."""
    return Period(
        f"{day.year - (day.month < 12):04d}-{day.month % 12 + 1:02d}", f"{day.year:04d}-{day.month:02d}"
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """How often something was in one month, on one channel ("" where it is of none), in one group; `minutes` waited, in the mean."""

    fact: str
    month: str
    channel: str
    group: str
    count: int
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What is told of a period: the cells that may be told, and lists as they stand now. `channel`: only this one, "" all."""

    period: Period
    channel: str
    cells: tuple[Cell, ...]
    unanswered: tuple[tuple[str, int], ...]
    scams: tuple[tuple[str, int], ...]
    places: Mapping[str, str] = field(default_factory=dict)  # code of a poster -> where it hangs

    def of(self, fact: str) -> tuple[Cell, ...]:
        """The cells of one kind of fact."""
        return tuple(cell for cell in self.cells if cell.fact == fact)

    def total(self, fact: str) -> int:
        return sum(cell.count for cell in self.of(fact))

    def by(self, fact: str, what: str) -> dict[str, int]:
        """Sums by `month`, `channel` or `group`; every month is there."""
        sums = dict.fromkeys(self.period.months, 0) if what == "month" else {}
        for cell in self.of(fact):
            key = getattr(cell, what)
            sums[key] = sums.get(key, 0) + cell.count
        return sums

    def minutes(self, fact: str) -> int | None:
        """The mean of minutes waited, None when there is none to tell."""
        told = [cell for cell in self.of(fact) if cell.minutes]
        n = sum(cell.count for cell in told)
        return round(sum(cell.minutes * cell.count for cell in told) / n) if n else None


def month_of(at: Any, *, is_sqlite: bool) -> ColumnElement[str]:
    """The month of a time in seconds, in Vietnam's time, as 2026-01."""
    if is_sqlite:
        return func.strftime("%Y-%m", at + 25200, "unixepoch")
    return func.to_char(func.to_timestamp(at).op("AT TIME ZONE")("Asia/Ho_Chi_Minh"), "YYYY-MM")


def _channel(address: Any) -> ColumnElement[str]:
    return case(*((address.like(f"{name}:%"), name) for name in CHANNELS), else_="")


def queries(within: tuple[float, float], *, is_sqlite: bool) -> Mapping[str, Select[Any]]:
    """For each kind of fact: month, channel, group, how often, by how many people, minutes waited."""
    first, after = within

    def grouped(
        at: Any, channel: Any, group: Any, people: Any, minutes: Any = None, count: Any = None
    ) -> Select[Any]:
        month = month_of(at, is_sqlite=is_sqlite)
        waited = literal(0) if minutes is None else minutes
        wanted = select(month, channel, group, func.count() if count is None else count, people, waited)
        return wanted.where(at >= first, at < after).group_by(month, channel, group)

    c, d, t, k, p = conversations.c, dossiers.c, tickets.c, ticks.c, petitions.c
    none: ColumnElement[str] = literal("")
    look = audit.c.what == "look"
    changed = audit.c.what == "password_changed"
    wait = func.avg((t.claimed_at - t.opened_at) / 60.0)
    ended = case((t.state == "closed", "closed"), else_="open")
    told = case((p.state.in_(("sent", "assigned")), "open"), else_=p.state)
    who = func.count(audit.c.who.distinct())
    a = tallies.c
    often = func.sum(a["count"])
    counted = {
        fact: grouped(a.at, a.channel, a.name, often, count=often).where(a.fact == name)
        for fact, name in (("arrivals", "arrival"), ("materials", "material"))
    }
    of_notices = outbox.c.campaign == campaigns.c.id
    return {
        **counted,
        "conversations": grouped(c.at, _channel(c.address), none, func.count()).where(c.turns > 0),
        "dossiers": grouped(d.started, none, d.who, func.count(d.person.distinct())),
        "ticks": grouped(k.at, none, k.item, func.count(d.person.distinct())).where(k.dossier == d.id),
        "looks": grouped(audit.c.at, _channel(audit.c.who), audit.c.outcome, who).where(look),
        "passwords": grouped(audit.c.at, none, audit.c.outcome, func.count(audit.c.whose.distinct())).where(
            changed
        ),
        "tickets": grouped(t.opened_at, _channel(t.address), ended, func.count(t.address.distinct()), wait),
        "petitions": grouped(p.sent_at, none, p.category + "/" + told, func.count(p.address.distinct())),
        "notices": grouped(campaigns.c.started_at, outbox.c.door, outbox.c.state, func.count())
        .select_from(campaigns.join(outbox, of_notices))
        .where(outbox.c.lane == "notice"),
    }


async def report(
    connection: AsyncConnection, wanted: Period, *, is_sqlite: bool, channel: str = "", least: int = LEAST
) -> Report:
    """What may be told of a period, on one channel or all. `least`: people a cell stands for."""
    cells: list[Cell] = []
    for fact, query in queries(wanted.seconds, is_sqlite=is_sqlite).items():
        for month, door, group, n, people, minutes in await connection.execute(query):
            if people >= least and (not channel or door in ("", channel)):
                cells.append(Cell(fact, month, door, group, int(n), round(minutes or 0)))
    cells.sort(key=lambda cell: (cell.fact, cell.month, cell.channel, cell.group))
    often = misses.c["count"]
    asked = (
        select(misses.c.words, often).where(often >= least).order_by(often.desc(), misses.c.words).limit(TOP)
    )
    met = func.sum(scam_reports.c["count"])
    scams = select(scam_reports.c.thing, met).group_by(scam_reports.c.thing).having(met >= least)
    return Report(
        wanted,
        channel,
        tuple(cells),
        tuple((words, int(n)) for words, n in await connection.execute(asked)),
        tuple((thing, int(n)) for thing, n in sorted(await connection.execute(scams))),
        {r.code: r.name for r in await connection.execute(select(posters.c.code, posters.c.name))},
    )


def channels_of(cells: Sequence[Cell]) -> tuple[str, ...]:
    """The channels that these cells tell of, in the order of the table of channels."""
    found = {cell.channel for cell in cells}
    return tuple(name for name in CHANNELS if name in found)
