"""The CSV file in which an import tells of the rows that were not taken. Used by run.py.

Invariant: a report holds row, column and reason, never a value of the row.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import IO, Protocol

from data.import_check.counts import ReasonCounts
from data.spreadsheet import BOM, csv_line, new_file

_HEAD = ("Dòng", "Cột", "Lý do")
_SHEET = "Trang tính"  # a fourth column, where several sheets are read


class Places(Protocol):
    """Where a row stands that is counted through all sheets of a file; `ImportFacts` is one."""

    @property
    def sheets(self) -> tuple[tuple[str, int, int], ...]:
        """Name, row of the headings and rows under them of each sheet."""
        ...

    def place(self, number: int) -> tuple[str, int]:
        """Its sheet and its row there."""
        ...

    def number(self, title: str, row: int) -> int:
        """The other way round."""
        ...


def _private(path: Path) -> IO[str]:
    return os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline=""
    )


def _keep_older(path: Path) -> None:
    """Give a file of this name, which is of another import, the next free number behind its name."""
    free = next(p for n in count(1) if not os.path.lexists(p := path.with_name(f"{path.name}.{n}")))
    path.rename(free)


class BadRows:
    """The report of one import, which may go on with what an earlier start wrote. There is no file without a bad row.

    It is written in the data folder, under the import's own name. A file of this name that is not its own is put aside.
    """

    def __init__(
        self, path: Path, places: Places, upto: int, *, source: Path | None = None, again: bool = False
    ) -> None:
        """`upto`: rows of the file behind this one are written again, so an earlier start's lines on them go.

        `source` is the file that is imported: no report is written over it. `again`: a file of this name is an earlier try's.
        """
        self.path = path
        self._places = places
        self._several = len(places.sheets) > 1
        self._head = (*_HEAD, _SHEET) if self._several else _HEAD
        self._file: IO[str] | None = None
        self.reasons = ReasonCounts()
        if source is not None and path.exists() and path.samefile(source):
            raise ValueError(
                f"{path} is imported, and its report would be written there: move it elsewhere first"
            )
        kept = self._kept(upto) if upto else []
        if kept:
            part = path.with_name(f"{path.name}.part")
            part.unlink(missing_ok=True)
            self._file = _private(part)
            self._file.write(BOM + "".join(csv_line(cells) for cells in kept))
            self._file.flush()
            os.fsync(self._file.fileno())
            part.replace(path)
        elif os.path.lexists(path):
            if again or upto:
                path.unlink()
            else:
                _keep_older(path)

    def _kept(self, upto: int) -> list[list[str]]:
        if not self.path.exists():
            return []
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            lines = [line for line in csv.reader(file) if len(line) == len(self._head)]
        good = [line for line in lines[1:] if line[0].isdecimal() and self._number(line) <= upto]
        self.reasons.add((self._number(line), line[1], line[2]) for line in good)
        return [list(self._head), *good] if good else []

    def _number(self, line: list[str]) -> int:
        sheet = line[3].removeprefix("'") if self._several else self._places.sheets[0][0]
        return self._places.number(sheet, int(line[0]))

    def _line(self, number: int, column: str, reason: str) -> str:
        sheet, row = self._places.place(number)
        return csv_line((str(row), column, reason, sheet) if self._several else (str(row), column, reason))

    def add(self, bad: Sequence[tuple[int, str, str]]) -> None:
        """Write these (row, column, reason) down, durably."""
        self.reasons.add(bad)
        lines = "".join(self._line(*one) for one in bad)
        if not lines:
            return
        if self._file is None:
            self._file = _private(self.path)
            self._file.write(BOM + csv_line(self._head))
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


def hand_over(report: Path, wanted: Path) -> None:
    """Move a finished report to where it was asked for. Raises ValueError when something is there by now."""
    try:
        with report.open(encoding="utf-8", newline="") as here, new_file(wanted) as there:
            shutil.copyfileobj(here, there)
    except ValueError as taken:
        raise ValueError(f"the import is done, and its report stays at {report}: {taken}") from None
    report.unlink()
