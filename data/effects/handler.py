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
from data.registry.name_index import Names
from data.registry.search import Ask
from data.seal import Seal
from data.tables import audit
from flows import effects
from flows.effects import Answer, Effect
from flows.text.fold import join_key

HOUR, DAY = 3600.0, 86400.0
_ABOUT_PEOPLE = (effects.FindPeople, effects.SendOtp, effects.CheckOtp, effects.ProvePhone)


@dataclass(slots=True)
class Visit:
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


class World:
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
        self.names = Names()

    async def grant(self, visit: Visit, effect: Effect) -> Answer:
        """Do what the effect asks and say how it came out."""
        visit.looked = visit.looked or isinstance(effect, _ABOUT_PEOPLE)
        match effect:
            case effects.CheckConsent():
                return await self._check_consent(visit, effect)
            case effects.GiveConsent():
                return await self._give_consent(visit, effect)
            case effects.FindPeople():
                return await self._find_people(visit, effect)
            case effects.SendOtp():
                return await self._send_otp(visit, effect)
            case effects.CheckOtp():
                return await self._check_otp(visit, effect)
            case effects.ProvePhone():
                return await self._prove_phone(visit, effect)
            case effects.LoadDossier():
                return await self._load_dossier(visit)
            case effects.StartDossier():
                return await self._start_dossier(visit, effect)
            case effects.KeepSubmission():
                return await self._keep_submission(visit, effect)
            case effects.MarkItems():
                return await self._mark_items(visit, effect)
            case effects.LoadMyData():
                return await self._load_my_data(visit)
            case effects.ExportMyData():
                return await self._export_my_data(visit)
            case effects.EraseMyData():
                return await self._erase_my_data(visit)
            case effects.CheckTicket():
                return await self._check_ticket(visit)
            case effects.OpenTicket():
                return await self._open_ticket(visit, effect)
            case effects.LeaveQueue():
                return await self._leave_queue(visit)
            case effects.LoadNotices():
                return await self._load_notices(visit)
            case effects.SetTopics():
                return await self._set_topics(visit, effect)
            case effects.StopNotices():
                return await self._stop_notices(visit)
            case effects.ForgetMessage() | effects.NoteMiss():
                raise TypeError("this effect is not awaited")

    async def _check_consent(self, visit: Visit, effect: effects.CheckConsent) -> Answer:
        given = visit.person is not None and await people.has_consented(
            visit.connection, visit.person, effect.purpose
        )
        return Answer("given" if given else "missing")

    async def _give_consent(self, visit: Visit, effect: effects.GiveConsent) -> Answer:
        person = await self._person(visit)
        await people.give_consent(
            visit.connection, person, effect.purpose, effect.wording, visit.door, visit.stamp
        )
        return Answer("kept")

    async def _person(self, visit: Visit) -> str:
        if visit.person is None:
            visit.person = await people.new_person(visit.connection, visit.stamp)
        return visit.person

    # -- looking up

    async def _find_people(self, visit: Visit, effect: effects.FindPeople) -> Answer:
        if await self._looks_spent(visit, by_id=bool(effect.id_number)):
            return Answer("limited")
        ask = Ask(effect.name, effect.province, effect.born, effect.id_number)
        found = await search.find(self.names, visit.connection, self.seal, ask)
        if effect.id_number:
            outcome, facts = ("none", {}) if len(found) != 1 else ("found", _named(found[0]))
            await self._note_look(visit, "look", found[0].code if found else "", outcome)
            return Answer(outcome, {**facts, "id_number": None, "id_tail": effect.id_number[-3:]})
        return await self._guarded(visit, effect, found)

    async def _guarded(
        self, visit: Visit, effect: effects.FindPeople, found: list[registry.Record]
    ) -> Answer:
        """A date or a year: the same steps for one, many or none, unless the proven phone already fits."""
        proven = await people.proven_phone(visit.connection, visit.person) if visit.person else None
        own = [r for r in found if proven and r.phone_key == proven]
        asked = f"{join_key(effect.name)} {effect.born}"
        one = found[0] if len(found) == 1 else None
        nobody = self.seal.keyed("phone", f"nobody {asked}")
        keys = proofs.Keys(
            self.seal.keyed("account", one.code if one else f"nobody {asked}"),
            (one.phone_key if one else None) or nobody,
            self.seal.keyed("question", f"{visit.address} {asked}"),
        )
        case = await proofs.open_case(
            visit.connection, visit.address, [r.code for r in found], keys, visit.stamp
        )
        if len(own) == 1:
            await self._note_look(visit, "look", own[0].code, "record")
            return Answer("record", {**_whole(own[0]), "case": case})
        await self._note_look(visit, "look", one.code if one else "", "verify")
        return Answer("verify", {"case": case})

    async def _looks_spent(self, visit: Visit, *, by_id: bool) -> bool:
        """Too many looks in all, or too many ID numbers that fitted nobody: each of those is a "no" that was told."""
        query = select(func.count(), func.count().filter(audit.c.outcome == "none")).where(
            audit.c.who == visit.address, audit.c.what == "look", audit.c.at > visit.stamp - DAY
        )
        mine, missed = (await visit.connection.execute(query)).one()
        if mine >= self.limits.looks_per_day or (by_id and missed >= self.limits.id_misses_per_day):
            return True
        everyone = select(func.count()).select_from(audit).where(audit.c.what == "look")
        recent = everyone.where(audit.c.at > visit.stamp - HOUR)
        return bool((await visit.connection.execute(recent)).scalar_one() >= self.limits.looks_per_hour_all)

    async def _note_look(self, visit: Visit, what: str, code: str, outcome: str) -> None:
        whose = self.seal.keyed("person", code) if code else ""
        await trail.note(
            self.db,
            visit.connection,
            self.seal,
            at=visit.stamp,
            who=visit.address,
            what=what,
            whose=whose,
            outcome=outcome,
        )

    # -- proof

    async def _send_otp(self, visit: Visit, effect: effects.SendOtp) -> Answer:
        case = await proofs.load_case(visit.connection, effect.case, visit.address)
        if not self.sends_sms:
            return Answer("off")
        if case is None:
            return Answer("spent")
        await self._alone_with(visit, case)
        refused = await proofs.refusal(visit.connection, case, self.limits, visit.stamp)
        if refused is not None:
            return Answer(refused.outcome, {"seconds": str(refused.seconds)})
        held = await proofs.held_back(visit.connection, case, self.limits, visit.stamp)
        phone, theirs = await self._phone(visit, case)
        leaves = theirs and not held
        code, until = await proofs.new_code(
            visit.connection, self.seal, case, self.limits, visit.stamp, leaves=leaves
        )
        row = await proofs.queue_code(
            visit.connection,
            self.seal,
            case,
            phone,
            proofs.sms_text(code, self.limits),
            at=visit.now,
            until=visit.now + 60.0 * self.limits.otp_minutes,
            leaves=leaves,
        )
        visit.codes_out.append(row)
        page_until = visit.stamp + 60.0 * self.limits.secure_link_minutes
        token = await proofs.open_page(visit.connection, visit.address, code_until=until, until=page_until)
        return Answer(
            "sent",
            {
                "link": f"{self.public_address}/secure/{token}",
                "until": datetime.fromtimestamp(until, UTC).isoformat(),
            },
        )

    async def _phone(self, visit: Visit, case: proofs.Case) -> tuple[str, bool]:
        """The registered phone, and whether it is that of the one who fits. Where nobody or several fit, a stand-in's is
        fetched and opened in the same steps, only to be thrown away."""
        self._stand_in = self._stand_in or await registry.stand_in(visit.connection)
        one = case.codes[0] if len(case.codes) == 1 else ""
        records = await registry.by_codes(visit.connection, (one or self._stand_in,))
        phone = ""
        for record in records:
            if record.phone is not None:
                phone = str(self.seal.open(record.phone, f"registry {record.code}"))
        return (phone, True) if one and phone else ("0" * 10, False)

    async def _alone_with(self, visit: Visit, case: proofs.Case) -> None:
        """Codes of one record, and of one phone that several records share, are sent and compared one at a time."""
        await self.db.lock(visit.connection, f"otp {case.keys.account}")
        await self.db.lock(visit.connection, f"otp phone {case.keys.phone}")

    async def _check_otp(self, visit: Visit, effect: effects.CheckOtp) -> Answer:
        case = await proofs.load_case(visit.connection, effect.case, visit.address)
        if case is None:
            return Answer("expired")
        await self._alone_with(visit, case)
        result, left = await proofs.compare_code(
            visit.connection, self.seal, case, effect.code, self.limits, visit.stamp
        )
        if result != "right":
            return Answer(result, {"left": str(left)})
        records = await registry.by_codes(visit.connection, case.codes)
        if len(records) != 1:
            return Answer("expired")
        await proofs.close_pages(visit.connection, visit.address)
        person = await self._person(visit)
        await people.prove_phone(visit.connection, person, case.keys.phone, visit.stamp)
        await self._note_look(visit, "record", records[0].code, "otp")
        return Answer("record", _whole(records[0]))

    async def _prove_phone(self, visit: Visit, effect: effects.ProvePhone) -> Answer:
        case = await proofs.load_case(visit.connection, effect.case, visit.address)
        key = registry.phone_key(self.seal, effect.phone)
        person = await self._person(visit)
        await people.prove_phone(visit.connection, person, key, visit.stamp)
        self._stand_in = self._stand_in or await registry.stand_in(visit.connection)
        codes = case.codes if case else ()
        records = await registry.by_codes(visit.connection, codes or (self._stand_in,))
        own = [r for r in records if r.phone_key == key and r.code in codes]
        if len(own) != 1:
            await self._note_look(visit, "record", "", "refused")
            return Answer("other")
        await self._note_look(visit, "record", own[0].code, "contact")
        return Answer("record", _whole(own[0]))

    # -- the checklist

    async def _load_dossier(self, visit: Visit) -> Answer:
        found = await people.load_dossier(visit.connection, self.seal, visit.person) if visit.person else None
        return Answer("none") if found is None else Answer("open", _dossier_facts(found))

    async def _start_dossier(self, visit: Visit, effect: effects.StartDossier) -> Answer:
        person = await self._person(visit)
        begun = people.Dossier(
            *(effect.who, effect.platform, effect.code_known, effect.done),
            *(effect.name, effect.code, effect.number, effect.sent_on),
        )
        await people.start_dossier(self.db, visit.connection, self.seal, person, begun, visit.stamp)
        return Answer("open", _dossier_facts(begun))

    async def _keep_submission(self, visit: Visit, effect: effects.KeepSubmission) -> Answer:
        person = await self._person(visit)
        kept = await people.keep_submission(
            visit.connection, self.seal, person, effect.number, effect.sent_on, visit.stamp
        )
        if not kept:
            return Answer("none")
        return await self._mark_items(visit, effects.MarkItems(effect.done, True))

    async def _mark_items(self, visit: Visit, effect: effects.MarkItems) -> Answer:
        person = await self._person(visit)
        await people.mark_items(self.db, visit.connection, person, effect.items, effect.done, visit.stamp)
        found = await people.load_dossier(visit.connection, self.seal, person)
        if found is None:
            return Answer("open")
        finished = bool(effect.needed) and set(effect.needed) <= set(found.done)
        return Answer("finished" if finished else "open", _dossier_facts(found))

    # -- the person's own data

    async def _load_my_data(self, visit: Visit) -> Answer:
        if visit.person is None:
            return Answer("nothing")
        kept = await people.kept_about(visit.connection, visit.person)
        letters = await desk.count_about(visit.connection, visit.person)
        asked = await desk.has_tickets(visit.connection, visit.person)
        if not (kept.purposes or kept.ticked is not None or kept.phone or kept.topics or asked):
            return Answer("nothing")
        waiting = await outbox.waiting_for(visit.connection, visit.address)
        facts = {
            "purposes": " ".join(kept.purposes),
            "dossier": None if kept.ticked is None else str(kept.ticked),
            "phone": "1" if kept.phone else None,
            "topics": " ".join(kept.topics),
            "letters": str(letters) if letters else None,
            "waiting": str(waiting) if waiting else None,
        }
        return Answer("something", facts)

    async def _export_my_data(self, visit: Visit) -> Answer:
        until = visit.stamp + 60.0 * self.limits.secure_link_minutes
        token = await proofs.open_page(
            visit.connection, visit.address, code_until=until, until=until, kind="export"
        )
        facts = {
            "link": f"{self.public_address}/secure/{token}",
            "until": datetime.fromtimestamp(until, UTC).isoformat(),
        }
        return Answer("ready", facts)

    async def _erase_my_data(self, visit: Visit) -> Answer:
        if visit.person:
            await people.withdraw(visit.connection, visit.person, visit.door, visit.stamp)
            await desk.erase(visit.connection, visit.person, visit.now)
            await outbox.wipe_proactive(visit.connection, visit.address, visit.now)
            visit.ticket = None
        return Answer("erased")

    # -- an officer, and notices

    async def _check_ticket(self, visit: Visit) -> Answer:
        found = await desk.open_at(visit.connection, self.seal, visit.address)
        return Answer("none") if found is None else Answer("waiting", await self._place(visit, found))

    async def _place(self, visit: Visit, ticket: desk.Ticket) -> dict[str, Any]:
        ahead = await desk.ahead_of(visit.connection, ticket)
        return {"ticket_number": str(ticket.number), "ticket_ahead": str(ahead)}

    async def _open_ticket(self, visit: Visit, effect: effects.OpenTicket) -> Answer:
        ticket, new = await desk.open_ticket(
            self.db,
            visit.connection,
            self.seal,
            address=visit.address,
            person=await self._person(visit),
            card=desk.Card(effect.want, effect.place, effect.failed, effect.who),
            at=visit.now,
        )
        visit.ticket = ticket.id
        return Answer("opened" if new else "already", await self._place(visit, ticket))

    async def _leave_queue(self, visit: Visit) -> Answer:
        found = await desk.open_at(visit.connection, self.seal, visit.address)
        if found is not None:
            await desk.leave(visit.connection, found.id, "withdrawn", visit.now)
        visit.ticket = None
        return Answer("left")

    async def _load_notices(self, visit: Visit) -> Answer:
        topics = await people.topics_of(visit.connection, visit.person) if visit.person else ()
        return Answer("on", {"topics": " ".join(topics)}) if topics else Answer("off")

    async def _set_topics(self, visit: Visit, effect: effects.SetTopics) -> Answer:
        person = await self._person(visit)
        await people.set_topics(visit.connection, person, effect.topics, visit.stamp)
        return Answer("kept", {"topics": " ".join(effect.topics)})

    async def _stop_notices(self, visit: Visit) -> Answer:
        stopped = visit.person is not None and await people.stop_notices(
            visit.connection, visit.person, visit.door, visit.stamp
        )
        return Answer("stopped" if stopped else "nothing")


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
