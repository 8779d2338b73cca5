"""Out-of-time predictions: what trees that knew less foretold of the claims that came next.

They choose the number of rounds, and they are what calibration, thresholds and promises are fitted
to: scikit-learn calls it ``CalibratedClassifierCV(ensemble=False)``, here with folds that only ever
look forward.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.progress import Advance, Progress
from models.causes import evidence, mix
from training import boosters
from training.boosters import Settings, Track
from training.causes import shares
from training.examples import Examples, Known
from training.splits import Fold

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I8 = NDArray[np.int8]
I64 = NDArray[np.int64]

_LEAST: Final = 20  # foretold claims of each kind, below which trees would stop by chance


@dataclass(frozen=True, slots=True, eq=False)
class OutOfTime:
    """Examples foretold by trees that learned only what was known before they were submitted.

    ``places`` (n) are among the examples, ``weight`` (n) is what each stands for (claims whose
    answers take longer), and ``raw`` (n) are the raw scores (log-odds) of denial.
    ``why_places`` (m) are those of them that were denied for a known category, ``why`` (m, 14) the
    probability of each of ``CATEGORIES`` given a denial. ``fold`` and ``why_fold`` say which trees
    foretold each: 0 for the first fold, and so on.
    """

    places: I64
    weight: F64
    raw: F64
    fold: I8
    why_places: I64
    why: F64
    why_fold: I8

    def joined(self, later: OutOfTime) -> OutOfTime:
        """These and ``later`` ones, whose folds count on."""
        ahead = np.int8(self.fold.max(initial=-1) + 1)
        return OutOfTime(
            np.concatenate((self.places, later.places)),
            np.concatenate((self.weight, later.weight)),
            np.concatenate((self.raw, later.raw)),
            np.concatenate((self.fold, later.fold + ahead)),
            np.concatenate((self.why_places, later.why_places)),
            np.concatenate((self.why, later.why)),
            np.concatenate((self.why_fold, later.why_fold + ahead)),
        )


def gather(examples: Examples, asked: Known, raw: F64, why: F64, fold: int) -> OutOfTime:
    """One fold's answers for the n examples ``asked``: raw scores (n), categories (n, 14)."""
    places = asked.places
    known = np.flatnonzero(examples.category[places] >= 0)
    return OutOfTime(
        places=places,
        weight=asked.weight,
        raw=raw,
        fold=np.full(len(places), fold, np.int8),
        why_places=places[known],
        why=why[known],
        why_fold=np.full(len(known), fold, np.int8),
    )


def foretell(
    values: F32, examples: Examples, folds: tuple[Fold, ...], settings: Settings, progress: Progress
) -> tuple[OutOfTime, int]:
    """Let each fold foretell its slice; gives the answers, and how many rounds did best.

    ``values`` (n by features) belong to the n examples.
    """
    with progress.stage("Foretelling claims out of time", settings.trees) as advance:
        answers, rounds = foretold(values, examples, folds, settings, advance)
    made: OutOfTime | None = None
    for fold, answer in zip(folds, answers, strict=True):
        one = gather(examples, fold.later, answer.raw, answer.categories, 0)
        made = one if made is None else made.joined(one)
    assert made is not None  # noqa: S101 - there is a fold
    return made, rounds


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """One fold's answers for its slice: raw scores (n), category probabilities (n, 14)."""

    raw: F64
    categories: F64


def foretold(
    values: F32, examples: Examples, folds: tuple[Fold, ...], settings: Settings, advance: Advance
) -> tuple[list[Answers], int]:
    """Each fold's answers, and the number of rounds that did best over all of them.

    With fewer than 20 denied or paid claims in all slices together, ``settings.trees`` are grown.
    """
    later = np.concatenate([fold.later.places for fold in folds])
    hits = int(examples.denied[later].sum())
    enough = min(hits, len(later) - hits) >= _LEAST
    tracks = [
        Track(
            boosters.material(values, examples, fold.train, settings),
            values[fold.later.places],
            examples.denied[fold.later.places],
            fold.later.weight,
            settings,
        )
        for fold in folds
    ]
    rounds = boosters.together(tracks, settings.trees, choose=enough, advance=advance)
    threads = boosters.cores(settings.threads)
    made = []
    for fold, track in zip(folds, tracks, strict=True):
        later = values[fold.later.places]
        mixed = mix(track.raw(later, rounds, threads))
        said = evidence(later, shares(examples.category[fold.train.places]))
        made.append(Answers(mixed.raw, track.causes.spread(mixed.share, said)))
    return made, rounds
