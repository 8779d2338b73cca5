"""How well the lines of a claim are told apart, on claims with several lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.frame import Frame
from features.history import History
from models.lines import LineModel, of_lines
from training.intervals import UNDEFINED, Figure, percentile, resamples
from training.metrics import Figures, auroc, figures

I8 = NDArray[np.int8]
I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFigures:
    """The lines of ``claims`` claims that have several.

    ``figures`` are of their labelled lines (intervals by resampling lines), ``by_claim`` the AUROC
    that they would have, had each its claim's probability. ``mixed`` claims have all their lines
    labelled, some denied and some paid: of these, the likeliest line is denied in the share
    ``first``, and one picked at random in the share ``chance``.
    """

    claims: int
    figures: Figures
    by_claim: float
    mixed: int
    first: Figure
    chance: float


def line_figures(
    probability: F64, whole: F64, denied: I8, of: I64, seed: int
) -> LineFigures | None:
    """Judge m lines of n claims with several; ``None`` where no line is labelled.

    ``probability`` (m) of the lines and ``whole`` (n) of the claims; ``denied`` (m) is -1 where it
    is not known, ``of`` (m) the claim of each line, ascending.
    """
    known = denied >= 0
    if not known.any():
        return None
    hit = denied > 0
    claims = len(whole)
    lines, hits = np.bincount(of, minlength=claims), np.bincount(of, hit, claims)
    complete = np.bincount(of, known, claims) == lines
    mixed = np.flatnonzero(complete & (hits > 0) & (hits < lines))
    best = np.zeros(claims)
    np.maximum.at(best, of, probability)
    top = probability == best[of]
    # Of equal lines each is as likely as another to be the one that is looked at first.
    found = np.bincount(of, top & hit, claims) / np.maximum(np.bincount(of, top, claims), 1)
    return LineFigures(
        claims=len(np.unique(of[known])),
        figures=figures(probability[known], hit[known], seed),
        by_claim=auroc(whole[of[known]], hit[known]),
        mixed=len(mixed),
        first=_mean(found[mixed], seed),
        chance=float((hits[mixed] / lines[mixed]).mean()) if len(mixed) else float("nan"),
    )


def _mean(values: F64, seed: int) -> Figure:
    if not len(values):
        return UNDEFINED
    drawn = [weight @ values / len(values) for weight in resamples(len(values), seed)]
    return percentile(float(values.mean()), np.concatenate(drawn))


def judged_lines(
    model: LineModel | None, frame: Frame, history: History, whole: F64, denied: I8, seed: int
) -> LineFigures | None:
    """The figures of the lines of ``frame``, as they would be shown.

    ``whole`` are its claims' probabilities, ``denied`` its lines' labels. ``None`` without a model
    of lines, or without labelled lines on claims that have several.
    """
    several = np.flatnonzero(np.diff(frame.starts) > 1)
    if model is None or not len(several):
        return None
    of = frame.line_claim
    kept = np.isin(of, several)
    shown = of_lines(model, frame, history, whole)[kept]
    return line_figures(
        shown, whole[several], denied[kept], np.searchsorted(several, of[kept]), seed
    )
