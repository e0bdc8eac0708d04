"""What the service does beside its calls, for as long as it runs: codes left behind, changes of passwords taken up again, what is past its time.

Started by serve.py. Invariant: a chore that fails says so in the log and is tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterator

from bot.app import App
from data import conversations, outbox, petitions, proofs, staff
from data.accounts import changes, local, resets
from data.desk import drafts, search
from data.registry import removed
from data.secure import pages, papers
from handlers.passwords import Passwords

log = logging.getLogger("troly.serve")

LEFT_BEHIND_SECONDS = 5.0  # a code this old was left by its own process
SWEEP_SECONDS = 2.0  # how often codes left behind by another process are looked for
SWEEPS_AT_ONCE = 8  # of those that wait for a slow gateway
INDEX_PAUSE = 0.2  # seconds between two lots of old tickets: others write meanwhile
FORGET_SECONDS = 600.0  # how often what is past its time is wiped


@contextlib.contextmanager
def logged(trouble: str) -> Iterator[None]:
    """Log what goes wrong; the service goes on."""
    try:
        yield
    except Exception as wrong:  # noqa: BLE001  # a chore that ended by a fault would be missed without a word
        log.error("%s: %s", trouble, type(wrong).__name__)


async def sweep(app: App) -> None:
    """Send codes that a process left behind. A sweep whose gateway is slow holds up no later one."""
    under_way: set[asyncio.Task[None]] = set()
    try:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            if len(under_way) < SWEEPS_AT_ONCE:
                sweep = asyncio.create_task(_swept(app))
                under_way.add(sweep)
                sweep.add_done_callback(under_way.discard)
    finally:
        for sweep in under_way:
            sweep.cancel()


async def _swept(app: App) -> None:
    assert app.code_sender is not None
    with logged("codes could not be sent"):
        await app.code_sender.deliver(older_than=LEFT_BEHIND_SECONDS)


async def resume_changes(passwords: Passwords) -> None:
    """Find out what became of changes of passwords that a process left, or that a backend did not answer for."""
    while True:
        with logged("changes of passwords could not be taken up again"):
            await passwords.resume()
        await asyncio.sleep(SWEEP_SECONDS)


async def load_names(app: App) -> None:
    """Have the registry's names in memory before somebody asks; a failure is told, and the first look-up loads them."""
    with logged("the registry's names could not be loaded"):
        async with app.db.reading() as connection:
            await app.effect_handler.services.names.renew(connection)


async def index_tickets(app: App) -> None:
    """Have tickets found by their words that were kept before words were; it ends when none is left."""
    with logged("tickets could not be indexed"):
        left = True
        while left:
            left = await search.catch_up(app.db, app.seal)
            await asyncio.sleep(INDEX_PAUSE)


async def forget(app: App) -> None:
    """Wipe what is past its time: hashes of codes, cases, event keys."""
    while True:
        now = time.time()
        with logged("what is past its time could not be wiped"):
            async with app.db.writing() as connection:
                await proofs.forget_old(connection, now)
                await pages.forget_old(connection, now)
                await papers.forget_old(connection, now)
                await changes.forget_old(connection, now)
                await local.forget_old(connection, now)
                await resets.forget_old(connection, now)
                await staff.forget_old(connection, now, 3600.0 * app.settings.staff_session_hours)
                events_until = now - 3600.0 * app.settings.event_keys_hours
                await conversations.forget_old_events(connection, events_until)
                await drafts.forget_old(connection, now - 86400.0 * app.settings.draft_days)
                await removed.forget_old(connection, now - removed.DAY * app.settings.removed_days)
                petitions_until = now - petitions.DAY * app.settings.petition_days
                await petitions.forget_old(connection, petitions_until, now)
                app.db.scrub_after_commit()
            await outbox.expire_unread(app.db, now - 86400.0 * app.settings.unread_days, now)
        await asyncio.sleep(FORGET_SECONDS)
