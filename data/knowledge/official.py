"""Reads official.yaml: which addresses and numbers are known to be true, and the marks of false ones. Called by load_content.

Invariant: a file is taken whole, or refused by ValueError with one sentence that names file and key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from data.knowledge.yaml_block import read_yaml
from flows.content import OfficialAddress, OfficialFacts, OfficialNumber, Source

_HOST = (re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+"), "tên miền, chữ thường")
_DIGITS = (re.compile(r"[0-9]{3,12}"), "chỉ chữ số")


def read_official(path: Path, sources: Mapping[str, Source]) -> OfficialFacts:
    """The facts in `path` (YAML). Source: the warnings of BHXH Việt Nam, and the office's own page."""
    top = read_yaml(path)
    addresses = tuple(
        entry.record(OfficialAddress, host=entry.text("host", form=_HOST))
        for entry in top.blocks("addresses")
    )
    top.once("addresses", [one.host for one in addresses])
    numbers = tuple(
        entry.record(OfficialNumber, digits=entry.text("digits", form=_DIGITS))
        for entry in top.blocks("numbers")
    )
    top.once("numbers", [one.digits for one in numbers])
    source = top.text("source")
    if source not in sources:
        raise top.wrong("source", f"ghi “{source}”, không có trong office.yaml")
    return top.record(OfficialFacts, addresses=addresses, numbers=numbers, source=source)
