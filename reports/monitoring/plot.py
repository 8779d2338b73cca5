"""Months as a drawing: a point each, a whisker for an interval, a line to compare with.

The drawing repeats the table that stands below it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 520
HEIGHT: Final = 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 10, 22
_ROWS: Final = 4
_COLUMNS: Final = 8


@dataclass(frozen=True, slots=True)
class Value:
    """What is drawn of a month; NaN: nothing. ``known``: it is of the reference."""

    month: str
    value: float
    low: float = math.nan
    high: float = math.nan
    known: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A point on the canvas, its whisker (NaN: none), and whether it is of the reference."""

    x: float
    y: float
    low: float
    high: float
    known: bool


@dataclass(frozen=True, slots=True)
class Plot:
    """Points, axes (place and text), where the line to compare with is, and all in a sentence."""

    title: str
    points: tuple[Point, ...]
    rows: tuple[tuple[float, str], ...]
    columns: tuple[tuple[float, str], ...]
    line: float | None
    told: str
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    width: int = WIDTH
    height: int = HEIGHT


def plot(title: str, values: Sequence[Value], line: float | None = None) -> Plot | None:
    """The drawing, from zero up; ``None`` where nothing is known."""
    known = [one for one in values if math.isfinite(one.value)]
    if not known:
        return None
    ends = [one.high for one in known if math.isfinite(one.high)]
    top = max([one.value for one in known] + ends + ([line] if line is not None else [])) * 1.08
    top = top or 1.0

    def y(value: float) -> float:
        held = min(max(value, 0.0), top)
        return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - held / top), 1)

    def x(place: int) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (place + 0.5) / len(values), 1)

    every = max(1, math.ceil(len(values) / _COLUMNS))
    return Plot(
        title=title,
        points=tuple(
            Point(x(place), y(one.value), _end(one.low, y), _end(one.high, y), one.known)
            for place, one in enumerate(values)
            if math.isfinite(one.value)
        ),
        rows=tuple(
            (y(top * part / _ROWS), f"{top * part / _ROWS:.2f}") for part in range(_ROWS + 1)
        ),
        columns=tuple(
            (x(place), one.month) for place, one in enumerate(values) if place % every == 0
        ),
        line=None if line is None else y(line),
        told=(
            f"{len(known)} months from {known[0].month} to {known[-1].month}: lowest "
            f"{min(one.value for one in known):.2f}, highest {max(one.value for one in known):.2f},"
            f" last {known[-1].value:.2f}."
        ),
    )


def _end(value: float, place: object) -> float:
    return float(place(value)) if callable(place) and math.isfinite(value) else math.nan
