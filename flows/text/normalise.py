"""Text brought to one form: cleaned as it arrives, plain for comparing wordings, normalised for finding questions.

Invariant: `clean` runs once on each incoming text before anything else reads it; the other two never change what is kept.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from flows.text.chat_spelling import MARKED, PHRASES, WORDS
from flows.text.fold import fold, tidy
from flows.text.syllable import decoded

_MARKS_KEPT = 2  # a Vietnamese letter never carries more (ế = circumflex + acute)
_FULL_WIDTH = {0xFF10 + n: 0x30 + n for n in range(10)}
_BIDI = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SPACES = re.compile(r"[ \t\u00a0\u3000]+")
_NOT_WORDS = re.compile(r"[^a-z0-9]+")


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
    """Whether a text is the same as one of our wordings `b` once diacritics, case and punctuation are off."""
    return plain(a) == plain_wording(b) != ""


def plain(text: str) -> str:
    """Folded words separated by single spaces: "Đổi mật khẩu!" -> "doi mat khau"."""
    return _NOT_WORDS.sub(" ", fold(text)).strip()


@lru_cache(maxsize=4096)
def plain_wording(text: str) -> str:
    """`plain` of a wording of our own, which is remembered; what people type is not."""
    return plain(text)


_YES_NO = frozenset({"khong", "k", "ko", "hok", "hong", "hem", "kg", "chua", "hk"})
_LONGEST = max(len(phrase.split()) for phrase in PHRASES)
_RUN = re.compile(r"(.)\1{2,}")  # "hảảả", "khônggg"
_PIECE = re.compile(r"[0-9]+|[^\W\d_]+[0-9]*")
_PLAIN_TEXT = re.compile(r"[\x20-\x7eÀ-ỹđĐ“”…–]*")  # composed already: nothing to tidy


def normalise(text: str) -> tuple[str, ...]:
    """The words of a text in one spelling: folded, chat spelling written out, set phrases joined.

    "quen mk r lam s" and "Quên mật khẩu rồi làm sao" give the same words. Numbers are kept only as their length: "#6".
    """
    typed = _PIECE.findall(text.lower() if _PLAIN_TEXT.fullmatch(text) else tidy(text))
    words: list[str] = []
    for at, piece in enumerate(typed):
        if piece.isdigit():
            words.append(piece if len(piece) <= 4 else f"#{len(piece)}")
        elif piece == "dk" and at and fold("".join(typed[at + 1 : at + 2])) in _YES_NO:
            words.append("duoc")
        elif piece == "hong" and fold("".join(typed[at + 1 : at + 2])) == "ngu":
            words.append("hong")
        else:
            words.extend(_word(piece).split())
    return _joined(words)


@lru_cache(maxsize=8192)
def _word(typed: str) -> str:
    """One typed word, lower-case NFC, as one or more canonical folded words."""
    short = _RUN.sub(r"\1", typed)
    plain = fold(short)
    known = MARKED.get(typed) or MARKED.get(short) or WORDS.get(plain)
    if known is not None:
        return known
    if plain.startswith("vs") and 4 <= len(plain) <= 7 and plain.endswith(("d", "ip", "i")):
        return "vssid"
    real = decoded(typed) if len(plain) >= 3 else None
    return fold(real) if real else plain


def _joined(words: list[str]) -> tuple[str, ...]:
    """The words with set phrases, the longest first, put as what they mean."""
    out: list[str] = []
    start = 0
    while start < len(words):
        for size in range(min(_LONGEST, len(words) - start), 0, -1):
            phrase = " ".join(words[start : start + size])
            meant = PHRASES.get(phrase) if size > 1 else phrase
            if meant is not None:
                out.extend(meant.split())
                start += size
                break
    return tuple(out)
