"""History in, a judged and registered model out.

Each claim's features are those of its day of submission: ``features.build`` looks into the history
by the day on which an outcome became known, so that nothing learned later is used, although the
history holds the whole of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from claims.dataset import Dataset
from claims.errors import UserError
from claims.progress import Progress
from features.catalog import FEATURES, NAMES
from models.aliases import CHAMPION
from models.denial import DenialModel, Prediction
from models.registry import Registry
from training import baselines, running
from training.boosters import Settings, parameters
from training.ceiling import ceiling
from training.code import code_version
from training.days import iso
from training.evaluation import Evaluation, Period, evaluate, period, signal
from training.examples import Examples
from training.fit import Fitted, fit
from training.gates import refusal
from training.prepare import Prepared, matrix, prepare
from training.splits import Split, split

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

FACTORS = tuple(feature.factor for feature in FEATURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What a training run made. ``refusal`` is "" unless a promotion was asked for and refused."""

    evaluation: Evaluation
    model: DenialModel
    version: str
    promoted: bool
    refusal: str
    history: Path


@dataclass(frozen=True, slots=True)
class Learned:
    """A model and how it did, before anything is kept."""

    fitted: Fitted
    evaluation: Evaluation
    predicted: Prediction
    constant: F64
    test_values: F32
    examples: Examples
    split: Split


def periods(examples: Examples, parts: Split) -> tuple[Period, ...]:
    """Training, calibration and test period."""
    denied = examples.denied
    return (
        period("training", parts.train_starts, parts.train_ends, denied[parts.train]),
        period(
            "calibration",
            parts.calibration_starts,
            parts.calibration_ends,
            denied[parts.calibration],
        ),
        period("test", parts.test_starts, parts.test_ends, denied[parts.test]),
    )


def _facts(
    digest: str, settings: Settings, made: tuple[Period, ...], parts: Split
) -> dict[str, object]:
    """What the model says about its training: no moment, nothing of a claim."""
    chosen = parameters(settings)
    chosen.pop("num_threads")
    return {
        "data_digest": digest,
        "parameters": dict(chosen),
        "periods": [asdict(one) for one in made],
        "gap_days": parts.gap,
        # No answer of this day or later was used for learning or calibrating.
        "learned_before": iso(parts.test_starts),
    }


def learn(
    prepared: Prepared,
    claims: int,
    digest: str,
    settings: Settings,
    progress: Progress,
    truth: Mapping[int, float] | None = None,
) -> Learned:
    """Split, fit and judge. ``truth``: true probability by claim key, where it is known."""
    every = prepared.examples
    whole = split(every.day, every.known_on, every.denied, every.maturity.gap)
    used = whole.used()
    examples, parts = every.take(used), whole.within(used)
    frame = prepared.frame
    values = matrix(frame, prepared.history, examples.rows, progress)
    made = periods(examples, parts)
    fitted = fit(
        values,
        frame.payer[examples.rows],
        examples,
        parts,
        settings,
        _facts(digest, settings, made, parts),
        progress,
    )
    with progress.stage("Judging it on later claims"):
        test = values[parts.test]
        predicted = fitted.model.predict(test)
        peers = _peers(values, examples, parts, settings.seed)
        peers |= ceiling(truth, frame.claim_key[examples.rows[parts.test]])
        evaluation = evaluate(
            model="this model",
            data_digest=digest,
            claims=claims,
            examples=examples,
            periods=made,
            gap=parts.gap,
            extra_dropped={
                "between two periods": whole.in_gaps,
                "answered after the next period began": whole.late_answers,
            },
            rows=parts.test,
            predicted=predicted,
            threshold=fitted.model.threshold,
            peers=peers,
            signal=signal(fitted.gain, NAMES, FACTORS, test, examples.denied[parts.test]),
            seed=settings.seed,
        )
    return Learned(fitted, evaluation, predicted, peers["constant"], test, examples, parts)


def _peers(values: F32, examples: Examples, parts: Split, seed: int) -> dict[str, F64]:
    train, test = parts.train, parts.test
    denied = examples.denied[train]
    return {
        "constant": baselines.constant(denied, len(test)),
        "payer rate": baselines.payer_rate(examples.payer[train], denied, examples.payer[test]),
        "logistic": baselines.logistic(values[train], denied, values[test], seed),
    }


def train(
    dataset: Dataset,
    *,
    registry: Registry,
    home: Path,
    settings: Settings,
    promote: bool,
    progress: Progress,
    truth: Mapping[int, float] | None = None,
) -> Trained:
    """Train on ``dataset``, register the model, keep the running history, promote when asked.

    A model that may not be promoted is registered all the same, with the reason as a tag. Raises
    ``TrainingError`` when the data does not allow a model.
    """
    prepared = prepare(dataset, progress)
    digest = dataset.digest()
    learned = learn(prepared, dataset.claims.num_rows, digest, settings, progress, truth)
    with progress.stage("Registering"):
        version = _register(registry, learned, settings)
    history = running.save(prepared.history, home)
    reason = _decide(registry, learned, version, settings.seed) if promote else ""
    return Trained(
        evaluation=learned.evaluation,
        model=learned.fitted.model,
        version=version,
        promoted=promote and not reason,
        refusal=reason,
        history=history,
    )


def _register(registry: Registry, learned: Learned, settings: Settings) -> str:
    from training.plots import draw
    from training.tracking import RunRecord, log

    made = learned.evaluation
    denied = learned.examples.denied[learned.split.test]
    chosen = parameters(settings) | {"trees": learned.fitted.trees, "gap_days": made.gap_days}
    for one in made.periods:
        chosen |= {f"{one.name}.first": one.first, f"{one.name}.last": one.last}
        chosen |= {f"{one.name}.examples": one.examples, f"{one.name}.denied": one.denied}
    record = RunRecord(
        name=f"train {made.data_digest.removeprefix('sha256:')[:8]}",
        parameters=chosen,
        metrics=made.metrics(),
        tags={"preclear.data": made.data_digest, **code_version()},
        files={"evaluation.json": made.text()},
        plots=draw(made, learned.predicted.probability, denied),
    )
    return log(registry, learned.fitted.model, record)


def _champion(registry: Registry, learned: Learned) -> F64 | None:
    """The champion's probabilities for the test claims.

    ``None`` where there is none, it knows other features, or it had seen answers of that period.
    """
    try:
        champion = DenialModel.load(registry.resolve(CHAMPION).bundle)
    except UserError:
        return None
    before = str(champion.facts.get("learned_before", "9999"))
    if before > iso(learned.split.test_starts):
        return None
    return champion.predict(learned.test_values).probability


def _decide(registry: Registry, learned: Learned, version: str, seed: int) -> str:
    """Promote the version, or say why not; either is kept with it."""
    reason = refusal(
        learned.evaluation,
        learned.predicted.probability,
        learned.constant,
        _champion(registry, learned),
        learned.examples.denied[learned.split.test],
        seed,
    )
    if reason:
        registry.refuse(version, reason)
        return reason
    registry.promote(version, f"AUROC {learned.evaluation.overall.auroc:.3f} on its test period")
    return ""
