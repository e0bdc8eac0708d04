"""Workbooks that are small on disk and large when they are read, against `troly registry import`.

    python -m benchmarks.attacks.xlsx_bomb [--tree OTHER_CHECKOUT] [KIND …]

Printed for each: bytes of the file, seconds, peak memory of the largest process, and what the command said. "fair" is a workbook of 100,000 people.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.attacks.running import tree

SECONDS = 180  # of the processor, after which a run is ended
MB = 1 << 20
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
    '<Override PartName="/xl/s.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{R}/worksheet" Target="s.xml"/></Relationships>'
)
BOOK = f'<workbook {NS} xmlns:r="{R}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
STYLES = f"<styleSheet {NS}><cellXfs><xf/></cellXfs></styleSheet>"
HEAD = "<row><c t='inlineStr'><is><t>code</t></is></c><c t='inlineStr'><is><t>name</t></is></c></row>"
PERSON = (
    "<row><c t='inlineStr'><is><t>8800000001</t></is></c><c t='inlineStr'><is><t>Trần An</t></is></c></row>"
)


def sheet(rows: str = "", before: str = "") -> str:
    """A sheet with one person, and more."""
    return f"<worksheet {NS}>{before}<sheetData>{HEAD}{PERSON}{rows}</sheetData></worksheet>"


def workbook(path: Path, more: dict[str, str | bytes] | None = None) -> None:
    """A workbook whose parts are the usual ones but for `more`."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/workbook.xml": BOOK,
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f"<sst {NS}/>",
        "xl/s.xml": sheet(),
    } | (more or {})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as made:
        for name, text in parts.items():
            made.writestr(name, text)


def fair(path: Path, people: int = 100_000) -> None:
    """What an office really sends."""
    rows = "".join(
        f"<row r='{n + 2}'><c r='A{n + 2}' t='s'><v>{2 * n}</v></c><c r='B{n + 2}' t='s'><v>{2 * n + 1}</v></c></row>"
        for n in range(people)
    )
    texts = "".join(f"<si><t>88{n:08d}</t></si><si><t>Trần Thị Số {n}</t></si>" for n in range(people))
    texts = f"<sst {NS}>{texts}</sst>"
    body = f"<worksheet {NS}><sheetData>{HEAD}{rows}</sheetData></worksheet>"
    workbook(path, {"xl/s.xml": body, "xl/sharedStrings.xml": texts})


KINDS: dict[str, Callable[[Path], None]] = {
    "fair": fair,
    "one long text": lambda p: workbook(
        p, {"xl/sharedStrings.xml": f"<sst {NS}><si><t>{'a' * (800 * MB)}</t></si></sst>"}
    ),
    "junk elements": lambda p: workbook(p, {"xl/s.xml": sheet(before="<x/>" * (12 * MB))}),
    "empty cells": lambda p: workbook(p, {"xl/s.xml": sheet(f"<row>{'<c/>' * 1000}</row>" * 11_000)}),
    "wide rows": lambda p: workbook(p, {"xl/s.xml": sheet("<row><c r='XFD1'/></row>" * 2_000_000)}),
    "styles": lambda p: workbook(
        p, {"xl/styles.xml": f"<styleSheet {NS}><cellXfs>{'<xf/>' * 2_000_000}</cellXfs></styleSheet>"}
    ),
    "one shared text of parts": lambda p: workbook(
        p, {"xl/sharedStrings.xml": f"<sst {NS}><si>{'<r><t>a</t></r>' * 3_000_000}</si></sst>"}
    ),
    "one attribute": lambda p: workbook(p, {"xl/s.xml": sheet(f"<row a='{'a' * (45 * MB)}'/>")}),
    "sixty thousand entries": lambda p: workbook(p, {f"xl/{n}": b"" for n in range(60_000)}),
    "entities": lambda p: workbook(p, {"xl/sharedStrings.xml": _entities()}),
    "outside": lambda p: workbook(p, {"../../outside": b"x"}),
}


def _entities() -> str:
    names = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10 if n else 'ha' * 10}'>" for n in range(9))
    return f"<!DOCTYPE sst [{names}]><sst {NS}><si><t>&e8;</t></si></sst>"


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def tried(code: Path, file: Path) -> tuple[float, int, str]:
    """Seconds, peak bytes of memory and the last line of an import."""
    with tempfile.TemporaryDirectory() as folder:
        env = {k: v for k, v in os.environ.items() if not k.startswith("TROLY_")}
        env |= {"PYTHONPATH": str(code), "TROLY_DATA_DIR": folder}
        command = [sys.executable, "-c", "import sys; from bot.__main__ import main; sys.exit(main())"]
        began = time.monotonic()
        with (Path(folder) / "said").open("w+b") as said:
            process = subprocess.Popen(
                [*command, "registry", "import", str(file)],
                env=env,
                cwd=folder,
                stdout=said,
                stderr=said,
                preexec_fn=lambda: __import__("resource").setrlimit(
                    __import__("resource").RLIMIT_CPU, (SECONDS, SECONDS)
                ),
            )
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = status
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines()
    return time.monotonic() - began, used.ru_maxrss * 1024, lines[-1][:140] if lines else f"ended by {status}"


def main() -> None:
    """Try each kind."""
    arguments = [a for a in sys.argv[1:] if a != "--tree"]
    code = tree()
    arguments = [a for a in arguments if Path(a).resolve() != code]
    with tempfile.TemporaryDirectory() as folder:
        for kind in arguments or KINDS:
            file = Path(folder) / "people.xlsx"
            KINDS[kind](file)
            seconds, peak, said = tried(code, file)
            print(
                f"{kind:26}{file.stat().st_size:>10,} B {seconds:6.1f} s {peak // MB:>6} MB  {said}",
                flush=True,
            )


if __name__ == "__main__":
    main()
