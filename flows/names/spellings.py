"""How a syllable gets written by hand and ear: i/y, chat spelling, regional sounds. Called by the similarity and spelling costs.

Invariant: from the true spelling to the typed one, each with its cost.

Sources: the 1980 spelling rule for i/y; lists of regional mix-ups (s/x, tr/ch, d/gi/v, r/g, h/qu, n/ng, t/c, nh/n,
ch/t, ai/ay, ao/au, im/iem) and of chat spelling (i>j, qu>w, ph>f, gi>j/z, d, v>z, c>k, ch>k, nh>nk) as people collect
them on Vietnamese forums. How often each happens is not known; the costs are set on noise of our own making.
"""

from __future__ import annotations

from itertools import product

from flows.text.chat_spelling import ENDS, ONSETS, ONSETS_WRITTEN, pairs
from flows.text.syllable import parts

SPELLING = 0.03  # another spelling of the same syllable
CHAT = 0.06  # chat spelling
HEARD = 0.32  # another region's sound

_onsets = "v-d v-gi d-v d-gi gi-d gi-v s-x x-s tr-ch ch-tr r-g g-r gh-r l-n n-l"
_rimes = (
    "ai-ay ay-ai ao-au au-ao im-iem iem-im ip-iep iep-ip iu-ieu ieu-iu uu-uou uou-uu ui-uoi uoi-ui oai-oay oay-oai "
    "uom-um um-uom om-am"
)
_HEARD_ONSETS, _HEARD_RIMES = pairs(_onsets), pairs(_rimes)
_HEARD_ENDS = pairs("ng-n nh-n n-ng n-nh ch-t c-t t-c t-ch")
_RARE = frozenset(pairs("l-n n-l om-am um-uom uom-um ui-uoi uoi-ui"))
_VOWELS = frozenset("aeiou")
_AS_J = str.maketrans("iy", "jj")


def _heard(pair: tuple[str, str]) -> float:
    return HEARD * (1.4 if pair in _RARE else 1.0)


def _respelled(plain: str) -> set[str]:
    """i for y and back, where both sound the same: after a consonant or qu, and in uy inside a syllable."""
    found = set()
    for spot, letter in enumerate(plain):
        before = plain[spot - 1 : spot]
        inside = before == "u" and spot + 1 < len(plain)
        if letter in "iy" and (before not in _VOWELS or plain[:spot] == "qu" or inside):
            found.add(plain[:spot] + ("y" if letter == "i" else "i") + plain[spot + 1 :])
    return found


def _chatted(plain: str) -> set[str]:
    onset, rime = parts(plain)
    starts = {onset, *(typed for typed, meant in (*ONSETS, *ONSETS_WRITTEN) if meant == onset)}
    ends = {rime, *(rime[: -len(end)] + typed for typed, end in ENDS if rime.endswith(end))}
    whole: set[str] = set()
    for start, end in product(starts, ends):
        whole |= {start + end, start + end.translate(_AS_J), (start + end).replace("i", "j")}
    return whole - {plain}


def _ends_heard(rime: str) -> dict[str, float]:
    found = {pair[1]: _heard(pair) for pair in _HEARD_RIMES if pair[0] == rime}
    for end, other in _HEARD_ENDS:
        if rime.endswith(end) and len(rime) > len(end):
            found[rime[: -len(end)] + other] = HEARD
    return found


def _onsets_heard(onset: str, rime: str) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for pair in _HEARD_ONSETS:
        other = pair[1]
        if pair[0] != onset:
            continue
        if other == "gi" and rime[:1] in "iy":
            found["g", rime] = _heard(pair)
        found[other, rime] = _heard(pair)
        if other == "g" and rime[:1] in "iey":
            found["gh", rime] = _heard(pair)
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
