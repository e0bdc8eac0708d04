"""What a generator makes of frames, forms and updates: types swapped, parts missing, huge, nested. Used by test_fuzz.py."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

ANY_CHARACTER = st.characters(codec=None, exclude_categories=())  # lone surrogates, NUL and all
TEXT = st.one_of(
    st.text(ANY_CHARACTER, max_size=40),
    st.sampled_from(
        ("", " ", "\0", "\ud800", "²", "٣", "１２", "𝟗", "🏴‍☠️", "a" * 3000, "9" * 5000, "-1", "1e999", "NaN", "Menu",
         "gặp cán bộ", "tra cứu", "Đồng ý", "mật khẩu là Hoa@2020x", "z̸̢̛̯̈́͝", "\u202e", "%00", "../../x", "=cmd")
    ),
)  # fmt: skip
NUMBER = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from((0, -1, 2**31, 2**63, -(2**63) - 1, 2**64, 10**400, 1e308, True, False)),
)
SIMPLE = st.one_of(st.none(), st.booleans(), NUMBER, TEXT)
VALUE = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=12,
)
BRACKETS = 20_000  # deep; a frame holds no more than 65,536 bytes


def as_json(value: Any) -> str:
    """With NaN, Infinity and lone surrogates, as no standard allows them."""
    return json.dumps(value, ensure_ascii=True)


# -- frames of the chat socket

FRAME_KEYS = (
    "text",
    "press",
    "file",
    "contact",
    "secure",
    "wait",
    "after",
    "seen",
    "id",
    "name",
    "bytes",
    "type",
    "path",
)
GOOD_FRAMES: tuple[dict[str, Any], ...] = (
    {"after": 0},
    {"seen": 1},
    {"id": "m1", "text": "xin chào"},
    {"id": "m2", "press": 1},
    {"id": "m3", "file": {"name": "a.jpg", "bytes": 1, "type": "image/jpeg"}},
    {"id": "m4", "contact": {"phone": "0900000001", "own": True}},
    {"id": "m5", "secure": {"otp": "123456"}},
    {"wait": "6m"},
)


@st.composite
def changed(draw: st.DrawFn, bases: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """One of these objects with up to three of its values taken away or made something else."""
    value = copy.deepcopy(draw(st.sampled_from(bases)))
    for _ in range(draw(st.integers(0, 3))):
        places = list(_places(value))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        if draw(st.booleans()):
            holder[key] = draw(VALUE)
        elif isinstance(holder, dict):
            holder.pop(key, None)
        else:
            holder[key] = [holder[key]] * 50
    return value


def _places(value: Any) -> Any:
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in list(items):
            yield value, key
            yield from _places(inner)


FRAMES = st.one_of(
    changed(GOOD_FRAMES).map(as_json),
    st.dictionaries(st.sampled_from(FRAME_KEYS), VALUE, max_size=4).map(as_json),
    VALUE.map(as_json),
    st.text(st.characters(codec="utf-8"), max_size=50),
    st.sampled_from(
        ("[" * BRACKETS, '{"text":' * 9000 + "1" + "}" * 9000, '{"text": "' + "a" * 60_000 + '"}', '{"seen": ' + "9" * 5000 + "}",
         '{"press": 1e400}', '{"text": "\\ud800"}', '{"file": {"name": "\\u0000", "bytes": -1, "type": ""}}', "", "null", "NaN")
    ),
)  # fmt: skip


# -- posted forms

_FIELD = re.compile(r"""(?:\.get|\.all)\(\s*"(\w+)"\s*[,)]""")


def field_names() -> tuple[str, ...]:
    """Every field that a page of ours reads, from its own text: a new one is tried too."""
    pages = Path(__file__).parents[1] / "handlers"
    files = [*(pages / "console").glob("*.py"), pages / "web" / "secure_page.py"]
    return tuple(
        sorted({name for file in files for name in _FIELD.findall(file.read_text(encoding="utf-8"))})
    )


@st.composite
def forms(draw: st.DrawFn, csrf_token: str) -> tuple[str, bytes]:
    """A content type and a body."""
    fields = draw(st.lists(st.tuples(st.sampled_from(field_names()), TEXT), max_size=8))
    if draw(st.integers(0, 3)):
        fields = [("csrf_token", csrf_token), *(f for f in fields if f[0] != "csrf_token")]
    kind = draw(st.sampled_from(("urlencoded",) * 4 + ("multipart", "broken", "junk", "json", "none")))
    pairs = [(name, value.encode("utf-8", "replace")) for name, value in fields]
    if kind == "urlencoded":
        return "application/x-www-form-urlencoded", urlencode(pairs).encode()
    if kind in ("multipart", "broken"):
        body = b"".join(
            b'--x\r\ncontent-disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (n.encode(), v)
            for n, v in pairs
        )
        body += b"--x--\r\n"
        if kind == "broken":
            body = body[draw(st.integers(0, 20)) :][: -draw(st.integers(1, 20))]
        return "multipart/form-data; boundary=x", body
    if kind == "json":
        return "application/json", as_json(dict(fields)).encode()
    return draw(st.sampled_from(("", "multipart/form-data", "application/x-www-form-urlencoded"))), draw(
        st.binary(max_size=200)
    )


@st.composite
def paths(draw: st.DrawFn, route: str, known: dict[str, str]) -> str:
    """A route's path with what is known for its parameters, or with anything."""

    def filled(found: re.Match[str]) -> str:
        name = found.group(1).partition(":")[0]
        if name in known and draw(st.integers(0, 2)):
            return known[name]
        return quote(draw(TEXT).encode("utf-8", "replace")[:500], safe="") or "x"

    path = re.sub(r"\{([^}]+)\}", filled, route)
    if draw(st.integers(0, 3)) == 0:
        path += (
            "?"
            + draw(st.sampled_from(("fragment", "note", "after", "state", "page", "text", "from", "to")))
            + "="
        )
        path += quote(draw(TEXT).encode("utf-8", "replace")[:200])
    return path


# -- updates of Telegram

_FROM = {"id": 71, "is_bot": False, "first_name": "Lan", "language_code": "vi"}
_CHAT = {"id": 71, "type": "private", "first_name": "Lan"}
_MESSAGE = {"message_id": 5, "date": 1_790_000_000, "chat": _CHAT, "from": _FROM}
GOOD_UPDATES: tuple[dict[str, Any], ...] = (
    {"message": {**_MESSAGE, "text": "xin chào", "entities": [{"type": "bold", "offset": 0, "length": 3}]}},
    {"message": {**_MESSAGE, "contact": {"phone_number": "84900000001", "first_name": "Lan", "user_id": 71}}},
    {"message": {**_MESSAGE, "document": {"file_id": "a", "file_unique_id": "b", "file_name": "a.pdf", "file_size": 9}}},
    {"message": {**_MESSAGE, "photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}], "caption": "ảnh"}},
    {"message": {**_MESSAGE, "location": {"latitude": 1.5, "longitude": 2.5}, "reply_to_message": {**_MESSAGE, "text": "a"}}},
    {"edited_message": {**_MESSAGE, "edit_date": 1_790_000_001, "text": "sửa"}},
    {"callback_query": {"id": "7", "from": _FROM, "chat_instance": "1", "data": "abc", "message": {**_MESSAGE, "text": "a"}}},
    {
        "my_chat_member": {
            "chat": _CHAT, "from": _FROM, "date": 1_790_000_000,
            "old_chat_member": {"status": "member", "user": _FROM},
            "new_chat_member": {"status": "kicked", "user": _FROM, "until_date": 0},
        }
    },
    {"poll": {"id": "1", "question": "a", "options": []}},
)  # fmt: skip


@st.composite
def updates(draw: st.DrawFn) -> bytes:
    """The body of a webhook call."""
    kind = draw(st.sampled_from(("changed",) * 6 + ("any", "cut", "raw", "deep", "huge")))
    number = draw(st.integers(1, 2**62))
    if kind == "any":
        return as_json(draw(VALUE)).encode()
    if kind == "raw":
        return draw(st.binary(max_size=200))
    if kind == "deep":
        deep = draw(st.integers(1, 100_000))
        return (
            b'{"update_id": %d, "message": ' % number
            + b"[" * deep
            + b"]" * draw(st.sampled_from((0, deep)))
            + b"}"
        )
    if kind == "huge":
        return b'{"update_id": %d, "message": {"text": "%b"}}' % (
            number,
            b"a" * draw(st.integers(1, 900_000)),
        )
    update = draw(changed(GOOD_UPDATES))
    if draw(st.integers(0, 9)):
        update["update_id"] = number
    body = as_json(update).encode()
    return body[: draw(st.integers(0, len(body)))] if kind == "cut" else body
