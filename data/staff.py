"""Members of staff, their one-time links and their sessions. Rule: of a link or a cookie only the hash is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.tables import staff, staff_links, staff_sessions

ROLES = ("officer", "admin", "auditor")
MANY = 1_000_000  # uses of a demo link; an ordinary one has one
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")
_COLUMNS = (staff.c.id, staff.c.name, staff.c.role, staff.c.telegram, staff.c.display_name)
LONGEST_DISPLAY = 60  # characters of a display name


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff; `telegram` is a user id or None; `display_name` is what people call them, None for nothing."""

    id: str
    name: str
    role: str
    telegram: str | None
    display_name: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A member who is signed in. `key` is the cookie's hash; times in seconds since 1970."""

    key: str
    member: Member
    at: float
    seen_at: float


def key_of(token: str) -> str:
    """The hash under which a link's token or a cookie is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _fresh() -> str:
    return secrets.token_urlsafe(32)  # 256 bits


# -- members


async def add(connection: AsyncConnection, name: str, role: str, at: float) -> Member:
    """Take somebody on; one who was removed comes back under the same id.

    Raises ValueError with a sentence when the name or role cannot be taken.
    """
    _known_role(role)
    if not _NAME.fullmatch(name):
        raise ValueError("a name is 1 to 40 of a-z 0-9 . _ -, for example can.bo")
    row = (await connection.execute(select(staff).where(staff.c.name == name))).first()
    if row is not None and row.removed_at is None:
        raise ValueError(f"{name} is on the staff already")
    if row is not None:
        await connection.execute(
            update(staff).where(staff.c.id == row.id).values(role=role, removed_at=None, telegram=None, at=at)
        )
        return Member(row.id, name, role, None, row.display_name)
    member = Member(secrets.token_hex(16), name, role, None)
    await connection.execute(staff.insert().values(id=member.id, name=name, role=role, at=at))
    return member


async def members(connection: AsyncConnection) -> list[Member]:
    """Everybody on the staff, by name."""
    rows = await connection.execute(
        select(*_COLUMNS).where(staff.c.removed_at.is_(None)).order_by(staff.c.name)
    )
    return [Member(*row) for row in rows]


async def by_name(connection: AsyncConnection, name: str) -> Member | None:
    """The member of this name; None when there is none, or no more."""
    row = (
        await connection.execute(select(*_COLUMNS).where(staff.c.name == name, staff.c.removed_at.is_(None)))
    ).first()
    return Member(*row) if row else None


async def names(connection: AsyncConnection) -> dict[str, str]:
    """Id -> how pages call them, of former members too: their display name, else their name."""
    rows = await connection.execute(select(staff.c.id, staff.c.name, staff.c.display_name))
    return {row.id: row.display_name or row.name for row in rows}


async def change_role(connection: AsyncConnection, name: str, role: str) -> None:
    """Give a member another role; it holds from their next request on.

    Raises ValueError when there is no such member or role.
    """
    _known_role(role)
    await _change(connection, name, role=role)


async def link_telegram(connection: AsyncConnection, name: str, user_id: str) -> None:
    """Note a member's Telegram user id.

    Raises ValueError when there is no such member, or it is no user id.
    """
    if not (user_id.isascii() and user_id.isdigit() and 1 <= len(user_id) <= 19):
        raise ValueError("a Telegram user id is a number of up to 19 digits")
    await _change(connection, name, telegram=user_id)


async def rename(connection: AsyncConnection, name: str, display_name: str) -> None:
    """Say how people call a member: "Lan"; "" takes it back.

    Raises ValueError with a sentence when there is no such member, or the name cannot be shown.
    """
    tidy = " ".join(display_name.split())
    if len(tidy) > LONGEST_DISPLAY or not all(
        c.isalpha() or c in " .'-" or unicodedata.combining(c) for c in tidy
    ):
        raise ValueError(f"a display name is up to {LONGEST_DISPLAY} letters, for example Lan")
    if tidy.casefold() == name.casefold():
        raise ValueError("a display name is not the name they sign in by")
    await _change(connection, name, display_name=tidy or None)


async def has_session(
    connection: AsyncConnection, member: str, at: float, *, idle: float, total: float
) -> bool:
    """Whether this member id is signed in anywhere."""
    query = select(staff_sessions.c.key).where(
        staff_sessions.c.staff == member,
        staff_sessions.c.seen_at >= at - idle,
        staff_sessions.c.at >= at - total,
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def remove(connection: AsyncConnection, name: str, at: float) -> None:
    """Take somebody off the staff; their links and sessions end.

    Raises ValueError when there is no such member.
    """
    await _change(connection, name, removed_at=at)
    member = select(staff.c.id).where(staff.c.name == name).scalar_subquery()
    await connection.execute(delete(staff_links).where(staff_links.c.staff == member))
    await connection.execute(delete(staff_sessions).where(staff_sessions.c.staff == member))


async def _change(connection: AsyncConnection, name: str, **values: object) -> None:
    changed = await connection.execute(
        update(staff).where(staff.c.name == name, staff.c.removed_at.is_(None)).values(**values)
    )
    if changed.rowcount == 0:
        raise ValueError(f"nobody on the staff is called {name}")


def _known_role(role: str) -> None:
    if role not in ROLES:
        raise ValueError(f"a role is one of {', '.join(ROLES)}, not {role}")


# -- one-time links


async def new_link(
    connection: AsyncConnection, member: str, *, until: float, at: float, uses: int = 1
) -> str:
    """A link's token for this member id, good until then for so many uses."""
    token = _fresh()
    await connection.execute(
        staff_links.insert().values(token_key=key_of(token), staff=member, until=until, uses=uses, at=at)
    )
    return token


async def wipe_demo_links(connection: AsyncConnection) -> None:
    """End the links of a demo: they are good only while the process that made them runs."""
    await connection.execute(delete(staff_links).where(staff_links.c.uses > 1))


async def is_good_link(connection: AsyncConnection, token: str, at: float) -> bool:
    """Whether `sign_in` would take this link now. Looking uses nothing up."""
    query = select(staff_links.c.token_key).where(
        staff_links.c.token_key == key_of(token), staff_links.c.uses > 0, staff_links.c.until >= at
    )
    return (await connection.execute(query)).first() is not None


async def sign_in(connection: AsyncConnection, token: str, at: float) -> tuple[str, Member] | None:
    """Use a link up and open a session under a new cookie; None when the link is used up, too old or unknown.

    One statement takes the use, so of two at once only one gets in.
    """
    used = await connection.execute(
        update(staff_links)
        .where(staff_links.c.token_key == key_of(token), staff_links.c.uses > 0, staff_links.c.until >= at)
        .values(uses=staff_links.c.uses - 1)
        .returning(staff_links.c.staff)
    )
    row = used.first()
    if row is None:
        return None
    found = (
        await connection.execute(
            select(*_COLUMNS).where(staff.c.id == row.staff, staff.c.removed_at.is_(None))
        )
    ).first()
    if found is None:
        return None
    cookie = _fresh()
    await connection.execute(
        staff_sessions.insert().values(key=key_of(cookie), staff=row.staff, at=at, seen_at=at)
    )
    return cookie, Member(*found)


# -- sessions


async def session(
    connection: AsyncConnection, cookie: str, at: float, *, idle: float, total: float
) -> Session | None:
    """Whose cookie this is. None when nobody's, after `idle` seconds without activity, after `total` seconds, or when removed."""
    key = key_of(cookie)
    row = (
        await connection.execute(
            select(*_COLUMNS, staff_sessions.c.at.label("began"), staff_sessions.c.seen_at)
            .join(staff_sessions, staff_sessions.c.staff == staff.c.id)
            .where(
                staff_sessions.c.key == key,
                staff.c.removed_at.is_(None),
                staff_sessions.c.seen_at >= at - idle,
                staff_sessions.c.at >= at - total,
            )
        )
    ).first()
    if row is None:
        return None
    return Session(
        key, Member(row.id, row.name, row.role, row.telegram, row.display_name), row.began, row.seen_at
    )


async def ended(connection: AsyncConnection, cookie: str) -> Session | None:
    """Whose session this was that is past its time. Worth nothing but to keep what its member typed."""
    always = float("inf")
    return await session(connection, cookie, 0.0, idle=always, total=always)


async def seen(connection: AsyncConnection, key: str, at: float) -> None:
    """Note that the member did something."""
    await connection.execute(
        update(staff_sessions)
        .where(staff_sessions.c.key == key, staff_sessions.c.seen_at < at)
        .values(seen_at=at)
    )


async def sign_out(connection: AsyncConnection, key: str) -> None:
    """End a session."""
    await connection.execute(delete(staff_sessions).where(staff_sessions.c.key == key))


async def forget_old(connection: AsyncConnection, at: float, total: float) -> None:
    """Wipe links and sessions that are past their time."""
    await connection.execute(delete(staff_links).where(staff_links.c.until < at))
    await connection.execute(delete(staff_sessions).where(staff_sessions.c.at < at - total))
