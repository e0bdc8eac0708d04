"""Writes the rows that were not taken into a workbook, as they stand in the file, with the reason in front. Run by registry_import/prepare.py.

Invariant: no cell is taken for a formula, every cell is text, so that a code keeps its zeros when a clerk mends it; nothing is
written anywhere but into the one new private file.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from data.spreadsheet import safe_cell

SheetRows = tuple[str, int, Callable[[], Iterator[Sequence[str]]]]  # title, row of its headings, all its rows
_ROW = "Dòng trong tệp"
_ONLY = "Dòng không nhận"  # the title of the sheet of a text file
_LONGEST = 32_000  # characters of a cell; a spreadsheet takes some more
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_MARKERS = re.compile(
    "[\ufdd0\ufdd2-\ufdd4](?:formula|covered|date)?"
)  # as sheets.py says what it could not read
_PLAIN, _HEADING, _REASON = 1, 2, 3  # styles, see _STYLES
_NS = "http://schemas.openxmlformats.org"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_NS}/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFFFF3D4"/></patternFill>'
    '</fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/>'
    '<xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/>'
    '<xf numFmtId="49" fillId="2" applyNumberFormat="1" applyFill="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def write_bad_rows(
    sheets: Sequence[SheetRows], report: Path, out: Path, most: int, known: Callable[[str], str], heading: str
) -> int:
    """Write the rows of these sheets that the report names, with their headings and reasons; how many, at most `most`.

    `report` is a file of `BadRows`, whose rows stand in the order of the file's. `known`: the column that a heading means; `heading`: that
    of the reasons. A row that comes back with its reason is refused again.
    """
    left = most
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(handle, "wb") as file,
        ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as workbook,
        report.open(encoding="utf-8-sig", newline="") as lines,
    ):
        reader = csv.reader(lines)
        several = len(next(reader)) > 3
        titles = []
        for title, group in groupby(reader, lambda line: line[3].removeprefix("'") if several else ""):
            headings_row, rows = next(
                (headings, rows) for name, headings, rows in sheets if name == title or not several
            )
            if not left:
                break
            titles.append(title or sheets[0][0] or _ONLY)
            wanted = (
                (int(number), [(line[1], line[2]) for line in found])
                for number, found in groupby(group, lambda line: line[0])
            )
            with workbook.open(f"xl/worksheets/sheet{len(titles)}.xml", "w", force_zip64=True) as part:
                left -= _write_sheet(part, headings_row, rows(), wanted, left, known, heading)
        _write_rest(workbook, titles)
    return most - left


def _write_sheet(
    part: IO[bytes],
    headings_row: int,
    rows: Iterator[Sequence[str]],
    wanted: Iterator[tuple[int, list[tuple[str, str]]]],
    most: int,
    known: Callable[[str], str],
    heading: str,
) -> int:
    head = [list(row) for _, row in zip(range(headings_row), rows, strict=False)]
    main = max(range(len(head)), key=lambda n: sum(bool(known(cell)) for cell in head[n]))
    part.write(
        (
            f'{_XML}<worksheet xmlns="{_NS}/spreadsheetml/2006/main"><cols><col min="1" max="1" width="52" customWidth="1"/>'
            '<col min="2" max="2" width="15" customWidth="1"/><col min="3" max="20" width="20" customWidth="1"/></cols><sheetData>'
        ).encode()
    )
    for n, row in enumerate(head):
        part.write(
            _row(n + 1, (heading, _ROW) if n == main else ("", ""), _unmarked(row, ""), _HEADING, _HEADING)
        )
    written, at = 0, headings_row
    for number, found in wanted:
        if written == most:
            break
        cells = _unmarked(_at(number, at, rows), "?")
        at = number
        reason = "; ".join(f"{column}: {why}" if column else why for column, why in found)
        written += 1
        part.write(_row(headings_row + written, (reason, str(number)), cells, _REASON, _PLAIN))
    part.write(b"</sheetData></worksheet>")
    return written


def _unmarked(row: Sequence[str], sign: str) -> list[str]:
    """The row with this sign where sheets.py could not read a cell."""
    return [_MARKERS.sub(sign, text) for text in row]


def _at(number: int, before: int, rows: Iterator[Sequence[str]]) -> Sequence[str]:
    for n, row in enumerate(rows, before + 1):
        if n == number:
            return row
    return ()


def _row(number: int, front: Sequence[str], row: Sequence[str], first: int, style: int) -> bytes:
    cells = [_cell(text, first) for text in front]
    cells += [_cell(text, style) for text in row]
    return f'<row r="{number}">{"".join(cells)}</row>'.encode()


def _cell(text: str, style: int) -> str:
    if not text:
        return "<c/>"
    text = safe_cell(_UNREADABLE.sub("", text[:_LONGEST]))
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _write_rest(workbook: ZipFile, titles: Sequence[str]) -> None:
    """The parts of a workbook that lead to its sheets."""
    numbers = range(1, len(titles) + 1)
    kind = f"{_NS}/officeDocument/2006/relationships"
    package = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_NS}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{package}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{package}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{package}.worksheet+xml"/>'
            for n in numbers
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_NS}/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_NS}/spreadsheetml/2006/main" xmlns:r="{kind}"><sheets>'
        + "".join(
            f'<sheet name={quoteattr(title)} sheetId="{n}" r:id="rId{n}"/>'
            for n, title in zip(numbers, titles, strict=True)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_NS}/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{kind}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in numbers
        )
        + f'<Relationship Id="rId0" Type="{kind}/styles" Target="styles.xml"/></Relationships>',
    }
    for name, body in parts.items():
        workbook.writestr(name, f"{_XML}{body}")
    workbook.writestr("xl/styles.xml", _STYLES)
