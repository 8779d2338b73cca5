"""Tuning: look for a better shape of the booster for a while, and take it only if it is better.

Optuna looks (TPE, seeded), and keeps every trial in a SQLite file as it ends, so that a search
that was broken off goes on where it stopped. A trial is judged by the forward folds alone. The
shape that the settings ask for is trial 0; the best of the others is taken if it beats that by more
than chance.

No trial is given up half way: the folds grow side by side and share one number of rounds, and early
rounds favour high learning rates.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from claims.progress import Progress
from features.catalog import NAMES
from training import trials
from training.boosters import Settings
from training.shape import Shape, text, write
from training.study import Tried, ask, ended, keep, of, opened, resume
from training.trials import Ground

if TYPE_CHECKING:
    from optuna import Study
    from optuna import Trial as Asked
    from optuna.trial import FrozenTrial

    from training.tracking import Trials

FOLDER: Final = "tuning"
_RUN: Final = "mlflow run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How long to look: no trial begins after ``seconds``, or beyond ``trials`` in this call."""

    seconds: float
    trials: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What a search found. ``needed`` is the gain that could be chance, in nats a claim.

    ``tried`` holds all trials that ended, ``earlier`` how many did so before this call; ``file``
    holds the shape of ``settings``, which is that of ``best`` if it was ``taken``, else trial 0's.
    """

    settings: Settings
    tried: tuple[Tried, ...]
    earlier: int
    best: Tried
    needed: float
    taken: bool
    file: Path

    @property
    def sentence(self) -> str:
        """What came of it, for a person."""
        base = self.tried[0]
        count = f"{len(self.tried)} trial{'s' if len(self.tried) > 1 else ''}"
        if self.earlier:
            count += f" ({self.earlier} of them in earlier calls)"
        if self.best.number == base.number:
            return f"{count}: none had a lower log loss out of time than the defaults, which stay."
        told = (
            f"{count}: the best, trial {self.best.number}, has log loss {self.best.log_loss:.5f} "
            f"out of time, the defaults {base.log_loss:.5f}; {self.best.gain:.5f} less, where up "
            f"to {self.needed:.5f} could be chance."
        )
        return f"{told} Its parameters were taken." if self.taken else f"{told} The defaults stay."

    def to_json(self) -> dict[str, object]:
        """For the machine-readable answer."""
        return {
            "trials": len(self.tried),
            "earlier": self.earlier,
            "defaults": asdict(self.tried[0]),
            "best": asdict(self.best),
            "needed": self.needed,
            "taken": self.taken,
            "file": str(self.file),
        }


def tune(
    ground: Ground,
    *,
    home: Path,
    digest: str,
    sources: str,
    budget: Budget,
    track: Callable[[str], Trials],
    progress: Progress,
) -> Tuned:
    """Look for a better shape than ``ground.settings`` has, for as long as ``budget`` allows.

    Trials of earlier calls on the same data (``digest``), features, code (``sources``), seed and
    settings count. ``track`` gives the log of trials, for the id of the run known from an earlier
    call ("" if none). Raises ``UserError`` when ``home`` cannot be written.
    """
    base, seed = ground.settings.shape(), ground.settings.seed
    features = hashlib.sha256("\n".join(NAMES).encode()).hexdigest()
    stem = f"{digest.removeprefix('sha256:')[:12]}-{features[:8]}"
    made = hashlib.sha256(f"{sources} {text(base)}".encode()).hexdigest()
    with opened(home / FOLDER / f"{stem}.db") as storage:
        study = resume(storage, f"seed {seed}, made by {made[:16]}", seed, base)
        earlier = len(ended(study))
        log = track(str(study.user_attrs.get(_RUN, "")))
        study.set_user_attr(_RUN, log.run_id)
        search = _Search(ground, base, log)
        with _logged(log, study):
            search.run(study, budget, _title(ended(study)), progress)
        tried = ended(study)
    return _decide(ground.settings, tried, earlier, home / FOLDER / f"{stem}-seed{seed}.json")


def _title(tried: tuple[Tried, ...]) -> str:
    if not tried:
        return "Tuning"
    best = min(one.log_loss for one in tried)
    return f"Tuning on from {len(tried)} trials, best log loss {best:.5f}"


def _decide(settings: Settings, tried: tuple[Tried, ...], earlier: int, file: Path) -> Tuned:
    best = min(tried, key=lambda one: (one.log_loss, one.number))
    needed = trials.chance(len(tried) - 1) * best.error
    taken = best.gain > needed
    chosen = settings.shaped(best.shape) if taken else settings
    write(chosen.shape(), file)
    return Tuned(
        settings=chosen,
        tried=tried,
        earlier=earlier,
        best=best,
        needed=needed,
        taken=taken,
        file=file,
    )


@dataclass(slots=True, eq=False)
class _Search:
    """Trials on one ground, one after another."""

    ground: Ground
    base: Shape
    log: Trials
    _losses: trials.Trial | None = None  # of trial 0: what others are compared with

    def run(self, study: Study, budget: Budget, title: str, progress: Progress) -> None:
        began = time.monotonic()
        with progress.stage(title, budget.seconds) as advance:
            told = began

            def over(_: Study, trial: FrozenTrial) -> None:
                nonlocal told
                now = time.monotonic()
                advance(now - told)
                told = now
                self._log(of(trial))

            left = budget.trials
            if not ended(study):
                study.optimize(self._trial, n_trials=1, callbacks=[over])
                left = None if left is None else left - 1
            seconds = budget.seconds - (time.monotonic() - began)
            study.optimize(self._trial, n_trials=left, timeout=seconds, callbacks=[over])

    def _trial(self, asked: Asked) -> float:
        began = time.monotonic()
        if self._losses is None:
            self._losses = trials.judge(self.ground, self.base)
        shape = ask(asked, self.base)
        same = shape == self.base
        made = self._losses if same else trials.judge(self.ground, shape)
        gained = trials.gain(made.loss, self._losses.loss, made.weight)
        tried = Tried(
            number=asked.number,
            shape=shape,
            log_loss=made.log_loss,
            auroc=made.auroc,
            rounds=made.rounds,
            seconds=time.monotonic() - began,
            gain=gained.value,
            error=gained.error,
        )
        keep(asked, tried)
        return made.log_loss

    def _log(self, made: Tried) -> None:
        parameters = {k: "none" if v is None else v for k, v in asdict(made.shape).items()}
        self.log.add(made.number, parameters, _metrics(made), made.seconds)


def _metrics(made: Tried) -> Mapping[str, float]:
    return {
        "out_of_time.log_loss": made.log_loss,
        "out_of_time.auroc": made.auroc,
        "out_of_time.gain": made.gain,
        "rounds": made.rounds,
        "seconds": made.seconds,
    }


@contextmanager
def _logged(log: Trials, study: Study) -> Iterator[None]:
    """End the run of the whole, however the search ends."""
    status = "FAILED"
    try:
        yield
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        tried = ended(study)
        best = min(tried, key=lambda one: one.log_loss, default=None)
        log.finish(status, {"trials": len(tried)} | (dict(_metrics(best)) if best else {}))
