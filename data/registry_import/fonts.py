"""Vietnamese that is not written in Unicode: fonts of before (TCVN3, VNI), letters that were lost, letters of other alphabets.

Used by values.py, columns.py and survey.py. Invariant: a text is called legacy only where it is no Vietnamese as it stands and is
Vietnamese in the font; what a whole column is, survey.py says.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from flows.text.fold import TONES, fold
from flows.text.syllable import is_syllable

_LOWER = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
VIETNAMESE = frozenset(_LOWER + _LOWER.upper())
# Letters of Windows-1252 that Vietnamese has not, and signs that no name has: what fonts of before leave behind.
STRANGE = re.compile("[¡-ª¬-¯±-³µ-¶¸-º¼-¾ÄÅÆÇËÎÏÐÑÖ×ØÛÜÞßäåæçëîïðñö÷øûüþÿƒŠšŸŽž]")
_WORD = re.compile(r"[^\s.,;:()/\-\"'’`]+")
_LOST = re.compile(r"[^\W\d_]\?|\?[^\W\d_]|\ufffd")
_ALIKE = str.maketrans(
    {
        "Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ",
        **dict(zip("АВЕКМНОРСТУХІЈаеорсухіј", "ABEKMHOPCTYXIJaeopcyxij", strict=True)),  # Cyrillic
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True)),  # Greek
        "ı": "i", "’": "'", "ʼ": "'",
    }
)  # fmt: skip

# TCVN 5712:1993, its third set: lower-case letters with tones at A8..FE, seven capitals without tones at A1..A7.
_TCVN3_FIRST = "ĂÂÊÔƠƯĐăâêôơưđ"  # A1..AE
_TCVN3_REST = {
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậè",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def _tcvn3_table() -> str:
    places = [
        chr(i) if i < 0x80 else "\ufffe" for i in range(256)
    ]  # U+FFFE: undefined, as charmap codecs have it
    places[0xA0] = " "
    for start, letters in {0xA1: _TCVN3_FIRST, **_TCVN3_REST}.items():
        places[start : start + len(letters)] = letters
    return "".join(places)


TCVN3_TABLE = _tcvn3_table()


def decode_tcvn3(raw: bytes) -> str:
    """Text from TCVN3 bytes. Raises UnicodeDecodeError where a byte means nothing."""
    return _raised(codecs.charmap_decode(raw, "strict", TCVN3_TABLE)[0])


def _raised(text: str) -> str:
    """Capitals again: fonts of capitals drew "NGUYÔN" as NGUYỄN, and the bytes say lower case."""

    def word(match: re.Match[str]) -> str:
        w = match.group()
        plain = [c for c in w if c.isascii()]
        return w.upper() if len(plain) > 1 and all(c.isupper() for c in plain) else w

    return text if text.isascii() else _LETTERS.sub(word, text)


_VNI_ALONE = dict(zip("ìíæóòôöîñÌÍÆÓÒÔÖÎÑ", "ìíỉĩịơưỵđÌÍỈĨỊƠƯỴĐ", strict=True))
_TONE_SIGNS = {"ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_HATS = {"â": "", "à": "\u0300", "á": "\u0301", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_BREVES = {"ê": "", "è": "\u0300", "é": "\u0301", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}


def _vni_pairs() -> dict[str, str]:
    pairs = {}
    marks = [*(("aeouyôö", sign, "", tone) for sign, tone in _TONE_SIGNS.items())]
    marks += [("aeo", sign, "\u0302", tone) for sign, tone in _HATS.items()]
    marks += [("a", sign, "\u0306", tone) for sign, tone in _BREVES.items()]
    for letters, sign, shape, tone in marks:
        for letter in letters:
            for base, mark in ((letter, sign), (letter.upper(), sign.upper()), (letter.upper(), sign)):
                plain = _VNI_ALONE.get(base, base)
                pairs[base + mark] = unicodedata.normalize("NFC", plain + shape + tone)
    return pairs


_VNI = {**_VNI_ALONE, **_vni_pairs()}
_VNI_PLACES = re.compile("|".join(re.escape(k) for k in sorted(_VNI, key=len, reverse=True)))


def from_vni(text: str) -> str:
    """A text that a VNI font shows: "Traàn Thò Thöû" -> "Trần Thị Thử"."""
    return _VNI_PLACES.sub(lambda m: _VNI[m[0]], text)


def from_tcvn3(text: str) -> str:
    """A text that a TCVN3 font (.VnTime) shows: "TrÇn ThÞ Thö" -> "Trần Thị Thử". Raises ValueError where it has no such letter."""
    return decode_tcvn3(text.encode("latin-1"))


FONTS: dict[str, Callable[[str], str]] = {"TCVN3": from_tcvn3, "VNI": from_vni}


def alike(text: str) -> str:
    """The text with letters that only look Vietnamese exchanged for the ones that are: Ð (U+00D0) -> Đ."""
    return text if text.isascii() else text.translate(_ALIKE)


def has_lost_letters(text: str) -> bool:
    """Whether a question mark or a black box stands where a letter was: "Nguy?n"."""
    return ("?" in text or "\ufffd" in text) and _LOST.search(text) is not None


def _vietnamese(text: str) -> bool:
    """Whether every word with marks can be a Vietnamese syllable: its letters, its shape, one tone at most."""
    marked = [w for w in _WORD.findall(text) if not w.isascii()]
    return all(
        set(w) - VIETNAMESE <= _ASCII_LETTERS
        and is_syllable(fold(w))
        and sum(c in TONES for c in unicodedata.normalize("NFD", w)) <= 1
        for w in marked
    )


_ASCII_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
PLAIN, UNICODE, EITHER, TWICE = "plain", "unicode", "either", "twice"


@lru_cache(maxsize=8192)
def writing_of(text: str) -> str:
    """How a cell is written: PLAIN (nothing tells), UNICODE, a font's name, EITHER (both are Vietnamese), TWICE (encoded twice)."""
    text = unicodedata.normalize("NFC", text)
    if text.isascii():
        return PLAIN
    direct = _vietnamese(alike(text))
    if not direct and _encoded_twice(text):
        return TWICE
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return UNICODE
    fonts = [name for name in FONTS if _in_font(text, name)]
    if not fonts:
        return UNICODE if direct else PLAIN
    return EITHER if direct else fonts[0]


def _in_font(text: str, name: str) -> bool:
    """Whether the font makes Vietnamese of it, and something else than it was."""
    try:
        read = FONTS[name](text)
    except ValueError:
        return False
    return read != text and _vietnamese(read)


def in_font(text: str, name: str) -> str | None:
    """The text as this font shows it, None where that is no Vietnamese."""
    text = unicodedata.normalize("NFC", text)
    if text.isascii():
        return text
    try:
        read = FONTS[name](text)
    except ValueError:
        return None
    return read if _vietnamese(read) else None


def _encoded_twice(text: str) -> bool:
    """Whether UTF-8 was taken for Windows-1252: "Tráº§n"."""
    raw = bytearray()
    for c in text:
        try:
            raw += c.encode("cp1252")
        except UnicodeEncodeError:
            if ord(c) > 0xFF:
                return False
            raw.append(ord(c))
    try:
        return bool(VIETNAMESE & set(codecs.decode(bytes(raw), "utf-8")))
    except UnicodeDecodeError:
        return False
