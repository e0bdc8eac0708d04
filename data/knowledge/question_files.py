"""Reads and writes question items, a Markdown file each, in folders by area. Called by load_content, by edits and by training.

Invariant: a file is taken whole, or refused by ValueError with one sentence that names file and key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from data.knowledge.yaml_block import parse_yaml
from flows.content import QUESTION_OPENS, QUESTION_STATUSES, TOPICS, Question, Source

QUESTIONS_DIR = Path(__file__).parents[1] / "content" / "questions"
TITLE_MAX = 60  # characters; a title is a button
WORDING_MAX = 120
SHORT_MAX = 200  # characters of the answer in one sentence
ANSWER_MAX = 900  # characters; longer is not read on an old phone
FEWEST_WORDINGS = 8
DAYS_VERIFIED = 365  # after which somebody has to check an item again
FLOWS = ("lookup", "registration", "password", "contacts", "petitions", "helpdesk", "notices", "my_data")

_ID = (
    re.compile(r"(?=.{1,40}\Z)[a-z0-9]+(?:-[a-z0-9]+)*"),
    "chữ thường không dấu, số và gạch nối, tối đa 40 ký tự",
)
_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)


def read_question(name: str, text: str, sources: Mapping[str, Source] | None = None) -> Question:
    """The item in the text of one file: front matter in YAML, then the answer. `name` is how the file is called.

    `sources`: the sources an item may name; None lets any pass (training needs none).
    Raises ValueError with one sentence naming file and key.
    """
    found = _FRONT.match(text.replace("\r\n", "\n"))
    if found is None:
        raise ValueError(f"{name}: phải mở đầu bằng --- , các dòng “khóa: giá trị”, --- , rồi câu trả lời.")
    front, answer = parse_yaml(name, found.group(1), above=1), found.group(2).strip()
    if not answer:
        raise front.wrong("câu trả lời", "đang để trống")
    if len(answer) > ANSWER_MAX:
        raise front.wrong("câu trả lời", f"dài {len(answer)} ký tự, tối đa {ANSWER_MAX}")
    source = front.text("source")
    if sources is not None and source not in sources:
        raise front.wrong("source", f"ghi “{source}”, không có trong office.yaml")
    titles, wordings = front.texts("titles", longest=TITLE_MAX), front.texts("wordings", longest=WORDING_MAX)
    front.once("titles", titles)
    front.once("wordings", wordings)
    if len(wordings) < FEWEST_WORDINGS:
        raise front.wrong("wordings", f"có {len(wordings)} cách hỏi, cần ít nhất {FEWEST_WORDINGS}")
    question = front.record(
        Question,
        id=front.text("id", form=_ID),
        topic=front.choice("topic", TOPICS),
        titles=titles,
        faq=front.counts("faq"),
        source=sources[source] if sources else Source(source, "", "", "", None, ""),
        **front.validity(),
        replaces=front.text("replaces", blank=True),
        status=front.choice("status", QUESTION_STATUSES),
        next=front.choice("next", ("", *FLOWS)),
        opens=front.choice("opens", QUESTION_OPENS),
        wordings=wordings,
        answer=answer,
        short=front.text("short", longest=SHORT_MAX) if front.has("short") else "",
    )
    if question.opens and not question.next:
        raise front.wrong("opens", "ghi lúc mở việc thì next phải ghi một việc")
    return question


def written(question: Question) -> str:
    """The text of an item's file: what `read_question` reads."""
    faq = ", ".join(map(str, question.faq))
    lines = [
        f"id: {question.id}",
        f"topic: {question.topic}",
        f"titles: {json.dumps(question.titles, ensure_ascii=False)}",
        f"faq: [{faq}]",
        f"source: {json.dumps(question.source.id)}",
        f"valid_from: {json.dumps(question.valid_from)}",
        f"valid_to: {json.dumps(question.valid_to)}",
        f"last_verified: {json.dumps(question.last_verified)}",
        f"replaces: {json.dumps(question.replaces, ensure_ascii=False)}",
        f"status: {json.dumps(question.status)}",
        f"next: {json.dumps(question.next)}",
        f"opens: {json.dumps(question.opens)}",
        *([f"short: {json.dumps(question.short, ensure_ascii=False)}"] if question.short else []),
        "wordings:",
        *(f"  - {json.dumps(wording, ensure_ascii=False)}" for wording in question.wordings),
    ]
    return "---\n" + "\n".join(lines) + f"\n---\n{question.answer}\n"


def read_questions(folder: Path, sources: Mapping[str, Source] | None) -> tuple[Question, ...]:
    """Every item of a folder and the folders in it, by file name; ids are unique and equal the file's name.

    Raises ValueError with one sentence.
    """
    found: dict[str, Question] = {}
    for path in sorted(folder.glob("**/*.md"), key=lambda path: path.name):
        try:
            question = read_question(path.name, path.read_text(encoding="utf-8"), sources)
        except UnicodeDecodeError as bad:
            raise ValueError(f"{path.name}: tệp không lưu dạng UTF-8.") from bad
        if question.id != path.stem:
            raise ValueError(f"{path.name}: id ghi “{question.id}”, phải trùng tên tệp “{path.stem}”.")
        if question.id in found:
            raise ValueError(f"{path.name}: có hai tệp cùng tên, ở hai thư mục.")
        found[question.id] = question
    return tuple(found.values())


def question_path(item: str) -> Path | None:
    """The file of an item, in whichever folder; None when there is none."""
    return next((path for path in QUESTIONS_DIR.glob("**/*.md") if path.stem == item), None)


def read_questions_only(folder: Path) -> tuple[Question, ...]:
    """The items without their sources, as training needs them."""
    return read_questions(folder, None)
