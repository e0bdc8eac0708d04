"""The content files people edit, as frozen values. Rule: a file is taken whole or refused in one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

import yaml

from flows.calendar.office_hours import Hours
from flows.content import (
    Checklist,
    Item,
    Office,
    PasswordGuide,
    Province,
    Screen,
    Source,
    Stage,
    Trouble,
)

ITEM_TITLE_MAX = 60  # characters; a longer line wraps on an old phone
TROUBLE_TITLE_MAX = 40  # characters; the title is a button
WHO = ("employee", "individual", "child")
PLATFORMS = ("android", "ios")

# The C loader is about ten times faster; a PyYAML built without libyaml has only the other one.
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PROVINCE_CODE = re.compile(r"\d{2}")


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """What `office.yaml` holds."""

    office: Office
    receiving_agency: str  # one or two sentences, said as they stand
    working_days: int  # working days a declaration stays valid
    sources: dict[str, Source]  # Source.id -> Source, in the file's order


def read_checklist(path: Path) -> Checklist:
    """The registration checklist in `path` (YAML), items in the file's order.

    An id may stand more than once as long as no two of its items meet in one variant (who x platform).
    Raises ValueError with one sentence naming file and key. Source of the facts: letter 416, steps 1 to 4.
    """
    top = _read(path)
    source = _source(top.block("source"))
    stages = tuple(_stage(entry) for entry in top.blocks("stages"))
    _refuse_repeats(top, "stages", [stage.id for stage in stages])
    stage_ids = tuple(stage.id for stage in stages)
    items: list[Item] = []
    taken: dict[tuple[str, str, str], str] = {}
    for entry in top.blocks("items"):
        item = _item(entry, stage_ids)
        for who in item.who:
            for platform in item.platforms:
                earlier = taken.get((item.id, who, platform))
                if earlier is not None:
                    raise entry.wrong("id", f"“{item.id}” đã có cho {who}/{platform} ở {earlier}")
                taken[item.id, who, platform] = entry.where
        items.append(item)
    top.close()
    return Checklist(stages=stages, items=tuple(items), source=source)


def read_password(path: Path) -> PasswordGuide:
    """The password guide in `path` (YAML): screens in order, the SMS, the ways out with their sources.

    `otp_minutes` is in minutes, `otp_digits` a count. Source of the facts: letter 416, step 4; the file names
    what is newer. Raises ValueError with one sentence naming file and key.
    """
    top = _read(path)
    sources = _sources(top)
    screens = tuple(_screen(entry) for entry in top.blocks("screens"))
    _refuse_repeats(top, "screens", [screen.id for screen in screens])
    troubles = tuple(_trouble(entry, sources) for entry in top.blocks("troubles"))
    _refuse_repeats(top, "troubles", [trouble.id for trouble in troubles])
    _refuse_repeats(top, "troubles", [alias for trouble in troubles for alias in trouble.aliases])
    guide = PasswordGuide(
        screens=screens,
        sms_wording=top.text("sms_wording"),
        sms_why=top.text("sms_why"),
        otp_minutes=top.count("otp_minutes"),
        otp_digits=top.count("otp_digits"),
        troubles=troubles,
        source=_known(top, "source", sources),
    )
    top.close()
    return guide


def read_provinces(path: Path) -> tuple[Province, ...]:
    """The provinces in `path` (YAML), in order: codes of two digits and folded aliases, each standing once.

    Raises ValueError with one sentence naming file and key. Source: the administrative codes of 2021.
    """
    top = _read(path)
    provinces = tuple(_province(entry) for entry in top.blocks("provinces"))
    _refuse_repeats(top, "provinces", [province.code for province in provinces])
    _refuse_repeats(top, "provinces", [alias for province in provinces for alias in province.aliases])
    top.close()
    return provinces


def read_office(path: Path) -> OfficeFile:
    """The office file in `path` (YAML); `working_days` are working days, the sources are keyed by id.

    Raises ValueError with one sentence naming file and key. Source: letter 416, and those the file names.
    """
    top = _read(path)
    block = top.block("office")
    office = Office(
        name=block.text("name"),
        hotline=block.text("hotline"),
        portal=block.text("portal"),
        nearest=block.text("nearest"),
        hours=_hours(block),
    )
    block.close()
    value = OfficeFile(
        office=office,
        receiving_agency=top.text("receiving_agency"),
        working_days=top.count("working_days"),
        sources=_sources(top),
    )
    top.close()
    return value


class _Block:
    """One mapping of a file. Every key is asked for once; `close` refuses the keys nobody asked for."""

    def __init__(self, file: str, where: str, value: object) -> None:
        self.file = file
        self.where = where  # "items[3]"; "" at the top
        if not isinstance(value, dict):
            spot = where or "cả tệp"
            raise _refusal(file, spot, f"phải là các dòng “khóa: giá trị”, đang là {_kind(value)}")
        self._values: dict[object, object] = value
        self._asked: set[str] = set()

    def wrong(self, key: str, why: str) -> ValueError:
        """The one sentence for a fault at `key`."""
        return _refusal(self.file, self._at(key), why)

    def has(self, key: str) -> bool:
        """Whether an optional key stands here; asking makes it a known key."""
        self._asked.add(key)
        return key in self._values

    def text(self, key: str, *, longest: int | None = None) -> str:
        value = self._text(key, self._need(key))
        if longest is not None and len(value) > longest:
            raise self.wrong(key, f"dài {len(value)} ký tự, tối đa {longest}")
        return value

    def flag(self, key: str) -> bool:
        value = self._need(key)
        if not isinstance(value, bool):
            raise self.wrong(key, f"phải là true hoặc false, đang là {_kind(value)}")
        return value

    def count(self, key: str) -> int:
        value = self._need(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.wrong(key, f"phải là số nguyên từ 1 trở lên, đang là {_kind(value)}")
        return value

    def day(self, key: str) -> str:
        value = self.text(key)
        if not _ISO_DATE.fullmatch(value) or not _is_day(value):
            raise self.wrong(key, f"phải là ngày dạng 2021-04-19 trong ngoặc kép, đang là “{value}”")
        return value

    def day_or_none(self, key: str) -> str | None:
        return None if self._need(key) is None else self.day(key)

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._list(key)
        return tuple(self._text(f"{key}[{number}]", value) for number, value in enumerate(values, 1))

    def choices(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        values = self.texts(key)
        for value in values:
            self._allow(key, value, allowed)
        if len(set(values)) < len(values):
            raise self.wrong(key, "ghi một giá trị hai lần")
        return values

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key)
        self._allow(key, value, allowed)
        return value

    def block(self, key: str) -> _Block:
        return _Block(self.file, self._at(key), self._need(key))

    def blocks(self, key: str) -> Iterator[_Block]:
        """The mappings under `key`; each must be closed by whoever reads it."""
        for number, value in enumerate(self._list(key), 1):
            yield _Block(self.file, f"{self._at(key)}[{number}]", value)

    def close(self) -> None:
        unknown = [str(key) for key in self._values if key not in self._asked]
        if unknown:
            raise self.wrong(unknown[0], f"là khóa lạ; ở đây chỉ có {', '.join(sorted(self._asked))}")

    def _at(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def _need(self, key: str) -> object:
        self._asked.add(key)
        if key not in self._values:
            raise self.wrong(key, "còn thiếu")
        return self._values[key]

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self.wrong(key, f"phải là chữ (để trong ngoặc kép), đang là {_kind(value)}")
        if not value.strip():
            raise self.wrong(key, "đang để trống")
        return value.strip()

    def _list(self, key: str) -> list[object]:
        value = self._need(key)
        if not isinstance(value, list):
            raise self.wrong(key, f"phải là danh sách, đang là {_kind(value)}")
        if not value:
            raise self.wrong(key, "đang là danh sách trống")
        return value

    def _allow(self, key: str, value: str, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            raise self.wrong(key, f"ghi “{value}”, chỉ nhận {', '.join(allowed)}")


def _refusal(file: str, spot: str, why: str) -> ValueError:
    return ValueError(f"{file}: {spot} {why}.")


def _read(path: Path) -> _Block:
    """The file's top mapping; a file that cannot be read or parsed is refused in one sentence."""
    with _in_one_sentence(path):
        text = path.read_text(encoding="utf-8")
        loader = _LOADER(text)
        try:
            node = loader.get_single_node()
            value = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    if node is not None:
        _refuse_double_keys(path.name, node, set())
    return _Block(path.name, "", value)


@contextmanager
def _in_one_sentence(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as fault:
        raise ValueError(f"{path.name}: không thấy tệp ở {path.parent}.") from fault
    except OSError as fault:
        raise ValueError(f"{path.name}: không mở được tệp ({fault.strerror}).") from fault
    except UnicodeDecodeError as fault:
        raise ValueError(f"{path.name}: tệp không lưu dạng UTF-8 (byte thứ {fault.start + 1}).") from fault
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else "?"
        raise ValueError(f"{path.name}: dòng {line} viết sai YAML ({fault.problem}).") from fault
    except yaml.YAMLError as fault:
        raise ValueError(f"{path.name}: tệp có ký tự YAML không nhận.") from fault
    except ValueError as fault:  # an unquoted date that does not exist, such as 2021-13-45
        raise ValueError(f"{path.name}: có giá trị không đọc được ({fault}).") from fault


def _refuse_double_keys(file: str, node: yaml.Node, visited: set[int]) -> None:
    """YAML silently keeps the last of two equal keys; an editor who pasted a line would lose the first."""
    if id(node) in visited:  # an anchored node is met again at every alias, and may hold itself
        return
    visited.add(id(node))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    line = key.start_mark.line + 1
                    raise ValueError(f"{file}: {key.value} ghi hai lần, lần sau ở dòng {line}.")
                seen.add(key.value)
            _refuse_double_keys(file, value, visited)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_double_keys(file, value, visited)


def _stage(entry: _Block) -> Stage:
    stage = Stage(id=entry.text("id"), title=entry.text("title"))
    entry.close()
    return stage


def _item(entry: _Block, stage_ids: tuple[str, ...]) -> Item:
    item = Item(
        id=entry.text("id"),
        step=entry.choice("step", stage_ids),
        title=entry.text("title", longest=ITEM_TITLE_MAX),
        help=entry.text("help"),
        required=entry.flag("required"),
        who=entry.choices("who", WHO) if entry.has("who") else WHO,
        platforms=entry.choices("platforms", PLATFORMS) if entry.has("platforms") else PLATFORMS,
        only_without_code=entry.flag("only_without_code") if entry.has("only_without_code") else False,
        note=entry.text("note") if entry.has("note") else "",
    )
    entry.close()
    return item


def _screen(entry: _Block) -> Screen:
    screen = Screen(id=entry.text("id"), text=entry.text("text"), trouble=entry.text("trouble"))
    entry.close()
    return screen


def _trouble(entry: _Block, sources: dict[str, Source]) -> Trouble:
    trouble = Trouble(
        id=entry.text("id"),
        title=entry.text("title", longest=TROUBLE_TITLE_MAX),
        text=entry.text("text"),
        source=_known(entry, "source", sources),
        aliases=_aliases(entry),
    )
    entry.close()
    return trouble


def _province(entry: _Block) -> Province:
    code = entry.text("code")
    if not _PROVINCE_CODE.fullmatch(code):
        raise entry.wrong("code", f"phải là hai chữ số, đang là “{code}”")
    province = Province(code=code, name=entry.text("name"), aliases=_aliases(entry))
    entry.close()
    return province


def _source(entry: _Block) -> Source:
    source = Source(
        id=entry.text("id"),
        title=entry.text("title"),
        short=entry.text("short"),
        valid_from=entry.day("valid_from"),
        valid_to=entry.day_or_none("valid_to"),
        last_verified=entry.day("last_verified"),
    )
    if source.valid_to is not None and source.valid_to < source.valid_from:
        raise entry.wrong("valid_to", f"({source.valid_to}) trước valid_from ({source.valid_from})")
    entry.close()
    return source


_DAYS = ("t2", "t3", "t4", "t5", "t6", "t7", "cn")
_SLOT = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


def _hours(office: _Block) -> Hours:
    block = office.block("hours")
    days = tuple(_DAYS.index(day) for day in block.choices("days", _DAYS))
    slots = []
    for slot in block.texts("slots"):
        found = _SLOT.fullmatch(slot)
        a, b, c, d = (int(n) for n in found.groups()) if found else (0, 0, 0, 0)
        if not found or (a, b) >= (c, d):
            raise block.wrong("slots", f"mỗi ca ghi như 07:30-11:30, đang là {slot!r}")
        slots.append((time(a, b), time(c, d)))
    block.close()
    return Hours(days, tuple(slots))


def _sources(top: _Block) -> dict[str, Source]:
    listed = [_source(entry) for entry in top.blocks("sources")]
    _refuse_repeats(top, "sources", [source.id for source in listed])
    return {source.id: source for source in listed}


def _known(entry: _Block, key: str, sources: dict[str, Source]) -> Source:
    return sources[entry.choice(key, tuple(sources))]


def _aliases(entry: _Block) -> tuple[str, ...]:
    aliases = entry.texts("aliases")
    for alias in aliases:
        if not alias.isascii() or alias != alias.lower():
            raise entry.wrong("aliases", f"ghi “{alias}”, phải không dấu và chữ thường")
    return aliases


def _refuse_repeats(top: _Block, key: str, values: list[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise top.wrong(key, f"ghi “{value}” hai lần")
        seen.add(value)


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _kind(value: object) -> str:
    """How a value is called in a sentence to the editor; a number is shown, a text is not: it may be long."""
    match value:
        case None:
            return "trống"
        case bool():  # before int: a bool is one
            return "true/false"
        case int() | float():
            return f"số {value}"
        case str():
            return "chữ"
        case date():
            return "ngày không có ngoặc kép"
        case list():
            return "danh sách"
        case dict():
            return "nhóm khóa"
    return type(value).__name__
