"""Wordings of the answers that name one of several things: a situation, a way on, a topic, an organisation.

Read by meanings.py. Each line: a score, then wordings in the notation of phrases.py, " / " between them.
"""

TOPICS = {
    "remembers": """
.95 ~(nhớ|biết|còn|thuộc|giữ) ** mật_khẩu ** đổi|thay / ~mật_khẩu ** nhớ|biết ** đổi|thay / ^ (nhớ|còn_nhớ|nhớ_mật_khẩu|nhớ_chứ|vẫn_nhớ|muốn_đổi|đổi_mật_khẩu|nhớ_mà|nhớ_rồi) $ / ^ * nhớ ** đổi|thay / còn|vẫn * nhớ|vào_được|đăng_nhập_được / nhớ chứ|chớ|như_in|rõ|mà / vào được * đổi|thay|nhưng|mà
.9 muốn|định|cần|chỉ|tính đổi|thay / đổi|thay * cho|khác|chắc|mới|an_toàn|bảo_mật|dễ_nhớ|định_kỳ / biết * mật_khẩu * cũ / sợ * lộ|biết / nhớ mật_khẩu
""",
    "no_otp": """
.95 ~mã|otp|tin|tin_nhắn ** <no>|đâu|mất_tiêu|im / <no> ** mã|otp|tin_nhắn / ~chờ|đợi|canh * hoài|mãi|miết|lâu|nãy_giờ|dài_cổ|mỏi|cả_buổi ** không|chưa|chẳng|mà|đâu / gửi|nhận|về|thấy|có * đâu / mã|otp * gửi|về|tới * không|chưa|hoài / otp|mã * hết_hạn|trễ|chậm|sai
.85 ~otp|mã_xác|mã_otp / ~chờ|đợi * hoài
""",
    "old_phone": """
.95 ~số|sim|số_điện_thoại|điện_thoại ** cũ|bỏ|mất|đổi|vứt|hết|hủy|khác|rác|cắt|thu_hồi|khóa|chia_tay|nghỉ|sai|nhầm|lạc|không_còn|người_khác|văn_thư|người_ta / đổi|mất|bỏ|thay|hư|rớt * số|sim|số_điện_thoại / xài|dùng|sài * số|sim|số_điện_thoại * khác|mới / số|sim * của * cũ|văn_thư|người|con|chồng|vợ|bạn|chị|anh / số|số_điện_thoại ** của ** / không * xài|dùng|giữ|còn * số|sim
""",
    "locked": """
.95 ~khóa|bị_khóa|khoá / tạm|ngưng|chặn|cấm * ngưng|khóa|vào|đăng_nhập / nhập|gõ|thử|đăng_nhập|sai|trật * sai|bậy|trật|nhầm * nhiều|lần|mấy|quá|5|năm|hoài / không * cho * vào|đăng_nhập / ~quá_số_lần|quá_5_lần|vô_hiệu|đóng_băng|bị_block|block|lock
""",
    "forgotten": """
.94 ~không|hết|chẳng|đâu|đâu_có|sao * nhớ * đặt|gì|mật_khẩu|nổi|ra|cái / ~già|lú|lẫn|đãng_trí * nhớ|quên|rồi
.93 ~quên * mật_khẩu|tuốt|hết|bén|mất|rồi|tiêu|luôn|trơn|sạch|béng / mật_khẩu ** quên|không_nhớ|mất|chịu|bay|lú / ~không|hết|chẳng|đâu nhớ|biết * mật_khẩu / ~quên tuốt|hết|sạch / ~không_nhớ|hết_nhớ|chẳng_nhớ|không_còn_nhớ|quên / mất * mật_khẩu / lấy_lại|xin_lại|cấp_lại * mật_khẩu
""",
    "forgotten_email": """
.97 ~quên|không|mất|hết|chịu|lạc ** email / ~email ** quên|không_nhớ|chịu|mất|không_biết|không_còn|hết_nhớ|cũng|luôn|không_vào_được|lạc / ~mất|quên|không_nhớ * cả|lẫn|luôn|hết * email / cả|lẫn|luôn * email / không|chưa có|vào * email
""",
    "first_password": """
.96 ~mật_khẩu * đầu|cấp|gửi|tin_nhắn|mới_cấp|được_cấp|trong_tin|bhxh|lần_đầu|ban_đầu|nó_gửi|người_ta|tổng_đài|nhắn ** / mới|vừa * được? cấp * tài_khoản|mật_khẩu ** không|sai / tin_nhắn|cấp|gửi|nhắn ** mật_khẩu ** không|sai|chưa / lần|mật_khẩu|tài_khoản đầu|mới ** không|sai|chưa|hoài / cấp|gửi|phát ** nhập|gõ|vào|đăng_nhập ** không|sai
""",
    "known": """
.95 ^ (có|biết|có_rồi|biết_rồi|rồi|đã_biết|có_chứ|biết_chứ|nhớ|nhớ_chứ|có_mã|có_số|thuộc|có_mã_rồi|có_sẵn|nhớ_rồi|có_sẵn_rồi|đã_có|biết_mà) $
.94 có|biết|thuộc|nhớ|nắm|giữ|lưu|chép|cầm|tìm|lấy|thấy|chụp|ghi * rồi|sẵn|đây|chứ|luôn|đủ|lòng / ~đây_rồi|trong_tay|cầm_đây|số_đây|mã_đây / có|in|ghi|nằm|lưu|chép|giữ|xem|thấy * trên|trong|sau|ở|mặt * thẻ|sổ|danh_sách|máy|điện_thoại|tay|bóp|ví|giấy|bhyt|tờ|excel|hình / trên|trong thẻ|sổ * có|ghi|in / có|cầm|giữ|còn * mã|số|sổ|thẻ * rồi|đây|nè|sẵn|ở_đây / đang cầm|giữ|có * / thuộc lòng|luôn|làu|nằm_lòng / vậy * có * rồi
.92 có ghi|lưu|chép|chụp|cất|biên * / ghi|chép|lưu|biên * cuốn|lịch|vách|tập|giấy|sổ_tay|máy
.88 ^ có|biết|nhớ|đã|rồi|thuộc / có * mã|số|sổ|thẻ|đủ_10_số|10_số|mười_số $ / biết $ / có $
""",
    "unknown": """
.95 ^ (chưa|không|không_biết|chưa_biết|chưa_có|không_có|không_nhớ|chịu|chưa_rõ|không_rõ|quên|quên_rồi|mù_tịt|đâu_có|đâu_biết|chưa_nữa|chịu_thua) $
.94 ~ai|sao|làm_sao mà|làm_sao? * nhớ|biết|hay|thuộc / <no>|hết * biết|có|nhớ|nắm|rõ|thuộc|rành|hay|thấy|mã|số|hỏi|tìm_ra|được_cấp / ~mù_tịt|mù_mờ|chịu|chịu_thua|bó_tay|quên|quên_mất|biết_đâu|thất_lạc / đâu * biết|có|nhớ|rành / có|biết|nhớ * đâu / mất * thẻ|sổ|rồi|tiêu|giấy / sổ|thẻ * mất|thất_lạc|cháy|rách|ướt|nhòe|hư / biết * đâu|gì|chết|sao / ~làm_gì_có|hình_như_chưa|chắc_chưa / ^ * chưa $ / ^ chưa|không
""",
    "look_up": """
.96 ?:~<see> * giúp|cho|giùm|đi|hộ|với|luôn|thử|mã|số|trước|dùm / ?:~nhờ|làm_ơn|phiền|muốn|cần ** <see> / ?:~<see>|tra_cứu * mã|số|bhxh / ?:~<see> được không / ?:~cách * tra|tìm|xem * mã|số
""",
    "edit": """
.95 ~sửa|chỉnh|điều_chỉnh|đính_chính|cập_nhật|thay|đổi * lại|tên|năm|ngày|số|họ|thông_tin|giúp|cái|đã|nha|ạ|chút|chữ|dấu / ~sửa|chỉnh|điều_chỉnh|đính_chính / ~chữa lại|năm|ngày|tên|cái|số / ~ghi|gõ|nhập|viết|khai|xem|đánh|điền|dò|kiểm_tra|điền|nói|cho|soát lại / <bad> * <field> / ~<field> ** <bad> / ~ghi|gõ|nhập|viết|khai|đánh|điền|nói|cho|đưa * <bad> / để * lại / thêm|có|bỏ * dấu|chữ_lót|lót / ~quên * dấu|lót|chữ / ~lại * tên|năm|ngày|số|thông_tin|họ|cái / nhầm * năm|ngày|tên|số|chữ / ~sai_chính_tả
""",
    "other_ways": """
.95 ?:~<way> * khác|nào|nữa|lẹ|nhanh|dễ / ?:~khác * cách|kiểu / ?:~tính|kiếm|tìm|đổi|có|làm|đi|chuyển|theo * <way> / ?:~đổi|chuyển * sang|qua|cách / ?:~cách_khác|kiểu_khác|đường_khác
.9 ~mất|bỏ|hết|không_còn|không_cầm|không_giữ|hư|hỏng * sim|số|điện_thoại|máy / ~sim|số|máy|số_điện_thoại ** mất|bỏ|không_xài|hết|cũ|hư|người_khác|không_còn|đổi|không_ở|không_có|cầm|không_dùng|không_phải / không|chưa * mở|vào|bấm|dám * trang|link|được / ~ra_trực_tiếp|lên_cơ_quan|gặp_trực_tiếp|gặp_cán_bộ|tới_bhxh|ra_bhxh|ra_bảo_hiểm|khỏi_mã|không_dùng_mã|dẹp_mã
""",
    "share": """
.95 ~gửi|chia_sẻ|đưa|lấy|cho|bấm|share|cung_cấp|xài|dùng|nhắn * <phone_number> * tôi|em|chị|này|luôn|đang|nè|telegram|đây|điện_thoại|của|cho|lẹ|ạ|nha / ~chia_sẻ|share / gửi|đưa|lấy|cho|dùng|cung_cấp * <phone_number> $ / <phone_number> * này|tôi|đang_xài|đang_dùng|telegram|đây / ^ đây * số
""",
    "otp": """
.95 ?:gửi|nhắn|cho|lấy|nhận|xin|phát|bằng|qua|dùng|cấp|xài|theo * mã|otp|tin_nhắn / ~otp|mã_otp|nhận_mã|gửi_mã|nhắn_tin / mã về|qua|xuống|cho|đi
""",
    "resend": """
.95 ^ (gửi_lại|gửi_lại_mã|lại|mã_mới|có|ừ|được|ok|vâng|muốn|gửi_đi|lấy_lại|nhận_lại|gửi_tiếp|gửi_nữa) $
.94 ?:gửi|nhắn|cho|lấy|nhận|xin|phát|cấp|cần|muốn|thêm|làm|thử|bấm|tạo|kêu|quăng|thảy|bắn * lại|nữa|khác|mới|thêm|lần_nữa|phát_nữa|cái_nữa|tiếp / ?:mã khác|mới|lại|nữa|hai|2 / ?:~lần nữa / gửi|lấy|nhận|cấp|phát lại|thêm / <no> * thấy|có|nhận|tới|về|mã|tin|được / ~lại_lần|lại_phát|lại_mã|phát_lại
.88 ^ ừ|ok|vâng|được|có|dạ|muốn / ?:xin|cho|gửi * mã / ~gửi_đi
""",
    "register": """
.95 ~đăng_ký|đăng_kí|mở_tài_khoản|tạo_tài_khoản|lập_tài_khoản|làm_tài_khoản|mở|tạo|lập * vssid|tài_khoản|app|luôn|ứng_dụng|tiếp|mã|số|giúp|cho|nha|đi|ngay / ~làm|cài|tải|lấy|vào|tạo|mở|xài|dùng|lập * vssid|app|ứng_dụng|tài_khoản / ~đăng_ký|vssid / vụ|việc|chuyện|mấy * đăng_ký|cài|vssid|app|ứng_dụng|tài_khoản / ~cài_app|cài_đặt|cài_vssid|tài_khoản|kích_hoạt / chốt * / ~app
""",
    "another": """
.95 ?:~<see>|qua|tới|làm|cho * người|đứa|ông|bà|má|mẹ|ba|cha|bố|vợ|chồng|con|cháu|em|chị|anh|bạn|bé|ông_xã|bà_xã|bả|ổng|nhân_viên|tía|cô|chú|bác|thằng|nhỏ|sếp * nữa|khác|luôn|thêm|tiếp|kế|kia|lun $ / ?:~còn * <kin> * nữa|thì_sao|luôn|chưa|nè|với|tra|xem|tìm / ?:~tra|tìm|xem|dò|kiểm|tra_cứu * thêm|tiếp|nữa|khác|luôn|giúp|tới|cho|qua / ?:~giờ|bây_giờ|tới|rồi|xong|đến * tới|qua|lượt|tra|tìm|xem|cho|của * <kin> / ?:~người|cái|mã|số khác|kế|nữa|tiếp / ?:~thêm * người|má|mẹ|ba|vợ|chồng|con|em|chị|anh|mã|cái|đứa|ai / ?:~tới lượt|phiên|phần / <see> * <kin>
.9 ?:~còn <kin> * $
""",
    "stay": """
.95 ~đừng|không|khỏi|chưa * nhảy|chuyển|qua|bỏ|sang|đổi|hủy / xong * đã $ / ?:bao_lâu|chừng_nào|mấy|lâu_mấy * cũng * chờ|đợi|được / ^ khoan * đã|này|xong / cứ * cái|việc * đang|này
.95 ^ (chờ|chờ_tiếp|đợi|đợi_tiếp|vẫn_chờ|vẫn_đợi|ừ|ok|có|được|vâng|dạ|làm_tiếp|ở_lại|giữ|tiếp|để_đó|cứ_để|không|không_chuyển|chờ_chứ|đợi_chứ) $
.93 chờ|đợi|ráng|gắng|nán|canh * / để đó|vậy|yên|nguyên|phiếu * / giữ * phiếu|số|đó|chỗ|nguyên|lại / ở lại|đây|yên / cứ|ráng|làm|xử_lý|hoàn_thành|điền|lo * xong|rồi|tiếp|hết * đã|cái_này|này|rồi|trước|hồ_sơ|luôn|việc / ~làm tiếp|nốt|xong|cho_xong|cho_rồi / ~không|khỏi|đừng|chưa|thôi * chuyển|qua|sang|bỏ|hủy|đổi / ~rồi_tính|tính_sau|tra_sau|để_sau|hồi_tra|sau_tra|lát_nữa|tí_nữa|tí_tra|bữa_khác / cần gặp / bao_lâu|chuyện_đó * / chuyện_đó|việc_kia|cái_kia * sau / tiếp|nốt * cái_này|việc_này|đang / ^ không , * / ~không_gấp|không_sao
.85 ^ ừ|ok|được|vâng
""",
    "leave": """
.96 ~không|khỏi|hết|thôi|đừng * chờ|đợi|gặp|cần|cần_gặp|muốn / ~hủy|rút|bỏ|dẹp|thoát|trả|xóa|gỡ * đi|phiếu|số|giúp|cái|này|đó|ra|luôn|hàng|hồ_sơ|việc|nha / ^ thôi|hủy|khỏi|bỏ|dẹp / lâu quá|lắm * / ~hủy / tự làm|xử_lý|lo|xong * được
.94 chuyển|qua|sang|nhảy|tới * đi|mã|tra|bên|phần|kia|luôn|cái|số|trước|tìm|liền|đó|việc / bỏ|dừng|ngưng|tạm * này|đang|đây|dở * / tra|tìm|dò|kiểm|xem * mã|số|trước|cho / ^ chuyển|qua|sang / ~tra_mã|tìm_mã|tra_cứu|tra_số|tìm_số|mã_số|mã_trước / ^ ừ|ok|vâng|được|đồng_ý ,? chuyển|qua|sang|tra|tìm|bỏ|đi
""",
    "later": """
.95 ~gặp|lúc_đó|khi_gặp|chừng_gặp|tới_đó|gọi_rồi|lên_đó|vào_đó|lên_rồi ** nói|kể|trình_bày|tính|bàn|trao_đổi|tường_trình|thưa / để * nói|kể|trình_bày|sau|gặp|lúc_đó / ~nói|kể|trình_bày * sau|trực_tiếp|miệng|riêng|với_họ|với_cán_bộ|chuyện / ~không|chưa|ngại * tiện|muốn_nói|muốn_ghi|nói|ghi|kể|khai|gõ / ~chuyện|việc|vấn_đề * riêng|tế_nhị|nội_bộ|dài / bỏ_qua|miễn|gặp_mới_nói|dài_dòng|khó_nói|mỏi_tay|lười_gõ|tế_nhị / khỏi|thôi nói|ghi|khai|kể
""",
    "withdraw": """
.96 ~thôi|khỏi|không|không_cần|hủy|đừng|bỏ ,? * gặp|kêu|phiền|cần|cán_bộ|gọi|nữa|nhờ|ai|liên_hệ|mất_công / ~tự * làm|xử_lý|lo|mở|giải_quyết|xong|sửa|tìm * được|rồi|xong|luôn / ^ thôi|khỏi|hủy|không_cần / ~hết_cần|rút_lại|hủy|không_cần_nữa|xong_rồi|được_rồi|ổn_rồi / làm|mở|vào|xong|giải_quyết được rồi
""",
    "everything": """
.95 ~hết|tất_cả|toàn_bộ|full|đủ_hết|đủ_cả|lấy_đủ|đầy_đủ|đủ_loại|cả_ba|cả_3|mọi|trọn|cả_thảy|cả_lũ|sạch / ?:~cái|việc|gì|tin|thứ|loại gì|nào * cũng / có gì|bao_nhiêu|nhiêu * gửi|báo|nhận|lấy|hết / ba|3 cái|loại|chủ_đề|mục / gì cũng / cả * luôn / nào|gì * báo|gửi|nhận * hết
""",
    "general": """
.94 ~chung|chung_chung|thường|thường_thường|thường_thôi|tổng_quát|nói_chung|cơ_bản
""",
    "card": """
.94 ~thẻ|bhyt|bảo_hiểm_y_tế|khám_bệnh|khám_chữa_bệnh|hạn_thẻ|hết_hạn|y_tế|thẻ_khám
""",
    "stop": """
.96 ~đừng|ngưng|ngừng|dừng|tắt|thôi|khỏi|hủy|không|dẹp|bỏ|chấm_dứt|hết * gửi|nhắn|nhận|báo|hết|sạch|luôn|nữa|thông_báo|tin|cần / ^ đừng|ngưng|ngừng|dừng|tắt|thôi|khỏi|hủy|dẹp|bỏ $ / ^ dừng|ngưng|ngừng|tắt / ~phiền_quá|ồn_quá / ~tắt_hết|bỏ_hết|ngưng_hết|hủy_hết|dẹp_hết
""",
    "keep": """
.95 giữ|cứ_giữ|giữ_lại|giữ_nguyên / để|cứ_để|vẫn * vậy|y|nguyên|đó|yên|như|cũ|thế|vậy_đi / ~đừng|không|khỏi|chưa * xóa|rút|bỏ|hủy|đổi|sửa|thêm / ^ kệ|thôi|không|khỏi|để|ok|xong|ổn|được|khoan / còn|cần|sau|mốt xài|dùng|cần|tới / ~cứ_vậy|vậy_được|vậy_đi|vậy_ok|như_vậy_được|vậy_là_được|được_rồi|vậy_ổn / xóa * mắc_công|mất_công|uổng|làm_gì|chi / ^ giữ $
""",
    "erase": """
.96 ~xóa|xoá * hết|sạch|giúp|đi|luôn|cho|không|dữ_liệu|thông_tin|trơn|toàn_bộ|nha|tất|mọi|bỏ|của / rút * lại|hết|đồng_ý|giúp|luôn|ra|xóa / ~dẹp|bỏ|hủy|dọn|tiêu|quét * hết|sạch|luôn|trơn|toàn_bộ|tất / ~không|đừng|khỏi * giữ|lưu|chừa|để_lại / ^ xóa|rút|đồng_ý_xóa|có|ừ|ok|đồng_ý|vâng|hủy
""",
    "export": """
.95 tải * về|xuống|file|bản|dữ_liệu / cho|xin|gửi|lấy|cần|in|muốn|trích|sao|nhận|đưa * bản|file|tập_tin|giấy|copy|về|dữ_liệu|hồ_sơ|lưu / ~lấy_về|tải_về|xuất|tải_xuống|download|export|sao_lưu|tải / xem * giữ|lưu * gì|những / một|1 bản|file / ~về_máy
""",
    "first": """
.95 ~cái|thứ|số|câu|dòng|ý đầu|đầu_tiên|thứ_nhất|nhất|1|một|trên|trên_cùng|trên_hết / ^ đầu|đầu_tiên|thứ_nhất|số_1|một|1|trên|trên_cùng $ / đầu tiên
""",
    "second": """
.95 ~cái|thứ|số|câu|dòng|ý hai|2|giữa|ở_giữa|thứ_hai|thứ_nhì|nhì|thứ_2 / ^ giữa|ở_giữa|thứ_hai|số_2|hai|2|thứ_nhì|khúc_giữa $ / thứ hai|nhì / ở giữa
""",
    "third": """
.95 ~cái|thứ|số|câu|dòng|ý ba|3|cuối|thứ_ba|chót|sau_cùng|cuối_cùng|dưới|dưới_cùng|chót_hết|thứ_3 / ^ cuối|cuối_cùng|thứ_ba|số_3|ba|3|chót|dưới_cùng $ / thứ ba|3
""",
    "none_of_these": """
.96 ~không|chưa|đâu|chẳng ** cái|câu|ý nào|hết|này|đó|ấy|gì / ~không|chưa|đâu phải|đúng|trúng|có|dính|phải_mấy * cái|mấy|ba|câu|hết|cả|vậy / ~trật|sai|lệch * hết|lất|cả|bét|trơn / ~đều|cả_ba|cả_3|ba_cái|mấy_cái|ba ** không|trật|sai / hỏi|cần|vướng|muốn|bị * khác|vụ|về ** mà|cơ|chứ|kìa $ / ~chuyện|cái|vụ|việc|câu khác / ^ không|trật|sai $ / ~không_phải|khác_hết|không_cái_nào|không_có_cái_nào / ^ không
""",
}
BLOCKS = {
    "truong-hoc": """
.95 ~trường|mầm_non|mẫu_giáo|tiểu_học|cấp_1|cấp_2|cấp_3|trung_học|thcs|thpt|mẫu_giáo|nhà_trẻ|đi_dạy|dạy|giáo_viên|cô_giáo|thầy_giáo|cấp_một|cấp_hai|cấp_ba
""",
    "co-so-giao-duc": """
.9 ~cơ_sở|trung_tâm * giáo_dục|dạy_nghề|ngoại_ngữ|anh_ngữ|anh_văn|tin_học / ~trung_tâm_giáo_dục|phòng_giáo_dục
""",
    "co-so-y-te": """
.95 ~bệnh_viện|trạm_y_tế|trạm_xá|phòng_khám|trung_tâm_y_tế|y_tế|điều_dưỡng|bác_sĩ|y_tá|hộ_sinh|bệnh_xá|phòng_mạch|dược|nhà_thuốc
""",
    "doanh-nghiep-tu-nhan": """
.95 ~tư_nhân|tnhh|xưởng|nhà_máy|hãng|cơ_sở_may|cửa_hàng|tiệm|quán|may_mặc|công_nhân|chủ / ~công_ty|xí_nghiệp * may|giày|thủy_sản|tư|riêng|gỗ|cổ_phần|thức_ăn|gạo|nước_ngoài / làm công_ty|hãng|xưởng
""",
    "doanh-nghiep-nha-nuoc": """
.97 ~nhà_nước|quốc_doanh|điện_lực|xổ_số|cấp_nước|cấp_thoát_nước|bưu_điện|vốn_nhà_nước|xăng_dầu / ~công_ty|xí_nghiệp ** nhà_nước
""",
    "ubnd-xa-phuong": """
.95 ~ủy_ban|ubnd|uỷ_ban|ủy_ban_xã|cán_bộ_xã|công_chức_xã|xã_đội|văn_phòng_xã / ~làm|công_chức|cán_bộ|ở|trên|bên|ngoài * xã|phường
""",
}
NEVER = {  # wordings that forbid a tag
    "no": "~miễn|chỉ_cần * đừng|không / ~đừng * ai|lộ|người_khác|bậy|đưa_ai|cho_người",
    "forgotten_email": "~email * thì|còn|vẫn * còn|vào|giữ|nhớ_rõ|được|xài",
    "truong-hoc": "~hội|đoàn|đảng|mặt_trận|hợp_tác_xã|công_đoàn|liên_đoàn|htx",
    "ubnd-xa-phuong": "~hội|đoàn|đảng|mặt_trận|hợp_tác|công_đoàn|liên_đoàn|htx|y_tế|trạm_xá",
    "doanh-nghiep-tu-nhan": "~hội|đoàn|đảng|mặt_trận|hợp_tác_xã|công_đoàn|liên_đoàn|htx|nhà_nước",
    "co-so-giao-duc": "~hội|đoàn|đảng|mặt_trận|hợp_tác_xã|công_đoàn|liên_đoàn|htx",
    "everything": "~hết hạn|pin|tiền",
    "keep": "~xóa|dọn sạch|hết|luôn|giúp / ~không giữ|lưu|để",
    "erase": "~đừng|không|khỏi|chưa|khoan * xóa|rút / ~giữ * đi|đó|lại / ~xóa mắc|mất",
}
