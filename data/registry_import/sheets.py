"""Rows of an .xlsx workbook as strings. Used by files.py.

Invariant: read row by row, within the limits of archive.py; the shared texts are kept packed in one run of bytes, so memory
stays bounded. Only what cells mean is looked at: colours, fonts, names and whatever else a workbook holds cannot stop it.
"""

from __future__ import annotations

import errno
import posixpath
import re
import zlib
from array import array
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError, fromstring
from zipfile import BadZipFile

from data.registry_import.archive import Archive, ReadingTime, TooLarge, WorkbookLimits
from data.registry_import.formats import NUMBER, code_of, dated, kind_of, shown
from data.registry_import.values import COVERED, SHARED, UNCALCULATED

_MOST_ROWS = 1_048_576  # a worksheet has no more
_MOST_COLUMNS = 256  # of them are looked at
_MOST_MERGES = 100_000
_BROKEN = (
    BadZipFile,
    zlib.error,
    ParseError,
    EOFError,
    KeyError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    ValueError,
)  # what zipfile and the parser raise, some by accident, where a workbook is damaged
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column, from 1


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _children(node: Element, name: str) -> list[Element]:
    return [child for child in node if _local(child.tag) == name]


def _text(node: Element) -> str:
    """The text of a cell or of a shared text, pieces of its own look joined; how it is pronounced is left out."""
    pieces = []
    for child in node:
        name = _local(child.tag)
        if name == "t":
            pieces.append(child.text or "")
        elif name == "r":
            pieces.extend(t.text or "" for t in _children(child, "t"))
    return _unescaped("".join(pieces))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _attribute(node: Element, name: str) -> str:
    """An attribute whatever its namespace: Strict workbooks have another one."""
    return next((value for key, value in node.attrib.items() if _local(key) == name), "")


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

    def __getitem__(self, at: int) -> str:  # type: ignore[override]  # nobody asks for a slice
        if at < 0:
            raise IndexError(at)
        return self._bytes[self._starts[at] : self._starts[at + 1]].decode()


class _WorkbookParts:
    """The parts of a workbook that tell what its cells mean."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.names = {name.lstrip("/"): name for name in archive.namelist()}
        workbook = self._main()
        self._folder = posixpath.dirname(workbook)
        self._related = self._relations(workbook)
        root = self._whole(workbook)
        self.mac = any(_attribute(p, "date1904") in ("1", "true") for p in _children(root, "workbookPr"))
        self.uncalculated = any(
            _attribute(p, "fullCalcOnLoad") in ("1", "true") for p in _children(root, "calcPr")
        )
        self.listed = [s for part in _children(root, "sheets") for s in _children(part, "sheet")]
        if len(self.listed) > archive.limits.sheets:
            raise TooLarge("quá nhiều trang tính")
        self.formats = self._formats()
        self.strings = _Strings()
        part = self._of_type("sharedStrings")
        if part:
            for node in archive.elements(part, 1):
                if _local(node.tag) == "si":
                    self.strings.append(_text(node))

    def _whole(self, name: str) -> Element:
        return fromstring(self.archive.read(name))  # noqa: S314  # bounded; expat of today stops entities that multiply

    def _main(self) -> str:
        if "_rels/.rels" in self.names:
            for r in self._whole(self.names["_rels/.rels"]):
                if r.get("Type", "").endswith("/officeDocument"):
                    found = self.names.get(posixpath.normpath(r.get("Target", "").lstrip("/")))
                    if found:
                        return found
        return self.names["xl/workbook.xml"]

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Of a part: id -> (type, part)."""
        folder, name = posixpath.split(part)
        found = self.names.get(f"{folder}/_rels/{name}.rels".lstrip("/"))
        if found is None:
            return {}
        related = {}
        for r in self._whole(found):
            target = r.get("Target", "")
            path = target if target.startswith("/") else posixpath.join(self._folder, target)
            kind = r.get("Type", "").rpartition("/")[2]
            related[r.get("Id", "")] = (kind, self.names.get(posixpath.normpath(path).lstrip("/"), ""))
        return related

    def _of_type(self, kind: str) -> str:
        return next((part for k, part in self._related.values() if k == kind and part), "") or self.names.get(
            f"xl/{kind}.xml", ""
        )

    def part_of(self, sheet: Element) -> str:
        """The part that holds this sheet's cells, "" for a chart and for a part that is not there."""
        ids = [v for k, v in sheet.attrib.items() if k.endswith("}id")]
        kind, part = self._related.get(ids[0] if ids else "", ("", ""))
        return part if kind == "worksheet" else ""

    def _formats(self) -> list[str]:
        """The number format of each cell style; a workbook without styles, or with broken ones, has none."""
        part = self._of_type("styles")
        if not part:
            return []
        root = self._whole(part)
        own: dict[int, str] = {}
        for group in _children(root, "numFmts"):
            for f in _children(group, "numFmt"):
                if f.get("numFmtId", "").isdecimal():
                    own[int(f.get("numFmtId", ""))] = f.get("formatCode", "")
        return [
            code_of(int(number) if (number := xf.get("numFmtId", "0")).isdecimal() else 0, own)
            for group in _children(root, "cellXfs")
            for xf in _children(group, "xf")
        ]


class Sheet:
    """One sheet of cells. `merges` are known once all its rows were gone through."""

    def __init__(self, parts: _WorkbookParts, title: str, visible: bool, part: str) -> None:
        self.title, self.visible = title, visible
        self.merges: list[Merge] = []
        self._parts, self._part = parts, part
        self._kinds = [(code, kind_of(code)) for code in parts.formats]

    def rows(self, own: Collection[int] | None) -> Iterator[list[str]]:
        """Every row as strings, those left out too; with what merged cells show in each of their rows, unless `own` is None.

        `own`: columns, from 0, of which each row needs a cell of its own.
        """
        archive = self._parts.archive
        spread = _MergedCells(self.merges, own) if own is not None and self.merges else None
        merges: list[Merge] = []
        given = cells = 0
        for node in archive.elements(self._part, 2):
            name = _local(node.tag)
            if name == "mergeCell":
                merges.append(_merge(node.get("ref", "")))
                if len(merges) > _MOST_MERGES:
                    raise TooLarge("quá nhiều ô gộp")
            if name != "row":
                continue
            number = int(node.get("r") or given + 1)
            if number <= given:  # rows out of order, or twice: as they come
                continue
            cells += len(node)
            if number > _MOST_ROWS or cells > archive.limits.cells:
                raise TooLarge("quá nhiều dòng hoặc ô")
            row = self._strings_of(node)
            for _ in range(given + 1, number):
                yield []
            given = number
            if spread is not None:
                archive.watch.check()
                row = spread.over(number, row)
            yield row
        self.merges = merges

    def _strings_of(self, node: Element) -> list[str]:
        out: list[str] = []
        column = 0
        for cell in node:
            if _local(cell.tag) != "c":
                continue
            found = _REFERENCE.fullmatch(cell.get("r") or "")
            column = _column(found[1]) if found else column + 1
            if column > _MOST_COLUMNS:
                break
            if len(out) < column:
                out.extend([""] * (column - len(out)))
            out[column - 1] = self._value(cell)
        return out

    def _value(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        value: str | None = None
        formula = has_value = False
        for child in cell:
            name = _local(child.tag)
            if name == "v":
                value, has_value = child.text, True
            elif name == "f":
                formula = True
            elif name == "is" and kind == "inlineStr":
                return _text(child)
        if formula and not value:
            return "" if kind == "str" and has_value else UNCALCULATED
        if not value:
            return ""
        if formula and value == "0" and self._parts.uncalculated:  # what is written where nobody calculated
            return UNCALCULATED
        if kind == "s":
            return self._parts.strings[int(value)]
        if kind == "b":
            return "TRUE" if value.strip() in ("1", "true") else "FALSE"
        if kind == "d":
            return value.strip().removesuffix("T00:00:00")
        if kind != "n":
            return _unescaped(value)
        style = cell.get("s", "0")
        code, shown_as = (
            self._kinds[int(style)]
            if style.isdecimal() and int(style) < len(self._kinds)
            else ("General", NUMBER)
        )
        number = float(value)
        if shown_as != NUMBER:
            return dated(code, number, self._parts.mac)
        if not number.is_integer() or abs(number) >= 1e15:
            return value.strip()
        return shown(code, int(number)) if code != "General" else str(int(number))


def _merge(reference: str) -> Merge:
    ends = [_REFERENCE.fullmatch(end) for end in reference.split(":")]
    if not 1 <= len(ends) <= 2 or None in ends:
        raise ValueError("a range that is none")
    (c1, r1), (c2, r2) = ((e[1], int(e[2])) for e in (ends[0], ends[-1]) if e is not None)
    return r1, _column(c1), r2, _column(c2)


class _MergedCells:
    """Merged cells, row after row: the first column shows its text in every row, the others are covered by it."""

    def __init__(self, merges: Sequence[Merge], own: Collection[int]) -> None:
        self._own = own
        self._coming = sorted((m for m in merges if m[:2] != m[2:]), reverse=True)
        self._here: list[tuple[Merge, str]] = []

    def over(self, number: int, row: list[str]) -> list[str]:
        """The row as it is shown; a row in which nothing is written stays so."""
        self._here = [h for h in self._here if h[0][2] >= number]
        while self._coming and self._coming[-1][0] <= number:
            merge = self._coming.pop()
            at = merge[1] - 1
            if merge[0] == number and at < len(row) and row[at].strip():
                self._here.append((merge, row[at]))
        if not self._here or not any(c.strip() for c in row):
            return row
        for (top, first, _, last), text in self._here:
            last = min(last, _MOST_COLUMNS)
            if len(row) < last:
                row.extend([""] * (last - len(row)))
            if first <= last:
                row[first - 1] = SHARED if number > top and first - 1 in self._own else text
            for at in range(first, last):
                row[at] = COVERED
        return row


class Workbook:
    """An open workbook. Raises ValueError with one sentence where it is damaged or too large."""

    def __init__(self, file: IO[bytes], path: Path, limits: WorkbookLimits | None = None) -> None:
        self._path = path
        limits = limits or WorkbookLimits()
        self._watch = ReadingTime(limits.seconds)
        with self._watch, self._readable():
            archive = Archive(file, limits, self._watch)
            _refuse_other_kinds(archive, path)
            parts = _WorkbookParts(archive)
            named = [
                Sheet(parts, s.get("name", ""), s.get("state", "visible") == "visible", part)
                for s in parts.listed
                if (part := parts.part_of(s))
            ]
        self.sheets, self.mac = named, parts.mac
        if not named:
            raise ValueError(f"{path.name} không có trang tính nào")

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except TooLarge as beyond:
            raise ValueError(
                f"{self._path.name} quá lớn đối với một bảng tính ({beyond}): hãy lưu thành .csv hoặc chia thành nhiều tệp"
            ) from None
        except _OtherKind as other:
            raise ValueError(str(other)) from None
        except (*_BROKEN, OSError) as broken:
            if (
                isinstance(broken, OSError) and broken.errno != errno.EINVAL
            ):  # a place before the file's beginning
                raise
            raise ValueError(
                f"{self._path.name} bị cắt cụt hoặc hỏng: không đọc được như một bảng tính"
            ) from broken

    def sheet(self, title: str) -> Sheet:
        """The sheet of this name. Raises ValueError where there is none."""
        for sheet in self.sheets:
            if sheet.title == title:
                return sheet
        names = ", ".join(s.title for s in self.sheets)
        raise ValueError(f"{self._path.name} không có trang tính “{title}”; các trang tính của tệp: {names}")

    def rows(self, title: str, own: Collection[int] | None = ()) -> Iterator[Sequence[str]]:
        """Every row of this sheet as strings, see `Sheet.rows`."""
        rows = self.sheet(title).rows(own)
        while True:
            with self._watch, self._readable():
                row = next(rows, None)
            if row is None:
                return
            yield row


class _OtherKind(Exception):
    """Another kind of zip archive; the message is the sentence."""


def _refuse_other_kinds(archive: Archive, path: Path) -> None:
    names = set(archive.namelist())
    if "mimetype" in names and "content.xml" in names:
        raise _OtherKind(f"{path.name} là tệp OpenDocument (.ods): hãy lưu thành .xlsx")
    if any(n.endswith("workbook.bin") for n in names):
        raise _OtherKind(f"{path.name} là bảng tính nhị phân (.xlsb): hãy lưu thành .xlsx")
    if "word/document.xml" in names:
        raise _OtherKind(f"{path.name} là văn bản Word, không phải bảng tính")
