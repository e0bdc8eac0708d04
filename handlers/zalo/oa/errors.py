"""What the Official Account's error codes mean for a message. Pure; the ZNS codes are another table (handlers/zalo/zns.py).

Success is `error` 0; errors come with HTTP 200. `blocked`: this person cannot be written to until they write again.
`hold`: nothing can be sent to anybody until somebody changes something at Zalo.
"""

from __future__ import annotations

from handlers.delivery.channel import SendResult

TOKEN = frozenset({-216, -220})  # invalid, expired or removed: exchange once, try once more
_PERSON = frozenset({-213, -217, -227, -230, -232, -244, -305, -311})
_CONFIGURATION = frozenset(
    {-202, -204, -205, -207, -208, -209, -212, -215, -219, -221, -223, -224, -242, -320, -321}
)
_OURS = frozenset({-201, -210, -218, -233, -248})  # no retry would help
_LATER = {-32: "rate", -211: "quota", -234: "night"}
QUOTA_SECONDS = 3600.0  # until a quota that is used up is asked for again

ABOUT = {  # what staff read of a code; the others are named by their number
    -224: "gói của OA chưa có tính năng này",
    -211: "OA đã hết hạn mức",
    -320: "cần tài khoản Zalo Cloud",
    -321: "tài khoản Zalo Cloud hết tiền",
    -204: "OA đã bị xóa",
    -207: "ứng dụng đã bị gỡ khỏi OA",
    -208: "OA chưa được xác thực",
    -215: "OA chưa cấp quyền này cho ứng dụng",
    -242: "sai appsecret_proof",
}


def result_of(code: int, *, silence: float) -> SendResult:
    """What became of a message that was answered with `code`; `silence` is for the rate limit, in seconds."""
    if code == 0:
        return SendResult("sent")
    said = f"zalo {code}"
    if code in _PERSON:
        return SendResult("blocked", said)
    if code in _CONFIGURATION or code in TOKEN:
        return SendResult("hold", said)
    if code in _OURS:
        return SendResult("failed", said)
    if code in _LATER:
        return SendResult("wait", said, silence if code == -32 else QUOTA_SECONDS)
    return SendResult("again", said)  # -200, -100 and what no table has: some tries, then failed
