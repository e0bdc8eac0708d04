"""Seeded noise over the directory's names, phone numbers and aliases, and names that are nobody's. Rule: the noise knows nothing of the matcher.

The typing habits are written anew here, not taken from `flows/names`, so that the two cannot agree by sharing a mistake.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flows.content import Directory

_TELEX = {"\u0302": None, "\u0306": "w", "\u031b": "w"}
_TELEX_TONE = {"\u0300": "f", "\u0301": "s", "\u0303": "x", "\u0309": "r", "\u0323": "j"}
_VNI = {"\u0302": "6", "\u0306": "8", "\u031b": "7"}
_VNI_TONE = {"\u0300": "2", "\u0301": "1", "\u0303": "4", "\u0309": "3", "\u0323": "5"}
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_families = """
    nguyen tran le pham huynh phan vo vu dang bui do ho ngo duong ly dao doan vuong trinh dinh lam phung mai to ta cao
    chau thai luong ha truong quach kieu tang thach la luc vi
"""
_middles = "van thi huu minh tuan duc anh hong ngoc thanh quoc kim my le xuan bao gia hoang"
_given = """
    hung hai vu quyen tuan khoa truc toan diem lan hoa thao trang dung cuong nam son phuc tai loi nhan kiet huy khang
    khoi duy quy binh hanh huong thuy linh yen nhi my phuong an tam tin thinh truong vinh
"""
_syllables = (
    "an anh ba bao binh bich can cao chi chau cuc cuong dan dat diep dieu doan dong dung duy giang ha han hang hanh hao "
    "hien hiep hieu hoa hoan hoang hong hue huong huu huy khai khang khanh khoi kiet kim lam lan lang lap linh loan loc loi "
    "long luan luc ly mai man my nam nga ngan nghi ngoc nhan nhat nhi nhu nhung oanh phat phong phu phuc phuong quan quang que "
    "qui quoc quy quynh sang son tai tam tan tang thai thang thanh thao the thi thien thinh tho thu thuy tien tin tinh toai "
    "tran trang tri trieu trinh trung truong tu tung tuyen tuyet uyen van viet vinh vuong vy xuan yen"
)
_before = (
    "", "", "anh ", "chị ", "a ", "c ", "đ/c ", "ông ", "cho hỏi ", "cho em xin số anh ", "sdt ", "số điện thoại của anh ",
    "em muốn gặp anh ", "liên hệ chị ", "dạ cho hỏi số cô ", "tìm ", "nhờ tìm giúp thầy ", "gọi ",
)  # fmt: skip  # reason: a word list
_after = (
    "",
    "",
    " ạ",
    " với ạ",
    " nha",
    " nhé",
    " dùm em",
    " giúp em",
    " là số mấy",
    " vậy",
    " đi ad",
    " được không",
)


@dataclass(frozen=True, slots=True)
class Noisy:
    """One query and whom it means: the ids of the contacts, none for a stranger."""

    query: str
    kind: str
    wanted: frozenset[str]


def plain(text: str) -> str:
    """Without diacritics, lower case."""
    marked = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in marked if unicodedata.category(c) != "Mn")


def telex(text: str) -> str:
    """As Telex keys type it when the input method is off, the tone last in its word."""
    return " ".join(_keyed(w, _TELEX, _TELEX_TONE, "dd") for w in text.split(" "))


def vni(text: str) -> str:
    """As VNI keys type it when the input method is off, the tone last in its word."""
    return " ".join(_keyed(w, _VNI, _VNI_TONE, "d9") for w in text.split(" "))


def _keyed(
    word: str, shapes: dict[str, str] | dict[str, str | None], tones: dict[str, str], stroke: str
) -> str:
    out, tone, last = "", "", ""
    for char in unicodedata.normalize("NFD", word):
        if char in tones:
            tone = tones[char]
        elif char in shapes:
            out += shapes[char] or last
        elif char in "đĐ":
            out += stroke
        else:
            out, last = out + char, char.lower()
    return out + tone


def slip(text: str, chance: random.Random) -> str:
    """One slip of the finger: a key missing, doubled, swapped with the next, or the one beside."""
    spots = [i for i, c in enumerate(text) if c.isalpha() and c.isascii()]
    while True:
        i = chance.choice(spots)
        how = chance.choice("mdsn")
        if how == "m":
            made = text[:i] + text[i + 1 :]
        elif how == "d":
            made = text[:i] + text[i] + text[i:]
        elif how == "s" and i + 1 in spots and text[i] != text[i + 1]:
            made = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
        elif how == "n":
            row = next(r for r in _ROWS if text[i].lower() in r)
            at = row.index(text[i].lower())
            made = text[:i] + chance.choice(row[max(0, at - 1) : at] + row[at + 1 : at + 2]) + text[i + 1 :]
        else:
            continue
        if "  " not in f" {made} ":
            return made


def exact_spellings(name: str) -> dict[str, str]:
    """Ways to type a full name that leave no doubt whose it is, by kind."""
    words = name.split(" ")
    folded = plain(name)
    found = {
        "as it is": name,
        "no diacritics": folded,
        "capitals": name.upper(),
        "NFD": unicodedata.normalize("NFD", name),
        "Telex": telex(name),
        "VNI": vni(name),
        "joined": folded.replace(" ", ""),
        "spaces": "  ".join(("", *folded.split(" "), "")),
    }
    if len(words) > 1:
        found["given name first"] = f"{words[-1]} {' '.join(words[:-1])}"
        found["initials"] = ".".join([*(w[0] for w in words[:-1]), words[-1]])
        found["family initial"] = f"{words[0][0]}. {' '.join(words[1:])}"
    return found


def wrapped(text: str, chance: random.Random) -> str:
    """The text as people put it into a request."""
    made = chance.choice(_before) + text + chance.choice(_after)
    return plain(made) if chance.random() < 0.5 and text.isascii() else made


def people(directory: Directory, chance: random.Random, rounds: int) -> Iterator[Noisy]:
    """The contacts' names in every spelling, wrapped, and with a slip."""
    for contact in directory.contacts:
        wanted = frozenset({contact.id})
        for kind, text in exact_spellings(contact.name).items():
            yield Noisy(text, kind, wanted)
            for _ in range(rounds):
                yield Noisy(wrapped(text, chance), f"{kind}, wrapped", wanted)
        if " " in contact.name:
            for _ in range(4 * rounds):
                yield Noisy(slip(plain(contact.name), chance), "one slip", wanted)
                yield Noisy(slip(slip(plain(contact.name), chance), chance), "two slips", wanted)
                yield Noisy(wrapped(slip(plain(contact.name), chance), chance), "one slip, wrapped", wanted)
        p = contact.phone
        for number in (p, f"+84{p[1:]}", f"{p[:4]}.{p[4:7]}.{p[7:]}", f"{p[:4]} {p[4:]}", p[-6:], p[-5:]):
            yield Noisy(wrapped(number, chance), "phone", wanted)


def groups(directory: Directory, chance: random.Random) -> Iterator[Noisy]:
    """Every alias of a block or a department that is nobody else's, plain, in capitals, joined, and with a slip."""
    owners: dict[str, set[frozenset[str]]] = {}
    wanted_by: list[tuple[str, frozenset[str]]] = []
    for block in directory.blocks:
        wanted = frozenset(c.id for c in directory.contacts if block.id in c.blocks)
        wanted_by += [(alias, wanted) for alias in (block.name, *block.aliases)]
    for department in directory.departments:
        wanted = frozenset(c.id for c in directory.contacts if c.department == department.id)
        wanted_by += [(alias, wanted) for alias in (department.name, *department.aliases)]
    for alias, wanted in wanted_by:
        owners.setdefault(plain(alias), set()).add(wanted)
    for alias, wanted in wanted_by:
        if len(owners[plain(alias)]) > 1:
            continue
        folded = plain(alias).replace("&", "")
        yield Noisy(alias, "alias", wanted)
        yield Noisy(folded, "alias, no diacritics", wanted)
        yield Noisy(alias.upper(), "alias, capitals", wanted)
        if len(folded) >= 8 and " " in folded:
            yield Noisy(slip(folded, chance), "alias, one slip", wanted)


def strangers(directory: Directory, chance: random.Random, count: int) -> Iterator[Noisy]:
    """Names that are no contact's: near ones with a syllable changed, and far ones."""
    own = {plain(c.name) for c in directory.contacts}
    near: list[Callable[[list[str]], list[str]]] = [
        lambda n: [chance.choice(_families.split()), *n[1:]],
        lambda n: [*n[:-1], chance.choice(_syllables.split())],
        lambda n: [n[0], chance.choice(_middles.split()), n[-1]],
        lambda n: [*n, chance.choice(_given.split())],
    ]
    full = [plain(c.name).split(" ") for c in directory.contacts if " " in c.name]
    made = 0
    while made < count:
        if chance.random() < 0.7:
            name = chance.choice(near)(list(chance.choice(full)))
        else:
            name = [chance.choice(part.split()) for part in (_families, _middles, _given)]
        text = " ".join(name)
        skips = {" ".join((w[0], *mid, w[-1])) for w in full for mid in ((), *((m,) for m in w[1:-1]))}
        if text in own or text in skips or name[0] == name[-1] or any(text == " ".join(w[1:]) for w in full):
            continue
        made += 1
        yield Noisy(wrapped(text, chance) if chance.random() < 0.5 else text, "stranger", frozenset())
