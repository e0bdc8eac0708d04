"""The texts from which scams are learnt, made from families of sentences. Rule: own words, pretend values; the same seed makes the same texts."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from benchmarks.officers.texts import spelt

FOLDER = Path(__file__).parent
Kind = Literal["harmless", "scam", "gave"]
SEED = 31
_CHOICE = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_NAMED = re.compile(r"\$([A-Z]+)")
OFTEN = 0.5  # a part in brackets is there
FRAMED = 0.4  # texts with something said around them
_LEADS = (
    *(
        "Thưa cô, ",
        "Thưa chú, ",
        "Kính gửi quý cơ quan. ",
        "cô ơi ",
        "ad ơi ",
        "em ơi ",
        "con ơi ",
        "dạ ",
        "alo ",
        "khoan, ",
        "ủa ",
        "chị ơi ",
    ),
    *(
        "đang tra mã số thì ",
        "tới bước chọn cơ quan thì ",
        "đang đổi mk mà ",
        "đang làm dở mà ",
        "tôi chưa nhập, vì ",
        "cho hỏi ngang, ",
    ),
    *(
        "Tôi điền tới ngày sinh rồi, nhưng xin hỏi: ",
        "chưa có mã cô ơi mà ",
        "đang chờ duyệt hồ sơ thì ",
        "số thì có rồi, mà ",
        "nói thiệt là ",
    ),
)
_TAILS = (
    *(
        ". Tôi lo quá",
        " ad ơi",
        " cô ơi",
        ". Xin cô chỉ giùm",
        ". Cảm ơn cô",
        " trả lời lẹ giùm",
        ". Mong hồi âm sớm",
        " nha",
        " vậy",
        " á",
    ),
    *(
        " em mới làm lần đầu",
        ". Tôi già rồi không rành",
        " hỏi cho chắc",
        ", cô coi giùm tôi",
        " huhu",
        " :(",
        " ạ",
        ", mà thôi làm tiếp đi",
    ),
)


class Told(NamedTuple):
    """One text, what it is, and its family or the hand that wrote it."""

    text: str
    kind: Kind
    family: str


def made(kind: Kind, each: int) -> Iterator[Told]:
    """`each` texts of every family of a kind, spelt as people do."""
    name = {"scam": "scams.txt", "gave": "gave.txt", "harmless": "harmless.txt"}[kind]
    families, lists = _read(name)
    for family in families:
        chance = random.Random(f"{SEED} {family}")
        for _ in range(each):
            yield Told(spelt(_framed(_one(family, lists, chance), chance), chance), kind, family)


def _read(name: str) -> tuple[list[str], dict[str, list[str]]]:
    lists: dict[str, list[str]] = {}
    families = []
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("$") and " = " in line:
            key, _, words = line[1:].partition(" = ")
            lists[key] = words.split("|")
        elif line.strip() and not line.startswith("#"):
            families.append(line)
    return families, lists


def _framed(text: str, chance: random.Random) -> str:
    """With something said before or behind it that changes nothing."""
    if chance.random() >= FRAMED:
        return text
    lead, tail = chance.choice(_LEADS), chance.choice(_TAILS)
    return chance.choice((lead + text, text + tail, lead + text + tail))


def _one(family: str, lists: dict[str, list[str]], chance: random.Random) -> str:
    """One text of a family: innermost choices first, then the lists, which may name each other."""
    line = family.replace("[BHXH]", "BHXH")
    while found := _CHOICE.search(line):
        may, must = found.group(2), found.group(1)
        inside = must if must is not None else may if chance.random() < OFTEN else ""
        line = line[: found.start()] + chance.choice(inside.split("|")) + line[found.end() :]
    while found := _NAMED.search(line):
        line = line[: found.start()] + chance.choice(lists[found.group(1)]) + line[found.end() :]
    line = line.replace("{phone}", f"09000000{chance.randrange(100):02}")
    line = line.replace("{account}", str(chance.randrange(10**9, 10**10)))
    line = line.replace("{money}", f"{chance.randrange(1, 90) / 10:.3f}.000d")
    return re.sub(r" +([,.?!:”])", r"\1", re.sub(r" +", " ", line)).strip(" ,")
