"""An import that is killed at any moment and started again. Rule: real processes, kill -9, and then everything equals an import nobody disturbed."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from data.engine import Database
from tests.houses import SECRET, Places
from tests.imports import HEADINGS, all_imports, bring, kept, people, reported, written

ROWS = 4_000  # above registry_worker.APART_ABOVE: a process of its own prepares them
BATCH = 60
pytestmark = [pytest.mark.timeout(240), pytest.mark.xdist_group("kills")]


def both_files(folder: Path, rows: int, seed: int) -> tuple[Path, Path]:
    """What was imported before, and the file that is disturbed: with new, changed, equal, bad, repeated and gone people."""
    before = people(rows // 2, seed=seed)
    now = [row.copy() for row in before[rows // 20 :]] + people(rows // 2, seed=seed + 1, first=800_000)
    chance = random.Random(seed)
    chance.shuffle(now)
    for row in now[: rows // 10]:
        row[8] = "Xã Đổi"
    for n in range(50, rows // 2, 97):
        now[n][3] = "30/02/1990"
    for n in range(60, rows // 2, 131):
        now.append(now[n].copy())
        now.append([*now[n][:1], "Lê Văn Khác", *now[n][2:]])
    return written(folder / "before.csv", before), written(folder / "now.csv", now)


async def start(place: str, file: Path, *more: str, batch: int = BATCH) -> asyncio.subprocess.Process:
    """The command, as people give it."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("TROLY_")}
    env |= {
        "TROLY_DATABASE_URL": place,
        "TROLY_DATA_DIR": str(file.parent / "var"),
        "TROLY_SECRET_KEY": SECRET,
        "TROLY_IMPORT_BATCH": str(batch),
    }
    command = (
        "registry",
        "import",
        str(file),
        "--json",
        "--report",
        str(file.with_suffix(".bad.csv")),
        *more,
    )
    return await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("troly"),
        *command,
        cwd=file.parent,
        env=env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def row_of(db: Database) -> int:
    """How far the newest import is."""
    async with db.reading() as connection:
        found = await connection.exec_driver_sql('SELECT "row", state FROM imports ORDER BY id DESC LIMIT 1')
        row = found.first()
    return -1 if row is None else int(row[0]) + (10**9 if row[1] == "done" else 0)


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str, str]:
    """Exit code and what was said."""
    async with asyncio.timeout(120):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def kill_until_done(
    place: str, file: Path, kills: int, chance: random.Random, how: signal.Signals
) -> dict[str, Any]:
    """Start it, end it at some moment after it moved on, start it again; at last let it end. What it says then."""
    db = Database(place)
    try:
        for _ in range(kills):
            before = await row_of(db)
            process = await start(place, file)
            async with asyncio.timeout(120):
                # after the first start `before` is the import of the earlier file, done
                while process.returncode is None and (await row_of(db)) in (before, -1, 0):  # noqa: ASYNC110  # another process tells nothing else
                    await asyncio.sleep(0.005)
            await asyncio.sleep(chance.random() * 0.25)
            if process.returncode is None:
                process.send_signal(how)
            code, _, err = await ended(process)
            assert "Traceback" not in err
            assert code in ((-9, 0) if how == signal.SIGKILL else (130, 0)), err
        code, out, err = await ended(await start(place, file))
        assert code == 0, err
        return dict(json.loads(out))
    finally:
        await db.close()


async def _disturbed(places: Places, kind: str, folder: Path, *, rows: int, kills: int, seed: int) -> int:
    """Compare a disturbed import with an undisturbed one; returns behind which row the last start went on."""
    before, now = both_files(folder, rows, seed)
    ours, theirs = await getattr(places, kind)(), await getattr(places, kind)()
    for place in (ours, theirs):
        await bring(place, before, batch=1000)
    said = await kill_until_done(ours, now, kills, random.Random(seed), signal.SIGKILL)
    bad = reported(now)
    undisturbed = await bring(theirs, now, batch=BATCH)
    assert bad == reported(now)
    assert await kept(ours) == await kept(theirs)
    counted = ("row", "new", "changed", "unchanged", "bad", "state")
    left, right = await all_imports(ours), await all_imports(theirs)
    assert [[i[k] for k in counted] for i in left] == [[i[k] for k in counted] for i in right]
    assert said["gone"] == undisturbed.gone == rows // 20
    return int(said["resumed_at"])


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_killed_import_started_again_equals_one_that_was_not(
    places: Places, tmp_path: Path, kind: str
) -> None:
    assert await _disturbed(places, kind, tmp_path, rows=ROWS, kills=2, seed=5) > 0


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("seed", range(4))
async def test_an_import_killed_many_times_equals_one_that_was_not(
    places: Places, tmp_path: Path, kind: str, seed: int
) -> None:
    await _disturbed(places, kind, tmp_path, rows=30_000, kills=12, seed=seed)


async def test_ctrl_c_ends_behind_a_batch_and_says_how_to_go_on(places: Places, tmp_path: Path) -> None:
    file = written(tmp_path / "now.csv", people(ROWS))
    place = await places.sqlite()
    db = Database(place)
    process = await start(place, file, batch=20)
    while process.returncode is None and await row_of(db) <= 0:  # noqa: ASYNC110  # as above
        await asyncio.sleep(0.005)
    process.send_signal(signal.SIGINT)
    code, out, err = await ended(process)
    behind = await row_of(db)
    await db.close()
    assert (code, out) == (130, "")
    assert f"stopped behind row {behind}" in err
    assert "the same command goes on from there" in err
    assert "Traceback" not in err
    code, out, _ = await ended(await start(place, file))
    told = json.loads(out)
    assert (code, told["resumed_at"], told["new"]) == (0, behind, ROWS)


async def _told(place: str, file: Path, *more: str) -> tuple[int, str, str]:
    process = await start(place, file, *more)
    return await ended(process)


async def test_the_command_says_what_it_takes_and_what_it_leaves(places: Places, tmp_path: Path) -> None:
    place = await places.sqlite()
    rows: Sequence[list[str]] = people(30)
    rows[3][0] = "1"
    file = written(tmp_path / "now.csv", [[*r, "x"] for r in rows], [*HEADINGS, "Ghi chú"])
    code, out, err = await _told(place, file, "--dry-run")
    dry = json.loads(out)
    assert (code, err) == (0, "")
    assert (dry["new"], dry["bad"], dry["dry_run"], dry["ignored"]) == (29, 1, True, ["Ghi chú"])
    code, out, _ = await _told(place, file)
    assert json.loads(out)["new"] == 29
    fewer = written(tmp_path / "fewer.csv", people(20))
    gone = tmp_path / "gone.csv"
    code, out, _ = await _told(place, fewer, "--gone-report", str(gone), "--remove-gone", "--yes")
    told = json.loads(out)
    assert (told["unchanged"], told["new"], told["gone"], told["removed"]) == (19, 1, 10, 10)
    assert gone.read_text(encoding="utf-8-sig").split() == ["Mã", "số", "BHXH", *(r[0] for r in rows[20:])]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--remove-gone",), "add --yes"),
        (("--remove-gone", "--dry-run"), "give one of them"),
        (("--encoding", "utf-16"), "is not written in utf-16"),
        (("--sheet", "x"), "--sheet"),
    ],
)
async def test_a_command_that_contradicts_itself_or_its_file_is_refused_in_one_line(
    places: Places, tmp_path: Path, more: Sequence[str], says: str
) -> None:
    code, out, err = await _told(await places.sqlite(), written(tmp_path / "a.csv", people(3)), *more)
    assert (code, out) == (1, "")
    assert says in err
    assert err.count("\n") == 1
