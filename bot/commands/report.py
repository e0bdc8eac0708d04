"""`troly report`: the figures for the province, as text, as a workbook, or as a letter to sign."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.settings import Settings


def add_report_commands(commands: Any) -> None:
    """The command and its options."""
    report = commands.add_parser(
        "report", help="the figures of whole months for the province; no personal data"
    )
    report.add_argument("--from", dest="first", metavar="YYYY-MM", required=True, help="first month")
    report.add_argument(
        "--to", dest="last", metavar="YYYY-MM", required=True, help="last month, which must be over"
    )
    report.add_argument("--channel", default="", help="only this channel: telegram, zalo, web …")
    report.add_argument("--format", choices=["text", "xlsx", "pdf"], default="text")
    report.add_argument("--output", metavar="FILE", help="where to write; a workbook and a PDF need it")
    report.set_defaults(run=_report)


def _report(args: argparse.Namespace) -> int:
    import time
    from datetime import datetime
    from pathlib import Path

    from bot.commands.one_off import read_once
    from data.channels import CHANNELS
    from data.knowledge.content import load_content
    from data.report import Report, period, report
    from data.report.tables import as_text, as_workbook
    from data.spreadsheet import new_bytes, refuse_taken
    from flows.calendar.office_hours import VIETNAM

    wanted = period(args.first, args.last)
    today = datetime.fromtimestamp(time.time(), VIETNAM).date()
    if args.last >= today.strftime("%Y-%m"):
        raise ValueError(f"{args.last} is not over yet: a report is of months that are")
    if args.channel and args.channel not in CHANNELS:
        raise ValueError(f"there is no channel {args.channel}; there are {', '.join(CHANNELS)}")
    if args.format != "text" and not args.output:
        raise ValueError(f"{args.format} needs --output FILE")
    if args.output:
        refuse_taken(Path(args.output))

    async def read(connection: AsyncConnection, settings: Settings) -> Report:
        is_sqlite = connection.dialect.name == "sqlite"
        return await report(connection, wanted, is_sqlite=is_sqlite, channel=args.channel)

    made, content = read_once(read), load_content()
    if args.format == "xlsx":
        written = as_workbook(made, content)
    elif args.format == "pdf":
        from handlers.papers.report import report_page

        written = report_page(made, content, today)
    else:
        written = as_text(made, content).encode()
    if args.output:
        with new_bytes(Path(args.output)) as file:
            file.write(written)
    else:
        sys.stdout.write(written.decode())
    return 0
