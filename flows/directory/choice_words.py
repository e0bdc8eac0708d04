"""Which one of the contacts shown is pointed at, in folded words: "người thứ nhất", "người còn lại". Used by the contacts flow.

Invariant: patterns only; whom they mean is decided beside the contacts that were shown.
"""

from __future__ import annotations

import re

ORDINALS = (
    (
        0,
        re.compile(
            r"\b(?:(?:nguoi|ong) dau|(?:nguoi|ong|anh|chi) (?:thu nhat|dau tien|thu 1|1)|so (?:thu nhat|dau tien))\b"
        ),
    ),
    (1, re.compile(r"\b(?:(?:nguoi|ong|anh|chi) (?:thu hai|thu 2|ke|2)|so thu (?:hai|2))\b")),
    (-1, re.compile(r"\b(?:nguoi|ong|anh|chi) (?:cuoi|sau cung|sau|kia|con lai)\b")),
)
THE_REST = re.compile(r"\b(?:nguoi|ong|anh|chi|dong chi|so|vi) (?:con lai|kia|thu hai kia)\b")
WHICH_OF_THEM = re.compile(
    r"\b(?:(?:hai|ba|may|2|3|nhung|cac|trong) (?:nguoi|anh|chi|ong|vi|dong chi|so)|trong so)\b.*\b(?:ai|nguoi nao|dong chi nao|anh nao|vi nao|chi nao)\b"
)
WANTS_NOBODY = re.compile(r"\b(?:cam on|cam un|khoi|khong can|hong can|ko can|dung (?:goi|lay|gap))\b")
TAKES = re.compile(
    r"\b(?:lay|chon|xin|cho|goi|gap|lien he)\b.*\b(?:di|nha|nhe|nghen|cung duoc|cho chac|luon|vay)$"
)
