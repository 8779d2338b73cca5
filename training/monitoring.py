"""Drift of inputs, scores and answers since a model learned: ``preclear monitor``.

No stored reference is needed. The model says until which day it learned and which days it was
tested on; the data is read as training reads it, and every claim's features are those of its own
day. The reference is the test period, the latest that the *judged twin* had not learned from: the
scores of the model itself on what it was fitted to would be too sure, and early months, when the
history was thin, look unlike any later one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.dataset import Dataset
from claims.progress import Progress
from features.catalog import FEATURES
from features.columns import NO_DAY
from models.denial import DenialModel
from models.drift import Answered, Monitored, Month, Shift
from training.days import iso, month, number
from training.examples import WORKED_ON
from training.monitored_answers import FEWEST, answered, drifts, together, unevenness
from training.monitored_inputs import TESTED, Columns, shifts
from training.monitored_payers import payers
from training.prepare import Prepared, matrix, prepare
from training.problems import TrainingError
from training.twin import learned_before

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEAST: Final = 100
"""Claims below which a month, or a reference, is not compared."""
WEEK: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """n claims as a model saw them, in order of ``rows`` of the frame.

    ``known``: the answer is in and the claim old enough to judge by; ``denied`` holds only there.
    ``compared`` is what the twin says of them, which is compared with itself.
    """

    rows: I64
    day: I64
    values: F32
    probability: F64
    compared: F64
    payer: NDArray[np.int32]
    procedure: F64
    known: Flags
    denied: Flags

    @property
    def week(self) -> I64:
        """The week of each claim."""
        return self.day // WEEK

    def take(self, wanted: Flags) -> Asked:
        """Those for which ``wanted`` holds."""
        return Asked(**{name: getattr(self, name)[wanted] for name in self.__slots__})

    def columns(self) -> Columns:
        """What is compared of them."""
        mixes = {"payer": self.payer.astype(np.float64), "procedure": self.procedure}
        return Columns(self.values, self.compared, self.week, mixes)

    def answered(self, threshold: float, usual: tuple[float, int]) -> Answered | None:
        """What their answers say; ``None`` where too few, or of one kind only, are in."""
        of = self.take(self.known)
        if len(of.day) < FEWEST or of.denied.all() or not of.denied.any():
            return None
        return answered(of.probability, of.denied, of.week, threshold, usual)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The reference, what came since, and the claims sent before the model had learned."""

    before: Asked
    since: Asked
    twin: bool
    threshold: float
    usual: tuple[float, int]
    prepared: Prepared
    limit: int


def monitor(
    dataset: Dataset,
    model: DenialModel,
    name: str,
    *,
    twin: DenialModel | None,
    progress: Progress,
    set_aside: Mapping[int, int] | None = None,
) -> Monitored:
    """Compare the months since ``model`` learned with the test period of its ``twin``.

    Claims ``set_aside`` (``training.examples.make``) are not judged by their answers. Raises
    ``TrainingError`` where the data holds too little of the reference.
    """
    prepared = prepare(dataset, progress, set_aside)
    first, last, limit = _days(model)
    ground = _ground(prepared, model, twin, (first, last, limit), progress)
    with progress.stage("Comparing"):
        months = _months(ground)
        by_payer = payers(ground, prepared.examples.payers)
    return Monitored(
        model=name,
        digest=model.digest,
        threshold=model.threshold,
        learned_before=iso(limit),
        reference_first=iso(first),
        reference_last=iso(last),
        reference_claims=len(ground.before.day),
        twin=ground.twin,
        set_aside=prepared.examples.dropped[WORKED_ON],
        features=len(FEATURES),
        untested=len(FEATURES) - len(TESTED),
        months=months,
        payers=by_payer,
        drifts=_latest(months),
    )


def _days(model: DenialModel) -> tuple[int, int, int]:
    """First and last day of the test period, and the first day that is new to the model."""
    said = model.facts.get("periods")
    found = {}
    for one in said if isinstance(said, list) else []:
        if isinstance(one, dict):
            found[one.get("name")] = one
    try:
        test = found["test"]
        first, last, limit = (
            number(dt.date.fromisoformat(str(text)))
            for text in (test["first"], test["last"], learned_before(model))
        )
    except (KeyError, ValueError) as error:
        raise TrainingError(
            "The model does not say what it learned from, so nothing can be compared with it: "
            "train it again with `preclear train`."
        ) from error
    return first, last, limit


def _ground(
    prepared: Prepared,
    model: DenialModel,
    twin: DenialModel | None,
    days: tuple[int, int, int],
    progress: Progress,
) -> Ground:
    first, last, limit = days
    frame = prepared.frame
    day = frame.submitted.astype(np.int64)
    sent = frame.original & (frame.submitted != NO_DAY)
    reference = np.flatnonzero(sent & (day >= first) & (day <= last))
    if len(reference) < LEAST:
        raise TrainingError(
            f"The data holds {len(reference):,} claims of {iso(first)} to {iso(last)}, the test "
            f"period that later months are compared with, and {LEAST} are needed: name the files "
            "that the model was trained on beside the later ones."
        )
    before = _asked(prepared, reference, twin or model, twin or model, progress)
    of = before.take(before.known)
    return Ground(
        before=before,
        since=_asked(
            prepared, np.flatnonzero(sent & (day >= limit)), model, twin or model, progress
        ),
        twin=twin is not None,
        threshold=model.threshold,
        usual=unevenness(of.probability, of.denied, of.week) if twin is not None else (0.0, 0),
        prepared=prepared,
        limit=limit,
    )


def _asked(
    prepared: Prepared, rows: I64, model: DenialModel, twin: DenialModel, progress: Progress
) -> Asked:
    examples, frame = prepared.examples, prepared.frame
    values = matrix(frame, prepared.history, rows, progress)
    place = np.full(len(frame), -1, np.int64)
    place[examples.rows[examples.mature]] = np.flatnonzero(examples.mature)
    found = place[rows]
    known = found >= 0
    return Asked(
        rows=rows,
        day=frame.submitted[rows].astype(np.int64),
        values=values,
        probability=_scored(model, values),
        compared=_scored(twin, values),
        payer=prepared.payer[rows],
        procedure=_procedures(prepared)[rows],
        known=known,
        denied=np.where(known, examples.denied[np.maximum(found, 0)], False),
    )


def _procedures(prepared: Prepared) -> F64:
    """A number for the procedure of each claim's first line, -1 where it has none."""
    frame = prepared.frame
    _, number_of = np.unique(frame.procedure, return_inverse=True)
    found = np.full(len(frame), -1.0)
    with_line, first = np.unique(frame.line_claim, return_index=True)
    found[with_line] = number_of[first]
    return found


def _scored(model: DenialModel, values: F32) -> F64:
    return model.scores(values)[1] if len(values) else np.zeros(0)


def _months(ground: Ground) -> tuple[Month, ...]:
    """The months of the reference, then those since."""
    before = _by_month(ground.before)
    since = _by_month(ground.since)
    known = [one.answered(ground.threshold, ground.usual) for _, one in since]
    judged = sum(one is not None for one in known)
    usual = ground.before.answered(ground.threshold, (0.0, 0)) if ground.twin else None
    made = [_month(ground, name, of, reference=True) for name, of in before]
    for (name, of), found in zip(since, known, strict=True):
        one = _month(ground, name, of, reference=False)
        if found is None:
            made.append(one)
            continue
        answers = together(found, judged)
        said = (*one.drifts, *drifts(answers, usual, judged))
        made.append(replace(one, answered=answers, drifts=said))
    return tuple(made)


def _by_month(asked: Asked) -> list[tuple[str, Asked]]:
    names = np.array([month(day) for day in asked.day], dtype="U7")
    return [(str(name), asked.take(names == name)) for name in np.unique(names)]


def _month(ground: Ground, name: str, of: Asked, *, reference: bool) -> Month:
    frame, scored = ground.prepared.frame, ground.twin or not reference
    earlier = frame.submitted < ground.limit
    found: tuple[Shift | None, tuple[Shift, ...]] = (None, ())
    if not reference and len(of.day) >= LEAST:
        found = shifts(ground.before.columns(), of.columns(), scored=ground.twin)
    lines = frame.procedure[np.isin(frame.line_claim, of.rows)]
    usual = frame.procedure[earlier[frame.line_claim]]
    return Month(
        month=name,
        first=iso(int(of.day.min())),
        last=iso(int(of.day.max())),
        reference=reference,
        claims=len(of.day),
        mean_probability=float(of.probability.mean()) if scored else float("nan"),
        flagged=float((of.probability >= ground.threshold).mean()) if scored else float("nan"),
        new_payers=0.0 if reference else _new(frame.payer[of.rows], frame.payer[earlier]),
        new_procedures=0.0 if reference else _new(lines, usual),
        score=found[0],
        inputs=found[1],
        answered=of.answered(ground.threshold, (0.0, 0)) if reference and ground.twin else None,
        drifts=_moved(found[0], found[1]),
    )


def _new(now: NDArray[np.uint64], before: NDArray[np.uint64]) -> float:
    """The share of codes that were never seen before."""
    return float((~np.isin(now, before)).mean()) if len(now) else 0.0


def _moved(score: Shift | None, inputs: tuple[Shift, ...]) -> tuple[str, ...]:
    """What moved, one sentence each. Rates follow the answers, and wander: they are no alarm."""
    said = []
    found = [one for one in inputs if one.moved and not one.rate]
    if found:
        most = "; ".join(f"{one.meaning} ({one.index:.2f})" for one in found[:3])
        count = sum(not one.rate for one in inputs)
        said.append(
            f"{len(found)} of {count} things that claims say moved beyond chance, the most "
            f"(stability index): {most}."
        )
    if score is not None and score.moved:
        said.append(
            f"The scores moved beyond chance: stability index {score.index:.2f}, where chance gives"
            f" up to {score.chance:.2f}; median {score.median_before:.3f} before,"
            f" {score.median_now:.3f} now."
        )
    return tuple(said)


def _latest(months: tuple[Month, ...]) -> tuple[str, ...]:
    """What is wrong now: inputs of the latest month compared, answers of the latest judged."""
    since = [one for one in months if not one.reference]
    compared = [one for one in since if one.inputs]
    judged = [one for one in since if one.answered is not None]
    said = []
    for one in dict.fromkeys((*compared[-1:], *judged[-1:])):
        moved = len(_moved(one.score, one.inputs))
        kept = (one.drifts[:moved] if one in compared[-1:] else ()) + (
            one.drifts[moved:] if one in judged[-1:] else ()
        )
        said += [f"{one.month}: {sentence}" for sentence in kept]
    return tuple(said)
