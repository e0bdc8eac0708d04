"""What kind of message a text is: question, answer, wish, thanks … , each with its probability. Called through `Input.acts`.

A linear model (benchmarks/talk/train.py, decision 0011) of words, first and last words, and classes of words by meaning.
Invariant: pure Python, and the probabilities add up to one; they are calibrated on authors that were left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from flows.text.fold import fold
from flows.text.normalise import normalise, plain
from flows.understanding import model_file
from flows.understanding.question_model import TEXT_READ, features, side_by_side, softmax, summed

KIND = "acts"  # of its file
# What the assistant said just before; "" when that is not known. do: something is to be done on the phone; told: an answer.
Before = Literal["", "start", "yes_no", "fact", "do", "told"]
ASKING = ("question", "trouble")  # acts that ask for something to be known
_MEANINGS = {
    "asks": "gi j chi sao dau ai may nao nhieu bn",
    "not": "khong ko k kg kh hong hok hem khum hk hog hum chang hg",
    "done": "roi r rui oi xong xg",
    "particle": "a ah ne nha nhe nghe nghen hem hen he ad z vay v do da luon lun ta ha ak nhen ui",
    "kin": "em e anh a chi c co chu bac con chau ban me ma ba ong toi tui t minh mk mik ho no may cau thay",
    "family": "me ma ba bo cha vo chong vk ck ong noi ngoai cau di thim bac con chau nhoc be thang nho trai gai re ut hai tu nam sau",
    "help": "giup gium dum ho nho lam on muon can xin cho mun nghi kiem",
    "trouble": "loi sai quay trang den treo dung lag bi mat het hu quen khoa van vang do ket im bao roi hoai mai tron cham",
    "stop": "thoi khoi dep nghi bo huy ngung dung",
    "later": "mai mot toi chieu sang tuan sau chut xiu ti lat bua khac hen de doi cho ranh tinh tan dem hoi",
    "thanks": "cam on thanks tks thank camon tot gioi hay dinh ngon diem tuyet xin hay ich de thuong man iu",
    "greeting": "chao hello hi alo helo kinh hey hallo",
    "bye": "bye tam biet pp baibai bb bai ngu ngon hen kinh",
    "not_yet": "dang chua con",
    "back": "quay lai tiep tuc truoc nay",
    "slip": "lon nham a ua y",
    "yes": "ok oke oki okie okela u uh uhm um uk da vang duoc dc phai dung roi",
    "anger": "mia buc tuc chan te phien ngu dm vl vcl cc dien lau deo clgt gian phi nham lua cham hach qq choc cha dang",
    "person": "can bo nguoi nhan vien nv gap goi dien thoai noi chuyen so sdt that thiet lanh truong chat lien he",
    "scam": "otp ma link tien chuyen khoan zalo goi cong lua danh la doi tuong",
    "repeat": "lai hieu ngan dai nghia giai thich cham kho roi don",
    "skip": "qua bo khoi trong cau nay",
    "chat": "bot may an com ngu vo chong bo tuoi troi mua nang nong lanh vui yeu thuong ca buon",
}
_PHRASES = {
    "repeat": "noi lai,nhac lai,doc lai,lap lai,la sao,khong hieu,chua hieu,hong hieu,hok hieu,ko hieu,hieu gi,ngan gon,de hieu,ngan thoi,la gi,noi gi,y la gi,dai qua,giai thich",
    "stop": "thoi khoi,khoi lam,khong lam nua,nghi lam,bo di,huy di,huy luon,dung lai,dung o day,ngung lai,ket thuc,thoat ra,khong can nua,thoi bo,khong muon lam",
    "skip": "bo qua,cho qua,qua cau,khoi hoi,cau khac,cau nay,buoc nay,buoc khac,de trong,bo trong,khong muon noi,qua buoc,muc nay",
    "back": "quay lai,tro lai,lam tiep,tiep tuc,di tiep,tiep di,hoi nay,luc nay,cai truoc,buoc truoc,ve buoc,do dang,dang do,con do,lui lai,ve lai",
    "later": "de mai,de toi,de lat,bua khac,hom khac,ngay mai,tuan sau,chut nua,ti nua,lat nua,xiu nua,cho chut,cho xiu,doi chut,cho ti,luc khac,khi khac,hoi sau,lam sau,phan hoi sau,tan ca,de sau,khi nao ranh",
    "correction": "y la,y em la,y toi la,y tui la,noi lon,noi nham,go nham,go lon,ghi nham,viet nham,lon roi,nham roi,sua lai,dinh chinh,khong phai,hong phai,hok phai,ko phai,chu khong phai,cho khong phai,moi dung,doi lai,a khong,lo tay,lo bam",
    "not_yet": "chua xong,chua co,chua lam,chua nop,chua tai,chua nhan,chua bam,chua thay,dang lam,dang tai,dang cho,con dang,moi toi,chua kip,chua nua,chua het",
    "done": "xong roi,xong r,duoc roi,dc r,nop roi,roi do,roi ne,roi nha,roi a,da gui,da nop,da mo,da bam,da lam,da nhan,da tai,thanh cong,hoan tat,het roi",
    "yes": "dong y,nhat tri,duoc chu,duoc cho,co chu,co cho,dung roi,phai roi,chuan roi,duoc luon,lam di,ok luon,tat nhien",
    "no": "khong dong y,khong can,khong muon,khong dau,hong dau,thoi khoi,khong phai,dau co,khoi can,khong nha,dung co",
    "ack": "hieu roi,ra vay,ra the,ra la,biet roi,nho roi,tiep thu,ghi nhan,nghe roi,ro roi,nam roi,da hieu,hieu r,biet r",
    "person": "gap nguoi,nguoi that,nguoi thiet,gap can bo,noi chuyen voi,gap nhan vien,goi cho ai,goi ai,so dien thoai,can bo nao,lanh dao,phu trach,cho gap,gap ai,chuyen vien,lien he voi,lien he ai,tong dai vien",
    "thanks": "cam on,huu ich,de thuong,nhiet tinh,chu dao,tuyet voi,tot qua,gioi qua,hay qua,mung qua,do qua,may qua,than thien,hai long,vay duoc roi",
    "bye": "tam biet,hen gap,chao em nha,di nha,nghi nha,ngu ngon,bai bai,bye bye,kinh chao,gap lai,het roi,vay thoi,chuc em,thoi nha",
    "anger": "mat thoi gian,buc minh,qua te,buc boi,dien qua,chan qua,phien qua,tra loi gi,vo dung,vo trach nhiem,hoai khong,ca buoi,khong ai nghe,lam an,quan lieu,hanh dan,phuc vu,nhu hach,mat day,gian mat,lam mat,cai kieu",
    "scam": "cong an,chuyen tien,chuyen khoan,goi dien,tu xung,xung la,bam link,cai link,duong link,doc ma,dua ma,mao danh,gia danh,lua dao,dong phi,bi lua,tru tien,cung cap ma,gui ma",
    "trouble": "khong duoc,hong duoc,ko dc,k dc,hok dc,khong vao,khong thay,hong thay,khong co,hong co,bao loi,bi loi,bao sai,khong nhan,van khong,van chua,trang bech,quay hoai,quay vong,bi khoa,khong ra,vang ra,bao da,cu bao,no bao,hoai khong",
    "question": "co can,co phai,duoc khong,duoc hong,dc hong,dc ko,dc k,phai khong,phai hong,co duoc,lam sao,the nao,o dau,bao lau,bao nhieu,khi nao,chung nao,hay la,may ngay,gom nhung,cai nao,thi sao,co mat,bi gi,cho hoi,cho biet,hay khong",
    "wish": "tra giup,tra gium,tra ma,giup toi,giup em,giup chi,cho toi,cho em,cho tui,dang ky cho,doi mat khau,muon doi,muon dang ky,muon tra,ngung gui,tat thong bao,bat thong bao,lam gium,tim gium,tim giup,de nghi,huong dan toi,kiem giup,xoa du lieu,xoa het",
    "statement": "nha toi,nha em,nha chi,nha tui,toi o,em o,tui o,toi la,em la,con toi,con em,hoi truoc,hoi xua,nam ngoai,o que,nghi viec,moi nghi,khong ranh,khong biet xai,lon tuoi,don vi em,cong ty em",
    "chat": "an com,troi oi,hom nay,bua nay,co vo,co chong,co bo,bao nhieu tuoi,may tuoi,ten gi,khoe khong,khoe hong,nong qua,mua qua,may la,em la nguoi,dep trai,dep gai,buon ngu,choi khong,hat cho",
}
_PHRASE_OF: Mapping[str, str] = {phrase: name for name, row in _PHRASES.items() for phrase in row.split(",")}
_LONGEST = 4  # words of a phrase
_MEANINGS_OF: Mapping[str, tuple[str, ...]] = {
    word: tuple(name for name, words in _MEANINGS.items() if word in words.split())
    for word in " ".join(_MEANINGS.values()).split()
}
_FRAME = frozenset(  # words around what is said
    "a ah ne nha nhe nghen hen em con chi anh oi ad z vay do ta luon di da co chu bac e c ha he nghe lun v minh toi tui t".split()
)
_LENGTHS = (1, 2, 3, 4, 6, 10, 16)
_SIGNS = {"?": 1.5, "!": 0.5, ",": 0.5}


def act_features(text: str, before: Before = "") -> dict[str, float]:
    """What is counted of a text, each with its weight."""
    text = text[:TEXT_READ]
    typed = plain(text).split()
    found = features(normalise(text))
    found |= {f"r:{word}": 0.7 for word in typed} | {f"rb:{one}_{two}": 0.7 for one, two in pairwise(typed)}
    found |= {f"has:{sign}": weight for sign, weight in _SIGNS.items() if sign in text}
    found["marked" if fold(text) != text.lower() else "unmarked"] = 0.3
    if any(char.isdigit() for char in text):
        found["digits"] = 1.0
    if any(char > "\U0001f2ff" for char in text):
        found["picture"] = 0.5
    if typed:
        found |= _edges(typed)
    meanings = [_MEANINGS_OF.get(word, ()) for word in typed]
    found |= {f"k:{name}": 1.0 for names in meanings for name in names}
    found |= {f"kl:{name}": 1.0 for names in meanings[-2:] for name in names}
    found |= {f"kf:{name}": 1.0 for names in meanings[:2] for name in names}
    found |= {f"kb:{one}_{two}": 0.5 for a, b in pairwise(meanings) for one in a for two in b if one != two}
    for size in range(2, _LONGEST + 1):
        for phrase in map(" ".join, zip(*(typed[at:] for at in range(size)), strict=False)):
            if name := _PHRASE_OF.get(phrase):
                found[f"x:{name}"] = 1.0
    if before:
        found |= _after(before, typed, meanings)
    return found


def _edges(typed: Sequence[str]) -> dict[str, float]:
    """How a text begins and ends, and how long it is."""
    core = [word for word in typed if word not in _FRAME]
    ends = {f"first:{typed[0]}": 1.0, f"last:{typed[-1]}": 1.0}
    if len(typed) > 1:
        ends |= {f"first2:{typed[0]}_{typed[1]}": 1.0, f"last2:{typed[-2]}_{typed[-1]}": 1.0}
    ends |= {f"core first:{core[0]}": 1.0, f"core last:{core[-1]}": 1.0} if core else {"only frame": 1.5}
    return ends | {f"length:{max(n for n in _LENGTHS if n <= len(typed))}": 1.0}


def _after(before: Before, typed: Sequence[str], meanings: Sequence[tuple[str, ...]]) -> dict[str, float]:
    """What is said after what."""
    found = {f"after {before}": 0.7}
    if len(typed) <= 4:
        found[f"after {before}, short"] = 0.7
    if typed:
        found |= {f"after {before}, first:{typed[0]}": 0.4, f"after {before}, last:{typed[-1]}": 0.4}
    return found | {f"after {before}, k:{name}": 0.3 for names in meanings for name in names}


def act_chances(text: str, weights: bytes, before: Before = "") -> dict[str, float]:
    """The probability of each act. `weights`: Content.acts_weights."""
    return _model(weights).chances(act_features(text, before))


class ActModel(NamedTuple):
    """The trained part. `rows`: for each feature its rarity, and its weights for all acts side by side."""

    acts: tuple[str, ...]
    bias: tuple[float, ...]
    scale: float
    rows: Mapping[str, tuple[float, int]]

    def chances(self, found: Mapping[str, float]) -> dict[str, float]:
        """The probability of each act for a text with these features."""
        rows = self.rows
        sums, square = summed(
            [(found[name] * (row := rows[name])[0], row[1]) for name in found if name in rows]
        )
        norm = self.scale / math.sqrt(square) if square else 0.0
        scores = (s * norm + b for s, b in zip(sums(len(self.acts)), self.bias, strict=True))
        return dict(zip(self.acts, softmax(scores), strict=True))


@lru_cache(maxsize=2)
def _model(data: bytes) -> ActModel:
    """The weights in a file's bytes, unpacked when they are first needed. Raises ValueError for other bytes."""
    return unpacked(model_file.unpacked(data, KIND))


def unpacked(file: model_file.ModelFile) -> ActModel:
    """The model that a file holds."""
    acts, rarities = tuple(file.words["acts"]), (rarity / 1000 for rarity in file.arrays["rarities"])
    lanes = side_by_side(file.arrays["weights"], len(acts))
    rows = dict(zip(file.words["features"], zip(rarities, lanes, strict=True), strict=True))
    return ActModel(acts, tuple(file.arrays["bias"]), file.arrays["scale"][0], rows)
