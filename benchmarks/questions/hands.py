"""Hands: messages by one kind of person each; taken in with the likeliest item of the topic that the writer gave, and measured with a hand left out.

    python -m benchmarks.questions.hands take SET.jsonl NAME    # {"text", "topic"} a line -> hands/NAME.jsonl
    python -m benchmarks.questions.hands left-out [NAME…]       # trained without a hand, what is made of it

Messages that hold a secret, or that nobody can tell, teach nothing and are left away.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.questions.train import HANDS, file_of, train
from data.knowledge.content import load_content
from data.knowledge.question_files import QUESTIONS_DIR, read_questions_only
from flows.content import NOT_ASKED, Content
from flows.text.normalise import normalise
from flows.understanding.model_file import packed
from flows.understanding.question_finder import GIVEN_AWAY, OUTSIDE, find_questions, item_of_topic

UNCLEAR = "khong_ro"


def take(path: Path, name: str) -> int:
    """Write hands/NAME.jsonl; the number of messages taken."""
    content, taken = load_content(), []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["topic"] in (GIVEN_AWAY, UNCLEAR):
            continue
        item = item_of_topic(normalise(row["text"]), row["topic"], content.questions)
        taken.append({"text": row["text"], "topic": row["topic"], "item": item.id})
    HANDS.mkdir(exist_ok=True)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in taken)
    (HANDS / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return len(taken)


def figures(path: Path, content: Content) -> tuple[float, float, float, float]:
    """Reached, asserted, right when asserted, and asserted though nothing of ours: shares of a hand's messages."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    ours = reached = asserted = right = others = false = 0
    for row in rows:
        found = find_questions(row["text"], content)
        topic = found.item.topic if found.item and found.decision == "answer" else ""
        if row["topic"] in NOT_ASKED:
            others += 1
            false += bool(topic)
            continue
        ours += 1
        asserted += bool(topic)
        right += topic == row["topic"]
        reached += row["topic"] in (topic, *(c.item.topic for c in found.candidates[:3]))
    return reached / ours, asserted / ours, right / max(1, asserted), false / max(1, others)


def _left_out(names: list[str]) -> None:
    items, content = read_questions_only(QUESTIONS_DIR), load_content()
    for path in sorted(HANDS.glob("*.jsonl")):
        if names and path.stem not in names:
            continue
        weights = packed(file_of(train(items, path.stem)))
        without = replace(content, questions=replace(content.questions, weights=weights))
        reached, asserted, right, false = figures(path, without)
        print(
            f"{path.stem}: reached {reached:.3f}, asserted {asserted:.3f}, right {right:.3f}, "
            f"asserted though {OUTSIDE} {false:.3f}",
            flush=True,
        )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["take", file, name]:
            print(take(Path(file), name), "messages taken")
        case ["left-out", *hands]:
            _left_out(hands)
        case _:
            sys.exit(__doc__)
