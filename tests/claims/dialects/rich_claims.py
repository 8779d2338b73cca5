"""Claims of an invented world, and the same with what such worlds leave out."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from claims.types import (
    Adjustment,
    Attachment,
    Authorization,
    Claim,
    LineAdjudication,
    OtherPayer,
    Patient,
    Provider,
    ServiceLine,
    Subscriber,
)
from claims.x12 import read
from data_synth.config import WorldConfig
from data_synth.invent import invent

_NPIS = ("1234567893", "1245319599", "1003000126")


@cache
def world(size: int, seed: int) -> tuple[Claim, ...]:
    """The claims of a world, as read from its 837 files."""
    with TemporaryDirectory() as folder:
        invent(WorldConfig(claims=size, seed=seed), Path(folder), processes=1)
        files = sorted((Path(folder) / "837").iterdir())
        found = [item for file in files for item in read(file.read_bytes())]
    return tuple(item for item in found if isinstance(item, Claim))


def _adjustments(chance: random.Random) -> tuple[Adjustment, ...]:
    return tuple(
        Adjustment(
            group=chance.choice(["CO", "PR", "OA"]),
            carc=chance.choice(["45", "1", "197"]),
            amount=Decimal(chance.randint(-5_000, 50_000)) / 100,
            quantity=chance.choice([None, Decimal(2)]),
        )
        for _ in range(chance.randint(0, 3))
    )


def _attachments(chance: random.Random) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(report_type=chance.choice(["OB", "M1"]), transmission="EL", control_number=text)
        for text in chance.sample(["", "A1", "B2"], chance.randint(0, 2))
    )


def _provider(chance: random.Random) -> Provider | None:
    taxonomy = chance.choice(["", "207Q00000X"])
    return chance.choice([None, Provider(npi=chance.choice(_NPIS), taxonomy=taxonomy)])


def _line(
    line: ServiceLine, chance: random.Random, others: tuple[OtherPayer, ...], *, professional: bool
) -> ServiceLine:
    day = line.service_from
    answers = tuple(
        LineAdjudication(
            payer_id=other.payer_id,
            paid=Decimal(chance.randint(0, 9_000)) / 100,
            procedure=line.procedure,
            modifiers=line.modifiers,
            units=line.units,
            adjustments=_adjustments(chance),
            adjudicated_on=other.adjudicated_on,
        )
        for other in others
        if other.adjudicated_on is not None
    )
    return replace(
        line,
        authorization_number=chance.choice(["", "A77"]) if professional else "",
        referral_number=chance.choice(["", "R77"]) if professional else "",
        clia_number=chance.choice(["", "36D0000001"]) if professional else "",
        place_of_service=chance.choice(["", "22"]) if professional else "",
        emergency=professional and chance.random() < 0.3,
        notes_present=chance.random() < 0.3,
        ndc=chance.choice(["", "00002143380"]),
        control_number=chance.choice(["", "X9", line.control_number]),
        service_to=None if day is None else chance.choice([None, day + dt.timedelta(days=2)]),
        rendering=_provider(chance),
        ordering=replace(_provider(chance) or Provider(), taxonomy="") if professional else None,
        referring=_provider(chance),
        attachments=_attachments(chance),
        other_adjudications=answers,
    )


def _others(chance: random.Random) -> tuple[OtherPayer, ...]:
    return tuple(
        OtherPayer(
            payer_id=f"1010{position}",
            filing_code=chance.choice(["MB", "CI"]),
            position=position,  # type: ignore[arg-type]
            paid=chance.choice([None, Decimal(0), Decimal("12.34")]),
            adjustments=_adjustments(chance),
            adjudicated_on=chance.choice([None, dt.date(2026, 2, 3)]),
        )
        for position in chance.sample(["S", "T", "A"], chance.randint(0, 2))
    )


def enriched(claim: Claim, seed: int) -> Claim:
    """``claim`` with what may stand on one, drawn by ``seed``; its payer, day and codes stay."""
    chance = random.Random(seed)
    professional = claim.form == "professional"
    day = dt.date(2025, 12, chance.randint(1, 28))
    patient = claim.patient
    if chance.random() < 0.3:
        patient = Patient(relationship=chance.choice(["01", "19", "53", "G8"]), sex="F")
    others = _others(chance)
    causes = chance.sample(["AA", "EM", "OA"], chance.randint(0, 2)) if professional else []
    return replace(
        claim,
        patient=patient,
        subscriber=Subscriber(
            member_id=claim.subscriber.member_id, sex="U", birth_date=dt.date(1971, 2, 3)
        )
        if patient.relationship != "18"
        else claim.subscriber,
        frequency=chance.choice(["1", "7", "8"]),
        original_reference=chance.choice(["", "PCN99"]),
        authorization=chance.choice([None, Authorization(number="AUTH1")]),
        referral_number=chance.choice(["", "REF1"]),
        clia_number=chance.choice(["", "36D0000001"]) if professional else "",
        delay_reason=chance.choice(["", "7"]),
        related_causes=tuple(causes),
        accident_state="OH" if "AA" in causes else "",
        accident_on=day if causes else None,
        onset_on=chance.choice([None, day]) if professional else None,
        admitted_on=chance.choice([None, day]),
        discharged_on=chance.choice([None, day + dt.timedelta(days=3)]) if professional else None,
        patient_paid=chance.choice([None, Decimal("25.00")]) if professional else None,
        attachments=_attachments(chance),
        notes_present=chance.random() < 0.5,
        rendering=_provider(chance),
        referring=_provider(chance),
        supervising=_provider(chance) if professional else None,
        facility=chance.choice([None, Provider(npi=_NPIS[2])]),
        pay_to=chance.choice([None, Provider()]) if professional else None,
        other_payers=others,
        lines=tuple(_line(line, chance, others, professional=professional) for line in claim.lines),
    )
