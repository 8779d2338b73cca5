"""How a model ages: trained at the end of each month, tested on each of the six months after.

Each model learns what could be learned when its month had ended, the same way as in
``training.learn`` but with one fold, and foretells every later claim as of
its submission. Two questions are answered: how well would a model have done all along, and how much
is lost by not training anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.dataset import Dataset
from claims.progress import Progress
from models.calibration import Calibration
from models.causes import mix
from models.native import NativeBooster
from training import boosters
from training.boosters import Settings
from training.days import iso, month, months_after
from training.examples import Examples, learnable
from training.folds import foretold
from training.metrics import Figures, figures
from training.prepare import matrix, prepare
from training.problems import TrainingError
from training.splits import check, folds

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

MONTHS: Final = 6
"""Months after its training that a model is tested on."""
MOST: Final = 12
"""Models trained at most; where more months allow it, as many spread evenly are taken."""
_PLANS: Final = ((1, 1 / 8), (1, 1 / 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A model trained on what was known before the ISO day ``cutoff``, in one month (YYYY-MM).

    ``age``: 1 for the month that begins with ``cutoff``, and so on.
    """

    cutoff: str
    month: str
    age: int
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """All models of one age in months: means over their test months, weighted by claims.

    ``models`` of them, ``examples`` claims. ``auroc_lost`` (NaN where nothing can be compared) is
    how much lower the AUROC is than that of the model of one month *on the same months*: what is
    lost by not training anew, whatever the months were like.
    """

    age: int
    models: int
    examples: int
    auroc: float
    auprc: float
    calibration_error: float
    auroc_lost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """All cells by cut-off and month, and the means by age.

    ``skipped`` are ISO cut-off days that would have been possible beside the ``MOST`` taken.
    """

    cells: tuple[Cell, ...]
    ages: tuple[Age, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Test:
    """One month of claims."""

    month: str
    age: int
    rows: I64


def backtest(dataset: Dataset, settings: Settings, progress: Progress) -> Backtest:
    """Train at the end of each month that allows it, and test on the months after.

    Raises ``TrainingError`` when no month does.
    """
    prepared = prepare(dataset, progress)
    examples = prepared.examples
    possible = [cutoff for cutoff in _ends(examples) if _allows(examples, cutoff)]
    if not possible:
        raise TrainingError(
            "No month of the data leaves enough answered claims to train on at its end and to test "
            "on after it: give more months of 837 and 835 files."
        )
    spread = np.unique(np.linspace(0, len(possible) - 1, min(MOST, len(possible))).astype(int))
    taken = [possible[place] for place in spread]
    values = matrix(prepared.frame, prepared.history, examples.rows, progress)
    cells: list[Cell] = []
    with progress.stage("Training at the end of each month", len(taken)) as advance:
        for cutoff in taken:
            cells += _judged(values, examples, cutoff, settings)
            advance()
    skipped = tuple(iso(cutoff) for cutoff in possible if cutoff not in taken)
    return Backtest(cells=tuple(cells), ages=_ages(cells), skipped=skipped)


def _ends(examples: Examples) -> list[int]:
    """The day after each month's end, from the first example's month on."""
    if not len(examples):
        return []
    found = [months_after(int(examples.day.min()), 1)]
    while found[-1] <= int(examples.day.max()):
        found.append(months_after(found[-1], 1))
    return found[:-1]


def _tests(examples: Examples, cutoff: int) -> list[_Test]:
    """The months after ``cutoff`` that hold enough claims of both kinds to be judged by."""
    made = []
    for age in range(1, MONTHS + 1):
        first, last = months_after(cutoff, age - 1), months_after(cutoff, age) - 1
        of_month = (examples.day >= first) & (examples.day <= last)
        rows = np.flatnonzero(of_month & examples.mature)
        try:
            check("test", examples.denied[rows], first, last)
        except TrainingError:
            continue
        made.append(_Test(month(first), age, rows))
    return made


def _allows(examples: Examples, cutoff: int) -> bool:
    train = learnable(examples, cutoff)
    if not len(train.places) or not _tests(examples, cutoff):
        return False
    try:
        check("training", examples.denied[train.places], int(examples.day.min()), cutoff - 1)
        folds(examples, train, cutoff, _PLANS)
    except TrainingError:
        return False
    return True


def _judged(values: F32, examples: Examples, cutoff: int, settings: Settings) -> list[Cell]:
    """The figures of a model trained on the day ``cutoff``, month by month."""
    train = learnable(examples, cutoff)
    parts = folds(examples, train, cutoff, _PLANS)
    answers, rounds = foretold(values, examples, parts, settings, _unseen)
    later = parts[0].later
    weight = later.weight * boosters.weights(examples.day[later.places], settings.half_life)
    calibration = Calibration.fit(answers[0].raw, examples.denied[later.places], weight)
    of = boosters.material(values, examples, train, settings)
    booster = NativeBooster(boosters.grow(of, rounds, settings, _unseen).text)
    threads = boosters.cores(settings.threads)
    cells = []
    for test in _tests(examples, cutoff):
        chance = calibration.apply(mix(booster.raw(values[test.rows], threads)).raw)
        found = figures(chance, examples.denied[test.rows], settings.seed)
        cells.append(Cell(cutoff=iso(cutoff), month=test.month, age=test.age, figures=found))
    return cells


def _unseen(_: float = 1, /) -> None:
    """Tell nobody of single rounds: the months are counted."""


def _ages(cells: list[Cell]) -> tuple[Age, ...]:
    freshest = {cell.month: cell.figures.auroc.value for cell in cells if cell.age == 1}
    made = []
    for age in sorted({cell.age for cell in cells}):
        of = [cell for cell in cells if cell.age == age]
        paired = [cell for cell in of if cell.month in freshest]
        lost = [freshest[cell.month] - cell.figures.auroc.value for cell in paired]
        made.append(
            Age(
                age=age,
                models=len(of),
                examples=sum(cell.figures.examples for cell in of),
                auroc=_mean([cell.figures.auroc.value for cell in of], of),
                auprc=_mean([cell.figures.auprc.value for cell in of], of),
                calibration_error=_mean([one.figures.calibration_error.value for one in of], of),
                auroc_lost=_mean(lost, paired),
            )
        )
    return tuple(made)


def _mean(found: list[float], cells: list[Cell]) -> float:
    """The mean of one value for each cell, weighted by the cells' claims; NaN of none."""
    weight = [cell.figures.examples for cell in cells]
    return float(np.average(found, weights=weight)) if cells else float("nan")
