"""A trend as a drawing: places on a canvas of fixed size, and the figures that it shows.

The drawing repeats a table that stands beside it; a month without a denominator is a gap.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reports.kpi import shown

if TYPE_CHECKING:
    from reports.kpi.catalogue import Unit
    from reports.kpi.query import Piece

WIDTH: Final = 400
HEIGHT: Final = 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 10, 22
_LABELS: Final = 4


@dataclass(frozen=True, slots=True)
class Tick:
    """A line or label of an axis: its place and its text."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Runs of points (x, y) that a line joins, ticks of both axes, and a sentence that tells it."""

    runs: tuple[tuple[tuple[float, float], ...], ...]
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    told: str
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM


def plot(pieces: Sequence[Piece], unit: Unit) -> Plot | None:
    """The drawing of a trend from zero up; ``None`` where fewer than two pieces have a value."""
    values = [piece.figure.value for piece in pieces]
    known = [value for value in values if value is not None]
    if len(known) < 2 or not any(known):
        return None
    step = _step(max(known))
    top = step * math.ceil(max(known) / step - 1e-9)
    inner_height = HEIGHT - _TOP - _BOTTOM
    inner_width = WIDTH - _LEFT - _RIGHT

    def y(value: float) -> float:
        return round(_TOP + inner_height * (1 - value / top), 1)

    def x(place: int) -> float:
        return round(_LEFT + inner_width * (place + 0.5) / len(values), 1)

    runs: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x(place), y(value)))
    marks = [step * number for number in range(round(top / step) + 1)]
    every = max(1, math.ceil(len(values) / _LABELS))
    return Plot(
        runs=tuple(tuple(run) for run in runs if run),
        rows=tuple(Tick(y(mark), _short(mark, unit, step)) for mark in marks),
        columns=tuple(
            Tick(x(place), piece.since.isoformat()[: 10 if _weekly(pieces) else 7])
            for place, piece in enumerate(pieces)
            if place % every == 0
        ),
        told=(
            f"From {pieces[0].since} to {pieces[-1].until}: lowest "
            f"{shown.value(min(known), unit)}, highest {shown.value(max(known), unit)}, "
            f"last {shown.value(known[-1], unit)}."
        ),
    )


def _weekly(pieces: Sequence[Piece]) -> bool:
    return len(pieces) > 1 and (pieces[1].until - pieces[1].since).days < 8


def _step(highest: float) -> float:
    """A round step that makes two to five rows."""
    rough = highest / 4
    size = 10.0 ** math.floor(math.log10(rough))
    return next(size * of for of in (1, 2, 2.5, 5, 10) if size * of >= rough)


def _short(value: float, unit: Unit, step: float) -> str:
    if unit == "share":
        digits = 0 if step >= 0.01 and abs(step * 100 - round(step * 100)) < 1e-9 else 1
        return f"{100 * value:.{digits}f} %"
    if unit == "dollars":
        return (
            f"${value / 1000:,.{0 if step >= 1000 else 1}f}k" if step >= 100 else f"${value:,.0f}"
        )
    return f"{value:,.0f} d" if step >= 1 else f"{value:,.1f} d"
