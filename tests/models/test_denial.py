"""The denial model: same numbers as LightGBM and shap, same digest, clear refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from invented import Practice

from claims.categories import CATEGORIES, CATEGORY_CODE
from features.catalog import NAMES
from models.bundle import BundleError
from models.denial import DenialModel, ModelError


def _parts(world: Practice, **changes: object) -> dict[str, object]:
    model = world.model
    parts: dict[str, object] = {
        "denial": world.booster.model_to_string(),
        "category": world.category_booster.model_to_string(),
        "classes": [CATEGORIES[place] for place in model.classes],
        "prior": model.prior,
        "calibration": model.calibration,
        "carcs": model.carcs,
        "threshold": 0.35,
        "facts": {"examples": 5000},
        "promise": model.promise,
    }
    return parts | changes


def test_raw_is_lightgbms_and_probability_is_calibrated(world: Practice) -> None:
    found = world.model.predict(world.values)
    assert (found.raw == world.booster.predict(world.values, raw_score=True)).all()
    assert (found.probability == world.model.calibration.apply(found.raw)).all()
    assert (
        np.argsort(found.raw, kind="stable") == np.argsort(found.probability, kind="stable")
    ).all()


def test_categories_sum_to_one_and_keep_the_share_of_what_was_not_learned(world: Practice) -> None:
    found = world.model.predict(world.values[:300]).category_probability
    assert found.shape == (300, len(CATEGORIES))
    assert np.allclose(found.sum(axis=1), 1, atol=1e-12)
    rare = CATEGORY_CODE["bundling"]
    assert rare not in world.model.classes
    assert (found[:, rare] == world.model.prior[rare]).all()
    learned = world.category_booster.predict(world.values[:300])
    assert (found[:, world.model.classes].argmax(1) == learned.argmax(1)).all()


def test_one_and_many_give_equal_bits(world: Practice) -> None:
    whole = world.model.predict(world.values)
    for row in range(0, 5000, 97):
        one = world.model.predict(world.values[row : row + 1])
        assert one.raw[0] == whole.raw[row]
        assert one.probability[0] == whole.probability[row]
        assert (one.category_probability[0] == whole.category_probability[row]).all()
        assert (whole.row(row).category_probability == one.category_probability).all()


@pytest.mark.filterwarnings("ignore")
def test_contributions_add_up_and_are_those_of_shap(world: Practice) -> None:
    import shap

    values = world.values[:200]
    found = world.model.contributions(values)
    assert found.shape == (200, len(NAMES) + 1)
    assert np.abs(found.sum(axis=1) - world.model.predict(values).raw).max() < 1e-9
    explainer = shap.TreeExplainer(world.booster)
    theirs = np.asarray(explainer.shap_values(values))
    assert np.abs(found[:, :-1] - theirs).max() < 1e-9
    assert np.abs(found[:, -1] - explainer.expected_value).max() < 1e-9


def test_contributions_of_a_category(world: Practice) -> None:
    values = world.values[:20]
    place = world.model.classes[1]
    found = world.model.category_contributions(values, place)
    raw = world.category_booster.predict(values, raw_score=True)
    assert found is not None
    assert np.abs(found.sum(axis=1) - raw[:, 1]).max() < 1e-9
    assert world.model.category_contributions(values, CATEGORY_CODE["bundling"]) is None


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
    path = tmp_path / "model" / "denial.txt"
    path.write_text(path.read_text().replace("leaf_value=", "leaf_value= ", 1))
    with pytest.raises(BundleError, match="was changed"):
        DenialModel.load(tmp_path / "model")


def test_without_categories_the_prior_speaks(world: Practice) -> None:
    model = DenialModel.from_parts(**_parts(world, category=None, classes=()))
    found = model.predict(world.values[:7])
    assert (found.category_probability == model.prior).all()
    assert (found.probability == world.model.predict(world.values[:7]).probability).all()
    assert model.category_contributions(world.values[:7], 0) is None


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
        ({"classes": ["coding"]}, "number of classes"),
        ({"classes": ["coding", "coding"]}, "incomplete"),
        ({"classes": ["no such category"]}, "incomplete"),
        ({"category": None}, "number of classes"),
        ({"denial": "not a model"}, "cannot be used"),
        ({"facts": {"when": float("nan")}}, "no JSON"),
        ({"facts": {"what": object()}}, "no JSON"),
    ],
)
def test_parts_that_disagree_are_refused(
    world: Practice, change: dict[str, object], says: str
) -> None:
    with pytest.raises(ModelError, match=says):
        DenialModel.from_parts(**_parts(world, **change))


def test_the_category_booster_is_no_denial_booster(world: Practice) -> None:
    with pytest.raises(ModelError, match="binary"):
        DenialModel.from_parts(**_parts(world, denial=world.category_booster.model_to_string()))


def test_another_list_of_features_is_refused(world: Practice) -> None:
    text = world.booster.model_to_string().replace("lag_days", "lag_weeks")
    with pytest.raises(ModelError, match="train it again"):
        DenialModel.from_parts(**_parts(world, denial=text))


@pytest.mark.parametrize("shape", [(3, 5), (130,), (0,)])
def test_wrong_matrices_are_refused(world: Practice, shape: tuple[int, ...]) -> None:
    with pytest.raises(ModelError, match=r"features\.build"):
        world.model.predict(np.zeros(shape, np.float32))
    with pytest.raises(ModelError, match=r"features\.build"):
        world.model.contributions(np.zeros((1, len(NAMES)), np.float64))
