"""When payers answer: lags with long tails, pay days of their own, and what never arrives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data_synth.chance import F64, I64, luck
from data_synth.encounters import business_day
from data_synth.payers import PAYERS

LAGS = np.array([row.lag for row in PAYERS])
_WEEKDAY = np.array([-1 if row.weekday is None else row.weekday for row in PAYERS])


def _normal(u: F64) -> F64:
    """A standard normal from a uniform, by the logistic approximation (largest error 0.01)."""
    clipped = np.clip(u, 1e-9, 1 - 1e-9)
    return np.log(clipped / (1 - clipped)) / 1.702


def pay_day(payer: I64, day: I64) -> I64:
    """The payer's next day of payment, the day itself included."""
    wanted = _WEEKDAY[payer]
    weekly = day + (wanted - (day + 3)) % 7
    return np.where(wanted < 0, business_day(day), weekly)


def answered_on(seed: int, number: I64, payer: I64, submitted: I64, purpose: str = "answer") -> I64:
    """Day of the payment that answers a claim sent on ``submitted``: 5 to 35 days, or more."""
    lag = LAGS[payer] * np.exp(0.32 * _normal(luck(seed, number, purpose)))
    tail = luck(seed, number, purpose + " tail")
    # One claim in thirty is pended by hand: another 20 to 150 days.
    slow = np.where(tail < 0.033, 20 + 130 * (tail / 0.033) ** 2, 0.0)
    return pay_day(payer, submitted + np.maximum(4, np.round(lag + slow)).astype(np.int64))


def lost(seed: int, number: I64) -> NDArray[np.bool_]:
    """True for claims that no payer ever answers."""
    return luck(seed, number, "lost") < 0.009
