"""Reads password.yaml: VssID's screens for a password change, and the ways out of trouble."""

from __future__ import annotations

from pathlib import Path

from data.knowledge.office import _aliases, _known, _sources
from data.knowledge.yaml_block import _Block, _read, _refuse_repeats
from flows.content import (
    PasswordGuide,
    Screen,
    Source,
    Trouble,
)

TROUBLE_TITLE_MAX = 40  # characters; the title is a button


def read_password(path: Path) -> PasswordGuide:
    """The password guide in `path` (YAML): screens in order, the SMS, the ways out with their sources.

    `otp_minutes` is in minutes, `otp_digits` a count. Source of the facts: letter 416, step 4; the file names
    what is newer. Raises ValueError with one sentence naming file and key.
    """
    top = _read(path)
    sources = _sources(top)
    screens = tuple(_screen(entry) for entry in top.blocks("screens"))
    _refuse_repeats(top, "screens", [screen.id for screen in screens])
    troubles = tuple(_trouble(entry, sources) for entry in top.blocks("troubles"))
    _refuse_repeats(top, "troubles", [trouble.id for trouble in troubles])
    _refuse_repeats(top, "troubles", [alias for trouble in troubles for alias in trouble.aliases])
    guide = PasswordGuide(
        screens=screens,
        sms_wording=top.text("sms_wording"),
        sms_why=top.text("sms_why"),
        otp_minutes=top.count("otp_minutes"),
        otp_digits=top.count("otp_digits"),
        troubles=troubles,
        source=_known(top, "source", sources),
    )
    top.close()
    return guide


def _screen(entry: _Block) -> Screen:
    screen = Screen(id=entry.text("id"), text=entry.text("text"), trouble=entry.text("trouble"))
    entry.close()
    return screen


def _trouble(entry: _Block, sources: dict[str, Source]) -> Trouble:
    trouble = Trouble(
        id=entry.text("id"),
        title=entry.text("title", longest=TROUBLE_TITLE_MAX),
        text=entry.text("text"),
        source=_known(entry, "source", sources),
        aliases=_aliases(entry),
    )
    entry.close()
    return trouble
