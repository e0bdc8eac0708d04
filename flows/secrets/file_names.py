"""A file's name as the shield reads it, and as an officer may see it. Called by the engine and by the ticket's log.

Invariant: no number of four digits or more of a name is ever shown, but a year.
"""

from __future__ import annotations

import re

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_JOINTS = re.compile(r"[_\-.()\[\]+]+(?=\S)|(?<=\S)[_\-.()\[\]+]+")
_TAKEN_AT = re.compile(  # what cameras and telephones call their pictures
    r"(?i)\b(?:img|vid|dsc[nf]?|pxl|p|mvimg|photo|image|screenshot|screen recording|received|fb img|zalo|z|scan|doc)?"
    r" ?(?:(?:19|20)[0-9]{6}|(?:19|20)[0-9]{2} [0-9]{2} [0-9]{2})(?:(?: at| luc)?(?: ?[0-9]{2,9})+)*\b"
    r"|\b(?:img|vid|dsc[nf]?|pxl|photo|image|received|fb img|zalo|z|scan|doc) ?[0-9]+(?: [0-9a-f]{2,})*\b"
)
_NUMBER = re.compile(r"[0-9][0-9 ._\-]{2,}[0-9]")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def words_of_name(name: str) -> str:
    """The words of a name, without its ending and without what a camera put there."""
    spaced = _JOINTS.sub(" ", _ENDING.sub("", name))
    return " ".join(_TAKEN_AT.sub(" ", spaced).split())


def shown_name(name: str) -> str:
    """The name with its numbers hidden."""
    return _NUMBER.sub(lambda found: found[0] if _YEAR.fullmatch(found[0]) else "••••", name)
