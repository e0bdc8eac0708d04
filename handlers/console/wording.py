"""The Vietnamese names and sentences of the console, for pages and templates.

Invariant: every sentence that staff read stands here, in notice_wording.py or in a template.
"""

from __future__ import annotations

from datetime import UTC, datetime

from data import channels
from data.channels import label as channel
from flows.calendar.office_hours import VIETNAM
from flows.text.durations import spoken
from flows.text.masking import mask_account

ROLES = {"officer": "Cán bộ", "admin": "Quản trị", "auditor": "Kiểm tra"}
STATES = {
    "waiting": "Đang chờ",
    "claiming": "Đang nhận",
    "claimed": "Cán bộ đang trả lời",
    "closed": "Đã đóng",
}
REASONS = {
    "answered": "Đã trả lời xong",
    "no_answer": "Người dân không trả lời",
    "elsewhere": "Chuyển nơi khác giải quyết",
}
ENDS = {  # how a closed ticket ended
    **REASONS,
    "handed_back": "Đã trả lại cho trợ lý",
    "erased": "Đã xóa theo yêu cầu của người dân",
    "": "Người dân không cần nữa",
    "withdrawn": "Người dân rút phiếu",
    "left": "Người dân rời cán bộ, về lại trợ lý",
    "silent": "Tự đóng: người dân không trả lời",
}
DEEDS = {  # what a row of the audit says was done
    "look": "Tra cứu",
    "registry_find": "Tra cứu bằng lệnh",
    "codes_unlocked": "Mở lại việc gửi mã",
    "signed_in": "Đăng nhập",
    "signed_out": "Đăng xuất",
    "queue_viewed": "Xem danh sách phiếu",
    "queue_searched": "Tìm trong các phiếu",
    "ticket_viewed": "Xem cuộc trò chuyện",
    "ticket_revealed": "Xem số đầy đủ",
    "audit_viewed": "Xem sổ truy cập",
    "scams_exported": "Tải tin lừa đảo được báo",
    "petitions_viewed": "Xem danh sách phản ánh",
    "petitions_searched": "Tìm trong phản ánh",
    "petitions_exported": "Tải danh sách phản ánh",
    "poster_made": "Làm áp phích QR",
    "poster_retired": "Thôi dùng áp phích QR",
    "poster_brought_back": "Dùng lại áp phích QR",
    "petition_viewed": "Xem một phản ánh",
    "petition_revealed": "Xem tên, số đầy đủ",
    "petition_assigned": "Giao phản ánh",
    "petition_sorted": "Đổi loại phản ánh",
    "petition_answered": "Trả lời phản ánh",
    "report_viewed": "Xem báo cáo",
    "report_exported": "Tải báo cáo",
    "password_changed": "Mật khẩu được đổi",
    "reset_asked": "Lập yêu cầu đặt lại mật khẩu",
    "reset_approved": "Duyệt đặt lại mật khẩu",
    "reset_refused": "Không duyệt đặt lại mật khẩu",
    "registry_check": "Kiểm tra danh sách",
    "registry_bad_rows": "Tải các dòng không nhận",
    "registry_import": "Nhập danh sách",
    "question": "Sửa câu hỏi đáp",
    "question_edited": "Sửa câu hỏi đáp",
    "question_restored": "Trả câu hỏi đáp về bản trước",
    "staff_added": "Thêm nhân viên",
    "staff_role": "Đổi vai trò",
    "staff_renamed": "Đổi tên hiển thị",
    "audit_exported": "Tải sổ truy cập",
    "staff_link": "Tạo liên kết đăng nhập",
    "staff_telegram": "Gắn Telegram",
    "staff_removed": "Xóa nhân viên",
    "export": "Người dân lấy dữ liệu của mình",
    "removal_undone": "Khôi phục người đã xóa",
    "ticket_taken_over": "Nhận thay phiếu",
    "notice_exported": "Tải danh sách người nhận",
    "zalo_authorise_begun": "Bắt đầu cấp quyền Zalo OA",
    "zalo_authorised": "Cấp quyền Zalo OA",
}
OUTCOMES = {
    "kept": "đã làm",
    "refused": "không được",
    "done": "xong",
    "own": "của chính mình",
    "removed": "đã gỡ",
}
SPEAKERS = {
    "citizen": "Người dân",
    "officer": "Cán bộ",
    "bot": "Trợ lý",
    "withdrawn": "Trợ lý định nói, chưa gửi",
    "note": "Ghi chú",
    "told": "Hệ thống báo người dân",
}
TABS = {
    "mine": "Của tôi",
    "waiting": "Đang chờ",
    "others": "Đồng nghiệp",
    "closed": "Đã đóng",
}  # lists of the inbox
EMPTY_TABS = {
    "mine": "Anh/chị chưa giữ phiếu nào",
    "waiting": "Chưa có ai chờ",
    "others": "Đồng nghiệp không giữ phiếu nào",
    "closed": "Chưa có phiếu nào đã đóng",
}
DELIVERY = {
    "pending": "đang chờ gửi",
    "leased": "đang gửi",
    "sent": "đã gửi",
    "blocked": "không gửi được: người dân đã chặn",
    "failed": "không gửi được",
    "in_doubt": "không rõ đã tới chưa",
    "withdrawn": "đã rút lại",
}
OUTSIDE = "Cán bộ trong công cụ chat của kênh"
ON_THE_PAGE = "sẽ hiện khi người dân mở trang"

ABOUT = {  # what a page of the menu is for, on the first page
    "/console/scams": "Tin nhắn, đường dẫn, số máy lừa đảo mà người dân báo, gộp theo loại.",
    "/console/petitions": "Phản ánh, kiến nghị của người dân: ai đang xem, hạn trả lời, trả lời ngay tại đây.",
    "/console/queue": "Người dân đang chờ gặp cán bộ, các phiếu anh/chị đang giữ, tìm trong các cuộc trò chuyện.",
    "/console/notices": "Soạn, xem trước, gửi thử và gửi thông báo cho người đã đăng ký nhận.",
    "/console/questions": "Trợ lý trả lời những gì, còn hiệu lực không, và những câu chưa hiểu.",
    "/console/import": "Xem thử một danh sách người tham gia trước khi nhập, lấy lại các dòng sai, rồi nhập.",
    "/console/zalo": "Quyền của Zalo OA còn hạn đến khi nào, cấp lại quyền, hạn mức tin, kiểm tra một sự kiện đã nhận.",
    "/console/resets": "Cho người dân đứng tại quầy tự đặt mật khẩu mới, khi hai cán bộ đã xem giấy tờ.",
    "/console/report": "Số liệu từng tháng cho UBND tỉnh: bảng, biểu đồ, tệp Excel; không có thông tin của ai.",
    "/console/staff": "Thêm, đổi vai trò, đặt tên hiển thị và xóa người làm việc ở đây.",
    "/console/audit": "Ai đã xem hoặc đổi gì, và sổ có còn nguyên vẹn không.",
}

# what happened, said on the page that a form leads to: the address carries the key only
PAPERS = {"id_card": "Căn cước, CCCD", "passport": "Hộ chiếu", "vneid": "Căn cước điện tử trên VNeID"}
NOTES = {
    "poster_made": "Đã làm áp phích. Tải A4 hoặc A6 ở dòng của nó để in.",
    "reset_asked": "Đã gửi. Cán bộ thứ hai xem giấy tờ rồi duyệt trên trang này.",
    "reset_refused": "Đã bỏ yêu cầu. Không có gì thay đổi.",
    "yours": "Anh/chị đã nhận phiếu này. Từ giờ trợ lý im lặng, người dân chờ anh/chị trả lời.",
    "taken": "Đồng nghiệp khác đã nhận phiếu này trước.",
    "gone": "Phiếu này đã đóng.",
    "sent": "Đã ghi câu trả lời; trạng thái gửi hiện dưới tin.",
    "handed_back": "Đã trả lại cho trợ lý. Cuộc trò chuyện đi tiếp đúng bước đang dở.",
    "closed": "Đã đóng phiếu.",
    "sent_and_closed": "Đã gửi câu trả lời và đóng phiếu.",
    "staff_added": "Đã thêm nhân viên.",
    "staff_role": "Đã đổi vai trò; có hiệu lực từ thao tác tiếp theo của người đó.",
    "staff_named": "Đã đổi tên hiển thị.",
    "staff_removed": "Đã xóa nhân viên. Phiếu người đó giữ, nếu có, đã về lại hàng chờ.",
    "moved": "Đã chuyển phiếu cho đồng nghiệp.",
    "no_such_colleague": "Đồng nghiệp này không nhận được phiếu; phiếu vẫn do anh/chị giữ.",
    "put_back": "Đã trả phiếu về hàng chờ; người dân được báo.",
    "nobody_waits": "Không còn ai chờ.",
    "notice_new": "Đã lưu bản nháp. Anh/chị xem trước và gửi thử cho mình trước khi bắt đầu.",
    "notice_edit": "Đã lưu thay đổi. Duyệt và gửi thử trước đó, nếu có, không còn hiệu lực.",
    "notice_no_edit": "Thông báo này không còn là bản nháp, nên không sửa được nữa.",
    "notice_test": "Đã gửi thử cho riêng anh/chị.",
    "notice_approve": "Đã duyệt. Giờ có thể bắt đầu gửi.",
    "notice_start": "Đã bắt đầu gửi. Trang này tự cập nhật.",
    "notice_pause": "Đã tạm dừng. Tin đã trao cho kênh thì gửi nốt, không có tin mới.",
    "notice_resume": "Đang gửi tiếp.",
    "notice_cancel": "Đã hủy. Những tin chưa gửi được rút lại.",
    "notice_retry": "Các tin đó được xếp hàng gửi lại.",
    "notice_same": "Việc này đã được làm trước đó, không có gì thay đổi thêm.",
    "not_yours": "Phiếu này không còn do anh/chị giữ, nên thao tác không được thực hiện.",
    "petition_assigned": "Đã giao phản ánh.",
    "petition_sorted": "Đã đổi loại.",
    "petition_noted": "Đã lưu ghi chú; người dân không thấy.",
    "petition_closed": "Phản ánh này đã khép, đã rút hoặc đã xóa, nên thao tác không được thực hiện.",
    "question_kept": "Đã lưu. Trợ lý dùng bản này trong vài giây nữa.",
    "question_restored": "Đã trả về bản đã chọn. Trợ lý dùng bản này trong vài giây nữa.",
    "zalo_authorised": "Đã nhận quyền của Zalo OA. Trợ lý gửi và nhận tin được từ bây giờ.",
    "import_stop": "Đang dừng; trang này tự cập nhật.",
    "import_discard": "Đã xóa tệp và các dòng sai khỏi máy chủ. Dữ liệu đã nhập, nếu có, vẫn còn.",
    "import_bring": "Đã bắt đầu nhập. Trang này tự cập nhật, anh/chị có thể rời trang rồi quay lại.",
    "question_added": "Đã thêm cách hỏi. Trợ lý hiểu câu này trong vài giây nữa.",
}

TROUBLE = "Hệ thống đang có trục trặc. Anh/chị thử lại sau ít phút; nếu vẫn lỗi, báo người vận hành."
FOREIGN = "Yêu cầu này không đến từ trang của cơ quan, nên không được nhận."
NOT_YOURS = "Vai trò của anh/chị không mở được trang này. Cần thì liên hệ người quản trị."
OLD_FORM = "Trang đã mở từ phiên trước. Anh/chị quay lại, tải lại trang rồi làm lại giúp tôi."
NO_PAGE = "Địa chỉ này không có trong bàn làm việc. Anh/chị chọn lại từ danh sách."
TOO_LONG = "Nội dung gửi lên quá dài hoặc kèm tệp, nên không được nhận."
LINK_GONE = "Liên kết này đã dùng, đã quá hạn hoặc không có. Anh/chị xin người vận hành một liên kết mới."
BAD_PERIOD = "Ngày viết như 2026-11-24; ngày sau không trước ngày đầu."
NO_COLLEAGUE = "Anh/chị chọn đồng nghiệp nhận phiếu trước đã."
NO_KEEPING = "Bản nháp này không được giữ: dài quá, hoặc có vẻ chứa mật khẩu hay mã."
NO_ROLE = "Anh/chị chọn một vai trò."
BAD_NAME = (
    "Tên đăng nhập có 1 đến 40 chữ thường không dấu, số, dấu chấm, gạch; bắt đầu và kết thúc bằng chữ hay số."
)
NAME_TAKEN = "Tên đăng nhập này đang có người dùng."
BAD_CALLED = "Tên hiển thị có tối đa 60 chữ, không có số hay ký hiệu, và khác tên đăng nhập."
NOT_SURE = "Anh/chị đánh dấu “Tôi chắc chắn” rồi mới xóa được."
NO_MEMBER = "Không có nhân viên này, hoặc người đó đã bị xóa."
NOT_ONESELF = "Anh/chị không đổi vai trò của mình hay tự xóa mình được; nhờ một quản trị viên khác."
STAFF_HELP = "Vẫn không được, anh/chị báo người quản trị hoặc người vận hành hệ thống."
NO_TICKET = "Không có phiếu này, hoặc phiếu đã bị xóa theo yêu cầu của người dân."


NO_REASON = "Anh/chị chọn lý do đóng phiếu trước đã."
_REFUSED = {
    "not_yours": "Phiếu này không còn do anh/chị giữ, nên câu trả lời chưa được gửi. Nội dung vẫn còn dưới đây để sao lại.",
    "asks": "Câu trả lời có vẻ hỏi mật khẩu, mã xác thực, ảnh tin nhắn có mã, thẻ ngân hàng hoặc quyền vào máy của người dân, nên chưa được "
    "gửi. Không cán bộ nào được hỏi những thứ đó, kể cả để làm giúp. Nội dung anh/chị gõ còn dưới đây để sửa.",
    "secret": "Câu trả lời có vẻ chứa mật khẩu hoặc mã OTP, nên chưa được gửi. Anh/chị bỏ phần đó rồi gửi lại.",
    "empty": "Anh/chị chưa gõ câu trả lời.",
}


INSTEAD = (
    "Tôi không cần mã hay mật khẩu của anh/chị. Anh/chị tự nhập trên ứng dụng VssID, hoặc trên trang bảo mật nếu trợ lý đã gửi "
    "đường dẫn, và đừng gửi cho ai, kể cả cán bộ."
)


def answer_refused(outcome: str, limit: int) -> str:
    """Why an officer's words were not sent."""
    return _REFUSED.get(outcome, f"Câu trả lời dài quá {limit} ký tự. Anh/chị rút gọn rồi gửi lại.")


FIELDS = {
    "card": "thẻ tóm tắt",
    "messages": "tin nhắn",
    "numbers": "số đầy đủ",
    "want": "điều muốn hỏi",
    "last": "tin cuối",
    "petition": "nội dung phản ánh",
}


def fields_seen(fields: str) -> str:
    """Names of fields in a row of the audit, in words."""
    return ", ".join(FIELDS.get(name, name) for name in fields.split(", "))


def who_it_was(who: str) -> str:
    """A caller of the audit, without the account of a citizen."""
    kind, _, name = who.partition(":")
    if kind == "staff":
        return name
    return f"{channel(kind)} {mask_account(name)}" if name else who


def locked(seconds: int) -> str:
    """Why signing in has to wait."""
    return (
        "Từ đường mạng này có quá nhiều lần đăng nhập không thành công. "
        f"Anh/chị thử lại sau {spoken(seconds)}; liên kết còn hạn thì vẫn dùng được ngay."
    )


def waiting(seconds: float) -> str:
    """How long somebody waits, in words."""
    minutes = int(max(seconds, 0.0) // 60)
    if minutes < 1:
        return "dưới 1 phút"
    if minutes < 60:
        return f"{minutes} phút"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} giờ {rest} phút" if rest else f"{hours} giờ"
    return f"{hours // 24} ngày {hours % 24} giờ"


def ago(seconds: float) -> str:
    """How long ago something was, in words."""
    return "vừa xong" if seconds < 60 else f"{waiting(seconds)} trước"


def reply_window(door: str, heard_at: float, now: float) -> tuple[str, str]:
    """Until when a channel takes an answer, and the tag's colour; two empty texts where it always does."""
    found = channels.CHANNELS.get(door)
    if found is None or not found.open_hours:
        return "", ""
    kind, left = found.window(heard_at, now)
    if kind == "open":
        return f"Trả lời miễn phí, còn {waiting(left)}", "good"
    if kind == "billed":
        return f"Trả lời được, có tính phí, còn {waiting(left)}", "wait"
    return "Quá hạn trả lời: kênh chỉ nhận tin sau khi người dân nhắn lại. Anh/chị gọi điện.", "bad"


def clock_time(at: float) -> str:
    """14:05, in Vietnam."""
    return datetime.fromtimestamp(at, UTC).astimezone(VIETNAM).strftime("%H:%M")


def moment(at: float) -> str:
    """14:05:09 24/11/2026, in Vietnam."""
    return datetime.fromtimestamp(at, UTC).astimezone(VIETNAM).strftime("%H:%M:%S %d/%m/%Y")


def greeting(at: float) -> str:
    """The time of day, as a greeting."""
    hour = datetime.fromtimestamp(at, UTC).astimezone(VIETNAM).hour
    return "Chào buổi sáng" if hour < 11 else "Chào buổi trưa" if hour < 14 else "Chào buổi chiều"


def day(iso: str) -> str:
    """24/11/2026 for 2026-11-24."""
    return "/".join(reversed(iso.split("-")))
