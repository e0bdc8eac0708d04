"""Reads the rows of a .csv, .tsv, .gz or .xlsx file. Used by prepare.py.

Invariant: the whole file is checked before its first row is used; memory is constant; a file that cannot be read raises ValueError with one sentence.

`examine` goes through the file once: its digest, whether it is whole, its encoding, its separator, how many rows it has.
`rows` then gives row after row of strings, the first row of the file first. Nothing here knows the database.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import os
import re
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from data.registry_import import columns
from data.registry_import.columns import WITHIN
from data.registry_import.fonts import TCVN3_TABLE, decode_tcvn3, from_vni

if TYPE_CHECKING:
    from data.registry_import.sheets import Workbook

ENCODINGS = ("auto", "utf-8", "utf-16", "windows-1258", "tcvn3", "vni")
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".xlsx")
_CODEC = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1258": "cp1258"}
_CHUNK = 1 << 20  # bytes read at a time
_HEAD = 1 << 16  # bytes at the top that are tried with each encoding and separator
_LONGEST_LINE = 4 << 20  # bytes: a longer line is no row of a table
_LONGEST_FIELD = 100_000  # characters of one cell
_LARGEST_OLD = 32 << 20  # bytes of an old workbook that are looked through for a password
_LARGEST_TEXT = 4 << 30  # bytes of a text file, unpacked: tens of millions of people
_NUMBER = re.compile(r"\d{8}")
_OPEN_QUOTE = 'dấu nháy kép (") mở mà không đóng, các dòng sau sẽ bị nuốt vào một ô; hãy sửa dòng này'
_SAID = {
    "unexpected end of data": _OPEN_QUOTE,
    **{
        f"'{sign}' expected after '\"'": 'dấu nháy kép (") đóng rồi mà ô còn chữ; trong ô có dấu nháy thì viết hai lần'
        for sign in ",;\t"
    },
}
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\r\n")
_MOST_CONTROLS = 12  # kinds of control characters that a text may hold by accident
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_VIETNAMESE = frozenset(
    "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
    "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ"
)
_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323")  # as Windows-1258 writes tones: behind their letter


@dataclass(frozen=True, slots=True)
class Options:
    """What the person who imports said about the file; "auto" and "" mean: find out."""

    encoding: str = "auto"
    separator: str = "auto"
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file is. `size` bytes on disk; `stamp` see `stamp_of`."""

    path: Path
    kind: str  # text or sheet
    digest: str  # of its bytes and of what was said about it: 64 hexadecimal digits
    size: int
    encoding: str
    separator: str
    sheet: str
    quoted: bool  # whether a text has quotes at all
    stamp: tuple[int, ...]
    workbook: Workbook | None = field(default=None, repr=False, compare=False)  # a workbook is opened once


def stamp_of(file: IO[bytes], path: Path) -> tuple[int, ...]:
    """What changes when a file is written to or put in another's place."""
    here, there = os.fstat(file.fileno()), os.stat(path)
    return (here.st_size, here.st_mtime_ns, here.st_ino, there.st_size, there.st_mtime_ns, there.st_ino)


def changed(path: Path) -> ValueError:
    """The sentence for a file that did not hold still."""
    return ValueError(f"{path.name} changed while it was read; start again when nobody writes to it any more")


def opened(path: Path) -> IO[bytes]:
    """The file, open. Raises ValueError with one sentence when it is of no kind that can be read."""
    name = path.name.lower()
    if path.is_dir() or not path.exists():
        raise ValueError(f"{path.name}: {'this is a folder' if path.is_dir() else 'there is no such file'}")
    if not path.is_file():
        raise ValueError(f"{path.name} is no ordinary file")
    if name.endswith((".xls", ".htm", ".html", ".xlsm", ".ods", ".xlsb")):
        with path.open("rb") as file:
            magic = file.read(8)
            if magic.startswith(b"\xd0\xcf\x11\xe0"):
                raise ValueError(_old_workbook(file, path.name))
            _refuse_web_page(path.name, magic + file.read(_HEAD))
    if not name.endswith(SUFFIXES):
        raise ValueError(f"{path.name}: chỉ đọc được tệp .csv, .tsv (cả dạng .gz) và .xlsx")
    return path.open("rb")


def examine(file: IO[bytes], path: Path, options: Options) -> Examined:
    """Look through the whole file. Raises ValueError with one sentence when it is no table that can be read whole."""
    file.seek(0)
    magic = file.read(8)
    if not magic:
        raise ValueError(f"{path.name} trống")
    if magic.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValueError(_old_workbook(file, path.name))
    _refuse_web_page(path.name, magic + file.read(_HEAD))
    kind = _kind(path.name, magic)
    stamp = stamp_of(file, path)
    digest = digest_of(file, options)
    if kind == "sheet":
        from data.registry_import.sheets import (
            Workbook,  # openpyxl takes a while to load, and is for workbooks only
        )

        workbook = Workbook(file, path)
        if options.sheet:
            workbook.sheet(options.sheet)
        found = Examined(path, kind, digest, stamp[0], "", "", options.sheet, False, stamp, workbook)
    else:
        found = _look_at_text(file, path, options, digest, stamp)
    if stamp_of(file, path) != stamp:
        raise changed(path)
    return found


def digest_of(file: IO[bytes], options: Options) -> str:
    """Of the file's bytes, and of what was said about it."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256")  # type: ignore[arg-type]  # an ordinary file is what it wants
    if options != Options():
        digest.update(f"{options.encoding}\0{options.separator}\0{options.sheet}".encode())
    file.seek(0)
    return digest.hexdigest()


def _old_workbook(file: IO[bytes], name: str) -> str:
    """Which of the two files it is that begin like this."""
    file.seek(0)
    locked = "EncryptedPackage".encode("utf-16-le") in file.read(_LARGEST_OLD)
    if locked:
        return f"{name} bị khoá bằng mật khẩu: hãy mở tệp, bỏ mật khẩu rồi lưu lại"
    return f"{name} là bảng tính Excel kiểu cũ (.xls): hãy mở bằng Excel và lưu thành .xlsx"


def _refuse_web_page(name: str, head: bytes) -> None:
    start = head.lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:4000].lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<body")) or (
        start.startswith(b"<?xml") and b"<html" in start
    ):
        raise ValueError(
            f"{name} là trang web chứ không phải bảng tính: hãy mở bằng Excel và lưu thành .xlsx"
        )
    if start.startswith((b"<?xml", b"<workbook")) and b"spreadsheet" in start:
        raise ValueError(f"{name} là bảng tính Excel 2003 dạng XML: hãy mở bằng Excel và lưu thành .xlsx")


def _kind(name: str, magic: bytes) -> str:
    zipped, table = magic.startswith(b"PK\x03\x04"), name.lower().endswith(".xlsx")
    if table and not zipped:
        raise ValueError(f"{name} không phải bảng tính .xlsx dù tên tệp ghi vậy")
    if zipped and not table:
        raise ValueError(
            f"{name} là tệp nén zip hoặc bảng tính, không phải văn bản: nếu là bảng tính thì đặt tên đuôi .xlsx"
        )
    if magic.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"7z\xbc\xaf", b"Rar!", b"{\\rtf")):
        raise ValueError(f"{name} không phải bảng dữ liệu dù tên tệp ghi vậy")
    return "sheet" if table else "text"


# --- text ---


def _is_gzip(file: IO[bytes]) -> bool:
    file.seek(0)
    magic = file.read(2)
    file.seek(0)
    return magic == b"\x1f\x8b"


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    """The text's own bytes: unpacked where the file is packed, whatever its name says."""
    return cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if _is_gzip(file) else file


def _look_at_text(
    file: IO[bytes], path: Path, options: Options, digest: str, stamp: tuple[int, ...]
) -> Examined:
    if path.name.lower().endswith(".gz") and not _is_gzip(file):
        raise ValueError(f"{path.name} không được nén bằng gzip dù tên tệp ghi vậy")
    head, utf8, quotes = _first_pass(file, path)
    _refuse_web_page(path.name, head)
    if not head.strip():
        raise ValueError(f"{path.name} trống")
    encoding = options.encoding if options.encoding != "auto" else _encoding_of(head, utf8, path)
    if encoding == "utf-8" and not utf8:
        raise ValueError(f"{path.name} không phải UTF-8; dùng --encoding để chọn bảng mã khác")
    if encoding != "utf-8":
        _decode_all(file, path, encoding)
    separator = SEPARATORS.get(options.separator) or _separator_of(_lines(_decoded(head, encoding)))
    return Examined(path, "text", digest, stamp[0], encoding, separator, "", quotes, stamp)


def _first_pass(file: IO[bytes], path: Path) -> tuple[bytes, bool, bool]:
    """The first bytes; whether all is UTF-8; whether there are quotes."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    head, utf8, quotes = b"", True, False
    since = 0
    for chunk in _chunks(file, path):
        if len(head) < _HEAD:
            head += chunk[: _HEAD - len(head)]
        if utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                utf8 = False
        quotes = quotes or b'"' in chunk
        at = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        since = since + len(chunk) if at < 0 else len(chunk) - at
        if since > _LONGEST_LINE:
            raise ValueError(
                f"{path.name} có một dòng dài hơn {_LONGEST_LINE >> 20} MB nên không phải bảng dữ liệu"
            )
    if utf8:
        try:
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            utf8 = False
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return head, utf8 and not wide, quotes


def _chunks(file: IO[bytes], path: Path) -> Iterator[bytes]:
    unpacked, left = _unpacked(file), _LARGEST_TEXT
    try:
        while chunk := unpacked.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise ValueError(
                    f"{path.name} quá lớn (hơn {_LARGEST_TEXT >> 30} GB khi giải nén): hãy chia thành nhiều tệp"
                )
            yield chunk
    except (EOFError, gzip.BadGzipFile, zlib.error) as broken:
        raise ValueError(f"{path.name} bị cắt cụt hoặc hỏng: không giải nén được đến hết") from broken


def _decode_all(file: IO[bytes], path: Path, encoding: str) -> None:
    """Go through it once more, only to see that every byte means something."""
    try:
        if encoding == "vni":
            return  # every byte is a letter of Windows-1252
        if encoding == "tcvn3":
            for chunk in _chunks(file, path):
                codecs.charmap_decode(chunk, "strict", TCVN3_TABLE)
        else:
            decoder = codecs.getincrementaldecoder(_CODEC[encoding])("strict")
            for chunk in _chunks(file, path):
                decoder.decode(chunk)
            decoder.decode(b"", True)
    except UnicodeError:
        raise ValueError(
            f"{path.name} không viết bằng {encoding}; dùng --encoding để chọn bảng mã khác"
        ) from None


def _encoding_of(head: bytes, utf8: bool, path: Path) -> str:
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    if head.count(b"\0") * 4 > len(head) or len(_CONTROLS.intersection(head)) > _MOST_CONTROLS:
        raise ValueError(
            f"{path.name} không phải văn bản, hoặc là UTF-16 thiếu dấu nhận biết: hãy lưu lại bằng UTF-8"
        )
    if utf8:
        return "utf-8"
    return max(("windows-1258", "tcvn3", "vni"), key=lambda encoding: _looks_like(head, encoding))


def _looks_like(head: bytes, encoding: str) -> tuple[int, int]:
    """How Vietnamese the text becomes: headings that are known, then letters of the language less other signs."""
    text = _decoded(head, encoding)
    guess = max(columns.best_guess(_parsed(_lines(text), separator)) for separator in SEPARATORS.values())
    letters = [c for c in text if not c.isascii()]
    return guess, sum(1 if c in _VIETNAMESE or c in _MARKS else -3 for c in letters)


def _decoded(head: bytes, encoding: str) -> str:
    if encoding == "tcvn3":
        return codecs.charmap_decode(head, "replace", TCVN3_TABLE)[0]
    if encoding == "vni":
        return from_vni(head.decode("latin-1"))
    return codecs.getincrementaldecoder(_CODEC[encoding])("replace").decode(head)


def _lines(text: str) -> list[str]:
    return list(islice(io.StringIO(text, newline=""), WITHIN))


def _parsed(lines: Sequence[str], separator: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=separator))
    except csv.Error:
        return []


def _separator_of(lines: Sequence[str]) -> str:
    text = "".join(lines)
    return max(
        SEPARATORS.values(),
        key=lambda s: (columns.best_guess(_parsed(lines, s)), text.count(s)),
    )


def _text_rows(file: IO[bytes], found: Examined) -> Iterator[Sequence[str]]:
    csv.field_size_limit(_LONGEST_FIELD)
    unpacked = _unpacked(os.fdopen(os.dup(file.fileno()), "rb"))  # its own, to be closed; the place is shared
    lines: Iterator[str]
    if found.encoding == "tcvn3":
        lines = (decode_tcvn3(line) for line in unpacked)
    elif found.encoding == "vni":
        lines = (from_vni(line.decode("latin-1")) for line in unpacked)
    else:
        lines = io.TextIOWrapper(unpacked, encoding=_CODEC[found.encoding], newline="")
    reader = csv.reader(lines, delimiter=found.separator, strict=True)
    line = 0
    try:
        if not found.quoted:
            yield from reader
            return
        for row in reader:
            if reader.line_num - line > 1:
                _refuse_swallowed(row, found, line + 1)
            line = reader.line_num
            yield row
    except csv.Error as wrong:
        raise ValueError(f"{found.path.name}, dòng {line + 1}: {_SAID.get(str(wrong), str(wrong))}") from None
    except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeError):
        raise changed(found.path) from None


def _refuse_swallowed(row: Sequence[str], found: Examined, line: int) -> None:
    """A cell of several lines in which whole rows stand: a quote was not closed where it should have been."""
    fewest = max(len(row) // 2, 2)
    for cell in row:
        for piece in cell.splitlines()[1:] if "\n" in cell or "\r" in cell else ():
            parted = piece.count(found.separator)
            if parted and (parted >= fewest or _NUMBER.search(piece)):
                raise ValueError(f"{found.path.name}, dòng {line}: {_OPEN_QUOTE}")


# --- what both have ---


def rows(
    file: IO[bytes], found: Examined, sheet: str = "", own: Collection[int] = ()
) -> Iterator[Sequence[str]]:
    """Every row as strings, titles and headings included; `sheet` of a workbook, and
    its columns of which each row needs a cell of `own`. Raises ValueError with one sentence."""
    file.seek(0)
    if found.workbook is not None:
        yield from found.workbook.rows(sheet, own)
    else:
        yield from _text_rows(file, found)


def position(file: IO[Any]) -> int:
    """How far the reading has come, in bytes of the file on disk."""
    return os.lseek(file.fileno(), 0, os.SEEK_CUR)
