"""Out-of-time predictions: what trees that knew less foretold of the claims that came next.

They choose the number of trees, and they are what calibration, thresholds and promises are fitted
to: scikit-learn calls it ``CalibratedClassifierCV(ensemble=False)``, here with folds that only ever
look forward.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES
from claims.progress import Advance, Progress
from training import boosters
from training.boosters import Settings, Track
from training.examples import Examples
from training.splits import Fold

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I8 = NDArray[np.int8]
I64 = NDArray[np.int64]

_LEAST: Final = 20  # foretold claims of each kind, below which trees would stop by chance
_LEAN: Final = 0.5  # denials of each category imagined, so that none has a chance of nought


@dataclass(frozen=True, slots=True)
class Rounds:
    """How many trees each booster grows (the category booster: for each class)."""

    denial: int
    category: int


@dataclass(frozen=True, slots=True, eq=False)
class OutOfTime:
    """Examples foretold by trees that learned only what was known before they were submitted.

    ``places`` (n) are among the examples and ``raw`` (n) the raw scores (log-odds) of denial.
    ``why_places`` (m) are those of them that were denied for a known category, ``why`` (m, 14) the
    probability of each of ``CATEGORIES`` given a denial. ``fold`` and ``why_fold`` say which trees
    foretold each: 0 for the first fold, and so on.
    """

    places: I64
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
            np.concatenate((self.raw, later.raw)),
            np.concatenate((self.fold, later.fold + ahead)),
            np.concatenate((self.why_places, later.why_places)),
            np.concatenate((self.why, later.why)),
            np.concatenate((self.why_fold, later.why_fold + ahead)),
        )


def gather(examples: Examples, places: I64, raw: F64, why: F64, fold: int) -> OutOfTime:
    """One fold's answers for the examples at ``places`` (n): raw scores (n), categories (n, 14)."""
    known = np.flatnonzero(examples.category[places] >= 0)
    return OutOfTime(
        places=places,
        raw=raw,
        fold=np.full(len(places), fold, np.int8),
        why_places=places[known],
        why=why[known],
        why_fold=np.full(len(known), fold, np.int8),
    )


def shares(category: I8) -> F64:
    """Each category's share among denied claims (14), smoothed; sums to 1."""
    counts = np.bincount(category[category >= 0], minlength=len(CATEGORIES)) + _LEAN
    return np.asarray(counts / counts.sum(), np.float64)


def spread(learned: F64, classes: tuple[int, ...], prior: F64) -> F64:
    """Probabilities over all categories (n, 14) from those of the learned ``classes`` (n, k).

    What was not learned keeps its prior share, as in ``DenialModel.categories``.
    """
    out = np.tile(prior, (len(learned), 1))
    if classes:
        places = list(classes)
        out[:, places] = learned * prior[places].sum() / learned.sum(axis=1, keepdims=True)
    return out


def foretell(
    values: F32, examples: Examples, folds: tuple[Fold, ...], settings: Settings, progress: Progress
) -> tuple[OutOfTime, Rounds]:
    """Let each fold foretell its slice; gives the answers, and how many trees did best.

    ``values`` (n by features) belong to the n examples.
    """
    with progress.stage("Foretelling claims out of time", settings.trees) as advance:
        raws, trees = denials(values, examples, folds, settings, advance)
    with progress.stage("Foretelling their categories", boosters.CATEGORY_ROUNDS) as advance:
        whys, rounds = _categories(values, examples, folds, settings, advance)
    made = gather(examples, folds[0].later, raws[0], whys[0], 0)
    for fold, raw, why in zip(folds[1:], raws[1:], whys[1:], strict=True):
        made = made.joined(gather(examples, fold.later, raw, why, 0))
    return made, Rounds(trees, rounds)


def denials(
    values: F32, examples: Examples, folds: tuple[Fold, ...], settings: Settings, advance: Advance
) -> tuple[list[F64], int]:
    """Each fold's raw scores of its slice, and the number of trees that did best over all of them.

    With fewer than 20 denied or paid claims in all slices together, ``settings.trees`` are grown.
    """
    later = np.concatenate([fold.later for fold in folds])
    hits = int(examples.denied[later].sum())
    enough = min(hits, len(later) - hits) >= _LEAST
    tracks = [_denial(values, examples, fold, settings) for fold in folds]
    trees = boosters.together(tracks, settings.trees, choose=enough, advance=advance)
    threads = boosters.cores(settings.threads)
    raws = [
        track.raw(values[fold.later], trees, threads)
        for fold, track in zip(folds, tracks, strict=True)
    ]
    return raws, trees


def _categories(
    values: F32, examples: Examples, folds: tuple[Fold, ...], settings: Settings, advance: Advance
) -> tuple[list[F64], int]:
    """Each fold's category probabilities of its slice (n, 14), and the number of trees chosen."""
    made = [_category(values, examples, fold, settings) for fold in folds]
    tracks = [track for track, _ in made if track is not None]
    kinds = max((len(classes) for _, classes in made), default=0)
    choose = sum(track.watched for track in tracks) >= _LEAST * max(kinds, 1)
    rounds = boosters.together(tracks, boosters.CATEGORY_ROUNDS, choose=choose, advance=advance)
    threads = boosters.cores(settings.threads)
    whys = []
    for fold, (track, classes) in zip(folds, made, strict=True):
        asked = values[fold.later]
        learned = np.zeros((len(asked), 0)) if track is None else track.raw(asked, rounds, threads)
        whys.append(spread(learned, classes, shares(examples.category[fold.train])))
    return whys, rounds


def _denial(values: F32, examples: Examples, fold: Fold, settings: Settings) -> Track:
    train, later = fold.train, fold.later
    return Track(
        boosters.parameters(settings),
        values[train],
        examples.denied[train].astype(np.float32),
        boosters.weights(examples.day[train], settings.half_life),
        values[later],
        examples.denied[later].astype(np.float32),
    )


def _category(
    values: F32, examples: Examples, fold: Fold, settings: Settings
) -> tuple[Track | None, tuple[int, ...]]:
    """A fold's category booster, and the categories that it tells apart; none with fewer than two.

    It is watched on the denied claims of the slice whose category it has learned.
    """
    classes = boosters.classes(examples.category[fold.train])
    if not classes:
        return None, ()
    train, later = (
        part[np.isin(examples.category[part], classes)] for part in (fold.train, fold.later)
    )
    track = Track(
        boosters.category_parameters(settings, len(classes)),
        values[train],
        np.searchsorted(classes, examples.category[train]),
        boosters.weights(examples.day[train], settings.half_life),
        values[later],
        np.searchsorted(classes, examples.category[later]),
    )
    return track, classes
