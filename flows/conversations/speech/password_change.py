"""What is said in one's own words while a password is changed here: no code, a lost SIM, a forgotten password, "xong chưa".

Called by the password flow at the steps of password_change.py. Invariant: nothing is proposed that the step has no way on for.
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.conversations.account.replies import FORGOTTEN, KEPT_FOR_ONE
from flows.engine.proposals import Answer, Proposal, Reading, Say
from flows.engine.steps import Parsed
from flows.spoken.password_speech import beside_the_guide
from flows.spoken.password_topics import answer_to, changes_phone, topic_of
from flows.spoken.wordings import heard_in

_SURE = 0.95
_DONE = (
    "xong|duoc|doi|roi .. chua|khong|ko|hong|hay_chua|$",
    "doi|lam|nhap|go .. xong|roi",
)
_NO_PHONE = (
    "mat|hu|gay|khoa|hong|het_han .. sim|so|dien_thoai|may",
    "doi|bo|khong|het .. so|sim .. roi|cu|nua|dung|xai",
    "so .. nguoi_khac|cua_con|cua_chong|cua_vo|cu",
)
_WAYS = {
    "no_otp": "no_code",
    "old_phone": "no_phone",
    "expired": "resend",
    "new_code": "resend",
    "forgotten": "anew",
    "locked": "no_phone",
}


def reads(reading: Reading) -> Iterator[Proposal]:
    """What is proposed at a step of changing a password here."""
    step, text = reading.step, reading.input.text
    if step is None:
        return
    topic = "old_phone" if changes_phone(text) or heard_in(text, _NO_PHONE) else topic_of(text)
    outcome = _WAYS.get(topic, "")
    if not outcome and heard_in(text, _DONE):
        outcome = "look"
    if outcome in step.transitions:
        keep = {**KEPT_FOR_ONE, "purpose": FORGOTTEN} if topic == "forgotten" else {}
        yield Proposal(_SURE, f"while it is changed: {topic or outcome}", Answer(Parsed(outcome, keep)))
    elif said_to := beside_the_guide(reading):
        told = Say(answer_to(said_to, reading.context.content))
        yield Proposal(_SURE, f"password talk: {said_to}", told)
