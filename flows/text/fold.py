"""Vietnamese text without its diacritics, and cut into words. Called wherever two spellings are compared.

Invariant: letters are decomposed first, so NFC and NFD of a text give the same result.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Letters that Unicode does not decompose. Vietnamese needs one; Ð and ɖ are what OCR and old fonts leave.
_NOT_DECOMPOSED = str.maketrans({"đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "ɖ": "d", "Ɖ": "d"})
_WORD = re.compile(r"[^\W_]+")
_MAX_MARKS = 2  # the most a Vietnamese letter carries ("ễ"); more is zalgo

TONES = {"\u0300": "huyen", "\u0301": "sac", "\u0303": "nga", "\u0309": "hoi", "\u0323": "nang"}
SHAPES = frozenset("\u0302\u0306\u031b")  # circumflex, breve, horn


def _letters(text: str, marks_kept: int) -> str:
    """Lower-case decomposed letters with at most so many Vietnamese marks each; no invisible signs or lone surrogates."""
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFKD", text):
        kind = unicodedata.category(char)
        if kind[0] == "M":
            marks += 1
            if marks <= marks_kept and (char in TONES or char in SHAPES):
                kept.append(char)
        elif kind not in ("Cf", "Cs"):
            marks = 0
            kept.append(" " if kind[0] == "Z" or kind == "Cc" else char)
    return "".join(kept).lower()


def fold(text: str) -> str:
    """The text in lower case without diacritics, đ as d, full-width and raised forms as plain ones.

    Any `str` is accepted: lone surrogates and invisible signs are dropped, control characters become spaces.
    `fold(fold(t)) == fold(t)`, and NFC and NFD of the same text fold alike.
    """
    if text.isascii() and text.isprintable():
        return text.lower()
    return _folded_word(text) if len(text) <= _WORD_LENGTH else _folded(text)


_WORD_LENGTH = 8  # letters of the longest syllable, marks apart: so much is remembered, and no message


def _folded(text: str) -> str:
    folded = ""
    while text != folded:  # lower-casing may uncover a mark ("İ"); settles in a step or two
        text, folded = _letters(text.translate(_NOT_DECOMPOSED), 0), text
    return folded


_folded_word = lru_cache(maxsize=8192)(_folded)


def tidy(text: str) -> str:
    """The text in lower-case NFC with its Vietnamese marks kept: at most two a letter, no invisible signs."""
    if text.isascii() and text.isprintable():
        return text.lower()
    return unicodedata.normalize("NFC", _letters(text, _MAX_MARKS))


@dataclass(frozen=True, slots=True)
class Word:
    """One typed word: `text` in lower-case NFC with its marks, `plain` folded."""

    text: str
    plain: str

    @property
    def marked(self) -> bool:
        """Whether any diacritic or đ was typed."""
        return self.text != self.plain


def words(text: str) -> tuple[Word, ...]:
    """The runs of letters and digits of a text, in order; punctuation and underscores part them."""
    return tuple(Word(t, p) for t in _WORD.findall(tidy(text)) if (p := fold(t)).strip())


def join_key(text: str) -> str:
    """The folded words with one space between them: what two spellings of the same name share."""
    return " ".join(_WORD.findall(fold(text)))


@lru_cache(maxsize=8192)
def marks(text: str) -> tuple[str, frozenset[str]]:
    """The tone of one syllable ("" when none is written) and its other marks, each with its letter."""
    tone, shapes, base = "", set(), ""
    for char in unicodedata.normalize("NFD", text.lower()):
        if char in TONES:
            tone = TONES[char]
        elif char in SHAPES:
            shapes.add(base + char)
        elif char == "đ":
            shapes.add("đ")
        else:
            base = char
    return tone, frozenset(shapes)
