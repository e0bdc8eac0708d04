"""What a channel's answer means for a row and for the whole sender, and how long to wait between tries. Pure: no I/O, no clock.

Called by the sender, the reply sender and the Telegram door. Invariant: a row that runs out of
tries ends in doubt, not failed, when one of its messages may have arrived.
"""

from __future__ import annotations

from math import inf

from data.outbox import NOTICE, OFFICER, REMINDER
from data.outbox.deliveries import LOST, Delivery, Outcome
from handlers.delivery.channel import SendResult

LONGEST_PAUSE = 60.0  # seconds between tries of a row of the sender, and between tries of a sender that waits
FAILURES = 3  # sends failed in a row after which the whole sender waits

SILENCED = {  # the lanes that are silent when the channel asks a message of this lane to wait
    OFFICER: (REMINDER, NOTICE),
    REMINDER: (REMINDER, NOTICE),
    NOTICE: (NOTICE,),
}


def patience(tries: int, longest: float = 30.0) -> float:
    """Seconds to wait after so many earlier failures: 1, 2, 4 … up to `longest`."""
    return min(longest, 2.0 ** min(tries, 10))


def outcome_of(row: Delivery, answer: SendResult, at: float, *, tried_at: float, tries: int) -> Outcome:
    """What to write down for `row` after `answer`, which came `at` this wall-clock time; `tries` is how many it has.

    `answer` is not "moved": that is no outcome.
    """
    if answer.state == "sent":
        return Outcome(row, "sent", at, answer.text)
    if answer.state in ("blocked", "failed"):
        return Outcome(row, answer.state, at, answer.text, tried_at=tried_at)
    lost = answer.lost or row.lost
    text = f"{LOST}: {answer.text}" if lost else answer.text
    if answer.state in ("wait", "hold"):
        return Outcome(row, "pending", at, text, at + answer.after, untried=True)
    if (answer.lost and row.once) or row.attempts >= tries:
        return Outcome(row, "in_doubt" if lost else "failed", at, text)
    return Outcome(row, "pending", at, text, at + patience(row.attempts - 1, LONGEST_PAUSE))


class SendFailures:
    """Sends that failed in a row, whomever they were for: from FAILURES on, until when nothing is sent at all."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self.hold_until = -inf  # by the clock of `add`

    @property
    def one_by_one(self) -> bool:
        """Whether the next send starts only when none is on the wire."""
        return self._in_a_row >= FAILURES

    def add(self, now: float, *, at_once: bool) -> float:
        """One more failed; `at_once`: nothing can be sent to anybody. Returns for how long to hold everything, or 0."""
        if now < self.hold_until:
            return 0.0  # it started before the hold
        self._in_a_row = max(self._in_a_row + 1, FAILURES if at_once else 0)
        if not self.one_by_one:
            return 0.0
        pause = patience(self._in_a_row - FAILURES, LONGEST_PAUSE)
        self.hold_until = now + pause
        return pause

    def reset(self) -> None:
        """One was answered as usual."""
        self._in_a_row, self.hold_until = 0, -inf
