"""How a whole query may be read as a name: what was wrapped around it, joined, or torn apart. Rule: strip nothing for good; every reading has its price.

"anh" asks for a man and is a middle name; so both readings stand beside each other, the stripped one a little dearer,
and the names decide.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from flows.names.fold import Word, fold, words

MAX_CHARS = 400  # nobody writes a longer request for one name; the rest is not read
MAX_WORDS = 24
LONGEST = 8  # words of a name

_before = """
    cho xin hoi em anh chi co chu bac ong ba cau mo di duong thim thay bs ths ts mr ms mrs tra cuu tim kiem ma so bhxh the
    cua giup dum gium muon can toi tui minh con chau a c e o b ten la nguoi alo da vang thua ad admin hello hi nho lay xem
    biet coi nay voi dc sdt so dien thoai thong tin cap lai bao hiem xa hoi vo chong me cha sep ban ho toi
"""
_after = """
    a ah ak voi dum giup gium em anh chi minh toi tui nhe nha nhen nghen hen ha day do di vay duoc khong ko k hok hong oi
    thanks thank tks cam on nhieu sinh nam sn ngay thang o tinh xa huyen con chau cai nua luon co chu bac ad shop bhxh ma so
    di a voi roi the nao da nho may gi la kia nay
"""
_phrases = (
    "tra cuu", "cho hoi", "xin hoi", "cho em", "cho toi", "cho minh", "cho con", "ma so", "ma bhxh", "so bhxh", "giup em", "giup toi",
    "giup minh", "dong chi", "d c", "ho ten", "ho va ten", "ten la", "nguoi ten", "cam on", "thong tin", "bao hiem", "xa hoi",
    "nhan vien", "can tim", "muon tra", "muon tim", "em muon", "toi muon", "xin ma", "dum em", "dum toi", "gium em", "voi a", "di a",
    "nhe a", "em can", "toi can", "tra giup", "tim giup", "kiem giup", "tra dum", "tim dum", "tra gium", "sinh nam", "tra ma", "xem giup",
    "duoc khong", "duoc ko", "em voi", "minh voi", "toi voi", "ma cua", "so cua",
)  # fmt: skip  # reason: a word list
BEFORE = frozenset(_before.split())
AFTER = frozenset(_after.split())
PHRASES = frozenset(_phrases)
_HARD, _SOFT = 0.004, 0.05
_THIN = 0.3  # one word is left of several: hardly a name

JOINED, TORN = 0.03, 0.12
_DOUBT = 0.12  # the words as they stand are syllables all the same


@dataclass(frozen=True, slots=True)
class Wording:
    """One reading of a query: the words of the name, what the reading costs, and how many doubtful words it leaves out."""

    words: tuple[Word, ...]
    cost: float
    doubtful: int = 0  # left-out words that could be syllables of the name
    turned: bool = False


def typed_words(text: str) -> tuple[Word, ...]:
    """The words of a query, numbers left out; `NguyenVanHai` is cut where a capital follows a small letter."""
    text = unicodedata.normalize("NFC", text[:MAX_CHARS])
    cut = "".join(
        " " + c if place and c.isupper() and text[place - 1].islower() else c for place, c in enumerate(text)
    )
    return tuple(w for w in words(cut)[:MAX_WORDS] if not w.plain.isdigit())


def _strips(
    typed: Sequence[Word], known: Callable[[Word], bool], listed: frozenset[str], *, back: bool = False
) -> list[tuple[int, float, int]]:
    """(how many words, cost, doubtful ones) for every way to strip a beginning, or with `back` an end.

    Words that can be no part of a name are always stripped where they stand at the rim.
    """
    said = typed[::-1] if back else typed
    reach: dict[int, tuple[float, int]] = {0: (0.0, 0)}
    passed: set[int] = set()
    for at in range(len(said)):
        if at not in reach:
            continue
        cost, doubt = reach[at]
        for size in (3, 2, 1):
            bit = said[at : at + size]
            if len(bit) < size:
                continue
            phrase = " ".join(w.plain for w in (bit[::-1] if back else bit))
            if phrase not in (PHRASES if size > 1 else listed):
                continue
            soft = size == 1 and known(bit[0])
            step = (cost + (_SOFT if soft else _HARD), doubt + soft)
            if at + size not in reach or step < reach[at + size]:
                reach[at + size] = step
            if not soft:
                passed.add(at)
    return [(at, *reach[at]) for at in reach if at not in passed]


def wordings(typed: Sequence[Word], known: Callable[[Word], bool]) -> list[Wording]:
    """The readings that strip words from both ends, the cheapest first."""
    found = []
    for head, head_cost, head_doubt in _strips(typed, known, BEFORE):
        for tail, tail_cost, tail_doubt in _strips(typed, known, AFTER, back=True):
            size = len(typed) - head - tail
            if 0 < size <= LONGEST:
                thin = _THIN if size == 1 and head + tail else 0.0
                said = tuple(typed[head : len(typed) - tail])
                found.append(Wording(said, head_cost + tail_cost + thin, head_doubt + tail_doubt))
    return nsmallest(8, found, key=lambda w: w.cost)


def recut(
    wording: Wording,
    piece: Callable[[str], float],
    slipped: Callable[[str], float],
    *,
    most: int = 6,
    slips: int = 1,
) -> list[Wording]:
    """The same letters cut elsewhere: joined words parted, torn ones put together, at most `slips` pieces misspelled.

    `piece` and `slipped` give what a folded piece costs as a syllable, and as a syllable with one slip; 9 when it is none.
    """
    text = "".join(w.text for w in wording.words)
    plain = "".join(w.plain for w in wording.words)
    if len(text) != len(plain) or not 3 <= len(plain) <= 40:
        return []
    breaks: set[int] = set()
    place = 0
    for word in wording.words:
        place += len(word.plain)
        breaks.add(place)
    best: list[dict[tuple[int, tuple[int, ...]], float]] = [{} for _ in range(len(plain) + 1)]
    best[0][0, ()] = 0.0
    for start in range(len(plain)):
        here = best[start]
        if not here:
            continue
        kept = nsmallest(most + 2, here.items(), key=lambda item: item[1])
        for end in range(start + 1, min(len(plain), start + 8) + 1):
            bit = plain[start:end]
            straight = piece(bit)
            across = TORN * sum(b in breaks for b in range(start + 1, end))
            joined = 0.0 if end in breaks else JOINED
            for (used, cuts), cost in kept:
                if straight < 9.0:
                    _keep(best[end], (used, (*cuts, end)), cost + straight + across + joined)
                elif used < slips and len(bit) > 1 and (slip := slipped(bit)) < 9.0:
                    _keep(best[end], (used + 1, (*cuts, end)), cost + slip + across + joined)
    found = []
    for (_, cuts), _cost in nsmallest(most, best[-1].items(), key=lambda item: item[1]):
        if len(cuts) > LONGEST or set(cuts) == breaks:
            continue
        starts = (0, *cuts[:-1])
        pieces = tuple(Word(text[a:b], plain[a:b]) for a, b in zip(starts, cuts, strict=True))
        inner = sum(c not in breaks for c in cuts)
        torn = len(breaks - set(cuts))
        found.append(
            Wording(
                pieces,
                wording.cost + JOINED * (inner > 0) + TORN * torn,
                wording.doubtful,
            )
        )
    return found


def _keep(
    into: dict[tuple[int, tuple[int, ...]], float], key: tuple[int, tuple[int, ...]], cost: float
) -> None:
    if cost < into.get(key, 99.0):
        into[key] = cost


def turns(wording: Wording, cost: float) -> list[Wording]:
    """The same words with the given name first, or the family name last."""
    said = wording.words
    if len(said) < 2:
        return []
    orders = [(*said[1:], said[0])]
    if len(said) > 2:
        orders.append((said[-1], *said[:-1]))
    return [Wording(order, wording.cost + cost, wording.doubtful, turned=True) for order in orders]


__all__ = ["Wording", "fold", "recut", "turns", "typed_words", "wordings"]
