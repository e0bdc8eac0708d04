"""Vietnamese names: folded, decoded, compared and searched. Rule: never guess a person."""

from typing import TYPE_CHECKING, Any

from flows.names.directory import Decision, Found, Match, find_contacts
from flows.names.fold import Word, fold, join_key, tidy, words
from flows.names.near import Kind, Marks, NameGap, compare_marks, name_gap, read_word, syllable_kind
from flows.names.syllable import decoded, is_syllable, syllables, teencode

if TYPE_CHECKING:
    from flows.names.crowd import Crowd, Hit, Ranking

__all__ = [
    "Crowd",
    "Decision",
    "Found",
    "Hit",
    "Kind",
    "Marks",
    "Match",
    "NameGap",
    "Ranking",
    "Word",
    "compare_marks",
    "decoded",
    "find_contacts",
    "fold",
    "is_syllable",
    "join_key",
    "name_gap",
    "read_word",
    "syllable_kind",
    "syllables",
    "teencode",
    "tidy",
    "words",
]


def __getattr__(name: str) -> Any:
    """Crowd, Hit and Ranking come with numpy, so they are fetched only when they are asked for."""
    if name in ("Crowd", "Hit", "Ranking"):
        from flows.names import crowd

        return getattr(crowd, name)
    raise AttributeError(name)
