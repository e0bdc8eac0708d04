"""Whose telephone number, or part of one, stands in a message: "đuôi 3959", "đầu 0911 đuôi 508". Called by the search.

Invariant: a part counts only where the words say which part it is, or where it is long enough to be one person's.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from flows.content import Directory

_NUMBER = re.compile(r"(?<![0-9/])\+?[0-9](?:[ .()\-]{0,2}[0-9]){2,14}(?![0-9/])")
_GAP = r"(?:\W{1,3}(?!\d)\w+){0,4}?\W{1,3}"
_DIGITS = r"([0-9](?:[ .]?[0-9]){2,6})(?![0-9/])"
_END = r"(?:đuôi|duoi|cuối|cuoi|kết thúc|ket thuc|chót|chot|sau cùng|sau cung|tận cùng|tan cung|…|\\.\\.)"
_TAILS = (
    re.compile(rf"(?<!\w){_END}{_GAP}{_DIGITS}", re.IGNORECASE),
    re.compile(
        rf"(?<![0-9/]){_DIGITS}(?= (?:ở|o|nằm|nam) (?:khúc |khuc |đằng |số )?{_END}(?!\w))", re.IGNORECASE
    ),
)
_HEADS = (
    re.compile(
        r"\b(?:đầu|dau|bắt đầu|bat dau)" + _GAP + r"(0[0-9](?:[ .]?[0-9]){1,5})(?![0-9/])", re.IGNORECASE
    ),
    re.compile(
        r"(?<![0-9])(0[0-9](?:[ .]?[0-9]){1,4})(?= (?:ở|o|mấy|may) ?(?:đầu|dau|mấy|may)\b)", re.IGNORECASE
    ),
)
_LONG = 6  # digits of a part that is hardly anything else
_PART = 4  # digits of a part that is not said to be the end or the beginning


class PhoneHit(NamedTuple):
    """`people`: positions of those whose numbers fit; `whole`: a whole number was given; `told`: it is said which part it is."""

    people: frozenset[int]
    whole: bool
    told: bool


def phones_in(directory: Directory, text: str) -> PhoneHit | None:
    """Whose number stands in the text; None when no number of ours does."""
    phones = [c.phone for c in directory.contacts]
    tails = [_digits(m.group(1)) for way in _TAILS for m in way.finditer(text)]
    heads = [_digits(m.group(1)) for way in _HEADS for m in way.finditer(text)]
    numbers = [_national(m.group()) for m in _NUMBER.finditer(text)]
    whole = frozenset(i for i, phone in enumerate(phones) if phone in numbers)
    if whole:
        return PhoneHit(whole, True, True)
    if tails or heads:
        fits = frozenset(
            i
            for i, phone in enumerate(phones)
            if all(phone.endswith(t) for t in tails) and all(phone.startswith(h) for h in heads)
        )
        if fits:
            return PhoneHit(fits, False, True)
    parts = [n for n in numbers if len(n) >= _PART]
    long = frozenset(
        i
        for i, phone in enumerate(phones)
        if any(n in phone for n in parts if len(n) >= _LONG or (n[0] == "0" and phone.startswith(n)))
    )
    if len(long) == 1:
        return PhoneHit(long, False, True)
    fits = frozenset(i for i, phone in enumerate(phones) if any(n in phone for n in parts))
    return PhoneHit(fits, False, False) if fits else None


def without_phones(text: str) -> str:
    """The text with its numbers taken out."""
    return _NUMBER.sub(" ", text)


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


def _national(text: str) -> str:
    digits = _digits(text)
    digits = digits.removeprefix("00") if len(digits) > 11 else digits
    if digits.startswith("84") and (text.startswith("+") or len(digits) >= 11):
        return "0" + digits[2:].removeprefix("0")
    return digits
