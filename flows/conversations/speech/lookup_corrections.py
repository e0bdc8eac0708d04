"""Corrections and changes of person in the look-up: which slot is meant, what it becomes, and where the look-up goes on.

Called by lookup.py beside it. Invariant: a value that does not hold changes nothing and is said; what was found for the old
values is let go; the new values are said back by the step that is reached.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz import fuzz

from flows.conversations.proof import FORGET
from flows.engine.proposals import Correct, Proposal, Reading, Say
from flows.engine.steps import Context
from flows.people.corrections import Correction, corrected_date, corrected_name, read_correction
from flows.people.reading import PersonRead, read_person
from flows.people.relations import CALLED, whose
from flows.text.fold import fold, join_key

_FOUND = {key: None for key in FORGET if key not in ("name", "born", "id_number")}
_SAME_PERSON = 55.0  # rapidfuzz ratio of two names from which one is the other, written right
_CHANGES = re.compile(
    r"\b(?:doi|chuyen|sang|tra|kiem|tim|lam|coi|xem)(?: lai| giup| gium| dum)*(?: qua| sang| cho| tiep)* (?:cho )?(?:\w+ ){0,2}"
    r"|^(?:roi |vay |gio |the |da |a |u |thoi )*(?:con|toi|toi phien|qua|cho) "
)
_CHANGED = re.compile(r"\b(?:doi|chuyen) (?:qua|sang|nguoi|lai cho)\b|\bqua (?:ma|me|ba|con|vo|chong)\b")
_BARE_NO = re.compile(
    r"^(?:da |a |ua |i |u |ui )*(?:(?:khong|hong|ko|k|hok|hem|hong) (?:phai|dung)|dau (?:co )?phai|sai|sai roi|nham roi|lon roi|sai thong tin|nham|lon|chua dung)"
    r"(?: vay| roi| het| dau| ma| nha| a| em| con| dau em| nguoi| thong tin| tui| toi| minh)*$"
)
_PART = r"(?P<part>(?:ho )?(?:va )?ten|ngay thang nam sinh|ngay sinh|nam sinh|thang sinh|ngay|thang|nam)"
_BIRTH_TOLD = re.compile(
    r"\b(?:sinh|sanh)\b.*\b(?:ngay|thang|nam|mung) (?:la )?[0-9a-z]+(?: lan| ma| do| a| nha| moi dung)*$"
)
_WRONG = re.compile(
    rf"(?:^|[a-z] )(?:sua|doi|nhap|ghi|go) lai(?: cai| giup| gium)* {_PART}(?: giup| gium| di| cho| duoc khong| duoc hong| tui| em)*$"
    rf"|(?:^|[a-z] ){_PART.replace('part', 'part2')}(?: nay| do| tui| toi| em)? (?:bi |ghi |go )?(?:sai|lon|nham|khong dung|hong dung|chua dung|ko dung)(?: roi| ma| a| em)*$"
)
_ASK_WHICH = "Dạ, phần nào chưa đúng ạ: họ tên, ngày sinh hay tỉnh? Anh/chị ghi lại phần đúng, ví dụ: “sinh năm 1976 mới đúng”."


def corrections(reading: Reading) -> Iterator[Proposal]:
    """What a message changes of the person who is looked for."""
    context, text = reading.context, reading.input.text
    if not context.get("name"):
        return
    today = context.at.date()
    correction = read_correction(text)
    if which := _named_part(reading.input.plain):
        asked = f"Dạ, vậy {which} đúng là gì ạ? Anh/chị ghi lại phần đúng giúp tôi."
        yield Proposal(0.89, "names the part that is wrong", Say(asked, reminds=False))
        return
    if _BARE_NO.match(reading.input.plain):
        yield Proposal(0.88, "says that something is wrong", Say(_ASK_WHICH))
        return
    said = correction.right if correction and correction.right else text
    person = read_person(said, today, context.content, "name")
    if (another := _another(reading, person, correction)) is not None:
        yield another
        return
    if correction is None:
        yield from _told_anew(reading, person)
        return
    change = _changed(context, correction, person)
    if change is None:
        if not correction.right and _is_ours(context, correction.wrong):
            which = "ngày sinh" if any(char.isdigit() for char in correction.wrong) else "họ tên"
            asked = f"Dạ, vậy {which} đúng là gì ạ? Anh/chị ghi lại phần đúng giúp tôi."
            yield Proposal(correction.sure, "says what is wrong", Say(asked, reminds=False))
        return
    keep, trouble = change
    if trouble:
        yield Proposal(correction.sure, "a correction that does not hold", Say(trouble))
    else:
        yield _continued(context, keep, correction.sure, "corrects the person", "Dạ, tôi sửa lại.")


def _another(reading: Reading, person: PersonRead, correction: Correction | None) -> Proposal | None:
    """Another person than the one under way: what belonged to the first is let go, and that is said."""
    context, plain = reading.context, reading.input.plain
    old = context.get("name")
    who = whose(reading.input.text)
    changes = bool(_CHANGED.search(plain)) or (not correction and bool(_CHANGES.search(plain)))
    remember = {"who": who} if who else {}
    if person.name and person.sure and not person.others and not _same(person.name, old):
        bare = (
            not person.speech and len(person.name.split()) > 2 and reading.input.contacts.decision == "none"
        )
        if not (
            changes or person.fact or correction or (bare and not reading.is_at("lookup", "name", "fact"))
        ):
            return None
        if correction and not changes and not person.fact and _alike(person.name, old):
            return None
        keep: dict[str, str | None] = {**FORGET, "name": person.name}
        keep |= {"born": person.born or None, "id_number": person.id_number or None}
        keep |= {"province": person.province or None}
        note = f"Dạ, tôi bỏ thông tin của {old}, giờ tra cho {person.name}."
        step = "search" if person.fact else "fact"
        return Proposal(0.93, "another person", Correct(step, keep, note), remember=remember)
    done = reading.step is not None and (reading.step.done or reading.state.step == "nobody")
    short = len(reading.input.words) <= 7
    if not person.name and who not in ("", "self") and short and changes and (done or _CHANGED.search(plain)):
        if reading.recall("who") == who and not done:
            return None
        dropped = "" if done else f" Tôi bỏ thông tin của {old}."
        note = f"Dạ, giờ tôi tra cho {CALLED[who]}.{dropped}"
        return Proposal(0.94, f"another person: {who}", Correct("name", FORGET, note), remember=remember)
    other = not person.name and not correction and who not in ("", "self", reading.recall("who"))
    if other and short and changes:
        later = f"Dạ, tra xong {old} rồi mình tra tiếp cho {CALLED[who]}: tôi tra từng người một để khỏi lẫn."
        return Proposal(0.91, f"another person later: {who}", Say(later))
    return None


def _told_anew(reading: Reading, person: PersonRead) -> Iterator[Proposal]:
    """A date, ID number or province given once more where nothing of the kind was asked."""
    context = reading.context
    if reading.is_at("lookup", "name", "fact", "province", "name_perhaps", "found", "record"):
        return
    same = not person.name or _same(person.name, context.get("name"))
    born = context.get("born")
    told = Correction(reading.input.text, "", 0.86)
    part = corrected_date(born, told, context.at.date()) if _BIRTH_TOLD.search(reading.input.plain) else None
    if not person.fact and part is not None and part.born and part.born != born:
        yield _continued(
            context,
            {"born": part.born, "id_number": None},
            0.86,
            "a part of the date anew",
            "Dạ, tôi ghi lại.",
        )
    elif person.fact and same and not person.trouble and person.born != born:
        keep: dict[str, str | None] = {"born": person.born or None, "id_number": person.id_number or None}
        if person.province:
            keep["province"] = person.province
        yield _continued(context, keep, 0.89, "a fact anew", "Dạ, tôi ghi lại.")
    elif person.province and not person.name and not person.fact and len(reading.input.words) <= 8:
        offices = context.content.office.same_province(
            context.get("province") or context.content.office.province
        )
        if person.province not in offices and not reading.input.text.rstrip().endswith("?"):
            yield _continued(
                context, {"province": person.province}, 0.8, "another province", "Dạ, tôi đổi tỉnh."
            )


def _named_part(words: str) -> str:
    """The part that is said to be wrong with nothing in its place, "" for other words."""
    hit = _WRONG.search(words)
    part = (hit["part"] or hit["part2"]) if hit else ""
    return "" if not part else "họ tên" if part.endswith("ten") else "ngày sinh"


_Change = tuple[dict[str, str | None], str]


def _changed(context: Context, correction: Correction, person: PersonRead) -> _Change | None:
    """What a correction puts in place of what, or what is said when it does not hold."""
    keep: dict[str, str | None] = {}
    name = context.get("name")
    if person.id_number:
        keep |= {"id_number": person.id_number, "born": None}
    else:
        born = context.get("born")
        date = corrected_date(born, correction, context.at.date())
        if date is not None and not date.born:
            kept = f"tôi giữ nguyên {born}" if born else "tôi chưa ghi"
            return (
                {},
                f"Ngày hoặc năm “{date.said}” không có trên lịch, nên {kept}. Anh/chị xem lại giúp tôi.",
            )
        if date is not None and date.born != born:
            keep |= {"born": date.born, "id_number": None}
    if person.name and person.sure:
        if not _same(person.name, name) or person.name != name:
            keep["name"] = person.name
    elif not keep and (mended := corrected_name(name, correction.right, correction.wrong)):
        keep["name"] = mended
    if person.province and person.province != context.get("province"):
        keep["province"] = person.province
    return (keep, "") if keep else None


def _continued(context: Context, keep: dict[str, str | None], score: float, why: str, note: str) -> Proposal:
    """The look-up goes on with new values: it searches anew, or asks for the fact that is missing."""
    after = {**context.answers, **_FOUND, **keep}
    step = "search" if after.get("born") or after.get("id_number") else "fact"
    if keep.get("province") or not context.get("province"):
        kept = {**_FOUND, **keep}
    else:
        kept = {**_FOUND, **keep, "province": context.get("province")}
    return Proposal(score, why, Correct(step, kept, note))


def _is_ours(context: Context, wrong: str) -> bool:
    """Whether what is called wrong is something we hold."""
    held = join_key(f"{context.get('name')} {context.get('born')} ten ho ngay thang nam sinh")
    words = join_key(wrong).split()
    return bool(words) and any(
        word in held.split() or word in held.replace(" ", "") for word in words if len(word) > 1
    )


def _same(one: str, other: str) -> bool:
    return join_key(one) == join_key(other)


def _alike(one: str, other: str) -> bool:
    return fuzz.ratio(fold(one), fold(other)) >= _SAME_PERSON
