"""What would the probability be, had a person mended the claim? Tried, not looked up.

All mends (``models.mends``) of all claims of a batch are variants in one frame: one look-up, one
prediction. A mend counts only where the category that it would prevent is likely at all
(``LIKELY``): a model may also lower its probability for a mend that has nothing to do with why the
claim is at risk. And where it raises other causes, because it rarely saw such a claim, only what
the mend does to its own category counts (``models.removal``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORY_CODE, Action
from features.frame import LINE_COLUMNS, Frame
from models.mends import MENDS, Mend
from models.removal import taken

if TYPE_CHECKING:
    from models.denial import Prediction

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Tests = dict[Action, dict[str, float]]
"""For one claim: the probability after each action, by the path that it changes."""

LIKELY: Final = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Variants:
    """Mended copies of claims: ``claim[i]`` is the row of the original, ``mend[i]`` the mend.

    They stand in ``frame`` in this order, after ``before`` claims as they are.
    """

    frame: Frame
    claim: Rows
    mend: Rows
    mends: tuple[Mend, ...]
    before: int = 0

    def __len__(self) -> int:
        """Count the variants."""
        return len(self.claim)

    def tested(self, before: Prediction, after: Prediction, usual: Floats) -> list[Tests]:
        """Sort by claim what the variants (``after``) make of the claims (``before``).

        Only those count that are ``likely``; none counts for more than what is left when it does
        nothing but to its own category (``usual`` is ``models.removal.beside`` of the claims).
        """
        categories = before.category_probability
        found: list[Tests] = [{} for _ in range(len(categories))]
        worth = [likely(mend, categories) for mend in self.mends]
        for row, mend, rest in zip(
            self.claim.tolist(), self.mend.tolist(), self._left(before, after, usual), strict=True
        ):
            if not worth[mend][row]:
                continue
            of = self.mends[mend]
            ways = found[row].setdefault(of.action, {})
            ways[of.path] = max(rest, ways.get(of.path, 0.0))
        return found

    def _left(self, before: Prediction, after: Prediction, usual: Floats) -> list[float]:
        about = [-1 if one.prevents is None else CATEGORY_CODE[one.prevents] for one in self.mends]
        place, row = np.array(about, np.int64)[self.mend], np.arange(len(self.mend))
        probability = before.probability[self.claim]
        gone = taken(
            probability,
            before.category_probability[self.claim, place],
            after.probability,
            after.category_probability[row, place],
        )
        left = probability * (1 - gone * (1 - usual[self.claim, place]))
        least = np.minimum(left, after.probability)
        found: list[float] = np.where(place < 0, after.probability, least).tolist()
        return found


def likely(mend: Mend, categories: NDArray[np.float64]) -> Flags:
    """For which claims (n, 14 category probabilities) the mend is worth trying."""
    if mend.prevents is None:
        return np.ones(len(categories), np.bool_)
    found: Flags = categories[:, CATEGORY_CODE[mend.prevents]] >= LIKELY
    return found


def variants(
    frame: Frame,
    mends: tuple[Mend, ...] = MENDS,
    categories: NDArray[np.float64] | None = None,
    *,
    after: bool = False,
) -> Variants:
    """Make every mend that applies to every claim of ``frame``, as one frame.

    With ``categories`` (n, 14), only those that are ``likely``; with ``after``, all claims of
    ``frame`` stand before them.
    """
    before = len(frame) if after else 0
    mend, claim = np.nonzero(_applying(frame, mends, categories))
    taken = frame.take(np.concatenate([np.arange(before), claim]))
    ends = before + np.searchsorted(mend, np.arange(len(mends) + 1))
    for place in np.unique(mend).tolist():
        _set(taken, mends[place], taken, int(ends[place]), int(ends[place + 1]))
    return Variants(taken, claim, mend, mends, before)


def _applying(
    frame: Frame, mends: tuple[Mend, ...], categories: NDArray[np.float64] | None
) -> Flags:
    """Which mends to try on which claims: (mends, n)."""
    asked: dict[Callable[[Frame], Flags], Flags] = {}
    found = np.empty((len(mends), len(frame)), np.bool_)
    for place, mend in enumerate(mends):
        if mend.applies not in asked:
            asked[mend.applies] = mend.applies(frame)
        found[place] = asked[mend.applies]
        if categories is not None:
            found[place] &= likely(mend, categories)
    return found


def mended(frame: Frame, mend: Mend) -> Frame:
    """All claims of ``frame`` with ``mend``, whether or not it applies to them."""
    made = frame.replace(**{name: getattr(frame, name).copy() for name in mend.sets})
    _set(made, mend, frame, 0, len(frame))
    return made


def _set(into: Frame, mend: Mend, source: Frame, first: int, last: int) -> None:
    """Put ``mend`` on the claims from ``first`` to ``last`` of ``into``, by what ``source`` says.

    The variants of one mend stand together, so their lines do too.
    """
    rows, lines = np.arange(first, last), np.searchsorted(source.line_claim, [first, last])
    values = {
        name: value(source, rows) if callable(value) else value for name, value in mend.sets.items()
    }
    for name, new in values.items():
        where = slice(*lines.tolist()) if name in LINE_COLUMNS else slice(first, last)
        getattr(into, name)[where] = new
