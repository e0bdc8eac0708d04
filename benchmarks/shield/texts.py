"""The texts the shield's weights are trained from, made from families of sentences. Rule: own words, pretend values; the same seed makes the same texts."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from flows.secrets.labels import LABELS
from tests.secret_texts import Made, filled, written

FOLDER = Path(__file__).parent
_CHOICE = re.compile(r"\(([^()]*)\)")
_SYLLABLES = [
    "hoa",
    "lan",
    "mai",
    "cúc",
    "đào",
    "sen",
    "súng",
    "hồng",
    "vàng",
    "đỏ",
    "xanh",
    "tím",
    "trắng",
    "đen",
    "mèo",
    "chó",
    "gà",
    "vịt",
    "heo",
    "bò",
    "trâu",
    "cá",
    "tôm",
    "cua",
    "ếch",
    "chim",
    "cò",
    "sáo",
    "én",
    "bướm",
    "ong",
    "kiến",
    "voi",
    "cọp",
    "thỏ",
    "rùa",
    "lúa",
    "xoài",
    "ổi",
    "mít",
    "dừa",
    "cam",
    "quýt",
    "bưởi",
    "chanh",
    "ớt",
    "mía",
    "khoai",
    "bắp",
    "sông",
    "biển",
    "núi",
    "rừng",
    "mưa",
    "nắng",
    "gió",
    "bão",
    "trăng",
    "sao",
    "trời",
    "mây",
    "đất",
    "đồng",
    "ruộng",
    "vườn",
    "ao",
    "chợ",
    "cầu",
    "bến",
    "đò",
    "thuyền",
    "ghe",
    "xuồng",
    "nhà",
    "cửa",
    "sổ",
    "bàn",
    "ghế",
    "giường",
    "gối",
    "mùng",
    "chiếu",
    "cơm",
    "phở",
    "bún",
    "bánh",
    "kẹo",
    "chè",
    "trà",
    "cà",
    "phê",
    "rượu",
    "bia",
    "muối",
    "đường",
    "nước",
    "mắm",
    "yêu",
    "thương",
    "nhớ",
    "vui",
    "buồn",
    "hạnh",
    "phúc",
    "bình",
    "an",
    "may",
    "mắn",
    "tài",
    "lộc",
    "phát",
    "đạt",
    "gia",
    "đình",
    "tình",
    "bạn",
    "quê",
    "hương",
    "tổ",
    "quốc",
    "tuấn",
    "hùng",
    "dũng",
    "minh",
    "hiếu",
    "nghĩa",
    "nhân",
    "lễ",
    "trí",
    "tín",
    "thảo",
    "trang",
    "linh",
    "hương",
    "thu",
    "hà",
    "ngọc",
    "trân",
    "châu",
    "bích",
    "tuyết",
    "nga",
    "hằng",
    "kiều",
    "diễm",
    "phượng",
    "loan",
    "oanh",
    "yến",
    "nhung",
    "thúy",
    "vân",
    "khánh",
    "duy",
    "khang",
    "bảo",
    "long",
    "phúc",
    "lâm",
    "sơn",
    "tùng",
    "bách",
    "cường",
    "mạnh",
    "quân",
    "thắng",
    "lợi",
    "tiến",
    "thành",
    "đạt",
    "nguyễn",
    "trần",
    "lê",
    "phạm",
    "huỳnh",
    "võ",
    "đặng",
    "bùi",
    "đỗ",
    "hồ",
    "ngô",
    "dương",
    "lý",
    "tháp",
    "mười",
    "sa",
    "đéc",
    "lấp",
    "vò",
    "lai",
    "vung",
    "cao",
    "lãnh",
    "hậu",
    "giang",
    "cần",
    "thơ",
    "sài",
    "gòn",
    "hà",
    "nội",
    "huế",
    "đà",
    "nẵng",
    "số",
    "tử",
    "vi",
    "đá",
    "banh",
    "bóng",
    "chuyền",
    "ca",
    "hát",
    "nhạc",
    "vàng",
    "xưa",
    "cũ",
    "mới",
    "lớn",
    "nhỏ",
    "đẹp",
    "xinh",
    "ngoan",
    "giỏi",
    "học",
    "trò",
    "thầy",
    "cô",
    "bạn",
    "thân",
    "bé",
    "tí",
    "cu",
    "tèo",
    "út",
    "ba",
    "tư",
    "năm",
    "sáu",
    "bảy",
]
_WORDS = [
    "love",
    "baby",
    "happy",
    "admin",
    "sunny",
    "lucky",
    "queen",
    "king",
    "angel",
    "rose",
    "tiger",
    "dragon",
    "apple",
    "google",
    "qwerty",
    "abc",
    "aa",
    "test",
    "hello",
    "iloveyou",
    "vssid",
    "bhxh",
    "dongthap",
    "saigon",
    "vietnam",
]
_DOMAINS = ["gmail.com", "yahoo.com", "hotmail.com", "yahoo.com.vn", "dongthap.gov.vn", "icloud.com"]


def _plain(word: str) -> str:
    from flows.text.fold import fold

    return fold(word)


def _joined(chance: random.Random) -> str:
    if chance.random() < 0.2:
        return chance.choice(_WORDS)
    return "".join(_plain(chance.choice(_SYLLABLES)) for _ in range(chance.choice((1, 2, 2, 3))))


def _number(chance: random.Random, *lengths: int) -> str:
    n = chance.choice(lengths)
    return str(chance.randrange(10 ** (n - 1), 10**n))


def _with_digits(chance: random.Random, signs: str) -> str:
    word = _joined(chance)
    if chance.random() < 0.5:
        word = word.capitalize()
    digits = chance.choice(
        (
            "123",
            "1234",
            "123456",
            "12",
            "88",
            _number(chance, 1),
            _number(chance, 2),
            _number(chance, 4),
            str(chance.randrange(1950, 2026)),
        )
    )
    sign = chance.choice(signs) if signs else ""
    form = chance.randrange(6)
    if form == 0 and len(word) > 2:
        return f"{digits}{sign}{word}"
    if form == 1:
        return f"{word}{digits}{sign}"
    if form == 2:
        return f"{word}{sign}{digits}{chance.choice(('a', 'A', '!', 'x', ''))}"
    if form == 3:
        return f"{word}{digits}{sign}{_plain(chance.choice(_SYLLABLES))}"
    return f"{word}{sign}{digits}"


def phrase(chance: random.Random) -> str:
    """A few words that are a password."""
    words = [chance.choice(_SYLLABLES) for _ in range(chance.choice((2, 2, 3, 3, 4)))]
    if chance.random() < 0.3:
        words.append(_number(chance, 1, 2, 3, 4))
    return " ".join(words)


def _any(chance: random.Random) -> str:
    form = chance.randrange(10)
    if form < 3:
        return _with_digits(chance, "")
    if form < 6:
        return _with_digits(chance, "@#$!*_.&%")
    if form == 6:
        return phrase(chance)
    if form == 7:
        word = _joined(chance)
        return word if len(word) >= 7 else word + _joined(chance)
    return filled("pw", chance) if form == 8 else _number(chance, 4, 6, 6, 8)


def _slot(name: str, chance: random.Random) -> str:
    match name:
        case "pwany":
            return _any(chance)
        case "pwmix":
            return _with_digits(chance, chance.choice(("", "@#$!*_.&%")))
        case "pwsign":
            return _with_digits(chance, "@#$*_&%@@!")
        case "pwphrase":
            return phrase(chance)
        case "pwspelt":
            joint = chance.choice((" ", "-", "."))
            return joint.join(f"{_joined(chance)[:4]}{_number(chance, 2, 4)}")
        case "n":
            made = _number(chance, 2, 3, 3, 4, 4, 4, 5)
            return f"{made[:-3]}.{made[-3:]}" if len(made) > 3 and chance.random() < 0.15 else made
        case "n2":
            return _number(chance, 1, 2, 2)
        case "n5":
            return chance.choice(("", "", "0", "00")) + _number(chance, 3, 4, 4, 5, 5, 6, 6, 7)
        case "n7":
            return _number(chance, 6, 7, 8, 10, 12)
        case "short":
            return chance.choice(("8079", "8179"))
        case "bare_money":
            return f"{chance.randrange(50, 9999)}000"
        case "ddmmyyyy":
            return f"{chance.randrange(1, 29):02}{chance.randrange(1, 13):02}{chance.randrange(1950, 2026)}"
        case "pwphone":
            return filled("phone", chance)
        case "pwcode":
            return filled("code", chance)
        case "pwid":
            return filled("cccd", chance)
        case "pwdigits" | "otp6":
            return _number(chance, 6)
        case "otp_dots":
            return chance.choice((". ", " . ", ", ", ",", " - ", "  ")).join(
                _number(chance, 2) for _ in range(chance.choice((2, 3, 3)))
            )
        case "otp_grouped":
            return f"{_number(chance, 3)}{chance.choice('..., ')}{_number(chance, 3)}"
        case "phone_apart":
            return " ".join(
                (filled("phone", chance).replace("+84", "0") + "0000000000")
                .replace(" ", "")
                .replace(".", "")[i : i + 2]
                for i in range(0, 10, 2)
            )
        case "coded":
            return _number(chance, 4, 5, 6, 6, 7)
        case "n8":
            return _number(chance, 7, 8, 8)
        case "n4d":
            return _number(chance, 4)
        case "n67":
            return _number(chance, 6, 6, 7)
        case "masked":
            return f"{_joined(chance)[:2]}{'*' * chance.choice((3, 4, 5))}@{chance.choice(_DOMAINS)}"
        case "n10":
            return f"{chance.randrange(10**8):08}"
        case "n3":
            return _number(chance, 1, 2, 3)
        case "n4":
            return _number(chance, 4, 6, 8)
        case "cccd_apart":
            digits = filled("cccd", chance)
            return (
                " ".join(digits[i : i + 4] for i in (0, 4, 8))
                if chance.random() < 0.7
                else " ".join(digits[i : i + 3] for i in (0, 3, 6, 9))
            )
        case "money2":
            whole = _number(chance, 1, 2, 3, 4)
            return (
                f"{whole}{chance.choice('.,')}000{chance.choice(('đ', ' đồng', ' VND', 'd', ' vnđ', ''))}"
                if chance.random() < 0.6
                else filled("money", chance)
            )
        case "n15":
            return _number(chance, 10, 13, 15, 19)
        case "otp" | "otp2":
            return _number(chance, 6) if chance.random() < 0.5 else filled(name, chance)
        case "noun":
            return " ".join(chance.choice(_SYLLABLES) for _ in range(chance.choice((1, 2, 2))))
        case "thing":
            return _label(chance, _HEADS)
        case "thing_lottery" | "thing_error":
            return _label(chance, (name.removeprefix("thing_"),))
        case "n6" | "n6b":
            return f"{chance.randrange(10**6):06}"
        case "n48":
            size = chance.choice((4, 5, 5, 6, 6, 6, 7, 8))
            return f"{chance.randrange(10**size):0{size}}"
        case "n3d" | "otp3":
            return f"{chance.randrange(1000):03}"
        case "n2d" | "otp2d" | "pwn2":
            return f"{chance.randrange(100):02}"
        case "d1" | "pwd1":
            return str(chance.randrange(10))
        case "zero":
            return "0"
        case "letter":
            return chance.choice("bdghklmnpqrstvxy")
        case "captcha":
            return (
                "".join(chance.choice("abcdefghkmnpqrstuvwxyz23456789") for _ in range(3))
                + f"{chance.randrange(2, 10)}{chance.choice('kpdwx')}"
            )
        case "promo":
            return f"{chance.choice(('SALE', 'GIAM', 'FREE', 'TET', 'SHIP', 'VIP'))}{chance.choice((10, 20, 50, 99))}"
        case "ticket":
            return (
                f"{chance.choice('ABCDVB')}{chance.randrange(1, 999):04}"
                if chance.random() < 0.5
                else f"{chance.choice('ABC')}{_number(chance, 3)}"
            )
        case "unitcode":
            return f"{chance.choice(('TA', 'HC', 'YN', 'DN', 'TD', 'NN'))}{chance.randrange(10**4):04}{chance.choice('ABCDEZ')}"
        case "tagcode":
            return f"{chance.choice(('PL', 'DL', 'BH', 'HD', 'DH', 'NV', 'SP'))}{chance.choice('-_')}{_number(chance, 2, 4, 6)}"
        case "ddmmyy":
            return f"{chance.randrange(1, 32):02}{chance.randrange(1, 13):02}{chance.choice((*range(20, 27), *range(50, 99))):02}"
        case "mmyyyy":
            return f"{chance.randrange(1, 13):02}{chance.randrange(2000, 2027)}"
        case "yearw":
            names = "không một hai ba bốn năm sáu bảy tám chín".split()
            return " ".join(names[int(digit)] for digit in str(chance.randrange(1940, 2026)))
        case "pwpart":
            return chance.choice(
                (_joined(chance), _number(chance, 3, 4), f"_{_joined(chance)[:3]}{_number(chance, 1)}")
            )
        case "pwword":
            return chance.choice(_SYLLABLES)
        case "pwjoined":
            word = _joined(chance)
            return word if len(word) >= 7 else word + _plain(chance.choice(_SYLLABLES)) + "nha"
        case "pwdots":
            return ".".join(_plain(chance.choice(_SYLLABLES)) for _ in range(3))
        case "pwn4":
            return _number(chance, 4)
        case "pwn48":
            return _number(chance, 4, 6, 8)
        case "email":
            return f"{_joined(chance)}{_number(chance, 1, 2, 4)}@{chance.choice(_DOMAINS)}"
    return filled(name, chance)


_HEADS = ("place", "person", "health", "paper", "post", "lottery", "queue", "error", "bank", "room", "goods")


def _label(chance: random.Random, kinds: tuple[str, ...]) -> str:
    """A label of a number, of one of these kinds."""
    return chance.choice(LABELS[chance.choice(kinds)].split("|"))


def expanded(family: str, chance: random.Random) -> str:
    """One sentence of a family: of each "(a|b|)" one part."""
    while found := _CHOICE.search(family):
        family = family[: found.start()] + chance.choice(found.group(1).split("|")) + family[found.end() :]
    return re.sub(r"  +", " ", family).strip()


_BEFORE = (
    "",
    "",
    "",
    "",
    "ad ơi ",
    "dạ ",
    "cho em hỏi ",
    "em hỏi ",
    "alo ",
    "ad cho hỏi ",
    "chị ơi ",
    "dạ anh ơi ",
    "chào ad, ",
    "mình hỏi ",
    "cho tôi hỏi ",
)
_AFTER = (
    "",
    "",
    "",
    "",
    " ạ",
    " ad",
    " nha",
    " vậy",
    " giúp em",
    " với",
    " ad ơi",
    "?",
    " ?",
    ".",
    "!",
    " em cảm ơn",
    " luôn",
    " hả",
    " hả ad",
)


def made_from(family: str, each: int, chance: random.Random) -> Iterator[Made]:
    """`each` texts of one family, politely framed and spelt as people do."""
    for _ in range(each):
        text, secret = expanded(family, chance).replace(" ?", ""), ""
        framed = not text.startswith("{") or chance.random() < 0.3
        pieces = []
        for piece in text.split(" || "):
            while "{" in piece:
                head, _, rest = piece.partition("{")
                slot, _, tail = rest.partition("}")
                value = _slot(slot, chance)
                if slot.startswith(("otp", "pw")):
                    secret = value
                piece = f"{head}{value}{tail}"
            pieces.append(piece)
        if framed and len(pieces) == 1:
            pieces[0] = chance.choice(_BEFORE) + pieces[0] + chance.choice(_AFTER)
        first = written(pieces[0], chance) if len(pieces) > 1 else ""
        last = written(pieces[-1], chance)
        if chance.random() < 0.2 and "pwphrase" not in family:
            last = slipped(last, chance)
        yield Made(first, last, secret, family)


def slipped(text: str, chance: random.Random) -> str:
    """The text with one slip of the finger in a word of letters: two turned, one left out, one doubled."""
    words = text.split(" ")
    able = [n for n, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    if not able:
        return text
    at = chance.choice(able)
    word = words[at]
    i = chance.randrange(1, len(word) - 1)
    words[at] = chance.choice(
        (
            word[:i] + word[i + 1] + word[i] + word[i + 2 :],
            word[:i] + word[i + 1 :],
            word[:i] + word[i] + word[i:],
        )
    )
    return " ".join(words)


def families(name: str) -> tuple[str, ...]:
    """The lines of a file of families."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line.strip() and not line.startswith("#"))


class Labelled(NamedTuple):
    """A text by a hand: `secret` what must leave no trace, its parts joined by " | " ("" harmless), and which kind it is."""

    text: str
    secret: str
    kind: str  # "otp", "password" or ""


def hands() -> dict[str, list[Labelled]]:
    """The sets that people wrote who saw neither the program nor each other's, by the name of the hand."""
    return {path.stem: read_hand(path) for path in sorted((FOLDER / "hands").glob("*.jsonl"))}


def talk() -> dict[str, list[Labelled]]:
    """Questions, contacts and tales by the same and other hands, all harmless, that speak of passwords or have numbers in them."""
    return {path.stem: read_hand(path) for path in sorted((FOLDER / "talk").glob("*.jsonl"))}


def read_hand(path: Path) -> list[Labelled]:
    """The texts of one hand: JSON lines {"text", "secret", "what"}; `secret` may be a truth value where its place is not told."""
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [Labelled(row["text"], _secret_told(row["secret"]), row.get("what", "")) for row in lines]


def _secret_told(value: str | bool) -> str:
    return value if isinstance(value, str) else "?" if value else ""
