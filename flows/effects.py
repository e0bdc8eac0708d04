"""What a conversation may ask of the data, one class an effect. A step names the class in `steps.call`; data/effects/ has its handler.

To add one: its class here, with its outcomes, and its handler in a file of data/effects/. Both are checked: a step without
a way on for an outcome cannot be imported, an effect without a handler stops the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from flows.content import Content
from flows.paper import Kind, Paper


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
class LoadDossier(Effect, outcomes=("none", "open", "several")):
    """A registration of this person's: the one with this id, or the only one.

    open: facts dossier (its id), who, platform, code_known, label, done, number, sent_on, stage, record_name, record_code,
    dossiers. several: fact dossiers, as [id, label, who]. All: fact consent, "1" where it was given.
    """

    dossier: str = ""


KEPT_THEN = (
    *("list", "who", "platform", "sent_on", "consent", "deadline", "handed_in", "finished"),
    "full",
)


@dataclass(frozen=True, slots=True)
class KeepDossier(Effect, outcomes=KEPT_THEN):
    """Keep a registration as the conversation knows it, where the person agreed to it; plan and withdraw its reminders.

    The outcome is `then`, whether it is kept or not; "full" when the person has too many. Kept: facts as LoadDossier.
    Not kept: fact done. `reminders` are (kind, seconds since 1970); () withdraws them all.
    """

    then: str
    dossier: str  # "" for a new one
    who: str
    platform: str
    code_known: bool
    label: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    number: str = ""
    sent_on: str = ""  # ISO date
    stage: str = "open"
    done: tuple[str, ...] = ()  # as the conversation knows it
    tick: tuple[str, ...] = ()
    untick: tuple[str, ...] = ()
    anew: bool = False  # nothing that was ticked before counts
    refused: bool = False  # consent was just refused: fact refused
    reminders: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class PutOffReminder(Effect, outcomes=("put_off", "late", "none")):
    """The next reminder of this dossier is at `due`, seconds since 1970.

    late: that is after `latest`, when its deadline is over. none: nothing is kept to be reminded of.
    """

    dossier: str
    due: float
    latest: float


@dataclass(frozen=True, slots=True)
class StopReminders(Effect, outcomes=("stopped", "none")):
    """No reminder any more: of this dossier, or of all. none: none was planned."""

    dossier: str = ""


@dataclass(frozen=True, slots=True)
class PreparePaper(Effect, outcomes=("known", "undated", "whose")):
    """What a paper of this kind needs to know of the person's dossier; `who` and `sent_on` are what the conversation knows.

    known, undated (the day of sending is not known): facts who, number, sent_on, record_name, as far as they are there.
    whose: there is no dossier, and it is not known for whom it would be.
    """

    kind: Kind
    who: str = ""
    sent_on: str = ""


@dataclass(frozen=True, slots=True)
class KeepPaper(Effect, outcomes=("kept", "limited")):
    """Keep a paper sealed for some days, so that a link leads to it. kept: fact link. limited: too many today.

    `tally`: the material that is counted once more, "" for none.
    """

    paper: Paper = field(repr=False)
    tally: str = ""


@dataclass(frozen=True, slots=True)
class FindPoster(Effect, outcomes=("known", "unknown")):
    """The poster of a code; `counts`: who came by it is counted. known: facts poster_name, poster_kind, poster_commune ("" for none)."""

    code: str
    counts: bool


@dataclass(frozen=True, slots=True)
class LoadUnit(Effect, outcomes=("none", "one", "several")):
    """The unit of which this person is the contact: the one with this id, or the only one.

    one: facts unit (its id), unit_name, unit_kind, unit_code, unit_links, unit_counts (state -> people), and with `lines` so many
    unit_lines, [name, how far], the latest first. several: fact units, as [id, name].
    """

    content: Content = field(repr=False)
    unit: str = ""
    lines: int = 0


@dataclass(frozen=True, slots=True)
class RegisterUnit(Effect, outcomes=("one", "full", "limited")):
    """This person is the contact of a unit. one: as LoadUnit. full: of too many; limited: too many made today."""

    content: Content = field(repr=False)
    name: str
    kind: str  # Block.id, "" for another


@dataclass(frozen=True, slots=True)
class OpenUnitPage(Effect, outcomes=("ready", "none", "limited")):
    """A page on which the contact sees everybody and takes the list along; facts link, until."""

    unit: str


@dataclass(frozen=True, slots=True)
class RemindUnit(Effect, outcomes=("reminded", "none")):
    """Remind everybody of the unit who is late, at most once a day.

    Facts unit_reminded, unit_earlier (reminded today already), unit_silent (want no reminder): how many.
    """

    content: Content = field(repr=False)
    unit: str


@dataclass(frozen=True, slots=True)
class DropUnit(Effect, outcomes=("dropped", "none")):
    """The unit is no more: nobody of it is seen."""

    unit: str


@dataclass(frozen=True, slots=True)
class FindUnit(Effect, outcomes=("found", "joined", "unknown", "full", "limited")):
    """The unit whose code this is. found, joined: facts unit_name, unit_kind; known_name, known_code of the person's dossier."""

    code: str


@dataclass(frozen=True, slots=True)
class JoinUnit(Effect, outcomes=("joined", "unknown", "full")):
    """The person agreed that the contact of this unit sees their step."""

    unit_code: str
    name: str = field(repr=False)
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LeaveUnits(Effect, outcomes=("left", "none")):
    """No unit sees this person's step any more; fact unit_names."""


@dataclass(frozen=True, slots=True)
class SilenceUnits(Effect, outcomes=("silent", "none")):
    """No unit may have this person reminded any more; it still sees their step."""


@dataclass(frozen=True, slots=True)
class LoadMyData(Effect, outcomes=("nothing", "something")):
    """What is kept about the person. something: facts purposes, dossier, phone, shares, may_share, topics, letters, petitions,
    papers, waiting, units (whose contact they are), seen_by (units that see their step)."""


@dataclass(frozen=True, slots=True)
class ExportMyData(Effect, outcomes=("ready",)):
    """A one-time page from which the person takes everything kept along; facts link, until."""


@dataclass(frozen=True, slots=True)
class EraseMyData(Effect, outcomes=("erased",)):
    """Take all consent back; erase dossier, proven phone, tickets, petitions, papers, topics, and what still waits to be said."""


@dataclass(frozen=True, slots=True)
class ShareDossier(Effect, outcomes=("linked", "waiting", "unproven", "never_here")):
    """The proven phone is one's own, and the dossier is to go on at other channels.

    waiting: nobody there has said so yet; never_here: on this channel anybody may have any number of conversations.
    """


@dataclass(frozen=True, slots=True)
class CheckTicket(Effect, outcomes=("none", "waiting")):
    """Does this conversation wait for an officer? waiting: facts as of OpenTicket."""


@dataclass(frozen=True, slots=True)
class OpenTicket(Effect, outcomes=("opened", "already")):
    """Ask for an officer, with what the summary card says; all masked but `want`, the person's own words.

    Facts ticket_number; ticket_ahead: how many wait before; ticket_minutes: about how long, "" unknown; ticket_earlier: the number
    of the person's ticket before this one, "" none.
    """

    want: str = field(default="", repr=False)
    place: str = ""
    failed: str = ""
    who: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RateTicket(Effect, outcomes=("rated", "none")):
    """What the person thinks of the ticket that an officer answered and that ended last: `stars`, 1 to 5."""

    stars: int


@dataclass(frozen=True, slots=True)
class ReopenTicket(Effect, outcomes=("reopened", "none", "waiting")):
    """The ticket that ended last waits again. waiting: there is an open one. Facts as of OpenTicket."""


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
