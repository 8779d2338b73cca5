from __future__ import annotations

import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# The claim in which every field is stated lives with the test of columns.
sys.path.insert(0, str(Path(__file__).parent))

from test_columns import FULL, PLAIN

from claims.carc import load_catalogue
from claims.digest import digest
from claims.rows import (
    claim_rows,
    claim_tables,
    identities,
    remittance_digests,
    remittance_rows,
    remittance_tables,
)
from claims.types import Claim, Remittance
from claims.x12 import read
from data_synth.config import WorldConfig
from data_synth.invent import invent

if TYPE_CHECKING:
    from conftest import Gather

    from claims.keys import Keys

CATALOGUE = load_catalogue()
Values = list[Claim | Remittance]


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Values:
    folder = tmp_path_factory.mktemp("world")
    invent(WorldConfig(claims=200, seed=9), folder)
    found: Values = [FULL, PLAIN]
    for path in sorted(folder.glob("83?/*")):
        found += [one for one in read(path.read_bytes()) if isinstance(one, Claim | Remittance)]
    return found


def test_rows_make_the_tables_that_reading_makes(
    values: Values, gather: Gather, keys: Keys
) -> None:
    whole = gather(values)
    claims = claim_rows([one for one in values if isinstance(one, Claim)], keys)
    given = [one for one in values if isinstance(one, Remittance)]
    answers = remittance_rows(given, keys, CATALOGUE)
    assert len(claims) > 200
    assert len(answers) > 150
    made = {}
    made["claims"], made["lines"] = claim_tables(row.text for row in claims if row)
    tables = remittance_tables(row.text for row in answers if row)
    made["remittances"], made["remittance_lines"] = tables
    assert digest(made) == digest({name: whole.tables()[name] for name in made})
    assert identities(whole.claims) == [row.identity for row in claims if row]
    again = remittance_digests(whole.remittances, whole.remittance_lines)
    assert again == [row.digest for row in answers if row]
    known = whole.remittances["known_on"].to_pylist()
    assert [row.known_on for row in answers if row] == known


def test_a_row_holds_no_id_and_no_name(keys: Keys) -> None:
    claim = replace(
        FULL,
        claim_id="CANARY1",
        subscriber=replace(FULL.subscriber, member_id="CANARY2"),
        original_reference="CANARY3",
    )
    row = claim_rows([claim], keys)[0]
    assert row is not None
    assert "CANARY" not in row.text
    assert row.key == keys.claim("CANARY1")


def test_what_makes_a_submission(keys: Keys) -> None:
    def identity(claim: Claim) -> str:
        row = claim_rows([claim], keys)[0]
        assert row is not None
        return row.identity

    assert identity(FULL) == identity(replace(FULL, diagnoses=("Z00",)))
    assert identity(FULL) != identity(replace(FULL, charge=Decimal(1)))
    unnamed = replace(FULL, claim_id="")
    assert identity(unnamed) != identity(replace(unnamed, diagnoses=("Z00",)))


def test_what_no_table_holds_has_no_row_and_its_neighbours_have(keys: Keys) -> None:
    huge = replace(FULL, charge=Decimal(10) ** 20)
    rows = claim_rows([FULL, huge, PLAIN, huge, FULL], keys)
    assert [row is not None for row in rows] == [True, False, True, False, True]
    assert rows[0] == rows[4] == claim_rows([FULL], keys)[0]
    answer = Remittance(claim_id="C1", status="1")
    huger = replace(answer, charge=Decimal(10) ** 40)
    assert remittance_rows([huger, answer], keys, CATALOGUE)[0] is None
    assert remittance_rows([huger, answer], keys, CATALOGUE)[1] is not None
    assert claim_rows([], keys) == []
