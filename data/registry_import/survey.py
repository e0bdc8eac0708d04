"""Goes through a whole table before its first row is used, and says what its columns are. Used by prepare.py.

Invariant: a column is judged as a whole: the order of its dates, the font of its letters, what its marks mean; and rows that were broken
or shifted are known. Memory is constant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from data.registry_import.columns import ColumnMapping
from data.registry_import.dates import Dates, judged, kind_of_date
from data.registry_import.fonts import FONTS, STRANGE, TWICE, in_font, writing_of
from data.registry_import.values import MIXED, BadValue, Memory, is_blank, read_code
from flows.text.fold import fold

_BATCH = 4000  # rows looked at at once
_MOST_BROKEN = 100_000  # broken rows: a file with more is refused
_FEW = 60  # different cells of a column of marks that are remembered
_MOST_IN_FOOT = 4  # filled cells of its first row
_MOST_OF_FOOT = 15  # rows behind the last person that may be a sum and signatures
_FOOT = re.compile(  # how the first of them begins, folded
    r"tong (?:cong|so)\b|(?:tong|cong) ?(?:[:0-9]|$)|(?:nguoi|can bo) (?:lap|ghi|kiem)|lap bieu|ke toan|thu truong|giam doc|hieu truong|chu tich"
    r"|thu quy|dai dien|don vi|xac nhan|ghi chu|ky ten|\(ky|ban in|trang \d"
    r"|(?:[\w ]{2,30}, ?)?ngay\b[ .0-9]*thang\b"
)
_UNICODE = re.compile("[\u0102-\u01b0\u0300-\u0323\u1ea0-\u1ef9]")  # letters that no font of before has
_MARKS = frozenset(("x", "×", "✓", "✔", "v", "1", "true", "có", "co", "*"))
_SEXES = ("M", "F")


@dataclass(frozen=True, slots=True)
class Table:
    """A table, looked at: where its columns are, how their cells are to be read, which rows cannot be believed.

    `joined` makes a row with what several of its columns say together behind it, None where there is none such. `longest`: cells that
    a row may have. `rows`: those under the headings. `foot`: the number of the first row of a sum and signatures below all people, which
    are no rows of people; `foot` is behind the last row where there are none. `findings`: sentences for whoever imports, in Vietnamese.
    """

    mapping: ColumnMapping
    dates: Dates
    fonts: dict[str, str]
    zeros_and_twos: bool
    broken: frozenset[int]
    longest: int | None
    joined: Callable[[Sequence[str]], list[str]] | None
    rows: int
    foot: int
    findings: tuple[str, ...]


class _Column:
    """What is counted of one column of dates, marks or letters."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.first: dict[str, int] = {}
        self.seen: dict[str, int] = {}  # cells of a column of marks: text -> its first row

    def count(self, kinds: Sequence[str], row: int) -> None:
        fresh = Counter(kinds)
        for kind in fresh.keys() - self.counts.keys():
            self.first[kind] = row + kinds.index(kind)
        self.counts.update(fresh)

    def remember(self, cells: Iterable[str], row: int) -> None:
        if len(self.seen) < _FEW:
            for n, cell in enumerate(cells, row):
                if cell not in self.seen and len(self.seen) < _FEW:
                    self.seen[cell] = n


class _Survey:
    """One going through. `first` is the number of the row under the headings; `text`: rows of a text file may be broken or shifted."""

    def __init__(self, mapping: ColumnMapping, first: int, *, text: bool, mac: bool) -> None:
        self.mapping, self.row, self.text = mapping, first, text
        self.mac = mac
        self.kinds = Memory(lambda cell: kind_of_date(cell, mac))
        self.dates, self.sex = _Column(), _Column()
        self.marked = (_Column(), _Column())
        self.letters = {c: _Column() for c in ("name", "commune", "unit") if c in mapping.places}
        self.unicode: set[str] = set()
        self.broken: set[int] = set()
        self.long = self.short = 0
        self.tail: list[
            Sequence[str]
        ] = []  # rows behind the last one that may be a person, one too many when there are more
        self._open: list[int] = []  # rows so far that may be pieces of one, and how many cells they have
        self._cells = 0

    def look(self, rows: list[Sequence[str]]) -> None:
        """At these rows, the next ones of the table."""
        lengths = set(map(len, rows))
        if self.text and (lengths != {self.mapping.width} or self._open):
            self._look_at_lengths(rows)
        places = self.mapping.places
        if "born" in places:
            cells = _cells(rows, places["born"][0], lengths)
            self.dates.count([self.kinds[c] for c in cells], self.row)
        if "sex" in places:
            self.sex.remember(_cells(rows, places["sex"][0], lengths), self.row)
        for i, column, said in zip(self.mapping.sexes, self.marked, (("nam",), ("nữ", "nu")), strict=True):
            if i is not None:
                cells = _cells(rows, i, lengths)
                column.count([self._mark(c, said) for c in cells], self.row)
                self.dates.count([self.kinds[c] for c in cells], self.row)
        for name, counted in self.letters.items():
            for i in places[name]:
                self._look_at_letters(name, counted, _cells(rows, i, lengths))
        self._look_for_foot(rows)
        self.row += len(rows)

    def _look_for_foot(self, rows: list[Sequence[str]]) -> None:
        """Keep the rows behind the last one that has a number where a person has code, birth date or ID number."""
        places = self.mapping.places
        whose = [*places["code"], *places.get("id_number", ())]
        for n in range(len(rows) - 1, max(-1, len(rows) - 2 - _MOST_OF_FOOT), -1):
            row = rows[n]
            if _has_number(row, whose) or (
                _has_number(row, places.get("born", ())) and not _begins_foot(row)
            ):
                self.tail = rows[n + 1 :]
                return
        self.tail = [*self.tail, *rows][: _MOST_OF_FOOT + 1]

    def foot(self) -> int:
        """The number of the first row of the foot; the number behind the last row when the table has none."""
        if len(self.tail) > _MOST_OF_FOOT:
            return self.row
        first = next((n for n, row in enumerate(self.tail) if _begins_foot(row)), len(self.tail))
        return self.row - len(self.tail) + first

    def _mark(self, cell: str, said: Sequence[str]) -> str:
        text = cell.strip().lower()
        if not text:
            return ""
        if text in _MARKS or text in said:
            return "mark"
        return "date" if any(c.isdigit() for c in text) and kind_of_date(cell) != "packed" else "other"

    def _look_at_letters(self, column: str, counted: _Column, cells: Sequence[str]) -> None:
        joined = "\n".join(cells)
        if joined.isascii():
            return
        if column not in self.unicode and _UNICODE.search(joined):
            self.unicode.add(column)
        if STRANGE.search(joined) is None:
            return
        for n, cell in enumerate(cells):
            if cell.isascii() or len(cell) > 200:
                continue
            found = writing_of(cell)
            if found in FONTS or found == TWICE:
                counted.first.setdefault("old", self.row + n)
                for font in FONTS:
                    counted.counts[font] += in_font(cell, font) is not None
            counted.counts[found if found not in FONTS else "old"] += 1

    def _look_at_lengths(self, rows: list[Sequence[str]]) -> None:
        """Rows with too many cells, and rows that a line break parted: together they have the cells of one."""
        width = self.mapping.width
        code = self.mapping.places["code"][0]
        for n, row in enumerate(rows, self.row):
            if is_blank(row):
                continue
            if len(row) > width:
                blank = not any(c.strip() for c in row[width:])
                self.long, self.short = self.long + (not blank), self.short + blank
                self._open = []
                continue
            self.short += 1
            if len(row) == width:
                self._open = []
                continue
            if (
                self._open
                and row[0].strip()
                and not _has_code(row, code)
                and self._cells + len(row) - 1 <= width
            ):
                self._open.append(n)
                self._cells += len(row) - 1
                if self._cells == width:
                    self.broken.update(self._open)
                    self._open = []
            else:
                self._open, self._cells = [n], len(row)


def _has_number(row: Sequence[str], at: Iterable[int]) -> bool:
    """Whether a digit stands in one of these cells."""
    return any(i < len(row) and any(map(str.isdigit, row[i])) for i in at)


def _begins_foot(row: Sequence[str]) -> bool:
    """Whether a row may be a sum, a signature or the date above it."""
    filled = [" ".join(fold(cell).split()) for cell in row if cell.strip()]
    return len(filled) <= _MOST_IN_FOOT and any(map(_FOOT.match, filled))


def _has_code(row: Sequence[str], at: int) -> bool:
    try:
        return at < len(row) and bool(read_code(row[at]))
    except BadValue:
        return False


def _cells(rows: Sequence[Sequence[str]], at: int, lengths: set[int]) -> list[str]:
    if min(lengths) > at:
        return [row[at] for row in rows]
    return [row[at] if at < len(row) else "" for row in rows]


def survey(
    rows: Iterable[Sequence[str]], mapping: ColumnMapping, first: int, *, text: bool, mac: bool = False
) -> Table:
    """Look at all rows under the headings; `first` is the number of the first. Raises ValueError with one sentence."""
    seen = _Survey(mapping, first, text=text, mac=mac)
    rows = iter(rows)
    while batch := list(islice(rows, _BATCH)):
        seen.look(batch)
        if len(seen.broken) > _MOST_BROKEN:
            raise ValueError("quá nhiều dòng bị ngắt đôi bởi dấu xuống dòng trong ô: hãy xuất lại tệp")
    findings: list[str] = []
    dates = judged(seen.dates.counts, seen.dates.first, mac)
    born = mapping.heading("born")
    months = seen.dates.counts["month"]
    if dates.months_first:
        findings.append(
            f"cột “{born}”: cả cột viết tháng trước ngày ({months:,} ngày chắc chắn), đọc như vậy"
        )
    elif months:
        findings.append(
            f"cột “{born}”: {months:,} ngày viết tháng trước ngày, ngày khác không rõ thứ tự thì không nhận"
        )
    if dates.typed_row:
        findings.append(
            f"cột “{born}”: {seen.dates.counts['cell either']:,} ô kiểu ngày có thể đã đổi chỗ ngày với tháng, không nhận"
        )
    if seen.dates.counts["year"]:
        findings.append(f"cột “{born}”: {seen.dates.counts['year']:,} năm gõ vào ô kiểu ngày, đọc là năm")
    foot = seen.foot()
    if foot < seen.row:
        below = sum(not is_blank(row) for row in seen.tail[foot - seen.row :])
        findings.append(
            f"{below} dòng cuối bảng, từ dòng {foot}, là phần tổng cộng và chữ ký, không phải người: bỏ qua"
        )
    mapping, joined, said = _joined(mapping, seen)
    fonts, of_fonts = _fonts(mapping, seen)
    numbers = {c.strip() for c in seen.sex.seen}
    longest = mapping.width if text and seen.long and seen.short else None
    seen.broken = {row for row in seen.broken if row < foot}
    if seen.broken:
        findings.append(f"{len(seen.broken):,} dòng bị ngắt đôi bởi dấu xuống dòng trong ô, không nhận")
    if longest is not None:
        findings.append(f"{seen.long:,} dòng có nhiều ô hơn dòng tiêu đề, không nhận")
    return Table(
        mapping,
        dates,
        fonts,
        {"0", "2"} <= numbers,
        frozenset(seen.broken),
        longest,
        joined,
        seen.row - first,
        foot,
        tuple(findings + said + of_fonts),
    )


def _fonts(mapping: ColumnMapping, seen: _Survey) -> tuple[dict[str, str], list[str]]:
    """The font of each column of letters: one of before for all its cells, or MIXED; columns in Unicode are left out."""
    fonts: dict[str, str] = {}
    findings: list[str] = []
    for column, counted in seen.letters.items():
        old = counted.counts["old"]
        if not old:
            continue
        heading = mapping.heading(column)
        name = max(FONTS, key=lambda font: counted.counts[font])
        if column not in seen.unicode and not counted.counts[TWICE] and old >= counted.counts["either"]:
            fonts[column] = name
            findings.append(f"cột “{heading}” viết bằng phông cũ {name}, đã chuyển sang Unicode")
        else:
            fonts[column] = MIXED
            findings.append(
                f"cột “{heading}” có ô viết bằng phông cũ {name} (đầu tiên ở dòng {counted.first['old']}), không nhận"
            )
    if fonts:
        for column in seen.letters.keys() - fonts.keys() - seen.unicode:
            fonts[column] = MIXED  # what may be either there is nobody's to guess
    return fonts, findings


def _joined(
    mapping: ColumnMapping, seen: _Survey
) -> tuple[ColumnMapping, Callable[[Sequence[str]], list[str]] | None, list[str]]:
    """The mapping with what columns for men and women, or for day, month and year, say together; how a row gets it."""
    if mapping.sexes == (None, None) and not mapping.parts:
        return mapping, None, []
    headings = [h for h, column in mapping.taken if column == "sex" and "sex" not in mapping.places]
    counts = seen.marked[0].counts + seen.marked[1].counts
    places, findings = dict(mapping.places), []
    width = 1 + max([mapping.width, *(i for p in places.values() for i in p)])
    years = bool(counts["date"])
    men, women = mapping.sexes
    named = " và ".join(f"“{h}”" for h in headings)
    if counts["other"] or (years and counts["mark"]):
        kind = "other" if counts["other"] else "mark"
        row = min(c.first[kind] for c in seen.marked if kind in c.first)
        raise ValueError(
            f"dòng {row}, cột {named}: ô không phải dấu x, cũng không phải năm sinh như các ô khác của cột; hãy ghi lại"
        )
    if years and ("born" in places or mapping.parts):
        raise ValueError(f"cột {named} và cột “{mapping.heading('born')}” đều là năm sinh; hãy bỏ một cột")
    alone = counts["mark"] and (men is None or women is None)
    if counts["mark"] or years:
        places["sex"] = (width,)
        what = "năm sinh và giới tính" if years else "giới tính"
        other = "nam" if men is None else "nữ"
        findings.append(
            f"cột {named}: {what}" + (f" (ô có dấu; ô trống là {other})" if alone else " đọc theo cột có ghi")
        )
    if years or mapping.parts:
        places["born"] = (width + 1,)
    day, month, year = mapping.parts or (None, None, None)

    def cell(row: Sequence[str], at: int | None) -> str:
        return row[at].strip() if at is not None and at < len(row) else ""

    def joined(row: Sequence[str]) -> list[str]:
        marks = (cell(row, men), cell(row, women))
        sex = "".join(s for s, mark in zip(_SEXES, marks, strict=True) if mark)
        if not sex and alone and not is_blank(row):
            sex = "M" if men is None else "F"
        born = "/".join(m for m in marks if m) if years else ""
        if mapping.parts:
            pieces = [cell(row, at) for at in (day, month, year)]
            born = "/".join(pieces) if any(pieces) else ""
        out = list(row[:width])
        out.extend([""] * (width - len(out)))
        return [*out, sex, born]

    taken = mapping.taken
    if years and "born" not in {c for _, c in taken}:
        taken = (*((h, "born" if c == "sex" else c) for h, c in taken), (named, "sex"))
    elif not counts["mark"]:
        taken = tuple((h, "" if c == "sex" else c) for h, c in taken)
    return replace(mapping, places=places, taken=taken), joined, findings
