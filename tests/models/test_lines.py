"""The model of lines: within what the claim says, the same alone and together, safe in a bundle."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from invented import KEYS, Practice, clean_claim
from numpy.typing import NDArray

from features.build import build
from features.build_lines import build_lines
from models import bundle
from models.denial import DenialModel, ModelError
from models.lines import LineParts, coherent, of_lines
from models.scoring import Scorer

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def model(world: Practice) -> DenialModel:
    return world.model


def _model(world: Practice, lines: LineParts | None) -> DenialModel:
    own = world.model
    return DenialModel.from_parts(
        causes=world.booster.model_to_string(),
        classes=own.causes.names,
        prior=own.prior,
        calibration=own.calibration,
        carcs=own.carcs,
        threshold=0.35,
        facts={"examples": 5000},
        promise=own.promise,
        lines=lines,
    )


@pytest.mark.parametrize("seed", range(5))
def test_no_line_is_above_its_claim_and_all_together_are_not_below(seed: int) -> None:
    random = np.random.default_rng(seed)
    sizes = random.integers(0, 12, 400)
    of = np.repeat(np.arange(400), sizes)
    whole = random.beta(0.4, 2, 400)
    own = random.beta(0.3, 3, len(of)) * random.choice([1, 1e-6], len(of))
    found = coherent(own, whole, of)
    assert (found <= whole[of]).all()
    assert (found >= np.minimum(own, whole[of])).all()
    together = np.bincount(of, found, 400)
    enough = sizes > 0
    assert (together[enough] >= whole[enough] * (1 - 1e-12)).all()
    assert (found[(sizes == 1)[of]] == whole[sizes == 1]).all()
    # Within a claim the order is that of the lines themselves.
    first, last = np.flatnonzero(np.diff(of) == 0), np.flatnonzero(np.diff(of) == 0) + 1
    assert (np.sign(found[last] - found[first]) * np.sign(own[last] - own[first]) >= 0).all()


def test_equal_bits_one_by_one_and_together(scorer: Scorer, world: Practice) -> None:
    rows = np.arange(400)
    frame = world.frame.take(rows)
    whole = scorer.score_lines(frame)
    assert len(whole) == len(frame.line_claim)
    for row in rows.tolist():
        one = scorer.score_lines(frame.take(np.array([row])))
        assert one.tobytes() == whole[frame.starts[row] : frame.starts[row + 1]].tobytes()
    asked = [line for one in scorer.score(world.claims[:400]) for line in one.score.lines]
    assert [line.denial_probability for line in asked] == whole.tolist()
    assert scorer.score_lines(frame.take(rows[:0])).shape == (0,)


def test_a_claim_is_never_below_its_worst_line(scorer: Scorer, world: Practice) -> None:
    frame = world.frame
    claim = scorer.score_frame(frame.take(np.arange(1500))).probability
    frame = frame.take(np.arange(1500))
    lines = scorer.score_lines(frame)
    sizes = np.diff(frame.starts)
    assert (np.maximum.reduceat(lines, frame.starts[:-1]) <= claim).all()
    assert (sizes > 1).sum() > 500
    alone = (sizes == 1)[frame.line_claim]
    assert (lines[alone] == claim[sizes == 1]).all()


def test_the_line_that_the_payer_minds_comes_first(scorer: Scorer) -> None:
    line = clean_claim().lines[0]
    for place in range(3):
        codes = ["99213", "80053", "93000"]
        codes[place] = "97110"
        several = tuple(
            replace(line, number=number + 1, procedure=code) for number, code in enumerate(codes)
        )
        claim = clean_claim(1, lines=several, charge=Decimal(360))
        score = scorer.score([claim], dt.date(2024, 12, 27))[0].score
        risks = [one.denial_probability for one in score.lines]
        assert int(np.argmax(risks)) == place
        assert risks[place] > 0.5 > 5 * sum(risks[:place] + risks[place + 1 :]) / 2


def test_without_a_model_of_lines_each_has_its_claims_probability(world: Practice) -> None:
    frame = world.frame.take(np.arange(50))
    scorer = Scorer(_model(world, None), world.history, KEYS)
    whole = world.model.scores(build(frame, world.history))[1]
    assert (scorer.score_lines(frame) == whole[frame.line_claim]).all()
    assert (of_lines(None, frame, world.history, whole) == whole[frame.line_claim]).all()


def test_it_comes_back_from_its_bundle(world: Practice, model: DenialModel, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    again = DenialModel.load(tmp_path / "m")
    assert again.digest == model.digest == _model(world, world.lines).digest
    assert model.digest != _model(world, None).digest
    assert again.lines is not None
    assert model.lines is not None
    values = build_lines(world.frame.take(np.arange(80)), world.history)
    assert again.lines.probability(values).tobytes() == model.lines.probability(values).tobytes()
    assert model.promise is not None
    assert _model(world, world.lines).promising(model.promise).digest == model.digest


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"classes": ["paid", "authorization"]}, "than were named"),
        ({"classes": ["authorization"]}, "begin with 'paid'"),
        ({"features": ["a"]}, "other features than this program builds"),
        (None, "do not fit"),
    ],
)
def test_parts_that_do_not_fit_are_refused(
    model: DenialModel, tmp_path: Path, change: dict[str, object] | None, says: str
) -> None:
    model.save(tmp_path / "m")
    path = tmp_path / "m" / bundle.MANIFEST
    content = json.loads(path.read_bytes())
    if change is None:
        del content["about"]["lines"]
    else:
        content["about"]["lines"] |= change
    path.write_bytes(bundle.canonical(content))
    with pytest.raises(ModelError, match=says):
        DenialModel.load(tmp_path / "m")


def test_a_file_of_lines_alone_is_refused(model: DenialModel, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    path = tmp_path / "m" / bundle.MANIFEST
    content = json.loads(path.read_bytes())
    del content["files"]["line_calibration.json"]
    (tmp_path / "m" / "line_calibration.json").unlink()
    path.write_bytes(bundle.canonical(content))
    with pytest.raises(ModelError, match="do not fit"):
        DenialModel.load(tmp_path / "m")


def test_the_table_names_the_worst_line_of_what_needs_a_look(
    scorer: Scorer, world: Practice
) -> None:
    table = scorer.score_frame(world.frame.take(np.arange(400)))
    held = table.decision != "submit"
    assert held.sum() > 50
    assert (table.worst_line[~held] == 0).all()
    named = set()
    for row, one in enumerate(scorer.score(world.claims[:400])):
        if held[row]:
            worst = max(one.score.lines, key=lambda line: line.denial_probability)
            assert table.worst_line[row] == worst.line
            named.add(worst.line)
    assert named == {1, 2, 3}
