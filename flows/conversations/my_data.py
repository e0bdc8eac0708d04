"""Dữ liệu của tôi: what is kept about the person, and taking consent back. Rule: what is said to be erased is erased in the same turn."""

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
        last_on_menu=True,
    )


def _kept_prompt(context: Context) -> str:
    lines = ["Tôi đang giữ về anh/chị:"]
    purposes = [context.flows.purposes.get(p, p) for p in context.get("purposes").split()]
    if purposes:
        lines.append(f"• sự đồng ý cho: {'; '.join(purposes)}")
    if context.get("dossier"):
        lines.append(f"• hồ sơ đăng ký VssID, {context.get('dossier')} mục đã đánh dấu")
    if context.get("phone"):
        lines.append("• dấu vết mã hóa của số điện thoại đã xác minh")
    topics = [name for topic, name in TOPICS.items() if topic in context.get("topics").split()]
    if topics:
        lines.append(f"• thông báo đăng ký nhận: {'; '.join(topics)}")
    if context.get("letters"):
        lines.append(f"• {context.get('letters')} tin trong các yêu cầu gặp cán bộ")
    if context.get("waiting"):
        lines.append(f"• {context.get('waiting')} tin chưa gửi tới anh/chị")
    lines.append("Anh/chị muốn rút lại đồng ý và xóa hết không? Xóa rồi không lấy lại được.")
    return "\n".join(lines)


def _exported_prompt(context: Context) -> Reply:
    return Reply(
        "Mở trang này rồi bấm “Tải về” để lấy tất cả những gì tôi giữ về anh/chị, trong một tệp. Đường dẫn chỉ dùng được "
        "trong vài phút; đừng chuyển cho ai.",
        link=context.get("link"),
        until=datetime.fromisoformat(context.get("until")),
    )


FLOW = _flow()
