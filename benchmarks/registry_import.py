"""What importing the registry costs: `troly registry import` against a bare csv + executemany of the same columns. Rule: same file, same run, fresh processes.

The bare one writes the cells as they are into a table without an index, in one transaction. Ours reads, checks, hashes, seals, writes the
registry's indexes and packs the names for searching. Memory is the sum over ours and its children (each page once), seen every 50 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import yaml

from data.engine import Database
from data.knowledge.content import CONTENT_DIR
from tests.houses import SECRET, Places

HEADINGS = ("code", "name", "sex", "born", "id_number", "province", "phone", "household", "commune", "unit")
LOOK_SECONDS = 0.05  # between two looks at the memory
BARE = "insert into plain values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def make_file(path: Path, count: int, seed: int = 4) -> int:
    """`count` synthetic people in an order of no meaning; returns how many names they have."""
    chance = random.Random(seed)
    parts = yaml.safe_load((CONTENT_DIR / "demo.yaml").read_text(encoding="utf-8"))
    given = parts["given_m"] + parts["given_f"]
    middles = sorted({m.split()[-1] for m in parts["middles_m"] + parts["middles_f"]})
    weights = [1 / (n + 1) for n in range(len(parts["families"]))]
    numbers = list(range(count))
    chance.shuffle(numbers)
    seen = set()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for n in numbers:
            family = chance.choices(parts["families"], weights)[0]
            middle = [chance.choice(middles)]
            if chance.random() < 0.5:
                middle.append(chance.choice(given))
            name = " ".join((family, *middle, chance.choice(given)))
            seen.add(name)
            born = (
                f"{chance.randrange(1, 29):02d}/{chance.randrange(1, 13):02d}/{chance.randrange(1935, 2010)}"
            )
            numbers_of = (f"0880{n:08d}", "87", f"09000000{n % 100:02d}", f"8899{n % 10**6:06d}")
            rest = (chance.choice(parts["communes"]), chance.choice(parts["units"]))
            writer.writerow((f"88{n:08d}", name, chance.choice("MF"), born, *numbers_of, *rest))
    return len(seen)


def bare(file: Path, database: Path) -> None:
    """The peer."""
    kept = sqlite3.connect(database)
    kept.execute(f"create table plain ({', '.join(HEADINGS)})")
    with file.open(encoding="utf-8", newline="") as opened:
        rows = csv.reader(opened)
        next(rows)
        with kept:
            kept.executemany(BARE, rows)
    kept.close()


class Peak:
    """The most memory a process and its children held together, in MB."""

    def __init__(self, pid: int) -> None:
        self.mb = 0.0
        self._root = psutil.Process(pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            held = 0
            try:
                for process in (self._root, *self._root.children(recursive=True)):
                    held += process.memory_full_info().pss
            except psutil.Error:
                continue
            self.mb = max(self.mb, held / 1e6)

    def end(self) -> float:
        """The peak."""
        self._over.set()
        self._thread.join()
        return self.mb


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, float, str]:
    """Seconds of a fresh process, its peak memory in MB, what it printed."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    peak = Peak(process.pid)
    printed, _ = process.communicate()
    took = time.perf_counter() - began
    mb = peak.end()
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return took, mb, printed


async def empty(places: Places) -> str:
    """A PostgreSQL database with tables and nobody in them."""
    url = await places.postgresql()
    db = Database(url)
    async with db.writing() as connection:
        for table in ("registry", "names", "name_index"):
            await connection.exec_driver_sql(f"TRUNCATE {table}")
    await db.close()
    return url


def run(rows: int, rounds: int, kinds: list[str]) -> dict[str, Any]:
    """Everything, as one dictionary."""
    troly = str(Path(sys.executable).with_name("troly"))
    clean = {k: v for k, v in os.environ.items() if not k.startswith("TROLY_")}
    bares: list[float] = []
    took: dict[str, list[float]] = {kind: [] for kind in kinds}
    again: dict[str, list[float]] = {kind: [] for kind in kinds}
    peaks: dict[str, list[float]] = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "people.csv"
        unique = make_file(file, rows)
        places = Places(folder)
        for n in range(rounds):
            command = [sys.executable, "-m", "benchmarks.registry_import", "--bare", str(file)]
            bares.append(timed([*command, str(folder / f"bare{n}.db")], clean)[0])
            for kind in kinds:
                data = folder / f"{kind}{n}"
                data.mkdir()
                env = clean | {"TROLY_DATA_DIR": str(data), "TROLY_SECRET_KEY": SECRET}
                if kind == "postgresql":
                    env["TROLY_DATABASE_URL"] = asyncio.run(empty(places))
                for times in (took, again):
                    command = [troly, "registry", "import", str(file), "--json"]
                    seconds, mb, printed = timed(command, env)
                    told = json.loads(printed)
                    assert told["new" if times is took else "unchanged"] == rows, told
                    times[kind].append(seconds)
                    peaks[kind].append(mb)
                    said = f"round {n + 1}: bare {bares[-1]:.1f} s, {kind} {seconds:.1f} s, {mb:.0f} MB"
                    print(said, file=sys.stderr)

    def ratio(times: list[float]) -> float:
        return round(statistics.median(b / t for b, t in zip(bares, times, strict=True)), 3)

    return {
        "rows": rows,
        "names": unique,
        "bare_rows_per_second": round(rows / statistics.median(bares)),
        **{f"{k}_rows_per_second": round(rows / statistics.median(t)) for k, t in took.items()},
        **{f"{k}_speed_of_bare": ratio(t) for k, t in took.items()},
        **{f"{k}_again_speed_of_bare": ratio(t) for k, t in again.items()},
        **{f"{k}_peak_mb": round(max(p)) for k, p in peaks.items()},
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--bare", nargs=2, metavar=("FILE", "DATABASE"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.bare:
        bare(Path(args.bare[0]), Path(args.bare[1]))
        return
    kinds = args.database or ["sqlite", "postgresql"]
    print(json.dumps(run(args.rows, args.rounds, kinds), indent=2))


if __name__ == "__main__":
    main()
