"""Words of staff as they are compared, and the features by which flows/secrets/asking.py scores them.

Called by asking.py and the trainer. Invariant: the text is read once, and a feature holds no number longer than two digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from flows.text.chat_spelling import table
from flows.text.fold import fold

LONGEST_READ = 8_000  # characters of a text that are read
WINDOW = 64  # tokens that are scored together
STEP = 32  # tokens from one window to the next in a sentence that is longer
SKIPPED = 4  # how far apart two words may be that are seen together
NEAR, FAR = 2, 6  # classes from one to another that is named with it

_SCAN = re.compile(
    r"(?P<link>(?:https?://|www\.)\S+|[a-z0-9\-]{2,30}(?:\.[a-z0-9\-]{2,30}){0,3}\.(?:vn|com|net|org|xyz|info|top|click|site|online|me|ly|cc|link|shop|vip)(?![a-z0-9])(?:/\S*)?)"
    r"|(?P<mail>[a-z0-9._+\-]+@[a-z0-9.\-]+)"
    r"|(?P<number>[0-9]+)"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<end>[!?;\n]+|\.+(?=\s|$)|\|\|)"
    r"|(?P<mark>[,:…]|\s[\-–—]+\s)",
)
# One word with its marks, where without them it is another one.
_MARKED = table(
    """
@p: cô chú bạn thầy dì cháu mợ dượng cậu chế mình tớ tôi anh chị em bác ông bà; chi: chỉ; nhangui: nhắn; nhanduoc: nhận; keu: bảo;
dungkhong: đừng chớ khỏi; xai: dùng xài sử; dung: đúng; tulam: tự; tu: từ; hinh: ảnh; ma: mã; can: cần; muon: mượn; vao: vô; day: đây;
sos: sổ; maymoc: máy; maymay: mấy; gio: giờ; lienke: mà; @p: má; ve: tới về; goi: gọi; daxong: đã; hong: hỏng hồng; cainay: cái; caidat: cài; dandan: dặn; dancu: dân dẫn; dan: dán;
batlen: bật; batbuoc: bắt; noikham: nơi; noiket: nối; noitrong: nội; daudau: đầu dấu đậu đau; cam: cấm; camon: cảm; camtay: cầm; camvao: cắm; giay: giấy; giaydong: giây; khoanmuc: khoản; cuviec: cứ; caucu: câu; cau: cầu; buoitoi: tối; thaora: gỡ; nha: nhà; vobao: vỏ; quayso: quầy; quangcao: quảng; capnhat: cập; giamdoc: đốc; canthan: cẩn; doichieu: đối; doihoi: đòi;
moto: mờ mô mơ; mausac: màu; biet: biết; rieng: biệt; loiich: lợi; nghen: nghẽn; henlai: hẹn; canbo: cán; trangthai: trạng trắng; vietnam: việt; bac: bạc bậc; roira: rời; nghe: nghề; phai: phải; hoi: hỏi; hoinay: hồi; hoihop: hội; mongmuon: muốn;
chuyen: chuyển; chuyenke: chuyện; nguoi: đứa; lua: lừa; luachon: lựa; doicho: chờ đợi; chonay: chỗ; kyso: ký; kyhan: kỳ; kycang: kỹ; obox: ô; oday: ở; cong: cổng; congviec: công; mau: mẫu; maulen: mau; loi: lỗi; loinoi: lời;
taixuong: tải; taivi: tại; taisan: tài; nhanvat: nhân; chuadung: chứa; nguoila: lạ; sohai: sợ; cukhu: cũ; lomat: lỡ; capbac: cấp cặp; cho: cho; luu: lưu; khong: hông hổng; di: đi; co: có; thayduoc: thấy; conlai: còn
""",
    None,
)
_WORDS = table(
    """
khong: k ko hok hong hk kg kh hem hog khum kh khg; duoc: dc dx đc; vao: vo zo dzo vô; gi: j ji; roi: r rui; voi: vs;
matkhau: mk pass password pw passwd passwrod pasword mkhau matkhau passw; otp: mxn mxt code passcode optp;
@p: anh chi em bac a c e toi tui mik ong chau ong cau di che cu ae; @x: ah ak nha nhe nhen ne ni ha hen oi da thua u uh ui nghen luon vay z v ta
nhi het vang hi alo a ơi ạ nhé nha nhỉ nè ha hả hén hen nghen á dạ vâng ừ ờ; giup: gium dum dium dùm giùm;
taikhoan: tk account acc user username nick; tinnhan: sms; nhangui: nt; xem: coi; gui: goi send gởi; inbox: ib rep; sdt: dt dtdd;
chup: screenshot screen; chuyentiep: forward fw fwd; share: share; mail: email gmail mail; link: link url;
remote: ultraviewer ultraview ultra teamviewer anydesk quicksupport rustdesk; pin: pin cvv cvc cvv2 puk; khoarieng: pfx keystore jks pem privatekey seed; khoaphien: cookie cookies bearer jwt apikey; otp: authenticator; zalo: zalo zl messenger viber facebook fb;
noi: noi; keu: bieu; nhap: danh go dien; lua: lua; cccd: cccd cancuoc cmnd cmt cmtnd; okcode: msbhxh mst; stk: stk; app: app apps; hs: hs
""",
    None,
)
_PHRASES = {
    **table(
        """
matkhau: mat khau | mat ma | mat khu | pass word | mat khua; dinhdanh: dinh danh;
otp: o t p | o te pe | o ti pi | ot p | o tp | ma otp | ma xac thuc | ma xac nhan | ma xac minh | ma bao mat | ma kich hoat | ma dang nhap | ma so xac nhan |
ma so xac thuc | ma code | ma dung mot lan | ma du phong | ma khoi phuc | smart otp | soft otp | ma hai lop | ma 2fa | ma 2 lop | ma mo khoa | ma sms | ma authenticator | ma google authenticator | google authenticator | voice otp | ma voice otp |
backup code | ma backup | ma rut tien | ma rut tien khong the | ma ky so | ma phe duyet | ma giao dich ngan hang | ma ngan hang gui | ma ngan hang | ma doi mat khau | ma dat lai | ma khoa | ma mo app | ma mo may;
khoarieng: private key | khoa bi mat | khoa rieng | khoa rieng tu | file p 12 | duoi p 12 | p 12 | file key | file khoa | tep khoa | cum tu khoi phuc | tu khoa khoi phuc;
khoaphien: access token | api token | token api | api key | session id | ma phien | token phien | token dang nhap | token trong session | ma token phien | refresh token;
cauhoi: cau hoi bao mat | cau tra loi bao mat | cau tra loi bi mat | cau hoi bi mat | dap an bao mat | cau hoi khoi phuc | tra loi bao mat;
qrlogin: qr dang nhap | ma qr dang nhap | qr lien ket | qr ghep noi | ma qr ghep noi | ma qr lien ket | qr xac thuc | ma qr xac thuc | qr thiet lap | qr zalo dang nhap | ma qr zalo;
digits: 6 so | sau so | 6 chu so | sau chu so | 6 con so | sau con so | day so | may so | may con so | may chu so | con so | 4 so | bon so | 4 chu so | bon chu so |
8 so | tam so | tam chu so | 8 chu so | so trong tin | cac so | nhung con so | hang so | chuoi so | day ky tu | 5 so | nam so | dong so | ma 6 so | ma so 6 so | tung so;
okdigits: 10 so | muoi so | 12 so | muoi hai so | 15 ky tu | 4 so cuoi | 5 so cuoi | 6 so cuoi | bon so cuoi | sau so cuoi | 10 so cuoi | 15 so | 9 so;
maso: ma so; denghi: de nghi | vui long | kinh mong | xin vui long; xinloi: xin loi | xin chao | xin phep | xin cam on; camon: cam on; yeucau: yeu cau; hoso: ho so; hopthu: hop thu; diachi: dia chi; kytu: ky tu; thutu: thu tu; caidat: cai dat; nhanduoc: tiep nhan | da nhan;
noidung: noi dung; taikhoan: tai khoan; giaodich: giao dich; dientu: dien tu; nganhang: ngan hang; donvi: don vi; ketoan: ke toan; congty: cong ty; cothe: co the; kythuat: ky thuat; bophan: bo phan | phong cntt | phong ky thuat; coquan: co quan; phienban: phien ban; truycap: truy cap; nangcap: nang cap; capnhat: cap nhat; caplai: cap lai; trocap: tro cap;
chekin: che so | che ma | che di | che lai | che mat khau | che otp | che giup | va che | che ten; khong chekin: khong che | dung che | khong can che | khoi che; ma cukhu: ma cu; matkhau cukhu: mat khau cu | pass cu | mk cu; so cukhu: so cu; okcode: ma noi kcb | ma noi dang ky; cuthe: cu the; sudung: su dung; anhhuong: anh huong; ve chua: toi chua; ve thi: toi thi; ve roi: toi roi; ma ve: ma toi; tin ve: tin toi; tinnhan: tin nhan; ma maymay: ma may; otp maymay: otp may | ma otp may; maymoc @p: may @p; manhinh: man hinh | maymoc hinh; chup: chup hinh | chup anh | chup lai | chup man hinh | cap man hinh | screen shot | hinh chup | quay lai | chup lien | quay man hinh | chup nguyen;
okcode: ma so bhxh | ma bhxh | ma so bao hiem | ma so bao hiem xa hoi | so bhxh | ma ho so | ma so ho so | so ho so | ma ho | ma ho gia dinh | ma don vi | ma so don vi | ma dv | ma so thue |
ma the | ma kcb | ma benh vien | ma truong | ma vung | ma tinh | ma buu chinh | ma loi | ma hen | ma giao dich | ma tra cuu | ma qr | qr | ma vach | ma nganh | ma nhan vien |
ma phieu | ma bien nhan | ma noi kham | ma captcha | captcha | ma doanh nghiep | ma so so | ma so the | so so | so the bhyt | ma so nguoi tham gia | so quyet dinh | so bien nhan | so phieu | ma hs | ma hoa don | ma dai ly | ma benh | ma xa | ma phong | ma khoi | ma quan ly | ma dia ban | ma buu dien | ma chuc danh | ma van don | ma buu gui | ma buu pham |
ma chung tu | so chung tu | ma nha thuoc | ma thuoc | ma phuong an | ma tham chieu | ma khach hang | ma cong ty | ma lop | ma hoc sinh | ma sinh vien | ma nhan su | ma nghe | ma huyen | ma phuong | ma quan | ma doi tuong |
ma quyen loi | ma muc huong | ma quoc gia | ma dan toc | ma chi nhanh | ma buu cuc | ma thiet bi | ma co so | ma co quan | ma thu tuc | ma icd | icd | ma lich hen | ma dat lich | so thu tu | ma bien lai | ma thanh toan | ma hop dong |
so hop dong | ma tra soat | serial | so serial | so seri | ma noi song | ma chuong | ma tieu muc | ma nguoi huong | ma phu luc | ma bieu mau | ma mau | ma danh muc | ma giay | ma dot | ma lo | ma lao dong | ma nganh nghe | ma so nhan vien |
ma khu vuc | ma to khai | ma dang ky kham | ma dai ly thu | ma diem thu | ma uy nhiem chi | so cong van | ma chuyen khoan | ma nop tien;
cccd: can cuoc | can cuoc cong dan | the can cuoc | so dinh danh | chung minh | chung minh nhan dan | giay to; bhyt: the bhyt | the bao hiem y te | the bao hiem | the y te | bao hiem y te;
sobh: so bao hiem | sos bhxh | sos bao hiem | to roi; tokhai: to khai | don de nghi | don xin | mau don; giay: giay ra vien | giay hen | giay khai sinh | bien lai | hoa don | hop dong | phieu hen | quyet dinh | bien nhan;
loi: bao loi | ma loi; sdt: so dien thoai | so dt | so phone | con so dien thoai; stk: so tai khoan | tai khoan ngan hang | con so tai khoan; cccd: con so cccd | con so can cuoc | so cccd | so can cuoc; hoten: ho ten | ho va ten; ngaysinh: ngay sinh; anhthe: hinh the | anh the | the 3x4; thebank: the atm | lung the | sau lung the | sau the | the ngan hang | the visa | the rut tien | the luong | the tin dung | the ghi no | so the ngan hang |
so the atm | so the | mat sau the | so mat sau | ba so mat sau | 3 so mat sau | 3 so sau | 16 so | ngay het han the;
pin: ma pin | so pin | ma pin the; remote: ma ket noi | ket noi tu xa | remote desktop | ma anydesk | ma teamviewer | ma ultraviewer | id remote | ma dieu khien | ma truy cap | dieu khien tu xa | truy cap tu xa | tu xa | team viewer | any desk | ultra viewer; sharescreen: chia se man hinh | share man hinh | trinh chieu man hinh | chieu man hinh;
bangiao: ban giao; dinhkem: dinh kem; bosung: bo sung; logininfo: thong tin truy cap | thong tin bao mat | user pass | user va pass | thong tin tai khoan dang nhap | thong tin dang nhap | tai khoan dang nhap | tt dang nhap; link: duong link | duong dan | lien ket | dia chi web; dangnhap: dang nhap | log in | dn; dangky: dang ky;
gui giup: gui ho; doc giup: doc ho; chuyentiep: chuyen tiep | gui nguyen | chuyen nguyen; cungcap: cung cap; chiase: chia se | tiet lo; traloi: tra loi | phan hoi | nhan lai | rep lai; nhanduoc: nhan duoc | co nhan duoc; giukin: giu kin | giu ky | bao mat;
tunhap: tu nhap | tulam nhap | tulam go | tu go | tu dien | tulam dien | tulam bam; tulam: tu doi | tulam doi | tu dat | tulam dat | tu lam | tulam lam | tu mo | tulam mo | tu bam | tu minh | tulam bam | tulam ky | tu ky | tu cai | tulam cai | tu tay | tulam tay | tu chon | tulam chon | tu dang nhap | tulam dang nhap | tu thao tac | tulam thao tac;
lua: lua dao | ke gian | ke xau | gia danh | mao danh | gia mao | canh giac | doi tuong xau | toi pham | gia lam; aido: cho ai | voi ai | bat ky ai | bat cu ai | ai khac | nguoi khac | nguoi la | ai het | ke ca | nguoi ngoai;
baogio: khong bao gio | khong he | chang bao gio; tuyetdoi: tuyet doi; here: qua day | vao day | len day | o day | vo day | xuong day | ve day | khung chat | o chat | trong chat | vao chat | tin nay | duoi day | khung nay | o nay | xuong duoi | khung tro chuyen |
cuoc tro chuyen | phan chat | so nay | so cua | day ne | duoi nay | ngay duoi | vao nhom | len nhom | trong nhom | tin nhan nay | o binh luan | o nhan | hop chat | phan binh luan | vao chat nay | email nay | mail nay; app: ung dung | phan mem; sectrang: trang bao mat | trang rieng | trang an toan; cong: cong dich vu | dich vu cong | cong quoc gia; quen: quen mat; baonhieu: bao nhieu | la may | so may | may vay | la bao nhieu;
lagi: la gi | la sao | gi vay | ghi gi | viet gi | noi gi; hethan: het han | het hieu luc | qua han; hieuluc: hieu luc | thoi han; guilai: gui lai ma | gui lai otp | nut gui lai | bam gui lai | chon gui lai;
chican: chi can | chi viec; dungkhong: dung co | khong nen | khong duoc | khong can | khoi can | khong phai; lamgiup: lam ho | nhap ho | xu ly ho | dang nhap ho | lam giup | lam cho | nhap giup | nhap cho | lam dum | lam gium | dang nhap giup | dang nhap cho | lam thay | nhap thay | xu ly cho | xu ly giup;
dungkhong gui: dung gui | dung dua | dung nhan | dung cung cap | dung chuyen; dungkhong doc: dung doc | dung noi; dungkhong cho: dung cho; dungkhong chup: dung chup; dungkhong nhap: dung nhap | dung bam | dung vao | dung go | dung danh; dungkhong chiase: dung chia se | dung tiet lo; dungkhong de: dung de; dungkhong ghi: dung ghi; dungkhong bao: dung bao; dungkhong cai: dung cai | dung tai;
dungkhong quet: dung quet; dungkhong bat: dung bat; dungkhong chuyentiep: dung chuyen tiep | dung forward; dungkhong dan: dung dan;
vneid: vn eid | dinh danh muc 2; vssid: vss id | vs sid; bhxh: bao hiem xa hoi | bao hiem; benem: ben @p; canbo: can bo | nhan vien | dong nghiep; tongdai: tong dai; hethong: he thong; kiemtra: kiem tra | doi chieu | tra cuu;
chop: cho phep | chap nhan | dong y | phe duyet; thongbao: thong bao; xacnhan: xac nhan | xac thuc | xac minh; matmat: khuon mat | guong mat; dienthoai: dien thoai; ngaylap: ngay lap tuc; huongdan: huong dan; doimk: doi mat khau
""",
        "|",
    )
}
_LONGEST: dict[str, int] = {}  # words of the longest phrase that begins with a word
for _phrase in _PHRASES:
    _first, *_rest = _phrase.split()
    _LONGEST[_first] = max(_LONGEST.get(_first, 1), 1 + len(_rest))
_APART = frozenset(("mà", "còn", "dùng", "đã"))  # never the beginning of a phrase of the word without marks
# What a word stands for beside itself.
_CLASSES: dict[str, str] = {
    word: name
    for name, words in {
        "SECRET": "otp matkhau pin digits logininfo khoarieng khoaphien cauhoi qrlogin",
        "MA": "ma maso",
        "OK": "okcode okdigits cccd bhyt sobh tokhai giay sdt stk hoten ngaysinh loi hs mau hoso diachi",
        "MSG": "tinnhan tin hopthu",
        "SHOT": "chup cap manhinh hinh anhchup video quay",
        "CARD": "thebank atm visa",
        "REMOTE": "remote sharescreen id",
        "LINK": "link @link",
        "GIVE": "gui doc dua chuyen chuyentiep cungcap chiase share traloi nhangui inbox copy up quang bangiao dinhkem bosung nop truyen hu",
        "LET": "cho",
        "SAY": "noi bao biet nghe",
        "PUT": "nhap dan chep ghi viet soan khai",
        "PRESS": "bam chon nhan mo vao quet caidat taixuong",
        "ASK": "xin can muon hoi yeucau denghi",
        "GET": "lay giu",
        "SYSTEM": "hethong tongdai bhxh troly 8079",
        "CHANGE": "doi quen caplai datlai mokhoa",
        "ME": "benem canbo toi kythuat bophan coquan",
        "P": "@p",
        "DEV": "maymoc dienthoai",
        "HERE": "here zalo",
        "WHERE": "vssid app sectrang trang man manhinh o obox cong vneid",
        "SELF": "tunhap tulam",
        "NOT": "khong dungkhong baogio tuyetdoi cam chang khoan",
        "WARN": "lua aido giukin",
        "WHAT": "baonhieu lagi may maymay gi dau nao",
        "YET": "chua duoc roi nhanduoc ve daxong",
        "HELP": "giup lamgiup",
        "RULE": "hethan hieuluc kytu ky phut guilai",
    }.items()
    for word in words.split()
}
_SKIPPED = frozenset(("@p", "@x"))


def sentences_of(text: str) -> list[list[str]]:
    """The sentences of a text, each as its tokens; empty ones are left out."""
    out: list[list[tuple[str, str]]] = [[]]
    for found in _SCAN.finditer(text[:LONGEST_READ].lower()):
        kind, raw = found.lastgroup, found.group()
        if kind == "end":
            if "?" in raw:
                out[-1].append(("?", "?"))
            out.append([])
        elif kind == "word":
            out[-1].append(_word(raw))
        elif kind == "number":
            number = raw if len(raw) <= 2 else f"#{min(len(raw), 9)}"
            out[-1].append((number, number))
        elif kind == "link":
            link = "@gov" if "gov.vn" in raw else "@link"
            out[-1].append((link, link))
        else:
            mark = "@mail" if kind == "mail" else ","
            out[-1].append((mark, mark))
    return [_joined(sentence) for sentence in out if sentence]


@lru_cache(maxsize=8192)
def _word(raw: str) -> tuple[str, str]:
    """A word without its marks, and what it means by itself."""
    plain = fold(raw)
    meant = _MARKED.get(raw) or _WORDS.get(raw) or _WORDS.get(plain) or plain
    return meant if raw in _APART else plain, meant


def _joined(words: Sequence[tuple[str, str]]) -> list[str]:
    """The words with set phrases put as what they mean: first as they are spelt, then, without fillers, by what each means."""
    plain = [word for word, _ in words]
    by_spelling: list[str] = []
    at = 0
    while at < len(words):
        size, meant = _phrase_at(plain, at)
        by_spelling += meant or [words[at][1]]
        at += size
    kept = [word for word in by_spelling if word != "@x"]
    out: list[str] = []
    at = 0
    while at < len(kept):
        size, meant = _phrase_at(kept, at)
        out += meant or [kept[at]]
        at += size
    return out


def _phrase_at(words: Sequence[str], at: int) -> tuple[int, list[str]]:
    """The longest set phrase that begins at a word: how many words it has, and what it means; (1, []) for none."""
    for size in range(min(_LONGEST.get(words[at], 1), len(words) - at), 1, -1):
        if (meant := _PHRASES.get(" ".join(words[at : at + size]))) is not None:
            return size, meant.split()
    return 1, []


def windows_of(sentences: Sequence[Sequence[str]], first: int = 0) -> Iterator[tuple[int, int, list[str]]]:
    """What is scored: each sentence from number `first` alone, and with as many before it as fit.

    Each with the numbers of its first and last sentence; a longer sentence in parts.
    """
    for last in range(first, len(sentences)):
        own = sentences[last]
        for at in range(0, max(1, len(own) - STEP), STEP):
            yield last, last, list(own[at : at + WINDOW])
        begin, size = last, len(own)
        while begin and size + len(sentences[begin - 1]) < WINDOW:
            begin -= 1
            size += len(sentences[begin]) + 1
        if begin < last:
            whole = [token for sentence in sentences[begin:last] for token in (*sentence, ".")]
            yield begin, last, whole + list(own)


_VERBS = frozenset(("GIVE", "LET", "SAY", "PUT", "ASK", "SHOT", "GET", "PRESS"))
_OBJECTS = frozenset(("SECRET", "MA", "OK", "MSG", "CARD", "REMOTE", "LINK", "SHOT"))
_TO = frozenset(("HERE", "WHERE", "ME"))
_ARM = 7  # tokens from a verb to its object


def features_of(tokens: Sequence[str]) -> set[str]:
    """The features of one window."""
    core = [t for t in tokens if t not in _SKIPPED]
    seen = {f"w:{t}" for t in core}
    seen.update(f"g:{a} {b}" for a, b in _apart(core))
    seen.update(f"h:{a} {b} {c}" for a, b, c in zip(core, core[1:], core[2:], strict=False))
    seen.update(f"b:{a} {b}" for a, b in pairwise(("^", *tokens, "$")))
    seen.update(f"c:{a} {b}" for a, b in pairwise(core))
    classes = classes_of(tokens)
    named = [c for c in classes if c]
    for at, one in enumerate(named):
        seen.add(f"k:{one}")
        seen.update(f"p:{one}>{other}" for other in named[at + 1 : at + 1 + FAR])
        seen.update(f"n:{one}>{other}" for other in named[at + 1 : at + 1 + NEAR])
    short = [c for c in named if c not in ("P", ",")]
    seen.update(f"t:{a}>{b}>{c}" for a, b, c in zip(short, short[1:], short[2:], strict=False))
    seen.update(_actions(tokens, classes))
    if not _OBJECTS.intersection(named) - {"OK"}:
        seen.add("nothing")
    return seen


def _apart(tokens: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Words of one sentence that stand near each other, with others between."""
    for at, one in enumerate(tokens):
        for other in tokens[at + 2 : at + 2 + SKIPPED]:
            if other in (".", "?"):
                break
            yield one, other


def classes_of(tokens: Sequence[str]) -> list[str]:
    """What each token stands for, "" for nothing in particular."""
    return [_CLASSES.get(t, t if t in (".", ",", "?") else "") for t in tokens]


def _actions(tokens: Sequence[str], classes: Sequence[str]) -> Iterator[str]:
    """What is done to what: each verb with its object, whether it is denied, who does it and to whom."""
    for at, verb in enumerate(classes):
        if verb not in _VERBS:
            continue
        left, right = (
            _until(reversed(classes[max(0, at - _ARM) : at])),
            _until(classes[at + 1 : at + 1 + _ARM]),
        )
        close = left[:4]
        sort = (
            "not"
            if "NOT" in close
            else "warn"
            if "WARN" in close
            else "self"
            if "SELF" in close
            else "sys"
            if "SYSTEM" in close
            else ""
        )
        after = next((c for c in right if c in _OBJECTS), "-")
        before = next((c for c in left if c in _OBJECTS), "-")
        where = next((c for c in right if c in _TO), "")
        whom = "aido" if "aido" in tokens[at : at + _ARM] else where or ("P" if "P" in right[:3] else "")
        yield f"s:{sort} {verb} {after}"
        yield f"s2:{sort} {verb} {after} {whom}"
        yield f"s3:{sort} {verb} {before} {after} {whom}"
        yield f"s4:{sort} {tokens[at]} {after}"
        yield f"s5:{sort} {tokens[at]} {before} {after} {whom}"


def _until(classes: Iterable[str]) -> list[str]:
    """The classes up to the end of the sentence."""
    out: list[str] = []
    for one in classes:
        if one in (".", "?"):
            break
        out.append(one)
    return out
