"""What officers wrote in the first hand: forty wishes for a secret and as many texts that are none. The model is trained from them too."""

from __future__ import annotations

ASKS = """
Anh gửi mật khẩu cho em kiểm tra
Chị cho em xin mã OTP
cho xin otp
OTP là bao nhiêu vậy chị
mã OTP của chị là gì
mật khẩu của anh là gì ạ
Chị đọc mã cho em
đọc giúp em 6 số vừa gửi về
cho em 6 số trong tin nhắn
Anh chụp màn hình tin nhắn OTP gửi em
chụp tin nhắn mật khẩu gửi qua đây
nhắn mã xác thực vào đây
anh nhập otp vào khung chat này
em cần mật khẩu của anh để đăng nhập
em cần mã OTP để xử lý
để em làm giùm, anh đưa mật khẩu
cho biết pass vssid
xin lại mk của anh
mk là gì vậy anh
gõ mã vừa nhận vào đây giúp em
mã vừa gửi về máy là mấy
mã trong tin nhắn là bao nhiêu
forward tin nhắn OTP cho em
chuyển tiếp tin nhắn mật khẩu giúp em
gửi mã otp qua đây
chị đọc em cái mã 6 số
O.T.P là mấy vậy chị
Vui lòng cung cấp mật khẩu
Anh chị bổ sung mật khẩu giúp em
nói mật khẩu cho em biết
bên em cần mã xác nhận
gửi lại mã đăng nhập để em kiểm tra
mật khẩu hiện tại của chị là bao nhiêu
chị cho cán bộ mượn mật khẩu một chút
anh báo mã xác thực cho bên em nhé
trả lời tin này bằng mã OTP
soạn mật khẩu gửi lại đây
điền mật khẩu vào đây
anh cho mình hỏi mã OTP là gì để mình nhập
đánh mã OTP vào ô chat
""".strip().splitlines()

ASKS_NOT = """
Không ai được hỏi mật khẩu của anh chị
Anh đừng gửi OTP cho ai
Mật khẩu mới sẽ gửi về e-mail của anh
OTP là mã 6 số gửi về điện thoại
OTP có hiệu lực 5 phút
Mã OTP gửi về số đã đăng ký, anh nhập trong VssID
Anh nhập OTP vào ứng dụng VssID
Anh bấm Quên mật khẩu rồi nhập e-mail
Để đổi mật khẩu anh vào trình đơn
Mật khẩu mới gồm 8 ký tự
Anh đã nhận được OTP chưa
Anh quên mật khẩu hay sao ạ
Mật khẩu là do anh tự đặt
Anh gửi mã số BHXH giúp em
Cho em xin mã số BHXH
Cho em xin số điện thoại
Anh đọc mã số thuế của đơn vị
Anh gửi mã hồ sơ để em xem
Em gửi anh hướng dẫn đổi mật khẩu
Hệ thống đã gửi lại OTP cho anh
Chị cho em xin mã hộ gia đình
Cán bộ không bao giờ xin mật khẩu hay OTP
Ai xin OTP là lừa đảo
Chị giữ kín mật khẩu
Nếu chưa có OTP chị bấm Gửi lại
Chị cho em 10 số trên thẻ BHYT
Cho em 6 số cuối của thẻ BHYT
Mã OTP hết hạn thì anh lấy mã mới
Anh cần đổi mật khẩu trong lần đăng nhập đầu
Anh cần nhập OTP trong vòng 5 phút
Mật khẩu cũ anh nhập ở ô đầu tiên
Tin nhắn có mật khẩu sẽ đến trong 10 ngày làm việc
Anh tự nhập mật khẩu trên trang bảo mật
VssID sẽ hỏi mật khẩu cũ và mật khẩu mới
Anh mở tin nhắn rồi nhập mã vào VssID
Mật khẩu và OTP là hai thứ khác nhau
Chị soạn BH MK gửi 8079 để lấy lại mật khẩu
Chị báo em khi nhận được mật khẩu
Anh gọi 1900 9068 để được cấp lại mật khẩu
Em không cần mật khẩu của chị
""".strip().splitlines()
