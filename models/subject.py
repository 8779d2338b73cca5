"""Claims or lines to be explained: what their rows say, whatever pushes them.

Which factor each feature speaks for, by which feature it is told and which way that may be told
depend on the row alone, so all explanations of one row share them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Self

import numpy as np
from numpy.typing import NDArray

from features.build_lines import LINE_FEATURES
from features.kinds import LINE_KINDS
from models.grouping import grouped
from models.telling import Telling
from models.wording import KINDS, sentence

if TYPE_CHECKING:
    from claims.categories import Category

Floats = NDArray[np.float64]
Values = NDArray[np.float32]
Places = NDArray[np.int64]

_LINE_KINDS: Final = frozenset(kind.name for kind in LINE_KINDS.kinds)
_OVER_LINES: Final = [
    one.name == "visits" or (one.kind in _LINE_KINDS and KINDS[one.kind].parts != ("payer",))
    for one in LINE_FEATURES
]


class Lines:
    """The m lines of n claims: their rows of ``build_lines`` and their numbers on their claims.

    ``starts`` (n + 1) says which are whose; a claim that speaks for its line itself has none here.
    """

    def __init__(
        self, values: Values, elsewhere: Floats, numbers: NDArray[np.int32], starts: Places
    ) -> None:
        """``elsewhere`` (n) are the rows of ``features.elsewhere`` of the claims."""
        self.values = values
        self.numbers = numbers
        self._elsewhere = elsewhere
        self._starts = starts

    def claim(self, place: int) -> Lines:
        """Those of one claim."""
        first, last = self._starts[place : place + 2].tolist()
        around, starts = self._elsewhere[place : place + 1], np.array([0, last - first])
        return Lines(self.values[first:last], around, self.numbers[first:last], starts)

    def of(self, claim: int, lead: int, value: np.float32, *, raises: bool) -> int:
        """The first line of a claim that this feature's ``value`` is of, and may be told so; -1."""
        first, last = self._starts[claim : claim + 2].tolist()
        if first == last:
            return -1
        may = self._telling.raising if raises else self._telling.lowering
        found = np.flatnonzero((self.values[first:last, lead] == value) & may[first:last, lead])
        return int(first + found[0]) if len(found) else -1

    def beside(self, line: int, lead: int) -> float:
        """The rate that this one of a line leans on."""
        return float(self._telling.compared[line, lead])

    @cached_property
    def _telling(self) -> Telling:
        # Asked for by few claims, so worked out only then, and then for all lines at once.
        around = np.repeat(self._elsewhere, np.diff(self._starts), axis=0)
        return Telling.read(self.values, around)


@dataclass(frozen=True, slots=True, eq=False)
class Subjects:
    """n rows: ``values`` (n, features), and the factor that each feature speaks for, ``of``.

    ``tellers`` are the features that they are told by; ``telling`` says what may be told which way.
    With ``lines``, what was counted over the lines of a claim is told of the line that it is of.
    """

    values: Values
    elsewhere: Floats
    lines: Lines | None
    of: Places
    tellers: Places
    telling: Telling

    @classmethod
    def read(
        cls, values: Values, elsewhere: Floats | None = None, lines: Lines | None = None
    ) -> Self:
        """Make them of rows of ``features.build`` or ``build_lines``.

        ``elsewhere`` are their rows of ``features.elsewhere``.
        """
        around = np.empty((len(values), 0)) if elsewhere is None else elsewhere
        return cls(values, around, lines, *grouped(values), Telling.read(values, around))

    def row(self, place: int) -> Subjects:
        """One of them."""
        one = slice(place, place + 1)
        lines = None if self.lines is None else self.lines.claim(place)
        telling = self.telling.rows(one)
        return Subjects(
            self.values[one], self.elsewhere[one], lines, self.of[one], self.tellers[one], telling
        )

    def sentence(self, place: int, lead: int, *, raises: bool, towards: Category | None) -> str:
        """Tell a feature of a row, by the line that it is of where that can be said."""
        feature, row, lines = LINE_FEATURES[lead], self.values[place], self.lines
        line = -1
        if lines is not None and _OVER_LINES[lead]:
            line = lines.of(place, lead, row[lead], raises=raises)
        if lines is None or line < 0:
            beside_it = float(self.telling.compared[place, lead])
            return sentence(feature, row, raises=raises, beside=beside_it, towards=towards)
        return sentence(
            feature,
            lines.values[line],
            raises=raises,
            beside=lines.beside(line, lead),
            towards=towards,
            line=int(lines.numbers[line]),
        )
