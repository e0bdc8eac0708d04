"""Reads the contacts that staff edit. Rule: bad content is refused, naming the file and the key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from flows.content import Block, Contact, Department, Directory, Gap, Source

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PHONE = re.compile(r"0[0-9]{9}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_REQUIRED = object()


class _Entry:
    """One mapping of the file, with the place it stands at, so that every complaint can name it."""

    def __init__(self, file: str, where: str, value: object) -> None:
        self.file, self.where = file, where
        if not isinstance(value, dict):
            raise self.wrong("", "must be a mapping of keys to values")
        self.values: dict[object, object] = value

    def wrong(self, key: str, why: str) -> ValueError:
        place = f"{self.where}.{key}".strip(".") or "the file"
        return ValueError(f"{self.file}: {place}: {why}")

    def only(self, *known: str) -> None:
        """Refuse keys that nobody reads: usually a slip of the finger."""
        for key in self.values:
            if key not in known:
                raise self.wrong(str(key), f"is not a known key (known: {', '.join(known)})")

    def text(self, key: str, pattern: re.Pattern[str] | None = None, default: object = _REQUIRED) -> str:
        value = self.values.get(key, default)
        if value is _REQUIRED:
            raise self.wrong(key, "is missing")
        if not isinstance(value, str):
            raise self.wrong(key, f"must be text in quotes, not {value!r}")
        if pattern is not None and not pattern.fullmatch(value):
            raise self.wrong(key, f"{value!r} does not have the form {pattern.pattern}")
        if default is _REQUIRED and not value.strip():
            raise self.wrong(key, "must not be empty")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key) or []
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.wrong(key, "must be a list of texts")
        return tuple(value)

    def lists(self, key: str) -> tuple[tuple[str, ...], ...]:
        value = self.values.get(key) or []
        if not isinstance(value, list) or not all(
            isinstance(some, list) and all(isinstance(v, str) and v.strip() for v in some) for some in value
        ):
            raise self.wrong(key, "must be a list of lists of texts")
        return tuple(tuple(some) for some in value)

    def entries(self, key: str) -> list[_Entry]:
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, "must be a list")
        return [_Entry(self.file, f"{self.where}.{key}[{i}]".strip("."), v) for i, v in enumerate(value, 1)]


def _source(entry: _Entry) -> Source:
    entry.only("id", "title", "short", "valid_from", "valid_to", "last_verified")
    valid_to = entry.values.get("valid_to")
    return Source(
        id=entry.text("id", _ID),
        title=entry.text("title"),
        short=entry.text("short"),
        valid_from=entry.text("valid_from", _DATE),
        valid_to=None if valid_to is None else entry.text("valid_to", _DATE),
        last_verified=entry.text("last_verified", _DATE),
    )


def _block(entry: _Entry) -> Block:
    entry.only("id", "name", "row", "aliases")
    row = entry.values.get("row")
    if not isinstance(row, int) or isinstance(row, bool) or row < 1:
        raise entry.wrong("row", "must be a whole number from 1")
    return Block(entry.text("id", _ID), entry.text("name"), row, entry.texts("aliases"))


def _contact(entry: _Entry, blocks: Iterable[str], departments: Iterable[str]) -> Contact:
    entry.only("id", "name", "phone", "department", "blocks", "helper", "aliases")
    helper = entry.values.get("helper", False)
    if not isinstance(helper, bool):
        raise entry.wrong("helper", "must be true or false")
    contact = Contact(
        id=entry.text("id", _ID),
        name=entry.text("name"),
        phone=entry.text("phone", _PHONE),
        department=entry.text("department", default=""),
        blocks=entry.texts("blocks"),
        helper=helper,
        aliases=entry.texts("aliases"),
    )
    if contact.department and contact.department not in departments:
        raise entry.wrong("department", f"{contact.department!r} is not the id of a department")
    for block in contact.blocks:
        if block not in blocks:
            raise entry.wrong("blocks", f"{block!r} is not the id of a block")
    return contact


def _distinct(file: str, key: str, ids: list[str]) -> None:
    for one in ids:
        if ids.count(one) > 1:
            raise ValueError(f"{file}: {key}: the id {one!r} is used more than once")


def read_directory(path: Path) -> Directory:
    """The directory written in a YAML file of the form of data/content/directory.yaml.

    Raises ValueError with one sentence naming the file and the key when the content is bad; OSError when
    the file cannot be read.
    """
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  # reason: both are safe
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name}: the file is not valid YAML: {error}") from error
    top = _Entry(path.name, "", loaded)
    top.only(
        "source", "short_forms", "places", "trades", "own_names", "passing",
        "departments", "blocks", "contacts", "helpers_aliases", "gaps",
    )  # fmt: skip  # reason: in the order of the file
    departments = []
    for entry in top.entries("departments"):
        entry.only("id", "name", "aliases")
        departments.append(Department(entry.text("id", _ID), entry.text("name"), entry.texts("aliases")))
    gaps = []
    for entry in top.entries("gaps"):
        entry.only("id", "name", "aliases")
        gaps.append(Gap(entry.text("id", _ID), entry.text("name"), entry.texts("aliases")))
    blocks = [_block(entry) for entry in top.entries("blocks")]
    block_ids, department_ids = [b.id for b in blocks], [d.id for d in departments]
    contacts = [_contact(entry, block_ids, department_ids) for entry in top.entries("contacts")]
    if not contacts:
        raise top.wrong("contacts", "must name at least one person")
    for key, ids in (("blocks", block_ids), ("departments", department_ids)):
        _distinct(path.name, key, ids)
    _distinct(path.name, "contacts", [c.id for c in contacts])
    _distinct(path.name, "gaps", [g.id for g in gaps])
    return Directory(
        contacts=tuple(contacts),
        blocks=tuple(blocks),
        departments=tuple(departments),
        gaps=tuple(gaps),
        source=_source(_Entry(path.name, "source", top.values.get("source"))),
        helpers_aliases=top.texts("helpers_aliases"),
        short_forms=tuple(ways for ways in top.lists("short_forms") if len(ways) > 1),
        places=top.texts("places"),
        trades=top.texts("trades"),
        own_names=top.texts("own_names"),
        passing=top.texts("passing"),
    )
