"""A model that exists already, judged on any data: ``preclear evaluate``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from claims.dataset import Dataset
from claims.progress import Progress
from features.frame import Frame
from models.denial import DenialModel
from training.alike import alike
from training.ceiling import ceiling
from training.days import iso, number
from training.evaluation import Evaluation, Period, evaluate, period
from training.examples import Examples
from training.gates import FEWEST
from training.line_figures import judged_lines
from training.metrics import Figures, figures
from training.prepare import Prepared, matrix, prepare, thicknesses
from training.problems import TrainingError
from training.twin import learned_before, rarer

I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """How a model did.

    ``evaluation`` is on claims submitted after all that the model learned from, or on all where
    there is none such (``only_seen``). ``seen`` are the figures of the earlier claims: not a test,
    and ``None`` where there are none. ``learned_before`` is the ISO day that parts the two.
    ``twin``: too few claims are new to the model itself, so its judged twin was asked, and all is
    about that one; ``new_to_model`` claims are new to the model itself.
    """

    evaluation: Evaluation
    seen: Figures | None
    only_seen: bool
    learned_before: str
    twin: bool
    new_to_model: int


def _learned_before(model: DenialModel) -> int:
    try:
        return number(dt.date.fromisoformat(learned_before(model)))
    except ValueError as error:
        raise TrainingError(
            "The model does not say what it learned from, so nothing can be called new to it: "
            "train it again with `preclear train`."
        ) from error


def assess(
    dataset: Dataset,
    model: DenialModel,
    name: str,
    *,
    as_of: dt.date | None,
    progress: Progress,
    truth: Mapping[int, float] | None = None,
    twin: DenialModel | None = None,
    set_aside: Mapping[int, int] | None = None,
    seed: int = 1,
) -> Assessment:
    """Score every matured example of ``dataset`` and judge the answers.

    Where too few claims are new to ``model`` and more are to its judged ``twin``, the twin is
    judged. Each claim is judged as of its submission; with ``as_of``, nothing that became known on
    that day or later is used for any claim. Claims that are ``set_aside``
    (``training.examples.make``) are not judged by. Raises ``TrainingError`` when no example is
    there.
    """
    prepared = prepare(dataset, progress, set_aside)
    # Among younger claims only those of quick answers could be judged.
    mature = prepared.examples.mature
    examples = prepared.examples.take(np.flatnonzero(mature))
    if len(examples) == 0:
        raise TrainingError(
            "No claim of the data was both answered and old enough to judge: give 837 files with "
            "the 835 files that answer them."
        )
    limit = _learned_before(model)
    new = np.flatnonzero(examples.day >= limit)
    unseen, instead = len(new), False
    if twin is not None and rarer(examples.denied[new]) < FEWEST:
        since = _learned_before(twin)
        instead = int((examples.day >= since).sum()) > unseen
        if instead:
            model, limit, new = twin, since, np.flatnonzero(examples.day >= since)
    old = np.flatnonzero(examples.day < limit)
    rows = new if len(new) else old
    evaluation = _judge(dataset, prepared, model, name, rows, as_of, progress, truth, seed)
    seen = None
    if len(new) and len(old):
        values = matrix(_frame(prepared, as_of), prepared.history, examples.rows[old], progress)
        _, probability = model.scores(values)
        seen = figures(probability, examples.denied[old], seed)
    return Assessment(
        evaluation=evaluation,
        seen=seen,
        only_seen=not len(new),
        learned_before=iso(limit),
        twin=instead,
        new_to_model=unseen,
    )


def _frame(prepared: Prepared, as_of: dt.date | None) -> Frame:
    if as_of is None:
        return prepared.frame
    return prepared.frame.as_of_days(np.minimum(prepared.frame.as_of, np.int32(number(as_of))))


def _judge(
    dataset: Dataset,
    prepared: Prepared,
    model: DenialModel,
    name: str,
    rows: I64,
    as_of: dt.date | None,
    progress: Progress,
    truth: Mapping[int, float] | None,
    seed: int,
) -> Evaluation:
    every = prepared.examples
    young = int((~every.mature).sum())
    examples = every.take(np.flatnonzero(every.mature))
    frame = _frame(prepared, as_of)
    values = matrix(frame, prepared.history, examples.rows[rows], progress)
    predicted = model.predict(values)
    asked = examples.rows[rows]
    every_line = np.flatnonzero(np.isin(frame.line_claim, asked))
    lines = judged_lines(
        model.lines, frame.take(asked), prepared.history, predicted.probability,
        prepared.labels.line_denied[every_line], seed,
    )  # fmt: skip
    made = evaluate(
        model=name,
        data_digest=dataset.digest(),
        claims=dataset.claims.num_rows,
        examples=examples,
        periods=(_period(examples, rows),),
        extra_dropped={"answered, but too young to judge by": young},
        rows=rows,
        predicted=predicted,
        carcs=model.carcs,
        payer_key=frame.payer[examples.rows[rows]],
        group=alike(frame, examples.rows[rows]),
        thickness=thicknesses(frame, prepared.history, asked),
        interval=model.interval,
        threshold=model.threshold,
        peers=ceiling(truth, frame.claim_key[examples.rows[rows]]),
        signal=None,
        seed=seed,
    )
    return replace(made, lines=lines)


def _period(examples: Examples, rows: I64) -> Period:
    day = examples.day[rows]
    return period("judged", int(day.min()), int(day.max()), examples.denied[rows])
