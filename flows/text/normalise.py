"""Cleaning what arrives, and comparing wordings. Called once for each incoming text before anything else reads it."""

from __future__ import annotations

import re
import unicodedata

from flows.text.fold import fold

_MARKS_KEPT = 2  # a Vietnamese letter never carries more (ế = circumflex + acute)


_FULL_WIDTH = {0xFF10 + n: 0x30 + n for n in range(10)}


_BIDI = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


_SPACES = re.compile(r"[ \t\u00a0\u3000]+")


def clean(text: str) -> str:
    """`text` as the rest of the house reads it: NFC, no control characters, no lone surrogates, no zalgo.

    Full-width digits become ASCII digits; line breaks stay; at most two combining marks per letter are kept.
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    out: list[str] = []
    marks = 0
    for ch in unicodedata.normalize("NFD", text.translate(_FULL_WIDTH)):
        if unicodedata.combining(ch):
            marks += 1
            if marks <= _MARKS_KEPT and out:
                out.append(ch)
            continue
        marks = 0
        if ch == "\n" or unicodedata.category(ch) not in ("Cc", "Cs", "Co", "Cn"):
            out.append(ch)
        elif ch in "\t\r":
            out.append(" ")
    text = unicodedata.normalize("NFC", "".join(out))
    return _SPACES.sub(" ", _BIDI.sub("", text)).strip()


def same_words(a: str, b: str) -> bool:
    """Whether two wordings are the same once diacritics, case and punctuation are off."""
    return plain(a) == plain(b) != ""


_NOT_WORDS = re.compile(r"[^a-z0-9]+")


def plain(text: str) -> str:
    """Folded words separated by single spaces: "Đổi mật khẩu!" -> "doi mat khau"."""
    return _NOT_WORDS.sub(" ", fold(text)).strip()
