"""What somebody who was warned of a swindle says next: what was only demanded, what was given, "bấm được hôn", "trang nào mới thiệt". Called by safety.py.

Invariant: what is demanded and not given yet is never taken as given.
"""

from __future__ import annotations

import re
from typing import Literal

from flows.scams.tales import CALLS, GAVE, GAVE_VERB, filled_in, tale_in, tells_our_message
from flows.spoken.wordings import APK, MONEY, clauses, heard

_ACTS = r"(?:chuyen|dong|nop|nap|gui|goi|doc|dua|chup|bam|quet|cai|tai|dien|nhap|go|khai|cho|ck|mua|coc|an|vo|vao|mo)"
_DEMANDED = re.compile(
    rf"\b(?:phai|bieu|keu|doi|bao|bat|yeu cau|xin|du|noi la|noi)(?: \w+){{0,6}}? {_ACTS}\b|\b{_ACTS}\b(?: \w+){{0,5}}? (?:truoc|moi (?:lanh|nhan|lam|mo|duoc))\b"
)
_HANDED_OVER = re.compile(
    rf"\b(?:da|lo|trot|moi|vua|nghe loi)(?: \w+){{0,2}}? {_ACTS}\b|\b{_ACTS}\b(?: \w+){{0,6}}? (?:roi|r|mat roi|luon roi|mat tieu|het roi|mat tien)\b|\bbi (?:lua|hack|mat tien)\b|\b(?:chet|chit) cha\b|\bmat (?:tien|het)\b|\b(?:tui|toi|em|minh|con|bac|co|chu|c|e) {_ACTS} (?:cho|het)\b"
)
_NOT_YET = re.compile(r"\b(?:chua|khong|hong|ko|dau co)(?: \w+){0,2} " + _ACTS)
_PAID = re.compile(
    r"\b(?:chuyen|chuyen khoan|ck|dong|nop|nap|gui)(?: \w+){0,5}? (?:roi|r|mat|het|luon)\b|\b(?:lo|da|moi|vua|trot)(?: \w+)? (?:chuyen|dong|nop|nap|ck)\b"
)
_GAVE_CODE = re.compile(
    r"\b(?:doc|dua|bam|cai|nhap|go|dien|khai|chup)(?: \w+){0,5}? (?:roi|r|mat|het|luon)\b|\b(?:lo|da|moi|vua|trot)(?: \w+)? (?:doc|dua|bam|cai|nhap|go|dien|chup)\b"
)
_MAY_I = re.compile(
    r"\b(?:bam|mo|vo|vao|go|nhap|chuyen|doc|dua|lam|cai|gui|dong|nop|tra loi|nghe)(?: \w+){0,3}? (?:duoc |dc |nen |co sao )?(?:khong|ko|k|hong|hon|hok|hem|chua|ha)(?: con| em| vay| ta| chu| co| ad| a)*$"
    r"|\bco nen\b(?: \w+){0,5} (?:khong|hong|hon|ko|k)\b"
)
_WHICH_PLACE = re.compile(
    r"\b(?:trang|web|website|dia chi|link|cho|app)(?: \w+)? nao\b.*\b(?:that|thiet|bao hiem|bhxh|chinh|dung|moi la)\b|\b(?:that|thiet)(?: \w+)? (?:la )?(?:trang|web) nao\b"
)
MAY_NOT = (
    "Dạ không nên: đừng bấm, đừng mở đường dẫn, đừng gõ gì vào đó, đừng chuyển tiền, tuyệt đối không đọc mã cho ai; đây là dấu hiệu lừa đảo. "
    "Muốn chắc thì tự gọi {hotline}."
)


def only_demanded(words: str) -> bool:
    """Whether folded words tell of a demand, and of nothing that was given: "biểu tui phải chuyển 500 ngàn trước"."""
    return bool(_DEMANDED.search(words)) and (not _HANDED_OVER.search(words) or bool(_NOT_YET.search(words)))


def given_since(words: str) -> str:
    """After a warning, what somebody gave already, whoever it was: "paid", "gave" or ""."""
    if _NOT_YET.search(words) or _DEMANDED.search(words):
        return ""
    return "paid" if _PAID.search(words) else "gave" if _GAVE_CODE.search(words) else ""


def asks_leave(words: str) -> bool:
    """After a warning, whether it is asked if one may do it after all: "bấm vô được hôn"."""
    return bool(_MAY_I.search(words)) and not _HANDED_OVER.search(words)


def asks_the_place(words: str) -> bool:
    """After a warning, whether the true page is asked for."""
    return bool(_WHICH_PLACE.search(words))


Next = Literal[
    "may_not",
    "blame",
    "block",
    "bank",
    "calls",
    "card",
    "gave",
    "known",
    "claims",
    "access",
    "clicked",
    "app",
    "tell",
    "report",
    "money",
    "address",
    "paid",
    "change",
    "safe",
    "more",
    "",
]

_THEY = "no|ho|nguoi_ta|ong|ba|ong_do|ba_do|chi_do|anh_do|co_do|chu_do|thang_do|con_do|ben_do|dau_do|so_do|ong_ay|chi_ay|anh_ay|ba_ay|co_ay|nguoi_do|dua_do|bon_do|dam_do|thang|tui_no"
_CONTINUES: tuple[tuple[Next, tuple[str, ...]], ...] = (
    (
        "blame",
        (
            "tai|do|loi toi|em|minh|bac|ba|ong|chi|anh|co|di|chu|con|tui_nay .. ngu|dai|kho|khu|ca_tin|nhe_da|ham|tham|gia|nghe_loi|tin",
            "toi|em|minh|bac|ba|ong|chi|co|di|chu ngu|dai|kho_khao|nhe_da|ca_tin qua|ghe|that|thiet|dot",
        ),
    ),
    (
        "block",
        (
            "co? nen|hay|can|phai|hoac .. chan|block|chui",
            "chan|block|chui .. hay .. chan|block|chui|im|ke",
            "chan|block .. khong|ha|duoc_khong|sao $",
        ),
    ),
    ("bank", ("ngan_hang .. so|so_may|dau|may|nao|sao|o_dau", "khong .. biet|co|nho .. so? ngan_hang")),
    (
        "card",
        (
            "the|bhyt|tai_khoan .. treo|khoa|cat|ngung|huy .. that|thiet|dung|co_dung|phai .. khong|ha|sao",
            "vu|chuyen|cai .. treo|khoa|cat|ngung|huy .. the|bhyt|that .. khong|o_dau|that",
        ),
    ),
    (
        "calls",
        (
            "de|toi|tao|em|minh|bac|ba|ong|chi|se goi|dien .. so|tong_dai|1900|hoi .. truoc|cho_chac|lai|cai|$",
        ),
    ),
    (
        "app",
        (f"{APK}|apk", "tai|cai|cai_dat .. file|app_la|app_do|app_gia|ung_dung_la|phan_mem", "tu_tai|tu_cai"),
    ),
    (
        "clicked",
        (
            "bam|vao|mo|click|nhan|an ... chua|khong .. dien|nhap|khai|gui|lam|dong gi|j|het",
            "chua|khong .. dien|nhap|khai|gui|dua|doc|dong gi|j",
            "lo|da|moi .. bam|click|mo .. link|lanh|vao|no|trang",
            "bam|click|mo .. link|lanh|duong_dan|trang .. roi",
            "bam_vao|vao_roi|bam_roi|mo_ra .. roi|luon|$",
        ),
    ),
    (
        "known",
        (
            "doc|noi|biet|keu|goi .. trung|dung|ro|het|luon|ca|trung_phoc .. ten|ngay_sinh|nam_sinh|so|ma_so|cccd|can_cuoc|dia_chi|nha|thong_tin|luong|con",
            "biet|ro|doc_duoc|co .. ten|ngay_sinh|so_cccd|dia_chi|ma_so|thong_tin .. toi|em|minh|bac|co|chu|chi|anh|cua|nha|luon",
            "trung_phoc|dung_ten|dung_so|dung_y|trung_ten|y_chang|dung_het|dung_luon",
            "so .. dung|trong|giong|co_trong|nam_trong|hien|y .. so|danh_sach|ten|bhxh|tong_dai|cong_ty",
            "trong_danh_sach|co_trong_danh_sach|tren_danh_sach|dung_so",
            "dung .. so|nguoi|ten .. danh_sach|ben_em|ben_minh|co_quan|bao_hiem",
        ),
    ),
    (
        "access",
        (
            "vao|lay|rut|dung|xai|doi|biet|mo|chiem|mat|lam .. duoc .. khong|chua|ha",
            "no|ho|nguoi_ta|dua_do vao|lay|doi|chiem|mo .. roi|luon ha|khong|chua|sao",
            "co .. bi|sao|mat|lo|vao|sai .. khong|gi_khong|chua|ha",
            "mat_tien|bi_mat|bi_lo|bi_hack|co_sao|bi_gi|nguy_hiem|hau_qua|anh_huong .. khong|gi|sao|ha",
        ),
    ),
    (
        "tell",
        (
            "sao|lam_sao|cach_nao|nhu_nao|the_nao .. biet|phan_biet|nhan_ra|tin|nhan_biet",
            "tin|tin_nhan|nguoi|can_bo|so|goi .. that ... sao|lam_sao|nao|o_dau|gi",
            "phan_biet|biet_that_gia|that_hay_gia|that_gia",
            "ben_em|ben_minh|bhxh|bao_hiem|can_bo_that .. co .. goi|nhan|hoi|gui|nhan_tin .. khong",
        ),
    ),
    (
        "report",
        (
            "bao|to|to_cao|trinh_bao|khai_bao|thua .. ai|cong_an|o_dau|cho_nao|dau|so_nao|sao",
            "cong_an .. nao|o_dau|so_may",
        ),
    ),
    (
        "change",
        (
            "doi .. o_dau|cho_nao|sao|lam_sao|lien|ngay|luon|gap|duoc",
            "doi_mat_khau|doi_mk|doi_lai|doi_pass",
            "doi .. mat_khau",
        ),
    ),
    (
        "safe",
        (
            "cup|cup_may|tat_may|chan|xoa|block|khong_nghe .. roi|luon|so|no|tin|may|di|nha",
            "khong|chua|dung|hong .. dua|doc|gui|bam|chuyen|nghe|cho|noi .. dau|gi|nua|no|ho|nha|$",
            "may_qua|hu_hon|suyt|may_ma|hen_qua|so_qua|ghe_qua",
        ),
    ),
    (
        "claims",
        (
            f"{_THEY} .. noi|xung|khai|bao|la|lam|keu .. lam_o|lam|la|ben|o|tu .. bhxh|bao_hiem|can_bo|tinh|cong_an|vssid|tong_dai|co_quan|huyen|nhan_vien",
            "giong|noi_chuyen|cach_noi|mac_do|hinh|the|giay|con_dau|logo .. dang_hoang|lich_su|that|nhu_that|nganh|gioi_thieu|do|bhxh",
            "can_bo|bao_hiem|bhxh|co_quan|nhan_vien .. that|thiet ma|mà|chu|ha|khong|$",
            "ham|doa|khong_thi|neu_khong|bat|thuc|gap|hoi_thuc|hoai .. khoa|cat|phat|mat|huy|goi|nhan|lien|$",
        ),
    ),
    ("money", ("tien|ngan_hang|tai_khoan_ngan_hang|the_ngan_hang|stk|chuyen_khoan|lay_lai_tien|doi_lai",)),
    ("more", (f"{_THEY} .. {CALLS}|vao|lay|gui|nhan|con|dang|van|lai|cu|noi|la|ghi|do|moi",)),
)


_CLICKED = dict(_CONTINUES)["clicked"]
_BY_THE_WAY = ("^ nhan_tien|tien_the|tien_day cho|day|xin|toi|em|minh|hoi",)
_HAS_PAID = (
    f"da|lo|moi|vua|trot chuyen|chuyen_khoan|nop|dong|nap|ck|thanh_toan .. {MONEY}|tien|trieu|ngan|phi|dong",
    f"chuyen|chuyen_khoan|nop|nap|thanh_toan .. {MONEY}|tien|trieu|ngan .. roi|mat|$",
)
_NOT_PAID = (
    "chua|khong|đừng|khoi .. chuyen|nop|dong|nap|thanh_toan",
    "yeu_cau|bat|doi|keu|bieu|bao .. chuyen|nop|dong|nap",
)
_TRUE_ADDRESS = (
    "dia_chi|trang|website|trang_web|web|cong .. that|chinh_thuc|chinh_thong|dung|chinh_xac .. gi|nao|sao|dau|o_dau|vay",
)
_SCANNED = ("da|lo|moi|vua|trot quet", "quet .. roi|luon|mat")


def continuation(text: str) -> Next:
    """What somebody who was just warned says about it further; "" when it is about something else."""
    demands, gave = tale_in(text)
    said = tuple(c for c in clauses(text) if not heard(c, _BY_THE_WAY))
    if not demands and tells_our_message(said):
        return ""
    if any(heard(c, _HAS_PAID) and not heard(c, _NOT_PAID) for c in said):
        return "paid"
    if any(heard(c, _TRUE_ADDRESS) for c in said):
        return "address"
    if any(heard(c, _SCANNED) for c in said):
        return "clicked"
    if gave or filled_in(said, warned=True) or any(heard(c, GAVE[1:2]) for c in said):
        return "gave" if not any(heard(c, _CLICKED[:2]) for c in said) else "clicked"
    if any(
        heard(c, (f"lo|trot .. {GAVE_VERB}", f"^ toi|em|bac|minh|chi? {GAVE_VERB} .. roi $")) for c in said
    ) and not any(heard(c, _CLICKED[:3]) for c in said):
        return "gave"
    for name, patterns in _CONTINUES:
        if any(heard(clause, patterns) for clause in said):
            return name
    return "more" if demands else ""
