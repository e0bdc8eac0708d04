"""One query read as pieces: aliases, people, wrapping. Rule: what no piece covers stays unexplained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from flows.names import speech
from flows.names.fold import Word
from flows.names.lexicon import DirectoryIndex
from flows.names.near import NAME_SYLLABLES, Marks, Reading, compare_marks, read_word
from flows.names.own_names import may_be_own_name
from flows.names.phrases import MAX_WINDOW, Piece, best_cover, key_of
from flows.names.roster import Likeness
from flows.names.syllable import is_syllable

_MAX_NAME_TOLD = 4  # syllables of the speaker's own name
_MAX_TRIES = 80  # windows compared with aliases that have a slip
_MAX_TAIL = 5  # words of an organisation's own name
MAX_NAME = 7  # words one name may be scattered over


class Message:
    """One query as pieces: aliases, people, words of address, asking and filling, and what is left over."""

    def __init__(
        self,
        index: DirectoryIndex,
        typed: Sequence[Word],
        *,
        whole: bool,
        capital: frozenset[int] = frozenset(),
    ) -> None:
        self.index = index
        self.capital = capital  # words typed with a capital letter, where that says something
        self.whole = whole
        self.readings = [read_word(word) for word in typed]
        self.raw = typed
        self._left: tuple[list[Piece], list[int]] | None = None  # of which pieces, and what they leave over
        self._near: dict[tuple[int, int], list[Likeness]] = {}
        self.typed = [self._meant(reading) for reading in self.readings]
        self.marked = any(word.marked for word in typed)  # as typed, before Telex is read
        pieces = self._exact_pieces()
        self.pieces = best_cover(pieces, len(typed))
        known = any(p.role in ("alias", "person") for p in self.pieces)
        doubtful = self.run([p for p in self.pieces if p.role == "person"]) is not None
        if self.unexplained or doubtful or not known or self._stray():
            self.pieces = best_cover(pieces + self._near_names() + self._near_pieces(), len(typed))
        elif len(self.pieces) > 1 and len(typed) <= MAX_WINDOW and not self.asked_who():
            whole_piece = self.index.book.nearly(typed, 0, len(typed))
            self.pieces = best_cover(
                [*pieces, whole_piece] if whole_piece and whole_piece.sure else pieces, len(typed)
            )
        self._call_away()
        self._introduced()
        self._name_organisations()
        self._departments_after_names()

    # -- reading

    def _meant(self, reading: Reading) -> Word:
        """The word as our phrases know it: Telex, VNI and chat spellings of known words are read ("soos")."""
        known = self.index.vocabulary
        if reading.typed.plain in known or any(self.index.roster.has(word) for word in reading.words):
            return reading.typed
        for word in reading.words:
            forms = known.get(word.plain)
            if forms:
                right = any(compare_marks(word.text, form) is not Marks.CONFLICT for form in forms)
                return word if right else Word(word.plain, word.plain)  # "giaoo" is a slip, no "giaô"
        return reading.typed

    def _exact_pieces(self) -> list[Piece]:
        pieces: list[Piece] = []
        size = len(self.typed)
        of_a_number = any(word.plain in speech.NUMBER_WORDS for word in self.typed)
        for start in range(size):
            pieces += self.index.roster.exact(self.readings, start)
            pieces += self.index.roster.initials(self.readings, start)
            for piece in self.index.book.beginning(self.typed, start):
                if self._somebody(piece):
                    continue
                if not of_a_number and self._key(piece) in self.index.of_a_number:
                    continue
                pieces.append(piece)
        return pieces

    def _somebody(self, piece: Piece) -> bool:
        """Whether words after a word of address are rather a name: "chị Huyền" is no district, "anh Minh" not me."""
        word = self.typed[piece.start]
        if piece.role == "alias" and self.one_syllable(piece) and self.marked:
            return (
                word.text not in self.index.vocabulary[word.plain]
            )  # "ở xa" is no commune where marks are typed
        if not piece.start or word.plain not in NAME_SYLLABLES:
            return False
        if piece.role == "alias" and piece.end - piece.start == 1 and piece.start > 1:
            ahead = self.typed[piece.start - 2 : piece.start + 1]
            if all(w.plain in NAME_SYLLABLES and not w.marked for w in ahead):
                return True  # "duong hong phuong" is no ward
        called = self.typed[piece.start - 1].plain
        if piece.role == "filling":
            return (
                piece.end - piece.start == 1 and called in speech.CALLED_SO and _may_be(word, speech.NAMED_SO)
            )
        if called not in self.index.addresses or not self._as_address(piece.start - 1):
            return False
        return piece.role == "other" or (piece.role in ("alias", "asking") and piece.end - piece.start == 1)

    def _as_address(self, spot: int) -> bool:
        """Whether a word may address somebody: "cô" and "co" may, "có" does not."""
        word = self.typed[spot]
        return not word.marked or any(
            compare_marks(word.text, form) is not Marks.CONFLICT for form in self.index.addresses[word.plain]
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
                piece = Piece(spot, spot + 1, "alias", 0.0, (target,), form="after a name")
                self.pieces = sorted([*self.pieces, piece], key=lambda p: p.start)

    def _near_names(self) -> list[Piece]:
        """The one name that a run of words is but for a slip, when nobody rivals it."""
        run = self.run([p for p in self.pieces if p.role == "person"])
        if run is None or run[1] - run[0] > MAX_NAME:
            return []
        start, end = run
        starts = [start]
        if start and _may_be(self.typed[start - 1], {"anh": "anh"}):
            starts.append(start - 1)
        for first in starts:
            near = self.near(first, end)
            if (
                near
                and near[0].sure
                and (len(near) == 1 or not near[1].sure or near[1].cost >= near[0].cost + 0.4)
            ):
                return [
                    Piece(
                        first, end, "person", 2.1 * max(2, end - first), (), True, (near[0].person,), "full"
                    )
                ]
        return []

    def near(self, start: int, end: int) -> list[Likeness]:
        """The people that a run of words may mean, the nearest first."""
        known = self._near.get((start, end))
        if known is None:
            known = self.index.roster.near(self.readings[start:end], strict=self.marked)
            self._near[start, end] = known
        return known

    def _near_pieces(self) -> list[Piece]:
        """Aliases with a slip in them, in windows that hold a word nothing else explains."""
        pieces: list[Piece] = []
        tried = 0
        for spot in self.unexplained[:6] or self._stray()[:6] or range(min(4, len(self.typed))):
            for start in range(max(0, spot - 6), spot + 1):
                for end in range(spot + 1, min(start + MAX_WINDOW, len(self.typed)) + 1):
                    if tried > _MAX_TRIES:
                        return pieces
                    tried += 1
                    if piece := self.index.book.nearly(self.raw, start, end):
                        pieces.append(piece)
        return pieces

    @property
    def unexplained(self) -> list[int]:
        """Positions of the words that no piece covers."""
        if self._left is None or self._left[0] is not self.pieces:
            covered = {i for p in self.pieces if p.role != "other" for i in range(p.start, p.end)}
            self._left = self.pieces, [i for i in range(len(self.typed)) if i not in covered]
        return self._left[1]

    def _stray(self) -> list[int]:
        """Words that we know but that do not belong beside an alias, where nothing is asked: "trường hok"."""
        if self.asked_who() or not any(p.role == "alias" for p in self.pieces):
            return []
        return [
            p.start
            for p in self.pieces
            if p.role == "filling" and p.end - p.start == 1 and self._key(p) not in self.index.neutral
        ]

    def _call_away(self) -> None:
        """ "Anh Hải ơi" calls somebody, it asks for nobody: such words become filling."""
        for spot, word in enumerate(self.typed):
            if word.plain not in speech.CALLING or spot == 0:
                continue
            start = spot - 1
            named = self.before(spot)
            if named is not None and named.role == "person" and named.form not in ("given", "family"):
                self._replace(spot, spot + 1, "filling")
                continue
            if named is not None and self._only_called(named, spot):
                self._replace(spot, spot + 1, "filling")
                continue
            if start > 0 and self.typed[start - 1].plain in speech.ADDRESS:
                start -= 1
            self._replace(start, spot + 1, "filling")

    def _only_called(self, named: Piece, spot: int) -> bool:
        """Whether a call of one person is all there is: "Diễm ơi", "chị Trúc ơi cho em hỏi"; "anh hai ơi" is anybody."""
        word = self.typed[named.start]
        if (
            named.role != "person"
            or len(named.people) != 1
            or (word.plain in speech.BORN_AS and not word.marked)
        ):
            return False
        return all(
            p is named
            or p.role in ("address", "asking")
            or (p.start, p.end) == (spot, spot + 1)
            or self._key(p) in self.index.particles
            for p in self.pieces
        ) and not set(self.unexplained) - {spot}

    def _introduced(self) -> None:
        """ "Mình tên Lan muốn gặp …": the speaker's own name, when the message goes on to ask."""
        for spot in range(len(self.typed) - 2):
            if (
                self.typed[spot].plain not in speech.SELF
                or self.typed[spot + 1].plain not in speech.IS_CALLED
            ):
                continue
            start = end = spot + 2
            if self.typed[start].plain == "la":
                start = end = start + 1
            while end < len(self.typed) and end - start < _MAX_NAME_TOLD and self._plain_name(end):
                end += 1
            follows = next((p for p in self.pieces if p.start >= end), None)
            asks = follows is None or follows.role in ("filling", "asking")
            if end > start and asks and not any(p.role == "alias" and p.start < end for p in self.pieces):
                self._replace(spot, end, "filling")

    def _replace(self, start: int, end: int, role: Literal["filling"], form: str = "") -> None:
        kept = [p for p in self.pieces if p.end <= start or p.start >= end]
        self.pieces = sorted([*kept, Piece(start, end, role, 0.0, form=form)], key=lambda p: p.start)

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
            if any(
                p.role == "person" and p.sure and (p.form not in ("family", "given") or size == 1)
                for p in inside
            ):
                continue
            if end == piece.end or any(p.start < end < p.end for p in self.pieces):
                continue
            one = self.typed[piece.end]
            clearly = one.plain.isdigit() or piece.end in self.capital
            if piece.end - piece.start == 1 and not clearly and (size == 1 or self._family_too(piece.start)):
                self._unsure(piece)  # "truong my duyen" is a school or Ms Trương, "phường hội" a guild
            self._replace(piece.end, end, "filling", "own")

    def _family_too(self, spot: int) -> bool:
        word = self.typed[spot]
        return not word.marked and word.plain in NAME_SYLLABLES

    def _unsure(self, piece: Piece) -> None:
        self.pieces = [replace(p, sure=False) if p is piece else p for p in self.pieces]

    def _proper(self, spot: int, kind: Piece) -> bool:
        """Whether a word can belong to the own name of an organisation of this kind."""
        first = spot == kind.end
        word = self.typed[spot]
        covering = next((p for p in self.pieces if p.start <= spot < p.end), None)
        if covering is not None and covering.end - covering.start > 1 and covering.role != "person":
            return False
        if (
            covering is not None
            and covering.role == "alias"
            and any(t.kind != "block" for t in covering.targets)
        ):
            return False
        if covering is not None and covering.role in ("alias", "asking"):
            return covering.role == "alias"
        if spot in self.capital:
            return True
        if first and covering is not None and covering.role in ("filling", "address"):
            ahead = [self._plain_name(i) for i in range(spot + 1, min(spot + 3, len(self.typed)))]
            needed = 1 if covering.role == "filling" and _may_be(word, speech.FAMILY_LIKE) else 2
            if ahead[:needed] != [True] * needed:
                return False
        verb = speech.NOT_A_PROPER_NAME.get(word.plain)
        if first and verb is not None and (not word.marked or word.text == verb):
            return False
        if word.plain.isdigit() or not is_syllable(word.plain) or len(word.plain) == 1:
            return True
        ahead_word = self.typed[kind.end].plain
        commune = self.typed[kind.end - 1].plain in speech.COMMUNES and ahead_word in NAME_SYLLABLES
        named = ahead_word in speech.FAMILIES or commune
        follows = not first and covering is None and named and spot - kind.end <= (1 if commune else 2)
        return follows or may_be_own_name(word)

    def _plain_name(self, spot: int) -> bool:
        """Whether a word is a syllable of names and nothing else that we know."""
        plain = self.typed[spot].plain
        known = plain in self.index.small_words
        return plain in NAME_SYLLABLES and not (known and plain not in ("an", "van", "thi"))

    # -- people

    def named(self) -> set[int]:
        """The people whose names the message holds for sure."""
        return {i for p in self.pieces if p.role == "person" and p.sure for i in p.people}

    def before(self, position: int) -> Piece | None:
        """The piece that ends where this position begins."""
        return next((p for p in self.pieces if p.end == position), None)

    def touched(self, piece: Piece) -> bool:
        """Whether a filling word that touches a name may be one more syllable of it."""
        return self._touched_before(piece) or self._touched_after(piece)

    def _touched_before(self, piece: Piece) -> bool:
        before = self.before(piece.start)
        if before is None or piece.form in ("full", "family"):
            return False
        last, single = self.typed[before.end - 1], before.end - before.start == 1
        ahead = self.before(before.start)
        if before.role == "alias" and not last.marked and last.plain in NAME_SYLLABLES:
            theirs = {i for t in before.targets for i in self.index.people_of(t)}
            # "truong tuan vu" may be Mr Trương, "thi tran tuan vu" Mr Trần
            return single or last.plain in speech.FAMILIES or not theirs & set(piece.people)
        if not single or before.role not in ("filling", "address"):
            return False
        if _may_be(last, speech.FAMILY_LIKE):
            mine = piece.form == "given" and last.plain in ("minh", "con")
            if not mine or ahead is None or ahead.role not in ("filling", "asking"):
                return True
            return _may_be(
                self.typed[ahead.end - 1], speech.FAMILY_LIKE
            )  # "cho mình Hải CNTT", "Đỗ Minh Hải"
        if last.plain == "anh" and ahead is not None and ahead.end - ahead.start == 1:
            return ahead.role in ("filling", "address") and _may_be(
                self.typed[ahead.start], speech.FAMILY_LIKE
            )
        return False

    def _touched_after(self, piece: Piece) -> bool:
        after = next((p for p in self.pieces if p.start == piece.end), None)
        if after is None or after.end - after.start > 1:
            return False
        word = self.typed[after.start]
        following = self.typed[piece.end : piece.end + 2]
        alone = not any(p.start == after.end and p.end > p.start + 1 for p in self.pieces)
        if (
            len(following) == 2
            and alone
            and all(w.plain in NAME_SYLLABLES and not w.marked for w in following)
        ):
            return True  # "vu thi nhan"
        if after.role == "alias":
            return not after.form and not word.marked and word.plain in NAME_SYLLABLES  # "vu le phuong"
        if after.role not in ("filling", "address", "asking"):
            return False
        rest = [p for p in self.pieces if p.start >= after.end]
        if all(self._key(p) in self.index.particles for p in rest) and _may_be(word, speech.LAST_LIKE):
            return True
        addresses = after.role == "address" and bool(rest) and rest[0].role == "person"
        return not addresses and _may_be(word, speech.GIVEN_LIKE)

    def called(self, piece: Piece) -> bool:
        """Whether a single given name is meant as a name: addressed, asked for, or all there is."""
        before = self.before(piece.start)
        if before is not None and (
            before.role == "address" or self.typed[before.end - 1].plain in ("so", "gap")
        ):
            return True
        if any(p.role == "asking" and p.end <= piece.start for p in self.pieces):
            return True
        polite = (p.role == "filling" and self._key(p) in self.index.particles for p in self.pieces)
        if any(p.role == "address" and p.start >= piece.end for p in self.pieces):
            return False  # "truc ban" is on duty
        told = (p.role in ("person", "address") or kind for p, kind in zip(self.pieces, polite, strict=True))
        return all(told) and not self.unexplained

    def asked(self) -> bool:
        """Whether the message asks for anything at all."""
        return self.asked_who() or any(p.role == "asking" for p in self.pieces)

    def asked_who(self) -> bool:
        """Whether the message asks for somebody, or for a number."""
        for piece in self.pieces:
            if piece.role == "asking" and self._key(piece) not in self.index.asking_anything:
                return True
        phrases = [p for p in self.pieces if p.role == "filling" and p.end - p.start > 1]
        inside = {i for p in phrases for i in range(p.start, p.end) if self.typed[i].plain != "ai"}  # "mã số"
        return any(_may_be(w, self.index.who) for i, w in enumerate(self.typed) if i not in inside)

    def asked_where(self) -> bool:
        """Whether the message asks where somebody sits."""
        return any(p.role == "filling" and self._key(p) in self.index.where for p in self.pieces)

    def only_surrounded(self) -> bool:
        """Whether no word but those of courtesy and of where one works stands around the aliases."""
        return all(
            p.form == "own" or self._key(p) in self.index.neutral for p in self.pieces if p.role == "filling"
        )

    def one_syllable(self, piece: Piece) -> bool:
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
            p.role == "filling" and p.start < first and self._key(p) not in self.index.particles
            for p in self.pieces
        )

    def _key(self, piece: Piece) -> str:
        return key_of(self.typed[piece.start : piece.end])

    def department_told(self) -> bool:
        """Whether a group is named clearly beside a bare given name: "Hải CNTT", not "vũ trường"."""
        for piece in self.aliases():
            lone = piece.end - piece.start == 1 and self.typed[piece.start].plain in NAME_SYLLABLES
            if not lone:
                return True
        return False

    def aliases(self) -> list[Piece]:
        """The aliases that count: a wider one yields to a narrower ("cty" to "tnhh"), a place to a kind."""
        found = [p for p in self.pieces if p.role == "alias"]
        kinds = [p for p in found if self._key(p) not in self.index.places]
        if any(t.kind == "block" for p in kinds for t in p.targets):
            found = kinds
        return [p for p in found if not any(set(p.targets) > set(q.targets) for q in found if q.targets)]

    def run(self, people: Sequence[Piece]) -> tuple[int, int] | None:
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
            if (
                len(inside) > 1
                and all(p.form == "given" and p.sure for p in inside)
                and not loose & set(group)
            ):
                continue
            return start, end
        return None

    @staticmethod
    def _same_person(people: Sequence[Piece]) -> bool:
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


def _may_be(word: Word, names: Mapping[str, str]) -> bool:
    """Whether a typed word may be one of these syllables of names: its diacritics do not speak against it."""
    known = names.get(word.plain)
    return known is not None and (not word.marked or compare_marks(word.text, known) is not Marks.CONFLICT)
