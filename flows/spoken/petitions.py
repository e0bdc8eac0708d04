"""Petitions in speech: a wish to complain, a complaint that is told as a story, what it is of, and what is asked of one that was sent.

Read by the flow petitions. Invariant: pure; what only asks how long one waits, or tells of a code that does not come, is no complaint.
"""

from __future__ import annotations

import re
from typing import Literal

from flows.spoken.polarity import Stance, stance
from flows.spoken.wordings import Clause, clauses, heard, heard_in
from flows.text.dates import DAY_AND_MONTH, dates_in
from flows.text.fold import fold
from flows.text.normalise import plain

Category = Literal["waiting", "attitude", "money", "app", "clinic", "employer", "procedure", "other"]
CATEGORIES: dict[str, str] = {
    "waiting": "chờ đợi, giải quyết chậm",
    "attitude": "thái độ phục vụ",
    "money": "thu tiền, biên lai",
    "app": "ứng dụng VssID",
    "clinic": "khám chữa bệnh BHYT",
    "employer": "đơn vị nợ, không đóng bảo hiểm",
    "procedure": "thủ tục, hồ sơ",
    "other": "việc khác",
}

# -- the wish

_NAMED = "kien_nghi|phan_anh|phan_ah|gop_y|gop_i|khieu_nai|khiu_nai|khieu_kien|khieu_to|to_cao|phan_nan|than_phien|y_kien|de_dat"
_WISH = (
    f"muon|xin|can|cho|de|gui|viet|lam|nop|goi|dinh|phai|se|toi|em|tui|minh|bac|chu|co|ong|ba|nho|ghi .. {_NAMED}",
    f"^ {_NAMED}",
    f"{_NAMED} .. ve|vu|viec|chuyen|cai|thai_do|nhan_vien|can_bo|dum|giup|voi|cho|di|nha|nhe|$",
)
_UPSET = ("buc_xuc|bat_binh|bat_man|phan_no|uat_uc|oan_uc",)
_NOT_HERE = (  # what the directory, the news or another flow speaks of
    "y_kien .. cua|ve|nao",
    "can_bo|nguoi|phong|ai .. phu_trach|tiep_nhan|giai_quyet kien_nghi|phan_anh|khieu_nai|don",
)
_OF_ONE_SENT = (
    f"{_NAMED}|don|don_thu .. toi_dau|den_dau|xong_chua|ket_qua|sao_roi|giai_quyet|tra_loi|xu_ly|phan_hoi|tinh_trang .. chua|roi|khong|nao|gi|sao|vay|ha|$",
    f"{_NAMED}|don .. hom_truoc|hom_qua|hom_bua|bua_truoc|da_gui|hoi_nay|luc_nay .. chua|sao|dau|roi|gi",
    f"xem|coi|hoi|kiem_tra|tra|theo_doi .. {_NAMED}|ma_kn .. toi|cua|da|gui|roi|hom|$",
    f"chung_nao|khi_nao|bao_gio|bao_lau .. tra_loi|giai_quyet|xong|co_ket_qua|phan_hoi .. {_NAMED}",
    f"tinh_trang|ket_qua|tien_do .. {_NAMED}",
)
_TAKES_BACK = (
    f"rut|huy|bo|thu_hoi|xoa .. {_NAMED}|don|cai_do|lai",
    f"thoi|khong|khoi|khong_can .. {_NAMED} nua|$",
)


def wanted(text: str) -> Stance:
    """How a text means sending a petition that it names; "" when it names none."""
    if heard_in(text, _NOT_HERE):
        return ""
    found = stance(text, (_NAMED,))
    if found and (found == "refused" or heard_in(text, _WISH)):
        return found
    return "wanted" if heard_in(text, _UPSET) and len(text.split()) >= 3 else ""


# -- the story

_PEOPLE = (
    "can_bo|cb|nhan_vien|nv|co_do|co_kia|ba_do|ong_do|chi_do|anh_do|bao_ve|quay|mot_cua|tiep_dan|truc|y_ta|bac_si|bac_sy|dai_ly|thu_ngan|le_tan|nguoi_ta|may_co|may_ong|may_ba|dieu_duong|ke_toan",
)
_RUDE = (
    "nat|nat_no|quat|quat_thao|quat_nat|chui|chui_mang|la_mang|la_loi|mang|hach_sach|hach_dich|coc_can|coc_loc|coc|bop_chat|ban_tho|noi_xoc|xua_duoi|xua_tay|duoi_ve|duoi_khach|khinh|khinh_thuong|coi_thuong|lo_di|lam_ngo|ngo_lo|gay_kho|lam_kho|lam_kho_de|hanh_dan|hanh_ha|voi_vinh|hoi_lo|an_hoi_lo|cu_nhu|suong_xa|noi_nang|vo_le|mat_day|cau_gat|gat_gong|bao_toi_ngu",
    "thai_do .. khong|te|xau|loi_lom|kho_chiu|ky|gi|coi_thuong|chua|hach_dich|phuc_vu|lam_viec|tot",
    "noi_chuyen|tra_loi|an_noi|noi_nang .. kho_chiu|cut_ngun|trong_khong|khong_ton_trong|mat_lich_su|bat_lich_su|thieu_ton_trong|hon|xac",
    "khong|chang|cha .. them .. nhin|ngo|noi|tra_loi|tiep|nghe",
    "ngoi|toan|lo|cu .. bam|choi|lam .. dien_thoai|game|viec_rieng",
)
_RUDE_TO = (
    "la|chui|nat|mang|hanh|duoi|quat tui|toi|em|minh|bac|dan|ba_con|nguoi_dan|nguoi_gia|ba_gia|ong_gia|me|ma|tao",
)
_WAITED = (
    "cho|doi|ngoi|xep_hang|boc_so|lay_so|dung|chau_chuc|ngoi_cho|mat|ton .. tieng|gio|buoi|buoi_sang|ca_buoi|nua_ngay|ca_ngay|tieng_dong_ho|trua|chieu|toi_trua|hoai|mai|mon_moi|dai_co|mut_mua|muot_mua|cong|lau",
    "tu .. gio|sang|som|sang_som .. toi|den|toi_gio .. gio|trua|chieu",
    "khong|chang|chua .. ai|nguoi .. keu|goi|tiep|ngo|hoi|kiu",
)
_AT_OFFICE = (
    "bhxh|bao_hiem|co_quan|quay|mot_cua|mot|xa|phuong|huyen|uy_ban|ubnd|benh_vien|tram|tru_so|van_phong|cho_do|o_do|ngoai_do|tren_do|len|ra|ghe|toi|nop|lam_ho_so|can_bo|nhan_vien|ai|tiep",
)
_NOT_WAITING = (
    "otp|ma_otp|ma|sms|tin_nhan|mat_khau|mk|duyet|phe_duyet|tai_khoan|tk|mang|wifi|tai|load|xoay|cai_dat|dang_nhap|app|ung_dung|vssid|kich_hoat|the|cho_toi|cho_em",
)
_MONEY = (
    "thu|lay|doi|bat|bieu|keu|dong|dua|tra|nop .. them|du|lo|qua|mac|gap_doi|cao .. @money|tien|ngan|phi|tram|k",
    "thu|lay|nop|dong|dua .. tien|@money ... khong|chang|chua|hong .. bien_lai|hoa_don|bien_nhan|giay_to|bien_lai_gi",
    "khong|chang|chua .. bien_lai|bien_nhan|hoa_don",
    "an_chan|an_bot|an_gian|tinh_sai|thu_sai|tinh_lo_tien|boi_duong|lot_tay|phong_bi|tien_ca_phe|tien_tra_nuoc|chen_tien",
)
_RUNS = (
    "di_toi_di_lui|chay_toi_chay_lui|di_len_di_xuong|di_qua_di_lai|chay_di_chay_lai|di_di_lai_lai|toi_lui|len_len_xuong_xuong|len_xuong|chay_vong_vong|chay_long_vong",
    "di|len|chay|toi|ra|xuong .. hai|ba|bon|nam|sau|bay|tam|may|4|3|2|5|6|7 lan|bua|chuyen|luot .. khong|chua|van|hoai|moi|ma|mà|cung|$",
    "da|day|dun|chi .. qua|len|xuong|sang .. roi|lai .. qua|len|xuong|sang",
    "bat|bieu|keu .. bo_sung|ve|lam_lai|photo|chung_thuc|xin .. hoai|nua|lan|lai|giay",
)
_SLOW = (
    "nop|gui|lam|dang_ky|cho|doi .. thang|tuan|nam|ngay|lau .. chua|khong|chang|van|cung",
    "chua|khong|chang .. giai_quyet|tra_loi|tra_ket_qua|co_ket_qua|dau_vao_dau|xong",
    "cham_tre|tre_hen|qua_han|lo_hen|that_hen|tre_nai|ngam .. ho_so|giay|hen|$",
)
_ANGRY = (
    "lam_an|lam_viec|phuc_vu|giai_quyet .. kieu|the_nao|gi|vay|chan|te|kem|cham|lo_la|tac_trach|vo_trach_nhiem|quan_lieu|ky_cuc|ki_cuc",
    "qua_dang|vo_ly|vo_li|vo_trach_nhiem|tac_trach|quan_lieu|cua_quyen|buc_minh|buc_boi|buc|tuc|tuc_qua|tuc_minh|tuc_gian|gian|noi_nong|noi_khung|chan|chan_ngan|ngan|bo_tay|het_noi|het_chiu_noi|chiu_het_noi|hanh|hanh_toi|hanh_dan|khon_kho|kho_qua|met_moi|ai_oan|khong_chap_nhan|chap_nhan_khong_noi|coi_sao_duoc|coi_duoc_khong|xem_lai|xem_sao|quan_ly|kiem_tra_lai|lam_ro|xu_ly|ky_luat|chan_chinh|nhac_nho|te_qua|te|toi_te|kem",
)
_EMPLOYER = (
    "cong_ty|cty|xi_nghiep|chu|don_vi|giam_doc|ong_chu|ba_chu|co_so .. no|tron|khong|chua|chang|giam .. dong|bao_hiem|bhxh|chot_so|chot",
    "tru|tru_luong .. ma|mà|nhung .. khong|chua|chang .. dong",
    "tron|no bao_hiem|bhxh|dong",
)
_APP = (
    "app|ung_dung|phan_mem|vssid .. vang|dung|treo|lag|giat|loi|do|te|cham|khong_vao|dong_bang|thoat_ra|xoay",
    "vang|treo|lag|bi_loi|loi_hoai .. app|ung_dung|vssid",
)
_CLINIC = (
    "benh_vien|bv|tram|tram_y_te|phong_kham|bac_si|kham|vien_phi|thuoc|nhap_vien|chuyen_vien|chuyen_tuyen|y_ta|bhyt|cap_cuu",
)
_CLINIC_TROUBLE = (
    "khong|chang|chua|tu_choi|hong .. nhan|chap_nhan|cho|kham|thanh_toan|cap_thuoc|tinh|tiep .. the|bhyt|bao_hiem|vssid|kham|thuoc|$",
    "bat|bieu|keu .. mua|dong|tra|ung .. ngoai|truoc|tien|thuoc|vien_phi",
)
_ASKS = (
    "^ .. lam_sao|the_nao|cach_nao",
    "lam_sao|the_nao|cach_nao|bao_lau|chung_nao|khi_nao|may_gio|o_dau|bao_nhieu|may_ngay|phai_khong|duoc_khong|dc_khong a|vay|ha|$ $",
)


def _any(text: str, patterns: tuple[str, ...]) -> bool:
    return heard_in(text, patterns)


def complains(text: str) -> bool:
    """Whether a text tells of something done badly to somebody, without naming a petition."""
    said = clauses(text)
    if sum(len(c.words) for c in said) < LEAST_WORDS or all(_only_asks(c) for c in said):
        return False
    people, angry = _any(text, _PEOPLE), _any(text, _ANGRY)
    waited = any(heard(c, _WAITED[:1]) and not heard(c, _NOT_WAITING) for c in said)
    left = _any(text, _WAITED[2:])
    if _any(text, _RUDE) and (people or angry or waited or _any(text, _AT_OFFICE)):
        return True
    if _any(text, _RUDE_TO) and people:
        return True
    if (
        waited
        and (left or angry or people or _any(text, _AT_OFFICE) or _any(text, _WAITED[1:2]))
        and _long(text)
    ):
        return True
    if left and angry:
        return True
    if _any(text, _MONEY[1:]) or (
        _any(text, _MONEY[:1]) and (people or angry) and _any(text, ("them|du|lo",))
    ):
        return True
    if _any(text, _RUNS) and (angry or _any(text, _RUNS[:1]) or people):
        return True
    if _any(text, _SLOW) and angry and not any(heard(c, _NOT_WAITING) for c in said):
        return True
    if _any(text, _EMPLOYER[1:2]) or (_any(text, _EMPLOYER) and angry):
        return True
    return angry and _any(text, _CLINIC) and _any(text, _CLINIC_TROUBLE)


LEAST_WORDS = 6
_HOURS = re.compile(
    r"\b(?:[0-9]+|mot|hai|ba|bon|nam|may|nua|ca) ?(?:h|g|gio|tieng|buoi|ngay|sang|trua|chieu)\b|\b(?:ca|nguyen|suot) (?:buoi|ngay|sang|chieu)\b|\b(?:7|8|9|10|11|bay|tam|chin|muoi) gio\b"
)


def _long(text: str) -> bool:
    """Whether hours or whole parts of a day are told."""
    return bool(_HOURS.search(plain(text)))


def _only_asks(clause: Clause) -> bool:
    return clause.asks or heard(clause, _ASKS) is not None


def category_of(text: str) -> str:
    """What a petition is of, as far as its words say: a key of CATEGORIES."""
    signs: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("employer", _EMPLOYER),
        ("money", _MONEY),
        ("attitude", (*_RUDE, *_RUDE_TO)),
        ("app", _APP),
        ("clinic", _CLINIC),
        ("waiting", (*_WAITED[:1], *_WAITED[2:], *_SLOW)),
        (
            "procedure",
            (*_RUNS, "thu_tuc|ho_so|giay_to|to_khai|mau_don|cai_cach|cong_bo|cong_khai|de_xuat|don_gian_hoa"),
        ),
    )
    return next((name for name, patterns in signs if heard_in(text, patterns)), "other")


# -- what is said of one: while it is written, and afterwards

_SENDS = (
    "^ da|u|uh|ok|oke|vang|roi|duoc|dung|đúng|phai|ua? gui|nop|chuyen|goi di|luon|dum|giup|nha|nhe|lien|cho|len|a|voi|do|$",
    "^ da|u|uh|ok|oke|vang|roi? dung|đúng|phai|chuan|chinh_xac|du|du_roi|xong|xong_roi|nhu_vay|vay roi|do|vay|luon|a|nha|het|di|em|con|chau|$",
    "^ dung|đúng|phai|ok|oke|du|xong .. gui|goi|nop",
    "gui|goi|nop|chuyen di|luon|dum|giup|lien|ngay em|con|chau|nha|nhe|a|cho|toi|$ $",
    "^ khong_con|het|khong gi|y|roi|them nua|het|$",
    "de_nghi|nho|xin|vay_thoi|thoi|vay|roi gui|goi|chuyen di|giup|gium|dum|luon|$ em|con|a|nha|$ $",
    "vay_thoi|nhiu_do|nhieu_do_thoi|co_vay_thoi|the_thoi|bay_nhieu_thoi",
)
_HOLDS = ("khoan|đừng|chua|tu_tu|khong gui|goi|nop|can|muon",)
_CORRECTS = re.compile(
    r"^(?:da |u |a |ua |oi |i |y |khoan |chet |thoi chet )*(?:quen|lon|nham|sai|nho lon|noi lon|ghi lon|ghi sai|noi nham|sua|khong phai|hong phai|ko phai)\b"
    r"|\b(?:sua lai|chinh lai|doi lai|dinh chinh|noi lai|noi lon|nho lon|noi nham|ghi nham|ghi sai|viet sai|moi dung|chu (?:hong|khong|ko|k) phai|cho (?:hong|khong|ko|k) phai)\b"
)
_ADDS = re.compile(
    r"^(?:da |u |a |ua |oi |y |ma |con |va )*(?:quen|bo sung|them|noi them|ghi them|con nua|con chuyen|con viec|ngoai ra|a con|ke them)\b"
    r"|\b(?:bo sung|noi them|ghi them|them (?:la|vo|vao|y|cho|nua|mot|1)|quen noi|quen ghi|quen ke|chua noi|con nua)\b"
)
_CODE = re.compile(
    r"\bkn\W{0,3}0*([1-9][0-9]{0,6})\b|\bma (?:phan anh|kien nghi|theo doi|khieu nai|gop y|don)(?: (?:la|so))? ?0*([1-9][0-9]{0,6})\b"
)
_PHONE = re.compile(r"(?<![0-9])(?:\+?84|0)(?:[ .\-]?[0-9]){9}(?![0-9])")
_MY_NAME = re.compile(
    r"\b(?:t[êe]n(?: c[ủu]a)?(?: t[ôo]i| tui| em| m[ìi]nh| b[áa]c| c[ôo]| ch[úu])?(?: l[àa])?|t[ôo]i t[êe]n|tui t[êe]n|em t[êe]n|m[ìi]nh t[êe]n|h[ọo] t[êe]n(?: l[àa])?|ng[ưu][ờo]i g[ửu]i:?)[ :]+([^\W\d_]+(?: [^\W\d_]+){0,5})",
    re.IGNORECASE,
)
_NO_NAME = frozenset("la gi sao nao minh khong ko hong ai do day va voi so sdt dien thoai".split())


def sends(text: str) -> bool:
    """Whether what was shown back is right and is to be sent: "ừ đúng, gởi đi"."""
    return len(text.split()) <= SHORT and heard_in(text, _SENDS) and not heard_in(text, _HOLDS)


SHORT = 12  # words: a longer text tells something


def corrects(text: str) -> bool:
    """Whether something told before is put right: "à sửa lại là ngày 15/6"."""
    return bool(_CORRECTS.search(plain(text)))


def adds(text: str) -> bool:
    """Whether something is told beside what was told before."""
    return bool(_ADDS.search(plain(text)))


def asks_status(text: str) -> bool:
    """Whether it is asked what became of a petition."""
    return heard_in(text, _OF_ONE_SENT)


def takes_back(text: str) -> Stance:
    """How a text means withdrawing a petition."""
    return stance(text, _TAKES_BACK)


def code_in(text: str) -> str:
    """The number of a petition's code in a text, without zeros in front: "kn 0042" -> "42"; "" for none."""
    hit = _CODE.search(plain(text))
    return (hit.group(1) or hit.group(2)) if hit else ""


def phone_in(text: str) -> str:
    """The ten digits of a phone in a text, "" for none."""
    hit = _PHONE.search(text)
    digits = re.sub(r"\D", "", hit.group()) if hit else ""
    digits = f"0{digits[2:]}" if digits.startswith("84") and len(digits) == 11 else digits
    return digits if len(digits) == 10 else ""


def name_in(text: str, *, close: bool = False) -> str:
    """The name that somebody tells as their own; `close`: it was just asked for, so it may stand alone."""
    hit = _MY_NAME.search(text)
    words = hit.group(1).split() if hit else _PHONE.sub(" ", text).replace(",", " ").split() if close else []
    kept: list[str] = []
    for word in words:
        if fold(word) in _NO_NAME or not word.isalpha():
            break
        kept.append(word)
    return " ".join(kept) if (2 if close and not hit else 1) <= len(kept) <= 6 else ""


_SLIP_OF_TONGUE = re.compile(
    r"^(?:(?:à|a|ủa|ua|ý|y|khoan|chết|chet|ừ|u|dạ|da)[\s,]+)*(?:em |tôi |tui |toi |con |bác )?(?:sửa lại|sua lai|đính chính|dinh chinh|nói lại|noi lai|nhớ lộn|nho lon|ghi lộn|ghi lon|lộn|lon|nhầm|nham)(?:\s(?:là|la|rồi|roi|giùm|gium|giúp|giup|cho (?:tôi|tui|em)))*[\s,:]*",
    re.IGNORECASE,
)


def corrected(draft: str, text: str) -> str:
    """A draft with what a correction says: the one date of both is exchanged, anything else is put behind it."""
    told, new = dates_in(fold(draft), DAY_AND_MONTH), dates_in(fold(text), DAY_AND_MONTH)
    if (
        len(told) == len(new) == 1
        and len(fold(draft)) == len(draft)
        and corrects(text)
        and len(text.split()) <= SHORT
    ):
        return f"{draft[: told[0].start]}{new[0].text.strip()}{draft[told[0].end :]}"
    return (
        f"{draft}\n(Sửa lại: {_SLIP_OF_TONGUE.sub('', text, count=1).strip() or text})"
        if corrects(text)
        else f"{draft}\n{text}"
    )


_DROPS = (
    "^ thoi|khoi|bo|dep|huy|khong|da? gui|goi|phan_anh|kien_nghi|khieu_nai|di|nua|lam|het|$ nua|di|$",
    "khong|chang|khoi gui|goi|phan_anh|khieu_nai|kien_nghi nua|dau|$",
    "huy|bo|xoa di|het|phan_anh|kien_nghi|cai_nay|luon|$",
)


def gives_up(text: str) -> bool:
    """Whether a petition that was not sent is to be let go."""
    return heard_in(text, _DROPS) and not corrects(text)


def names_one(text: str) -> bool:
    """Whether a text speaks of a petition by its name."""
    return heard_in(text, (_NAMED,))


_TO_A_PERSON = ("gap|noi_chuyen|noi_may|keu|goi|chat|hoi .. can_bo|nhan_vien|nguoi_that|nguoi|tong_dai",)


def asks_for_a_person(text: str) -> bool:
    """Whether speaking with somebody is asked for by name."""
    return heard_in(text, _TO_A_PERSON)


def asks_how_long(text: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of these questions is asked."""
    return heard_in(text, patterns)


# -- what is told

LIMIT = 4000  # characters of one petition
AGREES = re.compile(
    r"^(?:(?:dạ|da|vâng|vang|ừ|ừa|ờ|o|u|uh|ok|oke|được|duoc|rồi|roi|thì|thi)[\s,.]*)*(?:tôi|toi|tui|em|mình|minh|bác|bac|bà|ba|ông|ong)?\s*(?:có\s|co\s)?(?:đồng ý|dong y|đồng ý luôn|ok|ừ|vâng|dạ|được|duoc|u|da)\b(?:\s(?:ạ|a|nha|nhé|nhe|rồi|roi|luôn|luon|đó|do|đi|di|con|em))*[\s,.;:!–-]*",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"^(?:(?:chuyện|chuyen|việc|viec|sự việc|su viec|nội dung|noi dung)(?:\s(?:là|la|vầy|vay|như vầy|nhu vay|thế này|the nay|như sau|nhu sau|của (?:tôi|tui)|này|nay))*[\s,:.–-]+"
    r"|(?:kiến nghị|kien nghi|phản ánh|phan anh|góp ý|gop y|khiếu nại|khieu nai)\s*[:–-]\s*"
    r"|(?:ghi|viết|viet)\s(?:là|la|giùm|gium|dùm|dum|giúp|giup|vầy|vay|như vầy|nhu vay)(?:\s(?:là|la))?\s+)",
    re.IGNORECASE,
)
_BARE = frozenset(
    "da u a alo chao em oi anh chi ad cho toi tui minh bac ba ong chu co con muon mun xin can dinh se phai gui goi lam viet nop cai don mot 1 duoc dc "
    "khong ko hong day tai len voi bhxh quan bao hiem xa hoi tinh kien nghi phan khieu nai gop y i to cao buc xuc qua lam ne nha nhe ha vay di luon truoc "
    "thay the thoi khoi gap nua doi o dau sao nao noi bang cach cung thi ma nay viec vu chuyen su de lau nguoi het ve va hay hoac ban be nho giup gium dum "
    "ghi lai y la kieu e mo tu".split()
)  # words of a wish that tell nothing yet


def story_in(text: str) -> str:
    """What a text tells beside agreeing and naming a petition; "" when it tells nothing."""
    rest = text.strip()
    for lead in (AGREES, _LEADS, _LEADS):
        rest = lead.sub("", rest, count=1).strip()
    words = plain(rest).split()
    return rest if len(words) >= 3 and not _BARE.issuperset(words) else ""
