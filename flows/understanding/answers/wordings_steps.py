"""Wordings of the answers to steps of work: agreement, what was done, what is wrong, what to do next.

Read by meanings.py. Each line: a score, then wordings in the notation of phrases.py, " / " between them; longer stories are not here.
"""

STEPS = {
    "yes": """
.9 làm|lưu|tra|gửi|giữ|ghi|tiến_hành đi $ / tin * mới|nên|rồi|mà / ^ ừ * cứ|đi|được
.995 ^ thôi được|ừ|ok|cũng_được|đồng_ý|lưu|làm|cứ / ^ ừ|ok|vâng|dạ|rồi|tôi? (đồng_ý|được|nhất_trí|chịu) / ^ đồng_ý|nhất_trí $
.95 ^ (ừ|ok|vâng|có|đồng_ý|đúng|phải|chịu|chuẩn|được|yes|nhất_trí|chốt|duyệt|dạ) $
.93 ^ ừ|ok|vâng|đồng_ý|được|có|dạ|đúng ừ|ok|vâng|đồng_ý|được|chứ|phải|đúng|rồi|luôn|chớ $
.92 đồng_ý|nhất_trí|tán_thành|chấp_thuận|bằng_lòng|ưng / ^ chịu $ / ^ chịu chứ|chớ|luôn|liền / ^ sẵn_sàng
.9 ^ cứ|ok|ừ|được|vâng|dạ|rồi|thì|chịu ,? cứ? lưu|làm|tra|gửi|chuyển|ghi|giữ|tiếp|tìm|xem|nhắc|báo|đăng_ký|nhờ|tiến_hành * đi|giúp|cho|luôn|nha|nhé? * $
.88 ^ cứ? lưu|làm|tra|gửi|chuyển|ghi|tiến_hành|triển|triển_khai|nhắc|tạo đi|giúp|luôn|lại_đi|thoải_mái|liền|nha * $ / ^ cứ lưu|làm|tra|gửi|ghi|giữ|tự_nhiên|thoải_mái|việc * $
.9 ^ (ừ|ok|vâng|được|có) * $
.85 ^ ừ|ok|vâng|được|đồng_ý|dạ|có|chịu
.92 ^ * đúng|phải|chính|chuẩn * anh|ông|ổng|ảnh|bà|chị|cô|chú|người|cái|cái_đó|nó|rồi|luôn|y|chóc|bon|cmnr|vậy|thế|là|á|r $ / ^ đúng|phải|chính * vũ|người_đó|ổng|ảnh|anh_đó|ông_đó|bả|chỉ / chính_xác|y_chang_đó|chính_anh|chính_ổng|trúng_phóc
.88 ^ đúng|phải|chính|chuẩn|trúng / ^ * chắc|hình_như|có_lẽ là? đúng|phải / ^ hình_như * đó|vậy|phải $
.85 không_sao|không_có_gì đâu? * lưu|làm|cứ / có_gì_đâu * giấu|mà_ngại / thì|giờ ok|đồng_ý|được
.85 miễn * là? được|ok / ^ được ,? miễn|nếu|chứ|mà / tin_tưởng|yên_tâm|không_ngại|không_vấn_đề|vô_tư|thoải_mái
.85 muốn|cần chứ|lắm $ / ^ tất_nhiên|dĩ_nhiên|đương_nhiên|chứ_sao|quá_đi_chứ / ^ làm liền|luôn|lẹ
""",
    "no": """
.96 ^ (không|thôi|khỏi|không_đồng_ý|từ_chối|no|đừng|không_phải|không_chịu|không_cần|chưa) $
.95 không|chưa đồng_ý|chịu_đâu|cho_phép|muốn_lưu|cho_lưu|dám_cho|thích_lưu|nhất_trí / ~từ_chối / đừng * lưu|làm|gửi|giữ|ghi|xóa|cho|đụng
.93 ^ thôi|khỏi|đừng|không ,? đừng|khỏi|không|thôi|cần|lưu|chịu|dám|muốn|đồng_ý|gửi|làm|tra|phải|đâu|có|ngại|sợ
.92 ^ không|đâu_có|đâu phải|phải_đâu|đâu|có|đồng_ý|chịu / ^ không ,? người|cái|ông|bà|chị|anh khác / ^ đâu_có|đâu_phải|không_phải|không_đâu|làm_gì_có / ^ sai|trật rồi|lất|bậy|người|tên $
.9 người|ông|bà|cô|anh|chị khác|kia|nào_khác $ / không phải * ông|anh|cô|chị|ổng|ảnh|người|này|đó|ai / không|đâu phải|đúng * $ / tên lạ|nghe_lạ / nhầm người|rồi
.9 ^ không $ / ^ không|thôi|khỏi|đừng / không|khỏi|miễn|chưa|đâu cần|lưu|muốn|chịu|dám|thích|cho_đâu / sợ|ngại lắm|quá|lộ|bị / ~sợ_lắm|ngại_lắm|hơi_ngại|ngại_quá
.85 ~tôi|chị|em|cần|tìm|kiếm tìm|cần|kiếm|hỏi * khác|cơ|chứ|nữ|kìa|kia / ai_vậy|ai_đó|không_biết_người / ^ * khác $ / không biết|quen * người|ổng|ai|anh|ông
.85 xin_phép|để_suy_nghĩ|suy_nghĩ_lại * không|đã|sau / không|chưa tin|yên_tâm|an_tâm|chắc
""",
    "done": """
.93 y|đúng|theo|làm * như|theo ** nói|chỉ|dặn|bày * ra|được|rồi|xong|liền / ^ rồi * qua|tiếp|kế|tới|sang|làm
.94 ^ ok|được|xong|ngon rồi
.95 ^ (xong|rồi|ok|đã_xong|xong_rồi|ok_rồi|xong_xuôi|xong_hết|hoàn_thành|hoàn_tất|được_rồi|ok_xong|done|rồi_đó|ngon|tiếp|kế_tiếp) $
.93 <did> * xong / ~đã|mới|vừa <did>|xong / <did> * rồi * $ / ^ xong * rồi|hết|luôn|xuôi|bước|việc|cái|mục|nha|khâu|phần / ^ rồi ,? qua|tiếp|tới|kế|sang|làm_gì|giờ / <did> đủ|hết|y * / hoàn_thành|hoàn_tất|hoàn_thiện * rồi|bước|việc|xong
.92 xong rồi|xuôi|hết|trơn|luôn|hoàn_toàn|bước|việc|phần $ / ~xong_rồi|xong_hết|xong_luôn|xong_xuôi / làm theo|y|đúng|như|giống * được|ok|xong|rồi|ra / nằm|có|hiện|cài trong|trên|vào|sẵn máy * rồi / qua|sang được|màn|trang|bước * rồi|khác|kế / nó|máy|app qua|sang|tới|vào * rồi|trang_khác|màn_khác
.9 ok|được|ngon|thấy|ra|vào|tới|có|qua|nhảy|hiện|chạy|nhận rồi $ / <did> được * rồi|xong|hết|hai|ba|2|3 / ^ rồi <did>|đó|nè|ạ|nha|em / làm|mở|bấm|vào|chọn|gõ|nhập|tìm được * $ / báo thành_công|hoàn_tất|ok|đã * / ~thành_công / nó|máy|màn_hình|app hiện|ra|chuyển * rồi / ^ tiếp đi|theo|bước|việc|cái|nữa / ^ qua|sang|tới bước|việc|màn|cái|trang|mục|phần kế|khác|tiếp|sau|nữa
.85 thấy|ra|được|vào * rồi $ / ^ * rồi , * / dễ|dễ_ẹc|dễ_mà|lẹ_ghê xong|ra / ^ * là ra|được liền|ngay / xong $ / ^ * rồi tới|qua|làm gì|đâu|bước * / ~xong / ^ ok|rồi * kế|tiếp|bước / có sẵn|trong_máy|trong * rồi
.8 ^ * rồi $
""",
    "not_yet": """
.95 ^ (chưa|chưa_xong|chưa_nữa|chưa_có|đang_làm|chưa_làm|chưa_kịp|chưa_được) $
.9 chưa xong|kịp|làm|tải|cài|bấm|nộp|in|nhập|gửi|chụp|đăng|đi|đổi / đang tải|cài|làm|chạy|in|chờ|điền|nhập|gõ|kiếm|mở|bấm / còn đang|chờ|thiếu|dở / ~chưa $ / mới tới|được|điền|nửa * / ^ chưa
""",
    "trouble": """
.93 <no> thấy|ra|được|cho|giống|có|vào|chạy|bấm|nhận|hiện|load|ăn|nhúc_nhích|phản_ứng|mở|lên|nhảy|khớp|chịu|tìm / ~lỗi|bị_lỗi|báo_lỗi|treo|đơ|văng|hư|lag|giật|đứng_máy|đứng_hình|trắng|trắng_bóc|trắng_tinh|đen_thui|quay_vòng|xoay_vòng|quay_vòng_vòng|mờ|xám|trơ|đỏ|đỏ_lòm|đỏ_lè
.92 báo|hiện|ghi|nói|kêu|la|chửi * sai|lỗi|đỏ|không|chưa|hợp_lệ|trùng|khác|tạm / ~khác khác? hoắc|xa|quá|rồi|hết|vậy|này|với / máy|màn|màn_hình|trang|app|nút|hình|của|nhìn|giao_diện * khác|lạ|trống / có một|1|hai|2|mỗi ô|nút|dòng|cái * / đứng yên|im|trơ|hình|ru|luôn / im_re|im_ru|im_lìm|trơ_trơ|trơ_ra
.9 không|chưa|hết * được $ / ~không_được|chưa_được|không_ra|không_thấy|không_có|chưa_thấy|không_giống|không_như / mất tiêu|đâu|luôn / tìm * hoài|không|hết|mà / bấm * không|hoài|mà / đâu có|thấy|ra * $ / nút * đâu|mất|mờ|chết|ẩn / thiếu * ô|nút|dòng|chỗ / ~không_giống|lạ_hoắc|lạ_quắc
.85 đòi|bắt|yêu_cầu * mật_khẩu|đăng_nhập|nhập|căn_cước|cập_nhật / sai hoài|rồi|nữa|miết|liên_tục / bị * rồi|gì|sao|chặn|khóa|văng|đầy / hoài không|mà|nó / chậm|lâu quá|lắm / không|hết cách|biết_làm / đầy bộ_nhớ|máy / toàn là|thấy|chữ|quảng_cáo|tiếng * / ^ * vẫn * không|sai|lỗi|vậy|báo
""",
    "received": """
.95 ^ (rồi|có_rồi|nhận_được|nhận_rồi|nhận_được_rồi|tới_rồi|thấy_rồi|có_mã_rồi|về_rồi|đã_nhận|có|được_rồi|đã_có|có_tin_rồi|nhận_được_mã|có_mã|đã_nhận_được|có_liền) $
.92 có|nhận|thấy|tới|về|vào|được|lấy|ra|lên|nhảy|đến|nổ|qua|hiện * rồi|mã|tin|tin_nhắn / nhận|lấy được * mã|tin|rồi|6_số|sáu_số|otp / mã|tin|otp|tin_nhắn * mới|vừa|đã tới|về|đến|vào|có|nhảy|qua / mã|tin|otp|tin_nhắn * tới|về|đến|vào|có|nhảy rồi|nè|ạ / ting * có|rồi|tới|ting / ~ting_ting|tít_tít|ting / ~đủ_6_số|6_số|sáu_số
.85 có|tới|về|vào|thấy|nhận|ra * rồi $ / ^ (có|tới|về|thấy|nhận_được|nhận)_* $ / đang cầm|có|nhìn|thấy * mã|6_số|tin / máy rung|kêu|reo|báo * rồi|mã|tin / nhập * rồi|xong|vào
""",
    "not_received": """
.95 ^ (chưa|không|chưa_có|không_có|chưa_thấy|không_thấy|chưa_nhận|chưa_được|chưa_tới|chưa_về|không_nhận_được|chưa_nữa|đâu_có|có_đâu) $
.94 <no> thấy|có|nhận|tới|về|nghe|đến|ra|vào|gửi|được|nhảy|kêu|reo|hiện|nhắn|ting|gì|tin|mã|ai / ~im|im_re|im_ru|im_lìm|lặng_thinh|im_thin_thít|vắng_hoe|bặt_tăm|mất_hút / trống trơn|không|lốc|rỗng|huơ|hoác / có|thấy|nhận|tới|về|nghe|được * đâu / mã|tin|otp đâu / ~biệt_tăm|mất_tăm
.9 chờ|đợi|canh * hoài|mãi|nãy_giờ|dài_cổ|mỏi|miết|mà|lâu / toàn tin|quảng_cáo|tin_nhắn|của|là * / nãy_giờ|từ_nãy có|đâu|thấy|còn|vẫn|chưa * / vẫn chưa|không|im|đang_chờ|trống|vậy / làm_gì có|thấy|nhận * / có cái|tin|mã|con|miếng gì|nào|khỉ|vẹo|cóc|quái * đâu? / thấy|có cái * vẹo|gì|nào|khỉ|quái|mốc / chưa * (mã|tin|otp)
""",
    "again": """
.94 ^ (làm_lại|thử_lại|lại|lại_đi|gửi_lại|lấy_lại|lần_nữa|làm_lại_đi|gửi_mã_mới|mã_mới|mã_khác) $
.92 làm|thử|gửi|lấy|nhập|bấm|xin|phát|cấp|quay|bắt_đầu|chạy lại / gửi|cho|xin|lấy|cấp|phát|đổi|cần|muốn|nhận|làm|thử|kêu|tạo|ra|nhắn * khác|mới|lại|nữa|thêm|lần_nữa|cái_nữa|phát_nữa / lần nữa|này / từ đầu|bước / phát lại|nữa / mã|cái khác|mới đi|nha|nữa|giúp|cho|ạ $
.85 ^ lại * $ / làm nữa|tiếp|lẹ / ~thêm_lần_nữa|thêm_phát|thêm_mã|một_lần_nữa|1_lần_nữa|lượt_nữa / lượt|lần mới|khác|2|hai
""",
    "solved": """
.95 ^ (rồi|được_rồi|xong|xong_rồi|ok|ok_rồi|được|hết_rồi|ổn|ổn_rồi|êm|êm_rồi|ngon|giải_quyết_rồi|xong_luôn|hết_lỗi|ngon_lành|ok_ngon|tốt_rồi|hay|ngon_rồi|xong_hết|vào_được) $
.93 được|vào|xong|ổn|êm|ngon|hết_lỗi|hết_bị|ok|qua|đổi|mở|thấy|có|nhận|tới|khỏe|trót_lọt|suôn_sẻ|chạy|lên|đăng_nhập * rồi / ~hết_lỗi|hết_bị|hết_khóa|ngon_lành|trơn_tru|suôn_sẻ|trót_lọt|êm_xuôi|ngon_ơ|ngon_cơm / vào|đổi|làm|mở|đăng_nhập|chạy|nhận được / giải_quyết|xử_lý * xong|được|rồi / ^ được|ok|ổn|ngon|êm|tốt * $
.85 mừng|hay quá|ghê|muốn|dữ|xỉu / ~cảm_ơn|camon|tks|thanks|cám_ơn
""",
    "other": """
.93 ?:~vẫn|cũng|còn vậy|thế|y|như / ~vẫn|vẫn_còn|cũng|còn vậy|y|thế|như|không|chưa|lỗi|bị|sai|đứng|im|trơ|thua|nguyên|chang|hoài|báo|vướng|kẹt / ~y_chang|y_như|y_xì|như_cũ|như_vậy|nguyên_xi|chưa_được|không_được|không_ăn_thua|không_xong|không_ra|bó_tay|không_hết|chưa_xong|chưa_hết|không_giải_quyết|hết_cách|không_hiệu_quả|không_ổn|chưa_ổn
.93 bị|vướng|vụ|chuyện|việc|vấn_đề|lỗi|chỗ|cái|kẹt|trục_trặc|mắc|thứ|rối * khác / ~kiểu_khác|khác_cơ|cái_khác|vụ_khác|vấn_đề_khác|chỗ_khác|lỗi_khác / không phải * cái|vậy|này|đó|chuyện|vụ / ~đâu_phải / xong * bị|lại|mà|nó * khác|nữa
.88 <no> được|vào|ra|đúng|hết|giúp|trúng|hợp / còn vướng|kẹt|bị|lỗi * / ~chưa / lại bị|báo|lỗi|văng
""",
    "how": """
.94 ?:~<did>|nằm|nút|chỗ|thao_tác|kiếm|tìm|mục|cái * sao|ở_đâu|đâu|chỗ_nào|kiểu_gì|thế_nào|như_nào|cách_nào|nào|chỗ_mô|kiểu_nào|hướng_nào / ?:~chỉ|hướng_dẫn|hd|bày|dạy|giải_thích * cách|tôi|em|chị|anh|giúp|cho|đi|lại|xem|với|chi_tiết|kỹ|cái / ?:~làm_sao|cách_làm|làm_thế_nào|làm_như_nào|làm_kiểu|bấm_đâu|bấm_chỗ_nào|chỗ_nào|ở_đâu|nằm_đâu|sao_làm|cách_nào / ?:^ là * sao|thế_nào|đâu
.9 ?:~chỉ|hướng_dẫn|bày|giải_thích / ?:~không|chưa biết|rành|hiểu|rõ * làm|bấm|cách|đâu|sao|chỗ / ?:~sao|nào $ / ?:~không|chưa * ra|thấy|tìm * chỉ|cho
""",
    "all": """
.94 ?:~xem|cho|liệt_kê|hiện|đưa|kể|mở|gửi|nhìn|cần|muốn ** hết|toàn_bộ|tất_cả|cả|danh_sách|một_lượt|đủ|tổng_thể|tổng_quan|các_bước|mấy_bước|từ_đầu_tới_cuối / ?:~còn mấy|bao_nhiêu|nhiêu|những|gì|nhiều * bước|việc|cái|mục|nữa|khâu|phần|khúc / ?:~danh_sách|toàn_bộ|tất_cả|các_bước|từ_a_tới_z / ?:~có mấy|bao_nhiêu|những|tổng_cộng * bước|việc|cái|mục|gì|khâu / ?:~tới|tổng_cộng|mấy bước nữa|thứ|mấy / ?:~còn * mấy|nhiêu|dài|nhiều|lâu * nữa|không
""",
    "undo": """
.95 ~bỏ|gỡ|xóa|hủy|rút|lùi|hoàn_tác * dấu|tick|đánh_dấu|tích|cái_vừa|cái_đầu_hồi|vừa_rồi|việc_vừa|hồi_nãy|lúc_nãy|cái_trước|cái_hồi / ~bấm|nhấn|đánh|tick|báo|nói|ghi|đánh_dấu * nhầm|bậy|ẩu|trật|xạo|lỡ / ~lỡ|nhầm|xạo bấm|tay|nhấn|nói|thôi|báo / ~cái|việc|bước|mục|chỗ|khúc|hồi_nãy|vừa_rồi|lúc_nãy * trước|vừa|hồi_nãy|lúc_nãy|nãy|vừa_rồi|đó|kia ** chưa / ~hồi_nãy|vừa_rồi|lúc_nãy|nãy ** chưa|nhầm / ~gỡ_dấu|bỏ_dấu|bỏ_đánh_dấu|undo|bỏ_tick
.9 ~chết ** chưa|nhầm / ~khoan|ấy|ý|í|ủa ** chưa xong|làm|được / ~chưa xong|làm * mà|đã|thiệt|đâu * lỡ|bấm|bỏ|nhầm / ~trả_lại|lui_lại|quay_lại * cái|việc|bước * trước|nãy
""",
    "list": """
.94 ?:về|ra|lại|trở|quay|xem|mở|đưa|coi ** danh_sách|bảng|mấy_bước|mấy_việc|các_mục|các_bước|các_việc|mấy_cái|mấy_mục|công_việc|mục_lục|chỗ_cũ|việc_kế|bảng_việc|list|mấy_khâu|mấy_phần|các_cái|mấy_thứ / ?:về|trở|quay|lui|lùi|thoát ra|lại|về|ngoài|trước * / ?:~danh_sách|bảng_việc|bảng_công_việc|các_mục|mấy_bước / ^ về $ / ^ quay_lại|trở_lại|trở_ra|quay_ra|về_lại|ra_ngoài
""",
    "continue": """
.95 ^ (tiếp|làm_tiếp|tiếp_đi|tiếp_tục|ừ|ok|có|vâng|được|dạ|làm_đi|tiếp_luôn|đi_tiếp|làm_tiếp_đi|ừ_tiếp|xem_việc_kế_tiếp|chơi_luôn) $
.93 tiếp|nốt|nối_tiếp|tiếp_tục|dang_dở|dở_dang|chỗ_dở|còn_dở / ~tới|đến đâu * đó|đi|làm|luôn / chỗ cũ|dở|hôm_trước|bữa_trước|nãy / cho xong|rồi|trọn $ / không|đừng|khỏi|lười|làm_biếng * làm_lại|từ_đầu|bắt_đầu
.85 ^ ừ|ok|vâng|được|có|dạ / phần|mấy|những * còn_lại|còn / làm luôn|đi|cho_xong|cho_rồi
""",
    "anew": """
.95 làm|bắt_đầu|quay|khai|đi|chạy|đăng_ký|điền * lại|mới|từ_đầu / từ đầu|con_số_không|bước_1|bước_một|số_không / làm_mới|reset|làm_lại|bắt_đầu_lại|từ_đầu / bỏ|xóa|hủy|dẹp * cũ|đó|hết|kia|dở|này * làm|đi|mới / lại từ_đầu|hết|cái_mới
.9 cho|là|của người khác|kia / cái|hồ_sơ|lượt mới / ^ không , * lại|đầu|mới / quên|điền * hết|sạch|bậy|sai * làm|lại|đầu
""",
    "guided": """
.9 đổi|thay * mật_khẩu * bước|lại / từng bước / hướng_dẫn|chỉ * đổi|từng / làm theo từng
""",
    "next": """
.9 ^ (tiếp|kế_tiếp|về|xong|ok|rồi|tiếp_tục|qua|được) $ / việc|bước|cái kế|tiếp|sau|tới / về|qua|tới|sang * kế|tiếp|danh_sách|việc
""",
    "right": """
.94 ~hiểu|rõ|nắm|đủ|được|biết|ok|xong|ổn|thông|sáng rồi|luôn|hết / ~cảm_ơn|cám_ơn|tks|thanks|thank|camon|đa_tạ / ^ * đúng * cái|ý|nội_dung|rồi|điều|chỗ|vấn_đề|luôn|đó|thứ|bài * / vậy * hiểu|rõ|được|đủ|ok|tốt|là_ổn / ^ ok|ừ|đúng|được|đủ|hay|tốt|ổn|chuẩn|phải|rõ|hiểu|dạ|vâng|quá_tốt * $ / ~hiểu_rồi|rõ_rồi|được_rồi|đủ_rồi|ok_rồi|đúng_rồi / hữu_ích|dễ_hiểu|rõ_ràng|chi_tiết * / đúng|trúng * ý|cái|cần|hỏi
""",
    "not_it": """
.95 ~không|chưa|đâu phải|đúng|trúng|đúng_ý|phải_vậy|hợp|liên_quan|khớp / ~hỏi|nói|ý|bị|cần|trả_lời * khác|một_đằng|một_nẻo|lạc_đề|trớt|trật|lung_tung|tào_lao|đâu_đâu|chỗ_khác / ý * tôi|em|chị|anh|mình * là|hỏi|nói / ~trật|lạc_đề|trớt_quớt|trật_lất|sai_rồi|sai_ý|nhầm_rồi|nói_gì_đâu|tào_lao|không_ăn_nhập / hỏi * mà|chứ|cơ $ / hỏi ** chứ * không|đâu / hỏi ** chứ|mà / ~không_phải|chưa_đúng|không_đúng|đâu_phải
.85 ~khác|cái_khác|chuyện_khác / ~chưa $ / ~không $ / ^ không|chưa|đâu
""",
}
