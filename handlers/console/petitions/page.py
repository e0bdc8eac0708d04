"""The pages of petitions: list, search, one with what was written about it, assign, answer, export. Made by `Console`.

Invariant: what people wrote is shown only after the row about it is in the audit; an answer leaves through the outbox.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from starlette.responses import Response

from data import channels, petitions, staff
from data.petitions import Petition
from data.spreadsheet import workbook
from flows.calendar.office_hours import VIETNAM
from flows.secrets.staff_words import trouble_in
from flows.spoken.petitions import CATEGORIES
from flows.text.fold import fold
from flows.text.normalise import clean
from handlers.console import wording
from handlers.console.access import ADMINS, DESK, AccessControl, PageRefused, PageRoute, Visit

HOME = "/console/petitions"
SHOWN = 100
SEARCHED = 2000  # of the list, open ones first: their words are opened one by one
EXPORTED = 10_000
SEARCH_LIMIT = 100  # characters
STATES = {"sent": "Chờ nhận", "assigned": "Đang xem", "answered": "Đã trả lời", "withdrawn": "Đã rút"}
COLOURS = {"sent": "wait", "assigned": "wait", "answered": "good", "withdrawn": ""}
LISTS = {
    "open": petitions.OPEN,
    "answered": (petitions.ANSWERED,),
    "withdrawn": (petitions.WITHDRAWN,),
    "all": (),
}
CALLED = {"open": "Đang mở", "answered": "Đã trả lời", "withdrawn": "Đã rút", "all": "Tất cả"}
HEADINGS = (
    *("Mã", "Gửi ngày", "Hạn dự kiến", "Trạng thái", "Loại", "Kênh", "Cán bộ", "Trả lời ngày"),
    *("Nội dung", "Tên", "Điện thoại"),
)
NO_PETITION = "Không có phản ánh này, hoặc phản ánh đã bị xóa theo yêu cầu của người dân."


class PetitionPages:
    """What officers see and do about petitions; admins take the list along."""

    def __init__(self, access: AccessControl, nudge: Callable[[], None]) -> None:
        self._turns = access.turns
        self._nudge = nudge
        self._text_limit = access.rules.text_limit
        one = f"{HOME}/{{petition}}"
        self.entries = [
            PageRoute("GET", HOME, DESK, self.listed, nav="Phản ánh"),
            PageRoute("POST", f"{HOME}/search", DESK, self.search),
            PageRoute("POST", f"{HOME}/export", ADMINS, self.export),
            PageRoute("GET", one, DESK, self.one),
            PageRoute("POST", f"{one}/assign", DESK, self.assign),
            PageRoute("POST", f"{one}/sort", DESK, self.sort),
            PageRoute("POST", f"{one}/note", DESK, self.note),
            PageRoute("POST", f"{one}/answer", DESK, self.answer),
            PageRoute("POST", f"{one}/reveal", DESK, self.reveal),
        ]

    # -- the list

    async def listed(self, visit: Visit) -> Response:
        """Open ones first, by the day they are due."""
        params = visit.request.query_params
        which = params.get("list", "open")
        return await self._list(visit, which if which in LISTS else "open", params.get("kind", ""))

    async def search(self, visit: Visit) -> Response:
        """Petitions by code, or by words, name or phone in them; what is typed stands in no address."""
        return await self._list(visit, "all", "", clean(visit.form.get("text"))[:SEARCH_LIMIT])

    async def _list(self, visit: Visit, which: str, kind: str, wanted: str = "") -> Response:
        turns = self._turns
        kind = kind if kind in CATEGORIES else ""
        async with turns.db.reading() as connection:
            found = await petitions.listed(
                *(connection, turns.seal),
                states=LISTS[which],
                category=kind,
                limit=SEARCHED if wanted else SHOWN,
                plain=bool(wanted),
            )
            counts = await petitions.counts(connection)
            names = await staff.names(connection)
            if wanted:
                kept = [p.id for p in found if _fits(p, wanted)][:SHOWN]
                masked = [await petitions.load(connection, turns.seal, one) for one in kept]
                found = [p for p in masked if p is not None]
        await self._note_seen(visit, found, "petitions_searched" if wanted else "petitions_viewed")
        numbers = {
            name: sum(counts.get(s, 0) for s in states or petitions.STATES) for name, states in LISTS.items()
        }
        return visit.page(
            "console/petitions.html",
            found=found,
            which=which,
            kind=kind,
            wanted=wanted,
            lists=CALLED,
            numbers=numbers,
            states=STATES,
            colours=COLOURS,
            categories=CATEGORIES,
            names=names,
            today=self._today(),
            day=_day,
            quote=quote,
        )

    async def _note_seen(self, visit: Visit, found: list[Petition], what: str) -> None:
        codes = [p.code for p in found]
        for start in range(0, max(len(codes), 1), 20):
            await visit.note(what, fields="petition", why=", ".join(codes[start : start + 20]))

    async def export(self, visit: Visit) -> Response:
        """Every petition as a workbook whose cells are text."""
        turns = self._turns
        await visit.note("petitions_exported", fields="petition, numbers")
        async with turns.db.reading() as connection:
            found = await petitions.listed(connection, turns.seal, limit=EXPORTED, plain=True)
            names = await staff.names(connection)
        body = workbook("Phản ánh", HEADINGS, (_cells(p, names) for p in found))
        headers = visit.access.headers() | {"content-disposition": 'attachment; filename="phan-anh.xlsx"'}
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return Response(body, media_type=kind, headers=headers)

    # -- one petition

    async def one(self, visit: Visit) -> Response:
        """What it says, and what can be done."""
        return await self._shown(visit)

    async def reveal(self, visit: Visit) -> Response:
        """The same page with name and numbers in full; the look is noted with its fields."""
        return await self._shown(visit, plain=True)

    async def _shown(
        self, visit: Visit, *, plain: bool = False, error: str = "", typed: str = "", status: int = 200
    ) -> Response:
        turns = self._turns
        petition = await self._load(visit)
        await visit.note(
            "petition_revealed" if plain else "petition_viewed",
            whose=turns.seal.keyed("person", petition.person or petition.address),
            fields="petition, numbers" if plain else "petition",
            why=petition.code,
        )
        async with turns.db.reading() as connection:
            shown = await petitions.load(connection, turns.seal, petition.id, plain=plain)
            lines = await petitions.lines(connection, turns.seal, petition.id, plain=plain)
            members = await staff.members(connection)
            names = await staff.names(connection)
        newest = max((line.id for line in lines), default=0)
        key = hashlib.sha256(f"{visit.session.key} {petition.id} {newest}".encode()).hexdigest()[:24]
        return visit.page(
            "console/petition.html",
            status=status,
            petition=shown or petition,
            lines=[(line, *_delivery(petition, line.who, line.state)) for line in lines],
            members=[m for m in members if m.role in DESK],
            names=names,
            states=STATES,
            colours=COLOURS,
            categories=CATEGORIES,
            address=f"{HOME}/{petition.id}",
            plain=plain,
            error=error,
            typed=typed,
            key=key,
            text_limit=self._text_limit,
            today=self._today(),
            day=_day,
        )

    async def _load(self, visit: Visit) -> Petition:
        async with self._turns.db.reading() as connection:
            found = await petitions.load(connection, self._turns.seal, visit.request.path_params["petition"])
        if found is None:
            raise PageRefused(404, "Không có phản ánh này", NO_PETITION)
        return found

    # -- what an officer does

    async def assign(self, visit: Visit) -> Response:
        """Give it to a colleague, or take it."""
        petition = await self._load(visit)
        async with self._turns.db.writing() as connection:
            members = {m.id for m in await staff.members(connection) if m.role in DESK}
            officer = visit.form.get("officer") or visit.member.id
            done = officer in members and await petitions.assign(connection, petition.id, officer)
        await visit.note("petition_assigned", why=petition.code, outcome="kept" if done else "refused")
        return visit.go(f"{HOME}/{petition.id}?note={'petition_assigned' if done else 'petition_closed'}")

    async def sort(self, visit: Visit) -> Response:
        """Put it under another kind."""
        petition = await self._load(visit)
        kind = visit.form.get("category")
        if kind in CATEGORIES:
            async with self._turns.db.writing() as connection:
                await petitions.sort(connection, petition.id, kind)
            await visit.note("petition_sorted", why=petition.code)
        return visit.go(f"{HOME}/{petition.id}?note=petition_sorted")

    async def note(self, visit: Visit) -> Response:
        """A line for colleagues; the citizen never sees it."""
        petition = await self._load(visit)
        text = clean(visit.form.get("text"))
        if not text or len(text) > self._text_limit:
            refused = wording.answer_refused("long" if text else "empty", self._text_limit)
            return await self._shown(visit, error=refused, status=422)
        turns = self._turns
        async with turns.db.writing() as connection:
            await petitions.write(
                *(connection, turns.seal, petition.id, petitions.NOTE, text, turns.clock()),
                staff=visit.member.id,
            )
        return visit.go(f"{HOME}/{petition.id}?note=petition_noted")

    async def answer(self, visit: Visit) -> Response:
        """Send the office's answer on the channel it came by; the same form posted again counts once."""
        petition = await self._load(visit)
        typed = visit.form.get("text")
        text = clean(typed)
        outcome = "empty" if not text else "long" if len(text) > self._text_limit else ""
        turns = self._turns
        if not outcome:
            outcome = trouble_in(text, turns.content.staff_weights) or ""
        if outcome:
            refused = wording.answer_refused(outcome, self._text_limit)
            return await self._shown(visit, error=refused, typed=typed, status=422)
        key = visit.form.get("key")[:24] + hashlib.sha256(text.encode()).hexdigest()[:24]
        async with turns.db.writing() as connection:
            done = await petitions.answer(
                turns.db, connection, turns.seal, petition.id, visit.member.id, text, turns.clock(), key
            )
        await visit.note("petition_answered", why=petition.code, outcome="kept" if done else "refused")
        self._nudge()
        return visit.go(f"{HOME}/{petition.id}?note={'sent' if done else 'petition_closed'}")

    def _today(self) -> str:
        return datetime.fromtimestamp(self._turns.clock(), VIETNAM).date().isoformat()


def _fits(petition: Petition, wanted: str) -> bool:
    """Whether a code is meant, or all words occur in what was written, without diacritics."""
    digits = "".join(c for c in wanted if c.isdigit())
    if fold(wanted).startswith("kn") and digits:
        return petition.number == int(digits[:9])
    text = fold(f"{petition.text} {petition.name} {petition.phone}")
    return all(word in text for word in fold(wanted).split())


def _day(iso: str) -> str:
    """An ISO date as people write it."""
    return "/".join(reversed(iso[:10].split("-")))


def _date(at: float | None) -> str:
    return "" if at is None else _day(datetime.fromtimestamp(at, VIETNAM).date().isoformat())


def _cells(petition: Petition, names: dict[str, str]) -> tuple[str, ...]:
    return (
        *(petition.code, _date(petition.sent_at), _day(petition.due), STATES[petition.state]),
        *(CATEGORIES.get(petition.category, petition.category), channels.label(petition.door)),
        *(names.get(petition.officer or "", ""), _date(petition.answered_at)),
        *(petition.text, petition.name, petition.phone),
    )


def _delivery(petition: Petition, who: str, state: str) -> tuple[str, str]:
    """What became of an officer's words, and the tag's colour."""
    if who != petitions.OFFICER or not state:
        return "", ""
    if petition.door in channels.pulled() and state in ("pending", "leased"):
        return wording.ON_THE_PAGE, "wait"
    colour = {"sent": "good", "pending": "wait", "leased": "wait"}.get(state, "bad")
    return wording.DELIVERY.get(state, state), colour
