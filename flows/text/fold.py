"""Vietnamese text without its diacritics, and cut into words. Called wherever two spellings are compared.

Invariant: letters are decomposed first, so NFC and NFD of a text give the same result.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

# Letters that Unicode does not decompose. Vietnamese needs one; Ð and ɖ are what OCR and old fonts leave.
_NOT_DECOMPOSED = str.maketrans({"đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "ɖ": "d", "Ɖ": "d"})
_WORD = re.compile(r"[^\W_]+")
_MOST_CHARACTERS = 4096  # that a table keeps

TONES = {"\u0300": "huyen", "\u0301": "sac", "\u0303": "nga", "\u0309": "hoi", "\u0323": "nang"}
SHAPES = frozenset("\u0302\u0306\u031b")  # circumflex, breve, horn
_MARK = f"[{''.join((*TONES, *sorted(SHAPES)))}]"
_TOO_MANY_MARKS = re.compile(
    f"({_MARK}{{2}}){_MARK}+"
)  # a Vietnamese letter carries two at most ("ễ"); more is zalgo


class _LetterTable(dict[int, str]):
    """What each character becomes, found out when it is first met: a table for `str.translate`."""

    def __init__(self, becomes: Callable[[str], str]) -> None:
        super().__init__()
        self._becomes = becomes

    def __missing__(self, point: int) -> str:
        if len(self) >= _MOST_CHARACTERS:
            self.clear()
        self[point] = self._becomes(chr(point))
        return self[point]


def _plain_letter(char: str) -> str:
    """One character folded: a letter loses its marks, a separator is a space, a mark or an invisible sign nothing."""
    folded = ""
    while char != folded:  # lower-casing may uncover a mark ("İ"); settles in a step or two
        parts = unicodedata.normalize("NFKD", char.translate(_NOT_DECOMPOSED))
        char, folded = "".join("" if _is_mark(c) else _visible(c) for c in parts).lower(), char
    return folded


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


def _visible(char: str) -> str:
    """A character that is no mark; a space for separators and control characters, "" for what nobody sees."""
    kind = unicodedata.category(char)
    if kind in ("Cf", "Cs"):
        return ""
    return " " if kind[0] == "Z" or kind == "Cc" else char


def _decomposed(char: str) -> str:
    """One character of a decomposed text as `tidy` keeps it."""
    return (char if char in TONES or char in SHAPES else "") if _is_mark(char) else _visible(char)


_FOLDED, _TIDIED = _LetterTable(_plain_letter), _LetterTable(_decomposed)


def fold(text: str) -> str:
    """The text in lower case without diacritics, đ as d, full-width and raised forms as plain ones.

    Any `str` is accepted: lone surrogates and invisible signs are dropped, control characters become spaces.
    `fold(fold(t)) == fold(t)`, and NFC and NFD of the same text fold alike.
    """
    if text.isascii() and text.isprintable():
        return text.lower()
    return text.translate(_FOLDED)


def tidy(text: str) -> str:
    """The text in lower-case NFC with its Vietnamese marks kept: at most two a letter, no invisible signs."""
    if text.isascii() and text.isprintable():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text).translate(_TIDIED)
    return unicodedata.normalize("NFC", _TOO_MANY_MARKS.sub(r"\1", letters).lower())


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
