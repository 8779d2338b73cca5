"""The denial model: same numbers as LightGBM and shap, same digest, clear refusals."""

from __future__ import annotations

import math
from pathlib import Path

import lightgbm
import numpy as np
import pytest
from invented import Practice
from numpy.typing import NDArray

from claims.categories import CATEGORIES, CATEGORY_CODE
from features.catalog import NAMES
from models.bundle import BundleError
from models.causes import evidence
from models.denial import DenialModel, ModelError

Floats = NDArray[np.float64]


def _parts(world: Practice, **changes: object) -> dict[str, object]:
    model = world.model
    parts: dict[str, object] = {
        "causes": world.booster.model_to_string(),
        "classes": model.causes.names,
        "prior": model.prior,
        "calibration": model.calibration,
        "carcs": model.carcs,
        "threshold": 0.35,
        "facts": {"examples": 5000},
        "promise": model.promise,
        "lines": world.lines,
    }
    return parts | changes


def test_raw_is_the_log_odds_of_lightgbms_chances(world: Practice) -> None:
    found = world.model.predict(world.values)
    chances = world.booster.predict(world.values)
    assert np.abs(found.raw - np.log(chances[:, 1:].sum(axis=1) / chances[:, 0])).max() < 1e-9
    assert (found.probability == world.model.calibration.apply(found.raw)).all()
    assert (
        np.argsort(found.raw, kind="stable") == np.argsort(found.probability, kind="stable")
    ).all()


def test_categories_sum_to_one_and_what_was_not_learned_has_its_evidence(world: Practice) -> None:
    found = world.model.predict(world.values[:300]).category_probability
    assert found.shape == (300, len(CATEGORIES))
    assert np.allclose(found.sum(axis=1), 1, atol=1e-12)
    learned, rare = world.model.causes.learned, CATEGORY_CODE["bundling"]
    assert rare not in learned
    said = evidence(world.values[:300], world.model.prior)
    kept = said[:, list(learned)].sum(axis=1, keepdims=True) / said.sum(axis=1, keepdims=True)
    assert np.allclose(found[:, rare], said[:, rare] / said.sum(axis=1))
    theirs = world.booster.predict(world.values[:300])[:, 1:]
    theirs *= kept / theirs.sum(axis=1, keepdims=True)
    assert np.abs(found[:, list(learned)] - theirs).max() < 1e-12


def test_one_and_many_give_equal_bits(world: Practice) -> None:
    whole = world.model.predict(world.values)
    for row in range(0, 5000, 97):
        one = world.model.predict(world.values[row : row + 1])
        assert one.raw[0] == whole.raw[row]
        assert one.probability[0] == whole.probability[row]
        assert (one.category_probability[0] == whole.category_probability[row]).all()
        assert (whole.row(row).category_probability == one.category_probability).all()


def _by_class(world: Practice, rows: int) -> tuple[Floats, Floats]:
    """LightGBM's raw scores (rows, classes) and TreeSHAP values (rows, classes, features + 1)."""
    values, classes = world.values[:rows], len(world.model.causes.names)
    parts = np.asarray(world.booster.predict(values, pred_contrib=True))
    raw = np.asarray(world.booster.predict(values, raw_score=True))
    return raw, parts.reshape(rows, classes, len(NAMES) + 1)


@pytest.mark.filterwarnings("ignore")
def test_the_parts_of_every_class_are_those_of_shap(world: Practice) -> None:
    import shap

    explainer = shap.TreeExplainer(world.booster)
    theirs = np.asarray(explainer.shap_values(world.values[:60]))
    found = world.model.booster.contributions(world.values[:60])
    assert np.abs(found[:, :, :-1] - theirs.transpose(0, 2, 1)).max() < 1e-9
    assert np.abs(found[:, :, -1] - np.asarray(explainer.expected_value)).max() < 1e-9


def test_contributions_add_up_to_the_raw_score(world: Practice) -> None:
    found = world.model.contributions(world.values[:1500])
    assert found.shape == (1500, len(NAMES) + 1)
    assert np.abs(found.sum(axis=1) - world.model.predict(world.values[:1500]).raw).max() < 1e-9


def test_contributions_are_those_of_the_causes_weighted_by_their_shares(world: Practice) -> None:
    raw, parts = _by_class(world, 40)
    found = world.model.contributions(world.values[:40])
    for row in range(40):
        odds = [math.exp(one) for one in raw[row, 1:]]
        share = [one / math.fsum(odds) for one in odds]
        due = [
            math.fsum(
                p * (cause[j] - parts[row, 0, j])
                for p, cause in zip(share, parts[row, 1:], strict=True)
            )
            for j in range(len(NAMES) + 1)
        ]
        due[-1] -= math.fsum(p * math.log(p) for p in share)
        assert np.abs(found[row] - due).max() < 1e-9


def test_contributions_of_a_category_are_about_it_and_no_other(world: Practice) -> None:
    raw, parts = _by_class(world, 40)
    place = 2
    found = world.model.category_contributions(world.values[:40], world.model.causes.learned[1])
    assert found is not None
    chances = np.exp(raw[:, 1:])
    others = np.delete(chances, place - 1, axis=1)
    log_odds = np.log(chances[:, place - 1] / others.sum(axis=1))
    assert np.abs(found.sum(axis=1) - log_odds).max() < 1e-9
    share = others / others.sum(axis=1, keepdims=True)
    rest = np.delete(parts, (0, place), axis=1)
    due = parts[:, place] - np.einsum("nk,nkj->nj", share, rest)
    assert np.abs(found[:, :-1] - due[:, :-1]).max() < 1e-9
    rare = CATEGORY_CODE["bundling"]
    assert world.model.category_contributions(world.values[:40], rare) is None


def test_one_explained_alone_is_one_of_many(world: Practice) -> None:
    whole = world.model.contributions(world.values[:1100])
    for row in (0, 3, 1023, 1024, 1099):
        assert (world.model.contributions(world.values[row : row + 1])[0] == whole[row]).all()


def test_there_and_back(world: Practice, tmp_path: Path) -> None:
    world.model.save(tmp_path / "model")
    back = DenialModel.load(tmp_path / "model")
    assert back.digest == world.model.digest
    assert back.threshold == 0.35
    assert back.facts == {"examples": 5000}
    first, second = world.model.predict(world.values[:500]), back.predict(world.values[:500])
    assert (first.probability == second.probability).all()
    assert (first.category_probability == second.category_probability).all()
    assert back.carcs.to_json() == world.model.carcs.to_json()


def test_same_parts_same_digest(world: Practice) -> None:
    assert DenialModel.from_parts(**_parts(world)).digest == world.model.digest
    other = DenialModel.from_parts(**_parts(world, threshold=0.36))
    assert other.digest != world.model.digest


def test_a_tampered_model_is_not_loaded(world: Practice, tmp_path: Path) -> None:
    world.model.save(tmp_path / "model")
    path = tmp_path / "model" / "causes.txt"
    path.write_text(path.read_text().replace("leaf_value=", "leaf_value= ", 1))
    with pytest.raises(BundleError, match="was changed"):
        DenialModel.load(tmp_path / "model")


def test_without_categories_the_evidence_speaks(world: Practice) -> None:
    denied = world.outcomes.category >= 0
    options = {"objective": "multiclass", "num_class": 2, "verbosity": -1, "num_threads": 1}
    data = lightgbm.Dataset(world.values, denied.astype(int), feature_name=list(NAMES))
    booster = lightgbm.train(options, data, 5)
    parts = _parts(world, causes=booster.model_to_string(), classes=["paid", "any_other"])
    model = DenialModel.from_parts(**parts)
    found = model.predict(world.values[:7])
    said = evidence(world.values[:7], model.prior)
    assert np.allclose(found.category_probability, said / said.sum(axis=1, keepdims=True))
    chances = booster.predict(world.values[:7])
    assert np.allclose(found.raw, np.log(chances[:, 1] / chances[:, 0]))
    assert model.category_contributions(world.values[:7], 0) is None
    told = model.contributions(world.values[:7]).sum(axis=1)
    assert np.abs(told - found.raw).max() < 1e-9


def test_no_claims(world: Practice) -> None:
    found = world.model.predict(world.values[:0])
    assert found.probability.shape == (0,)
    assert found.category_probability.shape == (0, 14)
    assert world.model.contributions(world.values[:0]).shape == (0, len(NAMES) + 1)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"threshold": 0.0}, "threshold"),
        ({"threshold": 1.5}, "threshold"),
        ({"prior": np.full(14, 0.5)}, "sum to 1"),
        ({"prior": np.ones(3) / 3}, "sum to 1"),
        ({"classes": ["paid", "coding"]}, "2 were named"),
        ({"classes": ["coding", "eligibility"]}, "begin with 'paid'"),
        ({"classes": ["paid"]}, "a cause of denial"),
        ({"classes": ["paid", "coding", "coding"]}, "stands there twice"),
        ({"classes": ["paid", "no such category"]}, "is no category"),
        ({"causes": "not a model"}, "cannot be used"),
        ({"facts": {"when": float("nan")}}, "no JSON"),
        ({"facts": {"what": object()}}, "no JSON"),
    ],
)
def test_parts_that_disagree_are_refused(
    world: Practice, change: dict[str, object], says: str
) -> None:
    with pytest.raises(ModelError, match=says):
        DenialModel.from_parts(**_parts(world, **change))


def test_another_list_of_features_is_refused(world: Practice) -> None:
    text = world.booster.model_to_string().replace("lag_days", "lag_weeks")
    with pytest.raises(ModelError, match="train it again"):
        DenialModel.from_parts(**_parts(world, causes=text))


@pytest.mark.parametrize("shape", [(3, 5), (130,), (0,)])
def test_wrong_matrices_are_refused(world: Practice, shape: tuple[int, ...]) -> None:
    with pytest.raises(ModelError, match=r"features\.build"):
        world.model.predict(np.zeros(shape, np.float32))
    with pytest.raises(ModelError, match=r"features\.build"):
        world.model.contributions(np.zeros((1, len(NAMES)), np.float64))
