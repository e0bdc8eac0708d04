"""The report equals what others count, tells no small group by itself or by difference, and names nobody. Rule: every figure is counted twice elsewhere."""

from __future__ import annotations

import io
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from bot.__main__ import main
from data.report import LEAST, Period, Report, period, report, year_to
from data.report.tables import FACTS, as_text, as_workbook, tables
from data.tables import audit, campaigns, conversations, dossiers, outbox, petitions, tickets, ticks
from flows.content import Content
from tests.consoles import Office
from tests.houses import SECRET, House
from tests.report_year import fill

PEOPLE, PAIRS = 2000, 8
YEAR = Period("2026-01", "2026-12")
Rows = dict[Any, list[dict[str, Any]]]
Key = tuple[str, str, str, str]


def month(at: float) -> str:
    """Another way than the database's: by the calendar of UTC, seven hours on."""
    return (datetime.fromtimestamp(at, UTC) + timedelta(hours=7)).strftime("%Y-%m")


def facts_of(rows: Rows) -> Iterator[tuple[Key, str]]:
    """Every single fact: its cell, and who is behind it. Read off the rows, without a database."""
    for r in rows[conversations]:
        if r["turns"]:
            yield ("conversations", month(r["at"]), r["address"].split(":")[0], ""), r["address"]
    for r in rows[dossiers]:
        yield ("dossiers", month(r["started"]), "", r["who"]), r["person"]
    person = {r["id"]: r["person"] for r in rows[dossiers]}
    for r in rows[ticks]:
        yield ("ticks", month(r["at"]), "", r["item"]), person[r["dossier"]]
    for r in rows[audit]:
        if r["what"] == "look":
            yield ("looks", month(r["at"]), r["who"].split(":")[0], r["outcome"]), r["who"]
        else:
            yield ("passwords", month(r["at"]), "", r["outcome"]), r["whose"]
    for r in rows[tickets]:
        ended = "closed" if r["state"] == "closed" else "open"
        yield ("tickets", month(r["opened_at"]), r["address"].split(":")[0], ended), r["address"]
    for r in rows[petitions]:
        state = "open" if r["state"] in ("sent", "assigned") else r["state"]
        yield ("petitions", month(r["sent_at"]), "", f"{r['category']}/{state}"), r["address"]
    started = {r["id"]: month(r["started_at"]) for r in rows[campaigns]}
    for r in rows[outbox]:
        yield ("notices", started[r["campaign"]], r["door"], r["state"]), str(r["id"])


def counted(rows: Rows) -> tuple[Counter[Key], dict[Key, set[str]]]:
    """How often, and by whom, of every cell."""
    often: Counter[Key] = Counter()
    who: dict[Key, set[str]] = defaultdict(set)
    for key, person in facts_of(rows):
        often[key] += 1
        who[key].add(person)
    return often, who


async def made(house: House, wanted: Period = YEAR, channel: str = "", least: int = LEAST) -> Report:
    async with house.db.reading() as connection:
        return await report(connection, wanted, is_sqlite=house.db.is_sqlite, channel=channel, least=least)


async def filled(house: House, people: int = PEOPLE) -> Rows:
    async with house.db.writing() as connection:
        return await fill(connection, people)


def cells(found: Report) -> dict[Key, int]:
    return {(c.fact, c.month, c.channel, c.group): c.count for c in found.cells}


async def test_it_equals_what_is_counted_from_the_rows(house: House) -> None:
    often, who = counted(await filled(house))
    found = await made(house)
    assert cells(found) == {key: n for key, n in often.items() if len(who[key]) >= LEAST}
    assert any(len(people) < LEAST for people in who.values()), "nothing small was tried"


async def test_it_equals_what_another_statement_counts(sqlite_house: House) -> None:
    """Months by date arithmetic on days instead of the report's expression, and small cells by HAVING."""
    house = sqlite_house
    await filled(house)
    found = await made(house)
    own = "strftime('%Y-%m', date(datetime(2440587.5 + (at + 25200.0) / 86400.0)))"
    async with house.db.reading() as connection:
        looks = await connection.execute(
            text(
                f"SELECT {own}, substr(who, 1, instr(who, ':') - 1), outcome, count(*) FROM audit WHERE what = 'look' "  # noqa: S608  # our own constant
                "GROUP BY 1, 2, 3 HAVING count(DISTINCT who) >= 5"
            )
        )
        waits = await connection.execute(
            text(
                "SELECT strftime('%Y-%m', opened_at + 25200, 'unixepoch') m, substr(address, 1, instr(address, ':') - 1) d, "
                "CASE state WHEN 'closed' THEN 'closed' ELSE 'open' END s, avg(claimed_at - opened_at) / 60 FROM tickets "
                "GROUP BY m, d, s HAVING count(DISTINCT address) >= 5"
            )
        )
        assert {("looks", *row[:3]): row[3] for row in looks} == {
            key: n for key, n in cells(found).items() if key[0] == "looks"
        }
        expected = {tuple(row[:3]): round(row[3] or 0) for row in waits}
    assert {(c.month, c.channel, c.group): c.minutes for c in found.of("tickets")} == expected


def region(wanted: Period, channel: str, key: Key) -> bool:
    return key[1] in wanted.months and (not channel or key[2] in ("", channel))


def filters(chance: random.Random) -> tuple[Period, str]:
    first, last = sorted(chance.choices(YEAR.months, k=2))
    return Period(first, last), chance.choice(["", "", "telegram", "web", "zalo", "zalobot"])


async def _leaks(house: House, rows: Rows, pairs: int, least: int) -> int:
    """How often the difference of two reports tells something of a group of one to four people."""
    _, who = counted(rows)
    groups: dict[tuple[str, str, str], list[Key]] = defaultdict(list)
    for key in who:
        for what, at in (("month", 1), ("channel", 2), ("group", 3)):
            groups[key[0], what, key[at]].append(key)
    chance, leaks = random.Random(416), 0
    reports: dict[tuple[Period, str], Report] = {}
    for _ in range(pairs):
        one, other = filters(chance), filters(chance)
        for wanted in (one, other):
            if wanted not in reports:
                reports[wanted] = await made(house, *wanted, least)
        for (fact, what, group), mine in groups.items():
            if any(region(*other, k) and not region(*one, k) for k in mine):
                continue  # each has something of its own: nothing is left over by itself
            alone = {p for k in mine if region(*one, k) and not region(*other, k) for p in who[k]}
            if 0 < len(alone) < LEAST:
                told, less = (reports[wanted].by(fact, what).get(group, 0) for wanted in (one, other))
                leaks += told != less
    return leaks


async def test_no_difference_of_two_reports_tells_of_a_small_group(sqlite_house: House) -> None:
    """Seen red with the protection off: `least=1` leaks below."""
    rows = await filled(sqlite_house, 600)
    assert await _leaks(sqlite_house, rows, PAIRS, LEAST) == 0
    assert await _leaks(sqlite_house, rows, PAIRS, 1) > 0


@pytest.mark.soak
async def test_no_difference_in_a_thousand_pairs_tells_of_a_small_group(sqlite_house: House) -> None:
    rows = await filled(sqlite_house, 600)
    assert await _leaks(sqlite_house, rows, 1000, LEAST) == 0


async def test_what_is_hidden_is_in_no_sum_and_looks_like_nothing(sqlite_house: House) -> None:
    await filled(sqlite_house, 600)
    found = await made(sqlite_house)
    for fact in {cell.fact for cell in found.cells}:
        sums = {sum(found.by(fact, what).values()) for what in ("month", "channel", "group")}
        assert sums == {found.total(fact)}
    assert all(
        n >= LEAST
        for table in tables(found, sqlite_house.content)
        for *_, n in table.rows
        if isinstance(n, int)
    )


async def test_it_names_nobody(sqlite_house: House) -> None:
    await filled(sqlite_house, 600)
    told = as_text(await made(sqlite_house), sqlite_house.content)
    for word in ("telegram:", "web:", "p1", "k1", "0900000"):
        assert word not in told


@pytest.mark.soak
async def test_a_year_of_a_hundred_thousand_people_is_told_in_two_seconds(sqlite_house: House) -> None:
    often, who = counted(await filled(sqlite_house, 100_000))
    took = []
    for _ in range(3):
        begun = time.process_time()  # of this process alone: others share the machine
        found = await made(sqlite_house)
        took.append(time.process_time() - begun)
    print(f"100,000 people, {sum(often.values())} facts: {min(took):.2f} s")
    assert cells(found) == {key: n for key, n in often.items() if len(who[key]) >= LEAST}
    assert min(took) <= 2.0


async def test_the_workbook_has_charts_and_no_formula(sqlite_house: House) -> None:
    await filled(sqlite_house, 600)
    async with sqlite_house.db.writing() as connection:
        await connection.execute(text("UPDATE misses SET words = '=1+1 ' || words"))
    body = as_workbook(await made(sqlite_house), sqlite_house.content)
    file = load_workbook(io.BytesIO(body))
    types = {
        cell.data_type
        for sheet in file.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    assert types == {"s", "n"}
    assert sum(len(sheet._charts) for sheet in file.worksheets) >= 5


def _letter(report: Report, content: Content) -> str:
    """What an outside reader finds in the letter, which is one page."""
    from handlers.papers.report import report_page

    return _words(report_page(report, content, date(2027, 1, 4)))


def _words(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as file:
        assert len(file) == 1
        return " ".join(file[0].get_textpage().get_text_range().split())


async def test_the_letter_says_what_the_report_says_and_leaves_room_to_sign(sqlite_house: House) -> None:
    await filled(sqlite_house, 600)
    found, content = await made(sqlite_house), sqlite_house.content
    told = _letter(found, content)
    whole = tables(found, content)[0]
    for name, n in whole.rows:
        count = f"{n:,}".replace(",", ".") if isinstance(n, int) else n
        assert f"{name} {count}" in told, name
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "/BC-BHXH",
        "tháng 01 năm 2027",
        "GIÁM ĐỐC",
        "Kính gửi: Ủy ban",
    ):
        assert words in told
    long = Report(
        Period("2024-01", "2026-12"),
        "",
        found.cells,
        (("hỏi " * 80, 40),) * 10,
        (("message", 3), ("link", 2)) * 2,
    )
    assert "10/2026" in _letter(long, content)
    assert "dưới 5" in _letter(Report(YEAR, "", (), (), ()), content)


def test_the_command_writes_a_new_private_file_in_each_form(
    sqlite_place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TROLY_DATABASE_URL", sqlite_place)
    monkeypatch.setenv("TROLY_SECRET_KEY", SECRET)
    monkeypatch.setenv("TROLY_DATA_DIR", str(tmp_path))
    asked = ("report", "--from", "2025-01", "--to", "2025-12")
    assert main([*asked]) == 0
    told = capsys.readouterr().out
    assert "dưới 5" in told
    for form, begins in (("text", "BÁO CÁO".encode()), ("xlsx", b"PK"), ("pdf", b"%PDF")):
        name = tmp_path / f"report.{form}"
        assert main([*asked, "--format", form, "--output", str(name)]) == 0
        assert name.read_bytes().startswith(begins)
        assert name.stat().st_mode & 0o777 == 0o600
        assert main([*asked, "--format", form, "--output", str(name)]) == 1
        assert "is not written over" in capsys.readouterr().err
    assert main([*asked, "--format", "pdf"]) == 1
    assert "pdf needs --output FILE" in capsys.readouterr().err
    assert (
        _words((tmp_path / "report.pdf").read_bytes()).count("dưới 5")
        == told.count("dưới 5") - len(FACTS) * 12
    )


@pytest.mark.parametrize(
    "bad", [("2026-13", "2026-12"), ("2026-02", "2026-01"), ("2020-01", "2026-12"), ("", "x")]
)
def test_only_months_in_order_are_a_period(bad: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="a report is of"):
        period(*bad)
    assert year_to(date(2026, 12, 31)) == YEAR
    assert len(year_to(date(2026, 5, 31)).months) == 12


async def test_the_page_tells_of_months_that_are_over_only(sqlite_house: House) -> None:
    await filled(sqlite_house, 600)
    office = Office(sqlite_house)
    auditor = await office.signed_in("auditor")
    now = datetime.fromtimestamp(sqlite_house.clock(), UTC) + timedelta(hours=7)
    this = now.strftime("%Y-%m")
    assert (await auditor.look(f"/console/report?from={this}&to={this}")).status_code == 422
    page = await auditor.look("/console/report")
    assert page.status_code == 200
    assert "Tổng hợp" in page.text
    for form, begins in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        file = await auditor.post(
            "/console/report/export", **{"as": form, "from": "2026-01", "to": "2026-06"}
        )
        assert file.content.startswith(begins)
        assert f"bao-cao-2026-01-2026-06.{form}" in file.headers["content-disposition"]
