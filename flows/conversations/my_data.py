"""Dữ liệu của tôi: what is kept about the person, a copy of it, and taking consent back.

Invariant: what a reply says is erased was erased in the same turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flows.conversations.notices import TOPICS
from flows.effects import EraseMyData, ExportMyData, LeaveUnits, LoadMyData, ShareDossier
from flows.engine.proposals import Answer, Proposal, Reading, Say, Show
from flows.engine.steps import Choice, Context, Flow, Parsed, Reply, call, choose, end
from flows.spoken import consent_speech
from flows.spoken.polarity import stance
from flows.spoken.questions_first import asks_if_erased
from flows.spoken.rights import asks_if_sure, asks_what_is_kept, erasing, exporting, keeping, keeps_nothing
from flows.subjects import SUBJECTS

_KEPT_CHOICES = (
    Choice(
        "Rút đồng ý và xóa",
        "erase",
        words="xoa, xoa het, rut dong y, rut lai, dong y, co",
        means="erase",
    ),
    Choice("Tải về", "export", words="tai, tai xuong, xuat, xem het, tai du lieu", means="export"),
    Choice("Giữ lại", "keep", words="giu, khong, khong xoa, ko, thoi", means="keep"),
)
_LEAVE = Choice("Thôi cho đơn vị xem", "leave", words="roi don vi, khong cho don vi xem, dung cho don vi xem")
_SHARE = Choice("Dùng chung với kênh khác", "share", words="dung chung, noi kenh, noi voi kenh khac")


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
                _choices,
                label="xem dữ liệu của mình",
                transitions={
                    "erase": "erase",
                    "export": "export",
                    "keep": "still_kept",
                    "share": "own",
                    "leave": "leave",
                },
            ),
            call(
                "leave",
                lambda s: LeaveUnits(),
                LeaveUnits,
                transitions=dict.fromkeys(("left", "none"), "unseen"),
            ),
            end(
                "unseen",
                "Dạ, không đơn vị nào thấy việc đăng ký của anh/chị nữa; tên và mã số trong danh sách của đơn vị đã xóa. Hồ sơ đăng ký vẫn còn.",
            ),
            choose(
                "own",
                "Số điện thoại đã xác minh ở đây có phải của chính anh/chị không? Nếu phải, hồ sơ đăng ký, chủ đề thông báo và tin với cán bộ được dùng "
                "chung ở kênh khác (Telegram, Zalo) mà anh/chị cũng xác minh số này và cũng chọn như vậy. Số của người khác thì đừng chọn: người đó sẽ thấy "
                "những gì tôi giữ về anh/chị.",
                (
                    Choice("Đúng, số của tôi", "own", words="dung, phai, cua toi, cua tui", means="yes"),
                    Choice("Không phải", "keep", words="khong, cua nguoi khac, so nguoi khac", means="no"),
                ),
                label="dùng chung hồ sơ với kênh khác",
                transitions={"own": "share", "keep": "apart"},
            ),
            call(
                "share",
                lambda s: ShareDossier(),
                ShareDossier,
                transitions={
                    "linked": "linked",
                    "waiting": "one_side",
                    "unproven": "unproven",
                    "never_here": "never_here",
                },
            ),
            end(
                "linked",
                "Xong. Từ giờ hồ sơ đăng ký, chủ đề thông báo và tin với cán bộ của anh/chị là một ở cả hai kênh.",
            ),
            end(
                "one_side",
                "Tôi đã ghi. Còn ở kênh kia: trong 30 ngày, anh/chị tra cứu mã số BHXH và xác minh cùng số này, rồi gõ “dữ liệu của tôi”, bấm "
                "“Dùng chung với kênh khác”. Chưa làm thì hai bên vẫn riêng.",
            ),
            end("apart", "Tôi giữ riêng như cũ, không dùng chung với kênh nào."),
            end(
                "never_here",
                "Ở đây không dùng chung được: ai mở trang này cũng được một cuộc trò chuyện mới, nên tôi không biết chắc là anh/chị. Anh/chị làm ở "
                "Telegram hoặc Zalo.",
            ),
            end(
                "unproven",
                "Ở đây chưa có số điện thoại nào được xác minh. Anh/chị tra cứu mã số BHXH và xác minh số của mình trước.",
            ),
            call("export", lambda s: ExportMyData(), ExportMyData, transitions={"ready": "exported"}),
            end("exported", _exported_prompt),
            call("erase", lambda s: EraseMyData(), EraseMyData, transitions={"erased": "erased"}),
            end(
                "erased",
                "Đã rút đồng ý và xóa hồ sơ đăng ký, số điện thoại đã xác minh, tin với cán bộ, phản ánh đã gửi và đăng ký nhận thông báo. Tôi chỉ còn giữ ngày giờ anh/chị đã đồng ý "
                "và rút lại, để chứng minh khi cần.",
                forgets=True,
                recalls=lambda s: {"did": "data:erased"},
            ),
            end(
                "still_kept",
                "Tôi giữ nguyên. Lúc nào muốn xóa, anh/chị gõ “dữ liệu của tôi”.",
                recalls=lambda s: {"did": "data:kept"},
            ),
            end("nothing", _nothing_prompt, recalls=lambda s: {"did": "data:none"}),
        ),
        slash="dulieu",
        last_on_menu=True,
        reads=_reads,
        beside=_asked_beside,
    )


def _asked_beside(text: str) -> bool:
    """Whether somebody asks for it while an officer answers them."""
    return asks_what_is_kept(text) or erasing(text, close=False) == "wanted"


def _choices(context: Context) -> tuple[Choice, ...]:
    more = ((_LEAVE, context.get("seen_by")), (_SHARE, context.get("may_share")))
    return (*_KEPT_CHOICES, *(choice for choice, wanted in more if wanted))


def _kept_prompt(context: Context) -> str:
    purposes = [context.flows.purposes.get(p, p) for p in context.get("purposes").split()]
    topics = [name for topic, name in TOPICS.items() if topic in context.get("topics").split()]
    names = ("dossier", "phone", "letters", "petitions", "papers", "waiting")
    dossier, phone, letters, sent, papers, waiting = map(context.get, names)
    kept = {
        f"sự đồng ý cho: {'; '.join(purposes)}": purposes,
        f"hồ sơ đăng ký VssID, {dossier} mục đã đánh dấu": dossier,
        "dấu vết mã hóa của số điện thoại đã xác minh": phone,
        "lời anh/chị nói số đó là của mình, để dùng chung với kênh khác": context.get("shares"),
        f"thông báo đăng ký nhận: {'; '.join(topics)}": topics,
        f"{letters} tin trong các yêu cầu gặp cán bộ": letters,
        f"{sent} phản ánh, kiến nghị đã gửi": sent,
        f"{papers} tờ giấy in hoặc lịch mà đường dẫn còn mở được": papers,
        f"danh sách đơn vị mà anh/chị theo dõi: {context.get('units')}": context.get("units"),
        f"việc anh/chị cho đơn vị xem đăng ký tới đâu: {context.get('seen_by')}": context.get("seen_by"),
        f"{waiting} tin chưa gửi tới anh/chị": waiting,
    }
    question = "Anh/chị muốn rút lại đồng ý và xóa hết không? Xóa rồi không lấy lại được."
    lines = [f"• {line}" for line, known in kept.items() if known]
    return "\n".join(("Tôi đang giữ về anh/chị:", *lines, f"{question}{_remembered(context)}"))


def _nothing_prompt(context: Context) -> str:
    erased = " nên chưa có gì để xóa" if context.get("asked") == "erase" else ""
    return f"Tôi không giữ thông tin cá nhân nào của anh/chị{erased}.{_remembered(context)}"


def _remembered(context: Context) -> str:
    """What this conversation remembers of what was said before, by name; "" for nothing."""
    called = [
        subject.called
        for name, subject in SUBJECTS.items()
        if name in context.memory and name not in _PASSING
    ]
    if not called:
        return ""
    return f"\n(Trong cuộc trò chuyện này tôi còn nhớ tạm: {'; '.join(called)}. Vài lượt hoặc vài ngày nữa là tự quên.)"


_PASSING = frozenset({"aside", "did", "offered"})  # of this moment only


def _exported_prompt(context: Context) -> Reply:
    return Reply(
        "Mở trang này rồi bấm “Tải về” để lấy tất cả những gì tôi giữ về anh/chị, trong một tệp. Đường dẫn chỉ dùng được "
        "trong vài phút; đừng chuyển cho ai.",
        link=context.get("link"),
        until=datetime.fromisoformat(context.get("until")),
    )


_DONE = {
    "data:erased": "Dạ chắc rồi: đã xóa, không lấy lại được nữa.",
    "data:kept": "Dạ chắc rồi: tôi chưa xóa gì, mọi thứ còn nguyên.",
    "data:none": "Dạ chắc rồi: tôi không giữ gì của anh/chị.",
}
_SPOKEN_OF = ("data:kept", "data:none")  # erasing was just spoken of, and nothing was erased
_TO_ERASE = {"asked": "erase"}
_SURE = 0.95
_WOULD_BE_LOST = (
    "Dạ, tôi chưa xóa gì. Nếu xóa thì mất hồ sơ đăng ký làm dở, số điện thoại đã xác minh, tin với cán bộ, phản ánh đã gửi và đăng ký nhận thông báo mà "
    "tôi đang giữ, không lấy lại được; tài khoản VssID và mã số BHXH thì không đụng tới. Xem tôi giữ gì: gõ “dữ liệu của tôi”."
)


def _not_erased(text: str) -> bool:
    """Whether erasing is refused with nothing named: "khoan, đừng xóa"."""
    return stance(text, ("xoa het|gi|di|nha|voi|vội|luc_nay|$",)) == "refused"


def _reads(reading: Reading) -> Iterator[Proposal]:
    """Erasing, keeping, a copy, and what is kept: in any wording, at any step. Erasing is asked about once."""
    text = reading.input.text
    at_choice = reading.is_at("my_data", "choice")
    erase = erasing(text, close=at_choice)
    if at_choice:
        if erase == "wanted":
            yield Proposal(_SURE, "erases", Answer(Parsed("erase")))
        elif erase == "refused" or keeping(text):
            yield Proposal(_SURE, "keeps", Answer(Parsed("keep")))
        elif exporting(text):
            yield Proposal(0.9, "takes a copy", Answer(Parsed("export")))
        return
    if reading.state.step == "consent":
        yield from consent_speech.reads(reading)
        if keeps_nothing(text):
            return
    did = reading.recall("did")
    if asks_if_erased(text):
        yield Proposal(0.96, "asks what erasing would do", Say(_WOULD_BE_LOST), remember={"did": "data:kept"})
        return
    if not erase and (did in _SPOKEN_OF or reading.flow is None) and _not_erased(text):
        erase = "refused"
    if did in _SPOKEN_OF and (again := erasing(text, close=True)) == "wanted":
        yield Proposal(_SURE, f"erasing {again} after all", Show("my_data", "kept", _TO_ERASE))
        return
    if erase == "refused":
        yield Proposal(
            _SURE,
            "nothing is to be erased",
            Say("Dạ, tôi giữ nguyên, không xóa gì."),
            remember={"did": "data:kept"},
        )
    elif erase:
        yield Proposal(_SURE, f"erasing {erase}", Show("my_data", "kept", _TO_ERASE))
    elif asks_what_is_kept(text):
        yield Proposal(0.88, "asks what is kept", Show("my_data", "kept", {}))
    elif did in _DONE and asks_if_sure(text):
        yield Proposal(_SURE, "asks if it is done", Say(_DONE[did]), remember={"did": did})


FLOW = _flow()
