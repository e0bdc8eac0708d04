"""The walk-throughs of CONTRIBUTING.md, walked: a toy flow, a toy effect and a toy channel are added to a copy of the code.

Each test counts the files that changed (their own and one row elsewhere) and then runs a program in the copy that shows
the toy at work. The texts below are what somebody would write who follows the steps; nothing of the tests is on their path.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "handlers", "data", "flows")

# -- a flow: flows/conversations/<name>.py and its row in flows/catalog.py

FLOW = '''"""A toy: the number of a lost parcel."""

from __future__ import annotations

from flows.engine.events import Event, Said
from flows.engine.steps import Context, Flow, Parsed, ask, end


def _parse_number(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said) or not event.text.strip().isdigit():
        return None
    return Parsed("given", {"parcel": event.text.strip()})


FLOW = Flow(
    "parcels",
    "Tìm bưu kiện",
    (
        ask(
            "number",
            "Số bưu kiện là gì?",
            label="hỏi số bưu kiện",
            failed="bưu kiện bị lạc",
            parse=_parse_number,
            hint="Anh/chị gõ các chữ số.",
            transitions={"given": "found"},
        ),
        end("found", lambda context: f"Đã thấy bưu kiện {context.get('parcel')}."),
    ),
    triggers=("tim buu kien", "buu kien cua toi dau"),
    digression=True,
    expects_digits=lambda step, text, content: step == "number",
)
'''
CALLS = "from flows.engine.steps import Context, Flow, Parsed, ask, call, end\nfrom flows.effects import WeighParcel\n"
CALL = """call(
            "weigh",
            lambda context: WeighParcel(context.get("parcel")),
            WeighParcel,
            transitions={"light": "found", "heavy": "too_heavy"},
        ),
        end("too_heavy", lambda context: f"Bưu kiện nặng {context.get('grams')} g."),
        end("found","""

# -- an effect: its class in flows/effects.py and its handler in a file of data/effects/

EFFECT = '''

@dataclass(frozen=True, slots=True)
class WeighParcel(Effect, outcomes=("light", "heavy")):
    """Weigh a parcel. heavy: fact grams."""

    number: str
'''
HANDLER = '''"""Parcels, a toy."""

from __future__ import annotations

from data.effects.handler import handles
from data.effects.turn_context import TurnContext
from flows.effects import EffectResult, WeighParcel


@handles(WeighParcel)
async def weigh_parcel(turn: TurnContext, effect: WeighParcel) -> EffectResult:
    await turn.connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS parcels (number TEXT)")
    await turn.connection.exec_driver_sql("INSERT INTO parcels VALUES (?)", (effect.number,))
    return EffectResult("heavy", {"grams": "4000"}) if effect.number > "5" else EffectResult("light")
'''

# -- a channel: its row in data/channels.py and its folder handlers/<name>/

CHANNEL = '    Channel("toy", "Kênh đồ chơi", pushed=True, longest=500),\n'
DOOR = '''"""A toy channel: one person, who says "menu" when the door opens; what is sent to them is printed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from data.outbox import Outgoing
from flows.engine.events import Said
from handlers.delivery.reply_sender import ReplySender
from handlers.turns.types import TurnResult, at_once


class ToyDoor:
    def __init__(self, parts: Any) -> None:
        self._turns = parts.turns
        self._replies = ReplySender("toy", parts.turns, self._send)

    async def start(self) -> None:
        said = at_once(Said("menu", datetime.now(UTC)))
        self.say(await self._turns.take("toy:1", "update 1", said, pushed=True))

    async def stop(self) -> None:
        await self._replies.quiet()

    def say(self, result: TurnResult) -> None:
        self._replies.say(result.rows)

    async def _send(self, row: Outgoing) -> None:
        print("toy:", row.body["text"].splitlines()[0], flush=True)


def open_door(parts: Any) -> ToyDoor:
    return ToyDoor(parts)
'''


class Copy:
    """The four rooms in a folder of their own, to be changed and run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for room in ROOMS:
            shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))

    def write(self, path: str, text: str) -> None:
        """A file of the toy's own."""
        (self.folder / path).parent.mkdir(exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        """Put `new` where `old` stands, once."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path}: the walk-through names a place that is not there once: {old!r}"
        self.write(path, text.replace(old, new))

    def append(self, path: str, text: str) -> None:
        self.write(path, (self.folder / path).read_text(encoding="utf-8") + text)

    def touched(self) -> set[str]:
        """The files that are new or differ from the code as it is."""
        paths = (p.relative_to(self.folder) for room in ROOMS for p in (self.folder / room).rglob("*"))
        files = (p for p in paths if (self.folder / p).is_file() and "__pycache__" not in p.parts)
        return {
            str(p)
            for p in files
            if not (ROOT / p).is_file() or (ROOT / p).read_bytes() != (self.folder / p).read_bytes()
        }

    def environment(self, **settings: str) -> dict[str, str]:
        own = {k: v for k, v in os.environ.items() if not k.startswith(("TROLY_", "COV_", "COVERAGE_"))}
        return {**own, "PYTHONDONTWRITEBYTECODE": "1", "TROLY_DATA_DIR": str(self.folder / "var"), **settings}

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A program with the copy's modules; what it prints."""
        return subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )


def add_flow(copy: Copy, text: str = FLOW) -> None:
    copy.write("flows/conversations/parcels.py", text)
    copy.edit("flows/catalog.py", "    notices,\n", "    notices,\n    parcels,\n")
    copy.edit("flows/catalog.py", "    my_data.FLOW,\n", "    my_data.FLOW,\n    parcels.FLOW,\n")


def add_effect(copy: Copy) -> None:
    copy.append("flows/effects.py", EFFECT)
    copy.write("data/effects/parcels.py", HANDLER)


def add_channel(copy: Copy) -> None:
    copy.edit("data/channels.py", '    Channel("demo"', f'{CHANNEL}    Channel("demo"')
    copy.write("handlers/toy/__init__.py", DOOR)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


# the engine alone: each argument is a conversation, each of its lines a turn; the state goes through JSON between any two
CONVERSATIONS = """
import json, sys
from datetime import UTC, datetime
from data.knowledge.content import load_content
from flows.catalog import advance
from flows.engine.events import Said
from flows.engine.state import State

content = load_content()
for lines in sys.argv[1:]:
    state = State()
    for text in lines.splitlines():
        state = State.from_json(json.loads(json.dumps(state.to_json())))
        turn = advance(state, Said(text, datetime.now(UTC)), content)
        state = turn.state
        texts, options = [r.text for r in turn.replies], turn.replies[-1].options if turn.replies else ()
        at, effects = [state.flow, state.step], [type(e).__name__ for e in turn.effects]
        print(json.dumps([texts, options, at, effects, list(state.answers.values())]))
"""


def test_a_flow_is_its_file_and_one_row(copy: Copy) -> None:
    add_flow(copy)
    assert copy.touched() == {"flows/conversations/parcels.py", "flows/catalog.py"}

    done = copy.run(
        CONVERSATIONS,
        "menu\nTìm bưu kiện\nở đâu đó\n482913",
        "đầu mối phụ trách\nbưu kiện của tôi đâu?\n7",
        "tìm bưu kiện\ngặp cán bộ",
    )
    assert done.returncode == 0, done.stderr
    menu, asked, missed, found, below, on_top, resumed, _, handed = map(json.loads, done.stdout.splitlines())
    texts, options, at, effects, answers = range(5)

    assert "Tìm bưu kiện" in menu[options], "it is on the menu"
    assert (asked[texts], asked[at]) == (["Số bưu kiện là gì?"], ["parcels", "number"])
    assert missed[texts][0] == "Anh/chị gõ các chữ số.", "its hint"
    assert found[texts] == ["Đã thấy bưu kiện 482913."], "six digits are its answer and no one-time code"
    assert found[effects] == []

    # its words begin it on top of something else, which goes on when it ends
    assert (below[at], on_top[at]) == (["contacts", "query"], ["parcels", "number"])
    assert resumed[texts][0] == "Đã thấy bưu kiện 7."
    assert below[texts][-1].startswith(resumed[texts][-1]), "it is reminded in one line of what lay under it"
    assert resumed[at] == below[at]

    # an officer who is asked for here reads where the person stands and what went wrong
    card = " ".join(map(str, handed[answers]))
    assert "Tìm bưu kiện › hỏi số bưu kiện" in card
    assert "bưu kiện bị lạc" in card


# the whole turn on a database of its own, as bot/app.py builds it
TURNS = """
import asyncio, json, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.app import opened
from bot.settings import load
from flows.engine.events import Said
from handlers.turns.types import at_once

async def main():
    async with opened(load(dotenv=None)) as app:
        for n, text in enumerate(sys.argv[1:]):
            said = at_once(Said(text, datetime.now(UTC)))
            result = await app.turns.take("terminal:t", f"key {n}", said, pushed=True)
            print(json.dumps([row.body["text"] for row in result.rows]))

asyncio.run(main())
"""


def test_an_effect_is_its_class_and_its_handler(copy: Copy) -> None:
    add_effect(copy)
    assert copy.touched() == {"flows/effects.py", "data/effects/parcels.py"}

    awaiting = FLOW.replace("from flows.engine.steps import Context, Flow, Parsed, ask, end\n", CALLS)
    awaiting = awaiting.replace('end("found",', CALL).replace('{"given": "found"}', '{"given": "weigh"}')
    add_flow(copy, awaiting)
    assert len(copy.touched()) == 4, "the flow that awaits it: its file and one row more"

    done = copy.run(TURNS, "tìm bưu kiện", "3", "tìm bưu kiện", "9")
    assert done.returncode == 0, done.stderr
    _, light, _, heavy = [json.loads(line) for line in done.stdout.splitlines()]
    assert (light, heavy) == (["Đã thấy bưu kiện 3."], ["Bưu kiện nặng 4000 g."])
    with sqlite3.connect(copy.folder / "var" / "troly.db") as kept:
        assert kept.execute("SELECT number FROM parcels ORDER BY number").fetchall() == [("3",), ("9",)]


LISTED = """
import json
from data.channels import CHANNELS
from data.notices.audience import parse
from handlers.console import wording
from handlers.delivery.preview import preview

print(json.dumps([
    "toy" in CHANNELS,
    parse("door=toy").doors,
    preview("một hai", "toy"),
    wording.who_it_was("toy:12345"),
]))
"""


def test_a_channel_is_its_folder_and_one_row(copy: Copy) -> None:
    add_channel(copy)
    assert copy.touched() == {"data/channels.py", "handlers/toy/__init__.py"}

    done = copy.run(LISTED)
    assert done.returncode == 0, done.stderr
    known, audience, shown, label = json.loads(done.stdout)
    assert known
    assert audience == ["toy"], "an audience can be narrowed to it"
    assert shown == ["một hai"], "a notice is previewed as its door will show it"
    assert "Kênh đồ chơi" in label, "staff read its label"

    with subprocess.Popen(
        [sys.executable, "-m", "bot", "serve", "--roles", "chat"],
        cwd=copy.folder,
        env=copy.environment(TROLY_PORT="0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as service:
        assert service.stdout is not None
        try:
            told = next((line for line in service.stdout if line.startswith("toy: ")), "")
        finally:
            service.send_signal(signal.SIGTERM)
        _, errors = service.communicate()
    assert told.startswith("toy: Chào anh/chị"), errors
    assert service.returncode == 0, errors
    with sqlite3.connect(copy.folder / "var" / "troly.db") as kept:
        rows = kept.execute("SELECT state FROM outbox WHERE address = 'toy:1'").fetchall()
    assert rows == [("sent",)], "the reply left through the toy's door, and is marked"


def test_the_walk_throughs_name_the_files_that_are_touched() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for path in (
        "flows/catalog.py",
        "flows/effects.py",
        "data/channels.py",
        "bot/settings_table.py",
        "docs/running.md",
    ):
        assert f"**`{path}`**" in text
        assert (ROOT / path).is_file(), path
    for heading in ("flow", "effect", "channel", "console page", "question", "setting"):
        article = "an" if heading[0] in "aeiou" else "a"
        assert f"### Add {article} {heading}\n" in text
