"""How a model did on claims that it had not seen: every figure, ready to print or to keep."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.carcs import CarcTable
from models.denial import Prediction
from models.interval import Interval, places
from training.alike import Foretold
from training.coverage import Coverage, judge
from training.days import iso, month
from training.examples import Examples
from training.intervals import Figure
from training.line_figures import LineFigures
from training.metrics import (
    METRICS,
    CategoryFigures,
    Figures,
    carc_figures,
    category_figures,
    figures,
)
from training.metrics import auroc as plain_auroc
from training.verdicts import Gate

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

PAYER_LEAST: Final = 100  # test claims of a payer, below which an interval says nothing
_MONTH_LEAST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One period: ISO days of submission, both included, and what it holds."""

    name: str
    first: str
    last: str
    examples: int
    denied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AtThreshold:
    """What flagging from the model's threshold would have done. Shares are NaN without claims."""

    threshold: float
    flagged: int
    precision: float
    recall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerFigures:
    """One payer's test claims."""

    payer: str
    figures: Figures
    category: CategoryFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """One month of submission: ``YYYY-MM``; AUROC is NaN where only one kind is there."""

    month: str
    examples: int
    denied: int
    auroc: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Where the model's knowledge comes from.

    ``factors``: share of the trees' gain by factor, largest first. ``features``: the ten features
    with most gain, their factor and share. ``best_feature`` alone has ``best_auroc``: near the
    model's own, or near 1, it smells of leakage.
    """

    factors: tuple[tuple[str, float], ...]
    features: tuple[tuple[str, str, float], ...]
    best_feature: str
    best_auroc: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Refit:
    """The registered model beside the judged one: the same recipe on all claims of ``period``.

    ``learned_before`` is the ISO day after the last answer that it learned from. ``cutoffs`` are
    the ISO days on which the folds, which calibrate both, learned.
    """

    period: Period
    learned_before: str
    cutoffs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All figures of one model on one dataset.

    ``peers`` are judged on the same test claims: ``constant``, ``payer rate``, ``logistic`` and,
    where the truth lies by the data, ``ceiling``. ``dropped`` counts claims left out, by reason.
    ``mature_days`` is the age at which 98 % of answers are there.
    ``intervals`` says whether the rates of claims alike lay between the ends foretold; ``lines`` is
    ``None`` where the model knows nothing of lines, or none could be judged by;
    ``gates`` are empty where nobody asked for a promotion; ``refit`` is ``None`` where a model that
    exists already was judged.
    """

    model: str
    data_digest: str
    claims: int
    until: str
    mature_days: int
    dropped: dict[str, int]
    periods: tuple[Period, ...]
    overall: Figures
    category: CategoryFigures
    carc: CategoryFigures
    peers: dict[str, Figures]
    at_threshold: AtThreshold
    intervals: Coverage
    payers: tuple[PayerFigures, ...]
    months: tuple[MonthFigures, ...]
    signal: Signal | None
    lines: LineFigures | None = None
    gates: tuple[Gate, ...] = ()
    refit: Refit | None = None

    def metrics(self) -> dict[str, float]:
        """Every defined figure with its interval under a flat name, for the registry."""
        named: dict[str, Figure] = {}
        for owner, made in {"test": self.overall, **self.peers}.items():
            prefix = owner.replace(" ", "_")
            named |= {f"{prefix}.{name}": getattr(made, name) for name in METRICS}
        named |= {"test.category_top_1": self.category.top_1}
        named |= {"test.category_top_3": self.category.top_3}
        named |= {"test.interval_coverage": self.intervals.coverage}
        named |= {"test.carc_top_1": self.carc.top_1, "test.carc_top_3": self.carc.top_3}
        if self.lines is not None:
            named |= {f"test.lines.{name}": getattr(self.lines.figures, name) for name in METRICS}
            named |= {"test.lines.first": self.lines.first}
        flat: dict[str, float] = {}
        for name, figure in named.items():
            flat |= {name: figure.value, f"{name}.low": figure.low, f"{name}.high": figure.high}
        flat |= {"test.examples": self.overall.examples, "test.denied": self.overall.denied}
        if self.lines is not None:
            flat |= {"test.lines.examples": self.lines.figures.examples}
            flat |= {"test.lines.first_by_chance": self.lines.chance}
            flat |= {"test.lines.auroc_by_claim": self.lines.by_claim}
        return {name: float(value) for name, value in flat.items() if math.isfinite(value)}

    def to_json(self) -> dict[str, object]:
        """The same as plain values; what is not defined is null."""
        return {name: plain(value) for name, value in asdict(self).items()}

    def text(self) -> str:
        """``to_json`` as text."""
        return json.dumps(self.to_json(), indent=1, allow_nan=False)


def plain(value: object) -> object:
    """``value`` with texts for keys, lists for tuples, and ``None`` for what is not finite."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def period(name: str, first: int, last: int, denied: Flags) -> Period:
    """A period from its first and last day (day numbers) and its outcomes."""
    return Period(
        name=name,
        first=iso(first),
        last=iso(last),
        examples=len(denied),
        denied=int(denied.sum()),
    )


def at_threshold(probability: F64, denied: Flags, threshold: float) -> AtThreshold:
    """Precision and recall of flagging every claim at or above ``threshold``."""
    flagged = probability >= threshold
    right, all_, denials = int((flagged & denied).sum()), int(flagged.sum()), int(denied.sum())
    return AtThreshold(
        threshold=threshold,
        flagged=all_,
        precision=right / all_ if all_ else math.nan,
        recall=right / denials if denials else math.nan,
    )


def by_carc(
    examples: Examples,
    rows: I64,
    predicted: Prediction,
    carcs: CarcTable,
    payer_key: U64,
    seed: int,
) -> CategoryFigures:
    """How well the CARC of the denied claims is guessed, whatever their category."""
    true = examples.carc[rows]
    asked = np.flatnonzero((examples.category[rows] >= 0) & (true != ""))
    guesses = [
        [code for code, _ in carcs.likeliest(chances, payer)]
        for chances, payer in zip(
            predicted.category_probability[asked].tolist(), payer_key[asked].tolist(), strict=True
        )
    ]
    return carc_figures(guesses, true[asked].tolist(), seed)


def by_payer(
    examples: Examples, rows: I64, predicted: Prediction, seed: int
) -> tuple[PayerFigures, ...]:
    """The figures of every payer with at least 100 test claims, the largest first."""
    payer, denied = examples.payer[rows], examples.denied[rows]
    counts = np.bincount(payer, minlength=len(examples.payers))
    made = []
    for place in np.argsort(-counts, kind="stable"):
        if counts[place] < PAYER_LEAST:
            break
        of = payer == place
        made.append(
            PayerFigures(
                payer=examples.payers[place],
                figures=figures(predicted.probability[of], denied[of], seed),
                category=category_figures(
                    predicted.category_probability[of], examples.category[rows][of], seed
                ),
            )
        )
    return tuple(made)


def by_month(examples: Examples, rows: I64, probability: F64) -> tuple[MonthFigures, ...]:
    """AUROC by month of submission, for months with at least 50 test claims."""
    months = np.array([month(day) for day in examples.day[rows]])
    denied = examples.denied[rows]
    made = []
    for name in np.unique(months):
        of = months == name
        if int(of.sum()) >= _MONTH_LEAST:
            made.append(
                MonthFigures(
                    month=str(name),
                    examples=int(of.sum()),
                    denied=int(denied[of].sum()),
                    auroc=plain_auroc(probability[of], denied[of]),
                )
            )
    return tuple(made)


def signal(
    gain: F64,
    names: tuple[str, ...],
    factors: tuple[str, ...],
    values: NDArray[np.float32],
    denied: Flags,
) -> Signal:
    """Where the gain lies, and what the best feature says alone on the test claims."""
    share = gain / max(float(gain.sum()), 1e-12)
    grouped: dict[str, float] = {}
    for factor, part in zip(factors, share, strict=True):
        grouped[factor] = grouped.get(factor, 0.0) + float(part)
    top = np.argsort(-share, kind="stable")[:10]
    alone = np.array([_alone(values[:, place], denied) for place in range(len(names))])
    best = int(np.argmax(alone))
    return Signal(
        factors=tuple(sorted(grouped.items(), key=lambda item: -item[1])),
        features=tuple((names[i], factors[i], float(share[i])) for i in top),
        best_feature=names[best],
        best_auroc=float(alone[best]),
    )


def _alone(column: NDArray[np.float32], denied: Flags) -> float:
    """AUROC of one feature, whichever way round it ranks; what is missing ranks lowest."""
    found = plain_auroc(np.nan_to_num(column, nan=-np.inf, posinf=np.inf, neginf=-np.inf), denied)
    return max(found, 1.0 - found) if math.isfinite(found) else 0.5


def evaluate(
    *,
    model: str,
    data_digest: str,
    claims: int,
    examples: Examples,
    periods: tuple[Period, ...],
    extra_dropped: Mapping[str, int],
    rows: I64,
    predicted: Prediction,
    carcs: CarcTable,
    payer_key: U64,
    group: I64,
    thickness: I64,
    interval: Interval,
    threshold: float,
    peers: Mapping[str, F64],
    signal: Signal | None,
    seed: int,
    refit: Refit | None = None,
) -> Evaluation:
    """Judge predictions for the examples at ``rows``, and those of ``peers`` beside them.

    ``predicted``, ``payer_key`` (``Frame.payer``), ``group`` (``training.alike``), ``thickness``
    (``models.support``) and ``peers`` belong to these rows alone.
    """
    denied = examples.denied[rows]
    alike = Foretold(predicted.probability, denied, group, places(thickness), np.ones(len(denied)))
    return Evaluation(
        model=model,
        data_digest=data_digest,
        claims=claims,
        until=iso(examples.maturity.until),
        mature_days=examples.maturity.overall,
        dropped={**examples.dropped, **extra_dropped},
        periods=periods,
        overall=figures(predicted.probability, denied, seed),
        category=category_figures(predicted.category_probability, examples.category[rows], seed),
        carc=by_carc(examples, rows, predicted, carcs, payer_key, seed),
        peers={name: figures(chance, denied, seed) for name, chance in peers.items()},
        at_threshold=at_threshold(predicted.probability, denied, threshold),
        intervals=judge(interval, alike, interval.ends(predicted.probability, thickness), seed),
        payers=by_payer(examples, rows, predicted, seed),
        months=by_month(examples, rows, predicted.probability),
        signal=signal,
        refit=refit,
    )
