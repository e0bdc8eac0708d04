"""Phrases in a small notation, compiled and looked for in a message. Read by the tables of wordings beside it.

Words are written with their marks; "a|b" one of them, "_" a blank inside one, "x?" may be missing, "*" up to three words, "**" up to eight,
"^" and "$" the ends of a clause, "<name>" a set of SETS, "~" at the front: a negation before it does not matter, "?:" at the front: also in questions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flows.text.fold import fold
from flows.understanding.answers.spoken import Spoken

SETS: Mapping[str, str] = {
    "no": "không|chưa|chẳng|chả|đâu_có|không_có|chưa_có|đâu",
    "stop": "bỏ|khỏi|thôi|đừng|ngưng|ngừng|dừng|tắt|dẹp|bớt|hủy|không_cần|không_nhận|gỡ|rút|loại|cắt|chặn|không_lấy|không_muốn_nhận|stop",
    "did": (
        "tải|cài|bấm|nhập|gõ|điền|chọn|mở|chụp|gửi|nộp|in|ký|ghi|làm|đổi|đăng_nhập|thoát|vào|qua|chuyển|cập_nhật|ghi_nhận|"
        "hoàn_tất|gọi|lục|up|bật|tắt|kéo|xác_nhận|chép|lưu|đăng_xuất|quét|gỡ|cấp_quyền|cho_phép|tick|tích|đánh|nhấn|nhấp|bấm_vào|"
        "đăng|tạo|viết|khai|đưa|trình|xem|đọc|chỉnh|sửa|xóa|thử"
    ),
    "rồi": "rồi|xong|hết_rồi|xong_rồi|xong_xuôi|đủ_rồi|được_rồi",
    "see": "tra|tìm|dò|kiểm_tra|kiểm|xem|tra_cứu|lục|tính|truy",
    "for": "giúp|cho|giùm|hộ|đi|với|nhờ|thử",
    "kin": (
        "má|mẹ|ba|cha|bố|tía|vợ|chồng|ông|bà|anh|chị|em|con|cháu|bé|nhỏ|thằng|đứa|cô|chú|bác|dì|cậu|mợ|người|bả|ổng|ông_xã|bà_xã|"
        "sếp|nhân_viên|bạn|nó|thầy|vợ_chồng"
    ),
    "bad": "sai|nhầm|trật|thiếu|lệch|dư|lạc|chưa_đúng|không_đúng|không_chính_xác",
    "field": "tên|họ|năm|ngày|số|chữ_lót|chữ|dấu|thông_tin|năm_sinh|ngày_sinh|tháng|chữ_đệm|lót|căn_cước|cccd|cmnd",
    "way": "cách|kiểu|đường|hướng|lối|phương_án|phương_pháp|ngả|giải_pháp",
    "phone_number": "số|số_điện_thoại|số_máy|số_phone|danh_bạ",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One compiled wording, for marked and for unmarked messages."""

    marked: re.Pattern[str]
    plain: re.Pattern[str]
    anchored: bool
    guarded: bool  # a negation before or "đâu" after it turns it
    in_questions: bool
    # of each of these a word must occur, so that most messages need not be searched
    needs_marked: tuple[frozenset[str], ...]
    needs_plain: tuple[frozenset[str], ...]


_NEGATIONS = "không|chưa|chẳng|chả|đừng|khỏi|lười|hết|không_cần|không_muốn|chưa_muốn|sợ|miễn|làm_biếng"
_BEFORE = re.compile(rf" (?:{_NEGATIONS.replace('_', ' ')})(?: (?!đâu|phải)[^ ,]+)?$")
_INSIDE = re.compile(r" (?:không|chưa|đâu|chẳng|khỏi|đừng) ")
_INSIDE_PLAIN = re.compile(fold(_INSIDE.pattern))
_BEFORE_PLAIN = re.compile(fold(_BEFORE.pattern))
_AFTER = re.compile(r"^(?:(?!ở|chỗ)[^ ,]+ ){0,2}(?<!ở )(?<!chỗ )đâu (?:em |chị |nha |ạ |á )*(?:$|,)")
_AFTER_PLAIN = re.compile(r"^(?:(?!o |cho )[^ ,]+ ){0,2}(?<! o )dau (?:em |chi |nha |a )*(?:$|,)")


@lru_cache(maxsize=4096)
def phrase(written: str) -> Phrase:
    """The wording compiled."""
    guarded, in_questions = True, False
    if written.startswith("?:"):
        in_questions, written = True, written[2:]
    if written.startswith("~"):
        guarded, written = False, written[1:]
    out = ["(?<= )"]
    pieces = written.split()
    anchored = pieces[0] == "^" or pieces[-1] == "$"
    needs: list[frozenset[str]] = []
    for piece in pieces:
        if piece == "^":
            out = ["(?:(?<=^ )|(?<= , ))"]
        elif piece == "$":
            out.append("(?=$|, )")
        elif piece == "*":
            out.append("(?:[^ ]+ ){0,3}")
        elif piece == "**":
            out.append("(?:[^ ]+ ){0,8}")
        else:
            optional = piece.endswith("?")
            body = piece.rstrip("?")
            for name, words in SETS.items():
                body = body.replace(f"<{name}>", words)
            alternatives = sorted({a.replace("_", " ") for a in body.split("|")}, key=len, reverse=True)
            out.append(f"(?:(?:{'|'.join(alternatives)}) ){'?' if optional else ''}")
            if not optional and all(a.replace(" ", "").isalnum() for a in alternatives):
                needs.append(frozenset(a.split(" ")[0] for a in alternatives))
    pattern = "".join(out)
    return Phrase(
        re.compile(pattern),
        re.compile(fold(pattern.replace("đừng", "khỏi"))),
        anchored,
        guarded,
        in_questions,
        tuple(needs),
        tuple(frozenset(fold(word.replace("đừng", "khỏi")) for word in need) for need in needs),
    )


@lru_cache(maxsize=8)
def _words_in(where: str) -> frozenset[str]:
    return frozenset(where.split())


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """Where a wording was found: `strength` 1 surely, less in a question; `share`: of the words of the message it covers."""

    strength: float = 0.0
    share: float = 0.0
    at_start: bool = False
    hits: int = 1  # wordings of the same meaning that were found


NO_HIT = PhraseHit()


def look_for(written: str, said: Spoken) -> PhraseHit:
    """The first place where a wording is found and not turned by a negation."""
    one = phrase(written)
    pattern = one.marked if said.marked else one.plain
    where = said.core if one.anchored else said.text
    known = _words_in(where)
    for need in one.needs_marked if said.marked else one.needs_plain:
        if need.isdisjoint(known):
            return NO_HIT
    for hit in pattern.finditer(where):
        if one.guarded and _turned(where, hit.start(), hit.end(), said.marked):
            continue
        strength = 0.5 if said.asks and not one.in_questions else 1.0
        words = hit[0].count(" ")
        return PhraseHit(strength, min(1.0, words / max(1, said.count)), hit.start() <= 1)
    return NO_HIT


def found(written: str, said: Spoken) -> float:
    """How well a wording is found in a message: 0 not at all, 1 surely."""
    return look_for(written, said).strength


def _turned(where: str, start: int, end: int, marked: bool) -> bool:
    before = _BEFORE if marked else _BEFORE_PLAIN
    after = _AFTER if marked else _AFTER_PLAIN
    inside = _INSIDE if marked else _INSIDE_PLAIN
    hit = where[start:end]
    return bool(before.search(where[:start].rstrip())) or (
        not inside.search(f" {hit}") and bool(after.match(where[end:]))
    )
