"""The figures that a model is judged by, each with its interval.

All are computed on one ordering of the examples, weighted, so that a bootstrap resample is a row of
weights and no sorting is repeated. Ties are handled as scikit-learn does
(``tests/training/test_metrics.py`` holds every figure against it).

* AUROC: chance that a denied claim scores above a paid one; ties count one half.
* AUPRC: average precision, the sum of precision times the step in recall.
* recall at 95 % precision: the largest recall among all thresholds whose precision is at least
  0.95; 0 where none is.
* Brier: mean squared difference between probability and outcome. Log loss: in nats, probabilities
  held within 1e-7 of 0 and 1.
* ECE: expected calibration error over 20 bins of equal mass (fewer, of at least 25 claims, on small
  samples; equal probabilities never part): the mean over claims of the distance between the bin's
  mean probability and its share of denied claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.intervals import (
    F64,
    I64,
    RESAMPLES,
    UNDEFINED,
    Figure,
    percentile,
    reflected,
    resamples,
    share,
)

PRECISION: Final = 0.95
_BINS: Final = 20
_BIN_MINIMUM: Final = 25
_EDGE: Final = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How well probabilities foretell denial. ``examples`` claims, ``denied`` of them denied."""

    examples: int
    denied: int
    auroc: Figure
    auprc: Figure
    recall_at_precision: Figure
    brier: Figure
    calibration_error: Figure
    log_loss: Figure


METRICS: Final[tuple[str, ...]] = tuple(
    field.name for field in fields(Figures) if field.name not in {"examples", "denied"}
)


@dataclass(frozen=True, slots=True)
class _Ordered:
    """Examples from the highest score down, and where groups of equal scores begin."""

    probability: F64
    denied: F64
    groups: I64
    bins: I64  # first place of each calibration bin, in the same order


def _bin_starts(groups: I64, size: int) -> I64:
    """Starts of bins of about equal mass, moved to the nearest start of a group of equal scores."""
    bins = max(1, min(_BINS, size // _BIN_MINIMUM))
    wanted = np.arange(bins) * size // bins
    place = np.searchsorted(groups, wanted, side="right") - 1
    return np.unique(groups[place])


def _ordered(probability: F64, denied: NDArray[np.bool_]) -> tuple[_Ordered, I64]:
    order = np.argsort(-probability, kind="stable")
    score = probability[order]
    groups = np.flatnonzero(np.concatenate(([True], score[1:] != score[:-1])))
    made = _Ordered(
        score, denied[order].astype(np.float64), groups, _bin_starts(groups, len(score))
    )
    return made, order


def _ranking(data: _Ordered, weight: F64) -> tuple[F64, F64, F64]:
    """AUROC, AUPRC and recall at the precision, for each row of ``weight`` (b, n)."""
    hit = np.add.reduceat(weight * data.denied, data.groups, axis=1)
    all_ = np.add.reduceat(weight, data.groups, axis=1)
    above_hit = np.cumsum(hit, axis=1)
    above_all = np.cumsum(all_, axis=1)
    hits, total = above_hit[:, -1], above_all[:, -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        area = ((all_ - hit) * (above_hit - hit / 2)).sum(axis=1)
        auroc = area / (hits * (total - hits))
        precision = np.where(above_all > 0, above_hit / above_all, 0.0)
        auprc = (precision * hit).sum(axis=1) / hits
        kept = np.where(precision >= PRECISION, above_hit, 0.0).max(axis=1) / hits
    return auroc, auprc, kept


def _fit(data: _Ordered, weight: F64) -> tuple[F64, F64, F64]:
    """Brier, ECE and log loss, for each row of ``weight`` (b, n)."""
    total = weight.sum(axis=1)
    brier = weight @ (data.probability - data.denied) ** 2 / total
    off = np.add.reduceat(weight * (data.probability - data.denied), data.bins, axis=1)
    error = np.abs(off).sum(axis=1) / total
    held = np.clip(data.probability, _EDGE, 1 - _EDGE)
    loss = -(data.denied * np.log(held) + (1 - data.denied) * np.log1p(-held))
    return brier, error, weight @ loss / total


def figures(probability: F64, denied: NDArray[np.bool_], seed: int = 0) -> Figures:
    """All figures of float64 probabilities (n) against outcomes (n), with 95 % intervals.

    Where only one class is present, the ranking figures are NaN; with no examples all are.
    """
    size, hits = len(probability), int(denied.sum())
    if size == 0:
        return Figures(examples=0, denied=0, **dict.fromkeys(METRICS, UNDEFINED))
    data, _ = _ordered(np.asarray(probability, np.float64), denied)
    ones = np.ones((1, size))
    points = np.concatenate((*_ranking(data, ones), *_fit(data, ones)))
    blocks = [
        np.stack((*_ranking(data, weight), *_fit(data, weight))) for weight in resamples(size, seed)
    ]
    drawn = np.concatenate(blocks, axis=1)
    both = 0 < hits < size
    ranked = [percentile(points[i], drawn[i]) if both else UNDEFINED for i in range(3)]
    return Figures(
        examples=size,
        denied=hits,
        auroc=ranked[0],
        auprc=ranked[1],
        recall_at_precision=ranked[2],
        brier=percentile(points[3], drawn[3]),
        calibration_error=reflected(points[4], drawn[4], 0.0),
        log_loss=percentile(points[5], drawn[5]),
    )


def auroc(score: NDArray[np.floating], denied: NDArray[np.bool_]) -> float:
    """AUROC of any score, higher meaning likelier denied; NaN with one class only."""
    data, _ = _ordered(np.asarray(score, np.float64), denied)
    with np.errstate(invalid="ignore"):
        return float(_ranking(data, np.ones((1, len(score))))[0][0])


def chance_error(probability: F64, seed: int = 0) -> float:
    """The ECE that probabilities (n) show by chance alone, were each of them right.

    The 95th percentile over outcomes drawn from the probabilities themselves.
    """
    data, _ = _ordered(np.asarray(probability, np.float64), np.zeros(len(probability), np.bool_))
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(RESAMPLES):
        off = data.probability - (random.random(len(data.probability)) < data.probability)
        drawn.append(float(np.abs(np.add.reduceat(off, data.bins)).sum() / len(off)))
    return float(np.quantile(drawn, 0.95))


def log_loss_gain(ours: F64, theirs: F64, denied: NDArray[np.bool_], seed: int = 0) -> Figure:
    """How much lower our log loss is than theirs on the same claims (paired; nats a claim)."""
    sign = np.where(denied, 1.0, -1.0)
    offset = np.where(denied, 0.0, 1.0)
    chance_ours = np.clip(offset + sign * ours, _EDGE, 1.0)
    chance_theirs = np.clip(offset + sign * theirs, _EDGE, 1.0)
    gain = np.log(chance_ours) - np.log(chance_theirs)
    drawn = [weight @ gain / len(gain) for weight in resamples(len(gain), seed)]
    return percentile(float(gain.mean()), np.concatenate(drawn))


@dataclass(frozen=True, slots=True)
class CategoryFigures:
    """How often the true category, or CARC, of a denied claim is guessed first, or among three."""

    denied: int
    top_1: Figure
    top_3: Figure


def carc_figures(
    guesses: Sequence[Sequence[str]], carc: Sequence[str], seed: int = 0
) -> CategoryFigures:
    """The same for CARCs: the likeliest codes of n denied claims, best first, and the true ones."""
    total = len(carc)
    pairs = list(zip(guesses, carc, strict=True))
    first = sum(code in guess[:1] for guess, code in pairs)
    three = sum(code in guess[:3] for guess, code in pairs)
    return CategoryFigures(total, share(first, total, seed), share(three, total, seed + 1))


def category_figures(
    probability: F64, category: NDArray[np.integer], seed: int = 0
) -> CategoryFigures:
    """Of float64 (n, 14) against places in ``CATEGORIES`` (n); negative places are left out."""
    known = category >= 0
    chance, truth = probability[known], category[known].astype(np.int64)
    total = len(truth)
    if total == 0:
        return CategoryFigures(0, UNDEFINED, UNDEFINED)
    own = chance[np.arange(total), truth][:, None]
    earlier = np.arange(chance.shape[1])[None, :] < truth[:, None]
    rank = ((chance > own) | ((chance == own) & earlier)).sum(axis=1)
    return CategoryFigures(
        total,
        share(int((rank < 1).sum()), total, seed),
        share(int((rank < 3).sum()), total, seed + 1),
    )
