"""Đầu mối phụ trách: whom the appendix names for a block, a department, a name or a phone; also asked by the command line.

Invariant: the only people named are those of the appendix, and one who fits nearly is offered, never asserted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from flows.content import Block, Contact, Content
from flows.conversations.speech import contact_turns
from flows.conversations.speech.contact_follow_ups import propose
from flows.conversations.speech.contacts import by_block, listed
from flows.directory.contact_facts import block_lines, grouped, of_block
from flows.directory.follow_ups import asks_whom
from flows.directory.mention import mentioned_in
from flows.directory.search import DirectoryResult, find_contacts
from flows.engine.events import Event, Said
from flows.engine.proposals import Proposal, Reading
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
_FEW_WORDS = 5
_MORE = "Anh/chị cần đầu mối nào nữa không ạ?"


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
            _found("one", _one_prompt, (_OTHER,), label="xem đầu mối", recalls=_recalled("one")),
            _found(
                "several",
                _several_prompt,
                lambda s: (*_people(s), _OTHER),
                label="chọn đầu mối",
                recalls=_recalled("contacts"),
            ),
            _found("by_block", _by_block_prompt, _these_blocks, label="chọn khối", recalls=_recalled_blocks),
            _found(
                "perhaps",
                _perhaps_prompt,
                _perhaps_choices,
                label="đoán đầu mối",
                done=False,
                recalls=_recalled("near"),
            ),
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
        reads_opening=True,
        reads=_reads,
        expects_digits=_expects_digits,
    )


def _reads(reading: Reading) -> Iterator[Proposal]:
    """Contacts asked for and asked about; then what is told beside them."""
    yield from propose(reading)
    yield from contact_turns.reads(reading)


def _found(
    name: str,
    prompt: Prompt,
    choices: Choices | tuple[Choice, ...],
    *,
    label: str,
    done: bool = True,
    failed: str = "",
    recalls: Callable[[Context], Mapping[str, str]] = lambda context: {},
) -> Step:
    """A step that shows what was found; another query may be typed there at once."""
    onward = _TRANSITIONS if done else {**_TRANSITIONS, "nobody": "nobody"}
    more = StepOptions(
        done=done, failed=failed, digression=True, recalls=recalls, brief=lambda context: _MORE
    )
    return choose(
        name,
        prompt,
        choices,
        label=label,
        parse=_parse_another if done else _parse_query,
        hint=_HINT,
        transitions=onward,
        **more,
    )


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


def _recalled(shown: str) -> Callable[[Context], Mapping[str, str]]:
    """What is remembered of having been shown the contacts kept under a key."""
    return lambda context: {"contacts": context.get(shown), "blocks": context.get("blocks")}


def _recalled_blocks(context: Context) -> Mapping[str, str]:
    people = (c.id for b in context.get("blocks").split() for c in of_block(context.content, b))
    return {"contacts": " ".join(dict.fromkeys(people)), "blocks": context.get("blocks")}


def _parse_query(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    found = find_contacts(event.text, context.content.directory)
    ids = [m.contact.id for m in found.contacts]
    if found.decision == "answer":
        return Parsed(*listed(ids, _about(found), (b.id for b in found.blocks)))
    if found.gap is not None:
        return Parsed("gap", {"gap": found.gap.name})
    if found.decision == "suggest" and len({b.row for b in found.blocks}) > 1:
        groups = mentioned_in(event.text, context.content.directory).rows
        return Parsed("by_block", by_block([b.id for b in found.blocks], unsure=len(groups) == 1))
    if found.decision == "suggest" and ids:
        return Parsed("perhaps", {"near": " ".join(ids)})
    return None


def _parse_another(context: Context, event: Event) -> Parsed | None:
    """Another query at a step that only shows: words that ask for nobody are left to other readers when they are many."""
    parsed = _parse_query(context, event)
    if parsed is None or not isinstance(event, Said) or parsed.outcome in ("one", "several"):
        return parsed
    asked = plain(event.text)
    return parsed if asks_whom(asked) or len(asked.split()) <= _FEW_WORDS else None


def _block_choices(context: Context) -> tuple[Choice, ...]:
    directory = context.content.directory
    return tuple(_choice_of(context.content, block) for block in directory.blocks)


def _choice_of(content: Content, block: Block) -> Choice:
    return Choice(
        block.name,
        *listed([c.id for c in of_block(content, block.id)], block.name, (block.id,)),
        means=block.id,
    )


def _these_blocks(context: Context) -> tuple[Choice, ...]:
    return (*(_choice_of(context.content, b) for b in _asked_blocks(context)), _OTHER)


def _asked_blocks(context: Context) -> list[Block]:
    found = (context.content.directory.block(b) for b in context.get("blocks").split())
    return [b for b in found if b]


def _by_block_prompt(context: Context) -> str:
    lines = block_lines(context.content, _asked_blocks(context))
    asked = "Anh/chị ở bên nào trong các bên này?" if context.get("unsure") else "Mỗi khối có đầu mối sau:"
    return f"{asked}\n{lines}\n{_source(context)}"


def _about(found: DirectoryResult) -> str:
    return "; ".join([*(b.name for b in found.blocks), *(d.name for d in found.departments)])


def _source(context: Context) -> str:
    return f"({context.content.directory.source.short}; số có thể đã đổi, gọi không được thì {context.content.office.hotline})"


def _one_prompt(context: Context) -> Reply:
    contact = _contacts(context, "one")[0]
    if context.get("again"):  # told before: one line
        return Reply(f"{_line(contact, context.content)}.", contact=ContactCard(contact.name, contact.phone))
    lines = [f"{contact.name}, {_department(contact, context.content)}"]
    if contact.blocks:
        lines.append(f"Phụ trách hướng dẫn: {_blocks(contact, context.content)}")
    if contact.helper:
        lines.append("Nhận họ tên và mã số BHXH từ cán bộ đầu mối của đơn vị để duyệt, cấp tài khoản VssID.")
    lines.append(f"Điện thoại: {grouped(contact.phone)} {_source(context)}")
    return Reply("\n".join(lines), contact=ContactCard(contact.name, contact.phone))


def _several_prompt(context: Context) -> str:
    helpers = all(c.helper for c in _contacts(context))
    about = context.get("about") or ("Việc duyệt, cấp tài khoản VssID" if helpers else "Yêu cầu này")
    lines = "\n".join(f"• {_line(c, context.content)}" for c in _contacts(context))
    if context.get("again"):
        return lines
    return f"{about} có các đầu mối sau:\n{lines}\n{_source(context)}\nBấm tên để lấy danh thiếp."


def _perhaps_prompt(context: Context) -> str:
    near = [_line(c, context.content) for c in _contacts(context, "near")]
    asked = near[0] + "?" if len(near) == 1 else "\n• ".join(("một trong những người này?", *near))
    return f"Tôi không có ai đúng y như vậy. Có phải anh/chị tìm {asked}"


def _people(context: Context, key: str = "contacts") -> tuple[Choice, ...]:
    return tuple(
        Choice(c.name, "one", {"one": c.id, "again": None}, words=plain(c.name).split()[-1])
        for c in _contacts(context, key)
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
_TRANSITIONS = {
    **{name: name for name in ("one", "several", "by_block", "perhaps", "gap")},
    "other": "query",
}
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
