"""Bringing each payer to its published denial rate, in two steps.

First the practice's scrubber: before sending, billers put right a share of the flaws that a second
look can find; how large a share is tuned by payer. What is left is met by the payer's temper, a
shift of its log odds. Both are found by bisection on the expected rate of professional claims, so
no luck is spent on them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from claims.categories import Action
from data_synth.adjudication import chances, probability
from data_synth.chance import F64, I64, luck, stream
from data_synth.config import WorldConfig
from data_synth.facts import Facts
from data_synth.mechanisms import MECHANISMS
from data_synth.payers import DENIAL_RANGE, PAYERS
from data_synth.rules import Rules

# What a scrubber and a second look can find before the claim is sent.
_FINDABLE: Final[tuple[Action, ...]] = (
    "obtain_authorization",
    "correct_authorization",
    "obtain_referral",
    "review_modifier",
    "review_coding",
    "review_medical_necessity",
    "attach_documentation",
    "complete_information",
)
# A chance of denial from which on a mechanism counts as a flaw of the claim.
_FLAW: Final = 0.05
_MOST_SCRUBBED: Final = 0.9
_WIDEST_TEMPER: Final = 2.5
_STEPS: Final = 18


def targets(config: WorldConfig) -> F64:
    """Each payer's denial rate, drawn within the published range of its type."""
    rng = stream(config.policies, "rates")
    return np.array([rng.uniform(*DENIAL_RANGE[row.type]) for row in PAYERS])


def _office_means(facts: Facts) -> Callable[[F64], F64]:
    """A function from a value a claim to its mean over each payer's professional claims."""
    office, payer = facts.claims.form == 0, facts.claims.payer
    count = np.maximum(np.bincount(payer[office], minlength=len(PAYERS)), 1)
    return lambda value: (
        np.bincount(payer[office], weights=value[office], minlength=len(PAYERS)) / count
    )


def _bisect(low: F64, high: F64, rate: Callable[[F64], F64], wanted: F64, *, rising: bool) -> F64:
    for _ in range(_STEPS):
        middle = (low + high) / 2
        more = (rate(middle) < wanted) == rising
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return (low + high) / 2


def _mended(facts: Facts, rules: Rules) -> Facts:
    """The claims with every findable flaw mended, and nothing else touched."""
    for mechanism in MECHANISMS:
        actions = [action for action in _FINDABLE if action in mechanism.mends]
        chance = mechanism.chance(facts, rules)
        flawed = facts.any_line(chance > _FLAW) if mechanism.per_line else chance > _FLAW
        rows = np.flatnonzero(flawed)
        if actions and len(rows):
            part = facts.take(rows)
            for action in actions:
                part = mechanism.mend(part, rules, action)
            facts = _replaced(facts, rows, part)
    return facts


def _replaced(facts: Facts, rows: I64, part: Facts) -> Facts:
    """``facts`` with ``part`` in place of ``rows``."""
    kept = np.ones(len(facts), dtype=np.bool_)
    kept[rows] = False
    rest = np.flatnonzero(kept)
    order = np.argsort(np.concatenate([rest, rows]), kind="stable")
    return facts.take(rest).join(part).take(order)


def scrub(config: WorldConfig, facts: Facts, rules: Rules) -> Facts:
    """The claims as sent: some of them with their findable flaws mended."""
    mended = _mended(facts, rules)
    calm = np.zeros(len(facts))
    before = probability(facts, chances(facts, rules), calm)
    after = probability(mended, chances(mended, rules), calm)
    dealt = luck(config.seed, facts.claims.number, "scrubber")
    payer = facts.claims.payer
    mean = _office_means(facts)
    share = _bisect(
        np.zeros(len(PAYERS)),
        np.full(len(PAYERS), _MOST_SCRUBBED),
        lambda share: mean(np.where(dealt < share[payer], after, before)),
        targets(config),
        rising=False,
    )
    rows = np.flatnonzero((dealt < share[payer]) & (before > after))
    return _replaced(facts, rows, mended.take(rows))


def temper(config: WorldConfig, facts: Facts, rules: Rules) -> F64:
    """The shift of each payer's log odds that brings its professional claims to its rate.

    Bounded, and held back where claims are few, so that a handful of them cannot turn a payer's
    character.
    """
    found = chances(facts, rules)
    payer = facts.claims.payer
    mean = _office_means(facts)
    shift = _bisect(
        np.full(len(PAYERS), -_WIDEST_TEMPER),
        np.full(len(PAYERS), _WIDEST_TEMPER),
        lambda shift: mean(probability(facts, found, shift[payer])),
        targets(config),
        rising=True,
    )
    count = np.bincount(payer[facts.claims.form == 0], minlength=len(PAYERS))
    return np.round(shift * count / (count + 5), 6)
