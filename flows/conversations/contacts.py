"""Đầu mối phụ trách: whom the appendix names for a block, a department, a name or a phone; also asked by the command line.

Invariant: the only people named are those of the appendix, and one who fits nearly is offered, never asserted.
"""

from __future__ import annotations

from dataclasses import replace

from flows.content import Contact, Content
from flows.directory.search import DirectoryResult, find_contacts
from flows.engine.events import Event, Said
from flows.engine.steps import (
    Choice,
    Choices,
    ContactCard,
    Context,
    Flow,
    Parsed,
    Prompt,
    Reply,
    Step,
    StepOptions,
    ask,
    choose,
)
from flows.secrets import detector
from flows.secrets.tokens import USUAL_CODE
from flows.text.normalise import plain

OTHER_BLOCK = "Khối khác"
NOT_THEM = "Không phải"


def _flow() -> Flow:
    return Flow(
        "contacts",
        "Đầu mối phụ trách",
        (
            ask(
                "query",
                "Anh/chị ở loại cơ quan nào, hay cần tìm ai? Chọn khối bên dưới, hoặc gõ tên cán bộ, tên phòng, số điện thoại.",
                label="hỏi đầu mối",
                parse=_parse_query,
                choices=_block_choices,
                hint=_HINT,
                transitions=_TRANSITIONS,
            ),
            _found("one", _one_prompt, (_OTHER,), label="xem đầu mối"),
            _found("several", _several_prompt, lambda s: (*_people(s), _OTHER), label="chọn đầu mối"),
            _found("perhaps", _perhaps_prompt, _perhaps_choices, label="đoán đầu mối", done=False),
            _found(
                "gap",
                lambda s: (
                    f"Phụ lục công văn 416 không ghi đầu mối riêng cho: {s.get('gap')}. Tôi không đoán thay. "
                    f"Anh/chị gọi tổng đài {s.content.office.hotline}. {s.content.office.nearest}"
                ),
                (_OTHER,),
                label="chưa có đầu mối",
                failed="công văn không nêu đầu mối cho khối này",
            ),
            _found(
                "nobody",
                lambda s: (
                    f"Vậy tôi chưa có tên người anh/chị cần. Anh/chị gọi tổng đài {s.content.office.hotline}. "
                    f"{s.content.office.nearest}"
                ),
                (_OTHER,),
                label="không thấy đầu mối",
                failed="không tìm thấy đầu mối",
            ),
        ),
        slash="daumoi",
        item="dau-moi",
        reads_opening=True,
        expects_digits=_expects_digits,
    )


def _found(
    name: str,
    prompt: Prompt,
    choices: Choices | tuple[Choice, ...],
    *,
    label: str,
    done: bool = True,
    failed: str = "",
) -> Step:
    """A step that shows what was found; another query may be typed there at once."""
    onward = _TRANSITIONS if done else {**_TRANSITIONS, "nobody": "nobody"}
    more = StepOptions(done=done, failed=failed)
    return choose(
        name, prompt, choices, label=label, parse=_parse_query, hint=_HINT, transitions=onward, **more
    )


def grouped(phone: str) -> str:
    """Ten digits as they are read aloud: "0836 393 959"."""
    return f"{phone[:4]} {phone[4:7]} {phone[7:]}"


def _department(contact: Contact, content: Content) -> str:
    found = content.directory.department(contact.department)
    return found.name if found else content.office.name


def _blocks(contact: Contact, content: Content) -> str:
    found = (content.directory.block(b) for b in contact.blocks)
    return "; ".join(b.name for b in found if b)


def _line(contact: Contact, content: Content) -> str:
    return f"{contact.name}, {_department(contact, content)}, {grouped(contact.phone)}"


def _contacts(context: Context, key: str = "contacts") -> list[Contact]:
    found = (context.content.directory.contact(i) for i in context.get(key).split())
    return [c for c in found if c]


def _listed(ids: list[str], about: str) -> tuple[str, dict[str, str]]:
    """The outcome for these contacts, and what to keep: a list stays when one of it is looked at, for the way back."""
    if len(ids) == 1:
        return "one", {"one": ids[0]}
    return "several", {"contacts": " ".join(ids), "about": about}


def _parse_query(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    found = find_contacts(event.text, context.content.directory)
    ids = [m.contact.id for m in found.contacts]
    if found.decision == "answer":
        return Parsed(*_listed(ids, _about(found)))
    if found.gap is not None:
        return Parsed("gap", {"gap": found.gap.name})
    if found.decision == "suggest" and ids:
        return Parsed("perhaps", {"near": " ".join(ids)})
    return None


def _block_choices(context: Context) -> tuple[Choice, ...]:
    directory = context.content.directory
    of_block = {b: [c.id for c in directory.contacts if b.id in c.blocks] for b in directory.blocks}
    return tuple(
        Choice(block.name, *_listed(ids, block.name), means=block.id) for block, ids in of_block.items()
    )


def _about(found: DirectoryResult) -> str:
    return "; ".join([*(b.name for b in found.blocks), *(d.name for d in found.departments)])


def _source(context: Context) -> str:
    return f"({context.content.directory.source.short}; số có thể đã đổi, gọi không được thì {context.content.office.hotline})"


def _one_prompt(context: Context) -> Reply:
    contact = _contacts(context, "one")[0]
    lines = [f"{contact.name}, {_department(contact, context.content)}"]
    if contact.blocks:
        lines.append(f"Phụ trách: {_blocks(contact, context.content)}")
    if contact.helper:
        lines.append("Nhận họ tên và mã số BHXH từ cán bộ đầu mối của đơn vị để duyệt, cấp tài khoản VssID.")
    lines.append(f"Điện thoại: {grouped(contact.phone)} {_source(context)}")
    return Reply("\n".join(lines), contact=ContactCard(contact.name, contact.phone))


def _several_prompt(context: Context) -> str:
    helpers = all(c.helper for c in _contacts(context))
    about = context.get("about") or ("Việc duyệt, cấp tài khoản VssID" if helpers else "Yêu cầu này")
    lines = "\n".join(f"• {_line(c, context.content)}" for c in _contacts(context))
    return f"{about} có các đầu mối sau:\n{lines}\n{_source(context)}\nBấm tên để lấy danh thiếp."


def _perhaps_prompt(context: Context) -> str:
    near = [_line(c, context.content) for c in _contacts(context, "near")]
    asked = near[0] + "?" if len(near) == 1 else "\n• ".join(("một trong những người này?", *near))
    return f"Tôi không có ai đúng y như vậy. Có phải anh/chị tìm {asked}"


def _people(context: Context, key: str = "contacts") -> tuple[Choice, ...]:
    return tuple(
        Choice(c.name, "one", {"one": c.id}, words=plain(c.name).split()[-1]) for c in _contacts(context, key)
    )


def _perhaps_choices(context: Context) -> tuple[Choice, ...]:
    people = _people(context, "near")
    if len(people) == 1:
        yes = replace(
            people[0], label=f"Đúng, {people[0].label}", words="dung, dung roi, phai, co, da", means="yes"
        )
        people = (yes,)
    means = "no" if len(people) == 1 else "none_of_these"
    return (*people, Choice(NOT_THEM, "nobody", words="khong, khong phai, ko, ko phai", means=means))


_OTHER = Choice(OTHER_BLOCK, "other", words="tim nguoi khac, nguoi khac")
_TRANSITIONS = {"one": "one", "several": "several", "perhaps": "perhaps", "gap": "gap", "other": "query"}
_HINT = (
    "Tôi chưa tìm được đầu mối cho câu đó. Anh/chị gõ loại cơ quan (trường học, trạm y tế, ủy ban xã, công ty tư nhân), "
    "tên phòng, tên cán bộ hoặc vài số điện thoại."
)


def told(found: DirectoryResult, content: Content) -> str:
    """A directory answer in plain lines: who, or whom else to call."""
    directory, office = content.directory, content.office
    about = _about(found)
    heads = {"answer": about, "suggest": f"Có phải: {about}" if about else "Có phải:"}
    lines = [head] if (head := heads.get(found.decision, "")) else []
    width = max((len(m.contact.name) for m in found.contacts), default=0)
    for contact in (m.contact for m in found.contacts):
        department = directory.department(contact.department)
        blocks = "; ".join(b.name for i in contact.blocks if (b := directory.block(i)))
        where = "; ".join(part for part in (department.name if department else "", blocks) if part)
        lines.append(f"  {contact.name:<{width}}  {grouped(contact.phone)}  {where}".rstrip())
    if found.contacts:
        return "\n".join([*lines, f"  ({directory.source.short}; gọi không được thì {office.hotline})"])
    why = (
        f"Phụ lục không ghi đầu mối riêng cho: {found.gap.name}." if found.gap else "Không tìm thấy đầu mối."
    )
    return f"{why} Gọi tổng đài {office.hotline}. {office.nearest}"


def _expects_digits(step: str, text: str, content: Content) -> bool:
    """Some digits of a telephone number are asked for; six alone only where a contact's number has them."""
    digits = detector.bare_digits(text)
    return digits > 0 and (digits != USUAL_CODE or detector.is_known_phone(text, content))


FLOW = _flow()
