"""`troly zalo`: authorise the Official Account, and say by what a captured event is signed.

Invariant: no token and no key is ever printed.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any


def add_zalo_commands(commands: Any) -> None:
    """`troly zalo authorise` and `troly zalo verify`."""
    actions = commands.add_parser("zalo", help="the Zalo Official Account").add_subparsers(
        metavar="ACTION", required=True
    )
    authorise = actions.add_parser(
        "authorise", help="let an admin of the account agree; do it again when it broke"
    )
    authorise.add_argument(
        "answer",
        nargs="?",
        default="",
        help="the address Zalo led to, or its code; without it, it is asked for",
    )
    authorise.set_defaults(run=_authorise)
    verify = actions.add_parser(
        "verify", help="whether a captured event is signed with our keys: body on stdin"
    )
    verify.add_argument("signature", help="the header X-ZEvent-Signature")
    verify.add_argument("--timestamp", default="", help="the header X-ZEvent-Timestamp, if there is one")
    verify.set_defaults(run=_verify)


def _authorise(args: argparse.Namespace) -> int:
    import asyncio
    import time

    from bot.app import open_database, seal_of
    from bot.settings import BadSetting, load
    from data import audit
    from handlers.console.zalo_page import HOME, code_in
    from handlers.zalo.oa.configured import api_of

    settings = load()
    if not settings.zalo_app_id:
        raise BadSetting("no Official Account is set: TROLY_ZALO_APP_ID")

    async def run() -> int:
        db = await open_database(settings)
        seal = seal_of(settings)
        api = api_of(settings, db, seal)
        try:
            given = args.answer
            if not given:
                address = await api.tokens.begin_authorisation(f"{settings.address}{HOME}")
                print(
                    f"An admin of the account opens this address, chooses the account and agrees:\n{address}"
                )
                print("Paste the address that Zalo leads to, and Enter: ", end="", flush=True)
                given = (await asyncio.to_thread(sys.stdin.readline)).strip()
            await api.tokens.finish_authorisation(code_in(given))
            async with db.writing() as connection:
                await audit.note(
                    db, connection, seal, at=time.time(), who="operator", what="zalo_authorised", why=""
                )
            print("authorised: the tokens are kept sealed and exchanged in time")
            return 0
        finally:
            await api.stop()
            await db.close()

    return asyncio.run(run())


def _verify(args: argparse.Namespace) -> int:
    from bot.settings import load
    from handlers.console.zalo_page import VERDICTS, verdict
    from handlers.zalo.oa.signature import Signature

    settings = load()
    found = verdict(
        Signature(settings.zalo_app_id, settings.zalo_oa_secret),
        sys.stdin.read(),
        args.signature,
        args.timestamp,
        app_secret=settings.zalo_app_secret,
    )
    print(VERDICTS[found])
    return 0 if found in ("body", "header") else 1
