"""Notices as admins run them: the draft, who approved it, its start, pause and end. Rule: each change is one atomic step of one state to another, and leaves its row in the audit."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import audit, channels, outbox
from data.engine import Database, value_of
from data.limits import Limits
from data.notices import audience as audiences
from data.notices import runs
from data.notices.audience import Audience
from data.outbox import Outgoing
from data.seal import Seal
from data.staff import Member
from data.tables import campaigns, staff
from data.tables import outbox as outbox_rows
from flows.content import StaffWeights
from flows.conversations import notice_text

DRAFT, RUNNING, PAUSED, CANCELLED, DONE = "draft", "running", "paused", "cancelled", "done"
LIVE = (RUNNING, PAUSED)
ENDED = (CANCELLED, DONE)
CHUNK = 2000  # rows withdrawn in one transaction
TEST_GAP = 5.0  # seconds in which a second test is the same press of a button


class CampaignRefused(ValueError):
    """A change that is not allowed; the message is one sentence for the admin."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """One notice and its run. Times are seconds since 1970; `total` is known once it was started."""

    id: str
    number: int
    text: str
    audience: Audience
    office_hours: bool
    once: bool
    state: str
    total: int
    filled: bool
    made_by: str
    tested_at: float | None
    approved_by: str | None
    approved_at: float | None
    at: float
    started_at: float | None
    ended_at: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a change led to: the campaign as it is now, whether anything changed, and a sentence that says so."""

    campaign: Campaign
    changed: bool
    sentence: str


_Held = tuple[AsyncConnection, Campaign, Callable[..., Awaitable[Change]]]


def words_of(campaign: Campaign) -> str:
    """The text as people receive it, with how to leave at its end; the worker and the preview say this."""
    return notice_text.with_leave(campaign.text)


# -- reading


async def load(connection: AsyncConnection, which: str) -> Campaign | None:
    """The campaign with this id or number ("3", "#3"), or None."""
    number = which.strip().removeprefix("#")
    query = select(campaigns).where(campaigns.c.id == which.strip())
    if number.isascii() and number.isdigit() and len(number) < 10:
        query = select(campaigns).where(campaigns.c.number == int(number))
    row = (await connection.execute(query)).first()
    return _campaign(row) if row else None


async def newest(connection: AsyncConnection, limit: int = 50, before: int | None = None) -> list[Campaign]:
    """Campaigns, the newest first; `before`: only those with a smaller number."""
    query = select(campaigns).order_by(campaigns.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(campaigns.c.number < before)
    return [_campaign(row) for row in await connection.execute(query)]


async def count(connection: AsyncConnection, audience: Audience) -> dict[str, int]:
    """How many people the audience has now, by door."""
    return await audiences.count(connection, audience)


def _campaign(r: Any) -> Campaign:
    return value_of(Campaign, r, audience=Audience.from_json(r.audience), filled=r.filled_to is None)


# -- the desk at which all changes are made


class Campaigns:
    """The changes an admin can make, on one database. Each method is one short transaction, unless it says otherwise.

    All raise Refused with one sentence when the change is not allowed.
    """

    def __init__(self, db: Database, seal: Seal, limits: Limits, weights: StaffWeights) -> None:
        self._db = db
        self._seal = seal
        self._limits = limits
        self._weights = weights

    # -- drafts

    async def new(
        self,
        text: str,
        audience: Audience,
        *,
        office_hours: bool,
        once: bool,
        by: Member,
        at: float,
        key: str = "",
    ) -> Campaign:
        """Write a draft. `key`: the same key of the same admin gives the same draft, however often it comes."""
        _must_be_admin(by)
        kept = self._text(text)
        fresh = self._id(by, key)
        async with self._db.writing() as connection:
            await self._db.lock(connection, "campaign numbers")
            seen = await load(connection, fresh)
            if seen is not None:
                return seen
            number = (await connection.execute(select(func.max(campaigns.c.number)))).scalar() or 0
            row = {
                "id": fresh,
                "number": number + 1,
                "text": kept,
                "audience": audience.to_json(),
                "office_hours": office_hours,
                "once": once,
                "state": DRAFT,
                "total": 0,
                "filled_to": audiences.NOT_FILLED,
                "made_by": by.id,
                "at": at,
            }
            await connection.execute(campaigns.insert().values(**row))
            await self._note(connection, by, at, "notice new", number + 1, f"audience {audience}")
            return await _must(connection, fresh)

    def _id(self, by: Member, key: str) -> str:
        return self._seal.keyed("campaign", f"{by.id} {key}")[:32] if key else secrets.token_hex(16)

    async def edit(
        self,
        which: str,
        text: str,
        audience: Audience,
        *,
        office_hours: bool,
        once: bool,
        by: Member,
        at: float,
    ) -> Change:
        """Change a draft. Who changes it answers for it from then on; approval and test are taken back."""
        kept = self._text(text)
        async with self._held(which, by, at) as (_, old, becomes):
            if old.state != DRAFT:
                raise CampaignRefused(f"{_name(old)} {_STATE[old.state]}, không sửa được nữa.")
            before = (old.text, old.audience, old.office_hours, old.once)
            if before == (kept, audience, office_hours, once):
                return Change(old, False, f"{_name(old)} không có gì thay đổi.")
            return await becomes(
                "notice edit",
                f"Đã lưu {_name(old, lower=True)}.",
                why=f"audience {audience}",
                text=kept,
                audience=audience.to_json(),
                office_hours=office_hours,
                once=once,
                made_by=by.id,
                tested_at=None,
                approved_by=None,
                approved_at=None,
            )

    def _text(self, text: str) -> str:
        try:
            return notice_text.tidied(text, self._limits.notice_text_limit, self._weights)
        except notice_text.BadText as bad:
            raise CampaignRefused(str(bad)) from None

    async def test(self, which: str, *, by: Member, at: float, address: str = "") -> Change:
        """Send the draft to the admin alone: at `address`, or on their linked Telegram account.

        It is one officer's message in the outbox and no part of the campaign.
        """
        if not address and by.telegram:
            address = f"telegram:{by.telegram}"
        if not address:
            raise CampaignRefused(
                "Chưa biết gửi thử cho anh/chị ở đâu: nối Telegram bằng lệnh troly staff link-telegram."
            )
        async with self._held(which, by, at) as (connection, old, becomes):
            if old.tested_at is not None and 0 <= at - old.tested_at < TEST_GAP:
                return Change(old, False, f"{_name(old)} vừa được gửi thử.")
            out = Outgoing(outbox.new_id(), address, None, {"text": words_of(old)})
            await outbox.put(connection, [outbox.officer_row(out, self._seal, at=at)])
            if out.door in channels.pulled() and not await outbox.publish(
                self._db, connection, self._seal, out.id, address, out.body
            ):
                raise CampaignRefused("Chưa có cuộc trò chuyện nào ở nơi gửi thử: nhắn một câu ở đó trước.")
            return await becomes(
                "notice test",
                f"Đã gửi thử {_name(old, lower=True)}.",
                why=address.partition(":")[0],
                tested_at=at,
            )

    async def approve(self, which: str, *, by: Member, at: float) -> Change:
        """A second admin stands for the draft as it is now."""
        async with self._held(which, by, at) as (connection, old, becomes):
            if old.state != DRAFT:
                raise CampaignRefused(f"{_name(old)} {_STATE[old.state]}, không cần duyệt nữa.")
            if await self._same_person(connection, by, old.made_by):
                raise CampaignRefused("Người soạn không tự duyệt được: cần một quản trị viên khác.")
            if old.approved_by == by.id:
                return Change(old, False, f"{_name(old)} đã được anh/chị duyệt rồi.")
            self._text(old.text)  # a draft may have been written under older rules
            return await becomes(
                "notice approve", f"Đã duyệt {_name(old, lower=True)}.", approved_by=by.id, approved_at=at
            )

    async def _same_person(self, connection: AsyncConnection, by: Member, maker: str) -> bool:
        """Names change; the id stays, and so does a person's Telegram account when they are entered anew."""
        if by.id == maker:
            return True
        row = (await connection.execute(select(staff.c.telegram).where(staff.c.id == maker))).first()
        return bool(row and row.telegram and row.telegram == by.telegram)

    # -- the run

    async def start(self, which: str, *, by: Member, at: float) -> Change:
        """draft -> running. Started again it says that it runs and changes nothing."""
        async with self._held(which, by, at) as (connection, old, becomes):
            if old.state != DRAFT:
                if old.state in ENDED:
                    raise CampaignRefused(f"{_name(old)} {_STATE[old.state]}, không bắt đầu lại được.")
                return Change(old, False, f"{_name(old)} đã bắt đầu rồi.")
            self._text(old.text)  # a draft may have been written under older rules
            total = sum((await count(connection, old.audience)).values())
            if total == 0:
                raise CampaignRefused("Chưa có ai đăng ký nhận trong nhóm người nhận này.")
            if total > self._limits.notice_approval_above and not await self._approved(connection, old):
                raise CampaignRefused(
                    f"Thông báo gửi cho {total} người, trên mức {self._limits.notice_approval_above}: "
                    "một quản trị viên khác cần duyệt trước."
                )
            return await becomes(
                "notice start",
                f"{_name(old)} bắt đầu gửi cho {total} người.",
                why=f"total {total}",
                state=RUNNING,
                total=total,
                started_at=at,
                filled_to=audiences.NOT_FILLED,
            )

    async def _approved(self, connection: AsyncConnection, campaign: Campaign) -> bool:
        return campaign.approved_by is not None and campaign.approved_by != campaign.made_by

    async def pause(self, which: str, *, by: Member, at: float) -> Change:
        """running -> paused: nothing more is taken up; what is under way is finished."""
        return await self._move(
            which, RUNNING, PAUSED, by=by, at=at, what="notice pause", sentence="tạm dừng"
        )

    async def resume(self, which: str, *, by: Member, at: float) -> Change:
        """paused -> running."""
        return await self._move(
            which, PAUSED, RUNNING, by=by, at=at, what="notice resume", sentence="gửi tiếp"
        )

    async def _move(
        self, which: str, before: str, after: str, *, by: Member, at: float, what: str, sentence: str
    ) -> Change:
        async with self._held(which, by, at) as (_, old, becomes):
            if old.state == after:
                return Change(old, False, f"{_name(old)} {_STATE[after]} rồi.")
            if old.state != before:
                raise CampaignRefused(f"{_name(old)} {_STATE[old.state]}, không {sentence} được.")
            return await becomes(what, f"{_name(old)} đã {sentence}.", state=after)

    async def cancel(self, which: str, *, by: Member, at: float, chunks: int = 10_000) -> Change:
        """End it before its time: the state first, in a transaction of its own, so that it takes effect at once; then
        what still waits is withdrawn, up to so many `chunks`; the worker does the rest, and marks what is leased."""
        async with self._held(which, by, at) as (connection, old, _):
            if old.state == DONE:
                raise CampaignRefused(f"{_name(old)} {_STATE[DONE]}, không hủy được nữa.")
            changed = old.state != CANCELLED
            if changed:
                await self._set(connection, old, state=CANCELLED, ended_at=at)
                await self._note(connection, by, at, "notice cancel", old.number)
        for _ in range(chunks):
            async with self._db.writing() as connection:
                if not await runs.withdraw(connection, old.id, CHUNK):
                    break
        async with self._db.reading() as connection:
            now = await _must(connection, old.id)
        return Change(now, changed, f"{_name(old)} đã hủy." if changed else f"{_name(old)} đã hủy rồi.")

    async def retry(self, which: str, *, by: Member, at: float, in_doubt: bool = False) -> Change:
        """Let what failed wait again; `in_doubt`: also what may have arrived, which some then get twice."""
        again = ("failed", "in_doubt") if in_doubt else ("failed",)
        async with self._held(which, by, at) as (connection, old, becomes):
            if old.state not in (*LIVE, DONE):
                raise CampaignRefused(f"{_name(old)} {_STATE[old.state]}, không có gì để gửi lại.")
            done = await connection.execute(
                update(outbox_rows)
                .where(outbox_rows.c.campaign == old.id, outbox_rows.c.state.in_(again))
                .values(
                    state="pending",
                    due=at,
                    attempts=0,
                    answer="",
                    sent_at=None,
                    holder="",
                    leased_until=0.0,
                    fence=outbox_rows.c.fence + 1,
                )
            )
            n = int(done.rowcount)
            if n == 0:
                return Change(old, False, f"{_name(old)} không có tin nào cần gửi lại.")
            values = {"state": RUNNING, "ended_at": None} if old.state == DONE else {}
            sentence, why = f"{n} tin sẽ được gửi lại.", f"{n} {' '.join(again)}"
            return await becomes("notice retry", sentence, why=why, **values)

    async def noted_look(self, which: str, what: str, *, by: Member, at: float) -> Campaign:
        """Write down that the list of recipients is looked at (`recipients`) or exported (`export`)."""
        _must_be_admin(by)
        async with self._db.writing() as connection:
            kept = await _must(connection, which)
            await self._note(connection, by, at, f"notice {what}", kept.number, fields="door account state")
            return kept

    # -- inside

    @asynccontextmanager
    async def _held(self, which: str, by: Member, at: float) -> AsyncIterator[_Held]:
        """The campaign, locked until the transaction ends, and what writes its change: two changes come one after the other."""
        _must_be_admin(by)
        async with self._db.writing() as connection:
            seen = await _must(connection, which)
            query = select(campaigns).where(campaigns.c.id == seen.id).with_for_update()
            old = _campaign((await connection.execute(query)).one())
            yield connection, old, partial(self._changed, connection, old, by, at)

    async def _changed(
        self,
        connection: AsyncConnection,
        old: Campaign,
        by: Member,
        at: float,
        what: str,
        sentence: str,
        *,
        why: str = "",
        **values: Any,
    ) -> Change:
        """Write the new values and the audit's row; the campaign as it is then."""
        if values:
            await self._set(connection, old, **values)
        await self._note(connection, by, at, what, old.number, why)
        return Change(await _must(connection, old.id), True, sentence)

    async def _set(self, connection: AsyncConnection, campaign: Campaign, **values: Any) -> None:
        await connection.execute(update(campaigns).where(campaigns.c.id == campaign.id).values(**values))

    async def _note(
        self,
        connection: AsyncConnection,
        by: Member,
        at: float,
        what: str,
        number: int,
        why: str = "",
        *,
        fields: str = "",
    ) -> None:
        await audit.note(
            self._db,
            connection,
            self._seal,
            at=at,
            who=f"staff:{by.name}",
            what=what,
            outcome="done",
            fields=fields,
            why=f"notice {number}; {why}" if why else f"notice {number}",
        )


_STATE = {
    DRAFT: "còn là bản nháp",
    RUNNING: "đang gửi",
    PAUSED: "đang tạm dừng",
    CANCELLED: "đã hủy",
    DONE: "đã gửi xong",
}


def _name(campaign: Campaign, *, lower: bool = False) -> str:
    return f"{'thông' if lower else 'Thông'} báo {campaign.number}"


def _must_be_admin(by: Member) -> None:
    if by.role != "admin":
        raise CampaignRefused("Chỉ quản trị viên làm được việc này.")


async def _must(connection: AsyncConnection, which: str) -> Campaign:
    found = await load(connection, which)
    if found is None:
        raise CampaignRefused("Không có thông báo này.")
    return found
