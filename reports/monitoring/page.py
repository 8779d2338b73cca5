"""What monitoring found, as a page: a row and a point a month, what moved, and which payer."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Final

from reports.monitoring.plot import Plot, Value, plot
from reports.page import template

if TYPE_CHECKING:
    from models.drift import Estimate, Monitored, Month

NOT_SEEN: Final = (
    "claims that never got an answer, or were never sent: nobody knows what would have become of "
    "them",
    "claims that were held and mended, where nobody recorded it: they look like false alarms",
    "what changed on claims without changing any input here, until its answers are in: a payer's "
    "new rule shows in the denials, weeks after it began",
    "the youngest months: their slow answers are still missing, so they are not judged",
    "a drift too small for the number of claims; and one that came so slowly that the reference "
    "already held it",
    "whether a drift does harm, and why it came: that is for a person to find out",
)
COLUMNS: Final = (
    "month", "first", "last", "reference", "claims", "mean_probability", "flagged_share",
    "score_index", "score_index_by_chance", "facts_moved", "rates_moved", "new_payers_share",
    "new_procedures_share", "answered", "denied", "expected", "denied_for_each_expected",
    "ratio_low", "ratio_high", "auroc", "auroc_low", "auroc_high", "brier", "precision", "recall",
    "drift",
)  # fmt: skip
_SHOWN: Final = 15


def page(found: Monitored) -> str:
    """The page (HTML 5)."""
    compared = [month for month in found.months if month.inputs]
    moved = [one for one in compared[-1].inputs if one.moved] if compared else []
    return template("monitoring.html.j2").render(
        title=f"Monitoring of {found.model}",
        found=found,
        plots=[one for one in _plots(found) if one is not None],
        latest=compared[-1] if compared else None,
        moved=moved[:_SHOWN],
        more=max(0, len(moved) - _SHOWN),
        not_seen=NOT_SEEN,
        figure=figure,
        between=between,
    )


def table(found: Monitored) -> str:
    """A row a month, as CSV; empty where nothing can be said."""
    out = io.StringIO()
    put = csv.writer(out, lineterminator="\n")
    put.writerow(COLUMNS)
    for month in found.months:
        put.writerow(_cell(value) for value in _row(month))
    return out.getvalue()


def figure(value: float, digits: int = 2) -> str:
    """A figure, or a dash where there is none.

    >>> figure(0.256), figure(float("nan"))
    ('0.26', '–')
    """
    return f"{value:.{digits}f}" if math.isfinite(value) else "\N{EN DASH}"


def between(of: Estimate, digits: int = 2) -> str:
    """A figure with its interval."""
    if not math.isfinite(of.value):
        return "\N{EN DASH}"
    return f"{of.value:.{digits}f} ({of.low:.{digits}f} to {of.high:.{digits}f})"


def _row(month: Month) -> tuple[object, ...]:
    score, of = month.score, month.answered
    said: tuple[object, ...] = (
        month.month, month.first, month.last, "yes" if month.reference else "no", month.claims,
        month.mean_probability, month.flagged, score.index if score else None,
        score.chance if score else None, len(month.facts) if month.inputs else None,
        len(month.rates) if month.inputs else None, month.new_payers, month.new_procedures,
    )  # fmt: skip
    if of is None:
        return (*said, *(None,) * (len(COLUMNS) - len(said) - 1), " ".join(month.drifts))
    return (
        *said, of.claims, of.denied, of.expected, of.ratio.value, of.ratio.low, of.ratio.high,
        of.auroc.value, of.auroc.low, of.auroc.high, of.brier.value, of.precision.value,
        of.recall.value, " ".join(month.drifts),
    )  # fmt: skip


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else ""
    return "" if value is None else value


def _plots(found: Monitored) -> tuple[Plot | None, ...]:
    months = found.months
    ratios, aurocs = [], []
    for one in months:
        of = one.answered
        none = Value(one.month, math.nan)
        ratios.append(_estimate(one, of.ratio) if of else none)
        aurocs.append(_estimate(one, of.auroc) if of else none)
    indices = [Value(one.month, one.score.index if one.score else math.nan) for one in months]
    means = [Value(one.month, one.mean_probability, known=one.reference) for one in months]
    moved = [Value(one.month, float(len(one.facts)) if one.inputs else math.nan) for one in months]
    chance = max((one.score.chance for one in months if one.score), default=None)
    return (
        plot("Denials for each one that was expected", ratios, 1.0),
        plot("AUROC", aurocs, 0.5),
        plot("Mean probability of denial", means),
        plot("Stability index of the scores (line: what chance gives)", indices, chance),
        plot("Things that claims say that moved beyond chance", moved),
    )


def _estimate(month: Month, of: Estimate) -> Value:
    return Value(month.month, of.value, of.low, of.high, month.reference)
