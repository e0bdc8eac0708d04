"""Who in the registry is meant by a name and a fact, and what may be said of it. Rule: a fact chooses people, a name never releases data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from data.registry import Record, id_key, phone_key
from data.registry_index import Names
from data.seal import Seal
from data.tables import registry
from flows.names import join_key

if TYPE_CHECKING:
    from flows.names.crowd import Hit

# How far a typed name may be from the registered one (Hit.cost), by the strength of the other fact.
TOLERANCE = {"id": 0.7, "date": 0.6, "year": 0.3}
LISTED = 20  # people shown when nobody says how many
_NAMESAKES = 200  # people of one name and fact that are looked at
_CLOSE_NAMES = 20  # names looked at when a record is wanted
_HITS = 60  # names ranked
_NAME_LIMIT = 200  # characters of a name that are read
_NO_NAME = 0  # names.ids begin with 1
_HOME = ("87", "82")  # Đồng Tháp before and after 2025
_YEARS = (1880, 2100)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is known of somebody: `born` dd/mm/yyyy, yyyy or ""; `id_number` 9 or 12 digits or ""; `province` "" means any."""

    name: str
    province: str = ""
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


_BORN = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)
_FIELDS = ("name", "province", "born", "id_number", "verified_phone")


def read_ask(given: Any) -> Ask:
    """An Ask from an object of the contract; absent, null and empty are the same, numbers are taken as text.

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
    return Ask(
        found["name"],
        _province(found["province"]),
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
    elif whole := _BORN.fullmatch(typed):
        day, month, year = (int(part) for part in whole.groups())
        try:
            if _YEARS[0] <= date(year, month, day).year <= _YEARS[1]:
                return f"{day:02d}/{month:02d}/{year}"
        except ValueError:
            pass  # said below
    elif not typed:
        return ""
    raise ValueError("Ngày sinh không có trên lịch: ghi 17/01/1983 hoặc 1983.")


def _id_number(typed: str) -> str:
    digits = re.sub(r"[\s.-]", "", typed)
    if digits and not re.fullmatch(r"[0-9]{9}|[0-9]{12}", digits):
        raise ValueError("Số CMND có 9 chữ số, số CCCD có 12 chữ số.")
    return digits


# -- candidates


async def fits(names: Names, connection: AsyncConnection, seal: Seal, ask: Ask, *, limit: int) -> Fits:
    """The people who have the fact, nearest name first, at most `limit`.

    When a name is in doubt, different names come before further people of one.
    """
    await names.renew(connection)
    if ask.fact == "id":
        return await _with_id(names, connection, seal, ask, limit)
    if ask.fact:
        return await _born_then(names, connection, ask, limit)
    ranking = await names.rank(ask.name, limit=_HITS)
    borne = await _borne(connection, [h.id for h in ranking.hits], _provinces(ask.province))
    hits = [h for h in ranking.hits if h.id in borne]
    still = bool(hits) and join_key(hits[0].name) == join_key(ranking.hits[0].name)
    return await _people_of(connection, ask, hits, limit, sure=ranking.sure and still, near=ranking.near)


def _provinces(province: str) -> tuple[str, ...]:
    return _HOME if province in _HOME else (province,) if province else ()


async def _with_id(names: Names, connection: AsyncConnection, seal: Seal, ask: Ask, limit: int) -> Fits:
    """People of an ID number; a birth date or year that is given too must be theirs. The province is not asked."""
    query = select(registry).where(registry.c.id_key == id_key(seal, ask.id_number)).limit(_NAMESAKES)
    rows = [r for r in await connection.execute(query) if _agrees(ask.born, r.born)]
    ranking = await names.rank(ask.name, among=[r.name_id for r in rows], limit=_HITS)
    people = [(r.name_id, _record(r)) for r in rows]
    return _arranged(ranking.hits, people, limit, sure=ranking.sure, near=ranking.near)


def _agrees(asked: str, born: str) -> bool:
    """Whether two dates can be the same, when either may be a year only."""
    return (
        not asked or not born or asked == born or (4 in (len(asked), len(born)) and asked[-4:] == born[-4:])
    )


async def _born_then(names: Names, connection: AsyncConnection, ask: Ask, limit: int) -> Fits:
    """People of a birth date or year; with a date also those of whom only the year is known and who bear the very name."""
    there, binds = _there(_provinces(ask.province))
    fact = "born = :born" if ask.fact == "date" else "year = :born"
    among = f"SELECT DISTINCT name_id AS id FROM registry WHERE {fact}{there}"  # noqa: S608  # our own words only
    born: str | int = ask.born if ask.fact == "date" else int(ask.born)
    ids = await _numbers(connection, among, {**binds, "born": born})
    if ask.fact == "date":  # there are too many of the year to compare them all in time
        there, binds = _there(_provinces(ask.province), "r.")
        year_only = (
            f"SELECT n.id FROM names n WHERE n.id IN ({_wanted(connection)}) AND EXISTS"  # noqa: S608  # as above
            f" (SELECT 1 FROM registry r WHERE r.born = :born AND r.name_id = n.id{there})"
        )
        same = _listed(connection, names.same(ask.name))
        ids = [*ids, *await _numbers(connection, year_only, {**binds, "ids": same, "born": ask.born[-4:]})]
    ranking = await names.rank(ask.name, among=ids, limit=_HITS)
    return await _people_of(connection, ask, ranking.hits, limit, sure=ranking.sure, near=ranking.near)


async def _numbers(connection: AsyncConnection, query: str, binds: dict[str, Any]) -> list[int]:
    """The `id` column of a query, in one value: row by row a year of a large registry takes ten times as long."""
    gather = "json_group_array(id)" if connection.dialect.name == "sqlite" else "array_agg(id)"
    found = (await connection.execute(text(f"SELECT {gather} FROM ({query}) AS q"), binds)).scalar()  # noqa: S608  # as above
    return json.loads(found) if isinstance(found, str) else found or []


def _wanted(connection: AsyncConnection) -> str:
    """A query of the numbers bound as `ids`."""
    if connection.dialect.name == "sqlite":
        return "SELECT value FROM json_each(:ids)"
    return "SELECT unnest(CAST(:ids AS integer[]))"


def _listed(connection: AsyncConnection, ids: Sequence[int]) -> str | list[int]:
    """These numbers as one value to bind."""
    return json.dumps(list(ids)) if connection.dialect.name == "sqlite" else list(ids)


async def _borne(connection: AsyncConnection, ids: Sequence[int], provinces: Sequence[str]) -> set[int]:
    """Those of these names.ids that somebody bears, in these provinces where they are given."""
    there, binds = _there(provinces, "r.")
    statement = (
        f"SELECT n.id FROM names n WHERE n.id IN ({_wanted(connection)}) AND EXISTS"  # noqa: S608  # our own words only
        f" (SELECT 1 FROM registry r WHERE r.name_id = n.id{there})"
    )
    return set(await _numbers(connection, statement, {"ids": _listed(connection, ids), **binds}))


def _there(provinces: Sequence[str], table: str = "") -> tuple[str, dict[str, Any]]:
    if not provinces:
        return "", {}
    binds: dict[str, Any] = {f"p{i}": p for i, p in enumerate(provinces)}
    return f" AND {table}province IN ({', '.join(f':{name}' for name in binds)})", binds


_COLUMNS = "name_id, code, name, born, household, commune, phone_key, phone"


async def _people_of(
    connection: AsyncConnection, ask: Ask, hits: Sequence[Hit], limit: int, *, sure: bool, near: bool
) -> Fits:
    """The records of these names that have the fact."""
    there, binds = _there(_provinces(ask.province))
    fact = {"date": " AND born IN (:born, :year)", "year": " AND year = :year", "": ""}[ask.fact]
    if ask.fact == "date":
        binds |= {"born": ask.born, "year": ask.born[-4:]}
    elif fact:
        binds["year"] = int(ask.born)
    branches = []
    nobody = [_NO_NAME]  # asked for like a name: a miss takes the same steps
    for n, name_id in enumerate([hit.id for hit in _some(hits, limit)] or nobody):
        branches.append(
            f"SELECT * FROM (SELECT {_COLUMNS} FROM registry WHERE name_id = :n{n}{fact}{there} LIMIT {_NAMESAKES}) AS b{n}"  # noqa: S608  # our own words only
        )
        binds[f"n{n}"] = name_id
    rows = await connection.execute(text(" UNION ALL ".join(branches)), binds)
    return _arranged(hits, [(r.name_id, _record(r)) for r in rows], limit, sure=sure, near=near)


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


def _record(row: Any) -> Record:
    return Record(row.code, row.name, row.born, row.household, row.commune, row.phone_key, row.phone)


def _arranged(
    hits: Sequence[Hit], rows: Iterable[tuple[int, Record]], limit: int, *, sure: bool, near: bool
) -> Fits:
    """The best name's people first when it is sure; otherwise one of each name, then the next of each."""
    by_id: dict[int, list[Record]] = {}
    for number, record in rows:
        by_id.setdefault(number, []).append(record)
    by_name: dict[str, list[Fit]] = {}
    for hit in hits:
        people = sorted(by_id.get(hit.id, ()), key=lambda r: r.code)
        if people:
            by_name.setdefault(join_key(hit.name), []).extend(Fit(p, hit.cost, hit.score) for p in people)
    columns = list(by_name.values())
    ordered = columns.pop(0) if columns and sure else []
    for rank in range(max(map(len, columns), default=0)):
        ordered = ordered + [column[rank] for column in columns if rank < len(column)]
    return Fits(tuple(ordered[:limit]), sure=sure and bool(by_name), near=near and bool(by_name))


# -- what may be said


async def find(
    names: Names, connection: AsyncConnection, seal: Seal, ask: Ask, *, limit: int = _NAMESAKES
) -> list[Record]:
    """The records that fit a name and one fact well enough to be somebody's, in the same time for none, one and many.

    Those whose name is the very one, marks aside, leave no room for others.
    """
    found = await fits(names, connection, seal, ask, limit=limit)
    exact = [f for f in found.people if join_key(f.record.name) == join_key(ask.name)]
    return [f.record for f in exact or found.people if f.cost <= TOLERANCE[ask.fact]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be said of one person; None: nothing of it."""

    name: str
    code: str
    born: str | None = None
    household: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`found`, `verify`, `ask_more` or `none`, and whom."""

    decision: str
    people: tuple[Shown, ...] = ()


async def guarded(names: Names, connection: AsyncConnection, seal: Seal, ask: Ask) -> Answer:
    """What a stranger may be told (product.md, disclosure).

    Without a verified phone, a name, a date or a year are not even looked up: what is not known has no time to tell.
    """
    if not ask.id_number and not ask.verified_phone:
        return Answer("verify" if ask.born else "ask_more")
    if not ask.fact:
        return Answer("ask_more")
    found = await find(names, connection, seal, ask)
    proven = phone_key(seal, ask.verified_phone) if ask.verified_phone else None
    own = [r for r in found if proven and r.phone_key == proven]
    if len(own) == 1:
        return Answer("found", (Shown(own[0].name, own[0].code, own[0].born, own[0].household),))
    if not ask.id_number:
        return Answer("verify")
    if len(found) == 1:
        return Answer("found", (Shown(found[0].name, found[0].code),))
    return Answer("none")


async def opened(
    names: Names, connection: AsyncConnection, seal: Seal, ask: Ask, *, limit: int | None = None
) -> Answer:
    """Everything, for admins: `found` when the name is certain, `ask_more` when several are plausible.

    With a `limit` so many of the nearest people whatever the decision.
    """
    found = await fits(names, connection, seal, ask, limit=limit or LISTED)
    decision = "found" if found.sure else "ask_more" if found.near else "none"
    people = found.people if limit or decision != "none" else ()
    return Answer(
        decision,
        tuple(
            Shown(f.record.name, f.record.code, f.record.born, f.record.household, round(f.score, 3))
            for f in people
        ),
    )
