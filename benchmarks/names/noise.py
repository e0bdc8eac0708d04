"""How people type a Vietnamese name: 33 kinds of noise and 14 compounds of them. Rule: written from the list of kinds alone, knowing nothing of how names are compared.

A kind takes the name's syllables as registered and chance, and gives what is typed together with what of the name is left
to see (`Kept`), or None where it cannot happen to this name.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
_TELEX_TONE = {_GRAVE: "f", _ACUTE: "s", _HOOK: "r", _TILDE: "x", _DOT: "j"}
_VNI_TONE = {_ACUTE: "1", _GRAVE: "2", _HOOK: "3", _TILDE: "4", _DOT: "5"}
_TELEX_SHAPE = {"â": "aa", "ê": "ee", "ô": "oo", "ă": "aw", "ơ": "ow", "ư": "uw", "đ": "dd"}
_VNI_SHAPE = {"â": "a6", "ê": "e6", "ô": "o6", "ơ": "o7", "ư": "u7", "ă": "a8", "đ": "d9"}
_VOWELS = frozenset("aăâeêioôơuưy")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@dataclass(frozen=True, slots=True)
class Kept:
    """What of the name can still be told from what was typed: one pattern for each syllable that is left.

    A pattern is a folded syllable, or its beginning with a star ("v*"). `gaps`: where syllables may be missing: "family",
    "middle", or "one" (one of the middle).
    """

    patterns: tuple[str, ...]
    gaps: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, what it leaves to see, and the name in it where there are words around it."""

    text: str
    kept: Kept
    name: str = ""


Syllables = list[str]  # as registered, lower case, NFC, with marks
Kind = Callable[[Syllables, random.Random], Typed | None]


# -- letters


def bare(text: str) -> str:
    """Without marks, đ as d, lower case."""
    flat = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in flat if not unicodedata.combining(c))


def split_tone(syllable: str) -> tuple[str, str]:
    """("nguyên", tilde) for "nguyễn": the letters without the tone, and the tone's mark or ""."""
    tone, kept = "", []
    for char in unicodedata.normalize("NFD", syllable):
        if char in _TELEX_TONE:
            tone = char
        else:
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)), tone


def with_tone(letters: str, tone: str) -> str:
    """The letters with the tone on the vowel where it is usually put."""
    if not tone:
        return letters
    start = 2 if letters[:2] in ("qu", "gi") and any(c in _VOWELS for c in letters[2:]) else 0
    places = [i for i in range(start, len(letters)) if letters[i] in _VOWELS]
    if not places:
        return letters
    shaped = [i for i in places if letters[i] in "ăâêôơư"]
    closed = places[-1] + 1 < len(letters)
    at = shaped[-1] if shaped else places[-1] if closed or len(places) == 1 else places[-2]
    return unicodedata.normalize("NFC", letters[: at + 1] + tone + letters[at + 1 :])


def _keep(syllables: Syllables) -> Kept:
    return Kept(tuple(bare(s) for s in syllables))


def _dressed(syllables: Syllables, chance: random.Random, *, marks: float = 0.45) -> str:
    """The usual looks of a name where nothing else is said of it: with or without marks, in small letters or titled."""
    words = syllables if chance.random() < marks else [bare(s) for s in syllables]
    text = " ".join(words)
    return text.title() if chance.random() < 0.35 else text


def _one(
    syllables: Syllables, change: Callable[[str], str | None], chance: random.Random
) -> Syllables | None:
    """One syllable changed, whichever allows it."""
    order = list(range(len(syllables)))
    chance.shuffle(order)
    for at in order:
        new = change(syllables[at])
        if new and new != syllables[at]:
            return [*syllables[:at], new, *syllables[at + 1 :]]
    return None


# -- marks and input methods


def full(s: Syllables, chance: random.Random) -> Typed:
    return Typed(" ".join(s).title(), _keep(s))


def nodia(s: Syllables, chance: random.Random) -> Typed:
    return Typed(_dressed(s, chance, marks=0), _keep(s))


def partial(s: Syllables, chance: random.Random) -> Typed | None:
    marked = [i for i, w in enumerate(s) if bare(w) != w]
    if len(marked) < 2:
        return None
    lost = set(chance.sample(marked, chance.randint(1, len(marked) - 1)))
    return Typed(" ".join(bare(w) if i in lost else w for i, w in enumerate(s)).title(), _keep(s))


def tonedrop(s: Syllables, chance: random.Random) -> Typed | None:
    lost = [split_tone(w)[0] for w in s]
    return Typed(" ".join(lost).title(), _keep(s)) if lost != s else None


def dstroke(s: Syllables, chance: random.Random) -> Typed | None:
    return (
        Typed(" ".join(w.replace("đ", "d") for w in s).title(), _keep(s))
        if any("đ" in w for w in s)
        else None
    )


def keys_of(syllable: str, chance: random.Random, shapes: dict[str, str], tones: dict[str, str]) -> str:
    """What the keyboard saw: shapes after their letter, the tone at the end or after its vowel."""
    letters, tone = split_tone(syllable)
    typed = letters
    if shapes is _TELEX_SHAPE and "ươ" in letters and chance.random() < 0.7:
        typed = typed.replace("ươ", "uow")
    at_end = chance.random() < 0.7
    if tone and not at_end:
        marked = with_tone(typed if "ươ" not in letters else letters, tone)
        out = []
        for char in marked:
            plain, mark = split_tone(char)
            out.append(shapes.get(plain, plain) + (tones[mark] if mark else ""))
        return "".join(out)
    return "".join(shapes.get(c, c) for c in typed) + (tones[tone] if tone else "")


def _left_over(shapes: dict[str, str], tones: dict[str, str], *, only_one: bool) -> Kind:
    def kind(s: Syllables, chance: random.Random) -> Typed | None:
        if only_one:
            changed = _one(s, lambda w: keys_of(w, chance, shapes, tones), chance)
        else:
            changed = [keys_of(w, chance, shapes, tones) for w in s]
        if changed is None or changed == s:
            return None
        text = " ".join(changed)
        if chance.random() < 0.5:
            text = " ".join(w[:1].upper() + w[1:] for w in text.split())
        return Typed(text, _keep(s))

    return kind


telex = _left_over(_TELEX_SHAPE, _TELEX_TONE, only_one=False)
telex_mixed = _left_over(_TELEX_SHAPE, _TELEX_TONE, only_one=True)
vni = _left_over(_VNI_SHAPE, _VNI_TONE, only_one=False)


def toneplace(s: Syllables, chance: random.Random) -> Typed | None:
    def moved(w: str) -> str | None:
        letters, tone = split_tone(w)
        if not tone or not re.search(r"(oa|oe|uy)$", letters) or letters.startswith("qu"):
            return None
        first = letters[:-1] + tone + letters[-1:]
        last = letters + tone
        first, last = (unicodedata.normalize("NFC", x) for x in (first, last))
        return last if w == first else first

    changed = _one(s, moved, chance)
    return Typed(" ".join(changed).title(), _keep(s)) if changed else None


def nfd(s: Syllables, chance: random.Random) -> Typed:
    return Typed(unicodedata.normalize("NFD", " ".join(s).title()), _keep(s))


def iy(s: Syllables, chance: random.Random) -> Typed | None:
    def other(w: str) -> str | None:
        letters, tone = split_tone(w)
        found = re.fullmatch(r"([bcdđghklmnpqrstvx]+)([iy])", letters)
        if not found or letters.startswith(("qu", "gi")) or found[1] == "g":
            return None
        return with_tone(found[1] + ("y" if found[2] == "i" else "i"), tone)

    changed = _one(s, other, chance)
    return Typed(_dressed(changed, chance), _keep(s)) if changed else None


def hoinga(s: Syllables, chance: random.Random) -> Typed | None:
    def swapped(w: str) -> str | None:
        letters, tone = split_tone(w)
        other = {_HOOK: _TILDE, _TILDE: _HOOK}.get(tone)
        return with_tone(letters, other) if other else None

    changed = _one(s, swapped, chance)
    return Typed(" ".join(changed).title(), _keep(s)) if changed else None


# -- spaces and capitals


def caps(s: Syllables, chance: random.Random) -> Typed:
    return Typed((" ".join(s) if chance.random() < 0.4 else bare(" ".join(s))).upper(), _keep(s))


def spaces(s: Syllables, chance: random.Random) -> Typed:
    gap = chance.choice(["  ", "   ", " . ", ", ", "-", "_", "\t"])
    text = _dressed(s, chance).replace(" ", gap)
    return Typed(chance.choice(["", " ", "- "]) + text + chance.choice(["", ".", " !", "  ", ","]), _keep(s))


def joined(s: Syllables, chance: random.Random) -> Typed | None:
    return Typed("".join(bare(w) for w in s), _keep(s)) if len(s) > 1 else None


def joined_part(s: Syllables, chance: random.Random) -> Typed | None:
    if len(s) < 3:
        return None
    words = s if chance.random() < 0.3 else [bare(w) for w in s]
    at = chance.randrange(len(words) - 1)
    return Typed(" ".join([*words[:at], words[at] + words[at + 1], *words[at + 2 :]]), _keep(s))


def split(s: Syllables, chance: random.Random) -> Typed | None:
    words = [bare(w) for w in s]
    long = [i for i, w in enumerate(words) if len(w) >= 4]
    if not long:
        return None
    at = chance.choice(long)
    cut = chance.randint(1, len(words[at]) - 1)
    words[at] = f"{words[at][:cut]} {words[at][cut:]}"
    return Typed(" ".join(words), _keep(s))


# -- slips of the hand


def near_key(letter: str, chance: random.Random) -> str:
    """A key beside this one."""
    for r, row in enumerate(_ROWS):
        at = row.find(letter)
        if at >= 0:
            beside = [row[i] for i in (at - 1, at + 1) if 0 <= i < len(row)]
            for other in (r - 1, r + 1):
                if 0 <= other < len(_ROWS):
                    beside += [
                        _ROWS[other][i]
                        for i in (at, at + (1 if other < r else -1))
                        if 0 <= i < len(_ROWS[other])
                    ]
            return chance.choice(beside)
    return letter


def slip(text: str, chance: random.Random, how: str = "") -> str | None:
    """One slip of the hand: sub, del, swap or ins, anywhere in the letters."""
    how = how or chance.choice(["sub", "del", "swap", "ins"])
    places = [i for i, c in enumerate(text) if c.isalpha()]
    at = chance.choice(places)
    plain = bare(text[at])
    if how == "sub":
        return text[:at] + near_key(plain, chance) + text[at + 1 :]
    if how == "del":
        alone = (at == 0 or text[at - 1] == " ") and (at + 1 == len(text) or text[at + 1] == " ")
        return None if alone else text[:at] + text[at + 1 :]
    if how == "ins":
        extra = plain if chance.random() < 0.5 else near_key(plain, chance)
        return text[: at + 1] + extra + text[at + 1 :]
    if at + 1 < len(text) and text[at + 1].isalpha() and text[at + 1] != text[at]:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return None


def slips(text: str, chance: random.Random, count: int, how: str = "") -> str | None:
    """So many slips, none undoing the whole."""
    out: str | None = text
    for _ in range(count):
        out = slip(out, chance, how) if out else None
    return None if out is None or bare(out) == bare(text) else out


def _typo(count: int, how: str = "") -> Kind:
    def kind(s: Syllables, chance: random.Random) -> Typed | None:
        text = _dressed(s, chance, marks=0.25).lower()
        out = slips(text, chance, count, how)
        return Typed(out, _keep(s)) if out else None

    return kind


def repeat(s: Syllables, chance: random.Random) -> Typed:
    text = bare(" ".join(s))
    at = chance.choice([i for i, c in enumerate(text) if c.isalpha()])
    return Typed(text[:at] + text[at] * chance.randint(2, 4) + text[at + 1 :], _keep(s))


# -- how the delta speaks, and how the young write

_INITIALS = [("tr", "ch"), ("ch", "tr"), ("s", "x"), ("x", "s"), ("gi", "d"), ("gi", "v"), ("d", "gi"), ("d", "v"), ("v", "d"), ("v", "gi"), ("r", "g"), ("hu", "qu"), ("qu", "hu")]  # fmt: skip
_FINALS = [("anh", "an"), ("inh", "in"), ("ênh", "ên"), ("ich", "it"), ("ach", "at"), ("ch", "t"), ("ng", "n"), ("n", "ng"), ("t", "c"), ("c", "t"), ("ai", "ay"), ("ay", "ai"), ("ao", "au"), ("au", "ao"), ("im", "iêm"), ("iêm", "im"), ("nh", "n")]  # fmt: skip


def regional_initial(w: str, chance: random.Random) -> str | None:
    letters, tone = split_tone(w)
    options = []
    for a, b in _INITIALS:
        rest = letters[len(a) :]
        if not letters.startswith(a) or not rest or (a == "s" and rest[0] not in _VOWELS):
            continue
        if a == "gi" and rest[0] not in _VOWELS:
            rest, b = "i" + rest, b
        if a in ("hu", "qu") and rest[0] not in _VOWELS:
            continue
        if a == "d" and b == "gi" and rest[0] == "i":
            continue
        if letters.startswith("đ"):
            continue
        options.append(b + rest)
    return with_tone(chance.choice(options), tone) if options else None


def regional_final(w: str, chance: random.Random) -> str | None:
    letters, tone = split_tone(w)
    options = []
    for a, b in _FINALS:
        stem = letters[: -len(a)]
        if not letters.endswith(a) or not stem or (a in ("n", "t", "c") and stem[-1] not in _VOWELS):
            continue
        if a == "ng" and stem[-1] not in _VOWELS:
            continue
        options.append(stem + b)
    return with_tone(chance.choice(options), tone) if options else None


def _regional(*changes: Callable[[str, random.Random], str | None]) -> Kind:
    def kind(s: Syllables, chance: random.Random) -> Typed | None:
        changed: Syllables | None = list(s)
        for change in changes:
            changed = _one(changed, lambda w, c=change: c(w, chance), chance) if changed else None  # type: ignore[misc]
        return Typed(_dressed(changed, chance), _keep(s)) if changed and changed != s else None

    return kind


reg_init, reg_final = _regional(regional_initial), _regional(regional_final)
reg2 = _regional(regional_final, regional_initial)


def young(w: str, chance: random.Random) -> str | None:
    """A syllable as the young wrote it: ph>f, qu>w, gi>j or z, d and v>z, c and ch>k, nh>nk, i>j."""
    out = bare(w)
    first = [
        ("ph", "f"),
        ("qu", "w"),
        ("gi", chance.choice("jz")),
        ("ch", "k"),
        ("c", "k"),
        ("d", "z"),
        ("v", "z"),
    ]
    options = []
    for a, b in first:
        if out.startswith(a) and len(out) > len(a) and not w.startswith("đ"):
            options.append(b + out[len(a) :])
            break
    if out.endswith("nh"):
        options.append(out[:-2] + "nk")
    if re.search(r"[^aeouy]i[a-z]", out) and not out.startswith("gi"):
        options.append(re.sub(r"(?<=[^aeouy])i", "j", out, count=1))
    return chance.choice(options) if options else None


def teencode(s: Syllables, chance: random.Random) -> Typed | None:
    flat = [bare(w) for w in s]
    changed = (
        [young(w, chance) or bare(w) for w in s]
        if chance.random() < 0.5
        else _one(s, lambda w: young(w, chance), chance)
    )
    if changed is None or [bare(w) for w in changed] == flat:
        return None
    return Typed(" ".join(bare(w) for w in changed), _keep(s))


def mixed(s: Syllables, chance: random.Random) -> Typed | None:
    """Without marks, one sound of the region, one slip."""
    kind = chance.choice([regional_initial, regional_final])
    changed = _one(s, lambda w: kind(w, chance), chance)
    out = slips(bare(" ".join(changed)), chance, 1) if changed else None
    return Typed(out, _keep(s)) if out else None
