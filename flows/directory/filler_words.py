"""The words people wrap around a name when they ask for a contact. Read by the directory's index, parser and query.

Invariant: words of the language only, no fact about anybody; they keep their marks, and marks that were typed must agree.
"""

from __future__ import annotations

from flows.text import politeness
from flows.text.fold import fold


def _listed(text: str) -> tuple[str, ...]:
    return tuple(entry for line in text.splitlines() for part in line.split("|") if (entry := part.strip()))


def _by_fold(text: str) -> dict[str, str]:
    return {fold(word): word for word in text.split()}


# How one addresses or speaks of a person. Many are name syllables too ("Anh Khoa"): score both readings.
_others = (
    "ban | bạn | đồng chí | đ c | cán bộ | chuyên viên | viên chức | nhân viên | người tên | tên | tên là"
)
ADDRESS_PHRASES = (*politeness.ADDRESS, *_listed(_others))
ADDRESS = frozenset(fold(entry) for entry in ADDRESS_PHRASES if " " not in entry)
# Words of address that are hardly ever anything else: what follows is a name, whatever else it may be.
CALLED_SO = frozenset({"anh", "chi", "ong", "chu", "bac", "thay", "dc"})

# Words that ask for a contact: after one of them a single given name is meant as a name.
ASKING = _listed("""
    số điện thoại | số đt | sdt | sđt | số dthoai | điện thoại | đt | dt | dthoai | số máy | phone | phone number
    contact | xin số | cho số | số của | số di động | di động | số liên hệ | liên hệ | liên lạc | lh | gặp | gọi | gọi cho
    gọi điện | gọi điện cho | điện cho | tìm | kiếm | cho hỏi số | hỏi số | kết nối | nhắn tin | nhắn | zalo | danh bạ
    đầu mối | phụ trách | thông tin | liên hệ với | liên lạc với | nói chuyện với | nói chuyện | số liên lạc | liên hệ ai
    liên lạc ai | hỏi ai | gặp ai | gọi ai | tìm ai | kiếm ai | nhờ ai | báo ai | kêu ai | biết ai | số nào | số zalo
    hỗ trợ | hướng dẫn | cho xin số | tra số | kiếm số | tìm số | số gì | số mấy | mấy số | máy số | số máy mấy
    số máy nào | số bao nhiêu | sdt bao nhiêu | sđt bao nhiêu | số điện thoại mấy | số điện thoại nào | đt nào | sdt nào
    cho biết số | cần gặp | muốn gặp | gặp mặt | gặp trực tiếp | trao đổi | trao đổi với | làm việc với | nối máy
    chuyển máy | tổng đài | gọi số | gọi số nào | gọi tới | gọi đến | tìm gặp | tìm kiếm | kiếm tìm | tra cứu số | ai lo
    ai quản lý | ai phụ trách | ai đảm nhận | đảm nhận | đảm trách | chịu trách nhiệm | quản lý | danh thiếp | số bàn
    máy bàn | số cơ quan | số cá nhân | email | mail | facebook | hotline | sim | tư vấn | giải đáp | giải đáp thắc mắc
    thắc mắc | hỏi đáp | chỉ dẫn | tập huấn | đến gặp | lên gặp | vô gặp | vào gặp | qua gặp | hẹn gặp | cho gặp | xin gặp
    nhờ gặp | người phụ trách | cán bộ phụ trách | người hướng dẫn | người liên hệ | đầu mối nào | ai đầu mối | kết bạn
    kết bạn zalo | nhắn zalo | ai hướng dẫn | ai hỗ trợ | ai giúp | ai chỉ | chỉ giúp | người chỉ | người giúp | phòng nào | bên nào | chỗ nào
    người nào | alo cho | alo số nào | alo ai | nt | nt cho | gọi lại | gọi lại cho
""")
# Words that begin a question of any kind: they ask, but perhaps for no contact.
ASKING_ANYTHING = _listed(
    "hỏi | cho hỏi | xin hỏi | hỏi thăm | cho em hỏi | cho tôi hỏi | cho mình hỏi | cho con hỏi"
)

# Who speaks, where they work, and courtesy: what surrounds a kind of organisation without changing what is wanted.
AROUND = _listed("""
    tôi | tui | tao | mình | con | cháu | t | ta | bên | ở | tại | thuộc | của | là | trong | trực thuộc | khối | ngành
    đang | làm | việc | với | vs | và | cùng | các | mọi | cho | này | đó | kia | đây | đấy | ấy | ạ | à | ah | ak | á | dạ
    vâng | alo | hi | hello | hé lô | chào | xin chào | thưa | nha | nhé | nhe | nghen | nhen | nghe | hen | ad | admin
    bot | trợ lý | ơi | ui | vậy | dậy | z | zậy | làm ở | làm tại | làm việc ở | làm việc tại | làm cho | làm bên
    đang làm ở | đang làm | đang ở | công tác | công tác ở | công tác tại | đang công tác | đang công tác ở
    đang công tác tại | chúng tôi | chúng em | tụi em | tụi mình | tụi tui | tụi tôi | bọn em | bên em | bên tôi | bên mình
    bên tui | nhà mình | đơn vị | đơn vị em | đơn vị tôi | đơn vị mình | đơn vị tui | cơ quan | cơ quan em | cơ quan tôi
    cơ quan mình | quý cơ quan | quý anh chị | quý vị | quý đơn vị | kính gửi | kính chào | kính thưa | kính | trân trọng
    chân thành cảm ơn | xin cảm ơn | cảm ơn | cám ơn | camon | cảm ơn nhiều | cảm ơn anh | cảm ơn chị | cảm ơn anh chị
    cảm ơn ad | cảm ơn nha | thanks | thank | tks | thanks ad | mọi người | mn | ad ơi | admin ơi | xin lỗi | làm ơn
    3 người | ba người | mấy người | những người | các anh chị | mấy anh chị | tỉnh | người | chủ | xin | muốn | mún | cần | nhờ | giúp | giùm | dùm | hộ
    vui lòng | bộ phận | ok | oke | ở đây | ở đó | bên đó | bên này | riêng | người của | người bên
""")
# Other words that add nothing to the question. No word here may be what somebody wants ("mất", "đổi", "lỗi").
FILLING = _listed("""
    đi | được | đc | dk | đk | không | ko | k | hông | hổng | hong
    hok | hem | kg | phải | ai | nào | gì | j | mấy | đâu | về | nay | nhỉ | thì | mà | để | số | hay | biết | rồi | nữa
    có | lên | gửi | gởi | xem | ra | sao | bằng | cách | um | hả | ha | xong | luôn | thôi | hiện | dưới
    ntn | ơi | cũng | nhớ | lo | gấp | dc | app | long | khi | lúc | nếu | nên | vì | do
    được không | được ko | phải không | phải ko | phải hông | phải hok | phải hem | là ai | của ai | cho ai | với ai | ở đâu
    như thế nào | như nào | thế nào | khối nào | trường hợp | xin phép | cho phép | làm phiền | phiền | có thể | có việc
    việc gấp | một chút | chút xíu | một xíu | một tí | chút | xíu | gấp gấp | cần gấp | ngay bây giờ | bây giờ | hôm nay
    hồi sáng | sáng nay | chiều nay | hôm qua | càng sớm càng tốt | thật lòng | không biết | ko biết | hông biết | k biết
    hok biết | hem biết | có biết | ai biết | biết không | biết ko | biết hông | giùm em | giùm tôi | dùm em | dùm tôi
    giúp em | giúp tôi | giúp mình | còn làm | còn làm không | còn làm ở đó | xài | còn xài | đang xài | số cũ | số mới | số khác | tí | xí | cũ
    còn dùng | đang dùng | dùng số | có ở đó | có còn làm | có còn | còn | có đi làm | đi làm | hiện nay | hiện tại
    tên đầy đủ | họ tên | đầy đủ | chính xác | mới nhất | ra làm sao | làm sao | thì sao | thế thì | vậy thì | ví dụ | cụ thể
    chính | theo | trong danh sách | trong phụ lục | làm chức vụ gì | chức vụ gì | làm gì | có phải | có phải là | đúng không
    đúng ko | đúng hông | được hông | được hok | được hem | đc ko | dc ko | dc không | dc k | đc k | được k | nhanh | sớm
    có không | có ko | luôn nha | làm phòng nào | làm bên nào | kêu em gọi lại | kêu | bảo em | nói em
""")
# Small words of courtesy: "Diễm ạ" is a name and nothing else.
PARTICLES = (
    *politeness.PARTICLES,
    *politeness.SOUTHERN_PARTICLES,
    *politeness.RESPECT,
    *politeness.CALLS,
    "ui",
    "à",
)
# Where somebody is: asks for a department, but not for the people behind a kind of organisation.
WHERE = _listed("ở đâu | đâu | đâu rồi | đâu r | chỗ nào | ở chỗ nào | nằm ở đâu")

# Syllables of names among those words, when they touch a name: "ha" of "Hà Minh Tuấn", "anh" of "Quyến Anh".
FAMILY_LIKE = _by_fold("""
    la hồ hà đỗ đặng tô minh hồng thị tạ tào lâm lục vi cù côn long hiền vàng nhi châu dương mộ
""")
GIVEN_LIKE = _by_fold("""
    anh hà minh hồng đô long hiền bá vàng chi nhi mây khôi nhân châu bằng vui trọng tài
""")
# These end a name only where the message ends too: "Quyến Em" is a man, "anh Quyến em cần gặp" is two things.
LAST_LIKE = _by_fold("em tư năm cơ tính dương lâm đăng liên mơ bắc thừa")
# After a word of address these are somebody's name: "anh Minh", "chị Hiền".
NAMED_SO = _by_fold("minh long hiền vàng hà nhi")

# Words of two syllables that hold a syllable of a name or of an alias and mean something else altogether.
OTHER_THINGS = _listed("""
    thị trường | môi trường | công trường | quảng trường | hiện trường | lập trường | sở trường | trường kỳ | khoa học
    khoa nội | khoa ngoại | khoa nhi | khoa sản | y khoa | toàn bộ | toàn quốc | toàn thể | toàn diện | toàn phần
    toàn cầu | an toàn | hoàn toàn | tính toán | thanh toán | kế toán | bài toán | hải sản | hải quan | hải đăng | hải quân
    hàng hải | hưng phấn | hưng thịnh | phục hưng | vũ khí | vũ trụ | vũ trường | khiêu vũ | tuần này | tuần sau
    tuần trước | tuần tới | hàng tuần | mỗi tuần | đầu tuần | cuối tuần | một tuần | hai tuần | tuần lễ | trúc trắc
    cây trúc | kiến trúc | cấu trúc | quyền lợi | quyền hạn | thẩm quyền | ủy quyền | quyến rũ | quyển sổ | lưu trữ | lưu ý
    lưu lại | lưu số | lưu thông tin | điểm thi | địa điểm | thời điểm | ưu điểm | quan điểm | hai ngày | hai tháng | hai năm
    hai cái | hai lần | hai mươi | thứ hai | vụ việc | nhiệm vụ | dịch vụ | nghĩa vụ | phục vụ | thủ tục | thu tiền
    thu hồi | thu nhập | trực tuyến | trực tiếp | khóa học | mở khóa | gia đình
    toàn tỉnh | điểm số | sở thích | sở hữu | ông xã | bà xã | đăng nhập | số nào đăng nhập
""")

# Explained only beside a word for a telephone number: "sdt … là bao nhiêu", but not "thu bhxh là bao nhiêu".
OF_A_NUMBER = _listed("bao nhiêu | là bao nhiêu | nhiêu | nhiu | bao nhiu | nhiu vậy")
NUMBER_WORDS = frozenset({"so", "sdt", "dt", "thoai", "dthoai", "phone", "zalo", "dd", "sim"})

# "Mình tên Lan muốn gặp anh Toàn": whoever speaks of herself asks for somebody else.
SELF = politeness.plain_words(politeness.SPEAKER) | {"chau", "t"}
IS_CALLED = frozenset({"ten", "la", "ho"})

AND_WORDS = frozenset({"va", "voi", "cung", "hoac", "hay"})
# Brothers and sisters are called by their order: "anh hai".
BORN_AS = frozenset({"hai", "ba", "tu", "nam", "sau", "bay", "tam", "chin", "muoi", "ut", "ca"})
CALLING = frozenset({"oi", "ui", "oii", "oiii"})

# Syllables of names that are verbs too: unmarked or so written they do not begin an organisation's own name.
NOT_A_PROPER_NAME = _by_fold("""
    đóng thì thế học tham bảo hỏi tăng lập sau thu chuyển năm sử trả là thông từ cần tại tính nghỉ nợ không chưa bị
    hết mở
""")
# Single words that ask for somebody, wherever they stand.
WHO = _listed("ai | số | sdt | sđt | đt | lh | gặp | gọi | tìm")
# Small words that people put inside a phrase or leave out of it.
CONNECTING = frozenset({"cua", "thuoc", "va"})
# Family names that are hardly anything else: what follows one is a name.
_families = "nguyen tran le pham huynh phan vo vu dang bui ngo duong dinh luong trinh doan thach chau"
FAMILIES = frozenset(_families.split())
COMMUNES = frozenset({"xa", "phuong", "tran"})
