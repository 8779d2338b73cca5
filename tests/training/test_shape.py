from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from training.boosters import Settings, parameters
from training.shape import LIMITS, Shape, ShapeError, read, text, write


def test_a_shape_comes_back_from_its_file(tmp_path: Path) -> None:
    chosen = Shape(trees=200, leaves=6, learning_rate=0.0713, half_life=90.0)
    write(chosen, tmp_path / "chosen.json")
    assert read(tmp_path / "chosen.json") == chosen
    assert [path.name for path in tmp_path.iterdir()] == ["chosen.json"]


def test_names_that_are_not_there_have_their_defaults(tmp_path: Path) -> None:
    file = tmp_path / "few.json"
    file.write_text('{"lambda_l2": 3}')
    made = read(file)
    assert made == Shape(lambda_l2=3.0)
    assert text(made) == text(Shape(lambda_l2=3.0))


def test_every_field_has_limits_that_hold_its_default() -> None:
    assert set(LIMITS) == {field.name for field in fields(Shape)}
    for name, (least, most) in LIMITS.items():
        value = getattr(Shape(), name)
        assert value is None or least <= value <= most


def test_every_field_but_two_is_told_to_lightgbm() -> None:
    plain = parameters(Settings())
    other = Shape(
        leaves=9, learning_rate=0.2, min_data_in_leaf=7, lambda_l2=1.0, feature_fraction=0.9,
        max_bin=31,
    )  # fmt: skip
    told = parameters(Settings().shaped(other))
    assert {name for name in told if told[name] != plain[name]} == {
        "num_leaves", "learning_rate", "min_data_in_leaf", "lambda_l2", "feature_fraction",
        "max_bin",
    }  # fmt: skip
    assert Settings(seed=5, threads=2).shaped(other).shape() == other
    assert Settings(seed=5, threads=2).shaped(other).seed == 5


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"depth": 3}', "none of ours, 'depth'"),
        ('{"leaves": 1}', "leaves in the parameters file"),
        ('{"leaves": 4.0}', "a whole number from 2 to 255"),
        ('{"leaves": true}', "a whole number"),
        ('{"leaves": null}', "a whole number"),
        ('{"learning_rate": "fast"}', "a number from 0.001 to 1"),
        ('{"learning_rate": NaN}', "a number from"),
        ('{"lambda_l2": Infinity}', "a number from"),
        (json.dumps({"trees": 10**400}), "a whole number from 10 to 5000"),
        ('{"half_life": 0}', "or null"),
        ("[1]", "one JSON object"),
        ("{", "is not JSON"),
        ("\x00\xff", "is not JSON"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(tmp_path: Path, content: str, told: str) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(content, encoding="latin-1")
    with pytest.raises(ShapeError, match=r"wrong\.json") as raised:
        read(file)
    assert told in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShapeError, match=r"none\.json cannot be read"):
        read(tmp_path / "none.json")
