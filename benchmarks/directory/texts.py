"""What the reader of messages about contacts is trained from: families of sentences, our own wordings, and several hands.

A hand is one author: lines of {"q", "kind", "expect", "must", "may"} (benchmarks/directory/hand_*.jsonl).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.talk import texts as talk_texts
from data.knowledge.directory import read_directory
from data.knowledge.question_files import QUESTIONS_DIR, read_questions_only
from flows.content import Directory
from flows.directory.index import index_of
from flows.directory.messages.evidence import evidence_in
from flows.directory.messages.spoken_numbers import put_together
from flows.text.fold import fold

FOLDER = Path(__file__).parent
CONTENT = FOLDER.parents[1] / "data" / "content"
WORDINGS = FOLDER.parents[1] / "tests"
HANDS = tuple(sorted(path.stem.removeprefix("hand_") for path in FOLDER.glob("hand_*.jsonl")))
ITEMS = "questions"  # the author of rows made of the items' wordings
SEED, TEXTS = 14, 10000
_CHOICE = re.compile(r"\(([^()]*)\)")
_SLOT = re.compile(r"\{([a-z.]+)\}")
# What the families call the blocks and gaps of the directory.
KINDS = {
    "hcsn": "hanh-chinh-su-nghiep", "dnnn": "doanh-nghiep-nha-nuoc", "truong": "truong-hoc", "xa": "ubnd-xa-phuong",
    "yte": "co-so-y-te", "tp": "ban-nganh-tp-cao-lanh", "tn": "doanh-nghiep-tu-nhan", "canhan": "ca-nhan",
    "huyen": "huyen-khac", "tochuc": "to-chuc-khac", "khac": "other-office",
}  # fmt: skip  # reason: reads as the table it is
_ROWS = {1: "hcsn", 2: "truong", 3: "yte", 4: "tp", 5: "tn"}
_CHAT = (
    ("không", "ko"), ("không", "k"), ("không", "hok"), ("không", "hông"), ("được", "dc"), ("được", "đc"),
    ("gì", "j"), ("rồi", "r"), ("vậy", "z"), ("vậy", "v"), ("công ty", "cty"), ("số điện thoại", "sdt"),
    ("điện thoại", "đt"), ("hướng dẫn", "hd"), ("liên hệ", "lh"), ("người", "ng"), ("nhân viên", "nv"),
    ("cán bộ", "cb"), ("bảo hiểm", "bh"), ("tư nhân", "tn"), ("bệnh viện", "bv"), ("doanh nghiệp", "dn"),
    ("ủy ban", "ub"), ("thành phố", "tp"), ("trường", "trg"), ("vào", "vô"), ("như vậy", "dzậy"), ("em", "e"),
    ("anh", "a"), ("chị", "c"), ("mình", "mk"), ("biết", "bít"), ("với", "vs"), ("tôi", "tui"), ("giờ", "h"),
)  # fmt: skip  # reason: as above


class Row(NamedTuple):
    """A text, what it wants, whose organisations it tells of (None: not known), what it counts, and who wrote it."""

    text: str
    want: str
    kinds: frozenset[str] | None
    share: float
    author: str


@cache
def directory() -> Directory:
    """The seed directory."""
    return read_directory(CONTENT / "directory.yaml")


# ---- families


def _sections() -> tuple[dict[str, list[str]], list[tuple[str, tuple[str, ...], list[str]]]]:
    slots: dict[str, list[str]] = {}
    texts: list[tuple[str, tuple[str, ...], list[str]]] = []
    lines: list[str] = []
    for line in (FOLDER / "families.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("[= "):
            want, *kinds = line[3:].rstrip("]").split()
            texts.append((want, tuple(kinds), lines := []))
        elif line.startswith("["):
            lines = slots.setdefault(line[1:-1], [])
        elif line.strip() and not line.startswith("#"):
            lines.append(line.strip())
    return slots, texts


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.slots, self.texts = _sections()
        self.kinds = [name.removeprefix("org.") for name in self.slots if name.startswith("org.")]

    def made(self, family: str, kind: str) -> str:
        """One text of a family, its organisation of this kind."""
        text = family
        for _ in range(200):
            if found := _CHOICE.search(text):
                text = (
                    text[: found.start()]
                    + self.chance.choice(found.group(1).split("|"))
                    + text[found.end() :]
                )
            elif slot := _SLOT.search(text):
                text = text[: slot.start()] + self._filled(slot.group(1), kind) + text[slot.end() :]
            else:
                break
        return re.sub(r"\s+([,.])", r"\1", re.sub(r"  +", " ", text)).strip(" ,|")

    def _filled(self, name: str, kind: str) -> str:
        for full in (f"{name}.{kind}", name, f"{name}.tn"):
            if full in self.slots:
                return self.chance.choice(self.slots[full])
        raise KeyError(name)

    def names(self, text: str) -> str:
        """The text with its @name and the like filled in with people of the directory."""
        people, departments = directory().contacts, directory().departments

        def one(found: re.Match[str]) -> str:
            match found.group():
                case "@phone":
                    return self.chance.choice(people).phone
                case "@dept":
                    return self.chance.choice(self.chance.choice(departments).aliases)
                case _:
                    name = self.chance.choice(people).name.split()
                    size = self.chance.choice((1, 1, 1, 2, len(name)))
                    called = self.chance.choice(
                        ("anh", "chị", "chú", "cô", "ông", "đ/c", "đồng chí", "a", "anh")
                    )
                    whole = " ".join(name[-size:])
                    return f"{called} {whole}" if size == 1 or self.chance.random() < 0.6 else whole

        return re.sub(r"@(?:phone|dept|name)", one, text)


def families(seed: int = SEED, many: int = TEXTS) -> Iterator[Row]:
    """Texts made of the families, in the spelling of chats, of voice typing, and with slips."""
    chance = random.Random(seed)
    maker = _Maker(chance)
    # whose organisation: the private ones have endless names
    often = {"tn": 5, "khac": 2}
    draw = [kind for kind in maker.kinds for _ in range(often.get(kind, 2))]
    shares = {"contact@": 0.55, "contact": 0.13, "helpers": 0.08, "appendix": 0.05, "other": 0.19}
    for want, kinds, lines in maker.texts:
        with_kind = "@org" in kinds
        count = int(many * (0.03 if kinds and not with_kind else shares["contact@" if with_kind else want]))
        for number in range(count):
            line, kind = lines[number % len(lines)], chance.choice(draw)
            if kind == "khac" and with_kind and line == "{org}":
                continue
            if kinds and not with_kind:
                kind = kinds[0]
            text = roughened(maker.names(maker.made(line, kind)), chance)
            told: frozenset[str] | None = None
            if with_kind:
                told = frozenset({KINDS[kind]})
            elif kinds:
                told = frozenset(KINDS[k] for k in kinds)
            elif want == "contact" and "{org" not in line:
                told = frozenset()
            yield Row(text, want, told, 0.3, "families")
    for _ in range(many // 25):  # two organisations in one message
        one, two = chance.sample([k for k in maker.kinds if k not in ("khac",)], 2)
        form = chance.choice(
            (
                "{kin} làm ở %1, {kin} làm ở %2, mỗi bên {reach} ai",
                "%1 với %2 {ask}",
                "một người lo %1 một người lo %2, {ask}",
                "%1 {ask}, còn %2 {ask}",
                "1 là %1, 2 là %2, {ask} cả hai",
                "vừa làm cho %1 vừa làm cho %2 {ask}",
                "không biết tính %1 hay %2 {ask}",
                "%1 mà của %2 thì thuộc bên nào, {ask}",
            )
        )
        text = form.replace("%1", maker.made("{org}", one)).replace("%2", maker.made("{org}", two))
        yield Row(
            roughened(maker.made(text, one), chance),
            "contact",
            frozenset({KINDS[one], KINDS[two]}),
            0.3,
            "families",
        )
    for _ in range(many // 20):  # a private firm's people at somebody else's place
        other = chance.choice(("truong", "yte", "xa", "tp", "hcsn", "dnnn"))
        form = chance.choice(
            (
                "công ty (bảo vệ|vệ sĩ|dịch vụ bảo vệ) (thuê|đưa người|) gác ở %o, {kin} ký hợp đồng với công ty {ask}",
                "{kin} (lau dọn|quét dọn|dọn vệ sinh) ở %o mà người của công ty (vệ sinh|dịch vụ|tư nhân) {ask}",
                "cty (nấu suất ăn|suất ăn công nghiệp|cung ứng thực phẩm) cho %o {ask}",
                "công ty (xây dựng|tnhh|tư nhân) (sửa nhà cho|xây|thi công ở) %o {n} {people} {ask}",
                "tiệm (thuốc|cơm|photo|tạp hóa) (của tư nhân|) (gần|trước cổng|đối diện) %o có {n} {people} đóng bảo hiểm {ask}",
                "nhà thuốc tư nhân (gần|kế) %o {ask}",
                "công ty (thiết bị|vật tư|phần mềm|sách) bán cho %o, {ask}",
                "bảo vệ của công ty {own} đứng ở %o {ask}",
            )
        )
        text = maker.made(form.replace("%o", maker.made("{org}", other)), "tn")
        yield Row(roughened(text, chance), "contact", frozenset({KINDS["tn"]}), 0.3, "families")


def roughened(text: str, chance: random.Random) -> str:
    """The text as somebody types it: marks off, chat spelling, no punctuation, slips."""
    for meant, typed in chance.sample(_CHAT, 7):
        if chance.random() < 0.4:
            text = re.sub(rf"(?<!\w){meant}(?!\w)", typed, text)
    if chance.random() < 0.35:
        text = re.sub(r"[,.]", "", text)
    if chance.random() < 0.5:
        text = fold(text) if chance.random() < 0.9 else text.lower()
    if chance.random() < 0.15 and len(text) > 8:
        spot = chance.randrange(1, len(text) - 2)
        text = text[:spot] + text[spot + 1] + text[spot] + text[spot + 2 :]
    return re.sub(r"  +", " ", text).strip()


# ---- what people and we wrote


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


_ORGANISATION = re.compile(
    r"block|school|commune|ward|city|province|provincial|state|clinic|health|hospital|private|farm|workshop|pharmacy"
    r"|ambig|security|driver|bookkeeper|company|workplace|firm|educational|body|shop",
)
_UNCOVERED = re.compile(
    r"covered|outside|fdi|cooperative|association|voluntary|pensioner|free-lance|foreign|district"
)
_PEOPLE = re.compile(r"name|phone|dept|department|given|surname|partial|person|two_people|helper|slip")


def read_line(line: dict[str, Any], author: str, share: float = 1.0) -> Row:
    """A line of a set as a row: what it wants and tells is seen from what is expected of it."""
    if "want" in line:
        kinds = line.get("kinds")
        return Row(line["q"], line["want"], None if kinds is None else frozenset(kinds), share, author)
    expect, kind, must = line["expect"], line["kind"].lower(), set(line["must"])
    helpers = {c.name for c in directory().contacts if c.helper}
    if re.search(r"appendix|whole", kind):
        return Row(line["q"], "appendix", None, share, author)
    if {m.removeprefix("Đ/c ") for m in must} == helpers:
        return Row(line["q"], "helpers", None, share, author)
    if expect == "none" and _UNCOVERED.search(kind):
        return Row(
            line["q"],
            "",
            _aliases(line["q"]) & frozenset(g.id for g in directory().gaps) or None,
            share,
            author,
        )
    if expect == "none":
        return Row(line["q"], "other", None, share, author)
    if (
        (expect == "suggest" and kind != "block_ambig")
        or (_PEOPLE.search(kind) and not re.search("bookkeeper", kind))
        or not _ORGANISATION.search(kind)
    ):
        return Row(line["q"], "contact", None, share, author)
    told = _told(must)
    if kind == "block_ambig":
        told = _aliases(line["q"])
    elif told is not None:  # of the blocks in one row, the one that is named
        told = told - {KINDS["truong"], KINDS["hcsn"]} | _in_row(told, line["q"])
    return Row(line["q"], "contact", told, share, author)


def _aliases(text: str) -> frozenset[str]:
    """The blocks and gaps that aliases in a text stand for."""
    found = evidence_in(index_of(directory()), put_together(text)).told
    return frozenset(t.id for one in found for t in one.targets if not one.denied and t.id in KINDS.values())


def _in_row(told: frozenset[str], text: str) -> frozenset[str]:
    """The block of a row with two that the text names."""
    named = _aliases(text)
    found: set[str] = set()
    if KINDS["truong"] in told:
        found.add(KINDS["xa"] if KINDS["xa"] in named and KINDS["truong"] not in named else KINDS["truong"])
    if KINDS["hcsn"] in told:
        found.add(KINDS["dnnn"] if KINDS["dnnn"] in named and KINDS["hcsn"] not in named else KINDS["hcsn"])
    return frozenset(found)


def _told(must: set[str]) -> frozenset[str] | None:
    """The blocks whose people these are, one of each row; None when they are not whole rows."""
    rows: dict[int, set[str]] = {}
    for block in directory().blocks:
        rows[block.row] = {c.name for c in directory().contacts if block.id in c.blocks}
    found = [row for row, people in rows.items() if people <= must]
    covered = {name for row in found for name in rows[row]}
    return frozenset(KINDS[_ROWS[row]] for row in found) if covered == must else None


def hand(author: str) -> list[Row]:
    """What one author wrote."""
    return [read_line(line, author) for line in _lines(FOLDER / f"hand_{author}.jsonl")]


def own_wordings() -> Iterator[Row]:
    """Our own sets of wordings."""
    for path in sorted(WORDINGS.glob("directory_wordings*.jsonl")):
        for line in _lines(path):
            if line["kind"] == "gap":
                gaps = frozenset(g.id for g in directory().gaps)
                yield Row(line["q"], "contact", _aliases(line["q"]) & gaps or None, 0.5, "own")
            else:
                yield read_line(line, "own", 0.5)


def questions() -> Iterator[Row]:
    """What is asked of other things: the wordings of the questions."""
    for item in read_questions_only(QUESTIONS_DIR):
        if item.topic in ("lien_he_dau_moi", "gap_nhan_vien", "khong_ro"):
            continue
        for text in item.wordings[::3]:
            yield Row(text, "other", None, 0.3, ITEMS)


_NO_REQUESTS = frozenset(
    "thanks bye greeting chat anger done not_yet trouble correction later ack yes no slip repeat stop back skip scam".split()
)


def talk() -> Iterator[Row]:
    """What people say in a conversation who ask for nobody."""
    for author in talk_texts.HANDS:
        for one in talk_texts.messages(author):
            if one.act in _NO_REQUESTS:
                yield Row(one.text, "other", None, 0.5, "talk")


def every(hands: Iterable[str] = HANDS) -> Iterator[Row]:
    """All that is learnt from, with these hands."""
    yield from families()
    yield from own_wordings()
    yield from questions()
    yield from talk()
    for author in hands:
        yield from hand(author)
