"""How a flow asks for consent before it keeps personal data. Called by the flows that keep any, at their beginning.

Invariant: consent can be refused, and no answer is no consent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flows.effects import CheckConsent, GiveConsent
from flows.engine.steps import Choice, Context, Prompt, Step, call, choose, end

AGREE = "Đồng ý"
REFUSE = "Không đồng ý"
YES = "co, da, da co, dong y a, dong y nha, dong y nhe, dc, duoc, ok, oke, ok e, ok em, da dong y, da duoc, vang, u"
NO = "khong, ko, thoi, thoi khoi, khoi, tu choi, hong, da khong, khong a, k dong y, ko dong y, hong dong y"
NOT_KEPT_YET = "(Tin vừa rồi tôi chưa giữ lại; đồng ý xong, anh/chị gửi lại giúp nhé.)"


def consent_steps(
    purpose: str,
    wording: str,
    *,
    then: str,
    refused: Prompt,
    told: Callable[[str], tuple[str, str]] = lambda opening: ("", NOT_KEPT_YET),
) -> tuple[Step, ...]:
    """The steps permission, consent, agreed, declined, to be put at the beginning of a flow; they lead to `then`.

    `told`: what is said before and after the question of words that led here.
    """

    def question(context: Context) -> str:
        opening = context.get("opening")
        before, after = told(opening) if opening else ("", "")
        return "\n".join(line for line in (before, wording, after) if line)

    return (
        call(
            "permission",
            lambda s: CheckConsent(purpose),
            CheckConsent,
            transitions={"given": then, "missing": "consent"},
        ),
        choose(
            "consent",
            question,
            (
                Choice(AGREE, "agreed", words=YES, means="yes"),
                Choice(REFUSE, "refused", words=NO, means="no"),
            ),
            label="đang hỏi đồng ý",
            transitions={"agreed": "agreed", "refused": "declined"},
            asked_once=True,
            hint="Anh/chị bấm “Đồng ý” hoặc “Không đồng ý” giúp tôi. Chưa đồng ý thì tôi chưa lưu gì cả.",
        ),
        call("agreed", lambda s: GiveConsent(purpose, wording), GiveConsent, transitions={"kept": then}),
        replace(end("declined", refused), recalls=lambda context: {"refused": purpose}),
    )
