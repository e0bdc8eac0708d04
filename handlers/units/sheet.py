"""The list to hand over as PDF: names and codes in a ruled table, as many A4 pages as it takes. Pure; imported when the first is drawn.

Invariant: the font is embedded, every page repeats the headings, and nothing but what the letter asks for stands in it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from importlib.resources import files

from fpdf import FPDF

from flows.content import Contact

logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of every subset
FONT = "source"
_FILES = files("font_source_sans_pro") / "files"
MARGIN, TOP, BOTTOM = 20.0, 16.0, 297.0 - 20.0  # mm
WIDTHS = (14.0, 106.0, 50.0)  # mm, of the columns
ROW = 7.5  # mm


def sheet(
    unit: str,
    helpers: Sequence[Contact],
    headings: Sequence[str],
    rows: Sequence[tuple[int, str, str]],
    day: date,
) -> bytes:
    """The file's bytes; `helpers` take the list."""
    file = FPDF(format="A4")
    file.set_title("Danh sách đăng ký VssID")
    file.set_lang("vi")
    file.set_margins(MARGIN, TOP, MARGIN)
    file.set_auto_page_break(False)
    for style, name in (("", "Regular"), ("B", "Bold")):
        file.add_font(FONT, style, str(_FILES / f"SourceSansPro-{name}.ttf"))
    file.add_page()
    _line(file, unit, 12, bold=True)
    file.ln(3)
    _line(file, "DANH SÁCH ĐĂNG KÝ TÀI KHOẢN VssID", 15, bold=True, align="C")
    named = ", ".join(f"{c.name} {c.phone[:4]} {c.phone[4:7]} {c.phone[7:]}" for c in helpers)
    _line(file, f"Kính gửi: bộ phận tiếp nhận hồ sơ BHXH tỉnh ({named})", 11, align="C")
    file.ln(3)
    _row(file, headings, bold=True)
    for row in rows:
        if file.get_y() + ROW > BOTTOM:
            file.add_page()
            _row(file, headings, bold=True)
        _row(file, [str(cell) for cell in row])
    if file.get_y() + 40 > BOTTOM:
        file.add_page()
    file.ln(3)
    _line(file, f"Tổng cộng: {len(rows)} người.", 11)
    file.ln(4)
    _line(file, f"Ngày {day.day} tháng {day.month} năm {day.year}", 11, align="R")
    _line(file, "Cán bộ đầu mối (ký, ghi rõ họ tên)", 11, align="R")
    return bytes(file.output())


def _line(file: FPDF, text: str, size: float, *, bold: bool = False, align: str = "L") -> None:
    file.set_font(FONT, "B" if bold else "", size)
    file.multi_cell(0, size * 0.5, text, align=align, new_x="LMARGIN", new_y="NEXT")


def _row(file: FPDF, cells: Sequence[str], *, bold: bool = False) -> None:
    file.set_font(FONT, "B" if bold else "", 11)
    for n, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True)):
        file.cell(width, ROW, _cut(file, cell, width - 2), border=1, align="L" if n == 1 else "C")
    file.ln(ROW)


def _cut(file: FPDF, text: str, width: float) -> str:
    """The text, shortened where it is wider than its cell."""
    while text and file.get_string_width(text) > width:
        text = f"{text[:-2].rstrip()}…"
    return text
