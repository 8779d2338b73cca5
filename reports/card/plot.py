"""The calibration plot as inline SVG: what was foretold against what happened."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape

_SIZE: Final = 260.0
_LEFT: Final = 44.0
_TOP: Final = 8.0
_INK: Final = "#155a88"
_SOFT: Final = "#555555"


def calibration(bins: Sequence[Mapping[str, Any]]) -> Markup:
    """A square plot with one point a bin, its 95 % interval, and the line of right probabilities.

    Colours stand as attributes for paper; a style sheet goes before them.
    """
    highest = max([0.1, *(max(one["foretold"], one["observed"]["high"] or 0) for one in bins)])
    step = next(one for one in (0.02, 0.05, 0.1, 0.2) if highest <= 8 * one or one == 0.2)
    ticks = math.ceil(min(highest, 1.0) / step - 1e-9)
    most = ticks * step

    def x(value: float) -> str:
        return f"{_LEFT + _SIZE * value / most:.1f}"

    def y(value: float) -> str:
        return f"{_TOP + _SIZE * (1 - value / most):.1f}"

    parts = [
        f'<rect class="axis" fill="none" stroke="#bbbbbb" x="{_LEFT}" y="{_TOP}" '
        f'width="{_SIZE}" height="{_SIZE}"/>',
        f'<line class="ideal" stroke="{_SOFT}" stroke-dasharray="4 3" x1="{x(0)}" y1="{y(0)}" '
        f'x2="{x(most)}" y2="{y(most)}"/>',
    ]
    for tick in range(ticks + 1):
        value = tick * step
        parts.append(_text(x(value), f"{_TOP + _SIZE + 16}", "middle", f"{100 * value:.0f} %"))
        parts.append(
            _text(f"{_LEFT - 6}", f"{float(y(value)) + 4:.1f}", "end", f"{100 * value:.0f} %")
        )
    points = []
    for one in bins:
        seen = one["observed"]
        at, value = x(one["foretold"]), seen["value"]
        points.append(f"{at},{y(value)}")
        parts.append(
            f'<line class="whisker" stroke="{_INK}" x1="{at}" x2="{at}" y1="{y(seen["low"])}" '
            f'y2="{y(seen["high"])}"/>'
            f'<circle class="point" fill="{_INK}" cx="{at}" cy="{y(value)}" r="3"/>'
        )
    parts.append(
        f'<polyline class="drawn" fill="none" stroke="{_INK}" points="{" ".join(points)}"/>'
    )
    middle = f"{_LEFT + _SIZE / 2}"
    parts.append(_text(middle, f"{_TOP + _SIZE + 34}", "middle", "foretold probability of denial"))
    what = "Share denied (vertical) against the probability foretold (horizontal), by bin."
    width, height = _LEFT + _SIZE + 20, _TOP + _SIZE + 42
    return Markup(  # noqa: S704 - numbers, and words that were escaped
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(what)} The table below says the same.">{"".join(parts)}</svg>'
    )


def _text(x: str, y: str, anchor: str, said: str) -> str:
    return (
        f'<text fill="{_SOFT}" font-size="11" text-anchor="{anchor}" x="{x}" y="{y}">'
        f"{escape(said)}</text>"
    )
