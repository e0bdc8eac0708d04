"""What is typed where the registration asks: numbers that mean a task, and a consent that nobody asked for yet. Pure.

Called by the registration flow. Invariant: a bare number only shows a task; what ticks says so.
"""

from __future__ import annotations

import re

from flows.conversations.dossier import cards
from flows.conversations.dossier.declaration import parse_received
from flows.engine.events import Event, Said
from flows.engine.steps import Context, Parsed
from flows.text.fold import tidy
from flows.text.normalise import plain


def parse_who(context: Context, event: Event) -> Parsed | None:
    """A consent that nobody asked for yet."""
    received = parse_received(context, event)
    if received is not None or not isinstance(event, Said):
        return received
    if plain(event.text) in _AGREES_EARLY:
        return Parsed("again", note="Dạ, chưa cần đồng ý gì đâu ạ, mình cứ bắt đầu.")
    if plain(event.text) in _REFUSES_EARLY:
        note = "Dạ không sao, tôi không lưu gì cả; tôi vẫn chỉ từng việc."
        return Parsed("again", {"refused": "1"}, note=note)
    return None


_REFUSES_EARLY = frozenset(
    ("khong", "khong dong y", "toi khong dong y", "tui khong dong y", "ko dong y", "hong dong y")
)
_AGREES_EARLY = frozenset(
    {"dong y", "da dong y", "dong y a", "dong y nha", "toi dong y", "tui dong y", "em dong y"}
)
_NUMBERS = {  # only with their marks: "sau" is also "later"
    word: str(n)
    for n, word in enumerate("một hai ba bốn năm sáu bảy tám chín mười".split(), start=1)
    if word != "ba"
}
_NUMBERED = re.compile(
    r"(?:(xong|bo|bo dau|cach lam|lam sao|huong dan|coi|xem)(?: |$))?(?:(?:viec|muc|so|buoc) )?([0-9]{1,2})"
)


def parse_number(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    received = parse_received(context, event)
    said = " ".join(_NUMBERS.get(word, word) for word in tidy(event.text).split())
    found = _NUMBERED.fullmatch(plain(said))
    if received is not None or found is None:
        return received
    tasks, what, n = cards.tasks_of(context), found.group(1) or "", int(found.group(2))
    if not 1 <= n <= len(tasks):
        return Parsed("again", note=f"Danh sách chỉ có {len(tasks)} việc, từ 1 đến {len(tasks)}.")
    task = tasks[n - 1]
    if what == "xong":
        return Parsed("mark", {"marked": cards.ids(task)}, note=f"Đã đánh dấu việc {n}: {task.title}.")
    if what.startswith("bo"):
        return Parsed("unmark", {"marked": cards.ids(task)}, note=f"Đã bỏ dấu việc {n}: {task.title}.")
    return Parsed("how", {"asked": task.id})
