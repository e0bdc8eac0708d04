"""The glossary test: names in the code are made of words of docs/words.md or plain English (tests/plain_words.txt).

Each checker takes text or names and gives sentences about what is wrong, so that every part is also seen to fail on a
small sample with a planted mistake.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "handlers", "data", "flows")
PLAIN = ROOT / "tests" / "plain_words.txt"
GLOSSARY = ROOT / "docs" / "words.md"
TEMPLATES = ROOT / "handlers" / "pages" / "templates"
FILE = r"(?<![\w/.*<>-])[\w.-]+(?:/[\w.-]+)*\.(?:py|yaml|md|txt|html|js|css|png)\b(?![\w*])"
HEADINGS = ["word", "Vietnamese", "means", "not"]


@dataclass(frozen=True, slots=True)
class Former:
    """A word that was given up: what says it now, and the paths in which it is looked for (everywhere if none are given).

    `word` may be several tokens with spaces ("put up"). Where the word is ordinary English elsewhere, `where` names
    the files in which it had the meaning that was renamed. `defined`: only names of modules, classes and functions.
    """

    word: str
    now: str
    where: tuple[str, ...] = ("",)
    defined: bool = False


FORMER = (
    Former("mouth", "reply sender"),
    Former("outlet", "sender"),
    Former("line", "send queue", ("handlers/delivery/send", "handlers/telegram/", "bot/worker.py")),
    Former("pace", "rate limiter"),
    Former("beat", "constant-time delay"),
    Former("world", "effect handler"),
    Former("grant", "effect handler"),
    Former("crowd", "name index, or recipients"),
    Former("roster", "contact names"),
    Former("channel", "spelling cost", ("flows/names/",)),
    Former("near", "similarity, likeness", defined=True),
    Former("scales", "classifier"),
    Former("weigh", "score"),
    Former("family", "template", ("flows/secrets/",)),
    Former("place", "candidate", ("flows/secrets/",)),
    Former("place", "slot", ("handlers/delivery/",)),
    Former("wary", "watch window"),
    Former("promise", "announcement"),
    Former("aside", "digression"),
    Former("trail", "history"),
    Former("talk", "dialogue, conversation"),
    Former("scene", "context"),
    Former("hears", "parse"),
    Former("says", "prompt"),
    Former("goes", "transitions"),
    Former("book", "catalog"),
    Former("even", "normalise"),
    Former("of others", "other accounts"),
    Former("others", "other accounts", ("flows/understanding/other_accounts.py",)),
    Former("put up", "publish"),
    Former(
        "proof", "CSRF token", ("handlers/console/", "handlers/web/", "tests/consoles.py", "tests/desks.py")
    ),
    Former("proof of", "CSRF token"),
    Former("nursery", "fork server"),
    Former("entrance", "access control"),
    Former(
        "taken", "turn result", ("handlers/turns/", "handlers/web/", "handlers/terminal.py", "bot/serve.py")
    ),
    Former("bury", "dead_letter"),
    Former("buried", "dead_letter"),
    Former("ledger", "outbox"),
)

# (identifier, beginning of the path) -> why it may stay
ALLOWED: Mapping[tuple[str, str], str] = {
    ("SMALL_TALK", ""): "small talk is a word of the glossary: greetings, thanks, swearing",
    ("proofs", "handlers/web/"): "the module data/proofs.py: proof of a phone, not of a form",
    ("pace_lease_seconds", "bot/"): "the setting TROLY_PACE_LEASE_SECONDS stands in operators' .env files",
}


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name in a file; `kind`: module, class, def, arg, or name for every other one."""

    name: str
    kind: str
    path: str
    line: int = 0


@cache
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: `SendQueue`, `send_queue` and `SEND_QUEUE` are send, queue; digits are left out."""
    return tuple(found.lower() for found in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name))


def identifiers(source: str, path: str) -> Iterator[Identifier]:
    """Every name of a Python file: its own, and of classes, functions, arguments, variables, attributes, imports."""
    for part in Path(path).with_suffix("").parts:
        yield Identifier(part, "module", path)
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ClassDef(name=name):
                yield Identifier(name, "class", path, node.lineno)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield Identifier(name, "def", path, node.lineno)
            case ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield Identifier(name, "arg", path, node.lineno)
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield Identifier(name, "name", path, node.lineno)
            case ast.alias(name=name, asname=other):
                for part in (*name.split("."), *([other] if other else [])):
                    yield Identifier(part, "name", path, node.lineno)
            case _:
                pass


def former_words(names: Iterable[Identifier], former: Iterable[Former] = FORMER) -> list[str]:
    """A sentence for each name that holds a word which was given up."""
    former = tuple(former)
    suspects = cache(lambda name: [word for word in former if _holds(tokens(name), word.word.split())])
    found = []
    for name in dict.fromkeys(names):
        if any(name.name == known and name.path.startswith(path) for known, path in ALLOWED):
            continue
        for word in suspects(name.name):
            if word.defined and name.kind not in ("module", "class", "def"):
                continue
            if name.path.startswith(word.where):
                found.append(f"{name.path}:{name.line}: {name.name}: {word.word} is now: {word.now}")
    return found


def _holds(held: tuple[str, ...], wanted: list[str]) -> bool:
    *first, last = wanted
    return any(
        list(held[at : at + len(first)]) == first and held[at + len(first)] in (last, f"{last}s")
        for at in range(len(held) - len(first))
    )


def singulars(word: str) -> tuple[str, ...]:
    """The word as it is, and without each ending a plural may have: queries, querie, queri, query."""
    return word, word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word)


def unknown_words(names: Iterable[Identifier], known: Set[str]) -> list[str]:
    """A sentence for each class or module whose name has a word that is neither in the glossary nor plain English."""
    return [
        f"{name.path}:{name.line}: {name.name}: {word!r} is in neither docs/words.md nor tests/plain_words.txt"
        for name in dict.fromkeys(names)
        if name.kind in ("module", "class")
        for word in tokens(name.name)
        if not known.intersection(singulars(word))
    ]


def classes_of_one_name(names: Iterable[Identifier]) -> list[str]:
    """A sentence for each class name that two places have."""
    places: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if name.kind == "class":
            places[name.name.lstrip("_")].append(f"{name.path}:{name.line}")
    return [f"{name}: {', '.join(at)}" for name, at in sorted(places.items()) if len(at) > 1]


def glossary_rows(text: str) -> list[list[str]]:
    """The cells of the glossary's table, without heading and rule."""
    rows = [
        [c.strip() for c in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    return [row for row in rows if row != HEADINGS and set("".join(row)) - set("- ")]


def words_of_row(row: list[str]) -> list[str]:
    """The words that a row explains: "claim, hand back" is two; what stands in brackets says of which thing."""
    return [word for part in row[0].split(",") if (word := part.strip())]


def faults_of_glossary(text: str) -> list[str]:
    """A sentence for each row without four cells or a Vietnamese word, and for each word that two rows have."""
    found = []
    rows_of: dict[str, int] = {}
    for number, row in enumerate(glossary_rows(text), 1):
        if len(row) != len(HEADINGS):
            found.append(f"row {number} has {len(row)} cells: {row}")
            continue
        if not re.search(r"[^\W\d_]", row[1]):
            found.append(f"{row[0]} has no Vietnamese word")
        if not row[2]:
            found.append(f"{row[0]} is not explained")
        for word in words_of_row(row):
            if word in rows_of:
                found.append(f"{word!r} stands in rows {rows_of[word]} and {number}")
            rows_of[word] = number
    return found


def faults_of_plain_words(lines: list[str], glossary: Set[str]) -> list[str]:
    """A sentence for each entry that is no single lower-case word, is out of order or double, or stands in the glossary."""
    found = [f"{word!r} is not one lower-case word" for word in lines if not re.fullmatch("[a-z]+", word)]
    found += [f"{b!r} is out of order" for a, b in pairwise(lines) if a >= b]
    return found + [f"{word!r} is in the glossary already" for word in lines if word in glossary]


def in_the_rooms() -> list[Identifier]:
    return [
        name
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if "versions" not in path.parts
        for name in identifiers(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    ]


def in_the_tests_own_modules() -> list[Identifier]:
    return [
        name
        for path in sorted((ROOT / "tests").glob("*.py"))
        if not path.name.startswith("test_")
        for name in identifiers(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    ]


@pytest.fixture(scope="module")
def rooms() -> list[Identifier]:
    return in_the_rooms()


@pytest.fixture(scope="module")
def glossary() -> set[str]:
    text = GLOSSARY.read_text(encoding="utf-8")
    return {token for row in glossary_rows(text) for token in tokens(row[0])}


def told(faults: list[str]) -> str:
    return "\n".join(faults)


def test_classes_and_modules_are_named_in_words_of_the_glossary_or_in_plain_english(
    rooms: list[Identifier], glossary: set[str]
) -> None:
    plain = PLAIN.read_text(encoding="utf-8").split()
    faults = unknown_words(rooms, glossary | set(plain))
    assert not faults, told(faults)


def test_the_plain_words_are_single_words_in_order(glossary: set[str]) -> None:
    faults = faults_of_plain_words(PLAIN.read_text(encoding="utf-8").splitlines(), glossary)
    assert not faults, told(faults)


def test_no_word_that_was_given_up_is_left_in_a_name(rooms: list[Identifier]) -> None:
    faults = former_words([*rooms, *in_the_tests_own_modules()])
    assert not faults, told(faults)


def test_every_exception_is_needed(rooms: list[Identifier]) -> None:
    unneeded = [
        known
        for known in ALLOWED
        if not any(n.name == known[0] and n.path.startswith(known[1]) for n in rooms)
    ]
    assert not unneeded
    assert all(ALLOWED.values()), "an exception has its reason"


def test_a_class_name_is_used_once(rooms: list[Identifier]) -> None:
    faults = classes_of_one_name(rooms)
    assert not faults, told(faults)


def test_the_glossary_has_one_row_for_a_word_and_a_vietnamese_word_in_every_row() -> None:
    text = GLOSSARY.read_text(encoding="utf-8")
    assert len(glossary_rows(text)) > 50
    faults = faults_of_glossary(text)
    assert not faults, told(faults)


def missing_files(text: str, folder: Path, names: Set[str]) -> list[str]:
    """Files that a page names and that do not exist: paths from the root, `folder` or the templates, bare names anywhere."""
    said = re.sub(r"\{\{.*?\}\}", "", text)  # what a template computes is no file
    found = re.findall(FILE, said)
    return [
        path
        for path in dict.fromkeys(found)
        if not (
            (ROOT / path).exists()
            or (folder / path).exists()
            or (TEMPLATES / path).exists()
            or ("/" not in path and path in names)
        )
    ]


def test_files_named_in_the_docs_exist() -> None:
    names = {
        p.name for folder in (*ROOMS, "tests", "docs", "benchmarks") for p in (ROOT / folder).rglob("*.*")
    }
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    missing = {
        page.name: paths
        for page in pages
        if (paths := missing_files(page.read_text(encoding="utf-8"), page.parent, names))
    }
    assert missing == {}


# -- each checker is seen to fail

SAMPLE = """
from data import audit as trail
class SendQueue:
    def _put_up(self, mouth, *, scene=None):
        self.outlet = weigh(mouths=[scene], wife=1)
class NarrowEvenHTTPBook: ...
"""


def test_names_are_cut_into_words() -> None:
    assert tokens("SendQueue") == tokens("send_queue") == tokens("_SEND_QUEUE") == ("send", "queue")
    assert tokens("HTTPServer2") == ("http", "server")


@pytest.mark.parametrize(
    "name", ["trail", "_put_up", "mouth", "mouths", "scene", "outlet", "weigh", "NarrowEvenHTTPBook"]
)
def test_a_former_word_is_found_wherever_a_name_stands(name: str) -> None:
    faults = former_words(identifiers(SAMPLE, "flows/sample.py"))
    assert any(f": {name}: " in fault for fault in faults), told(faults)


def test_a_former_word_is_found_as_a_word_in_the_files_where_it_had_that_meaning() -> None:
    queue = "def next_line(line): ..."
    assert not former_words(identifiers(queue, "bot/__main__.py")), "a line of text is a line"
    assert former_words(identifiers(queue, "handlers/delivery/send_queue.py"))
    assert not former_words(identifiers("upbeat = worldly = evenly = outputs = 1", "flows/sample.py"))
    assert not former_words(identifiers("near = 1", "flows/sample.py")), "an ordinary word for a variable"
    assert former_words(identifiers("def near(): ...", "flows/sample.py"))
    assert former_words(identifiers("", "flows/near.py")), "a file's own name counts"


def test_an_unknown_word_in_the_name_of_a_class_or_a_module_is_found() -> None:
    known = {"flow", "send", "queue"}
    names = list(identifiers("class SendQueues:\n    def frobnicate(self): ...", "flows/queue.py"))
    assert unknown_words(names, known) == []
    assert unknown_words(identifiers("class SendBlorb: ...", "flows/queue.py"), known) != []
    assert unknown_words(identifiers("", "flows/blorb.py"), known) != []


def test_a_class_name_that_is_used_twice_is_found() -> None:
    two = [*identifiers("class Job: ...", "data/a.py"), *identifiers("class _Job: ...", "flows/b.py")]
    assert classes_of_one_name(two) == ["Job: data/a.py:1, flows/b.py:1"]
    assert classes_of_one_name(two[:3]) == []


def test_a_file_that_does_not_exist_is_found_in_a_page() -> None:
    page = "see `flows/catalog.py`, `catalog.py`, docs/words.md; `flows/<name>.py`; flows/book.py and `machine.py`"
    assert missing_files(page, ROOT / "docs", {"catalog.py"}) == ["flows/book.py", "machine.py"]


GOOD_ROWS = "| word | Vietnamese | means | not |\n|---|---|---|---|\n| turn | lượt | one event | — |\n"


@pytest.mark.parametrize(
    "row",
    [
        "| step, turn | bước | a row | — |",
        "| step | — | a row | — |",
        "| step |  | a row | — |",
        "| step | bước |  | — |",
        "| step | bước | a row |",
    ],
)
def test_a_bad_row_of_the_glossary_is_found(row: str) -> None:
    assert faults_of_glossary(GOOD_ROWS) == []
    assert len(faults_of_glossary(f"{GOOD_ROWS}{row}\n")) == 1


@pytest.mark.parametrize("lines", [["b", "a"], ["a", "a"], ["a", "b c"], ["a", "B"], ["a", "turn"]])
def test_a_bad_entry_of_the_plain_words_is_found(lines: list[str]) -> None:
    assert faults_of_plain_words(["a", "b"], {"turn"}) == []
    assert faults_of_plain_words(lines, {"turn"}) != []
