"""The outcomes of sends, written to the outbox in groups: a commit costs as much as a send. Run by the sender.

Invariant: an outcome leaves memory, and its job's slot is free, only once it is durable.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from data.engine import Database
from data.outbox import deliveries
from data.outbox.deliveries import Outcome
from handlers.delivery.send_queue import SendJob
from handlers.turns.marks import is_outage

log = logging.getLogger("troly.sender")

GROUP_SECONDS = 0.02  # the longest an outcome waits for others to be committed with
TRY_AGAIN = 0.5  # seconds until outcomes that could not be written are written again


class Settlement:
    """Collects outcomes and the channel's silences, and writes them; `settled` gets the jobs that are durable."""

    def __init__(
        self,
        db: Database,
        door: str,
        token_key: str,
        *,
        group: int,
        settled: Callable[[Sequence[SendJob]], None],
    ) -> None:
        self._db, self._door, self._token_key = db, door, token_key
        self._group, self._settled = group, settled
        self._ended: list[tuple[Outcome, SendJob]] = []
        self._halts: dict[str, float] = {}  # lane -> until when it is silent, by the wall clock
        self._failed: set[int] = set()  # jobs whose outcome could not be written alone
        self._due = asyncio.Event()

    def add(self, job: SendJob, outcome: Outcome, *, at_once: bool) -> None:
        """Have this outcome written: with others within GROUP_SECONDS, or `at_once` where no others will come."""
        self._ended.append((outcome, job))
        if at_once or len(self._ended) >= self._group:
            self._due.set()
        elif len(self._ended) == 1:
            asyncio.get_running_loop().call_later(GROUP_SECONDS, self._due.set)

    def halt(self, lanes: Sequence[str], until: float) -> None:
        """Have it written, with the next outcomes, that the channel wants silence in these lanes."""
        for lane in lanes:
            self._halts[lane] = max(until, self._halts.get(lane, 0.0))

    def hurry(self) -> None:
        """Write what there is now."""
        self._due.set()

    async def keep(self) -> None:
        """Write groups as they are due, until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                await self.write()
            except Exception as wrong:  # noqa: BLE001  # kept in memory, and their slots with them
                log.error("%s: outcomes could not be written: %s", self._door, type(wrong).__name__)
                if not is_outage(wrong):
                    await self._write_singly()
                await asyncio.sleep(TRY_AGAIN)
                self._due.set()

    async def _write_singly(self) -> None:
        """One of them is at fault. At its second failure it ends in doubt: it holds up no other and is not sent again."""
        ended, self._ended = self._ended, []
        for outcome, job in ended:
            if job.number in self._failed:
                outcome = replace(outcome, state="in_doubt", answer="")  # it takes its place
            if await self._written(outcome):
                self._failed.discard(job.number)
                self._settled([job])
            else:
                self._failed.add(job.number)
                self._ended.append((outcome, job))

    async def _written(self, outcome: Outcome) -> bool:
        try:
            async with self._db.writing() as connection:
                await deliveries.settle(connection, [outcome])
        except Exception as wrong:  # noqa: BLE001  # as above
            log.error("%s: an outcome could not be written: %s", self._door, type(wrong).__name__)
            return False
        return True

    async def write(self) -> None:
        """Write what there is; what the database refuses is kept for the next call."""
        ended, self._ended = self._ended, []
        halts, self._halts = self._halts, {}
        if not ended and not halts:
            return
        outcomes = [outcome for outcome, _ in ended]
        try:
            if not halts and all(o.state == "sent" and not o.answer for o in outcomes):
                await deliveries.settle_sent(self._db, outcomes)
            else:
                async with self._db.writing() as connection:
                    await deliveries.settle(connection, outcomes)
                    for lane, until in halts.items():
                        await deliveries.keep_halt(self._db, connection, self._token_key, lane, until)
        except BaseException:
            self._ended = ended + self._ended
            self._halts = halts | self._halts
            raise
        self._settled([job for _, job in ended])
