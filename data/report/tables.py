"""The report as tables with Vietnamese headings, the same for screen, text and workbook. Called by the page and by `troly report`.

Invariant: nothing is counted here; a table sums cells that may be told (data/report/__init__.py).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data import channels
from data.report import LEAST, Report
from data.spreadsheet import text_or_number
from flows.content import Content
from flows.materials import MADE
from flows.spoken.petitions import CATEGORIES

HIDDEN = f"dưới {LEAST}"
FACTS: Mapping[str, str] = {
    "conversations": "Cuộc trò chuyện đã được giúp",
    "dossiers": "Hồ sơ đăng ký VssID đã bắt đầu",
    "ticks": "Mục đăng ký đã xong",
    "looks": "Lượt tra cứu mã số",
    "passwords": "Lượt đổi, cấp lại mật khẩu",
    "tickets": "Phiếu gặp cán bộ",
    "petitions": "Phản ánh, kiến nghị",
    "notices": "Tin thông báo",
    "arrivals": "Người tới bằng mã QR áp phích",
    "materials": "Tài liệu tuyên truyền đã phát",
}
_GROUPS: Mapping[str, Mapping[str, str]] = {
    "dossiers": {"employee": "Người lao động của đơn vị", "individual": "Cá nhân tự do", "child": "Con nhỏ"}
    | {"pensioner": "Người hưởng lương hưu", "officer": "Cán bộ đầu mối của đơn vị"},
    "looks": {
        "found": "Có kết quả",
        "none": "Không có",
        "verify": "Chờ xác minh",
        "record": "Xem hồ sơ sau xác minh",
    },
    "passwords": {"change": "Đổi mật khẩu", "forgotten": "Quên mật khẩu", "counter": "Tại quầy"},
    "tickets": {"open": "Đang mở", "closed": "Đã đóng"},
    "notices": {
        "sent": "Đã gửi",
        "blocked": "Người nhận đã chặn",
        "failed": "Không gửi được",
        "in_doubt": "Không rõ đã tới chưa",
        "withdrawn": "Đã rút lại",
        "pending": "Đang chờ",
        "leased": "Đang gửi",
    },
}
_STATES = {"open": "đang mở", "answered": "đã trả lời", "withdrawn": "đã rút"}
_THINGS = {
    "link": "Đường dẫn",
    "phone": "Số điện thoại",
    "account": "Số tài khoản",
    "message": "Tin nhắn, cuộc gọi",
}


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table with a title; `drawn`: its one column of numbers makes a chart. A cell is a text or a number."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    drawn: bool = True

    @property
    def most(self) -> int:
        """The largest number of its last column, 1 at least."""
        return max((row[-1] for row in self.rows if isinstance(row[-1], int)), default=1) or 1


def tables(report: Report, content: Content) -> tuple[ReportTable, ...]:
    """Everything that is told, the whole first."""
    found = [_summary(report)]
    for fact, title in FACTS.items():
        by_month = [(_month(month), n or HIDDEN) for month, n in report.by(fact, "month").items()]
        found.append(ReportTable(f"{title} theo tháng", ("Tháng", "Số"), tuple(by_month)))
        for what, heading in (("channel", "Kênh"), ("group", "Loại")):
            named = _named(report, fact, what, content)
            if named:
                found.append(
                    ReportTable(f"{title} theo {heading.lower()}", (heading, "Số"), tuple(named.items()))
                )
    if report.unanswered:
        found.append(
            ReportTable(
                "Những câu trợ lý chưa trả lời được, nhiều nhất", ("Câu", "Số lần"), report.unanswered
            )
        )
    if report.scams:
        scams = tuple((_THINGS.get(thing, thing), n) for thing, n in report.scams)
        found.append(ReportTable("Tin lừa đảo người dân báo", ("Loại", "Số lần báo"), scams))
    return tuple(found)


def _summary(report: Report) -> ReportTable:
    rows: list[tuple[str | int, ...]] = [
        (title, report.total(fact) or HIDDEN) for fact, title in FACTS.items()
    ]
    minutes = report.minutes("tickets")
    rows.append(("Chờ cán bộ nhận phiếu, trung bình (phút)", HIDDEN if minutes is None else minutes))
    return ReportTable("Tổng hợp", ("Việc", "Số"), tuple(rows), drawn=False)


def _named(report: Report, fact: str, what: str, content: Content) -> dict[str, int]:
    """Sums under the names that people read, those of one name together; {} where there is nothing to part."""
    named: dict[str, int] = {}
    for key, n in report.by(fact, what).items():
        name = channels.label(key) if what == "channel" else _group(report, fact, key, content)
        named[name] = named.get(name, 0) + n
    return {name: n for name, n in named.items() if name}


def _group(report: Report, fact: str, key: str, content: Content) -> str:
    if fact == "arrivals":
        return report.places.get(key, key)
    if fact == "materials":
        known = content.library.material(key)
        return known.short if known else MADE.get(key, key)
    if fact == "petitions":
        category, _, state = key.partition("/")
        called = CATEGORIES.get(category, category)
        return f"{called[:1].upper()}{called[1:]}, {_STATES.get(state, state)}"
    if fact == "ticks":
        item = next((i for i in content.checklist.items if i.id == key), None)
        stage = next((s for s in content.checklist.stages if item and s.id == item.step), None)
        return stage.title if stage else "Mục khác"
    return _GROUPS.get(fact, {}).get(key, key)


def _month(month: str) -> str:
    return f"{month[5:]}/{month[:4]}"


def heading(report: Report) -> str:
    """What the report is of."""
    of = f", kênh {channels.label(report.channel)}" if report.channel else ""
    return f"Kỳ {_month(report.period.first)} – {_month(report.period.last)}{of}"


NOTE = (
    f"Chỉ là số đếm, không có tên hay số của ai. Mỗi số cộng từ những nhóm (một tháng, một kênh, một loại) có từ {LEAST} người trở lên; "
    f"nhóm nhỏ hơn không hiện và không nằm trong tổng nào."
)


def as_text(report: Report, content: Content) -> str:
    """The report as lines of text."""
    out = [f"BÁO CÁO KẾT QUẢ HƯỚNG DẪN CÀI ĐẶT VssID\n{content.office.name}\n{heading(report)}\n{NOTE}"]
    for table in tables(report, content):
        width = max((len(str(row[0])) for row in table.rows), default=0)
        lines = [f"{row[0]!s:<{width}}  {row[-1]}" for row in table.rows]
        out.append("\n".join((table.title, *(f"  {line}" for line in lines))))
    return "\n\n".join(out) + "\n"


def as_workbook(report: Report, content: Content) -> bytes:
    """The report as an .xlsx file: a sheet a table, each with a native chart; texts are text cells."""
    from openpyxl import Workbook  # takes a while to load
    from openpyxl.chart import BarChart, Reference

    whole = Workbook()
    first = whole.active
    assert first is not None
    whole.remove(first)
    for n, table in enumerate(tables(report, content), start=1):
        sheet: Any = whole.create_sheet(f"{n}. {table.title}"[:31].translate(_NOT_IN_TITLES))
        for row in ((table.title,), (heading(report),), table.headings, *table.rows):
            _append(sheet, row)
        sheet.column_dimensions["A"].width = 50
        if table.drawn and any(isinstance(row[-1], int) for row in table.rows):
            chart, last = BarChart(), 3 + len(table.rows)
            chart.title, chart.type, chart.legend = table.title, "bar", None
            chart.add_data(Reference(sheet, min_col=2, min_row=3, max_row=last), titles_from_data=True)
            chart.set_categories(Reference(sheet, min_col=1, min_row=4, max_row=last))
            sheet.add_chart(chart, "D3")
    _append(whole.worksheets[0], (NOTE,))
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()


_NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def _append(sheet: Any, row: Sequence[str | int]) -> None:
    at = sheet.max_row + 1 if sheet.max_row > 1 or sheet["A1"].value is not None else 1
    for column, value in enumerate(row, start=1):
        text_or_number(sheet.cell(row=at, column=column), value)
