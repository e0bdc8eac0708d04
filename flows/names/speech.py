"""The words people wrap around a name when they ask for it. Rule: words only, no fact about anybody."""

from __future__ import annotations

# How one addresses or speaks of a person. Many are name syllables too ("Anh Khoa"): score both readings.
_address = "anh chi em co chu bac ong ba cau mo di duong thim thay bs ths ts mr ms mrs dc sep ban a c e o b"
ADDRESS = frozenset(_address.split())
ADDRESS_PHRASES = (
    "dong chi", "d c", "can bo", "chuyen vien", "vien chuc", "nhan vien", "nguoi ten", "ten", "ten la",
)  # fmt: skip  # reason: a word list

# Words that ask for a contact: after one of them a single given name is meant as a name.
ASKING = (
    "so dien thoai", "so dt", "sdt", "so dthoai", "dien thoai", "dt", "dthoai", "so may", "phone",
    "xin so", "cho so", "so cua", "so di dong", "di dong", "so lien he", "lien he", "lien lac", "lh",
    "gap", "goi", "goi cho", "goi dien", "tim", "kiem", "cho hoi", "hoi so", "ket noi", "nhan tin",
    "zalo", "danh ba", "dau moi", "phu trach", "thong tin", "lien he voi", "noi chuyen voi",
    "so lien lac", "lien he ai", "hoi ai", "gap ai", "so nao", "so zalo", "ho tro", "huong dan",
    "cho xin so", "tra so", "kiem so", "tim so",
)  # fmt: skip  # reason: a word list, a dozen a line

# Words that add nothing to the question. No word here may be what somebody wants ("mất", "đổi", "lỗi").
_filling = """
    cho xin hoi toi tui tao minh em con chau ben muon can nho giup gium dum ho voi nhe nha nghen nhen
    nghe ah ak da vang alo hi hello chao thua di duoc dc dk khong ko k hong hok hem kg phai la ai nao gi
    j may dau o tai thuoc cua ve va nay kia do day ay vay nhi thi ma de so dang lam viec hay biet roi
    nua oke ok ad admin vui long lien gui khoi nganh trong tinh app ten nguoi cac moi xem ra sao bang
    cach e n nt uh um ha camon thanks xong luon thoi hien duoi u bhxh bhyt vssid ntn voi ơi oi ui t ta
    cung nho lo gap z zay
"""
FILLING = frozenset(_filling.split())
FILLING_PHRASES = (
    "bao hiem xa hoi", "xa hoi", "bao hiem y te", "bao hiem", "tinh dong thap", "dong thap", "cam on",
    "lam on", "xin chao", "vui long", "don vi", "duoc khong", "duoc ko", "phai khong", "phai ko",
    "phai hong", "la ai", "cua ai", "cho ai", "voi ai", "o dau", "nguoi nao", "nhu the nao", "nhu nao",
    "the nao", "to khai", "ho so", "mau so 01", "mau 01", "tai khoan", "cai dat", "cai app", "ung dung",
    "dang ky", "ma so", "danh sach", "co quan bhxh", "co quan bao hiem", "bo phan", "phong nao",
    "khoi nao", "truc thuoc", "thanh pho", "tp", "co quan", "so nao", "ke toan", "dia ban",
    "truong hop", "cong tac",
)  # fmt: skip  # reason: a word list, a dozen a line

# Filling words that are syllables of names when they touch one: "ha" of "Hà Minh Tuấn", "anh" of "Quyến Anh".
FAMILY_LIKE = {
    "la": "la",
    "ho": "hồ", "ha": "hà", "do": "đỗ", "dang": "đặng", "to": "tô", "minh": "minh", "hong": "hồng",
    "thi": "thị", "con": "côn", "long": "long", "hien": "hiền", "vang": "vàng", "nhi": "nhi",
}  # fmt: skip  # reason: a table
GIVEN_LIKE = {
    "anh": "anh", "ha": "hà", "minh": "minh", "hong": "hồng", "do": "đô", "long": "long",
    "hien": "hiền", "ba": "bá", "vang": "vàng", "chi": "chi", "nhi": "nhi", "may": "mây",
}  # fmt: skip  # reason: a table

AND_WORDS = frozenset({"va", "voi", "cung", "hoac", "hay"})
CALLING = frozenset({"oi", "ui", "oii", "oiii"})

# Words that begin a place: a block named only by its place yields to any other block.
PLACE_WORDS = frozenset({"tp", "thanh", "tpcl"})
# Syllables of names that are verbs too: unmarked or so written they do not begin an organisation's own name.
NOT_A_PROPER_NAME = {
    "dong": "đóng", "thi": "thì", "the": "thế", "hoc": "học", "tham": "tham", "bao": "bảo", "hoi": "hỏi",
    "tang": "tăng", "lap": "lập", "sau": "sau", "thu": "thu", "chuyen": "chuyển", "nam": "năm", "su": "sử",
    "tra": "trả", "la": "là", "thong": "thông", "tu": "từ", "can": "cần", "tai": "tại", "tinh": "tính",
}  # fmt: skip  # reason: a table
# Words that ask for somebody.
_who = "ai so sdt dt lh gap goi hoi tim nguoi"
WHO = frozenset(_who.split())
# Small words that people put inside a phrase or leave out of it.
CONNECTING = frozenset({"cua", "thuoc", "va"})
# Family names that are hardly anything else: what follows one is a name.
_families = "nguyen tran le pham huynh phan vo vu dang bui ngo duong dinh luong trinh doan thach chau"
FAMILIES = frozenset(_families.split())
_place_syllables = "tay dong nam bac thoi thuong trung"
PLACE_SYLLABLES = frozenset(_place_syllables.split())
COMMUNES = frozenset({"xa", "phuong", "tran"})
