"""Names: folding, decoding and comparing. Rule: each test says one truth."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import unicodedata
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.names.similarity import (
    Diacritics,
    Kind,
    NameGap,
    align,
    compare_marks,
    reach,
    read_word,
    syllable_kind,
)
from flows.text.fold import fold, join_key, tidy, words
from flows.text.syllable import SYLLABLES, decoded, is_syllable, teencode
from tests.timing import allowed, cpu_seconds

# Every code point, lone surrogates included.
any_text = st.text(alphabet=st.characters(), max_size=60)
vietnamese = st.text(
    alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặấầẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữự ĐÁ"
)


def gap(typed: str, known: str) -> NameGap:
    """How a typed name reaches a known one; the lengths must fit."""
    return align([[reach(read_word(word), syllable) for syllable in words(known)] for word in words(typed)])


# ---- folding


@given(any_text)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@given(vietnamese)
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(any_text)
def test_any_text_can_be_folded_tidied_and_cut_into_words(text: str) -> None:
    tidy(text)
    join_key(text)
    assert all(word.plain for word in words(text))


@given(any_text)
def test_folded_text_can_be_stored_as_utf8(text: str) -> None:
    for made in (fold(text), tidy(text)):
        assert made.encode("utf-8").decode("utf-8") == made


@given(vietnamese)
def test_tidy_keeps_every_vietnamese_mark(text: str) -> None:
    assert tidy(text) == unicodedata.normalize("NFC", text.lower())


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đặng Thị Thuỷ", "dang thi thuy"),
        ("NGUYỄN", "nguyen"),
        ("Ｎguyễn", "nguyen"),
        ("10²", "102"),
        ("a\u200bnh", "anh"),
        ("a\x00b", "a b"),
        ("\ud800anh", "anh"),
        ("h\u0300\u0301\u0302\u0303\u0309ải", "hai"),
    ],
)
def test_folding_drops_marks_and_invisible_signs(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_zalgo_keeps_at_most_two_marks_a_letter() -> None:
    assert len(unicodedata.normalize("NFD", tidy("a" + "\u0302\u0301" * 50))) == 3


def test_old_and_new_places_of_the_tone_are_the_same_name() -> None:
    assert compare_marks("thuỷ", "thủy") is Diacritics.AGREE


# ---- syllables, Telex, VNI, teencode


def test_common_name_syllables_are_syllables() -> None:
    named = "nguyen huynh quyen khuong uyen oanh thuy quoc gia giang yen khuyen nghiep ngoc truong y an"
    assert [s for s in named.split() if not is_syllable(s)] == []


def test_the_table_of_syllables_is_compact() -> None:
    assert 2000 < len(SYLLABLES) < 3500
    assert not {"tuaan", "nguyeenx", "hair", "ngi", "kang", "fan", "wak"} & SYLLABLES


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("nguyeenx", "nguyễn"),
        ("dduwcs", "đức"),
        ("hoongf", "hồng"),
        ("huowng", "hương"),
        ("nguye6n4", "nguyễn"),
        ("d9u7c1", "đức"),
        ("vu4", "vũ"),
        ("hu7u4", "hữu"),
    ],
)
def test_telex_and_vni_left_overs_are_decoded(typed: str, meant: str) -> None:
    assert decoded(typed) == meant


@given(st.sampled_from(sorted(SYLLABLES)))
def test_a_syllable_is_never_decoded(syllable: str) -> None:
    assert decoded(syllable) is None
    assert teencode(syllable) == ()


def test_a_slip_inside_a_final_is_no_telex() -> None:
    assert decoded("hunfg") is None


@pytest.mark.parametrize(
    ("typed", "meant"), [("wyen", "quyen"), ("zo", "vo"), ("haj", "hai"), ("truk", "truc"), ("ank", "anh")]
)
def test_teencode_is_read(typed: str, meant: str) -> None:
    assert meant in teencode(typed)


# ---- nearness


@pytest.mark.parametrize(
    ("typed", "known", "kind"),
    [
        ("vu", "vu", Kind.SAME),
        ("ly", "li", Kind.SPELLING),
        ("wyen", "quyen", Kind.SPELLING),
        ("giu", "vu", Kind.REGIONAL),
        ("toang", "toan", Kind.REGIONAL),
        ("chuc", "truc", Kind.REGIONAL),
        ("taun", "tuan", Kind.TYPO),
        ("jai", "hai", Kind.TYPO),
        ("toan", "tuan", Kind.OTHER),
        ("van", "tuan", Kind.OTHER),
    ],
)
def test_the_kind_of_a_difference_is_told(typed: str, known: str, kind: Kind) -> None:
    assert syllable_kind(typed, known) is kind


@pytest.mark.parametrize(
    ("typed", "known", "said"),
    [
        ("hưng", "hưng", Diacritics.AGREE),
        ("hung", "hưng", Diacritics.SILENT),
        ("hùng", "hưng", Diacritics.CONFLICT),
        ("vủ", "vũ", Diacritics.SLIP),
        ("toán", "toàn", Diacritics.CONFLICT),
        ("khoá", "khoa", Diacritics.CONFLICT),
        ("điễm", "diễm", Diacritics.CONFLICT),
    ],
)
def test_typed_diacritics_are_evidence(typed: str, known: str, said: Diacritics) -> None:
    assert compare_marks(typed, known) is said


def test_order_costs_less_than_another_syllable() -> None:
    assert gap("hai nguyen tuan", "Nguyễn Tuấn Hải").cost < gap("nguyen van hai", "Nguyễn Tuấn Hải").cost


def test_a_name_one_syllable_away_is_another_name() -> None:
    assert gap("Nguyễn Văn Hải", "Nguyễn Tuấn Hải").count(Kind.OTHER) == 1


def test_a_dropped_middle_name_leaves_the_given_name_known() -> None:
    found = gap("nguyen hai", "Nguyễn Tuấn Hải")
    assert found.given
    assert found.at == (0, 2)


# ---- hostile text


HOSTILE = [
    "a" * 20_000,
    "0 " * 10_000,
    "0. -" * 5_000,
    "đ/" * 10_000,
    "& " * 10_000,
    "\u0301" * 20_000,
    "x1" * 10_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_pattern_takes_ten_milliseconds_on_hostile_text(text: str) -> None:
    found = pkgutil.iter_modules(sys.modules["flows.names"].__path__, "flows.names.")
    modules = [importlib.import_module(m.name) for m in found]
    patterns = [value for module in modules for value in vars(module).values()]
    for pattern in (p for p in patterns if isinstance(p, re.Pattern)):
        best = cpu_seconds(lambda p=pattern: deque(p.finditer(text), maxlen=0))  # type: ignore[misc]  # mypy: lambda default
        assert best <= allowed(0.010), pattern.pattern
