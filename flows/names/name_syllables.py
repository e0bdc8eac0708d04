"""Syllables of Vietnamese names with their marks: of people, schools, communes and firms in the South. Read by both searches.

The list need not be complete: it says of a word whether it may belong to a name, and of a slip whether it may be another name.
"""

from __future__ import annotations

from flows.text.fold import fold

_accented = """
    ai an ân ấn ẩn anh ánh ảnh ba bà bá bạc bắc bách bạch bàng băng bằng bạo bảo bảy bé bền bích biên biện bình
    bính bông bùi búp bửu ca cả cam cầm cẩm cần cẩn canh cảnh cao cát chân chấn chánh châu chi chí chiến chiêu
    chín chinh chính chu chúc chung chương chưởng chuyên chuyền chuyển công cù cư cử cự cúc cương cường da dạ đa
    đắc đài đại đàm đạm dân dần đăng đằng danh đào đạo đạt đắt diễm điểm diên diễn diện điền điện diệp điệp diệu
    điều đinh đình đính định đô đồ đỗ độ đoan đoàn đoán doanh đông đồng đổng động đức dung dũng dụng đượm dương
    dưỡng đường duy duyên duyệt em gấm gia giã giang giàng giao giáo giáp giàu hà hạ hai hải hàn hân hãn hằng
    hành hạnh hào hạo hảo hậu hiên hiến hiền hiển hiệp hiếu hiểu hiệu hoa hòa hóa họa hoài hoan hoàn hoán hoàng
    hoằng hoành học hồi hội hợi hồng hợp hứa huân huấn huận huế huệ hùng hưng hương hướng hường hưởng hữu hựu
    huy huyên huyền huynh huỳnh kế khá khắc khai khải khang kháng khanh khánh khiêm khoa khoan khoán khoát khôi
    khối khởi khuê khương khuyên khuyến kiên kiến kiển kiệt kiều kiểu kim kinh kính ký kỳ kỷ kỹ la lạc lai lài
    lam lâm lan lân làng lanh lành lãnh lập lê lễ lệ lị lịch liêm liên liễn liều liễu linh lĩnh loan loãn lộc
    lợi long lữ lự lụa luân luận luật lực lương lưỡng lượng lưu lựu luyến luyện ly lý mai mẫn măng mạnh may mây
    mén mến mi mĩ mị miên miền minh mơ mộng mười my mỵ mỹ na nam năm nga ngà ngãi ngân ngạn nghi nghị nghĩa
    nghiệp ngô ngoan ngoạn ngọc nguyên nguyễn nguyện nguyệt nhã nhâm nhàn nhân nhẫn nhất nhật nhi nhị nhiệm
    nhiên nhớ nhơn nhu như nhuận nhung nhụt nhựt ni niệm ninh nữ nương oanh phạm phan phận pháp phát phi phí
    phong phòng phú phúc phùng phụng phước phương phường phượng quách quan quân quang quảng quế quí quốc quy quý
    quỳ quyên quyến quyền quyết quỳnh rạng sa sam sâm sang sáng sao sáu sen sĩ sinh sơn song sông sử sự sung
    sương sướng sửu sỹ tạ tài tại tám tâm tầm tân tấn tần tăng tằng tạo tất tây tèo thạch thái thảm thẩm thân
    thần thăng thắng thanh thành thánh thạnh thạo thảo thế thể thêu thi thị thiên thiền thiện thiết thiệt thiều
    thiệu thinh thính thịnh tho thơ thọ thoa thoại thới thơm thông thống thu thư thụ thủ thứ thừa thuần thuận
    thuật thục thức thương thường thượng thùy thúy thủy thuyên thuyền thy tiên tiến tiền tiếp tiêu tiều tin tín
    tình tính tĩnh tịnh tô tố tổ toại toàn toán toản tới tôn tòng tông tống tra trà trác trạc trâm trầm trân
    trấn trần trang tràng trạng trì trí trị triển triết triều triệu trinh trình trịnh trọng trụ trúc trực trung
    trước trương trường trưởng truyền truyện tú tư tứ từ tự tuân tuấn tuần tuệ tùng tuổi tươi tường tưởng tượng
    túy tuyên tuyến tuyền tuyển tuyết tý tỵ tỷ ước út uy uyên uyển vân văn vạn vành vẹn vi vĩ vỉ vị viên viễn
    viện viết việt vinh vĩnh vịnh võ vũ vui vương vượng vy vỹ xinh xuân xương xuyên xuyến y ý yên yến
"""
FORMS: dict[str, list[str]] = {}  # each folded syllable as it is written
for _syllable in _accented.split():
    FORMS.setdefault(fold(_syllable), []).append(_syllable)

# Syllables of people's names, folded: a slip of the finger that ends on one of these may be another person.
_of_places = "ben bong bup chieu duom kinh lac li lu mang ngai nhiem rang sa sao sung suu tay theu thoi trien truoc uy vanh ven xuong"
NAME_SYLLABLES = (frozenset(FORMS) | {"duoc", "hon", "san"}) - frozenset(_of_places.split())
