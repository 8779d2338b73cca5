"""One trial of a shape: how well trees of it foretell the claims of the forward folds.

The test period has no part in it: ``Ground`` holds folds, and folds end before that period.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.boosters import Settings
from training.examples import Examples
from training.folds import foretold
from training.metrics import auroc
from training.shape import Shape
from training.splits import Fold

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

_CHANCE: Final = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What every trial learns from and foretells: n rows of features, their examples, the folds."""

    values: F32
    examples: Examples
    folds: tuple[Fold, ...]
    settings: Settings


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """How a shape did: the log loss of each foretold claim (n, nats), AUROC, rounds that did best.

    Both are of the trees' own probabilities, not calibrated, over all folds together. ``weight``
    (n): the claims that each stands for; the AUROC counts each once.
    """

    loss: F64
    weight: F64
    auroc: float
    rounds: int

    @property
    def log_loss(self) -> float:
        """The mean loss, in nats a claim: what a tuning makes small."""
        return float(np.average(self.loss, weights=self.weight))


def judge(ground: Ground, shape: Shape) -> Trial:
    """Let trees of a shape foretell the folds' claims."""
    settings = ground.settings.shaped(shape)
    answers, rounds = foretold(
        ground.values, ground.examples, ground.folds, settings, lambda _=1, /: None
    )
    raw = np.concatenate([answer.raw for answer in answers])
    denied = ground.examples.denied[np.concatenate([fold.later.places for fold in ground.folds])]
    weight = np.concatenate([fold.later.weight for fold in ground.folds])
    loss = np.logaddexp(0.0, np.where(denied, -raw, raw))
    return Trial(loss, weight, auroc(raw, denied), rounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """How much lower one log loss is than another on the same claims, and its standard error."""

    value: float
    error: float


def gain(ours: F64, theirs: F64, weight: F64) -> Gain:
    """The weighted mean of the paired differences of n losses.

    >>> gain(np.array([0.25, 0.5]), np.array([0.75, 0.5]), np.array([1.0, 1.0])).value
    0.25
    """
    difference = theirs - ours
    value = float(np.average(difference, weights=weight))
    error = math.sqrt(float((weight**2 * (difference - value) ** 2).sum())) / float(weight.sum())
    return Gain(value=value, error=error)


def chance(trials: int) -> float:
    """Standard errors by which the best of so many trials must win to have won by more than chance.

    The best of many wins by chance more often than one alone: each may do so only once in 20 times
    their number (Bonferroni), one-sided.

    >>> round(chance(1), 2), round(chance(50), 2)
    (1.64, 3.09)
    """
    return NormalDist().inv_cdf(1.0 - _CHANCE / max(trials, 1))
