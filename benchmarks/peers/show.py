"""A comparison as a table of text, with the ratios under it."""

from __future__ import annotations

import math

from benchmarks.peers.compare import Comparison
from benchmarks.peers.judging import Row

_HEAD = (
    f"{'':24}{'AUROC':>7}{'AUPRC':>7}{'recall at 95 %':>22}{'chosen earlier':>18}"
    f"{'ECE':>8}{'payer':>7}{'cat. 1':>8}{'cat. 3':>8}{'CARC 3':>8}{'seconds':>9}"
)


def _number(value: float, width: int, places: int = 3) -> str:
    return f"{'-' if math.isnan(value) else f'{value:.{places}f}':>{width}}"


def _line(row: Row) -> str:
    interval = f"{row.recall_95:.3f} ({row.recall_95_low:.3f}-{row.recall_95_high:.3f})"
    earlier = f"{row.earlier_recall:.3f} at {_number(row.earlier_precision, 0)}"
    return (
        f"{row.name:24}{_number(row.auroc, 7)}{_number(row.auprc, 7)}{interval:>22}{earlier:>18}"
        f"{_number(row.ece, 8, 4)}{_number(row.ece_payer, 7)}{_number(row.category_top_1, 8)}"
        f"{_number(row.category_top_3, 8)}{_number(row.carc_top_3, 8)}{_number(row.seconds, 9, 1)}"
    )


def _ratios(made: Comparison, row: Row) -> str:
    said = (
        f"{row.name}: {made.ratio(row, 'recall_95'):.2f} times the denials that "
        f"{made.best('recall_95').name} finds at 95 % precision; AUPRC "
        f"{made.ratio(row, 'auprc'):.2f} times that of {made.best('auprc').name}"
    )
    return said if math.isnan(made.ceiling) else f"{said}; {made.way(row):.0%} of the way up"


def lines(made: Comparison) -> list[str]:
    """The lines to print."""
    told = [
        f"{made.name}: {made.about}",
        f"{made.learned:,} learned from, {made.judged:,} judged, {made.denied:,} of them denied; "
        f"{made.columns} raw columns",
        _HEAD,
        *(_line(row) for row in (*made.ours, *made.peers)),
    ]
    if made.refusal:
        told.append(f"ours refused to learn: {made.refusal}")
    if not math.isnan(made.ceiling):
        told.append(f"{'ceiling':24}{_number(made.ceiling, 7)}")
    told.extend(_ratios(made, row) for row in made.ours)
    if not math.isnan(made.ceiling):
        best = made.best("auroc")
        told.append(f"{best.name}, the best peer: {made.way(best):.0%} of the way up")
    return told
