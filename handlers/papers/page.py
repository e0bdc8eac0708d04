"""A4 pages as PDF, one for each paper of a file: title, deadline, sections, the link back as a QR. Pure; imported when the first one is drawn.

Invariant: what a paper says fits on the one page, or the type gets smaller; the font is embedded.
"""

from __future__ import annotations

import logging
from importlib.resources import files
from typing import Any

import segno
from fpdf import FPDF

from flows.paper import Paper

logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of every subset
FONT = "source"
_STYLES = {"": "Regular", "B": "Bold", "I": "It"}
_FILES = files("font_source_sans_pro") / "files"
MARGIN, TOP, WIDTH, BOTTOM = 18.0, 16.0, 210.0 - 2 * 18.0, 297.0 - 16.0  # mm
QR = 34.0  # mm, with its quiet zone
SIZES = (13.0, 12.0, 11.0, 10.0, 9.0)  # points; the first at which the page is one
INK, SOFT, SHADE = (20, 30, 36), (88, 98, 104), (228, 240, 242)


def page(paper: Paper, back: str) -> bytes:
    """The file's bytes. Raises ValueError where the words fit on no page."""
    file = new_file(paper.title)
    _one(file, paper, back)
    for another in paper.more:
        file.add_page()
        _one(file, another, back)
    return bytes(file.output())


def _one(file: FPDF, paper: Paper, back: str) -> None:
    """A paper on the page that was begun. Raises ValueError where its words fit on no page."""
    file.set_xy(MARGIN, TOP)
    room = BOTTOM - (QR if back else 0.0)
    for size in SIZES:
        _draw(file, paper, size, dry=True)
        if file.get_y() + (0.0 if back else len(paper.foot) * size * 0.5 + 6) <= room:
            file.set_y(TOP)
            _draw(file, paper, size)
            _foot(file, paper, back, size)
            return
        file.set_y(TOP)
    raise ValueError("the words do not fit on one page")


def new_file(title: str, styles: tuple[str, ...] = ("", "B"), size: str | tuple[float, float] = "A4") -> FPDF:
    """A file with its first page, in Vietnamese; `styles` of the font: "", "B" bold, "I" italic; `size` by name or in mm."""
    file = FPDF(format=size)
    file.set_title(title)
    file.set_lang("vi")
    file.set_margins(MARGIN, TOP, MARGIN)
    file.set_auto_page_break(False)
    for style in styles:
        file.add_font(FONT, style, str(_FILES / f"SourceSansPro-{_STYLES[style]}.ttf"))
    file.add_page()
    return file


def _draw(file: FPDF, paper: Paper, size: float, *, dry: bool = False) -> None:
    """Everything above the foot; `dry`: only its room is taken, nothing is drawn."""
    file.set_text_color(*INK)
    _lines(file, paper.title, size + 8, bold=True, dry=dry)
    if paper.under:
        file.set_text_color(*SOFT)
        _lines(file, paper.under, size, dry=dry)
        file.set_text_color(*INK)
    if paper.deadline:
        file.ln(3)
        file.set_fill_color(*SHADE)
        _lines(file, paper.deadline, size + 6, bold=True, high=0.72, shade=True, dry=dry)
    for section in paper.sections:
        file.ln(size * 0.34)
        _lines(file, section.heading, size + 2, bold=True, dry=dry)
        file.ln(0.6)
        for line in section.lines:
            side = size * 0.3 if section.ticks else 0.0
            if side and not dry:
                file.rect(MARGIN + 0.3, file.get_y() + size * 0.09, side, side)
            _lines(file, line, size, indent=side and side + 4, dry=dry)
            file.ln(size * 0.09)


def _lines(
    file: FPDF,
    text: str,
    size: float,
    *,
    bold: bool = False,
    indent: float = 0.0,
    high: float = 0.48,
    shade: bool = False,
    dry: bool = False,
) -> None:
    """A text over the whole width, as many lines as it needs."""
    file.set_font(FONT, "B" if bold else "", size)
    file.set_x(MARGIN + indent)
    where: dict[str, Any] = {
        "align": "C" if shade else "L",
        "fill": shade,
        "new_x": "LMARGIN",
        "new_y": "NEXT",
    }
    if dry:
        where |= {"dry_run": True, "output": "HEIGHT"}
    taken = file.multi_cell(WIDTH - indent, size * high, text, **where)
    if dry:
        assert isinstance(taken, float), "asked for the height"
        file.set_y(file.get_y() + taken)


def _foot(file: FPDF, paper: Paper, back: str, size: float) -> None:
    top = BOTTOM - (QR if back else len(paper.foot) * size * 0.5 + 2)
    left = MARGIN
    if back:
        qr(file, back, MARGIN - 2, top, QR)
        left += QR + 2
    file.set_xy(left, top + 3)
    file.set_text_color(*SOFT)
    for n, line in enumerate((paper.back, *paper.foot) if back else paper.foot):
        _lines(file, line, size - 1, bold=bool(back) and n == 0, indent=left - MARGIN)
        file.ln(0.8)


def qr(file: FPDF, address: str, x: float, y: float, size: float) -> None:
    """The address as filled squares, `size` mm with its quiet zone: sharp at any size, and no picture to decode."""
    matrix = segno.make(address, error="m", micro=False).matrix
    side = size / (len(matrix) + 8)  # four squares of quiet on each side
    file.set_fill_color(0, 0, 0)
    for row, squares in enumerate(matrix):
        begun = None
        for column, dark in enumerate((*squares, 0)):
            if dark and begun is None:
                begun = column
            elif not dark and begun is not None:
                file.rect(
                    x + (begun + 4) * side, y + (row + 4) * side, (column - begun) * side, side, style="F"
                )
                begun = None
