"""What an admin may write to everybody, and what they are warned of before it goes.

Rule: no notice asks for a password or a one-time code, and each says how to leave. A warning stops nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from flows.content import StaffWeights
from flows.secrets.staff_words import trouble_in
from flows.text.fold import fold
from flows.text.normalise import clean

LEAVE = "Không muốn nhận nữa, gõ DUNG."
WHAT_STOPS = (
    "Cảnh báo không chặn việc duyệt và gửi; nội dung chỉ bị chặn khi trống, quá dài, chứa mật khẩu hay mã OTP, hoặc hỏi "
    "mật khẩu, mã xác thực, ảnh tin nhắn có mã, thẻ ngân hàng, quyền vào máy."
)
_NAMED = 5  # places or links that a warning names
_NAMED_LENGTH = 60  # characters of each
_PLACE = re.compile(
    r"""
    \{\{ .{0,80}? \}\} | \$? \{ [^{}\n]{0,80} \} | ｛ [^｛｝\n]{0,80} ｝
    | \[ [^\[\]\n]{0,80} \] | ［ [^［］\n]{0,80} ］ | 【 [^【】\n]{0,80} 】
    | <{1,2} \s* (?! (?: https? | mailto | tel ) : ) (?: / \s* )? [^\W\d] [^<>\n]{0,80} >{1,2} | < [\s.…_]* >
    | ＜ [^＜＞\n]{0,80} ＞ | « [^«»\n]{0,80} » | ‹ [^‹›\n]{0,80} › | 〈 [^〈〉\n]{0,80} 〉
    | % [^\W\d] \w{0,40} % | \# [^\W\d] \w{0,40} \# | @@ \w{1,40} (?: @@ )? | (?<!\w) \$ [A-Za-z_] \w{1,40}
    | _{3,} | \.{6,} | …{2,} | (?: \.[ ] ){3,} \.?
    | (?: \.{2,} | … ) \s* / | / \s* (?: \.{2,} | … ) | (?<! [\w.…)”"’] ) (?: … | \.{3,} )
    | (?<!\w) (?: x{3,} | X{3,} | [xX]{2} (?= /[xX\d] ) | (?<= [xX\d]/ ) [xX]{2} ) (?!\w)
    | (?<!\w) (?: dd/mm (?: /y{2,4} )? | DD/MM (?: /Y{2,4} )? | TODO | TBD | lorem[ ]ipsum ) (?!\w)
    """,
    re.VERBOSE | re.DOTALL,
)
# What stands in brackets before a text and is meant: "[THÔNG BÁO] …", "[1] …".
_HEADING = re.compile(r"(?:thong bao|khan|quan trong|luu y|nhac|tin |tin$|cap nhat|hoi dap|bhxh|\d)")
_DOT = r"[.。．｡]"
_SITES = (  # endings that phones and channels make a link of by themselves
    "vn com net org info biz edu gov asia me io co ly gl app dev page site online shop store club top xyz vip win live pro cc tv "
    "us uk eu de fr ru cn in id sg my th ph kr jp tk ml ga cf gq ws to link click space website fun icu work world today news"
)
_LINK = re.compile(
    rf"""
    [a-z][a-z0-9+.-]{{1,20}} :// [^\s<>"“”]+
    | (?<! [\w@.。．｡-] ) (?: [\w-]{{1,63}} {_DOT} ){{1,8}} (?: {_SITES.replace(" ", "|")} ) (?! [\w-] | {_DOT} \w | @ )
      (?: : \d{{1,5}} )? (?: [/?\#] [^\s<>"“”]* )?
    | (?<! [\w@.-] ) www {_DOT} [^\s<>"“”]+
    | (?<! [\w.] ) \d{{1,3}} (?: \.\d{{1,3}} ){{3}} [:/] [^\s<>"“”]+
    """,
    re.VERBOSE | re.IGNORECASE,
)


class BadText(ValueError):
    """A text that cannot be sent; the message is one sentence for the admin."""


def tidied(text: str, limit: int, weights: StaffWeights) -> str:
    """The text as it is kept: cleaned, 1 to `limit` characters.

    Raises BadText when it is empty, too long, holds a secret or asks for one.
    """
    tidy = clean(text)
    if not tidy:
        raise BadText("Thông báo chưa có nội dung.")
    if len(tidy) > limit:
        raise BadText(f"Thông báo dài {len(tidy)} ký tự; nhiều nhất là {limit} ký tự.")
    if (trouble := trouble_in(tidy, weights)) == "secret":
        raise BadText("Thông báo có vẻ chứa mật khẩu hoặc mã OTP. Xin bỏ phần đó đi.")
    if trouble:
        raise BadText(
            "Thông báo không được yêu cầu mật khẩu, mã xác thực, ảnh tin nhắn có mã, thẻ ngân hàng hay quyền vào máy: kẻ gian vẫn "
            "làm như vậy. Xin viết lại để người dân tự nhập trên ứng dụng VssID hoặc trang bảo mật."
        )
    return tidy


def warnings(text: str, own_address: str) -> tuple[str, ...]:
    """What an admin should look at again in a text before it is approved, one sentence each. `own_address`: the service's own."""
    found: list[str] = []
    if places := _named(m.group() for m in _PLACE.finditer(text) if not _is_heading(m.group())):
        found.append(
            f"Có chỗ chưa điền: {places}. Mọi người nhận cùng một nội dung nên sẽ thấy nguyên như vậy; "
            "xin viết hẳn ra hoặc bỏ đi."
        )
    own = _host(own_address)
    addresses = (m.group().rstrip(".,;:!?)]}'’”…") for m in _LINK.finditer(text))
    if links := _named(address for address in addresses if not _is_official(address, own)):
        found.append(
            f"Có đường dẫn không thuộc .gov.vn hay trang của cơ quan mình: {links}. Người dân khó biết đó có phải tin giả "
            "mạo không; chỉ để lại khi anh/chị chắc chắn."
        )
    return tuple(found)


def _named(finds: Iterable[str]) -> str:
    """The first few, each once and in quotation marks; "" for none."""
    each = list(dict.fromkeys(" ".join(find.split()) for find in finds))
    cut = [one if len(one) <= _NAMED_LENGTH else one[: _NAMED_LENGTH - 1] + "…" for one in each[:_NAMED]]
    more = f" và {len(each) - _NAMED} chỗ nữa" if len(each) > _NAMED else ""
    return ", ".join(f"“{one}”" for one in cut) + more


def _is_heading(place: str) -> bool:
    return place[0] in "[［【" and _HEADING.match(fold(place[1:-1]).strip()) is not None


def _is_official(address: str, own: str) -> bool:
    """Whether a link leads to a site of the state or to the service itself, and nowhere else by a trick."""
    host = _host(address if "://" in address else f"https://{address}")
    return bool(host) and (host == own or host == "gov.vn" or host.endswith(".gov.vn"))


def _host(address: str) -> str:
    """The host of an http address; "" for others, and where a name or an odd sign could pass for it."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".")
    plain = parts.scheme in ("http", "https") and "@" not in parts.netloc
    return host if plain and re.fullmatch(r"[a-z0-9.-]+", host) else ""


def with_leave(text: str) -> str:
    """The text as people receive it: how to leave stands at its end."""
    return f"{text}\n\n{LEAVE}"
