"""The evaluation as a person reads it: tables on a terminal, plain lines in a pipe."""

from __future__ import annotations

import math
from typing import IO, Final

from rich import box
from rich.console import Console
from rich.table import Table

from training.evaluation import Evaluation
from training.intervals import Figure
from training.metrics import METRICS, Figures

_TITLES: Final = {
    "auroc": "AUROC",
    "auprc": "AUPRC",
    "recall_at_precision": "recall at 95 % precision",
    "brier": "Brier score",
    "calibration_error": "calibration error (ECE)",
    "log_loss": "log loss",
}
_WIDTH: Final = 110
_FACTORS_SHOWN: Final = 8


def console(out: IO[str] | None = None) -> Console:
    """A console that is wide and plain when its output is not a terminal."""
    made = Console(file=out, highlight=False, markup=False)
    return (
        made if made.is_terminal else Console(file=out, highlight=False, markup=False, width=_WIDTH)
    )


def _table(screen: Console, title: str) -> Table:
    style = box.SIMPLE_HEAD if screen.is_terminal else box.ASCII2
    return Table(title=title, box=style, title_justify="left", title_style="bold", pad_edge=False)


def number(value: float) -> str:
    """A figure with three decimals, or a dash where it is not defined."""
    return f"{value:.3f}" if math.isfinite(value) else "-"


def interval(figure: Figure) -> str:
    """A figure with its 95 % interval."""
    if not math.isfinite(figure.value):
        return "-"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def show(evaluation: Evaluation, screen: Console) -> None:
    """Print everything a data scientist asks first."""
    _periods(evaluation, screen)
    _overall(evaluation, screen)
    _payers(evaluation, screen)
    _signal(evaluation, screen)


def _periods(made: Evaluation, screen: Console) -> None:
    table = _table(screen, f"Claims by day of submission ({made.claims:,} read)")
    table.add_column("period")
    table.add_column("from")
    table.add_column("to")
    for name in ("claims", "denied", "share denied"):
        table.add_column(name, justify="right")
    for one in made.periods:
        share = one.denied / one.examples if one.examples else math.nan
        table.add_row(
            one.name, one.first, one.last, f"{one.examples:,}", f"{one.denied:,}", f"{share:.1%}"
        )
    screen.print(table)
    dropped = [f"{count:,} {reason}" for reason, count in made.dropped.items() if count]
    screen.print(
        f"Answers were read until {made.until}; 98 % of them come within {made.mature_days} days. "
        f"Gap between periods: {made.gap_days} days."
    )
    if dropped:
        screen.print(f"Left out: {'; '.join(dropped)}.")
    screen.print()


def _overall(made: Evaluation, screen: Console) -> None:
    tested = made.overall
    table = _table(
        screen,
        f"On {tested.examples:,} claims never seen, {tested.denied:,} of them denied "
        "(95 % intervals)",
    )
    table.add_column("")
    table.add_column(made.model, justify="right")
    for name in made.peers:
        table.add_column(name, justify="right")
    for name in METRICS:
        others = (number(getattr(peer, name).value) for peer in made.peers.values())
        table.add_row(_TITLES[name], interval(getattr(tested, name)), *others)
    blank = ["" for _ in made.peers]
    table.add_row("category, first guess", interval(made.category.top_1), *blank)
    table.add_row("category, first three", interval(made.category.top_3), *blank)
    screen.print(table)
    flagging = made.at_threshold
    screen.print(
        f"Flagging from {flagging.threshold:.3f} on: {flagging.flagged:,} claims flagged, "
        f"precision {number(flagging.precision)}, recall {number(flagging.recall)}."
    )
    screen.print()


def _short(made: Figures) -> tuple[str, ...]:
    return (
        f"{made.examples:,}",
        f"{made.denied:,}",
        interval(made.auroc),
        number(made.auprc.value),
        number(made.recall_at_precision.value),
        number(made.brier.value),
        interval(made.calibration_error),
    )


def _payers(made: Evaluation, screen: Console) -> None:
    if not made.payers:
        return
    table = _table(screen, "By payer (those with 100 claims or more)")
    table.add_column("payer", max_width=34, overflow="ellipsis", no_wrap=True)
    for name in ("claims", "denied", "AUROC", "AUPRC", "recall", "Brier", "ECE", "top 1"):
        table.add_column(name, justify="right")
    for one in made.payers:
        table.add_row(one.payer, *_short(one.figures), number(one.category.top_1.value))
    screen.print(table)


def _signal(made: Evaluation, screen: Console) -> None:
    if made.signal is None:
        return
    table = _table(screen, "Where the knowledge comes from (share of the trees' gain)")
    table.add_column("factor")
    table.add_column("gain", justify="right")
    table.add_column("its strongest features")
    for factor, share in made.signal.factors[:_FACTORS_SHOWN]:
        strongest = [name for name, of, _ in made.signal.features if of == factor]
        table.add_row(factor, f"{share:.1%}", ", ".join(strongest[:3]))
    screen.print(table)
    screen.print(
        f"The best single feature, {made.signal.best_feature}, has AUROC "
        f"{made.signal.best_auroc:.3f} alone; the model has {number(made.overall.auroc.value)}."
    )
