"""Change points: the day on which a payer's denials of a kind are surely more than expected.

A payer's new rule holds for services from some day on. For each stream (payer, procedure, category)
and each of the last ``STARTS`` such days, ``EVERY`` days apart, runs the likelihood ratio of what
became known of services since then: under a higher rate, mixed over several, against the rate to
beat. Each is a test martingale while the true rate is not above the rate to beat: its expectation
stays 1. Their sum is what alarms: it grows by at most 1 in expectation with each new day tried, so
the mean time to a false alarm at ``A`` is at least ``A`` days tried (an e-detector in the sense of
Shin, Ramdas and Rinaldo, after Shiryaev and Roberts). ``A`` is set, from the streams that the payer
has, so that all of them together have ``BUDGET`` false alarms a quarter at most, in expectation.
Nothing known after a day has a say in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from claims.categories import CATEGORIES
from reports.alerts.expected import Window
from reports.alerts.observed import NOT_WATCHED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reports.alerts.observed import Entries, Observed

    F64 = NDArray[np.float64]
    I64 = NDArray[np.int64]

BUDGET: Final = 0.5
"""Expected false alarms of a payer in a quarter, at most."""
QUARTER: Final = 91
EVERY: Final = 4
STARTS: Final = 22
HIGHER: Final = np.array([0.15, 0.4, 0.8])
"""Shares of the way from the rate to beat to certainty: the higher rates that are mixed."""
FEWEST: Final = 3
"""Denials, each of another member, below which nothing is called a change."""
MUTE: Final = 90
"""Days for which a stream is silent after an alarm."""
_ENOUGH: Final = 100
"""Claims of a payer from which what is expected of it is known at all."""
_MOST: Final = 34.0  # natural logarithm: more would only overflow
_WEIGHT: Final = np.array([4.0 if name == "authorization" else 1.0 for name in CATEGORIES])
"""How the budget is shared: of what payers change, authorization lists change most."""
_WATCHED: Final = float(np.delete(_WEIGHT, NOT_WATCHED).sum())


@dataclass(frozen=True, slots=True)
class Change:
    """An alarm of one stream. Days are days since 1970-01-01.

    ``procedure`` is ``""`` for the payer as a whole. ``since``: the first day of service of the
    stretch that speaks most for a higher rate; ``denied`` of ``seen`` observations since then;
    ``expected``: the rate before; ``claims``: rows of the denied claims, in the order in which they
    became known; ``strength``: the statistic over its threshold.
    """

    payer: str
    category: str
    procedure: str
    day: int
    since: int
    denied: int
    seen: int
    expected: float
    strength: float
    claims: tuple[int, ...]


def changes(observed: Observed, until: int | None = None, budget: float = BUDGET) -> list[Change]:
    """Every alarm up to the day ``until``, in order of days."""
    first, last = observed.days
    watch = _Watch(observed, budget)
    found: list[Change] = []
    for day in range(first, (last if until is None else min(last, until)) + 1):
        found += watch.next(day)
    return found


class _Watch:
    """The statistics of all streams, moved on one day at a time."""

    def __init__(self, observed: Observed, budget: float) -> None:
        self._observed = observed
        self._budget = budget
        self._window = Window.before(observed)
        streams = len(observed.stream_pair)
        # Logarithms, by stream, day tried (the newest last) and higher rate.
        self._state = np.zeros((streams, STARTS, len(HIGHER)))
        self._denials = np.zeros((streams, STARTS))
        self._newest = observed.days[0] // EVERY
        self._silent_until = np.full(streams, -1, np.int64)
        self._floor = np.zeros(streams)
        self._payer_of = observed.pair_payer[observed.stream_pair]
        self._weight = _WEIGHT[observed.stream_category]
        self._lately = np.zeros(len(observed.pair_payer))

    def next(self, day: int) -> list[Change]:
        """Take what became known on ``day``; give the alarms."""
        one = self._observed
        self._try_newer(day // EVERY)
        today = one.seen.between(day, day + 1)
        old = one.seen.between(day - QUARTER, day - QUARTER + 1)
        np.add.at(self._lately, one.seen.of[old], -1)
        np.add.at(self._lately, one.seen.of[today], 1)
        if today.start == today.stop:
            return []
        self._window.move(day)
        rate, beaten = self._window.rates()
        pairs = np.unique(one.seen.of[today])
        known = self._window.seen_of_payer()[self._payer_of] >= _ENOUGH
        active = self._lately >= FEWEST
        runs = np.flatnonzero(
            np.isin(one.stream_pair, pairs)
            & known
            & active[one.stream_pair]
            & (day > self._silent_until)
        )
        self._run(runs, day, np.maximum(beaten, self._floor))
        each = np.exp(np.minimum(self._state[runs], _MOST)).mean(axis=2).sum(axis=1)
        strength = each * self._weight[runs] / self._threshold(active)[self._payer_of[runs]]
        enough = self._denials[runs].max(axis=1) >= FEWEST
        return [
            self._alarm(int(runs[place]), day, float(rate[runs[place]]), float(strength[place]))
            for place in np.flatnonzero((strength >= 1) & enough)
        ]

    def _try_newer(self, newest: int) -> None:
        """Forget the oldest days tried, and begin with those that are new."""
        moved = min(newest - self._newest, STARTS)
        if moved > 0:
            for state in (self._state, self._denials):
                state[:, :-moved] = state[:, moved:].copy()
                state[:, -moved:] = 0.0
            self._newest = newest

    def _since_each(self, entries: Entries, day: int, size: int) -> F64:
        """Of each pair or stream: how many of the day's entries each day tried counts."""
        rows = entries.between(day, day + 1)
        place = entries.service[rows] // EVERY - self._newest + STARTS - 1
        of = entries.of[rows][place >= 0]
        found = np.zeros((size, STARTS))
        np.add.at(found, (of, place[place >= 0]), 1.0)
        # A service counts for every day tried that is not after it.
        return np.cumsum(found[:, ::-1], axis=1)[:, ::-1]

    def _run(self, runs: I64, day: int, beaten: F64) -> None:
        one = self._observed
        streams = len(one.stream_pair)
        seen = self._since_each(one.seen, day, len(one.pair_payer))[one.stream_pair[runs]]
        seen -= self._since_each(one.repeated, day, streams)[runs]
        denied = self._since_each(one.denied, day, streams)[runs]
        null = beaten[runs, None, None]
        higher = null + (1 - null) * HIGHER
        self._state[runs] += denied[:, :, None] * np.log(higher / null)
        paid = np.maximum(seen - denied, 0)
        self._state[runs] += paid[:, :, None] * np.log((1 - higher) / (1 - null))
        self._denials[runs] += denied

    def _threshold(self, active: NDArray[np.bool_]) -> F64:
        """Of each payer: days tried a quarter by all its streams (weighed), over the budget."""
        one = self._observed
        pairs = np.bincount(one.pair_payer[active], minlength=len(one.payers))
        tried: F64 = np.maximum(pairs, 1) * _WATCHED * (QUARTER / EVERY)
        return tried / self._budget

    def _alarm(self, stream: int, day: int, rate: float, strength: float) -> Change:
        one = self._observed
        pair = int(one.stream_pair[stream])
        place = int(self._state[stream].max(axis=1).argmax())
        tried = (self._newest - STARTS + 1 + place) * EVERY
        found = _of(one.denied, stream, tried, day)
        again = _of(one.repeated, stream, tried, day)
        seen = len(_of(one.seen, pair, tried, day)) - len(again)
        # Silent for a while; what it found is then what is expected of the stream.
        self._state[stream] = 0.0
        self._denials[stream] = 0.0
        self._silent_until[stream] = day + MUTE
        level = (len(found) + 1) / (seen + 2)
        self._floor[stream] = min(max(level, float(self._floor[stream])), 0.97)
        return Change(
            payer=one.payers[one.pair_payer[pair]],
            category=CATEGORIES[one.stream_category[stream]],
            procedure=one.procedures[one.pair_procedure[pair]],
            day=day,
            since=int(one.denied.service[found].min()),
            denied=len(found),
            seen=seen,
            expected=rate,
            strength=strength,
            claims=tuple(one.denied.claim[found].tolist()),
        )


def _of(entries: Entries, of: int, since: int, day: int) -> I64:
    """Rows of the entries of one pair or stream with services from ``since``, known by ``day``."""
    rows = entries.between(since, day + 1)
    inside = (entries.of[rows] == of) & (entries.service[rows] >= since)
    found: I64 = np.flatnonzero(inside) + rows.start
    return found
