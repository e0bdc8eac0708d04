"""One row of the outbox: how it is laid out, sealed, written and marked.

Invariant: what a row says is on disk as ciphertext only; a mark with an old fence changes nothing.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.seal import Seal
from data.tables import outbox

log = logging.getLogger("troly.outbox")

REPLY, OTP, OFFICER, REMINDER, NOTICE = "reply", "otp", "officer", "reminder", "notice"
HELD = "held"  # a lane that nothing leaves by: words that wait for the rest of what is being typed
WAITING = ("pending", "leased")
GONE = (  # what stands for words that were not read in time, or cannot be opened
    "Một tin gửi đến anh/chị trước đây đã quá thời gian lưu nên không còn đọc được. "
    "Anh/chị hỏi lại, hoặc gõ “gặp cán bộ” để được trả lời lại."
)
RESTS = "rests"  # answer of a leased row whose channel is slow: nobody is saying it at this moment
_EPOCH = 1_735_689_600  # 2025-01-01, so that ids stay below 2**63 for centuries
_last_id = 0


def new_id() -> int:
    """An outbox id: milliseconds since 2025 in the high bits, chance in the low 20; grows within a process."""
    global _last_id
    fresh = (int((time.time() - _EPOCH) * 1000) << 20) | secrets.randbits(20)
    _last_id = max(fresh, _last_id + 1)
    return _last_id


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row that is to leave: `body` is what the door says (JSON values)."""

    id: int
    address: str
    number: int | None
    body: dict[str, Any]
    fence: int = 1
    proactive: bool = False  # it came in on its own: an officer's words, a reminder, a notice
    leased_at: float | None = (
        None  # when this process's lease began; None: when it is handed to a reply sender
    )

    @property
    def door(self) -> str:
        """The door part of the address."""
        return self.address.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a row: its new state. Refused when the row was leased anew since (`fence`)."""

    id: int
    fence: int
    state: str
    at: float


def outbox_row(
    row_id: int, lane: str, address: str, at: float, *, door: str = "", **given: Any
) -> dict[str, Any]:
    """A row of the outbox that waits, but for what is `given`; `door`: of the address, unless it leaves by another."""
    return {
        "id": row_id,
        "lane": lane,
        "door": door or address.partition(":")[0],
        "address": address,
        "number": None,
        "campaign": None,
        "sealed": None,
        "state": "pending",
        "holder": "",
        "fence": 1,
        "leased_until": 0.0,
        "attempts": 0,
        "due": at,
        "expires": None,
        "at": at,
        "sent_at": None,
        **given,
    }


def close_body(seal: Seal, row_id: int, address: str, body: dict[str, Any]) -> bytes:
    """What a row says, as ciphertext that opens for this row and this address only."""
    return seal.close(body, f"outbox {row_id} {address}")


def open_body(seal: Seal, row_id: int, address: str, sealed: bytes | None) -> dict[str, Any]:
    """What a row says. Words that are gone, or cannot be opened, are told as such: one such row stops no other."""
    try:
        body: dict[str, Any] | None = seal.open(sealed, f"outbox {row_id} {address}")
    except ValueError as wrong:
        log.error("outbox row %d cannot be opened: %s", row_id, wrong)
        body = None
    return {"text": GONE} if body is None else body


def reply_row(
    out: Outgoing, seal: Seal, *, holder: str, lease: float, at: float, lane: str = REPLY
) -> dict[str, Any]:
    """The row of a reply; leased at once by `holder` when there is one, else waiting to be fetched."""
    words: dict[str, Any] = {
        "number": out.number,
        "sealed": close_body(seal, out.id, out.address, out.body),
        "fence": out.fence,
    }
    leased: dict[str, Any] = (
        {"state": "leased", "holder": holder, "leased_until": at + lease} if holder else {}
    )
    return outbox_row(out.id, lane, out.address, at, **words, **leased)


def officer_row(out: Outgoing, seal: Seal, *, at: float) -> dict[str, Any]:
    """The row of an officer's words: numbered where the reader fetches them, else for the worker to send."""
    return reply_row(out, seal, holder="", lease=0.0, at=at, lane=OFFICER)


async def put(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows into the outbox."""
    if rows:
        await connection.execute(outbox.insert(), list(rows))


_MARK = (
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), outbox.c.fence == bindparam("row_fence"))
    .values(
        state=bindparam("new_state"),
        sent_at=bindparam("marked_at"),
        sealed=None,
        holder="",
        leased_until=0.0,
    )
)


async def mark(connection: AsyncConnection, marks: Sequence[Mark]) -> None:
    """Write down what became of rows; what they said is no longer kept."""
    if marks:
        await connection.execute(
            _MARK,
            [{"row_id": m.id, "row_fence": m.fence, "new_state": m.state, "marked_at": m.at} for m in marks],
        )
