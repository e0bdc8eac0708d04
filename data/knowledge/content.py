"""Reads all files of data/content into one frozen value, with a version. Called at start and by commands.

Invariant: every fact the assistant says comes from these files or from edits of them.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from data.knowledge.calendar import read_calendar
from data.knowledge.checklist import read_checklist
from data.knowledge.directory import read_directory
from data.knowledge.handing_in import read_handing_in
from data.knowledge.materials import read_materials
from data.knowledge.office import read_office, read_provinces
from data.knowledge.official import read_official
from data.knowledge.password_guide import read_password
from data.knowledge.places import read_places
from data.knowledge.question_files import read_questions
from data.knowledge.yaml_block import read_yaml
from flows.content import Content, Questions, Route, StaffWeights
from flows.text.normalise import plain
from flows.understanding import model_file

CONTENT_DIR = Path(__file__).parents[1] / "content"
# the kinds of trained models
QUESTIONS, SECRETS, ASKING, ANSWERS, ACTS, FOLLOW, SCAMS, CONTACTS = (
    "questions",
    "secrets",
    "asking",
    "answers",
    "acts",
    "follow",
    "scams",
    "contacts",
)


@lru_cache(maxsize=4)
def load_content(folder: Path = CONTENT_DIR) -> Content:
    """All content files of `folder` as one value; its version is a hash of their bytes.

    Raises ValueError with one clear sentence when a file is missing or wrong.
    """
    digest = hashlib.sha256()
    files = [*folder.glob("*.yaml"), *folder.glob("questions/**/*.md"), *folder.glob("*.weights")]
    for path in sorted(files, key=lambda path: path.name):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    office = read_office(folder / "office.yaml")
    provinces = read_provinces(folder / "provinces.yaml")
    elsewhere = frozenset(plain(p.name) for p in provinces if p.code not in office.office.provinces)
    return Content(
        version=digest.hexdigest()[:12],
        office=office.office,
        directory=replace(read_directory(folder / "directory.yaml"), weights=read_weights(CONTACTS, folder)),
        checklist=read_checklist(folder / "checklist.yaml"),
        provinces=provinces,
        password=read_password(folder / "password.yaml"),
        routes=_read_routes(folder / "routes.yaml"),
        receiving_agency=office.receiving_agency,
        working_days=office.working_days,
        calendar=read_calendar(folder / "calendar.yaml"),
        sources=office.sources,
        questions=Questions(
            read_questions(folder / "questions", office.sources), read_weights(QUESTIONS, folder)
        ),
        secret_weights=read_weights(SECRETS, folder),
        asking_weights=read_weights(ASKING, folder),
        answer_weights=read_weights(ANSWERS, folder),
        acts_weights=read_weights(ACTS, folder),
        follow_weights=read_weights(FOLLOW, folder),
        scam_weights=read_weights(SCAMS, folder),
        official=read_official(folder / "official.yaml", office.sources),
        library=read_materials(folder / "materials.yaml"),
        places=read_places(folder / "places.yaml", office.sources, elsewhere),
        handing_in=read_handing_in(folder / "handing_in.yaml"),
    )


def weights_file(kind: str, folder: Path = CONTENT_DIR) -> Path:
    """Where the model of a kind is kept."""
    return folder / f"{kind}.weights"


def read_weights(kind: str, folder: Path = CONTENT_DIR) -> bytes:
    """The file of a trained model, as `make model` wrote it.

    Raises ValueError with one clear sentence when it is missing or damaged.
    """
    path = weights_file(kind, folder)
    try:
        data = path.read_bytes()
        model_file.unpacked(data, kind)
    except (OSError, ValueError) as wrong:
        raise ValueError(f"{path.name}: cannot be read ({wrong})") from wrong
    return data


def read_staff_weights() -> StaffWeights:
    """What staff's words are read with, without the rest of the content."""
    return StaffWeights(read_weights(SECRETS), read_weights(ASKING))


def _read_routes(path: Path) -> tuple[Route, ...]:
    top = read_yaml(path)
    routes = tuple(entry.record(Route) for entry in top.blocks("routes"))
    top.close()
    return routes
