"""The one refresher of the Official Account's tokens. Run by the door; asked by every sender that meets an old token.

A refresh token works once, and a new access token ends the old one at once. The exchange is noted before it is asked for
(data/zalo_tokens.py), its answer is on disk, sealed, before the database is told, and a pair is used only when it is
committed. Where somebody died in between, the old access token tells: while it still works the exchange did not happen.
Invariant: a refresh token is never used twice, and an exchange that was begun is finished and kept, whoever stops waiting for it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from sqlalchemy.exc import SQLAlchemyError

from data import zalo_tokens
from data.engine import Database
from data.seal import Seal
from data.zalo_tokens import BROKEN, GOOD, REFRESHING, TokenPair
from handlers.waiting import all_done
from handlers.zalo.web_calls import CallAnswer, CallLost, NotConnected, WebCalls

log = logging.getLogger("troly.zalo")

EARLY = 3600.0  # seconds before its end in which an access token is exchanged
ALARM_DAYS = 7  # of a refresh token's life
LEASE = 900.0  # seconds until a refresher that does not come back has died; more than two clocks may differ by, and than any exchange takes
LOOK_SECONDS = 30.0  # between two looks at the pair
WAIT_SECONDS = 20.0  # how long a send waits for the exchange that another process makes
WAIT_STEP = 0.1
ASKED_MINUTES = 30  # how long an authorisation that was begun may take
CODE_LENGTH = 2000  # characters of a code, at most
JOURNAL = "zalo-{app}.pair"  # in the data folder: an answer that is not in the database yet
Probe = Callable[[str], Awaitable[str]]
_T = TypeVar("_T")


class NotAuthorised(Exception):
    """There is no pair, or it is broken: an admin must authorise."""


REFUSALS = {  # as the terminal says them; the console has words of its own
    "not begun": "no authorisation was begun here within half an hour: begin it again",
    "no code": "this is no code: paste the whole address that Zalo led to",
    "no answer": "Zalo did not answer: begin again",
    "refused": "Zalo refused the code ({}): begin again",
}


class AuthorisationRefused(ValueError):
    """Zalo gave no pair for a code. `why`: a key of REFUSALS; `code`: Zalo's own."""

    def __init__(self, why: str, code: str = "") -> None:
        super().__init__(REFUSALS[why].format(code))
        self.why, self.code = why, code


@dataclass(eq=False)
class Tokens:
    """The tokens of one app. `oauth_base` is Zalo's log-in host; `clock` is wall-clock time."""

    db: Database
    seal: Seal
    calls: WebCalls
    _: KW_ONLY
    app_id: str
    app_secret: str = field(repr=False)
    oauth_base: str
    data_dir: Path
    probe: Probe | None = None  # asks Zalo with an access token: "works", "ended" or "unknown"
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _known: TokenPair | None = None
    _mine: asyncio.Lock = field(default_factory=asyncio.Lock)
    warned: str = ""  # what an admin must do, as it was told last; "" for nothing
    _under_way: set[asyncio.Task[Any]] = field(default_factory=set)  # exchanges

    # -- for those who send

    async def current(self) -> TokenPair:
        """The pair to send with. Raises NotAuthorised; SQLAlchemyError or OSError where the database is away."""
        known = self._known
        if known is None or known.until - self.clock() < EARLY / 2 or known.state != GOOD:
            known = self._known = await self.load()
        if known is None or known.state == BROKEN:
            raise NotAuthorised
        return known

    async def load(self) -> TokenPair | None:
        """The pair as it is kept."""
        async with self.db.reading() as connection:
            return await zalo_tokens.load(connection, self.seal, self.app_id)

    async def after_refusal(self, generation: int) -> TokenPair:
        """Zalo did not take this generation's access token: the pair to try with instead. Raises NotAuthorised."""
        self._known = None
        pair = await self.load()
        if pair is not None and pair.generation == generation and pair.state != BROKEN:
            await self.exchange(generation)
            pair = await self.load()
        waited = 0.0
        while pair is not None and pair.generation == generation and pair.state == REFRESHING:
            if waited >= WAIT_SECONDS:
                raise NotAuthorised
            await self.sleep(WAIT_STEP)
            waited += WAIT_STEP
            pair = await self.load()
        if pair is None or pair.state == BROKEN or pair.generation == generation:
            raise NotAuthorised
        self._known = pair
        return pair

    # -- the refresher

    async def keep_on(self) -> None:
        """Exchange the pair in time, and finish what died half-way, until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as wrong:  # noqa: BLE001  # whatever it is, the next look may do better
                log.error("zalo: the tokens could not be looked at: %s", type(wrong).__name__)
            await self.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """One look: take up an answer that is on disk, exchange where it is time, tell what an admin must do."""
        await self.recover()
        pair = await self.load()
        now = self.clock()
        if pair is None:
            self._warn("no authorisation yet: troly zalo authorise, or the console's page “Zalo”")
            return
        if pair.state == BROKEN:
            self._warn(f"an admin must authorise again ({zalo_tokens.in_words(pair.why)})")
            return
        if pair.refresh_until - now < ALARM_DAYS * 86400.0:
            self._warn("the authorisation ends within a week: an admin should authorise again")
        else:
            self.warned = ""  # what comes again is told again
        died = pair.state == REFRESHING and pair.since < now - LEASE
        if died or (pair.state == GOOD and pair.until - now < EARLY):
            await self.exchange(pair.generation)

    def _warn(self, what: str) -> None:
        if what != self.warned:
            log.warning("zalo: %s", what)
        self.warned = what

    async def exchange(self, generation: int) -> bool:
        """Exchange this generation for the next, if no other process does; True when there is a new pair.

        It is finished where the asker is cancelled, too: a send has a time limit, and an answer that nobody takes is a pair lost.
        """
        return await self._to_its_end(self._exchange_once(generation))

    async def settle(self) -> None:
        """Return when no exchange is under way."""
        await all_done(self._under_way)

    async def _to_its_end(self, work: Coroutine[Any, Any, _T]) -> _T:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def _exchange_once(self, generation: int) -> bool:
        async with self._mine:
            pair = await self.load()
            if pair is None or pair.generation != generation or pair.state == BROKEN:
                return False
            async with self.db.writing() as connection:
                given = await zalo_tokens.begin(
                    connection, self.app_id, generation, holder=self.holder, at=self.clock(), lease=LEASE
                )
            if not given:
                return False
            if pair.state == REFRESHING and not await self._is_unused(pair):
                return False
            return await self._exchange(pair)

    async def _is_unused(self, pair: TokenPair) -> bool:
        """Whether a refresh token that another process may have used is surely unused."""
        if await self.recover():
            return False
        told = await self.probe(pair.access) if self.probe is not None else "unknown"
        if told == "works":
            return True
        if told == "ended":
            await self._give_up(pair.generation, zalo_tokens.LOST)
        return False  # unknown: the note stays, and the next look asks again

    async def _exchange(self, pair: TokenPair) -> bool:
        form = {"grant_type": "refresh_token", "refresh_token": pair.refresh, "app_id": self.app_id}
        try:
            answer = await self._ask(form)
        except NotConnected:
            async with self.db.writing() as connection:
                await zalo_tokens.undo(connection, self.app_id, pair.generation, self.holder)
            return False
        except CallLost:
            log.error(
                "zalo: the answer to an exchange of tokens is lost; the old token will tell what became of it"
            )
            return False
        new = _pair_in(answer)
        if new is None:
            if answer.object.get("error") in (None, 0, "0"):
                return False  # no answer of this API: as a lost one
            await self._give_up(pair.generation, f"{zalo_tokens.REFUSED} {answer.object['error']}"[:60])
            return False
        try:
            self._write_journal(pair.generation, *new)
        except OSError as wrong:  # a full disk: the database may still take it
            log.error("zalo: a new pair could not be put on disk: %s", type(wrong).__name__)
            return await self._finish(pair.generation, *new, self.clock())
        return await self.recover()

    async def _ask(self, form: dict[str, str]) -> CallAnswer:
        address = f"{self.oauth_base.rstrip('/')}/v4/oa/access_token"
        return await self.calls.call("POST", address, form=form, headers={"secret_key": self.app_secret})

    async def _give_up(self, generation: int, why: str) -> None:
        async with self.db.writing() as connection:
            await zalo_tokens.give_up(connection, self.app_id, generation, why)
        self._warn(f"an admin must authorise again ({zalo_tokens.in_words(why)})")

    # -- the answer on disk

    @property
    def _path(self) -> Path:
        return self.data_dir / JOURNAL.format(app=self.app_id)

    def _write_journal(self, generation: int, access: str, refresh: str, seconds: float) -> None:
        kept = {"generation": generation, "access": access, "refresh": refresh, "seconds": seconds}
        sealed = self.seal.close(kept | {"at": self.clock()}, f"zalo pair {self.app_id}")
        new = self._path.with_suffix(".new")
        with open(new, "wb", opener=_private) as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)

    async def recover(self) -> bool:
        """Put an answer that is on disk into the database; True when it is the pair now."""
        try:
            sealed = self._path.read_bytes()
            kept = self.seal.open(sealed, f"zalo pair {self.app_id}")
        except (FileNotFoundError, ValueError):
            return False
        pair = (kept["generation"], kept["access"], kept["refresh"], kept["seconds"], kept["at"])
        try:
            done = await self._finish(*pair)
        except (SQLAlchemyError, OSError) as wrong:  # it stays on disk
            log.error("zalo: a new pair is on disk and not in the database yet: %s", type(wrong).__name__)
            return False
        self._path.unlink(missing_ok=True)
        return done

    async def _finish(self, generation: int, access: str, refresh: str, seconds: float, at: float) -> bool:
        async with self.db.writing() as connection:
            done = await zalo_tokens.finish(
                connection,
                self.seal,
                self.app_id,
                generation,
                access=access,
                refresh=refresh,
                seconds=seconds,
                at=at,
            )
        self._known = None
        return done

    # -- an admin's authorisation

    async def begin_authorisation(self, redirect: str) -> str:
        """The address at which an admin of the account agrees; its verifier is kept for ASKED_MINUTES."""
        verifier = secrets.token_urlsafe(32)  # 43 characters
        async with self.db.writing() as connection:
            await zalo_tokens.ask(self.db, connection, self.seal, self.app_id, verifier, self.clock())
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        query = {"app_id": self.app_id, "redirect_uri": redirect, "code_challenge": challenge}
        query["state"] = hashlib.sha256(challenge.encode()).hexdigest()[:16]
        return f"{self.oauth_base.rstrip('/')}/v4/oa/permission?{urlencode(query)}"

    async def finish_authorisation(self, code: str) -> None:
        """Exchange the code of Zalo's answer, which works once, for ten minutes. Raises AuthorisationRefused."""
        async with self.db.reading() as connection:
            verifier, at = await zalo_tokens.asked(connection, self.seal, self.app_id)
        if not verifier or self.clock() - at > 60.0 * ASKED_MINUTES:
            raise AuthorisationRefused("not begun")
        if not code or len(code) > CODE_LENGTH or not code.isascii():
            raise AuthorisationRefused("no code")
        await self._to_its_end(self._take_code(code, verifier))  # the code, too, works once

    async def _take_code(self, code: str, verifier: str) -> None:
        form = {"grant_type": "authorization_code", "code": code, "app_id": self.app_id}
        try:
            answer = await self._ask(form | {"code_verifier": verifier})
        except (NotConnected, CallLost):
            raise AuthorisationRefused("no answer") from None
        new = _pair_in(answer)
        if new is None:
            error = str(answer.object.get("error", answer.status))[:20]
            raise AuthorisationRefused("refused", error)
        access, refresh, seconds = new
        async with self.db.writing() as connection:
            await zalo_tokens.keep(
                self.db,
                connection,
                self.seal,
                self.app_id,
                access=access,
                refresh=refresh,
                seconds=seconds,
                at=self.clock(),
            )
        self._known = None


def _pair_in(answer: CallAnswer) -> tuple[str, str, float] | None:
    """Access token, refresh token and the seconds the first lives; None where the answer has none."""
    given: dict[str, Any] = answer.object
    access, refresh = given.get("access_token"), given.get("refresh_token")
    seconds = str(given.get("expires_in", ""))
    if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
        return None
    lives = float(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 10 else 90000.0
    return access, refresh, lives


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)
