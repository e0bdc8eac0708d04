"""What is proposed when somebody speaks of passwords and codes in their own words: inside the guide, and after a secret was typed.

Invariant: no password and no code is ever asked for here, and none is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from flows.content import Content
from flows.engine.proposals import Answer, Begin, Command, Do, Proposal, Reading, Say
from flows.engine.steps import Parsed
from flows.spoken.password_topics import (
    after_account,
    after_secret,
    answer_to,
    any_number,
    asks_by_app,
    asks_us_to_change,
    beside,
    changes_phone,
    has_no_mail,
    has_not_forgotten,
    newest_code,
    once_logged_in,
    remembers,
    screen_of,
    several_codes,
    should_change,
    tells_of_message,
    topic_of,
)
from flows.spoken.secret_turns import NOT_TO_US, follows_along, trusts_us, wants_new_one
from flows.spoken.wordings import heard_in
from flows.understanding.everyday import asks

FLOW_NAME = "password"
_TROUBLES = frozenset({"no_otp", "old_phone", "locked", "forgotten", "forgotten_email", "first_password"})
# topics that mean another one on a screen
_ON_SCREEN: Mapping[str, Mapping[str, str]] = {
    "menu": {"login": "no_menu"},
    "otp": {
        "login": "wrong_code",
        "old_wrong": "wrong_code",
        "rejected": "wrong_code",
        "tries": "wrong_code",
    },
    "otp_sent": {"login": "wrong_code"},
    "passwords": {"login": "old_wrong"},
    "finish": {"no_otp": "no_otp"},
}
_YOU_LOOK = ("sao em|con|ad|bot|ban|may|ben_em khong .. vao|mo|dang_nhap .. coi|xem|kiem_tra|tra",)
_CODE_SCREENS = ("finish", "otp", "otp_sent")
_OF_A_CODE = ("ma|otp|ma_otp|ma_xac_thuc|tin|tin_nhan|sms|6_so|sau_so",)
_TOPIC = 0.945  # above an option's meaning: a topic says more than "không được"
_THIS_SCREEN = 0.97  # what is wrong with the screen one stands at is no other matter
_TAKES_UP = (
    "doi|lam tiep",
    "toi|den|dang dau|buoc_nao|man_hinh_nao|cho_nao roi|vay|ha|$",
    "lam|doi tiep .. di|nha|$",
)
_CODE_ITEMS = frozenset("otp-het-han khong-nhan-otp sms-cap-lai".split())  # answers on codes
_PASSWORD_ITEMS = _CODE_ITEMS | frozenset(
    "bi-khoa mk-gui-ve quen-mat-khau sai-mat-khau doi-mat-khau vneid-dang-nhap".split()
)
_LOGIN_ITEMS = _PASSWORD_ITEMS | frozenset(
    "quen-email doi-sdt tin-nhan-8079 can-email quy-tac-mat-khau".split()
)
_BY_MESSAGE = frozenset("tin-nhan-8079 quen-email quen-mat-khau".split())
_AFTER_ITEM = frozenset("expired new_code where_enter may_enter five_minutes which_number sms_says".split())
_TRIES_AGAIN = (
    "^ ok|da|u|roi|vay? de|cho toi|em|e|minh|bac|con|chi|anh|co? thu|lam|nhap|coi .. lai|coi|xem|$",
)
_ODD = (
    "khong|chua|dau .. thay|co|giong|hien|ra|thay_gi",
    "khac .. roi|a|hoac|qua|het|$",
    "may|man_hinh|app .. khac|trang|den|tat|van|dung|do|treo|quay",
    "khong|chua .. duoc|chiu|an|cho",
    "bao|bi|no loi|do|trang|sai",
)


def reads(reading: Reading) -> Iterator[Proposal]:
    """Topics of the password guide, read with order and polarity."""
    text = reading.input.text
    here = reading.is_at(FLOW_NAME)
    if reading.recall("secret") and not here and should_change(text):
        told = Say(answer_to("should_change", reading.context.content))
        yield Proposal(
            0.95, "asks if it is to be changed", told, remember={"secret": reading.recall("secret")}
        )
        return
    if (kind := reading.recall("secret")) and not here:
        if trusts_us(reading.input.plain):
            told = Say(NOT_TO_US.format(hotline=reading.context.content.office.hotline))
            yield Proposal(0.955, "trusts us with a secret", told, remember={"secret": kind})
            return
        if kind == "password" and wants_new_one(reading.input.plain):
            yield Proposal(0.93, "wants a new password", Begin(FLOW_NAME))
            return
    if has_not_forgotten(text, close=here) and not remembers(text):
        said = Say(answer_to("not_forgotten", reading.context.content), reminds=here)
        yield Proposal(0.95, "has not forgotten it", said)
        return
    if remembers(text) and not (here and reading.is_at(FLOW_NAME, "screen", "code", "late")):
        content = reading.context.content
        answer: Command = _begun(content)
        if reading.is_at(FLOW_NAME, "situation"):
            answer = Answer(
                Parsed("here", {"purpose": "change"})
                if content.changes_passwords
                else Parsed("remembers", {"screen": 0})
            )
        if reading.is_at(FLOW_NAME, "trouble") and not content.changes_passwords:
            answer = Answer(Parsed("guide", {"screen": 0}))
        yield Proposal(0.93, "remembers it, wants to change it", answer)
        return
    if (said_to := beside_the_guide(reading)) and not (here and reading.is_at(FLOW_NAME, "done")):
        told = Say(answer_to(said_to, reading.context.content))
        yield Proposal(0.95, f"password talk: {said_to}", told)
        return
    by_phone = changes_phone(text)
    if reading.recall("secret") == "password" and not here and (next_step := after_account(text)):
        if next_step == "one_by_one":
            yield Proposal(0.93, "changes it screen by screen", _begun(reading.context.content))
        else:
            told = Say(answer_to(next_step, reading.context.content))
            yield Proposal(0.93, f"after the account: {next_step}", told, remember={"secret": "password"})
        return
    if here:
        yield from _in_guide(reading, "old_phone" if by_phone else topic_of(text))
    elif reading.recall("secret") and heard_in(text, _TRIES_AGAIN):
        yield Proposal(0.85, "tries again", Say("Dạ, anh/chị cứ thử lại, vướng chỗ nào thì nhắn tôi."))
    elif (
        (kind := reading.recall("secret"))
        and (after := after_secret(text))
        and (after != "where_enter" or kind == "otp")
    ):
        told = Say(answer_to(after, reading.context.content))
        yield Proposal(0.93, f"after a secret: {after}", told, remember={"secret": kind})
    elif tells_of_message(text):
        told = Say(answer_to("sms_says", reading.context.content))
        yield Proposal(0.93, "what the message says", told, remember={"item": "sms-cap-lai"})
    elif reading.recall("item") in _CODE_ITEMS and (after := after_secret(text)) in _AFTER_ITEM:
        yield Proposal(
            0.86, f"after an answer on codes: {after}", Say(answer_to(after, reading.context.content))
        )
    elif reading.recall("item") in _BY_MESSAGE and any_number(text):
        told = Say(answer_to("from_number", reading.context.content))
        yield Proposal(0.9, "from which number", told, remember={"item": reading.recall("item")})
    elif reading.recall("item") in _LOGIN_ITEMS and has_no_mail(text):
        told = Say(answer_to("forgotten_email", reading.context.content))
        yield Proposal(0.86, "has no e-mail", told, remember={"item": "quen-email"})
    elif reading.recall("item") in _PASSWORD_ITEMS and topic_of(text) == "first_password":
        told = Say(answer_to("first_password", reading.context.content))
        yield Proposal(0.86, "the password that was sent", told, remember={"item": "mk-gui-ve"})
    elif by_phone and "mat khau" in reading.input.plain:
        begun = Begin(FLOW_NAME, "", "trouble", {"trouble": "old_phone"})
        yield Proposal(0.9, "changes the phone, not the password", begun)


def _begun(content: Content) -> Begin:
    """A password is to be changed: here, or else in VssID."""
    if content.changes_passwords:
        return Begin(FLOW_NAME, "", "permission", {"purpose": "change"})
    return Begin(FLOW_NAME, "", "screen", {"screen": 0})


def beside_the_guide(reading: Reading) -> str:
    """An answer that holds in the guide and after talk of passwords or codes; "" for none."""
    text = reading.input.text
    of_passwords = (
        reading.is_at(FLOW_NAME) or reading.recall("secret") or reading.recall("item") in _PASSWORD_ITEMS
    )
    if asks_us_to_change(text):
        return "not_for_you"
    if reading.recall("secret") and heard_in(text, _YOU_LOOK):
        return "not_inside"
    if once_logged_in(text) and (of_passwords or heard_in(text, ("mat_khau|mk|pass",))):
        return "once_in"
    if (of_passwords or reading.recall("item") in _LOGIN_ITEMS) and (said_to := beside(text)):
        return said_to
    of_codes = of_passwords or several_codes(text) or heard_in(text, ("otp|ma_otp|ma_xac_thuc",))
    return "newest" if of_codes and newest_code(text) else ""


def _in_guide(reading: Reading, topic: str) -> Iterator[Proposal]:
    """Topics at a step of the guide."""
    content, text = reading.context.content, reading.input.text
    step = reading.state.step
    screens = content.password.screens
    n = min(int(reading.context.get("screen") or 0), len(screens) - 1)
    screen = screens[n].id if step == "screen" else ""
    topic = _ON_SCREEN.get(screen, {}).get(topic, topic)
    if topic == "no_otp" and screen not in ("", *_CODE_SCREENS) and not heard_in(text, _OF_A_CODE):
        topic = ""  # "không thấy" of what the screen shows
    if step == "trouble" and reading.context.get("trouble") == "old_phone" and asks_by_app(text):
        yield Proposal(0.95, "asks if the app does it", Say(answer_to("by_app", content)))
        return
    if step == "trouble" and follows_along(reading.input.plain):
        said = "Dạ, anh/chị làm tiếp theo hướng dẫn ở trên. Khác chỗ nào thì nhắn tôi; xong thì bấm “Đã giải quyết được”."
        yield Proposal(0.88, "follows the recipe", Say(said, answers=False))
    if heard_in(text, _TAKES_UP):
        yield Proposal(0.92, "goes on with the guide", Do("repeat"))
    late = step == "code" and _is_late(reading)
    if late and topic in ("may_enter", "expired", "new_code", "wrong_code"):
        yield Proposal(0.95, "the code is too old", Answer(Parsed("late")))
        return
    if step == "late" and topic in ("new_code", "expired"):
        at_finish = next((i for i, found in enumerate(screens) if found.id == "finish"), 0)
        yield Proposal(_TOPIC, "does it again", Answer(Parsed("again", {"screen": at_finish})))
    elif screen_of(topic) == screen != "":
        yield Proposal(_THIS_SCREEN, f"trouble on this screen: {topic}", Answer(Parsed("odd")))
    elif topic in _TROUBLES:
        same = step == "trouble" and reading.context.get("trouble") == topic
        asked = same and topic == "locked"
        if not same or asked:
            yield Proposal(_TOPIC, f"trouble: {topic}", Answer(Parsed("trouble", {"trouble": topic})))
    elif topic and (said := answer_to(topic, content)):
        yield Proposal(_TOPIC, f"password talk: {topic}", Say(said))
    elif step == "screen" and heard_in(text, _ODD) and not asks(text):
        yield Proposal(0.78, "does not see it so", Answer(Parsed("odd")))


def _is_late(reading: Reading) -> bool:
    until = reading.context.get("otp_until")
    return bool(until) and reading.context.at > datetime.fromisoformat(until)
