"""Maps the headings of a file to columns of the registry. Used by prepare.py.

Invariant: a heading is matched by its folded words; one that matches nothing is ignored and reported as ignored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flows.text.fold import join_key

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
WITHIN = 10  # rows at the top of a file in which the headings are looked for: titles may stand above them

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
    "so dtdd; di dong; so di dong; dien thoai di dong; so dien thoai di dong; dien thoai lien he;"
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
_BRACKETS = re.compile(r"[(\[{][^)\]}]{0,80}[)\]}]")
_LONGEST = 120  # characters of a heading that are looked at


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """`places`: column -> positions in the row (two for a name in two columns); `taken`: (heading, column), "" ignored."""

    places: dict[str, tuple[int, ...]]
    taken: tuple[tuple[str, str], ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Columns the file does not have: they stay empty."""
        return tuple(c for c in COLUMNS if c not in self.places)


def column_of(heading: str) -> str:
    """The column a heading means, "" for none: "Mã số BHXH (*)" -> "code"."""
    heading = heading[:_LONGEST]
    return _KNOWN.get(join_key(heading)) or _KNOWN.get(join_key(_BRACKETS.sub(" ", heading)), "")


def map_headings(row: Sequence[str]) -> ColumnMapping | None:
    """The mapping of this row, or None when it is no row of headings: code and name must be there.

    Raises ValueError when two headings mean the same column.
    """
    keys = [join_key(_BRACKETS.sub(" ", h[:_LONGEST])) for h in row]
    places: dict[str, tuple[int, ...]] = {}
    taken: list[tuple[str, str]] = []
    family = next((i for i, k in enumerate(keys) if k in _FAMILY), None)
    given = next((i for i, k in enumerate(keys) if k in _GIVEN), None)
    two = (family, given) if family is not None and given is not None else None
    twice = ""
    for i, heading in enumerate(row):
        column = "name" if two and i in two else column_of(heading)
        if heading.strip():
            taken.append((" ".join(heading.split())[:_LONGEST], column))
        if not column:
            continue
        if two and i in two:
            places["name"] = (two[0], two[1])
        elif column in places:
            twice = (
                twice or f"two headings mean {column}; the second is in column {i + 1}: rename one of them"
            )
        else:
            places[column] = (i,)
    if any(c not in places for c in COMPULSORY):
        return None
    if twice:
        raise ValueError(twice)
    return ColumnMapping(places, tuple(taken))


def best_guess(rows: Sequence[Sequence[str]]) -> int:
    """How many columns the best of these rows would give, for choosing a separator or an encoding."""
    return max((len({c for h in row if (c := column_of(h))}) for row in rows), default=0)
