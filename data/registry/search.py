"""Finds people by name and one fact, and decides what may be shown. Used by effects and by `troly registry find`.

Invariant: a name alone never releases data; only a fact (ID number, birth date, verified phone) does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import fetch
from data.registry.keys import id_key, name_key, phone_key
from data.registry.name_index import RegistryNames
from data.registry.records import Record
from data.seal import Seal
from flows.content import Office
from flows.text.dates import calendar_day, whole_date, written
from flows.text.fold import join_key

if TYPE_CHECKING:
    from flows.names.index import Hit, Ranking

# How far a typed name may be from the registered one (Hit.cost), by the strength of the other fact.
TOLERANCE = {"id": 0.7, "date": 0.6, "year": 0.3}
ENOUGH = 0.5  # of a name's letters that must be typed: a given name alone, or initials, are nobody's
LISTED = 20  # people shown when nobody says how many
_NAMESAKES = 200  # people of one name and fact that are looked at
_CLOSE_NAMES = 20  # names looked at when a record is wanted
_HITS = 60  # names ranked
_NAME_LIMIT = 200  # characters of a name that are read
_NO_NAME = 0  # names.ids begin with 1
_YEARS = (1880, 2100)


@dataclass(frozen=True, slots=True)
class RegistryQuery:
    """What is known of somebody: `born` dd/mm/yyyy, yyyy or ""; `id_number` 9 or 12 digits or ""; no `provinces` means any."""

    name: str
    provinces: tuple[str, ...] = ()
    born: str = ""
    id_number: str = ""
    verified_phone: str = ""

    @property
    def fact(self) -> str:
        """The strongest fact given: id, date, year, or "" for none."""
        return "id" if self.id_number else "date" if "/" in self.born else "year" if self.born else ""


@dataclass(frozen=True, slots=True)
class Fit:
    """One record, and how far its name is from the typed one."""

    record: Record
    cost: float
    score: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Fits:
    """Who fits, best first; `sure`: the name is certain; `near`: it is worth offering."""

    people: tuple[Fit, ...]
    sure: bool
    near: bool


_FIELDS = ("name", "province", "born", "id_number", "verified_phone")


def read_ask(given: Any, office: Office) -> RegistryQuery:
    """A query from an object of the contract; absent, null and empty are the same, numbers are taken as text.

    Raises ValueError with one sentence.
    """
    if not isinstance(given, dict):
        raise ValueError(
            'Mỗi dòng là một đối tượng JSON, ví dụ {"name": "Trần Thị Bé Ba", "born": "17/01/1983"}.'
        )
    found: dict[str, str] = {}
    for field in _FIELDS:
        value = given.get(field)
        if isinstance(value, bool) or not isinstance(value, str | int | None):
            raise ValueError(f"“{field}” phải là chữ hoặc số.")
        found[field] = "" if value is None else str(value).encode("utf-8", "ignore").decode().strip()
    if len(found["name"]) > _NAME_LIMIT:
        raise ValueError(f"Họ tên dài quá {_NAME_LIMIT} ký tự.")
    if not join_key(found["name"]):
        raise ValueError("Thiếu họ tên (“name”).")
    return RegistryQuery(
        found["name"],
        office.same_province(_province(found["province"])),
        _born(found["born"]),
        _id_number(found["id_number"]),
        found["verified_phone"][:30],
    )


def _province(typed: str) -> str:
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) <= 3):
        raise ValueError("Tỉnh ghi bằng mã số, ví dụ 87.")
    return f"{int(typed):02d}" if typed else ""


def _born(typed: str) -> str:
    if re.fullmatch(r"[0-9]{4}", typed):
        if _YEARS[0] <= int(typed) <= _YEARS[1]:
            return typed
    elif whole := whole_date(typed):
        if calendar_day(whole.day, whole.month, whole.year) and _YEARS[0] <= whole.year <= _YEARS[1]:
            return written(whole.day, whole.month, whole.year)
    elif not typed:
        return ""
    raise ValueError("Ngày sinh không có trên lịch: ghi 17/01/1983 hoặc 1983.")


def _id_number(typed: str) -> str:
    digits = re.sub(r"[\s.-]", "", typed)
    if digits and not re.fullmatch(r"[0-9]{9}|[0-9]{12}", digits):
        raise ValueError("Số CMND có 9 chữ số, số CCCD có 12 chữ số.")
    return digits


# -- candidates


async def fits(
    names: RegistryNames, connection: AsyncConnection, seal: Seal, ask: RegistryQuery, *, limit: int
) -> Fits:
    """The people who have the fact, nearest name first, at most `limit`.

    When a name is in doubt, different names come before further people of one.
    """
    await names.renew(connection)
    if ask.fact == "id":
        return await _with_id(names, connection, seal, ask, limit)
    if ask.fact:
        return await _born_then(names, connection, ask, limit)
    return await _named(names, connection, ask, limit)


async def _with_id(
    names: RegistryNames, connection: AsyncConnection, seal: Seal, ask: RegistryQuery, limit: int
) -> Fits:
    """People of an ID number; a birth date or year that is given too must be theirs. The province is not asked."""
    query = f"SELECT {_COLUMNS} FROM registry WHERE id_key = ?1 LIMIT {_NAMESAKES}"  # noqa: S608  # our own words only
    people = _records(await fetch(connection, query, id_key(seal, ask.id_number)))
    people = [(number, r) for number, r in people if _agrees(ask.born, r.born)]
    few = {number: name_key(record.name) for number, record in people}
    return _arranged(await names.rank_few(ask.name, few.items()), people, limit)


def _agrees(asked: str, born: str) -> bool:
    """Whether two dates can be the same, when either may be a year only."""
    return (
        not asked or not born or asked == born or (4 in (len(asked), len(born)) and asked[-4:] == born[-4:])
    )


async def _born_then(
    names: RegistryNames, connection: AsyncConnection, ask: RegistryQuery, limit: int
) -> Fits:
    """People of a birth date or year; with a date also those of whom only the year is known and who bear the very name."""
    there = ask.provinces
    year = int(ask.born[-4:])
    if ask.fact == "year":
        ids = await _numbers(connection, f"{_NAMES_OF} year = ?1{_of(there, 2)}", year, *there)
        fact, facts = f"year = ?3{_of(there, 4)}", (year, *there)
    else:
        ids = await _numbers(connection, f"{_NAMES_OF} born = ?1{_of(there, 2)}", ask.born, *there)
        same = _listed(
            connection, names.same(ask.name)
        )  # of the year only there are too many to compare them all
        year_only = _borne_by(connection, f"r.born = ?2{_of(there, 3)}")
        ids += await _numbers(connection, year_only, same, str(year), *there)
        fact, facts = f"born IN (?3, ?4){_of(there, 5)}", (ask.born, str(year), *there)
    ranking = await names.rank(ask.name, among=ids, limit=_HITS)
    wanted = [h.id for h in _some(ranking.hits, limit)] or [_NO_NAME]  # a miss takes the same steps
    query = f"SELECT {_COLUMNS} FROM registry WHERE name_id IN ({_wanted(connection)}) AND {fact} LIMIT ?2"  # noqa: S608  # as above
    rows = await fetch(connection, query, _listed(connection, wanted), _NAMESAKES, *facts)
    return _arranged(ranking, _records(rows), limit)


async def _named(names: RegistryNames, connection: AsyncConnection, ask: RegistryQuery, limit: int) -> Fits:
    """People by name alone."""
    there = ask.provinces
    ranking = await names.rank(ask.name, limit=_HITS)
    hits: Sequence[Hit] = ranking.hits
    for narrowed in (bool(there), True):
        if narrowed:  # to names that somebody bears
            query = _borne_by(connection, f"true{_of(there, 2)}")
            borne = set(await _numbers(connection, query, _listed(connection, [h.id for h in hits]), *there))
            hits = [h for h in hits if h.id in borne]
        wanted = [h.id for h in _some(hits, limit)]
        query = (_EACH_SQLITE if _is_sqlite(connection) else _EACH_POSTGRESQL).format(
            columns=_COLUMNS, there=_of(there, 3)
        )
        people = _records(await fetch(connection, query, _listed(connection, wanted), limit, *there))
        if narrowed or {number for number, _ in people} >= set(wanted):
            break
    return _arranged(ranking, people, limit)


_NAMES_OF = "SELECT DISTINCT name_id AS id FROM registry WHERE"
_COLUMNS = "name_id, code, name, born, household, commune, phone_key, phone"
# So many people of each name: of the most frequent there are thousands.
_EACH_SQLITE = (
    "SELECT {columns} FROM json_each(?1) AS w JOIN registry ON code IN"
    " (SELECT code FROM registry WHERE name_id = w.value{there} LIMIT ?2)"
)
_EACH_POSTGRESQL = (
    "SELECT r.* FROM unnest(?1::integer[]) AS w CROSS JOIN LATERAL"
    " (SELECT {columns} FROM registry WHERE name_id = w{there} LIMIT ?2) AS r"
)


def _of(provinces: Sequence[str], first: int) -> str:
    """The condition that the province is one of these, bound from `first` on."""
    places = ", ".join(f"?{first + n}" for n in range(len(provinces)))
    return f" AND province IN ({places})" if provinces else ""


def _borne_by(connection: AsyncConnection, who: str) -> str:
    """A query of those of the names.ids in ?1 that somebody (`who`, r is the registry) bears."""
    return (
        f"SELECT n.id FROM names n WHERE n.id IN ({_wanted(connection)}) AND EXISTS"  # noqa: S608  # our own words only
        f" (SELECT 1 FROM registry r WHERE r.name_id = n.id AND {who})"
    )


async def _numbers(connection: AsyncConnection, query: str, *values: Any) -> list[int]:
    """The `id` column of a query, in one value: row by row a year of a large registry takes ten times as long."""
    gather = "json_group_array(id)" if _is_sqlite(connection) else "array_agg(id)"
    [(found,)] = await fetch(connection, f"SELECT {gather} FROM ({query}) AS q", *values)  # noqa: S608  # as above
    return json.loads(found) if isinstance(found, str) else found or []


def _is_sqlite(connection: AsyncConnection) -> bool:
    return connection.dialect.name == "sqlite"


def _wanted(connection: AsyncConnection) -> str:
    """A query of the numbers bound as ?1."""
    return "SELECT value FROM json_each(?1)" if _is_sqlite(connection) else "SELECT unnest(?1::integer[])"


def _listed(connection: AsyncConnection, ids: Sequence[int]) -> str | list[int]:
    """These numbers as one value to bind."""
    return json.dumps(list(ids)) if _is_sqlite(connection) else list(ids)


def _some(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """The best hits that hold `limit` different names, and a few more spelt like these."""
    found: list[Hit] = []
    different: set[str] = set()
    for hit in hits:
        different.add(join_key(hit.name))
        if len(different) > limit or len(found) == _CLOSE_NAMES + limit:
            break
        found.append(hit)
    return found


def _records(rows: Iterable[Sequence[Any]]) -> list[tuple[int, Record]]:
    """(names.id, record) of rows of _COLUMNS."""
    return [(row[0], Record(*row[1:])) for row in rows]


def _arranged(ranking: Ranking, people: Iterable[tuple[int, Record]], limit: int) -> Fits:
    """The best name's people first when it is sure; otherwise one of each name, then the next of each."""
    by_id: dict[int, list[Record]] = {}
    for number, record in people:
        by_id.setdefault(number, []).append(record)
    by_name: dict[str, list[Fit]] = {}
    for hit in ranking.hits:
        if found := by_id.get(hit.id):
            ordered = sorted(found, key=lambda r: r.code)
            by_name.setdefault(join_key(hit.name), []).extend(Fit(p, hit.cost, hit.score) for p in ordered)
    if not by_name:
        return Fits((), sure=False, near=False)
    sure = ranking.sure and join_key(ranking.hits[0].name) in by_name
    columns = list(by_name.values())
    listed = columns.pop(0) if sure else []
    for rank in range(max(map(len, columns), default=0)):
        listed = listed + [column[rank] for column in columns if rank < len(column)]
    return Fits(tuple(listed[:limit]), sure=sure, near=ranking.near)


# -- what may be said


async def find(
    names: RegistryNames,
    connection: AsyncConnection,
    seal: Seal,
    ask: RegistryQuery,
    *,
    limit: int = _NAMESAKES,
) -> list[Record]:
    """The records that fit a name and one fact well enough to be somebody's, in the same time for none, one and many.

    Those whose name is the very one, marks aside, leave no room for others.
    """
    found = await fits(names, connection, seal, ask, limit=limit)
    exact = [f for f in found.people if join_key(f.record.name) == join_key(ask.name)]
    fitting = [f for f in exact or found.people if f.cost <= TOLERANCE[ask.fact]]
    return [f.record for f in fitting if _letters(ask.name) >= ENOUGH * _letters(f.record.name)]


def _letters(name: str) -> int:
    return len(join_key(name).replace(" ", ""))


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be said of one person; None: nothing of it."""

    name: str
    code: str
    born: str | None = None
    household: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """`found`, `verify`, `ask_more` or `none`, and whom."""

    decision: str
    people: tuple[Shown, ...] = ()


async def guarded(
    names: RegistryNames, connection: AsyncConnection, seal: Seal, ask: RegistryQuery
) -> SearchAnswer:
    """What a stranger may be told (product.md, disclosure).

    Without a verified phone, a name, a date or a year are not even looked up: what is not known has no time to tell.
    """
    if not ask.id_number and not ask.verified_phone:
        return SearchAnswer("verify" if ask.born else "ask_more")
    if not ask.fact:
        return SearchAnswer("ask_more")
    found = await find(names, connection, seal, ask)
    proven = phone_key(seal, ask.verified_phone) if ask.verified_phone else None
    own = [r for r in found if proven and r.phone_key == proven]
    if len(own) == 1:
        return SearchAnswer("found", (Shown(own[0].name, own[0].code, own[0].born, own[0].household),))
    if not ask.id_number:
        return SearchAnswer("verify")
    if len(found) == 1:
        return SearchAnswer("found", (Shown(found[0].name, found[0].code),))
    return SearchAnswer("none")


async def opened(
    names: RegistryNames,
    connection: AsyncConnection,
    seal: Seal,
    ask: RegistryQuery,
    *,
    limit: int | None = None,
) -> SearchAnswer:
    """Everything, for admins: `found` when the name is certain, `ask_more` when several are plausible.

    With a `limit` so many of the nearest people whatever the decision.
    """
    found = await fits(names, connection, seal, ask, limit=limit or LISTED)
    decision = "found" if found.sure else "ask_more" if found.near else "none"
    people = found.people if limit or decision != "none" else ()
    return SearchAnswer(
        decision,
        tuple(
            Shown(f.record.name, f.record.code, f.record.born, f.record.household, round(f.score, 3))
            for f in people
        ),
    )
