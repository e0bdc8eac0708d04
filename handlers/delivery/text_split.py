"""Cuts a long text into messages that a channel takes. Called by the doors that send and by the preview. Pure.

Invariant: no letter is parted from its marks; the parts joined give the text but for spaces.
"""

from __future__ import annotations

import unicodedata


def split(text: str, limit: int) -> list[str]:
    """`text` in parts of at most `limit` UTF-16 units, cut at a line, a sentence, a word or a character.

    A character and its marks stay together, unless they alone are longer than a message.
    """
    out: list[str] = []
    text = text.strip()
    while text:
        cut = _fits(text, limit)
        if cut < len(text):
            cut = _good_cut(text, cut)
        piece = text[:cut].rstrip()
        if piece:
            out.append(piece)
        text = text[cut:].lstrip()
    return out


def units(text: str) -> int:
    """How long `text` is in UTF-16 units."""
    return len(text) + sum(ord(ch) > 0xFFFF for ch in text)


def _fits(text: str, limit: int) -> int:
    """How many characters from the start fit into `limit`."""
    if 2 * len(text) <= limit:
        return len(text)
    units = 0
    for n, ch in enumerate(text):
        units += 2 if ord(ch) > 0xFFFF else 1
        if units > limit:
            return n
    return len(text)


def _good_cut(text: str, cut: int) -> int:
    at = text.rfind("\n", cut // 2, cut + 1)
    if at > 0:
        return at
    sentence = max(text.rfind(mark, cut // 2, cut + 1) for mark in (". ", "! ", "? ", "… "))
    if sentence > 0:
        return sentence + 1
    at = text.rfind(" ", cut // 2, cut + 1)
    if at > 0:
        return at
    whole = cut
    while whole > 0 and _joined(text[whole - 1], text[whole]):
        whole -= 1
    return whole or cut


_JOINERS = ("\u200d", "\ufe0e", "\ufe0f")


def _joined(before: str, after: str) -> bool:
    """Whether the two belong to one visible character: marks, emoji joiners, skin tones."""
    return (
        unicodedata.combining(after) != 0
        or after in _JOINERS
        or before == "\u200d"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
    )
