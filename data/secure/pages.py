"""One-time secure pages: which there are, what each is for, and whether it was used. Called by effects and by the page's routes.

Invariant: of the token in the link only a hash is kept; looking at a page changes nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy import case as when
from sqlalchemy.ext.asyncio import AsyncConnection

from data.tables import secure_pages

UNIT = "unit"
_is_unit = secure_pages.c.kind == UNIT


def _token_key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def open_page(
    connection: AsyncConnection,
    address: str,
    *,
    code_until: float,
    until: float,
    kind: str = "otp",
    subject: str = "",
) -> str:
    """A page for this conversation: `kind` otp takes a code, export hands out the person's data, password changes the one
    that is the `subject`, unit shows the unit that is; each once but the last, which is there until its time is up. Earlier pages
    of the same sort close. Returns the token, 256 random bits."""
    token = secrets.token_urlsafe(32)
    same = _is_unit if kind == UNIT else ~_is_unit
    await connection.execute(delete(secure_pages).where(secure_pages.c.address == address, same))
    await connection.execute(
        secure_pages.insert().values(
            token_key=_token_key(token),
            address=address,
            kind=kind,
            code_until=code_until,
            until=until,
            subject=subject,
        )
    )
    return token


@dataclass(frozen=True, slots=True)
class Page:
    """A secure page that exists: whose conversation, what it takes, until when (seconds of that person's clock)."""

    address: str
    kind: str
    code_until: float
    until: float
    subject: str = ""
    done: bool = False  # used: it takes nothing any more, and says so until its time is up


async def page_of(connection: AsyncConnection, token: str) -> Page | None:
    """The one-time page with this token, or None. Looking burns nothing."""
    return await _page(connection, (secure_pages.c.token_key == _token_key(token)) & ~_is_unit)


async def unit_page_of(connection: AsyncConnection, token: str) -> Page | None:
    """The page of a unit with this token, or None."""
    return await _page(connection, (secure_pages.c.token_key == _token_key(token)) & _is_unit)


async def page_at(connection: AsyncConnection, address: str) -> Page | None:
    """The conversation's open page, or None."""
    return await _page(connection, (secure_pages.c.address == address) & ~secure_pages.c.done & ~_is_unit)


async def _page(connection: AsyncConnection, which: ColumnElement[bool]) -> Page | None:
    query = select(secure_pages).where(which).order_by(secure_pages.c.until.desc()).limit(1)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    return Page(row.address, row.kind, row.code_until, row.until, row.subject, row.done)


async def keep_code_until(connection: AsyncConnection, subject: str, code_until: float) -> None:
    """The page of this change now waits for a code that lasts so long, and stays for as long."""
    page = secure_pages.c.subject == subject
    until = when((secure_pages.c.until < code_until, code_until), else_=secure_pages.c.until)
    await connection.execute(update(secure_pages).where(page).values(code_until=code_until, until=until))


async def finish_pages(connection: AsyncConnection, address: str) -> None:
    """The conversation's secure pages have done what they were for; they say so."""
    mine = (secure_pages.c.address == address, ~_is_unit)
    await connection.execute(update(secure_pages).where(*mine).values(done=True))


async def finish_page(connection: AsyncConnection, subject: str) -> None:
    """The page of this change has done what it was for."""
    await connection.execute(update(secure_pages).where(secure_pages.c.subject == subject).values(done=True))


async def close_pages_of(connection: AsyncConnection, subjects: Sequence[str]) -> None:
    """The pages of these changes open no more."""
    await connection.execute(delete(secure_pages).where(secure_pages.c.subject.in_(subjects)))


async def use_page(connection: AsyncConnection, token: str) -> bool:
    """Use up the page with this token; False when somebody did before."""
    used = await connection.execute(delete(secure_pages).where(secure_pages.c.token_key == _token_key(token)))
    return int(used.rowcount) == 1


async def close_pages(connection: AsyncConnection, address: str) -> None:
    """The conversation's secure pages open no more."""
    await connection.execute(delete(secure_pages).where(secure_pages.c.address == address))


async def forget_old(connection: AsyncConnection, at: float) -> None:
    """Pages past their time are gone."""
    await connection.execute(delete(secure_pages).where(secure_pages.c.until < at))
