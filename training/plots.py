"""The pictures of one evaluation, as PNG bytes. Drawn without a display and without pyplot."""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.evaluation import Evaluation

F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

INK, PALE, WARM = "#1f4e79", "#9db8d2", "#c0504d"
_BINS = 20


def _png(draw: Callable[[Axes], None], title: str) -> bytes:
    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(title)
    axes.spines[["top", "right"]].set_visible(False)
    draw(axes)
    out = io.BytesIO()
    # No metadata: the same evaluation gives the same bytes.
    canvas.print_figure(out, format="png", dpi=110, metadata={"Software": None})
    return out.getvalue()


def _reliability(axes: Axes, probability: F64, denied: Flags) -> None:
    parts = np.array_split(np.argsort(probability, kind="stable"), _BINS)
    parts = [part for part in parts if len(part)]
    said = np.array([probability[part].mean() for part in parts])
    came = np.array([denied[part].mean() for part in parts])
    size = np.array([len(part) for part in parts])
    error = 1.96 * np.sqrt(np.maximum(came * (1 - came), 1 / size) / size)
    top = float(min(1.0, max(said.max(), came.max()) * 1.1 + 0.01))
    axes.plot([0, top], [0, top], color=PALE, linestyle="--", label="as foretold")
    axes.errorbar(said, came, yerr=error, fmt="o", color=INK, capsize=2, label="bins of equal mass")
    axes.set(xlabel="foretold probability", ylabel="share denied", xlim=(0, top), ylim=(0, None))
    axes.legend(frameon=False)


def _precision_recall(axes: Axes, probability: F64, denied: Flags) -> None:
    order = np.argsort(-probability, kind="stable")
    above = np.cumsum(denied[order])
    recall = above / max(int(above[-1]), 1)
    precision = above / np.arange(1, len(above) + 1)
    step = max(1, len(recall) // 2000)
    axes.plot(recall[::step], precision[::step], color=INK)
    axes.axhline(float(denied.mean()), color=PALE, linestyle="--")
    axes.axhline(0.95, color=WARM, linestyle=":")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))


def _histogram(axes: Axes, probability: F64, denied: Flags, threshold: float) -> None:
    edges = [place / 40 for place in range(41)]
    axes.hist(probability[~denied], edges, color=PALE, label="paid")
    axes.hist(probability[denied], edges, color=WARM, alpha=0.75, label="denied")
    axes.axvline(threshold, color=INK, linestyle="--", label="threshold")
    axes.set(xlabel="foretold probability", ylabel="claims", yscale="symlog")
    axes.legend(frameon=False)


def _months(axes: Axes, made: Evaluation) -> None:
    shown = [one for one in made.months if math.isfinite(one.auroc)]
    axes.plot([one.month for one in shown], [one.auroc for one in shown], "o-", color=INK)
    axes.tick_params(axis="x", rotation=45)
    axes.set(xlabel="month of submission", ylabel="AUROC", ylim=(0.4, 1.0))


def _factors(axes: Axes, made: Evaluation) -> None:
    factors = made.signal.factors[:15] if made.signal else ()
    names = [name.replace("_", " ") for name, _ in factors]
    axes.barh(names[::-1], [share for _, share in factors][::-1], color=INK)
    axes.set(xlabel="share of the trees' gain")


def draw(made: Evaluation, probability: F64, denied: Flags) -> dict[str, bytes]:
    """PNG images by name, from the evaluation and the test claims' probabilities and outcomes."""
    threshold = made.at_threshold.threshold
    return {
        "reliability": _png(lambda axes: _reliability(axes, probability, denied), "Reliability"),
        "precision_recall": _png(
            lambda axes: _precision_recall(axes, probability, denied), "Precision and recall"
        ),
        "scores": _png(
            lambda axes: _histogram(axes, probability, denied, threshold), "Scores by outcome"
        ),
        "auroc_by_month": _png(lambda axes: _months(axes, made), "AUROC by month"),
        "importance_by_factor": _png(lambda axes: _factors(axes, made), "Gain by factor"),
    }
