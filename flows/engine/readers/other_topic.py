"""Whether a message is about something else than the flow under way. Called by the readers before a step takes its words.

Invariant: what tells a fact (digits) or leans on what was said is never another matter.
"""

from __future__ import annotations

from flows.content import SMALL_TALK, Question
from flows.directory.follow_ups import points_at_somebody
from flows.engine.proposals import Reading
from flows.text.fold import words
from flows.understanding.everyday import asks_on

WHOLE, WHOLE_WORDS, WHOLE_QUESTION = 0.85, 4, 0.955  # a question that needs nothing said before
FACT_DIGITS = 4  # a year, a date or a number is told, nothing asked
OTHER_TOPIC, ASKS_OR_COMPLAINS = 0.6, 0.25  # confidence of the item; probability of a question or trouble
ASKED = 0.5  # probability of a question from which one is surely asked


def is_other_topic(reading: Reading) -> bool:
    """Whether a message asks or complains of something that an item answers and that the flow under way is not about."""
    asked = reading.input.acts["question"] + reading.input.acts["trouble"]
    needed = ASKS_OR_COMPLAINS if (reading.input.question.confidence or 0.0) < WHOLE else 0.0
    return asked >= needed and names_other_topic(reading)


def names_other_topic(reading: Reading) -> bool:
    """Whether an item surely answers a message, asked or not, and the flow under way is not about it."""
    flow, step, said = reading.flow, reading.step, reading.input
    if flow is None or step is None or step.takes_any or not flow.topics or len(said.words) < WHOLE_WORDS:
        return False
    if asks_on(said.text) or sum(map(str.isdigit, said.text)) >= FACT_DIGITS:
        return False
    item, sure = said.question.item, said.question.confidence or 0.0
    if item is None or said.question.shield or said.question.decision != "answer" or sure < OTHER_TOPIC:
        return False
    if reading.recall("secret") or reading.recall("warned"):
        return False
    return item.topic not in flow.topics and item.next != flow.name and item.topic not in SMALL_TALK


def is_whole(reading: Reading, item: Question) -> bool:
    """Whether the text is a question complete in itself, about another matter than what is under way."""
    said, step = reading.input, reading.step
    if step is None or step.takes_any or len(said.words) < WHOLE_WORDS or said.acts["question"] < ASKED:
        return False
    if asks_on(said.text) or (reading.recall("contacts") and points_at_somebody(words(said.text))):
        return False
    if (
        reading.flow is None
        or item.next == reading.flow.name
        or reading.recall("secret")
        or reading.recall("warned")
    ):
        return False
    alone = said.question
    sure = alone.decision == "answer" and alone.item is item and (alone.confidence or 0.0) >= WHOLE
    return sure and said.contacts.decision != "answer"
