"""Asks questions at the menu and in the middle of each flow, and compares: `python -m benchmarks.questions_in_flows FILE.jsonl`.

Each line is {"text", "topic"}. Right: the answer that is said belongs to the topic, or a flow begins or contacts are shown to which the
topic's items lead. The positions are those of tests/positions.py at which a person is in the middle of something.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from data.knowledge.content import load_content
from flows import catalog
from flows.engine.events import Said
from flows.engine.navigation import Turn
from flows.engine.state import State
from tests.positions import AT, positions

INSIDE = (
    *("lookup/name", "lookup/fact", "lookup/proof", "lookup/code"),
    *("registration/who", "registration/platform", "registration/list"),
    *("password/situation", "password/screen", "password/code"),
    *("notices/topics", "notices/manage", "contacts/one"),
)
NOT_ASKED = ("khong_ro", "ngoai_pham_vi", "gui_thong_tin_nhay_cam", "chao_hoi")


def answered(turn: Turn, topic: str) -> bool:
    """Whether what was said belongs to the topic."""
    content = load_content()
    item = content.questions.item(turn.state.memory.get("item", ("", 0, 0))[0])
    nexts = {q.next for q in content.questions.items if q.topic == topic and q.next}
    said = " ".join(r.text for r in turn.replies)
    told = any(
        q.topic == topic and (q.answer[:60] in said or (q.short and q.short in said))
        for q in content.questions.items
    )
    shown = (
        "contacts" if turn.state.memory.get("contacts") else ""
    )  # the card is said, and what was under way goes on
    return (item is not None and item.topic == topic) or told or bool({turn.state.flow, shown} & nexts)


def main(file: Path) -> None:
    content, places = load_content(), positions()
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    asked = [line for line in lines if line["topic"] not in NOT_ASKED]
    right_at_menu = [
        answered(catalog.advance(State(), Said(q["text"], AT), content), q["topic"]) for q in asked
    ]
    print(f"menu: {sum(right_at_menu)}/{len(asked)} = {sum(right_at_menu) / len(asked):.3f}")
    for place in INSIDE:
        right = [
            answered(catalog.advance(places[place], Said(q["text"], AT), content), q["topic"]) for q in asked
        ]
        print(f"{place}: {sum(right)}/{len(asked)} = {sum(right) / len(asked):.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
