"""The Vietnamese sentences of the import page. Invariant: none holds a value of a person."""

from __future__ import annotations

from data.import_check.report import figure, quoted

__all__ = ["figure", "quoted"]

ALREADY = "Tệp trước của anh/chị còn đang được xử lý. Anh/chị chờ xong, hoặc bấm “Dừng”, rồi gửi tệp khác."
FULL = "Hệ thống đang giữ đủ số tệp cho phép của các quản trị viên khác. Anh/chị thử lại sau ít phút."
NO_ROOM = "Máy chủ không còn đủ chỗ để nhận tệp. Anh/chị báo người vận hành."
BUSY = "Một lượt nhập khác đang chạy (có thể bằng lệnh của người vận hành). Anh/chị chờ xong rồi gửi lại tệp."
READER_STOPPED = "Việc đọc tệp bị ngắt giữa chừng, có thể do máy chủ thiếu bộ nhớ. Anh/chị gửi lại tệp."
TROUBLE = "Hệ thống gặp trục trặc khi đọc tệp nên đã dừng. Anh/chị thử lại; nếu vẫn lỗi, báo người vận hành."
NO_FILE = "Anh/chị chưa chọn tệp."
BROKEN = "Tệp gửi lên bị đứt giữa chừng hoặc không đúng dạng. Anh/chị chọn lại tệp rồi gửi lại."
GONE = "Tệp này không còn trên máy chủ: đã nhập, đã bỏ hoặc quá giờ giữ. Anh/chị gửi lại tệp để kiểm tra."
NOT_CONFIRMED = "Anh/chị đánh dấu vào ô xác nhận trước đã. Chưa có gì được nhập."
OTHER_FILE = "Trang này là của tệp trước. Anh/chị xem lại kết quả bên dưới rồi bấm lại."

STAGES = {
    "receiving": "Đang nhận tệp",
    "waiting": "Đang chờ tệp của người khác xử lý xong",
    "looking": "Đang xem các cột của tệp",
    "reading": "Đang đọc từng dòng",
    "writing": "Đang ghi các dòng không nhận ra tệp Excel",
}
ENDS = {
    "checked": "Đã kiểm tra, chưa nhập",
    "imported": "Đã nhập",
    "stopped": "Đã dừng",
    "refused": "Không đọc được",
}
TONE = {"checked": "wait", "imported": "good", "stopped": "wait", "refused": "bad"}
_FOR_A_PAGE = (
    ("dùng --encoding để chọn bảng mã khác", "hãy chọn bảng mã khác trong mục “Tệp đọc ra không đúng chữ”"),
    ("changed while it was read; start again when nobody writes to it any more", "bị đổi trong lúc đọc"),
)
ENCODINGS = {
    "auto": "Tự nhận ra",
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "windows-1258": "Windows-1258",
    "tcvn3": "TCVN3 (ABC)",
    "vni": "VNI",
}
SEPARATORS = {"auto": "Tự nhận ra", "comma": "Dấu phẩy", "semicolon": "Dấu chấm phẩy", "tab": "Dấu tab"}


def too_slow(minutes: int) -> str:
    """The time of a check is over."""
    return f"Kiểm tra tệp lâu quá {minutes} phút nên đã dừng. Anh/chị chia tệp thành nhiều phần."


def too_large(megabytes: int) -> str:
    """A file beyond the limit."""
    return f"Tệp lớn quá {figure(megabytes)} MB nên không được nhận. Anh/chị chia tệp, hoặc nhờ người vận hành nhập bằng lệnh."


def stopped(rows: int, *, dry: bool) -> str:
    """Somebody pressed stop."""
    if dry:
        return "Đã dừng kiểm tra theo yêu cầu. Chưa có gì được nhập."
    return f"Đã dừng sau dòng thứ {figure(rows)} bên dưới tiêu đề. Đến đó đã vào dữ liệu; bấm “Nhập vào” lần nữa thì đi tiếp từ đó."


def not_made_up(codes: str) -> str:
    """A file of real people, at a demo."""
    return f"Đây là bản chạy thử chỉ có người không có thật, mã số bắt đầu bằng {codes}. Danh sách thật thì nhập vào bản của cơ quan."


def on_a_page(sentence: str) -> str:
    """A sentence of the import, for somebody who has no command line before them."""
    for command, page in _FOR_A_PAGE:
        sentence = sentence.replace(command, page)
    return sentence


def size(number: int) -> str:
    """1,5 MB."""
    if number < 1024:
        return f"{number} byte"
    if number < 2**20:
        return f"{number / 1024:.0f} KB"
    return f"{number / 2**20:.1f} MB".replace(".", ",")
