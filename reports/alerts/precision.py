"""Whether the live precision is surely below what was promised.

For all payers together and for each, an e-value against "the precision is at least as promised":
the likelihood ratio of the flagged claims, mixed over all lower precisions. It stays below ``1 /
ERROR`` forever with probability ``1 - ERROR`` while the promise holds (Ville's inequality), however
often it is looked at, and each group has its share of ``ERROR``. It takes counts as the service's
``Standing.document()`` gives them, so that the log need not be known here. Live precision is a
lower bound (claims mended and not scored again count against it): the alert asks to look, no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

ERROR: Final = 0.05
_GRID: Final = 400


@dataclass(frozen=True, slots=True)
class Broken:
    """A group (``all`` or a payer's id) whose precision is below the promise."""

    group: str
    promised: float
    flagged: int
    denied: int
    e_value: float

    @property
    def text(self) -> str:
        """The alert as a sentence."""
        whose = "all payers" if self.group == "all" else f"payer {self.group}"
        return (
            f"Of {self.flagged} claims of {whose} at or above the threshold {self.denied} were "
            f"denied ({100 * self.denied / self.flagged:.0f} %), where {100 * self.promised:.0f} % "
            "was promised: look whether claims were mended without a second score, and train again."
        )

    def document(self) -> dict[str, object]:
        """As JSON."""
        return {
            "kind": "precision",
            "group": self.group,
            "promised": self.promised,
            "flagged": self.flagged,
            "denied": self.denied,
            "precision": self.denied / self.flagged,
            "text": self.text,
        }


def broken_promises(payers: Mapping[str, Mapping[str, Any]], promised: float) -> list[Broken]:
    """The groups that break the promise; ``payers``: ``flagged`` and ``flagged_denied`` of each.

    Raises ``ValueError`` for a promise that is no share between 0 and 1.
    """
    if not 0 < promised < 1:
        raise ValueError("a promised precision lies between 0 and 1")
    found = []
    for group, counts in payers.items():
        flagged, denied = int(counts["flagged"]), int(counts["flagged_denied"])
        value = evidence(flagged, denied, promised)
        if value * ERROR >= len(payers):
            found.append(Broken(group, promised, flagged, denied, value))
    return found


def evidence(flagged: int, denied: int, promised: float) -> float:
    """The e-value of ``denied`` of ``flagged`` against a precision of at least ``promised``.

    >>> evidence(0, 0, 0.8), evidence(100, 85, 0.8) < 1, evidence(100, 60, 0.8) > 1000
    (1.0, True, True)
    """
    lower = promised * (np.arange(_GRID) + 0.5) / _GRID
    ratio = denied * np.log(lower / promised)
    ratio += (flagged - denied) * np.log((1 - lower) / (1 - promised))
    return float(np.exp(np.minimum(ratio, 600)).mean())
