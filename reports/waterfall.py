"""A waterfall as rows: where each bar starts and ends, in hundredths of the width.

Each row is drawn as a small stretched SVG below its text, so that text stays readable on any width
and for any reader; the picture repeats what the text says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["total", "raises", "lowers"]


@dataclass(frozen=True, slots=True)
class Step:
    """One amount: a total stands on its own, another is added to what came before."""

    label: str
    amount: float
    total: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A step placed: ``left`` and ``width`` of its bar, ``end`` where the next begins (0 to 100).

    ``zero`` is the place of log-odds 0, an even chance.
    """

    label: str
    amount: float
    kind: Kind
    left: float
    width: float
    end: float
    zero: float


def waterfall(steps: Sequence[Step]) -> list[Bar]:
    """Place ``steps`` on one scale that holds zero and every running sum.

    >>> [(bar.left, bar.width) for bar in waterfall([Step("base", -2, True), Step("a", 4)])]
    [(0.0, 50.0), (0.0, 100.0)]
    """
    spans: list[tuple[float, float]] = []
    at = 0.0
    for step in steps:
        start = 0.0 if step.total else at
        at = step.amount if step.total else at + step.amount
        spans.append((start, at))
    low = min(0.0, *(min(span) for span in spans))
    high = max(0.0, *(max(span) for span in spans))
    scale = 100 / (high - low) if high > low else 0.0

    def place(value: float) -> float:
        return round((value - low) * scale, 2)

    return [
        Bar(
            step.label,
            step.amount,
            "total" if step.total else "raises" if step.amount > 0 else "lowers",
            place(min(span)),
            round(place(max(span)) - place(min(span)), 2),
            place(span[1]),
            place(0.0),
        )
        for step, span in zip(steps, spans, strict=True)
    ]
