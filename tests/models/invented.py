"""A small practice with known habits of its payers, learned from once for all tests of models.

Each habit leaves another trace: on the claim (authorization, taxonomy), in its dates (late), in its
payer order, or only in history (duplicates). So a test can ask for the reason and the action that
the habit calls for.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

import lightgbm
import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES, CATEGORY_CODE
from claims.keys import Keys
from claims.types import (
    Authorization,
    Claim,
    Eligibility,
    OtherPayer,
    Patient,
    Payer,
    Provider,
    ServiceLine,
    Subscriber,
)
from features.build import build
from features.build_lines import LINE_NAMES, build_lines
from features.catalog import NAMES
from features.frame import Frame
from features.history import History
from models.calibration import Calibration
from models.carcs import CarcTable
from models.causes import Causes, mix
from models.denial import DenialModel
from models.lines import LineParts
from models.promise import Promise, Row

KEYS = Keys(b"k" * 32)
START = dt.date(2024, 1, 1)
NEVER = np.int32(2**31 - 1)
NPIS = ("1234567893", "1245319599", "1003000126")
PROCEDURES = ("99213", "99214", "97110", "80053", "93000")
CARC = {
    "authorization": "197", "timely_filing": "29", "coordination_of_benefits": "22",
    "duplicate": "18", "missing_information": "16", "other": "96",
    "eligibility": "27",
}  # fmt: skip
# A table of this shape is all that a test needs: whether it is true is training's affair.
PROMISE = Promise(
    confidence=0.95, examples=1_000, denied=300,
    rows=(
        Row(precision=0.6, threshold=0.25, bound=0.61, recall=0.9, flagged=420),
        Row(precision=0.9, threshold=0.7, bound=0.91, recall=0.5, flagged=160),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Outcomes:
    """The fields of ``claims.labels.Labels`` that a history reads."""

    example: NDArray[np.bool_]
    outcome: NDArray[np.int8]
    category: NDArray[np.int8]
    carc: NDArray[np.str_]
    known_on: NDArray[np.int32]
    line_denied: NDArray[np.int8]
    line_category: NDArray[np.int8]


@dataclass(frozen=True)
class Practice:
    """Claims with their fate, the history made of them, and a model that learned from it."""

    claims: list[Claim]
    frame: Frame
    outcomes: Outcomes
    history: History
    values: NDArray[np.float32]
    model: DenialModel
    booster: lightgbm.Booster
    lines: LineParts


def clean_claim(number: int = 0, **changes: object) -> Claim:
    """A claim that no payer of this practice has anything against."""
    served = dt.date(2024, 12, 20)
    line = ServiceLine(
        number=1, procedure="99213", charge=Decimal("120.00"), units=Decimal(1),
        diagnosis_pointers=(1,), service_from=served, place_of_service="11",
    )  # fmt: skip
    claim = Claim(
        claim_id=f"C{number}", payer=Payer(payer_id="ALPHA", filing_code="CI"),
        submitted_on=dt.date(2024, 12, 27), charge=Decimal("120.00"), place_of_service="11",
        subscriber=Subscriber(member_id=f"M{number}"),
        patient=Patient(sex="F", birth_date=dt.date(1980, 5, 5)),
        billing=Provider(npi=NPIS[0], taxonomy="207Q00000X"),
        rendering=Provider(npi=NPIS[1], taxonomy="207Q00000X"),
        diagnoses=("M545", "I10"), lines=(line,),
    )  # fmt: skip
    return replace(claim, **changes)


def _claim(random: np.random.Generator, number: int) -> Claim:
    submitted = START + dt.timedelta(days=int(random.integers(0, 360)))
    lag = int(random.integers(100, 160)) if random.random() < 0.12 else int(random.integers(1, 40))
    served = submitted - dt.timedelta(days=lag)
    lines = tuple(
        ServiceLine(
            number=place + 1, procedure=str(random.choice(PROCEDURES)), charge=Decimal(120),
            units=Decimal(1), diagnosis_pointers=(1,), service_from=served, place_of_service="11",
        )
        for place in range(int(random.integers(1, 4)))
    )  # fmt: skip
    second = random.random() < 0.15
    answered = second and random.random() < 0.5
    other = OtherPayer(payer_id="FIRST", position="P", paid=Decimal(60) if answered else None,
                       adjudicated_on=served if answered else None)  # fmt: skip
    return clean_claim(
        number,
        payer=Payer(
            payer_id=str(random.choice(("ALPHA", "BETA", "GAMMA"))),
            filing_code="CI", position="S" if second else "P",
        ),
        submitted_on=submitted,
        charge=Decimal(120 * len(lines)),
        subscriber=Subscriber(member_id=f"M{random.integers(0, 600)}"),
        rendering=Provider(
            npi=str(random.choice(NPIS)), taxonomy="207Q00000X" if random.random() < 0.8 else ""
        ),
        authorization=Authorization(number="A1") if random.random() < 0.5 else None,
        other_payers=(other,) if second else (),
        diagnoses=(str(random.choice(("M545", "I10", "E119"))),),
        lines=lines,
    )  # fmt: skip


def cause(claim: Claim) -> str:
    """The category that this claim's payer would deny it for, "" for none."""
    lag = (claim.submitted_on - claim.lines[0].service_from).days
    therapy = any(line.procedure == "97110" for line in claim.lines)
    if claim.payer.payer_id == "ALPHA" and claim.authorization is None and therapy:
        return "authorization"
    if claim.payer.payer_id == "BETA" and lag > 90:
        return "timely_filing"
    if claim.payer.position == "S" and claim.other_payers[0].adjudicated_on is None:
        return "coordination_of_benefits"
    if claim.payer.payer_id == "GAMMA" and not claim.rendering.taxonomy:
        return "missing_information"
    return ""


def _practice_claims(random: np.random.Generator, count: int) -> tuple[list[Claim], list[str]]:
    claims, causes = [], []
    for number in range(count):
        claim = _claim(random, number)
        why = cause(claim)
        if number > 50 and random.random() < 0.08:
            first = claims[int(random.integers(0, number))]
            again = first.submitted_on + dt.timedelta(days=int(random.integers(2, 20)))
            claim, why = replace(first, claim_id=f"C{number}", submitted_on=again), "duplicate"
        claims.append(claim)
        causes.append(why)
    return claims, causes


def _outcomes(random: np.random.Generator, frame: Frame, causes: list[str]) -> Outcomes:
    count = len(causes)
    category = np.array([CATEGORY_CODE.get(why, -1) for why in causes], np.int8)
    denied = (category >= 0) & (random.random(count) < 0.92)
    stray = ~denied & (random.random(count) < 0.03)
    category = np.where(denied, category, np.where(stray, CATEGORY_CODE["other"], -1))
    hit = category >= 0
    carc = np.array([CARC[CATEGORIES[place]] if place >= 0 else "" for place in category])
    of = frame.line_claim
    guilty = np.isin(category[of], [CATEGORY_CODE["authorization"]])
    line_denied = hit[of] & (~guilty | (frame.procedure == _code("97110")))
    return Outcomes(
        example=np.ones(count, bool),
        outcome=np.where(hit, 2, 0).astype(np.int8),
        category=category.astype(np.int8),
        carc=carc,
        known_on=(frame.submitted + random.integers(5, 30, count)).astype(np.int32),
        line_denied=line_denied.astype(np.int8),
        line_category=np.where(line_denied, category[of], -1).astype(np.int8),
    )


def _code(text: str) -> np.uint64:
    from features.hashing import code_hash

    return np.uint64(code_hash(text))


def _asked(
    random: np.random.Generator, claims: list[Claim], causes: list[str]
) -> tuple[list[Claim], list[str]]:
    """Say of four claims in five until when they are covered; a few had ended by the service."""
    told, whys = [], []
    for claim, why in zip(claims, causes, strict=True):
        ended = random.random() < 0.08
        days = -int(random.integers(1, 60)) if ended else int(random.integers(0, 400))
        end = claim.lines[0].service_from + dt.timedelta(days)
        known = random.random() < 0.8
        found = Eligibility(coverage_end=end) if known else None
        told.append(replace(claim, eligibility=found))
        whys.append("eligibility" if ended else why)
    return told, whys


def _lines(frame: Frame, history: History, outcomes: Outcomes, found: Causes) -> LineParts:
    values, denied = build_lines(frame, history), outcomes.line_denied > 0
    label = np.where(denied, np.searchsorted(found.learned, outcomes.line_category) + 1, 0)
    options = {"objective": "multiclass", "num_class": len(found.names), "num_leaves": 4}
    options |= {"verbosity": -1, "num_threads": 2, "deterministic": True, "seed": 1}
    table = lightgbm.Dataset(values, label, feature_name=list(LINE_NAMES))
    booster = lightgbm.train(options | {"lambda_l2": 10.0}, table, 30)
    raw = mix(booster.predict(values, raw_score=True)).raw
    return LineParts(booster.model_to_string(), found.names, Calibration.fit(raw, denied))


def practice(count: int = 5000, seed: int = 11, *, asked: bool = False) -> Practice:
    """Invent, learn, and hand over everything; ``asked``: with what the front desk found."""
    random = np.random.default_rng(seed)
    claims, causes = _practice_claims(random, count)
    if asked:
        claims, causes = _asked(random, claims, causes)
    frame = Frame.from_claims(claims, KEYS)
    outcomes = _outcomes(random, frame, causes)
    history = History.build(frame, outcomes)
    values = build(frame, history)
    denied = outcomes.category >= 0
    found = Causes(tuple(np.unique(outcomes.category[denied]).tolist()), other=False)
    label = np.where(denied, np.searchsorted(found.learned, outcomes.category) + 1, 0)
    options = {"num_leaves": 7, "verbosity": -1, "num_threads": 2, "min_data_in_leaf": 10}
    options |= {"learning_rate": 0.15, "deterministic": True, "seed": 1, "lambda_l2": 5.0}
    options |= {"objective": "multiclass", "num_class": len(found.names)}
    booster = lightgbm.train(options, lightgbm.Dataset(values, label, feature_name=list(NAMES)), 40)
    prior = np.bincount(outcomes.category[denied], minlength=len(CATEGORIES)) + 0.5
    raw = mix(booster.predict(values, raw_score=True)).raw
    lines = _lines(frame, history, outcomes, found)
    model = DenialModel.from_parts(
        causes=booster.model_to_string(),
        classes=found.names,
        prior=prior / prior.sum(),
        calibration=Calibration.fit(raw, denied),
        carcs=CarcTable.fit(outcomes.category[denied], outcomes.carc[denied], frame.payer[denied]),
        threshold=0.35,
        facts={"examples": count},
        promise=PROMISE,
        lines=lines,
    )
    return Practice(claims, frame, outcomes, history, values, model, booster, lines)


def another(of: Practice, step: float) -> DenialModel:
    """A model with the same trees whose calibration lies ``step`` further: other probabilities."""
    model = of.model
    table = Calibration(model.calibration.raw + step, model.calibration.probability)
    return DenialModel.from_parts(
        causes=of.booster.model_to_string(),
        classes=model.causes.names,
        prior=model.prior,
        calibration=table,
        carcs=model.carcs,
        threshold=model.threshold,
        facts=model.facts,
        promise=PROMISE,
        lines=of.lines,
    )
