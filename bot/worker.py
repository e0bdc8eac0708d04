"""The worker role: writes the rows of campaigns and reminders into the outbox, and runs the senders. Made by bot/serve.py, or alone by `work`.

Invariant: each transaction is short, so that turns are not held up.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from bot import logs
from bot.app import App, lone_server, opened
from bot.settings import Settings, load
from bot.stopping import Stop
from data import outbox
from data.channels import label
from data.engine import Database
from data.installation.demo import is_demo
from data.notices import runs
from data.notices.runs import Running
from data.people import unit_reminders
from data.people.due_reminders import AT_ONCE, remind
from data.seal import Seal
from flows.content import Content
from handlers.delivery.sender import Sender
from handlers.desk import Desk
from handlers.desk_clocks import DeskClocks, DeskLimits
from handlers.doors import Parts, open_senders

log = logging.getLogger("troly.worker")

WATCH_SECONDS = 0.4  # how often it is looked which campaigns may speak; a pause takes effect within it
DESK_SECONDS = 1.5  # how often the tickets' clocks are looked at
STOP_SECONDS = 8.0  # for what is under way at the end
PUBLISH_CHUNK = 20  # notices a transaction puts up for those who fetch
BREATH = 0.02  # seconds between two transactions of a long job, for citizens' turns

Open = Callable[[float], bool]  # whether the office is open at this time


class Worker:
    """Sends what waits in the outbox's officer, reminder and notice lanes; `nudge` makes it look at once."""

    def __init__(
        self,
        db: Database,
        senders: Sequence[Sender],
        *,
        seal: Seal,
        open_at: Open,
        content: Callable[[], Content],
        tend: Callable[[], Awaitable[bool]] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.senders = list(senders)
        self._db, self._seal = db, seal
        self._open_at = open_at
        self._content = content
        self._tend_desk = tend
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to deliver."""
        for sender in self.senders:
            await sender.start()
        self._tasks = [
            asyncio.create_task(self._repeat(self._watch, "campaigns could not be read")),
            asyncio.create_task(self._repeat(self._move, "campaigns could not be moved on")),
            asyncio.create_task(self._repeat(self._remind, "reminders could not be said")),
        ]
        if self._tend_desk is not None:
            tend = self._repeat(self._tend_desk, "tickets could not be looked after", DESK_SECONDS)
            self._tasks.append(asyncio.create_task(tend))

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Finish what is under way within `seconds`, put back the rest."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(sender.stop(seconds) for sender in self.senders))

    def nudge(self) -> None:
        """An officer's answer was just committed."""
        for sender in self.senders:
            sender.nudge()

    async def _repeat(
        self, step: Callable[[], Awaitable[bool]], trouble: str, rest: float = WATCH_SECONDS
    ) -> None:
        while True:
            try:
                more = await step()
            except Exception as wrong:  # noqa: BLE001  # whatever one campaign's rows do, the others go on
                log.error("%s: %s", trouble, type(wrong).__name__)
                more = False
            await asyncio.sleep(BREATH if more else rest)

    async def _running(self) -> list[Running]:
        async with self._db.reading() as connection:
            return await runs.running(connection)

    def _may_speak(self, campaigns: Sequence[Running]) -> list[Running]:
        return [c for c in campaigns if not c.office_hours or self._open_at(self._clock())]

    async def _watch(self) -> bool:
        may = self._may_speak(await self._running())
        for sender in self.senders:
            sender.run(may)
        return False

    async def _move(self) -> bool:
        """One short step for each campaign; True while there is more to do at once."""
        async with self._db.reading() as connection:
            campaigns = await runs.running(connection)
            cancelled = await runs.cancelled_with_rows(connection)
        more = False
        for campaign_id in cancelled:
            async with self._db.writing() as connection:
                more |= await runs.withdraw(connection, campaign_id)
        for campaign in campaigns:
            if not campaign.filled:
                async with self._db.writing() as connection:
                    more |= await runs.fill(self._db, connection, campaign.id, self._clock())
        for campaign in self._may_speak(campaigns):
            more |= await self._publish(campaign)
        if campaigns:
            async with self._db.writing() as connection:
                await runs.finish(connection, self._clock())
        return more

    async def _remind(self) -> bool:
        """Say the reminders that are due; True while there are more."""
        parts = (self._db, self._seal, self._content(), self._clock())
        due = await remind(*parts)
        asked = await unit_reminders.say_due(*parts)
        if due or asked:
            self.nudge()
        return due == AT_ONCE or asked == unit_reminders.AT_ONCE

    async def _publish(self, campaign: Running) -> bool:
        """Show a notice to those who fetch: at the web page, in the terminal."""
        async with self._db.reading() as connection:
            rows = await runs.not_published(connection, campaign.id, PUBLISH_CHUNK)
        if not rows:
            return False
        async with self._db.writing() as connection:
            if not await runs.is_running(connection, campaign.id):
                return False
            wanted = await runs.still_wanted(connection, campaign, [address for _, address in rows])
            for row_id, address in rows:
                if address not in wanted:
                    await runs.withdraw_waiting(connection, row_id, "opted out")
                elif not await outbox.publish(
                    self._db, connection, self._seal, row_id, address, {"text": campaign.text}
                ):
                    await runs.withdraw_waiting(connection, row_id, "gone")
        return len(rows) == PUBLISH_CHUNK


async def worker_of(app: App, desk: Desk | None = None) -> Worker:
    """The worker of this process: a sender for each channel that is set up; `desk`: of the doors of this process."""
    s = app.settings
    desk_clocks = DeskClocks(desk or Desk(app.turns, say={}), desk_limits_of(s))
    outbound = open_senders(Parts(app.turns, app.seal, s, is_demo=await is_demo(app.db)))
    senders = [
        Sender(
            door,
            out.channel,
            app.db,
            seal=app.seal,
            token_key=app.seal.keyed("pace", out.token),
            holder=app.turns.holder,
            rate=out.rate,
            in_flight=s.notices_in_flight,
            tries=s.notice_tries,
            batch=s.notice_batch,
            rate_lease=float(s.pace_lease_seconds),
            alone=app.db.is_sqlite,
            clock=app.turns.clock,
        )
        for door, out in outbound.items()
    ]

    def open_at(at: float) -> bool:
        return app.content.office.hours.open_at(datetime.fromtimestamp(at, UTC), app.content.calendar)

    return Worker(
        app.db,
        senders,
        seal=app.seal,
        open_at=open_at,
        content=lambda: app.turns.content,
        tend=desk_clocks.tend,
        clock=app.turns.clock,
    )


def desk_limits_of(s: Settings) -> DeskLimits:
    """The times of the desk that the settings give."""
    return DeskLimits(
        silent=60.0 * s.desk_silent_minutes,
        answer=60.0 * s.desk_answer_minutes,
        end=3600.0 * s.desk_end_hours,
        warn=60.0 * s.desk_warn_minutes,
        close=60.0 * s.desk_close_minutes,
    )


async def work(*, demo: bool = False) -> int:
    """`troly serve --roles worker`: the worker alone, until it is told to stop; returns the exit code."""
    settings = load()
    logs.set_up(settings.log_level)
    told, stop = asyncio.Event(), Stop(settings.stop_seconds)
    stop.listen(told.set)
    with lone_server(settings) or contextlib.nullcontext():
        async with opened(settings, with_demo=demo) as app:
            worker = await worker_of(app)
            await worker.start()
            sending = ", ".join(label(sender.door) for sender in worker.senders) or "nothing, rows wait"
            print(f"Trợ lý VssID: worker. Sends to: {sending}. Stop with Ctrl-C.", flush=True)
            await told.wait()
            await worker.stop(stop.left(2.0))
    stop.over()
    return 0
