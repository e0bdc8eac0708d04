"""What an effect's handler is given: the turn it belongs to, and the services of this installation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from data import people
from data.budgets import Taker
from data.engine import Database
from data.limits import Limits
from data.registry.name_index import RegistryNames
from data.seal import Seal
from data.secure import pages
from flows.calendar.working_days import Calendar
from flows.content import Office


@dataclass(frozen=True, slots=True)
class Services:
    """What all turns share; made once by bot/app.py."""

    db: Database
    seal: Seal
    limits: Limits
    office: Office
    public_address: str  # without a slash at its end
    sends_sms: bool = True
    names: RegistryNames = field(default_factory=RegistryNames)  # the registry's names in memory
    calendar: Calendar = field(default_factory=Calendar)  # of the office's working days


@dataclass(slots=True)
class TurnContext:
    """One turn of one conversation while it is under way: whose it is, and what must leave because of it."""

    services: Services
    connection: AsyncConnection
    address: str
    person: str | None
    at: datetime  # this person's clock
    now: float  # the server's clock, seconds since 1970
    codes_out: list[int] = field(default_factory=list)  # outbox ids of one-time codes
    ticket: str | None = None  # the conversation's open ticket
    looked: bool = False  # an effect about people was handled: answered after the constant-time delay
    source: str = field(default="", repr=False)  # where it comes from, as its door names it; "": the account

    @property
    def taker(self) -> Taker:
        """Who takes of a budget here."""
        return Taker(self.address, self.services.seal.keyed("source", self.source or self.address))

    @property
    def door(self) -> str:
        return self.address.partition(":")[0]

    @property
    def stamp(self) -> float:
        """This person's time in seconds since 1970."""
        return self.at.timestamp()


async def person(turn: TurnContext) -> str:
    """The id of the person who talks here; made on first need."""
    if turn.person is None:
        turn.person = await people.new_person(turn.connection, turn.stamp)
    return turn.person


async def one_time_page(
    turn: TurnContext, *, kind: str = "otp", code_until: float = 0.0, subject: str = ""
) -> dict[str, str]:
    """Open a secure page of this conversation: facts link, until (when its code, or else the page, ends)."""
    until = turn.stamp + 60.0 * turn.services.limits.secure_link_minutes
    ends = code_until or until
    lasts = max(until, ends)  # a page for a code is there as long as the code
    token = await pages.open_page(
        turn.connection, turn.address, code_until=ends, until=lasts, kind=kind, subject=subject
    )
    link = f"{turn.services.public_address}/secure/{token}"
    return {"link": link, "until": datetime.fromtimestamp(ends, UTC).isoformat()}
