"""One row of figures for each contestant, all on the same claims or lines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.cases import Labels
from training.metrics import PRECISION, auroc, category_figures, figures

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

PAYER_LEAST: Final = 500  # judged rows of a payer, from which its calibration error is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The figures of one contestant; NaN where a figure is not defined.

    ``recall_95`` has its threshold chosen on the judged rows, alike for all; ``low`` and ``high``
    are its 95 % interval. ``earlier_recall`` and ``earlier_precision`` are what a threshold chosen
    before, without them, did on the judged rows (recall 0 where no threshold promised 95 %).
    ``ece`` is over bins of equal mass (``training.metrics``), ``ece_payer`` that of the worst payer
    with at least 500 judged rows.
    """

    name: str
    auroc: float
    auprc: float
    recall_95: float
    recall_95_low: float
    recall_95_high: float
    earlier_recall: float
    earlier_precision: float
    ece: float
    ece_payer: float
    category_top_1: float = math.nan
    category_top_3: float = math.nan
    carc_top_3: float = math.nan
    seconds: float = math.nan


def earlier_threshold(probability: F64, denied: Flags) -> float | None:
    """The lowest probability from which 95 % were denied; ``None`` where there is none."""
    order = np.argsort(-probability, kind="stable")
    score, above = probability[order], np.cumsum(denied[order])
    ends = np.flatnonzero(np.append(score[1:] != score[:-1], True))
    kept = ends[(above[ends] / (ends + 1) >= PRECISION) & (above[ends] > 0)]
    return float(score[kept[-1]]) if len(kept) else None


def top_3(named: list[list[str]], carc: NDArray[np.str_], denied: Flags) -> float:
    """Share of the denied rows with a CARC whose CARC is among the three named."""
    asked = np.flatnonzero(denied & (carc != ""))
    if not len(asked) or not named:
        return math.nan
    return float(np.mean([str(carc[row]) in named[row][:3] for row in asked.tolist()]))


def _worst_payer(probability: F64, denied: Flags, payer: NDArray[np.uint64]) -> float:
    worst = math.nan
    for who, count in zip(*np.unique(payer, return_counts=True), strict=True):
        if count >= PAYER_LEAST:
            own = payer == who
            error = figures(probability[own], denied[own]).calibration_error.value
            worst = error if math.isnan(worst) else max(worst, error)
    return worst


def judge(
    name: str,
    probability: F64,
    known: Labels,
    *,
    threshold: float | None = None,
    category: F64 | None = None,
    carcs: list[list[str]] | None = None,
    seconds: float = math.nan,
) -> Row:
    """Judge probabilities (n) of rows whose answers are ``known``; ``category`` is (n, 14)."""
    denied = known.denied
    made = figures(probability, denied)
    flagged = np.zeros(len(denied), np.bool_) if threshold is None else probability >= threshold
    right = int((flagged & denied).sum())
    which = None if category is None else category_figures(category, known.category)
    return Row(
        name=name,
        auroc=made.auroc.value,
        auprc=made.auprc.value,
        recall_95=made.recall_at_precision.value,
        recall_95_low=made.recall_at_precision.low,
        recall_95_high=made.recall_at_precision.high,
        earlier_recall=right / max(int(denied.sum()), 1),
        earlier_precision=right / int(flagged.sum()) if flagged.any() else math.nan,
        ece=made.calibration_error.value,
        ece_payer=_worst_payer(probability, denied, known.payer),
        category_top_1=math.nan if which is None else which.top_1.value,
        category_top_3=math.nan if which is None else which.top_3.value,
        carc_top_3=top_3(carcs or [], known.carc, denied),
        seconds=seconds,
    )


def ceiling_auroc(truth: F64, known: Labels) -> float:
    """AUROC of the true probabilities: what no model can be expected to pass."""
    return auroc(truth, known.denied)
