"""How a query is read into pieces: aliases, people, words of address, of asking and of filling. Called by the search.

Invariant: longer and exact readings come before shorter ones and slips.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from flows.directory import filler_words
from flows.directory.index import DirectoryIndex
from flows.directory.phrases import MAX_WINDOW, PhrasePiece, best_cover
from flows.directory.query import DirectoryQuery, may_be, may_be_own_name
from flows.names.name_syllables import NAME_SYLLABLES
from flows.names.similarity import Diacritics, compare_marks
from flows.text.fold import Word
from flows.text.syllable import is_syllable

_MAX_NAME_TOLD = 4  # syllables of the speaker's own name
_MAX_TRIES = 80  # windows compared with aliases that have a slip
_MAX_TAIL = 5  # words of an organisation's own name
MAX_NAME = 7  # words one name may be scattered over


def read_message(
    index: DirectoryIndex, typed: Sequence[Word], *, whole: bool, capital: frozenset[int] = frozenset()
) -> DirectoryQuery:
    """The words of one query, read. `whole`: nothing was left out of it; `capital`: words whose capital letter says something."""
    return _read(index, tuple(typed), whole, capital)


@lru_cache(maxsize=4)  # one message is read by the search and by whoever looks what it mentions
def _read(
    index: DirectoryIndex, typed: tuple[Word, ...], whole: bool, capital: frozenset[int]
) -> DirectoryQuery:
    return _Read(index, typed, whole=whole, capital=capital)


class _Read(DirectoryQuery):
    """A message that reads itself."""

    def __init__(
        self, index: DirectoryIndex, typed: Sequence[Word], *, whole: bool, capital: frozenset[int]
    ) -> None:
        super().__init__(index, typed, whole=whole, capital=capital)
        pieces = self._exact_pieces()
        self.pieces = best_cover(pieces, len(typed))
        known = any(p.role in ("alias", "person") for p in self.pieces)
        doubtful = self.run([p for p in self.pieces if p.role == "person"]) is not None
        if self.unexplained or doubtful or not known or self._stray():
            self.pieces = best_cover(pieces + self._similar_names() + self._similar_pieces(), len(typed))
        elif len(self.pieces) > 1 and len(typed) <= MAX_WINDOW and not self.asked_who():
            near = self.index.phrase_table.nearly(typed, 0, len(typed))
            self.pieces = best_cover([*pieces, near] if near and near.sure else pieces, len(typed))
        self._call_away()
        self._introduced()
        self._name_organisations()
        self._departments_after_names()

    def _exact_pieces(self) -> list[PhrasePiece]:
        pieces: list[PhrasePiece] = []
        of_a_number = any(word.plain in filler_words.NUMBER_WORDS for word in self.typed)
        left_out = frozenset() if of_a_number else self.index.of_a_number
        for start in range(len(self.typed)):
            pieces += self.index.contact_names.exact(self.readings, start)
            pieces += self.index.contact_names.initials(self.readings, start)
            phrases = self.index.phrase_table.beginning(self.typed, start)
            pieces += [p for p in phrases if not self._somebody(p) and self.key(p) not in left_out]
        return pieces

    def _somebody(self, piece: PhrasePiece) -> bool:
        """Whether words after a word of address are rather a name: "chị Huyền" is no district, "anh Minh" not me."""
        word = self.typed[piece.start]
        if piece.role == "alias" and self.one_syllable(piece) and self.marked:
            return word.text not in self.index.vocabulary[word.plain]  # marks are typed: "ở xa" is no commune
        if not piece.start or word.plain not in NAME_SYLLABLES:
            return False
        if piece.role == "alias" and piece.end - piece.start == 1 and piece.start > 1:
            ahead = self.typed[piece.start - 2 : piece.start + 1]
            if all(w.plain in NAME_SYLLABLES and not w.marked for w in ahead):
                return True  # "duong hong phuong" is no ward
        called = self.typed[piece.start - 1].plain
        if piece.role == "filling":
            so_called = called in filler_words.CALLED_SO and may_be(word, filler_words.NAMED_SO)
            return piece.end - piece.start == 1 and so_called
        if called not in self.index.addresses or not self._as_address(piece.start - 1):
            return False
        return piece.role == "other" or (piece.role in ("alias", "asking") and piece.end - piece.start == 1)

    def _as_address(self, spot: int) -> bool:
        """Whether a word may address somebody: "cô" and "co" may, "có" does not."""
        word = self.typed[spot]
        return not word.marked or any(
            compare_marks(word.text, form) is not Diacritics.CONFLICT
            for form in self.index.addresses[word.plain]
        )

    def _departments_after_names(self) -> None:
        """ "A Hưng thu": the everyday word of a department, right after somebody addressed."""
        for spot in self.unexplained:
            target = self.index.after_name.get(self.typed[spot].plain)
            before = self.before(spot)
            if target is None or self.typed[spot].marked or before is None or before.role != "person":
                continue
            called = self.before(before.start)
            if before.form not in ("given", "family") or (called is not None and called.role == "address"):
                piece = PhrasePiece(spot, spot + 1, "alias", 0.0, (target,), form="after a name")
                self.pieces = sorted([*self.pieces, piece], key=lambda p: p.start)

    def _similar_names(self) -> list[PhrasePiece]:
        """The one name that a run of words is but for a slip, when nobody rivals it."""
        run = self.run([p for p in self.pieces if p.role == "person"])
        if run is None or run[1] - run[0] > MAX_NAME:
            return []
        start, end = run
        starts = [start]
        if start and may_be(self.typed[start - 1], {"anh": "anh"}):
            starts.append(start - 1)
        for first in starts:
            best, *rivals = self.similar(first, end) or (None,)
            if best is None or not best.sure:
                continue
            if not rivals or not rivals[0].sure or rivals[0].cost >= best.cost + 0.4:
                weight = 2.1 * max(2, end - first)
                return [PhrasePiece(first, end, "person", weight, (), True, (best.person,), "full")]
        return []

    def _similar_pieces(self) -> list[PhrasePiece]:
        """Aliases with a slip in them, in windows that hold a word nothing else explains."""
        pieces: list[PhrasePiece] = []
        tried: set[tuple[int, int]] = set()
        known = self.index.phrase_table.words_of_aliases(self.raw)
        for spot in self.unexplained[:6] or self._stray()[:6] or range(min(4, len(self.typed))):
            for start in range(max(0, spot - 6), spot + 1):
                for end in range(spot + 1, min(start + MAX_WINDOW, len(self.typed)) + 1):
                    if len(tried) > _MAX_TRIES:
                        return pieces
                    if (start, end) in tried:
                        continue
                    tried.add((start, end))
                    if known[end] - known[start] < end - start - 2:
                        continue
                    if piece := self.index.phrase_table.nearly(self.raw, start, end):
                        pieces.append(piece)
        return pieces

    def _stray(self) -> list[int]:
        """Words that we know but that do not belong beside an alias, where nothing is asked: "trường hok"."""
        if self.asked_who() or not any(p.role == "alias" for p in self.pieces):
            return []
        return [
            p.start
            for p in self.pieces
            if p.role == "filling" and p.end - p.start == 1 and self.key(p) not in self.index.neutral
        ]

    def _call_away(self) -> None:
        """ "Anh Hải ơi" calls somebody, it asks for nobody: such words become filling."""
        for spot, word in enumerate(self.typed):
            if word.plain not in filler_words.CALLING or spot == 0:
                continue
            start, named = spot - 1, self.before(spot)
            whole = named is not None and named.role == "person" and named.form not in ("given", "family")
            if whole or (named is not None and self._only_called(named, spot)):
                start = spot
            elif start > 0 and self.typed[start - 1].plain in filler_words.ADDRESS:
                start -= 1
            self._replace(start, spot + 1)

    def _only_called(self, named: PhrasePiece, spot: int) -> bool:
        """Whether a call of one person is all there is: "Diễm ơi", "chị Trúc ơi cho em hỏi"; "anh hai ơi" is anybody."""
        word = self.typed[named.start]
        anybody = word.plain in filler_words.BORN_AS and not word.marked
        if named.role != "person" or len(named.people) != 1 or anybody:
            return False
        return all(
            p is named
            or p.role in ("address", "asking")
            or (p.start, p.end) == (spot, spot + 1)
            or self.key(p) in self.index.particles
            for p in self.pieces
        ) and not set(self.unexplained) - {spot}

    def _introduced(self) -> None:
        """ "Mình tên Lan muốn gặp …": the speaker's own name, when the message goes on to ask."""
        for spot in range(len(self.typed) - 2):
            one, other = self.typed[spot].plain, self.typed[spot + 1].plain
            if one not in filler_words.SELF or other not in filler_words.IS_CALLED:
                continue
            start = end = spot + 2
            if self.typed[start].plain == "la":
                start = end = start + 1
            while end < len(self.typed) and end - start < _MAX_NAME_TOLD and self.plain_name(end):
                end += 1
            follows = next((p for p in self.pieces if p.start >= end), None)
            asks = follows is None or follows.role in ("filling", "asking")
            if end > start and asks and not any(p.role == "alias" and p.start < end for p in self.pieces):
                self._replace(spot, end)

    def _replace(self, start: int, end: int, form: str = "") -> None:
        """Make these words filling."""
        kept = [p for p in self.pieces if p.end <= start or p.start >= end]
        self.pieces = sorted(
            [*kept, PhrasePiece(start, end, "filling", 0.0, form=form)], key=lambda p: p.start
        )

    def _name_organisations(self) -> None:
        """Words after a kind of organisation may be its own name: "trường THCS Nguyễn Huệ", "phường 1"."""
        for piece in list(self.pieces):
            if piece not in self.pieces or not any(t.kind == "block" for t in piece.targets):
                continue  # no kind of organisation, or already part of another's own name
            end = piece.end
            own = 0  # words of an own name that we do not know
            while end < len(self.typed) and own < _MAX_TAIL:
                if known := self.index.following(self.typed, end):
                    end += known
                elif self._proper(end, piece):
                    end, own = end + 1, own + 1
                else:
                    break
            inside = [p for p in self.pieces if p.start >= piece.end and p.end <= end]
            size = end - piece.end
            people = [p for p in inside if p.role == "person" and p.sure]
            if any(size == 1 or p.form not in ("family", "given") for p in people):
                continue
            if end == piece.end or any(p.start < end < p.end for p in self.pieces):
                continue
            one = self.typed[piece.end]
            clearly = one.plain.isdigit() or piece.end in self.capital
            if piece.end - piece.start == 1 and not clearly and (size == 1 or self._family_too(piece.start)):
                self._unsure(piece)  # "truong my duyen" is a school or Ms Trương, "phường hội" a guild
            self._replace(piece.end, end, "own")

    def _family_too(self, spot: int) -> bool:
        word = self.typed[spot]
        return not word.marked and word.plain in NAME_SYLLABLES

    def _unsure(self, piece: PhrasePiece) -> None:
        self.pieces = [replace(p, sure=False) if p is piece else p for p in self.pieces]

    def _proper(self, spot: int, kind: PhrasePiece) -> bool:
        """Whether a word can belong to the own name of an organisation of this kind."""
        first = spot == kind.end
        word = self.typed[spot]
        covering = next((p for p in self.pieces if p.start <= spot < p.end), None)
        if covering is not None:
            if covering.end - covering.start > 1 and covering.role != "person":
                return False
            if covering.role in ("alias", "asking"):
                return covering.role == "alias" and all(t.kind == "block" for t in covering.targets)
        if spot in self.capital:
            return True
        if first and covering is not None and covering.role in ("filling", "address"):
            ahead = [self.plain_name(i) for i in range(spot + 1, min(spot + 3, len(self.typed)))]
            needed = 1 if covering.role == "filling" and may_be(word, filler_words.FAMILY_LIKE) else 2
            if ahead[:needed] != [True] * needed:
                return False
        verb = filler_words.NOT_A_PROPER_NAME.get(word.plain)
        if first and verb is not None and (not word.marked or word.text == verb):
            return False
        if word.plain.isdigit() or not is_syllable(word.plain) or len(word.plain) == 1:
            return True
        ahead_word = self.typed[kind.end].plain
        commune = self.typed[kind.end - 1].plain in filler_words.COMMUNES and ahead_word in NAME_SYLLABLES
        named = ahead_word in filler_words.FAMILIES or commune
        follows = not first and covering is None and named and spot - kind.end <= (1 if commune else 2)
        return follows or may_be_own_name(word)
