"""A poster as PDF, A4 or A6: short words, the place, a QR for each way in, the hotline. Pure; imported when the first one is drawn.

Invariant: everything fits on the one page at a type that is read from two steps away; an A6 is the A4 at half its size.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fpdf import FPDF

from flows.materials import PosterWords
from handlers.papers.page import INK, SOFT, new_file, qr

logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of every subset
Size = Literal["a4", "a6"]
FORMATS: dict[Size, tuple[float, float]] = {"a4": (210.0, 297.0), "a6": (105.0, 148.5)}  # mm
BAND = (10, 88, 102)  # of the chat page
MARGIN, WIDTH, HIGH = 15.0, 180.0, 297.0  # mm of an A4


@dataclass(frozen=True, slots=True)
class WayIn:
    """A QR: what it is called, and where it leads."""

    called: str
    address: str


def poster(
    words: PosterWords, office: str, hotline: str, place: str, code: str, ways: Sequence[WayIn], size: Size
) -> bytes:
    """The file's bytes. One to three ways in; raises ValueError for a place that does not fit."""
    part = FORMATS[size][0] / FORMATS["a4"][0]
    file = new_file(words.headline, size=FORMATS[size])
    page = _Scaled(file, part)
    file.set_fill_color(*BAND)
    file.rect(0, 0, 210 * part, 62 * part, style="F")
    file.set_text_color(255, 255, 255)
    page.lines(words.headline, 34, top=12, most=2, bold=True)
    page.lines(office, 15, top=50, most=1)
    file.set_text_color(*INK)
    page.lines(place, 30, top=70, most=2, bold=True)
    page.lines(words.offer, 22, top=99, most=1)
    for n, line in enumerate(words.lines):
        page.lines(line, 17, top=112 + 8 * n, most=1)
    side = 92.0 if len(ways) == 1 else 82.0 if len(ways) == 2 else 58.0
    gap = (WIDTH - side * len(ways)) / (len(ways) + 1)
    for n, way in enumerate(ways):
        x = MARGIN + gap + n * (side + gap)
        qr(file, way.address, x * part, 131 * part, side * part)
        page.lines(way.called, 16, top=131 + side, most=1, bold=True, left=x, width=side)
    page.lines(words.how, 15, top=234, most=1)
    file.set_text_color(*SOFT)
    page.lines(f"{words.by_message} {code}", 13, top=244, most=1)
    file.set_text_color(*BAND)
    page.lines(words.hotline.replace("{hotline}", hotline), 30, top=255, most=1, bold=True)
    file.set_text_color(*INK)
    page.lines(words.warning, 16, top=274, most=1, bold=True)
    return bytes(file.output())


@dataclass(frozen=True, slots=True)
class _Scaled:
    """A sheet on which an A4's millimetres and points are given, each drawn at `part` of its size."""

    file: FPDF
    part: float

    def lines(
        self,
        text: str,
        size: float,
        *,
        top: float,
        most: int,
        bold: bool = False,
        left: float = MARGIN,
        width: float = WIDTH,
    ) -> None:
        """A text in the middle, in `most` lines at most: the type gets smaller until it fits. Raises ValueError where it never does."""
        wide: dict[str, Any] = {"align": "C", "new_x": "LMARGIN", "new_y": "NEXT"}
        for points in (size, size * 0.85, size * 0.7, size * 0.6, size * 0.5):
            self.file.set_font("source", "B" if bold else "", points * self.part)
            high = points * 0.42 * self.part
            asked = self.file.multi_cell(
                width * self.part, high, text, dry_run=True, output="LINES", align="C"
            )
            if len(asked) <= most:  # type: ignore[arg-type]  # asked for the lines
                self.file.set_xy(left * self.part, top * self.part)
                self.file.multi_cell(width * self.part, high, text, **wide)
                return
        raise ValueError("the words do not fit")
