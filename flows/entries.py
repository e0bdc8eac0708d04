"""Where a link or a QR leads in: the payload of t.me/…?start= and of the page's ?start=, and the words it stands for.

Called by the doors. Invariant: a payload holds nothing about a person; whoever opens it sees only what is their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from flows.text.normalise import plain

DOSSIER = "hoso"  # back to one's own registration
_WORDS = {DOSSIER: "Đăng ký VssID"}
_LETTERS = "bcdfghkmnpqrstvx"  # without vowels no code is a word; without l and o none is read wrong
_GROUPS, _GROUP = 3, 4  # 12 letters of 16: 48 bits
_UNIT_CODE = re.compile(rf"\bdv[- ]?([{_LETTERS}]{{4}})[- ]?([{_LETTERS}]{{4}})[- ]?([{_LETTERS}]{{4}})\b")
UNIT_WORDS = "Mã đơn vị"


def entry_words(payload: str) -> str:
    """The words that a payload stands for; "" for an unknown one."""
    code = unit_code_in(payload) if len(payload) <= len("dv-") + _GROUPS * (_GROUP + 1) else ""
    return f"{UNIT_WORDS} {code}" if code else _WORDS.get(payload, "")


def new_unit_code(choose: Callable[[str], str]) -> str:
    """A code of a unit's link, as it is shown and typed: "dv-bcdf-ghkm-npqr". `choose` picks a letter by chance."""
    groups = ("".join(choose(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(("dv", *groups))


def unit_code_in(text: str) -> str:
    """The code of a unit in a text, as it is kept; "" for none."""
    found = _UNIT_CODE.search(plain(text)) or _UNIT_CODE.search(text.lower())
    return "-".join(("dv", *found.groups())) if found else ""
