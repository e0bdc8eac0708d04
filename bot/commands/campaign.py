"""`troly campaign …`: notices from the command line.

Invariant: --json prints nothing but JSON; whoever acts is named by --as and is an admin.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from data.engine import Database
    from data.notices.campaigns import Campaign, Campaigns
    from data.notices.reports import Status
    from data.staff import Member

WATCH_SECONDS = 1.0  # between two looks of `status --watch`
BAR = 30  # characters of the bar
FILE_LIMIT = 1_000_000  # bytes of a text file that are read

_CHANGES = {
    "test": "send it to yourself on Telegram",
    "approve": "stand for a draft as the second admin",
    "start": "begin to send",
    "pause": "take nothing more up",
    "resume": "go on",
    "cancel": "end it; what waits is withdrawn",
}

_BEFORE_THE_START = ("test", "approve", "start")  # what is warned of is said again with these


def add_campaign_commands(commands: Any) -> None:
    """Add `campaign` and its actions to the command line."""
    actions = commands.add_parser("campaign", help="notices to those who opted in").add_subparsers(
        metavar="ACTION", required=True
    )

    def action(name: str, help_text: str, run: Callable[[_Tools, argparse.Namespace], Awaitable[int]]) -> Any:
        parser = actions.add_parser(name, help=help_text)
        if name != "new":
            parser.add_argument("campaign", metavar="CAMPAIGN", help="its id or number")
        parser.add_argument("--as", dest="by", required=True, metavar="NAME", help="the admin who does it")
        parser.add_argument("--json", action="store_true", help="print nothing but JSON")
        parser.set_defaults(run=_at_the_desk(run))
        return parser

    new = action("new", "write a draft; prints its id", _new)
    new.add_argument("--text-file", required=True, metavar="F", help="UTF-8 text; - reads stdin")
    new.add_argument("--audience", required=True, help="all, or words like 'door=telegram,web topic=bhyt'")
    new.add_argument("--office-hours", action="store_true", help="send in office hours only")
    new.add_argument("--once", action="store_true", help="never send twice: a lost answer stays in doubt")
    action("count", "how many recipients it has now, by door", _count)
    preview = action("preview", "how it will look", _preview)
    preview.add_argument("--door", help="only at this door")
    for name, help_text in _CHANGES.items():
        action(name, help_text, _change(name))
    status = action("status", "how many are in which state", _status)
    status.add_argument("--watch", action="store_true", help="go on until it ends, with a live bar")
    recipients = action("recipients", "who is in which state, a page at a time", _recipients)
    recipients.add_argument("--state", default="")
    recipients.add_argument("--after", type=int, default=0, metavar="ID", help="go on behind this one")
    recipients.add_argument("--limit", type=int, default=50, metavar="N")
    retry = action("retry", "let what failed wait again", _retry)
    retry.add_argument("--in-doubt", action="store_true", help="also what may have arrived")
    export = action("export", "every recipient's state as CSV", _export)
    export.add_argument("--out", metavar="FILE", help="write it to this new file instead of stdout")


@dataclass(frozen=True, slots=True)
class _Tools:
    """What every action needs."""

    db: Database
    changes: Campaigns
    by: Member
    which: str
    address: str  # the service's own

    async def campaign(self) -> Campaign:
        from data.notices import campaigns

        async with self.db.reading() as connection:
            found = await campaigns.load(connection, self.which)
        if found is None:
            raise ValueError(f"there is no campaign {self.which}")
        return found

    def warned(self, campaign: Campaign) -> tuple[str, ...]:
        """Tell stderr what to look at again in a draft, and what a warning is; the warnings."""
        from data.notices.campaigns import DRAFT
        from flows.conversations.notice_text import WHAT_STOPS, warnings

        found = warnings(campaign.text, self.address) if campaign.state == DRAFT else ()
        for sentence in (*found, WHAT_STOPS) if found else ():
            print(f"troly: {sentence}", file=sys.stderr, flush=True)
        return found


@asynccontextmanager
async def _opened(args: argparse.Namespace) -> AsyncIterator[_Tools]:
    from bot.app import limits_of, open_database, seal_of
    from bot.settings import load
    from data import staff
    from data.knowledge.content import read_staff_weights
    from data.notices.campaigns import Campaigns

    settings = load()
    db = await open_database(settings)
    try:
        async with db.reading() as connection:
            by = await staff.by_name(connection, args.by)
        if by is None:
            raise ValueError(f"there is nobody called {args.by!r} on the staff")
        if by.role != "admin":
            raise ValueError(f"{by.name} is no admin")
        changes = Campaigns(db, seal_of(settings), limits_of(settings), read_staff_weights())
        yield _Tools(db, changes, by, getattr(args, "campaign", ""), settings.address)
    finally:
        await db.close()


def _at_the_desk(
    act: Callable[[_Tools, argparse.Namespace], Awaitable[int]],
) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        import asyncio

        async def work() -> int:
            async with _opened(args) as desk:
                return await act(desk, args)

        return asyncio.run(work())

    return run


def _say(args: argparse.Namespace, value: dict[str, Any], text: str) -> None:
    print(json.dumps(value, ensure_ascii=False) if args.json else text, flush=True)


# -- drafts


async def _new(desk: _Tools, args: argparse.Namespace) -> int:
    from data.notices import audience
    from flows.conversations.notices import TOPICS

    wanted = audience.parse(args.audience, tuple(TOPICS))
    made = await desk.changes.new(
        _text_of(args.text_file),
        wanted,
        office_hours=args.office_hours,
        once=args.once,
        by=desk.by,
        at=time.time(),
    )
    desk.warned(made)
    print(json.dumps({"campaign": made.id}), flush=True)
    return 0


def _text_of(file: str) -> str:
    if file == "-":
        raw = sys.stdin.buffer.read(FILE_LIMIT + 1)
    else:
        with Path(file).open("rb") as opened:
            raw = opened.read(FILE_LIMIT + 1)
    if len(raw) > FILE_LIMIT:
        raise ValueError(f"{file} is larger than {FILE_LIMIT} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not UTF-8 text") from None


async def _count(desk: _Tools, args: argparse.Namespace) -> int:
    from data.notices import campaigns

    one = await desk.campaign()
    async with desk.db.reading() as connection:
        doors = await campaigns.count(connection, one.audience)
    total = sum(doors.values())
    lines = [f"{total} recipients", *(f"  {door}: {n}" for door, n in sorted(doors.items()))]
    _say(args, {"campaign": one.id, "total": total, "doors": doors}, "\n".join(lines))
    return 0


async def _preview(desk: _Tools, args: argparse.Namespace) -> int:
    from data.channels import CHANNELS
    from data.notices.campaigns import words_of
    from handlers.delivery.preview import preview

    one = await desk.campaign()
    doors = [args.door] if args.door else list(one.audience.doors or CHANNELS)
    shown = {door: preview(words_of(one), door) for door in doors}
    warnings = desk.warned(one)
    lines = []
    for door, messages in shown.items():
        lines.append(f"-- {door}, {len(messages)} message{'s' if len(messages) > 1 else ''}")
        lines += messages
    _say(args, {"campaign": one.id, "doors": shown, "warnings": warnings}, "\n".join(lines))
    return 0


# -- changes


def _change(name: str) -> Callable[[_Tools, argparse.Namespace], Awaitable[int]]:
    async def run(desk: _Tools, args: argparse.Namespace) -> int:
        if name in _BEFORE_THE_START:
            desk.warned(await desk.campaign())
        return _told(args, await getattr(desk.changes, name)(desk.which, by=desk.by, at=time.time()))

    return run


async def _retry(desk: _Tools, args: argparse.Namespace) -> int:
    done = await desk.changes.retry(desk.which, by=desk.by, at=time.time(), in_doubt=args.in_doubt)
    return _told(args, done)


def _told(args: argparse.Namespace, done: Any) -> int:
    one = done.campaign
    value = {"campaign": one.id, "state": one.state, "changed": done.changed, "says": done.sentence}
    _say(args, value, done.sentence)
    return 0


# -- reports


async def _status(desk: _Tools, args: argparse.Namespace) -> int:
    import asyncio

    from data.notices.reports import Speed

    speed = Speed()
    on_terminal = sys.stdout.isatty() and not args.json
    while True:
        one, now = await _look(desk)
        speed.add(time.monotonic(), now.over)
        if args.watch and on_terminal:
            print(f"\r\x1b[K{_bar(now, speed)}", end="", flush=True)
        elif on_terminal:
            print(f"notice {one.number}\n{_bar(now, speed)}\n{_table(now)}", flush=True)
        else:
            print(json.dumps(asdict(now)), flush=True)
        if not args.watch or now.state in ("done", "cancelled"):
            break
        await asyncio.sleep(WATCH_SECONDS)
    if args.watch and on_terminal:
        print(f"\n{_table(now)}")
    return 0


async def _look(desk: _Tools) -> tuple[Campaign, Status]:
    from data.notices import reports

    one = await desk.campaign()
    async with desk.db.reading() as connection:
        return one, await reports.status(connection, one)


def _bar(now: Status, speed: Any) -> str:
    from data.notices.reports import duration

    share = now.over / now.total if now.total else 0.0
    full = int(share * BAR)
    line = f"[{'#' * full}{'.' * (BAR - full)}] {share:6.1%}  {now.over}/{now.total}  {now.state}"
    if now.state == "running" and speed.per_second is not None:
        left = speed.seconds_left(now.total - now.over)
        line += f"  {speed.per_second:.1f}/s" + (f"  còn {duration(left)}" if left is not None else "")
    return line


def _table(now: Status) -> str:
    from data.notices.reports import STATES

    return "\n".join(f"  {name:10} {getattr(now, name):>9}" for name in STATES)


async def _recipients(desk: _Tools, args: argparse.Namespace) -> int:
    from data.notices import reports

    if not 1 <= args.limit <= 1000:
        raise ValueError("--limit lies between 1 and 1000")
    one = await desk.campaign()
    async with desk.db.reading() as connection:
        page = await reports.recipients(connection, one, state=args.state, after=args.after, limit=args.limit)
    await desk.changes.noted_look(one.id, "recipients", by=desk.by, at=time.time())
    following = page[-1].id if len(page) == args.limit else None
    lines = [f"{r.id} {r.door:9} {r.account:8} {r.state:10} {r.attempts} {r.answer}".rstrip() for r in page]
    lines += [f"more: --after {following}"] if following else []
    value = {"campaign": one.id, "recipients": [asdict(r) for r in page], "next": following}
    _say(args, value, "\n".join(lines) or "nobody")
    return 0


async def _export(desk: _Tools, args: argparse.Namespace) -> int:
    from data.spreadsheet import new_file, refuse_taken

    if args.out:
        refuse_taken(Path(args.out))
    one = await desk.changes.noted_look(desk.which, "export", by=desk.by, at=time.time())
    if not args.out:
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]  # a real stdout can
        await _write(desk, one, sys.stdout.write, as_json=args.json)
        sys.stdout.flush()
        return 0
    with new_file(Path(args.out)) as file:
        rows = await _write(desk, one, file.write, as_json=False)
    _say(args, {"campaign": one.id, "rows": rows, "file": args.out}, f"{rows} recipients in {args.out}")
    return 0


async def _write(desk: _Tools, one: Campaign, write: Callable[[str], Any], *, as_json: bool) -> int:
    from data.notices import reports
    from data.spreadsheet import BOM, csv_line

    rows = 0
    if not as_json:
        write(BOM + csv_line(reports.HEADINGS))
    async for page in reports.all_recipients(desk.db, one):
        for r in page:
            write(json.dumps(asdict(r), ensure_ascii=False) + "\n" if as_json else reports.csv_of(r))
        rows += len(page)
    return rows
