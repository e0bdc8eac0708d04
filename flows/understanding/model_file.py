"""The file of a trained model: a heading, then named arrays and lists of words. Rule: a file is read whole and of the kind asked for, or refused."""

from __future__ import annotations

import json
import struct
import sys
import zlib
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_START = struct.Struct("<4sI")  # magic, length of the heading
_MAGIC = b"TVM1"
_WORDS = "words"  # the type of a list of words; the others are typecodes of `array`


@dataclass(frozen=True, slots=True)
class ModelFile:
    """What one file holds. Words are kept one a line: none holds a line break."""

    kind: str  # which model it is: "questions", "secrets"
    digest: str  # of what it was trained from, as its features see it
    arrays: Mapping[str, array[Any]] = field(repr=False)
    words: Mapping[str, list[str]] = field(repr=False)


def packed(model: ModelFile) -> bytes:
    """The model as a file; the same model gives the same bytes."""
    parts: list[tuple[str, str, bytes]] = []
    for name, values in model.arrays.items():
        parts.append((name, values.typecode, _little_endian(values).tobytes()))
    for name, words in model.words.items():
        parts.append((name, _WORDS, "\n".join(words).encode()))
    sizes = [(name, sort, len(data)) for name, sort, data in parts]
    head = json.dumps({"kind": model.kind, "digest": model.digest, "parts": sizes}).encode()
    body = zlib.compress(b"".join(data for _, _, data in parts), 9)
    return _START.pack(_MAGIC, len(head)) + head + body


def unpacked(data: bytes, kind: str) -> ModelFile:
    """The model that `packed` wrote. Raises ValueError for other bytes and for a model of another kind."""
    arrays: dict[str, array[Any]] = {}
    words: dict[str, list[str]] = {}
    try:
        magic, begin = _START.unpack_from(data)
        head = json.loads(data[_START.size : _START.size + begin])
        if (magic, head["kind"]) != (_MAGIC, kind):
            raise ValueError(f"of another kind or version, run 'make model': {head['kind']}")
        body = zlib.decompress(data[_START.size + begin :])
        at = 0
        for name, sort, size in head["parts"]:
            part = body[at : at + size]
            at += size
            if sort == _WORDS:
                words[name] = part.decode().split("\n") if part else []
            else:
                arrays[name] = _little_endian(array(sort, part))
        if at != len(body):
            raise ValueError("cut short")
    except (struct.error, zlib.error, KeyError, TypeError, ValueError) as bad:
        raise ValueError(f"the weights of {kind} cannot be read ({bad})") from bad
    return ModelFile(kind, head["digest"], arrays, words)


def _little_endian(values: array[Any]) -> array[Any]:
    """The array with the bytes of each number turned round on a big-endian machine."""
    if sys.byteorder == "little":
        return values
    turned = values[:]
    turned.byteswap()
    return turned
