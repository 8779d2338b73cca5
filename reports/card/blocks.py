"""What a card is made of, whatever it is rendered as: sections of paragraphs, lists and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Figure = Mapping[str, float | None]
"""``value``, ``low`` and ``high``; each ``None`` where it is not defined."""
NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; ``value`` is the figure in full, ``None`` for words."""

    text: str
    value: float | int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """``head`` and ``rows`` are of equal length; the first column names the row."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, or a numbered one that begins with ``start``."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The calibration plot: bins of the card; its table stands beside it."""

    bins: Sequence[Mapping[str, Any]]


Block = str | Table | Bullets | Calibration


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the card; ``anchor`` is its id."""

    anchor: str
    title: str
    blocks: Sequence[Block]


def number(figure: Figure | None, digits: int = 3) -> Cell:
    """A figure with its 95 % interval.

    >>> number({"value": 0.8, "low": 0.78, "high": 0.82}).text
    '0.800 (0.780 to 0.820)'
    """
    value = None if figure is None else figure["value"]
    if figure is None or value is None:
        return Cell(NOT_MEASURED)
    low, high = figure["low"], figure["high"]
    if low is None or high is None:
        return Cell(f"{value:.{digits}f}", value)
    return Cell(f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})", value)


def share(figure: Figure | None) -> Cell:
    """A share in per cent with its interval.

    >>> share({"value": 0.123, "low": 0.1, "high": 0.15}).text
    '12.3 % (10.0 to 15.0)'
    """
    value = None if figure is None else figure["value"]
    if figure is None or value is None:
        return Cell(NOT_MEASURED)
    low, high = figure["low"], figure["high"]
    if low is None or high is None:
        return Cell(f"{100 * value:.1f} %", value)
    return Cell(f"{100 * value:.1f} % ({100 * low:.1f} to {100 * high:.1f})", value)


def count(value: int) -> Cell:
    """A number of claims."""
    return Cell(f"{value:,}", value)


def words(text: str) -> Cell:
    """A cell of words."""
    return Cell(text)
