"""What staff may not write to citizens, wherever it leaves: an officer's answer, a notice, the answer of an item.

Invariant: words that ask for a secret or hold one are refused before they are kept; nothing of them is logged.
"""

from __future__ import annotations

from typing import Literal

from flows.content import StaffWeights
from flows.secrets import detector
from flows.secrets.asking import asks_for_secret

Trouble = Literal["", "asks", "secret"]


def trouble_in(text: str, weights: StaffWeights, *, before: str = "") -> Trouble:
    """Why a cleaned text may not go to citizens: it asks for a secret, or it holds one; "" it may.

    `before`: what the same officer wrote to the same person last, cleaned.
    """
    if detector.secret_in(text, weights.secrets, expected=False, by_staff=True):
        return "secret"
    return "asks" if asks_for_secret(text, weights.asking, before=before) else ""
