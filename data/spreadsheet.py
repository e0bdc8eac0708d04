"""CSV for people who open it in a spreadsheet: the exports of notices and the reports of an import.

Invariant: no cell that is written here is taken for a formula, whatever was typed into it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

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
