"""Runs of words that are a person's full name, found amid speech. Called by flows/people/reading.py.

Invariant: a run is cut out of the text as typed, between signs; a text that is nothing but a name is one run.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from flows.names.name_syllables import FORMS
from flows.text.fold import fold
from flows.text.syllable import decoded, is_syllable

_families = """
    nguyễn trần lê phạm huỳnh phan võ vũ đặng trương bùi đỗ hồ dương ngô đoàn lý lâm hoàng mai cao đinh lưu châu lương hà
    thái trịnh đào tô thạch quách tạ tăng vương kiều diệp phùng hứa lại ông triệu tống la tôn lữ từ văn viên sơn danh kim
    mạch nhâm tiêu khưu quan lục giang mạc ninh kha nghiêm âu bạch trang ôn bành cù doãn đồng giáp long mẫn nông phi thiều
    tri trì ung khổng sầm chung chu phó lạc liêu mã quảng trà trầm tất đàm đậu thân tưởng uông vi viết
"""
FAMILIES: dict[str, set[str]] = {}
for _family in _families.split():
    FAMILIES.setdefault(fold(_family), set()).add(_family)
# Families that are often other words where nothing is marked: "là", "họ", "đó", "vợ", "làm", "đang" …
_SOFT = frozenset(
    """la ho do to ta ha vo ong mai dang cao tang lu ly lam thai chau lai dinh truong duong luu hoang quan van vien son kim
    danh trang long phi tri chung chu tra vi viet dong ma lac tat than ninh giang luong dao ton tu ung""".split()
)
MIDDLES = frozenset(
    "thi van huu ngoc minh thanh hoang cong duc quoc dinh ba xuan kim be my hong cam phuoc tan trung nhu thuy".split()
)
# Words of speech; one of them ends a name where it is written like this.
_speech = """
    dạ thưa ạ á à ơi ah ak nha nhé nhe nè ne nghen hen hén hả hở đó đây kìa kia vậy dậy rồi luôn lun giùm dùm giúp với đi nữa
    thôi mà chớ chứ hổng hông không ko hok k kg khong tui tôi mình mk cháu cô bác chú má mẹ tía cha vợ chồng vk ck thằng nhỏ tên là của cho sanh
    ngày tháng ở quê hồi giờ làm nghỉ muốn kiếm tìm mã số bảo giấy tờ cái ổng bả cổ nó này còn thì cũng có được biết quên
    nhớ xin cần nhờ coi xem hỏi lộn nhầm mới đúng sửa đổi lại gì sao nào đâu chưa vô vào ra lên xuống qua về trên dưới trong
    ngoài đang sẽ đã bị bởi vì nên nếu khi lúc bữa hôm nay mai mốt người ta bạn bên chỗ xã ấp huyện phường tỉnh tại thuộc cccd
    cmnd cmt bhxh bhyt vssid sđt sdt số thẻ sổ ngay thang voi giup gium dum nua roi luon vay day kia lam muon kiem cai no nay
    con thi cung biet quen can coi xem hoi lon nham moi sua doi gi dau chua vao len xuong ve tren duoi ngoai dang bi neu luc
    bua hom mot nguoi ban cho cua ten ma me tui toi minh o sn ns ad shop hihi haha ok oke thanks cảm camon nãy nay nghe giấy cấp
    luôn liền lẹ tra cứu học đứa ký đăng hộ khẩu thường trú
"""
_STOPS_TYPED = frozenset(_speech.split())
# Without marks these could as well be syllables of names.
_STOPS_PLAIN = frozenset(fold(word) for word in _STOPS_TYPED) - FORMS.keys() - FAMILIES.keys() - {"duoc"}
# These are speech even with a capital letter; of the others one may be a given name: Nguyễn Văn Được, Trần Thị Mới.
_NEVER_NAMES = frozenset(
    "ạ á ơi nha nhé nhe nè ne a oi ở o cccd cmnd cmt bhxh bhyt vssid sđt sdt số ngày tháng k ko là".split()
)
_CALLED = frozenset("co chu em anh chi bac ban con ad oi ong ba cau di thim".split())
_PAIRS = {
    "hoi": frozenset("do xua truoc nay nho hom dau con".split()),
    "truoc": frozenset("day kia gio do".split()),
    "nam": frozenset("nay nao ngoai do".split()),
    "hien": frozenset("nay gio dang tai".split()),
    "nha": _CALLED,
    **{word: frozenset({"oi"}) for word in ("em", "anh", "chi", "con", "co", "chu", "bac", "ba", "ong")},
}  # fmt: skip  # reason: a word list
_STRONG_CUES = frozenset({"ten", "la", "cua"})
_CUES = _STRONG_CUES | frozenset(
    "cho tra tim kiem gium giup dum ong ba anh chi co chu em thang con chau bac di cau tui toi minh nhu goi ma me da a thua bo cha tia vo chong be".split()
)
_LABELS = frozenset({"sinh", "nam", "ngay", "sn", "ns", "sanh"})
_LABELS_AND_NAMES = frozenset({"sinh", "nam"})
_SPOKEN_OF = frozenset(
    {"bả", "ổng", "bà", "ông", "ảnh", "chỉ", "cổ", "nó", "ba", "ong", "no", "em", "con", "anh"}
)
# Two words of this kind are no name though the first is a family's.
_NO_NAMES = frozenset(
    """la sao|ho ten|to khai|ha ha|cao lanh|chau thanh|lai vung|tam nong|thanh binh|lam sao|mai mot|thai san|luu y|truong hop|
    mai tinh|ho tro|ho so|dong thap|tien giang|do la|vo chong|la gi|ma so|quan trong|van ban|van phong|tra cuu|tra ma|
    truong hoc|duong day|dong y|long xuyen|chung minh|kim loan a|ninh binh|vinh long|ha noi|quang nam|tra vinh|lam viec""".replace(
        "\n", ""
    ).replace("    ", "").split("|")
)  # fmt: skip  # reason: a word list
_BEFORE_FACT = re.compile(
    r"(?:[ :]*(?:sinh|sanh|ngày|ngay|năm|nam|sn|ns|vào|vao|khoảng|khoang|số|so|cccd|cmnd|cmt|tỉnh|tinh)\b)*[ :.]*\|",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][^\W_]*")
_LONGEST = 6
_NO_BREAKS = ("-", "'", "’")


@dataclass(frozen=True, slots=True)
class NameWord:
    """One typed word, where it stands, and whether a sign parts it from the word before."""

    text: str  # as typed
    lower: str
    plain: str
    start: int
    end: int
    parted: bool = False
    before_fact: bool = False  # a date or number follows at once
    joint: str = " "  # what joins it to the word before in a name: a blank, "-", "."

    @property
    def marked(self) -> bool:
        return self.lower != self.plain

    @property
    def title(self) -> bool:
        return self.text[:1].isupper()

    def namelike(self) -> bool:
        """Whether it may be a syllable of a name, as it is spelt or as Telex and VNI leave it."""
        if self.plain in FORMS or self.plain in FAMILIES:
            return True
        real = decoded(self.lower) if len(self.plain) > 2 else None
        return real is not None and fold(real) in FORMS

    def family(self) -> bool:
        """Whether it may be a family name."""
        if len(self.plain) == 1:
            return self.title and self.plain != "o"  # an initial
        if self.lower in ("khong", "la"):
            return self.lower == "la" and self.title
        if self.plain in FAMILIES:
            return not self.marked or self.lower in FAMILIES[self.plain] or self.plain not in _SOFT
        real = decoded(self.lower) if len(self.plain) > 2 else None
        return real is not None and fold(real) in FAMILIES


@dataclass(frozen=True, slots=True)
class Run:
    """A run of words read as a name. `speech`: other words stood around it."""

    words: tuple[NameWord, ...]
    sure: bool
    speech: bool
    score: float = 0.0

    @property
    def text(self) -> str:
        """The name as typed."""
        first, *more = self.words
        return first.text + "".join(word.joint + word.text for word in more)


@lru_cache(maxsize=8)  # of one message several readers look for names
def words_of(text: str) -> tuple[NameWord, ...]:
    """The words of a text with the signs between them; a letter with a full stop stays with the next ("N.T.Hải")."""
    hits = list(_WORD.finditer(text))
    found = []
    for at, hit in enumerate(hits):
        gap = text[hits[at - 1].end() : hit.start()] if at else text[: hit.start()]
        short = at > 0 and hits[at - 1].end() - hits[at - 1].start() <= 2
        parted = (
            bool(gap.strip())
            and gap not in _NO_BREAKS
            and not (short and gap.strip() == "." and _upper(hits[at - 1]))
        )
        lower = unicodedata.normalize("NFC", hit.group().lower())
        dated = _BEFORE_FACT.match(text, hit.end()) is not None
        joint = gap if at and not parted and len(gap) <= 2 and gap.strip() else " "
        found.append(NameWord(hit.group(), lower, fold(lower), *hit.span(), parted and at > 0, dated, joint))
    return tuple(found)


def _upper(hit: re.Match[str]) -> bool:
    return hit.group()[:1].isupper()


def is_joined_name(text: str) -> NameWord | None:
    """The one long word that a name typed without spaces is: "nguyenvanhai"."""
    words = words_of(text)
    if len(words) != 1 or len(words[0].plain) < 8 or is_syllable(words[0].plain):
        return None
    return words[0] if words[0].plain.startswith(tuple(f for f in FAMILIES if len(f) > 1)) else None


def names_in(words: tuple[NameWord, ...], *, asked: bool) -> list[Run]:
    """The names among the words, the likeliest first; further ones only when they are as sure. `asked`: a name was."""
    capitals = bool(words) and all(word.text.isupper() for word in words)
    marked = any(word.marked for word in words)
    segments = _segments(words)
    runs: list[Run] = []
    if len(segments) == 1 and not capitals and _is_titled(segments[0]):
        return [Run(segments[0], sure=True, speech=False, score=5.0)]
    for segment in segments:
        for start in range(len(segment)):
            run = _run(
                segment, start, capitals=capitals, marked=marked, alone=len(segments) == 1, asked=asked
            )
            if run is not None:
                runs.append(run)
    runs = [run for run in runs if not any(_inside(run, other) for other in runs)]
    runs.sort(key=lambda run: -run.score)
    if not runs and asked:
        runs = _odd_names(segments)
    if not runs or runs[0].score < (2.0 if asked else 3.0):
        return []
    best = [runs[0]]
    for run in runs[1:]:
        apart = all(
            run.words[-1].end <= b.words[0].start or run.words[0].start >= b.words[-1].end for b in best
        )
        new = all([w.plain for w in run.words] != [w.plain for w in b.words] for b in best)
        if apart and new and run.sure and run.score >= 4.0 and len(run.words) > 2:
            best.append(run)
    return [best[0], *sorted(best[1:], key=lambda run: run.words[0].start)] if len(best) > 1 else best


def _is_titled(words: tuple[NameWord, ...]) -> bool:
    """Whether these are three to five words with capital letters and no speech among them, of whatever family."""
    spoken = any(w.lower in _STOPS_TYPED or w.plain in _LABELS or w.plain in _CUES for w in words[:1])
    titled = all(w.title and w.lower not in _NEVER_NAMES for w in words[:-1]) and words[-1].title
    return 3 <= len(words) <= 5 and titled and not spoken and words[-1].plain not in _LABELS


def _inside(run: Run, other: Run) -> bool:
    """Whether a run is the end of a longer one: "Quang Minh" of "Võ Quang Minh"."""
    start, end = run.words[0].start, run.words[-1].end
    return other.words[0].start < start and end <= other.words[-1].end and other.score > 1.0


def _segments(words: tuple[NameWord, ...]) -> list[tuple[NameWord, ...]]:
    """The words between two signs."""
    out: list[list[NameWord]] = []
    for word in words:
        if word.parted or not out:
            out.append([])
        out[-1].append(word)
    return [tuple(segment) for segment in out]


def _stops(segment: tuple[NameWord, ...], at: int, start: int, *, marked: bool) -> bool:
    """Whether the word here is speech behind a name that began at `start`."""
    word = segment[at]
    following = segment[at + 1].plain if at + 1 < len(segment) else ""
    if following in _PAIRS.get(word.plain, ()) and at - start >= 2:
        return True
    if word.plain == "nha" and not word.marked:
        return at - start >= 3 or (marked and at - start >= 2)
    if word.lower in _STOPS_TYPED:
        forms = FORMS.get(word.plain, ())
        if word.marked and word.lower not in forms:
            return True
        if not word.marked and marked and word.lower not in forms:
            return True
    if len(word.plain) == 1:
        return not _initial(segment, at, start)
    return not word.marked and word.plain in _STOPS_PLAIN


def _run(
    segment: tuple[NameWord, ...], start: int, *, capitals: bool, marked: bool, alone: bool, asked: bool
) -> Run | None:
    """The name that begins at a place of a segment, with how likely it is one."""
    first = segment[start]
    if not first.family() or start + 1 >= len(segment):
        return None
    cased = not capitals and first.title and segment[start + 1].title
    if first.plain == "ong" and start + 3 < len(segment):  # "ông Đặng Văn Lâm": address, not a family
        following, third = segment[start + 1], segment[start + 2]
        if following.family() and (third.plain in ("thi", "van") or following.plain not in MIDDLES):
            return None
    if first.lower == "la" and not cased:
        return None
    if len(first.plain) == 1 and not (cased and start + 2 < len(segment)):
        return None
    end = start + 1
    while end < len(segment) and end - start < _LONGEST + 1:
        word = segment[end]
        if cased:
            if not word.title or (word.lower in _NEVER_NAMES and word.text != "A"):
                break
        elif not _continued(segment, end, start, marked=marked):
            break
        end += 1
    run = _without_tail(segment[start:end], segment[end:], cased=cased)
    n = len(run)
    if n < 2 or " ".join(word.plain for word in run) in _NO_NAMES:
        return None
    cut = False
    if n > 4 and not cased and not (start == 0 and end == len(segment) and n <= 5):
        run, cut = run[: 4 if run[1].plain in ("thi", "ngoc") else 3], True
        n = len(run)
    before = segment[start - 1] if start else None
    bare = alone and start == 0 and all(w.plain in _LABELS or w.lower in _NEVER_NAMES for w in segment[n:])
    middle = run[1].plain in MIDDLES or any(word.plain in ("thi", "van") for word in run[1:])
    soft = not cased and first.plain in _SOFT and not first.marked
    score = 1.0 + (2.0 if cased else 0.0) + (1.0 if middle else 0.0) + (1.0 if 3 <= n <= 5 else 0.0)
    if before is None or before.plain in _STRONG_CUES:
        score += 1.0 if before is None else 2.0
    elif before.plain in _CUES:
        score += 1.0
    score -= (
        (1.5 if soft and not middle else 0.0) + (1.0 if cut else 0.0) + (0.5 if n == 2 and not cased else 0.0)
    )
    dated = run[-1].before_fact
    score += (1.0 if bare else 0.0) + (1.0 if dated else 0.0)
    plainly = bare or dated or (before is not None and before.plain in _STRONG_CUES)
    doubtful = cut or (not plainly and ((soft and not middle) or (n == 2 and not cased)))
    sure = (score >= 3.0 and not doubtful) or (bare and 3 <= n <= 5)
    return Run(run, sure=sure, speech=not bare or n < len(segment), score=score)


def _continued(segment: tuple[NameWord, ...], at: int, start: int, *, marked: bool) -> bool:
    """Whether a name goes on with this word, where capital letters do not tell."""
    word = segment[at]
    following = segment[at + 1] if at + 1 < len(segment) else None
    labelled = following is not None and following.plain in _LABELS and following.before_fact
    last = following is None or labelled or _stops(segment, at + 1, start, marked=marked)
    if at - start == 2 and at + 1 == len(segment) and segment[start + 1].plain in ("thi", "van"):
        return word.lower not in _NEVER_NAMES - {"a"}  # "nguyen van duoc", "le thi moi", "nguyen van a"
    if _stops(segment, at, start, marked=marked):
        return False
    if word.namelike() or _initial(segment, at, start):
        return True
    if (
        following is None
        and start == 0
        and 2 <= at <= 4
        and word.lower not in _STOPS_TYPED
        and word.plain not in _STOPS_PLAIN
    ):
        return True  # a bare name that ends in a syllable we do not know: "kim thi sa mone"
    amid = following is not None and following.namelike() and not last
    return ((last and at - start >= 2) or amid) and word.lower not in _STOPS_TYPED and is_syllable(word.plain)


def _initial(segment: tuple[NameWord, ...], at: int, start: int) -> bool:
    """Whether a single letter stands for a middle name: "vo thi k ngan"."""
    word = segment[at]
    if len(word.plain) > 1 or word.plain == "o" or at == start or at + 1 == len(segment):
        return False
    return segment[at + 1].namelike()


def _without_tail(
    run: tuple[NameWord, ...], after: tuple[NameWord, ...], *, cased: bool
) -> tuple[NameWord, ...]:
    """The run without "sinh năm" before a date, and without the person spoken of there ("… bà sinh 1958")."""
    if run[-1].before_fact:
        n = len(run)
        while n > 1 and run[n - 1].plain in _LABELS:
            n -= 1
        label = run[n:]
        if label and label[0].plain in _LABELS_AND_NAMES and _belongs(run[:n], (*label, *after), cased=cased):
            n += 1
        run = run[:n]
        if label and len(run) > 4 and run[-1].lower in _SPOKEN_OF and not (cased and run[-1].title):
            run = run[:-1]
    if len(run) > 3 and run[-1].lower == "nha":
        run = run[:-1]
    return run


def _belongs(name: tuple[NameWord, ...], label: tuple[NameWord, ...], *, cased: bool) -> bool:
    """Whether the first word of a label is the name's own: Nguyễn Văn Sinh, Bé Năm."""
    n = len(name)
    if cased:
        return label[0].title and (n < 4 or len(label) == 1)
    if [word.plain for word in label[:2]] in (["sinh", "nam"], ["sinh", "ngay"]):
        return n == 2 and name[1].plain in ("thi", "van") and len(label) > 2
    if label[0].lower == "nam" and any(word.marked for word in name):
        return n < 4
    if n == 2:
        return label[0].plain == "nam" or name[1].plain in MIDDLES
    return label[0].plain == "nam" and n == 3  # the fewer words are left, the surer it is a name


def _odd_names(segments: list[tuple[NameWord, ...]]) -> list[Run]:
    """A part that is all in capitals letters at the beginnings, or all syllables of names, though no family we know."""
    for segment in segments:
        at = 0
        while at < len(segment) and (segment[at].lower in _STOPS_TYPED or segment[at].plain in _CUES):
            at += 1
        rest = segment[at:]
        if not 2 <= len(rest) <= 5 or " ".join(word.plain for word in rest) in _NO_NAMES:
            continue
        if any(word.lower in _STOPS_TYPED or word.plain in _STOPS_PLAIN for word in rest):
            continue
        titled = all(word.title for word in rest)
        if at == 0 and len(rest) > 2 and rest[-1].before_fact and not any(word.marked for word in rest):
            return [
                Run(rest, sure=True, speech=False, score=2.0)
            ]  # nothing but words and a date: a name of elsewhere
        middle = any(word.plain in ("thi", "van") for word in rest)
        if (titled or middle) and sum(word.namelike() for word in rest) * 2 > len(rest):
            return [Run(rest, sure=titled and middle, speech=at > 0, score=2.0)]
    return []
