"""The pages of the question items: list, history, editing, and the texts that were not understood. Made by `Console`.

Invariant: an edit passes the same checks as `troly questions edit` (data/knowledge/question_edits.py) and is an audit row.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from data import audit, channels
from data.knowledge import misses, question_edits
from data.knowledge.question_edits import Edit
from data.knowledge.question_files import DAYS_VERIFIED, FLOWS, read_question, written
from flows.calendar.office_hours import VIETNAM
from flows.content import QUESTION_STATUSES, Content, Question
from flows.conversations import questions
from flows.text.normalise import clean
from flows.understanding.question_finder import find_questions
from handlers.console.access import ADMINS, DESK, AccessControl, Live, PageRefused, PageRoute, Visit
from handlers.console.forms import kept_or_again
from handlers.delivery.preview import preview
from handlers.web.forms import Form

HOME = "/console/questions"
MISSES_SHOWN = 100
SOON_DAYS = 30  # an end of validity, or of a year without a check, so near is shown
ASKED_LIMIT = 200  # characters of a text that is tried
STATUS = {"confirmed": "Có văn bản", "reported": "Chưa có văn bản", "superseded": "Đã bị thay thế"}
DECISIONS = {"answer": "Trả lời ngay", "suggest": "Hỏi lại, đưa ra vài mục", "none": "Nói là chưa hiểu"}
NEXT = {
    "": "không mở việc nào",
    "lookup": "Tra cứu mã số",
    "registration": "Đăng ký VssID",
    "password": "Đổi mật khẩu",
    "contacts": "Đầu mối phụ trách",
    "helpdesk": "Gặp cán bộ",
    "notices": "Nhận thông báo",
    "petitions": "Phản ánh, kiến nghị",
    "my_data": "Dữ liệu của tôi",
}
FIELDS = {  # key of an item's file -> its field in the form, and what is read there
    "câu": ("answer", "Câu"),
    "titles": ("titles", "Tên trên nút"),
    "wordings": ("wordings", "Mục này"),
    "source": ("source", "Nguồn"),
    "valid_from": ("valid_from", "Hiệu lực từ"),
    "valid_to": ("valid_to", "Hiệu lực đến"),
    "last_verified": ("last_verified", "Ngày kiểm lần cuối"),
    "next": ("next", "Mời làm tiếp"),
    "opens": ("next", "Mời làm tiếp"),
}
NO_ITEM = "Không có mục này. Anh/chị quay lại danh sách."
CHANGED = "Có người vừa sửa mục này sau khi anh/chị mở trang. Nội dung anh/chị gõ còn dưới đây; mở bản mới ở thẻ khác để so trước khi lưu lại."
HIDDEN = "Câu này có vẻ chứa mật khẩu hoặc mã OTP; trợ lý sẽ xóa và nhắc."


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether an item still holds, in words, with the tone of its tag; `due`: somebody has to look at it."""

    words: str
    tone: str
    due: bool


def state_of(question: Question, today: date) -> Validity:
    """How an item stands on a day."""
    verified = date.fromisoformat(question.last_verified)
    left = DAYS_VERIFIED - (today - verified).days
    if question.valid_to is not None:
        days = (date.fromisoformat(question.valid_to) - today).days
        if days < 0:
            return Validity("Hết hiệu lực", "bad", due=True)
        if days <= SOON_DAYS:
            return Validity(f"Sắp hết hạn: còn {days} ngày", "wait", due=True)
    if left < 0:
        return Validity("Quá một năm chưa kiểm", "bad", due=True)
    if left <= SOON_DAYS:
        return Validity(f"Cần kiểm lại: còn {left} ngày", "wait", due=True)
    return Validity("Còn hiệu lực", "good", due=False)


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """What stands in the form of an item; lines of titles and wordings."""

    titles: str
    answer: str
    wordings: str
    source: str
    valid_from: str
    valid_to: str
    last_verified: str
    status: str
    next: str
    seen: str  # number of the edit that the form began from

    @classmethod
    def of_form(cls, form: Form) -> QuestionForm:
        """As it was posted."""
        return cls(**{f.name: form.get(f.name) for f in fields(cls)})

    @classmethod
    def of(cls, q: Question, edits: list[Edit]) -> QuestionForm:
        """As the item stands."""
        return cls(
            "\n".join(q.titles),
            q.answer,
            "\n".join(q.wordings),
            q.source.id,
            q.valid_from,
            q.valid_to or "",
            q.last_verified,
            q.status,
            q.next,
            _seen(edits),
        )

    def body(self, q: Question, content: Content) -> str:
        """The item's text with these fields; it is not checked here. Raises ValueError for a source that does not exist."""
        source = content.sources.get(self.source)
        if source is None:
            raise ValueError("Nguồn này không có trong danh sách.")
        return written(
            replace(
                q,
                titles=_lines(self.titles),
                answer=self.answer.strip(),
                wordings=_lines(self.wordings),
                source=source,
                valid_from=self.valid_from,
                valid_to=self.valid_to or None,
                last_verified=self.last_verified,
                status=self.status,
                next=self.next,
                opens=q.opens if self.next else "",
            )
        )


class QuestionPages:
    """What officers see and admins do about questions."""

    def __init__(self, access: AccessControl) -> None:
        self._turns = access.turns
        self._files = access.turns.content  # as the files give it, before any edit
        one = HOME + "/{item}"
        self.entries = [
            PageRoute("GET", HOME, DESK, self.items, nav="Hỏi đáp"),
            PageRoute("GET", f"{HOME}/misses", DESK, self.misses),
            PageRoute("GET", f"{HOME}/add", ADMINS, self.adding),
            PageRoute("POST", f"{HOME}/add", ADMINS, self.added),
            PageRoute("GET", one, DESK, self.item),
            PageRoute("GET", f"{one}/edit", ADMINS, self.edit),
            PageRoute("POST", f"{one}/edit", ADMINS, self.edited),
            PageRoute("POST", f"{one}/look", ADMINS, self.look),
            PageRoute("POST", f"{one}/restore", ADMINS, self.restore),
        ]

    # -- reading

    async def items(self, visit: Visit) -> Response:
        """Every item with how it stands; what the assistant would answer to `?q=`; only those due with `?show=due`."""
        present, _ = await self._present("")
        today = self._today()
        due = visit.request.query_params.get("show") == "due"
        shown = [(q, state_of(q, today)) for q in present.questions.items]
        asked = clean(visit.request.query_params.get("q", ""))[:ASKED_LIMIT]
        return visit.page(
            "console/questions.html",
            shown=[(q, s) for q, s in shown if s.due or not due],
            total=len(shown),
            due=due,
            many_due=sum(s.due for _, s in shown),
            asked=asked,
            found=find_questions(asked, self._turns.content) if asked else None,
            changed={q.id for q in present.questions.items if self._files.questions.item(q.id) != q},
            grounds=STATUS,
            decisions=DECISIONS,
            hidden=HIDDEN,
        )

    async def item(self, visit: Visit) -> Response:
        """One item: answer, wordings, dates, and every version of it."""
        question, edits = await self._asked_for(visit)
        return visit.page(
            "console/question.html",
            q=question,
            state=state_of(question, self._today()),
            grounds=STATUS,
            next_flow=NEXT[question.next],
            previews=_previews(question),
            answers=True,
            versions=[(edit, self._answer_of(edit)) for edit in edits],
            has_file=self._files.questions.item(question.id) is not None,
        )

    def _answer_of(self, edit: Edit) -> str:
        """The answer in a version; "" for the file's own or for one that can no longer be read."""
        try:
            return (
                read_question(f"{edit.item}.md", edit.body, self._files.sources).answer if edit.body else ""
            )
        except ValueError:
            return ""

    async def misses(self, visit: Visit) -> Response:
        """What was not understood, the most frequent first."""
        async with self._turns.db.reading() as connection:
            found = await misses.listed(connection, MISSES_SHOWN)
        content = self._turns.content
        near = {m.words: find_questions(m.words, content).alternatives[:1] for m in found}
        return visit.page(
            "console/question_misses.html", misses=found, near=near, quote=lambda words: quote(words, safe="")
        )

    # -- editing

    async def edit(self, visit: Visit) -> Response:
        """The form of an item."""
        question, edits = await self._asked_for(visit)
        return self._form(visit, question, QuestionForm.of(question, edits))

    async def edited(self, visit: Visit) -> Response:
        """Keep what was changed, unless somebody else changed the item meanwhile."""
        form = QuestionForm.of_form(visit.form)
        question, _ = await self._asked_for(visit)

        async def keep() -> str:
            nonlocal form, question
            async with self._turns.db.writing() as connection:
                await self._turns.db.lock(connection, f"question:{question.id}")
                question, edits = self._item(visit, *await self._read(connection, question.id))
                if form.seen != _seen(edits):
                    form = replace(form, seen=_seen(edits))
                    raise ValueError(CHANGED)
                body = form.body(question, self._files)
                await self._keep(visit, connection, question.id, body, "question_edited")
            return f"{HOME}/{question.id}?note=question_kept"

        async def again(error: str) -> Response:
            return self._form(visit, question, form, error=error)

        return await kept_or_again(visit, keep, again)

    async def look(self, visit: Visit) -> Response:
        """How the answer in the form would be said, for the page that holds it."""
        question, _ = await self._asked_for(visit)
        return visit.send(self._look(visit, question, QuestionForm.of_form(visit.form)))

    async def restore(self, visit: Visit) -> Response:
        """Let an earlier version hold again; without a number, the file."""
        number = visit.form.get("version")
        async with self._turns.db.writing() as connection:
            question, edits = self._item(visit, *await self._read(connection, _id(visit)))
            body = next((e.body for e in edits if str(e.id) == number), "" if not number else None)
            if body is None:
                raise PageRefused(404, "Không có bản này", NO_ITEM)
            try:
                await self._keep(visit, connection, question.id, body, "question_restored")
            except ValueError as wrong:
                raise PageRefused(409, "Không trả về được", _said(str(wrong))) from wrong
        return visit.go(f"{HOME}/{question.id}?note=question_restored")

    async def adding(self, visit: Visit) -> Response:
        """The form that adds a wording to an item."""
        words = clean(visit.request.query_params.get("words", ""))[:ASKED_LIMIT]
        return await self._add_form(visit, words, " ".join(w for w in words.split() if w != "…"), "")

    async def added(self, visit: Visit) -> Response:
        """Add a wording to an item; the text that was missed is taken off the list."""
        words, typed = visit.form.get("words")[:ASKED_LIMIT], clean(visit.form.get("wording"))
        item, found = visit.form.get("item"), ""

        async def keep() -> str:
            nonlocal found
            async with self._turns.db.writing() as connection:
                await self._turns.db.lock(connection, f"question:{item[:40]}")
                question = (await self._read(connection))[0].questions.item(item)
                if question is None:
                    raise ValueError("Anh/chị chọn một mục.")
                found = question.id
                if not typed:
                    raise ValueError("Cách hỏi đang để trống.")
                body = written(replace(question, wordings=(*question.wordings, typed)))
                await self._keep(visit, connection, question.id, body, "question_edited")
                await misses.settle(connection, words)
            return f"{HOME}/{question.id}?note=question_added"

        return await kept_or_again(
            visit, keep, lambda error: self._add_form(visit, words, typed, found, error=error)
        )

    # -- parts

    def _form(self, visit: Visit, question: Question, form: QuestionForm, *, error: str = "") -> Response:
        return visit.page(
            "console/question_form.html",
            status=422 if error else 200,
            q=question,
            form=form,
            error=_said(error),
            error_at=_field(error),
            sources=self._files.sources.values(),
            statuses=[(s, STATUS[s]) for s in QUESTION_STATUSES],
            flows=[(flow, NEXT[flow]) for flow in ("", *FLOWS)],
            look=self._look(visit, question, form),
        )

    def _look(self, visit: Visit, question: Question, form: QuestionForm) -> Live:
        trouble, previews = "", []
        try:
            body = form.body(question, self._files)
            previews = _previews(read_question(f"{question.id}.md", body, self._files.sources))
        except ValueError as wrong:
            trouble = _said(str(wrong))
        return visit.part("", "console/_question_look.html", trouble=trouble, previews=previews, answers=True)

    async def _add_form(
        self, visit: Visit, words: str, typed: str, chosen: str, *, error: str = ""
    ) -> Response:
        present, _ = await self._present("")
        found = find_questions(typed, self._turns.content) if typed else None
        near = [
            q.id
            for q in ((found.item,) if found and found.item else ()) + (found.alternatives if found else ())
        ]
        return visit.page(
            "console/question_add.html",
            status=422 if error else 200,
            missed=words,
            typed=typed,
            chosen=chosen or (near[0] if near else ""),
            items=sorted(present.questions.items, key=lambda q: (q.id not in near, q.title)),
            error=_said(error),
        )

    # -- the database

    async def _present(self, item: str) -> tuple[Content, list[Edit]]:
        async with self._turns.db.reading() as connection:
            return await self._read(connection, item)

    async def _asked_for(self, visit: Visit) -> tuple[Question, list[Edit]]:
        return self._item(visit, *await self._present(_id(visit)))

    def _item(self, visit: Visit, present: Content, edits: list[Edit]) -> tuple[Question, list[Edit]]:
        """The item that the address names, with its edits. Raises PageRefused when there is none."""
        question = present.questions.item(_id(visit))
        if question is None:
            raise PageRefused(404, "Không có mục này", NO_ITEM)
        return question, edits

    async def _read(self, connection: AsyncConnection, item: str = "") -> tuple[Content, list[Edit]]:
        present = await question_edits.edited(connection, self._files)
        return present, await question_edits.history(connection, item) if item else []

    async def _keep(self, visit: Visit, connection: AsyncConnection, item: str, body: str, what: str) -> None:
        turns = self._turns
        now = turns.clock()
        await question_edits.keep(connection, self._files, item, body, visit.member.name, now)
        await audit.note(turns.db, connection, turns.seal, at=now, who=visit.who, what=what, why=item)

    def _today(self) -> date:
        return datetime.fromtimestamp(self._turns.clock(), VIETNAM).date()


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["item"])


def _seen(edits: list[Edit]) -> str:
    return str(edits[0].id) if edits else "0"


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def _said(error: str) -> str:
    """The sentence without the name of a file that nobody here sees, its keys in words."""
    name, colon, rest = error.partition(".md: ")
    if not colon or " " in name:
        return error
    key, _, why = rest.partition(" ")
    field = FIELDS.get(key)
    return f"{field[1]} {why}" if field else rest[:1].upper() + rest[1:]


def _field(error: str) -> str:
    """The id of the field that the sentence is about; the answer's where it names none."""
    key = error.partition(".md: ")[2].partition(" ")[0]
    return FIELDS[key][0] if key in FIELDS else "answer"


def _previews(question: Question) -> list[tuple[str, list[str]]]:
    return [(door, preview(questions.said(question), door)) for door in channels.real()]
