"""The slash commands of the bot's menu, and the words each stands for."""

from __future__ import annotations

from flows import catalog
from flows.content import Content
from flows.engine import commands as engine_commands

# command -> (the words it means, what Telegram's menu shows); a flow's own label stands for itself
_WORDS = {
    "menu": ("menu", "Về menu"),
    "trogiup": (engine_commands.HELP_LABEL, "Trợ lý làm được gì"),
    "quaylai": (engine_commands.BACK_LABEL, "Lùi một bước"),
    "huy": ("hủy", "Thôi việc đang làm"),
    "canbo": (engine_commands.PERSON_LABEL, "Cách gặp người hỗ trợ"),
}


_FLOWS = {
    "tracuu": "lookup",
    "dangky": "registration",
    "matkhau": "password",
    "daumoi": "contacts",
    "dulieu": "my_data",
    "thongbao": "notices",
    "hoidap": "questions",
}


_ALSO = {
    "start": "start",
    "help": engine_commands.HELP_LABEL,
    "cancel": "hủy",
    "stop": "hủy",
}  # understood, not listed


def commands(content: Content) -> dict[str, tuple[str, str]]:
    """Every command listed in Telegram's menu: name -> (the words it means, its description)."""
    flows = {
        name: (catalog.label(flow, content), catalog.label(flow, content))
        for name, flow in _FLOWS.items()
        if flow in catalog.FLOWS
    }
    return {"menu": _WORDS["menu"], **flows, **_WORDS}


def words_of(text: str, content: Content) -> str:
    """What was typed, a known command replaced by the words it means ("/quaylai" -> "Quay lại")."""
    if not text.startswith("/"):
        return text
    name = "".join(text[1:].split(maxsplit=1)[:1]).partition("@")[0].lower()
    if name in _ALSO:
        return _ALSO[name]
    found = commands(content).get(name)
    return found[0] if found else text
