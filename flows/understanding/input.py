"""A message read once: its words in several forms, and what the slower readers found in it, each made at its first use.

Handed down to every reader of a turn. Invariant: pure; two inputs of equal text and content read alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from flows.content import Content
from flows.directory.search import DirectoryResult, find_contacts
from flows.scams.recogniser import ScamChance, chances
from flows.text.normalise import normalise, plain
from flows.understanding.acts import ASKING, Before, act_chances
from flows.understanding.question_finder import QuestionResult, find_questions

# Of a longer text the beginning and the end are read, where a letter greets and where it asks; in characters.
READ_FIRST, READ_LAST = 300, 400


class Input:
    """One typed message; `text` is what the readers look at, at most `READ_FIRST + READ_LAST` characters of it, `whole` all.

    `item`: the id of the question answered last, which a follow-up leans on; `before`: what kind of thing we said just before;
    `guarded`: the shield has read the text already and found no secret.
    """

    def __init__(
        self, text: str, content: Content, *, item: str = "", before: Before = "", guarded: bool = False
    ) -> None:
        self.whole = text
        self.text = text if len(text) <= READ_FIRST + READ_LAST else _ends_of(text)
        self.content = content
        self.item = item
        self.before = before
        self.guarded = guarded

    @cached_property
    def plain(self) -> str:
        """Folded words with single spaces: "doi mat khau"."""
        return plain(self.text)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The folded words as typed."""
        return tuple(self.plain.split())

    @cached_property
    def normal(self) -> tuple[str, ...]:
        """The words in one spelling, set phrases joined (flows/text/normalise.py)."""
        return normalise(self.text)

    @cached_property
    def question(self) -> QuestionResult:
        """What the question finder makes of the text alone."""
        return self.follow.alone or self.follow

    @cached_property
    def follow(self) -> QuestionResult:
        """What the question finder makes of the text after the question that was answered last."""
        return find_questions(self.text, self.content, self.item, self.acts, guarded=self.guarded)

    @cached_property
    def acts(self) -> Mapping[str, float]:
        """What kind of message it is: the probability of each act (flows/understanding/acts.py)."""
        return act_chances(self.text, self.content.acts_weights, self.before)

    @cached_property
    def asks(self) -> float:
        """The probability that the message asks for something to be known: a question, or trouble that is told."""
        return sum(self.acts[act] for act in ASKING)

    @cached_property
    def scam(self) -> ScamChance:
        """How likely the message tells of a scam, or of something given already (flows/scams/recogniser.py)."""
        return chances(self.text, self.content.scam_weights)

    @cached_property
    def contacts(self) -> DirectoryResult:
        """What the directory search makes of the text alone."""
        return find_contacts(self.text, self.content.directory)

    def has(self, *phrases: str) -> bool:
        """Whether one of these folded phrases stands in the text as whole words."""
        return any(f" {phrase} " in f" {self.plain} " for phrase in phrases)


def _ends_of(text: str) -> str:
    """The beginning and the end of a long text, cut between words where there are any."""
    first, last = text[:READ_FIRST].rsplit(None, 1)[0], text[-READ_LAST:].split(None, 1)[-1]
    return f"{first} {last}"
