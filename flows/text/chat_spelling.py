"""The one table of chat spelling: words, set phrases, and the parts of syllables as people type them in chats.

Read by flows/text/normalise.py (questions), flows/text/syllable.py and flows/names (names). Invariant: only spelling and
synonyms are here; what a text asks is decided elsewhere. All entries are folded but those of MARKED.
"""

from __future__ import annotations

# Letters that begin and end a syllable: as typed, and what they stand for.
_onsets = "f-ph w-qu z-d z-v z-gi j-gi k-kh k-c k-ch q-qu tk-th nk-nh ck-ch ngk-ngh"
_ends = "nk-nh ck-ch k-c k-ch g-ng"


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """ "f-ph w-qu" as (("f", "ph"), ("w", "qu"))."""
    return tuple((typed, meant) for typed, _, meant in (pair.partition("-") for pair in text.split()))


ONSETS, ENDS = pairs(_onsets), pairs(_ends)
ONSETS_READ = pairs("j-ch dz-d dz-v dz-gi")  # understood, but not looked for
ONSETS_WRITTEN = pairs("ng-ngh")  # looked for, but a spelling of its own
ENDS_READ = pairs("nk-ng")

# One typed word with its marks, before they go: without them these are other words ("hỏng" is broken, "hổng" is not).
MARKED = {
    "hỏng": "hu", "hư": "hu", "ảnh": "hinh", "hổng": "khong", "hông": "khong", "hong": "khong", "hôg": "khong", "vô": "vao",
    "hơm": "khong", "dô": "vao", "gòi": "roi", "òi": "roi", "dị": "vay", "dậy": "vay", "vại": "vay", "dìa": "ve", "zìa": "ve",
    "đk": "dangky", "đc": "duoc", "đt": "dienthoai", "sđt": "sodienthoai", "đn": "dangnhap",
}  # fmt: skip  # reason: reads as the table it is
# One folded word; its own spelling goes without saying. Others' accounts are told by their kind: what is asked about one
# is asked about all.
_words = """
khong: k ko kg kh khg hok hem khum kong hk hog hek hokk; duoc: dc dcc dx; dangky: dk dky dki reg dangki; vay: z v zay dzay zi dzi;
gi: j ji gj; roi: r rui; sao: s seo ntn; lam: lm; gio: h jo; nhieu: nhiu bnhieu; vao: vo zo dzo zao; xem: coi xim;
dung: xai sd; tim: kiem; bao: keu bieu; giup: gium dum dium gip;
matkhau: mk pass password passwork pas passwd pw mkhau; taikhoan: tk account acc acount; dangnhap: dn login log;
congty: cty cti; cccd: cancuoc cc; cmnd: cmt cmtnd cm; sodienthoai: sdt sodt dtdd;
dienthoai: dt phone smartphone dthoai; email: mail imeo meo; email gmail: gmail; app: apps ap application;
vssid: vsid vssd vssip visid vssi vissid vss ssid; vneid: vnid vneiid vned vneidd vnei; chplay: googleplay ggplay;
appstore: apstore; iphone: ip iphon; tinnhan: sms nt; benhvien: bv; bhxh: bhx bhxhh bxhh; bhyt: bhytt byt; bhtn: bhtnn;
baohiem: bh; hoso: hs; tongdai: hotline; nhanvien: nv nvien; nguoi: ng ngui; that: thiet;
hinh: photo foto; tai len: up upload upp; tai: download down dow; link: lik lin; camon: tks thanks thank thankiu tkss;
ok: oke okie okela oki; lanh: linh; toi: tui mik minh; nham: lon; ubnd: uybannhandan; baonhieu: bn; thongbao: tb noti;
truong: trg; lien he: lh lhe lienhe; huong dan: hd hdan huongdan; luon: lun lunn; muon: mun; nguoi ta: ngta nta;
qua: wa qa; tra loi: tl trl rep; voi: vs; ma so: ms; biet: bit bik bt bjt; truoc: trc trk; thoi: thui thoai; tiep: tip; hieu: hiu; xong: xg; yeu: iu; chua: chx;
bay gio: bjo bgio; hom nay: hnay; hom qua: hqua; khinao: knao; lam sao: ls lsao tnao; thong tin: ttin; giao vien: gv gvien; ket qua: kq ketqua; noi chuyen: nc; cung: cx;
quen: wen; thoi gian: tgian tg; vo: vk; chong: ck;
mangkhac: facebook fb face tiktok instagram insta youtube twitter messenger mess viber telegram yahoo icloud garena
game netflix wifi windows shopee lazada tiki sendo grab gojek begroup capcut roblox freefire;
nganhang: vietcombank vcb agribank vietinbank bidv mbbank techcombank tcb sacombank acb vpbank tpbank hdbank lpbank
vib scb ocb bank banking momo zalopay vnpay shopeepay viettelpay atm visa
"""
# Several folded words that say one thing: those that are only joined, and those that are said otherwise.
_joined = """
vss id | vs sid | v s s i d | vn eid | bao hiem | mat khau | tai khoan | dang ky | dang nhap | so dien thoai |
dien thoai | e mail | ch play | app store | tin nhan | benh vien | khai sinh | ho so | cong ty | doanh nghiep |
nhan vien | can bo | tong dai | dau moi | phu trach | ngan hang | bao nhieu | bao lau | khi nao | o dau | lam sao |
luong huu | thai san | om dau | that nghiep | sap nhap | thong bao | thong tin | dinh danh | cap lai | hong ngu |
cao lanh | sa dec | thap muoi | lap vo | lai vung | tam nong | thanh binh | chau thanh | tan hong | dong thap |
tien giang | cam on | tai lieu | lua dao | to khai | mau 01 | khieu nai | kien nghi | phan anh | gop y
"""
_phrases = """
vssid: bao hiem xa hoi so | app bao hiem xa hoi | app bao hiem | app bhxh | app bh | ung dung bao hiem | ung dung bhxh;
app: ung dung | phan mem; bhxh: bao hiem xa hoi | bao hiem xh; bhyt: bao hiem y te | bao hiem yte;
bhtn: bao hiem that nghiep; the bhyt: the y te; matkhau: mat khu | mat ma | pass word; ma pin: ma pin; dangky: dang ki;
dangnhap: log in; sodienthoai: so dt | so phone; cccd: can cuoc cong dan | the can cuoc | can cuoc;
cmnd: chung minh nhan dan | chung minh thu | chung minh; email: g mail | dia chi mail | hop thu;
otp: ma otp | o t p | ma xac thuc | ma xac nhan | ma xac minh | ma code; chplay: google play; tinnhan: nhan tin;
tinnhan soan: soan tin; kham: kham chua benh | kham benh | di kham | kcb; khaisinh: giay khai sinh; congty: xi nghiep;
nhanvien: tu van vien; tongdai: duong day nong | so nong; nganhang: the atm | mb bank | internet banking | vi dien tu;
cong quoc gia: dich vu cong quoc gia; nguoi ta: nguoi ta | ng ta;
khinao: bao gio | chung nao | bua nao | luc nao | hoi nao; odau: cho nao | cho mo | o cho nao | muc nao;
lamsao: lam the nao | nhu the nao | the nao | nhu nao | kieu gi | cach nao | bang cach nao | lam cach nao;
ton baonhieu: ton nhieu; het baonhieu: het nhieu; hom qua: hum qua; hom nay: hum nay; bay gio: bi gio;
tra: kiem tra | tra cuu; tra ra: tra ra; dung: su dung; lay lai: khoi phuc; caplai: lam lai | in lai; camon: thank you;
file: tap tin; luadao: gia mao | gia danh; mau01: mau so 01 | mau so 1; khieunai: to cao
"""


def table(text: str, separator: str | None) -> dict[str, str]:
    """ "what is meant: spelling, spelling; …" as a mapping from each spelling to what is meant."""
    entries = [entry.partition(": ") for entry in " ".join(text.split()).split("; ")]
    return {typed.strip(): meant for meant, _, spellings in entries for typed in spellings.split(separator)}


_SPELLINGS = table(_words, None)
WORDS = {**{meant: meant for meant in _SPELLINGS.values()}, **_SPELLINGS}
_SAID = {
    **table(_phrases, "|"),
    **{phrase: phrase.replace(" ", "") for phrase in " ".join(_joined.split()).split(" | ")},
}
PHRASES = {
    " ".join(WORDS.get(word, word) for word in phrase.split()): meant for phrase, meant in _SAID.items()
}
