"""Claims on which every mend finds something to do, and predictions at random."""

from __future__ import annotations

import numpy as np
from invented import Practice

from features.columns import NO_DAY
from features.frame import NO_UNITS, Frame
from models.denial import Prediction

UNTOUCHABLE = {
    "diagnosis", "diagnosis_group", "diagnoses", "line_diagnosis", "line_diagnosis_group",
    "line_diagnoses", "procedure", "modifiers", "modifier_count", "revenue", "units", "drg",
    "line_charge", "charge", "line_ndc", "service_from", "service_to", "stay_days", "line_from",
    "line_days", "setting", "line_setting", "admission_type", "line_number", "claim_key", "member",
    "payer", "age", "sex", "submitted", "accident", "employment", "rendering", "line_rendering",
    "billing", "facility", "original", "replacement", "units_counted", "eligibility_checked",
}  # fmt: skip


def claims_to_mend(world: Practice) -> Frame:
    """300 claims of the practice with the facts that mends look at made random."""
    random = np.random.default_rng(3)
    frame = world.frame.take(np.arange(300))
    lines = len(frame.line_claim)
    return frame.replace(
        referring_given=random.random(300) < 0.5,
        facility_given=random.random(300) < 0.5,
        rendering_given=random.random(300) < 0.5,
        billing_taxonomy=np.where(random.random(300) < 0.5, frame.billing_taxonomy, 0),
        attachments=random.integers(0, 3, 300).astype(np.int16),
        line_authorization=random.random(lines) < 0.5,
        line_referral=random.random(lines) < 0.5,
        line_clia=random.random(lines) < 0.5,
        eligibility_active=random.integers(-1, 2, 300).astype(np.int8),
        coverage_end=_around(random, frame.service_to),
        authorization_from=_around(random, frame.service_from),
        authorization_to=_around(random, frame.service_to),
        authorization_units=np.where(random.random(300) < 0.5, 1500, NO_UNITS),
        line_covered=random.integers(-1, 2, lines).astype(np.int8),
    )


def _around(random: np.random.Generator, day: np.ndarray) -> np.ndarray:
    """Days before and after ``day``, and none at all."""
    given = random.random(len(day)) < 0.7
    return np.where(given, day + random.integers(-30, 30, len(day)), NO_DAY).astype(np.int32)


def prediction(random: np.random.Generator, count: int) -> Prediction:
    """A prediction of so many claims, at random."""
    probability = random.uniform(0.01, 0.99, count)
    return Prediction(probability, probability, random.dirichlet(np.full(14, 0.3), count))
