"""Importing the registry: what is written, what is refused, what happens twice. Rule: the real reading and writing, on both databases."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from sqlalchemy import select

from data import audit
from data.engine import Database
from data.registry import records
from data.registry.records import Person
from data.registry_import import run
from data.registry_import.run import Stopped
from data.seal import Seal
from tests.houses import SECRET, START
from tests.imports import HEADINGS, all_imports, bring, kept, people, reported, text, written


async def test_an_imported_person_is_written_as_if_added_by_hand(place: str, tmp_path: Path) -> None:
    row = people(1)[0]
    await bring(place, written(tmp_path / "one.csv", [row]))
    imported = (await kept(place))[row[0]]
    db, seal = Database(place), Seal(SECRET)
    code = "8899999999"
    by_heading = dict(zip(HEADINGS, row, strict=True)) | {"code": code}
    async with db.writing() as connection:
        await records.add(db, connection, seal, [Person(**by_heading)])
    await db.close()
    added = (await kept(place))[code]
    assert imported[:-2] == added[:-2]  # all but the digest and who saw it last


async def test_only_hashes_and_ciphertext_of_numbers_reach_the_database(place: str, tmp_path: Path) -> None:
    rows = people(30)
    await bring(place, written(tmp_path / "some.csv", rows))
    db = Database(place)
    async with db.reading() as connection:
        tables = (records.registry, records.names, run.imports)
        stored = repr([tuple(r) for t in tables for r in await connection.execute(select(t))])
    await db.close()
    for row in rows:
        assert row[0] in stored
        assert row[4] not in stored
    assert "09000000" not in stored


async def test_the_same_file_again_changes_nothing(place: str, tmp_path: Path) -> None:
    path = written(tmp_path / "some.csv", people(250))
    first = await bring(place, path)
    before = await kept(place)
    again = await bring(place, path)
    assert (first.new, first.changed, first.unchanged, first.gone, first.bad) == (250, 0, 0, 0, 0)
    assert (again.new, again.changed, again.unchanged, again.gone, again.bad) == (0, 0, 250, 0, 0)
    after = await kept(place)
    assert {c: r[:-1] for c, r in before.items()} == {c: r[:-1] for c, r in after.items()}


async def test_a_later_file_changes_adds_and_tells_who_is_gone(place: str, tmp_path: Path) -> None:
    rows = people(200)
    await bring(place, written(tmp_path / "old.csv", rows))
    kept_rows = [row.copy() for row in rows[20:]]
    for row in kept_rows[:30]:
        row[6] = "0900000099" if row[6] != "0900000099" else "0900000098"
    tally = await bring(
        place, written(tmp_path / "new.csv", kept_rows + people(40, first=900_000, seed=2)), batch=64
    )
    assert (tally.new, tally.changed, tally.unchanged, tally.gone) == (40, 30, 150, 20)
    db, seal = Database(place), Seal(SECRET)
    gone = [code async for page in run.gone(db, tally.id) for code in page]
    assert gone == sorted(row[0] for row in rows[:20])
    in_registry = await kept(place)
    assert set(gone) <= set(in_registry), "nobody is deleted unless that is asked for"
    assert in_registry[kept_rows[0][0]][7] == kept_rows[0][6]
    with pytest.raises(ValueError, match=r"20 of 200 people \(10 %\)"):
        await run.remove_gone(db, seal, tally.id, START)
    assert await run.remove_gone(db, seal, tally.id, START, expected=20) == 20
    await db.close()
    left = await kept(place)
    assert not set(gone) & set(left)
    assert len(left) == len(in_registry) - 20, "the demo people came by no import and stay"


async def test_who_has_a_bad_row_is_neither_changed_nor_gone(place: str, tmp_path: Path) -> None:
    rows = people(60)
    await bring(place, written(tmp_path / "old.csv", rows))
    before = await kept(place)
    bad, good = [*rows[5][:3], "30/02/1990", *rows[5][4:]], [*rows[6][:3], "1990", *rows[6][4:]]
    first_bad = [*rows[6][:3], "1/1/2050", *rows[6][4:]]
    path = written(tmp_path / "new.csv", [bad, first_bad, *rows[10:], good])
    for dry in (True, False):
        tally = await bring(place, path, dry=dry)
        assert (tally.changed, tally.unchanged, tally.bad, tally.gone) == (1, 50, 2, 8)
    after = await kept(place)
    assert after[rows[5][0]][:-1] == before[rows[5][0]][:-1]
    assert after[rows[6][0]][3] == "1990", "a good row behind a bad one is taken"
    again = await bring(place, written(tmp_path / "newer.csv", rows[10:]))
    assert again.gone == 10


async def test_nobody_is_removed_after_half_a_file(place: str, tmp_path: Path) -> None:
    await bring(place, written(tmp_path / "old.csv", people(50)))
    with pytest.raises(Stopped, match="the same command goes on from there"):
        await bring(
            place,
            written(tmp_path / "new.csv", people(300, first=900_000)),
            stop=lambda: True,
        )
    half = (await all_imports(place))[-1]
    assert (half["state"], half["row"]) == ("running", 100)
    db, seal = Database(place), Seal(SECRET)
    with pytest.raises(ValueError, match="only after a whole import"):
        await run.remove_gone(db, seal, half["id"], START)
    await db.close()


async def test_a_stopped_import_goes_on_where_it_stopped(place: str, tmp_path: Path) -> None:
    rows = people(450)
    rows[40][3], rows[430][3] = "31/02/1980", "1/1/2030"
    path = written(tmp_path / "some.csv", rows)
    with pytest.raises(Stopped):
        await bring(place, path, stop=lambda: True)
    tally = await bring(place, path)
    assert (tally.resumed_at, tally.row, tally.new, tally.unchanged, tally.bad) == (100, 450, 448, 0, 2)
    assert [line[0] for line in reported(path)] == ["42", "432"], "rows of both starts, each once"
    assert len(await all_imports(place)) == 1
    stopped_and_whole = await kept(place)
    assert set(stopped_and_whole) >= {row[0] for n, row in enumerate(rows) if n not in (40, 430)}


async def test_another_file_in_between_begins_anew(place: str, tmp_path: Path) -> None:
    path = written(tmp_path / "some.csv", people(250))
    with pytest.raises(Stopped):
        await bring(place, path, stop=lambda: True)
    await bring(place, written(tmp_path / "other.csv", people(50, first=700_000)))
    tally = await bring(place, path)
    assert (tally.resumed_at, tally.new, tally.unchanged) == (0, 150, 100)


async def test_a_dry_run_says_the_same_and_writes_nothing(place: str, tmp_path: Path) -> None:
    await bring(place, written(tmp_path / "old.csv", people(120)))
    rows = people(150)[30:]
    rows[7][6] = "0900000055" if rows[7][6] != "0900000055" else "0900000056"
    rows.append([*rows[3][:6], "0900000077", *rows[3][7:]])
    rows.append(rows[4])
    rows[11][0] = "880000001"
    path = written(tmp_path / "new.csv", rows)
    before, imports_before = await kept(place), await all_imports(place)
    dry = await bring(place, path, dry=True, batch=50)
    bad = reported(path)
    assert await kept(place) == before
    assert await all_imports(place) == imports_before
    real = await bring(place, path, batch=50)
    counts = [(t.row, t.new, t.changed, t.unchanged, t.gone, t.bad) for t in (dry, real)]
    assert counts[0] == counts[1] == (122, 30, 1, 89, 31, 2)
    assert reported(path) == bad


async def test_a_code_said_twice_is_taken_once(place: str, tmp_path: Path) -> None:
    rows = people(120)
    rows.insert(50, rows[10].copy())  # word for word, in the same batch
    rows.insert(115, rows[11].copy())  # in another
    other = rows[12].copy()
    other[1] = "Phạm Văn Khác"
    rows.insert(60, other)
    late = rows[13].copy()
    late[3] = "1950"
    rows.append(late)
    path = written(tmp_path / "some.csv", rows)
    tally = await bring(place, path)
    assert (tally.new, tally.unchanged, tally.bad) == (120, 2, 2)
    assert [(line[0], line[1]) for line in reported(path)] == [("62", "code"), (str(len(rows) + 1), "code")]
    assert "khác" in reported(path)[0][2]
    found = await kept(place)
    assert found[rows[12][0]][0] == rows[12][1], "the first one holds"


async def test_every_import_is_in_the_audit(place: str, tmp_path: Path) -> None:
    await bring(place, written(tmp_path / "some.csv", people(10)))
    db, seal = Database(place), Seal(SECRET)
    async with db.reading() as connection:
        entries = [e for e in await audit.newest(connection, 10) if e.what == "registry_import"]
        assert await audit.first_broken(connection, seal) is None
    await db.close()
    assert [e.outcome for e in entries] == ["done", "started"]
    assert entries[0].fields == "new=10 changed=0 unchanged=0 bad=0 gone=0"
    assert "some.csv" in entries[0].why


async def test_two_imports_at_once_are_refused(place: str, tmp_path: Path) -> None:
    db = Database(place)
    async with db.alone(run.LOCK) as mine:
        assert mine
        with pytest.raises(ValueError, match="another import is under way"):
            await bring(place, written(tmp_path / "some.csv", people(5)))
    await db.close()
    assert (await bring(place, tmp_path / "some.csv")).new == 5


async def test_a_bad_row_is_told_by_row_column_and_reason_and_nothing_else(
    sqlite_place: str, tmp_path: Path
) -> None:
    rows = people(8)
    rows[0][0] = "88000001"
    rows[1][1] = ""
    rows[2][2] = "x"
    rows[3][3] = "30/02/1990"
    rows[4][4], rows[4][5] = "12345", "8"
    rows[5][6] = "0277 3851 234 567"
    rows[6][7] = "=HYPERLINK(1)"
    path = written(tmp_path / "some.csv", rows)
    tally = await bring(sqlite_place, path)
    lines = reported(path)
    assert (tally.new, tally.bad) == (1, 7)
    assert [(int(row), column) for row, column, _ in lines] == [
        (2, "code"),
        (3, "name"),
        (4, "sex"),
        (5, "born"),
        (6, "id_number"),
        (6, "province"),
        (7, "phone"),
        (8, "household"),
    ]
    assert all(any(c in "àáạảãâăđêôơưếộố" for c in reason) for _, _, reason in lines)
    whole = tally.report.read_text(encoding="utf-8") if tally.report else ""
    for secret in ("880005", "88000001", "30/02/1990", "12345", "3851", "HYPERLINK", rows[0][1]):
        assert secret not in whole
    assert tally.report is not None and tally.report.stat().st_mode & 0o077 == 0


async def test_headings_that_calculate_are_harmless_in_the_report(sqlite_place: str, tmp_path: Path) -> None:
    rows = people(2)
    rows[0][3] = "never"
    headings = [*HEADINGS[:3], " +ngày sinh", *HEADINGS[4:]]
    path = written(tmp_path / "some.csv", rows, headings)
    await bring(sqlite_place, path)
    assert reported(path)[0][1] == "'+ngày sinh"


async def test_without_bad_rows_there_is_no_report(sqlite_place: str, tmp_path: Path) -> None:
    path = written(tmp_path / "some.csv", people(3))
    path.with_suffix(".bad.csv").write_text("of an earlier one")
    assert (await bring(sqlite_place, path)).report is None
    assert not path.with_suffix(".bad.csv").exists()


async def test_a_file_that_grows_while_it_is_read_stops_the_import(place: str, tmp_path: Path) -> None:
    path = written(tmp_path / "some.csv", people(400))

    def grow(tally: run.Tally) -> None:
        if tally.row == 200:
            with path.open("a", encoding="utf-8") as file:
                csv.writer(file).writerow(people(1, first=990_000)[0])

    with pytest.raises(ValueError, match=r"some\.csv changed while it was read"):
        await bring(place, path, told=grow)
    assert (await all_imports(place))[-1]["state"] == "running"
    tally = await bring(place, path)
    assert (tally.resumed_at, tally.new + tally.unchanged) == (0, 401)


async def test_a_large_file_is_prepared_by_a_process_of_its_own_with_the_same_result(
    sqlite_place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: object
) -> None:
    rows = people(700)
    rows[5][0] = "1"
    path = written(tmp_path / "some.csv", rows)
    await bring(sqlite_place, path)
    here = await kept(sqlite_place)
    elsewhere = await places.sqlite()  # type: ignore[attr-defined]  # tests.houses.Places
    monkeypatch.setattr("data.registry_import.worker.APART_ABOVE", 0)
    tally = await bring(elsewhere, path)
    assert (tally.new, tally.bad) == (699, 1)
    assert await kept(elsewhere) == here
    packed = tmp_path / "some.csv.gz"
    packed.write_bytes(gzip.compress(text(rows).encode())[:-20])
    with pytest.raises(ValueError, match="cắt cụt hoặc hỏng"):
        await bring(elsewhere, packed)
