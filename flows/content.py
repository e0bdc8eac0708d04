"""What the assistant knows, as frozen values. Rule: `data/` makes them, flows only read them; no fact lives in code."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from flows.calendar.office_hours import Hours
from flows.calendar.working_days import Calendar
from flows.materials import Library
from flows.paper import HandingIn
from flows.places import KnownPlaces
from flows.text.normalise import plain


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
    weights: bytes = field(
        default=b"", repr=False
    )  # a file that `flows.directory.messages.meaning` reads; without it only short queries are read

    def contact(self, contact_id: str) -> Contact | None:
        """The contact with this id, or None."""
        return next((c for c in self.contacts if c.id == contact_id), None)

    def block(self, block_id: str) -> Block | None:
        """The block with this id, or None."""
        return next((b for b in self.blocks if b.id == block_id), None)

    def department(self, department_id: str) -> Department | None:
        """The department with this id, or None."""
        return next((d for d in self.departments if d.id == department_id), None)


WHO = ("employee", "individual", "child", "pensioner", "officer")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the registration checklist. `id` is the letter's key (a field) or step number ("b3.7")."""

    id: str
    step: str  # "b1".."b4"
    title: str  # short, starts with a verb
    help: str  # how to do it, one or two sentences
    required: bool = True
    who: tuple[str, ...] = WHO
    platforms: tuple[str, ...] = ("android", "ios")
    only_without_code: bool = False  # part of step b2: skipped when the code is known
    note: str = ""  # what has changed since the letter, said with its source
    group: str = ""  # Group.id: what is done on the same screen


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the letter's four steps."""

    id: str  # "b1".."b4"
    title: str
    short: str = ""  # how it is named as a source: "theo công văn 416, Bước 3, 4/2021"


@dataclass(frozen=True, slots=True)
class Group:
    """What is done on one screen, or in one go: shown and numbered as one thing."""

    id: str
    title: str
    help: str = ""  # said before its items


@dataclass(frozen=True, slots=True)
class Task:
    """A group with the items that it has in one variant; at least one."""

    group: Group
    items: tuple[Item, ...]

    @property
    def id(self) -> str:
        return self.group.id

    @property
    def title(self) -> str:
        """Of the only item, else of the group."""
        return self.items[0].title if len(self.items) == 1 else self.group.title

    def is_done(self, done: Collection[str]) -> bool:
        """Whether everything that is required, or all where nothing is, was ticked."""
        needed = [i.id for i in self.items if i.required] or [i.id for i in self.items]
        return all(i in done for i in needed)


@dataclass(frozen=True, slots=True)
class Checklist:
    stages: tuple[Stage, ...]
    items: tuple[Item, ...]
    source: Source
    groups: tuple[Group, ...] = ()

    def tasks(self, who: str, platform: str, code_known: bool) -> tuple[Task, ...]:
        """The items of one variant as they are shown: by group, in the order of the groups."""
        items = self.for_whom(who, platform, code_known)
        found = (Task(g, tuple(i for i in items if i.group == g.id)) for g in self.groups)
        return tuple(task for task in found if task.items)

    def for_whom(self, who: str, platform: str, code_known: bool) -> tuple[Item, ...]:
        """The items of one variant, in order."""
        return tuple(
            i
            for i in self.items
            if who in i.who and platform in i.platforms and not (code_known and i.only_without_code)
        )


@dataclass(frozen=True, slots=True)
class Province:
    code: str  # the BHXH prefix of 2021, two digits
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
class PasswordAnswer:
    """What is said to a question that comes up beside the screens; `id` is a topic of spoken/password_topics.py."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class PasswordGuide:
    screens: tuple[Screen, ...]
    sms_wording: str  # what VssID's OTP message says, OTP replaced by dots
    sms_why: str  # why it says "cap lai" although one is changing
    otp_minutes: int
    otp_digits: int
    troubles: tuple[Trouble, ...]
    source: Source
    answers: tuple[PasswordAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands around an official letter of the office; its number, day and signature are left to people."""

    parent: str = ""  # the agency above
    issuer: str = ""  # the office's whole name
    symbol: str = ""  # behind the number
    place: str = ""
    to: str = ""
    copies: tuple[str, ...] = ()
    signer: str = ""  # the title of who signs


@dataclass(frozen=True, slots=True)
class Office:
    """How to reach people when the assistant cannot help."""

    name: str  # "BHXH tỉnh Đồng Tháp"
    hotline: str  # as people read it, with its space
    portal: str
    nearest: str  # one sentence: the nearest office
    hours: Hours = field(default_factory=Hours)
    provinces: tuple[str, ...] = ("",)  # the code of its province, then those of provinces merged into it
    letterhead: Letterhead = Letterhead()

    @property
    def province(self) -> str:
        return self.provinces[0]

    @property
    def hotline_digits(self) -> str:
        return self.hotline.replace(" ", "")

    def same_province(self, code: str) -> tuple[str, ...]:
        """The codes under which the registry may hold people of this province; () for no code."""
        return self.provinces if code in self.provinces else (code,) if code else ()


@dataclass(frozen=True, slots=True)
class Route:
    """Wordings that start a flow when typed freely."""

    flow: str
    label: str  # how the flow is called on the menu
    phrases: tuple[str, ...]  # without diacritics, lower case
    reads_opening: bool = False  # as its flow declares: its first question may be answered by these words


TOPICS = (
    *("chao_hoi", "gioi_thieu_vssid", "cai_dat_app", "tra_cuu_ma_so", "dang_ky_tai_khoan", "dang_ky_cho_con"),
    *("loi_dang_ky", "chon_co_quan_tiep_nhan", "nop_to_khai", "trang_thai_ho_so", "dang_nhap_loi"),
    *(
        "dang_nhap_vneid",
        "quen_mat_khau",
        "doi_mat_khau",
        "otp",
        "doi_sdt_email",
        "sua_thong_tin",
        "the_bhyt",
    ),
    *("qua_trinh_tham_gia", "thong_tin_huong_kcb", "tra_cuu_tien_ich", "hoi_chinh_sach", "lien_he_dau_moi"),
    *("gap_nhan_vien", "phan_anh_kien_nghi", "lua_dao_bao_mat", "thay_doi_sap_nhap", "chien_dich_tai_lieu"),
    *("quan_ly_tin_nhan", "gui_thong_tin_nhay_cam", "ngoai_pham_vi", "khong_ro"),
)
NOT_ASKED = frozenset({"ngoai_pham_vi", "khong_ro"})  # topics of texts that ask nothing we answer
SMALL_TALK = frozenset({"chao_hoi", *NOT_ASKED})  # answered without naming a source
QUESTION_OPENS = ("", "asked", "wanted")
QUESTION_STATUSES = ("confirmed", "reported", "superseded")


@dataclass(frozen=True, slots=True)
class Question:
    """One item of what the assistant can answer, as its file in data/content/questions gives it."""

    id: str  # "quen-mat-khau"
    topic: str  # one of TOPICS
    titles: tuple[str, ...]  # the first is a button
    faq: tuple[int, ...]  # numbers of the frequently asked questions it answers
    source: Source
    valid_from: str  # ISO date
    valid_to: str | None
    last_verified: str  # ISO date
    replaces: str  # what it replaces, "" nothing
    status: (
        str  # confirmed; reported: no text confirms it; superseded: it names guidance that no longer holds
    )
    next: str  # the flow to offer, "" none
    opens: str  # when that flow begins at once: "asked" always, "wanted" when worded as a wish, "" never
    wordings: tuple[str, ...]
    answer: str
    short: str = ""  # one sentence, for the second telling; "" none

    @property
    def title(self) -> str:
        """How the question is called on a button."""
        return self.titles[0]


@dataclass(frozen=True, eq=False)  # compared by identity: the recogniser is made once for each
class Questions:
    """Every item, and the weights trained from them: a file that `flows.understanding.question_model.unpacked` reads."""

    items: tuple[Question, ...]
    weights: bytes = field(repr=False)

    def item(self, item_id: str) -> Question | None:
        """The item with this id, or None."""
        return next((q for q in self.items if q.id == item_id), None)


@dataclass(frozen=True, slots=True)
class StaffWeights:
    """The files of the two trained models that staff's words are read with."""

    secrets: bytes = field(repr=False)  # where a secret stands (flows/secrets/classifier.py)
    asking: bytes = field(repr=False)  # whether one is asked for (flows/secrets/asking.py)


@dataclass(frozen=True, slots=True)
class OfficialAddress:
    host: str  # "dichvucong.baohiemxahoi.gov.vn"
    name: str  # as it is named to a person


@dataclass(frozen=True, slots=True)
class OfficialNumber:
    digits: str  # "02437899999"
    shown: str  # as people read it
    name: str


@dataclass(frozen=True, slots=True)
class OfficialFacts:
    """Which addresses and numbers are known to be true, and what false addresses look like."""

    addresses: tuple[OfficialAddress, ...]
    numbers: tuple[OfficialNumber, ...]
    source: str  # Source.id
    stores: tuple[str, ...]  # hosts of the two app stores
    state: str  # the ending that only state agencies get: "gov.vn"
    marks: tuple[str, ...]  # folded words that false addresses borrow
    shorteners: tuple[str, ...]  # hosts
    everyday: tuple[str, ...]  # hosts that say nothing: mailboxes


@dataclass(frozen=True)
class Content:
    """Everything a turn may know beforehand."""

    version: str
    office: Office
    directory: Directory
    checklist: Checklist
    provinces: tuple[Province, ...]
    password: PasswordGuide
    routes: tuple[Route, ...]
    questions: Questions
    secret_weights: bytes = field(repr=False)  # a file that `flows.secrets.classifier.classifier` reads
    asking_weights: bytes = field(repr=False)  # a file that `flows.secrets.asking` reads
    answer_weights: bytes = field(repr=False)  # a file that `flows.understanding.answers.trained` reads
    acts_weights: bytes = field(repr=False)  # a file that `flows.understanding.acts` reads
    follow_weights: bytes = field(repr=False)  # a file that `flows.understanding.follow_ups` reads
    scam_weights: bytes = field(repr=False)  # a file that `flows.scams.recogniser` reads
    official: OfficialFacts
    library: Library  # materials of the campaign, and the words of posters
    accounts: str = "guide"  # where passwords are changed: guide (in VssID alone), local or http (here, too)
    otp_minutes: int = 5  # how long a code of ours lasts
    otp_resend_seconds: int = 60  # before another one is sent
    receiving_agency: str = ""
    working_days: int = 10
    calendar: Calendar = field(default_factory=Calendar)
    sources: dict[str, Source] = field(default_factory=dict)
    portrait_bytes: int = 3_000_000  # of a portrait that is looked at; the letter: "3Mb"
    handing_in: tuple[HandingIn, ...] = ()
    places: KnownPlaces = field(default_factory=KnownPlaces)

    def handing_in_of(self, who: str) -> HandingIn:
        """What this kind of person brings where; of somebody of whom nothing is known, as of a free individual."""
        found = {one.who: one for one in self.handing_in}
        return found.get(who) or found["individual"]

    @cached_property
    def province_names(self) -> dict[str, Province]:
        """Provinces by folded name and alias; the first province of a name keeps it."""
        return {name: p for p in reversed(self.provinces) for name in (plain(p.name), *p.aliases)}

    @property
    def changes_passwords(self) -> bool:
        """Whether passwords are changed here, and not in VssID alone."""
        return self.accounts != "guide"

    @property
    def staff_weights(self) -> StaffWeights:
        """What staff's words are read with before they leave."""
        return StaffWeights(self.secret_weights, self.asking_weights)
