"""Where a link or a QR leads in: the payload of t.me/…?start= and of the page's ?start=, and the words it stands for.

Called by the doors. Invariant: a payload holds nothing about a person; whoever opens it sees only what is their own.
"""

from __future__ import annotations

DOSSIER = "hoso"  # back to one's own registration
_WORDS = {DOSSIER: "Đăng ký VssID"}


def entry_words(payload: str) -> str:
    """The words that a payload stands for; "" for an unknown one."""
    return _WORDS.get(payload, "")
