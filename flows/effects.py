"""What a conversation may ask of the data, one class an effect. A step names the class in `steps.call`; data/effects/ has its handler.

To add one: its class here, with its outcomes, and its handler in a file of data/effects/. Both are checked: a step without
a way on for an outcome cannot be imported, an effect without a handler stops the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


class Effect:
    """An effect declares its outcomes; one without outcomes is not awaited. `about_people`: the result depends on who is
    in the registry, so the turn is answered only after the constant-time delay."""

    __slots__ = ()
    outcomes: ClassVar[frozenset[str]] = frozenset()
    about_people: ClassVar[bool] = False

    def __init_subclass__(cls, *, outcomes: Iterable[str] = (), about_people: bool = False) -> None:
        if "outcomes" not in vars(cls):  # slots=True makes the class a second time, without these arguments
            cls.outcomes, cls.about_people = frozenset(outcomes), about_people


@dataclass(frozen=True, slots=True)
class EffectResult:
    """How an awaited effect came out: one of its outcomes, and facts to keep among the answers (None drops one)."""

    outcome: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def awaited_effects() -> list[type[Effect]]:
    """The effects of this module that have outcomes: each needs a handler."""
    classes = (c for c in globals().values() if isinstance(c, type) and issubclass(c, Effect))
    return [c for c in classes if c.outcomes]


@dataclass(frozen=True, slots=True)
class CheckConsent(Effect, outcomes=("given", "missing")):
    """Has this person agreed to `purpose`?"""

    purpose: str


@dataclass(frozen=True, slots=True)
class GiveConsent(Effect, outcomes=("kept",)):
    """Record that the person agreed, to which wording."""

    purpose: str
    wording: str


@dataclass(frozen=True, slots=True)
class FindPeople(Effect, outcomes=("found", "verify", "record", "none", "limited"), about_people=True):
    """Look somebody up in the registry under the disclosure rules.

    Exactly one of `born` ("17/01/1983" or "1983") and `id_number` (9 or 12 digits) is set. `province` is a two-digit
    prefix. found: facts name, code. verify: fact case. record: all facts; the proven phone fits.
    none: an ID number that fits nobody of that name; verify instead of found and none where no such answer is left.
    limited: too many looks; facts pause_of (conversation, source or all), seconds.
    """

    name: str
    province: str
    born: str = ""
    id_number: str = ""


@dataclass(frozen=True, slots=True)
class SendOtp(Effect, outcomes=("sent", "wait", "paused", "spent", "off"), about_people=True):
    """Send a one-time code to the registered phone of the case, or pretend to, in the same words and time.

    sent: facts link, until. wait: this question was asked just now; fact seconds. paused: the source, or all together,
    asked too often; facts pause_of, seconds. spent: too many for today. off: no SMS here.
    """

    case: str


@dataclass(frozen=True, slots=True)
class CheckOtp(Effect, outcomes=("record", "wrong", "expired", "paused", "spent"), about_people=True):
    """Compare a code typed on the secure page; counts the attempt first. record: all facts. wrong: fact left.

    paused: as SendOtp; nothing was compared.
    """

    case: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProvePhone(Effect, outcomes=("record", "other"), about_people=True):
    """The channel vouches for this phone as the person's own. record: all facts."""

    case: str
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProveOwnPhone(Effect, outcomes=("proven",)):
    """The channel vouches for this phone as the person's own; whose record it belongs to is not looked up."""

    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenPasswordPage(Effect, outcomes=("ready", "unproven", "paused", "spent", "off")):
    """A secure page on which the password of an account is changed; whether there is one is not looked up.

    `purpose`: change (the old one is typed there) or forgotten (the phone is proven in the chat; unproven: it is not).
    ready: facts change, link, until. paused: facts pause_of, seconds. off: no SMS here.
    """

    purpose: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResendPasswordCode(Effect, outcomes=("sent", "wait", "paused", "spent", "over"), about_people=True):
    """Another code for a change that waits for one. sent: facts until, phone. wait, paused: as SendOtp. over: it waits for none."""

    change: str


@dataclass(frozen=True, slots=True)
class CheckPasswordChange(Effect, outcomes=("open", "code", "working", "done", "refused", "unclear", "over")):
    """What has become of a change: as the database says it, not as the page was last heard of."""

    change: str


@dataclass(frozen=True, slots=True)
class LoadDossier(Effect, outcomes=("none", "open")):
    """The person's registration checklist.

    open: facts who, platform, code_known, done, record_name, record_code, number, sent_on.
    """


@dataclass(frozen=True, slots=True)
class StartDossier(Effect, outcomes=("open",)):
    """Begin (or begin anew) the checklist; facts as LoadDossier.

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
class KeepSubmission(Effect, outcomes=("open", "none")):
    """The declaration was sent: its dossier number and day (ISO date), and the items that are done with it.

    open: facts as LoadDossier. none: there is no checklist yet.
    """

    number: str
    sent_on: str
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkItems(Effect, outcomes=("open", "finished")):
    """Tick or untick items; facts as LoadDossier."""

    items: tuple[str, ...]
    done: bool
    needed: tuple[str, ...] = ()  # the required items of this variant: all ticked means finished


@dataclass(frozen=True, slots=True)
class LoadMyData(Effect, outcomes=("nothing", "something")):
    """What is kept about the person. something: facts purposes, dossier, phone, shares, may_share, topics, letters, petitions,
    waiting."""


@dataclass(frozen=True, slots=True)
class ExportMyData(Effect, outcomes=("ready",)):
    """A one-time page from which the person takes everything kept along; facts link, until."""


@dataclass(frozen=True, slots=True)
class EraseMyData(Effect, outcomes=("erased",)):
    """Take all consent back; erase dossier, proven phone, tickets, petitions, topics, and what still waits to be said."""


@dataclass(frozen=True, slots=True)
class ShareDossier(Effect, outcomes=("linked", "waiting", "unproven", "never_here")):
    """The proven phone is one's own, and the dossier is to go on at other channels.

    waiting: nobody there has said so yet; never_here: on this channel anybody may have any number of conversations.
    """


@dataclass(frozen=True, slots=True)
class CheckTicket(Effect, outcomes=("none", "waiting")):
    """Does this conversation wait for an officer? waiting: facts ticket_number, ticket_ahead."""


@dataclass(frozen=True, slots=True)
class OpenTicket(Effect, outcomes=("opened", "already")):
    """Ask for an officer, with what the summary card says; all masked but `want`, the person's own words.

    Facts ticket_number, ticket_ahead: how many wait before.
    """

    want: str = field(default="", repr=False)
    place: str = ""
    failed: str = ""
    who: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LeaveQueue(Effect, outcomes=("left",)):
    """The person needs no officer any more."""


@dataclass(frozen=True, slots=True)
class LoadNotices(Effect, outcomes=("off", "on")):
    """Which notices the person wants. on: fact topics, ids with spaces between."""


@dataclass(frozen=True, slots=True)
class SetTopics(Effect, outcomes=("kept",)):
    """The person wants notices on these topics; fact topics."""

    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StopNotices(Effect, outcomes=("stopped", "nothing")):
    """No notices any more, at once: those on their way are withdrawn."""


@dataclass(frozen=True, slots=True)
class ForgetMessage(Effect):
    """Delete the message just received where the channel can; it is not kept anywhere."""

    why: str  # "otp" or "password"


@dataclass(frozen=True, slots=True)
class NoteMiss(Effect):
    """Count a text that was not understood: folded words without digits, unknown ones as "…"."""

    words: str


@dataclass(frozen=True, slots=True)
class ReportScam(Effect, outcomes=("kept", "limited")):
    """Count a scam that somebody met, for staff. `subject`: a host or digits, of which only a mask is kept; "" for neither.

    limited: this conversation, its source or all together have reported enough today.
    """

    thing: str  # link, phone, account or message
    subject: str = field(default="", repr=False)
    signs: tuple[str, ...] = ()  # keys of flows/scams/checks.py REASONS


@dataclass(frozen=True, slots=True)
class SendPetition(Effect, outcomes=("sent", "limited")):
    """Keep a petition for the office. sent: facts petition (its number), petition_due (ISO date).

    limited: this conversation, its source or all together have sent enough today.
    """

    text: str = field(repr=False)
    category: str


@dataclass(frozen=True, slots=True)
class FindPetition(Effect, outcomes=("found", "none", "unproven", "wrong", "limited")):
    """What became of a petition. `number` "": the newest of this conversation or person.

    found: facts petition, petition_state, petition_due, petition_sent (ISO dates), petition_own ("1" when it is theirs), and of
    their own petition_answer. none: they sent none. unproven: it is not known to be theirs, and no phone was told. wrong: number
    and phone do not belong together. limited: too many tries.
    """

    number: str = ""
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ExtendPetition(Effect, outcomes=("kept", "closed", "none")):
    """More about one's own petition, `number` "": the newest. closed: nobody works on it any more. kept, closed: fact petition."""

    number: str = ""
    text: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class WithdrawPetition(Effect, outcomes=("withdrawn", "closed", "none")):
    """Take one's own petition back, `number` "": the newest. withdrawn, closed: fact petition."""

    number: str = ""
