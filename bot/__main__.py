"""The command line, `troly`. Invariant: --help imports nothing heavy; each command imports what it needs; an error is one line on stderr."""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from typing import Any

from bot.commands.campaign import add_campaign_commands
from bot.commands.question import add_question_commands
from bot.commands.registry import add_registry_commands
from bot.commands.report import add_report_commands
from bot.commands.staff import add_staff_commands
from bot.commands.zalo import add_zalo_commands


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 refused or failed, 2 wrong usage."""
    os.umask(0o077)  # what any command writes is its owner's alone
    parser = _parser()
    args = parser.parse_args(argv)
    if not hasattr(args, "run"):
        parser.print_help()
        return 2
    try:
        return int(args.run(args))
    except ValueError as bad:  # a BadSetting, too
        print(f"troly: {bad}", file=sys.stderr)
    except OSError as bad:
        print(f"troly: {bad.strerror or bad}: {bad.filename or ''}".rstrip(": "), file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "troly", description="Trợ lý VssID: the assistant of a provincial social-insurance office."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    serve = commands.add_parser("serve", help="run the service: chat page, Telegram, secure page")
    serve.add_argument(
        "--demo", action="store_true", help="synthetic people and a pretend phone; for trying it out"
    )
    serve.add_argument(
        "--roles", default="chat,console,worker", help="which parts this process runs (default: all)"
    )
    serve.set_defaults(run=_serve)

    chat = commands.add_parser("chat", help="talk to the assistant in the terminal")
    chat.add_argument("--json", action="store_true", help="one JSON object a line, in and out")
    chat.add_argument("--person", default="local", metavar="ID", help="who is talking (kept between runs)")
    chat.add_argument("--door", default="terminal", choices=["terminal"], help="which door to talk through")
    chat.add_argument("--demo", action="store_true", help="with the synthetic people and the pretend phone")
    chat.add_argument(
        "--why", action="store_true", help="with every reading of a message, its score and its reason"
    )
    chat.set_defaults(run=_chat)

    directory = commands.add_parser("directory", help="the responsible contacts").add_subparsers(
        metavar="ACTION", required=True
    )
    find = directory.add_parser("find", help="who is responsible; without QUERY one query per line of stdin")
    find.add_argument("--json", action="store_true", help="one JSON object per query")
    find.add_argument("query", nargs="*", metavar="QUERY")
    find.set_defaults(run=_directory_find)

    add_registry_commands(commands)
    add_question_commands(commands)
    add_staff_commands(commands)
    add_campaign_commands(commands)
    add_zalo_commands(commands)
    add_report_commands(commands)

    migrate = commands.add_parser("migrate", help="bring the database to the newest tables")
    migrate.add_argument("--demo", action="store_true", help="make an empty database a demo, for good")
    migrate.set_defaults(run=_migrate)

    doctor = commands.add_parser("doctor", help="say what is wrong, one line each")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run=_doctor)

    settings = commands.add_parser("settings", help="every setting with its default and what it does")
    settings.set_defaults(run=_settings)
    return parser


def _run(work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    import asyncio

    return asyncio.run(work())


def _serve(args: argparse.Namespace) -> int:
    import uvloop

    roles = tuple(r.strip() for r in args.roles.split(",") if r.strip())
    if roles == ("worker",):  # alone it needs neither pages nor aiogram
        from bot.worker import work

        return uvloop.run(work(demo=args.demo))
    from bot.serve import serve

    return uvloop.run(serve(demo=args.demo, roles=roles))


def _chat(args: argparse.Namespace) -> int:
    from bot.app import opened
    from bot.settings import load, load_demo
    from handlers.delivery.sms import Sms
    from handlers.terminal import Terminal, answer_lines

    if (
        not args.person.isascii()
        or not args.person.replace("-", "").replace("_", "").isalnum()
        or len(args.person) > 60
    ):
        raise ValueError("--person takes up to 60 letters, digits, - and _")
    settings = load_demo() if args.demo else load()

    async def work() -> int:
        async with opened(settings, with_demo=args.demo, like_its_demo=True) as app:
            sms: list[Sms] = []
            terminal = Terminal(
                app.turns,
                args.person,
                text_limit=settings.text_limit,
                code_sender=app.code_sender,
                sms=sms if app.gateway is not None else None,
                passwords=app.passwords,
            )

            async def heard(one: Sms) -> None:
                if one.address == terminal.address:
                    sms.append(one)

            if app.gateway is not None:
                app.gateway.listeners.append(heard)
            say = functools.partial(print, flush=True)
            await answer_lines(terminal, _next_line(sys.stdin.isatty()), say, as_json=args.json, why=args.why)
        return 0

    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a real stdin can
    return _run(work)


def _next_line(prompt: bool) -> Callable[[], str | None]:
    def lines() -> str | None:
        if prompt:
            print("> ", end="", flush=True)
        return sys.stdin.readline() or None

    return lines


def _queries(args: argparse.Namespace) -> Iterable[str]:
    if args.query:
        return [" ".join(args.query)]
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a real stdin can
    return (line.rstrip("\r\n") for line in sys.stdin)


def _directory_find(args: argparse.Namespace) -> int:
    from data.knowledge.content import load_content
    from flows.conversations.contacts import told
    from flows.directory.search import find_contacts
    from flows.scams.safety import safety_of
    from flows.understanding.input import Input

    content = load_content()
    directory = content.directory
    for query in _queries(args):
        found = find_contacts(query, directory)
        if found.decision == "answer" and safety_of(Input(query, content)):
            found = replace(found, decision="suggest")  # a listed name or number vouches for no caller
        contacts: list[dict[str, Any]] = []
        for match in found.contacts:
            department = directory.department(match.contact.department)
            blocks = [b.name for i in match.contact.blocks if (b := directory.block(i))]
            contacts.append(
                {
                    "id": match.contact.id,
                    "name": match.contact.name,
                    "phone": match.contact.phone,
                    "department": department.name if department else "",
                    "blocks": blocks,
                    "score": round(match.score, 3),
                }
            )
        blocks = [b.name for b in found.blocks]
        if args.json or not args.query:
            answer = {"query": query, "decision": found.decision, "contacts": contacts, "blocks": blocks}
            print(json.dumps(answer, ensure_ascii=False), flush=True)
            continue
        print(told(found, content))
    return 0


def _migrate(args: argparse.Namespace) -> int:
    from bot.app import open_database
    from bot.settings import load
    from data import migrate

    async def work() -> int:
        db = await open_database(load(), as_demo=args.demo, migrating=True)
        await db.close()
        print(f"the database is at {migrate.newest()}")
        return 0

    return _run(work)


def _doctor(args: argparse.Namespace) -> int:
    from bot.commands.doctor import examine

    async def work() -> int:
        findings = await examine()
        if args.json:
            print(json.dumps([{"ok": f.ok, "what": f.what} for f in findings], ensure_ascii=False))
        else:
            for f in findings:
                print(f"{'ok  ' if f.ok else 'FAIL'} {f.what}")
        return 0 if all(f.ok for f in findings) else 1

    return _run(work)


def _settings(args: argparse.Namespace) -> int:
    from bot.settings import ranges, shown

    between = ranges()
    for name, default, text in shown():
        low, high = between.get(name, (None, None))
        print(f"{name}={default}\n    {text}" + (f" [{low:g} to {high:.10g}]" if name in between else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
