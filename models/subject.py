"""One claim or line to be explained: what its row says, whatever pushes it.

Which factor each feature speaks for, by which feature it is told and which way that may be told
depend on the row alone, so all explanations of one row share them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from features.build_lines import LINE_FEATURES
from features.kinds import LINE_KINDS
from models.grouping import groups, tellers
from models.telling import beside, may_lower, may_raise
from models.wording import KINDS, sentence

if TYPE_CHECKING:
    from claims.categories import Category

Floats = NDArray[np.float64]
Values = NDArray[np.float32]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

_LINE_KINDS: Final = frozenset(kind.name for kind in LINE_KINDS.kinds)
_OVER_LINES: Final = [
    one.name == "visits" or (one.kind in _LINE_KINDS and KINDS[one.kind].parts != ("payer",))
    for one in LINE_FEATURES
]


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The lines of a claim: their rows of ``build_lines`` and their numbers on it."""

    values: Values
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """``values`` (features) is the row, ``of`` the factor that each feature speaks for.

    ``tellers`` are the features that they are told by, ``compared`` the rates that rates lean on;
    ``raising`` and ``lowering`` say what may be told so. With ``lines``, what was counted over
    the lines of a claim is told of the line that it is of.
    """

    values: Values
    elsewhere: Floats
    lines: Lines | None
    of: Places
    tellers: Places
    compared: Values
    raising: Flags
    lowering: Flags

    @classmethod
    def read(
        cls, values: Values, elsewhere: Floats | None = None, lines: Lines | None = None
    ) -> Subject:
        """Make it of a row of ``features.build`` or ``build_lines``.

        ``elsewhere`` is its row of ``features.elsewhere``.
        """
        around = np.empty(0) if elsewhere is None else elsewhere
        of, compared = groups(values), beside(values, around)
        return cls(
            values, around, lines, of, tellers(values, of), compared,
            may_raise(values, compared), may_lower(values, compared),
        )  # fmt: skip

    def sentence(self, lead: int, *, raises: bool, towards: Category | None) -> str:
        """Tell a feature, by the line that it is of where that can be said."""
        feature = LINE_FEATURES[lead]
        line = self._line(lead, raises) if self.lines is not None and _OVER_LINES[lead] else None
        if line is None:
            beside_it = float(self.compared[lead])
            return sentence(feature, self.values, raises=raises, beside=beside_it, towards=towards)
        row, beside_it, number = line
        return sentence(feature, row, raises=raises, beside=beside_it, towards=towards, line=number)

    def _line(self, lead: int, raises: bool) -> tuple[Values, float, int] | None:
        """A line that this feature of the claim is of: its row, the rate beside it, its number."""
        assert self.lines is not None  # noqa: S101 - asked of claims with lines alone
        may = may_raise if raises else may_lower
        for place in np.flatnonzero(self.lines.values[:, lead] == self.values[lead]).tolist():
            row = self.lines.values[place]
            compared = beside(row, self.elsewhere)
            if may(row, compared)[lead]:
                return row, float(compared[lead]), self.lines.numbers[place]
        return None
