"""The question items, one Markdown file each, as frozen values. Rule: a file is taken whole or refused in one sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import yaml

from flows.content import QUESTION_OPENS, QUESTION_STATUSES, TOPICS, Question, Source

QUESTIONS_DIR = Path(__file__).parent / "content" / "questions"
TITLE_MAX = 60  # characters; a title is a button
WORDING_MAX = 120
ANSWER_MAX = 900  # characters; longer is not read on an old phone
FEWEST_WORDINGS = 8
FLOWS = ("lookup", "registration", "password", "contacts", "helpdesk", "notices", "my_data")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_KEYS = frozenset(
    [
        "id",
        "topic",
        "titles",
        "faq",
        "source",
        "valid_from",
        "valid_to",
        "last_verified",
        "replaces",
        "status",
        "next",
        "opens",
        "wordings",
    ]
)


def read_question(name: str, text: str, sources: Mapping[str, Source] | None = None) -> Question:
    """The item in the text of one file: front matter in YAML, then the answer. `name` is how the file is called.

    `sources`: the sources an item may name; None lets any pass (training needs none).
    Raises ValueError with one sentence naming file and key.
    """
    found = _FRONT.match(text.replace("\r\n", "\n"))
    if found is None:
        raise ValueError(f"{name}: phải mở đầu bằng --- , các dòng “khóa: giá trị”, --- , rồi câu trả lời.")
    try:
        head = yaml.load(found.group(1), Loader=_LOADER)  # noqa: S506  # both are safe loaders
    except yaml.MarkedYAMLError as bad:
        line = bad.problem_mark.line + 2 if bad.problem_mark else "?"
        raise ValueError(f"{name}: dòng {line} viết sai YAML ({bad.problem}).") from bad
    except (yaml.YAMLError, ValueError) as bad:
        raise ValueError(f"{name}: phần đầu có giá trị không đọc được.") from bad
    if not isinstance(head, dict):
        raise ValueError(f"{name}: phần đầu phải là các dòng “khóa: giá trị”.")
    front = _Front(name, head)
    answer = found.group(2).strip()
    if not answer:
        raise front.wrong("câu trả lời", "đang để trống")
    if len(answer) > ANSWER_MAX:
        raise front.wrong("câu trả lời", f"dài {len(answer)} ký tự, tối đa {ANSWER_MAX}")
    source_id = front.text("source")
    if sources is not None and source_id not in sources:
        raise front.wrong("source", f"ghi “{source_id}”, không có trong office.yaml")
    source = sources[source_id] if sources else Source(source_id, "", "", "", None, "")
    wordings = front.texts("wordings", WORDING_MAX)
    if len(wordings) < FEWEST_WORDINGS:
        raise front.wrong("wordings", f"có {len(wordings)} cách hỏi, cần ít nhất {FEWEST_WORDINGS}")
    question = Question(
        id=front.matching("id", _ID),
        topic=front.one_of("topic", TOPICS),
        titles=front.texts("titles", TITLE_MAX),
        faq=front.numbers("faq"),
        source=source,
        valid_from=front.day("valid_from"),
        valid_to=front.day_or_none("valid_to"),
        last_verified=front.day("last_verified"),
        replaces=front.maybe("replaces"),
        status=front.one_of("status", QUESTION_STATUSES),
        next=front.one_of("next", ("", *FLOWS)),
        opens=front.one_of("opens", QUESTION_OPENS),
        wordings=wordings,
        answer=answer,
    )
    if question.opens and not question.next:
        raise front.wrong("opens", "ghi lúc mở việc thì next phải ghi một việc")
    if question.valid_to is not None and question.valid_to < question.valid_from:
        raise front.wrong("valid_to", "sớm hơn valid_from")
    unknown = sorted(str(key) for key in head if key not in _KEYS)
    if unknown:
        raise front.wrong(unknown[0], f"là khóa lạ; ở đây chỉ có {', '.join(sorted(_KEYS))}")
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
        "wordings:",
        *(f"  - {json.dumps(wording, ensure_ascii=False)}" for wording in question.wordings),
    ]
    return "---\n" + "\n".join(lines) + f"\n---\n{question.answer}\n"


def read_questions(folder: Path, sources: Mapping[str, Source] | None) -> tuple[Question, ...]:
    """Every item of a folder, by file name; ids are unique and equal the file's name.

    Raises ValueError with one sentence.
    """
    found: list[Question] = []
    try:
        paths = sorted(folder.glob("*.md"))
        texts = [(path, path.read_text(encoding="utf-8")) for path in paths]
    except UnicodeDecodeError as bad:
        raise ValueError(f"{folder.name}: một tệp không lưu dạng UTF-8.") from bad
    for path, text in texts:
        question = read_question(path.name, text, sources)
        if question.id != path.stem:
            raise ValueError(f"{path.name}: id ghi “{question.id}”, phải trùng tên tệp “{path.stem}”.")
        found.append(question)
    return tuple(found)


def read_questions_only(folder: Path) -> tuple[Question, ...]:
    """The items without their sources, as training needs them."""
    return read_questions(folder, None)


def stale(questions: Iterable[Question], today: date) -> list[str]:
    """Ids of items that are past their `valid_to` on that day, or were verified more than a year before."""
    return [
        q.id
        for q in questions
        if (q.valid_to is not None and q.valid_to < today.isoformat())
        or (today - date.fromisoformat(q.last_verified)).days > DAYS_VERIFIED
    ]


DAYS_VERIFIED = 365


class _Front:
    """The front matter of one file."""

    def __init__(self, name: str, values: Mapping[object, object]) -> None:
        self.name = name
        self.values = values

    def wrong(self, key: str, why: str) -> ValueError:
        return ValueError(f"{self.name}: {key} {why}.")

    def need(self, key: str) -> object:
        if key not in self.values:
            raise self.wrong(key, "còn thiếu")
        return self.values[key]

    def text(self, key: str) -> str:
        value = self.need(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "phải là chữ (để trong ngoặc kép)")
        return value.strip()

    def maybe(self, key: str) -> str:
        value = self.need(key)
        if not isinstance(value, str):
            raise self.wrong(key, 'phải là chữ, hoặc "" khi không có')
        return value.strip()

    def matching(self, key: str, pattern: re.Pattern[str]) -> str:
        value = self.text(key)
        if not pattern.fullmatch(value) or len(value) > 40:
            raise self.wrong(
                key, f"ghi “{value}”, chỉ nhận chữ thường không dấu, số và gạch nối, tối đa 40 ký tự"
            )
        return value

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.maybe(key)
        if value not in allowed:
            raise self.wrong(key, f"ghi “{value}”, chỉ nhận {', '.join(a for a in allowed if a)}")
        return value

    def texts(self, key: str, longest: int) -> tuple[str, ...]:
        values = self.need(key)
        if not isinstance(values, list) or not values:
            raise self.wrong(key, "phải là danh sách có ít nhất một dòng")
        out: list[str] = []
        for number, value in enumerate(values, 1):
            if not isinstance(value, str) or not value.strip():
                raise self.wrong(f"{key}[{number}]", "phải là chữ (để trong ngoặc kép)")
            if len(value) > longest:
                raise self.wrong(f"{key}[{number}]", f"dài {len(value)} ký tự, tối đa {longest}")
            out.append(value.strip())
        if len(set(out)) < len(out):
            raise self.wrong(key, "ghi một dòng hai lần")
        return tuple(out)

    def numbers(self, key: str) -> tuple[int, ...]:
        values = self.need(key)
        if not isinstance(values, list) or any(isinstance(v, bool) or not isinstance(v, int) for v in values):
            raise self.wrong(key, "phải là danh sách số câu hỏi, ví dụ [7], hoặc []")
        return tuple(int(str(v)) for v in values)

    def day(self, key: str) -> str:
        value = self.text(key)
        try:
            if len(value) != 10:
                raise ValueError
            date.fromisoformat(value)
        except ValueError:
            raise self.wrong(
                key, f"phải là ngày dạng 2026-11-24 trong ngoặc kép, đang là “{value}”"
            ) from None
        return value

    def day_or_none(self, key: str) -> str | None:
        return None if self.need(key) is None else self.day(key)
