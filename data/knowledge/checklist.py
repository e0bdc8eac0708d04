"""Reads checklist.yaml: the stages and items of a VssID registration. Called by load_content; a fault raises ValueError with one sentence."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from data.knowledge.office import source_of
from data.knowledge.yaml_block import YamlBlock, read_yaml
from flows.content import WHO, Checklist, Group, Item, Stage

ITEM_TITLE_MAX = 60  # characters; a longer line wraps on an old phone
PLATFORMS = ("android", "ios")


def read_checklist(path: Path) -> Checklist:
    """The registration checklist in `path` (YAML), items in the file's order.

    An id may stand more than once as long as no two of its items meet in one variant (who x platform).
    Source of the facts: letter 416, steps 1 to 4.
    """
    top = read_yaml(path)
    source = source_of(top.block("source"))
    stages = tuple(entry.record(Stage) for entry in top.blocks("stages"))
    stage_ids = tuple(stage.id for stage in stages)
    top.once("stages", stage_ids)
    groups = tuple(entry.record(Group) for entry in top.blocks("groups"))
    group_ids = tuple(group.id for group in groups)
    top.once("groups", group_ids)
    items: list[Item] = []
    taken: dict[tuple[str, str, str], str] = {}
    for entry in top.blocks("items"):
        item = _item(entry, stage_ids, group_ids)
        for who, platform in product(item.who, item.platforms):
            earlier = taken.setdefault((item.id, who, platform), entry.where)
            if earlier != entry.where:
                raise entry.wrong("id", f"“{item.id}” đã có cho {who}/{platform} ở {earlier}")
        items.append(item)
    top.close()
    return Checklist(stages=stages, items=tuple(items), source=source, groups=groups)


def _item(entry: YamlBlock, stage_ids: tuple[str, ...], group_ids: tuple[str, ...]) -> Item:
    return entry.record(
        Item,
        step=entry.choice("step", stage_ids),
        group=entry.choice("group", group_ids),
        title=entry.text("title", longest=ITEM_TITLE_MAX),
        required=entry.flag("required"),
        who=entry.choices("who", WHO) if entry.has("who") else WHO,
        platforms=entry.choices("platforms", PLATFORMS) if entry.has("platforms") else PLATFORMS,
    )
