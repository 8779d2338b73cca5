"""Changes of the payers' rules that somebody plans, and worlds in which nothing changes.

A planted change is a payer's demand for an authorization that begins on a day. It is drawn by
nobody: it takes effect after the payers' rates were met (``data_synth.calibration``), so that it
raises the payer's denials as it would in life, and nothing before its day differs.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from claims.errors import UserError
from data_synth.chance import luck
from data_synth.codes import procedures
from data_synth.config import ALWAYS, NEVER, RuleChange, WorldConfig, day_of
from data_synth.facts import AUTH_FITS, NO_AUTH
from data_synth.payers import PAYERS

if TYPE_CHECKING:
    from data_synth.facts import Facts
    from data_synth.practice import Practice
    from data_synth.rules import Rules

LEARNING: Final = 60
"""Days until the practice has learned of a payer's new demand and asks for authorizations."""
_NO_LONGER: Final = ("auth_to", "tightened", "filing_change", "unenrolled_from", "unenrolled_to")


def parse(text: str) -> RuleChange:
    """A change written PAYER:PROCEDURE:DATE. Raises ``ValueError`` with a sentence.

    >>> parse("05102:93306:2025-09-01").procedure
    '93306'
    """
    parts = text.split(":")
    try:
        payer, procedure, day = parts
        start = dt.date.fromisoformat(day)
    except ValueError:
        raise ValueError(
            "a rule change is written PAYER:PROCEDURE:DATE, such as 05102:93306:2025-09-01"
        ) from None
    change = RuleChange(payer, procedure, start)
    places(change)
    return change


def places(change: RuleChange) -> tuple[int, int]:
    """The places of its payer and procedure. Raises ``ValueError`` for one that is not there."""
    payers = [payer.payer_id for payer in PAYERS]
    if change.payer_id not in payers:
        raise ValueError(f"no payer of the world has the id {change.payer_id}")
    if change.procedure not in procedures.PLACE:
        raise ValueError(f"no visit of the world brings the procedure {change.procedure}")
    return payers.index(change.payer_id), procedures.PLACE[change.procedure]


def steadied(rules: Rules) -> Rules:
    """The rules without anything that begins, ends or lapses while the clock runs.

    What was to begin on some day has always been so; what was to end never does.
    """
    changed = {}
    for item in fields(rules):
        values = getattr(rules, item.name)
        if item.name in _NO_LONGER:
            changed[item.name] = np.full_like(values, NEVER)
        elif item.name.endswith("_from") or item.name == "joined":
            changed[item.name] = np.where(values == NEVER, NEVER, ALWAYS)
    return replace(rules, **changed, down_rate=np.zeros_like(rules.down_rate))


def plant(config: WorldConfig, rules: Rules) -> None:
    """Put the planned changes into the rules.

    Raises:
        UserError: the payer demands it already, at some time of the world.
    """
    for change in config.changes:
        payer, procedure = places(change)
        if rules.auth_from[payer, procedure] < NEVER:
            raise UserError(
                f"payer {change.payer_id} asks for an authorization of {change.procedure} without "
                "any planned change: choose another procedure or another --policies"
            )
        rules.auth_from[payer, procedure] = day_of(change.start)
        rules.auth_to[payer, procedure] = NEVER


def learned(config: WorldConfig, practice: Practice, facts: Facts) -> Facts:
    """The claims with authorizations that the practice obtains once it knows of a new demand."""
    claims, lines = facts.claims, facts.lines
    asked = np.zeros(len(facts), np.bool_)
    for change in config.changes:
        payer, procedure = places(change)
        on = facts.any_line(lines.procedure == procedure) & (claims.payer == payer)
        asked |= on & (claims.service >= day_of(change.start) + LEARNING)
    care = practice.auth_care[claims.specialty]
    careful = luck(config.seed, claims.number, "a new demand is heeded") < care
    given = asked & careful & (claims.auth == NO_AUTH)
    return facts.with_claims(auth=np.where(given, AUTH_FITS, claims.auth))
