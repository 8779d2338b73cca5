"""The members: who they are, what covers them, and when that silently changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_synth.chance import pick, stream
from data_synth.config import NEVER, WorldConfig
from data_synth.payers import PAYERS, SUPPLEMENT
from data_synth.rules import PLANS

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MEDICAID: Final = 1
_BLUES: Final = 10

# Yearly chance that the coverage ends unbeknown, and chance that another payer turns out first.
_LOSS: Final = {
    "medicare": 0.004,
    "medicaid": 0.030,
    "managed_medicaid": 0.030,
    "medicare_advantage": 0.010,
    "commercial": 0.009,
    "blues": 0.009,
    "exchange": 0.028,
}
_OTHER: Final = {
    "medicare": 0.010,
    "medicaid": 0.020,
    "managed_medicaid": 0.020,
    "medicare_advantage": 0.010,
    "commercial": 0.008,
    "blues": 0.008,
    "exchange": 0.008,
}
# Two coverages meet most often in children of two insured parents, in couples, and in those who
# reach the age of Medicare while still at work.
_OTHER_IF_DEPENDANT: Final = 3.5
_OTHER_IF_NEW_TO_MEDICARE: Final = 4.0
# Where a member goes who leaves a payer type (types that take them in, in the order of likelihood).
_NEXT: Final = {
    "medicare": ("medicare_advantage",),
    "medicare_advantage": ("medicare", "medicare_advantage"),
    "medicaid": ("managed_medicaid", "exchange", "commercial"),
    "managed_medicaid": ("medicaid", "exchange"),
    "commercial": ("commercial", "blues", "exchange"),
    "blues": ("commercial", "blues"),
    "exchange": ("commercial", "managed_medicaid", "exchange"),
}
SELF, SPOUSE, CHILD = 0, 1, 2
RELATIONSHIPS: Final = ("18", "01", "19")


@dataclass(frozen=True, slots=True)
class Members:
    """One entry a member. ``ends`` is the last covered day of ``payer``; ``next_payer`` follows.

    ``other_from``: first day on which another payer is primary without the practice knowing.
    ``secondary``: a payer place known to pay second, -1 none. ``numbers`` are member-id stems.
    """

    birth: I64
    female: NDArray[np.bool_]
    payer: I64
    next_payer: I64
    starts: I64
    ends: I64
    other_from: I64
    other_payer: I64
    secondary: I64
    plan: I64
    relation: I64
    location: I64
    frailty: F64
    numbers: I64


def _of_types(rng: np.random.Generator, kinds: tuple[str, ...], size: int) -> I64:
    """Payers drawn among ``kinds``; earlier kinds are likelier."""
    odds = np.array(
        [
            payer.share / (1 + 2 * kinds.index(payer.type)) if payer.type in kinds else 0.0
            for payer in PAYERS
        ]
    )
    return pick(rng.random(size), odds)


def _ages(rng: np.random.Generator, kinds: NDArray[np.str_]) -> F64:
    """Age in years at the start of the clock, by payer type."""
    size = len(kinds)
    old = np.clip(rng.normal(74, 7, size), 65, 97)
    poor = np.where(rng.random(size) < 0.42, rng.uniform(0.3, 18, size), rng.uniform(18, 64, size))
    working = np.where(
        rng.random(size) < 0.2, rng.uniform(0.3, 18, size), rng.uniform(18, 64, size)
    )
    senior = np.isin(kinds, ["medicare", "medicare_advantage"])
    return np.where(
        senior, old, np.where(np.isin(kinds, ["medicaid", "managed_medicaid"]), poor, working)
    )


def _losses(rng: np.random.Generator, config: WorldConfig, payer: I64, warm: int) -> I64:
    """Last covered day; half of the endings fall on the turn of a year, the others of a month."""
    span = config.last_day - config.first_day + warm
    yearly = np.array([_LOSS[row.type] for row in PAYERS])[payer]
    lost = rng.random(len(payer)) < 1 - (1 - yearly) ** (span / 365)
    day = config.first_day - warm + rng.integers(0, span, len(payer))
    dates = day.astype("datetime64[D]")
    month_end = dates.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - 1
    year_end = dates.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64) - 1
    day = np.where(rng.random(len(payer)) < 0.35, year_end, month_end)
    return np.where(lost, day, NEVER)


def _relations(rng: np.random.Generator, kind: NDArray[np.str_], age: F64) -> I64:
    """Patient to subscriber: children and some spouses on private plans, others themselves."""
    private = np.isin(kind, ["commercial", "blues", "exchange"])
    spouse = private & (rng.random(len(age)) < 0.25)
    return np.where(private & (age < 20), CHILD, np.where(spouse, SPOUSE, SELF))


def _second_payers(rng: np.random.Generator, payer: I64, kind: NDArray[np.str_]) -> I64:
    """The second payer that the practice knows of: mostly what supplements Medicare."""
    draw = rng.random(len(payer))
    secondary = np.full(len(payer), -1)
    secondary[(kind == "medicare") & (draw < 0.42)] = SUPPLEMENT
    secondary[(kind == "medicare") & (draw < 0.14)] = _MEDICAID
    secondary[(kind == "commercial") & (draw < 0.05)] = _BLUES
    secondary[secondary == payer] = -1
    return secondary


def _hidden_first(
    rng: np.random.Generator, kind: NDArray[np.str_], age: F64, relation: I64
) -> Flags:
    """True for members of whom another payer turns out to be primary within the clock."""
    chance = np.array([_OTHER[str(name)] for name in kind])
    chance = chance * np.where(relation == SELF, 1.0, _OTHER_IF_DEPENDANT)
    medicare = np.isin(kind, ["medicare", "medicare_advantage"])
    chance = chance * np.where(medicare & (age < 69), _OTHER_IF_NEW_TO_MEDICARE, 1.0)
    return rng.random(len(age)) < chance


def build_members(config: WorldConfig, locations: int, warm: int) -> Members:
    """Draw the members; ``warm`` is the number of days before the clock starts that matter."""
    rng = stream(config.seed, "members")
    size = max(60, int(config.claims / 6.5 * (0.45 + config.months / 30)))
    tilt = stream(config.policies, "market").lognormal(0.0, 0.2, len(PAYERS))
    payer = pick(rng.random(size), np.array([row.share for row in PAYERS]) * tilt)
    kinds = np.array([row.type for row in PAYERS])
    kind = kinds[payer]
    age = _ages(rng, kind)
    relation = _relations(rng, kind, age)
    next_payer = np.zeros(size, dtype=np.int64)
    other = np.zeros(size, dtype=np.int64)
    for name in np.unique(kinds):
        rows = np.flatnonzero(kind == name)
        next_payer[rows] = _of_types(rng, _NEXT[str(name)], len(rows))
        other[rows] = _of_types(rng, ("commercial", "blues"), len(rows))
    hidden = _hidden_first(rng, kind, age, relation) & (other != payer)
    span = config.last_day - config.first_day + warm
    begins = config.first_day - warm + rng.integers(0, span, (2, size))
    fresh = rng.random(size) < 0.10
    return Members(
        birth=config.first_day - np.round(age * 365.25).astype(np.int64),
        female=rng.random(size) < 0.55,
        payer=payer,
        next_payer=next_payer,
        starts=np.where(fresh, begins[0], -(2**31)),
        ends=_losses(rng, config, payer, warm),
        other_from=np.where(hidden, begins[1], NEVER),
        other_payer=other,
        secondary=_second_payers(rng, payer, kind),
        plan=rng.integers(0, PLANS, size),
        relation=relation,
        location=rng.integers(0, locations, size),
        frailty=rng.gamma(1.3, 1.0, size),
        numbers=rng.permutation(9_000_000)[:size] + 1_000_000,
    )
