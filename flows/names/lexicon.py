"""A directory made ready for searching: its names and its phrases. Rule: built once, then only read."""

from __future__ import annotations

from functools import lru_cache

from flows.content import Directory
from flows.names import speech
from flows.names.fold import fold, words
from flows.names.phrases import PhraseBook, Target
from flows.names.roster import Roster
from flows.names.syllable import is_syllable


class DirectoryIndex:
    """A directory made ready for searching."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.roster = Roster([c.name for c in directory.contacts])
        self.book = PhraseBook()
        self.helpers = frozenset(i for i, c in enumerate(directory.contacts) if c.helper)
        self.after_name: dict[str, Target] = {}
        add = self.book.add
        for phrase in speech.FILLING_PHRASES:
            add(phrase, "filling")
        for phrase in speech.ASKING:
            add(phrase, "asking")
        for phrase in speech.ADDRESS_PHRASES:
            add(phrase, "address")
        for department in directory.departments:
            target = Target("department", department.id)
            for alias in dict.fromkeys((department.name, *department.aliases)):
                bare = alias.removeprefix("Phòng ").removeprefix("phòng ")
                single = len(words(bare)) == 1 and is_syllable(fold(bare))
                for prefix in ("phòng ", "p ", "bên ", "bộ phận ", "cán bộ "):
                    add(prefix + bare, "alias", target)
                if not single or len(bare) < 3:
                    add(bare, "alias", target)
                else:
                    self.after_name[fold(bare)] = (
                        target  # an everyday word ("thu") needs its "phòng", or a name before it
                    )
        for block in directory.blocks:
            for alias in dict.fromkeys((block.name, *block.aliases)):
                add(alias, "alias", Target("block", block.id))
                first, *rest = words(alias)
                if first.plain in speech.PLACE_WORDS and (
                    place := [w.text for w in rest if w.plain != "pho"]
                ):
                    add(" ".join(place), "filling")  # where an organisation is says nothing about its kind
                add("khối " + alias, "alias", Target("block", block.id))
        for gap in directory.gaps:
            for alias in dict.fromkeys((gap.name, *gap.aliases)):
                add(alias, "alias", Target("gap", gap.id))
        for alias in directory.helpers_aliases:
            add(alias, "alias", Target("helpers", ""))
        for i, contact in enumerate(directory.contacts):
            for alias in contact.aliases:
                self.book.add(alias, "alias", Target("contact", str(i)))

    def people_of(self, target: Target) -> frozenset[int]:
        """Positions of the contacts that a block, a department or the helpers stand for."""
        contacts = self.directory.contacts
        if target.kind == "helpers":
            return self.helpers
        if target.kind == "contact":
            return frozenset({int(target.id)})
        if target.kind == "block":
            return frozenset(i for i, c in enumerate(contacts) if target.id in c.blocks)
        if target.kind == "department":
            return frozenset(i for i, c in enumerate(contacts) if c.department == target.id)
        return frozenset()

    def row(self, block_id: str) -> int:
        """The row of the appendix that a block stands in."""
        block = self.directory.block(block_id)
        return block.row if block else 0


@lru_cache(maxsize=4)
def index_of(directory: Directory) -> DirectoryIndex:
    """The index of a directory, built on first use."""
    return DirectoryIndex(directory)
