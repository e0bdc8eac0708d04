"""Communes and wards of the province as they are today, what was merged into them, and the local offices that are known. Pure.

Called by the agency flow. Invariant: a place whose office is not in the list has none here; nothing is guessed from a name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, reduce

from flows.text.normalise import plain

LONGEST = 6  # words of a name with its kind
_KIND = re.compile(r"^(?:xã|phường|thị trấn|TP|thị xã|huyện) ", re.IGNORECASE)
_SHORT = {"xa": "x", "phuong": "p", "thi tran": "tt", "tp": "thanh pho", "thi xa": "tx", "huyen": "h"}
_BEFORE = re.compile(
    r"(?:^|\b(?:o|tai|xa|phuong|thi tran|huyen|tp|thanh pho|thi xa|thuoc|ben|duoi|tren|que|ve|vung|khu|ap|dan|cho|bhxh|bao hiem(?: xa hoi)?|co so|tt|p|h|x|tx) )$"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A commune or ward of today; `was`: "xã Mỹ Tân, TP Cao Lãnh" each."""

    name: str
    was: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LocalOffice:
    """A BHXH cơ sở; `area`: the places of today that it serves, without their kind."""

    name: str
    address: str
    area: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place that was named: how it is called, and the places of today it may be; at least one."""

    called: str
    places: tuple[Place, ...]


_Meaning = tuple[str, frozenset[int]]  # how it is called, numbers of places


@dataclass(frozen=True)
class KnownPlaces:
    """All of one province. `source`, `merged`: ids of the sources of the offices and of the merger. A bare
    name of another province is that province."""

    places: tuple[Place, ...] = ()
    offices: tuple[LocalOffice, ...] = ()
    source: str = ""
    merged: str = ""
    elsewhere: frozenset[str] = frozenset()  # folded names of other provinces

    def office_of(self, place: Place) -> LocalOffice | None:
        """The office that serves a place, None where the list has none."""
        return next((o for o in self.offices if _KIND.sub("", place.name) in o.area), None)

    def find(self, text: str, *, asked: bool = False) -> NamedPlace | None:
        """The place that a text names; `asked`: it was asked for, so that a bare name is one. Several are read together."""
        words, typed = plain(text).split(), text.lower()
        named: list[list[_Meaning]] = []
        at = 0
        while at < len(words):
            size = self._size(words, at)
            name = " ".join(words[at : at + size])
            with_kind = words[at] in _KINDS or (at > 0 and words[at - 1] in _KINDS)
            before = _BEFORE.search(" ".join([*words[:at], ""]))
            if (
                name
                and (asked or named or before or with_kind)
                and (with_kind or not (name in self.elsewhere or name.isdigit()))
            ):
                exact = [m for m in self._index[name] if bare(m[0]).lower() in typed]
                named.append(exact or self._index[name])
            at += size or 1
        if not named:
            return None
        both = reduce(_together, named)
        numbers = frozenset().union(*(places for _, places in both))
        called = both[0][0] if len(both) == 1 else bare(both[0][0])
        return NamedPlace(called, tuple(p for n, p in enumerate(self.places) if n in numbers))

    def _size(self, words: list[str], at: int) -> int:
        """How many words from here are a name; 0 for none."""
        sizes = range(min(LONGEST, len(words) - at), 0, -1)
        return next((n for n in sizes if " ".join(words[at : at + n]) in self._index), 0)

    @cached_property
    def _index(self) -> dict[str, list[_Meaning]]:
        """What each folded name may be: with its kind, shortened, and bare."""
        labels: dict[str, set[int]] = defaultdict(set)
        for n, place in enumerate(self.places):
            labels[place.name[0].lower() + place.name[1:]].add(n)
            for was in place.was:
                district = was.partition(", ")[2]
                labels[was].add(n)
                labels[f"{district} (cũ)" if "(" not in district else district].add(n)
        index: dict[str, list[_Meaning]] = defaultdict(list)
        for label, numbers in labels.items():
            for name in _names(label):
                index[name].append((label, frozenset(numbers)))
        return dict(index)


_KINDS = frozenset("xa phuong huyen tp tt tx".split())


def _names(label: str) -> set[str]:
    """What people call it, folded."""
    kind = plain((_KIND.match(label) or [""])[0])
    name = plain(bare(label))
    return {name, f"{kind} {name}", f"{_SHORT.get(kind, kind)} {name}"}


def bare(label: str) -> str:
    """The name without kind, district and remarks."""
    return re.sub(r",.*| \(.*", "", _KIND.sub("", label))


def _together(one: list[_Meaning], other: list[_Meaning]) -> list[_Meaning]:
    """What both name; where they have nothing in common, both."""
    common = [(label, a & b) for label, a in one for _, b in other if a & b]
    return common or [*one, *other]
