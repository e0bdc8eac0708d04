"""The features of a candidate and of an announcement, which flows/secrets/classifier.py scores: what is seen of it and of the words around it.

Called by detector.py and the trainer. Invariant: a feature names what is seen, and never holds the secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from flows.secrets.candidates import (
    ABOUT,
    ENDS,
    LEFT,
    MARKS,
    NUMBER,
    SECRET_WORDS,
    SKIPPED,
    TAIL,
    TELLS,
    SecretCandidate,
    told_by,
)
from flows.secrets.labels import Label, labels_of
from flows.secrets.spelt import MK, Token

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
RIGHT = 7
_FAR = 7  # tokens from "mã" to its number


def features_of(
    tokens: Sequence[Token],
    candidate: SecretCandidate,
    known: frozenset[str],
    labels: Sequence[Label] | None = None,
) -> list[str]:
    """The features of a candidate and the words around it; `known`: the words of our trade, of which no password is made.

    `labels`: those of the text (labels.py), read again where they are not given.
    """
    labels = labels_of(tokens) if labels is None else labels
    match candidate.kind:
        case "t":
            return [*_of_tail(tokens, candidate.at, known), *_of_text(tokens, labels, "t")]
        case "s":
            return [*_of_spelling(tokens, candidate.at), *_of_text(tokens, labels, "s")]
        case "q":
            return [*_of_quoted(tokens, candidate.at, known), *_of_text(tokens, labels, "q")]
        case "j":
            return [*_of_joined(tokens, candidate, known), *_of_text(tokens, labels, "j")]
        case "v":
            return [*_of_value(tokens, candidate.at), *_of_text(tokens, labels, "v")]
    own = _of_labels(tokens, candidate.at, labels)
    return [
        *_of_token(tokens, candidate, known),
        *(candidate.kind + name for name in own),
        *_of_text(tokens, labels, candidate.kind),
    ]


_NEAR_RIGHT = 5  # tokens after a number in which its label may stand: "603318 là của bệnh nhân"
_FAR_LEFT = 14


def _of_labels(tokens: Sequence[Token], at: int, labels: Sequence[Label]) -> list[str]:
    """What the labels around a number or mixed word say of it."""
    shape = tokens[at].name + tokens[at].detail.split(" ")[0]
    values = [n for n, t in enumerate(tokens) if n != at and (t.name[0] in "#~" or t.name in _VALUES)]
    stops = [n for n, t in enumerate(tokens) if t.name in (".", ";")]
    out: list[str] = []
    order: list[str] = []
    left = [label for label in labels if label.end <= at and at - label.end <= _FAR_LEFT]
    for rank, label in enumerate(reversed(left)):
        used = any(label.end <= n < at for n in values)
        stopped = any(label.end <= n < at for n in stops)
        gap = sum(tokens[n].name not in SKIPPED for n in range(label.end, at))
        near = "0" if gap == 0 else "1" if gap <= 2 else "2" if gap <= 5 else "3"
        state = "u" if used else "s" if stopped else ""
        if rank == 0:
            out += [f"ll:{label.kind}{near}{state}", f"llk:{label.kind}{state}", f"lls:{label.kind}{shape}"]
        elif rank == 1:
            out += [f"lm:{label.kind}{state}"]
        if not used and len(order) < 3:
            order.append("o" if label.kind == "otp" else "p" if label.kind == "pw" else "x")
        out.append(f"lb:{label.kind}")
    out += _named(tokens, at, left)
    out.append(f"lo:{''.join(order)}")
    out += [f"lof:{''.join(order[:2])}{shape}"]
    right = [label for label in labels if 0 < label.first - at <= _NEAR_RIGHT]
    if right:
        label = right[0]
        own = any(label.end <= n <= label.end + 2 for n in values)
        gap = label.first - at
        is_it = any(tokens[n].name in ("la", "cua", "day", "nay") for n in range(at + 1, label.first))
        out += [
            f"lr:{label.kind}{own}",
            f"lrg:{label.kind}{min(gap, 3)}{own}{is_it}",
            f"lrl:{''.join(order[:1])}{label.kind}{own}",
        ]
    else:
        out.append("lr:")
    return out


def _named(tokens: Sequence[Token], at: int, labels: Sequence[Label]) -> list[str]:
    """Of what the last "mã" or "số" before is told to be: of a known label, of something sent, of anything else, or of nothing."""
    head = next(
        (n for n in range(at - 1, max(-1, at - 9), -1) if tokens[n].name in ("ma", "so", "maso")), None
    )
    if head is None:
        before = next(
            (tokens[n].name for n in range(at - 1, max(-1, at - 3), -1) if tokens[n].name not in SKIPPED), "^"
        )
        return [f"mo:-{before in _SENT}{before in _GRAMMAR}"]
    label = next((x.kind for x in labels if x.first <= head < x.end and x.end - x.first > 1), "")
    inside = [
        t.name
        for t in tokens[head + 1 : at]
        if t.name not in SKIPPED and t.name not in (":", "-", '"', "'", "=")
    ]
    first = inside[0] if inside else ""
    kind = label or (
        "none" if not first else "sent" if first in _SENT else "grammar" if first in _GRAMMAR else "other"
    )
    return [f"mo:{kind}", f"mo:{kind}{min(len(inside), 4)}"]


_SENT = frozenset(
    "gui nhan ve toi den vua nhap doc lay doi bao hien ghi ne nay do no moi luc hoi nay_ cap lai khoiphuc tin sms trong giup chuyen dua cho go an bam la otp xacthuc kichhoat baomat code 6 sau @n1".split()
)
_VALUES = frozenset("@code @id @phone @long @n1 @n2 @n3 @dossier @ref @money @date @card".split())


def _of_text(tokens: Sequence[Token], labels: Sequence[Label], kind: str) -> list[str]:
    """What the whole text is about."""
    names = {token.name for token in tokens}
    out = {f"any:{label.kind}" for label in labels}
    out |= {f"asks:{name}" for name in names & _ASKING}
    ends = next((t.name for t in reversed(tokens) if t.name not in (*SKIPPED, ".", "?", ",")), "")
    out |= {f"end:{ends}"} if ends in _ASKING else set()
    if "?" in names:
        out.add("?")
    size = len(tokens)
    out.add(f"size:{0 if size < 4 else 1 if size < 9 else 2 if size < 18 else 3 if size < 40 else 4}")
    return [f"{kind}x{name}" for name in sorted(out)]


_ASKING = frozenset("gi sao dau nao baonhieu may odau lamsao chua khong hay ha quen khi ai".split())
# words of a clause, which a password seldom has
_GRAMMAR = frozenset(
    "@who no ai gi thi ma nen vi tai boi neu khi luc hoi de cho voi cung van con dang da se vua moi roi chua khong dung hay phai can duoc bi do theo tren "
    "duoi trong ngoai tu toi den ra vao len xuong co lam sao dau nao baonhieu may odau lamsao hoac nhu giong khac trung hoi quen nho biet gui nhan ve bao keu "
    "doi dat cap lay xin giu @par nay kia day tat ca moi nhung cac mot luon lai nua het sai loi mo khoa vssid vneid otp taikhoan dangnhap dangky app dienthoai sms "
    "hethan trong tron chac hinh nguoi muon thay tim xem nhap goi viec lan ngay gio phut thang nam ky tu kytu phan mem".split()
)


def _clause(tokens: Sequence[Token], at: int) -> list[Token]:
    out: list[Token] = []
    for token in tokens[at + 1 : at + 1 + TAIL]:
        if token.name in ("?", *ENDS) or (token.name == "," and out):
            break
        if token.name not in ('"', "'", "/", ":", "=", ">", "-"):
            out.append(token)
    return out


_CONTINUES = frozenset(
    "ma sao nhung roi vay gio no bi bao khong chua hoai thi nen duoc vao phai dung sai @par".split()
)


def end_of_tail(tokens: Sequence[Token], at: int) -> int:
    """The token after the last that may be a password told behind its word: up to the end of the clause or the first word of one."""
    n = at + 1
    while n < len(tokens) and tokens[n].name in (*TELLS, *ABOUT, '"'):
        n += 1
    while (
        n < len(tokens)
        and n <= at + TAIL
        and tokens[n].name not in (*ENDS, "?", ",")
        and tokens[n].name not in _CONTINUES
    ):
        n += 1
    return n


def _of_spelling(tokens: Sequence[Token], at: int) -> list[str]:
    """A password that is spelt out, or the rules by which one is made."""
    near = tokens[at : at + 24]
    letters = sum(t.name == "@letter" or (len(t.name) == 1 and t.name.isalpha()) for t in near)
    signs = [t.name for t in near if t.name in ("@sign", "@upper", "@lower", "@written", "@part")]
    numbers = sum(t.name in ("@n1", "@n2", "@n3") or t.name[0] in "#~" for t in near)
    names = {t.name for t in tokens}
    out = [
        "s",
        f"sl:{min(letters, 4)}",
        f"ss:{min(len(signs), 4)}",
        f"sn:{min(numbers, 3)}",
        f"sln:{letters > 1}{numbers > 0}",
    ]
    out += [f"s:{name}" for name in sorted(set(signs))]
    out += [
        f"sw:{name}"
        for name in sorted(
            names & (_GRAMMAR | {"roi", "ke", "xong", "gom", "la", "matkhau", "chu", "so", "kytu"})
        )
    ]
    before = [t.name for t in tokens[max(0, at - 5) : at]]
    out += [f"sb:{name}" for name in before]
    return out


def _of_quoted(tokens: Sequence[Token], at: int, known: frozenset[str]) -> list[str]:
    """A few words in quotation marks in a text that speaks of a password."""
    end = next(n for n in range(at + 1, len(tokens)) if tokens[n].name == '"')
    inside = tokens[at + 1 : end]
    before = [t.name for t in tokens[max(0, at - 4) : at] if t.name not in SKIPPED]
    after = [t.name for t in tokens[end + 1 : end + 5] if t.name not in SKIPPED]
    words = [t.name for t in inside if t.name.isalpha()]
    strange = sum(n not in known for n in words)
    grammar = sum(n in _GRAMMAR for n in words)
    out = [
        "q",
        f"qn:{len(inside)}",
        f"qu:{min(strange, 3)}",
        f"qg:{min(grammar, 3)}",
        f"qb:{before[-1] if before else '^'}",
    ]
    out += [
        f"qa:{after[0] if after else '$'}",
        f"qa2:{' '.join(after[:2])}",
        f"qv:{any(t.name[0] in '#~' for t in inside)}",
    ]
    out += [f"qp:{name}" for name in set(before)] + [f"qf:{name}" for name in set(after)]
    return out


def _of_value(tokens: Sequence[Token], at: int) -> list[str]:
    """A telephone number, a code or a day in a text that speaks of a password: it may be the password."""
    names = [t.name for t in tokens]
    near = [n for n in names[max(0, at - 8) : at] if n not in SKIPPED]
    after = [n for n in names[at + 1 : at + 5] if n not in SKIPPED]
    gap = next((n for n, name in enumerate(reversed(names[:at])) if name == "matkhau"), 99)
    behind = next((n for n, name in enumerate(names[at + 1 :]) if name == "matkhau"), 99)
    out = [
        "v",
        f"v:{names[at]}",
        f"vg:{min(gap, 6)}",
        f"vh:{min(behind, 4)}",
        f"vb:{near[-1] if near else '^'}",
        f"va:{after[0] if after else '$'}",
    ]
    out += [f"vb2:{' '.join(near[-2:])}", f"va2:{' '.join(after[:2])}"]
    return [*out, *{f"vl:{n}" for n in near}, *{f"vr:{n}" for n in after}, f"vt:{told_by(tokens, at)}"]


def _of_joined(tokens: Sequence[Token], candidate: SecretCandidate, known: frozenset[str]) -> list[str]:
    """Several syllables without a blank in a text that speaks of a password."""
    at = candidate.at
    before = [t.name for t in tokens[max(0, at - 5) : at] if t.name not in SKIPPED]
    after = [t.name for t in tokens[at + 1 : at + 4] if t.name not in SKIPPED]
    size = len(tokens[at].name)
    out = [
        "j",
        f"jl:{min(size // 3, 6)}",
        f"jb:{before[-1] if before else '^'}",
        f"ja:{after[0] if after else '$'}",
    ]
    out += [f"jp:{name}" for name in set(before)] + ([f"jpw:{candidate.of_password}"])
    if whose := told_by(tokens, at):
        out.append(f"jd:{whose}")
    return out


_LISTED = frozenset("@part @sign @upper @lower @written @letter".split())


def _name(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].name if 0 <= at < len(tokens) else ("^" if at < 0 else "$")


def _of_token(tokens: Sequence[Token], candidate: SecretCandidate, known: frozenset[str]) -> list[str]:
    at, token, is_number = candidate.at, tokens[candidate.at], candidate.kind == NUMBER
    out = ["", f"is:{token.name}{token.detail}"]  # each begins with the kind when it is given back
    if is_number:
        out += [f"size:{token.name}", token.detail, f"{token.detail}{_name(tokens, at - 1)}"]
    else:
        sort, runs, letters, digits, signs = token.detail.split()
        out += [f":{sort}", f"r:{runs}", f"l:{letters}", f"d:{digits}", f"s:{signs}", f"t:{sort}{digits}"]
    l3, l2, l1, _, r1, r2 = (_name(tokens, at + n) for n in range(-3, 3))
    out += [f"L1:{l1}", f"L2:{l2}", f"L3:{l3}", f"R1:{r1}", f"R2:{r2}", f"L:{l2} {l1}", f"R:{r1} {r2}"]
    left = [t.name for t in tokens[max(0, at - LEFT) : at]]
    core_left = [n for n in reversed(left) if n not in SKIPPED]
    core_right = [t.name for t in tokens[at + 1 : at + 1 + RIGHT] if t.name not in SKIPPED]
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


def _thing_of(left: Sequence[str]) -> str | None:
    """Of what a number is told to be the code or number: "ho" in "mã hộ của em"; "" when nothing is told, None when no code is."""
    at = max((n for n, name in enumerate(left) if name in ("ma", "so", "maso")), default=None)
    if at is None or len(left) - at > _FAR:
        return None
    return next((n for n in left[at + 1 :] if n not in ABOUT and n not in TELLS and n.isalpha()), "")


def _of_tail(tokens: Sequence[Token], at: int, known: frozenset[str], how: str = "") -> list[str]:
    tail: list[str] = []
    for token in tokens[at + 1 : at + 1 + TAIL]:
        name = token.name
        if name in ("?", *ENDS) or (name == "," and tail):
            if name == "?":
                how += "?"
            break
        if name in ("la", ":", "=", ">", "thanh", "-") and not tail:
            how += {">": "-"}.get(name, name)
            continue
        if name in ('"', "'", "/"):
            continue
        tail.append(name)
    core = [n for n in tail if n not in ABOUT]
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
    before = [t.name for t in tokens[max(0, at - 4) : at] if t.name not in SKIPPED]
    clause = [t for t in _clause(tokens, at) if t.name not in ("la", "thanh")]
    free = next((n for n, t in enumerate(clause) if t.name in _GRAMMAR), len(clause))
    grammar = sum(t.name in _GRAMMAR for t in clause)
    told = bool(how)
    out += [
        f"tg:{min(free, 4)}{told}",
        f"tgs:{min(grammar, 4)}",
        f"tgst:{min(grammar, 3)}{min(free, 3)}{told}{some}",
    ]
    out += [f"tspelt:{name}" for name in sorted({t.name for t in tokens[at + 1 : at + 14]} & _LISTED)]
    if at < len(tokens) and tokens[at].detail == MK:
        out += ["tmk", f"tmk:{first}", f"tmkh:{told}{min(free, 2)}"]
    return [*out, f"tL:{before[-1] if before else '^'}", *{f"tp:{n}" for n in before}]


def features_of_announcement(tokens: Sequence[Token], known: frozenset[str]) -> list[str]:
    """The features that tell whether a text says that a code or a password follows in the next message."""
    shown = known | SECRET_WORDS
    seen = [t.name for t in tokens if t.name not in MARKS]
    names = [name if name in shown or name[0] in "@#~:=" else "?" for name in seen]
    core = [n for n in names if n not in SKIPPED]
    ends = [t.name for t in tokens[-2:]]
    out = ["b", f"bn:{min(len(core), 8)}", f"be:{ends[-1] if ends else ''}", f"bs:{core[0] if core else ''}"]
    out += {f"b:{n}" for n in names} | {f"bb:{one} {two}" for one, two in pairwise(core)}
    return [*out, *(f"bl:{n}" for n in core[-2:])]
