"""`troly registry import`: a file of people into the registry.

Invariant: how the file was understood is shown before a row is written; values are shown masked.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.settings import Settings
    from data.engine import Database
    from data.registry_import.prepare import ImportFacts, ImportJob
    from data.registry_import.run import Gone, Import, Tally
    from data.seal import Seal

_ENCODINGS = ("auto", "utf-8", "utf-16", "windows-1258", "tcvn3", "vni")
_SEPARATORS = ("auto", "comma", "semicolon", "tab")


def add_import_command(actions: Any) -> None:
    """Add `import` to the actions of `registry`."""
    parser = actions.add_parser(
        "import",
        help="bring a file of people into the registry; given again after a stop, it goes on",
        description="Columns under English or Vietnamese headings: code, name, sex, born, id_number, province, phone,"
        " household, commune, unit.",
    )
    parser.add_argument("file", metavar="FILE", help=".csv, .tsv (either with .gz) or .xlsx")
    parser.add_argument("--dry-run", action="store_true", help="everything but writing to the registry")
    parser.add_argument("--encoding", default="auto", choices=_ENCODINGS, help="of a text file")
    parser.add_argument("--separator", default="auto", choices=_SEPARATORS, help="between its columns")
    parser.add_argument(
        "--sheet",
        default="",
        metavar="NAME",
        help="of a workbook; default: all that are visible and have headings",
    )
    parser.add_argument(
        "--report", metavar="FILE", help="a new file that tells of the rows that were not taken, as CSV"
    )
    parser.add_argument(
        "--gone-report", metavar="FILE", help="a new file with the codes of those who are gone"
    )
    parser.add_argument(
        "--remove-gone", action="store_true", help="take those out who are gone; shows them and asks first"
    )
    parser.add_argument("--gone-count", type=int, metavar="N", help="their number, where they are many")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--progress", action="store_true", help="draw the bar where stderr is no terminal too"
    )
    parser.add_argument(
        "--json", action="store_true", help="print nothing but the summary, as one JSON object"
    )
    parser.set_defaults(run=_import)


def _import(args: argparse.Namespace) -> int:
    import asyncio

    from bot.settings import load

    if args.remove_gone and args.dry_run:
        raise ValueError("--remove-gone removes, --dry-run changes nothing: give one of them")
    if args.remove_gone and not args.yes and not sys.stdin.isatty():
        raise ValueError("--remove-gone asks before it removes; where there is no terminal, add --yes")
    if args.gone_count is not None and not args.remove_gone:
        raise ValueError("--gone-count goes with --remove-gone")
    workbook = args.file.lower().endswith(".xlsx")
    if args.report and args.report == args.gone_report:
        raise ValueError("--report and --gone-report are two files: give two names")
    if args.sheet and not workbook:
        raise ValueError("--sheet is for workbooks (.xlsx)")
    if workbook and (args.encoding, args.separator) != ("auto", "auto"):
        raise ValueError("--encoding and --separator are for text files, not for workbooks")
    return asyncio.run(_go(args, load()))


async def _go(args: argparse.Namespace, settings: Settings) -> int:
    from bot.app import open_database, seal_of
    from data.installation.demo import CODES, is_demo
    from data.registry_import.report import hand_over
    from data.registry_import.run import Import, Stopped
    from data.registry_import.worker import look
    from data.spreadsheet import refuse_taken

    path = Path(args.file)
    look(path)  # before a database is made for a file that is not there
    for wanted in (args.report, args.gone_report):
        if wanted:
            refuse_taken(Path(wanted))
    db = await open_database(settings)
    bar = _Bar(args.progress or sys.stderr.isatty())
    asked = _stop_at_the_signal()

    def looked(about: ImportFacts, tally: Tally) -> None:
        if not args.json:
            _show(path, about, tally)
        bar.begin(about.size, tally)

    try:
        seal = seal_of(settings)
        work = Import(
            db,
            seal,
            _job(args, settings, path),
            time.time,
            _report_at(settings),
            dry=args.dry_run,
            share=_is_served(settings),
            codes=CODES if await is_demo(db) else "",
            looked=looked,
            told=bar.told,
            stop=lambda: bool(asked),
        )
        began = time.monotonic()
        try:
            tally = await work.run()
        except Stopped as stopped:
            bar.end()
            print(f"troly: {stopped}", file=sys.stderr)
            return 130
        finally:
            bar.end()
        if args.report and tally.report is not None:
            hand_over(tally.report, Path(args.report))
            tally = replace(tally, report=Path(args.report))
        removed = await _about_the_gone(args, settings, db, seal, tally)
        _sum_up(args, work, tally, removed, time.monotonic() - began)
    finally:
        await db.close()
    return 0


def _job(args: argparse.Namespace, settings: Settings, path: Path) -> ImportJob:
    from datetime import UTC, datetime, timedelta

    from bot.app import secret_for
    from data.registry_import.files import Options
    from data.registry_import.prepare import ImportJob

    today = (datetime.now(UTC) + timedelta(hours=7)).date().isoformat()  # Việt Nam has no summer time
    options = Options(args.encoding, args.separator, args.sheet)
    return ImportJob(str(path), secret_for(settings), today, settings.import_batch, options)


def _report_at(settings: Settings) -> Callable[[int], Path]:
    def at(number: int) -> Path:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return settings.data_dir / (f"import-{number}-bad.csv" if number else "import-dry-run-bad.csv")

    return at


def _is_served(settings: Settings) -> bool:
    """Whether `troly serve` runs on this SQLite file: then the import leaves it time to write."""
    from bot.app import lone_server
    from bot.settings import BadSetting

    if not settings.is_sqlite:
        return False
    try:
        held = lone_server(settings)
    except BadSetting:
        return True
    if held is not None:
        held.close()
    return False


def _stop_at_the_signal() -> list[int]:
    """Ctrl-C and SIGTERM are noted here and the batch under way is finished; the second Ctrl-C ends at once."""
    import asyncio

    asked: list[int] = []
    loop = asyncio.get_running_loop()

    def noted(number: int) -> None:
        asked.append(number)
        loop.remove_signal_handler(number)
        print("\ntroly: stopping behind this batch …", file=sys.stderr)

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(
            NotImplementedError, ValueError, RuntimeError
        ):  # where there are no handlers, the usual way
            loop.add_signal_handler(number, noted, number)
    return asked


class _Bar:
    """The progress bar: bytes of the file, rate, time left; on stderr."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._drawn: Any = None

    def begin(self, size: int, tally: Tally) -> None:
        """Draw it, empty."""
        if not self._wanted:
            return
        from tqdm import tqdm

        self._drawn = tqdm(total=size, unit="B", unit_scale=True, desc="import", file=sys.stderr, leave=False)

    def told(self, tally: Tally) -> None:
        """Move it."""
        if self._drawn is not None:
            self._drawn.set_postfix_str(f"{tally.row:,} rows, {tally.bad:,} bad", refresh=False)
            self._drawn.update(min(tally.position, self._drawn.total) - self._drawn.n)

    def end(self) -> None:
        """Take it away."""
        if self._drawn is not None:
            self._drawn.close()
            self._drawn = None


def _show(path: Path, about: ImportFacts, tally: Tally) -> None:
    from data.import_check.report import report_of

    for line in report_of(path.name, about).understood():
        _to_stderr(line)
    if tally.resumed_at:
        _to_stderr(f"going on behind row {tally.resumed_at:,}, where an earlier start stopped")


def _to_stderr(line: str) -> None:
    print("".join(c if c.isprintable() else "?" for c in line), file=sys.stderr)


async def _about_the_gone(
    args: argparse.Namespace, settings: Settings, db: Database, seal: Seal, tally: Tally
) -> int:
    from data.registry_import import run
    from data.spreadsheet import BOM, csv_line, new_file

    if args.gone_report and not args.dry_run:
        with new_file(Path(args.gone_report)) as file:
            file.write(BOM + csv_line(("Mã số BHXH",)))
            async for codes in run.gone(db, tally.id):
                file.write("".join(csv_line((code,)) for code in codes))
    if not args.remove_gone or not tally.gone:
        return 0
    limits = run.GoneLimits(settings.gone_percent, settings.bad_percent)
    async with db.reading() as connection:
        who = await run.about_the_gone(connection, tally.id)
    _show_the_gone(who)
    asked = {"expected": args.gone_count, "limits": limits}
    if not args.yes:
        await run.check_gone(db, tally.id, **asked)
        print("Take them out? Type yes: ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("yes", "y", "có", "co"):
            _to_stderr("nobody was removed")
            return 0
    return await run.remove_gone(db, seal, tally.id, time.time(), **asked)


def _show_the_gone(who: Gone) -> None:
    from data.registry_import.values import masked

    _to_stderr(
        f"{who.people:,} of {who.known:,} people ({who.percent:.1f} %) came by an earlier import and are not in this file:"
    )
    for commune, people in who.communes:
        _to_stderr(f"  {commune or 'no commune'}: {people:,}")
    for code, name, born, commune in who.sample:
        _to_stderr(f"  …{code[-4:]} {masked(name)}, {born[-4:] or '?'}, {commune or '?'}")


def _sum_up(args: argparse.Namespace, work: Import, tally: Tally, removed: int, seconds: float) -> None:
    about = work.about
    assert about is not None
    whole = work.report_now(tally)
    report = str(tally.report) if tally.report is not None else None
    if args.json:
        summary = {
            "file": Path(args.file).name,
            "dry_run": args.dry_run,
            "rows": tally.row,
            "new": tally.new,
            "changed": tally.changed,
            "unchanged": tally.unchanged,
            "gone": tally.gone,
            "removed": removed,
            "bad": tally.bad,
            "report": report,
            "resumed_at": tally.resumed_at,
            "seconds": round(seconds, 2),
            "encoding": about.encoding or None,
            "separator": about.separator or None,
            "sheet": ", ".join(title for title, _, _ in about.sheets if title) or None,
            "unread": list(about.unread),
            "findings": list(whole.findings),
            "columns": {column: heading for heading, column in about.taken if column},
            "ignored": [heading for heading, column in about.taken if not column],
            **whole.as_json(),
        }
        print(json.dumps(summary, ensure_ascii=False))
        return
    for finding in whole.findings[len(about.findings) :]:
        _to_stderr(f"  ! {finding}")
    for line in whole.counted():
        _to_stderr(line)
    print(f"{'would be ' if args.dry_run else ''}new {tally.new:,}, changed {tally.changed:,},", end=" ")
    print(f"unchanged {tally.unchanged:,}, gone {tally.gone or 0:,}, bad {tally.bad:,}")
    if removed:
        print(f"removed {removed:,} who were gone; troly registry undo-removal brings them back")
    if report:
        print(f"the rows that were not taken, with reasons: {report}")
