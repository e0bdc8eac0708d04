"""The frames of the chat's socket: what a page sends and is sent, as docs/pages.md has them. Used by handlers/web/chat.py."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from data.conversations import Conversation
from data.outbox import Outgoing
from handlers.turns.json_contract import (
    BadInput,
    MoveClock,
    TypedPassword,
    place_object,
    read_object,
    shown,
    typed,
)
from handlers.turns.types import Opens

NOT_FROM_HERE = ("secure", "contact")  # a page cannot vouch for a phone; codes go to the secure page only


def address_of(cookie: str) -> str:
    """The conversation's address of a visitor; the cookie itself is kept nowhere."""
    return f"web:{hashlib.sha256(cookie.encode()).hexdigest()[:32]}"


def reply_number(name: str, given: Mapping[str, Any]) -> int:
    """A reply's number as the outbox can hold it: a page may claim anything. Raises BadInput when it is no whole number."""
    return min(max(typed(name, given[name], int), 0), 2**31 - 1)


def read_wish(given: dict[str, Any], text_limit: int, *, demo: bool) -> Opens | MoveClock:
    """What the person did. Raises BadInput where it is nothing, or nothing that a page may say; time passes in a `demo` only."""
    if any(k in given for k in NOT_FROM_HERE) or ("wait" in given and not demo):
        raise BadInput("Trang này không nhận mục đó.")
    if isinstance(given.get("file"), dict) and "path" in given["file"]:
        raise BadInput("Trang này không nhận đường dẫn tệp.")
    wish = read_object(given, text_limit)
    if isinstance(wish, TypedPassword):
        raise BadInput("Trang này không nhận mục đó.")
    return wish


def good_cookie(cookie: str | None) -> bool:
    """Whether it can be one of ours."""
    return cookie is not None and 32 <= len(cookie) <= 64 and cookie.isascii()


def on_page(row: Outgoing) -> dict[str, Any]:
    """The contract's object with the number and the key of a countdown; options that share a contact are left out."""
    out = {**shown(row.body, proactive=row.proactive), "number": row.number}
    if "key" in row.body:
        out["key"] = row.body["key"]
    if shares := row.body.get("shares"):
        out["options"] = [o for o in row.body["options"] if o != shares]
    return out


def catch_up_frame(
    address: str, found: Conversation | None, rows: Sequence[Outgoing], at: float
) -> dict[str, Any]:
    """The answer to “after”: what was missed, and where the conversation stands `at` this time."""
    place = (found.state.flow, found.state.step) if found else ("", "")
    now = datetime.fromtimestamp(at + (found.clock if found else 0.0), UTC)
    return {
        "replies": [on_page(row) for row in rows],
        "at": place_object(place),
        "now": now.isoformat(),
        "conversation": hashlib.sha256(address.encode()).hexdigest()[:16],
        "said": found.said if found else 0,
    }
