"""The card's figures are those of the test claims, counted plainly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from invented_data import dataset

from claims.progress import SILENT
from models.card import FILE, load
from models.registry import Registry
from training.boosters import Settings
from training.card import measure
from training.card_groups import Grouping, groupings, provider_counts
from training.card_rates import LEAST, Judged, by_group, calibration, rates, wilson
from training.learn import Learned, learn
from training.prepare import Prepared, prepare

SMALL = Settings(seed=3, trees=60, leaves=7, threads=1)
Made = tuple[Any, Prepared, Learned, dict[str, Any]]


@pytest.fixture(scope="module")
def made() -> Made:
    data, _ = dataset()
    prepared = prepare(data, SILENT)
    learned = learn(prepared, data.claims.num_rows, data.digest(), SMALL, SILENT)
    return data, prepared, learned, dict(measure(data, prepared, learned))


def test_it_is_plain_json_and_about_the_registered_model(made: Made) -> None:
    _, _, learned, card = made
    assert json.loads(json.dumps(card, allow_nan=False)) == card
    assert card["model"]["digest"] == learned.registered.model.digest
    assert card["model"]["judged_digest"] == learned.judged.model.digest
    assert card["overall"]["auroc"]["value"] == learned.evaluation.overall.auroc.value


def test_rates_are_counts(made: Made) -> None:
    data, _, learned, card = made
    test = learned.split.test
    denied = learned.examples.denied[test]
    flagged = learned.predicted.probability >= learned.judged.model.threshold
    overall = card["overall"]
    assert overall["false_hold_rate"]["value"] == (flagged & ~denied).sum() / (~denied).sum()
    assert overall["missed_rate"]["value"] == (~flagged & denied).sum() / denied.sum()
    ages = np.array(data.claims["age"].to_pylist(), float)[learned.examples.rows[test]]
    (bands,) = [one for one in card["groups"] if one["by"] == "age band"]
    for row in bands["rows"]:
        first, _, last = row["group"].partition(" to ")
        own = ages >= 75 if "older" in first else (ages >= int(first)) & (ages <= int(last))
        assert (row["claims"], row["denied"]) == (own.sum(), (denied & own).sum())
        if row["measured"]:
            paid = own & ~denied
            assert row["false_hold_rate"]["value"] == (flagged & paid).sum() / paid.sum()
    for grouping in card["groups"]:
        assert sum(row["claims"] for row in grouping["rows"]) == len(test)
    assert sum(row["denied"] for row in card["categories"]) == denied.sum()
    assert {"rurality", "race and ethnicity", "language"} <= set(card["unknown_groups"])


def test_the_calibration_bins_hold_every_claim_once(made: Made) -> None:
    _, _, learned, card = made
    bins = card["calibration"]
    assert sum(one["claims"] for one in bins) == len(learned.split.test)
    assert [one["foretold"] for one in bins] == sorted(one["foretold"] for one in bins)
    for one in bins:
        assert one["observed"]["value"] == one["denied"] / one["claims"]
        assert one["observed"]["low"] <= one["observed"]["value"] <= one["observed"]["high"]


def test_a_planted_unfairness_is_found_and_a_small_group_is_not_judged() -> None:
    random = np.random.default_rng(1)
    group = np.repeat([0, 1, 2], [2000, 2000, LEAST - 1])
    denied = random.random(len(group)) < 0.3
    # Everybody's probability is 0.2 but for half of the second group, which is always flagged.
    probability = np.where((group == 1) & (random.random(len(group)) < 0.5), 0.9, 0.2)
    tested = Judged(probability=probability, denied=denied, threshold=0.5, seed=1)
    told = by_group(tested, Grouping("sex", "", ("one", "two", "three"), group))
    one, two, three = told["rows"]
    assert one["false_hold_rate"]["value"] == 0
    assert two["false_hold_rate"]["low"] > 0.4
    assert three == {
        "group": "three", "claims": LEAST - 1, "denied": int(denied[group == 2].sum()),
        "measured": False,
    }  # fmt: skip
    assert (told["apart"]["lowest"], told["apart"]["highest"]) == ("one", "two")
    assert told["apart"]["difference"]["low"] > 0.4


def test_groups_come_from_the_tables(made: Made) -> None:
    data, prepared, learned, _ = made
    rows = learned.examples.rows
    payer, _, sex, size = groupings(data, prepared.frame, rows)
    assert set(np.unique(payer.group)) <= set(range(len(payer.names)))
    stated = np.array(data.claims["sex"].to_pylist())[rows]
    assert [sex.names[one] for one in sex.group[:50]] == [
        {"F": "female", "M": "male"}.get(one, "not known") for one in stated[:50]
    ]
    claims = data.claims.select(["billing_npi", "rendering_npi"]).to_pylist()
    seen: dict[str, set[str]] = {}
    for one in claims:
        if one["billing_npi"] and one["rendering_npi"]:
            seen.setdefault(one["billing_npi"], set()).add(one["rendering_npi"])
    wanted = [len(seen.get(one["billing_npi"], ())) for one in claims]
    assert provider_counts(prepared.frame).tolist() == wanted
    assert len(size.group) == len(rows)


def test_wilson_is_never_sure_of_nothing() -> None:
    none, every = wilson(0, 30), wilson(30, 30)
    assert (none.value, none.low) == (0, 0)
    assert 0.1 < none.high < 0.13
    assert (every.value, every.high) == (1, 1)
    # Newcombe 1998, table I: 81 of 263 is 0.2553 to 0.3662.
    assert (round(wilson(81, 263).low, 4), round(wilson(81, 263).high, 4)) == (0.2553, 0.3662)


def test_a_group_without_paid_claims_has_no_false_hold_rate() -> None:
    tested = Judged(
        probability=np.full(LEAST, 0.9), denied=np.ones(LEAST, bool), threshold=0.5, seed=1
    )
    told = rates(tested)
    assert told["false_hold_rate"] == {"value": None, "low": None, "high": None}
    assert len(calibration(tested)) == 1


def test_a_run_keeps_the_card_and_its_renderings(tmp_path: Path) -> None:
    from training.train import train

    data, _ = dataset()
    registry = Registry(tmp_path / "mlruns")
    done = train(
        data, registry=registry, home=tmp_path / "var", settings=SMALL, promote=True,
        progress=SILENT, render=lambda card: {"card.md": f"# {card['model']['digest']}"},
    )  # fmt: skip
    entry, card = registry.show(done.version), registry.card(done.version)
    folder = registry.resolve(done.version).bundle.parent
    assert (folder / "card.md").read_text() == f"# {done.model.digest}"
    assert load(folder / "bundle", done.version, entry.digest) == card
    assert card["overall"]["auroc"]["value"] == done.evaluation.overall.auroc.value
    assert (folder / FILE).is_file()
