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
    "cho xin so", "tra so", "kiem so", "tim so", "so may vay", "may so", "so gi", "so bao nhieu",
    "bao nhieu", "la bao nhieu", "so dien thoai may", "cho biet so", "xin hoi", "can gap", "muon gap",
    "gap mat", "gap truc tiep", "trao doi", "trao doi voi", "lam viec voi", "noi may", "chuyen may",
    "noi chuyen", "tong dai", "goi so", "goi toi", "goi den", "tim gap", "tim kiem", "kiem tim",
    "tra cuu so", "nho ai", "bao ai", "keu ai", "kieu ai", "biet ai", "goi ai", "tim ai", "kiem ai",
    "ai lo", "ai quan ly", "ai phu trach", "ai dam nhan", "dam nhan", "dam trach", "chiu trach nhiem",
    "quan ly", "danh thiep", "so ban", "may ban", "so co quan", "email", "mail", "facebook", "hotline",
    "tu van", "giai dap", "giai dap thac mac", "thac mac", "hoi dap", "chi dan", "tap huan", "den gap",
    "len gap", "vo gap", "qua gap", "lien lac voi", "lien lac ai", "lien lac so nao", "goi so nao",
    "nguoi phu trach", "can bo phu trach", "nguoi huong dan", "nguoi lien he", "dau moi nao",
    "ai dau moi", "so di dong", "so ca nhan", "sim", "dien", "a lo", "nhan zalo", "ket ban zalo",
    "ket ban", "hen gap", "cho gap", "xin gap", "nho gap", "ai huong dan", "ai ho tro", "ai giup",
    "ai chi", "chi giup", "so dien thoai nao", "dt nao", "sdt nao", "phone number", "contact",
)  # fmt: skip  # reason: a word list, a dozen a line

# Words that add nothing to the question. No word here may be what somebody wants ("mất", "đổi", "lỗi").
_filling = """
    cho xin hoi toi tui tao minh em con chau ben muon can nho giup gium dum ho voi nhe nha nghen nhen
    nghe ah ak da vang alo hi hello chao thua di duoc dc dk khong ko k hong hok hem kg phai la ai nao gi
    j may dau o tai thuoc cua ve va nay kia do day ay vay nhi thi ma de so dang lam viec hay biet roi
    nua oke ok ad admin vui long lien gui khoi nganh trong tinh app ten nguoi cac moi xem ra sao bang
    cach e n nt uh um ha camon thanks xong luon thoi hien duoi u ntn voi ơi oi ui t ta
    cung nho lo gap z zay
"""
FILLING = frozenset(_filling.split())
FILLING_PHRASES = (
    "cam on",
    "lam on", "xin chao", "vui long", "don vi", "duoc khong", "duoc ko", "phai khong", "phai ko",
    "phai hong", "la ai", "cua ai", "cho ai", "voi ai", "o dau", "nguoi nao", "nhu the nao", "nhu nao",
    "the nao", "bo phan", "phong nao", "khoi nao", "truc thuoc", "co quan", "so nao", "truong hop",
    "cong tac", "xin phep", "cho phep", "lam phien", "phien", "co the", "co viec", "viec gap", "mot chut",
    "chut xiu", "mot xiu", "mot ti", "chut", "xiu", "gap gap", "ngay bay gio", "bay gio", "hom nay",
    "cang som cang tot", "chung toi", "chung em", "tui em", "tui minh", "tui toi", "bon em", "ben em",
    "ben toi", "ben minh", "ben tui", "ben cty em", "don vi em", "don vi toi", "don vi minh", "co quan em",
    "co quan toi", "co quan minh", "quy co quan", "qui co quan", "quy anh chi", "qui anh chi", "quy vi",
    "quy don vi", "kinh gui", "kinh chao", "kinh", "tran trong", "chan thanh cam on", "xin cam on",
    "xin loi", "that long", "moi nguoi", "mn", "ad oi", "admin oi", "bot", "tro ly", "nha minh",
    "khong biet", "ko biet", "hong biet", "k biet", "hok biet", "hem biet", "co biet", "ai biet",
    "biet khong", "biet ko", "biet hong", "dum em", "dum toi", "giup em", "giup toi", "giup minh",
    "con lam", "con lam khong", "con lam o do", "xai", "con xai", "dang xai", "so cu", "so moi", "cu", "con dung", "dang dung", "dung so", "co o do", "co con lam", "hien nay", "hien tai",
    "lam o", "dang lam o", "dang cong tac o", "cong tac tai", "lam tai", "ten day du", "ho ten",
    "day du", "chinh xac", "moi nhat", "o day", "o do", "ben do", "ben nay", "ben nao", "cho nao",
    "ra lam sao", "lam sao", "thi sao", "the thi", "vay thi", "vi du", "cu the", "rieng", "chinh",
    "theo", "theo cong van", "trong danh sach", "trong phu luc", "lam chuc vu gi", "chuc vu gi", "lam gi",
    "co phai", "co phai la", "phai hok", "phai hem", "dung khong", "dung ko", "dung hong", "duoc hong",
    "duoc hok", "duoc hem", "dc ko", "dc khong", "dc k", "duoc k", "nhanh", "som", "cam on nhieu",
    "cam on anh", "cam on chi", "cam on anh chi", "thanks ad", "cam on ad", "cam on nha", "nhe a",
    "may bua nay", "co khong", "co ko", "luon nha",
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

# Words of two syllables that hold a syllable of a name or of an alias and mean something else altogether.
OTHER_THINGS = (
    "thị trường", "môi trường", "công trường", "quảng trường", "hiện trường", "lập trường", "sở trường",
    "trường kỳ", "khoa học", "khoa nội", "khoa ngoại", "khoa nhi", "khoa sản", "y khoa",
    "toàn bộ", "toàn quốc", "toàn thể", "toàn diện", "toàn phần", "toàn cầu", "an toàn", "hoàn toàn",
    "tính toán", "thanh toán", "kế toán", "bài toán", "hải sản", "hải quan", "hải đăng", "hải quân",
    "hàng hải", "hưng phấn", "hưng thịnh", "phục hưng", "vũ khí", "vũ trụ", "vũ trường", "khiêu vũ",
    "tuần này", "tuần sau", "tuần trước", "tuần tới", "hàng tuần", "mỗi tuần", "đầu tuần", "cuối tuần",
    "một tuần", "hai tuần", "tuần lễ", "trúc trắc", "cây trúc", "kiến trúc", "cấu trúc",
    "quyền lợi", "quyền hạn", "thẩm quyền", "ủy quyền", "quyến rũ", "quyển sổ", "lưu trữ", "lưu ý", "lưu lại",
    "lưu số", "lưu thông tin", "điểm thi", "địa điểm", "thời điểm", "ưu điểm", "quan điểm",
    "hai ngày", "hai tháng", "hai năm", "hai cái", "hai lần", "hai mươi", "thứ hai", "vụ việc",
    "nhiệm vụ", "dịch vụ", "nghĩa vụ", "phục vụ", "thủ tục", "thu tiền", "thu hồi", "thu nhập",
)  # fmt: skip  # reason: a word list, a dozen a line

# Explained only beside a word for a telephone number: "sdt bao nhieu", but not "thu bhxh la bao nhieu".
OF_A_NUMBER = frozenset({"baonhieu", "labaonhieu", "somai", "maiso"})
NUMBER_WORDS = frozenset({"so", "sdt", "dt", "thoai", "dthoai", "phone", "zalo", "dd", "sim"})

# "Mình tên Lan muốn gặp anh Toàn": whoever speaks of herself asks for somebody else.
SELF = frozenset({"em", "toi", "minh", "tui", "con", "chau", "e", "t"})
IS_CALLED = frozenset({"ten", "la"})

AND_WORDS = frozenset({"va", "voi", "cung", "hoac", "hay"})
CALLING = frozenset({"oi", "ui", "oii", "oiii"})

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
