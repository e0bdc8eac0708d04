"""An import that is killed at any moment and started again. Rule: real processes, kill -9, and then everything equals an import nobody disturbed."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.commands.registry_import import _Bar
from data.registry_import.report import BadRows
from data.registry_import.run import Tally
from tests.fork_server import ForkServer, Process
from tests.houses import SECRET, Places
from tests.imports import HEADINGS, all_imports, bring, kept, people, reported, written

ROWS = 4_000  # above registry_worker.APART_ABOVE: a process of its own prepares them
BATCH = 60
pytestmark = pytest.mark.xdist_group("kills")


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


def environment(place: str, folder: Path, batch: int) -> dict[str, str]:
    return {
        "TROLY_DATABASE_URL": place,
        "TROLY_DATA_DIR": str(folder / "var"),
        "TROLY_SECRET_KEY": SECRET,
        "TROLY_IMPORT_BATCH": str(batch),
    }


def command(file: Path, *more: str) -> list[str]:
    return ["registry", "import", str(file), "--json", "--report", str(file.with_suffix(".bad.csv")), *more]


async def started_up_to(
    fork_server: ForkServer, place: str, file: Path, row: int, *, inside: bool = False, batch: int = BATCH
) -> Process:
    """An import that waits for a line of its input: behind the batch with this row, or inside the next, before its commit."""
    env = environment(place, file.parent, batch) | {"TROLY_STOP": f"{row} {'inside' if inside else 'behind'}"}
    process = await fork_server.spawn(
        command(file), env, file.parent, before="tests.test_registry_import_kills:wait_at_the_stop"
    )
    assert await process.stdout.readline() == b"here\n"
    return process


def wait_at_the_stop() -> None:
    """In the process that imports, ahead of it: see `started_up_to`."""
    row, where = os.environ.pop("TROLY_STOP").split()
    told, add, upto = _Bar.told, BadRows.add, [0]

    def wait() -> None:
        upto[0] = -(10**9)  # once
        print("here", flush=True)
        sys.stdin.readline()

    def note(bar: _Bar, tally: Tally) -> None:
        told(bar, tally)
        upto[0] += tally.row - max(0, upto[0])
        if where == "behind" and upto[0] >= int(row):
            wait()

    def write(report: BadRows, bad: Any) -> None:
        add(report, bad)
        if where == "inside" and upto[0] >= int(row):
            wait()

    _Bar.told, BadRows.add = note, write  # type: ignore[method-assign]  # in this process alone


async def row_of(place: str) -> int:
    """Behind which row the newest import is."""
    return int((await all_imports(place))[-1]["row"])


async def kill_until_done(
    fork_server: ForkServer, place: str, file: Path, kills: int, chance: random.Random, batches: int
) -> dict[str, Any]:
    """Start it and kill it at some batch, behind it or inside it, start it again; at last let it end. What it says then."""
    for batch in sorted(chance.sample(range(1, batches - 1), kills)):
        process = await started_up_to(fork_server, place, file, batch * BATCH, inside=chance.random() < 0.5)
        await process.kill()
        _, err = await process.close()
        assert "Traceback" not in err
        assert batch * BATCH <= await row_of(place) < (batch + 1) * BATCH
    code, out, err = await _told(fork_server, place, file)
    assert code == 0, err
    return dict(json.loads(out))


async def _disturbed(
    fork_server: ForkServer, places: Places, kind: str, folder: Path, *, rows: int, kills: int, seed: int
) -> int:
    """Compare a disturbed import with an undisturbed one; returns behind which row the last start went on."""
    before, now = both_files(folder, rows, seed)
    ours, theirs = await getattr(places, kind)(), await getattr(places, kind)()
    for place in (ours, theirs):
        await bring(place, before, batch=1000)
    said = await kill_until_done(fork_server, ours, now, kills, random.Random(seed), rows // BATCH)
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
    fork_server: ForkServer, places: Places, tmp_path: Path, kind: str
) -> None:
    assert await _disturbed(fork_server, places, kind, tmp_path, rows=ROWS, kills=2, seed=5) > 0


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("seed", range(4))
async def test_an_import_killed_many_times_equals_one_that_was_not(
    fork_server: ForkServer, places: Places, tmp_path: Path, kind: str, seed: int
) -> None:
    await _disturbed(fork_server, places, kind, tmp_path, rows=30_000, kills=12, seed=seed)


async def test_ctrl_c_ends_behind_a_batch_and_says_how_to_go_on(
    fork_server: ForkServer, places: Places, tmp_path: Path
) -> None:
    file = written(tmp_path / "now.csv", people(ROWS))
    place = await places.sqlite()
    process = await started_up_to(fork_server, place, file, 400, batch=20)
    process.send_signal(signal.SIGINT)
    code, out, err = await process.told("go on\n")
    behind = await row_of(place)
    assert (code, out) == (130, "")
    assert 400 <= behind < ROWS
    assert f"stopped behind row {behind}" in err
    assert "the same command goes on from there" in err
    assert "Traceback" not in err
    code, out, _ = await _told(fork_server, place, file)
    told = json.loads(out)
    assert (code, told["resumed_at"], told["new"]) == (0, behind, ROWS)


async def _told(fork_server: ForkServer, place: str, file: Path, *more: str) -> tuple[int, str, str]:
    """Exit code and what was said."""
    process = await fork_server.spawn(
        command(file, *more), environment(place, file.parent, BATCH), file.parent
    )
    return await process.told()


async def test_the_command_says_what_it_takes_and_what_it_leaves(
    fork_server: ForkServer, places: Places, tmp_path: Path
) -> None:
    place = await places.sqlite()
    rows: Sequence[list[str]] = people(30)
    rows[3][0] = "1"
    file = written(tmp_path / "now.csv", [[*r, "x"] for r in rows], [*HEADINGS, "Ghi chú"])
    code, out, err = await _told(fork_server, place, file, "--dry-run")
    dry = json.loads(out)
    assert (code, err) == (0, "")
    assert (dry["new"], dry["bad"], dry["dry_run"], dry["ignored"]) == (29, 1, True, ["Ghi chú"])
    code, _, err = await _told(fork_server, place, file)
    assert code != 0
    assert "now.bad.csv is there already" in err, "the report of the trial is not written over"
    (tmp_path / "now.bad.csv").unlink()
    code, out, _ = await _told(fork_server, place, file)
    assert json.loads(out)["new"] == 29
    fewer = written(tmp_path / "fewer.csv", people(20))
    gone = tmp_path / "gone.csv"
    code, out, _ = await _told(
        fork_server, place, fewer, "--gone-report", str(gone), "--remove-gone", "--yes", "--gone-count", "10"
    )
    told = json.loads(out)
    assert (told["unchanged"], told["new"], told["gone"], told["removed"]) == (19, 1, 10, 10)
    with gone.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["Mã số BHXH"], *([r[0]] for r in rows[20:])]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--remove-gone",), "add --yes"),
        (("--remove-gone", "--dry-run"), "give one of them"),
        (("--encoding", "utf-16"), "không viết bằng utf-16"),
        (("--sheet", "x"), "--sheet"),
    ],
)
async def test_a_command_that_contradicts_itself_or_its_file_is_refused_in_one_line(
    fork_server: ForkServer, places: Places, tmp_path: Path, more: Sequence[str], says: str
) -> None:
    code, out, err = await _told(
        fork_server, await places.sqlite(), written(tmp_path / "a.csv", people(3)), *more
    )
    assert (code, out) == (1, "")
    assert says in err
    assert len(err.splitlines()) == 1


def test_a_reader_whose_importer_was_killed_at_once_ends_quietly() -> None:
    """Seen to fail: it left a traceback in the service's log."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "data.registry_import.prepare"],
        input=b"",
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
