"""What a change of a password is, and what acting on one needs. Used by the modules beside it.

Its states: open (the page waits for a new password), prepared (for a code), committing (the right code was typed), done,
refused, unclear, ended (something else made it void).
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from data.budgets import Taker
from data.engine import Database
from data.limits import Limits
from data.seal import Seal
from flows.content import Office

OPEN, PREPARED, COMMITTING = "open", "prepared", "committing"
DONE, REFUSED, UNCLEAR, ENDED = "done", "refused", "unclear", "ended"
CHANGE, FORGOTTEN, COUNTER = "change", "forgotten", "counter"


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """A change on its way. `phone`: ten digits, "" while it is not known; `given` is what opening it knew already."""

    id: str
    address: str
    purpose: str
    account_key: str
    code: str
    phone: str = field(repr=False)
    phone_key: str  # of the phone that was proven in the chat, where the old password is not asked for
    state: str
    tries: int
    moved_at: float
    act: str = ""  # the form that was posted last
    answer: bytes | None = field(default=None, repr=False)  # what came of it, sealed
    busy_until: float = 0.0


@dataclass(frozen=True, slots=True)
class ChangeContext:
    """What every function here needs: the database's transaction, whose time, who takes of the budgets."""

    db: Database
    connection: AsyncConnection
    seal: Seal
    limits: Limits
    office: Office
    _: KW_ONLY
    taker: Taker
    at: float  # the person's clock
    now: float  # the server's
