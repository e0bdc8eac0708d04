"""Nhận thông báo: opting in, choosing topics, opting out. The words that stop the notices are also read while an officer answers.

Invariant: "DUNG" ends the notices at once, at any step.
"""

from __future__ import annotations

from collections.abc import Mapping

from flows.conversations.consent import consent_steps
from flows.effects import LoadNotices, SetTopics, StopNotices
from flows.engine.steps import Choice, Context, Flow, call, choose, end
from flows.text.normalise import plain

TOPICS: Mapping[str, str] = {"chung": "Thông báo chung", "dang_ky": "Đăng ký VssID", "bhyt": "Thẻ BHYT"}
STOP = "stop"  # the step that "DUNG" leads to
_STOP_WORDS = frozenset(
    (
        "dung nhan, dung nhan tin, dung thong bao, dung nhan thong bao, ngung nhan thong bao, ngung nhan tin, "
        "tat thong bao, huy thong bao, huy nhan thong bao, huy nhan tin, khong nhan thong bao nua, khong nhan tin nua, "
        "thoi nhan thong bao, stop thong bao"
    ).split(", ")
)

WORDING = (
    "Tôi có thể gửi anh/chị thông báo của cơ quan BHXH ngay tại đây, ít và đúng việc. Để gửi được, tôi giữ địa chỉ cuộc trò chuyện "
    "này và các chủ đề anh/chị chọn. Lúc nào không muốn nữa, gõ DUNG là tôi ngừng ngay. Anh/chị có đồng ý không?"
)


def _flow() -> Flow:
    return Flow(
        "notices",
        "Nhận thông báo",
        (
            call(
                "subscribed",
                lambda s: LoadNotices(),
                LoadNotices,
                transitions={"off": "permission", "on": "manage"},
            ),
            *consent_steps(
                "notices",
                WORDING,
                then="topics",
                refused=lambda s: "Vâng, tôi không gửi gì. Khi nào muốn nhận, anh/chị gõ “nhận thông báo”.",
            ),
            choose(
                "topics",
                "Anh/chị muốn nhận thông báo về việc gì?",
                _first_choices,
                label="chọn chủ đề",
                transitions={"chosen": "keep"},
            ),
            call("keep", lambda s: SetTopics(_wanted(s)), SetTopics, transitions={"kept": "manage"}),
            choose(
                "manage",
                lambda s: f"Anh/chị đang nhận: {_names(_wanted(s))}. Gõ DUNG lúc nào cũng được để ngừng.",
                _more_or_less,
                label="sửa chủ đề",
                transitions={"chosen": "keep", "stop": STOP, "fine": "fine"},
                no_way_back=True,
                done=True,
            ),
            call(
                STOP,
                lambda s: StopNotices(),
                StopNotices,
                transitions={"stopped": "stopped", "nothing": "not_subscribed"},
            ),
            end("fine", "Vâng, tôi giữ như vậy."),
            end("stopped", "Tôi đã ngừng gửi thông báo cho anh/chị. Muốn nhận lại, gõ “nhận thông báo”."),
            end("not_subscribed", "Anh/chị hiện không đăng ký nhận thông báo nào, nên tôi không gửi gì."),
        ),
        slash="thongbao",
        item="ngung-nhan",
        last_on_menu=True,
        purposes={"notices": "nhận thông báo"},
        reached_by=lambda text: STOP if is_stop_word(text) else "",
        obeys=lambda text: StopNotices() if is_stop_word(text) else None,
    )


def is_stop_word(text: str) -> bool:
    """Whether this text ends the notices: DUNG in capitals, "dừng" with its mark, or a clear sentence.

    A small "dung" may be "đúng" without marks: it is no stop word.
    """
    bare = text.strip(" .!\n\t“”\"'")
    return bare in ("DUNG", "DỪNG") or bare.lower() == "dừng" or plain(text) in _STOP_WORDS


def _wanted(context: Context) -> tuple[str, ...]:
    return tuple(t for t in TOPICS if t in context.get("topics").split())


def _names(topics: tuple[str, ...]) -> str:
    return "; ".join(TOPICS[t] for t in TOPICS if t in topics)


def _first_choices(context: Context) -> tuple[Choice, ...]:
    everything = Choice(
        "Tất cả", "chosen", {"topics": " ".join(TOPICS)}, words="het, tat ca chu de, tat ca a"
    )
    return (everything, *(Choice(name, "chosen", {"topics": topic}) for topic, name in TOPICS.items()))


def _more_or_less(context: Context) -> tuple[Choice, ...]:
    wanted = _wanted(context)
    more = (
        Choice(f"Nhận thêm: {name}", "chosen", {"topics": " ".join([*wanted, topic])}, words=name)
        for topic, name in TOPICS.items()
        if topic not in wanted
    )
    left = {topic: " ".join(t for t in wanted if t != topic) for topic in wanted}
    less = (
        Choice(f"Bỏ: {TOPICS[topic]}", "chosen", {"topics": rest}) for topic, rest in left.items() if rest
    )
    return (
        *more,
        *less,
        Choice("Ngừng nhận", "stop", words="dung, ngung, thoi, dung lai, ngung het, khong nhan nua"),
        Choice("Giữ như vậy", "fine", words="giu, xong, duoc roi, ok, vay duoc roi"),
    )


FLOW = _flow()
