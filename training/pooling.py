"""Learn how far to trust the booster's shares of the causes, and the claim's own rates beside them.

Two weights are fitted to denials foretold out of time, by maximum likelihood of their true
categories. The likelihood is concave in them (a multinomial logit with two coefficients), so that
Newton's method finds its one top. ``PULL`` imagined denials hold the weights at those of the
booster alone, and with fewer than ``LEAST`` denials nothing is learned.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.pool import Pool

Floats = NDArray[np.float64]

LEAST: Final = 50
PULL: Final = 20.0
_ALONE: Final = np.array([1.0, 0.0])
_STEPS: Final = 50
_SMALL: Final = 1e-10
_FLOOR: Final = 1e-12
_LEAST_TRUST: Final = 0.1


def fit(share: Floats, evidence: Floats, category: NDArray[np.integer], weight: Floats) -> Pool:
    """The pool under which the true ``category`` (m, places) of m denials is likeliest.

    ``share`` and ``evidence`` are (m, 14), ``weight`` (m) is what each denial counts for.
    """
    if len(category) < LEAST:
        return Pool()
    spoken = np.log(np.maximum(np.stack([share, evidence], axis=-1), _FLOOR))
    # Only differences between categories matter; small numbers are kinder to exponentials.
    spoken -= spoken.mean(axis=1, keepdims=True)
    found = _newton(spoken, category.astype(np.int64), weight)
    if found[1] < 0:
        found = np.array([_newton(spoken[:, :, :1], category.astype(np.int64), weight)[0], 0.0])
    return Pool(shares=float(max(found[0], _LEAST_TRUST)), rates=float(found[1]))


def _newton(spoken: Floats, category: NDArray[np.int64], weight: Floats) -> Floats:
    """The best coefficients of ``spoken`` (m, 14, k): Newton's steps, halved while they fail."""
    alone = _ALONE[: spoken.shape[2]]
    place = alone.copy()
    best = _loss(place, spoken, category, weight, alone)
    for _ in range(_STEPS):
        slope, curve = _derivatives(place, spoken, category, weight, alone)
        step = np.linalg.solve(curve, slope)
        size = 1.0
        while (new := _loss(place - size * step, spoken, category, weight, alone)) > best:
            size /= 2
            if size < _SMALL:
                return place
        place, gained, best = place - size * step, best - new, new
        if gained < _SMALL * max(1.0, best):
            break
    return np.asarray(place, np.float64)


def _chances(place: Floats, spoken: Floats) -> Floats:
    logits = spoken @ place
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float64)


def _loss(
    place: Floats, spoken: Floats, category: NDArray[np.int64], weight: Floats, alone: Floats
) -> float:
    of_true = _chances(place, spoken)[np.arange(len(category)), category]
    away = place - alone
    return float(-(weight * np.log(np.maximum(of_true, _FLOOR))).sum() + PULL * (away @ away) / 2)


def _derivatives(
    place: Floats, spoken: Floats, category: NDArray[np.int64], weight: Floats, alone: Floats
) -> tuple[Floats, Floats]:
    chance = _chances(place, spoken)
    mean = np.einsum("mc,mck->mk", chance, spoken)
    slope = weight @ (mean - spoken[np.arange(len(category)), category]) + PULL * (place - alone)
    apart = spoken - mean[:, None, :]
    curve = np.einsum("m,mc,mck,mcl->kl", weight, chance, apart, apart, optimize=True)
    return slope, curve + PULL * np.eye(len(place))
