"""Từ áp phích: who opens a poster's QR is greeted, told which place is remembered because of it, and may refuse that.

Invariant: what is remembered is the poster's code and its commune, never anything about the person; refusing forgets both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.effects import FindPoster
from flows.engine.memory import recall
from flows.engine.proposals import Begin, Proposal, Reading
from flows.engine.steps import Choice, Context, Flow, call, choose, end
from flows.entries import poster_code_in
from flows.places import Place
from flows.subjects import SUBJECTS
from flows.text.normalise import plain

FORGET = "Đừng nhớ nơi này"
_WISHES = ("Đăng ký VssID", "Tra cứu mã số BHXH")
_FORGETS = re.compile(
    r"\b(?:dung|khong|ko|khoi|thoi|hong|bo|xoa|quen)(?: \w+){0,3} (?:nho|luu|ghi nho|ghi)(?: \w+){0,2} (?:noi|cho|xa|phuong|dia diem)\b"
    r"|\b(?:xoa|quen|bo)(?: \w+){0,2} (?:noi|cho) (?:quet|toi quet|tui quet)\b"
)


def _flow() -> Flow:
    return Flow(
        "arrival",
        "Tới từ mã QR của áp phích",
        (
            call(
                "find",
                lambda s: FindPoster(
                    s.get("poster_code"), recall(s.memory, "poster") != s.get("poster_code")
                ),
                FindPoster,
                transitions={"known": "told", "unknown": "unknown"},
            ),
            choose(
                "told",
                _told,
                (
                    Choice(_WISHES[0], "registration", words="dang ky, dang ki, cai, cai app"),
                    Choice(_WISHES[1], "lookup", words="tra cuu, tra ma, ma so"),
                    Choice(
                        FORGET, "forget", words="dung nho, khong nho, thoi dung nho, khong phai noi toi o"
                    ),
                ),
                label="vừa tới từ mã QR",
                transitions={"registration": "registration/", "lookup": "lookup/", "forget": "forgotten"},
                done=True,
                recalls=lambda s: {
                    "poster": s.get("poster_code"),
                    "commune": plain(s.get("poster_commune")),
                },
            ),
            end(
                "forgotten",
                "Dạ, tôi không nhớ nơi anh/chị quét mã nữa. Tôi giúp được gì ạ?",
                _WISHES,
                recalls=lambda s: {"poster": "", "commune": ""},
            ),
            end(
                "unknown",
                lambda s: (
                    f"Mã áp phích này không có, hoặc đã thôi dùng. Tôi vẫn giúp được; cần gấp thì gọi {s.content.office.hotline}."
                ),
                _WISHES,
            ),
        ),
        begun_at=("forgotten",),
        off_menu=True,
        by_link=True,
        reads=_reads,
    )


def _told(context: Context) -> str:
    days, near = (
        SUBJECTS["commune"].days,
        " để chỉ chỗ nộp giấy gần đó" if context.get("poster_commune") else "",
    )
    counter = context.get("poster_kind") == "counter"
    came = "đang ở" if counter else "vừa quét mã ở"
    lasts = "" if counter else f" {days} ngày"  # at a counter the page forgets
    return (
        f"Chào anh/chị, tôi là trợ lý VssID của {context.content.office.name}. Anh/chị {came} {context.get('poster_name')}. "
        f"Tôi nhớ nơi này{lasts}{near}; không muốn thì bấm “{FORGET}”. Tôi giúp gì ạ?"
    )


def remembered_commune(context: Context) -> Place | None:
    """The commune of the poster that this conversation came by, None for none."""
    name = recall(context.memory, "commune")
    return next((p for p in context.content.places.places if name and plain(p.name) == name), None)


def _reads(reading: Reading) -> Iterator[Proposal]:
    """The code of a poster; and that its place is not to be remembered."""
    if code := poster_code_in(reading.input.text):
        yield Proposal(0.99, "a poster's code", Begin("arrival", "", "", {"poster_code": code}))
    elif reading.recall("poster") and _FORGETS.search(reading.input.plain):
        yield Proposal(0.98, "the place is not to be remembered", Begin("arrival", "", "forgotten"))


FLOW = _flow()
