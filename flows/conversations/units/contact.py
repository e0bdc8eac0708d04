"""Đơn vị của tôi: the unit's officer registers as its contact, gets one link for everybody, sees who is how far, has the late reminded.

Invariant: whose unit it is is looked up in the turn that tells of it; names of employees are said and not kept in the conversation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from flows.content import Content
from flows.conversations.consent import consent_steps
from flows.conversations.units.speech import contact_reads
from flows.conversations.units.standing import CALLED
from flows.effects import DropUnit, KeepPaper, LoadUnit, OpenUnitPage, RegisterUnit, RemindUnit
from flows.engine.events import Event, Said
from flows.engine.steps import AGAIN, Choice, Context, Flow, Parsed, Reply, Step, ask, call, choose, end, show
from flows.entries import UNIT_WORDS
from flows.paper import Paper, Section
from flows.text.addresses import hosts_in
from flows.text.normalise import clean, plain

PURPOSE = "unit"
WORDING = (
    "Để lập danh sách đơn vị, tôi lưu tên và loại đơn vị, và việc anh/chị là người theo dõi. Người trong đơn vị mở đường dẫn và đồng ý thì "
    "anh/chị mới thấy họ tên, mã số và việc đăng ký của họ tới đâu; anh/chị chỉ dùng để giúp họ và báo BHXH tỉnh. Xóa lúc nào cũng được "
    "(gõ “dữ liệu của tôi”). Anh/chị có đồng ý không?"
)
SHOWN = 12  # people of whom the chat tells; the page has all
LONGEST_NAME = 80
_DIGITS = re.compile(r"(?:\d[ .-]?){6,}")
_BEFORE_NAME = re.compile(
    r"^(?:(?:dạ|da|thưa|thua)[ ,]+)?(?:(?:tên|ten)?[ ]?(?:đơn vị|don vi|cơ quan|co quan|trường|truong|công ty|cong ty)?"
    r"[ ]?(?:của|cua)?[ ]?(?:tôi|toi|tui|em|mình|minh|chị|chi|anh)?[ ]?(?:tên)?[ ]?(?:là|la|:)[ ]+)?",
    re.IGNORECASE,
)
_ASKED = re.compile(r"\?|\b(?:la gi|la sao|khong|chua|the nao|lam sao|tai sao|de lam gi)$")


def _flow() -> Flow:
    return Flow(
        "unit",
        "Đơn vị của tôi",
        (
            call(
                "load",
                lambda s: LoadUnit(s.content, s.get("unit")),
                LoadUnit,
                transitions={"none": "permission", "one": "home", "several": "which"},
            ),
            *consent_steps(PURPOSE, WORDING, then="name", refused=_refused, told=lambda opening: ("", "")),
            ask(
                "name",
                "Đơn vị của anh/chị tên gì? (Ví dụ: Trường Mầm non Hoa Sen.)",
                label="cho biết tên đơn vị",
                parse=_parse_name,
                hint="Anh/chị viết tên đơn vị, không quá 80 chữ, không kèm số điện thoại hay đường dẫn.",
                takes_any=True,
                transitions={"told": "kind", "again": AGAIN},
            ),
            choose(
                "kind",
                "Đơn vị thuộc loại nào?",
                _kinds,
                label="chọn loại đơn vị",
                transitions={"told": "register"},
            ),
            call(
                "register",
                lambda s: RegisterUnit(s.content, s.get("unit_name"), s.get("unit_kind")),
                RegisterUnit,
                transitions={"one": "registered", "full": "too_many", "limited": "limited"},
            ),
            show("registered", _registered, transitions="poster"),
            choose(
                "which",
                _which_prompt,
                _which,
                label="chọn đơn vị",
                transitions={"chosen": "load"},
            ),
            _rest("home", _home, label="xem đơn vị của mình"),
            _loaded("where", "where_told", lines=SHOWN),
            show("where_told", _where, transitions="forget_names"),
            call(
                "forget_names",
                lambda s: LoadUnit(s.content, s.get("unit")),
                LoadUnit,
                transitions={"none": "nothing", "one": "next", "several": "which"},
            ),
            _rest("next", "Anh/chị muốn làm gì tiếp?", label="xem ai tới đâu"),
            _loaded("invite", "poster"),
            call(
                "poster",
                lambda s: KeepPaper(poster(s)),
                KeepPaper,
                transitions={"kept": "invitation", "limited": "invitation"},
            ),
            show("invitation", _invitation, transitions="invited"),
            _rest("invited", _invited, label="lấy đường dẫn cho đơn vị"),
            _loaded("page", "open_page"),
            call(
                "open_page",
                lambda s: OpenUnitPage(s.get("unit")),
                OpenUnitPage,
                transitions={"ready": "page_open", "none": "nothing", "limited": "limited"},
            ),
            _rest("page_open", _page, label="mở danh sách nộp"),
            _loaded("remind", "press"),
            call(
                "press",
                lambda s: RemindUnit(s.content, s.get("unit")),
                RemindUnit,
                transitions={"reminded": "reminded", "none": "nothing"},
            ),
            _rest("reminded", _reminded, label="nhắc người trễ"),
            _loaded("drop", "dropping"),
            choose(
                "dropping",
                lambda s: (
                    f"Bỏ {s.get('unit_name')}? Đường dẫn hết dùng, anh/chị không còn thấy ai; hồ sơ của từng người thì vẫn là của họ."
                ),
                (
                    Choice("Bỏ đơn vị", "drop", words="bo, bo di, xoa, co, dong y, u, da, phai", means="yes"),
                    Choice("Giữ lại", "keep", words="giu, khong, thoi, ko", means="no"),
                ),
                label="bỏ đơn vị",
                transitions={"drop": "drop_it", "keep": "home"},
            ),
            call(
                "drop_it",
                lambda s: DropUnit(s.get("unit")),
                DropUnit,
                transitions={"dropped": "dropped", "none": "nothing"},
            ),
            end("dropped", "Đã bỏ đơn vị. Tôi không cho anh/chị thấy ai nữa, và mã của đơn vị hết dùng."),
            choose(
                "nothing",
                "Anh/chị chưa lập đơn vị nào ở đây. Là cán bộ đầu mối (kế toán, nhân sự …) thì tôi lập danh sách giúp, để anh/chị biết ai tới đâu. Lập không?",
                (
                    Choice(
                        "Lập danh sách đơn vị",
                        "set_up",
                        words="lap, lap di, co, u, da, ok, dong y, lap danh sach",
                        means="yes",
                    ),
                    Choice("Không cần", "no", words="khong, khoi, thoi, ko, khong phai", means="no"),
                ),
                label="hỏi có lập danh sách đơn vị không",
                transitions={"set_up": "permission", "no": "not_set_up"},
                done=True,
            ),
            end("not_set_up", "Dạ. Khi nào cần, anh/chị gõ “đơn vị của tôi”."),
            end(
                "too_many",
                "Anh/chị theo dõi đủ số đơn vị cho một người rồi. Bỏ bớt một đơn vị thì lập cái mới được.",
            ),
            end(
                "limited",
                lambda s: (
                    f"Hôm nay chỗ anh/chị đã lấy nhiều quá rồi nên tôi dừng lại. Mai anh/chị làm lại giúp tôi, hoặc gọi {s.content.office.hotline}."
                ),
            ),
        ),
        begun_at=("where", "invite", "page", "remind", "drop"),
        slash="donvi",
        off_menu=True,
        purposes={PURPOSE: "lập và theo dõi danh sách đơn vị"},
        reads=contact_reads,
    )


_WAYS = {
    "where": "where",
    "invite": "invite",
    "page": "page",
    "remind": "remind",
    "drop": "drop",
    "another": "permission",
}
_CHOICES = (
    Choice(
        "Ai tới đâu rồi",
        "where",
        words="ai toi dau, toi dau roi, xem ai, coi ai, ai chua nop, ai tre, ai chua xong, xem",
    ),
    Choice(
        "Danh sách nộp",
        "page",
        words="danh sach, in danh sach, xuat excel, excel, danh sach nop, tai danh sach, pdf",
    ),
    Choice("Nhắc người trễ", "remind", words="nhac, nhac het, nhac ho, nhac di, nhac nguoi tre, nhac tat ca"),
    Choice(
        "Đường dẫn cho mọi người", "invite", words="duong dan, link, ma qr, qr, moi, gui link, lay link, ma"
    ),
    Choice("Lập đơn vị khác", "another", words="don vi khac, them don vi, lap them"),
    Choice("Bỏ đơn vị này", "drop", words="bo don vi, xoa don vi, thoi lam dau moi"),
)


def _rest(name: str, prompt: Callable[[Context], Reply | str] | str, *, label: str) -> Step:
    """A step at which everything about the unit can be asked for."""
    return choose(name, prompt, _CHOICES, label=label, transitions=_WAYS, done=True)


def _loaded(name: str, then: str, *, lines: int = 0) -> Step:
    """The unit as it stands now, then on; whoever has none hears so."""
    return call(
        name,
        lambda s: LoadUnit(s.content, s.get("unit"), lines),
        LoadUnit,
        transitions={"none": "nothing", "one": then, "several": "which"},
    )


# -- what is said


def _refused(context: Context) -> str:
    return (
        "Dạ, không sao. Tôi không lưu gì; anh/chị vẫn hỏi được mọi việc, và gõ “đăng ký” để tôi chỉ phần của cán bộ đầu mối. "
        f"Cần người thì gọi {context.content.office.hotline}."
    )


def _which_prompt(context: Context) -> str:
    """Names are said and not offered: what is offered is stored as it is."""
    rows = enumerate(context.answers.get("units") or (), start=1)
    told = [f"{n}. {name}" for n, (_, name) in rows]
    return "\n".join(("Anh/chị theo dõi nhiều đơn vị. Đơn vị nào?", *told))


def _counts(context: Context) -> dict[str, int]:
    found = context.answers.get("unit_counts") or {}
    return {state: int(n) for state, n in found.items()}


def _summary(context: Context) -> str:
    counts = _counts(context)
    told = [f"{n} {CALLED[state]}" for state, n in counts.items() if state in CALLED]
    if not told:
        return "chưa có ai vào"
    return f"{sum(counts.values())} người đã vào: {', '.join(told)}"


def _home(context: Context) -> str:
    return f"{context.get('unit_name')}: {_summary(context)}. Anh/chị muốn làm gì?"


def _registered(context: Context) -> str:
    block = context.content.directory.block(context.get("unit_kind"))
    found = [c for c in context.content.directory.contacts if block and block.id in c.blocks]
    named = ", ".join(f"{c.name} {c.phone[:4]} {c.phone[4:7]} {c.phone[7:]}" for c in found)
    short = context.content.directory.source.short
    asked = f" Vướng thì hỏi đầu mối của {_lower(block.name)}: {named} ({short})." if block and named else ""
    return f"Đã lập danh sách cho {context.get('unit_name')}.{asked}"


def _lower(text: str) -> str:
    return text if text[:2].isupper() else text[0].lower() + text[1:]


def _where(context: Context) -> str:
    lines = context.answers.get("unit_lines") or []
    if not lines:
        return f"{context.get('unit_name')}: chưa có ai mở đường dẫn và đồng ý. Anh/chị gửi lại đường dẫn cho mọi người nhé."
    told = [f"• {name}: {how}" for name, how in lines]
    more = sum(_counts(context).values()) - len(lines)
    if more > 0:
        told.append(f"… và {more} người nữa; bấm “Danh sách nộp” để xem hết.")
    return "\n".join((f"{context.get('unit_name')}, {_summary(context)} (người cần để ý đứng trước):", *told))


def _invitation(context: Context) -> str:
    """To be forwarded as it is."""
    page, *others = context.answers.get("unit_links") or [""]
    telegram = [f"Dùng Telegram: {one}" for one in others]
    return "\n".join(
        (
            f"{context.get('unit_name')} mời anh/chị đăng ký VssID. Mở đường dẫn này, trợ lý chỉ từng việc và nhắc hạn: {page}",
            *telegram,
            f"Nhắn với trợ lý trên Zalo thì gửi dòng: {UNIT_WORDS} {context.get('unit_code')}",
            "Trợ lý sẽ hỏi trước khi cho đơn vị thấy anh/chị làm tới đâu; không đồng ý cũng được.",
        )
    )


def _invited(context: Context) -> Reply:
    text = (
        "Anh/chị chuyển tin trên cho mọi người (nhóm Zalo chẳng hạn). Ai đồng ý thì anh/chị thấy họ tới đâu."
    )
    if not context.get("link"):
        return Reply(text)
    return Reply(f"{text} Tờ này có mã QR, in ra dán được.", link=context.get("link"), paper=poster(context))


def poster(context: Context) -> Paper:
    """A page to hang up: the QR leads everybody of the unit in."""
    content, code = context.content, context.get("unit_code")
    return Paper(
        kind="page",
        name="moi-dang-ky-vssid.pdf",
        title="Đăng ký VssID cùng trợ lý",
        under=context.get("unit_name"),
        deadline="Quét mã QR ở cuối tờ này",
        sections=(
            Section(
                "Trợ lý làm gì",
                (
                    "Chỉ từng việc trên điện thoại, tra mã số, đếm hạn 10 ngày làm việc và nhắc trước hạn."
                    if content.working_days == 10
                    else "Chỉ từng việc trên điện thoại, tra mã số, đếm hạn và nhắc trước hạn.",
                    "Hỏi trước khi cho đơn vị thấy anh/chị làm tới đâu; không đồng ý, hay đổi ý sau này, đều được.",
                ),
            ),
            Section(
                "Không quét được",
                (f"Nhắn cho trợ lý trên Zalo, Telegram hay trang web: {UNIT_WORDS} {code}",),
            ),
        ),
        foot=(
            f"Cần giúp: tổng đài {content.office.hotline}. Không ai của BHXH hỏi mật khẩu hay mã OTP của anh/chị.",
            content.office.name,
        ),
        start=code,
        made=context.at.isoformat(),
        back="Quét mã này bằng máy ảnh của điện thoại.",
    )


def _page(context: Context) -> Reply:
    helpers = [c for c in context.content.directory.contacts if c.helper]
    named = ", ".join(f"{c.name} {c.phone[:4]} {c.phone[4:7]} {c.phone[7:]}" for c in helpers)
    return Reply(
        f"Trang này có đủ mọi người của {context.get('unit_name')}, và danh sách họ tên, mã số (Excel, PDF) để báo cho {named}. "
        "Đường dẫn chỉ dùng được ít phút, đừng chuyển cho ai.",
        link=context.get("link"),
        until=datetime.fromisoformat(context.get("until")),
    )


def _reminded(context: Context) -> str:
    now, earlier, silent = (
        int(context.get(key) or 0) for key in ("unit_reminded", "unit_earlier", "unit_silent")
    )
    if not (now or earlier or silent):
        return "Hiện không có ai trễ, nên tôi không nhắc ai."
    told = [
        f"Tôi đang gửi lời nhắc cho {now} người trễ." if now else "Lần này tôi không nhắc thêm ai.",
        f"{earlier} người vừa được nhắc trong một ngày qua, mỗi người mỗi ngày chỉ nhắc một lần."
        if earlier
        else "",
        f"{silent} người không nhận lời nhắc, anh/chị nói trực tiếp giúp tôi." if silent else "",
    ]
    return " ".join(line for line in told if line)


# -- what is understood


def _which(context: Context) -> tuple[Choice, ...]:
    rows = enumerate(context.answers.get("units") or (), start=1)
    return tuple(Choice(f"Đơn vị {n}", "chosen", {"unit": one}, words=plain(name)) for n, (one, name) in rows)


def _kinds(context: Context) -> tuple[Choice, ...]:
    return (
        *_blocks(context.content),
        Choice("Loại khác", "told", {"unit_kind": ""}, words="khac, khong biet, khong co"),
    )


def _blocks(content: Content) -> tuple[Choice, ...]:
    return tuple(
        Choice(b.name, "told", {"unit_kind": b.id}, words=", ".join(plain(a) for a in b.aliases))
        for b in content.directory.blocks
    )


def _parse_name(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    name = " ".join(_BEFORE_NAME.sub("", clean(event.text)).split()).strip(" .,;:!“”\"'")
    if _ASKED.search(event.text) or _ASKED.search(plain(event.text)):
        return None
    if not fit_name(name):
        return Parsed("again", note="Tên này tôi chưa ghi được.")
    return Parsed("told", {"unit_name": name[0].upper() + name[1:]})


def fit_name(name: str) -> bool:
    """Whether this may be a unit's name. Employees read it, so it holds no number to call and no address to open."""
    return (
        2 <= len(name) <= LONGEST_NAME
        and any(c.isalpha() for c in name)
        and not _DIGITS.search(name)
        and not hosts_in(name)
        and "://" not in name
    )


FLOW = _flow()
