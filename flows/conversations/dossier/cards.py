"""What the registration's checklist looks like: one task at a time with its help, three neighbours, a bar; the whole list; one task in full.

Called by the registration flow. Invariant: a task is done when its required items are ticked; numbers are those of this person's variant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flows.content import Item, Task
from flows.conversations.dossier import declaration
from flows.engine.steps import Choice, Context

WHO = {
    "employee": "người lao động của đơn vị",
    "individual": "cá nhân tự do",
    "child": "con nhỏ",
    "pensioner": "người hưởng lương hưu",
    "officer": "cán bộ đầu mối của đơn vị",
}
PLATFORM = {"android": "Android", "ios": "iPhone"}
NEIGHBOURS = 3
_BAR = 12  # signs at most
_SHOWN_HELP = {"ho_ten": "record_name", "ma_so_bhxh": "record_code"}
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Ỹ“])")
KEEP_LINE = "(Các dấu này chỉ nhớ trong lúc mình trò chuyện. Muốn tôi lưu để bữa khác làm tiếp và nhắc hạn thì bấm “Lưu giúp tôi”.)"


def tasks_of(context: Context) -> tuple[Task, ...]:
    """The tasks of this person's variant, in order."""
    return context.content.checklist.tasks(
        context.get("who") or "individual",
        context.get("platform") or "android",
        bool(context.get("code_known")),
    )


def done_of(context: Context) -> frozenset[str]:
    """The items that are ticked."""
    return frozenset(context.answers.get("done", ()))


def current(context: Context) -> Task:
    """The task to do next: the first open one; the last of all when none is open."""
    done, tasks = done_of(context), tasks_of(context)
    return next((task for task in tasks if not task.is_done(done)), tasks[-1])


def all_done(tasks: Sequence[Task], done: frozenset[str]) -> bool:
    """Whether nothing is left to do."""
    return all(task.is_done(done) for task in tasks)


def whom(context: Context) -> str:
    """For whom it is, as it is said: "má (cá nhân tự do)"."""
    label, who = context.get("label"), WHO.get(context.get("who"), "")
    return f"{label} ({who})" if label and who else label or who or "anh/chị"


def progress(context: Context) -> str:
    """How many tasks are done, "7/12"."""
    tasks, done = tasks_of(context), done_of(context)
    return f"{sum(task.is_done(done) for task in tasks)}/{len(tasks)}"


def bar(context: Context) -> str:
    """The same with a bar: "7/12 ▓▓▓▓▓▓▓░░░░░"."""
    told = progress(context)
    n, of = map(int, told.split("/"))
    full = round(_BAR * n / of)
    return f"{told} {'▓' * full}{'░' * (_BAR - full)}"


def helpers(context: Context) -> str:
    """The helpers who take names and codes, with their numbers."""
    found = [c for c in context.content.directory.contacts if c.helper]
    return ", ".join(f"{c.name} {c.phone[:4]} {c.phone[4:7]} {c.phone[7:]}" for c in found)


def told(context: Context, text: str) -> str:
    """A text of the content with what it leaves to be filled in."""
    return text.replace("{helpers}", helpers(context))


def card(context: Context) -> str:
    """The task to do next, with its help at once, and three neighbours."""
    task, tasks, done = current(context), tasks_of(context), done_of(context)
    at = tasks.index(task)
    first = max(0, min(at - 1, len(tasks) - 1 - NEIGHBOURS))
    near = [n for n in range(first, min(len(tasks), first + NEIGHBOURS + 1)) if n != at][:NEIGHBOURS]
    lines = [
        f"Đăng ký VssID cho {whom(context)}, {PLATFORM.get(context.get('platform'), 'điện thoại')}: {bar(context)}",
        *declaration.waits(context),
        *(["Mọi việc xong hết rồi. Việc sau cùng:"] if all_done(tasks, done) else []),
        f"Việc kế tiếp: {at + 1}. {task.title}",
        *_help(context, task, in_full=False),
        "Kề bên: " + " · ".join(f"{_mark(tasks[n], done)} {n + 1}. {tasks[n].title}" for n in near),
    ]
    if not context.get("consent") and not context.get("refused") and done:
        lines.append(KEEP_LINE)
    return "\n".join(lines)


def brief(context: Context) -> str:
    """The second telling: how far one is, and what comes next."""
    task = current(context)
    at = tasks_of(context).index(task) + 1
    return f"Hồ sơ cho {whom(context)} đã xong {progress(context)}. Việc kế tiếp: {at}. {task.title}."


def _mark(task: Task, done: frozenset[str]) -> str:
    return "☑" if task.is_done(done) else "☐"


def _help(context: Context, task: Task, *, in_full: bool) -> list[str]:
    """What to do: of a task of several items the first sentence of each, unless in full."""
    checklist, done = context.content.checklist, done_of(context)
    short = next(s.short for s in checklist.stages if s.id == task.items[0].step)
    lines = [task.group.help] if task.group.help else []
    for item in task.items:
        alone = len(task.items) == 1
        said = item.help if alone or in_full else _SENTENCE.split(item.help)[0]
        known = context.get(_SHOWN_HELP.get(item.id, ""))
        own = f" Của anh/chị: {known}." if known else ""
        text = f"{told(context, said)}{own}"
        lines.append(text if alone else f"{_point(item, done)}{_titled(item)}: {text}")
        if item.note and (in_full or alone):
            lines.append(f"  Nay đã đổi: {item.note}")
    if not in_full and len(task.items) > 1:
        lines += [f"Nay đã đổi: {item.note}" for item in task.items if item.note][:1]
    return [*lines, f"({short})"]


def _point(item: Item, done: frozenset[str]) -> str:
    return "✓ " if item.id in done else "• "


def _titled(item: Item) -> str:
    return f"{item.title}{'' if item.required else ' (không bắt buộc)'}"


def whole_list(context: Context) -> str:
    """Every task with its number."""
    done = done_of(context)
    lines = [
        f"Toàn bộ danh sách cho {whom(context)}, {bar(context)} ({context.content.checklist.source.short}):"
    ]
    lines += [f"{_mark(task, done)} {n}. {task.title}" for n, task in enumerate(tasks_of(context), start=1)]
    lines.append("Gõ số để xem cách làm việc đó, “xong 5” để đánh dấu, “bỏ 5” để bỏ dấu.")
    return "\n".join(lines)


def asked_task(context: Context) -> Task:
    """The task that is being read."""
    asked = context.get("asked")
    return next(
        (task for task in tasks_of(context) if task.id == asked or any(i.id == asked for i in task.items)),
        current(context),
    )


def in_full(context: Context) -> str:
    """One task with everything that is known of it."""
    task = asked_task(context)
    number = tasks_of(context).index(task) + 1
    return "\n".join((f"{number}. {task.title}", *_help(context, task, in_full=True)))


def ids(task: Task) -> list[str]:
    """The items of a task."""
    return [item.id for item in task.items]


def newest(context: Context) -> list[str]:
    """What was ticked last; of a dossier that was just loaded the furthest task; [] when nothing is."""
    done, last = done_of(context), list(context.answers.get("last") or ())
    if last and done.issuperset(last):
        return last
    ticked = [ids(task) for task in tasks_of(context) if done & {*ids(task)}]
    return ticked[-1] if ticked else []


def choices(context: Context) -> tuple[Choice, ...]:
    """What can be done beside the card."""
    task = current(context)
    found = [
        Choice(
            "Xong việc này",
            "mark",
            {"marked": ids(task)},
            words="xong, xong roi, da xong, roi, lam roi, da lam",
            means="done",
        ),
        Choice(
            "Chỉ kỹ hơn",
            "how",
            {"asked": task.id},
            words="cach lam, lam sao, lam the nao, chi toi, chi ky, huong dan",
            means="how",
        ),
        Choice("Xem cả danh sách", "all", words="danh sach, xem het, ca danh sach", means="all"),
    ]
    if task.items[0].step == "b2":
        found.append(Choice("Tra mã số giúp tôi", "lookup", words="tra cuu, tra ma so", means="look_up"))
    if context.get("who") == "officer" and task.id == declaration.HANDING_IN:
        words = "danh sach don vi, ca don vi, don vi, danh sach nop"
        found.append(Choice("Danh sách của đơn vị", "unit", words=words))
    if declaration.overdue(context):
        found.append(Choice("Gửi lại tờ khai", "resend", words="gui lai, nop lai, lam lai to khai"))
    if undone := newest(context):
        undo = {"marked": undone}
        found.append(
            Choice(
                "Bỏ dấu việc vừa xong", "unmark", undo, words="bo dau, bo danh dau, hoan tac", means="undo"
            )
        )
        if not context.get("consent") and not context.get("refused"):
            found.append(Choice("Lưu giúp tôi", "consent", words="luu giup, luu lai, dong y, nho giup toi"))
    return tuple(found)


def how_choices(context: Context) -> tuple[Choice, ...]:
    """What can be done beside one task."""
    task = asked_task(context)
    asked = {"marked": ids(task)}
    if task.is_done(done_of(context)):
        mark = Choice("Bỏ dấu việc này", "unmark", asked, words="bo dau", means="undo")
    else:
        words = "xong, xong roi, da xong, roi"
        mark = Choice("Xong việc này", "mark", asked, words=words, means="done")
    return (mark, Choice("Về việc kế tiếp", "list", words="ve, danh sach, ve danh sach, tiep", means="list"))
