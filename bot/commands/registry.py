"""`troly registry …`: the arguments of its actions, which other modules carry out.

Invariant: nothing slow is imported for --help.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bot.commands.one_off import read_once, write_once
from bot.commands.registry_import import add_import_command

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.settings import Settings

LIMIT = 100  # people one query may list


def add_registry_commands(commands: Any) -> None:
    """Add `registry` and its actions to the command line."""
    actions = commands.add_parser("registry", help="the participants' registry").add_subparsers(
        metavar="ACTION", required=True
    )
    find = actions.add_parser(
        "find", help="who is meant; without --name one JSON object per line of stdin, answered line by line"
    )
    find.add_argument("--json", action="store_true", help="one JSON object per query")
    find.add_argument("--open", action="store_true", help="without the disclosure rules (admins; audited)")
    find.add_argument("--limit", type=int, metavar="N", help="with --open: the N nearest people")
    for name, text in (
        ("name", "full name"),
        ("born", "dd/mm/yyyy or yyyy"),
        ("province", "code, for example 87"),
        ("id-number", "9 or 12 digits"),
        ("verified-phone", "a phone that was proven"),
    ):
        find.add_argument(f"--{name}", metavar="X", help=text)
    find.set_defaults(run=_find)
    stats = actions.add_parser("stats", help="how many people are in it")
    stats.add_argument("--json", action="store_true")
    stats.set_defaults(run=_stats)
    unlock = actions.add_parser(
        "unlock", help="let codes be sent again for a record that had too many wrong ones in a row (audited)"
    )
    unlock.add_argument(
        "code", metavar="CODE", help="the person's 10-digit code, after they showed their papers"
    )
    unlock.set_defaults(run=_unlock)
    add_import_command(actions)
    undo = actions.add_parser(
        "undo-removal", help="bring back the people whom the last --remove-gone took out (audited)"
    )
    undo.add_argument("--import", type=int, dest="number", metavar="N", help="of that import, not the last")
    undo.set_defaults(run=_undo_removal)


def _find(args: argparse.Namespace) -> int:
    from bot.commands.registry_find import run

    if args.limit is not None and not (args.open and 1 <= args.limit <= LIMIT):
        print(f"troly: --limit takes 1 to {LIMIT} and goes with --open", file=sys.stderr)
        return 2
    given = {f: getattr(args, f) for f in ("name", "born", "province", "id_number", "verified_phone")}
    if any(v is not None for v in given.values()):
        lines: Iterator[str] = iter([json.dumps(given)])
    else:
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a real stdin can
        lines = iter(sys.stdin.readline, "")
    return run(lines, as_json=args.json, is_open=args.open, limit=args.limit)


def _stats(args: argparse.Namespace) -> int:
    from data.registry import name_index

    async def work(connection: AsyncConnection, settings: Settings) -> int:
        found = await name_index.stats(connection)
        if args.json:
            print(json.dumps(found, ensure_ascii=False))
        else:
            for name, value in found.items():
                print(f"{name}: {value}")
        return 0

    return read_once(work)


def _unlock(args: argparse.Namespace) -> int:
    from bot.app import seal_of
    from data import proofs
    from data.accounts import guesses
    from data.registry import records

    async def work(connection: AsyncConnection, settings: Settings) -> None:
        if not await records.by_codes(connection, (args.code,)):
            raise ValueError(f"nobody in the registry has the code {args.code}")
        seal = seal_of(settings)
        account = proofs.account_key(seal, args.code)
        await proofs.end_row(connection, account)
        await guesses.end_row(connection, seal, account)

    write_once(work, what="codes_unlocked", why="wrong codes in a row")
    print("codes are sent again for this record, within the limits of a day")
    return 0


def _undo_removal(args: argparse.Namespace) -> int:
    import time

    from bot.app import seal_of
    from data.registry import removed

    async def work(connection: AsyncConnection, settings: Settings) -> tuple[int, int]:
        days = settings.removed_days
        await removed.forget_old(connection, time.time() - removed.DAY * days)
        kept = [r.number for r in await removed.removals(connection)]
        number = args.number if args.number is not None else kept[0] if kept else None
        if number not in kept:
            raise ValueError(f"nobody was removed in the last {days} days who could be brought back")
        return await removed.bring_back(connection, seal_of(settings), number)

    back, there = write_once(work, what="removal_undone", why="people were removed by mistake")
    print(
        f"brought back {back:,}"
        + (f"; {there:,} came by a later import and stay as they are" if there else "")
    )
    return 0
