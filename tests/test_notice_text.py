"""What an admin is warned of in the text of a notice. Rule: unfilled places and strange links are named, ordinary words are not."""

from __future__ import annotations

import re
import time

import pytest

from flows.conversations.notice_text import warnings
from flows.text.normalise import clean

OWN = "https://troly.example.vn:8443"


def named(text: str, of: str) -> list[str]:
    """The places or links that are named."""
    return [
        find
        for sentence in warnings(clean(text), OWN)
        if sentence.startswith(of)
        for find in re.findall("“([^”]*)”", sentence)
    ]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Kính gửi {{ho_ten}}, mã số [MÃ SỐ] <LINK>", ["{{ho_ten}}", "[MÃ SỐ]", "<LINK>"]),
        ("Kính gửi {{ họ và\ntên }}, {ten} ${ten} {}", ["{{ họ và tên }}", "{ten}", "${ten}", "{}"]),
        (
            "Kính gửi «Họ_tên» ‹tên› 【TÊN】 ［tên］ ＜tên＞",
            ["«Họ_tên»", "‹tên›", "【TÊN】", "［tên］", "＜tên＞"],
        ),
        ("Số %SO% #TEN# @@ten $HO_TEN", ["%SO%", "#TEN#", "@@ten", "$HO_TEN"]),
        ("Ông/Bà........ số ____ , …… rồi", ["........", "____", "……"]),
        ("ngày … tháng ... năm 2026 (…)", ["…", "..."]),
        ("hạn ../../2026, xx/xx/2026, dd/mm/yyyy, XXX", ["../", "xx", "dd/mm/yyyy", "XXX"]),
        ("[Họ và tên] [ ] [...] <b>đậm</b>", ["[Họ và tên]", "[ ]", "[...]", "<b>", "</b>"]),
        ("[THÔNG BÁO] Nghỉ lễ 2/9, v.v… và các việc khác… [1]", []),
        ("Lương < 5 triệu và > 3 triệu, <2 triệu>, tăng 1,5%-2%, khóa XX. Nhé...", []),
        ("Từ 7 giờ 30…11 giờ, “Hết hạn…”, 50% và 70%, giá $5, #1", []),
        ("Xem <https://vssid.gov.vn>", []),
    ],
)
def test_places_that_nobody_filled_are_named(text: str, places: list[str]) -> None:
    assert named(text, "Có chỗ chưa điền") == places


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("https://baohiemxahoi.gov.vn/a?b#c, dichvucong.gov.vn. HTTPS://VSS.GOV.VN www.vss.gov.vn:443/x", []),
        ("https://troly.example.vn/thong-bao troly.example.vn", []),
        ("Thứ bảy.Anh/chị mang hồ sơ.Cám ơn. Mẫu TK1-TS.docx, hoi@gmail.com, ngày 01.12.2026, 1.900.000", []),
        ("bit.ly/abc. (t.me/x) zalo.me/123, shop.xyz", ["bit.ly/abc", "t.me/x", "zalo.me/123", "shop.xyz"]),
        ("www.abc.example", ["www.abc.example"]),
        ("https://evilgov.vn gov.vn.evil.com", ["https://evilgov.vn", "gov.vn.evil.com"]),
        (
            "https://vss.gov.vn@evil.com https://vss.gov.vn:x@evil.com/",
            ["https://vss.gov.vn@evil.com", "https://vss.gov.vn:x@evil.com/"],
        ),
        (
            "https://evil.com\\.gov.vn https://evil.com%2f.gov.vn",
            ["https://evil.com\\.gov.vn", "https://evil.com%2f.gov.vn"],
        ),
        (
            "https://vѕѕ.gov.vn vss。evil。com",
            ["https://vѕѕ.gov.vn", "vss。evil。com"],
        ),  # letters of another script
        ("https://evil.troly.example.vn http://[::1]/x", ["https://evil.troly.example.vn", "http://[::1]/x"]),
        ("1.2.3.4/x http://1.2.3.4 ftp://vss.gov.vn", ["1.2.3.4/x", "http://1.2.3.4", "ftp://vss.gov.vn"]),
    ],
)
def test_links_that_lead_elsewhere_are_named(text: str, links: list[str]) -> None:
    assert named(text, "Có đường dẫn") == links


def test_many_finds_are_cut_and_none_takes_long() -> None:
    assert "“{5}” và 45 chỗ nữa" in warnings(" ".join(f"{{{n}}}" for n in range(1, 51)), OWN)[0]
    assert max(map(len, warnings("{" + "a" * 80 + "} https://" + "a" * 3000 + ".com", OWN))) < 400
    began = time.process_time()
    for text in ("{{" * 1750, "a." * 1750, "<a" * 1750, ". " * 1750, "…/" * 1750, "[" * 3500, "www." * 875):
        warnings(text, OWN)
    assert time.process_time() - began < 2
