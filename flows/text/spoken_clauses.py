"""Where a message that was spoken, or typed without stops, falls into clauses: at "rồi", "mà", "thì", "còn", "với lại", "giờ". Called by the readers of questions.

Invariant: pure; a word typed with its marks parts as that word ("mà", not "mã" or "má"); without marks only words that are hardly another.
"""

from __future__ import annotations

import re

WORDS, PARTS = 3, 5  # of the least words, and so many are given, the last ones
_STOPS = r"[.,;:!?…\n]+"
_MARKED = r"rồi|mà|thì|còn|giờ|chứ|chớ|với lại|tại|bởi|nhưng|vậy|dzậy|à|ờ|ủa|để|nên|hay là|hay|nghe|nghen|nè|á|đó|cái là|coi|và"
_UNMARKED = r"roi|voi lai|gio|nhung|con|vay|hay la|chu|va|ma"
_SPLIT = re.compile(rf"{_STOPS}|(?<!\S)(?:{_MARKED}|{_UNMARKED})(?!\S)", re.IGNORECASE)


def spoken_clauses(text: str) -> list[str]:
    """The clauses of a message, the last ones; none where it is only one."""
    parts = [part.strip() for part in _SPLIT.split(text)]
    kept = [part for part in parts if len(part.split()) >= WORDS]
    return kept[-PARTS:] if len(parts) > 1 else []
