"""From split examples to a model: boosters, calibration, CARCs, threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES
from claims.progress import Progress
from models.calibration import Calibration
from models.carcs import CarcTable
from models.denial import DenialModel
from models.native import NativeBooster
from training import boosters
from training.boosters import Settings
from training.examples import Examples
from training.splits import Split

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

_LEAN: Final = 0.5  # denials of each category imagined, so that none has a chance of nought
_LEAST_THRESHOLD: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, and what is told about its making: trees kept, gain by feature."""

    model: DenialModel
    trees: int
    category_trees: int
    gain: F64


def best_threshold(probability: F64, denied: Flags) -> float:
    """The probability from which a claim is flagged: the one with the best F1.

    F1 is the harmonic mean of precision and recall; the first of equals counts. It lies half way to
    the next lower probability, so that no rounding moves a claim across.
    """
    order = np.argsort(-probability, kind="stable")
    score, hit = probability[order], denied[order]
    above = np.cumsum(hit)
    f1 = 2 * above / (np.arange(1, len(hit) + 1) + above[-1])
    ends = np.flatnonzero(np.append(score[1:] != score[:-1], True))
    best = ends[int(np.argmax(f1[ends]))]
    lower = score[best + 1] if best + 1 < len(score) else 0.0
    return float(np.clip((score[best] + lower) / 2, _LEAST_THRESHOLD, 1 - _LEAST_THRESHOLD))


def shares(category: NDArray[np.int8]) -> F64:
    """Each category's share among denied claims (14), smoothed; sums to 1."""
    counts = np.bincount(category[category >= 0], minlength=len(CATEGORIES)) + _LEAN
    return np.asarray(counts / counts.sum(), np.float64)


def fit(
    values: F32,
    payer_key: NDArray[np.uint64],
    examples: Examples,
    split: Split,
    settings: Settings,
    facts: Mapping[str, object],
    progress: Progress,
) -> Fitted:
    """Learn from the training period, calibrate on the calibration period.

    ``values`` (n by features) and ``payer_key`` (``Frame.payer``) belong to the n examples. The
    test period is not looked at.
    """
    train, later = split.train, split.calibration
    matrix, denied, day = values[train], examples.denied[train], examples.day[train]
    with progress.stage("Learning who is denied", settings.trees) as advance:
        main = boosters.denial(matrix, denied, day, settings, advance)
    with progress.stage("Learning why", boosters.CATEGORY_ROUNDS) as advance:
        second, classes = boosters.category(
            matrix[denied], examples.category[train][denied], day[denied], settings, advance
        )
    known = np.concatenate((train, later))
    known = known[examples.denied[known]]
    scores = NativeBooster(main.text).raw(values[later], boosters.cores(settings.threads))[:, 0]
    calibration = Calibration.fit(scores, examples.denied[later])
    probability = calibration.apply(scores)
    category_trees = 0 if second is None else second.trees
    model = DenialModel.from_parts(
        denial=main.text,
        category=None if second is None else second.text,
        classes=[CATEGORIES[place] for place in classes],
        prior=shares(examples.category[known]),
        calibration=calibration,
        carcs=CarcTable.fit(examples.category[known], examples.carc[known], payer_key[known]),
        threshold=best_threshold(probability, examples.denied[later]),
        facts={**facts, "trees": main.trees, "category_trees": category_trees},
    )
    return Fitted(model, main.trees, category_trees, main.gain)
