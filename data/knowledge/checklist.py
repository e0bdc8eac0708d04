"""Reads checklist.yaml: the stages and items of a VssID registration."""

from __future__ import annotations

from pathlib import Path

from data.knowledge.office import _source
from data.knowledge.yaml_block import _Block, _read, _refuse_repeats
from flows.content import (
    Checklist,
    Item,
    Stage,
)

ITEM_TITLE_MAX = 60  # characters; a longer line wraps on an old phone


WHO = ("employee", "individual", "child")


PLATFORMS = ("android", "ios")


def read_checklist(path: Path) -> Checklist:
    """The registration checklist in `path` (YAML), items in the file's order.

    An id may stand more than once as long as no two of its items meet in one variant (who x platform).
    Raises ValueError with one sentence naming file and key. Source of the facts: letter 416, steps 1 to 4.
    """
    top = _read(path)
    source = _source(top.block("source"))
    stages = tuple(_stage(entry) for entry in top.blocks("stages"))
    _refuse_repeats(top, "stages", [stage.id for stage in stages])
    stage_ids = tuple(stage.id for stage in stages)
    items: list[Item] = []
    taken: dict[tuple[str, str, str], str] = {}
    for entry in top.blocks("items"):
        item = _item(entry, stage_ids)
        for who in item.who:
            for platform in item.platforms:
                earlier = taken.get((item.id, who, platform))
                if earlier is not None:
                    raise entry.wrong("id", f"“{item.id}” đã có cho {who}/{platform} ở {earlier}")
                taken[item.id, who, platform] = entry.where
        items.append(item)
    top.close()
    return Checklist(stages=stages, items=tuple(items), source=source)


def _stage(entry: _Block) -> Stage:
    stage = Stage(id=entry.text("id"), title=entry.text("title"))
    entry.close()
    return stage


def _item(entry: _Block, stage_ids: tuple[str, ...]) -> Item:
    item = Item(
        id=entry.text("id"),
        step=entry.choice("step", stage_ids),
        title=entry.text("title", longest=ITEM_TITLE_MAX),
        help=entry.text("help"),
        required=entry.flag("required"),
        who=entry.choices("who", WHO) if entry.has("who") else WHO,
        platforms=entry.choices("platforms", PLATFORMS) if entry.has("platforms") else PLATFORMS,
        only_without_code=entry.flag("only_without_code") if entry.has("only_without_code") else False,
        note=entry.text("note") if entry.has("note") else "",
    )
    entry.close()
    return item
