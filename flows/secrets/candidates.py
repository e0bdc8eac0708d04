"""Where a text may hold a secret (its candidates), and the features of each that flows/secrets/classifier.py scores.

A candidate is a number of four to eight digits, a word that mixes letters with digits or signs, or what follows a word for
a password. Called by detector.py and the trainer. Invariant: a feature names what is seen, and never holds the secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flows.secrets.spelt import SOFT, YEAR, Token
from flows.text.syllable import is_syllable

MOST_CANDIDATES = 80  # of one text and kind
TAIL = 10  # tokens after a password word that are looked at
NEAR = 6  # tokens
LEFT = 9  # tokens before a candidate that are looked at
NUMBER, MIXED, TAIL_OF, SPELT, QUOTED, JOINED, VALUE = (
    "nmtsqjv"  # kinds of candidate; each feature begins with one
)
LONGEST_QUOTED = 6  # tokens
SHORTEST_JOINED = 7  # letters of a word that is several syllables without a blank
LEAST_SPELT = 3  # letters, signs and words of spelling near each other
SPELT_WITHIN = 24  # tokens


@dataclass(frozen=True, slots=True)
class SecretCandidate:
    """Where a secret may stand: its kind, the numbers of its tokens, and whether a password word stands shortly before."""

    kind: str
    at: int
    of_password: bool


ABOUT = frozenset("@who @par vssid cua moi cu app con ba hien tai dangnhap nay".split())
_EMPTY = ABOUT | frozenset("la : = - > , ? \" ' nhu sau".split())
SPELLING = frozenset(("@sign", "@upper", "@lower", "@written", "@letter", "@part"))
ENDS = (";", "matkhau", ".")
SKIPPED = frozenset(("@who", "@par", "la", "thi", "cua", "."))
CODE_WORDS = frozenset(("otp", "xacthuc", "code", "pin", "kichhoat", "baomat"))
SECRET_WORDS = CODE_WORDS | {"matkhau"}
TELLS = frozenset("la : = - thanh dat de nhu sau ma so gui ve ghi \" '".split())
MARKS = frozenset(", \" ' - / > ;".split())
_POLITE = frozenset(
    "@who @par la thi cua con co ba ma so nhan gui ban ok oke nay duoc moi cu vssid bao , . : ? - \" '".split()
)


def _has_tail(tokens: Sequence[Token], at: int) -> bool:
    """Whether anything that may be a password stands between the word and the end of its clause."""
    for n, token in enumerate(tokens[at + 1 : at + 1 + TAIL]):
        if token.name not in _EMPTY or (token.name in (",", "?") and n):
            return token.name not in (*ENDS, ",", "?")
    return False


def _speaks_beside(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word for a code or password stands by a number that may as well be a year."""
    return any(t.name in SECRET_WORDS for t in (*tokens[max(0, at - NEAR) : at], *tokens[at + 1 : at + 4]))


def _may_be_plain(token: Token) -> bool:
    """Whether a mixed word may be anything where nobody speaks of a password: letters and signs ("and/or"), marks typed as digits."""
    sort, _, _, digits, _ = token.detail.split()
    return sort == "vni" or digits == "0"


def candidates_of(tokens: Sequence[Token], known: frozenset[str] = frozenset()) -> Iterator[SecretCandidate]:
    """The candidates of a text in order, at most MOST_CANDIDATES of each kind; `known`: the words of our trade."""
    left = dict.fromkeys((NUMBER, MIXED, TAIL_OF, SPELT, QUOTED, JOINED, VALUE), MOST_CANDIDATES)
    password = -99
    spoken = any(token.name == "matkhau" for token in tokens)
    spelling = _spelling_at(tokens)
    for at, token in enumerate(tokens):
        kind = ""
        if token.name == "matkhau":
            password = at
            kind = TAIL_OF if _has_tail(tokens, at) else ""
        elif token.name[0] == "#" and len(token.name) == 2:
            kind = NUMBER if token.detail != YEAR or _speaks_beside(tokens, at) else ""
        elif token.name == "~":
            kind = MIXED if spoken or not _may_be_plain(token) else ""
        elif spoken and token.name in _VALUES:
            kind = VALUE if _is_set(tokens, at) else ""
        elif spoken and at == spelling:
            kind = SPELT
        elif spoken and token.name == '"':
            kind = QUOTED if _is_quoted(tokens, at) else ""
        elif spoken and is_joined(token.name, known):
            kind = JOINED
        if kind and left[kind]:
            left[kind] -= 1
            yield SecretCandidate(kind, at, 0 < at - password <= TAIL)


def _is_set(tokens: Sequence[Token], at: int) -> bool:
    """Whether a telephone number, a code or a day is said to be the password: "mật khẩu lấy luôn số điện thoại …"."""
    names = [t.name for t in tokens]
    near = any(name == "matkhau" for name in names[max(0, at - TAIL) : at + NEAR])
    return near and (
        any(name in _SETS for name in names[max(0, at - NEAR) : at])
        or any(name in _SETS for name in names[at + 1 : at + 3])
    )


_SETS = frozenset(("la", "lam", ":", "=", "thanh", "dat", "luon", "xai", "chinh"))
_VALUES = frozenset(("@phone", "@code", "@id", "@long", "@date"))  # may be a password, too


def is_joined(name: str, known: frozenset[str]) -> bool:
    """Whether a word is several syllables without a blank: "hoasendongthap"."""
    if len(name) < SHORTEST_JOINED or not name.isalpha() or name in known or is_syllable(name):
        return False
    reached = [True, *[False] * len(name)]
    for end in range(2, len(name) + 1):
        reached[end] = any(
            reached[end - n] and is_syllable(name[end - n : end]) for n in range(2, min(end, 7) + 1)
        )
    return reached[-1]


def _is_quoted(tokens: Sequence[Token], at: int) -> bool:
    """Whether a few words in quotation marks begin here."""
    inside = [t.name for t in tokens[at + 1 : at + 2 + LONGEST_QUOTED]]
    return '"' in inside[1:] and "matkhau" not in inside[: inside.index('"')]


def _spelling_at(tokens: Sequence[Token]) -> int:
    """Where letters, signs and words of spelling stand together ("chữ T hoa, a còng, rồi 58"), -1 nowhere."""
    seen = [n for n, token in enumerate(tokens) if is_spelling(token)]
    for first, last in zip(seen, seen[LEAST_SPELT - 1 :], strict=False):
        if last - first <= SPELT_WITHIN:
            return first
    return -1


def is_spelling(token: Token) -> bool:
    """Whether a token is a letter, or a word by which a password is spelt."""
    return token.name in SPELLING or (len(token.name) == 1 and token.name.isalpha())


def told_by(tokens: Sequence[Token], at: int) -> str:
    """ "pw" or "code" when a word for a password or code stands before with nothing but small words between, else ""."""
    for token in reversed(tokens[max(0, at - LEFT) : at]):
        if token.name == "matkhau":
            return "pw"
        if token.name in CODE_WORDS:
            return "code"
        if token.name not in ABOUT and token.name not in TELLS:
            return ""
    return ""


def is_told(tokens: Sequence[Token], candidate: SecretCandidate) -> bool:
    """Whether a candidate is a secret beyond doubt: "otp của em là ######", "pass em là" with a word that is no known thing."""
    token = tokens[candidate.at]
    if candidate.kind == NUMBER:
        return token.detail not in (YEAR, SOFT) and told_by(tokens, candidate.at) == "code"
    free = candidate.kind == MIXED and token.detail.startswith("free")
    return free and told_by(tokens, candidate.at) == "pw"


def speaks_of_secret(tokens: Sequence[Token]) -> str:
    """The word for a password or a code that stands in a text, the password first; "" none."""
    names = {t.name for t in tokens}
    return next((n for n in ("matkhau", "otp", "xacthuc", "pin", "ma") if n in names), "")


def is_polite(token: Token) -> bool:
    """Whether a token is a form of address, a particle or a mark: it neither asks nor tells anything."""
    return token.name in _POLITE


def of_password(tokens: Sequence[Token], candidate: SecretCandidate) -> bool:
    """Whether a number is a password: by the nearest word for a password or a code that stands by it.

    A password that is changed, forgotten or applied for ("quên mật khẩu") is not the one that is told.
    """
    at = candidate.at
    words = [
        (n, t.name) for n, t in enumerate(tokens) if t.name in SECRET_WORDS and not _is_wanted(tokens, n)
    ]
    before = [name for n, name in words if at - TAIL <= n < at]
    after = [name for n, name in words if at < n <= at + TAIL]
    names = [t.name for t in tokens]
    nearest = before[-1] if before else after[0] if after else ""
    if not nearest:
        codes = any(name in CODE_WORDS or name in ("ma", "sms", "tin") for name in names)
        return "matkhau" in names and any(name == "matkhau" for _, name in words) and not codes
    between = names[max((n for n, t in enumerate(tokens[:at]) if t.name == "matkhau"), default=at) : at]
    return nearest == "matkhau" and not any(name in _OF_CODES for name in between)


_OF_CODES = frozenset(("ma", "sms", "tin", *CODE_WORDS))
_WANTS = frozenset("quen doi lai caplai mat lay khoiphuc xin hoi bat keu".split())


_ASKS = frozenset(("hoi", "bat", "keu"))


def _is_wanted(tokens: Sequence[Token], at: int) -> bool:
    """Whether the word for a password here is what is changed, asked or applied for, and not what is told."""
    after = tokens[at + 1].name if at + 1 < len(tokens) else ""
    before = {t.name for t in tokens[max(0, at - 2) : at]}
    if tokens[at].name != "matkhau" or not before & _WANTS:
        return False
    asked = bool(before & _ASKS)
    of_code = any(t.name in CODE_WORDS or t.name == "ma" for t in tokens[max(0, at - NEAR) : at])
    return (
        of_code
        or asked
        or (after not in ("la", ":", "=", "thanh", "moi", "cu") and after[:1] not in ("#", "~"))
    )
