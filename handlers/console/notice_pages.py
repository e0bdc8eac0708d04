"""The pages that list, write, test, start and stop notices. Made by `Console`.

Invariant: every change is made by data/notices/campaigns.py, which may refuse it; these pages hold no rule of their own.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from data import channels, conversations, staff
from data.channels import CHANNELS
from data.limits import Limits
from data.notices import audience, campaigns, reports
from data.notices.audience import Audience
from data.notices.campaigns import (
    DRAFT,
    LIVE,
    PAUSED,
    RUNNING,
    Campaign,
    CampaignRefused,
    Campaigns,
    words_of,
)
from data.notices.reports import Speed
from data.staff import Member
from flows.conversations import notice_text
from flows.conversations.notices import TOPICS
from handlers.console import notice_wording as say
from handlers.console.access import ADMINS, AccessControl, Live, PageRoute, Visit
from handlers.console.forms import kept_or_again
from handlers.console.recipient_pages import HOME, loaded
from handlers.delivery.preview import preview
from handlers.web.forms import Form
from handlers.web.frames import address_of

LIST = 50  # notices on a page
CANCEL_CHUNKS = 5  # withdrawn while the admin waits; the worker does the rest
REMEMBERED = 1000  # ended notices whose counts are kept
LOOK_FOR_WORKER = 10.0  # seconds after a start in which nobody asks where the worker is


@dataclass(frozen=True, slots=True)
class NoticeForm:
    """What stands in the form of a notice."""

    text: str = ""
    doors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    office_hours: bool = True
    once: bool = False
    key: str = ""

    @classmethod
    def of_form(cls, form: Form) -> NoticeForm:
        """As it was posted."""
        return cls(
            form.get("text"),
            tuple(d for d in CHANNELS if d in form.all("door")),
            tuple(t for t in TOPICS if t in form.all("topic")),
            form.get("office_hours") == "yes",
            form.get("once") == "yes",
            form.get("key")[:64],
        )

    @classmethod
    def of_campaign(cls, one: Campaign, doors: tuple[str, ...]) -> NoticeForm:
        """As it was kept."""
        chosen = one.audience.doors or doors
        return cls(one.text, chosen, one.audience.topics or tuple(TOPICS), one.office_hours, one.once)

    def audience(self, doors: tuple[str, ...]) -> Audience:
        """Whom it is for; with every box ticked nothing is narrowed.

        Raises CampaignRefused when a group has no box ticked.
        """
        if not self.doors:
            raise CampaignRefused(say.NO_DOOR)
        if not self.topics:
            raise CampaignRefused(say.NO_TOPIC)
        every_door, every_topic = set(doors) <= set(self.doors), set(TOPICS) <= set(self.topics)
        return Audience(() if every_door else self.doors, () if every_topic else self.topics)


@dataclass(frozen=True, slots=True)
class Sending:
    """What this installation sends to. `missing`: channels it does not, each with the setting that would change it.

    `prices`: of one message outside the free window, in đồng, by channel.
    """

    missing: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, int] = field(default_factory=dict)


class NoticePages:
    """What admins see and do about notices."""

    def __init__(self, access: AccessControl, limits: Limits, sending: Sending) -> None:
        self._turns = access.turns
        self._limits = limits
        self._sending = sending
        self._address = access.address
        turns = access.turns
        self._changes = Campaigns(turns.db, turns.seal, limits, turns.content.staff_weights)
        self._speeds: dict[str, Speed] = {}
        self._over: dict[str, tuple[float, reports.Status]] = {}
        self._visitor_cookie = "__Host-troly_visitor" if access.https else "troly_visitor"
        one = HOME + "/{notice}"
        self.entries = [
            PageRoute("GET", HOME, ADMINS, self.list, nav="Thông báo"),
            PageRoute("GET", f"{HOME}/new", ADMINS, self.write),
            PageRoute("POST", f"{HOME}/new", ADMINS, self.written),
            PageRoute("POST", f"{HOME}/look", ADMINS, self.look),
            PageRoute("GET", one, ADMINS, self.notice),
            PageRoute("GET", f"{one}/edit", ADMINS, self.edit),
            PageRoute("POST", f"{one}/edit", ADMINS, self.edited),
            PageRoute("POST", f"{one}/test", ADMINS, self.test),
            *(
                PageRoute("POST", f"{one}/{what}", ADMINS, partial(self._changed, what=what))
                for what in ("approve", "start", "pause", "resume")
            ),
            PageRoute("POST", f"{one}/cancel", ADMINS, self.cancel),
            PageRoute("POST", f"{one}/retry", ADMINS, self.retry),
        ]

    # -- the list

    async def list(self, visit: Visit) -> Response:
        """Every notice, the newest first."""
        before = visit.request.query_params.get("before", "")
        number = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
        async with self._turns.db.reading() as connection:
            found = await campaigns.newest(connection, LIST, number)
            shown = [(one, await self._status(connection, one)) for one in found]
        address = HOME if number is None else f"{HOME}?before={number}"
        part = visit.part(
            f"{address}{'&' if number else '?'}fragment=list",
            "console/_notices.html",
            shown=shown,
            older=found[-1].number if len(found) == LIST else None,
            say=say,
        )
        return visit.send(part) if visit.fragment == "list" else visit.page("console/notices.html", part=part)

    async def _status(self, connection: AsyncConnection, one: Campaign) -> reports.Status:
        """As `reports.status`; what cannot change any more is counted once."""
        kept = self._over.get(one.id)
        if kept is not None and kept[0] == one.ended_at:
            return kept[1]
        counts = await reports.status(connection, one)
        if one.ended_at is not None and counts.over == counts.total and len(self._over) < REMEMBERED:
            self._over[one.id] = one.ended_at, counts
        return counts

    # -- writing

    async def write(self, visit: Visit) -> Response:
        """An empty form."""
        doors = await self._doors()
        blank = NoticeForm(doors=doors, topics=tuple(TOPICS), key=secrets.token_hex(16))
        return await self._form(visit, blank, doors)

    async def written(self, visit: Visit) -> Response:
        """Keep the draft; the same form posted twice is one draft."""
        return await self._taken(visit, None)

    async def edit(self, visit: Visit) -> Response:
        """The form of a draft."""
        one = await loaded(self._turns, visit)
        if one.state != DRAFT:
            return visit.go(f"{HOME}/{one.id}?note=notice_no_edit")
        doors = await self._doors()
        return await self._form(visit, NoticeForm.of_campaign(one, doors), doors, notice=one)

    async def edited(self, visit: Visit) -> Response:
        """Keep what was changed."""
        return await self._taken(visit, await loaded(self._turns, visit))

    async def _taken(self, visit: Visit, one: Campaign | None) -> Response:
        doors, form = await self._doors(), NoticeForm.of_form(visit.form)

        async def keep() -> str:
            given: dict[str, Any] = {"office_hours": form.office_hours, "once": form.once}
            given |= {"by": visit.member, "at": self._turns.clock()}
            if one is not None:
                await self._changes.edit(one.id, form.text, form.audience(doors), **given)
                return f"{HOME}/{one.id}?note=notice_edit"
            made = await self._changes.new(form.text, form.audience(doors), key=form.key, **given)
            return f"{HOME}/{made.id}?note=notice_new"

        return await kept_or_again(
            visit, keep, lambda error: self._form(visit, form, doors, notice=one, error=error)
        )

    async def look(self, visit: Visit) -> Response:
        """Count and preview of what stands in the form just now, for the page that holds it."""
        return visit.send(await self._look(visit, NoticeForm.of_form(visit.form), await self._doors()))

    async def _form(
        self,
        visit: Visit,
        form: NoticeForm,
        doors: tuple[str, ...],
        *,
        notice: Campaign | None = None,
        error: str = "",
    ) -> Response:
        return visit.page(
            "console/notice_form.html",
            status=422 if error else 200,
            form=form,
            doors=doors,
            topics=TOPICS,
            notice=notice,
            error=error,
            limit=self._limits.notice_text_limit,
            look=await self._look(visit, form, doors),
            action=f"{HOME}/{notice.id}/edit" if notice else f"{HOME}/new",
        )

    async def _look(self, visit: Visit, form: NoticeForm, doors: tuple[str, ...]) -> Live:
        trouble, text, reached = "", "", {}
        windows: dict[str, audience.Windows] = {}
        try:
            if form.text.strip():
                weights = self._turns.content.staff_weights
                text = notice_text.tidied(form.text, self._limits.notice_text_limit, weights)
        except notice_text.BadText as bad:
            trouble = str(bad)
        try:
            async with self._turns.db.reading() as connection:
                reached = _in_order(await campaigns.count(connection, form.audience(doors)))
                windows = await audience.windows(connection, form.audience(doors), self._turns.clock())
        except CampaignRefused as no:
            trouble = trouble or str(no)
        return visit.part(
            "",
            "console/_notice_look.html",
            trouble=trouble,
            reached=reached,
            windows=say.window_lines(windows, self._sending.prices),
            total=sum(reached.values()),
            above=self._limits.notice_approval_above,
            warnings=notice_text.warnings(text, self._address),
            previews=_previews(notice_text.with_leave(text), form.doors) if text else (),
            say=say,
        )

    async def _doors(self) -> tuple[str, ...]:
        """The channels that can be chosen; the pretend one only where somebody uses it."""
        async with self._turns.db.reading() as connection:
            pretend = tuple(door for door in CHANNELS if door not in channels.real())
            tried = await campaigns.count(connection, Audience(doors=pretend))
        return tuple(door for door in CHANNELS if door not in pretend or door in tried)

    # -- one notice

    async def notice(self, visit: Visit) -> Response:
        """How it looks, how it stands, and what can be done."""
        return await self._shown(visit)

    async def _shown(self, visit: Visit, *, error: str = "") -> Response:
        one = await loaded(self._turns, visit)
        async with self._turns.db.reading() as connection:
            names = await staff.names(connection)
            counts = await reports.status(connection, one)
            parts = {
                "run": await self._run_part(visit, connection, one, counts),
                "doing": await self._doing_part(visit, connection, one, counts, names),
                "table": visit.part(
                    f"{HOME}/{one.id}?fragment=table",
                    "console/_notice_states.html",
                    notice=one,
                    counts=counts,
                    states=reports.STATES,
                    say=say,
                ),
            }
        if visit.request.method == "GET" and visit.fragment in parts:
            return visit.send(parts[visit.fragment])
        return visit.page(
            "console/notice.html",
            status=409 if error else 200,
            notice=one,
            previews=_previews(words_of(one), one.audience.doors or channels.real()),
            facts=say.facts(one, names, TOPICS),
            error=error,
            say=say,
            **parts,
        )

    async def _run_part(
        self, visit: Visit, connection: AsyncConnection, one: Campaign, now: reports.Status
    ) -> Live:
        speed = self._speeds.setdefault(one.id, Speed())
        if one.state == RUNNING:
            speed.add(self._turns.clock(), now.over)
        else:
            self._speeds.pop(one.id, None)
        return visit.part(
            f"{HOME}/{one.id}?fragment=run",
            "console/_notice_run.html",
            notice=one,
            counts=now,
            speed=say.speed_text(speed, now.total - now.over) if one.state == RUNNING else "",
            why=await self._why(connection, one, now) if one.state in LIVE else "",
            say=say,
        )

    async def _why(self, connection: AsyncConnection, one: Campaign, now: reports.Status) -> str:
        """Why nothing moves, or what the rest waits for; "" when there is nothing to say."""
        at = self._turns.clock()
        if one.state == PAUSED:
            return say.PAUSED
        hours = self._turns.content.office.hours
        if one.office_hours and not hours.open_at(say.local(at)):
            return say.until(hours.next_opening(say.local(at)))
        if now.pending + now.leased == 0:
            return ""
        pushed = [door for door in channels.pushed() if await reports.still_pushed(connection, one, door)]
        if one.filled and not pushed:
            return say.waits_for_readers()
        for door, setting in self._sending.missing.items():
            if door in pushed:
                return say.not_connected(door, setting)
        settled = at - (one.started_at or at) > LOOK_FOR_WORKER
        if settled and (pushed or not one.filled) and not await reports.worker_seen(connection, at):
            return say.NO_WORKER
        return ""

    async def _doing_part(
        self,
        visit: Visit,
        connection: AsyncConnection,
        one: Campaign,
        now: reports.Status,
        names: dict[str, str],
    ) -> Live:
        reached = _in_order(await campaigns.count(connection, one.audience)) if one.state == DRAFT else {}
        windows = (
            await audience.windows(connection, one.audience, self._turns.clock())
            if one.state == DRAFT
            else {}
        )
        total = sum(reached.values())
        return visit.part(
            f"{HOME}/{one.id}?fragment=doing",
            "console/_notice_doing.html",
            notice=one,
            here=f"{HOME}/{one.id}",
            total=total,
            reached=reached,
            windows=say.window_lines(windows, self._sending.prices),
            large=total > self._limits.notice_approval_above,
            above=self._limits.notice_approval_above,
            names=names,
            mine=one.made_by == visit.member.id,
            warnings=notice_text.warnings(one.text, self._address) if one.state == DRAFT else (),
            stopped=self._stopped(one),
            telegram=bool(visit.member.telegram),
            web=await self._own_chat(visit, connection) is not None,
            failed=now.failed,
            in_doubt=now.in_doubt,
            say=say,
        )

    def _stopped(self, one: Campaign) -> str:
        """Why a draft of older rules cannot go as it is; "" when it can."""
        try:
            if one.state == DRAFT:
                limit, weights = self._limits.notice_text_limit, self._turns.content.staff_weights
                notice_text.tidied(one.text, limit, weights)
        except notice_text.BadText as bad:
            return str(bad)
        return ""

    async def _own_chat(self, visit: Visit, connection: AsyncConnection) -> str | None:
        """The address of the chat in this very browser, when there is one."""
        cookie = visit.request.cookies.get(self._visitor_cookie, "")
        if not 32 <= len(cookie) <= 64:
            return None
        address = address_of(cookie)
        found = await conversations.load(connection, self._turns.seal, [address])
        return address if found else None

    # -- changes

    async def test(self, visit: Visit) -> Response:
        """Send it to the admin alone: on Telegram, or in the chat of this browser."""
        address = ""
        if visit.form.get("where") == "web":
            async with self._turns.db.reading() as connection:
                address = await self._own_chat(visit, connection) or ""
            if not address:
                return await self._shown(visit, error=say.NO_OWN_CHAT)
        return await self._changed(visit, "test", address=address)

    async def cancel(self, visit: Visit) -> Response:
        return await self._changed(visit, "cancel", chunks=CANCEL_CHUNKS)

    async def retry(self, visit: Visit) -> Response:
        return await self._changed(visit, "retry", in_doubt=visit.form.get("in_doubt") == "yes")

    async def _changed(self, visit: Visit, what: str, **more: Any) -> Response:
        one = await loaded(self._turns, visit)
        by: Member = visit.member
        try:
            done = await getattr(self._changes, what)(one.id, by=by, at=self._turns.clock(), **more)
        except CampaignRefused as no:
            return await self._shown(visit, error=str(no))
        return visit.go(f"{HOME}/{one.id}?note=notice_{what if done.changed else 'same'}")


def _previews(words: str, doors: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    return [(door, preview(words, door)) for door in doors]


def _in_order(reached: dict[str, int]) -> dict[str, int]:
    return {door: reached[door] for door in CHANNELS if door in reached}
