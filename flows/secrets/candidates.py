"""Where a text may hold a secret (its candidates), and the features of each that flows/secrets/classifier.py scores.

A candidate is a number of four to eight digits, a word that mixes letters with digits or signs, or what follows a word for
a password. Called by detector.py and the trainer. Invariant: a feature names what is seen, and never holds the secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flows.secrets.tokens import SOFT, YEAR, Token

MOST_CANDIDATES = 80  # of one text and kind
TAIL = 10  # tokens after a password word that are looked at
NEAR = 6  # tokens
NUMBER, MIXED, TAIL_OF = "n", "m", "t"  # kinds of candidate; each feature begins with one


@dataclass(frozen=True, slots=True)
class SecretCandidate:
    """Where a secret may stand: its kind, the numbers of its tokens, and whether a password word stands shortly before."""

    kind: str
    at: int
    of_password: bool


_ABOUT = frozenset("@who @par vssid cua moi cu app con ba hien tai dangnhap nay".split())
_EMPTY = _ABOUT | frozenset("la : = - > , ? \" ' nhu sau".split())
_ENDS = (";", "matkhau")
_SKIPPED = frozenset(("@who", "@par", "la", "thi", "cua"))
_CODE_WORDS = frozenset(("otp", "xacthuc", "code", "pin", "kichhoat", "baomat"))
_SECRET_WORDS = _CODE_WORDS | {"matkhau"}
_TELLS = frozenset("la : = - thanh dat de nhu sau ma so gui ve ghi \" '".split())
_MARKS = frozenset(", \" ' - / > ;".split())
_POLITE = frozenset(
    "@who @par la thi cua con co ba ma so nhan gui ban ok oke nay duoc moi cu vssid bao , . : ? - \" '".split()
)


def _has_tail(tokens: Sequence[Token], at: int) -> bool:
    """Whether anything that may be a password stands between the word and the end of its clause."""
    for n, token in enumerate(tokens[at + 1 : at + 1 + TAIL]):
        if token.name not in _EMPTY or (token.name in (",", "?") and n):
            return token.name not in (*_ENDS, ",", "?")
    return False


def _speaks_beside(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word for a code or password stands by a number that may as well be a year."""
    return any(t.name in _SECRET_WORDS for t in (*tokens[max(0, at - NEAR) : at], *tokens[at + 1 : at + 4]))


def _may_be_plain(token: Token) -> bool:
    """Whether a mixed word may be anything where nobody speaks of a password: letters and signs ("and/or"), marks typed as digits."""
    sort, _, _, digits, _ = token.detail.split()
    return sort == "vni" or digits == "0"


def candidates_of(tokens: Sequence[Token]) -> Iterator[SecretCandidate]:
    """The candidates of a text in order, at most MOST_CANDIDATES of each kind."""
    left = dict.fromkeys((NUMBER, MIXED, TAIL_OF), MOST_CANDIDATES)
    password = -99
    spoken = any(token.name == "matkhau" for token in tokens)
    for at, token in enumerate(tokens):
        kind = ""
        if token.name == "matkhau":
            password = at
            kind = TAIL_OF if _has_tail(tokens, at) else ""
        elif token.name[0] == "#" and len(token.name) == 2:
            kind = NUMBER if token.detail != YEAR or _speaks_beside(tokens, at) else ""
        elif token.name == "~":
            kind = MIXED if spoken or not _may_be_plain(token) else ""
        if kind and left[kind]:
            left[kind] -= 1
            yield SecretCandidate(kind, at, 0 < at - password <= TAIL)


# -- features

_CLASSES: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "code": "otp xacthuc kichhoat baomat pin ma maso sms",
        "unit": "nguoi ho dong d k km m met kg nghin ngan trieu ty phut gio tieng ngay thang nam tuan lan tuoi cai bo hoso nhanvien laodong hocsinh kytu chu "
        "thanh phieu to tin trang xa truong suat diem dan cuoc canbo khau usd cay con chiec bao lit ha met tan ta bang thung chai hop goi vien dot ky quyen cuon "
        "kb mb gb byte phan cong doanh don buoc can phong tang bac luot the em be dua gd hoi nha vu ca giuong kwh so trieu mau",
        "label": "sonha nha duong hem ngo kiet ap khom to dieu khoan luat quyetdinh nghidinh congvan thongtu thongbao tokhai mau bieu don loi error nam thang ngay luc phong lop "
        "android ios iphone phienban ban doi version gia phi luong tien sotien dong nop muc bienso xe stk taikhoan tang hoso trang to sinh khoang tong mst xa phuong huyen quan tuoi khoi "
        "doan giay phieu bienlai hoadon bien quyen seri so cua lo toa tuyen hopdong thu stt luot cong buudien tinh truong khoa giuong mui chuyen ve bang pho chieu dai rong cao nang can "
        "diem tro thuong phat phong nhom quay ban ghe tau km cay chi no lai goc thue dien nuoc gas von vay toi tham buu chinh benhvien dv donvi kcb quay",
        "put": "nhap gui nhan doc dua ghi hien bao thu lay cho chuyen xem",
        "wrong": "sai hethan hople khong hieuluc loi vao",
        "ask": "gi sao dau nao baonhieu may odau lamsao chua bao hay phai duoc",
    }.items()
}
_CLASSES_OF: dict[str, tuple[str, ...]] = {
    word: tuple(name for name, words in _CLASSES.items() if word in words)
    for word in frozenset().union(*_CLASSES.values())
}
_LEFT, _RIGHT = 9, 7
_FAR = 7  # tokens from "mã" to its number


def features_of(tokens: Sequence[Token], candidate: SecretCandidate, known: frozenset[str]) -> list[str]:
    """The features of a candidate and the words around it; `known`: the words of our trade, of which no password is made."""
    if candidate.kind == TAIL_OF:
        return _of_tail(tokens, candidate.at, known)
    return _of_token(tokens, candidate, known)


def _name(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].name if 0 <= at < len(tokens) else ("^" if at < 0 else "$")


def _of_token(tokens: Sequence[Token], candidate: SecretCandidate, known: frozenset[str]) -> list[str]:
    at, token, is_number = candidate.at, tokens[candidate.at], candidate.kind == NUMBER
    out = ["", f"is:{token.name}{token.detail}"]  # each begins with the kind when it is given back
    if is_number:
        out += [token.detail, f"{token.detail}{_name(tokens, at - 1)}"]
    else:
        sort, runs, letters, digits, signs = token.detail.split()
        out += [f":{sort}", f"r:{runs}", f"l:{letters}", f"d:{digits}", f"s:{signs}", f"t:{sort}{digits}"]
    l3, l2, l1, _, r1, r2 = (_name(tokens, at + n) for n in range(-3, 3))
    out += [f"L1:{l1}", f"L2:{l2}", f"L3:{l3}", f"R1:{r1}", f"R2:{r2}", f"L:{l2} {l1}", f"R:{r1} {r2}"]
    left = [t.name for t in tokens[max(0, at - _LEFT) : at]]
    core_left = [n for n in reversed(left) if n not in _SKIPPED]
    core_right = [t.name for t in tokens[at + 1 : at + 1 + _RIGHT] if t.name not in _SKIPPED]
    c1, c2 = [*core_left, "^", "^"][:2]
    d1, d2 = [*core_right, "$", "$"][:2]
    out += [f"C1:{c1}", f"C:{c2} {c1}", f"D1:{d1}", f"D:{d1} {d2}", f"CD:{c1} {d1}"]
    out += {f"l:{n}" for n in core_left} | {f"r:{n}" for n in core_right}
    parts = (core_left[:1], core_left[1:3], core_left[3:], core_right[:1], core_right[1:])
    for where, names in enumerate(parts, start=1):
        out += {f"c{where}:{c}" for n in names for c in _CLASSES_OF.get(n, ())}
    if not core_left and not core_right:
        out.append(f"alone:{token.detail}" if is_number else "alone")
    if is_number and (thing := _thing_of(left)) is not None:
        out += [f"of:{thing}", f"ofany:{bool(thing)}", f"ofnew:{bool(thing) and thing not in known}"]
    out += [f"new{side}" for side, name in (("L", c1), ("R", d1)) if name.isalpha() and name not in known]
    if candidate.of_password:
        out.append("pw")
    if whose := told_by(tokens, at):
        out.append(f"direct:{whose}")
    return [candidate.kind + name for name in out]


def features_of_answer(tokens: Sequence[Token], known: frozenset[str]) -> list[str]:
    """The features of a text that follows the announcement of a password: it is read as if it stood behind the word."""
    return _of_tail([Token("matkhau"), *tokens], 0, known, how="after")


def told_by(tokens: Sequence[Token], at: int) -> str:
    """ "pw" or "code" when a word for a password or code stands before with nothing but small words between, else ""."""
    for token in reversed(tokens[max(0, at - _LEFT) : at]):
        if token.name == "matkhau":
            return "pw"
        if token.name in _CODE_WORDS:
            return "code"
        if token.name not in _ABOUT and token.name not in _TELLS:
            return ""
    return ""


def is_told(tokens: Sequence[Token], candidate: SecretCandidate) -> bool:
    """Whether a candidate is a secret beyond doubt: "otp của em là ######", "pass em là" with a word that is no known thing."""
    token = tokens[candidate.at]
    if candidate.kind == NUMBER:
        return token.detail not in (YEAR, SOFT) and told_by(tokens, candidate.at) == "code"
    free = candidate.kind == MIXED and token.detail.startswith("free")
    return free and told_by(tokens, candidate.at) == "pw"


def _thing_of(left: Sequence[str]) -> str | None:
    """Of what a number is told to be the code or number: "ho" in "mã hộ của em"; "" when nothing is told, None when no code is."""
    at = max((n for n, name in enumerate(left) if name in ("ma", "so", "maso")), default=None)
    if at is None or len(left) - at > _FAR:
        return None
    return next((n for n in left[at + 1 :] if n not in _ABOUT and n not in _TELLS and n.isalpha()), "")


def _of_tail(tokens: Sequence[Token], at: int, known: frozenset[str], how: str = "") -> list[str]:
    tail: list[str] = []
    for token in tokens[at + 1 : at + 1 + TAIL]:
        name = token.name
        if name in ("?", *_ENDS) or (name == "," and tail):
            if name == "?":
                how += "?"
            break
        if name in ("la", ":", "=", ">", "thanh", "-") and not tail:
            how += {">": "-"}.get(name, name)
            continue
        if name in ('"', "'", "/"):
            continue
        tail.append(name)
    core = [n for n in tail if n not in _ABOUT]
    out = ["t", f"th:{how}", f"tn:{min(len(core), 5)}", f"thn:{bool(how)}{min(len(core), 5)}"]
    if not core:
        return [*out, "tempty"]
    words = [n for n in core if n[0] not in "#@~"]
    unknown = [n for n in words if n not in known]
    some, joined = min(len(unknown), 3), min(sum(len(n) >= 8 for n in unknown), 2)
    first = core[0] if core[0] in known or core[0][0] in "#@~" else "?"
    out += [f"tu:{some}", f"tuh:{some}{bool(how)}", f"tj:{joined}", f"t1:{first}", f"tl:{core[-1]}"]
    out += [f"tall:{len(unknown) == len(words)}{bool(how)}", f"tfirst:{first != '?'}{bool(how)}"]
    out += {f"tw:{n}" for n in core}
    out += [f"tb:{one} {two}" for one, two in pairwise(core)][:4]
    before = [t.name for t in tokens[max(0, at - 4) : at] if t.name not in _SKIPPED]
    return [*out, f"tL:{before[-1] if before else '^'}", *{f"tp:{n}" for n in before}]


def features_of_announcement(tokens: Sequence[Token], known: frozenset[str]) -> list[str]:
    """The features that tell whether a text says that a code or a password follows in the next message."""
    shown = known | _SECRET_WORDS
    seen = [t.name for t in tokens if t.name not in _MARKS]
    names = [name if name in shown or name[0] in "@#~:=" else "?" for name in seen]
    core = [n for n in names if n not in _SKIPPED]
    ends = [t.name for t in tokens[-2:]]
    out = ["b", f"bn:{min(len(core), 8)}", f"be:{ends[-1] if ends else ''}", f"bs:{core[0] if core else ''}"]
    out += {f"b:{n}" for n in names} | {f"bb:{one} {two}" for one, two in pairwise(core)}
    return [*out, *(f"bl:{n}" for n in core[-2:])]


def speaks_of_secret(tokens: Sequence[Token]) -> str:
    """The word for a password or a code that stands in a text, the password first; "" none."""
    names = {t.name for t in tokens}
    return next((n for n in ("matkhau", "otp", "xacthuc", "pin", "ma") if n in names), "")


def is_polite(token: Token) -> bool:
    """Whether a token is a form of address, a particle or a mark: it neither asks nor tells anything."""
    return token.name in _POLITE


def of_password(tokens: Sequence[Token], candidate: SecretCandidate) -> bool:
    """Whether the nearest word for a secret before the candidate, else the first after it, is one for a password."""
    before, after = tokens[max(0, candidate.at - TAIL) : candidate.at], tokens[candidate.at + 1 :][:TAIL]
    nearest = next((t.name for t in (*reversed(before), *after) if t.name in _SECRET_WORDS), "")
    return nearest == "matkhau"
