"""The mappings of docs/examples on the data of other people, where it is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from claims.carc import load_catalogue
from claims.dataset import read_dataset
from claims.extract.mapping import load_mapping
from claims.extract.propose import propose
from claims.extract.write import toml
from claims.labels import label

if TYPE_CHECKING:
    from claims.keys import Keys

REPO = Path(__file__).resolve().parents[3]
EXAMPLES = REPO / "docs" / "examples"
DATA = REPO.parent / "shared" / "data"
# claims, lines, claims with something denied, denied lines: counted from the files themselves
TOLD = {
    "claims_tables": ("claims_tables", 20_000, 20_000, 3_124, 3_124),
    "carrier_lines_2008": ("carrier_lines_2008.csv", 7_924, 14_496, 1_394, 1_727),
}


@pytest.mark.parametrize("name", TOLD)
def test_the_examples_load(name: str) -> None:
    assert load_mapping(EXAMPLES / f"{name}.toml").remittances is not None


@pytest.mark.parametrize("proposed", [False, True])
@pytest.mark.parametrize("name", TOLD)
def test_counts_are_those_of_the_files(
    name: str, proposed: bool, keys: Keys, tmp_path: Path
) -> None:
    place, claims, lines, denied, denied_lines = TOLD[name]
    if not (DATA / place).exists():
        pytest.skip("the data of other people is not here")
    mapping = EXAMPLES / f"{name}.toml"
    if proposed:
        mapping = tmp_path / "mapping.toml"
        mapping.write_text(toml(propose(DATA / place)))
    dataset = read_dataset([DATA / place], keys=keys, catalogue=load_catalogue(), mapping=mapping)
    labels = label(dataset)
    assert dataset.problems == ()
    assert (dataset.claims.num_rows, dataset.lines.num_rows) == (claims, lines)
    assert int(labels.example.sum()) == claims
    assert int((labels.outcome >= 1).sum()) == denied
    assert int((labels.line_denied == 1).sum()) == denied_lines
