"""Placeholder of the readers of natural answers."""

from __future__ import annotations

from flows.understanding.facts import yes_or_no
from flows.understanding.input import Input


def meanings(message: Input, wanted: frozenset[str]) -> dict[str, float]:
    """For each wanted meaning, how surely the message has it."""
    said = yes_or_no(message.text)
    found = {"yes": 0.9} if said else {"no": 0.9} if said is False else {}
    return {tag: score for tag, score in found.items() if tag in wanted}
