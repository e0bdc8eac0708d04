"""Question items as staff edited them, with history. Used by the console, the command and the turn.

Invariant: rows are only added; the newest row of an item is valid, and an empty one means the file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.knowledge.question_files import read_question
from data.tables import knowledge
from flows.content import Content, Question, Questions
from flows.secrets.staff_words import trouble_in
from flows.text.normalise import clean


@dataclass(frozen=True, slots=True)
class Edit:
    """One version of an item: who wrote it and when (seconds since 1970); `body` "" puts the file's words back."""

    id: int
    item: str
    body: str
    who: str
    at: float


async def keep(
    connection: AsyncConnection, content: Content, item: str, body: str, who: str, now: float
) -> None:
    """Make `body` (the text of an item's file, "" for the file itself) the item's present version. `content`: of the files.

    Raises ValueError with one sentence when it is no such text, or bears another id.
    """
    if body:
        question = read_question(f"{item}.md", body, content.sources)
        if question.id != item:
            raise ValueError(f"{item}.md: id ghi “{question.id}”, phải là “{item}”.")
        if _trouble(question, content):
            raise ValueError(
                f"{item}.md: câu trả lời có vẻ yêu cầu hoặc chứa mật khẩu, mã xác thực. Xin viết để người dân tự nhập trên "
                "ứng dụng VssID hoặc trang bảo mật."
            )
    elif content.questions.item(item) is None:
        raise ValueError(f"{item}: không có tệp nào để trở về.")
    await connection.execute(insert(knowledge).values(item=item, body=body, who=who, at=now))


def _trouble(question: Question, content: Content) -> str:
    """Why an answer may not be said to citizens, "" when it may. Titles and wordings are what citizens say."""
    return trouble_in(clean(f"{question.answer}\n{question.short}".strip()), content.staff_weights)


async def history(connection: AsyncConnection, item: str) -> list[Edit]:
    """Every edit of an item, newest first."""
    rows = await connection.execute(
        select(knowledge).where(knowledge.c.item == item).order_by(knowledge.c.id.desc())
    )
    return [Edit(r.id, r.item, r.body, r.who, r.at) for r in rows]


async def newest(connection: AsyncConnection) -> int:
    """The number of the newest edit, 0 for none: whether anything changed since."""
    return int(await connection.scalar(select(func.max(knowledge.c.id))) or 0)


async def edited(connection: AsyncConnection, content: Content) -> Content:
    """The content with its questions as they were edited last. An edit that can no longer be read, or said, is passed over: the file holds."""
    last = select(func.max(knowledge.c.id)).group_by(knowledge.c.item).scalar_subquery()
    rows = (await connection.execute(select(knowledge).where(knowledge.c.id.in_(last)))).all()
    if not rows:
        return content
    found = {q.id: q for q in content.questions.items}
    for row in rows:
        if row.body:
            try:
                question = read_question(f"{row.item}.md", row.body, content.sources)
            except ValueError:  # written under older rules
                continue
            if not _trouble(question, content):
                found[row.item] = question
    items = tuple(found[i] for i in sorted(found))
    return replace(
        content,
        version=f"{content.version}+{max(r.id for r in rows)}",
        questions=Questions(items, content.questions.weights),
    )
