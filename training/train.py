"""History in, a judged and registered model out.

Each claim's features are those of its day of submission: ``features.build`` looks into the history
by the day on which an outcome became known, so that nothing learned later is used, although the
history holds the whole of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from claims.dataset import Dataset
from claims.progress import Progress
from features.catalog import FEATURES, NAMES
from models.denial import DenialModel, Prediction
from models.registry import Registry
from training import baselines, champion, gates, leaks, promising, running
from training.boosters import Settings, latest, parameters
from training.ceiling import ceiling
from training.code import code_version
from training.days import iso
from training.evaluation import Evaluation, Period, evaluate, period, signal
from training.examples import Examples
from training.fit import Fitted, fit
from training.prepare import Prepared, matrix, prepare
from training.splits import Split, split
from training.verdicts import Gate, refusal

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
    """A model and how it did, before anything is kept.

    ``peers`` are the baselines' probabilities of the test claims by name; ``checks`` are the gates
    that were asked of the features.
    """

    fitted: Fitted
    evaluation: Evaluation
    predicted: Prediction
    peers: Mapping[str, F64]
    checks: tuple[Gate, ...]
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
        fitted = _promising(fitted, values, examples, parts, predicted)
        checks = _checks(prepared, examples, parts, values, fitted)
    return Learned(fitted, evaluation, predicted, peers, checks, test, examples, parts)


def _promising(
    fitted: Fitted, values: F32, examples: Examples, parts: Split, predicted: Prediction
) -> Fitted:
    """The model with the table of precisions that it keeps on the test period."""
    _, earlier = fitted.model.scores(values[parts.calibration])
    walk = promising.thresholds(earlier, examples.denied[parts.calibration])
    promise = promising.measure(walk, predicted.probability, examples.denied[parts.test])
    return replace(fitted, model=fitted.model.promising(promise))


def _checks(
    prepared: Prepared, examples: Examples, parts: Split, values: F32, fitted: Fitted
) -> tuple[Gate, ...]:
    last = values[parts.test[latest(examples.day[parts.test])]]
    return (
        leaks.missing(values[parts.train], last, fitted.gain),
        leaks.times(prepared, examples, parts, values),
    )


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
    with progress.stage("Asking the gates"):
        learned = replace(learned, evaluation=_gated(registry, learned, settings.seed))
    with progress.stage("Registering"):
        version = _register(registry, learned, settings)
    history = running.save(prepared.history, home)
    reason = _decide(registry, learned, version) if promote else ""
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
        tags={"preclear.data": made.data_digest, **code_version(), **_gate_tags(made.gates)},
        files={"evaluation.json": made.text()},
        plots=draw(made, learned.predicted.probability, denied),
    )
    return log(registry, learned.fitted.model, record)


def _gate_tags(asked: tuple[Gate, ...]) -> dict[str, str]:
    return {
        f"preclear.gate.{one.name.replace(' ', '_')}": f"{one.verdict}: {one.sentence}"
        for one in asked
    }


def _gated(registry: Registry, learned: Learned, seed: int) -> Evaluation:
    """The evaluation with what every gate said."""
    examples, test = learned.examples, learned.split.test
    rival = champion.find(
        registry, learned.fitted.model.digest, learned.test_values, examples.day[test]
    )
    tested = gates.Exam(
        evaluation=learned.evaluation,
        probability=learned.predicted.probability,
        denied=examples.denied[test],
        payer=examples.payer[test],
        payers=examples.payers,
        peers=learned.peers,
        seed=seed,
    )
    return replace(learned.evaluation, gates=gates.judge(tested, rival, learned.checks))


def _decide(registry: Registry, learned: Learned, version: str) -> str:
    """Promote the version, or say why not; either is kept with it."""
    reason = refusal(learned.evaluation.gates)
    if reason:
        registry.refuse(version, reason)
        return reason
    registry.promote(version, f"AUROC {learned.evaluation.overall.auroc:.3f} on its test period")
    return ""
