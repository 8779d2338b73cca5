"""The denial model as scikit-learn's users expect one: ``fit``, ``predict_proba``, ``explain``.

For notebooks and scripts. The same learning as ``preclear train`` and the same answers as
``/score``, without registry and service: nothing is written but by ``save``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from claims import x12
from claims.carc import load_catalogue
from claims.dataset import Dataset, read_dataset
from claims.errors import UserError
from claims.keys import Keys, load_keys
from claims.labels import label
from claims.progress import SILENT, Progress
from claims.settings import Settings as Installation
from claims.types import Claim
from features.build import build
from features.columns import NO_DAY, as_days
from features.frame import Frame
from features.history import History
from models import denial
from models.frame_scores import FrameScores
from models.score import Score
from models.scoring import Scorer
from training.boosters import Settings
from training.evaluation import Evaluation
from training.learn import learn
from training.prepare import prepare

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Source = Dataset | Path | str | Sequence[Path | str]
"""Tables that were read, or what to read: folders and files of 837s and 835s, or of tables."""
Claims = Source | Claim | Sequence[Claim]

_MODEL, _HISTORY = "model", "history"


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    """What a fit gave: the model that answers, what payers did, how its twin was judged."""

    model: denial.DenialModel
    history: History
    evaluation: Evaluation | None


class DenialModel:
    """Learns who is denied from claims and remittances, and says of later claims how likely it is.

    ``fit`` learns from all claims that are old enough to be answered, and judges the same recipe on
    the latest of them (``evaluation_``). What is asked after ``fit`` is answered from the history
    that it saw; ``knowing`` gives the same model a later one.

    >>> model = DenialModel(seed=7).fit("world")
    >>> claims = read_claims("new-claims")
    >>> model.predict_proba(claims).shape == (len(claims), 2)
    True
    >>> answer = model.explain(claims[0])[0]
    >>> bool(answer.denial_probability == model.predict_proba(claims[0])[0, 1])
    True
    >>> len(answer.reasons) <= 4
    True
    """

    classes_ = np.array(["paid", "denied"])
    """Of ``predict_proba``'s columns."""

    def __init__(
        self,
        *,
        seed: int = 1,
        half_life: float | None = None,
        threads: int = 0,
        home: Path | str | None = None,
        progress: Progress = SILENT,
    ) -> None:
        """``half_life`` in days: how fast examples lose weight (``None``: not); ``threads`` 0: all.

        ``home`` holds the secret that ids are hashed with; the environment's ``PRECLEAR_HOME``
        where it is not given. ``progress`` is told of long steps.
        """
        self.seed = seed
        self.half_life = half_life
        self.threads = threads
        self._home = Path(home) if home is not None else Installation.read().home
        self._progress = progress
        self._fitted: _Fitted | None = None

    @cached_property
    def keys(self) -> Keys:
        """What ids are hashed with: the installation's secret, made when it is first needed."""
        return load_keys(self._home)

    def fit(self, data: Source) -> Self:
        """Learn from claims and their remittances. Raises ``UserError`` where they do not suffice.

        Features are those of each claim's own day: nothing known later touches them.
        """
        dataset = self.read(data)
        prepared = prepare(dataset, self._progress)
        settings = Settings(seed=self.seed, threads=self.threads, half_life=self.half_life)
        digest = dataset.digest()
        learned = learn(prepared, dataset.claims.num_rows, digest, settings, self._progress)
        model = learned.registered.model
        self._fitted = _Fitted(model, prepared.history, learned.evaluation)
        return self

    def knowing(self, data: Source) -> DenialModel:
        """The same model with another history: that of ``data``, in place of what ``fit`` saw.

        Each claim is still judged by what was known on its day.
        """
        dataset = self.read(data)
        frame = Frame.from_tables(dataset.claims, dataset.lines)
        history = History.build(frame, label(dataset))
        return self._with(_Fitted(self.model_, history, self._now.evaluation))

    def predict_proba(self, claims: Claims, as_of: dt.date | None = None) -> F64:
        """How likely each of n claims is to be paid and to be denied, in whole or in part: (n, 2).

        Each claim is judged as of ``as_of``, else the day it was submitted, else today.
        """
        denied = self._denied(self._frame(claims, as_of))
        return np.column_stack([1 - denied, denied])

    def predict(self, claims: Claims, as_of: dt.date | None = None) -> NDArray[np.bool_]:
        """Whether each claim's probability is at least the model's threshold (bool, n)."""
        probability = self._denied(self._frame(claims, as_of))
        return probability >= self.model_.threshold

    def score(self, claims: Claims, as_of: dt.date | None = None) -> FrameScores:
        """Probability with its interval, category, CARC, action and decision of any number."""
        return self.scorer.score_frame(self._frame(claims, as_of))

    def explain(self, claims: Claim | Sequence[Claim], as_of: dt.date | None = None) -> list[Score]:
        """The whole answer of ``/score`` for each claim: reasons, what-ifs, advice, support."""
        given = [claims] if isinstance(claims, Claim) else list(claims)
        return [scored.score for scored in self.scorer.score(given, as_of)]

    def features(self, claims: Claims, as_of: dt.date | None = None) -> F32:
        """The feature rows that the model sees: float32 (n, ``len(features.catalog.FEATURES)``)."""
        return build(self._frame(claims, as_of), self.history_)

    def contributions(self, claims: Claims, as_of: dt.date | None = None) -> F64:
        """Exact TreeSHAP values in log-odds: float64 (n, features + 1), the base value last."""
        return self.model_.contributions(self.features(claims, as_of))

    @property
    def scorer(self) -> Scorer:
        """What ``/score`` answers with, over this model and history."""
        return Scorer(self.model_, self.history_, self.keys)

    @property
    def model_(self) -> denial.DenialModel:
        """The fitted model itself: booster, calibration, CARCs, threshold, promise."""
        return self._now.model

    @property
    def history_(self) -> History:
        """What payers did, by the day on which it became known."""
        return self._now.history

    @property
    def evaluation_(self) -> Evaluation:
        """How the recipe did on the latest claims of ``fit``, which its judged twin had not seen.

        Raises ``UserError`` for a model that was loaded: the evaluation is not kept with it.
        """
        if self._now.evaluation is None:
            raise UserError("a loaded model has no evaluation: it is that of its training run")
        return self._now.evaluation

    def save(self, folder: Path | str) -> None:
        """Write model and history to ``folder``, which is made; the ids' secret stays at home."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        self.model_.save(place / _MODEL)
        self.history_.save(place / _HISTORY)

    @classmethod
    def load(cls, folder: Path | str, *, home: Path | str | None = None) -> DenialModel:
        """What ``save`` wrote, verified. Raises ``UserError`` where it is broken or not there."""
        model = denial.DenialModel.load(Path(folder) / _MODEL)
        history = History.open(Path(folder) / _HISTORY)
        return cls(home=home)._with(_Fitted(model, history, None))

    def read(self, data: Source) -> Dataset:
        """The six tables of ``data`` (docs/tables.md). Raises ``UserError``."""
        if isinstance(data, Dataset):
            return data
        paths = [data] if isinstance(data, str | Path) else list(data)
        catalogue = load_catalogue(Installation.read().carc_csv)
        return read_dataset(paths, keys=self.keys, catalogue=catalogue, progress=self._progress)

    @property
    def _now(self) -> _Fitted:
        if self._fitted is None:
            raise UserError("the model is not fitted: call fit(PATH) first, or DenialModel.load")
        return self._fitted

    def _with(self, fitted: _Fitted) -> DenialModel:
        other = DenialModel(
            seed=self.seed,
            half_life=self.half_life,
            threads=self.threads,
            home=self._home,
            progress=self._progress,
        )
        other._fitted = fitted
        return other

    def _denied(self, frame: Frame) -> F64:
        return self.model_.predict(build(frame, self.history_)).probability

    def _frame(self, claims: Claims, as_of: dt.date | None) -> Frame:
        if isinstance(claims, Claim):
            frame = Frame.from_claims([claims], self.keys)
        elif isinstance(claims, Dataset | str | Path):
            dataset = self.read(claims)
            frame = Frame.from_tables(dataset.claims, dataset.lines)
        else:
            frame = self._listed(list(claims))
        if as_of is not None:
            return frame.as_of_days(np.full(len(frame), as_days(as_of), np.int32))
        today = np.int32(as_days(dt.date.today()))  # noqa: DTZ011 -- X12 dates have no zone either
        return frame.replace(as_of=np.where(frame.as_of == NO_DAY, today, frame.as_of))

    def _listed(self, claims: Sequence[Claim | Path | str]) -> Frame:
        paths = [one for one in claims if isinstance(one, Path | str)]
        if paths:
            dataset = self.read(paths)
            return Frame.from_tables(dataset.claims, dataset.lines)
        return Frame.from_claims([one for one in claims if isinstance(one, Claim)], self.keys)


def read_claims(*paths: Path | str) -> list[Claim]:
    """The claims of 837 files, or of all under folders, in the order of the files' names.

    What cannot be read is left out; ``preclear read PATH...`` names it. Raises ``UserError`` where
    a path is not there.
    """
    return [one for file in _files(paths) for one in _of(file)]


def _files(paths: Iterable[Path | str]) -> Iterable[Path]:
    for path in map(Path, paths):
        if not path.exists():
            raise UserError(f"{path} is not there: name an 837 file, or a folder of them")
        yield from (
            sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
        )


def _of(file: Path) -> list[Claim]:
    with file.open("rb") as source:
        return [one for one in x12.read(source, file.name) if isinstance(one, Claim)]
