"""Files to import and what an import left. Rule: synthetic people only, made by a seed; phones are compared opened, nonces never."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from data.engine import Database
from data.registry_import.files import Options
from data.registry_import.prepare import ImportFacts, ImportJob
from data.registry_import.run import Import, Tally
from data.seal import Seal
from data.tables import imports, names, registry
from tests.houses import SECRET, START

HEADINGS = ("code", "name", "sex", "born", "id_number", "province", "phone", "household", "commune", "unit")
TODAY = "2026-11-24"
_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Võ", "Đặng", "Huỳnh")
_MIDDLES = ("Văn", "Thị", "Hữu", "Ngọc", "Minh", "Thị Bé")
_GIVEN = ("Tuấn", "Hải", "Ba", "Lan", "Hưởng", "Duy", "Thiêm", "Đức", "Ý")


def people(count: int, *, seed: int = 1, first: int = 500_000) -> list[list[str]]:
    """Rows of synthetic people in the order of HEADINGS."""
    chance = random.Random(seed)
    rows = []
    for n in range(first, first + count):
        name = " ".join(chance.choice(part) for part in (_FAMILIES, _MIDDLES, _GIVEN))
        year = chance.randrange(1940, 2010)
        born = f"{chance.randrange(1, 29):02d}/{chance.randrange(1, 13):02d}/{year}"
        id_number = f"0880{n:08d}" if chance.random() < 0.8 else f"350{n % 10**6:06d}"
        rest = (f"09000000{n % 100:02d}", f"8899{n % 10**6:06d}", f"Xã {n % 50}", f"Đơn vị {n % 9}")
        rows.append([f"88{n:08d}", name, chance.choice("MF"), born, id_number, "87", *rest])
    return rows


def text(rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS, separator: str = ",") -> str:
    """The rows as a CSV file has them."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue()


def written(path: Path, rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS) -> Path:
    """A UTF-8 file of these rows."""
    path.write_text(text(rows, headings), encoding="utf-8", newline="")
    return path


FACTS = ImportFacts("", 0, "text", "utf-8", "comma", (("", 1, 10_000),), (), (), (), (), ())  # of a text file


async def bring(
    url: str, path: Path, *, batch: int = 100, options: Options | None = None, **more: Any
) -> Tally:
    """Import this file; the report of bad rows stands beside it."""
    db = Database(url)
    seal = Seal(SECRET)
    try:
        job = ImportJob(str(path), SECRET, TODAY, batch, options or Options())
        work = Import(db, seal, job, lambda: START, lambda number: path.with_suffix(".bad.csv"), **more)
        return await work.run()
    finally:
        await db.close()


async def kept(url: str) -> dict[str, tuple[Any, ...]]:
    """Every record by its code, its name's key spelled out, its phone opened; what differs by chance is left out."""
    db, seal = Database(url), Seal(SECRET)
    try:
        async with db.reading() as connection:
            spelled = {r.id: r.name for r in await connection.execute(select(names))}
            found = {}
            for r in await connection.execute(select(registry)):
                phone = seal.open(r.phone, f"registry {r.code}")
                rest = (r.province, r.household, r.commune, r.unit, bytes(r.digest), r.seen)
                found[r.code] = (
                    r.name,
                    spelled[r.name_id],
                    r.sex,
                    r.born,
                    r.year,
                    None if r.id_key is None else bytes(r.id_key),
                    r.phone_key,
                    phone,
                    *rest,
                )
            return found
    finally:
        await db.close()


async def all_imports(url: str) -> list[dict[str, Any]]:
    """The rows of the table `imports`, the oldest first."""
    db = Database(url)
    try:
        async with db.reading() as connection:
            rows = await connection.execute(select(imports).order_by(imports.c.id))
            return [dict(r._mapping) for r in rows]
    finally:
        await db.close()


def reported(path: Path) -> list[list[str]]:
    """The lines of the report of bad rows beside this file, without its heading; [] where there is none."""
    report = path.with_suffix(".bad.csv")
    if not report.exists():
        return []
    assert report.read_bytes().startswith(b"\xef\xbb\xbf")
    with report.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]
