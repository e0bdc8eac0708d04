"""Known vulnerabilities of what the locks pin, from advisories that lie on this machine. Run by `make audit`.

    python -m tests.audit [ADVISORIES]

ADVISORIES: a checkout of the Python Packaging Advisory Database, or OSV's dump of PyPI (all.zip). No package of an index brings
such a source that is kept up, so without one nothing is judged, and that is what it says. Exit codes: 0 none found, 1 some
found, 2 not judged.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).parents[1]
NO_SOURCE = """\
not judged: there is no advisory source on this machine, and none comes in a package that is kept up
  (looked at: safety-db ends in July 2021; cve-guard holds some twenty names; venvy and pip-audit ask the network).
give one:  make audit ADVISORIES=FOLDER   a checkout of the Python Packaging Advisory Database
           make audit ADVISORIES=all.zip  OSV's dump of PyPI
or, where the network may be asked:  pip-audit --require-hashes -r requirements.lock"""


def pinned(folder: Path = ROOT) -> dict[str, str]:
    """Name and version of everything the locks pin."""
    found = {}
    for path in folder.glob("requirements*.lock"):
        for name, version in re.findall(
            r"^([\w.-]+)==([^ ;\\\n]+)", path.read_text(encoding="utf-8"), re.MULTILINE
        ):
            found[canonicalize_name(name)] = version
    return found


def advisories(source: Path, wanted: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The advisories of `source` about these packages, in OSV's form."""
    if source.suffix == ".zip":
        with zipfile.ZipFile(source) as packed:
            for name in packed.namelist():
                if name.endswith(".json"):
                    yield json.loads(packed.read(name))
        return
    names = set(wanted)
    for folder in sorted(source.glob("vulns/*")):
        if canonicalize_name(folder.name) in names:
            for file in sorted(folder.glob("*.yaml")):
                yield yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)


def _in_range(version: Version, events: Iterable[Mapping[str, str]]) -> bool:
    inside = False
    for event in events:
        (what, at), *_ = event.items()
        if what == "introduced" and (at == "0" or version >= Version(at)):
            inside = True
        elif (what == "fixed" and version >= Version(at)) or (
            what == "last_affected" and version > Version(at)
        ):
            inside = False
    return inside


def touches(advisory: Mapping[str, Any], name: str, version: str) -> bool:
    """Whether this version of the package is among those the advisory is about."""
    if advisory.get("withdrawn"):
        return False
    for affected in advisory.get("affected", ()):
        package = affected.get("package", {})
        if package.get("ecosystem") != "PyPI" or canonicalize_name(package.get("name", "")) != name:
            continue
        if version in affected.get("versions", ()):
            return True
        for span in affected.get("ranges", ()):
            try:
                if span.get("type") == "ECOSYSTEM" and _in_range(Version(version), span.get("events", ())):
                    return True
            except InvalidVersion:
                return True  # cannot be compared: somebody has to look
    return False


def judged(source: Path, pins: Mapping[str, str]) -> tuple[list[str], int, str]:
    """(findings, a line each; how many advisories were about pinned packages; when the newest of all was published)."""
    found, count, newest = [], 0, ""
    for advisory in advisories(source, pins):
        names = {
            canonicalize_name(a.get("package", {}).get("name", "")) for a in advisory.get("affected", ())
        }
        newest = max(newest, str(advisory.get("published", ""))[:10])
        for name in sorted(names & set(pins)):
            count += 1
            if touches(advisory, name, pins[name]):
                what = advisory.get("summary") or str(advisory.get("details", "")).partition("\n")[0]
                found.append(f"{name} {pins[name]}: {advisory['id']} {what[:100]}")
    return found, count, newest


def main(words: list[str]) -> int:
    """Print what was found; returns the exit code."""
    pins = pinned()
    if not words or not words[0]:
        print(f"{len(pins)} packages are pinned, each with its hashes.\n{NO_SOURCE}")
        return 2
    found, count, newest = judged(Path(words[0]), pins)
    print("\n".join(found) or "no known vulnerability")
    print(f"{len(pins)} packages, {count} advisories about them, the newest of {newest or 'no day'}")
    return 2 if not count else 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
