"""The probability of each service line: a booster of its own, held within what the claim says.

A claim is denied as soon as one of its lines is (decision 0003), so its probability P and those of
its lines p1 to pk are bound to one another: none of them is above P, and together they are not
below it (Boole's inequality). ``coherent`` brings what the two boosters say within these bounds,
which leave a single line nothing but its claim's probability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.build_lines import LINE_NAMES, line_values
from features.frame import Frame
from features.history import History
from features.known import CHUNK, Known, look_up
from models import bundle
from models.calibration import Calibration, CalibrationError
from models.causes import Causes, CausesError, mix
from models.native import NativeBooster, NativeError
from models.parts import Parts
from models.treeshap.explainer import Explainer

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

BOOSTER: Final = "lines.txt"
CALIBRATION: Final = "line_calibration.json"
_SMALL: Final = 2048  # rows up to which waking more threads costs more than it saves


class LinesError(ValueError):
    """The parts cannot score lines; one sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class LineParts:
    """What training made for lines: LightGBM's text, its classes (``Causes.names``), calibration.

    The booster was trained on rows of ``features.build_lines`` under their names.
    """

    booster: str
    classes: Sequence[str]
    calibration: Calibration

    def files(self) -> dict[str, bytes]:
        """The files of a bundle that hold it."""
        return {
            BOOSTER: self.booster.encode(),
            CALIBRATION: bundle.canonical(self.calibration.to_json()),
        }

    def about(self) -> dict[str, object]:
        """What the manifest says about it, under ``lines``."""
        return {"features": list(LINE_NAMES), "classes": list(self.classes)}


@dataclass(frozen=True, slots=True, eq=False)
class LineModel:
    """A booster over lines that can answer. Share it freely."""

    booster: NativeBooster
    explainer: Explainer
    causes: Causes
    calibration: Calibration

    def raw(self, values: F32) -> F64:
        """Log-odds of a denial (m) of the rows ``values`` (m, features) of ``build_lines``."""
        return mix(self.booster.raw(values, 1 if len(values) <= _SMALL else 0)).raw

    def parts(self, values: F32) -> Parts:
        """What each feature of some rows adds to each class's raw score (``models.parts``)."""
        return Parts.read(self.explainer, values, 1 if len(values) <= _SMALL else 0)

    def probability(self, values: F32) -> F64:
        """The calibrated probability of each line (m), whatever its claim's is."""
        return self.calibration.apply(self.raw(values))


def assembled(about: object, files: Mapping[str, bytes]) -> LineModel | None:
    """The line model of a bundle; ``None`` where it has none. Raises ``LinesError``."""
    there = [about is not None, BOOSTER in files, CALIBRATION in files]
    if not any(there):
        return None
    if not all(there) or not isinstance(about, dict) or not isinstance(about.get("classes"), list):
        raise LinesError("the description of its lines and their files do not fit")
    if about.get("features") != list(LINE_NAMES):
        raise LinesError("its lines were learned with other features than this program builds")
    try:
        text = files[BOOSTER].decode()
        booster = NativeBooster(text)
        causes = Causes.named(about["classes"])
        table = Calibration.from_json(bundle.parse_json(files[CALIBRATION], "it"))
    except (NativeError, CausesError, CalibrationError, UnicodeError) as error:
        raise LinesError(str(error)) from error
    if booster.feature_names != LINE_NAMES or booster.classes != len(causes.names):
        raise LinesError("the booster of its lines has other features or classes than were named")
    return LineModel(booster, Explainer(booster, text), causes, table)


def coherent(own: F64, whole: F64, of: I64) -> F64:
    """Bring the lines' own probabilities (m) within what their claims' (n) leave them.

    ``of`` (m) is each line's claim. A line is capped at its claim's probability; where the lines of
    a claim then fall short of it together, all are raised in proportion.

    >>> coherent(np.array([0.6, 0.2, 0.1, 0.1]), np.array([0.5, 0.4]), np.array([0, 0, 1, 1]))
    array([0.5, 0.2, 0.2, 0.2])
    """
    capped = np.minimum(own, whole[of])
    # Added up in the order of the lines: a batch of one and a batch of many give equal bits.
    together = np.bincount(of, capped, minlength=len(whole))
    raised = capped * np.maximum(1.0, whole / np.maximum(together, np.finfo(np.float64).tiny))[of]
    alone = np.bincount(of, minlength=len(whole))[of] == 1
    return np.where(alone, whole[of], np.minimum(raised, whole[of]))


@dataclass(frozen=True, slots=True, eq=False)
class OfLines:
    """The probability (m) of each line, and the rows of ``build_lines`` that it rests on.

    ``row`` (m) is a line's place in ``values``, -1 where its claim speaks for it.
    """

    probability: F64
    values: F32
    row: I64


def scored_lines(model: LineModel | None, known: Known, whole: F64) -> OfLines:
    """Score the lines of ``known``, whose claims have the probabilities ``whole``.

    A line that stands alone has its claim's, and so has every line where the model knows nothing of
    lines (``None``).
    """
    of, several = known.frame.line_claim, known.lines.sizes > 1
    shown, row = whole[of], np.full(len(of), -1)
    place = np.flatnonzero(several[of])
    if model is None or not len(place):
        return OfLines(shown, np.empty((0, len(LINE_NAMES)), np.float32), row)
    values = line_values(known)[place]
    number = np.cumsum(several) - 1
    shown[place] = coherent(model.probability(values), whole[several], number[of[place]])
    row[place] = np.arange(len(place))
    return OfLines(shown, values, row)


def of_lines(model: LineModel | None, frame: Frame, history: History, whole: F64) -> F64:
    """``scored_lines`` of any number of claims: their probabilities (m) alone."""
    shown, sizes = whole[frame.line_claim], np.diff(frame.starts)
    if model is None:
        return shown
    place, several = np.flatnonzero((sizes > 1)[frame.line_claim]), np.flatnonzero(sizes > 1)
    found = [np.zeros(0)]
    for first in range(0, len(several), CHUNK):
        rows = several[first : first + CHUNK]
        known = look_up(frame.take(rows), history)
        found.append(scored_lines(model, known, whole[rows]).probability)
    shown[place] = np.concatenate(found)
    return shown
