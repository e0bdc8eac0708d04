"""Searching many names: every kind of noise finds its name, packing keeps everything, nothing crashes. Rule: synthetic names only."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.names.crowd import Crowd, Ranking
from flows.names.fold import fold

_families = "nguyễn trần lê phạm huỳnh phan võ đặng bùi đỗ"
_middles = "văn thị hữu ngọc minh thanh thu kim"
_givens = "hải hà tuấn hoa hòa bình lan mai đạt phượng thảo khanh yến tuyết"
NAMES = [" ".join(name) for name in itertools.product(_families.split(), _middles.split(), _givens.split())]
IDS = {name: number for number, name in enumerate(NAMES, 1)}


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return Crowd.of((number, name) for name, number in IDS.items())


def first(ranking: Ranking) -> str:
    return fold(ranking.hits[0].name) if ranking.hits else ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Nguyễn Văn Hải", "nguyen van hai"),
        ("nguyen van hai", "nguyen van hai"),
        ("NGUYEN VAN HAI", "nguyen van hai"),
        ("Nguye\u0302\u0303n Va\u0306n Ha\u0309i", "nguyen van hai"),
        ("Nguyeenx Vawn Hair", "nguyen van hai"),
        ("Nguye6n4 Va8n Hai3", "nguyen van hai"),
        ("nguyenvanhai", "nguyen van hai"),
        ("NguyenVanHai", "nguyen van hai"),
        ("nguy en van hai", "nguyen van hai"),
        ("Phạm Thị Hoà", "pham thi hoa"),
        ("pham thy hoa", "pham thi hoa"),
        ("fan van dat", "phan van dat"),
        ("cho hỏi anh trần văn tuấn ạ", "tran van tuan"),
        ("tra cuu ma so bhxh cua chi tran thi lan giup em", "tran thi lan"),
    ],
)
def test_what_needs_no_guess_is_certain(crowd: Crowd, typed: str, meant: str) -> None:
    ranking = crowd.rank(typed)
    assert first(ranking) == meant
    assert ranking.sure


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ngyuen van hai", "nguyen van hai"),
        ("nguyen vna hai", "nguyen van hai"),
        ("vo van hau", "vo van hao"),
        ("hai nguyen van", "nguyen van hai"),
        ("dan van hai", "dang van hai"),
        ("trang van tuan", "tran van tuan"),
        ("n.v. tuan", "nguyen van tuan"),
        ("tr. minh khanh", "tran minh khanh"),
    ],
)
def test_a_slip_is_offered_and_not_asserted(typed: str, meant: str) -> None:
    wider = Crowd.of(enumerate([*NAMES, "võ văn hào"], 1))
    ranking = wider.rank(typed)
    assert meant in {fold(h.name) for h in ranking.hits[:5]}
    assert ranking.near


def test_only_the_given_names_are_looked_at(crowd: Crowd) -> None:
    among = [IDS["trần thị lan"], IDS["phạm thị hoa"]]
    ranking = crowd.rank("tran thi lan", among=among)
    assert [h.id for h in ranking.hits] == among[:1]
    assert not crowd.rank("tran thi lan", among=[]).hits


def test_marks_that_were_typed_tell_names_apart(crowd: Crowd) -> None:
    assert crowd.rank("Trần Thị Hòa").hits[0].name == "trần thị hòa"
    assert crowd.rank("Trần Thị Hoa").hits[0].name == "trần thị hoa"


def test_packing_keeps_everything(crowd: Crowd) -> None:
    again = Crowd.load(crowd.dump())
    assert len(again) == len(crowd) == len(NAMES)
    for typed in ("nguyen van hai", "fan van dat", "lan tran thi", "tuyết"):
        assert again.rank(typed) == crowd.rank(typed)


def test_a_cut_part_is_noticed(crowd: Crowd) -> None:
    parts = crowd.dump()
    with pytest.raises(ValueError, match="missing or cut"):
        Crowd.load([parts[0], parts[1][:-2]])
    with pytest.raises(ValueError, match="missing"):
        Crowd.load(parts[:1])


def test_names_that_came_later_are_found_beside_the_others(crowd: Crowd) -> None:
    grown = Crowd.load(crowd.dump())
    grown.add([(90001, "thạch sô phia"), (90002, "nguyễn văn hải đăng")])
    grown.add([(90003, "thạch sô phi")])
    assert grown.rank("thach so phia").hits[0].id == 90001
    assert grown.rank("thach so phi").hits[0].id == 90003
    assert grown.rank("nguyen van hai").hits[0].id == IDS["nguyễn văn hải"]
    packed = Crowd.load(grown.dump())
    assert len(packed) == len(crowd) + 3
    assert packed.rank("thach so phia").hits[0].id == 90001


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=60))
def test_no_text_crashes_a_search(text: str) -> None:
    ranking = SMALL.rank(text)
    assert all(0.0 <= h.score <= 1.0 for h in ranking.hits)


SMALL = Crowd.of(enumerate(NAMES[:50], 1))


def test_an_empty_crowd_finds_nobody() -> None:
    empty = Crowd.of([])
    assert empty.rank("nguyen van hai").hits == ()
    assert Crowd.load(empty.dump()).rank("nguyen van hai").hits == ()
