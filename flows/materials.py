"""Materials to print or pass on, and the words of posters, as the office's files give them. Pure values; made by data/knowledge/materials.py."""

from __future__ import annotations

from dataclasses import dataclass

from flows.paper import Section

GUIDE, KIT = "huong-dan", "bo-tai-lieu"
MADE = {GUIDE: "Hướng dẫn một trang", KIT: "Bộ tài liệu"}  # made of other content, not read from the file


@dataclass(frozen=True, slots=True)
class PosterWords:
    """What stands on every poster, beside its place and its codes."""

    headline: str
    offer: str
    lines: tuple[str, ...]
    how: str
    by_message: str
    warning: str
    hotline: str


@dataclass(frozen=True, slots=True)
class Material:
    """One thing of the library: `said` goes along in the chat, `sections` are the page; `words`: how people call it, folded."""

    id: str
    short: str
    title: str
    under: str
    words: tuple[str, ...]
    said: str
    sections: tuple[Section, ...]
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Library:
    """The words of posters, and every material, retired ones too."""

    poster: PosterWords
    every: tuple[Material, ...]

    @property
    def offered(self) -> tuple[Material, ...]:
        return tuple(one for one in self.every if not one.retired)

    def material(self, id_: str) -> Material | None:
        return next((one for one in self.every if one.id == id_), None)
