"""What each payer demands, and since when: drawn from the policy seed, with dated changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_synth.chance import stream
from data_synth.changes import steadied
from data_synth.codes import procedures
from data_synth.codes.visits import SPECIALTY_NAMES
from data_synth.config import WorldConfig
from data_synth.payers import DENIAL_RANGE, PAYERS
from data_synth.policies import TYPES, Drawer, by_kind, by_kind_and_type, by_type, of_type
from data_synth.policy_tables import (
    AUTH,
    DOCUMENTED,
    EXCLUDED,
    LIMITED,
    POLICY,
    REACH,
    SEVERITY,
)
from data_synth.practice import Practice

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

PLANS: Final = 4
_NO_REFERRAL: Final = ("family", "internal", "pediatrics", "gynecology", "outpatient", "inpatient")


@dataclass(slots=True)
class Rules:
    """Tables by payer (P), procedure (Q), diagnosis group (G), provider (R).

    Days are day numbers; a ``*_from`` is the first day on which the payer demands it.
    """

    auth_from: I64  # P x Q: first day on which an authorization is demanded
    auth_to: I64  # P x Q: day on which the demand is dropped
    referral_from: I64  # P x specialty
    covered: NDArray[np.bool_]  # P x Q x G: diagnosis groups that support the procedure
    covered_late: NDArray[np.bool_]  # the same after the policy was tightened
    policy_from: I64  # P x Q
    tightened: I64  # P x Q
    excluded_from: I64  # P x Q
    excluded_plan: NDArray[np.bool_]  # P x Q x PLANS
    documents_from: I64  # P x Q
    limit: I64  # P x kinds of LIMITED: visits or units a year, 0 none
    limit_from: I64
    filing: I64  # P x 2: days before and after the change
    filing_change: I64  # P
    pair_from: I64  # P x pairs
    needs_25: F64  # P: how hard the missing modifier is punished
    ignores_59: F64  # P: chance to deny in spite of 59
    telehealth_from: I64  # P: modifier 95
    therapy_from: I64  # P: modifier GP
    side_from: I64  # P: RT or LT
    vague_from: I64  # P: unspecified diagnoses are refused
    ndc_from: I64
    taxonomy_from: I64
    referring_from: I64  # P: a referring provider is demanded for what NEEDS_REFERRING names
    clia_from: I64
    knows_other: F64  # P: share of other coverage that it knows of
    severity: F64  # P: how much of what it could deny it does deny
    error: F64  # P: plain error
    random_request: F64
    down_from: I64  # P x windows
    down_to: I64
    down_rate: F64
    joined: I64  # R: first day on which the provider sees anyone
    enrolled_from: I64  # R x P
    unenrolled_from: I64
    unenrolled_to: I64
    temper: F64  # P: shift of the log odds that brings the payer to its published rate


def build_rules(config: WorldConfig, practice: Practice) -> Rules:
    """Draw all policies; equal policy seeds give equal policies for equal practices."""
    draw = Drawer(stream(config.policies, "rules"), config)
    rng, count, codes = draw.rng, len(PAYERS), len(procedures.CODES)
    reach = by_type(REACH)
    wide = reach[:, None]
    strict = of_type("medicaid", "managed_medicaid", "exchange")
    medicare = of_type("medicare")
    managed = of_type("managed_medicaid", "medicare_advantage", "exchange")
    gate = rng.random(count) < np.where(managed, 0.6, np.where(medicare, 0.0, 0.12))
    specialist = ~np.isin(SPECIALTY_NAMES, _NO_REFERRAL)
    referral = np.where(gate[:, None] & specialist, 0.8, 0.0)
    therapy = np.where(of_type("medicare", "medicare_advantage"), 1.0, 0.5)
    covered, tight = draw.coverage()
    joined, enrolled, lapse_from, lapse_to = draw.enrollment(practice)
    down_from, down_to, down_rate = draw.downtimes()
    lowest, highest = np.array([SEVERITY[str(kind)] for kind in TYPES]).T
    middle = np.array([sum(DENIAL_RANGE[row.type]) / 2 for row in PAYERS])
    auth = by_kind_and_type(AUTH) * np.sqrt(wide)
    excluded = by_kind(EXCLUDED) * (0.25 + wide)
    rules = Rules(
        auth_from=draw.since(auth, new=0.14, columns=codes, common=True),
        auth_to=draw.dropped(0.06, codes),
        referral_from=draw.since(referral, new=0.15, columns=len(SPECIALTY_NAMES)),
        covered=covered,
        covered_late=tight,
        policy_from=draw.since(by_kind(POLICY) * wide, new=0.15, columns=codes, common=True),
        tightened=draw.since(0.3, new=1.0, columns=codes),
        excluded_from=draw.since(excluded, new=0.2, columns=codes, common=True),
        excluded_plan=rng.random((count, codes, PLANS)) < 0.6,
        documents_from=draw.since(by_kind(DOCUMENTED) * wide, new=0.3, columns=codes, common=True),
        limit=draw.limits(reach),
        limit_from=draw.since(1.0, new=0.2, columns=len(LIMITED)),
        filing=draw.filing(),
        filing_change=draw.since(0.5, new=1.0),
        pair_from=draw.since(0.36 * wide, new=0.15, columns=len(procedures.PAIRS), common=True),
        needs_25=rng.choice([0.05, 0.5, 0.9], count, p=[0.4, 0.35, 0.25]) * np.sqrt(reach),
        ignores_59=rng.choice([0.02, 0.08, 0.3], count, p=[0.5, 0.3, 0.2]),
        telehealth_from=draw.since(0.8 * reach, new=0.25),
        therapy_from=draw.since(therapy, new=0.2),
        side_from=draw.since(0.7 * reach, new=0.25),
        vague_from=draw.since(np.where(strict, 0.35, 0.12), new=0.5),
        ndc_from=draw.since(np.where(strict, 0.95, 0.25), new=0.2),
        taxonomy_from=draw.since(np.where(strict, 0.9, 0.12), new=0.2),
        referring_from=draw.since(np.where(medicare, 1.0, 0.7 * reach), new=0.15),
        clia_from=draw.since(np.where(strict | medicare, 1.0, 0.7 * reach), new=0.1),
        knows_other=rng.uniform(0.6, 0.95, count),
        severity=rng.uniform(lowest, highest),
        error=rng.uniform(0.10, 0.16, count) * middle,
        random_request=rng.uniform(0.0005, 0.003, count),
        down_from=down_from,
        down_to=down_to,
        down_rate=down_rate,
        joined=joined,
        enrolled_from=enrolled,
        unenrolled_from=lapse_from,
        unenrolled_to=lapse_to,
        temper=np.zeros(count),
    )
    return steadied(rules) if config.steady else rules
