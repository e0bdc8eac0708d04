"""A message as the readers of natural answers see it: chat spelling written out with its marks, in clauses, without courtesy at the ends.

Called by phrases.py and days.py. Invariant: a word typed with marks is that word; a message without marks may be any word that folds to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from flows.text.fold import fold, tidy

_WORD = re.compile(r"\d+\s?[kt]\d*\b|\d+(?:[./-]\d+)+|[^\W_]+|[,.;!?:…\n()–—]+|\s-\s")
_ENOUGH_MARKED = 0.3  # share of marked words from which unmarked words are taken as typed

# What is meant: spellings, each as typed in lower case; entries with "_" are several words.
_spellings = """
không: k ko kg kh khg hông hong hổng hok hem khum hơm hk hôg hổg kô hỏng đéo kông; được: dc đc dcc đựơc dx đượt;
rồi: r rùi ròi rui òi ồi gồi roài; vậy: z v zay dzay vay zậy dzậy zi dị vầy; gì: j ji gj;
đăng ký: dk đk dki đki dky đky dangky đăngký; mật khẩu: mk pass password pw passwd pas mkhau pwd;
tôi: tui t mik mình; xóa: xoá; đi: i; gửi: gởi gưi; giúp: giùm dùm gium dum jup hộ gíup;
vào: vô vo zô zo dzô dzo; xem: coi; tìm: kiếm kiem; nhầm: lộn lon; điện thoại: đt dt đthoại phone smartphone dthoai;
số điện thoại: sđt sdt sodt; công ty: cty cti; bệnh viện: bv; tài khoản: tk acc account; tin nhắn: tn sms tinnhan;
email: mail gmail imeo imeil meo; ok: okie oke okê okla oki okay okela ôkê ôk okey oce uki; ừ: ừa uh uk ừm uhm um ờ ừh uhh u ừhm ùa;
biết: bít bit bik; chưa: chx chửa; thôi: thui thoy; xong: xog; hôm qua: hqua hnqua; hôm nay: hnay hnai; tiếp: típ tip;
muốn: mún mun; luôn: lun lunn; người: ng ngui; nhân viên: nv; iphone: ip iphon ipon aiphone aiphon; samsung: ss sam samsum;
đúng: đúg dug; sao: s; với: vs; nhiều: nhìu; chồng: ck; vợ: vk; bảo hiểm: bh; thật: thiệt; trật: trậc; sinh: sanh;
nhật: nhựt nhut; nghen: nhen hen hén; khóa: khoá; hủy: huỷ; ủy: uỷ; thủy: thuỷ; giờ: h; cũng: cx cũg; quên: wên wen;
qua: wa; đăng nhập: đn dn; bhyt: byt; hàng: hag; làm: lm lèm; tổng đài: hotline; má: maá
"""


def _table() -> dict[str, str]:
    entries = [
        entry.partition(":")
        for line in _spellings.strip().splitlines()
        for entry in line.split(";")
        if entry.strip()
    ]
    out: dict[str, str] = {}
    for meant, _, typed in entries:
        out |= {word: meant.strip() for word in typed.split()}
    return out


_SPELLINGS = _table()
_NOT_ALONE = frozenset(
    {"i", "s", "h", "t", "v", "z", "k", "r", "j"}
)  # letters of names and models, when capital
_BROKEN_BEFORE = frozenset("máy app thẻ bị sắp đt điện nút màn hình loa may".split())
_REPLACED = (
    (re.compile(r"\b(?:ai|i|ay) (?:phôn|phone|phon|fôn|fone|pôn)\b"), "iphone"),
    (re.compile(r"\biphone ?(?=\d)"), "iphone "),
    (re.compile(r"\bsam (?:sung|xung|sum)\b"), "samsung"),
    (re.compile(r"\b(?:xiao|xao|sao|xiaô|xi ao) (?:mi|my)\b"), "xiaomi"),
    (re.compile(r"\b(?:op pô|op po|ốp pô|oppô|opo)\b"), "oppo"),
    (re.compile(r"\b(?:săm|xăm|sâm|sem|xam) (?:sung|xung|sum)\b"), "samsung"),
    (re.compile(r"\b(?:óp|ôp|ọp|ốp|op|ov) (?:pô|pộ|bô|po|pồ)\b"), "oppo"),
    (
        re.compile(
            r"\b(?:vi|vờ|ví) (?:ét|sờ|es|ết|et) (?:ét|sờ|es|ết|et) (?:ai|i|ài) ?(?:đi|di|đê|dê)\b|\bv s ?s i ?d\b"
        ),
        "vssid",
    ),
    (re.compile(r"\b(?:vi vô|vi vo|vivô)\b"), "vivo"),
    (re.compile(r"\bô ?kê\b"), "ok"),
    (re.compile(r"\be mail\b"), "email"),
    (re.compile(r"\bđăng kí\b"), "đăng ký"),
    (re.compile(r"\bdang ki\b"), "dang ky"),
    (re.compile(r"\bch ?play\b|\bgoogle play\b"), "chplay"),
    (re.compile(r"\bapp ?store\b"), "appstore"),
    (re.compile(r"\b(?:ha|có) hông\b"), "có không"),
    (re.compile(r"\b(\d+) ?t(?:uoi)?\b(?! ?\d)"), r"\1 tuổi"),
)
_front = "dạ thưa à á ủa í ơ ê nè ụa hú trời ý em e chị anh a c ad admin bot cô chú bác ông bà mày m tôi con_ơi em_ơi này thì ừa"
_back = (
    "ạ á a ah ak nha nhé nhe ne nè nghen nhen à ha ơi oi luôn em e chị anh ad admin bạn bot với trời ta cưng kkk haha hihi hi "
    "kk hehe đó do á chứ chớ nhỉ nghe ấy hà con bác cháu cô chú ông bà"
)
_FRONT, _BACK = frozenset(_front.split()), frozenset(_back.split())
_FRONT_PLAIN = frozenset("da thua a ua e em chi anh ad admin bot co_oi chu bac toi ne y c thi".split())
_BACK_PLAIN = frozenset(
    "a ah ak nha nhe ne nghen nhen ha oi luon em e chi anh ad ban bot voi troi ta kkk haha hihi hi kk do chu cho nghe ha".split()
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The readable forms of a message. Texts have one blank at both ends and " , " between clauses."""

    marked: bool  # whether the marks that were typed say which word is meant
    text: str  # all words
    core: str  # without courtesy at the ends of its clauses
    clauses: int
    count: int  # words of the core
    asks: bool  # it reads like a question
    opens_yes: bool = field(default=False)  # "dạ" or "ừ" stood before


_QUESTION = re.compile(
    r" (?:ở đâu|bao lâu|bao nhiêu|khi nào|chừng nào|hồi nào|tại sao|vì sao|sao lại|làm sao|là gì|là sao|thế nào|như nào|"
    r"có phải .* không|được không|phải không|có sao không|mấy giờ|bữa nào|ngày nào|cách nào|kiểu gì|chỗ nào|đúng không|"
    r"bằng cách|bị gì|thì sao|làm gì|sao vậy|gì vậy|cho hỏi|là ai|ai vậy|hả|hở|nằm đâu|có .* không ?,?) "
)
_QUESTION_END = re.compile(
    r" (?:không|sao|hả|gì|nào|mấy|nhiêu|chưa|ta|đâu|ai|lâu|vậy ta|hông)(?: vậy| ta| em| chị| ạ| a| á)* $"
)
_NOT_QUESTION = re.compile(
    r" (?:không|chưa|chẳng|đâu|hết|có) (?:[^ ]+ ){0,4}(?:gì|nào|đâu|ai)(?: hết| cả| luôn| nữa| trơn| đó| ạ| em| chị| nha| ơi)* $"
)


_DO_NOT = re.compile(  # "dung" before these is "đừng", which is read like "khỏi"; else it may be "đúng"
    r"\bdung(?= (?:co )?(?:luu|gui|giu|xoa|cho|nhan|nhac|lam|bam|hoi|goi|tat|bao|de|ghi|nhay|chuyen|tra|dang|keu|noi|spam|lo|lay|dua|doi|huy)\b)"
)


@lru_cache(maxsize=4)
def spoken(text: str) -> Spoken:
    """The forms of one message."""
    tidied = tidy(text)
    pieces = _WORD.findall(tidied)
    typed = [p for p in pieces if p[0].isalnum()]
    letters = [w for w in typed if w[0].isalpha() and len(w) > 1]
    marks = sum(w != fold(w) for w in letters)
    marked = bool(letters) and marks / len(letters) >= _ENOUGH_MARKED
    words: list[str] = []
    for at, piece in enumerate(pieces):
        if not piece[0].isalnum():
            if words and words[-1] != ",":
                words.append(",")
            continue
        before = pieces[at - 1] if at else ""
        words.extend(_written(piece, before).split())
    while words and words[-1] == ",":
        words.pop()
    joined = " ".join(words)
    for pattern, meant in _REPLACED:
        joined = pattern.sub(meant, joined)
    if not marked:
        joined = _DO_NOT.sub("khoi", fold(joined))
    clauses = [c.split() for c in joined.split(",") if c.strip()]
    cores = [core for c in clauses if (core := _core(c, marked))]
    whole, heart = _padded(clauses), _padded(cores or clauses)
    question = _asks(whole, marked, "?" in text)
    opens = bool(words) and fold(words[0]) in ("da", "u", "vang")
    return Spoken(marked, whole, heart, len(clauses), sum(map(len, cores or clauses)), question, opens)


def _padded(clauses: list[list[str]]) -> str:
    return f" {' , '.join(' '.join(c) for c in clauses)} "


_LAUGHTER = re.compile(r"k{3,}|(?:h[aieo]){2,}h?|hu hu|hic+")


def _written(piece: str, before: str) -> str:
    """A word as it is meant, marks and all; unmarked words are only written out where they are chat spelling."""
    if _LAUGHTER.fullmatch(piece):
        return ""
    short = re.sub(r"(.)\1{2,}", r"\1", piece)
    if short == "hỏng" and before in _BROKEN_BEFORE:
        return "hư"
    if short == "hong" and before in ("mau", "so", "hoa"):
        return short
    known = _SPELLINGS.get(short)
    if known is None or (short in _NOT_ALONE and before.isdigit()):
        return short
    return known


def _core(words: list[str], marked: bool) -> list[str]:
    front, back = (_FRONT, _BACK) if marked else (_FRONT_PLAIN, _BACK_PLAIN)
    start, end = 0, len(words)
    while start < end and words[start] in front:
        start += 1
    while end > start and words[end - 1] in back:
        end -= 1
    return words[start:end]


@lru_cache(maxsize=8)
def _plain_pattern(pattern: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(fold(pattern.pattern))


def _asks(whole: str, marked: bool, sign: bool) -> bool:
    if sign:
        return True
    forms = (_NOT_QUESTION, _QUESTION_END, _QUESTION)
    negative, end, inside = forms if marked else tuple(_plain_pattern(f) for f in forms)
    if negative.search(whole):
        return False
    return bool(inside.search(whole)) or (bool(end.search(whole)) and whole.count(" ") > 3)
