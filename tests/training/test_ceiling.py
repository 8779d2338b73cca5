from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from claims.errors import UserError
from claims.keys import Keys
from training.ceiling import CLAIM_ID, PROBABILITY, ceiling, find, read

KEYS = Keys(b"c" * 32)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    for name in ("837", "835", "truth"):
        (tmp_path / "world" / name).mkdir(parents=True)
    table = pa.table({CLAIM_ID: ["A", "B", "A"], PROBABILITY: [0.25, 0.5, 0.75]})
    pq.write_table(table, tmp_path / "world" / "truth" / "claims.parquet")
    return tmp_path / "world"


def test_truth_is_found_in_the_folder_or_beside_it(world: Path) -> None:
    expected = [(world / "truth" / "claims.parquet").resolve()]
    assert find([world]) == expected
    assert find([world / "837", world / "835"]) == expected
    assert find([world / "837" / "one.837"]) == []
    assert find([world.parent]) == []


def test_the_first_row_of_a_claim_id_counts(world: Path) -> None:
    truth = read(find([world]), KEYS)
    assert truth == {KEYS.claim("A"): 0.25, KEYS.claim("B"): 0.5}
    keys = np.array([KEYS.claim("B"), KEYS.claim("A")], np.uint64)
    assert ceiling(truth, keys)["ceiling"].tolist() == [0.5, 0.25]


def test_there_is_no_ceiling_unless_every_claim_is_known(world: Path) -> None:
    truth = read(find([world]), KEYS)
    assert ceiling(truth, np.array([KEYS.claim("A"), 1], np.uint64)) == {}
    assert ceiling(None, np.array([1], np.uint64)) == {}


def test_a_table_of_another_kind_is_named(world: Path) -> None:
    pq.write_table(pa.table({"x": [1]}), world / "truth" / "claims.parquet")
    with pytest.raises(UserError, match="no table of truths"):
        read(find([world]), KEYS)
