"""Takes a file that an admin uploads, piece by piece, into its private place. Called by page.py.

Invariant: the form's CSRF token comes first and is compared before a byte of the file is kept; no more is read than the limit; nothing is
held in memory but one piece.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from handlers.web.forms import BadForm

FIELD_LIMIT = 4096  # bytes of a field that is no file
FIELDS = 12  # parts of one form
AROUND = 65_536  # bytes of a form around its file
_PIECE = 1 << 20  # bytes that are written at once
_TYPE = b"multipart/form-data"


@dataclass(slots=True)
class _UploadForm:
    """What the parser tells: fields, and the pieces of the one file."""

    begin: Callable[[dict[str, str], str], Path]  # fields so far, the file's name -> where it goes
    limit: int
    fields: dict[str, str] = field(default_factory=dict)
    path: Path | None = None
    size: int = 0
    pieces: bytearray = field(default_factory=bytearray)
    over: bool = False
    _parts: int = 0
    _head: dict[bytes, bytes] = field(default_factory=dict)
    _key: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _name: str | None = None  # of the field that comes; None: the file
    _field: bytearray = field(default_factory=bytearray)

    def callbacks(self) -> Any:
        """For the parser."""
        return {
            "on_part_begin": self._part_begins,
            "on_header_field": lambda data, start, end: self._key.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header_ends,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._data,
            "on_part_end": self._part_ends,
            "on_end": self._ends,
        }

    def _part_begins(self) -> None:
        self._parts += 1
        if self._parts > FIELDS:
            raise BadForm(413)
        self._head = {}

    def _header_ends(self) -> None:
        self._head[bytes(self._key).lower()] = bytes(self._value)
        self._key.clear()
        self._value.clear()

    def _headers_end(self) -> None:
        kind, options = parse_options_header(self._head.get(b"content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise BadForm(400)
        self._field.clear()
        if b"filename" not in options:
            self._name = options[b"name"].decode("utf-8", "replace")
            return
        self._name = None
        if self.path is not None:
            raise BadForm(413)
        given = options[b"filename"].decode("utf-8", "replace")
        self.path = self.begin(self.fields, given)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._name is None:
            self.size += end - start
            if self.size > self.limit:
                raise TooLargeFile
            self.pieces.extend(memoryview(data)[start:end])
        elif len(self._field) + end - start > FIELD_LIMIT:
            raise BadForm(413)
        else:
            self._field.extend(data[start:end])

    def _part_ends(self) -> None:
        if self._name is not None:
            self.fields.setdefault(self._name, self._field.decode("utf-8", "replace").replace("\0", ""))

    def _ends(self) -> None:
        self.over = True


class TooLargeFile(Exception):
    """The file is beyond the limit."""


def is_upload(request: Request) -> bool:
    """Whether what was posted may hold a file."""
    return request.headers.get("content-type", "").lower().startswith(_TYPE.decode())


async def receive(
    request: Request, begin: Callable[[dict[str, str], str], Path], *, limit: int, seconds: float
) -> tuple[dict[str, str], int]:
    """Write the file of a form to where `begin` says; the form's fields and the bytes of the file.

    `begin` gets the fields before the file and its name, and may refuse. Raises BadForm, TooLargeFile, TimeoutError, ClientDisconnect.
    """
    _, options = parse_options_header(request.headers.get("content-type", ""))
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit + AROUND:
        raise TooLargeFile
    if longer := request.scope.get("state", {}).get("allow_body"):
        longer(seconds)  # a file takes longer than a form; see handlers/web/connections.py
    parts = _UploadForm(begin, limit)
    file: Any = None
    read = 0
    try:
        parser = MultipartParser(options.get(b"boundary", b""), parts.callbacks())
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                read += len(chunk)
                if read > limit + AROUND:
                    raise TooLargeFile
                parser.write(chunk)
                if parts.path is not None and file is None:
                    file = os.fdopen(os.open(parts.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
                if len(parts.pieces) >= _PIECE:
                    await asyncio.to_thread(file.write, parts.pieces)
                    parts.pieces = bytearray()
            if not parts.over:
                raise BadForm(400)
            if file is not None:
                await asyncio.to_thread(file.write, parts.pieces)
    except (FormParserError, UnicodeError, ValueError):
        raise BadForm(400) from None
    finally:
        if file is not None:
            await asyncio.to_thread(file.close)
    return parts.fields, parts.size
