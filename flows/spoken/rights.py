"""Rights in any wording: a person, one's ticket, the notices, one's data. Read by the flows helpdesk, notices and my_data.

Invariant: polarity first. What is refused is never done, and what is only asked about is never done without asking.
"""

from __future__ import annotations

from typing import Literal

from flows.spoken.polarity import Stance, is_refusal, stance, stance_in
from flows.spoken.wordings import clauses, heard, heard_in

# -- a person

_STAFF = "can_bo|cb|nhan_vien|nguoi|nguoi_that|admin|chuyen_vien|tu_van_vien|tong_dai_vien|cai_co|co_can_bo|nguoi_khac|may_anh|may_chi|may_co"
_SOMEBODY = f"{_STAFF}|ai|ai_do|anh_nao|chi_nao|co_nao|chu_nao|ong_nao|ba_nao|em_nao|dua_nao"
_SPEAKING = "gap|noi_chuyen|tro_chuyen|chat|trao_doi|noi_chuyen_voi|noi_voi|hoi_chuyen"
_FACE_TO_FACE = ("hoi|noi|gap|trao_doi|lam_viec|noi_chuyen truc_tiep .. can_bo|nhan_vien|nguoi",)
_PERSON = (
    f"cho|xin|muon|can|nho|keu|de|doi|duoc|dc|bac|toi .. {_SPEAKING}|noi|nghe .. {_SOMEBODY}",
    f"{_SPEAKING} .. {_STAFF}",
    f"{_SPEAKING} .. ai|co_nao|anh_nao|chi_nao .. biet|ranh|di|duoc|khong|coi|giup|thu",
    f"keu|goi|nho|chuyen|moi|kiem|cho|chuyen_qua|chuyen_cho .. {_STAFF}|co_nao|chi_nao|anh_nao .. ra|nghe|giup|tra_loi|noi|tiep|rep|goi_lai|"
    "giai_quyet|vao|lai|di|ranh|biet|lam|do|coi|day|nha|$",
    "keu|goi|nho|kiem ai|ai_do .. ra|nghe|giup|tra_loi|noi|tiep|rep|goi_lai|giai_quyet|ranh|biet|day",
    "nguoi_that",
    f"co {_SOMEBODY} .. nghe|tra_loi|giup|noi|ranh|gap|co_quan",
    f"rep|tra_loi .. {_STAFF}",
    f"{_STAFF} .. goi_lai|tra_loi|rep .. toi|em|bac|chi|co|chu|minh|di|giup|nghe",
    "chuyen cho? can_bo|nguoi|nhan_vien",
    "hoi|noi|gap|trao_doi truc_tiep",
    "noi may|dien_thoai .. giup|cho|voi|di|$",
    "co .. can_bo|nhan_vien nao|ho_tro|tu_van .. khong",
    "con_nguoi .. ho_tro|tra_loi|tu_van|giup|noi|$",
    *_FACE_TO_FACE,
    f"{_STAFF} .. dau .. roi|het|$",
    "noi_chuyen|noi|chat voi? may|bot .. keu|goi|cho .. ai|nguoi|can_bo",
)
_NOT_PERSON = (  # one of the directory, or a question about officers
    "phu_trach|dau_moi|phong|truong|benh_vien|tram|xa|huyen|ubnd|cong_ty|don_vi|khối|lanh_dao|ten_gi|doanh_nghiep|mam_non|hoc_sinh|uy_ban|kho_bac|ngan_hang",
    "o_dau|may_gio|gio_nao|thu_may|nop|to_khai|mang|can_gi|giay_to|ton_tien|bao_lau|chung_nao",
    "^ ra|len|toi|den|qua do|bao_hiem|bhxh|co_quan|tan_noi|noi",
    "da|hom_qua|hoi_sang|bua_truoc|bua_qua|hom_truoc|hom_bua|luc_truoc .. gap|goi|hoi|noi",
    "so_la|nguoi_la|xung|lua|doi_tien|otp",
    f"co|bi .. {_STAFF} .. goi|nhan .. keu|bieu|doi|noi",
    "lien_he|tim|hoi|gap|noi|gui voi|cho? ai $",
    "xin|lay|them so|sdt|so_dt .. nguoi|may|ca",
    "nguoi|bot|may .. hay .. may|bot|nguoi|nguoi_that|that",
    "no|vssid|app keu|bao|noi co",
    "ai bat|bat_may|nghe_may",
    "phan_anh|kien_nghi|khieu_nai|to_cao",
    "noi_tro|noi_dong|nghe_noi",
    "nguoi_ta gat|lua|noi|keu|bieu|bao|doi|biet|lam|gui|dang",
    "nguoi lao_dong|nha|khac|than|dan|nay|quen|su_dung|nhan|xai|dung|xuong|trong|bi|duoc|moi",
    "lam|dang_ky|tra|hoi cho nguoi",
    "cung mot_nguoi",
    "nguoi con_lai|kia|thu_nhat|thu_hai|thu_ba|dau|sau|truoc|do .. cho|luon|nua|so|chac|$",
    "goi|dien|lien_he|bam|quay .. khong|chang|chua .. nghe|tra_loi|bat|bat_may|nhac_may",
)


_MACHINE = "may|bot|robot|chatbot|may_moc|tu_dong|tro_ly_ao|con_bot|con_may|cai_may"
_NO_MACHINE = (
    f"khong|đừng|khoi|chan|het|ngan|ghet|met|chang|dau_co .. noi|noi_chuyen|chat|hoi|tra_loi|tro_chuyen|lam_viec|nghe .. voi? {_MACHINE}",
    f"noi|noi_chuyen|chat|lam_viec voi? {_MACHINE} .. dau|khong_duoc|khong_hieu|khong_noi|chan|met|kho",
)
_UNANSWERED_CALL = ("ai|tong_dai|so_do|so_nay|goi .. nghe|bat|nhac may",)
_STILL = (  # a person after all
    f"van|cung|lai|con|thoi can|muon|phai|xin|nho|gap .. {_STAFF}",
    "van|thoi|lai can|muon|phai gap|nguoi",
)


def refuses_machine(text: str) -> bool:
    """Whether somebody does not want to speak with a machine, which is a wish for a person."""
    return any(heard(c, _NO_MACHINE) and not heard(c, _UNANSWERED_CALL) for c in clauses(text))


def solved(text: str) -> bool:
    """Whether somebody says that they managed it: "lấy lại được rồi", "con tui làm xong rồi"."""
    return any(heard(c, _SOLVED) and not heard(c, ("khong|chua .. duoc|xong|vao",)) for c in clauses(text))


_SOLVED = (
    "lay_lai|lam|vao|giai_quyet|xu_ly|dang_nhap|tim|doi|mo|dang_ky|nhan|co|xong|tu_lam .. duoc|xong|ra|ve .. roi|luon|$",
    "tu lam|giai_quyet|xu_ly|tim .. duoc|xong|roi",
    "^ da|ma|mà|gio? em|toi|minh|bac? duoc|xong|on|ok|khoe roi",
    "da|moi duoc_giai_quyet|xu_ly|khac_phuc|giai_dap|ve_roi",
    "co|duoc nguoi|con|chau .. chi|lam|giup .. roi|xong",
)


def person_wanted(text: str) -> Stance:
    """How a text means speaking with a person; a question for one is a wish."""
    if refuses_machine(text):
        return "wanted"
    said_so = any(heard(c, _STILL) and not heard(c, _NOT_PERSON[:4]) and not c.asks for c in clauses(text))
    if said_so and not heard_in(text, ("khong|khoi|đừng can|muon|phai|gap",)):
        return "wanted"
    said = [
        s
        for c in clauses(text)
        if (heard(c, _FACE_TO_FACE) or not heard(c, _NOT_PERSON)) and (s := stance_in(c, _PERSON))
    ]
    return "" if not said else "wanted" if said[-1] == "asked" else said[-1]


# -- a ticket that waits

Ask = Literal["patient", "place", "wait", "hours", "where", "again", "nobody", "number", ""]
_TICKET_ACTS = (
    f"gap|cho|doi|can|keu|goi|nho|chuyen|lien_he|tra_loi .. {_STAFF}|ho|nua|ai|phieu|giup",
    "gap|cho|doi|keu|can $",
)
_LEAVE = (
    "rut|huy|bo|xoa|dong|dep|cat|ngung .. phieu|yeu_cau|so_thu_tu|don|hang|lenh|cuoc_hen|so",
    "rut|huy|bo giup|di|phieu|lai|luon|nha|$",
    "thoi|khoi|khong_can|huy .. gap|cho|doi|keu|goi|can_bo|chuyen",
    "ra_khoi|roi hang|hang_cho",
)
_ADDS = (
    "^ ly_do|noi_dung|su_viec|viec_cua_toi|cu_the|viec_toi_can|viec_can_hoi|toi_can_hoi|van_de|cau_hoi",
    "bo_sung|ghi_them|noi_them|nhan_them|gui_them|them_vao|kem_theo|viet_them",
    "them vao|cho|la|phieu|so|y|cai|mot|1|luon",
    "cho|nhan|noi|bao|gui|nho|de|nhac|chuyen|dua .. can_bo|nguoi_ta|ho|co_do|cac_anh|phieu .. coi|xem|biet|luon|giup|them|rang|la|hay|doc",
    "quen|chua .. noi|ghi|dua|bao|gui",
    "^ a|ua|da|oi? quen|con .. so|ma|ten|la|nua",
)
_ASKS: tuple[tuple[Ask, tuple[str, ...]], ...] = (
    (
        "patient",
        (
            "khong|chang|chua|dau co? gap|gấp|voi|vội|hoi_thuc|can_gap",
            "luc_nao|khi_nao|chung_nao|bao_gio|hoi_nao .. ranh|tien|thuan_tien|sap_xep .. nhan|tra_loi|goi|rep|bao|cung_duoc|phan_hoi|thi",
            "luc_nao|khi_nao|chung_nao .. cung_duoc",
            "cu|tu tu_tu|thong_tha .. khong|nha|em|con|$",
            "cho|doi .. duoc|cung_duoc .. ma|mà|nha|khong_sao|$",
        ),
    ),
    (
        "where",
        (
            "tra_loi|rep|nhan|goi|lien_he|gap .. o_dau|cho_nao|kenh_nao|bang_gi|so_nao|qua_dau|zalo|dien_thoai_hay",
            f"{_STAFF} .. o_dau|cho_nao .. tra_loi|nhan",
            "tra_loi o_day|tai_day|ngay_day|trong_day khong|ha|luon",
            "goi|nhan|rep|tra_loi .. hay .. goi|nhan|day|o_day|zalo",
        ),
    ),
    (
        "again",
        (
            f"{_STAFF}|ho|ai|co .. con|co .. nhan|goi|lien_he|tra_loi|kiem .. khong|nua|chua|ha",
            "con .. phieu|hang|cho .. khong|chua|ha",
            "phieu .. con|mat|huy .. khong|chua|roi ha|$",
        ),
    ),
    (
        "hours",
        (
            "ngoai_gio|buoi_toi|ban_dem|toi_nay|toi|dem|thu_bay|chu_nhat|cuoi_tuan|trua|le|tet .. truc|lam|co_ai|tra_loi|nghi|co_nguoi|rep",
            "may_gio|gio_nao .. lam|nghi|mo|truc|tra_loi|co",
            "gio_lam|gio_lam_viec|gio_hanh_chinh|co_ai_truc|ai_truc",
        ),
    ),
    ("number", ("phieu|so .. may|bao_nhieu|nao .. vay|ha|$", "so phieu .. nhieu|may|gi")),
    (
        "place",
        (
            "thu_may|may_nguoi|bao_nhieu_nguoi|con_may|con_bao_nhieu|hang_thu|nguoi_thu .. hang|truoc|doi|cho|nguoi|nua|$",
            "toi|den luot|so|phien .. chua|nao|may|toi|em|$",
            "truoc toi|em|minh|bac|chi|do .. may|bao_nhieu",
        ),
    ),
    (
        "nobody",
        (
            "sao|chua|hoai|khong|nay_gio|van|dau .. ai|nguoi|can_bo|thay .. tra_loi|rep|nhan|goi|dau|het|gi",
            "chua|khong thay .. ai|gi|tra_loi|nguoi",
            "lau qua|the|vay|du .. chua|khong|sao|$",
            "cho|doi .. hoai|nay_gio|mai|ca_ngay|ca_buoi|tu_sang",
        ),
    ),
    (
        "wait",
        (
            "cho|doi .. bao_lau|chung_nao|may_phut|may_tieng|may_ngay|khi_nao|bao_gio|lau|toi_dau",
            f"bao_lau|chung_nao|khi_nao|bao_gio|may_gio|bua_nao .. tra_loi|goi|rep|gap|nhan|duoc|co_nguoi|{_STAFF}|xong",
            "lau khong|ha|chua|ko",
        ),
    ),
)


def leaves_ticket(text: str, *, close: bool) -> bool:
    """Whether the ticket is to be withdrawn; `close`: it is just being spoken of, so that "thôi khỏi" is enough."""
    said = clauses(text)
    if refuses_machine(text):
        return False
    if stance(text, ("rut|huy|bo|xoa .. phieu|yeu_cau|hang",)) == "refused" or heard_in(
        text, ("dung|đừng|khoan|chua rut|huy|bo",)
    ):
        return False
    if person_wanted(text) == "refused" or any(
        stance_in(c, _TICKET_ACTS) == "refused" and heard(c, _LEAVE[2:3]) for c in said
    ):
        return True
    if stance(text, _LEAVE[:1]) == "wanted":
        return True
    if heard_in(text, (f"huy|thoi|bo .. gap|cho|doi .. {_STAFF}",)):
        return True
    return close and any(is_refusal(c) or stance_in(c, _LEAVE[1:]) == "wanted" for c in said)


_CALLED_OFF = (
    "^ da|thoi? huy|rut huy|rut|di|nha|giup|luon|$",
    "^ da|ma|mà? thoi|dep bo|dep|nghi|khoi di|luon|nha|con|em|nghen|$",
)


def gives_up(text: str) -> bool:
    """Whether somebody whose ticket waits calls it off without naming it: "hủy hủy, e lấy lại được rồi"."""
    said = clauses(text)
    if heard_in(text, ("dung|đừng|khoan|chua|khong huy|bo|rut",)):
        return False
    calls_off = any(
        is_refusal(c) or heard(c, ("^ da|thoi|ma|mà? huy|rut huy|rut|di|nha|giup|luon|$",)) for c in said
    )
    return calls_off and (solved(text) or heard_in(text, _CALLED_OFF))


def wants_it_now(text: str) -> bool:
    """Whether consent that was refused is given after all: "thôi đồng ý đi", "gặp cán bộ" said again as a command."""
    return stance(text, ("dong_y|cho_phep|chuyen",)) == "wanted" or heard_in(
        text, ("^ da|thoi|ma|mà? gap|noi_chuyen_voi|chuyen can_bo|nhan_vien|nguoi $",)
    )


def adds_to_ticket(text: str) -> bool:
    """Whether something is told that the officer should read too."""
    return heard_in(text, _ADDS) and not text.rstrip().endswith("?")


def asks_of_ticket(text: str) -> Ask:
    """What is asked about a waiting ticket, "" for nothing."""
    said = clauses(text)
    return next((name for name, patterns in _ASKS if any(heard(c, patterns) for c in said)), "")


# -- notices

_SENDS = "gui|nhan|nhan_tin|bao|day|spam|dang|phat|cho|nhac|lam_phien|ban"
_NOTICE = (
    "thong_bao|tin|tin_nhan|quang_cao|ban_tin|tin_bao|sms|noti|nhac_han|nhac_viec|nhac_nho|loi_nhac|cai_nhac"
)
_STOPS = "ngung|tat|huy|dep|cat|bo|chan|stop|off|go|dung|thoi|huy_dang_ky|ngat|nghi"
STOP_ACTS = (
    f"{_STOPS} .. {_NOTICE}",
    f"{_STOPS} nhan|gui .. {_NOTICE}|nua|di|luon|het|$",
    f"{_NOTICE} .. ngung|tat|huy|dep|cat|bo|chan|dung",
)
STOP_ALONE = (
    "ngung|tat|huy|dep|cat|stop|off|ngat|bo|nghi .. giup|di|luon|het|nhan|gui|nua|sach|lai|nha|$",
    "dung giup|di|luon|het|nhan|gui|nua|lai|nha",
    "^ da|thoi|ua|mà|ma|oi? ngung|tat|dung|huy $",
)
_SEND_ACTS = (f"gui|nhan|nhan_tin|bao|day|spam|phat|dang .. {_NOTICE}", f"{_NOTICE} .. gui|nhan|bao")
_SEND_ALONE = (
    "gui|nhan|nhan_tin|bao|lam_phien|spam .. nua|hoai|gi|het|chi|toi|em|vao|may|cho",
    "lam_phien|quay_ray",
)
_OTHER_OBJECT = ("ma|otp|hinh|anh|can_bo|ho_so|cccd|to_khai|mat_khau|ma_so|dien_thoai|tien|giay",)
_CANNOT = (
    "khong|chua .. nhan .. duoc|thay|ve|toi",
    "khong|chua thay|co|nhan_duoc",
    "no|vssid|app|ho|ai .. khong|chua .. gui|nhan|bao|ve",
)


def notices_stopped(text: str, *, close: bool, at_menu: bool = False) -> Stance:
    """How a text means ending the notices; `close`: notices are being spoken of, so that no object is needed.

    `at_menu`: nothing else is under way that could be sent.
    """
    said: list[Stance] = []
    for clause in clauses(text):
        if heard(clause, _CANNOT) and not heard(clause, ("khong muon|can|ham|thich",)):
            continue
        stop = stance_in(clause, (*STOP_ACTS, *(STOP_ALONE if close else ())))
        send = stance_in(clause, (*_SEND_ACTS, *_SEND_ALONE))
        by_other = heard(clause, _OTHER_OBJECT) is not None
        if (
            send == "refused"
            and not by_other
            and (close or heard(clause, _SEND_ACTS) or (at_menu and heard(clause, ("nua|hoai|lam_phien",))))
        ):
            said.append("wanted")
        elif stop and not (by_other and not heard(clause, STOP_ACTS[:1])):
            said.append(stop)
    return said[-1] if said else ""


def asks_if_receiving(text: str) -> bool:
    """Whether it is asked if notices still come: "vậy là còn nhận hay hết nhận"."""
    return heard_in(
        text,
        (
            "con|dang|van|co nhan|gui|bat|bao .. hay .. het|thoi|khong|tat|ngung|tat_roi|ngung_roi",
            "dang|con bat hay tat",
            "tat|ngung|dung|huy hay .. chua|con|van",
        ),
    )


def misses_notices(text: str) -> bool:
    """Whether it is told that no notice or message comes; nothing is refused by that."""
    return any(
        heard(c, _CANNOT) and not heard(c, ("khong muon|can|ham|thich", "nua|cho toi|em $"))
        for c in clauses(text)
    ) and heard_in(text, (_NOTICE,))


# -- one's data

_DATA = "du_lieu|thong_tin|tt|ho_so_cua|so_dien_thoai_cua|dien_thoai_cua|ten_cua|moi_thu|tat_ca|het_trong|het|lich_su"
_ERASE = (
    f"xoa|huy|bo|go .. {_DATA} .. cua|ve|toi|em|minh|bac|chi|di|luon|o_day|trong|da|$",
    "xoa .. cua|ve toi|em|minh|bac|chi|co|chu|me|ma|ba|con",
    f"{_DATA} ... xoa|huy",
    "rut .. dong_y",
    "xoa .. dau_vet|dong_y|o_day|trong_day|trong_may",
)
_ERASE_ALONE = (
    "xoa|rut|dep .. het|sach|di|luon|lai|nha|giup|$|cho|khong_chua|hoan_toan|tat",
    "xoa|rut",
    "giu|luu .. gi|nua|lai",
)
_KEEP_ACTS = ("giu|luu .. cua|thong_tin|du_lieu|gi|lai",)
_KEEPS = ("giu .. do|vay|lai|y|nguyen|di|$", "de .. do|vay|y|nguyen", "cu|ke giu|de|do")
_NOT_DATA = (
    "app|ung_dung|vssid|tin_nhan|tin|hinh|cai|dong_nay|dong_do|to_khai|zalo|tai_khoan|so_cu|file|link|hoi_thoai|chu|ten_sai",
)
_ASKS_KEPT = (
    "co|dang|luu|giu .. luu|giu|biet|nho .. gi|nhung_gi|thong_tin_gi|cai_gi|chi|khong",
    "luu|giu|biet .. gi|nhung_gi|thong_tin_gi .. cua|ve",
    "luu|giu .. cua|ve|thong_tin|du_lieu .. khong|chua|gi|o_dau",
)
_OF_ME = ("cua|ve toi|em|minh|bac|chi|co|chu|con|ma|me|ba|chau|chung|gia_dinh|nguoi",)


ERASED_YET = ("co? lo|da|co|lo xoa .. chua|roi_ha",)


def erasing(text: str, *, close: bool) -> Stance:
    """How a text means erasing what is kept about the person; `close`: it was just asked about."""
    acts = (*_ERASE, *(_ERASE_ALONE[:2] if close else ()))
    if heard_in(text, ERASED_YET):
        return ""
    for clause in clauses(text):
        if stance_in(clause, ("xoa nua",)) == "refused":
            return "refused"
        if close and stance_in(clause, _KEEPS) == "wanted":
            return "refused"
        if close and (
            heard(clause, ("xoa .. khong_chua|het|sach",)) or stance_in(clause, _KEEP_ACTS) == "refused"
        ):
            return "refused" if stance_in(clause, acts) == "refused" else "wanted"
        if stance_in(clause, _KEEP_ACTS) == "refused" and heard(clause, (f"{_DATA} .. cua|ve",)):
            return "wanted"
        if (close or not heard(clause, _NOT_DATA)) and (said := stance_in(clause, acts)):
            return said
    return ""


def exporting(text: str) -> bool:
    """Whether a copy is wanted."""
    return (
        stance(
            text,
            (
                "tai|xuat|xin|cho|gui|lay .. ban|file|tep|ve|du_lieu .. coi|xem|luu|giu|di|nha|cho|$",
                "tai_ve|tai xuong|ve|het",
            ),
        )
        == "wanted"
    )


def keeping(text: str) -> bool:
    """Whether what is kept is to stay: "giữ y đó đi", "thôi cứ để đó"."""
    return stance(text, _KEEPS) == "wanted" or erasing(text, close=True) == "refused"


def keeps_nothing(text: str) -> bool:
    """Whether somebody who is asked for consent wants nothing kept or passed on."""
    return (
        stance(
            text,
            (
                "luu|giu|chuyen|gui|dua|thu_thap .. gi|het|$|thong_tin|du_lieu|cho|can_bo|cua|nua",
                "luu|giu|chuyen|gui|dua",
            ),
        )
        == "refused"
    )


def agrees_to_pass_on(text: str) -> bool:
    """Whether somebody who is asked for consent says to go on: "ừ chuyển đi"."""
    return stance(text, ("chuyen|lam|gui|noi|gap .. di|nha|luon|giup|$",)) == "wanted" and heard_in(
        text,
        (
            "^ da|u|ok|duoc|vang|dong_y|roi|thi|ua|thoi|cu .. chuyen|lam|gui|noi|gap",
            "^ chuyen|lam|gui .. di|nha|luon|giup|$",
        ),
    )


def asks_what_is_kept(text: str) -> bool:
    """Whether it is asked what is kept about the person."""
    if stance(text, ("giu|luu|biet",)) == "refused":
        return False
    return any(
        heard(c, _ASKS_KEPT) and heard(c, _OF_ME) and not heard(c, ("mat_khau|otp|ma_otp",))
        for c in clauses(text)
    )


def asks_if_sure(text: str) -> bool:
    """Whether it is asked if what was just done is really done: "chắc chưa"."""
    return heard_in(
        text,
        (
            "^ da|vay|ma|mà|ua|roi|co|la? chac|that|xong|duoc|dung .. chua|khong|ha|$",
            *ERASED_YET,
            "chac_khong|chac_chua|co_chac|chac_an|that_khong|xong_chua|duoc_chua|roi_ha",
        ),
    )
