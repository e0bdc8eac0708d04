"""How far somebody of a unit is, in one line, and who is late. Pure; called by the effects of units and by the unit's page.

Invariant: it is told from the tasks of the person's own variant and from the office's calendar; nothing else of the dossier is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from flows.content import Content
from flows.conversations.dossier import deadline

State = Literal["over", "near", "none", "working", "sent", "handed_in", "finished"]
STATES: tuple[State, ...] = ("over", "near", "none", "working", "sent", "handed_in", "finished")
CALLED: dict[State, str] = {
    "over": "quá hạn nộp giấy",
    "near": "sắp hết hạn nộp giấy",
    "none": "chưa bắt đầu",
    "working": "đang làm tờ khai",
    "sent": "đã gửi, chờ nộp giấy",
    "handed_in": "đã nộp giấy, chờ duyệt",
    "finished": "xong hết",
}


class Registration(Protocol):
    """What is looked at of a dossier."""

    @property
    def who(self) -> str: ...
    @property
    def platform(self) -> str: ...
    @property
    def code_known(self) -> bool: ...
    @property
    def done(self) -> tuple[str, ...]: ...
    @property
    def sent_on(self) -> str: ...
    @property
    def stage(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """`told` is the line; `last`: the last day to hand in, where it is known; `late`: worth a reminder; `task`: done/of."""

    state: State
    told: str
    late: bool = False
    last: date | None = None
    task: str = ""


def standing(
    content: Content,
    found: Registration | None,
    *,
    today: date,
    touched: date,
    near_days: int,
    idle_days: int,
) -> Standing:
    """How far somebody is. `touched`: when they last did something; late is who has `near_days` working days left or fewer, and
    who did nothing for `idle_days` days before the declaration is sent."""
    idle = (today - touched).days >= idle_days
    if found is None:
        return Standing("none", "chưa bắt đầu", idle)
    tasks = content.checklist.tasks(found.who, found.platform or "android", found.code_known)
    done = frozenset(found.done)
    task = f"{sum(t.is_done(done) for t in tasks)}/{len(tasks)}"
    if found.stage == "finished":
        return Standing("finished", "xong hết, đã đăng nhập", task=task)
    if found.stage == "handed_in":
        return Standing("handed_in", "đã nộp giấy, chờ duyệt", task=task)
    if not found.sent_on:
        at, now = next(((n, t) for n, t in enumerate(tasks, 1) if not t.is_done(done)), (0, None))
        told = f"đang ở việc {at}/{len(tasks)}: {now.title}" if now else "đã làm hết các việc"
        return Standing("working", told, idle, task=task)
    last = deadline.last_day(content, date.fromisoformat(found.sent_on))
    if today > last:
        return Standing("over", f"quá hạn nộp giấy ({last:%d/%m})", True, last, task)
    left = content.calendar.between(today, last)
    told = f"còn {left} ngày làm việc, hạn {last:%d/%m}" if left else f"hôm nay là ngày cuối ({last:%d/%m})"
    if left <= near_days:
        return Standing("near", f"chưa nộp giấy, {told}", True, last, task)
    return Standing("sent", f"đã gửi tờ khai, {told}", False, last, task)


def counted(found: Iterable[Standing]) -> dict[str, int]:
    """How many people are in each state, those states left out in which nobody is."""
    states = [one.state for one in found]
    return {state: states.count(state) for state in STATES if state in states}


def rank(one: Standing) -> tuple[int, str]:
    """The latest first."""
    return STATES.index(one.state), one.last.isoformat() if one.last else ""
