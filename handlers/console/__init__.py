"""The console: server-rendered pages for staff. bot/app.py serves `Console.routes` next to the chat page.

Invariant: each route is a `PageRoute` that names its roles; a route without one cannot be made.
"""

from __future__ import annotations

from starlette.routing import Route

from data.accounts.port import Accounts
from data.limits import Limits
from handlers.console.access import AccessControl, PageRoute, Rules
from handlers.console.accounts.reset_page import ResetPage
from handlers.console.audit_page import AuditPage
from handlers.console.campaign.posters_page import PostersPage
from handlers.console.desk_pages import DeskPages
from handlers.console.home_page import HomePage
from handlers.console.imports.page import ImportPage
from handlers.console.imports.runs import ImportLimits, ImportRuns
from handlers.console.inbox.draft_pages import DraftPages
from handlers.console.inbox.list_part import InboxList
from handlers.console.inbox.page import InboxPage
from handlers.console.members.page import MembersPage
from handlers.console.notice_pages import NoticePages, Sending
from handlers.console.petitions.page import PetitionPages
from handlers.console.question_pages import QuestionPages
from handlers.console.recipient_pages import RecipientPages
from handlers.console.report.page import ReportPage
from handlers.console.scam_page import ScamPage
from handlers.console.sign_in import SignIn
from handlers.console.zalo_page import ZaloAccount, ZaloPage
from handlers.desk import Desk
from handlers.turns.queue import Turns
from handlers.web.source import Sources

__all__ = ["Console", "ImportLimits", "ImportRuns", "Rules", "Sending", "ZaloAccount"]


class Console:
    """The console's routes, to be served next to the chat page. `sending`: which channels it sends to.

    `zalo`: the Official Account, where there is one. `imports`: the uploads of this process; without them there is no page for lists.
    `accounts`: whose passwords can be set anew at the counter.
    """

    def __init__(
        self,
        turns: Turns,
        desk: Desk,
        *,
        address: str,
        rules: Rules,
        limits: Limits | None = None,
        sending: Sending | None = None,
        zalo: ZaloAccount | None = None,
        sources: Sources | None = None,
        imports: ImportRuns | None = None,
        accounts: Accounts | None = None,
    ) -> None:
        access = AccessControl(turns, address=address, rules=rules)
        self.entries: list[PageRoute] = access.entries
        lists = InboxList(access)
        for pages in (
            SignIn(access, sources or Sources(), desk.nudge),
            HomePage(access),
            InboxPage(access, desk, lists),
            DeskPages(access, desk, lists),
            DraftPages(access),
            NoticePages(access, limits or Limits(), sending or Sending()),
            RecipientPages(access, limits or Limits()),
            QuestionPages(access),
            PetitionPages(access, desk.nudge),
            ScamPage(access),
            *([ImportPage(access, imports)] if imports is not None else ()),
            *([ZaloPage(access, zalo)] if zalo is not None else ()),
            ResetPage(access, limits or Limits(), accounts),
            PostersPage(access, limits or Limits()),
            ReportPage(access),
            MembersPage(access, desk),
            AuditPage(access),
        ):
            self.entries += pages.entries
        self.routes: list[Route] = [access.route(entry) for entry in self.entries]
