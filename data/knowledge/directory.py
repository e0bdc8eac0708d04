"""Reads directory.yaml: the contacts of the appendix, which staff edit. Called by load_content; a fault raises ValueError with one sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

from data.knowledge.office import source_of
from data.knowledge.yaml_block import YamlBlock, read_yaml
from flows.content import Block, Contact, Department, Directory, Gap

_ID = (re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*"), "chữ thường không dấu, số và gạch nối")
_PHONE = (re.compile(r"0[0-9]{9}"), "10 chữ số bắt đầu bằng 0")
G = TypeVar("G", Department, Gap, Block)


def read_directory(path: Path) -> Directory:
    """The directory written in a YAML file of the form of data/content/directory.yaml."""
    top = read_yaml(path)
    departments = _group(top, "departments", Department)
    gaps = _group(top, "gaps", Gap)
    blocks = _group(top, "blocks", Block)
    known = {"department": {d.id for d in departments}, "blocks": {b.id for b in blocks}}
    contacts = tuple(_contact(entry, known) for entry in top.blocks("contacts"))
    top.once("contacts", [one.id for one in contacts])
    return top.record(
        Directory,
        contacts=contacts,
        blocks=blocks,
        departments=departments,
        gaps=gaps,
        source=source_of(top.block("source")),
        weights=b"",  # trained from this file, read by load_content
        short_forms=tuple(ways for ways in top.lists("short_forms") if len(ways) > 1),
    )


def _group(top: YamlBlock, key: str, cls: type[G]) -> tuple[G, ...]:
    found = tuple(entry.record(cls, id=entry.text("id", form=_ID)) for entry in top.blocks(key))
    top.once(key, [one.id for one in found])
    return found


def _contact(entry: YamlBlock, known: dict[str, set[str]]) -> Contact:
    department = entry.text("department", blank=True) if entry.has("department") else ""
    blocks = entry.any_texts("blocks")
    for key, ids in (("department", {department} - {""}), ("blocks", set(blocks))):
        for one in sorted(ids - known[key]):
            raise entry.wrong(key, f"ghi “{one}”, không có trong tệp")
    return entry.record(
        Contact,
        id=entry.text("id", form=_ID),
        phone=entry.text("phone", form=_PHONE),
        department=department,
        blocks=blocks,
    )
