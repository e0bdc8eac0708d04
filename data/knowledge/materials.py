"""Reads materials.yaml: leaflets, texts to read aloud or pass on, the words of posters. Called by load_content."""

from __future__ import annotations

import re
from pathlib import Path

from data.knowledge.yaml_block import YamlBlock, read_yaml
from flows.materials import MADE, Library, Material, PosterWords
from flows.paper import Section

_ID = re.compile(r"[a-z]+(?:-[a-z]+)*")
LINE_MAX = 240  # characters
SHORT_MAX = 24


def read_materials(path: Path) -> Library:
    """The library of `path`; raises ValueError with one sentence for a fault."""
    top = read_yaml(path)
    words = top.block("poster")
    poster = words.record(PosterWords)
    every = tuple(_material(entry) for entry in top.blocks("materials"))
    top.once("materials", tuple(one.id for one in every))
    top.once("materials", tuple(word for one in every for word in one.words))
    top.close()
    return Library(poster, every)


def _material(entry: YamlBlock) -> Material:
    id_, short = entry.text("id"), entry.text("short")
    if not _ID.fullmatch(id_) or id_ in MADE:
        raise entry.wrong("id", f"“{id_}” phải là chữ thường không dấu, nối bằng gạch, và chưa dùng")
    if len(short) > SHORT_MAX:
        raise entry.wrong("short", f"dài hơn {SHORT_MAX} ký tự")
    sections = tuple(
        block.record(Section, lines=block.texts("lines", longest=LINE_MAX), ticks=False)
        for block in entry.blocks("sections")
    )
    retired = entry.has("retired") and entry.flag("retired")
    return entry.record(Material, id=id_, short=short, sections=sections, retired=retired)
