"""A directory made ready for searching: its names and its phrases. Called by the search through `index_of`.

Invariant: built once for a directory, then only read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flows.content import Department, Directory
from flows.directory import filler_words
from flows.directory.contact_names import ContactNames
from flows.directory.phrases import PhraseTable, Role, Target, against, key_of
from flows.text.fold import Word, fold, words
from flows.text.syllable import is_syllable

_LONGEST_FOLLOWING = 5  # words
_MAX_VARIANTS = 40  # spellings of one alias


def _keys(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(key_of(words(phrase)) for phrase in phrases)


class DirectoryIndex:
    """A directory made ready for searching."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.contact_names = ContactNames([c.name for c in directory.contacts])
        self.phrase_table = PhraseTable()
        self.helpers = frozenset(i for i, c in enumerate(directory.contacts) if c.helper)
        self.after_name: dict[str, Target] = {}
        self.neutral: set[str] = set()  # keys of what may surround an alias without changing what is wanted
        self._ways: dict[str, list[tuple[tuple[Word, ...], list[tuple[Word, ...]]]]] = {}  # by the first word
        for group in directory.short_forms:
            ways = [words(way) for way in group]
            for way in ways:
                self._ways.setdefault(way[0].text, []).append((way, [w for w in ways if w != way]))
        for some in self._ways.values():
            some.sort(key=lambda pair: -len(pair[0]))
        self.places = frozenset(
            key_of(spelt) for place in directory.places for spelt in self._variants(place)
        )
        self._following: dict[tuple[str, ...], list[tuple[Word, ...]]] = {}
        for spelt in map(words, (*directory.trades, *directory.own_names)):
            self._following.setdefault(tuple(w.plain for w in spelt), []).append(spelt)
        for phrase in (*directory.places, *directory.passing):
            self._add(phrase, "filling")
            self.neutral.update(map(key_of, self._variants(phrase)))
        around = (*filler_words.AROUND, *filler_words.FILLING, *filler_words.OF_A_NUMBER, *filler_words.WHERE)
        spoken: dict[Role, tuple[str, ...]] = {
            "filling": around,
            "asking": (*filler_words.ASKING, *filler_words.ASKING_ANYTHING),
            "address": filler_words.ADDRESS_PHRASES,
            "other": filler_words.OTHER_THINGS,
        }
        for role, phrases in spoken.items():
            for phrase in phrases:
                self.phrase_table.add(words(phrase), role)
        self.of_a_number = _keys(filler_words.OF_A_NUMBER)
        self.asking_anything = _keys(filler_words.ASKING_ANYTHING)
        self.addresses: dict[
            str, list[str]
        ] = {}  # what may stand before a name, by its fold; not "o": it is "ở"
        for phrase in filler_words.ADDRESS_PHRASES:
            if " " not in phrase and phrase != "o":
                self.addresses.setdefault(fold(phrase), []).append(phrase)
        self.particles = _keys(filler_words.PARTICLES)
        self.where = _keys(filler_words.WHERE)
        self.who = {fold(word): word for word in filler_words.WHO}
        small = (*filler_words.AROUND, *filler_words.FILLING, *filler_words.ADDRESS_PHRASES)
        # but for what is hardly ever anything but a name's syllable
        self.small_words = frozenset(fold(word) for word in small if " " not in word) - {"an", "van", "thi"}
        self.neutral |= _keys(filler_words.AROUND)
        for department in directory.departments:
            self._add_department(department)
        for block in directory.blocks:
            for alias in dict.fromkeys((block.name, *block.aliases)):
                self._add(alias, "alias", Target("block", block.id))
                self._add("khối " + alias, "alias", Target("block", block.id))
        others = [(Target("gap", gap.id), (gap.name, *gap.aliases)) for gap in directory.gaps]
        others += [(Target("helpers", ""), directory.helpers_aliases)]
        others += [(Target("contact", str(i)), c.aliases) for i, c in enumerate(directory.contacts)]
        for target, aliases in others:
            for alias in dict.fromkeys(aliases):
                self._add(alias, "alias", target)
        self.vocabulary = self.phrase_table.plain_words

    def _add(self, phrase: str, role: Role, *targets: Target) -> None:
        for spelt in self._variants(phrase):
            self.phrase_table.add(spelt, role, *targets)

    def _add_department(self, department: Department) -> None:
        target = Target("department", department.id)
        for alias in dict.fromkeys((department.name, *department.aliases)):
            bare = alias.removeprefix("Phòng ").removeprefix("phòng ")
            for prefix in ("phòng ", "p ", "bên ", "bộ phận ", "cán bộ "):
                self._add(prefix + bare, "alias", target)
            if len(words(bare)) == 1 and is_syllable(fold(bare)) and len(bare) > 2:
                self.after_name[fold(bare)] = target  # an everyday word ("thu") needs its "phòng", or a name
            else:
                self._add(bare, "alias", target)

    def _variants(self, phrase: str) -> list[tuple[Word, ...]]:
        """The phrase with its short forms written out and its long ones shortened, each way but not all at once."""
        found = {words(phrase): None}
        waiting = list(found)
        for spelt in waiting:  # grows while it is read
            for start, word in enumerate(spelt):
                for way, others in self._ways.get(word.text, ()):
                    if spelt[start : start + len(way)] != way:
                        continue
                    for other in others:
                        new = (*spelt[:start], *other, *spelt[start + len(way) :])
                        lone = len(new) == 1 and len(new[0].plain) <= 2  # two letters alone say too little
                        if not lone and new not in found and len(found) < _MAX_VARIANTS:
                            found[new] = None
                            waiting.append(new)
                    break  # the longest way that fits
        return waiting

    def following(self, typed: Sequence[Word], start: int) -> int:
        """How many words from here on are a line of business or a known name of an organisation; 0 for none."""
        for size in range(min(_LONGEST_FOLLOWING, len(typed) - start), 0, -1):
            window = typed[start : start + size]
            known = self._following.get(tuple(w.plain for w in window), ())
            if any(not against(window, spelt) for spelt in known):
                return size
        return 0

    def people_of(self, target: Target) -> frozenset[int]:
        """Positions of the contacts that a block, a department or the helpers stand for."""
        contacts = enumerate(self.directory.contacts)
        match target.kind:
            case "helpers":
                return self.helpers
            case "contact":
                return frozenset({int(target.id)})
            case "block":
                return frozenset(i for i, c in contacts if target.id in c.blocks)
            case "department":
                return frozenset(i for i, c in contacts if c.department == target.id)
            case _:
                return frozenset()

    def row(self, block_id: str) -> int:
        """The row of the appendix that a block stands in."""
        block = self.directory.block(block_id)
        return block.row if block else 0


_KEPT = 4  # the last few, newest first; hashing a directory takes longer
_kept: list[tuple[Directory, DirectoryIndex]] = []


def index_of(directory: Directory) -> DirectoryIndex:
    """The index of a directory, built on first use."""
    for known, index in _kept:
        if known is directory:
            return index
    index = next((index for known, index in _kept if known == directory), None) or DirectoryIndex(directory)
    _kept.insert(0, (directory, index))
    del _kept[_KEPT:]
    return index
