"""Rows of an .xlsx workbook as strings. Used by files.py.

Invariant: read row by row; the shared texts are kept packed in one run of bytes, so memory stays bounded.
"""

from __future__ import annotations

import warnings
import zlib
from array import array
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast
from xml.etree.ElementTree import ParseError, iterparse  # expat of today stops entities that multiply
from zipfile import BadZipFile, ZipFile

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from data.registry_import.columns import WITHIN, best_guess

_MOST_ROWS = 1_048_576  # a worksheet has no more
_MOST_COLUMNS = 256  # of them are looked at
_STRINGS_LIMIT = 256 << 20  # bytes of shared texts
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
        if len(self._bytes) > _STRINGS_LIMIT:
            raise ValueError("its texts are too many")

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, at: Any) -> Any:
        return self._bytes[self._starts[at] : self._starts[at + 1]].decode()


class _Reader(ExcelReader):
    """As openpyxl reads, but with packed texts, and without what nobody here needs."""

    def read_strings(self) -> None:
        kept = _Strings()
        package: Any = self.package
        part = package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                root: Any = None
                for kind, node in iterparse(source, events=("start", "end")):  # noqa: S314  # as above
                    if root is None:
                        root = node
                    if kind == "end" and node.tag == f"{{{SHEET_MAIN_NS}}}si":
                        kept.append(str(cast(Any, Text).from_tree(node).content).replace("x005F_", ""))
                        root.clear()
        self.shared_strings = kept  # type: ignore[assignment]  # a sequence is all that is asked of it

    def read_custom(self) -> None:
        return

    def read_theme(self) -> None:
        return

    def read_properties(self) -> None:
        return


class Workbook:
    """An open workbook. Raises ValueError with one sentence where it is damaged."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._path = path
        file.seek(0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with ZipFile(file) as whole:
                    damaged = whole.testzip()
                if damaged is not None:
                    raise BadZipFile(damaged)
                reader = _Reader(file, read_only=True, data_only=True, keep_links=False)
                reader.read()
        except _BROKEN as broken:
            raise self._damaged() from broken
        self._sheets = [s for s in reader.wb.worksheets if hasattr(s, "reset_dimensions")]

    def _damaged(self) -> ValueError:
        return ValueError(f"{self._path.name} is cut off, damaged or locked: it cannot be read as a workbook")

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
        seen = [s for s in self._sheets if s.sheet_state == "visible"] or self._sheets
        best = max(seen, key=lambda s: best_guess(list(islice(self.rows(s.title), WITHIN))))
        return best.title, best.max_row

    def rows(self, title: str) -> Iterator[Sequence[str]]:
        """Every row of this sheet as strings."""
        sheet: Any = next(s for s in self._sheets if s.title == title)
        said = sheet.max_row, sheet.max_column
        sheet.reset_dimensions()  # what a file says of its own size may be wrong
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for n, row in enumerate(sheet.iter_rows()):
                    if n >= _MOST_ROWS:
                        raise ValueError("more rows than a worksheet has")
                    yield ["" if c.value is None else _text(c.value, c) for c in row[:_MOST_COLUMNS]]
        except _BROKEN as broken:
            raise self._damaged() from broken
        finally:
            sheet._max_row, sheet._max_column = said


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
