"""A text as the shield reads it: words as they are compared, and names for numbers. Called by detector.py and the trainer.

The folded text is read once, from left to right. Dates, sums, telephone numbers, codes of ten digits and addresses become
one token with a name; a number of four to eight digits, also spelt apart or in words, is "#" with its count of digits; a
word that mixes letters with digits or signs is "~" with its shape. Invariant: a token never holds the secret itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

from flows.secrets.spelt import (
    APART,
    DATED,
    HUNDREDS,
    LONGEST_CODE,
    MK,
    SHORTEST_CODE,
    SOFT,
    YEAR,
    Token,
    spelt,
)
from flows.secrets.spelt import USUAL_CODE as USUAL_CODE
from flows.text.chat_spelling import table
from flows.text.fold import fold
from flows.text.syllable import decoded, is_syllable

SHORTEST_MIXED = 4  # characters of a word that mixes letters with digits or signs
LONGEST_READ = 8_000  # characters of a text that are read; no channel lets a person send more
MOST_TOKENS = 2_400  # of them
MOST_MENDED = 60  # misspelt words of one text that are corrected
SHORTEST_MENDED = 4  # letters
MOST_KEYS = 3  # digits that are marks of one syllable, typed by VNI: "Nguye6n4"
# -- reading

_UNITS = r"(?:dong|vnd|trieu|nghin|ngan|ty|tr)"
_SCAN = re.compile(
    r"(?=[a-z0-9@#$%^&*_~+:=?,;\-/>\"'.])(?:"
    r"(?P<file>[a-z0-9_.\-]{1,60}\.(?:pdf|jpe?g|png|docx?|xlsx?|zip|rar|mp4|heic|apk|txt)(?![a-z0-9]))"
    r"|(?P<masked>[a-z0-9@._]{0,30}\*{3,12}[a-z0-9@._]{0,30})"
    r"|(?P<mail>[a-z0-9._+\-]{1,40}@[a-z0-9\-]{1,30}(?:\.[a-z]{2,10}){1,3}(?![a-z0-9@]))"
    r"|(?P<link>(?:https?://|www\.)\S{1,200}|[a-z0-9\-]{2,30}(?:\.[a-z0-9\-]{2,30}){0,3}\.(?:vn|com|net|org)(?![a-z0-9])(?:/\S{0,200})?)"
    r"|(?P<dotted>[a-z]{2,10}(?:\.[a-z]{2,10}){2,6}(?![a-z0-9@]))"
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
    r"|(?P<mark>[:=?,;\-/>\"']|\.(?= |$)))"
)
# One word: how it is compared, and the spellings and synonyms that it stands for.
_SAME = table(
    """
khong: k ko hok hong hk kg kh hem hog khum; vao: vo zo dzo zao; duoc: dc dx dk; gi: j gi; dienthoai: sdt dt dthoai;
matkhau: mk pass password pw pwd matkhau mkhau pasword passw passwd passwork passphrase mkau pas pat;
@who: tui toi minh mik em e anh chi a c chau chu bac me tao ong cau di chong;
@par: ah ak nha nhe nhen ne ni ha hen oi ad admin da thua u uh ui nghen shop luon vay z v ta r roi nhi;
taikhoan: tk account acc user username taikhoan; sms: nt tn sms; otp: code passcode; dung: xai dung sd;
vssid: vssid vsid vssd ssid vss; nhap: danh bam nhap dien go an; giup: gium dum giup ho dium; xem: coi xem;
bao: keu bieu bao noi; nay: nay do day kia
""",
    None,
)
# Two words that say one thing: those that are only joined, and those that are said otherwise.
_joined_pairs = """
mat khau | o tp | ot p | tai khoan | dien thoai | xac thuc | bao mat | kich hoat | dang nhap | dang ky | bao hiem |
cap lai | het han | hieu luc | hop le | so nha | bao nhieu | lam sao | o dau | ho so | ma so | quyet dinh | nghi dinh |
cong van | thong bao | ky tu | bien lai | bien so | hoa don | mo khoa | bi khoa | cong ty | dia chi | buu dien | hoc sinh |
nhan vien | lao dong | ngan hang | so tien | tong dai | can bo
"""
_other_pairs = """
matkhau: mat ma | mat khu | pass word | mat khua | mat kau | mat khai | mak khau; xacthuc: xac nhan | xac minh; sms: tin nhan;
baomat: bi mat; loi: error code | err code | code loi | loi code; tiendien: tien dien | so dien | ho dien | nop dien | tinh dien; dienluc: dien luc | dien nuoc;
@part: khuc dau | khuc sau | khuc giua | khuc cuoi | khuc mot | khuc hai | nua dau | nua sau | nua cuoi | phan dau | phan sau | phan giua | phan cuoi | phan mot | phan hai | phan ba | doan dau | doan sau | doan cuoi;
@sign: a cong | gach duoi | cham than | dau cham | dau thang | a coong | a moc | dau gach | gach ngang | dau sao | dau phay;
@upper: viet hoa | chu hoa | in hoa | chu in | hoa het | hoa dau; @lower: viet thuong | chu thuong | thuong het | in thuong;
@written: viet lien | rap lai | gop lai | noi lai | lien nhau | ghep lai | khong dau | khong cach | khoang trang | khoang cach | dau cach | go lien | co dau | lien het | danh van | khong hoa; lamsao: the nao; sai: bi sai | khong dung; nhanvien: cong nhan | giao vien; hocsinh: sinh vien
"""
_PAIRS = {
    **{pair: pair.replace(" ", "") for pair in " ".join(_joined_pairs.split()).split(" | ")},
    **table(_other_pairs, "|"),
}
_STOP = re.compile(r"[.,] ")
# "mk" is "mình" behind and before these words; behind some only where another verb follows
_BEFORE_SELF = frozenset("cua voi ban chong vo cung giup gium nha tui nen nhung vi tai do neu giua".split())
_AFTER_SELF = frozenset(
    "muon hoi ten sinh lam di dang tham nop ngoi thay cung dinh tinh xin nghi song nho goi nghe biet hieu bit tim tra bam voi cam vs tuoi "
    "gap hoc thi tai mua ve dong thuoc lo tin chay truc on chuc rat se vua ngoai dem benh om sap chuan o sn an uong ngu day coi xem doc "
    "thue ra xuong len hay thuong tung chi deu bau mang that lanh linh nuoi cho cuoi ky ke tro vay tiep nhin mo trong gat rai "
    "luc hom sang chieu nguoi".split()
)
_PERHAPS_AFTER_SELF = frozenset(
    "moi bi van phai co khong k ko hok hong chua da con nen duoc dc la het".split()
)
_DOING = frozenset(
    "nguoi cong giao nhanvien gai trai me lan y @n3 @n2 benh dau om tai con chong vo bau viec hai mot @n1 hoso so the bhyt bhxh ranh ban "
    "biet hieu ro thay".split()
)
_SIGNS = frozenset("@#$%^&*_~!+")
_THINGS = re.compile(
    r"(?:iphone|ip|ipad|samsung|galaxy|oppo|vivo|xiaomi|redmi|realme|nokia|note|android|ios|vssid|vneid|thang|nam|ngay|quy|lop|dieu|khoan|mau|form|phong|"
    r"tang|to|ap|khom|phuong|quan|so|sdt|tel|win|windows|covid|ten|bhxh|bhyt|cccd|cmnd|dong|trieu|gio|phut|lan|tuoi|bhtn|qh|nd|qd|tt|cv|tb|err|error|loi|code|ho|xe|km|word|excel|office|chrome|firefox|macbook|misa|htkk|vtv|thdt|htv|sctv|panadol|vitamin)"
    r"[.\-]?[0-9]{1,4}[a-z]?|[0-9]{1,5}(?:gio|trieu|nghin|ngan|dong|phut|thang|nam|ngay|lan|tuoi|nguoi|km|kg|kwh|m|m2|cm|mm|gb|mb|mg|mcg|g|ml|w|v|hs|nv|ng|tr|x|p|s|t|ha|lit|ld|gv|em|ho|vien|ong|lieu|k)[0-9]{0,3}"
)
_LIKE = re.compile(r"(?:[a-z]{2})?[0-9oil|]{9,16}")  # letters typed for digits
_TAG = re.compile(r"[a-z]{1,5}[\-_][a-z]?[0-9]{1,8}|0x[0-9a-f]{1,8}")
_ERROR = re.compile(
    r"(?:err|error|loi|http|bug)[a-z_\-]{0,12}[0-9]{2,8}|[a-z_\-]{0,12}(?:err|error|loi)[_\-]?[0-9]{2,8}"
)  # an error's, a petition's number
_CARD = re.compile(
    r"[a-z]{1,2}[.\-]?[0-9]{7,15}|[a-z]{2}-?[0-9]-?[0-9]{2}-?[0-9]{10}|[a-z]{2}[.\-]?[0-9](?:[.\-]?[0-9]){8,14}"
)
_PLATE = re.compile(
    r"[0-9]{2}[.\-]?[a-z]{1,2}[0-9]?(?:[.\-]?[0-9]{3}[.\-]?[0-9]{1,3})?|[a-z]{1,2}[0-9]{2}[.\-]?[a-z]{1,3}|[0-9]{2}[a-z]{1,3}"
)
_UNIT = re.compile(r"[a-z]{2}[0-9]{4}[a-z]")
_TICKET = re.compile(r"[a-z][0-9]{3,4}")
_O_FOR_ZERO = re.compile(r"(?=(?:[oil]*[0-9]){4})[0-9oil]{6}")
_FORM = re.compile(r"[a-z]{1,2}[0-9]{1,2}[a-z]?-[a-z]{2,4}|[0-9]{2}[a-z]?-[a-z]{2,4}")
_DATED = re.compile(
    r"(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{2}|(?:0[1-9]|1[0-2])(?:19|20)[0-9]{2}"
)  # 281025, 012020
_WRITTEN_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:[.,][0-9]{3}){1,2}")
# tags, entities and escapes of a program's text
_MARKUP = re.compile(
    r"</?[a-z]{1,10}(?: ?/| +[a-z\-]{1,20} ?=[^<>]{0,200})?>|&(?:[a-z]{2,8}|#x?[0-9a-f]{1,6});|\\u[0-9a-f]{4}|data:[a-z]{1,20}/[a-z]{1,20};base64,\S{0,400}"
)
# as it is heard, spelt and mistaken
_OTP = re.compile(r"\b(?:o|au) ?t(?:e|i|o)? ?p(?:e|i|o)?\b")
_BETWEEN = re.compile(r"(?<![0-9])(?<=[0-9]{3}) ?[•·–—…|]+ ?(?=[0-9]{3}(?![0-9]))")
_BOX = re.compile(
    r"\bo (?:so |thu )?(?:[1-8]|mot|hai|ba|bon|nam|sau|bay|tam) (?:la )?so (?=[0-9] ?(?:,|$|o ))"
)  # "ô 1 số 6, ô 2 số 0"
_GLUE = re.compile(r"\b(otp|ma|mk|pass|code)[.:\-]{1,3}(?=[0-9])")
_PART = re.compile(
    r"\b(?:[1-4]|mot|hai|ba|bon) ((?:chu )?(?:so|cap) (?:dau|cuoi|giua|sau|ke|tiep))"
)  # "ba số đầu": the count is no piece
_PASSWORD = re.compile(r"\b(?:ma(?:t|c|ch|k|tj) ?kha(?:u|o|i|y)|[pb]at ?(?:quot|quoc|uot|word|goat))\b")


def written(folded: str) -> str:
    """The folded text as it is read: at most LONGEST_READ characters, without markup, the words for a code and a password in one spelling."""
    text = _OTP.sub("otp", _MARKUP.sub(" ", folded[:LONGEST_READ]))
    text = _BETWEEN.sub(" ", _BOX.sub("roi ", text))
    return _GLUE.sub(r"\1 : ", _PART.sub(r"\1", _PASSWORD.sub("matkhau", text)))


def tokens_of(text: str, known: frozenset[str] = frozenset()) -> list[Token]:
    """The tokens of a text that `written` gave, at most MOST_TOKENS; misspelt words become the nearest of `known`."""
    out: list[Token] = []
    mended = 0
    for found in _SCAN.finditer(text):
        if len(out) > MOST_TOKENS:
            break
        kind, raw = found.lastgroup or "", found.group()
        if kind == "number":
            made = _numbers(raw)
        elif kind == "word" and known and len(raw) > 2 and mended < MOST_MENDED and not _is_word(raw, known):
            mended += 1
            made = [Token(_mended(raw, known))]
        elif kind == "dotted":
            made = [Token("~", "free a@a 6 0 2")]
        elif kind == "mixed":
            made = [_mixed(raw)]
        else:
            made = [Token(raw if kind in ("word", "glued", "mark") else "@" + kind)]
        out += [Token(token.name, token.detail, *found.span()) for token in made]
    return _normalised(spelt(out[:MOST_TOKENS]))


def _is_word(raw: str, known: frozenset[str]) -> bool:
    return raw in known or raw in _SAME or is_syllable(raw)


def _mended(raw: str, known: frozenset[str]) -> str:
    """A misspelt word as the known word that is one letter away; typed keys of marks ("khaaur") are read."""
    if (real := decoded(raw)) and is_syllable(read := fold(real)):
        return read
    short = re.sub(r"(.)\1+", r"\1", raw)
    near = _one_less(known) if SHORTEST_MENDED <= len(raw) <= 10 else {}
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
    joined = {word for pair in _PAIRS for word in pair.split()}
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
    with_area = digits[0] == "0" and n in (10, 11) and len(parts) == 2  # a telephone number
    sentences = (_STOP.search(raw) is not None and max(sizes) > 2) or ("," in raw and len(set(sizes)) > 1)
    apart = max(sizes) > LONGEST_CODE or min(sizes) >= SHORTEST_CODE or sentences
    if len(parts) > 1 and not in_groups and not with_area and apart:
        return [t for part in parts for t in _numbers(part)]
    if n < SHORTEST_CODE:
        return [Token(f"@n{n}")]
    if n > LONGEST_CODE:
        if raw[0] == "0" and n in (10, 11):
            return [Token("@phone")]
        return [Token({9: "@id", 10: "@code", 12: "@id"}.get(n, "@long"))]
    if n >= LONGEST_CODE - 1 and digits.endswith("000"):
        return [Token("@money")]
    year = n == 4 and digits[:2] in ("19", "20")
    date = (
        n == 8 and digits[4:6] in ("19", "20") and 1 <= int(digits[:2]) <= 31 and 1 <= int(digits[2:4]) <= 12
    )
    soft = date or digits.endswith("000") or _WRITTEN_THOUSANDS.fullmatch(raw) is not None
    if not soft and not year and n >= USUAL_CODE - 1 and digits[0] != "0" and digits.endswith("00"):
        return [Token(f"#{n}", HUNDREDS)]
    detail = YEAR if year else SOFT if soft else APART if 2 * n - 1 <= len(raw) else ""
    return [Token(f"#{n}", detail or (DATED if _DATED.fullmatch(raw) else ""))]


def _mixed(raw: str) -> Token:
    core = raw.strip(".-+")
    letters = sum(c.isalpha() for c in core)
    digits = sum(c.isdigit() for c in core)
    signs = sum(c in _SIGNS for c in core)
    if digits >= 5 and _LIKE.fullmatch(core):
        return Token("@code")
    if _O_FOR_ZERO.fullmatch(core):
        return Token(f"#{len(core)}")
    if digits and not letters and not signs:
        return _numbers(core)[0]
    if len(core) < SHORTEST_MIXED or not (digits or signs) or not letters + digits:
        return Token("@short")
    if _ERROR.fullmatch(core):
        return Token("@error")
    kind = (
        "thing" if _THINGS.fullmatch(core)
        else "form" if _FORM.fullmatch(core)
        else "tag" if _TAG.fullmatch(core)
        else "unit" if _UNIT.fullmatch(core)
        else "ticket" if _TICKET.fullmatch(core)
        else "plate" if _PLATE.fullmatch(core)
        else "card" if _CARD.fullmatch(core)
        else "vni" if _is_typed_by_vni(core, digits)
        else "free"
    )  # fmt: skip
    runs = re.sub(r"[a-z]+", "a", re.sub(r"[0-9]+", "9", re.sub(r"[^a-z0-9]+", "@", core)))[:5]
    return Token("~", f"{kind} {runs} {min(letters, 6)} {min(digits, 7)} {min(signs, 2)}")


def _is_typed_by_vni(core: str, digits: int) -> bool:
    """Whether the digits are the marks of one syllable: "Nguye6n4"; two at the end may as well be a password's."""
    real = None if digits > MOST_KEYS or core[-2:].isdigit() else decoded(core)
    return real is not None and is_syllable(fold(real))


def _normalised(tokens: list[Token]) -> list[Token]:
    """Chat spelling written out, set phrases of two words joined."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        name = token.name
        if at + 1 < len(tokens) and (joined := _PAIRS.get(f"{name} {tokens[at + 1].name}")):
            out.append(Token(joined, "", token.start, tokens[at + 1].end))
            at += 2
            continue
        if name == MK:
            name = "@who" if _is_self(tokens, at) else "matkhau"
            token = Token(name, MK if name == "matkhau" else "", token.start, token.end)
        out.append(token if token.detail else Token(_SAME.get(name, name), "", token.start, token.end))
        at += 1
    return out


def _is_self(tokens: list[Token], at: int) -> bool:
    """Whether "mk" stands for "mình": by the verb behind it or the word before it."""
    before = tokens[at - 1].name if at else ""
    one, two = [t.name for t in (*tokens[at + 1 : at + 3], *2 * [Token("")])][:2]
    if before in _BEFORE_SELF or one in _AFTER_SELF:
        return True
    if one == "la":
        return two in _DOING
    return (one == "@n2" and two in ("tuoi", "t")) or (
        one in _PERHAPS_AFTER_SELF and two in (_AFTER_SELF | _DOING)
    )
