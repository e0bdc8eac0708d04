"""The report as one A4 page in the form of an official letter, to be numbered, dated and signed by people. Pure.

Called by the console's page and by `troly report --format pdf`. Invariant: it says what data/report/tables.py tells, no more.
"""

from __future__ import annotations

import math
from datetime import date

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from data.report import Report
from data.report.tables import FACTS, NOTE, ReportTable, heading, tables
from flows.content import Content, Letterhead
from handlers.papers.page import FONT, INK, MARGIN, SHADE, SOFT, TOP, WIDTH, new_file

SIZES = (
    (12.0, 5),
    (11.0, 5),
    (10.0, 5),
    (9.0, 5),
    (9.0, 2),
    (8.0, 1),
)  # points, rows of a list; the first at which it is one page
CHART = 26.0  # mm
PROPOSALS = 3  # empty lines
LABEL = 11.0  # mm that the name of a month takes
BAR = (47, 111, 120)


def report_page(report: Report, content: Content, on: date) -> bytes:
    """The file's bytes, dated in the month of `on`. Raises ValueError where it fits on no page."""
    for size, rows in SIZES:
        file = new_file("Báo cáo kết quả hướng dẫn cài đặt VssID", styles=("", "B", "I"))
        file.set_auto_page_break(True, margin=TOP)
        _Letter(file, size, rows).draw(report, content, on)
        if file.page_no() == 1:
            return bytes(file.output())
    raise ValueError("the report does not fit on one page")


def _told(cell: str | int) -> str:
    """A number as it is written in Vietnam: 12.345."""
    return f"{cell:,}".replace(",", ".") if isinstance(cell, int) else cell


class _Letter:
    def __init__(self, file: FPDF, size: float, rows: int) -> None:
        self.file, self.size, self.rows = file, size, rows
        file.set_line_width(0.15)
        file.set_text_color(*INK)

    def draw(self, report: Report, content: Content, on: date) -> None:
        head, (whole, *others) = content.office.letterhead, tables(report, content)
        self._head(head, on)
        self._centred("BÁO CÁO", self.size + 3, bold=True)
        self._centred("Kết quả tuyên truyền, hướng dẫn cài đặt ứng dụng VssID", self.size + 1, bold=True)
        self._centred(heading(report), self.size)
        self.file.ln(self.size * 0.2)
        self._centred(f"Kính gửi: {head.to}", self.size + 1)
        self.file.ln(self.size * 0.3)
        self._line("1. Kết quả trong kỳ", bold=True)
        self._table(whole)
        titles = [f"{title} theo tháng" for title in FACTS.values()]
        chart = next(
            (t for t in others if t.title in titles and any(isinstance(r[-1], int) for r in t.rows)), None
        )
        if chart is not None:
            self.file.ln(2)
            self._chart(chart)
        number = 2
        for title in ("Những câu trợ lý chưa trả lời được, nhiều nhất", "Tin lừa đảo người dân báo"):
            for table in others:
                if table.title == title:
                    self._line(f"{number}. {title}", bold=True)
                    self._table(ReportTable(title, table.headings, table.rows[: self.rows]))
                    number += 1
        self._line(f"{number}. Đề xuất, kiến nghị", bold=True)
        for _ in range(PROPOSALS):
            self._dots()
        self.file.ln(1)
        self.file.ln(2)
        self.file.set_text_color(*SOFT)
        self._line(NOTE, size=self.size - 2)
        self.file.set_text_color(*INK)
        self._end(head)

    def _font(self, size: float, style: str = "") -> None:
        self.file.set_font(FONT, style, size)

    def _centred(self, text: str, size: float, *, bold: bool = False) -> None:
        self._font(size, "B" if bold else "")
        self.file.multi_cell(0, size * 0.46, text, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _line(self, text: str, *, bold: bool = False, size: float = 0.0) -> None:
        size = size or self.size
        self._font(size, "B" if bold else "")
        self.file.ln(1 if bold else 0)
        self.file.multi_cell(0, size * 0.46, text, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _head(self, head: Letterhead, on: date) -> None:
        """Who writes on the left, the state on the right; number and day are left open."""
        file, half, top = self.file, WIDTH / 2, self.file.get_y()
        left = ((head.parent.upper(), ""), (head.issuer.upper(), "B"), (f"Số:          /{head.symbol}", ""))
        right = (
            ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "B"),
            ("Độc lập - Tự do - Hạnh phúc", "B"),
            (f"{head.place}, ngày        tháng {on:%m} năm {on:%Y}", "I"),
        )
        for x, lines in ((MARGIN, left), (MARGIN + half, right)):
            file.set_y(top)
            for n, (text, style) in enumerate(lines):
                file.set_x(x)
                self._font(self.size - 2, style)
                file.cell(half, self.size * 0.45, text, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
                if n == 1:
                    wide = min(file.get_string_width(text), half) * 0.6
                    file.line(x + (half - wide) / 2, file.get_y(), x + (half + wide) / 2, file.get_y())
                    file.ln(1.2)
        file.ln(self.size * 0.4)

    def _table(self, table: ReportTable) -> None:
        self._font(self.size - 1)
        self.file.ln(0.8)
        with self.file.table(
            rows=[table.headings, *([_told(cell) for cell in row] for row in table.rows)],
            col_widths=(4, 1),
            text_align=(Align.L, Align.R),
            line_height=self.size * 0.44,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", fill_color=SHADE),
            padding=(0.4, 1),
        ):
            pass

    def _chart(self, table: ReportTable) -> None:
        """A bar for each month, with its number above and the month below."""
        file, wide = self.file, WIDTH / max(len(table.rows), 6)
        self.file.ln(1)
        self._line(table.title)
        if file.get_y() + CHART + 10 > file.page_break_trigger:
            file.add_page()
        top, every = file.get_y() + 4, math.ceil(LABEL / wide)
        file.set_fill_color(*BAR)
        self._font(7)
        for n, (month, count) in enumerate(table.rows):
            high = CHART * count / table.most if isinstance(count, int) else 0.0
            x = MARGIN + n * wide
            file.rect(x + wide * 0.2, top + CHART - high, wide * 0.6, high, style="F")
            file.set_xy(x, top + CHART - high - 3.6)
            file.cell(wide, 3.4, _told(count), align=Align.C)
            if n % every == 0:
                file.set_xy(x, top + CHART + 0.4)
                file.cell(wide, 3.4, str(month), align=Align.C)
        file.set_fill_color(255)
        file.line(MARGIN, top + CHART, MARGIN + WIDTH, top + CHART)
        file.set_xy(MARGIN, top + CHART + 4.5)

    def _dots(self) -> None:
        file = self.file
        file.ln(self.size * 0.6)
        file.set_dash_pattern(dash=0.3, gap=0.9)
        file.line(MARGIN, file.get_y(), MARGIN + WIDTH, file.get_y())
        file.set_dash_pattern()

    def _end(self, head: Letterhead) -> None:
        """Who gets a copy on the left, who signs on the right, with room for hand and seal."""
        file = self.file
        file.ln(2)
        if file.get_y() + 34 > file.page_break_trigger:
            file.add_page()
        top = file.get_y()
        self._font(self.size - 1, "B")
        file.cell(WIDTH / 2, self.size * 0.45, "Nơi nhận:", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._font(self.size - 2)
        for n, copy in enumerate(head.copies, start=1):
            end = "." if n == len(head.copies) else ";"
            file.cell(WIDTH / 2, self.size * 0.4, f"- {copy}{end}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        file.set_xy(MARGIN + WIDTH / 2, top)
        self._font(self.size, "B")
        file.cell(WIDTH / 2, self.size * 0.45, head.signer.upper(), align=Align.C)
        file.set_y(max(file.get_y(), top) + 32)
