"""The report of an import or of a dry run: one value, which the command line prints and the console shows.

Invariant: no value of a person is in it; what stands in the samples is masked. Its words are for a clerk, in Vietnamese.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from data.import_check.counts import ColumnCounts, ReasonCounts

if TYPE_CHECKING:
    from data.registry_import.prepare import ImportFacts
    from data.registry_import.run import Tally

MEANINGS = {
    "code": "mã số BHXH",
    "name": "họ và tên",
    "sex": "giới tính",
    "born": "ngày sinh",
    "id_number": "số CCCD/CMND",
    "province": "tỉnh (mã)",
    "phone": "số điện thoại",
    "household": "mã hộ gia đình",
    "commune": "xã, phường",
    "unit": "đơn vị",
}
_SEPARATORS = {"comma": "dấu phẩy", "semicolon": "dấu chấm phẩy", "tab": "dấu tab"}
_MOSTLY = 0.5  # share of bad cells from which a whole column is named
_BAR = 24  # signs of the longest bar in print


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """A heading of the file: what it means ("" ignored), and how many cells were taken, empty, not taken.

    `taken` and `empty` are of the rows that were taken; None before rows were counted.
    """

    heading: str
    column: str
    taken: int | None = None
    empty: int | None = None
    bad: int | None = None

    @property
    def meaning(self) -> str:
        """What it is read as, in words."""
        return MEANINGS.get(self.column, "")


@dataclass(frozen=True, slots=True)
class ReasonReport:
    """A reason for which cells were not taken, how often, and where first."""

    heading: str
    reason: str
    cells: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row as it would be stored, masked: (column, value, why it is not taken or "")."""

    place: str
    cells: tuple[tuple[str, str, str], ...]

    def value(self, column: str) -> str:
        """What a column has here, masked."""
        return next((value for name, value, _ in self.cells if name == column), "")

    def trouble(self, column: str) -> str:
        """Why a column's cell is not taken, "" when it is."""
        return next((why for name, _, why in self.cells if name == column), "")

    @property
    def troubles(self) -> tuple[str, ...]:
        """Why it is not taken; () when it is."""
        return tuple(f"{MEANINGS[column]}: {why}" if column else why for column, _, why in self.cells if why)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What is known of a file, and of what became of its rows once they were read. `gone` None: not counted.

    `sheets`: (title, row of its headings, rows); `missing`: columns that the file does not have; `resumed_at`: rows that an earlier
    start had dealt with, which are in the counts and not in `columns`.
    """

    file: str
    encoding: str
    separator: str
    sheets: tuple[tuple[str, int, int], ...]
    unread: tuple[str, ...]
    columns: tuple[ColumnReport, ...]
    missing: tuple[str, ...]
    findings: tuple[str, ...]
    sample: tuple[SampleRow, ...]
    reasons: tuple[ReasonReport, ...] = ()
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: int = 0
    gone: int | None = None
    resumed_at: int = 0

    @property
    def about(self) -> str:
        """How the file was understood, in one line."""
        titles = [title for title, _, _ in self.sheets if title]
        said = [
            self.encoding and f"bảng mã {self.encoding}",
            self.separator and f"cột ngăn bằng {_SEPARATORS.get(self.separator, self.separator)}",
            titles and f"trang tính {', '.join(titles)}",
            f"tiêu đề ở dòng {self.sheets[0][1]}",
            f"{figure(sum(rows for _, _, rows in self.sheets))} dòng bên dưới",
        ]
        return ", ".join(str(s) for s in said if s)

    @property
    def sample_columns(self) -> tuple[tuple[str, str], ...]:
        """The columns of the samples and their meanings."""
        there = {column for row in self.sample for column, _, _ in row.cells}
        return tuple((column, meaning) for column, meaning in MEANINGS.items() if column in there)

    @property
    def most_cells(self) -> int:
        """Of the most frequent reason."""
        return max((one.cells for one in self.reasons), default=1)

    @property
    def left_empty(self) -> str:
        """The columns that the file does not have, in words."""
        return ", ".join(MEANINGS[column] for column in self.missing)

    def understood(self) -> Iterator[str]:
        """How the file was understood, line by line, for a terminal."""
        yield f"{self.file}: {self.about}"
        for one in self.columns:
            yield (
                f"  {quoted(one.heading)} là {one.meaning}"
                if one.column
                else f"  {quoted(one.heading)} được bỏ qua"
            )
        for finding in self.findings:
            yield f"  ! {finding}"
        if len(self.sheets) > 1:
            yield f"  số dòng từng trang: {', '.join(f'{t} {figure(rows)}' for t, _, rows in self.sheets)}"
        if self.unread:
            yield f"  ! trang không đọc: {', '.join(self.unread)}; sau tệp này không xóa được ai"
        if self.missing:
            yield f"  không có trong tệp nên để trống: {self.left_empty}"
        if self.sample:
            yield f"  {len(self.sample)} dòng mẫu như sẽ lưu, đã che:"
        for row in self.sample:
            yield f"    {row.place}: {' | '.join(value or '–' for column, value, _ in row.cells if column)}"
            for trouble in row.troubles:
                yield f"      không nhận: {trouble}"

    def counted(self) -> Iterator[str]:
        """What became of its rows, line by line, for a terminal."""
        for one in self.columns:
            if one.column and one.taken is not None:
                bad = f", {figure(one.bad or 0)} không nhận" if one.bad else ""
                yield f"  {quoted(one.heading)}: {figure(one.taken)} có giá trị, {figure(one.empty or 0)} trống{bad}"
        if self.reasons:
            yield "  lý do không nhận:"
        for reason in self.reasons:
            bar = "█" * max(round(_BAR * reason.cells / self.most_cells), 1)
            where = f"cột {quoted(reason.heading)}: " if reason.heading else ""
            yield f"    {bar} {figure(reason.cells)} {where}{reason.reason} ({', '.join(reason.places)})"

    def as_json(self) -> dict[str, Any]:
        """The parts that the command line's summary adds to its own."""
        return {
            "column_counts": [asdict(one) for one in self.columns],
            "reasons": [asdict(one) for one in self.reasons],
            "sample": [
                {"place": row.place, "cells": {c: v for c, v, _ in row.cells if c}, "bad": list(row.troubles)}
                for row in self.sample
            ],
        }


def quoted(heading: str) -> str:
    """A heading in quotes; what is made of two is in them already."""
    return heading if heading.startswith("“") else f"“{heading}”"


def figure(number: int) -> str:
    """12.345, as numbers are written in Vietnamese."""
    return f"{number:,}".replace(",", ".")


def report_of(
    file: str,
    about: ImportFacts,
    tally: Tally | None = None,
    counts: ColumnCounts | None = None,
    reasons: ReasonCounts | None = None,
) -> ImportReport:
    """The report: of a file that was only looked at, or of one whose rows were read."""
    several = len(about.sheets) > 1

    def place(sheet: str, row: int) -> str:
        return f"trang “{sheet}” dòng {row}" if several else f"dòng {row}"

    columns = tuple(_column(heading, column, counts, reasons) for heading, column in about.taken)
    return ImportReport(
        file=file,
        encoding=about.encoding,
        separator=about.separator,
        sheets=about.sheets,
        unread=about.unread,
        columns=columns,
        missing=about.missing,
        findings=(*about.findings, *(_found(columns, counts) if counts is not None else ())),
        sample=tuple(SampleRow(place(sheet, row), cells) for sheet, row, cells in about.sample),
        reasons=tuple(
            ReasonReport(one.heading, one.reason, one.cells, tuple(place(*about.place(n)) for n in one.first))
            for one in (reasons.sorted() if reasons is not None else ())
        ),
        rows=tally.row if tally else 0,
        new=tally.new if tally else 0,
        changed=tally.changed if tally else 0,
        unchanged=tally.unchanged if tally else 0,
        bad=tally.bad if tally else 0,
        gone=tally.gone if tally else None,
        resumed_at=tally.resumed_at if tally else 0,
    )


def _column(
    heading: str, column: str, counts: ColumnCounts | None, reasons: ReasonCounts | None
) -> ColumnReport:
    if counts is None or reasons is None or column not in MEANINGS:
        return ColumnReport(heading, column)
    taken = counts.filled[column]
    return ColumnReport(heading, column, taken, counts.rows - taken, reasons.of(heading))


def _found(columns: tuple[ColumnReport, ...], counts: ColumnCounts) -> Iterator[str]:
    """What the counts say about whole columns."""
    for one in columns:
        if one.taken is None or one.bad is None:
            continue
        if counts.rows and not one.taken and not one.bad:
            yield f"cột {quoted(one.heading)}: không có giá trị nào"
        if one.bad > _MOSTLY * (one.taken + one.bad):
            yield (
                f"cột {quoted(one.heading)}: {figure(one.bad)} ô không nhận, {figure(one.taken)} ô nhận được; hãy xem lại cả cột"
            )
    born = next((one for one in columns if one.column == "born"), None)
    if born is not None and counts.years:
        yield f"cột {quoted(born.heading)}: {figure(counts.years)} người chỉ có năm sinh"
