"""The Vietnamese sentences about a notice and its run. Used by the notice pages and their templates.

Invariant: no sentence about notices stands in a page class.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from data import channels
from data.notices.audience import Windows
from data.notices.campaigns import Campaign
from data.notices.reports import Speed, duration, local_time
from flows.calendar.office_hours import VIETNAM
from flows.conversations.notice_text import WHAT_STOPS as WHAT_STOPS

CAMPAIGN = {
    "draft": "Bản nháp",
    "running": "Đang gửi",
    "paused": "Tạm dừng",
    "cancelled": "Đã hủy",
    "done": "Đã gửi xong",
}
TONE = {"draft": "", "running": "good", "paused": "wait", "cancelled": "bad", "done": "good"}
DELIVERY = {
    "pending": "Chờ gửi",
    "leased": "Đang gửi",
    "sent": "Đã gửi",
    "blocked": "Người nhận đã chặn",
    "failed": "Không gửi được",
    "in_doubt": "Không rõ đã tới chưa",
    "withdrawn": "Đã rút lại",
}
ABOUT = {
    "pending": "đang xếp hàng, hoặc đợi người nhận mở trang trò chuyện",
    "leased": "đã trao cho kênh, chờ kênh trả lời",
    "sent": "kênh báo đã nhận",
    "blocked": "không gửi nữa cho đến khi họ nhắn lại",
    "failed": "có thể gửi lại",
    "in_doubt": "mất câu trả lời của kênh; gửi lại thì có người nhận hai lần",
    "withdrawn": "chưa gửi khi thông báo bị hủy, hoặc người nhận đã gõ DUNG",
}

PAUSED = "Đang tạm dừng. Bấm “Gửi tiếp” để gửi phần còn lại."
NO_WORKER = (
    "Chưa thấy tiến trình gửi nào đang chạy. Báo người vận hành kiểm tra “troly serve” (vai trò worker)."
)
NO_DOOR = "Anh/chị chọn ít nhất một kênh."
NO_TOPIC = "Anh/chị chọn ít nhất một chủ đề."
NO_OWN_CHAT = (
    "Trình duyệt này chưa có cuộc trò chuyện nào. Anh/chị mở trang trò chuyện, nhắn một câu, rồi gửi thử lại."
)
NONE = "Thông báo không có, hoặc địa chỉ đã bị gõ sai."


def not_connected(door: str, setting: str) -> str:
    """Why the part of a channel waits that this installation does not send to."""
    name = channels.label(door)
    return f"Chưa nối {name} ({setting}), nên phần gửi qua {name} còn đợi. Báo người vận hành."


def window_lines(windows: Mapping[str, Windows], prices: Mapping[str, int]) -> list[str]:
    """Whom a channel with a reply window takes messages for just now, and what that costs; one line a channel."""
    lines = []
    for door, w in windows.items():
        channel = channels.CHANNELS[door]
        parts = [f"{figure(w.free)} người nhắn trong {channel.free_hours} giờ qua: miễn phí"]
        if w.billed:
            cost = f", khoảng {figure(w.billed * prices[door])} đồng" if prices.get(door) else ""
            parts.append(
                f"{figure(w.billed)} người nhắn trong {channel.open_hours // 24} ngày qua: tính phí{cost}"
            )
        if w.closed:
            parts.append(f"{figure(w.closed)} người lâu hơn: kênh không nhận tin, đợi họ nhắn lại")
        lines.append(f"{channel.label}: {'; '.join(parts)}.")
    return lines


def waits_for_readers() -> str:
    """Where the rest of a notice is, when nothing is left to send."""
    doors = " hoặc ".join(channels.label(door).lower() for door in channels.pulled())
    return f"Phần còn lại ở {doors}: thông báo hiện ra khi họ mở cuộc trò chuyện."


def local(at: float) -> datetime:
    """A time in Vietnam."""
    return datetime.fromtimestamp(at, UTC).astimezone(VIETNAM)


def until(opening: datetime) -> str:
    """Why a notice waits outside office hours."""
    return f"Ngoài giờ làm việc. Tự gửi tiếp lúc {opening:%H:%M} ngày {opening:%d/%m/%Y}."


def speed_text(speed: Speed, rest: int) -> str:
    """How fast it goes and how long it will take."""
    if rest == 0 or speed.per_second is None:
        return "" if rest == 0 else "Đang đo tốc độ…"
    left = speed.seconds_left(rest)
    words = f"{speed.per_second:.1f}".replace(".", ",") + " người/giây"
    return f"{words}, còn khoảng {duration(left)}" if left is not None else words


def figure(number: int) -> str:
    """12.345"""
    return f"{number:,}".replace(",", ".")


def facts(one: Campaign, names: Mapping[str, str], topics: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a notice is, as names and values."""
    chosen = [topics.get(topic, topic) for topic in one.audience.topics]
    rows = [
        ("Chủ đề", ", ".join(chosen) or "Tất cả chủ đề"),
        ("Giờ gửi", "Chỉ trong giờ làm việc" if one.office_hours else "Bất cứ giờ nào"),
        ("Người soạn", f"{names.get(one.made_by, '?')}, {local_time(one.at)}"),
    ]
    if one.once:
        rows.append(("Không gửi hai lần", "Tin không rõ đã tới chưa sẽ không tự gửi lại"))
    if one.tested_at is not None:
        rows.append(("Gửi thử lúc", local_time(one.tested_at)))
    if one.approved_by is not None and one.approved_at is not None:
        rows.append(("Người duyệt", f"{names.get(one.approved_by, '?')}, {local_time(one.approved_at)}"))
    if one.started_at is not None:
        rows.append(("Bắt đầu", local_time(one.started_at)))
    if one.ended_at is not None:
        rows.append(("Kết thúc", local_time(one.ended_at)))
    return rows
