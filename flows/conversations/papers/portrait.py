"""Coi ảnh chân dung: a portrait is sent, its size, kind and shape are judged, and how to mend it is told.

Invariant: the picture is judged in memory by the door (handlers/pictures.py) and kept nowhere; pictures of papers are not wanted here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.engine.events import Event, SentFile, SentPicture, Unreadable
from flows.engine.proposals import Begin, Proposal, Reading, Say
from flows.engine.steps import AGAIN, Choice, Context, Flow, Parsed, Reply, choose, end

LIMIT = 3_000_000  # bytes; the letter's "3Mb", where the office sets no other
_SMALLER = (
    "Làm nhỏ lại: mở ảnh, bấm Chỉnh sửa, cắt bớt viền rồi lưu; hoặc chụp lại ở cỡ nhỏ hơn trong cài đặt máy ảnh; hoặc gửi ảnh cho chính mình "
    "qua Zalo rồi tải về, ảnh sẽ nhẹ đi."
)
_SAID = {
    "good": "Ảnh được: {kind}, {width}×{height} điểm, {size}, chiều đứng. Anh/chị dùng ảnh này ở mục “Thêm ảnh chân dung”.",
    "too_big": "Ảnh nặng {size}, quá giới hạn 3 MB của tờ khai. " + _SMALLER,
    "heic": (
        "Đây là ảnh HEIC của iPhone, tờ khai có thể không nhận. Vào Cài đặt, Camera, Định dạng, chọn “Tương thích nhất” rồi chụp lại; hoặc "
        "chụp màn hình tấm ảnh đó."
    ),
    "other_kind": "Ảnh này kiểu {kind}; nên dùng JPG hoặc PNG. Chụp màn hình tấm ảnh rồi cắt lại là được ảnh JPG hoặc PNG.",
    "not_a_picture": "Tệp này không phải ảnh JPG hay PNG, dù tên có thể ghi vậy. Anh/chị chọn lại ảnh trong Thư viện ảnh.",
    "broken": "Ảnh bị hỏng hoặc chưa tải hết. Anh/chị mở thử trên máy, rồi gửi lại hoặc chụp lại.",
    "too_wide": "Ảnh{dots} lớn bất thường nên tôi không mở. Anh/chị chụp lại bằng máy ảnh của điện thoại.",
    "too_small": "Ảnh nhỏ quá ({width}×{height} điểm), in ra sẽ mờ. Anh/chị chụp lại gần hơn, mỗi cạnh ít nhất 400 điểm.",
    "lying": (
        "Ảnh nằm ngang ({width}×{height} điểm). Ảnh chân dung nên chiều đứng: mở ảnh, bấm Chỉnh sửa, xoay hoặc cắt lại. Nếu đây là ảnh căn "
        "cước hay giấy tờ thì anh/chị xóa đi, đừng gửi vào đây."
    ),
    "slow": "Tôi chưa coi được tấm này. Anh/chị gửi lại, hoặc xem cỡ ảnh trong phần Chi tiết của máy: phải dưới 3 MB.",
}
_BY_HAND = (
    "Ở đây tôi không mở được ảnh. Anh/chị tự coi trên máy: mở ảnh, bấm Chi tiết (hoặc chữ i): dưới 3 MB, kiểu JPG hoặc PNG, chiều đứng, thấy rõ "
    "mặt là được."
)
_ASKED = re.compile(
    r"\b(?:coi|xem|kiem tra|check|thu|ktra)\b.*\b(?:anh|hinh)\b.*\b(?:chan dung|the|3x4|nay|duoc|dat|dung)\b"
    r"|\b(?:anh|hinh) (?:chan dung|the|3x4)\b.*\b(?:duoc (?:khong|hong|ko|k|chua)|dat (?:chua|khong)|co duoc|on (?:khong|chua)|coi giup|coi gium|coi dum|xem giup|xem gium)\b"
    r"|\bgui (?:anh|hinh)(?: \w+){0,2} (?:cho|de) (?:coi|xem|kiem tra)\b"
)
_LIMIT_ASKED = re.compile(  # a question that an item answers, and no picture to look at
    r"\b(?:toi da|bao nhieu|dung luong|may (?:mb|mega|kb|met)|bao lon|co nao|kich (?:thuoc|co) nao)\b"
)
_PAPERS = re.compile(
    r"\b(?:can cuoc|cccd|cmnd|chung minh|giay to|giay khai sinh|the bhyt|so bhxh|ho chieu|hai mat|mat truoc|mat sau)\b"
)
_NO_PAPERS = (
    "Dạ, ảnh giấy tờ (căn cước, thẻ, giấy khai sinh) tôi không nhận, cũng không coi: chỉ đưa lên trang đăng ký của BHXH. Công văn không ghi giới "
    "hạn cho ảnh giấy tờ; nên chụp đủ bốn góc, rõ chữ, dưới 3 MB. Ảnh chân dung thì tôi coi giúp được."
)


def _flow() -> Flow:
    return Flow(
        "portrait",
        "Coi ảnh chân dung",
        (
            choose(
                "picture",
                "Anh/chị gửi ảnh chân dung vào đây, tôi coi cỡ, kiểu và chiều rồi bỏ ngay, không lưu. Trên Telegram nên gửi dạng tệp (File) để giữ "
                "đúng cỡ. Đừng gửi ảnh căn cước hay giấy tờ.",
                (Choice("Thôi khỏi", "left", words="thoi, khoi, khong gui, bo qua, de sau"),),
                label="gửi ảnh chân dung để coi",
                parse=_parse,
                hint="Anh/chị gửi một tấm ảnh, hoặc bấm “Thôi khỏi”.",
                transitions={"again": AGAIN, "judged": "verdict", "left": "left"},
            ),
            choose(
                "verdict",
                _verdict,
                (
                    Choice(
                        "Gửi ảnh khác",
                        "another",
                        words="gui lai, anh khac, hinh khac, tam khac, gui tam khac",
                    ),
                    Choice("Xong", "left", words="xong, xong roi, ok, duoc roi, cam on, thoi"),
                ),
                label="xem kết quả coi ảnh",
                parse=_parse,
                transitions={"another": "picture", "again": AGAIN, "judged": "verdict", "left": "left"},
                done=True,
            ),
            end("left", "Dạ. Lúc nào cần, anh/chị nhắn “coi ảnh chân dung”."),
        ),
        slash="coianh",
        off_menu=True,
        digression=True,
        reads=_reads,
    )


def _parse(context: Context, event: Event) -> Parsed | None:
    """The verdict of a picture; of what only claims to be one, what it claims; elsewhere how to look oneself."""
    match event:
        case SentPicture(verdict=verdict, kind=kind, width=width, height=height, size=size):
            told = {"verdict": verdict, "kind": kind or None, "width": width, "height": height, "size": size}
            return Parsed("judged", told)
        case SentFile(size=size, type=kind) if kind.startswith("image/"):
            too_big = size > context.content.portrait_bytes
            return (
                Parsed("judged", {"verdict": "too_big", "size": size})
                if too_big
                else Parsed("again", note=_BY_HAND)
            )
        case Unreadable(kind="photo" | "file") | SentFile():
            return Parsed("again", note=_BY_HAND)
    return None


def _verdict(context: Context) -> Reply:
    told = {name: context.answers.get(name, "") for name in ("kind", "width", "height")}
    size = int(context.answers.get("size", 0))
    told["dots"] = f" {told['width']}×{told['height']} điểm" if told["width"] else ""
    return Reply(f"Dạ, {_lower(_SAID[context.get('verdict')].format(size=spoken_size(size), **told))}")


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def spoken_size(size: int) -> str:
    """ "2,4 MB", "640 kB"; counted in thousands, as the letter's limit is."""
    return f"{size / 1e6:.1f} MB".replace(".", ",") if size >= 1e6 else f"{max(1, round(size / 1e3))} kB"


def _reads(reading: Reading) -> Iterator[Proposal]:
    """A portrait is to be looked at; pictures of papers are not."""
    if reading.step is not None and reading.step.takes_any:
        return
    words = reading.input.plain
    here = reading.is_at("portrait")
    if (
        _PAPERS.search(words)
        and (here or _ASKED.search(words))
        and re.search(r"\b(?:anh|hinh|chup|gui)\b", words)
    ):
        yield Proposal(0.985, "a picture of papers", Say(_NO_PAPERS))
    elif reading.is_at("portrait", "picture") and (size := _size_told(reading.input.text)):
        limit = spoken_size(reading.context.content.portrait_bytes)
        told = _TOO_BIG if size > reading.context.content.portrait_bytes else _FITS
        yield Proposal(0.95, "a size is told", Say(told.format(size=spoken_size(size), limit=limit)))
    elif reading.is_at("portrait", "picture") and _LATER.search(words):
        limit = spoken_size(reading.context.content.portrait_bytes)
        yield Proposal(0.95, "not taken yet", Say(_WHEN_TAKEN.format(limit=limit)))
    elif not here and _ASKED.search(words) and not _LIMIT_ASKED.search(words):
        yield Proposal(0.92, "a portrait is to be looked at", Begin("portrait"))


_SIZE = re.compile(r"\b([0-9]{1,4}(?:[.,][0-9]{1,2})?) ?(mb|mega|kb)\b", re.IGNORECASE)
_LATER = re.compile(
    r"\b(?:chua|chut|lat|toi|mai|chieu|sang mai|khi nao|hoi nua)(?: \w+){0,3} (?:chup|gui|co hinh|co anh)\b|\b(?:chua|de sau|khoan)$|^chua\b"
)
_TOO_BIG = "Dạ, {size} là quá giới hạn {limit}: mở ảnh trên máy, cắt bớt viền hoặc chụp lại khổ nhỏ (cài đặt máy ảnh, chọn cỡ thấp) rồi gửi vào đây."
_FITS = "Dạ, {size} là dưới giới hạn {limit}. Anh/chị gửi vào đây, tôi coi luôn kiểu và chiều ảnh."
_WHEN_TAKEN = "Dạ, khi nào chụp xong anh/chị gửi vào đây cũng được. Chụp đứng, rõ mặt, nền sáng, JPG hoặc PNG, dưới {limit}."


def _size_told(text: str) -> int:
    """Bytes of a size as people say it, "4,2 MB"; 0 for none."""
    found = _SIZE.search(text)
    if found is None:
        return 0
    number = float(found[1].replace(",", "."))
    return round(number * (1_000_000 if found[2].lower().startswith("m") else 1000))


def takes_picture(flow: str, step: str) -> bool:
    """Whether a picture that comes now was asked for; no other is ever opened."""
    return flow == "portrait" and step in ("picture", "verdict")


FLOW = _flow()
