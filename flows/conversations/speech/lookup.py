"""What people say at the look-up's steps in ordinary words: agreeing, refusing, asking beside it, wanting the code, another person.

The `reads` of the look-up. Invariant: nothing here tells whether anybody was found; answers hold for one, many or nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from flows.conversations.proof import other_ways
from flows.conversations.speech.lookup_corrections import corrections
from flows.engine.events import Said
from flows.engine.proposals import Answer, Begin, Proposal, Reading, Say
from flows.engine.steps import Parsed
from flows.people.places import by_name, without_kind
from flows.people.reading import PersonRead, read_person
from flows.people.relations import CALLED, whose
from flows.text.spoken_dates import no_date_known
from flows.understanding.everyday import asks

ASKED = ("name", "fact", "province", "name_perhaps")
PROVING = ("proof", "share_how", "not_that_phone")
WAITING = ("code", "code_wrong", "code_soon", "code_expired", "code_paused", "code_off")
SHOWN = ("found", "record", "nobody")
_ANYWHERE = (*ASKED, *PROVING, *WAITING, *SHOWN)
_NO = r"(?:khong|hong|ko|k|kg|hok|hem|khoi|chua|dung|thoi|chang)"
_PERSON = r"(?:ba|bả|ong|ma|me|cha|tia|bo|vo|chong|con|anh|chi|co|cau|di|no|nguoi ta|nguoi khac|ong xa|ba xa|chau|em gai|em trai)"


NEAR = 86.0  # rapidfuzz ratio from which a wording is a province's name with a slip


@dataclass(frozen=True, slots=True)
class _Aside:
    """Something that is asked beside the matter at some steps; the first that fits is said."""

    steps: tuple[str, ...]
    pattern: re.Pattern[str]
    score: float
    said: str


def _aside(steps: tuple[str, ...], pattern: str, said: str, score: float = 0.88) -> _Aside:
    return _Aside(steps, re.compile(pattern), score, said)


_TO_PAGE = (
    "Anh/chị nhập mã trên trang bảo mật: bấm đường dẫn “trang bảo mật” tôi gửi kèm, đừng gõ mã vào đây."
)
_PRESS = "Anh/chị bấm “Nhận mã OTP”, mã gửi về số điện thoại đã đăng ký với cơ quan BHXH."
_NEXT = "Còn một bước nữa là xác minh số điện thoại đã đăng ký, xong mới xem được kết quả. " + _PRESS
_ASIDES = (
    _aside(
        WAITING,
        r"\b(?:nhap|go|dien|bam)(?: ma| no| xong| vo| vao)* (?:roi|xong)\b|\b(?:het gio|het han|qua gio|qua han|qua 5 phut|het 5 phut|bao sai|bao loi|ma sai|sai ma|khong dung ma)\b",
        "Dạ, nhập đúng thì kết quả hiện ngay ở đây. Chưa hiện thì mã chưa đúng hoặc đã quá 5 phút: bấm “Gửi lại mã” để nhận mã mới.",
        0.88,
    ),
    _aside(
        WAITING,
        r"\b(?:lau|cho) (?:du|qua|vay|the|hoai|ghe|lam|dang so)\b|\bsao lau\b|\bbao lau\b|\bcho hoai\b",
        "Dạ quá 3 phút chưa có tin thì có thể thông tin chưa khớp hoặc hồ sơ chưa có số điện thoại: bấm “Sửa thông tin”, hay “Cách khác”.",
        0.88,
    ),
    _aside(
        ("found", "record"),
        r"^(?:da |u |um |o |ok )*(?:dung|phai|chinh xac|chuan)(?: la)?(?: tui| toi| em| minh| ma| ba| nguoi)?(?: roi| do| luon| a| nha)*(?: em| con| co| chu| anh| chi)?$",
        "Dạ. Anh/chị ghi lại mã số để dùng khi đăng ký và khám bệnh; muốn làm VssID thì bấm “Đăng ký VssID với mã này”.",
        0.9,
    ),
    _aside(
        ("nobody",),
        r"\b(?:sao|tai sao|vi sao)\b|\b(?:khong|hong|ko|chua) (?:co|thay|ra|tim)\b|\bcach (?:khac|nao)\b|\blam sao\b",
        "Có thể tên, số giấy tờ hay tỉnh chưa giống lúc cấp mã. Anh/chị bấm “Sửa thông tin” để thử lại, hoặc mang giấy tờ tùy thân đến "
        "cơ quan BHXH gần nhất, gọi 1900 9068.",
        0.86,
    ),
    _aside(
        (*PROVING, *WAITING),
        r"\b(?:ma|otp|gui|nhan|code)\b.*\b(?:zalo|email|mail|gmail|facebook|messenger|telegram|qua goi|goi dien)\b",
        "Dạ mã chỉ gửi bằng tin nhắn SMS về số đã đăng ký với cơ quan BHXH, không gửi đường khác được.",
        0.91,
    ),
    _aside(
        (*PROVING, *WAITING),
        r"\b(?:khoi|bo qua|khong can|hong can|ko can|khong co|hong co|ko co|thay|ngoai)\b.*\b(?:otp|xac minh|xac nhan|chung minh)\b.*\b(?:duoc|dc|khong|hong|ko|hem)\b",
        "Dạ không bỏ qua được, để người khác không xem lén. Có số CCCD/CMND thì bấm “Sửa thông tin”, gửi họ tên kèm số đó; "
        "không thì bấm “Cách khác”.",
        0.91,
    ),
    _aside(
        (*ASKED, *PROVING, *WAITING),
        r"\b(?:mat|ton|tru|thu|dong|tinh) (?:tien|phi|cuoc)\b|\bmien phi\b",
        "Dạ tôi không thu tiền tra cứu hay gửi mã; ai đòi tiền là giả.",
        0.86,
    ),
    _aside(
        (*PROVING, *WAITING),
        r"\b(?:nhap|go|dien) (?:sai|lon|nham)\b.*\b(?:sao|duoc|khong|hong|ko|gi)\b",
        "Dạ nhập sai thì tôi báo còn mấy lần, anh/chị nhập lại được; hết lượt thì tạm dừng cho an toàn.",
    ),
    _aside(
        (*ASKED, *PROVING),
        r"\b(?:ai|nguoi ta|nguoi khac|nguoi la) (?:cung|nao|khac)?\b.*\b(?:coi|xem|tra|biet|lay)\b.*\b(?:ha|duoc|khong|hong|ko|sao|a)\b",
        "Dạ không ạ: phải có mã OTP về đúng máy đã đăng ký mới xem được, nên người khác không coi được.",
    ),
    _aside(
        PROVING,
        r"\b(?:10|muoi) (?:so|chu so)\b.*\b(?:the|so bhxh)\b",
        "Dạ phải, 10 số cuối của thẻ BHYT cũ là mã số BHXH; thẻ mẫu mới thì in sẵn 10 số.",
    ),
    _aside(
        _ANYWHERE,
        r"(?:coi|xem|nhin|lay|doc|tra|dung|can cu)\b.*\b(?:tren|trong|theo|o)? ?(?:the|so) (?:bhyt|bao hiem|bhxh|y te|bhxh)\b.*(?:duoc|dc|ha|khong|hong|ko|hem|luon|le)",
        "Dạ được ạ: 10 số cuối của thẻ BHYT cũ, hoặc 10 số in trên thẻ mới và trên sổ BHXH, chính là mã số BHXH.",
    ),
    _aside(
        SHOWN,
        r"(?:10 so|muoi so|so (?:do|nay|tren|kia|vua)|day|cai nay|cai do|ma (?:do|nay))\b.*\bma(?: so)?(?: bhxh| bao hiem)?\b.*(?:ha|luon|khong|hong|phai|ko|hem|a)\b|la ma so (?:bhxh )?(?:ha|luon|phai)",
        "Dạ phải, 10 số ở dòng “Mã số BHXH” là mã số BHXH. Mã hộ cũng 10 số nhưng không phải mã này.",
        0.9,
    ),
    _aside(
        ("name", "fact", "name_perhaps", *PROVING),
        rf"(?:nho|biet|co|chi|nhap|ghi|go|can|moi|dua)\b.*\bnam(?: sinh)?\b(?!.*[0-9]).*\b(?:duoc|dc|du|{_NO}|thoi)\b|\bnam sinh(?: thoi)?(?: co| la)? (?:duoc|dc|du)\b",
        "Dạ được ạ, chỉ cần năm sinh cũng tra được, ghi 4 số (ví dụ 1958); nhớ được ngày thì càng chắc.",
        0.9,
    ),
    _aside(
        ("name", "name_perhaps"),
        r"\bkhong dau\b|\bco dau (?:khong|hong|ko)\b|\bviet (?:hoa|thuong)\b",
        "Dạ được ạ, gõ không dấu, viết hoa hay viết thường tôi cũng tra được.",
        0.9,
    ),
    _aside(
        ("name", "name_perhaps"),
        r"\bten\b.*\b(?:giay|khai sinh|cccd|can cuoc|o nha|thuong goi|nao|that|day du|gi)\b.*\b(?:hay|ha|khong|hong|ko|duoc|nao|gi|sao)\b|\bten (?:nao|ai|gi)\b(?! la)|\bten (?:tui|toi|em|minh|con) ha\b|\b(?:khong|hong|ko) (?:biet|nho|ro) (?:ho )?ten\b",
        "Dạ ghi họ tên đầy đủ của người cần tra, đúng như trên giấy tờ (CCCD, khai sinh, sổ hay thẻ bảo hiểm).",
        0.88,
    ),
    _aside(
        ("name",),
        r"^(?:da |u |thoi |vay |ok |roi )*(?:tra|kiem|tim|coi|xem)(?: ma| ma so)?(?: gium| giup| dum| cho)* ?(?:em|tui|toi|con|minh)? ?(?:di|luon|lien|nha|a)?$|^(?:da |u |ok )*dong y(?: nha| luon| a| do| roi)*$",
        "Dạ.",
        0.91,
    ),
    _aside(
        ("fact",),
        r"\bcan\b.*\b(?:ngay|thang)\b.*\b(?:khong|hong|ko|ha|a)\b",
        "Dạ không bắt buộc: có năm sinh là tra được, nhớ được ngày thì càng chắc.",
        0.89,
    ),
    _aside(
        ("fact",),
        r"^(?:da |em |tui |toi |con |minh |a |u )*(?:quen|(?:khong|hong|ko|k|hok|chang) (?:nho|biet|ro|co))(?: roi| mat| mat roi| luon| gi| gi het| het| nua| a| nha| em| dau| tron)*$",
        "Dạ không sao, anh/chị coi trên CCCD, sổ hộ khẩu hay thẻ BHYT cũ rồi ghi năm sinh, hoặc gửi số CCCD/CMND.",
        0.88,
    ),
    _aside(
        ("fact", "name"),
        r"\b(?:nam|tuoi) (?:con )?(?:chuot|trau|bo|cop|meo|tho|rong|ran|ngua|de|khi|ga|cho|heo|ty|suu|dan|mao|meo|thin|ngo|mui|than|dau|tuat|hoi)\b|\b[0-9]{1,3} (?:tuoi|t)\b",
        "Tính theo tuổi thì dễ lệch nên tôi không đoán ạ. Anh/chị coi năm sinh trên giấy tờ, ghi 4 số (ví dụ 1958), hoặc gửi số CCCD.",
        0.89,
    ),
    _aside(
        ("fact", "name"),
        rf"{_NO} (?:co |con |nho |thay |mang )*(?:theo )?(?:cccd|cmnd|can cuoc|chung minh|giay to|so can cuoc|so cmnd)\b",
        "Dạ không sao, không cần giấy tờ: ngày sinh đầy đủ hoặc năm sinh là đủ để tra.",
    ),
    _aside(
        (*ASKED, *PROVING),
        r"(?:trung|cung|giong) (?:ten|ho ten)|ong nao (?:la|moi la)|ai (?:la|moi la) (?:tui|toi|em|minh|con)|(?:may|nhieu|hai|ba|2|3|bon) (?:ong|ba|nguoi|dua)(?: \w+)? (?:ten|trung|giong|cung)|sao biet (?:la |cai nao |ai |nguoi nao )*(?:tui|toi|em|minh|dung nguoi)",
        "Trùng tên thì không sao ạ: ghi đủ ngày tháng năm sinh hoặc số CCCD thì ra đúng một người, và mã OTP chỉ về máy đã "
        "đăng ký của người đó. Tôi không đưa ra danh sách người trùng tên.",
        0.9,
    ),
    _aside(
        (*PROVING, *WAITING),
        r"\b(?:mat|bo|doi|huy|khoa|het han|khong con xai|khong xai|khong dung|hu|chua co|het)(?: cai| mat| roi| luon)* (?:sim|so|dien thoai|dt|so cu|may)\b|\bso(?: dien thoai| dt)?(?: do| cu| nay| kia)? (?:bo|mat|doi|khong con|het|huy|cu|khong xai|hong con|hong xai|ko con)\b|\bso cu\b.*\b(?:bo|mat|khong|hong|ko|roi)\b",
        "Số đã đăng ký không còn dùng thì không nhận được mã. Anh/chị xem mã trên sổ BHXH hay 10 số cuối thẻ BHYT cũ, "
        "hoặc mang giấy tờ tùy thân đến cơ quan BHXH gần nhất để tra và sửa số; gọi 1900 9068 cũng được.",
        0.86,
    ),
    _aside(
        PROVING,
        r"\b(?:con|be|chau|tre)\b.*\b(?:chua co|khong co|hong co|ko co|con nho|nho xiu|chua xai)\b",
        "Trẻ chưa có điện thoại thì mã chỉ về được số ghi trong hồ sơ của bé, thường là máy cha hoặc mẹ nếu lúc làm đã khai. "
        "Không rõ thì bấm “Cách khác”, hoặc mang giấy khai sinh đến cơ quan BHXH gần nhất.",
        0.86,
    ),
    _aside(
        (*PROVING, *WAITING),
        r"(?:nhap|go|dien|bam|danh|ghi|bo|dua|xem|nhan)\b(?: cai| so)* ?(?:ma|otp|no|code)?\b.*\b(?:o dau|cho nao|vo dau|vao dau|dau vay|dau ha|dau a|dau)$",
        _TO_PAGE,
        0.9,
    ),
    _aside(
        WAITING,
        r"(?:trang bao mat|duong dan|link|trang do|trang nay)\b.*\b(?:dau|nao|gi|sao|khong|hong|ko|chua)",
        "Đường dẫn tới trang bảo mật nằm ngay trong tin này, anh/chị bấm vào để nhập mã. Trang dùng một lần, mở trong 5 phút.",
        0.86,
    ),
    _aside(
        (*ASKED, *PROVING),
        r"(?:sao|tai sao|vi sao|chi|lam gi|de lam gi)\b.*\b(?:can|phai|hoi|lay|doi|dua|xac minh|chung minh|otp|so dien thoai|ngay sinh|cccd)\b.*|\b(?:can|phai|hoi|xac minh|chung minh)\b.*\b(?:de lam gi|chi vay|lam chi|lam gi vay)\b",
        "Dạ để không ai xem được thông tin của người khác: họ tên với ngày sinh để tìm đúng người, mã OTP để biết chính người đó "
        "đồng ý.",
        0.84,
    ),
    _aside(
        PROVING,
        r"^(?:da |u |um |oh |ok |oke )*(?:(?:dung|phai|chinh xac|chuan)(?: roi| vay| do| luon| y)*|u|um|uh|ok|oke|okie|co|dung la)(?: co| chu| anh| chi| em| con| ma| ba| a| nha| nhe| do| bac| luon| ad)*$",
        "Dạ. " + _NEXT,
        0.9,
    ),
    _aside(
        PROVING,
        r"(?:xong chua|xong roi ha|duoc chua|ra chua|co chua|(?:lam|bam|chon|nhap|can|phai) gi (?:nua|tiep|day|bay gio|ta|vay)|gio (?:sao|lam gi|toi sao|tinh sao)|roi (?:sao|gi|lam gi|lam sao)|sao nua|tiep theo|buoc ke|ke tiep|toi lam gi|ket qua dau|ma(?: so)? dau|dau roi|cho ra ma|xem duoc chua|coi duoc chua)|\b(?:cho|dua|noi|doc|bao)\b(?: \w+){0,2} (?:coi|xem|biet)\b.*\bma\b|\bma(?: so)?(?: bhxh)?(?: cua)?(?: tui| toi| em| minh| con| ma| ba| ong)?(?: la)? (?:gi|may|bao nhieu|so may|dau)\b",
        "Dạ chưa xong ạ. " + _NEXT,
        0.9,
    ),
    _aside(
        WAITING,
        r"(?:xong chua|duoc chua|ra chua|(?:lam|bam|chon|nhap|can|phai) gi (?:nua|tiep|day|bay gio|ta|vay)|gio (?:sao|lam gi|toi sao)|roi (?:sao|gi|lam gi)|sao nua|tiep theo|buoc ke|toi lam gi|ket qua dau)",
        "Dạ chưa xong ạ: có tin nhắn mã OTP thì anh/chị bấm đường dẫn trang bảo mật rồi nhập 6 số vào đó; đừng gõ vào đây.",
        0.9,
    ),
)  # fmt: skip  # reason: a table of sentences
_PHONE = re.compile(r"(?<![0-9])0[0-9]{2,3}[ .]?[0-9]{3}[ .]?[0-9]{3,4}(?![0-9])")
_OTHERS_PHONE = re.compile(
    rf"\b(?:ve|qua|o) (?:may|dien thoai|so|sim)(?: cua)? (?:thang |nho |ong |ba )?{_PERSON}\b(?!.*\b(?:di|gium|giup|luon)$)|\b{_NO} (?:co|cam|mang|giu|o gan)(?: \w+)? (?:may|dien thoai|sim|dt)\b|\b(?:may|dien thoai|dt|sim)(?: \w+){{0,2}} (?:o nha|o que|o xa|khong o day|hong o day|ko o day)\b|\b(?:dien thoai|dt|sdt|so|sim|may|dk|dang ky|ten)\b.*\b(?:cua|la|dung|xai|giu|cam|dung ten) (?:thang |nho |dua |cai |ong |ba )?{_PERSON}\b"
    rf"|{_NO} (?:phai|dung) (?:la )?(?:so|may|sim|dien thoai)?(?: cua)? ?(?:tui|toi|em|minh|con)\b|dau (?:co )?phai (?:cua )?(?:tui|toi|em|minh|con|so em|so tui)\b"
    rf"|{_PERSON}\b.*\b(?:giu|cam|xai|dung|co) (?:dien thoai|may|sim|so)\b|\b{_PERSON}(?: \w+)? (?:khong|hong|ko|chua|hok) (?:co|xai|biet xai|ranh|biet dung) (?:dien thoai|may|dt|sim|so|smartphone|zalo)\b"
)
_SEND = re.compile(
    r"(?:gui|nhan|lay|xin|ban)(?: \w+){0,4}? (?:ma|otp|code)\b|\bcho (?:xin )?(?:ma otp|otp|code|cai ma)\b|\b(?:otp|ma)\b.* (?:gui|ve) (?:di|luon|cho)|^(?:da |u |vay |thoi |roi |ok )*(?:gui|nhan|lam|bam)(?: no| luon)? (?:di|luon|nha|lien)\b|xac minh (?:di|luon|cho|gium|giup)"
)
_NOT_SENT = re.compile(
    rf"\b{_NO}(?: \w+)? (?:gui|nhan|lay|can|muon)\b|\b(?:chua|khong|hong|ko|hok|k) (?:thay|nhan|co|ve|toi|nhan duoc)\b"
)
_NO_CODE = re.compile(
    r"^(?:da |van |v |ma |no |sao )*(?:chua|khong|hong|ko|hok|k) (?:thay|co|nhan|nhan duoc|toi|ve)(?: gi| het| ma| nua| nha| a| em| luon)*$|\b(?:chua|khong|hong|ko|hok|k|kg|hem|chang|dau) (?:thay|nhan|co|nghe|ve|toi|nhan duoc|nhan dc|thay nhan)\b(?: \w+){0,4}? ?(?:ma|tin|tin nhan|otp|sms|gi|het|ve|toi)\b|\b(?:ma|tin|otp)(?: nhan)?(?: \w+)? (?:chua|khong|hong|ko|hok|k) (?:thay|ve|toi|co|den|gui)\b|gui lai (?:ma|otp|di|gium|giup|cho|lan)"
)
_AGREES = re.compile(
    r"(?<!khong )(?<!hong )(?<!ko )(?<!chua )(?<!k )(?<!hok )(?:dong y|chiu|nhat tri|ok luon|cho phep|bang long)\b|(?:^|thoi |u |da |ok |vay )(?:tra|lam|kiem|tim|coi)(?: \w+)? (?:gium|giup|dum|di|luon|lien)\b"
)
_REFUSES = re.compile(
    rf"\b{_NO}(?: \w+){{0,2}} (?:dong y|muon|dua|cho|cung cap|khai|tra|can|chiu|cho dau|tin|dam|thich|gui|lam)\b|\b(?:ngai|e ngai|ky lam|ki lam|so lam|thoi khoi|thoi bo|thoi so|tu choi|khoi can|khoi di|bo di|thoi de|thoi em|thoi tui|thoi toi|thoi minh|thoi con)\b"
)
_WORRIES = re.compile(
    r"\b(?:so|bi|co) (?:lo|lua|mat|an toan|lay cap|danh cap)\b|\ban toan (?:khong|hong|ko)\b|\bbao mat\b.*\b(?:khong|hong|ko)\b|\b(?:lay|can|xin|hoi|luu|giu) (?:thong tin|so dien thoai|ngay sinh|cccd|ten|may cai do|gi)\b.*\b(?:gi|chi|sao|lam)\b"
)
_KEPT = (
    "Dạ, họ tên, ngày sinh và số giấy tờ chỉ dùng để tìm đúng người cho lần tra này; số giấy tờ bị xóa ngay khi xong, và mã OTP "
    "giữ cho người khác không xem được. Ngại thì anh/chị cứ từ chối, tôi chỉ cách khác."
)
_REGAINED = re.compile(
    r"\b(?:dong y|doi y|nghi lai)\b.*|\b(?:tra|kiem|tim|coi|xem) (?:gium|giup|dum|lai|lai di)\b.*"
)
_ELSEWHERE = re.compile(
    r"(?:coi|xem|nhin|lay|kiem|tim|tra|biet|ghi|nam|in)\b.*\b(?:tren|o|dau|cai gi|giay gi|cho nao|cach khac|cach nao)\b.*\b(?:ma|so bhxh|ma so)\b|\b(?:ma|ma so)\b.*\b(?:ghi|nam|in|coi|xem)\b.*\b(?:dau|cho nao|cai gi|tren)\b|cach (?:nao )?khac\b"
)


def reads(reading: Reading) -> Iterator[Proposal]:
    """What the look-up makes of a message, at its own steps and just after a refusal."""
    if reading.is_at("lookup", "consent"):
        yield from _consent(reading)
    elif reading.state.flow == "" or reading.is_at("questions"):
        yield from _after_refusal(reading)
        yield from _named(reading)
    elif reading.is_at("lookup", *_ANYWHERE):
        yield from corrections(reading)
        yield from _person(reading)
        yield from _phones(reading)
        yield from _dates(reading)
        yield from _provinces(reading)
        yield from _near_province(reading)
        for aside in _ASIDES:
            if reading.state.step in aside.steps and aside.pattern.search(reading.input.plain):
                yield Proposal(aside.score, "asked beside the look-up", Say(aside.said))
                break


def _consent(reading: Reading) -> Iterator[Proposal]:
    """Agreeing and refusing in ordinary words; a question is neither."""
    words, text = reading.input.plain, reading.input.text
    if _WORRIES.search(words) and not _AGREES.search(words) and not words.startswith(("thoi", "khoi")):
        yield Proposal(0.86, "worries about the data", Say(_KEPT))
        return
    person = read_person(text, reading.context.at.date(), reading.context.content)
    if person.name and person.sure:
        said = "Tôi chưa giữ lại tin vừa rồi: cần anh/chị đồng ý trước, rồi gửi lại giúp tôi."
        yield Proposal(0.86, "a name before consent", Say(said))
        return
    if asks(text):
        return
    refuses, agrees = _REFUSES.search(words), _AGREES.search(words)
    if agrees and not (refuses and refuses.end() > agrees.end()):
        yield Proposal(0.88, "agrees", Answer(Parsed("agreed")))
    elif refuses:
        yield Proposal(0.87, "refuses", Answer(Parsed("refused")))


def _after_refusal(reading: Reading) -> Iterator[Proposal]:
    """At the menu: the look-up after all, or where else a code is to be read."""
    words = reading.input.plain
    if reading.recall("refused") != "lookup":
        return
    if _REGAINED.search(words) and not asks(reading.input.text):
        yield Proposal(0.86, "wants the look-up after all", Begin("lookup"), remember={"refused": ""})
    elif _ELSEWHERE.search(words):
        yield Proposal(0.86, "asks where else", Say(other_ways(reading.context.content)))


def _named(reading: Reading) -> Iterator[Proposal]:
    """A name with a date or ID number while nothing is under way: a look-up is wanted."""
    person = read_person(reading.input.text, reading.context.at.date(), reading.context.content)
    if person.name and person.sure and person.fact:
        asked = not person.speech or reading.input.has("ma", "ma so", "tra", "kiem", "tim", "tra cuu")
        yield Proposal(0.9 if asked else 0.7, "a name and a fact", Begin("lookup", reading.input.text))


def _person(reading: Reading) -> Iterator[Proposal]:
    """Who is meant, said at the step that asks for the name, or two people in one message."""
    if not reading.is_at("lookup", "name", "fact", "name_perhaps"):
        return
    context = reading.context
    expected = "fact" if reading.state.step == "fact" else "name"
    person = read_person(reading.input.text, context.at.date(), context.content, expected)
    who = person.whose
    if person.others:
        yield Proposal(0.94, "two people", Say(one_at_a_time((person.name, *person.others)), reminds=False))
        return
    parsed = reading.step.parse(context, Said(reading.input.text, context.at)) if reading.step else None
    if parsed is not None:
        yield Proposal(_how_surely(reading, person), "names or facts", Answer(parsed), _about(who))
        return
    if person.name or person.fact or not who or len(reading.input.words) > 6 or asks(reading.input.text):
        return
    if reading.is_at("lookup", "name"):
        called = "anh/chị" if who == "self" else CALLED[who]
        asked = f"Dạ, tra cho {called}. Anh/chị gõ họ tên đầy đủ, kèm ngày sinh hoặc năm sinh giúp tôi."
        yield Proposal(0.72, f"for whom: {who}", Say(asked, reminds=False), remember={"who": who})


def _about(who: str) -> dict[str, str]:
    return {"who": who} if who else {}


def _how_surely(reading: Reading, person: PersonRead) -> float:
    """How surely what was read answers the step: less in a question, and where a year may be about something else."""
    if person.name:
        return 0.88 if person.sure or not asks(reading.input.text) else 0.5
    if person.trouble:
        return 0.88 if person.trouble == "several" else 0.9 if len(reading.input.words) <= 8 else 0.75
    told = len(reading.input.words) <= 5 or reading.input.has(
        "sinh", "sanh", "ngay", "cccd", "cmnd", "can cuoc", "sn"
    )
    return (0.88 if told else 0.7) - (0.15 if asks(reading.input.text) else 0.0)


def one_at_a_time(names: tuple[str, ...]) -> str:
    """What is said to several people in one message."""
    return (
        f"Dạ được, nhưng tôi tra lần lượt từng người một để khỏi lẫn. Anh/chị muốn tra ai trước: {' hay '.join(names)}? "
        "Gửi lại họ tên và ngày sinh của một người giúp tôi."
    )


def _phones(reading: Reading) -> Iterator[Proposal]:
    """The registered phone: somebody else's, typed into the chat, or asked to send the code to."""
    if not reading.is_at("lookup", *PROVING, *WAITING):
        return
    words, text = reading.input.plain, reading.input.text
    if _PHONE.search(text):
        said = "Gõ số vào đây thì chưa chứng minh được gì ạ, và mã chỉ gửi về số đã đăng ký. Anh/chị bấm “Nhận mã OTP”; máy đó nhận được thì nhập mã trên trang bảo mật."
        yield Proposal(0.91, "a typed phone", Say(said))
        return
    waiting = reading.is_at("lookup", *WAITING)
    if (
        waiting
        and _NO_CODE.search(words)
        and reading.step is not None
        and "resend" in reading.step.transitions
    ):
        yield Proposal(0.86, "no code came", Answer(Parsed("resend")))
    elif _OTHERS_PHONE.search(words):
        yield Proposal(0.88, "somebody else's phone", Say(_others_phone(reading)))
    elif (
        not waiting
        and (whose(text) != "mother" or "gui" in reading.input.words)
        and _SEND.search(words)
        and not _NOT_SENT.search(words)
        and not _asks_about(reading)
    ):
        yield Proposal(0.89, "wants the code", Answer(Parsed("otp")))


def _asks_about(reading: Reading) -> bool:
    """Whether the words ask about the code ("gửi mã có tốn tiền không"), not for it ("gửi mã được không")."""
    words = reading.input.plain
    wanting = re.search(r"(?:duoc|dc) (?:khong|hong|ko|hem|k|chua)$", words)
    return asks(reading.input.text) and wanting is None


def _others_phone(reading: Reading) -> str:
    who = whose(reading.input.text)
    who = reading.recall("who") if who in ("", "self") else who
    called = CALLED.get(who, "người đó") if who != "self" else "người đó"
    if called == "người đó" and re.search(r"\b(?:ba|bả)\b", reading.input.plain):
        called = "bà"
    return (
        f"Mã chỉ gửi về số đã đăng ký, nên cần máy của {called} bên cạnh: {called} đọc tin rồi nhập mã trên trang bảo mật. "
        "Không mượn được máy thì bấm “Cách khác”, hoặc mang giấy tờ tùy thân đến cơ quan BHXH gần nhất."
    )


def _dates(reading: Reading) -> Iterator[Proposal]:
    """A date or year that is not known."""
    words = reading.input.plain
    if not reading.is_at("lookup", "fact", "name", "name_perhaps") or not no_date_known(words):
        return
    person = read_person(reading.input.text, reading.context.at.date(), reading.context.content, "fact")
    if person.fact or person.name or not re.search(r"\b(?:ngay|thang|nam|sinh)\b", words):
        return
    year = re.search(r"\bnam(?: may| nao| sinh)?\b", words) and not re.search(
        r"(?:chi|nho|moi) (?:nho |biet )?nam\b", words
    )
    said = (
        "Dạ không sao. Không nhớ năm sinh thì anh/chị coi trên CCCD, sổ hộ khẩu hay thẻ BHYT cũ; có số CCCD hoặc CMND thì gửi số đó thay cũng được."
        if year and "ngay" not in words.split()
        else "Dạ không sao, không nhớ ngày thì ghi năm sinh thôi cũng được, hoặc số CCCD."
    )
    yield Proposal(0.88, "a date that is not known", Say(said))


def _provinces(reading: Reading) -> Iterator[Proposal]:
    """Asked about a province that has been joined to the office's own."""
    content = reading.context.content
    person = read_person(reading.input.text, reading.context.at.date(), content)
    office = content.office.same_province(content.office.province)
    words = reading.input.plain
    old = next(
        (p for p in content.provinces if p.code in office and p.code != content.office.province
         and any(reading.input.has(alias) for alias in p.aliases if len(alias) > 3)), None
    )  # fmt: skip  # reason: one condition
    if old is None or person.name or person.fact:
        return
    if asks(reading.input.text) or re.search(r"(?:duoc|dc|ra|khac) (?:khong|hong|ko|hem|k)\b", words):
        own = next(p.name for p in content.provinces if p.code == content.office.province)
        said = f"Dạ tra được ạ: {old.name} đã nhập vào {own} từ 7/2025 nên tôi tra chung cả hai, không cần đổi tỉnh."
        yield Proposal(0.9, "asks about the joined province", Say(said))


def _near_province(reading: Reading) -> Iterator[Proposal]:
    """A province written with a slip, where one is asked for."""
    words = without_kind(reading.input.plain)
    if not reading.is_at("lookup", "province") or not 4 <= len(words) <= 24:
        return
    names = by_name(reading.context.content.provinces)
    best = max(names, key=lambda name: fuzz.ratio(words, name))
    if fuzz.ratio(words, best) >= NEAR and words not in names:
        chosen = names[best]
        parsed = Parsed("chosen", {"province": chosen.code}, note=f"Đã chọn {chosen.name}.")
        yield Proposal(0.86, "a province with a slip", Answer(parsed))
