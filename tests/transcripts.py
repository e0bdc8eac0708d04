"""Transcripts: how they are read, how what a door said is compared. Rule: whole lists are compared, nothing is skipped.

A transcript is a text file of tests/transcripts/. Its head, up to the first line that acts:

    A title, in one line.
    kinds: lookup happy                 the flow it is about ("-" for none) and what it shows; see KINDS
    doors: straight telegram chat       where it applies, if not at every door
    limits: looks_per_day=2             data/limits.py, changed for this transcript alone
    accounts: local                     where passwords are changed, if not in VssID alone

Then what the person does, each line followed by what is said because of it:

    > text                    typed; \\u0000 and \\n are escapes
    [repeat 5000 a]           typed: the words as many times
    [press Label] [press 2]   a button, by its words or its number on the newest message
    [contact own 0900000001] [contact other 0900000001]
    [file anh.jpg 2500000 image/jpeg]
    [secure otp right] [secure otp wrong]    what is typed on the secure page; the right code is the newest SMS's
    [secure old … new … repeat …] [secure new … repeat …]    the same page where a password is changed
    [sticker] [voice] [location] [edited words]    at Telegram's door
    [officer claims] [officer says words] [officer hands back] [officer closes]    where the officer's words arrive by themselves
    ~ 6 phút                  time passes: giây, phút, giờ, ngày
    < text                    the assistant; lines indented by two spaces go on with it
    ! sms 0900000001: …       a message of the pretend phone, the code masked
    ! forget                  the message just typed is to be deleted; the terminal and Zalo have no way to

Anything else is a remark. `python -m tests.transcripts FILE…` talks each file through and writes down what was said:
read every line of it before you believe it.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

FOLDER = Path(__file__).parent / "transcripts"
DOORS = ("straight", "telegram", "web", "zalo", "zalobot", "chat")
KINDS = ("happy", "misspelt", "interrupted", "back", "bad", "refused", "secret", "words", "limits")
SHARE = "Gửi số điện thoại của tôi"
NO_SHARE = ("web", "zalo", "zalobot")  # nothing there vouches for a phone: these doors leave the option out
NO_DELETING = ("chat", "zalo", "zalobot")  # what the person typed stays where it is
UNITS = {"giây": 1, "phút": 60, "giờ": 3600, "ngày": 86400}
CODE = re.compile(r"[0-9]{6}(?= la ma xac thuc)")

_ACTIONS = {
    "repeat": re.compile(r"\[repeat ([0-9]+) (.+)\]"),
    "press": re.compile(r"\[press (.+)\]"),
    "contact": re.compile(r"\[contact (own|other) (\+?[0-9]+)\]"),
    "file": re.compile(r"\[file (\S+) ([0-9]+) (\S+)\]"),
    "secure": re.compile(r"\[secure otp (right|wrong)\]"),
    "password": re.compile(r"\[secure (?:old (.+) )?new (.+) repeat (.+)\]"),
    "sticker": re.compile(r"\[sticker\]"),
    "voice": re.compile(r"\[voice\]"),
    "location": re.compile(r"\[location\]"),
    "officer": re.compile(r"\[officer (claims|hands back|closes|says .+)\]"),
    "edited": re.compile(r"\[edited (.+)\]"),
}
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|(n))")
_TICKET = re.compile(r"phiếu số [0-9N]+")  # tickets of several transcripts share one count
_CLOSED = re.compile(
    r" Giờ này ngoài giờ làm việc; cán bộ trả lời từ [0-9:]{5} (?:hôm nay|[0-9/]{5})\."
)  # by the clock
_PETITION = re.compile(
    r"KN-[0-9]{4,}|(?<=ngày )[0-9]{2}/[0-9]{2}/20[0-9]{2}(?=[.:;])"
)  # likewise, and days by the clock
_UNIT_CODE = re.compile(
    r"dv-(?!bbbb)[a-z]{4}-[a-z]{4}-[a-z]{4}"
)  # by chance; that of the demo's unit is fixed
_LINK = re.compile(
    r"(?:https?://[\w.:]+|…)/(\?start=dv-|unit/)\S+"
)  # the port and the token are others each time
_COUNTED = re.compile(
    r"(?<=gửi )[0-9/]{10}|(?<=gửi: )[0-9/]{10}|(?<=khoảng )(?:(?:thứ \w+|chủ nhật),? )?[0-9/]{10}|(?<=sáng )thứ \w+, [0-9/]{10}"
    r"|(?<=còn )[0-9]+(?= ngày làm việc)|(?<=các ngày )[0-9/, ]+"
)  # each starts on another day
_EXPECTED = re.compile(r" \(lịch nghỉ năm [0-9]{4} mới là dự kiến\)")
_TIME = re.compile(r"~ ([0-9]+) (\S+)")
_HEAD = re.compile(r"(kinds|doors|limits|accounts): (.*)")
_MASK = "••••••"


@dataclass(frozen=True)
class Move:
    """What the person does, or time: `kind` is text, wait or an action; `given` its parts; `line` counted from 1."""

    kind: str
    given: tuple[str, ...]
    line: int

    @property
    def text(self) -> str:
        """What is typed, for the kind text."""
        return self.given[0]

    @property
    def seconds(self) -> int:
        """How much time passes, for the kind wait."""
        return int(self.given[0])


@dataclass
class Exchange:
    """A move and the lines that are expected to follow."""

    move: Move
    expected: list[str] = field(default_factory=list)


@dataclass
class Script:
    """One transcript."""

    name: str
    title: str = ""
    kinds: tuple[str, ...] = ()
    doors: tuple[str, ...] = DOORS
    limits: dict[str, int] = field(default_factory=dict)
    accounts: str = "guide"
    exchanges: list[Exchange] = field(default_factory=list)
    head: list[str] = field(default_factory=list)

    @property
    def flow(self) -> str:
        return self.kinds[0] if self.kinds else ""


class Door(Protocol):
    """One person at one door."""

    name: str

    async def act(self, move: Move) -> list[str]:
        """Do what the person does; returns the lines that a transcript writes for what came back."""


class BadTranscript(ValueError):
    """A file that is no transcript; says where."""


def read(path: Path) -> Script:
    """The transcript in a file. Raises BadTranscript."""
    return parsed(path.stem, path.read_text(encoding="utf-8"))


def parsed(name: str, text: str) -> Script:
    """The transcript of this name and text. Raises BadTranscript."""
    script = Script(name)
    for number, raw in enumerate(text.splitlines(), start=1):
        try:
            _read_line(script, raw.rstrip(), number)
        except BadTranscript as bad:
            raise BadTranscript(f"{name}.txt:{number}: {bad}") from None
    for what, given, allowed in (("kinds", script.kinds[1:], KINDS), ("doors", script.doors, DOORS)):
        if not given or set(given) - set(allowed):
            raise BadTranscript(f"{name}.txt: {what} must be some of {' '.join(allowed)}")
    return script


def _read_line(script: Script, line: str, number: int) -> None:
    move = _move(line, number)
    if move is not None:
        script.exchanges.append(Exchange(move))
    elif line.startswith(("< ", "<< ", "! ")) or (line.startswith("  ") and script.exchanges):
        if not script.exchanges:
            raise BadTranscript("something is said before anybody acts")
        script.exchanges[-1].expected.append(CODE.sub(_MASK, line))  # as pasted from `troly chat`
    elif not script.exchanges:
        _read_head(script, line)


def _read_head(script: Script, line: str) -> None:
    script.head.append(line)
    found = _HEAD.fullmatch(line)
    if found is None:
        script.title = script.title or line
        return
    words = tuple(found.group(2).split())
    if found.group(1) == "kinds":
        script.kinds = words
    elif found.group(1) == "doors":
        script.doors = words
    elif found.group(1) == "accounts":
        script.accounts = words[0]
    else:
        script.limits = {name: int(value) for name, value in (w.split("=") for w in words)}


def _move(line: str, number: int) -> Move | None:
    if line == ">" or line.startswith("> "):
        return Move("text", (_ESCAPE.sub(_unescaped, line[2:]),), number)
    if line.startswith("~"):
        found = _TIME.fullmatch(line)
        if found is None or found.group(2) not in UNITS:
            raise BadTranscript(f"no time: {line}")
        return Move("wait", (str(int(found.group(1)) * UNITS[found.group(2)]),), number)
    if not line.startswith("["):
        return None
    for kind, pattern in _ACTIONS.items():
        found = pattern.fullmatch(line)
        if found is not None:
            given = tuple(group or "" for group in found.groups())
            return (
                Move("text", (given[1] * int(given[0]),), number)
                if kind == "repeat"
                else Move(kind, given, number)
            )
    raise BadTranscript(f"no action: {line}")


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found.group(1), 16)) if found.group(1) else "\n"


def masked(sms: dict[str, Any]) -> str:
    """A message of the pretend phone as a transcript writes it."""
    return f"! sms {sms['to']}: {CODE.sub(_MASK, sms['text'])}"


def scripts() -> list[Script]:
    """Every transcript, by name."""
    return [read(path) for path in sorted(FOLDER.glob("*.txt"))]


async def play(script: Script, door: Door) -> None:
    """Talk a transcript through at a door; raises AssertionError where something else is said."""
    for exchange in script.exchanges:
        said = _tidy(await door.act(exchange.move))
        expected = _tidy(expected_at(door, exchange.expected))
        if said != expected:
            diff = difflib.unified_diff(expected, said, "expected", "said", lineterm="", n=20)
            where = f"{script.name}.txt:{exchange.move.line} at the {door.name} door"
            raise AssertionError("\n".join([where, *diff]))


def expected_at(door: Door, lines: Sequence[str]) -> list[str]:
    """What is expected of this door: what it cannot show is left out."""
    out = list(lines)
    if door.name in NO_SHARE:
        out = [line.replace(f" [{SHARE}]", "") for line in out]
    if door.name in NO_DELETING:
        out = [line for line in out if line != "! forget"]
    rewrite = getattr(door, "rewrite", None)
    return [rewrite(line) for line in out] if rewrite is not None else out


def _tidy(lines: Sequence[str]) -> list[str]:
    lines = [_EXPECTED.sub("", line) for line in lines]
    counted = (
        _PETITION.sub(_masked, _TICKET.sub("phiếu số N", _CLOSED.sub("", line.rstrip())))
        for line in lines
        if line.strip()
    )
    return [_LINK.sub(r"…/\1N", _UNIT_CODE.sub("dv-N", _COUNTED.sub("N", line))) for line in counted]


def _masked(hit: re.Match[str]) -> str:
    return "KN-N" if hit.group().startswith("KN") else "D"


async def written(script: Script, text: str, door: Door) -> str:
    """The file's text with what is said put under every move; remarks stay."""
    said = {e.move.line: _tidy(await door.act(e.move)) for e in script.exchanges}
    out: list[str] = []
    begun = False
    for number, line in enumerate(text.splitlines(), start=1):
        if begun and line.startswith(("< ", "<< ", "! ", "  ")):
            continue
        begun = begun or number in said
        out += [line, *said.get(number, [])]
    return "\n".join(out) + "\n"


async def _talked_through(texts: Sequence[str]) -> list[str]:
    import tempfile

    from tests import doors
    from tests.houses import Places

    out = []
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder))
        for text in texts:
            script = parsed("", text)
            async with doors.open_stage(
                await places.sqlite(), script.limits, accounts=script.accounts
            ) as stage:
                name = next(d for d in DOORS if d in script.doors)
                async with stage.visitor(name) as door:
                    out.append(await written(script, text, door))
    return out


def _main(paths: Sequence[Path]) -> None:
    import asyncio

    done = asyncio.run(_talked_through([p.read_text(encoding="utf-8") for p in paths]))
    for path, text in zip(paths, done, strict=True):
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _main([Path(p) for p in sys.argv[1:]])
