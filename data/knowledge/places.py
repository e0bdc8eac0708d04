"""Reads places.yaml: communes and wards, what was merged into them, the known local offices. Called by load_content."""

from __future__ import annotations

import re
from pathlib import Path

from data.knowledge.yaml_block import read_yaml
from flows.content import Source
from flows.places import KnownPlaces, LocalOffice, Place

_NAME = re.compile(r"(?:Xã|Phường) \S.*")
_WAS = re.compile(r"(?:xã|phường|thị trấn) [^,]+, (?:TP|thị xã|huyện) [^,]+")


def read_places(path: Path, sources: dict[str, Source], elsewhere: frozenset[str]) -> KnownPlaces:
    """The places of `path`, `elsewhere` the folded names of other provinces; raises ValueError with one sentence for a fault."""
    top = read_yaml(path)
    source, merged = (top.choice(key, tuple(sources)) for key in ("source", "merged"))
    offices = tuple(entry.record(LocalOffice) for entry in top.blocks("offices"))
    places = tuple(
        entry.record(Place, name=entry.text("name", form=(_NAME, "xã hoặc phường")))
        for entry in top.blocks("places")
    )
    top.once("places", tuple(place.name for place in places))
    olds = tuple(was for place in places for was in place.was)
    top.once("places", olds)
    if wrong := [was for was in olds if not _WAS.fullmatch(was)]:
        raise top.wrong("places", f"“{wrong[0]}” phải là “xã cũ, huyện cũ”")
    known = {place.name.partition(" ")[2] for place in places}
    if strange := [name for office in offices for name in office.area if name not in known]:
        raise top.wrong("offices", f"không có xã, phường “{strange[0]}”")
    top.close()
    return KnownPlaces(places, offices, source, merged, elsewhere)
