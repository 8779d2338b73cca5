"""Which claims may be learned from, and with which label.

A claim without a remittance is not a paid claim, and among the youngest claims only those of quick
answers have one: denials and payments take different time. So models are judged by ``mature``
claims alone: old enough, when the data ends, that nearly all claims of their payer had been
answered by that age. What is learned from may be younger, and weighs for the slow answers that are
missing beside it (``training.censoring``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from features.columns import NO_DAY
from features.frame import Frame
from training.censoring import weights
from training.payers import Payers

if TYPE_CHECKING:
    from claims.labels import Labels

I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

MATURE: Final = 0.98  # share of the finally answered claims that are answered at this age
WORKED_ON: Final = "worked on after its score, as was recorded"
_LEAN: Final = 200.0  # claims of all payers that a payer's own maturity is mixed with
_ENOUGH: Final = 200  # old claims from which lags are measured without those of the youngest


@dataclass(frozen=True, slots=True, kw_only=True)
class Maturity:
    """How long answers take. ``until``: last day on which answers still arrived (day number).

    ``by_payer`` (int32, one for each payer) and ``overall`` are days by which 98 % of the finally
    answered claims were answered.
    """

    until: int
    overall: int
    by_payer: I32


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """n answered claims. ``rows`` are their places in the claims table.

    ``day`` is the day of submission, ``known_on`` that of the answer (day numbers); ``denied``
    means that something on the claim was denied; ``category`` is a place in ``CATEGORIES`` or -1;
    ``payer`` a place in ``payers``; ``mature`` ones are old enough to judge by. ``dropped`` counts
    the claims left out, by reason.
    """

    rows: I64
    day: I32
    known_on: I32
    denied: Flags
    category: I8
    carc: NDArray[np.str_]
    payer: I32
    payers: tuple[str, ...]
    mature: Flags
    maturity: Maturity
    dropped: dict[str, int]

    def __len__(self) -> int:
        """Count the examples."""
        return len(self.rows)

    def take(self, places: I64) -> Examples:
        """Return the examples at ``places``."""
        return replace(
            self,
            rows=self.rows[places],
            day=self.day[places],
            known_on=self.known_on[places],
            denied=self.denied[places],
            category=self.category[places],
            carc=self.carc[places],
            payer=self.payer[places],
            mature=self.mature[places],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What could be learned from on a day: places among the examples, ascending, and weights."""

    places: I64
    weight: F64

    def at(self, wanted: Flags) -> Known:
        """Those for which ``wanted`` (one for each place) holds."""
        return Known(self.places[wanted], self.weight[wanted])


def _days_for(lags: I32, share: float) -> float:
    return float(np.quantile(lags, share, method="higher"))


def measure(day: I32, known_on: I32, payer: I32, payers: int) -> Maturity:
    """Measure how long answers take, from answered claims (all arrays of one length).

    A small payer leans on all of them by 200 claims. Claims so young that only quick answers can
    have arrived are left out of the measurement where enough others remain.
    """
    if len(day) == 0:
        return Maturity(until=0, overall=0, by_payer=np.zeros(payers, np.int32))
    # A mistyped year must not move the end of the data.
    until = int(np.quantile(known_on, 0.999, method="higher"))
    lag = known_on - day
    old = day <= until - 2 * _days_for(lag, MATURE)
    if int(old.sum()) < _ENOUGH:
        old = np.ones(len(day), np.bool_)
    lag, of = lag[old], payer[old]
    overall = _days_for(lag, MATURE)
    return Maturity(until=until, overall=int(overall), by_payer=_leaning(lag, of, payers, overall))


def _leaning(lag: I32, of: I32, payers: int, overall: float) -> I32:
    """Days to maturity, payer by payer; ``overall`` are those for all."""
    days = np.full(payers, overall)
    order = np.argsort(of, kind="stable")
    present, first = np.unique(of[order], return_index=True)
    for place, own in zip(present, np.split(lag[order], first[1:]), strict=True):
        weight = len(own) / (len(own) + _LEAN)
        days[place] = weight * _days_for(own, MATURE) + (1 - weight) * overall
    # What rounding leaves of a whole number is no day more.
    return np.ceil(np.round(days, 6)).astype(np.int32)


def _first_of_their_id(frame: Frame) -> Flags:
    order = np.lexsort((frame.submitted, frame.claim_key))
    order = order[frame.original[order]]
    key = frame.claim_key[order]
    first = np.zeros(len(frame), np.bool_)
    first[order[np.append(True, key[1:] != key[:-1])[: len(key)]]] = True
    return first


def _worked_on(frame: Frame, labels: Labels, set_aside: Mapping[int, int]) -> Flags:
    """Which claims somebody worked on before their answer was known, as was recorded."""
    if not set_aside:
        return np.zeros(len(frame), np.bool_)
    keys = np.array(sorted(set_aside), np.uint64)
    days = np.array([set_aside[key] for key in keys.tolist()], np.int64)
    place = np.minimum(np.searchsorted(keys, frame.claim_key), len(keys) - 1)
    named = (keys[place] == frame.claim_key) & (frame.claim_key != 0)
    return np.asarray(named & (days[place] <= labels.known_on), np.bool_)


def learnable(examples: Examples, cutoff: int) -> Known:
    """What may be learned from on the day ``cutoff`` (day number), before it ends.

    Examples answered before that day, each with the weight that makes up for claims of its age
    whose answers take longer. Nothing of that day or a later one has a say.
    """
    of = examples
    return Known(*weights(of.day, of.known_on, of.denied, of.payer, cutoff))


def make(
    frame: Frame, labels: Labels, payers: Payers, set_aside: Mapping[int, int] | None = None
) -> Examples:
    """Choose the examples among the claims of ``frame``, and count the others by reason.

    ``set_aside`` are no examples: claim keys, and the day (number) on which it was recorded that
    somebody worked on the claim. Only what was recorded before the answer was known counts, or the
    answer would have a say in what is learned from (decision 0046).
    """
    dated = frame.submitted != NO_DAY
    answered = labels.example & dated & (labels.known_on >= frame.submitted)
    maturity = measure(
        frame.submitted[answered],
        labels.known_on[answered],
        payers.place[answered],
        len(payers.names),
    )
    age = np.where(dated, maturity.until - frame.submitted.astype(np.int64), 0)
    reasons: dict[str, Flags] = {
        "a replacement or a void (frequency 7 or 8)": ~frame.original,
        "under the claim id of an earlier claim": ~(labels.example | _first_of_their_id(frame)),
        "without a submission date": ~dated,
        "too young for an answer": ~answered & (age < maturity.by_payer[payers.place]),
        "old, and never answered": ~labels.example,
        "answered before it was sent": labels.known_on < frame.submitted,
        WORKED_ON: _worked_on(frame, labels, set_aside or {}),
    }
    left = np.ones(len(frame), np.bool_)
    dropped = {}
    for reason, flags in reasons.items():
        dropped[reason] = int((left & flags).sum())
        left &= ~flags
    rows = np.flatnonzero(left)
    return Examples(
        rows=rows,
        day=frame.submitted[rows],
        known_on=labels.known_on[rows],
        denied=labels.outcome[rows] >= 1,
        category=labels.category[rows],
        carc=labels.carc[rows],
        payer=payers.place[rows],
        payers=payers.names,
        mature=(age >= maturity.by_payer[payers.place])[rows],
        maturity=maturity,
        dropped=dropped,
    )
