"""Turns the rows of a file into rows that can be written: read, checked, hashed, sealed. Run by worker.py.

Invariant: no database here.

What goes over the pipe: a job (JSON line) in; out, frames of marshal behind their length. `Preparation` is the same
work without a pipe; small files are prepared in the importing process itself.
"""

from __future__ import annotations

import json
import marshal
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from data.registry_import import files
from data.registry_import.columns import (
    COLUMNS,
    REASON,
    WITHIN,
    ColumnMapping,
    Merge,
    column_of,
    find_headings,
    lost_headings,
)
from data.registry_import.files import Options
from data.registry_import.rows import Bad, Check, Prepared, cell, checker, readers_of
from data.registry_import.survey import Table, survey
from data.registry_import.values import BadValue, is_blank, masked, read_code, shown_stored
from data.seal import Seal

SAMPLE = 10  # rows shown, masked, before anything is written


@dataclass(frozen=True, slots=True)
class ImportJob:
    """What is to be prepared; `today` yyyy-mm-dd is what makes a birth date a future one."""

    path: str
    secret: str
    today: str
    batch: int
    options: Options


@dataclass(frozen=True, slots=True)
class ImportFacts:
    """What is known before the first row is used.

    `sheets`: (its name, row of its headings, rows under them) of each sheet that is read, one without a name for a text. `unread`: the
    sheets that may hold people and are not read. `findings`: what was found out about whole columns, sentences in Vietnamese. `sample`:
    (sheet, row, (column, its value as it would be stored and masked, why it is not taken) …), a reason without a column is the row's.
    """

    digest: str
    size: int
    kind: str
    encoding: str
    separator: str
    sheets: tuple[tuple[str, int, int], ...]
    unread: tuple[str, ...]
    taken: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    sample: tuple[tuple[str, int, tuple[tuple[str, str, str], ...]], ...]
    findings: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows stand under the headings, in all sheets."""
        return sum(rows for _, _, rows in self.sheets)

    def place(self, number: int) -> tuple[str, int]:
        """The sheet and its row of what `Bad` and `Prepared` call row `number`: they are counted on through all sheets."""
        number -= self.sheets[0][1]
        for title, headings, rows in self.sheets:
            if number <= rows:
                return title, headings + number
            number -= rows
        return self.sheets[-1][0], self.sheets[-1][1] + self.sheets[-1][2] + number

    def number(self, title: str, row: int) -> int:
        """`place` the other way round."""
        before = self.sheets[0][1]
        for name, headings, rows in self.sheets:
            if name == title:
                return before + row - headings
            before += rows
        return 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows up to and with the file's `upto`-th under the headings; `position`: bytes of the file read by then.

    `present`: the codes of bad rows, where they can be read: these people are in the file all the same.
    """

    rows: list[Prepared]
    bad: list[Bad]
    present: list[str]
    upto: int
    position: int


class Preparation:
    """One file, looked at and then prepared batch by batch. Raises ValueError with one sentence."""

    def __init__(self, job: ImportJob) -> None:
        self._job = job
        self._path = Path(job.path)
        self._file = files.opened(self._path)
        try:
            self._found = files.examine(self._file, self._path, job.options)
            self._sheets, self.about = self._look()
        except BaseException:
            self._file.close()
            raise

    def _look(self) -> tuple[list[_SheetRead], ImportFacts]:
        found, workbook = self._found, self._found.workbook
        unread: list[str] = []
        read: list[_SheetRead] = []
        why = ""
        for sheet in workbook.sheets if workbook is not None else ():
            seen = self._first_look(sheet.title)
            headings = None
            if sheet.title == found.sheet or (sheet.visible and not found.sheet):
                headings = self._headings(sheet.title, seen.head, sheet.merges)
                why = why or (self._why_not(seen.head) if headings is None else "")
            if headings is None:
                if seen.table if sheet.visible else seen.numbers:
                    unread.append(sheet.title)
            elif seen.filled > headings[0]:
                read.append(self._surveyed(sheet.title, *headings))
            else:
                why = f"{self._path.name} có dòng tiêu đề mà không có dòng nào bên dưới"
        if workbook is None:
            head = list(islice(files.rows(self._file, found), WITHIN + 3))
            headings = self._headings("", head, ())
            if headings is None:
                why = self._why_not(head)
            elif all(is_blank(r) for r in islice(files.rows(self._file, found), headings[0], None)):
                why = f"{self._path.name} có dòng tiêu đề mà không có dòng nào bên dưới"
            else:
                read.append(self._surveyed("", *headings))
        if not read:
            raise ValueError(why or self._why_not([]))
        first = read[0].table.mapping
        named = len(read) > 1
        most = max(SAMPLE // len(read), 1)
        about = ImportFacts(
            digest=found.digest,
            size=found.size,
            kind=found.kind,
            encoding=found.encoding,
            separator=next((k for k, v in files.SEPARATORS.items() if v == found.separator), ""),
            sheets=tuple((r.title, r.headings_row, r.table.rows) for r in read),
            unread=tuple(unread),
            taken=first.taken,
            missing=first.missing,
            sample=tuple(islice(chain.from_iterable(map(partial(self._sample, most), read)), SAMPLE)),
            findings=tuple(f"trang “{r.title}”, {f}" if named else f for r in read for f in r.table.findings),
        )
        return read, about

    def _first_look(self, title: str) -> _FirstLook:
        """Go through a sheet once: its merged cells are known behind its rows."""
        head: list[Sequence[str]] = []
        filled, pairs, numbers = 0, 0, False
        workbook = self._found.workbook
        assert workbook is not None
        for n, row in enumerate(workbook.rows(title, own=None), 1):
            if n <= WITHIN + 3:
                head.append(row)
            cells = [c for c in row if c.strip()]
            filled = n if cells else filled
            pairs += len(cells) > 1
            numbers = numbers or (len(cells) > 1 and any(_LONG_NUMBER.search(c) for c in cells))
        return _FirstLook(head, filled, pairs > 1 or numbers, numbers)

    def _headings(
        self, title: str, head: Sequence[Sequence[str]], merges: Sequence[Merge]
    ) -> tuple[int, ColumnMapping] | None:
        try:
            return find_headings(head, merges)
        except ValueError as wrong:
            where = f"{self._path.name}, trang “{title}”" if title else self._path.name
            raise ValueError(f"{where}: {wrong}") from None

    def _why_not(self, head: Sequence[Sequence[str]]) -> str:
        if row := lost_headings(head):
            return (
                f"{self._path.name}, dòng {row}: tiêu đề bị mất chữ (dấu ? thay cho chữ có dấu);"
                " hãy xuất lại danh sách bằng UTF-8 hoặc .xlsx"
            )
        said = ""
        for n, row_ in enumerate(head, 1):
            known = [(" ".join(h.split())[:40], c) for h in row_ if (c := column_of(h))]
            if len(known) > 1:
                lacks = " và ".join(_NEEDED[c] for c in _NEEDED if c not in {c for _, c in known})
                said = f"; dòng {n} có {', '.join(f'“{h}”' for h, _ in known[:6])} mà chưa có {lacks}"
                break
        return (
            f"{self._path.name}: {WITHIN} dòng đầu không có dòng tiêu đề nào gồm mã số BHXH và họ tên{said}"
        )

    def _surveyed(self, title: str, headings_row: int, mapping: ColumnMapping) -> _SheetRead:
        workbook = self._found.workbook
        rows = islice(files.rows(self._file, self._found, title, mapping.own), headings_row, None)
        try:
            table = survey(
                rows,
                mapping,
                headings_row + 1,
                text=workbook is None,
                mac=workbook is not None and workbook.mac,
            )
        except ValueError as wrong:
            name = self._path.name
            raise ValueError(str(wrong) if name in str(wrong) else f"{name}: {wrong}") from None
        return _SheetRead(title, headings_row, table)

    def _sample(
        self, most: int, sheet: _SheetRead
    ) -> list[tuple[str, int, tuple[tuple[str, str, str], ...]]]:
        """The first rows of a sheet as they would be stored."""
        table, first = sheet.table, sheet.headings_row + 1
        places, joined = table.mapping.places, table.joined
        readers = readers_of(date.fromisoformat(self._job.today), table)
        rows = islice(self.raw_rows(sheet), sheet.headings_row, table.foot - 1)
        sample = []
        for number, row in islice(((n, r) for n, r in enumerate(rows, first) if not is_blank(r)), most):
            cells = [] if (why := _why_not_row(row, number, table)) is None else [("", "", why)]
            row = row if joined is None else joined(row)
            for column in (c for c in COLUMNS if c in places):
                text = cell(row, places[column])
                try:
                    read = readers[column](text)
                except BadValue as bad:
                    cells.append((column, masked(text), str(bad)))
                else:
                    cells.append((column, shown_stored(column, read[0] if column == "born" else read), ""))
            sample.append((sheet.title, number, tuple(cells)))
        return sample

    @property
    def sheets_read(self) -> Sequence[_SheetRead]:
        """The sheets that are read, in their order."""
        return self._sheets

    def raw_rows(self, sheet: _SheetRead) -> Iterator[Sequence[str]]:
        """All rows of a sheet as they stand in the file, titles and headings included."""
        return files.rows(self._file, self._found, sheet.title, sheet.table.mapping.own)

    def write_bad_rows(self, report: Path, out: Path, most: int) -> int:
        """Write the rows that this report names into a new workbook; returns how many, at most `most`."""
        from data.import_check.workbook import write_bad_rows

        sheets = [(s.title, s.headings_row, partial(self.raw_rows, s)) for s in self._sheets]
        return write_bad_rows(sheets, report, out, most, column_of, REASON)

    def batches(self, after: int) -> Iterator[Batch]:
        """What is to be written, from behind the `after`-th row under the headings on. The last look is at the file."""
        seal, today = Seal(self._job.secret), date.fromisoformat(self._job.today)
        before = 0  # rows under the headings of the sheets before this one
        for sheet in self._sheets:
            if after < before + sheet.table.rows:
                yield from self._batches_of(
                    sheet, max(after, before), before, checker(seal, today, sheet.table)
                )
            before += sheet.table.rows
        if files.digest_of(self._file, self._job.options) != self._found.digest:
            raise files.changed(self._path)

    def _batches_of(self, sheet: _SheetRead, after: int, before: int, check: Check) -> Iterator[Batch]:
        first, table = self._sheets[0].headings_row, sheet.table
        rows = self.raw_rows(sheet)
        skip = sheet.headings_row + after - before
        if sum(1 for _ in islice(rows, skip)) < skip:
            raise files.changed(self._path)
        upto, size = after, self._job.batch
        local = sheet.headings_row - before  # the sheet's own number of a row, less `upto`
        while True:
            good: list[Prepared] = []
            bad: list[Bad] = []
            present: list[str] = []
            began = upto
            for row in islice(rows, size):
                upto += 1
                if not row or upto + local >= table.foot:
                    continue
                if (why := _why_not_row(row, upto + local, table)) is not None:
                    bad.append((first + upto, "", why))
                else:
                    check(
                        row if table.joined is None else table.joined(row), first + upto, good, bad, present
                    )
                    continue
                _mark_present(row, table, present)
            if files.stamp_of(self._file, self._path) != self._found.stamp or upto > before + table.rows:
                raise files.changed(self._path)
            if upto == began:
                break
            yield Batch(good, bad, present, upto, files.position(self._file))
        if upto != before + table.rows:
            raise files.changed(self._path)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class _FirstLook:
    """What a sheet looks like: its first rows, its last filled row, whether it is a table, whether long numbers stand in it."""

    head: list[Sequence[str]]
    filled: int
    table: bool
    numbers: bool


@dataclass(frozen=True, slots=True)
class _SheetRead:
    """A sheet that is read, or a text, which has one without a name."""

    title: str
    headings_row: int
    table: Table


_BEHIND = 10  # how much nicer the process is that works for a page
_NEEDED = {"code": "mã số BHXH", "name": "họ tên"}
_LONG_NUMBER = re.compile(r"\d{9}")
_BROKEN = "dòng bị ngắt đôi bởi dấu xuống dòng trong một ô; hãy nối lại thành một dòng"
_NOT_MENDED = f"ô “{REASON}” của dòng này còn ghi lý do; sửa dòng xong thì xóa ô đó"
_SHIFTED = "dòng có nhiều ô hơn dòng tiêu đề nên các cột có thể bị lệch; hãy kiểm tra dấu phân cách trong ô"


def _why_not_row(row: Sequence[str], number: int, table: Table) -> str | None:
    """Why a row as a whole cannot be believed; None when it can. `number` is its sheet's own."""
    if number in table.broken:
        return _BROKEN
    reason = table.mapping.reason
    if reason is not None and reason < len(row) and row[reason].strip():
        return _NOT_MENDED
    if table.longest is not None and len(row) > table.longest and any(row[table.longest :]):
        return _SHIFTED
    return None


def _mark_present(row: Sequence[str], table: Table, present: list[str]) -> None:
    with suppress(BadValue):
        present.append(read_code(cell(row, table.mapping.places["code"])))


# --- over a pipe ---


def put(out: IO[bytes], frame: tuple[Any, ...]) -> None:
    """One frame: its length in four bytes, then the values."""
    body = marshal.dumps(frame)
    out.write(len(body).to_bytes(4, "big") + body)
    out.flush()


def main() -> int:
    """Prepare what stdin says: the job, then the row to begin behind, then where to write the bad rows; "" there
    means that nothing more is wanted. With the argument `behind` all else on this machine goes first.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who imports decides when to stop
    if "behind" in sys.argv[1:]:
        os.nice(_BEHIND)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints does not mix with the frames
    if not (line := sys.stdin.readline()):
        return 0  # who imports was killed before it said anything
    told = json.loads(line)
    told["options"] = Options(**told["options"])
    try:
        work = Preparation(ImportJob(**told))
        put(out, ("about", asdict(work.about)))
        after = sys.stdin.readline().strip()
        if after:
            for b in work.batches(int(after)):
                put(out, ("batch", b.rows, b.bad, b.present, b.upto, b.position))
            put(out, ("end",))
            wanted = sys.stdin.readline().strip()
            if wanted:
                report, into, most = json.loads(wanted)
                put(out, ("written", work.write_bad_rows(Path(report), Path(into), most)))
    except BrokenPipeError:
        os._exit(0)
    except (ValueError, OSError) as wrong:
        said = f"{wrong.strerror}: {wrong.filename}" if isinstance(wrong, OSError) else str(wrong)
        with suppress(BrokenPipeError):  # who asked was killed, and the file is perhaps deleted
            put(out, ("wrong", said))
        os._exit(0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
