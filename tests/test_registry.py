"""The registry: found by a name and a fact, shown under the disclosure rules, packed for searching."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from sqlalchemy import delete, select, update

from data import audit
from data.registry import keys, records, search
from data.registry import name_index as registry_index
from data.registry.name_index import RegistryNames
from data.registry.records import Person
from data.registry.search import RegistryQuery
from data.tables import audit as audit_rows
from data.tables import name_index, names
from tests.fork_server import ForkServer
from tests.houses import SECRET, House

ROOT = Path(__file__).parent.parent
BE_BA, AN_1, AN_2, THAM = "8800000001", "8800000002", "8800000003", "8800000004"


FINDS: list[tuple[str, dict[str, str], list[str]]] = [
    ("Trần Thị Bé Ba", {"id_number": "088183000001"}, [BE_BA]),
    ("tran thi be ba", {"id_number": "088183000001"}, [BE_BA]),
    ("Trần Thị Bế Bà", {"id_number": "088183000001"}, [BE_BA]),
    ("Trần Thị Bé Bs", {"id_number": "088183000001"}, [BE_BA]),
    ("tranthibeba", {"id_number": "088183000001"}, [BE_BA]),
    ("Phạm Hoàng Đăng Khoa", {"id_number": "088183000001"}, []),
    ("Trần Thị Bé Ba", {"id_number": "088183000009"}, []),
    ("Trần Thị Bé Ba", {"born": "17/01/1983"}, [BE_BA]),
    ("TRAN THI BE BA", {"born": "17/01/1983"}, [BE_BA]),
    ("Trần Thị Bé Bả", {"born": "17/01/1983"}, [BE_BA]),
    ("Trần Thị Bé Ba", {"born": "18/01/1983"}, []),
    ("Lê Thị Hồng Thắm", {"born": "1958"}, [THAM]),
    ("le thi hong tham", {"born": "1958"}, [THAM]),
    ("Trần Thị Bé Ba", {"born": "1983"}, [BE_BA]),
    ("Nguyễn Văn An", {"born": "1975"}, [AN_1, AN_2]),
    ("Nguyễn Văn An", {"born": "02/09/1975"}, [AN_1]),
    ("Nguyễn Văn Hải", {"born": "02/09/1975"}, []),
    ("Trần Thị Bé Ba", {"born": "17/01/1983", "province": "82"}, [BE_BA]),
    ("Trần Thị Bé Ba", {"born": "17/01/1983", "province": "79"}, []),
    ("Trần Thị Bé Ba", {"id_number": "088183000001", "province": "79"}, [BE_BA]),
    ("Lê Thị Hồng Thắm", {"born": "05/06/1958"}, [THAM]),
    ("Lee Thij Hoongf Thawsm", {"born": "05/06/1958"}, [THAM]),
    ("Lê Thị Hồng Thấn", {"born": "05/06/1958"}, []),
    ("Lê Thị Hồng Thắm", {"born": "05/06/1957"}, []),
    ("Lê Thị Hồng Thắm", {"id_number": "350000004", "born": "05/06/1958"}, [THAM]),
    ("Trần Bé Ba", {"id_number": "088183000001"}, [BE_BA]),
    ("Ba", {"id_number": "088183000001"}, []),
    ("Bé Ba", {"id_number": "088183000001"}, []),
    ("T T B Ba", {"id_number": "088183000001"}, []),
]


async def test_a_record_is_found_by_its_name_and_one_fact(house: House) -> None:
    """Somebody of whom only the year is known is found by a date in it too, if the name is the very one."""
    kept = RegistryNames()
    for name, fact, codes in FINDS:
        given = {"province": "87", "born": "", "id_number": "", **fact}
        given["provinces"] = house.content.office.same_province(given.pop("province"))
        async with house.db.reading() as connection:
            found = await search.find(kept, connection, house.seal, RegistryQuery(name, **given))
        assert sorted(r.code for r in found) == codes, (name, fact)


# -- the command line


async def ask(
    fork_server: ForkServer, house: House, folder: Path, *options: str, lines: list[Any]
) -> list[dict[str, Any]]:
    """What `troly registry find --json` answers to these lines; objects are written as JSON."""
    process = await fork_server.spawn(
        ["registry", "find", "--json", *options], environment(house, folder), folder
    )
    typed = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    code, out, complaints = await asyncio.wait_for(process.told(typed), 90)
    assert (code, complaints) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


def environment(house: House, folder: Path) -> dict[str, str]:
    """The settings of a command that shares the house's database."""
    return {"TROLY_DATABASE_URL": house.db.url, "TROLY_DATA_DIR": str(folder), "TROLY_SECRET_KEY": SECRET}


PHONE, ID = "0900000001", "088183000001"
NAME, DATE = "Trần Thị Bé Ba", "17/01/1983"
NAME_AND_CODE = {"name": NAME, "code": BE_BA}
RECORD = {**NAME_AND_CODE, "born": DATE, "household": "8899000001"}


async def test_a_stranger_is_told_what_the_rules_allow_and_no_more(
    fork_server: ForkServer, house: House, tmp_path: Path
) -> None:
    """A date or a year says `verify` whatever it fits; a matching ID number gives name and code; a proven phone all."""
    nobody, verify = {"decision": "none", "people": []}, {"decision": "verify", "people": []}
    cases: list[tuple[dict[str, str], dict[str, Any]]] = [
        ({"name": NAME, "born": DATE}, verify),
        ({"name": NAME, "born": "1983"}, verify),
        ({"name": "Nguyễn Văn An", "born": "1975"}, verify),
        ({"name": "Ai Đó Không Có", "born": DATE}, verify),
        ({"name": NAME}, {"decision": "ask_more", "people": []}),
        ({"name": "Ai Đó Không Có"}, {"decision": "ask_more", "people": []}),
        ({"name": NAME, "id_number": ID}, {"decision": "found", "people": [NAME_AND_CODE]}),
        ({"name": "tran thi be ba", "id_number": ID}, {"decision": "found", "people": [NAME_AND_CODE]}),
        ({"name": "Phạm Hoàng Đăng Khoa", "id_number": ID}, nobody),
        ({"name": NAME, "id_number": "088183000009"}, nobody),
        ({"name": NAME, "id_number": ID, "born": "18/01/1983"}, nobody),
        ({"name": NAME, "born": DATE, "verified_phone": PHONE}, {"decision": "found", "people": [RECORD]}),
        (
            {"name": NAME, "born": "1983", "verified_phone": "+84 900 000 001"},
            {"decision": "found", "people": [RECORD]},
        ),
        ({"name": NAME, "id_number": ID, "verified_phone": PHONE}, {"decision": "found", "people": [RECORD]}),
        ({"name": NAME, "born": DATE, "verified_phone": "0900000002"}, verify),
        ({"name": "Phạm Hoàng Đăng Khoa", "born": DATE, "verified_phone": PHONE}, verify),
        ({"name": NAME, "born": DATE, "province": "79", "verified_phone": PHONE}, verify),
        ({"name": NAME, "verified_phone": PHONE}, {"decision": "ask_more", "people": []}),
    ]
    answers = await ask(fork_server, house, tmp_path, lines=[given for given, _ in cases])
    for (given, told), answer in zip(cases, answers, strict=True):
        assert answer == told, given


async def test_bad_lines_are_told_in_one_sentence_and_the_next_is_answered(
    fork_server: ForkServer, house: House, tmp_path: Path
) -> None:
    bad = [
        "", "not json", "[1]", "7", "{" * 100_000, '{"name": 1.5}', '{"name": ""}', '{"name": "\\ud800"}', {"born": DATE},
        {"name": NAME, "born": "31/02/1983"}, {"name": NAME, "born": "1"}, {"name": NAME, "born": "²⁰¹¹"},
        {"name": NAME, "id_number": "12"}, {"name": NAME, "province": "Huế"}, {"name": "a" * 5000},
        '{"name": "Lan", "born": ' + "9" * 5000 + "}",
    ]  # fmt: skip  # one table
    answers = await ask(fork_server, house, tmp_path, "--open", lines=[*bad, {"name": NAME, "born": None}])
    assert len(answers) == len(bad) + 1
    for line, answer in zip(bad, answers, strict=False):
        assert list(answer) == ["error"], line
    assert answers[-1]["decision"] == "found"


async def test_an_admin_sees_everybody_and_each_look_is_in_the_audit(
    fork_server: ForkServer, house: House, tmp_path: Path
) -> None:
    answers = await ask(
        fork_server, house, tmp_path, "--open", "--limit", "5",
        lines=[{"name": "nguyen van an", "born": "1975"}, {"name": NAME, "born": "1984"}, {"name": NAME}],
    )  # fmt: skip  # one call
    assert [p["code"] for p in answers[0]["people"][:2]] == [AN_1, AN_2]
    assert answers[0]["decision"] == "found"
    assert answers[1]["decision"] != "found"
    assert answers[2]["people"][0]["code"] == BE_BA
    assert len(answers[2]["people"]) <= 5
    assert answers[2]["people"][0] == {**RECORD, "score": 1.0}
    async with house.db.reading() as connection:
        rows = (await connection.execute(select(audit_rows).order_by(audit_rows.c.id))).all()
        assert await audit.first_broken(connection, house.seal) is None
    assert [(r.what, r.outcome) for r in rows] == [("registry_find", a["decision"]) for a in answers]
    assert rows[2].whose == house.seal.keyed("person", BE_BA)
    assert all(NAME not in str(r) and BE_BA not in str(r) for r in rows)


async def test_each_line_is_answered_when_it_comes(
    fork_server: ForkServer, house: House, tmp_path: Path
) -> None:
    words = ["registry", "find", "--json", "--open"]
    process = await fork_server.spawn(words, environment(house, tmp_path), tmp_path)
    for name in (NAME, "Nguyễn Văn An"):
        process.stdin.write(json.dumps({"name": name}).encode() + b"\n")
        answer = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
        assert answer["people"][0]["name"] == name
    assert await process.told() == (0, "", "")


# -- the packed names


async def best(house: House, kept: RegistryNames, name: str) -> str:
    """The name nearest to this one."""
    async with house.db.reading() as connection:
        await kept.renew(connection)
        return (await kept.rank(name)).hits[0].name


def somebody(number: int, name: str) -> Person:
    return Person(f"89{number:08d}", name, "F", "01/02/1990", "", "", "87", "", "", "")


async def test_names_are_found_before_they_are_packed_and_after(house: House) -> None:
    """A service that runs notices what another process added, packed, or killed before packing."""
    kept, other = RegistryNames(), "Quách Thị Xuyến Chi"
    assert await best(house, kept, NAME) == "trần thị bé ba"
    assert await registry_index.refresh(house.db)
    assert await best(house, kept, NAME) == "trần thị bé ba"
    async with house.db.writing() as connection:
        await records.add(house.db, connection, house.seal, [somebody(1, other)])
    async with house.db.reading() as connection:
        assert not await registry_index.is_fresh(connection)
    for names_then in (kept, RegistryNames()):
        assert await best(house, names_then, other) == other.lower()
    assert await registry_index.refresh(house.db)
    async with house.db.reading() as connection:
        assert await registry_index.is_fresh(connection)
    for names_then in (kept, RegistryNames()):
        assert await best(house, names_then, other) == other.lower()
    assert not await registry_index.refresh(house.db)


async def test_during_a_long_import_names_are_taken_in_now_and_then(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With many names unpacked a search does not read the newest each time; a packing ends that at once."""
    monkeypatch.setattr(registry_index, "LONG_TAIL", 1)
    house, kept = sqlite_house, RegistryNames()
    await registry_index.refresh(house.db)
    for number, name in enumerate(("Quách Một", "Quách Hai", "Quách Ba"), start=1):
        await best(house, kept, NAME)
        async with house.db.writing() as connection:
            await records.add(house.db, connection, house.seal, [somebody(number, name)])
        found = await best(house, kept, name)
        assert (found == name.lower()) == (number < 3), name
    await registry_index.refresh(house.db)
    assert await best(house, kept, "Quách Ba") == "quách ba"


async def test_the_packed_names_are_the_names(house: House) -> None:
    """What is read after a packing is exactly what `names` holds, searched the same."""
    await registry_index.refresh(house.db)
    async with house.db.writing() as connection:
        await connection.execute(
            update(name_index).values(upto=name_index.c.upto + 1000)
        )  # nothing is read as a tail
    packed = RegistryNames()
    async with house.db.reading() as connection:
        held = [r.name for r in await connection.execute(select(names.c.name))]
    for name in held[::4]:
        assert await best(house, packed, name) == name


async def test_a_packing_is_there_whole_or_not_at_all(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await registry_index.refresh(house.db)
    async with house.db.reading() as connection:
        before = (await connection.execute(select(name_index))).all()
    async with house.db.writing() as connection:
        await records.add(house.db, connection, house.seal, [somebody(2, "Quách Xuyến")])
    monkeypatch.setattr(registry_index.secrets, "token_hex", lambda size: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await registry_index.refresh(house.db)
    async with house.db.reading() as connection:
        assert (await connection.execute(select(name_index))).all() == before
    assert await best(house, RegistryNames(), "Quách Xuyến") == "quách xuyến"


async def test_names_without_people_and_people_who_went_do_no_harm(house: House) -> None:
    async with house.db.writing() as connection:  # near, and not the one who is asked for
        await records.add(house.db, connection, house.seal, [somebody(3, "Trần Thị Bé Bo")])
    await registry_index.refresh(house.db)
    async with house.db.writing() as connection:
        await connection.execute(delete(records.registry).where(records.registry.c.code == BE_BA))
    for limit, fact in ((5, {}), (5, {"born": "1983"}), (5, {"born": DATE}), (5, {"id_number": ID})):
        async with house.db.reading() as connection:
            found = await search.opened(
                RegistryNames(), connection, house.seal, RegistryQuery(NAME, **fact), limit=limit
            )
        assert BE_BA not in [p.code for p in found.people]
        assert found.decision != "found"


# -- phones


def slowly(text: str) -> str | None:
    """As phonenumbers alone reads it."""
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != 84 or not phonenumbers.is_possible_number(number):
        return None
    national = phonenumbers.national_significant_number(number)
    return f"0{national}" if len(national) == 9 else None


def test_plain_phones_are_read_as_phonenumbers_reads_them() -> None:
    chance = random.Random(5)
    samples = [f"0{first}{chance.randrange(10**8):08d}" for first in range(10) for _ in range(100)]
    samples += [f"0{chance.randrange(10**n):0{n}d}" for n in range(6, 13) for _ in range(50)]
    samples += [
        "0912345678\n",
        "０912345678",
        "0912 345 678",
        "+84912345678",
        "84912345678",
        "",
        "09123456٣8",
    ]
    for sample in samples:
        assert keys.phone_of(sample) == slowly(sample), sample
