"""The province that a text names as where somebody lives or is registered, and the text without the place. Called by flows/people/reading.py.

Invariant: digits of a date are taken out before; a number alone is a province only behind a name with its date, or after "tỉnh".
"""

from __future__ import annotations

import re

from flows.content import Content, Province
from flows.text.fold import fold
from flows.text.normalise import plain

# "ở Gò Công", "tại …", "quê …": from here to the next sign a place is told. Unmarked "que" and "tinh" may be names.
_PLACE = re.compile(
    r"(?<![\w])(?:ở|o|ỏ|tại|tai|quê(?: ở)?|que o|quê quán|que quan|hộ khẩu(?: ở)?|ho khau(?: o)?|thuộc|thuoc|ngụ|bên|ben|dưới|duoi)(?= )",
    re.IGNORECASE,
)
_KINDS = re.compile(r"^(?:tinh|thanh pho|tp|thi xa|tx|huyen|phuong|xa|ben|duoi|tren|mien)\.? ")
_ENDS = re.compile(r"[|,;()\n]|\. ")
_LONGEST = 4  # words of a province's name


def province_in(text: str, content: Content) -> tuple[str, str]:
    """The code of the province named in a text, "" for none, and the text with the place blanked."""
    names = content.province_names
    for hit in _PLACE.finditer(text):
        end = _ENDS.search(text, hit.end())
        stop = end.start() if end else len(text)
        code, used = _at_start(text[hit.end() : stop].strip(), names, content)
        if code or fold(hit.group().lower()) not in ("ben", "tai", "thuoc", "duoi", "que"):
            if code and not end:
                stop = hit.end() + used + 1
            return code, text[: hit.start()] + "|" * (stop - hit.start()) + text[stop:]
    return _in_a_part(text, names, content)


def _at_start(place: str, names: dict[str, Province], content: Content) -> tuple[str, int]:
    """The province among the first words of a place, and how many letters it takes."""
    words = place.split()
    for start in range(min(6, len(words))):
        for size in range(_LONGEST, 0, -1):
            said = _KINDS.sub("", plain(" ".join(words[start : start + size])) + " ").strip()
            found = names.get(said) or names.get(plain(" ".join(words[start : start + size])))
            if found is not None and (len(said) > 2 or start == 0):
                return found.code, len(" ".join(words[: start + size]))
    return "", 0


def _in_a_part(text: str, names: dict[str, Province], content: Content) -> tuple[str, str]:
    """A province that is a part of its own (", Tiền Giang", "tỉnh Vĩnh Long" at an end, a code behind the rest)."""
    for part in re.finditer(r"[^|,;()\n]+", text):
        said = part.group().strip()
        bare = without_kind(plain(said))
        alone = names.get(bare) or _by_code(bare, content)
        # the first part is the name; beside others a province is one
        if alone is not None and (part.start() > 0 or bare != plain(said) or part.end() < len(text)):
            if part.start() == 0 and bare == plain(said) and not bare.isdigit() and len(said.split()) > 1:
                continue
            return alone.code, text[: part.start()] + "|" * len(part.group()) + text[part.end() :]
    tail = re.search(r"(?i)(?<!\w)(?:tỉnh|tinh|thành phố|thanh pho|tp)\.? ([^|,;()\n]+?)\s*[|,;.]*$", text)
    if tail is not None:
        said = plain(tail.group(1))
        found = names.get(said) or _by_code(said, content)
        if found is not None:
            return found.code, text[: tail.start()] + "|" * (len(text) - tail.start())
    return "", text


def without_kind(words: str) -> str:
    """ "tinh dong thap" as "dong thap"."""
    return re.sub(r"^(?:ma )?(?:tinh|thanh pho|tp) ", "", words)


def _by_code(words: str, content: Content) -> Province | None:
    return next((p for p in content.provinces if p.code == words), None) if words.isdigit() else None
