"""The port behind which accounts lie: `local` (data/accounts/local.py) and `http` (handlers/accounts/remote.py) speak it.

A change has an id of 128 random bits and two halves: `prepare` compares the old password and keeps the new one aside,
`commit` puts it in force. Each may be repeated with the same id and then does nothing twice. Invariant: what a backend
does not know for sure is "unclear", never "done" and never "refused".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

Outcome = Literal["ready", "wrong", "same", "locked"]
State = Literal["prepared", "done", "refused", "none", "unclear"]
Standing = Literal["open", "locked", "none"]


class Away(Exception):
    """The backend does not answer; of what was asked nothing is known."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A new password for an account. `old` is None where the account is proven otherwise: by its phone, whose keyed hash
    must be this one, or because the office has seen its owner (`vouched`)."""

    change: str
    code: str
    new: str = field(repr=False)
    old: str | None = field(default=None, repr=False)
    phone_key: str = ""
    vouched: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """ready: the new password waits for `commit`. wrong: no such account, or not its password or phone; all told alike.

    same: the new one is the old one. locked: the backend lets nobody in. `phone`: ten digits, where ready.
    `phone_changed_at`: seconds since 1970, or None.
    """

    outcome: Outcome
    phone: str = field(default="", repr=False)
    phone_changed_at: float | None = None


class Accounts(Protocol):
    """Where accounts lie. Every method raises Away where the backend does not answer in time."""

    @property
    def ours(self) -> bool:
        """Whether they lie in this database, where a phone seen at the counter can be put into an account."""

    async def prepare(self, wanted: Wanted) -> Prepared: ...

    async def commit(self, change: str) -> State:
        """Put the prepared password in force. done, refused (it is not, and will not be), or unclear."""

    async def state(self, change: str) -> State:
        """What has become of a change: prepared, done, refused, or none (never heard of), which says nothing of a change
        that was prepared once."""

    async def standing(self, code: str) -> Standing:
        """Whether there is such an account, and whether it lets anybody in. Asked at the counter alone, never told in a conversation."""
