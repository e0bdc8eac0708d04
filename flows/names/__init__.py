"""Vietnamese names: folded, decoded, compared and searched. Rule: never guess a person."""

from flows.names.directory import Decision, Found, Match, find_contacts
from flows.names.fold import Word, fold, join_key, tidy, words
from flows.names.near import Kind, Marks, NameGap, compare_marks, name_gap, read_word, syllable_kind
from flows.names.syllable import decoded, is_syllable, syllables, teencode

__all__ = [
    "Decision",
    "Found",
    "Kind",
    "Marks",
    "Match",
    "NameGap",
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
