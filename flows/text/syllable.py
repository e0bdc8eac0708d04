"""What a Vietnamese syllable can be, and what Telex, VNI and chat spelling leave of one. Called by the name and directory searches.

Invariant: a word that is a syllable as it stands is never decoded.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import product

from flows.text.chat_spelling import ENDS, ENDS_READ, ONSETS, ONSETS_READ
from flows.text.fold import fold

# Folded onsets and rimes; the spelling rules (c/k, g/gh, ng/ngh, qu) are applied when they are joined.
_onsets = "b c ch d g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_rimes = (
    "a ac ach ai am an ang anh ao ap at au ay "
    "e ec ech em en eng enh eo ep et eu "
    "i ia ich iec iem ien ieng iep iet ieu im in inh ip it iu "
    "o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oen oeo oet oi om on ong ooc oong op ot "
    "u ua uan uang uat uay uc ue uech uenh ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu "
    "uy uya uych uyen uyet uyn uynh uyt uyu y yem yen yeng yet yeu"
)
_after_qu = "a ac ach ai an ang anh ao at au ay e en eng eo et o oc on y ych yen yet ynh yt i it inh"
_ONSETS = ("", *_onsets.split())
_RIMES = frozenset(_rimes.split())
_AFTER_QU = frozenset(_after_qu.split())
_ONSET_BY_LENGTH = tuple(sorted((o for o in _ONSETS if o), key=len, reverse=True))


def _written(onset: str, rime: str) -> bool:
    """Whether spelling joins this onset and this rime."""
    front = rime[0] in "eiy"
    if onset in ("k", "gh", "ngh"):
        return front
    if onset in ("c", "ng"):
        return not front
    if onset == "g":
        return not front or rime == "i"
    if onset == "gi":
        return not rime.startswith(("i", "y")) or rime in ("ia", "iet", "ieng", "iec")
    if rime[0] == "y" and len(rime) > 1:
        return onset == ""
    return True


def _all_syllables() -> frozenset[str]:
    plain = {o + r for o in _ONSETS if o != "qu" for r in _RIMES if _written(o, r)}
    fused = {"gin", "giet", "gieng", "gia", "gi"}
    return frozenset(plain | fused | {"qu" + r for r in _AFTER_QU})


SYLLABLES = _all_syllables()


def is_syllable(plain: str) -> bool:
    """Whether a folded word can be one Vietnamese syllable."""
    return plain in SYLLABLES


@lru_cache(maxsize=4096)
def parts(plain: str) -> tuple[str, str]:
    """Onset and rime of a folded word; the rime may be no Vietnamese one."""
    for onset in _ONSET_BY_LENGTH:
        if plain.startswith(onset) and (len(plain) > len(onset)):
            rest = plain[len(onset) :]
            if onset == "gi" and rest[0] not in "aeou":
                continue
            return onset, rest
    return "", plain


# ---- Telex and VNI -------------------------------------------------------------------------------

_TELEX_TONE = {"f": "\u0300", "s": "\u0301", "x": "\u0303", "r": "\u0309", "j": "\u0323"}
_VNI_TONE = {"2": "\u0300", "1": "\u0301", "4": "\u0303", "3": "\u0309", "5": "\u0323"}
_TELEX_KEYS = frozenset("fsxrjwaeod")
_HAT, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"
_VOWELS = frozenset("aeiouy")
_VNI_DIGITS = frozenset("123456789")


class _Letters:
    """Letters typed so far, each with its shape, and one tone."""

    def __init__(self) -> None:
        self.base: list[str] = []
        self.shape: list[str] = []
        self.tone = ""

    def add(self, letter: str) -> None:
        self.base.append(letter)
        self.shape.append("")

    def last(self, letters: str) -> int | None:
        """Where the last unshaped one of these letters stands."""
        spots = [i for i, b in enumerate(self.base) if b in letters and not self.shape[i]]
        return spots[-1] if spots else None

    def horn(self) -> bool:
        """w and 7 shape "uo" as a pair, else the last u or o."""
        pair = "".join(self.base).find("uo")
        if pair >= 0 and not self.shape[pair + 1]:
            self.shape[pair] = self.shape[pair + 1] = _HORN
            return True
        spot = self.last("uo")
        if spot and self.base[spot] == "u" and self.base[spot - 1] == "u":
            spot -= 1  # "huuw" means "hưu"
        if spot is not None:
            self.shape[spot] = _HORN
        return spot is not None

    def text(self) -> str:
        """The syllable, its tone on a shaped vowel, else on the last vowel that may carry it."""
        letters = [b + s if s != "đ" else "đ" for b, s in zip(self.base, self.shape, strict=True)]
        if self.tone:
            vowels = [i for i, b in enumerate(self.base) if b in _VOWELS]
            shaped = [i for i in vowels if self.shape[i]]
            if vowels:
                closed = vowels[-1] < len(self.base) - 1
                spot = shaped[-1] if shaped else vowels[-1] if closed or len(vowels) == 1 else vowels[-2]
                letters[spot] += self.tone
        return unicodedata.normalize("NFC", "".join(letters))


def _telex(raw: str) -> str | None:
    out = _Letters()
    used = False
    if raw[0] == "w" and raw[1:2] in ("a", "e", "i", "o", "y"):
        return None  # chat spelling for "qu"
    for offset, char in enumerate(raw):
        seen_vowel = any(b in _VOWELS for b in out.base)
        if char in _TELEX_TONE and seen_vowel:
            if out.base[-1] not in _VOWELS and not set(raw[offset + 1 :]) <= _TELEX_KEYS:
                return None  # inside the final ("hunfg"): nobody types a tone there, it is a slip
            out.tone, used = _TELEX_TONE[char], True
        elif char == "w":
            breve = out.last("a")
            if breve is not None and out.last("uo") is None:
                out.shape[breve] = _BREVE
            elif not out.horn():
                out.add("u")
                out.shape[-1] = _HORN
            used = True
        elif char in "aeo" and (spot := out.last(char)) is not None:
            out.shape[spot], used = _HAT, True
        elif char == "d" and out.base and out.base[0] == "d" and not out.shape[0]:
            out.shape[0], used = "đ", True
        else:
            out.add(char)
    return out.text() if used else None


def _vni(raw: str) -> str | None:
    out = _Letters()
    for char in raw:
        if char in _VNI_TONE:
            out.tone = _VNI_TONE[char]
        elif char == "6" and (spot := out.last("aeo")) is not None:
            out.shape[spot] = _HAT
        elif char == "8" and (spot := out.last("a")) is not None:
            out.shape[spot] = _BREVE
        elif char == "9" and out.base and out.base[0] == "d":
            out.shape[0] = "đ"
        elif char == "7":
            if not out.horn():
                return None
        elif char.isalpha():
            out.add(char)
        else:
            return None
    return out.text()


@lru_cache(maxsize=8192)
def decoded(text: str) -> str | None:
    """The accented syllable that a Telex or VNI left-over stands for, or None.

    `text` is one lower-case word ("nguyeenx", "vo4", also partly accented). None when the word is a syllable
    as it stands, or when nothing valid comes out: then it is a typo, and not for this function.
    """
    plain = fold(text)
    found = None if is_syllable(plain) else _keys_read(plain)
    return found if found is not None and is_syllable(fold(found)) else None


def loosely_decoded(text: str) -> str | None:
    """What Telex or VNI left-overs in a word with a slip may stand for ("nguyeebx" gives "nguyễb"), or None.

    Unlike `decoded`, what comes out need not be a syllable; it is to be compared, not believed.
    """
    return decoded(text) or _keys_read(fold(text))


def _keys_read(plain: str) -> str | None:
    """The keys of a folded word as Telex or VNI would have shown them, None when they are neither."""
    if len(plain) > 12 or not (plain.isascii() and plain.isalnum() and plain[0].isalpha()):
        return None
    return _telex(plain) if _VNI_DIGITS.isdisjoint(plain) else _vni(plain)


# ---- teencode ------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def teencode(plain: str) -> tuple[str, ...]:
    """The syllables that a folded word in chat spelling may stand for ("zo" for "do", "vo", "gio").

    Empty when the word is a syllable as it stands, or when no reading is one.
    """
    if not plain.isascii() or not plain.isalpha() or len(plain) > 8 or is_syllable(plain):
        return ()
    starts = [("", plain)]
    for typed, onset in (*ONSETS, *ONSETS_READ):
        if plain.startswith(typed) and len(plain) > len(typed):
            starts.append((onset, plain[len(typed) :]))
    found: dict[str, None] = {}
    for onset, rest in starts:
        ends = [(rest, "")]
        for typed, final in (*ENDS, *ENDS_READ):
            if rest.endswith(typed) and len(rest) > len(typed):
                ends.append((rest[: -len(typed)], final))
        for (middle, final), i in product(ends, ("i", "y")):
            for rime in (middle, middle.replace("j", i).replace("w", "u")):
                if is_syllable(syllable := onset + rime + final):
                    found[syllable] = None
    return tuple(found)
