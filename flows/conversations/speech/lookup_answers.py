"""What is asked beside the matter at the look-up's steps, and what is said to it. Read by lookup.py beside it.

Invariant: an answer holds whether one person, many or nobody fits; only at the steps of SHOWN may it speak of a result.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ASKED = ("name", "fact", "province", "name_perhaps")
PROVING = ("proof", "share_how", "not_that_phone")
WAITING = ("code", "code_wrong", "code_soon", "code_expired", "code_paused", "code_off")
SHOWN = ("found", "record", "nobody")
ANYWHERE = (*ASKED, *PROVING, *WAITING, *SHOWN)
NO = r"(?:khong|hong|ko|k|kg|hok|hem|khoi|chua|dung|thoi|chang)"
PERSON = r"(?:ba|bả|ong|ma|me|cha|tia|bo|vo|chong|con|anh|chi|co|cau|di|no|nguoi ta|nguoi khac|ong xa|ba xa|chau|em gai|em trai)"


@dataclass(frozen=True, slots=True)
class ReadyAnswer:
    """Something that is asked there at some steps; the first that fits is said."""

    steps: tuple[str, ...]
    pattern: re.Pattern[str]
    score: float
    said: str


def _ready(steps: tuple[str, ...], pattern: str, said: str, score: float = 0.88) -> ReadyAnswer:
    return ReadyAnswer(steps, re.compile(pattern), score, said)


_TO_PAGE = (
    "Anh/chị nhập mã trên trang bảo mật: bấm đường dẫn “trang bảo mật” tôi gửi kèm, đừng gõ mã vào đây."
)
_PRESS = "Anh/chị bấm “Nhận mã OTP”, mã gửi về số điện thoại đã đăng ký với cơ quan BHXH."
_NEXT = "Còn một bước nữa là xác minh số điện thoại đã đăng ký, xong mới xem được kết quả. " + _PRESS
READY_ANSWERS = (
    _ready(
        (*ASKED, *PROVING),
        r"\b(?:phai|can|bat buoc)(?: \w+)? (?:chia se|dua|cho|khai|gui|cung cap|xac minh|co)(?: \w+){0,2} (?:so|sdt|dt|dien thoai)\b(?!.*\b(?:the|bhxh|cccd|cmnd|so so)\b)",
        "Dạ phải ạ: cần xác minh số điện thoại đã đăng ký để chắc đúng người, người khác không xem được. Không còn dùng số đó thì "
        "mang giấy tờ tùy thân đến cơ quan BHXH gần nhất, hoặc gọi {hotline}.",
        0.9,
    ),
    _ready(
        WAITING,
        r"\b(?:nhap|go|dien|bam)(?: ma| no| xong| vo| vao)* (?:roi|xong)\b|\b(?:het gio|het han|qua gio|qua han|(?:qua|het) \d+ phut|bao sai|bao loi|ma sai|sai ma|khong dung ma)\b",
        "Dạ, nhập đúng thì kết quả hiện ngay ở đây. Chưa hiện thì mã chưa đúng hoặc đã quá {minutes} phút: bấm “Gửi lại mã” để nhận mã mới.",
        0.88,
    ),
    _ready(
        WAITING,
        r"\b(?:lau|cho) (?:du|qua|vay|the|hoai|ghe|lam|dang so)\b|\bsao lau\b|\bbao lau\b(?!.*\b(?:mat khau|tai khoan|duyet|the)\b)|\bcho hoai\b",
        "Dạ quá 3 phút chưa có tin thì có thể thông tin chưa khớp hoặc hồ sơ chưa có số điện thoại: bấm “Sửa thông tin”, hay “Cách khác”.",
        0.88,
    ),
    _ready(
        ("found", "record"),
        r"^(?:da |u |um |o |ok )*(?:dung|phai|chinh xac|chuan)(?: la)?(?: tui| toi| em| minh| ma| ba| nguoi)?(?: roi| do| luon| a| nha)*(?: em| con| co| chu| anh| chi)?$",
        "Dạ. Anh/chị ghi lại mã số để dùng khi đăng ký và khám bệnh; muốn làm VssID thì bấm “Đăng ký VssID với mã này”.",
        0.9,
    ),
    _ready(
        ("nobody",),
        r"\b(?:sao|tai sao|vi sao)\b|\b(?:khong|hong|ko|chua) (?:co|thay|ra|tim)\b|\bcach (?:khac|nao)\b|\blam sao\b",
        "Có thể tên, số giấy tờ hay tỉnh chưa giống lúc cấp mã. Anh/chị bấm “Sửa thông tin” để thử lại, hoặc mang giấy tờ tùy thân đến "
        "cơ quan BHXH gần nhất, gọi {hotline}.",
        0.86,
    ),
    _ready(
        (*PROVING, *WAITING),
        r"\b(?:ma|otp|gui|nhan|code)\b.*\b(?:zalo|email|mail|gmail|facebook|messenger|telegram|qua goi|goi dien)\b",
        "Dạ mã chỉ gửi bằng tin nhắn SMS về số đã đăng ký với cơ quan BHXH, không gửi đường khác được.",
        0.91,
    ),
    _ready(
        (*PROVING, *WAITING),
        r"\b(?:khoi|bo qua|khong can|hong can|ko can|khong co|hong co|ko co|thay|ngoai)\b.*\b(?:otp|xac minh|xac nhan|chung minh)\b.*\b(?:duoc|dc|khong|hong|ko|hem)\b",
        "Dạ không bỏ qua được, để người khác không xem lén. Có số CCCD/CMND thì bấm “Sửa thông tin”, gửi họ tên kèm số đó; "
        "không thì bấm “Cách khác”.",
        0.91,
    ),
    _ready(
        (*ASKED, *PROVING, *WAITING),
        r"\b(?:mat|ton|tru|thu|dong|tinh) (?:tien|phi|cuoc)\b|\bmien phi\b",
        "Dạ tôi không thu tiền tra cứu hay gửi mã; ai đòi tiền là giả.",
        0.86,
    ),
    _ready(
        (*PROVING, *WAITING),
        r"\b(?:nhap|go|dien) (?:sai|lon|nham)\b.*\b(?:sao|duoc|khong|hong|ko|gi)\b",
        "Dạ nhập sai thì tôi báo còn mấy lần, anh/chị nhập lại được; hết lượt thì tạm dừng cho an toàn.",
    ),
    _ready(
        (*ASKED, *PROVING),
        r"\b(?:ai|nguoi ta|nguoi khac|nguoi la) (?:cung|nao|khac)?\b.*\b(?:coi|xem|tra|biet|lay)\b.*\b(?:ha|duoc|khong|hong|ko|sao|a)\b",
        "Dạ không ạ: phải có mã OTP về đúng máy đã đăng ký mới xem được, nên người khác không coi được.",
    ),
    _ready(
        PROVING,
        r"\b(?:10|muoi) (?:so|chu so)\b.*\b(?:the|so bhxh)\b",
        "Dạ phải, 10 số cuối của thẻ BHYT cũ là mã số BHXH; thẻ mẫu mới thì in sẵn 10 số.",
    ),
    _ready(
        ANYWHERE,
        r"(?:coi|xem|nhin|lay|doc|tra|dung|can cu)\b.*\b(?:tren|trong|theo|o)? ?(?:the|so) (?:bhyt|bao hiem|bhxh|y te|bhxh)\b.*(?:duoc|dc|ha|khong|hong|ko|hem|luon|le)",
        "Dạ được ạ: 10 số cuối của thẻ BHYT cũ, hoặc 10 số in trên thẻ mới và trên sổ BHXH, chính là mã số BHXH.",
    ),
    _ready(
        SHOWN,
        r"(?:10 so|muoi so|so (?:do|nay|tren|kia|vua)|day|cai nay|cai do|ma (?:do|nay))\b.*\bma(?: so)?(?: bhxh| bao hiem)?\b.*(?:ha|luon|khong|hong|phai|ko|hem|a)\b|la ma so (?:bhxh )?(?:ha|luon|phai)",
        "Dạ phải, 10 số ở dòng “Mã số BHXH” là mã số BHXH. Mã hộ cũng 10 số nhưng không phải mã này.",
        0.9,
    ),
    _ready(
        ("name", "fact", "name_perhaps", *PROVING),
        rf"(?:nho|biet|co|chi|nhap|ghi|go|can|moi|dua)\b.*\bnam(?: sinh)?\b(?!.*[0-9]).*\b(?:duoc|dc|du|{NO}|thoi)\b|\bnam sinh(?: thoi)?(?: co| la)? (?:duoc|dc|du)\b",
        "Dạ được ạ, chỉ cần năm sinh cũng tra được, ghi 4 số (ví dụ 1958); nhớ được ngày thì càng chắc.",
        0.9,
    ),
    _ready(
        ("name", "name_perhaps"),
        r"\bkhong dau\b|\bco dau (?:khong|hong|ko)\b|\bviet (?:hoa|thuong)\b",
        "Dạ được ạ, gõ không dấu, viết hoa hay viết thường tôi cũng tra được.",
        0.9,
    ),
    _ready(
        ("name", "name_perhaps"),
        r"\bten\b.*\b(?:giay|khai sinh|cccd|can cuoc|o nha|thuong goi|nao|that|day du|gi)\b.*\b(?:hay|ha|khong|hong|ko|duoc|nao|gi|sao)\b|\bten (?:nao|ai|gi)\b(?! la)|\bten (?:tui|toi|em|minh|con) ha\b|\b(?:khong|hong|ko) (?:biet|nho|ro) (?:ho )?ten\b",
        "Dạ ghi họ tên đầy đủ của người cần tra, đúng như trên giấy tờ (CCCD, khai sinh, sổ hay thẻ bảo hiểm).",
        0.88,
    ),
    _ready(
        ("name",),
        r"^(?:da |u |thoi |vay |ok |roi )*(?:tra|kiem|tim|coi|xem)(?: ma| ma so)?(?: gium| giup| dum| cho)* ?(?:em|tui|toi|con|minh)? ?(?:di|luon|lien|nha|a)?$|^(?:da |u |ok )*dong y(?: nha| luon| a| do| roi)*$",
        "Dạ.",
        0.91,
    ),
    _ready(
        ("fact",),
        r"\bcan\b.*\b(?:ngay|thang)\b.*\b(?:khong|hong|ko|ha|a)\b",
        "Dạ không bắt buộc: có năm sinh là tra được, nhớ được ngày thì càng chắc.",
        0.89,
    ),
    _ready(
        ("fact",),
        r"^(?:da |em |tui |toi |con |minh |a |u )*(?:quen|(?:khong|hong|ko|k|hok|chang) (?:nho|biet|ro|co))(?: roi| mat| mat roi| luon| gi| gi het| het| nua| a| nha| em| dau| tron)*$",
        "Dạ không sao, anh/chị coi trên CCCD, sổ hộ khẩu hay thẻ BHYT cũ rồi ghi năm sinh, hoặc gửi số CCCD/CMND.",
        0.88,
    ),
    _ready(
        ("fact", "name"),
        r"\b(?:nam|tuoi) (?:con )?(?:chuot|trau|bo|cop|meo|tho|rong|ran|ngua|de|khi|ga|cho|heo|ty|suu|dan|mao|meo|thin|ngo|mui|than|dau|tuat|hoi)\b|\b[0-9]{1,3} (?:tuoi|t)\b",
        "Tính theo tuổi thì dễ lệch nên tôi không đoán ạ. Anh/chị coi năm sinh trên giấy tờ, ghi 4 số (ví dụ 1958), hoặc gửi số CCCD.",
        0.89,
    ),
    _ready(
        ("fact", "name"),
        rf"{NO} (?:co |con |nho |thay |mang )*(?:theo )?(?:cccd|cmnd|can cuoc|chung minh|giay to|so can cuoc|so cmnd)\b",
        "Dạ không sao, không cần giấy tờ: ngày sinh đầy đủ hoặc năm sinh là đủ để tra.",
    ),
    _ready(
        (*ASKED, *PROVING),
        r"(?:trung|cung|giong) (?:ten|ho ten)|ong nao (?:la|moi la)|ai (?:la|moi la) (?:tui|toi|em|minh|con)|(?:may|nhieu|hai|ba|2|3|bon) (?:ong|ba|nguoi|dua)(?: \w+)? (?:ten|trung|giong|cung)|sao biet (?:la |cai nao |ai |nguoi nao )*(?:tui|toi|em|minh|dung nguoi)",
        "Trùng tên thì không sao ạ: ghi đủ ngày tháng năm sinh hoặc số CCCD thì ra đúng một người, và mã OTP chỉ về máy đã "
        "đăng ký của người đó. Tôi không đưa ra danh sách người trùng tên.",
        0.9,
    ),
    _ready(
        (*PROVING, *WAITING),
        r"\b(?:mat|bo|doi|huy|khoa|het han|khong con xai|khong xai|khong dung|hu|chua co|het)(?: cai| mat| roi| luon)* (?:sim|so|dien thoai|dt|so cu|may)\b|\bso(?: dien thoai| dt)?(?: do| cu| nay| kia)? (?:bo|mat|doi|khong con|het|huy|cu|khong xai|hong con|hong xai|ko con)\b|\bso cu\b.*\b(?:bo|mat|khong|hong|ko|roi)\b",
        "Số đã đăng ký không còn dùng thì không nhận được mã. Anh/chị xem mã trên sổ BHXH hay 10 số cuối thẻ BHYT cũ, "
        "hoặc mang giấy tờ tùy thân đến cơ quan BHXH gần nhất để tra và sửa số; gọi {hotline} cũng được.",
        0.86,
    ),
    _ready(
        PROVING,
        r"\b(?:con|be|chau|tre)\b.*\b(?:chua co|khong co|hong co|ko co|con nho|nho xiu|chua xai)\b",
        "Trẻ chưa có điện thoại thì mã chỉ về được số ghi trong hồ sơ của bé, thường là máy cha hoặc mẹ nếu lúc làm đã khai. "
        "Không rõ thì bấm “Cách khác”, hoặc mang giấy khai sinh đến cơ quan BHXH gần nhất.",
        0.86,
    ),
    _ready(
        (*PROVING, *WAITING),
        r"(?:nhap|go|dien|bam|danh|ghi|bo|dua|xem|nhan)\b(?: cai| so)* ?(?:ma|otp|no|code)?\b.*\b(?:o dau|cho nao|vo dau|vao dau|dau vay|dau ha|dau a|dau)$",
        _TO_PAGE,
        0.9,
    ),
    _ready(
        WAITING,
        r"(?:trang bao mat|duong dan|link|trang do|trang nay)\b.*\b(?:dau|nao|gi|sao|khong|hong|ko|chua)",
        "Đường dẫn tới trang bảo mật nằm ngay trong tin này, anh/chị bấm vào để nhập mã. Trang dùng một lần, mã dùng trong {minutes} phút.",
        0.86,
    ),
    _ready(
        (*ASKED, *PROVING),
        r"(?:sao|tai sao|vi sao|chi|lam gi|de lam gi)\b.*\b(?:can|phai|hoi|lay|doi|dua|xac minh|chung minh|otp|so dien thoai|ngay sinh|cccd)\b.*|\b(?:can|phai|hoi|xac minh|chung minh)\b.*\b(?:de lam gi|chi vay|lam chi|lam gi vay)\b",
        "Dạ để không ai xem được thông tin của người khác: họ tên với ngày sinh để tìm đúng người, mã OTP để biết chính người đó "
        "đồng ý.",
        0.84,
    ),
    _ready(
        PROVING,
        r"^(?:da |u |um |oh |ok |oke )*(?:(?:dung|phai|chinh xac|chuan)(?: roi| vay| do| luon| y)*|u|um|uh|ok|oke|okie|co|dung la)(?: co| chu| anh| chi| em| con| ma| ba| a| nha| nhe| do| bac| luon| ad)*$",
        "Dạ. " + _NEXT,
        0.9,
    ),
    _ready(
        PROVING,
        r"(?:xong chua|xong roi ha|duoc chua|ra chua|co chua|(?:lam|bam|chon|nhap|can|phai) gi (?:nua|tiep|day|bay gio|ta|vay)|gio (?:sao|lam gi|toi sao|tinh sao)|roi (?:sao|gi|lam gi|lam sao)|sao nua|tiep theo|buoc ke|ke tiep|toi lam gi|ket qua dau|ma(?: so)? dau|dau roi|cho ra ma|xem duoc chua|coi duoc chua)|\b(?:cho|dua|noi|doc|bao)\b(?: \w+){0,2} (?:coi|xem|biet)\b.*\bma\b|\bma(?: so)?(?: bhxh)?(?: cua)?(?: tui| toi| em| minh| con| ma| ba| ong)?(?: la)? (?:gi|may|bao nhieu|so may|dau)\b",
        "Dạ chưa xong ạ. " + _NEXT,
        0.9,
    ),
    _ready(
        WAITING,
        r"(?:xong chua|duoc chua|ra chua|(?:lam|bam|chon|nhap|can|phai) gi (?:nua|tiep|day|bay gio|ta|vay)|gio (?:sao|lam gi|toi sao)|roi (?:sao|gi|lam gi)|sao nua|tiep theo|buoc ke|toi lam gi|ket qua dau)",
        "Dạ chưa xong ạ: có tin nhắn mã OTP thì anh/chị bấm đường dẫn trang bảo mật rồi nhập 6 số vào đó; đừng gõ vào đây.",
        0.9,
    ),
)  # fmt: skip  # reason: a table of sentences
