"""Plays written dialogues through the terminal door of one service and scores every turn.

    python -m benchmarks.dialogues FILE.jsonl … [-v] [--only d22] [--why]

A dialogue is {"id", "kind", "turns": [{"say" or "do", "any", "text", "never", "digits", "no_digits", "at", "step", "max"}]}: of
each list in `any` (options count) and `text` (they do not) one wording must occur in what is said, none of `never` may.
Wordings are compared folded. All dialogues share one database, each is a person of its own, as with `troly chat --demo`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from bot.app import opened
from bot.settings import load
from flows.engine import trace
from flows.text.fold import fold
from handlers.delivery.sms import Sms
from handlers.terminal import Terminal


def _folded(text: str) -> str:
    return " ".join(fold(text).split())


def faults(turn: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    """What an answer lacks, or should not have; "NEVER …" is the grave kind."""
    replies = answer.get("replies", [])
    spoken = [" ".join([r["text"], *map(str, (r.get("contact") or {}).values())]) for r in replies]
    said = _folded(" ".join(spoken))
    offered = _folded(" | ".join(o for r in replies for o in r.get("options") or []))
    digits = re.sub("[^0-9]", "", " ".join(spoken))
    at = answer.get("at") or {}
    found = [f"error: {answer['error']}"] if "error" in answer else []
    for kind, where in (("any", f"{said} | {offered}"), ("text", said)):
        for wordings in turn.get(kind, []):
            if not any(_folded(w) in where for w in wordings):
                found.append(f"{kind}: none of {'/'.join(wordings[:6])}")
    found += [f"NEVER {w}" for w in turn.get("never", []) if _folded(w) in said]
    found += [f"lacks digits {d}" for d in turn.get("digits", []) if d not in digits]
    found += [f"NEVER digits {d}" for d in turn.get("no_digits", []) if d in digits]
    for key, name in (("at", "flow"), ("step", "step")):
        if key in turn and at.get(name, "") not in turn[key]:
            found.append(f"{name} {at.get(name, '')!r}, not {turn[key]}")
    if sum(len(r["text"]) for r in replies) > turn.get("max", 10**9):
        found.append(f"longer than {turn['max']}")
    return found


def _brief(answer: Mapping[str, Any]) -> str:
    said = " / ".join(r["text"].replace("\n", " ") for r in answer.get("replies", []))
    options = [o for r in answer.get("replies", []) for o in r.get("options") or []]
    return f"{said[:420]} {options[:9]}"


async def play(files: list[Path], only: str, *, verbose: bool, why: bool) -> dict[str, Any]:
    """Every dialogue of the files; what each kind reached."""
    turns: dict[str, list[bool]] = defaultdict(list)
    whole: dict[str, list[bool]] = defaultdict(list)
    never = 0
    with tempfile.TemporaryDirectory() as folder:
        settings = load(sms="demo", data_dir=folder, accounts="guide")
        async with opened(settings, with_demo=True, like_its_demo=True) as app:
            assert app.gateway is not None
            for line in (line for file in files for line in file.read_text(encoding="utf-8").splitlines()):
                if not line.strip() or (only and json.loads(line)["id"] != only):
                    continue
                dialogue = json.loads(line)
                sms: list[Sms] = []
                terminal = Terminal(
                    app.turns, dialogue["id"], text_limit=2000, code_sender=app.code_sender, sms=sms
                )
                told: list[tuple[dict[str, Any], dict[str, Any], list[str], list[str]]] = []
                for turn in dialogue["turns"]:
                    trace.start()
                    answer = await terminal.answer(
                        json.dumps(turn.get("do") or {"text": turn["say"]}, ensure_ascii=False)
                    )
                    told.append((turn, answer, faults(turn, answer), trace.stop()))
                kind = str(dialogue.get("kind", "-"))
                turns[kind] += [not bad for _, _, bad, _ in told]
                whole[kind].append(not any(bad for _, _, bad, _ in told))
                never += sum(w.startswith("NEVER") for _, _, bad, _ in told for w in bad)
                if verbose and (only or not whole[kind][-1]):
                    print(f"== {dialogue['id']} k{kind} {dialogue.get('title', '')}")
                    for turn, answer, bad, reasons in told:
                        if bad or only:
                            print(f"   > {turn.get('say') or turn.get('do')}\n   < {_brief(answer)}")
                            print(f"     at {answer.get('at')} {'FAULT: ' + '; '.join(bad) if bad else ''}")
                            if why:
                                print("".join(f"     ? {reason}\n" for reason in reasons), end="")
    for kind in sorted(turns, key=lambda k: (len(k), k)):
        good, n = sum(turns[kind]), len(turns[kind])
        print(f"kind {kind}: {good}/{n} = {good / n:.2f}, whole {sum(whole[kind])}/{len(whole[kind])}")
    all_turns, all_whole = list(chain(*turns.values())), list(chain(*whole.values()))
    figures = {
        "turns": len(all_turns),
        "right": sum(all_turns),
        "dialogues": len(all_whole),
        "whole": sum(all_whole),
        "never": never,
    }
    print(
        f"dialogues {figures['whole']}/{figures['dialogues']}, turns {figures['right']}/{figures['turns']} = "
        f"{figures['right'] / max(figures['turns'], 1):.3f}, never-faults {never}"
    )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("-v", action="store_true", dest="verbose")
    parser.add_argument("--only", default="")
    parser.add_argument("--why", action="store_true", help="print the proposals of every turn")
    given = parser.parse_args()
    asyncio.run(play(given.files, given.only, verbose=given.verbose, why=given.why))


if __name__ == "__main__":
    main()
