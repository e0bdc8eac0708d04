"""Vietnamese names as people type them. Rule: pure functions over text; whoever imports this package gets its public names here."""

from flows.names.directory import Found, Match, find_contacts
from flows.names.fold import Word, fold, join_key, words
from flows.names.near import NameGap, name_gap, read_word

__all__ = ["Found", "Match", "NameGap", "Word", "find_contacts", "fold", "join_key", "name_gap", "read_word", "words"]
