"""Which topics of notices a message adds or drops. Called by meanings.py. Rule: the nearest word of giving up or of adding before or after a topic, in its clause."""

from __future__ import annotations

from flows.text.fold import fold
from flows.understanding.answers.spoken import Spoken

_topics = {
    "card": "thẻ|bhyt|bảo hiểm y tế|khám bệnh|y tế|hạn thẻ",
    "general": "chung|tin chung|thông báo chung|chung chung|tin thường",
    "register": "đăng ký|vssid|app|cài app|tài khoản|ứng dụng|đk",
}
_drop = "bỏ|khỏi|thôi|đừng|ngưng|ngừng|dừng|tắt|dẹp|bớt|hủy|không cần|không nhận|gỡ|rút|loại|cắt|chặn|không lấy|không muốn|stop|miễn|hết cần|trừ|khỏi gửi|không gửi|hổng cần"
_add = "thêm|nhận thêm|lấy thêm|báo thêm|lấy luôn|nhận luôn|cả|bổ sung|kèm|gồm|bật|nữa|với|luôn vụ|muốn nhận|cho nhận|đăng ký nhận|gửi|báo|nhận|lấy|cho tôi|cho chị|cho em"
_keep = "giữ|để|còn|chừa|vẫn nhận|chỉ lấy|chỉ nhận|chỉ cần"


def _spots(text: str, words: str, marked: bool) -> list[int]:
    out = []
    for word in words.split("|"):
        wanted = f" {word if marked else fold(word)} "
        at = text.find(wanted)
        while at >= 0:
            out.append(at)
            at = text.find(wanted, at + 1)
    return out


def topics_meant(said: Spoken) -> dict[str, float]:
    """Scores of drop_card, add_general …, for each topic that is named beside such a word."""
    out: dict[str, float] = {}
    for clause in said.text.split(","):
        text = f" {clause.strip()} "
        named = {
            topic: spots for topic, words in _topics.items() if (spots := _spots(text, words, said.marked))
        }
        drops, adds, keeps = (_spots(text, words, said.marked) for words in (_drop, _add, _keep))
        for topic, spots in named.items():

            def gap(marks: list[int], spots: list[int] = spots) -> int:
                return min((abs(m - s) for m in marks for s in spots), default=999)

            drop, add, keep = gap(drops), gap(adds), gap(keeps)
            nearest = min(drop, add, keep)
            if nearest == 999 or nearest == keep < min(drop, add):
                continue
            if drop < 999 and (drop <= add or not _spots(text, "thêm|nữa", said.marked)):
                out[f"drop_{topic}"] = 0.93
            elif add < 999:
                out[f"add_{topic}"] = (
                    0.9 if add < 999 and _spots(text, "thêm|nữa|bật|kèm|cả|luôn", said.marked) else 0.7
                )
    return out
