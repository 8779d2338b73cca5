"""Other people's 837 files: no crash, and no error on a file whose name says that it is valid.

Each finding on the other files was looked at by hand and is true of the file: masked files have no
diagnosis qualifier left and totals of 9s; the files of imsweb state a total of 500 over lines of
12.25, a transaction made in 1996 with services of 2005, and a six-digit procedure; those of
hccinfhir have no payer loop, five pointers on a line, and an external cause first.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from claims.types import Claim
from claims.x12 import read
from models.edits import find_edits

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
TODAY = dt.date(2026, 7, 1)


def _listed() -> list[str]:
    if not SAMPLES.is_dir():
        return []
    with (SAMPLES / "MANIFEST.tsv").open(newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return [row["file"] for row in rows if row["transaction"].startswith("837")]


FILES = _listed()
# "x12_valid_different_separators" is valid in its separators; pyx12 finds it broken in twenty
# places, and the total and the days that we find are as wrong as they are in its neighbours.
VALID = [name for name in FILES if "pass_" in name]
FOUND = {
    "imsweb/x12_valid_different_separators.txt": {
        "total_differs", "service_in_future", "procedure_shape", "pointer_out_of_range",
    },
    "hccinfhir/sample_837_0.txt": set(),
    "hccinfhir/sample_837_12.txt": {
        "payer_id_missing", "npi_invalid", "pointer_missing", "external_cause_first",
        "pointers_too_many",
    },
    "hccinfhir/sample_837_5.txt": {"payer_id_missing", "pointers_too_many"},
    "linuxforhealth/ppo-repriced-claim.837i": {"diagnosis_missing"},
    "linuxforhealth/two-claims-single-provider.837i": set(),
}  # fmt: skip

pytestmark = pytest.mark.skipif(not FILES, reason="the shared samples are not here")


def _codes(name: str, *severities: str) -> set[str]:
    return {
        edit.code
        for claim in read((SAMPLES / name).read_bytes())
        if isinstance(claim, Claim)
        for edit in find_edits(claim, claim.submitted_on or TODAY)
        if edit.severity in severities
    }


@pytest.mark.parametrize("name", FILES)
def test_every_sample_is_looked_through(name: str) -> None:
    found = _codes(name, "error", "warning")
    assert found == FOUND.get(name, found)


def test_files_that_say_they_are_valid_are() -> None:
    assert len(VALID) >= 10
    assert {name: _codes(name, "error") for name in VALID} == {name: set() for name in VALID}
