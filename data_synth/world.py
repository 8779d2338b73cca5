"""A world: a practice, its payers, its clock, and all that was sent and answered.

``build(config)`` is deterministic: equal configurations give equal worlds, on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_synth.adjudication import chances, probability
from data_synth.chance import F64, stream
from data_synth.config import WorldConfig
from data_synth.encounters import WARM, build_visits
from data_synth.facts import Facts
from data_synth.lifecycle import History, copies, live
from data_synth.members import Members, build_members
from data_synth.payers import DENIAL_RANGE, PAYERS
from data_synth.practice import Practice, build_practice
from data_synth.preparation.prepare import prepare
from data_synth.rules import Rules, build_rules

_SENIOR = np.array([row.type in {"medicare", "medicare_advantage"} for row in PAYERS])
_WIDEST = 2.5


@dataclass(frozen=True, slots=True)
class World:
    """Everything about a world; ``history`` holds what was sent and answered."""

    config: WorldConfig
    practice: Practice
    members: Members
    rules: Rules
    history: History


def targets(config: WorldConfig) -> F64:
    """Each payer's denial rate, drawn within the published range of its type."""
    rng = stream(config.policies, "rates")
    return np.array([rng.uniform(*DENIAL_RANGE[row.type]) for row in PAYERS])


def _temper(config: WorldConfig, facts: Facts, rules: Rules) -> F64:
    """The shift of each payer's log odds that brings its professional claims to its rate.

    Found by bisection on the expected rate; bounded, so that a handful of claims cannot turn a
    payer's character.
    """
    wanted = targets(config)
    found = chances(facts, rules)
    low, high = np.full(len(PAYERS), -_WIDEST), np.full(len(PAYERS), _WIDEST)
    office = facts.claims.form == 0
    payer = facts.claims.payer
    count = np.bincount(payer[office], minlength=len(PAYERS))
    for _ in range(18):
        middle = (low + high) / 2
        chance = probability(facts, found, middle[payer])
        mean = np.bincount(
            payer[office], weights=chance[office], minlength=len(PAYERS)
        ) / np.maximum(count, 1)
        low = np.where(mean < wanted, middle, low)
        high = np.where(mean < wanted, high, middle)
    # A payer with few claims keeps nearer to its untempered self.
    return np.round((low + high) / 2 * count / (count + 5), 6)


def build(config: WorldConfig) -> World:
    """Make the world. 100,000 claims take a few seconds; writing them takes longer."""
    practice = build_practice(config)
    members = build_members(config, len(practice.location_npi), WARM)
    rules = build_rules(config, practice)
    visits = build_visits(config, practice, members, _SENIOR[members.payer])
    facts = prepare(config, practice, members, rules, visits)
    facts = facts.join(copies(config, practice, facts))
    rules.temper = _temper(config, facts, rules)
    return World(config, practice, members, rules, live(config, practice, rules, facts))
