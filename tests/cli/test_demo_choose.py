"""The five claims of the demo are what the demo says they are, by the world's own facts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from claims.errors import UserError
from cli import demo_folder, demo_world
from cli.demo_choose import Case, Choice, choose
from data_synth.config import WorldConfig
from data_synth.invent import invent
from data_synth.payers import PAYERS
from data_synth.whatif import Truth

if TYPE_CHECKING:
    from cli.demo_folder import Folder

pytestmark = pytest.mark.xdist_group("demo world")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    made = demo_folder.begin(tmp_path_factory.mktemp("demo") / "demo")
    invent(WorldConfig(claims=4000, seed=7, months=12), made.world, processes=1)
    demo_folder.put_aside(made)
    return made


@pytest.fixture(scope="module")
def cases(folder: Folder) -> dict[str, Case]:
    return {case.kind: case for case in demo_world.cases(folder)}


@pytest.fixture(scope="module")
def risk(folder: Folder) -> dict[str, float]:
    table = pq.read_table(folder.world / "truth" / "claims.parquet").to_pydict()
    return dict(zip(table["claim_id"], table["denial_probability"], strict=True))


def test_there_are_five_of_five_kinds(cases: dict[str, Case]) -> None:
    assert list(cases) == [
        "clean",
        "without authorization",
        "late",
        "duplicate",
        "of a payer never seen",
    ]


def test_all_are_judged_after_what_was_learned(folder: Folder, cases: dict[str, Case]) -> None:
    learned = max(file.name[:8] for file in (folder.world / "837").iterdir())
    last = dt.datetime.strptime(learned, "%Y%m%d").replace(tzinfo=dt.UTC).date()
    assert all(case.as_of > last for case in cases.values())
    assert all(case.claim.submitted_on == case.as_of for case in cases.values())


def test_the_clean_one_is_so_in_the_world(cases: dict[str, Case], risk: dict[str, float]) -> None:
    assert risk[cases["clean"].claim.claim_id] < 0.04


def test_the_one_without_authorization_had_one_and_needs_it(
    folder: Folder, cases: dict[str, Case], risk: dict[str, float]
) -> None:
    claim = cases["without authorization"].claim
    assert risk[claim.claim_id] < 0.04  # as it was, with its number
    assert claim.authorization is None
    assert not any(line.authorization_number for line in claim.lines)
    truth = Truth.open(folder.world)
    sent = truth.facts.claims.auth[truth.claim_ids.index(claim.claim_id)]
    assert sent != 0


def test_the_late_one_is_past_its_payers_limit(folder: Folder, cases: dict[str, Case]) -> None:
    claim = cases["late"].claim
    place = [payer.payer_id for payer in PAYERS].index(claim.payer.payer_id)
    shortest = int(Truth.open(folder.world).rules.filing[place].min())
    service = min(line.service_from for line in claim.lines if line.service_from)
    assert (cases["late"].as_of - service).days > shortest


def test_the_duplicate_repeats_a_claim_that_waits(folder: Folder, cases: dict[str, Case]) -> None:
    again = cases["duplicate"]
    table = pq.read_table(folder.world / "truth" / "claims.parquet").to_pydict()
    row = table["claim_id"].index(again.claim.claim_id.removesuffix("R"))
    assert table["submitted_on"][row] < again.as_of
    assert table["answered_on"][row] is None or table["answered_on"][row] >= again.as_of


def test_nobody_knows_the_fifth_payer(cases: dict[str, Case]) -> None:
    unknown = cases["of a payer never seen"].claim.payer.payer_id
    assert unknown not in {payer.payer_id for payer in PAYERS}


def test_a_world_without_such_claims_is_told(folder: Folder) -> None:
    rules = Truth.open(folder.world).rules
    with pytest.raises(UserError, match="too small"):
        choose(Choice(fresh=(), waiting=(), risk={}, rules=rules, unauthorized={}))
