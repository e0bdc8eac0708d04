"""Decodes TCVN3 (ABC), the eight-bit Vietnamese encoding of old spreadsheets. Used by files.py.

The layout is TCVN 5712:1993's third set: lower-case letters with tones at A8..FE, seven capitals without tones at A1..A7.
"""

from __future__ import annotations

import codecs
import re

_CAPITALS = "ĂÂÊÔƠƯĐăâêôơưđ"  # A1..AE
_REST = {
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậè",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}
_WORD = re.compile(r"[^\W\d_]{2,}")


def _table() -> str:
    places = [
        chr(i) if i < 0x80 else "\ufffe" for i in range(256)
    ]  # U+FFFE: undefined, as charmap codecs have it
    places[0xA0] = " "
    for start, letters in {0xA1: _CAPITALS, **_REST}.items():
        places[start : start + len(letters)] = letters
    return "".join(places)


TABLE = _table()


def decode(raw: bytes) -> str:
    """Text from TCVN3 bytes. Raises UnicodeDecodeError where a byte means nothing."""
    return _raised(codecs.charmap_decode(raw, "strict", TABLE)[0])


def _raised(text: str) -> str:
    """Capitals again: fonts of capitals drew "NGUYÔN" as NGUYỄN, and the bytes say lower case."""

    def word(match: re.Match[str]) -> str:
        w = match.group()
        plain = [c for c in w if c.isascii()]
        return w.upper() if len(plain) > 1 and all(c.isupper() for c in plain) else w

    return text if text.isascii() else _WORD.sub(word, text)
