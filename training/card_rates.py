"""What holding at a threshold does to each group, and whether probabilities are right in it.

* **flagged**: at or above the model's threshold, so held or looked at by a person.
* **false-hold rate**: flagged among the claims that were *paid*. These are delayed wrongly.
* **missed rate**: not flagged among the claims that were denied.
* **calibration gap**: mean probability minus the share that was denied.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.card_groups import Grouping
from training.intervals import UNDEFINED, Figure
from training.metrics import figures

F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAST: Final = 100
"""Claims of a group below which no figure is given: an interval would say nothing."""
_Z: Final = 1.959963984540054
_BINS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """n test claims: probabilities, outcomes, and the threshold that flags."""

    probability: F64
    denied: Flags
    threshold: float
    seed: int

    def of(self, chosen: Flags) -> Judged:
        """The same of the ``chosen`` claims alone."""
        return Judged(
            probability=self.probability[chosen],
            denied=self.denied[chosen],
            threshold=self.threshold,
            seed=self.seed,
        )


def wilson(hits: int, total: int) -> Figure:
    """A share with Wilson's 95 % interval, which is right near 0 and 1 too.

    >>> wilson(0, 50).high < 0.08, wilson(1, 2).value
    (True, 0.5)
    """
    if total == 0:
        return UNDEFINED
    share, z2 = hits / total, _Z * _Z
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z / (1 + z2 / total) * math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    return Figure(share, max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share)))


def rates(tested: Judged) -> dict[str, Any]:
    """Counts and rates of one group; with fewer than ``LEAST`` claims the counts alone."""
    size, denied = len(tested.denied), int(tested.denied.sum())
    found: dict[str, Any] = {"claims": size, "denied": denied, "measured": size >= LEAST}
    if size < LEAST:
        return found
    flagged = tested.probability >= tested.threshold
    wrong = int((flagged & ~tested.denied).sum())
    missed = int((~flagged & tested.denied).sum())
    made = figures(tested.probability, tested.denied, tested.seed)
    return found | {
        "flagged": plain(wilson(int(flagged.sum()), size)),
        "false_hold_rate": plain(wilson(wrong, size - denied)),
        "missed_rate": plain(wilson(missed, denied)),
        "auroc": plain(made.auroc),
        "auprc": plain(made.auprc),
        "brier": plain(made.brier),
        "calibration_gap": plain(_gap(tested)),
    }


def by_group(tested: Judged, grouping: Grouping) -> dict[str, Any]:
    """The rates of each group that has claims, and how far the extremes lie apart."""
    rows = []
    for place, name in enumerate(grouping.names):
        chosen = grouping.group == place
        if chosen.any():
            rows.append({"group": name, **rates(tested.of(chosen))})
    return {
        "by": grouping.name, "what": grouping.what, "rows": rows, "apart": _apart(rows),
    }  # fmt: skip


def _apart(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The groups with the lowest and highest false-hold rate, and the difference (95 %)."""
    told = [row for row in rows if row["measured"] and row["false_hold_rate"]["value"] is not None]
    if len(told) < 2:
        return None
    told.sort(key=lambda row: float(row["false_hold_rate"]["value"]))
    low, high = told[0], told[-1]
    # Newcombe's interval for a difference of two shares, from Wilson's of each.
    one, two = low["false_hold_rate"], high["false_hold_rate"]
    difference = two["value"] - one["value"]
    down = math.hypot(two["value"] - two["low"], one["high"] - one["value"])
    up = math.hypot(two["high"] - two["value"], one["value"] - one["low"])
    figure = Figure(difference, difference - down, difference + up)
    return {"lowest": low["group"], "highest": high["group"], "difference": plain(figure)}


def calibration(tested: Judged) -> list[dict[str, Any]]:
    """Claims in ten bins of equal size by probability: what was foretold, and what happened."""
    order = np.argsort(tested.probability, kind="stable")
    found = []
    for part in np.array_split(order, min(_BINS, max(1, len(order) // LEAST))):
        hits = int(tested.denied[part].sum())
        found.append(
            {
                "claims": len(part),
                "denied": hits,
                "foretold": float(tested.probability[part].mean()),
                "observed": plain(wilson(hits, len(part))),
            }
        )
    return found


def plain(figure: Figure) -> dict[str, float | None]:
    """A figure as JSON; null where it is not defined."""
    values = {"value": figure.value, "low": figure.low, "high": figure.high}
    return {name: float(value) if math.isfinite(value) else None for name, value in values.items()}


def _gap(tested: Judged) -> Figure:
    """Mean probability minus the share denied, with a normal interval of the mean difference."""
    off = tested.probability - tested.denied
    half = _Z * float(off.std(ddof=1)) / math.sqrt(len(off))
    mean = float(off.mean())
    return Figure(mean, mean - half, mean + half)
