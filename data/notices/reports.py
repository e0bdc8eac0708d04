"""How a notice's run stands: counts, recipients, the export. Rule: accounts are masked, and the states always add up to the total."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database, value_of
from data.notices import campaigns
from data.notices.campaigns import CANCELLED, DRAFT, Campaign
from data.spreadsheet import csv_line
from data.tables import outbox, send_leases
from flows.calendar.office_hours import VIETNAM
from flows.text.masking import mask_account

STATES = ("pending", "leased", "sent", "blocked", "failed", "in_doubt", "withdrawn")
PAGE = 1000  # recipients read at once for an export


@dataclass(frozen=True, slots=True)
class Status:
    """How many recipients are in which state; the states add up to `total`."""

    campaign: str
    state: str
    total: int
    pending: int
    leased: int
    sent: int
    blocked: int
    failed: int
    in_doubt: int
    withdrawn: int

    @property
    def over(self) -> int:
        """How many need nothing more."""
        return self.total - self.pending - self.leased


async def status(connection: AsyncConnection, campaign: Campaign) -> Status:
    """The counts of one campaign.

    While the outbox is being filled, who is not in it yet counts as pending, or as withdrawn once it was cancelled.
    """
    rows = await connection.execute(
        select(outbox.c.state, func.count()).where(outbox.c.campaign == campaign.id).group_by(outbox.c.state)
    )
    counts = dict.fromkeys(STATES, 0) | {r[0]: int(r[1]) for r in rows}
    written = sum(counts.values())
    total = written
    if not campaign.filled and campaign.state != DRAFT:
        total = max(campaign.total, written)
        counts["withdrawn" if campaign.state == CANCELLED else "pending"] += total - written
    return Status(campaign.id, campaign.state, total, **counts)


async def still_pushed(connection: AsyncConnection, campaign: Campaign, door: str) -> bool:
    """Whether somebody at this door has still to be sent to."""
    query = select(outbox.c.id).where(
        outbox.c.campaign == campaign.id, outbox.c.state.in_(("pending", "leased")), outbox.c.door == door
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def worker_seen(connection: AsyncConnection, now: float) -> bool:
    """Whether some process holds the right to send at this moment."""
    return (
        await connection.execute(select(send_leases.c.holder).where(send_leases.c.until > now))
    ).first() is not None


@dataclass(frozen=True, slots=True)
class Recipient:
    """One delivery; `account` is masked, `answer` is what the channel said last. Times are seconds since 1970."""

    id: int
    door: str
    account: str
    state: str
    attempts: int
    answer: str
    at: float
    sent_at: float | None


async def recipients(
    connection: AsyncConnection, campaign: Campaign, *, state: str = "", after: int = 0, limit: int = 50
) -> list[Recipient]:
    """The next `limit` deliveries behind the id `after`, in the order of the outbox; `state`: only those.

    Raises campaigns.Refused when there is no such state.
    """
    if state and state not in STATES:
        raise campaigns.CampaignRefused(f"Không có trạng thái {state!r}: {', '.join(STATES)}.")
    query = (
        select(outbox)
        .where(outbox.c.campaign == campaign.id, outbox.c.id > after)
        .order_by(outbox.c.id)
        .limit(limit)
    )
    query = query.where(outbox.c.state == state) if state else query
    return [
        value_of(
            Recipient,
            r,
            account=mask_account(r.address.partition(":")[2]),
            sent_at=r.sent_at if r.state == "sent" else None,
        )
        for r in await connection.execute(query)
    ]


def local_time(at: float) -> str:
    """A time as people here write it: "21/09/2026 21:13:20"."""
    return datetime.fromtimestamp(at, UTC).astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")


class Speed:
    """How fast a run goes, measured by whoever watches it: the gain of the last `window` seconds."""

    def __init__(self, window: float = 15.0) -> None:
        self._window = window
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, at: float, over: int) -> None:
        """At `at`, `over` recipients needed nothing more."""
        if self._seen and over < self._seen[-1][1]:
            self._seen.clear()  # some wait again
        self._seen.append((at, over))
        while len(self._seen) > 2 and self._seen[1][0] <= at - self._window:
            self._seen.popleft()

    @property
    def per_second(self) -> float | None:
        """Recipients a second, or None before there is anything to compare."""
        if len(self._seen) < 2 or self._seen[-1][0] <= self._seen[0][0]:
            return None
        (began, first), (now, last) = self._seen[0], self._seen[-1]
        return (last - first) / (now - began)

    def seconds_left(self, rest: int) -> float | None:
        """How long `rest` recipients will take at this speed; None when nobody can tell."""
        speed = self.per_second
        return rest / speed if speed else None


def duration(seconds: float) -> str:
    """A time span as people say it, never too exact: "2 giờ 5 phút", "40 giây"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} giây"
    if whole < 3600:
        return f"{whole // 60} phút {whole % 60:02d} giây"
    return f"{whole // 3600} giờ {whole % 3600 // 60} phút"


# -- the export

HEADINGS = ("Kênh", "Tài khoản", "Trạng thái", "Số lần gửi", "Kênh trả lời", "Đã gửi lúc")


def csv_of(one: Recipient) -> str:
    """One recipient as a line of the export."""
    sent = "" if one.sent_at is None else local_time(one.sent_at)
    return csv_line((one.door, one.account, one.state, str(one.attempts), one.answer, sent))


async def all_recipients(db: Database, campaign: Campaign, state: str = "") -> AsyncIterator[list[Recipient]]:
    """Every delivery, page by page, each in a short transaction of its own."""
    after = 0
    while True:
        async with db.reading() as connection:
            page = await recipients(connection, campaign, state=state, after=after, limit=PAGE)
        if not page:
            return
        yield page
        after = page[-1].id
