"""Where a link or a QR leads in: the payload of t.me/…?start= and of the page's ?start=, and the words it stands for.

Called by the doors. Invariant: a payload holds nothing about a person; whoever opens it sees only what is their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from flows.text.normalise import plain

DOSSIER = "hoso"  # back to one's own registration
ASSISTANT = "hoi"  # to the assistant, from something that was passed on
_WORDS = {DOSSIER: "Đăng ký VssID", ASSISTANT: "menu"}
_LETTERS = "bcdfghkmnpqrstvx"  # without vowels no code is a word; without l and o none is read wrong
_GROUPS, _GROUP = 3, 4  # 12 letters of 16: 48 bits
_UNIT_CODE = re.compile(rf"\bdv[- ]?([{_LETTERS}]{{4}})[- ]?([{_LETTERS}]{{4}})[- ]?([{_LETTERS}]{{4}})\b")
UNIT_WORDS = "Mã đơn vị"
_POSTER_CODE = re.compile(rf"\bap[- ]?([{_LETTERS}]{{4}})[- ]?([{_LETTERS}]{{4}})\b")
POSTER_WORDS = "Mã áp phích"


def entry_words(payload: str) -> str:
    """The words that a payload stands for; "" for an unknown one."""
    if len(payload) > len("dv-") + _GROUPS * (_GROUP + 1):
        return ""
    if code := unit_code_in(payload):
        return f"{UNIT_WORDS} {code}"
    if code := poster_code_in(payload):
        return f"{POSTER_WORDS} {code}"
    return _WORDS.get(payload, "")


def new_unit_code(choose: Callable[[str], str]) -> str:
    """A code of a unit's link, as it is shown and typed: "dv-bcdf-ghkm-npqr". `choose` picks a letter by chance."""
    groups = ("".join(choose(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(("dv", *groups))


def unit_code_in(text: str) -> str:
    """The code of a unit in a text, as it is kept; "" for none."""
    found = _UNIT_CODE.search(plain(text)) or _UNIT_CODE.search(text.lower())
    return "-".join(("dv", *found.groups())) if found else ""


def new_poster_code(choose: Callable[[str], str]) -> str:
    """The code of a poster, as it is shown and typed: "ap-bcdf-ghkm": 32 bits; it opens nothing, so it need not be a secret."""
    return "-".join(("ap", *("".join(choose(_LETTERS) for _ in range(_GROUP)) for _ in range(2))))


def poster_code_in(text: str) -> str:
    """The code of a poster in a text, as it is kept; "" for none."""
    found = _POSTER_CODE.search(plain(text)) or _POSTER_CODE.search(text.lower())
    return "-".join(("ap", *found.groups())) if found else ""
