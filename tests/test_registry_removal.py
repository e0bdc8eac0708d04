"""Nobody is removed from the registry by mistake. Rule: shown first, refused where it looks like a mistake, and undone as if nothing had been."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.__main__ import main
from data.engine import Database
from data.registry import removed
from data.registry_import import run
from data.registry_import.run import GoneLimits, Tally
from data.seal import Seal
from data.tables import removed as removed_table
from tests.houses import SECRET, START
from tests.imports import all_imports, bring, kept, people, written
from tests.test_registry_cases import CODE, NAME, book

ROWS = people(200)


async def took_out(place: str, tally: Tally, **more: int | GoneLimits) -> int:
    db = Database(place)
    try:
        return await run.remove_gone(db, Seal(SECRET), tally.id, START, **more)  # type: ignore[arg-type]  # by name
    finally:
        await db.close()


async def brought_back(place: str, number: int) -> tuple[int, int]:
    db = Database(place)
    try:
        async with db.writing() as connection:
            return await removed.bring_back(connection, Seal(SECRET), number)
    finally:
        await db.close()


async def test_few_are_removed_and_come_back_as_they_were(place: str, tmp_path: Path) -> None:
    await bring(place, written(tmp_path / "old.csv", ROWS))
    before = await kept(place)
    tally = await bring(place, written(tmp_path / "new.csv", ROWS[10:]))
    everybody = await kept(place)
    assert await took_out(place, tally) == 10, "5 % and no more"
    assert set(before) - set(await kept(place)) == {row[0] for row in ROWS[:10]}
    assert await brought_back(place, tally.id) == (10, 0)
    assert await kept(place) == everybody
    assert await brought_back(place, tally.id) == (0, 0)


async def test_who_came_again_meanwhile_stays_as_they_came(place: str, tmp_path: Path) -> None:
    await bring(place, written(tmp_path / "old.csv", ROWS))
    tally = await bring(place, written(tmp_path / "new.csv", ROWS[10:]))
    await took_out(place, tally)
    again = [[*ROWS[0][:1], "Phạm Thị Khác", *ROWS[0][2:]], *ROWS[10:]]
    await bring(place, written(tmp_path / "newer.csv", again))
    assert await brought_back(place, tally.id) == (9, 1)
    assert (await kept(place))[ROWS[0][0]][0] == "Phạm Thị Khác"


async def test_more_than_five_percent_need_their_number(place: str, tmp_path: Path) -> None:
    """Seen to fail: a list of 3 of 40 people deleted 37, without a question."""
    await bring(place, written(tmp_path / "old.csv", ROWS))
    tally = await bring(place, written(tmp_path / "new.csv", [*ROWS[11:], *people(900, first=900_000)]))
    before = await kept(place)
    with pytest.raises(ValueError, match=r"11 of 200 people .*--gone-count 11"):
        await took_out(place, tally)
    with pytest.raises(ValueError, match="11 people are gone, not 12"):
        await took_out(place, tally, expected=12)
    assert await kept(place) == before, "new people do not make the share smaller"
    assert await took_out(place, tally, expected=11) == 11


async def test_nobody_is_removed_after_more_than_one_percent_of_bad_rows(place: str, tmp_path: Path) -> None:
    await bring(place, written(tmp_path / "old.csv", ROWS))
    rows = [row.copy() for row in ROWS[2:]]
    for row in rows[:2]:
        row[3] = "31/02/1990"
    tally = await bring(place, written(tmp_path / "new.csv", rows))
    with pytest.raises(ValueError, match="2 of 198 rows were bad"):
        await took_out(place, tally, expected=2)
    assert await took_out(place, tally, limits=GoneLimits(bad_percent=2)) == 2


FOOT = [
    ["", "Tổng cộng: 190 người"],
    [],
    ["", "", "", "Cao Lãnh, ngày 01 tháng 11 năm 2026"],
    ["", "Người lập biểu", "", "Thủ trưởng đơn vị"],
    ["", "Trần Thị Lan", "", "Lê Văn Tám"],
]


async def test_a_sum_and_signatures_below_the_people_are_no_bad_rows(place: str, tmp_path: Path) -> None:
    """Seen to fail: four rows of signatures were bad ones, and a list with them could remove nobody."""
    await bring(place, written(tmp_path / "old.csv", ROWS))
    tally = await bring(place, written(tmp_path / "new.csv", [*ROWS[10:], *FOOT]))
    assert (tally.bad, tally.gone) == (0, 10)
    assert await took_out(place, tally) == 10


@pytest.mark.parametrize(
    ("rows", "bad"),
    [
        ([*ROWS[:3], ["", "Tống Thị Lan"], *FOOT[2:]], 1),  # a person without a code, then the signatures
        ([*FOOT[:1], *ROWS[:3]], 1),  # people stand behind it
        ([*ROWS[:3], *FOOT[:1], ["", "Trần Thị Hai", "nữ", "01/02/1990"]], 2),
        ([*ROWS[:3], *FOOT[:1] * 16], 16),
    ],
)
async def test_what_may_be_a_person_is_still_a_bad_row(
    sqlite_place: str, tmp_path: Path, rows: list[list[str]], bad: int
) -> None:
    tally = await bring(sqlite_place, written(tmp_path / "list.csv", rows))
    assert (tally.new, tally.bad) == (3, bad)


async def test_nobody_is_removed_after_a_file_with_sheets_that_were_not_read(
    place: str, tmp_path: Path
) -> None:
    two = {"Xã 2": [[CODE, NAME], ["8800990202", "Lê Thị Thử"]]}
    first = book(tmp_path / "a.xlsx", [[CODE, NAME], ["8800990101", "Trần Văn Mẫu"]], more=two)
    tally = await bring(place, first)
    assert (tally.new, tally.gone) == (2, 0)
    more = {"Xã 2": [["Tên", "Số"], ["Lê Thị Thử", "8800990202"]]}
    tally = await bring(
        place, book(tmp_path / "b.xlsx", [[CODE, NAME], ["8800990101", "Trần Văn Mẫu"]], more=more)
    )
    assert (tally.gone, (await all_imports(place))[-1]["unread"]) == (1, 1)
    with pytest.raises(ValueError, match=r"1 sheets of b\.xlsx were not read"):
        await took_out(place, tally, expected=1)
    assert "8800990202" in await kept(place)


async def test_what_is_kept_of_them_is_sealed_and_has_an_end(place: str, tmp_path: Path) -> None:
    await bring(place, written(tmp_path / "old.csv", ROWS))
    tally = await bring(place, written(tmp_path / "new.csv", ROWS[10:]))
    await took_out(place, tally)
    db = Database(place)
    async with db.writing() as connection:
        bodies = [r.body for r in await connection.execute(select(removed_table))]
        assert len(bodies) == 10
        for row in ROWS[:10]:
            assert not any(value.encode() in body for body in bodies for value in (row[0], row[1], row[6]))
        assert [(r.number, r.people) for r in await removed.removals(connection)] == [(tally.id, 10)]
        await removed.forget_old(connection, START)
        assert len(await removed.removals(connection)) == 1
        await removed.forget_old(connection, START + 1)
        assert await removed.removals(connection) == []
    await db.close()
    assert await brought_back(place, tally.id) == (0, 0)


def test_the_command_refuses_a_list_whose_rows_were_swallowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TROLY_DATA_DIR", str(tmp_path / "var"))
    for name in ("TROLY_DATABASE_URL", "TROLY_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    lines = [f"88000012{n:02d},Trần Văn Mẫu,17/01/1983,ghi chú" for n in range(40)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["code,name,born,Ghi chú", *lines]), encoding="utf-8")
    assert main(["registry", "import", "a.csv"]) == 0
    lines[2] = lines[2].replace("ghi chú", '"chờ bổ sung')
    os.replace(path, tmp_path / "before.csv")
    path.write_text("\n".join(["code,name,born,Ghi chú", *lines]), encoding="utf-8")
    capsys.readouterr()
    assert main(["registry", "import", "a.csv", "--remove-gone", "--yes", "--gone-count", "37"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and "a.csv, dòng 4: dấu nháy kép" in said.err
    assert main(["registry", "stats"]) == 0
    assert "people: 40" in capsys.readouterr().out
