"""Which claims may be learned from, and with which label.

A claim without a remittance is not a paid claim, and among the youngest claims only those of quick
answers have one: denials and payments take different time. So an example is a claim that is old
enough, when the data ends, that nearly all claims of its payer had been answered by that age.
Younger claims are left out, answered or not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from features.columns import NO_DAY
from features.frame import Frame
from training.payers import Payers

if TYPE_CHECKING:
    from claims.labels import Labels

I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

MATURE: Final = 0.98  # share of the finally answered claims that are answered at this age
GAP: Final = 0.80  # the same for claims to be learned from at a cut-off day (decision 0015)
_LEAN: Final = 200.0  # claims of all payers that a payer's own maturity is mixed with
_ENOUGH: Final = 200  # old claims from which lags are measured without those of the youngest


@dataclass(frozen=True, slots=True, kw_only=True)
class Maturity:
    """How long answers take. ``until``: last day on which answers still arrived (day number).

    ``by_payer`` (int32, one for each payer) and ``overall`` are days by which 98 % of the finally
    answered claims were answered, ``gap_by_payer`` and ``gap`` those for 80 %.
    """

    until: int
    overall: int
    gap: int
    by_payer: I32
    gap_by_payer: I32


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """n claims to learn from. ``rows`` are their places in the claims table.

    ``day`` is the day of submission, ``known_on`` that of the answer (day numbers); ``denied``
    means that something on the claim was denied; ``category`` is a place in ``CATEGORIES`` or -1;
    ``payer`` a place in ``payers``. ``dropped`` counts the claims left out, by reason.
    """

    rows: I64
    day: I32
    known_on: I32
    denied: Flags
    category: I8
    carc: NDArray[np.str_]
    payer: I32
    payers: tuple[str, ...]
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
        )


def _days_for(lags: I32, share: float) -> float:
    return float(np.quantile(lags, share, method="higher"))


def measure(day: I32, known_on: I32, payer: I32, payers: int) -> Maturity:
    """Measure how long answers take, from answered claims (all arrays of one length).

    A small payer leans on all of them by 200 claims. Claims so young that only quick answers can
    have arrived are left out of the measurement where enough others remain.
    """
    if len(day) == 0:
        none = np.zeros(payers, np.int32)
        return Maturity(until=0, overall=0, gap=0, by_payer=none, gap_by_payer=none)
    # A mistyped year must not move the end of the data.
    until = int(np.quantile(known_on, 0.999, method="higher"))
    lag = known_on - day
    old = day <= until - 2 * _days_for(lag, MATURE)
    if int(old.sum()) < _ENOUGH:
        old = np.ones(len(day), np.bool_)
    lag, of = lag[old], payer[old]
    overall, gap = _days_for(lag, MATURE), _days_for(lag, GAP)
    by_payer, gap_by_payer = _leaning(lag, of, payers, {MATURE: overall, GAP: gap})
    return Maturity(
        until=until,
        overall=int(overall),
        gap=int(gap),
        by_payer=by_payer,
        gap_by_payer=gap_by_payer,
    )


def _leaning(lag: I32, of: I32, payers: int, every: dict[float, float]) -> list[I32]:
    """Days for each share of ``every`` (whose values hold for all payers), payer by payer."""
    made = [np.full(payers, days) for days in every.values()]
    order = np.argsort(of, kind="stable")
    present, first = np.unique(of[order], return_index=True)
    for place, own in zip(present, np.split(lag[order], first[1:]), strict=True):
        weight = len(own) / (len(own) + _LEAN)
        for days, (share, overall) in zip(made, every.items(), strict=True):
            days[place] = weight * _days_for(own, share) + (1 - weight) * overall
    # What rounding leaves of a whole number is no day more.
    return [np.ceil(np.round(days, 6)).astype(np.int32) for days in made]


def _first_of_their_id(frame: Frame) -> Flags:
    order = np.lexsort((frame.submitted, frame.claim_key))
    order = order[frame.original[order]]
    key = frame.claim_key[order]
    first = np.zeros(len(frame), np.bool_)
    first[order[np.append(True, key[1:] != key[:-1])[: len(key)]]] = True
    return first


def habits(examples: Examples, cutoff: int) -> Maturity:
    """How long answers take, as it could be measured on the day ``cutoff``, before it ends."""
    known = examples.known_on < cutoff
    return measure(
        examples.day[known], examples.known_on[known], examples.payer[known], len(examples.payers)
    )


def learnable(examples: Examples, cutoff: int) -> I64:
    """Places of what may be learned from on the day ``cutoff`` (day number), before it ends.

    Examples answered before that day and old enough for nearly all claims of their payer to have
    been answered, by what was known of the payer's habits on that day: among younger claims only
    the quick answers had come. Nothing of a later day has a say.
    """
    gap = habits(examples, cutoff).gap_by_payer[examples.payer]
    age = cutoff - 1 - examples.day.astype(np.int64)
    return np.flatnonzero((examples.known_on < cutoff) & (age >= gap))


def make(frame: Frame, labels: Labels, payers: Payers) -> Examples:
    """Choose the examples among the claims of ``frame``, and count the others by reason."""
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
        "too young to be judged": age < maturity.by_payer[payers.place],
        "old, and never answered": ~labels.example,
        "answered before it was sent": labels.known_on < frame.submitted,
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
        maturity=maturity,
        dropped=dropped,
    )
