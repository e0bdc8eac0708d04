"""How the wishes of a conversation are granted inside its turn. Rule: one method per effect; each gives one of its OUTCOMES."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data import audit as trail
from data import desk, outbox, people, proofs
from data.engine import Database
from data.limits import Limits
from data.registry import records as registry
from data.registry import search
from data.registry.name_index import RegistryNames
from data.registry.search import RegistryQuery
from data.seal import Seal
from data.tables import audit
from flows import effects
from flows.effects import Effect, EffectResult
from flows.text.fold import join_key

HOUR, DAY = 3600.0, 86400.0
_ABOUT_PEOPLE = (effects.FindPeople, effects.SendOtp, effects.CheckOtp, effects.ProvePhone)


@dataclass(slots=True)
class TurnContext:
    """One turn of one conversation while it is under way: whose it is, and what must leave because of it."""

    connection: AsyncConnection
    address: str
    person: str | None
    at: datetime  # this person's clock
    now: float  # the house's clock, seconds since 1970
    codes_out: list[int] = field(default_factory=list)  # ledger ids of one-time codes
    ticket: str | None = None  # the conversation's open ticket
    looked: bool = False  # it depends on who is registered: when it is answered may tell nothing

    @property
    def door(self) -> str:
        return self.address.partition(":")[0]

    @property
    def stamp(self) -> float:
        """This person's time in seconds since 1970."""
        return self.at.timestamp()


class EffectHandler:
    """Grants effects against one database."""

    def __init__(
        self, db: Database, seal: Seal, limits: Limits, public_address: str, *, sends_sms: bool = True
    ) -> None:
        self.db = db
        self.seal = seal
        self.limits = limits
        self.public_address = public_address
        self.sends_sms = sends_sms
        self._stand_in = ""  # code of a record that stands in for nobody
        self.names = RegistryNames()

    async def handle(self, turn_context: TurnContext, effect: Effect) -> EffectResult:
        """Do what the effect asks and say how it came out."""
        turn_context.looked = turn_context.looked or isinstance(effect, _ABOUT_PEOPLE)
        match effect:
            case effects.CheckConsent():
                return await self._check_consent(turn_context, effect)
            case effects.GiveConsent():
                return await self._give_consent(turn_context, effect)
            case effects.FindPeople():
                return await self._find_people(turn_context, effect)
            case effects.SendOtp():
                return await self._send_otp(turn_context, effect)
            case effects.CheckOtp():
                return await self._check_otp(turn_context, effect)
            case effects.ProvePhone():
                return await self._prove_phone(turn_context, effect)
            case effects.LoadDossier():
                return await self._load_dossier(turn_context)
            case effects.StartDossier():
                return await self._start_dossier(turn_context, effect)
            case effects.KeepSubmission():
                return await self._keep_submission(turn_context, effect)
            case effects.MarkItems():
                return await self._mark_items(turn_context, effect)
            case effects.LoadMyData():
                return await self._load_my_data(turn_context)
            case effects.ExportMyData():
                return await self._export_my_data(turn_context)
            case effects.EraseMyData():
                return await self._erase_my_data(turn_context)
            case effects.CheckTicket():
                return await self._check_ticket(turn_context)
            case effects.OpenTicket():
                return await self._open_ticket(turn_context, effect)
            case effects.LeaveQueue():
                return await self._leave_queue(turn_context)
            case effects.LoadNotices():
                return await self._load_notices(turn_context)
            case effects.SetTopics():
                return await self._set_topics(turn_context, effect)
            case effects.StopNotices():
                return await self._stop_notices(turn_context)
            case effects.ForgetMessage() | effects.NoteMiss():
                raise TypeError("this effect is not awaited")

    async def _check_consent(self, turn_context: TurnContext, effect: effects.CheckConsent) -> EffectResult:
        given = turn_context.person is not None and await people.has_consented(
            turn_context.connection, turn_context.person, effect.purpose
        )
        return EffectResult("given" if given else "missing")

    async def _give_consent(self, turn_context: TurnContext, effect: effects.GiveConsent) -> EffectResult:
        person = await self._person(turn_context)
        await people.give_consent(
            turn_context.connection,
            person,
            effect.purpose,
            effect.wording,
            turn_context.door,
            turn_context.stamp,
        )
        return EffectResult("kept")

    async def _person(self, turn_context: TurnContext) -> str:
        if turn_context.person is None:
            turn_context.person = await people.new_person(turn_context.connection, turn_context.stamp)
        return turn_context.person

    # -- looking up

    async def _find_people(self, turn_context: TurnContext, effect: effects.FindPeople) -> EffectResult:
        if await self._looks_spent(turn_context, by_id=bool(effect.id_number)):
            return EffectResult("limited")
        ask = RegistryQuery(effect.name, effect.province, effect.born, effect.id_number)
        found = await search.find(self.names, turn_context.connection, self.seal, ask)
        if effect.id_number:
            outcome, facts = ("none", {}) if len(found) != 1 else ("found", _named(found[0]))
            await self._note_look(turn_context, "look", found[0].code if found else "", outcome)
            return EffectResult(outcome, {**facts, "id_number": None, "id_tail": effect.id_number[-3:]})
        return await self._guarded(turn_context, effect, found)

    async def _guarded(
        self, turn_context: TurnContext, effect: effects.FindPeople, found: list[registry.Record]
    ) -> EffectResult:
        """A date or a year: the same steps for one, many or none, unless the proven phone already fits."""
        proven = (
            await people.proven_phone(turn_context.connection, turn_context.person)
            if turn_context.person
            else None
        )
        own = [r for r in found if proven and r.phone_key == proven]
        asked = f"{join_key(effect.name)} {effect.born}"
        one = found[0] if len(found) == 1 else None
        nobody = self.seal.keyed("phone", f"nobody {asked}")
        keys = proofs.Keys(
            self.seal.keyed("account", one.code if one else f"nobody {asked}"),
            (one.phone_key if one else None) or nobody,
            self.seal.keyed("question", f"{turn_context.address} {asked}"),
        )
        case = await proofs.open_case(
            turn_context.connection, turn_context.address, [r.code for r in found], keys, turn_context.stamp
        )
        if len(own) == 1:
            await self._note_look(turn_context, "look", own[0].code, "record")
            return EffectResult("record", {**_whole(own[0]), "case": case})
        await self._note_look(turn_context, "look", one.code if one else "", "verify")
        return EffectResult("verify", {"case": case})

    async def _looks_spent(self, turn_context: TurnContext, *, by_id: bool) -> bool:
        """Too many looks in all, or too many ID numbers that fitted nobody: each of those is a "no" that was told."""
        query = select(func.count(), func.count().filter(audit.c.outcome == "none")).where(
            audit.c.who == turn_context.address, audit.c.what == "look", audit.c.at > turn_context.stamp - DAY
        )
        mine, missed = (await turn_context.connection.execute(query)).one()
        if mine >= self.limits.looks_per_day or (by_id and missed >= self.limits.id_misses_per_day):
            return True
        everyone = select(func.count()).select_from(audit).where(audit.c.what == "look")
        recent = everyone.where(audit.c.at > turn_context.stamp - HOUR)
        return bool(
            (await turn_context.connection.execute(recent)).scalar_one() >= self.limits.looks_per_hour_all
        )

    async def _note_look(self, turn_context: TurnContext, what: str, code: str, outcome: str) -> None:
        whose = self.seal.keyed("person", code) if code else ""
        await trail.note(
            self.db,
            turn_context.connection,
            self.seal,
            at=turn_context.stamp,
            who=turn_context.address,
            what=what,
            whose=whose,
            outcome=outcome,
        )

    # -- proof

    async def _send_otp(self, turn_context: TurnContext, effect: effects.SendOtp) -> EffectResult:
        case = await proofs.load_case(turn_context.connection, effect.case, turn_context.address)
        if not self.sends_sms:
            return EffectResult("off")
        if case is None:
            return EffectResult("spent")
        await self._alone_with(turn_context, case)
        refused = await proofs.refusal(turn_context.connection, case, self.limits, turn_context.stamp)
        if refused is not None:
            return EffectResult(refused.outcome, {"seconds": str(refused.seconds)})
        held = await proofs.held_back(turn_context.connection, case, self.limits, turn_context.stamp)
        phone, theirs = await self._phone(turn_context, case)
        leaves = theirs and not held
        code, until = await proofs.new_code(
            turn_context.connection, self.seal, case, self.limits, turn_context.stamp, leaves=leaves
        )
        row = await proofs.queue_code(
            turn_context.connection,
            self.seal,
            case,
            phone,
            proofs.sms_text(code, self.limits),
            at=turn_context.now,
            until=turn_context.now + 60.0 * self.limits.otp_minutes,
            leaves=leaves,
        )
        turn_context.codes_out.append(row)
        page_until = turn_context.stamp + 60.0 * self.limits.secure_link_minutes
        token = await proofs.open_page(
            turn_context.connection, turn_context.address, code_until=until, until=page_until
        )
        return EffectResult(
            "sent",
            {
                "link": f"{self.public_address}/secure/{token}",
                "until": datetime.fromtimestamp(until, UTC).isoformat(),
            },
        )

    async def _phone(self, turn_context: TurnContext, case: proofs.Case) -> tuple[str, bool]:
        """The registered phone, and whether it is that of the one who fits. Where nobody or several fit, a stand-in's is
        fetched and opened in the same steps, only to be thrown away."""
        self._stand_in = self._stand_in or await registry.stand_in(turn_context.connection)
        one = case.codes[0] if len(case.codes) == 1 else ""
        records = await registry.by_codes(turn_context.connection, (one or self._stand_in,))
        phone = ""
        for record in records:
            if record.phone is not None:
                phone = str(self.seal.open(record.phone, f"registry {record.code}"))
        return (phone, True) if one and phone else ("0" * 10, False)

    async def _alone_with(self, turn_context: TurnContext, case: proofs.Case) -> None:
        """Codes of one record, and of one phone that several records share, are sent and compared one at a time."""
        await self.db.lock(turn_context.connection, f"otp {case.keys.account}")
        await self.db.lock(turn_context.connection, f"otp phone {case.keys.phone}")

    async def _check_otp(self, turn_context: TurnContext, effect: effects.CheckOtp) -> EffectResult:
        case = await proofs.load_case(turn_context.connection, effect.case, turn_context.address)
        if case is None:
            return EffectResult("expired")
        await self._alone_with(turn_context, case)
        result, left = await proofs.compare_code(
            turn_context.connection, self.seal, case, effect.code, self.limits, turn_context.stamp
        )
        if result != "right":
            return EffectResult(result, {"left": str(left)})
        records = await registry.by_codes(turn_context.connection, case.codes)
        if len(records) != 1:
            return EffectResult("expired")
        await proofs.close_pages(turn_context.connection, turn_context.address)
        person = await self._person(turn_context)
        await people.prove_phone(turn_context.connection, person, case.keys.phone, turn_context.stamp)
        await self._note_look(turn_context, "record", records[0].code, "otp")
        return EffectResult("record", _whole(records[0]))

    async def _prove_phone(self, turn_context: TurnContext, effect: effects.ProvePhone) -> EffectResult:
        case = await proofs.load_case(turn_context.connection, effect.case, turn_context.address)
        key = registry.phone_key(self.seal, effect.phone)
        person = await self._person(turn_context)
        await people.prove_phone(turn_context.connection, person, key, turn_context.stamp)
        self._stand_in = self._stand_in or await registry.stand_in(turn_context.connection)
        codes = case.codes if case else ()
        records = await registry.by_codes(turn_context.connection, codes or (self._stand_in,))
        own = [r for r in records if r.phone_key == key and r.code in codes]
        if len(own) != 1:
            await self._note_look(turn_context, "record", "", "refused")
            return EffectResult("other")
        await self._note_look(turn_context, "record", own[0].code, "contact")
        return EffectResult("record", _whole(own[0]))

    # -- the checklist

    async def _load_dossier(self, turn_context: TurnContext) -> EffectResult:
        found = (
            await people.load_dossier(turn_context.connection, self.seal, turn_context.person)
            if turn_context.person
            else None
        )
        return EffectResult("none") if found is None else EffectResult("open", _dossier_facts(found))

    async def _start_dossier(self, turn_context: TurnContext, effect: effects.StartDossier) -> EffectResult:
        person = await self._person(turn_context)
        begun = people.Dossier(
            *(effect.who, effect.platform, effect.code_known, effect.done),
            *(effect.name, effect.code, effect.number, effect.sent_on),
        )
        await people.start_dossier(
            self.db, turn_context.connection, self.seal, person, begun, turn_context.stamp
        )
        return EffectResult("open", _dossier_facts(begun))

    async def _keep_submission(
        self, turn_context: TurnContext, effect: effects.KeepSubmission
    ) -> EffectResult:
        person = await self._person(turn_context)
        kept = await people.keep_submission(
            turn_context.connection, self.seal, person, effect.number, effect.sent_on, turn_context.stamp
        )
        if not kept:
            return EffectResult("none")
        return await self._mark_items(turn_context, effects.MarkItems(effect.done, True))

    async def _mark_items(self, turn_context: TurnContext, effect: effects.MarkItems) -> EffectResult:
        person = await self._person(turn_context)
        await people.mark_items(
            self.db, turn_context.connection, person, effect.items, effect.done, turn_context.stamp
        )
        found = await people.load_dossier(turn_context.connection, self.seal, person)
        if found is None:
            return EffectResult("open")
        finished = bool(effect.needed) and set(effect.needed) <= set(found.done)
        return EffectResult("finished" if finished else "open", _dossier_facts(found))

    # -- the person's own data

    async def _load_my_data(self, turn_context: TurnContext) -> EffectResult:
        if turn_context.person is None:
            return EffectResult("nothing")
        kept = await people.kept_about(turn_context.connection, turn_context.person)
        letters = await desk.count_about(turn_context.connection, turn_context.person)
        asked = await desk.has_tickets(turn_context.connection, turn_context.person)
        if not (kept.purposes or kept.ticked is not None or kept.phone or kept.topics or asked):
            return EffectResult("nothing")
        waiting = await outbox.waiting_for(turn_context.connection, turn_context.address)
        facts = {
            "purposes": " ".join(kept.purposes),
            "dossier": None if kept.ticked is None else str(kept.ticked),
            "phone": "1" if kept.phone else None,
            "topics": " ".join(kept.topics),
            "letters": str(letters) if letters else None,
            "waiting": str(waiting) if waiting else None,
        }
        return EffectResult("something", facts)

    async def _export_my_data(self, turn_context: TurnContext) -> EffectResult:
        until = turn_context.stamp + 60.0 * self.limits.secure_link_minutes
        token = await proofs.open_page(
            turn_context.connection, turn_context.address, code_until=until, until=until, kind="export"
        )
        facts = {
            "link": f"{self.public_address}/secure/{token}",
            "until": datetime.fromtimestamp(until, UTC).isoformat(),
        }
        return EffectResult("ready", facts)

    async def _erase_my_data(self, turn_context: TurnContext) -> EffectResult:
        if turn_context.person:
            await people.withdraw(
                turn_context.connection, turn_context.person, turn_context.door, turn_context.stamp
            )
            await desk.erase(turn_context.connection, turn_context.person, turn_context.now)
            await outbox.wipe_proactive(turn_context.connection, turn_context.address, turn_context.now)
            turn_context.ticket = None
        return EffectResult("erased")

    # -- an officer, and notices

    async def _check_ticket(self, turn_context: TurnContext) -> EffectResult:
        found = await desk.open_at(turn_context.connection, self.seal, turn_context.address)
        return (
            EffectResult("none")
            if found is None
            else EffectResult("waiting", await self._place(turn_context, found))
        )

    async def _place(self, turn_context: TurnContext, ticket: desk.Ticket) -> dict[str, Any]:
        ahead = await desk.ahead_of(turn_context.connection, ticket)
        return {"ticket_number": str(ticket.number), "ticket_ahead": str(ahead)}

    async def _open_ticket(self, turn_context: TurnContext, effect: effects.OpenTicket) -> EffectResult:
        ticket, new = await desk.open_ticket(
            self.db,
            turn_context.connection,
            self.seal,
            address=turn_context.address,
            person=await self._person(turn_context),
            card=desk.TicketCard(effect.want, effect.place, effect.failed, effect.who),
            at=turn_context.now,
        )
        turn_context.ticket = ticket.id
        return EffectResult("opened" if new else "already", await self._place(turn_context, ticket))

    async def _leave_queue(self, turn_context: TurnContext) -> EffectResult:
        found = await desk.open_at(turn_context.connection, self.seal, turn_context.address)
        if found is not None:
            await desk.leave(turn_context.connection, found.id, "withdrawn", turn_context.now)
        turn_context.ticket = None
        return EffectResult("left")

    async def _load_notices(self, turn_context: TurnContext) -> EffectResult:
        topics = (
            await people.topics_of(turn_context.connection, turn_context.person)
            if turn_context.person
            else ()
        )
        return EffectResult("on", {"topics": " ".join(topics)}) if topics else EffectResult("off")

    async def _set_topics(self, turn_context: TurnContext, effect: effects.SetTopics) -> EffectResult:
        person = await self._person(turn_context)
        await people.set_topics(turn_context.connection, person, effect.topics, turn_context.stamp)
        return EffectResult("kept", {"topics": " ".join(effect.topics)})

    async def _stop_notices(self, turn_context: TurnContext) -> EffectResult:
        stopped = turn_context.person is not None and await people.stop_notices(
            turn_context.connection, turn_context.person, turn_context.door, turn_context.stamp
        )
        return EffectResult("stopped" if stopped else "nothing")


def _named(record: registry.Record) -> dict[str, Any]:
    """All that a matching ID number gives: name and code."""
    return {"record_name": record.name, "record_code": record.code}


def _whole(record: registry.Record) -> dict[str, Any]:
    return {
        **_named(record),
        "record_born": record.born,
        "record_household": record.household,
        "record_commune": record.commune,
        "link": None,
        "until": None,
        "left": None,
    }


def _dossier_facts(dossier: people.Dossier) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "who": dossier.who,
        "platform": dossier.platform,
        "code_known": "1" if dossier.code_known else None,
        "done": list(dossier.done),
        "marked": None,
        "asked": None,
    }
    if dossier.number:
        facts |= {"number": dossier.number, "sent_on": dossier.sent_on}
    if dossier.code:
        facts |= {"record_name": dossier.name, "record_code": dossier.code}
    return facts
