"""A mapping of a content file that knows its place, so that a fault is told by file and key.

Used by every reader of data/content. Invariant: what is wrong raises ValueError with one sentence, "FILE: KEY WHY."
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml

# The C loader is about ten times faster; a PyYAML built without libyaml has only the other one.
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
T = TypeVar("T")


class YamlBlock:
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

    def record(self, cls: type[T], **given: Any) -> T:
        """A dataclass from the keys called as its fields, read by their types; `given` were read before. Closes the block.

        A field with a default may be left out, or left empty.
        """
        for one in fields(cls):  # type: ignore[arg-type]  # a dataclass, which type[T] cannot say
            optional = one.default is not MISSING
            if one.name not in given and not (optional and not self._filled(one.name)):
                given[one.name] = _BY_TYPE[str(one.type)](self, one.name)
        self.close()
        return cls(**given)

    def text(
        self,
        key: str,
        *,
        longest: int | None = None,
        form: tuple[re.Pattern[str], str] | None = None,
        blank: bool = False,
    ) -> str:
        """A text; `form`: a pattern and how to call it; `blank`: it may be empty."""
        value = self._need(key)
        if blank and value == "":
            return ""
        value = self._text(key, value, longest)
        if form is not None and not form[0].fullmatch(value):
            raise self.wrong(key, f"phải là {form[1]}, đang là “{value}”")
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

    def counts(self, key: str) -> tuple[int, ...]:
        """Numbers, which may be none."""
        values = self._need(key)
        if not isinstance(values, list) or any(isinstance(v, bool) or not isinstance(v, int) for v in values):
            raise self.wrong(key, "phải là danh sách số, ví dụ [7], hoặc []")
        return tuple(values)

    def day(self, key: str) -> str:
        value = self.text(key)
        if not _ISO_DATE.fullmatch(value) or not _is_day(value):
            raise self.wrong(key, f"phải là ngày dạng 2021-04-19 trong ngoặc kép, đang là “{value}”")
        return value

    def validity(self) -> dict[str, Any]:
        """The days `valid_from`, `valid_to` (None: without end) and `last_verified`."""
        ends = self._need("valid_to") is not None
        first, last = self.day("valid_from"), self.day("valid_to") if ends else None
        if last is not None and last < first:
            raise self.wrong("valid_to", f"({last}) sớm hơn valid_from ({first})")
        return {"valid_from": first, "valid_to": last, "last_verified": self.day("last_verified")}

    def texts(self, key: str, *, longest: int | None = None) -> tuple[str, ...]:
        return self._texts(key, self._list(key, self._need(key)), longest)

    def any_texts(self, key: str) -> tuple[str, ...]:
        """Texts that may be none: the key is missing, or its list empty."""
        return self.texts(key) if self._filled(key) else ()

    def lists(self, key: str) -> tuple[tuple[str, ...], ...]:
        """Lists of texts."""
        values = self._list(key, self._need(key))
        spots = [f"{key}[{number}]" for number in range(1, len(values) + 1)]
        return tuple(self._texts(s, self._list(s, v)) for s, v in zip(spots, values, strict=True))

    def choices(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        values = self.texts(key)
        for value in values:
            self._allow(key, value, allowed)
        self.once(key, values)
        return values

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of the allowed texts; empty where "" is one of them."""
        value = self.text(key, blank="" in allowed)
        self._allow(key, value, allowed)
        return value

    def block(self, key: str) -> YamlBlock:
        return YamlBlock(self.file, self._at(key), self._need(key))

    def blocks(self, key: str) -> Iterator[YamlBlock]:
        """The mappings under `key`; each must be closed by whoever reads it."""
        for number, value in enumerate(self._list(key, self._need(key)), 1):
            yield YamlBlock(self.file, f"{self._at(key)}[{number}]", value)

    def once(self, key: str, values: Iterable[str]) -> None:
        """Refuse a value that stands twice."""
        seen: set[str] = set()
        for value in values:
            if value in seen:
                raise self.wrong(key, f"ghi “{value}” hai lần")
            seen.add(value)

    def close(self) -> None:
        unknown = [str(key) for key in self._values if key not in self._asked]
        if unknown:
            raise self.wrong(unknown[0], f"là khóa lạ; ở đây chỉ có {', '.join(sorted(self._asked))}")

    def _at(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def _filled(self, key: str) -> bool:
        return self.has(key) and self._values[key] not in ("", None, [])

    def _need(self, key: str) -> object:
        self._asked.add(key)
        if key not in self._values:
            raise self.wrong(key, "còn thiếu")
        return self._values[key]

    def _text(self, key: str, value: object, longest: int | None = None) -> str:
        if not isinstance(value, str):
            raise self.wrong(key, f"phải là chữ (để trong ngoặc kép), đang là {_kind(value)}")
        value = value.strip()
        if not value:
            raise self.wrong(key, "đang để trống")
        if longest is not None and len(value) > longest:
            raise self.wrong(key, f"dài {len(value)} ký tự, tối đa {longest}")
        return value

    def _texts(self, key: str, values: list[object], longest: int | None = None) -> tuple[str, ...]:
        return tuple(self._text(f"{key}[{n}]", value, longest) for n, value in enumerate(values, 1))

    def _list(self, key: str, value: object) -> list[object]:
        if not isinstance(value, list):
            raise self.wrong(key, f"phải là danh sách, đang là {_kind(value)}")
        if not value:
            raise self.wrong(key, "đang là danh sách trống")
        return value

    def _allow(self, key: str, value: str, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            raise self.wrong(key, f"ghi “{value}”, chỉ nhận {', '.join(filter(None, allowed))}")


_BY_TYPE: dict[str, Callable[[YamlBlock, str], object]] = {
    "str": YamlBlock.text,
    "int": YamlBlock.count,
    "bool": YamlBlock.flag,
    "tuple[str, ...]": YamlBlock.texts,
}


def _refusal(file: str, spot: str, why: str) -> ValueError:
    return ValueError(f"{file}: {spot} {why}.")


def read_yaml(path: Path) -> YamlBlock:
    """The file's top mapping; a file that cannot be read or parsed is refused in one sentence."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as fault:
        raise ValueError(f"{path.name}: không thấy tệp ở {path.parent}.") from fault
    except OSError as fault:
        raise ValueError(f"{path.name}: không mở được tệp ({fault.strerror}).") from fault
    except UnicodeDecodeError as fault:
        raise ValueError(f"{path.name}: tệp không lưu dạng UTF-8 (byte thứ {fault.start + 1}).") from fault
    return parse_yaml(path.name, text)


def parse_yaml(name: str, text: str, above: int = 0) -> YamlBlock:
    """The top mapping of a text that stands in the file `name` below so many lines."""
    try:
        loader = _LOADER(text)
        try:
            node = loader.get_single_node()
            value = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + above + 1 if fault.problem_mark else "?"
        raise ValueError(f"{name}: dòng {line} viết sai YAML ({fault.problem}).") from fault
    except yaml.YAMLError as fault:
        raise ValueError(f"{name}: tệp có ký tự YAML không nhận.") from fault
    except ValueError as fault:  # an unquoted date that does not exist, such as 2021-13-45
        raise ValueError(f"{name}: có giá trị không đọc được ({fault}).") from fault
    if node is not None:
        _refuse_double_keys(name, node, above, set())
    return YamlBlock(name, "", value)


def _refuse_double_keys(file: str, node: yaml.Node, above: int, visited: set[int]) -> None:
    """YAML silently keeps the last of two equal keys; an editor who pasted a line would lose the first."""
    if id(node) in visited:  # an anchored node is met again at every alias, and may hold itself
        return
    visited.add(id(node))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    line = key.start_mark.line + above + 1
                    raise ValueError(f"{file}: {key.value} ghi hai lần, lần sau ở dòng {line}.")
                seen.add(key.value)
            _refuse_double_keys(file, value, above, visited)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_double_keys(file, value, above, visited)


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
