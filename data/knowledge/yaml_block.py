"""A YAML mapping that says which file and which key is wrong. Used by every reader of data/content; raises ValueError with one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import yaml

# The C loader is about ten times faster; a PyYAML built without libyaml has only the other one.
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


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
