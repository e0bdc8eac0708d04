"""Where a text may hold a secret, and what stands around each place. Rule: a place carries names of what is seen, never the secret itself.

The folded text is read once, from left to right. What is surely something else (a date, a sum, a telephone number, a code
of ten digits, an address) becomes one token with a name. What may be a secret becomes a place: a number of four to eight
digits, also spelt apart or in words; a word that mixes letters with digits or signs; what stands after a password word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flows.names import fold
from flows.names.syllable import decoded, is_syllable

SHORTEST_CODE, USUAL_CODE, LONGEST_CODE = 4, 6, 8  # digits
SHORTEST_MIXED = 4  # characters of a word that mixes letters with digits or signs
MOST_PLACES = 80  # of one text that are weighed
LONGEST_READ = 8_000  # characters of a text that are read; no channel lets a person send more
MOST_TOKENS = 2_400  # of them
SPELT_AT_LEAST = 5  # single letters and digits in a row
MOST_MENDED = 60  # words of one text of which a slip is mended
SHORTEST_MENDED = 4  # letters
TAIL = 10  # tokens after a password word that are looked at

NUMBER, MIXED, TAIL_OF = "n", "m", "t"  # kinds of place


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is compared, or the name of what stands there: "@date", "#6" (a number of six digits), "~" (a mixed word)."""

    name: str
    detail: str = ""  # of a number: "soft", "apart"; of a mixed word its shape


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret may stand: its kind, the numbers of its tokens, and whether a password word stands shortly before."""

    kind: str
    at: int
    of_password: bool


# -- reading

_UNITS = r"(?:dong|vnd|trieu|nghin|ngan|ty|tr)"
_SCAN = re.compile(
    r"(?=[a-z0-9@#$%^&*_~+:=?,;\-/>\"'])(?:"
    r"(?P<file>[a-z0-9_.\-]{1,60}\.(?:pdf|jpe?g|png|docx?|xlsx?|zip|rar|mp4|heic|apk|txt)(?![a-z0-9]))"
    r"|(?P<mail>[a-z0-9._+\-]{1,40}@[a-z0-9\-]{1,30}(?:\.[a-z]{2,10}){1,3}(?![a-z0-9@]))"
    r"|(?P<link>(?:https?://|www\.)\S{1,200}|[a-z0-9\-]{2,30}(?:\.[a-z0-9\-]{2,30}){0,3}\.(?:vn|com|net|org)(?![a-z0-9])(?:/\S{0,200})?)"
    r"|(?P<date>(?<![0-9])[0-9]{1,2}(?:/(?:19|20)[0-9]{2}|/[0-9]{1,2}(?:/[0-9]{2,4})?|(?P<joint>[.\- ])[0-9]{1,2}(?P=joint)(?:19|20)[0-9]{2}|-(?:19|20)[0-9]{2})(?![0-9/])"
    r"|(?:19|20)[0-9]{2} ?[-–] ?(?:19|20)[0-9]{2}(?![0-9]))"
    r"|(?P<time>(?<![0-9])[0-9]{1,2} ?(?:(?:h|g|gio)(?: ?[0-9]{2}(?![0-9]))?|: ?[0-9]{2}(?![0-9]))(?: ?p| ?phut)?(?![a-z0-9]))"
    r"|(?P<version>(?<![0-9.])[0-9]\.[0-9]{1,2}\.[0-9]{1,2}(?![0-9.]*[0-9]))"
    r"|(?P<dossier>(?<![0-9])[0-9]{4,6} ?[.,]? ?[a-z]{1,3} ?[/\-. ] ?(?:19|20)[0-9]{2} ?[/\-. ] ?[0-9]{2,5}(?![0-9]))"
    r"|(?P<ref>[0-9]{1,6}(?:[./][a-z0-9]{1,6})?/[0-9a-z][0-9a-z&\-/.]{0,30})"
    rf"|(?P<money>(?<![0-9.,])(?:[0-9]{{1,9}}(?:[.,][0-9]{{3}}){{1,4}} ?(?:{_UNITS}|d|k)\b|[0-9]{{1,9}}(?:[.,][0-9]{{1,2}})? ?{_UNITS}(?: ?[0-9]{{1,3}})?\b"
    r"|(?:[0-9]{1,3}(?:[.,][0-9]{1,2})? ?|[0-9]{4,9})(?:d|k|vnd)\b|[0-9]{1,3}(?:[.,][0-9]{3}){2,4}(?![0-9])))"
    r"|(?P<percent>[0-9]{1,3}(?:[.,][0-9]{1,2})? ?%(?![a-z0-9]))"
    r"|(?P<line>(?<![0-9])(?:1[89]00[ .]?[0-9]{4}|8[01]79)(?![0-9a-z]))"
    r"|(?P<phone>(?<![0-9])\+?84(?:[ .\-]?[0-9]){9}(?![0-9]))"
    r"|(?P<glued>g-(?=[0-9]{6}(?![0-9a-z]))|(?:otp|code|ma|so|la|mk|pass|sms|gui|la|nhan|go)(?=[0-9]{4,8}(?![0-9a-z])))"
    r"|(?P<number>[0-9](?:(?:[ .\-()]{0,3}|, ?)[0-9]){0,60}(?![a-z0-9@#$%^&*_~]|[!+]\w|[.\-][a-z])|[0-9]{4,8}(?=\.[a-z])|[0-9]{4,8}(?=[.\-]?(?:nha|nhe|ne|nay|a|ak|la|day|do|roi|ma|em|ad)(?![a-z0-9])))"
    r"|(?P<word>[a-z]{1,40}(?![a-z0-9@#$%^&*_~]|[!+.\-][a-z]?[0-9]))"
    r"|(?P<mixed>[a-z0-9@#$%^&*_~](?:[.\-!+]?[a-z0-9@#$%^&*_~]){0,60}!{0,3})"
    r"|(?P<mark>[:=?,;\-/>\"']))"
)
_SAME = {
    **dict.fromkeys(("k", "ko", "hok", "hong", "hk", "kg", "kh", "hem", "hog", "khum"), "khong"),
    **dict.fromkeys(("vo", "zo", "dzo", "zao"), "vao"),
    **dict.fromkeys(("dc", "dx", "dk"), "duoc"),
    **dict.fromkeys(
        (
            "mk",
            "pass",
            "password",
            "pw",
            "pwd",
            "matkhau",
            "mkhau",
            "pasword",
            "passw",
            "passwd",
            "passwork",
            "mkau",
            "pas",
            "pat",
        ),
        "matkhau",
    ),
    **dict.fromkeys(
        (
            "tui",
            "toi",
            "minh",
            "mik",
            "em",
            "e",
            "anh",
            "chi",
            "a",
            "c",
            "chau",
            "chu",
            "bac",
            "me",
            "tao",
            "ong",
            "cau",
            "di",
            "vo chong",
            "chong",
        ),
        "@who",
    ),
    **dict.fromkeys(
        (
            "ah",
            "ak",
            "nha",
            "nhe",
            "nhen",
            "ne",
            "ni",
            "ha",
            "hen",
            "oi",
            "ad",
            "admin",
            "da",
            "thua",
            "u",
            "uh",
            "ui",
            "nghen",
            "hen",
            "shop",
            "luon",
            "vay",
            "z",
            "v",
            "ta",
            "r",
            "roi",
            "nhi",
        ),
        "@par",
    ),
    **dict.fromkeys(("j", "gi"), "gi"),
    **dict.fromkeys(("sdt", "dt", "dthoai"), "dienthoai"),
    **dict.fromkeys(("tk", "account", "acc", "user", "username", "taikhoan"), "taikhoan"),
    **dict.fromkeys(("nt", "tn", "sms"), "sms"),
    **dict.fromkeys(("code", "passcode"), "otp"),
    **dict.fromkeys(("xai", "dung", "sd"), "dung"),
    **dict.fromkeys(("vssid", "vsid", "vssd", "ssid", "vss"), "vssid"),
    **dict.fromkeys(("danh", "bam", "nhap", "dien", "go", "an"), "nhap"),
    **dict.fromkeys(("gium", "dum", "giup", "ho", "dium"), "giup"),
    **dict.fromkeys(("coi", "xem"), "xem"),
    **dict.fromkeys(("keu", "bieu", "bao", "noi"), "bao"),
    **dict.fromkeys(("nay", "do", "day", "kia"), "nay"),
}
_PAIRS = {
    ("mat", "khau"): "matkhau", ("mat", "ma"): "matkhau", ("mat", "khu"): "matkhau", ("pass", "word"): "matkhau",
    ("mat", "khua"): "matkhau", ("mat", "kau"): "matkhau", ("mat", "khai"): "matkhau", ("mak", "khau"): "matkhau", ("o", "tp"): "otp", ("ot", "p"): "otp",
    ("tai", "khoan"): "taikhoan", ("dien", "thoai"): "dienthoai", ("xac", "thuc"): "xacthuc", ("xac", "nhan"): "xacthuc",
    ("xac", "minh"): "xacthuc", ("bao", "mat"): "baomat", ("kich", "hoat"): "kichhoat", ("tin", "nhan"): "sms", ("dang", "nhap"): "dangnhap", ("bi", "mat"): "baomat",
    ("dang", "ky"): "dangky", ("bao", "hiem"): "baohiem", ("cap", "lai"): "caplai", ("het", "han"): "hethan", ("hieu", "luc"): "hieuluc", ("hop", "le"): "hople",
    ("so", "nha"): "sonha", ("bao", "nhieu"): "baonhieu", ("the", "nao"): "lamsao", ("lam", "sao"): "lamsao", ("o", "dau"): "odau", ("ho", "so"): "hoso", ("ma", "so"): "maso",
    ("bi", "sai"): "sai", ("khong", "dung"): "sai", ("quyet", "dinh"): "quyetdinh", ("nghi", "dinh"): "nghidinh", ("cong", "van"): "congvan", ("thong", "bao"): "thongbao",
    ("ky", "tu"): "kytu", ("bien", "lai"): "bienlai", ("bien", "so"): "bienso", ("hoa", "don"): "hoadon", ("mo", "khoa"): "mokhoa", ("bi", "khoa"): "bikhoa", ("cong", "ty"): "congty",
    ("dia", "chi"): "diachi", ("buu", "dien"): "buudien", ("hoc", "sinh"): "hocsinh", ("nhan", "vien"): "nhanvien", ("lao", "dong"): "laodong", ("cong", "nhan"): "nhanvien",
    ("giao", "vien"): "nhanvien", ("sinh", "vien"): "hocsinh", ("ngan", "hang"): "nganhang", ("so", "tien"): "sotien", ("tong", "dai"): "tongdai", ("can", "bo"): "canbo",
}  # fmt: skip
_STOP = re.compile(r"[.,] ")
_ZERO_TO_NINE = frozenset(
    "khong ko linh le mot mốt hai ba bon tu nam lam nham sau bay tam chin zero muoi".split()
)
_SIGNS = frozenset("@#$%^&*_~!+")
_THINGS = re.compile(
    r"(?:iphone|ip|ipad|samsung|galaxy|oppo|vivo|xiaomi|redmi|realme|nokia|note|android|ios|vssid|vneid|thang|nam|ngay|quy|lop|dieu|khoan|mau|form|phong|"
    r"tang|to|ap|khom|phuong|quan|so|sdt|tel|win|windows|covid|ten|bhxh|bhyt|cccd|cmnd|dong|trieu|gio|phut|lan|tuoi|bhtn|qh|nd|qd|tt|cv|tb|err|error|loi|code|ho|xe|km)"
    r"[.\-]?[0-9]{1,4}[a-z]?|[0-9]{1,5}(?:gio|trieu|nghin|ngan|dong|phut|thang|nam|ngay|lan|tuoi|nguoi|km|kg|kwh|m|m2|cm|mm|gb|mb|mg|mcg|g|ml|w|v|hs|nv|ng|tr|x|p|s|t|ha|lit|ld|gv|em|ho|vien|ong|lieu|k)[0-9]{0,3}"
)
_LIKE = re.compile(r"(?:[a-z]{2})?[0-9oil|]{9,16}")  # letters typed for digits
_TAG = re.compile(r"[a-z]{1,5}[\-_][0-9]{1,4}|0x[0-9a-f]{1,8}")  # an error's, a petition's number
_CARD = re.compile(
    r"[a-z]{1,2}[.\-]?[0-9]{7,15}|[a-z]{2}-?[0-9]-?[0-9]{2}-?[0-9]{10}|[a-z]{2}[.\-]?[0-9](?:[.\-]?[0-9]){8,14}"
)
_PLATE = re.compile(
    r"[0-9]{2}[.\-]?[a-z]{1,2}[0-9]?(?:[.\-]?[0-9]{3}[.\-]?[0-9]{1,3})?|[a-z]{1,2}[0-9]{2}[.\-]?[a-z]{1,3}|[0-9]{2}[a-z]{1,3}"
)
_FORM = re.compile(r"[a-z]{1,2}[0-9]{1,2}[a-z]?-[a-z]{2,4}|[0-9]{2}-[a-z]{2,4}")
_WRITTEN_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:[.,][0-9]{3}){1,2}")


# as it is heard, spelt and mistaken
_OTP = re.compile(r"\b(?:o|au) ?t(?:e|i|o)? ?p(?:e|i|o)?\b")
_PASSWORD = re.compile(r"\b(?:ma(?:t|c|ch|k|tj) ?kha(?:u|o|i|y)|[pb]at ?(?:quot|quoc|uot|word|goat))\b")


def tokens_of(folded: str, known: frozenset[str] = frozenset()) -> list[Token]:
    """The tokens of a folded text with single blanks, at most MOST_TOKENS; slips are mended towards the `known` words."""
    out: list[Token] = []
    mended = 0
    for found in _SCAN.finditer(_PASSWORD.sub("matkhau", _OTP.sub("otp", folded[:LONGEST_READ]))):
        if len(out) > MOST_TOKENS:
            break
        kind, raw = found.lastgroup or "", found.group()
        if kind == "number":
            out += _numbers(raw)
        elif kind == "word" and known and len(raw) > 2 and mended < MOST_MENDED and not _is_word(raw, known):
            mended += 1
            out.append(Token(_mended(raw, known)))
        elif kind == "word" or kind == "glued":
            out.append(Token(raw))
        elif kind == "mixed":
            out.append(_mixed(raw))
        elif kind == "mark":
            out.append(Token(raw))
        else:
            out.append(Token("@" + kind))
    return _even(_spelt(out[:MOST_TOKENS]))


def _is_word(raw: str, known: frozenset[str]) -> bool:
    return raw in known or raw in _SAME or is_syllable(raw)


def _mended(raw: str, known: frozenset[str]) -> str:
    """A word that is none, as the known word that is one slip away; typed keys of marks ("khaaur") are read."""
    if (real := decoded(raw)) and is_syllable(read := fold(real)):
        return read
    short = re.sub(r"(.)\1+", r"\1", raw)
    if len(raw) < 4 or len(raw) > 10:
        return short if is_syllable(short) else raw
    near = _one_less(known)
    hits = {word for less in (raw, *_without_one(raw)) for word in near.get(less, ())}
    if not hits:
        return short if is_syllable(short) else raw
    return min(hits, key=lambda word: (sorted(word) != sorted(raw), abs(len(word) - len(raw)), word))


def _without_one(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


@lru_cache(maxsize=2)
def _one_less(known: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The known words of four letters and more by what is left of them without one letter, and whole."""
    out: dict[str, tuple[str, ...]] = {}
    joined = {word for pair in _PAIRS for word in pair}
    for word in sorted({*known, *_SAME, *joined, "matkhau", "code"}):
        if len(word) >= SHORTEST_MENDED and word.isalpha():
            for less in (word, *_without_one(word)):
                out[less] = (*out.get(less, ()), word)
    return out


def _numbers(raw: str) -> list[Token]:
    """One number however it is grouped, or several side by side."""
    parts = [p for p in raw.replace(",", " ").split() if p.strip(".-()")]
    sizes = [sum(c.isdigit() for c in part) for part in parts]
    digits = "".join(c for c in raw if c.isdigit())
    n = len(digits)
    in_groups = len(parts) >= 3 and n in (10, 12) and max(sizes) <= SHORTEST_CODE
    sentences = _STOP.search(raw) is not None and max(sizes) > 2 or "," in raw and len(set(sizes)) > 1
    if (
        len(parts) > 1
        and not in_groups
        and (max(sizes) > LONGEST_CODE or min(sizes) >= SHORTEST_CODE or sentences)
    ):
        return [t for part in parts for t in _numbers(part)]
    if n < SHORTEST_CODE:
        return [Token(f"@n{n}")]
    if n > LONGEST_CODE:
        if raw[0] == "0" and n in (10, 11):
            return [Token("@phone")]
        return [Token({9: "@id", 10: "@code", 12: "@id"}.get(n, "@long"))]
    soft = (
        (n == 4 and digits[:2] in ("19", "20"))
        or (
            n == 8
            and digits[4:6] in ("19", "20")
            and 1 <= int(digits[:2]) <= 31
            and 1 <= int(digits[2:4]) <= 12
        )
        or (n >= 5 and digits.endswith("000"))
        or _WRITTEN_THOUSANDS.fullmatch(raw) is not None
    )
    apart = 2 * n - 1 <= len(raw)
    return [Token(f"#{n}", "soft" if soft else "apart" if apart else "")]


def _mixed(raw: str) -> Token:
    core = raw.strip(".-+")
    letters = sum(c.isalpha() for c in core)
    digits = sum(c.isdigit() for c in core)
    signs = sum(c in _SIGNS for c in core)
    if digits >= 5 and _LIKE.fullmatch(core):
        return Token("@code")
    if digits and not letters and not signs:
        return _numbers(core)[0]
    if len(core) < SHORTEST_MIXED or not (digits or signs) or not letters + digits:
        return Token("@short")
    kind = (
        "thing" if _THINGS.fullmatch(core)
        else "form" if _FORM.fullmatch(core)
        else "tag" if _TAG.fullmatch(core)
        else "plate" if _PLATE.fullmatch(core)
        else "card" if _CARD.fullmatch(core)
        else "free"
    )  # fmt: skip
    runs = re.sub(r"[a-z]+", "a", re.sub(r"[0-9]+", "9", re.sub(r"[^a-z0-9]+", "@", core)))[:5]
    return Token("~", f"{kind} {runs} {min(letters, 6)} {min(digits, 7)} {min(signs, 2)}")


def _spelt(tokens: list[Token]) -> list[Token]:
    """Digits that are told one by one, in words or with words and figures mixed, as one number."""
    out: list[Token] = []
    run: list[Token] = []
    for token in [*_one_by_one(tokens), Token("")]:
        if token.name in _ZERO_TO_NINE or token.name == "@n1" or (token.name == "," and run):
            run.append(token)
            continue
        while run and run[-1].name == ",":
            run.pop()
        told = sum(t.name != "," and t.name != "muoi" for t in run)
        words = sum(t.name in _ZERO_TO_NINE for t in run)
        if told >= SHORTEST_CODE and (words or told >= SHORTEST_CODE):
            out.append(Token(f"#{min(told, 9)}" if told <= LONGEST_CODE else "@long", "apart"))
        else:
            out += run
        run = []
        out.append(token)
    return out[:-1]


def _one_by_one(tokens: list[Token]) -> list[Token]:
    """Letters and digits that stand one by one ("h o a 1 2 3") as one mixed word."""
    out: list[Token] = []
    run: list[Token] = []
    for token in [*tokens, Token("")]:
        if (len(token.name) == 1 and token.name.isalpha()) or token.name in ("@n1", "@short", "-"):
            run.append(token)
            continue
        letters = sum(t.name.isalpha() for t in run)
        if len(run) >= SPELT_AT_LEAST and letters >= 3:
            out.append(Token("~", f"free spelt {min(letters, 6)} {min(len(run) - letters, 7)} 0"))
        else:
            out += run
        run = []
        out.append(token)
    return out[:-1]


def _even(tokens: list[Token]) -> list[Token]:
    """Chat spelling written out, set phrases of two words joined."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        name = tokens[at].name
        if at + 1 < len(tokens) and (joined := _PAIRS.get((name, tokens[at + 1].name))):
            out.append(Token(joined))
            at += 2
            continue
        out.append(tokens[at] if tokens[at].detail else Token(_SAME.get(name, name)))
        at += 1
    return out


# -- places

_ABOUT = frozenset(
    ("@who", "@par", "vssid", "cua", "moi", "cu", "app", "con", "ba", "hien", "tai", "dangnhap", "nay")
)


_EMPTY = _ABOUT | {"la", ":", "=", "-", ">", ",", "?", '"', "'", "nhu", "sau"}


def _has_tail(tokens: Sequence[Token], at: int) -> bool:
    """Whether anything that may be a password stands between the word and the end of its clause."""
    for n, token in enumerate(tokens[at + 1 : at + 1 + TAIL]):
        if token.name not in _EMPTY or (token.name in (",", "?") and n):
            return token.name not in (*_ENDS, ",", "?")
    return False


_ENDS = frozenset((";", "matkhau"))


def places_of(tokens: Sequence[Token]) -> Iterator[Place]:
    """Every place at which a secret may stand, at most MOST_PLACES of each kind."""
    left = dict.fromkeys((NUMBER, MIXED, TAIL_OF), MOST_PLACES)
    password = -99
    for at, token in enumerate(tokens):
        kind = ""
        if token.name == "matkhau":
            password = at
            kind = TAIL_OF if _has_tail(tokens, at) else ""
        elif token.name[0] == "#" and len(token.name) == 2:
            kind = NUMBER
        elif token.name == "~":
            kind = MIXED
        if kind and left[kind]:
            left[kind] -= 1
            yield Place(kind, at, 0 < at - password <= TAIL)


# -- what stands around

_CLASSES: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "code": "otp xacthuc kichhoat baomat pin ma maso sms",
        "unit": "nguoi ho dong d k km m met kg nghin ngan trieu ty phut gio tieng ngay thang nam tuan lan tuoi cai bo hoso nhanvien laodong hocsinh kytu chu "
        "thanh phieu to tin trang xa truong suat diem dan cuoc canbo khau usd cay con chiec bao lit ha met tan ta bang thung chai hop goi vien dot ky quyen cuon "
        "phan cong doanh don buoc can phong tang bac luot the em be dua gd hoi nha vu ca giuong kwh so trieu mau",
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
_SKIPPED = frozenset(("@who", "@par", "la", "thi", "cua"))
_CODE_WORDS = frozenset(("otp", "xacthuc", "code", "pin", "kichhoat", "baomat"))
_TELLS = frozenset(
    ("la", ":", "=", "-", "thanh", "dat", "de", "nhu", "sau", "ma", "so", "gui", "ve", "ghi", '"', "'")
)
_LEFT, _RIGHT = 9, 7
_FAR = 7  # tokens from "mã" to its number


def features_of(tokens: Sequence[Token], place: Place, known: frozenset[str]) -> list[str]:
    """The names of what is seen of a place and around it; `known`: the words of our trade, which a password is not made of."""
    return _of_tail(tokens, place.at, known) if place.kind == TAIL_OF else _of_token(tokens, place)


def _name(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].name if 0 <= at < len(tokens) else ("^" if at < 0 else "$")


def _of_token(tokens: Sequence[Token], place: Place) -> list[str]:
    at, kind = place.at, place.kind
    token = tokens[at]
    own = f"{token.name}{token.detail}"
    out = [kind, f"{kind}is:{own}"]
    if kind == NUMBER:
        out += [f"n{token.detail}", f"n{token.detail}{_name(tokens, at - 1)}"]
    else:
        thing, runs, letters, digits, signs = token.detail.split()
        out += [
            f"m:{thing}",
            f"mr:{runs}",
            f"ml:{letters}",
            f"md:{digits}",
            f"ms:{signs}",
            f"mt:{thing}{digits}",
        ]
    l1, l2, l3 = (_name(tokens, at - n) for n in (1, 2, 3))
    r1, r2 = (_name(tokens, at + n) for n in (1, 2))
    out += [f"{kind}L1:{l1}", f"{kind}L2:{l2}", f"{kind}L3:{l3}", f"{kind}R1:{r1}", f"{kind}R2:{r2}"]
    out += [f"{kind}L:{l2} {l1}", f"{kind}R:{r1} {r2}"]
    left = [t.name for t in tokens[max(0, at - _LEFT) : at]]
    right = [t.name for t in tokens[at + 1 : at + 1 + _RIGHT]]
    core_left = [n for n in reversed(left) if n not in _SKIPPED]
    core_right = [n for n in right if n not in _SKIPPED]
    c1, c2 = (core_left + ["^", "^"])[:2]
    d1, d2 = (core_right + ["$", "$"])[:2]
    out += [
        f"{kind}C1:{c1}",
        f"{kind}C:{c2} {c1}",
        f"{kind}D1:{d1}",
        f"{kind}D:{d1} {d2}",
        f"{kind}CD:{c1} {d1}",
    ]
    out += {f"{kind}l:{n}" for n in core_left} | {f"{kind}r:{n}" for n in core_right}
    for where, names in (
        ("1", core_left[:1]),
        ("2", core_left[1:3]),
        ("3", core_left[3:]),
        ("4", core_right[:1]),
        ("5", core_right[1:]),
    ):
        out += {f"{kind}c{where}:{c}" for n in names for c in _CLASSES_OF.get(n, ())}
    if not core_left and not core_right:
        out.append(f"{kind}alone:{token.detail}" if kind == NUMBER else f"{kind}alone")
    if kind == NUMBER and (thing := _thing_of(left)) is not None:
        out += [f"nof:{thing}", f"nofany:{bool(thing)}"]
    if place.of_password:
        out.append(f"{kind}pw")
    for name in reversed(left):
        if name in ("matkhau", *_CODE_WORDS):
            out.append(f"{kind}direct:{'code' if name in _CODE_WORDS else 'pw'}")
            break
        if name not in _ABOUT and name not in _TELLS:
            break
    return out


def features_of_answer(tokens: Sequence[Token], known: frozenset[str]) -> list[str]:
    """The names of what is seen of a text that follows the promise of a password: it is read as if it stood behind the word."""
    return _of_tail([Token("matkhau"), *tokens], 0, known, how="after")


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
    plain = [n for n in core if n[0] not in "#@~"]
    unknown = [n for n in plain if n not in known]
    joined = sum(len(n) >= 8 for n in unknown)
    out += [f"tu:{min(len(unknown), 3)}", f"tuh:{min(len(unknown), 3)}{bool(how)}", f"tj:{min(joined, 2)}"]
    out += [
        f"tall:{len(unknown) == len(plain)}{bool(how)}",
        f"tfirst:{core[0] in known or core[0][0] in '#@~'}{bool(how)}",
    ]
    out += [f"t1:{core[0] if core[0] in known or core[0][0] in '#@~' else '?'}", f"tl:{core[-1]}"]
    out += {f"tw:{n}" for n in core}
    out += [f"tb:{one} {two}" for one, two in zip(core, core[1:], strict=False)][:4]
    before = [t.name for t in tokens[max(0, at - 4) : at] if t.name not in _SKIPPED]
    out += [f"tL:{before[-1] if before else '^'}", *{f"tp:{n}" for n in before}]
    return out


def features_of_announcement(tokens: Sequence[Token], known: frozenset[str]) -> list[str]:
    """The names of what tells whether a text says that a code or a password follows in the next message."""
    names = [
        t.name if t.name in known or t.name[0] in "@#~:=" or t.name in _SECRET_WORDS else "?"
        for t in tokens
        if t.name not in _MARKS
    ]
    core = [n for n in names if n not in _SKIPPED]
    ends = [t.name for t in tokens[-2:]]
    out = ["b", f"bn:{min(len(core), 8)}", f"be:{ends[-1] if ends else ''}", f"bs:{core[0] if core else ''}"]
    out += {f"b:{n}" for n in names}
    out += {f"bb:{one} {two}" for one, two in zip(core, core[1:], strict=False)}
    out += [f"bl:{n}" for n in core[-2:]]
    return out


def speaks_of_secret(tokens: Sequence[Token]) -> str:
    """The word for a password or a code that stands in a text, the password first; "" none."""
    names = {t.name for t in tokens}
    return (
        "matkhau"
        if "matkhau" in names
        else next((n for n in ("otp", "xacthuc", "pin", "ma") if n in names), "")
    )


_SECRET_WORDS = frozenset(("matkhau", *_CODE_WORDS))
_MARKS = frozenset((",", '"', "'", "-", "/", ">", ";"))


def is_polite(token: Token) -> bool:
    """Whether a token is a form of address, a particle or a mark: it neither asks nor tells anything."""
    return token.name in _POLITE


def of_password(tokens: Sequence[Token], place: Place) -> bool:
    """Whether the nearest word for a secret before the place, else the first after it, is one for a password."""
    names = [t.name for t in tokens]
    near = next((n for n in reversed(names[max(0, place.at - TAIL) : place.at]) if n in _SECRET_WORDS), "")
    near = near or next((n for n in names[place.at + 1 : place.at + 1 + TAIL] if n in _SECRET_WORDS), "")
    return near == "matkhau"


_POLITE = frozenset(
    (
        "@who",
        "@par",
        "la",
        "thi",
        "cua",
        "con",
        "co",
        "ba",
        "ma",
        "so",
        "nhan",
        "gui",
        "ban",
        ",",
        ".",
        ":",
        "?",
        "-",
        "ok",
        "oke",
        "nay",
        "duoc",
        '"',
        "'",
        "moi",
        "cu",
        "vssid",
        "bao",
    )
)
