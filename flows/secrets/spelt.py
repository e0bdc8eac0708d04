"""Numbers and words that were spelt out, told in words or in pieces, joined to one token each. Called by tokens.py.

"h o a 1 2 3" is a mixed word, "bốn tám hai" in words a number, "đầu là 30 giữa 88 cuối 14" a number in pieces. Invariant:
what is joined keeps its kind and its count of characters, never the characters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

SHORTEST_CODE, USUAL_CODE, LONGEST_CODE = 4, 6, 8  # digits
SPELT_AT_LEAST = 5  # single letters and digits in a row
YEAR, SOFT, APART, PIECES = (
    "year",
    "soft",
    "apart",
    "pieces",
)  # may as well be a year; a date or a round sum; spelt; in pieces
DATED = "dated"  # six digits that may as well be a date
HUNDREDS = "hundreds"  # five digits and more that end in "00": a sum, seldom a code
MK = "mk"  # the word for a password that also stands for "mình"


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is compared, or the name of what stands there: "@date", "#6" (a number of six digits), "~" (a mixed word)."""

    name: str
    detail: str = ""  # of a number: "soft", "apart"; of a mixed word its shape
    start: int = field(default=0, compare=False)  # where it stands in the text that `tokens.written` gives
    end: int = field(default=0, compare=False)


_DIGITS = {
    **dict.fromkeys(("khong", "ko", "zero", "hong"), 0), "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "nham": 5,
    "sau": 6, "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip  # reason: reads as the table it is
_TENS = frozenset(("muoi", "tram", "linh", "le", "chuc"))  # are said between digits and are none
_THOUSANDS = frozenset(("ngan", "nghin", "trieu", "ty", "dong", "cu"))
_JOINTS = frozenset(
    "roi sau do ke den tiep theo giua cuoi dau so la va con lai nua toi thi xong cap khuc phan doan cum ve them voi truoc dang day nay : , - . ; @par co gom thu nhat chu nhom khoang cach ghep cung".split()
)
_TELLING_JOINTS = frozenset(
    "voi roi sau ke tiep giua cuoi dau khuc phan doan xong nua truoc cap ghep".split()
)
_OF_CODES = frozenset("ma otp code so mk pin la mat khau pass".split())  # a number follows these
_COUNTED = frozenset(("so", "chu", "cap", "khuc", "phan", "doan", "nhom", "cum"))
LETTER = "@letter"
_LETTERS = frozenset(
    "bo be xe se do de go gie ho hat ca lo mo no en po pe quo cu ro so et to te vo ve ich gi zet ti em el".split()
)
MOST_JOINTS = 5  # tokens between two pieces
LEAST_IN_PIECES = 5  # digits


def spelt(tokens: list[Token]) -> list[Token]:
    """Single characters joined: letters and digits ("h o a 1 2 3") as one mixed word, then digits, also in words, as one
    number, then the pieces of a number."""
    words = _joined(
        _letters(_without_idioms(tokens)),
        lambda token, begun: _is_single(token) or (begun and token.name == ","),
        _as_word,
    )
    numbers = _joined(
        words, lambda token, begun: _is_digit(token) or (begun and _continues(token)), _as_number
    )
    return _in_pieces(numbers)


def _without_idioms(tokens: list[Token]) -> list[Token]:
    """The tokens with "tầm bậy tầm bạ", "làm bậy làm bạ" as no numbers, though folded they are four digits."""
    names = [token.name for token in tokens]
    out = list(tokens)
    for at in range(len(names) - 3):
        one, bay, again, ba = names[at : at + 4]
        if (bay, ba) != ("bay", "ba") or one != again or one not in _DIGITS:
            continue
        beside = (*names[max(0, at - 2) : at], *names[at + 4 : at + 5])
        if not any(is_number_word(name) or name in _OF_CODES or name[0] in "@#" for name in beside):
            out[at : at + 4] = [Token("bay ba", "", token.start, token.end) for token in tokens[at : at + 4]]
    return out


def _letters(tokens: list[Token]) -> list[Token]:
    """The tokens with the letters that are named behind "chữ" as "@letter": "chữ nờ chữ ă", "chữ T hoa"."""
    out: list[Token] = []
    naming = False
    for n, token in enumerate(tokens):
        is_letter = token.name in _LETTERS or (len(token.name) == 1 and token.name.isalpha())
        following = tokens[n + 1].name if n + 1 < len(tokens) else ""
        naming = naming or (is_letter and following in ("hoa", "nho", "thuong"))
        if naming and is_letter:
            out.append(Token(LETTER, "", token.start, token.end))
        elif out and out[-1].name == LETTER and token.name in ("hoa", "thuong"):
            out.append(Token("@upper" if token.name == "hoa" else "@lower", "", token.start, token.end))
        else:
            naming = token.name == "chu" or (naming and token.name == "cai")
            out.append(token)
    return out


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
    return token.name in _DIGITS or token.name in ("@n1", "muoi")


def _continues(token: Token) -> bool:
    return token.name == "," or token.name in _TENS


def _as_number(run: list[Token]) -> list[Token]:
    behind: list[Token] = []
    while (run and run[-1].name == ",") or (run and run[-1].name in ("linh", "le")):
        run, behind = run[:-1], [run[-1], *behind]
    count = digits_told([t.name for t in run])
    if count < SHORTEST_CODE:
        return [*run, *behind]
    values = [_DIGITS[t.name] for t in run if t.name in _DIGITS]
    plain = len(values) == len(run)
    year = plain and values[:1] == [5] and count == SHORTEST_CODE + 1  # "năm một chín năm tám"
    if values[-4:-2] in ([1, 9], [2, 0]) and plain and (count == SHORTEST_CODE or year):
        return [*run[:year], Token("#4", YEAR, run[int(year)].start, run[-1].end), *behind]
    name = f"#{count}" if count <= LONGEST_CODE else "@long"
    return [Token(name, APART, run[0].start, run[-1].end), *behind]


def is_number_word(name: str) -> bool:
    """Whether a token of this name is a digit, or a word that numbers are told with."""
    return name == "@n1" or name in _DIGITS or name in _TENS


def digits_told(names: Sequence[str]) -> int:
    """How many digits number words tell: "hai trăm mười bốn" three, "tám mươi tám" two, "hai bốn" two."""
    at = count = 0
    while at < len(names):
        following = names[at + 1] if at + 1 < len(names) else ""
        if following == "tram" and names[at] in _DIGITS:
            at, count = at + 2, count + 3
            if names[at : at + 1] in (["linh"], ["le"]):
                at += 2
            else:
                at += _tens(names, at) or (names[at : at + 1] != [] and names[at] in _DIGITS)
        elif size := _tens(names, at):
            at, count = at + size, count + 2
        else:
            count += names[at] in _DIGITS or names[at] == "@n1"
            at += 1
    return count


def _tens(names: Sequence[str], at: int) -> int:
    """How many words a number from ten to ninety-nine takes here; 0 when none stands here."""
    ten = (
        1
        if names[at : at + 1] == ["muoi"]
        else 2
        if names[at + 1 : at + 2] in (["muoi"], ["chuc"]) and names[at] in _DIGITS
        else 0
    )
    one = (
        ten
        and at + ten < len(names)
        and names[at + ten] in _DIGITS
        and names[at + ten + 1 : at + ten + 2] not in (["muoi"], ["tram"], ["chuc"])
    )
    return ten + bool(one)


def _is_single(token: Token) -> bool:
    return (len(token.name) == 1 and token.name.isalpha()) or token.name in ("@n1", "@short", "-")


def _as_word(run: list[Token]) -> list[Token]:
    behind: list[Token] = []
    while run and run[-1].name == ",":
        run, behind = run[:-1], [run[-1], *behind]
    letters = sum(t.name.isalpha() for t in run)
    if sum(t.name != "," for t in run) < SPELT_AT_LEAST or letters < 3:
        return [*run, *behind]
    digits = sum(t.name in ("@n1", "@short") for t in run)
    shape = f"free spelt {min(letters, 6)} {min(digits, 7)} 0"
    return [Token("~", shape, run[0].start, run[-1].end), *behind]


def _in_pieces(tokens: list[Token]) -> list[Token]:
    """The tokens with a number that is told in pieces as one: "ba số đầu là 461, ba số sau là 870"."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        size, found = _pieces_at(tokens, at)
        out.append(found or tokens[at])
        at += size
    return out


def _pieces_at(tokens: Sequence[Token], at: int) -> tuple[int, Token | None]:
    """How many tokens the number in pieces takes that begins here, and its token; (1, None) where none begins."""
    size, digits = _piece(tokens, at)
    if not digits:
        return 1, None
    end, total, pieces, told, n = at + size, digits, 1, 0, at + size
    skipped = 0
    of_code = digits == 3 and any(t.name in ("otp", "code") for t in tokens[max(0, at - 2) : at])
    while n < len(tokens) and skipped <= MOST_JOINTS:
        counted = _is_count(tokens, n)
        size, digits = (0, 0) if counted else _piece(tokens, n)
        if digits:
            told += not skipped and digits == 3
            total, pieces, n, skipped = total + digits, pieces + 1, n + size, 0
            end = n
        elif (
            counted
            or tokens[n].name in _JOINTS
            or (of_code and pieces == 1 and tokens[n].name not in ("otp", "ma"))
        ):
            told += counted or tokens[n].name in _TELLING_JOINTS or of_code
            n, skipped = n + (2 if counted else 1), skipped + 1
        else:
            break
    right = pieces > 1 and LEAST_IN_PIECES <= total <= LONGEST_CODE and told
    if not right:
        return 1, None
    return end - at, Token(f"#{total}", PIECES, tokens[at].start, tokens[end - 1].end)


def _is_count(tokens: Sequence[Token], at: int) -> bool:
    """Whether a digit here only counts the pieces: "ba số sau", "cặp thứ hai"."""
    if at + 1 >= len(tokens):
        return False
    one, two = tokens[at], tokens[at + 1]
    return (_is_digit(one) and two.name in _COUNTED) or (
        one.name == "thu" and (_is_digit(two) or two.name == "nhat")
    )


def _piece(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """How many tokens one piece takes that begins here, and its digits; (0, 0) where none begins."""
    token = tokens[at]
    if token.name in ("@n1", "@n2", "@n3"):
        return 1, int(token.name[2])
    if token.name[0] == "#" and token.detail == APART and len(token.name) == 2 and int(token.name[1]) < 6:
        return 1, int(token.name[1])
    end = at
    while end < len(tokens) and (
        tokens[end].name in _DIGITS or tokens[end].name in ("muoi", "tram", "chuc", "linh", "le")
    ):
        end += 1
    digits = digits_told([t.name for t in tokens[at:end]])
    return (end - at, digits) if digits >= 2 else (0, 0)
