"""Words of courtesy by kind: who is addressed, who speaks, particles, requests. Read by the searches, the router and the look-up.

Invariant: a user takes the kinds it may pass over whole, and keeps beside them only what is particular to it.
Entries keep their marks, so that "hà" is told from "hả"; `plain_words` folds them.
"""

from __future__ import annotations

from collections.abc import Iterable

from flows.text.fold import fold

# How one addresses somebody or speaks of them, before a name. Most are syllables of names too.
_address = "anh chị em cô chú bác ông bà cậu mợ dì dượng thím thầy sếp bs ths ts mr ms mrs dc a c e o b"
_requests = "cho hỏi xin giúp cần với"
ADDRESS = tuple(_address.split())
SPEAKER = ("em", "e", "tôi", "tui", "mình", "con")  # how one speaks of oneself
RESPECT = ("dạ", "thưa")
PARTICLES = ("ơi", "ạ", "ah", "nha", "nhé", "nhe")
SOUTHERN_PARTICLES = ("ak", "nghen", "nhen", "hen")
CALLS = ("alo", "vâng")
REQUESTS = tuple(_requests.split())
DENIALS = frozenset(
    "khong ko k kg hong hok hem khum dung khoi chua dau thoi".split()
)  # folded; before a wish they refuse it
WISHES = ("muốn", "nhờ")


def plain_words(*kinds: Iterable[str]) -> frozenset[str]:
    """The entries of some kinds, folded."""
    return frozenset(fold(entry) for kind in kinds for entry in kind)
