"""Claims in, whole answers out: the one path from a claim to its score, reasons and advice.

``Scorer.score`` answers in full for the claims of a request; ``Scorer.score_frame`` gives the
columns of ``preclear score`` for any number of claims from tables. Both use the same builder, model
and rules, so that they agree.

The lines of a claim are scored by the model's second booster, and held within what the claim's
probability leaves them (``models.lines``): a claim is never below its worst line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES
from claims.stages import stage
from features.build import build, claim_values
from features.columns import NO_DAY, as_days
from features.frame import Frame
from features.known import look_up
from features.likeness import Likeness, likeness_of
from models.advice import Situation
from models.combining import combine, wanted
from models.costs import Costs
from models.deadline import Deadlines
from models.deciding import settle
from models.denial import DenialModel, Prediction
from models.edits import Rulebook, find_edits, starter_rules
from models.frame_scorer import FrameScorer
from models.frame_scores import FrameScores, joined
from models.lines import OfLines, of_lines, scored_lines
from models.mends import MENDS, Mend
from models.pairs import Pair, pairs
from models.promise import threshold_for
from models.removal import beside
from models.score import (
    MAX_CARCS,
    MAX_CATEGORIES,
    CarcScore,
    CategoryScore,
    Edit,
    LineScore,
    ModelRef,
    RulesRef,
    Score,
    amount,
    payer_id,
)
from models.support import levels, support, thickness
from models.value import at_stake
from models.whatif import Tests, variants
from models.why import Why

if TYPE_CHECKING:
    from claims.keys import Keys
    from claims.types import Claim
    from features.history import History

AsOf = dt.date | None
Precision = float | None
"""A precision to be kept; ``None``: the model's own threshold."""
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

_TOGETHER: Final = 64
_CHUNK: Final = 16_384


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """One answer with what it rests on: the float32 feature row and the prediction of it."""

    score: Score
    values: F32
    prediction: Prediction


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """One claim, its day, the threshold to decide by, its precision, edits found elsewhere."""

    claim: Claim
    day: dt.date
    threshold: float
    precision: Precision
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Everything computed for the claims of one request, rows in their order."""

    frame: Frame
    values: F32
    prediction: Prediction
    ends: tuple[F64, F64]
    why: Why
    tests: list[Tests]
    lines: OfLines
    stake: F64
    alike: Likeness
    known: NDArray[np.int8]


class Scorer:
    """A model with the history that it reads. Safe to share between threads."""

    def __init__(
        self,
        model: DenialModel,
        history: History,
        keys: Keys,
        *,
        name: str = "denial",
        version: str = "",
        rules: Rulebook | None = None,
        mends: tuple[Mend, ...] = MENDS,
        costs: Costs | None = None,
    ) -> None:
        """``name`` and ``version`` are the model's in its registry; they go into each answer.

        ``rules`` are those that edits and filing limits are found by: the starter set where none
        are given. Of ``mends``, those that the model can judge are tried on each claim. ``costs``
        (the usual ones) say what actions are worth.
        """
        self._model = model
        self._history = history
        self._keys = keys
        self._columns = FrameScorer.of(model, history, costs or Costs.usual(), mends)
        self._valuer, self._mends = self._columns.valuer, self._columns.mends
        self._rules = rules or starter_rules()
        self._deadlines = Deadlines(model.habits, self._rules.profiles)
        self._rules_ref = RulesRef(digest=self._rules.digest)
        self._ref = ModelRef(name=name, version=version, digest=model.digest)

    def score(
        self,
        claims: Sequence[Claim],
        as_of: AsOf | Sequence[AsOf] = None,
        precision: Precision | Sequence[Precision] = None,
        edits: Sequence[tuple[Edit, ...]] | None = None,
    ) -> list[Scored]:
        """Answer for each claim, judged as of ``as_of``: one day for all, or one for each.

        ``None`` is the day the claim was submitted, and today where it does not say. With
        ``precision`` (one for all, or one for each) the threshold is the one that keeps it; raises
        ``PromiseError`` when none does. ``edits`` are those found elsewhere, for each claim.
        """
        days = list(as_of) if isinstance(as_of, Sequence) else [as_of] * len(claims)
        wanted = list(precision) if isinstance(precision, Sequence) else [precision] * len(claims)
        today = dt.date.today()  # noqa: DTZ011 -- X12 dates have no time zone either
        others = edits or [()] * len(claims)
        dated = [
            _Asked(claim, day or claim.submitted_on or today, self.threshold(kept), kept, found)
            for claim, day, kept, found in zip(claims, days, wanted, others, strict=True)
        ]
        scored: list[Scored] = []
        for first in range(0, len(dated), _TOGETHER):
            scored.extend(self._answers(dated[first : first + _TOGETHER]))
        return scored

    def threshold(self, precision: Precision = None) -> float:
        """The model's threshold, or the one that keeps ``precision``. Raises ``PromiseError``."""
        if precision is None:
            return self._model.threshold
        return threshold_for(self._model.promise, precision)

    def _answers(self, asked: Sequence[_Asked]) -> list[Scored]:
        with stage("frame"):
            frame = Frame.from_claims([one.claim for one in asked], self._keys)
            frame = frame.replace(as_of=np.array([as_days(one.day) for one in asked], "i4"))
        batch = self._batch(frame)
        with stage("explain"):
            found = [self._answer(batch, row, one) for row, one in enumerate(asked)]
            return self._combined(batch, found)

    def _combined(self, batch: _Batch, found: Sequence[tuple[Scored, Situation]]) -> list[Scored]:
        """The answers, with two actions together where one is not enough."""
        asked = [
            one
            for row, (made, now) in enumerate(found)
            for one in wanted(row, now, made.score.actions)
        ]
        tried: dict[int, dict[Pair, float]] = {}
        if asked and (paired := pairs(batch.frame, asked, self._mends)) is not None:
            after = self._model.predict(build(paired.frame, self._history))
            tried = paired.tested(batch.prediction, after, beside(batch.values))
        return [
            replace(
                made,
                score=replace(
                    made.score, combination=combine(now, made.score.actions, tried.get(row, {}))
                ),
            )
            for row, (made, now) in enumerate(found)
        ]

    def _batch(self, frame: Frame) -> _Batch:
        count = len(frame)
        with stage("features"):
            mended = variants(frame, self._mends, after=True)
            every = look_up(mended.frame, self._history)
            values, known = claim_values(every), every.first(frame)
        with stage("predict"):
            predicted = self._model.predict(values)
        own, prediction = values[:count], predicted.rows(slice(count))
        alike = likeness_of(known)
        lines = scored_lines(self._model.lines, known, prediction.probability)
        return _Batch(
            frame,
            own,
            prediction,
            self._model.ends(thickness(alike), prediction.probability),
            Why.read(self._model, own, lines, known),
            mended.tested(prediction, predicted.rows(slice(count, None)), beside(own)),
            lines,
            at_stake(frame, lines.probability, prediction.probability),
            alike,
            levels(alike),
        )

    def _answer(self, batch: _Batch, row: int, asked: _Asked) -> tuple[Scored, Situation]:
        claim, day = asked.claim, asked.day
        prediction, values = batch.prediction.row(row), batch.values[row]
        probability = float(prediction.probability[0])
        first, last = batch.frame.starts[row : row + 2]
        lines = batch.lines.probability[first:last]
        edits = (*find_edits(claim, day, self._rules), *asked.edits)
        now = Situation(
            probability=probability,
            threshold=asked.threshold,
            categories=prediction.category_probability[0],
            values=values,
            known=int(batch.known[row]),
            tests=batch.tests[row],
            edits=edits,
            worst_line=int(np.argmax(lines)) if len(lines) else 0,
        )
        worth = self._valuer.worth(
            batch.frame, row, float(batch.stake[row]), prediction.category_probability[0]
        )
        settled = settle(now, worth, self._valuer, promised=asked.precision is not None)
        why = batch.why.claim(row, risky=settled.risky)
        categories = self._categories(now.categories, int(batch.frame.payer[row]))
        scored = tuple(
            LineScore(line=line.number, denial_probability=risk)
            for line, risk in zip(claim.lines, lines.tolist(), strict=True)
        )
        if settled.decision != "submit":
            categories = batch.why.categories(row, categories)
            scored = batch.why.riskiest(row, why, scored)
        score = Score(
            claim_id=claim.claim_id,
            as_of=day.isoformat(),
            model=self._ref,
            denial_probability=probability,
            denial_probability_low=float(batch.ends[0][row]),
            denial_probability_high=float(batch.ends[1][row]),
            decision=settled.decision,
            threshold=asked.threshold,
            amount_at_risk=amount(claim.charge),
            support=support(batch.alike, row),
            categories=categories,
            lines=scored,
            reasons=why.reasons,
            actions=self._deadlines.told(
                settled.valued.actions, claim, int(batch.frame.payer[row])
            ),
            edits=edits,
            raw_score=float(prediction.raw[0]),
            base_value=why.base,
            other_contribution=why.other,
            precision_promised=asked.precision,
            rules=self._rules_ref,
            decision_reason=settled.reason,
            payer=payer_id(claim.payer.payer_id),
            value=self._valuer.told(settled.valued, worth, probability),
        )
        return Scored(score, values, prediction), now

    def _categories(self, share: F64, payer: int) -> tuple[CategoryScore, ...]:
        likeliest = np.argsort(-share, kind="stable")[:MAX_CATEGORIES].tolist()
        return tuple(
            CategoryScore(
                category=CATEGORIES[place],
                probability=float(share[place]),
                carcs=tuple(
                    CarcScore(code=code, probability=part)
                    for code, part in self._model.carcs.top(place, payer, MAX_CARCS)
                ),
            )
            for place in likeliest
        )

    def score_frame(
        self,
        frame: Frame,
        progress: Callable[[int], None] | None = None,
        precision: Precision = None,
    ) -> FrameScores:
        """Score the claims of ``frame``, each as of its ``as_of`` (today where not stated).

        ``progress`` is called with the number of claims done, chunk by chunk. Rules on claims
        (``models.edits``) need the claim itself, so they play no part here. ``precision`` is as in
        ``score``.
        """
        threshold, promised = self.threshold(precision), precision is not None
        frame = _dated(frame)
        found: list[FrameScores] = []
        for first in range(0, len(frame), _CHUNK):
            rows = np.arange(first, min(first + _CHUNK, len(frame)))
            found.append(self._columns.score(frame.take(rows), threshold, promised))
            if progress is not None:
                progress(len(rows))
        if not found:
            found = [self._columns.score(frame, threshold, promised)]
        return joined(found)

    def score_lines(self, frame: Frame) -> F64:
        """Score the m lines of ``frame``, each as of its claim's ``as_of`` (today where none is).

        The same probabilities as those of ``score``, for any number of claims.
        """
        frame = _dated(frame)
        found = [np.zeros(0)]
        for first in range(0, len(frame), _CHUNK):
            part = frame.take(np.arange(first, min(first + _CHUNK, len(frame))))
            _, whole = self._model.scores(build(part, self._history))
            found.append(of_lines(self._model.lines, part, self._history, whole))
        return np.concatenate(found)


def _dated(frame: Frame) -> Frame:
    """The same claims, those without a day judged as of today."""
    today = np.int32(as_days(dt.date.today()))  # noqa: DTZ011
    return frame.replace(as_of=np.where(frame.as_of == NO_DAY, today, frame.as_of))
