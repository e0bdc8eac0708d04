"""The choices of the registration's first three questions: for whom, which telephone, whether the code is known."""

from __future__ import annotations

from flows.engine.steps import Choice, Context


def platform_choices(context: Context) -> tuple[Choice, ...]:
    """Which telephone; whose code was just looked up knows it."""
    outcome, keep = ("known", {"code_known": "1"}) if context.get("record_code") else ("chosen", {})
    android, ios = {"platform": "android", **keep}, {"platform": "ios", **keep}
    return (
        Choice("Android", outcome, android, words="samsung, oppo, xiaomi, may thuong", means="android"),
        Choice("iPhone", outcome, ios, words="ios, ip, apple, ai phon", means="ios"),
    )


_WHO_NOTE = {"child": "Dạ, làm cho con nhỏ: lúc nộp nhớ mang thêm giấy khai sinh của con."}
WHO_CHOICES = tuple(
    Choice(label, "chosen", {"who": who}, words=words, means=who, note=_WHO_NOTE.get(who, ""))
    for who, label, words in (
        (
            "employee",
            "Người lao động của đơn vị",
            "nguoi lao dong, nhan vien, cong nhan, vien chuc, co don vi",
        ),
        (
            "individual",
            "Cá nhân tự do",
            "ca nhan, tu do, cho toi, cho tui, cho em, cho minh, tui, toi, em, minh, ban than, tu nguyen, ho gia dinh",
        ),
        ("child", "Con nhỏ", "con, cho con, tre em, em be, con toi"),
        ("pensioner", "Người hưởng lương hưu", "huu tri, luong huu, nguoi huong luong huu, ve huu, nghi huu"),
        (
            "officer",
            "Cán bộ đầu mối của đơn vị",
            "can bo dau moi, ke toan, toi la ke toan, ke toan don vi, nhan su, dau moi don vi",
        ),
    )
)
CODE_CHOICES = (
    Choice("Đã biết", "chosen", {"code_known": "1"}, words="biet roi, co, co roi, roi, biet", means="known"),
    Choice(
        "Chưa biết",
        "chosen",
        {"code_known": None},
        words="chua, khong biet, ko biet, khong, chua co",
        note="Dạ, mã số là 10 số trên sổ BHXH hoặc 10 số cuối thẻ BHYT; không có giấy thì tra mã, tôi có ghi cách trong danh sách.",
        means="unknown",
    ),
    Choice("Tra mã số giúp tôi", "lookup", words="tra cuu, tra giup, tra ma so", means="look_up"),
)
