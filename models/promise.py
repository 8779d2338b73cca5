"""The precision promise: which threshold keeps which precision, and the recall that it costs.

Measured once, on claims that the model had not seen (``training.promising``). A claim whose
probability reaches the threshold of a row is denied at least as often as the row's precision says,
with the table's confidence, as long as claims go on as in the period it was measured on. What
could not be shown is not in the table: it is refused, never approximated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from claims.errors import UserError

LOWEST: Final = 0.5
HIGHEST: Final = 0.99
_ROW: Final = ("precision", "threshold", "bound", "recall", "flagged")


class PromiseError(UserError):
    """The precision cannot be kept, or the table is none; one sentence with the best there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """``threshold`` keeps ``precision``.

    ``bound`` is the lower confidence bound of the precision that was measured, ``recall`` the share
    of denied claims that it flags, ``flagged`` how many claims it flagged.
    """

    precision: float
    threshold: float
    bound: float
    recall: float
    flagged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The precisions that can be kept, ascending; ``rows`` may be empty.

    ``confidence`` is that of each row by itself; ``examples`` and ``denied`` are the claims that it
    was measured on.
    """

    confidence: float
    examples: int
    denied: int
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        """Refuse a table whose thresholds do not rise with the precision, or that is out of range.

        Raises ``PromiseError``.
        """
        places = [(row.precision, row.threshold) for row in self.rows]
        rising = all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(places))
        held = all(
            0 < row.threshold < 1 and LOWEST <= row.precision <= row.bound <= 1 and row.flagged > 0
            for row in self.rows
        )
        if not rising or not held:
            raise PromiseError("The model's table of precisions is damaged; train it again.")

    @property
    def best(self) -> float | None:
        """The highest precision that can be kept; ``None`` when none can."""
        return self.rows[-1].precision if self.rows else None

    def threshold(self, precision: float) -> float:
        """The threshold that keeps ``precision``: that of the next row at or above it.

        Raises ``PromiseError`` with the best that can be kept.
        """
        return self.row(precision).threshold

    def row(self, precision: float) -> Row:
        """The row that keeps ``precision``. Raises ``PromiseError``."""
        if not LOWEST <= precision <= HIGHEST:
            raise PromiseError(f"A precision must lie between {LOWEST:g} and {HIGHEST:g}.")
        for row in self.rows:
            if row.precision >= precision:
                return row
        if self.best is None:
            raise PromiseError("This model can keep no precision: ask without one.")
        raise PromiseError(
            f"This model cannot keep a precision of {precision:g}: the best that it can keep is "
            f"{self.best:g}."
        )

    def to_json(self) -> dict[str, object]:
        """The table as JSON values."""
        return {
            "confidence": self.confidence,
            "examples": self.examples,
            "denied": self.denied,
            "rows": [{name: getattr(row, name) for name in _ROW} for row in self.rows],
        }

    @classmethod
    def from_json(cls, value: object) -> Promise:
        """Read what ``to_json`` gave. Raises ``PromiseError``."""
        broken = PromiseError("The model's table of precisions is damaged; train it again.")
        if not isinstance(value, dict) or set(value) != {
            "confidence",
            "examples",
            "denied",
            "rows",
        }:
            raise broken
        rows = value["rows"]
        if not isinstance(rows, list):
            raise broken
        return cls(
            confidence=_number(value, "confidence"),
            examples=_count(value, "examples"),
            denied=_count(value, "denied"),
            rows=tuple(_row(row) for row in rows),
        )


def threshold_for(promise: Promise | None, precision: float) -> float:
    """The threshold of a model's table, which may be none. Raises ``PromiseError``."""
    if promise is None:
        raise PromiseError("This model carries no table of precisions: train it again.")
    return promise.threshold(precision)


def _row(value: object) -> Row:
    if not isinstance(value, dict) or set(value) != set(_ROW):
        raise PromiseError("The model's table of precisions is damaged; train it again.")
    return Row(
        precision=_number(value, "precision"),
        threshold=_number(value, "threshold"),
        bound=_number(value, "bound"),
        recall=_number(value, "recall"),
        flagged=_count(value, "flagged"),
    )


def _number(value: Mapping[str, object], name: str) -> float:
    found = value[name]
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise PromiseError("The model's table of precisions is damaged; train it again.")
    return float(found)


def _count(value: Mapping[str, object], name: str) -> int:
    found = value[name]
    if type(found) is not int:
        raise PromiseError("The model's table of precisions is damaged; train it again.")
    return found
