"""CSV for people who open it in a spreadsheet, and the new files it is written to: exports of notices, reports of an import.

Invariant: no cell that is written here is taken for a formula, whatever was typed into it; a file is whole or not there,
only its owner reads it, and nothing that was there before is written over.
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # no workbook may hold these
BOM = "\ufeff"  # a spreadsheet reads the file as UTF-8 only with it
_STARTS = "=+-@＝＋－＠"  # a cell that begins with one of these is calculated, also behind white space
_BREAKS = frozenset(
    "\t\r\n"
)  # in the white space at the start: some spreadsheets begin a new cell behind them


def safe_cell(value: str) -> str:
    """The cell without NUL, and with an apostrophe in front where a spreadsheet would calculate it."""
    value = value.replace("\0", "")
    inner = value.lstrip()
    live = inner.startswith(tuple(_STARTS)) or not _BREAKS.isdisjoint(value[: len(value) - len(inner)])
    return f"'{value}" if live else value


def csv_line(cells: Iterable[str]) -> str:
    """One line of CSV with its line end; every cell is quoted, so that spaces and line breaks stay in it."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(map(safe_cell, cells))
    return out.getvalue()


def text_or_number(cell: Any, value: str | int) -> None:
    """Write a value into a cell of openpyxl: a text stays a text, whatever it begins with."""
    if isinstance(value, int):
        cell.value = value
        return
    cell.value = UNPRINTABLE.sub("", value)[:32_000]
    cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", True


def workbook(title: str, headings: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """One sheet as an .xlsx file. Texts are text cells whatever they begin with; numbers are numbers."""
    from openpyxl import Workbook  # takes a while to load
    from openpyxl.cell import WriteOnlyCell

    whole = Workbook(write_only=True)
    sheet = whole.create_sheet(title[:31])
    sheet.freeze_panes = "A2"

    def cell(value: str | int) -> Any:
        made = WriteOnlyCell(sheet)
        text_or_number(made, value)
        return made

    for row in (headings, *rows):
        sheet.append([cell(value) for value in row])
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()


def refuse_taken(path: Path) -> None:
    """Raises ValueError with one sentence when no new file can be made there."""
    if os.path.lexists(path):
        raise ValueError(
            f"{path} is there already and is not written over: give another name, or move it away"
        )
    if not path.parent.is_dir():
        raise ValueError(f"{path.parent} is no folder")


@contextmanager
def new_file(path: Path) -> Iterator[IO[str]]:
    """Write a file in UTF-8; it appears under its name at the end of the block, if that ends well. Raises ValueError."""
    with new_bytes(path) as raw:
        file = io.TextIOWrapper(raw, encoding="utf-8", newline="")
        yield file
        file.flush()
        file.detach()


@contextmanager
def new_bytes(path: Path) -> Iterator[IO[bytes]]:
    """As `new_file`, of bytes."""
    refuse_taken(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # only the owner may read it
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)  # unlike a rename it never takes the place of another file
        except FileExistsError:
            refuse_taken(path)
            raise
        except OSError:  # a file system without links
            refuse_taken(path)
            os.rename(name, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)
