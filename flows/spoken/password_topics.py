"""What somebody says of a password or a one-time code: which trouble, which screen, which question. Called by the password guide and the shield.

Read with order and polarity: "tui không quên mật khẩu" is no forgotten password. Invariant: it names a topic, never a secret.
"""

from __future__ import annotations

from flows.content import Content
from flows.spoken.polarity import stance
from flows.spoken.wordings import clauses, heard
from flows.text.vssid_sms import which_secret

_NO = "khong|chua|chang|cha|dau_co|dau"
_PW = "mat_khau|mat_ma|pass|mk"
_CODE = "ma|otp|ma_otp|ma_xac_thuc|6_so|sau_so|ma_so"
_MAIL = "email|mail|gmail|meo|i_meo|hop_thu|imeo"
_COMES = "ve|toi|den|qua|gui|nhan|thay|co|nhan_duoc|nghe"
_IN = "vao|dang_nhap|mo|log_in"

FORGETS = (
    f"quen .. {_PW}",
    f"{_PW} .. quen",
    "quen phut|tuot|roi|luon|mat|het|tieu|ben|trom|sach|tuot_luot",
    "lay_lai|cap_lai .. mat_khau",
)
_FORGOT = (
    f"khong|chang|chua|dau .. nho .. {_PW}|dat|gi|noi|ra",
    f"{_PW} .. khong|chang|dau .. nho",
)  # in the negative
# topics that only hold inside the password guide or after a secret; the first that is heard counts
TOPICS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "sms_says",
        (
            "tin|tin_nhan|sms|no|sao .. ghi|noi|viet|bao|de .. cap_lai",
            "xin_cap_lai|cap_lai .. dau|hoi_nao|gi|sao",
            "sao .. cap_lai",
        ),
    ),
    (
        "kept",
        (
            f"{_PW}|{_CODE}|tin|may_so .. co|bi .. lo|luu|giu .. khong|chua|ha|$",
            f"bi|co lo|luu .. {_PW}|{_CODE}|khong|chua|ha",
            "ai_doc|ai_thay|ai_coi|ai_biet .. khong|chua|ha",
            f"em|ad|may|bot|ban|ben_em|cha_em|ai .. luu|giu|doc|coi .. {_PW}|{_CODE}|tin|no|lai .. khong|chua|ha",
        ),
    ),
    (
        "no_otp",
        (f"co .. {_COMES} .. {_CODE}|tin|gi .. dau", f"{_CODE}|tin .. co .. dau", f"co {_CODE}|tin .. dau"),
    ),
    (
        "where_enter",
        (
            "^ vay|ma|mà|roi|la|ua|nhap|o|vao|trong? cai? man_hinh|cho|o|muc|trang nao $",
            "^ vay|roi|ma|mà|gio|ua|the? nhap|go|dien|bo|danh .. o_dau|dau|cho_nao|man_hinh_nao|o_nao|vao_dau",
            f"{_CODE} .. nhap|go|dien|bo|danh .. o_dau|cho_nao|dau|man_hinh_nao|vao_dau|o_nao",
        ),
    ),
    (
        "five_minutes",
        (
            "phut .. tinh|tinh_tu|dem|ke_tu|bat_dau|tu_luc|tu_khi",
            "tinh|dem tu .. luc|khi|hoi|khi_nao",
            "5_phut|nam_phut la .. sao|gi|tu",
        ),
    ),
    (
        "first_password",
        (
            f"{_PW} .. gui|cap|dau|tam|mac_dinh|tin_nhan|tin|mail|nguoi_ta ... khong|sai|chua",
            f"{_PW} .. cai|phan gui|cap|trong .. tin|tin_nhan|sms|mail|email",
            f"gui|cap|cho|co|nhan .. {_PW} ... {_IN}|nhap|go|dung .. khong|sai|chua",
        ),
    ),
    (
        "new_code",
        (
            f"lay|xin|gui|nhan|lam|bam .. {_CODE} .. moi|khac|lai",
            f"gui_lai|lay_lai|gui|lay .. {_CODE} .. lai|moi|khac|sao|o_dau|cho_nao",
            f"bam|lam .. dau|cho_nao|o_dau .. {_CODE}",
            "gui lai ma|otp|cai|giup|$",
            f"cho|xin {_CODE} khac|moi",
        ),
    ),
    (
        "may_enter",
        (
            f"{_CODE}|no|gio|bay_gio|vay|do .. nhap|xai|dung|dien|go|lay .. duoc .. khong|ha|chua|hen|$",
            "nhap|xai|dung|dien|go .. duoc khong|ha|chua",
            "lay ma|no|cai .. nhap|dien|go|dung",
            "con .. xai|dung|nhap|hieu_luc .. duoc? khong|ha",
        ),
    ),
    (
        "expired",
        (
            "^ da|chet|troi|ua|ma|mà|roi|gio|neu|vay? em|toi|minh|bac|con? lo|tre|qua|de qua|tre|mat roi|gio|phut|thoi_gian|lau",
            "lo qua|tre|lau|gio",
            "het_han|het_hieu_luc|het_gio|qua_han|qua_gio|het_phut|tre_gio|hieu_luc",
            "qua|hon|tre|het 5|nam|6|10 phut",
        ),
    ),
    (
        "locked",
        (
            "bao|bi|da|no|dang|tai_khoan|tk .. khoa .. roi|luon|may|tai_khoan|lai|me|t|toi|em|chut|tam|het|15|$",
            "khoa .. bao_lau|may_phut|may_gio|chut|luon|tam|vinh_vien|15|khi_nao|mo|toi_khi",
            "mo .. khoa",
            "^ khoa .. $",
            "khong cho vao|dang_nhap",
        ),
    ),
    (
        "old_wrong",
        (
            f"{_PW} cu .. sai|khong_dung|khong_chinh_xac|khong_khop|khong_hop_le|khong",
            f"sai|khong_dung .. {_PW} cu",
        ),
    ),
    (
        "login",
        (
            f"bao|noi|cu|ghi|van|no|lai|hoai .. sai .. {_PW}|tai_khoan",
            f"sai {_PW}|tai_khoan",
            "no|app|vssid|cu|van bao|noi|ghi|bieu|keu sai hoai|mai|nua|$",
            f"{_PW} .. sai|khong_dung",
        ),
    ),
    (
        "wrong_code",
        (
            f"{_CODE} .. sai|khong_dung|khong_hop_le|khong_nhan|khong_chinh_xac|khong_khop",
            f"bao|noi|ghi|keu|cu .. sai|khong_dung .. {_CODE}",
            f"sai {_CODE}",
        ),
    ),
    (
        "which_number",
        (
            "gui|ve|nhan .. so|may|dau|email|mail|dien_thoai .. nao|nao_vay|dau|ai",
            "ma|otp|no|tin toi .. so|may|email|mail|dien_thoai .. nao|nao_vay|ai",
            "so_nao|may_nao|so_may|so_dien_thoai_nao|email_nao|ve_dau|ve_mail|ve_so .. ve|gui|nhan|khong|hay|ha|vay|$",
            "ve|gui .. mail|email .. hay|khong|ha .. so|dien_thoai|$",
            "ve|gui .. dien_thoai|so .. hay|khong|ha",
        ),
    ),
    (
        "rule",
        (
            f"{_PW} .. may|bao_nhieu|toi_thieu|it_nhat|nhu_nao|the_nao|gom .. ky_tu|so|chu",
            "may|bao_nhieu|it_nhat ky_tu|chu_so|chu_cai",
            "dat|lam|tao|de|nhap|dien .. sao|the_nao|nhu_nao|kieu_nao|lam_sao .. dung|hop_le|duoc|chiu|$",
            f"{_PW} .. phai|can co .. gi|sao|chu|so|hoa|dac_biet|ky_tu",
        ),
    ),
    (
        "rejected",
        (
            f"{_PW} moi .. khong .. hop_le|cho|nhan|chiu|duoc|dung",
            "khong_hop_le|khong_du_manh|yeu_qua|qua_ngan|qua_yeu|chu_do|dong_do|do_lom|do_le|mau_do",
            f"dat|doi .. {_PW} ... khong cho|chiu|nhan|duoc|hop_le",
            "vssid|no|may|app .. khong cho|chiu|nhan|duyet .. dat|doi",
            "vssid|no|may|app .. khong cho|chiu|nhan|duyet $",
        ),
    ),
    (
        "finish_dead",
        (
            "hoan_tat|nut|nut_do|nut_bam .. mo|xam|mo_mo|khong|tro|lo|toi|im|den",
            "bam|an|nhan .. khong .. duoc|an|chiu|chay|nhuc_nhich|gi|phan_ung|an_thua|len|qua",
            "bam .. tro_tro|im_re|tro|lung",
            "khong .. bam|an .. duoc|hoan_tat",
        ),
    ),
    (
        "no_menu",
        (
            f"{_NO} .. thay|co|tim_thay|kiem|tim|hien .. trinh_don|menu|bieu_tuong|ba_gach|ba_soc|quan_ly_ca_nhan|ql_ca_nhan|dau_ba|3_gach",
            f"trinh_don|menu|bieu_tuong|ba_gach|quan_ly_ca_nhan|ql_ca_nhan .. {_NO}|o_dau|cho_nao",
            "kiem|tim .. khong .. trinh_don|menu|bieu_tuong",
        ),
    ),
    (
        "no_change",
        (
            f"{_NO} .. thay|co|tim_thay|hien .. chu|dong|muc|cho? .. doi_mat_khau|doi",
            "doi_mat_khau .. o_dau|cho_nao|khong_thay",
        ),
    ),
    (
        "tries",
        (
            "thu|nhap|go|dang_nhap|vao|lam .. 2|3|4|5|6|hai|ba|bon|nam|may|nhieu|chuc lan",
            "sai|thu .. may|3|4|5|ba|bon|nam|nhieu lan",
            "sai hoai|mai|suot",
        ),
    ),
    (
        "forgotten_email",
        (
            f"quen|mat|khong_nho .. {_MAIL}",
            f"{_MAIL} .. quen|mat|khong_nho|khong_vao|khong_mo|khong .. duoc|nho|vao|mo|$",
            f"khong|dau|chua .. nho|vao|mo|con|co .. {_MAIL}",
        ),
    ),
    (
        "old_phone",
        (
            "sim .. mat|bo|hu|huy|quang|khong|vut|het|rac|cu|rot",
            "mat|bo|doi|thay|quang|khong_con|khong_xai|vut|lam|mua|khoa|huy|rot|hu sim|so_do|so_cu|so_dien_thoai|cai_sim|so_dang_ky",
            "xai|dung|doi|qua|lay .. so|sim|so_dien_thoai .. khac|moi",
            "so .. cu|sai|khac|nguoi_khac|nguoi_ta|khong_xai|khong_con|bo|huy|thu_hoi .. roi|mat|luon|$",
            "doi|sua|thay|cap_nhat .. so_dien_thoai|so_dt",
            "nham|sai so_dien_thoai|so",
            "so .. la so .. cua|chong|vo|con|ai|ba|anh|chi",
        ),
    ),
    (
        "no_otp",
        (
            f"{_NO} .. {_COMES} .. {_CODE}|tin|tin_nhan|sms|gi|chi|cai|ting|tam_hoi",
            f"{_CODE}|tin|tin_nhan|sms .. {_NO} .. {_COMES}",
            f"cho|doi .. hoai|nay_gio|mai|lau|suot ... {_NO}|im|gi",
            "im_re|im_thin_thit|im_ru|im_lim|khong_nghe_ting|bat_vo_am_tin|vo_am_tin|bat_tam",
            f"{_CODE} .. dau .. {_NO}|co|thay|$",
        ),
    ),
    (
        "login",
        (
            f"{_IN} .. khong|chua .. duoc|vao|chiu|noi|an",
            f"{_NO} .. {_IN} .. duoc|noi|$",
            "^ roi|vay|gio|the|bay_gio|ua|ma|mà .. gio|bay_gio|toi|em|minh? .. vao|dang_nhap|mo .. sao|cach_nao|lam_sao|the_nao|nhu_nao|dau|$",
            "sai hoai|mai|nua",
            f"van|cu|con .. {_NO} .. duoc|vao",
            "cung|van sai",
        ),
    ),
)
REMEMBERS = (
    "^ da|u|oi? nho|biet",
    f"{_PW} .. nho|con_nho|van_nho|biet|co",
    f"nho .. {_PW}",
    "nho|van_nho|con_nho ma|mà|nen|chi|chu|cho",
    f"muon|chi|can doi .. {_PW}",
    "con|van nho|vao_duoc|nho_ma|nho_mà",
)
_ELSEWHERE = (
    "zalo|facebook|gmail|wifi|mang_khac|mangkhac|vneid|ngan_hang|nganhang|apple_id|google|icloud|email",
)
_WANTS_CHANGE = ("doi", "thay")
_EMAIL_TOO = (*dict(TOPICS)["forgotten_email"], f"ca|lan|voi|ke {_MAIL}")
_PHONE = ("doi|sua|thay|cap_nhat .. so_dien_thoai|so_dt|so",)
_BY_APP = (
    "trong|tren|ngay|o .. app|vssid|ung_dung|dien_thoai .. duoc|luon|khong|doi",
    "doi .. app|vssid|ung_dung .. duoc|khong|luon",
    "app .. doi|sua|duoc .. khong|luon|ha",
)


_CALLS_WHOM = (
    "goi|dien|hoi|lien_he|bam|quay .. so_nao|so_may|so|ai|dau|o_dau",
    "so_nao|so_may .. goi|dien|lien_he|con|het|dung|sai",
)


def topic_of(text: str) -> str:
    """The topic that a text speaks of, "" for none."""
    said = clauses(text)
    first = next((name for name, patterns in TOPICS if any(heard(c, patterns) for c in said)), "")
    if first == "which_number" and any(heard(c, _CALLS_WHOM) for c in said):
        return ""
    if first in ("sms_says", "kept", "forgotten_email"):
        return first
    if stance(text, FORGETS) in ("wanted", "asked") or any(heard(c, _FORGOT) for c in said):
        return "forgotten_email" if any(heard(c, _EMAIL_TOO) for c in said) else "forgotten"
    return first


_NEWEST = (
    f"dung|nhap|xai|lay|go|dien .. {_CODE} nao",
    "dung|nhap|xai|lay tin|lan nao",
    f"{_CODE}|tin nao .. dung|nhap|xai|moi|sau",
    f"lay|gui|nhan|bam .. {_CODE} .. hai|2|ba|3|may|nhieu lan",
)
_FOR_ME = (
    f"doi|dat|cap|lay|lam|reset|khoi_phuc|mo .. giup|ho|thay|gium .. {_PW}",
    f"doi|dat|cap|reset|khoi_phuc .. {_PW} .. giup|ho|thay|gium",
)
_BY_YOU = (
    "tro_ly|bot|ban|ad|may|tai_day|o_day|ngay_day|qua_day|trong_day|ben_em|ben_minh|co_quan|can_bo|anh_chi",
)
_ONCE_IN = (
    f"khi|luc|neu|sau_khi|lo|nho|ma .. {_IN} .. duoc|xong|roi ... doi|lam_gi|can_lam|nen_lam|nen|phai|truoc_tien",
    f"^ con|roi|vay|the|neu|sau|khi? .. vao .. duoc|xong|roi .. co|thi|nen|phai|can .. doi .. {_PW}",
    f"co|nen|can|phai .. doi .. {_PW} .. gui|cap|tam|mac_dinh|dau|sau_so|6_so|do|ban_dau .. khong|ha|$",
)


_SHOULD_CHANGE = (
    "co|nen|can|phai .. nen|can|phai? doi|thay .. khong|ha|chua|luon",
    f"{_PW} .. co? can|nen|phai doi",
)
_WHAT_NEXT = (
    "^ da|roi|vay|the|con|gio? vao duoc? roi|xong .. lam_gi|lam_sao|sao_nua|gi_nua|lam .. gi|toi_dau",
    "dang_nhap duoc? roi|xong .. lam_gi|gi_nua|lam .. gi",
)
_READY = ("vay|the la? xong .. chua|ha|roi", "vao .. duoc? chua|roi_ha", "xong chua|roi_ha|het_chua")
_ONE_BY_ONE = ("chi .. tung cai|buoc|chut|tu", "doi .. tung_buoc|tung_cai")
_WHERE_CHANGED = ("doi .. cho_nao|o_dau|dau|sao|lam_sao|cach_nao",)
_EASY = ("de nho|thuoc", "khong .. mo|doan|biet|do|lay ra", "kho doan|mo|do")
_NEW_ONE = (f"dat|tao|chon|nghi|de|lay|doi .. {_PW}|moi|cai|sao",)
_ANY_NUMBER = (
    "so|sim|may|dien_thoai nao|khac|con|nguoi_khac .. cung|duoc .. duoc? ha|khong|$",
    "nhan|gui|soan .. so nao|khac|gi",
)
_IN_PERSON = (
    "^ ra|len|toi|den|vao|qua do|bao_hiem|bhxh|co_quan|tan_noi .. sua|lam|doi|cap_nhat|mo|giup|nho",
    "ra|len|toi|den do|bao_hiem|bhxh .. sua|lam|doi|cap_nhat .. het|luon|phai|ha|duoc",
)


def should_change(text: str) -> bool:
    """Whether it is asked if a password that was given away is to be changed."""
    return any(heard(c, _SHOULD_CHANGE) for c in clauses(text))


def after_account(text: str) -> str:
    """What is said after the message with the account: "ready", "once_in", "one_by_one"; "" for nothing of these."""
    said = clauses(text)
    if any(heard(c, _ONE_BY_ONE) for c in said):
        return "one_by_one"
    if any(heard(c, (*_WHAT_NEXT, *_WHERE_CHANGED)) for c in said):
        return "once_in"
    return "ready" if any(heard(c, _READY) for c in said) else ""


def beside(text: str) -> str:
    """A question that stands beside the guide and needs talk of passwords before it; "" for none."""
    said = clauses(text)
    if any(heard(c, _EASY) for c in said) and any(heard(c, _NEW_ONE) for c in said):
        return "easy"
    if any(heard(c, _IN_PERSON) for c in said):
        return "in_person"
    return ""


def has_no_mail(text: str) -> bool:
    """Whether somebody tells that there is no e-mail, or none that is known; sharing one is another question."""
    return topic_of(text) == "forgotten_email" and not any(
        c.asks or heard(c, ("chung|rieng|vo_chong|hai_nguoi", "co|phai .. khong|ha $")) for c in clauses(text)
    )


def any_number(text: str) -> bool:
    """Whether it is asked if the message to 8079 may be sent from any number."""
    return any(heard(c, _ANY_NUMBER) for c in clauses(text))


def newest_code(text: str) -> bool:
    """Whether it is asked which of several codes counts."""
    return any(heard(c, _NEWEST[:3]) for c in clauses(text))


def several_codes(text: str) -> bool:
    """Whether somebody tells that codes were fetched several times."""
    return any(heard(c, _NEWEST[3:]) for c in clauses(text))


def asks_us_to_change(text: str) -> bool:
    """Whether we are asked to change the password for somebody, here."""
    return any(heard(c, _FOR_ME) for c in clauses(text)) and any(heard(c, _BY_YOU) for c in clauses(text))


def once_logged_in(text: str) -> bool:
    """Whether it is asked what to do first after the first login, or if the password that was sent is to be changed."""
    return any(heard(c, _ONCE_IN) for c in clauses(text))


_MESSAGE_TEXT = (
    "tin|tin_nhan|sms|mau_tin ... ghi|noi|bao|viet|de|la|keu .. xin_cap_lai|cap_lai .. mat_khau|mk|$",
)


def tells_of_message(text: str) -> bool:
    """Whether it is asked why VssID's message speaks of a new password being applied for."""
    return any(heard(c, _MESSAGE_TEXT) for c in clauses(text)) and which_secret(text) == ""


def has_not_forgotten(text: str, *, close: bool) -> bool:
    """Whether somebody says that the password is not forgotten; `close`: passwords are being spoken of ("không quen" is unused to)."""
    named = stance(text, (f"quen .. {_PW}", f"phai? quen {_PW}")) == "refused"
    return named or (close and stance(text, ("quen $", "phai_quen", "quen")) == "refused")


def changes_phone(text: str) -> bool:
    """Whether the telephone number is to be changed, not the password."""
    return stance(text, _PHONE) == "wanted"


def asks_by_app(text: str) -> bool:
    """Whether it is asked if that can be done in the app."""
    return any(heard(c, _BY_APP) for c in clauses(text))


def remembers(text: str) -> bool:
    """Whether the password of VssID is known and is to be changed."""
    said = clauses(text)
    if stance(text, FORGETS) in ("wanted", "asked") or any(heard(c, (*_FORGOT, *_ELSEWHERE)) for c in said):
        return False
    known = any(heard(c, REMEMBERS) for c in said)
    return known and any(heard(c, _WANTS_CHANGE) for c in said) and not changes_phone(text)


# -- what is said to a topic

_SCREEN_OF = {"no_menu": "menu", "no_change": "change", "old_wrong": "passwords", "finish_dead": "finish"}
_AFTER_SECRET = frozenset(
    "expired new_code five_minutes wrong_code which_number rule rejected login tries kept may_enter first_password locked "
    "sms_says no_otp old_wrong where_enter".split()
)


def screen_of(topic: str) -> str:
    """The screen whose own trouble a topic is, "" for none."""
    return _SCREEN_OF.get(topic, "")


def answer_to(topic: str, content: Content) -> str:
    """What is said to a topic: an answer, a trouble's way out, or a screen's; "" for none."""
    guide = content.password
    texts = {t.id: t.text for t in guide.troubles} | {a.id: a.text for a in guide.answers}
    screen = screen_of(topic)
    return texts.get(topic) or next((s.trouble for s in guide.screens if s.id == screen), "")


def after_secret(text: str) -> str:
    """The topic of a question in which a secret was typed, or that comes after one; "" where none is heard."""
    topic = topic_of(text)
    return "login" if topic == "first_password" else topic if topic in _AFTER_SECRET else ""
