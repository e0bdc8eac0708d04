"""The commands about questions: which one was asked. Rule: what is printed with --json is JSON and nothing else."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from typing import Any


def add_question_commands(commands: Any) -> None:
    """Add `questions` with its actions to the parser."""
    questions = commands.add_parser("questions", help="what people ask, and the answers").add_subparsers(
        metavar="ACTION", required=True
    )
    find = questions.add_parser(
        "find", help="which question was asked; without TEXT one text per line of stdin"
    )
    find.add_argument("--json", action="store_true", help="one JSON object per text")
    find.add_argument("text", nargs="*", metavar="TEXT")
    find.set_defaults(run=_find)


def _texts(args: argparse.Namespace) -> Iterable[str]:
    if args.text:
        return [" ".join(args.text)]
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a real stdin can
    return (line.rstrip("\r\n") for line in sys.stdin)


def _find(args: argparse.Namespace) -> int:
    from data.knowledge import load_content
    from flows.answers import clean
    from flows.question_finder import find_questions

    questions = load_content().questions
    for text in _texts(args):
        found = find_questions(clean(text), questions)
        candidates = [{"topic": c.item.topic, "score": c.score} for c in found.candidates]
        answer: dict[str, Any] = {
            "text": text,
            "decision": found.decision,
            "topic": found.topic,
            "item": found.item.id if found.item else None,
            "candidates": candidates,
        }
        if found.shield:
            answer["shield"] = True
        if args.json or not args.text:
            print(json.dumps(answer, ensure_ascii=False), flush=True)
            continue
        print(f"{found.decision}: {found.topic}{f' ({found.item.title})' if found.item else ''}")
        for c in found.candidates:
            print(f"  {c.score:.2f}  {c.item.topic}  {c.item.title}")
    return 0
