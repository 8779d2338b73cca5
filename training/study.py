"""The study of a tuning: what is asked of trials, and the SQLite file that keeps them (Optuna)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from claims.errors import UserError
from training.shape import Shape

if TYPE_CHECKING:
    from optuna import Study
    from optuna import Trial as Asked
    from optuna.storages import RDBStorage
    from optuna.trial import FrozenTrial

BINS: Final = (31, 63, 127, 255)
HALF_LIVES: Final = (None, 90.0, 180.0, 365.0, 730.0)
_TRIED: Final = "tried"
_SEEDS: Final = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A trial that ended: log loss and AUROC out of time, and what it gained over trial 0."""

    number: int
    shape: Shape
    log_loss: float
    auroc: float
    rounds: int
    seconds: float
    gain: float
    error: float


def ask(trial: Asked, base: Shape) -> Shape:
    """The shape that a trial asks for. Small trees only: each is explained at every score."""
    half_life = trial.suggest_categorical("half_life", HALF_LIVES)
    return Shape(
        trees=base.trees,
        leaves=trial.suggest_int("leaves", 2, 16, log=True),
        learning_rate=_short(trial.suggest_float("learning_rate", 0.03, 0.3, log=True)),
        min_data_in_leaf=trial.suggest_int("min_data_in_leaf", 5, 200, log=True),
        lambda_l2=_short(trial.suggest_float("lambda_l2", 0.1, 100.0, log=True)),
        feature_fraction=_short(trial.suggest_float("feature_fraction", 0.2, 1.0)),
        max_bin=trial.suggest_categorical("max_bin", BINS),
        half_life=None if half_life is None else float(half_life),
    )


def _short(value: float) -> float:
    """Three digits: what a person may read and write down, and all that counts."""
    return float(f"{value:.3g}")


def keep(trial: Asked, tried: Tried) -> None:
    """Keep with a trial all that is told about it."""
    trial.set_user_attr(_TRIED, asdict(tried))


def of(trial: FrozenTrial) -> Tried:
    """What was kept with a trial."""
    kept = dict(trial.user_attrs[_TRIED])
    return Tried(shape=Shape(**kept.pop("shape")), **kept)


def ended(study: Study) -> tuple[Tried, ...]:
    """All trials that ended, in the order of their numbers."""
    from optuna.trial import TrialState

    found = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return tuple(of(trial) for trial in found)


@contextmanager
def opened(file: Path) -> Iterator[RDBStorage]:
    """The SQLite file of a study, made when it is not there."""
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        file.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.parent.mkdir(exist_ok=True)
        # Quoted, because a folder's name may hold a question mark, or a brace that Optuna fills in.
        storage = optuna.storages.RDBStorage(f"sqlite:///{quote(str(file.absolute()))}")
    except (OSError, SQLAlchemyError, RuntimeError, optuna.exceptions.OptunaError) as error:
        raise UserError(
            f"The tuning's file {file} cannot be used ({type(error).__name__}): move it away, or "
            "point PRECLEAR_HOME at a folder that you may write."
        ) from error
    try:
        yield storage
    finally:
        storage.remove_session()
        storage.engine.dispose()


def resume(storage: RDBStorage, name: str, seed: int, base: Shape) -> Study:
    """The study of that name; its first trial is ``base``. Made anew when no trial ever ended."""
    import optuna

    def found() -> Study:
        return optuna.create_study(storage=storage, study_name=name, load_if_exists=True)

    study = found()
    if study.trials and not ended(study):
        optuna.delete_study(study_name=name, storage=storage)
        study = found()
    if not study.trials:
        first = asdict(base)
        del first["trees"]
        study.enqueue_trial(first)
    # Trials that were broken off count, so that none is asked for twice.
    place = (seed + len(study.trials)) % _SEEDS
    study.sampler = optuna.samplers.TPESampler(seed=place, constant_liar=False)
    return study
