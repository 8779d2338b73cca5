"""From prepared data to two models: one that is judged, and the one that is registered.

The judged model learns what was known when the test period began, and is judged on that period. The
registered model is the same recipe (as many rounds, the same calibration) fitted again on all
examples, so that the latest claims, which are nearest to those that will be scored, are learned
from as well. Its figures are those of the judged model: what a recipe showed on claims it had not
seen is the honest forecast of what it does next, and more data does not make it worse than that by
design; a model that has seen all claims cannot be judged on any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from claims.progress import Progress
from features.catalog import FEATURES, NAMES
from models.denial import DenialModel, Prediction
from models.habits import Habits
from models.promise import Promise
from training import baselines, leaks, promising
from training.alike import Foretold, alike
from training.boosters import Settings, latest, parameters
from training.ceiling import ceiling
from training.days import iso
from training.evaluation import Evaluation, Period, Refit, evaluate, period, signal
from training.examples import Examples, Known, learnable
from training.fit import Fitted, fit
from training.folds import OutOfTime, foretell, gather
from training.forgetting import forgotten
from training.habits import habits
from training.lines import LineRecipe, Tested, rehearse
from training.prepare import Prepared, matrix, thicknesses
from training.splits import Split, split
from training.trials import Ground
from training.tuning import Tuned
from training.verdicts import Gate

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

FACTORS = tuple(feature.factor for feature in FEATURES)


@dataclass(frozen=True, slots=True)
class Learned:
    """A judged model, how it did, and the same recipe fitted again, before anything is kept.

    ``out`` are the out-of-time predictions that the registered model is calibrated by: those of the
    folds, and of the judged model on the test period. ``peers`` are the baselines' probabilities of
    the test claims by name; ``checks`` are the gates that were asked of the features.
    ``settings`` are those that were used, ``tuned`` how they were chosen.
    """

    judged: Fitted
    registered: Fitted
    evaluation: Evaluation
    predicted: Prediction
    out: OutOfTime
    peers: Mapping[str, F64]
    checks: tuple[Gate, ...]
    test_values: F32
    examples: Examples
    split: Split
    settings: Settings
    tuned: Tuned | None


Choose = Callable[[Ground], Tuned]


@dataclass(frozen=True, slots=True)
class _Material:
    """What every step needs of the examples: features, payers (``Frame.payer``), who is alike.

    ``thickness`` says how much is known of claims like each (``models.support``); ``lines`` is
    ``None`` where there is too little to learn about single lines.
    """

    values: F32
    payer_key: U64
    group: I64
    thickness: I64
    examples: Examples
    split: Split
    settings: Settings
    digest: str
    lines: LineRecipe | None


def periods(examples: Examples, parts: Split) -> tuple[Period, ...]:
    """Training period, the part of it that was foretold out of time, and test period."""
    denied, foretold = examples.denied, parts.foretold
    day = examples.day[foretold]
    return (
        period("training", parts.train_starts, parts.train_ends, denied[parts.train.places]),
        period("calibration", int(day.min()), int(day.max()), denied[foretold]),
        period("test", parts.test_starts, parts.test_ends, denied[parts.test]),
    )


def recipe(settings: Settings) -> dict[str, object]:
    """The parameters that make a model; how many threads is no part of them."""
    chosen: dict[str, object] = dict(parameters(settings))
    chosen.pop("num_threads")
    return chosen | {"trees": settings.trees, "half_life_days": settings.half_life}


def _facts(of: _Material, learned_before: int) -> dict[str, object]:
    """What a model says about its training: no moment, nothing of a claim."""
    return {
        "data_digest": of.digest,
        "parameters": recipe(of.settings),
        "periods": [asdict(one) for one in periods(of.examples, of.split)],
        "cutoffs": [iso(fold.starts) for fold in of.split.folds],
        # No answer of this day or later was used for learning or calibrating.
        "learned_before": iso(learned_before),
    }


def learn(
    prepared: Prepared,
    claims: int,
    digest: str,
    settings: Settings,
    progress: Progress,
    truth: Mapping[int, float] | None = None,
    choose: Choose | None = None,
) -> Learned:
    """Split, fit, judge, fit again. ``truth``: true probability by claim key, where it is known.

    ``choose`` gives other settings, by the forward folds, before anything is fitted.
    """
    examples, frame = prepared.examples, prepared.frame
    parts = split(examples)
    values = matrix(frame, prepared.history, examples.rows, progress)
    tuned = choose(Ground(values, examples, parts.folds, settings)) if choose else None
    settings = tuned.settings if tuned else settings
    group = alike(frame, examples.rows)
    lines = rehearse(prepared, parts.folds[-1], settings, progress)
    known = thicknesses(frame, prepared.history, examples.rows)
    payer = frame.payer[examples.rows]
    of = _Material(values, payer, group, known, examples, parts, settings, digest, lines)
    out, rounds = foretell(values, examples, parts.folds, settings, progress)
    usual = [habits(prepared, day) for day in (parts.test_starts, examples.maturity.until + 1)]
    judged = _judged(of, out, rounds, usual[0], progress)
    with progress.stage("Judging it on later claims"):
        predicted = judged.model.predict(values[parts.test])
        peers = _peers(values, examples, parts, settings.seed)
        peers |= ceiling(truth, frame.claim_key[examples.rows[parts.test]])
        promise = _promise(judged, out, predicted, examples, parts)
        judged = replace(judged, model=judged.model.promising(promise))
        checks = _checks(prepared, of, judged)
        tested = _tested_lines(of, judged.model, predicted)
    everything = out.joined(_of_test(judged.model, predicted, values, examples, parts.test))
    unknown = forgotten(
        judged.model, frame.take(examples.rows[parts.test]), prepared.history,
        examples.denied[parts.test], group[parts.test], settings.seed, progress,
    )  # fmt: skip
    registered, refit = _registered(
        of, everything, unknown, rounds, judged.model, promise, tested, usual[1], progress
    )
    with progress.stage("Measuring"):
        evaluation = _evaluation(of, claims, judged, predicted, peers, refit)
        evaluation = replace(evaluation, lines=None if tested is None else tested.figures)
    return Learned(
        judged=judged,
        registered=registered,
        evaluation=evaluation,
        predicted=predicted,
        out=everything,
        peers=peers,
        checks=checks,
        test_values=values[parts.test],
        examples=examples,
        split=parts,
        settings=settings,
        tuned=tuned,
    )


def _judged(
    of: _Material, out: OutOfTime, rounds: int, usual: Habits, progress: Progress
) -> Fitted:
    """The model that knows nothing of the test period."""
    lines = None if of.lines is None else of.lines.fit(of.split.train, progress)
    return fit(
        of.values,
        of.payer_key,
        of.group,
        of.thickness,
        of.examples,
        of.split.train,
        rounds,
        out,
        of.settings,
        _facts(of, of.split.test_starts),
        progress,
        lines,
        habits=usual,
    )


def _tested_lines(of: _Material, judged: DenialModel, predicted: Prediction) -> Tested | None:
    if of.lines is None or judged.lines is None:
        return None
    return of.lines.test(judged.lines, of.split.test, predicted.probability)


def _of_test(
    judged: DenialModel, predicted: Prediction, values: F32, examples: Examples, test: I64
) -> OutOfTime:
    """What the judged model foretold of the test claims, as far as the data's end allows it."""
    kept = np.flatnonzero(examples.known_on[test] <= examples.maturity.until)
    # Mature claims: they stand for nobody else.
    asked = Known(test[kept], np.ones(len(kept)))
    # Of the booster alone, as the folds foretell it.
    return gather(examples, asked, predicted.raw[kept], judged.unpooled(values[test[kept]]), 0)


def _registered(
    of: _Material,
    out: OutOfTime,
    unknown: Foretold,
    rounds: int,
    judged: DenialModel,
    promise: Promise,
    tested: Tested | None,
    usual: Habits,
    progress: Progress,
) -> tuple[Fitted, Refit]:
    """The same recipe on all examples; the lines' calibration learns from ``tested`` ones too.

    The few answers after ``maturity.until`` are left out: one with a mistyped year would have the
    model say that it learned from the future.
    """
    examples = of.examples
    every = learnable(examples, examples.maturity.until + 1)
    before = int(examples.known_on[every.places].max()) + 1
    facts = _facts(of, before) | {
        "judged": {"digest": judged.digest, "learned_before": iso(of.split.test_starts)}
    }
    lines = None if of.lines is None else of.lines.fit(every, progress, tested)
    made = fit(
        of.values, of.payer_key, of.group, of.thickness, examples, every, rounds, out, of.settings,
        facts, progress, lines, unknown, habits=usual,
    )  # fmt: skip
    day = examples.day[every.places]
    refit = Refit(
        period=period("all", int(day.min()), int(day.max()), examples.denied[every.places]),
        learned_before=iso(before),
        cutoffs=tuple(iso(fold.starts) for fold in of.split.folds),
    )
    return replace(made, model=made.model.promising(promise)), refit


def _evaluation(
    of: _Material,
    claims: int,
    judged: Fitted,
    predicted: Prediction,
    peers: Mapping[str, F64],
    refit: Refit,
) -> Evaluation:
    examples, parts = of.examples, of.split
    test, denied = of.values[parts.test], examples.denied[parts.test]
    return evaluate(
        model="this model",
        data_digest=of.digest,
        claims=claims,
        examples=examples,
        periods=periods(examples, parts),
        extra_dropped={
            "not answered, or too young to tell, when the test period began": parts.waiting,
            "answered, but too young to judge by": parts.young,
        },
        rows=parts.test,
        predicted=predicted,
        carcs=judged.model.carcs,
        payer_key=of.payer_key[parts.test],
        group=of.group[parts.test],
        thickness=of.thickness[parts.test],
        interval=judged.model.interval,
        threshold=judged.model.threshold,
        peers=peers,
        signal=signal(judged.gain, NAMES, FACTORS, test, denied),
        seed=of.settings.seed,
        refit=refit,
    )


def _promise(
    judged: Fitted, out: OutOfTime, predicted: Prediction, examples: Examples, parts: Split
) -> Promise:
    """The precisions that the model keeps on the test period."""
    earlier = judged.model.calibration.apply(out.raw)
    walk = promising.thresholds(earlier, examples.denied[out.places])
    return promising.measure(walk, predicted.probability, examples.denied[parts.test])


def _checks(prepared: Prepared, of: _Material, judged: Fitted) -> tuple[Gate, ...]:
    parts, examples = of.split, of.examples
    last = of.values[parts.test[latest(examples.day[parts.test])]]
    return (
        leaks.missing(of.values[parts.train.places], last, judged.gain),
        leaks.times(prepared, examples, parts, of.values),
    )


def _peers(values: F32, examples: Examples, parts: Split, seed: int) -> dict[str, F64]:
    train, test = parts.train.places, parts.test
    denied = examples.denied[train]
    return {
        "constant": baselines.constant(denied, len(test)),
        "payer rate": baselines.payer_rate(examples.payer[train], denied, examples.payer[test]),
        "logistic": baselines.logistic(values[train], denied, values[test], seed),
    }
