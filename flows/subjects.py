"""What a conversation may remember of what was said before, and for how long. Read by flows/engine/memory.py and “dữ liệu của tôi”.

Invariant: the value of a subject is an id, a number or one of a few words; never what somebody typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that is remembered: for how many turns and days, and how “dữ liệu của tôi” calls it."""

    turns: int
    days: int
    called: str


SUBJECTS: Mapping[str, Subject] = MappingProxyType(
    {
        "item": Subject(8, 2, "câu hỏi vừa trả lời"),  # question id
        "contacts": Subject(10, 7, "đầu mối vừa cho xem"),  # contact ids, one blank between them
        "blocks": Subject(10, 7, "khối vừa hỏi"),  # block ids
        "who": Subject(40, 30, "làm cho ai"),  # self, mother, father, child, spouse, other
        "told": Subject(40, 2, "điều đã cho biết trước khi được hỏi"),  # "individual android known"
        "address": Subject(60, 30, "cách xưng hô"),  # cô, chú, anh …
        "offered": Subject(2, 2, "điều tôi vừa mời"),  # "flow:password", "item:bao-lau", "option:android"
        "later": Subject(8, 2, "việc hẹn làm sau"),  # as offered: the second wish of a message
        "refused": Subject(4, 2, "việc vừa không cho phép"),  # purpose of the consent
        "did": Subject(
            2, 1, "việc vừa làm xong"
        ),  # "notices:stopped", "ticket:left" …: what "chắc chưa" asks about
        "ticket": Subject(200, 30, "số phiếu đang chờ cán bộ"),
        "petition": Subject(200, 90, "mã phản ánh vừa gửi"),  # its number
        "warned": Subject(6, 1, "vừa được cảnh báo lừa đảo"),  # scam, gave
        "secret": Subject(6, 1, "vừa được nhắc đừng gõ mã hay mật khẩu"),  # otp, password
        "aside": Subject(1, 1, "vừa trả lời xen giữa"),  # what "quay lại" comes back from
        "poster": Subject(500, 90, "nơi anh/chị quét mã QR"),  # code of a poster
        "commune": Subject(500, 90, "xã, phường của nơi quét mã QR"),  # its folded name
        "taken": Subject(200, 31, "tài liệu đã lấy"),  # ids, one blank between them
        "place": Subject(8, 2, "việc làm dở đã rời"),  # "flow/step" that was left
    }
)
