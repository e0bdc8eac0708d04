"""Maps the headings of a file to columns of the registry. Used by prepare.py.

Invariant: a heading is matched by its folded words; one that matches nothing is ignored and reported as ignored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from data.registry_import.fonts import FONTS, in_font
from flows.text.fold import fold, join_key

COLUMNS = (
    "code",
    "name",
    "sex",
    "born",
    "id_number",
    "province",
    "phone",
    "household",
    "commune",
    "unit",
)
COMPULSORY = ("code", "name")
WITHIN = 30  # rows at the top of a file in which the headings are looked for: titles may stand above them

# Folded: no marks, lower case, one space between words. Words in brackets are left out before comparing.
_HEADINGS: dict[str, str] = {
    "code": "code; ma so bhxh; ma so; ma bhxh; so bhxh; bhxh; so so bhxh; ma so so bhxh; ma so bao hiem xa hoi;"
    "so bao hiem xa hoi; bhxh code; social insurance code; ma so tham gia",
    "name": "name; full name; fullname; ho ten; ho va ten; ten; hoten; ho ten nguoi tham gia; ho va ten nguoi tham gia;"
    "ho ten nguoi lao dong; ho va ten nguoi lao dong; ho ten nld; ho va ten nld; nguoi tham gia; ho ten khai sinh;"
    "ho chu dem va ten; ho chu dem va ten khai sinh",
    "sex": "sex; gender; gioi tinh; phai; gioi; nam nu; gt",
    "born": "born; birth date; birthdate; birthday; date of birth; dob; ngay sinh; nam sinh; ngay thang nam sinh;"
    "ngay thang sinh; sinh ngay; ngay thang nam; ngay nam sinh; ns; ngaysinh",
    "id_number": "id number; idnumber; id; cccd; cmnd; cccd cmnd; cmnd cccd; so cccd; so cmnd; so cccd cmnd;"
    "so cmnd cccd; can cuoc; the can cuoc; so can cuoc; so the can cuoc; can cuoc cong dan; so can cuoc cong dan; cmt;"
    "so cmt; chung minh nhan dan; so chung minh nhan dan; dinh danh; so dinh danh; so dinh danh ca nhan; ma dinh danh;"
    "ma so dinh danh; ddcn; so ddcn; so giay to; giay to tuy than; so giay to tuy than; cccd cmnd ho chieu;"
    "cmnd cccd ho chieu; so cmnd cccd ho chieu; so cccd cmnd ho chieu; cccd ddcn; cccd so dinh danh;"
    "so cccd so dinh danh; cmnd can cuoc; can cuoc cmnd; so can cuoc dinh danh",
    "province": "province; province code; tinh; ma tinh; tinh thanh; tinh thanh pho; ma tinh thanh; ma tinh thanh pho;"
    "ma tinh tp; tinh tp",
    "phone": "phone; mobile; phone number; tel; telephone; sdt; so sdt; so dien thoai; dien thoai; so dt; dt; dtdd;"
    "so dtdd; di dong; so di dong; dien thoai di dong; so dien thoai di dong; dien thoai lien he; so dt di dong; so dien thoai nguoi tham gia; dien thoai dd; so dien thoai dd; so dien thoai di dong lien he;"
    "so dien thoai lien he; sdt lien he; sodienthoai",
    "household": "household; household code; ma ho; ma ho gia dinh; ma so ho gia dinh; ma so ho; so ho gia dinh;"
    "ho gia dinh; ma hgd; hgd; maho",
    "commune": "commune; ward; xa; phuong; xa phuong; phuong xa; xa phuong thi tran; phuong xa thi tran;"
    "ten xa; ten xa phuong; xa phuong dac khu; phuong xa dac khu; dia ban; xa thi tran",
    "unit": "unit; employer; workplace; company; don vi; ten don vi; don vi lam viec; noi lam viec; co quan;"
    "ten co quan; cong ty; ten cong ty; don vi cong tac; noi cong tac; don vi tham gia; co quan don vi; donvi",
}
_KNOWN = {heading.strip(): column for column, text in _HEADINGS.items() for heading in text.split(";")}
# A family name in a column of its own: with it "ten" is only the given name.
_FAMILY = frozenset(
    (
        "ho",
        "ho dem",
        "ho va dem",
        "ho lot",
        "ho va lot",
        "ho ten dem",
        "ho va ten dem",
        "ho va ten lot",
        "ho va chu lot",
        "ho chu dem",
        "ho va chu dem",
        "family name",
        "last name",
        "surname",
    )
)
_GIVEN = frozenset(("ten", "given name", "first name", "ten goi"))
REASON = "Lý do không nhận"  # the heading under which the workbook of bad rows says why
_BRACKETS = re.compile(r"[(\[{][^)\]}]{0,80}[)\]}]")
_LONGEST = 120  # characters of a heading that are looked at


_PARTS = re.compile(r"\s*(?:[/|;+\n]|\bhoặc\b|\bhoac\b)\s*", re.IGNORECASE)
_NUMBERING = re.compile(r"[(\[]?\s*(?:\d{1,2}|[A-Za-zĐđ])\s*[)\]]?(?:\s*=.*)?")
_DAY, _MONTH, _YEAR, _MALE, _FEMALE = "ngày", "tháng", "năm", "nam", "nữ"
_TALLEST = 3  # rows that headings may take
Merge = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What the headings of a table mean.

    `places`: column -> positions in the row (two for a name in two columns); `taken`: (heading, column), "" ignored; `width`: cells
    of the heading row. `sexes`: columns of men and of women, None where there is none; `parts`: day, month and year of birth.
    What is read from those stands in two cells behind the row, see `joined`. `reason`: where the reasons stand in a workbook of bad
    rows that comes back, None in any other file.
    """

    places: dict[str, tuple[int, ...]]
    taken: tuple[tuple[str, str], ...]
    width: int = 0
    sexes: tuple[int | None, int | None] = (None, None)
    parts: tuple[int | None, ...] = ()
    reason: int | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Columns the file does not have: they stay empty."""
        return tuple(c for c in COLUMNS if c not in self.places)

    @property
    def own(self) -> frozenset[int]:
        """Positions of what nobody shares with the row above: merged cells of a commune mean all their rows, those of a name do not."""
        alone = (p for c in ("code", "name", "born", "id_number") for p in self.places.get(c, ()))
        return frozenset((*alone, *(p for p in (*self.sexes, *self.parts) if p is not None)))

    def heading(self, column: str) -> str:
        """The heading that means this column."""
        return next((h for h, taken in self.taken if taken == column), column)


def column_of(heading: str) -> str:
    """The column a heading means, "" for none: "Mã số BHXH (*)" -> "code"."""
    heading = heading[:_LONGEST]
    found = _KNOWN.get(join_key(heading)) or _KNOWN.get(join_key(_BRACKETS.sub(" ", heading)), "")
    if found or not heading.strip():
        return found
    parts = [p for p in _PARTS.split(_BRACKETS.sub(" ", heading)) if p.strip()]
    meant = {_KNOWN.get(join_key(p), "") for p in parts}
    if len(parts) > 1 and "" not in meant and meant <= {"code", "id_number"}:
        return "code" if "code" in meant else "id_number"
    for font in () if heading.isascii() else FONTS:
        if (read := in_font(heading, font)) and read != heading and (found := _KNOWN.get(join_key(read), "")):
            return found
    return ""


def _sub(text: str, beside: Sequence[str]) -> str:
    """What a heading under a heading says: a part of a date, or a sex; "nam" without marks by what stands beside it."""
    said = " ".join(unicodedata.normalize("NFC", text).lower().split())
    key = join_key(said)
    others = {join_key(b) for b in beside}
    if key == "nu":
        return _FEMALE
    if key == "nam":
        if said == "năm" or others & {"ngay", "thang"}:
            return _YEAR
        return _MALE
    return {"ngay": _DAY, "thang": _MONTH, "thang sinh": _MONTH}.get(key, "")


def map_headings(row: Sequence[str], above: Sequence[str] = ()) -> ColumnMapping | None:
    """The mapping of this row, or None when it is no row of headings: code and name must be there.

    `above`: for each cell the heading over it, where headings take several rows. Raises ValueError when two headings mean the same
    column.
    """
    above = [*above, *[""] * (len(row) - len(above))]
    keys = [join_key(_BRACKETS.sub(" ", h[:_LONGEST])) for h in row]
    places: dict[str, tuple[int, ...]] = {}
    taken: list[tuple[str, str]] = []
    family = next((i for i, k in enumerate(keys) if k in _FAMILY), None)
    given = next((i for i, k in enumerate(keys) if k in _GIVEN), None)
    two = (family, given) if family is not None and given is not None else None
    sexes: dict[str, int] = {}
    parts: dict[str, int] = {}
    twice = ""
    for i, heading in enumerate(row):
        top = above[i]
        column = "name" if two and i in two else column_of(heading) if heading.strip() else column_of(top)
        if not column and heading.strip() and top.strip():
            column = column_of(f"{heading} {top}") or column_of(f"{top} {heading}")
        meaning = (
            ""
            if column in COMPULSORY
            else _sub(heading, [h for h, t in zip(row, above, strict=True) if t == top])
        )
        over = column_of(top)
        if meaning in (_MALE, _FEMALE) and over in ("", "sex", "born") and meaning not in sexes:
            sexes[meaning], column = i, "sex"
        elif meaning in (_DAY, _MONTH, _YEAR) and over == "born" and meaning not in parts:
            parts[meaning], column = i, "born"
        elif column and column in places and not (two and i in two):
            twice = twice or (
                f"hai tiêu đề cùng nghĩa {column} (“{_heading_of(taken, column)}” và “{' '.join(heading.split())}”): hãy đổi tên một cột"
            )
        elif column:
            places[column] = (two[0], two[1]) if two and i in two else (i,)
        said = " / ".join(" ".join(t.split()) for t in (top, heading) if t.strip())
        if said:
            taken.append((said[:_LONGEST], column))
    if any(c not in places for c in COMPULSORY):
        return None
    for column, found in (("sex", sexes), ("born", parts)):
        if found and column in places:
            twice = twice or f"hai tiêu đề cùng nghĩa {column}: hãy đổi tên một cột"
    if twice:
        raise ValueError(twice)
    marked = (sexes.get(_MALE), sexes.get(_FEMALE))
    return ColumnMapping(
        places,
        tuple(taken),
        len(row),
        marked,
        tuple(parts.get(p) for p in (_DAY, _MONTH, _YEAR)) if parts else (),
        next((i for i, key in enumerate(keys) if key == join_key(REASON)), None),
    )


def _heading_of(taken: Sequence[tuple[str, str]], column: str) -> str:
    return next((h for h, c in taken if c == column), column)


def find_headings(
    rows: Sequence[Sequence[str]], merges: Sequence[Merge] = ()
) -> tuple[int, ColumnMapping] | None:
    """The last row of the headings, from 1, and what they mean; a row that only numbers the columns is one of them.

    Headings may take several rows: under "Năm sinh" stand "Nam" and "Nữ". Raises ValueError as map_headings does.
    """
    for n in range(1, min(WITHIN, len(rows)) + 1):
        over = _spread(rows, n - 1, merges) if n > 1 and _tops(rows[n - 2]) else []
        mapping, last = map_headings(rows[n - 1], over), n
        if mapping is None and n < len(rows) and map_headings(rows[n]) is None:
            mapping, last = map_headings(*_joined_rows(rows, n, n + 1, merges)), n + 1
        if mapping is None:
            continue
        while last < min(len(rows), n + _TALLEST - 1) and _continues(rows, n, last, mapping, merges):
            last += 1
            mapping = map_headings(*_joined_rows(rows, n, last, merges)) or mapping
        if last < len(rows) and _is_numbering(rows[last]):
            last += 1
        return last, mapping
    return None


def _tops(row: Sequence[str]) -> bool:
    """Whether something in this row is a heading: a title over the table is not over one of its columns."""
    return any(column_of(cell) in ("born", "sex", "id_number") for cell in row)


def _spread(rows: Sequence[Sequence[str]], number: int, merges: Sequence[Merge]) -> list[str]:
    """Row `number` with its merged cells shown in each of their columns."""
    row = list(rows[number - 1])
    width = max(len(r) for r in rows[max(number - 1, 0) : number + _TALLEST])
    row.extend([""] * (width - len(row)))
    for first, left, _, right in merges:
        if first == number and left <= width:
            for at in range(left, min(right, width)):
                row[at] = row[left - 1]
    return row


def _joined_rows(
    rows: Sequence[Sequence[str]], first: int, last: int, merges: Sequence[Merge]
) -> tuple[list[str], list[str]]:
    """The lowest headings of these rows, and what stands over each of them."""
    low = _spread(rows, last, ())
    above = [""] * len(low)
    for n in range(first, last):
        row = _spread(rows, n, merges)
        for i, cell in enumerate(row[: len(low)]):
            beside = not merges and not cell.strip() and low[i].strip() and i and _sub(low[i], low)
            above[i] = cell if cell.strip() else above[i - 1] if beside else above[i]
    for i, cell in enumerate(low):
        if not cell.strip():
            low[i], above[i] = above[i], ""
    return low, above


def _continues(
    rows: Sequence[Sequence[str]], first: int, last: int, mapping: ColumnMapping, merges: Sequence[Merge]
) -> bool:
    """Whether the row under these headings is one of them: said by merged cells, or by what stands in it."""
    under = rows[last]
    cells = [(i, c) for i, c in enumerate(under) if c.strip()]
    needed = {i for c in COMPULSORY for i in mapping.places[c]}
    if not cells or any(i in needed for i, _ in cells):
        return False
    tall = {left - 1 for top, left, low, right in merges if first <= top <= last < low and left == right}
    return needed <= tall or all(_sub(c, under) or column_of(c) for _, c in cells)


def _is_numbering(row: Sequence[str]) -> bool:
    cells = [c.strip() for c in row if c.strip()]
    return len(cells) > 1 and all(_NUMBERING.fullmatch(c) for c in cells)


def lost_headings(rows: Sequence[Sequence[str]]) -> int:
    """The row that would be one of headings had its letters not been lost: "M? s? BHXH". 0 where there is none."""
    for n, row in enumerate(rows[:WITHIN], 1):
        meant = set()
        for cell in row:
            if "?" in cell or "\ufffd" in cell:
                plain = " ".join(fold(cell[:_LONGEST]).replace("\ufffd", "?").split())
                form = re.compile(re.escape(plain).replace(r"\?", "."))
                meant |= {column for heading, column in _KNOWN.items() if form.fullmatch(heading)}
        if meant:
            return n
    return 0


def best_guess(rows: Sequence[Sequence[str]]) -> int:
    """How many columns the best of these rows would give, for choosing a separator or an encoding."""
    return max((len({c for h in row if (c := column_of(h))}) for row in rows), default=0)
