"""Reasons for a whole answer: for the claim, its likeliest category and its riskiest line.

All are made alike (``models.explain``). Those of the claim are about its log-odds of a denial.
Those of its first category are about the log-odds of that category against paid, so that what
speaks for another cause says nothing. Those of a line are about the line's own log-odds of a denial
before it is held within its claim's (``models.lines``); a line that stands alone is its claim.

Only claims that need a look get the last two: of a claim that is sent as it is nobody asks which
line is to blame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORY_CODE
from features.elsewhere import elsewhere
from models.explain import Explained, Explanation, Towards, explain
from models.subject import Lines, Subjects

if TYPE_CHECKING:
    from features.frame import Frame
    from features.known import Known
    from models.denial import DenialModel
    from models.lines import OfLines
    from models.parts import Parts
    from models.score import CategoryScore, LineScore

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Why:
    """What explains the claims of one request: rows in their order."""

    model: DenialModel
    parts: Parts
    denial: F64
    subjects: Subjects
    explained: Explained
    lines: OfLines
    frame: Frame

    @classmethod
    def read(cls, model: DenialModel, values: F32, lines: OfLines, known: Known) -> Why:
        """Explain the claims of ``known``, whose feature rows are ``values``, and its ``lines``."""
        frame, parts, around = known.frame, model.parts(values), elsewhere(known)
        subjects = Subjects.read(values, around, _lines(lines, frame, around))
        denial = parts.denial()
        explained = explain(
            subjects, denial, Towards(parts.of, parts.mixed.share, model.causes.learned)
        )
        return cls(model, parts, denial, subjects, explained, lines, frame)

    def claim(self, row: int, *, risky: bool) -> Explanation:
        """Explain the raw score of a claim."""
        return self.explained.row(row, risky=risky)

    def categories(self, row: int, found: tuple[CategoryScore, ...]) -> tuple[CategoryScore, ...]:
        """The same categories, the first of them explained if the model has learned it."""
        first = CATEGORY_CODE[found[0].category]
        if first not in self.model.causes.learned:
            return found
        cause = self.model.causes.learned.index(first)
        pushes, raw = self.parts.against_paid(row, cause)
        explained = explain(self.subjects.row(row), pushes[None], only=found[0].category)
        why = explained.row(0, risky=True)
        told = replace(
            found[0],
            reasons=why.reasons,
            raw_score=raw,
            base_value=why.base,
            other_contribution=why.other,
        )
        return (told, *found[1:])

    def riskiest(
        self, row: int, whole: Explanation, found: tuple[LineScore, ...]
    ) -> tuple[LineScore, ...]:
        """The same lines, the riskiest (the first of equals) explained.

        ``whole`` is the claim's explanation.
        """
        if not found:
            return found
        worst = int(np.argmax([line.denial_probability for line in found]))
        place = int(self.lines.row[self.frame.starts[row] + worst])
        if place >= 0:
            why, raw = self._line(row, self.lines.values[place : place + 1])
        elif len(found) == 1:
            why, raw = whole, float(self.denial[row].sum())
        else:
            # The model knows nothing of lines.
            return found
        told = replace(
            found[worst],
            reasons=why.reasons,
            raw_score=raw,
            base_value=why.base,
            other_contribution=why.other,
        )
        return (*found[:worst], told, *found[worst + 1 :])

    def _line(self, row: int, values: F32) -> tuple[Explanation, float]:
        model = self.model.lines
        assert model is not None  # noqa: S101 - its rows are of this model
        parts = model.parts(values)
        subject = Subjects.read(values, self.subjects.elsewhere[row : row + 1])
        towards = Towards(parts.of, parts.mixed.share, model.causes.learned)
        why = explain(subject, parts.denial(), towards).row(0, risky=True)
        return why, float(parts.mixed.raw[0])


def _lines(of: OfLines, frame: Frame, elsewhere: F64) -> Lines | None:
    """The lines of the claims, where any have rows of their own."""
    if not len(of.values):
        return None
    own = of.row >= 0
    count = np.bincount(frame.line_claim[own], minlength=len(frame))
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(count)])
    return Lines(of.values[of.row[own]], elsewhere, frame.line_number[own], starts)
