"""How people write in chats, brought to one spelling. Rule: only spelling and synonyms are evened out; what is asked is decided elsewhere."""

from __future__ import annotations

import re
from functools import lru_cache

from flows.text.fold import fold, tidy
from flows.text.syllable import decoded

# one typed word, with its marks, before they go: without them these are other words ("hỏng" is broken, "hổng" is not)
_MARKED = {
    "hỏng": "hu",
    "hư": "hu",
    "ảnh": "hinh",
    "hổng": "khong",
    "hông": "khong",
    "hong": "khong",
    "hôg": "khong",
    "đk": "dangky",
    "đc": "duoc",
    "đt": "dienthoai",
    "sđt": "sodienthoai",
    "đn": "dangnhap",
    "vô": "vao",
}
# one folded word
_WORDS = {
    **dict.fromkeys(("k", "ko", "kg", "kh", "khg", "hok", "hem", "khum", "kong", "hk", "khong"), "khong"),
    **dict.fromkeys(("dc", "dcc", "duoc", "dx"), "duoc"),
    **dict.fromkeys(("dk", "dky", "dki", "reg", "dangki", "dangky"), "dangky"),
    **dict.fromkeys(("z", "v", "zay", "dzay", "vay", "zi", "dzi"), "vay"),
    **dict.fromkeys(("j", "ji", "gi", "gj"), "gi"),
    **dict.fromkeys(("r", "rui", "roi"), "roi"),
    **dict.fromkeys(("s", "sao", "seo", "ntn"), "sao"),
    **dict.fromkeys(("lm", "lam"), "lam"),
    **dict.fromkeys(("h", "gio", "jo"), "gio"),
    **dict.fromkeys(("nhiu", "nhieu", "bnhieu"), "nhieu"),
    **dict.fromkeys(("vo", "vao", "zo", "dzo", "zao"), "vao"),
    **dict.fromkeys(("coi", "xem", "xim"), "xem"),
    **dict.fromkeys(("xai", "dung", "sd"), "dung"),
    **dict.fromkeys(("kiem", "tim"), "tim"),
    **dict.fromkeys(("keu", "bieu", "bao"), "bao"),
    **dict.fromkeys(("giup", "gium", "dum", "dium", "gip"), "giup"),
    **dict.fromkeys(
        ("mk", "pass", "password", "matkhau", "passwork", "pas", "passwd", "pw", "mkhau"), "matkhau"
    ),
    **dict.fromkeys(("tk", "account", "acc", "acount", "taikhoan"), "taikhoan"),
    **dict.fromkeys(("dn", "login", "dangnhap", "log"), "dangnhap"),
    **dict.fromkeys(("cty", "cti", "congty"), "congty"),
    **dict.fromkeys(("cccd", "cancuoc", "cc"), "cccd"),
    **dict.fromkeys(("cmnd", "cmt", "cmtnd", "cm"), "cmnd"),
    **dict.fromkeys(("sdt", "sodt", "sodienthoai", "dtdd"), "sodienthoai"),
    **dict.fromkeys(("dt", "dienthoai", "phone", "smartphone", "dthoai"), "dienthoai"),
    **dict.fromkeys(("email", "mail", "imeo", "meo"), "email"),
    "gmail": "email gmail",  # an address like any other, or an account of somebody else's
    **dict.fromkeys(("app", "apps", "ap", "application"), "app"),
    **dict.fromkeys(("vssid", "vsid", "vssd", "vssip", "visid", "vssi", "vissid", "vss", "ssid"), "vssid"),
    **dict.fromkeys(("vneid", "vnid", "vneiid", "vned", "vneidd", "vnei"), "vneid"),
    **dict.fromkeys(("chplay", "googleplay", "ggplay"), "chplay"),
    **dict.fromkeys(("appstore", "apstore"), "appstore"),
    **dict.fromkeys(("iphone", "ip", "iphon"), "iphone"),
    **dict.fromkeys(("sms", "nt"), "tinnhan"),
    **dict.fromkeys(("bv", "benhvien"), "benhvien"),
    **dict.fromkeys(("bhxh", "bhx", "bhxhh", "bxhh"), "bhxh"),
    **dict.fromkeys(("bhyt", "bhytt", "byt"), "bhyt"),
    **dict.fromkeys(("bhtn", "bhtnn"), "bhtn"),
    **dict.fromkeys(("bh", "baohiem"), "baohiem"),
    **dict.fromkeys(("hs", "hoso"), "hoso"),
    **dict.fromkeys(("hotline", "tongdai"), "tongdai"),
    **dict.fromkeys(("nv", "nvien", "nhanvien"), "nhanvien"),
    **dict.fromkeys(("ng", "ngui", "nguoi"), "nguoi"),
    **dict.fromkeys(("ls", "lsao"), "lam sao"),
    **dict.fromkeys(("thiet", "that"), "that"),
    **dict.fromkeys(("hinh", "photo", "foto"), "hinh"),
    **dict.fromkeys(("up", "upload", "upp"), "tai len"),
    **dict.fromkeys(("download", "down", "dow"), "tai"),
    **dict.fromkeys(("link", "lik", "lin"), "link"),
    **dict.fromkeys(("tks", "thanks", "thank", "thankiu", "tkss"), "camon"),
    **dict.fromkeys(("ok", "oke", "okie", "okela", "oki"), "ok"),
    **dict.fromkeys(("lanh", "linh"), "lanh"),
    **dict.fromkeys(("tui", "toi", "mik", "minh"), "toi"),
    **dict.fromkeys(("lon", "lộn"), "nham"),
    **dict.fromkeys(("ubnd", "uybannhandan"), "ubnd"),
    **dict.fromkeys(("bn", "baonhieu"), "baonhieu"),
    **dict.fromkeys(("tb", "thongbao", "noti"), "thongbao"),
    **dict.fromkeys(("trg", "truong"), "truong"),
    **dict.fromkeys(("lh", "lhe", "lienhe"), "lien he"),
    **dict.fromkeys(("hd", "hdan", "huongdan"), "huong dan"),
    **dict.fromkeys(("lun", "lunn"), "luon"),
    **dict.fromkeys(("mun", "muon"), "muon"),
    **dict.fromkeys(("ngta", "nta"), "nguoi ta"),
    **dict.fromkeys(("wa", "qa", "qua"), "qua"),
    **dict.fromkeys(("tl", "trl", "rep"), "tra loi"),
    "vs": "voi",
    "ms": "ma so",
    **dict.fromkeys(("bit", "bik", "biet"), "biet"),
    **dict.fromkeys(("kq", "ketqua"), "ket qua"),
    "nc": "noi chuyen",
    "cx": "cung",
    **dict.fromkeys(("wen", "quen"), "quen"),
    **dict.fromkeys(("tgian", "tg"), "thoi gian"),
    "vk": "vo",
    "ck": "chong",
    # what belongs to others, by its kind: what is asked about one is asked about all
    **dict.fromkeys(
        (
            *("facebook", "fb", "face", "tiktok", "instagram", "insta", "youtube", "twitter", "messenger"),
            *("mess", "viber", "telegram", "yahoo", "icloud", "garena", "game", "netflix", "wifi", "windows"),
            *(
                "shopee",
                "lazada",
                "tiki",
                "sendo",
                "grab",
                "gojek",
                "begroup",
                "capcut",
                "roblox",
                "freefire",
            ),
        ),
        "mangkhac",
    ),
    **dict.fromkeys(
        (
            *(
                "vietcombank",
                "vcb",
                "agribank",
                "vietinbank",
                "bidv",
                "mbbank",
                "techcombank",
                "tcb",
                "sacombank",
            ),
            *(
                "acb",
                "vpbank",
                "tpbank",
                "hdbank",
                "lpbank",
                "vib",
                "scb",
                "ocb",
                "nganhang",
                "bank",
                "banking",
            ),
            *("momo", "zalopay", "vnpay", "shopeepay", "viettelpay", "atm", "visa"),
        ),
        "nganhang",
    ),
}
# several folded words that say one thing; tried longest first
_PHRASES = {
    "bao hiem xa hoi so": "vssid",
    "app bao hiem xa hoi": "vssid",
    "app bao hiem": "vssid",
    "app bhxh": "vssid",
    "app bh": "vssid",
    "ung dung bao hiem": "vssid",
    "ung dung bhxh": "vssid",
    "vss id": "vssid",
    "vs sid": "vssid",
    "v s s i d": "vssid",
    "vn eid": "vneid",
    "ung dung": "app",
    "phan mem": "app",
    "bao hiem xa hoi": "bhxh",
    "bao hiem xh": "bhxh",
    "bao hiem y te": "bhyt",
    "bao hiem that nghiep": "bhtn",
    "bao hiem yte": "bhyt",
    "bao hiem": "baohiem",
    "the y te": "the bhyt",
    "mat khau": "matkhau",
    "mat khu": "matkhau",
    "mat ma": "matkhau",
    "pass word": "matkhau",
    "ma pin": "ma pin",
    "tai khoan": "taikhoan",
    "dang ky": "dangky",
    "dang ki": "dangky",
    "dang nhap": "dangnhap",
    "log in": "dangnhap",
    "so dien thoai": "sodienthoai",
    "so dt": "sodienthoai",
    "so phone": "sodienthoai",
    "dien thoai": "dienthoai",
    "can cuoc cong dan": "cccd",
    "the can cuoc": "cccd",
    "can cuoc": "cccd",
    "chung minh nhan dan": "cmnd",
    "chung minh thu": "cmnd",
    "chung minh": "cmnd",
    "e mail": "email",
    "g mail": "email",
    "dia chi mail": "email",
    "hop thu": "email",
    "ma otp": "otp",
    "o t p": "otp",
    "ma xac thuc": "otp",
    "ma xac nhan": "otp",
    "ma xac minh": "otp",
    "ma code": "otp",
    "ch play": "chplay",
    "google play": "chplay",
    "app store": "appstore",
    "nhan tin": "tinnhan",
    "tin nhan": "tinnhan",
    "soan tin": "tinnhan soan",
    "benh vien": "benhvien",
    "kham chua benh": "kham",
    "kham benh": "kham",
    "di kham": "kham",
    "kcb": "kham",
    "giay khai sinh": "khaisinh",
    "khai sinh": "khaisinh",
    "ho so": "hoso",
    "cong ty": "congty",
    "xi nghiep": "congty",
    "doanh nghiep": "doanhnghiep",
    "nhan vien": "nhanvien",
    "can bo": "canbo",
    "tu van vien": "nhanvien",
    "tong dai": "tongdai",
    "duong day nong": "tongdai",
    "so nong": "tongdai",
    "dau moi": "daumoi",
    "phu trach": "phutrach",
    "ngan hang": "nganhang",
    "the atm": "nganhang",
    "mb bank": "nganhang",
    "internet banking": "nganhang",
    "vi dien tu": "nganhang",
    "dich vu cong quoc gia": "cong quoc gia",
    "nguoi ta": "nguoi ta",
    "ng ta": "nguoi ta",
    "bao nhieu": "baonhieu",
    "bao lau": "baolau",
    "khi nao": "khinao",
    "bao gio": "khinao",
    "chung nao": "khinao",
    "bua nao": "khinao",
    "luc nao": "khinao",
    "hoi nao": "khinao",
    "o dau": "odau",
    "cho nao": "odau",
    "cho mo": "odau",
    "o cho nao": "odau",
    "muc nao": "odau",
    "lam sao": "lamsao",
    "lam the nao": "lamsao",
    "nhu the nao": "lamsao",
    "the nao": "lamsao",
    "nhu nao": "lamsao",
    "kieu gi": "lamsao",
    "cach nao": "lamsao",
    "bang cach nao": "lamsao",
    "lam cach nao": "lamsao",
    "kiem tra": "tra",
    "tra cuu": "tra",
    "tra ra": "tra ra",
    "su dung": "dung",
    "luong huu": "luonghuu",
    "thai san": "thaisan",
    "om dau": "omdau",
    "that nghiep": "thatnghiep",
    "sap nhap": "sapnhap",
    "thong bao": "thongbao",
    "thong tin": "thongtin",
    "dinh danh": "dinhdanh",
    "khoi phuc": "lay lai",
    "cap lai": "caplai",
    "lam lai": "caplai",
    "in lai": "caplai",
    "hong ngu": "hongngu",
    "cao lanh": "caolanh",
    "sa dec": "sadec",
    "thap muoi": "thapmuoi",
    "lap vo": "lapvo",
    "lai vung": "laivung",
    "tam nong": "tamnong",
    "thanh binh": "thanhbinh",
    "chau thanh": "chauthanh",
    "tan hong": "tanhong",
    "dong thap": "dongthap",
    "tien giang": "tiengiang",
    "cam on": "camon",
    "thank you": "camon",
    "tap tin": "file",
    "tai lieu": "tailieu",
    "lua dao": "luadao",
    "gia mao": "luadao",
    "gia danh": "luadao",
    "to khai": "tokhai",
    "mau so 01": "mau01",
    "mau 01": "mau01",
    "mau so 1": "mau01",
    "khieu nai": "khieunai",
    "to cao": "khieunai",
    "kien nghi": "kiennghi",
    "phan anh": "phananh",
    "gop y": "gopy",
}
_PHRASES = {" ".join(_WORDS.get(w, w) for w in phrase.split()): one for phrase, one in _PHRASES.items()}
_YES_NO = frozenset({"khong", "k", "ko", "hok", "hong", "hem", "kg", "chua", "hk"})
_LONGEST = max(len(p.split()) for p in _PHRASES)
_RUN = re.compile(r"(.)\1{2,}")  # "hảảả", "khônggg"
_PIECE = re.compile(r"[0-9]+|[^\W\d_]+[0-9]*")
_PLAIN_TEXT = re.compile(r"[\x20-\x7eÀ-ỹđĐ“”…–]*")  # composed already: nothing to tidy


@lru_cache(maxsize=8192)
def _word(typed: str) -> str:
    """One typed word, lower-case NFC, as one or more canonical folded words."""
    if typed in _MARKED:
        return _MARKED[typed]
    short = _RUN.sub(r"\1", typed)
    if short in _MARKED:
        return _MARKED[short]
    plain = fold(short)
    if plain in _WORDS:
        return _WORDS[plain]
    if plain.startswith("vs") and 4 <= len(plain) <= 7 and plain.endswith(("d", "ip", "i")):
        return "vssid"
    if len(plain) >= 3 and (real := decoded(typed)):
        return fold(real)
    return plain


def even(text: str) -> tuple[str, ...]:
    """The words of a text in one spelling: folded, chat spelling written out, set phrases joined.

    "quen mk r lam s" and "Quên mật khẩu rồi làm sao" give the same words. Numbers are kept only as their length: "#6".
    """
    typed = _PIECE.findall(text.lower() if _PLAIN_TEXT.fullmatch(text) else tidy(text))
    words: list[str] = []
    for i, piece in enumerate(typed):
        if piece.isdigit():
            words.append(piece if len(piece) <= 4 else f"#{len(piece)}")
            continue
        if piece == "dk" and i and i + 1 < len(typed) and fold(typed[i + 1]) in _YES_NO:
            words.append("duoc")
            continue
        if piece == "hong" and fold((typed[i + 1 : i + 2] and typed[i + 1]) or "") == "ngu":
            words.append("hong")
            continue
        words.extend(_word(piece).split())
    return _joined(words)


def _joined(words: list[str]) -> tuple[str, ...]:
    out: list[str] = []
    i = 0
    while i < len(words):
        for n in range(min(_LONGEST, len(words) - i), 1, -1):
            joined = _PHRASES.get(" ".join(words[i : i + n]))
            if joined is not None:
                out.extend(joined.split())
                i += n
                break
        else:
            out.append(words[i])
            i += 1
    return tuple(out)
