"""A practice of one page: claims, remittances and the true probability behind each denial."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np

from claims.carc import load_catalogue
from claims.dataset import Dataset
from claims.keys import Keys
from claims.tables import Gatherer
from claims.types import (
    Adjustment,
    Authorization,
    Claim,
    Patient,
    Payer,
    Provider,
    Remittance,
    RemittanceLine,
    ServiceLine,
    Subscriber,
)

KEYS = Keys(b"t" * 32)
START = dt.date(2023, 1, 1)
PAYERS = (("AAA", 0.04), ("BBB", 0.10), ("CCC", 0.22))
PROCEDURES = (("99213", 1.0), ("97110", 2.0), ("70553", 0.8), ("93000", 0.6))
NPI = "1932748565"
CHARGE = Decimal("150.00")


def truth(payer: str, procedure: str, authorized: bool) -> float:
    """The probability of denial that the world draws with."""
    chance = dict(PAYERS)[payer] * dict(PROCEDURES)[procedure]
    return min(0.95, chance + (0.7 if procedure == "70553" and not authorized else 0.0))


def _claim(number: int, day: dt.date, payer: str, procedure: str, authorized: bool) -> Claim:
    line = ServiceLine(
        number=1, procedure=procedure, charge=CHARGE, units=Decimal(1), diagnosis_pointers=(1,),
        service_from=day - dt.timedelta(days=3), place_of_service="11",
    )  # fmt: skip
    return Claim(
        claim_id=f"ID{number}",
        payer=Payer(payer_id=payer, name=f"PAYER {payer}", filing_code="CI"),
        submitted_on=day,
        charge=CHARGE,
        place_of_service="11",
        subscriber=Subscriber(member_id=f"M{number % 900}"),
        patient=Patient(sex="F", birth_date=dt.date(1980, 5, 5)),
        billing=Provider(npi=NPI, taxonomy="207Q00000X"),
        authorization=Authorization(number="A1") if authorized else None,
        diagnoses=("M545",),
        lines=(line,),
    )


def _answer(line: ServiceLine, carc: str) -> RemittanceLine:
    amount = CHARGE if carc else Decimal(50)
    adjustments = (Adjustment(group="CO", carc=carc or "45", amount=amount),)
    return RemittanceLine(
        procedure=line.procedure, charge=CHARGE, paid=Decimal(0) if carc else CHARGE - 50,
        adjustments=adjustments, service_from=line.service_from,
    )  # fmt: skip


def _remittance(claim: Claim, known: dt.date, *carcs: str) -> Remittance:
    """The answer with a CARC for each line, "" where it is paid."""
    lines = tuple(_answer(line, carc) for line, carc in zip(claim.lines, carcs, strict=True))
    return Remittance(
        claim_id=claim.claim_id, status="1", charge=claim.charge,
        paid=sum((line.paid for line in lines), Decimal(0)),
        payer_id=claim.payer.payer_id, file_date=known, payment_date=known, produced_on=known,
        lines=lines,
    )  # fmt: skip


def dataset(
    claims: int = 5_000, days: int = 540, seed: int = 1, *, shuffled: bool = False
) -> tuple[Dataset, dict[int, float]]:
    """The practice's dataset, and the true probability by claim key.

    ``shuffled`` gives each claim the outcome of another, drawn at random.
    """
    random = np.random.default_rng(seed)
    gatherer = Gatherer("invented", KEYS, load_catalogue(), keep_ids=True)
    drawn = []
    chances: dict[int, float] = {}
    for number, offset in enumerate(np.sort(random.integers(0, days, claims))):
        day = START + dt.timedelta(days=int(offset))
        payer = PAYERS[random.integers(3)][0]
        procedure = PROCEDURES[random.integers(4)][0]
        authorized = bool(random.random() < 0.6)
        chance = truth(payer, procedure, authorized)
        claim = _claim(number, day, payer, procedure, authorized)
        chances[KEYS.claim(claim.claim_id)] = chance
        needs = procedure == "70553" and not authorized
        carc = ("197" if needs else "27") if random.random() < chance else ""
        drawn.append((claim, carc))
        gatherer.add(claim)
    outcomes = [carc for _, carc in drawn]
    if shuffled:
        outcomes = [outcomes[place] for place in random.permutation(len(outcomes))]
    end = START + dt.timedelta(days=days)
    for (claim, _), carc in zip(drawn, outcomes, strict=True):
        assert claim.submitted_on is not None
        known = claim.submitted_on + dt.timedelta(days=int(random.integers(5, 25)))
        if known <= end and random.random() < 0.98:
            gatherer.add(_remittance(claim, known, carc))
    made = gatherer.finish()
    return Dataset(**made.tables, claim_ids=made.claim_ids), chances


def dataset_of_lines(claims: int = 2_500, days: int = 540, seed: int = 1) -> Dataset:
    """Claims of one to four lines, of which therapy (97110) is denied, and other lines rarely."""
    random = np.random.default_rng(seed)
    gatherer = Gatherer("invented", KEYS, load_catalogue(), keep_ids=True)
    codes = [code for code, _ in PROCEDURES]
    for number, offset in enumerate(np.sort(random.integers(0, days, claims))):
        day = START + dt.timedelta(days=int(offset))
        chosen = random.choice(codes, int(random.integers(1, 5)), p=(0.4, 0.1, 0.25, 0.25))
        claim = _claim(number, day, PAYERS[random.integers(3)][0], codes[0], authorized=True)
        lines = tuple(
            replace(claim.lines[0], number=place + 1, procedure=str(code))
            for place, code in enumerate(chosen)
        )
        claim = replace(claim, lines=lines, charge=CHARGE * len(lines))
        gatherer.add(claim)
        carcs = ["50" if code == "97110" or random.random() < 0.02 else "" for code in chosen]
        known = day + dt.timedelta(days=int(random.integers(5, 25)))
        gatherer.add(_remittance(claim, known, *carcs))
    made = gatherer.finish()
    return Dataset(**made.tables, claim_ids=made.claim_ids)
