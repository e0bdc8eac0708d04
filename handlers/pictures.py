"""What a portrait is, judged in memory from its header and structure. Called by the doors where a picture was asked for.

Invariant: no pixel is decoded, nothing is written, and the bytes are let go when the verdict is there: a bomb stays packed.
"""

from __future__ import annotations

import asyncio
import io
import warnings
import zlib
from datetime import datetime
from typing import Any

from flows.engine.events import SentPicture

SIDE_MAX, SIDE_MIN = 12_000, 400  # dots
LYING = 1.05  # so much wider than high, it lies
SECONDS = 5.0  # until a picture that is looked at is given up
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_NAMES = {"JPEG": "JPG", "PNG": "PNG", "MPO": "JPG"}
_ORIENTATION, _TURNED = 0x0112, (5, 6, 7, 8)  # EXIF


async def judged(data: bytes, limit: int, at: datetime) -> SentPicture:
    """The verdict of a picture, within SECONDS; `limit` in bytes."""
    try:
        async with asyncio.timeout(SECONDS):
            told = await asyncio.to_thread(verdict_of, data, limit)
    except TimeoutError:
        told = {"verdict": "slow"}
    return SentPicture(size=len(data), at=at, **told)


def verdict_of(data: bytes, limit: int) -> dict[str, Any]:
    """The fields of a SentPicture: verdict, and kind, width and height where they are known."""
    if len(data) > limit:
        return {"verdict": "too_big"}
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        return {"verdict": "heic"}
    from PIL import Image, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")) as image:
                kind, (width, height) = str(image.format), image.size
                turned = image.getexif().get(_ORIENTATION) in _TURNED if kind in _NAMES else False
        except Image.DecompressionBombError:
            return {"verdict": "too_wide", **_claimed(data)}
        except UnidentifiedImageError:
            return {"verdict": "broken" if _begins_well(data) else "not_a_picture"}
        except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError):
            return {"verdict": "broken"}
    if turned:
        width, height = height, width
    told = {"kind": _NAMES.get(kind, kind), "width": width, "height": height}
    return {"verdict": _judge(data, kind, width, height), **told}


def _judge(data: bytes, kind: str, width: int, height: int) -> str:
    if max(width, height) > SIDE_MAX:
        return "too_wide"
    if kind not in _NAMES:
        return "other_kind"
    if not (_png_is_whole(data) if kind == "PNG" else _jpeg_is_whole(data)):
        return "broken"
    if min(width, height) < SIDE_MIN:
        return "too_small"
    return "lying" if width > LYING * height else "good"


def _begins_well(data: bytes) -> bool:
    return data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def _claimed(data: bytes) -> dict[str, int]:
    """Width and height of a PNG that Pillow does not open."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return {}
    return {"width": int.from_bytes(data[16:20], "big"), "height": int.from_bytes(data[20:24], "big")}


def _jpeg_is_whole(data: bytes) -> bool:
    """Whether the end marker is there; cameras may write some bytes behind it."""
    return b"\xff\xd9" in data[-65536:]


def _png_is_whole(data: bytes) -> bool:
    """Whether every chunk up to IEND is there, and its checksum is right."""
    at = 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        end = at + 12 + size
        if end > len(data) or zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(
            data[end - 4 : end], "big"
        ):
            return False
        if data[at + 4 : at + 8] == b"IEND":
            return True
        at = end
    return False
