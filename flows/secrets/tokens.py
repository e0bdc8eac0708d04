"""A text as the shield reads it: words as they are compared, and names for numbers. Rule: a token carries the name of what is seen, never the secret itself.

The folded text is read once, from left to right. What is surely something else (a date, a sum, a telephone number, a code
of ten digits, an address) becomes one token with a name; a number of four to eight digits, also spelt apart or in words, is
"#" with its digits counted; a word that mixes letters with digits or signs is "~" with its shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from flows.text.fold import fold
from flows.text.syllable import decoded, is_syllable

SHORTEST_CODE, USUAL_CODE, LONGEST_CODE = 4, 6, 8  # digits
SHORTEST_MIXED = 4  # characters of a word that mixes letters with digits or signs
LONGEST_READ = 8_000  # characters of a text that are read; no channel lets a person send more
MOST_TOKENS = 2_400  # of them
SPELT_AT_LEAST = 5  # single letters and digits in a row
MOST_MENDED = 60  # words of one text of which a slip is mended
SHORTEST_MENDED = 4  # letters
MOST_KEYS = 3  # digits that are marks of one syllable, typed by VNI: "Nguye6n4"


YEAR, SOFT = "year", "soft"  # a number that may as well be a year; a date or a round sum


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is compared, or the name of what stands there: "@date", "#6" (a number of six digits), "~" (a mixed word)."""

    name: str
    detail: str = ""  # of a number: "soft", "apart"; of a mixed word its shape


# -- reading

_UNITS = r"(?:dong|vnd|trieu|nghin|ngan|ty|tr)"
_SCAN = re.compile(
    r"(?=[a-z0-9@#$%^&*_~+:=?,;\-/>\"'])(?:"
    r"(?P<file>[a-z0-9_.\-]{1,60}\.(?:pdf|jpe?g|png|docx?|xlsx?|zip|rar|mp4|heic|apk|txt)(?![a-z0-9]))"
    r"|(?P<masked>[a-z0-9@._]{0,30}\*{3,12}[a-z0-9@._]{0,30})"
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
            "passphrase",
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
    [
        "khong",
        "ko",
        "linh",
        "le",
        "mot",
        "mốt",
        "hai",
        "ba",
        "bon",
        "tu",
        "nam",
        "lam",
        "nham",
        "sau",
        "bay",
        "tam",
        "chin",
        "zero",
        "muoi",
    ]
)
_SIGNS = frozenset("@#$%^&*_~!+")
_THINGS = re.compile(
    r"(?:iphone|ip|ipad|samsung|galaxy|oppo|vivo|xiaomi|redmi|realme|nokia|note|android|ios|vssid|vneid|thang|nam|ngay|quy|lop|dieu|khoan|mau|form|phong|"
    r"tang|to|ap|khom|phuong|quan|so|sdt|tel|win|windows|covid|ten|bhxh|bhyt|cccd|cmnd|dong|trieu|gio|phut|lan|tuoi|bhtn|qh|nd|qd|tt|cv|tb|err|error|loi|code|ho|xe|km|word|excel|office|chrome|firefox|macbook|misa|htkk|vtv|thdt|htv|sctv|panadol|vitamin)"
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
_FORM = re.compile(r"[a-z]{1,2}[0-9]{1,2}[a-z]?-[a-z]{2,4}|[0-9]{2}[a-z]?-[a-z]{2,4}")
_WRITTEN_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:[.,][0-9]{3}){1,2}")


# tags, entities and escapes of a program's text
_MARKUP = re.compile(
    r"</?[a-z]{1,10}(?:[ /][^<>]{0,200})?>|&(?:[a-z]{2,8}|#x?[0-9a-f]{1,6});|\\u[0-9a-f]{4}|data:[a-z]{1,20}/[a-z]{1,20};base64,\S{0,400}"
)
# as it is heard, spelt and mistaken
_OTP = re.compile(r"\b(?:o|au) ?t(?:e|i|o)? ?p(?:e|i|o)?\b")
_PASSWORD = re.compile(r"\b(?:ma(?:t|c|ch|k|tj) ?kha(?:u|o|i|y)|[pb]at ?(?:quot|quoc|uot|word|goat))\b")


def tokens_of(folded: str, known: frozenset[str] = frozenset()) -> list[Token]:
    """The tokens of a folded text with single blanks, at most MOST_TOKENS; slips are mended towards the `known` words."""
    out: list[Token] = []
    mended = 0
    text = _MARKUP.sub(" ", folded[:LONGEST_READ])
    for found in _SCAN.finditer(_PASSWORD.sub("matkhau", _OTP.sub("otp", text))):
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
    return _normalised(_spelt(out[:MOST_TOKENS]))


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
    in_groups = in_groups or (
        digits[0] == "0" and n in (10, 11) and len(parts) == 2
    )  # a telephone with its area
    sentences = (_STOP.search(raw) is not None and max(sizes) > 2) or ("," in raw and len(set(sizes)) > 1)
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
    year = n == 4 and digits[:2] in ("19", "20")
    soft = (
        (
            n == 8
            and digits[4:6] in ("19", "20")
            and 1 <= int(digits[:2]) <= 31
            and 1 <= int(digits[2:4]) <= 12
        )
        or digits.endswith("000")
        or _WRITTEN_THOUSANDS.fullmatch(raw) is not None
    )
    apart = 2 * n - 1 <= len(raw)
    return [Token(f"#{n}", YEAR if year else SOFT if soft else "apart" if apart else "")]


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
        else "vni" if _is_typed_by_vni(core, digits)
        else "free"
    )  # fmt: skip
    runs = re.sub(r"[a-z]+", "a", re.sub(r"[0-9]+", "9", re.sub(r"[^a-z0-9]+", "@", core)))[:5]
    return Token("~", f"{kind} {runs} {min(letters, 6)} {min(digits, 7)} {min(signs, 2)}")


def _is_typed_by_vni(core: str, digits: int) -> bool:
    """Whether the digits are the marks of one syllable: "Nguye6n4"; two at the end may as well be a password's."""
    if digits > MOST_KEYS or core[-2:].isdigit():
        return False
    real = decoded(core)
    return real is not None and is_syllable(fold(real))


def _spelt(tokens: list[Token]) -> list[Token]:
    """What is told one by one joined: letters and digits ("h o a 1 2 3") as one mixed word, then digits, also in words, as one number."""
    words = _joined(tokens, lambda token, _: _is_single(token), _as_word)
    return _joined(words, lambda token, begun: _is_digit(token) or (begun and token.name == ","), _as_number)


def _joined(
    tokens: list[Token],
    belongs: Callable[[Token, bool], bool],
    as_one: Callable[[list[Token]], list[Token]],
) -> list[Token]:
    """The tokens with `as_one` of each run of those that belong together; `belongs` is told whether a run has begun."""
    out: list[Token] = []
    run: list[Token] = []
    for token in tokens:
        if belongs(token, bool(run)):
            run.append(token)
            continue
        out += [*as_one(run), token]
        run = []
    return out + as_one(run)


def _is_digit(token: Token) -> bool:
    return token.name in _ZERO_TO_NINE or token.name == "@n1"


def _as_number(run: list[Token]) -> list[Token]:
    while run and run[-1].name == ",":
        run = run[:-1]
    told = sum(t.name not in (",", "muoi") for t in run)
    if told < SHORTEST_CODE:
        return run
    return [Token(f"#{told}" if told <= LONGEST_CODE else "@long", "apart")]


def _is_single(token: Token) -> bool:
    return (len(token.name) == 1 and token.name.isalpha()) or token.name in ("@n1", "@short", "-")


def _as_word(run: list[Token]) -> list[Token]:
    letters = sum(t.name.isalpha() for t in run)
    if len(run) < SPELT_AT_LEAST or letters < 3:
        return run
    return [Token("~", f"free spelt {min(letters, 6)} {min(len(run) - letters, 7)} 0")]


def _normalised(tokens: list[Token]) -> list[Token]:
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
