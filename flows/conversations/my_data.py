"""Dữ liệu của tôi: what is kept about the person, a copy of it, and taking consent back.

Invariant: what a reply says is erased was erased in the same turn.
"""

from __future__ import annotations

from datetime import datetime

from flows.conversations.notices import TOPICS
from flows.effects import EraseMyData, ExportMyData, LoadMyData
from flows.engine.steps import Choice, Context, Flow, Reply, call, choose, end


def _flow() -> Flow:
    return Flow(
        "my_data",
        "Dữ liệu của tôi",
        (
            call(
                "kept",
                lambda s: LoadMyData(),
                LoadMyData,
                transitions={"nothing": "nothing", "something": "choice"},
            ),
            choose(
                "choice",
                _kept_prompt,
                (
                    Choice(
                        "Rút đồng ý và xóa", "erase", words="xoa, xoa het, rut dong y, rut lai, dong y, co"
                    ),
                    Choice("Tải về", "export", words="tai, tai xuong, xuat, xem het, tai du lieu"),
                    Choice("Giữ lại", "keep", words="giu, khong, khong xoa, ko, thoi"),
                ),
                label="xem dữ liệu của mình",
                transitions={"erase": "erase", "export": "export", "keep": "still_kept"},
            ),
            call("export", lambda s: ExportMyData(), ExportMyData, transitions={"ready": "exported"}),
            end("exported", _exported_prompt),
            call("erase", lambda s: EraseMyData(), EraseMyData, transitions={"erased": "erased"}),
            end(
                "erased",
                "Đã rút đồng ý và xóa hồ sơ đăng ký, số điện thoại đã xác minh, tin với cán bộ và đăng ký nhận thông báo. Tôi chỉ còn giữ ngày giờ anh/chị đã đồng ý "
                "và rút lại, để chứng minh khi cần.",
            ),
            end("still_kept", "Tôi giữ nguyên. Lúc nào muốn xóa, anh/chị gõ “dữ liệu của tôi”."),
            end("nothing", "Tôi không giữ thông tin cá nhân nào của anh/chị."),
        ),
        slash="dulieu",
        item="xoa-du-lieu",
        last_on_menu=True,
    )


def _kept_prompt(context: Context) -> str:
    purposes = [context.flows.purposes.get(p, p) for p in context.get("purposes").split()]
    topics = [name for topic, name in TOPICS.items() if topic in context.get("topics").split()]
    dossier, phone, letters, waiting = map(context.get, ("dossier", "phone", "letters", "waiting"))
    kept = {
        f"sự đồng ý cho: {'; '.join(purposes)}": purposes,
        f"hồ sơ đăng ký VssID, {dossier} mục đã đánh dấu": dossier,
        "dấu vết mã hóa của số điện thoại đã xác minh": phone,
        f"thông báo đăng ký nhận: {'; '.join(topics)}": topics,
        f"{letters} tin trong các yêu cầu gặp cán bộ": letters,
        f"{waiting} tin chưa gửi tới anh/chị": waiting,
    }
    question = "Anh/chị muốn rút lại đồng ý và xóa hết không? Xóa rồi không lấy lại được."
    lines = [f"• {line}" for line, known in kept.items() if known]
    return "\n".join(("Tôi đang giữ về anh/chị:", *lines, question))


def _exported_prompt(context: Context) -> Reply:
    return Reply(
        "Mở trang này rồi bấm “Tải về” để lấy tất cả những gì tôi giữ về anh/chị, trong một tệp. Đường dẫn chỉ dùng được "
        "trong vài phút; đừng chuyển cho ai.",
        link=context.get("link"),
        until=datetime.fromisoformat(context.get("until")),
    )


FLOW = _flow()
