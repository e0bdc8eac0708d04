"""How likely a text tells of a scam, or of something that was given to a swindler already. Called through `Input.scam`.

A linear model (benchmarks/scams/train.py, decision 0031) of words, pairs, and classes of words by meaning, in order within a clause.
Invariant: pure Python, and the three probabilities add up to one; calibrated on authors that were left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from flows.scams.tales import signs_in
from flows.spoken.wordings import APK, LINK, MONEY, OFFICIAL, Clause, clauses
from flows.understanding import model_file
from flows.understanding.acts import ActModel, unpacked

KIND = "scams"  # of its file
HARMLESS, SCAM, GAVE = "harmless", "scam", "gave"

_CLASSES = {
    "CALLS": "goi dien dienthoai alo nhan nhantin tinnhan ketban kb add inbox nt messenger zalo facebook fb viber telegram sms tin video mail email thu tn ib ket",
    "POSES": "xung tuxung mao gia danh lay gioi thieu nhan",
    "OFFICE": "canbo baohiem bhxh bhyt vssid nhanvien congan tong dai nganhang thue dichvu coquan nganh ky thuat vien bh",
    "ASKS": "keu bieu bao yeu cau doi xin bat nho hoi de nghi huong dan ep du thuc hoi kiu rang bieu moi ru xui giuc noi",
    "CODE": "otp ma matkhau mk pass pin so xacnhan day code khau",
    "GIVES": "doc dua cho gui cung cap noi chup khai nhap dien quay nop go quang nhan len",
    "PAPERS": "cccd cancuoc cmnd giayto hinh anh khuon mat stk taikhoan the khaisinh so mattruoc chan dung video chungminh",
    "PAYS": "chuyen khoan ck dong nop nap coc tra rut tru mua tien phi momo qr quet",
    "SUMS": f"{MONEY} tien trieu ngan nghin k tr dong phi cu tram cọc coc",
    "CLICKS": "bam nhan click vao vo mo truy cap an theo dangnhap quet xem coi",
    "LINKS": f"link linh lanh duongdan duong trang web website qr {LINK} lien ket diachi",
    "INSTALLS": "tai cai caidat download go",
    "APPS": f"app apk file ungdung phanmem teamviewer ultraviewer ultraview anydesk zoom {APK} viewer",
    "THREATS": "khoa cat ngung huy phat dinhchi hethan no vohieu treo mat toa lenh bat",
    "STRANGER": "nguoi la ai thang dua ong ba no ho nguoita ngta tui bon chung gian xau doi tuong nick cha mu lao bon",
    "SELF": "toi tui em minh bac co chu di con chau t mik e c chi anh me ma ba noi ngoai vo chong",
    "RIGHT": "congty ketoan truong cogiao benhvien bacsi y tram donvi coquan xa phuong ubnd quay motcua giaovien nhansu sep phongkham buudien thay",
    "OURS": "hethong cong phienban may manhinh app vssid vneid tokhai hoso",
    "SLIPS": "lo trot dai nghe tin tuong nham",
    "DONE": "roi mat luon r het xong da moi vua",
    "NOT": "khong chua dung khoi dau chang",
    "FEARS": "lua gat gia mao that thiet dung phai nghi ngo tin duoc nen sao hack so chet troi",
    "GAINS": "trocap qua hoan trung linh lanh thuong hotro nhan",
    "URGES": "gap lien ngay truoc trong hom nay 24h lap tuc som",
}
_OF: Mapping[str, tuple[str, ...]] = {
    word: tuple(name for name, words in _CLASSES.items() if word in words.split())
    for word in " ".join(_CLASSES.values()).split()
}
_LENGTHS = (1, 2, 3, 4, 6, 9, 13, 18, 26)
MOST = 60  # words that are looked at


class ScamChance(NamedTuple):
    """The probability that a text tells of a scam, and that something was given already; they exclude each other."""

    scam: float
    gave: float

    @property
    def either(self) -> float:
        return self.scam + self.gave


def scam_features(text: str) -> dict[str, float]:
    """What is counted of a text, each with its weight."""
    found: dict[str, float] = {}
    every: set[str] = set()
    many = 0
    said = clauses(text)
    for clause in said:
        words = [_shape(word) for word in clause.words[: MOST - many]]
        many += len(words)
        _of_clause(words, found, every)
        if many >= MOST:
            break
    found |= _by_signs(text)
    names = sorted(every)
    found |= {f"t:{one}+{two}": 0.4 for at, one in enumerate(names) for two in names[at + 1 :]}
    if said:
        found[f"first:{said[0].words[0]}"] = 0.5
        found[f"last:{said[-1].words[-1]}"] = 0.5
    if any(clause.asks for clause in said):
        found["asks"] = 0.5
    found[f"length:{max((n for n in _LENGTHS if n <= many), default=0)}"] = 0.7
    return found


def _by_signs(text: str) -> dict[str, float]:
    """What the wordings of tales.py hear."""
    signs = signs_in(text)
    heard = [f"demands {demand}" for demand in signs.demands]
    heard += [name for name in ("stranger", "poses", "by_right", "gave", "filled_in") if getattr(signs, name)]
    found = {f"sign:{name}": 1.5 for name in heard}
    return found | {f"sign:{one}&{two}": 0.7 for at, one in enumerate(heard) for two in heard[at + 1 :]}


def _of_clause(words: Sequence[str], found: dict[str, float], every: set[str]) -> None:
    found |= {f"w:{word}": 1.0 for word in words}
    found |= {f"b:{one}_{two}": 1.0 for one, two in pairwise(words)}
    found |= {f"s:{one}_{two}": 0.5 for one, two in zip(words, words[2:], strict=False)}
    before: list[str] = []  # classes so far
    for word in words:
        of = _OF.get(word, ())
        for name in of:
            found[f"k:{name}"] = 0.7
            for one in before:
                found[f"p:{one}>{name}"] = 0.5
        before += [name for name in of if name not in before]
    every |= set(before)


def _shape(word: str) -> str:
    """A number by how long it is: "#10"; other words as they are."""
    if word[0].isdigit():
        digits = sum(char.isdigit() for char in word)
        return f"#{digits}" if digits > 2 else word
    return word


def chances(text: str, weights: bytes) -> ScamChance:
    """How likely it is. `weights`: Content.scam_weights."""
    found = _model(weights).chances(scam_features(text))
    return ScamChance(found[SCAM], found[GAVE])


@lru_cache(maxsize=2)
def _model(data: bytes) -> ActModel:
    """The weights in a file's bytes, unpacked when they are first needed. Raises ValueError for other bytes."""
    return unpacked(model_file.unpacked(data, KIND))


__all__ = ["GAVE", "HARMLESS", "KIND", "OFFICIAL", "SCAM", "Clause", "ScamChance", "chances", "scam_features"]
