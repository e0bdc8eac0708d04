"""Natural answers to closed questions by several hands, and what is no answer to them. Read by the training, the measure and the tests.

Rule: a row is one message before one question, with the tag it means, "" when it means none of the options.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from flows.text.normalise import clean

FOLDER = Path(__file__).parent
_BLOCKS = "truong-hoc co-so-giao-duc co-so-y-te doanh-nghiep-tu-nhan doanh-nghiep-nha-nuoc ubnd-xa-phuong"
STEPS: Mapping[str, frozenset[str]] = {
    step: frozenset(tags.split())
    for step, tags in {
        "consent": "yes no",
        "reg_who": "employee individual child",
        "reg_phone": "android ios",
        "reg_code": "known unknown look_up",
        "reg_resume": "continue anew",
        "reg_list": "done how all undo look_up",
        "reg_how": "done list",
        "pw_situation": "remembers no_otp old_phone locked forgotten forgotten_email first_password",
        "pw_screen": "done trouble",
        "pw_code": "received not_received",
        "pw_late": "again not_received",
        "pw_trouble": "solved other guided",
        "ct_block": _BLOCKS,
        "ct_perhaps": "yes no",
        "q_answer": "right not_it",
        "q_perhaps": "first second third none_of_these",
        "hd_want": "later withdraw",
        "hd_waiting": "stay leave",
        "nt_topics": "everything general register card",
        "nt_manage": "keep stop drop_card drop_general add_register",
        "md_choice": "erase export keep",
        "lk_proof": "otp edit other_ways share",
        "lk_code": "resend edit other_ways",
        "lk_expired": "resend other_ways",
        "lk_found": "register another",
        "lk_nobody": "edit",
        "leave": "leave stay",
        "report": "done not_yet trouble",
    }.items()
}
_MEANT = {
    "lookup": "look_up", "odd": "trouble", "school": "truong-hoc", "hospital": "co-so-y-te", "health_station": "co-so-y-te",
    "private_company": "doanh-nghiep-tu-nhan", "state_company": "doanh-nghiep-nha-nuoc", "commune": "ubnd-xa-phuong",
    "party": "", "told": "", "thanks_ok": "right", "none": "none_of_these",
}  # fmt: skip  # reason: reads as the table it is
_OTHER = {
    "lk_proof": "other_ways",
    "lk_code": "other_ways",
    "lk_expired": "other_ways",
    "pw_trouble": "other",
}
BY_NAME = "q_perhaps"  # its options are named by their content (named.py), or by their order
NAMED = ("Tải VssID ở đâu?", "Quên mật khẩu?", "Không nhận được OTP?")

_NO_ANSWER = (
    "question",
    "wish",
    "statement",
    "scam",
    "chat",
    "trouble",
    "anger",
    "person",
    "greeting",
    "repeat",
)
_MAY_ANSWER: Mapping[str, str] = {  # acts that may well answer these steps: not counted either way
    "trouble": "pw_screen pw_trouble pw_code pw_situation pw_late lk_proof lk_code lk_expired reg_list reg_how q_answer lk_nobody report",
    "wish": "reg_list reg_how leave lk_found reg_code hd_waiting nt_topics nt_manage md_choice consent reg_resume pw_situation lk_proof "
    "lk_expired lk_code pw_late hd_want lk_nobody",
    "repeat": "reg_list reg_how q_answer pw_trouble",
    "statement": "ct_block reg_who reg_phone reg_code pw_situation",
    "question": "reg_list",
    "person": "hd_waiting hd_want lk_proof lk_code lk_expired pw_trouble leave",
    "anger": "pw_trouble q_answer pw_screen report pw_code",
    "scam": "hd_want",
}
_ANSWERS_OF: Mapping[str, Mapping[str, str]] = {  # what an act answers, for the training
    "yes": {"consent": "yes", "reg_resume": "continue"},
    "no": {"consent": "no"},
    "done": {"reg_list": "done", "pw_screen": "done", "reg_how": "done", "report": "done"},
    "not_yet": {"report": "not_yet", "reg_phone": "", "reg_who": "", "reg_list": "", "reg_how": ""},
    "trouble": {"report": "trouble", "pw_screen": "trouble"},
    "thanks": {
        "q_answer": "right",
        "reg_who": "",
        "reg_phone": "",
        "nt_topics": "",
        "leave": "",
        "lk_found": "",
        "ct_block": "",
    },
    "later": {
        "reg_who": "",
        "reg_phone": "",
        "pw_situation": "",
        "reg_list": "",
        "nt_topics": "",
        "lk_found": "",
        "pw_screen": "",
        "report": "",
    },
    "skip": {
        "reg_who": "",
        "reg_phone": "",
        "pw_situation": "",
        "ct_block": "",
        "pw_screen": "",
        "lk_found": "",
        "report": "",
    },
    "back": {
        "reg_who": "",
        "reg_phone": "",
        "pw_situation": "",
        "ct_block": "",
        "nt_topics": "",
        "pw_screen": "",
        "report": "",
    },
    "stop": {
        "reg_who": "",
        "reg_phone": "",
        "pw_situation": "",
        "reg_list": "",
        "lk_found": "",
        "nt_topics": "",
        "report": "",
    },
    "ack": {
        "reg_who": "",
        "reg_phone": "",
        "reg_code": "",
        "pw_situation": "",
        "nt_topics": "",
        "ct_block": "",
    },
}


class Row(NamedTuple):
    """One message before one question."""

    step: str
    text: str
    meant: str  # "" for none of the options
    hand: str
    act: str = ""  # of a message that was not written as an answer


def hands() -> tuple[str, ...]:
    """Who wrote: the names in the files."""
    return tuple(sorted(path.stem.removeprefix("closed_") for path in FOLDER.glob("closed_*.jsonl")))


def _lines(kind: str, hand: str, folder: Path = FOLDER) -> Iterator[dict[str, str]]:
    """The lines of a hand's file; none where the hand wrote nothing of the kind."""
    path = folder / f"{kind}_{hand}.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if line.strip():
            yield json.loads(line)


def answers(hand: str, folder: Path = FOLDER) -> Iterator[Row]:
    """The answers of one hand to the steps with options."""
    for line in _lines("closed", hand, folder):
        step, want = line["step"], line["want"]
        if step in STEPS:
            meant = _OTHER.get(step, "") if want == "other" else _MEANT.get(want, want)
            yield Row(
                step,
                clean(line["text"]),
                "everything" if (step, want) == ("nt_topics", "all") else meant,
                hand,
            )


def days(hand: str, folder: Path = FOLDER) -> Iterator[Row]:
    """The days of one hand, as ISO dates, told on Monday 30/11/2026."""
    for line in _lines("closed", hand, folder):
        if line["step"] == "reg_sent_on":
            yield Row(line["step"], clean(line["text"]), line["want"], hand)


def no_answers(hand: str, folder: Path = FOLDER) -> Iterator[Row]:
    """Messages that answer none of the options, before each question where they do not."""
    for line in _lines("acts", hand, folder):
        if line["act"] in _NO_ANSWER:
            text = clean(line["text"])
            for step in STEPS.keys() - _MAY_ANSWER.get(line["act"], "").split():
                yield Row(step, text, "", hand, line["act"])


def acts(hand: str, folder: Path = FOLDER) -> Iterator[Row]:
    """Messages whose act answers a question, for the training."""
    for line in _lines("acts", hand, folder):
        text = clean(line["text"])
        for step, meant in _ANSWERS_OF.get(line["act"], {}).items():
            yield Row(step, text, meant, hand, line["act"])


_CONTENT_STEPS = (
    "reg_who reg_phone ct_block pw_situation nt_topics reg_sent_on lk_name lk_fact hd_want".split()
)
_BEFORE = "reg_phone reg_code pw_code pw_screen consent ct_perhaps lk_found reg_how reg_resume".split()


def misplaced(hand: str, folder: Path = FOLDER) -> Iterator[Row]:
    """Answers to one question before another one, which they do not answer."""
    for line in _lines("closed", hand, folder):
        own = line["step"]
        if own in _CONTENT_STEPS and line["want"] not in ("dont_know", "withdraw", "later"):
            text = clean(line["text"])
            for step in _BEFORE:
                if step != own and not (own == "pw_situation" and step in ("pw_code", "pw_screen")):
                    yield Row(step, text, "", hand, "misplaced")
