"""Numbers and dates hidden before staff see them. Used by the officer's card and the console; long numbers keep three digits, dates their year."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


_LONG_NUMBER = re.compile(r"[0-9](?:[ .\-]?[0-9]){8,}")


_FULL_DATE = re.compile(r"(?<![0-9])[0-9]{1,2}([/.\-])[0-9]{1,2}\1((?:19|20)[0-9]{2})(?![0-9])")


def masked(text: str) -> str:
    """`text` with long numbers down to their last three digits, and birth dates down to their year."""

    def short(found: re.Match[str]) -> str:
        digits = re.sub(r"[^0-9]", "", found.group(0))
        return "•" * (len(digits) - 3) + digits[-3:]

    return _LONG_NUMBER.sub(short, _FULL_DATE.sub(r"••/••/\2", text))
