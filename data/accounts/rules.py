"""Which passwords are taken: long enough, not among those that everybody tries, not made of what is known of oneself.

Called before and after the old password was compared: what is known of the person is used only after. The common ones are
the 30,000 of zxcvbn's list (MIT), whatever the case, and words of ours with digits around them. Invariant: nothing asks
for signs, capitals or digits, and no password is cut.
"""

from __future__ import annotations

import bisect
import functools
import math
import re
from dataclasses import dataclass
from itertools import pairwise

from data.accounts.hashing import normal
from flows.text.fold import fold

LOCAL = (  # what people here make passwords of, folded, without spaces
    *(
        "bhxh",
        "vssid",
        "bhyt",
        "baohiem",
        "baohiemxahoi",
        "baohiemyte",
        "matkhau",
        "matkhaumoi",
        "mkmoi",
        "password",
        "passwd",
    ),
    *(
        "dongthap",
        "caolanh",
        "sadec",
        "hongngu",
        "tiengiang",
        "mytho",
        "mientay",
        "saigon",
        "hanoi",
        "vietnam",
        "vneid",
    ),
    *(
        "anhyeuem",
        "emyeuanh",
        "yeuem",
        "yeuanh",
        "yeuconnhieu",
        "giadinh",
        "hanhphuc",
        "maimai",
        "conyeu",
        "vochong",
    ),
    *(
        "khongbiet",
        "khongnho",
        "dienthoai",
        "toiyeuvietnam",
        "chucmungnammoi",
        "troly",
        "congdan",
        "dichvucong",
    ),
    *(
        "admin",
        "user",
        "demo",
        "test",
        "iloveyou",
        "qwerty",
        "abc",
        "zalo",
        "facebook",
        "viettel",
        "mobifone",
        "vinaphone",
    ),
)
LEFT = 6  # letters and digits that must remain when what is known of somebody is taken out
ROW = 6  # of what remains, so many different characters unless it is long
LONG = 16
BITS = (15, 28, 45, 65)  # from which a password is called stronger; static/secure.js has the upper three
_ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_NOT_LETTERS = re.compile(r"[^a-z]")
_NEITHER = re.compile(r"[^a-z0-9]")
_LEET = str.maketrans("@4831!0$57", "aaebiiosst")


@dataclass(frozen=True, slots=True)
class Own:
    """What is known of the person; each may be "". `born`: dd/mm/yyyy or yyyy."""

    code: str = ""
    name: str = ""
    born: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Lengths:
    """Characters, in NFC."""

    least: int = 8
    most: int = 1000


def fault(password: str, own: Own, lengths: Lengths) -> str:
    """ "short", "long", "common", "own" (made of what is known of the person), or "" for a password that is taken."""
    password = normal(password)
    if len(password) < lengths.least:
        return "short"
    if len(password) > lengths.most:
        return "long"
    if _is_common(password):
        return "common"
    return "own" if _is_own(password, own) else ""


def _is_common(password: str) -> bool:
    folded = fold(password).replace(" ", "")
    plain = folded.translate(_LEET)
    common = common_passwords()
    if {folded, plain, password.lower()} & common or _is_pattern(folded):
        return True
    letters = _NOT_LETTERS.sub("", folded)
    # a common word with digits or signs around it: Matkhau123!, 2024bhxh
    return any(letters == word or _NOT_LETTERS.sub("", plain) == word for word in LOCAL) or (
        folded.strip("0123456789!@#$%^&*()-_=+.,?/ ") in common
        and len(folded) - len(letters) <= len(folded) // 2
        and len(letters) < LONG
    )


@functools.cache
def common_passwords() -> frozenset[str]:
    """Those of the list, lower case; read on first use, 30,000 and more."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    lists = ("passwords", "female_names", "male_names")
    return frozenset(LOCAL).union(*(FREQUENCY_LISTS[name] for name in lists))


def _is_pattern(folded: str) -> bool:
    """Few characters again and again, or a run along the keyboard, the alphabet or the digits."""
    if len(folded) < LONG and len(set(folded)) < min(ROW, len(folded)) - 1:
        return True
    for size in range(1, min(5, len(folded) // 2) + 1):
        if folded == (folded[:size] * len(folded))[: len(folded)]:
            return True
    return len(folded) < LONG and _steps(folded) >= len(folded) - 2


def _steps(folded: str) -> int:
    """How often a character is the neighbour of the one before."""
    return sum(1 for a, b in pairwise(folded) if any(a + b in row or b + a in row for row in _ROWS))


def _is_own(password: str, own: Own) -> bool:
    """Whether too little remains when what is known of the person is taken out."""
    left = _NEITHER.sub("", fold(password))
    before = left
    for part in _parts(own):
        left = left.replace(part, "")
    return left != before and len(left) < LEFT


def _parts(own: Own) -> list[str]:
    """What is known, in the ways it is typed, the longest first."""
    name = fold(own.name).split()
    parts = [own.code, own.phone, own.code[-6:], own.phone[-6:], "".join(name), "".join(reversed(name))]
    parts += [
        *(a + b for a in name for b in name if a != b),
        *(word for word in name if len(word) > 2),
        "".join(w[0] for w in name),
    ]
    day, month, year = ([*own.born.split("/"), "", ""] if "/" in own.born else ["", "", own.born])[:3]
    if day and month:
        short_day, short_month, short_year = day.lstrip("0"), month.lstrip("0"), year[-2:]
        parts += [day + month + year, year + month + day, day + month + short_year, month + day + year]
        parts += [short_day + short_month + year, short_day + short_month + short_year, day + month]
    parts += [year, "bhxh", "vssid"]
    return sorted({p for p in parts if len(p) > 2}, key=len, reverse=True)


def strength(password: str, own: Own) -> int:
    """0 (guessed at once) to 4, for showing, never for refusing: how long and how mixed it is without what is known of
    the person, and without steps along the keyboard. As rough as what the page shows, and as cheap for any text.
    """
    left = fold(password)
    for part in _parts(own):
        left = left.replace(part, "")
    length = len(left) - _steps(left)
    return bisect.bisect(BITS, length * math.log2(1 + len(set(left))))
