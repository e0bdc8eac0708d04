"""Callback data of inline buttons: a keyed hash of user and label, compared with the labels valid now."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Iterable
from functools import lru_cache

from flows.text.normalise import plain

Key = Callable[[str], str]  # a keyed hash in hexadecimal digits, 24 or more


_ID_BYTES = 12  # of the keyed hash; 16 characters of base64url, Telegram takes 64


def button_id(key: Key, user: str, label: str) -> str:
    """The callback data of a button: belongs to one person and one wording, nothing is stored for it."""
    digest = key(f"{user}|{_folded(label)}")
    return base64.urlsafe_b64encode(bytes.fromhex(digest[: 2 * _ID_BYTES])).decode("ascii")


@lru_cache(maxsize=2048)
def _folded(label: str) -> str:
    """Labels recur, and folding each one again would be a tenth of a turn."""
    return plain(label) or label


def label_pressed(key: Key, user: str, data: str, labels: Iterable[str]) -> str:
    """Which of `labels` this person's button `data` stands for; "" when none. Equally slow either way."""
    given = data.encode("utf-8", "replace")
    found = ""
    for label in labels:
        if hmac.compare_digest(button_id(key, user, label).encode("ascii"), given):
            found = label
    return found
