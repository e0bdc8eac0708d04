"""How a syllable gets written by hand and ear: i/y, chat spelling, regional sounds. Rule: from the true to the typed.

Sources: the 1980 spelling rule for i/y; lists of regional mix-ups (s/x, tr/ch, d/gi/v, r/g, h/qu, n/ng, t/c, nh/n,
ch/t, ai/ay, ao/au, im/iem) and of chat spelling (i>j, qu>w, ph>f, gi>j/z, d, v>z, c>k, ch>k, nh>nk) as people collect
them on Vietnamese forums. How often each happens is not known; the costs are set on noise of our own making.
"""

from __future__ import annotations

from itertools import product

from flows.text.chat_spelling import ENDS, ONSETS, ONSETS_WRITTEN
from flows.text.syllable import parts

SPELLING = 0.03  # another spelling of the same syllable
CHAT = 0.06  # chat spelling
HEARD = 0.32  # another region's sound

_HEARD_ONSET = {
    "v": ("d", "gi"), "d": ("v", "gi"), "gi": ("d", "v"), "s": ("x",), "x": ("s",), "tr": ("ch",), "ch": ("tr",),
    "r": ("g",), "g": ("r",), "gh": ("r",), "l": ("n",), "n": ("l",),
}  # fmt: skip  # reason: reads as the table it is
_HEARD_RIME = {
    "ai": ("ay",), "ay": ("ai",), "ao": ("au",), "au": ("ao",), "im": ("iem",), "iem": ("im",), "ip": ("iep",),
    "iep": ("ip",), "iu": ("ieu",), "ieu": ("iu",), "uu": ("uou",), "uou": ("uu",), "ui": ("uoi",), "uoi": ("ui",),
    "oai": ("oay",), "oay": ("oai",), "uom": ("um",), "um": ("uom",), "om": ("am",),
}  # fmt: skip  # reason: as above
_HEARD_END = (
    ("ng", ("n",)),
    ("nh", ("n",)),
    ("n", ("ng", "nh")),
    ("ch", ("t",)),
    ("c", ("t",)),
    ("t", ("c", "ch")),
)
_RARE = frozenset(
    {("l", "n"), ("n", "l"), ("om", "am"), ("um", "uom"), ("uom", "um"), ("ui", "uoi"), ("uoi", "ui")}
)


def _respelled(plain: str) -> set[str]:
    """i for y and back, where both sound the same: after a consonant or qu, and in uy inside a syllable."""
    found = set()
    for place, letter in enumerate(plain):
        if letter in "iy":
            before = plain[place - 1] if place else ""
            alike = (
                before not in _VOWELS or plain[:place] == "qu" or (before == "u" and place + 1 < len(plain))
            )
            if alike:
                found.add(plain[:place] + ("y" if letter == "i" else "i") + plain[place + 1 :])
    return found


_VOWELS = frozenset("aeiou")


def _chatted(plain: str) -> set[str]:
    onset, rime = parts(plain)
    starts = {onset, *(typed for typed, meant in (*ONSETS, *ONSETS_WRITTEN) if meant == onset)}
    ends = {rime, *(rime[: -len(end)] + typed for typed, end in ENDS if rime.endswith(end))}
    whole: set[str] = set()
    for start, end in product(starts, ends):
        whole.add(start + end)
        whole.add(start + end.replace("i", "j").replace("y", "j"))
        whole.add((start + end).replace("i", "j"))
    whole.discard(plain)
    return whole


def _ends_heard(rime: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for other in _HEARD_RIME.get(rime, ()):
        found[other] = HEARD * (1.4 if (rime, other) in _RARE else 1.0)
    for end, others in _HEARD_END:
        if rime.endswith(end) and len(rime) > len(end):
            for other in others:
                found[rime[: -len(end)] + other] = HEARD
            break
    return found


def _onsets_heard(onset: str, rime: str) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for other in _HEARD_ONSET.get(onset, ()):
        cost = HEARD * (1.4 if (onset, other) in _RARE else 1.0)
        if other == "gi" and rime[:1] in "iy":
            found["g", rime] = cost
        found[other, rime] = cost
        if other == "g" and rime[:1] in "iey":
            found["gh", rime] = cost
    if onset == "h" and rime[:1] in "uo" and len(rime) > 1:  # huynh, hoang -> quynh, quang
        found["qu", rime[1:]] = HEARD
        found["q", rime] = HEARD
    if onset == "h" and rime[:1] == "o" and len(rime) > 1:
        found["w", rime[1:]] = HEARD * 1.4
    if onset == "qu":
        found["h", "u" + rime] = HEARD
        found["h", "o" + rime] = HEARD
        found["g", "u" + rime] = HEARD * 1.4
    return found


def spellings(plain: str) -> dict[str, float]:
    """Every way a folded syllable may come out, each with its cost; the syllable itself is not among them."""
    found: dict[str, float] = {}

    def note(text: str, cost: float) -> None:
        if text != plain and text and cost < found.get(text, 9.0):
            found[text] = cost

    for text in _respelled(plain):
        note(text, SPELLING)
    for text in _chatted(plain):
        note(text, CHAT)
    onset, rime = parts(plain)
    if not onset and rime == plain and len(plain) < 2:
        return found
    rimes = {rime: 0.0, **_ends_heard(rime)}
    onsets = {(onset, rime): 0.0, **_onsets_heard(onset, rime)}
    for (start, inner), start_cost in onsets.items():
        ends = rimes if inner == rime else {inner: 0.0, **_ends_heard(inner)}
        for end, end_cost in ends.items():
            parsed = start + end
            note(parsed, start_cost + end_cost)
            for text in _respelled(parsed):
                note(text, start_cost + end_cost + SPELLING)
    return found
