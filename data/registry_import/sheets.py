"""Rows of an .xlsx workbook as strings. Used by files.py.

Invariant: read row by row, within the limits of archive.py; the shared texts are kept packed in one run of bytes, so memory
stays bounded.
"""

from __future__ import annotations

import io
import warnings
import zlib
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.worksheet.dimensions import SheetDimension
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from data.registry_import.archive import Archive, ReadingTime, TooLarge, WorkbookLimits
from data.registry_import.columns import WITHIN, best_guess

_MOST_ROWS = 1_048_576  # a worksheet has no more
_MOST_COLUMNS = 256  # of them are looked at
_ROW, _SHEET_DATA, _DIMENSION, _TEXT = (
    f"{{{SHEET_MAIN_NS}}}{name}" for name in ("row", "sheetData", "dimension", "si")
)
_BROKEN = (
    BadZipFile,
    zlib.error,
    ParseError,
    InvalidFileException,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    SyntaxError,
    OverflowError,
    ValueError,
)  # what zipfile and openpyxl raise, some by accident, where a workbook is damaged


class _Strings(Sequence[str]):
    """The texts that cells share: one run of UTF-8 and where each begins."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._starts = array("Q", [0])

    def append(self, text: str) -> None:
        self._bytes += text.encode("utf-8", "replace")
        self._starts.append(len(self._bytes))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, at: Any) -> Any:
        return self._bytes[self._starts[at] : self._starts[at + 1]].decode()


class _Reader(ExcelReader):
    """As openpyxl reads, but with packed texts, within limits, and without what nobody here needs."""

    archive: Archive

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.valid_files = archive.namelist()
        self.read_only = self.data_only = True
        self.keep_vba = self.keep_links = self.rich_text = False
        self.shared_strings = []
        self.sheets: list[_Sheet] = []

    def read_strings(self) -> None:
        kept = _Strings()
        package: Any = self.package
        part = package.find(SHARED_STRINGS)
        if part is not None:
            for node in self.archive.elements(part.PartName[1:], 1):
                if node.tag == _TEXT:
                    kept.append(str(cast(Any, Text).from_tree(node).content).replace("x005F_", ""))
        self.shared_strings = kept  # type: ignore[assignment]  # a sequence is all that is asked of it

    def read_worksheets(self) -> None:
        parser: Any = self.parser
        for sheet, relation in parser.find_sheets():
            if relation.target in self.valid_files and "chartsheet" not in relation.Type:
                if len(self.sheets) >= self.archive.limits.sheets:
                    raise TooLarge("too many sheets")
                self.sheets.append(_Sheet(self, sheet, relation.target))

    def read_custom(self) -> None:
        return

    def read_theme(self) -> None:
        return

    def read_properties(self) -> None:
        return


class _Sheet:
    """One sheet of cells; `parent` is the workbook, where its cells look their formats up."""

    def __init__(self, reader: _Reader, sheet: Any, part: str) -> None:
        self.parent: Any = reader.wb
        self.title: str = sheet.name
        self.visible = sheet.state == "visible"
        self._archive, self._part, self._strings = reader.archive, part, reader.shared_strings
        self.max_row = self._said_rows()

    def _said_rows(self) -> int | None:
        """How many rows it says it has, before the first."""
        for node in self._archive.elements(self._part, 1, before=_SHEET_DATA):
            if node.tag == _DIMENSION:
                boundaries: tuple[Any, ...] = cast(Any, SheetDimension).from_tree(node).boundaries
                return boundaries[3] if isinstance(boundaries[3], int) else None
        return None

    def rows(self) -> Iterator[list[str]]:
        """Every row as strings, those left out too."""
        workbook = self.parent
        parser = WorkSheetParser(
            io.BytesIO(),  # its rows are handed to it one by one
            self._strings,
            data_only=True,
            epoch=workbook.epoch,
            date_formats=workbook._date_formats,
            timedelta_formats=workbook._timedelta_formats,
        )
        given = cells = 0
        for node in self._archive.elements(self._part, 2):
            if node.tag != _ROW:
                continue
            number, row = parser.parse_row(cast(Any, node))
            parser.row_dimensions.clear()
            if number <= given:  # rows out of order, or twice: as they come
                continue
            cells += len(row)
            if number > _MOST_ROWS or cells > self._archive.limits.cells:
                raise TooLarge("too many rows or cells")
            for _ in range(given + 1, number):
                yield []
            given = number
            yield self._strings_of(row)

    def _strings_of(self, row: list[dict[str, Any]]) -> list[str]:
        width = min(row[-1]["column"], _MOST_COLUMNS) if row else 0
        out = [""] * width
        for cell in row:
            if 1 <= cell["column"] <= width:
                value = cell["value"]
                out[cell["column"] - 1] = (
                    "" if value is None else _text(value, cast(Any, ReadOnlyCell)(self, **cell))
                )
        return out


class Workbook:
    """An open workbook. Raises ValueError with one sentence where it is damaged or too large."""

    def __init__(self, file: IO[bytes], path: Path, limits: WorkbookLimits | None = None) -> None:
        self._path = path
        limits = limits or WorkbookLimits()
        self._watch = ReadingTime(limits.seconds)
        with self._watch, self._readable():
            reader = _Reader(Archive(file, limits, self._watch))
            reader.read()
        self._sheets = reader.sheets

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except TooLarge as beyond:
            raise ValueError(
                f"{self._path.name} is too large for a workbook ({beyond}): save it as .csv, or parted into several files"
            ) from None
        except _BROKEN as broken:
            raise ValueError(
                f"{self._path.name} is cut off, damaged or locked: it cannot be read as a workbook"
            ) from broken

    def choose(self, wanted: str) -> tuple[str, int | None]:
        """The sheet to read, and how many rows it says it has: the wanted one, or the one whose headings say most."""
        if wanted:
            for sheet in self._sheets:
                if sheet.title == wanted:
                    return sheet.title, sheet.max_row
            names = ", ".join(s.title for s in self._sheets)
            raise ValueError(f"{self._path.name} has no sheet {wanted!r}; it has: {names}")
        if not self._sheets:
            raise ValueError(f"{self._path.name} has no sheet of cells")
        seen = [s for s in self._sheets if s.visible] or self._sheets
        best = max(seen, key=lambda s: best_guess(list(islice(self.rows(s.title), WITHIN))))
        return best.title, best.max_row

    def rows(self, title: str) -> Iterator[Sequence[str]]:
        """Every row of this sheet as strings."""
        rows = next(s for s in self._sheets if s.title == title).rows()
        while True:
            with self._watch, self._readable():
                row = next(rows, None)
            if row is None:
                return
            yield row


def _text(value: Any, cell: Any) -> str:
    """A cell's value as its reader sees it: dates as dd/mm/yyyy, numbers that a format of zeros pads, padded."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime | date):
        return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int):
        form = cell.number_format
        return str(value).zfill(len(form)) if form and not form.strip("0") else str(value)
    return str(value)
