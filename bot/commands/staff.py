"""`troly staff …`: members of staff and their sign-in links.

Invariant: a link is printed once and not stored in plain text.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.commands.one_off import read_once, write_once

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.settings import Settings

ROLES = ("officer", "admin", "auditor")


def add_staff_commands(commands: Any) -> None:
    """Add `staff` and its actions to the command line."""
    actions = commands.add_parser("staff", help="officers, admins, auditors").add_subparsers(
        metavar="ACTION", required=True
    )

    def action(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(name, help=text)
        made.set_defaults(run=run)
        return made

    for name, run, text in (
        ("add", _add, "take somebody on"),
        ("role", _role, "give a member another role"),
    ):
        parser = action(name, run, text)
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--role", required=True, choices=ROLES)
    action("list", _list, "who is on the staff").add_argument("--json", action="store_true")
    action("sign-in", _sign_in, "print a one-time link for the console").add_argument("name", metavar="NAME")
    link = action("link-telegram", _link_telegram, "note a member's Telegram user id")
    link.add_argument("name", metavar="NAME")
    link.add_argument("user_id", metavar="USER_ID")
    shown = action("display-name", _display_name, "say how people call an officer: Lan; empty takes it back")
    shown.add_argument("name", metavar="NAME")
    shown.add_argument("display_name", metavar="DISPLAY_NAME")
    action("remove", _remove, "take somebody off; links and sessions end").add_argument(
        "name", metavar="NAME"
    )


def _add(args: argparse.Namespace) -> int:
    from data import staff

    member = write_once(
        lambda connection, _: staff.add(connection, args.name, args.role, time.time()),
        what="staff_added",
        why=f"{args.name} {args.role}",
    )
    print(f"{member.name} is on the staff now, as {member.role}; next: troly staff sign-in {member.name}")
    return 0


def _role(args: argparse.Namespace) -> int:
    from data import staff

    write_once(
        lambda connection, _: staff.change_role(connection, args.name, args.role),
        what="staff_role",
        why=f"{args.name} {args.role}",
    )
    print(f"{args.name} is {args.role} from the next request on")
    return 0


def _list(args: argparse.Namespace) -> int:
    from data import staff

    everybody = read_once(lambda connection, _: staff.members(connection))
    if args.json:
        rows = [{"name": m.name, "role": m.role, "telegram": m.telegram} for m in everybody]
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    if not everybody:
        print("nobody yet: troly staff add NAME --role admin")
    for m in everybody:
        print(f"{m.name:<24} {m.role:<8} {m.telegram or '-'}")
    return 0


def _sign_in(args: argparse.Namespace) -> int:
    from data import staff

    async def make(connection: AsyncConnection, settings: Settings) -> tuple[str, Settings]:
        member = await staff.by_name(connection, args.name)
        if member is None:
            raise ValueError(f"nobody on the staff is called {args.name}")
        now = time.time()
        until = now + 60.0 * settings.sign_in_minutes
        return await staff.new_link(connection, member.id, until=until, at=now), settings

    token, settings = write_once(make, what="staff_link", why=args.name)
    print(f"{settings.address}/console/sign-in/{token}")
    print(f"good once, for {settings.sign_in_minutes} minutes, for {args.name} only", file=sys.stderr)
    return 0


def _link_telegram(args: argparse.Namespace) -> int:
    from data import staff

    write_once(
        lambda connection, _: staff.link_telegram(connection, args.name, args.user_id),
        what="staff_telegram",
        why=args.name,
    )
    print(f"{args.name} gets test notices on Telegram now")
    return 0


def _display_name(args: argparse.Namespace) -> int:
    from data import staff

    write_once(
        lambda connection, _: staff.rename(connection, args.name, args.display_name),
        what="staff_renamed",
        why=args.name,
    )
    print(f"people read “Cán bộ {args.display_name}”" if args.display_name else "people read “Cán bộ BHXH”")
    return 0


def _remove(args: argparse.Namespace) -> int:
    from data import staff

    write_once(
        lambda connection, _: staff.remove(connection, args.name, time.time()),
        what="staff_removed",
        why=args.name,
    )
    print(f"{args.name} is off the staff; links and sessions are ended")
    return 0
