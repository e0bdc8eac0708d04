"""Who somebody is, whose matter it is, which telephone, and whether the code is known, where a message says it surely.

Called by meanings.py and by the dialogue for memory and later steps. Invariant: what is doubtful or said of two people is left out.
"""

from __future__ import annotations

import re
from functools import lru_cache

from flows.text.fold import fold
from flows.understanding.answers.phrases import found
from flows.understanding.answers.spoken import Spoken

_ANDROID = (
    "android|samsung|oppo|xiaomi|vivo|realme|redmi|huawei|vsmart|nokia|tecno|infinix|honor|pixel|galaxy|poco|asus|chplay|androi|adroid|"
    "andoid|androit|an_droi|masstel|itel|bphone|motorola|oneplus|lg|meizu|zenfone|samsum|oppp|andro|andoi|andriod|sony|htc|mobell|note"
)
_IOS = "iphone|ios|apple|táo|appstore|iphones|ipone|aifone|iphon|ifone|i_phone|ip_cũ"
_IP = re.compile(r" ip ?(?:\d+|x|xr|xs|se|pro|mini|plus|cũ|cu|cùi|pm|promax)\b|\bip\d+|\bxr\b")
_NOT_PHONES = ("tài_khoản apple", "mật_khẩu apple", "apple id", "cửa_hàng táo")

_EMPLOYEE = (
    "~giáo_viên|cô_giáo|thầy_giáo|công_nhân|viên_chức|công_chức|kế_toán|bác_sĩ|điều_dưỡng|y_tá|hộ_sinh|y_sĩ|dược_sĩ|kỹ_sư|thủ_quỹ|"
    "văn_thư|tạp_vụ|người_lao_động|nlđ|biên_chế|công_an|bộ_đội|hiệu_trưởng|giảng_viên|nhân_sự|thủ_kho|thư_ký|quản_đốc|tổ_trưởng|chuyền_trưởng",
    "nhân_viên|tài_xế|bảo_vệ|lái_xe|giám_đốc|phó_giám_đốc|sếp|cán_bộ|hợp_đồng|thử_việc|phục_vụ",
    "làm|đi_làm|đứng|chạy|dạy|công_tác|vào|ở|tại|trong|bên * "
    "công_ty|xí_nghiệp|nhà_máy|xưởng|cơ_quan|đơn_vị|trường|bệnh_viện|ủy_ban|ubnd|ngân_hàng|khu_công_nghiệp|hãng|nhà_nước|trạm|sở|trạm_y_tế|"
    "kcn|văn_phòng|phòng_khám|siêu_thị|bưu_điện|điện_lực|xã|phường|khách_sạn|tổ_máy|chuyền|may|giày|thủy_sản|nhà_thuốc|khoa",
    "dạy mẫu_giáo|mầm_non|tiểu_học|học|cấp|trường|toán|văn|trẻ", "của đơn_vị|công_ty|cơ_quan|xí_nghiệp|trường|phòng", "đi dạy", "làm nhà_nước|công_sở|văn_phòng",
    "có * đóng * bảo_hiểm", "có đơn_vị|công_ty|cơ_quan|cty", "công_ty|đơn_vị|cơ_quan|xí_nghiệp|trường|khoa * tôi|em|mình|chị|anh|đóng|mua|ký",
    "anh|chị|bạn|người|đồng_nghiệp * bên|trong|cùng|chung em|công_ty|đơn_vị|phòng|cơ_quan|khoa", "nhân_viên|lao_động mới", "đồng_nghiệp",
    "đi_làm công_ty|xí_nghiệp|nhà_máy|hãng",
)  # fmt: skip  # reason: reads as the table it is
_INDIVIDUAL = (
    "~nội_trợ|vé_số|lương_hưu|về_hưu|hưu_trí|nghỉ_hưu|tự_do|tự_nguyện|hộ_gia_đình|nông_dân|thợ_hồ|xe_ôm|chạy_grab|grab|buôn_bán|tạp_hóa|"
    "mất_sức|thất_nghiệp|sinh_viên|hưu|làm_mướn|làm_thuê|phụ_hồ|cá_nhân|bán_hàng_online|ve_chai|shipper|làm_rẫy|làm_vườn|làm_ruộng|làm_nông",
    "bán rau|hàng|cá|thịt|quần_áo|online|bánh|nước|cơm|hủ_tiếu|bún|trái_cây|đồ|chè|cà_phê|quán|chợ|tạp_hóa|bông|bánh_mì|gà|vịt|lặt_vặt|ngoài|dạo",
    "làm ruộng|vườn|rẫy|nông|lúa|mướn|thuê|móng|tóc|thợ|hồ|biển|tự|hồ|cỏ|riêng",
    "~ở_nhà", "nuôi cá|tôm|heo|gà|vịt|bò", "chạy xe|ba_gác|grab|đò|shipper|hàng", "nghỉ_làm|nghỉ_việc|thôi_việc", "~không|đâu|chưa * đi_làm|công_ty|cơ_quan|đơn_vị",
    "lãnh lương|hưu|trợ_cấp", "~ông|bà ngoại|nội|cụ|già|lão|cố", "~già|lớn_tuổi|cao_tuổi", "ở * nhà * nội_trợ|giữ|không|nấu|chơi", "giữ_cháu|giữ_trẻ|nuôi_con",
    "~6|7|8|9 mươi|chục tuổi?", "~sáu|bảy|tám|chín mươi|chục", "thợ may|hồ|mộc|điện|sửa|nề", "tiệm|sạp|quầy|quán * nhỏ|riêng|nhà", "mở * tiệm|quán|sạp|tạp_hóa",
    "~hết_tuổi_lao_động|người_già", "sửa xe|điện|máy", "~tiểu_thương|nội_trợ_thôi", "may|thêu * ở_nhà|gia_công", "tự * mua|đóng * bảo_hiểm|bhyt|thẻ",
)  # fmt: skip  # reason: as above
_PARENT = "~(^ cho? | )má|mẹ|ba|cha|bố|tía|mẹ_chồng|má_chồng|ba_chồng|ông_già|bà_già|ông_bà_già"
_CHILD = (
    "con trai|gái|nhỏ|út|tôi|em|mình|chị|anh|nít|ruột|đầu|bé|nhóc|tui", "con $", "~cho con $", "~bé|nhóc|nhóc_tì|sơ_sinh|em_bé|trẻ_em|con_nít|cu_tí|cu_tèo|trẻ_con|baby",
    "cháu nội|ngoại|nhỏ|tôi|em|mới|học|trai|gái|mình|chị", "^ cháu", "cho cháu", "thằng|đứa cu|nhóc|nhỏ|con|út|bé|lớn|cháu|em", "~học * lớp|mẫu_giáo|mầm_non|cấp|tiểu_học",
    "~lớp 1|2|3|4|5|6|7|8|9|10|11|12|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|lá|chồi|mầm", "đứa * nhỏ|con|út|bé", "nhỏ|thằng|con út|nhỏ|cu|lớn",
    "~hai|ba|bốn|năm|sáu|bảy|tám|chín|mười tuổi", "đi mẫu_giáo|nhà_trẻ|học",
)  # fmt: skip  # reason: as above
_AGE = re.compile(r" (\d{1,2}) (?:tuổi|tuoi)")
_CON_PHONE = re.compile(
    r" con (?=iphone|ip|oppo|samsung|vivo|xiaomi|realme|redmi|nokia|android|xr|máy|may|điện|dien|apple|táo|tao|galaxy)"
)
_CON_LAW = re.compile(r" con (?:dâu|dau|rể|re) ")

_RELATIONS = {
    "mother": "~má|mẹ|bà_già|má_chồng|mẹ_chồng|mẹ_vợ|má_vợ",
    "father": "~ba_tôi|ba_em|ba_mình|ba_chồng|cha|bố|tía|ông_già|ba_vợ|cho_ba|ba_con|tra_ba|ba_về|ba_chị|ba_anh|ba_ruột|ba_ở|^_ba",
    "spouse": "~ông_xã|bà_xã|vợ|chồng|bà_nhà|ông_nhà",
    "other": "~ông_ngoại|bà_ngoại|ông_nội|bà_nội|em_gái|em_trai|anh_trai|chị_gái|chị_dâu|em_dâu|em_rể|anh_rể|cô_ruột|chú_ruột|nhỏ_em|hàng_xóm|đồng_nghiệp|nhân_viên|sếp|con_dâu|con_rể|bạn_tôi|bạn_em|cho_bạn|cho_anh|cho_chị|cho_cô|cho_bác|người_quen",
}  # fmt: skip  # reason: as above
_SELF = (
    "~cho_tôi|cho_em|cho_mình|cho_chị_đó|bản_thân|chính_tôi|cho_tui|tự_tôi|của_tôi|cho_chính_mình|chính_mình"
)
_SELF_BARE = "^ tôi|mình|em|tui $"


def _any(lines: tuple[str, ...], said: Spoken) -> bool:
    return any(found("?:" + line, said) >= 1.0 for line in lines)


def _device(said: Spoken) -> str:
    text = said.text
    if _any(_NOT_PHONES, said):
        return ""
    ios = _any((f"~{_IOS}",), said) or bool(_IP.search(text))
    android = _any((f"~{_ANDROID}",), said)
    if ios and android:
        turned = re.search(r" (?:mà|qua|sang|giờ|chứ không|ma|gio|chu khong|nhầm|nham) ", text)
        if turned is None:
            return ""
        wanted = (
            text[: turned.start()] + " "
            if "không" in turned[0] or "khong" in turned[0]
            else " " + text[turned.end() :]
        )
        return _device(Spoken(said.marked, wanted, wanted, 1, 3, asks=False))
    if ios or android:
        brand = re.search(
            rf" (?:không phải|khong phai|hết xài|đâu phải) (?:\S+ )?(?:{_IOS}|{_ANDROID}) ", text
        )
        return "" if brand else ("ios" if ios else "android")
    return ""


def _who(said: Spoken) -> str:
    text = said.text
    if _CON_PHONE.search(text):
        text = _CON_PHONE.sub(" ", text)
    text = _CON_LAW.sub(" người nhà ", text)
    read = Spoken(said.marked, text, _CON_PHONE.sub(" ", said.core), said.clauses, said.count, said.asks)
    employee, individual = _any(_EMPLOYEE, read), _any(_INDIVIDUAL, read)
    denied = _any(("~không|đâu|chưa ** công_ty|cơ_quan|đơn_vị|đi_làm",), read)
    age = _AGE.search(text)
    years = int(age[1]) if age else None
    child = (_any(_CHILD, read) and (years is None or years < 18)) or (years is not None and years < 16)
    if employee and not denied:
        return "employee"
    if child and not _any(("~nội_trợ|vé_số|nghỉ_hưu|lương_hưu|hưu_trí",), read):
        return "child"
    if individual or denied or (years is not None and years >= 50):
        return "individual"
    return ""


def _mothers(said: Spoken) -> Spoken:
    """An unmarked message with "ma" taken out where it is not surely a mother."""
    if said.marked or " ma " not in said.text:
        return said
    words = said.text.split()
    for at, word in enumerate(words):
        before, after = " ".join(words[at - 1 : at]), " ".join(words[at + 1 : at + 2])
        sure = before in ("cho", "cua", "ba", "la") or after in ("toi", "chong", "ruot", "vo")
        if (
            word == "ma"
            and not sure
            and not (at == 0 and after in ("em", "minh", "chi", "anh", "o", "noi", "lam", "gia", "ban"))
        ):
            words[at] = "ma_"
    text = f" {' '.join(words)} "
    core = said.core if " ma " in text or "ma_" not in text else said.core.replace(" ma ", " ma_ ")
    return Spoken(said.marked, text, core, said.clauses, said.count, said.asks, said.opens_yes)


def is_parent(said: Spoken) -> bool:
    """Whether a parent is named, for whom one who has no work of their own is the likely answer."""
    said = _mothers(said)
    return _any(
        (
            "^ cho? bác|ông|bà|cô|chú|cụ|ngoại|nội|tôi $",
            "~má|mẹ|cha|bố|tía|má_chồng|mẹ_chồng|ông_già|bà_già|cho_ba|ba_tôi|ba_em|ba_mình|ba_chị|ba_chồng",
            "^ ba|tía|má|mẹ",
        ),
        said,
    )


_IN_LAW = re.compile(r" (?:má|mẹ|ba|cha|bố|ma|me|bo) (?:của |cua )?(?:chồng|vợ|chong|vo) ")


def _relation(said: Spoken, who: str) -> str:
    text = _CON_PHONE.sub(" ", said.text)
    read = Spoken(said.marked, text, said.core, said.clauses, said.count, said.asks)
    found_ones = [name for name, line in _RELATIONS.items() if _any((line.replace("^_ba", "ba_ruột"),), read)]
    if "spouse" in found_ones and ("mother" in found_ones or "father" in found_ones) and _IN_LAW.search(text):
        found_ones.remove("spouse")
    if len(found_ones) == 1:
        return found_ones[0]
    if who == "child" and not found_ones:
        return "child"
    if not found_ones and _any((_SELF, _SELF_BARE), read):
        return "self"
    return ""


_KNOWN = (
    "có|biết|thuộc|nhớ * mã|số|mã_số * rồi|sẵn|đây",
    "có mã|mã_số|số rồi",
    "biết|có|thuộc rồi",
    "mã_số|mã * có rồi",
)
_UNKNOWN = (
    "~không|chưa|đâu * biết|có|nhớ * mã|số|mã_số",
    "~chưa|không biết|nhớ|có mã",
    "~hình_như|chắc * chưa|không biết",
)


@lru_cache(maxsize=4)
def facts_in(said: Spoken) -> dict[str, str]:
    """What a message tells: who, relation, device, code; only what it states."""
    said = _mothers(said)
    who, device = _who(said), _device(said)
    out = {"who": who, "relation": _relation(said, who), "device": device}
    if not said.asks and said.text.count(" ") < 16 and "otp" not in fold(said.text):
        if _any(_UNKNOWN, said):
            out["code"] = "unknown"
        elif _any(_KNOWN, said):
            out["code"] = "known"
    return {key: value for key, value in out.items() if value}
