"""Good lists, broken in every way that life has. Rule: each is read or refused in one sentence; whom it stores is as the sheet says, who is missing is told.

python -m tests.test_registry_fuzz 300    prints what became of how many files, the slowest, and the peak of memory
"""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import random
import resource
import subprocess
import sys
import tempfile
import time
import unicodedata
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from data.registry import keys
from data.registry_import.fonts import alike
from data.seal import Seal
from tests.houses import SECRET
from tests.imports import people, text
from tests.test_registry_cases import Read, book, in_tcvn3, in_vni

SHORT, LONG = 70, 300  # files
HEADINGS = (
    "Mã số BHXH", "Họ và tên", "Giới tính", "Ngày sinh", "Số CCCD/CMND", "Mã tỉnh", "Số điện thoại", "Mã hộ", "Xã", "Đơn vị",
)  # fmt: skip
BORN, ID, PHONE, COMMUNE = 3, 4, 6, 8
Table = list[list[Any]]
Chance = random.Random
_seal = Seal(SECRET)


def table(chance: Chance) -> Table:
    return [list(row) for row in people(chance.randrange(4, 40), seed=chance.randrange(10**6))]


def day(born: str) -> datetime.date:
    return datetime.date(*map(int, reversed(born.split("/"))))


# --- texts: each gives the name of a file, its bytes, and the people who are in it as far as it is known ---


def lines_of(rows: Table, separator: str = ",") -> str:
    return text(rows, HEADINGS, separator)


def _encoded(rows: Table, chance: Chance) -> tuple[str, bytes]:
    words = lines_of(rows, chance.choice(",;\t"))
    encode = chance.choice(
        [
            str.encode,
            lambda w: w.encode("utf-8-sig"),
            lambda w: unicodedata.normalize("NFD", w).encode(),
            lambda w: b"\xff\xfe" + w.encode("utf-16-le"),
            lambda w: b"\xfe\xff" + w.encode("utf-16-be"),
            lambda w: w.encode("utf-16-le"),
            lambda w: w.encode("ascii", "replace"),
            lambda w: w.encode("cp1258", "replace"),
            lambda w: w.encode("latin-1", "replace"),
            lambda w: in_tcvn3(w).encode("latin-1", "replace"),
            lambda w: in_vni(w).encode("latin-1", "replace"),
            lambda w: in_tcvn3(w).encode(),
            lambda w: in_vni(w).encode(),
            lambda w: w.encode().decode("latin-1").encode(),
        ]
    )
    raw = encode(words)
    return ("a.csv.gz", gzip.compress(raw)) if chance.random() < 0.2 else ("a.csv", raw)


def _cell(rows: Table, chance: Chance, change: Callable[[str], str], times: int = 2) -> tuple[str, bytes]:
    """Cells changed in the finished text, so that nobody quotes them."""
    lines = lines_of(rows).split("\r\n")
    for _ in range(times):
        n = chance.randrange(1, len(rows) + 1)
        cells = lines[n].split(",")
        at = chance.randrange(len(cells))
        cells[at] = change(cells[at])
        lines[n] = ",".join(cells)
    return "a.csv", "\r\n".join(lines).encode()


def _quoted(rows: Table, chance: Chance) -> tuple[str, bytes]:
    signs = [
        lambda c: f'"{c}',
        lambda c: f'{c}"',
        lambda c: f'"{c}"x',
        lambda c: f'{c[:3]}"{c[3:]}',
        lambda c: f'"{c}\n"',
    ]
    return _cell(rows, chance, chance.choice(signs), chance.randrange(1, 4))


def _parted(rows: Table, chance: Chance) -> tuple[str, bytes]:
    sign = chance.choice(["\n", "\r\n", "\n\n", ",", ", x", "\0", "\u2028", "\x0b"])
    return _cell(
        rows, chance, lambda c: f"{c[: len(c) // 2]}{sign}{c[len(c) // 2 :]}", chance.randrange(1, 3)
    )


def _flipped(rows: Table, chance: Chance) -> tuple[str, bytes]:
    raw = bytearray(lines_of(rows).encode())
    for _ in range(chance.randrange(1, 8)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return "a.csv", bytes(raw)


def _cut(rows: Table, chance: Chance) -> tuple[str, bytes]:
    raw = lines_of(rows).encode()
    packed = chance.random() < 0.4
    raw = gzip.compress(raw) if packed else raw
    return ("a.csv.gz" if packed else "a.csv"), raw[: chance.randrange(1, len(raw))]


def _line_ends(rows: Table, chance: Chance) -> tuple[str, bytes]:
    words = lines_of(rows).replace("\r\n", chance.choice(["\n", "\r", "\r\r\n", "\n\r\n"]))
    return "a.csv", (chance.choice(["", "sep=,\n", "\ufeff", "\n\nDANH SÁCH\n"]) + words).encode()


def _placeholders(rows: Table, chance: Chance) -> tuple[str, bytes]:
    nothing = chance.choice(["NULL", "nan", "N/A", "#N/A", "không có", "-", "x", "?", "0", "Err:502"])
    return _cell(rows, chance, lambda _: nothing, 6)


TEXTS: dict[str, Callable[[Table, Chance], tuple[str, bytes]]] = {
    "encodings": _encoded,
    "quotes": _quoted,
    "parted rows": _parted,
    "flipped bytes": _flipped,
    "cut": _cut,
    "line ends": _line_ends,
    "placeholders": _placeholders,
}

# --- dates, in texts and in workbooks: the truth is the list that was broken ---


def _dates(rows: Table, chance: Chance) -> list[Any]:
    kind = chance.choice(
        ["half swapped", "months first", "stamps", "iso", "short", "serial", "cells", "some months first"]
    )
    out: list[Any] = []
    for row in rows:
        born = day(row[BORN])
        if kind == "half swapped":
            out.append(row[BORN] if born.day > 12 else datetime.date(born.year, born.day, born.month))
        elif kind == "months first" or (kind == "some months first" and chance.random() < 0.3):
            out.append(f"{born.month:02d}/{born.day:02d}/{born.year}")
        elif kind == "stamps":
            hour = 16 if born < datetime.date(1975, 6, 13) and chance.random() < 0.5 else 17
            out.append(f"{born - datetime.timedelta(days=1)}T{hour}:00:00.000Z")
        elif kind == "iso":
            out.append(born.isoformat())
        elif kind == "short":
            out.append(row[BORN][:6] + row[BORN][8:])
        elif kind == "serial":
            out.append((born - datetime.date(1899, 12, 30)).days)
        elif kind == "cells":
            out.append(born)
        else:
            out.append(row[BORN])
    return out


# --- workbooks ---


def _plain_book(path: Path, rows: Table, chance: Chance) -> Path:
    return book(path, [HEADINGS, *rows])


def _dated_book(path: Path, rows: Table, chance: Chance) -> Path:
    cells = [list(r) for r in rows]
    dates, mac = _dates(rows, chance), chance.random() < 0.3
    for row, born in zip(cells, dates, strict=True):
        row[BORN] = born - 1462 if mac and isinstance(born, int) else born
    formats = {f"D{n}": "dd/mm/yyyy" for n, born in enumerate(dates, 2) if isinstance(born, datetime.date)}
    return book(path, [HEADINGS, *cells], mac=mac, formats=formats)


def _numbers_book(path: Path, rows: Table, chance: Chance) -> Path:
    forms = [
        '"0"#',
        "0" * 12,
        "000 000 000 000",
        "0###########",
        "General",
        "0",
        "#,##0",
        "0.00",
        "0.00E+00",
        r"\0#",
        "dd/mm/yyyy",
    ]
    cells, formats = [list(r) for r in rows], {}
    for n, row in enumerate(cells, 2):
        for at in (0, ID, PHONE):
            if chance.random() < 0.6:
                row[at] = int(row[at])
                formats[f"{get_column_letter(at + 1)}{n}"] = chance.choice(forms)
    return book(path, [HEADINGS, *cells], formats=formats)


def _merged_book(path: Path, rows: Table, chance: Chance) -> Path:
    top = chance.randrange(1, len(rows) + 1)
    low, left = chance.randrange(top, len(rows) + 2), chance.randrange(1, 11)
    right = chance.choice([left, min(left + 1, 10)])
    return book(
        path, [HEADINGS, *rows], merges=[f"{get_column_letter(left)}{top}:{get_column_letter(right)}{low}"]
    )


def _formula_book(path: Path, rows: Table, chance: Chance) -> Path:
    cells = [list(r) for r in rows]
    for _ in range(3):
        chance.choice(cells)[chance.randrange(10)] = "=A2"
    return book(path, [HEADINGS, *cells])


def _sheets_book(path: Path, rows: Table, chance: Chance) -> Path:
    half = len(rows) // 2
    second: Table = [list(HEADINGS), *rows[half:]] if chance.random() < 0.7 else rows[half:]
    return book(path, [HEADINGS, *rows[:half]], more={"Xã 2": second, "Ghi chú": [["lập ngày 1"]]})


def _damaged_book(path: Path, rows: Table, chance: Chance) -> Path:
    raw = bytearray(book(path, [HEADINGS, *rows]).read_bytes())
    kind = chance.randrange(3)
    if kind == 0:
        raw = raw[: chance.randrange(1, len(raw))]
    elif kind == 1:
        for _ in range(chance.randrange(1, 6)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
    else:
        start = chance.randrange(len(raw))
        del raw[start : start + chance.randrange(1, 60)]
    path.write_bytes(bytes(raw))
    return path


def _rewritten_book(path: Path, rows: Table, chance: Chance) -> Path:
    """A part that is left out, or changed as if by a program that writes workbooks badly."""
    with zipfile.ZipFile(book(path, [HEADINGS, *rows])) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    name = chance.choice([n for n in parts if n.endswith((".xml", ".rels"))])
    if chance.random() < 0.3:
        del parts[name]
    else:
        body = bytearray(parts[name])
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(body))
            if chance.random() < 0.5:
                del body[at : at + chance.randrange(1, 30)]
            else:
                body[at : at + 1] = chance.choice([b"<x/>", b"&amp;", b" ", b"9", b'"', b"\xc3\xa0"])
        parts[name] = bytes(body)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for n, body_ in parts.items():
            new.writestr(n, body_)
    return path


BOOKS: dict[str, Callable[[Path, Table, Chance], Path]] = {
    "plain": _plain_book,
    "dates": _dated_book,
    "numbers": _numbers_book,
    "merged": _merged_book,
    "formulas": _formula_book,
    "sheets": _sheets_book,
    "damaged": _damaged_book,
    "rewritten": _rewritten_book,
}
CHANGED = {
    "flipped bytes",
    "quotes",
    "parted rows",
    "placeholders",
    "cut",
    "rewritten",
    "merged",
}  # the file itself says otherwise


# --- what is right ---


def _shown(cell: object) -> str:
    return alike(unicodedata.normalize("NFC", " ".join(str(cell or "").replace("\0", "").split())))


def sheet_says(path: Path) -> dict[str, list[str]] | None:
    """Code -> cells of every row, read by somebody else; None where nobody can."""
    rows: list[list[Any]] = []
    try:
        if path.suffix == ".xlsx":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                rows = [
                    list(r)
                    for page in openpyxl.load_workbook(path).worksheets
                    for r in page.iter_rows(values_only=True)
                ]
        else:
            rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    except Exception:  # noqa: BLE001  # a damaged file may raise whatever it likes, here
        return None
    return {_shown(r[0]).replace(" ", ""): [_shown(c) for c in r] for r in rows if r}


def judge(path: Path, kind: str, truth: Table) -> str:
    """Read it; what became of it. Raises AssertionError where something was changed or lost in silence."""
    try:
        read = Read(path)
    except ValueError as refused:
        said = str(refused)
        assert "\n" not in said and path.name in said and 20 < len(said) < 500, said
        return "refused"
    by_code = {row[0]: row for row in truth}
    says = sheet_says(path) if kind in CHANGED else None
    for code, person in read.people.items():
        row = by_code.get(code)
        if kind in CHANGED:
            if says is not None and kind != "merged" and code in says:
                for at, field in ((1, "name"), (COMMUNE, "commune"), (9, "unit")):
                    if len(says[code]) > at and not (field != "name" and person[field] == ""):
                        assert _shown(person[field]) == says[code][at], (kind, code, field)
            if row is None:
                continue
            if kind != "cut":
                continue
        assert row is not None, (kind, code, "nobody has this code")
        if kind == "cut" and row is truth[len(read.people) - 1]:
            continue  # the last row of what is left
        lower = kind == "encodings"  # capitals with tones of a font of before
        assert person["name"] == row[1] or (lower and person["name"].lower() == row[1].lower()), (
            kind,
            row,
            person,
        )
        assert person["born"] in (row[BORN], row[BORN][-4:]), (kind, row, person["born"])
        assert person["id"] in (None, keys.id_key(_seal, row[ID])), (kind, row)
        assert (person["id"] is None) <= (kind in CHANGED), (kind, row, "the ID number was dropped")
        assert person["phone"] in (None, row[PHONE]), (kind, row)
        assert person["commune"].lower() == row[COMMUNE].lower(), (kind, row, person["commune"])
    missing = [row for row in truth if row[0] not in read.people]
    told = len(set(read.bad)) + (10**6 if read.about.unread else 0)
    if kind not in ("cut", "flipped bytes", "rewritten"):
        assert len(missing) <= told, (kind, len(missing), read.bad)
    return "taken" if not missing else "some bad"


def one(folder: Path, seed: int) -> tuple[str, str]:
    """The seed's file, judged."""
    chance = random.Random(seed)
    rows = table(chance)
    kinds = [*TEXTS, "dates in a text", *BOOKS]
    kind = kinds[seed % len(kinds)]
    if kind in BOOKS:
        path = BOOKS[kind](folder / f"{seed}.xlsx", rows, chance)
    elif kind in TEXTS:
        name, raw = TEXTS[kind]([list(r) for r in rows], chance)
        path = folder / f"{seed}{name[1:]}"
        path.write_bytes(raw)
    else:
        cells = [[*r[:BORN], b, *r[BORN + 1 :]] for r, b in zip(rows, _dates(rows, chance), strict=True)]
        path = folder / f"{seed}.csv"
        path.write_text(lines_of(cells), encoding="utf-8", newline="")
    try:
        return kind, judge(path, kind, rows)
    except AssertionError as wrong:
        raise AssertionError(f"seed {seed}: {wrong}") from wrong
    except Exception as raised:
        raise AssertionError(f"seed {seed}, {kind}: {type(raised).__name__}: {raised}") from raised


@pytest.mark.parametrize("share", range(7))
def test_broken_files_are_read_as_they_are_or_refused(tmp_path: Path, share: int) -> None:
    became = Counter(one(tmp_path, seed)[1] for seed in range(share, SHORT, 7))
    assert became.total() == SHORT // 7 and len(became) > 1


@pytest.mark.soak
def test_three_hundred_broken_files_take_little_memory_and_time() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.test_registry_fuzz", str(LONG)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def main() -> None:
    """As many files as are asked for, from seed 1,000 on."""
    became: Counter[tuple[str, str]] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as name:
        for seed in range(1000, 1000 + int(sys.argv[1])):
            began = time.perf_counter()
            became[one(Path(name), seed)] += 1
            slowest = max(slowest, time.perf_counter() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for (kind, end), count in sorted(became.items()):
        print(f"{kind}: {end} {count}")
    print(f"{became.total()} files, slowest {slowest:.1f} s, peak {peak:.0f} MB")
    assert slowest < 60 and peak < 300


if __name__ == "__main__":
    main()
