"""Which blocks, departments and people a message mentions, whatever it wants of them. Called by the contacts flow.

Invariant: a mention is no request; nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.content import Directory
from flows.directory.index import index_of
from flows.directory.parser import read_message
from flows.directory.phrases import Target
from flows.text.fold import words

_MAX_WORDS = 40


@dataclass(frozen=True, slots=True)
class Mention:
    """What is mentioned, in the order of the words; ids of the directory."""

    blocks: tuple[tuple[str, ...], ...] = ()  # of each phrase: more than one where it may mean several
    departments: tuple[str, ...] = ()
    names: bool = False  # whether a name of somebody, or part of it, is among the words
    gap: str = ""
    helpers: bool = False
    loose: int = 0  # words that nothing explains

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The blocks of each phrase, a phrase said twice once."""
        return tuple(dict.fromkeys(self.blocks))


def mentioned_in(text: str, directory: Directory) -> Mention:
    """What `text` mentions of the directory; any text is accepted."""
    index = index_of(directory)
    typed = words(text)[:_MAX_WORDS]
    if not typed:
        return Mention()
    said = read_message(index, typed, whole=True)
    aliases = said.aliases()
    per_phrase = [_ids(p.targets, "block") for p in aliases]
    everything = [t for p in aliases for t in p.targets]
    return Mention(
        tuple(ids for ids in per_phrase if ids),
        _ids(everything, "department"),
        bool(said.named()),
        next(iter(_ids(everything, "gap")), ""),
        any(t.kind == "helpers" for t in everything),
        len(said.unexplained),
    )


def _ids(targets: list[Target] | tuple[Target, ...], kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t.id for t in targets if t.kind == kind))
