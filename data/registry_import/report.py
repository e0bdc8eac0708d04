"""The CSV files that an import writes: rows that were not taken, and codes of people who are gone. Used by run.py and the command.

Invariant: a report holds row, column and reason, never a value of the row.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from data.spreadsheet import BOM, csv_line

_HEAD = ("Dòng", "Cột", "Lý do")


def _private(path: Path) -> IO[str]:
    return os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline=""
    )


class BadRows:
    """The report of one import, which may go on with what an earlier start wrote. There is no file without a bad row."""

    def __init__(self, path: Path, upto: int) -> None:
        """`upto`: rows of the file behind this one are written again, so an earlier start's lines on them go."""
        self.path = path
        self._file: IO[str] | None = None
        kept = self._kept(upto) if upto else []
        if kept:
            self._file = _private(path)
            self._file.write(BOM + "".join(csv_line(cells) for cells in kept))
            self._file.flush()
        elif path.exists():
            path.unlink()

    def _kept(self, upto: int) -> list[list[str]]:
        if not self.path.exists():
            return []
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            lines = [line for line in csv.reader(file) if len(line) == len(_HEAD)]
        good = [line for line in lines[1:] if line[0].isdecimal() and int(line[0]) <= upto]
        return [list(_HEAD), *good] if good else []

    def add(self, bad: Iterable[tuple[int, str, str]]) -> None:
        """Write these (row, column, reason) down, durably."""
        lines = "".join(csv_line((str(row), column, reason)) for row, column, reason in bad)
        if not lines:
            return
        if self._file is None:
            self._file = _private(self.path)
            self._file.write(BOM + csv_line(_HEAD))
        self._file.write(lines)
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def written(self) -> bool:
        """Whether there is a report."""
        return self.path.exists()


class Codes:
    """A file of codes, one a line, under a heading."""

    def __init__(self, path: Path) -> None:
        self._file = _private(path)
        self._file.write(BOM + csv_line(("Mã số BHXH",)))

    def __enter__(self) -> Codes:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, codes: Iterable[str]) -> None:
        """Write these down."""
        self._file.write("".join(csv_line((code,)) for code in codes))
