"""Scores of thousands of claims as columns: the same rules as for one, without the words.

Rules on claims (``models.edits``) need the claim itself, so they play no part here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.build import build, claim_values
from features.frame import Frame
from features.history import History
from features.known import Known, look_up
from features.likeness import Likeness, likeness_of
from features.segments import Segments
from models.advice import Situation
from models.costs import Costs
from models.deciding import settle
from models.decision import needs_a_look
from models.denial import DenialModel, Prediction
from models.frame_reasons import FrameReasons, explanations
from models.frame_scores import FrameScores
from models.lines import of_lines
from models.mends import MENDS, WAITING, Mend, mends_of
from models.removal import beside
from models.support import levels, thickness
from models.value import Valuer, at_stake
from models.whatif import Tests, variants

F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """n claims as looked up, with feature rows, likeness, prediction, level of support and look."""

    known: Known
    values: NDArray[np.float32]
    alike: Likeness
    prediction: Prediction
    level: NDArray[np.int8]
    looked: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class FrameScorer:
    """A model, the history that it reads, the mends it can judge, and what actions are worth."""

    model: DenialModel
    history: History
    mends: tuple[Mend, ...]
    valuer: Valuer

    @classmethod
    def of(
        cls,
        model: DenialModel,
        history: History,
        costs: Costs,
        mends: tuple[Mend, ...] = MENDS,
    ) -> FrameScorer:
        """One of ``model`` and ``history``: of ``mends``, those that the model can judge."""
        valuer = Valuer(costs, model.habits, model.recovery)
        return cls(model, history, mends_of(model.booster.varied, mends), valuer)

    def score(self, frame: Frame, threshold: float, promised: bool) -> FrameScores:
        """Score the claims of ``frame``, each with its day; ``promised``: a precision was asked."""
        found = self._found(frame, threshold)
        return self._settled(found, threshold, promised)

    def explained(
        self, frame: Frame, threshold: float, promised: bool
    ) -> tuple[FrameScores, FrameReasons]:
        """``score``, and the reasons of each claim beside it."""
        found = self._found(frame, threshold)
        why = explanations(self.model, found.known, found.values, found.looked)
        reasons = FrameReasons(found.prediction.raw, list(why))
        return self._settled(found, threshold, promised), reasons

    def _found(self, frame: Frame, threshold: float) -> _Found:
        known = look_up(frame, self.history)
        values, alike = claim_values(known), likeness_of(known)
        prediction = self.model.predict(values)
        level = levels(alike)
        looked = needs_a_look(prediction.probability, threshold, level)
        return _Found(known, values, alike, prediction, level, looked)

    def _settled(self, found: _Found, threshold: float, promised: bool) -> FrameScores:
        frame, values, alike = found.known.frame, found.values, found.alike
        prediction, known, looked = found.prediction, found.level, found.looked
        probability = prediction.probability
        decision = np.full(len(frame), "submit", "U6")
        action = np.full(len(frame), "submit", "U32")
        saving, minutes = np.zeros(len(frame)), np.zeros(len(frame))
        usual = beside(values)
        tests = self._tests(frame, usual, prediction, looked)
        rows = np.array(sorted(tests), np.int64)
        stake, worst = self._lines(frame, probability, rows)
        for place, row in enumerate(rows.tolist()):
            now = Situation(
                probability=float(probability[row]),
                threshold=threshold,
                categories=prediction.category_probability[row],
                values=values[row],
                known=int(known[row]),
                tests=tests[row],
                usual=usual[row],
            )
            worth = self.valuer.worth(frame, row, float(stake[place]), now.categories)
            settled = settle(now, worth, self.valuer, promised=promised)
            decision[row], action[row] = settled.decision, settled.valued.actions[0].action
            saving[row], minutes[row] = settled.valued.first, settled.valued.minutes
        category = prediction.category_probability.argmax(1)
        carcs = [
            next((code for code, _ in self.model.carcs.top(place, payer, 1)), "")
            for place, payer in zip(category.tolist(), frame.payer.tolist(), strict=True)
        ]
        shown = np.where(decision != "submit", worst, np.int32(0))
        ends = self.model.ends(thickness(alike), probability)
        return FrameScores(
            probability, *ends, category, np.array(carcs, np.str_), action, decision, known, shown,
            saving, minutes,
        )  # fmt: skip

    def _lines(
        self, frame: Frame, probability: F64, rows: NDArray[np.int64]
    ) -> tuple[F64, NDArray[np.int32]]:
        """What is at stake of the claims at ``rows``; their likeliest lines, by row of ``frame``.

        The line's number (the first of equals), 0 for the other claims.
        """
        worst = np.zeros(len(frame), np.int32)
        part = frame.take(rows)
        lines = of_lines(self.model.lines, part, self.history, probability[rows])
        if len(lines):
            place = Segments(part.starts).first_highest(lines[None])[0]
            worst[rows] = np.where(place >= 0, part.line_number[place], 0)
        return at_stake(part, lines, probability[rows]), worst

    def _tests(
        self, frame: Frame, usual: F64, prediction: Prediction, looked: NDArray[np.bool_]
    ) -> dict[int, Tests]:
        """What-ifs by row: for all claims that need a look, and for others that may be late."""
        found: dict[int, Tests] = {row: {} for row in np.flatnonzero(looked).tolist()}
        asked, others = np.flatnonzero(looked), np.flatnonzero(~looked)
        for rows, mends in ((asked, self.mends), (others, (WAITING,))):
            categories = prediction.category_probability[rows]
            mended = variants(frame.take(rows), mends, categories)
            after = self.model.predict(build(mended.frame, self.history))
            tests = mended.tested(_of_rows(prediction, rows), after, usual[rows])
            found.update({int(row): one for row, one in zip(rows, tests, strict=True) if one})
        return found


def _of_rows(prediction: Prediction, rows: NDArray[np.int64]) -> Prediction:
    return Prediction(
        prediction.raw[rows], prediction.probability[rows], prediction.category_probability[rows]
    )
