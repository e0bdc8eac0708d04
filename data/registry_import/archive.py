"""The zip archive that a workbook is, opened only within limits. Used by sheets.py.

Invariant: nothing is believed of what the archive says of its own size; memory stays bounded whatever is in it. No part is
ever written anywhere, so what its name is does not matter.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any
from xml.etree.ElementTree import Element, iterparse  # expat of today stops entities that multiply
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

_CHUNK = 1 << 16  # bytes inflated at a time
_ENTRY = b"PK\x01\x02"  # how an entry of the archive's directory begins
_MB = 1 << 20


class TooLarge(Exception):
    """The workbook is beyond a limit; the message says which, to be put in brackets, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class WorkbookLimits:
    """What a workbook may have at most, in bytes, pieces and seconds of reading."""

    packed: int = 10 * _MB
    unpacked: int = 50 * _MB
    entries: int = 1000
    whole_part: int = 4 * _MB  # of a part that is read at once: styles, list of sheets
    whole_tags: int = 40_000  # in it
    sheets: int = 256
    cells: int = 5_000_000
    row_tags: int = 100_000  # of one row or one shared text
    loose_tags: int = 500_000  # of a part, in no row and no text
    depth: int = 32
    text: int = _MB  # of one text or attribute
    seconds: float = 60.0  # of the processor


class ReadingTime:
    """How much of the processor reading took; between entering and leaving it stays on one thread."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._began: float | None = None

    def __enter__(self) -> ReadingTime:
        self._began = time.thread_time()
        return self

    def __exit__(self, *_: object) -> None:
        if self._began is not None:
            self._left -= time.thread_time() - self._began
            self._began = None

    def check(self) -> None:
        """Raises TooLarge when the time is over."""
        running = time.thread_time() - self._began if self._began is not None else 0.0
        if running > self._left:
            raise TooLarge("đọc quá lâu")


class Archive(ZipFile):
    """An archive whose every part was inflated once and is whole. Raises TooLarge, or BadZipFile where it is damaged."""

    def __init__(self, file: IO[bytes], limits: WorkbookLimits, watch: ReadingTime) -> None:
        self.limits, self.watch = limits, watch
        _check_directory(file, limits)
        super().__init__(file)
        left = limits.unpacked
        for info in self.infolist():
            if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise BadZipFile("packed in a way that workbooks are not")
            with super().open(info) as part:
                while chunk := part.read(_CHUNK):
                    left -= len(chunk)
                    watch.check()
                    if left < 0:
                        raise TooLarge(f"hơn {limits.unpacked // _MB} MB khi giải nén")

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        """A part as a whole: openpyxl makes objects of all that is in it."""
        with super().open(name, pwd=pwd) as part:
            data = part.read(self.limits.whole_part + 1)
        if len(data) > self.limits.whole_part or data.count(b"<") > self.limits.whole_tags:
            raise TooLarge("quá nhiều kiểu ô hoặc trang tính")
        return data

    def elements(self, name: str, depth: int, before: str = "") -> Iterator[Element]:
        """The elements of a part at this depth, one after the other, up to a tag; each is forgotten behind it."""
        limits = self.limits
        with super().open(name) as part:
            source = _PartReader(part, self.watch, limits.text)
            path: list[Element] = []
            tags = loose = 0
            for kind, node in iterparse(source, events=("start", "end")):  # noqa: S314  # bounded, and see above
                source.since = 0
                if kind == "start":
                    if node.tag == before:
                        return
                    path.append(node)
                    tags += 1
                    if tags > limits.row_tags or len(path) > limits.depth:
                        raise TooLarge("một dòng hoặc một đoạn chữ có quá nhiều phần")
                    continue
                path.pop()
                if len(path) == depth:
                    yield node
                elif len(path) < depth:
                    loose += 1
                    if loose > limits.loose_tags:
                        raise TooLarge("quá nhiều thứ ngoài các ô")
                if path and len(path) <= depth:
                    path[-1].clear()
                    tags = 0


class _PartReader:
    """A part as the parser reads it; it ends where a text or an attribute does not."""

    def __init__(self, part: IO[bytes], watch: ReadingTime, longest: int) -> None:
        self._part, self._watch, self._longest = part, watch, longest
        self.since = 0  # bytes since something began or ended

    def read(self, size: int = _CHUNK) -> bytes:
        self._watch.check()
        data = self._part.read(size)
        self.since += len(data)
        if self.since > self._longest:
            raise TooLarge("một ô dài hơn 1 MB")
        return data


def _check_directory(file: IO[bytes], limits: WorkbookLimits) -> None:
    """Look at size and number of entries before an object is made of each."""
    file.seek(0)
    size, entries, tail = 0, 0, b""
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > limits.packed:
            raise TooLarge(f"hơn {limits.packed // _MB} MB")
        entries += (tail + chunk).count(_ENTRY)
        if entries > limits.entries:
            raise TooLarge(f"hơn {limits.entries:,} tệp con")
        tail = chunk[-len(_ENTRY) + 1 :]
    file.seek(0)
