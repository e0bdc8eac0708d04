"""What somebody says who is asked for consent: why it is asked, yes, and no, in their own words. Called by the reader of my_data.

Invariant: a question is no consent, and no answer but a plain yes is one.
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.engine.proposals import Answer, Proposal, Reading, Say
from flows.engine.steps import Parsed
from flows.spoken.polarity import is_refusal, stance
from flows.spoken.rights import keeps_nothing
from flows.spoken.wordings import clauses, heard, heard_in

_AGREE = "dong_y|cho_phep|chap_nhan|chap_thuan|nhat_tri|thuan|chiu|xac_nhan|cho luu|giu|phep|chuyen"
_WHY = (
    "sao|tai_sao|vi_sao|lam_gi|chi|can_gi|ly_do|de_lam_gi|mac_gi|co_gi|viec_gi .. phai|can|bat|doi|hoi|xin .. dong_y|cho_phep|xac_nhan|chap_thuan|y_kien",
    "phai|can|bat|doi|hoi|xin .. dong_y|cho_phep|xac_nhan|chap_thuan .. sao|chi|lam_gi|lam_chi|de_lam_gi|de_chi",
    "dong_y .. cai_gi|chi|gi|lam_gi|de_lam_gi|de_chi|la_sao|nghia_la|roi_sao|co_sao|thi_sao",
    "sao|tai_sao|vi_sao .. dong_y",
    "ly_do|muc_dich|co_so|can_cu .. dong_y|xin_phep|thu_thap|luu|chuyen",
    "co bat_buoc|phai .. dong_y",
    "khong dong_y .. sao|duoc_khong|thi_sao|co_sao|duoc",
)
_NO = (f"khong|chua|chang|khoi|dau_co|dau .. {_AGREE}", "tu_choi|phan_doi|khong_cho")
_YES_TYPED = frozenset("ừa ừ ừm ờ uh ùa".split())
WHY = (
    "Dạ, vì đó là thông tin của riêng anh/chị nên tôi phải hỏi trước khi lưu hay chuyển cho cán bộ xem. "
    "Không đồng ý cũng được: tôi không lưu gì, anh/chị gọi {hotline}."
)


def asks_why(text: str) -> bool:
    """Whether it is asked why consent is needed, or what comes of refusing it."""
    return heard_in(text, _WHY)


def refuses_consent(text: str) -> bool:
    """Whether consent is refused in words: "hong, e hong đồng ý", "tôi từ chối cung cấp"."""
    return not asks_why(text) and (
        heard_in(text, _NO) or stance(text, ("dong_y|cho_phep|chap_nhan|chap_thuan",)) == "refused"
    )


def reads(reading: Reading) -> Iterator[Proposal]:
    """At a step that asks for consent: why, no, yes."""
    if reading.state.step != "consent":
        return
    text = reading.input.text
    if asks_why(text):
        told = WHY.format(hotline=reading.context.content.office.hotline)
        yield Proposal(0.96, "asks why consent is needed", Say(told))
    elif refuses_consent(text) or keeps_nothing(text):
        yield Proposal(0.95, "refuses consent", Answer(Parsed("refused")))
    elif _plain_yes(text):
        yield Proposal(0.95, "says yes", Answer(Parsed("agreed")))


def _plain_yes(text: str) -> bool:
    said = clauses(text)
    if len(said) != 1 or said[0].asks or is_refusal(said[0]):
        return False
    typed = [
        word
        for word in said[0].typed
        if word not in ("dạ", "da", "nha", "nhe", "nhé", "em", "con", "ad", "á", "a")
    ]
    return (
        bool(typed)
        and all(word in _YES_TYPED for word in typed)
        and heard(said[0], ("ua|u|um|o|uh",)) is not None
    )
