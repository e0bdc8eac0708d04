"""Nộp ở đâu: which BHXH cơ sở serves a place, and what an old district or commune has become.

Invariant: an office that is not in the list of places.yaml is said to be unknown, with the hotline; the nearest is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from flows.content import Content
from flows.conversations.campaign.arrival import remembered_commune
from flows.engine.events import Event, Said
from flows.engine.proposals import Begin, Proposal, Reading, Show
from flows.engine.steps import Choice, Context, Flow, Parsed, ask, end
from flows.places import LocalOffice, NamedPlace, Place, bare

SHOWN = 10  # places of today that are named
_SURE, _NAMED_ALONE = 0.95, 0.9
_KNOWN_SURE = 0.992  # the place is known: better than what holds anywhere
_LED_HERE = frozenset(
    {"den-bhxh-nao", "dia-chi-bhxh", "chon-co-quan", "nop-to-khai", "sap-nhap", "mang-theo-gi"}
)
_WHERE = re.compile(
    r"\b(?:nop|toi|den|di|ra|len|dem|mang|lam giay|lam ho so|chon|gap|thuoc|ghe|bhxh|bao hiem|co quan|noi tiep nhan)\b.*\b(?:dau|cho nao|noi nao|nao|gan nhat|gan nha)\b"
    r"|\b(?:dau|cho nao|noi nao|bhxh nao|bao hiem nao)\b.*\b(?:nop|bhxh|bao hiem|to khai|giay)\b"
)
_BECAME = re.compile(
    r"\b(?:gio|nay|bay gio|hien nay|hien gio|moi|cu)\b.*\b(?:la (?:gi|xa|phuong|dau|cho)|thuoc|goi|keu|thanh|nhap|ten)\b"
    r"|\b(?:sap nhap|nhap|gop|doi)\b.*\b(?:vao|vo|thanh|dau|nao|ten)\b|\b(?:xa|phuong) (?:moi|nao)\b"
)
_MINE = re.compile(
    r"(?<!\bba )\b(?:xa|phuong)(?: cua)? (?:toi|tui|em|minh)\b.*\b(?:nop|bhxh|bao hiem|co quan)\b.*\b(?:nao|dau)\b"
)
_NEAR = re.compile(r"\b(?:nop|bhxh|bao hiem)\b.*\b(?:o dau|cho nao|noi nao|dau|gan nhat|gan day|gan nha)\b")
_OTHERS = re.compile(
    r"\b(?:lien he|dau moi|gap ai|phu trach|so dien thoai|sdt|tai app|ch play|otp|mat khau|mk|ma so|tra cuu|ho ten|sinh nam|sinh ngay|diem thu|benh vien|kham|can bo nao|cong an|chot so|tap huan|goi (?:ong|ai|so|can bo)|keu ai|hoi ai|noi linh|lai xe|xe|can cuoc|cccd)\b"
)


def _flow() -> Flow:
    return Flow(
        "agency",
        "BHXH nơi tôi ở",
        (
            ask(
                "place",
                "Anh/chị ở xã, phường nào? Gõ tên cũ hay tên mới đều được, ví dụ “xã Tân Nhuận Đông, Châu Thành”.",
                choices=_of_the_poster,
                label="hỏi nộp ở BHXH nào",
                parse=_parse,
                hint=lambda s: (
                    "Tôi không thấy tên này trong các xã, phường của Đồng Tháp (gồm cả Tiền Giang cũ). Anh/chị gõ lại tên xã và "
                    f"huyện cũ, hoặc gọi {s.content.office.hotline}."
                ),
                transitions={"found": "answer"},
            ),
            end("answer", lambda s: said(_kept(s), s.content), recalls=lambda s: {"item": "dia-chi-bhxh"}),
        ),
        begun_at=("answer",),
        slash="noinop",
        off_menu=True,
        digression=True,
        reads_opening=True,
        reads=_reads,
    )


def _of_the_poster(context: Context) -> tuple[Choice, ...]:
    """The place of the poster that they came by, as one to press."""
    place = remembered_commune(context)
    if place is None:
        return ()
    return (Choice(place.name, "found", _keep(NamedPlace(place.name, (place,)), context.content)),)


def _keep(found: NamedPlace, content: Content) -> dict[str, Any]:
    numbers = [str(n) for n, place in enumerate(content.places.places) if place in found.places]
    return {"called": found.called, "places": " ".join(numbers)}


def _kept(context: Context) -> NamedPlace:
    known = context.content.places.places
    numbers = [int(n) for n in context.get("places").split() if int(n) < len(known)]
    return NamedPlace(context.get("called"), tuple(known[n] for n in numbers))


def said(found: NamedPlace, content: Content) -> str:
    """What is known of a place: what it is today, the office that serves it, and what is not known."""
    known, hotline = content.places, content.office.hotline
    merged, source = content.sources[known.merged].short, content.sources[known.source].short
    told = []
    if not (len(found.places) == 1 and bare(found.called) == bare(found.places[0].name)):
        more = "…" if len(found.places) > SHOWN else ""
        told.append(f"{found.called} nay là {_listed(found.places[:SHOWN])}{more} ({merged}).")
    served: dict[LocalOffice | None, list[Place]] = {}
    for place in found.places:
        served.setdefault(known.office_of(place), []).append(place)
    unknown = served.pop(None, [])
    for office, places in served.items():
        whose = "" if len(places) == len(found.places) else f" (lo {_listed(places)})"
        told.append(f"{office.name if office else ''}{whose}: {office.address if office else ''} ({source}).")
    if unknown:
        which = f" của {_listed(unknown)}" if served else f" lo {'nơi này' if told else found.called}"
        told.append(
            f"Tôi chưa có tên, địa chỉ BHXH cơ sở{which} nên không đoán: gọi {hotline} hỏi nơi gần nhà nhất."
        )
    else:
        told.append(f"Trước khi đi nên gọi {hotline} hỏi giờ.")
    if not served:
        told.append("Trong tờ khai thì bấm [087] BHXH Đồng Tháp rồi chọn nơi gần nhất.")
    told.append("Người làm ở đơn vị thì nộp cho kế toán của đơn vị.")
    text = " ".join(told)
    return f"Dạ, {text[0].lower() + text[1:] if text.startswith('Tôi') else text}"


def _listed(places: Sequence[Place]) -> str:
    return ", ".join(place.name[0].lower() + place.name[1:] for place in places)


def _parse(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    found = context.content.places.find(event.text, asked=True)
    return Parsed("found", _keep(found, context.content)) if found else None


def _reads(reading: Reading) -> Iterator[Proposal]:
    """A place beside the question where one goes or what it has become; a place alone right after such an answer."""
    if (
        (reading.step is not None and reading.step.takes_any)
        or reading.is_at("agency")
        or reading.is_at("lookup")
    ):
        return
    words, content = reading.input.plain, reading.context.content
    if _OTHERS.search(words):
        return
    if _WHERE.search(words) or _BECAME.search(words):
        found = content.places.find(reading.input.text)
        if found is not None:
            yield Proposal(_SURE, "where to go from a place", Show("agency", "answer", _keep(found, content)))
        elif (place := remembered_commune(reading.context)) and _NEAR.search(words):
            kept = _keep(NamedPlace(place.name, (place,)), content)
            yield Proposal(_KNOWN_SURE, "where to go near the poster", Show("agency", "answer", kept))
        elif _MINE.search(words) and _WHERE.search(words):
            yield Proposal(_SURE, "where to go, place not told", Begin("agency", "", "place"))
    elif reading.recall("item") in _LED_HERE and len(reading.input.words) <= 8:
        found = content.places.find(reading.input.text, asked=len(reading.input.words) <= 5)
        if found is not None:
            yield Proposal(_NAMED_ALONE, "a place alone", Show("agency", "answer", _keep(found, content)))


FLOW = _flow()
