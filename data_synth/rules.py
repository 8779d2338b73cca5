"""What each payer demands, and since when: drawn from the policy seed, with dated changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_synth.chance import stream
from data_synth.codes import diagnoses, procedures
from data_synth.codes.visits import SPECIALTY_NAMES, TEMPLATES
from data_synth.config import NEVER, WorldConfig
from data_synth.payers import DENIAL_RANGE, PAYERS
from data_synth.practice import Practice

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

ALWAYS: Final = -(2**31)
PLANS: Final = 4
# How much of what a payer could deny it does deny; drawn within these bounds.
_SEVERITY: Final = {
    "medicare": (0.86, 0.97), "medicaid": (0.90, 0.99), "managed_medicaid": (0.90, 0.99),
    "medicare_advantage": (0.88, 0.98), "commercial": (0.82, 0.96), "blues": (0.82, 0.96),
    "exchange": (0.90, 0.99),
}  # fmt: skip
# Share of a payer's lists that it takes over from what all have in common.
_FOLLOWING: Final = 0.7
# How far its policies reach, beside those of the strictest.
_REACH: Final = {
    "medicare": 0.4, "medicaid": 0.85, "managed_medicaid": 0.85, "medicare_advantage": 0.65,
    "commercial": 0.4, "blues": 0.4, "exchange": 0.75,
}  # fmt: skip
LIMITED: Final = (
    "therapy",
    "psych",
    "preventive",
    "imaging",
    "echo",
    "specialty_drug",
    "vaccine",
    "screen",
)
_TYPES: Final = np.array([payer.type for payer in PAYERS])
# How likely each kind is to be on a payer's authorization list: Medicare, Medicaid, managed care, others.
_AUTH: Final[dict[str, tuple[float, float, float, float]]] = {
    "mri": (0.0, 0.8, 0.95, 0.8), "ct": (0.0, 0.6, 0.9, 0.65), "nuclear": (0.0, 0.7, 0.95, 0.75),
    "echo": (0.0, 0.2, 0.5, 0.2), "surgery": (0.05, 0.8, 0.95, 0.75), "spine": (0.2, 0.8, 0.95, 0.8),
    "specialty_drug": (0.0, 0.8, 0.95, 0.85), "therapy": (0.0, 0.5, 0.5, 0.22), "scope": (0.0, 0.2, 0.3, 0.12),
    "psych": (0.0, 0.2, 0.2, 0.06), "brace": (0.1, 0.5, 0.6, 0.3), "genetic_lab": (0.0, 0.2, 0.3, 0.1),
    "mohs": (0.0, 0.4, 0.5, 0.3), "stress": (0.0, 0.1, 0.4, 0.15), "vascular": (0.0, 0.1, 0.35, 0.15),
}  # fmt: skip
# How likely a payer has a coverage policy (a list of diagnoses) for a kind.
_POLICY: Final[dict[str, float]] = {
    "genetic_lab": 0.7, "echo": 0.5, "nuclear": 0.5, "vascular": 0.6, "mri": 0.4, "ct": 0.3, "biopsy": 0.3,
    "destruction": 0.55, "joint": 0.35, "lab": 0.18, "ecg": 0.35, "scope": 0.35, "specialty_drug": 0.5,
    "ultrasound": 0.3, "stress": 0.4, "therapy": 0.08, "psych": 0.08, "spine": 0.6, "excision": 0.4, "xray": 0.06,
}  # fmt: skip
# How likely a kind is left out of a payer's plans.
_EXCLUDED: Final[dict[str, float]] = {
    "modality": 0.35, "counsel": 0.25, "em_addon": 0.14, "brace": 0.25, "genetic_lab": 0.12, "psych_group": 0.25,
    "screen": 0.14, "vaccine": 0.08, "destruction": 0.06, "observation": 0.1, "treatment": 0.1, "preventive": 0.02,
    "draw": 0.05, "tracer": 0.1, "biopsy": 0.04, "monitor": 0.1, "repair": 0.05, "vascular": 0.05, "psych_addon": 0.1,
    "vaccine_admin": 0.03, "ultrasound": 0.03, "infusion": 0.05,
}  # fmt: skip
_DOCUMENTED: Final[dict[str, float]] = {
    "surgery": 0.5, "spine": 0.6, "mohs": 0.6, "specialty_drug": 0.5, "psych_eval": 0.25, "brace": 0.5, "er": 0.12,
    "infusion": 0.3, "excision": 0.3, "eval": 0.12, "observation": 0.3, "scope": 0.08, "counsel": 0.3, "mri": 0.12, "echo": 0.1,
}  # fmt: skip
_LIMITS: Final[dict[str, tuple[int, int, float]]] = {
    "therapy": (14, 30, 0.6), "psych": (18, 36, 0.4), "preventive": (1, 1, 0.3), "imaging": (1, 3, 0.4),
    "echo": (1, 3, 0.4), "specialty_drug": (4, 9, 0.4), "vaccine": (3, 4, 0.3), "screen": (3, 6, 0.4),
}  # fmt: skip


@dataclass(slots=True)
class Rules:
    """Tables by payer (P), procedure (Q), diagnosis group (G), provider (R). Days are day numbers."""

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


def _column(kind: str) -> int:
    return {"medicare": 0, "medicaid": 1, "managed_medicaid": 2, "medicare_advantage": 2}.get(
        kind, 3
    )


def month_start(config: WorldConfig, months: I64) -> I64:
    """First day of the month that lies ``months`` after the clock's first."""
    first = np.datetime64(config.start, "M").astype(np.int64)
    return (first + months).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _alike(rng: np.random.Generator, shape: tuple[int, ...], shared: F64 | None) -> F64:
    """Uniform draws; where ``shared`` is given, most payers take over the common one."""
    own = rng.random(shape)
    if shared is None:
        return own
    follows = rng.random(shape) < _FOLLOWING
    return np.where(follows, np.broadcast_to(shared, shape), own)


def _since(
    rng: np.random.Generator,
    config: WorldConfig,
    chance: F64 | float,
    shape: tuple[int, ...],
    *,
    new: float,
    shared: F64 | None = None,
) -> I64:
    """First days of a demand: NEVER, ALWAYS, or (a share ``new``) a dated event within the clock.

    ``shared``: draws (one a column) that payers have in common, as they copy one another's lists.
    """
    has = _alike(rng, shape, shared) < chance
    # Changes take effect on the first of a month, as payers announce them.
    dated = month_start(config, rng.integers(2, max(3, config.months - 1), shape))
    begins = np.where(rng.random(shape) < new, dated, ALWAYS)
    return np.where(has, begins, NEVER)


def _by_kind(table: dict[str, float]) -> F64:
    return np.array([table.get(kind, 0.0) for kind in procedures.KINDS])


def _usual_groups() -> NDArray[np.bool_]:
    """Q x G: diagnosis groups that visits bring to a procedure."""
    usual = np.zeros((len(procedures.CODES), len(diagnoses.GROUPS)), dtype=np.bool_)
    for template in TEMPLATES:
        for slot in template.slots:
            for procedure in slot.procedures:
                if procedure >= 0:
                    usual[procedure, [group for group, _ in template.groups]] = True
    return usual


def _coverage(
    rng: np.random.Generator, size: tuple[int, int]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Diagnosis lists: most usual groups are on them, some are not, a few more go when tightened."""
    usual = _usual_groups()
    shape = (*size, len(diagnoses.GROUPS))
    on_list = (_alike(rng, shape, rng.random(usual.shape)) < 0.9) & usual
    lonely = ~on_list.any(axis=2)
    on_list[lonely] = np.broadcast_to(usual, shape)[lonely]
    tight = on_list & (rng.random(shape) < 0.8)
    lonely = ~tight.any(axis=2)
    tight[lonely] = on_list[lonely]
    return on_list, tight


def _filing(rng: np.random.Generator) -> I64:
    choices = {
        "medicare": ([365], [365]), "medicaid": ([90, 180, 365], [90, 120]), "managed_medicaid": ([90, 120, 180], [90, 95]),
        "medicare_advantage": ([120, 180, 365], [90, 120]), "commercial": ([90, 120, 180], [90]),
        "blues": ([120, 180, 365], [120, 180]), "exchange": ([90, 120], [60, 90]),
    }  # fmt: skip
    rows = []
    for kind in _TYPES:
        before, after = choices[str(kind)]
        first = int(rng.choice(before))
        rows.append((first, min(first, int(rng.choice(after)))))
    return np.array(rows)


def _enrollment(
    rng: np.random.Generator, config: WorldConfig, practice: Practice
) -> tuple[I64, I64, I64, I64]:
    """Joined, effective and lapse dates: some providers join late, some pairs lapse for a while (revalidation missed)."""
    shape = (len(practice.provider_npi), len(PAYERS))
    span = config.months * 30
    newcomer = rng.random(shape[0]) < 0.25
    # One provider of each specialty has been there from the beginning.
    newcomer &= np.r_[False, np.diff(practice.provider_specialty) == 0]
    day = config.first_day + rng.integers(20, max(21, span - 60), shape[0])
    joined = np.where(newcomer, day, ALWAYS)
    slow = joined[:, None] + rng.gamma(1.6, 28.0, shape).astype(np.int64)
    effective = np.where(newcomer[:, None], slow, ALWAYS)
    effective[rng.random(shape) < 0.004] = NEVER
    lapses = rng.random(shape) < 0.02
    begin = config.first_day + rng.integers(0, max(1, span - 30), shape)
    lapse_from = np.where(lapses, begin, NEVER)
    return (
        joined,
        effective,
        lapse_from,
        np.where(lapses, begin + rng.integers(25, 90, shape), NEVER),
    )


def _limits(rng: np.random.Generator, config: WorldConfig) -> tuple[I64, I64]:
    limit = np.zeros((len(PAYERS), len(LIMITED)), dtype=np.int64)
    for place, kind in enumerate(LIMITED):
        low, high, chance = _LIMITS[kind]
        drawn = rng.integers(low, high + 1, len(PAYERS))
        limit[:, place] = np.where(rng.random(len(PAYERS)) < chance, drawn, 0)
    begins = _since(rng, config, 1.0, limit.shape, new=0.2)
    return limit, begins


def build_rules(config: WorldConfig, practice: Practice) -> Rules:
    """Draw all policies; equal policy seeds give equal policies for equal practices."""
    rng = stream(config.policies, "rules")
    payers, codes = len(PAYERS), len(procedures.CODES)
    column = [_column(str(kind)) for kind in _TYPES]
    auth = np.array(
        [[_AUTH.get(kind, (0.0,) * 4)[place] for kind in procedures.KINDS] for place in column]
    )
    both = (payers, codes)
    reach = np.array([_REACH[str(kind)] for kind in _TYPES])
    wide = reach[:, None]
    middle = np.array([sum(DENIAL_RANGE[row.type]) / 2 for row in PAYERS])
    auth_from = _since(rng, config, auth * np.sqrt(wide), both, new=0.14, shared=rng.random(codes))
    dropped = rng.random(both) < 0.06
    ends = month_start(config, rng.integers(3, max(4, config.months), both))
    auth_to = np.where(dropped, ends, NEVER)
    managed = np.isin(_TYPES, ["managed_medicaid", "medicare_advantage", "exchange"])
    refer = np.where(managed, 0.6, np.where(_TYPES == "medicare", 0.0, 0.12))
    specialist = ~np.isin(
        SPECIALTY_NAMES,
        ["family", "internal", "pediatrics", "gynecology", "outpatient", "inpatient"],
    )
    gate = rng.random(payers) < refer
    referral_from = np.where(
        gate[:, None] & specialist,
        _since(rng, config, 0.8, (payers, len(SPECIALTY_NAMES)), new=0.15),
        NEVER,
    )
    covered, tight = _coverage(rng, both)
    policy_from = _since(
        rng, config, _by_kind(_POLICY) * wide, both, new=0.15, shared=rng.random(codes)
    )
    tightened = _since(rng, config, 0.3, both, new=1.0)
    strict = np.isin(_TYPES, ["medicaid", "managed_medicaid", "exchange"])
    excluded = _since(
        rng,
        config,
        _by_kind(_EXCLUDED) * 0.8 * np.sqrt(wide),
        both,
        new=0.2,
        shared=rng.random(codes),
    )
    plan = rng.random((*both, PLANS)) < 0.6
    limit, limit_from = _limits(rng, config)
    joined, enrolled, lapse_from, lapse_to = _enrollment(rng, config, practice)
    one = (payers,)
    down = config.first_day + rng.integers(0, max(1, config.months * 30 - 15), (payers, 2))
    return Rules(
        auth_from=auth_from,
        auth_to=auth_to,
        referral_from=referral_from,
        covered=covered,
        covered_late=tight,
        policy_from=policy_from,
        tightened=tightened,
        excluded_from=excluded,
        excluded_plan=plan,
        documents_from=_since(
            rng, config, _by_kind(_DOCUMENTED) * wide, both, new=0.3, shared=rng.random(codes)
        ),
        limit=limit,
        limit_from=limit_from,
        filing=_filing(rng),
        filing_change=_since(rng, config, 0.5, one, new=1.0),
        pair_from=_since(
            rng,
            config,
            0.36 * wide,
            (payers, len(procedures.PAIRS)),
            new=0.15,
            shared=rng.random(len(procedures.PAIRS)),
        ),
        needs_25=rng.choice([0.05, 0.5, 0.9], payers, p=[0.4, 0.35, 0.25]) * np.sqrt(reach),
        ignores_59=rng.choice([0.02, 0.08, 0.3], payers, p=[0.5, 0.3, 0.2]),
        telehealth_from=_since(rng, config, 0.8 * reach, one, new=0.25),
        therapy_from=np.where(
            np.isin(_TYPES, ["medicare", "medicare_advantage"]),
            ALWAYS,
            _since(rng, config, 0.5, one, new=0.4),
        ),
        side_from=_since(rng, config, 0.7 * reach, one, new=0.25),
        vague_from=_since(rng, config, np.where(strict, 0.35, 0.12), one, new=0.5),
        ndc_from=_since(rng, config, np.where(strict, 0.95, 0.25), one, new=0.2),
        taxonomy_from=_since(rng, config, np.where(strict, 0.9, 0.12), one, new=0.2),
        referring_from=_since(
            rng, config, np.where(_TYPES == "medicare", 1.0, 0.7 * reach), one, new=0.15
        ),
        clia_from=_since(
            rng, config, np.where(strict | (_TYPES == "medicare"), 1.0, 0.7 * reach), one, new=0.1
        ),
        knows_other=rng.uniform(0.6, 0.95, payers),
        severity=rng.uniform(*np.array([_SEVERITY[str(kind)] for kind in _TYPES]).T),
        error=rng.uniform(0.10, 0.16, payers) * middle,
        random_request=rng.uniform(0.0005, 0.003, payers),
        down_from=down,
        down_to=down + rng.integers(4, 13, (payers, 2)),
        down_rate=np.where(
            rng.random((payers, 2)) < 0.6, rng.uniform(0.05, 0.25, (payers, 2)), 0.0
        ),
        joined=joined,
        enrolled_from=enrolled,
        unenrolled_from=lapse_from,
        unenrolled_to=lapse_to,
        temper=np.zeros(payers),
    )
