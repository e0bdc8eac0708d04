"""The Official Account's door: signed events in by webhook, replies out. Made by handlers/zalo/oa/__init__.py.

What an officer writes in Zalo's own chat tool comes here, too: from then on the conversation is theirs, and the words are in
the ticket. Invariant: of a call whose header cannot be a signature no byte of the body is read, and nothing of a body is
acted on before its signature was checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from data import people
from data.conversations import claim_in_order, load, newest_of, shut
from data.desk import outside
from flows import catalog
from flows.engine.events import Event, Pressed
from handlers.doors import Headers, HttpReply, Parts, Webhook
from handlers.turns.types import NotKept
from handlers.zalo.counted import CountedTrouble
from handlers.zalo.door import RETRY, DoorParts, ZaloDoor
from handlers.zalo.events import WHENEVER, BadEvent, Ignored, shape_of
from handlers.zalo.lanes import LaneLimits
from handlers.zalo.oa.api import DOOR, OaApi
from handlers.zalo.oa.configured import channel_of
from handlers.zalo.oa.events import OaEvent, oa_of, read, stamp_of
from handlers.zalo.oa.signature import Signature, looks_signed
from handlers.zalo.web_calls import object_in

PATH = "/zalo/oa/webhook"
SIGNATURE_HEADER, TIMESTAMP_HEADER = b"x-zevent-signature", b"x-zevent-timestamp"
PROBE_BYTES = 8  # a call without a signature may be so long: registering the address sends "{}" or nothing
AHEAD_SECONDS = 3600.0  # how far Zalo's clock may be before ours
MEMBER = "member"  # kind of the events of following and leaving, whose order matters
NOT_OURS = "a signature that is not ours: is it the OA secret key?"
OPT_IN = "notices"  # the flow that a new follower is offered


class ZaloOaDoor(ZaloDoor):
    """The account. `age_hours`: how old an event may be; `oa_id`: whose events are taken, "" for any of the app's.

    `outside_hours`: how long after an officer's last words in Zalo's own tool the bot stays silent.
    """

    def __init__(
        self,
        parts: DoorParts,
        api: OaApi,
        signature: Signature,
        *,
        oa_id: str = "",
        age_hours: float = 24.0,
        outside_hours: float = 8.0,
        body_limit: int = 2**20,
    ) -> None:
        super().__init__(parts)
        self.api, self.signature, self.oa_id = api, signature, oa_id
        self._age, self._outside = 3600.0 * age_hours, 3600.0 * outside_hours
        self.refusals = CountedTrouble(f"{parts.name}: refused", clock=parts.turns.clock)
        self.webhooks: Mapping[str, Webhook] = {PATH: Webhook(self.refused, self.webhook, body_limit)}

    @property
    def trouble(self) -> str:
        """What fails now, and what an admin must do; "" when all is well."""
        return "; ".join(part for part in (super().trouble, self.api.tokens.warned) if part)

    async def start(self) -> None:
        """Say what was left, keep the tokens fresh, take in."""
        await self.open(tokens=self.api.tokens.keep_on)

    async def stop(self) -> None:
        """Take nothing in any more; say what is under way."""
        await self.close()

    # -- by webhook

    def refused(self, headers: Headers) -> HttpReply | None:
        """Who brings no signature is turned away, but for the empty call with which Zalo tries an address."""
        given = _header(headers, SIGNATURE_HEADER)
        length = _header(headers, b"content-length")
        probe = not given and length.isdigit() and int(length[:9]) <= PROBE_BYTES
        if not probe and not looks_signed(given):
            return 401, {}
        return None if self._open else (503, RETRY)

    async def webhook(self, headers: Headers, body: bytes) -> HttpReply:
        """What Zalo posted; answered once it is committed, a dead letter, or ignored on purpose."""
        given = _header(headers, SIGNATURE_HEADER)
        if not given and body.strip() in (b"", b"{}"):
            self.ignore("a probe")
            return 200, {}
        by = self.signature.signs(body, given, _header(headers, TIMESTAMP_HEADER))
        raw = object_in(body)
        why = "" if by else NOT_OURS
        if by and str(raw.get("app_id", "")) != self.signature.app_id:
            why = "an event of another app"
        at = stamp_of(raw)
        if at is None and by == "header":  # what is not signed says nothing
            at = stamp_of({"timestamp": _header(headers, TIMESTAMP_HEADER).decode("latin-1")})
        why = why or self._untimely(at)
        if why:
            names = sorted({name.decode("ascii", "replace")[:40] for name, _ in headers})[:30]
            self.refusals.add(why, f"; headers: {', '.join(names)}; see troly zalo verify")
            return 401, {}
        if self.oa_id and oa_of(raw) not in ("", self.oa_id):
            self.ignore("another account of the app")
            return 200, {}

        def letter() -> tuple[str, Any]:
            return self.unnumbered(body), shape_of(raw)

        try:
            event = replace(read(raw, self.parts.text_limit), at=at or 0.0)
        except Ignored as ignored:
            self.ignore(str(ignored))
            return 200, {}
        except BadEvent as bad:
            why, (key, shape) = str(bad), letter()
            return await self.take("", letter, lambda: self.dead_letter(key, why, shape))
        return await self.take(event.account, letter, lambda: self._act_on(event))

    def _untimely(self, at: float | None) -> str:
        """Why an event is not of now, "" where it is. Retries keep the old time for an hour and more; what is much older was
        captured and sent again."""
        now = self.turns.clock()
        if at is None:
            return "an event without a time"
        if at < now - self._age:
            return "an old event: was it captured and sent again?"
        return "an event of a time to come: is our clock right?" if at > now + AHEAD_SECONDS else ""

    # -- one event

    async def _act_on(self, event: OaEvent) -> None:
        match event.deed:
            case "said" if event.event is not None:
                await self._heard(event, event.event)
            case "followed":
                await self._followed(event)
            case "left":
                await self._left(event)
            case "officer":
                await self._taken_over(event)

    async def _heard(self, event: OaEvent, said: Event) -> None:
        left_at = await self._before_hearing(event.account)
        await self.hear(event.account, event.key, said, event.act)
        if left_at > event.at:
            await self.shut(event.account)  # they left after they wrote this

    async def _followed(self, event: OaEvent) -> None:
        """Who follows is offered notices; not where they left again since, or the event is an old one."""
        turns, address = self.turns, f"{self.name}:{event.account}"
        try:
            async with turns.db.writing() as connection:
                known = await claim_in_order(
                    turns.db, connection, address, MEMBER, "in", event.at, turns.clock()
                )
        except (SQLAlchemyError, OSError) as wrong:
            raise NotKept(type(wrong).__name__) from None
        if known == "late":
            self.ignore("a follow before they left")
            return
        offered = Pressed(catalog.FLOWS.label(OPT_IN, turns.content), WHENEVER)
        await self.hear(event.account, event.key, offered, event.act)

    async def _left(self, event: OaEvent) -> None:
        """Who unfollows hears nothing of ours until they write; where this is their only channel their consent ends, too."""
        turns, address = self.turns, f"{self.name}:{event.account}"
        try:
            async with turns.db.writing() as connection:
                now = turns.clock()
                if await claim_in_order(turns.db, connection, address, MEMBER, "out", event.at, now) != "new":
                    self.ignore("an unfollow that is known, or before they followed again")
                    return
                await shut(connection, address, now)
                found = (await load(connection, turns.seal, [address])).get(address)
                if found is not None and found.person is not None:
                    await people.stop_notices_at_the_last(
                        connection, found.person, address, self.name, turns.clock()
                    )
        except (SQLAlchemyError, OSError) as wrong:
            raise NotKept(type(wrong).__name__) from None

    async def _taken_over(self, event: OaEvent) -> None:
        turns = self.turns
        try:
            async with turns.db.writing() as connection:
                await outside.take_over(
                    turns.db,
                    connection,
                    turns.seal,
                    f"{self.name}:{event.account}",
                    event.words,
                    event.key,
                    turns.clock(),
                )
        except (SQLAlchemyError, OSError) as wrong:
            raise NotKept(type(wrong).__name__) from None

    async def _before_hearing(self, account: str) -> float:
        """When this person left last, 0 for never. Where an officer wrote in Zalo's own tool and has been silent for long, the bot
        answers again."""
        turns, address = self.turns, f"{self.name}:{account}"
        try:
            async with turns.db.reading() as connection:
                since = await outside.silent_since(connection, address)
                newest = await newest_of(connection, address, MEMBER)
            if since is not None and turns.clock() - since >= self._outside:
                async with turns.db.writing() as connection:
                    await outside.take_back(turns.db, connection, address, turns.clock(), self._outside)
        except (SQLAlchemyError, OSError) as wrong:
            raise NotKept(type(wrong).__name__) from None
        return newest[0] if newest is not None and newest[1] == "out" else 0.0


def _header(headers: Headers, name: bytes) -> bytes:
    return next((value for given, value in headers if given == name), b"")


def configured(parts: Parts) -> ZaloOaDoor:
    """The door as the settings want it."""
    s = parts.settings
    channel = channel_of(parts)
    return ZaloOaDoor(
        DoorParts(
            *(DOOR, parts.turns, parts.seal, channel, s.text_limit),
            run_errands=parts.run_errands,
            lanes=LaneLimits(s.zalo_kept, s.zalo_kept_account),
        ),
        channel.api,
        Signature(s.zalo_app_id, s.zalo_oa_secret),
        oa_id=s.zalo_oa_id,
        age_hours=s.zalo_event_hours,
        outside_hours=s.zalo_outside_hours,
        body_limit=s.webhook_body_limit,
    )
