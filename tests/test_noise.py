"""The benchmark's own noise: sets are seeded, whole, and expect whom they mean. Rule: a small registry, made here."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.names.noise_parts import COMPOUND, SINGLE
from benchmarks.names.noise_sets import write_sets
from benchmarks.names.peers import all_peers, tuned
from data.installation.demo import demo_people
from flows.text.fold import fold


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("noise") / "registry.tsv.gz"
    rows = [
        f"{p.code}\t{p.name}\t{p.sex}\t{p.born}\t{p.id_number}\t{p.province}\n" for p in demo_people(1200)
    ]
    rows += [
        f"88111111{n}\tLê Thị Thúy Hòa\tF\t{1960 + n}\t\t87\n" for n in range(10, 40)
    ]  # the tone may move
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(["code\tname\tsex\tborn\tid_number\tprovince\n", *rows])
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_kind_is_there_and_expects_whom_it_means(registry: Path, tmp_path: Path) -> None:
    single, compound = (lines(p) for p in write_sets(registry, tmp_path, per=3, seed=5))
    for kinds, rows in ((SINGLE, single), (COMPOUND, compound)):
        counted = {kind: sum(row["noise"] == kind for row in rows) for kind in kinds}
        assert set(counted.values()) == {3}, counted
    for row in single + compound:
        if row["target"]:
            assert fold(row["target"]) in {fold(name) for name in row["expect"]}, row
            assert row["n_expect"] >= len(row["expect"]) >= 1
        else:
            assert row["expect"] == []
    assert sum(row["target"] is None for row in single) >= 3 * 3


def test_the_same_seed_makes_the_same_sets(registry: Path, tmp_path: Path) -> None:
    made = [[p.read_bytes() for p in write_sets(registry, tmp_path / n, per=2, seed=s)] for n, s in (("a", 1), ("b", 1), ("c", 2))]  # fmt: skip
    assert made[0] == made[1]
    assert made[0] != made[2]


def test_every_peer_finds_a_name_typed_as_it_is() -> None:
    names = sorted({fold(p.name) for p in demo_people(300)})
    for peer in all_peers(names):
        assert peer.rank(names[5], None)[0][0] == names[5], peer.name
        assert {n for n, _ in peer.rank(names[5], [1, 2, 3])} <= {names[1], names[2], names[3]}, peer.name


def test_thresholds_assert_as_much_as_one_wrong_in_a_hundred_allows() -> None:
    sure = [([("a", 100.0), ("b", 60.0)], True)] * 50
    unsure = [([("a", 80.0), ("b", 79.0)], n % 2 == 0) for n in range(50)]
    least, lead = tuned([*sure, *unsure])
    assert least > 80.0 or lead > 1.0
    assert least <= 100.0 and lead <= 40.0
