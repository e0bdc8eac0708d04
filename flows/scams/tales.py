"""Whether a text tells of a swindle: somebody asks for a code, money, papers, a click, or was given them already.

Read by flows/scams/safety.py. A tale needs a stranger and a demand; somebody who was warned goes on telling of
it in half sentences, which `continuation` reads. Invariant: the message that a declaration was received is no tale.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Literal, NamedTuple

from flows.spoken.wordings import APK, LINK, MONEY, Clause, clauses, heard
from flows.text.vssid_sms import read_received, which_secret

Demand = Literal["app", "link", "code", "money", "papers", "helper", "threat", "name"]

CALLS = "goi|goi_dien|dien_thoai|dien|nhan|nhan_tin|keu|bieu|bao|xung|doi|xin|hoi|gui|ket_ban|kb|moi|du|noi|yeu_cau|ham|doa|nhac"
_WHO = "nguoi|nguoi_ta|ai|ai_do|ong|ba|anh|chi|co|chu|thang|con|dua|ban|nguoi_nao|nguoi_kia|so|tay|bon|dam|tui|nhom|trang|nick|zalo|shop"
_STRANGER = (
    "so_la|nguoi_la|may_la|nick_la|zalo_la|dien_thoai_la|ke_gian|ke_xau|lua_dao|nguoi_khong_quen|sdt_la",
    "xung|tu_xung|gia_danh|mao_danh|gia_dang|tu_nhan_la|mao_nhan|tu_gioi_thieu",
    "bi .. du|lua|doi|ep|hu|goi .. dua|chuyen|doc|dong|nap|bam|cai|gui|nop",
    f"no|ho .. doi|keu|bieu .. chuyen|dong|nap|coc? {MONEY}|tien|phi|trieu|ngan",
    f"bi|duoc yeu_cau|de_nghi|huong_dan|thong_bao|bao|nhac|keu ... quet|chuyen_khoan|nap|dong|chuyen|bam .. ma_qr|qr|{MONEY}|phi|tien|link|{LINK}|duong_dan",
    "ket_ban|kb|add|lam_quen",
    f"co|bi|duoc mot|1|may|cai|ong|ba|anh|chi|co|thang|con? {_WHO} .. {CALLS}",
    f"thang|con|dua|ong|ba nao|kia|do|nao_do|gi|la|no|cha .. {CALLS}",
    f"anh|chi|co|chu|nguoi|ban nao|kia|nao_do|la .. {CALLS}",
    f"thang_cha|lao|mu|ga|ten .. {CALLS}",
    "ong_ay|ba_ay|anh_ay|chi_ay|co_ay .. noi|xung|keu|bieu|xin|doi|goi|hoi",
    "hoi_nay|luc_nay|hoi_sang|hom_qua|hoi_trua|hoi_chieu|bua_qua|moi .. co .. goi|nhan|keu",
    "goi|nhan_tin|nhan|dien .. noi|noi_la|bao|bao_la|keu|bieu|doi .. bao_hiem|bhxh|vssid|can_bo|tai_khoan|the",
    "shipper|giao_hang|buu_dien|ngan_hang|dien_luc|can_bo|nhan_vien|ben_bao_hiem|ben_bhxh|bao_hiem|bhxh|cong_an|tong_dai .. goi|nhan|nhan_tin|dien .. keu|bieu|doi|xin|hoi|bao|yeu_cau|noi",
    "tren|o|qua|ben mang|mang_khac|facebook|zalo|tiktok|fb|mangkhac|viber|messenger",
    "mangkhac|facebook|zalo|tiktok .. nhan|noi|nhan_lam|moi|rao|dang|doi|keu|bieu",
    "rao|nhan_lam|chao_moi|quang_cao|moi_chao|de_nghi_lam .. lam|dang_ky|mo|cai|vssid|giup|ho|thay|dich_vu",
    "no|ho|nguoi_ta|ben_do|ben_nay|dua_do|dua_nay .. doi|keu|bieu|bat|xin|bao|yeu_cau .. gui|dua|nhan|nop|chuyen .. zalo|facebook|fb|viber|telegram|messenger|mail|email",
    "ho|nguoi_ta|ong_do|ba_do|ong_ay|chi_do|anh_do|thang_do|ben_do .. goi|nhan_tin|nhan|xung|doi|ham|doa|keu|bieu",
    "no goi|goi_dien|xung|ham|doa|ket_ban",
    "tin_nhan|tn|sms|tin|email|mail|giay_moi .. noi|ghi|keu|bieu|bao|doi|kem|gui|co ...",
)
_KNOWN = (  # people and places who ask for papers and money by right
    "cong_ty|nhan_su|ke_toan|don_vi|co_quan_toi|truong|co_giao|thay|benh_vien|bac_si|y_ta|tram_y_te|phong_kham|truong_ap|ubnd|xa|phuong",
)
_POSES = (  # claims to be one of ours
    "xung|tu_xung|gia_danh|mao_danh|tu_nhan_la|mao_nhan .. can_bo|bhxh|bao_hiem|cong_an|vssid|nhan_vien|tong_dai|nguoi_cua",
)
_ASKS = "keu|bieu|bao|doi|yeu_cau|xin|hoi|nho|bat|du|huong_dan|de_nghi|noi|doi_hoi|xui|ep"
_CODES = "otp|ma_otp|ma_xac_thuc|ma_xac_nhan|mat_khau|ma_pin|6_so|sau_so|may_so|day_so"
_DEMANDS: Mapping[Demand, tuple[str, ...]] = {
    "link": (
        f"bam|nhan|vao|mo|truy_cap|click|an|theo|gui|quet|kem|cap_nhat|nhan_tin .. link|lanh|linh|duong_link|duong_dan|trang|trang_web|web|website|ma_qr|qr|{LINK}|lien_ket",
        f"{LINK}",
    ),
    "app": (
        f"tai|cai|cai_dat|mo|gui|download .. app|{APK}|apk|file|ung_dung|phan_mem|teamviewer|ultraview|ultraviewer|anydesk|zoom|vssid_4.0|ban_moi",
        f"{APK}|teamviewer|ultraviewer|ultraview|anydesk|dieu_khien|chia_se_man_hinh|share_man_hinh",
        "cap_nhat|nang_cap|dong_bo .. vssid|tai_khoan|the|bao_hiem|thong_tin|du_lieu|app",
    ),
    "code": (
        f"{_ASKS} .. {_CODES}",
        f"{_ASKS} .. doc|dua|cho|gui|cung_cap|noi|nhap|khai|chup .. {_CODES}",
        f"doc|dua|cung_cap .. {_CODES}",
        f"{_ASKS} .. doc|dua|cho|gui|cung_cap|noi ma|may_ma|cai_ma so? moi|vua|sau|do|gui|nhan|may|trong|ve|vao|ben|cho|nay|no|de|roi|$",
        f"{_ASKS} .. doc so|day cho|moi|tren|trong|no",
        "doc|dua|xin|doi|hoi cai? ma $",
    ),
    "money": (
        f"chuyen|chuyen_khoan|dong|nop|nap|coc|dat_coc|thu|dua|tra|doi|gui|xin|mat|ton|muon|ung .. {MONEY}|tien|phi|le_phi|coc|trieu|ngan|nghin|tram",
        "phi|tien cap|mo|kich_hoat|lam|nang_cap|doi|xu_ly|ho_so|khoa|giu|bao_hiem",
        "tien|tro_cap|tang_qua|thuong|hoan_tien .. nhan|trung|lanh|linh|rut",
        f"nhan|trung|lanh|linh|hoan .. {MONEY}|trieu|tien_tro_cap|tro_cap|qua_tet|qua_tang|thuong",
    ),
    "papers": (
        "chup|gui|dua|cho|doi|xin|quay|quet|cung_cap|nop|up|lay|hoi .. cccd|can_cuoc|cmnd|chung_minh|giay_to|hinh|anh|khuon_mat|hai_mat|2_mat|so_tai_khoan|stk|so_the|"
        "so_bao_hiem|thong_tin|video|mat_truoc|hinh_the",
        "goi_video|video_call|quet_mat|quet_khuon_mat|xac_thuc_khuon_mat|sinh_trac",
    ),
    "helper": (
        "lam_giup|lam_ho|lam_thay|dang_ky_giup|dang_ky_ho|rut_giup|dich_vu|bao_dau|bao_xong|lam_nhanh|lo_giup|giai_quyet_giup",
        "lam|lo .. giup|ho|thay .. xong|phut|ngay",
        f"lam|lo|dang_ky|mo|cai|lay|rut .. giup|ho|thay|tron_goi|dich_vu|nhanh .. {MONEY}|tien|phi|ngan|tram|cong",
        f"nhan|rao lam|dang_ky|mo .. {MONEY}|tien|phi|ngan|tram|dich_vu",
    ),
    "threat": (
        "se|sap|bi|dang|da khoa|cat|ngung|huy|dinh_chi|phat|gian_doan|het_han|vo_hieu",
        "no bao_hiem|phi",
    ),
}
_SURE = frozenset({"code", "link", "app"})
_OUR_MESSAGES = (  # what the text message and the screens of VssID say by themselves
    "tin|tin_nhan|sms|no|sao|mau ... ghi|noi|bao|viet|de|la|keu .. cap_lai|xin_cap_lai",
    f"bao|noi|ghi|hien|keu|la .. sai|khong_dung|khong_hop_le|het_han|khong_khop|khong_chinh_xac .. {_CODES}|ma|tai_khoan",
    f"{_CODES}|ma .. sai|khong_dung|khong_hop_le|het_han|khong_khop|khong_chinh_xac",
    "no|app|vssid|may|cu|van bao|noi|ghi|bieu|keu sai|loi|khong_dung hoai|mai|nua|$",
    "tin|tin_nhan|sms .. ghi|noi|bao|gui .. ma|otp .. 5_phut|nam_phut|hieu_luc",
)
_HANDED_OUT = (
    f"doc|dua|cho|gui|cung_cap|noi|chup .. {_CODES}|ma",
    f"chuyen|nop|dong|bam|tai|cai .. {MONEY}|tien|link|{LINK}|{APK}",
)
GAVE_VERB = "doc|dua|cho|gui|nhap|bam|chuyen|chuyen_khoan|cai|cai_dat|tai|dong|nop|khai|dien|noi|cung_cap|click|quet|chup|nhan|vao|mo|ck|an"
GAVE = (
    f"lo|trot|lo_do|nghe_loi|tuong_that|tin_that mieng|tay|dai|ngu|toi|em|bac|minh|co|chu|con? {GAVE_VERB}",
    f"{GAVE_VERB} .. cho|het .. no|ho|nguoi_ta|ong|ba|chi_do|anh_do|thang|con|ai|nguoi_la|ong_do|ong_ay|ba_ay ... roi|luon|mat",
    f"da|moi|vua {GAVE_VERB} .. otp|ma|mat_khau|tien|trieu|ngan|cccd|can_cuoc|hinh|link|lanh|app|{APK}|{LINK}|thong_tin",
    f"{GAVE_VERB} .. otp|mat_khau|tien|trieu|cccd|can_cuoc|link|lanh|{LINK}|{APK}|het_thong_tin ... roi|luon",
    "bi_lua|bi_hack|bi_mat_tien|mat_het_tien|bi_chiem|mat_tien_roi .. roi|mat|het|luon|tien|$",
    f"no|ho|nguoi_ta|dua_do|thang_do|con_do lay|rut|hot|cuom|lua|tru .. het|mat|sach .. {MONEY}|tien|trieu|ngan|tram",
)
_BANK = "so_tai_khoan|stk|tai_khoan_ngan_hang|so_the|the_ngan_hang|ngan_hang|ma_pin|the_tin_dung|mat_khau_ngan_hang"
_FILLED_IN = (  # into a stranger's page; only with a sigh, a click, or after a warning
    f"dien|nhap|khai|go|cung_cap|cho|doc|dua|gui .. {_BANK}|otp|mat_khau|cccd|can_cuoc|thong_tin .. roi|luon|het|mat",
    f"da|lo|moi|vua dien|nhap|khai|go|cung_cap|cho|doc|dua|gui .. {_BANK}|otp|mat_khau|cccd|can_cuoc|thong_tin",
)
_BANK_FILLED_IN = (f"dien|nhap|khai|go|cung_cap|cho|doc|dua|gui .. {_BANK}",)
_SIGHS = ("chet|troi|thoi_chet|hu|lo|lo_lo|lam_sao_day|cuu|so_qua|lo_qua",)
_CLICKED_IT = (f"bam|vao|mo|click|nhan|an .. link|lanh|duong_dan|trang|{LINK}|cai|no|web|do",)
_NOT_GIVEN = (
    "doi|keu|bieu|bat|xin|yeu_cau .. dien|nhap|khai|go|ghi|cung_cap|cho|doc|dua|gui|chup",
    "chua|khong|dung|khoi|dau .. dien|nhap|khai|go|ghi|cung_cap|cho|doc|dua|gui|bam",
    "co nen|can|phai|duoc",
    "khong|sao|ha|chua $",
)
_FEARS = ("hay|phai|co_khi|so|e|co|coi_chung la? toi|em|minh|bac|ba|ong? bi_lua|bi_hack",)
_GAVE_TO = (
    "cho|voi|het no|ho|nguoi_ta|ong|ba|ai|nguoi_la|nguoi_do|thang|con|chi_do|anh_do|nguoi|dua|bon|nguoi_goi",
)
_GAVE_OF = (
    f"otp|ma_otp|mat_khau|6_so|sau_so|cccd|can_cuoc|chuyen_khoan|chuyen_tien|link|lanh|linh|{LINK}|{APK}|apk|app_la|app_gia|duong_dan|so_tai_khoan|mat_truoc|hai_mat|lua|thong_tin_ngan_hang",
)
_OURS = (  # given to us, or things one does by mistake in VssID or in this chat, which harm nobody
    "vao|o|len|cho day|chat_nay|ad|bot|em|may roi|co|khong|luon|$",
    "ghi_nhan|hoan_tat|xong|huy|to_khai|nham_so|sai_so|nham_tinh|nham_ma|sai_ma|sai_ten|menu|quay_lai|dang_ky_ngay|tiep_tuc|dau_tick",
)


_NAMED: Mapping[Demand, tuple[str, ...]] = {  # what is spoken of in a text that surely tells of a scam
    "app": (f"{APK}|app|apk|ung_dung|phan_mem|teamviewer|ultraviewer|ultraview|anydesk|man_hinh|file",),
    "link": (f"{LINK}|link|linh|lanh|duong_dan|duong_link|trang|web|website|qr|ma_qr|lien_ket",),
    "code": (f"{_CODES}|ma|pass|mk|code",),
    "money": (f"{MONEY}|tien|phi|coc|chuyen_khoan|trieu|ngan|stk|so_tai_khoan|momo|nap",),
    "papers": ("cccd|can_cuoc|cmnd|giay_to|hinh|anh|khuon_mat|quet_mat|so_the|mat_truoc|chung_minh|video",),
    "helper": ("lam_giup|lam_ho|lam_thay|lam_gium|dich_vu|tron_goi",),
}


def demands_named(text: str) -> tuple[Demand, ...]:
    """What a text that surely tells of a scam speaks of; ("name",) for a caller and nothing more."""
    said = clauses(text)
    return tuple(kind for kind in _NAMED if any(heard(c, _NAMED[kind]) for c in said)) or ("name",)


class Signs(NamedTuple):
    """What the wordings of swindles hear in a text, each by itself."""

    demands: tuple[Demand, ...]
    stranger: bool  # somebody who may be one
    poses: bool  # says to be one of ours
    by_right: bool  # somebody who may ask is named
    gave: bool
    filled_in: bool


@lru_cache(maxsize=4)
def signs_in(text: str) -> Signs:
    """The signs of a text, read once a turn."""
    said = tuple(map(_without_machines, clauses(text)))
    stranger = any(heard(c, _STRANGER) for c in said)
    return Signs(
        tuple(kind for kind in _DEMANDS if any(heard(c, _DEMANDS[kind]) for c in said)),
        stranger,
        any(heard(c, _POSES) for c in said),
        any(heard(c, _KNOWN) for c in said),
        _gave(said, stranger),
        filled_in(said, warned=False),
    )


_MACHINE = re.compile(
    r"(?<!\S)(app|ung dung|play|chplay|store|appstore|vssid|vneid|trang|web|may|he thong|cong|man hinh|sms|tin nhan) no (?=doi|bat|keu|bao|hoi|bieu|ghi|hien|noi|gui)"
)


def _without_machines(clause: Clause) -> Clause:
    """ "app nó đòi" without "nó": a machine is nobody who asks."""
    line = _MACHINE.sub(r"\1 ", clause.line)
    return clause if line == clause.line else replace(clause, line=line)


def tale_in(text: str) -> tuple[tuple[Demand, ...], bool]:
    """What a stranger asks for in the text (empty for no tale), and whether something was given already."""
    signs = signs_in(text)
    found = _tale(text, clauses(text), signs)
    ours = bool(found[0]) and (
        read_received(text) is not None or (not signs.stranger and which_secret(text) != "")
    )
    return ((), False) if ours else found


def is_our_message(text: str) -> bool:
    """Whether it is what VssID and the office themselves send and show that is told of, or pasted."""
    if read_received(text) is not None or tells_our_message(clauses(text)):
        return True
    return not signs_in(text).stranger and which_secret(text) != ""


def _tale(text: str, said: tuple[Clause, ...], signs: Signs) -> tuple[tuple[Demand, ...], bool]:
    demands = signs.demands
    if demands == ("code",) and tells_our_message(said):
        demands = ()
    if signs.gave:
        return demands or ("code",), True
    if signs.filled_in:
        return demands or ("link",), True
    if signs.poses:
        return demands or ("name",), False
    if not demands or (demands == ("threat",) and not _names_us(said)):
        return (), False
    by_right = signs.by_right and not _SURE & set(demands)
    if _is_pasted(text, said, demands) or (signs.stranger and not by_right):
        return demands, False
    return (), False


def tells_our_message(said: tuple[Clause, ...]) -> bool:
    """Whether somebody only tells what a message or screen of ours says, and nothing is to be handed out."""
    ours = any(heard(c, _OUR_MESSAGES) for c in said)
    return ours and not any(heard(c, (*_HANDED_OUT, *_STRANGER[:2], *_POSES)) for c in said)


def _names_us(said: tuple[Clause, ...]) -> bool:
    """Whether the office, its app or its cards are named."""
    return any(heard(c, ("bhxh|bao_hiem|vssid|bhyt|can_bo|the|tai_khoan",)) for c in said)


def _gave(said: tuple[Clause, ...], stranger: bool) -> bool:
    """Whether something was given by mistake, to somebody, or of a kind that does harm."""
    for clause in said:
        if heard(clause, GAVE[4:]) and not heard(clause, _FEARS):
            return True
        by_mistake, told = heard(clause, GAVE[:1]), heard(clause, GAVE[1:4])
        if (
            (by_mistake or told)
            and not heard(clause, _OURS)
            and not heard(clause, ("chua|khong|dung|khoi .. " + GAVE_VERB,))
        ):
            harms, to = heard(clause, _GAVE_OF), heard(clause, _GAVE_TO)
            if by_mistake and (harms or to or stranger or heard(clause, ("doc ma|cai_ma|so",))):
                return True
            if (
                told
                and harms
                and (to or stranger or heard(clause, GAVE[3:4]))
                and not heard(clause, ("ma|otp|mat_khau .. khong|sai|chua|hoai",))
            ):
                return bool(to or stranger or heard(clause, (f"link|lanh|{LINK}|{APK}",)))
    return False


def filled_in(said: tuple[Clause, ...], *, warned: bool) -> bool:
    """Whether bank details, codes or papers were entered in a page that was clicked on, or after a warning."""
    said = tuple(c for c in said if not heard(c, _NOT_GIVEN))
    sighs = any(heard(c, _SIGHS) for c in said)
    clicked = any(heard(c, _CLICKED_IT) for c in said)
    if warned:
        return any(heard(c, _FILLED_IN) for c in said)
    return sighs and clicked and any(heard(c, _BANK_FILLED_IN) for c in said)


def _is_pasted(text: str, said: tuple[Clause, ...], demands: tuple[Demand, ...]) -> bool:
    """Whether this is a swindler's message itself: a foreign address, or a threat with a demand, and our name."""
    foreign = any(LINK in clause.words for clause in said)
    if foreign and (_names_us(said) or len(said) > 1 or "threat" in demands):
        return True
    return "threat" in demands and bool({"link", "app"} & set(demands)) and _names_us(said) and len(text) > 40
