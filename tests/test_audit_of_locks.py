"""`make audit` finds what an advisory names, and never takes silence for health. Rule: advisories as OSV writes them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import yaml

from tests import audit


def advisory(**changed: object) -> dict[str, object]:
    spans = [{"type": "ECOSYSTEM", "events": [{"introduced": "2.0"}, {"fixed": "2.4.1"}]}]
    affected = {
        "package": {"ecosystem": "PyPI", "name": "Some_Package"},
        "ranges": spans,
        "versions": ["1.7"],
    }
    return {
        "id": "PYSEC-1",
        "published": "2026-01-02T00:00:00Z",
        "affected": [affected],
        "summary": "x",
        **changed,
    }


@pytest.mark.parametrize(
    ("version", "touched"),
    [
        ("1.7", True),
        ("1.8", False),
        ("2.0", True),
        ("2.4.0", True),
        ("2.4.1", False),
        ("3.0", False),
        ("?", True),
    ],
)
def test_a_version_is_among_those_an_advisory_names_or_not(version: str, touched: bool) -> None:
    assert audit.touches(advisory(), "some-package", version) is touched
    assert not audit.touches(advisory(withdrawn="2026-02-01"), "some-package", version)
    assert not audit.touches(advisory(), "another", version)


@pytest.mark.parametrize("packed", [False, True])
def test_a_source_is_read_as_it_comes(tmp_path: Path, packed: bool) -> None:
    if packed:
        source = tmp_path / "all.zip"
        with zipfile.ZipFile(source, "w") as file:
            file.writestr("PYSEC-1.json", json.dumps(advisory()))
    else:
        source = tmp_path
        (tmp_path / "vulns" / "some-package").mkdir(parents=True)
        (tmp_path / "vulns" / "some-package" / "PYSEC-1.yaml").write_text(yaml.safe_dump(advisory()))
    assert audit.judged(source, {"some-package": "2.1"}) == (["some-package 2.1: PYSEC-1 x"], 1, "2026-01-02")
    assert audit.judged(source, {"some-package": "2.5"})[0] == []


def test_without_a_source_nothing_is_called_healthy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main([]) == 2
    assert "not judged" in capsys.readouterr().out
    assert audit.main([str(tmp_path)]) == 2  # a folder without a word about us
    assert {"sqlalchemy", "starlette", "pytest"} <= set(audit.pinned())
