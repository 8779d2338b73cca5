"""One softmax over causes: paid, each category that was learned, and any other cause of a denial.

A booster gives each class a raw score. The log-odds of a denial are the log of the summed odds of
the denied classes, and the mix of causes is each class's part of that sum.

Exponential and logarithm are our own, made of additions, multiplications and powers of two alone:
those of a C library or of NumPy differ in the last bit from processor to processor, and with them
an audited score would not be computed again bit for bit elsewhere. Sums run in the order of the
classes, so that a batch of one and a batch of a million give equal bits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES, CATEGORY_CODE
from features.catalog import FINE, FINE_CATEGORIES
from features.compiled import compiled

Floats = NDArray[np.float64]

PAID: Final = "paid"
ANY_OTHER: Final = "any_other"
"""The class of denials for a category too rare to be learned, or for none that is known."""

_LITTLE: Final = 0.02  # a rate that says next to nothing
_LOWEST: Final = -700.0  # below it an exponential is less than any number that matters
_ROOT_HALF: Final = 0.7071067811865476
# ln 2 in two parts: the first has so few bits that whole multiples of it are exact.
_LN2: Final = (0.6931471803691238, 1.9082149292705877e-10)
_PER_LN2: Final = 1.4426950408889634
_EXP: Final = np.array([1.0 / factorial(power) for power in range(16)])
_LOG: Final = np.array([2.0 / power for power in range(1, 32, 2)])
_CHUNK: Final = 1024  # claims at once: what they need stays in the processor's cache


class CausesError(ValueError):
    """The names are not those of the classes of a booster."""


@dataclass(frozen=True, slots=True)
class Causes:
    """The classes of a booster in its order: paid, the ``learned`` categories, perhaps any other.

    ``learned`` are places in ``CATEGORIES``.
    """

    learned: tuple[int, ...]
    other: bool

    @classmethod
    def named(cls, names: Sequence[str]) -> Causes:
        """Undo ``names``; ``CausesError`` for what is none, or has no class of denials."""
        other = names[-1:] == [ANY_OTHER]
        middle = list(names[1 : len(names) - other])
        if names[:1] != [PAID] or not (middle or other):
            raise CausesError("the classes begin with 'paid' and name a cause of denial")
        if len(set(middle)) != len(middle) or not set(middle) <= set(CATEGORIES):
            raise CausesError("a class is no category, or stands there twice")
        return cls(tuple(CATEGORY_CODE[name] for name in middle), other)

    @property
    def names(self) -> list[str]:
        """The name of each class."""
        learned = [CATEGORIES[place] for place in self.learned]
        return [PAID, *learned, *([ANY_OTHER] if self.other else [])]

    def spread(self, share: Floats, evidence: Floats) -> Floats:
        """Probability of each of ``CATEGORIES`` given a denial (n, 14) from ``Mix.share`` (n, k).

        ``evidence`` (n, 14), above 0, is what each claim's own history says for each category
        (``evidence``). Categories that were not learned have their part of it, or what "any other"
        has if that is more, and divide it by their evidence; the learned ones divide the rest by
        their shares. So a category never denied before is named where all speaks for it. Rows sum
        to 1.
        """
        places = list(self.learned)
        rest = evidence.copy()
        rest[:, places] = 0.0
        left = _in_order(rest.T)
        mass = left / _in_order(evidence.T)
        known = share[:, : len(places)]
        if self.other:
            mass = np.maximum(mass, share[:, -1])
            if not left.any():
                # Every category was learned: what is left over may be any of them.
                rest, left = evidence, _in_order(evidence.T)
        out: Floats = rest * (mass / np.where(left > 0, left, 1.0))[:, None]
        if places:
            out[:, places] += known * ((1.0 - mass) / _in_order(known.T))[:, None]
        return out


def evidence(rows: NDArray[np.float32], prior: Floats) -> Floats:
    """What feature rows (n, features) say for each of ``CATEGORIES`` given a denial: (n, 14).

    The finest rate of each category (``features.catalog.FINE``), and a little of its ``prior``
    (14) share among the denied, so that none has nothing.
    """
    found = np.empty((len(rows), len(prior)))
    found[:] = _LITTLE * prior
    rates = rows[:, FINE].astype(np.float64)
    # NaN, of a claim without lines, counts for nothing.
    found[:, FINE_CATEGORIES] += np.where(np.isnan(rates), 0.0, rates)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """For n claims: ``raw`` (n), log-odds of a denial, and ``share`` (n, k) of each denied class.

    ``apart`` (n, k) is how far the raw score of each denied class lies below the highest.
    """

    raw: Floats
    share: Floats
    apart: Floats

    def entropy(self) -> Floats:
        """The entropy of the shares in nats (n)."""
        far = -_in_order((self.share * self.apart).T)
        return far + logarithm(_in_order(exponential(self.apart.T)))


def exponential(x: Floats) -> Floats:
    """e to the power of ``x``, none above 0, to the last bit or two; 1e-304 below -700."""
    found = np.empty(x.shape)
    _exponentials(x.ravel(), _EXP, found.reshape(-1))
    return found


def logarithm(x: Floats) -> Floats:
    """The natural logarithm of ``x``, all above 0, to the last bit or two."""
    found = np.empty(x.shape)
    _logarithms(x.ravel(), _LOG, found.reshape(-1))
    return found


@compiled
def _exponentials(x: Floats, coefficients: Floats, found: Floats) -> None:
    parts = np.empty(len(coefficients) // 2)
    for place in range(len(x)):
        low = max(x[place], _LOWEST)
        whole = np.rint(low * _PER_LN2)
        low -= whole * _LN2[0]
        low -= whole * _LN2[1]
        found[place] = math.ldexp(_polynomial(coefficients, low, parts), int(whole))


@compiled
def _logarithms(x: Floats, coefficients: Floats, found: Floats) -> None:
    parts = np.empty(len(coefficients) // 2)
    for place in range(len(x)):
        part, power = math.frexp(x[place])
        if part < _ROOT_HALF:
            part, power = part + part, power - 1
        ratio = (part - 1.0) / (part + 1.0)
        series = _polynomial(coefficients, ratio * ratio, parts)
        found[place] = power * _LN2[0] + (ratio * series + power * _LN2[1])


@compiled
def _polynomial(coefficients: Floats, x: float, parts: Floats) -> float:
    """``coefficients`` from the lowest power up, as many as a power of two, paired again and again.

    ``parts`` is room for half as many.
    """
    left = len(coefficients) // 2
    for pair in range(left):
        parts[pair] = coefficients[2 * pair + 1] * x + coefficients[2 * pair]
    while left > 1:
        left //= 2
        x = x * x
        for pair in range(left):
            parts[pair] = parts[2 * pair + 1] * x + parts[2 * pair]
    return float(parts[0])


def _in_order(parts: Floats) -> Floats:
    """The sum over the first axis; NumPy's own sum adds in pairs where there is one claim."""
    return np.asarray(np.add.accumulate(parts, axis=0)[-1], np.float64)


def mix(scores: Floats) -> Mix:
    """The mix of causes of n claims from the raw scores of their classes (n, 1 + k), paid first."""
    if len(scores) <= _CHUNK:
        return _mixed(scores)
    parts = [_mixed(scores[first : first + _CHUNK]) for first in range(0, len(scores), _CHUNK)]
    return Mix(
        np.concatenate([part.raw for part in parts]),
        np.concatenate([part.share for part in parts]),
        np.concatenate([part.apart for part in parts]),
    )


def _mixed(scores: Floats) -> Mix:
    # Class by class in memory: what is added in order is then added over all claims at once.
    denied = np.ascontiguousarray(scores[:, 1:].T)
    most = denied.max(axis=0)
    apart = denied - most
    odds = exponential(apart)
    total = _in_order(odds)
    return Mix((most - scores[:, 0]) + logarithm(total), (odds / total).T, apart.T)


def weighted(share: Floats, parts: Floats) -> Floats:
    """Sum of ``parts`` (n, k, m) weighted by ``share`` (n, k), added in the order of k: (n, m)."""
    found = np.empty((parts.shape[0], parts.shape[2]))
    _weigh(np.ascontiguousarray(share), parts, found)
    return found


@compiled
def _weigh(share: Floats, parts: Floats, found: Floats) -> None:
    for row in range(len(parts)):
        for place in range(parts.shape[2]):
            found[row, place] = parts[row, 0, place] * share[row, 0]
        for cause in range(1, parts.shape[1]):
            for place in range(parts.shape[2]):
                found[row, place] += parts[row, cause, place] * share[row, cause]
