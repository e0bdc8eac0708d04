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
dungkhong: đừng chớ; xai: dùng xài sử; dung: đúng; tulam: tự; tu: từ; hinh: ảnh; ma: mã; can: cần; muon: mượn; vao: vô; day: đây;
sos: sổ; gio: giờ; cho: cho; luu: lưu; khong: hông hổng; di: đi; co: có; thay: thấy; conlai: còn
""",
    None,
)
_WORDS = table(
    """
khong: k ko hok hong hk kg kh hem hog khum kh khg; duoc: dc dx đc; vao: vo zo dzo vô; gi: j ji; roi: r rui; voi: vs;
matkhau: mk pass password pw passwd passwrod pasword mkhau matkhau passw; otp: mxn mxt code passcode optp;
@p: anh chi em bac a c e toi tui mik ong chau ong cau di che cu ae; @x: ah ak nha nhe nhen ne ni ha hen oi da thua u uh ui nghen luon vay z v ta
nhi het vang hi alo nghe a ơi ạ nhé nha nhỉ nè ha hả hén hen nghen á dạ vâng ừ ờ; giup: gium dum dium dùm giùm;
taikhoan: tk account acc user username nick; tinnhan: sms nt; xem: coi; gui: goi send gởi; inbox: ib rep; sdt: dt dtdd;
chup: cap screenshot screen; chuyentiep: forward fw fwd; share: share; mail: email gmail mail; link: link url;
remote: ultraviewer ultraview ultra teamviewer anydesk quicksupport rustdesk; pin: pin cvv cvc cvv2; zalo: zalo zl messenger viber facebook fb;
noi: noi; keu: bieu; nhap: danh go dien; lua: lua; cccd: cccd cancuoc cmnd cmt cmtnd; okcode: msbhxh mst; stk: stk; app: app apps; hs: hs
""",
    None,
)
_PHRASES = {
    **table(
        """
matkhau: mat khau | mat ma | mat khu | pass word | mat khua; dinhdanh: dinh danh;
otp: o t p | o te pe | o ti pi | ot p | o tp | ma otp | ma xac thuc | ma xac nhan | ma xac minh | ma bao mat | ma kich hoat | ma dang nhap | ma so xac nhan |
ma so xac thuc | ma code | ma dung mot lan | ma du phong | ma khoi phuc | smart otp | soft otp | ma hai lop | ma 2fa | ma mo khoa;
digits: 6 so | sau so | 6 chu so | sau chu so | 6 con so | sau con so | day so | may so | may con so | may chu so | con so | 4 so | bon so | 4 chu so | bon chu so |
8 so | tam so | tam chu so | 8 chu so | so trong tin | cac so | nhung con so | hang so | chuoi so | day ky tu | 5 so | nam so | dong so | ma 6 so | ma so 6 so | tung so;
okdigits: 10 so | muoi so | 12 so | muoi hai so | 15 ky tu | 4 so cuoi | 5 so cuoi | 6 so cuoi | bon so cuoi | sau so cuoi | 10 so cuoi | 15 so | 9 so;
tinnhan: tin nhan; manhinh: man hinh; chup: chup hinh | chup anh | chup lai | chup man hinh | cap man hinh | screen shot | hinh chup | quay lai | chup lien | quay man hinh | chup nguyen;
okcode: ma so bhxh | ma bhxh | ma so bao hiem | ma so bao hiem xa hoi | so bhxh | ma ho so | ma so ho so | so ho so | ma ho | ma ho gia dinh | ma don vi | ma so don vi | ma dv | ma so thue |
ma the | ma kcb | ma benh vien | ma truong | ma vung | ma tinh | ma buu chinh | ma loi | ma hen | ma giao dich | ma tra cuu | ma qr | qr | ma vach | ma nganh | ma nhan vien |
ma phieu | ma bien nhan | ma noi kham | ma captcha | captcha | ma doanh nghiep | ma so so | ma so the | ma so | so so | so the bhyt | ma so nguoi tham gia | so quyet dinh | so bien nhan | so phieu | ma hs | ma hoa don | ma dai ly | ma benh | ma xa | ma phong | ma khoi | ma quan ly | ma dia ban | ma buu dien | ma chuc danh | ma van don | ma buu gui | ma buu pham;
cccd: can cuoc | can cuoc cong dan | the can cuoc | so dinh danh | chung minh | chung minh nhan dan | giay to; bhyt: the bhyt | the bao hiem y te | the bao hiem | the y te | bao hiem y te;
sobh: so bao hiem | sos bhxh | sos bao hiem | to roi; tokhai: to khai | don de nghi | don xin | mau don; giay: giay ra vien | giay hen | giay khai sinh | bien lai | hoa don | hop dong | phieu hen | quyet dinh | bien nhan;
loi: bao loi | ma loi; sdt: so dien thoai | so dt | so phone; stk: so tai khoan | tai khoan ngan hang; hoten: ho ten | ho va ten; ngaysinh: ngay sinh; anhthe: hinh the | anh the | the 3x4; thebank: the atm | lung the | sau lung the | sau the | the ngan hang | the visa | the rut tien | the luong | the tin dung | the ghi no | so the ngan hang |
so the atm | so the | mat sau the | so mat sau | ba so mat sau | 3 so mat sau | 3 so sau | 16 so | ngay het han the;
pin: ma pin | so pin | ma pin the; remote: dieu khien tu xa | truy cap tu xa | tu xa | team viewer | any desk | ultra viewer; sharescreen: chia se man hinh | share man hinh | trinh chieu man hinh | chieu man hinh;
logininfo: thong tin dang nhap | tai khoan dang nhap | tt dang nhap; link: duong link | duong dan | lien ket | dia chi web; dangnhap: dang nhap | log in | dn; dangky: dang ky;
gui giup: gui ho; doc giup: doc ho; chuyentiep: chuyen tiep | gui nguyen | chuyen nguyen; cungcap: cung cap; chiase: chia se | tiet lo; traloi: tra loi | phan hoi | nhan lai | rep lai; nhanduoc: nhan duoc | co nhan; giukin: giu kin | giu ky | bao mat;
tunhap: tu nhap | tulam nhap | tulam go | tu go | tu dien | tulam dien | tulam bam; tulam: tu doi | tulam doi | tu dat | tulam dat | tu lam | tulam lam | tu mo | tulam mo | tu bam | tu minh;
lua: lua dao | ke gian | ke xau | gia danh | mao danh | gia mao | canh giac | doi tuong xau | toi pham | gia lam; aido: cho ai | voi ai | bat ky ai | bat cu ai | ai khac | nguoi khac | nguoi la | ai het | ke ca | nguoi ngoai;
baogio: khong bao gio | khong he | chang bao gio; tuyetdoi: tuyet doi; here: qua day | vao day | len day | o day | vo day | xuong day | ve day | khung chat | o chat | trong chat | vao chat | tin nay | duoi day | khung nay | o nay | xuong duoi | khung tro chuyen |
cuoc tro chuyen | phan chat | so nay | so cua | day ne; app: ung dung | phan mem; sectrang: trang bao mat | trang rieng | trang an toan; cong: cong dich vu | dich vu cong | cong quoc gia; quen: quen mat; baonhieu: bao nhieu | la may | so may | may vay | la bao nhieu;
lagi: la gi | la sao | gi vay | ghi gi | viet gi | noi gi; hethan: het han | het hieu luc | qua han; hieuluc: hieu luc | thoi han; guilai: gui lai ma | gui lai otp | nut gui lai | bam gui lai | chon gui lai;
chican: chi can | chi viec; dungkhong: dung co | khong nen | khong duoc | khong can | khoi can | khong phai; lamgiup: lam ho | nhap ho | xu ly ho | dang nhap ho | lam giup | lam cho | nhap giup | nhap cho | lam dum | lam gium | dang nhap giup | dang nhap cho | lam thay | nhap thay | xu ly cho | xu ly giup;
dungkhong gui: dung gui | dung dua | dung nhan | dung cung cap | dung chuyen; dungkhong doc: dung doc | dung noi; dungkhong cho: dung cho; dungkhong chup: dung chup; dungkhong nhap: dung nhap | dung bam | dung vao;
vneid: vn eid | dinh danh muc 2; vssid: vss id | vs sid; bhxh: bao hiem xa hoi | bao hiem; benem: ben @p; canbo: can bo | nhan vien | dong nghiep; tongdai: tong dai; hethong: he thong; kiemtra: kiem tra | doi chieu | tra cuu;
chop: cho phep | chap nhan | dong y | phe duyet; thongbao: thong bao; xacnhan: xac nhan | xac thuc | xac minh; matmat: khuon mat | guong mat; dienthoai: dien thoai; ngaylap: ngay lap tuc; huongdan: huong dan; doimk: doi mat khau
""",
        "|",
    )
}
_LONGEST = max(len(phrase.split()) for phrase in _PHRASES)
# What a word stands for beside itself.
_CLASSES: dict[str, str] = {
    word: name
    for name, words in {
        "SECRET": "otp matkhau pin digits logininfo",
        "MA": "ma maso",
        "OK": "okcode okdigits cccd bhyt sobh tokhai giay sdt stk hoten ngaysinh loi hs mau hoso diachi",
        "MSG": "tinnhan tin hopthu",
        "SHOT": "chup manhinh hinh anhchup video quay",
        "CARD": "thebank atm visa",
        "REMOTE": "remote sharescreen id",
        "LINK": "link @link",
        "GIVE": "gui doc dua chuyen chuyentiep cungcap chiase share traloi nhangui inbox copy up",
        "LET": "cho",
        "SAY": "noi bao biet nghe",
        "PUT": "nhap dan chep ghi de viet",
        "PRESS": "bam chon nhan mo vao quet cai tai",
        "ASK": "xin can muon hoi yeucau",
        "GET": "lay giu",
        "SYSTEM": "hethong tongdai bhxh troly 8079",
        "CHANGE": "doi quen caplai datlai mokhoa",
        "ME": "benem canbo toi",
        "P": "@p",
        "HERE": "here zalo",
        "WHERE": "vssid app sectrang trang man manhinh o cong vneid",
        "SELF": "tunhap tulam",
        "NOT": "khong dungkhong baogio tuyetdoi cam chang",
        "WARN": "lua aido giukin",
        "WHAT": "baonhieu lagi may gi dau nao",
        "YET": "chua duoc roi nhanduoc ve toi",
        "HELP": "giup lamgiup",
        "RULE": "hethan hieuluc kytu ky phut guilai",
    }.items()
    for word in words.split()
}
_SKIPPED = frozenset(("@p", "@x"))


def sentences_of(text: str) -> list[list[str]]:
    """The sentences of a text, each as its tokens; empty ones are left out."""
    out: list[list[str]] = [[]]
    for found in _SCAN.finditer(text[:LONGEST_READ].lower()):
        kind, raw = found.lastgroup, found.group()
        if kind == "end":
            if "?" in raw:
                out[-1].append("?")
            out.append([])
        elif kind == "word":
            out[-1].append(_word(raw))
        elif kind == "number":
            out[-1].append(raw if len(raw) <= 2 else f"#{min(len(raw), 9)}")
        elif kind == "link":
            out[-1].append("@gov" if "gov.vn" in raw else "@link")
        else:
            out[-1].append("@mail" if kind == "mail" else ",")
    return [_joined(sentence) for sentence in out if sentence]


@lru_cache(maxsize=8192)
def _word(raw: str) -> str:
    plain = fold(raw)
    return _MARKED.get(raw) or _WORDS.get(raw) or _WORDS.get(plain) or plain


def _joined(words: Sequence[str]) -> list[str]:
    """The words with set phrases, the longest first, put as what they mean."""
    words = [word for word in words if word != "@x"]
    out: list[str] = []
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST, len(words) - at), 1, -1):
            if (meant := _PHRASES.get(" ".join(words[at : at + size]))) is not None:
                out.extend(meant.split())
                at += size
                break
        else:
            out.append(words[at])
            at += 1
    return out


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
