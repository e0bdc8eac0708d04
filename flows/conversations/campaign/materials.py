"""Tài liệu tuyên truyền: a leaflet, a text to read aloud or pass on, the guide on one page, or all of it as one file.

Invariant: every word of a material comes from the content; asking for one needs no consent and tells nothing of a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from flows.content import Content
from flows.conversations.papers import WHO
from flows.effects import KeepPaper
from flows.engine.memory import recall
from flows.engine.proposals import Begin, Proposal, Reading
from flows.engine.steps import Choice, Context, Flow, Reply, call, choose, end
from flows.entries import ASSISTANT, entry_words
from flows.materials import GUIDE, KIT, MADE, Material
from flows.paper import Paper, Section

_SURE = 0.95
_ASKS = (
    r"(?:xin|cho|gui|lay|can|muon|tai|in|kiem|co|dua|soan|phat|nhan|gui|lam|viet|nho|mau|de|treo|dan|chuyen)"
)
_KIT = re.compile(
    r"\b(?:bo|tron bo|ca bo|tat ca|day du|het)(?: \w+){0,2} tai lieu\b|\btai lieu (?:tron bo|day du|ca bo)\b|\bbo kit\b"
)
_ANY = re.compile(
    r"\btai lieu (?:tuyen truyen|huong dan|cai dat|truyen thong|ve vssid|vssid|phat|in|cho (?:don vi|dan|ba con|cong nhan|nhan vien|moi nguoi))\b"
)
_GUIDE = re.compile(
    r"\b(?:ban|to|trang|file|tep)(?: (?!huong)\w+){0,2} huong dan\b|\bhuong dan(?: \w+){0,4} (?:mot|1) trang\b|\b(?:in|in ra|tai(?! lieu))(?: \w+){0,2} huong dan\b"
    r"|\bhuong dan(?: \w+){0,4} (?:in duoc|de in|ban in|in ra|pdf)\b"
)
_OTHER = re.compile(
    r"\b(?:video|clip|cong van|van ban|slide|phu luc|to khai|mau (?:so )?0?1|doi mat khau|quen mat khau)\b"
)
_DENIED = re.compile(
    r"\b(?:khong|ko|k|hong|hok|dung|khoi|thoi)(?: \w+)? (?:can|muon|lay|gui|phat|in)\b|\b(?:to roi|to buom) la gi\b"
)
_PLATFORMS = (
    Choice("Điện thoại Android", "chosen", {"platform": "android"}, words="android, samsung, oppo, xiaomi, vivo, realme, ch play", means="android"),
    Choice("iPhone", "chosen", {"platform": "ios"}, words="ios, iphone, ai phon, app store, tao", means="ios"),
)  # fmt: skip  # reason: reads as the table it is
_IN_KIT = (("employee", "android"), ("employee", "ios"), ("individual", "android"), ("individual", "ios"))


def _flow() -> Flow:
    return Flow(
        "materials",
        "Tài liệu tuyên truyền",
        (
            choose(
                "which",
                lambda s: (
                    "Anh/chị cần tài liệu nào? Tôi gửi tệp in được, chuyển tiếp cho người khác cũng được."
                ),
                _choices,
                label="chọn tài liệu tuyên truyền",
                transitions={"chosen": "take", "guide": "who"},
            ),
            choose(
                "who",
                "Hướng dẫn một trang này làm cho ai?",
                WHO,
                label="chọn hướng dẫn cho ai",
                transitions={"chosen": "platform"},
            ),
            choose(
                "platform",
                "Điện thoại loại nào?",
                _PLATFORMS,
                label="chọn loại điện thoại",
                transitions={"chosen": "take"},
            ),
            call(
                "take",
                lambda s: KeepPaper(paper(s), tally="" if _id(s) in _taken(s) else _id(s)),
                KeepPaper,
                transitions={"kept": "given", "limited": "full"},
            ),
            end(
                "given",
                lambda s: Reply(_said(s), link=s.get("link"), paper=paper(s)),
                ("Tài liệu tuyên truyền",),
                recalls=lambda s: {"taken": " ".join(sorted({*_taken(s), _id(s)}))},
            ),
            end(
                "full",
                lambda s: (
                    "Hôm nay anh/chị đã lấy nhiều tệp quá rồi nên tôi dừng lại. Tệp lấy lúc nãy vẫn mở được; cần gấp thì gọi "
                    f"{s.content.office.hotline}."
                ),
            ),
        ),
        begun_at=("take", "who"),
        slash="tailieu",
        off_menu=True,
        digression=True,
        reads=_reads,
    )


def _choices(context: Context) -> tuple[Choice, ...]:
    made = (
        Choice(MADE[GUIDE], "guide", {"material": GUIDE}, words="huong dan, ban huong dan, trang huong dan"),
        Choice(MADE[KIT], "chosen", {"material": KIT}, words="ca bo, tron bo, tat ca, het, bo tai lieu"),
    )
    kept = (
        Choice(one.short, "chosen", {"material": one.id}, words=", ".join(one.words))
        for one in context.content.library.offered
    )
    return (*kept, *made)


def _id(context: Context) -> str:
    return context.get("material") or GUIDE


def _taken(context: Context) -> frozenset[str]:
    return frozenset(recall(context.memory, "taken").split())


def _said(context: Context) -> str:
    material = context.content.library.material(_id(context))
    if material is not None:
        link = context.get("link").partition("/papers/")[0]
        return _filled(material.said, context.content).replace("{link}", link)
    if _id(context) == KIT:
        return "Dạ, cả bộ tài liệu trong một tệp đây ạ: in ra, hoặc chuyển nguyên tệp cho người khác."
    return "Dạ, hướng dẫn một trang đây ạ, in ra hay chuyển tiếp cho người khác đều được."


def paper(context: Context) -> Paper:
    """The file of what was chosen; a material that is not there any more gives the guide."""
    content, id_ = context.content, _id(context)
    if id_ == KIT:
        first, *others = [_page(context, one) for one in content.library.offered]
        others += [guide(context, *variant) for variant in _IN_KIT]
        return replace(first, name=f"{KIT}-vssid.pdf", more=tuple(others))
    material = content.library.material(id_)
    if material is not None:
        return _page(context, material)
    return guide(context, context.get("who") or "individual", context.get("platform") or "android")


def _page(context: Context, material: Material) -> Paper:
    content = context.content
    sections = tuple(
        Section(s.heading, tuple(_filled(line, content) for line in s.lines)) for s in material.sections
    )
    name = f"{material.id}-vssid.pdf"
    return _ended(context, Paper("page", name, material.title, under=material.under, sections=sections))


def guide(context: Context, who: str, platform: str) -> Paper:
    """The letter's four steps on one page, for one kind of person and telephone, with what has changed since."""
    content, checklist = context.content, context.content.checklist
    tasks = checklist.tasks(who, platform, code_known=False)
    sections = []
    for number, stage in enumerate(checklist.stages, start=1):
        mine = [task for task in tasks if task.items[0].step == stage.id]
        lines = tuple(
            f"{task.group.title}: {'; '.join(_lower(i.title) for i in task.items)}." for task in mine
        )
        if lines:
            sections.append(Section(f"Bước {number}: {stage.title}", lines))
    notes = tuple(dict.fromkeys(item.note for task in tasks for item in task.items if item.note))
    if notes:
        sections.append(Section("Đã đổi từ khi có công văn", notes))
    called = content.handing_in_of(who).called
    phone = "iPhone" if platform == "ios" else "Android"
    made = Paper(
        kind="page",
        name=f"huong-dan-vssid-{who}-{platform}.pdf",
        title="Đăng ký VssID trong bốn bước",
        under=f"Dành cho {called}, điện thoại {phone} ({checklist.source.short})",
        sections=tuple(sections),
    )
    return _ended(context, made)


def _ended(context: Context, page: Paper) -> Paper:
    """How every page ends: whom to ask, and a QR that leads to the assistant, by the poster the person came by if there is one."""
    content, start = context.content, recall(context.memory, "poster")
    foot = (
        f"Cần giúp: tổng đài {content.office.hotline}. Không ai của BHXH hỏi mật khẩu hay mã OTP của anh/chị.",
        content.office.name,
    )
    return replace(
        page,
        foot=foot,
        start=start if entry_words(start) else ASSISTANT,
        made=context.at.isoformat(),
        back="Quét mã này để hỏi trợ lý.",
    )


def _filled(text: str, content: Content) -> str:
    return text.replace("{hotline}", content.office.hotline)


def _lower(title: str) -> str:
    """A title inside a sentence: "Mở CH Play" -> "mở CH Play"."""
    return title[:1].lower() + title[1:]


def _reads(reading: Reading) -> Iterator[Proposal]:
    """A material that is named, the guide on a page, or the library, asked for in any words."""
    if (reading.step is not None and reading.step.takes_any) or reading.is_at("materials"):
        return
    words = reading.input.plain
    if _DENIED.search(words) or _OTHER.search(words):
        return
    wanted = _named(words, reading.context.content)
    if wanted and (len(words.split()) <= 4 or re.search(rf"\b{_ASKS}\b", words)):
        yield Proposal(
            _SURE, "wants a material", Begin("materials", "", "take", {"material": wanted, "who": None})
        )
    elif _KIT.search(words):
        yield Proposal(_SURE, "wants the kit", Begin("materials", "", "take", {"material": KIT}))
    elif _GUIDE.search(words):
        yield Proposal(_SURE, "wants the guide", Begin("materials", "", "who", {"material": GUIDE}))
    elif _ANY.search(words) and re.search(rf"\b{_ASKS}\b", words):
        yield Proposal(_SURE, "wants materials", Begin("materials"))


def _named(words: str, content: Content) -> str:
    """The material that is called by one of its words; "fat loa" is typed, too."""
    words = re.sub(r"\bf", "ph", words)
    for one in content.library.offered:
        if any(re.search(rf"\b{re.escape(word)}\b", words) for word in one.words):
            return one.id
    return ""


FLOW = _flow()
