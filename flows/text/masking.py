"""What is shown of a number, a name or a text to whoever need not know it: one function a kind.

Called by the officer's card, the console, the reports and the explanation of numbers. Promise 38 says how much is shown:
a code its first three and last two digits, an ID or phone number its last three.
"""

from __future__ import annotations

import re

from flows.text.dates import FULL, TypedDate, dates_in

_LONG_NUMBER = re.compile(r"[0-9](?:[ .\-]?[0-9]){8,}")
_SHOWN = 3  # of an ID, a phone, an account


def mask_code(code: str) -> str:
    """A BHXH or household code as 870*****84; a card's number with its two letters too."""
    first = 5 if code[:1].isalpha() else 3
    return f"{code[:first]}{'*' * (len(code) - first - 2)}{code[-2:]}"


def mask_number(digits: str) -> str:
    """An ID or phone number as its last three digits."""
    return "•" * (len(digits) - _SHOWN) + digits[-_SHOWN:]


def mask_phone(phone: str) -> str:
    """A phone as its owner recognises it: 09•••••888."""
    return phone[:2] + "•" * (len(phone) - 2 - _SHOWN) + phone[-_SHOWN:]


def mask_account(account: str) -> str:
    """An account of a channel as its last three characters, a short one as its last: "•••789"."""
    return "•••" + account[-(_SHOWN if len(account) > 2 * _SHOWN else 1) :]


def mask_name(name: str) -> str:
    """A name as its family name and initials: "Trần T. B."."""
    family, *others = name.split() or [""]
    return " ".join((family, *(f"{word[0].upper()}." for word in others)))


def mask_text(text: str) -> str:
    """A text with its long numbers down to their last three digits, and its birth dates down to their year."""
    for found in reversed(dates_in(text, FULL)):
        if _is_birth_date(found):
            text = f"{text[: found.start]}••/••/{found.year}{text[found.end :]}"
    return _LONG_NUMBER.sub(lambda hit: mask_number(re.sub("[^0-9]", "", hit.group())), text)


def _is_birth_date(found: TypedDate) -> bool:
    return found.signs_only() and len(set(found.joints)) == 1 and 1900 <= found.year <= 2099
