"""The denial model: will this claim be denied, and if so for which category.

One LightGBM booster with a class for paid and one for each cause of denial (``models.causes``), a
calibration table and a table of CARCs. It knows nothing of claims: it takes the float32 matrix of
``features.build``. A second booster may tell the lines of a claim apart (``models.lines``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES
from claims.errors import UserError
from features.catalog import FEATURES
from models import bundle
from models.calibration import Calibration, CalibrationError
from models.carcs import CarcTable, CarcTableError
from models.causes import Causes, CausesError, Mix, evidence, mix
from models.golden import FILE as GOLDEN
from models.golden import Golden, GoldenError
from models.habits import FILE as HABITS
from models.habits import Habits, HabitsError
from models.interval import Interval, IntervalError
from models.lines import BOOSTER as LINES
from models.lines import LineModel, LineParts, LinesError
from models.lines import assembled as assembled_lines
from models.native import NativeBooster, NativeError
from models.parts import Parts, of_cause, of_denial
from models.pool import Pool, PoolError
from models.promise import Promise, PromiseError
from models.recovery import Recovery, RecoveryError
from models.treeshap.explainer import Explainer

Values = NDArray[np.float32]
Floats = NDArray[np.float64]

FEATURE_NAMES: Final[tuple[str, ...]] = tuple(feature.name for feature in FEATURES)
SMALL_BATCH: Final = 2048
"""Rows up to which waking more threads costs more than it saves."""
_PART_ERRORS: Final = (
    NativeError, CalibrationError, CarcTableError, IntervalError, PromiseError, LinesError,
    PoolError, RecoveryError, HabitsError, GoldenError, UnicodeError,
)  # fmt: skip


class ModelError(UserError):
    """The model cannot be made, loaded or used so; one sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """For n claims: raw score (log-odds), probability of denial, categories given a denial.

    ``category_probability`` has one column for each of ``CATEGORIES``; its rows sum to 1.
    """

    raw: Floats
    probability: Floats
    category_probability: Floats

    def row(self, place: int) -> Prediction:
        """The prediction of one claim."""
        return self.rows(slice(place, place + 1))

    def rows(self, rows: slice) -> Prediction:
        """The prediction of some claims."""
        return Prediction(self.raw[rows], self.probability[rows], self.category_probability[rows])


@dataclass(frozen=True, slots=True, eq=False)
class DenialModel:
    """A model that can answer. Make it with ``from_parts`` or ``load``; share it freely.

    ``threshold`` is the probability from which a claim is not sent as it is. ``facts`` is what
    training said about itself, ``promise`` the precisions that it can keep, if they were measured;
    ``interval`` says how far the rate of claims alike may lie from the probability; ``lines``
    scores service lines, and is ``None`` where there was too little to learn about them;
    ``recovery`` counts what became of denials that were sent again, ``habits`` what payers usually
    pay: each ``None`` where it was not learned, and neither changes a probability;
    ``golden.check(model)`` says whether it still answers as when it was made.
    ``digest`` names the model: same parts, same digest.
    """

    booster: NativeBooster
    explainer: Explainer
    causes: Causes
    prior: Floats
    pool: Pool
    calibration: Calibration
    carcs: CarcTable
    threshold: float
    facts: Mapping[str, object]
    promise: Promise | None
    interval: Interval
    lines: LineModel | None
    recovery: Recovery | None
    habits: Habits | None
    golden: Golden
    digest: str
    _manifest: bytes
    _files: Mapping[str, bytes]

    @classmethod
    def from_parts(
        cls,
        *,
        causes: str,
        classes: Sequence[str],
        prior: Floats,
        calibration: Calibration,
        carcs: CarcTable,
        threshold: float,
        facts: Mapping[str, object],
        promise: Promise | None = None,
        interval: Interval | None = None,
        lines: LineParts | None = None,
        pool: Pool | None = None,
        habits: Habits | None = None,
    ) -> DenialModel:
        """Put a model together from what training made.

        ``causes`` is the text form (``Booster.model_to_string()``) of a multiclass LightGBM model
        trained on float32 matrices whose features carry the names of ``features.catalog``.
        ``classes`` names its classes (``Causes.names``): "paid" first, then the categories learned,
        then perhaps "any_other". ``pool`` says what their shares count for beside the claim's own
        rates; ``None``: alone. ``prior`` (14) is the share of each of ``CATEGORIES`` among the
        denied, and sums to 1. ``facts`` are JSON values without a moment in them. Without an
        ``interval`` the model answers with the wide one of ``Interval.unmeasured``. ``ModelError``
        when parts disagree.
        """
        files = {
            "causes.txt": causes.encode(),
            "calibration.json": bundle.canonical(calibration.to_json()),
            "carcs.json": bundle.canonical(carcs.to_json()),
        }
        if promise is not None:
            files["promise.json"] = bundle.canonical(promise.to_json())
        if interval is not None:
            files["interval.json"] = bundle.canonical(interval.to_json())
        if habits is not None:
            files[HABITS] = bundle.canonical(habits.to_json())
        about: dict[str, object] = {
            "features": list(FEATURE_NAMES),
            "categories": list(CATEGORIES),
            "classes": list(classes),
            "prior": np.asarray(prior, np.float64).tolist(),
            "threshold": float(threshold),
            "training": dict(facts),
            "created_by": _program(),
        }
        if pool is not None:
            about["pool"] = pool.to_json()
        if lines is not None:
            files |= lines.files()
            about["lines"] = lines.about()
        try:
            bundle.canonical(about)
        except (TypeError, ValueError) as error:
            raise ModelError(f"The facts about the training are no JSON: {error}.") from error
        return cls._assembled(about, files, b"")._asked(about, files)

    def _asked(self, about: Mapping[str, object], files: dict[str, bytes]) -> DenialModel:
        """The same model with golden rows and its answers to them among its ``files``."""
        golden = Golden.of(self, files["causes.txt"].decode(), files.get(LINES, b"").decode())
        files[GOLDEN] = bundle.canonical(golden.to_json())
        manifest = bundle.manifest_of(about, files)
        return replace(self, golden=golden, digest=bundle.digest(manifest), _manifest=manifest)

    @classmethod
    def load(cls, folder: Path) -> DenialModel:
        """Read the model in ``folder``, verified first.

        ``BundleError`` when its files are not what its manifest says, ``ModelError`` when they are
        but this code cannot use them.
        """
        about, files = bundle.read(folder)
        return cls._assembled(about, files, bundle.manifest_of(about, files))

    def promising(self, promise: Promise) -> DenialModel:
        """The same model with a table of precisions; its digest is another."""
        return self._with("promise.json", promise.to_json())

    def within(self, interval: Interval) -> DenialModel:
        """The same model with a table of intervals; its digest is another."""
        return self._with("interval.json", interval.to_json())

    def recovering(self, recovery: Recovery) -> DenialModel:
        """The same model with counts of what was sent again; its digest is another."""
        return self._with("recovery.json", recovery.to_json())

    def accustomed(self, habits: Habits) -> DenialModel:
        """The same model with the habits of its payers; its digest is another."""
        return self._with(HABITS, habits.to_json())

    def _with(self, name: str, part: object) -> DenialModel:
        content = bundle.parse_json(self._manifest, "it")
        assert isinstance(content, dict)  # noqa: S101 - our own manifest
        about: dict[str, object] = content["about"]
        files = {**self._files, name: bundle.canonical(part)}
        return self._assembled(about, files, bundle.manifest_of(about, files))

    def save(self, folder: Path) -> None:
        """Write the model into the new folder ``folder``."""
        bundle.write(folder, self._manifest, self._files)

    @classmethod
    def _assembled(
        cls, about: Mapping[str, object], files: Mapping[str, bytes], manifest: bytes
    ) -> DenialModel:
        _same_features(about.get("features"))
        causes, prior, threshold = _numbers(about)
        try:
            text = files["causes.txt"].decode()
            booster = NativeBooster(text)
            calibration = Calibration.from_json(bundle.parse_json(files["calibration.json"], "it"))
            carcs = CarcTable.from_json(bundle.parse_json(files["carcs.json"], "it"))
            kept = files.get("promise.json")
            promise = None if kept is None else Promise.from_json(bundle.parse_json(kept, "it"))
            interval = _interval(files.get("interval.json"))
            said = files.get(HABITS)
            habits = None if said is None else Habits.from_json(bundle.parse_json(said, "it"))
            lines = assembled_lines(about.get("lines"), files)
            recovery = _recovery(files.get("recovery.json"))
            pool = Pool.from_json(about["pool"]) if "pool" in about else Pool()
            golden = _golden(files.get(GOLDEN), lines)
        except _PART_ERRORS as error:
            raise ModelError(f"The model's parts cannot be used: {error}") from error
        _booster_fits(booster, len(causes.names))
        facts = about.get("training")
        if not isinstance(facts, dict):
            raise ModelError("The model says nothing about its training; train it again.")
        return cls(
            booster, Explainer(booster, text), causes, prior, pool, calibration, carcs, threshold,
            facts, promise, interval, lines, recovery, habits, golden, bundle.digest(manifest),
            manifest, files,
        )  # fmt: skip

    def predict(self, values: Values) -> Prediction:
        """Score the matrix ``values`` (n, features) of ``features.build``, float32."""
        rows = _matrix(values)
        mixed = self._mix(rows)
        probability = self.calibration.apply(mixed.raw)
        said = evidence(rows, self.prior)
        why = self.pool.apply(self.causes.spread(mixed.share, said), said)
        return Prediction(mixed.raw, probability, why)

    def scores(self, values: Values) -> tuple[Floats, Floats]:
        """Raw score and calibrated probability alone, each of shape (n)."""
        raw = self._mix(_matrix(values)).raw
        return raw, self.calibration.apply(raw)

    def ends(self, thickness: NDArray[np.int64], probability: Floats) -> tuple[Floats, Floats]:
        """Between which rates each ``probability`` stands (``models.interval``): two of (n).

        ``thickness`` (n) is that of ``models.support``.
        """
        return self.interval.ends(probability, thickness)

    def categories(self, values: Values) -> Floats:
        """Probability of each of ``CATEGORIES`` given a denial, shape (n, 14)."""
        rows = _matrix(values)
        said = evidence(rows, self.prior)
        return self.pool.apply(self.causes.spread(self._mix(rows).share, said), said)

    def unpooled(self, values: Values) -> Floats:
        """The same as the booster alone says it, before ``pool``: what a pool is learned from."""
        rows = _matrix(values)
        return self.causes.spread(self._mix(rows).share, evidence(rows, self.prior))

    def contributions(self, values: Values) -> Floats:
        """What each feature adds to the raw score, shape (n, features + 1), base value last.

        Exact TreeSHAP values of each cause's log-odds against paid, weighted by the claim's own mix
        of causes: with shares p and raw scores s, the raw score is the sum over causes of
        p (s - s of paid), plus the entropy of p, which belongs to the base value (decision 0016).
        """
        return self._weighted(_matrix(values), of_denial)

    def category_contributions(self, values: Values, category: int) -> Floats | None:
        """Why this category and no other: the same for its log-odds against all other causes.

        These are its odds given a denial, so what merely makes a denial likelier cancels out.
        ``category`` is a place in ``CATEGORIES``; ``None`` when it was not learned.
        """
        if category not in self.causes.learned:
            return None
        asked = 1 + self.causes.learned.index(category)
        return self._weighted(_matrix(values), lambda scores: of_cause(scores, asked))

    def _mix(self, rows: Values) -> Mix:
        return mix(self.booster.raw(rows, _threads(rows)))

    def parts(self, values: Values) -> Parts:
        """What each feature of some rows adds to each class's raw score (``models.parts``)."""
        rows = _matrix(values)
        return Parts.read(self.explainer, rows, _threads(rows))

    def prepare(self) -> None:
        """Make ready what explains, so that the first claim need not wait for it."""
        self.explainer.prepare()
        if self.lines is not None:
            self.lines.explainer.prepare()

    def _weighted(self, rows: Values, weights: Callable[[Floats], tuple[Floats, Floats]]) -> Floats:
        counts, base = weights(self.booster.raw(rows, _threads(rows)))
        found = self.explainer.weighted(rows, counts, _threads(rows))
        found[:, -1] += base
        return found


def _interval(kept: bytes | None) -> Interval:
    if kept is None:
        return Interval.unmeasured()
    return Interval.from_json(bundle.parse_json(kept, "it"))


def _recovery(kept: bytes | None) -> Recovery | None:
    return None if kept is None else Recovery.from_json(bundle.parse_json(kept, "it"))


def _golden(kept: bytes | None, lines: LineModel | None) -> Golden:
    if kept is None:  # it is just being made
        return Golden.nothing()
    features = 0 if lines is None else lines.booster.features
    content = bundle.parse_json(kept, "it")
    return Golden.from_json(content, len(FEATURE_NAMES), len(CATEGORIES), features)


def _program() -> str:
    try:
        return f"preclear {version('preclear')}"
    except PackageNotFoundError:
        return "preclear"


def _threads(rows: Values) -> int:
    return 1 if len(rows) <= SMALL_BATCH else 0


def _matrix(values: Values) -> Values:
    if values.ndim != 2 or values.shape[1] != len(FEATURE_NAMES) or values.dtype != np.float32:
        raise ModelError(
            f"The model takes a float32 matrix of {len(FEATURE_NAMES)} columns (features.build), "
            f"not {values.dtype} of shape {values.shape}."
        )
    return values


def _same_features(names: object) -> None:
    if names == list(FEATURE_NAMES):
        return
    given = set(names) if isinstance(names, list) else set()
    other = sorted(given ^ set(FEATURE_NAMES))
    what = f"{other[0]!r} is in one and not in the other" if other else "their order differs"
    raise ModelError(
        f"The model was trained on other features than this program builds ({what}); "
        "train it again with this program."
    )


def _numbers(about: Mapping[str, object]) -> tuple[Causes, Floats, float]:
    names, classes = about.get("categories"), about.get("classes")
    prior, threshold = about.get("prior"), about.get("threshold")
    if names != list(CATEGORIES):
        raise ModelError("The model knows other categories than this program; train it again.")
    if not isinstance(classes, list) or not isinstance(prior, list):
        raise ModelError("The model's description is incomplete; train it again.")
    try:
        causes = Causes.named(classes)
    except CausesError as error:
        raise ModelError(f"The model's classes cannot be used: {error}; train it again.") from error
    shares = np.asarray(prior, np.float64)
    if shares.shape != (len(CATEGORIES),) or (shares < 0).any() or abs(shares.sum() - 1) > 1e-9:
        raise ModelError("The shares of the categories among the denied must sum to 1.")
    if not isinstance(threshold, float) or not 0 < threshold < 1:
        raise ModelError("The model's threshold must lie between 0 and 1.")
    return causes, shares, threshold


def _booster_fits(booster: NativeBooster, classes: int) -> None:
    if booster.feature_names != FEATURE_NAMES:
        _same_features(list(booster.feature_names))
    if booster.classes != classes:
        raise ModelError(
            f"The booster has {booster.classes} classes and {classes} were named; train it again."
        )
