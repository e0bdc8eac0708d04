"""Reads handing_in.yaml: what each kind of person brings where. Called by load_content; a fault raises ValueError with one sentence."""

from __future__ import annotations

from pathlib import Path

from data.knowledge.yaml_block import read_yaml
from flows.paper import HandingIn

WHO = ("employee", "individual", "child", "pensioner", "officer")
LINE_MAX = 130  # characters; the page has room for two lines each


def read_handing_in(path: Path) -> tuple[HandingIn, ...]:
    """One entry for each kind of person, in the file's order."""
    top = read_yaml(path)
    found = tuple(
        entry.record(
            HandingIn,
            who=entry.choice("who", WHO),
            bring=entry.texts("bring", longest=LINE_MAX),
            where=entry.texts("where", longest=LINE_MAX),
            after=entry.texts("after", longest=LINE_MAX),
        )
        for entry in top.blocks("handing_in")
    )
    whose = tuple(one.who for one in found)
    top.once("handing_in", whose)
    if missing := [who for who in WHO if who not in whose]:
        raise top.wrong("handing_in", f"thiếu who “{missing[0]}”")
    top.close()
    return found
