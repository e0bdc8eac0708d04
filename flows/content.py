"""What the assistant knows, as frozen values. Rule: `data/` makes them, flows only read them; no fact lives in code."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.hours import Hours


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from, as it is named to a person."""

    id: str
    title: str  # "công văn 416/BHXH-TT&PTĐT ngày 19/4/2021"
    short: str  # "theo công văn 416, 4/2021"
    valid_from: str  # ISO date
    valid_to: str | None
    last_verified: str  # ISO date


@dataclass(frozen=True, slots=True)
class Contact:
    """One named person of the appendix, or a registration helper."""

    id: str  # stable, ASCII: "nguyen-tuan-hai"
    name: str  # as shown: "Nguyễn Tuấn Hải"; a helper with no full name: "Diễm"
    phone: str  # ten digits, "0918055455"
    department: str  # Department.id, "" when the letter names none
    blocks: tuple[str, ...]  # Block.id
    helper: bool = False  # receives names and codes for registration
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A kind of organisation, as the appendix groups them."""

    id: str  # "truong-hoc"
    name: str  # "Trường học"
    row: int  # row of the appendix, 1..5
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Department:
    id: str  # "phong-cntt"
    name: str  # "Phòng CNTT"
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A kind of asker whom the appendix gives nobody: the default way is offered, never a guess."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    contacts: tuple[Contact, ...]  # appendix order, then helpers that are not in it
    blocks: tuple[Block, ...]
    departments: tuple[Department, ...]
    gaps: tuple[Gap, ...]
    source: Source
    helpers_aliases: tuple[str, ...] = ()  # phrases that ask for the registration helpers as a group
    short_forms: tuple[tuple[str, ...], ...] = ()  # ways to write the same words: ("UBND", "ủy ban nhân dân")
    places: tuple[str, ...] = ()  # where an organisation is; says nothing about its kind
    trades: tuple[str, ...] = ()  # lines of business that follow a kind of organisation
    own_names: tuple[str, ...] = ()  # of organisations, communes and wards: follow a kind of organisation too
    passing: tuple[str, ...] = ()  # words of this office's business that say nothing about who is meant

    def contact(self, contact_id: str) -> Contact | None:
        """The contact with this id, or None."""
        return next((c for c in self.contacts if c.id == contact_id), None)

    def block(self, block_id: str) -> Block | None:
        """The block with this id, or None."""
        return next((b for b in self.blocks if b.id == block_id), None)

    def department(self, department_id: str) -> Department | None:
        """The department with this id, or None."""
        return next((d for d in self.departments if d.id == department_id), None)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the registration checklist. `id` is the letter's key (a field) or step number ("b3.7")."""

    id: str
    step: str  # "b1".."b4"
    title: str  # short, starts with a verb
    help: str  # how to do it, one or two sentences
    required: bool = True
    who: tuple[str, ...] = ("employee", "individual", "child")
    platforms: tuple[str, ...] = ("android", "ios")
    only_without_code: bool = False  # part of step b2: skipped when the code is known
    note: str = ""  # what has changed since the letter, said with its source


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the letter's four steps."""

    id: str  # "b1".."b4"
    title: str


@dataclass(frozen=True, slots=True)
class Checklist:
    stages: tuple[Stage, ...]
    items: tuple[Item, ...]
    source: Source

    def for_whom(self, who: str, platform: str, code_known: bool) -> tuple[Item, ...]:
        """The items of one variant, in order."""
        return tuple(
            i
            for i in self.items
            if who in i.who and platform in i.platforms and not (code_known and i.only_without_code)
        )


@dataclass(frozen=True, slots=True)
class Province:
    code: str  # the BHXH prefix of 2021, two digits: "87"
    name: str  # "Đồng Tháp"
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen of VssID in the password guide."""

    id: str
    text: str  # what to do there
    trouble: str  # what to try when it looks different


@dataclass(frozen=True, slots=True)
class Trouble:
    """A way out of a password problem."""

    id: str
    title: str
    text: str
    source: Source
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PasswordGuide:
    screens: tuple[Screen, ...]
    sms_wording: str  # what VssID's OTP message says, OTP replaced by dots
    sms_why: str  # why it says "cap lai" although one is changing
    otp_minutes: int
    otp_digits: int
    troubles: tuple[Trouble, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Office:
    """How to reach people when the assistant cannot help."""

    name: str  # "BHXH tỉnh Đồng Tháp"
    hotline: str  # "1900 9068"
    portal: str
    nearest: str  # one sentence: the nearest office
    hours: Hours = field(default_factory=Hours)


@dataclass(frozen=True, slots=True)
class Route:
    """Wordings that start a flow when typed freely."""

    flow: str
    label: str  # how the flow is called on the menu
    phrases: tuple[str, ...]  # without diacritics, lower case


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a turn may know beforehand."""

    version: str
    office: Office
    directory: Directory
    checklist: Checklist
    provinces: tuple[Province, ...]
    password: PasswordGuide
    routes: tuple[Route, ...]
    receiving_agency: str = ""
    working_days: int = 10
    sources: dict[str, Source] = field(default_factory=dict)
