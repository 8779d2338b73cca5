from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from invented import PROMISE, Practice

from models.bundle import BundleError
from models.denial import DenialModel, ModelError
from models.promise import Promise, PromiseError, Row, threshold_for


def test_the_next_row_at_or_above_keeps_a_precision() -> None:
    assert PROMISE.threshold(0.5) == PROMISE.threshold(0.6) == 0.25
    assert PROMISE.threshold(0.61) == PROMISE.threshold(0.9) == 0.7
    assert PROMISE.best == 0.9


@pytest.mark.parametrize("asked", [0.4999, 1.0, float("nan"), float("inf"), -1.0])
def test_no_precision_is_refused(asked: float) -> None:
    with pytest.raises(PromiseError, match=r"between 0\.5 and 0\.99"):
        PROMISE.threshold(asked)


def test_what_cannot_be_kept_is_refused_with_the_best_that_can() -> None:
    with pytest.raises(PromiseError, match=r"0\.95: the best that it can keep is 0\.9\."):
        PROMISE.threshold(0.95)
    with pytest.raises(PromiseError, match="can keep no precision"):
        replace(PROMISE, rows=()).threshold(0.5)
    with pytest.raises(PromiseError, match="carries no table"):
        threshold_for(None, 0.5)


def test_it_is_part_of_the_bundle_and_of_its_digest(world: Practice, tmp_path: Path) -> None:
    world.model.save(tmp_path / "m")
    assert DenialModel.load(tmp_path / "m").promise == PROMISE
    other = world.model.promising(replace(PROMISE, examples=999))
    assert other.digest != world.model.digest
    assert other.promising(PROMISE).digest == world.model.digest
    file = tmp_path / "m" / "promise.json"
    file.write_bytes(file.read_bytes().replace(b"0.25", b"0.15"))
    with pytest.raises(BundleError, match="was changed after"):
        DenialModel.load(tmp_path / "m")


@pytest.mark.parametrize(
    "rows",
    [
        (Row(precision=0.9, threshold=0.5, bound=0.8, recall=0.1, flagged=9),),
        (Row(precision=0.9, threshold=1.5, bound=0.95, recall=0.1, flagged=9),),
        (*PROMISE.rows[::-1],),
    ],
)
def test_a_table_that_cannot_be_true_is_refused(rows: tuple[Row, ...]) -> None:
    with pytest.raises(PromiseError, match="damaged"):
        replace(PROMISE, rows=rows)


@pytest.mark.parametrize("value", [None, {}, [], {**PROMISE.to_json(), "rows": [{}]},
                                   {**PROMISE.to_json(), "denied": "1"},
                                   {**PROMISE.to_json(), "confidence": True}])  # fmt: skip
def test_what_is_no_table_is_refused(value: object) -> None:
    with pytest.raises(PromiseError, match="damaged"):
        Promise.from_json(value)
    assert Promise.from_json(PROMISE.to_json()) == PROMISE


def test_a_damaged_table_is_a_model_that_cannot_be_used(world: Practice) -> None:
    class Odd(Promise):
        def to_json(self) -> dict[str, object]:
            return {}

    odd = Odd(confidence=0.95, examples=1, denied=1, rows=())
    with pytest.raises(ModelError, match="damaged"):
        world.model.promising(odd)
