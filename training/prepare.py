"""From a dataset to what learning and judging both need: frame, history, examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from claims.arrays import cents, numbers
from claims.dataset import Dataset
from claims.labels import Labels, label
from claims.progress import Progress
from features.build import build
from features.catalog import FEATURES
from features.frame import Frame
from features.history import History
from features.likeness import likeness
from models.support import thickness
from training.examples import Examples, make
from training.payers import Payers

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]

_CHUNK = 16_384
# Taking rows costs a pass over the whole frame: taken by the hundred thousand, their number does
# not count.
_TAKEN = 8 * _CHUNK


@dataclass(frozen=True, slots=True)
class Prepared:
    """A dataset's claims, their outcomes, the history that both make, and the examples.

    ``paid`` (n): cents that the payer paid by the answer that is the outcome, -1 while there is
    none or it does not say. ``payer`` (n): each claim's place in ``examples.payers``.
    """

    frame: Frame
    history: History
    examples: Examples
    labels: Labels
    paid: I64
    payer: NDArray[np.int32]


def prepare(
    dataset: Dataset, progress: Progress, set_aside: Mapping[int, int] | None = None
) -> Prepared:
    """Match claims with their answers, index the history, choose the examples.

    Claims that are ``set_aside`` (``training.examples.make``) are no examples; their answers are
    part of the history all the same.
    """
    with progress.stage("Matching claims and remittances"):
        labels = label(dataset)
        frame = Frame.from_tables(dataset.claims, dataset.lines)
    with progress.stage("Building the history"):
        history = History.build(frame, labels)
    payers = Payers.of(dataset.claims)
    examples = make(frame, labels, payers, set_aside)
    return Prepared(frame, history, examples, labels, _paid(dataset, labels), payers.place)


def _paid(dataset: Dataset, labels: Labels) -> I64:
    said = cents(dataset.remittances["paid"])
    stated = numbers(pc.is_valid(dataset.remittances["paid"]), np.bool_)
    answered = np.flatnonzero(labels.remittance >= 0)
    rows = labels.remittance[answered]
    found = np.full(len(labels.remittance), -1, np.int64)
    found[answered] = np.where(stated[rows] & (said[rows] >= 0), said[rows], -1)
    return found


def matrix(frame: Frame, history: History, rows: I64, progress: Progress) -> F32:
    """The features of the claims at ``rows``, each as of its own day: float32 (rows, features)."""
    values = np.empty((len(rows), len(FEATURES)), np.float32)
    with progress.stage("Building features", len(rows)) as advance:
        for first in range(0, len(rows), _TAKEN):
            taken = frame.take(rows[first : first + _TAKEN])
            for begin in range(0, len(taken), _CHUNK):
                part = taken.take(np.arange(begin, min(begin + _CHUNK, len(taken))))
                values[first + begin : first + begin + len(part)] = build(part, history)
                advance(len(part))
    return values


def thicknesses(frame: Frame, history: History, rows: I64) -> I64:
    """How much is known of claims like those at ``rows`` (``models.support.thickness``)."""
    found = [np.zeros(0, np.int64)]
    for first in range(0, len(rows), _TAKEN):
        taken = frame.take(rows[first : first + _TAKEN])
        found.append(thickness(likeness(taken, history)))
    return np.concatenate(found)
