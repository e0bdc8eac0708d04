"""What is told of contacts of the appendix: department, duty, number, and what is not known. Called by the contacts flow.

Invariant: nothing is said but what the directory holds; a contact's sex, age and the like are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from flows.content import Block, Contact, Content
from flows.directory.follow_ups import Asked
from flows.text.fold import Word, words

_BEFORE_A_NAME = frozenset(
    "anh chi ong co chu bac thay dc so cua goi gap tuan duc minh van huu hong le".split()
)  # of address, of asking, and the syllables before a given name


def grouped(phone: str) -> str:
    """Ten digits as they are read aloud: "0836 393 959"."""
    return f"{phone[:4]} {phone[4:7]} {phone[7:]}"


def of_block(content: Content, block: str) -> list[Contact]:
    """The contacts of a block, in the order of the appendix."""
    return [c for c in content.directory.contacts if block in c.blocks]


def same_person(content: Content, blocks: Sequence[str]) -> str:
    """Whether one person takes care of all these blocks."""
    sets = [of_block(content, b) for b in blocks]
    names = [block.name for b in blocks if (block := content.directory.block(b))]
    if all(people == sets[0] for people in sets):
        return f"Dạ phải, {_names(sets[0])} phụ trách cả {' và '.join(names)} ({content.directory.source.short})."
    parts = "; ".join(f"{n}: {_names(p)}" for n, p in zip(names, sets, strict=True))
    return f"Dạ không, mỗi bên một người. {parts} ({content.directory.source.short})."


class ContactFacts:
    """What is told of contacts that were shown."""

    def __init__(self, content: Content, shown: Sequence[Contact]) -> None:
        self.content = content
        self.directory = content.directory
        self.source = content.directory.source
        self.shown = shown

    def department(self, people: Sequence[Contact], lead: str = "Dạ, ") -> str:
        """In which department they are."""
        places = {c: d.name if (d := self.directory.department(c.department)) else "" for c in people}
        if len(set(places.values())) == 1 and len(people) > 1 and places[people[0]]:
            return f"{lead}{_names(people)} đều ở {places[people[0]]} ({self.source.short})."
        parts = [
            f"{c.name} ở {place}" if place else f"công văn không ghi phòng của {c.name}"
            for c, place in places.items()
        ]
        return f"{lead}{'; '.join(parts)} ({self.source.short})."

    def duty(self, people: Sequence[Contact], lead: str = "Dạ, ") -> str:
        """What they take care of."""
        parts = []
        for c in people:
            blocks = "; ".join(b.name for i in c.blocks if (b := self.directory.block(i)))
            does = [f"phụ trách {blocks}"] if blocks else []
            if c.helper:
                does.append("nhận danh sách của đơn vị để duyệt, cấp tài khoản VssID")
            parts.append(f"{c.name} {', và '.join(does)}")
        return f"{lead}{'. '.join(parts)} ({self.source.short})."

    def answer(self, kind: Asked, people: Sequence[Contact]) -> str:
        """What is said to what they ask; "" where the contacts themselves are shown."""
        office = self.content.office
        names, year, hotline = _names(people), self.source.valid_from[:4], office.hotline
        match kind:
            case "department":
                return self.department(people)
            case "duty":
                return self.duty(people)
            case "either":
                if len(self.shown) == 1:
                    return (
                        f"Dạ, khối này công văn chỉ ghi một người: {names}. Gọi không được thì gọi {hotline}."
                    )
                return (
                    f"Dạ được, gọi ai cũng được: công văn ghi {_names(self.shown)} cùng phụ trách. "
                    "Người này bận thì anh/chị gọi người kia."
                )
            case "valid":
                return (
                    f"Tôi không dám chắc: số này theo danh sách năm {year}, có thể đã đổi, tôi chưa đối chiếu lại được. "
                    f"Anh/chị gọi thử; không được thì gọi tổng đài {hotline}."
                )
            case "in_office":
                return (
                    f"Tôi không biết {names} nay còn phụ trách không: danh sách lập năm {year}, chưa thấy danh sách mới. "
                    f"Anh/chị gọi thử, hoặc hỏi tổng đài {hotline}."
                )
            case "unreachable":
                others = [c for c in self.shown if c not in people] or self.shown[1:]
                other = f"Anh/chị thử {_lines(others[:1])}, hoặc gọi" if others else "Anh/chị gọi"
                return f"Danh sách lập năm {year} nên số có thể đã đổi. {other} tổng đài {hotline}."
            case "direct":
                return self._directly(people)
            case "others":
                number = "một người" if len(self.shown) == 1 else "những người này"
                return (
                    f"Dạ, phần đó công văn chỉ ghi {number}: {_lines(self.shown)} ({self.source.short}). "
                    f"Gọi không được thì gọi tổng đài {hotline}."
                )
            case "full_name":
                alone = [c for c in people if " " not in c.name]
                if alone:
                    return (
                        f"Công văn chỉ ghi tên {_names(alone)}, không ghi họ tên đầy đủ nên tôi không biết. "
                        f"Liên hệ thì gọi {_lines(alone)} ({self.source.short})."
                    )
                return f"Dạ, họ tên đầy đủ là {_names(people)} ({self.source.short})."
            case "hours":
                return f"Anh/chị nên gọi trong giờ làm việc: {office.hours.told}. Số là số di động ghi trong danh sách năm {year}."
            case "zalo":
                return (
                    f"Danh sách chỉ ghi số điện thoại, không ghi Zalo: {_lines(people)}. Số đó có Zalo không thì tôi không biết; "
                    "đừng gửi ảnh giấy tờ, mật khẩu hay mã OTP qua Zalo."
                )
            case "where":
                return (
                    f"Công văn chỉ ghi phòng và số điện thoại, không ghi chỗ ngồi. {self.department(people, '')} "
                    f"Trước khi đến anh/chị nên gọi hẹn, hoặc hỏi {hotline}."
                )
            case "sex" | "private":
                return f"Việc đó tôi không biết: danh sách chỉ ghi tên, phòng và số điện thoại. Liên hệ thì gọi {_lines(people)}."
        return ""

    def _directly(self, people: Sequence[Contact]) -> str:
        if all(c.helper for c in people):
            return (
                "Công văn ghi cán bộ đầu mối của đơn vị (thường là kế toán) báo danh sách cho những người này, "
                "nên anh/chị hỏi kế toán trước. Cần hỏi thêm thì gọi thẳng cũng được."
            )
        return (
            f"Dạ được, có vướng mắc thì anh/chị gọi thẳng {_names(people)} ({self.source.short}). "
            "Riêng mẫu 01 thì nộp qua cán bộ phụ trách BHXH của đơn vị, thường là kế toán."
        )


def is_called(contact: Contact, typed: Sequence[Word]) -> bool:
    """Whether a contact's given name stands in the words, addressed or asked for."""
    given = words(contact.name)[-1]
    for at, word in enumerate(typed):
        if word.plain == given.plain and (not word.marked or word.text == given.text):
            before = typed[at - 1].plain if at else ""
            if before in _BEFORE_A_NAME or len(typed) <= 2:
                return True
    return False


_CALLED = frozenset("anh chi ong ba co chu bac thay dc chị ông bà cô chú bác thầy đc a c".split())  # as typed
_OTHER_WORDS = frozenset("bo quyen the dan ven".split())  # "toàn bộ"


def called_in(
    contacts: Sequence[Contact], typed: Sequence[Word], departments: Callable[[], Sequence[str]] = tuple
) -> list[Contact]:
    """The contacts whose given name stands behind a word of address, in the order of the words: "anh toàn với chị diễm".

    A name that is a numeral too ("anh hai") counts only with its mark, or where its department is named: only then are
    the `departments` that are named looked for.
    """
    found: dict[int, list[Contact]] = {}
    names: list[tuple[Contact, tuple[Word, ...]]] = []
    for at, word in enumerate(typed):
        before = typed[at - 1] if at else None
        party = (
            at > 1
            and typed[at - 2].plain in ("dong", "d")
            and before is not None
            and before.plain in ("chi", "c")
        )
        if before is None or not (before.text in _CALLED or party):
            continue
        after = typed[at + 1].plain if at + 1 < len(typed) else ""
        if after in _OTHER_WORDS:
            continue
        names = names or [(c, words(c.name)) for c in contacts]
        for contact, name in names:
            given = name[-1]
            fits = word.plain == given.plain and (not word.marked or word.text == given.text)
            two = len(name) > 2 and word.plain == name[-2].plain and after == given.plain
            whole = (
                word.plain == name[0].plain and after == name[min(1, len(name) - 1)].plain and len(name) > 1
            )
            numeral = fits and word.plain in _NUMERALS and not word.marked
            if numeral and contact.department not in departments():
                continue
            if fits or two or whole:
                found.setdefault(at, []).append(contact)
    return list(dict.fromkeys(c for at in sorted(found) for c in found[at]))


def named_by_two(contacts: Sequence[Contact], typed: Sequence[Word]) -> list[Contact]:
    """The contacts whose last two syllables stand in the words: "Tuấn Hải"."""
    found = []
    for contact in contacts:
        last = words(contact.name)[-2:]
        for pair in pairwise(typed):
            if len(last) == 2 and all(
                t.plain == k.plain and (not t.marked or t.text == k.text)
                for t, k in zip(pair, last, strict=True)
            ):
                found.append(contact)
                break
    return found


def of_the_name(contacts: Sequence[Contact], given: str) -> list[Contact]:
    """The contacts with this folded syllable in their names, those whose given name it is first; a family name does not count."""
    names = [(c, [w.plain for w in words(c.name)]) for c in contacts]
    found = [(name[-1] != given, c) for c, name in names if given in name[1:] or name == [given]]
    return [c for _, c in sorted(found, key=lambda hit: hit[0])]


_NUMERALS = frozenset({"hai", "ba", "nam", "sau"})


def _names(people: Sequence[Contact]) -> str:
    names = [c.name for c in people]
    return " và ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _lines(people: Sequence[Contact]) -> str:
    return "; ".join(f"{c.name} {grouped(c.phone)}" for c in people)


def block_lines(content: Content, blocks: Iterable[Block]) -> str:
    """A line for each block: its people and their numbers."""
    return "\n".join(f"• {b.name}: {_lines(of_block(content, b.id))}" for b in blocks)


def list_of_its_year(content: Content) -> str:
    """How old the list is, and whom to call where it no longer holds."""
    source, hotline = content.directory.source, content.office.hotline
    return (
        f"Danh sách đầu mối ban hành năm {source.valid_from[:4]} ({source.short}), đến nay có thể đã đổi, tôi chưa đối chiếu lại được. "
        f"Số nào gọi không được hoặc không còn đúng thì gọi tổng đài {hotline}."
    )


def not_by_its_number(content: Content) -> str:
    """What is said to somebody who holds a caller for ours because of the number or name."""
    return (
        "Số và tên hiện trên máy có thể bị làm giả, nên dù đúng số trong danh sách anh/chị cũng đừng đọc mã, đừng gửi ảnh giấy tờ, "
        f"đừng chuyển tiền. Cúp máy, rồi tự gọi lại tổng đài {content.office.hotline} để hỏi."
    )
