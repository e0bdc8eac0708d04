"""The outbox of everything that leaves: a row is here before it leaves, and is marked only after the channel's answer.

The names below are the outbox's public face; what the worker does with rows is in `deliveries`.
"""

from data.outbox.codes import SealedOut, claim_codes, otp_row
from data.outbox.erasure import counts, officer_words_wait, waiting_for, wipe, wipe_proactive
from data.outbox.inbox import (
    Sayer,
    Seen,
    Unseen,
    lease_unseen,
    mark_seen,
    newest_numbers,
    publish,
    unseen,
)
from data.outbox.replies import (
    being_said,
    claim_replies,
    extend,
    held_elsewhere,
    release,
    take_up,
    withdraw_replies,
)
from data.outbox.rows import (
    NOTICE,
    OFFICER,
    OTP,
    REMINDER,
    REPLY,
    RESTS,
    WAITING,
    Mark,
    Outgoing,
    mark,
    new_id,
    officer_row,
    outbox_row,
    put,
    reply_row,
)

__all__ = [
    "NOTICE",
    "OFFICER",
    "OTP",
    "REMINDER",
    "REPLY",
    "RESTS",
    "WAITING",
    "Mark",
    "Outgoing",
    "Sayer",
    "SealedOut",
    "Seen",
    "Unseen",
    "being_said",
    "claim_codes",
    "claim_replies",
    "counts",
    "extend",
    "held_elsewhere",
    "lease_unseen",
    "mark",
    "mark_seen",
    "new_id",
    "newest_numbers",
    "officer_row",
    "officer_words_wait",
    "otp_row",
    "outbox_row",
    "publish",
    "put",
    "release",
    "reply_row",
    "take_up",
    "unseen",
    "waiting_for",
    "wipe",
    "wipe_proactive",
    "withdraw_replies",
]
