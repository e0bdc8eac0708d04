"""What a message asks about contacts that were shown before: a department, a duty, whether the number still holds. Called by the contacts flow.

Invariant: words only, no fact about anybody; what is found means something only to somebody who was shown a contact.
"""

from __future__ import annotations

import re
from typing import Literal

from flows.text.fold import Word, fold, words

Asked = Literal[
    "",
    "department",
    "duty",
    "either",
    "valid",
    "in_office",
    "unreachable",
    "direct",
    "hours",
    "zalo",
    "where",
    "sex",
    "private",
    "full_name",
    "others",
    "number",
]

_NOT = r"(?:khong|ko|k|kg|hong|hok|hem|hk|khg|chua|chang)"
_NOBODY = rf"{_NOT} (?:(?:ai|thay ai|thay|co ai|duoc|dc) )?"
_PATTERNS: tuple[tuple[Asked, str], ...] = (
    (
        "unreachable",
        rf"(?:goi|alo|dien|nhan)(?: \w+){{0,3}} (?:{_NOT} (?:duoc|dc|ai|thay ai|lien lac|nghe|bat|tra loi)|hoai {_NOT})"
        rf"|{_NOBODY}(?:bat|nghe|nhac|boc|tra loi) (?:may|dien thoai)|thue bao|so (?:sai|lon|nham|chet)"
        rf"|(?:sai|lon|nham|trat) so(?! (?:ho|the|bhxh|cccd|mk))|may (?:dang )?ban",
    ),
    (
        "in_office",
        rf"con lam(?: viec)?(?: o do| o day| ben do| tai do| cho do)? (?:nua )?{_NOT}|con lam (?:o do|ben do)"
        r"|con (?:cong tac|tai chuc|phu trach|duong chuc)|(?:nghi huu|ve huu|nghi viec|nghi lam|doi cong tac|chuyen cong tac) (?:chua|roi|hay)"
        r"|con o (?:do|day|bhxh|bao hiem) (?:nua )?" + _NOT,
    ),
    (
        "valid",
        rf"(?:so|sdt|dt|dien thoai)(?: \w+){{0,4}} (?<!me )(?<!hai )con (?:xai|dung|su dung|goi|lien lac|hieu luc|hoat dong|nguyen)"
        rf"|con (?:xai|dung|goi|lien lac) (?:duoc |dc )?(?:nua )?(?:{_NOT}|hay)|(?:so|sdt)(?: \w+)? (?:cu|moi) (?:hay|ha|{_NOT}|phai)"
        rf"|(?:doi so|so doi)(?: \w+)? (?:chua|hay|{_NOT})|so(?: \w+)? (?:co )?(?:dung|chinh xac|chac)(?: so)? {_NOT}"
        rf"|(?:co )?chac (?:an )?{_NOT}|so(?: do| nay) (?:that|thiet|dung) (?:ha|{_NOT})|so (?:nam|hoi) (?:nao|may)",
    ),
    (
        "either",
        r"(?:ai|nguoi nao|ong nao|anh nao|chi nao|so nao|ben nao|dua nao) cung (?:duoc|dc|nhu nhau|vay)"
        r"|(?:goi|hoi|gap|lien he|nhan|kiem)(?: cho)? (?:ai|nguoi nao|ong nao|anh nao|chi nao|so nao) (?:truoc|day|bay gio|gio|thi|moi|cho|vay)"
        r"|(?:ai|nguoi nao) (?:la )?(?:chinh|truoc|chiu chinh)|(?:mot|1) trong (?:hai|ba|2|3)|(?:goi|hoi|gap) (?:het )?(?:ca )?(?:hai|2|ba|3) (?:nguoi|anh|ong|so|luon)"
        r"|chon (?:ai|nguoi nao|ong nao)",
    ),
    (
        "direct",
        rf"(?:goi|hoi|lien he|gap|lien lac|nhan) (?:thang|truc tiep)(?: \w+){{0,3}} (?:duoc|dc|{_NOT}|hay|ha|phai)|phai thong qua|phai qua (?:ke toan|don vi|co quan|truong|cong ty)"
        r"|hay (?:la )?(?:phai )?qua (?:ke toan|don vi|co quan|truong|cong ty|dau moi)|tu goi duoc",
    ),
    (
        "hours",
        r"(?:goi|alo|hoi)(?: \w+){0,3} (?:gio nao|luc nao|khi nao|may gio|buoi nao)|(?:gio nao|luc nao|may gio|buoi nao|khi nao)(?: \w+){0,2} goi"
        r"|goi (?:ngoai gio|buoi toi|ban dem|chu nhat|thu bay|thu 7|cuoi tuan|le)|(?:toi|chu nhat|thu bay|thu 7|ngoai gio)(?: \w+)? goi (?:duoc|dc|co)"
        r"|goi (?:vao )?(?:gio |luc )?(?:nghi trua|buoi trua|gio trua|buoi sang|buoi chieu)|(?:lam viec|tiep dan|tiep cong dan|tiep khach|truc|co mat)(?: \w+){0,3} (?:thu bay|thu 7|chu nhat|ngoai gio|cuoi tuan|buoi nao|gio nao|ngay nao|may gio)",
    ),
    ("zalo", r"za ?lo|viber|messenger"),
    (
        "department",
        r"(?:phong|bo phan) (?:ban )?(?:nao|gi|j|may)|(?:lam|thuoc|nam|ngoi|o) (?:o )?(?:ben|phong|cho) (?:nao|gi|j)|lam (?:viec )?o dau",
    ),
    (
        "duty",
        r"(?:phu trach|lo|quan ly|dam nhan|trong coi|chiu trach nhiem) (?:ve |cho )?(?:nhung |cac )?(?:ben |khoi |mang |viec |cai |nhung |may |vu )?(?:gi|nao|j|don vi nao|cho nao|co quan nao)"
        r"|lam (?:gi|chuc gi|nhiem vu gi|viec gi)(?: \w+)?$|(?:lo|phu trach) (?:luon )?(?:het|may khoi|may ben)",
    ),
    (
        "where",
        r"(?:gap|tiep)(?: \w+){0,3} o dau|(?:ngoi|lam viec|nam) (?:o )?(?:cho nao|dau|tang may|lau may)|tang may|lau may|dia chi|len dau gap",
    ),
    (
        "sex",
        r"nam hay nu|nu hay nam|anh hay (?:la )?chi|chi hay (?:la )?anh|ong hay (?:la )?ba|ba hay (?:la )?ong|trai hay gai|co hay (?:la )?chu"
        rf"|la (?:nam|nu|dan ong|dan ba) (?:ha|phai|{_NOT})|(?:keu|xung|goi) (?:la |bang )(?:anh|chi|gi)",
    ),
    (
        "private",
        r"(?:bao nhieu|may|nhieu) tuoi|sinh nam (?:nao|may|bao nhieu)|tuoi gi|que (?:o )?dau|nha (?:o )?(?:dau|cho nao)|e ?mail|gmail|facebook|\bfb\b"
        rf"|co (?:vo|chong|gia dinh)|chuc (?:vu )?(?:gi|nao)|(?:la |lam )?(?:truong phong|pho phong|giam doc|sep) (?:ha|phai|{_NOT})",
    ),
    (
        "others",
        rf"(?:con|co)(?: \w+)? (?:ai|nguoi nao|can bo nao|dong chi nao|anh nao|chi nao)(?: \w+)? (?:nua|khac)(?: {_NOT})?|(?:nguoi|can bo|dau moi) (?:nao )?khac (?:{_NOT}|nua)",
    ),
    (
        "full_name",
        r"(?:ho ten|ten ho|ten|ho va ten)(?: ho)?(?: cua \w+(?: \w+)?)? (?:day du|dd|that|thiet)|(?:day du|ho) (?:ten )?(?:la )?(?:gi|j|chi)|(?:ho|ten)(?: \w+)? (?:ho|day du) (?:gi|j)"
        r"|(?:ten|ho ten|ho va ten)(?: (?:la|anh|chi|ong|ba|do|ay))* (?:gi|j)",
    ),
    (
        "number",
        r"(?:xin|cho|doc|nhac|noi|can|(?:gui|dua|lay)(?= (?:lai|giup|gium|dum|cho)))(?: (?:lai|cai|con|em|toi|tui|co|bac|chi|anh|minh|chu|luon|them|giup|gium|dum|xin|coi|ca|het|ten|voi|va))*"
        r" (?:so|sdt|dt|so dt|so dien thoai|dien thoai|lien lac|so lien lac|so may)(?! (?:ho|bhxh|the|cccd|cmnd|can cuoc|dinh danh|bao hiem|tong dai|ma|tien|em|toi|tui|minh|con|chau))"
        r"|(?:so|sdt|so dt|so dien thoai|dien thoai|dt|so may)(?: (?:do|cua|anh|chi|ong|ba|co|ay|nay|nguoi|may|la|so))* (?:may|bao nhieu|nhieu|nhiu|gi|sao|dau|may vay)"
        r"|^(?:so|sdt|so dien thoai|so dt)$",
    ),
)
_COMPILED = tuple((kind, re.compile(rf"\b(?:{pattern})\b")) for kind, pattern in _PATTERNS)
_OTHER_NUMBERS = re.compile(
    r"\b(?:ma so|so ho so|so bhxh|so the|so cccd|so cmnd|so can cuoc|so dinh danh|so tong dai|tong dai|1900|ma bhxh|so bao hiem)\b"
)
_THAT_PERSON = re.compile(
    r"\b(?:(?:anh|chi|ong|ba|co|chu|bac|thay|nguoi|hai nguoi|2 nguoi|ba nguoi|3 nguoi|cha|ba chi|vi)(?: \w+){0,2} (?:ay|do|nay|kia|hoi nay|luc nay|nay gio|vua neu|vua noi|noi tren|neu tren)"
    r"|(?:may|hai|2|3|nhung|cac) (?:anh|chi|ong|ba|co|chu|nguoi|ng|vi|dong chi)\b|so (?:do|nay|ay|kia|hoi nay|may nguoi)|tui no)\b"
)
_PRONOUNS = frozenset({"ảnh", "ổng", "bả", "chỉ", "cổ", "chả", "thẩy", "ẻm"})
_FOLDED_SUBJECTS = frozenset({"anh", "ong", "ba", "chi"})  # "anh lam phong nao": said of a person shown
_PICTURE_BEFORE = frozenset({"hinh", "tam", "chup", "gui", "buc", "co", "dan", "chen", "ca", "doi", "them"})
_PICTURE_AFTER = frozenset({"chan", "the", "3x4", "giay", "cccd", "can", "mat", "cmnd", "chup", "mo", "nang"})
_ONLY_AFTER = frozenset(("coi", "cho", "dan", "vo", "voi", "nhan")) | frozenset(
    {
        "co",
        "can",
        "giup",
        "em",
        "toi",
        "tui",
        "cach",
        "gium",
        "dum",
        "la",
        "biet",
        "duoc",
        "con",
        "muon",
        "hoi",
    }
)
_LEADS = frozenset({"vay", "z", "zay", "roi", "ua", "the", "ma", "con", "da", "a", "thi", "uh", "u", "o"})
_SMALL = frozenset(
    "a da em e anh chi co chu bac ong ba oi vay z roi thi ma ha khong ko hong hok k duoc dc voi nha nhe luon nua la do nay ay kia con toi tui "
    "minh cho xin hoi ad ban the ne di lai so nguoi may hai 2 3 thang hen hem gio ua ah u uh ok cua cai hay chua thu biet van cung noi mai "
    "ca het noi luc ng nghe may hoai bat goi alo lien lac phai ai giup gium dum nghen nhe dien thoai sdt".split()
)

# Somebody tells that they are asked for something, or who called: no card makes it look true.
_TOLD_TO = re.compile(
    r"\b(?:xung|tu xung|gia danh|mao danh|lua|lua dao|bieu(?! (?:\w+ ){0,2}(?:hoi|kiem|lien he)\b)|bat em|bat toi|doi tien|doi no|chuyen khoan|chuyen tien|chuyen \d|dong (?:\w+ )?(?:tien|phi|\d)"
    r"|doc (?:ma|otp)|otp|chup (?:cccd|can cuoc|hinh|giay|cmnd)|bam (?:vo |vao )?link|cai (?:file|apk)|(?:goi|nhan)(?: \w+){0,3} (?:keu|yeu cau|doi|noi la|bao em|bao toi|bao tui|bao minh))\b"
)
# One's own people or place of work are no strangers: "trường biểu cài app".
_BY_ONES_OWN = re.compile(
    r"\b(?:truong|nha truong|co quan|cong ty|cty|don vi|xi nghiep|uy ban|xa|sep|ke toan|con|chau|vo|chong|thang nho|hop tac xa)(?: no| nha| tui| toi| em)? bieu (?!doc|chuyen|dong tien|nop tien)"
)
_OF_EACH = re.compile(
    r"\b(?:hai|2|ba|3) (?:dua|nguoi|ben|noi|cho|don vi|co quan)\b|\bai ai\b|\bca hai\b|\btung (?:dua|nguoi|ben|noi)\b"
)
_BY_NAME = re.compile(
    r"(?<!khoi )(?<!dung )(?<!khong )(?<!hong )(?<!ko )(?<!chua )(?<!khoi can )(?<!khong can )(?<!hong can )(?<!dung co )\b(?:so|sdt|dt|dien thoai|gap|kiem|tim|goi|lien he|lien lac|nhan|hoi)(?: (?:dien thoai|cua|cho|voi|duoc))* (?:ong|ba|co|chu|anh|chi|thay|bac|cha|cau) (?P<given>[a-z]+)(?=\b)"
)
_SAME_ROOM = re.compile(r"\b(?:ngoi |lam |o )?(?:chung|cung) phong\b")
_NOWHERE = re.compile(
    r"\b(?:khong|hong|ko|hok|k|hem|chang|dau co) (?:thuoc|lam|co|o)(?: cho| trong)? (?:cho|co quan|cong ty|cty|don vi|ben|khoi|nhom|loai)(?: nao)\b"
)
_WHOM = re.compile(
    r"\b(?:(?:lien he|lien lac|lh|gap|goi|hoi|kiem|tim|nho|bao|keu|alo|nhan)(?: (?:voi|cho|toi|den|so|cua))* "
    r"(?:ai|nguoi nao|can bo nao|anh nao|chi nao|co nao|ong nao|thay nao|so nao|so may|dong chi nao|phong nao)"
    r"|(?:ai|nguoi nao|can bo nao|anh nao|chi nao|ong nao|co nao|nguoi|can bo)(?: (?:dang|la|nguoi|se|ben|o|dung|cua|bhxh|tinh))* "
    r"(?:phu trach|lo|quan ly|dam nhan|ho tro|huong dan|chiu trach nhiem|trong coi)"
    r"|(?:lien he|lien lac|gap|goi|hoi|kiem|tim|chuyen|chuyen sang)(?: (?:voi|cho|toi|den|qua|sang))* (?:nguoi|can bo|dong chi|anh chi|ai do)(?: (?:o|cua|thuoc|phu trach))* (?:ben|phong|bo phan|khoi)"
    r"|dau moi|la ai|ai vay|ai ha|(?:so|sdt|dt)(?: (?:nay|do|dien thoai))? (?:la )?(?:cua )?ai|la so (?:cua )?ai"
    r"|(?:phong|bo phan|khoi)(?: \w+){1,6} (?:co|gom)(?: (?:nhung|cac|may))? (?:ai|can bo nao|dong chi nao|nguoi nao|anh chi nao)"
    r"|(?:so|sdt|dt|dien thoai|ten|danh thiep|lien lac)(?: (?:cua|voi|va|so|ten|dt|sdt|dien thoai|lien lac|cho|may))* (?:nguoi|can bo|anh|chi|ong|co|dong chi)"
    r"|(?:sdt|dt|dien thoai|danh thiep|lien lac|ten)(?: (?:cua|voi|va|so|ten|dt|sdt|dien thoai|cho))* (?:ben|phong|khoi)"
    r"|(?:xin|cho|can|lay|kiem|tim)(?: \w+){0,2} (?:so|sdt|dt|dien thoai|lien lac|lien he|danh thiep)(?! (?:ho|bhxh|the|cccd|cmnd|can cuoc|dinh danh|bao hiem)))\b"
)
# A number that is put in somewhere is nobody's telephone: "lấy số nào đăng nhập".
_A_COUNT = re.compile(
    r"\bso (?:luong )?nguoi (?!do\b|nay\b|ay\b|kia\b|phu trach|lo\b|quan ly|o\b|ben\b|phong|thu\b|dau|cuoi|con lai|nao|ta\b|minh\b)"
)  # "số người đã cài" counts
_NUMBER_TO_TYPE = re.compile(
    r"\b(?:so|so nao|so gi)(?: \w+){0,3} (?:dang nhap|de nhap|ma nhap|nhap vo|nhap vao|dien vo|dien vao|de dien|de ghi|ghi vo|ghi vao|de khai|de dang ky|lam ten dang nhap)\b"
)
_MORE_PEOPLE = re.compile(
    r"\b(?:nua|thi sao|sao roi|luon|lun|so may|so gi|so bao nhieu)\b|^(?:\w+ ){0,2}(?:con|thoi|vay|roi|r|doi|chuyen|hay|cho|xin|lay|qua|them|the)\b.*\b(?:lay|cho|xin|con|qua|them|gap|goi|hoi)\b|^(?:con|them|lay|xin|cho|goi|gap|hoi)\b|\b(?:di|nha|nhe|nghen|nhen)$"
)
_PARTS = re.compile(
    r"[.,;:!?\n]+| (?=(?:cho (?:tôi|em|tui|mình|con|bác|chú|cô|hỏi)|xin (?:hỏi|cho)|vậy (?:chớ|thì|cho)|kính đề nghị|đề nghị|kính mong)\b)|(?<=\w) (?=(?:xin hoi|kinh de nghi|de nghi|vay cho|cho hoi|cho toi hoi|cho em hoi)\b)",
    re.IGNORECASE,
)
_APPROVES = re.compile(
    r"\b(?:(?:ai|nguoi nao|ben nao|can bo nao|phong nao|cho nao)(?: (?:la|nguoi|se|moi|dang|o tinh|ben bhxh))* (?:phe duyet|xet duyet|duyet|cap tai khoan|xet|nhan danh sach|nhan ho so|tiep nhan)"
    r"|(?:dau moi|bo phan|nguoi|can bo) (?:tiep nhan|nhan|duyet|phe duyet) (?:danh sach|ho so|to khai|tai khoan)"
    r"|(?:duyet|xet duyet|phe duyet|cap tai khoan)(?: \w+){0,3} (?:la|cua|boi) ai|(?:gui|bao|nop|chuyen|dua)(?: \w+){0,4} (?:cho|toi|den|qua) (?:ai|nguoi nao|can bo nao|ben nao|so nao))\b"
)
_LISTS = re.compile(
    r"\b(?:danh sach|ke toan|don vi|cong ty|cty|co quan|truong|ho ten|ma so|nhan vien|nv|cong nhan|gom|can bo dau moi|tap hop|nguoi lao dong|nld)\b"
)
_A_LIST = re.compile(r"\b(?:danh sach|gom|tap hop|ho ten)\b")
_SAME_PERSON = re.compile(
    r"\b(?:chung|cung|mot|1|giong|nhu nhau|trung)(?: (?:mot|1|la|nguoi|ong|anh|so))* (?:nguoi|anh|ong|so|dau moi|can bo)|(?:chung|giong|trung) nhau\b"
)
_TAG = re.compile(
    r"(?:phai|dung)(?: roi)? (?:khong|ko|k|hong|hok|hem|hon|hg|hk|hen|ha)\b|\b(?:ha|hen|hem|hong|khong|ko|chu gi|hok)(?: (?:em|con|chi|anh|ban|ad|co|chu|vay))?$"
)
_CORRECTING = re.compile(
    r"^(?:\w+ ){0,2}(?:lon|nham|trat roi|trat|khong phai|hong phai|ko phai|hok phai|y la|y toi la|y tui la|y em la|y minh la|sua lai|noi lai)\b|\bmoi dung\b|\b(?:chu|cho) (?:khong|hong|ko|hok|dau) (?:phai|co)"
)
_INSTEAD = re.compile(r"\b(?:chu|cho) (?:khong|hong|ko|hok|dau) (?:phai|co)\b.*")
_NOT_THAT = re.compile(r"\b(?:khong|hong|ko|hok) phai(?: la)?((?: \w+){1,5}?)(?:,| ma la | ma | y la | la )")
_ENDS_LIKEWISE = re.compile(
    r"\b(?:thi sao|nua|the nao|ra sao|thi ai)(?: (?:vay|z|a|ha|em|con|ad|oi|nha|nhe|chi|anh))*$"
)
_LIKEWISE = re.compile(
    r"^(?:(?:da|roi|vay|z|ua|the|a|thi|u|uh|ok|oke|ma|cho|hoi|em|xin|ad|oi|con)(?: |$))*?(?:con|them)\b"
    r"(?! (?:gai|trai|dau|re|nit|nho|be|chau|oi))|" + _ENDS_LIKEWISE.pattern
)
_STILL = re.compile(r"\bcon (?:muon|can|phai|duoc|chua|cho|em|toi|tui|bac|co)\b")
_FRAMED = 9  # words
_FRAMED_BOTH = 14  # words between "còn" and "thì sao"
_CLAUSES = re.compile(r"[.,;:!?\n]+|\s(?:và|va|với|đồng thời|dong thoi)\s", re.IGNORECASE)
_LOOSE_IN_A_PART = 5  # words
_OF_THE_LIST = re.compile(
    r"\b(?:danh sach|danh ba|phu luc)(?: \w+){0,3} (?:dau moi|lien he|so dien thoai|can bo)\b"
)
_HOLDS = re.compile(
    r"\b(?:(?:khong|ko|hong|het|chua|co|dau) con (?:dung|hieu luc|gia tri|chinh xac)|con (?:dung|hieu luc|gia tri|chinh xac)(?: \w+)? (?:khong|ko|hong|chua)"
    r"|(?:nam nao|khi nao|bao gio|luc nao|hoi nao)|cu (?:roi|qua)|(?:co )?(?:thay doi|cap nhat|sua doi)(?: \w+){0,2} (?:khong|ko|hong|chua|gi))\b"
)
_WARNED_ABOUT = re.compile(
    r"\b(?:trong danh sach|dung (?:so|ten|nguoi|phong)|so (?:do|that|thiet)|ten (?:that|thiet)|co (?:ten|so)|thiet ma|that ma)\b"
)


def asked_about(plain: str) -> tuple[Asked, int]:
    """What folded words ask of a contact shown before, "" for nothing; and how many words say something else."""
    for kind, pattern in _COMPILED:
        if found := pattern.search(plain):
            if _OTHER_NUMBERS.search(plain):
                return "", 0
            rest = f"{plain[: found.start()]} {plain[found.end() :]}".split()
            return kind, sum(w not in _SMALL for w in rest)
    return "", 0


def asked_in_parts(text: str) -> tuple[Asked, ...]:
    """What each part of a longer message asks of a contact, in their order: "thuộc phòng nào, và số còn đúng không"."""
    parts = (fold(part.lower()).strip() for part in _CLAUSES.split(text))
    found = (asked_about(part) for part in parts if part)
    return tuple(dict.fromkeys(kind for kind, loose in found if kind and loose <= _LOOSE_IN_A_PART))


def asks_if_list_holds(plain: str) -> bool:
    """Whether it is asked how old the list of contacts is, or what to do where it no longer holds."""
    return bool(_OF_THE_LIST.search(plain)) and bool(_HOLDS.search(plain))


def points_at_somebody(typed: tuple[Word, ...] | list[Word]) -> bool:
    """Whether the words speak of somebody mentioned before: "ảnh", "ổng", "mấy người đó". "ảnh" is mostly a picture, "chỉ" "only"."""
    plain = " ".join(w.plain for w in typed)
    if _THAT_PERSON.search(f"{plain} "):
        return True
    for at, word in enumerate(typed):
        before = typed[at - 1].plain if at else ""
        after = typed[at + 1].plain if at + 1 < len(typed) else ""
        if word.text in _PRONOUNS and not _other_meaning(word, before, after):
            return True
    first = next((at for at, w in enumerate(typed) if w.plain not in _LEADS), len(typed))
    follows = typed[first + 1].plain if first + 1 < len(typed) else ""
    unmarked = first < len(typed) and not typed[first].marked and typed[first].plain in _FOLDED_SUBJECTS
    return unmarked and follows in (
        "lam",
        "lo",
        "o",
        "phu",
        "ben",
        "con",
        "thuoc",
        "quan",
        "la",
        "ten",
        "giu",
    )


def _other_meaning(word: Word, before: str, after: str) -> bool:
    if word.text == "ảnh":
        return before in _PICTURE_BEFORE or after in _PICTURE_AFTER
    if word.text == "chỉ":
        return after in _ONLY_AFTER or before in ("dia", "tin", "ma", "huong")
    return word.text in ("cổ", "bả") and before in ("cai", "dau")


def told_by_others(plain: str) -> bool:
    """Whether somebody seems to tell of a caller who wants something of them."""
    return bool(_TOLD_TO.search(_BY_ONES_OWN.sub(" ", plain)))


def seeks_by_name(plain: str, given: str) -> bool:
    """Whether the words ask for somebody addressed by this folded given name: "cho xin số ông Tuấn", "gặp cô Trúc"."""
    return any(hit["given"] == given for hit in _BY_NAME.finditer(plain))


def asks_for_a_colleague(plain: str) -> bool:
    """Whether whoever sits in the same room as those shown is asked for."""
    return bool(_SAME_ROOM.search(plain))


def belongs_nowhere(plain: str) -> bool:
    """Whether somebody who works for nobody asks whom to call."""
    return bool(_NOWHERE.search(plain))


def asks_of_each(plain: str) -> bool:
    """Whether somebody asks for two people at once: "hỏi cho hai đứa cháu, … hỏi ai ai"."""
    return bool(_OF_EACH.search(plain))


def asks_whom(plain: str) -> bool:
    """Whether folded words ask for a person, a phone number or who is responsible."""
    return bool(_WHOM.search(_A_COUNT.sub(" ", plain))) and not _NUMBER_TO_TYPE.search(plain)


def asks_for_more(plain: str) -> bool:
    """Whether folded words add somebody or change to somebody: "chị diễm nữa", "thôi lấy ông quyến đi"."""
    return bool(_MORE_PEOPLE.search(plain))


def request_in(text: str) -> tuple[str, ...]:
    """A long text's request for a contact and what stands before it, the nearest first; () when none of its parts asks."""
    parts = [part.strip() for part in _PARTS.split(text) if part.strip()]
    asking = [at for at, part in enumerate(parts) if asks_whom(fold(part.lower()))]
    if not asking:
        return ()
    return tuple(", ".join(parts[start : asking[-1] + 1]) for start in range(asking[-1], -1, -1))


def asks_who_approves(plain: str, *, of_a_list: bool = False) -> bool:
    """Whether it is asked who approves, or to whom the unit sends its list; `of_a_list`: one was spoken of before."""
    found = _APPROVES.search(plain)
    if found is None:
        return False
    first = found.group().split()[0]
    if first == "nop":  # an employee hands the form to the unit
        return bool(_A_LIST.search(plain))
    return first not in ("gui", "bao", "chuyen", "dua") or of_a_list or bool(_LISTS.search(plain))


def asks_if_same_person(plain: str) -> bool:
    """Whether it is asked if one person takes care of both."""
    return bool(_SAME_PERSON.search(plain))


def seeks_a_yes(plain: str) -> bool:
    """Whether the words end as a question for yes or no: "phải hông", "hả"."""
    return bool(_TAG.search(plain))


def corrects(text: str) -> bool:
    """Whether the words take back what was said before: "lộn", "mới đúng"; "lớn" is no "lộn"."""
    typed = words(text)
    plain = " ".join(w.plain for w in typed if w.plain != "lon" or w.text in ("lon", "lộn"))
    return bool(_CORRECTING.search(plain))


def corrected_to(text: str) -> str:
    """What remains of a correction when what was wrong is cut off: "X chớ không phải Y" gives X."""
    folded = fold(text)
    if found := _INSTEAD.search(folded):
        return text[: found.start()] if len(folded) == len(text) else folded[: found.start()]
    if found := _NOT_THAT.search(folded):
        return folded[: found.start()] + " " + folded[found.end() :]
    return text


def asks_likewise(text: str) -> bool:
    """Whether the same is asked of something else, in few words: "còn … thì sao", "… nữa". "con" unmarked may be a child."""
    told = _CLAUSES.split(text)[0]
    framed = _FRAMED
    if _ENDS_LIKEWISE.search(fold(told)) and fold(told).startswith(("con ", "roi con ", "them ")):
        text, framed = told, _FRAMED_BOTH  # "còn thằng rể làm công ty bao bì thì sao, cũng gọi ổng hả"
    typed = words(text)
    plain = " ".join(w.plain for w in typed)
    if len(typed) > framed or not _LIKEWISE.search(plain) or _STILL.search(plain):
        return False
    con = next((w for w in typed if w.plain == "con"), None)
    child = con is not None and con.text == "con" and any(w.marked for w in typed)
    return not child or bool(_ENDS_LIKEWISE.search(plain))


def vouches_for_a_caller(plain: str) -> bool:
    """Whether somebody who was warned holds that number or name of a caller are ours."""
    return bool(_WARNED_ABOUT.search(plain))
