"""The evaluation as a person reads it: tables on a terminal, plain lines in a pipe."""

from __future__ import annotations

import math
from typing import IO, Final

from rich import box
from rich.console import Console
from rich.table import Table

from training.assess import Assessment
from training.evaluation import Evaluation, Refit
from training.intervals import Figure
from training.line_figures import LineFigures
from training.metrics import METRICS

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


def table(screen: Console, title: str) -> Table:
    """An empty table: ruled on a terminal, ASCII elsewhere."""
    style = box.SIMPLE_HEAD if screen.is_terminal else box.ASCII2
    return Table(title=title, box=style, title_justify="left", title_style="bold")


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
    _intervals(evaluation, screen)
    if evaluation.lines is not None:
        _lines(evaluation.lines, screen)
    _payers(evaluation, screen)
    _signal(evaluation, screen)
    _gates(evaluation, screen)


def _periods(made: Evaluation, screen: Console) -> None:
    rows = table(screen, f"Claims by day of submission ({made.claims:,} read)")
    rows.add_column("period")
    rows.add_column("from")
    rows.add_column("to")
    for name in ("claims", "denied", "share denied"):
        rows.add_column(name, justify="right")
    for one in made.periods:
        share = one.denied / one.examples if one.examples else math.nan
        rows.add_row(
            one.name, one.first, one.last, f"{one.examples:,}", f"{one.denied:,}", f"{share:.1%}"
        )
    screen.print(rows)
    dropped = [f"{count:,} {reason}" for reason, count in made.dropped.items() if count]
    screen.print(
        f"Answers were read until {made.until}; 98 % of them come within {made.mature_days} days."
    )
    if dropped:
        screen.print(f"Left out: {'; '.join(dropped)}.")
    if made.refit is not None:
        _refit(made, made.refit, screen)
    screen.print()


def _refit(made: Evaluation, refit: Refit, screen: Console) -> None:
    trained, foretold, tested = made.periods
    days = ", ".join(refit.cutoffs)
    screen.print(
        f"Calibrated by {foretold.examples:,} of the training claims, foretold by trees that had "
        f"learned what was known on {days}."
    )
    screen.print(
        f"Judged: trained on {trained.examples:,} claims answered before {tested.first}. "
        f"Registered: the same recipe fitted again on all {refit.period.examples:,} claims up to "
        f"{refit.period.last}. The figures are those of the judged model."
    )


def _overall(made: Evaluation, screen: Console) -> None:
    tested = made.overall
    rows = table(
        screen,
        f"On {tested.examples:,} claims, {tested.denied:,} of them denied (95 % intervals)",
    )
    rows.add_column("")
    rows.add_column(made.model, justify="right")
    for name in made.peers:
        rows.add_column(name, justify="right")
    for name in METRICS:
        others = (number(getattr(peer, name).value) for peer in made.peers.values())
        rows.add_row(_TITLES[name], interval(getattr(tested, name)), *others)
    blank = ["" for _ in made.peers]
    rows.add_row("category, first guess", interval(made.category.top_1), *blank)
    rows.add_row("category, first three", interval(made.category.top_3), *blank)
    rows.add_row("CARC, first guess", interval(made.carc.top_1), *blank)
    rows.add_row("CARC, first three", interval(made.carc.top_3), *blank)
    screen.print(rows)
    flagging = made.at_threshold
    screen.print(
        f"Flagging from {flagging.threshold:.3f} on: {flagging.flagged:,} claims flagged, "
        f"precision {number(flagging.precision)}, recall {number(flagging.recall)}."
    )
    screen.print()


def _intervals(made: Evaluation, screen: Console) -> None:
    of = made.intervals
    if not of.rows:
        return
    rows = table(screen, f"Intervals that should hold {of.level:.0%} of groups of claims alike")
    for name in ("lines seen", "groups", "claims", "mean width", "interval coverage"):
        rows.add_column(name, justify="right", no_wrap=True)
    for one in of.rows:
        known = "nothing alike" if one.seen < 0 else f"{one.seen:,} or more"
        shown = (known, f"{one.groups:,}", f"{one.claims:,}")
        rows.add_row(*shown, number(one.width), interval(one.coverage))
    claims = sum(one.claims for one in of.rows)
    rows.add_row("all", f"{sum(one.groups for one in of.rows):,}", f"{claims:,}", "",
                 interval(of.coverage))  # fmt: skip
    screen.print(rows)
    screen.print()


def _lines(made: LineFigures, screen: Console) -> None:
    tested = made.figures
    rows = table(
        screen,
        f"On the {tested.examples:,} lines of {made.claims:,} claims with several, "
        f"{tested.denied:,} of them denied",
    )
    rows.add_column("")
    rows.add_column("line by line", justify="right")
    rows.add_column("its claim's", justify="right")
    for name in ("auroc", "auprc", "calibration_error"):
        other = number(made.by_claim) if name == "auroc" else ""
        rows.add_row(_TITLES[name], interval(getattr(tested, name)), other)
    screen.print(rows)
    screen.print(
        f"On the {made.mixed:,} of these claims with denied and paid lines, the likeliest line is "
        f"a denied one: {interval(made.first)}; by chance {number(made.chance)}."
    )
    screen.print()


def _stacked(figure: Figure) -> str:
    """A figure over its interval, for narrow columns."""
    if not math.isfinite(figure.value):
        return "-"
    return f"{figure.value:.3f}\n{_bare(figure.low)}-{_bare(figure.high)}"


def _bare(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")


def _payers(made: Evaluation, screen: Console) -> None:
    if not made.payers:
        return
    rows = table(screen, "By payer (those with 100 claims or more; 95 % intervals below)")
    rows.add_column("payer", min_width=14, max_width=32)
    for name in ("claims", "denied", "AUROC", "AUPRC", "recall", "Brier", "ECE", "top 1", "top 3"):
        rows.add_column(name, justify="right", no_wrap=True)
    for one in made.payers:
        of = one.figures
        shown = (of.auroc, of.auprc, of.recall_at_precision, of.brier, of.calibration_error)
        cells = (*shown, one.category.top_1, one.category.top_3)
        rows.add_row(
            one.payer, f"{of.examples:,}", f"{of.denied:,}", *(_stacked(cell) for cell in cells)
        )
    screen.print(rows)
    screen.print()


def _signal(made: Evaluation, screen: Console) -> None:
    if made.signal is None:
        return
    rows = table(screen, "Where the knowledge comes from (share of the trees' gain)")
    rows.add_column("factor")
    rows.add_column("gain", justify="right")
    rows.add_column("its strongest features")
    for factor, share in made.signal.factors[:_FACTORS_SHOWN]:
        strongest = [name for name, of, _ in made.signal.features if of == factor]
        rows.add_row(factor, f"{share:.1%}", ", ".join(strongest[:3]))
    screen.print(rows)
    screen.print(
        f"The best single feature, {made.signal.best_feature}, has AUROC "
        f"{made.signal.best_auroc:.3f} alone; the model has {number(made.overall.auroc.value)}."
    )


def _gates(made: Evaluation, screen: Console) -> None:
    if not made.gates:
        return
    rows = table(screen, "Gates before a promotion")
    rows.add_column("gate", no_wrap=True)
    rows.add_column("verdict", no_wrap=True)
    rows.add_column("why")
    for one in made.gates:
        rows.add_row(one.name, one.verdict, one.sentence)
    screen.print()
    screen.print(rows)


def show_assessment(made: Assessment, screen: Console) -> None:
    """Print how an existing model did, and say which of the claims it had learned from."""
    show(made.evaluation, screen)
    if made.twin:
        unseen = (
            f"{made.new_to_model:,} of these claims are" if made.new_to_model else "no claim is"
        )
        screen.print(
            f"Judged is the model's twin, the same recipe fitted on what was known before "
            f"{made.learned_before}: {unseen} new to the model itself, which is too few."
        )
    if made.only_seen:
        screen.print(
            f"These claims were submitted before {made.learned_before}, in the time that the model "
            "learned from: this is no test of it. Give it later files."
        )
    elif made.seen is not None:
        screen.print(
            f"Not counted above: {made.seen.examples:,} claims submitted before "
            f"{made.learned_before}, in the time that the model learned from (AUROC "
            f"{number(made.seen.auroc.value)} there, which is no test)."
        )
