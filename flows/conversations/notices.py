"""Nhận thông báo: opting in, choosing topics, opting out. The words that stop the notices are also read while an officer answers.

Invariant: "DUNG" ends the notices at once, at any step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flows.conversations.consent import consent_steps
from flows.effects import LoadNotices, SetTopics, StopNotices
from flows.engine.proposals import Answer, Begin, Proposal, Reading, Say, Show
from flows.engine.steps import Choice, Context, Flow, Parsed, call, choose, end
from flows.spoken.polarity import stance
from flows.spoken.rights import asks_if_receiving, asks_if_sure, misses_notices, notices_stopped
from flows.spoken.topics import topics_chosen
from flows.spoken.wordings import heard_in
from flows.text.normalise import plain
from flows.understanding.everyday import asks

TOPICS: Mapping[str, str] = {"chung": "Thông báo chung", "dang_ky": "Đăng ký VssID", "bhyt": "Thẻ BHYT"}
_MEANT = {
    "chung": "general",
    "dang_ky": "register",
    "bhyt": "card",
}  # topic -> its tag in understanding/answers
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
        _LABEL,
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
                "Anh/chị muốn nhận thông báo về việc gì? Anh/chị chọn chủ đề giúp tôi.",
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
            end(
                "stopped",
                "Tôi đã ngừng gửi thông báo cho anh/chị. Muốn nhận lại, gõ “nhận thông báo”.",
                recalls=lambda s: {"did": "notices:stopped"},
            ),
            end(
                "not_subscribed",
                "Anh/chị hiện không đăng ký nhận thông báo nào, nên tôi sẽ không gửi gì.",
                recalls=lambda s: {"did": "notices:none"},
            ),
            # reached by "đừng ngưng nha", wherever the conversation stands
            call(
                "look",
                lambda s: LoadNotices(),
                LoadNotices,
                transitions={"off": "not_subscribed", "on": "still"},
            ),
            end("still", lambda s: _still(_wanted(s))),
        ),
        begun_at=("look",),
        slash="thongbao",
        topics=frozenset({"quan_ly_tin_nhan"}),
        last_on_menu=True,
        purposes={"notices": "nhận thông báo"},
        reached_by=lambda text: STOP if is_stop_word(text) else "",
        obeys=lambda text: StopNotices() if is_stop_word(text) else None,
        reads=_reads,
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
        "Tất cả",
        "chosen",
        {"topics": " ".join(TOPICS)},
        words="het, tat ca chu de, tat ca a",
        means="everything",
    )
    each = (Choice(name, "chosen", {"topics": t}, means=_MEANT[t]) for t, name in TOPICS.items())
    return (everything, *each)


def _more_or_less(context: Context) -> tuple[Choice, ...]:
    wanted = _wanted(context)
    more = (
        Choice(
            f"Nhận thêm: {name}",
            "chosen",
            {"topics": " ".join([*wanted, topic])},
            words=name,
            means=f"add_{_MEANT[topic]}",
        )
        for topic, name in TOPICS.items()
        if topic not in wanted
    )
    left = {topic: " ".join(t for t in wanted if t != topic) for topic in wanted}
    less = (
        Choice(f"Bỏ: {TOPICS[topic]}", "chosen", {"topics": rest}, means=f"drop_{_MEANT[topic]}")
        for topic, rest in left.items()
        if rest
    )
    return (
        *more,
        *less,
        Choice(
            "Ngừng nhận", "stop", words="dung, ngung, thoi, dung lai, ngung het, khong nhan nua", means="stop"
        ),
        Choice("Giữ như vậy", "fine", words="giu, xong, duoc roi, ok, vay duoc roi", means="keep"),
    )


def _still(topics: tuple[str, ...]) -> str:
    return f"Dạ, tôi giữ như vậy, anh/chị vẫn nhận: {_names(topics)}."


_ANSWERS_ON = (
    "hoi|nhan|viet|chat .. tra_loi|duoc|giup .. khong|ha|chua|$",
    "tra_loi .. khong|ha|chua|binh_thuong",
)
_STOPS_ELSEWHERE = ("dung|ngung|dung_lai|ket|tat|huy .. o|cho|buoc|muc|phan|man_hinh|tai|giua_chung",)
_MAY_STOP = "Anh/chị muốn ngừng nhận thông báo không ạ? Muốn ngừng thì bấm “Ngừng nhận” hay gõ DUNG; không thì tôi giữ như vậy."
_LABEL = "Nhận thông báo"
_ASKS_HOW_TO_END = (
    "lam_sao|cach_nao|sao|lam_the_nao|lam_cach_nao|bang_cach_nao .. het|ngung|tat|thoi|khong|khoi|huy|bo nhan|gui|nua|$",
    "het|ngung|tat|thoi|khong|khoi|huy|bo .. nhan|gui|nua|tin .. lam_sao|cach_nao|sao|the_nao",
)
_HOW_TO_END = "Dạ dễ lắm: lúc nào không muốn nhận nữa, anh/chị gõ DUNG là tôi ngừng ngay."
_TURNED_ON = (
    "bat|mo|dang_ky|cho|xin|muon nhan? thong_bao|tin_nhac|tin|loi_nhac|cai_nhac|nhac_viec|tin_nhan|tin_bao .. cho|giup|di|nha|nghe|luon|len|lai|voi|toi|em|$",
)
_TURN_ON = "Dạ, thông báo hiện đang tắt, tôi chưa bật lại. Muốn bật lại thì bấm “Nhận thông báo” rồi chọn tin muốn giữ."
_IS_OFF = "Dạ hết nhận rồi ạ: thông báo đang tắt, tôi không gửi gì. Muốn nhận lại thì bấm “Nhận thông báo”."
_A_CHOICE = 3  # words: a longer message that names a topic must speak of notices, too
_OF_NOTICES = (
    "thong_bao|tin|tin_tuc|nhan|gui|gui_cho|chu_de|chon|lay|theo_doi|quan_tam|loai|them|bot|bo|thoi",
)
_PERHAPS = 0.6  # less than a question that an item answers
_ASKED = 0.5  # probability of a question, which chooses nothing
_STOPPED = {
    "notices:stopped": "Dạ chắc rồi: tôi đã ngừng, không gửi thông báo nào nữa.",
    "notices:none": "Dạ chắc rồi: anh/chị không đăng ký nhận, tôi không gửi thông báo nào.",
}


def _reads(reading: Reading) -> Iterator[Proposal]:
    """Ending the notices or keeping them, choosing topics in a sentence, and asking if it is really done."""
    text = reading.input.text
    at_topics, at_manage = reading.is_at("notices", "topics"), reading.is_at("notices", "manage")
    did = reading.recall("did")
    close = at_topics or at_manage or did in _STOPPED or did == "notices:kept"
    if at_topics or at_manage:
        wanted = topics_chosen(text, tuple(TOPICS), _wanted(reading.context) if at_manage else ())
        if wanted and not (asks(text) and reading.input.acts["question"] >= _ASKED):
            chosen = Answer(Parsed("chosen", {"topics": " ".join(wanted)}))
            plainly = len(reading.input.words) <= _A_CHOICE or heard_in(text, _OF_NOTICES)
            yield Proposal(_SURE if plainly else _PERHAPS, "topics in a sentence", chosen)
            return
        if misses_notices(text):
            receives = (
                _still(_wanted(reading.context))
                if at_manage
                else "Dạ, anh/chị chọn xong thì tôi bắt đầu gửi."
            )
            none = f"{receives} Có thông báo mới tôi mới gửi ngay tại đây; chưa có gì thì tôi không nhắn."
            yield Proposal(_SURE, "misses notices", Say(none, reminds=False))
            return
    if (at_topics or at_manage) and heard_in(text, _ASKS_HOW_TO_END):
        yield Proposal(_SURE, "asks how to end them", Say(_HOW_TO_END, reminds=True))
        return
    stop = notices_stopped(text, close=close, at_menu=reading.flow is None and not reading.recall("secret"))
    if stop == "wanted" and _STANDS.search(text.lower()):  # "tin đứng tên BHXH" stops nothing
        return
    if stop == "wanted":
        yield Proposal(0.98, "ends the notices", Show("notices", STOP, {}))
    elif did in _STOPPED and stop == "refused":
        yield Proposal(
            _SURE, "wants some of them", Say(_TURN_ON, (_LABEL,), reminds=False), remember={"did": did}
        )
    elif stop == "refused":
        kept = {"did": "notices:kept"}
        said = Say(_still(_wanted(reading.context)), reminds=False)
        command = said if at_manage else Show("notices", "look", {})
        yield Proposal(_SURE, "keeps the notices", command, remember=kept)
    elif at_manage and stop == "asked":
        yield Proposal(
            _SURE, "asks about ending them", Say(_MAY_STOP, ("Ngừng nhận", "Giữ như vậy"), reminds=False)
        )
    elif at_manage and not is_stop_word(text) and heard_in(text, _STOPS_ELSEWHERE):
        yield Proposal(
            _SURE, "may not mean the notices", Say(_MAY_STOP, ("Ngừng nhận", "Giữ như vậy"), reminds=False)
        )
    elif did in _STOPPED and asks_if_receiving(text):
        yield Proposal(
            _SURE, "asks if it is on", Say(_IS_OFF, (_LABEL,), reminds=False), remember={"did": did}
        )
    elif (close or heard_in(text, ("thong_bao",))) and asks_if_receiving(text):
        yield Proposal(_SURE, "asks if it is on", Show("notices", "look", {}))
    elif did in _STOPPED and asks_if_sure(text):
        yield Proposal(_SURE, "asks if it is done", Say(_STOPPED[did], reminds=False), remember={"did": did})
    elif (
        not close and not reading.is_at("notices") and not asks(text) and stance(text, _TURNED_ON) == "wanted"
    ):
        yield Proposal(0.88, "turns the notices on", Begin("notices"))
    elif did in _STOPPED and heard_in(text, _ANSWERS_ON):
        answers = "Dạ được, anh/chị cứ hỏi bình thường, lúc nào tôi cũng trả lời; chỉ là tôi không tự gửi thông báo."
        yield Proposal(_SURE, "asks if it still answers", Say(answers, reminds=False), remember={"did": did})


_SURE = 0.95
_STANDS = re.compile(r"\bđứng\b(?!.*\b(?:dừng|ngừng|ngưng|tắt)\b)")
FLOW = _flow()
