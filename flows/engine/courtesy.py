"""What the assistant says to everyday words, and how a correction is told from an answer. Called by the readers.

Invariant: one or two short sentences; nothing is promised that does not happen.
"""

from __future__ import annotations

import re

from flows.content import Content
from flows.engine.commands import PERSON_LABEL
from flows.understanding.input import Input

HEARD = "Dạ, tôi nghe rồi."
HEARD_AT_MENU = "Dạ, tôi nghe rồi. Anh/chị cần tôi giúp gì về việc này ạ?"
GREETED = "Dạ, chào anh/chị."
_SAID = {
    "thanks": "Dạ không có gì ạ. Cần thêm, anh/chị cứ nhắn.",
    "bye": "Dạ chào anh/chị, hẹn gặp lại. Cần gì anh/chị cứ nhắn.",
    "later": "Dạ được, anh/chị cứ từ từ. Khi nào rảnh, gõ “làm tiếp” là mình nối lại đúng chỗ này.",
    "ack": "Dạ.",
    "good_news": "Dạ chúc mừng anh/chị, vậy là xong rồi. Cần gì nữa, anh/chị cứ nhắn.",
    "sorry": "Dạ không sao đâu ạ, cảm ơn anh/chị. Cần gì anh/chị cứ nhắn.",
}
_AT_MENU = {
    "later": "Dạ được ạ. Lúc nào cần, anh/chị cứ nhắn.",
    "ack": "Dạ, anh/chị cần giúp gì ạ? Anh/chị bấm chọn hoặc viết câu hỏi.",
}
_CORRECTS = re.compile(
    r"^(?:da )?(?:a|ua|i|y|khoan|chet|thoi chet|oi|a quen|quen)? ?(?:khong|ko|hong|hok|hem)? ?(?:lon|nham|sai|lo|loi|ghi lon|go lon|bam lon|nham roi|lon roi)\b"
    r"|\b(?:moi dung|y (?:la|tui|em|toi|minh)|noi lon|ghi lon|go lon|bam lon|bam nham|lo bam|doi lai|sua lai|noi lai la)\b"
    r"|\b(?:cho|chu|chứ) (?:hong|khong|ko|hok|dau|hem) phai\b|^(?:a |ua |i )?(?:hong|khong|ko|hok|dau) phai\b"
)


def answer(act: str, content: Content, *, under_way: bool) -> tuple[str, tuple[str, ...]]:
    """What is said to an everyday act, and the options offered with it."""
    if act == "anger":
        said = (
            "Xin lỗi anh/chị, tôi làm anh/chị bực rồi. Anh/chị nói việc cần nhất bằng vài từ, hoặc bấm "
            f"“{PERSON_LABEL}” để người thật trả lời; gấp thì gọi {content.office.hotline}."
        )
        return said, (PERSON_LABEL,)
    return (_SAID[act] if under_way or act not in _AT_MENU else _AT_MENU[act]), ()


def corrects(message: Input) -> bool:
    """Whether the words take back what was said before."""
    return bool(_CORRECTS.search(message.plain))
