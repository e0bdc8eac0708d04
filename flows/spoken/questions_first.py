"""Rights that are only asked about, kept, or wanted in another form: read by the flows helpdesk and my_data before a wish is.

Invariant: what these hear opens no ticket, withdraws none and erases nothing.
"""

from __future__ import annotations

import re

from flows.spoken.polarity import stance
from flows.spoken.rights import ERASED_YET, erasing
from flows.spoken.wordings import clauses, heard, heard_in

_DROPS = ("rut|huy|bo|xoa|dong|khep .. phieu|yeu_cau|hang|cuoc_hen|so_thu_tu", "rut|huy .. cua|nay|do|$")
_WAITS_ON = ("toi|em|minh|bac|chi|anh|co|chu|con|^ van|con|cu|se cho|doi them|tiep|can_bo|day|nua|$",)
_KEEPS = ("giu .. phieu|yeu_cau|so_thu_tu|hang|cho_cho",)
_PETITION = ("gui|viet|lam|nop|chuyen|muon|can|xin .. kien_nghi|phan_anh|gop_y|khieu_nai",)
_NO_PERSON = (
    "khoi|khong|thoi|khong_can .. gap|noi_chuyen|can_bo",
    "thay_the|thay_vao|thay_vi|doi_y|chuyen_sang",
)
_ONLY_ASKS = (
    "chi|moi hoi|muon_biet|muon_hoi|hoi_truoc|hoi_thoi",
    "hoi|biet truoc|thoi|da",
    "neu|gia_su|lo .. gap|hoi|noi_chuyen|chuyen|nho",
    "truoc khi|luc .. gap|chuyen|noi",
)
_UNANSWERED = (
    "goi|dien|dien_thoai|lien_he|bam|quay .. khong|chang|chua|dau_co .. nghe|bat_may|nhac_may|nghe_may|tra_loi|goi_duoc|lien_lac_duoc",
    "tong_dai|1900|so_do|so_nay .. khong|chang|chua .. nghe|bat_may|nhac_may|nghe_may|tra_loi|goi_duoc|ban",
    "tong_dai .. may_ban|ban_hoai|tut_tut",
)
_OFTEN = ("lan|hoai|mai|ca_ngay|nay_gio|sang|suot|ai|tong_dai|1900",)
_SUPPOSES = ("neu|gia_su|lo|nho|ma goi|dien|khong", "thi sao|lam_sao|the_nao")
_IF_ERASED = (
    "neu|gia_su|lo|nho|khi|ma|sau_khi xoa|rut ... mat|thi|con|gi|sao|anh_huong",
    "xoa|rut .. thi|roi|xong|di .. mat|con|sao|anh_huong|ra_sao|the_nao|gi|duoc_gi",
    "xoa .. mat|anh_huong .. gi|nhung_gi|cai_gi|sao|khong",
)
_ENDS_ASKING = ("gi|sao|khong|nao|chua|gi_khong|the_nao|ra_sao a|vay|ha|con|em|$ $",)
_NOT_DATA = ("app|ung_dung|vssid|tin|hinh|zalo|tai_khoan",)


def keeps_ticket(text: str) -> bool:
    """Whether the ticket is to stay: "xin đừng hủy yêu cầu này, tôi vẫn chờ"."""
    if stance(text, _DROPS) == "wanted":
        return False
    return (
        stance(text, _DROPS) == "refused"
        or stance(text, _WAITS_ON) == "wanted"
        or stance(text, _KEEPS) == "wanted"
    )


def petitions_instead(text: str) -> bool:
    """Whether a petition is wanted in place of a person: "khỏi gặp nữa, cho tôi gửi kiến nghị"."""
    return stance(text, _PETITION) == "wanted" and heard_in(text, _NO_PERSON)


def only_asks(text: str) -> bool:
    """Whether a person is only asked about, not wished for: "tôi chỉ hỏi trước, nếu gặp thì chờ bao lâu"."""
    return heard_in(text, _ONLY_ASKS)


def hotline_unanswered(text: str) -> bool:
    """Whether it is complained that a call was not answered."""
    return any(heard(c, _UNANSWERED) and heard(c, _OFTEN) and not heard(c, _SUPPOSES) for c in clauses(text))


_STUCK = (
    "van|con|cu .. dung_do|dang_do|do_dang|ket|ach|nam_do|dinh_tre|tre|chua_xong|y_nguyen|vay",
    "chua|khong .. xong|giai_quyet|giai_quyet_duoc|dau_vao_dau",
)
_REASON = re.compile(
    r"^\s*(?:dạ|da|vâng|vang|ừ|u|ok|được|duoc|tôi|toi|em|mình|minh)?[\s,]*(?:đồng ý|dong y|ok|vâng|vang)(?:\s(?:ạ|a|nhé|nha))?\s*[.,;:!]\s*(?=\S)"
    r"|^\s*(?:dạ|da|vâng|vang|ừ|u|ok|được|duoc)?[\s,]*(?:\w+\s)?(?:chịu|chiu|đồng ý|dong y)(?:\s(?:ạ|a|nhé|nha|liền|lien|luôn|luon))?\s*[.,;:!]\s*(?=\S)",
    re.IGNORECASE,
)
_NAMES_REASON = (
    "^ ly_do|viec_cua_toi|viec_cua_em|toi_hoi|em_hoi|toi_can|em_can|noi_dung|cu_the|van_de|toi_bi|em_bi",
    "^ toi|em|minh|di|co|chu|bac|chi|anh|ba|ong|con|chau muon|can|tinh|dinh hoi|nho|noi .. vu|viec|chuyen|cai|ve",
)


def still_stuck(text: str) -> bool:
    """Whether somebody who was told sorry says that nothing is done yet."""
    return heard_in(text, _STUCK)


def reason_after_yes(text: str) -> str:
    """What the officer is wanted for, said in one message with the consent; "" where nothing is."""
    found = _REASON.match(text)
    rest = text[found.end() :].strip() if found else ""
    return rest if rest and "?" not in rest and heard_in(rest, _NAMES_REASON) else ""


def asks_if_erased(text: str) -> bool:
    """Whether it is asked what erasing would do; nothing is to be erased by that."""
    return (
        erasing(text, close=False) != "wanted"
        and not heard_in(text, ERASED_YET)
        and any(
            heard(c, _IF_ERASED) and (c.asks or heard(c, _ENDS_ASKING)) and not heard(c, _NOT_DATA)
            for c in clauses(text)
        )
    )
