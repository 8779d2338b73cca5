"""From examples to a model: a booster, then calibration, CARCs and threshold around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.progress import Progress
from models.calibration import Calibration
from models.carcs import CarcTable
from models.causes import evidence
from models.denial import DenialModel
from models.habits import Habits
from models.interval import Interval, places
from models.lines import LineParts
from models.pool import Pool
from training import alike, boosters, pooling
from training.alike import Foretold
from training.boosters import Settings
from training.causes import shares
from training.examples import Examples, Known
from training.folds import OutOfTime

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_LEAST_THRESHOLD: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, and what is told about its making: rounds, gain by feature."""

    model: DenialModel
    rounds: int
    gain: F64


def best_threshold(probability: F64, denied: Flags, weight: F64) -> float:
    """The probability from which a claim is flagged: the one with the best F1.

    F1 is the harmonic mean of precision and recall, each claim counted by its ``weight``; the first
    of equals counts. It lies half way to
    the next lower probability, so that no rounding moves a claim across.
    """
    order = np.argsort(-probability, kind="stable")
    score, heavy = probability[order], weight[order]
    above = np.cumsum(heavy * denied[order])
    f1 = 2 * above / (np.cumsum(heavy) + above[-1])
    ends = np.flatnonzero(np.append(score[1:] != score[:-1], True))
    best = ends[int(np.argmax(f1[ends]))]
    lower = score[best + 1] if best + 1 < len(score) else 0.0
    return float(np.clip((score[best] + lower) / 2, _LEAST_THRESHOLD, 1 - _LEAST_THRESHOLD))


def calibrate(out: OutOfTime, examples: Examples, settings: Settings) -> Calibration:
    """Fit the calibration to out-of-time predictions."""
    weight = boosters.weights(examples.day[out.places], settings.half_life)
    return Calibration.fit(out.raw, examples.denied[out.places], out.weight * weight)


def interval(
    thickness: I64, group: I64, out: OutOfTime, examples: Examples, calibration: Calibration,
    settings: Settings, forgotten: Foretold | None,
) -> Interval:  # fmt: skip
    """Learn from the same predictions how far the rate of claims alike strays from what was said.

    Claims foretold by one fold's trees are a group of their own: each answer comes from one model.
    """
    made = Foretold(
        probability=calibration.apply(out.raw),
        denied=examples.denied[out.places],
        group=group[out.places] * (int(out.fold.max(initial=0)) + 1) + out.fold,
        row=places(thickness[out.places]),
        weight=out.weight * boosters.weights(examples.day[out.places], settings.half_life),
    )
    return alike.measure(made, forgotten)


def pool(values: F32, out: OutOfTime, examples: Examples, prior: F64, settings: Settings) -> Pool:
    """Learn from the same predictions what the booster's causes count for."""
    places, category = out.why_places, examples.category[out.why_places]
    weight = boosters.weights(examples.day[places], settings.half_life)
    return pooling.fit(out.why, evidence(values[places], prior), category, weight)


def fit(
    values: F32,
    payer_key: U64,
    group: I64,
    thickness: I64,
    examples: Examples,
    train: Known,
    rounds: int,
    out: OutOfTime,
    settings: Settings,
    facts: Mapping[str, object],
    progress: Progress,
    lines: LineParts | None = None,
    forgotten: Foretold | None = None,
    habits: Habits | None = None,
) -> Fitted:
    """Learn from the examples ``train``, calibrate by the out-of-time predictions ``out``.

    ``values`` (n by features), ``payer_key`` (``Frame.payer``), ``group`` (claims alike,
    ``training.alike``) and ``thickness`` (``models.support``) belong to the n examples; only those
    of ``train`` and at ``out.places`` are looked at. ``lines`` and ``habits`` were learned beside
    it; the interval learns from ``forgotten`` claims too.
    """
    with progress.stage("Learning who is denied, and why", rounds) as advance:
        of = boosters.material(values, examples, train, settings)
        made = boosters.grow(of, rounds, settings, advance)
    denied, category = examples.denied, examples.category
    known = train.places[denied[train.places]]
    calibration = calibrate(out, examples, settings)
    prior = shares(category[known])
    model = DenialModel.from_parts(
        causes=made.text,
        classes=made.causes.names,
        prior=prior,
        calibration=calibration,
        carcs=CarcTable.fit(category[known], examples.carc[known], payer_key[known]),
        threshold=best_threshold(calibration.apply(out.raw), denied[out.places], out.weight),
        facts={**facts, "rounds": made.rounds},
        interval=interval(thickness, group, out, examples, calibration, settings, forgotten),
        lines=lines,
        pool=pool(values, out, examples, prior, settings),
        habits=habits,
    )
    return Fitted(model, made.rounds, made.gain)
