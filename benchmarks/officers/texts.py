"""The texts from which it is learnt how staff ask for secrets, made from families of sentences. Rule: own words, pretend values; the same seed makes the same texts."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.shield.texts import slipped
from flows.text.fold import fold
from tests.secret_texts import filled

FOLDER = Path(__file__).parent
BREAK = " || "  # between two messages in a row
_CHOICE = re.compile(r"\(([^()]*)\)")
_NAMED = re.compile(r"\$([A-Z]+)")
_SEVERAL = re.compile(
    r",|\b(?:thì|nếu|khi|lúc|rồi|không|chưa|chỉ|cứ|để \(|đừng|thấy|xem|nhớ|thử|canh|bấm|bật|mở|đang)\b"
)
# How an officer calls the citizen and themselves.
PAIRS = (
    *(("chị", "em"), ("anh", "em"), ("chị", "em"), ("anh", "em"), ("anh/chị", "em"), ("chế", "em"), ("anh chị", "em")),
    *(("cô", "con"), ("chú", "con"), ("bác", "cháu"), ("cô", "cháu"), ("ông", "cháu"), ("bà", "con"), ("dì", "con")),
    *(("em", "chị"), ("em", "anh"), ("em", "mình"), ("bạn", "mình"), ("anh/chị", "tôi"), ("anh", "tôi"), ("cháu", "cô")),
    *(("anh", "bên em"), ("chị", "bên mình"), ("anh/chị", "cán bộ"), ("quý khách", "chúng tôi"), ("ông/bà", "tôi"), ("thầy", "em")),
)  # fmt: skip  # reason: reads as the table it is
_SHORT = (
    ("mật khẩu", "mk"), ("không", "ko"), ("không", "k"), ("được", "dc"), ("được", "đc"), ("rồi", "r"), ("với", "vs"), ("anh", "a"), ("chị", "c"),
    ("em", "e"), ("mã xác nhận", "mxn"), ("tin nhắn", "tn"), ("tài khoản", "tk"), ("điện thoại", "đt"), ("giúp", "giùm"), ("giúp", "dùm"), ("gửi", "gởi"),
    ("vào", "vô"), ("màn hình", "mh"), ("mật khẩu", "pass"), ("gì", "j"), ("bảo hiểm", "bh"), ("đăng nhập", "dn"), ("xem", "coi"), ("này", "nầy"),
)  # fmt: skip  # reason: reads as the table it is
_HELLO = (
    "{c} ơi", "dạ chào {c}", "dạ", "alo {c}", "dạ {c} ơi", "chào {c} ạ", "em chào {c}", "{o} là cán bộ bảo hiểm xã hội", "{o} bên bhxh nè {c}", "dạ rồi",
    "ok {c}", "dạ {o} nghe nè {c}", "dạ được {c}", "{c} chờ {o} chút", "{o} là {name} bên bảo hiểm", "dạ em nghe", "{o} hỗ trợ gì được cho {c} ạ", "chào {c}, {o} là {name}", "chúc {c} một ngày vui",
)  # fmt: skip  # reason: reads as the table it is
_NEUTRAL = (
    "hồ sơ của {c} {o} nhận rồi", "{o} đang xem hồ sơ của {c}", "để {o} hỗ trợ {c}", "{c} làm vậy là đúng rồi", "cái này dễ lắm", "bên {o} làm việc đến 5 giờ chiều",
    "{o} cảm ơn {c}", "{c} thông cảm giúp {o}", "hôm nay hệ thống hơi chậm", "có gì {c} cứ nhắn {o}", "{o} kiểm tra rồi nha", "thủ tục này miễn phí", "tài khoản của {c} bị khóa tạm",
    "app VssID mới cập nhật", "{c} đừng lo", "sổ của {c} đã chốt tới tháng 6", "vậy là gần xong rồi", "làm xong {c} dùng được liền", "{c} đổi điện thoại mới phải không",
    "{o} thấy {c} đăng ký rồi", "tài khoản {c} chưa kích hoạt", "{c} đang ở bước đổi mật khẩu", "mật khẩu cũ của {c} đã hết hạn", "hệ thống đang gửi mã về máy {c}",
)  # fmt: skip  # reason: reads as the table it is
LINKS = (
    "bit.ly/bhxh24",
    "http://vssid-hotro.xyz",
    "https://bhxh.top/xacminh",
    "vssid.online",
    "zalo.me/g/abc",
    "http://tinyurl.com/bh",
)
GOV = ("dichvucong.baohiemxahoi.gov.vn", "baohiemxahoi.gov.vn", "https://dichvucong.gov.vn", "vssid.gov.vn")  # fmt: skip


class Said(NamedTuple):
    """What staff write: the message before ("" none), the text, whether it asks for a secret, the family; `lead`, `tail`: sentences that were only put around."""

    before: str
    text: str
    asks: bool
    family: str


def read(path: Path) -> list[Said]:
    """The texts of a set."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [Said(r.get("before", ""), r["text"], bool(r["asks"]), r.get("kind", "")) for r in rows]


def families(name: str) -> tuple[str, ...]:
    """The lines of a file of families, with its lists put in."""
    lines, lists = _read(name)
    return tuple(_named(line, lists) for line in lines)


def small_talk() -> tuple[str, ...]:
    """Harmless families of what is put around the others."""
    greeting = "|".join(_HELLO)
    return (
        *(f"({greeting}), {words}" for words in _NEUTRAL),
        *(f"{words}, ({'|'.join(_NEUTRAL)})" for words in _HELLO),
    )


def contrasts() -> tuple[str, ...]:
    """Harmless families made of those that ask: what is asked for is a number or paper that may be, or asking is forbidden."""
    lines, lists = _read("asks.txt")
    _, harmless = _read("harmless.txt")
    instead = {
        **lists,
        "MA": harmless["SO"],
        "MK": harmless["SO"],
        "TIN": harmless["GIAY"],
        "BI": harmless["KHAC"],
    }
    swapped = (line for line in lines if "$M" in line or "$TIN" in line or "$BI" in line)
    out = [_named(line, instead) for line in swapped]
    for line in lines:
        begun = next((begin for begin in ("$OI {c} (", "{c} (") if line.startswith(begin)), "")
        if begun and not _SEVERAL.search(line):
            denied = "{c} (đừng|không được|không nên|đừng bao giờ|tuyệt đối không|chớ) ("
            out.append(_named(denied + line.removeprefix(begun), lists))
    return tuple(out)


def _read(name: str) -> tuple[list[str], dict[str, str]]:
    lists: dict[str, str] = {}
    out = []
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("$") and " = " in line:
            key, _, words = line[1:].partition(" = ")
            lists[key] = words
        elif line.strip() and not line.startswith("#"):
            out.append(line)
    return out, lists


def _named(line: str, lists: dict[str, str]) -> str:
    return _NAMED.sub(lambda found: f"({lists[found.group(1)]})", line)


def made_from(family: str, each: int, chance: random.Random, *, asks: bool) -> Iterator[Said]:
    """`each` texts of one family, framed and spelt as people do."""
    for _ in range(each):
        line = family
        while found := _CHOICE.search(line):
            line = line[: found.start()] + chance.choice(found.group(1).split("|")) + line[found.end() :]
        before, _, text = line.rpartition(BREAK)
        if not before and chance.random() < 0.45:
            text = _framed(text, chance)
        citizen, officer = chance.choice(PAIRS)
        way = chance.randrange(8)
        before, text = (_spelt(_filled(one, citizen, officer, chance), way, chance) for one in (before, text))
        yield Said(before, text, asks, family)


def _framed(text: str, chance: random.Random) -> str:
    """With sentences around it that ask for nothing; joined with marks, or with none as when spoken."""
    joint = chance.choice((". ", ". ", ", ", " ", "\n", "! ", " - "))
    parts = [text]
    if chance.random() < 0.5:
        parts.insert(0, chance.choice(_HELLO))
    if chance.random() < 0.4:
        parts.insert(len(parts) - 1, chance.choice(_NEUTRAL))
    if chance.random() < 0.35:
        parts.append(chance.choice(_NEUTRAL))
    return joint.join(parts)


def _filled(text: str, citizen: str, officer: str, chance: random.Random) -> str:
    text = text.replace("bên {o}", officer if officer.startswith("bên") else f"bên {officer}")
    text = text.replace("{c}", citizen).replace("{o}", officer)
    while "{" in text:
        head, _, rest = text.partition("{")
        slot, _, tail = rest.partition("}")
        text = f"{head}{_slot(slot, chance)}{tail}"
    return re.sub(r" +([,.?!])", r"\1", re.sub(r"[ \t]+", " ", text)).replace(",,", ",").strip(" ,")


def _slot(name: str, chance: random.Random) -> str:
    match name:
        case "n2" | "n3":
            return str(chance.randrange(10, 99 if name == "n2" else 999))
        case "link":
            return chance.choice(LINKS)
        case "gov":
            return chance.choice(GOV)
    return filled(name, chance)


def spelt(text: str, chance: random.Random) -> str:
    """A text in one of the ways in which people spell."""
    return _spelt(text, chance.randrange(8), chance)


def _spelt(text: str, way: int, chance: random.Random) -> str:
    """With marks, without, in chat spelling, as a voice keyboard writes it, in capitals, with a slip."""
    if way in (1, 2, 3):
        for long, short in _SHORT:
            if chance.random() < 0.3:
                text = re.sub(rf"\b{long}\b", short, text)
    if way in (2, 4):
        text = fold(text)
    if way == 5:
        text = re.sub(r"[,.?!:]+(?=\s|$)", "", text).lower()
    if way == 6:
        text = ". ".join(part[:1].upper() + part[1:] for part in text.split(". "))
        text += chance.choice(("", ".", "?", "!", " ạ.", " ạ"))
    if way == 7 and chance.random() < 0.6:
        text = slipped(text, chance)
    return text
