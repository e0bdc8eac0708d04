"""Settings are read from arguments, the environment and .env. Read by all commands. Invariant: a wrong setting stops the start with one clear line."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from bot.settings_check import checked, embed_origins, is_loopback, proxy_networks
from bot.settings_table import PREFIX, BadSetting, Settings, ranges

__all__ = [
    "PREFIX",
    "BadSetting",
    "Settings",
    "embed_origins",
    "is_loopback",
    "load",
    "load_demo",
    "proxy_networks",
    "ranges",
    "shown",
    "unknown",
]


def load(
    environment: dict[str, str] | None = None, dotenv: Path | None = Path(".env"), **given: Any
) -> Settings:
    """The settings from `given`, then the environment, then .env, then the defaults.

    Raises BadSetting with one line that says what is wrong and where.
    """
    env = dict(os.environ if environment is None else environment)
    written = _read_dotenv(dotenv) if dotenv is not None else {}
    values: dict[str, Any] = {}
    for f in fields(Settings):
        name = PREFIX + f.name.upper()
        raw = given.get(f.name, env.get(name, written.get(name)))
        if raw is None or (raw == "" and not isinstance(f.default, str)):
            continue
        values[f.name] = _typed(name, raw, f.default, f.metadata["choices"])
    settings = Settings(**values)
    if not settings.database_url:
        settings = replace(settings, database_url=f"sqlite+aiosqlite:///{settings.data_dir / 'troly.db'}")
    return checked(settings)


def load_demo() -> Settings:
    """The settings of --demo: a pretend phone, and accounts of its own unless TROLY_ACCOUNTS says otherwise."""
    given = dict(os.environ)
    chosen = given.get(PREFIX + "ACCOUNTS") or _read_dotenv(Path(".env")).get(PREFIX + "ACCOUNTS")
    return load(sms="demo", accounts=chosen or "local")


def unknown(environment: dict[str, str] | None = None) -> list[str]:
    """Names in the environment that begin like ours and are no setting: probably misspelt; `troly doctor` shows them."""
    known = {PREFIX + f.name.upper() for f in fields(Settings)}
    env = os.environ if environment is None else environment
    return sorted(name for name in env if name.startswith(PREFIX) and name not in known)


def _typed(name: str, raw: Any, default: Any, choices: tuple[str, ...]) -> Any:
    kind = type(default) if not isinstance(default, Path) else Path
    try:
        value = kind(raw)
    except (TypeError, ValueError):
        raise BadSetting(
            f"{name} must be {'a whole number' if kind is int else 'a number'}, not {raw!r}"
        ) from None
    if choices and value not in choices:
        allowed = (
            f"one of {', '.join(choices)}" if len(choices) > 1 else f"{choices[0]}, the only way there is"
        )
        raise BadSetting(f"{name} must be {allowed}, not {raw!r}")
    return value


def _read_dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    return {k: v for k, v in dotenv_values(path).items() if v is not None}


def shown() -> list[tuple[str, str, str]]:
    """(name, default, help) of every setting, in order; what `troly settings` prints and docs/running.md holds."""
    rows = []
    for f in fields(Settings):
        choices = f.metadata["choices"]
        text = f.metadata["help"] + (f" [{' | '.join(choices)}]" if choices else "")
        rows.append((PREFIX + f.name.upper(), str(f.default), text))
    return rows
