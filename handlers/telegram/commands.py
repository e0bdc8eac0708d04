"""The slash commands of the bot's menu, and the words each stands for. A flow's own command is declared on the flow."""

from __future__ import annotations

from flows.catalog import FLOWS
from flows.content import Content
from flows.engine.commands import BACK_LABEL, HELP_LABEL, PERSON_LABEL
from flows.entries import entry_words

# command -> (the words it means, what Telegram's menu shows); a flow's own label stands for itself
_WORDS = {
    "menu": ("menu", "Về menu"),
    "trogiup": (HELP_LABEL, "Trợ lý làm được gì"),
    "quaylai": (BACK_LABEL, "Lùi một bước"),
    "huy": ("hủy", "Thôi việc đang làm"),
    "canbo": (PERSON_LABEL, "Cách gặp người hỗ trợ"),
}
_ALSO = {"start": "start", "help": HELP_LABEL, "cancel": "hủy", "stop": "hủy"}  # understood, not listed


def commands(content: Content) -> dict[str, tuple[str, str]]:
    """Every command listed in Telegram's menu: name -> (the words it means, its description)."""
    labels = {flow.slash: FLOWS.label(flow.name, content) for flow in FLOWS.values() if flow.slash}
    flows = {slash: (label, label) for slash, label in labels.items()}
    return {"menu": _WORDS["menu"], **flows, **_WORDS}


def words_of(text: str, content: Content) -> str:
    """What was typed, a known command replaced by the words it means ("/quaylai" -> "Quay lại")."""
    if not text.startswith("/"):
        return text
    name, _, payload = text[1:].partition(" ")
    name = name.partition("@")[0].lower()
    if name == "start" and (words := entry_words(payload.strip())):
        return words  # a deep link
    if name in _ALSO:
        return _ALSO[name]
    found = commands(content).get(name)
    return found[0] if found else text
