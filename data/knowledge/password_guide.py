"""Reads password.yaml: VssID's screens for a password change, and the ways out of trouble. Called by load_content; a fault raises ValueError with one sentence."""

from __future__ import annotations

from pathlib import Path

from data.knowledge.office import folded_aliases, sources_of
from data.knowledge.yaml_block import read_yaml
from flows.content import PasswordAnswer, PasswordGuide, Screen, Trouble

TROUBLE_TITLE_MAX = 40  # characters; the title is a button


def read_password(path: Path) -> PasswordGuide:
    """The password guide in `path` (YAML): screens in order, the SMS, the ways out with their sources.

    Source of the facts: letter 416, step 4; the file names what is newer.
    """
    top = read_yaml(path)
    sources = sources_of(top)
    screens = tuple(entry.record(Screen) for entry in top.blocks("screens"))
    top.once("screens", [screen.id for screen in screens])
    troubles = tuple(
        entry.record(
            Trouble,
            title=entry.text("title", longest=TROUBLE_TITLE_MAX),
            source=sources[entry.choice("source", tuple(sources))],
            aliases=folded_aliases(entry),
        )
        for entry in top.blocks("troubles")
    )
    top.once("troubles", [trouble.id for trouble in troubles])
    top.once("troubles", [alias for trouble in troubles for alias in trouble.aliases])
    answers = tuple(entry.record(PasswordAnswer) for entry in top.blocks("answers"))
    top.once("answers", [answer.id for answer in answers])
    return top.record(
        PasswordGuide,
        screens=screens,
        answers=answers,
        troubles=troubles,
        source=sources[top.choice("source", tuple(sources))],
    )
