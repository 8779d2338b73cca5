"""What a model answered when it was made is asked again, and every other bit is seen."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from invented import Practice

from models import bundle
from models.denial import DenialModel, ModelError
from models.golden import ROWS, GoldenError, invented


def test_a_model_has_rows_that_its_trees_tell_apart(world: Practice) -> None:
    claims = world.model.golden.claims
    assert claims.rows.shape == (ROWS, world.values.shape[1])
    assert len(np.unique(claims.answers["probability"])) > ROWS // 2
    assert np.isnan(claims.rows).any()
    # Only what the trees ask for, and nothing that is of a claim.
    asked = world.booster.feature_importance() > 0
    assert (claims.rows[:, ~asked] == 0).all()
    lines = world.model.golden.lines
    assert lines is not None
    assert len(np.unique(lines.answers["probability"])) > 1


def test_same_trees_same_rows(world: Practice) -> None:
    text = world.booster.model_to_string()
    features = world.values.shape[1]
    assert invented(text, features).tobytes() == world.model.golden.claims.rows.tobytes()
    thresholds = {
        np.float32(value)
        for line in re.findall("^threshold=(.*)$", text, re.MULTILINE)
        for value in line.split()
    }
    rows = invented(text, features)
    assert set(rows[~np.isnan(rows)].tolist()) <= {*map(float, thresholds), 0.0}


def test_it_comes_back_from_the_bundle_and_holds(world: Practice, tmp_path: Path) -> None:
    world.model.save(tmp_path / "model")
    loaded = DenialModel.load(tmp_path / "model")
    assert loaded.golden.to_json() == world.model.golden.to_json()
    loaded.golden.check(loaded)
    world.model.golden.check(loaded)


@pytest.mark.parametrize("what", ["prior", "calibration", "booster", "lines"])
def test_a_model_that_answers_otherwise_is_seen(world: Practice, what: str) -> None:
    model = world.model
    table = model.calibration
    other: Any = {
        "prior": lambda: np.roll(model.prior, 1),
        "calibration": lambda: replace(table, **_nudged(table)),
        "booster": lambda: _text(world, _leaf),
        "lines": lambda: replace(model.lines, calibration=replace(table, **_nudged(table))),
    }[what]()
    changed = other if isinstance(other, DenialModel) else replace(model, **{what: other})
    with pytest.raises(GoldenError, match="does not answer its golden rows") as refused:
        model.golden.check(changed)
    assert "\n" not in str(refused.value)


def _nudged(table: Any) -> dict[str, Any]:
    """Every number of the table by one unit in the last place."""
    found = {name: getattr(table, name) for name in table.__dataclass_fields__}
    return {
        name: np.nextafter(value, np.inf)
        for name, value in found.items()
        if isinstance(value, np.ndarray)
    }


def _leaf(text: str) -> str:
    """The last leaf of the first tree has another value."""
    line = re.search("^leaf_value=(.*)$", text, re.MULTILINE)
    assert line is not None
    values = line[1].split()
    return text.replace(line[0], "leaf_value=" + " ".join([*values[:-1], "0.75"]), 1)


def _text(world: Practice, change: Any) -> DenialModel:
    """The same model with other trees."""
    from models.native import NativeBooster

    before = world.booster.model_to_string()
    after = change(before)
    size = len(after) - len(before)
    sizes = re.search("^tree_sizes=([0-9]+)", after, re.MULTILINE)
    assert sizes is not None
    after = after.replace(sizes[0], f"tree_sizes={int(sizes[1]) + size}", 1)
    return replace(world.model, booster=NativeBooster(after))


def test_reasons_must_add_up(world: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    told = DenialModel.contributions
    monkeypatch.setattr(DenialModel, "contributions", lambda self, rows: told(self, rows) + 1e-3)
    with pytest.raises(GoldenError, match="do not add up"):
        world.model.golden.check(world.model)


def _spoil(content: dict[str, Any], how: str) -> None:
    claims = content["claims"]
    {
        "no rows": lambda: claims.update({name: [] for name in claims}),
        "too many": lambda: claims.update({name: rows * 5 for name, rows in claims.items()}),
        "a row too few": claims["raw"].pop,
        "a short row": lambda: claims["rows"].__setitem__(0, claims["rows"][0][:-2]),
        "no hexadecimal": lambda: claims["raw"].__setitem__(0, "z" * 16),
        "a number": lambda: claims["raw"].__setitem__(0, 1.5),
        "no answers": lambda: content.update(claims=None),
        "no lines": lambda: content.update(lines=None),
        "something else": lambda: content.update(more=1),
    }[how]()


@pytest.mark.parametrize(
    "how",
    ["no rows", "too many", "a row too few", "a short row", "no hexadecimal", "a number",
     "no answers", "no lines", "something else"],
)  # fmt: skip
def test_golden_rows_that_are_none_are_refused(world: Practice, tmp_path: Path, how: str) -> None:
    folder = tmp_path / "model"
    world.model.save(folder)
    about, files = bundle.read(folder)
    content = json.loads(files["golden.json"])
    _spoil(content, how)
    files["golden.json"] = bundle.canonical(content)
    for name, kept in {**files, bundle.MANIFEST: bundle.manifest_of(about, files)}.items():
        (folder / name).write_bytes(kept)
    with pytest.raises(ModelError, match="golden row"):
        DenialModel.load(folder)
