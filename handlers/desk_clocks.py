"""What the desk does by itself as time passes: tickets left alone wait again. Called by the worker.

Invariant: each ticket is looked at again under its lock, so that an act of its officer at the same moment counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from data.desk import transfers
from handlers.desk import Desk


@dataclass(frozen=True, slots=True)
class DeskLimits:
    """The times of the desk, in seconds."""

    silent: float = 1200.0  # until a ticket whose officer says nothing waits again


@dataclass(frozen=True, slots=True)
class DeskClocks:
    """Looks after the tickets of a desk."""

    desk: Desk
    limits: DeskLimits = DeskLimits()  # frozen

    async def tend(self) -> bool:
        """Do what is due; False: there is no more at once."""
        turns = self.desk.turns
        now = turns.clock()
        async with turns.db.reading() as connection:
            alone = await transfers.left_alone(connection, now, self.limits.silent)
        for ticket_id, _, _ in alone:
            async with turns.db.writing() as connection:
                await transfers.put_back_if_left_alone(
                    turns.db,
                    connection,
                    turns.seal,
                    ticket_id,
                    now,
                    self.limits.silent,
                    content=turns.content,
                )
        if alone:
            self.desk.nudge()
        return False
