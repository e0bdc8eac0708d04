"""Carries out a change of password: what the secure page and the terminal call with what was typed there.

The database's part is in data/accounts/changes.py, the account's own in a backend of data/accounts/port.py. Each step is a
short transaction of its own: neither hashing nor the network happens inside one. What came of a step is told to the
conversation as an event (`PageUsed`), in order with what is typed there. Invariants: what was typed is handed to the
backend and kept nowhere; from the right code on a change is asked about, never repeated blindly.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from data import conversations
from data.accounts import changes, guesses, rules
from data.accounts.changes import ChangeContext, PasswordChange, Sent
from data.accounts.hashing import normal
from data.accounts.port import Accounts, Away, Prepared, State, Wanted
from data.accounts.rules import Lengths, Own
from data.budgets import Taker
from data.effects.password import shown_phone
from data.limits import Limits
from data.registry import records
from data.secure import pages
from flows.conversations.password import FLOW
from flows.engine.events import PageUsed
from handlers.turns.json_contract import NEVER, TypedPassword
from handlers.turns.queue import Turns
from handlers.turns.types import Busy, NotKept, TurnResult, at_once

log = logging.getLogger("troly.passwords")

STEP = 0.1  # seconds: every answer leaves at a whole one of them after it was asked for
LEFT_COMMITTING = 5.0  # seconds after which a change is taken up again whose process says nothing
WAIT_FOR_ANOTHER = 25.0  # seconds for what another process makes of a form
LOOK_EVERY = 0.2  # seconds between two looks at that
LONGER = 3  # times as many code points as characters: letters that are typed with their marks apart
_ASKS_AGAIN = (0.2, 1.0, 3.0)  # seconds between questions what became of a change
_SAID: Mapping[State, str] = {"done": "done", "refused": "refused"}  # of all others nothing is known


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """What came of it. `outcome`: short, long, common, own, same, differs (typed again: nothing was counted), sent, wait,
    paused, spent, cooling, locked, away, old_wrong, old_spent, wrong, expired, first (a password is typed before its
    code), done, refused, unclear, working, over, or "" where it is not known. `facts`: left, seconds, until, phone,
    strength. `result`: the turn in which the conversation was told.
    """

    outcome: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    result: TurnResult | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """How the conversation of a page is told: where it comes from, and whether its door is pushed to or shown."""

    source: str = ""
    pushed: bool = False
    shown: bool = False


@dataclass(eq=False)
class Passwords:
    """Changes passwords of `accounts`. `announce` tells a conversation that nobody waits for at this moment."""

    turns: Turns
    accounts: Accounts
    limits: Limits
    _: KW_ONLY
    announce: Callable[[TurnResult], Awaitable[None]] | None = None
    step: float = STEP
    _lines: dict[str, asyncio.Lock] = field(default_factory=dict)

    # -- what is posted

    async def submit(self, change_id: str, given: TypedPassword, told: Told, form: str = "") -> PageAnswer:
        """A new password was typed. Its answer takes a whole number of steps, whether or not there is such an account."""
        began = time.monotonic()
        act = form or secrets.token_hex(16)
        answer = await self._once(
            change_id, told, act, lambda change: self._submitted(change, given, told, act)
        )
        if self.step:
            await asyncio.sleep(self.step - (time.monotonic() - began) % self.step)
        return answer

    async def _once(
        self, change_id: str, told: Told, act: str, work: Callable[[PasswordChange], Awaitable[PageAnswer]]
    ) -> PageAnswer:
        """Act on the form that is known by `act`, once; who posts it again is told what came of the first. "": it is no form.

        Forms of one change are acted on one at a time, in whichever process. A form that waits too long is not acted on.
        """
        if not act:
            async with self._line(change_id):  # so that many of one change hold no more connections than one
                change = await self.change(change_id)
                return await work(change) if change is not None else PageAnswer("over")
        over, seen = time.monotonic() + WAIT_FOR_ANOTHER, False
        async with self._line(change_id):
            while True:
                change = await self.change(change_id)
                if change is None:
                    return PageAnswer("over")
                if change.act == act:
                    seen = True
                    said = changes.answer_of(self.turns.seal, change)
                    if said is not None:
                        return PageAnswer(said["outcome"], said["facts"])
                elif seen:  # what came of it was written over by another form
                    return PageAnswer(_standing(change))
                elif change.busy_until <= self.turns.clock():
                    async with self._context(change, told) as context:
                        taken = await changes.take_form(context, change, act)
                    if taken:
                        break
                if time.monotonic() > over:
                    return PageAnswer(_standing(change))
                await asyncio.sleep(LOOK_EVERY)
            answer = PageAnswer("")
            try:
                change = await self.change(change_id) or change
                answer = await work(change)
            finally:
                async with self._context(change, told) as context:
                    said = {"outcome": answer.outcome, "facts": dict(answer.facts)}
                    await changes.answer_form(context, change, act, said)
            return answer

    @asynccontextmanager
    async def _line(self, change_id: str) -> AsyncIterator[None]:
        """Alone with the forms of this change in this process."""
        lock = self._lines.setdefault(change_id, asyncio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.locked():
                self._lines.pop(change_id, None)

    async def _submitted(
        self, change: PasswordChange, given: TypedPassword, told: Told, act: str
    ) -> PageAnswer:
        if change.state not in (changes.OPEN, changes.PREPARED):
            return PageAnswer(_standing(change))
        if fault := await asyncio.to_thread(self._fault, change, given):
            return PageAnswer(fault)
        async with self._context(change, told) as context:
            guess = await guesses.take(context, change)
            # what was accepted before holds no more: `prepare` is about to put this one in its place
            if guess.may and not await changes.move(
                context, change, changes.OPEN, before=(changes.OPEN, changes.PREPARED)
            ):
                return PageAnswer("over")
        if not guess.may:
            return await self._tell(change, told, "old_spent")
        old = given.old if change.purpose == changes.CHANGE else None
        vouched = change.purpose == changes.COUNTER
        wanted = Wanted(change.id, change.code, given.new, old, change.phone_key, vouched)
        try:
            prepared = await self.accounts.prepare(wanted)
        except Away:
            async with self._context(change, told) as context:
                await guesses.uncount(context, change, right=False)
            return await self._tell(change, told, "away")
        # who is locked out there is told what a wrong password is told: it would say that the account exists
        if prepared.outcome in ("wrong", "locked") and old is not None:
            if guess.left <= 0:
                return await self._tell(change, told, "old_spent")
            return await self._tell(change, told, "old_wrong", {"left": str(guess.left)})
        async with self._context(change, told) as context:
            await guesses.uncount(context, change, right=True)
        return await self._proven(change, given, told, prepared, act)

    def _fault(self, change: PasswordChange, given: TypedPassword) -> str:
        """What is wrong with what was typed, whatever the account. Works on so much text at most, aside from the event loop."""
        lengths = self._lengths
        if max(len(given.old), len(given.new), len(given.repeat)) > LONGER * lengths.most:
            return "long"
        old, new, repeat = normal(given.old), normal(given.new), normal(given.repeat)
        if new != repeat:
            return "differs"
        return "long" if len(old) > lengths.most else rules.fault(new, Own(code=change.code), lengths)

    @property
    def _lengths(self) -> Lengths:
        return Lengths(self.limits.password_min, self.limits.password_max)

    async def _proven(
        self, change: PasswordChange, given: TypedPassword, told: Told, prepared: Prepared, act: str
    ) -> PageAnswer:
        """The old password was right, or the phone is the account's; or nobody fits, and the same is said."""
        real = prepared.outcome == "ready"
        if prepared.outcome == "same":
            return PageAnswer("same")
        if not real and change.purpose == changes.COUNTER:  # officers have seen the owner: nothing is hidden
            return PageAnswer("locked")
        own = await self._own(change, prepared.phone) if real else Own(code=change.code)
        fault = await asyncio.to_thread(rules.fault, given.new, own, self._lengths)
        if real and fault:
            return PageAnswer(fault)
        async with self._context(change, told) as context:
            rests = (prepared.phone_changed_at or 0.0) + 3600.0 * self.limits.phone_rest_hours - context.now
            cooling = real and change.purpose == changes.FORGOTTEN and rests > 0
            if cooling:
                await changes.move(context, change, changes.ENDED, before=(changes.OPEN,))
            elif not await changes.accept(context, change, act):
                return PageAnswer("over")
            else:
                change = await changes.keep_phone(context, change, prepared.phone)
                sent = await changes.send_code(context, change, leaves=real)
        if cooling:
            return await self._tell(change, told, "cooling", _refusal_facts(int(rests), ""))
        strength = rules.strength(given.new, own)
        facts = {**_sent_facts(change, sent), "strength": strength}
        return await self._tell(change, told, sent.outcome, facts, rows=_rows(sent.row))

    async def _own(self, change: PasswordChange, phone: str) -> Own:
        """What is known of the account's owner; asked for only after they have proven who they are."""
        async with self.turns.db.reading() as connection:
            found = await records.by_codes(connection, (change.code,))
        name, born = (found[0].name, found[0].born) if found else ("", "")
        return Own(change.code, name, born, phone)

    async def confirm(self, change_id: str, code: str, told: Told, form: str = "") -> PageAnswer:
        """A code was typed. The right one puts the new password in force."""
        return await self._once(change_id, told, form, lambda change: self._confirmed(change, code, told))

    async def _confirmed(self, change: PasswordChange, code: str, told: Told) -> PageAnswer:
        if change.state != changes.PREPARED:
            return PageAnswer(_standing(change) or "first")
        warned = 0
        async with self._context(change, told) as context:
            result, left = await changes.check_code(context, change, code)
            if result in ("wrong", "spent"):
                warned = await changes.warn_owner(context, change)
        if result != "right":
            facts = {"left": str(left)} if result == "wrong" else {}
            return await self._tell(change, told, result, facts, rows=_rows(warned))
        return await self._settle(change, told, await self._committed(change.id))

    async def resend(self, change_id: str, told: Told, form: str = "") -> PageAnswer:
        """Another code is wanted, on the page."""
        return await self._once(change_id, told, form, lambda change: self._resent(change, told))

    async def _resent(self, change: PasswordChange, told: Told) -> PageAnswer:
        if change.state != changes.PREPARED:
            return PageAnswer(_standing(change) or "first")
        async with self._context(change, told) as context:
            sent = await changes.send_code(context, change, leaves=bool(change.phone))
        return await self._tell(change, told, sent.outcome, _sent_facts(change, sent), rows=_rows(sent.row))

    # -- what the right code leads to

    async def _committed(self, change_id: str) -> State:
        """Put the new password in force; where no answer comes it is asked what became of it, and never done twice."""
        try:
            said = await self.accounts.commit(change_id)
        except Away:
            said = "unclear"
        for seconds in _ASKS_AGAIN:
            if said in ("done", "refused"):
                return said
            await asyncio.sleep(seconds)
            said = await self._look(change_id)
        return said

    async def _look(self, change_id: str) -> State:
        """What became of a change. One that is known to be prepared still, and no more, is put in force now."""
        try:
            said = await self.accounts.state(change_id)
            return await self.accounts.commit(change_id) if said == "prepared" else said
        except Away:
            return "unclear"

    async def _settle(self, change: PasswordChange, told: Told, said: State) -> PageAnswer:
        """Write down what became of a change, and tell it where that is news."""
        outcome = _SAID.get(said, "unclear")
        rows: tuple[int, ...] | None = ()
        async with self._context(change, told) as context:
            if outcome == "done":
                rows = await changes.succeeded(context, change)
                news = rows is not None
            elif outcome == "refused":
                news = await changes.move(
                    context, change, changes.REFUSED, before=(changes.COMMITTING, changes.UNCLEAR)
                )
            else:
                news = await changes.move(context, change, changes.UNCLEAR, before=(changes.COMMITTING,))
        if not news:
            return PageAnswer(outcome)
        return await self._tell(change, told, outcome, rows=rows or ())

    async def resume(self) -> None:
        """Find out what became of changes whose process ended, or whose backend did not answer; none waits for another."""
        now = self.turns.clock()
        async with self.turns.db.writing() as connection:
            left = await changes.take_up(connection, now, LEFT_COMMITTING)
        await asyncio.gather(*(self._taken_up(change_id) for change_id in left))

    async def _taken_up(self, change_id: str) -> None:
        try:
            change = await self.change(change_id)
            if change is None:
                return
            answer = await self._settle(change, Told(), await self._look(change_id))
            await self._announced(answer)
        except Exception as wrong:  # noqa: BLE001  # one change never holds up the others
            log.error("a change of password could not be taken up again: %s", type(wrong).__name__)

    async def _announced(self, answer: PageAnswer) -> None:
        if answer.result is not None and self.announce is not None:
            await self.announce(answer.result)

    async def sms_failed(self, message: int, again: bool) -> None:
        """A message was not taken: if it carried the code that a change waits for, its owner is told.

        One that is given up counts no more; one that is tried `again` may have left. `message`: the outbox row's id.
        """
        async with self.turns.db.reading() as connection:
            change, newest = await changes.code_in(connection, self.turns.seal, message)
        if change is None:
            return
        if not again:
            async with self._context(change, Told()) as context:
                await changes.uncount_code(context, message)
        if newest and change.state == changes.PREPARED:
            await self._announced(await self._tell(change, Told(), "sms_slow" if again else "sms_failed"))

    # -- at the terminal

    async def page_open_at(self, address: str) -> str:
        """The change whose page is open in this conversation, "" none."""
        async with self.turns.db.reading() as connection:
            page = await pages.page_at(connection, address)
            found = (await conversations.load(connection, self.turns.seal, [address])).get(address)
        at = self.turns.clock() + (found.clock if found else 0.0)
        return page.subject if page is not None and page.kind == "password" and at <= page.until else ""

    # -- the conversation

    async def change(self, change_id: str) -> PasswordChange | None:
        """The change of this id."""
        async with self.turns.db.reading() as connection:
            return await changes.load(connection, self.turns.seal, change_id)

    async def _tell(
        self,
        change: PasswordChange,
        told: Told,
        outcome: str,
        facts: Mapping[str, Any] | None = None,
        *,
        rows: tuple[int, ...] = (),
    ) -> PageAnswer:
        """Let the conversation know. A page at the counter has none; a conversation that cannot be told may ask."""
        facts = dict(facts or {})
        result: TurnResult | None = TurnResult(change.address, codes_out=rows)
        if change.purpose != changes.COUNTER:
            event = PageUsed(FLOW.name, outcome, NEVER, {**facts, "change": change.id})
            try:
                said = await self.turns.take(
                    change.address,
                    f"password:{secrets.token_hex(16)}",
                    at_once(event),
                    pushed=told.pushed,
                    shown=told.shown,
                    source=told.source,
                )
                result = replace(said, codes_out=(*said.codes_out, *rows))
            except (Busy, NotKept) as wrong:
                log.warning("a conversation was not told of its page: %s", type(wrong).__name__)
        return PageAnswer(outcome, facts, result)

    @asynccontextmanager
    async def _context(self, change: PasswordChange, told: Told) -> AsyncIterator[ChangeContext]:
        """A transaction, with whose time it is and who takes of the budgets."""
        turns = self.turns
        source = turns.seal.keyed("source", told.source or change.address)
        async with turns.db.writing() as connection:
            await changes.alone(turns.db, connection, change)
            found = (await conversations.load(connection, turns.seal, [change.address])).get(change.address)
            now = turns.clock()
            yield ChangeContext(
                *(turns.db, connection, turns.seal, self.limits, turns.content.office),
                taker=Taker(change.address, source),
                at=now + (found.clock if found else 0.0),
                now=now,
            )


def _standing(change: PasswordChange) -> str:
    """What is said of a change that takes nothing any more; "" of one that takes a password."""
    if change.state in (changes.OPEN, changes.PREPARED):
        return ""
    if change.state == changes.COMMITTING:
        return "working"
    return change.state if change.state in (changes.DONE, changes.REFUSED, changes.UNCLEAR) else "over"


def _rows(row: int) -> tuple[int, ...]:
    return (row,) if row else ()


def _refusal_facts(seconds: int, of: str) -> dict[str, Any]:
    return {"seconds": str(seconds), "pause_of": of or None}


def _sent_facts(change: PasswordChange, sent: Sent) -> dict[str, Any]:
    if sent.outcome != "sent":
        return _refusal_facts(sent.seconds, sent.of) | {"phone": shown_phone(change)}
    until = datetime.fromtimestamp(sent.until, UTC).isoformat()
    return {"until": until, "phone": shown_phone(change)}
