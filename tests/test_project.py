"""The project says what it is: settings, commands and containers are described truly. Rule: what is not written down fails here."""

from __future__ import annotations

import math
import re
import resource
import subprocess
import sys
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from sqlalchemy import LargeBinary, String

from bot.__main__ import _parser
from bot.settings import PREFIX, BadSetting, Settings, load, ranges, shown
from data.tables import metadata

ROOT = Path(__file__).parents[1]
RUNNING = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
AT_REST = (ROOT / "docs" / "at-rest.md").read_text(encoding="utf-8")


def test_every_setting_is_described_with_its_default() -> None:
    for name, default, text in shown():
        shown_default = f"`{default}`" if default else "(empty)"
        assert f"| `{name}` | {shown_default} | {text} |" in RUNNING, name


def test_no_setting_is_described_that_does_not_exist() -> None:
    written = set(re.findall(r"^\| `(TROLY_[A-Z0-9_]+)`", RUNNING, re.MULTILINE))
    assert written == {name for name, _, _ in shown()}


def test_every_column_that_can_hold_text_is_said_to_be_sealed_hashed_or_plain() -> None:
    rows = re.findall(r"^\| (\w+) \|([^|]*)\|([^|]*)\|([^|]*)\|", AT_REST, re.MULTILINE)
    said = {table: re.findall(r"\w+", " ".join(lists)) for table, *lists in rows}
    for table in metadata.sorted_tables:
        held = [c.name for c in table.columns if isinstance(c.type, String | LargeBinary)]
        assert sorted(said.get(table.name, ())) == sorted(held), table.name


def test_every_command_is_described() -> None:
    for action in _parser()._subparsers._group_actions:  # type: ignore[union-attr]
        for name in action.choices:  # type: ignore[union-attr]
            assert f"`troly {name}" in RUNNING, name


def test_imports_never_turn_back() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "Contracts: 2 kept, 0 broken." in done.stdout


def test_help_loads_neither_aiogram_nor_the_database_and_is_quick() -> None:
    program = (
        "import sys, bot.__main__ as m\n"
        "try: m.main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'aiogram', 'sqlalchemy', 'telegram'} & set(sys.modules)"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    assert took < 2.0  # seconds of a core; the bar is .5 s on a quiet machine, `make bench` measures it


def test_the_service_without_a_token_does_not_load_aiogram() -> None:
    program = "import sys, bot.serve, handlers.web.chat; assert 'aiogram' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"TROLY_PORT": "many"}, "TROLY_PORT"),
        ({"TROLY_TELEGRAM_MODE": "carrier pigeon"}, "polling, webhook"),
        ({"TROLY_TELEGRAM_TOKEN": "1:x", "TROLY_TELEGRAM_MODE": "webhook"}, "TROLY_TELEGRAM_WEBHOOK_SECRET"),
        ({"TROLY_TELEGRAM_TOKEN": "not a token"}, "TROLY_TELEGRAM_TOKEN"),
        ({"TROLY_DATABASE_URL": "postgresql+asyncpg://x@y/z"}, "TROLY_SECRET_KEY is compulsory"),
        ({"TROLY_DATABASE_URL": "sqlite+aiosqlite:///:memory:"}, "must name a file"),
        ({"TROLY_DATABASE_URL": "mysql://x"}, "must begin with"),
        ({"TROLY_OTP_TRIES": "50"}, "between 1 and 5"),
        ({"TROLY_SECRET_KEY": "short"}, "32 characters"),
        (
            {"TROLY_ACCOUNTS": "vssid"},
            "TROLY_ACCOUNTS must be one of guide, local, http, not 'vssid'",
        ),
        (
            {"TROLY_LOOKUP_DISCLOSURE": "open"},
            "TROLY_LOOKUP_DISCLOSURE must be guarded, the only way there is, not 'open'",
        ),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_clear_line(environment: dict[str, str], says: str) -> None:
    with pytest.raises(BadSetting, match=re.escape(says)) as caught:
        load(environment, dotenv=None)
    assert "\n" not in str(caught.value)


def test_no_number_can_be_set_so_that_it_protects_nobody() -> None:
    """Every one has a floor and a ceiling, and what lies beyond, or is no number at all, stops the start."""
    numbers = {f.name for f in fields(Settings) if isinstance(f.default, int | float)}
    assert {PREFIX + name.upper() for name in numbers} == set(ranges())
    for name, (low, high) in ranges().items():
        default = getattr(Settings(), name.removeprefix(PREFIX).lower())
        assert low <= default <= high, name
        assert math.isfinite(low), name
        assert math.isfinite(high), name
        for beyond in (low - 1, high + 1, "nan", "inf", "-inf"):
            with pytest.raises(BadSetting, match=name):
                load({name: str(beyond)}, dotenv=None)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "javascript:alert(1)",
            "https:",
            "https://",
            "//troly.example.vn",
            "troly.example.vn",
            "ftp://x.vn",
        ),
        *("https://troly.example.vn/chat", "https://troly.example.vn?x", "https://troly.example.vn#"),
        *("https://a:b@troly.example.vn", "https://troly.example.vn:99999", "https://troly.example.vn:0"),
        *(
            "https://troly.example.vn\n.evil.vn",
            "https://tro ly.vn",
            "https://troly.vn\\@evil.vn",
            "https://[::1",
        ),
        *(
            "http://troly.example.vn",
            "http://0.0.0.0:8080",
            "http://10.0.0.5",
            "https://trợlý.vn",
            "https://<x>",
        ),
    ],
)
def test_an_address_that_links_cannot_begin_with_stops_the_start(address: str) -> None:
    with pytest.raises(BadSetting, match="TROLY_PUBLIC_URL must"):
        load({"TROLY_PUBLIC_URL": address}, dotenv=None)


@pytest.mark.parametrize(
    ("host", "public", "address"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:8080"),
        ("::1", "", "http://[::1]:8080"),
        ("0.0.0.0", "https://troly.example.vn/", "https://troly.example.vn"),
        ("127.0.0.1", "http://localhost:9000", "http://localhost:9000"),
        *((host, "", None) for host in ("0.0.0.0", "::", "192.168.1.5", "")),
    ],
)
def test_links_lead_where_people_can_open_them(host: str, public: str, address: str | None) -> None:
    given = {"TROLY_HOST": host, "TROLY_PUBLIC_URL": public}
    if address is not None:
        assert load(given, dotenv=None).address == address
        return
    with pytest.raises(BadSetting, match=r"so TROLY_PUBLIC_URL must be set"):
        load(given, dotenv=None)


def test_every_file_that_is_installed_is_known_by_its_hash() -> None:
    """In the locks, and wherever something is installed from them; we ourselves are built with what the lock has."""
    for path in ROOT.glob("requirements*.lock"):
        pins = re.split(r"\n(?=[A-Za-z0-9])", path.read_text(encoding="utf-8"))[1:]
        assert len(pins) > 10
        assert all("--hash=sha256:" in pin for pin in pins)
    for name in ("Makefile", "Dockerfile"):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            if "pip install" in line and "uv==" not in line:
                assert "--no-deps --require-hashes -r" in line or "--no-deps --no-build-isolation" in line, (
                    line
                )


def test_the_image_runs_as_nobody_special_and_says_when_it_is_well() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER troly$", lines, re.MULTILINE)
    assert "/healthz" in lines.split("HEALTHCHECK", 1)[1]
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", lines, re.MULTILINE)
    assert all((ROOT / name).exists() for group in copied for name in group.split())


def test_compose_offers_the_service_alone_and_with_postgresql() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert services["troly"]["profiles"] == ["alone"]
    with_postgresql = {name for name, s in services.items() if "postgresql" in s["profiles"]}
    assert with_postgresql == {"troly-migrate", "troly-postgresql", "db"}
    assert services["db"]["environment"]["POSTGRES_PASSWORD"].endswith(":-}")  # no default password


def test_no_lock_file_names_a_host() -> None:
    for path in ROOT.glob("requirements*.lock"):
        assert "://" not in path.read_text(encoding="utf-8")


def test_the_worker_alone_loads_neither_aiogram_nor_the_pages() -> None:
    program = (
        "import sys, bot.worker, handlers.telegram.notices\n"
        "assert not {'aiogram', 'starlette', 'uvicorn', 'jinja2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


ROOMS = ("bot", "data", "flows", "handlers")
TABLES = {"bot/settings_table.py", "data/tables.py"}  # data tables, which may be longer


def test_a_folder_and_a_file_fit_in_one_head() -> None:
    """Seen to fail: 19 files in data, 17 in handlers/console, five files above the bound."""
    files = [p for room in ROOMS for p in (ROOT / room).rglob("*.py")]
    full = Counter(str(p.parent.relative_to(ROOT)) for p in files if "versions" not in p.parts)
    assert {folder: n for folder, n in full.items() if n > 16} == {}
    lengths = {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8").count("\n") for p in files}
    assert {name: n for name, n in lengths.items() if n > 450 and name not in TABLES} == {}


@pytest.mark.xdist_group("kills")
def test_what_shares_a_group_runs_on_one_worker(request: pytest.FixtureRequest) -> None:
    """pytest 9.2 ignores how pytest-xdist 3.8 marks groups: then two browsers run beside each other, and fixtures twice."""
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("no groups: one worker, or --dist is not loadgroup")
    assert request.node.nodeid.endswith("@kills")
