"""`troly questions …`: which item a text asks for, the items and their history, the texts that were not understood.

Invariant: --json prints nothing but JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bot.commands.one_off import read_once, write_once

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.settings import Settings
    from flows.content import Content

T = TypeVar("T")


def add_question_commands(commands: Any) -> None:
    """Add `questions` with its actions to the parser."""
    questions = commands.add_parser("questions", help="what people ask, and the answers").add_subparsers(
        metavar="ACTION", required=True
    )
    find = questions.add_parser(
        "find", help="which question was asked; without TEXT one text per line of stdin"
    )
    find.add_argument("--json", action="store_true", help="one JSON object per text")
    find.add_argument(
        "--officer",
        action="store_true",
        help="whether the text would be stopped as an officer's or a notice's words",
    )
    find.add_argument("text", nargs="*", metavar="TEXT")
    find.set_defaults(run=_find)
    every = questions.add_parser("list", help="every item; * marks those that staff edited")
    every.add_argument("--json", action="store_true")
    every.set_defaults(run=_list)
    show = questions.add_parser("show", help="an item's text, ready to be edited")
    show.add_argument("item", metavar="ITEM")
    show.set_defaults(run=_show)
    edit = questions.add_parser(
        "edit", help="keep another text of an item, or a new item; from FILE or stdin"
    )
    edit.add_argument("item", metavar="ITEM")
    edit.add_argument("--as", dest="as_name", required=True, metavar="NAME", help="who edits")
    edit.add_argument("--file", metavar="FILE")
    edit.add_argument("--undo", action="store_true", help="let the file hold again")
    edit.set_defaults(run=_edit)
    past = questions.add_parser("history", help="who edited an item, when, and what stood there before")
    past.add_argument("item", metavar="ITEM")
    past.add_argument("--json", action="store_true")
    past.set_defaults(run=_history)
    missed = questions.add_parser("misses", help="what was not understood, the most frequent first")
    missed.add_argument("--limit", type=int, default=50, metavar="N")
    missed.add_argument("--json", action="store_true")
    missed.set_defaults(run=_misses)


def _texts(args: argparse.Namespace) -> Iterable[str]:
    if args.text:
        return [" ".join(args.text)]
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a real stdin can
    return (line.rstrip("\r\n") for line in sys.stdin)


def _find_officer(args: argparse.Namespace) -> int:
    from data.knowledge.content import read_staff_weights
    from flows.secrets.staff_words import trouble_in
    from flows.text.normalise import clean

    weights = read_staff_weights()
    for text in _texts(args):
        trouble = trouble_in(clean(text), weights)
        if args.json or not args.text:
            print(json.dumps({"text": text, "stopped": bool(trouble)}, ensure_ascii=False), flush=True)
        else:
            why = {"asks": "stopped: it asks for a secret", "secret": "stopped: it holds a secret"}
            print(why.get(trouble, "not stopped"))
    return 0


def _find(args: argparse.Namespace) -> int:
    if args.officer:
        return _find_officer(args)
    from data.knowledge.content import load_content
    from flows.scams.safety import safety_of
    from flows.text.normalise import clean
    from flows.understanding.input import Input
    from flows.understanding.question_finder import find_questions

    content = load_content()
    for text in _texts(args):
        found = find_questions(clean(text), content)
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
        if safety := safety_of(Input(clean(text), content)):
            answer["safety"] = safety
        if args.json or not args.text:
            print(json.dumps(answer, ensure_ascii=False), flush=True)
            continue
        if "safety" in answer:
            print(f"safety: {answer['safety']}")
        print(f"{found.decision}: {found.topic}{f' ({found.item.title})' if found.item else ''}")
        for c in found.candidates:
            print(f"  {c.score:.2f}  {c.item.topic}  {c.item.title}")
    return 0


def _in_database(
    work: Callable[[AsyncConnection, Content, Settings], Awaitable[T]], *, what: str = "", why: str = ""
) -> T:
    """Do `work` with the database and the content; in one writing transaction with its row in the audit when `what` is given."""
    from data.knowledge.content import load_content

    async def with_content(connection: AsyncConnection, settings: Settings) -> T:
        return await work(connection, load_content(), settings)

    return write_once(with_content, what=what, why=why) if what else read_once(with_content)


def _list(args: argparse.Namespace) -> int:
    from data.knowledge import question_edits

    async def work(connection: AsyncConnection, content: Content, settings: Settings) -> int:
        present = await question_edits.edited(connection, content)
        for q in present.questions.items:
            edited = content.questions.item(q.id) != q
            row = {"item": q.id, "topic": q.topic, "title": q.title, "status": q.status, "edited": edited}
            print(
                json.dumps(row, ensure_ascii=False)
                if args.json
                else f"{q.id:24} {q.topic:24} {'*' if edited else ' '} {q.title}"
            )
        return 0

    return _in_database(work)


def _show(args: argparse.Namespace) -> int:
    from data.knowledge import question_edits
    from data.knowledge.question_files import question_path

    async def work(connection: AsyncConnection, content: Content, settings: Settings) -> int:
        edits = await question_edits.history(connection, args.item)
        path = question_path(args.item)
        if edits and edits[0].body:
            print(edits[0].body, end="")
        elif path is not None:
            print(path.read_text(encoding="utf-8"), end="")
        else:
            raise ValueError(f"no question '{args.item}'; 'troly questions list' names them")
        return 0

    return _in_database(work)


def _edit(args: argparse.Namespace) -> int:
    from data.knowledge import question_edits

    body = "" if args.undo else Path(args.file).read_text(encoding="utf-8") if args.file else sys.stdin.read()
    if not args.undo and not body.strip():
        raise ValueError("the text is empty; --undo puts the file's words back")

    async def work(connection: AsyncConnection, content: Content, settings: Settings) -> int:
        await question_edits.keep(connection, content, args.item, body, args.as_name, time.time())
        print(f"{args.item}: {'the file holds again' if args.undo else 'kept'}")
        return 0

    return _in_database(work, what="question", why=f"{args.item} by {args.as_name}")


def _history(args: argparse.Namespace) -> int:
    from data.knowledge import question_edits

    async def work(connection: AsyncConnection, content: Content, settings: Settings) -> int:
        edits = await question_edits.history(connection, args.item)
        for number, edit in enumerate(edits):
            before = edits[number + 1].body if number + 1 < len(edits) else ""
            at = datetime.fromtimestamp(edit.at, UTC).isoformat(timespec="seconds")
            if args.json:
                row = {"at": at, "who": edit.who, "body": edit.body, "before": before}
                print(json.dumps(row, ensure_ascii=False))
            else:
                print(f"{at}  {edit.who}  {len(edit.body)} characters, before {len(before) or 'the file'}")
        return 0

    return _in_database(work)


def _misses(args: argparse.Namespace) -> int:
    from data.knowledge import misses

    async def work(connection: AsyncConnection, content: Content, settings: Settings) -> int:
        for miss in await misses.listed(connection, args.limit):
            first, last = (
                datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
                for at in (miss.first_at, miss.last_at)
            )
            row = {"words": miss.words, "count": miss.count, "first_at": first, "last_at": last}
            print(
                json.dumps(row, ensure_ascii=False) if args.json else f"{miss.count:5}  {last}  {miss.words}"
            )
        return 0

    return _in_database(work)
