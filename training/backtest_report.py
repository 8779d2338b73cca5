"""A backtest as a person reads it: a table by cut-off and month, one by age, and a picture."""

from __future__ import annotations

import io
from dataclasses import asdict

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from rich.console import Console

from training.backtest import MOST, Age, Backtest, Cell
from training.evaluation import plain
from training.plots import INK, PALE, WARM
from training.report import number, table


def to_json(made: Backtest) -> object:
    """The backtest as plain values; what is not defined is null."""
    return plain(asdict(made))


def show(made: Backtest, screen: Console) -> None:
    """Print both tables."""
    rows = table(screen, "Trained on what was known before a day, tested on the months after")
    for name in ("trained before", "tested on", "months old"):
        rows.add_column(name)
    for name in ("claims", "denied", "AUROC", "AUPRC", "ECE"):
        rows.add_column(name, justify="right")
    before = ""
    for cell in made.cells:
        of = cell.figures
        if before and cell.cutoff != before:
            rows.add_section()
        rows.add_row(
            "" if cell.cutoff == before else cell.cutoff,
            cell.month,
            str(cell.age),
            f"{of.examples:,}",
            f"{of.denied:,}",
            *(number(one.value) for one in (of.auroc, of.auprc, of.calibration_error)),
        )
        before = cell.cutoff
    screen.print(rows)
    screen.print()
    _show_ages(made.ages, screen)
    if made.skipped:
        screen.print(
            f"At most {MOST} models are trained; left out were those before "
            f"{', '.join(made.skipped)}."
        )


def _show_ages(ages: tuple[Age, ...], screen: Console) -> None:
    rows = table(screen, "How the figures age (means weighted by claims)")
    rows.add_column("months old")
    for name in ("models", "claims", "AUROC", "AUPRC", "ECE", "AUROC lost"):
        rows.add_column(name, justify="right")
    for one in ages:
        rows.add_row(
            str(one.age),
            str(one.models),
            f"{one.examples:,}",
            *(number(value) for value in (one.auroc, one.auprc, one.calibration_error)),
            number(one.auroc_lost),
        )
    screen.print(rows)
    screen.print("AUROC lost: against the model trained just before, on the same months.")


def draw(made: Backtest) -> bytes:
    """A PNG image: AUROC by month for each model, AUROC and calibration error by age."""
    figure = Figure(figsize=(12.0, 4.2), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    months, auroc, error = figure.subplots(1, 3, width_ratios=(1.5, 1, 1))
    _by_month(months, made.cells)
    _by_age(auroc, made, "auroc", "AUROC by age of the model")
    _by_age(error, made, "calibration_error", "Calibration error by age")
    for axes in (months, auroc, error):
        axes.spines[["top", "right"]].set_visible(False)
    out = io.BytesIO()
    # No metadata: the same backtest gives the same bytes.
    canvas.print_figure(out, format="png", dpi=110, metadata={"Software": None})
    return out.getvalue()


def _by_month(axes: Axes, cells: tuple[Cell, ...]) -> None:
    names = sorted({cell.month for cell in cells})
    place = {name: number for number, name in enumerate(names)}
    for cutoff in sorted({cell.cutoff for cell in cells}):
        of = [cell for cell in cells if cell.cutoff == cutoff]
        at, found = [place[cell.month] for cell in of], [cell.figures.auroc.value for cell in of]
        axes.plot(at, found, "-", color=PALE, linewidth=1.2, zorder=1)
    fresh = [cell for cell in cells if cell.age == 1]
    old = [cell for cell in cells if cell.age > 1]
    for of, colour, label in ((old, PALE, "older models"), (fresh, INK, "one month old")):
        axes.plot(
            [place[cell.month] for cell in of],
            [cell.figures.auroc.value for cell in of],
            "o",
            color=colour,
            markersize=5,
            label=label,
        )
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axes.set(title="AUROC by month of submission", ylabel="AUROC")
    axes.legend(frameon=False)


def _by_age(axes: Axes, made: Backtest, name: str, title: str) -> None:
    cells = made.cells
    found = [getattr(cell.figures, name).value for cell in cells]
    axes.plot([cell.age for cell in cells], found, "o", color=PALE, markersize=4, label="one month")
    ages = [one.age for one in made.ages]
    means = [getattr(one, name) for one in made.ages]
    axes.plot(ages, means, "o-", color=WARM, label="mean")
    axes.set(title=title, xlabel="months after training", xticks=ages)
    if name == "calibration_error":
        axes.set_ylim(0, max(0.05, 1.1 * float(np.max(found))))
    axes.legend(frameon=False)
