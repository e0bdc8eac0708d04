"""What a conversation may ask of the world, and what the world answers. Rule: an effect is a wish; `data/` grants it inside the turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class CheckConsent:
    """Has this person agreed to `purpose`? Outcomes: given, missing."""

    purpose: str


@dataclass(frozen=True, slots=True)
class GiveConsent:
    """Write down that the person agreed, to which wording. Outcome: kept."""

    purpose: str
    wording: str


@dataclass(frozen=True, slots=True)
class FindPeople:
    """Look somebody up in the registry under the disclosure rules.

    Exactly one of `born` ("17/01/1983" or "1983") and `id_number` (9 or 12 digits) is set. `province` is a two-digit
    prefix. Outcomes: found (facts name, code), verify (fact case), record (all facts; the proven phone fits),
    none (an ID number that fits nobody of that name), limited (too many looks).
    """

    name: str
    province: str
    born: str = ""
    id_number: str = ""


@dataclass(frozen=True, slots=True)
class SendOtp:
    """Send a one-time code to the registered phone of the case, or pretend to, in the same words and time.

    Outcomes: sent (facts link, until), wait (fact seconds), spent (too many for today), off (no SMS here).
    """

    case: str


@dataclass(frozen=True, slots=True)
class CheckOtp:
    """Compare a code typed on the secure page; counts the attempt first.

    Outcomes: record (all facts), wrong (fact left), expired, spent.
    """

    case: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProvePhone:
    """The channel vouches for this phone as the person's own. Outcomes: record (all facts), other."""

    case: str
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoadDossier:
    """The person's registration checklist.

    Outcomes: none, open (facts who, platform, code_known, done, record_name, record_code, number, sent_on).
    """


@dataclass(frozen=True, slots=True)
class StartDossier:
    """Begin (or begin anew) the checklist. Outcome: open (facts as LoadDossier).

    `name` and `code` come from a look-up just made, "" otherwise.
    """

    who: str
    platform: str
    code_known: bool
    name: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    number: str = ""  # of a declaration already sent, "" none
    sent_on: str = ""  # ISO date
    done: tuple[str, ...] = ()  # items ticked at once


@dataclass(frozen=True, slots=True)
class KeepSubmission:
    """The declaration was sent: its dossier number and day (ISO date), and the items that are done with it.

    Outcomes: open (facts as LoadDossier), none (there is no checklist yet).
    """

    number: str
    sent_on: str
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkItems:
    """Tick or untick items. Outcomes: open, finished (facts as LoadDossier)."""

    items: tuple[str, ...]
    done: bool
    needed: tuple[str, ...] = ()  # the required items of this variant: all ticked means finished


@dataclass(frozen=True, slots=True)
class LoadMyData:
    """What is kept about the person. Outcomes: nothing, something (facts purposes, dossier, phone, topics, letters)."""


@dataclass(frozen=True, slots=True)
class ExportMyData:
    """A one-time page from which the person takes everything kept along. Outcome: ready (facts link, until)."""


@dataclass(frozen=True, slots=True)
class EraseMyData:
    """Take all consent back; erase dossier, proven phone, tickets, topics, and what still waits to be said. Outcome: erased."""


@dataclass(frozen=True, slots=True)
class CheckTicket:
    """Does this conversation wait for an officer? Outcomes: none, waiting (facts ticket_number, ticket_ahead)."""


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Ask for an officer, with what the summary card says; all masked but `want`, the person's own words.

    Outcomes: opened, already (facts ticket_number, ticket_ahead: how many wait before).
    """

    want: str = field(default="", repr=False)
    place: str = ""
    failed: str = ""
    who: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """The person needs no officer any more. Outcome: left."""


@dataclass(frozen=True, slots=True)
class LoadNotices:
    """Which notices the person wants. Outcomes: off, on (fact topics, ids with spaces between)."""


@dataclass(frozen=True, slots=True)
class SetTopics:
    """The person wants notices on these topics. Outcome: kept (fact topics)."""

    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StopNotices:
    """No notices any more, at once: those on their way are withdrawn. Outcomes: stopped, nothing."""


@dataclass(frozen=True, slots=True)
class ForgetMessage:
    """Delete the message just received where the channel can; it is not kept anywhere. Not awaited."""

    why: str  # "otp" or "password"


@dataclass(frozen=True, slots=True)
class NoteMiss:
    """Count a text that was not understood: folded words without digits, unknown ones as "…". Not awaited."""

    words: str


Effect = (
    CheckConsent
    | GiveConsent
    | FindPeople
    | SendOtp
    | CheckOtp
    | ProvePhone
    | LoadDossier
    | StartDossier
    | KeepSubmission
    | MarkItems
    | LoadMyData
    | ExportMyData
    | EraseMyData
    | CheckTicket
    | OpenTicket
    | LeaveQueue
    | LoadNotices
    | SetTopics
    | StopNotices
    | ForgetMessage
    | NoteMiss
)

# The outcomes each awaited effect can have: the flows' tables are checked against these.
OUTCOMES: Mapping[type[Effect], frozenset[str]] = {
    CheckConsent: frozenset({"given", "missing"}),
    GiveConsent: frozenset({"kept"}),
    FindPeople: frozenset({"found", "verify", "record", "none", "limited"}),
    SendOtp: frozenset({"sent", "wait", "spent", "off"}),
    CheckOtp: frozenset({"record", "wrong", "expired", "spent"}),
    ProvePhone: frozenset({"record", "other"}),
    LoadDossier: frozenset({"none", "open"}),
    StartDossier: frozenset({"open"}),
    KeepSubmission: frozenset({"open", "none"}),
    MarkItems: frozenset({"open", "finished"}),
    LoadMyData: frozenset({"nothing", "something"}),
    ExportMyData: frozenset({"ready"}),
    EraseMyData: frozenset({"erased"}),
    CheckTicket: frozenset({"none", "waiting"}),
    OpenTicket: frozenset({"opened", "already"}),
    LeaveQueue: frozenset({"left"}),
    LoadNotices: frozenset({"off", "on"}),
    SetTopics: frozenset({"kept"}),
    StopNotices: frozenset({"stopped", "nothing"}),
}


@dataclass(frozen=True, slots=True)
class EffectResult:
    """What the world says to an awaited effect: one of its OUTCOMES, and facts to keep among the answers."""

    outcome: str
    facts: Mapping[str, Any] = field(default_factory=dict)
