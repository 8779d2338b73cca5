"""The denial model: will this claim be denied, and if so for which category.

Two LightGBM boosters (denial; category among the denied), a calibration table and a table of
CARCs. It knows nothing of claims: it takes the float32 matrix of ``features.build``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES, CATEGORY_CODE
from claims.errors import UserError
from features.catalog import FEATURES
from models import bundle
from models.calibration import Calibration, CalibrationError
from models.carcs import CarcTable, CarcTableError
from models.native import NativeBooster, NativeError
from models.promise import Promise, PromiseError

Values = NDArray[np.float32]
Floats = NDArray[np.float64]

FEATURE_NAMES: Final[tuple[str, ...]] = tuple(feature.name for feature in FEATURES)
SMALL_BATCH: Final = 2048
"""Rows up to which waking more threads costs more than it saves."""


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
        rows = slice(place, place + 1)
        return Prediction(self.raw[rows], self.probability[rows], self.category_probability[rows])


@dataclass(frozen=True, slots=True, eq=False)
class DenialModel:
    """A model that can answer. Make it with ``from_parts`` or ``load``; share it freely.

    ``threshold`` is the probability from which a claim is not sent as it is. ``facts`` is what
    training said about itself, ``promise`` the precisions that it can keep, if they were measured.
    ``digest`` names the model: same parts, same digest.
    """

    denial: NativeBooster
    category: NativeBooster | None
    classes: tuple[int, ...]
    prior: Floats
    calibration: Calibration
    carcs: CarcTable
    threshold: float
    facts: Mapping[str, object]
    promise: Promise | None
    digest: str
    _manifest: bytes
    _files: Mapping[str, bytes]

    @classmethod
    def from_parts(
        cls,
        *,
        denial: str,
        category: str | None,
        classes: Sequence[str],
        prior: Floats,
        calibration: Calibration,
        carcs: CarcTable,
        threshold: float,
        facts: Mapping[str, object],
        promise: Promise | None = None,
    ) -> DenialModel:
        """Put a model together from what training made.

        ``denial`` (binary) and ``category`` (multiclass) are LightGBM's text forms
        (``Booster.model_to_string()``), trained on float32 matrices whose features carry the names
        of ``features.catalog``. ``classes`` names the category of each class of the category
        booster; with fewer than two categories to learn, ``category`` is ``None`` and ``classes``
        empty. ``prior`` (14) is the share of each of ``CATEGORIES`` among the denied, and sums to
        1. ``facts`` are JSON values without a moment in them. ``ModelError`` when parts disagree.
        """
        files = {
            "denial.txt": denial.encode(),
            "calibration.json": bundle.canonical(calibration.to_json()),
            "carcs.json": bundle.canonical(carcs.to_json()),
        }
        if category is not None:
            files["category.txt"] = category.encode()
        if promise is not None:
            files["promise.json"] = bundle.canonical(promise.to_json())
        about = {
            "features": list(FEATURE_NAMES),
            "categories": list(CATEGORIES),
            "classes": list(classes),
            "prior": np.asarray(prior, np.float64).tolist(),
            "threshold": float(threshold),
            "training": dict(facts),
            "created_by": _program(),
        }
        try:
            manifest = bundle.manifest_of(about, files)
        except (TypeError, ValueError) as error:
            raise ModelError(f"The facts about the training are no JSON: {error}.") from error
        return cls._assembled(about, files, manifest)

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
        content = bundle.parse_json(self._manifest, "it")
        assert isinstance(content, dict)  # noqa: S101 - our own manifest
        about: dict[str, object] = content["about"]
        files = {**self._files, "promise.json": bundle.canonical(promise.to_json())}
        return self._assembled(about, files, bundle.manifest_of(about, files))

    def save(self, folder: Path) -> None:
        """Write the model into the new folder ``folder``."""
        bundle.write(folder, self._manifest, self._files)

    @classmethod
    def _assembled(
        cls, about: Mapping[str, object], files: Mapping[str, bytes], manifest: bytes
    ) -> DenialModel:
        _same_features(about.get("features"))
        classes, prior, threshold = _numbers(about)
        try:
            denial = NativeBooster(files["denial.txt"].decode())
            text = files.get("category.txt")
            category = None if text is None else NativeBooster(text.decode())
            calibration = Calibration.from_json(bundle.parse_json(files["calibration.json"], "it"))
            carcs = CarcTable.from_json(bundle.parse_json(files["carcs.json"], "it"))
            kept = files.get("promise.json")
            promise = None if kept is None else Promise.from_json(bundle.parse_json(kept, "it"))
        except (NativeError, CalibrationError, CarcTableError, PromiseError, UnicodeError) as error:
            raise ModelError(f"The model's parts cannot be used: {error}") from error
        _boosters_fit(denial, category, len(classes))
        facts = about.get("training")
        if not isinstance(facts, dict):
            raise ModelError("The model says nothing about its training; train it again.")
        return cls(
            denial, category, classes, prior, calibration, carcs, threshold, facts, promise,
            bundle.digest(manifest), manifest, files,
        )  # fmt: skip

    def predict(self, values: Values) -> Prediction:
        """Score the matrix ``values`` (n, features) of ``features.build``, float32."""
        raw, probability = self.scores(values)
        return Prediction(raw, probability, self.categories(values))

    def scores(self, values: Values) -> tuple[Floats, Floats]:
        """Raw score and calibrated probability alone, each of shape (n)."""
        rows = _matrix(values)
        raw = self.denial.raw(rows, _threads(rows))[:, 0]
        return raw, self.calibration.apply(raw)

    def categories(self, values: Values) -> Floats:
        """Probability of each of ``CATEGORIES`` given a denial, shape (n, 14).

        A category too rare to be learned keeps its prior share; the booster divides the rest.
        """
        rows = _matrix(values)
        out = np.tile(self.prior, (len(rows), 1))
        if self.category is not None:
            learned = self.category.probabilities(rows, _threads(rows))
            places = list(self.classes)
            out[:, places] = learned * (self.prior[places].sum() / learned.sum(1, keepdims=True))
        return out

    def contributions(self, values: Values) -> Floats:
        """Exact TreeSHAP values of the raw score, shape (n, features + 1), base value last."""
        rows = _matrix(values)
        return self.denial.contributions(rows, _threads(rows))[:, 0]

    def category_contributions(self, values: Values, category: int) -> Floats | None:
        """The same of one category's raw score against the others; ``None`` when not learned."""
        if self.category is None or category not in self.classes:
            return None
        rows = _matrix(values)
        everything = self.category.contributions(rows, _threads(rows))
        return everything[:, self.classes.index(category)]


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


def _numbers(about: Mapping[str, object]) -> tuple[tuple[int, ...], Floats, float]:
    broken = ModelError("The model's description is incomplete; train it again.")
    names, classes = about.get("categories"), about.get("classes")
    prior, threshold = about.get("prior"), about.get("threshold")
    if names != list(CATEGORIES):
        raise ModelError("The model knows other categories than this program; train it again.")
    if not isinstance(classes, list) or not isinstance(prior, list):
        raise broken
    if len(set(classes)) != len(classes) or not set(classes) <= set(CATEGORIES):
        raise broken
    shares = np.asarray(prior, np.float64)
    if shares.shape != (len(CATEGORIES),) or (shares < 0).any() or abs(shares.sum() - 1) > 1e-9:
        raise ModelError("The shares of the categories among the denied must sum to 1.")
    if not isinstance(threshold, float) or not 0 < threshold < 1:
        raise ModelError("The model's threshold must lie between 0 and 1.")
    return tuple(CATEGORY_CODE[name] for name in classes), shares, threshold


def _boosters_fit(denial: NativeBooster, category: NativeBooster | None, classes: int) -> None:
    for booster in (denial, category):
        if booster is not None and booster.feature_names != FEATURE_NAMES:
            _same_features(list(booster.feature_names))
    if denial.classes != 1:
        raise ModelError("The denial booster must be binary.")
    if (category is None) != (classes == 0) or (category and category.classes != classes):
        raise ModelError("The category booster has another number of classes than were named.")
