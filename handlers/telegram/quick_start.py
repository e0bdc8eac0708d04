"""aiogram makes all of its some 450 types ready when it is imported, which takes seven seconds of a core; here the door's
main ones are, and each other when it is first used, as pydantic does by itself.

`prepare` is called before the first import. Rule: what the types accept and refuse stays as it is; where aiogram does not do what is
expected here, it is imported as always.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_TYPES = "aiogram.types"
_AT_ONCE = ("Message", "Update")  # the first update is to be answered as fast as the others


def prepare() -> None:
    """Have the next import of aiogram leave its types for later; nothing when it was imported."""
    if "aiogram" not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds aiogram, once."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "aiogram":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    """Loads aiogram without its calls of `model_rebuild`: pydantic makes them by itself when a type is first used."""

    def __init__(self, real: Loader) -> None:
        self._real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        from pydantic import BaseModel

        real: Any = BaseModel.__dict__["model_rebuild"]
        rebuild: Callable[..., bool | None] = real.__func__
        names: dict[str, Any] = {}  # what aiogram says that its types' annotations mean

        def later(cls: Any, /, **given: Any) -> bool | None:
            if cls.__module__.startswith(_TYPES) and given.keys() == {"_types_namespace"}:
                names.update(given["_types_namespace"])
                return None
            given["_parent_namespace_depth"] = given.get("_parent_namespace_depth", 2) + 1
            return rebuild(cls, **given)

        BaseModel.model_rebuild = classmethod(later)  # type: ignore[assignment,method-assign]  # until it is loaded
        try:
            self._real.exec_module(module)
        finally:
            BaseModel.model_rebuild = real  # type: ignore[method-assign]  # as it was
        for name, one in list(sys.modules.items()):  # where pydantic looks for what an annotation means
            if name.startswith(f"{_TYPES}."):
                for word, meaning in names.items():
                    one.__dict__.setdefault(word, meaning)
        for name in _AT_ONCE:
            if name in names:
                names[name].model_rebuild()
