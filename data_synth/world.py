"""A world: a practice, its payers, its clock, and all that was sent and answered.

``build(config)`` is deterministic: equal configurations give equal worlds, on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_synth.calibration import scrub, temper
from data_synth.changes import learned, plant
from data_synth.config import WorldConfig
from data_synth.encounters import WARM, build_visits
from data_synth.lifecycle import History, copies, live
from data_synth.members import Members, build_members
from data_synth.payers import PAYERS
from data_synth.practice import Practice, build_practice
from data_synth.preparation.prepare import prepare
from data_synth.rules import Rules, build_rules

_SENIOR = np.array([row.type in {"medicare", "medicare_advantage"} for row in PAYERS])


@dataclass(frozen=True, slots=True)
class World:
    """Everything about a world; ``history`` holds what was sent and answered."""

    config: WorldConfig
    practice: Practice
    members: Members
    rules: Rules
    history: History


def build(config: WorldConfig) -> World:
    """Make the world. 100,000 claims take a few seconds; writing them takes longer."""
    practice = build_practice(config)
    members = build_members(config, len(practice.location_npi), WARM)
    rules = build_rules(config, practice)
    visits = build_visits(config, practice, members, _SENIOR[members.payer])
    facts = prepare(config, practice, members, rules, visits)
    facts = scrub(config, facts, rules)
    facts = facts.join(copies(config, practice, facts))
    rules.temper = temper(config, facts, rules)
    facts = learned(config, practice, facts)
    plant(config, rules)
    return World(config, practice, members, rules, live(config, rules, facts))
