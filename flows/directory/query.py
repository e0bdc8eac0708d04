"""One query as pieces, and what may be asked of it. Called by the parser, which fills it, and by the search, which decides.

Invariant: what no piece covers stays unexplained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from flows.directory import filler_words
from flows.directory.contact_names import Likeness
from flows.directory.index import DirectoryIndex
from flows.directory.phrases import PhrasePiece, key_of
from flows.names.name_syllables import FORMS, NAME_SYLLABLES
from flows.names.similarity import Diacritics, WordReading, compare_marks, read_word
from flows.text.fold import Word
from flows.text.syllable import is_syllable


class DirectoryQuery:
    """One query as pieces: aliases, people, words of address, asking and filling, and what is left over."""

    def __init__(
        self, index: DirectoryIndex, typed: Sequence[Word], *, whole: bool, capital: frozenset[int]
    ) -> None:
        self.index = index
        self.capital = capital  # words typed with a capital letter, where that says something
        self.whole = whole
        self.readings = [read_word(word) for word in typed]
        self.raw = typed
        self._left: tuple[list[PhrasePiece], list[int]] | None = None  # of which pieces, and what they leave
        self.similar = cache(self._similar)
        self.typed = [self._meant(reading) for reading in self.readings]
        self.marked = any(word.marked for word in typed)  # as typed, before Telex is read
        self.pieces: list[PhrasePiece] = []

    def _meant(self, reading: WordReading) -> Word:
        """The word as our phrases know it: Telex, VNI and chat spellings of known words are read ("soos")."""
        known = self.index.vocabulary
        if reading.typed.plain in known or any(self.index.contact_names.has(word) for word in reading.words):
            return reading.typed
        for word in reading.words:
            forms = known.get(word.plain)
            if forms:
                right = any(compare_marks(word.text, form) is not Diacritics.CONFLICT for form in forms)
                return word if right else Word(word.plain, word.plain)  # "giaoo" is a slip, no "giaô"
        return reading.typed

    def _similar(self, start: int, end: int) -> list[Likeness]:
        """The people that a run of words may mean, the nearest first."""
        return self.index.contact_names.similar(self.readings[start:end], strict=self.marked)

    @property
    def unexplained(self) -> list[int]:
        """Positions of the words that no piece covers."""
        if self._left is None or self._left[0] is not self.pieces:
            covered = {i for p in self.pieces if p.role != "other" for i in range(p.start, p.end)}
            self._left = self.pieces, [i for i in range(len(self.typed)) if i not in covered]
        return self._left[1]

    def plain_name(self, spot: int) -> bool:
        """Whether a word is a syllable of names and nothing else that we know."""
        plain = self.typed[spot].plain
        return plain in NAME_SYLLABLES and plain not in self.index.small_words

    # -- people

    def named(self) -> set[int]:
        """The people whose names the message holds for sure."""
        return {i for p in self.pieces if p.role == "person" and p.sure for i in p.people}

    def before(self, position: int) -> PhrasePiece | None:
        """The piece that ends where this position begins."""
        return next((p for p in self.pieces if p.end == position), None)

    def touched(self, piece: PhrasePiece) -> bool:
        """Whether a filling word that touches a name may be one more syllable of it."""
        return self._touched_before(piece) or self._touched_after(piece)

    def _touched_before(self, piece: PhrasePiece) -> bool:
        before = self.before(piece.start)
        if before is None or piece.form in ("full", "family"):
            return False
        last, single = self.typed[before.end - 1], before.end - before.start == 1
        ahead = self.before(before.start)
        if before.role == "alias" and not last.marked and last.plain in NAME_SYLLABLES:
            theirs = {i for t in before.targets for i in self.index.people_of(t)}
            # "truong tuan vu" may be Mr Trương, "thi tran tuan vu" Mr Trần
            return single or last.plain in filler_words.FAMILIES or not theirs & set(piece.people)
        if not single or before.role not in ("filling", "address"):
            return False
        before_last = ahead is not None and may_be(self.typed[ahead.end - 1], filler_words.FAMILY_LIKE)
        if may_be(last, filler_words.FAMILY_LIKE):
            mine = piece.form == "given" and last.plain in ("minh", "con")
            if not mine or ahead is None or ahead.role not in ("filling", "asking"):
                return True
            return before_last  # "cho mình Hải CNTT", "Đỗ Minh Hải"
        small = ahead is not None and ahead.end - ahead.start == 1 and ahead.role in ("filling", "address")
        return last.plain == "anh" and small and before_last

    def _touched_after(self, piece: PhrasePiece) -> bool:
        after = next((p for p in self.pieces if p.start == piece.end), None)
        if after is None or after.end - after.start > 1:
            return False
        word = self.typed[after.start]
        following = self.typed[piece.end : piece.end + 2]
        alone = not any(p.start == after.end and p.end > p.start + 1 for p in self.pieces)
        names = all(w.plain in NAME_SYLLABLES and not w.marked for w in following)
        if len(following) == 2 and alone and names:
            return True  # "vu thi nhan"
        if after.role == "alias":
            return not after.form and not word.marked and word.plain in NAME_SYLLABLES  # "vu le phuong"
        if after.role not in ("filling", "address", "asking"):
            return False
        rest = [p for p in self.pieces if p.start >= after.end]
        if all(self.key(p) in self.index.particles for p in rest) and may_be(word, filler_words.LAST_LIKE):
            return True
        addresses = after.role == "address" and bool(rest) and rest[0].role == "person"
        return not addresses and may_be(word, filler_words.GIVEN_LIKE)

    def called(self, piece: PhrasePiece) -> bool:
        """Whether a single given name is meant as a name: addressed, asked for, or all there is."""
        before = self.before(piece.start)
        if before and (before.role == "address" or self.typed[before.end - 1].plain in ("so", "gap")):
            return True
        if any(p.role == "asking" and p.end <= piece.start for p in self.pieces):
            return True
        if any(p.role == "address" and p.start >= piece.end for p in self.pieces):
            return False  # "truc ban" is on duty
        return not self.unexplained and all(
            p.role in ("person", "address") or (p.role == "filling" and self.key(p) in self.index.particles)
            for p in self.pieces
        )

    def asked(self) -> bool:
        """Whether the message asks for anything at all."""
        return self.asked_who() or any(p.role == "asking" for p in self.pieces)

    def asked_who(self) -> bool:
        """Whether the message asks for somebody, or for a number."""
        if any(p.role == "asking" and self.key(p) not in self.index.asking_anything for p in self.pieces):
            return True
        phrases = [p for p in self.pieces if p.role == "filling" and p.end - p.start > 1]
        inside = {i for p in phrases for i in range(p.start, p.end) if self.typed[i].plain != "ai"}  # "mã số"
        return any(may_be(w, self.index.who) for i, w in enumerate(self.typed) if i not in inside)

    def asked_where(self) -> bool:
        """Whether the message asks where somebody sits."""
        return any(p.role == "filling" and self.key(p) in self.index.where for p in self.pieces)

    def only_surrounded(self) -> bool:
        """Whether no word but those of courtesy and of where one works stands around the aliases."""
        return all(
            p.form == "own" or self.key(p) in self.index.neutral for p in self.pieces if p.role == "filling"
        )

    def one_syllable(self, piece: PhrasePiece) -> bool:
        """Whether a piece is one common syllable without marks, which may well be another word."""
        word = self.typed[piece.start]
        return piece.end - piece.start == 1 and not word.marked and is_syllable(word.plain)

    def like_a_name(self) -> bool:
        """Whether the whole message may be one name: "truong minh tai"."""
        return 2 < len(self.typed) < 6 and all(not w.marked and w.plain in NAME_SYLLABLES for w in self.typed)

    def led_up_to(self) -> bool:
        """Whether known words other than courtesy stand before the first alias: "em o xa", "dang cho duyet"."""
        first = min((p.start for p in self.pieces if p.role == "alias"), default=0)
        return any(
            p.role == "filling" and p.start < first and self.key(p) not in self.index.particles
            for p in self.pieces
        )

    def key(self, piece: PhrasePiece) -> str:
        """What the typed words of a piece share with other spellings of them."""
        return key_of(self.typed[piece.start : piece.end])

    def department_told(self) -> bool:
        """Whether a group is named clearly beside a bare given name: "Hải CNTT", not "vũ trường"."""
        return not all(
            p.end - p.start == 1 and self.typed[p.start].plain in NAME_SYLLABLES for p in self.aliases()
        )

    def aliases(self) -> list[PhrasePiece]:
        """The aliases that count: a wider one yields to a narrower ("cty" to "tnhh"), a place to a kind."""
        found = [p for p in self.pieces if p.role == "alias"]
        kinds = [p for p in found if self.key(p) not in self.index.places]
        if any(t.kind == "block" for p in kinds for t in p.targets):
            found = kinds
        return [p for p in found if not any(set(p.targets) > set(q.targets) for q in found if q.targets)]

    def run(self, people: Sequence[PhrasePiece]) -> tuple[int, int] | None:
        """The words that look like one name which no single piece explains, or None."""
        loose = set(self.unexplained)
        spots = sorted(loose | {i for p in people for i in range(p.start, p.end)})
        if not spots:
            return None
        groups: list[list[int]] = [[spots[0]]]
        for spot in spots[1:]:
            gap = [p for p in self.pieces if groups[-1][-1] < p.start < spot]
            between = range(groups[-1][-1] + 1, spot)
            bridged = len(between) == 1 and gap and gap[0].role in ("address", "filling")
            family_first = any(p.form in ("family", "no_given") and p.end == between.start for p in people)
            if not between or (bridged and (family_first or between.start - 1 in loose)):
                groups[-1] += [*between, spot]
            else:
                groups.append([spot])
        for group in groups:
            start, end = group[0], group[-1] + 1
            inside = [p for p in people if start <= p.start < end]
            if not loose & set(group) and self._same_person(inside):
                continue
            if len(inside) == 1 and inside[0].sure and (inside[0].start, inside[0].end) == (start, end):
                continue
            givens = len(inside) > 1 and all(p.form == "given" and p.sure for p in inside)
            if not givens or loose & set(group):
                return start, end
        return None

    @staticmethod
    def _same_person(people: Sequence[PhrasePiece]) -> bool:
        """Whether names side by side are one person's: "Trúc (Quách Lê Hồng Trúc)"."""
        if len({p.people for p in people}) == 1 and all(p.sure and p.end - p.start > 1 for p in people):
            return len(people) > 1 and len(people[0].people) == 1
        whole = people[-1] if people else None  # after it, a given name said again is one more syllable
        if whole is None or len(people) < 2 or not whole.sure or whole.form != "full":
            return False
        return all(set(whole.people) <= set(p.people) for p in people)

    def wordy(self, spot: int) -> bool:
        """Whether a word is a real word or a number, not a slip."""
        plain = self.typed[spot].plain
        return is_syllable(plain) or plain[0].isdigit()


def may_be(word: Word, names: Mapping[str, str]) -> bool:
    """Whether a typed word may be one of these syllables of names: its diacritics do not speak against it."""
    known = names.get(word.plain)
    return known is not None and (
        not word.marked or compare_marks(word.text, known) is not Diacritics.CONFLICT
    )


def may_be_own_name(word: Word) -> bool:
    """Whether a typed word may be a syllable of a name, its marks considered when any were typed."""
    if not word.marked:
        return word.plain in NAME_SYLLABLES or word.plain in FORMS
    return any(
        compare_marks(word.text, form) is not Diacritics.CONFLICT for form in FORMS.get(word.plain, ())
    )
