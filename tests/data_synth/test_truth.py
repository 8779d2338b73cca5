"""The truth beside the files, and what the world says of mended claims."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from claims.errors import UserError
from data_synth.config import WorldConfig
from data_synth.invent import invent
from data_synth.truth import truth_table
from data_synth.whatif import ACTIONS, Truth, ask
from data_synth.world import World, build

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of which only the truth is written."""
    from data_synth.truth import write_truth

    place = tmp_path_factory.mktemp("truth")
    write_truth(build(WorldConfig(claims=4_000, seed=21)), place)
    return place


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / "truth" / "claims.parquet").to_pylist()
    return found


def test_a_row_for_each_original_claim(rows: list[dict[str, Any]], folder: Path) -> None:
    world = json.loads((folder / "truth" / "world.json").read_text("utf-8"))
    assert len(rows) == world["submissions"]["original"] == len({row["claim_id"] for row in rows})
    assert world["claims"] == sum(row["kind"] == "visit" for row in rows)
    assert (world["seed"], world["policy_seed"]) == (21, 21)


def test_rows_are_consistent(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert 0 < row["denial_probability"] < 1
        assert (row["outcome"] == "paid") == (
            row["category"] == row["carc"] == row["mechanism"] == ""
        )
        if row["outcome"] == "paid":
            assert row["prevented_by"] == []
        if row["answered_on"] is not None:
            assert row["answered_on"] > row["submitted_on"]


def test_without_an_action_the_recorded_outcome_is_given_back(
    folder: Path, rows: list[dict[str, Any]]
) -> None:
    answers = Truth.open(folder).ask_many([row["claim_id"] for row in rows])
    for row, answer in zip(rows, answers, strict=True):
        assert answer.outcome == answer.outcome_before == row["outcome"]
        assert (answer.category, answer.carc) == (row["category"], row["carc"])
        assert answer.probability_after == answer.probability_before
        assert answer.probability_before == pytest.approx(row["denial_probability"], abs=1e-12)


def test_what_the_truth_says_prevents_a_denial_does(
    folder: Path, rows: list[dict[str, Any]]
) -> None:
    truth = Truth.open(folder)
    denied = [row for row in rows if row["outcome"] != "paid"]
    ids = [row["claim_id"] for row in denied]
    for action in ACTIONS:
        for row, answer in zip(denied, truth.ask_many(ids, [action]), strict=True):
            assert (answer.outcome == "paid") == (action in row["prevented_by"])


def test_a_mend_never_makes_things_worse_and_mostly_helps(
    folder: Path, rows: list[dict[str, Any]]
) -> None:
    truth = Truth.open(folder)
    ids = [row["claim_id"] for row in rows]
    # Sent on another day, a claim may meet a payer's downtime that it escaped as it was.
    for action in set(ACTIONS) - {"submit_now"}:
        for answer in truth.ask_many(ids, [action]):
            assert answer.probability_after <= answer.probability_before + 1e-9
    denied = [row for row in rows if row["mechanism"] not in {"", "plain_error", "downtime"}]
    assert np.mean([bool(row["prevented_by"]) for row in denied]) > 0.6


def test_several_actions_do_what_one_alone_cannot(folder: Path, rows: list[dict[str, Any]]) -> None:
    truth = Truth.open(folder)
    stubborn = [
        row["claim_id"] for row in rows if row["outcome"] != "paid" and not row["prevented_by"]
    ]
    after = truth.ask_many(stubborn, ACTIONS)
    assert any(answer.outcome == "paid" for answer in after)


def test_one_claim_alone_is_answered_like_many(folder: Path, rows: list[dict[str, Any]]) -> None:
    denied = next(row for row in rows if row["prevented_by"])
    answer = ask(folder, denied["claim_id"], denied["prevented_by"][:1])
    assert answer.outcome == "paid"
    assert answer.probability_after < answer.probability_before
    assert answer == Truth.open(folder / "truth").ask(
        denied["claim_id"], denied["prevented_by"][:1]
    )


def test_unknown_questions_are_answered_in_one_sentence(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no action pray"):
        ask(folder, "1", ["pray"])
    with pytest.raises(UserError, match="no original claim nobody"):
        ask(folder, "nobody")
    with pytest.raises(UserError, match="no invented world"):
        ask(tmp_path, "1")


def test_a_broken_world_is_refused(tmp_path: Path) -> None:
    invent(WorldConfig(claims=60, seed=1), tmp_path)
    (tmp_path / "truth" / "world.json").write_text('{"seed": 1}', "utf-8")
    with pytest.raises(UserError, match="no invented world"):
        Truth.open(tmp_path)
    with pytest.raises(UserError, match="--force"):
        invent(WorldConfig(claims=60, seed=1), tmp_path)
    invent(WorldConfig(claims=60, seed=1), tmp_path, force=True)
    assert Truth.open(tmp_path).claim_ids


def test_probabilities_are_calibrated(middling: World) -> None:
    table = truth_table(middling)
    chance = table["denial_probability"].to_numpy()
    denied = np.array([outcome != "paid" for outcome in table["outcome"].to_pylist()])
    assert abs(chance.mean() - denied.mean()) < 0.007
    edges = np.quantile(chance, [0, 0.3, 0.6, 0.85, 0.92, 0.97, 1])
    for low, high in pairwise(edges):
        inside = (chance >= low) & (chance <= high)
        mean = chance[inside].mean()
        error = 4 * (mean * (1 - mean) / inside.sum()) ** 0.5
        assert abs(denied[inside].mean() - mean) < error
