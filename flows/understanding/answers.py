"""Placeholder of the readers of natural answers."""

from __future__ import annotations

from datetime import date, timedelta

from flows.text.normalise import plain
from flows.understanding.facts import yes_or_no
from flows.understanding.input import Input


def meanings(message: Input, wanted: frozenset[str]) -> dict[str, float]:
    """For each wanted meaning, how surely the message has it."""
    said = yes_or_no(message.text)
    found = {"yes": 0.9} if said else {"no": 0.9} if said is False else {}
    return {tag: score for tag, score in found.items() if tag in wanted}


def day_of(text: str, today: date) -> date | None:
    """The day that a text names."""
    words = f" {plain(text)} "
    back = {"hom nay": 0, "bua nay": 0, "hom qua": 1, "bua qua": 1, "hom kia": 2}
    return next((today - timedelta(days=n) for name, n in back.items() if f" {name} " in words), None)


def facts_told(message: Input) -> dict[str, str]:
    """What a message surely says of who, relation, device and code."""
    return {}
