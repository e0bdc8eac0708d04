"""The Official Account's two tokens, sealed, and who may exchange them. Used by the refresher, the console and `troly zalo`.

A refresh token works once. Who wants to use it says so first: `begin` gives that right to one process for one generation of
the pair, and leaves the note that the token may be used up; `finish` puts the new pair into its place. Invariant: no two
processes have the right for one generation, and a pair is used only after it was committed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.seal import Seal
from data.tables import zalo_tokens

REFRESH_DAYS = 90  # a refresh token lives three months
GOOD, REFRESHING, BROKEN = "good", "refreshing", "broken"
NONE, LOST, REFUSED = "none", "lost", "refused"
WHY = {  # why a pair is broken, as the log and the terminal say it; the console has words of its own
    NONE: "not authorised yet",
    LOST: "an exchange broke off and its answer is lost",
    REFUSED: "Zalo refused",
}


@dataclass(frozen=True, slots=True)
class TokenPair:
    """`generation` counts the pairs there have been; times are seconds since 1970. `state`: good, refreshing (somebody may
    have used the refresh token, since `since`), broken (an admin must authorise again; `why`: a word of WHY, and Zalo's code)."""

    generation: int
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    until: float
    refresh_until: float
    state: str
    since: float = 0.0
    why: str = ""


def in_words(why: str) -> str:
    """Why a pair is broken, for the log and the terminal."""
    word, _, code = why.partition(" ")
    return f"{WHY.get(word, word)} {code}".strip()


async def load(connection: AsyncConnection, seal: Seal, app: str) -> TokenPair | None:
    """The pair of this app, or None where nobody authorised it yet."""
    r = (await connection.execute(select(zalo_tokens).where(zalo_tokens.c.app == app))).first()
    if r is None or r.sealed is None:
        return None
    given = seal.open(r.sealed, f"zalo {app}")
    times = (r.until, r.refresh_until)
    return TokenPair(r.generation, given["access"], given["refresh"], *times, r.state, r.since, r.why)


async def keep(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    app: str,
    *,
    access: str,
    refresh: str,
    seconds: float,
    at: float,
) -> None:
    """A pair that an admin's authorisation gave; it takes the place of any other."""
    row = _row(seal, app, access, refresh, seconds, at) | {"app": app, "generation": 1, "asked": None}
    insert = db.insert(zalo_tokens)
    changed = {k: v for k, v in row.items() if k != "app"} | {"generation": zalo_tokens.c.generation + 1}
    await connection.execute(insert.on_conflict_do_update(index_elements=["app"], set_=changed), [row])


async def begin(
    connection: AsyncConnection, app: str, generation: int, *, holder: str, at: float, lease: float
) -> bool:
    """Take the right to exchange this generation; of many at once one gets it.

    Where another process has had it for longer than `lease` seconds and did not come back, its right is taken over.
    """
    done = await connection.execute(
        update(zalo_tokens)
        .where(
            zalo_tokens.c.app == app,
            zalo_tokens.c.generation == generation,
            or_(
                zalo_tokens.c.state == GOOD,
                (zalo_tokens.c.state == REFRESHING) & (zalo_tokens.c.since < at - lease),
            ),
        )
        .values(state=REFRESHING, holder=holder, since=at)
    )
    return int(done.rowcount) == 1


async def finish(
    connection: AsyncConnection,
    seal: Seal,
    app: str,
    generation: int,
    *,
    access: str,
    refresh: str,
    seconds: float,
    at: float,
) -> bool:
    """Put the new pair into the place of `generation`; False where something newer is there already."""
    done = await connection.execute(
        update(zalo_tokens)
        .where(zalo_tokens.c.app == app, zalo_tokens.c.generation == generation)
        .values(**_row(seal, app, access, refresh, seconds, at), generation=generation + 1)
    )
    return int(done.rowcount) == 1


async def undo(connection: AsyncConnection, app: str, generation: int, holder: str) -> None:
    """The exchange was not even asked for: the refresh token is as good as before."""
    await connection.execute(
        update(zalo_tokens)
        .where(
            zalo_tokens.c.app == app, zalo_tokens.c.generation == generation, zalo_tokens.c.holder == holder
        )
        .values(state=GOOD, since=0.0)
    )


async def give_up(connection: AsyncConnection, app: str, generation: int, why: str) -> None:
    """This pair cannot be exchanged any more: an admin must authorise again."""
    await connection.execute(
        update(zalo_tokens)
        .where(zalo_tokens.c.app == app, zalo_tokens.c.generation == generation)
        .values(state=BROKEN, why=why[:80])
    )


async def ask(
    db: Database, connection: AsyncConnection, seal: Seal, app: str, verifier: str, at: float
) -> None:
    """Keep the verifier of an authorisation that an admin begins now."""
    asked = seal.close({"verifier": verifier, "at": at}, f"zalo asked {app}")
    blank: dict[str, Any] = {"app": app, "generation": 0, "state": BROKEN, "why": NONE}
    blank |= {"holder": "", "since": 0.0, "until": 0.0, "refresh_until": 0.0, "at": at, "asked": asked}
    insert = db.insert(zalo_tokens)
    await connection.execute(
        insert.on_conflict_do_update(index_elements=["app"], set_={"asked": asked}), [blank]
    )


async def asked(connection: AsyncConnection, seal: Seal, app: str) -> tuple[str, float]:
    """The verifier of the authorisation begun last, and when that was; ("", 0.0) for none."""
    row = (await connection.execute(select(zalo_tokens.c.asked).where(zalo_tokens.c.app == app))).first()
    if row is None or row.asked is None:
        return "", 0.0
    given = seal.open(row.asked, f"zalo asked {app}")
    return str(given["verifier"]), float(given["at"])


def _row(seal: Seal, app: str, access: str, refresh: str, seconds: float, at: float) -> dict[str, Any]:
    return {
        "sealed": seal.close({"access": access, "refresh": refresh}, f"zalo {app}"),
        "until": at + seconds,
        "refresh_until": at + REFRESH_DAYS * 86400.0,
        "state": GOOD,
        "holder": "",
        "since": 0.0,
        "why": "",
        "at": at,
    }
