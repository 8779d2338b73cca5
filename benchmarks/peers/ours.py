"""Ours, the whole way that users have: ``training.train``, then scoring with a history.

Each answer says which history it looked into:

* ``as of submission``: every claim is judged with what was known on the day it was sent, outcomes
  of earlier test claims among it, as the running service does.
* ``history frozen``: with nothing that came after the training data ended. The peers have as much.
* ``at the end`` (patients apart): as though each claim was sent on the day after the training data
  ended: its days are all moved by as much, and the history is the training patients' alone.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.cases import KEYS, Case, rows
from claims.categories import CATEGORIES
from claims.progress import SILENT
from features.build import build
from features.frame import NO_DAY, Frame
from features.history import History
from models.denial import DenialModel
from models.promise import PromiseError
from models.registry import Registry
from models.scoring import Scorer
from training.boosters import Settings
from training.train import train

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

PRECISION: Final = 0.95
_CHUNK: Final = 2048
_CARCS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Probabilities of the judged rows, the categories of each, and its three likeliest CARCs."""

    history: str
    probability: F64
    category: F64
    carcs: list[list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What ours said, the threshold that it promises 95 % precision at, and seconds of training.

    ``threshold`` is ``None`` where the model refuses to promise that precision.
    """

    answers: tuple[Answer, ...]
    threshold: float | None
    seconds: float


def run(case: Case, threads: int) -> Ours:
    """Train on the training data alone and answer for the judged rows."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        registry = Registry(home / "mlruns")
        registry.experiment_id  # noqa: B018 - MLflow makes its tables once
        started = time.perf_counter()
        made = train(
            case.training,
            registry=registry,
            home=home / "var",
            settings=Settings(threads=threads),
            promote=False,
            progress=SILENT,
        )
        seconds = time.perf_counter() - started
        frozen = History.open(made.history)
        answers = tuple(
            _answer(case, made.model, history, what, move)
            for what, history, move in _histories(case, frozen)
        )
        return Ours(answers=answers, threshold=_promised(made.model), seconds=seconds)


Move = Callable[[Frame], Frame]


def _histories(case: Case, frozen: History) -> list[tuple[str, History, Move]]:
    running = ("as of submission", case.every.history, lambda frame: frame)
    if case.by_patient:
        return [running, ("at the end", frozen, lambda frame: sent_on(frame, frozen.until + 1))]
    return [running, ("history frozen", frozen, lambda frame: frame)]


def sent_on(frame: Frame, day: int) -> Frame:
    """The same claims with all their days moved, so that each is sent on ``day``."""
    shift = np.int32(day) - frame.submitted
    of = frame.line_claim

    def moved(days: NDArray[np.int32], by: NDArray[np.int32]) -> NDArray[np.int32]:
        return np.where(days == NO_DAY, NO_DAY, days + by).astype(np.int32)

    return frame.replace(
        as_of=np.full(len(frame), day, np.int32),
        submitted=moved(frame.submitted, shift),
        service_from=moved(frame.service_from, shift),
        service_to=moved(frame.service_to, shift),
        line_from=moved(frame.line_from, shift[of]),
    )


def _promised(model: DenialModel) -> float | None:
    if model.promise is None:
        return None
    try:
        return model.promise.threshold(PRECISION)
    except PromiseError:
        return None


def _answer(case: Case, model: DenialModel, history: History, what: str, move: Move) -> Answer:
    _, judged = rows(case)
    whole = case.every.frame
    claims = np.unique(whole.line_claim[judged]) if case.by_patient else judged
    frame = move(whole.take(claims))
    scorer = Scorer(model, history, KEYS)
    categories = np.concatenate([model.categories(build(part, history)) for part in _parts(frame)])
    if not case.by_patient:
        chance = scorer.score_frame(frame).probability
        return Answer(
            history=what,
            probability=chance,
            category=categories,
            carcs=_carcs(model, categories, frame.payer),
        )
    lines = scorer.score_lines(frame)
    every = np.flatnonzero(np.isin(whole.line_claim, claims))
    place = np.searchsorted(every, judged)
    return Answer(
        history=what,
        probability=lines[place],
        category=categories[frame.line_claim[place]],
        carcs=[],
    )


def _parts(frame: Frame) -> list[Frame]:
    count = len(frame)
    return [
        frame.take(np.arange(first, min(first + _CHUNK, count)))
        for first in range(0, count, _CHUNK)
    ]


def _carcs(model: DenialModel, categories: F64, payer: NDArray[np.uint64]) -> list[list[str]]:
    """The three likeliest CARCs of each row: over all categories, each with its own CARCs."""
    tables: dict[int, tuple[list[str], F64]] = {}
    for who in np.unique(payer).tolist():
        shares = [dict(model.carcs.top(place, who, _CARCS)) for place in range(len(CATEGORIES))]
        codes = sorted(set().union(*shares))
        tables[who] = codes, np.array([[own.get(code, 0.0) for code in codes] for own in shares])
    found = []
    for chance, who in zip(categories, payer.tolist(), strict=True):
        codes, share = tables[who]
        best = np.argsort(-(chance @ share), kind="stable")[:3].tolist() if codes else []
        found.append([codes[place] for place in best])
    return found
